"""`kpis connect`: reads a folder of exports, settles or asks, and writes what a run needs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.console import RenderableType
from rich.table import Table as Rendered

from sales_kpis.company_folder import waits_for_answers
from sales_kpis.connecting.contract import read_contract, read_keys
from sales_kpis.connecting.counting import what_will_count
from sales_kpis.connecting.exports import Folder, landing_name, read_folder
from sales_kpis.connecting.plan import Plan, Question
from sales_kpis.connecting.planning import make_plan
from sales_kpis.connecting.settings_file import (
    RAW,
    SEEDS,
    is_written_here,
    settings_text,
    write_raw,
)
from sales_kpis.errors import WrongUse
from sales_kpis.files import write_text
from sales_kpis.formats import plural
from sales_kpis.seeds import write_neutral_seeds

# Asks a person; None where there is nobody to ask.
Prompt = Callable[[Question], tuple[str, ...]]


@dataclass
class Answers:
    """The answers to questions: a person's, or the guesses of `--yes`; others stay open."""

    prompt: Prompt | None = None
    takes_guesses: bool = False
    guessed: list[Question] = field(default_factory=list)
    open: list[Question] = field(default_factory=list)

    def ask(self, question: Question) -> tuple[str, ...] | None:
        """The answer to a question; None where nobody can say."""
        if self.takes_guesses and question.guess is not None:
            self.guessed.append(question)
            return question.guess
        if self.prompt is not None and not self.takes_guesses:
            return self.prompt(question)
        self.open.append(question)
        return None


@dataclass(frozen=True)
class Connection:
    """A folder of exports with its settings.

    `is_kept` says that the settings were there already and only the raw tables were read anew.
    """

    folder: Folder
    plan: Plan
    settings_file: Path
    guessed: tuple[Question, ...]
    open_questions: tuple[Question, ...]
    is_kept: bool

    @property
    def next_command(self) -> str:
        """The command that builds and publishes."""
        return f"kpis run --settings {self.settings_file}"

    def as_json(self) -> dict[str, Any]:
        """The same for machines."""
        return {
            "status": "questions_open" if self.open_questions else "done",
            "exit_code": 1 if self.open_questions else 0,
            "settings": str(self.settings_file),
            "kept_settings": self.is_kept,
            "tables": {t.name: [e.file for e in t.exports] for t in self.plan.tables},
            "not_read": dict(self.plan.unread),
            "notes": list(self.plan.notes),
            "guessed": {q.about: list(q.guess or ()) for q in self.guessed},
            "open": {q.about: q.text for q in self.open_questions},
            "what_will_count": [] if self.is_kept else what_will_count(self.plan),
            "run": self.next_command,
        }


def connect(root: Path, folder: Path, output: Path | None, answers: Answers) -> Connection:
    """Write the settings, the raw tables and the seeds of a folder of exports.

    Settings that are there already stay as they are, and the files alone are read anew; but those
    of `kpis init` that still wait for answers have them from here.

    Args:
        root: the project's folder.
        folder: the exports.
        output: the settings to write; by default local/<folder>/settings.yml.

    Raises:
        WrongUse: a file cannot be read, or none is a table that is known.
    """
    settings_file = output or Path("local", landing_name(folder.resolve().name), "settings.yml")
    place = settings_file.resolve().parent
    landing = place / RAW / "tabular"
    exports = folder.resolve()
    if landing.is_relative_to(exports) or exports.is_relative_to(landing):
        raise WrongUse(
            f"{settings_file} has its raw tables in {landing}, where the exports are.",
            "Keep the exports in a folder of their own, or name another place: --output FILE.",
        )
    is_kept = settings_file.exists() and not waits_for_answers(settings_file)
    if landing.exists() and not (is_kept and is_written_here(settings_file)):
        raise WrongUse(
            f"{landing} is there, and {settings_file} is not of `kpis connect`: its files could be"
            " yours.",
            "Name another place: --output FILE.",
        )
    found = read_folder(folder)
    # The settings that are there have the answers.
    ask = Answers().ask if is_kept else answers.ask
    plan = make_plan(found, read_contract(root), read_keys(root), ask)
    if not plan.tables:
        files = ", ".join(export.file for export in found.exports)
        raise WrongUse(
            f"No file of {folder} has the header of a table that is known ({files}).",
            "Map it by hand: docs/connect_a_csv_export.md.",
        )
    write_raw(plan, place)
    write_neutral_seeds(root / "seeds", place / SEEDS)
    if not is_kept:
        write_text(settings_file, settings_text(plan, folder.name))
    return Connection(
        found, plan, settings_file, tuple(answers.guessed), tuple(answers.open), is_kept
    )


def render_connection(result: Connection) -> Iterator[RenderableType]:
    """The tables that were found, what was guessed and is open, and what will count."""
    files = Rendered(title="Files", title_justify="left", header_style="bold")
    for name in ("file", "rows", "is", "how it was read"):
        files.add_column(name, justify="right" if name == "rows" else "left")
    for table in result.plan.tables:
        for export in table.exports:
            files.add_row(
                export.file,
                f"{len(export.rows):,}",
                f"{table.name}: {table.preset.title}",
                "; ".join(export.notes),
            )
    for file, reason in result.plan.unread:
        files.add_row(file, "", "not read", reason)
    yield files
    yield from result.plan.notes
    for question in result.guessed:
        yield f"guessed  {question.about}: {', '.join(question.guess or ()) or 'none'}"
    for question in result.open_questions:
        guess = f" A guess: {', '.join(question.guess) or 'none'}." if question.guess else ""
        yield f"open  {question.about}: {question.text}{guess}"
    if not result.is_kept:
        yield "What will count"
        for sentence in what_will_count(result.plan):
            yield f"  {sentence}"
    kept = " (was there and stays; move it away to have it written anew)" if result.is_kept else ""
    yield f"settings   {result.settings_file}{kept}"
    yield f"raw tables {result.settings_file.parent / RAW / 'tabular'}"
    yield f"seeds      {result.settings_file.parent / SEEDS}"
    if result.open_questions:
        count = plural(len(result.open_questions), "question")
        yield f"next       answer {count} in the lines with FILL IN, then: {result.next_command}"
    else:
        yield f"next       {result.next_command}"
