"""Whether the pseudonyms of a build may be published: only with a salt that is nobody else's.

With the built-in salt everybody can work out whose pseudonym is which, so it is for the demo, whose
people do not exist.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb

from sales_kpis.demo_files import is_demo
from sales_kpis.errors import WrongUse
from sales_kpis.marts import opened, query
from sales_kpis.salt import BUILT_IN, HOW_TO_SET, Salt
from sales_kpis.settings import Settings


def has_only_made_up_people(settings: Settings) -> bool:
    """Whether all that a run reads are files of a demo company."""
    has_rows = any(
        isinstance(table, Mapping) and table.get("rows")
        for tables in (settings.values.get("source_mapping") or {}).values()
        for table in (tables or {}).values()
    )
    return settings.raw_path is not None and not has_rows and is_demo(settings.raw_path)


def said_of_pseudonyms(
    salt: Salt, settings: Settings, *, is_published: bool = True
) -> dict[str, Any]:
    """The manifest's words on pseudonyms: whose salt, its fingerprint, whether the people exist.

    Nothing of a project without pseudonyms.

    Raises:
        WrongUse: the salt is the built-in one, the raw files are no demo company's, and what is
            built of them is to be published.
    """
    if "pseudonym_salt" not in settings.values:
        return {}
    if not salt.is_built_in:
        return {**salt.described(), "is_demo": False}
    # Without any file it is the check of the sources that has something to say.
    has_files = settings.raw_path is None or any(settings.raw_path.rglob("*"))
    is_of_demo = not has_files or has_only_made_up_people(settings)
    if is_published and not is_of_demo:
        raise _refusal("would be published")
    return {**salt.described(), "is_demo": is_of_demo}


def require_own_salt_in_marts(database: Path, is_of_demo: bool) -> None:
    """Stop before marts are published whose pseudonyms were made with the built-in salt.

    Raises:
        WrongUse: they were, and they are no demo company's.
    """
    if not is_of_demo and salt_of_marts(database, [BUILT_IN]) is not None:
        raise _refusal("are in this build")


def has_only_reserved_addresses(warehouse: Path) -> bool:
    """Whether no address of a person in a warehouse is under a domain that can exist.

    `example` is reserved (RFC 2606), and no top-level domain has one letter.
    """
    with opened(warehouse) as connection:
        try:
            found = query(
                connection,
                """
                select 1 as found
                from intermediate.int_people__identities
                where not regexp_matches(email, '[.](example|[a-z])$')
                limit 1
                """,
            )
        except duckdb.Error:
            return True  # A warehouse without people.
    return not found


def salt_of_marts(database: Path, salts: Sequence[str]) -> str | None:
    """The one of these salts that made the pseudonyms of people; None if no one did, or none is.

    A person's pseudonym is the hash of the salt and the key of the first record, which the marts
    have beside it.
    """
    try:
        with opened(database) as connection:
            rows = query(
                connection,
                """
                select record_type || '/' || record_id as identity_key, identity_id
                from core.bridge_identities
                where identity_type = 'person' and link_reason = 'own'
                limit 1
                """,
            )
    except duckdb.Error:
        return None  # Marts without people.
    for row in rows:
        for salt in salts:
            text = f"{salt}{row['identity_key']}".encode()
            digest = hashlib.md5(text, usedforsecurity=False).hexdigest()
            if row["identity_id"] == f"p_{digest}":
                return salt
    return None


def _refusal(what: str) -> WrongUse:
    return WrongUse(
        "The salt of the pseudonyms is the built-in one, which everybody can read, so that the"
        f" people whose records {what} could be found by their addresses; only the demo is"
        " published with it.",
        f"{HOW_TO_SET}. Or build without publishing: kpis run --no-publish",
    )
