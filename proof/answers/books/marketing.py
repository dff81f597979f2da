"""The work of marketing, as of a date: messages, web sessions, sign-ups, touches of deals."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from hashlib import md5
from typing import NamedTuple

from proof.answers.books.as_of import NONE, Books, ClosedDeal, once
from proof.answers.books.people import People, people_of
from proof.company.records import (
    EmailEvent,
    EmailMessage,
    LifecycleEvent,
    WebEvent,
    WebSession,
)
from proof.company.settings import BUILT_IN

MODELS = ("first_touch", "last_touch", "linear", "position_based")
BY_HAND = ("open", "click", "reply")


@dataclass(frozen=True)
class Message:
    """A message with what became of it by `as_of_date`; the first times are those by a person."""

    message: EmailMessage
    day: date
    content: str | None
    happened: frozenset[str]
    first_at: dict[str, datetime]
    counts: dict[str, int]
    is_machine_opened: bool

    @property
    def is_delivered(self) -> bool:
        """Delivered by its events and not bounced; Mailchimp tells only of bounces."""
        if "bounce" in self.happened:
            return False
        return self.message.system == "mailchimp" or "delivered" in self.happened

    @property
    def published_key(self) -> str:
        """The key in the marts: Mailchimp's has the MD5 of the address in it, and is hashed."""
        if self.message.system != "mailchimp":
            return self.message.key
        text = f"{BUILT_IN}{self.message.native_id}"
        return f"mailchimp:k_{md5(text.encode(), usedforsecurity=False).hexdigest()}"


@dataclass(frozen=True)
class Session:
    """A web session, and whether a lead was created in it."""

    session: WebSession
    day: date
    channel: str
    campaign: str | None
    source_medium: str | None
    market: str | None
    is_lead_created: bool


@dataclass(frozen=True)
class Registration:
    """A person's first sign-up; `person` is a human, a user, a browser, an account or the event."""

    event: LifecycleEvent | WebEvent
    person: str
    day: date
    lead_channel: str | None
    market: str | None
    is_activated: bool


class Touch(NamedTuple):
    """A touch of a person: when, of which kind and id, and through which channel."""

    occurred_at: datetime
    kind: str
    key: str
    day: date
    channel: str | None = None
    campaign: str | None = None
    content: str | None = None


class ContentTouch(NamedTuple):
    """A piece of content that a person looked at."""

    day: date
    content: str
    content_type: str
    channel: str
    key: str


