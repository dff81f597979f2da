"""The exports that `kpis connect` knows by their headers: presets.yml, read and matched."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

FILE = Path(__file__).with_name("presets.yml")


@dataclass(frozen=True)
class Preset:
    """An export as its vendor describes it, or one made of words that many exports share.

    `columns` has the headers of each column of the contract, the most wanted first.
    """

    table: str
    export: str
    columns: Mapping[str, Sequence[str]]
    known_by: Sequence[str]
    marks: Sequence[str] = ()
    vendor: str = ""
    source: str = ""
    probability: Sequence[str] = ()
    happened: Sequence[str] = ()
    needs: Sequence[str] = ()
    optional: Sequence[str] = ()
    query: str = ""
    beside: str = ""
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    first_of: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """The export in words."""
        return f"{self.vendor}'s export of {self.export}" if self.vendor else self.export

    def found(self, header: Sequence[str]) -> dict[str, list[str]]:
        """The columns of the contract that a header has, each with its names there."""
        names = names_by_plain(header)
        found = {}
        for column, candidates in self.columns.items():
            there = list(dict.fromkeys(names[p] for c in candidates if (p := plain(c)) in names))
            if there:
                found[column] = there
        return found

    def matches(self, header: Sequence[str]) -> int:
        """How many columns a file has of this export; 0 where it is none."""
        names = names_by_plain(header)
        found = self.found(header)
        is_known = all(column in found for column in self.known_by)
        is_marked = not self.marks or any(plain(mark) in names for mark in self.marks)
        has_needed = all(plain(need) in names for need in self.needs)
        return len(found) if is_known and is_marked and has_needed else 0


@dataclass(frozen=True)
class Words:
    """The words by which a stage says what it is."""

    won: frozenset[str]
    lost: frozenset[str]
    open: frozenset[str]
    order: tuple[frozenset[str], ...]

    def outcome(self, stage: str) -> str | None:
        """`won`, `lost` or `open`; None where the name of a stage says nothing of it."""
        text = f" {plain(stage)} "
        for outcome, words in (("lost", self.lost), ("won", self.won), ("open", self.open)):
            if any(f" {word} " in text for word in words):
                return outcome
        return None

    def place(self, stage: str) -> int:
        """The place of a stage in the order of most processes; the middle of what says nothing."""
        text = f" {plain(stage)} "
        for place, words in enumerate(self.order):
            if any(f" {word} " in text for word in words):
                return place
        return len(self.order) // 2


@cache
def read_presets() -> tuple[tuple[Preset, ...], Words]:
    """All presets, those of vendors first, and the words of stages."""
    content: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    presets = tuple(Preset(**entry) for entry in content["presets"])
    stages = content["stages"]
    words = {
        outcome: frozenset(plain(word) for word in stages[outcome])
        for outcome in ("won", "lost", "open")
    }
    order = tuple(frozenset(plain(word) for word in step) for step in stages["order"])
    return presets, Words(**words, order=order)


def best_preset(header: Sequence[str]) -> Preset | None:
    """The preset of which a file has most columns, one of a vendor before those of shared words."""
    presets, _ = read_presets()
    own = [each for each in presets if not each.beside]
    known = [(bool(e.vendor), count, e) for e in own if (count := e.matches(header))]
    return max(known, key=lambda each: each[:2])[2] if known else None


def plain(text: str) -> str:
    """A name without case, accents and punctuation."""
    letters = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", " ", letters).strip()


def names_by_plain(header: Sequence[str]) -> dict[str, str]:
    """The first name of a header for each plain spelling."""
    names: dict[str, str] = {}
    for name in header:
        names.setdefault(plain(name), name)
    return names
