"""The deliveries of the systems against the contract, as `check_sources` reports them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sales_kpis.dbt_runner import DbtOutcome
from sales_kpis.errors import BuildFailed, SourcesBroken, SourcesStale
from sales_kpis.formats import plural
from sales_kpis.landing_files import Landing
from sales_kpis.source_findings import Oddity, told, unread_file

MARK = "CHECK_SOURCES "


@dataclass(frozen=True)
class SourceColumn:
    """A declared column; `found_as` is None when it was not delivered."""

    name: str
    found_as: str | None
    is_required: bool
    data_type: str
    is_mapped: bool
    missing_values: int
    unreadable_values: int
    examples: tuple[str, ...]


@dataclass(frozen=True)
class SourceTable:
    """A declared table; `found_as` is None when it was not delivered."""

    system: str
    table: str
    found_as: str | None
    is_required: bool
    rows: int
    duplicate_rows: int
    rejected_rows: int
    newest_row: str | None
    columns: tuple[SourceColumn, ...]
    warn_after_days: float | None = None

    def age_in_days(self, as_of_date: date) -> int | None:
        """Days from the newest row to `as_of_date`; None where its rows have no time."""
        if not self.found_as or not self.newest_row:
            return None
        return max((as_of_date - date.fromisoformat(self.newest_row[:10])).days, 0)

    @property
    def missing_columns(self) -> tuple[SourceColumn, ...]:
        """The declared columns that were not delivered, where the table was."""
        return tuple(c for c in self.columns if c.found_as is None) if self.found_as else ()


@dataclass(frozen=True)
class SourcesReport:
    """The whole report; `errors` are sentences, each of which stops a build.

    Attributes:
        counted: the tables as the macro gives them.
    """

    tables: tuple[SourceTable, ...]
    oddities: tuple[Oddity, ...]
    errors: tuple[str, ...]
    counted: tuple[Mapping[str, Any], ...] = ()

    @property
    def content(self) -> dict[str, Any]:
        """The report in `--json`."""
        return {
            "tables": list(self.counted),
            "oddities": [oddity.as_content() for oddity in self.oddities],
            "errors": list(self.errors),
        }

    def counts(self) -> dict[str, int]:
        """The sums over all tables, for the ledger and `--json`."""
        found = [table for table in self.tables if table.found_as]
        return {
            "source_tables": len(found),
            "source_rows": sum(table.rows for table in found),
            "duplicate_rows": sum(table.duplicate_rows for table in found),
            "rejected_rows": sum(table.rejected_rows for table in found),
            "oddities": len(self.oddities),
        }

    def freshness(self) -> list[dict[str, Any]]:
        """Each delivered table with its rows and newest row, for the manifest."""
        return [
            {
                "system": table.system,
                "table": table.table,
                "rows": table.rows,
                "newest_row": table.newest_row,
                "warn_after_days": table.warn_after_days,
            }
            for table in self.tables
            if table.found_as
        ]

    def stale_tables(self, as_of_date: date) -> list[str]:
        """A sentence for each table whose newest row is older than its `freshness` allows."""
        sentences = []
        for table in self.tables:
            age = table.age_in_days(as_of_date)
            if age is not None and table.warn_after_days and age > table.warn_after_days:
                newest = (table.newest_row or "")[:10]
                sentences.append(
                    f"{table.system}.{table.table}: its newest row is of {newest},"
                    f" {plural(age, 'day')} before as_of_date {as_of_date}"
                    f" (limit {table.warn_after_days:g})."
                )
        return sentences

    def stale_systems(self, as_of_date: date, limit_days: int) -> list[str]:
        """A sentence for each system of which nothing is newer than the limit."""
        ages: dict[str, list[int]] = {}
        for table in self.tables:
            age = table.age_in_days(as_of_date)
            if age is not None:
                ages.setdefault(table.system, []).append(age)
        return [
            f"{system} stands still: its newest row of all tables is"
            f" {plural(min(found), 'day')} older than as_of_date {as_of_date}."
            for system, found in ages.items()
            if min(found) > limit_days
        ]

    def require_fresh(self, as_of_date: date, limit_days: int) -> None:
        """Stop where a whole system stands still; a limit of 0 stops nothing.

        Raises:
            SourcesStale: with a sentence for each such system.
        """
        stale = self.stale_systems(as_of_date, limit_days) if limit_days else []
        if stale:
            raise SourcesStale(
                f"{plural(len(stale), 'system')} stood still for more than"
                f" {plural(limit_days, 'day')}; nothing was published.",
                "Look after the connector, or change --as-of or the setting stale_system_days.",
                details=stale,
            )

    def summary(self) -> str:
        """The report in one line."""
        counts = self.counts()
        systems = {table.system for table in self.tables}
        parts = [
            f"{plural(len(systems), 'system')}, {plural(counts['source_tables'], 'table')}",
            plural(counts["source_rows"], "row"),
            plural(counts["duplicate_rows"], "duplicate"),
            f"{counts['rejected_rows']:,} rejected",
            plural(counts["oddities"], "oddity", "oddities"),
            plural(len(self.errors), "error"),
        ]
        return " · ".join(parts)

    def require(self) -> None:
        """Stop when something required is missing.

        Raises:
            SourcesBroken: with every error of the report.
        """
        if self.errors:
            raise SourcesBroken(
                f"The sources break the contract in {plural(len(self.errors), 'point')}.",
                "See what was found: kpis check-sources. Map custom names in source_mapping.",
                details=self.errors,
            )


def read_report(outcome: DbtOutcome) -> SourcesReport:
    """The report in a dbt command's messages.

    Raises:
        BuildFailed: dbt could not run the macro; the message has dbt's reason.
    """
    lines = [message for message in outcome.messages if message.startswith(MARK)]
    if outcome.exit_code or not lines:
        raise BuildFailed(
            "The sources could not be checked.",
            "Correct what dbt says and try again.",
            details=outcome.errors or ("dbt gave no report.",),
        )
    return parse_report(json.loads(lines[-1].removeprefix(MARK)))


def parse_report(content: Mapping[str, Any]) -> SourcesReport:
    """The report from the macro's JSON."""
    errors, oddities = told(content)
    counted = tuple(content.get("tables") or ())
    return SourcesReport(tuple(_table(table) for table in counted), oddities, errors, counted)


