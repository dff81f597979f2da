"""Outreach before deals and after leads, planted in every seed:

* **prior activity** (a window of 30 days): outreach exactly 30 days before the close, a day more,
  on the day of the close, the day after it; linked to the deal, to the account only, to a contact
  of the account only, to another deal of the account; inbound, automated and deleted ones; a note
  and a task; calls and a meeting of one deal, the last of which counts as the last; to a lead
  before it became the deal, which does not count for the account's next deal; to a second contact
  of a HubSpot activity;
* **speed to lead** (a target of 24 hours): reached at the exact second of the target, and a second
  later; called before the lead was created, inbound first, automated first, deleted first; reached
  only as the contact that the lead became; never reached;
* **connecting and holding**: a call without an answer, an inbound one, a cancelled meeting, one
  after `as_of_date`, an activity without a rep.
"""

from proof.company.edge_cases.planter import Planter, utc


def plant_outreach(plant: Planter) -> None:
    """Plants activities around deals and leads."""
    _prior_activity(plant)
    _of_the_lead(plant)
    _in_other_systems(plant)
    _speed_to_lead(plant)
    _connecting_and_holding(plant)


def _prior_activity(plant: Planter) -> None:
    # Closed on 28 June: the window begins with 29 May.
    for name, fields in (
        ("exactly thirty days", {"at": "2024-05-29T08:00:00"}),
        ("a second into the window", {"at": "2024-05-28T22:00:00"}),
        ("a day too early", {"at": "2024-05-28T21:59:59"}),
        ("on the day of the close", {"at": "2024-06-28T15:00:00"}),
        ("the day after", {"at": "2024-06-29T08:00:00"}),
        ("inbound", {"at": "2024-06-10T08:00:00", "direction": "inbound"}),
        ("automated", {"at": "2024-06-10T08:00:00", "is_automated": True}),
        ("deleted", {"at": "2024-06-10T08:00:00", "is_deleted": True}),
    ):
        system = "tabular" if name == "automated" else "salesforce"
        account = plant.account(f"Prior Call, {name}", system)
        deal = plant.deal("2024-06-28", account, system=system)
        plant.activity("call", system=system, account=account, deal=deal, **fields)

    account = plant.account("Linked To Me", "salesforce")
    contact = plant.person(account, "salesforce")
    plant.deal("2024-07-26", account, system="salesforce")
    plant.activity("email", "2024-07-10T08:00:00", account=account)
    plant.deal("2024-09-27", account, system="salesforce")
    plant.activity("call", "2024-09-10T08:00:00", person=contact, account=account)
    # This one belongs to the lost deal, so it is no outreach of the won one.
    other = plant.deal("2024-11-22", account, "lost", "salesforce")
    plant.deal("2024-11-22", account, system="salesforce")
    plant.activity("meeting", "2024-11-12T08:00:00", deal=other, account=account)

    account = plant.account("Three Of A Kind", "salesforce")
    deal = plant.deal("2024-12-13", account, system="salesforce")
    plant.activity("call", "2024-12-02T08:00:00", deal=deal, account=account)
    plant.activity("call", "2024-12-03T08:00:00", deal=deal, account=account)
    plant.activity("meeting", "2024-12-09T08:00:00", deal=deal, account=account)
    plant.activity("task", "2024-12-10T08:00:00", deal=deal, account=account, direction=None)
    quiet = plant.account("Only Notes", "hubspot")
    deal = plant.deal("2024-12-13", quiet, system="hubspot")
    plant.deal_account(deal, quiet)
    plant.activity(
        "note", "2024-12-10T08:00:00", "hubspot", deal=deal, account=quiet, direction=None
    )


