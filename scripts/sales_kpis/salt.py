"""The salt of the pseudonyms: where it comes from, and what may be said of it.

It is a secret, so it reaches the database beside dbt: as a variable of the DuckDB session
(duckdb_salt.py) or a setting of the Spark session (profiles.yml). In no query, variable of dbt,
log, manifest or ledger does it stand; a manifest has its fingerprint.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sales_kpis.errors import WrongUse

# The default of the variable pseudonym_salt. Everybody can read it, so it keeps nothing secret.
BUILT_IN = "sales_kpis"
ENVIRONMENT = "SALES_KPIS_PSEUDONYM_SALT"
FILE = "SALES_KPIS_PSEUDONYM_SALT_FILE"
# How the DuckDB session knows it; macros/engine/secrets.sql reads it.
SESSION_VARIABLE = "sales_kpis_pseudonym_salt"

HOW_TO_SET = (
    f"Set {ENVIRONMENT}, or {FILE} to a file that holds it, to a long random text and keep it:"
    ' python -c "import secrets; print(secrets.token_hex(32))"'
)
# Spark puts it into the text of a query, where these would end the constant or start another.
_UNFIT = re.compile(r"['\"\\$`\x00-\x1f\x7f]")
# A guess at the salt has to cost more than a look: a fingerprint is there for everybody to see.
_ROUNDS = 200_000


@dataclass(frozen=True)
class Salt:
    """The salt of a run; printing it shows where it comes from, not what it is."""

    value: str = field(repr=False)
    origin: str

    @property
    def is_built_in(self) -> bool:
        """Whether it is the one that everybody knows."""
        return self.value == BUILT_IN

    def fingerprint(self) -> str:
        """Equal for equal salts, and no help in guessing one."""
        digest = hashlib.pbkdf2_hmac("sha256", self.value.encode(), b"sales_kpis salt", _ROUNDS)
        return digest.hex()[:16]

    def described(self) -> dict[str, str]:
        """The salt's description for a manifest."""
        whose = "built-in" if self.is_built_in else "own"
        return {"salt": whose, "salt_fingerprint": self.fingerprint()}


def read_salt(environment: Mapping[str, str], stated: str | None = None) -> Salt:
    """The salt of the environment, else of the file that it names, else `stated`, the setting.

    Args:
        environment: the environment of the process; an empty value is none.
        stated: what the setting pseudonym_salt says, by default the built-in salt.

    Raises:
        WrongUse: the file cannot be read, both places have a salt, or Spark could not take it.
    """
    value, file = environment.get(ENVIRONMENT), environment.get(FILE)
    if value and file:
        raise WrongUse(f"Both {ENVIRONMENT} and {FILE} are set.", "Keep one of them.")
    if file:
        return _checked(_of_file(Path(file)), FILE)
    if value:
        return _checked(value, ENVIRONMENT)
    if stated and stated != BUILT_IN:
        return _checked(stated, "the setting pseudonym_salt")
    return Salt(BUILT_IN, "the project")


def _of_file(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is no UTF-8 text"
        raise WrongUse(
            f"{FILE} names {file}, which cannot be read: {reason}.", HOW_TO_SET
        ) from None


def _checked(value: str, origin: str) -> Salt:
    if not value.strip():
        raise WrongUse(f"The salt of {origin} is blank.", HOW_TO_SET)
    if _UNFIT.search(value):
        raise WrongUse(
            f"The salt of {origin} has a quote, a backslash, a dollar sign or a line break in it.",
            f"Take letters and digits. {HOW_TO_SET}",
        )
    return Salt(value, origin)
