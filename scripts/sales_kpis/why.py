"""The facts behind one value: the deals, leads or messages, by id, that a KPI counted."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

import duckdb
from rich.table import Table

from sales_kpis.errors import WrongUse
from sales_kpis.formats import NOTHING, format_measure, plural
from sales_kpis.marts import query
from sales_kpis.values import Kpi, KpiValue

_ROWS = "select * from kpi_rows"
# "database"."schema"."table" in the SQL of a build; the schemas are the same in every database.
_TABLE = re.compile(r'"[^"]+"\.("[^"]+"\."[^"]+")')


@dataclass(frozen=True)
class Fact:
    """One deal, lead, message, … with its part in a value.

    `date` is the day that puts it into the period; None where the KPI is a state at the period's
    end.
    """

    fact_id: str
    date: date | None
    dimension_value: str
    numerator: Decimal | None
    denominator: Decimal | None

    def as_json(self) -> dict[str, Any]:
        """The fact as plain values."""
        return asdict(self)


def choose_period(rows: Sequence[KpiValue], period: str) -> date:
    """First day of the period that is written like those in the table, or in which a day lies.

    Args:
        rows: the KPI's rows of one grain.
        period: `2025-08`, `2025-W32`, `2025-Q3`, `2025`, or a day such as 2025-08-14.

    Raises:
        WrongUse: the KPI has no such period; its first and last are told.
    """
    by_name = {row.period.lower(): row.period_start_date for row in rows}
    if period.lower() in by_name:
        return by_name[period.lower()]
    try:
        day = date.fromisoformat(period)
    except ValueError:
        day = None
    for row in rows:
        if day is not None and row.period_start_date <= day <= row.period_end_date:
            return row.period_start_date
    names = [row.period for row in sorted(rows, key=lambda row: row.period_start_date)]
    raise WrongUse(
        f"There is no period {period}.",
        f"They go from {names[0]} to {names[-1]}; another --grain has others."
        if names
        else "The KPI has no values there.",
    )


def read_facts(
    connection: duckdb.DuckDBPyConnection,
    kpi: Kpi,
    sql: str,
    values: Sequence[KpiValue],
) -> list[Fact]:
    """The facts of the given values of one KPI, the largest first.

    Args:
        connection: the marts that the SQL built, in a file of any name.
        kpi: the KPI.
        sql: the compiled SQL of its table.
        values: rows of one grain, period and dimension.

    Raises:
        WrongUse: the SQL is not one of this kind of build (it ran on Spark, or is older).
    """
    facts = facts_query(connection, kpi, sql if values else "")
    first = values[0]
    condition = (
        "period_grain = $grain and period_start_date = $start"
        if facts.has_periods
        else "kpi_date between $start and $end"
    )
    # A query that begins in a WITH takes its rows from it; only the last line is another one.
    rows = query(
        connection,
        f"""{facts.sql}
        select
            fact_id,
            {"null" if facts.has_periods else "kpi_date"} as date,
            dimension_value,
            sum(numerator) as numerator,
            sum(denominator) as denominator
        from kpi_facts
        where {condition}
            and dimension = $dimension
            and dimension_value in (select unnest($dimension_values))
        group by all
        order by abs(sum(numerator)) desc nulls last, date, fact_id, dimension_value
        """,
        {
            "start": first.period_start_date,
            "dimension": first.dimension,
            "dimension_values": [row.dimension_value for row in values],
            **(
                {"grain": first.period_grain}
                if facts.has_periods
                else {"end": first.period_end_date}
            ),
        },
    )
    return [Fact(**row) for row in rows]


class FactsQuery(NamedTuple):
    """The SQL of a KPI up to its facts; `has_periods` where they have no day of their own."""

    sql: str
    has_periods: bool


def facts_query(connection: duckdb.DuckDBPyConnection, kpi: Kpi, sql: str) -> FactsQuery:
    """The SQL before a `select … from kpi_facts`, to read the facts of a KPI.

    Raises:
        WrongUse: the SQL is not one of this kind of build (it ran on Spark, or is older).
    """
    if not sql.rstrip().endswith(_ROWS):
        raise _unreadable(kpi)
    facts_sql = _TABLE.sub(r"\1", sql.rstrip().removesuffix(_ROWS))
    try:
        return FactsQuery(facts_sql, _has_periods(connection, facts_sql))
    except (duckdb.ParserException, duckdb.BinderException, duckdb.CatalogException):
        raise _unreadable(kpi) from None


def render_facts(kpi: Kpi, values: Sequence[KpiValue], facts: Sequence[Fact], limit: int) -> Table:
    """The facts as a table, with their sums and how they relate to the value.

    Args:
        kpi: the KPI.
        values: the KPI's rows that they make: of one period and dimension.
        facts: what `read_facts` gives.
        limit: so many rows are shown.
    """
    table = Table(
        title=f"{kpi.title} {values[0].period}: {kpi.formula}",
        title_justify="left", header_style="bold", caption_justify="left",
    )  # fmt: skip
    by = values[0].dimension
    table.add_column("fact", no_wrap=True)
    table.add_column("date", no_wrap=True)
    if by != "total":
        table.add_column(by.replace("_", " "))
    has_denominator = any(fact.denominator is not None for fact in facts)
    table.add_column("numerator", justify="right", no_wrap=True)
    if has_denominator:
        table.add_column("denominator", justify="right", no_wrap=True)
    for fact in facts[:limit]:
        table.add_row(
            fact.fact_id,
            fact.date.isoformat() if fact.date else NOTHING,
            *([fact.dimension_value] if by != "total" else []),
            format_measure(fact.numerator),
            *([format_measure(fact.denominator)] if has_denominator else []),
        )
    notes = [f"{len(facts) - limit} more, see --limit"] if len(facts) > limit else []
    value = values[0] if len(values) == 1 else None
    table.caption = " · ".join([*notes, *_sums(facts, value, has_denominator)])
    return table


def _sums(facts: Sequence[Fact], value: KpiValue | None, has_denominator: bool) -> list[str]:
    numerator = sum((fact.numerator or Decimal(0) for fact in facts), Decimal(0))
    denominator = sum((fact.denominator or Decimal(0) for fact in facts), Decimal(0))
    if value is not None and value.numerator is None and value.value is not None:
        return [f"{plural(len(facts), 'fact')}, in whose order the value has its place"]
    notes = [f"{plural(len(facts), 'fact')}, numerators add up to {format_measure(numerator)}"]
    if has_denominator:
        notes.append(f"denominators to {format_measure(denominator)}")
    if value is not None and value.numerator is not None:
        is_sum = abs(Decimal(str(value.numerator)) - numerator) < Decimal("0.01")
        notes.append(
            "the value's own" if is_sum else f"the value's numerator is {value.numerator:,.2f}"
        )
    return notes


def _has_periods(connection: duckdb.DuckDBPyConnection, facts_sql: str) -> bool:
    cursor = connection.execute(f"{facts_sql}\nselect * from kpi_facts limit 0")
    return "period_grain" in [column[0] for column in cursor.description or []]


def _unreadable(kpi: Kpi) -> WrongUse:
    return WrongUse(
        f"The SQL behind {kpi.kpi} is not there, or another engine's.",
        "Build it here: kpis run. A build on Spark keeps it in the version's queries/ folder, to be"
        " run there with `select * from kpi_facts` as its last line.",
    )
