"""Simulates visits to the web sites: Google Analytics 4, and a tabular export of an older site."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random

from sales_kpis.demo.chance import any_day, moment, pick, scaled
from sales_kpis.demo.company import Company, Record, WebEvent, WebSession

SESSIONS = {"google_analytics": 1450, "tabular": 160}  # at scale 1
PAGES = ("/", "/pricing", "/guide", "/signs/neon", "/demo", "/blog/light & shade")
COUNTRIES = ("United Kingdom", "France", "Netherlands", "Sweden", "Canada", "Japan")


@dataclass(frozen=True)
class Traffic:
    """Where a visit comes from, and the channel that GA4's default rules give it."""

    channel: str
    source: str | None
    medium: str | None
    campaign: str | None = None
    weight: int = 2


# GA4's default channel group, https://support.google.com/analytics/answer/9756891.
TRAFFIC = (
    Traffic("Direct", "(direct)", "(none)", "(direct)", 30),
    Traffic("Organic Search", "google", "organic", "(organic)", 40),
    Traffic("Organic Search", "bing", "organic", "(organic)", 5),
    Traffic("Paid Search", "google", "cpc", "brand search", 14),
    Traffic("Paid Shopping", "google", "cpc", "spring shopping"),
    Traffic("Paid Social", "facebook.com", "paid-social", "lights on"),
    Traffic("Paid Video", "youtube.com", "cpv", "lights on"),
    Traffic("Display", "adnet", "display", "banners"),
    Traffic("Display", "adnet", "cpm", "banners"),
    Traffic("Paid Other", "somewhere", "cpc", "other ads"),
    Traffic("Cross-network", "google", "cross-network", "cross-network"),
    Traffic("Organic Shopping", "shopping.google.com", "referral", "(referral)"),
    Traffic("Organic Social", "linkedin.com", "referral", "(referral)", 8),
    Traffic("Organic Social", "mastodon", "social", None),
    Traffic("Organic Video", "vimeo.com", "referral", "(referral)"),
    Traffic("Email", "newsletter", "email", "light letter", 10),
    Traffic("Email", "e-mail", "letter", "light letter"),
    Traffic("Affiliates", "lamp-blog", "affiliate", "partners"),
    Traffic("Referral", "trade-press.example", "referral", "(referral)", 8),
    Traffic("Audio", "podcast", "audio", "light talk"),
    Traffic("SMS", "sms", "text", "reminder"),
    Traffic("SMS", "texts", "sms", "reminder"),
    Traffic("Mobile Push Notifications", "app", "mobile push", "reminder"),
    Traffic("Mobile Push Notifications", "firebase", "message", "reminder"),
    Traffic("Events", "flyer", "qr-code", "fair", 4),  # By the company's own rule.
    Traffic("Unassigned", "poster", "print", "fair", 3),
    Traffic("Unassigned", "(not set)", "(not set)", None),
)
WEIGHTS = tuple(traffic.weight for traffic in TRAFFIC)


@dataclass(frozen=True)
class Visitor:
    """A browser, who signs in with it, and whose it is."""

    browser: str
    user: str | None
    human: str | None


def with_web(scale: float, company: Company) -> Company:
    """The company with its web sessions and events, and deliveries of a day that came before."""
    for system in SESSIONS:
        company = _with_web_of(Random(f"{company.seed} web {system}"), scale, company, system)
    return company


def _visitors(rng: Random, company: Company, system: str) -> list[Visitor]:
    """The browsers of known people and leads, by their web user ids, and many of strangers."""
    known = sorted(
        {
            (record.web_user, record.human)
            for records in (company.people, company.leads)
            for record in records
            if record.web_user and record.system in ("salesforce", "tabular")
        },
        key=str,
    )
    found = []
    for web_user, human in known:
        is_browser = "." in (web_user or "")
        browser = web_user if is_browser else browser_id(rng)
        found.append(Visitor(browser or "", None if is_browser else web_user, human))
    if system == "tabular":
        found = [v for v in found if v.user is None]
    strangers = [Visitor(browser_id(rng), None, None) for _ in range(3 * len(found) + 60)]
    return found + strangers


