"""Raw files as they should not be: a damaged twin of a company, and the clean one it stands for.

Damage that loses values (a column that is not delivered, a cell that cannot be read) is blank in
the clean twin; damage that loses nothing (spelling, encoding, duplicates, rows that are nobody's)
is not in it. So whatever is built of both must be the same, but for the rows marked `GHOST`.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import duckdb
import yaml

from builds import PROJECT, pseudonym

Row = dict[str, str]

GHOST = "ghost"  # In the ids of rows that belong to nothing, and of what they refer to.
NOT_YET = "2030-01-01"  # After the as-of date of every company here.
NASTY = (
    "=1+1",
    "+cmd|' /C calc'!A0",
    '@x;"quoted", and more',
    "Ünïcødé 株式会社 🎉",
    "two\nlines",
    "-2+3\t|tab and bar",
    '=HYPERLINK("https://x.example";"é")',
)
JUNK = {
    "int": "a dozen",
    "rate": "1.23.4,5",
    "decimal": "1.23.4,5",  # No form of numbers has such groups.
    "bool": "perhaps",
    "date": "2025-02-30",
    "timestamp": "yesterday, 9:05 PM",
    "json": "[{",
    "nested": "[{",
}
READABLE = {
    "int": r"-?\d+",
    "rate": r"-?\d+(\.\d+)?",
    "decimal": r"-?\d+(\.\d+)?",
    "bool": "true|false",
    "date": r"\d{4}-\d\d-\d\d.*",
    "timestamp": r"\d{4}-\d\d-\d\d.*|\d{16}|\d{13}",
    "json": r"[\[{].*",
    "nested": r"[\[{].*",
    "text": r"(?s).+",
}
# Tables that say what the values of others mean: a further row would change these.
LOOKUPS = frozenset(
    {
        ("tabular", "deal_stage"),
        ("salesforce", "opportunity_stage"),
        ("salesforce", "currency_type"),
        ("salesforce", "dated_conversion_rate"),
        ("hubspot", "deal_pipeline"),
        ("hubspot", "deal_pipeline_stage"),
    }
)
# Optional tables that the damaged twin lacks, has as a file of no bytes, or of a header only.
LOST = {
    "absent": {
        "salesforce": "campaign_member",
        "hubspot": "contact_form_submission",
        "tabular": "survey_response",
        "mailchimp": "unsubscribe",
    },
    "no bytes": {
        "salesforce": "opportunity_history",
        "hubspot": "engagement_note",
        "tabular": "web_event",
        "mailchimp": "list",
    },
    "header only": {
        "salesforce": "user_role",
        "hubspot": "email_event_status_change",
        "tabular": "lifecycle_event",
    },
}


class Fault(NamedTuple):
    """A row of `rejected_rows`."""

    system: str
    source_table: str
    row_key: str
    column_name: str
    rule: str
    raw_value: str | None
    is_row_rejected: bool


@dataclass(frozen=True)
class Column:
    """A declared column of a source."""

    name: str
    type: str
    is_required: bool
    is_pii: bool
    is_id: bool
    names: tuple[str, ...]


@dataclass(frozen=True)
class Contract:
    """The declaration of a table in the YAML of a source."""

    system: str
    table: str
    columns: tuple[Column, ...]
    primary_key: tuple[str, ...]
    newest_by: tuple[str, ...]
    names: tuple[str, ...]
    required_with: str | None
    is_required: bool


@dataclass
class RawTable:
    """A delivered table: its contract, its rows, and under which header each column stands."""

    contract: Contract
    header: list[str]
    rows: list[Row]
    found: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for column in self.contract.columns:
            name = find_name(self.header, column.names)
            if name is not None:
                self.found[column.name] = name

    def cell(self, row: Row, column: str) -> str:
        """A declared column's text; blank where it was not delivered."""
        return row[self.found[column]].strip(" \t\r\n") if column in self.found else ""

    def key(self, row: Row) -> str:
        """The row's key as `rejected_rows` writes it."""
        return "|".join(self._key_part(row, name) for name in self.contract.primary_key)

    def _key_part(self, row: Row, column: str) -> str:
        cell = self.cell(row, column) or "(missing)"
        # Mailchimp names a member by the MD5 of its address.
        is_of_address = self.contract.system == "mailchimp" and re.fullmatch("[0-9a-f]{32}", cell)
        return pseudonym("k", cell) if is_of_address else cell

    def good_rows(self) -> list[Row]:
        """Rows without a fault whose key no other row has."""
        keys = Counter(map(self.key, self.rows))
        return [row for row in self.rows if keys[self.key(row)] == 1 and self._is_good(row)]

    def _is_good(self, row: Row) -> bool:
        for column in self.contract.columns:
            cell = self.cell(row, column.name)
            if not cell and column.is_required:
                return False
            if cell and not re.fullmatch(READABLE[column.type], cell):
                return False
        return True


