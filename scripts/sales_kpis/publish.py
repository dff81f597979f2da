"""The published set: versions, each in its folder, and `current`, a symlink swapped by one rename.

```
published/current -> versions/<run_id>
published/versions/<run_id>/sales_kpis.duckdb
                           /parquet/<schema>/<table>.parquet
                           /queries/<kpi>.sql
                           /dashboard.html
                           /manifest.json
published/ledger/<run_id>/          what it reports of complete periods (reported_values.py)
```

A version is written under a hidden name and renamed when it is whole, so a killed run leaves
nothing that a reader could take for a version.

The ledger's part of a version is written before the swap and takes its place after it. A command
that is killed in between leaves a current version that the ledger does not know; the next one that
publishes or rolls back adds it first.

`current` is for a reader that opens one file. A reader of several reads
`current/manifest.json` once and then the files that it names: their paths carry the version, so
`current` may move on meanwhile.

The versions are a chain: each manifest says its place in it (`sequence`) and which version was
current before it (`previous`). No order here comes from a clock.
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from sales_kpis import files, reported_values, stopping
from sales_kpis.dashboard import render_dashboard
from sales_kpis.errors import BrokenPublication, WrongUse, suggestion
from sales_kpis.lock import RunLock
from sales_kpis.marts import opened, query, quoted, text_literal
from sales_kpis.project import MART_SCHEMAS, utc_now, versions
from sales_kpis.published_tables import publication_row, published_tables

DATABASE_NAME = "sales_kpis.duckdb"
# DuckDB 1.2's format: what DuckDB 2.0 writes by default cannot be opened by the 1.4 and 1.5 readers
# inside today's Metabase, Evidence and Cube drivers.
STORAGE_VERSION = "v1.2.0"
DEFAULT_KEEP = 5
# So long a version stays for its readers after it was current, however few are kept.
DEFAULT_GRACE_MINUTES = 60
_PARTIAL = ".partial-"
# Outside of the ledger, so that nobody reads it before its time.
_PARTIAL_LEDGER = ".ledger-partial-"


@dataclass(frozen=True)
class RunFacts:
    """The run behind a version, for its manifest; nothing where plain dbt built it."""

    as_of_date: str | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    tests: Sequence[Mapping[str, Any]] = ()
    source_freshness: Sequence[Mapping[str, Any]] = ()
    warnings: Sequence[str] = ()
    stale_sources: Sequence[str] = ()
    queries: Mapping[str, str] = field(default_factory=dict)
    pseudonyms: Mapping[str, Any] = field(default_factory=dict)
    definitions: Mapping[str, str] = field(default_factory=dict)
    described: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def marts(self, database: Path) -> reported_values.Marts:
        """The marts of the run, for the comparison with what was reported."""
        return reported_values.Marts(
            database, self.queries, self.settings, self.definitions, self.pseudonyms
        )


@dataclass(frozen=True)
class PublishedVersion:
    """One whole version in the published folder, with its manifest."""

    folder: Path
    manifest: Mapping[str, Any]

    @property
    def run_id(self) -> str:
        """The version's name."""
        return self.folder.name

    @property
    def sequence(self) -> int:
        """Its place in the chain of publications; 0 where a manifest of old does not say."""
        stated = self.manifest.get("sequence")
        return stated if isinstance(stated, int) else 0

    @property
    def database(self) -> Path:
        """The DuckDB file of the marts."""
        return self.folder / DATABASE_NAME

    @property
    def queries(self) -> dict[str, str]:
        """The SQL that built each KPI's table, as far as the version has it."""
        paths = sorted((self.folder / "queries").glob("*.sql"))
        return {path.stem: path.read_text(encoding="utf-8") for path in paths}

    @property
    def marts(self) -> reported_values.Marts:
        """Its marts, for the comparison with what was reported."""
        said = {name: self.manifest.get(name) or {} for name in ("definitions", "pseudonyms")}
        return reported_values.Marts(
            self.database, self.queries, self.manifest.get("settings") or {}, **said
        )

    @property
    def row_counts(self) -> dict[str, int]:
        """Rows of each mart, by schema.table."""
        return {name: int(table["rows"]) for name, table in self.manifest["tables"].items()}


