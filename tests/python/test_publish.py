"""Versions, the swap, rollback, and what a reader can rely on."""

from __future__ import annotations

import json
import os
import shutil
import threading
import time
from pathlib import Path

import duckdb
import pytest

from kpis_project import published_revenue, write_marts
from sales_kpis.errors import BrokenPublication, LockHeld, WrongUse
from sales_kpis.lock import RunLock
from sales_kpis.publish import (
    RunFacts,
    all_versions,
    current_version,
    publish,
    remove_leftovers,
    rollback,
    verify,
)

pytestmark = pytest.mark.usefixtures("no_waiting_for_the_disk")

FACTS = RunFacts(
    as_of_date="2025-09-17",
    settings={"reporting_currency": "EUR"},
    tests=[{"name": "a", "status": "pass", "failures": 0}],
    source_freshness=[{"system": "tabular", "table": "deal", "newest_row": "2025-09-16"}],
)


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_marts(tmp_path_factory.mktemp("build") / "sales_kpis.duckdb")


@pytest.fixture
def published(tmp_path: Path) -> Path:
    return tmp_path / "published"


def publish_all(
    build: Path, published: Path, *run_ids: str, keep: int = 5, grace_minutes: float = 0
) -> None:
    for run_id in run_ids:
        publish(build, published, run_id, FACTS, keep=keep, grace_minutes=grace_minutes)


def test_a_version_holds_all_marts_and_only_marts(build: Path, published: Path) -> None:
    version = publish(build, published, "run-1", FACTS)

    connection = duckdb.connect(str(version.database), read_only=True)
    tables = connection.execute(
        "select schema_name || '.' || table_name from duckdb_tables() order by all"
    ).fetchall()
    views = connection.execute("select * from duckdb_views() where not internal").fetchall()
    connection.close()
    expected = [
        "core.deals_of_july",
        "core.dim_periods",
        "core.fct_deals",
        "kpis.kpi_total_revenue",
        "kpis.kpis_wide_revenue",
        "monitoring.kpi_catalog",
        "monitoring.kpi_values",
        "monitoring.publication",
        "monitoring.published_tables",
        "monitoring.source_reconciliation",
    ]
    assert [table[0] for table in tables] == expected
    assert views == []
    parquet = (version.folder / "parquet").rglob("*.parquet")
    assert sorted(f"{file.parent.name}.{file.stem}" for file in parquet) == expected


def test_the_file_has_the_format_that_older_readers_open(build: Path, published: Path) -> None:
    version = publish(build, published, "run-1", FACTS)

    connection = duckdb.connect()
    connection.execute(f"attach '{version.database}' as it (read_only)")
    connection.execute(f"attach '{build}' as the_build (read_only)")
    formats = dict(
        connection.execute(
            "select database_name, tags['storage_version'] from duckdb_databases()"
        ).fetchall()
    )
    connection.close()
    assert formats["it"] == "v1.2.0+"
    assert formats["the_build"] != "v1.2.0+"


def test_parquet_equals_the_table(build: Path, published: Path) -> None:
    version = publish(build, published, "run-1", FACTS)
    connection = duckdb.connect(str(version.database), read_only=True)
    for table in version.manifest["tables"]:
        schema, name = table.split(".")
        file = version.folder / "parquet" / schema / f"{name}.parquet"
        for left, right in ((table, f"'{file}'"), (f"'{file}'", table)):
            rows = connection.execute(f"from {left} except all from {right}").fetchall()
            assert rows == []
    connection.close()


def test_the_manifest_tells_what_was_published(build: Path, published: Path) -> None:
    version = publish(build, published, "run-1", FACTS)
    manifest = json.loads((published / "current" / "manifest.json").read_text())

    assert manifest["run_id"] == "run-1"
    assert manifest["as_of_date"] == "2025-09-17"
    assert manifest["settings"] == {"reporting_currency": "EUR"}
    assert manifest["tests"]["counts"] == {"pass": 1}
    assert manifest["source_freshness"][0]["newest_row"] == "2025-09-16"
    assert manifest["tables"]["core.fct_deals"]["rows"] == 3
    assert manifest["tables"]["core.fct_deals"]["columns"]["amount"] == "DOUBLE"
    assert set(manifest["versions"]) == {"sales_kpis", "dbt", "dbt_duckdb", "duckdb"}
    assert "parquet/core/fct_deals.parquet" in manifest["files"]
    assert "sales_kpis.duckdb" in manifest["files"]
    verify(version)


