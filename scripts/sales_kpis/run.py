"""A run from the lock to the published version, with whatever builds the candidate handed in."""

from __future__ import annotations

import contextlib
import hashlib
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol, Self

import duckdb

from sales_kpis import files, ledger, reported_values, spark_target, stopping
from sales_kpis.alert_addresses import VARIABLES as ADDRESS_VARIABLES
from sales_kpis.audit import Audit, audit_marts
from sales_kpis.dbt_runner import (
    BuildResult,
    DbtSession,
    DbtSetup,
    FailedTest,
    OnProgress,
    descriptions_of_marts,
    facts_of_kpis,
    read_build_result,
)
from sales_kpis.demo_files import is_demo
from sales_kpis.erasing import erased_list
from sales_kpis.errors import (
    AuditFailed,
    BrokenPublication,
    BuildFailed,
    KpisError,
    TestsFailed,
    WrongUse,
)
from sales_kpis.folder_for_dbt import folder_for_dbt
from sales_kpis.formats import plural
from sales_kpis.landing_files import Landing, look_at_landing
from sales_kpis.lock import RunLock
from sales_kpis.marts import fold_in_log, link_raw_tables, opened, query
from sales_kpis.plain_build import NOT_CHECKED, read_plain_build, read_plain_spark_build
from sales_kpis.project import Project, new_run_id, utc_now
from sales_kpis.pseudonyms import (
    has_only_reserved_addresses,
    require_own_salt_in_marts,
    said_of_pseudonyms,
    salt_of_marts,
)
from sales_kpis.public_facts import public_settings, without_places
from sales_kpis.publish import (
    DEFAULT_GRACE_MINUTES,
    DEFAULT_KEEP,
    PublishedVersion,
    RunFacts,
    current_version,
    name_of_current,
    publish,
    require_publishable,
    rollback,
)
from sales_kpis.references import FILE as REFERENCES
from sales_kpis.references import renew_references
from sales_kpis.salt import ENVIRONMENT, FILE, Salt, read_salt
from sales_kpis.seeds import require_known_names, require_own_plans, write_neutral_seeds
from sales_kpis.settings import Settings, has_own_data
from sales_kpis.sources import SourcesReport, read_report, require_readable, with_unread

SHOWN_OFFENDERS = 5


class Builder(Protocol):
    """Checks the sources and builds the candidate; dbt in use, a few SQL statements in tests."""

    def read_project(self) -> None:
        """Make ready for the other two."""
        ...

    def check_sources(self) -> SourcesReport:
        """The report on what the systems deliver."""
        ...

    def build(self, on_progress: OnProgress) -> BuildResult:
        """Build everything into the candidate and test it."""
        ...


class Reporter(Protocol):
    """Tells the user how far the run is."""

    def stage(self, text: str) -> AbstractContextManager[OnProgress]:
        """A stage that lasts as long as the context; its progress can be told."""
        ...

    def note(self, text: str) -> None:
        """One line."""
        ...


OpenBuilder = Callable[[DbtSetup, bool], AbstractContextManager[Builder]]


@dataclass(frozen=True)
class RunRequest:
    """One request to `kpis run`."""

    project: Project
    settings: Settings
    target: str | None = None
    seeds: Path | None = None
    is_full_refresh: bool = False
    is_published: bool = True
    keep: int = DEFAULT_KEEP
    grace_minutes: float = DEFAULT_GRACE_MINUTES

    @property
    def is_on_spark(self) -> bool:
        """Whether Spark builds, and its marts then become the candidate."""
        return spark_target.is_spark(self.project, self.target)

    @cached_property
    def salt(self) -> Salt:
        """The salt of the pseudonyms, of the environment, a file, or the settings."""
        return read_salt(os.environ, self.settings.stated_salt)

    @property
    def environment(self) -> dict[str, str]:
        """The variables that dbt's process has over the environment of this one."""
        return {ENVIRONMENT: self.salt.value, FILE: "", **dict.fromkeys(ADDRESS_VARIABLES, "")}

    def public_settings(self) -> dict[str, Any]:
        """The settings as a manifest may tell them."""
        return public_settings(self.settings.values, self.project.home)


