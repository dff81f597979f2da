"""The raw files of HubSpot, Mailchimp and Google Analytics hold the demo company, and say it so."""

import json
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, get_args
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import duckdb
import pytest

from proof.company.records import (
    Account,
    Activity,
    Company,
    Deal,
    DealAccount,
    DealChange,
    DealPerson,
    EmailCampaign,
    EmailEvent,
    EmailMessage,
    FormSubmission,
    Lead,
    LineItem,
    Person,
    Product,
    Record,
    Rep,
    Stage,
    WebEvent,
    WebSession,
)
from proof.company.simulate import simulate
from proof.connectors.google_analytics import (
    event_rows,
    write_google_analytics,
    write_google_analytics_json,
)
from proof.connectors.hubspot.spellings import HubspotSpelling, hubspot_tables, write_hubspot
from proof.connectors.mailchimp.spellings import mailchimp_tables, write_mailchimp
from proof.connectors.tables import Tables

SPELLINGS: tuple[HubspotSpelling, ...] = get_args(HubspotSpelling)
ZONE = ZoneInfo("Europe/Amsterdam")
Row = dict[str, str]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@cache
def demo_company() -> Company:
    return simulate(seed=5, scale=0.1)


def of(records: Iterable[Any], system: str) -> list[Any]:
    return [record for record in records if record.system == system]


def ids(records: Iterable[Record], system: str = "hubspot") -> set[str]:
    """The native ids of a system's records that were not merged into another."""
    return {r.native_id for r in of(records, system) if not getattr(r, "merged_into", None)}


def column(tables: Tables, table: str, name: str) -> list[str]:
    return [row.get(name, "") for row in tables[table].rows]


def row_of(tables: Tables, table: str, **where: str) -> Row:
    found = rows_of(tables, table, **where)
    assert len(found) == 1
    return found[0]


def rows_of(tables: Tables, table: str, **where: str) -> list[Row]:
    return [row for row in tables[table].rows if all(row.get(k, "") == v for k, v in where.items())]


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


# --- HubSpot: a company made by hand --------------------------------------------------------------

