"""The believable company: a sales leader who opens its numbers finds nothing to laugh at.

Each number is one of a build; that it is the true one is proven in test_planted_answers.py. The
last full month is August 2025, the last full quarter the second of that year.
"""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest

from builds import DEMO, PROJECT, Build, believable_demo, believable_files, run_dbt
from proof.company.believable import story

pytestmark = pytest.mark.slow

MONTH, QUARTER, YEAR = date(2025, 8, 1), date(2025, 4, 1), date(2024, 1, 1)
LAST_YEAR = tuple(
    date(year, month, 1)
    for year, month in [(2024, month) for month in range(9, 13)]
    + [(2025, month) for month in range(1, 9)]
)
# A state of reps: there are as many cases as reps who got there in a month.
OF_FEW_REPS = {"rep_ramp_days"}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Build:
    """The company's build, in which a value of 30 cases or fewer is one of a small sample."""
    build = believable_demo().copy(tmp_path_factory.mktemp("believable") / "build")
    given = believable_files()
    given["variables"]["min_sample_size"] = 31
    again = run_dbt(["run", "--select", "kpi_values"], build.folder, **given)
    assert again.exit_code == 0, again.output
    return again


def values(
    build: Build, kpi: str, grain: str, dimension: str = "total"
) -> dict[date, dict[str, float]]:
    """A KPI's values by period and slice; those without a value are not there."""
    found: dict[date, dict[str, float]] = {}
    for start, name, value in build.rows(
        "select period_start_date, dimension_value, value from monitoring.kpi_values"
        f" where kpi = '{kpi}' and period_grain = '{grain}' and dimension = '{dimension}'"
        " and value is not null"
    ):
        found.setdefault(start, {})[name] = float(value)
    return found


def totals(build: Build, kpi: str) -> list[float]:
    """A KPI's values of the last twelve full months."""
    found = values(build, kpi, "month")
    return [found[month]["total"] for month in LAST_YEAR]


def shares(build: Build, kpi: str, dimension: str) -> dict[str, float]:
    """Each slice's part of the last full quarter."""
    found = values(build, kpi, "quarter", dimension)[QUARTER]
    whole = sum(found.values())
    return {name: value / whole for name, value in found.items() if value}


def test_every_kpi_says_something_in_the_last_full_month(built: Build) -> None:
    silent = built.rows(
        "select kpi from monitoring.kpi_catalog where kpi not in (select kpi from"
        f" monitoring.kpi_values where period_grain = 'month' and period_start_date = '{MONTH}'"
        " and dimension = 'total' and value is not null)"
    )
    assert silent == []


def test_every_ratio_of_the_last_full_month_has_more_than_thirty_cases(built: Build) -> None:
    few = built.rows(
        "select kpi from monitoring.kpi_values where is_small_sample and dimension = 'total'"
        f" and period_grain = 'month' and period_start_date = '{MONTH}'"
    )
    assert {kpi for (kpi,) in few} <= OF_FEW_REPS


@pytest.mark.parametrize(
    ("kpi", "least", "most"),
    [
        ("net_promoter_score", 0.2, 0.5),
        ("cac_payback_months", 6, 20),
        ("marketing_roi", 1, 5),
        ("commission_ratio", 0.05, 0.15),
        ("win_rate", 0.15, 0.4),
        ("slipped_deals_share", 0.15, 0.45),
        ("ltv_to_cac", 3, 10),
        ("churn_rate", 0.005, 0.03),
        ("net_revenue_retention", 0.9, 1.1),
        ("email_delivery_rate", 0.95, 0.999),
        ("discount_rate", 0.02, 0.15),
    ],
)
def test_a_ratio_is_where_one_expects_it_in_each_month(
    built: Build, kpi: str, least: float, most: float
) -> None:
    found = totals(built, kpi)
    assert least <= min(found), found
    assert max(found) <= most, found


def test_the_win_rate_does_not_swing_by_more_than_a_third(built: Build) -> None:
    found = totals(built, "win_rate")
    swings = [abs(after / before - 1) for before, after in pairwise(found)]
    assert max(swings) <= 1 / 3, found


def test_a_rep_brings_more_than_four_times_the_salary(built: Build) -> None:
    salary = 12 * story.SALARY * 1.03 ** (YEAR.year - story.FIRST_DAY.year)
    assert values(built, "revenue_per_rep", "year")[YEAR]["total"] > 4 * salary


def test_there_are_more_visits_than_leads_and_more_leads_than_deals(built: Build) -> None:
    deals = {
        start: count
        for start, count in built.rows(
            "select cast(date_trunc('month', created_date) as date), count(*) from core.fct_deals"
            " group by all"
        )
    }
    visits, leads = totals(built, "web_sessions"), totals(built, "lead_volume")
    for month, visited, came in zip(LAST_YEAR, visits, leads, strict=True):
        assert visited > came > deals[month], month


