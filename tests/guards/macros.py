"""Macros: which of them may call which, and how long one is.

macros/contract/ has four rooms, and calls go to the left only:
find (names: contract, mapping, tables, columns) ← read (values and their written forms)
     ← rows (the SQL of a table's rows) ← books (issues, counts, findings)
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from guards.findings import Finding
from guards.project import Project

ROOMS = ("find", "read", "rows", "books")
LONGEST = 60  # Lines of a macro; more than that does two things.

_CONTRACT = "macros/contract/"
_MACRO = re.compile(r"\{%-?\s*macro\s+(\w+)\(.*?\{%-?\s*endmacro\s*-?%\}", re.DOTALL)
_CALL = re.compile(r"(?:\bsales_kpis\.|(?<![\w.]))(\w+)\(|\bdispatch\(\s*['\"](\w+)['\"]")

_BARE_CALL = re.compile(r"(?<![\w.'\"])(?<!macro )(?<!test )(?<!materialization )(\w+)\(")


@dataclass(frozen=True)
class Macro:
    """One macro of the project.

    Attributes:
        file: path of its file from the project's root.
        line: of its first line in that file.
        count_lines: from `macro` to `endmacro`.
        calls: name of each macro that it calls, and the line of the first call.
    """

    name: str
    file: str
    line: int
    count_lines: int
    calls: Mapping[str, int]

    @property
    def room(self) -> str:
        """The folder below macros/contract/ that it stands in; empty for none."""
        inside = self.file.removeprefix(_CONTRACT)
        return inside.partition("/")[0] if "/" in inside and inside != self.file else ""


def rooms_of_contract(project: Project) -> Iterator[Finding]:
    """A macro of macros/contract/ calls its own room and those to its left, by any way."""
    macros = macros_of(project.root)
    for macro in macros.values():
        if not macro.file.startswith(_CONTRACT):
            continue
        if macro.room not in ROOMS:
            yield Finding(
                macro.file, macro.line, "rooms", f"macro {macro.name} stands in no room",
                f"put its file into {', '.join(_CONTRACT + room + '/' for room in ROOMS)}"
                " or another folder of macros/", macro.name,
            )  # fmt: skip
            continue
        for called, line, way in _reached(macro, macros):
            if called.room in ROOMS and ROOMS.index(called.room) > ROOMS.index(macro.room):
                over = f" by way of {', '.join(way)}" if way else ""
                yield Finding(
                    macro.file, line, "rooms",
                    f"{macro.name} ({macro.room}) calls {called.name} ({called.room}){over}",
                    f"calls go to the left only ({' ← '.join(ROOMS)}): hand the value in, or move"
                    " one of the two", macro.name,
                )  # fmt: skip


def lengths_of_macros(project: Project) -> Iterator[Finding]:
    """A macro fits on a screen."""
    for macro in macros_of(project.root).values():
        if macro.count_lines > LONGEST:
            yield Finding(
                macro.file, macro.line, "macro-length",
                f"macro {macro.name} has {macro.count_lines} lines, more than {LONGEST}",
                "make a macro of each thing that it does", macro.name,
            )  # fmt: skip


def qualified_calls(project: Project) -> Iterator[Finding]:
    """A macro calls another by `sales_kpis.`, the one name that other projects know it by."""
    known = macros_of(project.root)
    for path in sorted((project.root / "macros").rglob("*.sql")):
        text = path.read_text(encoding="utf-8")
        bare = re.sub(r"\{#.*?#\}", lambda m: re.sub(r"[^\n]", " ", m[0]), text, flags=re.DOTALL)
        for jinja in re.finditer(r"\{\{.*?\}\}|\{%.*?%\}", bare, re.DOTALL):
            for call in _BARE_CALL.finditer(jinja[0]):
                if call[1] in known:
                    line = bare.count("\n", 0, jinja.start() + call.start()) + 1
                    yield Finding(
                        path.relative_to(project.root).as_posix(), line, "qualified-calls",
                        f"{call[1]} is called by its bare name", f"write sales_kpis.{call[1]}(",
                        call[1],
                    )  # fmt: skip


def macros_of(root: Path) -> dict[str, Macro]:
    """The macros of a project by name; what stands in comments is no call."""
    found = {}
    for path in sorted((root / "macros").rglob("*.sql")):
        text = path.read_text(encoding="utf-8")
        bare = re.sub(r"\{#.*?#\}", lambda m: "\n" * m.group().count("\n"), text, flags=re.DOTALL)
        for macro in _MACRO.finditer(bare):
            line = bare.count("\n", 0, macro.start()) + 1
            calls: dict[str, int] = {}
            for call in _CALL.finditer(macro.group()):
                at = line + macro.group().count("\n", 0, call.start())
                calls.setdefault(call.group(1) or call.group(2), at)
            file = path.relative_to(root).as_posix()
            count_lines = macro.group().count("\n") + 1
            found[macro.group(1)] = Macro(macro.group(1), file, line, count_lines, calls)
    return found


def _reached(
    macro: Macro, macros: Mapping[str, Macro]
) -> Iterator[tuple[Macro, int, tuple[str, ...]]]:
    """The macros of rooms that one calls itself or through macros outside of the rooms.

    Each with the line of the call and the macros in between.
    """
    waiting: list[tuple[str, int, tuple[str, ...]]]
    waiting = [(name, line, ()) for name, line in macro.calls.items()]
    seen: set[str] = set()
    while waiting:
        name, line, way = waiting.pop(0)
        for called in _called(name, macros):
            if called.name in seen:
                continue
            seen.add(called.name)
            if called.room:
                yield called, line, way
            else:
                waiting += [(each, line, (*way, called.name)) for each in called.calls]


def _called(name: str, macros: Mapping[str, Macro]) -> list[Macro]:
    """The macro of a name, and what stands in for it on each engine."""
    return [macro for own, macro in macros.items() if own == name or own.partition("__")[2] == name]
