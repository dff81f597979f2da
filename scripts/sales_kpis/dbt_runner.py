"""The one place that runs dbt: a child process whose events are read while it works."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from sales_kpis import files
from sales_kpis.errors import BuildFailed
from sales_kpis.graph_variables import graph_variables
from sales_kpis.project import MART_SCHEMAS

# A selection that selects nothing and an outdated spelling are mistakes, and dbt lets both pass.
# The silence is that of dbt_project.yml, which says why.
WARN_ERROR_OPTIONS = (
    '{"error": ["NoNodesForSelectionCriteria", "Deprecations"], "silence": ["MFConverterIssue"]}'
)

# Progress of a command: nodes done, nodes in all, name of the node that has just started.
OnProgress = Callable[[int, int, str], None]


@dataclass(frozen=True)
class DbtSetup:
    """How dbt is to run.

    `declared_variables` are the names that the project itself declares (graph_variables.py).
    `seeds` is relative to the project folder. `inherited_descriptors` stay open in the dbt process:
    the lock of the run (lock.py). `environment` comes over that of this process.
    """

    project_folder: Path
    database: Path
    target_folder: Path
    variables: Mapping[str, Any]
    declared_variables: tuple[str, ...] = ()
    target: str | None = None
    seeds: Path | None = None
    inherited_descriptors: tuple[int, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)

    @property
    def log_folder(self) -> Path:
        """Where dbt writes its log."""
        return self.target_folder / "logs"


@dataclass(frozen=True)
class DbtOutcome:
    """How one dbt command ended.

    `exit_code` is dbt's: 0 done, 1 a node failed, 2 it did not come to run nodes. `messages` are
    the lines that the project itself logged, `errors` what dbt says went wrong.
    """

    exit_code: int
    invocation_id: str | None
    messages: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()


@dataclass(frozen=True)
class NodeProblem:
    """A model, seed, hook or test query that could not be run."""

    name: str
    resource_type: str
    message: str
    file: str


@dataclass(frozen=True)
class FailedTest:
    """A data test that found offending rows.

    `relation` is where dbt stored them, `sql` the query that finds them.
    """

    name: str
    description: str
    file: str
    failures: int
    relation: str | None
    sql: str | None
    message: str

    @property
    def sentence(self) -> str:
        """The test's name as a sentence."""
        words = self.name.replace("_", " ").strip()
        return words[:1].upper() + words[1:]


@dataclass(frozen=True)
class BuildResult:
    """The outcome of `dbt build`, from its run results and manifest.

    `facts_of` lists for each KPI the fact tables (schema.table) it is made from; `queries` has the
    SQL that built it, `definitions` a mark of all SQL behind it. `described` has what the YAML says
    of each mart.
    """

    statuses: Mapping[str, int]
    tests: tuple[Mapping[str, Any], ...] = ()
    failed_tests: tuple[FailedTest, ...] = ()
    warned_tests: tuple[FailedTest, ...] = ()
    problems: tuple[NodeProblem, ...] = ()
    facts_of: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    queries: Mapping[str, str] = field(default_factory=dict)
    definitions: Mapping[str, str] = field(default_factory=dict)
    described: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


