"""The plans of the company: quotas, costs, targets, goals, and the rules of its alerts."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

from proof.company.believable import story
from proof.company.believable.days import MONTHS, between, months_between
from proof.company.believable.sales import CAMPAIGN_KEY
from proof.company.believable.team import Seller
from proof.company.records import (
    AlertRule,
    CommissionTier,
    Country,
    ExchangeRate,
    LeadRule,
    MarketingCost,
    MarketSize,
    Objective,
    Quota,
    SellingCost,
    Target,
    Territory,
)

# The fiscal year that runs on the last day ends in March.
PLANNED = (*MONTHS, *(date(2025, month, 1) for month in (10, 11, 12)))
PLANNED = (*PLANNED, *(date(2026, month, 1) for month in (1, 2, 3)))
QUARTERS = tuple(month for month in PLANNED if month.month in (1, 4, 7, 10))


def countries() -> tuple[Country, ...]:
    """The countries, each in the market of its territory."""
    return tuple(
        Country(name, place.name, (name, *story.OTHER_NAMES.get(name, ())))
        for place in story.PLACES
        for name in (text.split(":")[0] for text in place.countries)
    )


def territories() -> tuple[Territory, ...]:
    """The territories by country."""
    return tuple(
        Territory(place.name, place.region, text.split(":")[0])
        for place in story.PLACES
        for text in place.countries
    )


def exchange_rates() -> tuple[ExchangeRate, ...]:
    """A rate a quarter."""
    days = [date(2022, 10, 1)]
    days += [date(year, month, 1) for year in (2023, 2024, 2025) for month in (1, 4, 7, 10)]
    return tuple(
        ExchangeRate(currency, day, Decimal(rate))
        for currency, rates in story.RATES.items()
        for day, rate in zip(days, rates.split(), strict=False)
    )


def quotas(team: Sequence[Seller]) -> tuple[Quota, ...]:
    """A quota for each month that a rep is there, but its first ones."""
    found = []
    for seller in team:
        for month in PLANNED:
            hired_on = seller.rep.hired_on
            if hired_on and months_between(hired_on, month) < story.QUOTA_AFTER_MONTHS:
                continue
            grown = story.QUOTA * (1 + story.QUOTA_GROWTH * (month - story.FIRST_DAY).days / 365)
            wanted = grown * story.SEASON[month.month - 1] * seller.places[0].quota
            amount = round(wanted / 100) * 100
            found.append(Quota(seller.rep.key, month, Decimal(amount), "EUR"))
    return tuple(found)


def _grown(base: float, month: date) -> int:
    """A cost that is 3 % higher each year."""
    return round(base * 1.03 ** (month.year - 2023))


def selling_costs(team: Sequence[Seller]) -> tuple[SellingCost, ...]:
    """Salaries and travel by team, tools of nobody."""
    found = []
    for month in MONTHS:
        there = Counter(s.rep.team for s in team if s.ramp(month))
        for name, count in sorted(there.items(), key=lambda one: str(one[0])):
            salaries = Decimal(_grown(story.SALARY, month) * count)
            found.append(SellingCost(month, "salaries", salaries, team=name))
            travel = Decimal(_grown(story.TRAVEL, month) * count)
            found.append(SellingCost(month, "travel", travel, team=name))
        found.append(SellingCost(month, "tools", Decimal(_grown(story.TOOLS, month))))
    return tuple(found)


def marketing_costs() -> tuple[MarketingCost, ...]:
    """The budget of each source, and the push in its two months."""
    found = []
    for month in MONTHS:
        budget = between(story.MARKETING, month)
        for source in story.SOURCES:
            amount = Decimal(round(budget * source.budget / 10) * 10)
            if amount:
                found.append(
                    MarketingCost(month, amount, channel=source.channel, lead_source=source.name)
                )
        if story.PUSH.since.replace(day=1) <= month <= story.PUSH.until:
            found.append(
                MarketingCost(
                    month,
                    story.PUSH.cost,
                    channel=story.PUSH.campaign_type,
                    lead_source="Event",
                    campaign=CAMPAIGN_KEY[story.PUSH.name],
                )
            )
    return tuple(found)


def market_sizes() -> tuple[MarketSize, ...]:
    """The companies of each market, a little more each year."""
    return tuple(
        MarketSize(place.name, year, round(place.companies * 1.01 ** (year - 2023)))
        for year in (2023, 2024, 2025)
        for place in story.PLACES
    )


def commission_tiers() -> tuple[CommissionTier, ...]:
    """One plan for all, in tiers."""
    ends = [floor for floor, _ in story.COMMISSION[1:]]
    return tuple(
        CommissionTier("Standard", story.FIRST_DAY, floor, rate, attainment_to=end)
        for (floor, rate), end in zip(story.COMMISSION, [*ends, None], strict=True)
    )


def lead_rules() -> tuple[LeadRule, ...]:
    """A lead fits that is large enough and of a known industry."""
    return (
        LeadRule("enough_people", "employee_count", "at_least", "20"),
        LeadRule("has_an_industry", "industry", "not_empty"),
        LeadRule("has_a_phone", "phone", "not_empty", rule_set="engagement"),
    )


def targets(planned: Sequence[Quota], team: Sequence[Seller]) -> tuple[Target, ...]:
    """The sum of the quotas, of the whole and of each team, and the wanted value of some ratios."""
    team_of = {seller.rep.key: seller.rep.team or "" for seller in team}
    found = []
    for quarter, after in pairwise((*QUARTERS, PLANNED[-1] + timedelta(days=32))):
        sums: Counter[str] = Counter()
        for quota in planned:
            if quarter <= quota.month < after:
                sums["total"] += int(quota.amount)
                sums[team_of[quota.rep]] += int(quota.amount)
        if quarter.year < 2024:
            continue
        for name, amount in sums.items():
            place = ("total", "total") if name == "total" else ("team", name)
            found.append(Target("total_revenue", "quarter", quarter, *place, Decimal(amount)))
        for kpi, value in (("win_rate", "0.27"), ("new_product_revenue_share", "0.05")):
            found.append(Target(kpi, "quarter", quarter, "total", "total", Decimal(value)))
    for month in PLANNED:
        if month.year >= 2025:
            for kpi, value in (("lead_volume", "480"), ("net_promoter_score", "0.3")):
                found.append(Target(kpi, "month", month, "total", "total", Decimal(value)))
    return tuple(found)


# Rule, KPI, grain, dimension, comparison, threshold, severity, owner.
ALERT_RULES: tuple[tuple[str, str | None, str | None, str | None, str, str | None, str, str], ...]
ALERT_RULES = (
    ("win_rate_low", "win_rate", "quarter", "total", "below", "0.24", "warning", "Sales"),
    (
        *("territory_slips", "total_revenue", "quarter", "territory", "year_change_below"),
        *("-0.2", "critical", "Sales"),
    ),
    (
        *("team_target_missed", "total_revenue", "quarter", "team", "target_missed"),
        *(None, "warning", "Sales"),
    ),
    ("churn_high", "churn_rate", "month", "total", "above", "0.03", "critical", "Success"),
    ("nps_low", "net_promoter_score", "month", "total", "below", "0.1", "warning", "Success"),
    ("leads_unusual", "lead_volume", "month", "total", "outside_history", "3", "info", "Marketing"),
    ("discounts_grow", "discount_rate", "quarter", "team", "change_above", "0.5", "info", "Sales"),
    ("source_stale", None, None, None, "source_stale", None, "warning", "Operations"),
    ("rows_rejected", None, None, None, "rejected_share_above", "0.01", "warning", "Operations"),
)


def alert_rules() -> tuple[AlertRule, ...]:
    """The rules of its alerts."""
    return tuple(
        AlertRule(
            rule_id=rule_id,
            kpi=kpi,
            period_grain=grain,
            dimension=dimension,
            dimension_value=None,
            comparison=comparison,
            threshold=None if threshold is None else Decimal(threshold),
            severity=severity,
            owner=owner,
        )
        for rule_id, kpi, grain, dimension, comparison, threshold, severity, owner in ALERT_RULES
    )


YEAR_END = date(2026, 3, 31)
# Id, goal, question, KPI, dimension, its value, where it begins and is to end, owner.
OBJECTIVES = (
    (
        *("sell_what_is_new", "A tenth of revenue from new products"),
        *("How much of our revenue comes from new products?", "new_product_revenue_share"),
        *("total", "total", "0", "0.1", "Product"),
    ),
    (
        *("grow_in_iberia", "Grow in Iberia", "How much do we sell there?", "total_revenue"),
        *("territory", "Iberia", "430000", "520000", "Sales"),
    ),
    (
        *("win_more", "Win more of the deals that we work on"),
        *("How many of the closed deals do we win?", "win_rate"),
        *("total", "total", "0.26", "0.29", "Sales"),
    ),
    (
        *("answer_faster", "Answer leads within a day"),
        *("How many leads do we answer in time?", "speed_to_lead_within_target"),
        *("total", "total", "0.6", "0.8", "Sales"),
    ),
    (
        *("keep_customers", "Keep our customers"),
        *("How many customers go on when their contract ends?", "renewal_rate"),
        *("total", "total", "0.7", "0.75", "Success"),
    ),
)


def objectives() -> tuple[Objective, ...]:
    """Goals of the fiscal year, with the questions that they ask; each is of a quarter."""
    return tuple(
        Objective(
            objective_id=objective_id,
            objective=objective,
            question=question,
            kpi=kpi,
            period_grain="quarter",
            dimension=dimension,
            dimension_value=value,
            baseline_value=Decimal(baseline),
            target_value=Decimal(target),
            due_date=YEAR_END,
            owner=owner,
        )
        for objective_id, objective, question, kpi, dimension, value, baseline, target, owner in (
            OBJECTIVES
        )
    )
