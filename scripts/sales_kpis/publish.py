"""The published set: versions, each in its folder, and `current`, a symlink swapped by one rename.

```
published/current -> versions/<run_id>
published/versions/<run_id>/sales_kpis.duckdb
                           /parquet/<schema>/<table>.parquet
                           /queries/<kpi>.sql
                           /dashboard.html
                           /manifest.json
```

A version is written under a hidden name and renamed when it is whole, so a killed run leaves
nothing that a reader could take for a version.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from sales_kpis import files
from sales_kpis.dashboard import render_dashboard
from sales_kpis.errors import BrokenPublication, WrongUse, suggestion
from sales_kpis.lock import RunLock
from sales_kpis.marts import mart_tables, opened, query, quoted, text_literal
from sales_kpis.project import MART_SCHEMAS, utc_now, versions

DATABASE_NAME = "sales_kpis.duckdb"
# DuckDB 1.2's format: what DuckDB 2.0 writes by default cannot be opened by the 1.4 and 1.5 readers
# inside today's Metabase, Evidence and Cube drivers.
STORAGE_VERSION = "v1.2.0"
DEFAULT_KEEP = 5
_PARTIAL = ".partial-"


@dataclass(frozen=True)
class RunFacts:
    """What the manifest says of the run behind a version; nothing where plain dbt built it."""

    as_of_date: str | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    tests: Sequence[Mapping[str, Any]] = ()
    source_freshness: Sequence[Mapping[str, Any]] = ()
    warnings: Sequence[str] = ()
    stale_sources: Sequence[str] = ()
    queries: Mapping[str, str] = field(default_factory=dict)
    pseudonyms: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class PublishedVersion:
    """One whole version in the published folder, with its manifest."""

    folder: Path
    manifest: Mapping[str, Any]

    @property
    def run_id(self) -> str:
        """The version's name; names sort by time."""
        return self.folder.name

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
    def row_counts(self) -> dict[str, int]:
        """Rows of each mart, by schema.table."""
        return {name: int(table["rows"]) for name, table in self.manifest["tables"].items()}


def publish(
    build: Path, published: Path, run_id: str, facts: RunFacts, *, keep: int = DEFAULT_KEEP
) -> PublishedVersion:
    """Copy the marts of `build` into a new version and make it the current one.

    Args:
        build: DuckDB file with the marts; it has passed the audit.
        published: the folder of the published set.
        run_id: name of the new version.
        facts: what the manifest is to say of the run.
        keep: so many newest versions stay; the current one always stays.

    Raises:
        BrokenPublication: the copy differs from the build; nothing is published.
        LockHeld: another process is publishing there.
    """
    with RunLock(published / ".lock", run_id):
        remove_leftovers(published)
        partial = files.make_folder(published / "versions" / f"{_PARTIAL}{run_id}")
        try:
            manifest = _write_version(build, partial, run_id, facts)
        except BaseException:
            files.remove(partial)
            raise
        _let_read(partial, published, facts)
        files.sync_tree(partial)
        folder = published / "versions" / run_id
        files.replace(partial, folder)
        files.point_symlink(published / "current", f"versions/{run_id}")
        _remove_old_versions(published, keep)
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
    with RunLock(published / ".lock", run_id):
        chosen = _choose(published, version)
        verify(chosen)
        files.point_symlink(published / "current", f"versions/{chosen.run_id}")
    return chosen


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
    version = _read_version(link.resolve())
    if version is None:
        whole = [whole.run_id for whole in all_versions(published)]
        raise BrokenPublication(
            f"{link} points to {link.resolve().name}, which is no whole version.",
            f"Go back to a whole one: kpis rollback {whole[-1]}"
            if whole
            else "Publish again: kpis run",
        )
    return version


def all_versions(published: Path) -> list[PublishedVersion]:
    """All whole versions, oldest first."""
    folders = sorted((published / "versions").glob("*"))
    found = [_read_version(folder) for folder in folders if not folder.name.startswith(".")]
    return [version for version in found if version is not None]


def verify(version: PublishedVersion) -> None:
    """Check every file of a version against the checksums in its manifest.

    Raises:
        BrokenPublication: a file is missing or differs.
    """
    for name, stated in version.manifest["files"].items():
        path = version.folder / name
        if not path.is_file() or files.sha256(path) != stated["sha256"]:
            raise BrokenPublication(
                f"{path} is not the file that was published.",
                "Choose another version (kpis status lists them), or publish again: kpis run",
            )


def remove_leftovers(published: Path) -> list[Path]:
    """Remove what a killed run left half-written; returns what was removed."""
    leftovers = [*published.glob("versions/.*"), *published.glob(".current.new")]
    for leftover in leftovers:
        files.remove(leftover)
    return leftovers


