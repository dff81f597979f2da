"""The comparison of tables that two engines have built: seeds, staging, intermediate and marts."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from builds import PROJECT
from sales_kpis.marts import quoted, text_literal
from sales_kpis.project import MART_SCHEMAS
from sales_kpis.salt import BUILT_IN, SESSION_VARIABLE
from sales_kpis.spark_marts import Mart, export_spark_tables_to_duckdb, marts_of_manifest
from spark_dbt import SparkDbt

RELATIVE_TOLERANCE = 1e-9
SHOWN_ROWS = 5
INEXACT = frozenset(("double", "float"))


@dataclass(frozen=True)
class Comparison:
    """Tables of two databases, row by row.

    Attributes:
        tables: what was compared.
        rows: the rows of each table on DuckDB, by its name with its schema.
        differences: one sentence for each of the first rows that differ in a table; none when all
            tables are equal.
    """

    tables: list[Mart]
    rows: Mapping[str, int]
    differences: list[str]

    @property
    def marts(self) -> list[Mart]:
        """Those of the tables that are marts."""
        return [table for table in self.tables if table.schema in MART_SCHEMAS]


def compared(duckdb_database: Path, spark: SparkDbt, built: Path) -> Comparison:
    """The build of DuckDB beside all that the last build on Spark has built.

    Spark's tables are copied to the DuckDB file `built`, so that the next build may replace them.
    A mart has the types of its contract, any other table those that DuckDB gave it.
    """
    manifest = built_nodes(spark)
    marts = marts_of_manifest(manifest)
    with _opened(duckdb_database) as connection:
        others = [
            Mart(schema, name, _columns(connection, schema, name), ())
            for schema, name in sorted(
                (node["schema"], node["alias"])
                for node in manifest["nodes"].values()
                if node["resource_type"] in ("model", "seed")
            )
            if (schema, name) not in {(mart.schema, mart.name) for mart in marts}
        ]
    tables = [*others, *marts]
    export_spark_tables_to_duckdb(tables, spark.warehouse, built)
    return compare(tables, duckdb_database, built)


def compare(tables: list[Mart], duckdb_database: Path, spark_database: Path) -> Comparison:
    """The tables of two DuckDB files, the second with those of Spark."""
    rows = {}
    differences = []
    with _opened(duckdb_database) as connection:
        connection.execute(f"attach {text_literal(str(spark_database))} as found (read_only)")
        for table in tables:
            # A staging model is a view on DuckDB: it is read once.
            connection.execute(
                f"create or replace temp table expected as select * from {table.sql}"
            )
            connection.execute(
                f"create or replace temp table found as select * from found.{table.sql}"
            )
            counts = [_count(connection, side) for side in ("expected", "found")]
            rows[str(table)] = counts[0]
            if counts[0] != counts[1]:
                differences.append(f"{table}: {counts[0]} rows on DuckDB, {counts[1]} on Spark")
            differences.extend(_differing_rows(connection, table))
    return Comparison(tables, rows, differences)


def built_nodes(spark: SparkDbt) -> Mapping[str, Any]:
    """The manifest of the last build on Spark, with the nodes only that it has built."""
    ids = {result["unique_id"] for result in spark.run_results()["results"]}
    manifest = spark.manifest()
    nodes = {name: node for name, node in manifest["nodes"].items() if name in ids}
    return {**manifest, "nodes": nodes}


@contextlib.contextmanager
def _opened(database: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The database itself, not attached under another name: its views know themselves by its own.

    They also know the raw files by their paths from the project's folder, and make their pseudonyms
    when they are read, of the salt that Spark had, too.
    """
    with contextlib.chdir(PROJECT), duckdb.connect(str(database), read_only=True) as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute(f"set variable {SESSION_VARIABLE} = ?", [BUILT_IN])
        yield connection


def _columns(connection: duckdb.DuckDBPyConnection, schema: str, name: str) -> dict[str, str]:
    described = connection.execute(f"describe {quoted(schema)}.{quoted(name)}").fetchall()
    return {row[0]: row[1].lower() for row in described}


def _count(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    row = connection.execute(f"select count(*) from temp.{table}").fetchone()
    assert row is not None
    return int(row[0])


def _differing_rows(connection: duckdb.DuckDBPyConnection, table: Mart) -> Iterator[str]:
    """Rows with one key that differ in a column, and rows that only one side has.

    Every column is compared exactly, but doubles within the tolerance. A table without a primary
    key is compared as a bag of whole rows: its key is all that is exact.
    """
    inexact = [name for name, data_type in table.columns.items() if data_type in INEXACT]
    key = table.key or tuple(name for name in table.columns if name not in inexact)
    values = [column for column in table.columns if column not in key]
    same = " and ".join(_same(column, table.columns[column]) for column in values) or "true"
    partition = ", ".join(quoted(column) for column in key)
    order = ", ".join(f"{quoted(column)} nulls last" for column in values)
    copies = f"partition by {partition}" + (f" order by {order}" if order else "")
    sides = {
        side: f"(select *, row_number() over ({copies}) as copy_number from temp.{side})"
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
            yield f"{table}: only Spark has {name}"
        elif found["copy_number"] is None:
            yield f"{table}: only DuckDB has {name}"
        else:
            unequal = [column for column in values if expected[column] != found[column]]
            yield f"{table}: {name}: " + "; ".join(
                f"{column} is {expected[column]!r} on DuckDB, {found[column]!r} on Spark"
                for column in unequal
            )


def _same(column: str, data_type: str) -> str:
    """SQL that is true where both rows have the same value."""
    expected, found = f"expected.{quoted(column)}", f"found.{quoted(column)}"
    same = f"{expected} is not distinct from {found}"
    if data_type not in INEXACT:
        return same
    largest = f"greatest(abs({expected}), abs({found}))"
    near = f"abs({expected} - {found}) <= {RELATIVE_TOLERANCE} * {largest}"
    return f"({same} or coalesce({near}, false))"
