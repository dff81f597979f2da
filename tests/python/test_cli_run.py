"""`kpis run`, `publish`, `rollback` and `status` as a user meets them, without dbt."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml
from typer.testing import CliRunner, Result

from kpis_project import REPORT, SLICED, FakeBuilder, published_revenue, write_marts
from proof.connectors.files import SPELLINGS
from sales_kpis import cli, project
from sales_kpis.dbt_runner import BuildResult, FailedTest, NodeProblem
from sales_kpis.ledger import read_runs
from sales_kpis.lock import RunLock
from sales_kpis.project import Project
from sales_kpis.publish import all_versions

FAILED_TEST = FailedTest(
    name="won_deals_have_a_close_date",
    description="Every won deal has a close date, or its revenue is in no period.",
    file="tests/singular/won_deals_have_a_close_date.sql",
    failures=7,
    relation='"sales_kpis"."dbt_test__audit"."won_deals_have_a_close_date"',
    sql=None,
    message="Got 7 results, configured to fail if != 0",
)
OFFENDERS = (
    "create schema dbt_test__audit",
    """
    create table dbt_test__audit.won_deals_have_a_close_date as
    select i as deal_id, 'Deal ' || i || ' is won without [a] close date' as message
    from range(7) as offending(i)
    """,
)


def kpis(*arguments: str) -> Result:
    return CliRunner().invoke(cli.app, list(arguments), env={"COLUMNS": "160"})


def kpis_json(*arguments: str) -> dict[str, Any]:
    content = json.loads(kpis(*arguments, "--json").stdout)
    assert isinstance(content, dict)
    return content


def build_with(monkeypatch: pytest.MonkeyPatch, **content: Any) -> type[FakeBuilder]:
    builder = FakeBuilder.of(**content)
    monkeypatch.setattr(cli, "DbtBuilder", builder)
    return builder


def last_status(project: Project) -> str:
    return read_runs(project.ledger)[-1].status


def test_a_run_publishes_and_shows_the_scorecard(
    kpis_project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    build_with(monkeypatch)

    result = kpis("run")

    assert result.exit_code == 0, result.output
    [version] = all_versions(kpis_project.published)
    for expected in (
        "Total revenue",
        "2025-08",
        "200 EUR",
        "+100.0 %",
        "80 % of 250 EUR, missed",
        "50 EUR in 2025-09",
        f"version {version.run_id}",
        "published/current/sales_kpis.duckdb",
        "build/sales_kpis.duckdb",
    ):
        assert expected in result.stdout
    assert "1 system, 1 table · 12 rows · 1 duplicate · 2 rejected" in result.stderr
    assert published_revenue(version.database) == [100, 200, 50]
    assert version.manifest["source_freshness"][0]["newest_row"] == "2025-09-16 10:00:00"
    assert last_status(kpis_project) == "published"


def test_the_build_file_holds_all_layers_of_the_last_run(
    kpis_project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_marts(kpis_project.warehouse, revenue=[1, 2, 3])
    builder = build_with(monkeypatch)

    kpis("run")

    assert [setup.database for setup in builder.setups] == [kpis_project.candidate]
    assert kpis_project.candidate.name == kpis_project.warehouse.name
    assert not kpis_project.candidate.parent.exists()
    connection = duckdb.connect(str(kpis_project.warehouse), read_only=True)
    # A view, whose SQL names the database: it works under the new name too.
    assert connection.execute("select count(*) from core.deals_of_july").fetchone() == (1,)
    assert connection.execute("select count(*) from staging.stg_tabular__deals").fetchone() == (1,)
    connection.close()


def test_a_run_starts_from_an_empty_database(
    kpis_project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    class StartsEmpty(FakeBuilder):
        def build(self, on_progress: Any) -> BuildResult:
            assert list(self.setup.database.parent.iterdir()) == []
            return super().build(on_progress)

    # The remains of a killed run: the file and DuckDB's log beside it.
    write_marts(kpis_project.candidate)
    kpis_project.candidate.with_name(f"{kpis_project.candidate.name}.wal").write_bytes(b"torn")
    monkeypatch.setattr(cli, "DbtBuilder", StartsEmpty)
    assert kpis("run").exit_code == 0


def test_raw_tables_in_the_warehouse_are_read_where_they_lie(
    kpis_project: Project, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The file is another program's: it is not copied, and nothing is written beside it."""
    warehouse = tmp_path / "company" / "wh.duckdb"
    warehouse.parent.mkdir()
    connection = duckdb.connect(str(warehouse))
    connection.execute("create schema raw_tabular; create table raw_tabular.deal as select 5 as n")
    connection.execute("create schema emea; create view emea.deal as from raw_tabular.deal")
    connection.execute(
        "create schema other; create table other.large as select hash(range) from range(500000)"
    )
    connection.close()
    before = warehouse.read_bytes()
    monkeypatch.setenv("SALES_KPIS_DATABASE", str(warehouse))

    class Linked(FakeBuilder):
        def build(self, on_progress: Any) -> BuildResult:
            assert self.setup.database.stat().st_size < warehouse.stat().st_size / 4
            assert self.setup.environment["SALES_KPIS_RAW_DATABASE"] == str(warehouse)
            connection = duckdb.connect(str(self.setup.database))
            connection.execute(f"attach '{warehouse}' as wh (read_only)")
            for schema in ("raw_tabular", "emea"):
                assert connection.execute(f"from {schema}.deal").fetchone() == (5,)
            schemas = connection.execute(
                "select distinct schema_name from duckdb_views()"
                " where database_name != 'wh' and not internal"
            ).fetchall()
            assert sorted(schemas) == [("emea",), ("raw_tabular",)]
            connection.close()
            return super().build(on_progress)

    monkeypatch.setattr(cli, "DbtBuilder", Linked)
    own = (
        "{raw_path: '', as_of_date: 2025-09-17, systems: [tabular],"
        " system_instances: {tabular: {emea: emea}}}"
    )
    with_instances = kpis_project.root / "dbt_project.yml"
    with_instances.write_text(with_instances.read_text() + "  system_instances: {}\n")

    result = kpis("run", "--vars", own)

    assert result.exit_code == 0, result.output
    assert [path.name for path in warehouse.parent.iterdir()] == ["wh.duckdb"]
    assert warehouse.read_bytes() == before
    assert kpis("show", "total_revenue").exit_code == 0

    # The build is kept, so it can be published again, and the ledger is found.
    assert kpis("publish").exit_code == 0
    first, second = all_versions(kpis_project.published)
    assert second.manifest["tests"] == first.manifest["tests"]
    assert second.manifest["as_of_date"] == "2025-09-17"
    assert [run["command"] for run in kpis_json("status")["runs"]] == ["publish", "run"]
    assert [path.name for path in warehouse.parent.iterdir()] == ["wh.duckdb"]


