"""The examples of schedules: they compile, call what there is, and orchestrators load them."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import typer.main
from typer.core import TyperGroup

from builds import PROJECT, golden_demo
from sales_kpis import cli

EXAMPLES = PROJECT / "examples" / "schedule"
PAGE = PROJECT / "docs" / "schedule.md"
# A Python that has the orchestrator, which no environment of this project has.
PYTHONS = {"dagster": "SALES_KPIS_TEST_DAGSTER", "airflow": "SALES_KPIS_TEST_AIRFLOW"}
RUN = {"run_id": "run-1", "as_of_date": "2025-09-17", "warnings": ["a source is old"]}
FAILED = {"message": "A data test failed.", "next_step": "Look at it.", "exit_code": 1}


def commands(text: str) -> list[list[str]]:
    """The command lines of `kpis` in a text, as words from the command's name on."""
    plain = text.replace('[KPIS, "', "`kpis ").replace('", "', " ")
    plain = re.sub(r"\{KPIS\}|\{BIN / 'kpis'\}", "`kpis", plain)
    found = re.findall(r"`kpis ([a-z][^\n`\"]*)", plain)
    return [line.split() for line in found]


@pytest.mark.parametrize(
    "file", [*sorted(EXAMPLES.glob("*.py")), PAGE], ids=lambda file: str(file.name)
)
def test_an_example_calls_commands_and_options_that_are_there(file: Path) -> None:
    command = typer.main.get_command(cli.app)
    assert isinstance(command, TyperGroup)
    known = command.commands
    called = commands(file.read_text(encoding="utf-8"))
    assert called
    for name, *words in called:
        options = {option for each in known[name].params for option in each.opts}
        assert {word for word in words if word.startswith("--")} <= options, (name, words)


@pytest.mark.parametrize("file", sorted(EXAMPLES.glob("*.py")), ids=lambda file: str(file.name))
def test_an_example_compiles_and_is_on_the_page(file: Path) -> None:
    compile(file.read_text(encoding="utf-8"), file.name, "exec")
    assert f"(../examples/schedule/{file.name})" in PAGE.read_text(encoding="utf-8")


def said_by(orchestrator: str, script: str, **environment: str) -> Any:
    """The JSON that a script prints last in a Python that has the orchestrator."""
    python = os.environ.get(PYTHONS[orchestrator])
    if not python:
        pytest.skip(f"{PYTHONS[orchestrator]} names no Python that has {orchestrator}")
    kept = {name: value for name, value in os.environ.items() if "PYTHON" not in name}
    result = subprocess.run(
        [python, "-B", "-c", script],
        cwd=EXAMPLES,
        env=kept | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    return json.loads(result.stdout.splitlines()[-1])


def command_that_says(folder: Path, content: dict[str, Any]) -> str:
    """A command in place of `kpis`, which prints its result and notes how it was called."""
    program = folder / "kpis"
    program.write_text(
        f"#!/bin/sh\necho \"$@\" > called\necho '{json.dumps(content)}'\n"
        f"exit {content.get('exit_code', 0)}\n"
    )
    program.chmod(0o755)
    return str(program)


DAGSTER = """
import json
import dagster as dg
import dagster_kpis as example

graph = example.defs.resolve_asset_graph()
win_rate = dg.AssetKey(["kpis", "kpi_win_rate"])
result = dg.materialize([example.marts], raise_on_error=False)
print()
print(json.dumps({
    "is_success": result.success,
    "materialized": len(result.get_asset_materialization_events()) if result.success else 0,
    "assets": len(example.marts.keys),
    "read": sorted(key.to_user_string() for key in graph.get(win_rate).parent_keys),
    "schedule": example.every_day.cron_schedule,
    "errors": [
        event.event_specific_data.error.message
        for event in result.all_events if event.is_step_failure
    ],
}))
"""


@pytest.mark.slow
@pytest.mark.parametrize("content", [RUN, FAILED], ids=["published", "failed"])
def test_dagster_has_every_mart_as_an_asset_and_materializes_them_in_one_run(
    tmp_path: Path, content: dict[str, Any]
) -> None:
    said = said_by(
        "dagster",
        DAGSTER,
        SALES_KPIS_PROJECT=str(tmp_path),
        SALES_KPIS_MANIFEST=str(golden_demo().folder / "target" / "manifest.json"),
        SALES_KPIS_COMMAND=command_that_says(tmp_path, content),
    )
    [(marts,)] = golden_demo().rows(
        "select count(*) from information_schema.tables"
        " where table_schema in ('core', 'kpis', 'monitoring')"
    )
    assert said["assets"] == marts
    assert said["read"] == ["core/dim_periods", "core/fct_deal_product_lines", "core/fct_deals"]
    assert said["schedule"] == "30 5 * * *"
    assert (tmp_path / "called").read_text() == "run --as-of yesterday --json\n"
    assert said["is_success"] == (content is RUN)
    assert said["materialized"] == (marts if content is RUN else 0)
    assert any("A data test failed. Look at it." in text for text in said["errors"]) == (
        content is FAILED
    )


AIRFLOW = """
import json
import {module} as example

print()
print(json.dumps([
    [one.task_id, getattr(one, "bash_command", type(one).__name__), sorted(one.upstream_task_ids)]
    for one in example.dag.topological_sort()
]))
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("module", "tasks"),
    [
        (
            "airflow_kpis",
            [
                ["check_sources", ".venv/bin/kpis check-sources", []],
                ["run", ".venv/bin/kpis run --as-of yesterday", ["check_sources"]],
            ],
        ),
        (
            "airflow_cosmos_kpis",
            [
                ["build", "DbtBuildLocalOperator", []],
                ["publish", f"{PROJECT}/.venv/bin/kpis publish", ["build"]],
            ],
        ),
    ],
)
def test_airflow_parses_the_dag(module: str, tasks: list[Any], tmp_path: Path) -> None:
    said = said_by(
        "airflow",
        AIRFLOW.format(module=module),
        SALES_KPIS_PROJECT=str(PROJECT),
        AIRFLOW_HOME=str(tmp_path),
    )
    assert said == tasks
