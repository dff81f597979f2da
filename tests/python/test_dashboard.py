"""The dashboard without a browser: its data is that of the marts, the rest of it never differs."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import duckdb
import pytest

from builds import golden_demo
from kpis_project import SLICED, write_marts
from sales_kpis import dashboard
from sales_kpis.dashboard import page_around, render_dashboard, unpacked
from sales_kpis.dashboard_data import COHORTS, FEW, RUNNING, SLICES, dashboard_data

ROOT = Path(__file__).resolve().parents[2]
# With 25 of 30 slices; the others are too small.
MANY_SLICES = f"""
    insert into monitoring.kpi_values by name
    select totals.* replace (
        'territory' as dimension, 'T' || slice as dimension_value, 'Name of T' || slice as
        dimension_label, numerator * slice as numerator, value * slice as value
    )
    from (from monitoring.kpi_values) as totals, range(1, {SLICES + 6}) as slices (slice)
"""


def data_of(database: Path, **arguments: Any) -> dict[str, Any]:
    """The data of the page of some marts."""
    with duckdb.connect(str(database), read_only=True) as connection:
        return dashboard_data(connection, "2025-09-17", "EUR", **arguments)


def rows_of(table: dict[str, list[Any]]) -> list[dict[str, Any]]:
    return [dict(zip(table, row, strict=True)) for row in zip(*table.values(), strict=True)]


def values_of(data: dict[str, Any]) -> dict[tuple[str, str, str, str, str], tuple[Any, ...]]:
    """By KPI, grain, dimension, slice and first day: value, numerator, denominator and marks."""
    found = {}
    for series in rows_of(data["series"]):
        marks = data["marks"][series["mark"]]
        starts = data["periods"][series["grain"]]["start"][series["first"] :]

        def numbers(name: str, series: Any = series, count: int = len(marks)) -> list[Any]:
            place = series[name]
            return [None] * count if place < 0 else data["pool"][place]

        parts = zip(numbers("v"), numbers("n"), numbers("d"), marks, starts, strict=False)
        for value, numerator, denominator, mark, start in parts:
            if series["v"] < 0:
                value = (
                    numerator
                    if denominator is None or numerator is None
                    else numerator / denominator
                    if denominator
                    else None
                )
            key = tuple(series[name] for name in ("kpi", "grain", "dimension", "slice"))
            found[(*key, start)] = (value, numerator, denominator, int(mark))
    return found


def test_each_number_of_the_page_is_that_of_the_marts() -> None:
    built = golden_demo()
    found = values_of(data_of(built.database))
    rows = built.rows(
        f"""
        select
            kpi, period_grain, dimension, dimension_value, cast(period_start_date as varchar),
            value, cast(numerator as double), cast(denominator as double),
            {RUNNING} * cast(not is_period_complete as int) + {FEW} * cast(is_small_sample as int)
        from monitoring.kpi_values
        """
    )
    marts = {row[:5]: row[5:] for row in rows}
    assert {key: said for key, said in found.items() if said != marts.get(key)} == {}
    # All totals from the month on are there.
    totals = {key for key in marts if key[2] == "total" and key[1] not in ("day", "week")}
    assert totals <= found.keys()


def test_the_largest_slices_are_in_the_page_and_how_many_are_not(tmp_path: Path) -> None:
    data = data_of(write_marts(tmp_path / "marts.duckdb", statements=[MANY_SLICES]))
    held = [row for row in rows_of(data["series"]) if row["dimension"] == "territory"]
    assert [row["slice"] for row in held] == [f"T{n}" for n in range(SLICES + 5, 5, -1)]
    assert held[0]["label"] == f"Name of T{SLICES + 5}"
    assert data["left_out"] == {
        "kpi": ["total_revenue"],
        "dimension": ["territory"],
        "slices": [5],
    }


def test_a_period_without_a_row_is_a_gap_of_few_cases(tmp_path: Path) -> None:
    gone = "delete from monitoring.kpi_values where period_start_date = date '2025-08-01'"
    later = """
        insert into monitoring.kpi_values by name
        select * replace ('leads' as kpi, date '2025-08-01' as period_start_date)
        from monitoring.kpi_values where period_start_date = date '2025-07-01'
    """
    data = data_of(write_marts(tmp_path / "marts.duckdb", statements=[gone, later]))
    [series] = [row for row in rows_of(data["series"]) if row["kpi"] == "total_revenue"]
    assert data["pool"][series["n"]] == [100, None, 50]
    assert data["marks"][series["mark"]] == f"0{FEW}{RUNNING}"


def test_targets_and_reasons_of_the_marts_are_in_the_page(tmp_path: Path) -> None:
    database = write_marts(tmp_path / "marts.duckdb", statements=SLICED)
    data = data_of(database, stale_sources=["Old."], queries={"total_revenue": "select 1"})
    assert [row for row in rows_of(data["targets"]) if row["kpi"] == "total_revenue"] == [{
        "kpi": "total_revenue", "period_grain": "month", "period_start_date": "2025-08-01",
        "dimension": "total", "dimension_value": "(total)", "target_value": 250.0,
        "status": "missed",
    }]  # fmt: skip
    assert data["stale_sources"] == ["Old."]
    assert data["sql"] == {"total_revenue": "select 1"}
    assert {kpi["kpi"]: kpi["slices_of"] for kpi in data["kpis"]} == {
        "sales_by_territory": "total_revenue",
        "total_revenue": None,
    }


def test_marts_of_an_earlier_release_have_a_page_too(tmp_path: Path) -> None:
    older = write_marts(tmp_path / "marts.duckdb", statements=["drop table core.dim_periods"])
    data = data_of(older)
    assert data["kpis"][0]["board_place"] is None
    assert data["scorecard"] == data["alerts"] == data["cohorts"] == {}
    assert data["periods"]["month"]["label"] == ["2025-07", "2025-08", "2025-09"]
    assert data["periods"]["month"]["year_ago"] == [-1, -1, -1]


# Account a stays, b leaves in May, c comes back in June; d may be older than the first month.
CUSTOMERS = """
    create table core.fct_customer_months as
    select * from (values
        ('d', date '2024-01-01', true), ('d', date '2024-06-01', true),
        ('a', date '2024-02-01', true), ('a', date '2024-03-01', true),
        ('a', date '2024-06-01', true), ('a', date '2024-07-01', true),
        ('b', date '2024-02-01', true), ('b', date '2024-03-01', true),
        ('b', date '2024-05-01', false),
        ('c', date '2024-03-01', true), ('c', date '2024-04-01', false),
        ('c', date '2024-06-01', true),
        ('e', date '2024-04-01', true), ('e', date '2024-05-01', false)
    ) as rows_of_months (account_id, month_start_date, is_active_at_end)
