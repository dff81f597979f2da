"""The floor of a build: its own compiled SQL straight in DuckDB, without dbt, model by model.

Raw files are landed as tables, then each model becomes a table or view, one after another, without
constraints and tests. Before that `explain` tells how often the model scans each raw table.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import duckdb

from sales_kpis.salt import SESSION_VARIABLE, read_salt


@dataclass(frozen=True)
class ModelCost:
    """One model: seconds, its rows (none of a view), and how often it scans each raw table."""

    name: str
    wall: float
    cpu: float
    rows: int | None
    scans: dict[str, int]


@dataclass(frozen=True)
class Floor:
    """All models of a build in the order in which they were made, and the landing before them."""

    landing_cpu: float
    models: list[ModelCost] = field(default_factory=list)

    @property
    def cpu(self) -> float:
        """CPU seconds of landing and all models."""
        return self.landing_cpu + sum(model.cpu for model in self.models)

    @property
    def scans(self) -> Counter[str]:
        """How often the build scans each raw table (`raw_<system>.<table>`)."""
        counted: Counter[str] = Counter()
        for model in self.models:
            counted.update(model.scans)
        return counted


def read_floor(file: Path) -> Floor:
    """The floor that `main` has written."""
    said = json.loads(file.read_text(encoding="utf-8"))
    models = [ModelCost(**model) for model in said["models"]]
    return Floor(landing_cpu=said["landing_cpu"], models=models)


def build_floor(built: Path, manifest: dict[str, Any], raw: Path, database: Path) -> Floor:
    """Build everything anew into a file of its own.

    Args:
        built: the finished build, whose seeds and ledger are taken as they are.
        manifest: dbt's manifest of that build, with the compiled SQL.
        raw: folder of Parquet files, `<system>/<table>.parquet`.
        database: the file to write, of the same name as `built`, because SQL names it.
    """
    database.unlink(missing_ok=True)
    with duckdb.connect(str(database)) as connection:
        _prepare(connection, built)
        started = time.process_time()
        for path in sorted(raw.glob("*/*.parquet")):
            connection.execute(
                f"create or replace table raw_{path.parent.name}.\"{path.stem}\" as from '{path}'"
            )
        floor = Floor(landing_cpu=time.process_time() - started)
        for node in _models_in_order(manifest):
            floor.models.append(_build_model(connection, node))
    return floor


def _prepare(connection: duckdb.DuckDBPyConnection, built: Path) -> None:
    """The session of profiles.yml, all schemas, and the tables that no model makes."""
    connection.execute("set timezone = 'UTC'")
    if limit := os.environ.get("SALES_KPIS_MEMORY_LIMIT"):
        connection.execute(f"set memory_limit = '{limit}'")
    connection.execute(f"set variable {SESSION_VARIABLE} = ?", [read_salt(os.environ).value])
    connection.execute(f"attach '{built}' as built (read_only)")
    tables = connection.execute(
        "select schema_name, table_name from duckdb_tables() where database_name = 'built'"
    ).fetchall()
    schemas = connection.execute(
        "select distinct schema_name from duckdb_schemas() where database_name = 'built'"
        " and not internal"
    ).fetchall()
    for (schema,) in schemas:
        connection.execute(f'create schema if not exists "{schema}"')
    for schema, table in tables:
        if schema in ("planning", "mapping") or schema.startswith("raw_"):
            rows = " limit 0" if schema.startswith("raw_") else ""
            connection.execute(
                f'create table "{schema}"."{table}" as from built."{schema}"."{table}"{rows}'
            )
    for (sql,) in connection.execute(
        "select sql from duckdb_views() where database_name = 'built' and schema_name = 'ledger'"
    ).fetchall():
        connection.execute(sql)
    connection.execute("detach built")


def _models_in_order(manifest: dict[str, Any]) -> Iterator[dict[str, Any]]:
    models = {
        name: node
        for name, node in manifest["nodes"].items()
        if node["resource_type"] == "model" and node.get("compiled_code")
    }
    parents = {
        name: [parent for parent in node["depends_on"]["nodes"] if parent in models]
        for name, node in models.items()
    }
    for name in TopologicalSorter(parents).static_order():
        yield models[name]


def _build_model(connection: duckdb.DuckDBPyConnection, node: dict[str, Any]) -> ModelCost:
    kind = "view" if node["config"]["materialized"] == "view" else "table"
    relation, sql = node["relation_name"], node["compiled_code"]
    scans: dict[str, int] = {}
    if kind == "table":
        plan = connection.execute(f"explain (format json) {sql}").fetchall()[0][1]
        scans = dict(scans_of_raw_tables(json.loads(plan)))
    cpu, wall = time.process_time(), time.monotonic()
    connection.execute(f"create or replace {kind} {relation} as {sql}")
    cpu, wall = time.process_time() - cpu, time.monotonic() - wall
    rows = None
    if kind == "table":
        rows = int(connection.execute(f"select count(*) from {relation}").fetchall()[0][0])
    return ModelCost(node["name"], wall, cpu, rows, scans)


def scans_of_raw_tables(plan: list[dict[str, Any]]) -> Counter[str]:
    """How often a plan of `explain (format json)` scans each `raw_<system>.<table>`."""
    counted: Counter[str] = Counter()
    for step in plan:
        info = step.get("extra_info") or {}
        table = str(info.get("Table", "")) if isinstance(info, dict) else ""
        schema, _, name = table.replace('"', "").rpartition(".")
        schema = schema.rpartition(".")[2]
        if schema.startswith("raw_"):
            counted[f"{schema}.{name}"] += 1
        counted.update(scans_of_raw_tables(step.get("children") or []))
    return counted


def main() -> None:
    """Build the floor and write its costs as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("built", "manifest", "raw", "database", "result"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    arguments = parser.parse_args()
    manifest = json.loads(arguments.manifest.read_text(encoding="utf-8"))
    floor = build_floor(arguments.built, manifest, arguments.raw, arguments.database)
    arguments.result.write_text(json.dumps(asdict(floor)), encoding="utf-8")


if __name__ == "__main__":
    main()
