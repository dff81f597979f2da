"""The cases that every demo company must hold, whatever its seed, found by what makes them hard."""

from collections import defaultdict
from datetime import date, datetime, timedelta
from functools import cache
from itertools import pairwise
from typing import Any

import pytest

from proof.company.edge_cases.people import FIRST_BROWSER, SECOND_BROWSER, TWO_PEOPLE_BROWSER
from proof.company.records import Account, Company, Deal, DealChange, EmailEvent, Lead, Person
from proof.company.settings import Settings
from proof.company.simulate import simulate
from proof.company.world import PARTNER_PIPELINE, SALES_PIPELINE

SETTINGS = Settings()
AS_OF = SETTINGS.as_of_date
GRACE = timedelta(days=SETTINGS.churn_grace_days)
DAY = timedelta(days=1)


@cache
def company_of(seed: int) -> Company:
    return simulate(seed, scale=1.0 if seed == 1 else 0.1)


@pytest.fixture(params=[1, 2, 3])
def company(request: pytest.FixtureRequest) -> Company:
    return company_of(request.param)


def account_named(company: Company, name: str) -> Account:
    (found,) = (account for account in company.accounts if account.name == name)
    return found


def deals_of(company: Company, name: str) -> list[Deal]:
    key = account_named(company, name).key
    return [deal for deal in company.deals if deal.account == key]


def people_of(company: Company, name: str) -> list[Person]:
    key = account_named(company, name).key
    return [person for person in company.people if person.account == key]


def history(company: Company, field: str) -> dict[str, list[DealChange]]:
    found: dict[str, list[DealChange]] = defaultdict(list)
    for change in sorted(company.changes, key=lambda c: c.changed_at):
        if change.changed_field == field:
            found[change.deal].append(change)
    return found


def local(moment: datetime) -> datetime:
    return moment.astimezone(SETTINGS.zone)


# --- the records hang together --------------------------------------------------------------------

KEYED = (
    "reps",
    "accounts",
    "people",
    "leads",
    "deals",
    "lines",
    "changes",
    "deal_accounts",
    "deal_people",
    "activities",
    "campaigns",
    "campaign_members",
    "email_campaigns",
    "email_messages",
    "email_events",
    "web_sessions",
    "web_events",
    "form_submissions",
    "lifecycle_events",
    "subscriptions",
    "survey_responses",
)


def test_each_list_is_filled_and_has_each_key_once(company: Company) -> None:
    for name in KEYED:
        keys = [record.key for record in getattr(company, name)]
        assert keys, name
        assert len(keys) == len(set(keys)), name
    for name in ("selling_costs", "marketing_costs", "market_sizes", "commission_tiers"):
        assert getattr(company, name), name
    assert company.lead_rules and company.channel_rules and company.crm_exchange_rates


def test_the_past_of_a_deal_leads_to_its_present(company: Company) -> None:
    deals = {deal.key: deal for deal in company.deals}
    for field in ("stage", "amount", "close_date", "owner"):
        for key, changes in history(company, field).items():
            deal = deals[key]
            now: dict[str, Any] = {
                "stage": deal.stage,
                "amount": deal.amount,
                "close_date": deal.close_date or deal.expected_close_date,
                "owner": deal.owner,
            }
            assert changes[-1].new_value == str(now[field]), key
            assert deal.created_at is not None and deal.created_at <= changes[0].changed_at, key
            for before, after in pairwise(changes):
                assert before.new_value == after.old_value, key
                assert before.changed_at < after.changed_at, key


def test_what_is_referred_to_exists(company: Company) -> None:
    people = {person.key for person in company.people}
    leads = {lead.key for lead in company.leads}
    deals = {deal.key for deal in company.deals}
    for activity in company.activities:
        assert {activity.person, *activity.more_people} <= people | {None}
        assert {activity.deal, *activity.more_deals} <= deals | {None}
        assert activity.lead in leads | {None}
    messages = {message.key for message in company.email_messages}
    assert {event.message for event in company.email_events} <= messages
    assert {link.person for link in company.deal_people} <= people
    assert {member.lead or member.person for member in company.campaign_members} <= people | leads


def test_a_hubspot_lead_is_its_contact(company: Company) -> None:
    people = {person.key: person for person in company.people}
    leads = [lead for lead in company.leads if lead.system == "hubspot"]
    for lead in leads:
        contact = people[lead.key]
        assert (lead.name, lead.email, lead.phone) == (contact.name, contact.email, contact.phone)
        assert lead.human == contact.human
        assert lead.converted_person in (None, lead.key)
    assert {lead.status for lead in leads} >= {None, "other", "customer", "evangelist"}
    assert len(leads) < sum(person.system == "hubspot" for person in company.people)


