"""Cases of every demo company, whatever its seed: those in which a KPI is usually computed
wrongly.

Planted here, by hand, with ids of their own (Salesforce: `0069…`; tabular: `D-E…`):

* **order of deals**: two won deals of one account on one day, told apart by the created time; by
  the deal id; by a created time that is missing (last);
* **time zone**: deals and leads created a second before and after local midnight, in winter and in
  summer, at a month's and a year's end; a lead in the last second of `as_of_date`, and one second
  later;
* **after as_of_date**: won after it (still open), created after it but won before it (does not
  exist), converted and won after it;
* **who**: deals without account, of an account that is in no table, of a deleted account; without
  owner, with an owner that is in no table; won after its rep left; closed on the last day in one
  team and on the first in the next;
* **where**: accounts with an own territory that the seed does not know, with only a country, with a
  country without territory, with neither; a country that no mapping knows, one in lower case
  between blanks;
* **identity**: an account merged twice (A into B into C) in both systems; one company in both
  systems, its domain written `HTTPS://WWW.…/`; two Salesforce accounts with the domain of one
  tabular account; free-mail domains;
* **deals that do not count**: deleted, merged away (twice), closed without a close date or with an
  unreadable one, in a stage that the stage table lacks;
* **amounts**: missing, zero, negative, unreadable, in other currencies, without a currency;
* **lines**: that do not add up to more or to less, none at all, without product, with a product
  that no table has, with a product spelled otherwise, without amount, without anything, deleted,
  without any list price or quantity;
* **new products**: launched exactly `new_product_months` before the close, a day too early, over a
  29 February, on the day of the close, after it;
* **deal types**: mapped, in other case, unmapped, absent; `new_business` on a later deal;
  cross-sell and repeat;
* **leads**: won on the last day of the window and a day later; through a deal that was merged;
  through one that was deleted; in both systems with the e-mail in other case, the later one
  converted; twice in one system; deleted; merged away; every kind of good and bad e-mail, phone and
  name;
* **text**: formulas, quotes, commas, line breaks, unicode, blank text, a lead source and a
  competitor that no mapping knows, a slice that ends long before `as_of_date`;
* **older versions**: deleted later, restored later, moved to another year and account, a line of
  another product, a lead whose old address was that of a lead in the other system;
* **broken rows**, which stand for nothing: without key, without a required value, with an
  unreadable required one.

Older versions and copies of ordinary rows come from `simulate.py`; so do reps who change team
inside a quarter (2, 3 and 5), the rep who leaves (4), the one hired late (7), the one without
assignments (8) and the one with a gap (6).
"""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from proof.company import world
from proof.company.records import (
    Account,
    Company,
    Deal,
    Lead,
    LineItem,
    Product,
    Record,
    Rep,
)


def plant_edge_cases(company: Company) -> Company:
    """The company with the edge cases added."""
    planter = _Planter()
    for plant in (
        _order_of_deals,
        _time_zone,
        _after_the_as_of_date,
        _who,
        _where,
        _identity,
        _deals_that_do_not_count,
        _amounts,
        _lines,
        _new_products,
        _deal_types,
        _conversions,
        _leads_in_both_systems,
        _contact_fields,
        _texts,
        _older_versions,
        _broken_rows,
    ):
        plant(planter)
    return replace(
        company,
        accounts=company.accounts + tuple(planter.accounts),
        leads=company.leads + tuple(planter.leads),
        deals=company.deals + tuple(planter.deals),
        lines=company.lines + tuple(planter.lines),
        older_versions=company.older_versions + tuple(planter.older_versions),
        stray_rows=company.stray_rows + tuple(planter.stray_rows),
    )


def _utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def _day(text: str) -> date:
    return date.fromisoformat(text)


def _sf(prefix: str, number: int) -> str:
    return f"salesforce:{prefix}9{number:011d}AAA"


def _rep(number: int) -> str:
    return f"salesforce:005{number:012d}AAA"


ISLES_REP, NORDICS_MOVER, KEY_MOVER, LEAVER, SPARE_REP = (_rep(n) for n in (1, 2, 3, 4, 8))
TABULAR_REP = "tabular:001"
HALO, SENSE, CLOUD, CARE = (f"salesforce:01t{n:012d}AAA" for n in (1, 5, 8, 12))
SPOT_2023_06_15, TRACK_2024_02_29 = (f"salesforce:01t{n:012d}AAA" for n in (3, 4))