@dataclass(frozen=True)
class RunResult:
    """The outcome of a run; `database` holds all layers of its build, of Spark's the marts."""

    run_id: str
    as_of_date: str
    sources: SourcesReport
    build: BuildResult
    audit: Audit
    version: PublishedVersion | None
    database: Path
    seconds: Mapping[str, float] = field(default_factory=dict)

    @property
    def warnings(self) -> list[str]:
        """Sentences on faults that did not stop the run but should be known."""
        return _warnings(self.build, self.audit, self.sources, self.as_of_date)

    def counts(self) -> dict[str, int]:
        """The run in numbers, for the ledger and `--json`."""
        return {
            **self.sources.counts(),
            "tests": len(self.build.tests),
            "warnings": len(self.warnings),
            "marts": len(self.audit.row_counts),
            "mart_rows": sum(self.audit.row_counts.values()),
        }


class DbtBuilder:
    """The builder of every real run: dbt in one child process."""

    def __init__(self, setup: DbtSetup, is_full_refresh: bool = False) -> None:
        self._setup = setup
        self._is_full_refresh = is_full_refresh
        self._session = DbtSession(setup)

    def __enter__(self) -> Self:
        self._session.__enter__()
        return self

    def __exit__(self, *error: Any) -> None:
        self._session.__exit__(*error)

    def read_project(self) -> None:
        """Start dbt and parse the project, once for all that follows."""
        parsed = self._session.invoke("parse")
        if parsed.exit_code:
            raise BuildFailed(
                "dbt cannot read the project.",
                "Correct the file that dbt names and run again.",
                details=parsed.errors,
            )

    def check_sources(self) -> SourcesReport:
        """Run the macro `check_sources`; a build that follows takes the raw rows that it landed."""
        arguments = ("--args", '{"is_build_next": true}')
        return read_report(self._session.invoke("run-operation", "check_sources", *arguments))

    def build(self, on_progress: OnProgress) -> BuildResult:
        """Run `dbt build` without unit tests, which belong to the development of the models."""
        outcome = self._session.invoke(
            "build",
            "--exclude-resource-type", "unit_test",
            "--store-failures",
            *(["--full-refresh"] if self._is_full_refresh else []),
            on_progress=on_progress,
        )  # fmt: skip
        return read_build_result(self._setup, outcome)


def run(request: RunRequest, reporter: Reporter, open_builder: OpenBuilder) -> RunResult:
    """Check the sources, build a candidate, audit it and publish it; or leave everything as it was.

    Raises:
        LockHeld: another run works in the same build folder.
        SourcesBroken, BuildFailed, TestsFailed, AuditFailed, BrokenPublication: nothing is
            published.
    """
    request = _where_raw_tables_are(request)
    project, settings = request.project, request.settings
    # Refused before the build, not after it.
    pseudonyms = said_of_pseudonyms(request.salt, settings, is_published=request.is_published)
    run_id = new_run_id()
    if request.is_published:
        require_publishable(project.published)
    with (
        RunLock(project.lock, run_id) as lock,
        recorded(
            project, run_id, "run", as_of_date=settings.as_of_date, settings_hash=settings.hash()
        ) as end,
    ):
        setup = DbtSetup(
            project_folder=folder_for_dbt(project),
            database=project.candidate,
            target_folder=project.dbt_target,
            variables=settings.values,
            declared_variables=tuple(project.default_vars()),
            target=request.target,
            seeds=_copy_of_seeds(request, project.dbt_target, reporter),
            inherited_descriptors=(lock.descriptor,),
            environment=request.environment
            | _raw_database(request)
            | _ledger(request)
            | (spark_target.environment(project) if request.is_on_spark else {}),
        )
        result = _run(request, run_id, setup, pseudonyms, reporter, open_builder)
        end["status"] = "published" if result.version else "built"
        end["version"] = result.version.run_id if result.version else None
        end["counts"] = result.counts()
    return result


