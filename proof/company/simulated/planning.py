"""Plans that people write down themselves: costs, market sizes, commission, rules.

Made without chance, so that the planning seeds of every demo company read the same.
"""

from datetime import date
from decimal import Decimal

from proof.company import world
from proof.company.records import (
    ChannelRule,
    CommissionTier,
    ExchangeRate,
    LeadRule,
    MarketingCost,
    MarketSize,
    SellingCost,
)

MONTHS = tuple(date(year, month, 1) for year in (2023, 2024, 2025) for month in range(1, 13))


def selling_costs() -> tuple[SellingCost, ...]:
    """Salaries by team, travel by territory, tools of nobody; a training in another currency."""
    found = []
    for number, month in enumerate(MONTHS):
        for team, base in (("Team Isles", 9000), ("Team Continent", 8000), ("Installers", 3000)):
            found.append(SellingCost(month, "salaries", Decimal(base + 50 * number), team=team))
        found.append(SellingCost(month, "travel", Decimal(700 + 10 * number), territory="Nordics"))
        found.append(SellingCost(month, "tools", Decimal("310.00")))
        if month.month == 2:
            found.append(
                SellingCost(month, "training", Decimal(2900), team="Team Isles", currency="GBP")
            )
    return tuple(found)


def marketing_costs() -> tuple[MarketingCost, ...]:
    """Clicks, mailings, fairs; one campaign; something that belongs to no channel."""
    found = []
    for number, month in enumerate(MONTHS):
        found.append(
            MarketingCost(
                month,
                Decimal(1500 + 20 * number),
                channel="Paid Search",
                lead_source="Paid Search",
                campaign="brand search" if number % 2 else None,
            )
        )
        found.append(MarketingCost(month, Decimal(300), channel="Email", lead_source="Newsletter"))
        if month.month in (3, 9):
            found.append(
                MarketingCost(
                    month,
                    Decimal(4200),
                    channel="Events",
                    lead_source="Event",
                    campaign="salesforce:701000000000001AAA",
                    currency="GBP",
                )
            )
        if month.month == 6:
            found.append(MarketingCost(month, Decimal("999.99")))
    return tuple(found)


def market_sizes() -> tuple[MarketSize, ...]:
    """The markets by year; Overseas has none, and one industry stands apart."""
    found = []
    for year in (2023, 2024, 2025):
        for market, count in (("UK & Ireland", 5200), ("Western Europe", 8100), ("Nordics", 2600)):
            found.append(MarketSize(market, year, count + 100 * (year - 2023)))
        found.append(MarketSize("UK & Ireland", year, 700, "Retail", Decimal(90_000_000), "GBP"))
    found.append(MarketSize("Southern Europe", 2024, 3900))
    return tuple(found)


def commission_tiers() -> tuple[CommissionTier, ...]:
    """A plan for everybody, in three tiers, and a team's own one from 2025 on."""
    start = date(2023, 1, 1)
    end = date(2025, 3, 31)
    return (
        CommissionTier(
            "Standard", start, Decimal(0), Decimal("0.03"), attainment_to=Decimal("0.5")
        ),
        CommissionTier(
            "Standard", start, Decimal("0.5"), Decimal("0.05"), attainment_to=Decimal(1)
        ),
        CommissionTier("Standard", start, Decimal(1), Decimal("0.08")),
        CommissionTier(
            "Isles 2023", start, Decimal(0), Decimal("0.04"), team="Team Isles", valid_to=end
        ),
        CommissionTier(
            "Isles 2025",
            date(2025, 4, 1),
            Decimal(0),
            Decimal("0.05"),
            team="Team Isles",
            attainment_to=Decimal(1),
        ),
        CommissionTier(
            "Isles 2025", date(2025, 4, 1), Decimal(1), Decimal("0.1"), team="Team Isles"
        ),
    )


def lead_rules() -> tuple[LeadRule, ...]:
    """Rules for leads worth a call: large enough, of an industry that buys, with a phone."""
    return (
        LeadRule("enough_people", "employee_count", "at_least", "10"),
        LeadRule("not_too_large", "employee_count", "at_most", "800"),
        LeadRule("has_an_industry", "industry", "not_empty"),
        LeadRule("buys_light", "industry", "in", "|".join(world.INDUSTRIES[:5]), "engagement"),
    )


def channel_rules() -> tuple[ChannelRule, ...]:
    """The company's own rules, before the vendor's: flyers at fairs are events."""
    return (
        ChannelRule(1, "flyer", "qr%", "Events"),
        ChannelRule(2, "fair%", "%", "Events"),
    )


def crm_exchange_rates() -> tuple[ExchangeRate, ...]:
    """The rates that Salesforce keeps: of a currency that the seed lacks, and of one that it has.

    One unit in EUR. For pounds the seed's rates are in force, not this one.
    """
    return (
        ExchangeRate("GBP", date(2022, 10, 1), Decimal("0.8")),
        ExchangeRate("NOK", date(2022, 10, 1), Decimal("0.1")),
        ExchangeRate("NOK", date(2024, 1, 1), Decimal("0.08")),
        ExchangeRate("NOK", date(2025, 1, 1), Decimal("0.0625")),
    )
