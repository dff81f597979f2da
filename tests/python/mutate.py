"""Changes rules of the project on purpose, one at a time, and tells which change no test notices.

    python tests/python/mutate.py --seed 1 --count 3 --kind models contracts

`make mutate` runs it. A copy of the project in build/mutation is parsed once and its demo built
once; each mutant is then a fork of this process with the change in the copy's files and manifest.
Its proofs are tried in the order of what they cost, until one fails:

    models, macros  dbt's unit tests of the models that it changes; their build and data tests; the
                    planted answers; of macros also the Python tests of their folder
    contracts       the record of what connectors deliver, and raw tables in each of its spellings
    seeds           their types, the committed demo, the planted answers
    scripts         the test files that import the module, and those of the command
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import pickle
import re
import shutil
import signal
import subprocess
import sys
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

import builds
from mutants import KINDS, Mutant, sample

HERE = Path(__file__).resolve()
# Above so many changed models all of them are built.
MANY = 60
SECONDS_AT_MOST = 1800
# The mark of a change that this tool, not a proof, has stumbled over; it counts nowhere.
NOT_TRIED = "no proof, not tried"
PYTEST = ["-q", "-x", "-p", "no:cacheprovider", "-p", "no:xdist"]
PLANTED = ["test_planted_answers.py", "-k", "committed"]
PYTHON_PROOFS = {
    "macros/contract": [["test_contract_lines.py"], ["test_contract.py", "test_cli_sources.py"]],
    "macros/engine": [["test_engine_macros.py"], ["test_contract_lines.py", "test_contract.py"]],
    "macros/staging": [["test_hubspot_spellings.py"], ["test_mailchimp_and_ga4.py"]],
}


# --- the copy of the project -------------------------------------------------------------------
def copy_of_the_project(project: Path) -> Path:
    """A copy of what git knows of the project; the same files give the same copy."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=project,
        capture_output=True,
        check=True,
    ).stdout.decode()
    names = sorted(name for name in listed.split("\0") if name and (project / name).is_file())
    digest = hashlib.sha256()
    for name in names:
        digest.update(name.encode() + (project / name).read_bytes())
    home = project / "build" / "mutation" / digest.hexdigest()[:12]
    for name in names:
        target = home / "project" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(project / name, target)
    return home


@contextmanager
def written(mutant: Mutant, project: Path) -> Iterator[None]:
    """The mutant in the copy's file, while it lasts."""
    path = project / mutant.file
    text = path.read_text(encoding="utf-8")
    path.write_text(mutant.changed(text), encoding="utf-8")
    try:
        yield
    finally:
        path.write_text(text, encoding="utf-8")


# --- the manifest ------------------------------------------------------------------------------
def put_into(manifest: Any, mutant: Mutant, text: str) -> list[str] | None:
    """Changes the manifest; the names of the models that it concerns, None where it has to be
    parsed again."""
    models = [node for node in manifest.nodes.values() if node.resource_type == "model"]
    for node in models:
        if node.original_file_path == mutant.file:
            node.raw_code = _part_of(mutant, text, node.raw_code) or node.raw_code
            return [node.name]
    macros = [macro for macro in manifest.macros.values() if macro.package_name == "sales_kpis"]
    for macro in macros:
        if macro.original_file_path == mutant.file:
            code = _part_of(mutant, text, macro.macro_sql)
            if code:
                macro.macro_sql = code
                return _models_that_name(macro.name, macros, models)
    return None


def _part_of(mutant: Mutant, text: str, code: str) -> str | None:
    """The part of a file that is `code`, with the change if it lies in it."""
    begin = text.find(code.strip())
    end = begin + len(code.strip())
    if begin < 0 or not begin <= mutant.start < end:
        return None
    return mutant.changed(text)[begin : end + len(mutant.after) - len(mutant.before)]


def _models_that_name(name: str, macros: list[Any], models: list[Any]) -> list[str]:
    names = {name}
    while True:
        words = "|".join(sorted({re.sub("^(duckdb|default|spark)__", "", each) for each in names}))
        pattern = re.compile(rf"\b({words})\b")
        more = {macro.name for macro in macros if pattern.search(macro.macro_sql)} - names
        if not more:
            return [node.name for node in models if pattern.search(node.raw_code)]
        names |= more


