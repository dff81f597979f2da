"""The planted answers are right on tiny companies worked by hand: open deals and how they move."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from hand_worked import (
    SETTINGS,
    STAGES,
    an_open,
    assigned,
    at,
    by_period,
    by_value,
    day,
    moved,
    won,
)
from proof.answers.facts import planted_facts
from proof.company.records import Company, Deal, ExchangeRate, LineItem, Product, Quota


def lost(number: int, closed: str, amount: str = "100", **fields: Any) -> Deal:
    return won(number, closed, amount, **{"is_won": False, "stage": "Lost"} | fields)


# --- stages ---------------------------------------------------------------------------------------


def visits(company: Company) -> list[tuple[Any, ...]]:
    return [
        (
            row.stage,
            row.is_first_visit,
            row.entered_date and row.entered_date.isoformat(),
            row.left_date and row.left_date.isoformat(),
            row.went_on,
        )
        for row in planted_facts(company, SETTINGS).visits
    ]


def test_a_stage_entered_twice_counts_by_its_first_entry_and_a_skipped_one_not_at_all() -> None:
    company = Company(
        stages=STAGES,
        deals=(an_open(1, "2025-12-01", stage="Talk", created_at=at("2024-01-01T10:00:00")),),
        changes=(
            moved(1, "2024-01-11", "stage", "Talk", "Deal"),
            moved(1, "2024-02-01", "stage", "Deal", "Talk"),
        ),
    )
    assert visits(company) == [
        ("Talk", True, "2024-01-01", "2024-01-11", True),
        ("Deal", True, "2024-01-11", "2024-02-01", False),
        ("Talk", False, "2024-02-01", None, False),
    ]
    stages = by_value(company, "stage_conversion_rate", "stage", "2024-01-01")
    assert stages == {"Talk": (1, 1), "Deal": (0, 1)}
    assert by_period(company, "days_in_stage") == {"2024-01-01": (10, 1), "2024-02-01": (21, 1)}


def test_a_lost_stage_is_never_a_later_one_and_a_reopened_deal_goes_on() -> None:
    changes = (
        moved(1, "2024-01-11", "stage", "Talk", "Lost"),
        moved(1, "2024-03-05", "stage", "Lost", "Offer"),
        moved(1, "2024-04-10", "stage", "Offer", "Won"),
    )
    reopened = Company(
        stages=STAGES,
        deals=(won(1, "2024-04-10", created_at=at("2024-01-01T10:00:00")),),
        changes=changes,
    )
    assert visits(reopened) == [
        ("Talk", True, "2024-01-01", "2024-01-11", True),
        ("Lost", True, "2024-01-11", "2024-03-05", True),
        ("Offer", True, "2024-03-05", "2024-04-10", True),
        ("Won", True, "2024-04-10", None, True),
    ]
    # While it was lost it was not open; it was lost once and won once, by its flags of today.
    assert by_period(reopened, "deals_by_stage") == {"2024-03-01": (1, None)}
    assert by_period(reopened, "win_rate") == {"2024-04-01": (1, 1)}
    still_lost = replace(reopened, deals=(lost(1, "2024-01-11"),), changes=changes[:1])
    january = by_value(still_lost, "stage_conversion_rate", "stage", "2023-01-01")
    assert january == {"Talk": (0, 1)}


def test_a_stage_that_history_leaves_open_ends_with_the_deal() -> None:
    company = Company(
        stages=STAGES,
        deals=(won(1, "2024-04-10", created_at=at("2024-01-01T10:00:00")),),
        changes=(moved(1, "2024-03-01", "stage", None, "Offer"),),
    )
    # It begins when the history says so, not with the deal.
    assert visits(company) == [("Offer", True, "2024-03-01", "2024-04-10", True)]


def test_a_deal_without_history_has_its_present_stage_from_creation_to_close() -> None:
    company = Company(
        stages=STAGES, deals=(won(1, "2024-02-20", created_at=at("2024-01-10T10:00:00")),)
    )
    found = by_value(company, "open_pipeline_amount", "stage", "2024-01-01")
    assert found == {"Won": (100, None)}
    assert by_period(company, "open_pipeline_amount") == {"2024-01-01": (100, None)}
    assert by_period(company, "stage_conversion_rate") == {}


# --- open deals -----------------------------------------------------------------------------------


def test_the_pipeline_of_a_past_day_has_the_stage_amount_owner_and_rate_of_that_day() -> None:
    company = Company(
        stages=STAGES,
        assignments=(
            assigned("salesforce:r", "A", "2024-01-01", "2024-01-31"),
            assigned("salesforce:r", "B", "2024-02-01"),
            assigned("salesforce:s", "C", "2024-01-01"),
        ),
        exchange_rates=(
            ExchangeRate("GBP", day("2024-01-01"), Decimal(2)),
            ExchangeRate("GBP", day("2024-03-31"), Decimal(3)),
        ),
        deals=(
            an_open(
                1,
                "2025-12-01",
                "500",
                stage="Deal",
                owner="salesforce:s",
                currency="GBP",
                created_at=at("2024-01-10T10:00:00"),
            ),
        ),
        changes=(
            moved(1, "2024-02-10", "stage", "Offer", "Deal"),
            moved(1, "2024-02-11", "amount", "400", "500"),
            moved(1, "2024-03-31", "owner", "salesforce:r", "salesforce:s"),
        ),
    )
    found = {
        (row.snapshot_date.isoformat(), row.stage, int(row.amount), row.team)
        for row in planted_facts(company, SETTINGS).snapshots
        if row.snapshot_date in (day("2024-01-31"), day("2024-02-29"), day("2024-03-31"))
    }
    assert found == {
        ("2024-01-31", "Offer", 800, "A"),
        ("2024-02-29", "Deal", 1000, "B"),
        ("2024-03-31", "Deal", 1500, "C"),
    }
    weighted = by_period(company, "weighted_pipeline_amount")
    assert (weighted["2024-01-01"], weighted["2024-03-01"]) == ((400, None), (1200, None))


def test_open_deals_by_product_line_add_up_to_their_amount_of_the_day() -> None:
    company = Company(
        products=(Product(key="salesforce:p", product_line="Lamps"),),
        deals=(an_open(1, "2025-12-01", "500", created_at=at("2024-01-10T10:00:00")),),
        lines=(
            LineItem(
                key="salesforce:l", deal="salesforce:1", product="salesforce:p", amount=Decimal(450)
            ),
        ),
        changes=(moved(1, "2024-02-11", "amount", "400", "500"),),
    )
    for month, rest in (("2024-01-01", -50), ("2024-02-01", 50)):
        lines = by_value(company, "open_pipeline_amount", "product_line", month)
        assert lines == {"Lamps": (450, None), "(unallocated)": (rest, None)}


def quota(month: str, amount: int, rep: str = "salesforce:r") -> Quota:
    return Quota(rep=rep, month=day(month), amount=Decimal(amount), currency="EUR")


def test_coverage_is_seen_at_the_start_of_a_closed_period_and_today_in_the_running_one() -> None:
    created = {"created_at": at("2025-08-20T10:00:00")}
    company = Company(
        deals=(
            # Expected in September since its creation; won in September.
            won(1, "2025-09-10", "300", expected_close_date=day("2025-09-10"), **created),
            an_open(2, "2025-09-30", "200", **created),
            an_open(3, "2025-10-01", "999", **created),
            # Created inside the period: not there at its start.
            an_open(4, "2025-08-25", "50", **created),
            # At August's start it was expected in August; now in September.
            an_open(5, "2025-09-12", "70", created_at=at("2025-07-01T10:00:00")),
        ),
        changes=(moved(5, "2025-08-15", "close_date", "2025-08-31", "2025-09-12"),),
        quotas=(quota("2025-08-01", 1000), quota("2025-09-01", 1000), quota("2025-12-01", 500)),
    )
    months = by_period(company, "pipeline_coverage")
    assert months == {"2025-08-01": (70, 1000), "2025-09-01": (270, 700)}
    # The running year: what is still expected in it, the whole year's quota, what is sold.
    assert by_period(company, "pipeline_coverage", "year") == {"2025-01-01": (1319, 2200)}


@pytest.mark.parametrize(
    ("deal", "expected"),
    [
        pytest.param(won(1, "2025-08-31"), {"2025-08-01": (0, 1)}, id="won in time"),
        pytest.param(lost(1, "2025-08-31"), {"2025-08-01": (0, 1)}, id="lost in time"),
        pytest.param(won(1, "2025-09-01"), {"2025-08-01": (1, 1)}, id="won a day late"),
        pytest.param(an_open(1, "2025-08-31"), {"2025-08-01": (1, 1)}, id="never closed"),
        pytest.param(
            won(1, "2025-08-31", created_at=at("2025-08-01T10:00:00")), {}, id="created inside"
        ),
    ],
)
def test_a_deal_slipped_that_was_expected_at_the_start_and_open_at_the_end(
    deal: Deal, expected: dict[str, tuple[float, float]]
) -> None:
    company = Company(deals=(replace(deal, expected_close_date=day("2025-08-31")),))
    assert by_period(company, "slipped_deals_share") == expected


def test_in_the_running_period_those_slipped_that_are_now_expected_after_it() -> None:
    company = Company(
        deals=(an_open(1, "2025-10-01"), an_open(2, "2025-09-05"), an_open(3, "2025-09-20")),
        changes=(
            moved(1, "2025-09-10", "close_date", "2025-09-15", "2025-10-01"),
            # Pushed after as_of_date: not yet.
            moved(3, "2025-09-19", "close_date", "2025-09-20", "2025-11-20"),
        ),
    )
    assert by_period(company, "slipped_deals_share") == {"2025-09-01": (1, 3)}


# --- flows ----------------------------------------------------------------------------------------


def test_velocity_is_revenue_by_the_average_cycle() -> None:
    company = Company(
        deals=(
            won(1, "2024-05-11", "300", created_at=at("2024-05-01T10:00:00")),
            won(2, "2024-05-31", "500", created_at=at("2024-05-01T10:00:00")),
            won(3, "2024-05-20", "100", created_at=None),
            won(4, "2024-07-01", "100", created_at=None),
        )
    )
    assert by_period(company, "pipeline_velocity") == {
        "2024-05-01": (900, 20),
        "2024-07-01": (100, 0),
    }


def test_created_pipeline_is_at_the_rate_of_the_close_or_of_today() -> None:
    company = Company(
        exchange_rates=(
            ExchangeRate("GBP", day("2023-01-01"), Decimal(2)),
            ExchangeRate("GBP", day("2025-09-17"), Decimal(3)),
            ExchangeRate("GBP", day("2025-09-18"), Decimal(9)),
        ),
        deals=(
            won(1, "2024-05-11", "10", currency="GBP"),
            an_open(2, "2026-01-01", "100", currency="GBP"),
            won(3, "2025-09-18", "1000", currency="GBP"),
            won(4, "2024-05-11", "7", close_date=None),
            won(5, "2024-05-11", "8", created_at=None),
        ),
    )
    assert by_period(company, "pipeline_created") == {"2023-01-01": (20 + 300 + 3000, None)}