STAGES = (
    Stage(
        key="hubspot:first",
        pipeline="hubspot:default",
        label="First meeting",
        order=0,
        probability=20,
        is_closed=False,
        is_won=False,
    ),
    Stage(
        key="hubspot:won",
        pipeline="hubspot:default",
        label="Done",
        order=1,
        probability=100,
        is_closed=True,
        is_won=True,
    ),
    Stage(
        key="hubspot:7301002",
        pipeline="hubspot:7301",
        label="Done",
        order=0,
        probability=50,
        is_closed=False,
        is_won=False,
    ),
)
HAND_MADE = Company(
    stages=STAGES,
    reps=(
        Rep(key="hubspot:51", name="Ada Berg", email="ada@own.example", team="North"),
        Rep(key="hubspot:52", name="Bo Lie", left_on=date(2024, 3, 1)),
    ),
    accounts=(
        Account(key="hubspot:901", name="Lamp Ltd", domain="lamp.example"),
        Account(key="hubspot:902", name="Lamp Limited", merged_into="hubspot:903"),
        Account(key="hubspot:903", name="Lamps", merged_into="hubspot:901"),
        Account(key="hubspot:904", name="Gone", is_deleted=True),
        Account(key="salesforce:1", name="Elsewhere"),
    ),
    products=(Product(key="hubspot:201", name="Sign", list_price=Decimal(100)),),
    people=(
        Person(
            key="hubspot:31",
            account="hubspot:901",
            name="Ann Lee Fox",
            email="ann@lamp.example",
            job_title="Owner",
            created_at=at("2024-01-02T10:00:00"),
        ),
        Person(key="hubspot:32", name="Ben Nobody", created_at=at("2024-01-03T10:00:00")),
        Person(key="hubspot:34", name="Ann Fox", merged_into="hubspot:31"),
    ),
    leads=(
        Lead(
            key="hubspot:31",
            created_at=at("2024-01-02T10:00:00"),
            name="Ann Lee Fox",
            email="ann@lamp.example",
            company="Lamp Ltd",
            lead_source="Website",
            campaign="hubspot:neon-week",
            status="salesqualifiedlead",
            mql_at=at("2024-01-05T10:00:00"),
            sql_at=at("2024-01-06T10:00:00"),
            as_written={"lead_source": "ORGANIC_SEARCH"},
        ),
        Lead(
            key="hubspot:33",
            created_at=at("2024-02-01T10:00:00"),
            name="Cy Young",
            status=None,
            is_deleted=True,
        ),
    ),
    deals=(
        Deal(
            key="hubspot:161",
            account="hubspot:901",
            pipeline="hubspot:default",
            stage="Done",
            is_won=True,
            is_closed=True,
            created_at=at("2024-01-10T10:00:00"),
            close_date=date(2024, 3, 31),
            amount=Decimal("250.50"),
            owner="hubspot:51",
            primary_person="hubspot:31",
        ),
        Deal(
            key="hubspot:162",
            pipeline="hubspot:7301",
            stage="Done",
            created_at=at("2024-01-11T10:00:00"),
            expected_close_date=date(2024, 10, 27),
        ),
        Deal(key="hubspot:163", merged_into="hubspot:161"),
        Deal(key="hubspot:164", stage="First meeting", is_deleted=True),
    ),
    lines=(
        LineItem(
            key="hubspot:251",
            deal="hubspot:161",
            product="hubspot:201",
            quantity=Decimal(2),
            unit_price=Decimal(90),
            list_price=Decimal(100),
            amount=Decimal(180),
        ),
    ),
    changes=(
        DealChange(
            key="hubspot:771",
            deal="hubspot:161",
            changed_at=at("2024-03-30T10:00:00"),
            changed_field="stage",
            old_value="First meeting",
            new_value="Done",
        ),
        DealChange(
            key="hubspot:772",
            deal="hubspot:161",
            changed_at=at("2024-02-01T10:00:00"),
            changed_field="close_date",
            old_value="2024-02-29",
            new_value="2024-03-31",
        ),
        DealChange(
            key="hubspot:773",
            deal="hubspot:161",
            changed_at=at("2024-02-02T10:00:00"),
            changed_field="owner",
            old_value="hubspot:52",
            new_value="hubspot:51",
        ),
    ),
    deal_accounts=(
        DealAccount(key="hubspot:881", deal="hubspot:161", account="hubspot:901", is_primary=True),
        DealAccount(key="hubspot:883", deal="hubspot:161", account="hubspot:904"),
    ),
    deal_people=(DealPerson(key="hubspot:882", deal="hubspot:161", person="hubspot:32"),),
    activities=(
        Activity(
            key="hubspot:411",
            activity_type="call",
            occurred_at=at("2024-01-20T09:00:00"),
            rep="hubspot:51",
            deal="hubspot:161",
            more_deals=("hubspot:162",),
            person="hubspot:31",
            more_people=("hubspot:32",),
            account="hubspot:901",
            direction="outbound",
            outcome="connected",
        ),
        Activity(
            key="hubspot:412",
            activity_type="meeting",
            occurred_at=at("2024-01-21T09:00:00"),
            outcome="cancelled",
            is_deleted=True,
        ),
        Activity(
            key="hubspot:413",
            activity_type="email",
            occurred_at=at("2024-01-22T09:00:00"),
            direction="inbound",
            is_automated=True,
            as_written={"direction": "FORWARDED_EMAIL"},
        ),
    ),
    email_campaigns=(EmailCampaign(key="hubspot:711", name="Neon news"),),
    email_messages=(
        EmailMessage(
            key="hubspot:m1",
            campaign="hubspot:711",
            sent_at=at("2024-01-08T08:00:00"),
            recipient_email="ann@lamp.example",
            as_written={"recipient_email": " Ann@Lamp.example"},
        ),
    ),
    email_events=tuple(
        EmailEvent(
            key=f"hubspot:{kind}-event",
            message="hubspot:m1",
            event_type=kind,
            occurred_at=at("2024-01-08T09:00:00"),
            url="https://own.example/signs" if kind == "click" else None,
            is_machine=kind == "open",
        )
        for kind in ("delivered", "open", "click", "reply", "bounce", "unsubscribe", "spam")
    ),
    form_submissions=(
        FormSubmission(
            key="hubspot:661",
            person="hubspot:31",
            form_name="Ask",
            submitted_at=at("2024-01-02T09:59:00"),
            page_url="https://own.example/ask",
        ),
    ),
)
FIVETRAN = hubspot_tables(HAND_MADE, "fivetran")
AIRBYTE = hubspot_tables(HAND_MADE, "airbyte")
DLT = hubspot_tables(HAND_MADE, "dlt")


