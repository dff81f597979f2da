"""Salesforce's raw tables: in Fivetran's spelling, or in the vendor's own.

Fivetran: `opportunity.csv`, `stage_name`, `main_competitor_c`, `_fivetran_synced`. Vendor:
`Opportunity.csv`, `StageName`, `Main_Competitor__c`, `SystemModstamp`. Both hold the same.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Literal

from proof.company.chance import ZONE
from proof.company.records import (
    Account,
    Activity,
    Campaign,
    CampaignMember,
    Company,
    Deal,
    DealChange,
    DealPerson,
    Lead,
    LineItem,
    Person,
    Product,
    Record,
    Rep,
    Stage,
)
from proof.connectors.tables import (
    Table,
    Texts,
    native_id,
    owner_ids,
    record_texts,
    records_of,
    write_table,
)

SalesforceSpelling = Literal["fivetran", "vendor"]

# Columns by API name; Fivetran's names are made of them.
TABLES = (
    Table(
        "Account",
        Account,
        {
            "Id": "key",
            "Name": "name",
            "Website": "domain",
            "Industry": "industry",
            "BillingCountry": "country",
            "Territory__c": "territory",
            "Segment__c": "segment",
            "NumberOfEmployees": "employees",
            "AnnualRevenue": "annual_revenue",
            "CurrencyIsoCode": "currency",
            "ParentId": "parent",
            "OwnerId": "owner",
            "CreatedDate": "created_at",
            "IsDeleted": "is_deleted",
            "MasterRecordId": "merged_into",
        },
    ),
    Table(
        "Contact",
        Person,
        {
            "Id": "key",
            "AccountId": "account",
            "FirstName": "first_name",
            "LastName": "last_name",
            "Name": "name",
            "Email": "email",
            "Phone": "phone",
            "MobilePhone": "mobile_phone",
            "Title": "job_title",
            "Department": "job_function",
            "Web_User_Id__c": "web_user",
            "CreatedDate": "created_at",
            "IsDeleted": "is_deleted",
            "MasterRecordId": "merged_into",
        },
    ),
    Table(
        "Lead",
        Lead,
        {
            "Id": "key",
            "FirstName": "first_name",
            "LastName": "last_name",
            "Name": "name",
            "Email": "email",
            "Phone": "phone",
            "MobilePhone": "mobile_phone",
            "Company": "company",
            "Industry": "industry",
            "NumberOfEmployees": "employees",
            "AnnualRevenue": "annual_revenue",
            "Marketing_Team_Size__c": "marketing_team_size",
            "Country": "country",
            "LeadSource": "lead_source",
            "Status": "status",
            "OwnerId": "owner",
            "Sourced_By__c": "sourced_by",
            "CreatedDate": "created_at",
            "Mql_Date__c": "mql_at",
            "Sql_Date__c": "sql_at",
            "Disqualified_Date__c": "disqualified_at",
            "IsConverted": "is_converted",
            "ConvertedDate": "converted_at",
            "ConvertedAccountId": "converted_account",
            "ConvertedContactId": "converted_person",
            "ConvertedOpportunityId": "converted_deal",
            "Web_User_Id__c": "web_user",
            "IsDeleted": "is_deleted",
            "MasterRecordId": "merged_into",
        },
    ),
    Table(
        "Opportunity",
        Deal,
        {
            "Id": "key",
            "AccountId": "account",
            "Name": "name",
            "StageName": "stage",
            "Probability": "probability",
            "Amount": "amount",
            "CurrencyIsoCode": "currency",
            "CreatedDate": "created_at",
            "CloseDate": "close_date",
            "IsWon": "is_won",
            "IsClosed": "is_closed",
            "OwnerId": "owner",
            "Type": "revenue_type",
            "LeadSource": "lead_source",
            "CampaignId": "campaign",
            "ContactId": "primary_person",
            "Main_Competitor__c": "competitor",
            "Loss_Reason__c": "loss_reason",
            "Contract_Term_Months__c": "contract_term_months",
            "IsDeleted": "is_deleted",
        },
    ),
    Table(
        "OpportunityLineItem",
        LineItem,
        {
            "Id": "key",
            "OpportunityId": "deal",
            "Product2Id": "product",
            "Quantity": "quantity",
            "UnitPrice": "unit_price",
            "ListPrice": "list_price",
            "TotalPrice": "amount",
            "IsDeleted": "is_deleted",
        },
    ),
    Table(
        "OpportunityFieldHistory",
        DealChange,
        {
            "Id": "key",
            "OpportunityId": "deal",
            "CreatedDate": "changed_at",
            "Field": "changed_field",
            "OldValue": "old_value",
            "NewValue": "new_value",
        },
        id_prefix="017",
    ),
    Table(
        "OpportunityStage",
        Stage,
        {
            "Id": "key",
            "MasterLabel": "label",
            "ApiName": "label",
            "SortOrder": "order",
            "DefaultProbability": "probability",
            "IsActive": "is_active",
            "IsClosed": "is_closed",
            "IsWon": "is_won",
        },
    ),
    Table(
        "Product2",
        Product,
        {
            "Id": "key",
            "Name": "name",
            "Family": "product_line",
            "List_Price__c": "list_price",
            "Launch_Date__c": "launched_on",
            "IsActive": "is_active",
            "IsDeleted": "is_deleted",
        },
    ),
    Table(
        "User",
        Rep,
        {
            "Id": "key",
            "Name": "name",
            "Email": "email",
            "UserRoleId": "role",
            "ManagerId": "manager",
            "Hire_Date__c": "hired_on",
            "Left_Date__c": "left_on",
            "IsActive": "is_active",
        },
    ),
    Table(
        "OpportunityContactRole",
        DealPerson,
        {
            "Id": "key",
            "OpportunityId": "deal",
            "ContactId": "person",
            "Role": "role",
            "IsPrimary": "is_primary",
            "IsDeleted": "is_deleted",
        },
    ),
    Table(
        "Campaign",
        Campaign,
        {"Id": "key", "Name": "name", "Type": "campaign_type", "IsDeleted": "is_deleted"},
    ),
    Table(
        "CampaignMember",
        CampaignMember,
        {
            "Id": "key",
            "CampaignId": "campaign",
            "LeadId": "lead",
            "ContactId": "person",
            "Status": "status",
            "HasResponded": "is_responded",
            "CreatedDate": "joined_at",
            "IsDeleted": "is_deleted",
        },
    ),
    Table(
        "Task",
        Activity,
        {
            "Id": "key",
            "OwnerId": "rep",
            "WhoId": "who",
            "WhatId": "what",
            "AccountId": "account",
            "Subject": "subject",
            "TaskSubtype": "subtype",
            "CallType": "call_type",
            "CallDisposition": "disposition",
            "Status": "status",
            "ActivityDate": "day",
            "CompletedDateTime": "occurred_at",
            "CreatedDate": "occurred_at",
            "IsDeleted": "is_deleted",
        },
        id_prefix="00T",
    ),
    Table(
        "Event",
        Activity,
        {
            "Id": "key",
            "OwnerId": "rep",
            "WhoId": "who",
            "WhatId": "what",
            "AccountId": "account",
            "Subject": "subject",
            "EventSubtype": "subtype",
            "Meeting_Status__c": "outcome",
            "StartDateTime": "occurred_at",
            "EndDateTime": "ended_at",
            "CreatedDate": "planned_at",
            "IsDeleted": "is_deleted",
        },
        id_prefix="00U",
    ),
)
FIELD_NAMES = {
    "stage": "StageName",
    "amount": "Amount",
    "close_date": "CloseDate",
    "owner": "Owner",
}
# Fivetran marks these as deleted itself, because the API does not.
FIVETRAN_DELETED_TABLES = frozenset({"User", "UserRole"})


def write_salesforce(company: Company, folder: Path, spelling: SalesforceSpelling) -> None:
    """Writes `<folder>/<table>.csv` for each table."""
    for table in TABLES:
        rows = [
            _texts(record, company, spelling)
            for record in records_of(company, table.record_type, "salesforce", table.id_prefix)
        ]
        _write(company, folder, spelling, table.name, table.columns, rows)
    roles = [
        {
            "key": role_id,
            "name": team,
            "synced_at": "2023-01-01T00:00:00.000Z",
            "is_deleted_by_fivetran": "false",
        }
        for team, role_id in role_ids(company).items()
    ]
    _write(company, folder, spelling, "UserRole", {"Id": "key", "Name": "name"}, roles)
    for name, (columns, rows) in other_tables(company).items():
        _write(company, folder, spelling, name, columns, rows)


def _write(
    company: Company,
    folder: Path,
    spelling: SalesforceSpelling,
    name: str,
    columns: Mapping[str, str],
    rows: Sequence[Texts],
) -> None:
    """Writes one table in one spelling, and takes away the same table in the other."""
    in_vendors, in_fivetrans = folder / f"{name}.csv", folder / f"{snake_case(name)}.csv"
    for path in (in_vendors, in_fivetrans):
        path.unlink(missing_ok=True)
    if spelling == "vendor":
        named = {**columns, "SystemModstamp": "synced_at"}
        write_table(in_vendors, named, rows, company.seed)
    else:
        named = {snake_case(column): field for column, field in columns.items()}
        named["_fivetran_synced"] = "synced_at"
        if name in FIVETRAN_DELETED_TABLES:
            named["_fivetran_deleted"] = "is_deleted_by_fivetran"
        write_table(in_fivetrans, named, rows, company.seed)


def snake_case(api_name: str) -> str:
    """Fivetran's name: `Product2Id` is `product_2_id`, `Segment__c` is `segment_c`."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z0-9])|(?<=[0-9])(?=[A-Z])", "_", api_name)
    return re.sub(r"_+", "_", spaced).lower()


