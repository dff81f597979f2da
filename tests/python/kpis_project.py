"""A small project and small marts for tests of `kpis` that need no dbt."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

import duckdb

from sales_kpis import references, setting_rules
from sales_kpis.dbt_runner import BuildResult, DbtSetup, OnProgress
from sales_kpis.project import Project
from sales_kpis.run import Reporter, RunRequest
from sales_kpis.settings import load_settings
from sales_kpis.sources import SourcesReport, parse_report

# A command that a test runs is given up by then: far above what it takes on a machine that stalls.
SECONDS_OF_A_HANG = 600

DBT_PROJECT = """\
name: sales_kpis
profile: sales_kpis
vars:
  google_analytics_events: {lead_created: [generate_lead], sign_up: [sign_up], activation: []}
  systems: [tabular]
  raw_path: data/demo
  source_mapping: {}
  as_of_date: "2025-09-17"
  reporting_currency: EUR
  reporting_time_zone: Europe/Amsterdam
  fiscal_year_start_month: 4
  conversion_window_days: 90
"""
PROFILES = """\
sales_kpis:
  target: duckdb
  outputs:
    duckdb:
      type: duckdb
      path: "{{ env_var('SALES_KPIS_DATABASE', 'build/sales_kpis.duckdb') }}"
    spark:
      type: spark
      method: session
      server_side_parameters:
        spark.sql.warehouse.dir: "{{ env_var('SALES_KPIS_SPARK_FOLDER', 'x') }}/warehouse"
    cluster:
      type: spark
      method: thrift
    postgres:
      type: postgres
