"""Identities, planted in every seed: each of these is what a join on the raw e-mail, on the name
or on the browser gets wrong.

* a lead that became a contact with another address; one address in other case and between blanks,
  in three systems; two people of different systems who share an address, who are one by rule; two
  leads of one name with different addresses, who are not;
* contacts merged twice (A into B into C) in Salesforce, in the tabular CRM and in HubSpot;
* a lead in three systems; a lead that was a customer before;
* web users: a contact known by a browser and a lead known by a user, who sign in there; one
  browser that two people use, each signed in, and once nobody; one person with two browsers; a
  user who is nobody's contact;
* campaign members: a lead, the contact it became, and both of them in one campaign.
"""

from decimal import Decimal
from typing import Any

from proof.company.edge_cases.planter import MODIFIED, Planter, utc
from proof.company.records import Campaign, CampaignMember

TWO_PEOPLE_BROWSER = "111111111.1700000001"
FIRST_BROWSER, SECOND_BROWSER = "222222222.1700000002", "222222223.1700000003"
LEADS_BROWSER, CONTACTS_BROWSER = "333333333.1700000004", "444444444.1700000005"


def plant_people(plant: Planter) -> None:
    """Plants persons with several records, and records that look like one person."""
    _addresses(plant)
    _merges(plant)
    _leads(plant)
    _web_users(plant)
    _campaign_members(plant)


def _addresses(plant: Planter) -> None:
    account = plant.account("Many Addresses", "salesforce")
    contact = plant.person(account, "salesforce", email="work.address@many-addresses.example")
    plant.lead(
        "2024-04-08T09:00:00",
        email="private.address@freemail.example",
        status="Converted",
        converted_at=utc("2024-04-12T09:00:00"),
        converted_account=account,
        converted_person=contact,
    )
    same = {"email": "casey.case@many-addresses.example", "name": "Casey Case"}
    plant.person(
        account, "salesforce", **same, as_written={"email": "Casey.CASE@many-addresses.example"}
    )
    plant.person(
        None, "tabular", **same, as_written={"email": " casey.case@many-addresses.example "}
    )
    plant.person(None, "hubspot", **same)
    shared = {"email": "office@shared-office.example"}
    plant.person(account, "salesforce", name="Olga Office", **shared)
    plant.person(None, "tabular", name="Otto Office", **shared)
    for number in (1, 2):
        plant.lead(
            "2024-04-09T09:00:00", name="Same Name", email=f"same.name.{number}@freemail.example"
        )


def _merges(plant: Planter) -> None:
    for system in ("salesforce", "tabular", "hubspot"):
        account = plant.account(f"Merged People ({system})", system)
        survivor = plant.person(account, system, name="Cleo Chain")
        middle = plant.person(
            account,
            system,
            name="C. Chain",
            merged_into=survivor,
            is_deleted=system == "salesforce",
        )
        plant.person(
            account, system, name="Cleo C", merged_into=middle, is_deleted=system == "salesforce"
        )
    account = plant.account("Chain Of Neon C", "hubspot")
    middle = plant.account("Chain Of Neon B", "hubspot", merged_into=account)
    plant.account("Chain Of Neon A", "hubspot", merged_into=middle)


