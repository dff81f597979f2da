"""Every line of a contract does what it says: each name, type, key, list and order is tried.

Raw tables are made from the record of what connectors deliver (contract_record.py), each spelling
of a column in a schema of its own, and read with the macros of the staging models. The expected
values follow from the record, so that a line that the YAML lacks, or says otherwise, is missed.
"""

from __future__ import annotations

import difflib
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from builds import golden_demo, run_dbt
from contract_record import (
    SYSTEMS,
    Column,
    System,
    Table,
    read_record,
    read_seeds,
    record_of,
    written_contract,
    written_seeds,
)

RECORDS = {name: read_record(record_of(name)) for name in SYSTEMS}
BAD = {
    "int": "7.5",
    "decimal": "seven",
    "rate": "seven",
    "bool": "maybe",
    "date": "soon",
    "timestamp": "soon",
    "json": "{x",
}
EPOCH = datetime(1970, 1, 1)
Row = dict[str, Any]


@dataclass
class Variant:
    """A raw table in one spelling, and the rows that it must give."""

    system: System
    table: Table
    instance: str
    raw_name: str
    # By raw column its SQL type and, by row, its value as SQL; rows are numbered from 0.
    raw_rows: list[dict[str, str]] = field(default_factory=list)
    raw_types: dict[str, str] = field(default_factory=dict)
    expected: list[Row] = field(default_factory=list)
    # Other raw tables of the same schema.
    beside: dict[str, list[dict[str, str]]] = field(default_factory=dict)

    @property
    def schema(self) -> str:
        """Where the raw table is."""
        return f"raw_{self.system.name}_{self.instance}"

    @property
    def place(self) -> str:
        """Its name in a message."""
        return f"{self.system.name}.{self.table.name} in {self.instance}, {self.raw_name}"


def plain(name: str) -> str:
    return re.sub("[_ -]", "", name.lower())


def literal(value: str | None) -> str:
    return "null" if value is None else "'" + value.replace("'", "''") + "'"


# --- values -----------------------------------------------------------------------------------
def good_value(table: Table, column: Column, row: int) -> tuple[str, Any]:
    """A value as it is delivered, and as it must be read: another for each column and row."""
    place = [each.name for each in table.columns].index(column.name)
    moment = datetime(2025, 1, 2, 10) + timedelta(days=place, minutes=row)
    day = date(2020, 1, 1) + timedelta(days=40 * place + row)
    match column.type:
        case "text":
            return f"{column.name}-{row}", f"{column.name}-{row}"
        case "int":
            return str(100 * place + row), 100 * place + row
        case "decimal":
            return f"{100 * place + row}.25", Decimal(100 * place + row) + Decimal("0.25")
        case "rate":
            return f"{100 * place + row}.0000333333", Decimal(f"{100 * place + row}.0000333333")
        case "bool":
            return "true", True
        case "date":
            return day.isoformat(), day
        case "timestamp":
            return moment.isoformat() + "Z", moment
        case "json":
            return f'["{column.name}-{row}"]', f'["{column.name}-{row}"]'
    raise AssertionError(column)


def read_columns(table: Table) -> list[Column]:
    """The columns that a row has when it is read."""
    return [column for column in table.columns if column.type != "nested"]


def good_row(table: Table, row: int) -> tuple[dict[str, str | None], Row]:
    """A row as it is delivered, by contract column, and as it must be read."""
    delivered: dict[str, str | None] = {}
    expected: Row = {}
    for column in read_columns(table):
        delivered[column.name], expected[column.name] = good_value(table, column, row)
    if table.beside:
        del delivered["_raw_table"]
    return delivered, expected


