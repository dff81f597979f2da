"""HubSpot's own edges, planted in every seed:

* deals merged twice (A into B into C); an archived deal, contact and company;
* a deal with several companies of which one is marked primary, and with several of which none is
  (the smallest id counts); without any company; with several contacts, one of them primary;
* a deal whose lead source stands at its primary contact only; one that has none anywhere;
* contacts whose lifecycle stage is empty; that are subscribers; that were a lead once and are
  `other` now; that became a customer without a deal; associated with a deal older than themselves;
* a close on the last second of a local day, and the first; a deal without amount, and in a
  currency.
"""

from decimal import Decimal

from proof.company.edge_cases.planter import Planter, utc


def plant_hubspot(plant: Planter) -> None:
    """Plants HubSpot records."""
    _merged_and_archived(plant)
    _associations(plant)
    _lifecycles(plant)
    account = plant.account("Currency Signs", "hubspot", country="Canada")
    for amount, currency in (("800.00", "CAD"), (None, "EUR"), ("900.00", None)):
        deal = plant.deal(
            "2024-10-17",
            account,
            system="hubspot",
            amount=None if amount is None else Decimal(amount),
            currency=currency,
        )
        plant.deal_account(deal, account)


def _merged_and_archived(plant: Planter) -> None:
    account = plant.account("Merged Signs", "hubspot")
    survivor = plant.deal("2024-03-14", account, system="hubspot", amount=Decimal(860))
    middle = plant.deal("2024-03-13", account, system="hubspot", merged_into=survivor)
    plant.deal("2024-03-12", account, system="hubspot", merged_into=middle)
    plant.deal_account(survivor, account)
    archived = plant.deal(
        "2024-03-15", account, system="hubspot", is_deleted=True, amount=Decimal(98001)
    )
    plant.deal_account(archived, account)
    gone = plant.account("Archived Signs", "hubspot", is_deleted=True)
    deal = plant.deal("2024-03-18", gone, system="hubspot")
    plant.deal_account(deal, gone)
    person = plant.person(account, "hubspot", is_deleted=True)
    plant.lead("2024-03-18T09:00:00", "hubspot", key=person, is_deleted=True)


def _associations(plant: Planter) -> None:
    # The three are alike, and the deal of the marked one is lost: connectors that deliver no mark
    # take another account, and must come to the same KPIs.
    accounts = [plant.account(f"Joint Venture {n}", "hubspot", country="France") for n in (1, 2, 3)]
    deal = plant.deal("2024-05-16", accounts[1], "lost", "hubspot", amount=Decimal(1010))
    for account in accounts:
        plant.deal_account(deal, account, is_primary=account == accounts[1])
    deal = plant.deal("2024-05-17", accounts[0], system="hubspot", amount=Decimal(1020))
    for account in reversed(accounts):
        plant.deal_account(deal, account, is_primary=False)
    plant.deal("2024-05-21", None, system="hubspot", amount=Decimal(1030))

    people = []
    for source, written in (("Paid Search", "PAID_SEARCH"), ("Event", "OFFLINE")):
        person = plant.person(accounts[0], "hubspot", created_at=utc("2024-01-10T09:00:00"))
        people.append(person)
        plant.lead(
            "2024-01-10T09:00:00",
            "hubspot",
            key=person,
            lead_source=source,
            as_written={"lead_source": written},
        )
    deal = plant.deal(
        "2024-05-23",
        accounts[0],
        system="hubspot",
        created_at=utc("2024-01-05T09:00:00"),  # before the contacts: none of them became it
        primary_person=people[0],
        lead_source="Paid Search",
        as_written={"lead_source": ""},
    )
    plant.deal_account(deal, accounts[0])
    for person in people:
        plant.deal_person(deal, person, is_primary=person == people[0])
    deal = plant.deal("2024-05-24", accounts[0], system="hubspot", lead_source=None)
    plant.deal_account(deal, accounts[0])


def _lifecycles(plant: Planter) -> None:
    account = plant.account("Life Stages", "hubspot")
    created = "2024-09-10T09:00:00"
    plant.person(account, "hubspot", created_at=utc(created))  # a subscriber
    for status in (None, "other", "customer", "evangelist", "marketingqualifiedlead"):
        person = plant.person(account, "hubspot", created_at=utc(created))
        plant.lead(
            created,
            "hubspot",
            key=person,
            status=status,
            mql_at=utc("2024-09-12T09:00:00") if status == "marketingqualifiedlead" else None,
        )