@dataclass
class Twins:
    """The damage done to a twin, and what must come of it."""

    faults: Counter[Fault] = field(default_factory=Counter)
    # By system and table: raw, staged, duplicate and rejected rows more than the clean twin has.
    more_rows: dict[tuple[str, str], list[int]] = field(default_factory=dict)
    # By system, table and column: the odd texts that must arrive as they were written.
    odd_texts: dict[tuple[str, str, str], list[str]] = field(default_factory=dict)
    dropped_columns: list[tuple[str, str, str]] = field(default_factory=list)


def plain(name: str) -> str:
    """The spelling that all spellings of a name share."""
    return re.sub("[_ -]", "", name.lower())


def find_name(header: list[str], names: tuple[str, ...]) -> str | None:
    """The header under which one of the names stands."""
    for name in names:
        for test in (
            lambda raw, name=name: raw == name,
            lambda raw, name=name: plain(raw) == plain(name),
            lambda raw, name=name: (
                plain(re.sub("^propert(y|ies)_", "", raw.lower())) == plain(name)
            ),
        ):
            for raw in header:
                if test(raw):
                    return raw
    return None


def contracts(mapping: Mapping[str, Any]) -> list[Contract]:
    """The declared tables of all systems; `mapping` is the setting source_mapping."""
    found = []
    for path in sorted((PROJECT / "models/staging").glob("*/_*__sources.yml")):
        [source] = yaml.safe_load(path.read_text("utf-8"))["sources"]
        for table in source["tables"]:
            meta = table["config"]["meta"]
            mapped = mapping.get(source["name"], {}).get(table["name"], {}).get("columns", {})
            found.append(
                Contract(
                    system=source["name"],
                    table=table["name"],
                    columns=tuple(_columns(table["columns"], meta["primary_key"], mapped)),
                    primary_key=tuple(meta["primary_key"]),
                    newest_by=tuple(meta.get("newest_by", source["config"]["meta"]["newest_by"])),
                    names=(table["name"], f"{table['name']}s", *meta.get("aliases", [])),
                    required_with=meta.get("required_with"),
                    is_required=meta.get("required", False),
                )
            )
    return found


def _columns(
    declared: list[dict[str, Any]], key: list[str], mapped: Mapping[str, str]
) -> Iterator[Column]:
    for column in declared:
        name, meta = column["name"], column.get("config", {}).get("meta", {})
        yield Column(
            name=name,
            type=column["data_type"],
            is_required=meta.get("required", False),
            is_pii=meta.get("pii", False),
            is_id=column["data_type"] == "text"
            and (name == "id" or name.endswith("_id") or name in key or "references" in meta),
            names=(mapped[name],) if name in mapped else (name, *meta.get("aliases", [])),
        )


def read_tables(raw: Path, mapping: Mapping[str, Any]) -> list[RawTable]:
    """The raw tables of a folder that a contract reads; nested columns as the text of their JSON.

    A file that no contract reads has none.
    """
    tables = []
    for contract in contracts(mapping):
        folder = raw / contract.system
        names = sorted({path.name.removesuffix(".csv") for path in folder.iterdir()})
        name = find_name(names, contract.names)
        if name is None:
            continue
        header, rows = _read(folder / name if (folder / name).is_dir() else folder / f"{name}.csv")
        tables.append(RawTable(contract, header, rows))
    return tables


def _read(path: Path) -> tuple[list[str], list[Row]]:
    if path.suffix == ".csv":
        with path.open(encoding="utf-8", newline="") as file:
            header, *lines = csv.reader(file)
        return header, [dict(zip(header, line, strict=True)) for line in lines]
    with duckdb.connect() as connection:
        query = f"from read_parquet('{path}/*.parquet', union_by_name = true)"
        types = {
            name: kind for name, kind, *_ in connection.execute(f"describe {query}").fetchall()
        }
        cells = [
            f'to_json("{name}")' if "(" in kind else f'cast("{name}" as varchar)'
            for name, kind in types.items()
        ]
        found = connection.execute(f"select {', '.join(cells)} {query}").fetchall()
    rows = [{n: str(c or "") for n, c in zip(types, line, strict=True)} for line in found]
    return list(types), rows


