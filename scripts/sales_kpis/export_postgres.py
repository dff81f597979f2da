"""The published tables as a schema of PostgreSQL (`kpis export --to postgres`).

All in one transaction: a fresh schema is filled by COPY and takes the place of the earlier one, so
that readers see the old tables or the new ones, and a failure leaves the old.
"""

from __future__ import annotations

from collections.abc import Sequence

import duckdb
import psycopg
from psycopg import sql

from sales_kpis.dbt_runner import OnProgress
from sales_kpis.errors import KpisError, WrongUse
from sales_kpis.exports import ExportedTable, rows_of

URL_VARIABLE = "SALES_KPIS_POSTGRES_URL"
DEFAULT_SCHEMA = "sales_kpis"
MARK = "Written by kpis export"
TYPES = {
    "BIGINT": sql.SQL("bigint"),
    "BOOLEAN": sql.SQL("boolean"),
    "DATE": sql.SQL("date"),
    "DOUBLE": sql.SQL("double precision"),
    "TIMESTAMP": sql.SQL("timestamp"),
    "VARCHAR": sql.SQL("text"),
}


class ExportFailed(KpisError):
    """The server refused the tables; nothing was changed there."""

    kind = "failed_export"


def export_to_postgres(
    connection: duckdb.DuckDBPyConnection,
    tables: Sequence[ExportedTable],
    address: str,
    schema: str,
    readers: Sequence[str],
    version: str,
    on_progress: OnProgress,
) -> dict[str, int]:
    """Put the tables into a schema, with types, keys, comments and grants; returns their rows.

    Args:
        connection: the published file.
        tables: what to export.
        address: URL or settings of the server; empty, libpq's own variables (PGHOST, …).
        schema: the schema's name; an earlier export in it is replaced.
        readers: roles that may read it.
        version: the published version, told in the schema's comment.
        on_progress: is told tables done, all tables, and the name of the next.

    Raises:
        WrongUse: the server cannot be reached, or the schema is not one of `kpis export`.
        ExportFailed: the server refused something, such as an unknown role; nothing was changed.
    """
    try:
        server = psycopg.connect(address)
    except psycopg.Error as error:
        raise WrongUse(
            f"PostgreSQL cannot be reached: {_first_line(error)}",
            f"Correct {URL_VARIABLE}, or PGHOST, PGUSER and the others.",
        ) from None
    try:
        with server:  # One transaction, undone by any error.
            cursor = server.cursor()
            earlier = _earlier_tables(cursor, schema)
            fresh = f"{schema}_new"
            cursor.execute(sql.SQL("create schema {}").format(sql.Identifier(fresh)))
            rows = {}
            for done, table in enumerate(tables):
                on_progress(done, len(tables), str(table.table))
                rows[str(table.table)] = _write_table(cursor, fresh, connection, table)
            on_progress(len(tables), len(tables), "")
            _grant(cursor, fresh, readers)
            # Without `cascade`: a view of somebody else that reads a table is not to be lost.
            for name in earlier or ():
                cursor.execute(sql.SQL("drop table {}").format(sql.Identifier(schema, name)))
            if earlier is not None:
                cursor.execute(sql.SQL("drop schema {}").format(sql.Identifier(schema)))
            cursor.execute(
                sql.SQL("alter schema {} rename to {}").format(
                    sql.Identifier(fresh), sql.Identifier(schema)
                )
            )
            cursor.execute(
                sql.SQL("comment on schema {} is {}").format(
                    sql.Identifier(schema), sql.Literal(f"{MARK}: version {version}")
                )
            )
            return rows
    except psycopg.Error as error:
        details = [error.diag.message_detail] if error.diag.message_detail else []
        raise ExportFailed(
            f"PostgreSQL says: {_first_line(error)}; schema {schema} stays as it was.",
            "Correct that there (a view that reads the schema has to be dropped first), and export"
            " again.",
            details=details,
        ) from None


def _earlier_tables(cursor: psycopg.Cursor[tuple[str, ...]], schema: str) -> list[str] | None:
    """The tables of an earlier export in the schema; None where there is no schema."""
    cursor.execute(
        "select obj_description(oid, 'pg_namespace') from pg_namespace where nspname = %s",
        [schema],
    )
    found = cursor.fetchone()
    if found is None:
        return None
    if not (found[0] or "").startswith(MARK):
        raise WrongUse(
            f"The schema {schema} is there, and no export of kpis: it would be replaced.",
            "Name another: --schema",
        )
    cursor.execute("select tablename from pg_tables where schemaname = %s order by 1", [schema])
    return [row[0] for row in cursor.fetchall()]


def _write_table(
    cursor: psycopg.Cursor[tuple[str, ...]],
    schema: str,
    connection: duckdb.DuckDBPyConnection,
    table: ExportedTable,
) -> int:
    name = sql.Identifier(schema, table.table.name)
    columns = sql.SQL(", ").join(
        sql.SQL("{} {}").format(sql.Identifier(column), TYPES[data_type])
        for column, data_type in table.columns.items()
    )
    cursor.execute(sql.SQL("create table {} ({})").format(name, columns))
    count = 0
    with cursor.copy(sql.SQL("copy {} from stdin").format(name)) as copy:
        for row in rows_of(connection, table):
            copy.write_row(row)
            count += 1
    if table.key:
        key = sql.SQL(", ").join(map(sql.Identifier, table.key))
        cursor.execute(sql.SQL("alter table {} add primary key ({})").format(name, key))
    cursor.execute(sql.SQL("comment on table {} is {}").format(name, sql.Literal(table.comment)))
    for column, comment in table.comments.items():
        cursor.execute(
            sql.SQL("comment on column {}.{} is {}").format(
                name, sql.Identifier(column), sql.Literal(comment)
            )
        )
    return count


def _grant(cursor: psycopg.Cursor[tuple[str, ...]], schema: str, readers: Sequence[str]) -> None:
    for reader in readers:
        role, place = sql.Identifier(reader), sql.Identifier(schema)
        cursor.execute(sql.SQL("grant usage on schema {} to {}").format(place, role))
        cursor.execute(sql.SQL("grant select on all tables in schema {} to {}").format(place, role))


def _first_line(error: psycopg.Error) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
