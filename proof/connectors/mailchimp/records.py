"""The content of Mailchimp: campaigns, the members of its list, and what they did."""

from dataclasses import dataclass
from datetime import UTC, datetime

from proof.company.records import Company, EmailCampaign, EmailEvent, EmailMessage
from proof.connectors.hubspot.records import texts_of
from proof.connectors.tables import Texts, native_id, records_of

SYSTEM = "mailchimp"
LIST = {"id": "5f8a01c2d4", "name": "Light letter"}
SENDER = "news@example.com"
FIRST_DAY = datetime(2022, 1, 1, tzinfo=UTC)
STATUS_AFTER = {"unsubscribe": "unsubscribed", "bounce": "cleaned"}


@dataclass(frozen=True)
class Member:
    """A subscriber of the list."""

    id: str
    email: str
    status: str
    since: datetime
    changed_at: datetime


@dataclass(frozen=True)
class Activity:
    """An act of a recipient on a campaign's message, or its bounce."""

    action: str
    campaign: str
    member: str
    at: datetime
    url: str
    synced_at: datetime


def moment(value: datetime) -> str:
    """Mailchimp tells whole seconds, with the zone."""
    return f"{value.astimezone(UTC):%Y-%m-%dT%H:%M:%S}+00:00"


def messages_of(company: Company) -> list[EmailMessage]:
    """The messages that Mailchimp sent."""
    return records_of(company, EmailMessage, SYSTEM)


def message_parts(message: EmailMessage) -> tuple[str, str]:
    """The campaign's and the member's id."""
    campaign, _, member = message.as_written.get("key", message.native_id).partition(":")
    return message.as_written.get("campaign", campaign), member


def activities_of(company: Company) -> list[Activity]:
    """The events of the messages; a delivery leaves no trace."""
    found = []
    for event in records_of(company, EmailEvent, SYSTEM):
        message = event.as_written.get("message", native_id(event.message))
        campaign, _, member = message.partition(":")
        action = event.as_written.get("event_type", event.event_type)
        if action != "delivered":
            url = event.as_written.get("url", event.url or "")
            found.append(
                Activity(action, campaign, member, event.occurred_at, url, event.modified_at)
            )
    return found


def members_of(company: Company) -> list[Member]:
    """Whoever was ever written to; the address as the member once typed it."""
    left = {a.member: a.action for a in activities_of(company) if a.action in STATUS_AFTER}
    last = {a.member: a.at for a in sorted(activities_of(company), key=lambda a: a.at)}
    found: dict[str, Member] = {}
    for message in sorted(messages_of(company), key=lambda m: (m.sent_at, m.key)):
        _, member = message_parts(message)
        if member and member not in found:
            found[member] = Member(
                id=member,
                email=message.as_written.get("recipient_email", message.recipient_email),
                status=STATUS_AFTER.get(left.get(member, ""), "subscribed"),
                since=message.sent_at,
                changed_at=max(message.sent_at, last.get(member, message.sent_at)),
            )
    return list(found.values())


def campaigns_of(company: Company) -> list[tuple[EmailCampaign, Texts]]:
    """The campaigns with their texts; without a subject of its own, one has its name's."""
    return [
        (campaign, texts | {"subject": texts["content"] or texts["name"]})
        for campaign in records_of(company, EmailCampaign, SYSTEM)
        for texts in [texts_of(campaign, moment)]
    ]


def member_row(member: Member) -> Texts:
    """The columns that both connectors have of a member."""
    return {
        "id": member.id,
        "list_id": LIST["id"],
        "email_address": member.email,
        "unique_email_id": member.id[:10],
        "email_type": "html",
        "status": member.status,
        "timestamp_signup": "",
        "timestamp_opt": moment(member.since),
        "last_changed": moment(member.changed_at),
    }
