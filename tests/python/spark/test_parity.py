"""DuckDB and Spark build the same tables from the same files, row by row.

Seeds, staging, intermediate and marts come from the manifest, so a new one is compared without a
word here. Keys, counts, decimals, dates, texts and truths are compared exactly, doubles within 1e-9
of their size.

A Spark build takes minutes, so one is whole: the demo's. Over it comes a part of another company
with other files, seeds and settings, then odd files with the models that show how they were read.
"""

from __future__ import annotations

import os
import re
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import pytest
from engines import Comparison, compare, compared
from typer.testing import CliRunner

from builds import PROJECT, Build, run_dbt, source_report
from odd_files import write_odd_files
from proof.company.seed_files import write_seeds
from proof.company.settings import Settings
from proof.company.simulate import simulate
from proof.connectors.files import write_raw
from sales_kpis import cli, plain_build
from sales_kpis.files import walk
from sales_kpis.publish import PublishedVersion, current_version
from sales_kpis.spark_marts import Mart, export_spark_marts_to_duckdb
from spark_dbt import SparkDbt
from spark_recording import Recording

# `make parity-spark` compares the tables alone: on Spark each test is a query that takes a second.
WITH_TESTS = os.environ.get("SALES_KPIS_TEST_SPARK") != "marts"
DATA_ONLY = ["build", "--exclude-resource-types", "test", "unit_test"]
CHECK_SOURCES = ["run-operation", "check_sources"]
LAND = ["run-operation", "land_raw_files"]
LANDED_ALREADY = {"raw_path": ""}
# A finding names the columns that the table has, which are the file's alone.
TABLE_WITHOUT_ITS_KEY = "property,value,timestamp\nhubspot_owner_id,1,2025-02-01\n"

# Settings of the other company that are not the demo's: other days, fiscal periods, windows, terms.
OTHER_SETTINGS = {
    "as_of_date": "2025-12-31",
    "reporting_time_zone": "America/New_York",
    "fiscal_year_start_month": 2,
    "contract_term_months": 6,
    "zero_fill_days": 900,
    "min_sample_size": 3,
}
# Models that read the spelling of the vendors' own exports (that of Mailchimp and Google Analytics
# is the demo's; check_sources compares the rejected rows), deals from there to their KPIs, and what
# those settings and seeds decide most. Inputs of these models from outside of them stay the demo's.
OF_OTHER_COMPANY = [
    *("--select", "resource_type:seed", "staging.salesforce", "staging.hubspot"),
    *("stg_tabular__deals", "stg_tabular__deal_*", "path:models/intermediate/*/deals", "fct_deals"),
    *("fct_deal_product_lines", "fct_deal_stage_visits", "fct_selling_costs", "dim_dates"),
    *("fct_pipeline_snapshots", "fct_pipeline_snapshot_product_lines", "dim_periods"),
    *("kpi_total_revenue", "kpi_revenue_per_sale", "kpi_win_rate", "kpi_win_rate_by_amount"),
    *("kpi_sales_cycle_days", "kpi_open_pipeline_amount", "kpi_lead_volume", "kpi_values"),
    *("--exclude", "stg_*__rejected_rows", "stg_*__source_counts"),
]
# By other seeds, files, zone, term, days, fiscal periods and zero-filling.
SEEN_TO_CHANGE = {
    *("quotas", "stg_salesforce__deals", "stg_hubspot__deals", "stg_tabular__deals"),
    *("int_deals__delivered", "int_deals__valued", "fct_deals", "dim_dates", "dim_periods"),
    *("kpi_total_revenue", "kpi_values"),
}
# The work of landing and of the contract shows here.
OF_ODD_FILES = ["+staging.tabular", "+rejected_rows", "+source_reconciliation"]


class Demo(NamedTuple):
    """The committed demo, built on both engines, on Spark with all its tests."""

    on_spark: Build
    compared: Comparison
    duckdb_database: Path
    spark_database: Path


@pytest.fixture(scope="module")
def demo(spark: SparkDbt, recording: Recording, tmp_path_factory: pytest.TempPathFactory) -> Demo:
    folder = tmp_path_factory.mktemp("demo")
    with ThreadPoolExecutor(1) as beside:
        building = beside.submit(spark.run, ["build"] if WITH_TESTS else DATA_ONLY)
        on_duckdb = run_dbt(DATA_ONLY, folder, artifacts=True)
        on_spark = building.result()
    assert on_duckdb.exit_code == 0, on_duckdb.output
    built = folder / "spark.duckdb"
    comparison = compared(on_duckdb.database, spark, built)
    recording.add("demo", comparison.rows, map(str, comparison.marts))
    return Demo(on_spark, comparison, on_duckdb.database, built)


