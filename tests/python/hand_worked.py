"""Tiny companies worked by hand: short ways to write a record and to read a KPI's rows."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from proof.answers.books.as_of import Books
from proof.answers.planted import KPIS
from proof.answers.rollup import KpiRow, roll_up
from proof.company.records import Activity, Assignment, Company, Deal, DealChange, Lead, Stage
from proof.company.settings import Settings

SETTINGS = Settings(as_of_date=date(2025, 9, 17))
Said = tuple[float | None, ...]


def at(text: str) -> datetime:
    """A moment in UTC; Amsterdam is one hour ahead, in summer two."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def day(text: str) -> date:
    """A date."""
    return date.fromisoformat(text)


def won(number: int, closed: str, amount: str = "100", **fields: Any) -> Deal:
    """A won deal of account a, created on 2 January 2023."""
    values: dict[str, Any] = {
        "key": f"salesforce:{number}",
        "account": "salesforce:a",
        "is_won": True,
        "is_closed": True,
        "close_date": day(closed),
        "created_at": at("2023-01-02T10:00:00"),
        "amount": Decimal(amount),
        "owner": "salesforce:r",
        "stage": "Won",
    }
    return Deal(**values | fields)


def an_open(number: int, expected: str, amount: str = "100", **fields: Any) -> Deal:
    """An open deal in the stage Talk."""
    values = {"is_won": False, "is_closed": False, "close_date": None, "stage": "Talk"}
    return won(number, expected, amount, expected_close_date=day(expected), **values | fields)


STAGES = tuple(
    Stage(
        key=f"salesforce:{label}",
        label=label,
        order=order,
        probability=chance,
        is_closed=order > 3,
        is_won=label == "Won",
    )
    for order, (label, chance) in enumerate(
        (("Talk", 10), ("Offer", 50), ("Deal", 80), ("Won", 100), ("Lost", 0)), start=1
    )
)


def moved(number: int, when: str, field: str, old: str | None, new: str) -> DealChange:
    """A change of a deal at ten in the morning."""
    return DealChange(
        key=f"salesforce:{when}{field}",
        deal=f"salesforce:{number}",
        changed_at=at(f"{when}T10:00:00"),
        changed_field=field,
        old_value=old,
        new_value=new,
    )


def rows(company: Company, kpi: str, settings: Settings = SETTINGS) -> list[KpiRow]:
    """The rows of a KPI."""
    found = next(k for k in KPIS if k.name == kpi)
    return list(roll_up(found, found.facts(Books(company, settings)), settings))


def said(row: KpiRow) -> Said:
    """A row's numerator and denominator."""
    return tuple(None if part is None else round(float(part), 6) for part in row[-3:-1])


def by_period(
    company: Company,
    kpi: str,
    grain: str = "month",
    of: str = "total",
    settings: Settings = SETTINGS,
) -> dict[str, Said]:
    """Numerator and denominator of one slice's rows that are not 0; `of` is `dimension=value`."""
    dimension, _, value = of.partition("=")
    return {
        row.period_start_date.isoformat(): said(row)
        for row in rows(company, kpi, settings)
        if (row.period_grain, row.dimension) == (grain, dimension)
        and row.dimension_value == (value or "total")
        and any(said(row))
    }


def by_value(
    company: Company, kpi: str, dimension: str, period: str, settings: Settings = SETTINGS
) -> dict[str, Said]:
    """Numerator and denominator of one month's slices."""
    return {
        row.dimension_value: said(row)
        for row in rows(company, kpi, settings)
        if (row.period_grain, row.dimension) == ("month", dimension)
        and row.period_start_date == day(period)
    }


def act(number: int, when: str, kind: str = "call", **fields: Any) -> Activity:
    """An outbound call of rep r."""
    values: dict[str, Any] = {
        "key": f"salesforce:{number}",
        "activity_type": kind,
        "occurred_at": at(when),
        "rep": "salesforce:r",
        "direction": "outbound",
    }
    return Activity(**values | fields)


def lead(number: int, created: str, **fields: Any) -> Lead:
    """A lead."""
    return Lead(**{"key": f"salesforce:L{number}", "created_at": at(created), **fields})


def assigned(rep: str, team: str, valid_from: str, valid_to: str | None = None) -> Assignment:
    """A rep's team from one day to another."""
    return Assignment(
        rep=rep,
        team=team,
        territory=None,
        valid_from=day(valid_from),
        valid_to=day(valid_to) if valid_to else None,
    )