# --- proofs ------------------------------------------------------------------------------------
class Failures:
    """A plugin of pytest that remembers what has failed."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self.names.append(report.nodeid.rpartition("/")[2])

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.names.append(report.nodeid.rpartition("/")[2] or "collection")


def failed_tests(arguments: list[str]) -> str | None:
    """The first test that fails, in this process."""
    failures = Failures()
    code = pytest.main([*PYTEST, *_in_the_folder(arguments)], plugins=[failures])
    if code == pytest.ExitCode.OK or code == pytest.ExitCode.NO_TESTS_COLLECTED:
        return None
    return f"pytest: {failures.names[0] if failures.names else 'exit code ' + str(code)}"


def failed_tests_of_another_process(arguments: list[str]) -> str | None:
    """The first test that fails, in a process that has imported nothing yet."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *PYTEST, *_in_the_folder(arguments)],
        capture_output=True,
        text=True,
        timeout=SECONDS_AT_MOST,
    )
    if done.returncode in (0, 5):
        return None
    found = re.search(r"^(?:FAILED|ERROR) (?:\S*/)?(\S+)", done.stdout, re.MULTILINE)
    return f"pytest: {found[1] if found else done.stdout[-100:]}"


def _in_the_folder(arguments: list[str]) -> list[str]:
    return [
        str(HERE.parent / each) if each.startswith("test_") and each.endswith(".py") else each
        for each in arguments
    ]


def failed_nodes(command: list[str], folder: Path, parsed: bytes) -> str | None:
    """The failures in a command of dbt."""
    ended = builds.run_dbt(command, folder, parsed=parsed, artifacts=True)
    if ended.exit_code == 0:
        return None
    if ended.exit_code == 1:
        for result in ended.artifact("run_results.json")["results"]:
            if result["status"] in ("error", "fail", "runtime error"):
                kind, _, name = result["unique_id"].split(".", 2)
                return f"dbt {kind}: {name.removeprefix('sales_kpis.')}"
    return f"dbt {command[0]}: {ended.output.strip()[-150:]}"


def first_proof(mutant: Mutant, project: Path, session: Path, text: str) -> str | None:
    """The proof that notices the mutant, None if none does."""
    if mutant.kind == "scripts":
        return _of_a_script(mutant)
    pickled = next(session.glob("parsed-*/manifest.pickle"))
    if mutant.kind in ("contracts", "seeds"):
        pickled.unlink()
        for proof in (
            ["test_contract_lines.py", "-k", "record and not every and not built"],
            ["test_contract_lines.py", "test_demo_raw_files.py", "test_guards.py"],
        ):
            if caught := failed_tests(proof):
                return caught
        return _of_a_build([], session, builds.parse(session / "again"))
    manifest = pickle.loads(pickled.read_bytes())
    concerned = put_into(manifest, mutant, text)
    if concerned is None:
        return "no part of the manifest: nothing that dbt runs"
    parsed = pickle.dumps(manifest)
    pickled.unlink()
    pickled.write_bytes(parsed)
    if concerned and len(concerned) <= MANY:
        folder = builds.golden_demo().copy(session / "units").folder
        units = [f"{name},test_type:unit" for name in concerned]
        if caught := failed_nodes(["test", "--select", *units, "--fail-fast"], folder, parsed):
            return caught
    for proof in PYTHON_PROOFS.get("/".join(Path(mutant.file).parts[:2]), []):
        if caught := failed_tests(proof):
            return caught
    return _of_a_build(concerned, session, parsed)


def _of_a_script(mutant: Mutant) -> str | None:
    module = Path(mutant.file).stem
    files = sorted(HERE.parent.glob("test_*.py"), key=lambda file: file.stat().st_size)
    importing = [
        file.name
        for file in files
        if re.search(rf"sales_kpis[. ].*\b{module}\b", file.read_text("utf-8"))
    ]
    command = [
        f.name
        for f in files
        if f.name.startswith(("test_cli", "test_publish")) and "spark" not in f.name
    ]
    for name in dict.fromkeys([*importing, *command]):
        if caught := failed_tests_of_another_process([name]):
            return caught
    return None