class DbtSession:
    """A dbt process that runs one command after another with the same settings."""

    def __init__(self, setup: DbtSetup) -> None:
        self.setup = setup
        self._errors_path = setup.log_folder / "stderr.txt"

    def __enter__(self) -> Self:
        files.make_folder(self.setup.log_folder)
        files.remove(self._errors_path)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
        with files.open_without_following(self._errors_path, flags) as errors:
            self._process = subprocess.Popen(
                # -P: no folder of the project shadows a module.
                [sys.executable, "-P", "-m", "sales_kpis.dbt_child"],
                cwd=self.setup.project_folder,
                env=_environment(self.setup),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                pass_fds=self.setup.inherited_descriptors,
                encoding="utf-8",
                errors="replace",
            )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        assert self._process.stdin is not None and self._process.stdout is not None
        if kind is not None:
            self._process.terminate()
        self._process.stdin.close()
        self._process.stdout.close()
        try:
            self._process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def invoke(
        self, command: str, *arguments: str, on_progress: OnProgress | None = None
    ) -> DbtOutcome:
        """Run one dbt command to its end; `parse` knows only the variables that can decide a graph.

        Raises:
            BuildFailed: the dbt process itself has died; the message has its last words.
        """
        line = json.dumps([command, *_common_arguments(self.setup, command), *arguments])
        messages: list[str] = []
        errors: list[str] = []
        invocation_id: str | None = None
        for event in self._events(line):
            if "command_ended" in event:
                ended = event["command_ended"]
                if ended["error"] and not errors:
                    errors.append(clean_message(ended["error"]))
                return DbtOutcome(ended["exit_code"], invocation_id, tuple(messages), tuple(errors))
            info, data = event.get("info") or {}, event.get("data") or {}
            invocation_id = info.get("invocation_id") or invocation_id
            if info.get("name") == "JinjaLogInfo":
                messages.append(str(data.get("msg", "")))
            elif info.get("level") == "error" and info.get("name") in _ERROR_EVENTS:
                errors.append(clean_message(str(info.get("msg", ""))))
            elif on_progress is not None and "index" in data and "total" in data:
                _report_progress(info, data, on_progress)
        raise BuildFailed(
            f"dbt ended unexpectedly while running `dbt {command}`.",
            f"Its log is {self.setup.log_folder / 'dbt.log'}.",
            details=self._last_words(),
        )

    def _events(self, command_line: str) -> Iterator[dict[str, Any]]:
        assert self._process.stdin is not None and self._process.stdout is not None
        try:
            self._process.stdin.write(command_line + "\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            return
        for line in self._process.stdout:
            try:
                event = json.loads(line)
            except ValueError:
                continue  # A print() of some library is no event.
            if isinstance(event, dict):
                yield event

    def _last_words(self) -> list[str]:
        lines = self._errors_path.read_text("utf-8", errors="replace").splitlines()
        return [line for line in lines if line.strip()][-5:]


def read_build_result(setup: DbtSetup, outcome: DbtOutcome) -> BuildResult:
    """The result of the `dbt build` of this outcome.

    The files in the target folder are trusted only when they carry the outcome's invocation id:
    those of an earlier run say nothing about this one.
    """
    run_results = files.read_json(setup.target_folder / "run_results.json") or {}
    manifest = files.read_json(setup.target_folder / "manifest.json") or {}
    is_of_this_run = (
        outcome.invocation_id is not None
        and (run_results.get("metadata") or {}).get("invocation_id") == outcome.invocation_id
    )
    if not is_of_this_run:
        message = " ".join(outcome.errors) or "dbt stopped before it built anything."
        return BuildResult(
            statuses={"error": 1}, problems=(NodeProblem("dbt build", "command", message, ""),)
        )
    nodes: dict[str, Any] = {**manifest.get("nodes", {}), **manifest.get("sources", {})}
    statuses: dict[str, int] = {}
    tests: list[dict[str, Any]] = []
    failed: list[FailedTest] = []
    warned: list[FailedTest] = []
    problems: list[NodeProblem] = []
    for result in run_results.get("results", []):
        status = str(result["status"])
        statuses[status] = statuses.get(status, 0) + 1
        node = nodes.get(result["unique_id"], {})
        name = node.get("name") or result["unique_id"].split(".", 2)[-1]
        resource_type = node.get("resource_type") or result["unique_id"].split(".")[0]
        message = clean_message(str(result.get("message") or ""))
        file = str(node.get("original_file_path") or "")
        if resource_type == "test":
            tests.append({"name": name, "status": status, "failures": result.get("failures") or 0})
        if status in ("fail", "warn"):
            (failed if status == "fail" else warned).append(
                FailedTest(
                    name=name,
                    description=" ".join(str(node.get("description") or "").split()),
                    file=file,
                    failures=int(result.get("failures") or 0),
                    relation=result.get("relation_name") or node.get("relation_name"),
                    sql=result.get("compiled_code"),
                    message=message,
                )
            )
        elif status in ("error", "runtime error"):
            problems.append(NodeProblem(name, resource_type, message, file))
    if outcome.exit_code and not failed and not problems:
        message = " ".join(outcome.errors) or "dbt says no more."
        problems.append(NodeProblem("dbt build", "command", message, ""))
    return BuildResult(
        statuses=statuses,
        tests=tuple(tests),
        failed_tests=tuple(failed),
        warned_tests=tuple(warned),
        problems=tuple(problems),
        facts_of=facts_of_kpis(manifest),
        queries=queries_of_kpis(manifest),
        definitions=definitions_of_kpis(manifest),
        described=descriptions_of_marts(manifest),
    )


def facts_of_kpis(manifest: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """For each KPI the nearest fact tables that it is made from, as schema.table.

    Args:
        manifest: dbt's manifest.json.
    """
    nodes: Mapping[str, Any] = manifest.get("nodes", {})
    parents: Mapping[str, list[str]] = manifest.get("parent_map", {})
    return {
        str(node["name"]).removeprefix("kpi_"): tuple(
            f"{nodes[fact]['schema']}.{nodes[fact]['name']}"
            for fact in sorted(_nearest_facts(unique_id, nodes, parents))
        )
        for unique_id, node in nodes.items()
        if node.get("resource_type") == "model" and node.get("schema") == "kpis"
    }


def queries_of_kpis(manifest: Mapping[str, Any]) -> dict[str, str]:
    """For each KPI the compiled SQL of its model.

    Args:
        manifest: dbt's manifest.json.
    """
    return {
        str(node["name"]).removeprefix("kpi_"): str(node["compiled_code"])
        for node in manifest.get("nodes", {}).values()
        if node.get("resource_type") == "model"
        and node.get("schema") == "kpis"
        and node.get("compiled_code")
    }


def definitions_of_kpis(manifest: Mapping[str, Any]) -> dict[str, str]:
    """For each KPI a mark of its models, macros and YAML entry, up to the raw tables.

    Seeds are data and in none.

    Args:
        manifest: dbt's manifest.json.
    """
    nodes: Mapping[str, Any] = manifest.get("nodes", {})
    macros: Mapping[str, Any] = manifest.get("macros", {})
    return {
        str(node["name"]).removeprefix("kpi_"): _mark(unique_id, nodes, macros)
        for unique_id, node in nodes.items()
        if node.get("resource_type") == "model" and node.get("schema") == "kpis"
    }


def descriptions_of_marts(manifest: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The YAML's words on each mart, by schema.table: description, key, and that of each column.

    Args:
        manifest: dbt's manifest.json.
    """
    return {
        f"{node['schema']}.{node.get('alias') or node['name']}": {
            "description": " ".join(str(node.get("description") or "").split()),
            "key": [
                column
                for constraint in node.get("constraints") or ()
                if constraint["type"] == "primary_key"
                for column in constraint["columns"]
            ],
            "columns": {
                name: " ".join(str(column.get("description") or "").split())
                for name, column in (node.get("columns") or {}).items()
            },
        }
        for node in manifest.get("nodes", {}).values()
        if node.get("resource_type") == "model" and node.get("schema") in MART_SCHEMAS
    }


def _mark(unique_id: str, nodes: Mapping[str, Any], macros: Mapping[str, Any]) -> str:
    seen = {unique_id}
    waiting = [unique_id]
    while waiting:
        name = waiting.pop()
        read = (nodes.get(name) or macros.get(name) or {}).get("depends_on") or {}
        for other in (*(read.get("nodes") or ()), *(read.get("macros") or ())):
            if other not in seen and other.startswith(("model.", "macro.sales_kpis.")):
                seen.add(other)
                waiting.append(other)
    texts = [
        macros[name]["macro_sql"]
        if name in macros
        else f"{nodes[name].get('raw_code')} {(nodes[name].get('config') or {}).get('meta')}"
        for name in sorted(seen)
        if name in macros or name in nodes
    ]
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()[:16]


def _nearest_facts(
    unique_id: str, nodes: Mapping[str, Any], parents: Mapping[str, list[str]]
) -> set[str]:
    facts: set[str] = set()
    seen: set[str] = set()
    waiting = [unique_id]
    while waiting:
        for parent in parents.get(waiting.pop(), []):
            if str(nodes.get(parent, {}).get("name")).startswith("fct_"):
                facts.add(parent)
            elif parent not in seen:
                seen.add(parent)
                waiting.append(parent)
    return facts


def clean_message(text: str) -> str:
    """A message of dbt without colours, without its frame and in one paragraph per line."""
    plain = re.sub(r"\x1b\[[0-9;]*m", "", text)
    options = re.search(r"Possible fixes:.*?\n\s*file = ([^\n]+)", plain, re.DOTALL)
    if options:  # DuckDB's CSV reader on a file that landing_files.py takes for whole.
        return (
            f"File {options.group(1)} cannot be read as CSV: its quotation marks or line ends are"
            " mixed. Put each value that holds a delimiter, a quotation mark or a line break"
            " between quotation marks, and save the file anew."
        )
    lines = [line.strip() for line in plain.splitlines()]
    return "\n".join(line for line in lines if line and not _FRAME.match(line))


# Lines that say in which node and where the compiled code is, which we say ourselves.
_FRAME = re.compile(
    r"^(compiled code at .*|(?:\[ERROR\]: )?Encountered an error:?|> (?:in|called by) .*"
    r"|(Runtime|Database|Compilation|Parsing) Error.*)$"
)

# The error events of dbt that say what went wrong; the others repeat it for each node.
_ERROR_EVENTS = (
    "MainEncounteredError",
    "MainStackTrace",
    "RunResultError",
    "RunningOperationCaughtError",
)


def _report_progress(
    info: Mapping[str, Any], data: Mapping[str, Any], on_progress: OnProgress
) -> None:
    if "Hook" in str(info.get("name")):
        return  # Hooks are counted on their own.
    node = data.get("node_info") or {}
    name = str(node.get("node_name") or data.get("node_name") or data.get("description") or "")
    is_start = info.get("name") == "LogStartLine"
    on_progress(int(data["index"]) - (1 if is_start else 0), int(data["total"]), name)


def _common_arguments(setup: DbtSetup, command: str) -> list[str]:
    variables = setup.variables
    if command == "parse":
        variables = graph_variables(setup.project_folder, setup.declared_variables, variables)
    return [
        "--project-dir", str(setup.project_folder),
        "--profiles-dir", str(setup.project_folder),
        "--target-path", str(setup.target_folder),
        "--log-path", str(setup.log_folder),
        # The child tells the events itself; the file is for a person who looks for a failure.
        "--log-level", "none",
        "--log-level-file", "info",
        "--no-use-colors",
        "--no-use-colors-file",
        "--warn-error-options", WARN_ERROR_OPTIONS,
        "--vars", json.dumps(dict(variables), sort_keys=True, default=str),
        *(["--target", setup.target] if setup.target else []),
        # The artifacts of a build are read; those of what comes before it would be overwritten.
        *(["--no-write-json"] if command in ("parse", "run-operation") else []),
    ]  # fmt: skip


def _environment(setup: DbtSetup) -> dict[str, str]:
    # dbt's options in the user's shell and a developer's schema prefix would build something else
    # than asked; DBT_ENV_* are the secrets and custom values of a profile.
    environment = {
        name: value
        for name, value in os.environ.items()
        if name != "SALES_KPIS_SCHEMA_PREFIX" and re.match(r"(?!DBT_)|DBT_ENV_", name)
    }
    environment |= setup.environment
    environment["SALES_KPIS_DATABASE"] = str(setup.database)
    environment["PYTHONUTF8"] = "1"
    if setup.seeds is not None:
        environment["SALES_KPIS_SEEDS"] = str(setup.seeds)
    return environment