class _Planter:
    """Collects the planted records, with sensible values where a case does not care."""

    def __init__(self) -> None:
        self.accounts: list[Account] = []
        self.leads: list[Lead] = []
        self.deals: list[Deal] = []
        self.lines: list[LineItem] = []
        self.older_versions: list[Record] = []
        self.stray_rows: list[Record] = []

    def account(self, name: str, system: str = "salesforce", **fields: Any) -> str:
        """Adds an account in the United Kingdom and gives its key."""
        number = len(self.accounts) + 1
        values: dict[str, Any] = {
            "key": _sf("001", number) if system == "salesforce" else f"tabular:A-E{number:03d}",
            "name": name,
            "country": "United Kingdom",
            "industry": "Retail",
            "segment": "Mid",
            "owner": ISLES_REP if system == "salesforce" else TABULAR_REP,
            "created_at": _utc("2023-01-10T09:00:00"),
            "modified_at": _utc("2024-01-10T09:00:00"),
        } | fields
        self.accounts.append(Account(**values))
        return str(values["key"])

    def deal(
        self,
        closed: str | None,
        account: str | None,
        outcome: str = "won",
        system: str = "salesforce",
        **fields: Any,
    ) -> str:
        """Adds a deal of 1000 EUR that was created 30 days before its close, and gives its key."""
        number = len(self.deals) + 1
        process = world.PROCESSES[system]
        close_date = None if closed is None else _day(closed)
        created_at = _utc(f"{(close_date or _day('2024-03-31')) - timedelta(days=30)}T10:00:00")
        values: dict[str, Any] = {
            "key": _sf("006", number) if system == "salesforce" else f"tabular:D-E{number:03d}",
            "account": account,
            "name": f"Edge case {number}",
            "stage": {"won": process.won, "lost": process.lost, "open": process.open}[outcome][0],
            "is_won": outcome == "won",
            "is_closed": outcome != "open",
            "created_at": created_at,
            "close_date": None if outcome == "open" else close_date,
            "expected_close_date": close_date,
            "amount": Decimal("1000.00"),
            "currency": "EUR",
            "owner": ISLES_REP if system == "salesforce" else TABULAR_REP,
            "lead_source": "Referral",
            "modified_at": _utc("2025-10-20T08:00:00"),
        } | fields
        self.deals.append(Deal(**values))
        return str(values["key"])

    def line(self, deal: str, product: str | None, amount: str | None, **fields: Any) -> None:
        """Adds one line of one piece with the given amount."""
        number = len(self.lines) + 1
        values: dict[str, Any] = {
            "key": _sf("00k", number)
            if deal.startswith("salesforce")
            else f"tabular:E{number:05d}",
            "deal": deal,
            "product": product,
            "quantity": Decimal(1),
            "amount": None if amount is None else Decimal(amount),
            "modified_at": _utc("2025-10-20T08:00:00"),
        } | fields
        self.lines.append(LineItem(**values))

    def lead(self, created: str, system: str = "salesforce", **fields: Any) -> str:
        """Adds a lead from Ireland with name, e-mail and phone, and gives its key."""
        number = len(self.leads) + 1
        values: dict[str, Any] = {
            "key": _sf("00Q", number) if system == "salesforce" else f"tabular:E{number:04d}",
            "created_at": _utc(created),
            "name": "Edna Case",
            "email": f"edna.{number}@edge-cases.example",
            "phone": "+44 20 7946 0999",
            "company": "Edge Cases Ltd",
            "country": "Ireland",
            "lead_source": "Website",
            "owner": ISLES_REP if system == "salesforce" else TABULAR_REP,
            "status": "Open",
            "modified_at": _utc("2025-10-20T08:00:00"),
        } | fields
        written = dict(values.get("as_written", {}))
        if values["lead_source"] == "Website":
            written.setdefault("lead_source", "Web" if system == "salesforce" else "site")
        self.leads.append(Lead(**values | {"as_written": written}))
        return str(values["key"])


