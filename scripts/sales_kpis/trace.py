"""One record's way through the layers: raw rows, staged, as of a day, valued, and what counts it.

It is a walk down one id. Each step is a table that holds the record under a key; what is shown of
it is what the step has added or changed.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import duckdb
from rich.table import Table
from rich.text import Text

from sales_kpis.contracts import LANDED_FILE, instance_of
from sales_kpis.errors import WrongUse
from sales_kpis.formats import format_measure, plural
from sales_kpis.marts import query, quoted, text_literal
from sales_kpis.plain_text import without_controls
from sales_kpis.values import Kpi
from sales_kpis.why import facts_query

_SHOWN_ROWS = 3
_NOT_OURS = "not the id of a staged deal, lead, account or rep"


@dataclass(frozen=True)
class _Way:
    """Where the records of an entity are, step by step; the first table is that of a system.

    `fact` is the mart that has those that count. `steps` are table and key column; a table of
    identities leads from the key of a record to that of what it is.
    """

    entity: str
    staged: str
    key: str
    fact: str
    steps: tuple[tuple[str, str], ...]


_WAYS = (
    _Way(
        "deal",
        "deals",
        "deal_id",
        "core.fct_deals",
        (
            ("intermediate.int_deals__delivered", "deal_id"),
            ("intermediate.int_deals__survivors", "deal_id"),
            ("intermediate.int_deals__as_of_date", "deal_id"),
            ("intermediate.int_deals__valued", "deal_id"),
            ("intermediate.int_deals__described", "deal_id"),
            ("core.fct_deals", "deal_id"),
            ("core.fct_deal_line_items", "deal_id"),
            ("core.fct_deal_stage_visits", "deal_id"),
            ("core.fct_commissions", "deal_id"),
        ),
    ),
    _Way(
        "lead",
        "leads",
        "lead_id",
        "core.fct_leads",
        (
            ("intermediate.int_leads__identities", "lead_record_id"),
            ("intermediate.int_leads__merged", "lead_id"),
            ("intermediate.int_leads__described", "lead_id"),
            ("intermediate.int_leads__resolved", "lead_id"),
            ("core.fct_leads", "lead_id"),
        ),
    ),
    _Way(
        "account",
        "accounts",
        "account_record_id",
        "core.dim_accounts",
        (
            ("intermediate.int_accounts__identities", "account_record_id"),
            ("intermediate.int_accounts__resolved", "account_id"),
            ("core.dim_accounts", "account_id"),
            ("core.fct_customer_changes", "account_id"),
        ),
    ),
    _Way(
        "rep",
        "reps",
        "rep_id",
        "core.dim_reps",
        (
            ("intermediate.int_reps__resolved", "rep_id"),
            ("core.dim_reps", "rep_id"),
            ("core.dim_rep_assignments", "rep_id"),
        ),
    ),
)


@dataclass(frozen=True)
class Step:
    """The rows that one table holds of the record.

    `rows` counts all; `shown` has, of the first rows, the columns that the step has added or
    changed. `row_numbers` are the first rows' places in a landed file, from 1, its header apart; a
    table that a connector wrote has no order to number.
    """

    table: str
    rows: int
    shown: tuple[Mapping[str, Any], ...] = ()
    row_numbers: tuple[int, ...] = ()


@dataclass(frozen=True)
class Counted:
    """The record's part in the total of a KPI.

    A state has the record in so many periods of `grain`, and no sums.
    """

    kpi: str
    grain: str | None
    first: date
    last: date
    facts: int
    numerator: Decimal | None
    denominator: Decimal | None


@dataclass(frozen=True)
class Trace:
    """The way of one record; `reasons` say why it does not count where it might."""

    entity: str
    key: str
    raw: tuple[Step, ...]
    steps: tuple[Step, ...] = ()
    counted: tuple[Counted, ...] = ()
    not_counted: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The trace as plain values."""
        return {
            "entity": self.entity,
            "key": self.key,
            "raw": [vars(step) for step in self.raw],
            "steps": [vars(step) for step in self.steps],
            "counted_in": [vars(counted) for counted in self.counted],
            "not_counted_in": list(self.not_counted),
            "reasons": list(self.reasons),
        }


