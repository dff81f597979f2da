"""`kpis show`, `catalog`, `dashboard`, and how values read."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from kpis_project import write_marts
from sales_kpis import cli
from sales_kpis.dashboard import unpacked
from sales_kpis.errors import WrongUse
from sales_kpis.formats import (
    format_change,
    format_duration,
    format_target,
    format_value,
    sparkline,
    tone,
)
from sales_kpis.project import Project
from sales_kpis.publish import RunFacts, publish
from sales_kpis.scorecard import scorecard_lines, with_slices
from sales_kpis.show import choose_kpi
from sales_kpis.values import Kpi, KpiValue
from sales_kpis.why import Fact

BY_TERRITORY = """
    insert into monitoring.kpi_values by name
    select totals.* replace (
        'territory' as dimension, slice as dimension_value, slice as dimension_label
    )
    from (from monitoring.kpi_values) as totals, (values ('North'), ('South')) as slices (slice)
    where slice = 'South' or period_start_date > date '2025-07-01'
"""


def kpis(*arguments: str) -> Result:
    return CliRunner().invoke(cli.app, list(arguments), env={"COLUMNS": "160"})


@pytest.fixture(scope="module")
def published_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("published")
    build = write_marts(folder / "build" / "sales_kpis.duckdb", statements=[BY_TERRITORY])
    facts = RunFacts(as_of_date="2025-09-17", settings={"reporting_currency": "EUR"})
    publish(build, folder / "published", "run-1", facts)
    return folder / "published"


@pytest.fixture
def published_project(kpis_project: Project, published_once: Path) -> Project:
    shutil.copytree(published_once, kpis_project.published, symlinks=True)
    return kpis_project


def cells(output: str) -> list[list[str]]:
    """The cells of a printed table, a list a line."""
    lines = [line for line in output.splitlines() if line.startswith("│")]
    return [[cell.strip() for cell in line.strip("│").split("│")] for line in lines]


def test_show_prints_periods_the_newest_first(published_project: Project) -> None:
    result = kpis("show", "total_revenue")
    assert result.exit_code == 0, result.output
    rows = cells(result.stdout)
    assert [row[:3] for row in rows] == [
        ["2025-09 *", "50 EUR", "–"],
        ["2025-08", "200 EUR", "+100.0 %"],
        ["2025-07", "100 EUR", "–"],
    ]
    assert "trend ▃█▁" in result.stdout
    assert "How much did we sell?" in result.stdout
    assert "As of 2025-09-17, version run-1." in result.stdout


def test_show_by_a_dimension_puts_periods_side_by_side(published_project: Project) -> None:
    result = kpis("show", "total_revenue", "--by", "territory")
    assert cells(result.stdout) == [
        ["North", "", "200 EUR", "50 EUR", "█▁"],
        ["South", "100 EUR", "200 EUR", "50 EUR", "▃█▁"],
    ]
    assert "2025-09 *" in result.stdout


def test_show_limits(published_project: Project) -> None:
    assert len(cells(kpis("show", "total_revenue", "--limit", "1").stdout)) == 1
    by_territory = kpis("show", "total_revenue", "--by", "territory", "--limit", "1").stdout
    assert len(cells(by_territory)) == 1
    assert "1 more, see --limit" in by_territory


@pytest.mark.parametrize(
    ("since", "count"), [("2025-08-15", 2), ("2025-09", 1), ("2025", 3), ("2024", 3)]
)
def test_show_since_a_day(published_project: Project, since: str, count: int) -> None:
    assert len(cells(kpis("show", "total_revenue", "--since", since).stdout)) == count


def test_show_for_machines(published_project: Project) -> None:
    content = json.loads(kpis("show", "total_revenue", "--json").stdout)
    assert content["kpi"] == "total_revenue"
    assert [row["value"] for row in content["rows"]] == [100, 200, 50]
    assert content["rows"][0]["period_start_date"] == "2025-07-01"


def test_show_limits_for_machines_to_the_newest_rows(published_project: Project) -> None:
    limited = json.loads(kpis("show", "total_revenue", "--json", "--limit", "2").stdout)
    assert [row["value"] for row in limited["rows"]] == [200, 50]
    assert limited["count"] == 3
    by_territory = ("show", "total_revenue", "--by", "territory", "--json")
    rows = json.loads(kpis(*by_territory, "--limit", "3").stdout)["rows"]
    assert [(row["dimension_value"], row["period_start_date"][:7]) for row in rows] == [
        ("North", "2025-08"), ("North", "2025-09"), ("South", "2025-09"),
    ]  # fmt: skip
    assert len(json.loads(kpis(*by_territory).stdout)["rows"]) == 5


def test_show_why_limits_facts_for_machines(
    published_project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    facts = [
        Fact(f"deal-{n}", date(2025, 8, n), "total", Decimal(n), None) for n in range(20, 0, -1)
    ]
    monkeypatch.setattr(cli, "read_facts", lambda *_: facts)
    why = ("show", "total_revenue", "--why", "2025-08", "--json")
    limited = json.loads(kpis(*why, "--limit", "2").stdout)
    assert [fact["fact_id"] for fact in limited["facts"]] == ["deal-20", "deal-19"]
    assert limited["count"] == 20
    assert len(json.loads(kpis(*why).stdout)["facts"]) == 20


def test_show_takes_the_tables_name_too(published_project: Project) -> None:
    assert kpis("show", "kpi_total_revenue").exit_code == 0
    assert kpis("show", "total-revenue").exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["total_revenu"], "Did you mean total_revenue?"),
        (["revenue"], "Did you mean total_revenue?"),
        (["total_revenue", "--grain", "months"], "A grain that no KPI has: months"),
        (["total_revenue", "--grain", "fiscal_year"], "total_revenue does not have: fiscal_year"),
        (["total_revenue", "--by", "teritory"], "Did you mean territory?"),
        (["total_revenue", "--since", "July"], "--since: 'July' is no date"),
        (["total_revenue", "--since", "2025-13"], "--since: '2025-13' is no date"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_show_says_what_is_wrong(
    published_project: Project, arguments: list[str], message: str
) -> None:
    result = kpis("show", *arguments)
    assert result.exit_code == 2
    assert message in result.stderr


def test_show_of_a_slice_without_rows(published_project: Project) -> None:
    result = kpis("show", "total_revenue", "--by", "rep")
    assert result.exit_code == 0
    assert "has no values there" in result.stdout


def test_show_reads_the_build_before_the_first_publish(kpis_project: Project) -> None:
    write_marts(kpis_project.warehouse)
    result = kpis("show", "total_revenue")
    assert result.exit_code == 0, result.output
    assert "not published" in result.stdout


def test_show_before_the_first_build(kpis_project: Project) -> None:
    result = kpis("show", "total_revenue")
    assert result.exit_code == 2
    assert "Build it first: kpis run" in result.stderr


def test_show_of_marts_that_are_not_whole(kpis_project: Project) -> None:
    write_marts(kpis_project.warehouse, statements=["drop table monitoring.kpi_catalog"])
    result = kpis("show", "total_revenue")
    assert result.exit_code == 1
    assert "DuckDB says:" in result.stderr


def test_catalog_says_what_a_kpi_means(published_project: Project) -> None:
    result = kpis("catalog")
    for expected in ("total_revenue", "How much did we sell?", "Amount of won deals", "territory"):
        assert expected in result.stdout
    [kpi] = json.loads(kpis("catalog", "--json").stdout)["kpis"]
    assert kpi["dimensions"] == ["territory", "rep"]


def test_catalog_of_a_family(published_project: Project) -> None:
    assert "1 KPI" in kpis("catalog", "--family", "revenue").stdout
    unknown = kpis("catalog", "--family", "revenues")
    assert unknown.exit_code == 2
    assert "Did you mean revenue?" in unknown.stderr


def page_data(file: Path) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(unpacked(file.read_text(encoding="utf-8")))
    return data


def test_the_published_dashboard_has_the_values_of_the_marts(published_project: Project) -> None:
    data = page_data(published_project.published / "current" / "dashboard.html")
    assert (data["as_of_date"], data["currency"]) == ("2025-09-17", "EUR")
    assert [kpi["title"] for kpi in data["kpis"]] == ["Total revenue"]
    assert data["pool"][data["series"]["n"][0]] == [100, 200, 50]


def test_dashboard_writes_the_page_that_was_published(published_project: Project) -> None:
    out = published_project.root / "page.html"
    assert kpis("dashboard", "--out", str(out)).exit_code == 0
    assert out.read_text() == (
        (published_project.published / "current" / "dashboard.html").read_text()
    )


def test_dashboard_needs_its_folder(published_project: Project) -> None:
    result = kpis("dashboard", "--out", "nowhere/page.html")
    assert result.exit_code == 2
    assert "--out: the folder nowhere is not there" in result.stderr


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [
        (1234567.4, "currency", "1,234,567 EUR"),
        (12.5, "currency", "12.50 EUR"),
        (0, "currency", "0 EUR"),
        (-3000, "currency", "-3,000 EUR"),
        (1234, "count", "1,234"),
        (0.6314, "ratio", "63.1 %"),
        (51.777, "days", "51.8 days"),
        (1.714, "multiple", "1.71 ×"),
        (None, "ratio", "–"),
        (-0.0001, "ratio", "0.0 %"),
        (-0.001, "currency", "0.00 EUR"),
        (-0.0, "count", "0"),
    ],
)
def test_values_read_in_their_unit(value: float | None, unit: str, expected: str) -> None:
    assert format_value(value, unit, "EUR") == expected


ROW = KpiValue(
    kpi="win_rate",
    period_grain="month",
    period_start_date=date(2025, 8, 1),
    period_end_date=date(2025, 8, 31),
    is_period_complete=True,
    dimension="total",
    dimension_value="(total)",
    dimension_label="(total)",
    numerator=6,
    denominator=10,
    value=0.6,
    share_of_total=1,
    previous_value=0.5,
    change=0.1,
    change_ratio=0.2,
    year_ago_value=None,
    yoy_ratio=None,
    target_value=None,
    attainment_ratio=None,
    status=None,
    is_small_sample=False,
)


@pytest.mark.parametrize(
    ("changes", "unit", "expected"),
    [
        ({}, "ratio", "+10.0 pp"),
        ({}, "count", "+20.0 %"),
        ({"previous_value": None}, "ratio", "–"),
        ({"value": None}, "ratio", "–"),
        ({"change_ratio": None}, "count", "–"),
    ],
)
def test_changes_read_in_their_unit(changes: Mapping[str, Any], unit: str, expected: str) -> None:
    assert format_change(replace(ROW, **changes), unit) == expected


def test_a_target_without_attainment_is_still_told() -> None:
    assert format_target(replace(ROW, target_value=0.0), "count") == "0"
    assert format_target(ROW, "count") == ""


@pytest.mark.parametrize(
    ("now", "before", "direction", "expected"),
    [
        (2, 1, "higher", "good"),
        (1, 2, "higher", "bad"),
        (1, 2, "lower", "good"),
        (1, 1, "higher", "neutral"),
        (None, 1, "higher", "neutral"),
        (2, 1, "", "neutral"),
    ],
)
def test_the_wanted_direction_is_good(
    now: float | None, before: float | None, direction: str, expected: str
) -> None:
    assert tone(now, before, direction) == expected


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([1, 2, 3, 8], "▁▂▃█"),
        ([5, 5], "▄▄"),
        ([1, None, 2], "▁ █"),
        ([None], ""),
        ([], ""),
        ([-1, 1], "▁█"),
    ],
)
def test_sparklines_span_from_smallest_to_largest(
    values: list[float | None], expected: str
) -> None:
    assert sparkline(values) == expected


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [(None, "–"), (8.44, "8.4 s"), (65, "1 min 05 s"), (119.9, "2 min 00 s")],
)
def test_durations(seconds: float | None, expected: str) -> None:
    assert format_duration(seconds) == expected


@pytest.mark.parametrize(
    ("grain", "start", "end", "expected"),
    [
        ("day", date(2025, 8, 1), date(2025, 8, 1), "2025-08-01"),
        ("week", date(2024, 12, 30), date(2025, 1, 5), "2025-W01"),
        ("month", date(2025, 8, 1), date(2025, 8, 31), "2025-08"),
        ("quarter", date(2025, 10, 1), date(2025, 12, 31), "2025-Q4"),
        ("year", date(2025, 1, 1), date(2025, 12, 31), "2025"),
        ("fiscal_quarter", date(2025, 4, 1), date(2025, 6, 30), "2025-04…2025-06"),
        ("fiscal_year", date(2024, 4, 1), date(2025, 3, 31), "2024-04…2025-03"),
    ],
)
def test_periods_have_names(grain: str, start: date, end: date, expected: str) -> None:
    row = replace(ROW, period_grain=grain, period_start_date=start, period_end_date=end)
    assert row.period == expected


KPI = Kpi(
    kpi="win_rate",
    family="pipeline",
    title="Win rate",
    question="",
    formula="",
    unit="ratio",
    direction="higher",
    owner="",
    dimensions=(),
    grains=("month", "quarter"),
    source="",
    description="",
    is_additive=False,
)


def month(number: int, value: float, is_complete: bool, grain: str = "month") -> KpiValue:
    return replace(
        ROW,
        value=value,
        period_grain=grain,
        period_start_date=date(2025, number, 1),
        is_period_complete=is_complete,
    )


class TestScorecardLine:
    def test_takes_the_newest_complete_month_and_the_running_one(self) -> None:
        rows = [month(9, 0.9, False), month(7, 0.7, True), month(8, 0.8, True)]
        [line] = scorecard_lines([KPI], rows)
        assert line.newest is not None
        assert line.newest.value == 0.8
        assert line.running is not None
        assert line.running.value == 0.9
        assert line.trend == (0.7, 0.8)

    def test_takes_a_longer_period_where_no_month_is_complete(self) -> None:
        rows = [
            month(9, 0.9, False),
            month(4, 0.4, True, "quarter"),
            month(7, 0.7, False, "quarter"),
        ]
        [line] = scorecard_lines([KPI], rows)
        assert line.newest is not None
        assert (line.newest.period_grain, line.newest.value) == ("quarter", 0.4)
        assert line.running is not None
        assert line.running.value == 0.7

    def test_has_no_newest_before_a_period_is_complete(self) -> None:
        [line] = scorecard_lines([KPI], [month(9, 0.9, False)])
        assert line.newest is None
        assert line.running is not None

    def test_has_no_running_period_where_the_newest_is_complete(self) -> None:
        [line] = scorecard_lines([KPI], [month(8, 0.8, True)])
        assert line.running is None

    def test_of_a_kpi_without_rows_is_empty(self) -> None:
        [line] = scorecard_lines([KPI], [])
        assert (line.newest, line.running, line.trend) == (None, None, ())


def of_slice(row: KpiValue, name: str, value: float, dimension: str = "territory") -> KpiValue:
    return replace(
        row, dimension=dimension, dimension_value=name, dimension_label=name,
        value=value, numerator=value, denominator=None,
    )  # fmt: skip


class TestSlicesOfALine:
    KPI = replace(KPI, unit="count", slices_of="sales_volume", dimensions=("colour", "territory"))
    TOTALS = (month(7, 7, True), month(8, 8, True), month(9, 2, False))

    def test_are_of_the_periods_of_the_total(self) -> None:
        july, august, september = self.TOTALS
        [total] = scorecard_lines([self.KPI], self.TOTALS)
        line = with_slices(
            total,
            [
                of_slice(august, "South", 5),
                of_slice(september, "South", 2),
                of_slice(july, "North", 6),
                of_slice(august, "North", 3),
            ],
        )
        told = [(one.label, one.newest and one.newest.value, one.trend) for one in line.slices]
        assert told == [("South", 5, (None, 5)), ("North", 3, (6, 3))]
        assert [one.running and one.running.value for one in line.slices] == [2, None]

    def test_are_of_the_first_dimension_that_has_a_name(self) -> None:
        _, august, _ = self.TOTALS
        [total] = scorecard_lines([self.KPI], self.TOTALS)
        rows = [
            of_slice(august, "(none)", 8, "colour"),
            of_slice(august, "(none)", 5),
            of_slice(august, "North", 3),
        ]
        line = with_slices(total, rows)
        assert [one.label for one in line.slices] == ["(none)", "North"]
        assert {one.newest and one.newest.dimension for one in line.slices} == {"territory"}

    def test_are_unnamed_where_no_dimension_has_a_name(self) -> None:
        [total] = scorecard_lines([self.KPI], self.TOTALS)
        line = with_slices(total, [of_slice(self.TOTALS[1], "(none)", 8)])
        assert [one.label for one in line.slices] == ["(none)"]

    def test_are_of_the_running_period_before_one_is_complete(self) -> None:
        running = month(9, 2, False)
        [total] = scorecard_lines([self.KPI], [running])
        line = with_slices(total, [of_slice(running, "North", 2)])
        [north] = line.slices
        assert north.newest is None
        assert north.running is not None


PROGRESS = """
    create table monitoring.kpi_scorecard as
    select
        kpi, period_grain, period_start_date, 'running' as which_period, dimension,
        100e0 as previous_value, 50e0 as change, 0.5e0 as change_ratio,
        120e0 as year_ago_value, 0.25e0 as yoy_ratio, 0.9e0 as attainment_ratio,
        'at_risk' as status, 900e0 as projected_value, target_value, 'steady' as trend
    from monitoring.kpi_values
    where kpi = 'total_revenue' and not is_period_complete
