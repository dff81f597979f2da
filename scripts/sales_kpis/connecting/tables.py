"""Which file is which table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sales_kpis.connecting.exports import Export, Folder
from sales_kpis.connecting.plan import Column, Table
from sales_kpis.connecting.presets import Preset, best_preset, read_presets


def group_files(
    folder: Folder, contract: Mapping[str, Mapping[str, Column]]
) -> tuple[dict[str, Table], list[tuple[str, str]]]:
    """The table that each file is; files of one form are one table."""
    unread: list[tuple[str, str]] = []
    tables: dict[str, Table] = {}
    presets, _ = read_presets()
    own = {name: preset_of(name, columns) for name, columns in contract.items()}
    by_preset: dict[int, Table] = {}
    for export in folder.exports:
        preset = best_preset(export.header) or own.get(_table_called(export.name, contract))
        if preset is None or not preset.matches(export.header):
            unread.append((export.file, "its header is that of no table that is known"))
        elif not _has_rows_of(preset, export):
            reason = f"its header is that of {preset.title}, and most rows are not"
            unread.append((export.file, reason))
        elif id(preset) in by_preset:
            by_preset[id(preset)].exports.append(export)
        else:
            by_preset[id(preset)] = Table(preset.table, preset, [export])
    # Two forms of one table: that with more rows is taken; a vendor's goes before shared words.
    ranked = sorted(by_preset.values(), key=lambda t: (bool(t.preset.vendor), t.count))
    for table in reversed(ranked):
        if table.name in tables:
            other = tables[table.name].exports[0].file
            for export in table.exports:
                unread.append((export.file, f"looks like {table.name}, too, as {other} does"))
        else:
            tables[table.name] = table
    for preset in presets:
        first = tables.get(preset.beside)
        if first is None or first.preset.vendor or preset.table in tables:
            continue
        if "product" in tables and preset.matches(first.header):
            tables[preset.table] = Table(preset.table, preset, first.exports)
    return tables, unread


def _has_rows_of(preset: Preset, export: Export) -> bool:
    """Whether at least half of the rows have one of the columns that an export is known by."""
    found = preset.found(export.header)
    columns = [export.column(found[name][0]) for name in preset.known_by]
    return sum(any(cells) for cells in zip(*columns, strict=True)) * 2 >= len(export.rows)


def _table_called(name: str, contract: Iterable[str]) -> str:
    """The table of the contract that a file is called by, or by its plural; else blank."""
    return next((table for table in contract if name in (table, f"{table}s")), "")


def preset_of(name: str, columns: Mapping[str, Column]) -> Preset:
    """The export of a file that is called as a table of the contract, and its columns, too."""
    required = [column.name for column in columns.values() if column.is_required]
    return Preset(name, "a table in this project's own words", {c: [c] for c in columns}, required)
