"""The person to be erased: the chain of records that are one person, and what tells who it is."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from urllib.parse import quote

import duckdb

from sales_kpis.errors import WrongUse
from sales_kpis.marts import query, quoted, text_literal

# An id may be one of these of an address (macros/contract/read/personal_data.sql).
_DIGESTS = ("md5", "sha1", "sha224", "sha256", "sha384", "sha512")
# Before and after an address stands nothing that would make it another one. A link writes some
# signs as `%3D`.
_BEFORE = r"(?:(?<=%[0-9a-f]{2})|(?<![\w.+-]))"
_AFTER = r"(?![\w-]|\.\w)"


@dataclass(frozen=True)
class Sought:
    """The texts to look for: addresses, each as a link writes it, and the digests of each.

    `texts` are in lower case; `tombstones` have what takes the place of each.
    """

    tombstones: Mapping[str, str]

    @classmethod
    def of(cls, addresses: Sequence[str]) -> Sought:
        """The texts to look for of these addresses, each with a tombstone by chance."""
        found: dict[str, str] = {}
        for address in addresses:
            tombstone = f"erased-{secrets.token_hex(8)}@erased.invalid"
            found |= {address: tombstone, quote(address).lower(): quote(tombstone)}
            for name in _DIGESTS:
                found[_digest(name, address)] = _digest(name, tombstone)
        return cls(found)

    @property
    def texts(self) -> tuple[str, ...]:
        """All of them, the longest first."""
        return tuple(sorted(self.tombstones, key=lambda text: (-len(text), text)))

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """Any of them, as a whole."""
        texts = "|".join(map(re.escape, self.texts))
        return re.compile(f"{_BEFORE}(?:{texts}){_AFTER}", re.IGNORECASE)

    def replaced(self, text: str) -> str:
        """The text with a tombstone in the place of each."""
        return self.pattern.sub(lambda found: self.tombstones[found[0].lower()], text)


@dataclass(frozen=True)
class Person:
    """All records that are one person.

    `records` are pairs of type (`person`, `lead`) and key, `<system>:<id>`; `names` are in lower
    case; `salt` made the pseudonyms among the keys.
    """

    addresses: tuple[str, ...]
    records: tuple[tuple[str, str], ...] = ()
    names: tuple[str, ...] = ()
    salt: str = field(default="", repr=False)

    @cached_property
    def sought(self) -> Sought:
        """The texts to look for."""
        return Sought.of(self.addresses)

    @cached_property
    def last_name(self) -> str:
        """By chance, so that an account called like the person stays a person's account."""
        return secrets.token_hex(4)

    @property
    def full_name(self) -> str:
        """The name that takes the place of theirs."""
        return f"Erased {self.last_name}"

    def keys(self, system: str, record_type: str | None) -> frozenset[str]:
        """The keys of the records of a system, without it; of one type, or of both."""
        return frozenset(
            key.partition(":")[2]
            for kind, key in self.records
            if key.partition(":")[0] == system and record_type in (None, kind)
        )

    def pseudonym(self, native_id: str) -> str:
        """The key that stands for an id that is or holds an address, a number or a name."""
        text = f"{self.salt}{native_id}".encode()
        return f"k_{hashlib.md5(text, usedforsecurity=False).hexdigest()}"


def normalised(address: str) -> str:
    """An address as the models compare it.

    Raises:
        WrongUse: it is none.
    """
    address = address.strip().lower()
    if not re.fullmatch(r"[^@ ]+@[^@ .]+([.][^@ .]+)+", address):
        raise WrongUse("--email is no e-mail address.", "Write it like jane@company.com.")
    return address


def find_person(
    connection: duckdb.DuckDBPyConnection, email: str | None, key: str | None, salt: str
) -> Person:
    """The person with an address, or with a key (`person_id`), as the last build knows them.

    An address that no lead or contact has may stand in mails or answers all the same: it is a
    person without records.

    Raises:
        WrongUse: the build has no tables of people, or nobody with the key.
    """
    try:
        rows = query(
            connection,
            """
            with identities as (
                select identities.*, coalesce(identities.email, records.email) as any_email
                from intermediate.int_people__identities as identities
                left join intermediate.int_people__records as records using (record_key)
            )
            select record_type, record_id, any_email
            from identities
            where identity_key in (
                select identity_key from identities where any_email = $email or person_id = $key
            )
            order by record_type, record_id
            """,
            {"email": email, "key": key},
        )
    except duckdb.CatalogException:
        raise WrongUse(
            "The last build has no tables of people, which tell the records of a person.",
            "Build them first: kpis run",
        ) from None
    if key and not rows:
        raise WrongUse("Nobody has this key.", "Take a person_id of core.dim_people, or --email.")
    records = tuple(dict.fromkeys((row["record_type"], row["record_id"]) for row in rows))
    addresses = dict.fromkeys([email, *(row["any_email"] for row in rows)])
    names: list[str] = []
    for record_type, table, column in (
        ("person", "int_people__united", "person_record_id"),
        ("lead", "int_leads__united", "lead_id"),
    ):
        ids = ", ".join(text_literal(key) for kind, key in records if kind == record_type)
        found = query(
            connection,
            f"""
            select distinct lower(trim(full_name)) as name
            from intermediate.{table}
            where {quoted(column)} in ({ids or "null"}) and trim(full_name) like '% %'
            """,
        )
        names += [row["name"] for row in found]
    return Person(
        tuple(address for address in addresses if address),
        records,
        tuple(sorted(set(names))),
        salt,
    )


def _digest(name: str, text: str) -> str:
    return hashlib.new(name, text.encode(), usedforsecurity=False).hexdigest()
