"""The planted breaches of alert rules, their alerts, and the progress of objectives.

By docs/alerts.md and docs/targets.md.
"""

import math
import statistics
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import NamedTuple

from proof.answers.periods import MONTHS_OF_GRAIN, add_months, previous_period, year_ago
from proof.answers.rollup import KpiRow, is_more
from proof.answers.scorecard import LOWER_IS_BETTER
from proof.company.records import AlertRule, Objective, Target
from proof.company.settings import Settings

# KPI, grain, dimension and dimension value.
Slice = tuple[str, str, str, str]
# A slice in a period.
Place = tuple[Slice, date]


class Breach(NamedTuple):
    """A row of `kpi_breaches`; the first six name it."""

    rule_id: str
    kpi: str
    period_grain: str
    period_start_date: date
    dimension: str
    dimension_value: str
    value: float
    expected_value: float


class Alert(NamedTuple):
    """A row of `kpi_alerts` that is about a KPI; the first six name it."""

    rule_id: str
    kpi: str
    period_grain: str
    dimension: str
    dimension_value: str
    first_seen_date: date
    period_start_date: date
    value: float
    expected_value: float
    cleared_date: date | None


class Goal(NamedTuple):
    """A row of `objectives`; the first five name it."""

    objective_id: str
    kpi: str
    period_grain: str
    dimension: str
    dimension_value: str
    period_start_date: date | None
    value: float | None
    progress_ratio: float | None
    status: str


class Watch(NamedTuple):
    """The values that alert rules look at.

    `values` and `cases`, the denominators, are those of complete periods; `small` are the places of
    few cases, `units` the unit of each KPI: the value of a `count` is itself a number of cases.
    """

    values: Mapping[Slice, Mapping[date, float]]
    cases: Mapping[Slice, Mapping[date, float]]
    ends: Mapping[tuple[str, str], Mapping[date, date]]
    small: frozenset[Place]
    units: Mapping[str, str]
    targets: Mapping[Place, float]
    settings: Settings

    def is_judged(self, place: Slice, start: date, value: float, other: float) -> bool:
        """Whether the value rests on enough cases, of a count together with the other."""
        if self.units[place[0]] == "count" and max(value, other) < self.settings.min_sample_size:
            return False
        return (place, start) not in self.small


def watch(
    rows: Iterable[KpiRow],
    targets: Iterable[Target],
    small: Iterable[Place],
    units: Mapping[str, str],
    settings: Settings,
) -> Watch:
    """The complete periods of all KPIs."""
    values: dict[Slice, dict[date, float]] = defaultdict(dict)
    cases: dict[Slice, dict[date, float]] = defaultdict(dict)
    ends: dict[tuple[str, str], dict[date, date]] = defaultdict(dict)
    for row in rows:
        if not row.is_period_complete:
            continue
        place = (row.kpi, row.period_grain, row.dimension, row.dimension_value)
        if row.dimension == "total":
            ends[row.kpi, row.period_grain][row.period_start_date] = row.period_end_date
        if row.value is not None:
            values[place][row.period_start_date] = float(row.value)
            cases[place][row.period_start_date] = float(row.denominator or 0)
    wanted = {
        ((t.kpi, t.period_grain, t.dimension, t.dimension_value), t.period_start_date): float(
            t.target_value
        )
        for t in targets
    }
    return Watch(values, cases, ends, frozenset(small), units, wanted, settings)


def planted_breaches(rules: Iterable[AlertRule], seen: Watch) -> Iterator[Breach]:
    """The breaches of rules about KPIs, in any complete period."""
    for rule in rules:
        if rule.is_enabled is False or rule.period_grain is None:
            continue
        wanted = (rule.kpi, rule.period_grain, rule.dimension or "total", rule.dimension_value)
        for place, values in seen.values.items():
            if any(w not in (None, found) for w, found in zip(wanted, place, strict=True)):
                continue
            for start, value in values.items():
                expected = _broken(rule, place, start, value, seen)
                if expected is not None:
                    kpi, grain, dimension, slice_of = place
                    yield Breach(
                        rule.rule_id, kpi, grain, start, dimension, slice_of, value, expected
                    )