# --- the canonical spelling: types, required values, keys, versions ----------------------------
def rows_of_every_kind(system: System, table: Table) -> Iterator[tuple[dict[str, str | None], Row]]:
    """Rows in the contract's own spelling; an empty second part: the row must not be there."""
    columns = read_columns(table)
    yield good_row(table, 0)
    delivered, expected = good_row(table, 1)
    for column in columns:
        if column.type in BAD and "required" not in column.flags and column.name not in table.key:
            delivered[column.name], expected[column.name] = BAD[column.type], None
    yield delivered, expected
    number = 2
    for column in columns:
        if "required" in column.flags:
            for bad in ("", BAD.get(column.type)):
                if bad is not None:
                    yield {**good_row(table, number)[0], column.name: bad}, {}
                    number += 1
    # A row for each part of the key that is its own only by that part.
    for name in table.key:
        delivered, expected = good_row(table, number)
        yield delivered, expected
        own = good_value(table, table.column(name), number + 1)
        yield {**delivered, name: own[0]}, {**expected, name: own[1]}
        yield delivered, {}
        number += 2
    yield from versions(table, number)
    yield from moments(system, table, number + 100)


def versions(table: Table, number: int) -> Iterator[tuple[dict[str, str | None], Row]]:
    """Two versions of a row: the newer by each column of `newest by`, older by all after it."""
    names = {column.name for column in table.columns}
    order = [name for name in table.newest_by if name.removeprefix("not ") in names]
    for place in range(len(order)):
        for _ in range(4):
            newer, newer_read = good_row(table, number)
            older, _ = good_row(table, number)
            for later, ordering in enumerate(order[place:]):
                name = ordering.removeprefix("not ")
                low, high = version_values(table, name)
                if ordering.startswith("not "):
                    low, high = high, low
                one, other = (high, low) if later == 0 else (low, high)
                newer[name], newer_read[name] = one
                older[name] = other[0]
            yield older, {}
            yield newer, newer_read
            number += 1


def version_values(table: Table, name: str) -> list[tuple[str, Any]]:
    """A lower and a higher value of a column."""
    column = table.column(name)
    if column.type == "bool":
        return [("false", False), ("true", True)]
    return [good_value(table, column, 1), good_value(table, column, 9)]


def moments(
    system: System, table: Table, number: int
) -> Iterator[tuple[dict[str, str | None], Row]]:
    """Moments off a clock without a zone, as numbers, and days in a column of moments."""
    columns = [column for column in table.columns if column.type == "timestamp"]
    for form in ("clock", "epoch"):
        delivered, expected = good_row(table, number)
        for column in columns:
            moment: datetime | None = expected[column.name]
            assert moment is not None
            if form == "clock":
                delivered[column.name] = f"{moment:%Y-%m-%d %H:%M:%S}"
                # In Amsterdam, before summer time begins.
                hours = 1 if system.settings["time_zone"] == "reporting" else 0
                moment -= timedelta(hours=hours)
            else:
                unit = column.value_of("epoch") or system.settings.get("epoch")
                since = (moment - EPOCH) // timedelta(milliseconds=1)
                digits = "000" if unit == "microseconds" else ""
                delivered[column.name] = f"{since}{digits}"
                moment = moment if unit else None
            expected[column.name] = moment
        is_whole = all(
            expected[column.name] is not None for column in columns if "required" in column.flags
        )
        yield delivered, expected if is_whole else {}
        number += 1


def canonical(system: System, table: Table) -> Variant:
    variant = Variant(system, table, "own", raw_table(table.name))
    for delivered, expected in rows_of_every_kind(system, table):
        variant.raw_rows.append({name: literal(value) for name, value in delivered.items()})
        if expected:
            variant.expected.append(expected)
    return variant


# --- other spellings ---------------------------------------------------------------------------
def raw_table(name: str) -> str:
    return name.replace("*", "20250916")


def packed_spellings(table: Table) -> list[dict[str, str]]:
    """As few choices of a spelling for each column as try all, none hidden by another's."""
    given = good_row(table, 0)[0]
    columns = {name: list(table.column(name).spellings) for name in given}
    wanted = [
        (name, place)
        for name, all_ in columns.items()
        for place in (*range(1, len(all_)), *((0,) if all_[0] != name else ()))
    ]
    choices: list[dict[str, int]] = []
    for name, place in wanted:
        for choice in choices:
            tried = {**choice, name: place}
            if choice[name] == 0 and not hides(columns, tried):
                choice[name] = place
                break
        else:
            choice = {each: 0 for each in columns} | {name: place}
            # Two columns that share a name are both there under it.
            for other in hides(columns, choice):
                choice[other] = -1
            choices.append(choice)
    return [
        {name: columns[name][place] for name, place in choice.items() if place >= 0}
        for choice in choices
    ]


