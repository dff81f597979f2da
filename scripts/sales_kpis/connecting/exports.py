"""A folder of exports as it lies: each file's tables as text, without what no row is.

A CRM's export has the encoding of somebody's spreadsheet, lines of titles above the header, the
header once more for each group, and a footer. All that is taken away is said; a file that cannot
be read is one sentence. The values stay text: the contract reads them (macros/contract/read/).
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
import unicodedata
import zlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import python_calamine

from sales_kpis.errors import WrongUse
from sales_kpis.formats import plural
from sales_kpis.landing_files import escaped_glob
from sales_kpis.marts import text_literal
from sales_kpis.plain_text import shown

TEXT = (".csv", ".tsv", ".txt")
WORKBOOKS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
RECORDS = (".json", ".jsonl", ".ndjson")
_MARKS = {
    b"\xef\xbb\xbf": "utf-8-sig",
    b"\xff\xfe\x00\x00": "utf-32",
    b"\x00\x00\xfe\xff": "utf-32",
    b"\xff\xfe": "utf-16",
    b"\xfe\xff": "utf-16",
}
_SAMPLE = 50
_TOTALS = re.compile(
    r"((grand |sub-?)?totals?|sum|(gesamt)?summe|gesamt|total general)\b", re.IGNORECASE
)

Row = tuple[str, ...]


@dataclass(frozen=True)
class Export:
    """A table of text.

    `name` is what it is landed as; `file` is the path in the folder, with the sheet of a workbook;
    `notes` say what was taken away and how it was read. Each row has as many values as the header;
    a blank one is missing.
    """

    name: str
    file: str
    header: Row
    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()

    def column(self, name: str) -> list[str]:
        """The values of a column, in the order of the rows."""
        place = self.header.index(name)
        return [row[place] for row in self.rows]

    def write(self, folder: Path) -> Path:
        """The table as a landing file, UTF-8 with commas."""
        path = folder / f"{self.name}.csv"
        with path.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream, lineterminator="\n")
            writer.writerow(self.header)
            writer.writerows(self.rows)
        return path


@dataclass(frozen=True)
class Folder:
    """The tables of a folder, and the files that are not read, each with the reason."""

    exports: tuple[Export, ...]
    unread: tuple[tuple[str, str], ...]


def read_folder(folder: Path) -> Folder:
    """The tables of all files below a folder, in the order of their names.

    Raises:
        WrongUse: the folder is not there or has no table, or a file cannot be read.
    """
    if not folder.is_dir():
        raise WrongUse(f"The folder {folder} is not there.", "Name the folder of your exports.")
    exports: list[Export] = []
    unread: list[tuple[str, str]] = []
    for path in sorted(folder.rglob("*")):
        file = path.relative_to(folder).as_posix()
        if not path.is_file() or any(part.startswith((".", "~$")) for part in file.split("/")):
            continue
        tables = _tables_of(path, file)
        if isinstance(tables, str):
            unread.append((file, tables))
            continue
        for title, rows, notes in tables:
            found = _export(file, title, rows, notes)
            if found is None:
                unread.append((f"{file} {title}".strip(), "has no rows below a header"))
            else:
                exports.append(found)
    if not exports:
        raise WrongUse(
            f"The folder {folder} has no table that can be read.",
            f"Put files there of the kinds {', '.join((*TEXT, '.csv.gz', '.xlsx', '.parquet'))}"
            f" or {', '.join(RECORDS[:2])}.",
        )
    return Folder(tuple(_with_own_names(exports)), tuple(unread))


def _tables_of(path: Path, file: str) -> list[tuple[str, list[Row], list[str]]] | str:
    """Title, rows and notes of each table of a file; the reason where it is of another kind."""
    suffixes = [suffix.lower() for suffix in path.suffixes]
    kind = suffixes[-1] if suffixes else ""
    try:
        if kind == ".gz" and len(suffixes) > 1 and suffixes[-2] in TEXT:
            return [_text_table(gzip.decompress(path.read_bytes()), file)]
        if kind in TEXT:
            return [_text_table(path.read_bytes(), file)]
        if kind in WORKBOOKS:
            return _sheets(path)
        if kind == ".parquet" or kind in RECORDS:
            return [("", _records(path, kind), [])]
    except (OSError, EOFError, zlib.error) as error:
        raise _unreadable(file, getattr(error, "strerror", None) or str(error)) from None
    except (python_calamine.CalamineError, duckdb.Error, UnicodeError) as error:
        raise _unreadable(file, str(error).splitlines()[0]) from None
    if kind in (".zip", ".7z", ".rar"):
        return "unpack it there"
    return "is of no kind that is read"


def _unreadable(file: str, reason: str) -> WrongUse:
    return WrongUse(
        f"File {shown(file)} cannot be read: {shown(reason).rstrip('.')}.",
        "Export it again, or take it out of the folder.",
    )


def _text_table(content: bytes, file: str) -> tuple[str, list[Row], list[str]]:
    text, notes = decoded(content)
    if "\0" in text:
        raise _unreadable(file, "it holds bytes that are no text")
    first_line = text.partition("\n")[0].strip().strip('"')
    delimiter = first_line[4] if re.fullmatch(r"sep=.", first_line) else None
    if delimiter:
        text = text.partition("\n")[2]
    rows = _parsed(text, delimiter or _delimiter(text), file)
    return "", rows, notes


def decoded(content: bytes) -> tuple[str, list[str]]:
    """A text by its byte-order mark, else as UTF-8, else as cp1252; the notes say which.

    Raises:
        UnicodeError: it is neither.
    """
    for mark, encoding in _MARKS.items():
        if content.startswith(mark):
            said = [] if encoding == "utf-8-sig" else [f"read as {encoding.upper()}"]
            return content.decode(encoding), said
    try:
        return content.decode("utf-8"), []
    except UnicodeDecodeError:
        return content.decode("cp1252"), ["read as cp1252 (Windows), because it is no UTF-8"]


def _delimiter(text: str) -> str:
    """The delimiter by which most rows of the beginning have equally many values."""
    sample = "\n".join(text.splitlines()[: 2 * _SAMPLE])
    best, found = (0, 0), ","
    for delimiter in (",", ";", "\t", "|"):
        widths = Counter(
            len(row) for row in csv.reader(io.StringIO(sample), delimiter=delimiter) if len(row) > 1
        )
        if widths:
            width, count = max(widths.items(), key=lambda each: (each[1], each[0]))
            if (count, width) > best:
                best, found = (count, width), delimiter
    return found


def _parsed(text: str, delimiter: str, file: str) -> list[Row]:
    longest = max(len(text), csv.field_size_limit())
    csv.field_size_limit(longest)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        return [tuple(cell.strip() for cell in row) for row in reader]
    except csv.Error as error:
        raise WrongUse(
            f"File {shown(file)} cannot be read at line {reader.line_num}: {error}.",
            "Close the quotation mark, or write it twice where it is meant.",
        ) from None


def _sheets(path: Path) -> list[tuple[str, list[Row], list[str]]]:
    workbook = python_calamine.CalamineWorkbook.from_path(str(path))
    sheets = []
    for name in workbook.sheet_names:
        cells = workbook.get_sheet_by_name(name).to_python(skip_empty_area=True)
        if any(any(cell != "" for cell in row) for row in cells):
            sheets.append((name, [tuple(_as_text(cell) for cell in row) for row in cells]))
    # The one sheet of a workbook is called by the file.
    return [("" if len(sheets) == 1 else name, rows, []) for name, rows in sheets]


def _records(path: Path, kind: str) -> list[Row]:
    reader = "read_parquet" if kind == ".parquet" else "read_json_auto"
    place = text_literal(escaped_glob(str(path)))
    with duckdb.connect() as connection:
        found = connection.execute(f"select * from {reader}({place}, hive_partitioning = false)")
        header = tuple(str(column[0]) for column in found.description or ())
        return [header, *(tuple(_as_text(cell) for cell in row) for row in found.fetchall())]


def _as_text(cell: Any) -> str:
    """A typed value as an export writes it, in the one form that every reader knows."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime):
        is_day = (cell.hour, cell.minute, cell.second, cell.microsecond) == (0, 0, 0, 0)
        return cell.date().isoformat() if is_day and cell.tzinfo is None else cell.isoformat(" ")
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, dict | list):
        return json.dumps(cell, ensure_ascii=False, default=str)
    return str(cell).strip()