def _write_version(build: Path, folder: Path, run_id: str, facts: RunFacts) -> dict[str, Any]:
    with opened(build) as connection:
        tables = _copy_marts(connection, folder)
        page = render_dashboard(connection, facts.as_of_date, _currency(facts), facts.stale_sources)
    files.write_text(folder / "dashboard.html", page)
    if facts.queries:
        files.make_folder(folder / "queries")
    for kpi, sql in facts.queries.items():
        files.write_text(folder / "queries" / f"{kpi}.sql", sql)
    manifest: dict[str, Any] = {
        "format": 1,
        "run_id": run_id,
        "published_at": utc_now(),
        "as_of_date": facts.as_of_date,
        "settings": dict(facts.settings),
        "pseudonyms": dict(facts.pseudonyms),
        "versions": versions(),
        "storage_version": STORAGE_VERSION,
        "tables": tables,
        "tests": _test_summary(facts.tests),
        "source_freshness": list(facts.source_freshness),
        "warnings": list(facts.warnings),
        "stale_sources": list(facts.stale_sources),
        "files": {
            str(path.relative_to(folder)): {
                "bytes": path.stat().st_size,
                "sha256": files.sha256(path),
            }
            for path in files.walk(folder)
        },
    }
    files.write_json(folder / "manifest.json", manifest)
    return manifest


def _copy_marts(connection: duckdb.DuckDBPyConnection, folder: Path) -> dict[str, Any]:
    """Write the marts as tables of one DuckDB file and as Parquet; returns their description."""
    copy = "published_copy"
    connection.execute(
        f"attach {text_literal(str(folder / DATABASE_NAME))} as {copy}"
        f" (storage_version '{STORAGE_VERSION}')"
    )
    connection.execute("begin")  # Without it every table would be flushed to the disk on its own.
    for schema in MART_SCHEMAS:
        connection.execute(f"create schema {copy}.{quoted(schema)}")
        files.make_folder(folder / "parquet" / schema)
    described: dict[str, Any] = {}
    for table in mart_tables(connection):
        copied = f"{copy}.{table.sql}"
        parquet = folder / "parquet" / table.schema / f"{table.name}.parquet"
        parquet_text = text_literal(str(parquet))
        connection.execute(f"create table {copied} as select * from {table.sql}")
        connection.execute(f"copy {copied} to {parquet_text} (format parquet, compression zstd)")
        digests = {
            "the build": _digest(connection, table.sql),
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
        described[str(table)] = {"rows": rows, "columns": dict(columns)}
    connection.execute("commit")
    connection.execute(f"detach {copy}")
    return described


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


def _let_read(version: Path, published: Path, facts: RunFacts) -> None:
    """Let those read the version, and reach it, whom the setting published_access names."""
    access = str(facts.settings.get("published_access") or "everybody")
    files.open_to(access, version)
    for folder in (published, published / "versions"):
        files.open_folder_to(access, folder)


def _currency(facts: RunFacts) -> str:
    return str(facts.settings.get("reporting_currency") or "")


def _test_summary(tests: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    statuses: dict[str, int] = {}
    for test in tests:
        statuses[test["status"]] = statuses.get(test["status"], 0) + 1
    return {"counts": statuses, "results": list(tests)}


def _read_version(folder: Path) -> PublishedVersion | None:
    manifest = files.read_json(folder / "manifest.json")
    if manifest is None or not (folder / DATABASE_NAME).is_file():
        return None
    return PublishedVersion(folder, manifest)


def _choose(published: Path, version: str | None) -> PublishedVersion:
    whole = all_versions(published)
    names = [candidate.run_id for candidate in whole]
    if not whole:
        raise WrongUse(f"{published} has no version.", "Publish one first: kpis run")
    link = published / "current"
    current = link.resolve().name if link.is_symlink() else ""
    if version is None:
        earlier = [candidate for candidate in whole if candidate.run_id < current]
        if not earlier:
            raise WrongUse(
                f"There is no version before the current one ({current or 'none'}).",
                f"There is: {', '.join(names)}.",
            )
        return earlier[-1]
    matches = [candidate for candidate in whole if candidate.run_id.startswith(version)]
    exact = [candidate for candidate in whole if candidate.run_id == version]
    if len(exact or matches) != 1:
        how_many = "no version" if not matches else f"{len(matches)} versions"
        raise WrongUse(f"There is {how_many} {version}.", suggestion(version, names))
    return (exact or matches)[0]


def _remove_old_versions(published: Path, keep: int) -> None:
    current = (published / "current").resolve().name
    names = [version.run_id for version in all_versions(published)]
    for name in names[: max(len(names) - max(keep, 1), 0)]:
        if name != current:
            # Renamed first: a killed removal leaves a leftover, never a version with files missing.
            doomed = published / "versions" / f"{_PARTIAL}{name}"
            files.replace(published / "versions" / name, doomed)
            files.remove(doomed)
