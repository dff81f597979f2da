"""One KPI in the terminal, and the catalog of all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.table import Table
from rich.text import Text

from sales_kpis.errors import WrongUse, nearest, suggestion
from sales_kpis.fitting_table import FittingTable
from sales_kpis.formats import (
    FEW_CASES,
    few_cases,
    format_change,
    format_measure,
    format_target,
    format_value,
    format_year_change,
    sparkline,
    tone,
)
from sales_kpis.scorecard import STYLES
from sales_kpis.values import GRAINS, Kpi, KpiValue

SLICE_PERIODS = 6
TREND_PERIODS = 24


def choose_kpi(catalog: Sequence[Kpi], name: str) -> Kpi:
    """The KPI of that id, title or synonym, however it is written: `nrr`, `Net revenue retention`.

    Raises:
        WrongUse: there is none; those whose names hold it, or the nearest, are told.
    """
    wanted = _plain(name.removeprefix("kpi_"))
    by_name = {_plain(other): kpi for kpi in catalog for other in kpi.synonyms}
    by_name |= {_plain(kpi.title): kpi for kpi in catalog}
    by_name |= {_plain(kpi.kpi): kpi for kpi in catalog}
    if wanted in by_name:
        return by_name[wanted]
    close = [by_name[other].kpi for other in nearest(wanted, by_name)]
    within = [kpi.kpi for other, kpi in by_name.items() if wanted and wanted in other]
    found = list(dict.fromkeys((*within, *close)))[:5]
    raise WrongUse(
        f"There is no KPI {name}.",
        f"Did you mean {' or '.join(found)}?" if found else "`kpis catalog` shows all there are.",
    )


def _plain(name: str) -> str:
    """A name without case, blanks and signs."""
    return "".join(letter for letter in name.casefold() if letter.isalnum())


def check_slice(kpi: Kpi, grain: str, dimension: str) -> None:
    """Refuse a grain or dimension that the KPI does not have.

    Raises:
        WrongUse: it has none of that name; those it has are told.
    """
    if grain not in kpi.grains:
        what = "no KPI has" if grain not in GRAINS else f"{kpi.kpi} does not have"
        raise WrongUse(f"A grain that {what}: {grain}.", f"It has: {', '.join(kpi.grains)}.")
    if dimension not in ("total", *kpi.dimensions):
        raise WrongUse(
            f"{kpi.kpi} has no dimension {dimension}.",
            suggestion(dimension, ("total", *kpi.dimensions)),
        )


def only_slice(rows: Sequence[KpiValue], value: str) -> list[KpiValue]:
    """The rows of one value of a dimension, by its id or its name.

    Raises:
        WrongUse: the KPI has no such value; the nearest are told.
    """
    chosen = [row for row in rows if value in (row.dimension_value, row.dimension_label)]
    if not chosen:
        names = sorted({row.dimension_label or row.dimension_value for row in rows})
        raise WrongUse(f"There is no value {value}.", suggestion(value, names))
    return chosen


def newest_rows(rows: Sequence[KpiValue], limit: int | None) -> list[KpiValue]:
    """So many rows, of the newest periods and in them the largest, in their order; None for all."""
    ranked = sorted(
        range(len(rows)),
        key=lambda at: (rows[at].period_start_date, rows[at].value or 0),
        reverse=True,
    )
    return [rows[at] for at in sorted(ranked[:limit])]


def render_periods(kpi: Kpi, rows: Sequence[KpiValue], currency: str, limit: int) -> FittingTable:
    """One KPI's total, a row a period, the newest first.

    Args:
        kpi: the KPI.
        rows: its rows of one grain and the dimension `total`, oldest first.
        currency: code shown behind amounts.
        limit: so many newest periods are shown.
    """
    table = _titled(kpi, f"by {rows[0].period_grain.replace('_', ' ')}" if rows else "")
    table.add_column("period", no_wrap=True)
    for name in ("value", "to previous", "to year ago", "numerator", "denominator"):
        table.add_column(name, justify="right", no_wrap=True)
    has_targets = any(row.target_value is not None for row in rows)
    if has_targets:
        table.add_column("target", justify="right", no_wrap=True)
    for row in reversed(rows[-limit:]):
        table.add_row(
            _period(row),
            format_value(row.value, kpi.unit, currency) + few_cases(row),
            _toned(format_change(row, kpi.unit), row.value, row.previous_value, kpi),
            _toned(format_year_change(row, kpi.unit), row.value, row.year_ago_value, kpi),
            format_measure(row.numerator),
            format_measure(row.denominator),
            *([format_target(row, kpi.unit, currency)] if has_targets else []),
        )
    trend = sparkline([row.value for row in rows[-TREND_PERIODS:]])
    table.caption = _caption(rows[-limit:], f"trend {trend}")
    return FittingTable(table, ("denominator", "numerator", "to year ago", "target", "to previous"))


def render_slices(
    kpi: Kpi, dimension: str, rows: Sequence[KpiValue], currency: str, limit: int
) -> FittingTable:
    """One KPI by a dimension: a row a slice, largest first, its newest periods side by side.

    Args:
        kpi: the KPI.
        dimension: the dimension of the rows.
        rows: its rows of one grain and that dimension.
        currency: code shown behind amounts.
        limit: so many slices are shown.
    """
    table = _titled(kpi, f"by {dimension.replace('_', ' ')}")
    all_periods = sorted({row.period_start_date for row in rows})
    periods = all_periods[-SLICE_PERIODS:]
    by_slice: dict[str, dict[Any, KpiValue]] = {}
    for row in rows:
        by_slice.setdefault(row.dimension_value, {})[row.period_start_date] = row
    headings = {row.period_start_date: row for row in rows}

    table.add_column(dimension.replace("_", " "))
    for period in periods:
        table.add_column(_period(headings[period]), justify="right", no_wrap=True)
    table.add_column("trend", no_wrap=True)

    complete = [period for period in periods if headings[period].is_period_complete]
    newest = complete[-1] if complete else periods[-1] if periods else None

    def size(item: tuple[str, dict[Any, KpiValue]]) -> tuple[bool, float, str]:
        row = item[1].get(newest)
        value = row.value if row else None
        return value is None, -(value or 0.0), item[0]

    ranked = sorted(by_slice.items(), key=size)
    for name, of_slice in ranked[:limit]:
        label = next(iter(of_slice.values())).dimension_label or name
        cells = [
            format_value(of_slice[period].value, kpi.unit, currency) + few_cases(of_slice[period])
            if period in of_slice
            else ""
            for period in periods
        ]
        trend = [
            of_slice[period].value if period in of_slice else None
            for period in all_periods[-TREND_PERIODS:]
        ]
        table.add_row(label, *cells, sparkline(trend))
    hidden = len(ranked) - limit
    table.caption = _caption(rows, f"{hidden} more, see --limit" if hidden > 0 else "")
    older = [_period(headings[period]) for period in periods if period != newest]
    return FittingTable(table, ("trend", *older))


def render_catalog(catalog: Sequence[Kpi]) -> Table:
    """The definitions, a section per family."""
    table = Table(title="KPI catalog", title_justify="left", header_style="bold", show_lines=False)
    table.add_column("KPI", no_wrap=True)
    table.add_column("question", ratio=3)
    table.add_column("formula", ratio=3)
    table.add_column("unit", no_wrap=True)
    table.add_column("dimensions", ratio=2)
    family = ""
    for kpi in catalog:
        if kpi.family != family:
            family = kpi.family
            table.add_section()
            table.add_row(Text(family.capitalize(), style="bold cyan"))
        table.add_row(kpi.kpi, kpi.question, kpi.formula, kpi.unit, ", ".join(kpi.dimensions))
    return table


def _titled(kpi: Kpi, subtitle: str) -> Table:
    return Table(
        title=f"{kpi.title} {subtitle}: {kpi.question}", title_justify="left", header_style="bold",
        caption_justify="left",
    )  # fmt: skip


def _period(row: KpiValue) -> str:
    return row.period if row.is_period_complete else f"{row.period} *"


def _caption(rows: Sequence[KpiValue], text: str) -> str:
    notes = [text] if text else []
    if any(not row.is_period_complete for row in rows):
        notes.append("* running")
    if any(row.is_small_sample for row in rows):
        notes.append(FEW_CASES)
    return " · ".join(notes)


def _toned(text: str, now: float | None, before: float | None, kpi: Kpi) -> Text:
    return Text(text, style=STYLES[tone(now, before, kpi.direction)])
