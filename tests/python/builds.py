"""Builds of the project for tests: real dbt runs in a subprocess, each with its own database."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import yaml

PROJECT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Build:
    """One finished dbt command: its database, exit code and what it printed."""

    database: Path
    exit_code: int
    output: str

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """The rows of a query on the built database."""
        with duckdb.connect(str(self.database), read_only=True) as connection:
            return connection.execute(query).fetchall()


def plain_environment() -> dict[str, str]:
    """The environment without what would change what dbt builds of the same files."""
    own = ("SALES_KPIS_SEEDS", "SALES_KPIS_PSEUDONYM_SALT")
    return {name: value for name, value in os.environ.items() if name not in own}


def run_dbt(
    command: list[str],
    folder: Path,
    variables: Mapping[str, Any] | None = None,
    seeds: Path | None = None,
    project: Path = PROJECT,
) -> Build:
    """Runs a dbt command on the project; everything it writes is in `folder`.

    `seeds` is copied into the project's `build/`, because dbt wants seeds inside the project.
    """
    folder.mkdir(parents=True, exist_ok=True)
    database = folder / "build.duckdb"
    environment = {**plain_environment(), "SALES_KPIS_DATABASE": str(database)}
    copied_seeds = None
    if seeds is not None:
        copied_seeds = project / "build" / "seeds" / f"test-{os.getpid()}-{folder.name}"
        shutil.copytree(seeds, copied_seeds, dirs_exist_ok=True)
        environment["SALES_KPIS_SEEDS"] = str(copied_seeds.relative_to(project))
    arguments = [
        *command,
        *("--project-dir", str(project), "--profiles-dir", str(project)),
        *("--target-path", str(folder / "target"), "--log-path", str(folder / "logs")),
        *("--vars", json.dumps(dict(variables or {}))),
    ]
    dbt = Path(sys.executable).with_name("dbt")
    try:
        process = subprocess.run(
            [str(dbt), "--no-use-colors", *arguments],
            cwd=project,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
    finally:
        if copied_seeds is not None:
            shutil.rmtree(copied_seeds, ignore_errors=True)
    return Build(database, process.returncode, process.stdout + process.stderr)


@cache
def pseudonym(kind: str, name: str) -> str:
    """What the marts call a person, browser or address, with the salt of `dbt_project.yml`."""
    digest = hashlib.md5(f"{_salt()}{name}".encode(), usedforsecurity=False)
    return f"{kind}_{digest.hexdigest()}"


@cache
def _salt() -> str:
    settings = yaml.safe_load((PROJECT / "dbt_project.yml").read_text("utf-8"))
    return str(settings["vars"]["pseudonym_salt"])


def shown_rows(build: Build) -> list[dict[str, Any]]:
    """The rows that `dbt show --output json` has printed."""
    assert build.exit_code == 0, build.output
    start = re.search(r'^\{\s*"show"', build.output, re.MULTILINE)
    assert start, build.output
    content = json.loads(build.output[start.start() : build.output.rindex("}") + 1])
    rows: list[dict[str, Any]] = content["show"]
    return rows


def build_models(folder: Path, **arguments: Any) -> Build:
    """`dbt build` of everything but the unit tests, which have a test of their own."""
    return run_dbt(["build", "--exclude-resource-type", "unit_test"], folder, **arguments)
