"""The true KPIs of what a customer is worth and what it costs to win one, over twelve months."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from proof.answers.books.as_of import ZERO, Books, Dimensions, once
from proof.answers.books.customers import customers_of
from proof.answers.books.plans import plans_of
from proof.answers.periods import add_months
from proof.answers.rollup import Period, PeriodFact, begun_periods

PLACES = ("total", "territory", "market", "segment")
Slice = tuple[str, str]
TOTAL: Slice = ("total", "total")


def month_starts(last: date) -> list[date]:
    """The first days of the twelve months that end with a day."""
    return [add_months(last + timedelta(days=1), months - 12) for months in range(12)]


@dataclass
class Year:
    """Twelve months by slice: revenue, churned customers and, month by month, active
    ones; and, of the whole, its cost and new customers.
    """

    revenue: dict[Slice, Decimal]
    churned: dict[Slice, int]
    customer_months: dict[Slice, int]
    cost: Decimal
    new_customers: int


class Years:
    """The trailing years of a company."""

    def __init__(self, books: Books) -> None:
        """Counts each day's facts once."""
        self.books = books
        self.customers = customers_of(books)
        self._starts: dict[date, dict[Slice, int]] = {}
        self._years: dict[date, Year] = {}

    def until(self, last: date) -> Year:
        """The twelve months that end with a day."""
        if last not in self._years:
            self._years[last] = self._year(month_starts(last), last)
        return self._years[last]

    def _year(self, starts: list[date], last: date) -> Year:
        first = starts[0]
        revenue: dict[Slice, Decimal] = defaultdict(Decimal)
        for deal in self.books.closed_deals:
            if deal.is_won and first <= deal.close_date <= last:
                for place in _slices(deal.dimensions):
                    revenue[place] += deal.amount
        churned: dict[Slice, int] = defaultdict(int)
        for day, key in self.customers.churned:
            if first <= day <= last:
                for place in _slices(self.customers.dimensions(key, day)):
                    churned[place] += 1
        months: dict[Slice, int] = defaultdict(int)
        for start in starts:
            for place, count in self._active_at(start).items():
                months[place] += count
        plans = plans_of(self.books)
        costs = (*plans.selling_costs, *plans.marketing_costs)
        firsts = [one.first_deal.close_date for one in self.customers.all.values()]
        return Year(
            revenue=revenue,
            churned=churned,
            customer_months=months,
            cost=sum((c.amount for c in costs if first <= c.day <= last), ZERO),
            new_customers=sum(first <= day <= last for day in firsts),
        )

    def _active_at(self, start: date) -> dict[Slice, int]:
        if start not in self._starts:
            day = start - timedelta(days=1)
            found: dict[Slice, int] = defaultdict(int)
            for key in self.customers.active_on(day):
                for place in _slices(self.customers.dimensions(key, day)):
                    found[place] += 1
            self._starts[start] = found
        return self._starts[start]


def _slices(dimensions: Dimensions) -> list[Slice]:
    return [(name, dimensions[name]) for name in PLACES]


@once
def years_of(books: Books) -> Years:
    """The trailing years of a company, once."""
    return Years(books)


def _periods(books: Books) -> Iterator[Period]:
    """The periods from the first cost or customer on."""
    plans = plans_of(books)
    costs = (*plans.selling_costs, *plans.marketing_costs)
    days = [cost.day for cost in costs]
    days += [deal.close_date for deal in books.closed_deals if deal.is_won]
    if days:
        yield from begun_periods("month", min(days), books.settings)


def _margin(books: Books, year: Year, place: Slice) -> Decimal | None:
    """Revenue per customer and month x gross margin; None without customers."""
    months = year.customer_months.get(place, 0)
    if not months:
        return None
    return year.revenue.get(place, ZERO) / months * books.settings.gross_margin


def _lifetime_value(books: Books, year: Year) -> Decimal | None:
    """The predicted lifetime value of the whole; None where nobody churned."""
    margin = _margin(books, year, TOTAL)
    churned = year.churned.get(TOTAL, 0)
    if margin is None or not churned:
        return None
    return margin / (Decimal(churned) / year.customer_months[TOTAL])


def _acquisition_cost(year: Year) -> Decimal | None:
    return year.cost / year.new_customers if year.new_customers else None


def predicted_lifetime_value(books: Books) -> Iterator[PeriodFact]:
    """Revenue per customer and month x gross margin / monthly churn rate."""
    years = years_of(books)
    for period in _periods(books):
        year = years.until(period.measured_on)
        for place in {*year.revenue, *year.churned, *year.customer_months}:
            margin = _margin(books, year, place)
            months = year.customer_months.get(place, 0)
            churn = Decimal(year.churned.get(place, 0)) / months if months else ZERO
            yield PeriodFact(period.grain, period.start, dict([place]), margin or ZERO, churn)


def customer_acquisition_cost(books: Books) -> Iterator[PeriodFact]:
    """Selling and marketing cost / new customers."""
    for period in _periods(books):
        year = years_of(books).until(period.measured_on)
        count = Decimal(year.new_customers)
        yield PeriodFact(period.grain, period.start, dict([TOTAL]), year.cost, count)


def ltv_to_cac(books: Books) -> Iterator[PeriodFact]:
    """Predicted lifetime value / customer acquisition cost."""
    for period in _periods(books):
        year = years_of(books).until(period.measured_on)
        yield PeriodFact(
            period.grain,
            period.start,
            dict([TOTAL]),
            _lifetime_value(books, year),
            _acquisition_cost(year),
        )


def cac_payback_months(books: Books) -> Iterator[PeriodFact]:
    """Customer acquisition cost / (revenue per customer and month x gross margin)."""
    for period in _periods(books):
        year = years_of(books).until(period.measured_on)
        yield PeriodFact(
            period.grain,
            period.start,
            dict([TOTAL]),
            _acquisition_cost(year),
            _margin(books, year, TOTAL),
        )
