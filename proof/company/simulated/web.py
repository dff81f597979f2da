"""Simulates visits to the web sites: Google Analytics 4, and a tabular export of an older site."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random

from proof.company.chance import any_day, moment, pick, scaled
from proof.company.records import Company, Record, WebEvent, WebSession

SESSIONS = {"google_analytics": 1450, "tabular": 160}  # at scale 1
MINUTES = timedelta(minutes=30)
KEY_EVENTS = ("lead_created", "sign_up", "activation")
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
    Traffic("Organic Shopping", "etsy.com", "referral", "(referral)"),
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
    """A browser, and who signs in with it."""

    browser: str
    user: str | None


def with_web(scale: float, company: Company) -> Company:
    """The company with its web sessions and events, and deliveries of a day that came before."""
    for system in SESSIONS:
        company = _with_web_of(Random(f"{company.seed} web {system}"), scale, company, system)
    return company


def _visitors(rng: Random, company: Company, system: str) -> list[Visitor]:
    """The browsers of known people and leads, by their web user ids, and many of strangers."""
    known = {
        record.web_user: None
        for records in (company.people, company.leads)
        for record in records
        if record.web_user and not (record.is_deleted or record.merged_into)
    }
    found = []
    for web_user in known:
        is_browser = "." in web_user
        if is_browser or system == "google_analytics":
            browser = web_user if is_browser else browser_id(rng)
            found.append(Visitor(browser, None if is_browser else web_user))
    # Some sign in without being a contact or lead.
    users = [f"u-9{n:03d}" if n < 15 and system == "google_analytics" else None for n in range(400)]
    return found + [Visitor(browser_id(rng), user) for user in users]


def browser_id(rng: Random) -> str:
    """A client id, as GA4's `user_pseudo_id`."""
    return f"{rng.randrange(10**8, 10**9)}.{rng.randrange(1672531200, 1760000000)}"


def _with_web_of(rng: Random, scale: float, company: Company, system: str) -> Company:
    visitors = _visitors(rng, company, system)
    sessions: list[WebSession] = []
    events: list[WebEvent] = []
    known: set[str] = set()
    count = scaled(SESSIONS[system], scale, least=80)
    days = sorted(any_day(rng) for _ in range(count))
    for number, day in enumerate(days, start=1):
        visitor = rng.choice(visitors)
        # Every kind of traffic twice, whatever the seed; the rest by chance.
        traffic = (
            TRAFFIC[number % len(TRAFFIC)]
            if number <= 2 * len(TRAFFIC)
            else pick(rng, TRAFFIC, WEIGHTS)
        )
        # A browser is known by whoever signs in, so its first visit of all is a signed-in one.
        is_signed_in = visitor.browser not in known or rng.random() < 0.6
        started_at = _after(sessions, visitor.browser, moment(rng, day))
        known.add(visitor.browser)
        channel, written = traffic.channel, {}
        if system == "tabular" and rng.random() < 0.25:
            written = {"channel": ""}
            channel = "Events" if traffic.source == "flyer" else "Unassigned"
        session = WebSession(
            key=session_key(system, visitor.browser, started_at, number),
            started_at=started_at,
            web_user=visitor.browser,
            user=visitor.user if is_signed_in else None,
            channel=channel,
            source=traffic.source,
            medium=traffic.medium,
            campaign=traffic.campaign,
            landing_page=rng.choice(PAGES),
            country=rng.choice(COUNTRIES),
            modified_at=started_at + timedelta(hours=20),
            as_written=written,
        )
        own = session_events(rng, session)
        sessions.append(replace(session, is_engaged=is_engaged(own) or rng.random() < 0.15))
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


def _after(sessions: Sequence[WebSession], browser: str, moment: datetime) -> datetime:
    """The moment, or later, so that a browser's sessions come one after the other."""
    latest = max((s.started_at for s in sessions if s.web_user == browser), default=moment)
    return max(moment, latest + timedelta(hours=1)) if latest >= moment - MINUTES else moment


def is_engaged(events: Sequence[WebEvent]) -> bool:
    """GA4's rule but for the ten seconds: two page views, or an event that matters."""
    views = [event for event in events if event.event_name == "page_view"]
    return len(views) > 1 or any(event.event_name in KEY_EVENTS for event in events)


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
            modified_at=session.modified_at,
        )
        for number, (name, page) in enumerate(steps, start=1)
    ]
