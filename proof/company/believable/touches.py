"""Mailings and visits: what marketing does, and who of the leads and people it reaches."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from random import Random

from proof.company.believable import story
from proof.company.believable.days import MONTHS, Deck, at, day_in, part_of, weighted
from proof.company.records import (
    Company,
    EmailCampaign,
    EmailEvent,
    EmailMessage,
    FormSubmission,
    Lead,
    Person,
    WebEvent,
    WebSession,
)
from proof.company.simulated.hubspot import FORM, hubspot_key
from proof.company.simulated.mail import MAIL_CAMPAIGN, event_key, message_key
from proof.company.simulated.web import (
    Traffic,
    browser_id,
    is_engaged,
    session_key,
    web_events,
)

# --- mail -----------------------------------------------------------------------------------------

SUBJECTS = ("Light letter", "Project of the month", "What is new in Pilot Cloud")
URLS = ("https://nordlys.example/pricing", "https://nordlys.example/guide")
BOUNCES, OPENS, CLICKS, REPLIES, LEAVES, MACHINES = 0.018, 0.34, 0.16, 0.03, 0.012, 0.15


def with_mail(rng: Random, company: Company) -> Company:
    """The company with a mailing of each system a month."""
    campaigns: list[EmailCampaign] = []
    messages: list[EmailMessage] = []
    events: list[EmailEvent] = []
    for system, size in story.MAILINGS.items():
        readers = _readers(company, system)
        for number, month in enumerate(MONTHS, start=1):
            there = [email for email, since in readers if since < month]
            day = month + timedelta(days=8 if system == "hubspot" else 3)
            if day > story.LAST_DAY or not there:
                continue
            sent_at = at(rng, day)
            key = (
                hubspot_key(MAIL_CAMPAIGN, number)
                if system == "hubspot"
                else f"mailchimp:{rng.getrandbits(40):010x}"
            )
            name = f"{SUBJECTS[number % len(SUBJECTS)]} {month:%B %Y}"
            campaigns.append(
                EmailCampaign(key=key, name=name, sent_at=sent_at, modified_at=sent_at)
            )
            for email in sorted(rng.sample(there, k=min(size, len(there)))):
                message = EmailMessage(
                    key=message_key(rng, key, email, len(messages) + 1),
                    sent_at=sent_at
                    if system == "mailchimp"
                    else sent_at + timedelta(seconds=rng.randrange(900)),
                    recipient_email=email,
                    campaign=key,
                    modified_at=sent_at,
                )
                messages.append(message)
                events += _events(rng, message, len(events))
    return replace(
        company,
        email_campaigns=tuple(campaigns),
        email_messages=tuple(messages),
        email_events=tuple(events),
    )


def _readers(company: Company, system: str) -> list[tuple[str, date]]:
    """The addresses of a CRM's leads and people, with the day since when they are known."""
    own = "hubspot" if system == "hubspot" else "salesforce"
    found: dict[str, date] = {}
    for records in (company.leads, company.people):
        for record in records:
            if record.system == own and record.email and record.created_at:
                found.setdefault(record.email, record.created_at.date())
    return sorted(found.items())


def _events(rng: Random, message: EmailMessage, already: int) -> list[EmailEvent]:
    found: list[EmailEvent] = []
    is_hubspot = message.system == "hubspot"

    def happen(kind: str, after: timedelta, url: str | None = None, machine: bool = False) -> None:
        occurred_at = message.sent_at + after
        if occurred_at < story.EXPORTED_AT:
            found.append(
                EmailEvent(
                    key=event_key(rng, message.system, 100_000 + already + len(found)),
                    message=message.key,
                    event_type=kind,
                    occurred_at=occurred_at,
                    url=url,
                    is_machine=machine,
                    modified_at=occurred_at,
                )
            )

    if rng.random() < BOUNCES:
        happen("bounce", timedelta(seconds=30))
        return found
    happen("delivered", timedelta(seconds=5 if is_hubspot else 0))
    if is_hubspot and rng.random() < MACHINES:
        happen("open", timedelta(seconds=20), machine=True)
    if rng.random() < OPENS:
        opened = timedelta(minutes=rng.randrange(5, 4000))
        happen("open", opened)
        if rng.random() < CLICKS:
            happen("click", opened + timedelta(minutes=2), rng.choice(URLS))
        if is_hubspot and rng.random() < REPLIES:
            happen("reply", opened + timedelta(minutes=30))
        if rng.random() < LEAVES:
            happen("unsubscribe", opened + timedelta(minutes=4))
    return found


# --- web ------------------------------------------------------------------------------------------

