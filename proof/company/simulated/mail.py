"""Simulates e-mail: HubSpot's and Mailchimp's mailings, and what the tabular export tells."""

from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import md5
from random import Random

from proof.company import world
from proof.company.chance import moment, scaled
from proof.company.records import Company, EmailCampaign, EmailEvent, EmailMessage
from proof.company.simulated.hubspot import hubspot_key

MESSAGES = {"hubspot": 1380, "mailchimp": 1150, "tabular": 240}  # at scale 1
CAMPAIGNS = {"hubspot": 12, "mailchimp": 9, "tabular": 4}
CONTENTS = ("Price list", "Sign guide", "Invitation", None)
URLS = (
    "https://nordlys.example/pricing?utm_source=mail",
    "https://nordlys.example/guide",
    "https://nordlys.example/webinar?id=7",
)
MAIL_CAMPAIGN = 71


def with_mail(scale: float, company: Company) -> Company:
    """The company with its mailings, messages and their events."""
    for system in MESSAGES:
        company = _with_mail_of(Random(f"{company.seed} mail {system}"), scale, company, system)
    return company


def member_id(email: str) -> str:
    """Mailchimp's id of an address."""
    return md5(email.strip().lower().encode(), usedforsecurity=False).hexdigest()


def message_key(rng: Random, campaign: str, email: str, number: int) -> str:
    """The key of a message; HubSpot's is that of its SENT event."""
    system = campaign.partition(":")[0]
    if system == "mailchimp":
        return f"{campaign}:{member_id(email)}"
    return event_key(rng, system, number)


def event_key(rng: Random, system: str, number: int) -> str:
    """The key of an event of a message."""
    return f"hubspot:{rng.getrandbits(64):016x}" if system == "hubspot" else f"{system}:M{number}"


def _readers(rng: Random, company: Company, system: str) -> list[str]:
    """The recipients: people and leads, mostly of the own CRM, and addresses that nobody knows."""
    own = ("hubspot",) if system == "hubspot" else ("salesforce", "tabular")
    known = sorted(
        {
            record.email
            for records in (company.people, company.leads)
            for record in records
            if record.system in own and not (record.is_deleted or record.merged_into)
            if record.email and record.email.count("@") == 1 and " " not in record.email
        }
    )
    nobody = [f"reader.{number}@{system}-nobody.example" for number in range(25)]
    return rng.sample(known, k=min(220, len(known))) + nobody


def _with_mail_of(rng: Random, scale: float, company: Company, system: str) -> Company:
    readers = _readers(rng, company, system)
    count = scaled(MESSAGES[system], scale, least=80)
    reps = [rep.key for rep in company.reps if rep.system == system]
    campaigns: list[EmailCampaign] = []
    messages: list[EmailMessage] = []
    events: list[EmailEvent] = []
    for number in range(1, CAMPAIGNS[system] + 1):
        day = world.FIRST_DAY + timedelta(days=70 * number + rng.randrange(30))
        sent_at = moment(rng, day)
        content = CONTENTS[number % 4]
        key = _campaign_key(rng, system, number)
        # Mailchimp knows no content of a mailing; a tabular message names its campaign and content.
        campaigns.append(
            EmailCampaign(
                key=key,
                name=key.partition(":")[2]
                if system == "tabular"
                else f"{content or 'News'} {day:%B %Y}",
                content=content if system == "tabular" else None,
                sent_at=sent_at,
                modified_at=sent_at,
            )
        )
        size = min(count // CAMPAIGNS[system], len(readers))
        for email in rng.sample(readers, k=size):
            is_sales = system == "tabular" and rng.random() < 0.4
            message = EmailMessage(
                key=message_key(rng, key, email, len(messages) + 1),
                sent_at=sent_at
                if system == "mailchimp"
                else sent_at + timedelta(seconds=rng.randrange(900)),
                recipient_email=email,
                campaign=key,
                email_type="sales" if is_sales else "marketing",
                content=content if system == "tabular" else None,
                rep=rng.choice(reps) if is_sales else None,
                modified_at=sent_at,
                as_written=_written_address(rng, email),
            )
            messages.append(message)
            events += message_events(rng, message, len(events))
    return replace(
        company,
        email_campaigns=company.email_campaigns + tuple(campaigns),
        email_messages=company.email_messages + tuple(messages),
        email_events=company.email_events + tuple(events),
    )


def _campaign_key(rng: Random, system: str, number: int) -> str:
    if system == "hubspot":
        return hubspot_key(MAIL_CAMPAIGN, number)
    if system == "mailchimp":
        return f"mailchimp:{rng.getrandbits(40):010x}"
    return f"tabular:Light letter {number}"


def _written_address(rng: Random, email: str) -> dict[str, str]:
    """Now and then the address in capitals, or between blanks."""
    draw = rng.random()
    if draw < 0.04:
        return {"recipient_email": email.upper()}
    return {"recipient_email": f" {email} "} if draw < 0.06 else {}


def message_events(rng: Random, message: EmailMessage, already: int) -> list[EmailEvent]:
    """The fate of a message: most are delivered, a third of them opened."""
    found: list[EmailEvent] = []

    def happen(
        event_type: str, at: datetime, url: str | None = None, machine: bool = False
    ) -> None:
        found.append(
            EmailEvent(
                key=event_key(rng, message.system, 100_000 + already + len(found)),
                message=message.key,
                event_type=event_type,
                occurred_at=at,
                url=url,
                is_machine=machine,
                modified_at=at,
            )
        )

    if rng.random() < 0.04:
        happen("bounce", message.sent_at + timedelta(seconds=30))
        return found
    happen(
        "delivered", message.sent_at + timedelta(seconds=0 if message.system == "mailchimp" else 5)
    )
    knows_machines = message.system != "mailchimp"
    if knows_machines and rng.random() < 0.2:
        happen("open", message.sent_at + timedelta(seconds=20), machine=True)
    if rng.random() < 0.35:
        opened_at = message.sent_at + timedelta(minutes=rng.randrange(5, 5000))
        happen("open", opened_at)
        if rng.random() < 0.25:
            happen("open", opened_at + timedelta(minutes=rng.randrange(5, 500)))
        if rng.random() < 0.3:
            happen("click", opened_at + timedelta(minutes=2), rng.choice(URLS))
        if message.system != "mailchimp" and rng.random() < 0.06:
            happen("reply", opened_at + timedelta(minutes=30))
        if rng.random() < 0.05:
            happen("unsubscribe", opened_at + timedelta(minutes=4))
        elif knows_machines and rng.random() < 0.02:
            happen("spam", opened_at + timedelta(minutes=4))
    return found