"""
GOALS = """
    create table monitoring.objectives as
    select
        'more' as objective_id, 'Sell more' as objective, 'How much?' as question,
        'total_revenue' as kpi, 'month' as period_grain, 'territory' as dimension,
        'North' as dimension_value, 1000.0e0 as target_value, 900.0e0 as value,
        0.5e0 as progress_ratio, date '2025-12-31' as due_date, '2025-08' as period_label,
        'open' as status, false as is_small_sample
"""


def published_with(project: Project, tmp_path: Path, *statements: str) -> None:
    build = write_marts(tmp_path / "build" / "sales_kpis.duckdb", statements=list(statements))
    facts = RunFacts(as_of_date="2025-09-17", settings={"reporting_currency": "EUR"})
    publish(build, project.published, "run-2", facts)


def test_a_running_period_stands_beside_its_target_and_as_much_of_the_one_before(
    kpis_project: Project, tmp_path: Path
) -> None:
    target = "update monitoring.kpi_values set target_value = 100 where not is_period_complete"
    published_with(kpis_project, tmp_path, target, PROGRESS, GOALS)
    shown = kpis("scorecard")
    assert shown.exit_code == 0, shown.output
    assert "in 2025-09, at risk" in shown.output
    assert "Sell more" in shown.output
    assert "900 EUR in 2025-08" in shown.output
    content = json.loads(kpis("scorecard", "--json").output)
    revenue = next(line for line in content["scorecard"] if line["kpi"] == "total_revenue")
    assert revenue["projected_value"] == 900
    assert revenue["running"]["previous_value"] == 100
    assert revenue["running"]["status"] == "at_risk"
    assert [goal["status"] for goal in content["objectives"]] == ["open"]


def test_a_version_of_an_earlier_release_has_no_progress_and_no_objectives(
    published_project: Project,
) -> None:
    shown = kpis("scorecard")
    assert shown.exit_code == 0, shown.output
    assert "Objectives" not in shown.output
    assert "at risk" not in shown.output


def catalog_of(**names: tuple[str, ...]) -> list[Kpi]:
    """KPIs of an id, with synonyms; the title is the id in words."""
    return [
        Kpi(
            kpi=kpi,
            title=kpi.replace("_", " ").capitalize(),
            dimensions=(),
            grains=("month",),
            is_additive=False,
            synonyms=synonyms,
            family="revenue",
            question="",
            formula="",
            unit="ratio",
            direction="higher",
            owner="Sales",
            source="",
            description="",
        )
        for kpi, synonyms in names.items()
    ]


@pytest.mark.parametrize(
    ("name", "kpi"),
    [
        ("nrr", "net_revenue_retention"),
        ("Net Revenue Retention", "net_revenue_retention"),
        ("kpi_net-revenue-retention", "net_revenue_retention"),
        ("ltv:cac", "ltv_to_cac"),
        ("LTV/CAC", "ltv_to_cac"),
        ("total revenue", "total_revenue"),
    ],
)
def test_a_kpi_is_found_by_id_title_and_synonym_however_it_is_written(name: str, kpi: str) -> None:
    catalog = catalog_of(
        net_revenue_retention=("NRR", "net dollar retention"),
        ltv_to_cac=("LTV:CAC",),
        # An id of its own is stronger than the synonym of another.
        total_revenue=("revenue",),
        revenue=("total revenue",),
    )
    assert choose_kpi(catalog, name).kpi == kpi
    assert choose_kpi(catalog, "revenue").kpi == "revenue"


def test_what_is_like_no_kpi_points_to_the_catalog() -> None:
    with pytest.raises(WrongUse) as error:
        choose_kpi(catalog_of(win_rate=()), "zebra")
    assert error.value.next_step == "`kpis catalog` shows all there are."