def _export(file: str, title: str, rows: Sequence[Row], notes: list[str]) -> Export | None:
    """The table between what stands above its header and below its last row; None without rows."""
    filled = [row for row in rows if any(row)]
    place = _header_place(filled)
    if place is None:
        return None
    header, body = filled[place], filled[place + 1 :]
    notes = [*notes]
    if place:
        notes.append(f"{plural(place, 'line')} above the header passed over")
    body = _without_repeated_headers(header, body, notes)
    body = _without_footer(header, body, notes)
    too_long = next((row for row in body if any(row[len(header) :])), None)
    if too_long is not None:
        raise WrongUse(
            f"File {shown(file)} has rows with more values than its header"
            f" (line {list(rows).index(too_long) + 1}).",
            "Quote the values that hold the delimiter, or export it again.",
        )
    if not body:
        return None
    width = len(header)
    cells = [(*row[:width], *[""] * (width - len(row))) for row in body]
    used = [at for at in range(width) if header[at] or any(row[at] for row in cells)]
    return Export(
        name=landing_name(file, title),
        file=f"{file} [{title}]" if title else file,
        header=tuple(_own_names([header[at] or f"column{at}" for at in used])),
        rows=tuple(tuple(row[at] for at in used) for row in cells),
        notes=tuple(notes),
    )


