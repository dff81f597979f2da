"""Answers for an assistant: what is published, as plain values, a function a question.

Each answer opens the current version anew and read-only, and says of which day, version and
currency it is. Arguments are names and dates that are compared; none becomes part of a query.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import duckdb

from sales_kpis.alerts import SEVERITIES, at_least, find_alerts, in_one_line
from sales_kpis.errors import WrongUse, suggestion
from sales_kpis.explain import COMPARISONS, explain
from sales_kpis.marts import opened
from sales_kpis.project import Project
from sales_kpis.scorecard import ScorecardLine, read_scorecard
from sales_kpis.show import check_slice, choose_kpi, only_slice
from sales_kpis.status import MartsInUse, published_marts
from sales_kpis.values import Kpi, KpiValue, read_catalog, read_values
from sales_kpis.why import choose_period, read_facts

# An answer is read as a whole by a model: more rows than these cost more than they tell.
MOST_ROWS = 200
_SCORECARD = (
    "value", "previous_value", "change_ratio", "year_ago_value", "yoy_ratio", "target_value",
    "attainment_ratio", "status", "is_small_sample",
)  # fmt: skip


@dataclass(frozen=True)
class Assistant:
    """The questions that may be asked of a project's published version."""

    project: Project

    def list_kpis(self, family: str | None = None) -> dict[str, Any]:
        """The KPIs with their questions, units, dimensions and grains."""
        with self._published() as (marts, connection):
            chosen = _of_family(read_catalog(connection), family)
        shown = ("kpi", "family", "title", "question", "unit", "direction", "dimensions", "grains")
        rows = [{name: getattr(kpi, name) for name in shown} for kpi in chosen]
        return _answer(marts, kpis=rows)

    def describe_kpi(self, kpi: str) -> dict[str, Any]:
        """The whole definition of a KPI."""
        with self._published() as (marts, connection):
            chosen = choose_kpi(read_catalog(connection), kpi)
        return _answer(marts, **asdict(chosen))

    def kpi_values(
        self,
        kpi: str,
        grain: str = "month",
        by: str = "total",
        value: str | None = None,
        since: date | None = None,
        limit: int = 13,
    ) -> dict[str, Any]:
        """Values of a KPI, the newest period first and in it the largest slice."""
        with self._published() as (marts, connection):
            chosen = choose_kpi(read_catalog(connection), kpi)
            check_slice(chosen, grain, by)
            rows = read_values(connection, kpi=chosen.kpi, grain=grain, dimension=by, since=since)
        rows = only_slice(rows, value) if value else rows
        rows = sorted(rows, key=lambda row: (row.period_start_date, row.value or 0), reverse=True)
        return _answer(
            marts,
            **_of_kpi(chosen),
            by=by,
            **_limited("rows", [_plain_value(row) for row in rows], limit),
        )

    def explain_change(
        self,
        kpi: str,
        period: str | None = None,
        against: str = "previous",
        by: str | None = None,
        limit: int = 10,
    ) -> dict[str, Any]:
        """What each slice contributed to a KPI's change, the largest contribution first."""
        if against not in COMPARISONS:
            raise WrongUse(f"There is no comparison {against}.", suggestion(against, COMPARISONS))
        with self._published() as (marts, connection):
            chosen = choose_kpi(read_catalog(connection), kpi)
            if by is not None:
                check_slice(chosen, chosen.grains[0], by)
            totals = read_values(connection, kpi=chosen.kpi)
            found = explain(connection, chosen, totals, period, against, by)
        said = found.as_json()
        drivers = said.pop("drivers")
        said |= _of_kpi(chosen)
        return _answer(
            marts,
            **said,
            period=found.now.period,
            is_period_complete=found.now.is_period_complete,
            is_small_sample=found.now.is_small_sample,
            **_limited("drivers", drivers, limit),
        )

    def facts_behind(
        self,
        kpi: str,
        period: str,
        grain: str = "month",
        by: str = "total",
        value: str | None = None,
        limit: int = 20,
    ) -> dict[str, Any]:
        """The facts that a value is made of, by id, the largest first."""
        with self._published() as (marts, connection):
            chosen = choose_kpi(read_catalog(connection), kpi)
            check_slice(chosen, grain, by)
            rows = read_values(connection, kpi=chosen.kpi, grain=grain, dimension=by)
            rows = only_slice(rows, value) if value else rows
            start = choose_period(rows, period)
            in_period = [row for row in rows if row.period_start_date == start]
            sql = marts.read_queries().get(chosen.kpi, "")
            facts = read_facts(connection, chosen, sql, in_period)
        return _answer(
            marts,
            **_of_kpi(chosen),
            by=by,
            **_limited("values", [_plain_value(row) for row in in_period], limit),
            **_limited("facts", [fact.as_json() for fact in facts], limit),
        )

    def alerts(
        self, severity: str = SEVERITIES[0], include_cleared: bool = False, limit: int = 50
    ) -> dict[str, Any]:
        """The active alerts, the most severe first; those that are over, too, if asked for."""
        if severity not in SEVERITIES:
            raise WrongUse(f"There is no severity {severity}.", suggestion(severity, SEVERITIES))
        with self._published() as (marts, connection):
            found = find_alerts(connection)
            units = {kpi.kpi: kpi.unit for kpi in read_catalog(connection)}
        if found is None:
            raise WrongUse("This version has no alerts: an earlier release made it.")
        chosen = [one for one in at_least(found, severity) if one.is_active or include_cleared]
        rows = [{**one.as_json(), "unit": units.get(one.kpi or "")} for one in chosen]
        return _answer(marts, **_limited("alerts", rows, limit))

    def scorecard(self, family: str | None = None) -> dict[str, Any]:
        """Each KPI in its newest complete period, beside its comparisons and the running one."""
        with self._published() as (marts, connection):
            chosen = {kpi.kpi for kpi in _of_family(read_catalog(connection), family)}
            lines = [line for line in read_scorecard(connection) if line.kpi.kpi in chosen]
        return _answer(
            marts,
            kpis=[
                _of_kpi(line.kpi)
                | {"is_additive": line.kpi.is_additive}
                | (
                    {"slices": [{"slice": one.label, **_shown(one)} for one in line.slices]}
                    if line.slices
                    else _shown(line)
                )
                for line in lines
            ],
        )

    @contextmanager
    def _published(self) -> Iterator[tuple[MartsInUse, duckdb.DuckDBPyConnection]]:
        marts = published_marts(self.project)
        if marts is None:
            raise WrongUse("Nothing is published.", "Publish first: kpis run")
        with opened(marts.database) as connection:
            yield marts, connection


