"""A KPI is one SQL file and one YAML entry; the example of docs/kpis.md is proof."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml
from typer.testing import CliRunner

from builds import PROJECT, golden_demo, parse, run_dbt
from guards.conventions import conventions
from guards.project import load_manifest, read_project
from guards.sql_style import sql_style
from sales_kpis import cli
from sales_kpis.references import FILE, references, renew_references


def code_block(page: str, language: str, containing: str) -> str:
    """The code block of a page that has a text in it."""
    blocks: list[str] = re.findall(rf"```{language}\n(.*?)```", page, flags=re.DOTALL)
    return next(block for block in blocks if containing in block)


def copy_of_the_project(folder: Path) -> Path:
    """The files that dbt reads, in a folder of their own."""
    copy = folder / "project"
    for name in (
        *("models", "macros", "seeds", "vendor", "data"),
        *("tests/generic", "tests/fixtures", "tests/guards"),
    ):
        shutil.copytree(PROJECT / name, copy / name)
    for name in ("dbt_project.yml", "profiles.yml", ".sqlfluff", ".dbtignore"):
        shutil.copyfile(PROJECT / name, copy / name)
    (copy / "build").mkdir()
    return copy


NO_TESTS = ("--exclude-resource-type", "unit_test", "test")
OPEN_DEALS = """
with

deals as (

    select
        deal_id,
        created_date,
        close_date,
        is_closed,
        team
    from {{ ref('fct_deals') }}

),

periods as (

    select
        period_grain,
        period_start_date,
        measured_on_date
    from {{ ref('dim_periods') }}

),

open_deals as (

    select
        deals.deal_id as fact_id,
        periods.period_grain,
        periods.period_start_date,
        deals.team,
        1 as numerator
    from deals
    inner join periods
        on
            deals.created_date <= periods.measured_on_date
            and not (deals.is_closed and deals.close_date <= periods.measured_on_date)

)

