"""The past of deals, planted in every seed:

* a stage skipped; a stage entered twice; reopened after it was lost, and then won; reopened after
  it was won, and still open; lost and lost again;
* changes in the last second of a local month and in the first of the next, in winter and in
  summer;
* a deal won on the day it was created; without any history; whose history stands only in
  opportunity_history, with another amount and close date;
* handed over from one owner to another, on a quarter's last and first day;
* slipped out of a month on its last day; pulled into a month; moved twice and won in time;
  expected in a month, and lost in it; still open long after the day expected;
* an amount that was missing before, and one that was doubled after `as_of_date`;
* in HubSpot a stage whose label means won elsewhere, and a label that means open elsewhere.
"""

from proof.company import world
from proof.company.edge_cases.planter import OWNERS, Planter, utc
from proof.company.simulated.hubspot import OWNER, hubspot_key

ISLES_REP, SPARE_REP = OWNERS["salesforce"], "salesforce:005000000000008AAA"
FIRST, SECOND, THIRD, FOURTH = "Prospecting", "Qualification", "Proposal", "Negotiation"
WON, LOST = "Closed Won", "Closed Lost"


def plant_history(plant: Planter) -> None:
    """Plants the past of deals."""
    _stages(plant)
    _days(plant)
    _owners_and_amounts(plant)
    _slips(plant)
    _hubspot_labels(plant)


def _stages(plant: Planter) -> None:
    account = plant.account("Stage Coach Travel", "salesforce")
    skipped = plant.deal("2024-05-20", account, system="salesforce")
    plant.stages(
        skipped, ("", FIRST), ("2024-04-02T09:00:00", FOURTH), ("2024-05-20T09:00:00", WON)
    )
    twice = plant.deal("2024-06-20", account, system="salesforce")
    plant.stages(
        twice,
        ("", FIRST),
        ("2024-05-02T09:00:00", SECOND),
        ("2024-05-06T09:00:00", THIRD),
        ("2024-05-10T09:00:00", SECOND),
        ("2024-05-20T09:00:00", THIRD),
        ("2024-06-20T09:00:00", WON),
    )
    reopened = plant.deal("2024-07-25", account, system="salesforce")
    plant.stages(
        reopened,
        ("", FIRST),
        ("2024-06-03T09:00:00", THIRD),
        ("2024-06-14T09:00:00", LOST),
        ("2024-07-03T09:00:00", FOURTH),
        ("2024-07-25T09:00:00", WON),
    )
    taken_back = plant.deal(
        "2025-12-15",
        account,
        "open",
        "salesforce",
        stage=FOURTH,
        created_at=utc("2025-05-05T09:00:00"),
    )
    plant.stages(
        taken_back,
        ("", FIRST),
        ("2025-06-10T09:00:00", WON),
        ("2025-07-01T09:00:00", FOURTH),
    )
    lost_twice = plant.deal("2024-08-30", account, "lost", "salesforce")
    plant.stages(
        lost_twice,
        ("", FIRST),
        ("2024-07-10T09:00:00", LOST),
        ("2024-08-01T09:00:00", SECOND),
        ("2024-08-30T09:00:00", LOST),
    )
    tabular = plant.account("Kutsch & Söhne", country="Denmark")
    back = plant.deal("2024-09-20", tabular)
    plant.stages(
        back,
        ("", "First talk"),
        ("2024-08-01T09:00:00", "Won over the boss"),
        ("2024-08-15T09:00:00", "Offer out"),
        ("2024-09-20T09:00:00", "Order in"),
    )


def _days(plant: Planter) -> None:
    account = plant.account("Last Second Logistics", "salesforce")
    for last, first in (
        ("2024-06-30T21:59:59", "2024-06-30T22:00:00"),
        ("2024-12-31T22:59:59", "2024-12-31T23:00:00"),
    ):
        for moment in (last, first):
            deal = plant.deal(
                "2025-02-20",
                account,
                system="salesforce",
                created_at=utc("2024-05-02T09:00:00"),
            )
            plant.stages(deal, ("", FIRST), (moment, THIRD), ("2025-02-20T09:00:00", WON))
    same_day = plant.deal(
        "2024-10-02", account, system="salesforce", created_at=utc("2024-10-02T07:00:00")
    )
    plant.stages(same_day, ("", FIRST), ("2024-10-02T15:00:00", WON))
    plant.deal("2024-10-04", account, system="salesforce")  # without any history
    snapshots = plant.deal("2024-11-20", account, system="salesforce")
    plant.stages(
        snapshots,
        ("", FIRST),
        ("2024-10-10T09:00:00", THIRD),
        ("2024-11-20T09:00:00", WON),
        in_snapshots=True,
    )
    plant.change(snapshots, "2024-10-20T09:00:00", "amount", "1400.00", "1000.00", True)
    plant.change(snapshots, "2024-10-30T09:00:00", "close_date", "2024-10-31", "2024-11-20", True)


