"""The tabular raw tables: a second business unit's CRM export, by the contract of inputs.md."""

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from proof.company.records import (
    Account,
    Activity,
    Company,
    Deal,
    DealChange,
    EmailEvent,
    EmailMessage,
    Lead,
    LifecycleEvent,
    LineItem,
    Person,
    Product,
    Record,
    Rep,
    Stage,
    Subscription,
    SurveyResponse,
    WebEvent,
    WebSession,
)
from proof.connectors.tables import (
    Table,
    Texts,
    owner_ids,
    record_texts,
    records_of,
    write_table,
)

ZONE = ZoneInfo("Europe/Amsterdam")


def _same(*names: str) -> dict[str, str]:
    return {name: name for name in names}


TABLES = (
    Table(
        "account",
        Account,
        {
            "account_id": "key",
            "account_name": "name",
            "parent_account_id": "parent",
            **_same("industry", "segment"),
            "employee_count": "employees",
            **_same("annual_revenue", "currency", "country", "territory", "market"),
            "owner_rep_id": "owner",
            **_same("domain", "created_at", "is_deleted"),
            "merged_into_account_id": "merged_into",
        },
    ),
    Table(
        "person",
        Person,
        {
            "person_id": "key",
            "account_id": "account",
            "full_name": "name",
            **_same("email", "phone", "job_title", "job_function", "created_at", "is_deleted"),
            "merged_into_person_id": "merged_into",
            "web_user_id": "web_user",
        },
    ),
    Table(
        "lead",
        Lead,
        {
            "lead_id": "key",
            "created_at": "created_at",
            "full_name": "name",
            **_same("email", "phone", "company", "industry"),
            "employee_count": "employees",
            **_same("annual_revenue", "marketing_team_size", "country", "lead_source", "campaign"),
            "owner_rep_id": "owner",
            "sourced_by_rep_id": "sourced_by",
            **_same("status", "mql_at", "sql_at", "converted_at"),
            "converted_account_id": "converted_account",
            "converted_person_id": "converted_person",
            "converted_deal_id": "converted_deal",
            "disqualified_at": "disqualified_at",
            "web_user_id": "web_user",
            "is_deleted": "is_deleted",
        },
    ),
    Table(
        "deal",
        Deal,
        {
            "deal_id": "key",
            "account_id": "account",
            "deal_name": "name",
            **_same("stage", "created_at", "close_date", "expected_close_date"),
            **_same("amount", "currency"),
            "owner_rep_id": "owner",
            "deal_type": "revenue_type",
            **_same("lead_source", "campaign", "competitor", "loss_reason"),
            "primary_person_id": "primary_person",
            "contract_term_months": "contract_term_months",
            "is_deleted": "is_deleted",
            "merged_into_deal_id": "merged_into",
        },
    ),
    Table(
        "deal_line_item",
        LineItem,
        {
            "line_item_id": "key",
            "deal_id": "deal",
            "product_id": "product",
            **_same("quantity", "unit_price", "list_price", "amount"),
        },
    ),
    Table(
        "deal_history",
        DealChange,
        {
            "deal_id": "deal",
            "changed_at": "changed_at",
            "field": "changed_field",
            **_same("old_value", "new_value"),
        },
    ),
    Table(
        "deal_stage",
        Stage,
        {
            "stage": "label",
            "stage_order": "order",
            **_same("probability", "is_closed", "is_won"),
        },
    ),
    Table(
        "product",
        Product,
        {
            "product_id": "key",
            "product_name": "name",
            **_same("product_line", "list_price", "launched_on"),
        },
    ),
    Table(
        "rep",
        Rep,
        {
            "rep_id": "key",
            "rep_name": "name",
            **_same("email", "team"),
            "manager_rep_id": "manager",
            **_same("territory", "hired_on", "left_on", "is_active"),
        },
    ),
    Table(
        "activity",
        Activity,
        {
            "activity_id": "key",
            **_same("activity_type", "occurred_at"),
            "rep_id": "rep",
            "account_id": "account",
            "person_id": "person",
            "lead_id": "lead",
            "deal_id": "deal",
            **_same("direction", "outcome", "is_automated"),
        },
    ),
    Table(
        "email_message",
        EmailMessage,
        {
            "message_id": "key",
            **_same("sent_at", "recipient_email"),
            "email_campaign": "campaign",
            **_same("email_type", "content"),
            "rep_id": "rep",
        },
    ),
    Table(
        "email_event",
        EmailEvent,
        {
            "event_id": "key",
            "message_id": "message",
            **_same("event_type", "occurred_at", "url", "is_machine"),
        },
    ),
    Table(
        "web_session",
        WebSession,
        {
            "session_id": "key",
            "started_at": "started_at",
            "web_user_id": "web_user",
            **_same("channel", "source", "medium"),
            "campaign": "utm_campaign",
            **_same("landing_page", "country", "is_engaged"),
        },
    ),
    Table(
        "web_event",
        WebEvent,
        {
            "event_id": "key",
            "session_id": "session",
            **_same("event_name", "occurred_at"),
            "web_user_id": "web_user",
            "content": "content",
        },
    ),
    Table(
        "lifecycle_event",
        LifecycleEvent,
        {
            "event_id": "key",
            "account_id": "account",
            "person_id": "person",
            **_same("event_type", "occurred_at", "reason"),
        },
    ),
    Table(
        "subscription",
        Subscription,
        {
            "subscription_id": "key",
            "account_id": "account",
            "product_id": "product",
            **_same("started_on", "ended_on", "monthly_amount", "currency"),
        },
    ),
    Table(
        "survey_response",
        SurveyResponse,
        {
            "response_id": "key",
            **_same("responded_at", "survey_type", "score", "scale_min", "scale_max"),
            "account_id": "account",
            "person_id": "person",
            "email": "email",
            "product_id": "product",
            "rep_id": "rep",
        },
    ),
)


def write_tabular(company: Company, folder: Path) -> None:
    """Writes `<folder>/<table>.csv` for each table."""
    for table in TABLES:
        rows = [_texts(record) for record in records_of(company, table.record_type, "tabular")]
        columns = {**table.columns, "updated_at": "updated_at"}
        write_table(folder / f"{table.name}.csv", columns, rows, company.seed)


def _texts(record: Record) -> Texts:
    found = record_texts(record, _moment)
    found["updated_at"] = _moment(record.modified_at)
    if isinstance(record, Rep):
        found["is_active"] = "true" if record.left_on is None else "false"
    if isinstance(record, DealChange) and record.changed_field == "owner":
        found |= owner_ids(record)
    if isinstance(record, WebSession):
        found["utm_campaign"] = record.campaign or ""
    return {**found, **record.as_written}


def _moment(value: datetime) -> str:
    """Local time without zone; now and then with it, always in the hour that comes twice."""
    local = value.astimezone(ZONE)
    other = local.replace(fold=1 - local.fold)
    is_ambiguous = local.utcoffset() != other.utcoffset()
    if value.second % 15 == 7 or is_ambiguous:
        return local.isoformat(sep=" ")
    return f"{local:%Y-%m-%d %H:%M:%S}"