class Marketing:
    """The marketing of a company."""

    def __init__(self, books: Books) -> None:
        """Reads nothing before it is asked for."""
        self.books = books
        self.people: People = people_of(books)

    # --- messages ---------------------------------------------------------------------------------

    @cached_property
    def messages(self) -> list[Message]:
        """Every message sent up to `as_of_date`."""
        books = self.books
        events: dict[str, list[EmailEvent]] = defaultdict(list)
        for event in books.in_use(books.company.email_events):
            if books.is_past(books.local_date(event.occurred_at)):
                events[event.message].append(event)
        # A vendor's mailing offers what its subject says, which is its name where nothing else is.
        content_of = {
            c.key: c.content or (None if c.system == "tabular" else c.name)
            for c in books.company.email_campaigns
        }
        found = []
        for message in books.in_use(books.company.email_messages):
            day = books.local_date(message.sent_at)
            if books.is_past(day):
                content = message.content or content_of.get(message.campaign or "")
                found.append(self._message(message, day, content, events[message.key]))
        return found

    def _message(
        self, message: EmailMessage, day: date, content: str | None, events: Sequence[EmailEvent]
    ) -> Message:
        first_at: dict[str, datetime] = {}
        counts: dict[str, int] = defaultdict(int)
        for event in sorted(events, key=lambda e: e.occurred_at):
            kind = event.event_type
            lets_in = kind == "open" and self.books.settings.include_machine_opens
            if kind not in BY_HAND or not event.is_machine or lets_in:
                first_at.setdefault(kind, event.occurred_at)
                counts[kind] += 1
        return Message(
            message=message,
            day=day,
            content=content,
            happened=frozenset(first_at),
            first_at=first_at,
            counts=dict(counts),
            is_machine_opened=any(e.event_type == "open" and e.is_machine for e in events),
        )

    # --- web --------------------------------------------------------------------------------------

    @cached_property
    def sessions(self) -> list[Session]:
        """Every session begun up to `as_of_date`."""
        books = self.books
        with_lead = {e.session for e in self.web_events if e.event_name == "lead_created"}
        found = []
        for session in books.in_use(books.company.web_sessions):
            day = books.local_date(session.started_at)
            if not books.is_past(day):
                continue
            parts = (session.source, session.medium)
            found.append(
                Session(
                    session=session,
                    day=day,
                    channel=session.channel or "Unassigned",
                    campaign=f"{session.system}:{session.campaign}" if session.campaign else None,
                    source_medium=" / ".join(p or NONE for p in parts) if any(parts) else None,
                    market=self._market_of_session(session),
                    is_lead_created=session.key in with_lead,
                )
            )
        return found

    def _market_of_session(self, session: WebSession | None) -> str | None:
        return self.books.market_of.get((session.country if session else None) or "")

    @cached_property
    def web_events(self) -> list[WebEvent]:
        """Every web event up to `as_of_date`."""
        books = self.books
        events = books.in_use(books.company.web_events)
        return [e for e in events if books.is_past(books.local_date(e.occurred_at))]

    @cached_property
    def _session_of(self) -> dict[str, Session]:
        return {one.session.key: one for one in self.sessions}

    # --- registrations ----------------------------------------------------------------------------

    @cached_property
    def lifecycle_events(self) -> list[LifecycleEvent]:
        """Every lifecycle event up to `as_of_date`."""
        books = self.books
        events = books.in_use(books.company.lifecycle_events)
        return [e for e in events if books.is_past(books.local_date(e.occurred_at))]

    def customer_of_event(self, event: LifecycleEvent) -> str | None:
        """The account of a lifecycle event: its own, else its person's."""
        if event.account:
            return self.books.customer(event.account)
        return self.people.customer_of(self.people.of_person(event.person))

    def _who(self, event: LifecycleEvent | WebEvent) -> str:
        """Whose event it is, as well as that is known."""
        if isinstance(event, LifecycleEvent):
            human = self.people.of_person(event.person)
            account = f"account {self.books.customer(event.account)}" if event.account else None
            return human or account or f"event {event.key}"
        if event.human:
            return event.human
        known = event.user or self._user_of_browser.get(event.web_user or "", event.web_user)
        return f"web {known}" if known else f"event {event.key}"

    @cached_property
    def _user_of_browser(self) -> dict[str, str]:
        """The only user that was ever signed in with a browser; two users join nothing."""
        company = self.books.company
        ids = {(s.web_user, s.user) for s in self.books.in_use(company.web_sessions)}
        ids |= {(e.web_user, e.user) for e in self.books.in_use(company.web_events)}
        users: dict[str, set[str]] = defaultdict(set)
        for browser, user in ids:
            if browser and user:
                users[browser].add(user)
        return {browser: min(found) for browser, found in users.items() if len(found) == 1}

    @cached_property
    def registrations(self) -> list[Registration]:
        """The first sign-up of each person."""
        signed: list[tuple[datetime, int, str, LifecycleEvent | WebEvent]] = []
        activated: dict[str, list[date]] = defaultdict(list)
        for event in self.lifecycle_events:
            if event.event_type == "registered":
                signed.append((event.occurred_at, 0, event.key, event))
            elif event.event_type == "activated":
                activated[self._who(event)].append(self.books.local_date(event.occurred_at))
        for visit in self.web_events:
            if visit.event_name == "sign_up":
                signed.append((visit.occurred_at, 1, visit.key, visit))
            elif visit.event_name == "activation":
                activated[self._who(visit)].append(self.books.local_date(visit.occurred_at))
        found: dict[str, Registration] = {}
        window = timedelta(days=self.books.settings.activation_window_days)
        for occurred_at, _, _, first in sorted(signed, key=lambda one: one[:3]):
            person = self._who(first)
            if person not in found:
                day = self.books.local_date(occurred_at)
                is_activated = any(day <= on <= day + window for on in activated[person])
                lead = self.people.first_lead.get(person)
                channel = lead.dimensions["lead_channel"] if lead else None
                found[person] = Registration(
                    first, person, day, channel, self._market_of_event(first), is_activated
                )
        return list(found.values())

    def _market_of_event(self, event: LifecycleEvent | WebEvent) -> str | None:
        if isinstance(event, LifecycleEvent):
            customer = self.customer_of_event(event)
            return self.books.market(self.books.united_account(customer)) if customer else None
        session = self._session_of.get(event.session or "")
        return session.market if session else None

    # --- attribution ------------------------------------------------------------------------------

    @cached_property
    def touches_of(self) -> dict[str, list[Touch]]:
        """The touches of each human, in order."""
        found: dict[str, list[Touch]] = defaultdict(list)
        for human, touch in (
            *self._sessions_as_touches(),
            *self._clicks_as_touches(),
            *self._memberships_as_touches(),
            *self._leads_as_touches(),
        ):
            if human:
                found[human].append(touch)
        return found

    def _sessions_as_touches(self) -> Iterable[tuple[str | None, Touch]]:
        for one in self.sessions:
            session = one.session
            yield (
                session.human,
                Touch(
                    occurred_at=session.started_at,
                    kind="web_session",
                    key=session.key,
                    day=one.day,
                    channel=one.channel,
                    campaign=one.campaign,
                    content=session.landing_page,
                ),
            )

    def _clicks_as_touches(self) -> Iterable[tuple[str | None, Touch]]:
        for one in self.messages:
            at = one.first_at.get("click")
            if at:
                day, key = self.books.local_date(at), one.published_key
                campaign = one.message.campaign
                yield (
                    one.message.human,
                    Touch(at, "email_click", key, day, "Email", campaign, one.content),
                )

    def _memberships_as_touches(self) -> Iterable[tuple[str | None, Touch]]:
        books = self.books
        campaigns = {c.key: c for c in books.in_use(books.company.campaigns)}
        for member in books.in_use(books.company.campaign_members):
            campaign = campaigns.get(member.campaign)
            day = books.local_date(member.joined_at)
            is_deleted = member.is_deleted or (campaign is not None and campaign.is_deleted)
            if is_deleted or not books.is_past(day):
                continue
            human = self.people.of_person(member.person) or self.people.of_lead(member.lead)
            channel = campaign.campaign_type if campaign else None
            yield (
                human,
                Touch(
                    member.joined_at,
                    "campaign_membership",
                    member.key,
                    day,
                    channel,
                    member.campaign,
                ),
            )

    def _leads_as_touches(self) -> Iterable[tuple[str | None, Touch]]:
        for one in self.books.leads:
            channel = one.dimensions["lead_channel"]
            lead = one.lead
            yield (
                self.people.of_lead(lead.key),
                Touch(
                    lead.created_at,
                    "lead_creation",
                    lead.key,
                    one.created_date,
                    channel,
                    lead.campaign,
                ),
            )

    def touches(self, deal: ClosedDeal) -> list[Touch]:
        """The touches of a won deal's people before its close; at least one, of nothing."""
        created_at = deal.deal.created_at
        start = self.books.local_date(created_at) if created_at else deal.close_date
        start -= timedelta(days=self.books.settings.attribution_window_days)
        found = [
            touch
            for human in self.people.of_deal_or_account(deal.deal)
            for touch in self.touches_of.get(human, ())
            if start <= touch.day <= deal.close_date
        ]
        found.sort(key=lambda touch: touch[:3])
        moment = created_at or datetime.min
        return found or [Touch(moment, "none", "", deal.close_date)]

    # --- content ----------------------------------------------------------------------------------

    @cached_property
    def content_touches(self) -> dict[str, list[ContentTouch]]:
        """The content that each human looked at."""
        found: dict[str, list[ContentTouch]] = defaultdict(list)
        books = self.books
        for event in self.web_events:
            if event.human and event.content:
                session = self._session_of.get(event.session or "")
                channel = session.channel if session else NONE
                day = books.local_date(event.occurred_at)
                found[event.human].append(
                    ContentTouch(day, event.content, "web_page", channel, event.key)
                )
        for one in self.messages:
            at = one.first_at.get("click")
            if at and one.content and one.message.human:
                found[one.message.human].append(
                    ContentTouch(
                        books.local_date(at), one.content, "email", "Email", one.published_key
                    )
                )
        for form in books.in_use(books.company.form_submissions):
            day = books.local_date(form.submitted_at)
            human = self.people.of_person(form.person)
            if human and books.is_past(day):
                found[human].append(ContentTouch(day, form.form_name, "form", NONE, form.key))
        return found

    def content_of(self, deal: ClosedDeal) -> list[ContentTouch]:
        """The content that a deal's people looked at until its close."""
        return [
            touch
            for human in self.people.of_deal_or_account(deal.deal)
            for touch in self.content_touches.get(human, ())
            if touch.day <= deal.close_date
        ]


def weights(model: str, count: int) -> list[Decimal]:
    """The weights of a deal's touches, in order, by an attribution model; they add up to 1."""
    one, half = Decimal(1), Decimal("0.5")
    if model == "first_touch":
        return [one] + [Decimal(0)] * (count - 1)
    if model == "last_touch":
        return [Decimal(0)] * (count - 1) + [one]
    if model == "linear":
        return [one / count] * count
    if count <= 2:
        return [one] if count == 1 else [half, half]
    ends = Decimal("0.4")
    return [ends, *[Decimal("0.2") / (count - 2)] * (count - 2), ends]


@once
def marketing_of(books: Books) -> Marketing:
    """The marketing of a company, once."""
    return Marketing(books)
