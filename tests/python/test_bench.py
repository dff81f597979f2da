"""The benchmark: the raw data that it generates, what it measures, and the page it writes."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import pytest

from bench.__main__ import measure_scale
from bench.floor import Floor, ModelCost, scans_of_raw_tables
from bench.generate import (
    COMPANY,
    copied_sql,
    copies_of,
    repeats_of,
    rows_asked,
    write_raw,
)
from bench.measure import CommandFailed, Cost, CostsOfStages, cost_of
from bench.queries import QUERIES
from bench.report import Machine, Measured, exponent, growth_table, results_page

# Two copies of the company.
SCALE = 0.03
LINKS = [
    ("hubspot.email_event", "sent_by_id", "hubspot.email_event", "id"),
    ("hubspot.email_event_open", "id", "hubspot.email_event", "id"),
    ("hubspot.email_event", "lower(trim(recipient))", "hubspot.contact", "property_email"),
    ("hubspot.email_event", "email_campaign_id", "hubspot.email_campaign", "id"),
    ("hubspot.engagement_contact", "contact_id", "hubspot.contact", "id"),
    ("hubspot.engagement_deal", "engagement_id", "hubspot.engagement", "id"),
    ("hubspot.deal", "owner_id", "hubspot.owner", "owner_id"),
    ("hubspot.deal_company", "company_id", "hubspot.company", "id"),
    ("mailchimp.campaign_recipient", "campaign_id", "mailchimp.campaign", "id"),
    ("mailchimp.campaign_recipient_activity", "member_id", "mailchimp.member", "id"),
    ("salesforce.task", "what_id", "salesforce.account", "id"),
    ("salesforce.task", "what_id", "salesforce.opportunity", "id"),
    ("salesforce.opportunity", "account_id", "salesforce.account", "id"),
    ("salesforce.lead", "converted_opportunity_id", "salesforce.opportunity", "id"),
    ("tabular.activity", "deal_id", "tabular.deal", "deal_id"),
    ("tabular.email_event", "message_id", "tabular.email_message", "message_id"),
]  # fmt: skip


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, int]]:
    folder = tmp_path_factory.mktemp("bench") / "raw"
    return folder, write_raw(folder, SCALE)


@pytest.fixture(scope="module")
def connection(
    generated: tuple[Path, dict[str, int]],
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Has `one_<system>.<table>` and `copied_<system>.<table>`."""
    with duckdb.connect() as connection:
        for prefix, folder in (("one", COMPANY), ("copied", generated[0])):
            for system in folder.iterdir():
                connection.execute(f"create schema {prefix}_{system.name}")
                for path in system.iterdir():
                    reading = (
                        f"read_parquet('{path}/*.parquet')"
                        if path.is_dir()
                        else f"read_csv('{path}', all_varchar = true)"
                        if path.suffix == ".csv"
                        else f"read_parquet('{path}')"
                    )
                    connection.execute(
                        f"create view {prefix}_{system.name}.{path.stem} as from {reading}"
                    )
        yield connection


