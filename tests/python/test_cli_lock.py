"""One run at a time: who holds the lock, and what a killed holder leaves."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from sales_kpis import lock
from sales_kpis.errors import LockHeld
from sales_kpis.lock import RunLock, read_holder

HOLD = """
import sys, subprocess
from pathlib import Path
from sales_kpis.lock import RunLock
with RunLock(Path(sys.argv[1]), "run-of-another") as held:
    child = None
    if sys.argv[2:]:
        # Like dbt: it inherits the lock and ends some time after its parent.
        child = subprocess.Popen(["sleep", sys.argv[2]], pass_fds=(held.descriptor,))
    print("held", flush=True)
    sys.stdin.read()
"""


@contextmanager
def another_process_holds(path: Path, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path), *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def test_the_lock_says_who_holds_it(tmp_path: Path) -> None:
    path = tmp_path / "run.lock"
    with (
        another_process_holds(path) as process,
        pytest.raises(LockHeld, match=rf"run run-of-another \(process {process.pid}\)") as caught,
        RunLock(path, "mine"),
    ):
        pass
    assert caught.value.exit_code == 3


def test_the_lock_is_free_again_after_its_run(tmp_path: Path) -> None:
    path = tmp_path / "run.lock"
    for run_id in ("first", "second"):
        with RunLock(path, run_id):
            assert read_holder(path)["run_id"] == run_id
    assert read_holder(path) == {}


def test_a_killed_holder_locks_nothing(tmp_path: Path) -> None:
    path = tmp_path / "run.lock"
    with another_process_holds(path) as process:
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert read_holder(path)["run_id"] == "run-of-another"
    with RunLock(path, "mine"):
        assert read_holder(path)["run_id"] == "mine"


def test_the_child_of_a_killed_holder_is_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "run.lock"
    with another_process_holds(path, "0.5") as process:
        process.send_signal(signal.SIGKILL)
        process.wait()
        with RunLock(path, "mine"):
            assert read_holder(path)["run_id"] == "mine"


def test_the_child_of_a_killed_holder_is_not_waited_for_without_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lock, "ORPHAN_SECONDS", 0.1)
    path = tmp_path / "run.lock"
    with another_process_holds(path, "2") as process:
        process.send_signal(signal.SIGKILL)
        process.wait()
        with pytest.raises(LockHeld), RunLock(path, "mine"):
            pass
