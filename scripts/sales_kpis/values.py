"""The numbers and definitions in the marts, as typed rows."""

from __future__ import annotations

from dataclasses import MISSING, dataclass, fields
from datetime import date

import duckdb

from sales_kpis.marts import query

# From short to long; the fiscal ones exist where the fiscal year does not start in January.
GRAINS = ("day", "week", "month", "quarter", "fiscal_quarter", "year", "fiscal_year")


# The order in which a sales leader reads; a family that is not in it comes after.
FAMILIES = ("revenue", "pipeline", "leads", "customers", "reps", "marketing")


@dataclass(frozen=True)
class Kpi:
    """One row of `kpi_catalog`."""

    kpi: str
    family: str
    title: str
    question: str
    formula: str
    unit: str
    direction: str
    owner: str
    dimensions: tuple[str, ...]
    grains: tuple[str, ...]
    source: str
    description: str
    is_additive: bool
    not_connected: str | None = None
    is_proven: bool = False
    slices_of: str | None = None
    synonyms: tuple[str, ...] = ()
    board_place: int | None = None


@dataclass(frozen=True)
class KpiValue:
    """One row of `kpi_values`: a KPI in one period and one slice, beside its comparisons."""

    kpi: str
    period_grain: str
    period_start_date: date
    period_end_date: date
    is_period_complete: bool
    dimension: str
    dimension_value: str
    dimension_label: str
    numerator: float | None
    denominator: float | None
    value: float | None
    share_of_total: float | None
    previous_value: float | None
    change: float | None
    change_ratio: float | None
    year_ago_value: float | None
    yoy_ratio: float | None
    target_value: float | None
    attainment_ratio: float | None
    status: str | None
    is_small_sample: bool | None

    @property
    def is_named(self) -> bool:
        """Whether its slice is a value of the dimension; `(none)` and `(unallocated)` are not."""
        return not self.dimension_value.startswith("(")

    @property
    def period(self) -> str:
        """The period in words: `2025-08`, `2025-W32`, `2025-Q3`; a fiscal one by its months."""
        return period_name(self.period_grain, self.period_start_date, self.period_end_date)


def period_name(grain: str, start: date, end: date) -> str:
    """A period in words: `2025-08`, `2025-W32`, `2025-Q3`; a fiscal one by its months."""
    match grain:
        case "week":
            year, week, _ = start.isocalendar()
            return f"{year}-W{week:02d}"
        case "month":
            return f"{start:%Y-%m}"
        case "quarter":
            return f"{start.year}-Q{(start.month + 2) // 3}"
        case "year":
            return f"{start.year}"
        case "fiscal_quarter" | "fiscal_year":
            return f"{start:%Y-%m}…{end:%Y-%m}"
        case _:
            return start.isoformat()


_MEASURES = {field.name for field in fields(KpiValue) if "float" in str(field.type)}
# Some measures are decimals in the marts; people read no more digits than a double has.
_VALUE_COLUMNS = ", ".join(
    f"cast({name} as double) as {name}" if name in _MEASURES else name
    for name in (field.name for field in fields(KpiValue))
)


def read_catalog(connection: duckdb.DuckDBPyConnection) -> list[Kpi]:
    """All KPIs, by family and id."""
    described = query(connection, "select column_name from (describe monitoring.kpi_catalog)")
    known = {row["column_name"] for row in described}
    # A version that an earlier release published says nothing of the inputs.
    names = [field.name for field in fields(Kpi) if field.name in known or field.default is MISSING]
    rows = query(
        connection,
        f"""
        select {", ".join(names)}
        from monitoring.kpi_catalog
        order by list_position(?, family) nulls last, family, kpi
        """,
        [list(FAMILIES)],
    )
    for row in rows:
        lists = ("dimensions", "grains", "synonyms")
        row |= {name: _split(row[name]) for name in lists if name in row}
    return [Kpi(**row) for row in rows]


def read_values(
    connection: duckdb.DuckDBPyConnection,
    *,
    kpi: str | None = None,
    grain: str | None = None,
    dimension: str = "total",
    since: date | None = None,
) -> list[KpiValue]:
    """Rows of `kpi_values` in one dimension, by KPI, grain, slice and period.

    Args:
        connection: published or built marts.
        kpi: id of one KPI; None for all.
        grain: one period grain; None for all from month up.
        dimension: `total` or a dimension of the KPI.
        since: only periods that end on this day or later.
    """
    grains = [grain] if grain else list(GRAINS[GRAINS.index("month") :])
    rows = query(
        connection,
        f"""
        select {_VALUE_COLUMNS}
        from monitoring.kpi_values
        where period_grain in (select unnest(?))
            and dimension = ?
            and (? is null or kpi = ?)
            and (? is null or period_end_date >= ?)
        order by kpi, period_grain, dimension_value, period_start_date
        """,
        [grains, dimension, kpi, kpi, since, since],
    )
    return [KpiValue(**row) for row in rows]


def read_largest_slices(
    connection: duckdb.DuckDBPyConnection, period: KpiValue, count: int
) -> list[KpiValue]:
    """A KPI's largest slices of each dimension in one period, with their rows of all periods.

    A slice of a ratio is as large as its denominator.

    Args:
        connection: published or built marts.
        period: the KPI's total of the period.
        count: so many slices of each dimension.
    """
    rows = query(
        connection,
        f"""
        with of_kpi as (
            select *
            from monitoring.kpi_values
            where kpi = $kpi and period_grain = $grain and dimension <> 'total'
        ),
        largest as (
            select
                dimension,
                dimension_value,
                row_number() over (
                    partition by dimension
                    order by
                        abs(coalesce(denominator, numerator)) desc nulls last,
                        abs(numerator) desc nulls last,
                        dimension_value
                ) as place
            from of_kpi
            where period_start_date = $start
        )
        select {_VALUE_COLUMNS}
        from of_kpi
        inner join largest using (dimension, dimension_value)
        where place <= $count
        order by dimension, place, period_start_date
        """,
        {
            "kpi": period.kpi,
            "grain": period.period_grain,
            "start": period.period_start_date,
            "count": count,
        },
    )
    return [KpiValue(**row) for row in rows]


def read_newest_month(connection: duckdb.DuckDBPyConnection) -> list[KpiValue]:
    """All rows of each KPI in its newest complete month (in which it is not 0), largest first.

    A slice of a ratio is as large as its denominator.
    """
    rows = query(
        connection,
        f"""
        with months as (
            select
                kpi,
                coalesce(
                    max(case when value <> 0 then period_start_date end), max(period_start_date)
                ) as newest
            from monitoring.kpi_values
            where period_grain = 'month' and dimension = 'total' and is_period_complete
            group by kpi
        )
        select {_VALUE_COLUMNS}
        from monitoring.kpi_values
        inner join months using (kpi)
        where period_grain = 'month' and period_start_date = newest
        order by
            kpi,
            dimension,
            abs(coalesce(denominator, numerator)) desc nulls last,
            abs(numerator) desc nulls last,
            dimension_value
        """,
    )
    return [KpiValue(**row) for row in rows]


def _split(value: str | None) -> tuple[str, ...]:
    return tuple(part for part in (value or "").split("|") if part)
