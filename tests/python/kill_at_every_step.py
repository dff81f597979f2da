"""Kills a whole run before each of its changes to the file system, and looks at what is left.

A script, because each attempt is a fork of a process that has no threads yet. It prints the steps
it killed at, one a line, and ends with an error if a reader would have noticed.
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

import duckdb

from kpis_project import FakeBuilder, QuietReporter, published_revenue, request_for, write_project
from sales_kpis import publish, reported_values
from sales_kpis.ledger import read_runs
from sales_kpis.project import Project
from sales_kpis.run import run

OLD, NEW = [100.0, 200.0, 50.0], [7.0, 8.0, 9.0]
# Python tells its audit hooks of each of these before it does them.
CHANGES = ("os.rename", "os.symlink", "os.remove", "shutil.rmtree")


def project_in(folder: Path) -> Project:
    return Project(
        root=folder,
        warehouse=folder / "build" / "sales_kpis.duckdb",
        published=folder / "published",
    )


def run_with(folder: Path, revenue: list[float]) -> None:
    builder = FakeBuilder.of(revenue=revenue)
    request = request_for(project_in(folder), keep=2, grace_minutes=0)
    run(request, QuietReporter(), builder)


def kill_before_change(number: int, steps: Path) -> None:
    """Make this process die before its change of that number, or in the middle of the copy."""
    changes = 0

    def count(step: str) -> None:
        nonlocal changes
        changes += 1
        if changes == number:
            steps.write_text(step)
            os.kill(os.getpid(), signal.SIGKILL)

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        is_writing = event == "open" and str(arguments[1])[0] in "wa"
        # Inside a removal of a whole folder paths are relative to it: its beginning is enough.
        is_inside_removal = event == "os.remove" and arguments[1] != -1
        if (event in CHANGES and not is_inside_removal) or is_writing:
            # The target of a link or rename is what a reader sees.
            names = [Path(str(path)).name for path in arguments[:2] if isinstance(path, str | Path)]
            count(f"{event} {' '.join(names)}")

    digest = publish._digest

    def counted_digest(connection: Any, relation: str) -> Any:
        if '"kpi_values"' in relation or "kpi_values.parquet" in relation:
            count(f"copying {relation}")
        return digest(connection, relation)

    sys.addaudithook(hook)
    publish._digest = counted_digest


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
    check_ledger(project.published)
    statuses = [record.status for record in read_runs(project.ledger)]
    assert statuses[-1] == "published"
    assert set(statuses) <= {"published", "unfinished"}


def check_ledger(published: Path) -> None:
    """The ledger knows the version, each value once, and each of the two changes once."""
    ledger = reported_values.folder_of(published)
    current = publish.current_version(published)
    assert current is not None
    assert reported_values.last_version(ledger) == current.run_id
    assert not list(published.glob(".ledger*"))
    with duckdb.connect() as connection:
        rows = connection.execute(
            "select value_before, value, change_number from"
            f" read_parquet('{ledger}/*/values.parquet') order by change_number, value"
        ).fetchall()
    # September still runs.
    assert rows == [(None, 100, 0), (None, 200, 0), (100, 7, 1), (200, 8, 1)]


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
    kill_before_change(number, folder / "step")
    run_with(folder, NEW)


def main(folder: Path) -> int:
    # A killed process loses nothing that it has written; only a power cut would.
    os.fsync = lambda fd: None
    template = write_project(folder / "template")
    # Two versions, so that the next one lets the first go.
    if in_fork(run_with, template, OLD) or in_fork(run_with, template, OLD):
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