def _order_of_deals(plant: _Planter) -> None:
    same_day = plant.account("Tie & Sons")
    plant.deal("2024-05-14", same_day, created_at=_utc("2024-05-02T09:00:00"), amount=Decimal(900))
    plant.deal("2024-05-14", same_day, created_at=_utc("2024-05-01T09:00:00"), amount=Decimal(700))

    same_second = plant.account("Twin Deals Ltd")
    for amount in (410, 420):
        plant.deal(
            "2024-05-14",
            same_second,
            created_at=_utc("2024-05-01T09:00:00"),
            amount=Decimal(amount),
        )

    no_created_time = plant.account("Late Entry Kiosk", system="tabular")
    plant.deal(
        "2024-05-14", no_created_time, system="tabular", created_at=None, amount=Decimal(510)
    )
    plant.deal("2024-05-14", no_created_time, system="tabular", amount=Decimal(520))
    plant.deal(
        "2024-06-03",
        no_created_time,
        system="tabular",
        created_at=None,
        as_written={"created_at": "soon"},
    )


def _time_zone(plant: _Planter) -> None:
    account = plant.account("Midnight Bakery")
    # Amsterdam is UTC+2 in summer and UTC+1 in winter.
    for moment in (
        "2024-03-31T21:59:59",
        "2024-03-31T22:00:00",
        "2024-12-31T22:59:59",
        "2024-12-31T23:00:00",
        "2023-06-30T22:30:00",
    ):
        plant.lead(moment)
        plant.lead(moment, system="tabular")
        plant.deal("2025-02-03", account, created_at=_utc(moment))
    # A moment with another zone's offset: 00:30 on 1 March in Sydney is still February here.
    plant.lead(
        "2024-02-29T13:30:00",
        system="tabular",
        as_written={"created_at": "2024-03-01 00:30:00+11:00"},
    )


def _after_the_as_of_date(plant: _Planter) -> None:
    account = plant.account("Horizon Freight")
    plant.lead("2025-09-17T21:59:59")
    plant.lead("2025-09-17T22:00:00")
    plant.deal("2025-09-17", account, amount=Decimal(1700))
    plant.deal("2025-09-18", account, amount=Decimal(1800))
    plant.deal("2025-09-10", account, created_at=_utc("2025-09-18T08:00:00"), amount=Decimal(1900))
    won_later = plant.deal("2025-09-25", account)
    plant.lead(
        "2025-08-01T08:00:00",
        converted_deal=won_later,
        converted_at=_utc("2025-08-26T10:00:00"),
        status="Converted",
    )
    plant.lead(
        "2025-08-02T08:00:00",
        converted_deal=plant.deal("2025-09-16", account, created_at=_utc("2025-08-20T08:00:00")),
        converted_at=_utc("2025-09-20T10:00:00"),
        status="Converted",
    )


def _who(plant: _Planter) -> None:
    account = plant.account("Somebody Must Own It")
    plant.deal("2024-03-08", None, amount=Decimal(333))
    plant.deal("2024-03-11", None, outcome="lost", amount=Decimal(334))
    unknown = "salesforce:001999999999999ZZZ"
    plant.deal("2024-03-12", unknown, amount=Decimal(335))
    plant.deal("2024-07-12", unknown, amount=Decimal(336))
    deleted = plant.account("Closed Down Hotels", is_deleted=True, industry="Logistics")
    plant.deal("2024-04-02", deleted, amount=Decimal(337))
    plant.deal("2024-03-13", account, owner=None, amount=Decimal(338))
    plant.deal("2024-03-14", account, owner="salesforce:005999999999999ZZZ", amount=Decimal(339))
    plant.deal("2024-11-30", account, owner=LEAVER, amount=Decimal(340))
    plant.deal("2024-12-02", account, owner=LEAVER, amount=Decimal(341))
    nowhere = plant.account("Nowhere Ltd", country=None)
    for closed in ("2024-02-14", "2024-02-15"):
        plant.deal(closed, nowhere, owner=NORDICS_MOVER, amount=Decimal(342))
    for closed in ("2024-08-19", "2024-08-20"):
        plant.deal(closed, nowhere, owner=KEY_MOVER, outcome="lost", competitor="Lumora")
    plant.lead("2024-08-19T21:59:00", owner=KEY_MOVER, country=None)
    plant.lead("2024-08-19T22:01:00", owner=KEY_MOVER, country=None)
    plant.lead("2024-08-21T08:00:00", owner=None, country=None)


