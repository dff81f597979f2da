"""Simulates the accounts of both systems, some of them in both, and their contacts."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from random import Random

from proof.company import world
from proof.company.chance import (
    EXPORTED_AT,
    any_country,
    any_day,
    ascii_words,
    email_of,
    last_change,
    maybe,
    moment,
    person_name,
    phone_number,
    pick,
    salesforce_key,
    scaled,
)
from proof.company.records import Account, Company, Person, Rep

ACCOUNTS = {"salesforce": 220, "tabular": 60}  # at scale 1
SEGMENT_WEIGHTS = (55, 30, 15)


def simulate_accounts(rng: Random, scale: float, company: Company) -> tuple[Account, ...]:
    """The accounts; a tabular one in seven is a Salesforce account too, by its domain."""
    found: list[Account] = []
    names: set[str] = set()
    for system in ("salesforce", "tabular"):
        reps = [rep for rep in company.reps if rep.system == system]
        for number in range(1, scaled(ACCOUNTS[system], scale, least=20) + 1):
            twin = rng.choice(found) if system == "tabular" and rng.random() < 0.15 else None
            if twin is not None and (twin.system == system or twin.domain is None):
                twin = None
            found.append(_account(rng, system, number, reps, names, twin))
    # Both records of one company name it as their organisation.
    shared = {a.organisation for a in found if a.organisation}
    return tuple(replace(a, organisation=a.domain) if a.domain in shared else a for a in found)


def _account(
    rng: Random,
    system: str,
    number: int,
    reps: Sequence[Rep],
    names: set[str],
    twin: Account | None,
) -> Account:
    name = _company_name(rng, names)
    country = any_country(rng)
    segment = pick(rng, world.SEGMENTS, SEGMENT_WEIGHTS)
    own_domain = None if rng.random() < 0.08 else f"{ascii_words(name)}.example"
    domain = twin.domain if twin else own_domain
    day = any_day(rng) if rng.random() < 0.55 else world.FIRST_DAY
    has_country = rng.random() < 0.93
    written: dict[str, str] = {}
    if has_country:
        written["country"] = rng.choice(country.spellings)
    if domain:
        written["domain"] = _written_domain(rng, domain)
    return Account(
        key=salesforce_key("001", number)
        if system == "salesforce"
        else f"tabular:A-{1000 + number}",
        name=twin.name if twin else name,
        organisation=domain if twin else None,
        industry=maybe(rng, 0.92, rng.choice(world.INDUSTRIES)),
        segment=maybe(rng, 0.95, segment),
        employees={"Small": 1, "Mid": 40, "Large": 700}[segment] * rng.randrange(2, 9),
        annual_revenue=Decimal(rng.randrange(2, 90) * 50000),
        currency=world.CURRENCY_OF_COUNTRY.get(country.name, world.REPORTING_CURRENCY),
        country=country.name if has_country else None,
        territory=maybe(rng, 0.08, world.KEY_ACCOUNTS),
        market=maybe(rng, 0.06, "Chain Stores") if system == "tabular" else None,
        owner=rng.choice(reps).key,
        domain=domain,
        created_at=moment(rng, day),
        modified_at=last_change(rng, day),
        as_written=written,
    )


def _company_name(rng: Random, names: set[str]) -> str:
    """A name not used yet; the domain is made of it, so two companies never share one by chance."""
    name = f"{rng.choice(world.COMPANY_NAMES)} {rng.choice(world.COMPANY_TRADES)}"
    if name in names:
        name = f"{name} {len(names)}"
    names.add(name)
    return f"{name} {rng.choice(world.COMPANY_FORMS)}".strip()


def _written_domain(rng: Random, domain: str) -> str:
    """How people write a website: with and without www., capitals and a scheme."""
    text = rng.choice(("{}", "{}", "www.{}", "https://www.{}")).format(domain)
    return text.upper() if rng.random() < 0.05 else text


def simulate_people(rng: Random, accounts: Sequence[Account]) -> tuple[Person, ...]:
    """One or two contacts an account."""
    found: list[Person] = []
    for account in accounts:
        for _ in range(rng.choice((1, 1, 2))):
            number = len(found) + 1
            name = person_name(rng)
            created_at = account.created_at or EXPORTED_AT
            found.append(
                Person(
                    key=salesforce_key("003", number)
                    if account.system == "salesforce"
                    else f"tabular:P-{number}",
                    account=account.key,
                    name=name,
                    email=email_of(name, number, account.domain or "freemail.example"),
                    phone=maybe(rng, 0.8, phone_number(rng)),
                    job_title=rng.choice(world.JOB_TITLES),
                    created_at=created_at,
                    modified_at=created_at + timedelta(hours=rng.randrange(1, 900)),
                )
            )
    return tuple(found)
