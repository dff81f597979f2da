"""Why a KPI changed: what each slice contributed, the largest first, from `kpi_drivers`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import duckdb
from rich.table import Table

from sales_kpis.errors import WrongUse
from sales_kpis.formats import PERCENT_UNITS, format_value
from sales_kpis.marts import has_mart, query
from sales_kpis.values import Kpi, KpiValue
from sales_kpis.why import choose_period

COMPARISONS = {"previous": "the period before", "year_ago": "the year before"}
FEW = "° of few cases: too few to speak"


@dataclass(frozen=True)
class Driver:
    """One row of `kpi_drivers`; the effects are None where the KPI has no denominator."""

    dimension: str
    dimension_value: str
    dimension_label: str
    contribution: float
    rate_effect: float | None
    mix_effect: float | None
    is_small_sample: bool


@dataclass(frozen=True)
class Explanation:
    """A KPI's change between two complete periods and its drivers, the largest first.

    `without_drivers` has the dimensions that explain no change, each with the reason.
    """

    kpi: Kpi
    comparison: str
    now: KpiValue
    before: float
    drivers: tuple[Driver, ...]
    without_drivers: Mapping[str, str]

    @property
    def change(self) -> float:
        """The KPI's own change."""
        assert self.now.value is not None
        return self.now.value - self.before

    def as_json(self, limit: int | None = None) -> dict[str, Any]:
        """All of it as plain values; of the drivers so many of the largest, None for all."""
        return {
            "kpi": self.kpi.kpi,
            "unit": self.kpi.unit,
            "comparison": self.comparison,
            "period_grain": self.now.period_grain,
            "period_start_date": self.now.period_start_date,
            "value": self.now.value,
            "earlier_value": self.before,
            "change": self.change,
            "drivers": [asdict(driver) for driver in self.drivers[:limit]],
            "without_drivers": dict(self.without_drivers),
        }


def explain(
    connection: duckdb.DuckDBPyConnection,
    kpi: Kpi,
    totals: Sequence[KpiValue],
    period: str | None,
    comparison: str,
    dimension: str | None,
) -> Explanation:
    """Why a KPI changed between two periods.

    Args:
        connection: the marts.
        kpi: the KPI.
        totals: its rows of the dimension `total`, of all grains from the month on.
        period: written as in the tables; by default the newest complete one of the finest grain.
        comparison: `previous` or `year_ago`.
        dimension: only the slices of this dimension; by default those of all.

    Raises:
        WrongUse: there is no such period, it still runs, or there is nothing to compare it with.
    """
    if period is None:
        now = _newest_complete(kpi, totals)
    else:
        start = choose_period(totals, period)
        named = [row for row in totals if row.period_start_date == start]
        now = next((row for row in named if row.period.lower() == period.lower()), named[0])
    if not has_mart(connection, "monitoring.kpi_drivers"):
        raise WrongUse(
            "These marts have no drivers: an earlier release made them.",
            "Make them again: kpis run",
        )
    if not now.is_period_complete:
        raise WrongUse(
            f"{now.period} still runs, and a part of a period is not compared with a whole one.",
            "Ask for a period that is complete.",
        )
    before = now.previous_value if comparison == "previous" else now.year_ago_value
    if now.value is None or before is None:
        raise WrongUse(
            f"{kpi.title} has no value in {now.period} or in {COMPARISONS[comparison]}.",
            "There is nothing to compare.",
        )
    return Explanation(
        kpi,
        comparison,
        now,
        before,
        drivers=_read_drivers(connection, now, comparison, dimension),
        without_drivers=_without_drivers(connection, kpi.kpi, dimension),
    )