def _where(plant: _Planter) -> None:
    plant.deal("2024-09-02", plant.account("Legacy Opticians", territory="Legacy West"))
    plant.deal("2024-09-03", plant.account("Only A Country", country="Spain"))
    plant.deal("2024-09-04", plant.account("Down Under Dairy", country="Australia"))
    plant.deal("2024-09-05", plant.account("Neither Nor", country=None))
    plant.deal("2024-09-06", plant.account("Owner Without Any", country=None), owner=SPARE_REP)
    plant.deal("2024-09-09", plant.account("Cois Farraige", country=world.UNMAPPED_COUNTRY))
    plant.deal(
        "2024-09-10",
        plant.account("Lower Case Linen", as_written={"country": "  united kingdom "}),
    )
    plant.deal(
        "2024-09-11",
        plant.account(
            "Blank Everything",
            country=None,
            industry=None,
            segment=None,
            as_written={"country": "   ", "industry": " ", "segment": "  "},
        ),
    )
    plant.deal(
        "2024-09-12",
        plant.account("Padded Studios", as_written={"industry": " Retail ", "country": "U.K."}),
    )
    plant.deal(
        "2024-09-13",
        plant.account("Own Market AB", system="tabular", country="Sweden", market="Chain Stores"),
        system="tabular",
    )
    plant.lead("2024-09-14T10:00:00", country=world.UNMAPPED_COUNTRY)
    plant.lead("2024-09-14T11:00:00", country="Australia")


def _identity(plant: _Planter) -> None:
    survivor = plant.account("Chain C", territory="Iberia", country="France", industry="Education")
    middle = plant.account("Chain B", merged_into=survivor, is_deleted=True, industry="Logistics")
    first = plant.account("Chain A", merged_into=middle, is_deleted=True, country="Sweden")
    for closed, account in (
        ("2024-01-15", first),
        ("2024-02-20", middle),
        ("2024-04-22", survivor),
    ):
        plant.deal(closed, account, amount=Decimal(610))

    survivor = plant.account("Kette C", system="tabular", country="Denmark")
    middle = plant.account("Kette B", system="tabular", merged_into=survivor)
    first = plant.account("Kette A", system="tabular", merged_into=middle)
    for closed, account in (("2024-06-03", survivor), ("2024-01-16", first)):
        plant.deal(closed, account, system="tabular", amount=Decimal(620))

    # One company in both systems: each column from Salesforce where it has it, else from the other.
    shared = {"organisation": "acme-lighting.example", "domain": "acme-lighting.example"}
    in_salesforce = plant.account(
        "Acme Lighting",
        industry=None,
        country="Netherlands",
        as_written={"domain": "https://www.acme-lighting.example", "country": "Holland"},
        **shared,
    )
    in_tabular = plant.account(
        "ACME Lighting BV",
        system="tabular",
        industry="Public Sector",
        country="Sweden",
        market="Chain Stores",
        as_written={"domain": "HTTPS://WWW.Acme-Lighting.EXAMPLE/", "country": "Sverige"},
        **shared,
    )
    plant.deal("2024-07-02", in_salesforce, amount=Decimal(710))
    plant.deal("2024-06-20", in_tabular, system="tabular", amount=Decimal(720))

    # Two Salesforce accounts with the domain of a tabular one: it is the one with the smaller key.
    shared = {"organisation": "two-of-them.example", "domain": "two-of-them.example"}
    smaller = plant.account("Two Of Them", **shared)
    larger = plant.account("Two Of Them (old)", country="Canada", **shared)
    other = plant.account("Two of Them", system="tabular", **shared)
    plant.deal("2024-08-05", other, system="tabular", amount=Decimal(730))
    plant.deal("2024-08-06", smaller, amount=Decimal(740))
    plant.deal("2024-08-07", larger, amount=Decimal(750))

    # People who have no website write their mail provider's: that joins nothing.
    for mail in ("gmail.com", "freemail.example"):
        plant.deal("2024-10-01", plant.account(f"Stall one ({mail})", domain=mail))
        plant.deal(
            "2024-10-02",
            plant.account(
                f"Stall two ({mail})",
                system="tabular",
                domain=mail,
                as_written={"domain": f"www.{mail}"},
            ),
            system="tabular",
        )