def publish_spark_build(
    project: Project,
    marts: Path | None = None,
    keep: int = DEFAULT_KEEP,
    grace_minutes: float = DEFAULT_GRACE_MINUTES,
) -> tuple[PublishedVersion, Audit]:
    """Audit what Spark has built as it is and publish it as a new version.

    Args:
        project: the project.
        marts: where `dbt run-operation write_marts_as_parquet` has written the marts; by default
            they are read in the local warehouse.
        keep: so many newest versions stay.
        grace_minutes: so long every other version stays after it was current.

    Raises:
        WrongUse: Spark has built nothing here, or not all of it, or a mart has no files.
        BuildFailed, TestsFailed: a node or a data test of the last dbt build failed.
        AuditFailed, BrokenPublication: nothing is published.
    """
    run_id = new_run_id()
    require_publishable(project.published)
    with RunLock(project.lock, run_id):
        folder, manifest = spark_target.last_spark_artifacts(project)
        said = files.read_json(project.last_spark_build) or {}
        facts = (
            _facts_said(said)
            if said.get("build") == _invocation(manifest)
            else _facts_of_plain_spark_build(project, manifest, folder, marts is not None)
        )
        with recorded(project, run_id, "publish", as_of_date=facts.as_of_date) as end:
            _remove_database(project.candidate)
            files.make_folder(project.candidate.parent)
            spark_target.copy_marts(project, manifest, project.candidate, marts)
            facts = replace(facts, described=descriptions_of_marts(manifest))
            facts = _with_salt_of_marts(project, project.candidate, facts)
            audit = _audit(project, project.candidate, facts.settings, facts_of_kpis(manifest))
            version = publish(
                project.candidate,
                project.published,
                run_id,
                facts,
                keep=keep,
                grace_minutes=grace_minutes,
            )
            end["status"] = "published"
            end["version"] = run_id
            end["counts"] = {"marts": len(audit.row_counts)}
    return version, audit


def publish_build(
    project: Project,
    keep: int = DEFAULT_KEEP,
    grace_minutes: float = DEFAULT_GRACE_MINUTES,
) -> tuple[PublishedVersion, Audit]:
    """Audit the warehouse file as it is and publish its marts as a new version.

    Raises:
        AuditFailed, BrokenPublication: nothing is published.
    """
    run_id = new_run_id()
    require_publishable(project.published)
    with RunLock(project.lock, run_id):
        facts, facts_of = _facts_of_last_build(project)
        with recorded(project, run_id, "publish", as_of_date=facts.as_of_date) as end:
            database = built_database(project)
            facts = _with_salt_of_marts(project, database, facts)
            audit = _audit(project, database, facts.settings, facts_of)
            version = publish(
                database,
                project.published,
                run_id,
                facts,
                keep=keep,
                grace_minutes=grace_minutes,
            )
            end["status"] = "published"
            end["version"] = run_id
            end["counts"] = {"marts": len(audit.row_counts)}
    return version, audit


def rollback_to(project: Project, version: str | None) -> PublishedVersion:
    """Make an earlier version current again, and record it."""
    run_id = new_run_id()
    with recorded(project, run_id, "rollback") as end:
        chosen = rollback(project.published, version, run_id)
        end["status"] = "rolled_back"
        end["version"] = chosen.run_id
    return chosen