def test_current_is_a_relative_link_to_the_newest(build: Path, published: Path) -> None:
    publish_all(build, published, "run-1", "run-2")
    link = published / "current"
    assert str(link.readlink()) == "versions/run-2"
    current = current_version(published)
    assert current is not None
    assert current.run_id == "run-2"


def test_nothing_is_current_before_the_first_publish(published: Path) -> None:
    assert current_version(published) is None


def test_only_the_newest_versions_stay(build: Path, published: Path) -> None:
    publish_all(build, published, "run-1", "run-2", "run-3", keep=2)
    assert [version.run_id for version in all_versions(published)] == ["run-2", "run-3"]


class TestAClockThatGoesBack:
    """Run ids begin with the time, so a run after the change sorts before those of earlier."""

    def test_keeps_the_versions_that_were_published_last(
        self, build: Path, published: Path
    ) -> None:
        publish_all(build, published, "2025-3", "2025-2", "2025-1", keep=2)
        assert [version.run_id for version in all_versions(published)] == ["2025-2", "2025-1"]
        assert [version.sequence for version in all_versions(published)] == [2, 3]

    def test_rolls_back_to_the_version_before(self, build: Path, published: Path) -> None:
        publish_all(build, published, "2025-3", "2024-1")
        assert rollback(published, None, "r1").run_id == "2025-3"
        with pytest.raises(WrongUse, match="no version before the current one"):
            rollback(published, None, "r2")

    def test_does_not_keep_a_version_of_the_future_for_ever(
        self, build: Path, published: Path
    ) -> None:
        publish_all(build, published, "run-1")
        version = published / "versions" / "run-1"
        publish_all(build, published, "run-2")
        os.utime(version, (2**32, 2**32))
        publish_all(build, published, "run-3", keep=1, grace_minutes=1)
        assert version.is_dir()
        os.utime(version, (version.stat().st_mtime - 61,) * 2)
        assert time.time() - version.stat().st_mtime < 120
        publish_all(build, published, "run-4", keep=1, grace_minutes=1)
        assert not version.exists()


def test_versions_of_before_the_chain_come_first(build: Path, published: Path) -> None:
    publish_all(build, published, "run-8", "run-9")
    for name in ("run-8", "run-9"):
        file = published / "versions" / name / "manifest.json"
        manifest = json.loads(file.read_text())
        del manifest["sequence"], manifest["previous"]
        file.write_text(json.dumps(manifest))
    assert rollback(published, None, "r3").run_id == "run-8"
    publish_all(build, published, "run-1")
    assert [version.run_id for version in all_versions(published)] == ["run-8", "run-9", "run-1"]
    assert rollback(published, None, "r4").run_id == "run-8"


def test_a_version_stays_for_its_readers_however_few_are_kept(build: Path, published: Path) -> None:
    """A reader has resolved `current`; then the next version comes with `keep: 1`."""
    publish_all(build, published, "run-1", keep=1)
    in_use = (published / "current").resolve()
    # It was published long ago, and is current until now.
    os.utime(in_use, (1, 1))
    publish_all(build, published, "run-2", keep=1, grace_minutes=10)
    assert published_revenue(in_use / "sales_kpis.duckdb") == [100, 200, 50]

    os.utime(in_use, (time.time() - 11 * 60,) * 2)
    publish_all(build, published, "run-3", keep=1, grace_minutes=10)
    assert not in_use.exists()
    assert [version.run_id for version in all_versions(published)] == ["run-2", "run-3"]


def test_the_grace_begins_when_a_rollback_takes_a_version_out_of_use(
    build: Path, published: Path
) -> None:
    publish_all(build, published, "run-1", "run-2")
    os.utime(published / "versions" / "run-2", (1, 1))
    rollback(published, "run-1", "r5")
    publish_all(build, published, "run-3", keep=1, grace_minutes=10)
    assert [version.run_id for version in all_versions(published)] == ["run-1", "run-2", "run-3"]


