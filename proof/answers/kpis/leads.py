"""The true lead KPIs: how many, how good, how fast answered, and what became of them."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

from proof.answers.books.activity import activities_of, meets
from proof.answers.books.as_of import ZERO, Books, CreatedLead
from proof.answers.books.plans import plans_of
from proof.answers.kpis.revenue import ONE, when
from proof.answers.rollup import Fact, PeriodFact, begun_periods, in_periods
from proof.company.identity import is_valid_email

FUNNEL = ("created", "contacted", "mql", "sql", "deal", "won")


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
            yield Fact(lead.created_date, dimensions, when(is_present, ONE), ONE)


def is_valid_phone(text: str) -> bool:
    """At least seven digits."""
    return sum(character in "0123456789" for character in text) >= 7


def lead_to_customer_rate(books: Books) -> Iterator[Fact]:
    """Leads of the cohort won within `conversion_window_days` / leads created."""
    for lead in books.leads:
        last_day = lead.created_date + timedelta(days=books.settings.conversion_window_days)
        is_won = lead.won_date is not None and lead.won_date <= last_day
        yield Fact(lead.created_date, lead.dimensions, when(is_won, ONE), ONE)


def lead_fit_rate(books: Books) -> Iterator[Fact]:
    """Leads that meet every fit rule / leads; by rule: that meet the rule / leads."""
    rules = [rule for rule in books.company.lead_rules if rule.rule_set == "fit"]
    for lead in books.leads:
        met = {rule.rule_id: meets(rule, lead.lead) for rule in rules}
        is_fit = bool(met) and all(met.values())
        yield Fact(lead.created_date, lead.dimensions, when(is_fit, ONE), ONE)
        for rule_id, is_met in met.items():
            yield Fact(lead.created_date, {"rule": rule_id}, when(is_met, ONE), ONE)


def lead_funnel_conversion(books: Books) -> Iterator[Fact]:
    """Leads that reached a stage / leads; the total is won over created."""
    activities = activities_of(books)
    for lead in books.leads:
        reached = activities.stages_reached(lead)
        is_won = reached == len(FUNNEL)
        yield Fact(lead.created_date, lead.dimensions, when(is_won, ONE), ONE)
        for place, stage in enumerate(FUNNEL, start=1):
            yield Fact(lead.created_date, {"funnel_stage": stage}, when(place <= reached, ONE), ONE)


def lead_acquisition_days(books: Books) -> Iterator[Fact]:
    """Days from created to won / leads won, by the day they were won."""
    for lead in books.leads:
        if lead.won_date:
            days = Decimal((lead.won_date - lead.created_date).days)
            yield Fact(lead.won_date, lead.dimensions, days, ONE)


def _hours_to_outreach(books: Books, lead: CreatedLead) -> Decimal | None:
    first = activities_of(books).first_outreach(lead)
    if first is None:
        return None
    waited = first - lead.lead.created_at
    microseconds = waited // timedelta(microseconds=1)
    return Decimal(microseconds) / Decimal(3_600_000_000)


def speed_to_lead_hours(books: Books) -> Iterator[Fact]:
    """Hours from created to first outreach / leads with an outreach."""
    for lead in books.leads:
        hours = _hours_to_outreach(books, lead)
        if hours is not None:
            yield Fact(lead.created_date, lead.dimensions, hours, ONE)


def speed_to_lead_within_target(books: Books) -> Iterator[Fact]:
    """Leads reached within `speed_to_lead_target_hours` / leads."""
    target = books.settings.speed_to_lead_target_hours
    for lead in books.leads:
        hours = _hours_to_outreach(books, lead)
        is_in_time = hours is not None and hours <= target
        yield Fact(lead.created_date, lead.dimensions, when(is_in_time, ONE), ONE)


def lead_follow_up_rate(books: Books) -> Iterator[Fact]:
    """Leads of the cohort with an outreach within `conversion_window_days` / leads created."""
    for lead in books.leads:
        first = activities_of(books).first_outreach(lead)
        last_day = lead.created_date + timedelta(days=books.settings.conversion_window_days)
        is_in_window = first is not None and books.local_date(first) <= last_day
        yield Fact(lead.created_date, lead.dimensions, when(is_in_window, ONE), ONE)


def lead_disqualification_rate(books: Books) -> Iterator[Fact]:
    """Leads disqualified / leads created; unknown where no lead has a date of it."""
    dates = [activities_of(books).disqualified_date(lead) for lead in books.leads]
    for lead, day in zip(books.leads, dates, strict=True):
        disqualified = when(day is not None, ONE) if any(dates) else None
        yield Fact(lead.created_date, lead.dimensions, disqualified, ONE)


def leads_per_rep(books: Books) -> Iterator[PeriodFact]:
    """Leads created / reps active in the period."""
    facts = [Fact(lead.created_date, lead.dimensions, ONE) for lead in books.leads]
    return per_active_rep(books, facts)


def per_active_rep(books: Books, facts: list[Fact]) -> Iterator[PeriodFact]:
    """The facts' numerators / reps active in the period, from the first fact on."""
    if not facts:
        return
    plans = plans_of(books)
    for period in begun_periods("day", min(fact.day for fact in facts), books.settings):
        reps = plans.active_reps(period.start, period.measured_on)
        for (dimension, value), active in reps.items():
            count = Decimal(len(active))
            yield PeriodFact(period.grain, period.start, {dimension: value}, ZERO, count)
    yield from in_periods(facts, "day", books.settings)


def leads_generated_by_rep(books: Books) -> Iterator[Fact]:
    """Leads that a rep sourced: who is named, else the owner where the source is self-generated."""
    self_generated = {s.name for s in books.company.lead_sources if s.is_self_generated}
    for lead in books.leads:
        own = lead.lead
        rep = own.sourced_by or (own.owner if own.lead_source in self_generated else None)
        if rep:
            dimensions = plans_of(books).rep_dimensions(rep, lead.created_date)
            yield Fact(lead.created_date, dimensions, ONE)


def cost_per_lead(books: Books) -> Iterator[Fact]:
    """Marketing cost / leads created."""
    for cost in plans_of(books).marketing_costs:
        yield Fact(cost.day, cost.dimensions, cost.amount, ZERO)
    for lead in books.leads:
        yield Fact(lead.created_date, lead.dimensions, ZERO, ONE)
