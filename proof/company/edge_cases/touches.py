"""Touches of marketing, planted in every seed:

* **messages**: bounced; opened by a machine only, and by a person too; clicked without an open;
  answered; unsubscribed; reported as spam; opened twice; opened after `as_of_date`; to an address
  in other case; to two addresses of one person; to nobody known; sent a second before and after
  local midnight; in HubSpot, Mailchimp and the tabular export;
* **sessions**: across local midnight; engaged by two pages, by an event alone, by time alone, not
  at all; with a lead, a sign-up and its activation; a landing page with a query string; from a
  source that only the company's own rule knows;
* **attribution** (a window of 180 days before the deal's creation): no touch, one, two, three and
  four; one exactly at the window's edge, one a day before it; one on the day of the close, one
  after it; a touch of the account's people where the deal names none; an e-mail click and a lead
  creation.
"""

from decimal import Decimal

from proof.company.edge_cases.planter import Planter, utc
from proof.company.records import EmailCampaign

PRICES = "https://nordlys.example/pricing?utm_source=mail"
HUBSPOT, MAILCHIMP, TABULAR = "hubspot:71900001", "mailchimp:ed9eca5e01", "tabular:Edge letter"


def plant_touches(plant: Planter) -> None:
    """Plants messages and sessions, and the deals that they touch."""
    for key, at in (
        (HUBSPOT, "2024-11-05T09:00:00"),
        (MAILCHIMP, "2024-11-06T09:00:00"),
        (TABULAR, "2024-11-07T09:00:00"),
    ):
        plant.add(
            "email_campaigns",
            EmailCampaign(
                key=key,
                name=key.partition(":")[2] if key == TABULAR else "Edge letter",
                sent_at=utc(at),
                modified_at=utc(at),
            ),
        )
        _messages(plant, key, at)
    _sessions(plant)
    _attribution(plant)


def _messages(plant: Planter, campaign: str, sent: str) -> None:
    day = sent[:10]
    sent_to = f"{campaign.partition(':')[0]}-edge.example"
    delivered = ("delivered", f"{day}T09:00:00")
    knows_machines = campaign != MAILCHIMP

    def send(name: str, *events: tuple[str, str]) -> None:
        plant.message(campaign, f"{name}@{sent_to}", sent, *events)

    send("bounced", ("bounce", f"{day}T09:00:30"))
    send("opened-twice", delivered, ("open", f"{day}T10:00:00"), ("open", f"{day}T11:00:00"))
    send("clicked-only", delivered, (f"click {PRICES}", f"{day}T10:00:00"))
    send("unsubscribed", delivered, ("open", f"{day}T10:00:00"), ("unsubscribe", f"{day}T10:01:00"))
    send("opened-late", delivered, ("open", "2025-09-18T09:00:00"))
    send("Upper.Case", delivered)
    if knows_machines:
        send("machine", delivered, ("open machine", f"{day}T09:00:10"))
        send(
            "machine-first",
            delivered,
            ("open machine", f"{day}T09:00:10"),
            ("open", f"{day}T12:00:00"),
        )
        send("answered", delivered, ("open", f"{day}T10:00:00"), ("reply", f"{day}T12:00:00"))
        send("spam", delivered, ("spam", f"{day}T10:00:00"))
        for number, at in enumerate(("2024-11-30T22:59:59", "2024-11-30T23:00:00")):
            plant.message(campaign, f"midnight.{number}@{sent_to}", at, ("delivered", at))
    system = (
        "hubspot" if campaign == HUBSPOT else "salesforce" if campaign == MAILCHIMP else "tabular"
    )
    account = plant.account(f"Two Letter Boxes ({system})", system)
    first = plant.person(account, system, email=f"box.one@{sent_to}")
    plant.person(
        account,
        system,
        email=f"box.two@{sent_to}",
        merged_into=first,
        is_deleted=system == "salesforce",
    )
    send("box.one", delivered, (f"click {PRICES}", f"{day}T10:00:00"))
    send("box.two", delivered)


