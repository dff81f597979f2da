"""The true customer KPIs: who is active, who stays, what they bring, and what they say."""

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal

from proof.answers.books.as_of import NONE, ZERO, Books, Dimensions, named
from proof.answers.books.customers import Customer, customers_of
from proof.answers.books.marketing import marketing_of
from proof.answers.books.people import people_of
from proof.answers.kpis.revenue import ONE, counted, when, won
from proof.answers.periods import period_start
from proof.answers.rollup import (
    Fact,
    Period,
    PeriodFact,
    begun_periods,
    in_periods,
    kpi_grains,
)
from proof.company.identity import is_valid_email
from proof.company.records import SurveyResponse

COMPANY_SIZES = (
    (5001, "5,001+"),
    (1001, "1,001–5,000"),
    (201, "201–1,000"),
    (51, "51–200"),
    (11, "11–50"),
    (1, "1–10"),
)
SCALES = {"nps": (0, 10), "csat": (1, 5), "ces": (1, 7)}


# --- who is a customer ----------------------------------------------------------------------------


def new_customers(books: Books) -> Iterator[Fact]:
    """Accounts won for the first time."""
    for part in counted(won(books)):
        if part.deal.revenue_type == "new_business" and part.deal.customer:
            yield Fact(part.deal.close_date, part.dimensions, ONE)


def _periods(books: Books, first_grain: str) -> Iterator[Period]:
    """The periods from the first customer on."""
    days = [one.first_deal.close_date for one in customers_of(books).all.values()]
    if days:
        yield from begun_periods(first_grain, min(days), books.settings)


def _fact(
    period: Period, dimensions: Dimensions, numerator: Decimal, denominator: Decimal | None = None
) -> PeriodFact:
    return PeriodFact(period.grain, period.start, dimensions, numerator, denominator)


def active_customers(books: Books) -> Iterator[PeriodFact]:
    """Active customers."""
    customers = customers_of(books)
    for period in _periods(books, "week"):
        for key in customers.active_on(period.measured_on):
            yield _fact(period, customers.dimensions(key, period.measured_on), ONE)


def _until(books: Books, day: date) -> Iterator[tuple[Customer, int]]:
    """The customers of a day, and how many deals each had won by then."""
    for customer in customers_of(books).all.values():
        count = sum(deal.close_date <= day for deal in customer.deals)
        if count:
            yield customer, count


def customer_lifetime_value(books: Books) -> Iterator[PeriodFact]:
    """Revenue to date of all customers / customers to date."""
    customers = customers_of(books)
    for period in _periods(books, "week"):
        for customer, count in _until(books, period.measured_on):
            revenue = sum((deal.amount for deal in customer.deals[:count]), ZERO)
            dimensions = customers.dimensions(customer.key, period.measured_on)
            yield _fact(period, dimensions, revenue, ONE)


def repeat_purchase_rate(books: Books) -> Iterator[PeriodFact]:
    """Customers with two or more won deals / customers."""
    customers = customers_of(books)
    for period in _periods(books, "week"):
        for customer, count in _until(books, period.measured_on):
            dimensions = customers.dimensions(customer.key, period.measured_on)
            yield _fact(period, dimensions, when(count >= 2, ONE), ONE)


def average_revenue_per_customer(books: Books) -> Iterator[PeriodFact]:
    """Revenue / customers active in the period; a product line is divided by all of them."""
    customers = customers_of(books)
    parts = list(won(books))
    facts = [Fact(part.deal.close_date, part.dimensions, part.amount) for part in parts]
    yield from in_periods(facts, "day", books.settings)
    lines = sorted({d["product_line"] for _, d, *_ in parts if "product_line" in d})
    for period in _periods(books, "day"):
        active = customers.active_between(period.start, period.measured_on)
        if period.grain == "day":  # The total only.
            yield _fact(period, {"total": "total"}, ZERO, Decimal(len(active)))
            continue
        for key in active:
            dimensions = customers.dimensions(key, period.measured_on)
            yield _fact(period, dimensions, ZERO, ONE)
        for line in lines:
            yield _fact(period, {"product_line": line}, ZERO, Decimal(len(active)))


# --- who stays ------------------------------------------------------------------------------------


def churn_rate(books: Books) -> Iterator[PeriodFact]:
    """Customers churned in the period / customers active at its start."""
    customers = customers_of(books)
    facts = [Fact(day, customers.dimensions(key, day), ONE) for day, key in customers.churned]
    yield from in_periods(facts, "month", books.settings)
    for period in _periods(books, "month"):
        for key in customers.active_on(period.day_before):
            yield _fact(period, customers.dimensions(key, period.day_before), ZERO, ONE)


def renewal_rate(books: Books) -> Iterator[Fact]:
    """Ends of cover after which the customer went on within the grace / ends of cover."""
    customers = customers_of(books)
    for key, day, went_on in customers.ends:
        yield Fact(day, customers.dimensions(key, day), when(went_on, ONE), ONE)


def revenue_churn_rate(books: Books) -> Iterator[PeriodFact]:
    """Monthly revenue lost to churn and contraction / monthly revenue at the period's start."""
    customers = customers_of(books)
    facts = [
        Fact(day, customers.dimensions(key, day), before - after)
        for day, key, before, after in customers.losses
    ]
    yield from in_periods(facts, "month", books.settings)
    for period in _periods(books, "month"):
        for key, revenue in customers.active_on(period.day_before).items():
            yield _fact(period, customers.dimensions(key, period.day_before), ZERO, revenue)


def customer_retention_rate(books: Books) -> Iterator[PeriodFact]:
    """Customers active at the start and still active at the end / customers active at the start."""
    customers = customers_of(books)
    for period, key, _, after in _kept(books):
        dimensions = customers.dimensions(key, period.day_before)
        yield _fact(period, dimensions, when(after is not None, ONE), ONE)