def require_readable(landing: Landing) -> None:
    """Stop at landing files that cannot be read.

    Raises:
        SourcesBroken: with a sentence for each of them.
    """
    if landing.errors:
        raise SourcesBroken(
            f"{plural(len(landing.errors), 'landing file')} cannot be read; nothing was built.",
            "Do what each line says, and run again.",
            details=landing.errors,
        )


def with_unread(report: SourcesReport, landing: Landing) -> SourcesReport:
    """The report with an oddity for all in the landing folders that no engine lists."""
    known = {(oddity.system, oddity.table) for oddity in report.oddities}
    added = [
        unread_file(unread.folder, unread.name, unread.next_step)
        for unread in landing.unread
        if (unread.folder, unread.name.rpartition("/")[2]) not in known
    ]
    return replace(report, oddities=(*report.oddities, *added))


def _table(content: Mapping[str, Any]) -> SourceTable:
    return SourceTable(
        system=str(content["system"]),
        table=str(content["table"]),
        found_as=content.get("found_as"),
        is_required=bool(content.get("is_required")),
        rows=_whole(content.get("rows")),
        duplicate_rows=_whole(content.get("duplicate_rows")),
        rejected_rows=_whole(content.get("rejected_rows")),
        newest_row=None if content.get("newest_row") is None else str(content["newest_row"]),
        columns=tuple(_column(column) for column in content.get("columns") or ()),
        warn_after_days=_days(content.get("warn_after")),
    )


def _column(content: Mapping[str, Any]) -> SourceColumn:
    return SourceColumn(
        name=str(content["name"]),
        found_as=content.get("found_as"),
        is_required=bool(content.get("is_required")),
        data_type=str(content.get("data_type") or "text"),
        is_mapped=bool(content.get("is_mapped")),
        missing_values=_whole(content.get("missing_values")),
        unreadable_values=_whole(content.get("unreadable_values")),
        examples=_texts(content.get("examples")),
    )


def _days(limit: Mapping[str, Any] | None) -> float | None:
    """A limit of dbt's `freshness` in days."""
    if not limit or not limit.get("count"):
        return None
    per_day = {"minute": 1440, "hour": 24, "day": 1}[str(limit.get("period") or "day")]
    return float(limit["count"]) / per_day


def _whole(value: Any) -> int:
    return int(value or 0)


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(str(item) for item in value or ())