def _texts(record: Record, company: Company, spelling: SalesforceSpelling) -> Texts:
    def moment(value: datetime) -> str:
        text = f"{value.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.000"
        # Fivetran leaves the zone out on some destinations; it is UTC all the same.
        return text if spelling == "fivetran" and value.second % 5 == 4 else f"{text}Z"

    found = record_texts(record, moment)
    found["synced_at"] = moment(record.modified_at)
    if isinstance(record, Lead | Person):
        first, _, last = (record.name or "").partition(" ")
        found |= {"first_name": first, "last_name": last}
    if isinstance(record, Lead):
        found["is_converted"] = "true" if record.converted_at else "false"
    if isinstance(record, Deal):
        stages = {stage.label: stage for stage in company.stages if stage.system == "salesforce"}
        found["probability"] = str(stages[record.stage].probability)
        if not record.is_closed and record.expected_close_date:
            found["close_date"] = record.expected_close_date.isoformat()
    if isinstance(record, DealChange):
        found["changed_field"] = FIELD_NAMES[record.changed_field]
        if record.changed_field == "owner":
            found |= owner_ids(record)
    if isinstance(record, Activity):
        found |= _activity_texts(record, moment)
    if isinstance(record, DealPerson):
        found["is_deleted"] = "false"
    if isinstance(record, Rep):
        found["role"] = role_ids(company).get(record.team or "", "")
        found["is_active"] = "true" if record.left_on is None else "false"
        found["is_deleted_by_fivetran"] = "false"
    if isinstance(record, Stage):
        found["is_active"] = "true"
    if isinstance(record, Product):
        found |= {"is_active": "true", "is_deleted": "false"}
    return {**found, **record.as_written}


