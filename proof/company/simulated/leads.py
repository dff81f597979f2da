"""Simulates the leads: most come to nothing, some become the deals that are already there."""

from datetime import timedelta
from random import Random

from proof.company import world
from proof.company.chance import (
    EXPORTED_AT,
    any_country,
    any_day,
    campaign,
    email_of,
    last_change,
    lead_source,
    maybe,
    moment,
    person_name,
    phone_number,
    salesforce_key,
    scaled,
    written_source,
)
from proof.company.records import Account, Company, Deal, Lead, LeadSource
from proof.company.simulated.team import working_reps

LEADS = {"salesforce": 1080, "tabular": 235}  # at scale 1


def simulate_leads(rng: Random, scale: float, company: Company) -> tuple[Lead, ...]:
    """The leads; a third of them became a deal that the company already has."""
    accounts = {account.key: account for account in company.accounts}
    found: list[Lead] = []
    for system in ("salesforce", "tabular"):
        to_come = [d for d in company.deals if d.system == system and d.created_at and d.account]
        rng.shuffle(to_come)
        count = scaled(LEADS[system], scale, least=50)
        deals = to_come[: round(count * 0.3)]
        for number in range(1, count + 1):
            deal = deals[number - 1] if number <= len(deals) else None
            account = accounts[deal.account or ""] if deal else None
            found.append(_lead(rng, company, system, number, deal, account))
    return tuple(found)


def _lead(
    rng: Random,
    company: Company,
    system: str,
    number: int,
    deal: Deal | None,
    account: Account | None,
) -> Lead:
    written: dict[str, str] = {}
    if deal and deal.created_at:
        day = max(deal.created_at.date() - timedelta(days=rng.randrange(0, 30)), world.FIRST_DAY)
        created_at = min(moment(rng, day), deal.created_at)
    else:
        day = any_day(rng)
        created_at = moment(rng, day)
    source = lead_source(rng)
    if deal and deal.lead_source:
        source = next(s for s in world.LEAD_SOURCES if s.name == deal.lead_source)
    written["lead_source"] = written_source(rng, source, system)
    country = any_country(rng)
    if account and account.country:
        country = next(c for c in world.COUNTRIES if c.name == account.country)
    has_country = rng.random() < 0.9
    if has_country:
        written["country"] = rng.choice(country.spellings)
    name = person_name(rng)
    owner = rng.choice(working_reps([r for r in company.reps if r.system == system], day)).key
    is_qualified = deal is not None or rng.random() < 0.3
    mql_at = min(created_at + timedelta(hours=rng.randrange(2, 60)), EXPORTED_AT)
    return Lead(
        key=salesforce_key("00Q", number) if system == "salesforce" else f"tabular:{number:05d}",
        created_at=created_at,
        name=maybe(rng, 0.96, name),
        email=_lead_email(rng, name, number, system, source),
        phone=_lead_phone(rng),
        company=account.name
        if account
        else f"{rng.choice(world.COMPANY_NAMES)} {rng.choice(world.COMPANY_TRADES)}",
        industry=maybe(rng, 0.85, rng.choice(world.INDUSTRIES)),
        employees=rng.randrange(1, 900),
        country=country.name if has_country else None,
        lead_source=source.name,
        campaign=campaign(rng, system, day) if system == "tabular" else None,
        owner=owner,
        sourced_by=owner if source.is_self_generated else None,
        status="Converted" if deal else rng.choice(("Open", "Working", "Nurturing", "Unqualified")),
        mql_at=mql_at if is_qualified else None,
        sql_at=mql_at + timedelta(hours=20) if deal else None,
        converted_at=deal.created_at if deal else None,
        converted_account=deal.account if deal else None,
        converted_deal=deal.key if deal else None,
        modified_at=last_change(rng, deal.created_at.date() if deal and deal.created_at else day),
        as_written=written,
    )


def _lead_email(rng: Random, name: str, number: int, system: str, source: LeadSource) -> str | None:
    """Paid leads leave worse addresses than referred ones."""
    bad = {"Paid Search": 0.25, "Website": 0.12}.get(source.name, 0.06)
    if rng.random() > bad:
        return email_of(name, number, f"{system}-leads.example")
    if rng.random() < 0.6:
        return None
    return rng.choice(
        ("no.mail.{}", "x{}@nodot", "a@b@c{}.example", "two words{}@x.example")
    ).format(f"-{system}-{number}")


def _lead_phone(rng: Random) -> str | None:
    draw = rng.random()
    if draw < 0.65:
        return phone_number(rng)
    return rng.choice(("12 34", "ask reception", "ext. 123456")) if draw < 0.72 else None