def check_sources(
    request: RunRequest, reporter: Reporter, open_builder: OpenBuilder
) -> SourcesReport:
    """The report on deliveries, read in a scratch database; a run may go on meanwhile."""
    request = _where_raw_tables_are(request)
    project = request.project
    scratch = project.build_folder / "check"
    with RunLock(scratch / "check.lock", new_run_id()) as lock:
        setup = DbtSetup(
            project_folder=folder_for_dbt(project),
            database=scratch / project.candidate.name,
            target_folder=scratch / "dbt",
            variables=request.settings.values,
            declared_variables=tuple(project.default_vars()),
            target=request.target,
            seeds=_copy_of_seeds(request, scratch / "dbt"),
            inherited_descriptors=(lock.descriptor,),
            environment=request.environment
            | _raw_database(request)
            | _spark_to_check(request, scratch),
        )
        landing = _look_at_landing(request)
        _prepare(setup.database, request)
        try:
            with open_builder(setup, False) as builder:
                with reporter.stage("Reading the project"):
                    builder.read_project()
                with reporter.stage("Checking the sources"):
                    return with_unread(builder.check_sources(), landing)
        finally:
            _remove_database(setup.database)


def _run(
    request: RunRequest,
    run_id: str,
    setup: DbtSetup,
    pseudonyms: Mapping[str, Any],
    reporter: Reporter,
    open_builder: OpenBuilder,
) -> RunResult:
    project, settings = request.project, request.settings
    seconds: dict[str, float] = {}

    if not project.is_installed and renew_references(project.root):
        reporter.note(f"{REFERENCES} lists the marts that are there now.")
    landing = _look_at_landing(request)
    erased_list.require_none_returned(project, settings)
    files.make_folder(project.candidate.parent)
    _prepare(project.candidate, request)

    with open_builder(setup, request.is_full_refresh) as builder:
        with _timed(seconds, "read_project"), reporter.stage("Reading the project"):
            builder.read_project()
        with _timed(seconds, "check_sources"), reporter.stage("Checking the sources"):
            sources = with_unread(builder.check_sources(), landing)
        sources.require()
        as_of_date = date.fromisoformat(settings.as_of_date)
        sources.require_fresh(as_of_date, int(settings.values.get("stale_system_days") or 0))
        reporter.note(sources.summary())
        with _timed(seconds, "build"), reporter.stage("Building and testing") as on_progress:
            build = builder.build(on_progress)
    fold_in_log(project.candidate)
    _require_build(request, build)
    manifest: Mapping[str, Any] = {}
    if request.is_on_spark:
        manifest = spark_target.last_spark_manifest(project)
        with _timed(seconds, "copy_marts"), reporter.stage("Copying Spark's marts"):
            spark_target.copy_marts(project, manifest, project.candidate)

    with _timed(seconds, "audit"), reporter.stage("Auditing"):
        audit = _audit(project, project.candidate, request.public_settings(), build.facts_of)

    facts = RunFacts(
        as_of_date=settings.as_of_date,
        settings=request.public_settings(),
        tests=build.tests,
        source_freshness=sources.freshness(),
        warnings=without_places(
            _warnings(build, audit, sources, settings.as_of_date),
            [project.home, project.dbt_folder, *([settings.raw_path] if settings.raw_path else [])],
        ),
        stale_sources=sources.stale_tables(as_of_date),
        queries=build.queries,
        pseudonyms=pseudonyms,
        definitions=build.definitions,
        described=build.described,
    )
    version = None
    if request.is_published:
        with _timed(seconds, "publish"), reporter.stage("Publishing"):
            version = publish(
                project.candidate,
                project.published,
                run_id,
                facts,
                keep=request.keep,
                grace_minutes=request.grace_minutes,
            )
    database = project.candidate
    if request.is_on_spark:
        files.write_json(
            project.last_spark_build, {"build": _invocation(manifest), **_content_of(facts)}
        )
    else:
        database = project.built if project.reads_warehouse else project.warehouse
        with stopping.deferred():
            _keep_build(project, database, run_id, facts, build)
        files.remove(project.candidate.parent)
    return RunResult(
        run_id=run_id,
        as_of_date=settings.as_of_date,
        sources=sources,
        build=build,
        audit=audit,
        version=version,
        database=database,
        seconds=seconds,
    )


