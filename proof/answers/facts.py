"""The planted facts: what the conformed facts and bridges truly hold, from the company's objects.

Each fact is one function that gives rows which a test can compare with a table. A person is named
by its `human`, an account by its key after identity; a test that compares with pseudonyms compares
the groups. Moments are UTC, dates local, money is in the reporting currency.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from proof.answers.books.activity import activities_of
from proof.answers.books.as_of import Books
from proof.answers.books.customers import customers_of
from proof.answers.books.history import history_of
from proof.answers.books.marketing import marketing_of
from proof.answers.books.people import people_of
from proof.answers.fact_rows import (
    ActivityRow,
    ConversionRow,
    CustomerMonthRow,
    DealAccountRow,
    DealOutreachRow,
    DealPersonRow,
    Identity,
    LeadRow,
    MessageRow,
    SessionRow,
    SnapshotRow,
    StretchRow,
    SurveyRow,
    VisitRow,
)
from proof.answers.kpis.customers import respondent, scaled_score
from proof.answers.periods import period_end, period_start, periods
from proof.answers.rollup import begun_periods
from proof.company.identity import with_humans
from proof.company.records import Company
from proof.company.settings import Settings


@dataclass(frozen=True)
class PlantedFacts:
    """All planted facts of a company."""

    identities: list[Identity]
    deal_accounts: list[DealAccountRow]
    deal_people: list[DealPersonRow]
    activities: list[ActivityRow]
    deal_outreach: list[DealOutreachRow]
    leads: list[LeadRow]
    messages: list[MessageRow]
    sessions: list[SessionRow]
    conversions: list[ConversionRow]
    visits: list[VisitRow]
    snapshots: list[SnapshotRow]
    stretches: list[StretchRow]
    customer_months: list[CustomerMonthRow]
    surveys: list[SurveyRow]


def planted_facts(company: Company, settings: Settings) -> PlantedFacts:
    """The rows of a company's facts and bridges as of the settings' date."""
    books = Books(with_humans(company, settings.as_of_date), settings)
    return PlantedFacts(
        identities=list(identities(books)),
        deal_accounts=sorted(deal_accounts(books)),
        deal_people=sorted(deal_people(books)),
        activities=list(activities(books)),
        deal_outreach=sorted(deal_outreach(books)),
        leads=list(leads(books)),
        messages=list(messages(books)),
        sessions=list(sessions(books)),
        conversions=list(conversions(books)),
        visits=list(visits(books)),
        snapshots=list(snapshots(books)),
        stretches=list(stretches(books)),
        customer_months=list(customer_months(books)),
        surveys=list(surveys(books)),
    )


# --- who is who -----------------------------------------------------------------------------------


def identities(books: Books) -> Iterator[Identity]:
    """Records → who they are; also of deleted and merged records, and of known web users."""
    people = people_of(books)
    for account in books.accounts:
        yield Identity("account", account, books.customer(account) or account)
    web: dict[str, str] = {}
    for person in people.people.values():
        human = people.of_person(person.key) or person.key
        yield Identity("person", person.key, human)
        if person.web_user:
            web.setdefault(person.web_user, human)
    for lead in people.leads.values():
        human = people.of_lead(lead.key) or lead.key
        yield Identity("lead", lead.key, human)
        if lead.web_user:
            web.setdefault(lead.web_user, human)
    for session in books.in_use(books.company.web_sessions):
        for web_user in (session.web_user, session.user):
            if web_user and session.human:
                web.setdefault(web_user, session.human)
    yield from (Identity("web_user", web_user, human) for web_user, human in web.items())


def deal_accounts(books: Books) -> set[DealAccountRow]:
    """Standing deals ↔ accounts after identity: the deal's own, and those it is linked to."""
    people = people_of(books)
    found: dict[tuple[str, str], bool] = {}
    for deal in books.deals.values():
        customer = books.customer(deal.account)
        if books.stands(deal) and customer:
            found[deal.key, customer] = True
    for link in books.in_use(books.company.deal_accounts):
        last = people.deal_of(link.deal)
        customer = books.customer(link.account)
        if last and customer and books.stands(last):
            found.setdefault((last.key, customer), False)
    return {DealAccountRow(deal, account, primary) for (deal, account), primary in found.items()}