def test_without_raw_path_there_must_be_a_warehouse(
    kpis_project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    build_with(monkeypatch)
    result = kpis("run", "--vars", "{raw_path: ''}")
    assert result.exit_code == 2
    assert "raw_path is empty" in result.stderr


@pytest.mark.parametrize(
    ("output", "missing"),
    [
        ({"type": "duckdb", "path": "mine.duckdb"}, "path of target mine is mine.duckdb"),
        ({"type": "duckdb"}, "path of target mine is missing"),
        (
            {"type": "duckdb", "path": "{{ env_var('OUR_DATABASE') }}"},
            "path of target mine is {{ env_var('OUR_DATABASE') }}",
        ),
        (
            {"type": "spark", "method": "session"},
            "server_side_parameters: spark.sql.warehouse.dir of target mine is missing",
        ),
    ],
    ids=["file", "no file", "variable", "spark"],
)
@pytest.mark.parametrize("is_default", [False, True], ids=["named", "default"])
def test_a_target_of_ones_own_says_before_the_build_what_is_missing(
    kpis_project: Project,
    monkeypatch: pytest.MonkeyPatch,
    output: dict[str, str],
    missing: str,
    is_default: bool,
) -> None:
    monkeypatch.setattr(cli, "require_local_spark", lambda project, target: None)
    builder = build_with(monkeypatch)
    file = kpis_project.root / "profiles.yml"
    profiles = yaml.safe_load(file.read_text())
    profiles["sales_kpis"]["outputs"]["mine"] = output
    if is_default:
        profiles["sales_kpis"]["target"] = "mine"
    file.write_text(yaml.safe_dump(profiles))

    result = kpis("run", *([] if is_default else ["--target", "mine"]))

    assert result.exit_code == 2
    assert missing in result.stderr
    assert "→ Write " in result.stderr
    assert builder.setups == []


def test_no_publish_builds_only(kpis_project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    build_with(monkeypatch)
    result = kpis("run", "--no-publish")
    assert result.exit_code == 0, result.output
    assert kpis_project.warehouse.exists()
    assert not kpis_project.published.exists()
    assert last_status(kpis_project) == "built"


def test_another_folder_can_be_published_to(
    kpis_project: Project, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    build_with(monkeypatch)
    (tmp_path / "bi").mkdir()
    assert kpis("run", "--published", str(tmp_path / "bi")).exit_code == 0
    assert (tmp_path / "bi" / "current" / "manifest.json").exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ["run"],
        ["publish"],
        ["rollback"],
        ["status"],
        ["show", "total_revenue"],
        ["catalog"],
        ["dashboard"],
    ],
    ids=lambda arguments: arguments[0],
)
def test_a_published_folder_that_is_not_there_is_an_error(
    kpis_project: Project, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, arguments: list[str]
) -> None:
    builder = build_with(monkeypatch)
    write_marts(kpis_project.warehouse)
    result = kpis(*arguments, "--published", str(tmp_path / "typo"))
    assert result.exit_code == 2
    assert f"--published: the folder {tmp_path / 'typo'} is not there." in result.stderr
    assert not (tmp_path / "typo").exists()
    assert builder.setups == []


def test_a_failed_data_test_shows_its_rows_and_publishes_nothing(
    kpis_project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    build_with(monkeypatch)
    kpis("run")
    [before] = all_versions(kpis_project.published)
    failed = BuildResult(statuses={"fail": 1}, failed_tests=(FAILED_TEST,))
    build_with(monkeypatch, result=failed, statements=OFFENDERS, revenue=[9])

    result = kpis("run")

    assert result.exit_code == 1
    for expected in (
        "1 data test failed; nothing was published.",
        "✗ Won deals have a close date (7 rows)",
        "Every won deal has a close date, or its revenue is in no period.",
        "· Deal 0 is won without [a] close date",
        "· Deal 4 is won",
        "… and 2 more",
        "tests/singular/won_deals_have_a_close_date.sql",
        "→ Correct these rows",
    ):
        assert expected in result.stderr
    assert "Deal 5" not in result.stderr
    assert all_versions(kpis_project.published) == [before]
    assert published_revenue(kpis_project.warehouse) == [100, 200, 50]
    assert last_status(kpis_project) == "failed_tests"


def test_a_failed_data_test_for_machines(
    kpis_project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    failed = BuildResult(statuses={"fail": 1}, failed_tests=(FAILED_TEST,))
    build_with(monkeypatch, result=failed, statements=OFFENDERS)

    content = kpis_json("run")

    assert content["status"] == "failed_tests"
    assert content["exit_code"] == 1
    [test] = content["failed_tests"]
    assert test["sentence"] == "Won deals have a close date"
    assert [row["deal_id"] for row in test["rows"]] == [0, 1, 2, 3, 4]


def test_offenders_are_found_again_where_dbt_has_not_stored_them(
    kpis_project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    test = FailedTest(
        name="amounts_are_large",
        description="",
        file="tests/singular/amounts_are_large.sql",
        failures=1,
        relation='"sales_kpis"."dbt_test__audit"."amounts_are_large"',
        sql='select deal_id, amount from "sales_kpis"."core"."fct_deals" where amount < 60',
        message="",
    )
    build_with(monkeypatch, result=BuildResult(statuses={}, failed_tests=(test,)))
    assert "· deal_id 2, amount 50.00000000" in kpis("run").stderr


def test_a_model_error_shows_the_model_the_sentence_and_the_file(
    kpis_project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    problem = NodeProblem(
        "fct_deals",
        "model",
        'Binder Error: column "amout" not found',
        "models/marts/core/fct_deals.sql",
    )
    build_with(monkeypatch, result=BuildResult(statuses={"error": 1}, problems=(problem,)))

    result = kpis("run")

    assert result.exit_code == 1
    assert "✗ model fct_deals" in result.stderr
    assert 'Binder Error: column "amout" not found' in result.stderr
    assert "models/marts/core/fct_deals.sql" in result.stderr
    assert last_status(kpis_project) == "failed_build"


def test_sources_that_break_the_contract_stop_the_run(
    kpis_project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    sentence = "Column tabular.deal.stage is required: map it in source_mapping."
    build_with(
        monkeypatch, report={**REPORT, "findings": [{"kind": "error", "sentence": sentence}]}
    )

    result = kpis("run")

    assert result.exit_code == 2
    assert sentence in result.stderr
    assert not kpis_project.warehouse.exists()
    assert last_status(kpis_project) == "failed_sources"


@pytest.mark.parametrize(
    ("statements", "message"),
    [
        (["delete from monitoring.kpi_catalog"], "The catalog has no KPI"),
        (["drop table monitoring.kpi_values"], "monitoring.kpi_values is not there"),
        (["drop table kpis.kpi_total_revenue"], "kpis.kpi_total_revenue is not there"),
        (
            ["create table kpis.kpi_secret as from kpis.kpi_total_revenue"],
            "kpis.kpi_secret is not in the catalog",
        ),
        (
            ["insert into kpis.kpi_total_revenue from kpis.kpi_total_revenue limit 1"],
            "1 keys of kpis.kpi_total_revenue occur more than once, the first: period_grain month,"
            " period_start_date 2025-07-01",
        ),
        (["delete from monitoring.kpi_values"], "has 3 rows, but kpi_values has 0 of it"),
        (
            ["alter table kpis.kpi_total_revenue drop denominator"],
            "must have the columns period_grain,",
        ),
        (
            ["update monitoring.source_reconciliation set is_balanced = false, staged_rows = 8"],
            "12 raw rows are not 8 staged + 1 duplicates + 2 rejected",
        ),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_marts_that_break_a_rule_are_not_published(
    kpis_project: Project,
    monkeypatch: pytest.MonkeyPatch,
    statements: list[str],
    message: str,
) -> None:
    build_with(monkeypatch, statements=statements)

    result = kpis("run")

    assert result.exit_code == 1
    assert message in result.stderr
    assert not (kpis_project.published / "current").exists()
    assert last_status(kpis_project) == "failed_audit"


class TestAKpiWithoutRows:
    EMPTY_KPI = (
        "delete from kpis.kpi_total_revenue",
        "delete from monitoring.kpi_values",
    )

    def test_is_a_warning_when_there_are_no_facts(
        self, kpis_project: Project, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        build_with(monkeypatch)
        kpis("run")
        build_with(monkeypatch, revenue=[])
        result = kpis("run")
        assert result.exit_code == 0, result.output
        assert "1 KPI without rows: total_revenue (there are no facts yet)." in result.stdout

    def test_is_a_warning_when_it_never_had_any(
        self, kpis_project: Project, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        build_with(monkeypatch, statements=self.EMPTY_KPI)
        result = kpis("run")
        assert result.exit_code == 0, result.output
        said = "total_revenue (none of the 3 rows of core.fct_deals is a fact of it)"
        assert said in result.stdout
        assert kpis_json("status")["warnings"]

    def test_is_a_warning_when_another_companys_version_has_rows(
        self, kpis_project: Project, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        build_with(monkeypatch)
        kpis("run")
        build_with(monkeypatch, statements=self.EMPTY_KPI)
        assert kpis("run", "--vars", "{reporting_currency: USD}").exit_code == 0

    def test_is_a_warning_with_its_reason_when_an_input_is_not_connected(
        self, kpis_project: Project, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        build_with(monkeypatch)
        kpis("run")
        said = "update monitoring.kpi_catalog set not_connected = 'not connected: quotas'"
        alter = "alter table monitoring.kpi_catalog add column not_connected varchar"
        build_with(monkeypatch, statements=[alter, said, *self.EMPTY_KPI])
        result = kpis("run")
        assert result.exit_code == 0, result.output
        assert "1 KPI without rows: total_revenue (not connected: quotas)." in result.stdout

    def test_what_did_not_count_is_one_table(
        self, kpis_project: Project, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        rows = """
            create table monitoring.counted_rows as
            select 'tabular' as system, source_table, 12 as raw_rows, 1 as duplicate_rows,
                0 as rejected_rows, undated_rows as deleted_rows, 0 as merged_rows, undated_rows,
                0 as unknown_stage_rows, 7 as counted_rows,
                cast(1234.5 as decimal(28, 8)) as amount_not_counted
            from (values ('deal', 2)) as counted(source_table, undated_rows)
            union all
            select 'tabular', 'lead', 3, 0, 0, 0, 0, 0, 0, 3, null
        """
        build_with(monkeypatch, statements=[rows])
        shown = kpis("run").stdout
        line = next(line for line in shown.splitlines() if "tabular.deal" in line)
        for text in ("12", "1", "2", "7", "1,234 EUR"):
            assert text in line
        assert "tabular.lead" not in shown
        assert "closed, no date" in shown and "unknown stage" not in shown
        build_with(monkeypatch, statements=[rows])
        [row] = kpis_json("run")["not_counted"]
        assert (row["source_table"], row["undated_rows"], row["amount_not_counted"]) == (
            "deal",
            2,
            1234.5,
        )

    def test_is_an_error_when_the_published_version_has_rows(
        self, kpis_project: Project, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        build_with(monkeypatch)
        kpis("run")
        build_with(monkeypatch, statements=self.EMPTY_KPI)
        result = kpis("run", "--as-of", "2025-09-18")
        assert result.exit_code == 1
        assert "no rows, but 3 in the published version" in result.stderr


def test_a_run_while_another_runs_is_refused(
    kpis_project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    build_with(monkeypatch)
    with RunLock(kpis_project.lock, "the-other-run"):
        for arguments in (["run"], ["publish"]):
            result = kpis(*arguments)
            assert result.exit_code == 3
            assert "Another run holds the lock of" in result.stderr
            assert "run the-other-run" in result.stderr
    assert kpis("run").exit_code == 0


def test_an_interrupted_run_is_recorded(
    kpis_project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Interrupted(FakeBuilder):
        def build(self, on_progress: Any) -> BuildResult:
            signal.raise_signal(signal.SIGINT)
            raise AssertionError

    monkeypatch.setattr(cli, "DbtBuilder", Interrupted)
    result = kpis("run")
    assert result.exit_code == 130
    assert "Stopped by SIGINT (Ctrl-C): " in result.stderr
    assert last_status(kpis_project) == "interrupted"


def test_a_full_disk_is_a_sentence(kpis_project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    class FullDisk(FakeBuilder):
        def build(self, on_progress: Any) -> BuildResult:
            raise OSError(28, "No space left on device", "/data/build")

    monkeypatch.setattr(cli, "DbtBuilder", FullDisk)
    result = kpis("run")
    assert result.exit_code == 1
    assert "free there" in result.stderr
    assert "Make room" in result.stderr
    assert last_status(kpis_project) == "failed"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--vars", "{as_of: 2025-01-01}"], "there is no variable as_of"),
        (["--as-of", "tomorrow"], "as_of_date is a day such as 2025-09-17, not 'tomorrow'"),
        (["--raw-path", "nowhere"], "raw_path"),
        (["--seeds", "nowhere"], "--seeds: the folder nowhere is not there"),
        (["--settings", "nowhere.yml"], "nowhere.yml cannot be read"),
        (["--target", "duckbd"], "profiles.yml has no target duckbd"),
        (["--target", "postgres"], "target postgres is postgres"),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_wrong_options_end_with_2_before_anything_happens(
    kpis_project: Project, monkeypatch: pytest.MonkeyPatch, arguments: list[str], message: str
) -> None:
    builder = build_with(monkeypatch)
    result = kpis("run", *arguments)
    assert result.exit_code == 2
    assert message in result.stderr
    assert "→" in result.stderr
    assert builder.setups == []
    assert not kpis_project.ledger.exists()


def test_settings_seeds_and_flags_reach_dbt(
    kpis_project: Project, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    builder = build_with(monkeypatch)
    seeds = tmp_path / "our seeds"
    (seeds / "planning").mkdir(parents=True)
    (seeds / "planning" / "quotas.csv").write_text("rep_id\n")

    result = kpis("run", "--as-of", "2025-08-31", "--seeds", str(seeds), "--target", "duckdb")

    assert result.exit_code == 0, result.output
    [setup] = builder.setups
    assert setup.variables["as_of_date"] == "2025-08-31"
    assert setup.target == "duckdb"
    # A copy inside the project: dbt would write its compiled files over the user's own folder.
    assert setup.seeds is not None
    assert not setup.seeds.is_absolute()
    assert (kpis_project.root / setup.seeds / "planning" / "quotas.csv").exists()


def test_publish_publishes_the_build_file_again(
    kpis_project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    build_with(monkeypatch)
    kpis("run")
    result = kpis("publish")
    assert result.exit_code == 0, result.output
    first, second = all_versions(kpis_project.published)
    assert first.run_id < second.run_id
    for name in ("as_of_date", "settings", "tests", "source_freshness"):
        assert second.manifest[name] == first.manifest[name]


def test_publish_refuses_a_file_that_nothing_says_how_it_was_built(
    kpis_project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    build_with(monkeypatch)
    kpis("run")
    write_marts(kpis_project.warehouse, revenue=[1, 2, 3, 4])
    result = kpis("publish")
    assert result.exit_code == 2
    assert "Nothing says how" in result.stderr
    assert "→ Build it whole and publish: dbt build" in result.stderr
    assert len(all_versions(kpis_project.published)) == 1


def write_artifacts(project: Project, arguments: Mapping[str, Any], status: str = "pass") -> None:
    """The files in target/ of a plain `dbt build` that has just ended."""
    now = datetime.now(UTC)
    metadata = {
        "invocation_id": "plain",
        "adapter_type": "duckdb",
        "invocation_started_at": (now - timedelta(minutes=2)).isoformat(),
        "generated_at": now.isoformat(),
    }
    test = "test.sales_kpis.deals_are_unique"
    model = {
        "name": "kpi_total_revenue",
        "schema": "kpis",
        "resource_type": "model",
        "compiled_code": "select 1",
    }
    nodes = {test: {"name": "deals_are_unique", "resource_type": "test"}, "kpi": model}
    results = [{"unique_id": test, "status": status, "failures": 0, "message": "none"}]
    target = project.root / "target"
    target.mkdir(exist_ok=True)
    (target / "manifest.json").write_text(json.dumps({"metadata": metadata, "nodes": nodes}))
    content = {"metadata": metadata, "args": arguments, "results": results}
    (target / "run_results.json").write_text(json.dumps(content))


def test_publish_after_a_plain_dbt_build_says_what_kpis_run_would(kpis_project: Project) -> None:
    write_marts(kpis_project.warehouse, revenue=[1, 2, 3, 4])
    arguments = {"which": "build", "exclude_resource_types": ["unit_test"], "select": []}
    write_artifacts(kpis_project, arguments | {"vars": {"reporting_currency": "USD"}})

    result = kpis("publish")

    assert result.exit_code == 0, result.output
    [version] = all_versions(kpis_project.published)
    assert published_revenue(version.database) == [1, 2, 3, 4]
    assert version.manifest["as_of_date"] == "2025-09-17"
    assert version.manifest["settings"]["reporting_currency"] == "USD"
    assert version.manifest["settings"]["fiscal_year_start_month"] == 4
    assert version.manifest["tests"]["counts"] == {"pass": 1}
    assert version.queries == {"total_revenue": "select 1"}
    assert "freshness of the sources is not known" in version.manifest["warnings"][0]


@pytest.mark.parametrize(
    ("arguments", "status", "age", "code", "message"),
    [
        ({"which": "run"}, "pass", 0, 2, "is of `dbt run`"),
        ({"which": "build", "select": ["x"]}, "pass", 0, 2, "of a part (--select)"),
        ({"which": "build", "exclude": ["x"]}, "pass", 0, 2, "of a part (--exclude)"),
        (
            {"which": "build", "exclude_resource_types": ["test"]},
            "pass",
            0,
            2,
            "of a part (--exclude-resource-type)",
        ),
        ({"which": "build", "empty": True}, "pass", 0, 2, "without rows"),
        ({"which": "build"}, "fail", 0, 1, "1 data test of the last dbt build failed"),
        ({"which": "build"}, "pass", 600, 2, "is of a build of another file"),
        ({"which": "build"}, "pass", -600, 2, "the file was written to after it"),
    ],
)
def test_publish_refuses_what_no_whole_build_has_written(
    kpis_project: Project,
    arguments: dict[str, Any],
    status: str,
    age: int,
    code: int,
    message: str,
) -> None:
    write_marts(kpis_project.warehouse)
    write_artifacts(kpis_project, arguments, status)
    changed = time.time() - age
    os.utime(kpis_project.warehouse, (changed, changed))
    result = kpis("publish")
    assert result.exit_code == code
    assert message in result.stderr
    assert "→" in result.stderr
    assert not (kpis_project.published / "current").exists()


def test_publish_audits_first(kpis_project: Project) -> None:
    write_marts(kpis_project.warehouse, statements=["delete from monitoring.kpi_catalog"])
    write_artifacts(kpis_project, {"which": "build"})
    assert kpis("publish").exit_code == 1
    assert not (kpis_project.published / "current").exists()


def test_publish_needs_a_build(kpis_project: Project) -> None:
    result = kpis("publish")
    assert result.exit_code == 2
    assert "Build it first: kpis run" in result.stderr


def test_rollback_and_status(kpis_project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    build_with(monkeypatch)
    kpis("run")
    kpis("run")
    first, second = (version.run_id for version in all_versions(kpis_project.published))

    assert kpis_json("status")["current"] == second
    result = kpis("rollback")
    assert result.exit_code == 0, result.output
    assert f"Current is version {first} again, as of 2025-09-17." in result.stdout

    status = kpis_json("status")
    assert status["current"] == first
    assert status["versions"] == [first, second]
    assert status["as_of_date"] == "2025-09-17"
    assert status["tests"] == {"pass": 1}
    assert [run["command"] for run in status["runs"]] == ["rollback", "run", "run"]
    text = kpis("status").stdout
    assert f"Current version {first}" in text
    assert "as of      2025-09-17, " in text
    assert f"others     {second}" in text
    assert "rolled back" in text


def test_rollback_to_nothing_is_a_sentence(kpis_project: Project) -> None:
    result = kpis("rollback")
    assert result.exit_code == 2
    assert "has no version" in result.stderr


def test_status_before_the_first_run(kpis_project: Project) -> None:
    result = kpis("status")
    assert result.exit_code == 0
    assert "Nothing is published" in result.stdout


def test_run_for_machines(kpis_project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    build_with(monkeypatch)
    content = kpis_json("run")
    assert content["status"] == "published"
    assert content["counts"]["mart_rows"] == 3 + 24 + 1 + 3 + 3 + 1 + 1
    [line] = content["scorecard"]
    assert line["newest_complete"]["value"] == 200
    assert line["running"]["period_start_date"] == "2025-09-01"


def test_a_kpi_that_slices_another_total_shows_its_slices(
    kpis_project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    build_with(monkeypatch, statements=SLICED)
    result = kpis("run")
    assert result.exit_code == 0, result.output
    lines = [line.strip("│ ") for line in result.stdout.splitlines()]
    [total] = [line for line in lines if line.startswith("Total revenue")]
    position = next(i for i, line in enumerate(lines) if line.startswith("Sales by territory"))
    assert "200 EUR" in total
    assert "200 EUR" not in lines[position]
    for line, name, value in zip(
        lines[position + 1 :],
        ("Region North, 60 %", "Region South, 25 %", "Region (none), 10 %"),
        ("120 EUR", "50 EUR", "20 EUR"),
        strict=False,
    ):
        assert line.startswith(name)
        assert value in line
        assert "+100.0 %" in line

    content = kpis_json("run")
    [sliced, total_line] = sorted(content["scorecard"], key=lambda line: line["kpi"])
    assert (total_line["slices_of"], total_line["slices"]) == (None, [])
    assert sliced["slices_of"] == "total_revenue"
    assert [
        (one["dimension"], one["label"], one["newest_complete"]["value"])
        for one in sliced["slices"]
    ] == [
        ("territory", "Region North", 120),
        ("territory", "Region South", 50),
        ("territory", "Region (none)", 20),
    ]


def test_kpis_outside_a_project_uses_the_one_it_was_installed_from(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("SALES_KPIS_PROJECT", raising=False)
    monkeypatch.chdir(tmp_path)
    assert project.find_project().root == Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("variable", "value", "message"),
    [
        ("SALES_KPIS_PROJECT", "/nowhere", "No dbt project sales_kpis in /nowhere"),
        ("SALES_KPIS_DATABASE", "md:company", "kpis needs a file"),
        ("SALES_KPIS_DATABASE", "build/core.duckdb", "has the name of a schema"),
    ],
)
def test_a_wrong_environment_is_told(
    kpis_project: Project,
    monkeypatch: pytest.MonkeyPatch,
    variable: str,
    value: str,
    message: str,
) -> None:
    monkeypatch.setenv(variable, value)
    result = kpis("status")
    assert result.exit_code == 2
    assert message in result.stderr


def test_a_file_open_for_writing_elsewhere_is_told(kpis_project: Project) -> None:
    import subprocess
    import sys

    write_marts(kpis_project.warehouse)
    script = (
        "import duckdb, sys; c = duckdb.connect(sys.argv[1]);"
        " print('open', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(kpis_project.warehouse)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as writer:
        assert writer.stdout is not None
        writer.stdout.readline()
        result = kpis("catalog")
        writer.kill()
    assert result.exit_code == 2
    assert "cannot be opened" in result.stderr
    assert "open for writing" in result.stderr


@pytest.mark.slow
def test_demo_data_writes_a_company_and_says_how_to_build_it(tmp_path: Path) -> None:
    out = tmp_path / "company"
    result = kpis(
        "demo-data", "--out", str(out), "--seed", "7", "--scale", "0.05", "--spelling", "vendor"
    )
    assert result.exit_code == 0, result.output
    assert f"kpis run --settings {out}/settings.yml --seeds {out}/seeds" in result.stdout
    header = (out / "raw" / "salesforce" / "Opportunity.csv").read_text("utf-8").splitlines()[0]
    assert "StageName" in header
    assert (out / "planted_answers.csv").exists()


def test_demo_data_offers_every_spelling_that_there_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[tuple[Any, ...]] = []
    monkeypatch.setattr(
        "proof.demo_company.write_demo", lambda *arguments: written.append(arguments)
    )
    for spelling in SPELLINGS:
        result = kpis("demo-data", "--out", str(tmp_path), "--spelling", spelling)
        assert result.exit_code == 0, result.output
    assert [arguments[3] for arguments in written] == list(SPELLINGS)
    assert [spelling.value for spelling in cli.Spelling] == list(SPELLINGS)


def test_demo_data_writes_the_company_that_is_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[tuple[Any, ...]] = []
    monkeypatch.setattr(
        "proof.demo_company.write_demo", lambda *arguments: written.append(arguments)
    )
    for company in ((), ("--company", "edge-cases"), ("--company", "believable")):
        result = kpis("demo-data", "--out", str(tmp_path), *company)
        assert result.exit_code == 0, result.output
    assert [arguments[4] for arguments in written] == ["edge-cases", "edge-cases", "believable"]


def test_demo_data_has_one_size_of_the_believable_company(tmp_path: Path) -> None:
    out = tmp_path / "company"
    result = kpis("demo-data", "--out", str(out), "--company", "believable", "--scale", "0.5")
    assert result.exit_code == 2
    assert "Leave --scale out, or take --company edge-cases." in result.stderr
    assert not out.exists()


def test_demo_data_refuses_what_is_no_size() -> None:
    assert kpis("demo-data", "--out", "x", "--scale", "0").exit_code == 2
    assert kpis("demo-data", "--out", "x", "--spelling", "hubspot").exit_code == 2