"""


def test_cohorts_are_customers_by_the_quarter_in_which_they_came(tmp_path: Path) -> None:
    data = data_of(write_marts(tmp_path / "marts.duckdb", statements=[CUSTOMERS]))
    assert COHORTS >= 2
    assert list(zip(*data["cohorts"].values(), strict=True)) == [
        # Cohort, quarters later, of how many active: 3 at the end of March, a and c in June.
        ("2024-01-01", 0, 3, 3),
        ("2024-01-01", 1, 2, 3),
        # All have left, which is a share of 0 and no gap. July still runs.
        ("2024-04-01", 0, 0, 1),
    ]


def test_the_same_marts_give_the_same_page(tmp_path: Path) -> None:
    database = write_marts(tmp_path / "marts.duckdb")
    with duckdb.connect(str(database), read_only=True) as connection:
        pages = {render_dashboard(connection, "2025-09-17", "EUR") for _ in range(2)}
    assert len(pages) == 1


class Elements(HTMLParser):
    """The elements of a page, with what stands in scripts and styles."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.inside: list[tuple[str, str]] = []
        self._open = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        self._open = tag
        if tag in ("script", "style"):
            self.inside.append((tag, ""))

    def handle_endtag(self, tag: str) -> None:
        self._open = ""

    def handle_data(self, data: str) -> None:
        if self._open in ("script", "style"):
            self.inside[-1] = (self._open, self.inside[-1][1] + data)


def test_the_policy_of_the_page_lets_only_its_own_scripts_and_style_work() -> None:
    elements = Elements(page_around({}))
    [policy] = [
        attributes["content"]
        for tag, attributes in elements.found
        if tag == "meta" and attributes.get("http-equiv") == "Content-Security-Policy"
    ]
    rules = dict(rule.split(" ", 1) for rule in str(policy).split("; "))
    assert rules["default-src"] == "'none'"
    hashes = {
        kind: [
            f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
            for tag, text in elements.inside
            if tag == kind
        ]
        for kind in ("script", "style")
    }
    data, *scripts = hashes["script"]
    assert rules["script-src"].split() == scripts
    assert data not in scripts
    assert rules["style-src"].split() == hashes["style"]
    assert set(rules) == {"default-src", "script-src", "style-src", "base-uri", "form-action"}


def test_the_page_refers_to_nothing_outside_it() -> None:
    elements = Elements(page_around({}))
    names = {name for _, attributes in elements.found for name in attributes}
    assert not [name for name in names if name.startswith("on")]
    assert names & {"src", "srcset", "style", "action"} == set()
    links = [attributes["href"] for _, attributes in elements.found if "href" in attributes]
    assert links == ["#main"]


def test_scripts_make_no_markup_and_no_code_of_text() -> None:
    forbidden = re.compile(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|\bFunction\b|DOMParser"
        r"|createContextualFragment|setHTML|\bfetch\b|XMLHttpRequest|WebSocket|\bimport\b"
    )
    for name in dashboard.SCRIPTS:
        text = (dashboard.TEMPLATES / f"{name}.js").read_text(encoding="utf-8")
        assert forbidden.findall(text) == [], name


def test_each_script_is_in_the_page() -> None:
    files = {path.stem for path in dashboard.TEMPLATES.glob("*.js")}
    assert files == set(dashboard.SCRIPTS)


def test_the_data_comes_back_out_of_the_page() -> None:
    data = {"a": ["</script><script>alert(1)</script>", "Zoé 株式会社 💥", "\u2028", None, 1.5]}
    assert json.loads(unpacked(page_around(data))) == data
    with pytest.raises(ValueError, match="holds no data"):
        unpacked("<html></html>")


def test_what_others_wrote_is_what_they_published_and_has_its_licence() -> None:
    packages = json.loads((ROOT / "vendor" / "packages.json").read_text(encoding="utf-8"))
    scripts = {str(path.relative_to(ROOT / "vendor")) for path in (ROOT / "vendor").rglob("*.js")}
    assert set(packages) == scripts
    for name, said in packages.items():
        content = (ROOT / "vendor" / name).read_bytes()
        assert hashlib.sha256(content).hexdigest() == said["sha256"], name
        assert f'"{said["version"]}"'.encode() in content, name
        assert (ROOT / "vendor" / name).with_name("LICENSE").is_file(), name
