"""The published file of the demo, as a reader opens it: with plain DuckDB and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import duckdb
import pytest

from builds import golden_demo, once_a_session
from sales_kpis.dbt_runner import descriptions_of_marts, queries_of_kpis
from sales_kpis.marts import opened
from sales_kpis.publish import PublishedVersion, RunFacts, current_version, publish
from sales_kpis.values import read_catalog
from sales_kpis.why import facts_query

SETTINGS = {
    "reporting_currency": "EUR",
    "reporting_time_zone": "Europe/Amsterdam",
    "fiscal_year_start_month": 4,
}
IS_MART = "schema_name in ('core', 'kpis', 'monitoring')"
KPI_KEY = "period_grain, period_start_date, dimension, dimension_value"


def published_demo() -> PublishedVersion:
    """The demo, published once a session."""
    build = golden_demo()
    manifest = build.artifact("manifest.json")
    with once_a_session("published-demo") as folder:
        version = current_version(folder / "published")
        if version is None:
            facts = RunFacts(
                as_of_date="2025-09-17",
                settings=SETTINGS,
                tests=[
                    {"name": "a", "status": "pass"},
                    {"name": "b", "status": "pass"},
                    {"name": "c", "status": "warn"},
                ],
                source_freshness=[
                    {"system": "hubspot", "table": "deal", "newest_row": "2025-09-16 10:00:00"},
                    {"system": "mailchimp", "table": "campaign", "newest_row": "2025-09-01"},
                    {"system": "hubspot", "table": "pipeline", "newest_row": None},
                ],
                queries=queries_of_kpis(manifest),
                described=descriptions_of_marts(manifest),
            )
            version = publish(build.database, folder / "published", "run-1", facts)
    return version


@pytest.fixture(scope="module")
def version() -> PublishedVersion:
    return published_demo()


@pytest.fixture(scope="module")
def file(version: PublishedVersion) -> Iterator[duckdb.DuckDBPyConnection]:
    """The published file, and beside it the build as `the_build`."""
    with duckdb.connect(str(version.database), read_only=True) as connection:
        connection.execute(f"attach '{golden_demo().database}' as the_build (read_only)")
        yield connection


def rows(file: duckdb.DuckDBPyConnection, sql: str) -> list[tuple[Any, ...]]:
    return file.execute(sql).fetchall()


def test_every_table_tells_the_key_of_its_contract(file: duckdb.DuckDBPyConnection) -> None:
    built = dict(
        rows(
            file,
            f"""
            select schema_name || '.' || table_name, array_to_string(constraint_column_names, '|')
            from duckdb_constraints()
            where constraint_type = 'PRIMARY KEY' and database_name = 'the_build' and {IS_MART}
            """,
        )
    )
    told = dict(
        rows(
            file,
            "select schema_name || '.' || table_name, key_columns from monitoring.published_tables",
        )
    )
    assert len(built) > 150
    assert {name: told[name] for name in built} == built
    ours = {
        "monitoring.publication": "version",
        "monitoring.published_tables": "schema_name|table_name",
    } | {
        f"kpis.kpis_wide_{family}": KPI_KEY.replace(", ", "|")
        for family in ("customers", "leads", "marketing", "pipeline", "reps", "revenue")
    }
    assert {name: key for name, key in told.items() if name not in built and key} == ours
    listed = rows(file, f"select schema_name || '.' || table_name from duckdb_tables()"
        f" where database_name = current_database() and {IS_MART}")  # fmt: skip
    assert {name for (name,) in listed} == set(told)
    twice = [
        name
        for name, key in told.items()
        if key
        and rows(
            file, f"select 1 from {name} group by {key.replace('|', ', ')} having count(*) > 1"
        )
    ]
    assert twice == []


def test_a_table_says_its_key_and_has_no_index_for_it(file: duckdb.DuckDBPyConnection) -> None:
    """An index a key makes the demo's file four times as large."""
    [(comment,)] = rows(
        file,
        "select comment from duckdb_tables() where table_name = 'kpi_win_rate'"
        " and database_name = current_database()",
    )
    assert comment.endswith(f"Key: {KPI_KEY}.")
    assert rows(
        file,
        "select table_name from duckdb_constraints() where database_name = current_database()"
        " and constraint_type in ('PRIMARY KEY', 'UNIQUE')",
    ) == []  # fmt: skip


