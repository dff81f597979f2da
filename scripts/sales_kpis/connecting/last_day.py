"""The last day that counts: the newest on which something happened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from sales_kpis.connecting.outcomes import outcomes
from sales_kpis.connecting.plan import Ask, Question, Stage, Table
from sales_kpis.connecting.presets import names_by_plain, plain
from sales_kpis.connecting.written_values import day_form, read_day
from sales_kpis.settings import UNANSWERED

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


def find_last_day(
    tables: Mapping[str, Table], stages: Sequence[Stage], ask: Ask
) -> tuple[str, str]:
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
