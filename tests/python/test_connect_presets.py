"""A company, told by the export of each vendor, is connected without a hand and gives the same KPIs.

Alpha is won for 1,200.50 on 10 February 2025 after 36 days, Delta for 799.50 on the 5th after 28,
Beta is lost on the 12th after 37, and Gamma is open with 500. All that vendors write is theirs; the
company is invented.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

from builds import PROJECT, run_dbt
from sales_kpis.connecting.connect import Answers, Connection, connect
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


def connected(case: Told, folder: Path) -> Connection:
    """The export alone in a folder, connected with every guess."""
    exports = folder / "exports"
    exports.mkdir()
    (exports / case.file).write_bytes((EXPORTS / case.file).read_bytes())
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


@pytest.mark.parametrize("case", CASES, ids=[case.file for case in CASES])
def test_an_export_gives_the_worked_kpis(case: Told, tmp_path: Path) -> None:
    result = connected(case, tmp_path)
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