def browser_id(rng: Random) -> str:
    """A client id, as GA4's `user_pseudo_id`."""
    return f"{rng.randrange(10**8, 10**9)}.{rng.randrange(1672531200, 1760000000)}"


def _with_web_of(rng: Random, scale: float, company: Company, system: str) -> Company:
    visitors = _visitors(rng, company, system)
    sessions: list[WebSession] = []
    events: list[WebEvent] = []
    taken: set[str] = set()
    count = scaled(SESSIONS[system], scale, least=80)
    for number in range(1, count + 1):
        visitor = visitors[number % len(visitors)] if rng.random() < 0.6 else rng.choice(visitors)
        # Every kind of traffic twice, whatever the seed; the rest by chance.
        traffic = (
            TRAFFIC[number % len(TRAFFIC)]
            if number <= 2 * len(TRAFFIC)
            else pick(rng, TRAFFIC, WEIGHTS)
        )
        started_at = moment(rng, any_day(rng))
        key = session_key(system, visitor.browser, started_at, number)
        if key in taken:
            continue
        taken.add(key)
        session = WebSession(
            key=key,
            started_at=started_at,
            web_user=visitor.browser,
            user=visitor.user if rng.random() < 0.7 else None,
            channel=traffic.channel,
            source=traffic.source,
            medium=traffic.medium,
            campaign=traffic.campaign,
            landing_page=rng.choice(PAGES),
            country=rng.choice(COUNTRIES),
            human=visitor.human,
            modified_at=started_at + timedelta(hours=20),
        )
        own = session_events(rng, session)
        is_engaged = len(own) > 2 or any(e.event_name != "page_view" for e in own)
        sessions.append(replace(session, is_engaged=is_engaged))
        events += own
    older: list[Record] = []
    if system == "google_analytics":
        older = [
            replace(event, content=None, modified_at=event.modified_at - timedelta(hours=12))
            for event in rng.sample(events, k=min(60, len(events)))
        ]
    return replace(
        company,
        web_sessions=company.web_sessions + tuple(sessions),
        web_events=company.web_events + tuple(events),
        older_versions=company.older_versions + tuple(older),
    )


def session_key(system: str, browser: str, started_at: datetime, number: int) -> str:
    """GA4's session is told apart by the browser and the second it began in."""
    if system == "google_analytics":
        return f"google_analytics:{browser}.{round(started_at.timestamp())}"
    return f"tabular:S-{number:05d}"


def session_events(rng: Random, session: WebSession) -> list[WebEvent]:
    """The events of a session; the first one is the landing page's view."""
    names = ["page_view"]
    if rng.random() < 0.6:
        names += ["page_view"] * rng.randrange(1, 4)
        names += rng.choice((["scroll"], [], ["file_download"]))
    if rng.random() < 0.06:
        names.append("lead_created")
    if rng.random() < 0.04:
        names.append("sign_up")
        if rng.random() < 0.5:
            names.append("activation")
    pages = [session.landing_page, *rng.choices(PAGES, k=len(names) - 1)]
    return web_events(session, list(zip(names, pages, strict=True)))


def web_events(session: WebSession, steps: Sequence[tuple[str, str | None]]) -> list[WebEvent]:
    """The events of a session, a minute apart."""
    prefix = "tabular:E" if session.system == "tabular" else "google_analytics:"
    return [
        WebEvent(
            key=f"{prefix}{session.native_id}.{number}",
            event_name=name,
            occurred_at=session.started_at + timedelta(seconds=61 * (number - 1)),
            session=session.key,
            web_user=session.web_user,
            user=session.user,
            content=page,
            human=session.human,
            modified_at=session.modified_at,
        )
        for number, (name, page) in enumerate(steps, start=1)
    ]
