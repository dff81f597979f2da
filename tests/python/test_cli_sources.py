"""`kpis check-sources`: what is said of each table, oddity and error."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import duckdb
import pytest
from typer.testing import CliRunner, Result

from kpis_project import REPORT, FakeBuilder
from sales_kpis import cli
from sales_kpis.dbt_runner import DbtOutcome
from sales_kpis.errors import BuildFailed
from sales_kpis.lock import RunLock
from sales_kpis.project import Project
from sales_kpis.sources import MARK, read_report

COLUMN: Mapping[str, Any] = {
    "name": "amount",
    "found_as": "close_value",
    "is_required": False,
    "data_type": "decimal",
    "is_mapped": True,
    "missing_values": 3,
    "unreadable_values": 2,
    "examples": ["n/a"],
}
FULL_REPORT: Mapping[str, Any] = {
    "tables": [
        {
            **REPORT["tables"][0],
            "columns": [
                COLUMN,
                {**COLUMN, "name": "campaign", "found_as": None, "is_mapped": False},
                {
                    **COLUMN,
                    "name": "stage",
                    "found_as": "stage",
                    "is_required": True,
                    "is_mapped": False,
                    "unreadable_values": 0,
                },
            ],
        },
        {
            "system": "tabular",
            "table": "person",
            "found_as": None,
            "is_required": False,
            "rows": None,
        },
        {"system": "salesforce", "table": "opportunity", "found_as": None, "is_required": True},
    ],
    "findings": [
        {
            "kind": "unreadable_history",
            "system": "tabular",
            "table": "deal_history",
            "column": "new_value",
            "name": "close_date",
            "examples": ["soon", "[red]x"],
            "rows": 1480,
            "values": 100_000,
        },
        {"kind": "unread_table", "system": "tabular", "table": "notes"},
    ],
    "settings": {"max_unreadable_share": 0.1},
}


def kpis(*arguments: str) -> Result:
    return CliRunner().invoke(cli.app, list(arguments), env={"COLUMNS": "200"})


def deliver(monkeypatch: pytest.MonkeyPatch, report: Mapping[str, Any]) -> type[FakeBuilder]:
    builder = FakeBuilder.of(report=report)
    monkeypatch.setattr(cli, "DbtBuilder", builder)
    return builder


def test_it_says_what_was_found_and_what_is_odd(
    kpis_project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    deliver(monkeypatch, FULL_REPORT)
    result = kpis("check-sources")
    assert result.exit_code == 0, result.output
    for expected in (
        "sales_pipeline",
        "2 of 3",
        "mapped: amount ← close_value",
        "missing: campaign",
        "2 values of amount not readable as decimal, such as n/a",
        "required but empty: stage in 3 rows",
        "missing, optional",
        "missing, required",
        "tabular.deal_history.new_value",
        "close date that cannot be read",
        "soon, [red]x",
        "1,480",
        "tabular.notes ",
        "table that no contract reads",
        "2 systems, 1 table · 12 rows · 1 duplicate · 2 rejected · 2 oddities · 0 errors",
    ):
        assert expected in result.stdout


def test_errors_end_with_2(kpis_project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    sentence = "Table tabular.deal is required: deliver it."
    deliver(monkeypatch, {**FULL_REPORT, "findings": [{"kind": "error", "sentence": sentence}]})
    result = kpis("check-sources")
    assert result.exit_code == 2
    assert f"error: {sentence}" in result.stdout
    assert "1 error" in result.stdout


def test_for_machines(kpis_project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    deliver(monkeypatch, FULL_REPORT)
    content = json.loads(kpis("check-sources", "--json").stdout)
    assert content["status"] == "done"
    assert content["rejected_rows"] == 2
    assert content["tables"] == FULL_REPORT["tables"]
    assert content["errors"] == []
    assert content["oddities"][1] == {
        "system": "tabular",
        "table": "notes",
        "column": None,
        "kind": "table that no contract reads",
        "values": [],
        "rows": None,
        "next_step": "If it holds data of a table above, name it in source_mapping"
        " (tabular: {<table>: {table: notes}}).",
    }
    assert set(content) == {
        *("status", "exit_code", "source_tables", "source_rows", "duplicate_rows"),
        *("rejected_rows", "oddities", "tables", "errors"),
    }


def test_it_builds_nothing_and_leaves_no_database(
    kpis_project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    builder = deliver(monkeypatch, FULL_REPORT)
    assert kpis("check-sources").exit_code == 0
    [setup] = builder.setups
    assert setup.database.parent == kpis_project.build_folder / "check"
    assert not setup.database.exists()
    assert not kpis_project.warehouse.exists()
    assert not kpis_project.ledger.exists()


def test_it_reads_the_raw_tables_of_a_warehouse_where_they_lie(
    kpis_project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    class LooksThere(FakeBuilder):
        def check_sources(self) -> Any:
            connection = duckdb.connect(str(self.setup.database))
            warehouse = self.setup.environment["SALES_KPIS_RAW_DATABASE"]
            connection.execute(f"attach '{warehouse}' as sales_kpis (read_only)")
            assert connection.execute("from raw_tabular.deal").fetchone() == (5,)
            connection.close()
            return super().check_sources()

    monkeypatch.setattr(cli, "DbtBuilder", LooksThere)
    kpis_project.build_folder.mkdir()
    connection = duckdb.connect(str(kpis_project.warehouse))
    connection.execute("create schema raw_tabular; create table raw_tabular.deal as select 5 as n")
    connection.close()
    assert kpis("check-sources", "--vars", "raw_path:").exit_code == 0


def test_it_works_while_a_run_goes_on(
    kpis_project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    deliver(monkeypatch, FULL_REPORT)
    with RunLock(kpis_project.lock, "a-run"):
        assert kpis("check-sources").exit_code == 0


@pytest.mark.parametrize(
    ("outcome", "message"),
    [
        (DbtOutcome(2, "id", errors=("Compilation Error: no macro",)), "no macro"),
        (DbtOutcome(0, "id", messages=("hello",)), "dbt gave no report"),
    ],
    ids=["failed", "silent"],
)
def test_a_macro_that_did_not_report_is_told(outcome: DbtOutcome, message: str) -> None:
    with pytest.raises(BuildFailed) as caught:
        read_report(outcome)
    assert message in " ".join(caught.value.details)


def test_the_last_report_counts() -> None:
    messages = tuple(
        MARK + json.dumps({"findings": [{"kind": "error", "sentence": text}]})
        for text in ("first", "last")
    )
    assert read_report(DbtOutcome(0, "id", messages=messages)).errors == ("last",)
