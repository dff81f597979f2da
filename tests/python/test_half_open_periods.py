"""A period that ends on the day on which the next one begins does not have that day, too."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from builds import EDGE_CASES, PROJECT, Build, run_dbt, source_report

DEALS = "deal_id,account_id,stage,amount,close_date,created_at\n" + "".join(
    f"{account},{account},Won,1000,2024-01-01,2023-12-01\n" for account in "abc"
)
STAGES = "stage,stage_order,probability,is_closed,is_won\nWon,1,100,true,true\n"
# a: a price that rises, without a day between. b: leaves on 30 April, its end being the day after.
# c: 31 days without cover, a day more than the grace. Two of three pairs share a day.
PERIODS = """subscription_id,account_id,product_id,started_on,ended_on,monthly_amount
1,a,P,2024-01-01,2024-02-01,100
2,a,P,2024-02-01,2024-03-01,120
3,a,P,2024-03-01,,120
4,b,P,2024-01-01,2024-04-30,50
5,c,P,2024-01-01,2024-02-01,70
6,c,P,2024-03-03,,70
"""
Stretch = tuple[str, date, date, float]


def landed(folder: Path, periods: str, **settings: Any) -> dict[str, Any]:
    """The settings of a company of three customers."""
    landing = folder / "raw" / "tabular"
    landing.mkdir(parents=True)
    for table, text in (("deal", DEALS), ("deal_stage", STAGES), ("subscription", periods)):
        (landing / f"{table}.csv").write_text(text, encoding="utf-8")
    return {
        "systems": ["tabular"],
        "raw_path": str(folder / "raw"),
        "source_mapping": {},
        "as_of_date": "2024-06-30",
        "reporting_currency": "EUR",
        "churn_grace_days": 30,
        **settings,
    }


def built(folder: Path, variables: dict[str, Any], *models: str) -> Build:
    """A build of the models and of what they read."""
    seeds = folder / "seeds"
    for seed in (PROJECT / EDGE_CASES / "seeds").rglob("*.csv"):
        target = seeds / seed.relative_to(PROJECT / EDGE_CASES / "seeds")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(seed.read_text(encoding="utf-8").splitlines()[0] + "\n", encoding="utf-8")
    only = ["--exclude-resource-type", "unit_test", "--exclude-resource-type", "test"]
    command = ["build", *only, "--select", *(f"+{model}" for model in models)]
    build = run_dbt(command, folder / "build", variables=variables, seeds=seeds)
    assert build.exit_code == 0, build.output
    return build


def stretches(build: Build) -> list[Stretch]:
    """The days on which each customer pays one price."""
    return [
        (account.removeprefix("tabular:"), first, last, float(price))
        for account, first, last, price in build.rows(
            "select account_id, valid_from, valid_to, monthly_recurring_revenue"
            " from core.fct_customer_stretches order by account_id, valid_from"
        )
    ]


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> Build:
    folder = tmp_path_factory.mktemp("half_open")
    kpis = ("churn_rate", "revenue_churn_rate", "net_revenue_retention", "active_customers")
    models = [f"kpi_{kpi}" for kpi in kpis]
    return built(folder, landed(folder, PERIODS), "fct_customer_stretches", *models)


def test_no_day_has_two_prices(build: Build) -> None:
    assert stretches(build) == [
        ("a", date(2024, 1, 1), date(2024, 1, 31), 100),
        ("a", date(2024, 2, 1), date(2024, 6, 30), 120),
        ("b", date(2024, 1, 1), date(2024, 4, 29), 50),
        ("c", date(2024, 1, 1), date(2024, 1, 31), 70),
        ("c", date(2024, 3, 3), date(2024, 6, 30), 70),
    ]


@pytest.mark.parametrize(
    ("kpi", "month", "parts"),
    [
        # c left on 1 February (31 days of gap); b on 30 April, when c was back.
        ("churn_rate", "2024-02-01", (1, 3)),
        ("churn_rate", "2024-04-01", (1, 3)),
        ("churn_rate", "2024-05-01", (0, 2)),
        ("revenue_churn_rate", "2024-02-01", (70, 220)),
        ("revenue_churn_rate", "2024-04-01", (50, 240)),
        ("net_revenue_retention", "2024-02-01", (170, 220)),
        ("net_revenue_retention", "2024-04-01", (190, 240)),
        ("active_customers", "2024-02-01", (2, None)),
        ("active_customers", "2024-04-01", (2, None)),
    ],
)
def test_every_kpi_of_customers_sees_one_end(
    build: Build, kpi: str, month: str, parts: tuple[int, int | None]
) -> None:
    assert build.rows(
        f"select cast(numerator as double), cast(denominator as double) from kpis.kpi_{kpi}"
        " where period_grain = 'month' and dimension = 'total'"
        f" and period_start_date = date '{month}'"
    ) == [parts]


def oddities(folder: Path, variables: dict[str, Any]) -> list[tuple[str, int]]:
    """The oddities of check-sources in the ends: kind and rows."""
    checked = run_dbt(["run-operation", "check_sources"], folder / "check", variables=variables)
    assert checked.exit_code == 0, checked.output
    oddities = source_report(checked)["oddities"]
    return [(o["kind"], o["rows"]) for o in oddities if o["column"] == "ended_on"]


@pytest.mark.parametrize(
    ("periods", "settings", "found"),
    [
        pytest.param(PERIODS, {}, [("end read as the day after", 2)], id="by its pairs"),
        pytest.param(PERIODS, {"subscription_end": "exclusive"}, [], id="by the setting"),
        pytest.param(
            PERIODS,
            {"subscription_end": "inclusive"},
            [("days with two prices", 2)],
            id="against the pairs",
        ),
        pytest.param(
            PERIODS.replace("2,a,P,2024-02-01,2024-03-01", "2,a,P,2024-02-01,2024-02-29"),
            {},
            [("days with two prices", 1)],
            id="too few pairs",
        ),
        pytest.param(PERIODS, {"as_of_date": "2023-12-31"}, [], id="before any period"),
    ],
)
def test_check_sources_says_how_ends_are_read(
    tmp_path: Path, periods: str, settings: dict[str, Any], found: list[tuple[str, int]]
) -> None:
    assert oddities(tmp_path, landed(tmp_path, periods, **settings)) == found


def test_the_setting_knows_three_words(tmp_path: Path) -> None:
    variables = landed(tmp_path, PERIODS, subscription_end="open")
    stopped = run_dbt(["seed", "-s", "competitors"], tmp_path / "build", variables=variables)
    assert stopped.exit_code != 0
    assert "subscription_end is auto, inclusive or exclusive, not 'open'" in stopped.output
