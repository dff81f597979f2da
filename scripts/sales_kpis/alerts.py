"""The alerts of the marts (`kpi_alerts`): read, shown in the terminal, and put into a message."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import duckdb
from rich.text import Text

from sales_kpis.formats import plural
from sales_kpis.marts import has_mart, query
from sales_kpis.plain_text import without_controls

# From little to much.
SEVERITIES = ("info", "warning", "critical")
# A message is read on a telephone; the terminal has the rest.
LINES_OF_A_MESSAGE = 50
_STYLES = {"critical": "bold red", "warning": "yellow"}
# Signs that chat programs take for links, mentions or formats; sentences hold names of raw rows.
_SAFE = str.maketrans("<>[]`*@|", "‹›()'∗＠¦")


@dataclass(frozen=True)
class Alert:
    """One row of `kpi_alerts`."""

    fingerprint: str
    rule_id: str
    severity: str
    sentence: str
    first_seen_date: date | None = None
    cleared_date: date | None = None
    is_active: bool = True
    kpi: str | None = None
    period_label: str | None = None
    dimension: str = ""
    dimension_value: str = ""
    value: float | None = None
    expected_value: float | None = None
    owner: str | None = None

    def as_json(self) -> dict[str, Any]:
        """The alert as plain values."""
        return asdict(self)


def find_alerts(connection: duckdb.DuckDBPyConnection) -> list[Alert] | None:
    """All alerts, the most severe and newest first; None where the marts have no such table."""
    if not has_mart(connection, "monitoring.kpi_alerts"):
        return None
    rows = query(
        connection,
        f"""
        select {", ".join(Alert.__dataclass_fields__)}
        from monitoring.kpi_alerts
        order by
            list_position(?, severity) desc nulls last, first_seen_date desc, sentence, fingerprint
        """,
        [list(SEVERITIES)],
    )
    return [Alert(**row) for row in rows]


def at_least(alerts: Sequence[Alert], severity: str) -> list[Alert]:
    """The alerts of this severity and of higher ones; one that is not known counts as highest."""
    lower = SEVERITIES[: SEVERITIES.index(severity)]
    return [alert for alert in alerts if alert.severity not in lower]


def in_one_line(sentence: str) -> str:
    """A sentence without line breaks and control characters, so that it cannot pose as two."""
    return without_controls(" ".join(sentence.split()))


def render_alert(alert: Alert) -> Text:
    """The alert as a line of the terminal."""
    line = f"{alert.severity:<8}  since {alert.first_seen_date}  {in_one_line(alert.sentence)}"
    return Text(line, style=_STYLES.get(alert.severity, ""))


@dataclass(frozen=True)
class Message:
    """Title, lines and severity of a message about new and cleared alerts."""

    title: str
    lines: tuple[str, ...]
    severity: str | None

    @property
    def body(self) -> str:
        """The lines, as they are sent."""
        return "\n".join(self.lines)


def message_of(new: Sequence[Alert], cleared: Sequence[Alert], as_of_date: str | None) -> Message:
    """One message with all new and cleared alerts, in their order.

    Args:
        new: alerts that the reader has not been told of; the most severe first.
        cleared: alerts that the reader has been told of and that are over.
        as_of_date: day of the numbers.
    """
    parts = [plural(len(new), "new alert")] if new else []
    parts += [f"{len(cleared):,} cleared"] if cleared else []
    lines = [f"{alert.severity.upper()}: {_words(alert)}" for alert in new]
    lines += [f"CLEARED{_when(alert)}: {_words(alert)}" for alert in cleared]
    hidden = len(lines) - LINES_OF_A_MESSAGE
    if hidden > 0:
        lines = [*lines[:LINES_OF_A_MESSAGE], f"… and {hidden:,} more: kpis alert"]
    return Message(
        f"Sales KPIs: {', '.join(parts)} (as of {as_of_date or 'a date not known'})",
        tuple(lines),
        new[0].severity if new else None,
    )


def _when(alert: Alert) -> str:
    return f" on {alert.cleared_date}" if alert.cleared_date else ""


def _words(alert: Alert) -> str:
    words = in_one_line(alert.sentence).translate(_SAFE)
    return re.sub(r":(?=//)", ": ", words)