def trace(
    connection: duckdb.DuckDBPyConnection,
    record_id: str,
    catalog: Sequence[Kpi],
    queries: Mapping[str, str],
    facts_of: Mapping[str, Sequence[str]],
    *,
    personal: Collection[str],
    instances: Mapping[str, Mapping[str, str]],
) -> list[Trace]:
    """The way of every record that has this id.

    Args:
        connection: the build, with all its layers.
        record_id: the id in the source system, or the whole key, `salesforce:006…`.
        catalog: the KPIs.
        queries: the SQL of each KPI's table.
        facts_of: the fact tables of each KPI.
        personal: columns whose values are not shown, because they tell who somebody is.
        instances: the schema of each instance of each system (the setting `system_instances`).

    Raises:
        WrongUse: no raw row of a deal, lead, account or rep has the id.
    """
    tables = _tables(connection)
    native_id = _native_id(record_id, instances)
    raw = tuple(_raw_rows(connection, tables, native_id, instances))
    found = []
    for way, table, key in _staged(connection, tables, record_id):
        steps, keys = _walk(connection, tables, way, table, key, personal)
        counted = tuple(_counted(connection, catalog, queries, keys))
        names = {one.kpi for one in counted}
        others = [
            kpi.kpi
            for kpi in catalog
            if way.fact in facts_of.get(kpi.kpi, ()) and kpi.kpi not in names
        ]
        reasons = tuple(_reasons(way, steps))
        own_raw = tuple(step for step in raw if _may_be_of(step, key, instances))
        found.append(Trace(way.entity, key, own_raw, steps, counted, tuple(others), reasons))
    if found:
        return found
    rejected = _rejections(connection, native_id)
    if not raw and not rejected:
        raise WrongUse(
            f"No raw row has the id {without_controls(record_id)}.",
            "Give the id of a deal, lead, account or rep as its system writes it.",
        )
    return [Trace("record", record_id, raw, reasons=tuple(rejected) or (_NOT_OURS,))]


def render_trace(found: Trace) -> Table:
    """The trace as two columns for a terminal: which part of the way, and what there is."""
    table = Table.grid(padding=(0, 2))
    table.title = without_controls(f"{found.entity.capitalize()} {found.key}")
    table.title_justify = "left"
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    built: list[str] = []
    for step in found.steps:
        built.append(f"{step.table}: {plural(step.rows, 'row')}")
        for row in step.shown:
            told = ", ".join(f"{column} {_shown(value)}" for column, value in row.items())
            built.append(f"· {told or 'nothing new'}")
        if step.rows > len(step.shown):
            built.append(f"· {step.rows - len(step.shown)} more")
    parts = {
        "raw": [f"{step.table}: {_of_columns(step)}" for step in found.raw],
        "built": built,
        "counts in": [_told(counted) for counted in found.counted],
        "not in": [", ".join(found.not_counted)] if found.not_counted else [],
        "because": found.reasons,
    }
    for name, lines in parts.items():
        for number, line in enumerate(lines):
            table.add_row("" if number else name, Text(without_controls(line)))
    return table


def _of_columns(step: Step) -> str:
    told = ", ".join(
        f"{plural(count, 'row')} by {column}" for row in step.shown for column, count in row.items()
    )
    if not step.row_numbers:
        return told
    numbers = ", ".join(f"{number:,}" for number in step.row_numbers)
    more = ", …" if step.rows > len(step.row_numbers) else ""
    return f"{told}; row {numbers}{more} of its file"


def _told(counted: Counted) -> str:
    days = f"{counted.first}" + (f" to {counted.last}" if counted.last > counted.first else "")
    if counted.grain:
        return f"{counted.kpi}: {plural(counted.facts, counted.grain)}, {days}"
    parts = format_measure(counted.numerator)
    if counted.denominator is not None:
        parts += f" of {format_measure(counted.denominator)}"
    return f"{counted.kpi}: {parts}, {days}"


def _shown(value: Any) -> str:
    return f"{value.normalize():,f}" if isinstance(value, Decimal) else str(value)


