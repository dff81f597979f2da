"""Fixtures of the tests of the `kpis` command."""

from __future__ import annotations

import gc
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from builds import SESSION_FOLDER
from kpis_project import write_project
from sales_kpis.dbt_child import FEW_LOOKS_FOR_GARBAGE
from sales_kpis.project import Project, find_project
from spark_dbt import SparkDbt
from spark_recording import Recording, parity_tests

# These want a Java (`make test-spark`) and a Chromium (`make test-browser`).
collect_ignore = [
    folder
    for folder, variable in (
        ("spark", "SALES_KPIS_TEST_SPARK"),
        ("browser", "SALES_KPIS_TEST_BROWSER"),
    )
    if not os.environ.get(variable)
]

# A `make` in a test would take the options of `make test`, and say that it is one inside of it.
OF_THE_MAKE_ABOVE = ("MAKEFLAGS", "MAKELEVEL", "MFLAGS")


def pytest_configure(config: pytest.Config) -> None:
    """Give the processes of this session what they share: a folder, and how Python goes on."""
    for variable in OF_THE_MAKE_ABOVE:
        os.environ.pop(variable, None)
    gc.set_threshold(*FEW_LOOKS_FOR_GARBAGE)
    if SESSION_FOLDER not in os.environ:
        os.environ[SESSION_FOLDER] = tempfile.mkdtemp(prefix="sales-kpis-tests-")
        config.add_cleanup(_remove_session_folder)


def _remove_session_folder() -> None:
    shutil.rmtree(os.environ.pop(SESSION_FOLDER), ignore_errors=True)


@pytest.fixture(scope="session")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkDbt]:
    """dbt on Spark, in one process for all tests; `make test-spark` has what it needs."""
    with SparkDbt(tmp_path_factory.mktemp("spark")) as dbt:
        yield dbt


def pytest_collection_finish(session: pytest.Session) -> None:
    if tests := parity_tests(session.items):
        session.config.pluginmanager.register(Recording(tests), Recording.__name__)


@pytest.fixture(scope="session")
def recording(pytestconfig: pytest.Config) -> Recording:
    """Where the parity tests note what they have compared."""
    plugin = pytestconfig.pluginmanager.get_plugin(Recording.__name__)
    assert isinstance(plugin, Recording)
    return plugin


@pytest.fixture
def no_waiting_for_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only a power cut could tell the difference, and on a busy disk each wait is long."""
    monkeypatch.setattr("os.fsync", lambda fd: None)


@pytest.fixture
def kpis_project(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, no_waiting_for_the_disk: None
) -> Iterator[Project]:
    """An empty dbt project with settings and raw files in a folder of its own, used by `kpis`."""
    root = write_project(tmp_path / "project")
    monkeypatch.setenv("SALES_KPIS_PROJECT", str(root))
    monkeypatch.delenv("SALES_KPIS_DATABASE", raising=False)
    monkeypatch.chdir(root)
    yield find_project()
