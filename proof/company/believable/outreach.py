"""The work of reps: they answer leads and work on deals."""

from datetime import datetime, timedelta
from random import Random
from typing import Any

from proof.company.believable import story
from proof.company.believable.days import at, weighted, workday
from proof.company.records import Activity, Company, Deal, Lead
from proof.company.simulated.activities import activity_key

ANSWERED = 0.88
MINUTES = {20: 0.2, 90: 0.25, 300: 0.2, 900: 0.13, 2400: 0.14, 7000: 0.08}
KINDS = {"call": 0.45, "email": 0.3, "meeting": 0.25}
CONNECTS, HELD, INBOUND = 0.46, 0.84, 0.12
TOUCHES_OF_DEAL = (1, 1, 2, 2, 3)


def simulate_activities(rng: Random, company: Company) -> tuple[Activity, ...]:
    """Calls, e-mails and meetings, numbered as they were made."""
    found: list[dict[str, Any]] = []
    for lead in company.leads:
        if rng.random() < ANSWERED:
            found.append(_of_lead(rng, lead))
    for deal in company.deals:
        found += [_of_deal(rng, deal) for _ in range(rng.choice(TOUCHES_OF_DEAL))]
    found.sort(key=lambda one: (one["occurred_at"], one["rep"]))
    return tuple(
        Activity(
            key=activity_key(one.pop("system"), one["activity_type"], number),
            modified_at=min(one["occurred_at"] + timedelta(hours=1), story.EXPORTED_AT),
            **one,
        )
        for number, one in enumerate(found, start=1)
        if one["occurred_at"] < story.EXPORTED_AT
    )


def _of_lead(rng: Random, lead: Lead) -> dict[str, Any]:
    minutes = weighted(rng, MINUTES) + rng.randrange(60)
    link = "person" if lead.system == "hubspot" else "lead"
    values = {link: lead.key, "system": lead.system, "rep": lead.owner}
    kind = "call" if rng.random() < 0.6 else "email"
    return values | _done(rng, kind, lead.created_at + timedelta(minutes=minutes), False)


def _of_deal(rng: Random, deal: Deal) -> dict[str, Any]:
    assert deal.created_at is not None
    begins_on = deal.created_at.date()
    last = min(deal.close_date or story.LAST_DAY, story.LAST_DAY)
    days = max((last - begins_on).days, 1)
    # More is said towards the end.
    day = workday(begins_on + timedelta(days=round(days * rng.random() ** 0.7)))
    occurred_at = at(rng, max(day, begins_on))
    values = {
        "system": deal.system,
        "rep": deal.owner,
        "deal": deal.key,
        "account": deal.account,
        "person": deal.primary_person if rng.random() < 0.6 else None,
    }
    return values | _done(rng, weighted(rng, KINDS), occurred_at, rng.random() < INBOUND)


def _done(rng: Random, kind: str, occurred_at: datetime, is_inbound: bool) -> dict[str, Any]:
    outcome = None
    if kind == "call":
        outcome = "connected" if is_inbound or rng.random() < CONNECTS else "no_answer"
    if kind == "meeting":
        outcome = "held" if rng.random() < HELD else "cancelled"
    # Salesforce tells a direction of calls only; whatever else a rep did went out.
    return {
        "activity_type": kind,
        "occurred_at": occurred_at,
        "direction": "inbound" if is_inbound and kind == "call" else "outbound",
        "outcome": outcome,
    }
