"""The metrics of dbt's semantic layer are the KPI tables, month by month and slice by slice."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest

from builds import PROJECT, Build, golden_demo
from dbt_in_process import plain_environment
from semantic_layer import SemanticLayer

# The parts of a KPI table have eight decimal places.
ROUNDING = 1e-8

Values = dict[tuple[str, str], float | None]


@dataclass(frozen=True)
class Demo:
    """The built demo, its metrics, and the entries of its KPIs by id."""

    layer: SemanticLayer
    connection: duckdb.DuckDBPyConnection
    kpis: dict[str, dict[str, Any]]

    def metric_of(self, kpi: str) -> str | None:
        """The metric that a KPI is, or is a slicing of."""
        names = (kpi, self.kpis[kpi].get("slices_of"))
        return next((name for name in names if name in self.layer.metrics), None)

    def divided_by(self, kpi: str) -> dict[str, str]:
        """How the metric is divided by each dimension that it shares with its KPI."""
        metric = self.metric_of(kpi)
        assert metric is not None
        found = {}
        for dimension in self.kpis[kpi]["dimensions"]:
            # A touch has the weight of one model of attribution in a metric.
            group_by = self.layer.group_by_of(metric, dimension.removesuffix("__linear"))
            if group_by and dimension not in self.layer.other_meanings(metric):
                found[dimension] = group_by
        return found

    def metric_values(self, metric: str, group_by: str | None) -> Values:
        """By month and slice, up to the running month."""
        names = ["metric_time__month", *([group_by] if group_by else [])]
        values: Values = {}
        for month, *slices, value in self.layer.rows(self.connection, metric, names):
            name = "total" if not slices else "(none)" if slices[0] is None else str(slices[0])
            key = (str(month)[:10], name)
            assert key not in values, f"{metric} by {group_by} has {key} twice"
            values[key] = None if value is None else float(value)
        return values

    def kpi_values(self, kpi: str, dimension: str) -> Values:
        """By month and slice."""
        rows = self.connection.execute(
            f"select period_start_date, dimension_value, value from kpis.kpi_{kpi}"
            " where period_grain = 'month' and dimension = ?",
            [dimension],
        ).fetchall()
        return {(str(month), name): value for month, name, value in rows}


@pytest.fixture(scope="module")
def built() -> Build:
    return golden_demo()


@pytest.fixture(scope="module")
def demo(built: Build) -> Iterator[Demo]:
    manifest = (built.folder / "target" / "semantic_manifest.json").read_text(encoding="utf-8")
    kpis = {
        node["name"].removeprefix("kpi_"): node["config"]["meta"]["kpi"]
        for node in built.artifact("manifest.json")["nodes"].values()
        if node["resource_type"] == "model" and node["config"]["meta"].get("kpi")
    }
    with duckdb.connect(str(built.database), read_only=True) as connection:
        yield Demo(SemanticLayer(manifest), connection, kpis)


def differences(metric: Values, kpi: Values) -> list[str]:
    """Months and slices in which the two differ, as far as both have been.

    A month in which nothing happened has no row of the metric, and 0 or null in the KPI; a state
    that is worth 0 may have a row of the metric only.
    """
    last_month = max(month for month, _ in kpi)
    found = []
    for key in sorted(metric.keys() | kpi.keys()):
        mine, its = metric.get(key), kpi.get(key)
        if key[0] > last_month:
            continue
        if mine is None:
            is_alike = not its
        elif its is None:
            is_alike = mine == 0 and key not in kpi
        else:
            is_alike = abs(mine - its) <= ROUNDING * max(1, abs(its))
        if not is_alike:
            found.append(f"{' '.join(key)}: metric {mine}, KPI {its}")
    return found


def test_every_metric_is_its_kpi_by_month_and_by_each_shared_dimension(demo: Demo) -> None:
    wrong = []
    compared = 0
    for kpi in demo.kpis:
        metric = demo.metric_of(kpi)
        if metric is None:
            continue
        for dimension, group_by in {"total": None, **demo.divided_by(kpi)}.items():
            values = demo.metric_values(metric, group_by)
            assert any(values.values()), f"{metric} by {dimension} is 0 all through"
            found = differences(values, demo.kpi_values(kpi, dimension))
            wrong += [f"{kpi} by {dimension}, {line}" for line in found[:3]]
            compared += 1
    assert not wrong, "\n".join(wrong)
    assert compared > 250


def test_a_dimension_of_another_meaning_differs_from_the_kpi(demo: Demo) -> None:
    alike = []
    for metric in demo.layer.metrics & demo.kpis.keys():
        for dimension in demo.layer.other_meanings(metric):
            group_by = demo.layer.group_by_of(metric, dimension)
            values = demo.metric_values(metric, group_by)
            if not differences(values, demo.kpi_values(metric, dimension)):
                alike.append(f"{metric} by {dimension}")
    assert not alike, f"take {alike} out of `not_as_in_kpi`: nothing tells them apart"


def test_the_page_lists_what_is_no_metric_and_why(demo: Demo) -> None:
    page = (PROJECT / "docs" / "semantic_layer.md").read_text(encoding="utf-8")
    shown = [line for line in page.splitlines() if line.startswith("| `")]
    lines = [*lines_of_dimensions(demo), *lines_of_reasons(demo)]
    assert shown == lines, "the tables of the page must be:\n" + "\n".join(lines)


def lines_of_dimensions(demo: Demo) -> list[str]:
    """The table of KPIs with a metric: what it can be divided by, and what only the table can."""
    lines = []
    for kpi in sorted(demo.kpis):
        if metric := demo.metric_of(kpi):
            shared = demo.divided_by(kpi)
            only_kpi = [name for name in demo.kpis[kpi]["dimensions"] if name not in shared]
            cells = (
                f"`{kpi}`" if metric == kpi else f"`{kpi}` (`{metric}`)",
                ", ".join(shared.values()) or "–",
                ", ".join(only_kpi) or "–",
            )
            lines.append(f"| {' | '.join(cells)} |")
    return lines


def lines_of_reasons(demo: Demo) -> list[str]:
    """The table of KPIs without a metric."""
    return [
        f"| `{kpi}` | {entry['no_metric']} |"
        for kpi, entry in sorted(demo.kpis.items())
        if "no_metric" in entry
    ]


@pytest.mark.slow
def test_mf_finds_no_fault_and_answers(built: Build, tmp_path: Path) -> None:
    project = tmp_path / "project"
    project.mkdir()
    for name in ("dbt_project.yml", "profiles.yml"):
        (project / name).symlink_to(PROJECT / name)
    manifest = (built.folder / "target" / "semantic_manifest.json").read_text(encoding="utf-8")
    (project / "target").mkdir()
    (project / "target" / "semantic_manifest.json").write_text(manifest, encoding="utf-8")
    copy = built.copy(tmp_path / "demo")

    def mf(*arguments: str) -> str:
        ended = subprocess.run(
            [Path(sys.executable).with_name("mf"), *arguments],
            cwd=project,
            env={**plain_environment(), "SALES_KPIS_DATABASE": str(copy.database)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert ended.returncode == 0, ended.stdout + ended.stderr
        return ended.stdout

    said = mf("validate-configs", "--show-all")
    assert "ERRORS: 0" in said
    assert "WARNINGS: 0" in said
    answer = mf("query", "--metrics", "win_rate", "--group-by", "metric_time__month")
    assert "2025-08-01" in answer