def publish(
    build: Path,
    published: Path,
    run_id: str,
    facts: RunFacts,
    *,
    keep: int = DEFAULT_KEEP,
    grace_minutes: float = DEFAULT_GRACE_MINUTES,
) -> PublishedVersion:
    """Copy the marts of `build` into a new version and make it the current one.

    Args:
        build: DuckDB file with the marts; it has passed the audit.
        published: the folder of the published set.
        run_id: name of the new version.
        facts: what the manifest is to say of the run.
        keep: so many newest versions stay; the current one always stays.
        grace_minutes: so long every other version stays after it was current.

    Raises:
        BrokenPublication: the copy differs from the build, or the folder is not what `kpis` left
            there; nothing is published.
        LockHeld: another process is publishing there.
    """
    require_publishable(published)
    with RunLock(published / ".lock", run_id):
        remove_leftovers(published)
        _add_current_to_ledger(published, run_id)
        partial = files.make_folder(published / "versions" / f"{_PARTIAL}{run_id}")
        partial_ledger = published / f"{_PARTIAL_LEDGER}{run_id}"
        try:
            manifest = _write_version(build, partial, published, run_id, facts)
        except BaseException:
            files.remove(partial)
            files.remove(partial_ledger)
            raise
        access = _access(facts.settings)
        files.open_to(access, partial)
        files.open_folder_to(access, published / "versions")
        files.sync_tree(partial)
        folder = published / "versions" / run_id
        with stopping.deferred():
            files.replace(partial, folder)
            _make_current(published, run_id)
            _put_into_ledger(published, run_id, access)
        _remove_old_versions(published, keep, grace_minutes)
    return PublishedVersion(folder, manifest)


def rollback(published: Path, version: str | None, run_id: str) -> PublishedVersion:
    """Make an earlier version the current one again; by default the one before the current.

    Args:
        published: the folder of the published set.
        version: name of a version, or its unique beginning.
        run_id: id of this rollback, for the lock.

    Raises:
        WrongUse: there is no such version.
        BrokenPublication: the version's files are not the ones that were published.
    """
    require_publishable(published)
    with RunLock(published / ".lock", run_id):
        chosen = _choose(published, version)
        verify(chosen)
        remove_leftovers(published)
        _add_current_to_ledger(published, run_id)
        if name_of_current(published) != chosen.run_id:
            _compare_rollback(published, chosen, run_id)
            with stopping.deferred():
                _make_current(published, chosen.run_id)
                _put_into_ledger(published, run_id, _access(chosen.manifest.get("settings") or {}))
    return chosen


def require_publishable(published: Path) -> None:
    """Stop where the folder is not what `kpis` left there, before anything is built or written.

    Raises:
        BrokenPublication: `current` is no link or leads elsewhere, or a link lies where a version
            should: through it `kpis` would write, delete or publish what is not its own.
    """
    link, folder = published / "current", published / "versions"
    if link.exists() and not link.is_symlink():
        what = "folder" if link.is_dir() else "file"
        raise BrokenPublication(
            f"{link} is a {what}; it must be the link to the version that readers see.",
            f"Move that {what} elsewhere and publish again: kpis run",
        )
    ledger = reported_values.folder_of(published)
    own = (folder, *folder.glob("*"), ledger, *ledger.glob("*"))
    links = [path for path in own if path.is_symlink()]
    if links:
        raise BrokenPublication(
            f"{links[0]} is a symbolic link to {os.readlink(links[0])}; kpis follows none there.",
            "Remove the link. To keep versions on another disk, name the folder there: --published",
        )
    if folder.exists() and not folder.is_dir():
        raise BrokenPublication(f"{folder} is no folder.", "Move that file elsewhere.")


def current_version(published: Path) -> PublishedVersion | None:
    """The version that `current` points to, or None before the first publish.

    The folder in the result is the version's own: a reader that keeps to it reads one version, also
    when `current` moves on meanwhile.

    Raises:
        BrokenPublication: `current` points to something that is no version; the message says what
            to do.
    """
    link = published / "current"
    if not link.is_symlink():
        return None
    target = link.resolve()
    is_inside = target.parent == published.resolve() / "versions"
    version = _read_version(target) if is_inside else None
    if version is None:
        whole = [whole.run_id for whole in all_versions(published)]
        what = f"{target.name}, which is no whole version" if is_inside else f"{target}, outside"
        raise BrokenPublication(
            f"{link} points to {what}{'' if is_inside else f' of {link.parent}/versions'}.",
            f"Go back to a whole one: kpis rollback {whole[-1]}"
            if whole
            else "Publish again: kpis run",
        )
    return version


