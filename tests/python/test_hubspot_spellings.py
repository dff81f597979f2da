"""One little company in HubSpot is the same, whichever connector delivers it."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from builds import Build, run_dbt
from lanes import spellings

Rows = Sequence[Mapping[str, Any]]
Tables = Mapping[str, Rows]

COMPANIES: Rows = [
    {"id": "9", "name": "Acme", "domain": "https://www.acme.example/", "country": "Norway"},
    {"id": "10", "name": "Beta", "numberofemployees": "12", "hs_merged_object_ids": "7;8"},
]
CONTACTS: Rows = [
    {
        "id": "101",
        "email": "ann@acme.example",
        "firstname": "Ann",
        "lastname": "Lee",
        "lifecyclestage": "opportunity",
        "associatedcompanyid": "9",
        "hs_analytics_source": "ORGANIC_SEARCH",
        "createdate": "2025-01-10T09:00:00.000Z",
        "hs_lifecyclestage_marketingqualifiedlead_date": "2025-01-12T09:00:00.000Z",
    },
    {
        "id": "102",
        "email": "bo@beta.example",
        "lifecyclestage": "subscriber",
        "createdate": "2025-01-11T09:00:00.000Z",
        "hs_merged_object_ids": "99",
    },
    {
        "id": "103",
        "email": "cy@beta.example",
        "createdate": "2025-01-12T09:00:00.000Z",
        "hubspot_owner_id": "73",
    },
]
DEALS: Rows = [
    {
        "id": "1001",
        "dealname": "First",
        "dealstage": "s3",
        "pipeline": "p1",
        "amount": "1200.50",
        # A quarter past midnight in Amsterdam.
        "closedate": "2025-03-31T22:15:00.000Z",
        "createdate": "2025-01-20T09:00:00.000Z",
        "hubspot_owner_id": "71",
        "dealtype": "newbusiness",
    },
    {
        "id": "1002",
        "dealname": "Second",
        "dealstage": "s4",
        "pipeline": "p1",
        "amount": "300",
        "closedate": "2025-05-01T10:00:00.000Z",
        "createdate": "2025-01-05T09:00:00.000Z",
        "hubspot_owner_id": "72",
        "hs_analytics_source": "OFFLINE",
    },
    {
        "id": "1003",
        "dealname": "Third",
        "dealstage": "s1",
        "pipeline": "p1",
        "createdate": "2025-02-05T09:00:00.000Z",
        "hubspot_owner_id": "73",
    },
]
GONE_DEAL: Mapping[str, Any] = {
    "id": "1004",
    "dealname": "Gone",
    "dealstage": "s1",
    "pipeline": "p1",
    "createdate": "2025-02-06T09:00:00.000Z",
}
# The names of the stages mislead on purpose.
STAGES: Rows = [
    {"id": "s1", "label": "Talking", "order": 0, "closed": "false", "probability": "0.2"},
    {"id": "s3", "label": "Closed lost", "order": 1, "closed": "true", "probability": "1.0"},
    {"id": "s4", "label": "Closed won", "order": 2, "closed": "true", "probability": "0.0"},
]
DEAL_COMPANIES = {"1001": ["10", "9"], "1002": ["10"], "1003": [], "1004": ["9"]}
DEAL_CONTACTS = {"1001": ["102", "101"], "1002": ["101"], "1003": ["103"], "1004": []}
OWNERS: Rows = [
    {"id": "71", "first": "Dee", "last": "Cruz", "type": "PERSON", "user": "41"},
    {"id": "72", "first": "Eve", "last": "Ek", "type": "PERSON", "user": "42"},
    {"id": "73", "first": "Desk", "last": "", "type": "QUEUE", "user": ""},
]
# Milliseconds since 1970 of 2025-03-31 22:15 UTC.
CLOSE_MILLISECONDS = "1743459300000"


def write_csv(folder: Path, tables: Tables) -> None:
    """Each table as a CSV file with the columns of all its rows."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in tables.items():
        columns = list(dict.fromkeys(column for row in rows for column in row))
        with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, columns)
            writer.writeheader()
            writer.writerows(rows)


