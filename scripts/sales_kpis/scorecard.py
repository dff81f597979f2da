"""The scorecard: each KPI's newest complete month beside its comparisons.

A KPI that slices the total of another one (`slices_of` of its YAML entry) shows its largest slices
instead of that total.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import duckdb
from rich.table import Table
from rich.text import Text

from sales_kpis.fitting_table import FittingTable
from sales_kpis.formats import (
    FEW_CASES,
    NOTHING,
    Tone,
    few_cases,
    format_change,
    format_target,
    format_value,
    format_year_change,
    slice_label,
    sparkline,
    tone,
)
from sales_kpis.marts import has_mart, query
from sales_kpis.values import (
    GRAINS,
    Kpi,
    KpiValue,
    read_catalog,
    read_largest_slices,
    read_values,
)

STYLES: dict[Tone, str] = {"good": "green", "bad": "red", "neutral": ""}
TREND_PERIODS = 13
SHOWN_SLICES = 3
# Left out in this order where a terminal is narrow.
DISPENSABLE = ("running period", "trend", "to year ago", "target", "to previous")
# The columns of a period that programs and assistants are told.
TOLD_OF_A_PERIOD = (
    "value", "previous_value", "change_ratio", "year_ago_value", "yoy_ratio", "target_value",
    "attainment_ratio", "status", "is_small_sample",
)  # fmt: skip


@dataclass(frozen=True)
class ScorecardLine:
    """A KPI, or a slice of it, with its newest complete period, the running one, and the trend.

    `newest` is None where no period is complete, `running` where the newest row is complete.
    `slices` are the lines to show instead of a total that another KPI shows already.
    """

    kpi: Kpi
    newest: KpiValue | None
    running: KpiValue | None
    trend: tuple[float | None, ...]
    trend_starts: tuple[date, ...] = ()
    slices: tuple[ScorecardLine, ...] = ()
    # The value of the running period at its end if it goes on as it has.
    projected_value: float | None = None

    @property
    def shown(self) -> KpiValue | None:
        """The newest complete period, or the running one before any is complete."""
        return self.newest or self.running

    @property
    def label(self) -> str:
        """The slice that the line is of; empty for a total."""
        row = self.shown
        return row.dimension_label if row and row.dimension != "total" else ""

    @property
    def dimension(self) -> str:
        """The dimension of the slices that are shown instead of the total."""
        first = self.slices[0].shown if self.slices else None
        return first.dimension if first else ""

    @property
    def title_of_slices(self) -> str:
        """The KPI's title, and the dimension of its slices unless the title has it already."""
        words = self.dimension.replace("__", ", ").replace("_", " ")
        title = self.kpi.title
        return title if words.lower() in title.lower() else f"{title} ({words})"


def read_scorecard(connection: duckdb.DuckDBPyConnection) -> list[ScorecardLine]:
    """One line per KPI of published or built marts, with slices where the KPI is a slicing."""
    lines = scorecard_lines(read_catalog(connection), read_values(connection))
    progress = read_progress(connection)
    return [
        with_slices(line, read_largest_slices(connection, line.shown, SHOWN_SLICES))
        if line.kpi.slices_of and line.shown
        else _with_progress(line, progress)
        for line in lines
    ]


