"""DuckDB and Spark build the same marts from the same files, row by row.

The marts come from the manifest, so a new one is compared without a word here. Keys, counts,
decimals, dates, texts and truths are compared exactly, doubles within 1e-9 of their size.
"""

from __future__ import annotations

import re
from pathlib import Path

import duckdb
import pytest
import yaml
from engines import Comparison, build_on_spark, compared, manifest_of

from builds import Build, run_dbt
from sales_kpis.demo.write import write_demo
from sales_kpis.spark_marts import Mart, export_spark_marts_to_duckdb
from test_contract import write, write_odd_files

DATA_ONLY = ["build", "--exclude-resource-types", "test", "unit_test"]


@pytest.fixture(scope="module")
def demo_on_spark(tmp_path_factory: pytest.TempPathFactory) -> tuple[Build, Path]:
    """The committed demo on Spark: files, seeds, models, unit tests and data tests."""
    folder = tmp_path_factory.mktemp("demo_on_spark")
    return build_on_spark(["build"], folder), folder


@pytest.fixture(scope="module")
def demo(demo_on_spark: tuple[Build, Path], tmp_path_factory: pytest.TempPathFactory) -> Comparison:
    on_duckdb = run_dbt(DATA_ONLY, tmp_path_factory.mktemp("demo_on_duckdb"))
    assert on_duckdb.exit_code == 0, on_duckdb.output
    return compared(on_duckdb.database, demo_on_spark[1])


@pytest.fixture(scope="module")
def other_company_on_spark(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Another company where the demo had been built: changed files, tables and seeds."""
    folder = tmp_path_factory.mktemp("other_company_on_spark")
    write_demo(folder / "company", seed=2, scale=0.3)
    settings = yaml.safe_load((folder / "company" / "settings.yml").read_text())
    first = folder / "first"
    write_demo(first, seed=3, scale=0.1, spelling="vendor")
    (first / "raw" / "tabular" / "left_over.csv").write_text("a;b\n1;2\n")
    for raw, seeds in ((first / "raw", first / "seeds"), (None, folder / "company" / "seeds")):
        variables = {**settings, **({"raw_path": str(raw)} if raw else {})}
        build = build_on_spark(DATA_ONLY, folder, variables=variables, seeds=seeds)
        assert build.exit_code == 0, build.output
    return folder


@pytest.fixture(scope="module")
def other_company(
    other_company_on_spark: Path, tmp_path_factory: pytest.TempPathFactory
) -> Comparison:
    company = other_company_on_spark / "company"
    settings = yaml.safe_load((company / "settings.yml").read_text())
    folder = tmp_path_factory.mktemp("other_company_on_duckdb")
    on_duckdb = run_dbt(DATA_ONLY, folder, variables=settings, seeds=company / "seeds")
    assert on_duckdb.exit_code == 0, on_duckdb.output
    return compared(on_duckdb.database, other_company_on_spark)


@pytest.fixture(scope="module")
def odd_files_on_spark(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Files of every form that landing takes."""
    folder = tmp_path_factory.mktemp("odd_files_on_spark")
    build = build_on_spark(DATA_ONLY, folder, variables=write_odd_files(folder))
    assert build.exit_code == 0, build.output
    return folder


def differences(comparison: Comparison) -> list[str]:
    return [sentence for mart in comparison.marts for sentence in comparison.differences(mart)]


def test_the_demo_passes_its_tests_on_spark_without_a_warning(
    demo_on_spark: tuple[Build, Path],
) -> None:
    build, _ = demo_on_spark
    assert build.exit_code == 0, build.output
    assert re.search(r"Done\. PASS=\d+ WARN=0 ERROR=0 SKIP=0", build.output), build.output
    assert "[WARNING]" not in build.output


def test_the_demo_has_the_same_marts_on_both_engines(demo: Comparison) -> None:
    assert differences(demo) == []


def test_every_mart_of_the_demo_has_rows(demo: Comparison) -> None:
    """Else equal tables would prove nothing."""
    assert [mart for mart, rows in demo.rows().items() if rows == 0] == []


def test_a_company_built_over_another_has_the_same_marts_on_both_engines(
    other_company: Comparison,
) -> None:
    """The Spark build ran twice, the first time with other files and seeds; DuckDB's is fresh."""
    assert differences(other_company) == []


def test_odd_files_land_alike_on_both_engines(odd_files_on_spark: Path, tmp_path: Path) -> None:
    """Quotes, delimiters, encodings, Parquet folders, JSON, and what cannot be read."""
    on_duckdb = run_dbt(DATA_ONLY, tmp_path, variables=write_odd_files(tmp_path))
    assert on_duckdb.exit_code == 0, on_duckdb.output
    assert differences(compared(on_duckdb.database, odd_files_on_spark)) == []


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"deal_id,stage\n1,Won,2\n", "rows with more values than its header"),
        ("deal_id,stage\n1,Gespr\u00e4ch\n".encode("latin-1"), "is not in UTF-8"),
    ],
    ids=["a row longer than the header", "another encoding"],
)
def test_landing_stops_at_a_file_that_spark_would_read_wrongly(
    content: bytes, sentence: str, odd_files_on_spark: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "raw" / "tabular"
    folder.mkdir(parents=True)
    (folder / "deal.csv").write_bytes(content)
    build = build_on_spark(
        ["run-operation", "land_raw_files"],
        odd_files_on_spark,
        variables={"systems": ["tabular"], "raw_path": str(tmp_path / "raw")},
    )
    assert build.exit_code != 0
    assert f"{folder / 'deal.csv'} " in build.output
    assert sentence in build.output


def test_a_table_that_landing_did_not_make_is_never_replaced(odd_files_on_spark: Path) -> None:
    folder = odd_files_on_spark / "own_table"
    write(folder / "raw" / "tabular" / "activity.csv", "activity_id\n1\n")
    own_table = "create table if not exists raw_tabular.activity (activity_id string)"
    made = build_on_spark(
        ["run-operation", "run_query", "--args", f"{{sql: {own_table!r}}}"], odd_files_on_spark
    )
    assert made.exit_code == 0, made.output
    build = build_on_spark(
        ["run-operation", "land_raw_files"],
        odd_files_on_spark,
        variables={"systems": ["tabular"], "raw_path": str(folder / "raw")},
    )
    assert build.exit_code != 0
    assert (
        "raw_tabular.activity is in the warehouse already and is not a landed file" in build.output
    )


def test_marts_that_spark_has_written_for_publishing_are_the_built_ones(
    other_company_on_spark: Path, other_company: Comparison
) -> None:
    folder = other_company_on_spark / "written"
    written = build_on_spark(
        ["run-operation", "write_marts_as_parquet", "--args", f"{{folder: {folder}}}"],
        other_company_on_spark,
    )
    assert written.exit_code == 0, written.output
    database = other_company_on_spark / "written.duckdb"
    export_spark_marts_to_duckdb(manifest_of(other_company_on_spark), folder, database)
    again = Comparison(other_company.marts, other_company.found, database)
    assert differences(again) == []


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