def all_versions(published: Path) -> list[PublishedVersion]:
    """All whole versions in the order of their publication, the first one first."""
    folders = sorted((published / "versions").glob("*"))
    found = [_read_version(folder) for folder in folders if not folder.name.startswith(".")]
    whole = [version for version in found if version is not None]
    return sorted(whole, key=lambda version: (version.sequence, version.run_id))


def verify(version: PublishedVersion) -> None:
    """Check every file of a version against the checksums in its manifest.

    Raises:
        BrokenPublication: a file is missing or differs.
    """
    for name, stated in version.manifest["files"].items():
        path = version.folder / name
        is_link = any(part.is_symlink() for part in (path, *path.parents[: name.count("/")]))
        if is_link or not path.is_file() or files.sha256(path) != stated["sha256"]:
            raise BrokenPublication(
                f"{path} is not the file that was published.",
                "Choose another version (kpis status lists them), or publish again: kpis run",
            )


def remove_leftovers(published: Path) -> list[Path]:
    """Remove what a killed run left half-written; returns what was removed."""
    patterns = (f"versions/{_PARTIAL}*", f"{_PARTIAL_LEDGER}*", ".current.new")
    leftovers = [path for pattern in patterns for path in published.glob(pattern)]
    for leftover in leftovers:
        files.remove(leftover)
    return leftovers


def _write_version(
    build: Path, folder: Path, published: Path, run_id: str, facts: RunFacts
) -> dict[str, Any]:
    # As seen from the published folder: what a reader resolves once and then keeps to.
    place = f"versions/{run_id}"
    published_at = utc_now()
    with opened(build) as connection:
        reported_values.compare(
            connection,
            reported_values.folder_of(published),
            reported_values.Publication(run_id, run_id, published_at, facts.as_of_date),
            facts.marts(build),
            _marts_before(published),
        )
        reported_values.write(connection, published / f"{_PARTIAL_LEDGER}{run_id}")
        publication = publication_row(
            run_id,
            published_at,
            facts.as_of_date,
            facts.settings,
            versions(),
            facts.tests,
            facts.source_freshness,
        )
        tables = _copy_marts(connection, folder, place, facts.described, publication)
        page = render_dashboard(connection, facts.as_of_date, _currency(facts), facts.stale_sources)
    files.write_text(folder / "dashboard.html", page)
    if facts.queries:
        files.make_folder(folder / "queries")
    for kpi, sql in facts.queries.items():
        files.write_text(folder / "queries" / f"{kpi}.sql", sql)
    manifest: dict[str, Any] = {
        "format": 1,
        "run_id": run_id,
        **_place_in_chain(published, run_id),
        "folder": place,
        "database": f"{place}/{DATABASE_NAME}",
        "published_at": published_at,
        "as_of_date": facts.as_of_date,
        "settings": dict(facts.settings),
        "pseudonyms": dict(facts.pseudonyms),
        "definitions": dict(facts.definitions),
        "versions": versions(),
        "storage_version": STORAGE_VERSION,
        "tables": tables,
        "tests": _test_summary(facts.tests),
        "source_freshness": list(facts.source_freshness),
        "warnings": list(facts.warnings),
        "stale_sources": list(facts.stale_sources),
        "files": {
            str(path.relative_to(folder)): {
                "path": f"{place}/{path.relative_to(folder)}",
                "bytes": path.stat().st_size,
                "sha256": files.sha256(path),
            }
            for path in files.walk(folder)
        },
    }
    files.write_json(folder / "manifest.json", manifest)
    return manifest


