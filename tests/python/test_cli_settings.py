"""The settings of a run, and what a wrong one says."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from sales_kpis.errors import WrongUse, nearest
from sales_kpis.project import Project
from sales_kpis.settings import Settings, load_settings

# 22:30 in UTC is already the next day in Amsterdam.
LATE_EVENING = datetime(2025, 9, 17, 22, 30, tzinfo=UTC)


def load(project: Project, **options: Any) -> Settings:
    return load_settings(
        project.default_vars(),
        project_folder=project.root,
        known_systems=project.systems(),
        now=LATE_EVENING,
        **options,
    )


def write_settings(project: Project, text: str) -> Path:
    file = project.root / "company" / "settings.yml"
    file.parent.mkdir(exist_ok=True)
    file.write_text(text)
    return file


def test_defaults_are_the_projects_own(kpis_project: Project) -> None:
    settings = load(kpis_project)

    assert settings.as_of_date == "2025-09-17"
    assert settings.raw_path == kpis_project.root / "data" / "demo"
    assert set(settings.values) == set(kpis_project.default_vars())


@pytest.mark.parametrize(
    ("default", "said", "mapping"),
    [
        pytest.param("data/demo", "", {"tabular": {"deal": {}}}, id="the demo's files"),
        pytest.param("data/demo", "raw_path: files", {}, id="a company's files"),
        pytest.param("data/demo", "raw_path: ''", {}, id="tables in the warehouse"),
        pytest.param(
            "data/demo", "{raw_path: files, source_mapping: {hubspot: {}}}", {"hubspot": {}},
            id="a company's files and mapping",
        ),
        pytest.param("mine", "raw_path: files", {"tabular": {"deal": {}}}, id="a project's own"),
    ],
)  # fmt: skip
def test_nobody_inherits_the_demos_mapping(
    kpis_project: Project, default: str, said: str, mapping: dict[str, Any]
) -> None:
    (kpis_project.root / "company" / "files").mkdir(parents=True)
    (kpis_project.root / "mine").mkdir()
    defaults = {
        **kpis_project.default_vars(),
        "raw_path": default,
        "source_mapping": {"tabular": {"deal": {}}},
    }
    settings = load_settings(
        defaults, project_folder=kpis_project.root, settings_file=write_settings(kpis_project, said)
    )
    assert settings.values["source_mapping"] == mapping


def test_vars_go_before_the_file_and_shortcuts_before_both(kpis_project: Project) -> None:
    file = write_settings(
        kpis_project,
        "as_of_date: 2025-01-01\nreporting_currency: USD\nconversion_window_days: 30\n",
    )

    settings = load(
        kpis_project,
        settings_file=file,
        vars_text="{as_of_date: 2025-02-02, reporting_currency: GBP}",
        as_of="2025-03-03",
    )

    assert settings.as_of_date == "2025-03-03"
    assert settings.values["reporting_currency"] == "GBP"
    assert settings.values["conversion_window_days"] == 30


@pytest.mark.parametrize(
    ("as_of", "expected"),
    [("today", "2025-09-18"), ("yesterday", "2025-09-17"), ("2024-02-29", "2024-02-29")],
)
def test_as_of_is_a_day_in_the_reporting_time_zone(
    kpis_project: Project, as_of: str, expected: str
) -> None:
    assert load(kpis_project, as_of=as_of).as_of_date == expected


def test_a_file_may_say_today(kpis_project: Project) -> None:
    file = write_settings(kpis_project, "as_of_date: today\nreporting_time_zone: UTC\n")
    assert load(kpis_project, settings_file=file).as_of_date == "2025-09-17"


def test_a_files_raw_path_is_relative_to_the_file(kpis_project: Project) -> None:
    raw = kpis_project.root / "company" / "export"
    raw.mkdir(parents=True)
    file = write_settings(kpis_project, "raw_path: export\n")
    assert load(kpis_project, settings_file=file).raw_path == raw


@pytest.mark.parametrize("text", ["raw_path: ''", "raw_path:"], ids=["empty", "null"])
def test_an_empty_raw_path_means_the_tables_are_in_the_warehouse(
    kpis_project: Project, text: str
) -> None:
    assert load(kpis_project, vars_text=text).raw_path is None


def test_equal_settings_have_equal_hashes(kpis_project: Project) -> None:
    default = load(kpis_project)
    assert default.hash() == load(kpis_project, vars_text="{fiscal_year_start_month: 4}").hash()
    assert default.hash() != load(kpis_project, vars_text="{fiscal_year_start_month: 1}").hash()


@pytest.mark.parametrize(
    ("vars_text", "message"),
    [
        ("{as_of: 2025-01-01}", "no variable as_of"),
        ("{conversion_window_days: ninety}", "must be a whole number"),
        ("{conversion_window_days: true}", "must be a whole number"),
        ("{systems: tabular}", "must be a list"),
        ("{source_mapping: [tabular]}", "must be a mapping"),
        ("{systems: []}", "systems is empty"),
        ("{systems: [tabula]}", "no system 'tabula'"),
        ("{systems: [tabular, tabular]}", "lists tabular twice"),
        ("{as_of_date: 17-09-2025}", "as_of_date is a day such as 2025-09-17, not '17-09"),
        ("{as_of_date: 2025-02-30}", "as_of_date is a day such as"),
        ("{reporting_time_zone: Amsterdam}", "reporting_time_zone is an IANA name such as"),
        ("{google_analytics_events: [sign_up]}", "must be a mapping"),
        ("{google_analytics_events: {leads: [a]}}", "knows lead_created, sign_up and activation"),
        ("{google_analytics_events: {sign_up: a}}", "gives a list of event names for sign_up"),
        ("{google_analytics_events: {sign_up: [a], activation: [a]}}", "has the event 'a' twice"),
        ("{reporting_currency: euro}", "reporting_currency is an ISO code such as EUR"),
        ("{fiscal_year_start_month: 13}", "is a month from 1 to 12, not '13'"),
        ("{conversion_window_days: -1}", "is a whole number of 0 or more, not '-1'"),
        ("{raw_path: nowhere}", "raw_path"),
        ("[as_of_date]", "must map names"),
        ("{as_of_date: 2025-01-01", "not valid YAML"),
        ("{as_of_date: 2025-01-01, as_of_date: 2025-01-02}", "as_of_date is written twice"),
    ],
)
def test_a_wrong_setting_is_told_in_a_sentence(
    kpis_project: Project, vars_text: str, message: str
) -> None:
    with pytest.raises(WrongUse, match=message) as caught:
        load(kpis_project, vars_text=vars_text)
    assert caught.value.exit_code == 2
    assert caught.value.next_step


def test_the_origin_of_a_wrong_value_is_told(kpis_project: Project) -> None:
    file = write_settings(kpis_project, "reporting_currency: euro\n")
    with pytest.raises(WrongUse, match=r"settings\.yml: reporting_currency"):
        load(kpis_project, settings_file=file)


def test_a_settings_file_that_is_not_there_is_told(kpis_project: Project) -> None:
    with pytest.raises(WrongUse, match="cannot be read: No such file"):
        load(kpis_project, settings_file=Path("nowhere.yml"))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("as_of", "as_of_date"),
        ("AS_OF_DATE", "as_of_date"),
        ("raw_paht", "raw_path"),
        ("window", "conversion_window_days"),
    ],
)
def test_the_nearest_name_is_suggested(kpis_project: Project, name: str, expected: str) -> None:
    assert nearest(name, kpis_project.default_vars())[0] == expected
