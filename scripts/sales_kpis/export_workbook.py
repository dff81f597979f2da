"""The workbook of `kpis export --to xlsx`: a sheet per family, definitions and the publication."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import xlsxwriter

from sales_kpis.dbt_runner import OnProgress
from sales_kpis.errors import WrongUse
from sales_kpis.marts import query, quoted

# Excel's own limit, header rows included.
MAX_ROWS = 1_048_576
HEADER_ROW = 1
NUMBER_FORMATS = {
    "currency": "#,##0.00",
    "ratio": "0.0%",
    "count": "#,##0.##",
    "multiple": '0.00" ×"',
}
_DEFINITIONS = (
    *("kpi", "title", "family", "question", "formula", "display_unit", "direction", "owner"),
    *("dimensions", "grains", "not_connected"),
)


def write_workbook(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    kpis: Sequence[str] | None,
    on_progress: OnProgress,
) -> dict[str, int]:
    """Write the workbook; returns the rows of each sheet.

    A family's sheet has a row per period and slice and a column per KPI. Its first row has the
    definitions, the second the header, which stays in view. Ids are text, and no text is a formula.

    Args:
        connection: the published file.
        path: the file to write.
        kpis: ids of the chosen KPIs; None, all.
        on_progress: is told sheets done, all sheets, and the name of the next.

    Raises:
        WrongUse: a sheet would have more rows than Excel allows.
    """
    catalog = [
        row
        for row in query(connection, "select * from monitoring.kpi_catalog order by family, kpi")
        if kpis is None or row["kpi"] in kpis
    ]
    families: dict[str, list[dict[str, Any]]] = {}
    for row in catalog:
        families.setdefault(row["family"], []).append(row)
    # Text stays text, whatever it looks like; rows are on the disk, not in memory.
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    sheets = {}
    with xlsxwriter.Workbook(str(path), options) as workbook:
        # The time of the build would make each export another file.
        workbook.set_properties({"created": datetime(2000, 1, 1)})
        for done, (family, chosen) in enumerate(families.items()):
            on_progress(done, len(families), family)
            sheets[family] = _write_family(connection, workbook, family, chosen)
        definitions = [[row[name] for name in _DEFINITIONS] for row in catalog]
        sheets["definitions"] = _write_sheet(workbook, "definitions", _DEFINITIONS, definitions)
        [publication] = query(connection, "select * from monitoring.publication")
        sheets["publication"] = _write_sheet(
            workbook, "publication", ("name", "value"), [[*pair] for pair in publication.items()]
        )
    on_progress(len(families), len(families), "")
    return sheets


def _write_family(
    connection: duckdb.DuckDBPyConnection,
    workbook: xlsxwriter.Workbook,
    family: str,
    kpis: Sequence[dict[str, Any]],
) -> int:
    names = [row["kpi"] for row in kpis]
    listed = ", ".join(map(quoted, names))
    table = f"kpis.{quoted(f'kpis_wide_{family}')}"
    every = connection.execute(f"describe {table}").fetchall()
    all_kpis = {
        row["kpi"] for row in query(connection, "select kpi from monitoring.kpi_catalog")
    }  # fmt: skip
    leading = [row[0] for row in every if row[0] not in all_kpis]
    cursor = connection.execute(
        f"select {', '.join(map(quoted, leading))}, {listed} from {table}"
        f" where coalesce({listed}) is not null"
        " order by period_grain, dimension, dimension_value, period_start_date"
    )
    units = {row["kpi"]: row["unit"] for row in kpis}
    meanings = {
        row["kpi"]: f"{row['title']} ({row['display_unit']}): {row['formula']}" for row in kpis
    }
    columns = [*leading, *names]
    sheet = workbook.add_worksheet(family)
    text, day = workbook.add_format({"num_format": "@"}), _day(workbook)
    small = workbook.add_format({"text_wrap": True, "valign": "top", "font_size": 8})
    bold = workbook.add_format({"bold": True, "bottom": 1})
    numbers = {
        name: workbook.add_format({"num_format": NUMBER_FORMATS.get(unit, "#,##0.0")})
        for name, unit in units.items()
    }
    for position, name in enumerate(columns):
        sheet.set_column(position, position, 18 if name in units else 14)
    sheet.set_row(0, 90)
    for position, name in enumerate(columns):
        sheet.write_string(0, position, meanings.get(name, ""), small)
    for position, name in enumerate(columns):
        sheet.write_string(HEADER_ROW, position, name, bold)
    sheet.freeze_panes(HEADER_ROW + 1, 4)
    count = 0
    while rows := cursor.fetchmany(20_000):
        for row in rows:
            count += 1
            if count + HEADER_ROW >= MAX_ROWS:
                raise WrongUse(
                    f"The sheet {family} would have more than {MAX_ROWS:,} rows.",
                    "Choose fewer KPIs (--kpi), or export to csv or parquet.",
                )
            for position, value in enumerate(row):
                _write(sheet, count + HEADER_ROW, position, value, text, day,
                       numbers.get(columns[position]))  # fmt: skip
    sheet.autofilter(HEADER_ROW, 0, HEADER_ROW + max(count, 1), len(columns) - 1)
    return count


def _write_sheet(
    workbook: xlsxwriter.Workbook, name: str, columns: Sequence[str], rows: Sequence[list[Any]]
) -> int:
    sheet = workbook.add_worksheet(name)
    bold = workbook.add_format({"bold": True, "bottom": 1})
    text, day = workbook.add_format({"num_format": "@"}), _day(workbook)
    sheet.set_column(0, len(columns) - 1, 24)
    for position, column in enumerate(columns):
        sheet.write_string(0, position, column, bold)
    sheet.freeze_panes(1, 0)
    for number, row in enumerate(rows, start=1):
        for position, value in enumerate(row):
            _write(sheet, number, position, value, text, day, None)
    return len(rows)


def _write(
    sheet: Any, row: int, column: int, value: Any, text: Any, day: Any, number: Any | None
) -> None:
    """One cell in the form of its type; null is an empty one."""
    if value is None:
        return
    if isinstance(value, bool):
        sheet.write_boolean(row, column, value)
    elif isinstance(value, int | float):
        sheet.write_number(row, column, value, number)
    elif isinstance(value, date) and not isinstance(value, datetime):
        sheet.write_datetime(row, column, value, day)
    else:
        sheet.write_string(row, column, str(value), text)


def _day(workbook: xlsxwriter.Workbook) -> Any:
    return workbook.add_format({"num_format": "yyyy-mm-dd"})