def _copy_marts(
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    place: str,
    described: Mapping[str, Mapping[str, Any]],
    publication: Mapping[str, Any],
) -> dict[str, Any]:
    """Write the published tables into one DuckDB file and as Parquet; returns their description.

    The table of restatements has those of this publication, too, which the build cannot know.
    """
    restatements = reported_values.restatements_of(connection)
    sources = {str(reported_values.RESTATEMENTS): restatements} if restatements else {}
    copy = "published_copy"
    connection.execute(
        f"attach {text_literal(str(folder / DATABASE_NAME))} as {copy}"
        f" (storage_version '{STORAGE_VERSION}')"
    )
    connection.execute("begin")  # Without it every table would be flushed to the disk on its own.
    for schema in MART_SCHEMAS:
        connection.execute(f"create schema {copy}.{quoted(schema)}")
        files.make_folder(folder / "parquet" / schema)
    tables: dict[str, Any] = {}
    for published in published_tables(connection, described, publication, sources):
        table = published.table
        copied = f"{copy}.{table.sql}"
        parquet = folder / "parquet" / table.schema / f"{table.name}.parquet"
        parquet_text = text_literal(str(parquet))
        for statement in published.statements(connection, copy):
            connection.execute(statement)
        connection.execute(f"copy {copied} to {parquet_text} (format parquet, compression zstd)")
        digests = {
            "the build": _digest(connection, f"({published.query})"),
            "the published table": _digest(connection, copied),
            "its Parquet file": _digest(connection, f"read_parquet({parquet_text})"),
        }
        if len(set(digests.values())) > 1:
            raise BrokenPublication(
                f"The published copy of {table} differs from the build.",
                "A type that Parquet lacks (such as hugeint) does that: cast it in the model.",
                details=[
                    f"{name}: {rows} rows, {columns}"
                    for name, (rows, _, columns) in digests.items()
                ],
            )
        rows, _, columns = digests["the published table"]
        tables[str(table)] = {
            "rows": rows,
            "parquet": f"{place}/{parquet.relative_to(folder)}",
            "key": list(published.key),
            "columns": dict(columns),
        }
    connection.execute("commit")
    connection.execute(f"detach {copy}")
    return tables


def _digest(
    connection: duckdb.DuckDBPyConnection, relation: str
) -> tuple[int, int, tuple[tuple[str, str], ...]]:
    """Rows, the sum of all rows' hashes (their order does not matter), and columns with types."""
    [content] = query(
        connection,
        f"""
        select count(*) as count_rows, coalesce(sum(hash(t)::hugeint), 0) as digest
        from {relation} as t
        """,
    )
    columns = query(
        connection, f"select column_name, column_type from (describe select * from {relation})"
    )
    types = tuple((row["column_name"], row["column_type"]) for row in columns)
    return content["count_rows"], content["digest"], types


def _access(settings: Mapping[str, Any]) -> str:
    """The readers, by the setting published_access."""
    return str(settings.get("published_access") or "everybody")


def _marts_before(published: Path) -> reported_values.Marts | None:
    """The marts that readers see now; None where there are none, or they are not whole."""
    try:
        version = current_version(published)
    except BrokenPublication:
        return None
    return version.marts if version else None


def _add_current_to_ledger(published: Path, run_id: str) -> None:
    """Add the current version to the ledger where it is not the one that was added last.

    So it is after a command that was killed between the swap and the ledger, with a ledger that was
    taken away, and with a version that an earlier release published.
    """
    try:
        version = current_version(published)
    except BrokenPublication:
        return  # The next version mends it.
    ledger = reported_values.folder_of(published)
    if version is None or reported_values.last_version(ledger) == version.run_id:
        return
    as_of_date = version.manifest.get("as_of_date")
    if reported_values.has_run(ledger, version.run_id):
        publication = reported_values.Publication(
            f"{run_id}-before", version.run_id, utc_now(), as_of_date, is_rollback=True
        )
    else:
        at = str(version.manifest.get("published_at") or utc_now())
        publication = reported_values.Publication(version.run_id, version.run_id, at, as_of_date)
    _compare_version(published, version, publication, None)
    _put_into_ledger(published, publication.run_id, _access(version.manifest.get("settings") or {}))


def _compare_rollback(published: Path, chosen: PublishedVersion, run_id: str) -> None:
    publication = reported_values.Publication(
        run_id, chosen.run_id, utc_now(), chosen.manifest.get("as_of_date"), is_rollback=True
    )
    _compare_version(published, chosen, publication, _marts_before(published))


def _compare_version(
    published: Path,
    version: PublishedVersion,
    publication: reported_values.Publication,
    before: reported_values.Marts | None,
) -> None:
    """Write the part of the ledger of a version that is there already, beside its place."""
    with opened(version.database) as connection:
        ledger = reported_values.folder_of(published)
        reported_values.compare(connection, ledger, publication, version.marts, before)
        reported_values.write(connection, published / f"{_PARTIAL_LEDGER}{publication.run_id}")


