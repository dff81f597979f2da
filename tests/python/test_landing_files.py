"""A landing file that cannot be read is one sentence, and nothing in its folder is passed over."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from builds import run_dbt
from sales_kpis.errors import SourcesBroken
from sales_kpis.landing_files import (
    LARGEST,
    LONGEST_LINE,
    Landing,
    look_at_landing,
    problem_of,
    problem_of_csv,
)
from sales_kpis.sources import parse_report, require_readable, with_unread

HEAD = b"rep_id,rep_name\n"


def whole_parquet(path: Path) -> bytes:
    name = str(path).replace("'", "''")
    duckdb.execute(
        f"copy (select i as rep_id, 'rep ' || i as rep_name from range(1000) as t(i)) to '{name}'"
        " (format parquet)"
    )
    return path.read_bytes()


def looked_at(folder: Path, make: Callable[[Path], object]) -> Landing:
    """The findings where `make` has filled the folder of a system."""
    raw = folder / "raw" / "tabular"
    raw.mkdir(parents=True)
    make(raw)
    return look_at_landing({"raw_path": str(folder / "raw"), "systems": ["tabular"]})


BROKEN: dict[str, tuple[str, bytes, str]] = {
    "an unclosed quote": ("rep.csv", HEAD + b'1,"Ann\n2,Bo\n', "never closed (line 2)"),
    "an unclosed quote in the last line": ("rep.csv", HEAD + b'1,A\n2,"B\n', "closed (line 3)"),
    "an unclosed quote after values of two lines": (
        "rep.csv", HEAD + b'1,"A\nB"\n2,C\n3,"D\n', "closed (line 5)"),
    "Windows' and Unix's line ends": (
        "rep.csv", b"rep_id,rep_name\r\n1,A\r\n2,B\n", "mixes line ends, CR LF and LF (line 3)"),
    "a Mac's line end": ("rep.csv", HEAD + b"1,A\r2,B\n", "mixes line ends, LF and CR (line 2)"),
    "UTF-16": ("rep.csv", "rep_id,rep_name\n1,Zoé\n".encode("utf-16"), "as it seems, in UTF-16"),
    "UTF-16 without its mark": (
        "rep.csv", "rep_id,rep_name\n1,Zoé\n".encode("utf-16-le"), "`iconv -f utf-16 -t utf-8`"),
    "UTF-32": ("rep.csv", "rep_id\n".encode("utf-32"), "in UTF-"),
    "cp1252": (
        "rep.csv", HEAD + b"1,A\n2,Zo\xe9\n", "not in UTF-8 (line 3): save it in that encoding"),
    "a byte that is no text": ("rep.csv", HEAD + b"1,A\0B\n", "no text (NUL, line 2)"),
    "a line as long as a file": (
        "rep.csv", HEAD + b"1," + b"x" * LONGEST_LINE + b"\n", "more than 32 MB (line 2)"),
    "empty Parquet": ("rep.parquet", b"", "is empty (0 bytes)"),
    "another kind of file": ("rep.parquet", b"rep_id,rep_name\n1,A\n", "begins with 'rep_'"),
    "broken JSON": ("rep.json", b'[{"a": 1},\n{"a": }]', "is no JSON (line 2, column 7"),
    "JSON that is cut off": ("rep.json", b'[{"a": 1},\n{"a"', "is cut off (line 2"),
    "a line of JSON that is cut off": ("rep.json", b'{"a": 1}\n{"a": "x', "cut off (line 2"),
    "very deep JSON": (
        "rep.json", b'[{"a":\n' + b"[" * 50_000 + b"]" * 50_000 + b"}]", "50002 levels deep"),
    "deep JSON after its brothers": (
        "rep.json", b'[{"a":' + b'{"b": 1, "c":' * 120 + b"1" + b"}" * 121 + b"]", "122 levels"),
    "JSON with a byte-order mark": ("rep.json", b'\xef\xbb\xbf[{"a": 1}]', "byte-order mark"),
    "JSON that is no table": ("rep.json", b'"rep"', "holds no records: it begins with '\"rep\"'"),
    "empty JSON": ("rep.json", b" \n", "is empty, which no JSON is"),
    "JSON in UTF-16": ("rep.json", '[{"a": 1}]'.encode("utf-16"), "in UTF-16"),
}  # fmt: skip


def test_of_a_large_file_the_encoding_is_looked_at_piece_by_piece(tmp_path: Path) -> None:
    path = tmp_path / "rep.csv"
    line = "1,Zoë Ångström\n".encode()
    whole = HEAD + line * (LARGEST // len(line) + 1)
    path.write_bytes(whole)
    assert problem_of(path, "csv") is None
    path.write_bytes(whole + b"2,Zo\xe9\n")
    lines = whole.count(b"\n") + 1
    assert str(problem_of(path, "csv")).startswith(f"is not in UTF-8 (line {lines})")


@pytest.mark.parametrize("name", BROKEN)
def test_a_file_that_cannot_be_read_is_one_sentence(tmp_path: Path, name: str) -> None:
    file, content, said = BROKEN[name]
    landing = looked_at(tmp_path, lambda raw: (raw / file).write_bytes(content))
    [error] = landing.errors
    assert error.startswith(f"File {tmp_path}/raw/tabular/{file} ")
    assert said in error
    assert is_one_sentence(error)
    with pytest.raises(SourcesBroken) as stopped:
        require_readable(landing)
    assert stopped.value.details == landing.errors
    assert stopped.value.exit_code == 2


def is_one_sentence(error: str) -> bool:
    """Whether it is one line, says what to do, and has none of an engine's words."""
    words = re.compile(r"Possible fixes|strict_mode|ignore_errors|sniff|Invalid Input|Traceback")
    step = re.search(r"(: |\. )\w.*\.$", error)
    return "\n" not in error and len(error) < 500 and step is not None and not words.search(error)


