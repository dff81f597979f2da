"""The planted answers of a whole simulated company agree with each other."""

from collections import defaultdict
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from functools import cache

import pytest

from proof.answers.books.as_of import Books
from proof.answers.books.marketing import MODELS, marketing_of
from proof.answers.facts import PlantedFacts, planted_facts
from proof.answers.kpis.marketing import attributed_shares
from proof.answers.planted import planted_kpis
from proof.answers.rollup import KpiRow
from proof.company.records import Company
from proof.company.settings import Settings
from proof.company.simulate import simulate

SETTINGS = Settings()
EARLIER = replace(SETTINGS, as_of_date=date(2024, 6, 30))


@cache
def company() -> Company:
    return simulate(seed=5, scale=0.4)


@cache
def rows(settings: Settings = SETTINGS) -> tuple[KpiRow, ...]:
    return tuple(planted_kpis(company(), settings))


@cache
def facts() -> PlantedFacts:
    return planted_facts(company(), SETTINGS)


@pytest.mark.slow
def test_each_key_stands_once_and_each_kpi_has_a_value_somewhere() -> None:
    keys = [row[:5] for row in rows()]
    assert len(keys) == len(set(keys))
    assert len({row.kpi for row in rows() if row.value}) == 95


def test_no_ratio_of_a_part_to_its_whole_passes_one() -> None:
    parts = {
        "customer_retention_rate",
        "gross_revenue_retention",
        "lead_fit_rate",
        "lead_funnel_conversion",
        "stage_conversion_rate",
        "slipped_deals_share",
        "repeat_purchase_rate",
        "reps_at_quota_share",
        "email_open_rate",
        "content_influence",
        "activation_rate",
    }
    for row in rows():
        if row.kpi in parts and row.value is not None:
            assert 0 <= row.value <= 1, row


def test_gross_retention_never_passes_net_retention() -> None:
    net = {row[1:5]: row.numerator for row in rows() if row.kpi == "net_revenue_retention"}
    gross = {row[1:5]: row.numerator for row in rows() if row.kpi == "gross_revenue_retention"}
    assert net.keys() >= gross.keys()
    for key, amount in gross.items():
        assert (amount or 0) <= (net[key] or 0)


def test_funnel_stages_never_grow() -> None:
    reached: dict[tuple[str, date], dict[str, Decimal]] = defaultdict(dict)
    for row in rows():
        if row.kpi == "lead_funnel_conversion" and row.dimension == "funnel_stage":
            stage = reached[row.period_grain, row.period_start_date]
            stage[row.dimension_value] = row.numerator or Decimal(0)
    for stages in reached.values():
        counts = [stages[s] for s in ("created", "contacted", "mql", "sql", "deal", "won")]
        assert counts == sorted(counts, reverse=True)


def test_customers_of_the_start_plus_who_came_less_who_left_are_those_of_the_end() -> None:
    before: dict[str, bool] = {}
    for row in facts().customer_months:
        assert row.is_active_at_start == before.get(row.account_id, False)
        came = row.is_new + row.is_returned - row.is_churned
        assert row.is_active_at_start + came == row.is_active_at_end
        before[row.account_id] = row.is_active_at_end


def test_stretches_do_not_overlap() -> None:
    last: dict[str, date] = {}
    for row in facts().stretches:
        assert last.get(row.account_id, date.min) < row.valid_from <= row.valid_to
        last[row.account_id] = row.valid_to


def test_attribution_weights_of_each_deal_add_up_to_one() -> None:
    books = Books(company(), SETTINGS)
    won = sum(deal.is_won for deal in books.closed_deals)
    for model in MODELS:
        weight: dict[str, Decimal] = defaultdict(Decimal)
        for deal, _, share in attributed_shares(books, model):
            weight[deal.key] += share
        assert len(weight) == won
        assert all(abs(total - 1) < Decimal("1e-20") for total in weight.values())
    counts = {len(marketing_of(books).touches(d)) for d in books.closed_deals if d.is_won}
    assert {1, 2, 3} <= counts


AS_OF = {
    "active_customers",
    "customer_lifetime_value",
    "customer_retention_rate",
    "deals_by_stage",
    "gross_revenue_retention",
    "market_penetration",
    "net_revenue_retention",
    "open_pipeline_amount",
    "repeat_purchase_rate",
    "slipped_deals_share",
    "weighted_pipeline_amount",
}


@pytest.mark.slow
def test_an_as_of_kpi_of_a_past_date_stays_when_later_facts_arrive() -> None:
    # A grace that ran on the earlier day may have ended in a churn since.
    last = EARLIER.as_of_date - timedelta(days=EARLIER.churn_grace_days)

    def past(settings: Settings) -> dict[tuple[object, ...], tuple[object, ...]]:
        return {
            row[:5]: row[-3:]
            for row in rows(settings)
            if row.kpi in AS_OF and row.period_end_date <= last and (row[-3] or row[-2])
        }

    earlier, now = past(EARLIER), past(SETTINGS)
    assert len(earlier) > 3000
    assert {key for key in earlier.keys() | now.keys() if earlier.get(key) != now.get(key)} == set()
