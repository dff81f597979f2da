"""How `kpis` talks: results on standard output, progress and errors on standard error."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

import typer
from rich.console import Console, ConsoleOptions, RenderableType
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn
from rich.segment import Segment
from rich.table import Table
from rich.text import Text

from sales_kpis.connecting.connect import Answers
from sales_kpis.connecting.plan import Question
from sales_kpis.dbt_runner import OnProgress
from sales_kpis.errors import KpisError, WrongUse
from sales_kpis.formats import format_duration, plural
from sales_kpis.plain_text import without_controls
from sales_kpis.project import Project
from sales_kpis.publish import DATABASE_NAME, PublishedVersion
from sales_kpis.run import RunResult

# A pipe or a CI log has no width of its own; Rich's 80 columns would cut the scorecard.
_WIDTH_WITHOUT_TERMINAL = 160


class PlainConsole(Console):
    """A console on which text is only shown, whatever a raw value, name or message holds.

    Brackets are no markup, `:smile:` is no picture, and of the characters that a terminal obeys
    only those pass that Rich itself writes.
    """

    def __init__(self, stream: TextIO, width: int | None = None) -> None:
        super().__init__(file=stream, width=width, highlight=False, markup=False, emoji=False)

    def render(
        self, renderable: RenderableType, options: ConsoleOptions | None = None
    ) -> Iterator[Segment]:
        """The segments to write; a character that is left out had no width."""
        for segment in super().render(renderable, options):
            if segment.control:
                yield segment
            else:
                yield Segment(without_controls(segment.text), segment.style)


def make_console(stream: TextIO) -> Console:
    """A console for the stream as it is now (tests and pipes replace sys.stdout)."""
    is_wide = not stream.isatty() and "COLUMNS" not in os.environ
    return PlainConsole(stream, _WIDTH_WITHOUT_TERMINAL if is_wide else None)


def show(*parts: RenderableType) -> None:
    """Print results; text stays as it is, tables fit the width."""
    console = make_console(sys.stdout)
    for part in parts:
        shown = Text(part) if isinstance(part, str) else part
        console.print(shown, soft_wrap=isinstance(shown, Text))


def show_error(error: KpisError) -> None:
    """Print what went wrong, its details and the next step."""
    console = make_console(sys.stderr)
    console.print(Text(error.message, style="bold red"), soft_wrap=True)
    for line in error.details:
        console.print(Text(f"  {line}"), soft_wrap=True)
    if error.next_step:
        console.print(Text(f"→ {error.next_step}"), soft_wrap=True)


class TerminalReporter:
    """Shows a progress bar while a stage runs, and one line when it has ended."""

    def __init__(self) -> None:
        self._console = make_console(sys.stderr)

    @contextmanager
    def stage(self, text: str) -> Iterator[OnProgress]:
        """A progress bar for the stage; on no terminal only the line at its end."""
        started = time.monotonic()
        progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(bar_width=30),
            MofNCompleteColumn(),
            TextColumn("{task.fields[node]}", style="dim"),
            console=self._console,
            transient=True,
            disable=not self._console.is_terminal,
        )
        with progress:
            task = progress.add_task(text, total=None, node="")

            def on_progress(done: int, total: int, node: str) -> None:
                progress.update(task, completed=done, total=total, node=node)

            yield on_progress
        took = format_duration(time.monotonic() - started)
        self._console.print(Text.assemble(f"{text} ", (took, "dim")))

    def note(self, text: str) -> None:
        """One line below the stage."""
        self._console.print(Text(f"  {text}", style="dim"), soft_wrap=True)


class SilentReporter:
    """Says nothing, for `--json`."""

    @contextmanager
    def stage(self, text: str) -> Iterator[OnProgress]:
        """Nothing."""
        yield lambda done, total, node: None

    def note(self, text: str) -> None:
        """Nothing."""


def render_run(result: RunResult, alerts: str | None = None) -> Table:
    """The parts of a run and their times, in one small table; with its alerts, in a few words."""
    counts = result.sources.counts()
    warned = len(result.build.warned_tests)
    tests = plural(len(result.build.tests), "test")
    built = result.build.statuses.get("success", 0)
    marts = plural(len(result.audit.row_counts), "mart")
    version = f"version {result.version.run_id}" if result.version else "no (--no-publish)"
    parts = {
        "dbt": ("started and the project read", "read_project"),
        "sources": (
            f"{plural(counts['source_tables'], 'table')}, {plural(counts['source_rows'], 'row')},"
            f" {counts['rejected_rows']:,} rejected,"
            f" {plural(counts['oddities'], 'oddity', 'oddities')}",
            "check_sources",
        ),
        "build": (
            f"{built:,} models, seeds and hooks built; {tests} passed"
            + (f", {warned:,} of them with a warning" if warned else ""),
            "build",
        ),
        "audit": (
            f"{marts} with {plural(sum(result.audit.row_counts.values()), 'row')}",
            "audit",
        ),
        "published": (version, "publish"),
        **({"alerts": (alerts, "")} if alerts else {}),
    }
    table = Table(
        title=f"Run {result.run_id}, as of {result.as_of_date}",
        title_justify="left",
        show_header=False,
    )
    table.add_column(style="bold", no_wrap=True)
    table.add_column()
    table.add_column(justify="right", style="dim", no_wrap=True)
    for name, (text, stage) in parts.items():
        took = result.seconds.get(stage)
        table.add_row(name, text, "" if took is None else format_duration(took))
    return table


def render_warnings(warnings: Iterable[str]) -> list[Text]:
    """The warnings, a line each."""
    return [Text(f"warning: {warning}", style="yellow") for warning in warnings]


def render_paths(project: Project, version: PublishedVersion | None, database: Path) -> Table:
    """Where the files are."""
    rows: list[tuple[str, str]] = []
    if version is not None:
        current = project.published / "current"
        rows += [
            (
                "marts for BI",
                f"{near(current / DATABASE_NAME)}  (current → versions/{version.run_id})",
            ),
            ("as Parquet", f"{near(current / 'parquet')}/<schema>/<table>.parquet"),
            ("dashboard", near(current / "dashboard.html")),
            ("manifest", near(current / "manifest.json")),
        ]
    rows.append(("all layers", near(database)))
    return _grid(rows)


def near(path: Path) -> str:
    """The path as seen from the current folder, where it is below it."""
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)


def _grid(rows: Sequence[tuple[str, str]]) -> Table:
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="bold", no_wrap=True)
    grid.add_column(overflow="fold")
    for row in rows:
        grid.add_row(*row)
    return grid


def answers(is_yes: bool, is_silent: bool) -> Answers:
    """The answers of `kpis connect`: asked for in a terminal, guessed with `--yes`, else open."""
    is_terminal = sys.stdin.isatty() and sys.stderr.isatty() and not is_silent
    return Answers(prompt=_prompt if is_terminal and not is_yes else None, takes_guesses=is_yes)


def require_yes(question: str, is_silent: bool) -> None:
    """Ask before something that cannot be undone.

    Raises:
        WrongUse: the answer is not yes, or there is no terminal to ask in.
    """
    if is_silent or not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise WrongUse("There is nobody to ask; nothing was changed.", "Add --yes.")
    if not typer.confirm(question, err=True):
        raise WrongUse("Nothing was changed.")


def _prompt(question: Question) -> tuple[str, ...]:
    """Ask until the answer is one of the options, by its number or name, or as free text."""
    console = make_console(sys.stderr)
    console.print(Text(question.text), soft_wrap=True)
    for number, option in enumerate(question.options, start=1):
        console.print(Text(f"  {number}  {option}"), soft_wrap=True)
    default = None if question.guess is None else ", ".join(question.guess)
    words = "Numbers or names, with commas; 0 for none" if question.takes_several else "Answer"
    while True:
        said = str(typer.prompt(words, default=default, err=True))
        chosen = chosen_of(question, said)
        if chosen is not None:
            return chosen
        console.print(Text("That is none of them."))


def chosen_of(question: Question, said: str) -> tuple[str, ...] | None:
    """The options that an answer names, by number or name; None where it names something else."""
    if not question.options:
        return (said.strip(),) if said.strip() else None
    by_name = {option.lower(): option for option in question.options}
    if said.strip().lower() in by_name:
        return (by_name[said.strip().lower()],)
    parts = [part.strip().lower() for part in said.split(",") if part.strip()]
    if question.takes_several and parts in ([], ["0"]):
        return ()
    numbered = {str(at): option for at, option in enumerate(question.options, start=1)}
    found = tuple(numbered.get(part) or by_name.get(part, "") for part in parts)
    is_right = all(found) and found and (question.takes_several or len(found) == 1)
    return found if is_right else None
