"""The facts that dbt's own artifacts tell of a warehouse written by a plain `dbt build`.

`kpis publish` publishes it as `kpis run` would: with the day, the settings, the tests and the SQL
of that build. Where the artifacts are not of a whole build of this very warehouse it says why not.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from sales_kpis import files
from sales_kpis.dbt_runner import BuildResult, DbtOutcome, DbtSetup, read_build_result
from sales_kpis.errors import BuildFailed, TestsFailed, WrongUse
from sales_kpis.formats import plural
from sales_kpis.project import Project

NOT_CHECKED = (
    "The freshness of the sources is not known: plain dbt build does not check them; kpis run does"
)
# dbt writes its results just before it closes the file.
_CLOSING_SECONDS = 60
_NEXT_STEP = "Build it whole and publish: dbt build, then kpis publish; or both at once: kpis run"


def read_plain_build(project: Project) -> tuple[dict[str, Any], BuildResult]:
    """The variables of the `dbt build` that wrote the warehouse file, and what it did.

    Raises:
        WrongUse: nothing proves how the file was built, or it was not built whole.
        BuildFailed, TestsFailed: a node or a data test of that build failed.
    """
    results, manifest, folder = _artifacts(project)
    reason = _why_not_of_one_build(results, manifest, "duckdb")
    reason = reason or _why_not_of_this_file(project, results["metadata"])
    if reason:
        raise _refusal(project.warehouse, folder, reason)
    return _read(project, results, folder)


def read_plain_spark_build(
    project: Project, manifest: Mapping[str, Any], folder: Path
) -> tuple[dict[str, Any], BuildResult]:
    """The same of the `dbt build` on Spark whose artifacts are in the folder.

    Raises:
        WrongUse: the artifacts are not of one whole build.
        BuildFailed, TestsFailed: a node or a data test of that build failed.
    """
    results = files.read_json(folder / "run_results.json") or {}
    reason = (
        _why_not_of_one_build(results, manifest, "spark")
        if results.get("metadata")
        else "is not there"
    )
    if reason:
        raise _refusal("What Spark has built", folder, reason)
    return _read(project, results, folder)


def _refusal(what: object, folder: Path, reason: str) -> WrongUse:
    where = folder / "run_results.json"
    return WrongUse(f"{what} cannot be published as it is: {where} {reason}.", _NEXT_STEP)


def _read(
    project: Project, results: Mapping[str, Any], folder: Path
) -> tuple[dict[str, Any], BuildResult]:
    setup = DbtSetup(project.root, project.warehouse, folder, variables={})
    build = read_build_result(setup, DbtOutcome(0, results["metadata"]["invocation_id"]))
    _require_success(build)
    arguments: Mapping[str, Any] = results.get("args") or {}
    variables = project.default_vars() | dict(arguments.get("vars") or {})
    if variables.get("raw_path"):
        variables["raw_path"] = str((project.root / str(variables["raw_path"])).resolve())
    return variables, build


def _artifacts(project: Project) -> tuple[dict[str, Any], dict[str, Any], Path]:
    # Where dbt is told to write, else beside the file, else in the project.
    stated = os.environ.get("DBT_TARGET_PATH")
    places = [project.home / stated] if stated else []
    places += [project.warehouse.parent / "target", project.home / "target"]
    for folder in places:
        results = files.read_json(folder / "run_results.json")
        if results and results.get("metadata"):
            return results, files.read_json(folder / "manifest.json") or {}, folder
    raise WrongUse(
        f"Nothing says how {project.warehouse} was built:"
        f" {' and '.join(map(str, dict.fromkeys(places)))} have no run_results.json of dbt.",
        _NEXT_STEP,
    )


def _why_not_of_one_build(
    results: Mapping[str, Any], manifest: Mapping[str, Any], engine: str
) -> str:
    of_parts = _why_not_whole(results.get("args") or {})
    return of_parts or _why_not_of_one_command(results["metadata"], manifest, engine)


def _why_not_whole(arguments: Mapping[str, Any]) -> str:
    which = arguments.get("which")
    if which != "build":
        return f"is of `dbt {which}`, and only dbt build builds and tests everything"
    for name in ("select", "exclude", "selector", "resource_types"):
        if arguments.get(name):
            return f"is of a dbt build of a part (--{name.replace('_', '-')})"
    if set(arguments.get("exclude_resource_types") or []) - {"unit_test"}:
        return "is of a dbt build of a part (--exclude-resource-type)"
    if arguments.get("empty"):
        return "is of a dbt build without rows (--empty)"
    return ""


def _why_not_of_one_command(
    metadata: Mapping[str, Any], manifest: Mapping[str, Any], engine: str
) -> str:
    of_manifest: Mapping[str, Any] = manifest.get("metadata") or {}
    if of_manifest.get("invocation_id") != metadata.get("invocation_id"):
        return "and the manifest.json beside it are of two commands"
    if of_manifest.get("adapter_type") != engine:
        return f"is of a build on {of_manifest.get('adapter_type')}"
    return ""


def _why_not_of_this_file(project: Project, metadata: Mapping[str, Any]) -> str:
    started, ended = (
        datetime.fromisoformat(metadata[name]).timestamp()
        for name in ("invocation_started_at", "generated_at")
    )
    changed = project.warehouse.stat().st_mtime
    if changed < started:
        return "is of a build of another file: this one was written to before it began"
    if changed > ended + _CLOSING_SECONDS:
        return "is of an earlier build: the file was written to after it"
    if (project.root / "dbt_project.yml").stat().st_mtime > ended:
        return "is of a build before dbt_project.yml was changed"
    return ""


def _require_success(build: BuildResult) -> None:
    if build.problems:
        raise BuildFailed(
            f"The last dbt build could not build {plural(len(build.problems), 'node')};"
            " nothing was published.",
            "Correct what dbt names and build again: dbt build",
            details=[f"✗ {problem.resource_type} {problem.name}" for problem in build.problems],
        )
    if build.failed_tests:
        raise TestsFailed(
            f"{plural(len(build.failed_tests), 'data test')} of the last dbt build failed;"
            " nothing was published.",
            "Correct these rows in the source, or the rule, and build again: dbt build",
            details=[f"✗ {test.sentence}" for test in build.failed_tests],
        )