def render_explanation(found: Explanation, currency: str, limit: int) -> tuple[Table | str, ...]:
    """A sentence, the largest drivers a line each, and what has none."""
    kpi, now = found.kpi, found.now
    verb = "rose" if found.change > 0 else "fell" if found.change < 0 else "stayed the same"
    by = f" by {_amount(found.change, kpi.unit, currency).lstrip('+-')}" if found.change else ""
    sentence = (
        f"{kpi.title} {verb}{by}: {format_value(found.before, kpi.unit, currency)} in"
        f" {COMPARISONS[found.comparison]}, {format_value(now.value, kpi.unit, currency)} in"
        f" {now.period}."
    )
    shown = found.drivers[:limit]
    explained_by = " ".join(
        f"Not explained by {', '.join(_words(name) for name in names)}: {reason}."
        for reason, names in _by_reason(found.without_drivers).items()
    )
    if not shown:
        return tuple(text for text in (sentence, explained_by) if text)
    table = Table(header_style="bold", caption_justify="left")
    table.add_column("slice")
    table.add_column("contribution", justify="right", no_wrap=True)
    has_effects = any(driver.rate_effect is not None for driver in shown)
    if has_effects:
        table.add_column("its rate", justify="right", no_wrap=True)
        table.add_column("its weight", justify="right", no_wrap=True)
    for driver in shown:
        effects = (driver.rate_effect, driver.mix_effect) if has_effects else ()
        table.add_row(
            f"{_words(driver.dimension)}: {driver.dimension_label}"
            f"{' °' if driver.is_small_sample else ''}",
            _amount(driver.contribution, kpi.unit, currency),
            *(_amount(effect or 0.0, kpi.unit, currency) for effect in effects),
        )
    hidden = len(found.drivers) - len(shown)
    captions = [f"{hidden} more, see --limit"] if hidden else []
    captions += [FEW] if any(driver.is_small_sample for driver in shown) else []
    table.caption = " · ".join(captions) or None
    parts: list[Table | str] = [sentence, table]
    if all(driver.is_small_sample for driver in found.drivers):
        parts.append("Every slice rests on few cases: what differs between them may be chance.")
    return (*parts, explained_by) if explained_by else tuple(parts)


def _newest_complete(kpi: Kpi, totals: Sequence[KpiValue]) -> KpiValue:
    complete = [row for row in totals if row.is_period_complete]
    if not complete:
        raise WrongUse(f"No period of {kpi.title} is complete.", "There is nothing to compare.")
    finest = next(grain for grain in kpi.grains if any(r.period_grain == grain for r in complete))
    of_grain = [row for row in complete if row.period_grain == finest]
    return max(of_grain, key=lambda row: row.period_start_date)


def _read_drivers(
    connection: duckdb.DuckDBPyConnection, now: KpiValue, comparison: str, dimension: str | None
) -> tuple[Driver, ...]:
    rows = query(
        connection,
        """
        select
            drivers.dimension,
            drivers.dimension_value,
            coalesce(labels.dimension_label, drivers.dimension_value) as dimension_label,
            drivers.contribution,
            drivers.rate_effect,
            drivers.mix_effect,
            drivers.is_small_sample
        from monitoring.kpi_drivers as drivers
        left join (
            select distinct kpi, dimension, dimension_value, dimension_label
            from monitoring.kpi_values
            where kpi = $kpi
        ) as labels using (kpi, dimension, dimension_value)
        where
            drivers.kpi = $kpi
            and drivers.period_grain = $grain
            and drivers.period_start_date = $start
            and drivers.comparison = $comparison
            and drivers.dimension = coalesce($dimension, drivers.dimension)
            and drivers.contribution <> 0
        order by abs(drivers.contribution) desc, drivers.dimension, drivers.dimension_value
        """,
        {
            "kpi": now.kpi,
            "grain": now.period_grain,
            "start": now.period_start_date,
            "comparison": comparison,
            "dimension": dimension,
        },
    )
    return tuple(Driver(**row) for row in rows)


def _without_drivers(
    connection: duckdb.DuckDBPyConnection, kpi: str, dimension: str | None
) -> dict[str, str]:
    rows = query(
        connection,
        """
        select dimension, why_no_drivers
        from monitoring.kpi_dimensions
        where kpi = $kpi and not has_drivers and dimension = coalesce($dimension, dimension)
        order by dimension
        """,
        {"kpi": kpi, "dimension": dimension},
    )
    return {row["dimension"]: row["why_no_drivers"] for row in rows}


def _by_reason(reasons: Mapping[str, str]) -> dict[str, list[str]]:
    by_reason: dict[str, list[str]] = {}
    for dimension, reason in reasons.items():
        by_reason.setdefault(reason, []).append(dimension)
    return by_reason


def _words(name: str) -> str:
    return name.replace("_", " ")


def _amount(part: float, unit: str, currency: str) -> str:
    """A part of a change with its sign: `+1,200 EUR`, `-2.4 pp`."""
    if unit in PERCENT_UNITS:
        return f"{part * 100:+,.1f} pp"
    return ("-" if part < 0 else "+") + format_value(abs(part), unit, currency)
