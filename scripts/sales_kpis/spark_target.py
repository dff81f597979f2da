"""A local Spark as the engine of `kpis`: what it needs, where it builds, and what it has built."""

from __future__ import annotations

import contextlib
import importlib.util
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb

from sales_kpis import files
from sales_kpis.errors import WrongUse
from sales_kpis.java_for_spark import java_home
from sales_kpis.marts import query, text_literal
from sales_kpis.project import Project
from sales_kpis.spark_marts import export_spark_marts_to_duckdb

_PAGE = "docs/when_one_machine_is_not_enough.md"


def is_spark(project: Project, target: str | None) -> bool:
    """Whether the target of profiles.yml is a Spark; none stands for DuckDB."""
    return target is not None and project.targets().get(target, {}).get("type") == "spark"


def has_pyspark() -> bool:
    """Whether this Python has pyspark, which comes with the environment of spark.mk alone."""
    return importlib.util.find_spec("pyspark") is not None


def require_local_spark(project: Project, target: str) -> None:
    """Stop unless this Python can run the target's Spark inside dbt's process.

    Raises:
        WrongUse: the target is a cluster, or pyspark is not installed.
    """
    if project.targets()[target].get("method", "session") != "session":
        raise WrongUse(
            f"Target {target} is a cluster, and kpis run builds on a Spark of its own.",
            f"Build with dbt build --target {target}, then kpis publish --target {target}"
            f" --marts DIR: see {_PAGE}.",
        )
    if not has_pyspark():
        raise WrongUse(
            f"Target {target} needs pyspark, which is not in this environment.",
            "Run make build-spark, which makes the environment .venv-spark, and then"
            f" .venv-spark/bin/kpis run --target {target}.",
        )


def warehouse_folder(project: Project) -> Path:
    """The folder of Spark's metastore and tables, as profiles.yml has it."""
    return project.home / os.environ.get("SALES_KPIS_SPARK_FOLDER", "target/spark")


def environment(project: Project, folder: Path | None = None) -> dict[str, str]:
    """The variables that dbt's process needs for a local Spark.

    Args:
        project: the project.
        folder: another folder for metastore and tables than the project's.
    """
    home = java_home(os.environ, project.build_folder / "java")
    return {
        "SALES_KPIS_SPARK_FOLDER": str(folder or warehouse_folder(project)),
        **({"JAVA_HOME": home} if home else {}),
    }


def last_spark_manifest(project: Project) -> dict[str, Any]:
    """dbt's manifest of the last Spark build, whether `kpis run` or dbt itself has made it.

    Raises:
        WrongUse: there is none.
    """
    return last_spark_artifacts(project)[1]


def last_spark_artifacts(project: Project) -> tuple[Path, dict[str, Any]]:
    """The folder of dbt's artifacts of the last Spark build, and its manifest.

    Raises:
        WrongUse: there is none.
    """
    places = [project.dbt_target, project.home / "target"]
    found = [
        (path.stat().st_mtime_ns, path.parent, manifest)
        for path in (place / "manifest.json" for place in places)
        if (manifest := files.read_json(path)) and engine_of(manifest) == "spark"
    ]
    if not found:
        raise WrongUse(
            f"Nothing says what Spark has built: {' and '.join(str(place) for place in places)}"
            " have no manifest.json of a Spark build.",
            "Build it first: make build-spark",
        )
    return max(found, key=lambda entry: entry[0])[1:]


def engine_of(manifest: Mapping[str, Any]) -> str | None:
    """The engine for which dbt has written a manifest, such as spark."""
    metadata: Mapping[str, Any] = manifest.get("metadata") or {}
    return metadata.get("adapter_type")


def copy_marts(
    project: Project, manifest: Mapping[str, Any], database: Path, folder: Path | None = None
) -> None:
    """Write the marts of a Spark build to a new DuckDB file.

    Args:
        project: the project.
        manifest: dbt's manifest of the build.
        database: the DuckDB file.
        folder: where the marts are as Parquet files, by default the local warehouse.

    Raises:
        WrongUse: a mart has no files there.
    """
    tables = folder or warehouse_folder(project) / "warehouse"
    export_spark_marts_to_duckdb(manifest, tables, database)


def read_rows(project: Project, relation: str, limit: int) -> list[dict[str, Any]]:
    """The first rows of a table in the local warehouse; none where it has no files."""
    names = relation.replace("`", "").split(".")
    if len(names) < 2:
        return []
    files_of_table = warehouse_folder(project) / "warehouse" / f"{names[-2]}.db" / names[-1]
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        with contextlib.suppress(duckdb.IOException):
            source = text_literal(str(files_of_table / "*.parquet"))
            return query(connection, f"select * from read_parquet({source}) limit {limit}")
    return []
