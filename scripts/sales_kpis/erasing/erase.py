"""Erasing a person: out of the raw files, then a new build, then nothing of the old ones."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from rich.table import Table

from sales_kpis import files
from sales_kpis.contracts import personal_columns_of_tables
from sales_kpis.erasing import erased_list
from sales_kpis.erasing.person import Person, find_person, normalised
from sales_kpis.erasing.raw_files import (
    FileChange,
    changes_below,
    parquet_without,
    rewrite_below,
    write_whole,
)
from sales_kpis.erasing.search import files_below, has_text, places_of
from sales_kpis.erasing.tables import PeopleTable, RowEraser, people_tables
from sales_kpis.errors import KpisError, WrongUse
from sales_kpis.formats import plural
from sales_kpis.lock import RunLock
from sales_kpis.marts import opened
from sales_kpis.project import Project, new_run_id
from sales_kpis.publish import name_of_current, remove_leftovers
from sales_kpis.reported_values import folder_of
from sales_kpis.run import (
    OpenBuilder,
    Reporter,
    RunRequest,
    RunResult,
    built_database,
    check_sources,
    recorded,
    run,
)
from sales_kpis.salt import HOW_TO_SET
from sales_kpis.terminal import near


@dataclass(frozen=True)
class Plan:
    """All that erasing a person touches.

    Attributes:
        person: all records of the person.
        tables: the raw tables of people.
        changes: the landing files that are written anew.
        places: what else holds an address now, and is built anew, written anew or removed.
        versions: the published versions that are removed.
    """

    person: Person
    tables: tuple[PeopleTable, ...]
    changes: tuple[FileChange, ...]
    places: tuple[str, ...]
    versions: tuple[Path, ...]

    def as_json(self) -> dict[str, Any]:
        """The plan as plain values, without an address."""
        return {
            "records": [f"{kind} {key}" for kind, key in self.person.records],
            "addresses": len(self.person.addresses),
            "raw_files": [change.as_json() for change in self.changes],
            "places": list(self.places),
            "versions": [version.name for version in self.versions],
        }


def plan_to_erase(
    request: RunRequest,
    reporter: Reporter,
    open_builder: OpenBuilder,
    *,
    email: str | None = None,
    key: str | None = None,
) -> Plan:
    """Find the person and all that holds them; nothing is written.

    Args:
        request: the settings of the runs that build this project.
        reporter: tells how far it is.
        open_builder: makes what checks the sources.
        email: an address of the person.
        key: their key, `person_id`, in place of an address.

    Raises:
        WrongUse: nobody is found, or the raw tables are not files that `kpis` may write.
    """
    project, settings = request.project, request.settings
    if (email is None) == (key is None):
        raise WrongUse("Who is to be erased?", "Give either --email ADDRESS or --person KEY.")
    if request.is_on_spark:
        raise WrongUse(
            "kpis erase works on builds of DuckDB, not of Spark.",
            "Take the person out of the raw tables, and run kpis run --full-refresh there.",
        )
    if "pseudonym_salt" in settings.values and request.salt.is_built_in:
        raise WrongUse(
            "The salt of the pseudonyms is the built-in one, with which only the demo as it is may"
            " be published; after erasing, the marts are published anew.",
            HOW_TO_SET,
        )
    address = normalised(email) if email is not None else None
    with opened(built_database(project)) as connection:
        person = find_person(connection, address, key, request.salt.value)
    tables: list[PeopleTable] = []
    changes: list[FileChange] = []
    if settings.raw_path is not None:
        report = check_sources(request, reporter, open_builder)
        tables = people_tables(
            report.tables,
            personal_columns_of_tables(project.root),
            settings.values.get("system_instances") or {},
            person,
        )
        changes = changes_below(settings.raw_path, person, tables)
    with reporter.stage("Searching"):
        places = places_of(person.sought, _own_folders(project))
    is_known = address is not None and erased_list.has(project, address)
    if not (person.records or changes or places or is_known):
        raise WrongUse(
            "No raw file, build or published version holds this address.",
            "Look for a spelling that they hold, or give --person KEY.",
        )
    if settings.raw_path is None:
        _require_clean_warehouse(project, person)
    return Plan(person, tuple(tables), tuple(changes), tuple(places), tuple(_versions(project)))


def render_plan(plan: Plan) -> list[Table]:
    """The plan as tables for a terminal."""
    person = Table(title="The person", title_justify="left", show_header=False)
    for kind, key in plan.person.records:
        person.add_row(kind, key)
    person.add_row("addresses", str(len(plan.person.addresses)))
    raw = Table("file", "rows", "columns", title="Raw files, rewritten", title_justify="left")
    for change in plan.changes:
        raw.add_row(near(change.path), str(change.rows), ", ".join(change.columns))
    others = Table(
        title="Built anew, rewritten or removed", title_justify="left", show_header=False
    )
    for place in plan.places:
        file, _, column = place.partition(": ")
        others.add_row(near(Path(file)), column)
    for version in plan.versions:
        others.add_row(near(version), "removed, as all versions of now")
    return [table for table in (person, raw, others) if table.row_count]


def erase(
    plan: Plan, request: RunRequest, reporter: Reporter, open_builder: OpenBuilder
) -> RunResult:
    """Take a person out of the raw files, build and publish anew, and remove what held them.

    Raises:
        LockHeld: another run works in the same build folder.
        KpisError: the run that builds anew failed, or an address is still somewhere.
    """
    project = request.project
    run_id = new_run_id()
    with recorded(project, run_id, "erase", as_of_date=request.settings.as_of_date) as end:
        with RunLock(project.lock, run_id), reporter.stage("Rewriting raw files"):
            if request.settings.raw_path is not None:
                rewrite_below(request.settings.raw_path, plan.person, plan.tables)
            erased_list.add(project, plan.person.addresses)
        result = run(replace(request, is_published=True), reporter, open_builder)
        with RunLock(project.lock, run_id), reporter.stage("Removing what held the person"):
            _remove_versions(project, run_id)
            _rewrite_own_files(project, plan.person)
        with reporter.stage("Searching all bytes"):
            raw = request.settings.raw_path
            _prove(plan.person, [*_own_folders(project), *([raw] if raw else [])])
        end["status"] = "erased"
        end["version"] = result.version.run_id if result.version else None
    return result


def _own_folders(project: Project) -> list[Path]:
    """All folders in which `kpis` and dbt leave something, once each."""
    folders = [
        project.build_folder,
        project.home / "build",
        project.published,
        project.home / "published",
        project.home / "logs",
        project.home / "target",
    ]
    return list(dict.fromkeys(folders))


def _require_clean_warehouse(project: Project, person: Person) -> None:
    """Stop where the raw tables are another's to write and still hold the person."""
    places = places_of(person.sought, [project.warehouse])
    if places:
        raise WrongUse(
            f"The raw tables are in {project.warehouse}, which kpis only reads, and"
            f" {plural(len(places), 'place')} there holds the person.",
            "Take the person out of these columns (leave the rows), and erase again.",
            details=[
                *places,
                *(f"records of the person: {kind} {key}" for kind, key in person.records),
            ],
        )


