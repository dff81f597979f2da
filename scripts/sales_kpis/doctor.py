"""`kpis doctor`: what differs from the last published version, and what needs the user's hand.

It reads files only. SQL that changed beneath an unchanged entry is not among the differences: the
changelog says which numbers move, and the restatements of the next run show them.
"""

from __future__ import annotations

import csv
import json
import platform
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

import duckdb
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from rich.text import Text

from sales_kpis.changelog import changes_since, version_of
from sales_kpis.company_folder import require_settings
from sales_kpis.errors import KpisError, WrongUse, nearest
from sales_kpis.formats import plural
from sales_kpis.machine_faults import has_room, limits_in_words, space_needed
from sales_kpis.marts import has_mart, opened, query
from sales_kpis.project import Project
from sales_kpis.public_facts import public_settings
from sales_kpis.publish import PublishedVersion, current_version
from sales_kpis.seeds import require_known_names
from sales_kpis.settings import PATHS, Settings, load_settings, read_settings_file

PACKAGE = "sales-kpis"
LOCK = "requirements-run.lock"
_ALL_SETTINGS = "docs/settings.md has all settings."
# The parts of a KPI's entry that decide numbers or how they are read; other words may change.
_DEFINING = ("description", "dimensions", "direction", "formula", "is_additive", "unit")
# Longer values are not quoted in a sentence.
_QUOTED_LENGTH = 60


@dataclass(frozen=True)
class Finding:
    """One sentence on a difference or a fault, with what to do about it where there is something.

    `topic`: program, settings, kpis, seeds, packages or machine. `needs_hand`: a run would stop or
    count wrongly until somebody does what `next_step` says.
    """

    topic: str
    message: str
    next_step: str = ""
    needs_hand: bool = False


@dataclass(frozen=True)
class Publication:
    """The last published version: its run, last day that counts, and the program's version then."""

    run_id: str
    as_of_date: str | None
    project_version: str


@dataclass(frozen=True)
class Diagnosis:
    """All that was found; `changelog` has the items between the published version and this one."""

    version: str
    python: str
    published: Publication | None
    machine: str
    changelog: tuple[str, ...]
    findings: tuple[Finding, ...]

    @property
    def exit_code(self) -> int:
        """1 where something needs the user's hand."""
        return int(any(finding.needs_hand for finding in self.findings))

    def as_json(self) -> dict[str, Any]:
        """The same for machines."""
        status = "needs_hand" if self.exit_code else "done"
        return {"status": status, "exit_code": self.exit_code, **asdict(self)}


def diagnose(project: Project, settings_file: Path | None, seeds: Path | None) -> Diagnosis:
    """Compare the program, its project and the user's files with the last published version.

    Args:
        project: the project, and the folder of the publications.
        settings_file: the file of the user's settings; none in a clone that builds the demo.
        seeds: the user's seeds, in place of those that the settings name.
    """
    version = metadata.version(PACKAGE)
    findings: list[Finding] = []
    current: PublishedVersion | None = None
    try:
        current = current_version(project.published)
    except KpisError as error:
        findings.append(_fault("program", error))
    published = _publication(current) if current else None
    findings += _of_program(project, version, published)
    told = dict(current.manifest.get("settings") or {}) if current else {}
    settings, found = _of_settings(project, settings_file, told)
    findings += found
    if current:
        ours = catalog_of_project(project.root)
        families = settings.values.get("kpi_families") if settings else None
        in_use = {
            kpi: row for kpi, row in ours.items() if not families or row["family"] in families
        }
        with opened(current.database) as connection:
            findings += differing_kpis(connection, in_use)
    folder = seeds or (settings.seed_path if settings else project.home / "seeds")
    if folder and folder.is_dir():
        findings += _of_seeds(project, folder)
    findings += _of_packages(project.root / LOCK)
    raw = settings.raw_path if settings else None
    machine = space_needed(project, raw_path=raw)
    if not has_room(project, raw):
        findings.append(
            Finding(
                "machine",
                f"There is too little room. {machine}",
                "Make room, or keep fewer versions (--keep).",
                needs_hand=True,
            )
        )
    try:
        machine = f"{machine} {limits_in_words()}"
    except WrongUse as error:
        findings.append(_fault("machine", error))
    changelog = project.root / "CHANGELOG.md"
    return Diagnosis(
        version,
        platform.python_version(),
        published,
        machine,
        tuple(
            changes_since(changelog.read_text(encoding="utf-8"), published.project_version, version)
            if published and changelog.is_file()
            else ()
        ),
        tuple(findings),
    )


