"""Tables in terminals of 60 to 160 columns: columns go before the names of rows are cut."""

from __future__ import annotations

import fcntl
import os
import pty
import struct
import subprocess
import sys
import termios
from io import StringIO
from pathlib import Path

import pytest
from rich.table import Table

from kpis_project import write_marts
from sales_kpis.fitting_table import FittingTable
from sales_kpis.project import Project
from sales_kpis.publish import RunFacts, publish
from sales_kpis.terminal import PlainConsole

TITLE = "Total revenue of all the territories together"
LEFT_OUT = {
    60: {"running period", "trend", "to year ago", "target", "to previous"},
    80: {"running period", "trend", "to year ago", "target"},
    100: {"running period", "trend", "to year ago"},
    140: {"running period"},
    160: set[str](),
}


def test_a_table_leaves_out_its_columns_in_their_order_and_says_so() -> None:
    table = Table(caption="of few cases")
    table.add_column("name")
    for name in ("first", "second", "third"):
        table.add_column(name, no_wrap=True)
    table.add_row("A name of twenty-eight signs", "1" * 10, "2" * 10, "3" * 10)
    fitting = FittingTable(table, ("third", "not there", "second"))
    # 24 for the name, 10 a column, 2 blanks in each of four columns, five lines.
    assert fitting.fitted(24 + 3 * 10 + 4 * 2 + 5) is table
    narrow = fitting.fitted(24 + 3 * 10 + 4 * 2 + 4)
    assert [column.header for column in narrow.columns] == ["name", "first", "second"]
    assert narrow.caption == "of few cases · no room for: third"
    narrowest = fitting.fitted(1)
    assert [column.header for column in narrowest.columns] == ["name", "first"]
    assert [column.header for column in table.columns] == ["name", "first", "second", "third"]


def test_a_name_takes_more_lines_and_a_value_one() -> None:
    table = Table()
    table.add_column("name")
    table.add_column("value", no_wrap=True)
    table.add_row("Existing customer revenue share", "1,234,567.89 EUR in 2025-09")
    out = StringIO()
    PlainConsole(out, width=60).print(FittingTable(table, ()))
    assert "1,234,567.89 EUR in 2025-09" in out.getvalue()
    assert "Existing customer revenue " in out.getvalue()
    assert "…" not in out.getvalue()


@pytest.fixture
def a_wide_scorecard(kpis_project: Project, tmp_path: Path) -> None:
    """A published KPI of a long title, of millions, with a target and a running period."""
    build = write_marts(
        tmp_path / "build" / "sales_kpis.duckdb",
        revenue=(1_234_567, 2_345_678, 345_678),
        statements=[
            f"update monitoring.kpi_catalog set title = '{TITLE}'",
            "update monitoring.kpi_values set target_value = 900",
        ],
    )
    facts = RunFacts(as_of_date="2025-09-17", settings={"reporting_currency": "EUR"})
    publish(build, kpis_project.published, "run-1", facts)


def in_a_terminal(columns: int, *arguments: str) -> list[str]:
    """The lines that `kpis` prints in a pseudo-terminal of so many columns."""
    ours, theirs = pty.openpty()
    try:
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
        environment = {name: os.environ[name] for name in os.environ if name != "COLUMNS"}
        command = [sys.executable, "-m", "sales_kpis", *arguments]
        with subprocess.Popen(
            command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment
        ) as said:
            os.close(theirs)
            output = b"".join(iter(lambda: _read(ours), b""))
        assert said.returncode == 0, output.decode()
    finally:
        os.close(ours)
    return output.decode().replace("\r", "").splitlines()


def _read(ours: int) -> bytes:
    """The next bytes; none when the command has closed its side, which Linux tells as an error."""
    try:
        return os.read(ours, 65536)
    except OSError:
        return b""


@pytest.mark.slow
@pytest.mark.parametrize("columns", LEFT_OUT)
def test_the_scorecard_keeps_its_names_in_a_terminal(a_wide_scorecard: None, columns: int) -> None:
    lines = in_a_terminal(columns, "scorecard")
    shown = "\n".join(lines)
    assert "\x1b[" in shown
    plain = [_without_styles(line) for line in lines]
    assert max(map(len, plain)) <= columns
    assert "…" not in "".join(plain)
    names = " ".join(line.split("│")[1].strip() for line in plain if line.startswith("│"))
    assert TITLE in names
    header = next(line for line in plain if line.startswith("┃"))
    told = {cell.strip() for cell in header.strip("┃").split("┃")}
    everything = {"KPI", "period", "value", *LEFT_OUT[60]}
    assert told == everything - LEFT_OUT[columns]
    for name in LEFT_OUT[columns]:
        assert name in " ".join(" ".join(plain).split())


def _without_styles(line: str) -> str:
    return "".join(
        part.partition("m")[2] if at else part for at, part in enumerate(line.split("\x1b["))
    )
