"""The rules that built marts must hold before they are published."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import duckdb

from sales_kpis.formats import plural
from sales_kpis.marts import Table, mart_tables, query

KPI_COLUMNS = (
    "period_grain",
    "period_start_date",
    "dimension",
    "dimension_value",
    "period_end_date",
    "is_period_complete",
    "numerator",
    "denominator",
    "value",
)
KPI_KEY = KPI_COLUMNS[:4]


@dataclass(frozen=True)
class Finding:
    """One thing the audit found: an `error` stops the publication, a `warning` is only told."""

    severity: Literal["error", "warning"]
    subject: str
    message: str

    def __str__(self) -> str:
        return f"{self.subject}: {self.message}"


@dataclass(frozen=True)
class Audit:
    """The result of an audit: findings and the number of rows of every mart."""

    findings: tuple[Finding, ...]
    row_counts: Mapping[str, int]

    @property
    def errors(self) -> tuple[Finding, ...]:
        """The findings that stop the publication."""
        return tuple(finding for finding in self.findings if finding.severity == "error")

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """The findings that are only told."""
        return tuple(finding for finding in self.findings if finding.severity == "warning")


def audit_marts(
    connection: duckdb.DuckDBPyConnection,
    *,
    facts_of: Mapping[str, Sequence[str]] | None = None,
    earlier_row_counts: Mapping[str, int] | None = None,
) -> Audit:
    """Audit the marts of an opened build.

    A KPI without rows is a warning where it never had any (the company has no such facts), and an
    error where the published version has rows of it while its fact tables are still filled.

    Args:
        connection: the build's database.
        facts_of: fact tables (schema.table) of each KPI, as far as known.
        earlier_row_counts: rows of each mart (schema.table) in the published version, if that was
            built with the same settings.
    """
    tables = mart_tables(connection)
    row_counts = {str(table): _count(connection, table) for table in tables}
    findings: list[Finding] = []

    missing = [
        name
        for name in (
            "monitoring.kpi_catalog",
            "monitoring.kpi_values",
            "monitoring.source_reconciliation",
        )
        if name not in row_counts
    ]
    findings += [Finding("error", name, f"The table {name} is not there.") for name in missing]
    if "monitoring.source_reconciliation" in row_counts:
        findings += _reconciliation_findings(connection)
    if {"monitoring.kpi_catalog", "monitoring.kpi_values"} <= row_counts.keys():
        findings += _kpi_findings(connection, row_counts, facts_of or {}, earlier_row_counts or {})
    return Audit(tuple(findings), row_counts)


def _kpi_findings(
    connection: duckdb.DuckDBPyConnection,
    row_counts: Mapping[str, int],
    facts_of: Mapping[str, Sequence[str]],
    earlier_row_counts: Mapping[str, int],
) -> list[Finding]:
    kpis = [
        row["kpi"]
        for row in query(connection, "select kpi from monitoring.kpi_catalog order by kpi")
    ]
    if not kpis:
        return [Finding("error", "monitoring.kpi_catalog", "The catalog has no KPI.")]
    united = {
        row["kpi"]: row["count_rows"]
        for row in query(
            connection, "select kpi, count(*) as count_rows from monitoring.kpi_values group by kpi"
        )
    }
    findings: list[Finding] = []
    empty: list[str] = []
    for kpi in kpis:
        table = f"kpis.kpi_{kpi}"
        if table not in row_counts:
            findings.append(
                Finding("error", kpi, f"It is in the catalog, but {table} is not there.")
            )
            continue
        findings += _key_findings(connection, kpi)
        if united.get(kpi, 0) != row_counts[table]:
            findings.append(
                Finding(
                    "error",
                    kpi,
                    f"{table} has {row_counts[table]:,} rows, but kpi_values has"
                    f" {united.get(kpi, 0):,} of it.",
                )
            )
        if row_counts[table] == 0:
            empty.append(kpi)
    findings += _empty_kpi_findings(connection, empty, row_counts, facts_of, earlier_row_counts)
    unknown = sorted(
        {name.removeprefix("kpis.kpi_") for name in row_counts if name.startswith("kpis.kpi_")}
        - set(kpis)
    )
    findings += [Finding("error", kpi, f"kpis.kpi_{kpi} is not in the catalog.") for kpi in unknown]
    return findings


def _empty_kpi_findings(
    connection: duckdb.DuckDBPyConnection,
    kpis: Sequence[str],
    row_counts: Mapping[str, int],
    facts_of: Mapping[str, Sequence[str]],
    earlier_row_counts: Mapping[str, int],
) -> list[Finding]:
    """One warning for all KPIs without rows, by their reason; those that have lost theirs apart."""
    said = _not_connected(connection)
    reasons: dict[str, list[str]] = {}
    findings: list[Finding] = []
    for kpi in kpis:
        filled = [
            f"{row_counts[fact]:,} rows of {fact}"
            for fact in facts_of.get(kpi, ())
            if row_counts.get(fact)
        ]
        none_of = f"none of the {' and '.join(filled)} is a fact of it"
        earlier_rows = earlier_row_counts.get(f"kpis.kpi_{kpi}", 0)
        # An input that is no longer connected is told; that there are rows of it no more follows.
        if filled and earlier_rows and kpi not in said:
            findings.append(
                Finding(
                    "error",
                    kpi,
                    f"no rows, but {earlier_rows:,} in the published version: {none_of}.",
                )
            )
            continue
        reason = said.get(kpi) or (none_of if filled else "there are no facts yet")
        reasons.setdefault(reason, []).append(kpi)
    if reasons:
        parts = [f"{', '.join(names)} ({reason})" for reason, names in reasons.items()]
        count = sum(len(names) for names in reasons.values())
        findings.append(
            Finding("warning", f"{plural(count, 'KPI')} without rows", "; ".join(parts) + ".")
        )
    return findings


def _not_connected(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """Why KPIs have no rows, as the catalog says; nothing of a catalog that does not say it."""
    described = query(connection, "select column_name from (describe monitoring.kpi_catalog)")
    if "not_connected" not in {row["column_name"] for row in described}:
        return {}
    rows = query(
        connection,
        "select kpi, not_connected from monitoring.kpi_catalog where not_connected is not null",
    )
    return {row["kpi"]: row["not_connected"] for row in rows}


def _key_findings(connection: duckdb.DuckDBPyConnection, kpi: str) -> list[Finding]:
    table = Table("kpis", f"kpi_{kpi}")
    columns = tuple(
        row["column_name"]
        for row in query(connection, f"select column_name from (describe {table.sql})")
    )
    if columns != KPI_COLUMNS:
        return [
            Finding(
                "error",
                kpi,
                f"{table} must have the columns {', '.join(KPI_COLUMNS)};"
                f" it has {', '.join(columns)}.",
            )
        ]
    key = ", ".join(KPI_KEY)
    duplicates = query(
        connection,
        f"""
        select {key}, count(*) as count_rows
        from {table.sql}
        group by all
        having count(*) > 1
        order by all
        """,
    )
    if not duplicates:
        return []
    first: dict[str, Any] = duplicates[0]
    example = ", ".join(f"{name} {first[name]}" for name in KPI_KEY)
    return [
        Finding(
            "error",
            kpi,
            f"{len(duplicates):,} keys of {table} occur more than once, the first: {example}"
            f" ({first['count_rows']} rows).",
        )
    ]


def _reconciliation_findings(connection: duckdb.DuckDBPyConnection) -> list[Finding]:
    return [
        Finding(
            "error",
            f"{row['system']}.{row['source_table']}",
            f"Its books do not balance: {row['raw_rows']:,} raw rows are not"
            f" {row['staged_rows']:,} staged + {row['duplicate_rows']:,} duplicates"
            f" + {row['rejected_rows']:,} rejected.",
        )
        for row in query(
            connection,
            """
            select system, source_table, raw_rows, staged_rows, duplicate_rows, rejected_rows
            from monitoring.source_reconciliation
            where is_balanced is not true
            order by all
            """,
        )
    ]


def _count(connection: duckdb.DuckDBPyConnection, table: Table) -> int:
    row = connection.execute(f"select count(*) from {table.sql}").fetchone()
    return int(row[0]) if row else 0
