"""Calendar periods: their grains, starts, ends and predecessors."""

import calendar
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache

MONTHS_OF_GRAIN = {"month": 1, "quarter": 3, "year": 12, "fiscal_quarter": 3, "fiscal_year": 12}


def grains(fiscal_year_start_month: int) -> tuple[str, ...]:
    """The grains of a KPI; the fiscal ones only where the fiscal year does not start in January."""
    plain = ("day", "week", "month", "quarter", "year")
    return plain if fiscal_year_start_month == 1 else (*plain, "fiscal_quarter", "fiscal_year")


@cache
def period_start(grain: str, day: date, fiscal_year_start_month: int) -> date:
    """The first day of the period that holds a day."""
    if grain == "day":
        return day
    if grain == "week":
        return day - timedelta(days=day.weekday())
    first_month = fiscal_year_start_month if grain.startswith("fiscal") else 1
    months_in = (day.month - first_month) % MONTHS_OF_GRAIN[grain]
    return add_months(day.replace(day=1), -months_in)


def next_period(grain: str, start: date) -> date:
    """The first day of the period after the one that starts then."""
    if grain in MONTHS_OF_GRAIN:
        return add_months(start, MONTHS_OF_GRAIN[grain])
    return start + timedelta(days=7 if grain == "week" else 1)


def previous_period(grain: str, start: date) -> date:
    """The first day of the period directly before."""
    if grain in MONTHS_OF_GRAIN:
        return add_months(start, -MONTHS_OF_GRAIN[grain])
    return start - timedelta(days=7 if grain == "week" else 1)


def period_end(grain: str, start: date) -> date:
    """The last day of the period, included."""
    return next_period(grain, start) - timedelta(days=1)


def periods(grain: str, first: date, last: date) -> Iterator[date]:
    """The starts of the periods from the one that starts on `first`, up to the day `last`."""
    start = first
    while start <= last:
        yield start
        start = next_period(grain, start)


def year_ago(grain: str, start: date) -> date | None:
    """The start of the same period (date, ISO week) a year before, or None if there is none."""
    try:
        if grain == "week":
            year, week, _ = start.isocalendar()
            return date.fromisocalendar(year - 1, week, 1)
        return start.replace(year=start.year - 1)
    except ValueError:  # 29 February, or a week 53 that the year before does not have
        return None


def add_months(day: date, months: int) -> date:
    """The same day of another month, or that month's last day where it is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
