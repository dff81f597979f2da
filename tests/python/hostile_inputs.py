"""Landing files as nobody should deliver them, made by a seeded generator.

Each input is one folder of a system with a file or two: names and values that no SQL, page or
terminal may obey, encodings, line ends and quotes of all kinds, and files of every format that are
cut off, damaged, empty or no files at all. Nothing here knows what the reader does with them.
"""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random

import duckdb

NAMES = (
    *('a" as x, (select 1) as "z', "it's", "a;b", "--", "/*", "*", "?", "[1]", "{{ 1 / 0 }}", "$$"),
    *("{% raw %}", "{# x #}", "${spark.sql.session.timeZone}", "a\nb", "a\tb", "\x1b[31mred"),
    *("a.b", "a\\b", "%s", "%(x)s", "Zoé", "株式会社", "💥", "\u202egnp", "select", "rep_id"),
    *("REP ID", "null", "x" * 200, "a`b", "a]b", "(", "'; drop table rep; --", '"', "''"),
    *("<script>", "=1+1", "_raw_table"),
)  # fmt: skip
VALUES = (
    *NAMES, "", " ", "\ufeff", "\u2028", "1", "1e400", "nan", "2025-02-30", "{}", "[[[[", "\\N",
    "a, b", 'say "x"', "two\nlines", "two\r\nlines", "x" * 5000, "\\", "\\'", "''''", '""""',
)  # fmt: skip
FILE_NAMES = tuple(name for name in NAMES if "/" not in name and len(name.encode()) < 200)
ENCODINGS = ("utf-8", "utf-8", "utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252", "utf-32")


@dataclass(frozen=True)
class HostileInput:
    """How one folder was made; `rows` is None where the number of rows cannot be known."""

    number: int
    kind: str
    rows: int | None


def make_input(number: int, folder: Path) -> HostileInput:
    """Fill a folder, which is empty, with the input of that number; the same each time."""
    random = Random(number)
    kind, make = KINDS[number % len(KINDS)]
    rows = make(random, folder)
    if random.random() < 0.3:
        stray = f"{random.choice(FILE_NAMES)}.{random.choice(('csv', 'json', 'txt', 'x'))}"
        (folder / stray).write_bytes(b"a,b\n1,2\n" if stray.endswith("csv") else b"[]")
    return HostileInput(number, kind, rows)


def _table(random: Random) -> tuple[list[str], list[list[str]]]:
    """A table of reps: known columns among hostile ones, with keys that repeat or are blank."""
    others = random.sample(NAMES, random.randint(0, 4))
    header = ["rep_id", "rep_name", *[name for name in others if name not in ("rep_id", "REP ID")]]
    if random.random() < 0.2:
        header.append(header[-1])
    rows = [
        [
            random.choice(("", "1", "2", "3", f"r{number}")),
            *random.choices(VALUES, k=len(header) - 1),
        ]
        for number in range(random.randint(0, 8))
    ]
    return header, rows


def _csv(random: Random, header: list[str], rows: list[list[str]]) -> str:
    stream = io.StringIO()
    writer = csv.writer(
        stream,
        delimiter=random.choice(",;\t|"),
        quoting=random.choice((csv.QUOTE_MINIMAL, csv.QUOTE_ALL)),
        lineterminator=random.choice(("\n", "\r\n", "\r")),
    )
    writer.writerow(header)
    writer.writerows(rows)
    return stream.getvalue()


def _whole_csv(random: Random, folder: Path) -> int | None:
    header, rows = _table(random)
    text = _csv(random, header, rows)
    (folder / "rep.csv").write_bytes(text.encode())
    # A header of several lines is refused, and a row of blanks may be no row.
    return len(rows) if all(any(row) for row in rows) else None


def _encoded_csv(random: Random, folder: Path) -> None:
    text = _csv(random, *_table(random))
    encoding = random.choice(ENCODINGS)
    (folder / "rep.csv").write_bytes(text.encode(encoding, errors="replace"))


def _damaged_csv(random: Random, folder: Path) -> None:
    content = bytearray(_csv(random, *_table(random)).encode())
    for _ in range(random.randint(1, 4)):
        place = random.randrange(len(content))
        piece = random.choice(
            (b'"', b"\n", b"\r", b"\r\n", b"\0", b"\xff", b",", b";", b"\xef\xbb\xbf")
        )
        content[place : place + random.randint(0, 1)] = piece
    (folder / "rep.csv").write_bytes(bytes(content[: random.choice((len(content), place + 1))]))


def _odd_head(random: Random, folder: Path) -> None:
    text = _csv(random, *_table(random))
    before = random.choice(
        ("sep=;\n", "sep='\n", 'sep="\n', "sep=\\\n", "\n\n", "All reps\n\n", "\t\n")
    )
    (folder / "rep.csv").write_bytes((before + text).encode())


def _bytes(random: Random, folder: Path) -> None:
    content = random.randbytes(random.choice((1, 10, 1000)))
    (folder / f"rep.{random.choice(('csv', 'json', 'parquet'))}").write_bytes(content)


def _large_cell(random: Random, folder: Path) -> int:
    size = random.choice((1_000_000, 3_000_000, 10_000_000))
    piece = random.choice(("x", "x y ", "é"))
    text = _csv(random, ["rep_id", "rep_name"], [["1", (piece * size)[:size]], ["2", "B"]])
    (folder / "rep.csv").write_bytes(text.encode())
    return 2


