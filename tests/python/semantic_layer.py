"""The semantic layer of the project, queried by MetricFlow in this process.

MetricFlow is a part of dbt-core; its command `mf` (dbt-metricflow) parses the project for each call.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import duckdb
from metricflow.engine.metricflow_engine import MetricFlowEngine, MetricFlowQueryRequest
from metricflow.protocols.sql_client import SqlEngine
from metricflow.sql.render.duckdb_renderer import DuckDbSqlPlanRenderer
from metricflow_semantics.model.dbt_manifest_parser import (
    parse_manifest_from_dbt_generated_manifest,
)
from metricflow_semantics.model.semantic_manifest_lookup import SemanticManifestLookup

Row = tuple[Any, ...]


class _DuckDb:
    """What MetricFlow asks of a client of which it wants no rows: how SQL is written for it."""

    sql_engine_type = SqlEngine.DUCKDB
    sql_plan_renderer = DuckDbSqlPlanRenderer()


@dataclass(frozen=True)
class SemanticLayer:
    """The metrics of a semantic_manifest.json over a built database.

    Attributes:
        manifest: content of the file that dbt writes beside manifest.json.
        connection: to the database that it describes.
    """

    manifest: str
    connection: duckdb.DuckDBPyConnection

    def rows(self, metric: str, group_by: Iterable[str]) -> list[Row]:
        """One row per group: the values of `group_by`, then the metric's."""
        names = list(group_by)
        request = MetricFlowQueryRequest.create(metric_names=[metric], group_by_names=names)
        query = self._engine.explain(request).sql_statement.sql
        columns = ", ".join(f'"{name}"' for name in (*names, metric))
        return self.connection.execute(f"select {columns} from ({query})").fetchall()

    def group_by_of(self, metric: str, dimension: str) -> str | None:
        """How a metric is divided by a dimension of a KPI, or None if it cannot be.

        A dimension that facts share is an entity, such as `territory`; one of a single fact, or of
        a dimension table, carries the entity that it describes, such as `deal__competitor`.
        """
        found = self._group_bys(metric).get(dimension, [])
        return min(found, key=lambda name: (name.count("__"), name), default=None)

    def _group_bys(self, metric: str) -> Mapping[str, list[str]]:
        if metric not in self._known:
            entities = self._engine.entities_for_metrics([metric])
            dimensions = self._engine.simple_dimensions_for_metrics([metric])
            by_name = self._known[metric] = {entity.name: [entity.name] for entity in entities}
            for dimension in dimensions:
                by_name.setdefault(dimension.name, []).append(dimension.dunder_name)
        return self._known[metric]

    @cached_property
    def _known(self) -> dict[str, dict[str, list[str]]]:
        return {}

    @cached_property
    def _engine(self) -> MetricFlowEngine:
        manifest = parse_manifest_from_dbt_generated_manifest(self.manifest)
        return MetricFlowEngine(SemanticManifestLookup(manifest), _DuckDb())
