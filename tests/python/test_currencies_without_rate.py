"""A currency without a rate is told once, before the build; an only other one is asked about."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from builds import EDGE_CASES, PROJECT, run_dbt, source_report

TABULAR = {
    "deal_stage": (
        "stage,stage_order,probability,is_closed,is_won\n"
        "Talk,1,50,false,false\nWon,2,100,true,true\n"
    ),
    # In dollars in three spellings: two closed, one open. Deleted and not yet created ones count
    # nowhere. In pounds, with rates from March on: closed the day before; open on a month's end
    # before; and created and closed in time.
    "deal": """deal_id,account_id,stage,amount,currency,created_at,close_date,is_deleted
1,a,Won,10,USD,2024-01-02,2024-01-10,
2,a,Won,10, usd ,2024-02-01,2024-02-20,
3,a,Talk,10,Usd,2024-05-06,2024-09-01,
4,a,Won,10,USD,2024-01-02,2024-01-11,true
5,a,Won,10,JPY,2024-01-02,2024-01-11,true
6,a,Won,10,GBP,2024-02-28,2024-02-29,
7,a,Won,10,gbp,2024-03-01,2024-03-01,
8,a,Won,10,GBP,2024-01-30,2024-04-01,
9,a,Won,10,CNY,2024-07-01,2024-07-02,
10,a,Won,10,EUR,2024-01-02,2024-01-10,
11,a,Won,10,,2024-01-02,2024-01-10,
""",
    "subscription": """subscription_id,account_id,started_on,monthly_amount,currency
