"""Deals are corrected, come late and are deleted between two publications of the demo.

Both places that tell it must tell the same: a plain build that is not published yet, and the
published table, with run and facts.
"""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from builds import EDGE_CASES, PROJECT, Build, build_models, golden_demo
from sales_kpis.dbt_runner import definitions_of_kpis, queries_of_kpis
from sales_kpis.publish import PublishedVersion, RunFacts, publish

pytestmark = pytest.mark.slow

Key = tuple[Any, ...]
Values = dict[Key, tuple[Any, ...]]

KEY = "kpi, period_grain, period_start_date::varchar, dimension, dimension_value"
FIRST, SECOND = "20260101T000000000Z-0001", "20260102T000000000Z-0002"


@dataclass(frozen=True)
class Published:
    """The demo before and after the changes, and the version published of each."""

    before: Build
    after: Build
    version: PublishedVersion

    def restatements(self, columns: str, condition: str = "true") -> list[tuple[Any, ...]]:
        """Rows of the published table."""
        sql = f"select {columns} from monitoring.kpi_restatements where {condition} order by all"
        return Build(self.version.database, 0, "").rows(sql)


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Published]:
    folder = tmp_path_factory.mktemp("restatements")
    before = golden_demo()
    publish(before.database, folder / "published", FIRST, facts_of(before))
    shutil.copytree(folder / "published" / "ledger", folder / "build" / "ledger")
    shutil.copytree(PROJECT / EDGE_CASES / "raw", folder / "raw")
    change_deals(folder / "raw" / "tabular" / "deal.csv")
    after = build_models(folder / "build", variables={"raw_path": str(folder / "raw")})
    assert after.exit_code == 0, after.output
    version = publish(after.database, folder / "published", SECOND, facts_of(after))
    yield Published(before, after, version)


def facts_of(build: Build) -> RunFacts:
    manifest = build.artifact("manifest.json")
    settings = yaml.safe_load((PROJECT / "dbt_project.yml").read_text("utf-8"))["vars"]
    return RunFacts(
        as_of_date=settings["as_of_date"],
        settings={name: settings[name] for name in settings if name != "kpi_table"},
        queries=queries_of_kpis(manifest),
        definitions=definitions_of_kpis(manifest),
    )


def change_deals(file: Path) -> None:
    """One deal of June 2025 is deleted, one of July worth 1,000 EUR more, one of 2,500 EUR is late.

    And a deal of July 2024, a year before, is worth 400 EUR more.
    """
    with file.open(encoding="utf-8", newline="") as stream:
        deals = {deal["deal_id"]: deal for deal in csv.DictReader(stream)}
    del deals["D-5149"]
    deals["D-5132"]["amount"] = "7716.50"
    deals["D-5099"]["amount"] = "4000"
    late = {"deal_id": "D-9001", "amount": "2500.00", "currency": "EUR"}
    deals["D-9001"] = deals["D-5148"] | late
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(late | deals["D-5148"]))
        writer.writeheader()
        writer.writerows(deals.values())


def complete_values(build: Build) -> Values:
    rows = build.rows(
        f"select {KEY}, numerator, denominator, value from monitoring.kpi_values"
        " where is_period_complete"
    )
    return {row[:5]: row[5:] for row in rows}


def is_other(before: tuple[Any, ...] | None, after: tuple[Any, ...] | None) -> bool:
    """Whether a row is another one; no row is as much as one of nothing."""
    if before is None or after is None:
        return any((before or ()) + (after or ()))
    return any(
        (b is None) != (a is None) or (b is not None and abs(b - a) > type(b)(1e-6))
        for b, a in zip(before, after, strict=True)
    )


def test_restated_are_exactly_the_values_that_differ_between_the_two_builds(
    published: Published,
) -> None:
    before, after = complete_values(published.before), complete_values(published.after)
    expected = {
        key: (before.get(key, (None,) * 3)[2], after.get(key, (None,) * 3)[2])
        for key in before.keys() | after.keys()
        if is_other(before.get(key), after.get(key))
    }
    restated = published.restatements(f"{KEY}, value_before, value_after")
    assert {row[:5]: row[5:] for row in restated} == expected
    assert len(expected) > 1000
    assert len(restated) == len(expected)


def test_a_build_that_is_not_published_shows_the_same_without_run_and_reason(
    published: Published,
) -> None:
    columns = (
        f"{KEY}, basis, change_number, period_end_date, numerator_before::double,"
        " numerator_after::double, denominator_before::double, denominator_after::double,"
        " value_before, value_after,"
        " first_reported_value, first_reported_at, as_of_date"
    )
    built = published.after.rows(f"select {columns} from monitoring.kpi_restatements order by all")
    assert built == published.restatements(columns)
    assert published.after.rows(
        "select distinct changed_by_run, changed_at, reason, count_facts"
        " from monitoring.kpi_restatements"
    ) == [(None, None, None, None)]


def test_each_month_of_revenue_tells_the_deals_behind_it(published: Published) -> None:
    told = published.restatements(
        "period_start_date::varchar, round(value_after - value_before, 2), added_facts,"
        " removed_facts, changed_facts, count_facts, changed_by_run, reason",
        "kpi = 'total_revenue' and period_grain = 'month' and dimension = 'total'",
    )
    deal = "tabular:D-"
    assert told == [
        ("2024-07-01", 400.0, None, None, f"{deal}5099", 1, SECOND, "facts"),
        ("2025-06-01", -1014.87, None, f"{deal}5149", None, 1, SECOND, "facts"),
        ("2025-07-01", 3500.0, f"{deal}9001", None, f"{deal}5132", 2, SECOND, "facts"),
    ]


def test_growth_tells_the_deals_of_the_year_before_as_well(published: Published) -> None:
    told = published.restatements(
        "dimension_value, added_facts, changed_facts",
        "kpi = 'yoy_growth' and period_grain = 'month' and dimension = 'total'"
        " and period_start_date = date '2025-07-01'",
    )
    assert told == [("total", "tabular:D-9001", "tabular:D-5099, tabular:D-5132")]


def test_every_slice_of_revenue_has_the_deals_of_its_own(published: Published) -> None:
    told = published.restatements(
        "dimension_value, coalesce(added_facts, removed_facts, changed_facts)",
        "kpi = 'total_revenue' and period_grain = 'week' and dimension = 'territory'",
    )
    assert told == [
        ("Benelux & France", "tabular:D-5099"),
        ("Benelux & France", "tabular:D-5132"),
        ("British Isles", "tabular:D-5149"),
        ("Nordics", "tabular:D-9001"),
    ]


def test_no_restated_value_is_without_a_reason(published: Published) -> None:
    assert published.restatements("distinct reason") == [("facts",)]