@pytest.mark.parametrize("kept", [4, 8, 100, 1000, -1, -4, -9])
def test_cut_off_parquet_is_said_to_be_so(tmp_path: Path, kept: int) -> None:
    whole = whole_parquet(tmp_path / "whole.parquet")
    landing = looked_at(tmp_path, lambda raw: (raw / "rep.parquet").write_bytes(whole[:kept]))
    [error] = landing.errors
    assert "rep.parquet is cut off" in error


@pytest.mark.parametrize("place", [(200, 500), (-40, -12), (-300, -60)])
def test_damaged_parquet_is_no_list_of_options(tmp_path: Path, place: tuple[int, int]) -> None:
    whole = whole_parquet(tmp_path / "whole.parquet")
    first, last = place[0] % len(whole), place[1] % len(whole)
    damaged = whole[:first] + b"\xff" * (last - first) + whole[last:]
    landing = looked_at(tmp_path, lambda raw: (raw / "rep.parquet").write_bytes(damaged))
    [error] = landing.errors
    assert "rep.parquet cannot be read as Parquet (" in error
    assert is_one_sentence(error)


READABLE = {
    "quotes, doubled quotes and line breaks in them": HEAD + b'1,"A ""B"", C\nD"\n2,E\n',
    "a quote within a value": HEAD + b'1,5" pipe\n2,a "b" c\n',
    "blanks before a quote": HEAD + b'1, "A, B"\n',
    "Windows' line ends and others within quotes": b'rep_id,rep_name\r\n1,"A\nB"\r\n',
    "a Mac's line ends": b"rep_id,rep_name\r1,A\r",
    "no line end at the end": HEAD + b'1,"A"',
    "a delimiter of its own": b'sep=^\nrep_id^rep_name\n1^"A^B"\n',
    "quotes at another delimiter than its own": b'sep=^\nrep_id^x\n1^a,"b\n',
    "nothing": b"",
    "a byte-order mark": b'\xef\xbb\xbf"rep_id","rep_name"\n"1","A"\n',
    "10 MB in a cell": HEAD + b'1,"' + b"x" * 10_000_000 + b'"\n',
}


@pytest.mark.parametrize("name", READABLE)
def test_what_can_be_read_is_not_refused(name: str) -> None:
    assert problem_of_csv(READABLE[name]) is None


def test_json_and_parquet_that_can_be_read_are_not_refused(tmp_path: Path) -> None:
    (tmp_path / "rows.json").write_bytes(b'[\n {"a": "[[[", "b": [1]},\n {"a": null}]')
    (tmp_path / "lines.json").write_bytes(b'{"a": 1}\n{"a": "2"}\n')
    (tmp_path / "none.json").write_bytes(b"[]\n")
    whole_parquet(tmp_path / "it's [1]*.parquet")
    for path in tmp_path.iterdir():
        assert problem_of(path, path.suffix[1:]) is None


ODD_ENTRIES: dict[str, tuple[Callable[[Path], object], str]] = {
    "a dangling link": (
        lambda raw: (raw / "rep.csv").symlink_to("/nowhere/rep.csv"),
        "rep.csv is a link to /nowhere/rep.csv, which is not there: mend the link",
    ),
    "a link to itself": (lambda raw: (raw / "rep.csv").symlink_to("rep.csv"), "is a link to rep"),
    "a pipe": (lambda raw: os.mkfifo(raw / "rep.csv"), "rep.csv is a pipe: put the file itself"),
    "a name that is not in UTF-8": (
        lambda raw: Path(os.fsdecode(os.fsencode(raw) + b"/\xff.csv")).write_bytes(HEAD),
        "\\udcff.csv has a name that is not in UTF-8: rename it.",
    ),
    "a name with a backslash": (
        lambda raw: (raw / "a\\b.json").write_bytes(b"[]"),
        "has a backslash in its path, at which DuckDB looks for a folder: rename it.",
    ),
    "a name with what a terminal obeys": (
        lambda raw: (raw / "\x1b[2J\n.csv").write_bytes(b"\xff"),
        "/\\x1b[2J\\n.csv is not in UTF-8 (line 1)",
    ),
}


