"""Pages: a link leads to a file of the project, and to a heading that is there."""

import re
from collections.abc import Iterator
from pathlib import Path

from docs_site import anchor_of
from guards.findings import Finding
from guards.project import Project
from guards.sql_text import line_at
from guards.tracked_files import tracked_files

_RULE = "links"
_LINK = re.compile(r"\]\((?P<to>[^)\s]+)\)")
_CODE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^#+ +(?P<words>.*)$", re.MULTILINE)


def page_links(project: Project) -> Iterator[Finding]:
    """No page links to a file or heading that is not there."""
    for file in tracked_files(project.root):
        path = project.root / file
        if path.suffix != ".md" or not path.is_file():
            continue
        content = path.read_text(encoding="utf-8")
        for link in _LINK.finditer(_without_code(content)):
            problem = _fault(path, link["to"])
            if problem:
                line = line_at(content, link.start())
                advice = "correct the link, or give the page what it names"
                yield Finding(file, line, _RULE, problem, advice, file)


def _fault(page: Path, to: str) -> str:
    """The fault of a link; empty for none, and for one that leads out of the project."""
    if re.match(r"\w+:", to):
        return ""
    name, _, anchor = to.partition("#")
    target = page.parent / name if name else page
    if not target.exists():
        return f"the link {to} leads to no file"
    if not anchor:
        return ""
    headings = _HEADING.finditer(_without_code(target.read_text(encoding="utf-8")))
    is_there = anchor in {anchor_of(heading["words"]) for heading in headings}
    return "" if is_there else f"the link {to} leads to no heading of {target.name}"


def _without_code(content: str) -> str:
    """The page with blank lines for its blocks of code."""
    return _CODE.sub(lambda code: re.sub(r"[^\n]", " ", code[0]), content)
