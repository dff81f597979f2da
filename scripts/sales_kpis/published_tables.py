"""The published tables: the marts of a build in types that every reader understands, and more.

A mart is published with its comments, decimals as `double` and integers as `bigint`: browser
readers show a decimal without its point. KPI tables also have the labels of period and slice. Made
here are `kpis.kpis_wide_<family>` for tools that want a column a KPI, `monitoring.publication`,
which says what the file is, and `monitoring.published_tables`, which lists the tables and keys.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import duckdb

from sales_kpis.marts import Table, mart_tables, query, quoted, text_literal

PERIODS = "core.dim_periods"
KPI_KEY = ("period_grain", "period_start_date", "dimension", "dimension_value")
_LABELS = {
    "period_label": "The period in words, such as 2025-08, 2025-Q3 or FY26 Q2.",
    "dimension_label": "Name to show for the dimension value, such as that of a rep or product.",
}
_WIDE = {
    "period_grain": "Length of the period.",
    "period_start_date": "First day of the period.",
    "dimension": "By what the KPIs are divided; total, the whole.",
    "dimension_value": "The slice of that dimension.",
    "period_end_date": "Last day of the period.",
    **_LABELS,
    "is_period_complete": "Whether the period's last day is not after the as-of date.",
    "relative_period": (
        "current, the period that the as-of date is in and does not end; last complete, the newest"
        " one that has ended; null for all others."
    ),
}
_PUBLICATION = {
    "version": ("varchar", "Version of the published files, the folder's name."),
    "published_at": ("timestamp", "Moment of the publication, in UTC."),
    "as_of_date": ("date", "Last day that counts."),
    "reporting_currency": ("varchar", "Currency of all amounts that name no other."),
    "reporting_time_zone": ("varchar", "Time zone in which a moment belongs to a day."),
    "fiscal_year_start_month": ("bigint", "Month with which a fiscal year begins."),
    "project_version": ("varchar", "Version of sales_kpis."),
    "dbt_version": ("varchar", "Version of dbt-core."),
    "duckdb_version": ("varchar", "Version of the DuckDB that wrote the file."),
    "tests_passed": ("bigint", "Data tests of the build that passed."),
    "tests_warned": ("bigint", "Data tests that only warned."),
    "tests_failed": ("bigint", "Data tests that failed or could not be run."),
    "stalest_source": ("varchar", "Raw table, system.table, whose newest row is the oldest."),
    "stalest_source_date": ("date", "Day of that newest row."),
    "stalest_source_age_days": ("bigint", "Days from it to the as-of date."),
}
_TABLES = {
    "schema_name": "Schema of the table.",
    "table_name": "Name of the table.",
    "key_columns": (
        "Columns that tell its rows apart, joined with |; empty where it has none. No two rows have"
        " the same: a test of the build."
    ),
    "description": "Its grain, and what else is to be known of it.",
}
_INTEGERS = ("TINYINT", "SMALLINT", "INTEGER", "UTINYINT", "USMALLINT", "UINTEGER")


@dataclass(frozen=True)
class PublishedTable:
    """One table to publish: the query on the build, its key and what its columns mean.

    A sorted one is written in the order of its key; others stay in the order of the build.

    The key is told, not declared: its index made the demo's file 363 MB in place of 98 MB, and the
    build, of which this is the verified copy, holds each key unique.
    """

    table: Table
    query: str
    comment: str = ""
    key: tuple[str, ...] = ()
    columns: Mapping[str, str] = field(default_factory=dict)
    is_sorted: bool = False

    @property
    def told(self) -> str:
        """The comment of the table: its description, with its key."""
        key = f"Key: {', '.join(self.key)}." if self.key else ""
        return f"{self.comment} {key}".strip()

    def statements(self, connection: duckdb.DuckDBPyConnection, database: str) -> list[str]:
        """The statements that write the table into an attached database."""
        target = f"{database}.{self.table.sql}"
        described = query(connection, f"select column_name from (describe {self.query})")
        names = [row["column_name"] for row in described]
        comments = [
            f"comment on column {target}.{quoted(name)} is {text_literal(self.columns[name])}"
            for name in names
            if self.columns.get(name)
        ]
        if self.told:
            comments.append(f"comment on table {target} is {text_literal(self.told)}")
        order = f" order by {', '.join(map(quoted, self.key))}" if self.is_sorted else ""
        return [f"create table {target} as {self.query}{order}", *comments]


def published_tables(
    connection: duckdb.DuckDBPyConnection,
    described: Mapping[str, Mapping[str, Any]],
    publication: Mapping[str, Any],
    sources: Mapping[str, str],
) -> list[PublishedTable]:
    """All tables to publish, by schema and name.

    Args:
        connection: the build, in the current database.
        described: what the project says of each mart, by schema.table: description, key, columns.
        publication: the row of `monitoring.publication`, as `publication_row` gives it.
        sources: another relation than the mart itself, by schema.table.
    """
    connection.execute(
        """
        create or replace temp table slice_labels as
        select dimension, dimension_value, max(dimension_label) as dimension_label
        from monitoring.kpi_values
        group by dimension, dimension_value
        """
    )
    counts = _whole_counts(connection)
    tables = []
    for mart in mart_tables(connection):
        said = described.get(str(mart)) or {}
        source = sources.get(str(mart)) or mart.sql
        columns: dict[str, str] = dict(said.get("columns") or {})
        kpi = mart.name.removeprefix("kpi_") if mart.schema == "kpis" else ""
        if kpi:
            sql = _kpi_query(connection, kpi, source, kpi in counts)
            columns |= _LABELS
        else:
            names = _select_list(connection, source)
            sql = f"select {names} from {source}"
        tables.append(
            PublishedTable(
                mart, sql, str(said.get("description") or ""), tuple(said.get("key") or ()), columns
            )
        )
    tables += [*_wide_tables(connection, counts), _publication_table(publication)]
    tables.append(_tables_table(tables))
    return sorted(tables, key=lambda published: published.table)


def publication_row(
    version: str,
    published_at: str,
    as_of_date: str | None,
    settings: Mapping[str, Any],
    versions: Mapping[str, str],
    tests: Sequence[Mapping[str, Any]],
    source_freshness: Sequence[Mapping[str, Any]],
) -> dict[str, Any]:
    """The row of `monitoring.publication`; null is what is not known of the build."""
    statuses = [str(test.get("status")) for test in tests]
    passed, warned = statuses.count("pass"), statuses.count("warn")
    dated = sorted(
        (str(source["newest_row"])[:10], f"{source['system']}.{source['table']}")
        for source in source_freshness
        if source.get("newest_row")
    )
    stalest_date, stalest = dated[0] if dated else (None, None)
    age = (
        (date.fromisoformat(as_of_date) - date.fromisoformat(stalest_date)).days
        if stalest_date and as_of_date
        else None
    )
    return {
        "version": version,
        "published_at": published_at[:23].replace("T", " "),
        "as_of_date": as_of_date,
        "reporting_currency": settings.get("reporting_currency"),
        "reporting_time_zone": settings.get("reporting_time_zone"),
        "fiscal_year_start_month": settings.get("fiscal_year_start_month"),
        "project_version": versions.get("sales_kpis"),
        "dbt_version": versions.get("dbt"),
        "duckdb_version": versions.get("duckdb"),
        "tests_passed": passed if tests else None,
        "tests_warned": warned if tests else None,
        "tests_failed": len(statuses) - passed - warned if tests else None,
        "stalest_source": stalest,
        "stalest_source_date": stalest_date,
        "stalest_source_age_days": age,
    }


def _published(name: str, data_type: str, is_count: bool = False) -> str:
    """A column in its published type."""
    column = quoted(name)
    if is_count or data_type in _INTEGERS:
        return f"cast({column} as bigint) as {column}"
    if data_type.startswith("DECIMAL"):
        return f"cast({column} as double) as {column}"
    return column


def _select_list(
    connection: duckdb.DuckDBPyConnection, source: str, counts: Sequence[str] = ()
) -> str:
    rows = query(
        connection, f"select column_name, column_type from (describe select * from {source})"
    )
    return ", ".join(
        _published(row["column_name"], row["column_type"], row["column_name"] in counts)
        for row in rows
    )


def _kpi_query(connection: duckdb.DuckDBPyConnection, kpi: str, source: str, is_count: bool) -> str:
    """A KPI's table with the labels; the parts and value of a count are integers."""
    names = _select_list(connection, source, ("numerator", "value") if is_count else ())
    return f"""
        with kpi as (select {names} from {source})
        select kpi.*, periods.period_label, labels.dimension_label
        from kpi
        left join {PERIODS} as periods using (period_grain, period_start_date)
        left join slice_labels as labels using (dimension, dimension_value)
        """


