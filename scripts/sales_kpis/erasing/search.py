"""Looking for texts in files: in their bytes, and in the values of files that are compressed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import duckdb

from sales_kpis.dashboard import unpacked
from sales_kpis.erasing.person import Sought
from sales_kpis.marts import opened, quoted, text_literal

DATABASES = (".duckdb", ".db")
_PIECE = 16 * 1024 * 1024
# Longer than an address or a digest in any of the encodings.
_OVERLAP = 2048


def files_below(folders: Iterable[Path]) -> list[Path]:
    """All files in these folders, once each; no link is followed."""
    found = {
        path
        for folder in folders
        for path in (folder.rglob("*") if folder.is_dir() else [folder])
        if path.is_file() and not path.is_symlink()
    }
    return sorted(found)


def places_of(sought: Sought, folders: Iterable[Path]) -> list[str]:
    """Where any of the texts stands: a file, and of a compressed one the table and column."""
    return [place for path in files_below(folders) for place in _places_in(sought, path)]


def has_text(sought: Sought, path: Path) -> bool:
    """Whether any of the texts stands in a file."""
    return any(True for _ in _places_in(sought, path))


def values_with(path: Path, texts: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The values of a DuckDB or Parquet file that hold one of the texts, in whatever case.

    Each comes with its place: the column, of a database behind schema and table.

    Args:
        path: the file.
        texts: in lower case.
    """
    if path.suffix == ".parquet":
        with duckdb.connect() as connection:
            source = f"read_parquet({text_literal(_no_pattern(path))}, hive_partitioning = false)"
            yield from _values_of(connection, source, texts, "")
        return
    with opened(path) as connection:
        for schema, table in connection.execute(
            "select schema_name, table_name from duckdb_tables()"
            " where database_name = current_database() order by all"
        ).fetchall():
            source = f"{quoted(schema)}.{quoted(table)}"
            yield from _values_of(connection, source, texts, f"{schema}.{table}.")


def _values_of(
    connection: duckdb.DuckDBPyConnection, source: str, texts: Sequence[str], prefix: str
) -> Iterator[tuple[str, str]]:
    columns = connection.execute(
        f"select column_name from (describe select * from {source})"
        " where column_type not in ('DATE', 'BOOLEAN', 'DOUBLE', 'BIGINT', 'INTEGER', 'TIMESTAMP')"
        " and column_type not like 'DECIMAL%'"
    ).fetchall()
    if not columns:
        return
    pattern = text_literal("|".join(map(re.escape, texts)))
    values = {column: f"lower(cast({quoted(column)} as varchar))" for (column,) in columns}
    # One scan tells the columns; only these are read again.
    is_here = [f"bool_or(regexp_matches({value}, {pattern}))" for value in values.values()]
    [flags] = connection.execute(f"select {', '.join(is_here)} from {source}").fetchall()
    for (column, value), flag in zip(values.items(), flags, strict=True):
        if flag:
            here = f"{source} where regexp_matches({value}, {pattern})"
            for (text,) in connection.execute(f"select distinct {value} from {here}").fetchall():
                yield f"{prefix}{column}", text


def _places_in(sought: Sought, path: Path) -> Iterator[str]:
    others: set[str] = set()
    if path.suffix in (".parquet", *DATABASES):
        found: set[str] = set()
        for place, value in values_with(path, sought.texts):
            if sought.pattern.search(value):
                found.add(place)
            else:  # A longer address that ends like this one is no trace of it.
                others.add(value)
        yield from (f"{path}: {place}" for place in sorted(found))
        if found:
            return
        if _is_in_bytes(sought, path, others, is_whole=False):
            yield f"{path}: in its bytes"
        return
    if path.suffix == ".html" and _is_in_dashboard(sought, path):
        yield f"{path}: in its data"
    elif _is_in_bytes(sought, path, others, is_whole=True):
        yield str(path)


def _is_in_dashboard(sought: Sought, path: Path) -> bool:
    try:
        data = unpacked(path.read_text(encoding="utf-8"))
    except ValueError:
        return False
    return sought.pattern.search(data) is not None


def _is_in_bytes(sought: Sought, path: Path, others: Iterable[str], *, is_whole: bool) -> bool:
    """Whether a text stands in the bytes, as UTF-8 or UTF-16, in whatever case.

    In text it is looked for as a whole. In a database one value may follow another without a gap,
    so all counts there but what is a part of `others`.
    """
    texts = "|".join(map(re.escape, sought.texts))
    whole = rf"(?:(?<=%[0-9a-f]{{2}})|(?<![a-z0-9_.+-]))(?:{texts})(?![a-z0-9_-]|\.[a-z0-9])"
    eight_bit = re.compile((whole if is_whole else f"(?:{texts})").encode())
    wide = [
        text.encode(encoding) for text in sought.texts for encoding in ("utf-16-le", "utf-16-be")
    ]
    longer = [other.encode() for other in sorted(others, key=len, reverse=True)]
    before = b""
    with path.open("rb") as stream:
        while piece := stream.read(_PIECE):
            content = (before + piece).lower()
            for other in longer:
                content = content.replace(other, b" ")
            if eight_bit.search(content) or any(text in content for text in wide):
                return True
            before = piece[-_OVERLAP:]
    return False


def _no_pattern(path: Path) -> str:
    return re.sub(r"[*?[]", r"[\g<0>]", str(path))