def net_revenue_retention(books: Books) -> Iterator[PeriodFact]:
    """Monthly revenue at the end of the customers active at the start / that at the start."""
    customers = customers_of(books)
    for period, key, before, after in _kept(books):
        yield _fact(period, customers.dimensions(key, period.day_before), after or ZERO, before)


def gross_revenue_retention(books: Books) -> Iterator[PeriodFact]:
    """The same, each customer capped at its monthly revenue at the start."""
    customers = customers_of(books)
    for period, key, before, after in _kept(books):
        dimensions = customers.dimensions(key, period.day_before)
        yield _fact(period, dimensions, min(after or ZERO, before), before)


def _kept(books: Books) -> Iterator[tuple[Period, str, Decimal, Decimal | None]]:
    """The customers active at each period's start, with their revenue at start and end."""
    customers = customers_of(books)
    for period in _periods(books, "month"):
        for key, before in customers.active_on(period.day_before).items():
            yield period, key, before, customers.revenue_on(key, period.measured_on)


# --- what they say and do -------------------------------------------------------------------------


def _responses(books: Books) -> Iterator[tuple[date, SurveyResponse]]:
    for response in books.in_use(books.company.survey_responses):
        day = books.local_date(response.responded_at)
        if books.is_past(day):
            yield day, response


def _response_dimensions(books: Books, response: SurveyResponse, day: date) -> Dimensions:
    """The response's account, else its person's, as of its day, with rep, product line and type."""
    people = people_of(books)
    account = books.customer(response.account)
    account = account or people.customer_of(_person(books, response))
    product = books.products.get(response.product or "")
    return {
        **books.account_dimensions(account, day),
        "rep": response.rep or NONE,
        "product_line": (product.product_line if product else None) or NONE,
        "survey_type": response.survey_type or NONE,
    }


def _email(response: SurveyResponse) -> str:
    email = (response.email or "").strip().lower()
    return email if is_valid_email(email) else ""


def _person(books: Books, response: SurveyResponse) -> str | None:
    """The human who answered, by record, else by address."""
    people = people_of(books)
    return people.of_person(response.person) or people.of_email.get(_email(response))


def respondent(books: Books, response: SurveyResponse) -> str:
    """The respondent: the person, else that of the address, else the address, else the response."""
    email = _email(response)
    return _person(books, response) or (f"email {email}" if email else f"response {response.key}")


def net_promoter_score(books: Books) -> Iterator[PeriodFact]:
    """Promoters - detractors / responses, the latest of each respondent and period."""
    first_month = books.settings.fiscal_year_start_month
    latest: dict[tuple[str, date, str], tuple[datetime, str, date, SurveyResponse]] = {}
    for day, response in _responses(books):
        if response.survey_type != "nps":
            continue
        who = respondent(books, response)
        candidate = (response.responded_at, response.key, day, response)
        for grain in kpi_grains("day", books.settings):
            key = (grain, period_start(grain, day, first_month), who)
            if key not in latest or latest[key][:2] < candidate[:2]:
                latest[key] = candidate
    for (grain, start, _), (_, _, day, response) in latest.items():
        dimensions = _response_dimensions(books, response, day)
        vote = when(response.score >= 9, ONE) - when(response.score <= 6, ONE)
        yield PeriodFact(grain, start, dimensions, vote, ONE)


def scaled_score(response: SurveyResponse) -> Decimal | None:
    """The score between 0 and 1, by its own scale or its survey type's."""
    least, most = SCALES.get(response.survey_type, (None, None))
    low = response.scale_min if response.scale_min is not None else least
    high = response.scale_max if response.scale_max is not None else most
    if low is None or high is None or low == high:
        return None
    return (response.score - low) / (Decimal(high) - low)


def customer_sentiment(books: Books) -> Iterator[Fact]:
    """Survey score scaled to 0-1 / responses."""
    for day, response in _responses(books):
        score = scaled_score(response)
        if score is not None:
            yield Fact(day, _response_dimensions(books, response, day), score, ONE)


def registrations(books: Books) -> Iterator[Fact]:
    """First sign-ups."""
    for one in marketing_of(books).registrations:
        yield Fact(one.day, named(lead_channel=one.lead_channel, market=one.market), ONE)


def activation_rate(books: Books) -> Iterator[Fact]:
    """First sign-ups that did the activation event within the window / first sign-ups."""
    for one in marketing_of(books).registrations:
        dimensions = named(lead_channel=one.lead_channel, market=one.market)
        yield Fact(one.day, dimensions, when(one.is_activated, ONE), ONE)


def cancellations(books: Books) -> Iterator[Fact]:
    """Customers or subscriptions cancelled."""
    marketing = marketing_of(books)
    for event in marketing.lifecycle_events:
        if event.event_type == "cancelled":
            day = books.local_date(event.occurred_at)
            place = books.account_dimensions(marketing.customer_of_event(event), day)
            yield Fact(day, {**place, "cancel_reason": event.reason or NONE}, ONE)


def revenue_by_persona(books: Books) -> Iterator[Fact]:
    """Revenue, by what the buying company and the deal's primary person are."""
    people = people_of(books)
    for deal in books.closed_deals:
        if deal.is_won:
            employees = books.united_account(deal.deal.account).employees or 0
            size = next((name for least, name in COMPANY_SIZES if employees >= least), None)
            job = people.job_function(people.primary_of_deal(deal.deal))
            persona = {"company_size": size or NONE, "job_function": job or NONE}
            yield Fact(deal.close_date, {**deal.dimensions, **persona}, deal.amount)