def _deals_that_do_not_count(plant: _Planter) -> None:
    account = plant.account("Discount Nothing")
    tabular = plant.account("Geen Deal B.V.", system="tabular", country="Netherlands")
    plant.deal("2024-01-08", account, is_deleted=True, amount=Decimal(99000))
    plant.deal(
        "2024-01-09",
        tabular,
        system="tabular",
        is_deleted=True,
        amount=Decimal(99001),
        as_written={"is_deleted": "TRUE"},
    )
    survivor = plant.deal("2024-02-12", tabular, system="tabular", amount=Decimal(810))
    middle = plant.deal("2024-02-11", tabular, system="tabular", merged_into=survivor)
    plant.deal("2024-02-10", tabular, system="tabular", merged_into=middle, amount=Decimal(99002))
    for text in ("", "soon"):
        plant.deal(None, account, amount=Decimal(99003), as_written={"close_date": text})
    plant.deal(None, tabular, "lost", system="tabular", as_written={"close_date": "2024-13-45"})
    plant.deal("2024-03-04", account, outcome="open", amount=Decimal(99004))
    plant.deal(
        "2024-03-05",
        tabular,
        outcome="open",
        system="tabular",
        stage="Won, says the intern",
        amount=Decimal(99005),
    )
    # Labels mislead: a lost one that sounds won, a won one that sounds lost, an open one too.
    lost, won, still_open = (
        "Closed - won by competitor",
        "Framework order, no longer lost",
        "Won over the boss",
    )
    plant.deal(
        "2024-03-06", tabular, "lost", system="tabular", stage=lost, competitor="Helio & Sons"
    )
    plant.deal("2024-03-07", tabular, "won", system="tabular", stage=won)
    plant.deal("2024-03-08", tabular, "open", system="tabular", stage=still_open)


def _amounts(plant: _Planter) -> None:
    account = plant.account("Money Matters")
    plant.deal("2024-10-07", account, amount=None)
    plant.deal("2024-10-08", account, amount=None, as_written={"amount": "N/A"})
    plant.deal("2024-10-08", account, amount=None, as_written={"amount": "NaN"})
    plant.deal("2024-10-08", account, "lost", amount=None, as_written={"amount": "Infinity"})
    plant.deal("2024-10-09", account, amount=Decimal("0.00"))
    plant.deal("2024-10-10", account, amount=Decimal("-250.50"))
    plant.deal("2024-10-11", account, currency=None, amount=Decimal(444))
    plant.deal("2024-09-30", account, currency="GBP", amount=Decimal("1000.01"))
    plant.deal("2024-10-01", account, currency="GBP", amount=Decimal("1000.01"))
    plant.deal("2024-10-14", account, currency="SEK", amount=Decimal("98765.43"))
    plant.deal("2024-10-15", account, "lost", currency="CAD", amount=Decimal("777.77"))
    plant.deal("2024-10-16", account, "lost", amount=None)


def _lines(plant: _Planter) -> None:
    account = plant.account("Lines & Co", currency="GBP")
    for closed, amounts in (
        ("2024-11-04", ("600", "300")),  # 100 less than the deal
        ("2024-11-05", ("600", "500")),  # 100 more
        ("2024-11-06", ("600", "400")),  # exact
    ):
        deal = plant.deal(closed, account, currency="GBP")
        for product, amount in zip((HALO, CLOUD), amounts, strict=True):
            plant.line(deal, product, amount, list_price=Decimal(650))
    plant.deal("2024-11-07", account)  # no line at all
    plant.deal("2024-11-07", account, amount=None)  # no line and no amount

    deal = plant.deal("2024-11-08", account)
    plant.line(deal, None, "150")  # without product
    plant.line(deal, "salesforce:01t999999999999ZZZ", "250")  # a product that no table has
    plant.line(deal, HALO, None, quantity=Decimal("2.5"), unit_price=Decimal("99.99"))
    plant.line(deal, SENSE, None, quantity=None, unit_price=Decimal(70))  # no amount to be had: 0
    plant.line(deal, CARE, "40", quantity=None, list_price=Decimal("50.00"))  # one piece
    plant.line(deal, CARE, "5000", is_deleted=True)
    plant.line(deal, SENSE, None, quantity=None, as_written={"amount": "n.a.", "quantity": "some"})

    tabular = plant.account("Regels B.V.", system="tabular", country="Netherlands")
    deal = plant.deal("2024-11-11", tabular, system="tabular")
    plant.line(deal, "tabular:ST-100", "500", as_written={"product": "ST100"})
    plant.line(deal, "tabular:ST-200", "300", as_written={"product": " street mast 200"})
    plant.line(deal, "tabular:SP-9", "200", quantity=Decimal(4))  # a product without product line
    lost = plant.deal("2024-11-12", tabular, "lost", system="tabular")
    plant.line(lost, "tabular:ST-100", "1000")
    plant.line(lost, "tabular:ST-200", "1000")  # does not add up either