def _tables(connection: duckdb.DuckDBPyConnection) -> dict[str, list[str]]:
    """The columns of each table and view, by schema.table."""
    found: dict[str, list[str]] = {}
    for row in query(
        connection,
        """
        select table_schema || '.' || table_name as name, column_name
        from information_schema.columns
        where table_catalog = current_database()
        order by table_schema, table_name, ordinal_position
        """,
    ):
        found.setdefault(row["name"], []).append(row["column_name"])
    return found


def _sql_name(table: str) -> str:
    schema, _, name = table.partition(".")
    return f"{quoted(schema)}.{quoted(name)}"


def _native_id(record_id: str, instances: Mapping[str, Mapping[str, str]]) -> str:
    """The id as its system writes it, without system and instance."""
    native_id = record_id.rpartition(":")[2]
    instance, _, rest = native_id.partition(".")
    is_instance = any(instance in schemas for schemas in instances.values())
    return rest if rest and is_instance else native_id


def _may_be_of(step: Step, key: str, instances: Mapping[str, Mapping[str, str]]) -> bool:
    """Whether a raw table is not another instance's, in which the id is another record's."""
    own = instance_of(key, instances)
    schema = step.table.partition(".")[0]
    return own is None or all(
        schema != of_instance
        for instance, of_instance in instances[own.system].items()
        if instance != own.instance
    )


def _raw_rows(
    connection: duckdb.DuckDBPyConnection,
    tables: Mapping[str, Sequence[str]],
    native_id: str,
    instances: Mapping[str, Mapping[str, str]],
) -> list[Step]:
    """The raw tables that have the id in a column, with these columns."""
    landed = {
        f"{row['schema_name']}.{row['table_name']}"
        for row in query(
            connection,
            "select schema_name, table_name from duckdb_tables()"
            f" where database_name = current_database() and comment = {text_literal(LANDED_FILE)}",
        )
    }
    schemas = {schema for each in instances.values() for schema in each.values()}
    found = []
    for table, columns in tables.items():
        schema = table.partition(".")[0]
        if not (schema.startswith("raw_") or schema in schemas or table in landed):
            continue
        texts = [f"cast({quoted(column)} as varchar)" for column in columns]
        here = [f"count(case when {text} = $id then 1 end)" for text in texts]
        is_here = f"$id in ({', '.join(texts)})"
        number = f"list(rowid + 1 order by rowid) filter ({is_here})" if table in landed else "null"
        [(*counts, rows, numbers)] = connection.execute(
            f"""
            select {", ".join(here)}, count(*) filter ({is_here}), {number}[:{_SHOWN_ROWS}]
            from {_sql_name(table)}
            """,
            {"id": native_id},
        ).fetchall()
        held = {column: count for column, count in zip(columns, counts, strict=True) if count}
        if held:
            found.append(Step(table, rows, (held,), tuple(numbers or ())))
    return found


def _staged(
    connection: duckdb.DuckDBPyConnection, tables: Mapping[str, Sequence[str]], record_id: str
) -> list[tuple[_Way, str, str]]:
    """The staging tables that hold the id as their own, with the whole key."""
    ends = [f":{record_id}", f".{record_id}"]
    return [
        (way, table, row["key"])
        for way in _WAYS
        for table in tables
        if re.fullmatch(rf"staging\.stg_[a-z0-9_]+?__{way.staged}", table)
        for row in query(
            connection,
            f"""
            select distinct {way.key} as key from {_sql_name(table)}
            where {way.key} = $id or ends_with({way.key}, $colon) or ends_with({way.key}, $dot)
            """,
            {"id": record_id, "colon": ends[0], "dot": ends[1]},
        )
    ]


