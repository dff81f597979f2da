"""The data of the dashboard, read from the marts and packed small: a few megabytes for any company.

```
kpis, periods        kpi_catalog, and for each grain the first days, last days and labels
pool                 lists of numbers; a series names its own by their places
series               a KPI in a grain and a slice: numerators, denominators, values and marks
targets, scorecard, drivers, alerts, objectives, restatements, forecasts, cohorts, sql
left_out             how many slices of a KPI and dimension are not in the page
```

A table here is columnar: a mapping of column names to lists of the same length.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

import duckdb

from sales_kpis.marts import has_mart, query
from sales_kpis.values import GRAINS, period_name, read_catalog

# The newest periods of a grain that the page holds; of longer grains it holds all.
PERIODS = {"day": 400, "week": 106, "month": 48}
# Weeks with slices: they are most of the rows.
WEEKS_OF_SLICES = 53
# The largest slices of a dimension over the newest months; the others are in kpi_values.
SLICES = 25
DRIVERS = 6
RESTATEMENTS = 30
COHORTS = 12

# Marks of a value: its period still runs, it rests on few cases.
RUNNING, FEW = 1, 2

Table = dict[str, list[Any]]


def dashboard_data(
    connection: duckdb.DuckDBPyConnection,
    as_of_date: str | None,
    currency: str,
    stale_sources: Sequence[str] = (),
    queries: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """All that the page shows, as plain values for JSON.

    Args:
        connection: published or built marts; one of an earlier release may lack tables.
        as_of_date: the last day that counts, as ISO text; None where it is not known.
        currency: code shown behind amounts.
        stale_sources: a sentence for each raw table whose newest row is too old.
        queries: the SQL behind each KPI's table.
    """
    kpis = [asdict(kpi) for kpi in read_catalog(connection)]
    periods = _periods(connection)
    series, pool, marks = _series(connection, periods)
    return {
        "as_of_date": as_of_date,
        "currency": currency,
        "stale_sources": list(stale_sources),
        "kpis": kpis,
        "periods": periods,
        "pool": pool,
        "marks": marks,
        "series": series,
        "left_out": _left_out(connection),
        "targets": _targets(connection),
        "scorecard": _rows_of(connection, "monitoring.kpi_scorecard", _SCORECARD),
        "drivers": _rows_of(connection, "monitoring.kpi_drivers", _DRIVERS),
        "alerts": _rows_of(connection, "monitoring.kpi_alerts", _ALERTS),
        "objectives": _rows_of(connection, "monitoring.objectives", _OBJECTIVES),
        "restatements": _rows_of(connection, "monitoring.kpi_restatements", _RESTATEMENTS),
        "forecasts": _rows_of(connection, "monitoring.kpi_forecasts", _FORECASTS),
        "cohorts": _rows_of(connection, "core.fct_customer_months", _COHORTS),
        "sql": dict(sorted((queries or {}).items())),
    }


_SCORECARD = """
    select
        kpi, period_grain, which_period, period_start_date, target_value, status, trend
    from monitoring.kpi_scorecard
    where dimension = 'total'
    order by kpi, period_grain, which_period
"""
# The slices that moved a KPI most in its newest complete period.
_DRIVERS = f"""
    select
        kpi, period_grain, period_start_date, comparison, dimension, dimension_value, contribution,
        rate_effect, mix_effect, is_small_sample
    from monitoring.kpi_drivers
    where contribution <> 0
    qualify
        period_start_date = max(period_start_date) over (partition by kpi, period_grain)
        and row_number() over (
            partition by kpi, period_grain, period_start_date, comparison, dimension
            order by abs(contribution) desc, dimension_value
        ) <= {DRIVERS}
    order by
        kpi, period_grain, comparison, is_small_sample, abs(contribution) desc, dimension,
        dimension_value
"""
_ALERTS = """
    select kpi, severity, sentence
    from monitoring.kpi_alerts
    where is_active
    order by
        case severity when 'critical' then 0 when 'warning' then 1 else 2 end, first_seen_date desc,
        sentence, fingerprint
"""
_OBJECTIVES = """
    select
        objective, kpi, period_grain, dimension, dimension_value, target_value, due_date, value,
        status, is_small_sample
    from monitoring.objectives
    order by due_date, objective_id, kpi, dimension, dimension_value
"""
_RESTATEMENTS = f"""
    select
        kpi, period_grain, period_start_date, dimension, dimension_value, value_before,
        value_after, changed_at, reason
    from monitoring.kpi_restatements
    qualify row_number() over (
        partition by kpi
        order by changed_at desc, period_start_date desc, period_grain, dimension, dimension_value
    ) <= {RESTATEMENTS}
    order by kpi, changed_at desc, period_start_date desc, period_grain, dimension, dimension_value