def _leads(plant: Planter) -> None:
    address: dict[str, Any] = {"email": "tri.system@three-systems.example", "inquiry": "tri system"}
    plant.lead("2024-06-12T09:00:00", **address)
    plant.lead(
        "2024-06-10T09:00:00",
        "tabular",
        **address,
        as_written={"email": "TRI.System@three-systems.example"},
    )
    account = plant.account("Three Systems", "hubspot")
    person = plant.person(
        account, "hubspot", email=address["email"], created_at=utc("2024-06-11T09:00:00")
    )
    deal = plant.deal(
        "2024-08-02",
        account,
        system="hubspot",
        created_at=utc("2024-07-01T10:00:00"),
        primary_person=person,
    )
    plant.deal_account(deal, account)
    plant.deal_person(deal, person, is_primary=True)
    plant.lead(
        "2024-06-11T09:00:00",
        "hubspot",
        key=person,
        **address,
        status="customer",
        converted_at=utc("2024-07-01T10:00:00"),
        converted_account=account,
        converted_person=person,
        converted_deal=deal,
    )

    # A lead that was a customer before: its deal is existing business, but the lead was won.
    account = plant.account("Customer Before", "salesforce")
    contact = plant.person(account, "salesforce")
    plant.deal("2024-01-19", account, system="salesforce")
    plant.lead(
        "2024-05-02T09:00:00",
        email="old.customer@customer-before.example",
        status="Converted",
        converted_at=utc("2024-05-10T09:00:00"),
        converted_account=account,
        converted_person=contact,
        converted_deal=plant.deal(
            "2024-06-14",
            account,
            system="salesforce",
            created_at=utc("2024-05-10T09:00:00"),
            amount=Decimal(450),
        ),
    )
    # Rules of a good lead, at their edges.
    for employees, revenue, size, industry in (
        (10, "25000", 1, "Retail"),
        (9, "25000", 1, "Retail"),
        (800, "25000", 0, "Public Sector"),
        (801, "25000", 2, "Retail"),
        (50, None, None, None),
        (None, "25000", 3, "Healthcare"),
    ):
        plant.lead(
            "2024-05-15T09:00:00",
            employees=employees,
            annual_revenue=None if revenue is None else Decimal(revenue),
            marketing_team_size=size,
            industry=industry,
        )
    plant.lead(
        "2024-05-16T09:00:00", status="Unqualified", disqualified_at=utc("2024-05-20T09:00:00")
    )
    plant.lead("2024-05-17T09:00:00", sourced_by="salesforce:005000000000003AAA")


def _web_users(plant: Planter) -> None:
    account = plant.account("Known On The Web", "salesforce")
    plant.person(account, "salesforce", web_user=CONTACTS_BROWSER)
    plant.session("2024-07-02T09:00:00", CONTACTS_BROWSER)
    plant.lead("2024-07-03T09:00:00", web_user="edge-user-1")
    plant.session("2024-07-03T08:30:00", LEADS_BROWSER, user="edge-user-1")
    plant.session("2024-07-09T09:00:00", LEADS_BROWSER)
    for number, user in enumerate(("edge-user-2", "edge-user-3"), start=2):
        plant.person(account, "salesforce", web_user=user)
        plant.session(f"2024-07-0{number}T10:00:00", TWO_PEOPLE_BROWSER, user=user)
    plant.session("2024-07-05T10:00:00", TWO_PEOPLE_BROWSER)
    plant.person(account, "salesforce", web_user="edge-user-4")
    plant.session("2024-07-02T11:00:00", FIRST_BROWSER, user="edge-user-4")
    plant.session("2024-07-03T11:00:00", SECOND_BROWSER, user="edge-user-4")
    plant.session("2024-07-04T11:00:00", SECOND_BROWSER)
    plant.session("2024-07-04T12:00:00", "555555555.1700000006", user="edge-user-5")


def _campaign_members(plant: Planter) -> None:
    fair = plant.add(
        "campaigns",
        Campaign(key="salesforce:701950000000001AAA", name="Edge Fair", campaign_type="Trade Show"),
    )
    plant.add(
        "campaigns",
        Campaign(key="salesforce:701950000000002AAA", name="Called Off", is_deleted=True),
    )
    account = plant.account("Fair Play", "salesforce")
    contact = plant.person(account, "salesforce")
    lead = plant.lead(
        "2024-02-12T09:00:00",
        status="Converted",
        converted_at=utc("2024-03-01T09:00:00"),
        converted_account=account,
        converted_person=contact,
        converted_deal=plant.deal(
            "2024-04-26", account, system="salesforce", created_at=utc("2024-03-01T09:00:00")
        ),
    )
    for at, fields in (
        ("2024-02-12T10:00:00", {"lead": lead}),
        ("2024-03-15T10:00:00", {"person": contact}),
        ("2024-03-16T10:00:00", {"person": contact, "is_deleted": True}),
        ("2024-05-15T10:00:00", {"person": contact}),
    ):
        plant.add(
            "campaign_members",
            CampaignMember(
                key=plant.key("campaign_members", "salesforce"),
                campaign=fair,
                joined_at=utc(at),
                status="Sent",
                modified_at=MODIFIED,
                **fields,
            ),
        )
