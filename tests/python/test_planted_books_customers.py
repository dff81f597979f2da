"""The planted answers are right on tiny companies worked by hand: customers and what they say."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from hand_worked import SETTINGS, an_open, at, by_period, by_value, day, lead, won
from proof.answers.facts import planted_facts
from proof.company.records import (
    Account,
    Assignment,
    Company,
    Country,
    LeadSource,
    LifecycleEvent,
    LineItem,
    MarketingCost,
    MarketSize,
    Person,
    Product,
    SellingCost,
    Subscription,
    SurveyResponse,
    WebEvent,
    WebSession,
)


def subscribed(
    number: int, first: str, last: str | None, amount: str = "10", **fields: Any
) -> Subscription:
    values: dict[str, Any] = {
        "key": f"salesforce:s{number}",
        "account": "salesforce:a",
        "started_on": day(first),
        "ended_on": day(last) if last else None,
        "monthly_amount": Decimal(amount),
    }
    return Subscription(**values | fields)


def stretches(company: Company, as_of: str = "2025-09-17") -> list[tuple[Any, ...]]:
    facts = planted_facts(company, replace(SETTINGS, as_of_date=day(as_of)))
    return [
        (s.valid_from.isoformat(), s.valid_to.isoformat(), round(float(s[3]), 6), s.cover)
        for s in facts.stretches
    ]


# --- cover ----------------------------------------------------------------------------------------


def test_a_deal_covers_its_own_term_else_the_settings_and_overlaps_add_up() -> None:
    company = Company(
        deals=(
            won(1, "2023-01-31", "1200"),
            won(2, "2023-12-15", "60", contract_term_months=2),
            won(3, "2024-03-01", "36", contract_term_months=0),
        )
    )
    assert stretches(company, "2024-06-01") == [
        ("2023-01-31", "2023-12-14", 100, "deal"),
        ("2023-12-15", "2024-01-30", 130, "deal"),
        ("2024-01-31", "2024-02-14", 30, "deal"),
        ("2024-02-15", "2024-02-29", 30, "grace"),
        ("2024-03-01", "2024-06-01", 3, "deal"),
    ]


@pytest.mark.parametrize(
    ("renewed", "expected"),
    [
        pytest.param("2024-03-31", {}, id="30 days later, which is no gap"),
        pytest.param("2024-04-01", {"2024-03-01": (1, 1)}, id="31 days later, after a churn"),
    ],
)
def test_a_customer_that_comes_back_within_the_grace_never_left(
    renewed: str, expected: dict[str, tuple[float, float]]
) -> None:
    # Covered up to 29 February 2024; 1 March is the first day without cover.
    company = Company(
        deals=(
            won(1, "2024-01-01", "20", contract_term_months=2),
            won(2, renewed, "120", contract_term_months=24),
        )
    )
    churned = by_period(company, "churn_rate")
    assert {month: parts for month, parts in churned.items() if parts[0]} == expected
    months = planted_facts(company, SETTINGS).customer_months
    returned = [row.month_start_date.isoformat() for row in months if row.is_returned]
    assert returned == (["2024-04-01"] if expected else [])
    for row in months:
        start, end = int(row.is_active_at_start), int(row.is_active_at_end)
        assert start + row.is_new + row.is_returned - row.is_churned == end


@pytest.mark.parametrize(
    ("as_of", "active", "churned"),
    [
        pytest.param("2024-03-30", 1, 0, id="30 days without cover: the grace runs"),
        pytest.param("2024-03-31", 0, 1, id="31 days: churned on the first of them"),
    ],
)
def test_while_the_grace_runs_at_as_of_date_the_customer_is_active(
    as_of: str, active: int, churned: int
) -> None:
    company = Company(deals=(won(1, "2024-01-01", "20", contract_term_months=2),))
    settings = replace(SETTINGS, as_of_date=day(as_of))
    found = by_period(company, "active_customers", settings=settings)
    assert found.get("2024-03-01", (0, None)) == (active, None)
    assert by_period(company, "churn_rate", settings=settings)["2024-03-01"] == (churned, 1)
    assert by_period(company, "net_revenue_retention", settings=settings)["2024-03-01"] == (
        10 * active,
        10,
    )


def test_subscriptions_cover_instead_of_deals_from_the_first_one_on() -> None:
    company = Company(
        deals=(won(1, "2024-01-15", "120"), won(2, "2024-01-15", "9", account="salesforce:b")),
        subscriptions=(
            subscribed(1, "2024-03-01", "2024-05-31"),
            subscribed(2, "2024-05-01", "2024-05-31", "5"),
            subscribed(3, "2024-06-01", "2024-05-31", "99"),
            subscribed(4, "2024-01-01", None, "99", account="salesforce:nobody"),
        ),
    )
    own = [s for s in stretches(company, "2024-05-31") if s[2] != 0.75]
    assert own == [
        ("2024-01-15", "2024-02-29", 10, "deal"),
        ("2024-03-01", "2024-04-30", 10, "subscription"),
        ("2024-05-01", "2024-05-31", 15, "subscription"),
    ]


def test_a_subscription_makes_no_customer_before_the_first_won_deal() -> None:
    company = Company(
        deals=(won(1, "2024-03-10"),), subscriptions=(subscribed(1, "2024-01-01", None),)
    )
    assert stretches(company, "2024-04-01") == [("2024-03-10", "2024-04-01", 10, "subscription")]


# --- retention ------------------------------------------------------------------------------------

KEPT = Company(
    deals=tuple(won(n, "2024-01-05", account=f"salesforce:{n}") for n in (1, 2, 3, 4)),
    subscriptions=(
        subscribed(1, "2024-01-05", None, "100", account="salesforce:1"),
        subscribed(2, "2024-01-05", "2024-05-14", "100", account="salesforce:2"),
        subscribed(3, "2024-05-15", None, "160", account="salesforce:2"),
        subscribed(4, "2024-01-05", "2024-05-14", "100", account="salesforce:3"),
        subscribed(5, "2024-05-15", None, "30", account="salesforce:3"),
        subscribed(6, "2024-01-05", "2024-05-14", "100", account="salesforce:4"),
    ),
)


@pytest.mark.parametrize(
    ("kpi", "expected"),
    [
        ("churn_rate", (1, 4)),
        ("customer_retention_rate", (3, 4)),
        ("revenue_churn_rate", (70 + 100, 400)),
        ("net_revenue_retention", (100 + 160 + 30, 400)),
        ("gross_revenue_retention", (100 + 100 + 30, 400)),
    ],
)
def test_one_stays_one_grows_one_shrinks_one_leaves(
    kpi: str, expected: tuple[float, float]
) -> None:
    assert by_period(KEPT, kpi)["2024-05-01"] == expected


def test_a_customer_has_the_territory_of_its_owner_on_the_day() -> None:
    def placed(place: str, first: str, last: str | None = None) -> Assignment:
        end = day(last) if last else None
        return Assignment(
            rep="salesforce:o", team=None, territory=place, valid_from=day(first), valid_to=end
        )

    company = Company(
        accounts=(Account(key="salesforce:a", owner="salesforce:o"),),
        assignments=(placed("North", "2024-01-01", "2024-05-15"), placed("South", "2024-05-16")),
        deals=(won(1, "2024-04-10"),),
    )
    for month, place in (("2024-04-01", "North"), ("2024-05-01", "South")):
        found = by_value(company, "active_customers", "territory", month)
        assert {name for name, (count, _) in found.items() if count} == {place}
    # In a retention both parts have the territory of the period's start.
    assert by_period(company, "customer_retention_rate", of="territory=North") == {
        "2024-05-01": (1, 1)
    }


# --- worth ----------------------------------------------------------------------------------------


def test_the_trailing_year_ends_with_the_period_or_with_as_of_date() -> None:
    # As of 17 September 2025 the year is 18 September 2024 to 17 September 2025.
    company = Company(
        deals=(
            won(1, "2024-09-17", "1200", account="salesforce:1", contract_term_months=36),
            won(2, "2024-09-18", "600", account="salesforce:2", contract_term_months=36),
            won(3, "2025-01-01", "60", account="salesforce:3", contract_term_months=1),
        ),
        selling_costs=(SellingCost(day("2024-09-01"), "travel", Decimal(300)),),
        marketing_costs=(MarketingCost(day("2025-09-01"), Decimal(300)),),
    )
    # Ten euros a day: 13 days of September 2024 and 17 of September 2025; two new customers.
    acquired = by_period(company, "customer_acquisition_cost")
    assert acquired["2025-09-01"] == (300, 2)
    assert acquired["2025-08-01"] == (300, 3)
    # Active at the twelve month starts, each the evening of a 17th: 1 in all 12, 2 in 11 of them
    # (not yet on 17 September 2024), 3 on that of January only. 660 / 24 x 0.8 and 1 churn / 24.
    worth = by_period(company, "predicted_lifetime_value")["2025-09-01"]
    assert worth == (22, round(1 / 24, 6))
    assert by_period(company, "ltv_to_cac")["2025-09-01"] == (528, 150)
    assert by_period(company, "cac_payback_months")["2025-09-01"] == (150, 22)


def test_lifetime_value_and_repeat_purchases_are_of_all_customers_to_date() -> None:
    company = Company(
        deals=(
            won(1, "2024-01-05", "100", lead_source="Fair"),
            won(2, "2024-02-05", "50", lead_source="Web"),
            won(3, "2024-02-06", "30", account="salesforce:b", lead_source="Web"),
            won(4, "2024-02-07", "9", account=None),
        )
    )
    worth = by_period(company, "customer_lifetime_value")
    assert (worth["2024-01-01"], worth["2024-02-01"]) == ((100, 1), (180, 2))
    repeated = by_period(company, "repeat_purchase_rate")
    assert (repeated["2024-01-01"], repeated["2024-02-01"]) == ((0, 1), (1, 2))
    sources = by_value(company, "customer_lifetime_value", "lead_source", "2024-02-01")
    assert sources == {"Fair": (150, 1), "Web": (30, 1)}


def test_revenue_per_customer_counts_all_that_were_active_on_a_day_of_the_period() -> None:
    company = Company(
        products=(Product(key="salesforce:p", product_line="Lamps"),),
        deals=(
            won(1, "2024-01-05", "40", contract_term_months=1),
            won(2, "2024-03-10", "60", account="salesforce:b"),
        ),
        lines=(
            LineItem(
                key="salesforce:l", deal="salesforce:2", product="salesforce:p", amount=Decimal(60)
            ),
        ),
    )
    # The cover of the first ends on 4 February; from 5 February on it is gone.
    found = by_period(company, "average_revenue_per_customer")
    assert found["2024-02-01"] == (0, 1)
    assert found["2024-03-01"] == (60, 1)
    lines = by_value(company, "average_revenue_per_customer", "product_line", "2024-01-01")
    assert lines == {"Lamps": (0, 1), "(unallocated)": (40, 1)}
    lines = by_value(company, "average_revenue_per_customer", "product_line", "2024-03-01")
    assert lines == {"Lamps": (60, 1), "(unallocated)": (0, 1)}


def test_a_market_is_penetrated_by_its_customers_and_an_industry_is_part_of_it() -> None:
    company = Company(
        countries=(Country("Spain", "South"), Country("Japan", "East")),
        accounts=(
            Account(key="salesforce:1", country="Spain", industry="Retail"),
            Account(key="salesforce:2", country="Spain", industry="Logistics"),
            Account(key="salesforce:3", country="Japan", industry="Retail"),
        ),
        deals=tuple(won(n, "2024-01-05", account=f"salesforce:{n}") for n in (1, 2, 3)),
        market_sizes=(
            MarketSize("South", 2024, 100),
            MarketSize("South", 2024, 40, "Retail"),
            MarketSize("North", 2024, 10),
            MarketSize("South", 2025, 200),
        ),
    )
    assert by_period(company, "market_penetration", "year") == {
        "2024-01-01": (2, 110),
        "2025-01-01": (0, 200),
    }
    found = by_value(company, "market_penetration", "market", "2024-02-01")
    assert found == {"South": (2, 100), "North": (0, 10)}
    found = by_value(company, "market_penetration", "industry", "2024-02-01")
    assert found == {"Retail": (1, 40)}


# --- what they say --------------------------------------------------------------------------------


def answer(number: int, when: str, score: str, **fields: Any) -> SurveyResponse:
    values: dict[str, Any] = {
        "key": f"salesforce:v{number}",
        "responded_at": at(f"{when}T10:00:00"),
        "survey_type": "nps",
        "score": Decimal(score),
    }
    return SurveyResponse(**values | fields)


@pytest.mark.parametrize(("score", "vote"), [("6", -1), ("7", 0), ("8", 0), ("9", 1), ("10", 1)])
def test_promoters_begin_at_9_and_detractors_end_at_6(score: str, vote: int) -> None:
    company = Company(survey_responses=(answer(1, "2024-05-02", score),))
    assert by_period(company, "net_promoter_score") == {"2024-05-01": (vote, 1)}


def test_one_vote_a_respondent_and_period_and_it_is_the_latest() -> None:
    company = Company(
        people=(Person(key="salesforce:p", email="ann@x.example", human="ann"),),
        survey_responses=(
            answer(1, "2024-05-02", "10", person="salesforce:p"),
            answer(2, "2024-05-20", "3", email=" ANN@x.example"),
            answer(3, "2024-06-01", "9", email="ann@x.example"),
            answer(4, "2024-05-02", "9", email="bob@x.example"),
            answer(5, "2024-05-02", "9"),
            answer(6, "2024-05-02", "9", survey_type="csat"),
        ),
    )
    assert by_period(company, "net_promoter_score") == {
        "2024-05-01": (1, 3),
        "2024-06-01": (1, 1),
    }
    assert by_period(company, "net_promoter_score", "quarter") == {"2024-04-01": (3, 3)}


def test_every_answer_is_scaled_by_its_own_scale_or_its_types() -> None:
    company = Company(
        survey_responses=(
            answer(1, "2024-05-02", "5"),
            answer(2, "2024-05-02", "2", survey_type="csat"),
            answer(3, "2024-05-02", "7", survey_type="ces"),
            answer(4, "2024-05-02", "4", survey_type="csat", scale_max=Decimal(11)),
            answer(5, "2024-05-02", "4", survey_type="mood"),
        )
    )
    assert by_period(company, "customer_sentiment") == {"2024-05-01": (0.5 + 0.25 + 1 + 0.3, 4)}


# --- sign-ups -------------------------------------------------------------------------------------


def signed(number: int, when: str, name: str = "sign_up", **fields: Any) -> WebEvent:
    return WebEvent(
        key=f"tabular:e{number}", event_name=name, occurred_at=at(when), session=None, **fields
    )


def life(number: int, when: str, event_type: str, **fields: Any) -> LifecycleEvent:
    return LifecycleEvent(
        key=f"tabular:{number}", event_type=event_type, occurred_at=at(when), **fields
    )


def test_a_person_registers_once_and_activates_within_14_days() -> None:
    company = Company(
        lead_sources=(LeadSource("Fair", "Events"),),
        countries=(Country("Spain", "South"),),
        people=(Person(key="tabular:p", human="ann", account="tabular:a"),),
        leads=(lead(1, "2024-06-01T10:00:00", human="ann", lead_source="Fair"),),
        accounts=(Account(key="tabular:a", country="Spain"),),
        web_sessions=(
            WebSession(
                key="tabular:s", started_at=at("2024-05-01T10:00:00"), web_user="b", user="u"
            ),
        ),
        web_events=(
            signed(1, "2024-05-03T10:00:00", human="ann"),
            # A stranger: known by the user that was once signed in with the browser.
            signed(2, "2024-05-05T10:00:00", web_user="b"),
            signed(3, "2024-05-06T10:00:00", user="u", web_user="c"),
            signed(4, "2024-05-20T10:00:00", "activation", user="u"),
        ),
        lifecycle_events=(
            life(1, "2024-05-02T10:00:00", "registered", person="tabular:p"),
            life(2, "2024-05-16T10:00:00", "activated", person="tabular:p"),
            life(3, "2024-05-16T10:00:00", "registered", account="tabular:z"),
        ),
    )
    assert by_period(company, "registrations") == {"2024-05-01": (3, None)}
    assert by_period(company, "activation_rate") == {"2024-05-01": (1, 3)}
    channels = by_value(company, "registrations", "lead_channel", "2024-05-01")
    assert channels == {"Events": (1, None), "(none)": (2, None)}
    markets = by_value(company, "registrations", "market", "2024-05-01")
    assert markets == {"South": (1, None), "(none)": (2, None)}


def test_each_cancelled_event_counts_by_its_reason() -> None:
    company = Company(
        lifecycle_events=(
            life(1, "2024-05-02T10:00:00", "cancelled", account="tabular:a", reason="Price"),
            life(2, "2024-05-03T10:00:00", "cancelled", account="tabular:a"),
        )
    )
    found = by_value(company, "cancellations", "cancel_reason", "2024-05-01")
    assert found == {"Price": (1, None), "(none)": (1, None)}


@pytest.mark.parametrize(
    ("employees", "size"),
    [
        (None, "(none)"),
        (0, "(none)"),
        (1, "1–10"),
        (10, "1–10"),
        (11, "11–50"),
        (51, "51–200"),
        (201, "201–1,000"),
        (1000, "201–1,000"),
        (1001, "1,001–5,000"),
        (5000, "1,001–5,000"),
        (5001, "5,001+"),
    ],
)
def test_company_sizes_begin_where_they_say(employees: int | None, size: str) -> None:
    company = Company(
        accounts=(Account(key="salesforce:a", employees=employees),),
        deals=(won(1, "2024-05-02"), an_open(2, "2026-01-01")),
    )
    found = by_value(company, "revenue_by_persona", "company_size", "2024-05-01")
    assert found == {size: (100, None)}
