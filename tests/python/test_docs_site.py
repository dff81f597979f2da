"""The pages as a folder of static files: every link of it leads somewhere."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pytest

from builds import PROJECT
from docs_site import anchor_of, write_site


class _Links(HTMLParser):
    """The links and anchors of a page."""

    def __init__(self, page: Path) -> None:
        super().__init__()
        self.to: set[str] = set()
        self.anchors: set[str] = set()
        self.feed(page.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in ("href", "src") and value:
                self.to.add(value)
            if name == "id" and value:
                self.anchors.add(value)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    dbt_page = folder / "static_index.html"
    dbt_page.write_text("<!doctype html><title>dbt</title>", encoding="utf-8")
    assert write_site(PROJECT, folder / "site", dbt_page) > 20
    return folder / "site"


def test_every_link_leads_to_a_file_of_the_site_and_to_a_heading_that_is_there(site: Path) -> None:
    pages = {page: _Links(page) for page in site.rglob("*.html")}
    broken = []
    for page, links in pages.items():
        for link in links.to:
            name, _, anchor = unquote(link).partition("#")
            if "://" in link or link.startswith("mailto:"):
                continue
            target = (page.parent / name).resolve() if name else page
            if not target.is_file() or not target.is_relative_to(site):
                broken.append(f"{page.relative_to(site)}: {link}")
            elif anchor and anchor not in pages[target].anchors:
                broken.append(f"{page.relative_to(site)}: {link} has no such heading")
    assert broken == []


def test_each_page_lists_all_pages_and_the_lineage_of_dbt(site: Path) -> None:
    links = _Links(site / "docs" / "kpis.html")
    assert {
        "../index.html",
        "kpi_catalog.html",
        "../dbt/index.html",
        "../SECURITY.html",
    } <= links.to
    text = (site / "docs" / "kpis.html").read_text(encoding="utf-8")
    assert 'href="kpis.html" aria-current=page' in text


def test_tables_and_code_are_rendered_and_text_is_no_markup(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text(
        "# One & two\n\n| a | b |\n|---|---|\n| `<b>` | 2 |\n\n<script>alert(1)</script>\n"
    )
    write_site(tmp_path, tmp_path / "site")
    text = (tmp_path / "site" / "index.html").read_text(encoding="utf-8")
    assert "<td><code>&lt;b&gt;</code></td>" in text
    assert '<h1 id="one--two">One &amp; two</h1>' in text
    assert "<title>One &amp; two</title>" in text
    assert "&lt;script&gt;" in text


@pytest.mark.parametrize(
    ("heading", "anchor"),
    [
        ("Check a number by hand", "check-a-number-by-hand"),
        ("`kpis run`: what's in it? ", "kpis-run-whats-in-it"),
        ("own_kpis – half-open", "own_kpis--half-open"),
    ],
)
def test_a_heading_has_an_anchor(heading: str, anchor: str) -> None:
    assert anchor_of(heading) == anchor