def test_a_contact_is_one_row_for_the_person_and_the_lead() -> None:
    for row in (
        row_of(FIVETRAN, "contact", id="31"),
        row_of(AIRBYTE, "contacts", id="31"),
        row_of(DLT, "contacts", id="31"),
    ):
        plain = {
            name.removeprefix("property_").removeprefix("properties_"): value
            for name, value in row.items()
        }
        assert (plain["firstname"], plain["lastname"]) == ("Ann", "Lee Fox")
        assert plain["jobtitle"] == "Owner"
        assert plain["associatedcompanyid"] == "901"
        assert plain["hs_analytics_source"] == "ORGANIC_SEARCH"
        assert plain["hs_analytics_source_data_1"] == "neon-week"
        assert plain["lifecyclestage"] == "salesqualifiedlead"
        assert plain["hs_lifecyclestage_lead_date"].startswith("2024-01-02")
        assert plain["hs_lifecyclestage_marketingqualifiedlead_date"].startswith("2024-01-05")
        assert plain["hs_lifecyclestage_salesqualifiedlead_date"].startswith("2024-01-06")
        assert plain["hs_merged_object_ids"] == "34"


def test_a_person_without_a_lead_subscribes_and_a_lead_without_a_stage_has_an_empty_one() -> None:
    assert row_of(FIVETRAN, "contact", id="32")["property_lifecyclestage"] == "subscriber"
    assert row_of(FIVETRAN, "contact", id="32")["property_hs_lifecyclestage_lead_date"] == ""
    assert row_of(FIVETRAN, "contact", id="33")["property_lifecyclestage"] == ""
    assert row_of(FIVETRAN, "contact", id="33")["property_hs_lifecyclestage_lead_date"] == ""


def test_what_was_merged_away_has_no_row_and_the_survivor_tells_of_it() -> None:
    for tables, company in ((FIVETRAN, "company"), (AIRBYTE, "companies"), (DLT, "companies")):
        assert sorted(column(tables, company, "id")) == ["901", "904"]
    assert row_of(FIVETRAN, "company", id="901")["property_hs_merged_object_ids"] == "902;903"
    assert row_of(AIRBYTE, "companies", id="901")["properties_hs_merged_object_ids"] == "902;903"
    assert row_of(FIVETRAN, "merged_deal")["deal_id"] == "161"
    assert row_of(FIVETRAN, "merged_deal")["merged_deal_id"] == "163"
    assert row_of(FIVETRAN, "contact_merge_audit")["canonical_vid"] == "31"
    assert row_of(AIRBYTE, "contacts_merged_audit")["vid_to_merge"] == "34"


def test_each_connector_flags_what_was_deleted_in_its_own_way() -> None:
    assert row_of(FIVETRAN, "company", id="904")["_fivetran_deleted"] == "true"
    assert row_of(FIVETRAN, "contact", id="33")["_fivetran_deleted"] == "true"
    assert row_of(FIVETRAN, "deal", deal_id="164")["is_deleted"] == "true"
    assert row_of(FIVETRAN, "engagement_meeting")["_fivetran_deleted"] == "true"
    assert row_of(AIRBYTE, "companies", id="904")["archived"] == "true"
    assert column(AIRBYTE, "deals_archived", "id") == ["164"]
    assert sorted(column(AIRBYTE, "deals", "id")) == ["161", "162"]
    assert row_of(DLT, "deals", id="164")["is_deleted"] == "true"