def _walk(
    connection: duckdb.DuckDBPyConnection,
    tables: Mapping[str, Sequence[str]],
    way: _Way,
    table: str,
    key: str,
    personal: Collection[str],
) -> tuple[tuple[Step, ...], set[str]]:
    """The rows that each step has of the record, and the keys under which KPIs may count it."""
    keys = {way.key: key, **({"lead_record_id": key} if way.entity == "lead" else {})}
    known: dict[str, Any] = {}
    lines: set[str] = set()
    steps = []
    for name, column in ((table, way.key), *way.steps):
        if name not in tables or column not in keys:
            continue
        rows = query(
            connection,
            f"select * from {_sql_name(name)} where {column} = $key",
            {"key": keys[column]},
        )
        shown = [
            {
                column: value
                for column, value in row.items()
                if column not in personal and value is not None and known.get(column) != value
            }
            for row in rows[:_SHOWN_ROWS]
        ]
        steps.append(Step(name, len(rows), tuple(shown)))
        lines |= {row["line_item_id"] for row in rows if "line_item_id" in row}
        if len(rows) == 1:
            known |= rows[0]
        if rows and name.endswith("__identities"):
            keys |= {k: rows[0][k] for k in ("account_id", "lead_id") if k in rows[0]}
    return tuple(steps), {*keys.values(), *lines}


def _counted(
    connection: duckdb.DuckDBPyConnection,
    catalog: Sequence[Kpi],
    queries: Mapping[str, str],
    keys: set[str],
) -> list[Counted]:
    """The KPIs of whose total the record is a fact; a stage of a deal is `<deal>|<stage>`."""
    found = []
    for kpi in catalog:
        facts = facts_query(connection, kpi, queries.get(kpi.kpi, ""))
        grain = kpi.grains[0] if facts.has_periods else None
        day = "period_start_date" if grain else "kpi_date"
        [row] = query(
            connection,
            f"""{facts.sql}
            select
                {text_literal(grain) if grain else "null"} as grain,
                min({day}) as first,
                max({day}) as last,
                count(distinct {day}) as facts,
                {"null" if grain else "sum(numerator)"} as numerator,
                {"null" if grain else "sum(denominator)"} as denominator
            from kpi_facts
            where
                split_part(fact_id, '|', 1) in (select unnest($keys))
                and dimension = 'total'
                {f"and period_grain = {text_literal(grain)}" if grain else ""}
            """,
            {"keys": sorted(keys)},
        )
        if row["first"] is not None:
            found.append(Counted(kpi.kpi, **row))
    return found


def _reasons(way: _Way, steps: Sequence[Step]) -> list[str]:
    """Why a record does not count where it might, in the order in which it is decided."""
    told: dict[str, Any] = {}
    for step in steps:
        if step.rows == 1:
            told |= step.shown[0]
    reasons = []
    if told.get("is_deleted"):
        reasons.append("it is deleted in the source")
    survivor = told.get("surviving_deal_id") or told.get("survivor_record_id")
    survivor = survivor or told.get("merged_into_lead_id")
    if survivor and survivor != told.get(way.key):
        reasons.append(f"it was merged into {survivor}, which counts instead")
    if way.entity != "deal":
        return reasons
    if told.get("is_stage_known") is False:
        reasons.append("its stage is in no stages table, so it is open")
    if told.get("is_closed") and told.get("close_date") is None:
        reasons.append("it is closed and has no close date that can be read")
    counts = {step.table: step.rows for step in steps}
    if not counts.get(way.fact):
        return reasons or [f"it was created after as_of_date: {told.get('created_at')}"]
    if told.get("amount_in_currency") is None:
        reasons.append("it has no amount")
    if told.get("created_at") is None:
        reasons.append("it has no created date")
    state = "won" if told.get("is_won") else "lost" if told.get("is_closed") else "open"
    others = " or ".join(each for each in ("won", "lost", "open") if each != state)
    reasons.append(f"it is {state} on as_of_date: KPIs of {others} deals do not have it")
    return reasons


def _rejections(connection: duckdb.DuckDBPyConnection, native_id: str) -> list[str]:
    """The faults for which a row with this id was rejected."""
    return [
        f"{row['system']}.{row['source_table']}: {row['column_name']}: {row['rule']}"
        + ("; the row is rejected" if row["is_row_rejected"] else "")
        for row in query(
            connection,
            """
            select * from monitoring.rejected_rows
            where list_contains(string_split(row_key, '|'), $id)
            order by all
            """,
            {"id": native_id},
        )
    ]