def test_every_table_and_column_says_what_it_is(file: duckdb.DuckDBPyConnection) -> None:
    silent = f"""
        select table_name, column_name
        from duckdb_columns()
        where database_name = current_database() and {IS_MART} and comment is null
        union all
        select table_name, null
        from duckdb_tables()
        where database_name = current_database() and {IS_MART} and comment is null
        """
    assert rows(file, silent) == []
    assert rows(
        file,
        "select comment from duckdb_columns() where table_name = 'fct_deals'"
        " and column_name = 'is_won' and database_name = current_database()",
    ) == [("Whether it is won.",)]
    assert rows(
        file,
        "select comment from duckdb_columns() where table_name = 'kpis_wide_pipeline'"
        " and column_name = 'win_rate'",
    ) == [("Win rate (ratio): won deals / (won + lost deals)",)]


def test_every_number_is_a_bigint_or_a_double(file: duckdb.DuckDBPyConnection) -> None:
    types = rows(
        file,
        f"select distinct data_type from duckdb_columns() where {IS_MART}"
        " and database_name = current_database() order by all",
    )
    assert [row[0] for row in types] == [
        "BIGINT",
        "BOOLEAN",
        "DATE",
        "DOUBLE",
        "TIMESTAMP",
        "VARCHAR",
    ]


@pytest.mark.parametrize(
    ("kpi", "value", "numerator"),
    [
        ("sales_volume", "BIGINT", "BIGINT"),
        ("win_rate", "DOUBLE", "DOUBLE"),
        ("activities_per_won_deal", "DOUBLE", "DOUBLE"),
        ("total_revenue", "DOUBLE", "DOUBLE"),
    ],
)
def test_a_kpi_that_counts_is_whole(
    file: duckdb.DuckDBPyConnection, kpi: str, value: str, numerator: str
) -> None:
    types = dict(rows(file, f"select column_name, column_type from (describe kpis.kpi_{kpi})"))
    assert (types["value"], types["numerator"]) == (value, numerator)


def test_no_number_and_no_sum_differs_from_the_build(file: duckdb.DuckDBPyConnection) -> None:
    """Each decimal, given its places again, is the build's own; so are all other columns.

    A double has 15 to 17 digits, so the rates of 16 places are compared to 12.
    """
    columns = rows(
        file,
        f"select schema_name || '.' || table_name, column_name, data_type from duckdb_columns()"
        f" where {IS_MART} and database_name = 'the_build' order by all",
    )
    tables: dict[str, list[str]] = {}
    for table, column, data_type in columns:
        comparable = data_type.replace("DECIMAL(24,16)", "DECIMAL(24,12)")
        tables.setdefault(table, []).append(f"{column}::{comparable}")
    name = file.execute("select current_database()").fetchone()
    assert name
    for table, casts in tables.items():
        if table == "monitoring.kpi_restatements":
            continue  # It has those of the publication itself, too.
        sides = [
            f"select {', '.join(casts)} from {side}.{table}" for side in (name[0], "the_build")
        ]
        for left, right in (sides, sides[::-1]):
            assert rows(file, f"({left}) except all ({right}) limit 1") == [], table
    [(published, built)] = rows(
        file,
        "select (select sum(amount) from core.fct_deals),"
        " (select sum(amount) from the_build.core.fct_deals)",
    )
    assert built > 1_000_000
    assert published == pytest.approx(float(built), rel=1e-12)


