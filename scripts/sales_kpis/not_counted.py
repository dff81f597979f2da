"""The raw rows that did not count, table by table, with their money."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import duckdb
from rich.table import Table

from sales_kpis.formats import NOTHING, format_value
from sales_kpis.marts import query

REASONS: Mapping[str, str] = {
    "duplicate_rows": "repeated",
    "rejected_rows": "rejected",
    "deleted_rows": "deleted",
    "merged_rows": "merged",
    "undated_rows": "closed, no date",
    "unknown_stage_rows": "unknown stage",
}
_MART = "monitoring.counted_rows"


def read_not_counted(connection: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """The tables of which a row did not count; none where the marts have no such table."""
    columns = ("system", "source_table", "raw_rows", *REASONS, "counted_rows")
    try:
        return query(
            connection,
            f"""
            select {", ".join(columns)}, cast(amount_not_counted as double) as amount_not_counted
            from {_MART}
            where {" + ".join(REASONS)} > 0
            order by system, source_table
            """,
        )
    except duckdb.CatalogException:
        return []


def render_not_counted(rows: Sequence[Mapping[str, Any]], currency: str) -> Table:
    """The rows as a table; only the reasons that occur have a column."""
    table = Table(title="What did not count", title_justify="left", header_style="bold")
    reasons = {name: words for name, words in REASONS.items() if any(row[name] for row in rows)}
    table.add_column("table")
    for words in ("raw rows", *reasons.values(), "counted", "not counted"):
        table.add_column(words, justify="right", no_wrap=True)
    for row in rows:
        amount = row["amount_not_counted"]
        table.add_row(
            f"{row['system']}.{row['source_table']}",
            f"{row['raw_rows']:,}",
            *(f"{row[name]:,}" if row[name] else NOTHING for name in reasons),
            f"{row['counted_rows']:,}",
            NOTHING if amount is None else format_value(amount, "currency", currency),
        )
    return table
