"""Documented columns = built columns, proved on a built DuckDB file, which is only read."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import duckdb

from guards.findings import Finding
from guards.project import Node, Project

_RULE = "built-columns"

Relations = Mapping[tuple[str, str], tuple[str, ...]]


def built_columns(project: Project, database: Path) -> tuple[Finding, ...]:
    """Every model and seed is built with the columns that its YAML documents.

    Marts and seeds document all their columns, in order; staging and intermediate models those they
    describe. A system's staging models have the columns that each entity's contract on floor 1 asks
    for. And the built catalog has every KPI.

    Args:
        database: the file that `dbt build` wrote, of the same project and the same settings.

    Raises:
        RuntimeError: the file cannot be read, for example because a build holds it.
    """
    try:
        relations, listed = _read(project, database)
    except duckdb.Error as error:
        raise RuntimeError(
            f"cannot read {database}: {error}; wait until nothing writes to it"
        ) from None
    return (
        *_columns(project, relations),
        *_contracts(project, relations),
        *_catalog(project, listed),
    )


def _read(project: Project, database: Path) -> tuple[Relations, frozenset[str] | None]:
    """Columns of every relation, and the KPIs that the built catalog lists (None without one)."""
    with duckdb.connect(str(database), read_only=True) as connection:
        rows = connection.execute(
            "select table_schema, table_name, column_name from information_schema.columns"
            " where table_catalog = current_database()"
            " order by table_schema, table_name, ordinal_position"
        ).fetchall()
        relations: dict[tuple[str, str], tuple[str, ...]] = {}
        for schema, table, column in rows:
            relations[schema, table] = (*relations.get((schema, table), ()), column)
        catalog = _catalog_model(project)
        if catalog is None or (catalog.schema, catalog.alias) not in relations:
            return relations, None
        query = f'select kpi from "{catalog.schema}"."{catalog.alias}"'
        kpis = connection.execute(query).fetchall()
    return relations, frozenset(str(kpi).removeprefix("kpi_") for (kpi,) in kpis)


def _catalog_model(project: Project) -> Node | None:
    return next((model for model in project.models if model.name == "kpi_catalog"), None)


def _columns(project: Project, relations: Relations) -> Iterator[Finding]:
    for node in sorted(project.nodes.values(), key=lambda node: node.unique_id):
        if node.kind not in ("model", "seed") or node.materialized == "ephemeral":
            continue
        built = relations.get((node.schema, node.alias))
        documented = tuple(column.name for column in node.columns)
        if built is None:
            yield project.at(
                node, _RULE, f"{node.schema}.{node.alias} is not in the database", "build it first"
            )
        elif node.is_mart or node.kind == "seed":
            if documented != built:
                problem = f"{node.name} documents {_difference(documented, built)}"
                yield project.at(
                    node, _RULE, problem, "make the YAML list what is built, in the same order"
                )
        else:
            for name in documented:
                if name not in built:
                    problem = f"{node.name} documents a column that is not built, {name}"
                    yield project.at(node, _RULE, problem, "correct its name or remove it", name)


def _contracts(project: Project, relations: Relations) -> Iterator[Finding]:
    """The parts of its contract that a staging model lacks."""
    for model in project.models:
        if model.layer != "intermediate" or not model.name.endswith("__united"):
            continue
        for parent in (project.nodes.get(parent) for parent in model.parents):
            built = relations.get((parent.schema, parent.alias)) if parent else None
            if parent is None or built is None:
                continue
            lacking = ", ".join(each.name for each in model.columns if each.name not in built)
            if lacking:
                problem = f"{parent.name} lacks {lacking}, which {model.name} asks of every system"
                advice = "deliver it, as a typed null if the system does not tell"
                yield Finding(parent.file, 1, _RULE, problem, advice, parent.name)


def _difference(documented: tuple[str, ...], built: tuple[str, ...]) -> str:
    """How two lists of columns differ, in words."""
    too_many = [name for name in documented if name not in built]
    missing = [name for name in built if name not in documented]
    parts = []
    if too_many:
        parts.append(f"what is not built ({', '.join(too_many)})")
    if missing:
        parts.append(f"not all that is built (lacks {', '.join(missing)})")
    return " and ".join(parts) or f"its columns in another order than built ({', '.join(built)})"


def _catalog(project: Project, listed: frozenset[str] | None) -> Iterator[Finding]:
    """The built catalog and the KPI models are one set; nothing to compare before both exist."""
    catalog = _catalog_model(project)
    if catalog is None or listed is None:
        return
    kpis = {mart.name.removeprefix("kpi_"): mart for mart in project.marts if mart.layer == "kpis"}
    for kpi in sorted(kpis.keys() - listed):
        advice = "complete its `config.meta.kpi` and build again"
        yield project.at(kpis[kpi], _RULE, f"kpi_catalog lacks {kpi}", advice)
    for kpi in sorted(listed - kpis.keys()):
        problem = f"kpi_catalog lists {kpi}, which is no KPI of the project"
        yield project.at(catalog, _RULE, problem, "build again")