"""
_FORECASTS = """
    select
        period_grain, period_start_date, period_label, won_so_far, open_deals_revenue,
        new_deals_revenue, expected_revenue, low_revenue, high_revenue
    from monitoring.kpi_forecasts
    inner join core.dim_periods using (period_grain, period_start_date)
    order by period_grain, period_start_date
"""
# Customers by the quarter in which they were first active, and how many were active at the end of
# the month that closes each later quarter. A month that has not ended says nothing.
_COHORTS = f"""
    with months as (
        select
            account_id,
            month_start_date,
            is_active_at_end,
            min(month_start_date) filter (where is_active_at_end)
                over (partition by account_id) as first_month,
            max(month_start_date) over () as running_month
        from core.fct_customer_months
    ),
    -- Customers of the first month of all may be older than what was delivered.
    members as (
        select *, cast(date_trunc('quarter', first_month) as date) as cohort_start_date
        from months
        where first_month > (select min(month_start_date) from core.fct_customer_months)
    ),
    cohorts as (
        select cohort_start_date, count(distinct account_id) as count_customers
        from members
        group by cohort_start_date
    ),
    quarter_ends as (
        select distinct month_start_date
        from months
        where month_start_date < running_month and month(month_start_date) % 3 = 0
    )
    select
        cohorts.cohort_start_date,
        date_diff('quarter', cohorts.cohort_start_date, quarter_ends.month_start_date)
            as quarters_later,
        count(distinct members.account_id) as count_active,
        cohorts.count_customers
    from cohorts
    inner join quarter_ends on cohorts.cohort_start_date <= quarter_ends.month_start_date
    left join members
        on
            cohorts.cohort_start_date = members.cohort_start_date
            and quarter_ends.month_start_date = members.month_start_date
            and members.is_active_at_end
    group by
        cohorts.cohort_start_date, quarter_ends.month_start_date, cohorts.count_customers
    qualify dense_rank() over (order by cohorts.cohort_start_date desc) <= {COHORTS}
    order by cohorts.cohort_start_date, quarters_later
"""

# One row per KPI, grain and slice that the page holds, with its rows as lists in their order.
_KEPT = f"""
    with newest as (
        select period_grain, period_start_date, row_number() over (
            partition by period_grain order by period_start_date desc
        ) as periods_back
        from (select distinct period_grain, period_start_date from monitoring.kpi_values)
    ),
    sizes as (
        select
            kpi,
            dimension,
            dimension_value,
            row_number() over (
                partition by kpi, dimension
                order by
                    sum(abs(coalesce(denominator, numerator))) filter (where periods_back <= 13)
                    desc nulls last,
                    dimension_value
            ) as place
        from monitoring.kpi_values
        inner join newest using (period_grain, period_start_date)
        where period_grain = 'month'
        group by kpi, dimension, dimension_value
    ),
    kept as (
        select
            rows_of_kpis.*,
            place,
            cast(numerator as double) as n,
            cast(denominator as double) as d,
            {RUNNING} * cast(not is_period_complete as int)
            + {FEW} * cast(coalesce(is_small_sample, false) as int) as mark
        from monitoring.kpi_values as rows_of_kpis
        inner join newest using (period_grain, period_start_date)
        left join sizes using (kpi, dimension, dimension_value)
        where
            (dimension = 'total' or coalesce(place, 1) <= {SLICES})
            and periods_back <= case
                when period_grain = 'week' and dimension <> 'total' then {WEEKS_OF_SLICES}
                {
    " ".join(f"when period_grain = '{grain}' then {most}" for grain, most in PERIODS.items())
}
                else periods_back
            end
    )
