"""An input that nobody gives is unknown: its KPIs have no rows, and the catalog names it."""

from __future__ import annotations

import pytest
import yaml

from builds import EDGE_CASES, PROJECT, Build, run_dbt

SETTINGS = {
    "systems": ["tabular"],
    "source_mapping": {},
    "as_of_date": "2023-03-31",
    "fiscal_year_start_month": 1,
}
RAW = {
    "deal_stage": (
        "stage,stage_order,probability,is_closed,is_won\n"
        "Talk,1,20,false,false\nWon,2,100,true,true\nLost,3,0,true,false\n"
    ),
    "account": "account_id,account_name\na,Acme\nb,Globex\n",
    # A customer that came and went, one that came before and stays, a lost deal without a
    # competitor, an open one without an amount.
    "deal": (
        "deal_id,account_id,stage,amount,close_date,created_at,contract_term_months,competitor\n"
        "1,a,Won,1200,2022-01-15,2022-01-02,12,\n"
        "2,b,Won,500,2021-01-10,2021-01-02,18,\n"
        "3,b,Won,600,2022-03-15,2022-03-02,24,\n"
        "4,a,Lost,300,2022-02-15,2022-01-02,,\n"
        "5,a,Talk,,2023-04-15,2023-01-02,,\n"
    ),
}
# Costs begin when no customer is new any more.
SEEDS = {"selling_costs": "2023-02-01,,,salary,280,", "marketing_costs": "2023-02-01,Email,,,28,"}


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> Build:
    folder = tmp_path_factory.mktemp("unknown")
    landing = folder / "raw" / "tabular"
    landing.mkdir(parents=True)
    for table, text in RAW.items():
        (landing / f"{table}.csv").write_text(text, encoding="utf-8")
    for seed in (PROJECT / EDGE_CASES / "seeds").rglob("*.csv"):
        target = folder / "seeds" / seed.relative_to(PROJECT / EDGE_CASES / "seeds")
        target.parent.mkdir(parents=True, exist_ok=True)
        header = seed.read_text(encoding="utf-8").splitlines()[0]
        row = dict(zip(header.split(","), SEEDS.get(seed.stem, "").split(","), strict=False))
        rows = [header, ",".join(row.values())] if seed.stem in SEEDS else [header]
        target.write_text("\n".join(rows) + "\n", encoding="utf-8")
    variables = {**SETTINGS, "raw_path": str(folder / "raw")}
    models = ["--exclude-resource-type", "unit_test", "--exclude-resource-type", "test"]
    check = "kpi_values_are_finite_and_follow_from_their_parts"
    for command in (
        ["build", *models, "--select", "+kpi_catalog", "+kpi_values"],
        ["test", "--select", check],
    ):
        built = run_dbt(command, folder / "build", variables=variables, seeds=folder / "seeds")
        assert built.exit_code == 0, built.output
    return built


@pytest.mark.parametrize(
    ("kpi", "lacks"),
    [
        ("commission_ratio", "commission_plans"),
        ("competitive_loss_share", "deals.competitor"),
        ("deals_lost_to_competition", "deals.competitor"),
        ("email_open_rate", "email_messages"),
        ("market_penetration", "market_sizes"),
        ("open_pipeline_amount", "deals.amount of open deals"),
        ("pipeline_coverage", "deals.amount of open deals, quotas"),
        ("cost_per_lead", "leads"),
        ("activities_per_won_deal", "activities"),
    ],
)
def test_a_kpi_without_its_input_has_no_rows_and_says_so(
    build: Build, kpi: str, lacks: str
) -> None:
    assert build.rows(f"select count(*) from kpis.kpi_{kpi}") == [(0,)]
    said = build.rows(f"select not_connected from monitoring.kpi_catalog where kpi = '{kpi}'")
    assert said == [(f"not connected: {lacks}",)]


def test_a_kpi_with_all_its_inputs_has_rows_and_says_nothing(build: Build) -> None:
    found = build.rows(
        "select catalog.kpi, catalog.not_connected from monitoring.kpi_catalog as catalog"
        " where kpi in ('total_revenue', 'win_rate', 'customer_acquisition_cost', 'deals_by_stage')"
        " and exists (select 1 from monitoring.kpi_values where kpi = catalog.kpi) order by kpi"
    )
    assert found == [
        (kpi, None)
        for kpi in ("customer_acquisition_cost", "deals_by_stage", "total_revenue", "win_rate")
    ]


def test_a_ratio_without_a_denominator_in_all_its_rows_has_no_value(build: Build) -> None:
    """No customer is new in the twelve months: acquisition costs nobody knows what."""
    found = build.rows(
        "select distinct numerator is null, denominator, value from kpis.kpi_ltv_to_cac"
    )
    assert (False, None, None) in found
    assert {row[1:] for row in found} == {(None, None)}


def test_what_customers_cost_before_the_first_cost_is_unknown(build: Build) -> None:
    """Costs begin in February 2023: what the two customers of 2021 and 2022 cost is not nothing."""
    found = build.rows(
        "select period_start_date, cast(numerator as double), cast(denominator as double), value"
        " from kpis.kpi_customer_acquisition_cost where period_grain = 'year' order by all"
    )
    assert [(row[0].year, *row[1:]) for row in found] == [
        (2021, None, 1, None),
        (2022, None, 1, None),
        (2023, 308, 0, None),
    ]
    assert build.rows(
        "select cast(numerator as double), cast(denominator as double), value"
        " from kpis.kpi_cost_of_selling_ratio where period_grain = 'year' and dimension = 'total'"
        " and period_start_date < date '2023-01-01' order by period_start_date"
    ) == [(None, 500, None), (None, 1800, None)]


def test_every_ratio_says_how_many_cases_it_rests_on() -> None:
    """But for those whose denominator is a plan or a cost, which has no cases."""
    silent = set()
    for path in (PROJECT / "models/marts/kpis").rglob("_*__models.yml"):
        for model in yaml.safe_load(path.read_text(encoding="utf-8"))["models"]:
            kpi = model["config"]["meta"]["kpi"]
            if kpi.get("aggregate") != "sum" and not kpi.keys() & {"sample", "sample_of"}:
                silent.add(model["name"].removeprefix("kpi_"))
            assert kpi["inputs"], model["name"]
    assert silent == {"marketing_roi", "pipeline_coverage", "quota_attainment"}