@pytest.mark.skipif(not WITH_TESTS, reason="`make test-spark` builds with the tests")
def test_the_demo_passes_its_tests_on_spark_without_a_warning(demo: Demo) -> None:
    assert demo.on_spark.exit_code == 0, demo.on_spark.output
    done = re.search(r"Done\. PASS=\d+ WARN=0 ERROR=0 SKIP=0", demo.on_spark.output)
    assert done, demo.on_spark.output
    assert "[WARNING]" not in demo.on_spark.output


def test_the_demo_has_the_same_tables_on_both_engines(demo: Demo) -> None:
    assert demo.compared.differences == []


def test_every_mart_of_the_demo_has_rows(demo: Demo) -> None:
    """Else equal tables would prove nothing."""
    empty = [str(mart) for mart in demo.compared.marts if demo.compared.rows[str(mart)] == 0]
    assert empty == ["monitoring.kpi_restatements"], "only of a first build nothing is restated"


@pytest.fixture(scope="module")
def published(
    demo: Demo, spark: SparkDbt, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, PublishedVersion]:
    """The output of `kpis publish` for each build: audit, files, manifest and dashboard."""
    folder = tmp_path_factory.mktemp("published")
    # Beside the warehouse file, where `kpis run` has dbt's artifacts.
    artifacts = demo.duckdb_database.parent / "dbt"
    artifacts.symlink_to(spark.folder / "target")
    sets = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SALES_KPIS_DATABASE", str(demo.duckdb_database))
        patch.setenv("SALES_KPIS_SPARK_FOLDER", str(spark.folder / "spark"))
        patch.chdir(PROJECT)
        # Both builds are without data tests here, and of a manifest that was parsed before.
        patch.setattr(plain_build, "_why_not_whole", lambda arguments: "")
        patch.setattr(plain_build, "_why_not_of_one_command", lambda *artifacts: "")
        for engine in ("duckdb", "spark"):
            (folder / engine).mkdir()
            arguments = ["publish", "--target", engine, "--published", str(folder / engine)]
            result = CliRunner().invoke(cli.app, arguments)
            assert result.exit_code == 0, result.output
            version = current_version(folder / engine)
            assert version is not None
            sets[engine] = version
    return sets


def test_the_published_set_is_the_same_from_both_engines(
    demo: Demo, published: dict[str, PublishedVersion]
) -> None:
    names = {
        engine: [str(path.relative_to(version.folder)) for path in walk(version.folder)]
        for engine, version in published.items()
    }
    assert names["spark"] == names["duckdb"]
    assert published["spark"].row_counts == published["duckdb"].row_counts
    files = (published["duckdb"].database, published["spark"].database)
    assert compare(demo.compared.marts, *files).differences == []


