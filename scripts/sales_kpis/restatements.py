"""Values of complete periods that changed after they were published, from `kpi_restatements`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import duckdb
from rich.table import Table

from sales_kpis.errors import WrongUse
from sales_kpis.formats import NOTHING, format_value, plural
from sales_kpis.marts import has_mart, query
from sales_kpis.reported_values import MOST_FACTS, RESTATEMENTS
from sales_kpis.values import Kpi, period_name

# Signs before the ids of facts in a table.
_SIGNS = {"added_facts": "+", "removed_facts": "−", "changed_facts": "~"}


def read_restatements(
    connection: duckdb.DuckDBPyConnection, kpi: str | None, grain: str, dimension: str
) -> list[dict[str, Any]]:
    """The restatements of one grain and dimension, of the newest publication first.

    Args:
        connection: the marts.
        kpi: id of one KPI; None for all.
        grain: the period grain.
        dimension: `total` or a dimension.

    Raises:
        WrongUse: an earlier release made the marts.
    """
    if not has_mart(connection, str(RESTATEMENTS)):
        raise WrongUse(
            "These marts do not say what changed: an earlier release made them.",
            "Make them again: kpis run",
        )
    return query(
        connection,
        f"""
        select
            * replace (
                cast(numerator_before as double) as numerator_before,
                cast(numerator_after as double) as numerator_after,
                cast(denominator_before as double) as denominator_before,
                cast(denominator_after as double) as denominator_after
            )
        from {RESTATEMENTS.sql}
        where period_grain = $grain and dimension = $dimension and kpi = coalesce($kpi, kpi)
        order by changed_at desc nulls first, period_start_date desc, kpi, dimension_value
        """,
        {"grain": grain, "dimension": dimension, "kpi": kpi},
    )


def render_restatements(
    rows: Sequence[Mapping[str, Any]], catalog: Sequence[Kpi], currency: str, limit: int
) -> Table:
    """The newest restatements as a table: before, after, when, why, and the facts behind them."""
    kpis = {kpi.kpi: kpi for kpi in catalog}
    table = Table(
        title="Values of complete periods that changed after they were published",
        title_justify="left", header_style="bold", caption_justify="left",
    )  # fmt: skip
    is_total = rows[0]["dimension"] == "total"
    for name in ("published", "KPI", "period", *([] if is_total else [rows[0]["dimension"]])):
        table.add_column(name, no_wrap=name in ("published", "period"))
    for name in ("before", "after"):
        table.add_column(name, justify="right", no_wrap=True)
    for name in ("reason", "facts"):
        table.add_column(name)
    for row in rows[:limit]:
        kpi = kpis.get(row["kpi"])
        unit = kpi.unit if kpi else ""
        code = currency if row["basis"].split(",")[0] == currency else row["basis"].split(",")[0]
        table.add_row(
            f"{row['changed_at']:%Y-%m-%d %H:%M}" if row["changed_at"] else "not yet",
            kpi.title if kpi else row["kpi"],
            period_name(row["period_grain"], row["period_start_date"], row["period_end_date"]),
            *([] if is_total else [row["dimension_value"]]),
            format_value(row["value_before"], unit, code),
            format_value(row["value_after"], unit, code),
            row["reason"] or NOTHING,
            _facts(row) or NOTHING,
        )
    hidden = len(rows) - limit
    table.caption = " · ".join(
        [*([f"{hidden:,} more, see --limit"] if hidden > 0 else []), "+ new  − gone  ~ changed"]
    )
    return table


def told_of_restated(count: int) -> str:
    """The sentence at the end of a run; nothing where nothing changed."""
    if not count:
        return ""
    return (
        f"{plural(count, 'value')} of complete periods changed since they were published; see"
        " kpis restatements."
    )


def _facts(row: Mapping[str, Any], most: int = 3) -> str:
    signed = [
        f"{sign}{fact}"
        for name, sign in _SIGNS.items()
        for fact in (row[name] or "").split(", ")[:MOST_FACTS]
        if fact
    ]
    more = (row["count_facts"] or 0) - min(len(signed), most)
    return ", ".join(signed[:most]) + (f" and {more:,} more" if more > 0 else "")
