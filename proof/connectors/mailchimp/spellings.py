"""Mailchimp's raw tables: as Fivetran delivers them, or as Airbyte does.

A message is a campaign's recipient. No row tells that it was delivered: every message without a
bounce is. Airbyte has no recipients at all, only what they did, and counts by campaign.
"""

from pathlib import Path
from typing import Literal

from proof.company.records import Company
from proof.connectors.mailchimp.airbyte import airbyte_tables
from proof.connectors.mailchimp.records import (
    FIRST_DAY,
    LIST,
    SENDER,
    activities_of,
    campaigns_of,
    member_row,
    members_of,
    message_parts,
    messages_of,
    moment,
)
from proof.connectors.tables import Tables, raw_table, write_tables

MailchimpSpelling = Literal["fivetran", "airbyte"]

SYNCED, DELETED = "_fivetran_synced", "_fivetran_deleted"


def write_mailchimp(
    company: Company, folder: Path, spelling: MailchimpSpelling = "fivetran"
) -> None:
    """Writes `<folder>/<table>.csv` for each table, and takes away those of the other spelling."""
    write_tables(company, folder, SPELLINGS, spelling)


def mailchimp_tables(company: Company, spelling: MailchimpSpelling = "fivetran") -> Tables:
    """The tables of a spelling with their rows, by name; a table without rows is there too."""
    return SPELLINGS[spelling](company)


def _fivetran_tables(company: Company) -> Tables:
    activities = activities_of(company)
    listed = {"list_id": LIST["id"]}
    member_columns = ("id", "list_id", "email_address", "unique_email_id", "email_type", "status")
    return {
        "campaign": raw_table(
            (
                *("id", "list_id", "title", "subject_line", "type", "status", "create_time"),
                *("send_time", "from_name", "reply_to", "archive_url", DELETED, SYNCED),
            ),
            (
                {
                    "id": texts["key"],
                    **listed,
                    "title": texts["name"],
                    "subject_line": texts["subject"],
                    "type": "regular",
                    "status": "sent" if texts["sent_at"] else "save",
                    "create_time": texts["sent_at"] or moment(FIRST_DAY),
                    "send_time": texts["sent_at"],
                    "from_name": LIST["name"],
                    "reply_to": SENDER,
                    DELETED: "false",
                    SYNCED: moment(campaign.modified_at),
                }
                for campaign, texts in campaigns_of(company)
            ),
        ),
        "campaign_recipient": raw_table(
            ("campaign_id", "member_id", "list_id", "combination_id", SYNCED),
            (
                {
                    "campaign_id": campaign,
                    "member_id": member,
                    **listed,
                    SYNCED: moment(message.modified_at),
                }
                for message in messages_of(company)
                for campaign, member in [message_parts(message)]
            ),
        ),
        "campaign_recipient_activity": raw_table(
            (
                *("action", "campaign_id", "member_id", "list_id", "timestamp", "url"),
                *("bounce_type", "ip", "combination_id", SYNCED),
            ),
            (
                {
                    "action": activity.action,
                    "campaign_id": activity.campaign,
                    "member_id": activity.member,
                    **listed,
                    "timestamp": moment(activity.at),
                    "url": activity.url,
                    "bounce_type": "hard" if activity.action == "bounce" else "",
                    SYNCED: moment(activity.synced_at),
                }
                for activity in activities
                if activity.action != "unsubscribe"
            ),
        ),
        "unsubscribe": raw_table(
            ("campaign_id", "member_id", "list_id", "reason", "timestamp", SYNCED),
            (
                {
                    "campaign_id": activity.campaign,
                    "member_id": activity.member,
                    **listed,
                    "reason": "N/A (Unsubscribed by an admin)" if not index % 9 else "",
                    "timestamp": moment(activity.at),
                    SYNCED: moment(activity.synced_at),
                }
                for index, activity in enumerate(activities)
                if activity.action == "unsubscribe"
            ),
        ),
        "list": raw_table(
            ("id", "name", "date_created", "email_type_option", "visibility", DELETED, SYNCED),
            [
                {
                    **LIST,
                    "date_created": moment(FIRST_DAY),
                    "email_type_option": "false",
                    "visibility": "prv",
                    DELETED: "false",
                    SYNCED: moment(FIRST_DAY),
                }
            ],
        ),
        "member": raw_table(
            (*member_columns, "timestamp_signup", "timestamp_opt", "last_changed", SYNCED),
            (
                {**member_row(member), SYNCED: moment(member.changed_at)}
                for member in members_of(company)
            ),
        ),
    }


SPELLINGS = {"fivetran": _fivetran_tables, "airbyte": airbyte_tables}
