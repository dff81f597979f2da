"""The planted scorecard: each slice in the newest complete period of its KPI and in the running
one, beside its target, by docs/targets.md.

Grain: one row per KPI, grain, period to look at and slice. The trend is the line through the last
twelve complete periods.
"""

import statistics
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from proof.answers.periods import period_end, previous_period, year_ago
from proof.answers.rollup import Kpi, KpiRow, is_more
from proof.company.records import Target
from proof.company.settings import Settings

# Sums of what there is on a day; every other sum is of what happens in a period, and grows with it.
STOCKS = {"open_pipeline_amount", "weighted_pipeline_amount", "deals_by_stage", "active_customers"}
# Quotients by something that the whole period has from its first day on.
GROWING_RATIOS = {
    "quota_attainment",
    "revenue_per_rep",
    "leads_per_rep",
    "churn_rate",
    "revenue_churn_rate",
    "average_revenue_per_customer",
    "pipeline_velocity",
}
# Reps, customers and respondents of a period, each of whom counts in several of its days.
NO_SUMS_OF_DAYS = {
    "revenue_per_rep",
    "leads_per_rep",
    "average_revenue_per_customer",
    "net_promoter_score",
}
LOWER_IS_BETTER = {
    "cost_of_selling_ratio",
    "discount_rate",
    "sales_cycle_days",
    "p90_sales_cycle_days",
    "time_to_loss_days",
    "open_deal_age_days",
    "stalled_deals_share",
    "customer_concentration",
    "lead_disqualification_rate",
    "deals_lost_to_competition",
    "competitive_loss_share",
    "days_in_stage",
    "slipped_deals_share",
    "lead_acquisition_days",
    "speed_to_lead_hours",
    "cost_per_lead",
    "churn_rate",
    "revenue_churn_rate",
    "customer_acquisition_cost",
    "cac_payback_months",
    "cancellations",
    "activities_per_won_deal",
    "rep_ramp_days",
    "commission_paid",
    "commission_ratio",
    "email_bounce_rate",
    "email_unsubscribe_rate",
}


class Line(NamedTuple):
    """A row of `kpi_scorecard`; the first five name it."""

    kpi: str
    period_grain: str
    which_period: str
    dimension: str
    dimension_value: str
    period_start_date: date
    value: float | None
    previous_value: float | None
    year_ago_value: float | None
    target_value: float | None
    share_passed: float
    expected_value: float | None
    projected_value: float | None
    attainment_ratio: float | None
    status: str | None
    trend: str | None
    trend_slope: float | None
    trend_periods: int


class Slice(NamedTuple):
    """A slice of a KPI in the periods of one grain."""

    kpi: str
    grain: str
    dimension: str
    value: str


# The trend, the slope of the line and how many values it goes through.
Trend = tuple[str | None, float | None, int]
Targets = Mapping[tuple[Slice, date], float]


def planted_scorecard(
    kpi: Kpi, rows: Iterable[KpiRow], targets: Iterable[Target], settings: Settings
) -> Iterator[Line]:
    """The lines of a KPI, out of its planted rows."""
    by_slice: dict[Slice, dict[date, KpiRow]] = defaultdict(dict)
    for row in rows:
        place = Slice(row.kpi, row.period_grain, row.dimension, row.dimension_value)
        by_slice[place][row.period_start_date] = row
    wanted = {
        (Slice(t.kpi, t.period_grain, t.dimension, t.dimension_value), t.period_start_date): float(
            t.target_value
        )
        for t in targets
    }
    days = by_slice.get(Slice(kpi.name, "day", "total", "total"), {})
    for grain in {place.grain for place in by_slice}:
        totals = by_slice[Slice(kpi.name, grain, "total", "total")].values()
        complete = sorted(row.period_start_date for row in totals if row.is_period_complete)
        running = [row.period_start_date for row in totals if not row.is_period_complete]
        for place, of_slice in by_slice.items():
            if place.grain != grain:
                continue
            newest = of_slice.get(complete[-1]) if complete else None
            trend = _trend(kpi.name, complete[-12:], of_slice)
            if newest:
                yield _line(newest, of_slice, None, wanted, trend, kpi, settings)
            now = of_slice.get(max(running)) if running else None
            if now:
                yield _line(now, of_slice, days, wanted, trend, kpi, settings)


