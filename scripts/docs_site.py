"""The project's pages and dbt's documentation as one folder of static files: `make docs`.

A page `docs/kpis.md` becomes `docs/kpis.html` with a list of all pages beside it; links between
pages lead to pages, those to other files of the project to copies of them. `dbt/` has what `dbt
docs generate --static` wrote: lineage from raw table to KPI, columns, tests, exposures, owners.
"""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Mapping, Sequence
from html import escape
from itertools import pairwise
from os.path import relpath
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

PAGES = (
    *("README.md", "docs/*.md", "proof/README.md"),
    *("CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md"),
)
DBT_PAGE = "static_index.html"
_STYLE = """
body { margin: 0; font: 16px/1.5 system-ui, sans-serif; color: #1a1f2b; background: #fff; }
nav { position: fixed; inset: 0 auto 0 0; width: 15rem; overflow: auto; padding: 1rem;
  box-sizing: border-box; background: #f3f5f9; font-size: 14px; }
nav a { display: block; padding: 3px 0; }
nav a[aria-current] { font-weight: 600; }
main { margin-left: 15rem; padding: 1rem 2rem; max-width: 62rem; }
a { color: #1c5bbf; text-decoration: none; }
a:hover { text-decoration: underline; }
pre { overflow: auto; padding: .8rem; background: #f3f5f9; }
code { font: 14px ui-monospace, monospace; }
table { border-collapse: collapse; display: block; overflow: auto; }
th, td { border: 1px solid #d5dae4; padding: 4px 8px; text-align: left; vertical-align: top; }
img { max-width: 100%; }
@media (max-width: 50rem) {
  nav { position: static; width: auto; } main { margin: 0; padding: 1rem; }
}
@media (prefers-color-scheme: dark) {
  body { color: #e6e9f0; background: #14181f; } nav, pre { background: #1d232d; }
  a { color: #7fb2ff; }
  th, td { border-color: #3a4352; }
}
"""


def write_site(project: Path, site: Path, dbt_page: Path | None = None) -> int:
    """Write the folder anew; the number of its pages.

    Args:
        project: the project's folder.
        site: the folder to write; what it held is gone.
        dbt_page: dbt's static documentation; None for none.
    """
    shutil.rmtree(site, ignore_errors=True)
    pages = [file for pattern in PAGES for file in sorted(project.glob(pattern))]
    places = {file: site / _place(file.relative_to(project)) for file in pages}
    if dbt_page is not None:
        (site / "dbt").mkdir(parents=True)
        shutil.copyfile(dbt_page, site / "dbt" / "index.html")
    for file in pages:
        tokens = _parser().parse(file.read_text(encoding="utf-8"))
        _give_anchors(tokens)
        _lead_links(tokens, file, places, project, site)
        places[file].parent.mkdir(parents=True, exist_ok=True)
        html = _parser().renderer.render(tokens, _parser().options, {})
        places[file].write_text(
            _page(html, file, places, site / "dbt" / "index.html" if dbt_page else None),
            encoding="utf-8",
        )
    return len(pages)


def _place(file: Path) -> Path:
    return file.with_name("index.html") if file.stem == "README" else file.with_suffix(".html")


def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False}).enable("table")


def anchor_of(heading: str) -> str:
    """The anchor that a heading gets: lower case, hyphens for blanks, no punctuation."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def _give_anchors(tokens: Sequence[Token]) -> None:
    """Each heading gets the anchor by which pages link to it."""
    for heading, words in pairwise(tokens):
        if heading.type == "heading_open":
            heading.attrSet("id", anchor_of(words.content))


def _lead_links(
    tokens: Sequence[Token], file: Path, places: Mapping[Path, Path], project: Path, site: Path
) -> None:
    for token in tokens:
        for name in ("href", "src"):
            to = token.attrGet(name)
            if isinstance(to, str) and not re.match(r"\w+:|#", to):
                led = _led(to, file, places, project, site)
                # A folder is no page: its words stay.
                token.attrs = {**token.attrs, name: led} if led else {}
        _lead_links(token.children or (), file, places, project, site)


def _led(to: str, file: Path, places: Mapping[Path, Path], project: Path, site: Path) -> str:
    """The link in the site, empty for a folder; a file that is no page is copied there."""
    name, _, anchor = to.partition("#")
    target = (file.parent / name).resolve()
    if target.is_dir() and target / "README.md" in places:
        target /= "README.md"
    if target.is_dir():
        return ""
    place = places.get(target, site / target.relative_to(project))
    if target not in places and target.is_file() and not place.exists():
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(target, place)
    return relpath(place, places[file].parent) + (f"#{anchor}" if anchor else "")


def _page(html: str, file: Path, places: Mapping[Path, Path], dbt_page: Path | None) -> str:
    links = [(_title(page), place, page == file) for page, place in places.items()]
    if dbt_page is not None:
        links.append(("Lineage, columns and tests (dbt)", dbt_page, False))
    folder = places[file].parent
    listed = "\n".join(
        f'<a href="{escape(relpath(place, folder))}"{" aria-current=page" if is_here else ""}>'
        f"{escape(title)}</a>"
        for title, place, is_here in links
    )
    return (
        '<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(_title(file))}</title>\n<style>{_STYLE}</style>\n"
        f'<nav aria-label="Pages">\n{listed}\n</nav>\n<main>\n{html}</main>\n</html>\n'
    )


def _title(page: Path) -> str:
    """The first heading of a page."""
    found = re.search(r"^# (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return found[1].replace("`", "") if found else page.stem


if __name__ == "__main__":
    root = Path(__file__).resolve().parents[1]
    folder = root / "build" / "site"
    count = write_site(root, folder, root / "build" / "dbt_docs" / DBT_PAGE)
    sys.stdout.write(f"build/site has {count} pages: open build/site/index.html, or serve it.\n")
