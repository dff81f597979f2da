"""Collects planted records of all systems, with sensible values where a case does not care.

Its ids are told from drawn ones: Salesforce `…95…`, tabular `…-X…`, HubSpot the last tenth of each
kind's numbers.
"""

from collections import defaultdict
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from random import Random
from typing import Any

from proof.company import world
from proof.company.chance import salesforce_key
from proof.company.records import (
    Account,
    Activity,
    Company,
    Deal,
    DealAccount,
    DealChange,
    DealPerson,
    EmailEvent,
    EmailMessage,
    Lead,
    LifecycleEvent,
    Person,
    Quota,
    Rep,
    Subscription,
    SurveyResponse,
    WebSession,
)
from proof.company.simulated import hubspot
from proof.company.simulated.mail import event_key, message_key
from proof.company.simulated.web import is_engaged, session_key, web_events

FIRST_NUMBER = 95_000_000_000
SALESFORCE_PREFIX = {
    "accounts": "001",
    "people": "003",
    "leads": "00Q",
    "deals": "006",
    "reps": "005",
    "task": "00T",
    "event": "00U",
    "deal_people": "00K",
    "campaign_members": "00v",
}
HUBSPOT_KIND = {
    "accounts": hubspot.COMPANY,
    "people": hubspot.CONTACT,
    "leads": hubspot.CONTACT,
    "deals": hubspot.DEAL,
    "changes": hubspot.CHANGE,
    "deal_accounts": hubspot.LINK,
    "deal_people": hubspot.LINK,
    "task": 410,
    "event": 410,
}
TABULAR_PREFIX = {
    "accounts": "A",
    "people": "P",
    "leads": "L",
    "deals": "D",
    "task": "ACT",
    "event": "ACT",
    "subscriptions": "SUB",
    "survey_responses": "SV",
    "lifecycle_events": "LIFE",
    "email_messages": "M",
    "email_events": "ME",
    "web_sessions": "S",
    "web_events": "WE",
}
OWNERS = {
    "salesforce": salesforce_key("005", 1),
    "tabular": "tabular:001",
    "hubspot": hubspot.hubspot_key(hubspot.OWNER, 1),
}
MODIFIED = datetime(2025, 10, 21, 8, tzinfo=UTC)


