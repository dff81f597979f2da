"""The planted answers are right on tiny companies worked by hand: outreach, leads and costs."""

from dataclasses import replace
from decimal import Decimal

import pytest

from hand_worked import (
    SETTINGS,
    act,
    an_open,
    assigned,
    at,
    by_period,
    by_value,
    day,
    lead,
    rows,
    won,
)
from proof.answers.facts import planted_facts
from proof.company.records import (
    Activity,
    Company,
    LeadRule,
    LeadSource,
    MarketingCost,
    Person,
    Rep,
    SellingCost,
)

# --- outreach -------------------------------------------------------------------------------------


OF_DEAL = {"deal": "salesforce:1"}


@pytest.mark.parametrize(
    ("activity", "is_prior"),
    [
        pytest.param(act(1, "2024-04-30T22:00:00", **OF_DEAL), 1, id="on the 30th day before"),
        pytest.param(act(1, "2024-04-30T21:59:59", **OF_DEAL), 0, id="a second too early"),
        pytest.param(act(1, "2024-05-31T21:59:59", **OF_DEAL), 1, id="on the day of the close"),
        pytest.param(act(1, "2024-05-31T22:00:00", **OF_DEAL), 0, id="after the close"),
        pytest.param(act(1, "2024-05-20T10:00:00", account="salesforce:a"), 1, id="of its account"),
        pytest.param(act(1, "2024-05-20T10:00:00", person="salesforce:p"), 1, id="of its person"),
        pytest.param(
            act(1, "2024-05-20T10:00:00", account="salesforce:a", deal="salesforce:2"),
            0,
            id="of another deal of its account",
        ),
        pytest.param(act(1, "2024-05-20T10:00:00", "task", **OF_DEAL), 0, id="a task"),
        pytest.param(
            act(1, "2024-05-20T10:00:00", direction="inbound", **OF_DEAL), 0, id="inbound"
        ),
        pytest.param(act(1, "2024-05-20T10:00:00", rep=None, **OF_DEAL), 0, id="of no rep"),
        pytest.param(
            act(1, "2024-05-20T10:00:00", is_automated=True, **OF_DEAL), 0, id="automated"
        ),
        pytest.param(act(1, "2024-05-20T10:00:00", is_deleted=True, **OF_DEAL), 0, id="deleted"),
    ],
)
def test_prior_activity_is_outreach_of_the_30_days_before_the_close(
    activity: Activity, is_prior: int
) -> None:
    company = Company(
        deals=(
            won(1, "2024-05-31", primary_person="salesforce:p"),
            an_open(2, "2025-12-01", created_at=at("2024-01-01T10:00:00")),
        ),
        people=(Person(key="salesforce:p"),),
        activities=(activity,),
    )
    assert by_period(company, "sales_by_prior_activity") == {"2024-05-01": (is_prior, 1)}


def test_every_type_of_activity_has_all_won_deals_below_it() -> None:
    company = Company(
        deals=(won(1, "2024-05-31"), won(2, "2024-05-30", account="salesforce:b")),
        activities=(
            act(1, "2024-05-10T10:00:00", "call", **OF_DEAL),
            act(2, "2024-05-11T10:00:00", "email", **OF_DEAL),
            act(3, "2024-05-11T10:00:00", "call", **OF_DEAL),
        ),
    )
    kinds = by_value(company, "sales_by_prior_activity", "activity_type", "2024-05-01")
    assert kinds == {"call": (1, 2), "email": (1, 2), "meeting": (0, 2)}
    # The one with the greater id is the last of two at the same moment.
    last = by_value(company, "sales_by_prior_activity", "last_activity_type", "2024-05-01")
    assert last == {"call": (1, 2), "email": (0, 2), "meeting": (0, 2)}


CONVERTED = {
    "converted_at": at("2024-05-20T10:00:00"),
    "converted_deal": "salesforce:1",
    "converted_person": "salesforce:p",
    "converted_account": "salesforce:a",
}


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        pytest.param("2024-05-20T10:00:00", {"salesforce:1"}, id="until its conversion"),
        pytest.param("2024-05-20T10:00:01", {"salesforce:1", "salesforce:2"}, id="after it"),
    ],
)
def test_outreach_to_a_lead_is_that_of_its_deal_not_of_later_ones(
    when: str, expected: set[str]
) -> None:
    company = Company(
        deals=(
            won(1, "2024-05-31", primary_person="salesforce:p"),
            won(2, "2024-06-05", primary_person="salesforce:p"),
        ),
        people=(Person(key="salesforce:p", account="salesforce:a"),),
        leads=(lead(1, "2024-05-01T10:00:00", **CONVERTED),),
        activities=(act(1, when, lead="salesforce:L1"),),
    )
    assert {row.deal_id for row in planted_facts(company, SETTINGS).deal_outreach} == expected


