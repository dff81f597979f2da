"""Opening and reading the built or published marts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from sales_kpis import stopping
from sales_kpis.errors import WrongUse
from sales_kpis.machine_faults import in_our_words
from sales_kpis.project import MART_SCHEMAS


@dataclass(frozen=True, order=True)
class Table:
    """A mart: a table or view in one of the published schemas."""

    schema: str
    name: str

    @property
    def sql(self) -> str:
        """The quoted name for SQL, in the current database."""
        return f"{quoted(self.schema)}.{quoted(self.name)}"

    def __str__(self) -> str:
        return f"{self.schema}.{self.name}"


@contextmanager
def opened(database: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection that reads a DuckDB file, in UTC.

    The file is attached under its own name, which its views carry, and other files can be attached
    for writing beside it.

    Raises:
        WrongUse: the file is not there, is no database, or another program is writing to it.
    """
    if not database.exists():
        raise WrongUse(f"{database} is not there.", "Build it first: kpis run")
    connection = duckdb.connect()
    try:
        connection.execute("set TimeZone = 'UTC'")
        name = quoted(database.stem)
        try:
            connection.execute(f"attach {text_literal(str(database))} as {name} (read_only)")
        except duckdb.Error as error:
            refused = in_our_words(error)
            if refused is not None:
                raise WrongUse(
                    f"{database} cannot be opened: {refused.message}", refused.next_step
                ) from None
            reason = str(error).splitlines()[0]
            raise WrongUse(
                f"{database} cannot be opened: {reason}",
                "If another program has it open for writing, close it there and try again.",
            ) from None
        connection.execute(f"use {name}")
        with stopping.interruptible(connection.interrupt):
            yield connection
    finally:
        connection.close()


def fold_in_log(database: Path) -> None:
    """Fold the write-ahead log that a killed writer leaves beside the file into the file."""
    if database.with_name(f"{database.name}.wal").exists():
        duckdb.connect(str(database)).close()


def mart_tables(connection: duckdb.DuckDBPyConnection) -> list[Table]:
    """All tables and views of the published schemas in the current database, sorted."""
    rows = connection.execute(
        """
        select table_schema, table_name
        from information_schema.tables
        where table_catalog = current_database()
            and table_schema in (select unnest(?))
        """,
        [list(MART_SCHEMAS)],
    ).fetchall()
    return sorted(Table(schema, name) for schema, name in rows)


def has_mart(connection: duckdb.DuckDBPyConnection, name: str) -> bool:
    """Whether there is a mart `schema.table`; a version of an earlier release may lack it."""
    return name in map(str, mart_tables(connection))


def query(
    connection: duckdb.DuckDBPyConnection,
    sql: str,
    parameters: Sequence[Any] | Mapping[str, Any] = (),
) -> list[dict[str, Any]]:
    """The rows of a query, each as a mapping of column names to values."""
    values = dict(parameters) if isinstance(parameters, Mapping) else list(parameters)
    cursor = connection.execute(sql, values)
    names = [column[0] for column in cursor.description or []]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def quoted(identifier: str) -> str:
    """A SQL identifier in quotes."""
    return '"' + identifier.replace('"', '""') + '"'


def text_literal(text: str) -> str:
    """A SQL text literal."""
    return "'" + text.replace("'", "''") + "'"


def link_raw_tables(warehouse: Path, database: Path, schemas: Iterable[str]) -> None:
    """Make a database whose raw tables are views on those of the warehouse file.

    The warehouse is attached under its own name and read-only: nothing of it is copied, and nothing
    is written to it or beside it. A reader of the views attaches it likewise.

    Args:
        warehouse: the file with the raw tables.
        database: the file to make; its name is another.
        schemas: schemas of raw tables besides those called `raw_<system>`.

    Raises:
        WrongUse: the warehouse is not there, or another program is writing to it.
    """
    wanted = set(schemas)
    with opened(warehouse) as connection:
        connection.execute(f"attach {text_literal(str(database))} as linked")
        for schema, name in connection.execute(
            """
            select table_schema, table_name
            from information_schema.tables
            where table_catalog = current_database()
            order by all
            """
        ).fetchall():
            if not schema.startswith("raw_") and schema not in wanted:
                continue
            connection.execute(f"create schema if not exists linked.{quoted(schema)}")
            raw = f"{quoted(warehouse.stem)}.{quoted(schema)}.{quoted(name)}"
            connection.execute(
                f"create view linked.{quoted(schema)}.{quoted(name)} as select * from {raw}"
            )