@pytest.mark.parametrize("name", ODD_ENTRIES)
def test_what_is_no_file_is_never_opened(tmp_path: Path, name: str) -> None:
    make, said = ODD_ENTRIES[name]
    [error] = looked_at(tmp_path, make).errors
    assert said in error
    assert is_one_sentence(error)


@pytest.mark.parametrize("error", [PermissionError(13, "x"), OSError(5, "Input/output error")])
def test_a_file_that_the_system_does_not_give_is_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: OSError
) -> None:
    def refuse(path: Path) -> bytes:
        raise error

    monkeypatch.setattr(Path, "read_bytes", refuse)
    [said] = looked_at(tmp_path, lambda raw: (raw / "rep.csv").write_text("x")).errors
    is_right = isinstance(error, PermissionError)
    assert ("may not be read: give the user of this run the right" in said) == is_right
    assert ("cannot be read (Input/output error): copy it anew" in said) != is_right


def test_a_file_without_the_right_to_read_is_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.access", lambda path, mode: Path(path).suffix != ".csv")
    [said] = looked_at(tmp_path, lambda raw: (raw / "rep.csv").write_bytes(HEAD)).errors
    assert "rep.csv may not be read: give the user of this run the right to" in said


def test_spark_refuses_a_name_that_it_would_take_for_a_pattern(tmp_path: Path) -> None:
    raw = tmp_path / "tabular"
    raw.mkdir()
    (raw / "re*.csv").write_bytes(HEAD)
    variables = {"raw_path": str(tmp_path), "systems": ["tabular"]}
    assert look_at_landing(variables).errors == ()
    [said] = look_at_landing(variables, names_are_globbed=True).errors
    assert "re*.csv has one of * ? [ ] { } \\ in its path" in said


def test_nothing_in_the_landing_folders_is_passed_over(tmp_path: Path) -> None:
    def make(raw: Path) -> None:
        (raw / "gone").symlink_to("/nowhere")
        (raw / "elsewhere").symlink_to(tmp_path)
        (raw / "account.csv").mkdir()
        (raw / ".rep.csv").write_bytes(HEAD)
        (raw / ".DS_Store").write_bytes(b"x")
        os.mkfifo(raw / "queue")
        (raw.parent / "deal.csv").write_bytes(HEAD)
        (raw.parent / "salesfroce").mkdir()

    landing = looked_at(tmp_path, make)
    assert landing.errors == ()
    steps = {unread.name: unread.next_step for unread in landing.unread}
    assert set(steps) == {
        *("gone", "elsewhere", "account.csv", ".rep.csv", "queue", "deal.csv", "salesfroce")
    }
    assert steps["deal.csv"] == "Files lie in the folder of their system: tabular/."
    assert "one of tabular/" in steps["salesfroce"]
    told = {"kind": "unread_file", "system": "tabular", "table": "gone"}
    report = with_unread(parse_report({"findings": [told]}), landing)
    assert [odd.table for odd in report.oddities].count("gone") == 1
    assert len(report.oddities) == len(report.content["oddities"]) == len(steps)


def test_each_instance_of_a_system_has_its_folder(tmp_path: Path) -> None:
    for folder in ("salesforce_emea", "salesforce_apac", "salesforce"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "lead.csv").write_bytes(b"\xff")
    schemas = {name: f"raw_salesforce_{name}" for name in ("emea", "apac")}
    landing = look_at_landing(
        {
            "raw_path": str(tmp_path),
            "systems": ["salesforce"],
            "system_instances": {"salesforce": schemas},
        }
    )
    assert len(landing.errors) == 2
    assert [unread.name for unread in landing.unread] == ["salesforce"]


@pytest.mark.parametrize("raw_path", ["", "s3://bucket/raw", "dbfs:/raw", "/nowhere/at/all"])
def test_without_a_folder_on_this_machine_there_is_nothing_to_look_at(raw_path: str) -> None:
    assert look_at_landing({"raw_path": raw_path, "systems": ["tabular"]}) == Landing()


@pytest.mark.parametrize("name", ["an unclosed quote", "Windows' and Unix's line ends",
                                  "empty Parquet", "broken JSON"])  # fmt: skip
def test_plain_dbt_says_the_same_sentence(tmp_path: Path, name: str) -> None:
    file, content, said = BROKEN[name]
    raw = tmp_path / "raw" / "tabular"
    raw.mkdir(parents=True)
    (raw / file).write_bytes(content)
    variables = {"systems": ["tabular"], "raw_path": str(tmp_path / "raw")}
    build = run_dbt(["run-operation", "check_sources"], tmp_path, variables=variables)
    assert build.exit_code != 0
    assert said in build.output
    assert "Possible fixes" not in build.output