def _owners_and_amounts(plant: Planter) -> None:
    account = plant.account("Handover House", "salesforce", country=None)
    for moment in ("2024-06-30T12:00:00", "2024-07-01T12:00:00"):
        deal = plant.deal(
            "2024-09-16", account, system="salesforce", created_at=utc("2024-05-02T09:00:00")
        )
        plant.change(deal, moment, "owner", SPARE_REP, ISLES_REP)
        plant.stages(
            deal, ("", FIRST), ("2024-08-01T09:00:00", THIRD), ("2024-09-16T09:00:00", WON)
        )
    amount = plant.deal("2025-03-20", account, system="salesforce")
    plant.change(amount, "2025-02-10T09:00:00", "amount", None, "1000.00")
    plant.stages(amount, ("", SECOND), ("2025-03-20T09:00:00", WON))
    doubled = plant.deal(
        "2025-12-20", account, "open", "salesforce", created_at=utc("2025-06-02T09:00:00")
    )
    plant.change(doubled, "2025-09-20T09:00:00", "amount", "500.00", "1000.00")


def _slips(plant: Planter) -> None:
    account = plant.account("Slippery Slopes", "salesforce")
    created_at = utc("2024-01-15T09:00:00")

    def expected(closed: str, outcome: str, *moves: tuple[str, str, str]) -> str:
        deal = plant.deal(closed, account, outcome, "salesforce", created_at=created_at)
        for at, old, new in moves:
            plant.change(deal, at, "close_date", old, new)
        return deal

    expected("2024-05-10", "won", ("2024-04-30T12:00:00", "2024-04-25", "2024-05-10"))
    expected("2024-04-29", "won", ("2024-04-10T12:00:00", "2024-06-03", "2024-04-29"))
    expected(
        "2024-04-24",
        "won",
        ("2024-04-02T12:00:00", "2024-04-20", "2024-05-20"),
        ("2024-04-18T12:00:00", "2024-05-20", "2024-04-24"),
    )
    expected("2024-04-23", "lost")
    expected("2024-04-26", "open")
    expected("2025-10-15", "open", ("2025-09-10T12:00:00", "2025-09-20", "2025-10-15"))
    expected("2025-09-25", "open")


def _hubspot_labels(plant: Planter) -> None:
    account = plant.account("Label Makers", "hubspot")
    partner = world.PARTNER_PIPELINE
    won = plant.deal("2024-05-22", account, system="hubspot", pipeline=partner, stage="Signed")
    plant.stages(
        won,
        ("", "First meeting"),
        ("2024-04-02T09:00:00", "Done"),
        ("2024-05-22T09:00:00", "Signed"),
    )
    still_open = plant.deal(
        "2025-11-20",
        account,
        "open",
        "hubspot",
        stage="Signed",
        created_at=utc("2025-06-02T09:00:00"),
    )
    plant.stages(
        still_open,
        ("", "First meeting"),
        ("2025-07-01T09:00:00", "Closed, in principle"),
        ("2025-08-01T09:00:00", "Signed"),
    )
    plant.change(
        still_open,
        "2025-07-15T09:00:00",
        "owner",
        hubspot_key(OWNER, 2),
        hubspot_key(OWNER, 1),
    )
    again = plant.deal("2024-06-28", account, system="hubspot")
    plant.stages(
        again,
        ("", "First meeting"),
        ("2024-05-10T09:00:00", "Won by a rival"),
        ("2024-06-03T09:00:00", "Signed"),
        ("2024-06-28T09:00:00", "Done"),
    )
    for link in (won, still_open, again):
        plant.deal_account(link, account)
