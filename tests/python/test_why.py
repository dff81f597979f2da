"""`kpis show --why` lists the facts that one value is made of."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import duckdb
import pytest

from sales_kpis.errors import WrongUse
from sales_kpis.values import Kpi, KpiValue
from sales_kpis.why import choose_period, read_facts, render_facts

KPI = Kpi(
    kpi="total_revenue", family="revenue", title="Total revenue", question="How much?",
    formula="revenue", unit="currency", direction="higher", owner="Sales", dimensions=("team",),
    grains=("month", "week"), source="CRM", description="", is_additive=True,
)  # fmt: skip

AUGUST = KpiValue(
    kpi="total_revenue", period_grain="month", period_start_date=date(2025, 8, 1),
    period_end_date=date(2025, 8, 31), is_period_complete=True, dimension="total",
    dimension_value="total", dimension_label="total", numerator=35.0, denominator=None, value=35.0,
    share_of_total=1.0, previous_value=None, change=None, change_ratio=None, year_ago_value=None,
    yoy_ratio=None, target_value=None, attainment_ratio=None, status=None, is_small_sample=None,
)  # fmt: skip
SEPTEMBER = replace(AUGUST, period_start_date=date(2025, 9, 1), period_end_date=date(2025, 9, 30))

# As the rollup compiles: the facts stand in a CTE that the last line does not read.
DATED = """
with kpi_facts as (
    select close_date as kpi_date, 'total' as dimension, 'total' as dimension_value,
        deal_id as fact_id, amount as numerator, cast(null as decimal(28, 8)) as denominator
    from "another_name"."core"."fct_deals"
    union all
    select close_date, 'team', team, deal_id, amount, null from "another_name"."core"."fct_deals"
),
kpi_rows as (select 1 as value)

select * from kpi_rows
"""
AS_OF = DATED.replace(
    "close_date as kpi_date",
    "'month' as period_grain, date_trunc('month', close_date) as period_start_date",
).replace("select close_date, 'team'", "select 'month', date_trunc('month', close_date), 'team'")


@pytest.fixture
def connection() -> duckdb.DuckDBPyConnection:
    marts = duckdb.connect()
    marts.execute("create schema core")
    marts.execute(
        """
        create table core.fct_deals as
        select deal_id, team, cast(close_date as date) as close_date,
            cast(amount as decimal(28, 8)) as amount
        from (values
            ('d1', 'North', '2025-08-01', 5), ('d2', 'North', '2025-08-31', 20),
            ('d3', 'South', '2025-08-15', 10), ('d4', 'North', '2025-09-01', 99),
            ('d5', 'North', '2025-07-31', 99)
        ) as deals (deal_id, team, close_date, amount)
        """
    )
    return marts


@pytest.mark.parametrize("sql", [DATED, AS_OF], ids=["facts with a day", "facts of a state"])
def test_the_facts_of_a_period_are_all_of_it_and_nothing_else(
    connection: duckdb.DuckDBPyConnection, sql: str
) -> None:
    facts = read_facts(connection, KPI, sql, [AUGUST])
    assert [(fact.fact_id, fact.numerator) for fact in facts] == [
        ("d2", Decimal(20)), ("d3", Decimal(10)), ("d1", Decimal(5)),
    ]  # fmt: skip


def test_a_slice_has_its_own_facts(connection: duckdb.DuckDBPyConnection) -> None:
    south = replace(AUGUST, dimension="team", dimension_value="South")
    assert [fact.fact_id for fact in read_facts(connection, KPI, DATED, [south])] == ["d3"]


def test_the_caption_says_whether_the_facts_add_up(connection: duckdb.DuckDBPyConnection) -> None:
    facts = read_facts(connection, KPI, DATED, [AUGUST])
    caption = render_facts(KPI, [AUGUST], facts, 2).caption
    assert caption == ("1 more, see --limit · 3 facts, numerators add up to 35 · the value's own")
    other = render_facts(KPI, [replace(AUGUST, numerator=30.0)], facts, 9).caption
    assert str(other).endswith("the value's numerator is 30.00")


@pytest.mark.parametrize(
    "sql", ["", "select 1", DATED.replace("with kpi_facts", "with other_facts")]
)
def test_sql_that_cannot_say_stops_with_what_to_do(
    connection: duckdb.DuckDBPyConnection, sql: str
) -> None:
    with pytest.raises(WrongUse, match="not there, or another engine's") as raised:
        read_facts(connection, KPI, sql, [AUGUST])
    assert "kpis run" in raised.value.next_step


@pytest.mark.parametrize(
    ("period", "start"),
    [
        pytest.param("2025-08", date(2025, 8, 1), id="as the table writes it"),
        pytest.param("2025-09-30", date(2025, 9, 1), id="the last day in it"),
        pytest.param("2025-08-01", date(2025, 8, 1), id="the first day in it"),
    ],
)
def test_a_period_is_named_as_in_the_table_or_by_a_day_in_it(period: str, start: date) -> None:
    assert choose_period([AUGUST, SEPTEMBER], period) == start


@pytest.mark.parametrize("period", ["2025-10", "2025-07-31", "soon"])
def test_an_unknown_period_tells_the_first_and_the_last(period: str) -> None:
    with pytest.raises(WrongUse, match="no period") as raised:
        choose_period([SEPTEMBER, AUGUST], period)
    assert "from 2025-08 to 2025-09" in raised.value.next_step