def test_a_label_is_another_stage_in_another_pipeline() -> None:
    assert row_of(FIVETRAN, "deal", deal_id="161")["deal_pipeline_stage_id"] == "won"
    assert row_of(FIVETRAN, "deal", deal_id="162")["deal_pipeline_stage_id"] == "7301002"
    assert row_of(FIVETRAN, "deal", deal_id="162")["deal_pipeline_id"] == "7301"
    assert row_of(FIVETRAN, "deal_pipeline_stage", stage_id="won")["closed_won"] == "true"
    assert row_of(FIVETRAN, "deal_pipeline_stage", stage_id="first")["probability"] == "0.2"
    stages = {
        stage["stageId"]: stage["metadata"]
        for row in AIRBYTE["deal_pipelines"].rows
        for stage in json.loads(row["stages"])
    }
    assert stages["won"] == {"isClosed": "true", "probability": "1.0"}
    assert stages["7301002"] == {"isClosed": "false", "probability": "0.5"}
    pipelines = {row["_dlt_id"]: row["id"] for row in DLT["pipelines_deals"].rows}
    stage = row_of(DLT, "pipelines_deals__stages", id="7301002")
    assert pipelines[stage["_dlt_parent_id"]] == "7301"


def test_a_primary_company_stands_twice_and_another_once() -> None:
    found = {(row["company_id"], row["type_id"]) for row in FIVETRAN["deal_company"].rows}
    assert found == {("901", "5"), ("901", "341"), ("904", "341")}
    assert column(FIVETRAN, "deal_contact", "contact_id") == ["31", "32"]
    deal = row_of(AIRBYTE, "deals", id="161")
    assert json.loads(deal["companies"]) == ["901", "904"]
    assert json.loads(deal["contacts"]) == ["31", "32"]
    assert json.loads(deal["line_items"]) == ["251"]
    assert {(r["value"], r["deals_id"]) for r in DLT["companies__deals"].rows} == {
        ("901", "161"),
        ("904", "161"),
    }
    assert {r["value"] for r in DLT["contacts__deals"].rows} == {"31", "32"}


def test_a_deal_without_associations_of_its_own_has_its_account_as_primary_company() -> None:
    deal = Deal(key="hubspot:1", account="hubspot:7")
    links = tuple(
        DealAccount(key=f"hubspot:{n}", deal=deal.key, account=f"hubspot:{n}") for n in (7, 8)
    )
    alone = hubspot_tables(Company(deals=(deal,)))
    unmarked = hubspot_tables(Company(deals=(deal,), deal_accounts=links))
    assert column(alone, "deal_company", "type_id") == ["5", "341"]
    assert column(unmarked, "deal_company", "type_id") == ["341", "341"]


def test_the_history_begins_with_the_values_at_creation() -> None:
    stages = rows_of(FIVETRAN, "deal_stage", deal_id="161")
    assert [(s["value"], s["_fivetran_active"]) for s in stages] == [
        ("first", "false"),
        ("won", "true"),
    ]
    assert stages[0]["date_entered"].startswith("2024-01-10T10:00:00")
    owners = rows_of(FIVETRAN, "deal_property_history", deal_id="161", name="hubspot_owner_id")
    assert [row["value"] for row in owners] == ["52", "51"]
    closes = rows_of(FIVETRAN, "deal_property_history", deal_id="161", name="closedate")
    days = [datetime.fromtimestamp(int(row["value"]) / 1000, ZONE).date() for row in closes]
    assert days == [date(2024, 2, 29), date(2024, 3, 31)]
    amounts = rows_of(AIRBYTE, "deals_property_history", dealId="161", property="amount")
    assert [row["value"] for row in amounts] == ["250.50"]
    assert {(r["id"], r["stage"]) for r in DLT["stages_timing_deals"].rows} == {
        ("161", "first"),
        ("161", "won"),
        ("162", "7301002"),
    }


def test_a_line_tells_its_price_before_the_discount() -> None:
    line = row_of(FIVETRAN, "line_item", id="251")
    assert (line["property_price"], line["property_discount"]) == ("100", "10")
    assert line["property_amount"] == "180"
    assert row_of(FIVETRAN, "line_item_deal")["deal_id"] == "161"