def utc(text: str) -> datetime:
    """A moment in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def day(text: str) -> date:
    """A day."""
    return date.fromisoformat(text)


class Planter:
    """Adds records to a company; each method gives the key of what it has added."""

    def __init__(self, company: Company) -> None:
        """Starts from a company, whose records are left as they are."""
        self.company = company
        self._added: dict[str, list[Any]] = defaultdict(list)
        self._numbers: dict[str, int] = defaultdict(int)

    def result(self) -> Company:
        """The company with everything that was added."""
        return replace(
            self.company,
            **{name: getattr(self.company, name) + tuple(new) for name, new in self._added.items()},
        )

    def add(self, name: str, record: Any) -> str:
        """Adds any record to one of the company's lists."""
        self._added[name].append(record)
        return str(getattr(record, "key", ""))

    def key(self, name: str, system: str) -> str:
        """The next key of a kind of record in a system."""
        self._numbers[f"{system} {name}"] += 1
        number = self._numbers[f"{system} {name}"]
        if system == "salesforce":
            return salesforce_key(SALESFORCE_PREFIX[name], FIRST_NUMBER + number)
        if system == "hubspot":
            return hubspot.hubspot_key(HUBSPOT_KIND[name], 900_000 + number)
        return f"{system}:{TABULAR_PREFIX[name]}-X{number:03d}"

    def account(self, name: str, system: str = "tabular", **fields: Any) -> str:
        """An account in Ireland."""
        values: dict[str, Any] = {
            "key": self.key("accounts", system),
            "name": name,
            "country": "Ireland",
            "industry": "Education",
            "segment": None if system == "hubspot" else "Mid",
            "owner": OWNERS[system],
            "created_at": utc("2023-01-11T09:00:00"),
            "modified_at": utc("2024-01-11T09:00:00"),
        }
        return self.add("accounts", Account(**values | fields))

    def person(self, account: str | None, system: str = "tabular", **fields: Any) -> str:
        """A contact with an address of its own, unless HubSpot has merged it away."""
        key = self.key("people", system)
        values: dict[str, Any] = {
            "key": key,
            "account": account,
            "name": "Perla Person",
            "email": f"perla.{key.partition(':')[2].lower()}@edge-people.example",
            "created_at": utc("2023-01-12T09:00:00"),
            "modified_at": utc("2024-01-12T09:00:00"),
        } | fields
        if system == "hubspot" and values.get("merged_into"):
            values["email"] = None  # Only the id is left of it.
        return self.add("people", Person(**values))

    def lead(self, created: str, system: str = "salesforce", **fields: Any) -> str:
        """A lead from Ireland with an address of its own; a HubSpot one is a planted contact."""
        key = str(fields.get("key") or self.key("leads", system))
        values: dict[str, Any] = {
            "key": key,
            "created_at": utc(created),
            "name": "Lena Lead",
            "email": f"lena.{key.partition(':')[2].lower()}@edge-people.example",
            "phone": "+44 20 7946 0998",
            "country": "Ireland",
            "lead_source": "Referral",
            "owner": OWNERS[system],
            "status": "lead" if system == "hubspot" else "Open",
            "modified_at": MODIFIED,
        } | fields
        if system == "hubspot":
            # The lead is the contact itself.
            contact = next(person for person in self._added["people"] if person.key == key)
            values |= {"name": contact.name, "email": contact.email, "phone": contact.phone}
            if values["lead_source"] == "Referral":
                values["as_written"] = {"lead_source": "REFERRALS", **values.get("as_written", {})}
        return self.add("leads", Lead(**values))

    def deal(
        self,
        closed: str,
        account: str | None,
        outcome: str = "won",
        system: str = "tabular",
        **fields: Any,
    ) -> str:
        """A deal of 1000 EUR, created 60 days before its close; open ones are to close that day."""
        pipeline = str(fields.get("pipeline") or world.SALES_PIPELINE)
        process = world.PROCESSES[pipeline if system == "hubspot" else system]
        is_open = outcome == "open"
        values: dict[str, Any] = {
            "key": self.key("deals", system),
            "account": account,
            "name": "Edge case",
            "pipeline": pipeline if system == "hubspot" else None,
            "stage": {"won": process.won, "lost": process.lost, "open": process.open}[outcome][0],
            "is_won": outcome == "won",
            "is_closed": not is_open,
            "created_at": utc(f"{day(closed) - timedelta(days=60)}T10:00:00"),
            "close_date": None if is_open else day(closed),
            "expected_close_date": day(closed),
            "amount": Decimal("1000.00"),
            "currency": "EUR",
            "owner": OWNERS[system],
            "lead_source": "Referral",
            "modified_at": MODIFIED,
        } | fields
        if system == "hubspot" and values["lead_source"] == "Referral":
            values["as_written"] = {"lead_source": "REFERRALS", **values.get("as_written", {})}
        return self.add("deals", Deal(**values))

    def change(
        self,
        deal: str,
        at: str,
        changed_field: str,
        old: str | None,
        new: str | None,
        in_snapshots: bool = False,
    ) -> None:
        """A change of a deal; `in_snapshots` puts it into Salesforce's opportunity_history."""
        self._numbers["changes"] += 1
        number = self._numbers["changes"]
        system = deal.partition(":")[0]
        key = {
            "salesforce": salesforce_key("008" if in_snapshots else "017", FIRST_NUMBER + number),
            "hubspot": hubspot.hubspot_key(hubspot.CHANGE, 900_000 + number),
            "tabular": f"tabular:X{number:04d}",
        }[system]
        self.add(
            "changes",
            DealChange(
                key=key,
                deal=deal,
                changed_at=utc(at),
                changed_field=changed_field,
                old_value=old,
                new_value=new,
                modified_at=MODIFIED,
            ),
        )

    def stages(self, deal: str, *steps: tuple[str, str], in_snapshots: bool = False) -> None:
        """The stages of a deal: the first one, with a blank moment, then each with its moment."""
        for (_, old), (at, new) in pairwise(steps):
            self.change(deal, at, "stage", old, new, in_snapshots)

    def deal_account(self, deal: str, account: str, is_primary: bool = True) -> str:
        """An association of a HubSpot deal with a company."""
        values: dict[str, Any] = {
            "key": self.key("deal_accounts", "hubspot"),
            "modified_at": MODIFIED,
        }
        return self.add(
            "deal_accounts",
            DealAccount(deal=deal, account=account, is_primary=is_primary, **values),
        )

    def deal_person(self, deal: str, person: str, **fields: Any) -> str:
        """A person that takes part in a deal."""
        values: dict[str, Any] = {
            "key": self.key("deal_people", deal.partition(":")[0]),
            "modified_at": MODIFIED,
        }
        return self.add("deal_people", DealPerson(deal=deal, person=person, **values | fields))

    def activity(self, kind: str, at: str, system: str = "salesforce", **fields: Any) -> str:
        """An outbound call, e-mail or meeting that worked out."""
        values: dict[str, Any] = {
            "key": self.key("event" if kind == "meeting" else "task", system)
            if system == "salesforce"
            else self.key("task", system),
            "activity_type": kind,
            "occurred_at": utc(at),
            "rep": OWNERS[system],
            "direction": "outbound",
            "outcome": {"call": "connected", "meeting": "held"}.get(kind),
            "modified_at": MODIFIED,
        }
        return self.add("activities", Activity(**values | fields))

    def rep(self, name: str, hired: str | None, team: str, **fields: Any) -> str:
        """A Salesforce rep whose own team is the given one."""
        values: dict[str, Any] = {
            "key": self.key("reps", "salesforce"),
            "name": name,
            "email": f"{name.split()[0].lower()}.edge@nordlys.example.com",
            "team": team,
            "hired_on": None if hired is None else day(hired),
        }
        return self.add("reps", Rep(**values | fields))

    def quotas(self, rep: str, first_month: str, months: int, amount: str) -> None:
        """The same quota for some months in a row."""
        month = day(first_month)
        for _ in range(months):
            self.add("quotas", Quota(rep, month, Decimal(amount), "EUR"))
            month = (month.replace(day=28) + timedelta(days=4)).replace(day=1)

    def subscription(
        self, account: str, started: str, ended: str | None, amount: str, **fields: Any
    ) -> str:
        """A subscription in EUR."""
        values: dict[str, Any] = {
            "key": self.key("subscriptions", "tabular"),
            "account": account,
            "started_on": day(started),
            "ended_on": None if ended is None else day(ended),
            "monthly_amount": Decimal(amount),
            "currency": "EUR",
            "product": "tabular:SV-1",
            "modified_at": MODIFIED,
        }
        return self.add("subscriptions", Subscription(**values | fields))

    def lifecycle(self, event_type: str, at: str, person: str | None, **fields: Any) -> str:
        """A lifecycle event of a person."""
        values: dict[str, Any] = {
            "key": self.key("lifecycle_events", "tabular"),
            "event_type": event_type,
            "occurred_at": utc(at),
            "person": person,
            "modified_at": MODIFIED,
        }
        return self.add("lifecycle_events", LifecycleEvent(**values | fields))

    def session(
        self, at: str, browser: str, source: str = "google", medium: str = "organic", **fields: Any
    ) -> str:
        """A Google Analytics session with two page views, by default from a search engine."""
        started_at = utc(at)
        steps = fields.pop("steps", (("page_view", "/pricing"), ("page_view", "/guide")))
        values: dict[str, Any] = {
            "key": session_key("google_analytics", browser, started_at, 0),
            "started_at": started_at,
            "web_user": browser,
            "channel": "Organic Search",
            "source": source,
            "medium": medium,
            "landing_page": steps[0][1],
            "country": "Ireland",
            "modified_at": started_at + timedelta(hours=20),
        } | fields
        session = WebSession(**values)
        events = web_events(session, steps)
        if "is_engaged" not in fields:
            session = replace(session, is_engaged=is_engaged(events))
        for event in events:
            self.add("web_events", event)
        return self.add("web_sessions", session)

    def message(self, campaign: str, email: str, sent: str, *events: tuple[str, str]) -> str:
        """A message to an address, with its events: their type and moment."""
        rng = Random(f"edge {campaign} {email}")
        message = EmailMessage(
            key=message_key(rng, campaign, email.strip().lower(), 0)
            if not campaign.startswith("tabular")
            else self.key("email_messages", "tabular"),
            sent_at=utc(sent),
            recipient_email=email.strip().lower(),
            campaign=campaign,
            modified_at=utc(sent),
            as_written={} if email == email.strip().lower() else {"recipient_email": email},
        )
        for event_type, at in events:
            system = message.system
            kind, _, detail = event_type.partition(" ")
            self.add(
                "email_events",
                EmailEvent(
                    key=self.key("email_events", "tabular")
                    if system == "tabular"
                    else event_key(rng, system, 900_000 + self._next("email events")),
                    message=message.key,
                    event_type=kind,
                    occurred_at=utc(at),
                    url=detail if detail.startswith("http") else None,
                    is_machine=detail == "machine",
                    modified_at=utc(at),
                ),
            )
        return self.add("email_messages", message)

    def _next(self, name: str) -> int:
        self._numbers[name] += 1
        return self._numbers[name]

    def survey(self, at: str, score: str, **fields: Any) -> str:
        """An answer to an NPS survey."""
        values: dict[str, Any] = {
            "key": self.key("survey_responses", "tabular"),
            "responded_at": utc(at),
            "survey_type": "nps",
            "score": Decimal(score),
            "scale_min": Decimal(0),
            "scale_max": Decimal(10),
            "modified_at": MODIFIED,
        }
        return self.add("survey_responses", SurveyResponse(**values | fields))
