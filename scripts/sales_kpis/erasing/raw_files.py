"""Landing files without a person: only the values that change are written anew."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from sales_kpis import files
from sales_kpis.erasing.person import Person
from sales_kpis.erasing.search import files_below, values_with
from sales_kpis.erasing.tables import PeopleTable, RowEraser
from sales_kpis.errors import WrongUse
from sales_kpis.landing_files import FORMATS
from sales_kpis.marts import quoted, text_literal

# Title lines may stand before the header of a CSV file.
_LINES_BEFORE_HEADER = 20


@dataclass(frozen=True)
class FileChange:
    """A landing file that holds the person: how many rows change, and the names of columns."""

    path: Path
    rows: int
    columns: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """The change as plain values."""
        return {"file": str(self.path), "rows": self.rows, "columns": list(self.columns)}


def changes_below(raw: Path, person: Person, tables: Sequence[PeopleTable]) -> list[FileChange]:
    """The changes in the landing files of a folder; nothing is written."""
    return [change for change, _ in _below(raw, person, tables)]


def rewrite_below(raw: Path, person: Person, tables: Sequence[PeopleTable]) -> list[FileChange]:
    """Take the person out of the landing files of a folder, each by one rename.

    Raises:
        WrongUse: a file cannot be written, or has the person where only its writer can take them
            out; then no file was changed.
    """
    changed = list(_below(raw, person, tables))
    for change, _ in changed:
        if not os.access(change.path, os.W_OK) or not os.access(change.path.parent, os.W_OK):
            raise WrongUse(
                f"{change.path} holds the person and cannot be written; no file was changed.",
                "Let the user who runs kpis write it, or correct it where it is made.",
            )
    for change, content in changed:
        write_whole(change.path, content)
    return [change for change, _ in changed]


def parquet_without(path: Path, eraser: RowEraser) -> tuple[FileChange, str] | None:
    """The change of a Parquet file, and the query that gives its new content; None without one."""
    source = f"read_parquet({text_literal(_no_pattern(path))}, hive_partitioning = false"
    with duckdb.connect() as connection:
        described = connection.execute(f"describe select * from {source})").fetchall()
        types = {row[0]: row[1] for row in described}
        cursor = connection.execute(f"select * from {source}, file_row_number = true)")
        names = [column[0] for column in cursor.description or []]
        number_at = names.index("file_row_number")
        changed: dict[int, dict[str, Any]] = {}
        while batch := cursor.fetchmany(10_000):
            for values in batch:
                row = dict(zip(names, values, strict=True))
                number = row.pop(names[number_at])
                if changes := eraser.changes(row):
                    changed[number] = changes
    if not changed:
        return None
    columns = tuple(name for name in types if any(name in row for row in changed.values()))
    nested = [name for name in columns if types[name] != "VARCHAR" and _has_text(changed, name)]
    if nested:
        raise WrongUse(
            f"{path} holds the person in column {nested[0]}, whose type is {types[nested[0]]}; no"
            " file was changed.",
            "Take them out where the file is made, or write that column as text.",
        )
    cases = []
    for name in columns:
        whens = " ".join(
            f"when {number} then {'null' if row[name] is None else text_literal(row[name])}"
            for number, row in changed.items()
            if name in row
        )
        column = quoted(name)
        cases.append(f"case file_row_number {whens} else {column} end as {column}")
    query = (
        f"select * exclude (file_row_number) replace ({', '.join(cases)})"
        f" from {source}, file_row_number = true)"
    )
    return FileChange(path, len(changed), columns), query


def write_whole(path: Path, content: bytes | str) -> None:
    """Put new bytes, or the rows of a query as Parquet, in the place of a file; its mode stays."""
    new = path.with_name(f".{path.name}.new")
    files.remove(new)
    if isinstance(content, bytes):
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
        with (
            files.open_without_following(new, flags, 0o600) as descriptor,
            open(descriptor, "wb", closefd=False) as stream,
        ):
            stream.write(content)
    else:
        with duckdb.connect() as connection:
            connection.execute(
                f"copy ({content}) to {text_literal(str(new))} (format parquet, compression zstd)"
            )
    shutil.copymode(path, new)
    files.sync_file(new)
    files.replace(new, path)


def _below(
    raw: Path, person: Person, tables: Sequence[PeopleTable]
) -> Iterator[tuple[FileChange, bytes | str]]:
    for path in files_below([raw]):
        extension = path.suffix.lower().removeprefix(".")
        if extension not in FORMATS:
            continue
        folder, *inner = path.relative_to(raw).parts
        name = (inner[0] if len(inner) > 1 else path.stem) if inner else ""
        table = next((one for one in tables if (one.folder, one.name) == (folder, name)), None)
        eraser = RowEraser(person, table)
        texts = (*person.sought.texts, *person.names)
        if extension == "parquet":
            if table is None and next(values_with(path, texts), None) is None:
                continue
            change = parquet_without(path, eraser)
            if change:
                yield change
            continue
        text = path.read_bytes().decode("utf-8")
        plain = text.lower()
        if table is None and not any(one in plain for one in texts):
            continue
        of_format = _csv_without if extension == "csv" else _json_without
        new_text, rows, columns = of_format(text, eraser, table, path)
        if rows:
            yield FileChange(path, rows, columns), new_text.encode()


def _csv_without(
    text: str, eraser: RowEraser, table: PeopleTable | None, path: Path
) -> tuple[str, int, tuple[str, ...]]:
    delimiter, header_at, header = _header(text, table, path)
    parts: list[str] = []
    rows = 0
    touched: dict[str, None] = {}
    for number, cells in enumerate(_csv_rows(text, delimiter)):
        if number > header_at:
            values = {name: _unquoted(cell) for name, (cell, _) in zip(header, cells, strict=False)}
            # Cells beyond the header have no name, and may hold an address all the same.
            values |= {
                f"column{at}": _unquoted(cells[at][0]) for at in range(len(header), len(cells))
            }
            names = list(values)
            changes = eraser.changes(values)
            rows += bool(changes)
            touched |= dict.fromkeys(changes)
            cells = [
                (_quoted(str(changes[name] or ""), cell, delimiter), end)
                if (name := names[at]) in changes
                else (cell, end)
                for at, (cell, end) in enumerate(cells)
            ]
        parts += [cell + end for cell, end in cells]
    return "".join(parts), rows, tuple(touched)


def _header(text: str, table: PeopleTable | None, path: Path) -> tuple[str, int, list[str]]:
    """The delimiter of a CSV file, the number of its header's row, and the names in it."""
    stated = re.match(r'\ufeff?"?sep=([^\r\n])', text)
    delimiters = stated[1] if stated else ",;\t|"
    wanted = table.columns if table else frozenset()
    best: tuple[str, int, list[str]] = (",", 0, [])
    for delimiter in delimiters:
        for number, cells in enumerate(_csv_rows(text, delimiter)):
            if number >= _LINES_BEFORE_HEADER:
                break
            found = [_unquoted(cell).strip().lstrip("\ufeff") for cell, _ in cells]
            names = [name or f"column{at}" for at, name in enumerate(found)]
            names = [
                name if name not in names[:at] else f"{name}_{at}" for at, name in enumerate(names)
            ]
            if wanted and wanted <= {name.lower() for name in names}:
                return delimiter, number, names
            if not wanted and len(names) > len(best[2]):
                best = delimiter, number, names
    if wanted:
        names_wanted = ", ".join(sorted(wanted))
        raise WrongUse(
            f"{path} has no line with the columns {names_wanted}; no file was changed.",
            "See how it is read: kpis check-sources",
        )
    return best


