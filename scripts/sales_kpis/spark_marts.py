"""Marts that Spark has built, as tables of a DuckDB file, for publishing and the parity test."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from sales_kpis.errors import WrongUse
from sales_kpis.marts import quoted, text_literal

MART_FOLDER = "marts"


@dataclass(frozen=True)
class Mart:
    """A mart as its contract declares it.

    Attributes:
        schema: its schema, a developer's prefix included.
        name: its name there.
        columns: the type of each column, by name, in order.
        key: the columns of its primary key; empty where it has none.
    """

    schema: str
    name: str
    columns: Mapping[str, str]
    key: tuple[str, ...]

    @property
    def sql(self) -> str:
        """Its quoted name for SQL."""
        return f"{quoted(self.schema)}.{quoted(self.name)}"

    def __str__(self) -> str:
        return f"{self.schema}.{self.name}"


def marts_of_manifest(manifest: Mapping[str, Any]) -> list[Mart]:
    """Every model of the folder models/marts in dbt's manifest.json, by schema and name."""
    marts = [
        Mart(
            schema=node["schema"],
            name=node["alias"],
            columns={column["name"]: column["data_type"] for column in node["columns"].values()},
            key=tuple(
                column
                for constraint in node["constraints"]
                if constraint["type"] == "primary_key"
                for column in constraint["columns"]
            ),
        )
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model" and node["fqn"][1:2] == [MART_FOLDER]
    ]
    return sorted(marts, key=str)


def export_spark_marts_to_duckdb(
    manifest: Mapping[str, Any], folder: Path, database: Path
) -> dict[str, int]:
    """Write every mart that Spark has built as a table of a DuckDB file; returns the rows of each.

    Args:
        manifest: dbt's manifest.json of the Spark build.
        folder: the marts as Parquet files, either Spark's warehouse (`<schema>.db/<table>/`) or
            what `dbt run-operation write_marts_as_parquet` has written (`<schema>/<table>/`).
        database: the DuckDB file. Marts that are in it are replaced; timestamps are in UTC.

    Raises:
        WrongUse: a mart has no files, or they lack a column; the message says what to do.
    """
    return export_spark_tables_to_duckdb(marts_of_manifest(manifest), folder, database)


def export_spark_tables_to_duckdb(
    tables: Iterable[Mart], folder: Path, database: Path
) -> dict[str, int]:
    """The same for the tables that are given, which need not be marts."""
    rows: dict[str, int] = {}
    with duckdb.connect(str(database)) as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute("begin")
        for mart in tables:
            connection.execute(f"create schema if not exists {quoted(mart.schema)}")
            connection.execute(
                f"create or replace table {mart.sql} as {_query(connection, mart, folder)}"
            )
            counted = connection.execute(f"select count(*) from {mart.sql}").fetchone()
            rows[str(mart)] = counted[0] if counted else 0
        connection.execute("commit")
    return rows


def _query(connection: duckdb.DuckDBPyConnection, mart: Mart, folder: Path) -> str:
    """The query of a mart's rows in Spark's files, in the columns and types of its contract."""
    candidates = [folder / f"{mart.schema}.db" / mart.name, folder / mart.schema / mart.name]
    table = next((candidate for candidate in candidates if candidate.is_dir()), None)
    if table is None:
        raise WrongUse(
            f"{mart} is not in {folder}.",
            "Build it on Spark first or, where Spark keeps its tables elsewhere, write them there:"
            " dbt run-operation write_marts_as_parquet --target spark"
            f" --args '{{folder: {folder}}}'",
        )
    # A killed attempt leaves its files in hidden folders below the table's.
    parts = [file.relative_to(table) for file in table.rglob("*.parquet")]
    files = sorted(
        str(table / part) for part in parts if not any(name[0] in "._" for name in part.parts)
    )
    if not files:
        columns = ", ".join(
            f"cast(null as {data_type}) as {quoted(name)}"
            for name, data_type in mart.columns.items()
        )
        return f"select {columns} where false"
    # A table in partitions has the values of their column in the names of its folders.
    is_partitioned = any(len(part.parts) > 1 for part in parts)
    listed = ", ".join(text_literal(file) for file in files)
    source = f"read_parquet([{listed}], hive_partitioning = {is_partitioned})"
    found = [row[0] for row in connection.execute(f"describe select * from {source}").fetchall()]
    if sorted(found) != sorted(mart.columns):
        raise WrongUse(
            f"{mart} in {table} has the columns {', '.join(found)} where its contract has"
            f" {', '.join(mart.columns)}.",
            "Build it on Spark again.",
        )
    columns = ", ".join(
        f"cast({quoted(name)} as {data_type}) as {quoted(name)}"
        for name, data_type in mart.columns.items()
    )
    return f"select {columns} from {source}"