def _activity_texts(record: Activity, moment: Callable[[datetime], str]) -> Texts:
    """An activity is about one person (a contact or lead) and one thing (a deal or account)."""
    return {
        "who": native_id(record.person or record.lead),
        "what": native_id(record.deal or record.account),
        "subject": f"{'Canceled: ' if record.outcome == 'cancelled' else ''}{record.activity_type}",
        "subtype": "Event" if record.activity_type == "meeting" else record.activity_type.title(),
        "call_type": (record.direction or "").title() if record.activity_type == "call" else "",
        "disposition": {"connected": "Connected", "no_answer": "No Answer"}.get(
            record.outcome or "", ""
        ),
        "status": "Completed",
        "day": record.occurred_at.astimezone(ZONE).date().isoformat(),
        "ended_at": moment(record.occurred_at + timedelta(minutes=45)),
        "planned_at": moment(record.occurred_at - timedelta(days=3)),
    }


RawRows = tuple[Mapping[str, str], list[Texts]]


def other_tables(company: Company) -> dict[str, RawRows]:
    """The tables whose rows are no records: columns and rows by name."""
    synced = {"synced_at": "2025-10-31T04:00:00.000Z"}
    rates = list(company.crm_exchange_rates)
    newest = {rate.currency: rate for rate in sorted(rates, key=lambda rate: rate.valid_from)}
    currencies: list[Texts] = [
        {
            "key": f"01L{number:012d}AAA",
            "code": code,
            "rate": f"{1 / newest[code].rate:f}" if code in newest else "1",
            "is_corporate": "false" if code in newest else "true",
            "is_active": "true",
            **synced,
        }
        for number, code in enumerate(("EUR", *newest), start=1)
    ]
    dated: list[Texts] = []
    for number, rate in enumerate(rates, start=1):
        later = [r.valid_from for r in rates if r.currency == rate.currency]
        following = [day for day in later if day > rate.valid_from]
        dated.append(
            {
                "key": f"04w{number:012d}AAA",
                "code": rate.currency,
                "start": rate.valid_from.isoformat(),
                "next": min(following, default=date(9999, 12, 31)).isoformat(),
                "rate": f"{1 / rate.rate:f}",
                **synced,
            }
        )
    return {
        "CurrencyType": (
            {
                "Id": "key",
                "IsoCode": "code",
                "ConversionRate": "rate",
                "IsCorporate": "is_corporate",
                "IsActive": "is_active",
            },
            currencies,
        ),
        "DatedConversionRate": (
            {
                "Id": "key",
                "IsoCode": "code",
                "StartDate": "start",
                "NextStartDate": "next",
                "ConversionRate": "rate",
            },
            dated,
        ),
        "OpportunityHistory": (
            {
                "Id": "key",
                "OpportunityId": "deal",
                "StageName": "stage",
                "Amount": "amount",
                "CloseDate": "close_date",
                "CreatedDate": "changed_at",
                "IsDeleted": "is_deleted",
            },
            _snapshots(company),
        ),
    }


