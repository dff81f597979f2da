"""`kpis doctor`: what differs from the last published version, and what needs a hand."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner, Result

from builds import PROJECT
from kpis_project import FakeBuilder, write_project
from sales_kpis import cli, doctor, machine_faults, project
from sales_kpis.changelog import changes_since
from sales_kpis.doctor import catalog_of_project, differing_kpis
from sales_kpis.marts import opened
from test_published_file import published_demo

KPI: dict[str, Any] = {
    "title": "Total revenue",
    "question": "How much did we sell?",
    "formula": "Amount of won deals",
    "unit": "currency",
    "direction": "higher",
    "owner": "Sales",
    "dimensions": ["territory", "rep"],
    "is_additive": True,
    "source": "CRM",
}
DESCRIPTION = "One row per period, dimension and dimension value. By close date."
HEADER = "rep_id,month,quota_amount,currency\n"


def kpis(*arguments: str, **environment: str) -> Result:
    return CliRunner().invoke(cli.app, list(arguments), env={"COLUMNS": "160", **environment})


def diagnosis(exit_code: int, *arguments: str, **environment: str) -> dict[str, Any]:
    result = kpis("doctor", "--json", *arguments, **environment)
    assert result.exit_code == exit_code, result.output
    content: dict[str, Any] = json.loads(result.stdout)
    assert content["exit_code"] == exit_code
    return content


def findings(content: dict[str, Any], topic: str) -> list[dict[str, Any]]:
    return [finding for finding in content["findings"] if finding["topic"] == topic]


def write_kpis(root: Path, kpis: dict[str, dict[str, Any]]) -> None:
    models = [
        {"name": f"kpi_{name}", "description": DESCRIPTION, "config": {"meta": {"kpi": entry}}}
        for name, entry in kpis.items()
    ]
    folder = root / "models" / "marts" / "kpis" / "revenue"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "_revenue__models.yml").write_text(yaml.safe_dump({"models": models}))


@pytest.fixture
def company(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, no_waiting_for_the_disk: None) -> Path:
    """A folder as `kpis init` makes it, with one publication; the wheel's project beside it."""
    shipped = write_project(tmp_path / "site-packages" / "sales_kpis" / "dbt")
    (shipped / "seeds" / "planning").mkdir(parents=True)
    (shipped / "seeds" / "planning" / "quotas.csv").write_text(HEADER)
    (shipped / "requirements-run.lock").write_text("# Tested with these.\n")
    (shipped / "CHANGELOG.md").write_text("# Changelog\n\n## 0.1.0\n\n* The first.\n")
    with (shipped / "dbt_project.yml").open("a") as variables:
        variables.write('  seed_path: ""\n')
    write_kpis(shipped, {"total_revenue": KPI})
    for name in ("SHIPPED", "FILES"):
        monkeypatch.setattr(project, name, shipped)
    monkeypatch.setattr(cli, "DbtBuilder", FakeBuilder.of())
    for name in ("PROJECT", "DATABASE", "MEMORY_LIMIT", "THREADS"):
        monkeypatch.delenv(f"SALES_KPIS_{name}", raising=False)
    monkeypatch.setenv("SALES_KPIS_PSEUDONYM_SALT", "a long text of a test")
    folder = tmp_path / "company"
    (folder / "raw" / "tabular").mkdir(parents=True)
    (folder / "seeds" / "planning").mkdir(parents=True)
    (folder / "seeds" / "planning" / "quotas.csv").write_text(HEADER + "ann,2025-01-01,5,EUR\n")
    (folder / "settings.yml").write_text("raw_path: raw\nseed_path: seeds\n")
    monkeypatch.chdir(folder)
    result = kpis("run")
    assert result.exit_code == 0, result.output
    return folder


@pytest.fixture
def shipped(company: Path) -> Path:
    return project.FILES