def render_diagnosis(diagnosis: Diagnosis, project: Project) -> list[Text]:
    """The facts, the differences, and last what needs a hand, a line each."""
    published = diagnosis.published
    lines = [
        Text(f"kpis {diagnosis.version}, Python {diagnosis.python}", style="bold"),
        Text(
            f"Published is version {published.run_id} as of {published.as_of_date or 'no date'},"
            f" made by sales_kpis {published.project_version}."
            if published
            else f"Nothing is published in {project.published}."
        ),
        Text(diagnosis.machine),
    ]
    lines += [Text(f"changelog: {item}") for item in diagnosis.changelog]
    for finding in sorted(diagnosis.findings, key=lambda finding: finding.needs_hand):
        sentence = f"{finding.message} {finding.next_step}".strip()
        if finding.needs_hand:
            lines.append(Text(f"to do: {sentence}", style="yellow"))
        else:
            lines.append(Text(f"differs: {sentence}"))
    count = sum(finding.needs_hand for finding in diagnosis.findings)
    lines.append(
        Text(f"{plural(count, 'finding needs', 'findings need')} your hand.", style="yellow")
        if count
        else Text("Nothing needs your hand.", style="green")
    )
    return lines


def _fault(topic: str, error: KpisError) -> Finding:
    return Finding(topic, error.message, error.next_step, needs_hand=True)


def _publication(current: PublishedVersion) -> Publication:
    with opened(current.database) as connection:
        rows = (
            query(connection, "select project_version from monitoring.publication")
            if has_mart(connection, "monitoring.publication")
            else []
        )
    return Publication(
        current.run_id,
        current.manifest.get("as_of_date"),
        str((rows[0]["project_version"] if rows else None) or "unknown"),
    )


def _of_program(project: Project, version: str, published: Publication | None) -> Iterator[Finding]:
    pins = project.home / "requirements.txt"
    pinned = (
        re.search(rf"^{PACKAGE}==(\S+)", pins.read_text(encoding="utf-8"), re.MULTILINE)
        if project.is_installed and pins.is_file()
        else None
    )
    if pinned and pinned[1] != version:
        yield Finding(
            "program",
            f"{pins.name} says {pinned[0]}, and {version} is installed.",
            f"Install it: make upgrade VERSION={pinned[1]}",
            needs_hand=True,
        )
    wanted = metadata.metadata(PACKAGE)["Requires-Python"] or ""
    if not SpecifierSet(wanted).contains(platform.python_version(), prereleases=True):
        yield Finding(
            "program",
            f"Python is {platform.python_version()}, and {PACKAGE} needs {wanted}.",
            "Make the environment anew with another Python.",
            needs_hand=True,
        )
    before, now = version_of(published.project_version if published else ""), version_of(version)
    if before and now and before != now:
        is_newer = before > now
        yield Finding(
            "program",
            f"The published version was made by sales_kpis {before}, which is"
            f" {'newer' if is_newer else 'older'} than this one ({now}).",
            f"Install it: make upgrade VERSION={before}" if is_newer else "",
            needs_hand=is_newer,
        )


