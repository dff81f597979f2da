"""Which column of a file is which of the contract, and what stands in the place of one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from sales_kpis.connecting.outcomes import settle_outcome
from sales_kpis.connecting.plan import Ask, Choice, Column, Question, Table
from sales_kpis.connecting.presets import Preset, names_by_plain, plain
from sales_kpis.connecting.written_values import day_form, number_form
from sales_kpis.formats import plural
from sales_kpis.settings import UNANSWERED


def choose_columns(
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
    for name, several in preset.first_of.items():
        there = [own for each in several if (own := names_by_plain(table.header).get(plain(each)))]
        if name not in table.choices and there:
            samples = _samples((cell for own in there for cell in table.raw(own)), columns[name])
            said = {"first_of": there}
            table.choices[name] = Choice(name, said, f"{origin}, the one not blank", samples)
    if table.query:
        table.choices.pop("monthly_amount", None)
    if table.name == "deal":
        _find_amount(table, columns, ask)
        settle_outcome(table)
    _settle_currency(table, notes)
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


def _settle_currency(table: Table, notes: list[str]) -> None:
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