def test_nothing_is_wrong_and_nothing_differs_after_a_run(company: Path) -> None:
    content = diagnosis(0)
    assert content["findings"] == []
    assert content["published"]["project_version"] == content["version"]
    told = kpis("doctor").output
    assert f"kpis {content['version']}" in told
    assert "Nothing needs your hand" in told


def test_before_the_first_publication_there_is_nothing_to_compare(
    company: Path, tmp_path: Path
) -> None:
    (tmp_path / "empty").mkdir()
    content = diagnosis(0, "--published", str(tmp_path / "empty"))
    assert content["published"] is None
    assert "Nothing is published" in kpis("doctor", "--published", str(tmp_path / "empty")).output


def test_a_setting_that_is_gone_needs_a_hand_and_says_which_was_meant(
    company: Path, shipped: Path
) -> None:
    text = (shipped / "dbt_project.yml").read_text()
    (shipped / "dbt_project.yml").write_text(
        text.replace("conversion_window_days: 90", "conversion_days: 30")
    )
    with (company / "settings.yml").open("a") as settings:
        settings.write("conversion_window_days: 60\n")
    content = diagnosis(1)
    [gone, new] = findings(content, "settings")
    assert gone["needs_hand"]
    assert gone["message"] == "settings.yml: there is no setting conversion_window_days any more."
    assert gone["next_step"] == "Did you mean conversion_days? docs/settings.md has all settings."
    assert not new["needs_hand"]
    assert new["message"] == "The setting conversion_days is new, with the default 30."
    result = kpis("doctor")
    assert "1 finding needs your hand" in result.output


def test_a_default_that_changed_is_told_unless_the_company_states_its_own(
    company: Path, shipped: Path
) -> None:
    text = (shipped / "dbt_project.yml").read_text()
    (shipped / "dbt_project.yml").write_text(text.replace("days: 90", "days: 30"))
    [changed] = findings(diagnosis(0), "settings")
    assert changed["message"] == (
        "The setting conversion_window_days was 90 in the published version and is now 30,"
        " the default."
    )
    with (company / "settings.yml").open("a") as settings:
        settings.write("conversion_window_days: 90\n")
    assert findings(diagnosis(0), "settings") == []


def test_another_day_and_another_way_to_write_a_number_are_no_difference(company: Path) -> None:
    manifest = (company / "published" / "current").resolve() / "manifest.json"
    content = json.loads(manifest.read_text())
    content["settings"]["conversion_window_days"] = 90.0
    manifest.write_text(json.dumps(content))
    with (company / "settings.yml").open("a") as settings:
        settings.write("as_of_date: 2025-09-01\n")
    assert findings(diagnosis(0), "settings") == []


def test_settings_that_a_run_would_refuse_need_a_hand(company: Path) -> None:
    with (company / "settings.yml").open("a") as settings:
        settings.write('reporting_currency: "?"\n')
    [finding] = findings(diagnosis(1), "settings")
    assert finding["message"] == "settings.yml waits for 1 answer: reporting_currency."
    (company / "settings.yml").unlink()
    [finding] = findings(diagnosis(1), "settings")
    assert finding["message"].endswith("has no settings.yml.")


def test_kpis_that_came_went_or_mean_something_else_are_told(company: Path, shipped: Path) -> None:
    write_kpis(
        shipped,
        {
            "sales_volume": KPI | {"title": "Sales volume"},
            "total_revenue": KPI | {"formula": "Amount of paid deals", "dimensions": ["rep"]},
        },
    )
    content = diagnosis(0)
    [came, changed] = findings(content, "kpis")
    assert came["message"] == "The KPI sales_volume is new: Sales volume."
    assert changed["message"] == (
        "The KPI total_revenue differs in dimensions (was territory|rep, is rep) and formula"
        " (was Amount of won deals, is Amount of paid deals)."
    )
    write_kpis(shipped, {})
    [went] = findings(diagnosis(0), "kpis")
    assert went["message"] == (
        "The KPI total_revenue is gone: after the next run kpis.kpi_total_revenue is no more."
    )