def _of_settings(
    project: Project, file: Path | None, published: Mapping[str, Any]
) -> tuple[Settings | None, list[Finding]]:
    """The settings that a run would have, where it would have any, and what is to be said of them.

    Args:
        project: says which settings there are.
        file: the user's settings.
        published: the settings of the published version; empty where it does not say.
    """
    defaults = project.default_vars()
    new = [
        Finding(
            "settings",
            f"The setting {name} is new, with the default {_in_short(defaults[name])}.",
            _ALL_SETTINGS,
        )
        for name in sorted(public_settings(defaults, project.root).keys() - published.keys())
        if published
    ]
    try:
        require_settings(project, file)
        stated = read_settings_file(file) if file else {}
        unknown = [name for name in stated if name not in defaults]
        if unknown:
            return None, [_unknown(file, name, published, defaults) for name in unknown] + new
        settings = load_settings(
            defaults,
            project_folder=project.root,
            known_systems=project.systems(),
            settings_file=file,
        )
    except WrongUse as error:
        return None, [_fault("settings", error), *new]
    public = public_settings(settings.values, project.home)
    differing = [
        Finding(
            "settings",
            f"The setting {name} was {_in_short(published[name])} in the published version and is"
            f" now {_in_short(public[name])}, {file if name in stated else 'the default'}.",
        )
        for name in sorted(public.keys() & published.keys() - {*PATHS, "as_of_date"})
        if json.loads(_as_text(public[name])) != published[name]
    ]
    return settings, new + differing


def _unknown(
    file: Path | None, name: str, published: Mapping[str, Any], defaults: Mapping[str, Any]
) -> Finding:
    meant = nearest(name, defaults)
    step = f"Did you mean {' or '.join(meant)}?" if meant else "Take its line out."
    gone = " any more" if name in published else ""
    return Finding(
        "settings", f"{file}: there is no setting {name}{gone}.", f"{step} {_ALL_SETTINGS}", True
    )


def _as_text(value: Any) -> str:
    return json.dumps(value, sort_keys=True, default=str)


def _in_short(value: Any) -> str:
    text = value if isinstance(value, str) and value else _as_text(value)
    return text if len(text) <= _QUOTED_LENGTH else "a longer text"


def catalog_of_project(root: Path) -> dict[str, dict[str, Any]]:
    """The YAML entries of the KPIs of a project, in the columns of `kpi_catalog`."""
    catalog = {}
    for file in sorted((root / "models" / "marts" / "kpis").glob("*/*.yml")):
        content = yaml.safe_load(file.read_text(encoding="utf-8")) or {}
        for model in content.get("models") or ():
            entry = ((model.get("config") or {}).get("meta") or {}).get("kpi")
            if entry:
                catalog[str(model["name"]).removeprefix("kpi_")] = {
                    "family": file.parent.name,
                    "title": entry["title"],
                    "description": " ".join(str(model.get("description") or "").split()),
                    "dimensions": "|".join(entry["dimensions"]),
                    "direction": entry["direction"],
                    "formula": entry["formula"],
                    "is_additive": bool(entry["is_additive"]),
                    "unit": entry["unit"],
                }
    return catalog


def differing_kpis(
    connection: duckdb.DuckDBPyConnection, ours: Mapping[str, Mapping[str, Any]]
) -> list[Finding]:
    """KPIs that came, went, or whose definition is another one than in the published catalog.

    Args:
        connection: a published file.
        ours: the KPIs of the project, as `catalog_of_project` gives them.
    """
    columns = ", ".join(("kpi", *_DEFINING))
    published = {
        row.pop("kpi"): row
        for row in query(connection, f"select {columns} from monitoring.kpi_catalog")
    }
    came = [
        Finding("kpis", f"The KPI {kpi} is new: {ours[kpi]['title']}.")
        for kpi in sorted(ours.keys() - published.keys())
    ]
    went = [
        Finding("kpis", f"The KPI {kpi} is gone: after the next run kpis.kpi_{kpi} is no more.")
        for kpi in sorted(published.keys() - ours.keys())
    ]
    changed = []
    for kpi in sorted(ours.keys() & published.keys()):
        before = published[kpi] | {"description": " ".join(published[kpi]["description"].split())}
        parts = [
            _change(name, before[name], ours[kpi][name])
            for name in _DEFINING
            if before[name] != ours[kpi][name]
        ]
        if parts:
            changed.append(Finding("kpis", f"The KPI {kpi} differs in {' and '.join(parts)}."))
    return came + went + changed


