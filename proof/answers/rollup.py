"""The rules of all KPIs: periods, slices, zero-filling, the safe ratio, and the file of answers."""

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import NamedTuple

from proof.answers.books.as_of import ZERO, Books, Dimensions
from proof.answers.periods import grains, period_end, period_start, periods
from proof.company.seed_files import write_csv
from proof.company.settings import Settings


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


def is_more(value: float, limit: float) -> bool:
    """Whether a computed value is above a limit by more than its floats may be off."""
    return value > limit and not math.isclose(value, limit, rel_tol=1e-9)


class Fact(NamedTuple):
    """The part of one deal, line or lead in a KPI on a day; no denominator where the KPI has none.

    `cases` is how many the denominator is the average over, where it is one. An unknown numerator
    is None.
    """

    day: date
    dimensions: Dimensions
    numerator: Decimal | None
    denominator: Decimal | None = None
    cases: Decimal = ZERO


class PeriodFact(NamedTuple):
    """A state at the end of one period, without a date; a part that has no value is None."""

    grain: str
    start: date
    dimensions: Dimensions
    numerator: Decimal | None
    denominator: Decimal | None = None


class Period(NamedTuple):
    """A period that has begun; `measured_on` is its last day, or `as_of_date` while it runs."""

    grain: str
    start: date
    end: date
    measured_on: date

    @property
    def day_before(self) -> date:
        """The day at whose end the period starts."""
        return self.start - timedelta(days=1)


@dataclass(frozen=True)
class Kpi:
    """How a KPI is computed.

    `compared_with` makes it the growth over another period: the same a year before, or the one
    directly before. `complete_after` gives the days after its end in which a period of a cohort is
    still open. `first_grain` is the smallest grain. `has_average`: the denominator is divided by
    the number of cases. `has_null_parts`: a missing denominator gives no value. `value_of` gives
    the value of the two parts where it is no quotient. `middle` picks the value out of the
    numerators of a period's facts, of which there is at least one, in their order.
    """

    name: str
    dimensions: tuple[str, ...]
    facts: Callable[[Books], Iterable[Fact] | Iterable[PeriodFact]]
    compared_with: Callable[[str, date], date | None] | None = None
    complete_after: Callable[[Settings], int] = lambda _: 0
    first_grain: str = "day"
    has_average: bool = False
    has_null_parts: bool = False
    value_of: Callable[[Decimal | None, Decimal], Decimal | None] | None = None
    middle: Callable[[list[Decimal]], Decimal] | None = None


@dataclass(slots=True)
class Measures:
    """Sums over a day or a period; the denominator is None where the KPI has none."""

    numerator: Decimal | None
    denominator: Decimal | None
    cases: Decimal = ZERO

    def add(
        self, numerator: Decimal | None, denominator: Decimal | None, cases: Decimal = ZERO
    ) -> None:
        """Add one more; what is added to an unknown, or is unknown, is unknown."""
        if self.numerator is not None:
            self.numerator = None if numerator is None else self.numerator + numerator
        if self.denominator is not None:
            self.denominator = None if denominator is None else self.denominator + denominator
        self.cases += cases


def kpi_grains(first_grain: str, settings: Settings) -> tuple[str, ...]:
    """The grains from one on."""
    every = grains(settings.fiscal_year_start_month)
    return every[every.index(first_grain) :]


def begun_periods(first_grain: str, first_day: date, settings: Settings) -> Iterator[Period]:
    """The periods, of each grain, from the one that holds a day to the running one."""
    for grain in kpi_grains(first_grain, settings):
        first = period_start(grain, first_day, settings.fiscal_year_start_month)
        for start in periods(grain, first, settings.as_of_date):
            end = period_end(grain, start)
            yield Period(grain, start, end, min(end, settings.as_of_date))


@cache
def _holding(day: date, first_grain: str, settings: Settings) -> tuple[tuple[str, date], ...]:
    """Grain and start of the periods that hold a day."""
    return tuple(
        (grain, period_start(grain, day, settings.fiscal_year_start_month))
        for grain in kpi_grains(first_grain, settings)
    )


