"""Reps, quotas and commission, planted in every seed (the fiscal year begins in April):

* a new rep who misses the quota for two months and meets it exactly in the third; one who never
  does; one without a hiring date; one whose quota begins in the middle of the year; one with
  months of a quota of zero, and with a month that has none;
* commission: revenue that ends exactly at a tier's edge, a cent above it and a cent below it; a
  plan of the own team in place of everybody's; revenue in a month without a quota; revenue of a
  rep without any quota;
* a rep who left on the last day of a month; one hired on the last day of a quarter; deals in a
  currency whose rate only Salesforce has.
"""

from decimal import Decimal

from proof.company.edge_cases.planter import Planter, day
from proof.company.records import Assignment

TEAM = "Edge Team"


def plant_reps(plant: Planter) -> None:
    """Plants reps with their quotas and deals."""
    account = plant.account("Quota Quarry", "salesforce")

    def sell(rep: str, closed: str, amount: str, **fields: str) -> None:
        plant.deal(
            closed, account, system="salesforce", owner=rep, amount=Decimal(amount), **fields
        )

    starter = plant.rep("Nia Newhire", "2025-01-15", TEAM)
    plant.quotas(starter, "2025-01-01", 9, "1000")
    sell(starter, "2025-02-10", "999.99")
    sell(starter, "2025-03-10", "600")
    sell(starter, "2025-03-31", "400")
    sell(starter, "2025-04-10", "2000")
    never = plant.rep("Noel Never", "2024-06-01", TEAM)
    plant.quotas(never, "2024-06-01", 16, "1000")
    sell(never, "2024-08-10", "500")
    undated = plant.rep("Uma Undated", None, TEAM)
    plant.quotas(undated, "2025-01-01", 9, "500")
    sell(undated, "2025-01-10", "500")
    gaps = plant.rep("Gil Gaps", "2023-03-31", TEAM)
    plant.quotas(gaps, "2024-07-01", 2, "1000")
    plant.quotas(gaps, "2024-09-01", 1, "0")
    plant.quotas(gaps, "2024-11-01", 2, "1000")
    for closed in ("2024-05-15", "2024-07-15", "2024-09-16", "2024-10-15", "2024-11-15"):
        sell(gaps, closed, "800")

    # A quota of 12,000 in the fiscal year 2024: the tiers' edges are 6,000 and 12,000.
    for name, amounts in (
        ("Eve Edge", ("6000", "6000", "1000")),
        ("Abe Above", ("6000.01", "6000")),
        ("Bea Below", ("5999.99", "6000")),
    ):
        rep = plant.rep(name, "2022-01-03", TEAM)
        plant.quotas(rep, "2024-04-01", 12, "1000")
        for closed, amount in zip(
            ("2024-05-20", "2024-09-20", "2025-03-20"), amounts, strict=False
        ):
            sell(rep, closed, amount)
    own_plan = plant.rep("Ola Ownplan", "2022-01-03", "Team Isles")
    plant.add(
        "assignments",
        Assignment(
            rep=own_plan, team="Team Isles", territory="British Isles", valid_from=day("2024-01-01")
        ),
    )
    plant.quotas(own_plan, "2025-04-01", 12, "1000")
    sell(own_plan, "2025-05-20", "11000")
    sell(own_plan, "2025-06-20", "2000")
    sell(plant.rep("Quin Quotaless", "2022-01-03", TEAM), "2024-05-21", "700")
    left = plant.rep("Lou Left", "2024-03-31", TEAM, left_on=day("2024-10-31"))
    sell(left, "2024-10-31", "300")
    for closed in ("2023-12-29", "2024-01-02", "2025-06-30"):
        sell(left, closed, "10000", currency="NOK")
