"""Two instances of one system keep their records apart, and each may name its fields otherwise."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from builds import Build, build_models, run_dbt, source_report

pytestmark = pytest.mark.slow

STAGES = (
    "id,api_name,master_label,is_active,is_won,is_closed,sort_order,default_probability\n"
    "1,{won},{won},true,true,true,1,100\n"
    "2,Closed,Closed,true,{closed_is_won},true,2,0\n"
)


def write_org(folder: Path, won: str, closed_is_won: str, amount_column: str, amount: int) -> None:
    """One Salesforce org; the ids of all orgs are the same."""
    files = {
        "account.csv": f"id,name,website\n001A,Acme,{folder.name}.example\n",
        "user.csv": f"id,name,is_active\n005A,Rep of {folder.name},true\n",
        "opportunity.csv": (
            f"id,account_id,owner_id,stage_name,created_date,close_date,{amount_column},is_deleted\n"
            f"006A,001A,005A,{won},2025-01-05 10:00:00,2025-02-01,{amount},false\n"
            f"006B,001A,005A,Closed,2025-01-05 10:00:00,2025-02-01,{amount},false\n"
            "006C,,005A,Closed,2025-01-05 10:00:00,soon,1,false\n"
            ",,005A,Closed,2025-01-05 10:00:00,2025-02-01,1,false\n"
        ),
        "opportunity_stage.csv": STAGES.format(won=won, closed_is_won=closed_is_won),
    }
    folder.mkdir(parents=True)
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")


@pytest.fixture(scope="module")
def variables(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    raw = tmp_path_factory.mktemp("instances") / "raw"
    write_org(raw / "salesforce_emea", "Signed", "false", "amount", 100)
    write_org(raw / "salesforce_apac", "Order in", "true", "deal_value_c", 30)
    return {
        "systems": ["salesforce"],
        "raw_path": str(raw),
        "reporting_currency": "EUR",
        "system_instances": {
            "salesforce": {"emea": "raw_salesforce_emea", "apac": "raw_salesforce_apac"}
        },
        "source_mapping": {
            "salesforce.apac": {"opportunity": {"columns": {"amount": "deal_value_c"}}}
        },
    }


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory, variables: dict[str, Any]) -> Build:
    """Both orgs, built as one company."""
    finished = build_models(tmp_path_factory.mktemp("instances_build"), variables=variables)
    assert finished.exit_code == 0, finished.output
    return finished


def test_keys_carry_the_instance_and_keep_equal_ids_apart(build: Build) -> None:
    assert build.rows("select deal_id, account_id, rep_id from core.fct_deals order by all") == [
        (f"salesforce:{org}.{deal}", f"salesforce:{org}.001A", f"salesforce:{org}.005A")
        for org in ("apac", "emea")
        for deal in ("006A", "006B")
    ]


def test_a_stage_means_what_it_means_in_its_own_org(build: Build) -> None:
    assert build.rows("select deal_id, is_won from core.fct_deals order by deal_id") == [
        ("salesforce:apac.006A", True),
        ("salesforce:apac.006B", True),
        ("salesforce:emea.006A", True),
        ("salesforce:emea.006B", False),
    ]


def test_each_instance_may_name_its_fields_otherwise(build: Build) -> None:
    assert build.rows(
        "select value from kpis.kpi_total_revenue where period_grain = 'month'"
        " and period_start_date = date '2025-02-01' and dimension = 'total'"
    ) == [(160.0,)]


def test_the_books_of_all_instances_balance_in_one_row_a_table(build: Build) -> None:
    assert build.rows(
        "select raw_rows, staged_rows, rejected_rows, is_balanced"
        " from monitoring.source_reconciliation where source_table = 'opportunity'"
    ) == [(8, 6, 2, True)]


def test_a_rejected_row_names_its_instance(build: Build) -> None:
    found = build.rows(
        "select row_key, column_name, is_row_rejected from monitoring.rejected_rows"
        " where source_table = 'opportunity' and rule <> 'missing' order by all"
    )
    assert ("apac.006C", "close_date", False) in found
    assert ("emea.006C", "close_date", False) in found


def test_check_sources_speaks_of_each_instance(tmp_path: Path, variables: dict[str, Any]) -> None:
    checked = run_dbt(["run-operation", "check_sources"], tmp_path, variables=variables)
    assert checked.exit_code == 0, checked.output
    tables = source_report(checked)["tables"]
    found = {(t["system"], t["rows"]) for t in tables if t["table"] == "opportunity"}
    assert found == {("salesforce.apac", 4), ("salesforce.emea", 4)}


@pytest.mark.parametrize(
    ("instances", "sentence"),
    [
        pytest.param({"hubspot": {"a": "raw_a"}}, "does not list", id="system not in use"),
        pytest.param({"salesforce": {"E M": "raw_a"}}, "plain names", id="name with a blank"),
    ],
)
def test_wrong_instances_stop_with_one_sentence(
    tmp_path: Path, variables: dict[str, Any], instances: dict[str, Any], sentence: str
) -> None:
    changed = {**variables, "system_instances": instances}
    stopped = run_dbt(["seed", "-s", "competitors"], tmp_path, variables=changed)
    assert stopped.exit_code != 0
    assert sentence in stopped.output