"""


def _periods(connection: duckdb.DuckDBPyConnection) -> dict[str, Table]:
    rows = query(
        connection,
        """
        select period_grain, period_start_date, max(period_end_date) as period_end_date
        from monitoring.kpi_values
        group by all
        order by all
        """,
    )
    described: dict[tuple[str, date], dict[str, Any]] = {}
    if has_mart(connection, "core.dim_periods"):
        found = query(
            connection,
            """
            select period_grain, period_start_date, period_label, year_ago_period_start_date
            from core.dim_periods
            """,
        )
        described = {(row["period_grain"], row["period_start_date"]): row for row in found}
    periods: dict[str, Table] = {}
    for grain in GRAINS:
        of_grain = [row for row in rows if row["period_grain"] == grain]
        of_grain = of_grain[-PERIODS.get(grain, len(of_grain)) :]
        if not of_grain:
            continue
        starts = [row["period_start_date"] for row in of_grain]
        ends = [row["period_end_date"] for row in of_grain]
        said = [described.get((grain, start), {}) for start in starts]
        place_of = {start: place for place, start in enumerate(starts)}
        periods[grain] = {
            "start": [start.isoformat() for start in starts],
            "end": [end.isoformat() for end in ends],
            "label": [
                each.get("period_label") or period_name(grain, start, end)
                for each, start, end in zip(said, starts, ends, strict=True)
            ],
            "year_ago": [place_of.get(each.get("year_ago_period_start_date"), -1) for each in said],
        }
    return periods


def _series(
    connection: duckdb.DuckDBPyConnection, periods: Mapping[str, Table]
) -> tuple[Table, list[Any], list[Any]]:
    """The series, the numbers and the marks that they name."""
    places = {
        (grain, start): place
        for grain, table in periods.items()
        for place, start in enumerate(table["start"])
    }
    rows = connection.execute(
        _KEPT
        + """
        select
            kpi, period_grain, dimension, dimension_value,
            max_by(dimension_label, period_start_date),
            list(cast(period_start_date as varchar) order by period_start_date),
            list(n order by period_start_date),
            list(d order by period_start_date),
            -- A value that is its numerator, or that by its denominator, is not written again.
            case
                when not bool_and(value is not distinct from case
                    when d is null then n when d <> 0 then n / d
                end) then list(value order by period_start_date)
            end,
            list(mark order by period_start_date)
        from kept
        group by kpi, period_grain, dimension, dimension_value
        order by kpi, period_grain, dimension, max(place) nulls first, dimension_value
        """
    ).fetchall()
    numbers, marks = _Pool(), _Pool()
    columns: Table = {
        name: []
        for name in ("kpi", "grain", "dimension", "slice", "label", "first", "n", "d", "v", "mark")
    }
    for kpi, grain, dimension, slice_of, label, starts, n, d, v, mark in rows:
        found = [places[grain, start] for start in starts]
        columns["kpi"].append(kpi)
        columns["grain"].append(grain)
        columns["dimension"].append(dimension)
        columns["slice"].append(slice_of)
        columns["label"].append(None if label == slice_of else label)
        columns["first"].append(found[0])
        for name, values in (("n", n), ("d", d), ("v", v)):
            is_said = values and (name == "v" or any(value is not None for value in values))
            columns[name].append(numbers.place_of(_filled(values, found, None)) if is_said else -1)
        columns["mark"].append(marks.place_of("".join(map(str, _filled(mark, found, FEW)))))
    return columns, numbers.held, marks.held


class _Pool:
    """Values by their place; the same one is held once."""

    def __init__(self) -> None:
        self.held: list[Any] = []
        self._places: dict[Any, int] = {}

    def place_of(self, value: Sequence[Any]) -> int:
        key = value if isinstance(value, str) else tuple(value)
        if key not in self._places:
            self._places[key] = len(self.held)
            self.held.append(value)
        return self._places[key]


def _filled(values: Sequence[Any], places: Sequence[int], gap: Any) -> list[Any]:
    """The values from the first place to the last, with a gap where a place has none.

    A whole number is written as one, which is shorter.
    """
    filled = [gap] * (places[-1] - places[0] + 1)
    for place, value in zip(places, values, strict=True):
        is_whole = isinstance(value, float) and value.is_integer()
        filled[place - places[0]] = int(value) if is_whole else value
    return filled


def _targets(connection: duckdb.DuckDBPyConnection) -> Table:
    return _columns(
        query(
            connection,
            """
            select
                kpi, period_grain, period_start_date, dimension, dimension_value, target_value,
                status
            from monitoring.kpi_values
            where target_value is not null
            order by all
            """,
        )
    )


def _left_out(connection: duckdb.DuckDBPyConnection) -> Table:
    rows = query(
        connection,
        f"""
        select kpi, dimension, count(distinct dimension_value) - {SLICES} as slices
        from monitoring.kpi_values
        where period_grain = 'month' and dimension <> 'total'
        group by all
        having slices > 0
        order by all
        """,
    )
    return _columns(rows)


def _rows_of(connection: duckdb.DuckDBPyConnection, mart: str, sql: str) -> Table:
    """The rows of a query; none where an earlier release published no such mart."""
    return _columns(query(connection, sql)) if has_mart(connection, mart) else {}


def _columns(rows: Iterable[Mapping[str, Any]]) -> Table:
    columns: Table = {}
    for row in rows:
        for name, value in row.items():
            columns.setdefault(name, []).append(_plain(value))
    return columns


def _plain(value: Any) -> Any:
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if value is None or isinstance(value, (str, bool, int, float)):
        return value
    return float(value)