def _whole_counts(connection: duckdb.DuckDBPyConnection) -> set[str]:
    """The KPIs that count: their unit is count, they have no denominator, and all values are whole.

    A count that shares one deal among several reps has parts of one, and stays a measure.
    """
    rows = query(
        connection,
        """
        select kpi
        from monitoring.kpi_catalog
        left join monitoring.kpi_values using (kpi)
        where unit = 'count'
        group by kpi
        having
            count(denominator) = 0
            and coalesce(bool_and(value = floor(value)), true)
            and coalesce(bool_and(numerator = floor(numerator)), true)
        """,
    )
    return {row["kpi"] for row in rows}


def _wide_tables(connection: duckdb.DuckDBPyConnection, counts: set[str]) -> list[PublishedTable]:
    """A table a family: a row per period and slice, and the value of each KPI as a column."""
    catalog = query(
        connection,
        "select kpi, family, title, unit, formula from monitoring.kpi_catalog order by family, kpi",
    )
    families: dict[str, list[dict[str, Any]]] = {}
    for row in catalog:
        families.setdefault(row["family"], []).append(row)
    tables = []
    for family, kpis in families.items():
        values = ",\n".join(
            f"cast(max(value) filter (kpi = {text_literal(row['kpi'])})"
            f" as {'bigint' if row['kpi'] in counts else 'double'}) as {quoted(row['kpi'])}"
            for row in kpis
        )
        sql = f"""
            with kpis as (
                select {", ".join(KPI_KEY)}, max(dimension_label) as dimension_label, {values}
                from monitoring.kpi_values
                where family = {text_literal(family)}
                group by {", ".join(KPI_KEY)}
            )
            select
                {", ".join(KPI_KEY)},
                periods.period_end_date,
                periods.period_label,
                kpis.dimension_label,
                periods.is_complete as is_period_complete,
                periods.relative_period,
                {", ".join(f"kpis.{quoted(row['kpi'])}" for row in kpis)}
            from kpis
            inner join {PERIODS} as periods using (period_grain, period_start_date)
            """
        tables.append(
            PublishedTable(
                Table("kpis", f"kpis_wide_{family}"),
                sql,
                f"One row per period, dimension and dimension value; a column for each KPI of the"
                f" family {family}, null where it has no such row.",
                KPI_KEY,
                _WIDE
                | {row["kpi"]: f"{row['title']} ({row['unit']}): {row['formula']}" for row in kpis},
                is_sorted=True,
            )
        )
    return tables


def _publication_table(row: Mapping[str, Any]) -> PublishedTable:
    values = ", ".join(
        f"cast({'null' if row[name] is None else text_literal(str(row[name]))} as {data_type})"
        f" as {name}"
        for name, (data_type, _) in _PUBLICATION.items()
    )
    return PublishedTable(
        Table("monitoring", "publication"),
        f"select {values}",
        "One row: the version, its day, its currency, and how it was proven.",
        ("version",),
        {name: description for name, (_, description) in _PUBLICATION.items()},
    )


def _tables_table(tables: Sequence[PublishedTable]) -> PublishedTable:
    ours = PublishedTable(
        Table("monitoring", "published_tables"),
        "",
        "One row per table of this publication.",
        ("schema_name", "table_name"),
        _TABLES,
        is_sorted=True,
    )
    rows = ", ".join(
        "({})".format(
            ", ".join(
                map(
                    text_literal,
                    (one.table.schema, one.table.name, "|".join(one.key), one.comment),
                )
            )
        )
        for one in (*tables, ours)
    )
    return replace(ours, query=f"select * from (values {rows}) as _ ({', '.join(_TABLES)})")
