"""`kpis` with dbt itself, on a project of a few models: what it passes, reads, and survives."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pytest

from builds import run_dbt
from kpis_project import copy_setting_rules, published_revenue, write_marts
from sales_kpis.dbt_runner import DbtOutcome, DbtSetup, facts_of_kpis, read_build_result
from sales_kpis.errors import BuildFailed
from sales_kpis.graph_variables import graph_variables
from sales_kpis.ledger import read_runs
from sales_kpis.marts import fold_in_log
from sales_kpis.project import Project, find_project
from sales_kpis.publish import current_version
from sales_kpis.run import DbtBuilder, read_offenders

FILES: Mapping[str, str] = {
    "dbt_project.yml": """
        name: sales_kpis
        profile: sales_kpis
        flags: {send_anonymous_usage_stats: false}
        test-paths: [tests/singular]
        on-run-start: ["{{ land() }}"]
        vars:
          systems: [tabular]
          raw_path: data/demo
          as_of_date: "2025-09-17"
          reporting_currency: EUR
        models:
          sales_kpis:
            +materialized: table
            core: {+schema: core}
            kpis: {+schema: kpis}
            monitoring: {+schema: monitoring}
        """,
    "profiles.yml": """
        sales_kpis:
          target: duckdb
          outputs:
            duckdb:
              type: duckdb
              path: "{{ env_var('SALES_KPIS_DATABASE', 'build/sales_kpis.duckdb') }}"
        """,
    "macros/all.sql": """
        {% macro generate_schema_name(name, node) %}{{ name or target.schema }}{% endmacro %}
        {% macro land() %}
            create schema if not exists raw_tabular;
            create or replace table raw_tabular.deal as
            select * from read_csv('{{ var("raw_path") }}/tabular/deal.csv', all_varchar = true)
        {% endmacro %}
        {% macro check_sources(is_build_next=false) %}
            {% for statement in land().split(';') %}{% do run_query(statement) %}{% endfor %}
            {% set rows = run_query('select count(*) from raw_tabular.deal')[0][0] | int %}
            {% set table = {'system': 'tabular', 'table': 'deal', 'found_as': 'x', 'rows': rows} %}
            {{ log('CHECK_SOURCES ' ~ tojson({'tables': [table]}), info=true) }}
        {% endmacro %}
        """,
    "models/core/fct_deals.sql": """
        select cast(deal_id as bigint) as deal_id, cast(close_date as date) as close_date,
            cast(amount as decimal(28, 8)) as amount
        from raw_tabular.deal
        """,
    # As many steps as the amount of deal 999 says: a build that takes as long as a test wants.
    "models/core/slow.sql": """
        select sum(hash(step))::varchar as digest
        from range((select coalesce(sum(amount), 0)::bigint from {{ ref('fct_deals') }}
            where deal_id = 999)) as steps (step)
        """,
    "models/core/_core.yml": """
        models:
          - name: fct_deals
            description: One row per deal.
        unit_tests:
          - name: a_unit_test_that_fails_is_not_run
            model: slow
            given: [{input: ref('fct_deals'), rows: []}]
            expect: {rows: [{digest: '12345'}]}
        """,
    "tests/singular/deals_have_an_amount.sql": """
        select deal_id, 'Deal ' || deal_id || ' has no amount' as message
        from {{ ref('fct_deals') }} where amount is null
        """,
    "tests/singular/deals_are_of_2025.sql": """
        {{ config(severity='warn') }}
        select deal_id from {{ ref('fct_deals') }} where year(close_date) != 2025
        """,
    "tests/singular/_tests.yml": """
        data_tests:
          - name: deals_have_an_amount
            description: >
              Every deal has an amount,
              or revenue is too low.
        """,
}
GOOD = "1,2025-07-03,100\n2,2025-08-05,200\n3,2025-09-02,50\n"


def write_deals(root: Path, rows: str) -> None:
    (root / "data/demo/tabular/deal.csv").write_text("deal_id,close_date,amount\n" + rows)


def write_dbt_project(root: Path) -> Path:
    """The small project; its marts are those of `write_marts`, taken apart into models."""
    (root / "data/demo/tabular").mkdir(parents=True)
    for name, text in FILES.items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        indent = len(text) - len(text.lstrip("\n ")) - 1
        file.write_text("\n".join(line[indent:] for line in text.splitlines()) + "\n")
    copy_setting_rules(root)
    write_deals(root, GOOD)
    marts = write_marts(root / "marts.duckdb")
    connection = duckdb.connect(str(marts))
    for schema, name in (
        ("core", "dim_periods"),
        ("kpis", "kpi_total_revenue"),
        ("monitoring", "kpi_values"),
        ("monitoring", "kpi_catalog"),
        ("monitoring", "source_reconciliation"),
    ):
        file = root / "models" / schema / f"{name}.sql"
        file.parent.mkdir(exist_ok=True)
        parquet = root / f"{name}.parquet"
        connection.execute(f"copy {schema}.{name} to '{parquet}'")
        parent = "kpi_total_revenue" if schema == "monitoring" else "fct_deals"
        file.write_text(f"-- depends_on: {{{{ ref('{parent}') }}}}\nselect * from '{parquet}'\n")
    connection.close()
    return root


@pytest.fixture(scope="module")
def dbt_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_dbt_project(tmp_path_factory.mktemp("dbt") / "project")


@pytest.fixture(scope="module")
def builder(dbt_root: Path) -> Iterator[DbtBuilder]:
    """One dbt process for all tests here that only build."""
    setup = DbtSetup(
        project_folder=dbt_root,
        database=dbt_root / "build" / "session" / "sales_kpis.duckdb",
        target_folder=dbt_root / "build" / "session" / "dbt",
        variables={"raw_path": str(dbt_root / "data" / "demo")},
    )
    with DbtBuilder(setup) as opened:
        opened.read_project()
        yield opened


def no_progress(done: int, total: int, node: str) -> None: ...


def test_a_good_build_has_no_problems(dbt_root: Path, builder: DbtBuilder) -> None:
    write_deals(dbt_root, GOOD + "4,2024-12-31,1\n")
    told: list[tuple[int, int, str]] = []

    report = builder.check_sources()
    result = builder.build(lambda *progress: told.append(progress))

    assert report.counts()["source_rows"] == 4
    assert (result.problems, result.failed_tests) == ((), ())
    assert {test["name"]: test["status"] for test in result.tests} == {
        "deals_have_an_amount": "pass",
        "deals_are_of_2025": "warn",
    }
    [warned] = result.warned_tests
    assert (warned.sentence, warned.failures) == ("Deals are of 2025", 1)
    assert result.facts_of["total_revenue"] == ("core.fct_deals",)
    # Eight nodes; the unit test is not among them.
    assert told[-1][:2] == (9, 9)
    assert [progress[0] for progress in told] == sorted(progress[0] for progress in told)
    assert {"fct_deals", "deals_have_an_amount"} <= {progress[2] for progress in told}


def test_a_failed_data_test_comes_with_its_rows(dbt_root: Path, builder: DbtBuilder) -> None:
    write_deals(dbt_root, GOOD + "5,2025-09-03,\n6,2025-09-03,\n")

    result = builder.build(no_progress)

    [failed] = result.failed_tests
    assert failed.sentence == "Deals have an amount"
    assert failed.description == "Every deal has an amount, or revenue is too low."
    assert failed.file == "tests/singular/deals_have_an_amount.sql"
    assert failed.failures == 2
    database = dbt_root / "build" / "session" / "sales_kpis.duckdb"
    expected = ["Deal 5 has no amount", "Deal 6 has no amount"]
    for test in (failed, replace(failed, relation="nowhere.to_be_found")):
        # A copy with its log: dbt's process has the file open.
        copied = database.with_name("copy") / database.name
        copied.parent.mkdir(exist_ok=True)
        for suffix in ("", ".wal"):
            shutil.copy(f"{database}{suffix}", f"{copied}{suffix}")
        fold_in_log(copied)
        assert [row["message"] for row in read_offenders(copied, test)] == expected
    assert result.problems == ()


def test_a_model_error_is_the_databases_sentence(dbt_root: Path, builder: DbtBuilder) -> None:
    write_deals(dbt_root, "1,2025-07-03,many\n")

    result = builder.build(no_progress)

    [problem] = result.problems
    assert (problem.name, problem.resource_type) == ("fct_deals", "model")
    assert problem.file == "models/core/fct_deals.sql"
    assert problem.message.startswith('Conversion Error: Could not convert string "many"')
    assert "compiled code" not in problem.message


def test_a_hook_that_fails_is_a_problem(dbt_root: Path, builder: DbtBuilder) -> None:
    (dbt_root / "data/demo/tabular/deal.csv").unlink()
    with pytest.raises(BuildFailed) as caught:
        builder.check_sources()
    assert "No files found that match the pattern" in " ".join(caught.value.details)
    result = builder.build(no_progress)
    assert "No files found that match the pattern" in result.problems[0].message


def test_a_project_that_dbt_cannot_read_is_told(dbt_root: Path, builder: DbtBuilder) -> None:
    model = dbt_root / "models" / "core" / "broken.sql"
    model.write_text("select * from {{ ref('fct_dials') }}")
    try:
        with pytest.raises(BuildFailed, match="dbt cannot read the project") as caught:
            builder.read_project()
    finally:
        model.unlink()
    details = " ".join(caught.value.details)
    assert "fct_dials" in details
    assert "models/core/broken.sql" in details


def files_parsed(setup: DbtSetup) -> int:
    """How many files dbt read anew when it last read the project."""
    with DbtBuilder(setup) as opened:
        opened.read_project()
        built = opened.build(no_progress)
    assert (built.problems, built.failed_tests) == ((), ())
    performance = json.loads((setup.target_folder / "perf_info.json").read_text())
    return int(performance["parsed_path_count"])


def test_the_project_is_read_anew_only_where_something_in_it_can_be_different(
    tmp_path: Path,
) -> None:
    root = write_dbt_project(tmp_path / "project")
    day = root / "models" / "core" / "day.sql"
    day.write_text("select '{{ var(\"as_of_date\") }}' as day")
    flagged = root / "models" / "core" / "flagged.sql"
    flagged.write_text("{{ config(enabled=var('reporting_currency') == 'EUR') }} select 1 as one")
    setup = DbtSetup(
        project_folder=root,
        database=root / "build" / "own" / "sales_kpis.duckdb",
        target_folder=root / "build" / "own" / "dbt",
        variables={"as_of_date": "2025-09-17", "reporting_currency": "EUR", "systems": ["tabular"]},
        declared_variables=("as_of_date", "reporting_currency", "systems"),
    )
    setup.database.parent.mkdir(parents=True)

    def tables_of_core() -> dict[str, Any]:
        with duckdb.connect(str(setup.database), read_only=True) as connection:
            found = connection.execute("select table_name from duckdb_tables()").fetchall()
            [day] = connection.execute("select day from core.day").fetchall()
        return {"names": {name for (name,) in found}, "day": day[0]}

    assert files_parsed(setup) > 10
    # Another day builds other tables from the same parse.
    next_day = replace(setup, variables={**setup.variables, "as_of_date": "2025-09-18"})
    assert files_parsed(next_day) == 0
    assert tables_of_core()["day"] == "2025-09-18"
    assert "flagged" in tables_of_core()["names"]
    # A changed file is read, and with it what uses it, but no other.
    day.write_text("select '{{ var(\"as_of_date\") }} at noon' as day")
    assert 0 < files_parsed(next_day) < 5
    assert tables_of_core()["day"] == "2025-09-18 at noon"
    # A setting that a config reads decides which models there are.
    setup.database.unlink()
    dollars = replace(next_day, variables={**next_day.variables, "reporting_currency": "USD"})
    assert files_parsed(dollars) > 10
    assert "flagged" not in tables_of_core()["names"]


@pytest.mark.parametrize(
    ("file", "text", "is_deciding"),
    [
        ("models/a.sql", "select '{{ var('day') }}'", False),
        ("models/a.sql", "{% if var('day') %}select 1{% endif %}", True),
        ("models/a.sql", "{{ config(\n    enabled=var('day')) }}", True),
        ("models/a.yml", "enabled: \"{{ var('day') }}\"", True),
        ("dbt_project.yml", "+enabled: \"{{ var('day') }}\"", True),
        ("macros/a.sql", "{% macro a() %}{{ var('day') }}{% endmacro %}", False),
        ("macros/a.sql", "{% macro a() %}{{ ref(var('day')) }}{% endmacro %}", True),
        ("dbt_packages/x/macros/a.sql", "{% macro a() %}{{ var('day') }}{% endmacro %}", True),
    ],
)
def test_a_variable_that_can_decide_the_graph_is_one_of_the_parse(
    tmp_path: Path, file: str, text: str, is_deciding: bool
) -> None:
    (tmp_path / "dbt_project.yml").write_text("")
    (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / file).write_text(text)
    known = graph_variables(tmp_path, ["day", "systems"], {"day": 1, "systems": [], "own": 2})
    assert known == {"systems": [], "own": 2, **({"day": 1} if is_deciding else {})}


def test_the_day_and_the_raw_files_do_not_decide_the_graph_of_this_project() -> None:
    project = find_project()
    defaults = project.default_vars()
    known = graph_variables(project.root, defaults, defaults)
    assert known.keys().isdisjoint({"as_of_date", "raw_path", "source_mapping"})


def test_results_of_another_invocation_are_not_trusted(tmp_path: Path) -> None:
    setup = DbtSetup(tmp_path, tmp_path / "x.duckdb", tmp_path, {})
    result = {"unique_id": "model.sales_kpis.fct_deals", "status": "error", "message": "Old"}
    old = {"metadata": {"invocation_id": "yesterday"}, "results": [result]}
    (tmp_path / "run_results.json").write_text(json.dumps(old))

    trusted = read_build_result(setup, DbtOutcome(1, "yesterday", errors=("New",)))
    untrusted = read_build_result(setup, DbtOutcome(2, "today", errors=("New",)))

    assert [problem.message for problem in trusted.problems] == ["Old"]
    assert [problem.message for problem in untrusted.problems] == ["New"]


def test_a_failure_without_a_failed_node_is_still_a_failure(tmp_path: Path) -> None:
    setup = DbtSetup(tmp_path, tmp_path / "x.duckdb", tmp_path, {})
    results = {"metadata": {"invocation_id": "id"}, "results": []}
    (tmp_path / "run_results.json").write_text(json.dumps(results))
    assert read_build_result(setup, DbtOutcome(1, "id")).problems


def test_facts_of_a_kpi_are_the_nearest_ones() -> None:
    def model(name: str, schema: str) -> dict[str, str]:
        return {"name": name, "schema": schema, "resource_type": "model"}

    manifest = {
        "nodes": {
            "kpi": model("kpi_win_rate", "kpis"),
            "bridge": model("bridge_deals", "core"),
            "fact": model("fct_deals", "core"),
            "other": model("fct_leads", "core"),
        },
        "parent_map": {"kpi": ["bridge"], "bridge": ["fact", "kpi"], "fact": ["other"]},
    }
    assert facts_of_kpis(manifest) == {"win_rate": ("core.fct_deals",)}


def start_kpis(root: Path, *arguments: str, database: Path | None = None) -> subprocess.Popen[str]:
    environment = {
        **os.environ,
        "SALES_KPIS_PROJECT": str(root),
        # A developer's own settings, which a run must not take over.
        "SALES_KPIS_SCHEMA_PREFIX": "dev_",
        "DBT_TARGET": "nowhere",
    }
    environment.pop("SALES_KPIS_DATABASE", None)
    if database is not None:
        environment["SALES_KPIS_DATABASE"] = str(database)
    return subprocess.Popen(
        [sys.executable, "-m", "sales_kpis", *arguments],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def wait_for(condition: Any, seconds: float = 60) -> None:
    give_up_at = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < give_up_at
        time.sleep(0.02)


def test_a_run_killed_while_dbt_builds_leaves_nothing_and_the_next_one_heals(
    tmp_path: Path,
) -> None:
    root = write_dbt_project(tmp_path / "project")
    project = Project(root, root / "build" / "sales_kpis.duckdb", root / "published")
    write_deals(root, GOOD + "999,2025-09-01,1000000000000\n")
    log = project.dbt_target / "logs" / "dbt.log"

    with start_kpis(root, "run") as killed:
        wait_for(lambda: log.exists() and "START sql table model core.slow" in log.read_text())
        assert project.candidate.exists()
        killed.send_signal(signal.SIGKILL)
        killed.wait()
        assert current_version(project.published) is None
        assert not project.warehouse.exists()

        # dbt dies with its parent, so the next run can begin at once.
        write_deals(root, GOOD)
        with start_kpis(root, "run", "--json") as healed:
            output, errors = healed.communicate()
    assert healed.returncode == 0, output + errors
    content = json.loads(output)
    assert content["status"] == "published"
    version = current_version(project.published)
    assert version is not None
    assert published_revenue(version.database) == [100, 200, 50]
    assert version.manifest["tests"]["counts"] == {"pass": 2}
    assert version.manifest["source_freshness"][0]["rows"] == 3
    assert [record.status for record in read_runs(project.ledger)] == ["unfinished", "published"]
    assert not project.candidate.parent.exists()


def test_dbt_reads_the_raw_tables_of_a_warehouse_that_is_attached_read_only(tmp_path: Path) -> None:
    root = write_dbt_project(tmp_path / "project")
    macros = root / "macros" / "all.sql"
    macros.write_text(
        re.sub(r"create schema.*?all_varchar = true\)", "select 1", macros.read_text(), flags=re.S)
    )
    warehouse = tmp_path / "company" / "wh.duckdb"
    warehouse.parent.mkdir()
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("create schema raw_tabular")
        connection.execute(
            "create table raw_tabular.deal as from"
            f" read_csv('{root}/data/demo/tabular/deal.csv', all_varchar = true)"
        )
    before = warehouse.read_bytes()
    project = Project(root, warehouse, root / "published", reads_warehouse=True)

    with start_kpis(root, "run", "--vars", "{raw_path: ''}", database=warehouse) as process:
        output, errors = process.communicate()

    assert process.returncode == 0, output + errors
    version = current_version(project.published)
    assert version is not None
    assert published_revenue(version.database) == [100, 200, 50]
    assert warehouse.read_bytes() == before
    assert [path.name for path in warehouse.parent.iterdir()] == ["wh.duckdb"]
    assert project.built.exists()


def test_memory_is_bounded_by_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SALES_KPIS_MEMORY_LIMIT", "1GiB")
    inline = "select current_setting('memory_limit') as memory_limit"
    shown = run_dbt(["show", "--inline", inline], tmp_path)
    assert shown.exit_code == 0, shown.output
    assert "1.0 GiB" in shown.output