def test_engagements_speak_hubspots_words() -> None:
    call = row_of(FIVETRAN, "engagement_call")
    assert call["property_hs_call_disposition"] == "f240bbac-87c9-4f6e-bf70-924b57d47db7"
    assert call["property_hs_call_direction"] == "OUTBOUND"
    assert row_of(FIVETRAN, "engagement_meeting")["property_hs_meeting_outcome"] == "CANCELED"
    email = row_of(FIVETRAN, "engagement_email")
    assert email["property_hs_email_direction"] == "FORWARDED_EMAIL"
    assert email["property_hs_object_source"] == "AUTOMATION_PLATFORM"
    assert column(FIVETRAN, "engagement_deal", "deal_id") == ["161", "162"]
    assert column(FIVETRAN, "engagement_contact", "contact_id") == ["31", "32"]
    assert json.loads(row_of(AIRBYTE, "engagements_calls")["deals"]) == ["161", "162"]


def test_every_event_of_an_email_has_its_type_and_its_child() -> None:
    types = Counter(column(FIVETRAN, "email_event", "type"))
    assert types == dict.fromkeys(
        ["SENT", "DELIVERED", "OPEN", "CLICK", "REPLY", "BOUNCE", "STATUSCHANGE", "SPAMREPORT"], 1
    )
    assert set(column(FIVETRAN, "email_event", "sent_by_id")) == {"m1"}
    assert set(column(FIVETRAN, "email_event", "recipient")) == {" Ann@Lamp.example"}
    assert row_of(FIVETRAN, "email_event", type="OPEN")["filtered_event"] == "true"
    assert row_of(FIVETRAN, "email_event_click")["url"] == "https://own.example/signs"
    assert row_of(FIVETRAN, "email_event_status_change")["portal_subscription_status"] == (
        "UNSUBSCRIBED"
    )
    click = row_of(AIRBYTE, "email_events", type="CLICK")
    assert click["url"] == "https://own.example/signs"
    assert json.loads(click["sentBy"]) == {"id": "m1", "created": 1704700800000}


def test_an_older_version_of_a_contact_has_a_row_of_its_own() -> None:
    lead = HAND_MADE.leads[0]
    older = Lead(
        key=lead.key,
        created_at=lead.created_at,
        name=lead.name,
        status="lead",
        modified_at=lead.modified_at - timedelta(days=1),
    )
    company = Company(people=HAND_MADE.people, leads=HAND_MADE.leads, older_versions=(older,))
    rows = rows_of(hubspot_tables(company), "contact", id="31")
    by_time = sorted(rows, key=lambda row: row["_fivetran_synced"])
    assert [row["property_lifecyclestage"] for row in by_time] == ["lead", "salesqualifiedlead"]
    assert by_time[0]["property_email"] == "ann@lamp.example"


# --- HubSpot: the simulated company ---------------------------------------------------------------

# Table and id column of each kind of record that a spelling delivers in one table.
HOLDS: dict[str, dict[str, tuple[str, str]]] = {
    "fivetran": {
        "accounts": ("company", "id"),
        "people": ("contact", "id"),
        "leads": ("contact", "id"),
        "deals": ("deal", "deal_id"),
        "lines": ("line_item", "id"),
        "products": ("product", "id"),
        "reps": ("owner", "owner_id"),
        "stages": ("deal_pipeline_stage", "stage_id"),
        "activities": ("engagement", "id"),
        "email_campaigns": ("email_campaign", "id"),
        "email_messages": ("email_event_sent", "id"),
        "email_events": ("email_event", "id"),
        "form_submissions": ("contact_form_submission", "conversion_id"),
    },
    "airbyte": {
        "accounts": ("companies", "id"),
        "people": ("contacts", "id"),
        "leads": ("contacts", "id"),
        "lines": ("line_items", "id"),
        "products": ("products", "id"),
        "reps": ("owners", "id"),
        "email_campaigns": ("campaigns", "id"),
        "email_messages": ("email_events", "id"),
        "email_events": ("email_events", "id"),
        "form_submissions": ("contacts_form_submissions", "conversion_id"),
    },
    "dlt": {
        "accounts": ("companies", "id"),
        "people": ("contacts", "id"),
        "leads": ("contacts", "id"),
        "deals": ("deals", "id"),
        "products": ("products", "id"),
        "reps": ("owners", "id"),
        "stages": ("pipelines_deals__stages", "id"),
    },
}


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_every_record_has_its_row(spelling: HubspotSpelling) -> None:
    company = demo_company()
    tables = hubspot_tables(company, spelling)
    for kind, place in HOLDS[spelling].items():
        expected = ids(getattr(company, kind))
        assert expected, kind
        assert expected <= set(column(tables, *place)), kind


