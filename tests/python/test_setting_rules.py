"""One list says what a setting may be, to the command and to plain dbt."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from builds import PROJECT, run_dbt
from sales_kpis.errors import WrongUse
from sales_kpis.files import ACCESS
from sales_kpis.setting_rules import FILE, Rule, read_rules

RULES = read_rules(PROJECT)
SYSTEMS = ("salesforce", "hubspot", "tabular", "mailchimp", "google_analytics")
WRONG: dict[str, Any] = {
    "as_of_date": "2025-02-29",
    "reporting_currency": "euro",
    "reporting_time_zone": "Europe/Nowhere",
    "fiscal_year_start_month": 13,
    "conversion_window_days": -1,
    "new_product_months": 1.5,
    "zero_fill_days": "many",
    "min_sample_size": True,
    "activation_window_days": "",
    "attribution_window_days": -30,
    "speed_to_lead_target_hours": "1 day",
    "prior_activity_days": [30],
    "stalled_after_days": "a month",
    "event_lookback_days": "-1",
    "churn_grace_days": "3e1",
    "stale_system_days": "+1",
    "contract_term_months": 0,
    "gross_margin": 80,
    "max_unreadable_share": -0.1,
    "on_track_attainment": "all",
    "at_risk_attainment": 90,
    "hubspot_lead_without_stage": "maybe",
    "include_machine_opens": "no",
    "subscription_end": "last day",
    "published_access": "nobody",
    "deal_names": "some",
    "deal_links": {
        "sap": "https://sap.example.com/{id}",
        "salesforce": "https://acme.example.com/",
        "hubspot.emea": "javascript:alert('{id}')",
    },
    "kpi_families": ["revenue", "sales"],
    "own_kpis": ["lost_deals"],
    "google_analytics_events": {"leads": ["a"], "sign_up": ["a"], "activation": "b"},
    "system_instances": {"sap": {}, "salesforce": {"Emea": "raw_emea"}, "hubspot": {"de": "a-b"}},
}
RIGHT: dict[str, list[Any]] = {
    "as_of_date": ["2024-02-29", "2025-12-31"],
    "fiscal_year_start_month": [1, "12"],
    "zero_fill_days": [0, "400"],
    "contract_term_months": [1],
    "gross_margin": [0, 0.8, 1, "0.5", ".5", 1e-05],
    "hubspot_lead_without_stage": [True, False],
    "kpi_families": [[], ["leads", "revenue"]],
    "own_kpis": [["kpi_lost_deals"]],
    "deal_links": [
        {},
        {
            "salesforce.emea": "https://acme.example.com/{id}?a=1",
            "hubspot": "http://h.example/{id}",
        },
    ],
    "google_analytics_events": [{"sign_up": ["a", "b"], "activation": []}],
    "system_instances": [{}, {"salesforce": {"emea": "raw_Emea"}}, {"hubspot": None}],
}


def test_the_defaults_for_models_of_other_projects_are_those_of_this_one() -> None:
    macro = (PROJECT / "macros/settings/setting.sql").read_text("utf-8")
    defaults = yaml.safe_load(macro.partition("set defaults = ")[2].partition(" -%}")[0])
    stated = yaml.safe_load((PROJECT / "dbt_project.yml").read_text("utf-8"))["vars"]
    others: dict[str, Any] = {"source_mapping": {}}  # That of the demo is nobody else's.
    assert defaults == {name: stated[name] for name in defaults} | others


@pytest.fixture(scope="module")
def said_by_dbt(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The words of plain dbt on all the wrong values together."""
    build = run_dbt(["run-operation", "check_settings"], tmp_path_factory.mktemp("x"), WRONG)
    assert build.exit_code == 1, build.output
    return build.output


@pytest.mark.parametrize(
    ("rule", "name"), [pytest.param(rule, name, id=name) for rule in RULES for name in rule.names]
)
def test_a_wrong_value_is_told_in_the_same_words_by_both(
    said_by_dbt: str, rule: Rule, name: str
) -> None:
    faults = rule.faults(name, WRONG[name], SYSTEMS)
    assert len(faults) == (3 if isinstance(WRONG[name], dict) else 1)
    for fault in faults:
        assert f"The variable {fault}" in said_by_dbt


def test_a_right_value_is_told_of_by_neither(tmp_path: Path) -> None:
    for rule in RULES:
        for name in rule.names:
            assert [rule.faults(name, value, SYSTEMS) for value in RIGHT.get(name, [])] == [
                [] for _ in RIGHT.get(name, [])
            ]
    values = {name: right[-1] for name, right in RIGHT.items()}
    build = run_dbt(["run-operation", "check_settings"], tmp_path, values)
    assert build.exit_code == 0, build.output


def test_the_list_is_of_settings_that_there_are() -> None:
    defaults = yaml.safe_load((PROJECT / "dbt_project.yml").read_text("utf-8"))["vars"]
    names = [name for rule in RULES for name in rule.names]
    assert sorted(names) == sorted(WRONG)
    assert set(names) <= set(defaults)
    (access,) = (rule for rule in RULES if "published_access" in rule.names)
    assert access.content["words"] == list(ACCESS)


def test_a_project_without_the_list_is_told(tmp_path: Path) -> None:
    with pytest.raises(WrongUse, match="cannot be read"):
        read_rules(tmp_path)
    (tmp_path / FILE).parent.mkdir(parents=True)
    (tmp_path / FILE).write_text("{% macro setting_rules() %}{% endmacro %}")
    with pytest.raises(WrongUse, match="holds no list"):
        read_rules(tmp_path)
