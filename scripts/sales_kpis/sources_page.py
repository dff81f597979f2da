"""The report of the sources as the terminal shows it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from sales_kpis.formats import NOTHING, plural
from sales_kpis.source_findings import Oddity
from sales_kpis.sources import SourceColumn, SourcesReport, SourceTable


def render_report(report: SourcesReport) -> RenderableType:
    """A table per system, then the oddities, the errors and one summary line."""
    parts: list[RenderableType] = [
        _render_system(system, list(tables))
        for system, tables in groupby(
            sorted(report.tables, key=lambda table: table.system), key=lambda table: table.system
        )
    ]
    if report.oddities:
        parts.append(_render_oddities(report.oddities))
    parts += [Text(f"error: {error}", style="red") for error in report.errors]
    parts.append(Text(report.summary(), style="bold"))
    return Group(*parts)


def _render_system(system: str, tables: Sequence[SourceTable]) -> Table:
    grid = Table(title=system, title_justify="left", title_style="bold cyan", header_style="bold")
    grid.add_column("table", no_wrap=True)
    grid.add_column("found as", no_wrap=True)
    for name in ("rows", "duplicates", "rejected"):
        grid.add_column(name, justify="right", no_wrap=True)
    grid.add_column("newest row", no_wrap=True)
    grid.add_column("columns")
    for table in tables:
        if table.found_as is None:
            text = "missing, required" if table.is_required else "missing, optional"
            grid.add_row(
                table.table, Text(text, style="red" if table.is_required else "dim"),
                NOTHING, NOTHING, NOTHING, NOTHING, "",
            )  # fmt: skip
            continue
        grid.add_row(
            table.table,
            table.found_as,
            f"{table.rows:,}",
            _count(table.duplicate_rows),
            _count(table.rejected_rows),
            (table.newest_row or NOTHING)[:16],
            _column_notes(table),
        )
    return grid


def _column_notes(table: SourceTable) -> Text:
    """Only what is worth saying about the columns: mapped, missing, and values that were lost."""
    mapped = [f"{c.name} ← {c.found_as}" for c in table.columns if c.is_mapped and c.found_as]
    required = [c.name for c in table.missing_columns if c.is_required]
    optional = [c.name for c in table.missing_columns if not c.is_required]
    found = [column for column in table.columns if column.found_as]
    notes = [
        ("mapped: ", mapped, ""),
        ("missing, required: ", required, "red"),
        ("missing: ", optional, "dim"),
        ("", [_unreadable(c) for c in found if c.unreadable_values], "yellow"),
        (
            "required but empty: ",
            [
                f"{c.name} in {plural(c.missing_values, 'row')}"
                for c in found
                if c.is_required and c.missing_values
            ],
            "yellow",
        ),
    ]
    text = Text(f"{len(found)} of {len(table.columns)}")
    for heading, parts, style in notes:
        if parts:
            text.append("\n").append(heading + ", ".join(parts), style=style)
    return text


def _unreadable(column: SourceColumn) -> str:
    examples = f", such as {', '.join(column.examples)}" if column.examples else ""
    return (
        f"{plural(column.unreadable_values, 'value')} of {column.name} not readable"
        f" as {column.data_type}{examples}"
    )


def _render_oddities(oddities: Sequence[Oddity]) -> Table:
    grid = Table(
        title="Oddities", title_justify="left", title_style="bold cyan", header_style="bold"
    )
    grid.add_column("where", overflow="fold")
    grid.add_column("what")
    grid.add_column("values", overflow="fold")
    grid.add_column("rows", justify="right", no_wrap=True)
    grid.add_column("next step", overflow="fold")
    for oddity in oddities:
        where = ".".join(part for part in (oddity.system, oddity.table, oddity.column) if part)
        grid.add_row(
            where,
            oddity.kind.replace("_", " "),
            ", ".join(oddity.values),
            NOTHING if oddity.rows is None else f"{oddity.rows:,}",
            oddity.next_step,
        )
    return grid


def _count(count: int) -> Text:
    return Text(f"{count:,}", style="yellow" if count else "dim")