def _of_the_lead(plant: Planter) -> None:
    account = plant.account("First The Lead", "salesforce")
    contact = plant.person(account, "salesforce")
    first = plant.deal(
        "2024-03-22", account, system="salesforce", created_at=utc("2024-03-04T10:00:00")
    )
    plant.deal("2024-03-28", account, system="salesforce", created_at=utc("2024-03-05T10:00:00"))
    lead = plant.lead(
        "2024-02-26T09:00:00",
        status="Converted",
        converted_at=utc("2024-03-04T10:00:00"),
        converted_account=account,
        converted_person=contact,
        converted_deal=first,
    )
    plant.activity("call", "2024-02-28T09:00:00", lead=lead)


def _in_other_systems(plant: Planter) -> None:
    account = plant.account("Second Contact", "hubspot")
    people = [plant.person(account, "hubspot") for _ in range(2)]
    deal = plant.deal("2024-08-16", account, system="hubspot", primary_person=people[1])
    plant.deal_account(deal, account)
    plant.deal_person(deal, people[1], is_primary=True)
    plant.activity(
        "call", "2024-08-01T09:00:00", "hubspot", person=people[0], more_people=(people[1],)
    )
    plant.activity("email", "2024-07-29T09:00:00", "hubspot", deal=deal, account=account)
    both = plant.account("Several Deals At Once", "hubspot")
    deals = [plant.deal("2024-08-23", both, system="hubspot") for _ in range(2)]
    for key in deals:
        plant.deal_account(key, both)
    plant.activity(
        "meeting", "2024-08-12T09:00:00", "hubspot", deal=deals[0], more_deals=(deals[1],)
    )
    tabular = plant.account("Table Talk")
    plant.deal("2024-08-30", tabular)
    plant.activity("call", "2024-08-20T09:00:00", "tabular", person=plant.person(tabular))


def _speed_to_lead(plant: Planter) -> None:
    created = "2024-10-14T08:00:00"
    for moments in (
        ("2024-10-15T08:00:00",),  # exactly 24 hours
        ("2024-10-15T08:00:01",),
        ("2024-10-14T07:30:00",),  # before it was created
        ("2024-10-14T07:30:00", "2024-10-14T12:00:00"),
        (),
    ):
        lead = plant.lead(created)
        for at in moments:
            plant.activity("call", at, lead=lead)
    for fields in ({"direction": "inbound"}, {"is_deleted": True}):
        lead = plant.lead(created)
        plant.activity("call", "2024-10-14T09:00:00", lead=lead, **fields)
        plant.activity("call", "2024-10-14T20:00:00", lead=lead)
    tabular = plant.lead(created, "tabular")
    plant.activity("email", "2024-10-14T08:00:05", "tabular", lead=tabular, is_automated=True)
    plant.activity("email", "2024-10-15T10:00:00", "tabular", lead=tabular)
    account = plant.account("Reached Later", "salesforce")
    contact = plant.person(account, "salesforce")
    plant.lead(
        created,
        status="Converted",
        converted_at=utc("2024-10-14T10:00:00"),
        converted_account=account,
        converted_person=contact,
        converted_deal=plant.deal(
            "2024-11-15", account, system="salesforce", created_at=utc("2024-10-14T10:00:00")
        ),
    )
    plant.activity("call", "2024-10-14T16:00:00", person=contact, account=account)
    person = plant.person(None, "hubspot", created_at=utc(created))
    plant.lead(created, "hubspot", key=person)
    plant.activity("email", "2024-10-14T18:00:00", "hubspot", person=person)
    late = plant.lead("2025-09-17T08:00:00")
    plant.activity("call", "2025-09-18T07:00:00", lead=late)


def _connecting_and_holding(plant: Planter) -> None:
    account = plant.account("Nobody Picks Up", "salesforce")
    plant.activity("call", "2024-04-15T08:00:00", account=account, outcome="no_answer")
    plant.activity("call", "2024-04-15T09:00:00", account=account, direction="inbound")
    plant.activity("call", "2024-04-15T10:00:00", account=account, rep=None)
    plant.activity("meeting", "2024-04-16T09:00:00", account=account, outcome="cancelled")
    plant.activity("meeting", "2025-09-17T09:00:00", account=account)
    plant.activity("meeting", "2025-09-24T09:00:00", account=account)
