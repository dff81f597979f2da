"""A deal's history is read as its own columns are, or its faults are told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from builds import run_dbt
from test_written_forms import DEALS, Rows, check, settings, write_table

# Each asks dbt several times.
pytestmark = pytest.mark.slow
HISTORY = "deal_id;changed_at;field;old_value;new_value"
MARCH = "2025-03-01 10:00:00"


def deals_with_history(folder: Path, rows: Rows, header: str = HISTORY) -> Path:
    """Two open deals with a history, as files below `folder`."""
    write_table(folder / "raw", "deal", DEALS, [["1", "Talk", "7", ""], ["2", "Talk", "9", ""]])
    write_table(folder / "raw", "deal_history", header, rows)
    return folder


def history_findings(report: dict[str, Any]) -> list[tuple[str, Any, list[str]]]:
    """Kind, rows and values of what is said of the history."""
    return [
        (oddity["kind"], oddity["rows"], oddity["values"])
        for oddity in report["oddities"]
        if oddity["table"].endswith("_history")
    ]


def test_a_history_is_read_in_the_form_that_its_own_values_prove(tmp_path: Path) -> None:
    changes = [
        ["1", MARCH, "amount", "1.200", "1.234.500,50"],
        ["1", MARCH, "Close Date", "31.12.2025", "03.02.2026"],
        ["2", MARCH, "amount", "€ 12.500", ""],
        ["2", MARCH, "stage", "Talk", "Won"],
    ]
    deals_with_history(tmp_path, changes)
    assert history_findings(check(tmp_path)) == []
    build = run_dbt(
        ["run", "--select", "stg_tabular__deal_history"],
        tmp_path,
        variables=settings(tmp_path / "raw"),
    )
    assert build.exit_code == 0, build.output
    found = build.rows(
        "select deal_id, field, old_value, new_value from staging.stg_tabular__deal_history"
        " order by deal_id, field"
    )
    assert found == [
        ("tabular:1", "amount", "1200.000000", "1234500.500000"),
        ("tabular:1", "close_date", "2025-12-31", "2026-02-03"),
        ("tabular:2", "amount", "12500.000000", None),
        ("tabular:2", "stage", "tabular:Talk", "tabular:Won"),
    ]


def test_amounts_of_a_history_that_can_be_read_in_two_ways_are_an_error(tmp_path: Path) -> None:
    deals_with_history(tmp_path, [["1", MARCH, "amount", "12.500", "9"]])
    [error] = check(tmp_path)["errors"]
    assert "old_value and new_value of amount has 1 numbers that can be read in two ways" in error
    answered = {"deal_history": {"number_format": "decimal_comma"}}
    assert check(tmp_path, mapping=answered)["errors"] == []


def test_values_of_a_history_that_cannot_be_read_are_told(tmp_path: Path) -> None:
    changes = [["1", f"2025-03-{day:02} 10:00:00", "amount", str(day), "7"] for day in range(1, 6)]
    deals_with_history(tmp_path, [*changes, ["2", MARCH, "amount", "", "much"]])
    report = check(tmp_path)
    assert report["errors"] == []  # One of eleven is not more than a tenth.
    assert history_findings(report) == [("amount that cannot be read", 1, ["much"])]
    deals_with_history(tmp_path, [["1", MARCH, "expected_close_date", "2025-03-01", "soon"]])
    assert check(tmp_path)["errors"] == [
        "History tabular.deal_history has 1 of 2 values of close_date that cannot be read (such"
        " as 'soon'): write their form in source_mapping (tabular: {deal_history: {date_order:"
        " day_first}}), or correct them."
    ]
    assert check(tmp_path, max_unreadable_share=0.5)["errors"] == []


def test_changes_without_values_are_told(tmp_path: Path) -> None:
    nothing = ["1", MARCH, "owner_rep_id", "", ""]
    deals_with_history(tmp_path, [nothing, ["1", MARCH, "notes", "", ""]])
    assert history_findings(check(tmp_path)) == [("history without values", 1, ["ownerrepid"])]
    deals_with_history(tmp_path, [nothing[:3], ["2", *nothing[1:3]]], "deal_id;changed_at;field")
    assert history_findings(check(tmp_path)) == [("history without values", 2, ["ownerrepid"])]
    assert history_findings(check(tmp_path, mapping={"deal_history": False})) == []