def test_airbyte_has_every_deal_and_engagement_in_one_of_its_streams() -> None:
    company = demo_company()
    tables = hubspot_tables(company, "airbyte")
    deals = [*column(tables, "deals", "id"), *column(tables, "deals_archived", "id")]
    assert ids(company.deals) <= set(deals)
    engagements = [
        object_id
        for name in tables
        if name.startswith("engagements_")
        for object_id in column(tables, name, "id")
    ]
    assert sorted(engagements) == sorted(a.native_id for a in of(company.activities, "hubspot"))


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_no_merged_record_has_a_row(spelling: HubspotSpelling) -> None:
    company = demo_company()
    tables = hubspot_tables(company, spelling)
    for kind in ("accounts", "people", "leads", "deals"):
        place = HOLDS[spelling].get(kind)
        lost = {r.native_id for r in of(getattr(company, kind), "hubspot") if r.merged_into}
        if place:
            assert not lost & set(column(tables, *place))


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_every_value_has_a_column(spelling: HubspotSpelling) -> None:
    for name, table in hubspot_tables(HAND_MADE, spelling).items():
        assert len(set(table.columns)) == len(table.columns), name
        filled = {column for row in table.rows for column, value in row.items() if value}
        assert filled <= {*table.columns, "archivedAt"}, name


def test_close_dates_are_moments_of_the_true_local_day_and_some_are_another_day_in_utc() -> None:
    company = demo_company()
    tables = hubspot_tables(company)
    days = {row["deal_id"]: row["property_closedate"] for row in tables["deal"].rows}
    is_other_day = set()
    for deal in of(company.deals, "hubspot"):
        day = deal.close_date if deal.is_closed else deal.expected_close_date
        if deal.merged_into or not day or "close_date" in deal.as_written:
            continue
        moment = datetime.fromisoformat(days[deal.native_id].removesuffix("Z")).replace(tzinfo=UTC)
        assert moment.astimezone(ZONE).date() == day
        is_other_day.add(moment.date() != day)
    assert is_other_day == {True, False}


PEOPLE_TABLES = {
    "contact": {"names", "emails"},
    "contacts": {"names", "emails"},
    "email_event": {"emails"},
    "email_events": {"emails"},
    "form_submissions": {"emails"},
    "member": {"emails"},
    "list_members": {"emails"},
    "email_activity": {"emails"},
    "unsubscribes": {"emails"},
}


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_names_and_addresses_stand_only_where_people_do(spelling: HubspotSpelling) -> None:
    company = demo_company()
    everyone: list[Person | Lead] = [*company.people, *company.leads]
    emails = {p.email for p in everyone if p.email} | {
        m.recipient_email for m in company.email_messages
    }
    names = {p.name for p in everyone if p.name and " " in p.name}
    names -= {rep.name for rep in company.reps}
    tables = dict(hubspot_tables(company, spelling))
    if spelling != "dlt":
        tables |= mailchimp_tables(company, spelling)
    for name, table in tables.items():
        cells = [cell for row in table.rows for cell in row.values()]
        allowed = PEOPLE_TABLES.get(name, set())
        if "emails" not in allowed:
            assert not emails & set(cells), name
        if "names" not in allowed:
            assert not names & set(cells), name


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_hubspots_files_are_always_the_same_and_those_of_another_spelling_go(
    tmp_path: Path, spelling: HubspotSpelling
) -> None:
    one, two = tmp_path / "one" / "hubspot", tmp_path / "two" / "hubspot"
    for other in (*SPELLINGS, spelling):
        write_hubspot(demo_company(), one, other)
    write_hubspot(demo_company(), two, spelling)
    assert contents(one) == contents(two)
    tables = hubspot_tables(demo_company(), spelling)
    assert set(contents(one)) == {f"{name}.csv" for name in tables}


# --- Mailchimp ------------------------------------------------------------------------------------