class TestALinkWhereAVersionShouldBe:
    @pytest.fixture
    def elsewhere(self, build: Path, tmp_path: Path) -> Path:
        publish_all(build, tmp_path / "other", "run-0")
        return tmp_path / "other" / "versions" / "run-0"

    @pytest.mark.parametrize("name", ["run-0", "run-9", ".partial-run-9"])
    def test_is_refused_and_not_followed(
        self, build: Path, published: Path, elsewhere: Path, name: str
    ) -> None:
        publish_all(build, published, "run-1")
        link = published / "versions" / name
        link.symlink_to(elsewhere)
        for attempt in (
            lambda: publish_all(build, published, "run-2", keep=1),
            lambda: rollback(published, name, "r6"),
        ):
            with pytest.raises(BrokenPublication, match=f"{name} is a symbolic link to ") as caught:
                attempt()
            assert "Remove the link" in caught.value.next_step
        assert [version.run_id for version in all_versions(published)] == ["run-1"]
        assert published_revenue(elsewhere / "sales_kpis.duckdb") == [100, 200, 50]
        assert link.is_symlink()

    def test_in_the_place_of_all_versions_is_refused(
        self, build: Path, published: Path, elsewhere: Path
    ) -> None:
        published.mkdir()
        (elsewhere.parent / ".notes").write_text("mine")
        (published / "versions").symlink_to(elsewhere.parent)
        with pytest.raises(BrokenPublication, match="versions is a symbolic link"):
            publish_all(build, published, "run-1", keep=1)
        assert {path.name for path in elsewhere.parent.iterdir()} == {"run-0", ".notes"}

    def test_that_current_leads_to_is_no_version(
        self, build: Path, published: Path, elsewhere: Path
    ) -> None:
        publish_all(build, published, "run-1")
        (published / "current").unlink()
        (published / "current").symlink_to(elsewhere)
        with pytest.raises(BrokenPublication, match=r"run-0, outside of .*/versions") as caught:
            current_version(published)
        assert caught.value.next_step.endswith("kpis rollback run-1")

    @pytest.mark.parametrize("part", ["parquet/kpis", "dashboard.html", "sales_kpis.duckdb"])
    def test_inside_a_version_makes_it_another_than_was_published(
        self, build: Path, published: Path, elsewhere: Path, part: str
    ) -> None:
        publish_all(build, published, "run-1", "run-2")
        place = published / "versions" / "run-1" / part
        place.rename(elsewhere.parent / "moved")
        place.symlink_to(elsewhere.parent / "moved")
        with pytest.raises((BrokenPublication, WrongUse)):
            rollback(published, "run-1", "r7")
        assert str((published / "current").readlink()) == "versions/run-2"


@pytest.mark.parametrize("kind", ["folder", "file"])
def test_what_is_no_link_in_the_place_of_current_is_told_and_nothing_left_behind(
    build: Path, published: Path, kind: str
) -> None:
    published.mkdir()
    current = published / "current"
    if kind == "folder":
        (current / "mine").mkdir(parents=True)
    else:
        current.write_text("mine")
    with pytest.raises(BrokenPublication, match=f"current is a {kind}; it must be the link"):
        publish_all(build, published, "run-1")
    assert [path.name for path in published.iterdir()] == ["current"]


def test_only_what_kpis_has_half_written_is_a_leftover(build: Path, published: Path) -> None:
    publish_all(build, published, "run-1")
    own = published / "versions" / ".nfs0001"
    own.write_text("of the file server")
    publish_all(build, published, "run-2")
    assert own.exists()


def test_the_manifest_names_each_file_with_its_version(build: Path, published: Path) -> None:
    publish_all(build, published, "run-1", "run-2")
    manifest = json.loads((published / "current" / "manifest.json").read_text())
    assert (manifest["sequence"], manifest["previous"]) == (2, "run-1")
    assert manifest["folder"] == "versions/run-2"
    paths = [manifest["database"], *(file["path"] for file in manifest["files"].values())]
    paths += [table["parquet"] for table in manifest["tables"].values()]
    for path in paths:
        assert path.startswith("versions/run-2/")
        assert (published / path).is_file()


def test_a_copy_that_differs_from_the_build_is_not_published(
    tmp_path: Path, published: Path
) -> None:
    # Parquet has no hugeint: it would silently become a double.
    build = write_marts(
        tmp_path / "sales_kpis.duckdb",
        statements=["create table core.counts as select (2 ** 70)::hugeint + 1 as deals"],
    )
    with pytest.raises(BrokenPublication, match=r"copy of core\.counts differs"):
        publish(build, published, "run-1", FACTS)
    assert current_version(published) is None
    assert all_versions(published) == []
    assert list((published / "versions").iterdir()) == []