# --- leads ----------------------------------------------------------------------------------------


def test_a_lead_is_answered_by_the_first_outreach_after_its_creation() -> None:
    company = Company(
        leads=(
            lead(1, "2024-05-01T10:00:00"),
            lead(2, "2024-05-02T10:00:00"),
            lead(3, "2024-05-03T10:00:00"),
        ),
        activities=(
            act(1, "2024-05-01T09:00:00", lead="salesforce:L1"),
            act(2, "2024-05-02T10:00:00", lead="salesforce:L1"),
            act(3, "2024-05-03T10:00:01", lead="salesforce:L2"),
        ),
    )
    hours = by_period(company, "speed_to_lead_hours")
    assert hours == {"2024-05-01": (48.000278, 2)}
    assert by_period(company, "speed_to_lead_within_target") == {"2024-05-01": (1, 3)}


def test_the_funnel_is_cumulative_and_a_customer_from_before_is_won_by_its_own_deal_only() -> None:
    company = Company(
        deals=(won(9, "2023-03-01"), won(1, "2024-06-30"), an_open(2, "2025-12-01")),
        leads=(
            lead(1, "2024-05-01T10:00:00", **CONVERTED),
            lead(2, "2024-05-02T10:00:00", mql_at=at("2024-05-03T10:00:00")),
            lead(3, "2024-05-03T10:00:00", mql_at=at("2025-09-17T22:00:00")),
            # Its account was a customer before; the lead itself has won nothing.
            lead(4, "2024-05-03T10:00:00", **CONVERTED | {"converted_deal": "salesforce:2"}),
        ),
    )
    assert by_value(company, "lead_funnel_conversion", "funnel_stage", "2024-05-01") == {
        "created": (4, 4),
        "contacted": (3, 4),
        "mql": (3, 4),
        "sql": (2, 4),
        "deal": (2, 4),
        "won": (1, 4),
    }
    assert by_period(company, "lead_funnel_conversion") == {"2024-05-01": (1, 4)}
    assert by_period(company, "lead_acquisition_days") == {"2024-06-01": (60, 1)}
    assert by_period(company, "new_customers") == {"2023-03-01": (1, None)}


def test_a_cohort_of_leads_is_open_until_its_window_has_passed() -> None:
    company = Company(leads=(lead(1, "2025-05-10T10:00:00"),))
    for as_of, is_complete in (("2025-08-28", False), ("2025-08-29", True)):
        settings = replace(SETTINGS, as_of_date=day(as_of))
        first = rows(company, "lead_to_customer_rate", settings)[0]
        assert (first.period_grain, first.period_start_date) == ("month", day("2025-05-01"))
        assert first.is_period_complete == is_complete


def test_a_fit_lead_meets_every_fit_rule_and_a_missing_value_meets_none() -> None:
    rules = (
        LeadRule("size", "employee_count", "at_least", "10"),
        LeadRule("branch", "industry", "in", "retail|Logistics "),
        LeadRule("web", "web_user", "not_empty", None, "engagement"),
    )
    good = {"employees": 10, "industry": "Retail"}
    company = Company(
        lead_rules=rules,
        leads=(
            lead(1, "2024-05-01T10:00:00", **good, web_user="w"),
            lead(2, "2024-05-01T10:00:00", **good | {"employees": 9}, web_user="w"),
            lead(3, "2024-05-01T10:00:00", industry="logistics"),
            lead(4, "2024-05-01T10:00:00", **good),
        ),
    )
    assert by_period(company, "lead_fit_rate") == {"2024-05-01": (2, 4)}
    assert by_value(company, "lead_fit_rate", "rule", "2024-05-01") == {
        "size": (2, 4),
        "branch": (4, 4),
    }
    # All rules, of fit and of engagement, make an MQL where the CRM names no date.
    assert [row.mql_date for row in planted_facts(company, SETTINGS).leads] == [
        day("2024-05-01"),
        None,
        None,
        None,
    ]