def _header_place(rows: Sequence[Row]) -> int | None:
    """The place of the header: the first row over half as wide as the widest, all names."""
    counts = [sum(1 for cell in row if cell) for row in rows[:_SAMPLE]]
    if not counts:
        return None
    needed = max(counts) * 0.5
    for place, (row, count) in enumerate(zip(rows, counts, strict=False)):
        if count > needed and not any(_is_value(cell) for cell in row):
            return place
    return None


def _is_value(cell: str) -> bool:
    """Whether a cell is a number, a day or an address, which no name of a column is."""
    return bool(re.fullmatch(r"[-+(]?\d[\d.,:/ T-]*[)%]?", cell)) or "@" in cell


def _without_repeated_headers(header: Row, body: list[Row], notes: list[str]) -> list[Row]:
    """The rows without the header's repetitions, and without the title of a group before each."""
    again = [place for place, row in enumerate(body) if row == header]
    if not again:
        return body
    left_out = set(again)
    for place in again:
        if place and sum(1 for cell in body[place - 1] if cell) == 1 and len(header) > 2:
            left_out.add(place - 1)
    notes.append(f"the header stands {plural(len(again), 'time')} more among the rows")
    return [row for place, row in enumerate(body) if place not in left_out]


def _without_footer(header: Row, body: list[Row], notes: list[str]) -> list[Row]:
    """The rows without the last ones that are no record: one cell of many, or totals."""
    end = len(body)
    while end and len(header) > 2:
        filled = [cell for cell in body[end - 1] if cell]
        is_total = bool(_TOTALS.match(filled[0])) and len(filled) <= max(2, len(header) // 2)
        if len(filled) > 1 and not is_total:
            break
        end -= 1
    if end < len(body):
        notes.append(f"{plural(len(body) - end, 'line')} below the last row passed over")
    return body[:end]


def _own_names(names: Iterable[str]) -> list[str]:
    """The names, an equal one with the first number that makes it another."""
    own: list[str] = []
    for name in names:
        number, candidate = 0, name
        while candidate.lower() in (each.lower() for each in own):
            number += 1
            candidate = f"{name}_{number}"
        own.append(candidate)
    return own


def landing_name(file: str, title: str = "") -> str:
    """A name for a landing file: lower case, digits and underscores."""
    stem = file
    for suffix in (".gz", *TEXT, *WORKBOOKS, *RECORDS, ".parquet"):
        if stem.lower().endswith(suffix):
            stem = stem[: -len(suffix)]
    text = unicodedata.normalize("NFKD", f"{stem} {title}".strip()).encode("ascii", "ignore")
    return re.sub(r"[^a-z0-9]+", "_", text.decode().lower()).strip("_") or "table"


def _with_own_names(exports: Sequence[Export]) -> list[Export]:
    names = _own_names(export.name for export in exports)
    return [
        Export(name, each.file, each.header, each.rows, each.notes)
        for name, each in zip(names, exports, strict=True)
    ]
