"""The scorecard: each KPI's newest complete month beside what it is compared to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rich.table import Table
from rich.text import Text

from sales_kpis.formats import (
    FEW_CASES,
    NOTHING,
    Tone,
    few_cases,
    format_change,
    format_target,
    format_value,
    format_year_change,
    sparkline,
    tone,
)
from sales_kpis.values import GRAINS, Kpi, KpiValue

STYLES: dict[Tone, str] = {"good": "green", "bad": "red", "neutral": ""}
TREND_PERIODS = 13


@dataclass(frozen=True)
class ScorecardLine:
    """A KPI with its newest complete period, the running one, and the periods up to them.

    `newest` is None where no period is complete, `running` where the newest row is complete.
    """

    kpi: Kpi
    newest: KpiValue | None
    running: KpiValue | None
    trend: tuple[float | None, ...]


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


def render_scorecard(lines: Sequence[ScorecardLine], currency: str) -> Table:
    """The lines as a table, a section per family; a target column if there is a target."""
    has_targets = any(line.newest and line.newest.target_value is not None for line in lines)
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
        cells = _cells(line, currency)
        table.add_row(*(cells if has_targets else [*cells[:5], *cells[6:]]))
    if any(row and row.is_small_sample for line in lines for row in (line.newest, line.running)):
        table.caption = FEW_CASES
    return table


def scorecard_as_json(lines: Sequence[ScorecardLine]) -> list[dict[str, Any]]:
    """The lines for machines."""

    def row(value: KpiValue | None) -> dict[str, Any] | None:
        if value is None:
            return None
        shown = (
            "value", "previous_value", "change_ratio", "year_ago_value", "yoy_ratio",
            "target_value", "attainment_ratio", "status", "is_small_sample",
        )  # fmt: skip
        return {
            "period_grain": value.period_grain,
            "period_start_date": value.period_start_date.isoformat(),
            "period_end_date": value.period_end_date.isoformat(),
            **{name: getattr(value, name) for name in shown},
        }

    return [
        {
            "kpi": line.kpi.kpi,
            "title": line.kpi.title,
            "unit": line.kpi.unit,
            "newest_complete": row(line.newest),
            "running": row(line.running),
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
    )


def _cells(line: ScorecardLine, currency: str) -> list[str | Text]:
    kpi, newest, running = line.kpi, line.newest, line.running
    running_text = (
        f"{format_value(running.value, kpi.unit, currency)}{few_cases(running)} in {running.period}"
        if running
        else NOTHING
    )
    if newest is None:
        reason = (kpi.not_connected or "no facts") if running is None else NOTHING
        return [kpi.title, NOTHING, Text(reason, style="dim"), "", "", "", running_text, ""]
    value = format_value(newest.value, kpi.unit, currency)
    return [
        kpi.title,
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
