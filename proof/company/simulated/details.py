"""Adds what Salesforce and the tabular CRM know beyond the records themselves: contact roles, the
contact that a lead became, web user ids, owner changes, opportunity history.

It draws from generators of its own, so that the records stay as they were drawn.
"""

from collections import defaultdict
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from random import Random

from proof.company.chance import EXPORTED_AT, salesforce_key
from proof.company.records import Company, Deal, DealChange, DealPerson, Lead, Person
from proof.company.simulated.web import browser_id

FUNCTION_OF_TITLE = {
    "Facility Manager": "Operations",
    "Head of Operations": "Operations",
    "Purchasing Lead": "Purchasing",
    "Site Engineer": "Engineering",
    "Finance Director": "Finance",
}
ROLES = ("Decision Maker", "Economic Buyer", "Evaluator", None)


def with_details(company: Company) -> Company:
    """The company with those details."""
    company = _with_lead_details(Random(f"{company.seed} leads"), company)
    company = _with_contact_roles(Random(f"{company.seed} roles"), company)
    company = _with_web_users(Random(f"{company.seed} web users"), company)
    return _with_more_history(Random(f"{company.seed} history"), company)


def _people_of(company: Company) -> dict[str, list[Person]]:
    found: dict[str, list[Person]] = defaultdict(list)
    for person in company.people:
        found[person.account or ""].append(person)
    return found


def _with_lead_details(rng: Random, company: Company) -> Company:
    """Every second converted lead became a contact; a contact comes from one lead at most."""
    people_of = _people_of(company)
    found = []
    for lead in company.leads:
        contacts = people_of[lead.converted_account or ""]
        contact = contacts.pop() if lead.converted_at and contacts and rng.random() < 0.6 else None
        is_unqualified = lead.status == "Unqualified"
        disqualified_at = min(lead.created_at + timedelta(days=rng.randrange(1, 40)), EXPORTED_AT)
        found.append(
            replace(
                lead,
                converted_person=contact.key if contact else None,
                disqualified_at=disqualified_at if is_unqualified else None,
                annual_revenue=Decimal(rng.randrange(1, 80) * 25000),
                marketing_team_size=rng.randrange(0, 9),
            )
        )
    return replace(company, leads=tuple(found))


def _with_contact_roles(rng: Random, company: Company) -> Company:
    """Half of the deals name their main contact; Salesforce tells each contact's role too."""
    people_of = _people_of(company)
    deals: list[Deal] = []
    roles: list[DealPerson] = []
    for deal in company.deals:
        contacts = people_of[deal.account or ""] if deal.account else []
        if not contacts or rng.random() < 0.5:
            deals.append(deal)
            continue
        deals.append(replace(deal, primary_person=contacts[0].key))
        if deal.system == "salesforce":
            for contact in contacts:
                roles.append(
                    DealPerson(
                        key=salesforce_key("00K", len(roles) + 1),
                        deal=deal.key,
                        person=contact.key,
                        is_primary=contact is contacts[0],
                        role=rng.choice(ROLES),
                        modified_at=deal.modified_at,
                    )
                )
    return replace(company, deals=tuple(deals), deal_people=company.deal_people + tuple(roles))


def _with_web_users(rng: Random, company: Company) -> Company:
    """Some contacts and leads have a web user id: that of a browser, or of a signed-in user.

    The contacts also get the function that their title stands for.
    """
    people: list[Person] = []
    leads: list[Lead] = []
    for person in company.people:
        web_user = _web_user(rng, f"u-{len(people) + 1}") if rng.random() < 0.3 else None
        function = FUNCTION_OF_TITLE.get(person.job_title or "")
        people.append(replace(person, web_user=web_user, job_function=function))
    for lead in company.leads:
        web_user = _web_user(rng, f"u-{5001 + len(leads)}") if rng.random() < 0.1 else None
        leads.append(replace(lead, web_user=web_user))
    return replace(company, people=tuple(people), leads=tuple(leads))


def _web_user(rng: Random, user: str) -> str:
    return user if rng.random() < 0.5 else browser_id(rng)


def _with_more_history(rng: Random, company: Company) -> Company:
    """Owners that handed deals over, and deals whose history stands in opportunity_history only."""
    changes_of: dict[str, list[DealChange]] = defaultdict(list)
    for change in company.changes:
        changes_of[change.deal].append(change)
    found: list[DealChange] = []
    for deal in company.deals:
        changes = changes_of[deal.key]
        others = [r.key for r in company.reps if r.system == deal.system and r.key != deal.owner]
        if not changes or deal.created_at is None:
            continue
        draw = rng.random()
        if deal.system == "salesforce" and draw < 0.06:
            changes = [replace(c, key=c.key.replace(":017", ":008", 1)) for c in changes]
        elif draw < 0.16:
            half = (changes[0].changed_at - deal.created_at) / 2
            key = salesforce_key("017", 500_000 + len(found))
            changes = [
                DealChange(
                    key=key if deal.system == "salesforce" else f"tabular:{500_000 + len(found)}",
                    deal=deal.key,
                    changed_at=deal.created_at + timedelta(seconds=round(half.total_seconds())),
                    changed_field="owner",
                    old_value=rng.choice(others),
                    new_value=deal.owner,
                    modified_at=deal.modified_at,
                ),
                *changes,
            ]
        found += changes
    return replace(company, changes=tuple(found))