# By lead source, how its leads come to the site; strangers come like all of them together.
TRAFFIC = {
    "Website": Traffic("Organic Search", "google", "organic", "(organic)"),
    "Paid Search": Traffic("Paid Search", "google", "cpc", "brand search"),
    "LinkedIn Ads": Traffic("Paid Social", "linkedin.com", "paid-social", "facility managers"),
    "Newsletter": Traffic("Email", "newsletter", "email", "light letter"),
    "Partner": Traffic("Referral", "partner-portal.example", "referral", "(referral)"),
    "Event": Traffic("Direct", "(direct)", "(none)", "(direct)"),
    "Referral": Traffic("Direct", "(direct)", "(none)", "(direct)"),
    "Outbound Call": Traffic("Direct", "(direct)", "(none)", "(direct)"),
}
PAGES = {"/": 0.3, "/products": 0.25, "/pricing": 0.18, "/guide": 0.15, "/references": 0.12}
HAS_BROWSER, SIGNS_UP, ACTIVATES = 0.45, 0.3, 0.55
LEAD_CREATED = frozenset({"Website", "Paid Search", "LinkedIn Ads", "Newsletter"})


@dataclass
class Site:
    """The visits of the web site; a browser's come one after the other."""

    rng: Random
    sessions: list[WebSession] = field(default_factory=list)
    events: list[WebEvent] = field(default_factory=list)
    _last: dict[str, datetime] = field(default_factory=dict)

    def visit(
        self, browser: str, started_at: datetime, source: str, country: str, more: Sequence[str]
    ) -> None:
        """A visit with its page views and the events `more`."""
        rng = self.rng
        earliest = self._last.get(browser, started_at) + timedelta(hours=2)
        if browser in self._last and started_at < earliest:
            started_at = earliest
        if started_at + timedelta(hours=1) > story.EXPORTED_AT:
            return
        self._last[browser] = started_at
        traffic = TRAFFIC[source]
        session = WebSession(
            key=session_key("google_analytics", browser, started_at, 0),
            started_at=started_at,
            web_user=browser,
            channel=traffic.channel,
            source=traffic.source,
            medium=traffic.medium,
            campaign=traffic.campaign,
            landing_page=weighted(rng, PAGES),
            country=country,
            modified_at=min(started_at + timedelta(hours=20), story.EXPORTED_AT),
        )
        names = [*["page_view"] * (1 if rng.random() < 0.45 else 2), *more]
        pages = [session.landing_page, *(weighted(rng, PAGES) for _ in names[1:])]
        own = web_events(session, list(zip(names, pages, strict=True)))
        self.sessions.append(replace(session, is_engaged=is_engaged(own)))
        self.events += own


def with_web(rng: Random, company: Company) -> Company:
    """The company with its visits: of leads before and when they came, and of strangers."""
    site, deck = Site(rng), Deck(rng)
    leads: list[Lead] = []
    count: dict[date, int] = defaultdict(int)
    for lead in company.leads:
        month = lead.created_at.date().replace(day=1)
        count[month] += 1
        source = lead.lead_source or "Website"
        if not deck.draw("browser", HAS_BROWSER):
            leads.append(lead)
            continue
        browser = browser_id(rng)
        leads.append(replace(lead, web_user=browser))
        country = lead.country or "Germany"
        if rng.random() < 0.5:
            before = lead.created_at - timedelta(days=rng.randrange(1, 25))
            site.visit(browser, before, rng.choice((source, "Website")), country, [])
        acts = ["lead_created"] if source in LEAD_CREATED else []
        if rng.random() < SIGNS_UP:
            acts += ["sign_up", *(["activation"] if rng.random() < ACTIVATES else [])]
        site.visit(browser, lead.created_at - timedelta(minutes=3), source, country, acts)
    shares = {source.name: source.share for source in story.SOURCES}
    countries = [text.split(":")[0] for place in story.PLACES for text in place.countries]
    for month in MONTHS:
        strangers = count[month] * (story.SESSIONS_PER_LEAD - HAS_BROWSER * 1.5)
        for _ in range(round(strangers * (1 if part_of(month) else 0))):
            day = day_in(rng, month)
            site.visit(
                browser_id(rng), at(rng, day), weighted(rng, shares), rng.choice(countries), []
            )
    return replace(
        company,
        leads=tuple(leads),
        people=_with_browsers(company, leads),
        web_sessions=tuple(site.sessions),
        web_events=tuple(site.events),
    )


def _with_browsers(company: Company, leads: list[Lead]) -> tuple[Person, ...]:
    """A HubSpot contact is one record with its lead, and knows the same browser."""
    browser_of = {lead.key: lead.web_user for lead in leads if lead.system == "hubspot"}
    return tuple(
        replace(person, web_user=browser_of[person.key]) if person.key in browser_of else person
        for person in company.people
    )


def forms(rng: Random, company: Company) -> tuple[FormSubmission, ...]:
    """The forms that HubSpot's contacts have sent."""
    found: list[FormSubmission] = []
    for lead in company.leads:
        if lead.system == "hubspot" and rng.random() < 0.4:
            name = rng.choice(("Ask for a quote", "Sign guide (download)"))
            found.append(
                FormSubmission(
                    key=hubspot_key(FORM, len(found) + 1),
                    person=lead.key,
                    form_name=name,
                    submitted_at=lead.created_at,
                    page_url="https://glow-signs.example/quote",
                )
            )
    return tuple(found)