# --- who is who -----------------------------------------------------------------------------------


def test_one_address_in_three_systems_is_one_human(company: Company) -> None:
    same = [p for p in company.people if p.email == "casey.case@many-addresses.example"]
    assert {person.system for person in same} == {"salesforce", "tabular", "hubspot"}
    assert len({person.human for person in same}) == 1
    assert len({p.as_written.get("email", p.email) for p in same}) == 3
    office = [p for p in company.people if p.email == "office@shared-office.example"]
    assert len({p.name for p in office}) == 2 and len({p.human for p in office}) == 1
    twins = [lead for lead in company.leads if lead.name == "Same Name"]
    assert len(twins) == 2 and len({lead.human for lead in twins}) == 2


def test_chains_of_merges_are_one_human_in_each_crm(company: Company) -> None:
    for system in ("salesforce", "tabular", "hubspot"):
        chain = people_of(company, f"Merged People ({system})")
        assert len(chain) == 3 and len({person.human for person in chain}) == 1
        assert sum(person.merged_into is None for person in chain) == 1


def test_a_converted_lead_is_its_contact_whatever_the_address(company: Company) -> None:
    (lead,) = (r for r in company.leads if r.email == "private.address@freemail.example")
    (contact,) = (p for p in company.people if p.key == lead.converted_person)
    assert lead.human == contact.human and lead.email != contact.email


def test_browsers_tell_people_apart(company: Company) -> None:
    visits = defaultdict(list)
    for session in company.web_sessions:
        visits[session.web_user].append(session)
    humans = {s.user: s.human for s in visits[TWO_PEOPLE_BROWSER]}
    assert len(set(humans.values())) == 3 and humans[None] is None
    both = visits[FIRST_BROWSER] + visits[SECOND_BROWSER]
    assert len(both) == 3 and len({session.human for session in both}) == 1
    assert any(s.user and s.human is None for s in company.web_sessions)


def test_a_lead_in_three_systems_is_one_inquiry(company: Company) -> None:
    same = [lead for lead in company.leads if lead.inquiry == "tri system"]
    assert {lead.system for lead in same} == {"salesforce", "hubspot", "tabular"}
    assert min(same, key=lambda lead: lead.created_at).system == "tabular"


def test_a_lead_was_a_customer_before(company: Company) -> None:
    first, second = sorted(deals_of(company, "Customer Before"), key=lambda d: str(d.close_date))
    (lead,) = (lead for lead in company.leads if lead.converted_deal == second.key)
    assert first.close_date is not None and first.close_date < local(lead.created_at).date()


# --- the past of deals ----------------------------------------------------------------------------


def test_stages_are_skipped_entered_twice_and_left_again(company: Company) -> None:
    paths = {
        key: [changes[0].old_value, *(change.new_value for change in changes)]
        for key, changes in history(company, "stage").items()
    }
    salesforce = [path for key, path in paths.items() if key.startswith("salesforce")]
    assert ["Prospecting", "Negotiation", "Closed Won"] in salesforce
    assert any(path.count("Proposal") == 2 for path in salesforce)
    assert any(path[-1] == "Closed Won" and "Closed Lost" in path for path in salesforce)
    assert any(path[-1] == "Negotiation" and "Closed Won" in path for path in salesforce)
    assert any(path.count("Closed Lost") == 2 for path in salesforce)
    won = {deal.key for deal in company.deals if deal.is_won}
    assert won - set(paths), "a won deal without any history"
    assert any(change.key.startswith("salesforce:008") for change in company.changes)


def test_changes_stand_on_both_sides_of_local_midnight(company: Company) -> None:
    moments = {local(c.changed_at).strftime("%m-%d %H:%M:%S") for c in company.changes}
    assert moments >= {"06-30 23:59:59", "07-01 00:00:00", "12-31 23:59:59", "01-01 00:00:00"}


def test_one_label_means_two_things_in_hubspot(company: Company) -> None:
    stages = {(stage.pipeline, stage.label): stage for stage in company.stages}
    for label in ("Done", "Signed"):
        both = [stages[pipeline, label].is_won for pipeline in (SALES_PIPELINE, PARTNER_PIPELINE)]
        assert sorted(both) == [False, True]
    for deal in company.deals:
        if deal.system == "hubspot":
            stage = stages[deal.pipeline, deal.stage]
            assert (stage.is_won, stage.is_closed) == (deal.is_won, deal.is_closed)
    assert {(d.pipeline, d.is_won) for d in company.deals if d.stage == "Signed"} == {
        (SALES_PIPELINE, False),
        (PARTNER_PIPELINE, True),
    }


