"""Telling of alerts: what each address has not been told yet, the sending, and the memory of it.

The memory is one file beside the versions. For each address, by a digest, it has the alerts of
which the last word was "new": an alert that is not in it and active is new, one that is in it and
no longer active is told as cleared and taken out. It is written after each address, so that a
failure of one is tried again for that one alone. A process that is killed between a delivery and
that write sends the message once more: told twice is better than never.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.text import Text

from sales_kpis import files, stopping
from sales_kpis.alert_addresses import HOW_TO_SET, Address, send
from sales_kpis.alerts import (
    SEVERITIES,
    Alert,
    at_least,
    find_alerts,
    message_of,
    render_alert,
)
from sales_kpis.errors import KpisError, WrongUse
from sales_kpis.formats import plural
from sales_kpis.lock import RunLock
from sales_kpis.marts import opened
from sales_kpis.project import new_run_id
from sales_kpis.publish import PublishedVersion, current_version

MEMORY = "alerts_sent.json"
# Alerts by fingerprint, as far as they are needed to say that they are over.
Remembered = dict[str, dict[str, str]]


class DeliveryFailed(KpisError):
    """A message about alerts did not arrive at one address or more."""


@dataclass(frozen=True)
class Told:
    """The outcome for one address: `sent`, `nothing_new`, `would_send` or `failed` (`reason`)."""

    address: str
    status: str
    new: tuple[Alert, ...] = ()
    cleared: tuple[Alert, ...] = ()
    reason: str = ""

    @property
    def words(self) -> str:
        """The outcome in a few words."""
        what = _counted(len(self.new), len(self.cleared))
        match self.status:
            case "sent":
                return f"{self.address}: sent {what}"
            case "would_send":
                return f"{self.address}: would send {what}"
            case "failed":
                return f"{self.address}: {what} not delivered, {self.reason}"
            case _:
                return f"{self.address}: nothing new"

    def as_json(self) -> dict[str, Any]:
        """The outcome for machines."""
        return {
            "address": self.address,
            "status": self.status,
            "new": [alert.fingerprint for alert in self.new],
            "cleared": [alert.fingerprint for alert in self.cleared],
            "reason": self.reason or None,
        }


@dataclass(frozen=True)
class Telling:
    """The active alerts of a version, and the outcome for each address."""

    version: PublishedVersion
    active: tuple[Alert, ...]
    told: tuple[Told, ...]

    @property
    def status(self) -> str:
        """`not_configured`, or the outcome of the addresses, the worst first."""
        outcomes = {one.status for one in self.told}
        order = ("failed", "would_send", "sent", "nothing_new")
        return next((status for status in order if status in outcomes), "not_configured")

    @property
    def failures(self) -> list[str]:
        """The addresses that a message did not reach, a sentence each."""
        return [one.words for one in self.told if one.status == "failed"]

    def in_short(self) -> str:
        """One line for the summary of a run."""
        new = {alert.fingerprint for one in self.told for alert in one.new}
        cleared = {alert.fingerprint for one in self.told for alert in one.cleared}
        line = f"{len(self.active):,} active"
        if not self.told:
            return f"{line} (kpis alert shows them)"
        sent = sum(one.status == "sent" for one in self.told)
        line += f", {len(new):,} new"
        line += f", {len(cleared):,} cleared" if cleared else ""
        return f"{line}; sent to {plural(sent, 'address', 'addresses')}" if sent else line

    def as_json(self) -> dict[str, Any]:
        """The telling for machines."""
        return {
            "status": self.status,
            "version": self.version.run_id,
            "as_of_date": self.version.manifest.get("as_of_date"),
            "active": [alert.as_json() for alert in self.active],
            "addresses": [one.as_json() for one in self.told],
        }

    def require_delivered(self) -> None:
        """Stop where an address could not be reached.

        Raises:
            DeliveryFailed: with the addresses, and what the others got.
        """
        if self.failures:
            raise DeliveryFailed(
                f"{plural(len(self.failures), 'address', 'addresses')} of"
                f" {len(self.told):,} could not be told of the alerts.",
                "Put the address or its service right and run it again: kpis alert. It sends what"
                " has not arrived, to these addresses only.",
                details=self.failures,
                data=self.as_json(),
            )


def tell(
    published: Path,
    addresses: Sequence[Address],
    *,
    severity: str = SEVERITIES[0],
    is_dry_run: bool = False,
) -> Telling:
    """Send each address what it has not been told: new alerts, and those that are over.

    Args:
        published: the folder of the published versions; the current one counts.
        addresses: where to send to.
        severity: the lowest of the new alerts; that one is over is told of all that were sent.
        is_dry_run: send nothing and remember nothing.

    Raises:
        WrongUse: nothing is published, or the version has no alerts.
        LockHeld: another process is sending.
    """
    version = current_version(published)
    if version is None:
        raise WrongUse(f"Nothing is published in {published}.", "Publish first: kpis run")
    with opened(version.database) as connection:
        alerts = find_alerts(connection)
    if alerts is None:
        raise WrongUse(
            f"Version {version.run_id} has no alerts: an earlier release made it.",
            "Publish a new one: kpis run",
        )
    active = at_least([alert for alert in alerts if alert.is_active], severity)
    if not addresses:
        return Telling(version, tuple(active), ())
    if is_dry_run:
        memory = _read_memory(published)
        told = [
            _plan(address, alerts, active, memory.get(address.key, {})) for address in addresses
        ]
        return Telling(version, tuple(active), tuple(told))
    with RunLock(published / ".alerts.lock", new_run_id()):
        told = [
            _tell_one(published, address, alerts, active, _as_of_date(version))
            for address in addresses
        ]
    return Telling(version, tuple(active), tuple(told))


def render_telling(telling: Telling) -> list[Text]:
    """The active alerts, and a line for each address; of a dry run, the whole message."""
    version = telling.version
    lines = [
        Text(
            f"{plural(len(telling.active), 'active alert')} in version {version.run_id}, as of"
            f" {_as_of_date(version) or 'a date not known'}",
            style="bold",
        ),
        *(render_alert(alert) for alert in telling.active),
    ]
    if not telling.told:
        return [*lines, Text(f"No address is configured, so nothing was sent. {HOW_TO_SET}")]
    for one in telling.told:
        lines.append(Text(one.words, style="red" if one.status == "failed" else ""))
        if one.status == "would_send":
            message = message_of(one.new, one.cleared, _as_of_date(version))
            lines += [Text(f"  {line}") for line in (message.title, *message.lines)]
    return lines


def _plan(
    address: Address,
    alerts: Sequence[Alert],
    active: Sequence[Alert],
    remembered: Mapping[str, Mapping[str, str]],
) -> Told:
    by_fingerprint = {alert.fingerprint: alert for alert in alerts}
    new = [alert for alert in active if alert.fingerprint not in remembered]
    cleared = [
        by_fingerprint.get(fingerprint)
        # Its facts were corrected, or its rule is no longer there.
        or Alert(
            fingerprint, "", said.get("severity", ""), said.get("sentence", ""), is_active=False
        )
        for fingerprint, said in remembered.items()
        if fingerprint not in by_fingerprint or not by_fingerprint[fingerprint].is_active
    ]
    status = "would_send" if new or cleared else "nothing_new"
    return Told(address.shown, status, tuple(new), tuple(cleared))


def _tell_one(
    published: Path,
    address: Address,
    alerts: Sequence[Alert],
    active: Sequence[Alert],
    as_of_date: str | None,
) -> Told:
    memory = _read_memory(published)
    remembered = memory.get(address.key, {})
    plan = _plan(address, alerts, active, remembered)
    if plan.status == "nothing_new":
        return plan
    with stopping.deferred():
        reason = send(address, message_of(plan.new, plan.cleared, as_of_date))
        if reason:
            return dataclasses.replace(plan, status="failed", reason=reason)
        over = {alert.fingerprint for alert in plan.cleared}
        memory[address.key] = {
            **{name: said for name, said in remembered.items() if name not in over},
            **{
                alert.fingerprint: {"severity": alert.severity, "sentence": alert.sentence}
                for alert in plan.new
            },
        }
        files.write_json(published / MEMORY, {"format": 1, "addresses": memory}, mode=0o600)
    return dataclasses.replace(plan, status="sent")


def _read_memory(published: Path) -> dict[str, Remembered]:
    """The memory; empty where there is none, or the file holds something else."""
    content = files.read_json(published / MEMORY) or {}
    addresses = content.get("addresses")
    if not isinstance(addresses, dict):
        return {}
    return {
        str(key): {
            str(name): {str(part): str(text) for part, text in said.items()}
            for name, said in remembered.items()
            if isinstance(said, dict)
        }
        for key, remembered in addresses.items()
        if isinstance(remembered, dict)
    }


def _as_of_date(version: PublishedVersion) -> str | None:
    said = version.manifest.get("as_of_date")
    return str(said) if said else None


def _counted(new: int, cleared: int) -> str:
    parts = [plural(new, "new alert")] if new else []
    parts += [f"{cleared:,} cleared"] if cleared else []
    return ", ".join(parts)