def write_twins(raw: Path, mapping: Mapping[str, Any], clean: Path, dirty: Path) -> Twins:
    """Writes the clean and the damaged twin of the raw files in `raw`."""
    twins = Twins()
    for number, table in enumerate(read_tables(raw, mapping)):
        system, name = table.contract.system, table.contract.table
        loss = next((kind for kind, tables in LOST.items() if tables.get(system) == name), None)
        rows = [] if loss else [dict(row) for row in table.rows]
        header = list(table.header)
        if not loss:
            rows = _Damage(table, twins, Random(f"{system} {name}")).done(header)
        path = clean / system / f"{name}.csv"
        write_csv(path, table.header, [] if loss else table.rows)
        if loss == "no bytes":
            (dirty / system / f"{name}.csv").write_bytes(b"")
        elif loss != "absent":
            _write_oddly(dirty / system, name, header, rows, number)
    return twins


class _Damage:
    """Damages one table: `table` becomes the clean twin's, and `done` gives the damaged rows."""

    def __init__(self, table: RawTable, twins: Twins, random: Random) -> None:
        self.table = table
        self.contract = table.contract
        self.twins = twins
        self.random = random
        self.tag = f"{self.contract.system}.{self.contract.table}"
        self.good = table.good_rows()
        random.shuffle(self.good)
        self.more = twins.more_rows.setdefault((self.contract.system, self.contract.table), [0] * 4)

    def done(self, header: list[str]) -> list[Row]:
        self._write_odd_texts()
        self._drop_a_column(header)
        cells_to_spoil = self._blank_cells()
        rows = [dict(row) for row in self.table.rows]
        for index, name, junk in cells_to_spoil:
            rows[index][name] = junk
        rows += [*self._duplicates(), *self._rejects(), *self._ghosts()]
        self.random.shuffle(rows)
        return rows

    def _delivered_key(self) -> list[str]:
        return [name for name in self.contract.primary_key if name in self.table.found]

    def _take(self) -> Row | None:
        return self.good.pop() if self.good else None

    def _write_odd_texts(self) -> None:
        """Names and titles that a spreadsheet or a CSV reader might trip over; in both twins."""
        for column in self.contract.columns:
            if not re.fullmatch("(account_|deal_|product_)?name|title|subject", column.name):
                continue
            if column.name not in self.table.found or column.name in self.contract.primary_key:
                continue
            for text in NASTY:
                row = self._take() if len(self.good) > 8 else None
                if row is not None:
                    row[self.table.found[column.name]] = text
                    key = (self.contract.system, self.contract.table, column.name)
                    self.twins.odd_texts.setdefault(key, []).append(text)

    def _drop_a_column(self, header: list[str]) -> None:
        if (self.contract.system, self.contract.table) in LOOKUPS:
            return
        candidates = [
            column
            for column in self.contract.columns
            if column.name in self.table.found
            and column.name not in ("new_value", "currency", "deal_currency_code")
            and not column.is_required
            and not column.is_id
            and column.type != "nested"
            and column.names[0] == column.name  # Not mapped: what is mapped must be there.
            and column.name not in (*self.contract.primary_key, *self.contract.newest_by)
            and (self.contract.system, self.contract.table, column.name) not in self.twins.odd_texts
        ]
        if not candidates:
            return
        column = self.random.choice(candidates)
        name = self.table.found.pop(column.name)
        header.remove(name)
        for row in self.table.rows:
            row[name] = ""
        self.twins.dropped_columns.append((self.contract.system, self.contract.table, column.name))

    def _blank_cells(self) -> list[tuple[int, str, str]]:
        spoilt = []
        for column in self.contract.columns:
            if column.type == "text" or column.is_required or column.name not in self.table.found:
                continue
            row = self._take() if column.name not in self.contract.primary_key else None
            if row is None:
                continue
            index = next(i for i, other in enumerate(self.table.rows) if other is row)
            row[self.table.found[column.name]] = ""
            junk = JUNK[column.type]
            spoilt.append((index, self.table.found[column.name], junk))
            self._fault(row, column, f"unreadable {_read_as(column.type)}", junk)
        return spoilt

    def _duplicates(self) -> Iterator[Row]:
        """A row three times, and an older version of a row with another text."""
        if row := self._take():
            yield from (dict(row), dict(row))
            self._count(duplicates=2)
        newest = [n.removeprefix("not ") for n in self.contract.newest_by]
        newest_by = next((name for name in newest if name in self.table.found), None)
        row = self._take()
        if row is None or newest_by is None or newest_by == "_fivetran_active":
            return
        if not self.table.cell(row, newest_by):
            return
        older = dict(row)
        stamp = self.table.found[newest_by]
        older[stamp] = re.sub("^....", "2001", older[stamp])
        for column in self.contract.columns:
            is_told = column.name in self.table.found and column.type == "text"
            if is_told and not column.is_id and column.name not in self.contract.primary_key:
                older[self.table.found[column.name]] = "as it was before"
        yield older
        self._count(duplicates=1)

    def _rejects(self) -> Iterator[Row]:
        """Rows that lack a required value, or have one that cannot be read."""
        for column in self.contract.columns:
            if not column.is_required:
                continue
            kinds = [("missing", " \t")]
            if column.type != "text":
                kinds.append((f"unreadable {column.type}", JUNK[column.type]))
            for rule, text in kinds:
                if not self.table.rows:
                    continue
                row = dict(self.random.choice(self.good or self.table.rows))
                if not self.table._is_good(row):
                    continue
                for other in self.contract.columns:
                    if other.is_id and other.name in self._delivered_key():
                        row[self.table.found[other.name]] = f"reject:{self.tag}:{column.name}"
                row[self.table.found[column.name]] = text
                yield row
                self._count(rejected=1)
                self._fault(row, column, rule, text.strip() or None)

    def _ghosts(self) -> Iterator[Row]:
        """Rows about nothing that there is: every id in them is unknown."""
        # Whoever has bought is a customer, known or not.
        row = next((row for row in self.good if self.table.cell(row, "is_won") != "true"), None)
        if row is None or (self.contract.system, self.contract.table) in LOOKUPS:
            return
        ghost = dict(row)
        for column in self.contract.columns:
            name = self.table.found.get(column.name)
            if name is None or column.type != "text":
                continue
            if column.is_id or (column.is_pii and column.is_required):
                ghost[name] = f"{GHOST}:{self.tag}"
            elif not column.is_required and column.name not in self.contract.newest_by:
                ghost[name] = ""
        if self.contract.table == "subscription":
            ghost[self.table.found["started_on"]] = NOT_YET
            if "ended_on" in self.table.found:
                ghost[self.table.found["ended_on"]] = ""
        yield ghost
        self._count(staged=1)
        stage = next(
            (n for n in ("deal_pipeline_stage_id", "stage") if n in self.table.found), None
        )
        if self.contract.table == "deal" and stage is not None:
            rule = "stage that the stages table does not have"
            found = (self.contract.system, "deal", self.table.key(ghost), "stage", rule)
            self.twins.faults[Fault(*found, self.table.cell(ghost, stage), False)] += 1

    def _count(self, staged: int = 0, duplicates: int = 0, rejected: int = 0) -> None:
        counts = (staged + duplicates + rejected, staged, duplicates, rejected)
        self.more[:] = [old + new for old, new in zip(self.more, counts, strict=True)]

    def _fault(self, row: Row, column: Column, rule: str, value: str | None) -> None:
        self.twins.faults[
            Fault(
                self.contract.system,
                self.contract.table,
                self.table.key(row),
                column.name,
                rule,
                "(personal data)" if column.is_pii else value,
                column.is_required,
            )
        ] += 1


