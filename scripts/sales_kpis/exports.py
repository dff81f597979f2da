"""The published tables for other tools: Parquet, CSV, a workbook or PostgreSQL (`kpis export`).

Everything is read from one published version, never from a build. Files are written into a hidden
folder beside the wanted one, which they replace when they are whole.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from sales_kpis import files
from sales_kpis.dbt_runner import OnProgress
from sales_kpis.errors import WrongUse, suggestion
from sales_kpis.export_workbook import write_workbook
from sales_kpis.marts import Table, has_mart, query, quoted, text_literal
from sales_kpis.publish import PublishedVersion

RECORD = "export.json"
# Every selection of KPIs has them with it.
_COMPANIONS = ("core.dim_periods", "monitoring.publication")
# A spreadsheet takes a text that begins so for a formula; a mere number is none.
_FORMULA = re.compile(r"[=+\-@\t\r]")
_NUMBER = re.compile(r"[+-]?\d+([.,]\d+)?")
_ROWS_AT_ONCE = 20_000


@dataclass(frozen=True)
class ExportedTable:
    """One table to export: its query on the published file, key and comments.

    `columns` has the DuckDB type of each column, `comments` what it means.
    """

    table: Table
    query: str
    key: tuple[str, ...]
    comment: str
    columns: dict[str, str]
    comments: dict[str, str]


def choose_kpis(
    connection: duckdb.DuckDBPyConnection, families: Sequence[str], kpis: Sequence[str]
) -> list[str] | None:
    """The ids of the chosen KPIs, sorted; None where nothing is chosen, which means everything.

    Raises:
        WrongUse: there is no such family or KPI.
    """
    catalog = query(connection, "select kpi, family from monitoring.kpi_catalog order by kpi")
    for what, chosen, known in (
        ("family", families, sorted({row["family"] for row in catalog})),
        ("KPI", kpis, [row["kpi"] for row in catalog]),
    ):
        for name in chosen:
            if name not in known:
                raise WrongUse(f"There is no {what} {name}.", suggestion(name, known))
    if not families and not kpis:
        return None
    return [row["kpi"] for row in catalog if row["family"] in families or row["kpi"] in kpis]


def tables_to_export(
    connection: duckdb.DuckDBPyConnection, families: Sequence[str], kpis: Sequence[str]
) -> list[ExportedTable]:
    """The tables of a selection, in the order of their names.

    All, or the tables of the chosen KPIs, the wide tables of the chosen families, the rows of the
    chosen KPIs in `kpi_values` and `kpi_catalog`, the periods and the publication.

    Args:
        connection: the published file.
        families: chosen families; none and no KPI chosen means all tables.
        kpis: ids of chosen KPIs.

    Raises:
        WrongUse: there is no such family or KPI, or an earlier release has published the file.
    """
    if not has_mart(connection, "monitoring.published_tables"):
        raise WrongUse(
            "The current version was published by an earlier release, which told no keys.",
            "Publish it again: kpis publish",
        )
    chosen = choose_kpis(connection, families, kpis)
    listed = ", ".join(map(text_literal, chosen or []))
    filtered = ("monitoring.kpi_values", "monitoring.kpi_catalog")
    wanted = {
        *filtered,
        *_COMPANIONS,
        *(f"kpis.kpi_{kpi}" for kpi in chosen or []),
        *(f"kpis.kpis_wide_{family}" for family in families),
    }
    found = []
    for row in query(
        connection, "select * from monitoring.published_tables order by schema_name, table_name"
    ):
        table = Table(row["schema_name"], row["table_name"])
        if chosen is not None and str(table) not in wanted:
            continue
        key = tuple(filter(None, row["key_columns"].split("|")))
        rows = f"select * from {table.sql}"
        if chosen is not None and str(table) in filtered:
            rows += f" where kpi in ({listed})"
        if key:
            rows += f" order by {', '.join(map(quoted, key))}"
        columns = query(
            connection,
            """
            select column_name, data_type, comment
            from duckdb_columns()
            where database_name = current_database() and schema_name = ? and table_name = ?
            order by column_index
            """,
            [table.schema, table.name],
        )
        found.append(
            ExportedTable(
                table,
                rows,
                key,
                row["description"],
                {column["column_name"]: column["data_type"] for column in columns},
                {column["column_name"]: column["comment"] or "" for column in columns},
            )
        )
    return found


def export_files(
    connection: duckdb.DuckDBPyConnection,
    version: PublishedVersion,
    form: str,
    folder: Path,
    families: Sequence[str],
    kpis: Sequence[str],
    on_progress: OnProgress,
) -> dict[str, int]:
    """Write an export as files that take the place of the folder's when all are written.

    Args:
        connection: the published file.
        version: the version that it is of.
        form: parquet, csv or xlsx.
        folder: is made; an earlier export in it is replaced.
        families: chosen families.
        kpis: ids of chosen KPIs.
        on_progress: is told tables done, all tables, and the name of the next.

    Returns:
        The rows of each table, or of each sheet of the workbook.

    Raises:
        WrongUse: the folder has something else in it, or the selection is none.
    """
    require_own_folder(folder)
    tables = tables_to_export(connection, families, kpis)
    folder = folder.absolute()
    partial, before = (folder.with_name(f".{folder.name}.{end}") for end in ("partial", "before"))
    files.remove(partial)
    files.make_folder(partial)
    try:
        if form == "xlsx":
            chosen = choose_kpis(connection, families, kpis)
            rows = write_workbook(connection, partial / "sales_kpis.xlsx", chosen, on_progress)
        else:
            rows = _write_tables(connection, tables, form, partial, on_progress)
        files.write_json(
            partial / RECORD,
            {
                "version": version.run_id,
                "as_of_date": version.manifest.get("as_of_date"),
                "form": form,
                "families": list(families),
                "kpis": list(kpis),
                "rows": rows,
            },
        )
        access = str((version.manifest.get("settings") or {}).get("published_access") or "")
        files.open_to(access or "everybody", partial)
        files.sync_tree(partial)
    except BaseException:
        files.remove(partial)
        raise
    files.remove(before)
    if folder.exists():
        files.replace(folder, before)
    files.replace(partial, folder)
    files.remove(before)
    return rows


def require_own_folder(folder: Path) -> None:
    """Stop where an export would replace what is no export.

    Raises:
        WrongUse: the folder is a file or a link, or has files but no record of an export.
    """
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        raise WrongUse(f"--out: {folder} is no folder.", "Name a new or an empty folder.")
    if folder.is_dir() and any(folder.iterdir()) and not (folder / RECORD).is_file():
        raise WrongUse(
            f"--out: {folder} has files that are no export of kpis; it would replace them.",
            "Name a new or an empty folder.",
        )


def rows_of(
    connection: duckdb.DuckDBPyConnection, table: ExportedTable
) -> Iterator[tuple[Any, ...]]:
    """The rows of a table, a few at a time in memory."""
    cursor = connection.execute(table.query)
    while rows := cursor.fetchmany(_ROWS_AT_ONCE):
        yield from rows


def csv_field(value: Any) -> str:
    """A value as a field of CSV, before its quotes; null is empty.

    A text that a spreadsheet would take for a formula has an apostrophe before it, as OWASP advises
    (CSV injection). Numbers stay numbers, negative ones too.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        is_formula = _FORMULA.match(value) and not _NUMBER.fullmatch(value)
        return f"'{value}" if is_formula else value
    return str(value)


def _write_tables(
    connection: duckdb.DuckDBPyConnection,
    tables: Sequence[ExportedTable],
    form: str,
    folder: Path,
    on_progress: OnProgress,
) -> dict[str, int]:
    rows = {}
    for done, table in enumerate(tables):
        on_progress(done, len(tables), str(table.table))
        path = files.make_folder(folder / table.table.schema) / f"{table.table.name}.{form}"
        if form == "csv":
            rows[str(table.table)] = _write_csv(connection, table, path)
        else:
            [copied] = connection.execute(
                f"copy ({table.query}) to {text_literal(str(path))}"
                " (format parquet, compression zstd)"
            ).fetchall()
            rows[str(table.table)] = int(copied[0])
    on_progress(len(tables), len(tables), "")
    return rows


def _write_csv(connection: duckdb.DuckDBPyConnection, table: ExportedTable, path: Path) -> int:
    """RFC 4180: commas, lines that end in CRLF, quotes where a field needs them; UTF-8."""
    count = 0
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(table.columns)
        for row in rows_of(connection, table):
            writer.writerow([csv_field(value) for value in row])
            count += 1
    return count
