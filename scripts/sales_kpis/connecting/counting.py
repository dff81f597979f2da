"""The part of a folder that will count, said before anything is built."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sales_kpis.connecting.outcomes import outcomes
from sales_kpis.connecting.plan import Plan, Table
from sales_kpis.formats import plural


def what_will_count(plan: Plan) -> list[str]:
    """A sentence on each table: how many of its rows count, and with how much money."""
    sentences = []
    for table in plan.tables:
        if table.name == "deal":
            sentences.append(_deals_that_count(table, plan))
        elif table.name == "subscription":
            sentences.append(_subscriptions_that_count(table))
            if not any(each.name == "deal" for each in plan.tables):
                sentences.append(
                    "customers: none, because an account is a customer from its first won deal on"
                    " and no file has deals"
                )
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
        told.append(f"{undated:,} {_have(undated)} no close date and will not count")
    if later:
        verb = "closes" if later == 1 else "close"
        told.append(f"{later:,} {verb} after {plan.as_of_date[0]} and will not count yet")
    if worthless:
        told.append(f"{worthless:,} {_have(worthless)} no amount and will count as 0")
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


def _have(count: int) -> str:
    return "has" if count == 1 else "have"


def in_short(number: Decimal) -> str:
    """A number of three digits: `95.0 M`, `12.5 k`, `807`."""
    for unit, size in (("bn", 1_000_000_000), ("M", 1_000_000), ("k", 1_000)):
        if abs(number) >= size:
            return f"{number / size:,.1f} {unit}"
    return f"{number:,.0f}"
