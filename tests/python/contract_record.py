"""The record of what connectors deliver: `tests/fixtures/contracts/<system>.txt`.

It says in one line each what the contract YAML must read: a table with its names, a column with its
type and spellings. The tests of test_contract_lines.py make raw tables from the record, never from
the YAML, so that a line lost or loosened there is found. A change that is meant is made in both;
`python tests/python/contract_record.py` writes the record anew, whose diff is then to be read:
each line of it is a spelling, a type or a key that the project reads from now on, or no longer.

    table deal required: key deal_id; also called opportunity; beside deals_archived
        deal_id text required id = id hs_object_id
        owner_id text expected id in:owner = hubspot_owner_id
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

PROJECT = Path(__file__).resolve().parents[2]
RECORDS = PROJECT / "tests" / "fixtures" / "contracts"
SYSTEMS = ("google_analytics", "hubspot", "mailchimp", "salesforce", "tabular")


@dataclass(frozen=True)
class Column:
    """A declared column: `flags` are required, expected, pii, id, in:…, map:…, epoch:… ."""

    name: str
    type: str
    flags: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    inside: tuple[str, ...] = ()

    @property
    def spellings(self) -> tuple[str, ...]:
        """In the order in which they are looked for."""
        names = (*self.aliases, self.name)
        return names if "aliases_first" in self.flags else (self.name, *self.aliases)

    def value_of(self, flag: str) -> str | None:
        """The text behind `flag:`."""
        return next((f.partition(":")[2] for f in self.flags if f.startswith(f"{flag}:")), None)


@dataclass(frozen=True)
class UnpackedList:
    """A list in a column of another table, of which each item is a row."""

    table: str
    column: str
    # By column: the parent's column, or the field paths of an item (none: the item itself).
    parent: dict[str, str]
    fields: dict[str, tuple[str, ...]]
    # The column that says how often the list has the item.
    times: str | None = None


@dataclass(frozen=True)
class Table:
    """A declared table."""

    name: str
    key: tuple[str, ...]
    flags: tuple[str, ...]
    aliases: tuple[str, ...]
    beside: tuple[str, ...]
    # Where it differs from the system's.
    newest_by: tuple[str, ...]
    lists: tuple[UnpackedList, ...] = ()
    columns: tuple[Column, ...] = ()

    def column(self, name: str) -> Column:
        """The column of that name."""
        return next(column for column in self.columns if column.name == name)


@dataclass
class System:
    """A system's record: what holds for all its tables, and they."""

    name: str
    settings: dict[str, str]
    newest_by: tuple[str, ...]
    unread: tuple[str, ...]
    tables: dict[str, Table] = field(default_factory=dict)


def record_of(system: str) -> str:
    """The committed record as text."""
    return (RECORDS / f"{system}.txt").read_text(encoding="utf-8")


def written_contract(system: str) -> str:
    """The contract YAML in the words of the record."""
    path = PROJECT / "models" / "staging" / system / f"_{system}__sources.yml"
    (source,) = yaml.safe_load(path.read_text(encoding="utf-8"))["sources"]
    meta = source["config"]["meta"]
    known = {"newest_by", "unread_tables"}
    assert source["name"] == system
    lines = [
        f"system {system}",
        f"schema: {source['schema']}",
        *(f"{name}: {meta[name]}" for name in sorted(meta) if name not in known),
        f"newest by: {' > '.join(meta['newest_by'])}",
        *_wrapped("unread:", meta.get("unread_tables", [])),
    ]
    for table in source["tables"]:
        lines += ["", *_written_table(table)]
    return "\n".join(lines) + "\n"


def written_seeds() -> str:
    """The columns and types of all seeds, as `seeds.txt` has them."""
    lines = []
    for path in sorted((PROJECT / "models").rglob("_*__seeds.yml")):
        for seed in yaml.safe_load(path.read_text(encoding="utf-8"))["seeds"]:
            types = seed["config"]["column_types"]
            lines += [f"seed {seed['name']}", *(f"    {name} {types[name]}" for name in types), ""]
    return "\n".join(lines)


def read_seeds(text: str) -> dict[str, dict[str, str]]:
    """By seed the type of each column."""
    seeds = {}
    for block in text.strip().split("\n\n"):
        head, *columns = block.split("\n")
        seeds[head.removeprefix("seed ")] = {
            name: data_type for name, data_type in (c.strip().split(" ", 1) for c in columns)
        }
    return seeds


def _wrapped(head: str, words: list[str]) -> list[str]:
    lines = [head] if words else []
    for word in words:
        if len(lines[-1]) + len(word) > 98:
            lines.append("   ")
        lines[-1] += f" {word}"
    return lines


