"""The customers of each day, and what they pay a month.

An account is a customer from its first won deal on. It is active on the days that its subscriptions
cover, before the first of them on those that its won deals cover. A gap of at most
`churn_grace_days` days is no gap, also one that still runs at `as_of_date`.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

from proof.answers.books.as_of import ZERO, Books, ClosedDeal, Dimensions, named, once
from proof.answers.periods import add_months

DAY = timedelta(days=1)


class Stretch(NamedTuple):
    """Days, both included, on which a customer is active at one monthly revenue."""

    valid_from: date
    valid_to: date
    monthly_revenue: Decimal
    cover: str


class Cover(NamedTuple):
    """Days that a subscription or a deal covers, both included."""

    first: date
    last: date
    monthly_revenue: Decimal
    kind: str


class Change(NamedTuple):
    """A day on which a customer's monthly revenue differs from the day before."""

    day: date
    customer: str
    before: Decimal
    after: Decimal


@dataclass(frozen=True)
class Customer:
    """An account with won deals, in closing order, and the days on which it is active."""

    key: str
    deals: tuple[ClosedDeal, ...]
    stretches: tuple[Stretch, ...]

    @property
    def first_deal(self) -> ClosedDeal:
        """The deal by which the account became a customer."""
        return self.deals[0]


class Customers:
    """The customers of a company."""

    def __init__(self, books: Books) -> None:
        """Reads nothing before it is asked for."""
        self.books = books
        self._active: dict[date, dict[str, Decimal]] = {}
        self._dimensions: dict[tuple[str, date], Dimensions] = {}

    @cached_property
    def all(self) -> dict[str, Customer]:
        """The customers by their keys."""
        deals: dict[str, list[ClosedDeal]] = defaultdict(list)
        for deal in self.books.closed_deals:
            if deal.is_won and deal.customer:
                deals[deal.customer].append(deal)
        return {
            key: Customer(key, tuple(own), tuple(self._stretches(key, own)))
            for key, own in deals.items()
        }

    # --- cover ------------------------------------------------------------------------------------

    @cached_property
    def _subscriptions(self) -> dict[str, list[Cover]]:
        found: dict[str, list[Cover]] = defaultdict(list)
        for one in self.books.in_use(self.books.company.subscriptions):
            customer = self.books.customer(one.account)
            last = one.ended_on or date.max
            if customer and self.books.is_past(one.started_on) and one.started_on <= last:
                rate = self.books.rate(one.currency, one.started_on)
                amount = one.monthly_amount * rate
                found[customer].append(Cover(one.started_on, last, amount, "subscription"))
        return found

    def _covers(self, customer: str, deals: list[ClosedDeal]) -> list[Cover]:
        """The coverage of a customer, from its first won deal to `as_of_date`."""
        subscriptions = self._subscriptions.get(customer, [])
        last_of_deals = min((s.first for s in subscriptions), default=date.max)
        covers = list(subscriptions)
        for deal in deals:
            last = self._last_day(deal)
            if last_of_deals != date.max:
                last = min(last, last_of_deals - DAY)
            covers.append(Cover(deal.close_date, last, deal.amount / self._term(deal), "deal"))
        begin, end = deals[0].close_date, self.books.settings.as_of_date
        clipped = [c._replace(first=max(c.first, begin), last=min(c.last, end)) for c in covers]
        return [cover for cover in clipped if cover.first <= cover.last]

    def _term(self, deal: ClosedDeal) -> int:
        """The months that a deal covers: its own, else the setting's."""
        own = deal.deal.contract_term_months or 0
        return own if own >= 1 else self.books.settings.contract_term_months

    def _last_day(self, deal: ClosedDeal) -> date:
        """The last day that a deal covers."""
        return add_months(deal.close_date, self._term(deal)) - DAY

    @cached_property
    def ends(self) -> list[tuple[str, date, bool]]:
        """Each end of cover up to `as_of_date`, and whether the customer went on in the grace."""
        grace = timedelta(days=self.books.settings.churn_grace_days)
        found = []
        for key, one in self.all.items():
            last_of: dict[date, date] = {}
            for cover in self._own_covers(key, list(one.deals)):
                last_of[cover.first] = max(cover.last, last_of.get(cover.first, date.min))
            for first, last in last_of.items():
                is_outlasted = any(f < first and last_of[f] >= last for f in last_of)
                if self.books.is_past(last) and not is_outlasted:
                    went_on = any(f <= last + grace and last_of[f] > last for f in last_of)
                    found.append((key, last, went_on))
        return found

    def _own_covers(self, customer: str, deals: list[ClosedDeal]) -> Iterator[Cover]:
        """The subscriptions of a customer, each from its first won deal on; else its deals."""
        first_won = deals[0].close_date
        subscriptions = self._subscriptions.get(customer, [])
        for one in subscriptions:
            if one.last >= first_won:
                yield one._replace(first=max(one.first, first_won))
        for deal in () if subscriptions else deals:
            yield Cover(deal.close_date, self._last_day(deal), ZERO, "deal")

    def _stretches(self, customer: str, deals: list[ClosedDeal]) -> list[Stretch]:
        """The active days, cut where the monthly revenue or the kind of cover changes."""
        covers = self._covers(customer, deals)
        cuts = sorted({c.first for c in covers} | {c.last + DAY for c in covers})
        pieces: list[Stretch] = []
        for first, after in pairwise(cuts):
            covering = [c for c in covers if c.first <= first <= c.last]
            if covering:
                amount = sum((c.monthly_revenue for c in covering), ZERO)
                pieces.append(Stretch(first, after - DAY, amount, covering[0].kind))
        return _joined(self._with_grace(pieces))

    def _with_grace(self, pieces: list[Stretch]) -> list[Stretch]:
        """The pieces and the gaps between them that are short enough to be none."""
        found: list[Stretch] = []
        end = self.books.settings.as_of_date
        for piece, following in zip(pieces, [*pieces[1:], None], strict=True):
            found.append(piece)
            first = piece.valid_to + DAY
            last = following.valid_from - DAY if following else end
            if first <= last and (last - first).days < self.books.settings.churn_grace_days:
                found.append(Stretch(first, last, piece.monthly_revenue, "grace"))
        return found

    # --- on a day ---------------------------------------------------------------------------------

    @cached_property
    def _starts(self) -> dict[str, list[date]]:
        return {key: [s.valid_from for s in one.stretches] for key, one in self.all.items()}

    def revenue_on(self, customer: str, day: date) -> Decimal | None:
        """The monthly revenue of a customer that is active on a day; None if it is not."""
        place = bisect_right(self._starts[customer], day)
        if not place:
            return None
        stretch = self.all[customer].stretches[place - 1]
        return stretch.monthly_revenue if day <= stretch.valid_to else None

    def active_on(self, day: date) -> dict[str, Decimal]:
        """The active customers of a day, with their monthly revenue."""
        if day not in self._active:
            found = {key: self.revenue_on(key, day) for key in self.all}
            self._active[day] = {k: v for k, v in found.items() if v is not None}
        return self._active[day]

    def active_between(self, first: date, last: date) -> list[str]:
        """The customers that are active on at least one of some days."""
        found = []
        for key, one in self.all.items():
            place = bisect_right(self._starts[key], last)
            if place and one.stretches[place - 1].valid_to >= first:
                found.append(key)
        return found

    # --- changes ----------------------------------------------------------------------------------

    @cached_property
    def churned(self) -> list[tuple[date, str]]:
        """Each first day without coverage."""
        end = self.books.settings.as_of_date
        return [
            (last + DAY, key)
            for key, one in self.all.items()
            for _, last in _runs(one)
            if last < end
        ]

    @cached_property
    def returned(self) -> list[tuple[date, str]]:
        """Each first day of cover after a churn."""
        return [(first, key) for key, one in self.all.items() for first, _ in _runs(one)[1:]]

    @cached_property
    def started(self) -> list[tuple[date, str]]:
        """Each customer's first active day."""
        return [(first, key) for key, one in self.all.items() for first, _ in _runs(one)[:1]]

    @cached_property
    def losses(self) -> list[Change]:
        """Every fall of a customer's monthly revenue, churn included."""
        found = []
        end = self.books.settings.as_of_date
        for key, one in self.all.items():
            for stretch, following in zip(one.stretches, [*one.stretches[1:], None], strict=True):
                day = stretch.valid_to + DAY
                is_next = following is not None and following.valid_from == day
                after = following.monthly_revenue if following and is_next else ZERO
                if stretch.valid_to < end and after < stretch.monthly_revenue:
                    found.append(Change(day, key, stretch.monthly_revenue, after))
        return found

    # --- dimensions -------------------------------------------------------------------------------

    def dimensions(self, customer: str, day: date) -> Dimensions:
        """Where a customer is on a day, and what it is; its lead source is its first deal's."""
        if (customer, day) not in self._dimensions:
            source = self.all[customer].first_deal.deal.lead_source
            place = self.books.account_dimensions(customer, day)
            self._dimensions[customer, day] = {**place, **named(lead_source=source)}
        return self._dimensions[customer, day]


def _runs(customer: Customer) -> list[tuple[date, date]]:
    """The unbroken runs of active days."""
    runs: list[tuple[date, date]] = []
    for stretch in customer.stretches:
        if runs and runs[-1][1] + DAY == stretch.valid_from:
            runs[-1] = (runs[-1][0], stretch.valid_to)
        else:
            runs.append((stretch.valid_from, stretch.valid_to))
    return runs


def _joined(stretches: list[Stretch]) -> list[Stretch]:
    """Neighbours of one revenue and coverage as one span."""
    found: list[Stretch] = []
    for stretch in stretches:
        last = found[-1] if found else None
        is_same = (
            last is not None
            and last.valid_to + DAY == stretch.valid_from
            and (last.monthly_revenue, last.cover) == (stretch.monthly_revenue, stretch.cover)
        )
        if last is not None and is_same:
            found[-1] = last._replace(valid_to=stretch.valid_to)
        else:
            found.append(stretch)
    return found


@once
def customers_of(books: Books) -> Customers:
    """The customers of a company, once."""
    return Customers(books)
