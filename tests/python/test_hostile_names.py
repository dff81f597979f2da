"""Text from outside is shown, never obeyed: by SQL, a terminal, a page or a file."""

from __future__ import annotations

import io
import json
import re
from dataclasses import fields, replace
from datetime import date
from decimal import Decimal
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from rich.console import RenderableType
from rich.text import Text

from sales_kpis import cli, dashboard, terminal
from sales_kpis.catalog_page import catalog_page
from sales_kpis.errors import KpisError
from sales_kpis.plain_text import escaped_in_json, shown, without_controls
from sales_kpis.scorecard import render_scorecard, scorecard_lines
from sales_kpis.show import render_catalog, render_periods, render_slices
from sales_kpis.source_findings import Oddity
from sales_kpis.sources import parse_report
from sales_kpis.sources_page import render_report
from sales_kpis.values import Kpi, KpiValue
from sales_kpis.why import Fact, render_facts

# Quotation marks, ends of statements, patterns, Jinja, markup of four kinds, and what a terminal
# obeys: colours, its title, the cursor, a link, the direction of writing.
PARTS = (
    *(
        '"',
        "'",
        "`",
        ";",
        "--",
        "/*",
        "*",
        "?",
        "[",
        "]",
        "{",
        "}",
        "{{ 1/0 }}",
        "{% raw %}",
        "${x}",
    ),
    *("$$", "\\", "%", "|", ",", "\t", "\n", "\r", "\r\n", " ", "", "a", "Zoé", "株式会社", "💥"),
    *(
        '"; drop table deal; --',
        "' or 1=1 --",
        "<script>alert(1)</script>",
        "<img src=x onerror=y>",
    ),
    *("'><svg/onload=x>", "&lt;", "[bold]", "[/]", "[/red]", ":smile:", "[link=x]y[/link]", "=1+1"),
    *(
        "[a](javascript:x)",
        "`x`",
        "\x1b[31m",
        "\x1b]0;title\x07",
        "\x1b[2J",
        "\x9b31m",
        "\x9d0;x\x9c",
    ),
    *("\x1b]8;;http://x\x1b\\y", "\x07", "\x08", "\x7f", "\u202e", "\u2066", "\u2028", "\ufeff"),
)
HOSTILE = st.lists(st.sampled_from(PARTS), min_size=1, max_size=5).map("".join)
OBEYED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
SOME = settings(
    max_examples=40,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def hostile(kind: type[Any], like: Any, draw: Any) -> Any:
    """The same with a hostile text in each field of text."""
    texts = {
        field.name: draw(HOSTILE)
        for field in fields(kind)
        if isinstance(getattr(like, field.name), str) and field.name not in ("period_grain", "unit")
    }
    return replace(like, **texts)


KPI = Kpi(
    kpi="k", family="revenue", title="t", question="q", formula="f", unit="currency", owner="o",
    direction="higher", dimensions=("rep",), grains=("month",), source="s", description="d",
    is_additive=True, not_connected="n",
)  # fmt: skip
VALUE = KpiValue(
    kpi="k", period_grain="month", period_start_date=date(2025, 8, 1),
    period_end_date=date(2025, 8, 31), is_period_complete=True, dimension="total",
    dimension_value="v", dimension_label="l", numerator=1.0, denominator=2.0, value=0.5,
    share_of_total=1.0, previous_value=0.25, change=0.25, change_ratio=1.0, year_ago_value=0.2,
    yoy_ratio=1.5, target_value=0.6, attainment_ratio=0.8, status="s", is_small_sample=True,
)  # fmt: skip


def report(draw: Any) -> RenderableType:
    table = {
        "system": draw(HOSTILE), "table": draw(HOSTILE), "found_as": draw(HOSTILE), "rows": 1,
        "newest_row": "2025-01-01",
        "columns": [
            {"name": draw(HOSTILE), "found_as": draw(HOSTILE), "is_mapped": True,
             "data_type": "int", "unreadable_values": 2, "examples": [draw(HOSTILE)]},
        ],
    }  # fmt: skip
    oddity = {name: draw(HOSTILE) for name in ("system", "table", "column", "kind", "next_step")}
    return render_report(
        replace(
            parse_report({"tables": [table]}),
            oddities=(Oddity(**oddity, values=(draw(HOSTILE),), rows=1),),
            errors=(draw(HOSTILE),),
        )
    )


def everything_shown(draw: Any) -> list[RenderableType]:
    """The output of the commands, with hostile text wherever there is text."""
    kpi: Kpi = hostile(Kpi, KPI, draw)
    value: KpiValue = hostile(KpiValue, VALUE, draw)
    currency = draw(HOSTILE)
    facts = [Fact(draw(HOSTILE), date(2025, 8, 2), draw(HOSTILE), Decimal(1), None)]
    return [
        report(draw),
        render_periods(kpi, [value], currency, 5),
        render_slices(kpi, draw(HOSTILE), [value], currency, 5),
        render_facts(kpi, [value], facts, 5),
        render_catalog([kpi]),
        render_scorecard(scorecard_lines([kpi], [replace(value, kpi=kpi.kpi)]), currency),
        *terminal.render_warnings([draw(HOSTILE)]),
        Text(draw(HOSTILE)),
        draw(HOSTILE),
    ]


@SOME
@given(data=st.data())
def test_no_escape_sequence_reaches_the_terminal(data: st.DataObject) -> None:
    stream = io.StringIO()
    console = terminal.make_console(stream)
    for part in everything_shown(data.draw):
        console.print(part, soft_wrap=isinstance(part, (Text, str)))
    assert OBEYED.findall(stream.getvalue()) == []


@SOME
@given(text=HOSTILE)
def test_an_error_is_shown_and_not_obeyed(text: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        stream = io.StringIO()
        patch.setattr("sys.stderr", stream)
        terminal.show_error(KpisError(text, text, details=[text]))
    assert OBEYED.findall(stream.getvalue()) == []
    visible = "".join(without_controls(text).split())
    assert "".join(stream.getvalue().split()).count(visible) >= (3 if visible else 0)


@SOME
@given(text=HOSTILE)
def test_json_is_the_same_text_without_what_a_terminal_obeys(text: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        stream = io.StringIO()
        patch.setattr("sys.stdout", stream)
        cli._print_json({text: [text]})
    assert OBEYED.findall(stream.getvalue()) == []
    assert json.loads(stream.getvalue()) == {text: [text]}


@SOME
@given(text=HOSTILE)
def test_a_name_in_a_sentence_is_one_line(text: str) -> None:
    assert OBEYED.findall(shown(text)) == []
    assert len(shown(text).splitlines()) <= 1


def test_a_name_in_another_encoding_can_be_printed() -> None:
    name = b"\xff.csv".decode("utf-8", "surrogateescape")
    assert shown(name) == "\\udcff.csv"
    for text in (shown(name), without_controls(name), escaped_in_json(json.dumps(name))):
        text.encode("utf-8")


class Tags(HTMLParser):
    """Collects the tags and attributes of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[tuple[str, str]] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {(tag, name) for name, _ in attrs}


def elements_of(page: str) -> Tags:
    elements = Tags()
    elements.feed(page)
    elements.close()
    return elements


@SOME
@given(data=st.data())
def test_no_text_becomes_a_tag_of_the_dashboard(data: st.DataObject) -> None:
    """The page differs in no element; tests/python/browser have what a browser makes of it."""
    text = data.draw(HOSTILE)
    known, page = dashboard.page_around({}), dashboard.page_around({text: [text, {"a": text}]})
    found = elements_of(page)
    assert (found.tags, found.attributes) == (
        elements_of(known).tags,
        elements_of(known).attributes,
    )
    assert json.loads(dashboard.unpacked(page)) == {text: [text, {"a": text}]}


@SOME
@given(data=st.data())
def test_no_value_becomes_a_cell_link_or_tag_of_the_catalog_page(data: st.DataObject) -> None:
    label = data.draw(HOSTILE)
    page = catalog_page([KPI], {"k": [replace(VALUE, dimension_label=label)]}, "EUR")
    [row] = [line for line in page.splitlines() if line.startswith("| 2025-08")]
    plain = re.sub(r"\\.", "", row)
    assert plain.count("|") == 7
    assert not re.search(r"[<\[`]", plain)
    assert OBEYED.findall(page) == []