def prefixed(row: Mapping[str, Any], prefix: str, plain: Sequence[str] = ("id",)) -> dict[str, Any]:
    """The row with a prefix before the names of its properties."""
    return {name if name in plain else prefix + name: value for name, value in row.items()}


def renamed(row: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    return {names.get(name, name): value for name, value in row.items()}


def fivetran() -> Tables:
    deal_names = {
        "id": "deal_id",
        "dealstage": "deal_pipeline_stage_id",
        "pipeline": "deal_pipeline_id",
        "hubspot_owner_id": "owner_id",
    }
    synced = {"_fivetran_synced": "2025-06-01 00:00:00", "_fivetran_deleted": "false"}
    deals = [
        {**prefixed(renamed(deal, deal_names), "property_", list(deal_names.values())), **synced}
        for deal in [*DEALS, GONE_DEAL]
    ]
    deals[-1]["_fivetran_deleted"] = "true"
    return {
        "company": [{**prefixed(each, "property_"), **synced} for each in COMPANIES],
        "contact": [{**prefixed(each, "property_"), **synced} for each in CONTACTS],
        "deal": deals,
        "deal_pipeline": [{"pipeline_id": "p1", "label": "Sales"}],
        "deal_pipeline_stage": [
            {
                "stage_id": stage["id"],
                "pipeline_id": "p1",
                "label": stage["label"],
                "display_order": stage["order"],
                "is_closed": stage["closed"],
                # Fivetran's older tables say so of every closed stage, won or lost.
                "closed_won": stage["closed"],
                "probability": stage["probability"],
            }
            for stage in STAGES
        ],
        "deal_company": [
            {"deal_id": deal, "company_id": each, "type_id": "341", "category": "HUBSPOT_DEFINED"}
            for deal, companies in DEAL_COMPANIES.items()
            for each in companies
        ],
        "deal_contact": [
            {"deal_id": deal, "contact_id": each, "type_id": "3", "category": "HUBSPOT_DEFINED"}
            for deal, contacts in DEAL_CONTACTS.items()
            for each in contacts
        ],
        "deal_stage": [
            {"deal_id": "1001", "value": "s1", "date_entered": "2025-01-20 09:00:00"},
            {"deal_id": "1001", "value": "s3", "date_entered": "2025-03-31 22:15:00"},
            {"deal_id": "1003", "value": "s1", "date_entered": "2025-02-05 09:00:00"},
        ],
        "deal_property_history": [
            {"deal_id": "1001", "name": name, "timestamp": timestamp, "value": value}
            for name, timestamp, value in (
                ("dealstage", "2025-01-20T09:00:00.000Z", "s1"),
                ("dealstage", "2025-03-31T22:15:00.000Z", "s3"),
                ("closedate", "2025-01-20T09:00:00.000Z", CLOSE_MILLISECONDS),
                ("amount", "2025-01-20T09:00:00.000Z", "1000"),
                ("amount", "2025-02-20T09:00:00.000Z", "1200.50"),
                ("hubspot_owner_id", "2025-01-20T09:00:00.000Z", "72"),
                ("hubspot_owner_id", "2025-01-21T09:00:00.000Z", "71"),
            )
        ],
        "owner": [
            {
                "owner_id": each["id"],
                "first_name": each["first"],
                "last_name": each["last"],
                "active_user_id": each["user"],
                "type": each["type"],
            }
            for each in OWNERS
        ],
        "team": [{"id": "5", "name": "North"}, {"id": "6", "name": "South"}],
        "owner_team": [
            {"owner_id": "71", "team_id": "5", "is_team_primary": "false"},
            {"owner_id": "71", "team_id": "6", "is_team_primary": "true"},
            {"owner_id": "72", "team_id": "5", "is_team_primary": "true"},
        ],
        "product": [{"id": "3", "property_name": "Widget", "property_price": "50"}],
        "line_item": [
            {
                "id": "1",
                "property_hs_product_id": "3",
                "property_quantity": "10",
                "property_price": "50",
                "property_discount": "5",
                "property_amount": "450",
            }
        ],
        "line_item_deal": [{"line_item_id": "1", "deal_id": "1001"}],
        "engagement_call": [
            {
                "engagement_id": "501",
                "property_hs_timestamp": "2025-02-01T10:00:00.000Z",
                "property_hs_call_direction": "OUTBOUND",
                "property_hs_call_disposition": "f240bbac-87c9-4f6e-bf70-924b57d47db7",
                "property_hubspot_owner_id": "71",
            }
        ],
        "engagement_contact": [
            {"engagement_id": "501", "contact_id": "101"},
            {"engagement_id": "501", "contact_id": "102"},
        ],
        "engagement_deal": [{"engagement_id": "501", "deal_id": "1001"}],
        "contact_merge_audit": [{"canonical_vid": "102", "vid_to_merge": "99"}],
        "email_campaign": [{"id": "31", "name": "Spring", "subject": "New in spring"}],
        "email_event": [
            {
                "id": each,
                "type": kind,
                "created": f"2025-02-01 1{hour}:00:00",
                "recipient": "ann@acme.example",
                "email_campaign_id": "31",
                "sent_by_id": "" if kind == "SENT" else "e1",
                "filtered_event": str(each == "e2").lower(),
            }
            for hour, (each, kind) in enumerate(
                [("e1", "SENT"), ("e2", "OPEN"), ("e3", "CLICK"), ("e4", "STATUSCHANGE")]
            )
        ],
        "email_event_click": [{"id": "e3", "url": "https://acme.example/spring"}],
        "email_event_status_change": [{"id": "e4", "portal_subscription_status": "UNSUBSCRIBED"}],
        "form": [{"guid": "f1", "name": "Demo"}],
        "contact_form_submission": [
            {
                "conversion_id": "c1",
                "contact_id": "101",
                "form_id": "f1",
                "timestamp": "2025-01-10 09:00:00",
                "page_url": "https://us.example/demo",
            }
        ],
    }


def airbyte() -> Tables:
    """As Airbyte does; the companies' properties stand in one object instead of many columns."""
    extracted = {"_airbyte_extracted_at": "2025-06-01T00:00:00Z"}

    def deal(each: Mapping[str, Any]) -> dict[str, Any]:
        return {
            **prefixed(each, "properties_"),
            "archived": "false",
            "companies": json.dumps(DEAL_COMPANIES[each["id"]]),
            "contacts": json.dumps(DEAL_CONTACTS[each["id"]]),
            "line_items": json.dumps(["1"] if each["id"] == "1001" else []),
            **extracted,
        }

    history = fivetran()["deal_property_history"]
    return {
        "companies": [
            {
                "id": each["id"],
                "archived": "false",
                "properties": json.dumps({key: each[key] for key in each if key != "id"}),
                **extracted,
            }
            for each in COMPANIES
        ],
        "contacts": [
            {**prefixed(each, "properties_"), "archived": "false", **extracted} for each in CONTACTS
        ],
        "deals": [deal(each) for each in DEALS],
        "deals_archived": [{**deal(GONE_DEAL), "archived": "true", "archivedAt": "2025-05-01"}],
        "deal_pipelines": [
            {
                "pipelineId": "p1",
                "label": "Sales",
                "stages": json.dumps(
                    [
                        {
                            "stageId": stage["id"],
                            "label": stage["label"],
                            "displayOrder": stage["order"],
                            "metadata": {
                                "isClosed": stage["closed"],
                                "probability": stage["probability"],
                            },
                        }
                        for stage in STAGES
                    ]
                ),
            }
        ],
        "deals_property_history": [
            renamed(each, {"deal_id": "dealId", "name": "property"}) for each in history
        ],
        "owners": [
            {
                "id": each["id"],
                "firstName": each["first"],
                "lastName": each["last"],
                # A version of the API without the type of an owner.
                "userId": each["user"],
                "archived": "false",
                "teams": json.dumps(
                    [
                        {"id": "5", "name": "North", "primary": each["id"] == "72"},
                        {"id": "6", "name": "South", "primary": each["id"] == "71"},
                    ]
                    if each["user"]
                    else []
                ),
            }
            for each in OWNERS
        ],
        "products": [prefixed({"id": "3", "name": "Widget", "price": "50"}, "properties_")],
        "line_items": [
            prefixed(
                {
                    "id": "1",
                    "hs_product_id": "3",
                    "quantity": "10",
                    "price": "50",
                    "discount": "5",
                    "amount": "450",
                },
                "properties_",
            )
        ],
        "engagements_calls": [
            {
                "id": "501",
                "contacts": json.dumps(["101", "102"]),
                "deals": json.dumps(["1001"]),
                "companies": "[]",
                "properties_hs_timestamp": "2025-02-01T10:00:00.000Z",
                "properties_hs_call_direction": "OUTBOUND",
                "properties_hs_call_disposition": "Connected",
                "properties_hubspot_owner_id": "71",
            }
        ],
        "contacts_merged_audit": [{"canonical-vid": "102", "vid-to-merge": "99"}],
        "campaigns": [{"id": "31", "name": "Spring", "subject": "New in spring"}],
        "email_events": [
            {
                "id": each,
                "type": kind,
                "created": str(1738404000000 + hour * 3600000),
                "recipient": "ann@acme.example",
                "emailCampaignId": "31",
                "sentBy": "" if kind == "SENT" else json.dumps({"id": "e1", "created": 0}),
                "filteredEvent": str(each == "e2").lower(),
                "url": "https://acme.example/spring" if kind == "CLICK" else "",
                "portalSubscriptionStatus": "UNSUBSCRIBED" if kind == "STATUSCHANGE" else "",
            }
            for hour, (each, kind) in enumerate(
                [("e1", "SENT"), ("e2", "OPEN"), ("e3", "CLICK"), ("e4", "STATUSCHANGE")]
            )
        ],
        "forms": [{"id": "f1", "name": "Demo"}],
        "contacts_form_submissions": [
            {
                "conversion-id": "c1",
                "canonical-vid": "101",
                "form-id": "f1",
                "timestamp": "1736499600000",
                "page-url": "https://us.example/demo",
            }
        ],
    }


def dlt() -> Tables:
    """As dlt does, which has no line items, histories of properties, engagements and e-mails."""
    load = {"_dlt_load_id": "1748736000.5"}
    return {
        "companies": [{**each, "is_deleted": "false", **load} for each in COMPANIES],
        "contacts": [{**each, "is_deleted": "false", **load} for each in CONTACTS],
        "deals": [
            {**each, "is_deleted": str(each["id"] == "1004").lower(), **load}
            for each in [*DEALS, GONE_DEAL]
        ],
        "companies__deals": [
            {"value": company, "deals_id": deal}
            for deal, companies in DEAL_COMPANIES.items()
            for company in companies
        ],
        "contacts__deals": [
            {"value": contact, "deals_id": deal}
            for deal, contacts in DEAL_CONTACTS.items()
            for contact in contacts
        ],
        "pipelines_deals": [{"id": "p1", "label": "Sales", "_dlt_id": "x1"}],
        "pipelines_deals__stages": [
            {
                "id": stage["id"],
                "label": stage["label"],
                "display_order": stage["order"],
                "metadata__is_closed": stage["closed"],
                "metadata__probability": stage["probability"],
                "_dlt_parent_id": "x1",
            }
            for stage in STAGES
        ],
        "stages_timing_deals": [
            {"id": "1001", "stage": "s1", "hs_date_enteredx": "2025-01-20 09:00:00+00:00"},
            {"id": "1001", "stage": "s3", "hs_date_enteredx": "2025-03-31 22:15:00+00:00"},
            {"id": "1003", "stage": "s1", "hs_date_enteredx": "2025-02-05 09:00:00+00:00"},
        ],
        "owners": [
            {
                "id": each["id"],
                "first_name": each["first"],
                "last_name": each["last"],
                "type": each["type"],
                "_dlt_id": f"o{each['id']}",
            }
            for each in OWNERS
        ],
        "owners__teams": [
            {"id": "5", "name": "North", "primary": "false", "_dlt_parent_id": "o71"},
            {"id": "6", "name": "South", "primary": "true", "_dlt_parent_id": "o71"},
            {"id": "5", "name": "North", "primary": "true", "_dlt_parent_id": "o72"},
        ],
        "products": [{"id": "3", "name": "Widget", "price": "50"}],
    }


SPELLINGS = {"fivetran": fivetran, "airbyte": airbyte, "dlt": dlt}


@pytest.fixture(scope="module", params=spellings(SPELLINGS))
def spelling(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def build(spelling: str, tmp_path_factory: pytest.TempPathFactory) -> Build:
    """The company's staging and books, from the files of one connector."""
    folder = tmp_path_factory.mktemp(spelling)
    write_csv(folder / "raw" / "hubspot", SPELLINGS[spelling]())
    selection = ["staging.hubspot", "source_reconciliation"]
    built = run_dbt(
        ["run", "--select", *selection],
        folder,
        variables={
            "systems": ["hubspot"],
            "raw_path": str(folder / "raw"),
            # The demo company maps custom properties that these files lack.
            "source_mapping": {},
        },
    )
    assert built.exit_code == 0, built.output
    return built


def test_deals_have_the_meaning_of_their_stage_and_the_primary_of_their_records(
    build: Build,
) -> None:
    assert build.rows(
        "select deal_id, stage_id, stage, is_won, is_closed, is_stage_known, close_date, amount,"
        " account_record_id, primary_person_record_id, lead_source, rep_id, is_deleted"
        " from staging.stg_hubspot__deals order by deal_id"
    ) == [
        (
            *("hubspot:1001", "hubspot:s3", "Closed lost", True, True, True),
            *(date(2025, 4, 1), Decimal("1200.5"), "hubspot:9", "hubspot:101"),
            *("ORGANIC_SEARCH", "hubspot:71", False),
        ),
        (
            *("hubspot:1002", "hubspot:s4", "Closed won", False, True, True),
            *(date(2025, 5, 1), Decimal(300), "hubspot:10", "hubspot:101"),
            *("OFFLINE", "hubspot:72", False),
        ),
        (
            *("hubspot:1003", "hubspot:s1", "Talking", False, False, True),
            *(None, None, None, "hubspot:103", None, None, False),
        ),
        (
            *("hubspot:1004", "hubspot:s1", "Talking", False, False, True),
            *(None, None, "hubspot:9", None, None, None, True),
        ),
    ]


def test_stages_have_their_place_in_their_pipeline_and_a_percentage(build: Build) -> None:
    assert build.rows(
        "select stage_id, pipeline_id, stage_order, probability, is_closed, is_won"
        " from staging.stg_hubspot__deal_stages order by stage_order"
    ) == [
        ("hubspot:s1", "hubspot:p1", 0, Decimal(20), False, False),
        ("hubspot:s3", "hubspot:p1", 1, Decimal(100), True, True),
        ("hubspot:s4", "hubspot:p1", 2, Decimal(0), True, False),
    ]


def test_companies_contacts_and_reps_are_the_same(build: Build) -> None:
    assert build.rows(
        "select account_record_id, account_name, domain, country, employee_count, is_deleted"
        " from staging.stg_hubspot__accounts order by 1"
    ) == [
        ("hubspot:10", "Beta", None, None, 12, False),
        ("hubspot:9", "Acme", "acme.example", "Norway", None, False),
    ]
    assert build.rows(
        "select person_record_id, account_record_id, full_name, email, created_at"
        " from staging.stg_hubspot__people order by 1"
    ) == [
        (
            *("hubspot:101", "hubspot:9", "Ann Lee", "ann@acme.example"),
            datetime(2025, 1, 10, 9),
        ),
        ("hubspot:102", None, None, "bo@beta.example", datetime(2025, 1, 11, 9)),
        ("hubspot:103", None, None, "cy@beta.example", datetime(2025, 1, 12, 9)),
    ]
    assert build.rows(
        "select rep_id, rep_name, team, is_active from staging.stg_hubspot__reps order by 1"
    ) == [
        ("hubspot:71", "Dee Cruz", "South", True),
        ("hubspot:72", "Eve Ek", "North", True),
        ("hubspot:73", "Desk", None, True),
    ]


def test_a_queue_among_the_owners_is_nobody(build: Build) -> None:
    assert build.rows("select rep_id from staging.stg_hubspot__reps where is_queue") == [
        ("hubspot:73",)
    ]
    assert build.rows(
        "select deal_id, rep_id from staging.stg_hubspot__deals where not is_deleted order by 1"
    ) == [
        ("hubspot:1001", "hubspot:71"),
        ("hubspot:1002", "hubspot:72"),
        ("hubspot:1003", None),
    ]
    assert build.rows(
        "select rep_id from staging.stg_hubspot__leads where lead_id = 'hubspot:103'"
    ) == [(None,)]


def test_leads_are_the_contacts_of_a_lead_stage_or_none_with_their_first_deal(build: Build) -> None:
    assert build.rows(
        "select lead_id, mql_at, converted_deal_id, converted_at, converted_account_record_id"
        " from staging.stg_hubspot__leads order by 1"
    ) == [
        (
            *("hubspot:101", datetime(2025, 1, 12, 9), "hubspot:1001"),
            *(datetime(2025, 1, 20, 9), "hubspot:9"),
        ),
        ("hubspot:103", None, "hubspot:1003", datetime(2025, 2, 5, 9), None),
    ]


def test_merges_are_told(build: Build) -> None:
    assert build.rows(
        "select record_id, survivor_record_id from staging.stg_hubspot__account_merges order by 1"
    ) == [("hubspot:7", "hubspot:10"), ("hubspot:8", "hubspot:10")]
    assert build.rows(
        "select record_id, survivor_record_id from staging.stg_hubspot__person_merges"
    ) == [("hubspot:99", "hubspot:102")]


def test_the_history_has_canonical_values(build: Build, spelling: str) -> None:
    stages = [
        ("stage", datetime(2025, 1, 20, 9), None, "hubspot:s1"),
        ("stage", datetime(2025, 3, 31, 22, 15), "hubspot:s1", "hubspot:s3"),
    ]
    properties = [
        ("amount", datetime(2025, 1, 20, 9), None, "1000.000000"),
        ("amount", datetime(2025, 2, 20, 9), "1000.000000", "1200.500000"),
        ("close_date", datetime(2025, 1, 20, 9), None, "2025-04-01"),
        ("owner", datetime(2025, 1, 20, 9), None, "hubspot:72"),
        ("owner", datetime(2025, 1, 21, 9), "hubspot:72", "hubspot:71"),
    ]
    assert (
        build.rows(
            "select field, changed_at, old_value, new_value from staging.stg_hubspot__deal_history"
            " where deal_id = 'hubspot:1001' order by field, changed_at"
        )
        == ([] if spelling == "dlt" else properties) + stages
    )
    # A deal that the property history does not know has the stages that it has entered.
    assert build.rows(
        "select new_value from staging.stg_hubspot__deal_history where deal_id = 'hubspot:1003'"
    ) == ([] if spelling == "airbyte" else [("hubspot:s1",)])


def test_what_only_some_connectors_deliver_is_the_same_among_them(
    build: Build, spelling: str
) -> None:
    if spelling == "dlt":
        for entity in ("deal_line_items", "activities", "email_messages", "form_submissions"):
            assert build.rows(f"select count(*) from staging.stg_hubspot__{entity}") == [(0,)]
        return
    assert build.rows(
        "select line_item_id, deal_id, raw_product_id, quantity, list_price, unit_price, amount"
        " from staging.stg_hubspot__deal_line_items"
    ) == [
        (
            *("hubspot:1", "hubspot:1001", "3"),
            *(Decimal(10), Decimal(50), Decimal(45), Decimal(450)),
        )
    ]
    assert build.rows(
        "select activity_id, activity_type, occurred_at, direction, outcome, rep_id, deal_id,"
        " person_record_id, lead_id, account_record_id from staging.stg_hubspot__activities"
    ) == [
        (
            *("hubspot:501", "call", datetime(2025, 2, 1, 10), "outbound", "connected"),
            *("hubspot:71", "hubspot:1001", "hubspot:101", "hubspot:101", None),
        )
    ]
    assert build.rows(
        "select person_record_id, deal_id from staging.stg_hubspot__activity_links order by all"
    ) == [("hubspot:101", None), ("hubspot:102", None), (None, "hubspot:1001")]
    assert build.rows(
        "select event_id, message_id, event_type, occurred_at, url, is_machine"
        " from staging.stg_hubspot__email_events order by 1"
    ) == [
        ("hubspot:e1", "hubspot:e1", "sent", datetime(2025, 2, 1, 10), None, False),
        ("hubspot:e2", "hubspot:e1", "open", datetime(2025, 2, 1, 11), None, True),
        (
            *("hubspot:e3", "hubspot:e1", "click", datetime(2025, 2, 1, 12)),
            *("https://acme.example/spring", False),
        ),
        ("hubspot:e4", "hubspot:e1", "unsubscribe", datetime(2025, 2, 1, 13), None, False),
    ]
    assert build.rows(
        "select message_id, recipient_email, email_campaign_id, content"
        " from staging.stg_hubspot__email_messages"
    ) == [("hubspot:e1", "ann@acme.example", "hubspot:31", "New in spring")]
    assert build.rows(
        "select form_submission_id, person_record_id, form_name, submitted_at"
        " from staging.stg_hubspot__form_submissions"
    ) == [("hubspot:c1", "hubspot:101", "Demo", datetime(2025, 1, 10, 9))]


def test_nothing_is_lost_or_rejected(build: Build, spelling: str) -> None:
    assert build.rows("select * from staging.stg_hubspot__rejected_rows") == []
    counts = build.rows(
        "select source_table, raw_rows, staged_rows, duplicate_rows, rejected_rows, is_balanced"
        " from monitoring.source_reconciliation where raw_rows > 0 order by 1"
    )
    assert [row for row in counts if not row[5]] == []
    assert {row[0]: row[1] for row in counts}.items() >= {
        "company": 2,
        "contact": 3,
        "deal": 4,
        "deal_company": 4,
        "deal_contact": 4,
        "deal_pipeline_stage": 3,
        "owner": 3,
        "owner_team": 4 if spelling == "airbyte" else 3,
    }.items()


def write_odd_files(folder: Path) -> None:
    """Airbyte's tables as JSON files with real lists and objects, and with faults in them."""
    folder.mkdir(parents=True)

    def write_json(name: str, rows: list[dict[str, Any]]) -> None:
        (folder / f"{name}.json").write_text(json.dumps(rows), encoding="utf-8")

    stages = [
        {"stageId": "s1", "label": "Open", "metadata": {"isClosed": "false", "probability": "0.5"}},
        {"stageId": "s2", "label": "Done", "metadata": {"isClosed": "true", "probability": "1.0"}},
        {"label": "Without an id", "metadata": {"isClosed": "true", "probability": "1.0"}},
    ]
    write_json("deal_pipelines", [{"pipelineId": "p1", "label": "Sales", "stages": stages}])

    def deal(number: int, updated: str, **properties: Any) -> dict[str, Any]:
        return {
            "id": str(number),
            "updatedAt": updated,
            "archived": False,
            "companies": ["9", "10", "10"] if number == 1 else [],
            "properties": {
                "dealname": f"Deal {number}",
                "dealstage": "s2",
                "amount": "100",
                "hs_object_id": str(number),
                **properties,
            },
        }

    write_json(
        "deals",
        [
            deal(1, "2025-02-01T00:00:00Z", amount="=1+1"),
            deal(1, "2025-01-01T00:00:00Z"),
            {**deal(2, "2025-01-01T00:00:00Z"), "companies": ["11"]},
            deal(3, "2025-01-01T00:00:00Z", dealstage=None),
        ],
    )
    write_json("deals_archived", [{**deal(2, "2025-03-01T00:00:00Z"), "archived": True}])
    write_csv(
        folder,
        {
            "engagements_calls": [
                {"id": "1", "properties_hs_timestamp": "1738404000000", "deals": '["1"]'},
                {"id": "2", "properties_hs_timestamp": "soon", "deals": '["1"'},
            ]
        },
    )


@pytest.fixture(scope="module")
def odd_build(tmp_path_factory: pytest.TempPathFactory) -> Build:
    folder = tmp_path_factory.mktemp("odd_hubspot")
    write_odd_files(folder / "raw" / "hubspot")
    built = run_dbt(
        ["run", "--select", "staging.hubspot", "source_reconciliation"],
        folder,
        variables={
            "systems": ["hubspot"],
            "raw_path": str(folder / "raw"),
            # The demo company maps custom properties that these files lack.
            "source_mapping": {},
        },
    )
    assert built.exit_code == 0, built.output
    return built


@pytest.mark.slow
def test_real_lists_and_objects_are_read_as_their_texts_are(odd_build: Build) -> None:
    assert odd_build.rows(
        "select deal_id, deal_name, stage, is_won, amount, account_record_id, is_deleted"
        " from staging.stg_hubspot__deals order by deal_id"
    ) == [
        # Its list has the primary company twice.
        ("hubspot:1", "Deal 1", "Done", True, None, "hubspot:10", False),
        ("hubspot:2", "Deal 2", "Done", True, Decimal(100), None, True),
    ]
    assert odd_build.rows(
        "select activity_id, deal_id, occurred_at from staging.stg_hubspot__activities order by 1"
    ) == [
        ("hubspot:1", "hubspot:1", datetime(2025, 2, 1, 10)),
        ("hubspot:2", None, None),
    ]


@pytest.mark.slow
def test_the_books_balance_over_lists_and_archived_tables(odd_build: Build) -> None:
    assert odd_build.rows(
        "select source_table, raw_rows, staged_rows, duplicate_rows, rejected_rows"
        " from monitoring.source_reconciliation where raw_rows > 0 order by 1"
    ) == [
        # Only the newest row of each deal has them: the archived one has no companies.
        ("deal", 5, 2, 2, 1),
        ("deal_company", 3, 2, 1, 0),
        ("deal_pipeline", 1, 1, 0, 0),
        ("deal_pipeline_stage", 3, 2, 0, 1),
        ("engagement_call", 2, 2, 0, 0),
        ("engagement_deal", 1, 1, 0, 0),
    ]
    assert odd_build.rows(
        "select source_table, row_key, column_name, rule, raw_value, is_row_rejected"
        " from staging.stg_hubspot__rejected_rows order by all"
    ) == [
        ("deal", "1", "amount", "unreadable decimal", "=1+1", False),
        ("deal", "3", "deal_pipeline_stage_id", "missing", None, True),
        ("deal_pipeline_stage", "(missing)", "stage_id", "missing", None, True),
        ("engagement_call", "2", "deals", "unreadable json", '["1"', False),
        ("engagement_call", "2", "hs_timestamp", "unreadable timestamp", "soon", False),
    ]
