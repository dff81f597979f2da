"""The parameters of the believable company: how it is, and the story that happens to it.

Nothing is computed here. Shares of a list add up to 1; factors multiply what would be otherwise.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

from proof.company.records import Competitor, DealType, LeadSource, Product, Spelling, Stage

FIRST_DAY = date(2023, 1, 1)
LAST_DAY = date(2025, 9, 17)
EXPORTED_AT = datetime(2025, 9, 18, 4, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Place:
    """A territory, which is a market too: its reps, the companies in it and its countries.

    Countries are written `name:currency:share`; `quota` is that of its reps, of the usual one.
    """

    name: str
    region: str
    team: str
    reps: int
    companies: int
    countries: tuple[str, ...]
    quota: float = 1.0


PLACES = (
    Place(
        "British Isles",
        "North",
        "Team Isles",
        8,
        21_000,
        ("United Kingdom:GBP:0.8", "Ireland:EUR:0.2"),
    ),
    Place("DACH", "Central", "Team DACH", 8, 26_000, ("Germany:EUR:0.8", "Austria:EUR:0.2")),
    Place(
        "Benelux", "Central", "Team Benelux", 6, 14_000, ("Netherlands:EUR:0.7", "Belgium:EUR:0.3")
    ),
    Place("France", "South", "Team France", 4, 15_000, ("France:EUR:1",)),
    Place(
        "Nordics", "North", "Team Nordics", 4, 9_000, ("Sweden:SEK:0.6", "Denmark:DKK:0.4"), 0.97
    ),
    Place("Iberia", "South", "Team Iberia", 4, 10_000, ("Spain:EUR:0.7", "Portugal:EUR:0.3")),
)
# How else those countries are written: the company does not, those who begin with its seeds may.
OTHER_NAMES = {
    "United Kingdom": ("UK", "U.K.", "GB", "Great Britain", "England", "Scotland", "Wales"),
    "Ireland": ("IE", "Republic of Ireland"),
    "Germany": ("DE", "Deutschland"),
    "Austria": ("AT", "Österreich"),
    "Netherlands": ("NL", "The Netherlands", "Holland", "Nederland"),
    "Belgium": ("BE", "Belgique", "België"),
    "France": ("FR",),
    "Sweden": ("SE", "Sverige"),
    "Denmark": ("DK", "Danmark"),
    "Spain": ("ES", "España"),
    "Portugal": ("PT",),
}
# The sign makers that were bought: a CRM and two teams of their own, in all territories.
SIGN_TEAMS = {
    "Signs North": ("British Isles", "Nordics", "Benelux"),
    "Signs South": ("DACH", "France"),
}
SIGN_REPS_OF_TEAM = 4

# The new reps of Salesforce's teams; every third rep is one of them.
HIRED_ON = (
    date(2023, 3, 1),
    date(2023, 6, 1),
    date(2023, 10, 2),
    date(2024, 1, 2),
    date(2024, 4, 1),
    date(2024, 6, 3),
    date(2024, 9, 2),
    date(2025, 1, 6),
    date(2025, 3, 3),
    date(2025, 4, 1),
    date(2025, 5, 1),
)

# Euro per unit, at the first day of each quarter from October 2022 on.
RATES = {
    "GBP": "1.1420 1.1310 1.1620 1.1540 1.1505 1.1690 1.1720 1.1830 1.1990 1.2070 1.1920 1.1660",
    "SEK": "0.0920 0.0897 0.0886 0.0849 0.0866 0.0901 0.0866 0.0881 0.0884 0.0873 0.0921 0.0897",
    "DKK": "0.1344 0.1344 0.1342 0.1343 0.1341 0.1342 0.1341 0.1340 0.1341 0.1340 0.1340 0.1340",
}

# --- demand ---------------------------------------------------------------------------------------

# New deals that a rep of full strength opens in a month of season 1, at the first and last day.
DEALS_OF_REP = (9.0, 13.0)
SEASON = (0.88, 0.97, 1.12, 1.0, 1.03, 1.12, 0.88, 0.84, 1.08, 1.08, 1.08, 0.92)
RAMP_MONTHS = (0.3, 0.55, 0.8)  # The part of it that a new rep does in the first months.


@dataclass(frozen=True)
class Source:
    """A lead source: its channel, share of the leads, and how much better its deals are won.

    `hubspot` is the value that HubSpot has for it; `budget` its share of the cost of marketing.
    """

    name: str
    channel: str
    share: float
    wins: float
    hubspot: str
    budget: float


SOURCES = (
    Source("Website", "Organic Search", 0.27, 1.0, "ORGANIC_SEARCH", 0.13),
    Source("Paid Search", "Paid Search", 0.19, 0.85, "PAID_SEARCH", 0.29),
    Source("LinkedIn Ads", "Paid Social", 0.11, 0.8, "PAID_SOCIAL", 0.16),
    Source("Newsletter", "Email", 0.08, 1.05, "EMAIL_MARKETING", 0.06),
    Source("Event", "Events", 0.11, 1.1, "OFFLINE", 0.23),
    Source("Partner", "Partners", 0.10, 1.2, "AFFILIATES", 0.13),
    Source("Referral", "Word of mouth", 0.08, 1.35, "REFERRALS", 0.0),
    Source("Outbound Call", "Outbound", 0.06, 0.8, "Outbound", 0.0),
)
SELF_GENERATED = "Outbound Call"
WIN_CHANCE = {"new": 0.205, "known": 0.5}
KNOWN_SHARE = 0.3  # The deals of customers, once there are enough.
LEADS_LOST_PER_DEAL = 1.35  # Leads that come to nothing for each deal with a new customer.
LEAD_OF_DEAL = 0.8  # Deals with new customers that began as a lead.
CYCLE_DAYS = {"new": 46, "known": 27}  # Medians.
RETURNS = 0.3  # New deals with a company that has not bought before.
NAMES_RIVAL = 0.32  # Deals not won on which a competitor is named.
SLIPS = 0.85  # Deals that are expected to close weeks before they do.

# --- what happens ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Slump:
    """A territory that loses demand and deals from a day on."""

    territory: str
    since: date
    demand: float
    wins: float


@dataclass(frozen=True)
class TakeOff:
    """A product that more and more new deals have: the share of them in each month since."""

    product: str
    since: date
    shares: tuple[float, ...]


@dataclass(frozen=True)
class Push:
    """A campaign: its days, and how many more deals and lost leads there are in its months.

    `joins` is the share of the new deals and leads of these months that come through it, and `wins`
    how much better they are won; `cost` is that of a month.
    """

    name: str
    campaign_type: str
    since: date
    until: date
    deals: float
    leads: float
    joins: float
    wins: float
    cost: Decimal


SLUMP = Slump("Iberia", date(2025, 2, 17), demand=0.85, wins=0.66)
TAKE_OFF = TakeOff(
    "salesforce:01t000000000006AAA", date(2025, 3, 3), (0.04, 0.09, 0.16, 0.24, 0.31, 0.36, 0.38)
)
PUSH = Push(
    name="Bright Offices",
    campaign_type="Webinar",
    since=date(2025, 5, 5),
    until=date(2025, 6, 27),
    deals=1.08,
    leads=1.4,
    joins=0.35,
    wins=1.6,
    cost=Decimal(8_000),
)
FAIRS = ("Light Fair Spring", "Light Fair Autumn")

# --- what is sold ---------------------------------------------------------------------------------


def _product(key: str, name: str, line: str, price: int, launched: date) -> Product:
    return Product(
        key=key, name=name, product_line=line, list_price=Decimal(price), launched_on=launched
    )


PRODUCTS = (
    _product("salesforce:01t000000000001AAA", "Halo Panel", "Lighting", 180, date(2019, 3, 1)),
    _product("salesforce:01t000000000002AAA", "Halo Panel XL", "Lighting", 310, date(2021, 9, 15)),
    _product("salesforce:01t000000000003AAA", "Aurora Track", "Lighting", 240, date(2020, 2, 3)),
    _product("salesforce:01t000000000004AAA", "Sense One", "Sensors", 75, date(2020, 5, 4)),
    _product("salesforce:01t000000000005AAA", "Sense Air", "Sensors", 129, date(2021, 10, 4)),
    _product("salesforce:01t000000000006AAA", "Sense Grid", "Sensors", 410, date(2025, 3, 3)),
    _product("salesforce:01t000000000007AAA", "Pilot Cloud", "Software", 1200, date(2021, 1, 11)),
    _product("salesforce:01t000000000008AAA", "Pilot Insights", "Software", 850, date(2022, 3, 7)),
    _product("salesforce:01t000000000009AAA", "Commissioning", "Services", 1500, date(2019, 3, 1)),
    _product("salesforce:01t000000000010AAA", "Care Plan", "Services", 690, date(2020, 11, 2)),
    _product("hubspot:20011001", "Glow Sign", "Signs", 640, date(2018, 5, 1)),
    _product("hubspot:20011002", "Glow Sign Mini", "Signs", 290, date(2021, 4, 1)),
    _product("hubspot:20011003", "Sign Care", "Services", 240, date(2019, 1, 7)),
    _product("tabular:PLAN-BASIC", "Pilot plan Basic", "Software", 290, date(2021, 1, 11)),
    _product("tabular:PLAN-PRO", "Pilot plan Pro", "Software", 690, date(2021, 1, 11)),
)
LINE_AMOUNT = 6_900  # A line of a deal at the median, in euro at list price.
LINE_SPREAD = 0.3
DISCOUNTS = (0, 0, 0.03, 0.05, 0.08, 0.1, 0.15)
SEGMENTS = {"Small": (0.5, 0.85), "Mid": (0.35, 1.1), "Large": (0.15, 1.4)}  # Share, size.
INDUSTRIES = {
    "Retail": 0.22,
    "Hospitality": 0.18,
    "Healthcare": 0.16,
    "Logistics": 0.16,
    "Education": 0.14,
    "Public Sector": 0.14,
}
COMPETITORS = (
    Competitor("Lumora", ("Lumora", "Lumora Ltd")),
    Competitor("BrightWorks", ("BrightWorks", "Bright Works")),
    Competitor("Helio & Sons", ("Helio & Sons", "Helio")),
)
LOSS_REASONS = ("Price", "Timing", "Missing feature", "No budget", "Lost contact")
DEAL_TYPES = (
    DealType(Spelling("New Business", "salesforce"), "new_business"),
    DealType(Spelling("Renewal", "salesforce"), "renewal"),
    DealType(Spelling("Upsell", "salesforce"), "expansion"),
    DealType(Spelling("Cross-Sell", "salesforce"), "cross_sell"),
    DealType(Spelling("newbusiness", "hubspot"), "new_business"),
    DealType(Spelling("existingbusiness", "hubspot"), "expansion"),
    # The company has none of the words below: they are there for those who begin with its seeds.
    DealType(Spelling("Add-On", "salesforce"), "expansion"),
    DealType(Spelling("New Customer", "salesforce"), "new_business"),
    DealType(Spelling("Existing Customer - Upgrade", "salesforce"), "expansion"),
    DealType(Spelling("first order", "tabular"), "new_business"),
    DealType(Spelling("prolongation", "tabular"), "renewal"),
    DealType(Spelling("extension", "tabular"), "expansion"),
    DealType(Spelling("Repeat order"), "repeat"),
)
TYPE_OF_KNOWN = {"Renewal": 0.35, "Upsell": 0.4, "Cross-Sell": 0.25}
OTHER_WORDS = {
    "Website": ("Web", "Web Form", "online form"),
    "Paid Search": ("PPC", "Google Ads"),
    "LinkedIn Ads": ("LinkedIn",),
    "Newsletter": ("Email", "E-mail", "Mailing"),
    "Event": ("Conference", "Trade Show", "Fair"),
    "Partner": ("Partner Referral", "Reseller"),
    "Referral": ("Recommendation", "Word of mouth", "Employee Referral"),
    "Outbound Call": ("Cold Call",),
}
LEAD_SOURCES = tuple(
    LeadSource(
        source.name,
        source.channel,
        is_self_generated=source.name == SELF_GENERATED,
        spellings=(
            Spelling(source.name),
            Spelling(source.hubspot, "hubspot" if source.hubspot.isupper() else ""),
            *map(Spelling, OTHER_WORDS.get(source.name, ())),
        ),
    )
    for source in SOURCES
) + tuple(
    LeadSource(name, channel, spellings=(Spelling(of_hubspot, "hubspot"),))
    for of_hubspot, name, channel in (
        ("DIRECT_TRAFFIC", "Direct Traffic", "Direct"),
        ("SOCIAL_MEDIA", "Social Media", "Organic Social"),
        ("OTHER_CAMPAIGNS", "Other Campaigns", "Other"),
        ("AI_REFERRALS", "AI Referral", "AI Search"),
    )
)

# --- how it sells ---------------------------------------------------------------------------------

PIPELINE = {"salesforce": None, "hubspot": "hubspot:default"}
STAGES = tuple(
    Stage(
        key=f"{system}:{key}",
        pipeline=PIPELINE[system],
        label=label,
        order=order,
        probability=probability,
        is_closed=probability in (0, 100),
        is_won=probability == 100,
    )
    for system, stages in (
        (
            "salesforce",
            (
                ("01J000000000001AAA", "Prospecting", 10),
                ("01J000000000002AAA", "Qualification", 20),
                ("01J000000000003AAA", "Proposal", 40),
                ("01J000000000004AAA", "Negotiation", 65),
                ("01J000000000005AAA", "Closed Won", 100),
                ("01J000000000006AAA", "Closed Lost", 0),
            ),
        ),
        (
            "hubspot",
            (
                ("appointmentscheduled", "Appointment scheduled", 15),
                ("qualifiedtobuy", "Qualified to buy", 25),
                ("contractsent", "Contract sent", 60),
                ("closedwon", "Closed won", 100),
                ("closedlost", "Closed lost", 0),
            ),
        ),
    )
    for order, (key, label, probability) in enumerate(stages, start=1)
)

# --- plans ----------------------------------------------------------------------------------------

QUOTA = 30_500  # A rep's, in a month of season 1, in January 2023.
QUOTA_AFTER_MONTHS = 5  # Since a rep was hired.
QUOTA_GROWTH = 0.14  # A year.
SALARY = 5_600  # A rep's, in a month, with what the employer pays.
TRAVEL = 520
TOOLS = 9_000
MARKETING = (190_000, 440_000)  # A month, at the first and last day.
COMMISSION = (
    (Decimal(0), Decimal("0.06")),
    (Decimal("0.8"), Decimal("0.08")),
    (Decimal(1), Decimal("0.11")),
)

# --- afterwards -----------------------------------------------------------------------------------

RENEWS = 0.7  # Customers that go on after a year.
PRICE_CHANGES = {0.9: 0.1, 1.0: 0.45, 1.05: 0.3, 1.2: 0.15}
SURVEYS_A_MONTH = {"nps": 120, "csat": 42, "ces": 36}
NPS = {10: 0.22, 9: 0.28, 8: 0.2, 7: 0.12, 6: 0.06, 5: 0.05, 4: 0.03, 3: 0.02, 2: 0.02}
CANCEL_REASONS = {
    "Price": 0.4,
    "Closed a site": 0.25,
    "Moved to a rival": 0.2,
    "Missing feature": 0.15,
}
SESSIONS_PER_LEAD = 2.1
MAILINGS = {"hubspot": 150, "mailchimp": 300}  # Recipients of each month's mailing.
