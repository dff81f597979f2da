"""dbt's semantic layer and groups: each KPI has its metric or a reason, and its owner's group."""

from collections.abc import Iterator, Mapping
from typing import Any

from guards.findings import Finding
from guards.project import Metric, Node, Project
from guards.yaml_lines import line_of_name


def metrics_of_kpis(project: Project) -> Iterator[Finding]:
    """A proven KPI has a metric of its name, or that of the KPI that it slices, or says why not.

    A company's own KPI needs neither.
    """
    for kpi, entry in _kpis(project):
        name = kpi.name.removeprefix("kpi_")
        metric = _metric_of(project, kpi)
        if metric and entry.get("no_metric"):
            yield project.at(
                kpi,
                "semantic-layer",
                f"{kpi.name} has no_metric, and there is a metric {metric.name}",
                "take out one of them",
            )
        if metric is None and entry.get("is_proven") and not entry.get("no_metric"):
            yield project.at(
                kpi,
                "semantic-layer",
                f"{kpi.name} is in no metric of the semantic layer, and does not say why",
                f"name a metric {name} (docs/semantic_layer.md), or write"
                " `no_metric: <what MetricFlow cannot express>` into its entry",
            )


def titles_of_metrics(project: Project) -> Iterator[Finding]:
    """The metric of a KPI is labelled as the KPI, and every metric has a label of its own."""
    titles = {kpi.name.removeprefix("kpi_"): entry.get("title") for kpi, entry in _kpis(project)}
    for metric in project.metrics.values():
        if metric.label == metric.name:
            yield _at(project, metric, "has no label", "say in its label what it counts")
        elif metric.label != titles.get(metric.name, metric.label):
            yield _at(
                project,
                metric,
                f"is labelled {metric.label!r}, and its KPI {titles[metric.name]!r}",
                "take the title of the KPI",
            )


def places_of_metrics(project: Project) -> Iterator[Finding]:
    """Simple metrics stand on their fact, others beside their KPI, at the top of a YAML file.

    On a model, dbt's partial parsing finds a ratio twice after the model has changed (dbt-core
    issue 13004).
    """
    for metric in project.metrics.values():
        is_beside_kpis = metric.file.startswith("models/marts/kpis/")
        if (metric.kind == "simple") == is_beside_kpis:
            place = (
                "under the model of its fact"
                if metric.kind == "simple"
                else "in models/marts/kpis/<family>/_<family>__metrics.yml"
            )
            yield _at(project, metric, f"is {metric.kind}, in this file", f"write it {place}")


def dimensions_of_metrics(project: Project) -> Iterator[Finding]:
    """The dimensions that a metric names in `not_as_in_kpi` are dimensions of its KPI."""
    known = {
        kpi.name.removeprefix("kpi_"): entry.get("dimensions", []) for kpi, entry in _kpis(project)
    }
    for metric in project.metrics.values():
        for dimension in metric.meta.get("not_as_in_kpi", {}):
            if dimension not in known.get(metric.name, []):
                yield _at(
                    project,
                    metric,
                    f"tells of {dimension} in `not_as_in_kpi`, which its KPI is not divided by",
                    "take it out",
                )


def owners_of_kpis(project: Project) -> Iterator[Finding]:
    """A KPI belongs to the dbt group of its owner."""
    if not project.owners:
        return
    for kpi, entry in _kpis(project):
        owner = entry.get("owner")
        if project.owners.get(kpi.group) != owner:
            group = next((name for name, other in project.owners.items() if other == owner), "")
            yield project.at(
                kpi,
                "kpi-owner",
                f"{kpi.name} is owned by {owner} and in the group {kpi.group or '(none)'}",
                f"write `group: {group}` under `config:`"
                if group
                else f"correct the owner, or add a group of {owner} to _kpis__groups.yml",
            )


def _kpis(project: Project) -> Iterator[tuple[Node, Mapping[str, Any]]]:
    for mart in project.marts:
        if mart.layer == "kpis":
            yield mart, mart.meta.get("kpi") or {}


def _metric_of(project: Project, kpi: Node) -> Metric | None:
    own = project.metrics.get(kpi.name.removeprefix("kpi_"))
    return own or project.metrics.get((kpi.meta.get("kpi") or {}).get("slices_of", ""))


def _at(project: Project, metric: Metric, problem: str, advice: str) -> Finding:
    line = line_of_name(project.root / metric.file, metric.name)
    return Finding(
        metric.file, line, "semantic-layer", f"metric {metric.name} {problem}", advice, metric.name
    )
