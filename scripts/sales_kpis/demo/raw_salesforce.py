"""Salesforce's raw tables: in Fivetran's spelling, or in the vendor's own.

Fivetran: `opportunity.csv`, `stage_name`, `main_competitor_c`, `_fivetran_synced`. Vendor:
`Opportunity.csv`, `StageName`, `Main_Competitor__c`, `SystemModstamp`. Both hold the same.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from sales_kpis.demo.company import (
    Account,
    Company,
    Deal,
    DealChange,
    Lead,
    LineItem,
    Person,
    Product,
    Record,
    Rep,
    Stage,
)
from sales_kpis.demo.raw_tables import Table, Texts, record_texts, records_of, write_table

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
            "Country": "country",
            "LeadSource": "lead_source",
            "Status": "status",
            "OwnerId": "owner",
            "Sourced_By__c": "sourced_by",
            "CreatedDate": "created_at",
            "Mql_Date__c": "mql_at",
            "Sql_Date__c": "sql_at",
            "IsConverted": "is_converted",
            "ConvertedDate": "converted_at",
            "ConvertedAccountId": "converted_account",
            "ConvertedContactId": "converted_person",
            "ConvertedOpportunityId": "converted_deal",
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
            "IsActive": "is_active",
        },
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
            for record in records_of(company, table.record_type, "salesforce")
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
    if isinstance(record, Rep):
        found["role"] = role_ids(company).get(record.team or "", "")
        found["is_active"] = "true" if record.left_on is None else "false"
        found["is_deleted_by_fivetran"] = "false"
    if isinstance(record, Stage):
        found["is_active"] = "true"
    if isinstance(record, Product):
        found |= {"is_active": "true", "is_deleted": "false"}
    return {**found, **record.as_written}


def role_ids(company: Company) -> dict[str, str]:
    """The id of each user role; a role is a team."""
    teams = sorted({rep.team for rep in company.reps if rep.system == "salesforce" and rep.team})
    return {team: f"00E{number:012d}AAA" for number, team in enumerate(teams, start=1)}
