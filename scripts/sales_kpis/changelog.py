"""Reading CHANGELOG.md: one section a version, the newest first, one list item a change."""

from __future__ import annotations

import re
from collections.abc import Iterator

from packaging.version import InvalidVersion, Version


def sections(text: str) -> Iterator[tuple[Version, str]]:
    """The version and the words of each section, as they stand; what has no version is left out."""
    for section in re.split(r"^## ", text, flags=re.MULTILINE)[1:]:
        heading, _, body = section.partition("\n")
        version = version_of(heading.partition(" ")[0])
        if version is not None:
            yield version, body.strip()


def changes_since(text: str, before: str, now: str) -> list[str]:
    """The items of the versions after `before` and up to `now`, each on one line."""
    first, last = version_of(before), version_of(now)
    if first is None or last is None:
        return []
    return [
        " ".join(item.split())
        for version, body in sections(text)
        if first < version <= last
        for item in re.split(r"^\* ", body, flags=re.MULTILINE)[1:]
    ]


def version_of(text: str) -> Version | None:
    """A version to compare; None where the text is none."""
    try:
        return Version(text)
    except InvalidVersion:
        return None
