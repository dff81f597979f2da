"""Values as people read them in the terminal and on the dashboard."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Literal

from sales_kpis.values import KpiValue

NOTHING = "–"
# Units whose values are shares of one and are read as a percent; their changes are percentage
# points.
PERCENT_UNITS = ("ratio", "share", "rate", "percent")
_BARS = "▁▂▃▄▅▆▇█"

Tone = Literal["good", "bad", "neutral"]


def format_value(value: float | None, unit: str, currency: str = "") -> str:
    """A value in its unit: `1,234,567 EUR`, `63.1 %`, `51.8 days`, `–` for null.

    Args:
        value: the KPI's value; a share of one for units read as a percent.
        unit: `unit` of kpi_catalog.
        currency: code shown behind amounts.
    """
    if value is None:
        return NOTHING
    if unit in PERCENT_UNITS:
        return f"{_rounded(value * 100, 1):,.1f} %"
    number = _number(value)
    if unit == "currency":
        return f"{number} {currency}".rstrip()
    if unit in ("count", ""):
        return number
    if unit == "multiple":
        return f"{_rounded(value, 2):,.2f} ×"
    return f"{_rounded(value, 1):,.1f} {unit}"


def format_measure(value: float | Decimal | None) -> str:
    """A numerator or denominator: `1,234.50`, `12`, `–` for null."""
    return NOTHING if value is None else f"{value:,.2f}".removesuffix(".00")


def format_change(row: KpiValue, unit: str) -> str:
    """The change to the previous period: percentage points for percents, else a percent.

    A running period has none: a part of a period is not compared with a whole one.
    """
    if not row.is_period_complete:
        return NOTHING
    return _format_change(row.value, row.previous_value, row.change_ratio, unit)


def format_year_change(row: KpiValue, unit: str) -> str:
    """The change to the same period a year before; a running period has none."""
    if not row.is_period_complete:
        return NOTHING
    return _format_change(row.value, row.year_ago_value, row.yoy_ratio, unit)


def tone(now: float | None, before: float | None, direction: str) -> Tone:
    """Whether the way from `before` to `now` is the wanted direction (`higher` or `lower`)."""
    if now is None or before is None or now == before or direction not in ("higher", "lower"):
        return "neutral"
    return "good" if (now > before) == (direction == "higher") else "bad"


def few_cases(row: KpiValue) -> str:
    """The mark behind a value that rests on few cases."""
    return " °" if row.is_small_sample else ""


def slice_label(row: KpiValue) -> str:
    """A slice and its share of the total: `North, 60 %`."""
    share = row.share_of_total
    return row.dimension_label if share is None else f"{row.dimension_label}, {share * 100:,.0f} %"


FEW_CASES = "° of few cases (min_sample_size)"


def format_target(row: KpiValue, unit: str, currency: str = "") -> str:
    """How far the target is reached: `107 % of 46, met`; nothing where there is no target."""
    if row.target_value is None:
        return ""
    target = format_value(row.target_value, unit, currency)
    if row.attainment_ratio is not None:
        target = f"{row.attainment_ratio * 100:,.0f} % of {target}"
    return f"{target}, {row.status.replace('_', ' ')}" if row.status else target


def sparkline(values: Sequence[float | None]) -> str:
    """A line of bars between the smallest and the largest value; a gap where there is none."""
    present = [value for value in values if value is not None]
    if not present:
        return ""
    low, high = min(present), max(present)
    span = high - low

    def bar(value: float | None) -> str:
        if value is None:
            return " "
        return _BARS[int((value - low) / span * (len(_BARS) - 1) + 0.5)] if span else _BARS[3]

    return "".join(bar(value) for value in values)


def format_duration(seconds: float | None) -> str:
    """Seconds as `8.4 s` or `2 min 05 s`."""
    if seconds is None:
        return NOTHING
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02d} s"


def plural(count: int, noun: str, nouns: str | None = None) -> str:
    """A count with its noun: `1 table`, `2 tables`."""
    return f"{count:,} {noun if count == 1 else nouns or noun + 's'}"


def _format_change(
    value: float | None, before: float | None, ratio: float | None, unit: str
) -> str:
    if value is None or before is None:
        return NOTHING
    if unit in PERCENT_UNITS:
        return f"{(value - before) * 100:+,.1f} pp"
    return NOTHING if ratio is None else f"{ratio * 100:+,.1f} %"


def _number(value: float) -> str:
    is_small = abs(value) < 100 and value != round(value)
    return f"{_rounded(value, 2):,.2f}" if is_small else f"{_rounded(value, 0):,.0f}"


def _rounded(value: float, digits: int) -> float:
    """Rounded, and no minus before a zero."""
    return round(value, digits) + 0.0