def _read_as(data_type: str) -> str:
    return "json" if data_type == "nested" else data_type


def write_csv(path: Path, header: list[str], rows: list[Row]) -> None:
    """Writes plain CSV."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows([row[name] for name in header] for row in rows)


def _write_oddly(folder: Path, table: str, header: list[str], rows: list[Row], number: int) -> None:
    """Writes a table under another name, with another header, delimiter, line end and quoting."""
    is_hubspot = folder.name == "hubspot"  # Whose `property_` is a prefix, with its underscore.
    spellings = (str.upper, str.title) if is_hubspot else (str.upper, _camel, _spaced, str.title)
    spell = spellings[number % len(spellings)]
    text = io.StringIO(newline="")
    writer = csv.writer(
        text,
        delimiter=",;\t|"[number % 4],
        lineterminator=("\r\n", "\n")[number % 2],
        quoting=(csv.QUOTE_ALL, csv.QUOTE_MINIMAL)[number // 2 % 2],
    )
    writer.writerow([spell(name) for name in header])
    writer.writerows([row[name] for name in header] for row in rows)
    bom = "\ufeff" if number % 3 == 0 else ""
    folder.mkdir(parents=True, exist_ok=True)
    name = (_camel, str.upper, _spaced)[number % 3](table)
    (folder / f"{name}.csv").write_bytes((bom + text.getvalue()).encode("utf-8"))


def _camel(name: str) -> str:
    return re.sub("_([a-z0-9])", lambda match: match[1].upper(), name)


def _spaced(name: str) -> str:
    return name.replace("_", " ").title()
