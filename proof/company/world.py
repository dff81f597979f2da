"""The fixed surroundings of the demo company: what it sells, where, through which sources, against
whom.

None of it is drawn by chance, so that every seed has the same dimension values, and the mapping
seeds stay readable.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from proof.company.records import (
    Competitor,
    Country,
    DealType,
    ExchangeRate,
    LeadSource,
    Product,
    ProductAlias,
    Spelling,
    Stage,
    Territory,
)

FIRST_DAY = date(2023, 1, 1)
LAST_DAY = date(2025, 10, 31)  # After the default as_of_date: the last weeks must not count.

# Owners that are nobody: queues, by the ids that the vendors give them.
SALESFORCE_QUEUE = "00G000000000901AAA"
HUBSPOT_QUEUE = "990901"

# --- where ----------------------------------------------------------------------------------------

COUNTRIES = (
    Country(
        "United Kingdom",
        "UK & Ireland",
        ("United Kingdom", "UK", "U.K.", "Great Britain", "England"),
    ),
    Country("Ireland", "UK & Ireland", ("Ireland", "Republic of Ireland")),
    Country("France", "Western Europe", ("France", "FR")),
    Country("Netherlands", "Western Europe", ("Netherlands", "The Netherlands", "Holland")),
    Country("Spain", "Southern Europe", ("Spain", "España")),
    Country("Sweden", "Nordics", ("Sweden", "Sverige")),
    Country("Denmark", "Nordics", ("Denmark", "Danmark")),
    Country("Canada", "Overseas", ("Canada", "CA")),
    Country("Australia", "Overseas", ("Australia",)),
)
UNMAPPED_COUNTRY = "Éire"

# Australia has no territory: its accounts fall to their owner's. "Key Accounts" is only assigned.
TERRITORIES = (
    Territory("British Isles", "North West", "United Kingdom"),
    Territory("British Isles", "North West", "Ireland"),
    Territory("Benelux & France", "Continent", "France"),
    Territory("Benelux & France", "Continent", "Netherlands"),
    Territory("Iberia", "Continent", "Spain"),
    Territory("Nordics", "North", "Sweden"),
    Territory("Nordics", "North", "Denmark"),
    Territory("Canada", "Overseas", "Canada"),
    Territory("Key Accounts", "Global"),
)
KEY_ACCOUNTS = "Key Accounts"

CURRENCY_OF_COUNTRY = {"United Kingdom": "GBP", "Sweden": "SEK", "Canada": "CAD"}
REPORTING_CURRENCY = "EUR"

# One rate a quarter, from before the first deal on; four decimals, so that products are exact.
_RATES = {
    "GBP": (
        "1.1420 1.1310 1.1620 1.1540 1.1505 1.1690 1.1720 1.1830 1.1990 1.2070 1.1920 1.1660 1.1480"
    ),
    "SEK": (
        "0.0920 0.0897 0.0886 0.0849 0.0866 0.0901 0.0866 0.0881 0.0884 0.0873 0.0921 0.0897 0.0905"
    ),
    "CAD": (
        "0.7450 0.6920 0.6790 0.6920 0.6970 0.6830 0.6840 0.6820 0.6640 0.6710 0.6430 0.6240 0.6120"
    ),
}
RATE_DAYS = tuple(
    date(year, month, 1) for year in (2022, 2023, 2024, 2025) for month in (1, 4, 7, 10)
)[3:]
EXCHANGE_RATES = tuple(
    ExchangeRate(currency, day, Decimal(rate))
    for currency, rates in _RATES.items()
    for day, rate in zip(RATE_DAYS, rates.split(), strict=True)
)

# --- through which sources ------------------------------------------------------------------------


def _spelled(salesforce: str, tabular: str, hubspot: str = "") -> tuple[Spelling, ...]:
    """Spellings written as `a|b` for each system."""
    return tuple(
        Spelling(raw, system)
        for system, raws in (
            ("salesforce", salesforce),
            ("tabular", tabular),
            ("hubspot", hubspot),
        )
        for raw in raws.split("|")
        if raw
    )


LEAD_SOURCES = (
    LeadSource(
        "Website",
        "Inbound",
        spellings=_spelled(
            "Web|Website|Web Form", "site|online form", "ORGANIC_SEARCH|DIRECT_TRAFFIC"
        ),
    ),
    LeadSource(
        "Referral",
        "Word of mouth",
        spellings=(
            Spelling("Referral"),
            Spelling("Recommendation"),
            Spelling("REFERRALS", "hubspot"),
        ),
    ),
    LeadSource("Partner", "Partners", spellings=_spelled("Partner|Reseller", "partner firm")),
    LeadSource("Event", "Events", spellings=_spelled("Event|Conference", "fair", "OFFLINE")),
    LeadSource("Paid Search", "Paid", spellings=_spelled("Paid Search|PPC", "ads", "PAID_SEARCH")),
    LeadSource(
        "Newsletter", "Email", spellings=_spelled("Newsletter", "mailing", "EMAIL_MARKETING")
    ),
    LeadSource(
        "Outbound Call",
        "Outbound",
        is_self_generated=True,
        spellings=_spelled("Cold Call|Outbound", "phoned by us"),
    ),
    LeadSource("Launch Fair 2023", "Events", spellings=_spelled("Launch Fair 2023", "launch fair")),
)
UNMAPPED_LEAD_SOURCE = "Met on the train"

# --- against whom ---------------------------------------------------------------------------------

COMPETITORS = (
    Competitor("Lumora", ("Lumora", "Lumora Ltd", "lumora group")),
    Competitor("BrightWorks", ("BrightWorks", "Bright Works")),
    Competitor("Helio & Sons", ("Helio & Sons", "Helio")),
    Competitor("In-house", ("In-house", "internal solution")),
)
UNMAPPED_COMPETITOR = "Ampère Frères"
LOSS_REASONS = ("Price", "Timing", "Missing feature", "No budget", "Lost contact")

DEAL_TYPES = (
    DealType(Spelling("New Business", "salesforce"), "new_business"),
    DealType(Spelling("Renewal", "salesforce"), "renewal"),
    DealType(Spelling("Upsell", "salesforce"), "expansion"),
    DealType(Spelling("Add-On", "salesforce"), "expansion"),
    DealType(Spelling("Cross-Sell", "salesforce"), "cross_sell"),
    DealType(Spelling("first order", "tabular"), "new_business"),
    DealType(Spelling("prolongation", "tabular"), "renewal"),
    DealType(Spelling("extension", "tabular"), "expansion"),
    DealType(Spelling("newbusiness", "hubspot"), "new_business"),
    DealType(Spelling("Repeat order"), "repeat"),
)
UNMAPPED_DEAL_TYPES = ("Existing Business", "Pilot")

FREE_MAIL_DOMAINS = (
    "freemail.example",
    "gmail.com",
    "gmx.net",
    "hotmail.com",
    "icloud.com",
    "outlook.com",
    "yahoo.com",
)

# --- what it sells --------------------------------------------------------------------------------


def _product(
    key: str, name: str, line: str | None, price: str | None, launched: date | None
) -> Product:
    return Product(
        key=key,
        name=name,
        product_line=line,
        list_price=None if price is None else Decimal(price),
        launched_on=launched,
    )


PRODUCTS = (
    _product("salesforce:01t000000000001AAA", "Halo Panel", "Lighting", "180.00", date(2019, 3, 1)),
    _product(
        "salesforce:01t000000000002AAA", "Halo Panel XL", "Lighting", "310.00", date(2021, 9, 15)
    ),
    _product(
        "salesforce:01t000000000003AAA", "Aurora Spot", "Lighting", "95.50", date(2023, 6, 15)
    ),
    _product(
        "salesforce:01t000000000004AAA", "Aurora Track", "Lighting", "240.00", date(2024, 2, 29)
    ),
    _product("salesforce:01t000000000005AAA", "Sense One", "Sensors", "75.00", date(2020, 5, 4)),
    _product("salesforce:01t000000000006AAA", "Sense Air", "Sensors", "129.00", date(2023, 10, 2)),
    _product("salesforce:01t000000000007AAA", "Sense Grid", "Sensors", "410.00", date(2025, 3, 3)),
    _product(
        "salesforce:01t000000000008AAA", "Pilot Cloud", "Software", "1200.00", date(2021, 1, 11)
    ),
    _product(
        "salesforce:01t000000000009AAA", "Pilot Cloud Pro", "Software", "2900.00", date(2024, 6, 1)
    ),
    _product("salesforce:01t000000000010AAA", "Pilot Insights", "Software", "850.00", None),
    _product("salesforce:01t000000000011AAA", "Commissioning", "Services", "1500.00", None),
    _product("salesforce:01t000000000012AAA", "Care Plan", "Services", "690.00", date(2022, 11, 1)),
    _product("tabular:ST-100", "Street Mast 100", "Outdoor", "520.00", date(2020, 2, 1)),
    _product("tabular:ST-200", "Street Mast 200", "Outdoor", "760.00", date(2024, 9, 1)),
    _product("tabular:FL-50", "Flood 50", "Lighting", "330.00", date(2023, 4, 1)),
    _product("tabular:SV-1", "Mounting, on site", "Services", "980.00", None),
    _product("tabular:SP-9", 'Spare "kit"', None, "45.00", None),
    _product("hubspot:20011001", "Glow Sign", "Signs", "640.00", None),
    _product("hubspot:20011002", "Glow Sign Mini", "Signs", "290.00", None),
    _product("hubspot:20011003", "Sign Care", "Services", "120.00", None),
    _product("hubspot:20011004", "Sign Layout", None, "75.00", None),
)
PRODUCT_ALIASES = (
    ProductAlias(Spelling("ST100", "tabular"), "ST-100"),
    ProductAlias(Spelling("Street Mast 200", "tabular"), "ST-200"),
)

INDUSTRIES = (
    "Retail",
    "Hôtellerie & Café",
    "Healthcare",
    "Logistics",
    "Food, Drink & Co.",
    "Education",
    "Public Sector",
)
SEGMENTS = ("Small", "Mid", "Large")


# --- how it sells ---------------------------------------------------------------------------------


def _stages(system: str, *stages: tuple[str, int, bool, bool]) -> tuple[Stage, ...]:
    return tuple(
        Stage(
            key=f"{system}:{label}" if system == "tabular" else f"{system}:01J{order:012d}AAA",
            label=label,
            order=order,
            probability=probability,
            is_closed=is_closed,
            is_won=is_won,
        )
        for order, (label, probability, is_closed, is_won) in enumerate(stages, start=1)
    )


# The labels of the tabular stages mislead on purpose: only the flags say what is won, lost or open.
STAGES = _stages(
    "salesforce",
    ("Prospecting", 10, False, False),
    ("Qualification", 25, False, False),
    ("Proposal", 50, False, False),
    ("Negotiation", 75, False, False),
    ("Closed Won", 100, True, True),
    ("Closed Lost", 0, True, False),
) + _stages(
    "tabular",
    ("First talk", 10, False, False),
    ("Offer out", 40, False, False),
    ("Won over the boss", 70, False, False),
    ("Order in", 100, True, True),
    ("Framework order, no longer lost", 100, False, True),
    ("Closed - won by competitor", 0, True, False),
    ("Closed - no decision", 0, True, False),
)


# HubSpot's pipelines use the same labels with other meanings, and labels that mislead.
SALES_PIPELINE, PARTNER_PIPELINE = "hubspot:default", "hubspot:7301"
STAGES += tuple(
    Stage(
        key=f"hubspot:{stage_id}",
        pipeline=pipeline,
        label=label,
        order=order,
        probability=probability,
        is_closed=is_closed,
        is_won=is_won,
    )
    for pipeline, stages in (
        (
            SALES_PIPELINE,
            (
                ("appointmentscheduled", "First meeting", 20, False, False),
                ("qualifiedtobuy", "Closed, in principle", 40, False, False),
                ("contractsent", "Signed", 90, False, False),
                ("closedwon", "Done", 100, True, True),
                ("closedlost", "Won by a rival", 0, True, False),
            ),
        ),
        (
            PARTNER_PIPELINE,
            (
                ("7301001", "First meeting", 10, False, False),
                ("7301002", "Done", 50, False, False),
                ("7301003", "Signed", 100, True, True),
                ("7301004", "Dropped", 0, True, False),
            ),
        ),
    )
    for order, (stage_id, label, probability, is_closed, is_won) in enumerate(stages, start=1)
)


@dataclass(frozen=True)
class Process:
    """The stages of one system's sales process, by what they mean."""

    open: tuple[str, ...]
    won: tuple[str, ...]
    lost: tuple[str, ...]