def hides(columns: dict[str, list[str]], choice: dict[str, int]) -> list[str]:
    """Columns whose spelling another one's raw name hides, because it is tried first."""
    raw = {name: plain(columns[name][place]) for name, place in choice.items() if place >= 0}
    return [
        name
        for name in raw
        if any(
            plain(spelling) in {r for other, r in raw.items() if other != name}
            for spelling in columns[name][: choice[name] + 1]
        )
    ]


def spelled_variants(system: System, table: Table) -> Iterator[Variant]:
    choices = packed_spellings(table)
    names = [raw_table(name) for name in (*table.aliases, table.name)]
    for number in range(max(len(choices), len(table.aliases))):
        variant = Variant(system, table, f"s{number}", names[min(number, len(names) - 1)])
        delivered, expected = good_row(table, 0)
        spelled = choices[number] if number < len(choices) else {name: name for name in delivered}
        cells: dict[str, str] = {}
        for name, raw in spelled.items():
            head, _, tail = raw.partition(".")
            cells[head] = literal(json.dumps({tail: delivered[name]}) if tail else delivered[name])
        variant.raw_rows.append(cells)
        variant.expected.append({n: v if n in spelled else None for n, v in expected.items()})
        yield variant


def prefixed_variants(system: System, table: Table) -> Iterator[Variant]:
    """HubSpot's fields with the prefixes of its connectors, and as one object."""
    holder = system.settings.get("properties_column")
    if not holder or table.name not in ("deal", "contact"):
        return
    delivered, expected = good_row(table, 0)
    plainly = {name: literal(v) for name, v in delivered.items() if name in never_fields(system)}
    fields = {name: value for name, value in delivered.items() if name not in plainly}
    for instance, prefix in (("p1", "property_"), ("p2", "properties_")):
        variant = Variant(system, table, instance, f"{table.name}s", expected=[expected])
        variant.raw_rows.append(plainly | {prefix + n: literal(v) for n, v in fields.items()})
        yield variant
    variant = Variant(system, table, "object", table.name, expected=[expected])
    variant.raw_rows.append(plainly | {holder: literal(json.dumps(fields))})
    yield variant


def never_fields(system: System) -> list[str]:
    """Names under which only the connector's own columns count."""
    return re.findall(r"\w+", system.settings.get("never_fields", ""))


HUBSPOTS_NAMES = ("hs_", "hubspot_", "createdate")


def own_field_variants(system: System, table: Table) -> Iterator[Variant]:
    """A portal's own fields with the names of the connector's columns, prefixed or not."""
    (key, *others), own = table.key, "own"
    renamed = {c.name: c.spellings[0] for c in table.columns if "aliases_first" in c.flags}
    if others or "hs_object_id" not in table.column(key).aliases:
        return
    delivered, expected = good_row(table, 0)
    never = {name: literal(v) for name, v in delivered.items() if name in never_fields(system)}
    fields = {name: value for name, value in delivered.items() if name not in never}
    unsaid = expected | dict.fromkeys(never)
    for instance, prefix in (("ownp1", "property_"), ("ownp2", "properties_")):
        variant = Variant(system, table, instance, f"{table.name}s", expected=[unsaid])
        cells = {renamed.get(n, n if n == key else prefix + n): v for n, v in fields.items()}
        portals = {prefix + name: own for name in (key, *renamed)}
        # Where HubSpot named the field, another column of a near name is no better.
        portals |= {
            column.aliases[0]: own
            for column in table.columns
            if column.name.startswith(HUBSPOTS_NAMES) and column.aliases
        }
        # The portal's own come first in the table: no order of columns decides.
        row = {name: literal(value) for name, value in (portals | cells).items()}
        variant.raw_rows.append(row | {prefix + name: value for name, value in never.items()})
        yield variant
    variant = Variant(system, table, "ownobject", table.name, expected=[unsaid])
    objects = {renamed.get(name, name): value for name, value in delivered.items()}
    objects |= dict.fromkeys((key, "id", *renamed), own) | {"hs_object_id": delivered[key]}
    variant.raw_rows.append({system.settings["properties_column"]: literal(json.dumps(objects))})
    yield variant
    if renamed:
        # Plain names of fields, and the connector's own `id`.
        variant = Variant(system, table, own, f"{table.name}s", expected=[expected])
        cells = {name: own for name in renamed}
        cells |= {renamed.get(n, n): v for n, v in delivered.items()}
        variant.raw_rows.append({name: literal(value) for name, value in cells.items()})
        yield variant


