"""`kpis explain`: the sentence, the largest drivers, and what it refuses."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from kpis_project import write_marts
from sales_kpis import cli
from sales_kpis.project import Project
from sales_kpis.publish import RunFacts, publish

DRIVERS = """
    create table monitoring.kpi_drivers as
    select
        'total_revenue' as kpi,
        'month' as period_grain,
        date '2025-08-01' as period_start_date,
        'previous' as comparison,
        *,
        cast(100 as double) as change
    from (values
        ('territory', 'North', 130.0::double, null::double, null::double, false),
        ('territory', 'South', -30.0, null, null, true),
        ('territory', 'West', 0.0, null, null, true),
        ('rep', 'rep:1', 100.0, null, null, false)
    ) as drivers (
        dimension, dimension_value, contribution, rate_effect, mix_effect, is_small_sample
    )
"""
DIMENSIONS = """
    create table monitoring.kpi_dimensions as
    select 'total_revenue' as kpi, *
    from (values
        ('territory', true, null),
        ('rep', true, null),
        ('activity_type', false, 'the slices do not add up to the whole')
    ) as dimensions (dimension, has_drivers, why_no_drivers)
"""


def kpis(*arguments: str) -> Result:
    return CliRunner().invoke(cli.app, list(arguments), env={"COLUMNS": "160"})


def published_with(tmp_path: Path, project: Project, *statements: str) -> None:
    build = write_marts(tmp_path / "marts" / "sales_kpis.duckdb", statements=list(statements))
    facts = RunFacts(as_of_date="2025-09-17", settings={"reporting_currency": "EUR"})
    publish(build, tmp_path / "published", "run-1", facts)
    shutil.copytree(tmp_path / "published", project.published, symlinks=True)


@pytest.fixture
def project(tmp_path: Path, kpis_project: Project) -> Project:
    published_with(tmp_path, kpis_project, DRIVERS, DIMENSIONS)
    return kpis_project


def test_the_sentence_says_from_what_to_what(project: Project) -> None:
    said = kpis("explain", "total_revenue", "--period", "2025-08").stdout
    assert (
        "Total revenue rose by 100 EUR: 100 EUR in the period before, 200 EUR in 2025-08." in said
    )
    assert "Not explained by activity type: the slices do not add up to the whole." in said


def test_the_newest_complete_month_is_explained_unless_another_is_named(project: Project) -> None:
    assert "200 EUR in 2025-08" in kpis("explain", "total_revenue").stdout


def test_the_largest_driver_stands_first_and_few_cases_are_marked(project: Project) -> None:
    said = kpis("explain", "total_revenue", "--limit", "3").stdout
    places = [said.index(text) for text in ("territory: North", "rep: rep:1", "territory: South °")]
    assert places == sorted(places)
    assert "+130 EUR" in said
    assert "-30 EUR" in said
    assert "West" not in said, "it contributed nothing"
    assert "° of few cases: too few to speak" in said


def test_explain_limits_for_machines_to_the_largest_drivers(project: Project) -> None:
    limited = json.loads(kpis("explain", "total_revenue", "--json", "--limit", "2").stdout)
    assert [driver["contribution"] for driver in limited["drivers"]] == [130, 100]
    assert limited["count"] == 3
    assert len(json.loads(kpis("explain", "total_revenue", "--json").stdout)["drivers"]) == 3


def test_the_slices_of_one_dimension(project: Project) -> None:
    said = json.loads(kpis("explain", "total_revenue", "--by", "rep", "--json").stdout)
    assert [driver["dimension_value"] for driver in said["drivers"]] == ["rep:1"]
    assert said["change"] == 100


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--period", "2025-09"], "2025-09 still runs"),
        (["--period", "2025-07"], "no value in 2025-07 or in the period before"),
        (["--against", "year_ago"], "no value in 2025-08 or in the year before"),
        (["--period", "2019-01"], "There is no period 2019-01"),
        (["--against", "last_year"], "There is no comparison last_year"),
        (["--by", "teritory"], "Did you mean territory?"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_cannot_be_compared_is_said(
    project: Project, arguments: list[str], message: str
) -> None:
    result = kpis("explain", "total_revenue", *arguments)
    assert result.exit_code == 2
    assert message in result.stderr


def test_marts_of_an_earlier_release_have_no_drivers(tmp_path: Path, kpis_project: Project) -> None:
    published_with(tmp_path, kpis_project)
    result = kpis("explain", "total_revenue")
    assert result.exit_code == 2
    assert "an earlier release made them" in result.stderr