def _new_products(plant: _Planter) -> None:
    account = plant.account("First Movers")
    for closed, product in (
        ("2023-06-14", SPOT_2023_06_15),  # sold the day before its launch
        ("2023-06-15", SPOT_2023_06_15),  # on the day
        ("2024-06-15", SPOT_2023_06_15),  # exactly twelve months
        ("2024-06-16", SPOT_2023_06_15),  # a day too late
        ("2024-02-29", TRACK_2024_02_29),
        ("2025-02-28", TRACK_2024_02_29),  # looks back to 28 February 2024
        ("2025-03-01", TRACK_2024_02_29),  # looks back to 1 March 2024
    ):
        deal = plant.deal(closed, account)
        plant.line(deal, product, "700", list_price=Decimal(800))
        plant.line(deal, HALO, "300")


def _deal_types(plant: _Planter) -> None:
    account = plant.account("Types & Kinds")

    def won(closed: str, means: str | None, raw: str | None, *products: str | None) -> None:
        written = {} if raw is None else {"revenue_type": raw}
        deal = plant.deal(closed, account, revenue_type=means, as_written=written)
        for product in products:
            plant.line(deal, product, str(1000 // len(products)))

    won(
        "2023-03-01", "renewal", "Renewal", HALO
    )  # the first deal is new business, whatever its type says
    won("2023-04-03", "renewal", "renewal ", HALO)
    won(
        "2023-05-02", "new_business", "New Business", HALO
    )  # a later one is not: as if absent, so repeat
    won(
        "2023-06-01", None, "Existing Business", HALO, SENSE
    )  # unmapped, brings Sensors: cross-sell
    won("2023-07-03", None, None, HALO, SENSE)  # nothing new: repeat
    won("2023-08-01", None, None, None)  # a line without product brings no product line: repeat
    won("2023-09-01", None, "Pilot")  # no line at all: repeat
    won("2023-10-02", "expansion", "ADD-ON", CLOUD)
    won("2023-11-01", None, None, CLOUD)  # Software came with the expansion: repeat
    won("2023-12-01", "cross_sell", "Cross-Sell", HALO)
    won("2024-01-03", "repeat", "repeat order", CARE)


def _conversions(plant: _Planter) -> None:
    account = plant.account("Window Shoppers")
    tabular = plant.account("Etalage", system="tabular", country="Netherlands")

    def lead(created: str, deal: str, system: str = "salesforce") -> None:
        plant.lead(
            created,
            system=system,
            status="Converted",
            converted_deal=deal,
            converted_at=_utc(created) + timedelta(days=3),
        )

    # Created on 1 June local time; 90 days later is 30 August.
    lead("2024-06-01T08:00:00", plant.deal("2024-08-30", account))
    lead("2024-06-01T09:00:00", plant.deal("2024-08-31", account))
    lead("2024-05-31T22:30:00", plant.deal("2024-08-30", account))  # 1 June local time
    lead("2024-06-03T09:00:00", plant.deal("2024-07-01", account, outcome="lost"))
    lead("2024-06-03T10:00:00", plant.deal("2024-07-01", account, outcome="open"))
    lead("2024-06-03T11:00:00", plant.deal("2024-07-01", account, is_deleted=True))
    survivor = plant.deal("2024-07-10", tabular, system="tabular", amount=Decimal(910))
    middle = plant.deal("2024-07-09", tabular, "open", system="tabular", merged_into=survivor)
    merged = plant.deal("2024-07-08", tabular, "open", system="tabular", merged_into=middle)
    lead("2024-06-04T09:00:00", merged, system="tabular")
    # The cohorts that are just complete, and not yet.
    lead("2025-06-19T08:00:00", plant.deal("2025-07-21", account))
    lead("2025-06-20T08:00:00", plant.deal("2025-07-21", account))


def _leads_in_both_systems(plant: _Planter) -> None:
    account = plant.account("Asks Everywhere")
    tabular = plant.account("Asks Everywhere Too", system="tabular")
    email = "bo.both@asks-everywhere.example"
    one, two = "bo both, first time", "bo both, second time"

    # The tabular record is the earlier one and counts; the conversion stands in Salesforce.
    plant.lead(
        "2024-02-05T09:00:00",
        system="tabular",
        inquiry=one,
        email=email,
        phone=None,
        lead_source="Event",
        as_written={"email": " Bo.Both@ASKS-everywhere.example ", "lead_source": "Fair"},
    )
    plant.lead(
        "2024-02-06T09:00:00",
        inquiry=one,
        email=email,
        status="Converted",
        converted_deal=plant.deal("2024-03-20", account),
        converted_at=_utc("2024-02-19T10:00:00"),
    )
    # The second one in Salesforce has no partner in the other system, so it is a lead of its own.
    plant.lead("2024-04-09T09:00:00", inquiry=two, email=email)

    # Both converted: the lead that counts keeps its own deal, which was lost.
    email, three = "di.double@asks-everywhere.example", "di double"
    for system, created, outcome in (
        ("salesforce", "2024-04-10T09:00:00", "lost"),
        ("tabular", "2024-04-10T09:00:00", "won"),
    ):
        plant.lead(
            created,
            system=system,
            inquiry=three,
            email=email,
            status="Converted",
            converted_deal=plant.deal(
                "2024-05-20", account if system == "salesforce" else tabular, outcome, system
            ),
            converted_at=_utc("2024-04-20T10:00:00"),
        )

    # The earlier record is deleted, so the other one counts.
    email = "del.eted@asks-everywhere.example"
    plant.lead("2024-05-06T09:00:00", email=email, is_deleted=True)
    plant.lead("2024-05-07T09:00:00", system="tabular", email=email)
    plant.lead(
        "2024-05-08T09:00:00",
        system="tabular",
        is_deleted=True,
        as_written={"is_deleted": "1"},
    )
    # Inside one system the same e-mail is two leads, merged ones are one.
    for hour in (9, 10):
        plant.lead(f"2024-05-13T{hour:02d}:00:00", email="twice@asks-everywhere.example")
    kept = plant.lead("2024-05-14T09:00:00")
    plant.lead("2024-05-14T08:00:00", merged_into=kept, is_deleted=True)


def _contact_fields(plant: _Planter) -> None:
    created = "2024-07-15T09:00:00"
    for email in (
        "a@b",
        "a@b.c",
        "@edge-cases.example",
        "two@@edge-cases.example",
        "with blank@edge-cases.example",
        "dot.at.end@edge-cases.",
        "dot.first@.example",
        "n/a",
    ):
        plant.lead(created, email=email)
    for phone in ("123456", "123 45 67", "(0)12-34567 ext.", "call me", "N/A"):
        plant.lead(created, phone=phone)
    for missing in ("", "   "):
        plant.lead(created, email=None, as_written={"email": missing})
        plant.lead(created, phone=None, as_written={"phone": missing})
        plant.lead(created, system="tabular", name=None, as_written={"name": missing})
    plant.lead(created, name=None)
    # Only in first_name and last_name; only in mobile_phone.
    plant.lead(created, as_written={"name": "", "first_name": "Zoë", "last_name": "Ångström"})
    plant.lead(created, as_written={"phone": " ", "mobile_phone": "+44 20 7946 0777"})


def _texts(plant: _Planter) -> None:
    quoted = plant.account('O\'Neill, "Sons" & Café\nSecond line', industry='Food, "Drink" & Co.')
    formula = plant.account("=1+1", system="tabular", industry="=1+1", country="Denmark")
    plant.deal("2024-12-03", quoted, name='He said, "maybe"\nthen signed')
    plant.deal(
        "2024-12-04", formula, system="tabular", name="=HYPERLINK(1)", campaign="tabular:=1+1"
    )
    plant.deal("2024-12-05", quoted, lead_source=None)
    plant.deal("2024-12-06", quoted, lead_source=None, as_written={"lead_source": "   "})
    plant.deal(
        "2024-12-09",
        quoted,
        lead_source=world.UNMAPPED_LEAD_SOURCE,
        as_written={"lead_source": f" {world.UNMAPPED_LEAD_SOURCE} "},
    )
    plant.deal("2024-12-10", quoted, as_written={"lead_source": "RECOMMENDATION"})
    plant.deal("2024-12-11", quoted, "lost", competitor=world.UNMAPPED_COMPETITOR)
    plant.deal(
        "2024-12-12", quoted, "lost", competitor="Lumora", as_written={"competitor": "LUMORA LTD"}
    )
    plant.deal("2024-12-13", quoted, "lost", competitor=None, as_written={"competitor": "  "})
    # Only blank text is missing: these are values.
    plant.deal("2024-12-16", quoted, "lost", lead_source="N/A", competitor="NULL")
    plant.lead("2024-12-14T09:00:00", industry="None", lead_source="n/a")
    plant.lead("2024-12-14T10:00:00", lead_source=world.UNMAPPED_LEAD_SOURCE)
    plant.lead("2024-12-14T11:00:00", lead_source=None, as_written={"lead_source": " "})
    plant.lead("2024-12-14T12:00:00", system="tabular", campaign='tabular:The "big, bright" one')
    # A source that is used in early 2023 only: its slices end 400 days later.
    plant.lead("2023-02-07T10:00:00", lead_source="Launch Fair 2023")
    plant.deal("2023-03-09", quoted, lead_source="Launch Fair 2023")


def _older_versions(plant: _Planter) -> None:
    account = plant.account("Second Thoughts")
    new, old = _utc("2025-03-02T10:00:00"), _utc("2025-03-01T10:00:00")
    # Deleted later; restored later. A blank flag says no.
    plant.deal("2024-12-17", account, is_deleted=True, modified_at=new)
    plant.older_versions.append(replace(plant.deals[-1], is_deleted=False, modified_at=old))
    plant.deal("2024-12-18", account, modified_at=new, as_written={"is_deleted": ""})
    plant.older_versions.append(
        replace(plant.deals[-1], is_deleted=True, modified_at=old, as_written={})
    )
    # Moved to another year and another account.
    plant.deal("2024-12-19", account, modified_at=new)
    plant.older_versions.append(
        replace(plant.deals[-1], close_date=_day("2023-12-19"), account=None, modified_at=old)
    )
    deal = plant.deal("2024-12-20", account)
    plant.line(deal, HALO, "1000", modified_at=new)
    plant.older_versions.append(
        replace(plant.lines[-1], product=SENSE, amount=Decimal(1), modified_at=old)
    )
    # An address that is corrected no longer joins the lead of the other system.
    email = "typo@second-thoughts.example"
    plant.lead("2025-02-03T10:00:00", modified_at=new)
    plant.older_versions.append(replace(plant.leads[-1], email=email, modified_at=old))
    plant.lead("2025-02-04T10:00:00", system="tabular", email=email)


def _broken_rows(plant: _Planter) -> None:
    moment = _utc("2024-05-05T10:00:00")
    plant.stray_rows += [
        Lead(key=_sf("00Q", 901), created_at=moment, name="No Date", as_written={"created_at": ""}),
        Lead(
            key=_sf("00Q", 902),
            created_at=moment,
            name="Bad Date",
            as_written={"created_at": "soon"},
        ),
        Lead(
            key="tabular:E9902",
            created_at=moment,
            name="Bad Date",
            as_written={"created_at": "31/31/2024"},
        ),
        Lead(key="salesforce:", created_at=moment, name="No Id"),
        _broken_deal("salesforce:", {}),
        _broken_deal("tabular:", {"key": "  "}),
        _broken_deal("tabular:D-E902", {"stage": ""}),
        _broken_deal("tabular:D-E903", {"stage": "   "}),
        LineItem(key=_sf("00k", 901), deal="salesforce:", product=HALO, amount=Decimal(5000)),
        LineItem(key="tabular:E99902", deal="tabular:", amount=Decimal(5000)),
        LineItem(key="salesforce:", deal=plant.deals[0].key, product=HALO, amount=Decimal(5000)),
        Product(key="tabular:XX-1", name="", product_line="Outdoor"),
        Rep(key="tabular:099", name="", team="Nobody"),
        Account(key="tabular:", name="No key at all"),
    ]


def _broken_deal(key: str, written: dict[str, str]) -> Deal:
    system = key.partition(":")[0]
    return Deal(
        key=key,
        name="Broken row",
        stage=world.PROCESSES[system].won[0],
        is_won=True,
        is_closed=True,
        created_at=_utc("2024-05-05T10:00:00"),
        close_date=_day("2024-05-06"),
        amount=Decimal(77777),
        as_written=written,
    )
