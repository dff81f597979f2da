"""A fault of the machine is told in our words, with the space that is needed."""

from __future__ import annotations

import errno
import os
import re
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner, Result

from kpis_project import write_marts
from sales_kpis import cli
from sales_kpis.errors import BuildFailed, KpisError, TestsFailed
from sales_kpis.machine_faults import in_our_words, space_needed
from sales_kpis.project import Project

NOT_OURS = re.compile(r"IO Error|Errno|exception_type|Traceback|duckdb\.org|Could not")


def kpis(*arguments: str) -> Result:
    return CliRunner().invoke(cli.app, list(arguments), env={"COLUMNS": "160"})


def said_of(error: Exception, project: Project | None = None) -> KpisError:
    found = in_our_words(error, project)
    assert found is not None
    assert found.next_step
    assert not NOT_OURS.search(found.message + found.next_step)
    return found


def duckdb_on_a_full_disk(kind: str) -> duckdb.Error:
    with pytest.raises(duckdb.Error) as full:
        duckdb.execute(f"copy (select range as i from range(1000000)) to '/dev/full' ({kind})")
    return full.value


@pytest.mark.parametrize("kind", ["format csv", "format parquet"])
def test_what_duckdb_says_of_a_full_disk(kpis_project: Project, kind: str) -> None:
    said = said_of(duckdb_on_a_full_disk(kind), kpis_project)
    assert said.message.startswith("The disk is full at /dev/full. A run needs about 330 MB in ")
    assert said.message.endswith("MB are free there.")


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
def test_what_the_system_says_of_a_full_disk(kpis_project: Project, number: int) -> None:
    said = said_of(OSError(number, os.strerror(number), "/data/x.duckdb"), kpis_project)
    assert said.message.startswith("The disk is full at /data/x.duckdb. A run needs about")


def test_the_space_needed_is_that_of_the_last_build_and_version(kpis_project: Project) -> None:
    kpis_project.warehouse.parent.mkdir(parents=True, exist_ok=True)
    kpis_project.warehouse.write_bytes(b"x" * 7 * 2**20)
    version = kpis_project.published / "versions" / "one"
    (version / "parquet").mkdir(parents=True)
    (version / "parquet" / "a.parquet").write_bytes(b"x" * 3 * 2**20)
    (kpis_project.published / "current").symlink_to("versions/one")
    needed = space_needed(kpis_project)
    assert f"about 7 MB in {kpis_project.build_folder} and 3 MB in " in needed


def test_a_failed_build_on_a_full_disk_says_so_and_not_what_dbt_says() -> None:
    details = [
        "✗ model fct_deals",
        '  IO Error: Could not write file "/data/x.duckdb": No space left on device',
    ]
    said = said_of(BuildFailed("1 node could not be built.", details=details))
    assert said.message.startswith("The disk is full at /data/x.duckdb.")


def test_a_value_of_the_data_is_no_fault_of_the_machine() -> None:
    offender = TestsFailed("x", details=["· note: No space left on device", "Permission denied"])
    assert in_our_words(offender) is None
    assert in_our_words(duckdb.BinderException("Binder Error: no such column")) is None
    assert in_our_words(FileNotFoundError(errno.ENOENT, "No such file", "x")) is None


def test_a_read_error_and_a_damaged_file_are_told(tmp_path: Path) -> None:
    said = said_of(OSError(errno.EIO, "Input/output error", "/data/x.parquet"))
    assert said.message.startswith("/data/x.parquet cannot be read: its disk gives an error")
    whole = tmp_path / "whole.duckdb"
    with duckdb.connect(str(whole)) as connection:
        connection.execute("create table a as select range as i from range(100000)")
    for name, content in {
        "no.duckdb": b"x" * 9000,
        "cut.duckdb": whole.read_bytes()[:5000],
    }.items():
        damaged = tmp_path / name
        damaged.write_bytes(content)
        with pytest.raises(duckdb.Error) as error:
            duckdb.connect(str(damaged)).execute("select count(*) from a")
        assert said_of(error.value).message.startswith(f"{damaged} cannot be read")


def test_a_file_without_the_right_is_told() -> None:
    said = said_of(PermissionError(errno.EACCES, "Permission denied", "/data/x"))
    assert said.message == "/data/x may not be read or written by this user."
    assert "may not be" in said_of(OSError(errno.EROFS, "Read-only file system", "/x")).message


def test_a_warehouse_that_is_locked_is_told_with_the_program_that_has_it(
    kpis_project: Project,
) -> None:
    write_marts(kpis_project.warehouse)
    script = (
        "import duckdb, sys; c = duckdb.connect(sys.argv[1]);"
        " print('open', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(kpis_project.warehouse)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as writer:
        assert writer.stdout is not None
        writer.stdout.readline()
        results = [kpis(command) for command in ("catalog",)]
        with pytest.raises(duckdb.Error) as error:
            duckdb.connect(str(kpis_project.warehouse))
        writer.kill()
    for result in results:
        assert f"process {writer.pid})" in result.stderr
        assert "is open for writing in another program (python" in result.stderr
        assert not NOT_OURS.search(result.stderr)
    assert f"process {writer.pid})" in said_of(error.value).message
