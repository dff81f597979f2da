"""A company, told by the export of each vendor, is connected without a hand to the same KPIs.

Alpha is won for 1,200.50 on 10 February 2025 after 36 days, Delta for 799.50 on the 5th after 28,
Beta is lost on the 12th after 37, and Gamma is open with 500. All that vendors write is theirs; the
company is invented.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from builds import PROJECT, run_dbt
from kpis_project import SECONDS_OF_A_HANG
from sales_kpis.connecting.connect import Answers, Connection, connect
from sales_kpis.connecting.contract import read_contract
from sales_kpis.connecting.counting import what_will_count
from sales_kpis.connecting.presets import best_preset, read_presets
from sales_kpis.settings import load_settings

EXPORTS = PROJECT / "tests" / "python" / "exports"
KPIS = ("total_revenue", "sales_volume", "win_rate", "sales_cycle_days", "open_pipeline_amount")
# Two sales of 2,000 in all, two of three closed deals won, and 64 days for both sales.
WORKED: Mapping[str, tuple[float, float | None]] = {
    "total_revenue": (2000.0, None),
    "sales_volume": (2.0, None),
    "win_rate": (2.0, 3.0),
    "sales_cycle_days": (64.0, 2.0),
    "open_pipeline_amount": (500.0, None),
}


@dataclass(frozen=True)
class Told:
    """How an export is understood."""

    file: str
    preset: str
    as_of_date: str
    currency: str = "EUR"
    guessed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


STAGES = {"deal.stage: won": ("Closed Won",), "deal.stage: lost": ("Closed Lost",)}
CASES = [
    Told("hubspot_deals.csv", "HubSpot's export of deals", "2025-02-14", guessed=STAGES),
    Told(
        "salesforce_report.csv",
        "Salesforce's export of report on opportunities",
        "2025-02-12",
        guessed=STAGES,
    ),
    Told("pipedrive_deals.csv", "Pipedrive's export of deals", "2025-02-14"),
    Told("zoho_deals.csv", "Zoho CRM's export of deals", "2025-02-14", guessed=STAGES),
    Told(
        "monday_board.csv",
        "monday.com's export of board of deals",
        "2025-02-12",
        "XXX",
        guessed={
            "deal.stage: won": ("Won",),
            "deal.stage: lost": ("Lost",),
            "reporting_currency": ("XXX",),
        },
    ),
    Told("close_opportunities.csv", "Close's export of opportunities", "2025-02-14"),
    Told("copper_opportunities.csv", "Copper's export of opportunities", "2025-02-14"),
    Told("bitrix24_deals.csv", "Bitrix24's export of deals (dataset crm_deal)", "2025-02-14"),
    Told(
        "auftraege.csv",
        "deals",
        "2025-02-12",
        guessed={"deal.stage: won": ("Beauftragt",), "deal.stage: lost": ("Verloren",)},
    ),
]


def connected(file: str, folder: Path) -> Connection:
    """The export alone in a folder, connected with every guess."""
    exports = folder / "exports"
    exports.mkdir()
    shutil.copy(EXPORTS / file, exports)
    output = folder / "connected" / "settings.yml"
    return connect(PROJECT, exports, output, Answers(takes_guesses=True))


def settings_of(result: Connection) -> dict[str, Any]:
    """The settings as a run reads them."""
    content = yaml.safe_load((PROJECT / "dbt_project.yml").read_text(encoding="utf-8"))
    loaded = load_settings(
        defaults=content["vars"],
        known_systems=["tabular"],
        project_folder=PROJECT,
        settings_file=result.settings_file,
    )
    return dict(loaded.values)


@pytest.mark.parametrize(
    "case",
    [
        # Each takes a build of its own.
        pytest.param(case, id=case.file, marks=[] if case in CASES[:2] else [pytest.mark.slow])
        for case in CASES
    ],
)
def test_an_export_gives_the_worked_kpis(case: Told, tmp_path: Path) -> None:
    result = connected(case.file, tmp_path)
    assert [table.preset.title for table in result.plan.tables if table.name == "deal"] == [
        case.preset
    ]
    assert result.open_questions == ()
    assert {q.about: q.guess for q in result.guessed} == case.guessed
    settings = settings_of(result)
    assert (settings["as_of_date"], settings["reporting_currency"]) == (
        case.as_of_date,
        case.currency,
    )
    models = [f"+kpi_{kpi}" for kpi in KPIS]
    build = run_dbt(
        ["build", "--select", *models, "--exclude-resource-type", "test", "unit_test"],
        tmp_path / "build",
        variables=settings,
        seeds=Path(str(settings["seed_path"])),
    )
    assert build.exit_code == 0, build.output
    found = {}
    for kpi in KPIS:
        [[numerator, denominator]] = build.rows(
            f"select numerator, denominator from kpis.kpi_{kpi}"
            " where period_grain = 'month' and dimension = 'total'"
            " and period_start_date = date '2025-02-01'"
        )
        is_ratio = WORKED[kpi][1] is not None
        found[kpi] = (float(numerator), float(denominator) if is_ratio else None)
    assert found == WORKED


@pytest.mark.parametrize(
    ("vendor", "as_of_date"),
    [
        # The trial that was created on 20 March is no period of a customer.
        pytest.param("stripe", "2025-03-20", id="Stripe"),
        pytest.param("chargebee", "2025-02-01", id="Chargebee"),
    ],
)
def test_subscriptions_have_their_amount_of_a_month(
    vendor: str, as_of_date: str, tmp_path: Path
) -> None:
    result = connected(f"{vendor}_subscriptions.csv", tmp_path)
    assert (result.open_questions, result.guessed) == ((), ())
    assert what_will_count(result.plan)[-1] == (
        "customers: none, because an account is a customer from its first won deal on and no file"
        " has deals"
    )
    settings = settings_of(result)
    assert (settings["as_of_date"], settings["reporting_currency"]) == (as_of_date, "EUR")
    build = run_dbt(
        ["run", "--select", "+stg_tabular__subscriptions"],
        tmp_path / "build",
        variables=settings,
        seeds=Path(str(settings["seed_path"])),
    )
    assert build.exit_code == 0, build.output
    # Two seats of 50 and 1,200 a year are 100 a month each.
    assert build.rows(
        "select monthly_amount, cast(started_on as varchar), cast(ended_on as varchar)"
        " from staging.stg_tabular__subscriptions order by subscription_id"
    ) == [
        (100, "2025-01-01", None),
        (100, "2025-02-01", None),
        (50, "2025-01-15", "2025-03-15"),
    ]


@pytest.mark.parametrize(
    ("header", "preset"),
    [
        (
            "Record ID,Company name,Industry,Company owner,Country/Region,Create Date",
            "HubSpot's export of companies",
        ),
        (
            "Record ID,First Name,Last Name,Email,Phone Number,Lifecycle Stage,Contact owner",
            "HubSpot's export of contacts",
        ),
        (
            "ID,Deal Name,Stage,Amount,Currency,Responsible person,Created on,Closing date",
            "Bitrix24's export of deals (list)",
        ),
        ("Opportunity ID,Sales Stage,Deal Value,Close Date", "deals"),
        ("Vorgangsnummer,Phase,Betrag,Abschlussdatum", "deals"),
        ("Nombre,Etapa,Importe,Fecha de cierre,Propietario", "deals"),
        ("Nom,Étape,Montant,Date de clôture", "deals"),
        ("Customer ID,Start Date,End Date,MRR", "subscriptions"),
        ("day,rain", None),
    ],
)
def test_a_header_tells_the_export(header: str, preset: str | None) -> None:
    found = best_preset(header.split(","))
    assert (found.title if found else None) == preset


def test_every_column_of_a_preset_is_one_of_the_contract() -> None:
    contract = read_contract(PROJECT)
    presets, _ = read_presets()
    assert len(presets) > 15
    for preset in presets:
        said = {*preset.columns, *preset.values, *preset.first_of}
        assert said <= set(contract[preset.table]), preset.title
        assert set(preset.known_by) <= said, preset.title
        assert not preset.vendor or preset.source, preset.title


@pytest.mark.slow
def test_the_settings_are_all_that_a_run_needs(tmp_path: Path) -> None:
    exports = tmp_path / "exports"
    exports.mkdir()
    shutil.copy(EXPORTS / "hubspot_deals.csv", exports)
    (tmp_path / "published").mkdir()
    environment = {
        **os.environ,
        "SALES_KPIS_PROJECT": str(PROJECT),
        "SALES_KPIS_DATABASE": str(tmp_path / "build.duckdb"),
        "SALES_KPIS_PSEUDONYM_SALT": "a salt of this test that nobody else has",
    }
    for arguments in (
        ("connect", "exports", "--output", "mine/settings.yml", "--yes"),
        ("run", "--settings", "mine/settings.yml", "--published", "published"),
    ):
        done = subprocess.run(
            [sys.executable, "-m", "sales_kpis", *arguments],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            timeout=SECONDS_OF_A_HANG,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
    with duckdb.connect(str(tmp_path / "published/current/sales_kpis.duckdb")) as published:
        found = published.execute(
            "select kpi, value from monitoring.kpi_values where dimension = 'total'"
            " and period_grain = 'month' and period_start_date = date '2025-02-01'"
            " and kpi in ('total_revenue', 'win_rate', 'sales_cycle_days') order by kpi"
        ).fetchall()
    assert found == [
        ("sales_cycle_days", 32.0),
        ("total_revenue", 2000.0),
        ("win_rate", pytest.approx(2 / 3)),
    ]
