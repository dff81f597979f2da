"""The folders of landing files, looked at before an engine reads them.

An engine says twenty lines of its own options about a file that it cannot read, waits for a pipe
for ever, passes over a dangling link, and takes the rest of a file for one value after a quote that
nobody closes. So each file is looked at first: what cannot be read is one sentence that says the
file, the line where there is one, what it looks like and what to do; what is not read is named.
"""

from __future__ import annotations

import json
import os
import re
import stat
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from sales_kpis.marts import text_literal
from sales_kpis.plain_text import shown

FORMATS = ("csv", "parquet", "json")
# Longer lines are a value that nobody means: a file pasted into a cell, a quote that is not closed.
LONGEST_LINE = 32 * 1024 * 1024
# Deeper than any record of a connector, and what every engine can read.
DEEPEST_JSON = 100
# A larger file has only its encoding looked at, piece by piece: the engine reads them once, too,
# and a second reader would take more memory than it.
LARGEST = 64 * 1024 * 1024
# Larger files are not looked at value by value, which takes a second for five megabytes.
_LARGEST_BY_VALUE = 16 * 1024 * 1024
_PIECE = 1024 * 1024
_GLOB = re.compile(r"[*?\[\]{}\\]")


@dataclass(frozen=True)
class Unread:
    """Something in a folder of landing files that is not read; `name` is relative to `folder`."""

    folder: str
    name: str
    next_step: str


@dataclass(frozen=True)
class Landing:
    """The findings: sentences on files that cannot be read, and what is not read."""

    errors: tuple[str, ...] = ()
    unread: tuple[Unread, ...] = ()


def look_at_landing(variables: Mapping[str, Any], *, names_are_globbed: bool = False) -> Landing:
    """Look at all files below `raw_path` that a run would land.

    Args:
        variables: the settings; without a `raw_path` on this machine there is nothing to look at.
        names_are_globbed: whether the engine takes `*` in a path for a pattern, whatever is done.
    """
    stated = str(variables.get("raw_path") or "")
    root = Path(stated)
    if not stated or re.match(r"^\w[\w+.-]+:", stated) or not root.is_dir():
        return Landing()
    errors: list[str] = []
    unread: list[Unread] = []
    folders = _folders(variables)
    for name in folders:
        found = look_at_folder(root / name, names_are_globbed=names_are_globbed)
        errors += found.errors
        unread += found.unread
    for entry in _entries(root):
        if entry.name not in folders and not entry.name.startswith("."):
            unread.append(Unread("", entry.name, _next_step_beside(entry, folders)))
    return Landing(tuple(errors), tuple(unread))


def look_at_folder(folder: Path, *, names_are_globbed: bool = False) -> Landing:
    """Look at the files of one system, or of one instance of it."""
    if not folder.is_dir():
        if not folder.is_symlink() and not folder.exists():
            return Landing()
        kind = "a link to what is not there" if folder.is_symlink() else "no folder"
        return Landing((f"{shown(folder)} is {kind}: it is to be a folder of landing files.",))
    errors: list[str] = []
    unread: list[Unread] = []
    for path, reason in _walk(folder):
        name = path.relative_to(folder).as_posix()
        extension = path.name.rpartition(".")[2].lower() if "." in path.name else ""
        is_hidden = path.name.startswith(".")
        if reason and (extension not in FORMATS or is_hidden or reason.is_folder):
            unread.append(Unread(folder.name, name, reason.next_step))
        elif reason:
            errors.append(f"File {shown(path)} {reason.what}: {reason.next_step}")
        elif is_hidden:
            if extension in FORMATS:
                step = "Its name begins with a point: rename it, if it is to be read."
                unread.append(Unread(folder.name, name, step))
        elif extension in FORMATS:
            problem = _bad_name(path, names_are_globbed) or problem_of(path, extension)
            if problem:
                errors.append(f"File {shown(path)} {problem}")
        elif "\\" in path.name:
            unread.append(Unread(folder.name, name, "Take it away, or rename it."))
    return Landing(tuple(errors), tuple(unread))


def problem_of(path: Path, extension: str) -> str | None:
    """Why a file cannot be read, and what to do; None where it can."""
    try:
        if extension == "parquet":
            return _problem_of_parquet(path)
        if path.stat().st_size > LARGEST:
            return _problem_of_long_text(path)
        content = path.read_bytes()
    except OSError as error:
        return _unreadable(error)
    if extension == "csv":
        return problem_of_csv(content)
    return _problem_of_json(path, content)


