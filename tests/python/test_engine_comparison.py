"""The comparison of two engines sees a difference in any table, with a key or without."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
from engines import Comparison, compare

from sales_kpis.spark_marts import Mart

COLUMNS = {"name": "varchar", "tags": "varchar[]", "ratio": "double"}
ROWS = [
    "('a', ['x', 'y'], 0.5)",
    "('a', ['x', 'y'], 0.5)",
    "('a', ['x', 'y'], 0.25)",
    "('b', null, null)",
    "(null, [], 1.0)",
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where DuckDB has a staging view without a key, as the build file of dbt has it."""
    with duckdb.connect(str(tmp_path / "build.duckdb")) as connection:
        connection.execute("create schema raw")
        connection.execute(
            f"create table raw.t as select * from (values {', '.join(ROWS)}) as v(a, b, c)"
        )
        connection.execute("create schema staging")
        connection.execute(
            "create view staging.t as"
            " select a as name, b as tags, c::double as ratio from build.raw.t"
        )
    return tmp_path


def compared_with(folder: Path, rows: list[str]) -> Comparison:
    database = folder / "spark.duckdb"
    with duckdb.connect(str(database)) as connection:
        connection.execute("create schema staging")
        connection.execute(
            f"create table staging.t as select name, tags, ratio::double as ratio"
            f" from (values {', '.join(rows)})"
            " as v(name, tags, ratio)"
        )
    return compare([Mart("staging", "t", COLUMNS, ())], folder / "build.duckdb", database)


def test_the_order_of_rows_and_the_last_digits_of_doubles_do_not_count(folder: Path) -> None:
    rows = [row.replace("0.5", "0.5000000000001") for row in reversed(ROWS)]
    comparison = compared_with(folder, rows)
    assert comparison.differences == []
    assert comparison.rows == {"staging.t": 5}
    assert comparison.marts == []


@pytest.mark.parametrize(
    ("row", "other", "sentence"),
    [
        (0, "('a', ['x', 'y'], 0.75)", "ratio is 0.5 on DuckDB, 0.75 on Spark"),
        (1, "('a', ['x', 'z'], 0.5)", "only Spark has name a, tags ['x', 'z']"),
        (3, "('b', null, 0.0)", "ratio is None on DuckDB, 0.0 on Spark"),
        (3, "('b', [], null)", "only DuckDB has name b, tags None"),
        (4, "('', [], 1.0)", "only DuckDB has name None, tags []"),
    ],
    ids=["a double", "a list", "a missing double", "a missing list", "a missing text"],
)
def test_a_value_that_differs_is_shown(row: int, other: str, sentence: str, folder: Path) -> None:
    rows = [*ROWS[:row], other, *ROWS[row + 1 :]]
    assert sentence in " ".join(compared_with(folder, rows).differences)


def test_a_row_that_is_there_once_more_is_shown(folder: Path) -> None:
    assert compared_with(folder, [*ROWS, ROWS[3]]).differences == [
        "staging.t: 5 rows on DuckDB, 6 on Spark",
        "staging.t: only Spark has name b, tags None",
    ]