def _snapshots(company: Company) -> list[Texts]:
    """A deal's stage, amount and close date at its creation and after each change."""
    changes_of: dict[str, list[DealChange]] = defaultdict(list)
    for change in records_of(company, DealChange, "salesforce", "008"):
        changes_of[change.deal].append(change)
    found: list[Texts] = []
    for deal in company.deals:
        changes = sorted(changes_of[deal.key], key=lambda change: (change.changed_at, change.key))
        if not changes or deal.created_at is None:
            continue
        day = deal.close_date or deal.expected_close_date
        state = {
            "stage": deal.stage,
            "amount": "" if deal.amount is None else f"{deal.amount:f}",
            "close_date": "" if day is None else day.isoformat(),
        }
        for change in reversed(changes):
            state[change.changed_field] = change.old_value or ""
        moments = [(deal.created_at, "0"), *((c.changed_at, c.new_value or "") for c in changes)]
        for number, (moment, value) in enumerate(moments):
            if number:
                state[changes[number - 1].changed_field] = value
            found.append(
                {
                    **state,
                    "key": f"008{900_000 + len(found):012d}AAA",
                    "deal": deal.native_id,
                    "changed_at": f"{moment:%Y-%m-%dT%H:%M:%S}.000Z",
                    "is_deleted": "false",
                    "synced_at": f"{deal.modified_at:%Y-%m-%dT%H:%M:%S}.000Z",
                }
            )
    return found


def role_ids(company: Company) -> dict[str, str]:
    """The id of each user role; a role is a team."""
    teams = sorted({rep.team for rep in company.reps if rep.system == "salesforce" and rep.team})
    return {team: f"00E{number:012d}AAA" for number, team in enumerate(teams, start=1)}
