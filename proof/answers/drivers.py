"""The planted drivers: what each slice contributed to the change of a KPI, by kpi_catalog.md.

Grain: one row per KPI, complete period from the month on, comparison, dimension and slice.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from proof.answers.periods import MONTHS_OF_GRAIN, previous_period, year_ago
from proof.answers.rollup import Kpi, KpiRow

COMPARISONS = {"previous": previous_period, "year_ago": year_ago}


class Driver(NamedTuple):
    """A row of `kpi_drivers`; the effects are None where the KPI has no denominator."""

    kpi: str
    period_grain: str
    period_start_date: date
    comparison: str
    dimension: str
    dimension_value: str
    contribution: float
    rate_effect: float | None
    mix_effect: float | None


class Parts(NamedTuple):
    """Numerator and denominator of a slice in a period; an unknown one is 0."""

    n: float
    d: float


NOTHING = Parts(0.0, 0.0)
Slices = Mapping[str, Parts]
# By dimension, grain and start; the dimension `total` has the one slice `total`.
Table = Mapping[tuple[str, str, date], Slices]


def planted_drivers(kpi: Kpi, rows: Iterable[KpiRow]) -> Iterator[Driver]:
    """The drivers of a KPI that is a sum or a quotient of sums, out of its planted rows."""
    rows = [row for row in rows if row.period_grain in MONTHS_OF_GRAIN]
    if kpi.middle or kpi.has_average or kpi.value_of or not rows:
        return
    tables: dict[tuple[str, str, date], dict[str, Parts]] = defaultdict(dict)
    for row in rows:
        parts = Parts(_number(row.numerator), _number(row.denominator))
        place = (row.dimension, row.period_grain, row.period_start_date)
        tables[place][row.dimension_value] = parts
    totals = [row for row in rows if row.dimension == "total"]
    whole = [name for name in kpi.dimensions if _adds_up(name, totals, tables)]
    is_ratio = any(row.denominator is not None for row in rows)
    if not is_ratio and len(whole) < len(kpi.dimensions):
        return  # It is not additive.
    values = {(row.period_grain, row.period_start_date): row.value for row in totals}
    for total in totals:
        grain, start = total.period_grain, total.period_start_date
        for comparison, earlier_period in COMPARISONS.items():
            earlier = earlier_period(grain, start)
            if earlier is None or not total.is_period_complete:
                continue
            if total.value is None or values.get((grain, earlier)) is None:
                continue
            for dimension in whole:
                now = tables.get((dimension, grain, start), {})
                then = tables.get((dimension, grain, earlier), {})
                for value in {*now, *then}:
                    sides = now.get(value, NOTHING), then.get(value, NOTHING)
                    wholes = (_whole(now), _whole(then)) if is_ratio else None
                    all_of_it, rate, mix = _effects(*sides, wholes)
                    yield Driver(
                        kpi.name, grain, start, comparison, dimension, value, all_of_it, rate, mix
                    )


def _effects(
    now: Parts, then: Parts, wholes: tuple[Parts, Parts] | None
) -> tuple[float, float | None, float | None]:
    """Contribution, rate effect and mix effect of a slice."""
    if wholes is None:
        return now.n - then.n, None, None
    whole, earlier = wholes
    weight, weight_then = now.d / whole.d, then.d / earlier.d
    mean = (whole.n / whole.d + earlier.n / earlier.d) / 2
    rate = now.n / now.d if now.d else whole.n / whole.d
    rate_then = then.n / then.d if then.d else earlier.n / earlier.d
    rate_effect = (rate - rate_then) * (weight + weight_then) / 2
    mix_effect = (weight - weight_then) * ((rate + rate_then) / 2 - mean)
    # Costs of a source without leads have no weight, and still raise what a lead costs.
    rate_effect += 0 if now.d else now.n / whole.d
    rate_effect -= 0 if then.d else then.n / earlier.d
    return rate_effect + mix_effect, rate_effect, mix_effect


def _adds_up(dimension: str, totals: Iterable[KpiRow], tables: Table) -> bool:
    for total in totals:
        found = _whole(tables.get((dimension, total.period_grain, total.period_start_date), {}))
        for expected, part in zip((total.numerator, total.denominator), found, strict=True):
            if abs(part - _number(expected)) > 1e-6 * max(1, abs(part)):
                return False
    return True


def _whole(slices: Slices) -> Parts:
    found = slices.values()
    return Parts(sum(p.n for p in found), sum(p.d for p in found))


def _number(part: Decimal | None) -> float:
    return 0.0 if part is None else float(part)