@pytest.mark.parametrize(
    ("header", "needs_hand", "message"),
    [
        pytest.param(
            "rep_id,month,quota_amount\n", True, "lacks the column currency", id="a column too few"
        ),
        pytest.param(
            HEADER.replace("month", "quarter"),
            True,
            "lacks the column month, and has quarter, which is not read",
            id="another name",
        ),
        pytest.param(
            HEADER.replace("\n", ",note\n"),
            False,
            "has the column note, which is not read",
            id="a column more",
        ),
    ],
)
def test_seeds_are_held_to_the_columns_that_the_project_reads(
    company: Path, header: str, needs_hand: bool, message: str
) -> None:
    (company / "seeds" / "planning" / "quotas.csv").write_text(header)
    [finding] = findings(diagnosis(int(needs_hand)), "seeds")
    assert finding["needs_hand"] is needs_hand
    assert finding["message"] == f"seeds/planning/quotas.csv {message}."


def test_a_fault_of_the_settings_hides_none_of_the_seeds(company: Path) -> None:
    with (company / "settings.yml").open("a") as settings:
        settings.write("conversion_windows: 60\n")
    (company / "seeds" / "planning" / "quotas.csv").write_text("rep_id\n")
    content = diagnosis(1)
    assert {finding["topic"] for finding in content["findings"]} == {"settings", "seeds"}


def test_the_order_of_columns_and_a_byte_order_mark_are_no_difference(company: Path) -> None:
    (company / "seeds" / "planning" / "quotas.csv").write_text(
        "\ufeffmonth,rep_id,currency,quota_amount\n", encoding="utf-8"
    )
    assert findings(diagnosis(0), "seeds") == []


def test_a_seed_that_the_company_lacks_is_told_and_one_that_was_renamed_needs_a_hand(
    company: Path,
) -> None:
    seed = company / "seeds" / "planning" / "quotas.csv"
    seed.rename(seed.with_name("quota.csv"))
    [renamed, lacking] = findings(diagnosis(1), "seeds")
    assert renamed["next_step"] == "Did you mean planning/quotas.csv?"
    assert lacking["message"] == "seeds/ has no planning/quotas.csv."
    assert not lacking["needs_hand"]


def test_packages_of_the_lock_that_are_missing_or_others_are_told(
    company: Path, shipped: Path
) -> None:
    (shipped / "requirements-run.lock").write_text(
        "# Tested with these.\n"
        "no-such-package==1.0\n"
        "of-another-python==1.0 ; python_full_version < '3'\n"
        "rich==0.1\n"
        "duckdb==0.1\n"
    )
    [missing, other] = findings(diagnosis(1), "packages")
    assert missing["needs_hand"]
    assert missing["message"] == (
        "1 package of requirements-run.lock is not installed: no-such-package."
    )
    assert not other["needs_hand"]
    assert (
        "2 packages are of another version than this program was tested with:" in (other["message"])
    )
    assert "(0.1)" in other["message"]


