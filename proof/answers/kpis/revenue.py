"""The true revenue KPIs, and the portions of deals that the KPIs of deals count."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from proof.answers.books.activity import REP_TYPES, Done, activities_of
from proof.answers.books.as_of import UNALLOCATED, ZERO, Books, ClosedDeal, Dimensions, SoldLine
from proof.answers.books.customers import customers_of
from proof.answers.books.plans import plans_of
from proof.answers.periods import add_months
from proof.answers.rollup import Fact, PeriodFact, begun_periods

ONE = Decimal(1)


class Portion(NamedTuple):
    """A deal, or its part in one product line; `deals` is 1, or 0 for a mere rest of money."""

    deal: ClosedDeal
    dimensions: Dimensions
    amount: Decimal
    new_product_amount: Decimal
    deals: Decimal


def portions(deals: Iterable[ClosedDeal]) -> Iterator[Portion]:
    """Each deal once for its own dimensions, and once in each of its product lines.

    `(unallocated)` holds the money that no line covers; the deal itself counts there only if it has
    no line.
    """
    for deal in deals:
        new_amount = sum((line.amount for line in deal.lines if line.is_new_product), ZERO)
        yield Portion(deal, deal.dimensions, deal.amount, new_amount, ONE)
        has_lines = any(line.product_line != UNALLOCATED for line in deal.lines)
        for name in sorted({line.product_line for line in deal.lines}):
            lines = [line for line in deal.lines if line.product_line == name]
            yield Portion(
                deal,
                {"product_line": name},
                sum((line.amount for line in lines), ZERO),
                sum((line.amount for line in lines if line.is_new_product), ZERO),
                ZERO if has_lines and name == UNALLOCATED else ONE,
            )


def won(books: Books) -> Iterator[Portion]:
    """The money of won deals."""
    return portions(deal for deal in books.closed_deals if deal.is_won)


def closed(books: Books) -> Iterator[Portion]:
    """The money of won and lost deals."""
    return portions(books.closed_deals)


def counted(found: Iterable[Portion]) -> Iterator[Portion]:
    """The portions in which a deal counts."""
    return (portion for portion in found if portion.deals)


def won_lines(books: Books) -> Iterator[tuple[ClosedDeal, SoldLine, Dimensions]]:
    """The lines of won deals, with the dimensions of deal and line."""
    for deal in books.closed_deals:
        for line in deal.lines if deal.is_won else ():
            names = {"product": line.product, "product_line": line.product_line}
            yield deal, line, {**deal.dimensions, **names}


def when(condition: bool, amount: Decimal) -> Decimal:
    """The amount if the condition holds, else 0."""
    return amount if condition else ZERO


def median_deal_size(books: Books) -> Iterator[Fact]:
    """The amounts of won deals that state one; in a product line, what its lines of it are."""
    for part in counted(won(books)):
        if part.deal.deal.amount is not None:
            yield Fact(part.deal.close_date, part.dimensions, part.amount)


def revenue(books: Books) -> Iterator[Fact]:
    """Revenue, by close date."""
    for part in won(books):
        yield Fact(part.deal.close_date, part.dimensions, part.amount)


def sales_volume(books: Books) -> Iterator[Fact]:
    """Won deals."""
    for part in counted(won(books)):
        yield Fact(part.deal.close_date, part.dimensions, ONE)


def revenue_per_sale(books: Books) -> Iterator[Fact]:
    """Revenue / won deals."""
    for part in won(books):
        yield Fact(part.deal.close_date, part.dimensions, part.amount, part.deals)


def revenue_by_product(books: Books) -> Iterator[Fact]:
    """Revenue of line items, with the `(unallocated)` rest."""
    for deal, line, dimensions in won_lines(books):
        yield Fact(deal.close_date, dimensions, line.amount)


def new_product_revenue_share(books: Books) -> Iterator[Fact]:
    """Revenue of products launched at most `new_product_months` before the close / revenue."""
    for part in won(books):
        yield Fact(part.deal.close_date, part.dimensions, part.new_product_amount, part.amount)


def new_business_revenue_share(books: Books) -> Iterator[Fact]:
    """Revenue from new business / revenue."""
    for part in won(books):
        is_new = part.deal.revenue_type == "new_business"
        yield Fact(part.deal.close_date, part.dimensions, when(is_new, part.amount), part.amount)


def existing_customer_revenue_share(books: Books) -> Iterator[Fact]:
    """Revenue from existing business / revenue."""
    for part in won(books):
        is_existing = part.deal.revenue_type != "new_business"
        yield Fact(
            part.deal.close_date, part.dimensions, when(is_existing, part.amount), part.amount
        )


def expansion_revenue_share(books: Books) -> Iterator[Fact]:
    """Revenue of the types expansion and cross_sell / revenue."""
    for part in won(books):
        is_more = part.deal.revenue_type in ("expansion", "cross_sell")
        yield Fact(part.deal.close_date, part.dimensions, when(is_more, part.amount), part.amount)


def customer_concentration(books: Books) -> Iterator[PeriodFact]:
    """Revenue of the ten accounts with most of it, in twelve months / revenue of those months."""
    deals = [deal for deal in books.closed_deals if deal.is_won]
    if not deals:
        return
    for period in begun_periods("week", deals[0].close_date, books.settings):
        first_day = add_months(period.measured_on + timedelta(days=1), -12)
        of_slice: dict[tuple[str, str], dict[str | None, Decimal]] = {}
        for deal in deals:
            if first_day <= deal.close_date <= period.measured_on:
                for name in ("total", "territory", "market"):
                    own = of_slice.setdefault((name, deal.dimensions[name]), defaultdict(Decimal))
                    own[deal.customer] += deal.amount
        for (name, value), revenue_of in of_slice.items():
            largest = sorted((v for key, v in revenue_of.items() if key), reverse=True)[:10]
            parts = sum(largest, ZERO), sum(revenue_of.values(), ZERO)
            yield PeriodFact(period.grain, period.start, {name: value}, *parts)


def discount_rate(books: Books) -> Iterator[Fact]:
    """(List price - sold price) / list price of the won line items that have a list price."""
    for deal, line, dimensions in won_lines(books):
        if line.list_amount is not None:
            discount = line.list_amount - line.amount
            yield Fact(deal.close_date, dimensions, discount, line.list_amount)


def market_penetration(books: Books) -> Iterator[PeriodFact]:
    """Active customers / companies, of the markets with a size for the year of the day."""
    sizes = books.company.market_sizes
    if not sizes:
        return
    customers = customers_of(books)
    for period in begun_periods("week", date(min(s.year for s in sizes), 1, 1), books.settings):
        day = period.measured_on
        of_year = [size for size in sizes if size.year == day.year]
        whole = {size.market for size in of_year if not size.industry}
        parts = {(size.market, size.industry) for size in of_year if size.industry}
        for size in of_year:
            count = Decimal(size.company_count)
            names: dict[str, str] = {"total": "total", "market": size.market}
            if size.industry:
                names = {"industry": size.industry}
            yield PeriodFact(period.grain, period.start, names, ZERO, count)
        for customer in customers.active_on(day):
            found = customers.dimensions(customer, day)
            market, industry = found["market"], found["industry"]
            if market in whole:
                names = {"total": "total", "market": market}
                yield PeriodFact(period.grain, period.start, names, ONE, ZERO)
            if (market, industry) in parts:
                names = {"industry": industry}
                yield PeriodFact(period.grain, period.start, names, ONE, ZERO)


def sales_by_prior_activity(books: Books) -> Iterator[Fact]:
    """Won deals with an outreach in the days before the close / won deals."""
    outreach = activities_of(books).outreach_of_deal
    for deal in books.closed_deals:
        if not deal.is_won:
            continue
        before = [d for d in outreach.get(deal.key, ()) if _is_prior(books, deal, d)]
        yield Fact(deal.close_date, deal.dimensions, when(bool(before), ONE), ONE)
        for kind in REP_TYPES:
            has_kind = any(done.activity.activity_type == kind for done in before)
            is_last = bool(before) and before[-1].activity.activity_type == kind
            yield Fact(deal.close_date, {"activity_type": kind}, when(has_kind, ONE), ONE)
            yield Fact(deal.close_date, {"last_activity_type": kind}, when(is_last, ONE), ONE)


def _is_prior(books: Books, deal: ClosedDeal, done: Done) -> bool:
    days = (deal.close_date - done.day).days
    return 0 <= days <= books.settings.prior_activity_days


def cost_of_selling_ratio(books: Books) -> Iterator[Fact]:
    """Selling cost / revenue; each type of cost has all revenue below it."""
    costs = plans_of(books).selling_costs
    for cost in costs:
        yield Fact(cost.day, cost.dimensions, cost.amount, ZERO)
    by_day: dict[date, Decimal] = defaultdict(Decimal)
    for deal in books.closed_deals:
        if deal.is_won:
            by_day[deal.close_date] += deal.amount
            dimensions = {name: deal.dimensions[name] for name in ("total", "team", "territory")}
            yield Fact(deal.close_date, dimensions, ZERO, deal.amount)
    for cost_type in sorted({cost.dimensions["cost_type"] for cost in costs}):
        for day, amount in by_day.items():
            yield Fact(day, {"cost_type": cost_type}, ZERO, amount)
