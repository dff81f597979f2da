"""The ledger of reported values: what each publication said of complete periods, never rewritten.

```
published/ledger/<run_id>/publication.parquet  one row: when, as of which day, which version
                         /values.parquet       the values that are new, or not those of before
```

Each publication adds a folder, with nothing but its difference to what was reported last. A value
of a complete period that is another one, or comes or goes after its period was reported, is a
restatement; the rules and their reasons stand in docs/restatements.md. `kpi_restatements` makes the
same comparison of a build that is not published yet.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from sales_kpis import files
from sales_kpis.errors import BrokenPublication, WrongUse
from sales_kpis.marts import Table, mart_tables, query, quoted, text_literal
from sales_kpis.values import Kpi, read_catalog
from sales_kpis.why import facts_query

FOLDER_NAME = "ledger"
RESTATEMENTS = Table("monitoring", "kpi_restatements")
# So many ids of each kind are kept of the facts that changed a value; their number is kept in full.
MOST_FACTS = 20
# Settings that change no value: another day or folder of raw files is no other definition.
_NO_DEFINITION = ("as_of_date", "raw_path", "seed_path", "published_access")

_PUBLICATION_COLUMNS = {
    "publication_number": "bigint",
    "run_id": "varchar",
    "version": "varchar",
    "published_at": "varchar",
    "as_of_date": "date",
    "is_compared": "boolean",
}
_KEY = {
    "kpi": "varchar",
    "basis": "varchar",
    "period_grain": "varchar",
    "period_start_date": "date",
    "dimension": "varchar",
    "dimension_value": "varchar",
}
_VALUE_COLUMNS = _KEY | {
    "period_end_date": "date",
    "is_reported": "boolean",
    "is_restatement": "boolean",
    "change_number": "bigint",
    "numerator_before": "decimal(28, 8)",
    "numerator": "decimal(28, 8)",
    "denominator_before": "decimal(28, 8)",
    "denominator": "decimal(28, 8)",
    "value_before": "double",
    "value": "double",
    "first_reported_value": "double",
    "first_reported_at": "varchar",
    "reported_at": "varchar",
    "publication_number": "bigint",
    "run_id": "varchar",
    "as_of_date": "date",
    "reason": "varchar",
    "count_facts": "bigint",
    "added_facts": "varchar",
    "removed_facts": "varchar",
    "changed_facts": "varchar",
}
# Columns of the mart, where they are called otherwise.
_NAMES_IN_MART = {
    "numerator_after": "numerator",
    "denominator_after": "denominator",
    "value_after": "value",
    "changed_at": "reported_at",
    "changed_by_run": "run_id",
}
_COMPARED_PERIOD = re.compile(
    r"kpi_filled_sums\.(previous|year_ago)_period_start_date = earlier_sums\.period_start_date"
)


@dataclass(frozen=True)
class Marts:
    """Published marts, or those about to be, with what tells how they were made.

    `definitions` has a mark of each KPI that is another one when the SQL behind it is.
    """

    database: Path
    queries: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    definitions: Mapping[str, str] = field(default_factory=dict)
    pseudonyms: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Publication:
    """One act of publishing: a new version, or an earlier one again (`is_rollback`)."""

    run_id: str
    version: str
    published_at: str
    as_of_date: str | None
    is_rollback: bool = False


def folder_of(published: Path) -> Path:
    """The folder of the ledger: beside the versions, so that it goes where they go."""
    return published / FOLDER_NAME


def last_version(ledger: Path) -> str | None:
    """The version that the last publication made current; None where there is no ledger."""
    with duckdb.connect() as connection, _readable(ledger):
        rows = connection.execute(
            f"select version from {_relation(ledger, 'publication', _PUBLICATION_COLUMNS)}"
            " order by publication_number desc limit 1"
        ).fetchall()
    return str(rows[0][0]) if rows else None


def has_run(ledger: Path, run_id: str) -> bool:
    """Whether the ledger has a publication of that run."""
    return (ledger / run_id).exists()


def compare(
    connection: duckdb.DuckDBPyConnection,
    ledger: Path,
    publication: Publication,
    now: Marts,
    before: Marts | None,
) -> None:
    """Make temporary tables of what the publication adds to the ledger; `write` keeps them.

    Args:
        connection: the marts that are published, in the current database.
        ledger: its folder, which need not be there.
        publication: the publication.
        now: the same marts.
        before: the marts that readers have seen until now; None where they are not known.

    Raises:
        BrokenPublication: the ledger cannot be read.
    """
    with _readable(ledger):
        connection.execute(
            "create or replace temp table publications as select * from"
            f" {_relation(ledger, 'publication', _PUBLICATION_COLUMNS)}"
        )
        connection.execute(
            "create or replace temp table reported as select * from"
            f" {_relation(ledger, 'values', _VALUE_COLUMNS)}"
        )
    connection.execute(
        """
        create or replace temp table publication as
        select
            coalesce(max(publication_number), 0) + 1 as publication_number,
            $run_id as run_id,
            $version as version,
            $published_at as published_at,
            $as_of_date::date as as_of_date,
            $is_rollback or coalesce(
                $as_of_date::date >= coalesce(
                    max_by(as_of_date, publication_number) filter (is_compared), $as_of_date::date
                ),
                false
            ) as is_compared
        from publications
        """,
        {
            "run_id": publication.run_id,
            "version": publication.version,
            "published_at": publication.published_at[:23].replace("T", " "),
            "as_of_date": publication.as_of_date,
            "is_rollback": publication.is_rollback and publication.as_of_date is not None,
        },
    )
    connection.execute(_comparison(now.settings))
    restated = query(
        connection, "select distinct kpi from reported_now where is_restatement order by kpi"
    )
    kpis = [row["kpi"] for row in restated]
    if kpis and not _take_facts_of_mart(connection, publication):
        _explain(connection, kpis, publication, now, before)


def restatements_of(connection: duckdb.DuckDBPyConnection) -> str | None:
    """The query of `kpi_restatements` with the publication that `compare` looked at.

    None where the marts have no such table: an earlier release made them.
    """
    if RESTATEMENTS not in mart_tables(connection):
        return None
    described = query(
        connection,
        f"select column_name, column_type from (describe select * from {RESTATEMENTS.sql})",
    )
    columns = ", ".join(
        f"cast({_NAMES_IN_MART.get(row['column_name'], row['column_name'])}"
        f" as {row['column_type']}) as {row['column_name']}"
        for row in described
    )
    return (
        f"(select {columns} from (from reported union all by name from reported_now)"
        " where is_restatement)"
    )


def write(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Write what `compare` found into a new folder."""
    files.make_folder(folder)
    for table, name, order in (
        ("publication", "publication", "all"),
        ("reported_now", "values", ", ".join(_KEY)),
    ):
        target = text_literal(str(folder / f"{name}.parquet"))
        connection.execute(
            f"copy (from {table} order by {order}) to {target} (format parquet, compression zstd)"
        )