def problem_of_csv(content: bytes) -> str | None:
    """Why a CSV file cannot be read, and what to do; None where it can."""
    problem = _problem_of_encoding(content)
    if problem:
        return problem
    if len(content) > LONGEST_LINE:
        longest = re.search(rb"[^\r\n]{%d}" % LONGEST_LINE, content)
        if longest:
            return (
                f"has a line of more than {LONGEST_LINE // 2**20} MB"
                f" (line {_line_at(content, longest.start())}), as if a whole file stood in a"
                " cell: shorten it."
            )
    delimiters = b",;\t|"
    stated = re.match(rb'\s*"?sep=([^\r\n])', content.removeprefix(b"\xef\xbb\xbf"))
    if stated:
        delimiters = stated.group(1)
        if stated.group(1) == b'"':
            return 'names the quotation mark as its delimiter ("sep="): take another one.'
    plain = _without_regular_values(content, delimiters)
    if plain is not None and len(_line_ends(plain)) < 2:
        return None
    if len(content) > _LARGEST_BY_VALUE:
        return None
    return _problem_of_irregular_csv(content, delimiters)


def _without_regular_values(content: bytes, delimiters: bytes) -> bytes | None:
    """The text outside of quotation marks; None where one stands in the middle of a value."""
    parts = content.split(b'"')
    if len(parts) % 2 == 0:
        return None
    outside = b"\n" + b'"'.join(parts[::2])
    edge = re.escape(delimiters) + rb'\r\n"'
    if re.search(rb'"(?<![%s]")' % edge, outside) or re.search(rb'"(?![%s]|$)' % edge, outside):
        return None
    return outside[1:]


def _problem_of_irregular_csv(content: bytes, delimiters: bytes) -> str | None:
    """The same value by value, which is slow; lines are counted."""
    before = rb"(?<![^\r\n%s])" % re.escape(delimiters)
    quoted = re.compile(before + rb' *"([^"]*(?:""[^"]*)*)"')
    # Each quoted value leaves as many bytes NUL as it has line ends, so that lines are counted.
    plain = quoted.sub(lambda value: b"\0" * value.group(1).count(b"\n"), content)
    unclosed = re.search(before + rb' *"', plain)
    if unclosed:
        return (
            "has a quotation mark that is never closed"
            f" (line {len(_ANY_LINE_END.findall(plain, 0, unclosed.start())) + 1}), so that the"
            " rest of the file would be one value: close it, or write it twice where it is meant."
        )
    ends = _line_ends(plain)
    if len(ends) < 2:
        return None
    rarest = min(ends, key=lambda end: ends[end])
    found = _LINE_ENDS[rarest].search(plain)
    assert found is not None
    return (
        f"mixes line ends, {' and '.join(ends)}"
        f" (line {len(_ANY_LINE_END.findall(plain, 0, found.start())) + 1}): save it with one kind,"
        " for example with `dos2unix`, or with `tr '\\r' '\\n'` where lines end in CR alone."
    )


_LINE_ENDS = {
    "CR LF": re.compile(rb"\r\n"),
    "LF": re.compile(rb"(?<!\r)\n"),
    "CR": re.compile(rb"\r(?!\n)"),
}
_ANY_LINE_END = re.compile(rb"\r\n|\r|\n|\0")


def _line_ends(plain: bytes) -> dict[str, int]:
    """How often each kind of line end is in a text, without those that are not."""
    both = plain.count(b"\r\n")
    counts = {
        "CR LF": both,
        "LF": plain.count(b"\n") - both,
        "CR": plain.count(b"\r") - both,
    }
    return {end: count for end, count in counts.items() if count}


