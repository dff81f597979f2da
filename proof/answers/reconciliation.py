"""The fate of the raw rows: staged, an older duplicate, or rejected, by system and table."""

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from proof.company.records import Company, Record
from proof.company.seed_files import write_csv
from proof.connectors import salesforce as raw_salesforce
from proof.connectors import tabular as raw_tabular
from proof.connectors.google_analytics import event_rows
from proof.connectors.hubspot.spellings import hubspot_tables
from proof.connectors.mailchimp.spellings import mailchimp_tables
from proof.connectors.tables import Table, records_of


class ReconciliationRow(NamedTuple):
    """The rows of one raw table; tables are named in lower case with underscores."""

    system: str
    source_table: str
    raw_rows: int
    staged_rows: int
    duplicate_rows: int
    rejected_rows: int


def planted_reconciliation(company: Company) -> list[ReconciliationRow]:
    """The true counts of every raw table."""
    tables = [
        *(("salesforce", raw_salesforce.snake_case(t.name), t) for t in raw_salesforce.TABLES),
        *(("tabular", t.name, t) for t in raw_tabular.TABLES),
    ]
    found = []
    for system, name, table in tables:
        raw = len(records_of(company, table.record_type, system, table.id_prefix))
        duplicates = _count(company.older_versions, table, system)
        rejected = _count(company.stray_rows, table, system)
        staged = raw - duplicates - rejected
        found.append(ReconciliationRow(system, name, raw, staged, duplicates, rejected))
    roles = len(raw_salesforce.role_ids(company))
    found.append(ReconciliationRow("salesforce", "user_role", roles, roles, 0, 0))
    for name, (_, rows) in raw_salesforce.other_tables(company).items():
        table_name, count = raw_salesforce.snake_case(name), len(rows)
        found.append(ReconciliationRow("salesforce", table_name, count, count, 0, 0))
    for system, written in (
        ("hubspot", hubspot_tables(company)),
        ("mailchimp", mailchimp_tables(company)),
    ):
        for name, raw_table in written.items():
            count = len(raw_table.rows)
            found.append(ReconciliationRow(system, name, count, count, 0, 0))
    older = set(map(id, company.older_versions))
    events = [record for record, _ in event_rows(company)]
    count, duplicates = len(events), sum(id(record) in older for record in events)
    staged = count - duplicates
    found.append(ReconciliationRow("google_analytics", "event", count, staged, duplicates, 0))
    return found


def _count(records: Iterable[Record], table: Table, system: str) -> int:
    return sum(
        isinstance(record, table.record_type)
        and record.system == system
        and record.native_id.startswith(table.id_prefix)
        for record in records
    )


def write_reconciliation(rows: Iterable[ReconciliationRow], path: Path) -> None:
    """Writes the rows as CSV."""
    write_csv(path, ReconciliationRow._fields, ([str(cell) for cell in row] for row in rows))
