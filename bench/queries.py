"""The questions of BI tools to the published file, timed."""

from __future__ import annotations

import statistics
import time
from pathlib import Path

import duckdb

QUERIES = {
    "one KPI by month": (
        "select period_start_date, value from kpis.kpi_total_revenue"
        " where period_grain = 'month' and dimension = 'total' order by period_start_date"
    ),
    "one KPI by quarter and territory, with target and year before": (
        "select period_start_date, dimension_value, value, target_value, year_ago_value"
        " from monitoring.kpi_values where kpi = 'win_rate' and period_grain = 'quarter'"
        " and dimension = 'territory' order by period_start_date, dimension_value"
    ),
    "all KPIs of the last complete month": (
        "select kpi, value, previous_value, yoy_ratio from monitoring.kpi_values"
        " where period_grain = 'month' and dimension = 'total' and is_period_complete"
        " qualify period_start_date = max(period_start_date) over (partition by kpi)"
    ),
    "the scorecard": (
        "select * from monitoring.kpi_scorecard where dimension = 'total' order by kpi"
    ),
    "a family's wide table by month": (
        "select * from kpis.kpis_wide_pipeline"
        " where period_grain = 'month' and dimension = 'total' order by period_start_date"
    ),
    "the best ten reps of a year": (
        "select dimension_value, value from kpis.kpi_total_revenue where period_grain = 'year'"
        " and dimension = 'rep' and period_start_date = date '2024-01-01'"
        " order by value desc limit 10"
    ),
    "open deals by stage and team, from the fact": (
        "select stage, team, count(*), sum(amount) from core.fct_deals"
        " where not is_closed group by stage, team"
    ),
    "open rate by campaign, from the fact": (
        "select email_campaign_id, count(*), avg(cast(is_opened as int))"
        " from core.fct_email_messages where is_delivered group by email_campaign_id"
    ),
}
_REPEATS = 5


def time_queries(database: Path) -> dict[str, float]:
    """The median milliseconds of each query, after one that is not counted; rows are fetched."""
    took = {}
    with duckdb.connect(str(database), read_only=True) as connection:
        for name, sql in QUERIES.items():
            connection.execute(sql).fetchall()
            runs = []
            for _ in range(_REPEATS):
                started = time.perf_counter()
                connection.execute(sql).fetchall()
                runs.append(time.perf_counter() - started)
            took[name] = statistics.median(runs) * 1000
    return took
