"""Simulates what customers do after the sale: subscriptions, sign-ups, cancellations, surveys.

The tabular export holds them for the accounts of the tabular CRM.
"""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from proof.company import world
from proof.company.chance import any_day, last_change, maybe, moment, scaled
from proof.company.records import Company, LifecycleEvent, Subscription, SurveyResponse

SURVEYS = 160  # at scale 1
REASONS = ("Price", "Closed a site", "Moved to a rival", None)
SCALES = {"nps": (0, 10), "csat": (1, 5), "ces": (1, 7)}


def with_customers(scale: float, company: Company) -> Company:
    """The company with subscriptions, lifecycle events and survey responses."""
    rng = Random(f"{company.seed} customers")
    return replace(
        company,
        subscriptions=company.subscriptions + _subscriptions(rng, company),
        lifecycle_events=company.lifecycle_events + _lifecycle_events(rng, company),
        survey_responses=company.survey_responses + _survey_responses(rng, scale, company),
    )


def _subscriptions(rng: Random, company: Company) -> tuple[Subscription, ...]:
    """For half of the customers of the tabular CRM; the others are covered by their deals."""
    won: dict[str, date] = {}
    for deal in company.deals:
        if deal.is_won and deal.system == "tabular" and deal.account and deal.close_date:
            won[deal.account] = min(won.get(deal.account, date.max), deal.close_date)
    accounts = {a.key: a for a in company.accounts}
    products = [p.key for p in company.products if p.system == "tabular"]
    found: list[Subscription] = []
    for account, first_day in sorted(won.items()):
        if rng.random() < 0.5 or account not in accounts or "A-E" in account:
            continue
        started_on, amount = first_day, Decimal(rng.randrange(4, 60) * 10)
        product = rng.choice(products)
        for period in range(rng.randrange(1, 4)):
            months = rng.choice((6, 12, 12, 18))
            ended_on = started_on + timedelta(days=30 * months)
            is_last = ended_on > world.LAST_DAY
            found.append(
                Subscription(
                    key=f"tabular:SUB-{len(found) + 1:04d}",
                    account=account,
                    started_on=started_on,
                    ended_on=None if is_last and period % 2 == 0 else ended_on,
                    monthly_amount=amount,
                    product=product,
                    currency=accounts[account].currency,
                    modified_at=last_change(rng, min(started_on, world.LAST_DAY)),
                )
            )
            if is_last:
                break
            started_on = ended_on + timedelta(days=rng.choice((1, 1, 1, 15, 31, 32, 70)))
            amount = amount * rng.choice((80, 100, 100, 110, 150)) / 100
    return tuple(found)


def _lifecycle_events(rng: Random, company: Company) -> tuple[LifecycleEvent, ...]:
    found: list[LifecycleEvent] = []

    def happen(event_type: str, day: date, reason: str | None = None) -> None:
        found.append(
            LifecycleEvent(
                key=f"tabular:LIFE-{len(found) + 1:04d}",
                event_type=event_type,
                occurred_at=moment(rng, day),
                account=person.account,
                person=person.key,
                reason=reason,
                modified_at=last_change(rng, day),
            )
        )

    for person in company.people:
        if person.system != "tabular" or "P-E" in person.key or rng.random() < 0.4:
            continue
        day = any_day(rng)
        happen("registered", day)
        if rng.random() < 0.6:
            happen("activated", day + timedelta(days=rng.randrange(0, 25)))
        if rng.random() < 0.25:
            day = min(day + timedelta(days=rng.randrange(30, 400)), world.LAST_DAY)
            happen("cancelled", day, rng.choice(REASONS))
    return tuple(found)


def _survey_responses(rng: Random, scale: float, company: Company) -> tuple[SurveyResponse, ...]:
    people = [p for p in company.people if p.system == "tabular" and p.email and "P-E" not in p.key]
    products = [p.key for p in company.products if p.system == "tabular"]
    reps = [rep.key for rep in company.reps if rep.system == "tabular"]
    found = []
    for number in range(1, scaled(SURVEYS, scale, least=30) + 1):
        person, day = rng.choice(people), any_day(rng)
        survey_type = rng.choice(("nps", "nps", "csat", "ces"))
        low, high = SCALES[survey_type]
        is_known = rng.random() < 0.75
        found.append(
            SurveyResponse(
                key=f"tabular:SV-{number:04d}",
                responded_at=moment(rng, day),
                survey_type=survey_type,
                score=Decimal(rng.randrange(low, high + 1)),
                scale_min=Decimal(low),
                scale_max=Decimal(high),
                account=maybe(rng, 0.9, person.account) if is_known else None,
                person=person.key if is_known else None,
                email=maybe(rng, 0.5, person.email) if is_known else person.email,
                product=maybe(rng, 0.6, rng.choice(products)),
                rep=maybe(rng, 0.4, rng.choice(reps)),
                modified_at=last_change(rng, day),
            )
        )
    return tuple(found)
