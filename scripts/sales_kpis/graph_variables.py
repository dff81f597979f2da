"""Which variables decide what dbt finds when it reads the project, and which only what it builds.

dbt throws its kept parse away as soon as any variable differs, so a run for the next day would read
the whole project anew. But most variables, the day first of all, only change the SQL of a model,
which is compiled with the variables of the command, whatever the parse was made with. `dbt parse`
is therefore given only the variables that can decide which nodes there are, how they are configured
and what they depend on. dbt itself notices every change of those and of every file.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

# Folders that dbt reads; what is installed as a package counts too.
_FOLDERS = ("models", "tests", "macros", "snapshots", "seeds", "analyses", "vendor", "dbt_packages")
_VARIABLE = re.compile(r"\bvar\(\s*['\"](\w+)['\"]")
_DECIDING_JINJA = re.compile(r"\{%.*?%\}|\{\{(?:(?!\}\}).)*?\bconfig\(.*?\}\}", re.DOTALL)
_NAMES_A_NODE = re.compile(r"\b(?:ref|source|config)\(")


def graph_variables(
    root: Path, defaults: Iterable[str], variables: Mapping[str, Any]
) -> dict[str, Any]:
    """The variables that `dbt parse` must know.

    These are `systems`, every variable that the project does not declare, and every one that is
    read where it could decide something: in YAML, in a config or a statement of a model or test, or
    in a file of macros that names nodes.

    Args:
        root: the dbt project.
        defaults: names of the variables that dbt_project.yml declares.
        variables: all variables of the run.
    """
    declared = set(defaults)
    deciding = {"systems", *_read_where_it_decides(root)}
    return {
        name: value for name, value in variables.items() if name in deciding or name not in declared
    }


def _read_where_it_decides(root: Path) -> Iterator[str]:
    yield from _VARIABLE.findall(_text(root / "dbt_project.yml"))
    for path in _files(root):
        text = _text(path)
        if "var(" not in text:
            continue
        folder = path.relative_to(root).parts[0]
        if path.suffix != ".sql" or folder == "dbt_packages":
            yield from _VARIABLE.findall(text)
        elif folder == "macros":
            if _NAMES_A_NODE.search(text):
                yield from _VARIABLE.findall(text)
        else:
            for jinja in _DECIDING_JINJA.findall(text):
                yield from _VARIABLE.findall(jinja)


def _files(root: Path) -> Iterator[Path]:
    for folder in _FOLDERS:
        for path in (root / folder).rglob("*"):
            if path.suffix in (".sql", ".yml", ".yaml", ".md") and path.is_file():
                yield path


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace")
