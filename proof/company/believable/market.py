"""The companies that the reps sell to, and their people."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from random import Random

from proof.company import world
from proof.company.believable import story
from proof.company.believable.days import at, stamp, weighted
from proof.company.believable.team import Seller
from proof.company.chance import (
    ascii_words,
    email_of,
    maybe,
    person_name,
    phone_number,
    salesforce_key,
)
from proof.company.records import Account, Person
from proof.company.simulated.hubspot import COMPANY, CONTACT, hubspot_key

JOBS = {
    "Facility Manager": "Operations",
    "Head of Operations": "Operations",
    "Purchasing Lead": "Purchasing",
    "Site Engineer": "Engineering",
    "Finance Director": "Finance",
    "Owner": "Management",
}
EMPLOYEES = {"Small": (6, 60), "Mid": (60, 700), "Large": (700, 6000)}


@dataclass
class Market:
    """The accounts and people of both CRMs, numbered as they come."""

    rng: Random
    accounts: list[Account] = field(default_factory=list)
    people: list[Person] = field(default_factory=list)
    people_of: dict[str, list[Person]] = field(default_factory=dict)
    contacts: int = 0
    _names: set[str] = field(default_factory=set)

    def company_name(self) -> str:
        """A name that no company has yet; its domain is made of it."""
        rng = self.rng
        while True:
            name = f"{rng.choice(world.LAST_NAMES)} {rng.choice(world.COMPANY_TRADES)}"
            if rng.random() < 0.6:
                name = f"{rng.choice(world.COMPANY_NAMES)} {rng.choice(world.COMPANY_TRADES)}"
            if name in self._names:
                name = f"{rng.choice(world.COMPANY_NAMES)} {name}"
            if name not in self._names:
                self._names.add(name)
                return name

    def country(self, place: story.Place) -> tuple[str, str]:
        """A country of a territory, and its currency."""
        shares = {tuple(text.split(":")[:2]): float(text.split(":")[2]) for text in place.countries}
        name, currency = weighted(self.rng, shares)
        return name, currency

    def account(self, seller: Seller, day: date) -> Account:
        """A new company of a rep, with one or two people."""
        rng = self.rng
        place = rng.choice(seller.places)
        country, currency = self.country(place)
        name = self.company_name()
        segment = weighted(rng, {name: share for name, (share, _) in story.SEGMENTS.items()})
        number = len(self.accounts) + 1
        least, most = EMPLOYEES[segment]
        employees = rng.randrange(least, most)
        account = Account(
            key=hubspot_key(COMPANY, number)
            if seller.system == "hubspot"
            else salesforce_key("001", number),
            name=name,
            industry=weighted(rng, story.INDUSTRIES),
            segment=segment,
            employees=employees,
            annual_revenue=Decimal(employees * 95_000),
            currency=currency,
            country=country,
            owner=seller.rep.key,
            domain=f"{ascii_words(name)}.example",
            created_at=at(rng, day),
            modified_at=stamp(rng, day),
        )
        self.accounts.append(account)
        for _ in range(rng.choice((1, 1, 1, 2))):
            self.person(account, day)
        return account

    def person(self, account: Account, day: date) -> Person:
        """Somebody who works there."""
        rng = self.rng
        self.contacts += 1
        name = person_name(rng)
        job = rng.choice(tuple(JOBS))
        person = Person(
            key=hubspot_key(CONTACT, self.contacts)
            if account.system == "hubspot"
            else salesforce_key("003", self.contacts),
            account=account.key,
            name=name,
            email=email_of(name, self.contacts, account.domain or ""),
            phone=maybe(rng, 0.85, phone_number(rng)),
            job_title=job,
            job_function=JOBS[job],
            created_at=account.created_at,
            modified_at=stamp(rng, day),
        )
        self.people.append(person)
        self.people_of.setdefault(account.key, []).append(person)
        return person
