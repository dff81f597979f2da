"""Raw tables of all systems: records as rows of text, and files in an order of arrival."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import TypeVar
from uuid import NAMESPACE_URL, uuid5

from proof.company.records import Company, DealChange, Record
from proof.company.seed_files import write_csv

Texts = dict[str, str]
R = TypeVar("R", bound=Record)

# Fields that hold another record's key; a raw table has only the native id.
REFERENCES = frozenset(
    {
        "account",
        "campaign",
        "converted_account",
        "converted_deal",
        "converted_person",
        "deal",
        "lead",
        "manager",
        "merged_into",
        "message",
        "owner",
        "parent",
        "person",
        "primary_person",
        "product",
        "rep",
        "session",
        "sourced_by",
    }
)


@dataclass(frozen=True)
class Table:
    """A raw table: the records it holds and, for each of its columns, the field that fills it.

    Where one type of record has several tables, `id_prefix` tells which of them a table holds.
    """

    name: str
    record_type: type[Record]
    columns: Mapping[str, str]
    id_prefix: str = ""


@dataclass(frozen=True)
class RawTable:
    """A raw table: its columns, and its rows by column."""

    columns: tuple[str, ...]
    rows: list[Texts]


Tables = dict[str, RawTable]


def records_of(company: Company, record_type: type[R], system: str, id_prefix: str = "") -> list[R]:
    """All records of a type that have a row in a system's table, true or not."""
    lists: tuple[Sequence[Record], ...] = (
        company.reps,
        company.accounts,
        company.people,
        company.products,
        company.leads,
        company.deals,
        company.lines,
        company.changes,
        company.stages,
        company.deal_accounts,
        company.deal_people,
        company.activities,
        company.campaigns,
        company.campaign_members,
        company.email_campaigns,
        company.email_messages,
        company.email_events,
        company.web_sessions,
        company.web_events,
        company.form_submissions,
        company.lifecycle_events,
        company.subscriptions,
        company.survey_responses,
        company.older_versions,
        company.stray_rows,
    )
    return [
        record
        for records in lists
        for record in records
        if isinstance(record, record_type)
        and record.system == system
        and record.native_id.startswith(id_prefix)
    ]


def raw_table(columns: Sequence[str], rows: Iterable[Texts] = ()) -> RawTable:
    """A table of its rows."""
    return RawTable(tuple(columns), list(rows))


def uuid_of(*parts: str) -> str:
    """A uuid that is always the same for the same parts."""
    return str(uuid5(NAMESPACE_URL, "/".join(parts)))


def native_id(key: str | None) -> str:
    """The id inside its system of a key `<system>:<id>`; empty for none."""
    return (key or "").partition(":")[2]


def record_texts(record: Record, moment: Callable[[datetime], str]) -> Texts:
    """The record's fields as text, before anything is written otherwise."""
    found = {}
    for field in fields(record):
        value = getattr(record, field.name)
        if field.name in REFERENCES or field.name == "key":
            found[field.name] = "" if value is None else native_id(str(value))
        elif value is None:
            found[field.name] = ""
        elif isinstance(value, bool):
            found[field.name] = "true" if value else "false"
        elif isinstance(value, Decimal):
            found[field.name] = f"{value:f}"
        elif isinstance(value, datetime):
            found[field.name] = moment(value)
        elif isinstance(value, (date, int, str)):
            found[field.name] = str(value)
    return found


def owner_ids(change: DealChange) -> Texts:
    """The values of a change of owner: the reps' native ids."""
    return {
        "old_value": native_id(change.old_value),
        "new_value": native_id(change.new_value),
    }


def write_table(path: Path, columns: Mapping[str, str], rows: Sequence[Texts], seed: int) -> None:
    """Writes rows as CSV, each column from its field, in an order of arrival that says nothing."""
    lines = sorted([row.get(field, "") for field in columns.values()] for row in rows)
    Random(f"{seed} {path.parent.name} {len(lines)}").shuffle(lines)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_csv(path, list(columns), lines)


def write_tables(
    company: Company,
    folder: Path,
    spellings: Mapping[str, Callable[[Company], Tables]],
    spelling: str,
) -> None:
    """Writes `<folder>/<table>.csv` for each table, and takes away those of other spellings.

    Args:
        company: the company to write down.
        folder: the system's folder.
        spellings: the tables of each spelling; one without rows is there too.
        spelling: the one to write.
    """
    nobody = Company()
    for tables_of in spellings.values():
        for name in tables_of(nobody):
            (folder / f"{name}.csv").unlink(missing_ok=True)
    for name, table in spellings[spelling](company).items():
        columns = {column: column for column in table.columns}
        write_table(folder / f"{name}.csv", columns, table.rows, company.seed)
