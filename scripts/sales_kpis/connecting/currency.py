"""The currency in which a company reports."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from sales_kpis.connecting.plan import NO_CURRENCY, Ask, Question, Table
from sales_kpis.connecting.written_values import currencies_in
from sales_kpis.settings import UNANSWERED


def find_currency(tables: Mapping[str, Table], notes: list[str], ask: Ask) -> tuple[str, str]:
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
    return answer[0].upper(), "CONFIRM: no file names one"
