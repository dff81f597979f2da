"""The section of CHANGELOG.md that a tag is for, on standard output: `make release`."""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path

from sales_kpis.changelog import sections

PROJECT = Path(__file__).resolve().parents[1]


def release_notes(project: Path, tag: str) -> str:
    """The words of the changelog on the version of a tag.

    Args:
        project: the folder of pyproject.toml and CHANGELOG.md.
        tag: `v` and the version, such as v0.1.0.

    Raises:
        ValueError: the tag is not that of the project's version, or the changelog says nothing of
            it.
    """
    version = tomllib.loads((project / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    if tag != f"v{version}":
        raise ValueError(f"The tag is {tag!r}, and pyproject.toml has the version {version}.")
    words = dict(sections((project / "CHANGELOG.md").read_text("utf-8")))
    for stated, body in words.items():
        if str(stated) == version and body:
            return body
    raise ValueError(f"CHANGELOG.md says nothing of {version}: give it a section ## {version}.")


if __name__ == "__main__":
    try:
        print(release_notes(PROJECT, sys.argv[1] if len(sys.argv) > 1 else ""))
    except ValueError as error:
        sys.exit(str(error))
