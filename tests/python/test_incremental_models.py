"""A model with `replace_slices` has the same rows on both engines, however often it has run.

It runs twice in a project of its own with changed input. Spark takes part in `make test-spark`.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

from builds import PROJECT, Build, run_dbt, shown_rows
from spark_dbt import SparkDbt

ENGINES = ["duckdb", "spark"] if "SALES_KPIS_TEST_SPARK" in os.environ else ["duckdb"]
DBT_PROJECT = """\
    name: sales_kpis
    profile: sales_kpis
    flags: {send_anonymous_usage_stats: false}
    vars: {delivery: "", first_delivered_day: ""}
    """
MODEL = """\
    {{ config(**replace_slices('event_date')) }}

    select
        cast(event_date as date) as event_date,
        event_id,
        cast(event_name as {{ dbt.type_string() }}) as event_name
    from (values {{ var('delivery') }}) as delivered (event_date, event_id, event_name)
    {% if is_incremental() %}
    where event_date >= '{{ var("first_delivered_day") }}'
    {% endif %}
    """
FIRST = [("2025-03-01", 1, "open"), ("2025-03-02", 2, "open"), ("2025-03-02", 3, "click")]
# The 2nd is delivered again: event 2 has changed, 3 is gone, 4 and the 3rd are new. Days before
# the first delivered day is not read, whatever it says.
SECOND = [
    ("2025-03-01", 1, "not read"),
    ("2025-03-02", 2, "reply"),
    ("2025-03-02", 4, "open"),
    ("2025-03-03", 5, "open"),
]
RunDbt = Callable[[list[str], dict[str, str]], Build]


@pytest.fixture(params=ENGINES)
def dbt(request: pytest.FixtureRequest, tmp_path: Path) -> RunDbt:
    """dbt on an engine, on a project of one model that the engine has not built."""
    project = tmp_path / "project"
    shutil.copytree(PROJECT / "macros" / "engine", project / "macros" / "engine")
    shutil.copy(PROJECT / "profiles.yml", project)
    (project / "models").mkdir()
    (project / "dbt_project.yml").write_text(dedent(DBT_PROJECT))
    (project / "models" / "events_kept.sql").write_text(dedent(MODEL))
    if request.param == "spark":
        spark: SparkDbt = request.getfixturevalue("spark")
        return lambda command, variables: spark.run(command, variables, project=project)
    folder = tmp_path / "duckdb"
    return lambda command, variables: run_dbt(command, folder, variables, project=project)


def test_a_second_run_replaces_the_days_that_it_is_given_and_keeps_the_others(
    dbt: RunDbt,
) -> None:
    for rows, first_day in ((FIRST, "2025-03-01"), (SECOND, "2025-03-02")):
        delivery = ", ".join(str(row) for row in rows)
        built = dbt(["run"], {"delivery": delivery, "first_delivered_day": first_day})
        assert built.exit_code == 0, built.output
    query = (
        "select cast(event_date as string) as event_date, event_id, event_name"
        " from {{ ref('events_kept') }} order by event_id"
    )
    show = ["show", "--quiet", "--inline", query, "--limit", "-1", "--output", "json"]
    shown = shown_rows(dbt(show, {}))
    assert [tuple(row.values()) for row in shown] == [FIRST[0], *SECOND[1:]]
