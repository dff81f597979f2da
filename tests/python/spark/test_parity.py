"""DuckDB and Spark build the same marts from the same files, row by row.

The marts come from the manifest, so a new one is compared without a word here. Keys, counts,
decimals, dates, texts and truths are compared exactly, doubles within 1e-9 of their size.

A Spark build takes minutes, so there are three, one over the other in one warehouse: the demo with
all its tests, odd files with the models that show how they were read, another company's models.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import pytest
import yaml
from engines import Comparison, compared
from typer.testing import CliRunner

from builds import PROJECT, Build, run_dbt
from sales_kpis import cli
from sales_kpis.demo.write import write_demo
from sales_kpis.files import walk
from sales_kpis.publish import current_version
from sales_kpis.spark_marts import Mart, export_spark_marts_to_duckdb
from spark_dbt import SparkDbt
from test_contract import write_odd_files

# `make parity-spark` compares the marts alone: on Spark each test is a query that takes a second.
WITH_TESTS = os.environ.get("SALES_KPIS_TEST_SPARK") != "marts"
DATA_ONLY = ["build", "--exclude-resource-types", "test", "unit_test"]
# What landing and the contract make of a file shows here; the KPIs would only take time.
OF_ODD_FILES = [*DATA_ONLY, "--select", "+rejected_rows", "+source_reconciliation", "+fct_deals"]
CHECK_SOURCES = ["run-operation", "check_sources"]
LAND = ["run-operation", "land_raw_files"]


def differences(comparison: Comparison) -> list[str]:
    return [sentence for mart in comparison.marts for sentence in comparison.differences(mart)]


class Demo(NamedTuple):
    """The committed demo, built on both engines, on Spark with all its tests."""

    on_spark: Build
    marts: Comparison


@pytest.fixture(scope="module")
def demo(spark: SparkDbt, tmp_path_factory: pytest.TempPathFactory) -> Demo:
    folder = tmp_path_factory.mktemp("demo")
    on_duckdb = run_dbt(DATA_ONLY, folder)
    assert on_duckdb.exit_code == 0, on_duckdb.output
    on_spark = spark.run(["build"] if WITH_TESTS else DATA_ONLY)
    return Demo(on_spark, compared(on_duckdb.database, spark, folder / "spark.duckdb"))


@pytest.mark.skipif(not WITH_TESTS, reason="`make test-spark` builds with the tests")
def test_the_demo_passes_its_tests_on_spark_without_a_warning(demo: Demo) -> None:
    assert demo.on_spark.exit_code == 0, demo.on_spark.output
    done = re.search(r"Done\. PASS=\d+ WARN=0 ERROR=0 SKIP=0", demo.on_spark.output)
    assert done, demo.on_spark.output
    assert "[WARNING]" not in demo.on_spark.output


def test_the_demo_has_the_same_marts_on_both_engines(demo: Demo) -> None:
    assert differences(demo.marts) == []


def test_every_mart_of_the_demo_has_rows(demo: Demo) -> None:
    """Else equal tables would prove nothing."""
    assert [mart for mart, rows in demo.marts.rows().items() if rows == 0] == []


class OddFiles(NamedTuple):
    """Files of every form that landing takes, built over the demo; and what it must not land."""

    long_row: Build
    latin: Build
    own_table: Build
    marts: Comparison


@pytest.fixture(scope="module")
def odd_files(demo: Demo, spark: SparkDbt, tmp_path_factory: pytest.TempPathFactory) -> OddFiles:
    folder = tmp_path_factory.mktemp("odd_files")
    variables = write_odd_files(folder)
    on_duckdb = run_dbt(OF_ODD_FILES, folder / "duckdb", variables=variables)

    # One set of variables for all that is tried: dbt parses the project anew for each other one.
    faulty = folder / "faulty" / "tabular"
    variables_of_faulty = {**variables, "raw_path": str(faulty.parent)}

    def landing(table: str, content: bytes) -> Build:
        """Landing of one file; landed tables that are not delivered any more are dropped."""
        shutil.rmtree(faulty, ignore_errors=True)
        faulty.mkdir(parents=True)
        (faulty / f"{table}.csv").write_bytes(content)
        return spark.run(LAND, variables_of_faulty)

    def query(sql: str) -> Build:
        command = ["run-operation", "run_query", "--args", f"{{sql: {sql}}}"]
        return spark.run(command, variables_of_faulty)

    long_row = landing("deal", b"deal_id,stage\n1,Won,2\n")
    latin = landing("deal", "deal_id,stage\n1,Gespr\u00e4ch\n".encode("latin-1"))
    made = query("create table raw_tabular.own_table (activity_id string)")
    own_table = landing("own_table", b"activity_id\n1\n")
    dropped = query("drop table raw_tabular.own_table")
    on_spark = spark.run(OF_ODD_FILES, variables)
    for good in (made, dropped, on_spark, on_duckdb):
        assert good.exit_code == 0, good.output
    marts = compared(on_duckdb.database, spark, folder / "spark.duckdb")
    return OddFiles(long_row, latin, own_table, marts)


def test_odd_files_land_alike_on_both_engines(odd_files: OddFiles) -> None:
    """Quotes, delimiters, encodings, Parquet folders, JSON, and what cannot be read."""
    assert len(odd_files.marts.marts) > 2
    assert differences(odd_files.marts) == []


def test_landing_stops_at_a_row_that_is_longer_than_the_header(odd_files: OddFiles) -> None:
    assert odd_files.long_row.exit_code != 0
    assert "deal.csv has rows with more values than its header" in odd_files.long_row.output


def test_landing_stops_at_a_file_in_another_encoding(odd_files: OddFiles) -> None:
    assert odd_files.latin.exit_code != 0
    assert "deal.csv is not in UTF-8" in odd_files.latin.output


def test_a_table_that_landing_did_not_make_is_never_replaced(odd_files: OddFiles) -> None:
    assert odd_files.own_table.exit_code != 0
    assert (
        "Table raw_tabular.own_table is in the warehouse already and is not a landed file"
        in odd_files.own_table.output
    )


class OtherCompany(NamedTuple):
    """A company built over the demo and the odd files on Spark, and afresh on DuckDB."""

    sources_on_spark: Build
    sources_on_duckdb: Build
    written_marts: Path
    marts: Comparison


@pytest.fixture(scope="module")
def other_company(
    odd_files: OddFiles, spark: SparkDbt, tmp_path_factory: pytest.TempPathFactory
) -> OtherCompany:
    folder = tmp_path_factory.mktemp("other_company")
    write_demo(folder, seed=2, scale=0.3, spelling="vendor")
    settings = yaml.safe_load((folder / "settings.yml").read_text())
    given = {"variables": settings, "seeds": folder / "seeds"}
    on_duckdb = run_dbt(DATA_ONLY, folder / "duckdb", **given)
    on_spark = spark.run(DATA_ONLY, **given)
    for build in (on_duckdb, on_spark):
        assert build.exit_code == 0, build.output
    written = folder / "written"
    write_marts = ["run-operation", "write_marts_as_parquet", "--args", f"{{folder: {written}}}"]
    writing = spark.run(write_marts, **given)
    assert writing.exit_code == 0, writing.output
    return OtherCompany(
        written_marts=written,
        marts=compared(on_duckdb.database, spark, folder / "spark.duckdb"),
        sources_on_spark=spark.run(CHECK_SOURCES, **given),
        sources_on_duckdb=run_dbt(CHECK_SOURCES, folder / "duckdb", **given),
    )


def test_a_company_built_over_another_has_the_same_marts_on_both_engines(
    other_company: OtherCompany,
) -> None:
    """On Spark it is the third build with other files, seeds and settings; on DuckDB the first."""
    assert differences(other_company.marts) == []


def test_sources_are_checked_alike_on_both_engines(other_company: OtherCompany) -> None:
    """What is found, missing, unreadable and odd; no table is left of the company before."""
    assert findings(other_company.sources_on_spark) == findings(other_company.sources_on_duckdb)


def findings(build: Build) -> dict[str, Any]:
    """What `check_sources` has found, from the line that it prints.

    Spark's metastore has the names of tables in lower case.
    """
    assert build.exit_code == 0, build.output
    found: dict[str, Any] = json.loads(build.output.split("CHECK_SOURCES ")[1].splitlines()[0])
    for table in found["tables"]:
        table["found_as"] = table["found_as"] and table["found_as"].lower()
    return found


def test_marts_that_spark_has_written_for_publishing_are_the_built_ones(
    other_company: OtherCompany, spark: SparkDbt, tmp_path: Path
) -> None:
    database = tmp_path / "written.duckdb"
    export_spark_marts_to_duckdb(spark.manifest(), other_company.written_marts, database)
    marts = other_company.marts
    assert differences(Comparison(marts.marts, marts.found, database)) == []


def test_the_published_set_is_the_same_from_both_engines(
    other_company: OtherCompany,
    spark: SparkDbt,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """`kpis publish --target spark` on the build as it is: audit, files, manifest and dashboard."""
    # Beside the warehouse file, where `kpis run` has dbt's artifacts.
    warehouse = other_company.marts.expected
    (warehouse.parent / "dbt").symlink_to(spark.folder / "target")
    monkeypatch.setenv("SALES_KPIS_DATABASE", str(warehouse))
    monkeypatch.setenv("SALES_KPIS_SPARK_FOLDER", str(spark.folder / "spark"))
    monkeypatch.chdir(PROJECT)
    sets = {}
    for engine in ("duckdb", "spark"):
        published = tmp_path / engine
        arguments = ["publish", "--target", engine, "--published", str(published)]
        result = CliRunner().invoke(cli.app, arguments)
        assert result.exit_code == 0, result.output
        version = current_version(published)
        assert version is not None
        sets[engine] = version
    names = {
        engine: sorted(str(path.relative_to(version.folder)) for path in walk(version.folder))
        for engine, version in sets.items()
    }
    assert names["spark"] == names["duckdb"]
    assert sets["spark"].row_counts == sets["duckdb"].row_counts
    files = [version.database for version in sets.values()]
    assert differences(Comparison(other_company.marts.marts, *files)) == []


def test_a_failure_shows_the_first_rows_that_differ(tmp_path: Path) -> None:
    mart = Mart("core", "m", {"k": "bigint", "d": "decimal(28, 8)", "v": "double"}, ("k",))
    rows = {
        "expected": "(1, 1.5, 0.1), (2, 2, 1.0), (3, 3, 5.0), (5, null, null)",
        "found": "(1, 1.5, 0.1000000000001), (2, 2.00000001, 1.0), (4, 3, 5.0), (5, null, 0.0)",
    }
    for side, values in rows.items():
        with duckdb.connect(str(tmp_path / f"{side}.duckdb")) as connection:
            connection.execute("create schema core")
            connection.execute(
                "create table core.m as select k::bigint as k, d::decimal(28, 8) as d,"
                f" v::double as v from (values {values}) as t(k, d, v)"
            )
    comparison = Comparison([mart], tmp_path / "expected.duckdb", tmp_path / "found.duckdb")
    assert comparison.differences(mart) == [
        "core.m: k 2: d is Decimal('2.00000000') on DuckDB, Decimal('2.00000001') on Spark",
        "core.m: only DuckDB has k 3",
        "core.m: k 5: v is None on DuckDB, 0.0 on Spark",
        "core.m: only Spark has k 4",
    ]
