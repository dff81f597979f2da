"""`kpis run` and `kpis publish` with a target on Spark, without Spark: its files are DuckDB's."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import duckdb
import pytest
from typer.testing import CliRunner, Result

from kpis_project import FakeBuilder, published_revenue, write_marts
from sales_kpis import cli, spark_target
from sales_kpis.dbt_runner import BuildResult, FailedTest, OnProgress
from sales_kpis.ledger import read_runs
from sales_kpis.project import MART_SCHEMAS, Project
from sales_kpis.publish import all_versions, current_version


def write_spark_build(
    folder: Path, warehouse: Path, revenue: list[int], invocation: str = "one", **settings: Any
) -> None:
    """The marts as Parquet files in Spark's warehouse, and dbt's manifest of them in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    database = write_marts(folder / "marts.duckdb", revenue, **settings)
    nodes = {}
    with duckdb.connect(str(database)) as connection:
        for schema, name in connection.execute(
            "select table_schema, table_name from information_schema.tables where table_schema in"
            f" {MART_SCHEMAS}"
        ).fetchall():
            table = warehouse / f"{schema}.db" / name
            table.mkdir(parents=True, exist_ok=True)
            connection.execute(f"copy {schema}.{name} to '{table / 'part-0.parquet'}'")
            described = connection.execute(f"describe {schema}.{name}").fetchall()
            nodes[f"model.sales_kpis.{name}"] = {
                "resource_type": "model",
                "schema": schema,
                "name": name,
                "alias": name,
                "fqn": ["sales_kpis", "marts", schema, name],
                "columns": {row[0]: {"name": row[0], "data_type": row[1]} for row in described},
                "constraints": [],
            }
    manifest = {
        "metadata": {"adapter_type": "spark", "invocation_id": invocation},
        "nodes": nodes,
        "parent_map": {"model.sales_kpis.kpi_total_revenue": ["model.sales_kpis.fct_deals"]},
    }
    (folder / "manifest.json").write_text(json.dumps(manifest))


def write_run_results(
    folder: Path, invocation: str, status: str = "pass", **arguments: Any
) -> None:
    """dbt's results of a build with one data test."""
    results = {
        "metadata": {"invocation_id": invocation, "generated_at": "2025-09-18T00:00:00Z"},
        "args": {"which": "build", **arguments},
        "results": [
            {"unique_id": "test.sales_kpis.a_test_that_is_there", "status": status, "failures": 0}
        ],
    }
    (folder / "run_results.json").write_text(json.dumps(results))


class SparkBuilder(FakeBuilder):
    """Builds where dbt on Spark builds."""

    def build(self, on_progress: OnProgress) -> BuildResult:
        warehouse = Path(self.setup.environment["SALES_KPIS_SPARK_FOLDER"]) / "warehouse"
        revenue = list(self.revenue)
        write_spark_build(self.setup.target_folder, warehouse, revenue, statements=self.statements)
        return self.result


@pytest.fixture
def builder(kpis_project: Project, monkeypatch: pytest.MonkeyPatch) -> type[SparkBuilder]:
    monkeypatch.setattr(spark_target, "has_pyspark", lambda: True)
    monkeypatch.delenv("SALES_KPIS_SPARK_FOLDER", raising=False)
    fake = SparkBuilder.of()
    monkeypatch.setattr(cli, "DbtBuilder", fake)
    return fake


def kpis(*arguments: str) -> Result:
    return CliRunner().invoke(cli.app, list(arguments), env={"COLUMNS": "160"})


def test_a_run_on_spark_publishes_the_same_set_of_files(
    kpis_project: Project, builder: type[SparkBuilder]
) -> None:
    result = kpis("run", "--target", "spark")

    assert result.exit_code == 0, result.output
    [setup] = builder.setups
    assert setup.target == "spark"
    [version] = all_versions(kpis_project.published)
    assert published_revenue(version.database) == [100, 200, 50]
    assert version.manifest["as_of_date"] == "2025-09-17"
    assert version.manifest["tests"]["counts"] == {"pass": 1}
    assert (version.folder / "dashboard.html").exists()
    assert (version.folder / "parquet" / "kpis" / "kpi_total_revenue.parquet").exists()
    assert "80 % of 250 EUR, missed" in result.stdout
    assert read_runs(kpis_project.ledger)[-1].status == "published"


def test_a_run_on_spark_leaves_the_build_file_of_duckdb_alone(
    kpis_project: Project, builder: type[SparkBuilder]
) -> None:
    write_marts(kpis_project.warehouse, revenue=[1, 2, 3])
    assert kpis("run", "--target", "spark").exit_code == 0
    assert published_revenue(kpis_project.warehouse) == [1, 2, 3]
    assert not kpis_project.last_build.exists()


def test_raw_tables_may_be_in_the_warehouse_of_spark(
    kpis_project: Project, builder: type[SparkBuilder]
) -> None:
    """DuckDB's file need not be there."""
    result = kpis("run", "--target", "spark", "--vars", '{raw_path: ""}')
    assert result.exit_code == 0, result.output


def test_an_audit_that_fails_publishes_nothing(
    kpis_project: Project, builder: type[SparkBuilder]
) -> None:
    builder.statements = (
        "insert into kpis.kpi_total_revenue select * from kpis.kpi_total_revenue",
    )
    result = kpis("run", "--target", "spark")
    assert result.exit_code == 1
    assert "nothing was published" in result.stderr
    assert all_versions(kpis_project.published) == []