def planted_alerts(breaches: Iterable[Breach], seen: Watch) -> Iterator[Alert]:
    """Breaches of periods that follow each other, as one alert."""
    of_slice: dict[tuple[str, Slice], dict[date, Breach]] = defaultdict(dict)
    for breach in breaches:
        place = (breach.kpi, breach.period_grain, breach.dimension, breach.dimension_value)
        of_slice[breach.rule_id, place][breach.period_start_date] = breach
    for (_, place), found in of_slice.items():
        kpi, grain = place[:2]
        ends = seen.ends[kpi, grain]
        first: date | None = None
        last: Breach | None = None
        for start in sorted(ends):
            if start in found:
                first, last = first or ends[start], found[start]
                continue
            if first and last:
                yield _alert(last, first, ends[start])
            first = None
        if first and last:
            yield _alert(last, first, None)


def planted_goals(objectives: Iterable[Objective], seen: Watch) -> Iterator[Goal]:
    """How far each objective is, by the newest period that was complete when it was due."""
    for goal in objectives:
        place = (
            goal.kpi, goal.period_grain, goal.dimension or "total", goal.dimension_value or "total"
        )  # fmt: skip
        ends = seen.ends[goal.kpi, goal.period_grain]
        values = seen.values.get(place, {})
        starts = [start for start in values if ends[start] <= goal.due_date]
        value = values[max(starts)] if starts else None
        target = float(goal.target_value)
        baseline = None if goal.baseline_value is None else float(goal.baseline_value)
        is_up = goal.kpi not in LOWER_IS_BETTER
        if baseline is not None and baseline != target:
            is_up = target > baseline
        progress = None
        if value is not None and baseline is not None and baseline != target:
            progress = (value - baseline) / (target - baseline)
        if value is not None and (value >= target if is_up else value <= target):
            status = "reached"
        else:
            status = "open" if goal.due_date > seen.settings.as_of_date else "missed"
        newest = max(starts) if starts else None
        yield Goal(goal.objective_id, *place, newest, value, progress, status)


def _alert(newest: Breach, first_seen: date, cleared: date | None) -> Alert:
    return Alert(
        newest.rule_id, newest.kpi, newest.period_grain, newest.dimension, newest.dimension_value,
        first_seen, newest.period_start_date, newest.value, newest.expected_value, cleared,
    )  # fmt: skip


def _broken(rule: AlertRule, place: Slice, start: date, value: float, seen: Watch) -> float | None:
    """The expected value, where the value breaks the rule."""
    kind = rule.comparison
    if kind == "target_missed":
        target = seen.targets.get((place, start))
        if target is None:
            return None
        is_met = value <= target if place[0] in LOWER_IS_BETTER else value >= target
        return None if is_met else target
    assert rule.threshold is not None
    threshold = float(rule.threshold)
    if kind in ("below", "above"):
        is_broken = is_more(threshold, value) if kind == "below" else is_more(value, threshold)
        return threshold if is_broken else None
    if kind == "outside_history":
        return _far_from_history(place, start, value, threshold, seen)
    compare = year_ago if kind.startswith("year") else previous_period
    earlier = compare(place[1], start)
    before = seen.values[place].get(earlier) if earlier else None
    if earlier is None or before is None or (place, earlier) in seen.small:
        return None
    if not seen.is_judged(place, start, value, before):
        return None
    limit = before + threshold * abs(before)
    is_broken = is_more(value, limit) if kind.endswith("above") else is_more(limit, value)
    return limit if is_broken else None


def _far_from_history(
    place: Slice, start: date, value: float, threshold: float, seen: Watch
) -> float | None:
    history = [
        earlier
        for day, earlier in seen.values[place].items()
        if _is_in_history(place[1], day, start) and (place, day) not in seen.small
    ]
    if len(history) < 8:
        return None
    middle = statistics.median(history)
    if not seen.is_judged(place, start, value, middle):
        return None
    away = [abs(earlier - middle) for earlier in history]
    by_chance = 0.0
    cases, unit = seen.cases[place][start], seen.units[place[0]]
    if unit == "count":
        by_chance = math.sqrt(max(middle, 0))
    elif unit == "ratio" and 0 <= middle <= 1 and cases > 0:
        by_chance = math.sqrt(middle * (1 - middle) / cases)
    spread = max(1.4826 * statistics.median(away), 1.2533 * statistics.mean(away), by_chance)
    return middle if spread and is_more(abs(value - middle), threshold * spread) else None


def _is_in_history(grain: str, earlier: date, later: date) -> bool:
    """The twelve periods before, the same season of weeks, the same weekday of twelve weeks."""
    days = (later - earlier).days
    if grain == "day":
        return days in range(7, 85, 7)
    if grain == "week":
        # Years of 52 weeks: the season drifts by a day or two a year.
        return any(abs(days - 364 * years) <= 42 for years in range(1, 10))
    return add_months(later, -12 * MONTHS_OF_GRAIN[grain]) <= earlier < later