1,a,2024-03-01,10,CHF
2,a,2024-07-05,10,SEK
""",
}
SEEDS = {
    "exchange_rates": ["gbp,2024-03-01,1.2", "GBP,2024-06-01,1.3"],
    # A quota of a month to come has the rate of the day, a cost to come has no days yet.
    "quotas": ["tabular:r,2024-12-01,100,cad"],
    "selling_costs": ["2024-05-01,salary,,,280,CAD", "2024-05-01,travel,,,280, eur "],
    "marketing_costs": ["2024-07-01,Email,,,28,AUD"],
}
# Rates that only the planning seeds lack do not stop the look at a company's files.
OF_SEEDS = (
    "Currency CAD has no exchange rate to EUR, and 2 rows of 2 days need one, 2024-05-01 to"
    " 2024-06-30 (seed quotas 1, seed selling_costs 1): add its rates to"
    " seeds/planning/exchange_rates.csv, from CAD,2024-05-01,<what 1 CAD is worth in EUR> on."
)
ERRORS = [
    "Currency CHF has no exchange rate to EUR, and 1 row of 1 day need one, 2024-03-01"
    " (tabular.subscription 1): add its rates to seeds/planning/exchange_rates.csv, from"
    " CHF,2024-03-01,<what 1 CHF is worth in EUR> on.",
    "Currency GBP has no exchange rate to EUR before 2024-03-01, and 2 rows of 2 days need one,"
    " 2024-01-31 to 2024-02-29 (tabular.deal 2): add its rates to"
    " seeds/planning/exchange_rates.csv, from GBP,2024-01-31,<what 1 GBP is worth in EUR> on.",
    "Currency USD has no exchange rate to EUR, and 3 rows of 3 days need one, 2024-01-07 to"
    " 2024-06-30 (tabular.deal 3): add its rates to seeds/planning/exchange_rates.csv, from"
    " USD,2024-01-07,<what 1 USD is worth in EUR> on.",
]
QUESTION = "only currency is not reporting_currency"


def landed(
    folder: Path, system: str, tables: dict[str, str], seeds: dict[str, list[str]], **settings: Any
) -> tuple[dict[str, Any], Path]:
    """The settings of a company of one system, and its seeds."""
    landing = folder / "raw" / system
    landing.mkdir(parents=True, exist_ok=True)
    for table, text in tables.items():
        (landing / f"{table}.csv").write_text(text, encoding="utf-8")
    for seed in (PROJECT / EDGE_CASES / "seeds").rglob("*.csv"):
        target = folder / "seeds" / seed.relative_to(PROJECT / EDGE_CASES / "seeds")
        target.parent.mkdir(parents=True, exist_ok=True)
        header = seed.read_text(encoding="utf-8").splitlines()[0]
        target.write_text("\n".join([header, *seeds.get(seed.stem, [])]) + "\n", encoding="utf-8")
    variables = {
        "systems": [system],
        "raw_path": str(folder / "raw"),
        "source_mapping": {},
        "as_of_date": "2024-06-30",
        "reporting_currency": "EUR",
        "reporting_time_zone": "America/New_York",
        **settings,
    }
    return variables, folder / "seeds"


def checked(
    folder: Path, system: str, tables: dict[str, str], seeds: dict[str, list[str]], **settings: Any
) -> dict[str, Any]:
    """The report of check-sources."""
    variables, seed_folder = landed(folder, system, tables, seeds, **settings)
    command = ["run-operation", "check_sources"]
    ended = run_dbt(command, folder / "check", variables=variables, seeds=seed_folder)
    assert ended.exit_code == 0, ended.output
    return source_report(ended)


def said(report: dict[str, Any]) -> tuple[list[str], list[tuple[list[str], int]]]:
    """The currencies in a report: the errors, and the question with its rows."""
    questions = [o for o in report["oddities"] if o["kind"] == QUESTION]
    errors = [error for error in report["errors"] if error.startswith("Currency ")]
    return errors, [(o["values"], o["rows"]) for o in questions]


def test_a_currency_without_a_rate_is_told_once_with_count_and_days(tmp_path: Path) -> None:
    report = checked(tmp_path, "tabular", TABULAR, SEEDS)
    assert said(report) == (ERRORS, [])
    assert [o["next_step"] for o in report["oddities"] if o["system"] == "seeds"] == [OF_SEEDS]


def failures(folder: Path, deals: str, reads: list[str], test: str) -> list[tuple[Any, ...]]:
    """The findings of a data test in the company with these deals."""
    variables, seeds = landed(folder, "tabular", {**TABULAR, "deal": deals}, SEEDS)
    given: dict[str, Any] = {"variables": variables, "seeds": seeds}
    models = ["--exclude-resource-type", "unit_test", "--exclude-resource-type", "test"]
    built = run_dbt(["build", *models, "--select", *reads], folder / "build", **given)
    assert built.exit_code == 0, built.output
    tested = run_dbt(["test", "--select", test], folder / "build", artifacts=True, **given)
    assert tested.exit_code != 0
    results = tested.artifact("run_results.json")["results"]
    query = next(r["compiled_code"] for r in results if r["unique_id"].startswith("test."))
    return tested.rows(f"select currency_code, message from ({query}) order by currency_code")


def test_the_build_stops_at_the_deals_that_were_told_with_a_line_a_currency(tmp_path: Path) -> None:
    test = "every_deal_amount_has_an_exchange_rate"
    assert failures(tmp_path, TABULAR["deal"], ["+int_deals__valued"], test) == [
        (
            "GBP",
            "expected rates of GBP in force from 2024-02-29 to 2024-02-29, found none on 1 of these"
            " days, on which 1 deals count: add them to the seed exchange_rates",
        ),
        (
            "USD",
            "expected rates of USD in force from 2024-01-10 to 2024-06-30, found none on 3 of these"
            " days, on which 3 deals count: add them to the seed exchange_rates",
        ),
    ]


def test_the_build_stops_at_the_other_amounts_that_were_told(tmp_path: Path) -> None:
    # The deal that has a rate on its close, and none on the ends of weeks and months before March.
    head, *rows = TABULAR["deal"].splitlines()
    deals = "\n".join([head, *(row for row in rows if row.startswith("8,"))])
    reads = ["+fct_pipeline_snapshots", "+fct_subscriptions", "selling_costs", "marketing_costs"]
    test = "every_amount_of_the_past_has_an_exchange_rate"
    assert failures(tmp_path, f"{deals}\n", [*reads, "quotas"], test) == [
        (
            currency,
            f"expected rates of {currency} in force from {first} to {last}, found none on some of"
            " these days: add them to the seed exchange_rates",
        )
        for currency, first, last in (
            ("CAD", "2024-05-01", "2024-06-30"),
            ("CHF", "2024-03-01", "2024-03-01"),
            ("GBP", "2024-01-31", "2024-02-29"),
        )
    ]


def salesforce(currencies: str, dated: str = "") -> dict[str, str]:
    """An org with a deal in pounds and one in dollars, and its rates."""
    tables = {
        "opportunity": (
            "id,name,stage_name,amount,currency_iso_code,created_date,close_date,is_deleted\n"
            "006A,A,Won,10,GBP,2024-03-05T10:00:00Z,2024-03-06,false\n"
            "006B,B,Won,10,USD,2024-03-05T10:00:00Z,2024-03-06,false\n"
        ),
        "currency_type": f"iso_code,conversion_rate,is_corporate\n{currencies}",
    }
    if dated:
        tables["dated_conversion_rate"] = f"iso_code,start_date,conversion_rate\n{dated}"
    return tables


@pytest.mark.parametrize(
    ("tables", "seed_rates", "lacking"),
    [
        pytest.param(salesforce("USD,1,true\nEUR,.9,false\nGBP,.8,false\n"), [], [], id="types"),
        pytest.param(
            salesforce("USD,1,true\nGBP,.8,false\n"), [], ["GBP", "USD"], id="none of the reporting"
        ),
        pytest.param(
            salesforce("USD,1,true\nEUR,.9,false\nGBP,.8,false\n", "GBP,2024-04-01,.8\n"),
            [],
            ["GBP"],
            id="dated rates that begin later",
        ),
        pytest.param(
            salesforce("USD,1,true\nEUR,.9,false\nGBP,.8,false\n", "EUR,2024-03-06,.8\n"),
            [],
            [],
            id="of the reporting currency in time",
        ),
        pytest.param(
            salesforce("USD,1,true\nEUR,.9,false\nGBP,.8,false\n", "EUR,2024-03-07,.8\n"),
            [],
            ["GBP", "USD"],
            id="of the reporting currency too late",
        ),
        pytest.param(
            salesforce("USD,1,true\nEUR,.9,false\nGBP,.8,false\n"),
            ["USD,2024-04-01,1"],
            ["USD"],
            id="the seed goes before the org",
        ),
        pytest.param(
            salesforce("USD,1,true\nEUR,.9,false\nGBP,0,false\n"), [], ["GBP"], id="no rate"
        ),
    ],
)
def test_rates_of_an_org_count(
    tmp_path: Path, tables: dict[str, str], seed_rates: list[str], lacking: list[str]
) -> None:
    errors, _ = said(checked(tmp_path, "salesforce", tables, {"exchange_rates": seed_rates}))
    assert [error.split()[1] for error in errors] == lacking


def hubspot(*currencies: str) -> dict[str, str]:
    """A portal with a deal in each currency."""
    rows = "".join(
        f"{number},default,won,10,{currency},2024-03-05T10:00:00Z,2024-03-07T03:00:00Z\n"
        for number, currency in enumerate(currencies)
    )
    head = (
        "deal_id,deal_pipeline_id,deal_pipeline_stage_id,property_amount,"
        "property_deal_currency_code,property_createdate,property_closedate\n"
    )
    return {"deal": head + rows}


def test_a_portal_with_one_other_currency_is_asked(tmp_path: Path) -> None:
    errors, questions = said(checked(tmp_path, "hubspot", hubspot("USD", "usd", ""), {}))
    # 3 in the morning UTC is the day before in New York.
    assert errors == [
        "Currency USD has no exchange rate to EUR, and 2 rows of 1 day need one, 2024-03-06"
        " (hubspot.deal 2): add its rates to seeds/planning/exchange_rates.csv, from"
        " USD,2024-03-06,<what 1 USD is worth in EUR> on, or set reporting_currency: USD if all is"
        " in it."
    ]
    assert questions == [(["USD"], 2)]


@pytest.mark.parametrize(
    ("currencies", "asked"),
    [
        pytest.param(("USD", "USD"), [(["USD"], 2)], id="one other, though it has rates"),
        pytest.param(("USD", "EUR"), [], id="with the reporting currency"),
        pytest.param(("USD", "GBP"), [], id="several"),
        pytest.param(("eur", "EUR"), [], id="the reporting currency"),
        pytest.param(("", ""), [], id="none"),
    ],
)
def test_only_one_other_currency_is_asked_about(
    tmp_path: Path, currencies: tuple[str, ...], asked: list[tuple[list[str], int]]
) -> None:
    rates = {"exchange_rates": ["USD,2020-01-01,0.9", "GBP,2020-01-01,1.2"]}
    assert said(checked(tmp_path, "hubspot", hubspot(*currencies), rates)) == ([], asked)
