"""dbt in this process: no start of Python and, where a parsed project is handed in, no parse."""

from __future__ import annotations

import contextlib
import gc
import io
import os
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Outcome:
    """How a dbt command ended: its exit code, all that it printed, and what it returned."""

    exit_code: int
    output: str
    result: Any


def invoke(arguments: list[str], project: Path, database: Path, manifest: Any = None) -> Outcome:
    """One dbt command as the command line would run it in the folder of a project.

    Args:
        arguments: the command and its flags.
        project: the folder of dbt_project.yml and profiles.yml.
        database: the file that the profile's DuckDB opens.
        manifest: dbt's manifest of this project, to save the parse. The command changes it.
    """
    # Takes seconds, and most test files need no dbt.
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.cli.main import dbtRunner

    printed = io.StringIO()
    with (
        _what_is_there_is_no_garbage(),
        _environment(
            {
                **plain_environment(),
                "SALES_KPIS_DATABASE": str(database),
                # Not that of what a developer has published.
                "SALES_KPIS_LEDGER": str(database.parent / "ledger"),
            }
        ),
        contextlib.chdir(project),
        contextlib.redirect_stdout(printed),
        contextlib.redirect_stderr(printed),
        warnings.catch_warnings(),
    ):
        # Warnings of dbt's libraries; the command line does not show them either.
        warnings.simplefilter("ignore")
        try:
            ended = dbtRunner(manifest=manifest).invoke(["--no-use-colors", *arguments])
        finally:
            # Else this process keeps the database locked.
            DuckDBConnectionManager.close_all_connections()
        exit_code = 0 if ended.success else 1 if ended.exception is None else 2
        said = "" if ended.exception is None else f"\n{ended.exception}"
    return Outcome(exit_code, printed.getvalue() + said, ended.result)


def plain_environment() -> dict[str, str]:
    """The environment without what would change what dbt builds of the same files."""
    salt = ("SALES_KPIS_PSEUDONYM_SALT", "SALES_KPIS_PSEUDONYM_SALT_FILE")
    own = ("SALES_KPIS_SEEDS", *salt)
    return {name: value for name, value in os.environ.items() if name not in own}


@contextlib.contextmanager
def _what_is_there_is_no_garbage() -> Iterator[None]:
    """Looking through a manifest for garbage takes more than all else in a small command."""
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


@contextlib.contextmanager
def _environment(values: Mapping[str, str]) -> Iterator[None]:
    before = dict(os.environ)
    os.environ.clear()
    os.environ.update(values)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