def nested_variants(system: System, table: Table) -> Iterator[Variant]:
    """Columns inside records and lists of pairs, as BigQuery and APIs have them."""
    inside = [column for column in table.columns if column.inside]
    if not inside:
        return
    delivered, expected = good_row(table, 0)
    holders = {re.split(r"[.\[]", path)[0] for column in inside for path in column.inside}
    variant = Variant(system, table, "nested", table.name, expected=[expected])
    cells = {
        name: literal(value)
        for name, value in delivered.items()
        if not table.column(name).inside and name not in holders
    }
    pairs: dict[str, list[str]] = defaultdict(list)
    trees: dict[str, dict[str, Any]] = defaultdict(dict)
    for column in inside:
        (path,) = column.inside
        value = delivered[column.name]
        if found := re.fullmatch(r"(\w+)\[(\w+)\]", path):
            cell = f"{{'string_value': {literal(value)}, 'int_value': null::bigint,"
            cell += " 'float_value': null::double, 'double_value': null::double}"
            pairs[found[1]].append(f"{{'key': '{found[2]}', 'value': {cell}}}")
        else:
            *above, last = path.split(".")
            tree = trees[above[0]]
            for name in above[1:]:
                tree = tree.setdefault(name, {})
            tree[last] = value
    cells |= {name: f"[{', '.join(each)}]" for name, each in pairs.items()}
    cells |= {name: struct(tree) for name, tree in trees.items()}
    variant.raw_rows.append(cells)
    for name in holders & set(expected):
        expected.pop(name)
    yield variant


def struct(tree: dict[str, Any]) -> str:
    parts = (f"'{n}': {struct(v) if isinstance(v, dict) else literal(v)}" for n, v in tree.items())
    return "{" + ", ".join(parts) + "}"


def archived_variants(system: System, table: Table) -> Iterator[Variant]:
    """The table and those beside it, each with a row."""
    if not table.beside:
        return
    variant = Variant(system, table, "beside", table.name)
    for number, name in enumerate((table.name, *table.beside)):
        delivered, expected = good_row(table, number)
        expected["_raw_table"] = name
        cells = {column: literal(value) for column, value in delivered.items()}
        if number:
            variant.beside[name] = [cells]
        else:
            variant.raw_rows.append(cells)
        variant.expected.append(expected)
    yield variant


def unpacked_variants(system: System, table: Table) -> Iterator[Variant]:
    """A table that is not there, and the lists of another that hold its rows."""
    for number, each in enumerate(table.lists):
        parent = system.tables[each.table]
        variant = Variant(system, table, f"list{number}", "")
        delivered, parent_row = good_row(parent, 0)
        items: list[Any] = []
        length = max(2, *(len(paths) for paths in each.fields.values()))
        for row in range(length):
            item: dict[str, Any] = {}
            expected: Row = {column.name: None for column in read_columns(table)}
            for name, of in each.parent.items():
                expected[name] = parent_row[of]
            for name, paths in each.fields.items():
                text, expected[name] = good_value(table, table.column(name), row)
                if not paths:
                    items.append(text)
                    continue
                *above, last = paths[min(row, len(paths) - 1)].split(".")
                holder = item
                for step in above:
                    holder = holder.setdefault(step, {})
                holder[last] = text
            items += [item] if item else []
            variant.expected.append(expected)
        if each.times:
            # The first item stands in the list twice.
            items.append(items[0])
            for row, expected in enumerate(variant.expected):
                expected[each.times] = 1 if row else 2
        delivered[each.column] = json.dumps(items)
        variant.beside[parent.name] = [{n: literal(v) for n, v in delivered.items()}]
        yield variant


