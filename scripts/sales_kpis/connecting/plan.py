"""The plan for a folder of exports: its tables, columns and stages, and questions to a person."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from sales_kpis.connecting.exports import Export
from sales_kpis.connecting.presets import Preset, names_by_plain, plain
from sales_kpis.connecting.written_values import day_form, number_form, read_day, read_number
from sales_kpis.settings import UNANSWERED

# No currency, by ISO 4217.
NO_CURRENCY = "XXX"


@dataclass(frozen=True)
class Question:
    """Something that no file settles.

    `guess` is what `--yes` takes; None where there is nothing to guess from. Several of the options
    are an answer where `takes_several`, none of them, too.
    """

    about: str
    text: str
    options: tuple[str, ...]
    guess: tuple[str, ...] | None
    takes_several: bool = False


# The answer to a question; None leaves it open.
Ask = Callable[[Question], tuple[str, ...] | None]


@dataclass(frozen=True)
class Column:
    """A declared column of the contract."""

    name: str
    type: str
    is_required: bool
    is_personal: bool
    references: str | None


@dataclass(frozen=True)
class Choice:
    """The raw column that a column of the contract is, as source_mapping says it.

    `said` is a name, a mapping such as {row: all}, None (left out) or UNANSWERED.
    """

    column: str
    said: Any
    why: str
    samples: tuple[str, ...] = ()
    others: tuple[str, ...] = ()

    @property
    def raw_name(self) -> str | None:
        """The raw column behind it, the first of several; None where there is none."""
        if isinstance(self.said, Mapping):
            return self.said.get("column") or next(iter(self.said.get("first_of", ())), None)
        return self.said if self.said not in (None, UNANSWERED) else None


@dataclass
class Table:
    """A table of the contract, the exports that it is read from, and its columns."""

    name: str
    preset: Preset
    exports: list[Export]
    choices: dict[str, Choice] = field(default_factory=dict)
    formats: dict[str, tuple[str, str]] = field(default_factory=dict)
    query: str | None = None

    def raw(self, name: str) -> list[str]:
        """The values of a raw column, of all files; blank where a file does not have it."""
        values: list[str] = []
        for export in self.exports:
            own = names_by_plain(export.header).get(plain(name))
            values += export.column(own) if own else [""] * len(export.rows)
        return values

    def values(self, column: str) -> list[str]:
        """The values of a column of the contract, in its words; blank where it is not there."""
        choice = self.choices.get(column)
        if choice is None or choice.raw_name is None:
            return [""] * self.count
        if isinstance(choice.said, Mapping) and "first_of" in choice.said:
            columns = [self.raw(name) for name in choice.said["first_of"]]
            return [next(filter(None, cells), "") for cells in zip(*columns, strict=True)]
        words = choice.said["values"] if isinstance(choice.said, Mapping) else {}
        return [str(words.get(value, value)) for value in self.raw(choice.raw_name)]

    def has(self, column: str) -> bool:
        """Whether a raw column was found for it."""
        choice = self.choices.get(column)
        return choice is not None and choice.raw_name is not None

    @property
    def count(self) -> int:
        """The number of rows."""
        return sum(len(export.rows) for export in self.exports)

    @property
    def header(self) -> tuple[str, ...]:
        """All names of the files' headers, an equal one once."""
        return tuple(names_by_plain([n for e in self.exports for n in e.header]).values())

    @property
    def unused(self) -> list[str]:
        """The names of the header that no column is read from."""
        used: set[str] = set()
        for choice in self.choices.values():
            several = choice.said.get("first_of", ()) if isinstance(choice.said, Mapping) else ()
            used |= {plain(name) for name in (choice.raw_name, *several) if name}
        return [name for name in self.header if plain(name) not in used]

    def days(self, column: str) -> list[date | None]:
        """The days of a column, in the order that its values prove or that was answered."""
        values = self.values(column)
        order = self.formats.get(f"date_order {column}", (day_form(values).order or "", ""))[0]
        order = order or next(
            (said for name, (said, _) in self.formats.items() if name.startswith("date_order")), ""
        )
        return [read_day(value, order or None) for value in values]

    def numbers(self, column: str) -> list[Decimal | None]:
        """The numbers of a column, in the form that its values prove or that was answered."""
        values = self.values(column)
        said = self.formats.get(f"number_format {column}")
        sign = {"decimal_comma": "comma", "decimal_point": "point"}.get(said[0]) if said else None
        return [read_number(value, sign or number_form(values).sign) for value in values]


@dataclass(frozen=True)
class Stage:
    """A stage of the process; the flags are None where they wait for an answer."""

    name: str
    order: int
    is_closed: bool | None
    is_won: bool | None
    deals: int
    why: str


@dataclass(frozen=True)
class Plan:
    """All that the settings say, and what is to be told beside them."""

    tables: tuple[Table, ...]
    stages: tuple[Stage, ...]
    as_of_date: tuple[str, str]
    currency: tuple[str, str]
    unread: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]
