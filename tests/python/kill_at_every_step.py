"""Kills a whole run before each of its changes to the file system, and looks at what is left.

A script, because each attempt is a fork of a process that has no threads yet. It prints the names
of the steps it killed at, one a line, and ends with an error if a reader would have noticed.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from kpis_project import FakeBuilder, QuietReporter, published_revenue, request_for, write_project
from sales_kpis import files, publish
from sales_kpis.ledger import read_runs
from sales_kpis.project import Project
from sales_kpis.run import run

OLD, NEW = [100.0, 200.0, 50.0], [7.0, 8.0, 9.0]
# Each step that changes something, and a point in the middle of writing the copy.
STEPS: list[tuple[Any, str]] = [
    *(
        (files, name)
        for name in (
            "remove",
            "replace",
            "point_symlink",
            "write_text",
            "append_line",
            "sync_tree",
        )
    ),
    (publish, "_digest"),
]


def project_in(folder: Path) -> Project:
    return Project(
        root=folder,
        warehouse=folder / "build" / "sales_kpis.duckdb",
        published=folder / "published",
    )


def run_with(folder: Path, revenue: list[float]) -> None:
    builder = FakeBuilder.of(revenue=revenue)
    run(request_for(project_in(folder), keep=2), QuietReporter(), builder)


def kill_before_call(number: int, steps: Path) -> None:
    """Make this process die at the call of that number of any of the STEPS."""
    calls = 0
    digests = 0

    def counted(function: Callable[..., Any], name: str) -> Callable[..., Any]:
        def step(*arguments: Any) -> Any:
            nonlocal calls, digests
            digests += name == "_digest"
            # Three points in the middle of the copy are enough; removing nothing changes nothing.
            is_passed_over = (name == "_digest" and digests not in (1, 8, 17)) or (
                name == "remove" and not os.path.lexists(arguments[0])
            )
            if is_passed_over:
                return function(*arguments)
            calls += 1
            if calls == number:
                steps.write_text(f"{name} {Path(str(arguments[0])).name}")
                os.kill(os.getpid(), signal.SIGKILL)
            return function(*arguments)

        return step

    for module, name in STEPS:
        setattr(module, name, counted(getattr(module, name), name))


def check_readers(folder: Path) -> None:
    """A reader finds the old version or the new one, whole."""
    version = publish.current_version(folder / "published")
    assert version is not None
    publish.verify(version)
    assert published_revenue(version.database) in (OLD, NEW)
    warehouse = project_in(folder).warehouse
    assert published_revenue(warehouse) in (OLD, NEW)


def check(folder: Path) -> None:
    """A reader finds one whole version, and one more run leaves no trace but in the ledger."""
    check_readers(folder)
    run_with(folder, NEW)
    project = project_in(folder)
    version = publish.current_version(project.published)
    assert version is not None
    publish.verify(version)
    assert published_revenue(version.database) == NEW
    assert published_revenue(project.warehouse) == NEW
    assert not project.candidate.parent.exists()
    names = sorted(path.name for path in (project.published / "versions").iterdir())
    assert all(not name.startswith(".") for name in names)
    assert len(names) == 2
    statuses = [record.status for record in read_runs(project.ledger)]
    assert statuses[-1] == "published"
    assert set(statuses) <= {"published", "unfinished"}


def in_fork(function: Callable[..., None], *arguments: Any) -> int:
    """Run in a forked process; returns its exit code, or minus the signal that killed it."""
    pid = os.fork()
    if pid == 0:
        try:
            function(*arguments)
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def killed_run(folder: Path, number: int) -> None:
    kill_before_call(number, folder / "step")
    run_with(folder, NEW)


def main(folder: Path) -> int:
    # A killed process loses nothing that it has written; only a power cut would.
    os.fsync = lambda fd: None
    template = write_project(folder / "template")
    if in_fork(run_with, template, OLD):
        return 1
    for number in range(1, 200):
        attempt = folder / f"attempt-{number}"
        shutil.copytree(template, attempt, symlinks=True)
        code = in_fork(killed_run, attempt, number)
        if code == 0:
            return 0
        step = (attempt / "step").read_text() if (attempt / "step").exists() else "no step"
        print(step)
        if code != -signal.SIGKILL or in_fork(check, attempt):
            print(f"Failed after the kill before step {number}: {step}")
            return 1
        shutil.rmtree(attempt)
    return 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
