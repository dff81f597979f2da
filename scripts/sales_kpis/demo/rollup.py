"""What all KPIs share: periods, slices, zero-filling, the safe ratio, and the file of answers."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from sales_kpis.demo.as_of import ZERO, Books, Dimensions
from sales_kpis.demo.periods import grains, period_end, period_start, periods
from sales_kpis.demo.seed_files import write_csv
from sales_kpis.demo.settings import Settings


class KpiRow(NamedTuple):
    """One value of a KPI: the columns of a KPI table, with the KPI's id before them."""

    kpi: str
    period_grain: str
    period_start_date: date
    dimension: str
    dimension_value: str
    period_end_date: date
    is_period_complete: bool
    numerator: Decimal | None
    denominator: Decimal | None
    value: Decimal | None


class Fact(NamedTuple):
    """What one deal, line or lead adds to a KPI; no denominator where the KPI has none."""

    day: date
    dimensions: Dimensions
    numerator: Decimal
    denominator: Decimal | None = None


@dataclass(frozen=True)
class Kpi:
    """How a KPI is computed.

    `compared_with` makes it the growth over another period: the same a year before, or the one
    directly before. A cohort KPI's period is complete only when its conversion window has passed.
    """

    name: str
    dimensions: tuple[str, ...]
    facts: Callable[[Books], Iterable[Fact]]
    compared_with: Callable[[str, date], date | None] | None = None
    is_cohort: bool = False


class Measures(NamedTuple):
    """Sums over a day or a period; the denominator is None where the KPI has none."""

    numerator: Decimal
    denominator: Decimal | None


def roll_up(kpi: Kpi, facts: Iterable[Fact], settings: Settings) -> Iterator[KpiRow]:
    """The rows of a KPI: its facts by slice and period, zero-filled."""
    complete_until = settings.as_of_date
    if kpi.is_cohort:
        complete_until -= timedelta(days=settings.conversion_window_days)
    for (dimension, value), days in _by_slice(kpi.dimensions, facts).items():
        last_day = settings.as_of_date
        if dimension != "total":
            last_day = min(last_day, max(days) + timedelta(days=settings.zero_fill_days))
        for grain in grains(settings.fiscal_year_start_month):
            if grain == "day" and dimension != "total":
                continue
            measures = _by_period(grain, days, last_day, settings.fiscal_year_start_month)
            for start, found in measures.items():
                if kpi.compared_with:
                    earlier = kpi.compared_with(grain, start)
                    parts = _growth(found, measures.get(earlier) if earlier else None)
                else:
                    parts = _parts(found)
                end = period_end(grain, start)
                is_complete = end <= complete_until
                yield KpiRow(kpi.name, grain, start, dimension, value, end, is_complete, *parts)


def _by_slice(
    dimensions: Iterable[str], facts: Iterable[Fact]
) -> dict[tuple[str, str], dict[date, Measures]]:
    """The facts' sums by day, for the total and for each value of each dimension."""
    found: dict[tuple[str, str], dict[date, Measures]] = defaultdict(dict)
    for fact in facts:
        for dimension in ("total", *dimensions):
            if dimension in fact.dimensions:
                days = found[dimension, fact.dimensions[dimension]]
                days[fact.day] = _plus(days.get(fact.day), fact.numerator, fact.denominator)
    return found


def _by_period(
    grain: str, days: Mapping[date, Measures], last_day: date, fiscal_year_start_month: int
) -> dict[date, Measures]:
    """The sums of each period from the first fact's to the last that starts by `last_day`."""
    first = period_start(grain, min(days), fiscal_year_start_month)
    has_denominator = next(iter(days.values())).denominator is not None
    nothing = Measures(ZERO, ZERO if has_denominator else None)
    found = dict.fromkeys(periods(grain, first, last_day), nothing)
    for day, measures in days.items():
        start = period_start(grain, day, fiscal_year_start_month)
        found[start] = _plus(found[start], *measures)
    return found


def _plus(sums: Measures | None, numerator: Decimal, denominator: Decimal | None) -> Measures:
    if sums is None:
        return Measures(numerator, denominator)
    if sums.denominator is None or denominator is None:
        return Measures(sums.numerator + numerator, None)
    return Measures(sums.numerator + numerator, sums.denominator + denominator)


Parts = tuple[Decimal | None, Decimal | None, Decimal | None]


def _parts(sums: Measures) -> Parts:
    """Numerator, denominator and value; a zero denominator gives no value."""
    if sums.denominator is None:
        return sums.numerator, None, sums.numerator
    return sums.numerator, sums.denominator, _ratio(sums.numerator, sums.denominator)


def _growth(sums: Measures, earlier: Measures | None) -> Parts:
    """The growth over an earlier period; nothing where the slice has no such period."""
    if earlier is None:
        return None, None, None
    increase = sums.numerator - earlier.numerator
    return increase, earlier.numerator, _ratio(increase, earlier.numerator)


def _ratio(numerator: Decimal, denominator: Decimal) -> Decimal | None:
    return numerator / denominator if denominator else None


# --- the file -------------------------------------------------------------------------------------


def write_kpi_rows(rows: Iterable[KpiRow], path: Path) -> None:
    """Writes the rows as CSV: exact parts, 15 significant digits of the value, nothing for null."""
    write_csv(path, KpiRow._fields, (_csv_cells(row) for row in rows))


def _csv_cells(row: KpiRow) -> list[str]:
    return [
        row.kpi,
        row.period_grain,
        row.period_start_date.isoformat(),
        row.dimension,
        row.dimension_value,
        row.period_end_date.isoformat(),
        "true" if row.is_period_complete else "false",
        "" if row.numerator is None else f"{row.numerator:f}",
        "" if row.denominator is None else f"{row.denominator:f}",
        "" if row.value is None else f"{float(row.value):.15g}",
    ]
