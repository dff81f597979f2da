"""The comparison of marts that two engines have built."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from sales_kpis.marts import quoted, text_literal
from sales_kpis.spark_marts import Mart, export_spark_marts_to_duckdb, marts_of_manifest
from spark_dbt import SparkDbt

RELATIVE_TOLERANCE = 1e-9
SHOWN_ROWS = 5


@dataclass(frozen=True)
class Comparison:
    """Two databases with the same marts: `expected` and `found`."""

    marts: list[Mart]
    expected: Path
    found: Path

    def rows(self) -> dict[str, int]:
        """The rows of each mart of `expected`."""
        with self._opened() as connection:
            return {str(mart): _count(connection, f"expected.{mart.sql}") for mart in self.marts}

    def differences(self, mart: Mart) -> list[str]:
        """One sentence for each of the first rows that differ; none when the tables are equal."""
        with self._opened() as connection:
            counts = [_count(connection, f"{side}.{mart.sql}") for side in ("expected", "found")]
            sentences = list(_differing_rows(connection, mart))
        if counts[0] != counts[1]:
            sentences.insert(0, f"{mart}: {counts[0]} rows on DuckDB, {counts[1]} on Spark")
        return sentences

    def _opened(self) -> duckdb.DuckDBPyConnection:
        connection = duckdb.connect()
        connection.execute("set TimeZone = 'UTC'")
        for side, database in (("expected", self.expected), ("found", self.found)):
            connection.execute(f"attach {text_literal(str(database))} as {side} (read_only)")
        return connection


def compared(duckdb_database: Path, spark: SparkDbt, built: Path) -> Comparison:
    """The marts of a DuckDB build beside those that the last build on Spark has built.

    Spark's are copied to the DuckDB file `built`, so that the next build may replace them.
    """
    export_spark_marts_to_duckdb(built_marts(spark), spark.warehouse, built)
    return Comparison(marts_of_manifest(built_marts(spark)), duckdb_database, built)


def built_marts(spark: SparkDbt) -> Mapping[str, Any]:
    """The manifest of the last build on Spark, with the nodes only that it has built."""
    ids = {result["unique_id"] for result in spark.run_results()["results"]}
    manifest = spark.manifest()
    nodes = {name: node for name, node in manifest["nodes"].items() if name in ids}
    return {**manifest, "nodes": nodes}


def _count(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    row = connection.execute(f"select count(*) from {table}").fetchone()
    assert row is not None
    return int(row[0])


def _differing_rows(connection: duckdb.DuckDBPyConnection, mart: Mart) -> Iterator[str]:
    """Rows with one key that differ in a column, and rows that only one side has.

    Every column is compared exactly, but doubles within the tolerance. A mart without a primary key
    is compared as a bag of whole rows.
    """
    key = mart.key or tuple(mart.columns)
    keys = ", ".join(quoted(column) for column in key)
    values = [column for column in mart.columns if column not in key]
    same = " and ".join(_same(column, mart.columns[column]) for column in values) or "true"
    sides = {
        side: f"(select *, row_number() over (partition by {keys}) as copy_number"
        f" from {side}.{mart.sql})"
        for side in ("expected", "found")
    }
    match = " and ".join(
        f"expected.{quoted(column)} is not distinct from found.{quoted(column)}"
        for column in (*key, "copy_number")
    )
    query = f"""
        select expected, found
        from {sides["expected"]} as expected
        full outer join {sides["found"]} as found on {match}
        where expected.copy_number is null or found.copy_number is null or not ({same})
        order by all nulls last
        limit {SHOWN_ROWS}
    """
    for expected, found in connection.execute(query).fetchall():
        present = expected if expected["copy_number"] is not None else found
        name = ", ".join(f"{column} {present[column]}" for column in key)
        if expected["copy_number"] is None:
            yield f"{mart}: only Spark has {name}"
        elif found["copy_number"] is None:
            yield f"{mart}: only DuckDB has {name}"
        else:
            unequal = [column for column in values if expected[column] != found[column]]
            yield f"{mart}: {name}: " + "; ".join(
                f"{column} is {expected[column]!r} on DuckDB, {found[column]!r} on Spark"
                for column in unequal
            )


def _same(column: str, data_type: str) -> str:
    """SQL that is true where both rows have the same value."""
    expected, found = f"expected.{quoted(column)}", f"found.{quoted(column)}"
    same = f"{expected} is not distinct from {found}"
    if data_type != "double":
        return same
    largest = f"greatest(abs({expected}), abs({found}))"
    near = f"abs({expected} - {found}) <= {RELATIVE_TOLERANCE} * {largest}"
    return f"({same} or coalesce({near}, false))"