def _warnings(
    build: BuildResult, audit: Audit, sources: SourcesReport, as_of_date: str
) -> list[str]:
    stale = sources.stale_tables(date.fromisoformat(as_of_date))
    tests = [f"{test.sentence}: {test.message}" for test in build.warned_tests]
    return [*stale, *tests, *(str(finding) for finding in audit.warnings)]


def _look_at_landing(request: RunRequest) -> Landing:
    """The content of the landing folders; a file that cannot be read stops it before dbt starts."""
    landing = look_at_landing(request.settings.values, names_are_globbed=request.is_on_spark)
    require_readable(landing)
    return landing


def _prepare(database: Path, request: RunRequest) -> None:
    """An absent file to build into, or one with views on the raw tables of the warehouse file."""
    _remove_database(database)
    if request.project.reads_warehouse:
        warehouse = request.project.warehouse
        if not warehouse.exists():
            raise WrongUse(
                f"raw_path is empty, and the warehouse file {warehouse} is not there.",
                "Set raw_path to the folder of landing files, or SALES_KPIS_DATABASE to the file.",
            )
        instances = request.settings.values.get("system_instances") or {}
        schemas = [str(schema) for each in instances.values() for schema in (each or {}).values()]
        link_raw_tables(warehouse, database, schemas)


def _where_raw_tables_are(request: RunRequest) -> RunRequest:
    """The request with the place of `kpis` own files, which are beside no warehouse of another."""
    reads_warehouse = request.settings.raw_path is None and not request.is_on_spark
    return replace(request, project=replace(request.project, reads_warehouse=reads_warehouse))


def _raw_database(request: RunRequest) -> dict[str, str]:
    """The variable by which dbt_child.py attaches a warehouse file that is only read."""
    project = request.project
    return {"SALES_KPIS_RAW_DATABASE": str(project.warehouse)} if project.reads_warehouse else {}


def _ledger(request: RunRequest) -> dict[str, str]:
    """The variable that names the ledger; Spark can look for no folder that is not there."""
    folder = reported_values.folder_of(request.project.published)
    is_named = not request.is_on_spark or any(folder.glob("*/values.parquet"))
    return {"SALES_KPIS_LEDGER": str(folder) if is_named else ""}


def _spark_to_check(request: RunRequest, scratch: Path) -> dict[str, str]:
    """A Spark beside that of a run, or the run's own where the raw tables are in it."""
    if not request.is_on_spark:
        return {}
    is_own = request.settings.raw_path is not None
    return spark_target.environment(request.project, scratch / "spark" if is_own else None)


def _copy_of_seeds(
    request: RunRequest, target_folder: Path, reporter: Reporter | None = None
) -> Path | None:
    """A copy of the seeds inside of dbt's folder, relative to it; none of the project's own.

    With a folder outside the project dbt writes its compiled files over the user's own. A company
    that has none has those of the project without a row for planning, which are the demo's; so has
    one whose folder lacks some, and that is noted.
    """
    root = request.project.root
    seeds = request.seeds or request.settings.seed_path
    own = root / "seeds"
    if seeds is None and not has_own_data(request.settings.values, root):
        return None
    place = hashlib.sha256(str(target_folder).encode()).hexdigest()[:8]
    copied = request.project.dbt_folder / "build" / "seeds" / place
    files.remove(copied)
    if seeds is None:
        write_neutral_seeds(own, copied)
    else:
        if has_own_data(request.settings.values, root) and not _is_of_a_demo(request):
            require_own_plans(seeds, own)
        require_known_names(seeds, own)
        files.copy_tree(seeds, copied)
        lacking = write_neutral_seeds(own, copied)
        if lacking and reporter:
            reporter.note(
                f"Seeds that {seeds} lacks are the project's, plans without rows:"
                f" {', '.join(lacking)}."
            )
    return copied.relative_to(request.project.dbt_folder)