class TestRollback:
    def test_goes_to_the_version_before_the_current(self, build: Path, published: Path) -> None:
        publish_all(build, published, "run-1", "run-2", "run-3")
        assert rollback(published, None, "r8").run_id == "run-2"
        assert rollback(published, None, "r9").run_id == "run-1"
        with pytest.raises(WrongUse, match="no version before the current one"):
            rollback(published, None, "r10")

    def test_goes_to_what_readers_saw_before_not_to_what_was_rolled_back(
        self, build: Path, published: Path
    ) -> None:
        publish_all(build, published, "run-1", "run-2", "run-3")
        rollback(published, "run-1", "r11")
        publish_all(build, published, "run-4")
        assert rollback(published, None, "r12").run_id == "run-1"

    def test_goes_to_the_one_published_before_where_that_one_is_gone(
        self, build: Path, published: Path
    ) -> None:
        publish_all(build, published, "run-3", "run-2", "run-1")
        shutil.rmtree(published / "versions" / "run-2")
        assert rollback(published, None, "r13").run_id == "run-3"

    def test_goes_to_a_named_version(self, build: Path, published: Path) -> None:
        publish_all(build, published, "run-1", "run-2")
        assert rollback(published, "run-1", "r14").run_id == "run-1"
        assert rollback(published, "run-2", "r15").run_id == "run-2"

    @pytest.mark.parametrize(
        ("version", "message"),
        [("run-9", "no version run-9"), ("run", "2 versions run")],
        ids=["unknown", "ambiguous"],
    )
    def test_refuses_a_name_that_is_not_one_version(
        self, build: Path, published: Path, version: str, message: str
    ) -> None:
        publish_all(build, published, "run-1", "run-2")
        with pytest.raises(WrongUse, match=message):
            rollback(published, version, "r16")

    def test_refuses_a_version_whose_files_have_changed(self, build: Path, published: Path) -> None:
        publish_all(build, published, "run-1", "run-2")
        damaged = published / "versions" / "run-1" / "parquet" / "core" / "fct_deals.parquet"
        damaged.write_bytes(damaged.read_bytes()[:-1])
        with pytest.raises(BrokenPublication, match=r"fct_deals\.parquet is not the file"):
            rollback(published, "run-1", "r17")
        assert str((published / "current").readlink()) == "versions/run-2"

    def test_leads_out_of_a_broken_publication(self, build: Path, published: Path) -> None:
        publish_all(build, published, "run-1", "run-2")
        (published / "versions" / "run-2" / "manifest.json").unlink()
        with pytest.raises(BrokenPublication, match="run-2, which is no whole version") as caught:
            current_version(published)
        assert caught.value.next_step.endswith("kpis rollback run-1")
        rollback(published, "run-1", "r18")
        assert current_version(published) is not None

    def test_needs_something_to_go_back_to(self, published: Path) -> None:
        with pytest.raises(WrongUse, match="has no version"):
            rollback(published, None, "r19")


def test_leftovers_are_no_versions_and_are_removed(build: Path, published: Path) -> None:
    publish_all(build, published, "run-1")
    half = published / "versions" / ".partial-run-2"
    half.mkdir()
    (half / "manifest.json").write_text("{}")
    assert [version.run_id for version in all_versions(published)] == ["run-1"]
    assert remove_leftovers(published) == [half]
    assert not half.exists()


def test_readers_see_one_whole_version_while_versions_are_swapped(
    tmp_path: Path, published: Path
) -> None:
    """Each build's revenue differs; a reader must find the same one in the file and in Parquet."""
    builds = [
        write_marts(tmp_path / str(number) / "sales_kpis.duckdb", revenue=[number] * 3)
        for number in range(2)
    ]
    publish(builds[0], published, "run-000", FACTS)
    is_over = threading.Event()
    reads: list[set[float]] = []
    errors: list[Exception] = []

    def read() -> None:
        while not is_over.is_set():
            try:
                folder = (published / "current").resolve(strict=True)
                values = set(published_revenue(folder / "sales_kpis.duckdb"))
                parquet = folder / "parquet" / "kpis" / "kpi_total_revenue.parquet"
                connection = duckdb.connect()
                rows = connection.execute(f"select value from '{parquet}'").fetchall()
                connection.close()
                reads.append(values | {row[0] for row in rows})
            except (OSError, duckdb.Error) as error:
                errors.append(error)

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    for number in range(1, 6):
        publish(builds[number % 2], published, f"run-{number:03d}", FACTS, keep=4)
    is_over.set()
    for reader in readers:
        reader.join()

    assert errors == []
    assert len(reads) > 2
    assert all(read in ({0.0}, {1.0}) for read in reads)
    assert {0.0} in reads
    assert {1.0} in reads


def test_two_cannot_publish_at_once(build: Path, published: Path) -> None:
    with RunLock(published / ".lock", "other"), pytest.raises(LockHeld):
        publish(build, published, "run-1", FACTS)