def _process(stages: tuple[Stage, ...]) -> Process:
    return Process(
        open=tuple(s.label for s in stages if not (s.is_closed or s.is_won)),
        won=tuple(s.label for s in stages if s.is_won),
        lost=tuple(s.label for s in stages if s.is_closed and not s.is_won),
    )


# By system; HubSpot's by pipeline.
PROCESSES = {
    process: _process(tuple(s for s in STAGES if process in (s.system, s.pipeline)))
    for process in ("salesforce", "tabular", SALES_PIPELINE, PARTNER_PIPELINE)
}

# --- names, all invented --------------------------------------------------------------------------


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


FIRST_NAMES = _words(
    "Ada Aoife Åsa Bram Camille Carlos Chloé Daan Elif Emil Fatima Freja George Hanna Ines Isla "
    "Ivo Jasper José Julie Kees Lars Leïla Liam Lotte Łukasz Maeve Mateo Mia Nadia Noor Oscar "
    "Pilar Priya Rasmus Rhys Sara Siân Søren Tess Théo Tomás Ursula Viktor Wes Yara Zoë"
)
LAST_NAMES = _words(
    "Barnaby Bélanger Castell Dahl Dewit Dupré Ekström Farrow Fjord García Hollis Ibáñez "
    "Iversen Janssen Kavanagh Kerr Lindqvist MacNeil Marchetti Moreau Núñez O'Brien O'Dowd "
    "Pettersson Quayle Rask Rinsma Sandoval Seymour Thorne Tremblay Ueland Vermeer Visser Walsh "
    "Wren Ytterberg Zandstra"
)
COMPANY_NAMES = _words(
    "Alder Amber Anchor Arbour Ashdown Beacon Birch Bluefin Bracken Brook Camden Cedar Clover "
    "Copper Cypress Dune Elder Ember Falcon Fern Granite Harbour Hazel Heron Juniper Kestrel Lark "
    "Linden Maple Marram Meadow Nimbus Oak Orchard Osprey Pebble Pine Quarry Raven Ridge Rowan "
    "Saffron Sorrel Stork Tern Thistle Tidal Umber Willow Yarrow"
)
COMPANY_TRADES = _words(
    "Bakery Books Clinics Cycles Dairy Foods Freight Furniture Gardens Hotels Kitchens Logistics "
    "Optics Pharmacy Schools Studios Textiles Theatres Timber Tools"
)
COMPANY_FORMS = ("Ltd", "B.V.", "AB", "S.L.", "ApS", "Group", "& Co", "")
JOB_TITLES = (
    "Facility Manager",
    "Head of Operations",
    "Purchasing Lead",
    "Owner",
    "Site Engineer",
    "Finance Director",
)
