"""What is true of a company on the settings' as_of_date: its closed deals and its leads, with their
dimensions.

Facts after `as_of_date` do not exist: a deal or lead created later is not there, a deal closed
later is open, a later conversion has not happened. Deleted and merged-away records are out. Amounts
are in the reporting currency.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cached_property
from typing import TypeVar

from sales_kpis.demo.company import Account, Assignment, Company, Deal, Lead, LineItem, Record, Rep
from sales_kpis.demo.periods import add_months
from sales_kpis.demo.settings import Settings

NONE = "(none)"
UNALLOCATED = "(unallocated)"
ZERO = Decimal(0)

R = TypeVar("R", bound=Record)
Dimensions = Mapping[str, str]


@dataclass(frozen=True)
class SoldLine:
    """A line of a closed deal, or the `(unallocated)` rest; money in the reporting currency."""

    product: str
    product_line: str
    amount: Decimal
    list_amount: Decimal | None
    is_new_product: bool


@dataclass(frozen=True)
class ClosedDeal:
    """A deal that is won or lost; `customer` is its account after identity."""

    key: str
    close_date: date
    is_won: bool
    customer: str | None
    amount: Decimal
    cycle_days: int | None
    competitor: str | None
    revenue_type: str | None
    lines: tuple[SoldLine, ...]
    dimensions: Dimensions


@dataclass(frozen=True)
class CreatedLead:
    """A lead, counted once however many systems hold it."""

    created_date: date
    name: str | None
    email: str | None
    phone: str | None
    won_date: date | None
    dimensions: Dimensions


class Books:
    """A company read as of a date, with the settings' currency, time zone and windows."""

    def __init__(self, company: Company, settings: Settings) -> None:
        """Reads the systems of the settings only; nothing is computed before it is asked for."""
        self.company = company
        self.settings = settings
        self._accounts = self._by_key(company.accounts)
        self._reps = self._by_key(company.reps)
        self._products = self._by_key(company.products)
        self._deals = self._by_key(company.deals)
        self._market_of = {c.name: c.market for c in company.countries}
        self._channel_of = {s.name: s.channel for s in company.lead_sources}
        self._region_of = {t.name: t.region for t in company.territories}
        self._territory_of = {t.country: t.name for t in company.territories if t.country}
        self._assignments_of: dict[str, list[Assignment]] = defaultdict(list)
        for assignment in company.assignments:
            self._assignments_of[assignment.rep].append(assignment)
        self._lines_of: dict[str, list[LineItem]] = defaultdict(list)
        for line in self._in_use(company.lines):
            if not line.is_deleted:
                self._lines_of[line.deal].append(line)

    @cached_property
    def closed_deals(self) -> tuple[ClosedDeal, ...]:
        """Every deal won or lost by `as_of_date`, in the order in which they closed."""
        deals = [deal for deal in self._deals.values() if self._is_closed(deal)]
        deals.sort(key=_closing_order)
        revenue_types = self._revenue_types(deal for deal in deals if deal.is_won)
        return tuple(self._closed_deal(deal, revenue_types.get(deal.key)) for deal in deals)

    @cached_property
    def leads(self) -> tuple[CreatedLead, ...]:
        """Every lead created by `as_of_date`."""
        records: dict[str, list[Lead]] = defaultdict(list)
        for lead in self._in_use(self.company.leads):
            created_date = self._local_date(lead.created_at)
            if not (lead.is_deleted or lead.merged_into) and self._is_past(created_date):
                records[lead.inquiry or lead.key].append(lead)
        return tuple(self._created_lead(same) for same in records.values())

    # --- deals ------------------------------------------------------------------------------------

    def _is_closed(self, deal: Deal) -> bool:
        """Whether a deal counts and is won or lost; closed without a close date is in no KPI."""
        if deal.is_deleted or deal.merged_into or not (deal.is_won or deal.is_closed):
            return False
        if deal.created_at and not self._is_past(self._local_date(deal.created_at)):
            return False
        return deal.close_date is not None and self._is_past(deal.close_date)

    def _closed_deal(self, deal: Deal, revenue_type: str | None) -> ClosedDeal:
        assert deal.close_date is not None  # _is_closed
        account = self._united_account(deal.account)
        rate = self._rate(deal.currency, deal.close_date)
        amount = (deal.amount or ZERO) * rate
        cycle_days = None
        if deal.created_at:
            cycle_days = (deal.close_date - self._local_date(deal.created_at)).days
        return ClosedDeal(
            key=deal.key,
            close_date=deal.close_date,
            is_won=deal.is_won,
            customer=self._customer(deal.account),
            amount=amount,
            cycle_days=cycle_days,
            competitor=deal.competitor,
            revenue_type=revenue_type,
            lines=tuple(self._sold_lines(deal, deal.close_date, amount, rate)),
            dimensions=_named(
                industry=account.industry,
                segment=account.segment,
                country=account.country,
                market=account.market or self._market_of.get(account.country or ""),
                campaign=deal.campaign,
                competitor=deal.competitor,
                revenue_type=revenue_type,
                **self._source_dimensions(deal.lead_source),
                **self._owner_dimensions(deal.owner, deal.close_date, account),
            ),
        )

    def _sold_lines(
        self, deal: Deal, close_date: date, amount: Decimal, rate: Decimal
    ) -> Iterator[SoldLine]:
        """The deal's lines, and what they do not cover of its amount, or cover too much."""
        launched_from = add_months(close_date, -self.settings.new_product_months)
        uncovered = amount
        lines = self._lines_of[deal.key]
        for line in lines:
            product = self._products.get(line.product or "")
            launched_on = product.launched_on if product else None
            list_price = line.list_price
            if list_price is None and product:
                list_price = product.list_price
            quantity = Decimal(1) if line.quantity is None else line.quantity
            sold = _line_amount(line) * rate
            uncovered -= sold
            yield SoldLine(
                product=line.product or NONE,
                product_line=self._product_line(line) or NONE,
                amount=sold,
                list_amount=None if list_price is None else list_price * quantity * rate,
                is_new_product=launched_on is not None
                and launched_from <= launched_on <= close_date,
            )
        if uncovered or not lines:
            yield SoldLine(UNALLOCATED, UNALLOCATED, uncovered, None, is_new_product=False)

    def _revenue_types(self, won_deals: Iterable[Deal]) -> dict[str, str]:
        """The revenue type of each won deal; they come in closing order."""
        product_lines_of: dict[str, set[str]] = {}
        found = {}
        for deal in won_deals:
            customer = self._customer(deal.account)
            brought = {self._product_line(line) for line in self._lines_of[deal.key]} - {None}
            known = product_lines_of.get(customer) if customer else None
            if known is None:
                found[deal.key] = "new_business"
            elif deal.revenue_type not in (None, "new_business"):
                found[deal.key] = str(deal.revenue_type)
            else:
                found[deal.key] = "cross_sell" if brought - known else "repeat"
            if customer:
                product_lines_of[customer] = (known or set()) | {str(line) for line in brought}
        return found

    def _product_line(self, line: LineItem) -> str | None:
        product = self._products.get(line.product or "")
        return product.product_line if product else None

    def _rate(self, currency: str | None, day: date) -> Decimal:
        """The rate in force on a day.

        Raises:
            LookupError: the company has no rate for that currency and day.
        """
        if currency is None or currency == self.settings.reporting_currency:
            return Decimal(1)
        rates = [r for r in self.company.exchange_rates if r.currency == currency]
        in_force = [r for r in rates if r.valid_from <= day]
        if not in_force:
            raise LookupError(f"no exchange rate for {currency} on {day}")
        return max(in_force, key=lambda r: r.valid_from).rate

    # --- leads ------------------------------------------------------------------------------------

    def _created_lead(self, same: Sequence[Lead]) -> CreatedLead:
        """One lead from its records: the earliest, with the first conversion among them."""
        systems = self.settings.systems
        records = sorted(same, key=lambda r: (r.created_at, systems.index(r.system), r.key))
        lead = records[0]
        created_date = self._local_date(lead.created_at)
        conversions = [key for record in records if (key := self._conversion(record))]
        deal = _survivor(self._deals, conversions[0]) if conversions else None
        won_date = deal.close_date if deal and deal.is_won and self._is_closed(deal) else None
        return CreatedLead(
            created_date=created_date,
            name=lead.name,
            email=lead.email,
            phone=lead.phone,
            won_date=won_date,
            dimensions=_named(
                industry=lead.industry,
                campaign=lead.campaign,
                **self._source_dimensions(lead.lead_source),
                **self._owner_dimensions(
                    lead.owner, created_date, Account(key="", country=lead.country)
                ),
            ),
        )

    def _conversion(self, lead: Lead) -> str | None:
        """The deal that a lead record became by `as_of_date`, before merges."""
        if lead.converted_at and not self._is_past(self._local_date(lead.converted_at)):
            return None
        return lead.converted_deal

    # --- who and where ----------------------------------------------------------------------------

    def _customer(self, account_key: str | None) -> str | None:
        """Who an account truly is: the survivor of its merges, one with its twins elsewhere.

        Twins are never in one system: an account joins the first one that an earlier system has.
        """
        account = _survivor(self._accounts, account_key)
        if account is None:
            return account_key
        first = self._first_of_organisation.get(account.organisation or "")
        return account.key if first is None or first.system == account.system else first.key

    @cached_property
    def _standing_accounts(self) -> list[Account]:
        """The accounts that were not merged away, in the order of the systems."""
        systems = self.settings.systems
        standing = [account for account in self._accounts.values() if not account.merged_into]
        return sorted(standing, key=lambda account: (systems.index(account.system), account.key))

    @cached_property
    def _first_of_organisation(self) -> dict[str, Account]:
        found: dict[str, Account] = {}
        for account in self._standing_accounts:
            if account.organisation:
                found.setdefault(account.organisation, account)
        return found

    @cached_property
    def _accounts_of_customer(self) -> dict[str, list[Account]]:
        found: dict[str, list[Account]] = defaultdict(list)
        for account in self._standing_accounts:
            found[self._customer(account.key) or ""].append(account)
        return found

    def _united_account(self, account_key: str | None) -> Account:
        """The account with each column from the first system that has it; else nothing known."""
        customer = self._customer(account_key)
        records = self._accounts_of_customer.get(customer or "", [])

        def first(column: str) -> str | None:
            return next((v for r in records if (v := getattr(r, column)) is not None), None)

        return Account(
            key=customer or "",
            industry=first("industry"),
            segment=first("segment"),
            country=first("country"),
            territory=first("territory"),
            market=first("market"),
        )

    def _source_dimensions(self, lead_source: str | None) -> dict[str, str | None]:
        return {
            "lead_source": lead_source,
            "lead_channel": self._channel_of.get(lead_source or ""),
        }

    def _owner_dimensions(
        self, owner: str | None, day: date, place: Account
    ) -> dict[str, str | None]:
        """Rep, team that day; territory: the place's own, else its country's, else the rep's."""
        rep = self._reps.get(owner or "", Rep(key=""))
        assigned = [
            a
            for a in self._assignments_of[owner or ""]
            if a.valid_from <= day <= (a.valid_to or date.max)
        ]
        territory = (
            place.territory
            or self._territory_of.get(place.country or "")
            or next((a.territory for a in assigned), None)
            or rep.territory
        )
        return {
            "rep": owner,
            "team": next((a.team for a in assigned), None) or rep.team,
            "territory": territory,
            "region": self._region_of.get(territory or ""),
        }

    # --- time and keys ----------------------------------------------------------------------------

    def _is_past(self, day: date) -> bool:
        return day <= self.settings.as_of_date

    def _local_date(self, moment: datetime) -> date:
        return moment.astimezone(self.settings.zone).date()

    def _in_use(self, records: Iterable[R]) -> Iterator[R]:
        return (record for record in records if record.system in self.settings.systems)

    def _by_key(self, records: Iterable[R]) -> dict[str, R]:
        return {record.key: record for record in self._in_use(records)}


def _closing_order(deal: Deal) -> tuple[date, bool, datetime, str]:
    """By close date, then created time (unknown last), then deal id."""
    created_at = deal.created_at or datetime.max.replace(tzinfo=UTC)
    return (deal.close_date or date.max, deal.created_at is None, created_at, deal.key)


def _line_amount(line: LineItem) -> Decimal:
    """What the line was sold for, in the deal's currency."""
    if line.amount is not None:
        return line.amount
    if line.quantity is None or line.unit_price is None:
        return ZERO
    return line.quantity * line.unit_price


A = TypeVar("A", Account, Deal)


def _survivor(records: Mapping[str, A], key: str | None) -> A | None:
    """The record at the end of the chain of merges."""
    record = records.get(key or "")
    while record and record.merged_into:
        record = records.get(record.merged_into)
    return record


def _named(**values: str | None) -> Dimensions:
    """Dimension values, with `(none)` for what is missing, and the total."""
    return {"total": "total"} | {name: value or NONE for name, value in values.items()}
