"""HubSpot's engagements, e-mails and forms in Fivetran's spelling."""

from collections.abc import Mapping
from datetime import datetime

from proof.company.records import Company, EmailCampaign, FormSubmission
from proof.connectors.hubspot.records import SYSTEM, texts_of
from proof.connectors.hubspot.tables import (
    APP,
    ENGAGEMENT_PROPERTIES,
    ENGAGEMENTS,
    FIRST_DAY,
    PORTAL_ID,
    MailEvent,
    engagements,
    form_guid,
    iso,
    mail_events,
)
from proof.connectors.tables import Tables, Texts, native_id, raw_table, records_of

SYNCED, DELETED = "_fivetran_synced", "_fivetran_deleted"
NOT_DELETED = {DELETED: "false"}

# The child table of each type of e-mail event, and its columns.
EVENT_TABLES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "SENT": ("sent", ("subject", "from", "reply_to", "cc", "bcc")),
    "DELIVERED": ("delivered", ("response", "smtp_id")),
    "OPEN": ("open", ("browser", "duration", "ip_address", "location", "user_agent")),
    "CLICK": ("click", ("url", "browser", "ip_address", "location", "referer", "user_agent")),
    "BOUNCE": ("bounce", ("category", "response", "status")),
    "SPAMREPORT": ("spam_report", ("ip_address", "user_agent")),
    "STATUSCHANGE": (
        "status_change",
        ("bounced", "portal_subscription_status", "requested_by", "source", "subscriptions"),
    ),
}


def moment(value: datetime) -> str:
    """On some destinations Fivetran leaves the zone out; it is UTC all the same."""
    text = iso(value)
    return text.removesuffix("Z") if value.second % 5 == 4 else text


def engagement_tables(company: Company) -> Tables:
    """Engagements, what each type adds to them, and what they are associated with."""
    found = engagements(company, moment)
    tables = {
        "engagement": raw_table(
            ("id", "type", "portal_id", DELETED, SYNCED),
            (
                {
                    "id": e.id,
                    "type": e.kind.upper(),
                    "portal_id": PORTAL_ID,
                    DELETED: e.is_deleted,
                    SYNCED: moment(e.modified_at),
                }
                for e in found
            ),
        )
    }
    for kind, own in ENGAGEMENTS.items():
        names = (*ENGAGEMENT_PROPERTIES, *own)
        tables[f"engagement_{kind}"] = raw_table(
            ("engagement_id", "type", *(f"property_{name}" for name in names), DELETED, SYNCED),
            (
                {
                    "engagement_id": e.id,
                    "type": kind.upper(),
                    **{f"property_{name}": value for name, value in e.properties.items()},
                    DELETED: e.is_deleted,
                    SYNCED: moment(e.modified_at),
                }
                for e in found
                if e.kind == kind
            ),
        )
    for other in ("company", "contact", "deal"):
        tables[f"engagement_{other}"] = raw_table(
            ("engagement_id", f"{other}_id", "type_id", "category", SYNCED),
            (
                {
                    "engagement_id": e.id,
                    f"{other}_id": other_id,
                    "category": "HUBSPOT_DEFINED",
                    SYNCED: moment(e.modified_at),
                }
                for e in found
                for other_id in {"company": e.companies, "contact": e.contacts, "deal": e.deals}[
                    other
                ]
            ),
        )
    return tables


def mail_tables(company: Company) -> Tables:
    """Mailings, the events of their e-mails, and what each type of event adds."""
    events = mail_events(company)
    tables = {
        "email_campaign": raw_table(
            (
                *("id", "app_id", "app_name", "content_id", "name", "subject", "type"),
                *("sub_type", "num_included", "num_queued", SYNCED),
            ),
            (
                {
                    "id": texts["key"],
                    "app_id": APP["id"],
                    "app_name": APP["name"],
                    "name": texts["name"],
                    "subject": texts["content"] or texts["name"],
                    "type": "BATCH_EMAIL",
                    SYNCED: texts["modified_at"],
                }
                for texts in (
                    texts_of(c, moment) for c in records_of(company, EmailCampaign, SYSTEM)
                )
            ),
        ),
        "email_event": raw_table(
            (
                *("id", "app_id", "caused_by_created", "caused_by_id", "created"),
                *("email_campaign_id", "filtered_event", "obsoleted_by_created"),
                *("obsoleted_by_id", "portal_id", "recipient", "sent_by_created", "sent_by_id"),
                *("type", SYNCED),
            ),
            (
                {
                    "id": event.id,
                    "app_id": APP["id"],
                    "created": moment(event.created),
                    "email_campaign_id": event.campaign,
                    "filtered_event": event.filtered,
                    "portal_id": PORTAL_ID,
                    "recipient": event.recipient,
                    "sent_by_created": moment(event.sent_at),
                    "sent_by_id": event.sent_by,
                    "type": event.kind,
                    SYNCED: moment(event.synced_at),
                }
                for event in events
            ),
        ),
    }
    for kind, (name, columns) in EVENT_TABLES.items():
        tables[f"email_event_{name}"] = raw_table(
            ("id", *columns, SYNCED), (_event_row(e) for e in events if e.kind == kind)
        )
    return tables


def _event_row(event: MailEvent) -> Texts:
    row = {"id": event.id, SYNCED: moment(event.synced_at)}
    if event.kind == "SENT":
        row |= {"subject": event.subject, "from": "news@example.com"}
    elif event.kind == "CLICK":
        row["url"] = event.url
    elif event.kind == "BOUNCE":
        row |= {"category": "UNKNOWN_USER", "status": "5.1.1"}
    elif event.kind == "STATUSCHANGE":
        row |= {"portal_subscription_status": "UNSUBSCRIBED", "source": "SOURCE_RECIPIENT"}
    return row


def form_tables(company: Company) -> Tables:
    """Forms, and what contacts sent with them."""
    submissions = records_of(company, FormSubmission, SYSTEM)
    names = sorted({submission.form_name for submission in submissions})
    return {
        "form": raw_table(
            ("guid", "name", "form_type", "portal_id", "created_at", "updated_at", DELETED, SYNCED),
            (
                {
                    "guid": form_guid(name),
                    "name": name,
                    "form_type": "HUBSPOT",
                    "portal_id": PORTAL_ID,
                    "created_at": moment(FIRST_DAY),
                    "updated_at": moment(FIRST_DAY),
                    **NOT_DELETED,
                    SYNCED: moment(FIRST_DAY),
                }
                for name in names
            ),
        ),
        "contact_form_submission": raw_table(
            (
                *("contact_id", "form_id", "conversion_id", "timestamp", "title", "page_url"),
                *("page_id", "portal_id", SYNCED),
            ),
            (
                {
                    "contact_id": submission.as_written.get("person", native_id(submission.person)),
                    "form_id": form_guid(submission.form_name),
                    "conversion_id": texts["key"],
                    "timestamp": texts["submitted_at"],
                    "title": texts["form_name"],
                    "page_url": texts["page_url"],
                    "portal_id": PORTAL_ID,
                    SYNCED: texts["modified_at"],
                }
                for submission in submissions
                for texts in [texts_of(submission, moment)]
            ),
        ),
    }