def count_restated(connection: duckdb.DuckDBPyConnection, run_id: str | None) -> int:
    """How many values a run has changed (None: a build that is not published would change)."""
    if RESTATEMENTS not in mart_tables(connection):
        return 0
    [row] = query(
        connection,
        f"select count(*) as count_rows from {RESTATEMENTS.sql}"
        " where changed_by_run is not distinct from $run_id",
        {"run_id": run_id},
    )
    return int(row["count_rows"])


@contextmanager
def _readable(ledger: Path) -> Iterator[None]:
    try:
        yield
    except duckdb.Error as error:
        raise BrokenPublication(
            f"The ledger of reported values cannot be read: {str(error).splitlines()[0]}",
            f"Restore {ledger} from a backup. Without one move it away: what is published now is"
            " then taken for reported first.",
        ) from None


def _relation(ledger: Path, name: str, columns: Mapping[str, str]) -> str:
    typed = ", ".join(
        f"cast({{}} as {data_type}) as {column}" for column, data_type in columns.items()
    )
    found = [text_literal(str(path)) for path in sorted(ledger.glob(f"*/{name}.parquet"))]
    if not found:
        return f"(select {typed.format(*['null'] * len(columns))} where false)"
    source = f"read_parquet([{', '.join(found)}], hive_partitioning = false)"
    return f"(select {typed.format(*columns)} from {source})"


