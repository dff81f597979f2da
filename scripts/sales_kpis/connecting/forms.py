"""The forms of numbers and days, said where a column alone does not prove them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sales_kpis.connecting.plan import Ask, Column, Question, Table
from sales_kpis.connecting.written_values import DayForm, NumberForm, day_form, number_form
from sales_kpis.settings import UNANSWERED


def settle_forms(table: Table, columns: Mapping[str, Column], ask: Ask) -> None:
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
            _ask_form(table, f"number_format {name}", number.ambiguous, options, ask)
        elif number.is_undecided and proven == {"comma"}:
            table.formats[f"number_format {name}"] = ("decimal_comma", "as other columns prove")
    orders = {form.order for form in days.values() if form.order}
    for name, day in days.items():
        if day.is_undecided and len(orders) != 1:
            options = ("day_first", "month_first")
            _ask_form(table, f"date_order {name}", day.ambiguous, options, ask)
        elif order := day.order or (next(iter(orders)) if day.is_undecided else None):
            why = "as its values prove" if day.order else "as other columns prove"
            table.formats[f"date_order {name}"] = (order, why)


def _ask_form(
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