def _problem_of_encoding(content: bytes, first_line: int = 1) -> str | None:
    """Text that is not in UTF-8; said with what it looks like."""
    lines_before = first_line - 1
    marks = {b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16", b"\x00\x00\xfe\xff": "UTF-32"}
    looks = next((name for mark, name in marks.items() if content.startswith(mark)), None)
    first_nul = content.find(b"\0")
    if looks is None and first_nul >= 0:
        sample = content[:4096]
        # In UTF-16 every other byte of a text in Latin letters is nil.
        if max(sample[::2].count(0), sample[1::2].count(0)) > len(sample) * 0.35:
            looks = "UTF-16"
    if looks:
        return (
            f"is not in UTF-8 but, as it seems, in {looks}: save it in that encoding, for example"
            f" with `iconv -f {looks.lower()} -t utf-8`."
        )
    if first_nul >= 0:
        return (
            f"has a byte that is no text (NUL, line {lines_before + _line_at(content, first_nul)}),"
            " as if it were damaged or no text file: export it again."
        )
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        return (
            f"is not in UTF-8 (line {lines_before + _line_at(content, error.start)}): save it in"
            " that encoding, for example with `iconv -f cp1252 -t utf-8`. It looks like a Windows"
            " encoding."
        )
    return None


def _problem_of_long_text(path: Path) -> str | None:
    """The fault in the encoding of a large file, which is read piece by piece."""
    line = 1
    with path.open("rb") as stream:
        while piece := stream.read(_PIECE):
            while (ahead := stream.peek(1)[:1]) and ahead[0] & 0b1100_0000 == 0b1000_0000:
                piece += stream.read(1)  # The rest of a character.
            problem = _problem_of_encoding(piece, line)
            if problem:
                return problem
            line += piece.count(b"\n")
    return None


def _problem_of_parquet(path: Path) -> str | None:
    size = path.stat().st_size
    with path.open("rb") as stream:
        head = stream.read(4)
        stream.seek(max(size - 4, 0))
        tail = stream.read(4)
    if size == 0:
        return "is empty (0 bytes), which no Parquet file is: deliver it again, or take it away."
    if head == b"PARE":
        return "is encrypted Parquet: deliver it without encryption."
    if head != b"PAR1":
        return (
            f"is no Parquet file: it begins with {shown(head.decode('latin-1'))!r}. Deliver it"
            " again, or rename it after what it is."
        )
    if tail != b"PAR1" or size < 12:
        return "is cut off: a Parquet file ends in PAR1, and this does not. Deliver it again."
    if size > LARGEST:
        return None
    return _engine_problem(path, "read_parquet({path}, hive_partitioning = false)", "Parquet")


def _problem_of_json(path: Path, content: bytes) -> str | None:
    if content.startswith(b"\xef\xbb\xbf"):
        return (
            "begins with a byte-order mark, which JSON must not have: save it as UTF-8 without one,"
            " for example with `tail -c +4`."
        )
    problem = _problem_of_encoding(content)
    if problem:
        return problem
    start = content.lstrip(b" \t\r\n")
    if not start:
        return (
            "is empty, which no JSON is: deliver it again, write [] for no rows, or take it away."
        )
    is_list = re.match(rb"\[\s*[\]{]", start)
    if not (start[:1] == b"{" or is_list):
        return (
            f"holds no records: it begins with {shown(start[:20].decode('utf-8', 'replace'))!r}."
            " Deliver a list of objects, [{…}, {…}], or one object a line."
        )
    deepest, position = _deepest(content)
    if deepest > DEEPEST_JSON:
        return (
            f"is nested {deepest} levels deep (line {_line_at(content, position)}), and"
            f" {DEEPEST_JSON} are read: deliver it flatter."
        )
    if re.fullmatch(rb"\[\s*\]\s*", start):
        return None
    said = _engine_problem(path, "read_json_auto({path}, hive_partitioning = false)", "JSON")
    place = _place_in_json(content) if said else None
    return f"{place}: deliver it again, or correct that line." if place else said


def _deepest(content: bytes) -> tuple[int, int]:
    """How many brackets are open at once, and where the most are."""
    depth = deepest = position = 0
    for found in re.finditer(rb'"(?:[^"\\]|\\.)*"|[\[{]|[\]}]', content, re.DOTALL):
        token = found.group()
        if token in (b"[", b"{"):
            depth += 1
            if depth > deepest:
                deepest, position = depth, found.start()
        elif token in (b"]", b"}"):
            depth -= 1
    return deepest, position


def _engine_problem(path: Path, reader: str, kind: str) -> str | None:
    """The fault that DuckDB finds when it reads the whole file, in our words."""
    call = reader.format(path=text_literal(escaped_glob(str(path))))
    with duckdb.connect() as connection:
        try:
            connection.execute(f"select bit_xor(hash(t)) from {call} as t").fetchall()
        except duckdb.Error as error:
            return _said_by_duckdb(str(error), kind)
    return None


def _said_by_duckdb(message: str, kind: str) -> str:
    """A sentence of what DuckDB says of a file, without its options and its path."""
    first = message.splitlines()[0]
    first = first.partition("Error: ")[2] or first
    reason = re.sub(r"""\s*(?:in |to read |of )?(?:file )?["'][^"']*["']""", "", first)
    reason = re.sub(r",? ?at byte \d+ in (line|record/value) \d+", "", reason).strip(" :.,")
    return f"cannot be read as {kind} ({shown(reason)[:200]}): deliver it again, or correct it."


def _place_in_json(content: bytes) -> str | None:
    """Where JSON breaks off or is wrong; None where Python can read it, too."""
    text = content.decode("utf-8")
    decoder = json.JSONDecoder()
    position = 0
    while True:
        position = _BLANK.match(text, position).end()  # type: ignore[union-attr]
        if position == len(text):
            return None
        try:
            _, position = decoder.raw_decode(text, position)
        except json.JSONDecodeError as error:
            rest = text[error.pos :].strip()
            is_cut = not rest or error.msg.startswith("Unterminated string")
            what = "is cut off" if is_cut else "is no JSON"
            return f"{what} (line {error.lineno}, column {error.colno}: {error.msg.lower()})"
        except RecursionError:
            return None


_BLANK = re.compile(r"[\s]*")


@dataclass(frozen=True)
class _Odd:
    """Why an entry of a folder is no file that can be read."""

    what: str
    next_step: str
    is_folder: bool = False


def _walk(folder: Path) -> Iterator[tuple[Path, _Odd | None]]:
    """All that is below a folder, in a stable order; what is no plain file with the reason."""
    entries = _entries(folder)
    for entry in entries:
        path = Path(entry.path)
        try:
            mode = path.stat().st_mode
        except OSError as error:
            yield path, _odd_link(path, error)
            continue
        if stat.S_ISDIR(mode):
            if path.is_symlink():
                step = "A link to a folder is not followed: put the folder itself there."
                yield path, _Odd("is a link to a folder", step, is_folder=True)
            elif entry.name.startswith("."):
                continue
            elif not os.access(path, os.R_OK | os.X_OK):
                step = "Its folder may not be read: give the run's user the right (chmod a+rX)."
                yield path, _Odd("may not be read", step, is_folder=True)
            elif not _entries(path):
                step = "The folder is empty: put its Parquet files there, or take it away."
                yield path, _Odd("is an empty folder", step, is_folder=True)
            else:
                yield from _walk(path)
        elif not stat.S_ISREG(mode):
            kind = "a pipe" if stat.S_ISFIFO(mode) else "a device or socket"
            step = "put the file itself there; only files are read."
            yield path, _Odd(f"is {kind}", step)
        elif not os.access(path, os.R_OK):
            yield path, _Odd(*_no_right())
        else:
            yield path, None


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    with os.scandir(folder) as entries:
        return sorted(entries, key=lambda entry: entry.name)


def _odd_link(path: Path, error: OSError) -> _Odd:
    if path.is_symlink():
        target = shown(os.readlink(path))
        return _Odd(f"is a link to {target}, which is not there", "mend the link, or take it away.")
    what, _, step = _unreadable(error).partition(": ")
    return _Odd(what, step)


def _no_right() -> tuple[str, str]:
    return "may not be read", "give the user of this run the right to, for example with chmod a+r."


def _unreadable(error: OSError) -> str:
    if isinstance(error, PermissionError):
        return ": ".join(_no_right())
    return f"cannot be read ({error.strerror or error}): copy it anew, and look at its disk."


def _bad_name(path: Path, names_are_globbed: bool) -> str | None:
    try:
        str(path).encode("utf-8")
    except UnicodeEncodeError:
        return "has a name that is not in UTF-8: rename it."
    if "\\" in str(path):
        return "has a backslash in its path, at which DuckDB looks for a folder: rename it."
    if names_are_globbed and _GLOB.search(str(path)):
        return "has one of * ? [ ] { } \\ in its path, which Spark takes for a pattern: rename it."
    return None


def _line_at(content: bytes, position: int) -> int:
    """The line of a byte, where lines end in LF, CR LF or CR."""
    before = content[:position]
    return before.count(b"\n") + before.count(b"\r") - before.count(b"\r\n") + 1


def _folders(variables: Mapping[str, Any]) -> list[str]:
    """The folder of each system in use, or of each of its instances."""
    instances = variables.get("system_instances") or {}
    folders: list[str] = []
    for system in variables.get("systems") or ():
        schemas: Iterable[Any] = (instances.get(system) or {}).values()
        folders += [str(schema).removeprefix("raw_") for schema in schemas] or [str(system)]
    return folders


def _next_step_beside(entry: os.DirEntry[str], folders: list[str]) -> str:
    names = ", ".join(f"{name}/" for name in folders)
    if entry.is_dir():
        return f"No system in use has a folder of that name: it is one of {names}."
    return f"Files lie in the folder of their system: {names}."


def escaped_glob(path: str) -> str:
    """The path as DuckDB's readers take it for itself, and not for a pattern."""
    return re.sub(r"[*?\[]", lambda found: f"[{found.group()}]", path)