def _differs(now: str, before: str, tolerance: str) -> str:
    """Whether two numbers differ by more than their rounding; null is a number of its own."""
    return f"coalesce(abs({now} - {before}) > {tolerance}, ({now} is null) <> ({before} is null))"


def _rounding(part: str) -> str:
    """How far a part may be from itself: a build has decimals, what is published has doubles."""
    return f"greatest(0.000001, abs({part}) * 1e-15)"


def _is_nothing(row: str) -> str:
    """Whether a slice has nothing in a period, which is as much as having no row there."""
    parts = (f"coalesce({row}.{part}, 0) = 0" for part in ("numerator", "denominator", "value"))
    return f"({' and '.join(parts)})"


def _comparison(settings: Mapping[str, Any]) -> str:
    """The statement that makes `reported_now`, the difference to what was reported last.

    models/marts/monitoring/kpi_restatements.sql has its part on restatements for dbt.
    """
    key = ", ".join(_KEY)
    currency = str(settings.get("reporting_currency") or "")
    fiscal = f"{currency}, year from month {settings.get('fiscal_year_start_month') or 1}"
    is_another = " or ".join(
        (
            _differs("present.numerator", "before.numerator", _rounding("before.numerator")),
            _differs("present.denominator", "before.denominator", _rounding("before.denominator")),
            _differs("present.value", "before.value", "1e-11 * greatest(1, abs(before.value))"),
        )
    )
    return f"""
        create or replace temp table reported_now as
        with present as (
            select
                kpi,
                case
                    when period_grain in ('fiscal_quarter', 'fiscal_year')
                        then {text_literal(fiscal)}
                    else {text_literal(currency)}
                end as basis,
                period_grain,
                period_start_date,
                dimension,
                dimension_value,
                period_end_date,
                cast(numerator as decimal(28, 8)) as numerator,
                cast(denominator as decimal(28, 8)) as denominator,
                cast(value as double) as value,
                true as is_reported
            from monitoring.kpi_values
            where is_period_complete and (select is_compared from publication)
        ),
        before as (
            select *
            from reported
            qualify
                row_number() over (partition by {key} order by publication_number desc) = 1
        ),
        {_covered("present")},
        {_covered("before")},
        compared as (
            select
                {key},
                coalesce(present.period_end_date, before.period_end_date) as period_end_date,
                present.is_reported is not null as is_reported,
                case
                    when present.is_reported and before.is_reported then {is_another}
                    when present.is_reported then true
                    else before.is_reported and period_start_date <= covered_present.newest
                end as is_new,
                coalesce(
                    case
                        when present.is_reported and before.is_reported then true
                        when present.is_reported
                            then
                                not {_is_nothing("present")}
                                and (
                                    before.is_reported is not null
                                    or period_start_date <= covered_before.newest
                                )
                        else not {_is_nothing("before")}
                    end,
                    false
                ) as is_restatement,
                coalesce(before.change_number, 0) as earlier_changes,
                case when before.is_reported then before.numerator end as numerator_before,
                present.numerator,
                case when before.is_reported then before.denominator end as denominator_before,
                present.denominator,
                case when before.is_reported then before.value end as value_before,
                present.value,
                before.kpi is not null as is_known,
                before.first_reported_value,
                before.first_reported_at
            from present
            full join before using ({key})
            left join covered_present using (kpi, basis, period_grain, dimension)
            left join covered_before using (kpi, basis, period_grain, dimension)
        )
        select
            {key},
            period_end_date,
            is_reported,
            is_restatement,
            earlier_changes + is_restatement::bigint as change_number,
            numerator_before,
            numerator,
            denominator_before,
            denominator,
            value_before,
            value,
            case when is_known or is_restatement then first_reported_value else value end
                as first_reported_value,
            case when is_known or is_restatement then first_reported_at else published_at end
                as first_reported_at,
            publication.published_at as reported_at,
            publication.publication_number,
            publication.run_id,
            publication.as_of_date,
            null::varchar as reason,
            null::bigint as count_facts,
            null::varchar as added_facts,
            null::varchar as removed_facts,
            null::varchar as changed_facts
        from compared
        cross join publication
        where is_new and publication.is_compared
        """


