"""A company on the settings' as_of_date: its closed deals and its leads, with their
dimensions.

Facts after `as_of_date` do not exist: a deal or lead created later is not there, a deal closed
later is open, a later conversion has not happened. Deleted and merged-away records are out. Amounts
are in the reporting currency.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any, TypeVar

from proof.answers.periods import add_months
from proof.company.records import (
    Account,
    Assignment,
    Company,
    Deal,
    Lead,
    LineItem,
    Person,
    Record,
    Rep,
)
from proof.company.settings import Settings

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
    deal: Deal


@dataclass(frozen=True)
class CreatedLead:
    """A lead, counted once however many systems hold it.

    `lead` is the record that counts, `records` are all of them, `conversion` is the one that says
    what the lead became; `deal` is the deal it became, unless that is deleted or unknown.
    """

    lead: Lead
    records: tuple[Lead, ...]
    conversion: Lead | None
    deal: Deal | None
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
        self.remembered: dict[Any, Any] = {}
        self._united: dict[str | None, Account] = {}
        self.company = company
        self.settings = settings
        self.accounts = self.by_key(company.accounts)
        self.reps = self.by_key(company.reps)
        self.products = self.by_key(company.products)
        self.deals = self.by_key(company.deals)
        self.market_of = {c.name: c.market for c in company.countries}
        self.channel_of = {s.name: s.channel for s in company.lead_sources}
        self._region_of = {t.name: t.region for t in company.territories}
        self._territory_of = {t.country: t.name for t in company.territories if t.country}
        self.assignments_of: dict[str, list[Assignment]] = defaultdict(list)
        for assignment in company.assignments:
            self.assignments_of[assignment.rep].append(assignment)
        self.lines_of: dict[str, list[LineItem]] = defaultdict(list)
        for line in self.in_use(company.lines):
            if not line.is_deleted:
                self.lines_of[line.deal].append(line)

    @cached_property
    def closed_deals(self) -> tuple[ClosedDeal, ...]:
        """Every deal won or lost by `as_of_date`, in the order in which they closed."""
        deals = [deal for deal in self.deals.values() if self.is_closed(deal)]
        deals.sort(key=closing_order)
        revenue_types = self._revenue_types(deal for deal in deals if deal.is_won)
        return tuple(self._closed_deal(deal, revenue_types.get(deal.key)) for deal in deals)

    @cached_property
    def leads(self) -> tuple[CreatedLead, ...]:
        """Every lead created by `as_of_date`."""
        records: dict[str, list[Lead]] = defaultdict(list)
        for lead in self.in_use(self.company.leads):
            created_date = self.local_date(lead.created_at)
            if not (lead.is_deleted or lead.merged_into) and self.is_past(created_date):
                records[lead.inquiry or lead.key].append(lead)
        return tuple(self._created_lead(same) for same in records.values())

    # --- deals ------------------------------------------------------------------------------------

    def stands(self, deal: Deal) -> bool:
        """Whether a deal is there: created by `as_of_date`, neither deleted nor merged away."""
        if deal.is_deleted or deal.merged_into:
            return False
        return deal.created_at is None or self.is_past(self.local_date(deal.created_at))

    def is_closed(self, deal: Deal) -> bool:
        """Whether a deal counts and is won or lost; closed without a close date is in no KPI."""
        if not self.stands(deal) or not (deal.is_won or deal.is_closed):
            return False
        return deal.close_date is not None and self.is_past(deal.close_date)

    def _closed_deal(self, deal: Deal, revenue_type: str | None) -> ClosedDeal:
        assert deal.close_date is not None  # _is_closed
        rate = self.rate(deal.currency, deal.close_date)
        amount = (deal.amount or ZERO) * rate
        cycle_days = None
        if deal.created_at:
            cycle_days = (deal.close_date - self.local_date(deal.created_at)).days
        return ClosedDeal(
            key=deal.key,
            close_date=deal.close_date,
            is_won=deal.is_won,
            customer=self.customer(deal.account),
            amount=amount,
            cycle_days=cycle_days,
            competitor=deal.competitor,
            revenue_type=revenue_type,
            deal=deal,
            lines=tuple(self.sold_lines(deal, deal.close_date, amount, rate)),
            dimensions={
                **self.deal_dimensions(deal, deal.close_date),
                "revenue_type": revenue_type or NONE,
            },
        )

    def deal_dimensions(self, deal: Deal, day: date) -> Dimensions:
        """Where a deal belongs: its account, its source, and its owner with the team of a day."""
        account = self.united_account(deal.account)
        return named(
            industry=account.industry,
            segment=account.segment,
            country=account.country,
            market=self.market(account),
            campaign=deal.campaign,
            competitor=deal.competitor,
            **self.source_dimensions(deal.lead_source),
            **self.owner_dimensions(deal.owner, day, account),
        )

    def sold_lines(
        self, deal: Deal, close_date: date, amount: Decimal, rate: Decimal
    ) -> Iterator[SoldLine]:
        """The deal's lines, and what they do not cover of its amount, or cover too much."""
        launched_from = add_months(close_date, -self.settings.new_product_months)
        uncovered = amount
        lines = self.lines_of[deal.key]
        for line in lines:
            product = self.products.get(line.product or "")
            launched_on = product.launched_on if product else None
            list_price = line.list_price
            if list_price is None and product:
                list_price = product.list_price
            quantity = Decimal(1) if line.quantity is None else line.quantity
            sold = line_amount(line) * rate
            uncovered -= sold
            yield SoldLine(
                product=line.product or NONE,
                product_line=self.product_line(line) or NONE,
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
            customer = self.customer(deal.account)
            brought = {self.product_line(line) for line in self.lines_of[deal.key]} - {None}
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

    def product_line(self, line: LineItem) -> str | None:
        """The product line of what a line sells."""
        product = self.products.get(line.product or "")
        return product.product_line if product else None

    def rate(self, currency: str | None, day: date) -> Decimal:
        """The rate in force on a day.

        Raises:
            LookupError: the company has no rate for that currency and day.
        """
        if currency is None or currency == self.settings.reporting_currency:
            return Decimal(1)
        days, rates = self._rates.get(currency, ([], []))
        place = bisect_right(days, day)
        if not place:
            raise LookupError(f"no exchange rate for {currency} on {day}")
        return rates[place - 1]

    @cached_property
    def _rates(self) -> dict[str, tuple[list[date], list[Decimal]]]:
        """Days and rates by currency: the seed's where it names the currency, else the CRM's."""
        in_seed = {rate.currency for rate in self.company.exchange_rates}
        of_crm = [r for r in self.company.crm_exchange_rates if r.currency not in in_seed]
        found: dict[str, tuple[list[date], list[Decimal]]] = defaultdict(lambda: ([], []))
        for rate in sorted((*self.company.exchange_rates, *of_crm), key=lambda r: r.valid_from):
            days, rates = found[rate.currency]
            days.append(rate.valid_from)
            rates.append(rate.rate)
        return dict(found)

    # --- leads ------------------------------------------------------------------------------------

    def _created_lead(self, same: Sequence[Lead]) -> CreatedLead:
        """One lead from its records: the earliest, with the first conversion among them."""
        systems = self.settings.systems
        records = sorted(same, key=lambda r: (r.created_at, systems.index(r.system), r.key))
        lead = records[0]
        created_date = self.local_date(lead.created_at)
        conversion = next((record for record in records if self.conversion(record)), None)
        found = survivor(self.deals, self.conversion(conversion)) if conversion else None
        deal = found if found and self.stands(found) else None
        won_date = deal.close_date if deal and deal.is_won and self.is_closed(deal) else None
        return CreatedLead(
            lead=lead,
            records=tuple(records),
            conversion=conversion,
            deal=deal,
            created_date=created_date,
            name=lead.name,
            email=lead.email,
            phone=lead.phone,
            won_date=won_date,
            dimensions=named(
                industry=lead.industry,
                campaign=lead.campaign,
                **self.source_dimensions(lead.lead_source),
                **self.owner_dimensions(
                    lead.owner, created_date, Account(key="", country=lead.country)
                ),
            ),
        )

    def conversion(self, lead: Lead) -> str | None:
        """The deal that a lead record became by `as_of_date`, before merges."""
        if lead.converted_at and not self.is_past(self.local_date(lead.converted_at)):
            return None
        return lead.converted_deal

    # --- who and where ----------------------------------------------------------------------------

    def customer(self, account_key: str | None) -> str | None:
        """The true account of a record: the survivor of its merges, one with its twins elsewhere.

        Twins are never in one system: an account joins the first one that an earlier system has.
        """
        account = survivor(self.accounts, account_key)
        if account is None:
            return account_key
        first = self._first_of_organisation.get(account.organisation or "")
        return account.key if first is None or first.system == account.system else first.key

    @cached_property
    def standing_accounts(self) -> list[Account]:
        """The accounts that were not merged away, in the order of the systems."""
        systems = self.settings.systems
        standing = [account for account in self.accounts.values() if not account.merged_into]
        return sorted(standing, key=lambda account: (systems.index(account.system), account.key))

    @cached_property
    def _first_of_organisation(self) -> dict[str, Account]:
        found: dict[str, Account] = {}
        for account in self.standing_accounts:
            if account.organisation:
                found.setdefault(account.organisation, account)
        return found

    @cached_property
    def accounts_of_customer(self) -> dict[str, list[Account]]:
        """The records of each account, in the order of the systems."""
        found: dict[str, list[Account]] = defaultdict(list)
        for account in self.standing_accounts:
            found[self.customer(account.key) or ""].append(account)
        return found

    def united_account(self, account_key: str | None) -> Account:
        """The account with each column from the first system that has it; else nothing known."""
        customer = self.customer(account_key)
        if customer not in self._united:
            self._united[customer] = self._unite(customer)
        return self._united[customer]

    def _unite(self, customer: str | None) -> Account:
        records = self.accounts_of_customer.get(customer or "", [])

        def first(column: str) -> Any:
            return next((v for r in records if (v := getattr(r, column)) is not None), None)

        return Account(
            key=customer or "",
            owner=first("owner"),
            employees=first("employees"),
            industry=first("industry"),
            segment=first("segment"),
            country=first("country"),
            territory=first("territory"),
            market=first("market"),
        )

    def source_dimensions(self, lead_source: str | None) -> dict[str, str | None]:
        """Lead source and its channel."""
        return {
            "lead_source": lead_source,
            "lead_channel": self.channel_of.get(lead_source or ""),
        }

    def owner_dimensions(
        self, owner: str | None, day: date, place: Account
    ) -> dict[str, str | None]:
        """Rep, team that day; territory: the place's own, else its country's, else the rep's."""
        team, rep_territory = self.rep_place(owner, day)
        territory = place.territory or self._territory_of.get(place.country or "") or rep_territory
        return {
            "rep": owner,
            "team": team,
            "territory": territory,
            "region": self._region_of.get(territory or ""),
        }

    def rep_place(self, rep_key: str | None, day: date) -> tuple[str | None, str | None]:
        """Team and territory of a rep on a day: the latest assignment in force, else the CRM's."""
        rep = self.reps.get(rep_key or "", Rep(key=""))
        assigned = [
            a
            for a in self.assignments_of.get(rep_key or "", ())
            if a.valid_from <= day <= (a.valid_to or date.max)
        ]
        last = max(assigned, key=lambda a: a.valid_from, default=None)
        if last is None:
            return rep.team, rep.territory
        return last.team or rep.team, last.territory or rep.territory

    def account_dimensions(self, account_key: str | None, day: date) -> Dimensions:
        """An account's slices on a day: of its own place, else of its owner's."""
        account = self.united_account(account_key)
        place = self.owner_dimensions(account.owner, day, account)
        return named(
            industry=account.industry,
            segment=account.segment,
            country=account.country,
            market=self.market(account),
            territory=place["territory"],
        )

    def market(self, account: Account) -> str | None:
        """An account's own market, else that of its country."""
        return account.market or self.market_of.get(account.country or "")

    # --- time and keys ----------------------------------------------------------------------------

    def is_past(self, day: date) -> bool:
        """Whether a day is `as_of_date` or before it."""
        return day <= self.settings.as_of_date

    def local_date(self, moment: datetime) -> date:
        """The date of a moment in the reporting time zone."""
        return moment.astimezone(self.settings.zone).date()

    def in_use(self, records: Iterable[R]) -> Iterator[R]:
        """The records of the systems in use."""
        return (record for record in records if record.system in self.settings.systems)

    def by_key(self, records: Iterable[R]) -> dict[str, R]:
        """The records of the systems in use, by their keys."""
        return {record.key: record for record in self.in_use(records)}


def closing_order(deal: Deal) -> tuple[date, bool, datetime, str]:
    """By close date, then created time (unknown last), then deal id."""
    created_at = deal.created_at or datetime.max.replace(tzinfo=UTC)
    return (deal.close_date or date.max, deal.created_at is None, created_at, deal.key)


def line_amount(line: LineItem) -> Decimal:
    """The line's price, in the deal's currency."""
    if line.amount is not None:
        return line.amount
    if line.quantity is None or line.unit_price is None:
        return ZERO
    return line.quantity * line.unit_price


A = TypeVar("A", Account, Deal, Lead, Person)


def survivor(records: Mapping[str, A], key: str | None) -> A | None:
    """The record at the end of the chain of merges."""
    record = records.get(key or "")
    while record and record.merged_into:
        record = records.get(record.merged_into)
    return record


def named(**values: str | None) -> Dimensions:
    """Dimension values, with `(none)` for what is missing, and the total."""
    return {"total": "total"} | {name: value or NONE for name, value in values.items()}


T = TypeVar("T")


def once(make: Callable[[Books], T]) -> Callable[[Books], T]:
    """Makes something of books once, and remembers it with them."""

    def remembered(books: Books) -> T:
        if make not in books.remembered:
            books.remembered[make] = make(books)
        found: T = books.remembered[make]
        return found

    return remembered
