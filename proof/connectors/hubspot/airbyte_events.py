"""HubSpot's engagements, e-mails and forms as Airbyte's streams."""

import json
from collections.abc import Iterable
from datetime import datetime

from proof.company.records import Company, EmailCampaign, FormSubmission, Person
from proof.connectors.hubspot.records import SYSTEM, epoch_ms, texts_of
from proof.connectors.hubspot.tables import (
    APP,
    ENGAGEMENT_PROPERTIES,
    ENGAGEMENTS,
    FIRST_DAY,
    PORTAL_ID,
    engagements,
    form_guid,
    iso,
    mail_events,
)
from proof.connectors.tables import Tables, Texts, native_id, raw_table, records_of, uuid_of

META = ("_airbyte_raw_id", "_airbyte_extracted_at", "_airbyte_meta")
TOP = ("id", "createdAt", "updatedAt", "archived")


def meta(stream: str, object_id: str, at: datetime) -> Texts:
    """The columns that Airbyte adds to each row of a stream."""
    return {
        "_airbyte_raw_id": uuid_of("airbyte", stream, object_id, iso(at)),
        "_airbyte_extracted_at": iso(at),
        "_airbyte_meta": '{"changes":[]}',
    }


def as_json(value: object) -> str:
    """Nested values, as a destination without types for them keeps them."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def id_list(ids: Iterable[str]) -> str:
    """Associated ids."""
    return as_json(sorted(ids, key=lambda text: (len(text), text)))


def engagement_streams(company: Company) -> Tables:
    """A stream for each type of engagement."""
    found = engagements(company, iso)
    return {
        f"engagements_{kind}s": raw_table(
            (
                *(*TOP, "companies", "contacts", "deals", "tickets"),
                *(f"properties_{name}" for name in (*ENGAGEMENT_PROPERTIES, *own)),
                *META,
            ),
            (
                {
                    "id": e.id,
                    "createdAt": e.properties["hs_createdate"],
                    "updatedAt": iso(e.modified_at),
                    "archived": e.is_deleted,
                    "companies": id_list(e.companies),
                    "contacts": id_list(e.contacts),
                    "deals": id_list(e.deals),
                    "tickets": "[]",
                    **{f"properties_{name}": value for name, value in e.properties.items()},
                    **meta(f"engagements_{kind}s", e.id, e.modified_at),
                }
                for e in found
                if e.kind == kind
            ),
        )
        for kind, own in ENGAGEMENTS.items()
    }


def mail_streams(company: Company) -> Tables:
    """Mailings, and all events of their e-mails in one stream."""
    return {
        "campaigns": raw_table(
            (
                *("id", "appId", "appName", "contentId", "name", "subject", "type", "subType"),
                *("lastUpdatedTime", *META),
            ),
            (
                {
                    "id": texts["key"],
                    "appId": APP["id"],
                    "appName": APP["name"],
                    "name": texts["name"],
                    "subject": texts["content"] or texts["name"],
                    "type": "BATCH_EMAIL",
                    "lastUpdatedTime": epoch_ms(campaign.modified_at),
                    **meta("campaigns", texts["key"], campaign.modified_at),
                }
                for campaign in records_of(company, EmailCampaign, SYSTEM)
                for texts in [texts_of(campaign, iso)]
            ),
        ),
        "email_events": raw_table(
            (
                *("id", "type", "created", "recipient", "emailCampaignId", "sentBy"),
                *("filteredEvent", "appId", "portalId", "url", "portalSubscriptionStatus"),
                *("category", "response", "subject", "from", *META),
            ),
            (
                {
                    "id": event.id,
                    "type": event.kind,
                    "created": epoch_ms(event.created),
                    "recipient": event.recipient,
                    "emailCampaignId": event.campaign,
                    "sentBy": as_json(
                        {"id": event.sent_by, "created": int(epoch_ms(event.sent_at))}
                    ),
                    "filteredEvent": event.filtered,
                    "appId": APP["id"],
                    "portalId": PORTAL_ID,
                    "url": event.url if event.kind == "CLICK" else "",
                    "portalSubscriptionStatus": "UNSUBSCRIBED"
                    if event.kind == "STATUSCHANGE"
                    else "",
                    "category": "UNKNOWN_USER" if event.kind == "BOUNCE" else "",
                    "subject": event.subject,
                    "from": "news@example.com" if event.kind == "SENT" else "",
                    **meta("email_events", event.id, event.synced_at),
                }
                for event in mail_events(company)
            ),
        ),
    }


def form_streams(company: Company) -> Tables:
    """Forms, and what was sent with them, by address and by contact."""
    submissions = records_of(company, FormSubmission, SYSTEM)
    emails = {person.key: person.email or "" for person in records_of(company, Person, SYSTEM)}
    said = [
        (submission, texts_of(submission, iso), form_guid(submission.form_name))
        for submission in submissions
    ]
    return {
        "forms": raw_table(
            ("id", "name", "formType", "createdAt", "updatedAt", "archived", *META),
            (
                {
                    "id": form_guid(name),
                    "name": name,
                    "formType": "hubspot",
                    "createdAt": iso(FIRST_DAY),
                    "updatedAt": iso(FIRST_DAY),
                    "archived": "false",
                    **meta("forms", name, FIRST_DAY),
                }
                for name in sorted({submission.form_name for submission in submissions})
            ),
        ),
        "form_submissions": raw_table(
            ("formId", "submittedAt", "pageUrl", "values", *META),
            (
                {
                    "formId": guid,
                    "submittedAt": epoch_ms(submission.submitted_at),
                    "pageUrl": texts["page_url"],
                    "values": as_json(
                        [{"name": "email", "value": emails.get(submission.person, "")}]
                    ),
                    **meta("form_submissions", texts["key"], submission.modified_at),
                }
                for submission, texts, guid in said
            ),
        ),
        "contacts_form_submissions": raw_table(
            (
                *("canonical_vid", "conversion_id", "timestamp", "form_id", "title"),
                *("page_url", "portal_id", *META),
            ),
            (
                {
                    "canonical_vid": submission.as_written.get(
                        "person", native_id(submission.person)
                    ),
                    "conversion_id": texts["key"],
                    "timestamp": epoch_ms(submission.submitted_at),
                    "form_id": guid,
                    "title": texts["form_name"],
                    "page_url": texts["page_url"],
                    "portal_id": PORTAL_ID,
                    **meta("contacts_form_submissions", texts["key"], submission.modified_at),
                }
                for submission, texts, guid in said
            ),
        ),
    }