def _line(
    row: KpiRow,
    of_slice: Mapping[date, KpiRow],
    days: Mapping[date, KpiRow] | None,
    targets: Targets,
    trend: Trend,
    kpi: Kpi,
    settings: Settings,
) -> Line:
    """A line of a complete period (`days` is None) or of one that runs."""
    grain, start, end = row.period_grain, row.period_start_date, row.period_end_date
    place = Slice(row.kpi, grain, row.dimension, row.dimension_value)
    value = None if row.value is None else float(row.value)
    target = targets.get((place, start))
    share = 1.0
    before = {}
    for name, earlier in (
        ("previous", previous_period(grain, start)),
        ("year_ago", year_ago(grain, start)),
    ):
        if days is None:
            found = of_slice.get(earlier) if earlier else None
            before[name] = None if found is None or found.value is None else float(found.value)
        else:
            before[name] = _so_far(kpi, row, earlier, days, settings) if earlier else None
    if days is not None:
        passed = _weekdays(start, settings.as_of_date)
        share = passed / _weekdays(start, end)
    grows = row.kpi in GROWING_RATIOS or (
        row.denominator is None and not kpi.middle and row.kpi not in STOCKS
    )
    projected = value
    if grows and value is not None:
        projected = value / share if share else None
    expected = target * share if target is not None and grows else target
    reached = _attainment(row.kpi, projected, target)
    return Line(
        row.kpi, grain, "newest_complete" if days is None else "running", row.dimension,
        row.dimension_value, start,
        value, before["previous"], before["year_ago"], target, share, expected, projected, reached,
        _status(row.kpi, reached, projected, target, settings),
        trend[0], trend[1], trend[2],
    )  # fmt: skip


def _so_far(
    kpi: Kpi, row: KpiRow, earlier: date, days: Mapping[date, KpiRow], settings: Settings
) -> float | None:
    """The value of an earlier period after as many days, of a KPI whose days add up to it."""
    if row.dimension != "total" or kpi.compared_with or kpi.middle or kpi.has_average:
        return None
    if kpi.complete_after(settings) or kpi.name in NO_SUMS_OF_DAYS:
        return None
    passed = settings.as_of_date - row.period_start_date
    # A shorter month is over before.
    last = min(earlier + passed, period_end(row.period_grain, earlier))
    found = [day for start, day in days.items() if earlier <= start <= last]
    if not found:
        return None
    upper = sum((day.numerator or Decimal(0) for day in found), Decimal(0))
    if row.denominator is None:
        return float(upper)
    lower = sum((day.denominator or Decimal(0) for day in found), Decimal(0))
    return float(upper / lower) if lower else None


def _weekdays(first: date, last: date) -> int:
    days = (last - first).days + 1
    return sum((first + timedelta(days=each)).weekday() < 5 for each in range(days))


def _attainment(kpi: str, value: float | None, target: float | None) -> float | None:
    if value is None or target is None or value <= 0 or target <= 0:
        return None
    return target / value if kpi in LOWER_IS_BETTER else value / target


def _status(
    kpi: str,
    reached: float | None,
    value: float | None,
    target: float | None,
    settings: Settings,
) -> str | None:
    if value is None or target is None:
        return None
    if reached is None:
        is_good = value <= target if kpi in LOWER_IS_BETTER else value >= target
        return "on_track" if is_good else "missed"
    if not is_more(float(settings.on_track_attainment), reached):
        return "on_track"
    return "missed" if is_more(float(settings.at_risk_attainment), reached) else "at_risk"


def _trend(kpi: str, starts: list[date], of_slice: Mapping[date, KpiRow]) -> Trend:
    """The trend, the slope of the line and how many values it goes through."""
    points = [
        (float(place), float(row.value))
        for place, row in ((place, of_slice.get(start)) for place, start in enumerate(starts))
        if row and row.value is not None
    ]
    if len(points) < 6:
        return None, None, len(points)
    places, values = zip(*points, strict=True)
    slope = statistics.linear_regression(places, values).slope
    if abs(slope) * 12 <= 1e-9 * max(map(abs, values)):
        return "steady", 0.0, len(points)
    if is_more(1 / 3, statistics.correlation(places, values) ** 2):
        return "steady", slope, len(points)
    is_better = (slope > 0) != (kpi in LOWER_IS_BETTER)
    return "improving" if is_better else "worsening", slope, len(points)
