"""Simulates what reps do (calls, e-mails, meetings, tasks, notes), campaigns and who joins them.

Each system draws from a generator of its own.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any

from proof.company import world
from proof.company.chance import (
    EXPORTED_AT,
    any_day,
    last_change,
    moment,
    pick,
    salesforce_key,
    scaled,
)
from proof.company.records import (
    Activity,
    Campaign,
    CampaignMember,
    Company,
    Deal,
    Lead,
    Person,
)
from proof.company.simulated.hubspot import hubspot_key

ACTIVITIES = {"salesforce": 900, "tabular": 220, "hubspot": 450}  # at scale 1
TYPES = ("call", "email", "meeting", "task", "note")
WEIGHTS = {
    "salesforce": (40, 25, 20, 15, 0),
    "tabular": (45, 25, 25, 5, 0),
    "hubspot": (38, 28, 18, 8, 8),
}


def with_activities(scale: float, company: Company) -> Company:
    """The company with its activities, campaigns and their members."""
    found: list[Activity] = []
    for system in ACTIVITIES:
        found += _activities(Random(f"{company.seed} activities {system}"), scale, company, system)
    campaigns = _campaigns(company)
    rng = Random(f"{company.seed} campaigns")
    return replace(
        company,
        activities=company.activities + tuple(found),
        campaigns=company.campaigns + campaigns,
        campaign_members=company.campaign_members + _members(rng, company, campaigns),
    )


def activity_key(system: str, activity_type: str, number: int) -> str:
    """A Salesforce meeting is an event, all else a task."""
    if system == "salesforce":
        return salesforce_key("00U" if activity_type == "meeting" else "00T", number)
    return hubspot_key(410, number) if system == "hubspot" else f"tabular:ACT-{number:05d}"


def _activities(rng: Random, scale: float, company: Company, system: str) -> list[Activity]:
    deals = [d for d in company.deals if d.system == system and d.created_at and not d.merged_into]
    leads = [lead for lead in company.leads if lead.system == system and not lead.merged_into]
    people = [p for p in company.people if p.system == system and not p.merged_into]
    reps = [rep.key for rep in company.reps if rep.system == system]
    people_of: dict[str, list[str]] = {}
    for person in people:
        people_of.setdefault(person.account or "", []).append(person.key)
    found = []
    for number in range(1, scaled(ACTIVITIES[system], scale, least=60) + 1):
        kind = pick(rng, TYPES, WEIGHTS[system])
        draw = rng.random()
        if draw < 0.5:
            values = _of_deal(rng, rng.choice(deals), people_of, system)
        elif draw < 0.8:
            values = _of_lead(rng, rng.choice(leads), system)
        else:
            person = rng.choice(people)
            values = {
                "occurred_at": moment(rng, any_day(rng)),
                "person": person.key,
                "account": person.account,
            }
        occurred_at = values["occurred_at"]
        direction = rng.choice(("outbound", "outbound", "outbound", "inbound"))
        if kind in ("task", "note"):
            direction = ""
        elif kind == "meeting" or (system == "salesforce" and kind == "email"):
            direction = "outbound"
        outcome = {
            "call": rng.choice(("connected", "no_answer")),
            "meeting": pick(rng, ("held", "cancelled"), (80, 20)),
        }.get(kind)
        found.append(
            Activity(
                key=activity_key(system, kind, number),
                activity_type=kind,
                rep=rng.choice(reps),
                direction=direction or None,
                outcome=outcome,
                is_automated=kind == "email" and system == "tabular" and rng.random() < 0.3,
                is_deleted=system != "tabular" and rng.random() < 0.02,
                modified_at=min(occurred_at + timedelta(hours=2), EXPORTED_AT),
                **values,
            )
        )
    return found


def _of_deal(
    rng: Random, deal: Deal, people_of: dict[str, list[str]], system: str
) -> dict[str, Any]:
    assert deal.created_at is not None
    last = deal.close_date or world.LAST_DAY
    span = max((last - deal.created_at.date()).days, 0)
    day = deal.created_at.date() + timedelta(days=rng.randrange(span + 3))
    contacts = people_of.get(deal.account or "", [])
    # A Salesforce activity is about one thing: its account is that of the deal.
    return {
        "occurred_at": moment(rng, day),
        "deal": deal.key,
        "account": deal.account if system != "tabular" or rng.random() < 0.7 else None,
        "person": rng.choice(contacts) if contacts and rng.random() < 0.5 else None,
        "more_people": tuple(contacts[1:2]) if system == "hubspot" and rng.random() < 0.2 else (),
    }


def _of_lead(rng: Random, lead: Lead, system: str) -> dict[str, Any]:
    minutes = rng.choice((20, 45, 200, 700, 1300, 1500, 4000, 9000)) + rng.randrange(60)
    # A HubSpot lead is a contact, and what is said to it is linked to the contact.
    link = "person" if system == "hubspot" else "lead"
    return {"occurred_at": lead.created_at + timedelta(minutes=minutes), link: lead.key}


def _campaigns(company: Company) -> tuple[Campaign, ...]:
    """Salesforce's campaigns: those that deals name."""
    keys = sorted({d.campaign for d in company.deals if d.campaign and d.system == "salesforce"})
    return tuple(
        Campaign(
            key=key,
            name=f"Campaign {number} {('Fair', 'Webinar', 'Mailing')[number % 3]}",
            campaign_type=("Trade Show", "Webinar", "Email")[number % 3],
        )
        for number, key in enumerate(keys, start=1)
    )


def _members(
    rng: Random, company: Company, campaigns: Sequence[Campaign]
) -> tuple[CampaignMember, ...]:
    leads = [lead for lead in company.leads if lead.system == "salesforce"]
    people = [person for person in company.people if person.system == "salesforce"]
    found: list[CampaignMember] = []
    for number, campaign in enumerate(campaigns):
        start = world.FIRST_DAY + timedelta(days=180 * number)
        joined: list[Lead | Person] = [*rng.sample(leads, k=20), *rng.sample(people, k=8)]
        for record in joined:
            day = start + timedelta(days=rng.randrange(120))
            joined_at = moment(rng, day)
            is_responded = rng.random() < 0.3
            found.append(
                CampaignMember(
                    key=salesforce_key("00v", len(found) + 1),
                    campaign=campaign.key,
                    joined_at=joined_at,
                    lead=record.key if isinstance(record, Lead) else None,
                    person=None if isinstance(record, Lead) else record.key,
                    status="Responded" if is_responded else "Sent",
                    is_responded=is_responded,
                    is_deleted=rng.random() < 0.02,
                    modified_at=last_change(rng, day),
                )
            )
    return tuple(found)
