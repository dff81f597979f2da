"""The planted answers: the true value of every KPI, by kpi_catalog.md, from the company's own
objects.

Each KPI is one function that gives its facts; `KPIS` names them with their dimensions. A fact has a
date, a numerator and a denominator (0 where it adds nothing to one of them), and counts in the
slices of its `dimensions`. What all KPIs share, periods, slices, zero-filling and the ratio, is in
`roll_up`.
"""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from decimal import Decimal
from typing import NamedTuple

from sales_kpis.demo.as_of import UNALLOCATED, ZERO, Books, ClosedDeal, Dimensions, SoldLine
from sales_kpis.demo.company import Company
from sales_kpis.demo.periods import previous_period, year_ago
from sales_kpis.demo.rollup import Fact, Kpi, KpiRow, roll_up
from sales_kpis.demo.settings import Settings

ONE = Decimal(1)


# --- what KPIs are counted from -------------------------------------------------------------------


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


def _if(condition: bool, amount: Decimal) -> Decimal:
    return amount if condition else ZERO


# --- revenue --------------------------------------------------------------------------------------


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
        yield Fact(part.deal.close_date, part.dimensions, _if(is_new, part.amount), part.amount)


def existing_customer_revenue_share(books: Books) -> Iterator[Fact]:
    """Revenue from existing business / revenue."""
    for part in won(books):
        is_existing = part.deal.revenue_type != "new_business"
        yield Fact(
            part.deal.close_date, part.dimensions, _if(is_existing, part.amount), part.amount
        )


def discount_rate(books: Books) -> Iterator[Fact]:
    """(List price - sold price) / list price of the won line items that have a list price."""
    for deal, line, dimensions in won_lines(books):
        if line.list_amount is not None:
            discount = line.list_amount - line.amount
            yield Fact(deal.close_date, dimensions, discount, line.list_amount)


# --- pipeline -------------------------------------------------------------------------------------


def win_rate(books: Books) -> Iterator[Fact]:
    """Won deals / deals closed."""
    for part in counted(closed(books)):
        yield Fact(part.deal.close_date, part.dimensions, _if(part.deal.is_won, ONE), ONE)


def win_rate_by_amount(books: Books) -> Iterator[Fact]:
    """Amount won / amount closed."""
    for part in closed(books):
        amount_won = _if(part.deal.is_won, part.amount)
        yield Fact(part.deal.close_date, part.dimensions, amount_won, part.amount)


def win_loss_ratio(books: Books) -> Iterator[Fact]:
    """Won deals / lost deals."""
    for part in counted(closed(books)):
        is_won = part.deal.is_won
        yield Fact(part.deal.close_date, part.dimensions, _if(is_won, ONE), _if(not is_won, ONE))


def sales_cycle_days(books: Books) -> Iterator[Fact]:
    """Days from created to won / won deals, of those whose created date is known."""
    for part in counted(won(books)):
        if part.deal.cycle_days is not None:
            days = Decimal(part.deal.cycle_days)
            yield Fact(part.deal.close_date, part.dimensions, days, ONE)


def deals_lost_to_competition(books: Books) -> Iterator[Fact]:
    """Lost deals with a competitor named."""
    for part in counted(closed(books)):
        if not part.deal.is_won and part.deal.competitor:
            yield Fact(part.deal.close_date, part.dimensions, ONE)


def competitive_loss_share(books: Books) -> Iterator[Fact]:
    """Lost deals with a competitor named / lost deals."""
    for part in counted(closed(books)):
        if not part.deal.is_won:
            has_competitor = part.deal.competitor is not None
            yield Fact(part.deal.close_date, part.dimensions, _if(has_competitor, ONE), ONE)


# --- leads ----------------------------------------------------------------------------------------


def lead_volume(books: Books) -> Iterator[Fact]:
    """Leads created."""
    for lead in books.leads:
        yield Fact(lead.created_date, lead.dimensions, ONE)


def lead_quality(books: Books) -> Iterator[Fact]:
    """Contact fields present among name, email and phone / 3 x leads (of one field: leads)."""
    for lead in books.leads:
        present = {
            "name": bool(lead.name and lead.name.strip()),
            "email": is_valid_email(lead.email or ""),
            "phone": is_valid_phone(lead.phone or ""),
        }
        for field, is_present in present.items():
            dimensions = {**lead.dimensions, "contact_field": field}
            yield Fact(lead.created_date, dimensions, _if(is_present, ONE), ONE)