def all_variants(system: System) -> list[Variant]:
    makers = (
        spelled_variants,
        prefixed_variants,
        own_field_variants,
        nested_variants,
        archived_variants,
        unpacked_variants,
    )
    variants = []
    for table in system.tables.values():
        variants.append(canonical(system, table))
        for maker in makers:
            variants += maker(system, table)
    # A schema has one table of a name, and a table's list is looked for where the table is not.
    taken: dict[str, set[str]] = defaultdict(set)
    for variant in variants:
        names = {plain(name) for name in (variant.raw_name, *variant.beside) if name}
        spelled = (variant.table.name, f"{variant.table.name}s", *variant.table.aliases)
        names |= {plain(name) for name in spelled}
        while taken[variant.instance] & names:
            variant.instance += "x"
        taken[variant.instance] |= names
    return variants


# --- reading ------------------------------------------------------------------------------------
def write(variants: Iterable[Variant], database: Path) -> None:
    with duckdb.connect(str(database)) as connection:
        for variant in variants:
            connection.execute(f"create schema if not exists {variant.schema}")
            tables = {variant.raw_name: variant.raw_rows, **variant.beside}
            for name, rows in tables.items():
                if rows:
                    columns = list(rows[0])
                    selects = (
                        ", ".join(f'{row.get(c, "null")} as "{c}"' for c in columns) for row in rows
                    )
                    query = " union all ".join(f"select {cells}" for cells in selects)
                    connection.execute(f'create table {variant.schema}."{name}" as {query}')


def queries_of(variants: list[Variant], folder: Path) -> list[str]:
    """The SQL of the staging models for each variant, compiled in one command of dbt."""
    instances: dict[str, dict[str, str]] = defaultdict(dict)
    for variant in variants:
        instances[variant.system.name][variant.instance] = variant.schema
    asked = [[v.system.name, v.table.name, v.instance] for v in variants]
    inline = (
        "{% for system, table, instance in " + json.dumps(asked) + " if execute %}"
        "{% set contract = sales_kpis.contract_of(system, table, instance) %}"
        "{% set delivery = sales_kpis.delivery_of(contract) if contract else {'errors': ['no']} %}"
        "<query>"
        "{% if delivery.errors %}{{ delivery.errors | join(' ') }}"
        "{% else %}{{ sales_kpis.newest_rows_sql(contract, delivery) }}{% endif %}"
        "</query>{% endfor %}"
    )
    compiled = run_dbt(
        ["compile", "--quiet", "--inline", inline],
        folder,
        variables={
            "raw_path": "",
            "source_mapping": {},
            "system_instances": instances,
            "reporting_time_zone": "Europe/Amsterdam",
        },
    )
    assert compiled.exit_code == 0, compiled.output
    return re.findall(r"<query>(.*?)</query>", compiled.output, re.DOTALL)


def expected_rows(variant: Variant) -> list[Row]:
    """The rows as they must be read: ids carry the instance, and stacked rows their table."""
    rows = []
    for row in variant.expected:
        read = dict(row)
        if variant.table.beside and variant.instance != "beside":
            read["_raw_table"] = variant.raw_name
        for column in read_columns(variant.table):
            value = read.get(column.name)
            if column.type == "text" and "id" in column.flags and value is not None:
                read[column.name] = f"{variant.instance}.{value}"
        rows.append(read)
    return rows


