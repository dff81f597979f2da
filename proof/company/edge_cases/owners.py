"""Owners that are nobody, planted in every seed: queues of Salesforce and of HubSpot that own a
deal, a lead, an account and an activity; a deal that went to a rep before its close.
"""

from decimal import Decimal

from proof.company.edge_cases.planter import OWNERS, Planter, utc
from proof.company.world import HUBSPOT_QUEUE, SALESFORCE_QUEUE


def plant_owners(plant: Planter) -> None:
    """Plants what belongs to a queue."""
    for system, queue in (("salesforce", SALESFORCE_QUEUE), ("hubspot", HUBSPOT_QUEUE)):
        account = plant.account(
            f"Queued Quays {system}", system, owner=None, as_written={"owner": queue}
        )
        deal = plant.deal(
            "2024-06-13",
            account,
            system=system,
            owner=None,
            amount=Decimal(343),
            as_written={"owner": queue},
        )
        person = plant.person(account, system, created_at=utc("2024-08-21T08:30:00"))
        lead = plant.lead(
            "2024-08-21T08:30:00",
            system,
            owner=None,
            as_written={"owner": queue},
            **({"key": person} if system == "hubspot" else {}),
        )
        reached = {"person": person} if system == "hubspot" else {"lead": lead}
        plant.activity(
            "call", "2024-08-21T09:00:00", system, rep=None, as_written={"rep": queue}, **reached
        )
        if system == "hubspot":
            plant.deal_account(deal, account)
    handed_over = plant.deal("2024-06-14", account, system="hubspot", amount=Decimal(344))
    plant.deal_account(handed_over, account)
    plant.change(handed_over, "2024-05-20T09:00:00", "owner", None, OWNERS["hubspot"])
