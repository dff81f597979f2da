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
from sales_kpis.errors import KpisError, WrongUse, suggestion
from sales_kpis.explain import COMPARISONS, explain
from sales_kpis.marts import has_mart, opened, query
from sales_kpis.project import Project
from sales_kpis.scorecard import (
    TOLD_OF_A_PERIOD,
    ScorecardLine,
    read_objectives,
    read_scorecard,
)
from sales_kpis.show import check_slice, choose_kpi, only_slice
from sales_kpis.status import MartsInUse, published_marts
from sales_kpis.values import Kpi, KpiValue, read_catalog, read_values
from sales_kpis.why import choose_period, read_facts

# An answer is read as a whole by a model: more rows than these cost more than they tell.
MOST_ROWS = 200
_IN_LIST = ("kpi", "family", "title", "question", "unit", "direction", "dimensions", "grains")


@dataclass(frozen=True)
class Assistant:
    """The questions that may be asked of a project's published version.

    An answer leaves the company with most assistants, so the staff, who are the only people with
    names in what is published, are told by their ids unless `names_staff`.
    """

    project: Project
    names_staff: bool = False

    def list_kpis(self, family: str | None = None) -> dict[str, Any]:
        """The KPIs with their questions, units, dimensions and grains."""
        with self._published() as open_marts:
            chosen = _of_family(read_catalog(open_marts.connection), family)
            rows = [{name: getattr(kpi, name) for name in _IN_LIST} for kpi in chosen]
            return open_marts.answer(kpis=rows)

    def describe_kpi(self, kpi: str) -> dict[str, Any]:
        """The whole definition of a KPI."""
        with self._published() as open_marts:
            chosen = choose_kpi(read_catalog(open_marts.connection), kpi)
            return open_marts.answer(**asdict(chosen))

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
        with self._published() as open_marts:
            chosen = choose_kpi(read_catalog(open_marts.connection), kpi)
            check_slice(chosen, grain, by)
            rows = read_values(
                open_marts.connection, kpi=chosen.kpi, grain=grain, dimension=by, since=since
            )
            rows = only_slice(rows, value) if value else rows
            rows = sorted(
                rows, key=lambda row: (row.period_start_date, row.value or 0), reverse=True
            )
            return open_marts.answer(
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
        """The part of each slice in a KPI's change, the largest part first."""
        if against not in COMPARISONS:
            raise WrongUse(f"There is no comparison {against}.", suggestion(against, COMPARISONS))
        with self._published() as open_marts:
            chosen = choose_kpi(read_catalog(open_marts.connection), kpi)
            if by is not None:
                check_slice(chosen, chosen.grains[0], by)
            totals = read_values(open_marts.connection, kpi=chosen.kpi)
            found = explain(open_marts.connection, chosen, totals, period, against, by)
            said = found.as_json()
            drivers = said.pop("drivers")
            said |= _of_kpi(chosen)
            return open_marts.answer(
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
        with self._published() as open_marts:
            chosen = choose_kpi(read_catalog(open_marts.connection), kpi)
            check_slice(chosen, grain, by)
            rows = read_values(open_marts.connection, kpi=chosen.kpi, grain=grain, dimension=by)
            rows = only_slice(rows, value) if value else rows
            start = choose_period(rows, period)
            in_period = [row for row in rows if row.period_start_date == start]
            sql = open_marts.marts.read_queries().get(chosen.kpi, "")
            facts = read_facts(open_marts.connection, chosen, sql, in_period)
            return open_marts.answer(
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
        with self._published() as open_marts:
            found = find_alerts(open_marts.connection)
            units = {kpi.kpi: kpi.unit for kpi in read_catalog(open_marts.connection)}
            if found is None:
                raise WrongUse("This version has no alerts: an earlier release made it.")
            chosen = [one for one in at_least(found, severity) if one.is_active or include_cleared]
            rows = [{**one.as_json(), "unit": units.get(one.kpi or "")} for one in chosen]
            return open_marts.answer(**_limited("alerts", rows, limit))

    def scorecard(self, family: str | None = None) -> dict[str, Any]:
        """Each KPI in its newest complete period, beside its comparisons and the running one."""
        with self._published() as open_marts:
            chosen = {kpi.kpi for kpi in _of_family(read_catalog(open_marts.connection), family)}
            lines = [
                line for line in read_scorecard(open_marts.connection) if line.kpi.kpi in chosen
            ]
            return open_marts.answer(
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
                objectives=[
                    one for one in read_objectives(open_marts.connection) if one["kpi"] in chosen
                ],
            )

    @contextmanager
    def _published(self) -> Iterator[_OpenMarts]:
        marts = published_marts(self.project)
        if marts is None:
            raise WrongUse("Nothing is published.", "Publish first: kpis run")
        with opened(marts.database) as connection:
            staff = {} if self.names_staff else _read_staff(connection)
            try:
                yield _OpenMarts(marts, connection, staff)
            except KpisError as error:
                said = (_without(staff, text) for text in (error.message, error.next_step))
                raise WrongUse(*said) from None


@dataclass(frozen=True)
class _OpenMarts:
    """A version that is open, and the ids of its staff by name, as far as they are to be hidden."""

    marts: MartsInUse
    connection: duckdb.DuckDBPyConnection
    staff: Mapping[str, str]

    def answer(self, **content: Any) -> dict[str, Any]:
        """The content as plain values, headed by what it is of."""
        head = {
            "as_of_date": self.marts.as_of_date,
            "published": self.marts.origin,
            "reporting_currency": self.marts.currency or None,
        }
        plain = _plain(head | content, self.staff)
        assert isinstance(plain, dict)
        return plain


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


def _read_staff(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """The ids of the reps by their names; none where an earlier release had no such table."""
    if not has_mart(connection, "core.dim_reps"):
        return {}
    rows = query(connection, "select rep_name, rep_id from core.dim_reps order by rep_id")
    return {row["rep_name"]: row["rep_id"] for row in rows if row["rep_name"]}


def _without(staff: Mapping[str, str], text: str) -> str:
    """The text with ids in the place of the staff's names."""
    if not staff:
        return text
    names = "|".join(re.escape(name) for name in sorted(staff, key=len, reverse=True))
    return re.sub(rf"(?<!\w)(?:{names})(?!\w)", lambda found: staff[found.group()], text)


def _plain(content: Any, staff: Mapping[str, str]) -> Any:
    """The content with dates and decimals as JSON has them, and each text on one line."""
    match content:
        case str():
            return _without(staff, in_one_line(content))
        case date():
            return content.isoformat()
        case Decimal():
            return float(content)
        case Mapping():
            return {str(name): _plain(one, staff) for name, one in content.items()}
        case list() | tuple():
            return [_plain(one, staff) for one in content]
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
        said |= {name: getattr(newest, name) for name in TOLD_OF_A_PERIOD}
    if running is not None:
        said["running_period"] = _without_gaps(
            {"period": running.period, "is_period_complete": False}
            | {name: getattr(running, name) for name in TOLD_OF_A_PERIOD}
            | {"projected_value": line.projected_value}
        )
    return _without_gaps(said)


def _without_gaps(said: Mapping[str, Any]) -> dict[str, Any]:
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