"""
REPORT: Mapping[str, Any] = {
    "tables": [
        {
            "system": "tabular",
            "table": "deal",
            "found_as": "sales_pipeline",
            "is_required": True,
            "rows": 12,
            "duplicate_rows": 1,
            "rejected_rows": 2,
            "newest_row": "2025-09-16 10:00:00",
            "columns": [],
        }
    ],
    "findings": [],
}


# `sales_by_territory` has the total of `total_revenue`; its fourth slice is too small to be shown.
SLICED = (
    """
    insert into monitoring.kpi_values by name
    select totals.* replace (
        'sales_by_territory' as kpi, 'territory' as dimension, slice as dimension_value,
        'Region ' || slice as dimension_label, value * share as value,
        numerator * share as numerator, share as share_of_total,
        previous_value * share as previous_value, null as target_value, null as status
    )
    from (from monitoring.kpi_values where dimension = 'total') as totals,
    (values ('North', 0.6), ('South', 0.25), ('(none)', 0.1), ('West', 0.05))
        as slices (slice, share)
    union all by name
    select totals.* replace ('sales_by_territory' as kpi)
    from (from monitoring.kpi_values where dimension = 'total') as totals
    """,
    """
    create table kpis.kpi_sales_by_territory as
    select period_grain, period_start_date, dimension, dimension_value, period_end_date,
        is_period_complete, numerator, denominator, value
    from monitoring.kpi_values
    where kpi = 'sales_by_territory'
    """,
    "alter table monitoring.kpi_catalog add column slices_of varchar",
    """
    insert into monitoring.kpi_catalog by name
    select * replace (
        'sales_by_territory' as kpi, 'Sales by territory' as title, 'total_revenue' as slices_of,
        'colour|territory' as dimensions
    )
    from monitoring.kpi_catalog
    """,
)


def write_project(root: Path) -> Path:
    """A dbt project without models."""
    for folder in ("data/demo/tabular", "models/staging/tabular", "models/staging/salesforce"):
        (root / folder).mkdir(parents=True)
    (root / "dbt_project.yml").write_text(DBT_PROJECT)
    (root / "profiles.yml").write_text(PROFILES)
    copy_setting_rules(root)
    (root / references.FILE).parent.mkdir(parents=True)
    references.renew_references(root)
    return root


def copy_setting_rules(root: Path) -> None:
    """Give a project of a test the list of what a setting may be, which the command reads."""
    (root / setting_rules.FILE).parent.mkdir(parents=True)
    shutil.copy(Path(__file__).parents[2] / setting_rules.FILE, root / setting_rules.FILE)


def write_marts(
    database: Path,
    revenue: Sequence[int] = (100, 200, 50),
    *,
    statements: Sequence[str] = (),
) -> Path:
    """Marts of one KPI, `total_revenue`, one month a value from July 2025; more by `statements`.

    `core.deals_of_july` is a view, as dbt makes it: its SQL carries the name of the database.
    """
    database.parent.mkdir(parents=True, exist_ok=True)
    database.unlink(missing_ok=True)
    connection = duckdb.connect(str(database))
    connection.execute("begin")
    for schema in ("staging", "core", "kpis", "monitoring"):
        connection.execute(f"create schema {schema}")
    connection.execute("create table staging.stg_tabular__deals as select 1 as deal_id")
    connection.execute(
        "create table core.fct_deals (deal_id bigint, close_date date, amount decimal(28, 8))"
    )
    for number, amount in enumerate(revenue):
        connection.execute(
            "insert into core.fct_deals values"
            f" ({number}, date '2025-07-03' + to_months({number}), {amount})"
        )
    name = database.stem
    for statement in (
        f"""
        create view core.deals_of_july as
        select * from {name}.core.fct_deals where close_date < date '2025-08-01'
        """,
        """
        create table core.dim_periods as
        select
            'month' as period_grain,
            cast(start as date) as period_start_date,
            strftime(start, '%Y-%m') as period_label,
            last_day(start) as period_end_date,
            last_day(start) <= date '2025-09-17' as is_complete,
            case strftime(start, '%Y-%m')
                when '2025-08' then 'last complete' when '2025-09' then 'current'
            end as relative_period
        from range(timestamp '2025-01-01', timestamp '2027-01-01', interval 1 month) as _ (start)
        """,
        """
        create table kpis.kpi_total_revenue as
        select
            'month' as period_grain,
            cast(date_trunc('month', close_date) as date) as period_start_date,
            'total' as dimension,
            '(total)' as dimension_value,
            last_day(close_date) as period_end_date,
            last_day(close_date) <= date '2025-09-17' as is_period_complete,
            cast(sum(amount) as decimal(28, 8)) as numerator,
            cast(null as decimal(28, 8)) as denominator,
            cast(sum(amount) as double) as value
        from core.fct_deals
        group by all
        order by 2
        """,
        """
        create table monitoring.kpi_values as
        select
            'total_revenue' as kpi,
            'revenue' as family,
            *,
            dimension_value as dimension_label,
            cast(1 as double) as share_of_total,
            lag(value) over (order by period_start_date) as previous_value,
            value - previous_value as change,
            change / previous_value as change_ratio,
            cast(null as double) as year_ago_value,
            cast(null as double) as yoy_ratio,
            case when period_start_date = date '2025-08-01' then 250.0 end as target_value,
            value / target_value as attainment_ratio,
            case when target_value is not null then 'missed' end as status,
            false as is_small_sample
        from kpis.kpi_total_revenue
        """,
        """
        create table monitoring.kpi_catalog as
        select
            'total_revenue' as kpi,
            'revenue' as family,
            'Total revenue' as title,
            'How much did we sell?' as question,
            'Amount of won deals' as formula,
            'currency' as unit,
            'higher' as direction,
            'Sales' as owner,
            'territory|rep' as dimensions,
            'day|week|month|quarter|year' as grains,
            'CRM' as source,
            'One row per period, dimension and dimension value. By close date.' as description,
            true as is_additive
        """,
        """
        create table monitoring.source_reconciliation as
        select
            'tabular' as system,
            'deal' as source_table,
            12 as raw_rows,
            9 as staged_rows,
            1 as duplicate_rows,
            2 as rejected_rows,
            true as is_balanced
        """,
        *statements,
    ):
        connection.execute(statement)
    connection.execute("commit")
    connection.close()
    return database


def published_revenue(database: Path) -> list[float]:
    """The values of `total_revenue` in a file, by month."""
    connection = duckdb.connect(str(database), read_only=True)
    try:
        rows = connection.execute(
            "select value from kpis.kpi_total_revenue order by period_start_date"
        ).fetchall()
    finally:
        connection.close()
    return [row[0] for row in rows]


class FakeBuilder:
    """Builds the marts without dbt, with what dbt would have said of it.

    The class is what `run` opens; `FakeBuilder.of(...)` makes one with other content.
    """

    revenue: Sequence[int] = (100, 200, 50)
    report: Mapping[str, Any] = REPORT
    result = BuildResult(
        statuses={"success": 5, "pass": 2},
        tests=({"name": "deals_are_unique", "status": "pass", "failures": 0},),
        facts_of={"total_revenue": ("core.fct_deals",)},
    )
    statements: Sequence[str] = ()
    setups: list[DbtSetup]

    def __init__(self, setup: DbtSetup, is_full_refresh: bool) -> None:
        self.setup = setup
        type(self).setups = [*getattr(type(self), "setups", []), setup]

    @classmethod
    def of(cls, **content: Any) -> type[Self]:
        """A builder class with this content."""
        return type("OtherBuilder", (cls,), {"setups": [], **content})

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None: ...

    def read_project(self) -> None: ...

    def check_sources(self) -> SourcesReport:
        return parse_report(self.report)

    def build(self, on_progress: OnProgress) -> BuildResult:
        on_progress(1, 2, "fct_deals")
        write_marts(self.setup.database, self.revenue, statements=self.statements)
        return self.result


class QuietReporter(Reporter):
    """Keeps the notes."""

    def __init__(self) -> None:
        self.notes: list[str] = []

    @contextmanager
    def stage(self, text: str) -> Iterator[OnProgress]:
        yield lambda done, total, node: None

    def note(self, text: str) -> None:
        self.notes.append(text)


def request_for(project: Project, vars_text: str | None = None, **options: Any) -> RunRequest:
    """A request for a run of the project with its default settings."""
    settings = load_settings(
        project.default_vars(), project_folder=project.root, vars_text=vars_text
    )
    return RunRequest(project=project, settings=settings, **options)
