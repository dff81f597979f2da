"""The dashboard in headless Chromium: it shows the marts' numbers, to all readers, nothing else.

`make test-browser` runs these tests; they want Debian's `chromium`.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

import duckdb
import pytest

from builds import golden_demo
from chromium import Chromium, Page, program
from kpis_project import write_marts
from sales_kpis.dashboard import render_dashboard
from sales_kpis.dbt_runner import queries_of_kpis
from sales_kpis.formats import FEW_CASES, few_cases, format_value
from sales_kpis.marts import query
from sales_kpis.scorecard import read_scorecard
from sales_kpis.values import Kpi, KpiValue, read_catalog, read_values

ROOT = Path(__file__).resolve().parents[3]
AXE = ROOT / "vendor" / "axe_core" / "axe.min.js"
MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
# One address of each reader, and one with each kind of choice.
VIEWS = (
    "#board",
    "#revenue",
    "#pipeline",
    "#leads",
    "#customers",
    "#reps",
    "#marketing",
    "#kpi/win_rate",
    "#kpi/total_revenue?grain=quarter&by=team&compare=year_ago",
)


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    if program() is None:
        pytest.skip("Chromium is not there. Install it: apt-get install chromium")
    with Chromium(tmp_path_factory.mktemp("profile")) as found:
        yield found


@pytest.fixture(scope="module")
def demo() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(golden_demo().database), read_only=True) as connection:
        yield connection


@pytest.fixture(scope="module")
def file(demo: duckdb.DuckDBPyConnection, tmp_path_factory: pytest.TempPathFactory) -> Path:
    queries = queries_of_kpis(golden_demo().artifact("manifest.json"))
    page = render_dashboard(demo, "2025-09-17", "EUR", ["crm.deal is old."], queries)
    path = tmp_path_factory.mktemp("page") / "dashboard.html"
    path.write_text(page, encoding="utf-8")
    return path


@pytest.fixture
def page(browser: Chromium, file: Path) -> Iterator[Page]:
    with browser.page() as opened:
        opened.open(file)
        yield opened
        assert opened.faults() == []


def texts(page: Page, selector: str) -> list[str]:
    found: list[str] = page.evaluate(
        f"[...document.querySelectorAll({json.dumps(selector)})].map((each) => each.textContent)"
    )
    return found


def rows(page: Page, selector: str) -> list[list[str]]:
    """The cells of a table, a list a row."""
    found: list[list[str]] = page.evaluate(
        f"[...document.querySelectorAll({json.dumps(selector + ' tbody tr')})]"
        ".map((row) => [...row.cells].map((cell) => cell.textContent))"
    )
    return found


def shown(row: KpiValue, kpi: Kpi) -> str:
    mark = few_cases(row) if row.value is not None else ""
    return format_value(row.value, kpi.unit, "EUR") + mark


def period(row: KpiValue) -> str:
    start = row.period_start_date
    return f"{MONTHS[start.month - 1]} {start.year}" if row.period_grain == "month" else row.period


# --- A file by itself -----------------------------------------------------------------------------


def test_the_page_is_small_and_asks_for_nothing(browser: Chromium, file: Path) -> None:
    assert file.stat().st_size < 6_000_000
    with browser.page() as page:
        page.open(file)
        for view in VIEWS:
            page.go(view)
        assert page.requests() == [file.as_uri()]
        assert page.faults() == []
        assert page.evaluate("performance.getEntriesByType('resource').length") == 0


def test_the_policy_stops_a_script_that_is_not_of_the_page(page: Page) -> None:
    page.evaluate(
        "(() => { const one = document.createElement('script');"
        " one.textContent = 'document.title = \"stolen\"'; document.body.append(one); })()"
    )
    assert page.evaluate("document.title") != "stolen"
    assert "Content Security Policy" in page.faults()[-1]
    page.forget_faults()


# --- The board ------------------------------------------------------------------------------------


def test_the_board_shows_a_dozen_kpis_in_their_order_with_the_values_of_the_marts(
    page: Page, demo: duckdb.DuckDBPyConnection
) -> None:
    catalog = {kpi.kpi: kpi for kpi in read_catalog(demo)}
    places = {name: kpi.board_place for name, kpi in catalog.items() if kpi.board_place}
    cards = page.evaluate(
        "[...document.querySelectorAll('.card')].map((card) => [card.dataset.kpi,"
        " card.querySelector('.value').textContent, card.querySelector('.when').textContent])"
    )
    lines = {line.kpi.kpi: line for line in read_scorecard(demo)}
    expected = []
    for name in sorted(places, key=places.__getitem__)[:12]:
        newest = lines[name].newest
        assert newest is not None
        expected.append([name, shown(newest, catalog[name]), period(newest)])
    assert cards == expected
    # The same total is on no two cards.
    assert len({(card[1], card[2]) for card in cards}) == 12


def test_a_card_says_target_status_and_what_changed(
    page: Page, demo: duckdb.DuckDBPyConnection
) -> None:
    [row] = query(
        demo,
        """
        select period_label, value, target_value, status
        from monitoring.kpi_scorecard
        where kpi = 'total_revenue' and period_grain = 'quarter' and dimension = 'total'
            and which_period = 'running'
        """,
    )
    card = ".card[data-kpi=total_revenue] "
    value, target = (
        format_value(row[name], "currency", "EUR") for name in ("value", "target_value")
    )
    assert texts(page, card + ".target-line") == [
        f"{row['period_label']} so far {value}, target {target}"
    ]
    assert texts(page, card + ".chip") == [row["status"].replace("_", " ").capitalize()]
    driver = demo.execute(
        """
        with named as (
            select drivers.*, totals.change as total_change
            from monitoring.kpi_drivers as drivers
            inner join monitoring.kpi_values as totals using (kpi, period_grain, period_start_date)
            where kpi = 'total_revenue' and period_grain = 'month' and comparison = 'previous'
                and totals.dimension = 'total' and period_start_date = date '2025-08-01'
                and not starts_with(drivers.dimension_value, '(')
                and contribution * totals.change > 0
        )
        select replace(dimension, '_', ' '), dimension_value, contribution, total_change
        from named
        order by is_small_sample, abs(contribution) desc
        limit 1
        """
    ).fetchone()
    assert driver is not None
    dimension, name, contribution, change = driver
    part = format_value(abs(contribution), "currency", "EUR")
    whole = format_value(abs(change), "currency", "EUR")
    verb, sign = ("Up", "+") if change > 0 else ("Down", "-")
    assert texts(page, card + ".sentence") == [
        f"{verb} {whole}, most by {dimension} {name} ({sign}{part})."
    ]


def test_active_alerts_and_objectives_are_on_the_board(
    page: Page, demo: duckdb.DuckDBPyConnection
) -> None:
    sentences = query(demo, "select sentence from monitoring.kpi_alerts where is_active")
    said = "\n".join(texts(page, "section[aria-labelledby=attention]"))
    assert [row for row in sentences if row["sentence"] not in said] == []
    goals = query(demo, "select distinct objective from monitoring.objectives")
    assert sorted(texts(page, "section[aria-labelledby=goals] > ul > li > b")) == sorted(
        row["objective"] for row in goals
    )


def test_a_kpi_that_is_not_connected_makes_room_and_is_said_once(
    browser: Chromium, tmp_path: Path
) -> None:
    kpis = [f"kpi_{number:02d}" for number in range(14, 0, -1)]
    listed = ", ".join(f"('{kpi}', {14 - place})" for place, kpi in enumerate(kpis))
    marts = write_marts(
        tmp_path / "marts.duckdb",
        statements=[
            "alter table monitoring.kpi_catalog add column board_place int",
            "alter table monitoring.kpi_catalog add column not_connected varchar",
            f"""
            insert into monitoring.kpi_catalog by name
            select entry.* replace (id as kpi, 'Title of ' || id as title, place as board_place,
                case when place = 2 then 'not connected: quotas' end as not_connected)
            from (from monitoring.kpi_catalog) as entry, (values {listed}) as added (id, place)
            """,
            "delete from monitoring.kpi_catalog where kpi = 'total_revenue'",
            f"""
            insert into monitoring.kpi_values by name
            select totals.* replace (id as kpi)
            from (from monitoring.kpi_values) as totals, (values {listed}) as added (id, place)
            where place <> 2
            """,
        ],
    )
    with browser.page() as page:
        page.open(page_of(marts, tmp_path))
        found = page.evaluate(
            "[...document.querySelectorAll('.card')].map((each) => each.dataset.kpi)"
        )
        # Place 2 waits, 12 are shown: 1 and 3 to 13.
        assert found == ["kpi_01", *(f"kpi_{number:02d}" for number in range(3, 14))]
        assert texts(page, ".not-connected li") == ["not connected: quotas – Title of kpi_02"]
        assert texts(page, "main")[0].count("not connected: quotas") == 1


# --- The sales leader -----------------------------------------------------------------------------


@pytest.mark.parametrize("grain", ["month", "quarter", "year"])
def test_the_list_of_a_family_has_the_values_of_the_marts(
    page: Page, demo: duckdb.DuckDBPyConnection, grain: str
) -> None:
    catalog = read_catalog(demo)
    for family in ("revenue", "pipeline", "leads", "customers", "reps", "marketing"):
        page.go(f"#{family}?grain={grain}")
        found = {row[0]: row for row in rows(page, "section[aria-labelledby=all-of-family]")}
        kpis = [kpi for kpi in catalog if kpi.family == family]
        assert set(found) == {kpi.title for kpi in kpis}
        for kpi in kpis:
            totals = read_values(demo, kpi=kpi.kpi, grain=grain)
            complete = [row for row in totals if row.is_period_complete]
            if kpi.slices_of:
                assert shown(complete[-1], kpi) not in found[kpi.title]
            elif complete:
                newest = complete[-1]
                assert found[kpi.title][1:3] == [period(newest), shown(newest, kpi)], kpi.kpi


def test_charts_of_the_families_are_drawn(page: Page) -> None:
    for view in ("revenue", "pipeline", "leads", "customers", "reps", "marketing"):
        page.go(f"#{view}")
        figures = page.evaluate("document.querySelectorAll('figure').length")
        assert figures >= 6, view
        page.evaluate(
            "document.querySelectorAll('.chart').forEach((each) => each.scrollIntoView())"
        )
        page.wait_for(
            "[...document.querySelectorAll('.chart')].every((each) =>"
            " { each.scrollIntoView(); return each.dataset.drawn > 0; })"
        )
        blank = page.evaluate(
            "[...document.querySelectorAll('.chart canvas')].filter((one) => !one.getContext('2d')"
            ".getImageData(0, 0, one.width, one.height).data.some(Boolean)).length"
        )
        assert blank == 0, view


def test_a_chart_by_slice_has_the_values_of_the_marts(
    page: Page, demo: duckdb.DuckDBPyConnection
) -> None:
    page.go("#pipeline?grain=quarter")
    figure = "#slices-win_rate-team"
    for dimension in ("team", "territory"):
        if dimension != "team":
            page.choose("slices-win_rate-team-by", dimension)
        [kpi] = [each for each in read_catalog(demo) if each.kpi == "win_rate"]
        values = read_values(demo, kpi="win_rate", grain="quarter", dimension=dimension)
        newest = max(row.period_start_date for row in values if row.is_period_complete)
        expected = {
            row.dimension_label: shown(row, kpi)
            for row in values
            if row.period_start_date == newest and row.value is not None
        }
        assert {row[0]: row[1] for row in rows(page, figure)} == expected


# --- The analyst ----------------------------------------------------------------------------------


def test_each_kpi_can_be_explored_and_shows_the_values_of_the_marts(
    page: Page, demo: duckdb.DuckDBPyConnection
) -> None:
    for kpi in read_catalog(demo):
        page.go(f"#kpi/{kpi.kpi}?by=total")
        grain = page.evaluate("document.getElementById('grain').value")
        totals = read_values(demo, kpi=kpi.kpi, grain=grain)
        if kpi.slices_of:
            # Its total is that of another KPI, so it opens with its slices.
            assert page.evaluate("document.getElementById('by').value") != "total"
            continue
        found = rows(page, "main > div > .wide")
        expected = [[period(row), shown(row, kpi)] for row in reversed(totals)][: len(found)]
        assert [row[:2] for row in found] == expected, kpi.kpi
        assert len(found) > 1
        definition = texts(page, "section[aria-labelledby=definition]")[0]
        assert kpi.formula in definition and f"kpis.kpi_{kpi.kpi}" in definition


@pytest.mark.parametrize("grain", ["day", "week", "month", "quarter", "fiscal_year"])
def test_choices_of_the_analyst_change_table_and_chart(
    page: Page, demo: duckdb.DuckDBPyConnection, grain: str
) -> None:
    [kpi] = [each for each in read_catalog(demo) if each.kpi == "win_rate"]
    page.go("#kpi/win_rate")
    before = page.evaluate("document.querySelector('#kpi-chart canvas')?.toDataURL()")
    usual = page.evaluate("document.getElementById('grain').value")
    if grain != usual:
        page.choose("grain", grain)
    labels = dict(
        demo.execute(
            "select period_start_date, period_label from core.dim_periods where period_grain = ?",
            [grain],
        ).fetchall()
    )
    values = {
        period_of_page(row, labels): shown(row, kpi)
        for row in read_values(demo, kpi="win_rate", grain=grain)
    }
    found = rows(page, "main > div > .wide")
    assert len(found) > 2
    assert {row[0]: row[1] for row in found}.items() <= values.items()
    page.wait_for("document.querySelector('#kpi-chart canvas') !== null")
    if grain != usual:
        assert page.evaluate("document.querySelector('#kpi-chart canvas').toDataURL()") != before


def period_of_page(row: KpiValue, labels: Mapping[date, str]) -> str:
    start = row.period_start_date
    if row.period_grain == "day":
        return f"{start.day} {MONTHS[start.month - 1]} {start.year}"
    return period(row) if row.period_grain == "month" else labels[start]


def test_a_slice_and_a_range_are_chosen_and_stay_in_the_address(
    page: Page, demo: duckdb.DuckDBPyConnection
) -> None:
    [kpi] = [each for each in read_catalog(demo) if each.kpi == "total_revenue"]
    page.go("#kpi/total_revenue?grain=month")
    for chooser, value in (
        ("by", "territory"), ("slice", "Nordics"), ("from", "2025-01-01"), ("to", "2025-06-01"),
        ("compare", "year_ago"), ("theme-choice", "dark"),
    ):  # fmt: skip
        page.choose(chooser, value)
    expected = [
        [period(row), shown(row, kpi)]
        for row in read_values(demo, kpi="total_revenue", grain="month", dimension="territory")
        if row.dimension_value == "Nordics" and "2025-01" <= row.period <= "2025-06"
    ]
    for _ in range(2):
        assert [row[:2] for row in rows(page, "main > div > .wide")] == expected[::-1]
        assert page.evaluate("document.documentElement.dataset.theme") == "dark"
        assert page.evaluate("document.getElementById('compare').value") == "year_ago"
        page.reload()


def test_a_running_period_is_not_compared_and_dashed(page: Page) -> None:
    page.go("#kpi/win_rate?grain=month")
    newest = rows(page, "main > div > .wide")[0]
    assert newest[0] == "Sep 2025"
    assert newest[2:4] == ["–", "–"]
    assert "still runs" in newest[-1]
    assert "Dashed: Sep 2025 still runs." in texts(page, "#kpi-chart .note")


def test_an_address_that_asks_for_what_is_not_there_shows_something_else(page: Page) -> None:
    for address in (
        "#kpi/nothing?grain=never&by=x",
        "#nowhere",
        "#kpi/win_rate?from=x",
        "#%E0%A4%A",
    ):
        page.go(address)
        assert texts(page, "h2")[0]


def test_the_csv_has_the_slices_and_no_formula(
    browser: Chromium, file: Path, tmp_path: Path
) -> None:
    marts = write_marts(
        tmp_path / "marts.duckdb",
        statements=[
            """
            insert into monitoring.kpi_values by name
            select totals.* replace ('rep' as dimension, slice as dimension_value,
                slice as dimension_label)
            from (from monitoring.kpi_values) as totals,
            (values ('=1+1'), ('a, "b"'), ('@x'), ('-2')) as slices (slice)
            """
        ],
    )
    with browser.page() as page:
        page.open(page_of(marts, tmp_path), "#kpi/total_revenue?by=rep")
        page.evaluate(
            "(() => { const make = URL.createObjectURL;"
            " URL.createObjectURL = (blob) => { window.saved = blob; return make(blob); }; })()"
        )
        page.evaluate("document.getElementById('csv').click()")
        text = page.evaluate("saved.text()")
    lines = list(csv.DictReader(io.StringIO(text, newline="")))
    assert text.count("\r\n") == 13
    assert {line["dimension_value"] for line in lines} == {"'=1+1", 'a, "b"', "'@x", "'-2"}
    assert [line["value"] for line in lines[:3]] == ["100", "200", "50"]
    assert [line["is_period_complete"] for line in lines[:3]] == ["true", "true", "false"]


# --- Any reader -----------------------------------------------------------------------------------

HOSTILE = "<img src=x onerror=alert(1)><script>alert(2)</script>'\"><svg/onload=alert(3)>{{7*7}}"


def page_of(marts: Path, folder: Path) -> Path:
    path = folder / "dashboard.html"
    with duckdb.connect(str(marts), read_only=True) as connection:
        page = render_dashboard(
            connection, "2025-09-17", "EUR", [HOSTILE], {"total_revenue": HOSTILE}
        )
    path.write_text(page, encoding="utf-8")
    return path


def test_hostile_text_stays_text(browser: Chromium, tmp_path: Path) -> None:
    literal = "'" + HOSTILE.replace("'", "''") + "'"
    texts_of_catalog = ("title", "question", "formula", "unit", "owner", "source", "description")
    changed = ", ".join(f"{name} = {literal} || '{name}'" for name in texts_of_catalog)
    marts = write_marts(
        tmp_path / "marts.duckdb",
        statements=[
            "alter table monitoring.kpi_catalog add column board_place int",
            f"update monitoring.kpi_catalog set {changed}, board_place = 1, family = {literal}",
            f"""
            insert into monitoring.kpi_values by name
            select * replace ('rep' as dimension, {literal} as dimension_value,
                {literal} || 'label' as dimension_label)
            from monitoring.kpi_values
            """,
            f"""
            create table monitoring.kpi_alerts as
            select {literal} as kpi, '2025-08' as period_label, 'rep' as dimension,
                {literal} as dimension_value, {literal} as severity, {literal} as sentence,
                date '2025-09-01' as first_seen_date, true as is_active, 'f' as fingerprint
            """,
        ],
    )
    with browser.page() as page:
        page.open(page_of(marts, tmp_path))
        seen = ""
        for view in ("board", "kpi/total_revenue?by=rep", "kpi/total_revenue"):
            page.go(f"#{view}")
            seen += texts(page, "body")[0]
            assert_no_foreign_markup(page)
        page.evaluate("void [...document.querySelectorAll('nav a')][1].click()")
        page.wait_for(f"document.body.dataset.ready === {json.dumps(HOSTILE)}")
        assert_no_foreign_markup(page)
        for name in ("title", "question", "formula", "label"):
            assert HOSTILE + name in seen, name
        assert page.faults() == []


def assert_no_foreign_markup(page: Page) -> None:
    assert page.evaluate("document.querySelectorAll('script').length") == 3
    assert page.evaluate("document.querySelectorAll('style').length") == 1
    foreign = "img, iframe, object, embed, link, base, [onload], [onerror], svg:not(.spark)"
    assert page.evaluate(f"document.querySelectorAll({json.dumps(foreign)}).length") == 0


@pytest.mark.parametrize("is_dark", [False, True], ids=["light", "dark"])
def test_axe_finds_nothing(browser: Chromium, file: Path, is_dark: bool) -> None:
    with browser.page(is_dark=is_dark) as page:
        page.open(file)
        page.evaluate(AXE.read_text(encoding="utf-8") + "; 0")
        for view in VIEWS:
            page.go(view)
            page.evaluate(
                "document.querySelectorAll('details').forEach((each) => each.open = true)"
            )
            found = page.evaluate(
                "axe.run({resultTypes: ['violations']}).then((said) => said.violations.map("
                "(one) => [one.id, one.nodes.map((node) => node.html).slice(0, 3)]))"
            )
            assert found == [], view


@pytest.mark.parametrize("view", VIEWS)
def test_a_phone_shows_all_of_a_page_without_scrolling_sideways(
    browser: Chromium, file: Path, view: str
) -> None:
    with browser.page(390, 844, is_phone=True) as page:
        page.open(file, view)
        assert page.evaluate("document.documentElement.scrollWidth") == 390
        assert page.evaluate("visualViewport.scale") == 1
        place = page.evaluate(
            "document.querySelector('nav [aria-current]').getBoundingClientRect().toJSON()"
        )
        assert 0 <= place["left"] < place["right"] <= 390


def test_the_board_fits_one_screen(browser: Chromium, file: Path) -> None:
    with browser.page(1440, 900) as page:
        page.open(file)
        bottom = page.evaluate("document.querySelector('.cards').getBoundingClientRect().bottom")
        assert bottom <= 900


@pytest.mark.parametrize("width", [1024, 1280, 1440])
def test_large_numbers_stay_in_their_card(browser: Chromium, file: Path, width: int) -> None:
    with browser.page(width, 900) as page:
        page.open(file)
        beside = page.evaluate(
            "[...document.querySelectorAll('.card')].flatMap(card => {"
            " card.querySelector('.value').textContent = '1,719,927,000 EUR';"
            " const right = card.getBoundingClientRect().right;"
            " return [...card.querySelectorAll('.value-line > *')].map("
            " each => each.getBoundingClientRect().right - right) })"
        )
        assert beside
        assert max(beside) <= 0


def test_the_keyboard_reaches_all_and_focus_stays_where_it_was(page: Page) -> None:
    page.go("#kpi/win_rate")
    page.evaluate("document.getElementById('grain').focus()")
    page.choose("grain", "quarter")
    assert page.evaluate("document.activeElement.id") == "grain"
    # Everything that can be used is an element that the keyboard reaches by itself.
    assert (
        page.evaluate(
            "document.querySelectorAll('[tabindex]:not([tabindex=\"0\"]):not(main)').length"
        )
        == 0
    )
    assert page.evaluate("[...document.querySelectorAll('.chart')].every((each) => each.ariaLabel)")


def test_both_schemes_have_their_own_colours(browser: Chromium, file: Path) -> None:
    seen = []
    for is_dark in (False, True):
        with browser.page(is_dark=is_dark) as page:
            page.open(file)
            seen.append(page.evaluate("getComputedStyle(document.documentElement).backgroundColor"))
    assert seen[0] != seen[1]


def test_few_cases_are_explained(page: Page) -> None:
    assert FEW_CASES in texts(page, "footer")[0]
