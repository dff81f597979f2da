"""Identities, as of a date: the people behind the records, their accounts, a deal's people.

Records (people and leads of any system) that share a `human` are one person.
"""

from collections import defaultdict
from functools import cached_property

from proof.answers.books.as_of import Books, CreatedLead, once, survivor
from proof.company.identity import is_valid_email
from proof.company.records import Deal, Lead, Person


class People:
    """The identities of a company's people."""

    def __init__(self, books: Books) -> None:
        """Reads nothing before it is asked for."""
        self.books = books
        self.people = books.by_key(books.company.people)
        self.leads = books.by_key(books.company.leads)

    def of_person(self, key: str | None) -> str | None:
        """The human of a person's record; of one that no table has, its key; later, none."""
        record = self.people.get(key or "")
        if record is not None and not self._exists(record):
            return None
        if record is None:
            lead = self.leads.get(key or "")
            is_contact = lead is not None and lead.system == "hubspot"
            return self.of_lead(key) if is_contact else key
        if record.human:
            return record.human
        last = survivor(self.people, key) or record
        return last.human or f"person {last.key}"

    def of_lead(self, key: str | None) -> str | None:
        """The human of a lead's record; of a later one none."""
        lead = self.leads.get(key or "")
        if lead is None or not self._exists(lead):
            return None
        if lead.human:
            return lead.human
        if lead.system == "hubspot" and lead.key in self.people:
            return self.of_person(lead.key)
        return self.of_person(lead.converted_person) or f"lead {lead.key}"

    @cached_property
    def of_email(self) -> dict[str, str]:
        """The human of each valid address, normalised, that was known by `as_of_date`."""
        found: dict[str, str] = {}
        for person in self.people.values():
            human = self.of_person(person.key) if self._exists(person) else None
            if human and is_valid_email(person.email or ""):
                found.setdefault((person.email or "").strip().lower(), human)
        for lead in self.leads.values():
            human = self.of_lead(lead.key) if self._exists(lead) else None
            if human and is_valid_email(lead.email or ""):
                found.setdefault((lead.email or "").strip().lower(), human)
        return found

    def _exists(self, record: Person | Lead) -> bool:
        """Whether a record was created by `as_of_date`."""
        created_at = record.created_at
        return created_at is None or self.books.is_past(self.books.local_date(created_at))

    @cached_property
    def records_of(self) -> dict[str, list[Person]]:
        """The standing records of each human, in the order of the systems."""
        systems = self.books.settings.systems
        found: dict[str, list[Person]] = defaultdict(list)
        for record in sorted(self.people.values(), key=lambda r: (systems.index(r.system), r.key)):
            human = self.of_person(record.key)
            if human and not record.is_deleted and not record.merged_into:
                found[human].append(record)
        return found

    def stands(self, key: str | None) -> bool:
        """Whether a person's record, or the one it was merged into, is not deleted."""
        if key is None:
            return False
        record = survivor(self.people, key)
        return record is None or not record.is_deleted

    def customer_of(self, human: str | None) -> str | None:
        """The account of a human: that of its first record that has one."""
        return self._customer_of.get(human or "")

    @cached_property
    def _customer_of(self) -> dict[str, str]:
        """The account of each human: in a system a contact's own, else what a lead became."""
        systems = self.books.settings.systems
        records = [
            (systems.index(record.system), 0, record.key, human, record.account)
            for human, records in self.records_of.items()
            for record in records
        ]
        for lead in self.leads.values():
            human = self.of_lead(lead.key)
            is_past = lead.converted_at is None or self.books.is_past(
                self.books.local_date(lead.converted_at)
            )
            if human and is_past and not (lead.is_deleted or lead.merged_into):
                place = systems.index(lead.system)
                records.append((place, 1, lead.key, human, lead.converted_account))
        found: dict[str, str] = {}
        for *_, human, account in sorted(records, key=lambda record: record[:3]):
            customer = self.books.customer(account)
            if customer:
                found.setdefault(human, customer)
        return found

    @cached_property
    def of_customer(self) -> dict[str, set[str]]:
        """The humans of each account."""
        found: dict[str, set[str]] = defaultdict(set)
        for human, customer in self._customer_of.items():
            found[customer].add(human)
        return found

    def job_function(self, human: str | None) -> str | None:
        """A human's job, by the first record that says it."""
        records = self.records_of.get(human or "", ())
        return next((r.job_function for r in records if r.job_function), None)

    @cached_property
    def first_lead(self) -> dict[str, CreatedLead]:
        """The earliest lead of each human."""
        found: dict[str, CreatedLead] = {}
        for lead in sorted(self.books.leads, key=lambda one: (one.lead.created_at, one.lead.key)):
            human = self.of_lead(lead.lead.key)
            if human:
                found.setdefault(human, lead)
        return found

    # --- the people of a deal ---------------------------------------------------------------------

    @cached_property
    def _links(self) -> dict[str, dict[str, tuple[bool, str | None]]]:
        """The person records of each deal, with whether they are its primary one, and the role."""
        found: dict[str, dict[str, tuple[bool, str | None]]] = defaultdict(dict)
        for deal in self.books.deals.values():
            if deal.primary_person:
                found[deal.key][deal.primary_person] = (True, None)
        for link in self.books.in_use(self.books.company.deal_people):
            last = self.deal_of(link.deal)
            if last:
                is_primary, role = found[last.key].get(link.person, (False, None))
                found[last.key][link.person] = (is_primary or link.is_primary, role or link.role)
        return found

    def deal_of(self, key: str) -> Deal | None:
        """The deal at the end of a chain of merges."""
        return survivor(self.books.deals, key)

    def links_of_deal(self, deal: Deal) -> dict[str, tuple[bool, str | None]]:
        """The standing person records that take part in a deal."""
        return {k: v for k, v in self._links.get(deal.key, {}).items() if self.stands(k)}

    def primary_of_deal(self, deal: Deal) -> str | None:
        """The human of the deal's primary person."""
        own = deal.primary_person
        links = self.links_of_deal(deal)
        primary = own or next((k for k, (is_primary, _) in links.items() if is_primary), None)
        return self.of_person(primary) if self.stands(primary) else None

    @cached_property
    def _converted(self) -> dict[str, set[str]]:
        """The humans of the leads that became a deal."""
        found: dict[str, set[str]] = defaultdict(set)
        for lead in self.books.leads:
            if lead.deal:
                for record in lead.records:
                    human = self.of_lead(record.key)
                    if human:
                        found[lead.deal.key].add(human)
        return found

    def of_deal(self, deal: Deal) -> set[str]:
        """The humans that take part in a deal, those of its leads among them."""
        humans = {self.of_person(key) for key in self.links_of_deal(deal)}
        return {human for human in humans if human} | self._converted.get(deal.key, set())

    def of_deal_or_account(self, deal: Deal) -> set[str]:
        """The humans of a deal, else those of its account."""
        humans = self.of_deal(deal)
        return humans or self.of_customer.get(self.books.customer(deal.account) or "", set())


@once
def people_of(books: Books) -> People:
    """The people of a company, once."""
    return People(books)