def _of_a_build(concerned: list[str], session: Path, parsed: bytes) -> str | None:
    """Builds what the mutant changes upon the demo, with data tests; then the planted answers."""
    golden = session / "golden" / "demo"
    few = 0 < len(concerned) <= MANY
    selection = ["--select", *(f"{name}+" for name in concerned)] if few else []
    manifest = golden / "target" / "manifest.json"
    whole = json.loads(manifest.read_text(encoding="utf-8"))["nodes"]
    build = ["build", "--exclude-resource-type", "unit_test", "--fail-fast", *selection]
    if caught := failed_nodes(build, golden, parsed):
        return caught
    # dbt has compiled only what it has built, and the tests look at the queries of all KPIs.
    built = json.loads(manifest.read_text(encoding="utf-8"))
    for key, node in built["nodes"].items():
        if not node.get("compiled_code") and key in whole:
            node["compiled_code"] = whole[key].get("compiled_code")
    manifest.write_text(json.dumps(built), encoding="utf-8")
    return failed_tests(PLANTED)


# --- one mutant after the other ----------------------------------------------------------------
def in_a_fork(mutant: Mutant, project: Path, session: Path, log: Path) -> str | None:
    """The proof that notices the mutant, found out in a fork of this process."""
    text = (project / mutant.file).read_text(encoding="utf-8")
    own = session.with_name("session-of-a-mutant")
    shutil.rmtree(own, ignore_errors=True)
    shutil.copytree(session, own)
    answer = own / "answer.json"
    with written(mutant, project):
        child = os.fork()
        if child == 0:
            _answer(mutant, project, own, text, answer, log)
        os.waitpid(child, 0)
    if not answer.exists():
        return "time: it does not end"
    caught: str | None = json.loads(answer.read_text(encoding="utf-8"))
    return caught


def _answer(
    mutant: Mutant, project: Path, session: Path, text: str, answer: Path, log: Path
) -> None:
    try:
        signal.alarm(SECONDS_AT_MOST)
        descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        for each in (1, 2):
            os.dup2(descriptor, each)
        os.environ[builds.SESSION_FOLDER] = str(session)
        caught = first_proof(mutant, project, session, text)
        answer.write_text(json.dumps(caught), encoding="utf-8")
    except BaseException as error:
        traceback.print_exc()
        answer.write_text(json.dumps(f"{NOT_TRIED}: {str(error)[:150]}"))
    finally:
        os._exit(0)


def run(options: argparse.Namespace) -> int:
    """Tries the sample in the copy; prints each mutant and the score."""
    project = builds.PROJECT
    session = project.parent / "session"
    session.mkdir(exist_ok=True)
    os.environ[builds.SESSION_FOLDER] = str(session)
    builds.golden_demo()
    caught: Counter[str] = Counter()
    tried: Counter[str] = Counter()
    for kind in options.kind:
        for mutant in sample(kind, project, options.seed, options.count):
            started = time.monotonic()
            described = mutant.described((project / mutant.file).read_text(encoding="utf-8"))
            proof = in_a_fork(mutant, project, session, project.parent / "mutant.log")
            if proof is None or not proof.startswith(NOT_TRIED):
                tried[kind] += 1
                caught[kind] += proof is not None
            verdict = f"caught by {proof}" if proof else "SURVIVED"
            print(
                f"{kind}: {described}\n    {verdict} ({time.monotonic() - started:.0f} s)",
                flush=True,
            )
    for kind in tried:
        print(f"{kind}: {caught[kind]} of {tried[kind]} caught (seed {options.seed})")
    return 0 if caught == tried else 1


def main() -> int:
    """Reads the command line; the copy runs the same file."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=8, help="mutants of each kind")
    parser.add_argument("--kind", nargs="+", choices=KINDS, default=list(KINDS))
    options = parser.parse_args()
    if builds.PROJECT.parents[1].name == "mutation":
        return run(options)
    home = copy_of_the_project(builds.PROJECT)
    copy = home / "project"
    paths = [str(copy / folder) for folder in (".", "scripts", "tests", "tests/python")]
    return subprocess.run(
        [sys.executable, str(copy / "tests" / "python" / HERE.name), *sys.argv[1:]],
        cwd=copy,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
    ).returncode


if __name__ == "__main__":
    sys.exit(main())
