"""Builds of the project for tests, each with a database of its own.

A test session parses the project once for each list of `systems` (12 to 17 CPU-seconds); every
later command takes a copy of that manifest (0.3) and has its own variables, raw files and seeds.
The fixture, a company with every edge case, is built once a session (`golden_demo`), and a test
that changes it takes a copy. So is the believable company (`believable_demo`).
"""

from __future__ import annotations

import fcntl
import gc
import hashlib
import json
import os
import pickle
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import yaml

from dbt_in_process import invoke
from sales_kpis.sources import MARK, parse_report

PROJECT = Path(__file__).resolve().parents[2]
# The company that has every edge case: its raw files and its seeds, which a build reads by default.
EDGE_CASES = Path("tests/edge_cases")
# The believable company: what the project builds by itself, and the seed that made it.
DEMO = Path("data/demo")
BELIEVABLE_SEED = 1
# Names the folder that all processes of a test session share; conftest.py makes and removes it.
SESSION_FOLDER = "SALES_KPIS_TEST_SESSION"
# The settings that decide how the project is parsed; others are read when a command runs.
PARSED_VARIABLES = ("systems",)


class BuildError(Exception):
    """dbt cannot do what a test takes for granted; the message is what it printed."""


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

    @property
    def folder(self) -> Path:
        """Has dbt's `target/` beside the database."""
        return self.database.parent

    def artifact(self, name: str) -> Any:
        """A file of the last dbt command: `manifest.json` or `run_results.json`."""
        return json.loads((self.folder / "target" / name).read_text(encoding="utf-8"))

    def copy(self, folder: Path) -> Build:
        """The same build in another folder, free to be changed."""
        shutil.copytree(self.folder, folder, dirs_exist_ok=True)
        return Build(folder / self.database.name, self.exit_code, self.output)


def run_dbt(
    command: list[str],
    folder: Path,
    variables: Mapping[str, Any] | None = None,
    seeds: Path | None = None,
    project: Path = PROJECT,
    parsed: bytes | None = None,
    artifacts: bool = False,
) -> Build:
    """Runs a dbt command; everything it writes is in `folder`: build.duckdb and target/.

    Args:
        command: dbt's command and its flags.
        folder: is made where it is not there; a database in it is built upon.
        variables: as of `--vars`; without a `raw_path`, that of the fixture's files.
        seeds: a folder with planning/ and mapping/; None is the fixture's, of another project its
            own.
        project: the folder of another project, which the command parses unless it is `parsed`.
        parsed: what `parse` gave for the same `systems`.
        artifacts: whether `Build.artifact` has something to read; writing it takes a second.
    """
    folder.mkdir(parents=True, exist_ok=True)
    database = folder / "build.duckdb"
    given = dict(variables or {})
    if project == PROJECT:
        given.setdefault("raw_path", EDGE_CASES.joinpath("raw").as_posix())
        seeds = seeds or PROJECT / EDGE_CASES / "seeds"
    if project == PROJECT and parsed is None and command[0] != "parse":
        try:
            parsed = _parsed_once(given)
        except BuildError as error:
            return Build(database, 2, str(error))
    manifest = None if parsed is None else _unpickled(parsed)
    if seeds is not None and manifest is not None:
        _take_seeds_from(seeds.resolve(), manifest)
    command = [*command, "--write-json" if artifacts else "--no-write-json"]
    for name in ("manifest.json", "run_results.json"):
        (folder / "target" / name).unlink(missing_ok=True)  # That of a command before.
    outcome = invoke(_arguments(command, folder, given, project), project, database, manifest)
    return Build(database, outcome.exit_code, outcome.output)


def parse(
    folder: Path, variables: Mapping[str, Any] | None = None, project: Path = PROJECT
) -> bytes:
    """A project as dbt has parsed it, which `run_dbt` takes; dbt's memory of it is in `folder`.

    Raises:
        BuildError: dbt cannot parse it.
    """
    arguments = _arguments(["parse"], folder, variables or {}, project)
    outcome = invoke(arguments, project, folder / "build.duckdb")
    if outcome.exit_code:
        raise BuildError(outcome.output)
    return pickle.dumps(outcome.result)


