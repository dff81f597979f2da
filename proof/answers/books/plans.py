"""The plans of a company, as of a date: costs by day, quotas by month, staff, commission."""

import calendar
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

from proof.answers.books.as_of import NONE, ZERO, Books, ClosedDeal, named, once
from proof.answers.periods import period_start
from proof.company.records import CommissionTier, MarketingCost, SellingCost


class DayCost(NamedTuple):
    """One day's part of a month's cost, in the reporting currency."""

    day: date
    amount: Decimal
    dimensions: Mapping[str, str]


class RepQuota(NamedTuple):
    """A rep's quota of a month, in the reporting currency, with where the rep is that month."""

    rep: str
    month: date
    amount: Decimal
    dimensions: Mapping[str, str]


class Commission(NamedTuple):
    """The commission of a won deal's owner, by a plan."""

    deal: ClosedDeal
    plan: str
    amount: Decimal


class Plans:
    """The planning seeds of a company, in days and in the reporting currency."""

    def __init__(self, books: Books) -> None:
        """Reads nothing before it is asked for."""
        self.books = books

    # --- costs ------------------------------------------------------------------------------------

    @cached_property
    def selling_costs(self) -> list[DayCost]:
        """The selling cost of each day up to `as_of_date`."""
        return [
            DayCost(
                day,
                amount,
                named(team=cost.team, territory=cost.territory, cost_type=cost.cost_type),
            )
            for cost in self.books.company.selling_costs
            for day, amount in self._spread(cost)
        ]

    @cached_property
    def marketing_costs(self) -> list[DayCost]:
        """The marketing cost of each day up to `as_of_date`."""
        return [
            DayCost(
                day,
                amount,
                named(channel=cost.channel, lead_source=cost.lead_source, campaign=cost.campaign),
            )
            for cost in self.books.company.marketing_costs
            for day, amount in self._spread(cost)
        ]

    def _spread(self, cost: SellingCost | MarketingCost) -> Iterator[tuple[date, Decimal]]:
        """A month's cost evenly over its days, at the rate of its first day."""
        first = cost.month.replace(day=1)
        if not self.books.is_past(first):
            return
        days = calendar.monthrange(first.year, first.month)[1]
        daily = cost.amount * self.books.rate(cost.currency, first) / days
        for number in range(days):
            day = first + timedelta(days=number)
            if self.books.is_past(day):
                yield day, daily

    # --- quotas -----------------------------------------------------------------------------------

    @cached_property
    def quotas(self) -> dict[tuple[str, date], RepQuota]:
        """The quotas by rep and month, also of months to come; a quota of 0 is none."""
        sums: dict[tuple[str, date], Decimal] = defaultdict(Decimal)
        for quota in self.books.company.quotas:
            if quota.rep.partition(":")[0] in self.books.settings.systems:
                month = quota.month.replace(day=1)
                rate_day = min(month, self.books.settings.as_of_date)
                sums[quota.rep, month] += quota.amount * self.books.rate(quota.currency, rate_day)
        return {
            (rep, month): RepQuota(rep, month, amount, self.rep_dimensions(rep, month))
            for (rep, month), amount in sums.items()
            if amount > 0
        }

    def rep_dimensions(self, rep: str, day: date) -> Mapping[str, str]:
        """A rep, and its team and territory on a day."""
        team, territory = self.books.rep_place(rep, day)
        return named(rep=rep, team=team, territory=territory)

    @cached_property
    def revenue_by_month(self) -> dict[tuple[str, date], Decimal]:
        """The revenue of each rep and month."""
        found: dict[tuple[str, date], Decimal] = defaultdict(Decimal)
        for deal in self.books.closed_deals:
            if deal.is_won and deal.deal.owner:
                found[deal.deal.owner, deal.close_date.replace(day=1)] += deal.amount
        return found

    # --- reps -------------------------------------------------------------------------------------

    @cached_property
    def reps(self) -> set[str]:
        """The reps that own a deal, lead or activity, or have an assignment or quota."""
        books, company = self.books, self.books.company
        found = {deal.owner for deal in books.deals.values() if books.stands(deal)}
        found |= {lead.lead.owner for lead in books.leads}
        found |= {
            activity.rep
            for activity in books.in_use(company.activities)
            if not activity.is_deleted and books.is_past(books.local_date(activity.occurred_at))
        }
        planned = [a.rep for a in company.assignments] + [q.rep for q in company.quotas]
        systems = books.settings.systems
        found |= {rep for rep in planned if rep.partition(":")[0] in systems}
        return {rep for rep in found if rep}

    @cached_property
    def _places(self) -> list[tuple[str, date, date, str, str]]:
        """Each rep with its employed days, cut where its team or territory changes."""
        found = []
        for key in sorted(self.reps):
            rep = self.books.reps.get(key)
            first = (rep.hired_on if rep else None) or date.min
            last = (rep.left_on if rep else None) or date.max - timedelta(days=1)
            cuts = {first, last + timedelta(days=1)}
            for assignment in self.books.assignments_of.get(key, ()):
                cuts.add(assignment.valid_from)
                if assignment.valid_to:
                    cuts.add(assignment.valid_to + timedelta(days=1))
            days = sorted(cut for cut in cuts if first <= cut <= last + timedelta(days=1))
            for start, after in pairwise(days):
                team, territory = self.books.rep_place(key, start)
                end = after - timedelta(days=1)
                found.append((key, start, end, team or NONE, territory or NONE))
        return found

    def active_reps(self, first: date, last: date) -> dict[tuple[str, str], set[str]]:
        """The reps employed on at least one of some days, by total, team and territory."""
        found: dict[tuple[str, str], set[str]] = defaultdict(set)
        for rep, start, end, team, territory in self._places:
            if start <= last and end >= first:
                found["total", "total"].add(rep)
                found["team", team].add(rep)
                found["territory", territory].add(rep)
        return found

    # --- commission -------------------------------------------------------------------------------

    @cached_property
    def commissions(self) -> list[Commission]:
        """The commission of each won deal whose owner has a quota and a plan."""
        first_month = self.books.settings.fiscal_year_start_month
        quota_of_year: dict[tuple[str, date], Decimal] = defaultdict(Decimal)
        for (rep, month), quota in self.quotas.items():
            quota_of_year[rep, period_start("fiscal_year", month, first_month)] += quota.amount
        sold: dict[tuple[str, date], Decimal] = defaultdict(Decimal)
        found = []
        for deal in self.books.closed_deals:
            owner = deal.deal.owner
            if not deal.is_won or owner is None:
                continue
            year = owner, period_start("fiscal_year", deal.close_date, first_month)
            before = sold[year]
            sold[year] += deal.amount
            target = quota_of_year.get(year)
            tiers = self._tiers(deal.dimensions["team"], deal.close_date)
            if target and tiers:
                amount = _earned(tiers, target, sold[year]) - _earned(tiers, target, before)
                found.append(Commission(deal, tiers[0].plan, amount))
        return found

    def _tiers(self, team: str, day: date) -> list[CommissionTier]:
        """The tiers of the plan in force: the team's own, else everybody's."""
        in_force = [
            tier
            for tier in self.books.company.commission_tiers
            if tier.valid_from <= day <= (tier.valid_to or date.max)
        ]
        own = [tier for tier in in_force if tier.team == team]
        found = own or [tier for tier in in_force if not tier.team]
        if not found:
            return []
        start = max(tier.valid_from for tier in found)
        plan = min(tier.plan for tier in found if tier.valid_from == start)
        return [tier for tier in found if tier.plan == plan]


def _earned(tiers: list[CommissionTier], quota: Decimal, revenue: Decimal) -> Decimal:
    """The commission of a revenue: each tier's rate on the part of the revenue inside the tier."""
    earned = ZERO
    for tier in tiers:
        floor = tier.attainment_from * quota
        ceiling = revenue if tier.attainment_to is None else tier.attainment_to * quota
        earned += tier.rate * max(min(revenue, ceiling) - floor, ZERO)
    return earned


@once
def plans_of(books: Books) -> Plans:
    """The plans of a company, once."""
    return Plans(books)