def in_periods(facts: Iterable[Fact], first_grain: str, settings: Settings) -> Iterator[PeriodFact]:
    """Facts of days as facts of the periods that hold them and have begun."""
    for fact in facts:
        for grain, start in _holding(fact.day, first_grain, settings):
            if start <= settings.as_of_date:
                denominator = ZERO if fact.denominator is None else fact.denominator
                yield PeriodFact(grain, start, fact.dimensions, fact.numerator, denominator)


def roll_up(
    kpi: Kpi, facts: Iterable[Fact] | Iterable[PeriodFact], settings: Settings
) -> Iterator[KpiRow]:
    """The rows of a KPI: its facts by slice and period, zero-filled."""
    complete_until = settings.as_of_date - timedelta(days=kpi.complete_after(settings))
    if kpi.middle:
        dated = [fact for fact in facts if isinstance(fact, Fact)]
        yield from _middles(kpi, kpi.middle, dated, settings)
        return
    for dimension, value, grain, measures in _by_slice_and_grain(kpi, facts, settings):
        for start, found in measures.items():
            if kpi.compared_with:
                earlier = kpi.compared_with(grain, start)
                parts = _growth(found, measures.get(earlier) if earlier else None)
            else:
                parts = _parts(found, kpi)
            end = period_end(grain, start)
            yield KpiRow(
                kpi.name, grain, start, dimension, value, end, end <= complete_until, *parts
            )