def is_valid_email(text: str) -> bool:
    """Exactly one @, something before it, a domain with a dot inside, no spaces."""
    local, at, domain = text.strip().partition("@")
    has_space = any(character.isspace() for character in local + domain)
    return bool(local and at) and "@" not in domain and not has_space and "." in domain[1:-1]


def is_valid_phone(text: str) -> bool:
    """At least seven digits."""
    return sum(character in "0123456789" for character in text) >= 7


def lead_to_customer_rate(books: Books) -> Iterator[Fact]:
    """Leads of the cohort won within `conversion_window_days` / leads created."""
    for lead in books.leads:
        last_day = lead.created_date + timedelta(days=books.settings.conversion_window_days)
        is_won = lead.won_date is not None and lead.won_date <= last_day
        yield Fact(lead.created_date, lead.dimensions, _if(is_won, ONE), ONE)


# --- customers ------------------------------------------------------------------------------------


def new_customers(books: Books) -> Iterator[Fact]:
    """Accounts won for the first time."""
    for part in counted(won(books)):
        if part.deal.revenue_type == "new_business" and part.deal.customer:
            yield Fact(part.deal.close_date, part.dimensions, ONE)


# --- the list -------------------------------------------------------------------------------------

PLACE = ("territory", "market", "team")
DEAL = (*PLACE, "rep", "lead_source", "industry")
WIN = (*DEAL, "product_line", "competitor")
LOSS = ("competitor", "territory", "product_line", "team")
LEAD = ("lead_source", "lead_channel", "campaign")

KPIS = (
    Kpi("total_revenue", (*DEAL, "product_line", "revenue_type"), revenue),
    Kpi("sales_volume", (*DEAL, "revenue_type"), sales_volume),
    Kpi("revenue_by_lead_source", LEAD, revenue),
    Kpi("revenue_per_sale", (*DEAL, "product_line", "revenue_type"), revenue_per_sale),
    Kpi("revenue_by_product", ("product", "product_line"), revenue_by_product),
    Kpi("new_product_revenue_share", (*PLACE, "product_line"), new_product_revenue_share),
    Kpi(
        "new_business_revenue_share",
        (*PLACE, "rep", "lead_source", "product_line"),
        new_business_revenue_share,
    ),
    Kpi(
        "existing_customer_revenue_share",
        (*PLACE, "revenue_type", "product_line"),
        existing_customer_revenue_share,
    ),
    Kpi("yoy_growth", (*PLACE, "product_line"), revenue, compared_with=year_ago),
    Kpi("revenue_by_territory", ("territory", "region"), revenue),
    Kpi("revenue_by_market", ("market", "country", "segment"), revenue),
    Kpi("discount_rate", ("product", "product_line", "team", "rep"), discount_rate),
    Kpi("win_rate", WIN, win_rate),
    Kpi("win_rate_by_amount", WIN, win_rate_by_amount),
    Kpi("win_loss_ratio", WIN, win_loss_ratio),
    Kpi("sales_cycle_days", (*DEAL, "product_line"), sales_cycle_days),
    Kpi("deals_lost_to_competition", LOSS, deals_lost_to_competition),
    Kpi("competitive_loss_share", LOSS, competitive_loss_share),
    Kpi("lead_volume", (*LEAD, "territory", "rep"), lead_volume),
    Kpi(
        "lead_growth",
        ("lead_source", "lead_channel", "territory"),
        lead_volume,
        compared_with=previous_period,
    ),
    Kpi("lead_quality", (*LEAD, "contact_field"), lead_quality),
    Kpi("lead_to_customer_rate", (*LEAD, "industry", "rep"), lead_to_customer_rate, is_cohort=True),
    Kpi("new_customers", ("territory", "market", "lead_source", "industry"), new_customers),
)


# --- the answers ---------------------------------------------------------------------------------


def planted_kpis(company: Company, settings: Settings) -> list[KpiRow]:
    """Every row of every KPI table of a company."""
    books = Books(company, settings)
    return [row for kpi in KPIS for row in roll_up(kpi, kpi.facts(books), settings)]