def day_of(text: str | None, argument: str) -> date | None:
    """A day out of `2025-01-31`, or the first one of `2025-01` or `2025`.

    Raises:
        WrongUse: it is none of these.
    """
    if not text:
        return None
    try:
        if not re.fullmatch(r"\d{4}(-\d{2}){0,2}", text):
            raise ValueError
        return date.fromisoformat((text + "-01-01")[:10])
    except ValueError:
        raise WrongUse(
            f"{argument}: {text!r} is no date.", "Write it as 2025-01-31, 2025-01 or 2025."
        ) from None


def _answer(marts: MartsInUse, **content: Any) -> dict[str, Any]:
    head = {
        "as_of_date": marts.as_of_date,
        "published": marts.origin,
        "reporting_currency": marts.currency or None,
    }
    plain = _plain(head | content)
    assert isinstance(plain, dict)
    return plain


def _plain(content: Any) -> Any:
    """The content with dates and decimals as JSON has them, and each text on one line."""
    match content:
        case str():
            return in_one_line(content)
        case date():
            return content.isoformat()
        case Decimal():
            return float(content)
        case Mapping():
            return {str(name): _plain(one) for name, one in content.items()}
        case list() | tuple():
            return [_plain(one) for one in content]
        case _:
            return content


def _plain_value(row: KpiValue) -> dict[str, Any]:
    said = {"period": row.period, **asdict(row)}
    del said["kpi"], said["dimension"]
    return said


def _shown(line: ScorecardLine) -> dict[str, Any]:
    """A line without what it does not have: a scorecard is read as a whole."""
    newest, running = line.newest, line.running
    if newest is None and running is None:
        return {"value": None, "why_none": line.kpi.not_connected or "no facts"}
    said: dict[str, Any] = {}
    if newest is not None:
        said = {"period": newest.period, "is_period_complete": True}
        said |= {name: getattr(newest, name) for name in _SCORECARD}
    if running is not None:
        said["running_period"] = {
            "period": running.period,
            "is_period_complete": False,
            "value": running.value,
            "is_small_sample": running.is_small_sample,
        }
    return {name: one for name, one in said.items() if one is not None or name == "value"}


def _of_kpi(kpi: Kpi) -> dict[str, Any]:
    return {"kpi": kpi.kpi, "title": kpi.title, "unit": kpi.unit, "direction": kpi.direction}


def _limited(name: str, rows: Sequence[Any], limit: int) -> dict[str, Any]:
    """The first rows, and how many more there are."""
    shown = rows[: max(1, min(limit, MOST_ROWS))]
    return {name: list(shown), f"{name}_left_out": len(rows) - len(shown)}


def _of_family(catalog: Sequence[Kpi], family: str | None) -> list[Kpi]:
    families = sorted({kpi.family for kpi in catalog})
    if family is not None and family not in families:
        raise WrongUse(f"There is no family {family}.", suggestion(family, families))
    return [kpi for kpi in catalog if family in (None, kpi.family)]