def test_the_publication_says_what_the_file_is(file: duckdb.DuckDBPyConnection) -> None:
    [found] = rows(
        file,
        """
        select
            version, as_of_date::varchar, reporting_currency, reporting_time_zone,
            fiscal_year_start_month, project_version, dbt_version, tests_passed, tests_warned,
            tests_failed, stalest_source, stalest_source_date::varchar, stalest_source_age_days
        from monitoring.publication
        """,
    )
    assert found[:7] == (
        *("run-1", "2025-09-17", "EUR", "Europe/Amsterdam", 4),
        *("0.1.0", "1.12.6"),
    )
    assert found[7:] == (2, 1, 0, "mailchimp.campaign", "2025-09-01", 16)


def test_currency_and_unit_stand_in_the_catalog(file: duckdb.DuckDBPyConnection) -> None:
    found = rows(
        file,
        "select kpi, unit, display_unit, currency from monitoring.kpi_catalog"
        " where kpi in ('total_revenue', 'win_rate', 'sales_cycle_days') order by kpi",
    )
    assert found == [
        ("sales_cycle_days", "days", "days", None),
        ("total_revenue", "currency", "EUR", "EUR"),
        ("win_rate", "ratio", "%", None),
    ]


def test_periods_and_slices_have_labels(file: duckdb.DuckDBPyConnection) -> None:
    assert rows(
        file,
        "select period_label, relative_period from core.dim_periods"
        " where relative_period is not null and period_grain in ('month', 'fiscal_quarter')"
        " order by period_start_date, period_grain",
    ) == [
        ("FY26 Q1", "last complete"),
        ("FY26 Q2", "current"),
        ("2025-08", "last complete"),
        ("2025-09", "current"),
    ]
    unnamed = "\nunion all\n".join(
        f"select '{table}' from kpis.{table} where period_label is null or dimension_label is null"
        for (table,) in rows(
            file, "select table_name from duckdb_tables() where table_name like 'kpi~_%' escape '~'"
            " and schema_name = 'kpis' and database_name = current_database()"
        )
    )  # fmt: skip
    assert rows(file, unnamed) == []
    assert rows(
        file,
        "select count(*) > 0 from kpis.kpi_total_revenue as kpi"
        " inner join core.dim_reps as reps on kpi.dimension_value = reps.rep_id"
        " where kpi.dimension = 'rep' and kpi.dimension_label = reps.rep_name",
    ) == [(True,)]


def test_a_wide_table_has_each_value_of_its_family_once(file: duckdb.DuckDBPyConnection) -> None:
    catalog = rows(file, "select family, kpi from monitoring.kpi_catalog order by all")
    families: dict[str, list[str]] = {}
    for family, kpi in catalog:
        families.setdefault(family, []).append(kpi)
    for family, kpis in families.items():
        listed = ", ".join(kpis)
        long = f"""
            select kpi, {KPI_KEY}, dimension_label, value from monitoring.kpi_values
            where family = '{family}' and value is not null
            """
        wide = f"""
            select kpi, {KPI_KEY}, dimension_label, value::double from (
                unpivot (select * replace ({", ".join(f"{kpi}::double as {kpi}" for kpi in kpis)})
                    from kpis.kpis_wide_{family}) on {listed} into name kpi value value
            )
            """
        assert rows(file, f"select count(*) > 100 from ({long})") == [(True,)]
        for left, right in ((long, wide), (wide, long)):
            assert rows(file, f"({left}) except all ({right}) limit 1") == [], family


def test_the_facts_of_each_kpi_are_read_from_the_published_file(version: PublishedVersion) -> None:
    """`kpis show --why` and an assistant run the published SQL on the file: same facts and sums."""
    sums = (
        "select count(*), coalesce(sum(numerator)::double, -1),"
        " coalesce(sum(denominator)::double, -1) from kpi_facts"
    )
    with opened(version.database) as published, opened(golden_demo().database) as build:
        for kpi in read_catalog(published):
            sql = version.queries[kpi.kpi]
            of_build = build.execute(f"{facts_query(build, kpi, sql).sql} {sums}").fetchone()
            facts = facts_query(published, kpi, sql)
            assert of_build is not None
            assert published.execute(f"{facts.sql} {sums}").fetchone() == pytest.approx(
                of_build, rel=1e-12
            ), kpi.kpi
