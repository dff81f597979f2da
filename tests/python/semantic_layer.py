"""The semantic layer of the project, queried by MetricFlow in this process.

MetricFlow is a part of dbt-core; its command `mf` (dbt-metricflow) starts dbt for each call.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast

import duckdb
from metricflow.engine.metricflow_engine import MetricFlowEngine, MetricFlowQueryRequest
from metricflow.protocols.sql_client import SqlClient, SqlEngine
from metricflow.sql.render.duckdb_renderer import DuckDbSqlPlanRenderer
from metricflow_semantics.model.dbt_manifest_parser import (
    parse_manifest_from_dbt_generated_manifest,
)
from metricflow_semantics.model.semantic_manifest_lookup import SemanticManifestLookup

Row = tuple[Any, ...]


class _DuckDb:
    """A client for writing SQL: MetricFlow asks it for the engine, and never for rows."""

    sql_engine_type = SqlEngine.DUCKDB
    sql_plan_renderer = DuckDbSqlPlanRenderer()


@dataclass(frozen=True)
class SemanticLayer:
    """The metrics of a project.

    Attributes:
        manifest: content of the semantic_manifest.json that dbt writes beside manifest.json.
    """

    manifest: str

    def rows(
        self, connection: duckdb.DuckDBPyConnection, metric: str, group_by: Iterable[str]
    ) -> list[Row]:
        """One row per group: the values of `group_by`, then the metric's.

        Args:
            connection: to the database that the manifest describes.
            metric: name of a metric.
            group_by: names as of `mf query --group-by`.
        """
        names = list(group_by)
        request = MetricFlowQueryRequest.create(metric_names=[metric], group_by_names=names)
        query = self._engine.explain(request).sql_statement.sql
        columns = ", ".join(f'"{name}"' for name in (*names, metric))
        return connection.execute(f"select {columns} from ({query})").fetchall()

    @property
    def metrics(self) -> frozenset[str]:
        """Names of all metrics."""
        return frozenset(self._metrics)

    def other_meanings(self, metric: str) -> frozenset[str]:
        """Dimensions of a metric that mean something else in its KPI, by its `not_as_in_kpi`."""
        return frozenset(self._metrics[metric].config.meta.get("not_as_in_kpi", {}))

    def group_by_of(self, metric: str, dimension: str) -> str | None:
        """How a metric is divided by a dimension of a KPI, or None if it cannot be.

        A dimension that facts share is an entity of each, such as `territory`; one of a single fact
        has that fact's entity before its name, such as `deal__competitor`, as has one of a table
        about an entity, such as `account__company_size`.
        """
        facts = self._facts_of(metric)
        entities = ({entity.name for entity in self._models[fact].entities} for fact in facts)
        if all(dimension in names for names in entities):
            return dimension
        found = [
            (item.semantic_model_reference, item.dunder_name)
            for item in self._engine.simple_dimensions_for_metrics([metric])
            if item.name == dimension
        ]
        own = [name for model, name in found if model and model.semantic_model_name in facts]
        return min(own or [name for _, name in found], default=None)

    def _facts_of(self, metric: str) -> frozenset[str]:
        """The semantic models that a metric sums up, also by way of other metrics."""
        parameters = self._metrics[metric].type_params
        if parameters.metric_aggregation_params:
            return frozenset({parameters.metric_aggregation_params.semantic_model})
        cumulative = parameters.cumulative_type_params
        inputs = (parameters.numerator, parameters.denominator, *(parameters.metrics or ()))
        parts = (*inputs, cumulative.metric if cumulative else None)
        return frozenset().union(*(self._facts_of(part.name) for part in parts if part))

    @cached_property
    def _content(self) -> Any:
        return parse_manifest_from_dbt_generated_manifest(self.manifest)

    @cached_property
    def _metrics(self) -> dict[str, Any]:
        return {metric.name: metric for metric in self._content.metrics}

    @cached_property
    def _models(self) -> dict[str, Any]:
        return {model.name: model for model in self._content.semantic_models}

    @cached_property
    def _engine(self) -> MetricFlowEngine:
        client = cast(SqlClient, _DuckDb())
        return MetricFlowEngine(SemanticManifestLookup(self._content), client)
