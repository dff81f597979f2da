"""A source that delivers nothing new is told; a system that stands still can stop a run."""

from __future__ import annotations

import copy
import json
from datetime import date
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from builds import PROJECT
from kpis_project import REPORT, FakeBuilder
from sales_kpis import cli
from sales_kpis.dashboard import unpacked
from sales_kpis.project import Project
from sales_kpis.publish import all_versions
from sales_kpis.sources import parse_report

AS_OF = date(2025, 9, 17)


def report_of(*tables: tuple[str, str, str | None, int | None]) -> dict[str, Any]:
    """A report of tables: system, table, newest row, days of the warning."""
    content = copy.deepcopy(dict(REPORT))
    [example] = content["tables"]
    content["tables"] = [
        {
            **example,
            "system": system,
            "table": table,
            "newest_row": newest,
            "warn_after": {"count": days, "period": "day"} if days else None,
        }
        for system, table, newest, days in tables
    ]
    return content


def test_a_table_is_stale_one_day_beyond_its_limit() -> None:
    report = parse_report(
        report_of(
            ("tabular", "deal", "2025-09-10 23:59:00", 7),
            ("tabular", "lead", "2025-09-09 23:59:00", 7),
            ("tabular", "rep", "2020-01-01 00:00:00", None),
            ("tabular", "activity", None, 7),
            ("salesforce", "task", "2026-01-01 00:00:00", 7),
        )
    )
    assert report.stale_tables(AS_OF) == [
        "tabular.lead: its newest row is of 2025-09-09, 8 days before as_of_date 2025-09-17"
        " (limit 7)."
    ]


def test_a_system_stands_still_only_if_all_its_tables_do() -> None:
    report = parse_report(
        report_of(
            ("tabular", "deal", "2025-09-01 00:00:00", 7),
            ("tabular", "rep", "2025-09-16 00:00:00", None),
            ("salesforce", "task", "2025-09-01 00:00:00", 7),
            ("salesforce", "user", "2025-09-02 00:00:00", None),
        )
    )
    [sentence] = report.stale_systems(AS_OF, 14)
    assert sentence.startswith("salesforce stands still") and "15 days" in sentence
    assert report.stale_systems(AS_OF, 15) == []


@pytest.mark.parametrize(("limit", "exit_code"), [("0", 0), ("30", 0), ("29", 1)])
def test_a_run_on_a_system_that_stands_still(
    kpis_project: Project, monkeypatch: pytest.MonkeyPatch, limit: str, exit_code: int
) -> None:
    project_file = kpis_project.root / "dbt_project.yml"
    text = project_file.read_text(encoding="utf-8")
    project_file.write_text(text.replace("vars:\n", f"vars:\n  stale_system_days: {limit}\n"))
    content = report_of(("tabular", "deal", "2025-08-18 10:00:00", 7))
    monkeypatch.setattr(cli, "DbtBuilder", FakeBuilder.of(report=content))
    result = CliRunner().invoke(cli.app, ["run", "--json"], env={"COLUMNS": "160"})
    assert result.exit_code == exit_code, result.output
    versions = all_versions(kpis_project.published)
    if exit_code:
        assert not versions
        assert "tabular stands still" in result.output
        return
    said = "tabular.deal: its newest row is of 2025-08-18, 30 days before as_of_date 2025-09-17"
    assert json.loads(result.stdout)["warnings"][0].startswith(said)
    assert versions[0].manifest["stale_sources"][0].startswith(said)
    published = (versions[0].folder / "dashboard.html").read_text(encoding="utf-8")
    assert said in unpacked(published)
    page = kpis_project.root / "page.html"
    assert CliRunner().invoke(cli.app, ["dashboard", "--out", str(page)]).exit_code == 0
    assert page.read_text(encoding="utf-8") == published


def test_every_system_has_tables_with_a_limit_and_the_column_that_dbt_needs() -> None:
    for path in sorted((PROJECT / "models" / "staging").rglob("_*__sources.yml")):
        [source] = yaml.safe_load(path.read_text(encoding="utf-8"))["sources"]
        limited = [t for t in source["tables"] if t["config"].get("freshness")]
        assert limited, source["name"]
        for table in limited:
            names = {column["name"] for column in table["columns"]}
            assert table["config"]["loaded_at_field"] in names, table["name"]