def deal_people(books: Books) -> set[DealPersonRow]:
    """Standing deals ↔ people: primary persons and contact roles; the leads' people are apart."""
    people = people_of(books)
    found: dict[tuple[str, str], bool] = {}
    for deal in books.deals.values():
        if books.stands(deal):
            primary = people.primary_of_deal(deal)
            for key in people.links_of_deal(deal):
                human = people.of_person(key)
                if human:
                    found[deal.key, human] = human == primary
    return {DealPersonRow(deal, human, primary) for (deal, human), primary in found.items()}


# --- what reps did --------------------------------------------------------------------------------


def activities(books: Books) -> Iterator[ActivityRow]:
    """Activities up to `as_of_date`."""
    for done in activities_of(books).done:
        own = done.activity
        is_call, is_meeting = own.activity_type == "call", own.activity_type == "meeting"
        yield ActivityRow(
            activity_id=own.key,
            activity_type=own.activity_type,
            occurred_at=own.occurred_at,
            activity_date=done.day,
            rep_id=own.rep,
            team=books.rep_place(own.rep, done.day)[0],
            account_id=done.customer,
            direction=own.direction,
            outcome=own.outcome,
            is_automated=own.is_automated,
            is_outreach=done.is_outreach,
            is_connected=is_call and own.outcome == "connected",
            is_held=is_meeting and own.outcome == "held",
        )


def deal_outreach(books: Books) -> set[DealOutreachRow]:
    """The outreach of each standing deal."""
    return {
        DealOutreachRow(deal, done.activity.key, done.activity.activity_type, done.day)
        for deal, outreach in activities_of(books).outreach_of_deal.items()
        for done in outreach
    }


def leads(books: Books) -> Iterator[LeadRow]:
    """Leads, once each."""
    done, people = activities_of(books), people_of(books)
    self_generated = {s.name for s in books.company.lead_sources if s.is_self_generated}
    for lead in books.leads:
        yield LeadRow(
            lead_id=lead.lead.key,
            human=people.of_lead(lead.lead.key),
            first_outreach_at=done.first_outreach(lead),
            mql_date=done.mql_date(lead),
            sql_date=done.sql_date(lead),
            disqualified_date=done.disqualified_date(lead),
            deal_id=lead.deal.key if lead.deal else None,
            won_date=lead.won_date,
            is_self_generated=lead.lead.lead_source in self_generated,
        )


# --- marketing ------------------------------------------------------------------------------------


def messages(books: Books) -> Iterator[MessageRow]:
    """Messages sent up to `as_of_date`."""
    for one in marketing_of(books).messages:
        yield MessageRow(
            message_id=one.published_key,
            email_campaign_id=one.message.campaign,
            email_type=one.message.email_type,
            content=one.content,
            rep_id=one.message.rep,
            human=one.message.human,
            sent_date=one.day,
            is_delivered=one.is_delivered,
            is_opened="open" in one.happened,
            is_machine_opened=one.is_machine_opened,
            is_clicked="click" in one.happened,
            is_replied="reply" in one.happened,
            is_bounced="bounce" in one.happened,
            is_unsubscribed="unsubscribe" in one.happened,
            is_spam_reported="spam" in one.happened,
            first_opened_at=one.first_at.get("open"),
            first_clicked_at=one.first_at.get("click"),
            first_replied_at=one.first_at.get("reply"),
            unsubscribed_at=one.first_at.get("unsubscribe"),
            count_opens=one.counts.get("open", 0),
            count_clicks=one.counts.get("click", 0),
        )


def sessions(books: Books) -> Iterator[SessionRow]:
    """Sessions begun up to `as_of_date`."""
    for one in marketing_of(books).sessions:
        yield SessionRow(
            session_id=one.session.key,
            started_at=one.session.started_at,
            session_date=one.day,
            human=one.session.human,
            channel=one.channel,
            campaign=one.campaign,
            source_medium=one.source_medium,
            landing_page=one.session.landing_page,
            country=one.session.country,
            market=one.market,
            is_engaged=one.session.is_engaged,
            is_lead_created=one.is_lead_created,
        )