def _is_of_a_demo(request: RunRequest) -> bool:
    return request.settings.raw_path is not None and is_demo(request.settings.raw_path)


def _remove_database(database: Path) -> None:
    for suffix in ("", ".wal"):
        files.remove(database.with_name(database.name + suffix))


def _require_build(request: RunRequest, build: BuildResult) -> None:
    """Stop when a node or a data test failed, and say what a person needs to go on."""
    if not build.problems and not build.failed_tests:
        return
    project = request.project
    place = spark_target.warehouse_folder(project) if request.is_on_spark else project.candidate
    details: list[str] = []
    data: dict[str, Any] = {"problems": [], "failed_tests": []}
    for problem in build.problems:
        lines = problem.message.splitlines() or ["no message"]
        details += [f"✗ {problem.resource_type} {problem.name}", *(f"  {line}" for line in lines)]
        details += [f"  {problem.file}"] if problem.file else []
        data["problems"].append(asdict(problem))
    for test in build.failed_tests:
        offenders = (
            spark_target.read_rows(project, test.relation or "", SHOWN_OFFENDERS)
            if request.is_on_spark
            else read_offenders(project.candidate, test)
        )
        details += _describe_failed_test(test, offenders)
        data["failed_tests"].append({**asdict(test), "sentence": test.sentence, "rows": offenders})
    where = f"The build is kept in {place} until the next run."
    if build.problems:
        raise BuildFailed(
            f"{plural(len(build.problems), 'node')} could not be built; nothing was published.",
            f"Correct the file named above and run again. {where}",
            details=details,
            data=data,
        )
    raise TestsFailed(
        f"{plural(len(build.failed_tests), 'data test')} failed; nothing was published.",
        f"Correct these rows in the source, or the rule, and run again. {where}",
        details=details,
        data=data,
    )


def read_offenders(database: Path, test: FailedTest) -> list[dict[str, Any]]:
    """The first rows that a failed test found; none where they can no longer be found.

    They are read where dbt stored them, or found again where a setting (`store_failures: false`)
    kept dbt from storing them.
    """
    if not database.exists():
        return []
    with opened(database) as connection:
        for relation in (test.relation, f"({test.sql})"):
            with contextlib.suppress(duckdb.Error):
                return query(connection, f"select * from {relation} limit {SHOWN_OFFENDERS}")
    return []


def _describe_failed_test(test: FailedTest, offenders: Sequence[Mapping[str, Any]]) -> list[str]:
    lines = [f"✗ {test.sentence} ({plural(test.failures, 'row')})"]
    if test.description:
        lines.append(f"  {test.description}")
    for row in offenders:
        message = row.get("message")
        text = ", ".join(f"{name} {value}" for name, value in row.items())
        lines.append(f"  · {message or text}")
    if test.failures > len(offenders) > 0:
        lines.append(f"  … and {test.failures - len(offenders):,} more")
    return [*lines, f"  {test.file}"]


def _audit(
    project: Project,
    database: Path,
    settings: Mapping[str, Any],
    facts_of: Mapping[str, Sequence[str]],
) -> Audit:
    with opened(database) as connection:
        audit = audit_marts(
            connection,
            facts_of=facts_of,
            earlier_row_counts=_comparable_row_counts(project, settings),
        )
    if audit.errors:
        raise AuditFailed(
            f"The audit found {plural(len(audit.errors), 'error')}; nothing was published.",
            f"Correct the models named above. The build is in {database}.",
            details=[f"✗ {finding}" for finding in audit.errors],
            data={"findings": [asdict(finding) for finding in audit.findings]},
        )
    return audit


