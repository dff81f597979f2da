"""Tables for a terminal of any width: columns are left out before the names of rows are cut."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderResult
from rich.table import Column, Table

# A name may take several lines, each at least so wide; all other cells stand on one.
_NAME_WIDTH = 24
_PADDING = 2


class FittingTable:
    """A table in which the columns that may wrap have names, and no other cell is broken or cut.

    Where the width does not hold all columns, those of `dispensable` are left out, the first one
    first, until it does; the caption says which.
    """

    def __init__(self, table: Table, dispensable: Sequence[str]) -> None:
        """
        Args:
            table: with all its rows.
            dispensable: headers of columns; one that the table does not have is passed over.
        """
        self._table = table
        headers = [column.header for column in table.columns]
        self._dispensable = [name for name in dispensable if name in headers]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield self.fitted(options.max_width)

    def fitted(self, width: int) -> Table:
        """The table for a width in characters; none but the dispensable columns are left out."""
        for count in range(len(self._dispensable)):
            table = self._without(self._dispensable[:count])
            if _width(table.columns) <= width:
                return table
        return self._without(self._dispensable)

    def _without(self, headers: Sequence[str]) -> Table:
        if not headers:
            return self._table
        table = copy(self._table)
        table.columns = [column for column in table.columns if column.header not in headers]
        note = f"no room for: {', '.join(headers)}"
        table.caption = f"{table.caption} · {note}" if table.caption else note
        return table


def _width(columns: Sequence[Column]) -> int:
    """The narrowest width of a table of these columns."""
    total = len(columns) + 1
    for column in columns:
        longest = max(cell_len(str(cell)) for cell in (column.header, *column.cells))
        total += _PADDING + (longest if column.no_wrap else min(longest, _NAME_WIDTH))
    return total