def test_a_message_is_a_recipient_and_its_delivery_leaves_no_row() -> None:
    company = demo_company()
    tables = mailchimp_tables(company)
    recipients = {
        f"{row['campaign_id']}:{row['member_id']}" for row in tables["campaign_recipient"].rows
    }
    assert recipients == {m.native_id for m in of(company.email_messages, "mailchimp")}
    events = Counter(e.event_type for e in of(company.email_events, "mailchimp"))
    actions = Counter(column(tables, "campaign_recipient_activity", "action"))
    assert actions == {kind: events[kind] for kind in ("open", "click", "bounce") if events[kind]}
    assert len(tables["unsubscribe"].rows) == events["unsubscribe"]
    members = {row["id"]: row["email_address"] for row in tables["member"].rows}
    for message in of(company.email_messages, "mailchimp"):
        member = message.native_id.partition(":")[2]
        assert members[member].strip().lower() == message.recipient_email.strip().lower()


def test_airbyte_has_no_recipients_but_counts_them() -> None:
    company = demo_company()
    tables = mailchimp_tables(company, "airbyte")
    assert "campaign_recipients" not in tables
    sent = {row["id"]: int(row["emails_sent"]) for row in tables["reports"].rows}
    assert sum(sent.values()) == len(of(company.email_messages, "mailchimp"))
    settings = [json.loads(row["settings"])["title"] for row in tables["campaigns"].rows]
    assert sorted(settings) == sorted(c.name for c in of(company.email_campaigns, "mailchimp"))
    activity = tables["email_activity"].rows
    assert {row["action"] for row in activity} <= {"open", "click", "bounce"}
    assert {row["email_id"] for row in activity} <= set(column(tables, "list_members", "id"))


def test_mailchimps_files_are_always_the_same(tmp_path: Path) -> None:
    one, two = tmp_path / "one" / "mailchimp", tmp_path / "two" / "mailchimp"
    write_mailchimp(demo_company(), one, "airbyte")
    write_mailchimp(demo_company(), one)
    write_mailchimp(demo_company(), two)
    assert contents(one) == contents(two)
    assert "campaigns.csv" not in contents(one)


# --- Google Analytics -----------------------------------------------------------------------------

READ_EVENTS = """
select
    event_date, event_timestamp, event_name, user_id, user_pseudo_id, geo.country as country,
    session_traffic_source_last_click.manual_campaign.source as clicked,
    collected_traffic_source.manual_source as collected, _loaded_at,
    map_from_entries([(p.key, p.value) for p in event_params]) as params
from read_parquet(?)
"""