def test_hubspot_deals_are_merged_and_shared(company: Company) -> None:
    (chain,) = ([d for d in deals_of(company, "Merged Signs") if not d.is_deleted],)
    assert [deal.merged_into is None for deal in chain] == [True, False, False]
    links = defaultdict(list)
    for link in company.deal_accounts:
        links[link.deal].append(link)
    shared = [links[deal.key] for deal in company.deals if len(links[deal.key]) == 3]
    assert sorted(sum(link.is_primary for link in of) for of in shared) == [0, 1]
    for deal in company.deals:
        if deal.system == "hubspot" and links[deal.key]:
            marked = [link.account for link in links[deal.key] if link.is_primary]
            smallest = min(link.account for link in links[deal.key])
            assert deal.account == (marked[0] if marked else smallest)


# --- customers ------------------------------------------------------------------------------------


def test_gaps_lie_on_both_sides_of_the_grace(company: Company) -> None:
    uncovered = set()
    for days in (29, 30, 31):
        key = account_named(company, f"Gap of {days} days").key
        before, after = (s for s in company.subscriptions if s.account == key)
        assert before.ended_on is not None
        uncovered.add((after.started_on - before.ended_on - DAY).days)
    assert uncovered == {29, 30, 31}
    ends = {s.ended_on for s in company.subscriptions}
    assert ends >= {AS_OF, AS_OF - DAY, AS_OF - GRACE, AS_OF - GRACE - DAY}
    assert {s.started_on for s in company.subscriptions} >= {AS_OF, AS_OF + DAY}
    assert {s.currency for s in company.subscriptions} >= {"EUR", "GBP", "SEK", "NOK"}


def test_surveys_hold_each_score_that_decides_and_a_changed_mind(company: Company) -> None:
    nps = [r for r in company.survey_responses if r.survey_type == "nps"]
    assert {int(r.score) for r in nps} >= {6, 7, 8, 9}
    months = defaultdict(set)
    for response in nps:
        if response.person:
            moment = local(response.responded_at)
            months[response.person, moment.year, moment.month].add(int(response.score))
    assert any(scores == {2, 10} for scores in months.values())
    assert any(r.email and not r.person for r in nps)
    assert any(not r.email and not r.person for r in nps)
    assert {r.scale_max for r in company.survey_responses} >= {5, 7, 10, 100}


def test_activations_lie_on_both_sides_of_the_window(company: Company) -> None:
    events: dict[str, dict[str, date]] = defaultdict(dict)
    for event in company.lifecycle_events:
        if event.person and event.account == account_named(company, "Life Cycles").key:
            events[event.person].setdefault(event.event_type, local(event.occurred_at).date())
    days = {
        (of["activated"] - of["registered"]).days for of in events.values() if "activated" in of
    }
    assert days >= {SETTINGS.activation_window_days, SETTINGS.activation_window_days + 1}
    assert min(days) < 0


# --- outreach and touches -------------------------------------------------------------------------


def test_outreach_lies_at_the_edges_of_its_windows(company: Company) -> None:
    days = set()
    deals = {deal.key: deal for deal in company.deals}
    for activity in company.activities:
        deal = deals.get(activity.deal or "")
        if deal and deal.is_won and deal.close_date and activity.direction == "outbound":
            days.add((deal.close_date - local(activity.occurred_at).date()).days)
    window = SETTINGS.prior_activity_days
    assert days >= {window, window + 1, 0, -1}
    created = {lead.key: lead.created_at for lead in company.leads}
    waits = {a.occurred_at - created[a.lead] for a in company.activities if a.lead}
    target = timedelta(hours=SETTINGS.speed_to_lead_target_hours)
    assert waits >= {target, target + timedelta(seconds=1)} and min(waits) < timedelta(0)
    kinds = {(a.activity_type, a.outcome) for a in company.activities}
    assert kinds >= {("call", "no_answer"), ("call", "connected"), ("meeting", "cancelled")}
    assert any(a.occurred_at.date() > AS_OF for a in company.activities)
    assert any(a.more_deals for a in company.activities)
    assert any(a.more_people for a in company.activities)