def _csv_rows(text: str, delimiter: str) -> Iterator[list[tuple[str, str]]]:
    """Each row's cells as they are written, with what ends each of them."""
    edge = re.escape(delimiter)
    cell = re.compile(rf'( *"(?:[^"]|"")*" *|[^{edge}\r\n]*)({edge}|\r\n|\n|\r|$)')
    row: list[tuple[str, str]] = []
    at = 0
    while at < len(text):
        found = cell.match(text, at)
        if found is None:  # A quotation mark in the middle of a value.
            found = re.compile(rf"([^{edge}\r\n]*)({edge}|\r\n|\n|\r|$)").match(text, at)
            assert found is not None
        row.append((found[1], found[2]))
        at = found.end()
        if found[2] != delimiter:
            yield row
            row = []
    if row:
        yield row


def _unquoted(cell: str) -> str:
    plain = cell.strip(" ")
    is_quoted = len(plain) > 1 and plain[0] == plain[-1] == '"'
    return plain[1:-1].replace('""', '"') if is_quoted else cell


def _quoted(value: str, before: str, delimiter: str) -> str:
    is_quoted = before.strip(" ").startswith('"') or any(
        sign in value for sign in (delimiter, '"', "\n", "\r")
    )
    return '"' + value.replace('"', '""') + '"' if is_quoted and value else value


def _json_without(
    text: str, eraser: RowEraser, table: PeopleTable | None, path: Path
) -> tuple[str, int, tuple[str, ...]]:
    """The same of a JSON file: an array of records, or records one after another."""
    decoder = json.JSONDecoder()
    between = re.compile(r"[\s,\[\]\ufeff]*")
    parts: list[str] = []
    rows = 0
    touched: dict[str, None] = {}
    at = 0
    while True:
        start = between.match(text, at)
        assert start is not None
        parts.append(start[0])
        if start.end() == len(text):
            return "".join(parts), rows, tuple(touched)
        record, end = decoder.raw_decode(text, start.end())
        changes = eraser.changes(record) if isinstance(record, Mapping) else {}
        rows += bool(changes)
        touched |= dict.fromkeys(changes)
        written = json.dumps({**record, **changes}, ensure_ascii=False) if changes else None
        parts.append(written or text[start.end() : end])
        at = end


def _has_text(changed: Mapping[int, Mapping[str, Any]], name: str) -> bool:
    """Whether a column that is no text changes to something else than nothing."""
    return any(row.get(name) is not None for row in changed.values() if name in row)


def _no_pattern(path: Path) -> str:
    return re.sub(r"[*?[]", r"[\g<0>]", str(path))
