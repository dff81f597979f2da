"""Activities and marketing e-mails as HubSpot keeps them, alike in all spellings."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from proof.company.records import Activity, Company, EmailEvent, EmailMessage, Rep
from proof.connectors.hubspot.records import SYSTEM, Moment, texts_of
from proof.connectors.tables import Texts, native_id, records_of, uuid_of

PORTAL_ID = "8420731"
APP = {"id": "113", "name": "Batch"}
FIRST_DAY = datetime(2022, 1, 1, tzinfo=UTC)

# Ids that every portal has for the outcomes of a call.
DISPOSITIONS = {
    "connected": "f240bbac-87c9-4f6e-bf70-924b57d47db7",
    "no_answer": "73a0d17f-1163-4015-bdd5-ec830791da20",
    "busy": "9d9162e7-6cf3-4944-bf63-4dff82258764",
    "left_message": "a4c4c377-d246-4b32-a13b-75a56a4cd0ff",
    "left_voicemail": "b2cf5968-551e-4856-9783-52b3da59a7d0",
    "wrong_number": "17b47fee-58de-441e-a44c-c6300d46f273",
}
MEETING_OUTCOMES = {
    "held": "COMPLETED",
    "cancelled": "CANCELED",
    "no_show": "NO_SHOW",
    "scheduled": "SCHEDULED",
    "rescheduled": "RESCHEDULED",
}
CALL_DIRECTIONS = {"outbound": "OUTBOUND", "inbound": "INBOUND"}
EMAIL_DIRECTIONS = {"outbound": "EMAIL", "inbound": "INCOMING_EMAIL"}
EMAIL_EVENT_TYPES = {
    "delivered": "DELIVERED",
    "open": "OPEN",
    "click": "CLICK",
    "reply": "REPLY",
    "bounce": "BOUNCE",
    "unsubscribe": "STATUSCHANGE",
    "spam": "SPAMREPORT",
}
ENGAGEMENT_PROPERTIES = (
    "hs_createdate",
    "hs_timestamp",
    "hubspot_owner_id",
    "hubspot_team_id",
    "hs_lastmodifieddate",
    "hs_object_source",
)
# The properties that only engagements of a type have.
ENGAGEMENTS: Mapping[str, tuple[str, ...]] = {
    "call": ("hs_call_direction", "hs_call_disposition", "hs_call_status"),
    "email": ("hs_email_direction", "hs_email_status"),
    "meeting": ("hs_meeting_outcome", "hs_meeting_start_time"),
    "note": (),
    "task": ("hs_task_status", "hs_task_type"),
}


@dataclass(frozen=True)
class Engagement:
    """An activity as HubSpot keeps it, with the ids of what it is associated with."""

    id: str
    kind: str
    properties: Texts
    modified_at: datetime
    is_deleted: str
    companies: tuple[str, ...]
    contacts: tuple[str, ...]
    deals: tuple[str, ...]


@dataclass(frozen=True)
class MailEvent:
    """An event of a marketing e-mail, the sending included."""

    id: str
    kind: str
    created: datetime
    recipient: str
    campaign: str
    sent_by: str
    sent_at: datetime
    filtered: str
    url: str
    subject: str
    synced_at: datetime


def iso(value: datetime) -> str:
    """UTC with milliseconds, as HubSpot's own interface writes it."""
    value = value.astimezone(UTC)
    return f"{value:%Y-%m-%dT%H:%M:%S}.{value.microsecond // 1000:03d}Z"


def name_parts(name: str) -> tuple[str, str]:
    """First and last name."""
    first, _, last = name.partition(" ")
    return first, last


def team_ids(company: Company) -> dict[str, str]:
    """The id of each team."""
    teams = sorted({rep.team for rep in records_of(company, Rep, SYSTEM) if rep.team})
    return {team: str(5100 + number) for number, team in enumerate(teams, start=1)}


def user_id(owner: str) -> str:
    """The id of the user behind an owner, which is another one."""
    return f"4{owner}"


def form_guid(name: str) -> str:
    """The id of a form."""
    return uuid_of("form", name)


# --- activities -----------------------------------------------------------------------------------


