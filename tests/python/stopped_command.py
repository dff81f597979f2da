"""Runs `kpis` on the small project and sends itself a signal at one moment, as a user would.

A script, because a signal ends a whole process: `stopped_command.py SIGNAL MOMENT COMMAND …`.
"""

from __future__ import annotations

import importlib
import os
import signal
import sys
import threading
from typing import Any

import pytest

from kpis_project import FakeBuilder
from sales_kpis import __main__ as main

NUMBER = signal.Signals[sys.argv[1]]
MOMENT = sys.argv[2]


def stop() -> None:
    os.kill(os.getpid(), NUMBER)


def stop_in_a_query(connection: Any) -> None:
    """The signal comes while DuckDB is at work, which then says that it was interrupted."""
    threading.Timer(0.3, stop).start()
    connection.execute("select sum(hash(i)) from range(100000000000) as numbers(i)")


def prepare() -> None:
    from sales_kpis import cli, ledger, publish

    class Builder(FakeBuilder):
        def build(self, on_progress: Any) -> Any:
            if MOMENT == "building":
                stop()
            return super().build(on_progress)

    digest, make_current, record_end = publish._digest, publish._make_current, ledger.record_end

    def digest_and_stop(connection: Any, relation: str) -> Any:
        if MOMENT == "copying":
            stop_in_a_query(connection)
        return digest(connection, relation)

    def make_current_and_stop(*arguments: Any) -> None:
        if MOMENT == "before the swap":
            stop()
        make_current(*arguments)
        if MOMENT == "after the swap":
            stop()

    def record_end_and_stop(*arguments: Any, **values: Any) -> None:
        if MOMENT == "recording":
            stop()
        record_end(*arguments, **values)

    patch = pytest.MonkeyPatch()
    patch.setattr(cli, "DbtBuilder", Builder)
    patch.setattr(publish, "_digest", digest_and_stop)
    patch.setattr(publish, "_make_current", make_current_and_stop)
    patch.setattr(ledger, "record_end", record_end_and_stop)
    if MOMENT == "showing":
        patch.setattr(cli, "read_scorecard", lambda *arguments: stop())


if MOMENT == "starting":
    sys.meta_path.insert(0, type("Stopper", (), {"find_spec": lambda *spec: stop()}))  # type: ignore[arg-type]
    sys.modules.pop("sales_kpis.cli", None)
    importlib.invalidate_caches()
else:
    prepare()
sys.argv = ["kpis", *sys.argv[3:]]
main.main()
