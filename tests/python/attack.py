"""Looks for people in what is published, as somebody with a list of addresses would.

The raw files tell whom to look for: every name, address and phone number in them, each as it is
written and in the usual other ways, in clear and as each usual digest.
"""

from __future__ import annotations

import base64
import csv
import hashlib
import itertools
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import duckdb

from sales_kpis.dashboard import unpacked

DIGESTS = ("md5", "sha1", "sha224", "sha256", "sha384", "sha512")
# Columns of raw tables that hold them, whatever the connector's spelling.
NAMES = re.compile(r"^(full_?name|first_?name|last_?name|name)$", re.IGNORECASE)
ADDRESSES = re.compile(r"e?mail|recipient|^value$", re.IGNORECASE)
PHONES = re.compile(r"phone", re.IGNORECASE)
PEOPLE_TABLES = re.compile(r"^(person|people|contacts?|leads?|members?|list_members)$", re.I)
STAFF_TABLES = re.compile(r"^(reps?|users?|owners?)$", re.IGNORECASE)


@dataclass
class People:
    """The personal data in the raw files of people that are no staff."""

    names: set[str] = field(default_factory=set)
    addresses: set[str] = field(default_factory=set)
    phones: set[str] = field(default_factory=set)

    @property
    def texts(self) -> set[str]:
        """All of it."""
        return self.names | self.addresses | self.phones


def people_of(raw: Path) -> People:
    """The people in a folder of landing files."""
    people, staff = People(), set[str]()
    for file in sorted(raw.glob("*/*.csv")):
        with file.open(encoding="utf-8-sig", newline="") as stream:
            for row in csv.DictReader(stream):
                cells = {name: (value or "").strip() for name, value in row.items() if name}
                for name, value in cells.items():
                    if STAFF_TABLES.match(file.stem):
                        staff.add(value.lower())
                    elif "@" in value and " " not in value and ADDRESSES.search(name):
                        people.addresses.add(value)
                    elif PEOPLE_TABLES.match(file.stem):
                        if PHONES.search(name) and len(re.sub(r"\D", "", value)) >= 7:
                            people.phones.add(value)
                        elif NAMES.match(name) and value:
                            people.names.add(value)
                parts = [cells.get(name, "") for name in ("firstname", "lastname")]
                if PEOPLE_TABLES.match(file.stem) and all(parts):
                    people.names.add(" ".join(parts))
    people.names = {name for name in people.names if name.lower() not in staff}
    return people


def spellings(text: str) -> Iterator[str]:
    """The ways in which somebody would write it before hashing it."""
    for one in {text, text.strip()}:
        yield from {one, one.lower(), one.upper(), quote(one), quote(one.lower())}
    digits = re.sub(r"\D", "", text)
    if len(digits) >= 7 and "@" not in text:
        yield from {digits, f"+{digits}", digits.removeprefix("00"), digits.removeprefix("0")}


def digests(texts: Iterable[str]) -> dict[str, str]:
    """Each usual digest, hexadecimal in lower case or Base64 without padding, and of what."""
    found: dict[str, str] = {}
    for text in texts:
        for spelling in spellings(text):
            for algorithm in DIGESTS:
                digest = hashlib.new(algorithm, spelling.encode(), usedforsecurity=False).digest()
                said = f"{algorithm} of {spelling}"
                found[digest.hex()] = said
                for encoded in (base64.b64encode(digest), base64.urlsafe_b64encode(digest)):
                    found[encoded.decode().rstrip("=")] = said
    return found


class DigestFinder:
    """Finds the usual digests of some texts in bytes, wherever they begin."""

    def __init__(self, texts: Iterable[str]) -> None:
        self.known = digests(texts)
        hexadecimal = {len(key) for key in self.known if re.fullmatch(r"[0-9a-f]+", key)}
        others = {len(key) for key in self.known if not re.fullmatch(r"[0-9a-f]+", key)}
        self._runs = (
            (re.compile(rb"[0-9a-fA-F]{32,}"), hexadecimal, True),
            (re.compile(rb"[A-Za-z0-9+/_-]{22,}"), others, False),
        )

    def found(self, content: bytes) -> set[str]:
        """The values whose digests are in it."""
        found = set()
        for pattern, lengths, is_hexadecimal in self._runs:
            for run in set(pattern.findall(content)):
                text = run.decode().lower() if is_hexadecimal else run.decode()
                for length in lengths:
                    for start in range(len(text) - length + 1):
                        if (said := self.known.get(text[start : start + length])) is not None:
                            found.add(said)
        return found


def text_columns(database: Path) -> Iterator[tuple[str, list[str]]]:
    """Each text column of the published schemas (schema.table.column) with its values."""
    with duckdb.connect(str(database), read_only=True) as connection:
        columns = connection.execute(
            """
            select table_schema, table_name, column_name from information_schema.columns
            where table_schema in ('core', 'kpis', 'monitoring') and data_type like '%VARCHAR%'
            order by all
            """
        ).fetchall()
        for schema, table, column in columns:
            rows = connection.execute(
                f'select distinct cast("{column}" as varchar) from "{schema}"."{table}"'
            ).fetchall()
            yield f"{schema}.{table}.{column}", [value for (value,) in rows if value is not None]


def parquet_texts(folder: Path) -> Iterator[tuple[str, list[str]]]:
    """The same of each Parquet file below a folder."""
    with duckdb.connect() as connection:
        for file in sorted(folder.rglob("*.parquet")):
            described = connection.execute("describe select * from read_parquet(?)", [str(file)])
            for column, data_type, *_ in described.fetchall():
                if "VARCHAR" in data_type:
                    rows = connection.execute(
                        f'select distinct cast("{column}" as varchar) from read_parquet(?)',
                        [str(file)],
                    ).fetchall()
                    yield f"{file.stem}.{column}", [text for (text,) in rows if text is not None]


def page_texts(folder: Path) -> list[str]:
    """Each text in the data of the dashboard of a version, which is compressed there."""
    page = (folder / "dashboard.html").read_text(encoding="utf-8")
    return sorted(set(_texts_in(json.loads(unpacked(page)))))


def _texts_in(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        yield from value
        for each in value.values():
            yield from _texts_in(each)
    elif isinstance(value, list):
        for each in value:
            yield from _texts_in(each)


class Finder:
    """Finds people in texts: an address or number anywhere, a name as a whole or as words."""

    def __init__(self, people: People) -> None:
        names = {" ".join(name.lower().split()) for name in people.names}
        self._whole = names | {address.lower() for address in people.addresses}
        self._pairs = {name for name in names if name.count(" ") == 1}
        self._numbers = {re.sub(r"\D", "", phone) for phone in people.phones}

    def found(self, values: Iterable[str]) -> set[str]:
        """The texts that tell of somebody."""
        return {value for value in values if self._tells(value)}

    def _tells(self, value: str) -> bool:
        text = " ".join(value.lower().split())
        if text in self._whole or ("@" in text and re.search(r"[^\s@]@[^\s@]+[.]", text)):
            return True
        if any(
            re.sub(r"\D", "", run) in self._numbers
            for run in re.findall(r"[+(0-9][0-9 ().-]{5,}[0-9]", text)
        ):
            return True
        words = re.findall(r"\w+", text) if " " in text else []
        return any(" ".join(pair) in self._pairs for pair in itertools.pairwise(words))
