"""Mailchimp's raw tables as Airbyte's streams: settings and counts as JSON text."""

import json
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime

from proof.company.records import Company
from proof.connectors.mailchimp.records import (
    FIRST_DAY,
    LIST,
    SENDER,
    Activity,
    Member,
    activities_of,
    campaigns_of,
    member_row,
    members_of,
    message_parts,
    messages_of,
    moment,
)
from proof.connectors.tables import RawTable, Tables, Texts, raw_table, uuid_of

META = ("_airbyte_raw_id", "_airbyte_extracted_at", "_airbyte_meta")


def airbyte_tables(company: Company) -> Tables:
    """All streams by name."""
    activities, members = activities_of(company), members_of(company)
    emails = {member.id: member.email for member in members}
    sent = Counter(message_parts(message)[0] for message in messages_of(company))
    counts = Counter((a.campaign, a.action) for a in activities)
    listed = {"list_id": LIST["id"], "list_is_active": "true"}

    def acts(kept: Iterable[Activity], stream: str) -> Iterable[tuple[Activity, Texts]]:
        for index, activity in enumerate(kept):
            yield (
                activity,
                {
                    "campaign_id": activity.campaign,
                    **listed,
                    "email_id": activity.member,
                    "email_address": emails.get(activity.member, ""),
                    "timestamp": moment(activity.at),
                    **_meta(stream, f"{index}", activity.synced_at),
                },
            )

    campaigns = campaigns_of(company)
    return {
        "campaigns": raw_table(
            (
                *("id", "type", "status", "create_time", "send_time", "emails_sent"),
                *("archive_url", "recipients", "settings", *META),
            ),
            (
                {
                    "id": texts["key"],
                    "type": "regular",
                    "status": "sent" if texts["sent_at"] else "save",
                    "create_time": texts["sent_at"] or moment(FIRST_DAY),
                    "send_time": texts["sent_at"],
                    "emails_sent": str(sent[texts["key"]]),
                    "recipients": _json({**listed, "list_name": LIST["name"]}),
                    "settings": _json(
                        {
                            "title": texts["name"],
                            "subject_line": texts["subject"],
                            "from_name": LIST["name"],
                            "reply_to": SENDER,
                        }
                    ),
                    **_meta("campaigns", texts["key"], campaign.modified_at),
                }
                for campaign, texts in campaigns
            ),
        ),
        "reports": raw_table(
            (
                *("id", "campaign_title", "list_id", "subject_line", "emails_sent", "send_time"),
                *("unsubscribed", "abuse_reports", "bounces", "opens", "clicks", *META),
            ),
            (
                {
                    "id": texts["key"],
                    "campaign_title": texts["name"],
                    "list_id": LIST["id"],
                    "subject_line": texts["subject"],
                    "emails_sent": str(sent[texts["key"]]),
                    "send_time": texts["sent_at"],
                    "unsubscribed": str(counts[texts["key"], "unsubscribe"]),
                    "abuse_reports": "0",
                    "bounces": _json({"hard_bounces": counts[texts["key"], "bounce"]}),
                    "opens": _json({"opens_total": counts[texts["key"], "open"]}),
                    "clicks": _json({"clicks_total": counts[texts["key"], "click"]}),
                    **_meta("reports", texts["key"], campaign.modified_at),
                }
                for campaign, texts in campaigns
                if texts["sent_at"]
            ),
        ),
        "lists": raw_table(
            ("id", "name", "date_created", "stats", *META),
            [
                {
                    **LIST,
                    "date_created": moment(FIRST_DAY),
                    "stats": _json({"member_count": len(members)}),
                    **_meta("lists", LIST["id"], FIRST_DAY),
                }
            ],
        ),
        "list_members": _list_members(members),
        "email_activity": raw_table(
            (
                *("campaign_id", "list_id", "list_is_active", "email_id", "email_address"),
                *("action", "type", "timestamp", "url", "ip", *META),
            ),
            (
                {
                    **row,
                    "action": activity.action,
                    "type": "hard" if activity.action == "bounce" else "",
                    "url": activity.url,
                }
                for activity, row in acts(
                    (a for a in activities if a.action != "unsubscribe"), "email_activity"
                )
            ),
        ),
        "unsubscribes": raw_table(
            (
                *("campaign_id", "list_id", "list_is_active", "email_id", "email_address"),
                *("reason", "timestamp", *META),
            ),
            (
                row
                for _, row in acts(
                    (a for a in activities if a.action == "unsubscribe"), "unsubscribes"
                )
            ),
        ),
    }


def _list_members(members: Iterable[Member]) -> RawTable:
    columns = ("id", "list_id", "email_address", "unique_email_id", "email_type", "status")
    return raw_table(
        (*columns, "timestamp_signup", "timestamp_opt", "last_changed", *META),
        (
            {**member_row(member), **_meta("list_members", member.id, member.changed_at)}
            for member in members
        ),
    )


def _json(value: object) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def _meta(stream: str, object_id: str, at: datetime) -> Texts:
    return {
        "_airbyte_raw_id": uuid_of("mailchimp", stream, object_id, str(at)),
        "_airbyte_extracted_at": f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.000Z",
        "_airbyte_meta": '{"changes":[]}',
    }
