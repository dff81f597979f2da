"""The parsed project, as the rules see it: dbt's manifest.json with types, and its folder."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Any

from guards.findings import Finding
from guards.yaml_lines import line_of_name

Json = Mapping[str, Any]


@dataclass(frozen=True)
class Column:
    """A documented column of a model, seed or source table.

    Attributes:
        constraints: types of its constraints, such as `primary_key`.
        is_pii: tagged `config: {meta: {pii: true}}`.
    """

    name: str
    description: str
    data_type: str | None
    constraints: frozenset[str]
    is_pii: bool


@dataclass(frozen=True)
class Node:
    """A model, seed, snapshot or source table.

    Attributes:
        kind: dbt's resource type: `model`, `seed`, `snapshot` or `source`.
        name: of a source table: the table's.
        system: a source table's source; empty for all others.
        file: path of its SQL, CSV or (source) YAML from the project's root.
        folders: the folders between `models/` (`seeds/`) and the file.
        yaml_file: path of the YAML that describes it; empty if none does.
        table_constraints: type and columns of each constraint of the whole table.
        parents: unique ids of what it reads.
        schema, alias: where it is built.
        materialized: how, such as `view` or `ephemeral`.
    group: name of the dbt group that it belongs to; empty for none.
    """

    unique_id: str
    kind: str
    name: str
    system: str
    file: str
    folders: tuple[str, ...]
    yaml_file: str
    schema: str
    alias: str
    materialized: str
    description: str
    columns: tuple[Column, ...]
    table_constraints: tuple[tuple[str, tuple[str, ...]], ...]
    is_contract_enforced: bool
    meta: Json
    group: str
    parents: tuple[str, ...]
    sql: str

    @property
    def layer(self) -> str:
        """A model's layer (`staging` … `monitoring`, empty for none), else the node's kind."""
        if self.kind != "model":
            return self.kind
        if self.folders[:1] in (("staging",), ("intermediate",)):
            return self.folders[0]
        if self.folders[:1] == ("marts",) and self.folders[1:2] in (
            ("core",),
            ("kpis",),
            ("monitoring",),
        ):
            return self.folders[1]
        return ""

    @property
    def is_mart(self) -> bool:
        """Whether it is a model of `models/marts/`."""
        return self.kind == "model" and self.folders[:1] == ("marts",)


@dataclass(frozen=True)
class DataTest:
    """A data test.

    Attributes:
        generic: name of the generic test, such as `not_null`; empty for a singular one.
        tested: name of the model, seed or source table that a generic test is attached to.
        file: its SQL file (singular) or the YAML that lists it (generic).
        settings: its configuration, with the keys that dbt does not know.
    """

    name: str
    description: str
    generic: str
    tested: str
    file: str
    sql: str
    settings: Json


@dataclass(frozen=True)
class Metric:
    """A metric of dbt's semantic layer.

    Attributes:
        kind: `simple`, `ratio`, `derived` or `cumulative`.
        file: the YAML that defines it.
    """

    name: str
    kind: str
    label: str
    file: str
    meta: Json


@dataclass(frozen=True)
class Project:
    """The parsed project.

    Attributes:
        root: its folder.
        nodes: models, seeds, snapshots and source tables by unique id.
        metrics: by name.
        owners: name of the owner of each dbt group.
    """

    root: Path
    nodes: Mapping[str, Node]
    tests: tuple[DataTest, ...]
    metrics: Mapping[str, Metric] = field(default_factory=dict)
    owners: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def models(self) -> tuple[Node, ...]:
        """All models, by name."""
        return tuple(
            sorted(
                (node for node in self.nodes.values() if node.kind == "model"),
                key=lambda node: node.name,
            )
        )

    @property
    def marts(self) -> Iterator[Node]:
        """The models of `models/marts/`, by name."""
        return (model for model in self.models if model.is_mart)

    def at(self, node: Node, rule: str, problem: str, advice: str, column: str = "") -> Finding:
        """A finding where the node (or one of its columns) is described, else at its SQL."""
        if not node.yaml_file:
            return Finding(node.file, 1, rule, problem, advice, node.name)
        names = [name for name in (node.system, node.name, column) if name]
        line = line_of_name(self.root / node.yaml_file, *names)
        return Finding(node.yaml_file, line, rule, problem, advice, node.name)


def read_project(root: Path, manifest: Json) -> Project:
    """The project of a manifest, without nodes of dbt's own, which have no file.

    Args:
        root: folder of dbt_project.yml.
        manifest: content of the manifest.json that `dbt parse` writes.
    """
    own = manifest["metadata"]["project_name"]
    listed = [
        entry
        for entry in (*manifest["nodes"].values(), *manifest["sources"].values())
        if entry["package_name"] == own and entry["original_file_path"]
    ]
    nodes = {
        entry["unique_id"]: _node(entry)
        for entry in listed
        if entry["resource_type"] in ("model", "seed", "snapshot", "source")
    }
    tests = tuple(
        sorted(
            (_data_test(entry, nodes) for entry in listed if entry["resource_type"] == "test"),
            key=lambda test: test.name,
        )
    )
    metrics = {
        entry["name"]: Metric(
            entry["name"],
            entry["type"],
            entry["label"],
            PurePosixPath(entry["original_file_path"]).as_posix(),
            entry["config"].get("meta") or {},
        )
        for entry in manifest.get("metrics", {}).values()
        if entry["package_name"] == own
    }
    owners = {
        entry["name"]: entry["owner"].get("name") or ""
        for entry in manifest.get("groups", {}).values()
    }
    return Project(root, nodes, tests, metrics, owners)


def load_manifest(path: Path) -> Json:
    """Content of a manifest.json."""
    content: Json = json.loads(path.read_text(encoding="utf-8"))
    return content


def _node(entry: Json) -> Node:
    kind = entry["resource_type"]
    file = PurePosixPath(entry["original_file_path"]).as_posix()
    patch = entry.get("patch_path") or ""
    return Node(
        unique_id=entry["unique_id"],
        kind=kind,
        name=entry["name"],
        system=entry.get("source_name", ""),
        file=file,
        folders=PurePosixPath(entry["path"]).parts[:-1],
        yaml_file=file if kind == "source" else patch.partition("://")[2],
        schema=entry["schema"],
        alias=entry.get("alias") or entry.get("identifier") or entry["name"],
        materialized=entry.get("config", {}).get("materialized") or "",
        description=entry.get("description", ""),
        columns=tuple(_column(column) for column in entry.get("columns", {}).values()),
        table_constraints=tuple(
            (constraint["type"], tuple(constraint.get("columns") or ()))
            for constraint in entry.get("constraints") or ()
        ),
        is_contract_enforced=bool((entry.get("config", {}).get("contract") or {}).get("enforced")),
        meta=entry.get("config", {}).get("meta") or {},
        group=entry.get("config", {}).get("group") or "",
        parents=tuple((entry.get("depends_on") or {}).get("nodes", ())),
        sql=entry.get("raw_code", ""),
    )


def _column(entry: Json) -> Column:
    meta = (entry.get("config") or {}).get("meta") or entry.get("meta") or {}
    return Column(
        name=entry["name"],
        description=entry.get("description", ""),
        data_type=entry.get("data_type"),
        constraints=frozenset(constraint["type"] for constraint in entry.get("constraints") or ()),
        is_pii=bool(meta.get("pii")),
    )


def _data_test(entry: Json, nodes: Mapping[str, Node]) -> DataTest:
    metadata = entry.get("test_metadata") or {}
    tested = nodes.get(entry.get("attached_node") or "")
    return DataTest(
        name=entry["name"],
        description=entry.get("description", ""),
        generic=metadata.get("name", ""),
        tested=tested.name if tested else "",
        file=PurePosixPath(entry["original_file_path"]).as_posix(),
        sql=entry.get("raw_code", ""),
        settings=entry.get("config", {}),
    )