def engagements(company: Company, moment: Moment) -> list[Engagement]:
    """The activities as engagements; a type that HubSpot does not know is a note."""
    teams = team_ids(company)
    team_of = {rep.key: teams.get(rep.team or "", "") for rep in records_of(company, Rep, SYSTEM)}
    found = []
    for activity in records_of(company, Activity, SYSTEM):
        texts = texts_of(activity, moment)
        kind = texts["activity_type"] if texts["activity_type"] in ENGAGEMENTS else "note"
        automated = texts["is_automated"] == "true"
        properties = {
            "hs_createdate": texts["occurred_at"],
            "hs_timestamp": texts["occurred_at"],
            "hubspot_owner_id": activity.as_written.get("rep", native_id(activity.rep)),
            "hubspot_team_id": team_of.get(activity.rep or "", ""),
            "hs_lastmodifieddate": texts["modified_at"],
            "hs_object_source": "AUTOMATION_PLATFORM" if automated else "CRM_UI",
            **_of_its_kind(kind, activity, texts),
        }
        people = [activity.person, activity.lead, *activity.more_people]
        deals = [activity.deal, *activity.more_deals]
        found.append(
            Engagement(
                id=texts["key"],
                kind=kind,
                properties=properties,
                modified_at=activity.modified_at,
                is_deleted=texts["is_deleted"],
                companies=_native_ids([activity.account]),
                contacts=_native_ids(people),
                deals=_native_ids(deals),
            )
        )
    return found


def _of_its_kind(kind: str, activity: Activity, texts: Texts) -> Texts:
    direction, outcome = activity.direction or "", activity.outcome or ""
    written = activity.as_written
    if kind == "call":
        return {
            "hs_call_direction": written.get("direction", CALL_DIRECTIONS.get(direction, "")),
            "hs_call_disposition": written.get("outcome", DISPOSITIONS.get(outcome, outcome)),
            "hs_call_status": "NO_ANSWER" if outcome == "no_answer" else "COMPLETED",
        }
    if kind == "email":
        return {
            "hs_email_direction": written.get("direction", EMAIL_DIRECTIONS.get(direction, "")),
            "hs_email_status": "SENT",
        }
    if kind == "meeting":
        return {
            "hs_meeting_outcome": written.get("outcome", MEETING_OUTCOMES.get(outcome, outcome)),
            "hs_meeting_start_time": texts["occurred_at"],
        }
    if kind == "task":
        return {
            "hs_task_status": written.get("outcome", "COMPLETED"),
            "hs_task_type": "TODO",
        }
    return {}


def _native_ids(keys: Iterable[str | None]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(native_id(key) for key in keys if key))


# --- marketing e-mail -----------------------------------------------------------------------------


def mail_events(company: Company) -> list[MailEvent]:
    """The sendings, and what came of them."""
    messages = records_of(company, EmailMessage, SYSTEM)
    by_key = {message.key: message for message in messages}
    found = [
        MailEvent(
            id=message.as_written.get("key", message.native_id),
            kind="SENT",
            created=message.sent_at,
            recipient=_recipient(message),
            campaign=message.as_written.get("campaign", native_id(message.campaign)),
            sent_by=message.native_id,
            sent_at=message.sent_at,
            filtered="false",
            url="",
            subject=message.content or "",
            synced_at=message.modified_at,
        )
        for message in messages
    ]
    for event in records_of(company, EmailEvent, SYSTEM):
        sending = by_key.get(event.message)
        written = event.as_written
        found.append(
            MailEvent(
                id=written.get("key", event.native_id),
                kind=written.get(
                    "event_type", EMAIL_EVENT_TYPES.get(event.event_type, event.event_type.upper())
                ),
                created=event.occurred_at,
                recipient=_recipient(sending) if sending else "",
                campaign=native_id(sending.campaign) if sending else "",
                sent_by=written.get("message", native_id(event.message)),
                sent_at=sending.sent_at if sending else event.occurred_at,
                filtered=written.get("is_machine", "true" if event.is_machine else "false"),
                url=written.get("url", event.url or ""),
                subject="",
                synced_at=event.modified_at,
            )
        )
    return found


def _recipient(message: EmailMessage) -> str:
    return message.as_written.get("recipient_email", message.recipient_email)
