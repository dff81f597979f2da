"""The record of runs: one JSON line when a run starts and one when it ends, never rewritten."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from sales_kpis import files


@dataclass(frozen=True)
class RunRecord:
    """One run as the ledger tells it.

    `status` is `published`, `built`, `rolled_back`, `erased`, a `kind` of errors.py, or
    `unfinished` for a run that never wrote its end: it is running now, or was killed.
    """

    run_id: str
    command: str
    started_at: str
    status: str = "unfinished"
    ended_at: str | None = None
    as_of_date: str | None = None
    settings_hash: str | None = None
    version: str | None = None
    exit_code: int | None = None
    message: str | None = None
    counts: Mapping[str, int] = field(default_factory=dict)

    @property
    def seconds(self) -> float | None:
        """How long the run took, or None when it has not ended."""
        if self.ended_at is None:
            return None
        ended, started = (datetime.fromisoformat(t) for t in (self.ended_at, self.started_at))
        return (ended - started).total_seconds()


def record_start(
    ledger: Path,
    run_id: str,
    *,
    command: str,
    started_at: str,
    as_of_date: str | None = None,
    settings_hash: str | None = None,
) -> None:
    """Write that a run has started."""
    _append(
        ledger,
        {
            "event": "started",
            "run_id": run_id,
            "command": command,
            "started_at": started_at,
            "as_of_date": as_of_date,
            "settings_hash": settings_hash,
        },
    )


def record_end(
    ledger: Path,
    run_id: str,
    *,
    status: str,
    exit_code: int,
    ended_at: str,
    version: str | None = None,
    message: str | None = None,
    counts: Mapping[str, int] | None = None,
) -> None:
    """Write how a run has ended."""
    _append(
        ledger,
        {
            "event": "ended",
            "run_id": run_id,
            "status": status,
            "exit_code": exit_code,
            "ended_at": ended_at,
            "version": version,
            "message": message,
            "counts": dict(counts or {}),
        },
    )


def read_runs(ledger: Path) -> list[RunRecord]:
    """All runs, oldest first. Lines that a killed process tore are passed over."""
    events: dict[str, dict[str, Any]] = {}
    lines = ledger.read_text("utf-8", errors="replace").splitlines() if ledger.exists() else []
    for line in lines:
        try:
            event = json.loads(line)
        except ValueError:
            continue
        if isinstance(event, dict) and isinstance(event.get("run_id"), str):
            events.setdefault(event["run_id"], {}).update(event)
    known = set(RunRecord.__dataclass_fields__)
    return [
        RunRecord(**{name: value for name, value in event.items() if name in known})
        for event in events.values()
        if {"command", "started_at"} <= event.keys()
    ]


def _append(ledger: Path, event: Mapping[str, Any]) -> None:
    files.make_folder(ledger.parent)
    files.append_line(ledger, json.dumps(event, ensure_ascii=False))
