"""The planted answers are right on tiny companies worked by hand: reps and marketing."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

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
    said,
    won,
)
from proof.answers.books.marketing import MODELS, weights
from proof.company.records import (
    Campaign,
    CampaignMember,
    CommissionTier,
    Company,
    Country,
    DealPerson,
    EmailEvent,
    EmailMessage,
    FormSubmission,
    LeadSource,
    MarketingCost,
    Person,
    Quota,
    Rep,
    WebEvent,
    WebSession,
)


def quota(month: str, amount: int, rep: str = "salesforce:r") -> Quota:
    return Quota(rep=rep, month=day(month), amount=Decimal(amount), currency="EUR")


# --- quotas ---------------------------------------------------------------------------------------


def test_only_reps_and_months_with_a_quota_are_in_attainment() -> None:
    company = Company(
        deals=(
            won(1, "2025-05-31", "500"),
            won(2, "2025-06-01", "70"),
            won(3, "2025-05-31", "900", owner="salesforce:s"),
            won(4, "2025-05-31", "20", owner=None),
            won(5, "2025-05-31", "300", owner="salesforce:z"),
        ),
        quotas=(
            quota("2025-05-01", 400),
            quota("2025-05-01", 100),
            quota("2025-07-01", 1000),
            quota("2025-05-01", 0, rep="salesforce:z"),
        ),
    )
    assert by_period(company, "quota_attainment") == {
        "2025-05-01": (500, 500),
        "2025-07-01": (0, 1000),
    }
    assert by_period(company, "reps_at_quota_share") == {
        "2025-05-01": (1, 1),
        "2025-07-01": (0, 1),
    }
    assert by_value(company, "quota_attainment", "rep", "2025-05-01") == {
        "salesforce:r": (500, 500)
    }


@pytest.mark.parametrize(("amount", "is_reached"), [("99.99", 0), ("100", 1), ("100.01", 1)])
def test_a_rep_is_at_quota_from_100_percent_on(amount: str, is_reached: int) -> None:
    company = Company(deals=(won(1, "2025-05-31", amount),), quotas=(quota("2025-05-01", 100),))
    assert by_period(company, "reps_at_quota_share") == {"2025-05-01": (is_reached, 1)}


def test_a_running_period_carries_the_quota_of_all_its_months() -> None:
    company = Company(
        deals=(won(1, "2025-09-10", "100"),),
        quotas=(quota("2025-09-01", 100), quota("2025-12-01", 60), quota("2026-01-01", 7)),
    )
    assert by_period(company, "quota_attainment") == {"2025-09-01": (100, 100)}
    assert by_period(company, "quota_attainment", "year") == {"2025-01-01": (100, 160)}
    assert by_period(company, "quota_attainment", "fiscal_year") == {"2025-04-01": (100, 167)}
    assert by_period(company, "reps_at_quota_share", "year") == {"2025-01-01": (0, 1)}


def test_a_rep_has_ramped_up_at_the_end_of_its_first_month_at_quota() -> None:
    company = Company(
        reps=(
            Rep(key="salesforce:r", hired_on=day("2025-02-10")),
            Rep(key="salesforce:s", hired_on=day("2025-09-01")),
            Rep(key="salesforce:t"),
        ),
        deals=(
            won(1, "2025-01-15", "100"),
            won(2, "2025-02-20", "99"),
            won(3, "2025-03-20", "100"),
            won(4, "2025-04-20", "500"),
            won(5, "2025-09-05", "500", owner="salesforce:s"),
            won(6, "2025-03-05", "500", owner="salesforce:t"),
        ),
        quotas=tuple(
            quota(f"2025-{month:02}-01", 100, rep)
            for month in range(1, 13)
            for rep in ("salesforce:r", "salesforce:s", "salesforce:t")
        ),
    )
    # From 10 February to 31 March; September is not over, and nobody knows when t was hired.
    assert by_period(company, "rep_ramp_days") == {"2025-03-01": (49, 1)}


def test_revenue_per_rep_begins_with_the_first_won_deal() -> None:
    company = Company(
        reps=(
            Rep(key="salesforce:r", hired_on=day("2020-01-01")),
            Rep(key="salesforce:s", hired_on=day("2025-05-31"), left_on=day("2025-06-01")),
        ),
        deals=(won(1, "2025-05-20", "90"), an_open(2, "2026-01-01", owner="salesforce:s")),
    )
    months = by_period(company, "revenue_per_rep")
    assert list(months.items())[:3] == [
        ("2025-05-01", (90, 2)),
        ("2025-06-01", (0, 2)),
        ("2025-07-01", (0, 1)),
    ]
    assert by_period(company, "revenue_per_rep", "day")["2025-05-30"] == (0, 1)


# --- commission -----------------------------------------------------------------------------------


def tier(start: str, end: str | None, rate: str, **fields: Any) -> CommissionTier:
    values: dict[str, Any] = {
        "plan": "All",
        "valid_from": day("2023-01-01"),
        "attainment_from": Decimal(start),
        "attainment_to": Decimal(end) if end else None,
        "rate": Decimal(rate),
    }
    return CommissionTier(**values | fields)


TIERS = (tier("0", "0.5", "0.01"), tier("0.5", "1", "0.02"), tier("1", None, "0.1"))


@pytest.mark.parametrize(
    ("amounts", "expected"),
    [
        pytest.param(["600"], [6], id="up to the tier's edge"),
        pytest.param(["600", "100"], [6, 2], id="from the edge on"),
        pytest.param(["700"], [6 + 2], id="over the edge"),
        pytest.param(["1300"], [6 + 12 + 10], id="over two edges"),
        pytest.param(["1200", "10"], [18, 1], id="beyond the whole quota"),
        pytest.param(["700", "-200", "200"], [8, -2 - 1, 1 + 2], id="down and up again"),
    ],
)
def test_tiers_are_marginal_over_the_whole_fiscal_years_quota(
    amounts: list[str], expected: list[float]
) -> None:
    # The fiscal year begins in April; its quota is 12 x 100.
    deals = tuple(won(n, f"2024-{n + 4:02}-30", amount) for n, amount in enumerate(amounts))
    company = Company(
        deals=(*deals, won(90, "2024-03-31", "5000"), won(91, "2024-04-02", owner="salesforce:s")),
        quotas=tuple(
            quota(f"{year}-{month:02}-01", 100)
            for year, months in ((2024, range(4, 13)), (2025, range(1, 4)))
            for month in months
        ),
        commission_tiers=TIERS,
    )
    paid = by_period(company, "commission_paid")
    assert list(paid.values()) == [(amount, None) for amount in expected]


def test_the_teams_own_plan_of_the_close_date_goes_before_everybodys() -> None:
    own = {"plan": "Isles", "team": "A"}
    company = Company(
        assignments=(assigned("salesforce:r", "A", "2024-01-01"),),
        deals=(
            won(1, "2024-04-30", "100"),
            won(2, "2024-05-01", "100"),
            won(3, "2024-06-01", "100"),
        ),
        quotas=(quota("2024-04-01", 1000),),
        commission_tiers=(
            tier("0", None, "0.01"),
            tier("0", None, "0.05", **own, valid_to=day("2024-04-30")),
            tier("0", None, "0.07", **own | {"plan": "Isles 2"}, valid_from=day("2024-06-01")),
        ),
    )
    assert by_period(company, "commission_paid") == {
        "2024-04-01": (5, None),
        "2024-05-01": (1, None),
        "2024-06-01": (7, None),
    }
    plans = by_value(company, "commission_paid", "plan", "2024-04-01")
    assert plans == {"Isles": (5, None)}
    assert by_period(company, "commission_ratio", "year") == {"2024-01-01": (13, 300)}


# --- activities -----------------------------------------------------------------------------------


def test_activities_are_of_reps_in_any_direction_and_outreach_is_outbound() -> None:
    inbound = {"direction": "inbound"}
    company = Company(
        deals=(won(1, "2024-05-31"),),
        activities=(
            act(1, "2024-05-01T10:00:00", outcome="connected"),
            act(2, "2024-05-02T10:00:00", outcome="no_answer"),
            act(3, "2024-05-03T10:00:00", outcome="connected", **inbound),
            act(4, "2024-05-04T10:00:00", "meeting", outcome="held", **inbound),
            act(5, "2024-05-05T10:00:00", "meeting", outcome="cancelled"),
            act(6, "2024-05-06T10:00:00", "note"),
            act(7, "2024-05-07T10:00:00", rep=None),
            act(8, "2025-09-17T22:00:00", "meeting"),
        ),
    )
    assert by_period(company, "activities") == {"2024-05-01": (5, None)}
    assert by_period(company, "activities_per_won_deal") == {"2024-05-01": (3, 1)}
    assert by_value(company, "activities_per_won_deal", "activity_type", "2024-05-01") == {
        "call": (2, 1),
        "email": (0, 1),
        "meeting": (1, 1),
    }
    assert by_period(company, "call_connect_rate") == {"2024-05-01": (1, 2)}
    assert by_period(company, "meetings_held_rate") == {"2024-05-01": (1, 2)}


# --- e-mail and web -------------------------------------------------------------------------------


def message(number: int, sent: str = "2024-05-01T10:00:00", **fields: Any) -> EmailMessage:
    values: dict[str, Any] = {
        "key": f"hubspot:m{number}",
        "sent_at": at(sent),
        "recipient_email": "a@x.example",
    }
    return EmailMessage(**values | fields)


def happened(to: int, kind: str, when: str = "2024-05-02T10:00:00", **fields: Any) -> EmailEvent:
    key = f"hubspot:{to}{kind}{when}{fields}"
    return EmailEvent(
        key=key, message=f"hubspot:m{to}", event_type=kind, occurred_at=at(when), **fields
    )


def test_opens_are_by_people_and_counted_once_of_what_was_delivered() -> None:
    company = Company(
        email_messages=(message(1), message(2), message(3), message(4)),
        email_events=(
            happened(1, "delivered"),
            happened(1, "open"),
            happened(1, "open", "2024-05-03T10:00:00"),
            happened(1, "click"),
            happened(2, "delivered"),
            happened(2, "open", is_machine=True),
            happened(2, "click", is_machine=True),
            happened(2, "unsubscribe"),
            happened(3, "bounce"),
            happened(4, "delivered"),
            happened(4, "reply", "2025-09-17T22:00:00"),
        ),
    )
    expected = {
        "email_delivery_rate": (3, 4),
        "email_open_rate": (1, 3),
        "email_click_rate": (1, 3),
        "email_reply_rate": (0, 3),
        "email_bounce_rate": (1, 4),
        "email_unsubscribe_rate": (1, 3),
    }
    for kpi, parts in expected.items():
        assert by_period(company, kpi) == {"2024-05-01": parts}, kpi
    lets_in = replace(SETTINGS, include_machine_opens=True)
    assert by_period(company, "email_open_rate", settings=lets_in) == {"2024-05-01": (2, 3)}
    assert by_period(company, "email_click_rate", settings=lets_in) == {"2024-05-01": (1, 3)}


def visit(number: int, started: str, **fields: Any) -> WebSession:
    return WebSession(key=f"tabular:{number}", started_at=at(started), **fields)


def test_sessions_by_source_and_market_and_with_a_lead() -> None:
    company = Company(
        countries=(Country("Spain", "South"),),
        web_sessions=(
            visit(1, "2024-05-01T10:00:00", source="google", medium="cpc", country="Spain"),
            visit(2, "2024-05-01T10:00:00", source="google", channel="Paid", is_engaged=True),
            visit(3, "2024-05-31T22:00:00"),
        ),
        web_events=(
            WebEvent(
                key="tabular:e",
                event_name="lead_created",
                occurred_at=at("2024-05-01T11:00:00"),
                session="tabular:1",
            ),
        ),
    )
    found = by_value(company, "web_sessions", "source_medium", "2024-05-01")
    assert found == {"google / cpc": (1, None), "google / (none)": (1, None)}
    found = by_value(company, "web_sessions", "channel", "2024-05-01")
    assert found == {"Unassigned": (1, None), "Paid": (1, None)}
    found = by_value(company, "session_to_lead_rate", "market", "2024-05-01")
    assert found == {"South": (1, 1), "(none)": (0, 1)}
    engaged = by_period(company, "engaged_session_rate")
    assert engaged == {"2024-05-01": (1, 2), "2024-06-01": (0, 1)}


# --- attribution ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("model", "count", "expected"),
    [
        ("first_touch", 1, ["1"]),
        ("first_touch", 3, ["1", "0", "0"]),
        ("last_touch", 3, ["0", "0", "1"]),
        ("linear", 2, ["0.5", "0.5"]),
        ("linear", 4, ["0.25"] * 4),
        ("position_based", 1, ["1"]),
        ("position_based", 2, ["0.5", "0.5"]),
        ("position_based", 3, ["0.4", "0.2", "0.4"]),
        ("position_based", 4, ["0.4", "0.1", "0.1", "0.4"]),
    ],
)
def test_attribution_weights(model: str, count: int, expected: list[str]) -> None:
    assert weights(model, count) == [Decimal(weight) for weight in expected]


@pytest.mark.parametrize("model", MODELS)
def test_attribution_weights_of_a_deal_add_up_to_one(model: str) -> None:
    for count in range(1, 40):
        assert abs(sum(weights(model, count), Decimal(-1))) < Decimal("1e-20")


def attributed(**fields: Any) -> Company:
    """A deal of 1,000, created on 1 July 2024 and won on 31 July, of Ann."""
    values: dict[str, Any] = {
        "deals": (won(1, "2024-07-31", "1000", created_at=at("2024-07-01T10:00:00")),),
        "deal_people": (
            DealPerson(key="salesforce:d", deal="salesforce:1", person="salesforce:p"),
        ),
        "people": (
            Person(key="salesforce:p", human="ann", account="salesforce:a"),
            Person(key="salesforce:q", human="bob", account="salesforce:a"),
        ),
        "lead_sources": (LeadSource("Fair", "Events"),),
    }
    return Company(**values | fields)


def test_touches_are_of_the_deals_people_from_180_days_before_its_creation_to_its_close() -> None:
    company = attributed(
        web_sessions=(
            # 3 January 2024 is 180 days before 1 July.
            visit(1, "2024-01-02T22:00:00", human="ann", channel="Too early"),
            visit(2, "2024-01-02T23:00:00", human="ann", channel="Direct", landing_page="/x"),
            visit(3, "2024-03-01T10:00:00", human="bob", channel="Of somebody else"),
            visit(4, "2024-07-31T22:00:00", human="ann", channel="Too late"),
        ),
        leads=(
            lead(
                1, "2024-04-01T10:00:00", human="ann", lead_source="Fair", campaign="salesforce:c"
            ),
        ),
        email_messages=(message(1, human="ann", campaign="hubspot:7", content="Guide"),),
        email_events=(
            happened(1, "click", "2024-05-03T10:00:00"),
            happened(1, "click", "2024-05-04T10:00:00"),
        ),
        campaigns=(Campaign(key="salesforce:c", name="C", campaign_type="Webinar"),),
        campaign_members=(
            CampaignMember(
                key="salesforce:1",
                campaign="salesforce:c",
                joined_at=at("2024-07-31T21:59:59"),
                person="salesforce:p",
            ),
            CampaignMember(
                key="salesforce:2",
                campaign="salesforce:c",
                joined_at=at("2024-07-31T21:59:59"),
                person="salesforce:p",
                is_deleted=True,
            ),
        ),
    )
    revenue = {
        model: {
            value: parts[0]
            for value, parts in by_value(
                company, "attributed_revenue", f"channel__{model}", "2024-07-01"
            ).items()
        }
        for model in MODELS
    }
    assert revenue == {
        "first_touch": {"Direct": 1000},
        "last_touch": {"Webinar": 1000},
        "linear": {"Direct": 250, "Events": 250, "Email": 250, "Webinar": 250},
        "position_based": {"Direct": 400, "Events": 100, "Email": 100, "Webinar": 400},
    }
    campaigns = by_value(company, "attributed_revenue", "campaign__linear", "2024-07-01")
    assert campaigns == {
        "(none)": (250, None),
        "salesforce:c": (500, None),
        "hubspot:7": (250, None),
    }
    contents = by_value(company, "attributed_revenue", "content__linear", "2024-07-01")
    assert contents == {"/x": (250, None), "(none)": (500, None), "Guide": (250, None)}
    assert by_period(company, "attributed_revenue") == {"2024-07-01": (1000, None)}


def test_without_people_the_accounts_are_asked_and_without_touches_nothing_gets_it_all() -> None:
    session = visit(1, "2024-07-05T10:00:00", human="bob", channel="Direct")
    of_account = attributed(web_sessions=(session,), deal_people=())
    channels = by_value(of_account, "attributed_revenue", "channel__linear", "2024-07-01")
    assert channels == {"Direct": (1000, None)}
    of_ann = attributed(web_sessions=(session,))
    channels = by_value(of_ann, "attributed_revenue", "channel__linear", "2024-07-01")
    assert channels == {"(none)": (1000, None)}


def test_return_on_marketing_takes_the_linear_model_and_the_costs_own_channel() -> None:
    company = attributed(
        web_sessions=(
            visit(1, "2024-07-05T10:00:00", human="ann", channel="Direct"),
            visit(2, "2024-07-06T10:00:00", human="ann", channel="Paid"),
        ),
        marketing_costs=(
            MarketingCost(day("2024-07-01"), Decimal(310), channel="Paid"),
            MarketingCost(day("2024-07-01"), Decimal(31)),
        ),
    )
    assert by_period(company, "marketing_roi") == {"2024-07-01": (659, 341)}
    assert by_value(company, "marketing_roi", "channel", "2024-07-01") == {
        "Direct": (500, 0),
        "Paid": (190, 310),
        "(none)": (-31, 31),
    }


def test_content_influences_the_deals_whose_people_saw_it_before_the_close() -> None:
    company = attributed(
        deals=(
            won(1, "2024-07-31", "1000"),
            won(2, "2024-07-31", account="salesforce:b"),
        ),
        web_events=(
            WebEvent(
                key="tabular:e",
                event_name="page_view",
                occurred_at=at("2023-02-01T10:00:00"),
                content="/pricing",
                human="ann",
            ),
        ),
        form_submissions=(
            FormSubmission(
                key="salesforce:f",
                person="salesforce:p",
                form_name="Demo",
                submitted_at=at("2024-07-31T22:00:00"),
            ),
        ),
    )
    assert by_period(company, "content_influence") == {"2024-07-01": (1, 2)}
    content = by_value(company, "content_influence", "content", "2024-07-01")
    assert content == {"/pricing": (1, 2), "Demo": (0, 2)}
    types = by_value(company, "content_influence", "content_type", "2024-07-01")
    assert types == {"web_page": (1, 2), "form": (0, 2)}


# --- every KPI ------------------------------------------------------------------------------------


def test_a_zero_denominator_gives_no_value() -> None:
    company = Company(
        marketing_costs=(MarketingCost(day("2025-05-01"), Decimal(31)),),
        deals=(won(1, "2025-04-02"),),
    )
    for kpi in ("cost_per_lead", "marketing_roi", "ltv_to_cac", "predicted_lifetime_value"):
        for row in rows(company, kpi):
            if not row.denominator:
                assert row.value is None, (kpi, said(row))