def read_objectives(connection: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """The rows of `objectives`, by goal; none of a version that an earlier release published."""
    if not has_mart(connection, "monitoring.objectives"):
        return []
    return query(
        connection,
        """
        select objectives.*, kpi_catalog.title, kpi_catalog.unit
        from monitoring.objectives
        inner join monitoring.kpi_catalog using (kpi)
        order by due_date, objective_id, kpi, dimension, dimension_value
        """,
    )


Progress = dict[tuple[str, str, date], dict[str, Any]]


def read_progress(connection: duckdb.DuckDBPyConnection) -> Progress:
    """The rows of `kpi_scorecard` of running totals, by KPI, grain and first day."""
    if not has_mart(connection, "monitoring.kpi_scorecard"):
        return {}
    rows = query(
        connection,
        """
        select
            kpi, period_grain, period_start_date, previous_value, change, change_ratio,
            year_ago_value, yoy_ratio, attainment_ratio, status, projected_value
        from monitoring.kpi_scorecard
        where which_period = 'running' and dimension = 'total'
        """,
    )
    return {
        (row.pop("kpi"), row.pop("period_grain"), row.pop("period_start_date")): row for row in rows
    }


def _with_progress(line: ScorecardLine, progress: Progress) -> ScorecardLine:
    """The line with its running period compared with as much of the earlier ones."""
    running = line.running
    found = running and progress.get((running.kpi, running.period_grain, running.period_start_date))
    if not running or not found:
        return line
    projected = found["projected_value"]
    compared = {name: value for name, value in found.items() if name != "projected_value"}
    return replace(line, running=replace(running, **compared), projected_value=projected)


def scorecard_lines(catalog: Sequence[Kpi], totals: Sequence[KpiValue]) -> list[ScorecardLine]:
    """One line per KPI of the catalog.

    Args:
        catalog: the KPIs.
        totals: their rows of the dimension `total`, by period; grains below month are passed over.
    """
    by_kpi: dict[str, list[KpiValue]] = {}
    for row in totals:
        by_kpi.setdefault(row.kpi, []).append(row)
    return [_line(kpi, by_kpi.get(kpi.kpi, [])) for kpi in catalog]


def with_slices(line: ScorecardLine, rows: Sequence[KpiValue]) -> ScorecardLine:
    """The line with its slices: of the first dimension of which one has a name, else of the first.

    Args:
        line: the KPI's total.
        rows: the KPI's largest slices of all its dimensions, the largest first, each with its
            periods of one grain.
    """
    shown = line.shown
    if shown is None:
        return line
    of_slice: dict[str, dict[str, list[KpiValue]]] = {}
    for row in rows:
        of_slice.setdefault(row.dimension, {}).setdefault(row.dimension_value, []).append(row)
    held = [of_slice[dimension] for dimension in line.kpi.dimensions if dimension in of_slice]
    chosen: dict[str, list[KpiValue]] = next(
        (slices for slices in held if any(found[0].is_named for found in slices.values())),
        held[0] if held else {},
    )
    slices = [_line_of_slice(line, found) for found in chosen.values()]
    return replace(line, slices=tuple(one for one in slices if one.shown is not None))


def render_scorecard(lines: Sequence[ScorecardLine], currency: str) -> FittingTable:
    """The lines as a table, a section per family; a target column if there is a target."""
    told = [one for line in lines for one in (line.slices or (line,))]
    has_targets = any(line.newest and line.newest.target_value is not None for line in told)
    table = Table(
        title="Scorecard", title_justify="left", caption_justify="left", header_style="bold"
    )
    table.add_column("KPI")
    table.add_column("period", no_wrap=True)
    table.add_column("value", justify="right", no_wrap=True)
    table.add_column("to previous", justify="right", no_wrap=True)
    table.add_column("to year ago", justify="right", no_wrap=True)
    if has_targets:
        table.add_column("target", justify="right", no_wrap=True)
    table.add_column("running period", justify="right", no_wrap=True)
    table.add_column("trend", no_wrap=True)
    family = ""
    for line in lines:
        if line.kpi.family != family:
            family = line.kpi.family
            table.add_section()
            table.add_row(Text(family.capitalize(), style="bold cyan"))
        if line.slices:
            table.add_row(line.title_of_slices)
        for one in line.slices or (line,):
            cells = _cells(one, currency)
            table.add_row(*(cells if has_targets else [*cells[:5], *cells[6:]]))
    if any(row and row.is_small_sample for line in told for row in (line.newest, line.running)):
        table.caption = FEW_CASES
    return FittingTable(table, DISPENSABLE)


def scorecard_as_json(lines: Sequence[ScorecardLine]) -> list[dict[str, Any]]:
    """The lines for machines."""

    def row(value: KpiValue | None) -> dict[str, Any] | None:
        if value is None:
            return None
        return {
            "period_grain": value.period_grain,
            "period_start_date": value.period_start_date.isoformat(),
            "period_end_date": value.period_end_date.isoformat(),
            **{name: getattr(value, name) for name in TOLD_OF_A_PERIOD},
        }

    return [
        {
            "kpi": line.kpi.kpi,
            "title": line.kpi.title,
            "unit": line.kpi.unit,
            "newest_complete": row(line.newest),
            "running": row(line.running),
            "projected_value": line.projected_value,
            "slices_of": line.kpi.slices_of,
            "slices": [
                {
                    "dimension": one.shown.dimension,
                    "dimension_value": one.shown.dimension_value,
                    "label": one.label,
                    "share_of_total": one.shown.share_of_total,
                    "newest_complete": row(one.newest),
                    "running": row(one.running),
                }
                for one in line.slices
                if one.shown
            ],
        }
        for line in lines
    ]


def _line(kpi: Kpi, rows: Sequence[KpiValue]) -> ScorecardLine:
    ordered = sorted(rows, key=lambda row: row.period_start_date)
    of_grain = {
        grain: [row for row in ordered if row.period_grain == grain]
        for grain in GRAINS[GRAINS.index("month") :]
    }
    grain = next(
        (name for name, found in of_grain.items() if any(row.is_period_complete for row in found)),
        next((name for name, found in of_grain.items() if found), None),
    )
    if grain is None:
        return ScorecardLine(kpi, None, None, ())
    chosen = of_grain[grain]
    complete = [row for row in chosen if row.is_period_complete]
    return ScorecardLine(
        kpi,
        newest=complete[-1] if complete else None,
        running=None if chosen[-1].is_period_complete else chosen[-1],
        trend=tuple(row.value for row in complete[-TREND_PERIODS:]),
        trend_starts=tuple(row.period_start_date for row in complete[-TREND_PERIODS:]),
    )


def _line_of_slice(line: ScorecardLine, rows: Sequence[KpiValue]) -> ScorecardLine:
    """A slice in the periods of its total's line; it may lack some."""
    by_start = {row.period_start_date: row for row in rows}

    def of_period(total: KpiValue | None) -> KpiValue | None:
        return by_start.get(total.period_start_date) if total else None

    found = [by_start.get(start) for start in line.trend_starts]
    return ScorecardLine(
        line.kpi,
        newest=of_period(line.newest),
        running=of_period(line.running),
        trend=tuple(row.value if row else None for row in found),
        trend_starts=line.trend_starts,
    )


def _running_text(line: ScorecardLine, currency: str) -> str:
    """`31 in 2025-09`, and where there is a target `31 in 2025-09, on track`."""
    running = line.running
    if running is None:
        return NOTHING
    value = format_value(running.value, line.kpi.unit, currency)
    text = f"{value}{few_cases(running)} in {running.period}"
    if line.projected_value is None or running.target_value is None or running.status is None:
        return text
    return f"{text}, {running.status.replace('_', ' ').replace('missed', 'behind')}"


def render_objectives(objectives: Sequence[Mapping[str, Any]], currency: str) -> FittingTable:
    """The goals, each with its questions and the KPIs that answer them."""
    table = Table(
        title="Objectives", title_justify="left", caption_justify="left", header_style="bold"
    )
    for name in ("objective", "KPI"):
        table.add_column(name)
    for name in ("value", "target", "progress", "due", "status"):
        table.add_column(name, justify="right", no_wrap=True)
    last = ""
    for row in objectives:
        slice_of = "" if row["dimension"] == "total" else f" of {row['dimension_value']}"
        value = format_value(row["value"], row["unit"], currency)
        progress = row["progress_ratio"]
        table.add_row(
            "" if row["objective_id"] == last else str(row["objective"]),
            f"{row['title']}{slice_of}",
            f"{value} in {row['period_label']}" if row["period_label"] else NOTHING,
            format_value(row["target_value"], row["unit"], currency),
            NOTHING if progress is None else f"{progress * 100:,.0f} %",
            row["due_date"].isoformat(),
            row["status"],
        )
        last = row["objective_id"]
    return FittingTable(table, ("due", "progress", "target", "status"))


def _cells(line: ScorecardLine, currency: str) -> list[str | Text]:
    kpi, newest, running = line.kpi, line.newest, line.running
    title = f"  {slice_label(line.shown)}" if line.shown and line.label else kpi.title
    running_text = _running_text(line, currency)
    if newest is None:
        reason = (kpi.not_connected or "no facts") if running is None else NOTHING
        return [title, NOTHING, Text(reason, style="dim"), "", "", "", running_text, ""]
    value = format_value(newest.value, kpi.unit, currency)
    return [
        title,
        newest.period,
        Text(value + few_cases(newest), style="bold"),
        Text(
            format_change(newest, kpi.unit),
            style=STYLES[tone(newest.value, newest.previous_value, kpi.direction)],
        ),
        Text(
            format_year_change(newest, kpi.unit),
            style=STYLES[tone(newest.value, newest.year_ago_value, kpi.direction)],
        ),
        format_target(newest, kpi.unit, currency),
        running_text,
        sparkline(line.trend),
    ]