def median(values: list[Decimal]) -> Decimal:
    """The one in the middle, or the mean of the two."""
    return (values[(len(values) - 1) // 2] + values[len(values) // 2]) / 2


def nearest_rank(tenths: int) -> Callable[[list[Decimal]], Decimal]:
    """The smallest value that so many tenths of all do not exceed."""
    return lambda values: values[-(-tenths * len(values) // 10) - 1]


def accuracy(numerator: Decimal | None, denominator: Decimal) -> Decimal | None:
    """1 less the difference as a part of the denominator; nothing without one above 0."""
    if numerator is None or denominator <= 0:
        return None
    return 1 - abs(numerator - denominator) / denominator


def _middles(
    kpi: Kpi,
    middle: Callable[[list[Decimal]], Decimal],
    facts: Iterable[Fact],
    settings: Settings,
) -> Iterator[KpiRow]:
    """The rows of a KPI whose values are picked out of the facts and not added up."""
    found: dict[tuple[str, str], list[Fact]] = defaultdict(list)
    for fact in facts:
        for dimension in ("total", *kpi.dimensions):
            if dimension in fact.dimensions:
                found[dimension, fact.dimensions[dimension]].append(fact)
    first_month = settings.fiscal_year_start_month
    for (dimension, value), own in found.items():
        days = [fact.day for fact in own]
        last_day = _last_day(dimension, max(days), settings)
        for grain in kpi_grains(kpi.first_grain, settings):
            if grain == "day" and dimension != "total":
                continue
            of_period: dict[date, list[Decimal]] = {
                start: []
                for start in periods(grain, period_start(grain, min(days), first_month), last_day)
            }
            for fact in own:
                if fact.numerator is not None:
                    start = period_start(grain, fact.day, first_month)
                    of_period[start].append(fact.numerator)
            for start, values in of_period.items():
                end = period_end(grain, start)
                is_complete = end <= settings.as_of_date
                picked = middle(sorted(values)) if values else None
                slice_of = (kpi.name, grain, start, dimension, value, end, is_complete)
                yield KpiRow(*slice_of, None, Decimal(len(values)), picked)


Slices = Iterator[tuple[str, str, str, dict[date, Measures]]]


def _by_slice_and_grain(
    kpi: Kpi, facts: Iterable[Fact] | Iterable[PeriodFact], settings: Settings
) -> Slices:
    """The sums of each slice and grain by period, zero-filled."""
    dated: list[Fact] = []
    undated: list[PeriodFact] = []
    for fact in facts:
        if isinstance(fact, Fact):
            dated.append(fact)
        else:
            undated.append(fact)
    yield from _of_days(kpi, dated, settings)
    yield from _of_periods(kpi, undated, settings)


def _of_days(kpi: Kpi, facts: Iterable[Fact], settings: Settings) -> Slices:
    for (dimension, value), days in _by_slice(kpi.dimensions, facts).items():
        last_day = _last_day(dimension, max(days), settings)
        for grain in kpi_grains(kpi.first_grain, settings):
            if grain != "day" or dimension == "total":
                measures = _by_period(grain, days, last_day, settings.fiscal_year_start_month)
                yield dimension, value, grain, measures


def _of_periods(kpi: Kpi, facts: Iterable[PeriodFact], settings: Settings) -> Slices:
    """A slice has rows from its first to its last period with a part that is not 0."""
    found: dict[tuple[str, str, str], dict[date, Measures]] = defaultdict(dict)
    for fact in facts:
        for dimension in ("total", *kpi.dimensions):
            if dimension in fact.dimensions and (fact.grain != "day" or dimension == "total"):
                sums = found[dimension, fact.dimensions[dimension], fact.grain]
                if fact.start in sums:
                    sums[fact.start].add(fact.numerator, fact.denominator)
                else:
                    sums[fact.start] = Measures(fact.numerator, fact.denominator)
    for (dimension, value, grain), sums in found.items():
        filled = [start for start, each in sums.items() if each.numerator or each.denominator]
        if not filled:
            continue
        last_fact = min(period_end(grain, max(filled)), settings.as_of_date)
        last_day = _last_day(dimension, last_fact, settings)
        has_denominator = sums[filled[0]].denominator is not None
        nothing = Measures(ZERO, ZERO if has_denominator else None)
        starts = periods(grain, min(filled), last_day)
        yield dimension, value, grain, {start: sums.get(start, nothing) for start in starts}


def _last_day(dimension: str, last_fact: date, settings: Settings) -> date:
    """The day by which a slice's last period begins."""
    if dimension == "total":
        return settings.as_of_date
    return min(settings.as_of_date, last_fact + timedelta(days=settings.zero_fill_days))


def _by_slice(
    dimensions: Iterable[str], facts: Iterable[Fact]
) -> dict[tuple[str, str], dict[date, Measures]]:
    """The facts' sums by day, for the total and for each value of each dimension."""
    found: dict[tuple[str, str], dict[date, Measures]] = defaultdict(dict)
    names = ("total", *dimensions)
    for fact in facts:
        for dimension in names:
            if dimension in fact.dimensions:
                days = found[dimension, fact.dimensions[dimension]]
                if fact.day in days:
                    days[fact.day].add(fact.numerator, fact.denominator, fact.cases)
                else:
                    days[fact.day] = Measures(fact.numerator, fact.denominator, fact.cases)
    return found


def _by_period(
    grain: str, days: Mapping[date, Measures], last_day: date, fiscal_year_start_month: int
) -> dict[date, Measures]:
    """The sums of each period from the first fact's to the last that starts by `last_day`."""
    first = period_start(grain, min(days), fiscal_year_start_month)
    has_denominator = next(iter(days.values())).denominator is not None
    denominator = ZERO if has_denominator else None
    found = {start: Measures(ZERO, denominator) for start in periods(grain, first, last_day)}
    for day, each in days.items():
        start = period_start(grain, day, fiscal_year_start_month)
        found[start].add(each.numerator, each.denominator, each.cases)
    return found


Parts = tuple[Decimal | None, Decimal | None, Decimal | None]


def _parts(sums: Measures, kpi: Kpi) -> Parts:
    """Numerator, denominator and value; a zero denominator gives no value."""
    numerator, denominator, cases = sums.numerator, sums.denominator, sums.cases
    if denominator is None:
        return numerator, None, None if kpi.has_null_parts else numerator
    if kpi.has_average:
        denominator = denominator / cases if cases else ZERO
    value_of = kpi.value_of or _ratio
    return numerator, denominator, value_of(numerator, denominator)


def _growth(sums: Measures, earlier: Measures | None) -> Parts:
    """The growth over an earlier period; nothing where the slice has no such period."""
    if earlier is None or sums.numerator is None or earlier.numerator is None:
        return None, None, None
    increase = sums.numerator - earlier.numerator
    return increase, earlier.numerator, _ratio(increase, earlier.numerator)


def _ratio(numerator: Decimal | None, denominator: Decimal) -> Decimal | None:
    return None if numerator is None or not denominator else numerator / denominator


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