def conversions(books: Books) -> Iterator[ConversionRow]:
    """Web leads, sign-ups and activations, and forms sent."""
    for event in marketing_of(books).web_events:
        if event.event_name in ("lead_created", "sign_up", "activation"):
            yield ConversionRow(
                event.key,
                event.event_name,
                event.session,
                event.occurred_at,
                books.local_date(event.occurred_at),
                event.human,
            )
    for form in books.in_use(books.company.form_submissions):
        day = books.local_date(form.submitted_at)
        if books.is_past(day):
            human = people_of(books).of_person(form.person)
            yield ConversionRow(form.key, "form_submission", None, form.submitted_at, day, human)


# --- deals over time ------------------------------------------------------------------------------


def visits(books: Books) -> Iterator[VisitRow]:
    """Stays in stages; the rep is the owner on the day the stage was entered."""
    history = history_of(books)
    for visit in history.visits:
        entered = visit.entered_date
        yield VisitRow(
            deal_id=visit.deal.key,
            stage_id=visit.stage_id,
            stage=visit.stage,
            visit_number=visit.number,
            is_first_visit=visit.is_first,
            entered_at=visit.entered_at,
            entered_date=entered,
            left_date=visit.left_date,
            rep_id=history.owner_on(visit.deal, entered) if entered else visit.deal.owner,
            is_won_stage=visit.is_won_stage,
            is_lost_stage=visit.is_lost_stage,
            went_on=visit.went_on,
        )


def snapshots(books: Books) -> Iterator[SnapshotRow]:
    """The open deals at the end of each week and month, and of `as_of_date`."""
    history = history_of(books)
    if history.first_day is None:
        return
    begun = begun_periods("week", history.first_day, books.settings)
    for day in sorted({period.measured_on for period in begun}):
        for one in history.open_on(day):
            yield SnapshotRow(
                snapshot_date=day,
                deal_id=one.deal.key,
                stage_id=one.stage_id,
                stage=one.stage,
                probability=one.probability,
                rep_id=one.owner,
                team=one.dimensions["team"],
                territory=one.dimensions["territory"],
                amount=one.amount,
                expected_close_date=one.expected_close,
            )


# --- customers ------------------------------------------------------------------------------------


def stretches(books: Books) -> Iterator[StretchRow]:
    """The active days of each customer."""
    for key, customer in customers_of(books).all.items():
        for stretch in customer.stretches:
            yield StretchRow(key, *stretch)


def customer_months(books: Books) -> Iterator[CustomerMonthRow]:
    """The months of each customer in which it was active at an end, or became or ceased to be."""
    customers, settings = customers_of(books), books.settings
    churned: dict[tuple[str, date], date] = {}
    for day, key in customers.churned:
        churned[key, day.replace(day=1)] = day
    returned = {(key, day.replace(day=1)) for day, key in customers.returned}
    started = {(key, day.replace(day=1)) for day, key in customers.started}
    for key, customer in customers.all.items():
        if not customer.stretches:
            continue
        first = period_start("month", customer.stretches[0].valid_from, 1)
        for month in periods("month", first, settings.as_of_date):
            end = min(period_end("month", month), settings.as_of_date)
            before = customers.revenue_on(key, month - timedelta(days=1))
            after = customers.revenue_on(key, end)
            happened = [(key, month) in found for found in (started, churned, returned)]
            if before is not None or after is not None or any(happened):
                yield CustomerMonthRow(
                    account_id=key,
                    month_start_date=month,
                    is_active_at_start=before is not None,
                    is_active_at_end=after is not None,
                    mrr_at_start=before or Decimal(0),
                    mrr_at_end=after or Decimal(0),
                    is_new=happened[0],
                    is_churned=happened[1],
                    is_returned=happened[2],
                    churned_on=churned.get((key, month)),
                )


def surveys(books: Books) -> Iterator[SurveyRow]:
    """Survey answers up to `as_of_date`."""
    people = people_of(books)
    for response in books.in_use(books.company.survey_responses):
        day = books.local_date(response.responded_at)
        if books.is_past(day):
            account = books.customer(response.account)
            yield SurveyRow(
                response_id=response.key,
                survey_type=response.survey_type,
                response_date=day,
                score=response.score,
                score_ratio=scaled_score(response),
                respondent=respondent(books, response),
                account_id=account or people.customer_of(people.of_person(response.person)),
            )
