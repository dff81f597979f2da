"""What the raw tables of all systems share: records as rows of text, and the order of arrival."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import TypeVar

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


def record_texts(record: Record, moment: Callable[[datetime], str]) -> Texts:
    """The record's fields as text, before anything is written otherwise."""
    found = {}
    for field in fields(record):
        value = getattr(record, field.name)
        if field.name in REFERENCES or field.name == "key":
            found[field.name] = "" if value is None else str(value).partition(":")[2]
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
        "old_value": (change.old_value or "").partition(":")[2],
        "new_value": (change.new_value or "").partition(":")[2],
    }


def write_table(path: Path, columns: Mapping[str, str], rows: Sequence[Texts], seed: int) -> None:
    """Writes rows as CSV, each column from its field, in an order of arrival that says nothing."""
    lines = sorted([row.get(field, "") for field in columns.values()] for row in rows)
    Random(f"{seed} {path.parent.name} {len(lines)}").shuffle(lines)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_csv(path, list(columns), lines)
