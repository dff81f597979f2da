"""Which deals are won, lost and open: by a status of their own, or by their stage."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sales_kpis.connecting.plan import Ask, Choice, Question, Stage, Table
from sales_kpis.connecting.presets import names_by_plain, plain, read_presets
from sales_kpis.connecting.written_values import NO, YES, read_number

_MOST_STAGES = 40


def settle_outcome(table: Table) -> None:
    """A status that says open, won or lost in words, or none; without stages it is the stage."""
    _, words = read_presets()
    if "stage" not in table.choices and "status" in table.choices:
        table.choices["stage"] = replace(table.choices["status"], column="stage")
    choice = table.choices.get("status")
    if choice is None or choice.raw_name is None:
        return
    stated = {plain(raw): word for raw, word in table.preset.values.get("status", {}).items()}
    meant = {}
    for value in sorted(set(table.raw(choice.raw_name)) - {""}):
        meant[value] = stated.get(plain(value)) or (
            words.outcome(value) if not table.preset.vendor else None
        )
    is_stage = table.has("stage") and table.choices["stage"].raw_name == choice.raw_name
    if None in meant.values() or not meant or (is_stage and not table.preset.vendor):
        unknown = [value for value, word in meant.items() if word is None]
        why = f"{', '.join(unknown[:3])}: not open, won or lost" if unknown else "it is the stage"
        table.choices["status"] = Choice("status", None, why)
        return
    said: Any = choice.raw_name
    if any(value.lower() != word for value, word in meant.items()):
        said = {"column": choice.raw_name, "values": meant}
    table.choices["status"] = replace(choice, said=said)


def find_stages(table: Table, ask: Ask) -> tuple[Stage, ...]:
    """The stages with a guess of what they mean, the open ones first, in the process's order."""
    values = table.values("stage")
    counts = Counter(value for value in values if value)
    if not counts:
        return ()
    _, words = read_presets()
    names = list(counts)
    if table.has("status") or (table.has("is_won") and table.has("is_closed")):
        outcomes: dict[str, str | None] = dict.fromkeys(names, "open")
        why = "a deal's own status decides"
    elif len(names) > _MOST_STAGES:
        outcomes = dict.fromkeys(names)
        why = "to be filled in"
    else:
        outcomes, why = _asked_outcomes(table, names, counts, words.outcome, ask)
    places = _places(table, names, values, words.place)
    rank = {"open": 0, None: 0, "won": 1, "lost": 2}
    ordered = sorted(names, key=lambda name: (rank[outcomes[name]], places[name]))
    return tuple(
        Stage(
            name,
            order,
            None if outcomes[name] is None else outcomes[name] != "open",
            None if outcomes[name] is None else outcomes[name] == "won",
            counts[name],
            why,
        )
        for order, name in enumerate(ordered, start=1)
    )


def _asked_outcomes(
    table: Table,
    names: Sequence[str],
    counts: Mapping[str, int],
    outcome: Callable[[str], str | None],
    ask: Ask,
) -> tuple[dict[str, str | None], str]:
    raw_name = table.choices["stage"].raw_name
    shown = ", ".join(f"{name} ({counts[name]:,})" for name in names)
    answers: dict[str, tuple[str, ...] | None] = {}
    for word in ("won", "lost"):
        guess = tuple(name for name in names if outcome(name) == word)
        left = tuple(name for name in names if name not in (answers.get("won") or ()))
        question = Question(
            f"deal.stage: {word}",
            f"{raw_name}: which stages mean that a deal is {word}? {shown}",
            left,
            guess if guess or word == "lost" else None,
            takes_several=True,
        )
        answers[word] = ask(question)
    if answers["won"] is None or answers["lost"] is None:
        return dict.fromkeys(names), "to be filled in"
    won, lost = answers["won"], answers["lost"]
    return {n: "won" if n in won else "lost" if n in lost else "open" for n in names}, "CONFIRM"


def _places(
    table: Table, names: Sequence[str], values: Sequence[str], place: Callable[[str], int]
) -> dict[str, tuple[float, int]]:
    """The place of each stage: its own number, else the mean chance to win, else its words."""
    numbered = {name: re.match(r"\s*(\d+)", name) for name in names}
    if all(numbered.values()):
        return {n: (float(m.group(1)), 0) for n, m in numbered.items() if m}
    header = names_by_plain(table.header)
    chance = next((header[plain(p)] for p in table.preset.probability if plain(p) in header), None)
    if chance is not None:
        sums: dict[str, list[float]] = {name: [] for name in names}
        for stage, cell in zip(values, table.raw(chance), strict=True):
            number = read_number(cell, None)
            if stage and number is not None:
                sums[stage].append(float(number))
        if all(sums.values()):
            return {n: (sum(v) / len(v), at) for at, (n, v) in enumerate(sums.items())}
    return {name: (float(place(name)), at) for at, name in enumerate(names)}


def told_stages(table: Table) -> tuple[Stage, ...]:
    """The stages as a file of stages tells them."""
    rows = zip(
        table.values("stage"), table.values("is_closed"), table.values("is_won"), strict=True
    )
    return tuple(
        Stage(stage, order, _flag(closed), _flag(won), 0, "as the file says")
        for order, (stage, closed, won) in enumerate(rows, start=1)
    )


def _flag(value: str) -> bool | None:
    return True if value.lower() in YES else False if value.lower() in NO else None


def outcomes(table: Table, stages: Sequence[Stage]) -> list[str | None]:
    """Each deal: won, lost or open, as the models will read it; None where nobody has said."""
    by_stage = {stage.name: stage for stage in stages}
    found: list[str | None] = []
    for stage, status, won, closed in zip(
        table.values("stage"),
        table.values("status"),
        table.values("is_won"),
        table.values("is_closed"),
        strict=True,
    ):
        if _flag(won):
            found.append("won")
        elif _flag(closed) is False:
            found.append("open")
        elif _flag(closed) and _flag(won) is False:
            found.append("lost")
        elif status.lower() in ("open", "won", "lost"):
            found.append(status.lower())
        elif (known := by_stage.get(stage)) is None or known.is_closed is None:
            found.append(None)
        else:
            found.append("won" if known.is_won else "lost" if known.is_closed else "open")
    return found
