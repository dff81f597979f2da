"""Customers after the sale: subscriptions, cancellations, answers to surveys.

The billing system and the survey tool export tables of the tabular contract. A customer there is
the account of the CRM, by its domain.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from proof.company.believable import story
from proof.company.believable.days import MONTHS, Deck, at, day_in, part_of, stamp, weighted
from proof.company.chance import maybe
from proof.company.records import (
    Account,
    Company,
    Deal,
    LifecycleEvent,
    Person,
    Subscription,
    SurveyResponse,
)

PLANS = tuple(product for product in story.PRODUCTS if product.system == "tabular")
SCALES = {"nps": (0, 10), "csat": (1, 5), "ces": (1, 7)}
YEAR = timedelta(days=365)


@dataclass(frozen=True)
class Client:
    """A customer in the billing system, with its first deal and its contact in the CRM."""

    account: Account
    first: Deal
    person: Person


def with_customers(rng: Random, company: Company) -> Company:
    """The company with its customers' accounts, subscriptions, cancellations and answers."""
    clients = _clients(rng, company)
    subscriptions, cancelled = _subscriptions(rng, clients)
    return replace(
        company,
        accounts=company.accounts + tuple(client.account for client in clients),
        subscriptions=subscriptions,
        lifecycle_events=cancelled,
        survey_responses=_surveys(rng, clients, subscriptions),
    )


def _clients(rng: Random, company: Company) -> list[Client]:
    first: dict[str, Deal] = {}
    for deal in company.deals:
        if deal.is_won and deal.close_date and deal.account:
            known = first.setdefault(deal.account, deal)
            if (known.close_date or date.max) > deal.close_date:
                first[deal.account] = deal
    people: dict[str, Person] = {}
    for person in company.people:
        people.setdefault(person.account or "", person)
    accounts = {account.key: account for account in company.accounts}
    found = []
    for number, (key, deal) in enumerate(first.items(), start=1):
        account = accounts[key]
        closed_on = deal.close_date or story.LAST_DAY
        own = replace(
            account,
            key=f"tabular:C-{10000 + number}",
            owner=None,
            segment=None,
            annual_revenue=None,
            created_at=at(rng, closed_on),
            modified_at=stamp(rng, closed_on),
        )
        found.append(Client(own, deal, people[key]))
    return found


def _subscriptions(
    rng: Random, clients: list[Client]
) -> tuple[tuple[Subscription, ...], tuple[LifecycleEvent, ...]]:
    """A year of a plan after the other, until a customer leaves."""
    deck = Deck(rng)
    found: list[Subscription] = []
    cancelled: list[LifecycleEvent] = []
    for client in clients:
        started_on = client.first.close_date or story.LAST_DAY
        # A customer pays by the month in line with its first deal.
        amount = float(client.first.amount or 0) * rng.uniform(0.019, 0.031)
        product = PLANS[amount > 300]
        while started_on <= story.LAST_DAY:
            ended_on = started_on + YEAR - timedelta(days=1)
            goes_on = deck.draw((ended_on.year, ended_on.month), story.RENEWS)
            found.append(
                Subscription(
                    key=f"tabular:SUB-{len(found) + 1:05d}",
                    account=client.account.key,
                    started_on=started_on,
                    ended_on=ended_on,
                    monthly_amount=Decimal(max(20, round(amount / 10) * 10)),
                    product=product.key,
                    currency=client.account.currency,
                    modified_at=stamp(rng, started_on),
                )
            )
            if not goes_on:
                day = ended_on - timedelta(days=rng.randrange(1, 40))
                if day <= story.LAST_DAY:
                    cancelled.append(_cancelled(rng, client, day, len(cancelled) + 1))
                break
            started_on = ended_on + timedelta(days=1)
            amount *= weighted(rng, story.PRICE_CHANGES)
    return tuple(found), tuple(cancelled)


def _cancelled(rng: Random, client: Client, day: date, number: int) -> LifecycleEvent:
    return LifecycleEvent(
        key=f"tabular:LIFE-{number:05d}",
        event_type="cancelled",
        occurred_at=at(rng, day),
        account=client.account.key,
        reason=weighted(rng, story.CANCEL_REASONS),
        modified_at=stamp(rng, day),
    )


def _surveys(
    rng: Random, clients: list[Client], subscriptions: tuple[Subscription, ...]
) -> tuple[SurveyResponse, ...]:
    """Each month some of the customers of that month answer."""
    product_of = {one.account: one.product for one in subscriptions}
    found: list[SurveyResponse] = []
    for month in MONTHS[3:]:
        there = [c for c in clients if (c.first.close_date or date.max) < month]
        for survey_type, count in story.SURVEYS_A_MONTH.items():
            asked = rng.sample(there, k=min(round(count * part_of(month)), len(there)))
            for client in asked:
                low, high = SCALES[survey_type]
                share = min(1.0, rng.betavariate(5, 2))
                score = low + round((high - low) * share)
                if survey_type == "nps":
                    score = weighted(rng, story.NPS)
                day = day_in(rng, month)
                found.append(
                    SurveyResponse(
                        key=f"tabular:SV-{len(found) + 1:05d}",
                        responded_at=at(rng, day),
                        survey_type=survey_type,
                        score=Decimal(score),
                        scale_min=Decimal(low),
                        scale_max=Decimal(high),
                        account=client.account.key,
                        email=maybe(rng, 0.8, client.person.email),
                        product=product_of[client.account.key],
                        modified_at=stamp(rng, day),
                    )
                )
    return tuple(found)