def test_leads_per_rep_counts_who_is_employed_on_a_day_of_the_period() -> None:
    company = Company(
        reps=(
            Rep(key="salesforce:r", team="Own"),
            Rep(key="salesforce:gone", left_on=day("2024-05-01")),
            Rep(key="salesforce:new", hired_on=day("2024-06-30")),
            Rep(key="salesforce:nobody"),
        ),
        assignments=(
            assigned("salesforce:r", "A", "2024-05-01", "2024-05-15"),
            assigned("salesforce:r", "B", "2024-05-16"),
            assigned("salesforce:gone", "A", "2024-01-01"),
            assigned("salesforce:new", "A", "2024-01-01"),
        ),
        leads=(
            lead(1, "2024-05-20T10:00:00", owner="salesforce:r"),
            lead(2, "2024-05-02T10:00:00", owner="salesforce:r"),
            lead(3, "2024-06-02T10:00:00", owner="salesforce:r"),
        ),
    )
    total = by_period(company, "leads_per_rep")
    assert (total["2024-05-01"], total["2024-06-01"]) == ((2, 2), (1, 2))
    teams = by_value(company, "leads_per_rep", "team", "2024-05-01")
    assert teams == {"A": (1, 2), "B": (1, 1)}


def test_a_rep_generated_a_lead_if_named_or_if_the_source_is_his_own() -> None:
    company = Company(
        lead_sources=(LeadSource("Cold Call", "Outbound", is_self_generated=True),),
        leads=(
            lead(1, "2024-05-01T10:00:00", owner="salesforce:r", lead_source="Cold Call"),
            lead(2, "2024-05-01T10:00:00", owner="salesforce:r", lead_source="Fair"),
            lead(3, "2024-05-01T10:00:00", owner="salesforce:r", sourced_by="salesforce:s"),
            lead(4, "2024-05-01T10:00:00", lead_source="Cold Call"),
        ),
    )
    found = by_value(company, "leads_generated_by_rep", "rep", "2024-05-01")
    assert found == {"salesforce:r": (1, None), "salesforce:s": (1, None)}


def test_costs_are_spread_over_the_days_of_the_month_up_to_as_of_date() -> None:
    settings = replace(SETTINGS, as_of_date=day("2025-06-10"))
    company = Company(
        marketing_costs=(
            MarketingCost(day("2025-05-15"), Decimal(310), lead_source="Fair"),
            MarketingCost(day("2025-06-01"), Decimal(300)),
            MarketingCost(day("2025-07-01"), Decimal(999)),
        ),
        leads=(lead(1, "2025-05-05T10:00:00", lead_source="Fair"),),
    )
    expected = {"2025-05-01": (310, 1), "2025-06-01": (100, 0)}
    assert by_period(company, "cost_per_lead", settings=settings) == expected
    sources = by_value(company, "cost_per_lead", "lead_source", "2025-06-01", settings)
    assert sources == {"Fair": (0, 0), "(none)": (100, 0)}


def test_each_type_of_selling_cost_has_all_revenue_below_it() -> None:
    company = Company(
        deals=(won(1, "2025-05-05", "1000"),),
        selling_costs=(
            SellingCost(day("2025-05-01"), "travel", Decimal(31)),
            SellingCost(day("2025-05-01"), "tools", Decimal(62), team="A"),
        ),
    )
    assert by_period(company, "cost_of_selling_ratio") == {"2025-05-01": (93, 1000)}
    types = by_value(company, "cost_of_selling_ratio", "cost_type", "2025-05-01")
    assert types == {"travel": (31, 1000), "tools": (62, 1000)}
    teams = by_value(company, "cost_of_selling_ratio", "team", "2025-05-01")
    assert teams == {"A": (62, 0), "(none)": (31, 1000)}


def test_outreach_to_a_contact_who_never_converted_is_that_of_the_deals_it_takes_part_in() -> None:
    contact = "hubspot:c"
    company = Company(
        deals=(won(1, "2024-05-31", key="hubspot:1", primary_person=contact),),
        people=(Person(key=contact),),
        leads=(lead(1, "2024-05-01T10:00:00", key=contact),),
        activities=(act(1, "2024-05-10T10:00:00", key="hubspot:9", person=contact),),
    )
    assert [row.deal_id for row in planted_facts(company, SETTINGS).deal_outreach] == ["hubspot:1"]