def _change(name: str, before: Any, now: Any) -> str:
    is_long = max(len(str(before)), len(str(now))) > _QUOTED_LENGTH
    return name if is_long else f"{name} (was {before}, is {now})"


def _of_seeds(project: Project, folder: Path) -> Iterator[Finding]:
    own = project.root / "seeds"
    shown = Path(folder.name)
    try:
        require_known_names(folder, own)
    except WrongUse as error:
        yield _fault("seeds", error)
    for seed in sorted(own.rglob("*.csv")):
        name = seed.relative_to(own)
        if not (folder / name).is_file():
            yield Finding(
                "seeds",
                f"{shown}/ has no {name.as_posix()}.",
                "The project's own is taken, a plan without rows.",
            )
            continue
        wanted, there = _header(seed), _header(folder / name)
        lacking = [column for column in wanted if column not in there]
        unread = [column for column in there if column not in wanted]
        said = [
            *([f"lacks the {_columns(lacking)}"] if lacking else []),
            *([f"has the {_columns(unread)}, which is not read"] if unread and not lacking else []),
            *([f"has {', '.join(unread)}, which is not read"] if unread and lacking else []),
        ]
        if said:
            yield Finding(
                "seeds",
                f"{(shown / name).as_posix()} {', and '.join(said)}.",
                f"The columns are {', '.join(wanted)}." if lacking else "",
                needs_hand=bool(lacking),
            )


def _columns(names: list[str]) -> str:
    return f"{'column' if len(names) == 1 else 'columns'} {', '.join(names)}"


def _header(file: Path) -> list[str]:
    with file.open(encoding="utf-8-sig", errors="replace", newline="") as lines:
        return [name.strip().lower() for name in next(csv.reader(lines), [])]


def installed_version(package: str) -> str | None:
    """The version of an installed package; None where it is not installed."""
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def _of_packages(lock: Path) -> Iterator[Finding]:
    lines = lock.read_text(encoding="utf-8").splitlines() if lock.is_file() else []
    asked = {
        requirement.name.lower(): requirement.specifier
        for requirement in map(Requirement, metadata.requires(PACKAGE) or ())
        if requirement.marker is None
    }
    missing, others = [], []
    for line in lines:
        if "==" not in line or line.startswith("#"):
            continue
        locked = Requirement(line)
        if locked.marker is not None and not locked.marker.evaluate():
            continue
        there = installed_version(locked.name)
        if there is None:
            missing.append(locked.name)
        elif locked.name in asked and not asked[locked.name].contains(there, prereleases=True):
            yield Finding(
                "packages",
                f"The package {locked.name} is {there}, and {PACKAGE} asks for"
                f" {asked[locked.name]}.",
                _anew(lock),
                needs_hand=True,
            )
        elif not locked.specifier.contains(there, prereleases=True):
            others.append(f"{locked.name} {there} ({str(locked.specifier).removeprefix('==')})")
    if missing:
        count = plural(len(missing), f"package of {LOCK} is", f"packages of {LOCK} are")
        yield Finding(
            "packages",
            f"{count} not installed: {', '.join(missing)}.",
            _anew(lock),
            needs_hand=True,
        )
    if others:
        count = plural(len(others), "package is", "packages are")
        yield Finding(
            "packages",
            f"{count} of another version than this program was tested with: {', '.join(others)}.",
            _anew(lock),
        )


def _anew(lock: Path) -> str:
    return f"Install the tested ones: pip install --no-deps -r {lock}"
