"""The exposures depend on what is read: dbt's lineage of them is true."""

from __future__ import annotations

from typing import Any

import duckdb

from builds import Build, golden_demo
from sales_kpis.dashboard import render_dashboard


def tables_of(built: Build, exposure: str) -> list[tuple[str, str]]:
    """Schema and name of the tables that an exposure depends on."""
    manifest = built.artifact("manifest.json")
    found: dict[str, Any] = {each["name"]: each for each in manifest["exposures"].values()}
    nodes = (manifest["nodes"][name] for name in found[exposure]["depends_on"]["nodes"])
    return [(node["schema"], node["alias"]) for node in nodes]


def test_the_dashboard_reads_the_tables_of_its_exposure_and_no_other() -> None:
    built = golden_demo()
    with duckdb.connect(str(built.database), read_only=True) as connection:
        page = render_dashboard(connection, "2025-09-17", "EUR")
    with duckdb.connect() as connection:
        connection.execute(f"attach '{built.database}' as project (read_only)")
        for schema, name in tables_of(built, "dashboard"):
            connection.execute(f"create schema if not exists {schema}")
            connection.execute(f"create table {schema}.{name} as from project.{schema}.{name}")
        connection.execute("detach project")
        assert render_dashboard(connection, "2025-09-17", "EUR") == page


def test_the_published_files_are_all_marts() -> None:
    built = golden_demo()
    manifest = built.artifact("manifest.json")
    marts = {
        name: node
        for name, node in manifest["nodes"].items()
        if node["resource_type"] == "model" and node["path"].startswith("marts/")
    }
    of_kpis = {name for name, node in marts.items() if node["path"].startswith("marts/kpis/")}
    beside_kpis = [(marts[name]["schema"], marts[name]["alias"]) for name in marts.keys() - of_kpis]
    assert sorted(tables_of(built, "published_files")) == sorted(beside_kpis)
    assert of_kpis <= set(marts["model.sales_kpis.kpi_values"]["depends_on"]["nodes"])
