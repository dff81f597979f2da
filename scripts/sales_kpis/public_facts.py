"""The facts of a run for its manifest: no secret, and no place on the machine that ran it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sales_kpis.settings import PATHS

# Settings of which a manifest says something else, or nothing.
_SECRET = ("pseudonym_salt",)


def public_settings(values: Mapping[str, Any], root: Path) -> dict[str, Any]:
    """The settings without secrets; a folder inside the project is told from there.

    Args:
        values: the settings of a run.
        root: the project's folder.
    """
    kept = {name: value for name, value in values.items() if name not in _SECRET}
    for name in PATHS:
        if kept.get(name):
            path = Path(str(kept[name]))
            kept[name] = str(path.relative_to(root)) if path.is_relative_to(root) else path.name
    return {name: without_places(value, [root]) for name, value in kept.items()}


def without_places(content: Any, places: Sequence[Path]) -> Any:
    """Texts, also inside of lists and mappings, with the paths below these folders made relative.

    Args:
        content: what JSON can hold.
        places: folders of this machine.
    """
    if isinstance(content, Mapping):
        return {name: without_places(value, places) for name, value in content.items()}
    if isinstance(content, list | tuple):
        return [without_places(value, places) for value in content]
    if not isinstance(content, str):
        return content
    for place in sorted({str(place) for place in places if place != Path("/")}, key=len)[::-1]:
        content = content.replace(f"{place}/", "").replace(place, Path(place).name)
    return content