def _whole_json(random: Random, folder: Path) -> int:
    header, rows = _table(random)
    rows = rows or [["1"] * len(header)]
    # With other fields of one name DuckDB cannot make two columns that differ in case alone.
    records = [dict(zip(header, row, strict=True)) for row in rows]
    text = (
        "\n".join(json.dumps(record) for record in records)
        if random.random() < 0.5
        else json.dumps(records, ensure_ascii=random.random() < 0.5)
    )
    (folder / "rep.json").write_bytes(text.encode())
    return len(rows)


def _damaged_json(random: Random, folder: Path) -> None:
    _whole_json(random, folder)
    content = bytearray((folder / "rep.json").read_bytes())
    for _ in range(random.randint(1, 3)):
        place = random.randrange(len(content))
        content[place : place + 1] = random.choice(
            (b'"', b"[", b"{", b"}", b"\n", b"\0", b"\xff", b"")
        )
    (folder / "rep.json").write_bytes(bytes(content[: random.choice((len(content), place + 1))]))


def _deep_json(random: Random, folder: Path) -> None:
    depth = random.choice((50, 99, 101, 500, 20_000))
    first, last = random.choice((("[", "]"), ('{"a": ', "}")))
    nested = first * depth + "1" + last * depth
    (folder / "rep.json").write_text('[{"rep_id": "1", "rep_name": "A", "x": ' + nested + "}]")


def _odd_json(random: Random, folder: Path) -> None:
    content = random.choice(
        (b"", b"5", b"null", b"[]", b"{}", b"[1, 2]", b'"x"', b"[[1]]", b"[{}]")
    )
    (folder / "rep.json").write_bytes(content)


def _parquet(random: Random, path: Path) -> int:
    header, rows = _table(random)
    names = [name for name in dict.fromkeys(header) if name.lower() not in ("rep_id", "rep_name")]
    columns = ", ".join(f'{number} as "{name.replace(chr(34), chr(34) * 2)}"'
                        for number, name in enumerate(["rep_id", "rep_name", *names]))  # fmt: skip
    place = str(path).replace("'", "''")
    duckdb.execute(f"copy (select {columns} from range({len(rows)})) to '{place}' (format parquet)")
    return len(rows)


def _whole_parquet(random: Random, folder: Path) -> int:
    if random.random() < 0.5:
        return _parquet(random, folder / "rep.parquet")
    (folder / "rep").mkdir()
    _parquet(Random(1), folder / "rep" / "it's [1].parquet")
    # The same table once more: parts of one table have the same columns.
    return 2 * _parquet(Random(1), folder / "rep" / "two.parquet")


def _damaged_parquet(random: Random, folder: Path) -> None:
    path = folder / "rep.parquet"
    _parquet(random, path)
    content = bytearray(path.read_bytes())
    for _ in range(random.randint(1, 30)):
        content[random.randrange(len(content))] = random.randrange(256)
    path.write_bytes(
        bytes(content[: random.choice((len(content), random.randrange(len(content))))])
    )


def _no_file(random: Random, folder: Path) -> None:
    path = folder / f"rep.{random.choice(('csv', 'json', 'parquet'))}"
    makes: tuple[Callable[[], object], ...] = (
        lambda: os.mkfifo(path),
        lambda: path.symlink_to("/nowhere/at/all"),
        lambda: path.symlink_to(path.name),
        lambda: path.mkdir(),
        lambda: path.write_bytes(b""),
        lambda: (folder / "deep" / "deeper").mkdir(parents=True),
        lambda: Path(os.fsdecode(os.fsencode(folder) + b"/\xff\xfe.csv")).write_bytes(b"a\n"),
    )
    random.choice(makes)()


def _hostile_file_names(random: Random, folder: Path) -> int:
    for name in random.sample(FILE_NAMES, 4):
        if name.lower() not in ("rep_id", "rep id"):
            (folder / f"{name}.{random.choice(('csv', 'CSV'))}").write_bytes(b"a,b\n1,2\n")
    header, rows = (
        ["rep_id", "rep_name"],
        [["1", random.choice(VALUES[:30])], ["1", "B"], ["2", "C"]],
    )
    (folder / "rep.csv").write_bytes(_csv(random, header, rows).encode())
    return 3


KINDS: tuple[tuple[str, Callable[[Random, Path], int | None]], ...] = (
    ("CSV of hostile names and values", _whole_csv),
    ("CSV in another encoding", _encoded_csv),
    ("damaged CSV", _damaged_csv),
    ("CSV of hostile names and values", _whole_csv),
    ("CSV with lines before its header", _odd_head),
    ("any bytes", _bytes),
    ("damaged CSV", _damaged_csv),
    ("JSON of hostile names and values", _whole_json),
    ("damaged JSON", _damaged_json),
    ("deep JSON", _deep_json),
    ("JSON that is no table", _odd_json),
    ("Parquet of hostile names", _whole_parquet),
    ("damaged Parquet", _damaged_parquet),
    ("no file", _no_file),
    ("hostile file names", _hostile_file_names),
    ("a large cell", _large_cell),
)