def _arguments(
    command: list[str], folder: Path, variables: Mapping[str, Any], project: Path
) -> list[str]:
    return [
        *command,
        *("--project-dir", str(project), "--profiles-dir", str(project)),
        *("--target-path", str(folder / "target"), "--log-level-file", "none"),
        *("--vars", json.dumps(dict(variables))),
    ]


def _unpickled(parsed: bytes) -> Any:
    gc.disable()  # Nothing of it is garbage, and to look for some takes five times as long.
    try:
        return pickle.loads(parsed)
    finally:
        gc.enable()


def _parsed_once(variables: Mapping[str, Any]) -> bytes:
    deciding = {name: variables[name] for name in PARSED_VARIABLES if name in variables}
    digest = hashlib.sha256(json.dumps(deciding).encode()).hexdigest()
    with once_a_session(f"parsed-{digest[:12]}") as folder:
        pickled = folder / "manifest.pickle"
        if not pickled.exists():
            # dbt remembers the last session here: unchanged files are parsed in 1.5 CPU-seconds.
            pickled.write_bytes(parse(PROJECT / "build" / "tests" / folder.name, deciding))
    return _content(pickled)


@cache
def _content(path: Path) -> bytes:
    return path.read_bytes()


def _take_seeds_from(folder: Path, manifest: Any) -> None:
    """Lets the nodes of `seeds/` read the files of another folder.

    dbt looks for a seed's file in the project, and where it is not there, under its root path.
    """
    for node in manifest.nodes.values():
        path = Path(node.original_file_path)
        if node.resource_type == "seed" and path.parts[0] == "seeds":
            node.root_path = str(folder)
            node.original_file_path = str(Path(*path.parts[1:]))


@contextmanager
def once_a_session(name: str) -> Iterator[Path]:
    """A folder of the test session in which one process at a time works, while others wait."""
    folder = Path(os.environ[SESSION_FOLDER]) / name
    folder.mkdir(parents=True, exist_ok=True)
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield folder


def golden_demo() -> Build:
    """The fixture's company with all data tests, built once a session. Copy it to change it.

    Raises:
        BuildError: it cannot be built, or a data test fails.
    """
    with once_a_session("golden") as folder:
        built = Build(folder / "demo" / "build.duckdb", 0, "")
        said = folder / "output.txt"
        if not said.exists():
            built = build_models(folder / "demo")
            if built.exit_code:
                raise BuildError(built.output)
            said.write_text(built.output, encoding="utf-8")
    return Build(built.database, 0, said.read_text(encoding="utf-8"))


def believable_files() -> dict[str, Any]:
    """The arguments of `run_dbt` for the believable company: its raw files and its seeds."""
    return {"variables": {"raw_path": DEMO.as_posix()}, "seeds": PROJECT / "seeds"}


def believable_demo() -> Build:
    """The believable company with all data tests, built once a session. Copy it to change it.

    Raises:
        BuildError: it cannot be built, or a data test fails.
    """
    with once_a_session("believable") as folder:
        built = Build(folder / "demo" / "build.duckdb", 0, "")
        said = folder / "output.txt"
        if not said.exists():
            built = build_models(folder / "demo", **believable_files())
            if built.exit_code:
                raise BuildError(built.output)
            said.write_text(built.output, encoding="utf-8")
    return Build(built.database, 0, said.read_text(encoding="utf-8"))


@cache
def pseudonym(kind: str, name: str) -> str:
    """The name of a person, browser or address in marts, by the salt of `dbt_project.yml`."""
    digest = hashlib.md5(f"{_salt()}{name}".encode(), usedforsecurity=False)
    return f"{kind}_{digest.hexdigest()}"


@cache
def _salt() -> str:
    settings = yaml.safe_load((PROJECT / "dbt_project.yml").read_text("utf-8"))
    return str(settings["vars"]["pseudonym_salt"])


def source_report(build: Build) -> dict[str, Any]:
    """The report of the macro `check_sources`, as `kpis check-sources --json` shows it."""
    line = build.output.partition(MARK)[2].partition("\n")[0]
    assert line, build.output
    return dict(parse_report(json.loads(line)).content)


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
    command = ["build", "--exclude-resource-type", "unit_test"]
    return run_dbt(command, folder, artifacts=True, **arguments)
