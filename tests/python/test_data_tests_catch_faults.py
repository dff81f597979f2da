"""Every singular data test fails on the fault that it is there for.

The demo is built, a fault for each test is put into the tables, and the tests run over them.
"""

from __future__ import annotations

from typing import NamedTuple

import duckdb
import pytest

from builds import PROJECT, Build, golden_demo, run_dbt

SINGULAR = sorted(path.stem for path in (PROJECT / "tests" / "singular").glob("*.sql"))


class Fault(NamedTuple):
    """SQL that does the harm, and a part of the message that tells of it."""

    sql: str
    found: str


FAULTS = {
    "a_kpi_that_slices_a_total_has_that_total": Fault(
        "update monitoring.kpi_catalog set slices_of = 'sales_volume'"
        " where kpi = 'revenue_by_product'",
        "expected the total of sales_volume, ",
    ),
    "a_deal_is_open_won_or_lost": Fault(
        "update core.fct_deals set is_lost = true"
        " where deal_id = (select min(deal_id) from core.fct_deals where is_won)",
        "found closed true, won true, lost true",
    ),
    "attribution_weights_sum_to_one": Fault(
        "update core.fct_attributed_touches set weight = weight + 5"
        " where deal_id = (select min(deal_id) from core.fct_attributed_touches)",
        "expected weights that sum to 1",
    ),
    "customers_at_the_end_of_a_month_follow_from_those_at_its_start": Fault(
        "update core.fct_customer_months set is_new = true"
        " where is_active_at_start and not is_churned",
        "found 1 + 1 + 0 - 0 and 1",
    ),
    "contributions_to_a_change_add_up_to_it": Fault(
        "update monitoring.kpi_drivers set contribution = contribution + 1"
        " where kpi = 'win_rate' and dimension = 'territory' and dimension_value = '(none)'",
        "expected the contributions by territory to add up to",
    ),
    "every_amount_of_the_past_has_an_exchange_rate": Fault(
        "update core.fct_subscriptions set exchange_rate = null where currency_code = 'NOK'",
        "expected rates of NOK in force from",
    ),
    "every_customer_has_one_first_deal": Fault(
        "update core.dim_accounts set is_customer = true where not is_customer",
        "found 0",
    ),
    "every_deal_amount_has_an_exchange_rate": Fault(
        "update intermediate.int_deals__valued set exchange_rate = null"
        " where currency_code = 'NOK'",
        "expected rates of NOK in force from",
    ),
    "every_alert_rule_can_be_judged": Fault(
        "update planning.kpi_alert_rules set dimension = 'colour' where rule_id = 'leads_unusual'",
        "expected a dimension of the KPI, found colour: correct the seed kpi_alert_rules",
    ),
    "every_objective_can_be_measured": Fault(
        "update planning.objectives set period_grain = 'mnth'",
        "expected a grain of the KPI, found mnth: correct the seed objectives",
    ),
    "every_kpi_has_the_dimensions_of_its_catalog_row": Fault(
        "update monitoring.kpi_values set dimension = 'colour'"
        " where kpi = 'sales_volume' and dimension = 'rep'",
        "expected rows of this dimension, which the catalog names, found none",
    ),
    "every_mart_has_one_row_per_key": Fault(
        "create or replace table core.fct_quotas as"
        " select * from core.fct_quotas union all (select * from core.fct_quotas limit 1)",
        "expected one row per quota_id, found 2",
    ),
    "every_person_of_a_fact_is_in_dim_people": Fault(
        "delete from core.dim_people"
        " where person_id in (select person_id from core.fct_email_messages)",
        "expected the person of fct_email_messages in dim_people, found none",
    ),
    "every_source_table_balances": Fault(
        "update monitoring.source_reconciliation set raw_rows = 987654, is_balanced = false"
        " where source_table = 'opportunity'",
        "found 987654 raw",
    ),
    "every_target_names_a_kpi_and_its_period": Fault(
        "update planning.kpi_targets set kpi = 'winrate' where kpi = 'win_rate'",
        "expected the id of a KPI, found winrate",
    ),
    "funnel_stages_never_grow": Fault(
        "update kpis.kpi_lead_funnel_conversion set numerator = 987654"
        " where dimension_value = 'won'",
        "found 987654",
    ),
    "gross_retention_is_at_most_one_and_at_most_net_retention": Fault(
        "update kpis.kpi_gross_revenue_retention set numerator = denominator + 1",
        "expected a gross retention of at most 1",
    ),
    "kpi_values_are_finite_and_follow_from_their_parts": Fault(
        "update monitoring.kpi_values set value = 'Infinity'"
        " where kpi = 'win_rate' and dimension = 'total'",
        "found inf",
    ),
    "linked_records_are_one_person": Fault(
        "update intermediate.int_people__components set component_number = component_number + 1e6"
        " where record_key = (select min(record_key) from intermediate.int_people__links)",
        "expected one person for all records with the same",
    ),
    "new_and_existing_business_make_all_revenue": Fault(
        "update kpis.kpi_new_business_revenue_share set numerator = numerator + 1",
        "expected new and existing business to make",
    ),
    "no_revenue_is_paid_by_two_tiers_of_a_plan": Fault(
        "update core.dim_commission_tiers set valid_to = date '2199-12-31', plan = 'Isles 2025'"
        " where plan = 'Isles 2023'",
        "for the same part and days: end one of them in the seed commission_plans",
    ),
    "product_revenue_equals_total_revenue": Fault(
        "update kpis.kpi_revenue_by_product set numerator = 987654 where dimension = 'total'",
        "found 987654",
    ),
    "slices_of_an_additive_kpi_add_up_to_its_total": Fault(
        "update monitoring.kpi_values set numerator = numerator + 1"
        " where kpi = 'total_revenue' and dimension = 'territory'",
        "expected the slices by territory to add up to",
    ),
    "the_pipeline_of_the_as_of_date_is_that_of_the_open_deals": Fault(
        "delete from core.fct_pipeline_snapshots where snapshot_date ="
        " (select max(snapshot_date) from core.fct_pipeline_snapshots)",
        "and no row",
    ),
}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Build:
    """The demo before any harm; all its data tests pass."""
    return golden_demo().copy(tmp_path_factory.mktemp("faults"))


@pytest.fixture(scope="module")
def messages(whole: Build) -> dict[str, list[str]]:
    """The messages of each singular test on the faults."""
    with duckdb.connect(str(whole.database)) as connection:
        for fault in FAULTS.values():
            changed = connection.execute(fault.sql).fetchone()
            assert changed is not None and changed[0] > 0, fault.sql
    run_dbt(["test", "--select", "test_type:singular"], whole.folder, artifacts=True)
    return {
        name: [message for (message,) in whole.rows(f"select distinct message from ({query})")]
        for name, query in failed_queries(whole).items()
    }


def failed_queries(build: Build) -> dict[str, str]:
    """The query of each test that has failed, by the test's name."""
    return {
        result["unique_id"].split(".")[2]: result["compiled_code"]
        for result in build.artifact("run_results.json")["results"]
        if result["unique_id"].startswith("test.") and result["status"] == "fail"
    }


def test_every_singular_test_has_its_fault() -> None:
    assert sorted(FAULTS) == SINGULAR


@pytest.mark.parametrize("name", FAULTS)
def test_a_data_test_tells_of_its_fault(messages: dict[str, list[str]], name: str) -> None:
    said = messages[name]
    assert [message for message in said if FAULTS[name].found in message], said[:5]