def _comparable_row_counts(project: Project, settings: Mapping[str, Any]) -> dict[str, int] | None:
    """Rows of the published marts, if they are of the same company: equal settings but the date."""

    def without_date(values: Mapping[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in values.items() if name != "as_of_date"}

    try:
        published = current_version(project.published)
    except BrokenPublication:
        return None  # The version about to be published mends it.
    if published is None:
        return None
    is_same = without_date(published.manifest["settings"]) == without_date(settings)
    return published.row_counts if is_same else None


def _keep_build(
    project: Project, database: Path, run_id: str, facts: RunFacts, build: BuildResult
) -> None:
    """Put the candidate in the place of what was built last, so that every layer can be queried."""
    files.make_folder(database.parent)
    files.remove(project.last_build)
    files.remove(database.with_name(f"{database.name}.wal"))
    files.replace(project.candidate, database)
    files.write_json(
        project.last_build,
        {
            "run_id": run_id,
            "reads_warehouse": bool(project.reads_warehouse),
            "file": _fingerprint(database),
            **_content_of(facts),
            "facts_of": {kpi: list(tables) for kpi, tables in build.facts_of.items()},
            "queries": dict(facts.queries),
        },
    )


def _facts_of_last_build(project: Project) -> tuple[RunFacts, Mapping[str, Sequence[str]]]:
    """The facts of the warehouse file: from the run that wrote it, or from plain dbt."""
    said = read_last_build(project)
    if said:
        return _facts_said(said), said.get("facts_of") or {}
    if not project.warehouse.exists():
        raise WrongUse(f"{project.warehouse} is not there.", "Build it first: kpis run")
    variables, build = read_plain_build(project)
    return _facts_of_plain_build(variables, build), build.facts_of


def _facts_of_plain_build(variables: Mapping[str, Any], build: BuildResult) -> RunFacts:
    tests = [f"{test.sentence}: {test.message}" for test in build.warned_tests]
    return RunFacts(
        as_of_date=str(variables.get("as_of_date")),
        settings=variables,
        tests=build.tests,
        warnings=[NOT_CHECKED, *tests],
        queries=build.queries,
        definitions=build.definitions,
        described=build.described,
    )


def _facts_of_plain_spark_build(
    project: Project, manifest: Mapping[str, Any], folder: Path, are_marts_written: bool
) -> RunFacts:
    """The facts that dbt tells of the build; unknown ones, too, of marts written for publishing.

    Writing them is a command of its own, which leaves its artifacts in the place of the build's.
    """
    try:
        return _facts_of_plain_build(*read_plain_spark_build(project, manifest, folder))
    except WrongUse as error:
        if not are_marts_written:
            raise
        return RunFacts(warnings=[f"Day, settings and tests of the build are not known: {error}"])


def _with_salt_of_marts(project: Project, database: Path, facts: RunFacts) -> RunFacts:
    """The marts to publish again, with what is known of their salt.

    Raises:
        WrongUse: it is the built-in one, and the people are no demo company's.
    """
    if facts.pseudonyms:
        require_own_salt_in_marts(database, bool(facts.pseudonyms.get("is_demo")))
        return facts
    # dbt itself has built this, of the raw files that dbt_project.yml names.
    raw_path = project.default_vars().get("raw_path")
    is_of_demo = (
        bool(raw_path)
        and is_demo(project.root / str(raw_path))
        and has_only_reserved_addresses(database)
    )
    require_own_salt_in_marts(database, is_of_demo)
    salt = read_salt(os.environ)
    is_known = salt_of_marts(database, [salt.value]) is not None
    return replace(facts, pseudonyms=salt.described() if is_known else {})


def _facts_said(said: Mapping[str, Any]) -> RunFacts:
    return RunFacts(
        as_of_date=said.get("as_of_date"),
        settings=said.get("settings") or {},
        tests=said.get("tests") or (),
        source_freshness=said.get("source_freshness") or (),
        warnings=said.get("warnings") or (),
        stale_sources=said.get("stale_sources") or (),
        queries=said.get("queries") or {},
        pseudonyms=said.get("pseudonyms") or {},
        definitions=said.get("definitions") or {},
        described=said.get("described") or {},
    )


def _content_of(facts: RunFacts) -> dict[str, Any]:
    return {
        "as_of_date": facts.as_of_date,
        "settings": dict(facts.settings),
        "tests": list(facts.tests),
        "source_freshness": list(facts.source_freshness),
        "warnings": list(facts.warnings),
        "stale_sources": list(facts.stale_sources),
        "pseudonyms": dict(facts.pseudonyms),
        "definitions": dict(facts.definitions),
        "described": {name: dict(said) for name, said in facts.described.items()},
    }


def _invocation(manifest: Mapping[str, Any]) -> Any:
    """A mark that tells one run of dbt from another."""
    return (manifest.get("metadata") or {}).get("invocation_id")


def read_last_build(project: Project) -> dict[str, Any]:
    """last_build.json where it still speaks of the file as it is; else nothing."""
    said = files.read_json(project.last_build) or {}
    database = project.built if said.get("reads_warehouse") else project.warehouse
    is_same = database.exists() and said.get("file") == _fingerprint(database)
    return said if is_same else {}


def built_database(project: Project) -> Path:
    """The file with what was built last: of its own, where a run only reads the warehouse file."""
    return project.built if read_last_build(project).get("reads_warehouse") else project.warehouse


def _fingerprint(path: Path) -> dict[str, int]:
    state = path.stat()
    return {"bytes": state.st_size, "changed_at_ns": state.st_mtime_ns}


@contextmanager
def recorded(
    project: Project,
    run_id: str,
    command: str,
    *,
    as_of_date: str | None = None,
    settings_hash: str | None = None,
) -> Iterator[dict[str, Any]]:
    """Write the run's start and end to the ledger; the body fills in how it ended."""
    stopping.describe_by(lambda: _state_left(project, run_id, command))
    with stopping.deferred():
        ledger.record_start(
            project.ledger,
            run_id,
            command=command,
            started_at=utc_now(),
            as_of_date=as_of_date,
            settings_hash=settings_hash,
        )
    end: dict[str, Any] = {"status": "done", "exit_code": 0}
    try:
        yield end
    except BaseException as error:
        if stopping.received() is not None:
            left = _state_left(project, run_id, command)
            end |= {"status": "interrupted", "exit_code": stopping.exit_code()}
            end |= {"message": left.sentence, "version": left.data["published_version"]}
        elif isinstance(error, KpisError):
            end |= {"status": error.kind, "exit_code": error.exit_code, "message": error.message}
        else:
            message = f"{type(error).__name__}: {error}"
            end |= {"status": "failed", "exit_code": 1, "message": message}
        raise
    finally:
        with stopping.deferred():
            ledger.record_end(project.ledger, run_id, ended_at=utc_now(), **end)


def _state_left(project: Project, run_id: str, command: str) -> stopping.StateLeft:
    """The published folder as a command that is stopped now leaves it."""
    current = name_of_current(project.published)
    is_published = current == run_id
    data = {"current": current, "published_version": run_id if is_published else None}
    if is_published:
        return stopping.StateLeft(
            f"version {run_id} was published before and is whole; readers see it",
            "Look at it: kpis status",
            data,
        )
    if command == "rollback":
        return stopping.StateLeft(
            f"readers see version {current}", "Look at it, and roll back again: kpis status", data
        )
    seen = f"readers still see version {current}" if current else "nothing is published yet"
    return stopping.StateLeft(
        f"nothing was published; {seen}",
        f"Run it again: kpis {command}. It takes away what this one has left half-done.",
        data,
    )


@contextmanager
def _timed(seconds: dict[str, float], stage: str) -> Iterator[None]:
    started = time.monotonic()
    yield
    seconds[stage] = round(time.monotonic() - started, 2)