def _covered(rows: str) -> str:
    """The newest period that a KPI's grain has, for each of the dimensions that it has."""
    return f"""covered_{rows} as (
            select
                kpi,
                basis,
                period_grain,
                dimension,
                max(max(period_start_date)) over (partition by kpi, basis, period_grain) as newest
            from {rows}
            where is_reported
            group by kpi, basis, period_grain, dimension
        )"""


def _take_facts_of_mart(connection: duckdb.DuckDBPyConnection, publication: Publication) -> bool:
    """Take reasons and facts from the mart of a version that was published without its record."""
    if RESTATEMENTS not in mart_tables(connection):
        return False
    names = ("reason", "count_facts", "added_facts", "removed_facts", "changed_facts")
    rows = connection.execute(
        f"""
        update reported_now
        set {", ".join(f"{name} = mart.{name}" for name in names)}
        from {RESTATEMENTS.sql} as mart
        where
            mart.changed_by_run = ?
            and {" and ".join(f"mart.{name} = reported_now.{name}" for name in _KEY)}
        """,
        [publication.run_id],
    ).fetchone()
    return bool(rows and rows[0])


def _explain(
    connection: duckdb.DuckDBPyConnection,
    kpis: list[str],
    publication: Publication,
    now: Marts,
    before: Marts | None,
) -> None:
    """Give each restatement its reason, and the facts that differ in its period and slice."""
    connection.execute(
        "create or replace temp table explained as select "
        + ", ".join(
            f"cast(null as {_VALUE_COLUMNS[name]}) as {name}"
            for name in (*_KEY, "count_facts", "added_facts", "removed_facts", "changed_facts")
        )
        + " where false"
    )
    if before is not None:
        catalog = {kpi.kpi: kpi for kpi in read_catalog(connection)}
        [own] = query(connection, "select current_database() as name")
        with _not_in_the_way():
            connection.execute(
                f"attach {text_literal(str(before.database))} as marts_before (read_only)"
            )
            for kpi in kpis:
                if kpi in catalog:
                    with _not_in_the_way():
                        _explain_kpi(connection, own["name"], catalog[kpi], now, before)
            connection.execute(f"use {quoted(own['name'])}")
            connection.execute("detach marts_before")
    redefined = [kpi for kpi in kpis if before is not None and _is_redefined(kpi, now, before)]
    connection.execute(
        f"""
        update reported_now
        set
            count_facts = explained.count_facts,
            added_facts = explained.added_facts,
            removed_facts = explained.removed_facts,
            changed_facts = explained.changed_facts
        from explained
        where {" and ".join(f"explained.{name} = reported_now.{name}" for name in _KEY)}
        """
    )
    connection.execute(
        """
        update reported_now
        set
            reason = case
                when $is_rollback then 'rollback'
                when list_contains($redefined, kpi) then 'definition or settings'
                when count_facts > 0 then 'facts'
                else 'unknown'
            end
        where is_restatement
        """,
        {"is_rollback": publication.is_rollback, "redefined": redefined},
    )


@contextmanager
def _not_in_the_way() -> Iterator[None]:
    """Facts that cannot be compared leave a reason unknown; they keep nothing from publishing."""
    try:
        yield
    except duckdb.InterruptException:
        raise
    except (WrongUse, duckdb.Error):
        return