def differences(variant: Variant, query: str, connection: duckdb.DuckDBPyConnection) -> list[str]:
    """The differences from expectation in the rows of a variant, in words."""
    try:
        relation = connection.execute(query)
    except duckdb.Error:
        return [f"{variant.place}: {query.strip()[:300]}"]
    names = [each[0] for each in relation.description or []]
    found = [dict(zip(names, row, strict=True)) for row in relation.fetchall()]
    expected = expected_rows(variant)
    lacking = [column.name for column in read_columns(variant.table) if column.name not in names]
    if lacking:
        return [f"{variant.place}: no column {', '.join(lacking)}"]

    def key(row: Row) -> str:
        return repr([row[name] for name in variant.table.key])

    def typed(row: Row, like: Row) -> list[Any]:
        return [(type(row[name]).__name__, row[name]) for name in sorted(like)]

    told = []
    by_key = {key(row): row for row in found}
    for row in expected:
        other = by_key.pop(key(row), None)
        if other is None:
            told.append(f"{variant.place}: lacks the row {key(row)}")
        elif typed(row, row) != typed(other, row):
            told += [
                f"{variant.place}: {name} is {other[name]!r} where {row[name]!r} is right"
                for name in row
                if (type(other[name]), other[name]) != (type(row[name]), row[name])
            ]
    told += [f"{variant.place}: the row {each} should not be there" for each in by_key]
    if len(found) != len({key(row) for row in found}):
        told.append(f"{variant.place}: a key twice")
    return told


IS_IT_MEANT = "if the change is meant: python tests/python/contract_record.py, and read its diff"


def unlike(record: str, written: str) -> list[str]:
    """The lines that differ."""
    names = ("the record: tests/fixtures/contracts", "the YAML: models/")
    compared = difflib.unified_diff(
        record.splitlines(), written.splitlines(), *names, lineterm="", n=0
    )
    return list(compared)


# --- tests --------------------------------------------------------------------------------------
@pytest.mark.parametrize("system", SYSTEMS)
def test_the_contract_says_nothing_that_the_record_does_not(system: str) -> None:
    assert unlike(record_of(system), written_contract(system)) == [], IS_IT_MEANT


@pytest.mark.slow
def test_every_line_of_the_record_is_read_as_it_says(tmp_path: Path) -> None:
    variants = [variant for system in RECORDS.values() for variant in all_variants(system)]
    write(variants, tmp_path / "build.duckdb")
    queries = queries_of(variants, tmp_path)
    assert len(queries) == len(variants)
    with duckdb.connect(str(tmp_path / "build.duckdb")) as connection:
        told = [
            line
            for variant, query in zip(variants, queries, strict=True)
            for line in differences(variant, query, connection)
        ]
    assert not told, "\n".join(told[:200])


def test_every_spelling_of_the_record_is_tried() -> None:
    untried = []
    for system in RECORDS.values():
        for table in system.tables.values():
            tried = {
                (name, raw) for spelled in packed_spellings(table) for name, raw in spelled.items()
            }
            untried += [
                f"{system.name}.{table.name}.{column.name} = {alias}"
                for column in read_columns(table)
                for alias in column.aliases
                if (column.name, alias) not in tried
            ]
    assert untried == []


def test_the_seeds_have_the_types_of_the_record() -> None:
    assert unlike(record_of("seeds"), written_seeds()) == [], IS_IT_MEANT


def test_a_built_seed_has_the_types_of_the_record() -> None:
    duckdbs = {"string": "VARCHAR", "int": "INTEGER"}
    built: dict[str, dict[str, str]] = defaultdict(dict)
    for seed, column, data_type in golden_demo().rows(
        "select table_name, column_name, data_type from information_schema.columns"
        " where table_schema in ('planning', 'mapping') order by table_name, ordinal_position"
    ):
        built[seed][column] = data_type
    assert built == {
        seed: {
            column: duckdbs.get(data_type, data_type.upper().replace(", ", ","))
            for column, data_type in columns.items()
        }
        for seed, columns in read_seeds(record_of("seeds")).items()
    }