def test_a_failed_data_test_shows_the_rows_that_spark_has_stored(
    kpis_project: Project, builder: type[SparkBuilder]
) -> None:
    name = "won_deals_have_a_close_date"
    table = spark_target.warehouse_folder(kpis_project) / "warehouse/dbt_test__audit.db" / name
    table.mkdir(parents=True)
    duckdb.execute(
        "copy (select i as deal_id, 'Deal ' || i || ' is won without a close date' as message from"
        f" range(7) as offending(i)) to '{table / 'part-0.parquet'}'"
    )
    failed = FailedTest(name, "", "tests/a.sql", 7, f"`dbt_test__audit`.`{name}`", None, "Got 7")
    builder.result = BuildResult(statuses={"fail": 1}, failed_tests=(failed,))

    result = kpis("run", "--target", "spark")

    assert result.exit_code == 1
    assert "Deal 4 is won without a close date" in result.stderr
    assert "… and 2 more" in result.stderr
    assert all_versions(kpis_project.published) == []


def test_publish_takes_what_a_run_on_spark_has_built_with_what_the_run_said(
    kpis_project: Project, builder: type[SparkBuilder]
) -> None:
    assert kpis("run", "--target", "spark", "--no-publish").exit_code == 0
    assert all_versions(kpis_project.published) == []

    result = kpis("publish", "--target", "spark")

    assert result.exit_code == 0, result.output
    version = current_version(kpis_project.published)
    assert version is not None
    assert published_revenue(version.database) == [100, 200, 50]
    assert version.manifest["as_of_date"] == "2025-09-17"


def test_publish_takes_what_plain_dbt_has_built_on_spark_later(
    kpis_project: Project, builder: type[SparkBuilder]
) -> None:
    """Nothing is said of it that was said of another build: its own artifacts speak."""
    kpis("run", "--target", "spark", "--no-publish")
    target = kpis_project.root / "target"
    write_spark_build(target, target / "spark" / "warehouse", [7, 8, 9], invocation="two")
    write_run_results(target, "two", vars={"as_of_date": "2025-06-30"})

    result = kpis("publish", "--target", "spark")

    assert result.exit_code == 0, result.output
    version = current_version(kpis_project.published)
    assert version is not None
    assert published_revenue(version.database) == [7, 8, 9]
    assert version.manifest["as_of_date"] == "2025-06-30"
    assert version.manifest["tests"]["counts"] == {"pass": 1}


@pytest.mark.parametrize(
    ("invocation", "arguments", "code", "says"),
    [
        ("two", {"select": ["kpi_total_revenue"]}, 2, "a dbt build of a part (--select)"),
        ("one", {}, 2, "are of two commands"),
        (None, {}, 2, "run_results.json is not there"),
        ("two", {"status": "fail"}, 1, "1 data test of the last dbt build failed"),
    ],
    ids=["a part", "another command", "nothing", "a failed test"],
)
def test_what_plain_dbt_has_built_on_spark_in_part_is_not_published(
    kpis_project: Project,
    builder: type[SparkBuilder],
    invocation: str | None,
    arguments: dict[str, Any],
    code: int,
    says: str,
) -> None:
    target = kpis_project.root / "target"
    write_spark_build(target, target / "spark" / "warehouse", [7, 8, 9], invocation="two")
    if invocation:
        write_run_results(target, invocation, **arguments)

    result = kpis("publish", "--target", "spark")

    assert result.exit_code == code, result.output
    assert says in " ".join(result.output.split())
    assert all_versions(kpis_project.published) == []


def test_publish_takes_the_marts_that_a_cluster_has_written(
    kpis_project: Project, builder: type[SparkBuilder], tmp_path: Path
) -> None:
    write_spark_build(kpis_project.root / "target", tmp_path / "written", [4, 5, 6])
    result = kpis("publish", "--target", "cluster", "--marts", str(tmp_path / "written"))
    assert result.exit_code == 0, result.output
    version = current_version(kpis_project.published)
    assert version is not None
    assert published_revenue(version.database) == [4, 5, 6]
    [warning] = version.manifest["warnings"]
    assert warning.startswith("Day, settings and tests of the build are not known: ")


def test_check_sources_on_spark_uses_a_warehouse_of_its_own(
    kpis_project: Project, builder: type[SparkBuilder]
) -> None:
    assert kpis("check-sources", "--target", "spark").exit_code == 0
    [setup] = builder.setups
    folder = setup.environment["SALES_KPIS_SPARK_FOLDER"]
    assert folder == str(kpis_project.build_folder / "check" / "spark")


@pytest.mark.parametrize(
    ("arguments", "message", "next_step"),
    [
        (["run", "--target", "cluster"], "Target cluster is a cluster", "--marts DIR"),
        (["publish", "--target", "spark"], "Nothing says what Spark has built", "make build-spark"),
        (["publish", "--marts", "."], "--marts is for what Spark has built", "--target"),
        (
            ["publish", "--target", "cluster", "--marts", "nowhere"],
            "--marts: the folder nowhere is not there",
            "write_marts_as_parquet",
        ),
        (["publish", "--target", "postgres"], "target postgres is postgres", "dbt build"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_wrong_use_of_spark_ends_with_2(
    builder: type[SparkBuilder], arguments: list[str], message: str, next_step: str
) -> None:
    result = kpis(*arguments)
    assert result.exit_code == 2
    assert message in result.stderr
    assert next_step in result.stderr
    assert builder.setups == []


def test_without_pyspark_a_sentence_says_where_it_is(
    builder: type[SparkBuilder], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spark_target, "has_pyspark", lambda: False)
    result = kpis("run", "--target", "spark")
    assert result.exit_code == 2
    assert "Target spark needs pyspark, which is not in this environment." in result.stderr
    assert "make build-spark" in result.stderr
    assert ".venv-spark/bin/kpis run --target spark" in result.stderr
    assert builder.setups == []
