"""Documentation of what comes in: columns of sources and seeds; and that no model goes without."""

import csv
from collections.abc import Iterator

from guards.findings import Finding
from guards.project import Node, Project

_RULE = "documentation"


def model_descriptions(project: Project) -> Iterator[Finding]:
    """Every model has an entry in the YAML of its folder, with a description."""
    for model in project.models:
        if not model.description.strip():
            yield project.at(
                model,
                _RULE,
                f"model {model.name} has no description",
                "begin it with `One row per …`",
            )


def source_columns(project: Project) -> Iterator[Finding]:
    """Every source table lists its columns with their types: the contract with the connector."""
    for table in _of_kind(project, "source"):
        name = f"{table.system}.{table.name}"
        if not table.description.strip():
            yield project.at(
                table, _RULE, f"source table {name} has no description", "say what one row is"
            )
        if not table.columns:
            yield project.at(
                table,
                _RULE,
                f"source table {name} lists no columns",
                "list each with its data_type",
            )
        for column in table.columns:
            if not column.data_type:
                yield project.at(
                    table,
                    _RULE,
                    f"column {name}.{column.name} has no data_type",
                    "give it one",
                    column.name,
                )


def seed_columns(project: Project) -> Iterator[Finding]:
    """A seed and each of its columns is described; the columns are those of its CSV, in order."""
    for seed in _of_kind(project, "seed"):
        if not seed.description.strip():
            yield project.at(
                seed, _RULE, f"seed {seed.name} has no description", "say what one row is"
            )
        documented = [column.name for column in seed.columns]
        with (project.root / seed.file).open(encoding="utf-8-sig", newline="") as file:
            header = next(csv.reader(file), [])
        if documented != header:
            yield project.at(
                seed,
                _RULE,
                f"seed {seed.name} documents {', '.join(documented) or 'no columns'};"
                f" its file has {', '.join(header)}",
                "make the two lists the same",
            )
        for column in seed.columns:
            if not column.description.strip():
                yield project.at(
                    seed,
                    _RULE,
                    f"column {seed.name}.{column.name} has no description",
                    "describe it",
                    column.name,
                )


def _of_kind(project: Project, kind: str) -> Iterator[Node]:
    return iter(
        sorted(
            (node for node in project.nodes.values() if node.kind == kind),
            key=lambda node: node.unique_id,
        )
    )
