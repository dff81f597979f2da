"""The true KPIs of reps: quotas met, what they do, and what they earn."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from proof.answers.books.activity import REP_TYPES, Done, activities_of
from proof.answers.books.as_of import ZERO, Books, Dimensions
from proof.answers.books.plans import RepQuota, plans_of
from proof.answers.kpis.leads import per_active_rep
from proof.answers.kpis.revenue import ONE, when
from proof.answers.periods import period_end, period_start
from proof.answers.rollup import Fact, PeriodFact, in_periods, kpi_grains

# --- quotas ---------------------------------------------------------------------------------------


def quota_attainment(books: Books) -> Iterator[PeriodFact]:
    """Revenue / quota, of the reps and months that have a quota."""
    quotas = plans_of(books).quotas
    facts = [
        Fact(deal.close_date, deal.dimensions, deal.amount, ZERO)
        for deal in books.closed_deals
        if deal.is_won and (deal.deal.owner or "", deal.close_date.replace(day=1)) in quotas
    ]
    facts += [Fact(q.month, q.dimensions, ZERO, q.amount) for q in quotas.values()]
    return in_periods(facts, "month", books.settings)


def reps_at_quota_share(books: Books) -> Iterator[PeriodFact]:
    """Reps at 100 % of quota or more / reps with a quota in the period."""
    plans, settings = plans_of(books), books.settings
    of_period: dict[tuple[str, date, str], list[RepQuota]] = defaultdict(list)
    for quota in plans.quotas.values():
        for grain in kpi_grains("month", settings):
            start = period_start(grain, quota.month, settings.fiscal_year_start_month)
            if start <= settings.as_of_date:
                of_period[grain, start, quota.rep].append(quota)
    for (grain, start, rep), quotas in of_period.items():
        sold = sum((plans.revenue_by_month.get((rep, q.month), ZERO) for q in quotas), ZERO)
        is_reached = sold >= sum(q.amount for q in quotas)
        last = max(quotas, key=lambda quota: quota.month)
        yield PeriodFact(grain, start, last.dimensions, when(is_reached, ONE), ONE)


def rep_ramp_days(books: Books) -> Iterator[Fact]:
    """Days from hire to the end of the first month at quota / reps that reached it."""
    plans = plans_of(books)
    of_rep: dict[str, list[RepQuota]] = defaultdict(list)
    for quota in sorted(plans.quotas.values(), key=lambda q: (q.rep, q.month)):
        of_rep[quota.rep].append(quota)
    for key, quotas in of_rep.items():
        rep = books.reps.get(key)
        hired_on = rep.hired_on if rep else None
        if hired_on is None:
            continue
        for quota in quotas:
            end = period_end("month", quota.month)
            sold = plans.revenue_by_month.get((key, quota.month), ZERO)
            if hired_on <= end and books.is_past(end) and sold >= quota.amount:
                days = Decimal((end - hired_on).days)
                yield Fact(end, plans.rep_dimensions(key, end), days, ONE)
                break


def revenue_per_rep(books: Books) -> Iterator[PeriodFact]:
    """Revenue / reps active in the period."""
    return per_active_rep(
        books,
        [
            Fact(deal.close_date, deal.dimensions, deal.amount)
            for deal in books.closed_deals
            if deal.is_won
        ],
    )


# --- what they do ---------------------------------------------------------------------------------


def _dimensions(books: Books, done: Done) -> Dimensions:
    """Rep, the team it is in that day, and the type."""
    rep = done.activity.rep or ""
    place = plans_of(books).rep_dimensions(rep, done.day)
    return {**place, "activity_type": done.activity.activity_type}


def _by_reps(books: Books, kind: str | None = None) -> Iterator[Done]:
    for done in activities_of(books).done:
        if done.is_by_rep and kind in (None, done.activity.activity_type):
            yield done


def activities(books: Books) -> Iterator[Fact]:
    """Calls, e-mails and meetings by reps."""
    for done in _by_reps(books):
        yield Fact(done.day, _dimensions(books, done), ONE)


def activities_per_won_deal(books: Books) -> Iterator[Fact]:
    """Outreach / won deals; each type has all won deals below it."""
    for done in _by_reps(books):
        if done.is_outreach:
            yield Fact(done.day, _dimensions(books, done), ONE, ZERO)
    for deal in books.closed_deals:
        if deal.is_won:
            yield Fact(deal.close_date, deal.dimensions, ZERO, ONE)
            for kind in REP_TYPES:
                yield Fact(deal.close_date, {"activity_type": kind}, ZERO, ONE)


def call_connect_rate(books: Books) -> Iterator[Fact]:
    """Calls connected / outbound calls."""
    for done in _by_reps(books, "call"):
        if done.is_outreach:
            is_connected = done.activity.outcome == "connected"
            yield Fact(done.day, _dimensions(books, done), when(is_connected, ONE), ONE)


def meetings_held_rate(books: Books) -> Iterator[Fact]:
    """Meetings held / meetings booked."""
    for done in _by_reps(books, "meeting"):
        is_held = done.activity.outcome == "held"
        yield Fact(done.day, _dimensions(books, done), when(is_held, ONE), ONE)


# --- what they earn -------------------------------------------------------------------------------


def commission_paid(books: Books) -> Iterator[Fact]:
    """Commission by the plan in force."""
    for deal, plan, amount in plans_of(books).commissions:
        yield Fact(deal.close_date, {**deal.dimensions, "plan": plan}, amount)


def commission_ratio(books: Books) -> Iterator[Fact]:
    """Commission / revenue."""
    for deal, _, amount in plans_of(books).commissions:
        yield Fact(deal.close_date, deal.dimensions, amount, ZERO)
    for won_deal in books.closed_deals:
        if won_deal.is_won:
            yield Fact(won_deal.close_date, won_deal.dimensions, ZERO, won_deal.amount)
