"""The work of reps, as of a date: activities, the outreach of deals, and how far each lead came."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property

from proof.answers.books.as_of import Books, CreatedLead, once, survivor
from proof.answers.books.people import People, people_of
from proof.company.records import Activity, Deal, Lead, LeadRule

REP_TYPES = ("call", "email", "meeting")
LEAD_COLUMNS = {
    "employee_count": "employees",
    "full_name": "name",
    "owner_rep_id": "owner",
    "sourced_by_rep_id": "sourced_by",
    "lead_id": "native_id",
}


@dataclass(frozen=True)
class Done:
    """An activity that counts for something, with what it is linked to after identity.

    `leads` are lead records, `deals` standing deals; `is_by_rep` says that it is a call, an e-mail
    or a meeting of a rep, made by hand.
    """

    activity: Activity
    day: date
    is_by_rep: bool
    is_outreach: bool
    deals: tuple[str, ...]
    customer: str | None
    humans: frozenset[str]
    leads: tuple[str, ...]

    @property
    def order(self) -> tuple[datetime, str]:
        """Its place in time."""
        return self.activity.occurred_at, self.activity.key


class Activities:
    """The activities of a company's reps."""

    def __init__(self, books: Books) -> None:
        """Reads nothing before it is asked for."""
        self.books = books
        self.people: People = people_of(books)

    @cached_property
    def done(self) -> tuple[Done, ...]:
        """Every activity that was not deleted, up to `as_of_date`, in order of time."""
        found = []
        for activity in self.books.in_use(self.books.company.activities):
            day = self.books.local_date(activity.occurred_at)
            if not activity.is_deleted and self.books.is_past(day):
                found.append(self._done(activity, day))
        return tuple(sorted(found, key=lambda done: done.order))

    def _done(self, activity: Activity, day: date) -> Done:
        is_by_rep = (
            activity.activity_type in REP_TYPES
            and activity.rep is not None
            and not activity.is_automated
        )
        linked = [key for key in (activity.deal, *activity.more_deals) if key]
        deals = [deal.key for key in linked if (deal := self.people.deal_of(key))]
        persons = [
            key for key in (activity.person, *activity.more_people) if self.people.stands(key)
        ]
        humans = {human for key in persons if (human := self.people.of_person(key))}
        leads = [self._surviving_lead(key) for key in (activity.lead,) if key]
        leads += [key for key in map(self._lead_of_contact, persons) if key]
        return Done(
            activity=activity,
            day=day,
            is_by_rep=is_by_rep,
            is_outreach=is_by_rep and activity.direction == "outbound",
            deals=tuple(dict.fromkeys(deals)) or tuple(linked),
            customer=self.books.customer(activity.account),
            humans=frozenset(humans),
            leads=tuple(dict.fromkeys(leads)),
        )

    def _surviving_lead(self, key: str) -> str:
        """The lead record at the end of a chain of merges."""
        last = survivor(self.people.leads, key)
        return last.key if last else key

    def _lead_of_contact(self, key: str | None) -> str | None:
        """The lead that a HubSpot contact is itself, if it is one."""
        person = survivor(self.people.people, key)
        lead = self.people.leads.get(person.key if person else key or "")
        return self._surviving_lead(lead.key) if lead and lead.system == "hubspot" else None

    # --- deals ------------------------------------------------------------------------------------

    @cached_property
    def _lead_of_record(self) -> dict[str, CreatedLead]:
        """The lead that each of its records stands for."""
        return {record.key: lead for lead in self.books.leads for record in lead.records}

    @cached_property
    def outreach_of_deal(self) -> dict[str, list[Done]]:
        """The outreach that belongs to each standing deal, in order of time."""
        of_customer: dict[str, set[str]] = defaultdict(set)
        of_human: dict[str, set[str]] = defaultdict(set)
        for deal in self.books.deals.values():
            if not self.books.stands(deal):
                continue
            customer = self.books.customer(deal.account)
            if customer:
                of_customer[customer].add(deal.key)
            for human in self.people.of_deal(deal):
                of_human[human].add(deal.key)
        found: dict[str, list[Done]] = defaultdict(list)
        for done in self.done:
            if done.is_outreach:
                for key in self._deals_of(done, of_customer, of_human):
                    found[key].append(done)
        return found

    def _deals_of(
        self, done: Done, of_customer: dict[str, set[str]], of_human: dict[str, set[str]]
    ) -> set[str]:
        """The deals whose outreach this is.

        Those it is linked to; else that of the lead it was said to before the lead became one; else
        those of its account and its people.
        """
        if done.deals:
            deals = (self.books.deals.get(key) for key in done.deals)
            return {deal.key for deal in deals if deal and self.books.stands(deal)}
        humans = set(done.humans)
        waiting: set[str] = set()
        is_of_lead = False
        for key in done.leads:
            lead = self._lead_of_record.get(key)
            converted_at = self._converted_at(lead)
            if lead and converted_at and done.activity.occurred_at <= converted_at:
                is_of_lead = True
                waiting |= {lead.deal.key} if lead.deal else set()
            elif lead and (human := self.people.of_lead(key)):
                humans.add(human)
        if is_of_lead:
            return waiting
        found = set(of_customer.get(done.customer or "", ()))
        for human in humans:
            found |= of_human.get(human, set())
        return found

    @staticmethod
    def _converted_at(lead: CreatedLead | None) -> datetime | None:
        """When a lead became something else, if it did."""
        if lead is None or lead.conversion is None:
            return None
        return lead.conversion.converted_at or (lead.deal.created_at if lead.deal else None)

    # --- leads ------------------------------------------------------------------------------------

    @cached_property
    def _outreach_of_lead_record(self) -> dict[str, list[datetime]]:
        found: dict[str, list[datetime]] = defaultdict(list)
        for done in self.done:
            for key in done.leads if done.is_outreach else ():
                found[key].append(done.activity.occurred_at)
        return found

    @cached_property
    def _outreach_of_human(self) -> dict[str, list[datetime]]:
        found: dict[str, list[datetime]] = defaultdict(list)
        for done in self.done:
            for human in done.humans if done.is_outreach else ():
                found[human].append(done.activity.occurred_at)
        return found

    def first_outreach(self, lead: CreatedLead) -> datetime | None:
        """The first outreach from the lead's creation on, to it or to the person it became."""
        moments: list[datetime] = []
        for record in lead.records:
            moments += self._outreach_of_lead_record.get(record.key, ())
        person = lead.conversion.converted_person if lead.conversion else None
        if self.people.stands(person):
            moments += self._outreach_of_human.get(self.people.of_person(person) or "", ())
        return min((m for m in moments if m >= lead.lead.created_at), default=None)

    @cached_property
    def rules(self) -> tuple[LeadRule, ...]:
        """All rules that a good lead meets."""
        return self.books.company.lead_rules

    def mql_date(self, lead: CreatedLead) -> date | None:
        """The CRM's date, else that of the lead's creation if it meets every rule."""
        if lead.lead.mql_at:
            day = self.books.local_date(lead.lead.mql_at)
            if self.books.is_past(day):
                return day
        if self.rules and all(meets(rule, lead.lead) for rule in self.rules):
            return lead.created_date
        return None

    def sql_date(self, lead: CreatedLead) -> date | None:
        """The CRM's date, else that on which the lead became a deal."""
        if lead.lead.sql_at:
            day = self.books.local_date(lead.lead.sql_at)
            if self.books.is_past(day):
                return day
        if lead.deal is None:
            return None
        moment = self._converted_at(lead)
        return self.books.local_date(moment) if moment else lead.created_date

    def disqualified_date(self, lead: CreatedLead) -> date | None:
        """The CRM's date, however late; a status names none."""
        if lead.lead.disqualified_at is None:
            return None
        day = self.books.local_date(lead.lead.disqualified_at)
        return day if self.books.is_past(day) else None

    def stages_reached(self, lead: CreatedLead) -> int:
        """How many of the funnel's stages a lead has reached; a later one implies the earlier."""
        signs = (
            True,
            self.first_outreach(lead) is not None,
            self.mql_date(lead) is not None,
            self.sql_date(lead) is not None,
            lead.deal is not None,
            lead.won_date is not None,
        )
        return max(place for place, is_reached in enumerate(signs, start=1) if is_reached)


def meets(rule: LeadRule, lead: Lead) -> bool:
    """Whether a lead has a value in the rule's field that fits."""
    found = getattr(lead, LEAD_COLUMNS.get(rule.field, rule.field))
    if found is None or not str(found).strip():
        return False
    if rule.comparison == "not_empty":
        return True
    if rule.comparison == "in":
        allowed = [text.strip().lower() for text in (rule.value or "").split("|")]
        return str(found).strip().lower() in allowed
    limit = Decimal(rule.value or "0")
    return Decimal(found) >= limit if rule.comparison == "at_least" else Decimal(found) <= limit


@once
def activities_of(books: Books) -> Activities:
    """The activities of a company, once."""
    return Activities(books)


def deal_outreach(books: Books, deal: Deal) -> list[Done]:
    """The outreach of a deal, in order of time."""
    return activities_of(books).outreach_of_deal.get(deal.key, [])