def _sessions(plant: Planter) -> None:
    browser = "666666666.17000000{:02d}"
    plant.session(
        "2024-07-31T21:50:00",
        browser.format(1),
        steps=tuple(("page_view", f"/{n}") for n in range(14)),
    )
    plant.session("2024-07-31T22:00:00", browser.format(2))
    one = (("page_view", "/pricing"),)
    plant.session("2024-08-01T09:00:00", browser.format(3), steps=one)
    plant.session("2024-08-01T10:00:00", browser.format(4), steps=one, is_engaged=True)
    plant.session(
        "2024-08-01T11:00:00", browser.format(5), steps=(*one, ("lead_created", "/pricing"))
    )
    plant.session(
        "2024-08-01T12:00:00",
        browser.format(6),
        steps=(*one, ("sign_up", "/demo"), ("activation", "/demo")),
    )
    plant.session(
        "2024-08-02T09:00:00",
        browser.format(7),
        steps=(("page_view", "/demo?utm_source=flyer&ref=a%20b"), ("page_view", "/")),
        landing_page="/demo",
        source="flyer",
        medium="qr-code",
        channel="Events",
    )
    plant.session("2025-09-17T21:59:59", browser.format(8))
    plant.session("2025-09-17T22:00:00", browser.format(8))
    # The sign-up on one day, the activation on the last day of the window, and a day later.
    for number, activated in ((9, "2024-08-19T12:00:00"), (10, "2024-08-20T12:00:00")):
        plant.session(
            "2024-08-05T12:00:00", browser.format(number), steps=(*one, ("sign_up", "/demo"))
        )
        plant.session(activated, browser.format(number), steps=(*one, ("activation", "/demo")))


def _attribution(plant: Planter) -> None:
    # Created on 1 March 2025: the window begins on 2 September 2024. Closed on 30 April.
    touches = (
        "2024-09-02T09:00:00",
        "2024-12-03T09:00:00",
        "2025-02-04T09:00:00",
        "2025-04-30T09:00:00",
    )
    for number in range(5):
        account = plant.account(f"Touched {number} Times", "salesforce")
        browser = f"77777777{number}.1700000100"
        contact = plant.person(account, "salesforce", web_user=browser)
        names_contact = number != 2
        deal = plant.deal(
            "2025-04-30",
            account,
            system="salesforce",
            created_at=utc("2025-03-01T10:00:00"),
            primary_person=contact if names_contact else None,
            amount=Decimal(100 * number + 100),
        )
        if names_contact:
            plant.deal_person(deal, contact, is_primary=True, role="Decision Maker")
        channels = (
            ("google", "organic", "Organic Search", "(organic)"),
            ("google", "cpc", "Paid Search", "brand search"),
            ("newsletter", "email", "Email", "light letter"),
            ("trade-press.example", "referral", "Referral", "(referral)"),
        )
        for at, (source, medium, channel, campaign) in list(zip(touches, channels, strict=True))[
            :number
        ]:
            plant.session(at, browser, source, medium, channel=channel, campaign=campaign)
        if number == 0:
            plant.session("2024-09-01T09:00:00", browser)  # a day before the window
            plant.session("2025-05-01T09:00:00", browser)  # after the close
    account = plant.account("Clicks And Leads", "salesforce")
    contact = plant.person(account, "salesforce", email="click@clicks-and-leads.example")
    deal = plant.deal("2025-01-31", account, system="salesforce", primary_person=contact)
    plant.deal_person(deal, contact, is_primary=True)
    plant.lead(
        "2024-11-01T09:00:00",
        lead_source="Paid Search",
        status="Converted",
        converted_at=utc("2024-12-02T10:00:00"),
        converted_account=account,
        converted_person=contact,
        converted_deal=deal,
    )
    plant.message(
        MAILCHIMP,
        "click@clicks-and-leads.example",
        "2024-11-06T09:00:00",
        ("delivered", "2024-11-06T09:00:00"),
        ("open", "2024-11-06T12:00:00"),
        (f"click {PRICES}", "2024-11-06T12:01:00"),
    )