def _put_into_ledger(published: Path, run_id: str, access: str) -> None:
    """Put what was compared into the ledger, whole, for those who may read what is published."""
    partial = published / f"{_PARTIAL_LEDGER}{run_id}"
    ledger = files.make_folder(reported_values.folder_of(published))
    files.open_to(access, partial)
    for folder in (published, ledger):
        files.open_folder_to(access, folder)
    files.sync_tree(partial)
    files.replace(partial, ledger / run_id)


def _currency(facts: RunFacts) -> str:
    return str(facts.settings.get("reporting_currency") or "")


def _test_summary(tests: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    statuses: dict[str, int] = {}
    for test in tests:
        statuses[test["status"]] = statuses.get(test["status"], 0) + 1
    return {"counts": statuses, "results": list(tests)}


def _place_in_chain(published: Path, run_id: str) -> dict[str, Any]:
    """The earlier versions, as the manifest of the next one tells them."""
    whole = all_versions(published)
    return {
        "sequence": max((version.sequence for version in whole), default=0) + 1,
        "previous": name_of_current(published),
    }


def name_of_current(published: Path) -> str | None:
    """The name of the version that `current` points to, whether that one is whole or not."""
    link = published / "current"
    return Path(os.readlink(link)).name if link.is_symlink() else None


def _make_current(published: Path, name: str) -> None:
    """Let `current` point to the version; that of before keeps the time at which it ceased to."""
    before = published / "versions" / (name_of_current(published) or name)
    if before.is_dir() and not before.is_symlink():
        os.utime(before)
    files.point_symlink(published / "current", f"versions/{name}")


def _read_version(folder: Path) -> PublishedVersion | None:
    """The version in a folder; None where it is not whole, or a link leads out of it."""
    parts = (folder, folder / "manifest.json", folder / DATABASE_NAME)
    if any(part.is_symlink() for part in parts):
        return None
    manifest = files.read_json(folder / "manifest.json")
    if manifest is None or not (folder / DATABASE_NAME).is_file():
        return None
    return PublishedVersion(folder, manifest)


def _choose(published: Path, version: str | None) -> PublishedVersion:
    whole = all_versions(published)
    names = [candidate.run_id for candidate in whole]
    if not whole:
        raise WrongUse(f"{published} has no version.", "Publish one first: kpis run")
    if version is None:
        current = name_of_current(published)
        before = _before(current, whole)
        if before is None:
            raise WrongUse(
                f"There is no version before the current one ({current or 'none'}).",
                f"There is: {', '.join(names)}.",
            )
        return before
    matches = [candidate for candidate in whole if candidate.run_id.startswith(version)]
    exact = [candidate for candidate in whole if candidate.run_id == version]
    if len(exact or matches) != 1:
        how_many = "no version" if not matches else f"{len(matches)} versions"
        raise WrongUse(f"There is {how_many} {version}.", suggestion(version, names))
    return (exact or matches)[0]


def _before(current: str | None, whole: Sequence[PublishedVersion]) -> PublishedVersion | None:
    """The version that readers saw before the current one was published.

    Where that one is gone it is the one published last before the current one; where the current
    one itself is no whole version, the one published last of all.
    """
    by_name = {version.run_id: version for version in whole}
    if current is None or current not in by_name:
        return whole[-1] if current else None
    chosen = by_name[current]
    previous = by_name.get(str(chosen.manifest.get("previous")))
    if previous is not None and previous is not chosen:
        return previous
    earlier = whole[: whole.index(chosen)]
    return earlier[-1] if earlier else None


def _remove_old_versions(published: Path, keep: int, grace_minutes: float) -> None:
    """Remove what is neither kept nor was current within the grace, which its readers may need."""
    current = name_of_current(published)
    whole = all_versions(published)
    for version in whole[: max(len(whole) - max(keep, 1), 0)]:
        if version.run_id != current and not _is_within_grace(version.folder, grace_minutes):
            # Renamed first: a killed removal leaves a leftover, never a version with files missing.
            doomed = published / "versions" / f"{_PARTIAL}{version.run_id}"
            files.replace(version.folder, doomed)
            files.remove(doomed)


def _is_within_grace(folder: Path, minutes: float) -> bool:
    seconds = time.time() - folder.stat().st_mtime
    if seconds < 0:  # The clock was set back since: count from now on, or it would stay for ever.
        os.utime(folder)
    return max(seconds, 0) < minutes * 60
