"""A command that is told to stop says what state it left and what to do next, and leaves it so."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from kpis_project import SECONDS_OF_A_HANG, published_revenue, write_project
from sales_kpis import stopping
from sales_kpis.ledger import read_runs
from sales_kpis.project import Project
from sales_kpis.publish import all_versions, current_version, verify

SCRIPT = Path(__file__).with_name("stopped_command.py")
CODES = {"SIGINT": 130, "SIGTERM": 143}


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    root = write_project(tmp_path / "project")
    monkeypatch.setenv("SALES_KPIS_PROJECT", str(root))
    monkeypatch.delenv("SALES_KPIS_DATABASE", raising=False)
    return Project(root, root / "build" / "sales_kpis.duckdb", root / "published")


def kpis(signal_name: str, moment: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(SCRIPT), signal_name, moment, *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS_OF_A_HANG,
    )


@pytest.mark.parametrize("name", CODES)
@pytest.mark.parametrize("moment", ["copying", pytest.param("building", marks=pytest.mark.slow)])
def test_before_the_swap_nothing_is_published(project: Project, moment: str, name: str) -> None:
    stopped = kpis(name, moment, "run")

    assert stopped.returncode == CODES[name], stopped.stderr
    assert f"Stopped by {name}" in stopped.stderr
    assert "nothing was published; nothing is published yet." in stopped.stderr
    assert "→ Run it again: kpis run." in stopped.stderr
    assert "Traceback" not in stopped.stderr
    assert current_version(project.published) is None
    assert list(project.published.glob("versions/*")) == []
    [record] = read_runs(project.ledger)
    assert (record.status, record.exit_code) == ("interrupted", CODES[name])

    assert kpis("SIGTERM", "never", "run").returncode == 0
    before = current_version(project.published)
    assert before is not None
    again = kpis(name, moment, "run", "--json")
    assert again.returncode == CODES[name], again.stderr
    said = json.loads(again.stdout)
    assert said["status"] == "interrupted"
    assert said["exit_code"] == CODES[name]
    assert said["current"] == before.run_id
    assert f"readers still see version {before.run_id}" in said["message"]


@pytest.mark.parametrize("name", CODES)
@pytest.mark.parametrize(
    "moment",
    [
        "after the swap",
        *(
            pytest.param(moment, marks=pytest.mark.slow)
            for moment in ("before the swap", "recording", "showing")
        ),
    ],
)
def test_from_the_swap_on_the_version_is_published_and_it_says_so(
    project: Project, moment: str, name: str
) -> None:
    stopped = kpis(name, moment, "run")

    assert stopped.returncode == CODES[name], stopped.stderr
    [version] = all_versions(project.published)
    assert f"version {version.run_id} was published before and is whole" in stopped.stderr
    assert "→ Look at it: kpis status" in stopped.stderr
    assert "Traceback" not in stopped.stderr
    verify(version)
    [record] = read_runs(project.ledger)
    assert record.version == version.run_id
    if moment in ("recording", "showing"):
        assert published_revenue(project.warehouse) == [100, 200, 50]


def test_publish_and_other_commands_say_it_too(project: Project) -> None:
    assert kpis("SIGTERM", "never", "run").returncode == 0
    before = current_version(project.published)
    assert before is not None
    stopped = kpis("SIGINT", "copying", "publish")
    assert stopped.returncode == 130
    assert f"readers still see version {before.run_id}" in stopped.stderr
    assert "→ Run it again: kpis publish." in stopped.stderr

    starting = kpis("SIGTERM", "starting", "status")
    assert starting.returncode == 143
    assert "Stopped by SIGTERM: nothing was changed." in starting.stderr
    assert "Traceback" not in starting.stderr


@pytest.mark.parametrize(("is_deferred", "count"), [(False, 1), (True, 0)])
def test_a_query_is_interrupted_though_python_has_handled_the_signal_before(
    monkeypatch: pytest.MonkeyPatch, is_deferred: bool, count: int
) -> None:
    """DuckDB lets Python do so between two tasks of a query, and waits for the others for hours."""
    interrupted: list[bool] = []
    listener = stopping._Listener(
        is_listening=True,
        received=signal.SIGINT,
        is_deferred=is_deferred,
        interrupts=[lambda: interrupted.append(True)],
    )
    monkeypatch.setattr(stopping, "_listener", listener)
    told, tell = socket.socketpair()
    with tell:
        tell.send(bytes([signal.SIGINT]))
    stopping._interrupt_when_told(told)
    assert len(interrupted) == count