@pytest.fixture(scope="module")
def events(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """The export's rows, with their parameters by name."""
    folder = tmp_path_factory.mktemp("google_analytics")
    write_google_analytics(demo_company(), folder)
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        found = connection.execute(READ_EVENTS, [(folder / "event" / "*.parquet").as_posix()])
        names = [description[0] for description in found.description or []]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def param(event: dict[str, Any], name: str) -> Any:
    value = event["params"].get(name) or {}
    return value.get("int_value") if value.get("string_value") is None else value["string_value"]


def session_id(event: dict[str, Any]) -> str:
    return f"{event['user_pseudo_id']}.{param(event, 'ga_session_id')}"


def test_each_session_starts_once_and_tells_who_where_and_whence(
    events: list[dict[str, Any]],
) -> None:
    by_id: dict[str, list[dict[str, Any]]] = {}
    for event in events:
        by_id.setdefault(session_id(event), []).append(event)
    told = set()
    for session in of(demo_company().web_sessions, "google_analytics"):
        rows = by_id[session.native_id]
        starts = [row for row in rows if row["event_name"] == "session_start"]
        assert len(starts) == 1
        started_at = datetime.fromtimestamp(starts[0]["event_timestamp"] / 1_000_000, UTC)
        assert started_at == session.started_at
        assert starts[0]["event_date"] == f"{started_at.astimezone(ZONE):%Y%m%d}"
        assert {row["country"] for row in rows} == {session.country}
        assert {row["user_id"] for row in rows if row["user_id"]} <= {session.user}
        assert session.user is None or session.user in {row["user_id"] for row in rows}
        said = {row["clicked"] or row["collected"] or param(row, "source") for row in rows}
        assert said - {None} == {session.source} - {None}
        told |= {"clicked" if rows[0]["clicked"] else "collected" if rows[0]["collected"] else ""}
        if session.landing_page:
            page = urlsplit(param(starts[0], "page_location"))
            assert page.path.endswith(session.landing_page)
    assert told == {"clicked", "collected", ""}


def test_engagement_is_told_by_the_parameter_or_by_the_seconds(
    events: list[dict[str, Any]],
) -> None:
    engaged, silent = set(), set()
    for event in events:
        if str(param(event, "session_engaged")) == "1":
            engaged.add(session_id(event))
        if (param(event, "engagement_time_msec") or 0) >= 10_000:
            silent.add(session_id(event))
    sessions = of(demo_company().web_sessions, "google_analytics")
    assert engaged | silent == {s.native_id for s in sessions if s.is_engaged}
    assert engaged and silent and not engaged & silent


def test_events_have_googles_names(events: list[dict[str, Any]]) -> None:
    company = demo_company()
    true = Counter(e.event_name for e in of(company.web_events, "google_analytics"))
    newest = {
        (e["user_pseudo_id"], e["event_timestamp"], e["event_name"], session_id(e)): e
        for e in sorted(events, key=lambda event: event["_loaded_at"])
    }
    found = Counter(key[2] for key in newest)
    assert found["page_view"] == true["page_view"]
    assert found["generate_lead"] == true["lead_created"]
    assert found["sign_up"] == true["sign_up"]
    assert found["tutorial_complete"] == true["activation"]
    pages = [e for e in newest.values() if e["event_name"] == "page_view"]
    contents_found = Counter(
        (param(e, "page_location") or "").partition(".example")[2] for e in pages
    )
    assert contents_found == Counter(
        e.content or ""
        for e in of(company.web_events, "google_analytics")
        if e.event_name == "page_view"
    )


def page_views(path: Path) -> list[Any]:
    """The parts that tell page views apart, and whether they have a page."""
    with duckdb.connect() as connection:
        return connection.execute(
            "select event_date, event_timestamp, event_name, batch_event_index, batch_page_id,"
            " list_contains([p.key for p in event_params], 'page_location')"
            " from read_parquet(?) where event_name = 'page_view'",
            [path.as_posix()],
        ).fetchall()


def test_an_older_delivery_of_an_event_lacks_what_the_newest_one_says(tmp_path: Path) -> None:
    start = at("2024-05-01T22:30:00")
    session = WebSession(
        key="google_analytics:11.22.1714602600", started_at=start, web_user="11.22"
    )
    newest = WebEvent(
        key=f"{session.key}.1",
        event_name="page_view",
        occurred_at=start,
        session=session.key,
        web_user="11.22",
        content="/pricing",
        modified_at=start + timedelta(hours=20),
    )
    older = WebEvent(
        key=newest.key,
        event_name="page_view",
        occurred_at=start,
        session=session.key,
        web_user="11.22",
        modified_at=start + timedelta(hours=8),
    )
    company = Company(web_sessions=(session,), web_events=(newest,), older_versions=(older,))
    write_google_analytics(company, tmp_path)
    assert list(contents(tmp_path)) == ["event/delivery-1.parquet", "event/delivery-2.parquet"]
    first, second = (page_views(tmp_path / "event" / f"delivery-{n}.parquet") for n in (1, 2))
    assert [row[:-1] for row in first] == [row[:-1] for row in second]
    assert (first[0][-1], second[0][-1]) == (False, True)
    assert first[0][0] == "20240502"


def test_the_exports_bytes_are_always_the_same_and_json_holds_the_same_rows(
    tmp_path: Path,
) -> None:
    company = demo_company()
    write_google_analytics_json(company, tmp_path / "one")
    lines = (tmp_path / "one" / "event.json").read_text(encoding="utf-8").splitlines()
    assert len(lines) == len(event_rows(company))
    row = json.loads(lines[0])
    assert isinstance(row["event_timestamp"], str)
    assert all(set(p["value"]) <= {"string_value", "int_value"} for p in row["event_params"])
    for name in ("one", "two"):
        write_google_analytics(company, tmp_path / name)
    assert contents(tmp_path / "one") == contents(tmp_path / "two")
    assert "event.json" not in contents(tmp_path / "one")
