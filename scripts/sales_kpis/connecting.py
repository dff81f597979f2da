"""A folder of exports laid beside the contract: which file is which table, and which column what.

Whatever a header, a value or the vendor's description settles is decided here, with its reason;
what it cannot settle is a question. Nothing is built, and no file is written.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

from sales_kpis.export_presets import Preset, best_preset, names_by_plain, plain, read_presets
from sales_kpis.exports import Export, Folder
from sales_kpis.formats import plural
from sales_kpis.written_values import (
    DayForm,
    NumberForm,
    currencies_in,
    day_form,
    number_form,
    read_day,
    read_number,
)

# Stands in the settings in place of an answer; a run stops at it and says where.
UNANSWERED = "?"
# No currency, by ISO 4217.
NO_CURRENCY = "XXX"
CONTRACT = Path("models", "staging", "tabular", "_tabular__sources.yml")
# A column of the contract that tells of what has happened, but for the closes of deals.
_HAPPENED = (
    "created_at",
    "updated_at",
    "occurred_at",
    "changed_at",
    "sent_at",
    "started_at",
    "responded_at",
    "converted_at",
    "disqualified_at",
    "mql_at",
    "sql_at",
)
# Names of persons and companies, and ids that may be such names.
_PERSONAL = re.compile(r"name|email|phone|company|domain|_rep_id|account_id|person_id|lead_id")
_MOST_STAGES = 40


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
        """The one raw column behind it, if it is one."""
        if isinstance(self.said, Mapping):
            return self.said.get("column")
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


def read_contract(root: Path) -> dict[str, dict[str, Column]]:
    """The tables and columns of the tabular contract, in its order."""
    content = yaml.safe_load((root / CONTRACT).read_text(encoding="utf-8"))
    return {
        table["name"]: {column["name"]: _column(column) for column in table["columns"]}
        for table in content["sources"][0]["tables"]
    }


def _column(declared: Mapping[str, Any]) -> Column:
    meta = (declared.get("config") or {}).get("meta") or {}
    name = str(declared["name"])
    return Column(
        name,
        str(declared["data_type"]),
        bool(meta.get("required")),
        bool(meta.get("pii")) or bool(_PERSONAL.search(name)),
        meta.get("references"),
    )


def make_plan(
    folder: Folder, contract: Mapping[str, Mapping[str, Column]], keys: Mapping[str, str], ask: Ask
) -> Plan:
    """Settle what can be settled, and ask for the rest.

    Args:
        keys: the key of each table of the contract.
        ask: answers a question, or leaves it open.
    """
    grouped, unread = _grouped(folder)
    notes: list[str] = []
    tables: dict[str, Table] = {}
    for name, columns in contract.items():
        if name in grouped:
            tables[name] = grouped[name]
            _choose_columns(tables[name], columns, keys[name], tables, keys, notes, ask)
    for table in tables.values():
        _settle_formats(table, contract[table.name], ask)
    stages = _stages(tables["deal"], ask) if "deal" in tables else ()
    currency = _currency(tables, notes, ask)
    as_of = _as_of_date(tables, stages, ask)
    return Plan(
        tuple(tables.values()),
        stages,
        as_of,
        currency,
        (*folder.unread, *unread),
        tuple(notes),
    )


def _grouped(folder: Folder) -> tuple[dict[str, Table], list[tuple[str, str]]]:
    """The table that each file is; files of one form are one table."""
    unread: list[tuple[str, str]] = []
    tables: dict[str, Table] = {}
    presets, _ = read_presets()
    by_preset: dict[int, Table] = {}
    for export in folder.exports:
        preset = best_preset(export.header)
        if preset is None:
            unread.append((export.file, "its header is that of no table that is known"))
        elif id(preset) in by_preset:
            by_preset[id(preset)].exports.append(export)
        else:
            by_preset[id(preset)] = Table(preset.table, preset, [export])
    # Two forms of one table: that with more rows is taken; a vendor's goes before shared words.
    ranked = sorted(by_preset.values(), key=lambda t: (bool(t.preset.vendor), t.count))
    for table in reversed(ranked):
        if table.name in tables:
            other = tables[table.name].exports[0].file
            for export in table.exports:
                unread.append((export.file, f"looks like {table.name}, too, as {other} does"))
        else:
            tables[table.name] = table
    for preset in presets:
        first = tables.get(preset.beside)
        if first is None or first.preset.vendor or preset.table in tables:
            continue
        if "product" in tables and preset.matches(first.header):
            tables[preset.table] = Table(preset.table, preset, first.exports)
    return tables, unread


def _choose_columns(
    table: Table,
    columns: Mapping[str, Column],
    key: str,
    others: Mapping[str, Table],
    keys: Mapping[str, str],
    notes: list[str],
    ask: Ask,
) -> None:
    """Choose the raw column of each declared one, or what stands in its place."""
    preset = table.preset
    origin = f"header of {preset.vendor}" if preset.vendor else "by its name"
    if preset.query:
        table.query = _query_of(preset, table)
    for name, candidates in preset.found(table.header).items():
        declared = columns[name]
        filled = [each for each in candidates if any(table.raw(each))] or candidates[:1]
        chosen, why = filled[0], origin
        target = others.get(declared.references or "")
        if target is not None and target is not table and len(filled) > 1:
            known = set(target.values(keys[target.name]))
            chosen = max(filled, key=lambda each: len(known & set(table.raw(each)) - {""}))
        elif name == "amount" and not preset.vendor and len(filled) > 1:
            filled = [each for each in filled if number_form(table.raw(each)).share > 0.5]
            answer = _ask_which(table, name, filled, ask) if len(filled) > 1 else filled[0]
            if answer is None:
                table.choices[name] = Choice(name, UNANSWERED, "to be filled in", (), tuple(filled))
                continue
            why = "as answered" if len(filled) > 1 else "by its name and its numbers"
            chosen = answer
        rest = tuple(each for each in filled if each != chosen)
        table.choices[name] = Choice(name, chosen, why, _samples(table.raw(chosen), declared), rest)
    if table.query:
        table.choices.pop("monthly_amount", None)
    if table.name == "deal":
        _find_amount(table, columns, ask)
        _settle_outcome(table)
    _settle_currency_column(table, notes)
    _settle_key(table, key, columns, notes)
    for name, choice in list(table.choices.items()):
        target = others.get(columns[name].references or "")
        if target is None or target is table or choice.raw_name is None:
            continue
        values = {value for value in table.values(name) if value}
        known = set(target.values(keys[target.name]))
        if values and known - {""} and not values & known and target.has(keys[target.name]):
            notes.append(
                f"No value of {table.name}.{name} ({choice.raw_name}) is a {keys[target.name]} of"
                f" {target.exports[0].file}: the two will not meet."
            )


def _query_of(preset: Preset, table: Table) -> str:
    """The preset's query over the table's files, with null for a column that they do not have."""
    names = names_by_plain(table.header)
    query = preset.query
    for name in preset.optional:
        own = names.get(plain(name))
        query = query.replace("{" + name + "}", f'"{own}"' if own else "null")
    files = [export.name for export in table.exports]
    united = " union all ".join(f"select * from {name}" for name in files)
    return query.replace("{table}", files[0] if len(files) == 1 else f"({united}) as exports")


def _ask_which(table: Table, name: str, options: Sequence[str], ask: Ask) -> str | None:
    files = ", ".join(export.file for export in table.exports)
    shown = ", ".join(f"{each} ({' and '.join(_some(table.raw(each)))})" for each in options)
    answer = ask(
        Question(
            f"{table.name}.{name}",
            f"{files}: which column is the {name.replace('_', ' ')}? {shown}",
            tuple(options),
            None,
        )
    )
    return answer[0] if answer else None


def _find_amount(table: Table, columns: Mapping[str, Column], ask: Ask) -> None:
    """The amount of deals by its values, where no header names it."""
    if "amount" in table.choices:
        return
    used = {choice.raw_name for choice in table.choices.values()}
    numeric = [
        name
        for name in table.header
        if name not in used
        and not plain(name).endswith((" id", "number", "probability"))
        and number_form(table.raw(name)).share > 0.9
        and day_form(table.raw(name)).share < 0.5
    ]
    if not numeric:
        return
    chosen = numeric[0] if len(numeric) == 1 else _ask_which(table, "amount", numeric, ask)
    if chosen is None:
        said = Choice("amount", UNANSWERED, "to be filled in", (), tuple(numeric))
        table.choices["amount"] = said
        return
    why = "the only column of numbers" if len(numeric) == 1 else "as answered"
    samples = _samples(table.raw(chosen), columns["amount"])
    others = tuple(each for each in numeric if each != chosen)
    table.choices["amount"] = Choice("amount", chosen, why, samples, others)


def _settle_outcome(table: Table) -> None:
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


def _settle_currency_column(table: Table, notes: list[str]) -> None:
    """A column of currencies holds ISO codes, or it is another thing of that name."""
    choice = table.choices.get("currency")
    if choice is None or choice.raw_name is None:
        return
    values = [value for value in table.values("currency") if value]
    wrong = [value for value in values if not re.fullmatch(r"[A-Za-z]{3}", value)]
    if wrong and len(wrong) > len(values) * 0.01:
        examples = ", ".join(_some(wrong))
        table.choices["currency"] = Choice("currency", None, f"{examples}: no ISO codes")
        notes.append(
            f"{table.name}: the column {choice.raw_name} is left out, because {examples} are no"
            " codes of currencies."
        )


def _settle_key(table: Table, key: str, columns: Mapping[str, Column], notes: list[str]) -> None:
    """A key that is one; without one each row is its own record."""
    if key not in columns or table.query:
        return
    if not table.has(key):
        table.choices[key] = Choice(key, {"row": "all"}, "no column is a key: each row is one")
        return
    name = str(table.choices[key].raw_name)
    rows: dict[str, set[tuple[str, ...]]] = {}
    for export in table.exports:
        own = names_by_plain(export.header).get(plain(name))
        if own is not None:
            place = export.header.index(own)
            for row in export.rows:
                rows.setdefault(row[place], set()).add(row)
    blank = len(rows.pop("", ()))
    doubled = sum(len(each) for each in rows.values() if len(each) > 1)
    if (doubled and not table.has("updated_at") and doubled > table.count * 0.01) or (
        blank > table.count * 0.01
    ):
        why = (
            f"{name} is no key: {plural(doubled, 'row')} share one and differ"
            if doubled
            else f"{name} is blank in {plural(blank, 'row')}"
        )
        table.choices[key] = Choice(key, {"row": "all"}, f"{why}; each row is a record")
        notes.append(f"{table.name}: {why}. Each row counts as a record of its own.")


def _settle_formats(table: Table, columns: Mapping[str, Column], ask: Ask) -> None:
    """Say, or ask for, the form of numbers and days where a column alone does not prove it."""
    numbers: dict[str, NumberForm] = {}
    days: dict[str, DayForm] = {}
    for name, choice in table.choices.items():
        if choice.raw_name is None:
            continue
        if columns[name].type in ("int", "decimal"):
            numbers[name] = number_form(table.values(name))
        elif columns[name].type in ("date", "timestamp"):
            days[name] = day_form(table.values(name))
    proven = {form.sign for form in numbers.values() if form.sign}
    for name, number in numbers.items():
        if number.sign == "comma":
            table.formats[f"number_format {name}"] = ("decimal_comma", "as its values prove")
        elif number.is_undecided and len(proven) != 1:
            options = ("decimal_point", "decimal_comma")
            _settle_format(table, f"number_format {name}", number.ambiguous, options, ask)
        elif number.is_undecided and proven == {"comma"}:
            table.formats[f"number_format {name}"] = ("decimal_comma", "as other columns prove")
    orders = {form.order for form in days.values() if form.order}
    for name, day in days.items():
        if day.is_undecided and len(orders) != 1:
            options = ("day_first", "month_first")
            _settle_format(table, f"date_order {name}", day.ambiguous, options, ask)
        elif order := day.order or (next(iter(orders)) if day.is_undecided else None):
            why = "as its values prove" if day.order else "as other columns prove"
            table.formats[f"date_order {name}"] = (order, why)


def _settle_format(
    table: Table, what: str, examples: Sequence[str], options: tuple[str, ...], ask: Ask
) -> None:
    column = what.split()[1]
    raw_name = table.choices[column].raw_name
    shown = " and ".join(examples[:2])
    answer = ask(
        Question(
            f"{table.name}.{column}",
            f"{', '.join(e.file for e in table.exports)}: {raw_name} has {shown}, which can be"
            f" read in two ways, and no value tells. Which is it?",
            options,
            None,
        )
    )
    said = answer[0] if answer else UNANSWERED
    table.formats[what] = (said, "as answered" if answer else f"{shown}: to be filled in")


def _stages(table: Table, ask: Ask) -> tuple[Stage, ...]:
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


def _currency(tables: Mapping[str, Table], notes: list[str], ask: Ask) -> tuple[str, str]:
    """The commonest currency of the amounts, and where it was found."""
    found: Counter[str] = Counter()
    places: list[str] = []
    amounts = 0
    for table in tables.values():
        name = "monthly_amount" if table.name == "subscription" else "amount"
        if table.name == "account" or not (table.has(name) or table.has("currency")):
            continue
        amounts += table.has(name)
        codes = [value.upper() for value in table.values("currency") if value]
        if codes:
            places.append(f"{table.name}.currency")
        else:
            raw_name = str(table.choices[name].raw_name) if table.has(name) else ""
            codes = currencies_in([*table.values(name), *currencies_in([raw_name])])
            if codes:
                places.append(f"{table.name}.{name}")
        found.update(codes)
    if found:
        code, count = found.most_common(1)[0]
        others = [other for other in found if other != code]
        if others:
            notes.append(
                f"Amounts in {', '.join(sorted(others))} need rates to {code}: write them into"
                " seeds/planning/exchange_rates.csv."
            )
        return code, f"{count:,} of {found.total():,} values of {', '.join(places)}"
    if not amounts:
        return NO_CURRENCY, "no amounts"
    answer = ask(
        Question(
            "reporting_currency",
            "No file says in which currency its amounts are. Which is it (an ISO code)?",
            (),
            (NO_CURRENCY,),
        )
    )
    if answer is None:
        return UNANSWERED, "no file names one: to be filled in"
    return answer[0].upper(), "no file names one"


def _as_of_date(tables: Mapping[str, Table], stages: Sequence[Stage], ask: Ask) -> tuple[str, str]:
    """The newest day on which something happened, and what it was."""
    newest: dict[str, date] = {}
    starts: dict[str, date] = {}
    for table in tables.values():
        for name in table.choices:
            days = [day for day in table.days(name) if day] if table.has(name) else []
            if days and name in _HAPPENED:
                newest[f"{table.name}.{name}"] = max(days)
            elif days and name == "started_on":
                starts[f"{table.name}.{name}"] = max(days)
        header = names_by_plain(table.header)
        for raw_name in table.preset.happened:
            own = header.get(plain(raw_name))
            order = day_form(table.raw(own)).order if own else None
            days = [d for v in table.raw(own) if (d := read_day(v, order))] if own else []
            if days:
                newest[f"{table.name} {own}"] = max(days)
    deals = tables.get("deal")
    if deals is not None and deals.has("close_date") and not deals.has("updated_at"):
        # A deal that is closed was changed then, so its change tells; without one its close does.
        closed = [
            day
            for day, outcome in zip(deals.days("close_date"), outcomes(deals, stages), strict=True)
            if day and outcome in ("won", "lost")
        ]
        if closed:
            newest["the close of a deal"] = max(closed)
    for found in (newest, starts):
        if found:
            place = max(found, key=lambda each: found[each])
            return found[place].isoformat(), place
    answer = ask(
        Question(
            "as_of_date",
            "No file says when something happened. Which day is the last that counts (2025-12-31)?",
            (),
            None,
        )
    )
    return (answer[0], "as answered") if answer else (UNANSWERED, "to be filled in")


def outcomes(table: Table, stages: Sequence[Stage]) -> list[str | None]:
    """Whether each deal is won, lost or open, as the models will read it; None where it is open."""
    by_stage = {stage.name: stage for stage in stages}
    won_words, lost_words = ("true", "t", "yes", "y", "1"), ("false", "f", "no", "n", "0")
    found: list[str | None] = []
    for stage, status, won, closed in zip(
        table.values("stage"),
        table.values("status"),
        table.values("is_won"),
        table.values("is_closed"),
        strict=True,
    ):
        if won.lower() in won_words:
            found.append("won")
        elif closed.lower() in lost_words:
            found.append("open")
        elif closed.lower() in won_words and won.lower() in lost_words:
            found.append("lost")
        elif status.lower() in ("open", "won", "lost"):
            found.append(status.lower())
        elif (known := by_stage.get(stage)) is None or known.is_closed is None:
            found.append(None)
        else:
            found.append("won" if known.is_won else "lost" if known.is_closed else "open")
    return found


def what_will_count(plan: Plan) -> list[str]:
    """A sentence on each table: how many of its rows count, and with how much money."""
    sentences = []
    for table in plan.tables:
        if table.name == "deal":
            sentences.append(_deals_that_count(table, plan))
        elif table.name == "subscription":
            sentences.append(_subscriptions_that_count(table))
        else:
            sentences.append(f"{table.name}: {plural(table.count, 'row')}")
    return sentences


def _deals_that_count(table: Table, plan: Plan) -> str:
    rows: list[tuple[str | None, Decimal | None, date | None, str]] = []
    seen: set[str] = set()
    numbers = table.numbers("amount")
    days = table.days("close_date")
    has_key = table.has("deal_id")
    parts = zip(
        table.values("deal_id"),
        table.values("stage"),
        outcomes(table, plan.stages),
        numbers,
        days,
        table.values("currency"),
        strict=True,
    )
    for key, stage, outcome, number, day, currency in parts:
        if not stage or (has_key and (not key or key in seen)):
            continue
        seen.add(key)
        rows.append((outcome, number, day, currency.upper() or plan.currency[0]))
    won = [row for row in rows if row[0] == "won"]
    sentence = f"deals: {plural(table.count, 'row')} → {len(rows):,}"
    if any(row[0] is None for row in rows):
        return f"{sentence}, of which nobody has said yet which are won"
    sums: dict[str, Decimal] = {}
    for _, amount, _, code in won:
        sums[code] = sums.get(code, Decimal(0)) + (amount or Decimal(0))
    money = ", ".join(f"{in_short(each)} {code}" for code, each in sorted(sums.items()))
    sentence += f" → {len(won):,} won" + (f" ({money})" if won else "")
    undated = sum(1 for row in won if row[2] is None)
    later = sum(1 for row in won if row[2] and row[2].isoformat() > plan.as_of_date[0])
    worthless = sum(1 for row in won if row[1] is None)
    told = []
    if undated:
        told.append(f"{undated:,} have no close date and will not count")
    if later:
        told.append(f"{later:,} close after {plan.as_of_date[0]} and will not count yet")
    if worthless:
        told.append(f"{worthless:,} have no amount and will count as 0")
    return sentence + (f", of which {', '.join(told)}" if told else "")


def _subscriptions_that_count(table: Table) -> str:
    sentence = f"subscriptions: {plural(table.count, 'row')}"
    if table.has("started_on"):
        dated = [day for day in table.days("started_on") if day]
        sentence += f", of which {len(dated):,} have a start"
    if table.has("monthly_amount"):
        total = sum((n for n in table.numbers("monthly_amount") if n), Decimal(0))
        sentence += f" ({in_short(total)} a month in all)"
    return sentence


def in_short(number: Decimal) -> str:
    """A number of three digits: `95.0 M`, `12.5 k`, `807`."""
    for unit, size in (("bn", 1_000_000_000), ("M", 1_000_000), ("k", 1_000)):
        if abs(number) >= size:
            return f"{number / size:,.1f} {unit}"
    return f"{number:,.0f}"


def _some(values: Iterable[str], count: int = 2) -> list[str]:
    """The first different values that are not blank."""
    return list(dict.fromkeys(value for value in values if value))[:count]


def _samples(values: Iterable[str], column: Column) -> tuple[str, ...]:
    """Two values; of what may tell of a person or company only the form of its letters."""
    return tuple(
        masked(value) if column.is_personal or "@" in value else value[:40]
        for value in _some(values)
    )


def masked(value: str) -> str:
    """The form of a value: `Xxx Xxxxx` for a name; an id without a blank and with digits stays."""
    if re.fullmatch(r"[\w-]*\d[\w-]*", value) and not re.search(r"\d{7,}", value):
        return value[:40]
    letters = re.sub(r"[^\W\d_]", lambda found: "X" if found.group().isupper() else "x", value)
    return re.sub(r"\d", "0", letters)[:40]