def test_messages_meet_every_fate(company: Company) -> None:
    for system, kinds in (
        ("hubspot", {"delivered", "open", "click", "reply", "bounce", "unsubscribe", "spam"}),
        ("tabular", {"delivered", "open", "click", "reply", "bounce", "unsubscribe", "spam"}),
        ("mailchimp", {"delivered", "open", "click", "bounce", "unsubscribe"}),
    ):
        events: dict[str, list[EmailEvent]] = defaultdict(list)
        for event in company.email_events:
            if event.system == system:
                events[event.message].append(event)
        assert {event.event_type for of in events.values() for event in of} == kinds
        opened = [[e.is_machine for e in of if e.event_type == "open"] for of in events.values()]
        assert ([True] in opened) == (system != "mailchimp")
        messages = [m for m in company.email_messages if m.system == system]
        assert {m.human is None for m in messages} == {True, False}
        assert any("recipient_email" in message.as_written for message in messages)


DEFAULT_CHANNELS = (
    "Direct",
    "Cross-network",
    "Paid Shopping",
    "Paid Search",
    "Paid Social",
    "Paid Video",
    "Display",
    "Paid Other",
    "Organic Shopping",
    "Organic Social",
    "Organic Video",
    "Organic Search",
    "Email",
    "Affiliates",
    "Referral",
    "Audio",
    "SMS",
    "Mobile Push Notifications",
    "Unassigned",
)


def test_each_channel_brings_sessions(company: Company) -> None:
    count: dict[str | None, int] = defaultdict(int)
    for session in company.web_sessions:
        if session.system == "google_analytics":
            count[session.channel] += 1
    assert all(count[channel] >= 2 for channel in DEFAULT_CHANNELS)
    assert count["Events"] >= 2, "by the company's own rule"
    events = {event.event_name for event in company.web_events}
    assert events >= {"page_view", "lead_created", "sign_up", "activation"}
    moments = defaultdict(set)
    for event in company.web_events:
        moments[event.session].add(local(event.occurred_at).date())
    assert any(len(days) == 2 for days in moments.values())
    older = [r for r in company.older_versions if r.system == "google_analytics"]
    assert older


def test_touches_lie_at_the_edges_of_the_attribution_window(company: Company) -> None:
    window = timedelta(days=SETTINGS.attribution_window_days)
    for number in range(5):
        (deal,) = deals_of(company, f"Touched {number} Times")
        (contact,) = people_of(company, f"Touched {number} Times")
        assert deal.created_at is not None and deal.close_date is not None
        first = local(deal.created_at).date() - window
        days = [
            local(session.started_at).date()
            for session in company.web_sessions
            if session.human == contact.human
        ]
        assert sum(first <= day <= deal.close_date for day in days) == number
        if number == 0:
            assert set(days) == {first - DAY, deal.close_date + DAY}
        if number == 4:
            assert {first, deal.close_date} <= set(days)


# --- reps -----------------------------------------------------------------------------------------


def test_quotas_are_missed_met_exactly_zero_and_missing(company: Company) -> None:
    reps = {rep.name: rep for rep in company.reps}
    quotas: dict[str, dict[date, int]] = defaultdict(dict)
    for quota in company.quotas:
        quotas[quota.rep][quota.month] = int(quota.amount)
    sold: dict[tuple[str, date], float] = defaultdict(float)
    for deal in company.deals:
        if deal.is_won and deal.close_date and deal.owner:
            sold[deal.owner, deal.close_date.replace(day=1)] += float(deal.amount or 0)
    starter = reps["Nia Newhire"].key
    met = [month for month in sorted(quotas[starter]) if sold[starter, month] >= 1000]
    assert met[0] == date(2025, 3, 1) and sold[starter, met[0]] == 1000
    gaps = quotas[reps["Gil Gaps"].key]
    assert 0 in gaps.values() and date(2024, 10, 1) not in gaps
    year = {
        name: sum(
            amount
            for (rep, month), amount in sold.items()
            if rep == reps[name].key and date(2024, 4, 1) <= month <= date(2024, 9, 1)
        )
        for name in ("Eve Edge", "Abe Above", "Bea Below")
    }
    assert year["Eve Edge"] == 12000 < year["Abe Above"] and year["Bea Below"] < 12000
    assert not quotas[reps["Quin Quotaless"].key]


def test_leads_lie_at_the_edges_of_the_rules(company: Company) -> None:
    assert {lead.employees for lead in company.leads} >= {9, 10, 800, 801, None}
    assert any(lead.disqualified_at for lead in company.leads)
    assert any(isinstance(lead, Lead) and lead.sourced_by for lead in company.leads)