def _written_table(table: dict[str, Any]) -> list[str]:
    meta = dict(table["config"]["meta"])
    key = meta.pop("primary_key")
    parts = [f"key {' + '.join(key)}"]
    required = meta.pop("required", False)
    partner = meta.pop("required_with", None)
    for words, name in (("also called ", "aliases"), ("beside ", "also_in")):
        if name in meta:
            parts.append(words + " ".join(meta.pop(name)))
    if "newest_by" in meta:
        parts.append("newest by " + " > ".join(meta.pop("newest_by")))
    unpacked = meta.pop("unpacked_from", [])
    flags = " required" * required + (f" with:{partner}" if partner else "")
    # Whatever else the contract says of a table.
    flags += "".join(f" {name}:{str(meta[name]).replace(' ', '')}" for name in sorted(meta))
    lines = [f"table {table['name']}{flags}: {'; '.join(parts)}"]
    for each in unpacked:
        items = [f"{name}=^{column}" for name, column in each["parent"].items()]
        items += [f"{each['item']}=item"] if "item" in each else []
        items += [f"{each['times']}=times"] if "times" in each else []
        for name, paths in each.get("fields", {}).items():
            items.append(f"{name}={paths if isinstance(paths, str) else '|'.join(paths)}")
        lines.append(f"    < {each['table']}.{each['column']}: {' '.join(items)}")
    return lines + [_written_column(column, key) for column in table["columns"]]


def _written_column(column: dict[str, Any], key: list[str]) -> str:
    name = column["name"]
    meta = dict(column.get("config", {}).get("meta", {}))
    looks_like_id = name == "id" or name.endswith("_id") or "references" in meta or key == [name]
    if meta.pop("native_id", looks_like_id):
        meta["id"] = True
    aliases, inside = meta.pop("aliases", []), meta.pop("inside", [])
    for short, long in (("in", "references"), ("map", "mapped_by")):
        if long in meta:
            meta[short] = meta.pop(long)
    order = {flag: place for place, flag in enumerate(("required", "expected", "pii", "id"))}
    words = [
        flag if value is True else f"{flag}:{value}"
        for flag, value in sorted(meta.items(), key=lambda item: (order.get(item[0], 9), item[0]))
        if value is not False
    ]
    line = " ".join(["   ", name, column["data_type"], *words])
    line += f" = {' '.join(aliases)}" if aliases else ""
    return line + (f" @ {' '.join(inside)}" if inside else "")


def read_record(text: str) -> System:
    """The record of a system."""
    head, *blocks = text.strip().split("\n\n")
    title, *said = re.sub(r"\n {4}", " ", head).split("\n")
    lines = dict(line.split(": ", 1) for line in said)
    system = System(
        name=title.removeprefix("system "),
        newest_by=tuple(lines.pop("newest by").split(" > ")),
        unread=tuple(lines.pop("unread", "").split()),
        settings=lines,
    )
    for block in blocks:
        table = _read_table(block.split("\n"), system.newest_by)
        system.tables[table.name] = table
    return system


def _read_table(lines: list[str], newest_by: tuple[str, ...]) -> Table:
    (head, rest), below = lines[0].split(": ", 1), lines[1:]
    said = {"also called": "", "beside": "", "newest by": ""}
    key, *parts = rest.split("; ")
    for part in parts:
        words = next(words for words in said if part.startswith(words))
        said[words] = part.removeprefix(words).strip()
    return Table(
        name=head.split()[1],
        key=tuple(key.removeprefix("key ").split(" + ")),
        flags=tuple(head.split()[2:]),
        aliases=tuple(said["also called"].split()),
        beside=tuple(said["beside"].split()),
        newest_by=tuple(said["newest by"].split(" > ")) if said["newest by"] else newest_by,
        lists=tuple(_read_list(line) for line in below if line.startswith("    <")),
        columns=tuple(_read_column(line) for line in below if not line.startswith("    <")),
    )


def _read_list(line: str) -> UnpackedList:
    place, items = line.removeprefix("    < ").split(": ")
    table, column = place.split(".")
    pairs = dict(item.split("=") for item in items.split())
    return UnpackedList(
        table=table,
        column=column,
        parent={name: of[1:] for name, of in pairs.items() if of.startswith("^")},
        fields={
            name: () if of == "item" else tuple(of.split("|"))
            for name, of in pairs.items()
            if not of.startswith("^") and of != "times"
        },
        times=next((name for name, of in pairs.items() if of == "times"), None),
    )


def _read_column(line: str) -> Column:
    line, _, inside = line.partition(" @ ")
    line, _, aliases = line.partition(" = ")
    name, data_type, *flags = line.split()
    return Column(name, data_type, tuple(flags), tuple(aliases.split()), tuple(inside.split()))


if __name__ == "__main__":
    RECORDS.mkdir(exist_ok=True)
    for each in SYSTEMS:
        (RECORDS / f"{each}.txt").write_text(written_contract(each), encoding="utf-8")
    (RECORDS / "seeds.txt").write_text(written_seeds(), encoding="utf-8")