def test_every_rep_reaches_between_two_fifths_and_eight_fifths_of_the_quota(built: Build) -> None:
    found = values(built, "quota_attainment", "quarter", "rep")[QUARTER]
    assert len(found) > 30
    assert min(found.values()) >= 0.4, found
    assert max(found.values()) <= 1.6, found


@pytest.mark.parametrize(
    ("kpi", "dimension", "count", "most"),
    [
        ("revenue_by_territory", "territory", 6, 0.4),
        ("revenue_by_product", "product", 13, 0.25),
        ("revenue_by_lead_source", "lead_channel", 8, 0.4),
        ("revenue_by_market", "market", 6, 0.4),
        ("total_revenue", "team", 8, 0.4),
        ("total_revenue", "industry", 6, 0.4),
        ("web_sessions", "channel", 6, 0.5),
    ],
)
def test_every_slice_has_a_plausible_share(
    built: Build, kpi: str, dimension: str, count: int, most: float
) -> None:
    found = shares(built, kpi, dimension)
    assert len(found) == count, found
    assert "(none)" not in found
    assert min(found.values()) >= 0.02, found
    assert max(found.values()) <= most, found


def test_no_raw_row_is_broken_or_double(built: Build) -> None:
    assert (
        built.rows(
            "select system, source_table from monitoring.source_reconciliation"
            " where rejected_rows + duplicate_rows > 0"
        )
        == []
    )


# --- what has happened ----------------------------------------------------------------------------


def told(build: Build, mart: str, where: str) -> list[tuple[str, ...]]:
    """The slices that a mart of monitoring tells of."""
    return build.rows(f"select dimension_value from monitoring.{mart} where {where} order by all")


def test_the_new_product_takes_off(built: Build) -> None:
    found = values(built, "revenue_by_product", "month", "product")
    sold = [found[month].get(story.TAKE_OFF.product, 0) for month in LAST_YEAR]
    assert sold[:6] == [0] * 6  # Launched in March.
    assert sold[-1] > 100_000, sold
    assert sold[-1] > 3 * sum(sold[6:8]), sold
    assert told(
        built,
        "kpi_scorecard",
        "kpi = 'new_product_revenue_share' and period_grain = 'quarter' and dimension = 'total'",
    )


def test_a_territory_slips_and_its_team_alone_misses_the_quota(built: Build) -> None:
    slips = "rule_id = 'territory_slips'"
    assert told(built, "kpi_alerts", slips) == [("Iberia",)]
    missed = f"rule_id = 'team_target_missed' and period_start_date = '{QUARTER}'"
    assert told(built, "kpi_alerts", missed) == [("Team Iberia",)]
    drivers = "kpi = 'win_rate' and dimension = 'territory'"
    falls = built.rows(
        f"select dimension_value from monitoring.kpi_values where {drivers} and"
        f" period_grain = 'quarter' and period_start_date = '{QUARTER}' order by value limit 1"
    )
    assert falls == [("Iberia",)]


def test_the_campaign_brings_leads_and_pays(built: Build) -> None:
    found = values(built, "lead_volume", "month")
    usual = [found[month]["total"] for month in LAST_YEAR[:8]]
    pushed = [found[date(2025, month, 1)]["total"] for month in (5, 6)]
    assert min(pushed) > 1.2 * max(usual)
    unusual = built.rows(
        "select period_start_date from monitoring.kpi_alerts where rule_id = 'leads_unusual'"
    )
    assert unusual == [(date(2025, 6, 1),)]
    roi = values(built, "marketing_roi", "quarter", "campaign")[QUARTER]
    assert roi["salesforce:701000000000003AAA"] > 1


def test_a_goal_stands_where_the_story_has_brought_it(built: Build) -> None:
    found = dict(built.rows("select objective_id, status from monitoring.objectives"))
    assert found["win_more"] == "reached"
    assert found["grow_in_iberia"] == "open"


ABSURD = ("edge", "never", "intern", "test", "misled")


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("dim_reps", "rep_name"),
        ("dim_products", "product_name"),
        ("dim_accounts", "account_name"),
        ("fct_deals", "stage"),
    ],
)
def test_no_name_sounds_planted(built: Build, table: str, column: str) -> None:
    names = [str(name) for (name,) in built.rows(f"select distinct {column} from core.{table}")]
    assert names
    assert [name for name in names if set(name.lower().split()) & set(ABSURD)] == []


def test_the_raw_files_are_small() -> None:
    sizes = [file.stat().st_size for file in (PROJECT / DEMO).rglob("*") if file.is_file()]
    assert sizes
    assert sum(sizes) < 8_000_000