def _explain_kpi(
    connection: duckdb.DuckDBPyConnection, own: str, kpi: Kpi, now: Marts, before: Marts
) -> None:
    """Add to `explained` the facts of one KPI that differ.

    Raises:
        WrongUse: the SQL of a build is not kept, or another engine's.
    """
    shapes = set()
    for side, database, queries in (
        ("before", "marts_before", before.queries),
        ("now", own, now.queries),
    ):
        connection.execute(f"use {quoted(database)}")
        facts = facts_query(connection, kpi, queries.get(kpi.kpi, ""))
        when = "period_grain, period_start_date" if facts.has_periods else "kpi_date"
        shapes.add(when)
        connection.execute(
            f"""
            create or replace temp table facts_{side} as {facts.sql}
            select
                fact_id,
                {when},
                dimension,
                dimension_value,
                sum(numerator) as numerator,
                sum(denominator) as denominator
            from kpi_facts
            group by all
            """
        )
    if len(shapes) > 1:
        return
    [when] = shapes
    is_in_window = (
        "windows.period_grain = facts.period_grain"
        " and windows.window_start = facts.period_start_date"
        if when.startswith("period")
        else "facts.kpi_date between windows.window_start and windows.window_end"
    )
    key = ", ".join(_KEY)
    of_side = "filter (is_now)", "filter (not is_now)"
    is_changed = " or ".join(
        _differs(f"sum({part}) {of_side[0]}", f"sum({part}) {of_side[1]}", "0.000001")
        for part in ("numerator", "denominator")
    )
    listed = ", ".join(
        f"array_to_string((list(fact_id order by fact_id) filter (how = '{how}'))[:{MOST_FACTS}],"
        f" ', ') as {how}_facts"
        for how in ("added", "removed", "changed")
    )
    connection.execute(
        f"""
        insert into explained by name
        with differing as (
            select fact_id from ((from facts_before) except (from facts_now))
            union
            select fact_id from ((from facts_now) except (from facts_before))
        ),
        facts as (
            select *, false as is_now from facts_before semi join differing using (fact_id)
            union all
            select *, true as is_now from facts_now semi join differing using (fact_id)
        ),
        windows as (
            select {key}, period_start_date as window_start, period_end_date as window_end
            from reported_now
            where is_restatement and kpi = $kpi
            {_compared_windows(now.queries[kpi.kpi])}
        ),
        facts_of_values as (
            select
                {", ".join(f"windows.{name}" for name in _KEY)},
                fact_id,
                case
                    when not bool_or(not is_now) then 'added'
                    when not bool_or(is_now) then 'removed'
                    when {is_changed} then 'changed'
                end as how
            from facts
            inner join windows
                on
                    facts.dimension = windows.dimension
                    and facts.dimension_value = windows.dimension_value
                    and {is_in_window}
            group by all
        )
        select {key}, count(*) as count_facts, {listed}
        from facts_of_values
        where how is not null
        group by all
        """,
        {"kpi": kpi.kpi},
    )


def _compared_windows(sql: str) -> str:
    """The earlier periods with which a growth compares: what changed there changes it as well."""
    compared = _COMPARED_PERIOD.search(sql)
    if not compared:
        return ""
    return f"""union all
            select
                {", ".join(f"reported_now.{name}" for name in _KEY)},
                earlier.period_start_date,
                earlier.period_end_date
            from reported_now
            inner join core.dim_periods as periods using (period_grain, period_start_date)
            inner join core.dim_periods as earlier
                on
                    periods.period_grain = earlier.period_grain
                    and periods.{compared[1]}_period_start_date = earlier.period_start_date
            where reported_now.is_restatement and reported_now.kpi = $kpi"""


def _is_redefined(kpi: str, now: Marts, before: Marts) -> bool:
    """Whether it is known that the KPI is made otherwise: its SQL, the settings, or the salt."""

    def settings(marts: Marts) -> dict[str, Any]:
        return {k: v for k, v in marts.settings.items() if k not in _NO_DEFINITION}

    marks = now.definitions.get(kpi), before.definitions.get(kpi)
    of_sql = None not in marks and marks[0] != marks[1]
    of_settings = bool(before.settings) and settings(now) != settings(before)
    salts = now.pseudonyms.get("salt_fingerprint"), before.pseudonyms.get("salt_fingerprint")
    return of_sql or of_settings or (None not in salts and salts[0] != salts[1])