def test_a_package_below_what_the_program_asks_for_needs_a_hand(
    company: Path, shipped: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (shipped / "requirements-run.lock").write_text("rich==15.0.0\n")
    monkeypatch.setattr(doctor, "installed_version", {"rich": "13.9"}.get)
    [finding] = findings(diagnosis(1), "packages")
    assert finding["message"] == "The package rich is 13.9, and sales-kpis asks for >=14."


@pytest.mark.parametrize(
    ("published", "needs_hand", "message"),
    [
        pytest.param("0.0.9", False, "was made by sales_kpis 0.0.9", id="older"),
        pytest.param("99.0", True, "was made by sales_kpis 99.0, which is newer", id="newer"),
        pytest.param("unknown", False, "", id="not known"),
    ],
)
def test_the_version_that_published_is_told(
    company: Path,
    monkeypatch: pytest.MonkeyPatch,
    published: str,
    needs_hand: bool,
    message: str,
) -> None:
    monkeypatch.setattr("sales_kpis.publish.versions", lambda: {"sales_kpis": published})
    assert kpis("run").exit_code == 0
    content = diagnosis(int(needs_hand))
    assert content["published"]["project_version"] == published
    told = [finding["message"] for finding in findings(content, "program")]
    assert (message in told[0]) if message else (told == [])


def test_another_version_than_the_pinned_one_needs_a_hand(company: Path) -> None:
    (company / "requirements.txt").write_text("sales-kpis==99.1\n")
    content = diagnosis(1)
    [finding] = findings(content, "program")
    assert finding["message"] == (
        f"requirements.txt says sales-kpis==99.1, and {content['version']} is installed."
    )
    assert finding["next_step"] == "Install it: make upgrade VERSION=99.1"


def test_a_python_that_is_too_old_needs_a_hand(
    company: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("platform.python_version", lambda: "3.9.1")
    [finding] = findings(diagnosis(1), "program")
    assert finding["message"] == "Python is 3.9.1, and sales-kpis needs >=3.11."


def test_too_little_room_needs_a_hand(company: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine_faults, "free_bytes", lambda path: 10)
    [finding] = findings(diagnosis(1), "machine")
    assert finding["message"].startswith("There is too little room. A run needs about ")
    assert finding["next_step"] == "Make room, or keep fewer versions (--keep)."


def test_the_limits_of_the_environment_are_told(company: Path) -> None:
    environment = {"SALES_KPIS_MEMORY_LIMIT": "2GiB", "SALES_KPIS_THREADS": "3"}
    assert diagnosis(0, **environment)["machine"].endswith(
        " DuckDB takes at most 2.0 GiB of memory, and dbt builds 3 models at once."
    )


def test_the_limits_without_an_environment_are_those_of_the_profile() -> None:
    profiles = (PROJECT / "profiles.yml").read_text("utf-8")
    stated = dict(
        re.findall(r"env_var\('(SALES_KPIS_(?:MEMORY_LIMIT|THREADS))', '(.*?)'\)", profiles)
    )
    assert stated == machine_faults.DEFAULT_LIMITS


@pytest.mark.parametrize(
    ("name", "value"),
    [("SALES_KPIS_MEMORY_LIMIT", "much"), ("SALES_KPIS_THREADS", "two")],
)
def test_a_limit_that_cannot_be_read_needs_a_hand(company: Path, name: str, value: str) -> None:
    [finding] = findings(diagnosis(1, **{name: value}), "machine")
    assert finding["message"].startswith(f"{name} is {value}, ")


def test_a_publication_that_is_broken_is_a_finding(company: Path) -> None:
    current = (company / "published" / "current").resolve()
    (current / "manifest.json").unlink()
    content = diagnosis(1)
    assert content["published"] is None
    assert findings(content, "program")[0]["needs_hand"]


def test_the_published_demo_and_the_projects_yaml_say_the_same_of_every_kpi() -> None:
    with opened(published_demo().database) as connection:
        ours = catalog_of_project(PROJECT)
        assert len(ours) == 95
        assert differing_kpis(connection, ours) == []


CHANGELOG = """\
# Changelog

## Unreleased

* Not yet.

## 0.10.0 (2026-01-02)

* `a` is
  new. Its second sentence.
* b

## 0.9.0

* c

## 0.1.0

* d
"""


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        ("0.9.0", "0.10.0", ["`a` is new. Its second sentence.", "b"]),
        ("0.1.0", "0.10.0", ["`a` is new. Its second sentence.", "b", "c"]),
        ("0.10.0", "0.10.0", []),
        ("0.10.0", "0.9.0", []),
    ],
)
def test_the_changelog_between_two_versions(before: str, now: str, expected: list[str]) -> None:
    assert changes_since(CHANGELOG, before, now) == expected