def _count(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    return int(connection.execute(f"select count(*) {query}").fetchall()[0][0])


def test_each_table_has_the_rows_that_its_scale_asks_for(
    generated: tuple[Path, dict[str, int]], connection: duckdb.DuckDBPyConnection
) -> None:
    assert copies_of(SCALE) == 2
    for table, rows in generated[1].items():
        own_rows = _count(connection, f"from one_{table}")
        assert rows == rows_asked(table, own_rows, copies=2), table
    # By hand: 2 copies × 20 messages for each of 3,799; 41 campaigns for each of 10; the reps.
    assert generated[1]["hubspot.email_event"] == 2 * 20 * 3799
    assert generated[1]["mailchimp.campaign"] == 41 * 10
    assert generated[1]["salesforce.user"] == 24


def test_scale_1_is_as_large_as_promised(connection: duckdb.DuckDBPyConnection) -> None:
    def rows(*tables: str) -> int:
        return sum(
            rows_asked(table, _count(connection, f"from one_{table}"), copies_of(1))
            for table in tables
        )

    assert rows("hubspot.email_event") == pytest.approx(5e6, rel=0.05)
    assert rows("google_analytics.event") == pytest.approx(5e6, rel=0.05)
    mailchimp = rows("mailchimp.campaign_recipient", "mailchimp.campaign_recipient_activity")
    assert mailchimp == pytest.approx(5e6, rel=0.05)
    activities = rows("hubspot.engagement", "salesforce.task", "salesforce.event")
    assert activities == pytest.approx(5e5, rel=0.1)
    deals = rows("hubspot.deal", "salesforce.opportunity", "tabular.deal")
    assert deals == pytest.approx(1e5, rel=0.05)


@pytest.mark.parametrize(
    ("child", "column", "parent", "key"), LINKS, ids=[f"{link[0]}.{link[1]}" for link in LINKS]
)
def test_what_is_linked_in_the_company_is_linked_within_each_copy(
    connection: duckdb.DuckDBPyConnection, child: str, column: str, parent: str, key: str
) -> None:
    def linked(prefix: str) -> int:
        return _count(
            connection,
            f"from {prefix}_{child} where {column} in (select {key} from {prefix}_{parent})",
        )

    assert linked("one") > 0
    assert linked("copied") == linked("one") * 2 * repeats_of(child)


def test_ids_of_different_copies_and_repetitions_differ_also_where_they_are_named(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    for table, key in (
        ("hubspot.email_event", "id"),
        ("hubspot.email_event", "sent_by_id"),
        ("hubspot.engagement_contact", "engagement_id"),
        ("hubspot.contact", "id"),
        ("hubspot.deal_company", "company_id"),
        ("salesforce.opportunity", "account_id"),
        ("salesforce.task", "id"),
        ("tabular.deal", "deal_id"),
    ):
        counted = f"(select distinct {key} from {{}}_{table} where {key} is not null)"
        one = _count(connection, f"from {counted.format('one')}")
        copied = _count(connection, f"from {counted.format('copied')}")
        assert copied == one * 2 * repeats_of(table), table


def test_people_of_different_copies_share_neither_address_nor_site(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    for table, column in (
        ("salesforce.contact", "email"),
        ("hubspot.company", "property_domain"),
        ("mailchimp.member", "email_address"),
    ):
        counted = f"(select distinct lower({column}) from {{}}_{table} where {column} is not null)"
        one = _count(connection, f"from {counted.format('one')}")
        assert _count(connection, f"from {counted.format('copied')}") == 2 * one, table


def test_a_message_repeated_is_a_day_earlier_and_spelled_alike(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    query = copied_sql(
        connection, "salesforce.task", "(select '00T000000000588AAA' as id,"
        " '2024-03-01T08:56:52.000Z' as completed_date_time)", copies=1
    )  # fmt: skip
    rows = connection.execute(f"{query} order by 2 desc limit 2").fetchall()
    assert rows == [
        ("00T000000000588AAA", "2024-03-01T08:56:52.000Z"),
        ("00T000001000588AAA", "2024-02-29T08:56:52.000Z"),
    ]


def test_a_scale_has_the_same_rows_each_time(connection: duckdb.DuckDBPyConnection) -> None:
    for table in ("hubspot.engagement", "salesforce.contact"):
        system, name = table.split(".")
        source = f"read_csv('{COMPANY / system / name}.csv', all_varchar = true)"
        again = copied_sql(connection, table, source, copies=2)
        for query in (
            f"from copied_{table} except all ({again})",
            f"({again}) except all from copied_{table}",
        ):
            assert _count(connection, f"from ({query})") == 0, table


@pytest.mark.parametrize("scale", [0, -1, 101])
def test_a_scale_that_cannot_be_is_refused(scale: float) -> None:
    with pytest.raises(ValueError, match="above 0 and up to 100"):
        copies_of(scale)


def test_the_scans_of_raw_tables_are_counted_in_a_plan() -> None:
    with duckdb.connect() as connection:
        connection.execute("create schema raw_hubspot; create table raw_hubspot.deal (id int)")
        connection.execute(
            "create view deals as from raw_hubspot.deal; create table other (id int)"
        )
        plan = connection.execute(
            "explain (format json) select * from deals join raw_hubspot.deal using (id)"
            " join other using (id)"
        ).fetchall()[0][1]
    assert scans_of_raw_tables(json.loads(plan)) == {"raw_hubspot.deal": 2}


def test_the_cost_of_a_command_has_what_it_read_and_held_at_once(tmp_path: Path) -> None:
    file = tmp_path / "20_mib"
    file.write_bytes(b"0" * (20 << 20))
    cost = cost_of(
        [sys.executable, "-c", f"open({str(file)!r}, 'rb').read()"], tmp_path, os.environ
    )
    assert 20 <= cost.read_mib < 40
    assert cost.peak_mib > 20
    assert cost.cpu > 0


def test_a_command_that_fails_is_told_with_its_last_words(tmp_path: Path) -> None:
    with pytest.raises(CommandFailed, match=r"ended with 3:\nno, thanks"):
        cost_of(
            [sys.executable, "-c", "print('no, thanks'); raise SystemExit(3)"], tmp_path, os.environ
        )


def test_the_cost_of_a_stage_is_that_stage_alone(tmp_path: Path) -> None:
    file = tmp_path / "20_mib"
    file.write_bytes(b"0" * (20 << 20))
    reporter = CostsOfStages()
    with reporter.stage("Reading"):
        file.read_bytes()
    with reporter.stage("Waiting"):
        pass
    assert reporter.costs["Reading"].read_mib >= 20
    assert reporter.costs["Waiting"].read_mib < 1


# --- the page -----------------------------------------------------------------------------------

COST = Cost(wall=12.34, cpu=10, peak_mib=512, read_mib=2048)


def _measured(scale: float, rows: int, cpu: float) -> Measured:
    floor = Floor(
        landing_cpu=1,
        models=[
            ModelCost("stg_hubspot__deals", 0.2, 0.1, 5, {"raw_hubspot.deal": 2}),
            ModelCost("int_deals", 2, cpu - 1.1, 1234, {"raw_hubspot.deal": 1}),
        ],
    )
    return Measured(
        scale=scale,
        raw_rows={"hubspot.deal": rows - 3, "hubspot.owner": 3},
        rows={"staging": 5, "core": 7, "kpis": 11, "monitoring": 13},
        costs={
            "full run": Cost(60, cpu * 2, 600, 100),
            "· building and testing": COST,
            "floor: its SQL without dbt": COST,
        },
        floor=floor,
        queries_ms={"one KPI by month": 1.24},
        disk_mib={"raw Parquet": 10, "build file": 30, "published DuckDB file": 12},
    )


def test_the_growth_of_a_figure_is_its_exponent() -> None:
    assert exponent([100, 200], [5, 10]) == pytest.approx(1)
    assert exponent([100, 1000], [5, 500]) == pytest.approx(2)
    assert exponent([100, 1000], [5, 5]) == 0


def test_the_table_of_growth_has_a_column_a_scale_and_the_exponent() -> None:
    lines = growth_table([_measured(0.1, 1000, 4), _measured(1, 10_000, 40)]).splitlines()
    assert lines[0] == "|  | scale 0.1 | scale 1 | exponent |"
    assert "| raw rows | 1,000 | 10,000 |  |" in lines
    assert "| CPU s, floor | 4.0 | 40.0 | 1.00 |" in lines
    assert "| peak MiB, building | 512 | 512 | 0.00 |" in lines
    assert "| rows of marts | 31.0 | 31.0 | 0.00 |" in lines
    assert growth_table([_measured(0.1, 1000, 4)]).startswith("|  | scale 0.1 |\n")


def test_the_page_has_each_scale_its_scans_and_its_dearest_models() -> None:
    machine = Machine(2, 23.4, "Linux, Python 3.11", "2.0.0", memory_limit="2GB", threads=None)
    page = results_page([_measured(0.1, 1000, 4)], machine, date(2026, 3, 9))
    assert "on 9 March 2026: 2 cores, 23 GB, Linux" in page
    assert "memory limit 2GB, 2 models at once" in page
    assert "| full run | 60.0 | 8.0 | 600 | 100 |" in page
    assert "| build file | 30.0 | 3.0 × |" in page
    assert "| one KPI by month | 1.2 |" in page
    assert "3 of 1 tables, 3.0 each" in page
    assert "| hubspot.deal | 997 | 3 |" in page
    assert page.index("| `int_deals` | 2.90 | 1,234 |") < page.index("| `stg_hubspot__deals` |")
    assert '    x-axis ["0.00 M"]' in page


@pytest.mark.slow
def test_a_scale_is_measured_from_raw_files_to_queries(tmp_path: Path) -> None:
    measured = measure_scale(0.01, tmp_path / "bench")
    assert list(measured.costs) == [
        "full run",
        "· reading the project",
        "· checking the sources",
        "· building and testing",
        "· auditing",
        "· publishing",
        "floor: its SQL without dbt",
        "run again, nothing new",
        "kpis publish",
        "kpis dashboard",
    ]
    assert all(cost.cpu > 0 and cost.peak_mib > 0 for cost in measured.costs.values())
    floor = measured.costs["floor: its SQL without dbt"]
    assert 0 < measured.floor.cpu < floor.cpu < measured.costs["full run"].cpu
    assert measured.floor.scans["raw_hubspot.email_event"] > 0
    rows = {model.name: model.rows for model in measured.floor.models}
    assert rows["fct_deals"] and rows["kpi_values"]
    assert measured.queries_ms.keys() == QUERIES.keys()
    assert all(size > 0 for size in measured.disk_mib.values())