@pytest.fixture(scope="module")
def written_marts(
    demo: Demo,
    published: dict[str, PublishedVersion],
    spark: SparkDbt,
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    """The marts as Spark has written them for publishing from elsewhere, as a DuckDB file."""
    folder = tmp_path_factory.mktemp("written")
    write = ["run-operation", "write_marts_as_parquet", "--args", f"{{folder: {folder}}}"]
    writing = spark.run(write, LANDED_ALREADY)
    assert writing.exit_code == 0, writing.output
    database = folder / "written.duckdb"
    export_spark_marts_to_duckdb(spark.manifest(), folder, database)
    return database


def test_marts_that_spark_has_written_for_publishing_are_the_built_ones(
    demo: Demo, written_marts: Path
) -> None:
    assert compare(demo.compared.marts, demo.spark_database, written_marts).differences == []


class OtherCompany(NamedTuple):
    """A part of another company, built over the demo on both engines."""

    sources_on_spark: Build
    sources_on_duckdb: Build
    compared: Comparison
    spark_database: Path


@pytest.fixture(scope="module")
def other_company(
    demo: Demo,
    written_marts: Path,  # of the demo: before it is built over
    spark: SparkDbt,
    recording: Recording,
    tmp_path_factory: pytest.TempPathFactory,
) -> OtherCompany:
    folder = tmp_path_factory.mktemp("other_company")
    company = simulate(seed=2, scale=2.0)
    write_raw(company, folder / "raw", "vendor")
    (folder / "raw" / "hubspot" / "companies_property_history.csv").write_text(
        TABLE_WITHOUT_ITS_KEY
    )
    seeds = folder / "seeds"
    write_seeds(company, seeds)
    settings = {**Settings().as_vars(), **OTHER_SETTINGS, "raw_path": str(folder / "raw")}
    home = folder / "duckdb"
    home.mkdir()
    shutil.copy(demo.duckdb_database, home)
    command = [*DATA_ONLY, *OF_OTHER_COMPANY]
    for build in (
        run_dbt(command, home, variables=settings, seeds=seeds),
        spark.run(command, settings, seeds),
    ):
        assert build.exit_code == 0, build.output
    built = folder / "spark.duckdb"
    comparison = compared(home / demo.duckdb_database.name, spark, built)
    recording.add("another company", comparison.rows, map(str, comparison.marts))
    landed = {**settings, **LANDED_ALREADY}
    return OtherCompany(
        compared=comparison,
        spark_database=built,
        sources_on_spark=spark.run(CHECK_SOURCES, landed, seeds),
        sources_on_duckdb=run_dbt(CHECK_SOURCES, home, variables=landed, seeds=seeds),
    )


def test_a_company_built_over_another_has_the_same_tables_on_both_engines(
    other_company: OtherCompany,
) -> None:
    """With other files, seeds and settings, and the spelling of other connectors."""
    assert other_company.compared.differences == []


def test_what_is_built_over_the_demo_is_no_more_the_demo(
    demo: Demo, other_company: OtherCompany
) -> None:
    """On Spark, else equal tables would prove nothing."""
    same = [
        str(table)
        for table in other_company.compared.tables
        if table.name in SEEN_TO_CHANGE
        and not compare([table], demo.duckdb_database, other_company.spark_database).differences
    ]
    assert same == []


def test_sources_are_checked_alike_on_both_engines(other_company: OtherCompany) -> None:
    """Tables found, missing, unreadable and odd; no table is left of the company before."""
    assert findings(other_company.sources_on_spark) == findings(other_company.sources_on_duckdb)


def findings(build: Build) -> dict[str, Any]:
    """The report of `check_sources`.

    Spark's metastore has the names of tables in lower case.
    """
    assert build.exit_code == 0, build.output
    found = source_report(build)
    for table in found["tables"]:
        table["found_as"] = table["found_as"] and table["found_as"].lower()
    return found


class OddFiles(NamedTuple):
    """Files of every form that landing takes, built over the others; and what it must not land."""

    long_row: Build
    latin: Build
    own_table: Build
    compared: Comparison


@pytest.fixture(scope="module")
def odd_files(
    other_company: OtherCompany,  # built over by these
    spark: SparkDbt,
    recording: Recording,
    tmp_path_factory: pytest.TempPathFactory,
) -> OddFiles:
    folder = tmp_path_factory.mktemp("odd_files")
    variables = write_odd_files(folder)
    command = [*DATA_ONLY, "--select", *OF_ODD_FILES]
    on_duckdb = run_dbt(command, folder / "duckdb", variables=variables)

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
    on_spark = spark.run(command, variables)
    for good in (made, dropped, on_spark, on_duckdb):
        assert good.exit_code == 0, good.output
    comparison = compared(on_duckdb.database, spark, folder / "spark.duckdb")
    recording.add("odd files", comparison.rows, map(str, comparison.marts))
    return OddFiles(long_row, latin, own_table, comparison)


def test_odd_files_land_alike_on_both_engines(odd_files: OddFiles) -> None:
    """Quotes, delimiters, encodings, Parquet folders, JSON, and what cannot be read."""
    assert {str(mart) for mart in odd_files.compared.marts} == {
        "monitoring.rejected_rows",
        "monitoring.source_reconciliation",
    }
    assert odd_files.compared.differences == []


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
    comparison = compare([mart], tmp_path / "expected.duckdb", tmp_path / "found.duckdb")
    assert comparison.rows == {"core.m": 4}
    assert comparison.differences == [
        "core.m: k 2: d is Decimal('2.00000000') on DuckDB, Decimal('2.00000001') on Spark",
        "core.m: only DuckDB has k 3",
        "core.m: k 5: v is None on DuckDB, 0.0 on Spark",
        "core.m: only Spark has k 4",
    ]
