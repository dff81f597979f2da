"""The ledger of reported values: what is recorded, what is a restatement, and what survives."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pytest

from kpis_project import write_marts
from sales_kpis import publish as publishing
from sales_kpis.errors import BrokenPublication
from sales_kpis.publish import RunFacts, publish, rollback
from sales_kpis.reported_values import last_version

pytestmark = pytest.mark.usefixtures("no_waiting_for_the_disk")

FACTS = RunFacts(
    as_of_date="2025-09-17",
    settings={"reporting_currency": "EUR", "fiscal_year_start_month": 4},
    definitions={"total_revenue": "1"},
    queries={
        "total_revenue": """
        with kpi_facts as (
            select cast(deal_id as varchar) as fact_id, close_date as kpi_date,
                'total' as dimension, '(total)' as dimension_value, amount as numerator,
                null as denominator
            from "any"."core"."fct_deals"
        ),
        kpi_rows as (select 1)
        select * from kpi_rows"""
    },
)
# The mart as its contract has it; no restatement of a build is in it.
MART = """
create table monitoring.kpi_restatements (
    kpi varchar, basis varchar, period_grain varchar, period_start_date date, dimension varchar,
    dimension_value varchar, change_number bigint, period_end_date date,
    numerator_before decimal(28, 8), numerator_after decimal(28, 8),
    denominator_before decimal(28, 8), denominator_after decimal(28, 8),
    value_before double, value_after double, first_reported_value double,
    first_reported_at timestamp, changed_at timestamp, changed_by_run varchar, reason varchar,
    added_facts varchar, removed_facts varchar, changed_facts varchar, count_facts bigint,
    as_of_date date
)
"""
Change = tuple[str, float | None, float | None, str, str | None]


class Company:
    """Marts of a company that are published again and again, in a folder of a test."""

    def __init__(self, folder: Path) -> None:
        self.published = folder / "published"
        self._build = folder / "build" / "sales_kpis.duckdb"

    @property
    def ledger(self) -> Path:
        return self.published / "ledger"

    def publish(
        self,
        run_id: str,
        revenue: Sequence[int] = (100, 200, 50),
        facts: RunFacts = FACTS,
        *statements: str,
        has_mart: bool = True,
    ) -> None:
        write_marts(self._build, revenue, statements=[*([MART] if has_mart else []), *statements])
        publish(self._build, self.published, run_id, facts, grace_minutes=0)

    def changes(self) -> list[Change]:
        """Month, before, after, run and reason of what the current version says changed."""
        return self.rows(
            "select strftime(period_start_date, '%Y-%m'), value_before, value_after,"
            " changed_by_run, reason from monitoring.kpi_restatements order by changed_at, 1"
        )

    def rows(self, sql: str) -> list[Any]:
        database = self.published / "current" / "sales_kpis.duckdb"
        with duckdb.connect(str(database), read_only=True) as connection:
            return connection.execute(sql).fetchall()

    def recorded(self, run_id: str) -> int:
        """Values that a publication added to the ledger."""
        file = self.ledger / run_id / "values.parquet"
        with duckdb.connect() as connection:
            [row] = connection.execute(f"select count(*) from '{file}'").fetchall()
        return int(row[0])


@pytest.fixture
def company(tmp_path: Path) -> Company:
    return Company(tmp_path)


def test_first_publication_records_the_complete_periods_and_changes_none(company: Company) -> None:
    company.publish("run-1")
    assert company.recorded("run-1") == 2  # July and August; September still runs.
    assert company.changes() == []


def test_a_second_equal_publication_adds_nothing(company: Company) -> None:
    company.publish("run-1")
    company.publish("run-2")
    assert company.recorded("run-2") == 0
    assert company.changes() == []


def test_a_corrected_deal_restates_its_month_with_its_id(company: Company) -> None:
    company.publish("run-1")
    company.publish("run-2", (100, 210, 999))
    assert company.changes() == [("2025-08", 200, 210, "run-2", "facts")]
    assert company.rows(
        "select added_facts, removed_facts, changed_facts, count_facts, change_number,"
        " first_reported_value, first_reported_at < changed_at, as_of_date::varchar"
        " from monitoring.kpi_restatements"
    ) == [(None, None, "1", 1, 1, 200, True, "2025-09-17")]


def test_late_and_deleted_deals_are_told_by_their_ids(company: Company) -> None:
    late = "insert into core.fct_deals values (7, date '2025-07-20', 30)"
    rest = (
        "update kpis.kpi_total_revenue set value = 130, numerator = 130"
        " where period_start_date = date '2025-07-01'",
        "update monitoring.kpi_values set value = 130, numerator = 130"
        " where period_start_date = date '2025-07-01'",
    )
    company.publish("run-1")
    company.publish("run-2", (100, 200, 50), FACTS, late, *rest)
    company.publish("run-3")
    assert company.rows(
        "select value_after, added_facts, removed_facts, changed_facts, change_number,"
        " first_reported_value from monitoring.kpi_restatements order by change_number"
    ) == [(130, "7", None, None, 1, 100), (100, None, "7", None, 2, 100)]


def test_the_ledger_tells_what_an_absent_version_cannot(company: Company) -> None:
    company.publish("run-1")
    shutil.rmtree(company.published / "versions" / "run-1")
    company.publish("run-2", (1, 200, 50))
    assert company.changes() == [("2025-07", 100, 1, "run-2", "unknown")]


def test_a_version_before_that_cannot_be_opened_keeps_nothing_from_publishing(
    company: Company,
) -> None:
    company.publish("run-1")
    (company.published / "versions" / "run-1" / "sales_kpis.duckdb").write_text("no database")
    company.publish("run-2", (1, 200, 50))
    assert company.changes() == [("2025-07", 100, 1, "run-2", "unknown")]


def test_another_definition_or_setting_is_told_as_the_reason(company: Company) -> None:
    company.publish("run-1")
    company.publish("run-2", (1, 200, 50), replace(FACTS, definitions={"total_revenue": "2"}))
    settings = {**FACTS.settings, "churn_grace_days": 31}
    company.publish("run-3", (2, 200, 50), replace(FACTS, settings=settings, definitions={}))
    reasons = [(run, reason) for *_, run, reason in company.changes()]
    assert reasons == [("run-2", "definition or settings"), ("run-3", "definition or settings")]


def test_another_currency_is_another_series(company: Company) -> None:
    dollars = replace(FACTS, settings={**FACTS.settings, "reporting_currency": "USD"})
    company.publish("run-1")
    company.publish("run-2", (110, 220, 50), dollars)
    assert company.changes() == []
    company.publish("run-3", (101, 200, 50))
    assert company.changes() == [("2025-07", 100, 101, "run-3", "definition or settings")]


def test_an_earlier_day_is_a_look_into_the_past(company: Company) -> None:
    past = replace(FACTS, as_of_date="2025-09-15")
    company.publish("run-1")
    company.publish("run-2", (90, 200, 50), past)
    assert company.changes() == []
    assert company.recorded("run-2") == 0
    # The day of a look into the past is not the day up to which values are reported.
    nearer = replace(FACTS, as_of_date="2025-09-16")
    company.publish("run-3", (80, 200, 50), nearer)
    assert company.changes() == []
    company.publish("run-4", (101, 200, 50), replace(FACTS, as_of_date="2025-09-18"))
    assert company.changes() == [("2025-07", 100, 101, "run-4", "facts")]


def test_an_unknown_day_is_compared_with_nothing(company: Company) -> None:
    company.publish("run-1")
    company.publish("run-2", (90, 200, 50), replace(FACTS, as_of_date=None))
    assert company.changes() == []
    company.publish("run-3")
    assert company.recorded("run-3") == 0


def test_a_slice_that_goes_and_comes_is_restated_from_and_to_nothing(company: Company) -> None:
    slices = """
    insert into monitoring.kpi_values
    select * exclude (slice) replace ('territory' as dimension, slice as dimension_value)
    from monitoring.kpi_values, (values ('North'), ('South')) as slices (slice)
    where slice <> '{}'
    """
    company.publish("run-1", (100, 200, 50), FACTS, slices.format("South"))
    company.publish("run-2", (100, 200, 50), FACTS, slices.format("North"))
    changed = company.rows(
        "select dimension_value, strftime(period_start_date, '%m'), value_before, value_after"
        " from monitoring.kpi_restatements order by all"
    )
    assert changed == [
        ("North", "07", 100, None),
        ("North", "08", 200, None),
        ("South", "07", None, 100),
        ("South", "08", None, 200),
    ]
    company.publish("run-3", (100, 200, 50), FACTS, slices.format("North"))
    assert company.recorded("run-3") == 0


def test_a_slice_of_nothing_comes_and_goes_in_silence(company: Company) -> None:
    empty = """
    insert into monitoring.kpi_values
    select * exclude (slice) replace (
        'rep' as dimension, slice as dimension_value, 0 as value, 0 as numerator
    )
    from monitoring.kpi_values, (values ('Ann'), ('{}')) as slices (slice)
    """
    company.publish("run-1", (100, 200, 50), FACTS, empty.format("Bob"))
    company.publish("run-2", (100, 200, 50), FACTS, empty.format("Cem"))
    assert company.changes() == []


def test_a_dimension_that_is_new_or_gone_restates_nothing(company: Company) -> None:
    slices = """
    insert into monitoring.kpi_values
    select * replace ('rep' as dimension, 'Ann' as dimension_value)
    from monitoring.kpi_values
    """
    company.publish("run-1")
    company.publish("run-2", (100, 200, 50), FACTS, slices)
    company.publish("run-3")
    assert company.changes() == []


def test_a_rollback_is_a_change_that_readers_see(company: Company) -> None:
    company.publish("run-1")
    company.publish("run-2", (1, 200, 50))
    rollback(company.published, None, "rollback-1")
    assert last_version(company.ledger) == "run-1"
    company.publish("run-3", (1, 200, 50))
    assert company.changes() == [
        ("2025-07", 100, 1, "run-2", "facts"),
        ("2025-07", 1, 100, "rollback-1", "rollback"),
        ("2025-07", 100, 1, "run-3", "facts"),
    ]


def test_a_rollback_to_an_earlier_day_sets_the_day_back(company: Company) -> None:
    company.publish("run-1")
    company.publish("run-2", (1, 200, 50), replace(FACTS, as_of_date="2099-01-01"))
    rollback(company.published, None, "rollback-1")
    company.publish("run-3", (5, 200, 50))
    assert [change[1:4] for change in company.changes()] == [
        (100, 1, "run-2"),
        (1, 100, "rollback-1"),
        (100, 5, "run-3"),
    ]


def test_a_version_that_the_ledger_missed_is_added_with_its_reasons(company: Company) -> None:
    """So it is after a kill between the swap and the ledger."""
    company.publish("run-1")
    company.publish("run-2", (1, 200, 50))
    before = company.rows("from monitoring.kpi_restatements")
    shutil.rmtree(company.ledger / "run-2")
    company.publish("run-3", (1, 200, 50))
    assert company.rows("from monitoring.kpi_restatements") == before
    assert company.recorded("run-2") == 1


def test_a_rollback_that_the_ledger_missed_is_added(company: Company) -> None:
    company.publish("run-1")
    company.publish("run-2", (1, 200, 50))
    rollback(company.published, None, "rollback-1")
    shutil.rmtree(company.ledger / "rollback-1")
    company.publish("run-3", (1, 200, 50))
    assert [change[1:] for change in company.changes()] == [
        (100, 1, "run-2", "facts"),
        (1, 100, "run-3-before", "rollback"),
        (100, 1, "run-3", "facts"),
    ]


def test_without_the_ledger_the_current_version_is_what_was_reported(company: Company) -> None:
    company.publish("run-1")
    company.publish("run-2", (1, 200, 50))
    shutil.rmtree(company.ledger)
    company.publish("run-3", (2, 200, 50))
    # Reasons of run-2 are told by its own mart, what was before it is not known any more.
    assert company.changes() == [("2025-07", 1, 2, "run-3", "facts")]


def test_versions_of_an_earlier_release_have_no_table_and_no_ledger(company: Company) -> None:
    company.publish("run-1", has_mart=False)
    shutil.rmtree(company.ledger)
    company.publish("run-2", (1, 200, 50))
    assert company.changes() == [("2025-07", 100, 1, "run-2", "facts")]


def test_a_failed_publication_leaves_no_trace(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    company.publish("run-1")

    def fail(*_: object) -> None:
        raise RuntimeError("no page")

    monkeypatch.setattr(publishing, "render_dashboard", fail)
    with pytest.raises(RuntimeError):
        company.publish("run-2", (1, 200, 50))
    assert sorted(path.name for path in company.ledger.iterdir()) == ["run-1"]
    assert not list(company.published.glob(".ledger*"))


def test_a_ledger_that_cannot_be_read_stops_with_what_to_do(company: Company) -> None:
    company.publish("run-1")
    (company.ledger / "run-1" / "values.parquet").write_text("no Parquet")
    with pytest.raises(BrokenPublication, match="ledger of reported values cannot be read"):
        company.publish("run-2")


def test_a_link_in_the_place_of_the_ledger_is_refused(company: Company, tmp_path: Path) -> None:
    company.publish("run-1")
    company.ledger.rename(tmp_path / "elsewhere")
    company.ledger.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(BrokenPublication, match="symbolic link"):
        company.publish("run-2")


@pytest.mark.parametrize(("access", "mode"), [("everybody", 0o644), ("owner", 0o600)])
def test_those_who_may_read_what_is_published_may_read_the_ledger(
    company: Company, access: str, mode: int
) -> None:
    company.publish("run-1", facts=replace(FACTS, settings={"published_access": access}))
    file = company.ledger / "run-1" / "values.parquet"
    assert file.stat().st_mode & 0o777 == mode
