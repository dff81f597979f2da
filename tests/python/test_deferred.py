"""A build of what differs: all else is read where the state has it, also what no `ref()` names."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import duckdb
import pytest

import dbt_in_process
from builds import PROJECT, Build, believable_demo, run_dbt
from guards.tracked_files import tracked_files

DBT_PROJECT = """\
    name: sales_kpis
    profile: sales_kpis
    flags: {send_anonymous_usage_stats: false}
    """
# It looks for its input as the inputs of KPIs do: by name and not by `ref()`.
READER = """\
    -- depends_on: {{ ref('input') }}
    {%- if execute %}
    select origin from {{ sales_kpis.relation_of_node(sales_kpis.node_named('input')) }}
    {%- endif %}
    """


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project of one model that reads another, which somebody has built."""
    root = tmp_path / "project"
    shutil.copytree(PROJECT / "macros" / "engine", root / "macros" / "engine")
    shutil.copy(PROJECT / "profiles.yml", root)
    (root / "models").mkdir()
    (root / "dbt_project.yml").write_text(dedent(DBT_PROJECT))
    (root / "models" / "input.sql").write_text("select 'of the state' as origin")
    (root / "models" / "reader.sql").write_text(dedent(READER))
    built = run_dbt(["build"], tmp_path / "built", project=root, artifacts=True)
    assert built.exit_code == 0, built.output
    shutil.copytree(tmp_path / "built" / "target", tmp_path / "state")
    return root


def build_in_schemas_of_its_own(
    project: Path, select: str, monkeypatch: pytest.MonkeyPatch
) -> Build:
    """Build some models into the schemas `ci_…` beside those of the state."""
    plain = dbt_in_process.plain_environment()
    monkeypatch.setattr(
        dbt_in_process, "plain_environment", lambda: plain | {"SALES_KPIS_SCHEMA_PREFIX": "ci_"}
    )
    folder = project.parent
    command = ["build", "--select", select, "--defer", "--state", str(folder / "state")]
    built = run_dbt(command, folder / "built", project=project)
    assert built.exit_code == 0, built.output
    return built


@pytest.mark.parametrize(
    ("select", "read"),
    [
        pytest.param("reader", "of the state", id="not built here"),
        pytest.param("input reader", "of the change", id="built here"),
    ],
)
def test_a_node_that_is_looked_up_is_the_one_that_ref_would_give(
    project: Path, monkeypatch: pytest.MonkeyPatch, select: str, read: str
) -> None:
    (project / "models" / "input.sql").write_text("select 'of the change' as origin")
    built = build_in_schemas_of_its_own(project, select, monkeypatch)
    assert built.rows("select origin from ci_main.reader") == [(read,)]
    assert built.rows("select origin from main.reader") == [("of the state",)]


def test_without_a_state_a_node_is_its_own_table(project: Path) -> None:
    (project / "models" / "input.sql").write_text("select 'of the change' as origin")
    built = run_dbt(["build"], project.parent / "built", project=project)
    assert built.exit_code == 0, built.output
    assert built.rows("select origin from main.reader") == [("of the change",)]


def ci_slim(clone: Path, demo: Build) -> subprocess.CompletedProcess[str]:
    """`make ci-slim` in a copy of the repository, with a build of the demo as its state."""
    environment = Path(sys.prefix)
    kept = {name: value for name, value in os.environ.items() if "SALES_KPIS" not in name}
    return subprocess.run(
        [
            *("make", f"--old-file={environment}/installed", "ci-slim"),
            *(f"VENV={environment}", f"STATE={demo.folder / 'target'}"),
        ],
        cwd=clone,
        env=kept | {"SALES_KPIS_DATABASE": str(demo.database)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.slow
def test_make_ci_slim_builds_what_a_change_touches_and_stops_where_it_is_wrong(
    tmp_path: Path,
) -> None:
    clone = tmp_path / "clone"
    for name in tracked_files(PROJECT):
        if (PROJECT / name).is_file():
            (clone / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(PROJECT / name, clone / name)
    demo = believable_demo().copy(tmp_path / "demo")
    kpi = clone / "models" / "marts" / "kpis" / "pipeline" / "kpi_win_rate.sql"
    text = kpi.read_text(encoding="utf-8")
    rule = "numerator='cast(is_won as int)'"
    assert rule in text

    kpi.write_text(text.replace(rule, "numerator='cast(is_won as int) + 0'"), encoding="utf-8")
    result = ci_slim(clone, demo)
    assert result.returncode == 0, result.stdout
    with duckdb.connect(str(demo.database), read_only=True) as connection:
        made = {
            f"{schema}.{name}"
            for schema, name in connection.execute(
                "select table_schema, table_name from information_schema.tables"
                " where table_schema like 'ci\\_%' escape '\\'"
            ).fetchall()
        }
        [(same, count)] = connection.execute(
            "select count(*) filter (where ours.value is not distinct from before.value), count(*)"
            " from kpis.kpi_win_rate as before full join ci_kpis.kpi_win_rate as ours"
            " using (period_grain, period_start_date, dimension, dimension_value)"
        ).fetchall()
    assert {"ci_kpis.kpi_win_rate", "ci_monitoring.kpi_values"} <= made
    assert {name for name in made if name.startswith("ci_kpis.")} == {"ci_kpis.kpi_win_rate"}
    assert same == count > 1000

    kpi.write_text(text.replace(rule, "numerator='2'"), encoding="utf-8")
    result = ci_slim(clone, demo)
    assert result.returncode != 0
    assert "FAIL" in result.stdout