{{ kpi_rollup('open_deals') }}
"""


def test_the_columns_of_kpi_tables_stand_once() -> None:
    entries = [
        entry
        for file in (PROJECT / "models/marts/kpis").rglob("*.yml")
        for entry in yaml.safe_load(file.read_text("utf-8")).get("models") or []
    ]
    assert len(entries) > 80
    assert {entry["columns"] for entry in entries} == {"{{ var('kpi_table').columns }}"}
    assert {entry["constraints"] for entry in entries} == {"{{ var('kpi_table').constraints }}"}


def test_the_list_of_marts_is_that_of_the_files() -> None:
    assert (PROJECT / FILE).read_text("utf-8") == references(PROJECT), "run `kpis references`"


def test_a_kpi_in_no_list_stops_what_unites_them(extended: Extended, tmp_path: Path) -> None:
    file = extended.project / FILE
    listed = file.read_text("utf-8")
    file.write_text(listed.replace("            'kpi_lost_deals',\n", ""), "utf-8")
    try:
        build = run_dbt(["compile", "--select", "kpi_values"], tmp_path, project=extended.project)
    finally:
        file.write_text(listed, "utf-8")
    assert build.exit_code != 0
    said = " ".join(build.output.split())
    assert "The KPI kpi_lost_deals (models/marts/kpis/pipeline/kpi_lost_deals.sql) is in no" in said
    assert "run `kpis references`" in said


class Extended(NamedTuple):
    """A copy of the project with two KPIs more, and what dbt has parsed of it."""

    project: Path
    parsed: bytes


@pytest.fixture(scope="module")
def extended(tmp_path_factory: pytest.TempPathFactory) -> Extended:
    folder = tmp_path_factory.mktemp("extended")
    project = copy_of_the_project(folder)
    page = (PROJECT / "docs" / "kpis.md").read_text()
    entry = code_block(page, "yaml", "kpi_lost_deals")
    # The parse before leaves dbt a partial parse that does not know the new files.
    parse(folder / "run", project=project)
    family = project / "models/marts/kpis/pipeline"
    (family / "kpi_lost_deals.sql").write_text(code_block(page, "sql", "lost_deals"))
    (family / "kpi_open_deals.sql").write_text(OPEN_DEALS.lstrip())
    of_open_deals = entry.replace("kpi_lost_deals", "kpi_open_deals")
    with (family / "_pipeline__models.yml").open("a") as file:
        of_open_deals = of_open_deals.replace(
            "[territory, rep]", "[team]\n          is_as_of: true"
        )
        file.write("\n" + entry + "\n" + of_open_deals)
    assert renew_references(project)
    return Extended(project, parse(folder / "run", project=project))


def test_a_kpi_of_one_sql_file_and_one_yaml_entry_is_everywhere(
    extended: Extended, tmp_path: Path
) -> None:
    project = extended.project
    # The facts of the new KPIs are there already; what else reads the KPIs, reads kpi_values.
    new = ("kpi_lost_deals", "kpi_open_deals", "kpi_values", "kpi_catalog")
    build = run_dbt(
        ["build", *NO_TESTS, "--select", *new],
        golden_demo().copy(tmp_path / "run").folder,
        project=project,
        parsed=extended.parsed,
        artifacts=True,
    )

    assert build.exit_code == 0, build.output
    assert build.rows(
        "select title, dimensions from monitoring.kpi_catalog where kpi = 'lost_deals'"
    ) == [("Lost deals", "territory|rep")]
    assert build.rows(
        "select sum(value) from monitoring.kpi_values"
        " where kpi = 'lost_deals' and period_grain = 'year' and dimension = 'total'"
    ) == build.rows("select cast(count(*) as double) from core.fct_deals where is_lost")

    catalog_page = tmp_path / "kpi_catalog.md"
    result = CliRunner().invoke(
        cli.app,
        ["catalog", "--markdown", str(catalog_page)],
        env={"SALES_KPIS_PROJECT": str(project), "SALES_KPIS_DATABASE": str(build.database)},
    )
    assert result.exit_code == 0, result.output
    section = catalog_page.read_text().partition("### lost_deals\n")[2].partition("\n### ")[0]
    assert "**Lost deals**: How many deals did we lose?" in section
    assert "| 2025-08 | total | total |" in section
    assert "| 2025-08 | territory |" in section


def test_the_conventions_have_nothing_against_a_kpi_of_the_docs(extended: Extended) -> None:
    manifest = load_manifest(extended.project.parent / "run" / "target" / "manifest.json")
    project = read_project(extended.project, manifest)
    assert {"kpi_lost_deals", "kpi_open_deals"} <= {model.name for model in project.models}
    assert [str(finding) for finding in conventions(project)] == []


@pytest.mark.slow
def test_strict_yaml_and_the_linter_have_nothing_against_a_kpi_of_the_docs(
    extended: Extended,
) -> None:
    run = subprocess.run(
        [sys.executable, "-m", "guards", "yaml", "--project-dir", str(extended.project)],
        env={**os.environ, "PYTHONPATH": str(PROJECT / "tests")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (run.stdout, run.returncode) == ("", 0), run.stderr
    alone = extended.project / "alone"
    alone.mkdir()
    for name in ("kpi_lost_deals.sql", "kpi_open_deals.sql"):
        shutil.copyfile(extended.project / "models/marts/kpis/pipeline" / name, alone / name)
    assert [str(finding) for finding in sql_style(extended.project, ("alone",))] == []
    shutil.rmtree(alone)


@pytest.mark.slow
def test_a_kpi_of_a_state_is_rebuilt_for_every_old_period(
    extended: Extended, tmp_path: Path
) -> None:
    variables = {"fiscal_year_start_month": 1, "as_of_date": "2024-05-15", "zero_fill_days": 20}

    build = run_dbt(
        ["build", *NO_TESTS, "--select", "+kpi_open_deals"],
        tmp_path / "run",
        project=extended.project,
        variables=variables,
        parsed=extended.parsed,
    )

    assert build.exit_code == 0, build.output
    open_on = """
        select cast(count(*) as double) from core.fct_deals
        where created_date <= date '{0}' and not (is_closed and close_date <= date '{0}')
    """
    value_of = """
        select value from kpis.kpi_open_deals
        where dimension = 'total' and period_grain = '{0}' and period_start_date = date '{1}'
    """
    for grain, start, day in (
        ("month", "2023-06-01", "2023-06-30"),
        ("week", "2023-12-25", "2023-12-31"),
        ("quarter", "2024-01-01", "2024-03-31"),
        ("year", "2024-01-01", "2024-05-15"),
    ):
        found = build.rows(value_of.format(grain, start))
        assert found == build.rows(open_on.format(day)), (grain, start)
        assert found[0][0] > 0
    grains = "select distinct period_grain from kpis.kpi_open_deals order by 1"
    assert build.rows(grains) == [("month",), ("quarter",), ("week",), ("year",)]
    assert build.rows(
        "select count(*) from kpis.kpi_open_deals where period_start_date > date '2024-05-15'"
    ) == [(0,)]
    # The slices are all that the total is made of, in every period.
    assert build.rows(
        "select count(*) from (select period_grain, period_start_date,"
        " sum(case when dimension = 'total' then numerator else -numerator end) as difference"
        " from kpis.kpi_open_deals group by all) where difference <> 0"
    ) == [(0,)]