def _versions(project: Project) -> list[Path]:
    """The folders of all published versions, whole or not."""
    return sorted(path for path in (project.published / "versions").glob("*") if path.is_dir())


def _remove_versions(project: Project, run_id: str) -> None:
    """Remove all versions but the one that was published just now, whoever may still read them."""
    with RunLock(project.published / ".lock", run_id):
        remove_leftovers(project.published)
        for version in _versions(project):
            if version.name != name_of_current(project.published):
                files.remove(version)


def _rewrite_own_files(project: Project, person: Person) -> None:
    """Take the addresses out of the ledgers, and remove each other file that still has one."""
    for path in files_below([folder_of(project.published)]):
        if path.suffix == ".parquet":
            found = parquet_without(path, RowEraser(person, None))
            if found:
                write_whole(path, found[1])
    if project.ledger.exists():
        text = project.ledger.read_text(encoding="utf-8", errors="surrogateescape")
        without = person.sought.replaced(text)
        if without != text:
            write_whole(project.ledger, without.encode("utf-8", "surrogateescape"))
    build = project.build_folder
    working_folders = [
        *(build / name for name in ("dbt", "check", "candidate")),
        *(project.home / name for name in ("logs", "target")),
    ]
    for path in files_below(working_folders):
        if has_text(person.sought, path):
            files.remove(path)


def _prove(person: Person, folders: list[Path]) -> None:
    places = places_of(person.sought, folders)
    if places:
        raise KpisError(
            f"An address of the person is still in {plural(len(places), 'place')}; the raw files,"
            " the build and what is published are done.",
            "Remove it there, and prove it by erasing again.",
            details=places,
            data={"places": places},
        )
