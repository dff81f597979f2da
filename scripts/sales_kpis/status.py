"""The published version, its age, and how the last runs ended."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from sales_kpis import files
from sales_kpis.dbt_runner import facts_of_kpis, queries_of_kpis
from sales_kpis.errors import WrongUse
from sales_kpis.formats import NOTHING, format_duration, plural
from sales_kpis.ledger import RunRecord, read_runs
from sales_kpis.project import Project
from sales_kpis.publish import PublishedVersion, all_versions, current_version
from sales_kpis.run import built_database, read_last_build

_STATUS_STYLES = {
    "published": "green",
    "built": "green",
    "rolled_back": "yellow",
    "erased": "yellow",
    "unfinished": "yellow",
}


@dataclass(frozen=True)
class MartsInUse:
    """The marts that `show` and `catalog` read: the published ones, else the build's."""

    database: Path
    origin: str
    as_of_date: str | None
    currency: str
    read_queries: Callable[[], Mapping[str, str]] = dict
    stale_sources: Sequence[str] = ()


@dataclass(frozen=True)
class Status:
    """The published folder and the ledger at one moment; `runs` has the newest first."""

    current: PublishedVersion | None
    versions: tuple[str, ...]
    runs: tuple[RunRecord, ...]
    today: date

    @property
    def days_since_as_of(self) -> int | None:
        """Days from the current version's as-of date to today."""
        as_of = self.current.manifest.get("as_of_date") if self.current else None
        return (self.today - date.fromisoformat(as_of)).days if as_of else None

    def as_json(self) -> dict[str, Any]:
        """The status for machines."""
        manifest = self.current.manifest if self.current else {}
        return {
            "current": self.current.run_id if self.current else None,
            "as_of_date": manifest.get("as_of_date"),
            "days_since_as_of": self.days_since_as_of,
            "published_at": manifest.get("published_at"),
            "tests": (manifest.get("tests") or {}).get("counts", {}),
            "warnings": manifest.get("warnings", []),
            "versions": list(self.versions),
            "runs": [asdict(record) | {"seconds": record.seconds} for record in self.runs],
        }


def read_status(project: Project, today: date, limit: int) -> Status:
    """The status with the newest `limit` runs."""
    return Status(
        current=current_version(project.published),
        versions=tuple(version.run_id for version in all_versions(project.published)),
        runs=tuple(reversed(read_runs(project.ledger)[-limit:])),
        today=today,
    )


def published_marts(project: Project) -> MartsInUse | None:
    """The marts of the current version; None before the first one."""
    version = current_version(project.published)
    if version is None:
        return None
    settings = version.manifest.get("settings") or {}
    return MartsInUse(
        version.database,
        f"version {version.run_id}",
        version.manifest.get("as_of_date"),
        str(settings.get("reporting_currency") or ""),
        lambda: version.queries,
        version.manifest.get("stale_sources") or (),
    )


def marts_in_use(project: Project) -> MartsInUse:
    """Where the numbers are.

    Raises:
        WrongUse: nothing is published and nothing is built.
    """
    published = published_marts(project)
    if published is not None:
        return published
    database = built_database(project)
    if not database.exists():
        raise WrongUse("Nothing is published and nothing is built.", "Build it first: kpis run")
    said = read_last_build(project)
    currency = str((said.get("settings") or {}).get("reporting_currency") or "")
    return MartsInUse(
        database,
        f"not published: {database}",
        said.get("as_of_date"),
        currency,
        lambda: layers_in_use(project).queries,
        said.get("stale_sources") or (),
    )


@dataclass(frozen=True)
class LayersInUse:
    """The last build with all its layers: the file, and for each KPI its SQL and facts.

    `raw` is the file that the views of the raw tables read, where it is another one; `instances`
    has the schema of each instance of each system (`system_instances`).
    """

    database: Path
    raw: Path | None
    queries: Mapping[str, str]
    facts_of: Mapping[str, Sequence[str]]
    instances: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def layers_in_use(project: Project) -> LayersInUse:
    """Where the layers are.

    Raises:
        WrongUse: nothing is built.
    """
    database = built_database(project)
    if not database.exists():
        raise WrongUse(f"{database} is not there.", "Build it first: kpis run")
    said = read_last_build(project)
    is_told = said.get("queries") and said.get("facts_of")
    manifest = {} if is_told else files.read_json(project.home / "target" / "manifest.json") or {}
    return LayersInUse(
        database,
        project.warehouse if said.get("reads_warehouse") else None,
        said.get("queries") or queries_of_kpis(manifest),
        said.get("facts_of") or facts_of_kpis(manifest),
        (said.get("settings") or project.default_vars()).get("system_instances") or {},
    )


def render_status(status: Status, published: Path) -> RenderableType:
    """The status as lines and a table of runs."""
    parts: list[RenderableType] = [*_describe_current(status, published)]
    if status.runs:
        table = Table(title="Last runs", title_justify="left", header_style="bold")
        for name in ("run", "command", "ended", "as of"):
            table.add_column(name, no_wrap=True)
        table.add_column("took", justify="right", no_wrap=True)
        table.add_column("message")
        for record in status.runs:
            table.add_row(
                record.run_id,
                record.command,
                Text(
                    record.status.replace("_", " "), style=_STATUS_STYLES.get(record.status, "red")
                ),
                record.as_of_date or NOTHING,
                format_duration(record.seconds),
                record.message or _counts(record),
            )
        parts.append(table)
    return Group(*parts)


def _describe_current(status: Status, published: Path) -> Sequence[Text]:
    if status.current is None:
        return [Text(f"Nothing is published in {published}. Publish: kpis run")]
    manifest = status.current.manifest
    as_of, age = manifest.get("as_of_date"), status.days_since_as_of
    age_text = (
        "" if age is None else f", {plural(age, 'day')} ago" if age >= 0 else ", in the future"
    )
    tests = (manifest.get("tests") or {}).get("counts", {})
    tests_text = (
        ", ".join(f"{count:,} {name}" for name, count in sorted(tests.items())) or "not known"
    )
    lines = [
        Text(f"Current version {status.current.run_id}", style="bold"),
        Text(f"  as of      {as_of or 'not known'}{age_text}"),
        Text(f"  published  {str(manifest.get('published_at'))[:19].replace('T', ' ')} UTC"),
        Text(f"  tests      {tests_text}"),
        Text(f"  files      {status.current.folder}"),
    ]
    lines += [
        Text(f"  warning    {warning}", style="yellow") for warning in manifest.get("warnings", [])
    ]
    others = [name for name in status.versions if name != status.current.run_id]
    if others:
        lines.append(Text(f"  others     {', '.join(others)}"))
    return lines


def _counts(record: RunRecord) -> str:
    shown = {"source_rows": "source rows", "tests": "tests", "marts": "marts"}
    return ", ".join(
        f"{record.counts[name]:,} {words}" for name, words in shown.items() if name in record.counts
    )
