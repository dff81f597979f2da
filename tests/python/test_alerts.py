"""Shifts that are planted into a simulated company are found, and nothing in quiet ones.

A company's answers (proof/) take the place of `kpi_values` in a copy of the demo, and the SQL of
`kpi_breaches` and `kpi_alerts` runs on them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import duckdb
import pytest

from builds import golden_demo
from proof.answers import planted
from proof.answers.rollup import KpiRow
from proof.company.records import Company
from proof.company.settings import Settings
from proof.company.simulate import simulate

WATCHED = ("lead_volume", "web_sessions", "total_revenue", "win_rate")
QUIET_SEEDS = range(11, 21)
RULES = """
    select
        'unusual' as rule_id, null as kpi, 'month' as period_grain, null as dimension,
        null as dimension_value, 'outside_history' as comparison, 5.5 as threshold,
        'warning' as severity, null as owner, true as is_enabled
"""


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, dict[str, str]]]:
    """A copy of the demo, and the SQL of the two models."""
    build = golden_demo().copy(tmp_path_factory.mktemp("alerts") / "build")
    nodes = build.artifact("manifest.json")["nodes"]
    names = ("kpi_breaches", "kpi_alerts")
    yield build.database, {n: nodes[f"model.sales_kpis.{n}"]["compiled_code"] for n in names}


def values_of(company: Company, monkeypatch: pytest.MonkeyPatch) -> list[KpiRow]:
    """The planted totals of the KPIs that are watched."""
    monkeypatch.setattr(planted, "KPIS", [kpi for kpi in planted.KPIS if kpi.name in WATCHED])
    rows = planted.planted_kpis(company, Settings())
    return [row for row in rows if row.dimension == "total" and row.period_grain == "month"]


def alerts_of(
    models: tuple[Path, dict[str, str]], rows: list[KpiRow]
) -> list[tuple[str, date, date | None]]:
    """KPI, first and last day of each alert on these values."""
    database, queries = models
    with duckdb.connect(str(database)) as connection:
        connection.execute(f"create or replace table planning.kpi_alert_rules as {RULES}")
        connection.execute(
            """
            create or replace table monitoring.kpi_values (
                kpi text, period_grain text, period_start_date date, dimension text,
                dimension_value text, dimension_label text, period_end_date date,
                is_period_complete boolean, denominator double, value double,
                is_small_sample boolean, target_value double, status text
            )
            """
        )
        connection.executemany(
            "insert into monitoring.kpi_values values"
            " ($1, $2, $3, 'total', 'total', 'total', $4, $5, $6, $7, coalesce($6 < 10, false),"
            " null, null)",
            [
                [row.kpi, row.period_grain, row.period_start_date, row.period_end_date,
                 row.is_period_complete, row.denominator, row.value]
                for row in rows
            ],
        )  # fmt: skip
        for name, query in queries.items():
            connection.execute(f"create or replace table monitoring.{name} as {query}")
        return connection.execute(
            "select kpi, first_seen_date, cleared_date from monitoring.kpi_alerts"
            " where kpi is not null order by all"
        ).fetchall()


def is_in(moment: datetime, month: str) -> bool:
    return f"{moment.astimezone(Settings().zone):%Y-%m}" == month


def shifted(company: Company) -> Company:
    """Each lead of March 2025 is there three times, and of June 2025 six of seven sessions are not
    there.
    """
    leads = [lead for lead in company.leads if is_in(lead.created_at, "2025-03")]
    copies = [replace(lead, key=f"{lead.key} again {n}") for lead in leads for n in (1, 2)]
    june = [each.key for each in company.web_sessions if is_in(each.started_at, "2025-06")]
    missing = {key for number, key in enumerate(june) if number % 7}
    return replace(
        company,
        leads=(*company.leads, *copies),
        web_sessions=tuple(each for each in company.web_sessions if each.key not in missing),
    )


def test_planted_shifts_are_found_and_nothing_else(
    models: tuple[Path, dict[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = values_of(shifted(simulate(seed=11, scale=1.0)), monkeypatch)
    assert alerts_of(models, rows) == [
        ("lead_volume", date(2025, 3, 31), date(2025, 4, 30)),
        ("web_sessions", date(2025, 6, 30), date(2025, 7, 31)),
    ]


@pytest.mark.slow
@pytest.mark.parametrize("seed", QUIET_SEEDS)
def test_a_quiet_company_gives_no_alert(
    models: tuple[Path, dict[str, str]], seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert alerts_of(models, values_of(simulate(seed, scale=1.0), monkeypatch)) == []
