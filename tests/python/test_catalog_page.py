"""The pages of KPIs and of settings say what the YAML of the project says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner, Result

from kpis_project import write_marts
from sales_kpis import cli
from sales_kpis.catalog_page import (
    catalog_page,
    choose_examples,
)
from sales_kpis.project import Project
from sales_kpis.values import FAMILIES, Kpi, KpiValue

PROJECT = Path(__file__).resolve().parents[2]
MODELS = PROJECT / "models" / "marts" / "kpis"


def entries() -> Iterator[tuple[str, dict[str, Any]]]:
    """Each KPI model's entry, with its family."""
    for file in MODELS.rglob("*__models.yml"):
        for entry in yaml.safe_load(file.read_text(encoding="utf-8"))["models"]:
            yield file.parent.name, entry


def grains_of(kpi: dict[str, Any]) -> tuple[str, ...]:
    """The grains that the demo's KPI has: from the week on for a state, else as its entry says."""
    finest = kpi.get("finest_grain") or ("week" if kpi.get("is_as_of") else "day")
    grains = ("day", "week", "month", "quarter", "year", "fiscal_quarter", "fiscal_year")
    return grains[grains.index(finest) :]


def kpis_of_yaml() -> list[Kpi]:
    """The catalog as the YAML has it, in the order of the page."""
    catalog = [
        Kpi(
            kpi=entry["name"].removeprefix("kpi_"),
            family=family,
            description=entry["description"].strip(),
            grains=grains_of(entry["config"]["meta"]["kpi"]),
            dimensions=tuple(entry["config"]["meta"]["kpi"]["dimensions"]),
            is_proven=entry["config"]["meta"]["kpi"].get("is_proven", False),
            slices_of=entry["config"]["meta"]["kpi"].get("slices_of"),
            synonyms=tuple(entry["config"]["meta"]["kpi"].get("synonyms", ())),
            **{
                name: entry["config"]["meta"]["kpi"][name]
                for name in (
                    *("title", "question", "formula", "unit"),
                    *("direction", "owner", "source", "is_additive"),
                )
            },
        )
        for family, entry in entries()
    ]
    return sorted(catalog, key=lambda kpi: (FAMILIES.index(kpi.family), kpi.kpi))


def without_examples(page: str) -> list[str]:
    return [line for line in page.splitlines() if line and not line.startswith("|")]


def test_the_page_has_the_definitions_of_the_yaml() -> None:
    page = (PROJECT / "docs" / "kpi_catalog.md").read_text(encoding="utf-8")
    expected = without_examples(catalog_page(kpis_of_yaml(), {}))
    assert without_examples(page) == expected, "Write it anew: make docs"


def test_the_page_begins_with_the_question_of_every_kpi() -> None:
    page = (PROJECT / "docs" / "kpi_catalog.md").read_text(encoding="utf-8")
    asked = dict(re.findall(r"^\| \[(\w+)\]\(#\1\) [^|]+ \| ([^|]+) \|$", page, re.MULTILINE))
    assert asked == {kpi.kpi: kpi.question for kpi in kpis_of_yaml()}


def test_the_page_has_examples_of_every_kpi() -> None:
    page = (PROJECT / "docs" / "kpi_catalog.md").read_text(encoding="utf-8")
    sections = re.split(r"^### ", page, flags=re.MULTILINE)[1:]
    assert [section.split()[0] for section in sections if "| total | total |" not in section] == []


def test_the_page_of_settings_says_of_each_what_its_comment_says() -> None:
    text = (PROJECT / "dbt_project.yml").read_text(encoding="utf-8")
    block = text.partition("\nvars:\n")[2].partition("\nmodels:")[0]
    page = (PROJECT / "docs" / "settings.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `(\w+)` \| [^|]+ \| ([^|]+) \|$", page, re.MULTILINE))
    comments: dict[str, str] = {}
    comment: list[str] = []
    for line in block.splitlines():
        if line.startswith("  # "):
            comment.append(line[4:])
        elif setting := re.match(r"  (\w+):", line):
            comments[setting[1]] = " ".join(comment)
            comment = []
    assert comments.pop("kpi_table").startswith("No setting")
    assert len(comments) > 20
    assert {name: rows.get(name, "").replace("`", "") for name in comments} == {
        name: comment.replace("`", "") for name, comment in comments.items()
    }


def test_every_section_that_a_test_names_is_in_the_docs() -> None:
    page = (PROJECT / "docs" / "kpis.md").read_text(encoding="utf-8")
    titles = {
        title.strip("`.").lower()
        for title in [
            *re.findall(r"^#+ (.+)$", page, re.MULTILINE),
            *re.findall(r"^\* \*\*(.+?)\*\*", page, re.MULTILINE),
        ]
    }
    named = set()
    for file in [*(PROJECT / "models").rglob("*.yml"), *(PROJECT / "tests").rglob("*.sql")]:
        text = " ".join(file.read_text(encoding="utf-8").replace("\n--", "\n").split())
        for source in re.findall(r"docs/kpis\.md, ([^.]+)\.", text):
            # The text after a semicolon may be another source.
            first, *others = (part.strip(' "') for part in source.split(";"))
            named |= {first, *(part for part in others if re.fullmatch(r"[A-Z][a-z ]+", part))}
    assert len(named) > 10
    assert {name.lower() for name in named} - titles == set()


ROW = KpiValue(
    kpi="win_rate", period_grain="month", period_start_date=date(2025, 8, 1),
    period_end_date=date(2025, 8, 31),
    is_period_complete=True, dimension="total", dimension_value="total", dimension_label="total",
    numerator=1.0, denominator=2.0, value=0.5, share_of_total=None, previous_value=None,
    change=None, change_ratio=None, year_ago_value=None, yoy_ratio=None, target_value=None,
    attainment_ratio=None, status=None, is_small_sample=None,
)  # fmt: skip


def test_the_examples_are_the_total_and_the_largest_named_slices() -> None:
    [kpi] = [kpi for kpi in kpis_of_yaml() if kpi.kpi == "win_rate"]
    kpi = replace(kpi, dimensions=("team", "rep"))
    team = replace(ROW, dimension="team", dimension_value="(none)")
    reps = [replace(ROW, dimension="rep", dimension_value=name) for name in ("a", "(none)")]
    empty = replace(ROW, dimension="rep", dimension_value="b", value=None)
    more = [replace(ROW, dimension="rep", dimension_value=name) for name in ("c", "d")]
    rows = [ROW, team, *reps, empty, *more]
    assert choose_examples([kpi], rows) == {"win_rate": [ROW, reps[0], more[0]]}


def kpis(*arguments: str) -> Result:
    return CliRunner().invoke(cli.app, list(arguments), env={"COLUMNS": "160"})


def test_the_command_writes_the_page_with_rows_of_the_newest_complete_month(
    kpis_project: Project,
) -> None:
    write_marts(kpis_project.warehouse)
    result = kpis("catalog", "--markdown", "page.md")
    assert result.exit_code == 0, result.output
    page = Path("page.md").read_text(encoding="utf-8")
    assert "| [total_revenue](#total_revenue) Total revenue | How much did we sell? |\n" in page
    assert "* Proof: no planted answers; its own tests only\n" in page
    assert "* Reading: By close date.\n" in page
    assert "| 2025-08 | total | (total) | 200 | – | 200 |\n" in page
    assert "2025-09 |" not in page


@pytest.mark.usefixtures("kpis_project")
def test_the_command_wants_a_folder_that_is_there(kpis_project: Project) -> None:
    write_marts(kpis_project.warehouse)
    assert kpis("catalog", "--markdown", "nowhere/page.md").exit_code == 2
