"""Each system's files, damaged in every way we know, give what the undamaged files give."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest

from builds import PROJECT, Build, pseudonym, run_dbt
from dirt import GHOST, LOST, Fault, Twins, write_twins
from proof.company.seed_files import write_seeds
from proof.company.settings import SOURCE_MAPPING, Settings
from proof.company.simulate import simulate
from proof.connectors.files import write_raw

pytestmark = pytest.mark.slow

# These look at the KPIs, which are not built here.
NO_TESTS = [
    "every_mart_has_one_row_per_key",
    "every_target_names_a_kpi_and_its_period",
    "every_alert_rule_can_be_judged",
    "every_objective_can_be_measured",
]
MODELS = ["+path:models/marts/core", "path:models/staging", "+source_reconciliation"]
# Tables that tell of the damage itself, or whose rows rest on all deals, also on those that the
# damage adds; every other table must not show it.
BOOKS = (
    "%rejected_rows",
    "%source_counts",
    "source_reconciliation",
    "fct_won_shares",
    "fct_deal_prospects",
    "fct_forecast_futures",
)


@dataclass(frozen=True)
class Pair:
    """The builds of both twins, and what was done to the damaged one."""

    folder: Path
    twins: Twins
    clean: Build
    dirty: Build

    @contextmanager
    def opened(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection to both databases, as `clean` and `dirty`."""
        with duckdb.connect() as connection:
            for name, build in (("clean", self.clean), ("dirty", self.dirty)):
                connection.execute(f"attach '{build.database}' as {name} (read_only)")
            yield connection

    def tables(self) -> list[str]:
        """The tables that a reader of staging and core may look at."""
        not_books = " and ".join(f"table_name not like '{name}'" for name in BOOKS)
        found = self.clean.rows(
            "select table_schema || '.' || table_name from information_schema.tables"
            f" where table_schema in ('staging', 'core') and {not_books} order by all"
        )
        return [name for (name,) in found]


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Pair:
    """A small company with all five systems, and its damaged twin, each built."""
    folder = tmp_path_factory.mktemp("twins")
    company = simulate(seed=6, scale=0.2)
    write_raw(company, folder / "raw")
    write_seeds(company, folder / "seeds")
    for seed in (folder / "seeds" / "planning").glob("*.csv"):
        # The plans of the demo are refused for another company, and by the letter these are others.
        seed.write_text(seed.read_text("utf-8").rstrip("\n"), "utf-8")
    twins = write_twins(
        folder / "raw", SOURCE_MAPPING, folder / "clean" / "raw", folder / "dirty" / "raw"
    )
    builds = []
    for name in ("clean", "dirty"):
        variables = {**Settings().as_vars(), "raw_path": str(folder / name / "raw")}
        arguments = ["build", "--exclude-resource-type", "unit_test"]
        if name == "clean":  # The data tests are for the damage: it may break no promise of theirs.
            arguments += ["--exclude-resource-type", "test"]
        selection = ["--select", "resource_type:seed", *MODELS, "+rejected_rows"]
        build = run_dbt(
            [*arguments, *selection, "--exclude", *NO_TESTS],
            folder / name,
            variables=variables,
            seeds=folder / "seeds",
        )
        assert build.exit_code == 0, build.output
        builds.append(build)
    return Pair(folder, twins, *builds)


def faults_of(build: Build) -> Counter[Fault]:
    rows = build.rows(
        "select system, source_table, row_key, column_name, rule, raw_value, is_row_rejected"
        " from monitoring.rejected_rows"
    )
    return Counter(Fault(*row) for row in rows)


def test_the_rejects_are_exactly_the_damaged_values(pair: Pair) -> None:
    clean, dirty = faults_of(pair.clean), faults_of(pair.dirty)
    assert sum(pair.twins.faults.values()) > 300
    assert {fault.system for fault in pair.twins.faults} == set(Settings().systems)
    assert sorted((dirty - clean - pair.twins.faults).elements()) == []  # Nothing but the damage.
    assert sorted((clean + pair.twins.faults - dirty).elements()) == []  # All of the damage.


def test_the_books_of_every_table_have_each_damaged_row_once(pair: Pair) -> None:
    query = (
        "select system, source_table, raw_rows, staged_rows, duplicate_rows, rejected_rows"
        " from monitoring.source_reconciliation"
    )
    expected = {
        (system, table): [
            count + more
            for count, more in zip(
                counts, pair.twins.more_rows.get((system, table), [0] * 4), strict=True
            )
        ]
        for system, table, *counts in pair.clean.rows(query)
    }
    found = {(system, table): counts for system, table, *counts in pair.dirty.rows(query)}
    assert found == expected
    for build in (pair.clean, pair.dirty):
        assert (
            build.rows("select * from monitoring.source_reconciliation where not is_balanced") == []
        )


def test_every_row_of_the_clean_twin_is_there_unchanged(pair: Pair) -> None:
    changed = {}
    with pair.opened() as connection:
        for table in pair.tables():
            query = f"select * from clean.{table} except all select * from dirty.{table}"
            if rows := connection.execute(query).fetchmany(3):
                changed[table] = rows
    assert len(pair.tables()) > 100
    assert changed == {}


def test_what_is_more_belongs_to_nothing(pair: Pair) -> None:
    more = {}
    with pair.opened() as connection:
        browsers = connection.execute(
            "select distinct web_user_id from dirty.staging.stg_google_analytics__events"
            f" where web_user_id like '%{GHOST}%'"
        ).fetchall()
        ghosts = "|".join([GHOST, *(pseudonym("w", browser) for (browser,) in browsers)])
        for table in pair.tables():
            more_rows = f"select * from dirty.{table} except all select * from clean.{table}"
            query = (
                f"select * from ({more_rows}) as added"
                f" where not regexp_matches(cast(added as varchar), '{ghosts}')"
            )
            rows = connection.execute(query).fetchmany(3)
            # People are known by their pseudonyms only.
            if rows and table not in ("core.dim_people", "core.bridge_identities"):
                more[table] = rows
    assert more == {}


@pytest.mark.parametrize(
    ("source", "model", "column"),
    [
        (("salesforce", "account", "name"), "stg_salesforce__accounts", "account_name"),
        (("hubspot", "company", "name"), "stg_hubspot__accounts", "account_name"),
        (("tabular", "account", "account_name"), "stg_tabular__accounts", "account_name"),
        (
            ("mailchimp", "campaign", "title"),
            "stg_mailchimp__email_campaigns",
            "email_campaign_name",
        ),
    ],
)
def test_odd_texts_arrive_as_they_were_written(
    pair: Pair, source: tuple[str, str, str], model: str, column: str
) -> None:
    written = pair.twins.odd_texts[source]
    found = {text for (text,) in pair.dirty.rows(f"select {column} from staging.{model}")}
    assert written
    assert [text for text in written if text not in found] == []


@pytest.fixture(scope="module")
def report(pair: Pair) -> dict[str, Any]:
    """The report of `kpis check-sources --json` on the damaged twin."""
    variables = {
        **Settings().as_vars(),
        "raw_path": str(pair.folder / "dirty" / "raw"),
        # One spoilt value is a large part of a table of three rows, and would stop the run.
        "max_unreadable_share": 1,
    }
    command = ["check-sources", "--json", "--vars", json.dumps(variables)]
    process = subprocess.run(
        [sys.executable, "-m", "sales_kpis", *command, "--seeds", str(pair.folder / "seeds")],
        cwd=PROJECT,
        env={**os.environ, "SALES_KPIS_DATABASE": str(pair.folder / "check" / "build.duckdb")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert process.returncode == 0, process.stdout + process.stderr
    content: dict[str, Any] = json.loads(process.stdout)
    return content


def test_check_sources_counts_what_a_build_counts(pair: Pair, report: dict[str, Any]) -> None:
    found = {
        (table["system"], table["table"]): (
            table["rows"],
            table["duplicate_rows"],
            table["rejected_rows"],
        )
        for table in report["tables"]
        if table["found_as"] is not None
    }
    rows = pair.dirty.rows(
        "select system, source_table, raw_rows, duplicate_rows, rejected_rows"
        " from monitoring.source_reconciliation"
    )
    built = {(system, table): tuple(counts) for system, table, *counts in rows}
    assert found == {place: built[place] for place in found}
    assert all(counts == (0, 0, 0) for place, counts in built.items() if place not in found)
    assert {system for system, _ in found} == set(Settings().systems)
    assert report["errors"] == []


def test_check_sources_tells_what_is_missing_and_what_stands_for_it(
    pair: Pair, report: dict[str, Any]
) -> None:
    tables = {(table["system"], table["table"]): table for table in report["tables"]}
    columns = {
        (*place, column["name"]): column
        for place, table in tables.items()
        for column in table["columns"]
    }
    for system, name in LOST["absent"].items():
        assert (tables[system, name]["found_as"], tables[system, name]["rows"]) == (None, None)
    for system, name in LOST["no bytes"].items():
        assert tables[system, name]["rows"] == 0
    for dropped in pair.twins.dropped_columns:
        assert columns[dropped]["found_as"] is None
    mapped = {name for name, column in columns.items() if column["is_mapped"]}
    assert mapped == {
        (system, table, name)
        for system, mapping in SOURCE_MAPPING.items()
        for table, names in mapping.items()
        for name in names["columns"]
    }
    # The newest moment of a table, whatever is unreadable in it.
    newest = {
        system: max(
            t["newest_row"] for t in report["tables"] if t["system"] == system and t["rows"]
        )
        for system in Settings().systems
    }
    assert all(moment > "2025-08" for moment in newest.values()), newest


def test_check_sources_names_unreadable_and_unmapped_values(
    pair: Pair, report: dict[str, Any]
) -> None:
    unreadable = Counter[tuple[str, str, str]]()
    for fault in faults_of(pair.dirty).elements():
        if fault.rule.startswith("unreadable"):
            unreadable[fault.system, fault.source_table, fault.column_name] += 1
    told = {
        (table["system"], table["table"], column["name"]): column["unreadable_values"]
        for table in report["tables"]
        for column in table["columns"]
        if column["unreadable_values"]
    }
    assert told == dict(unreadable)
    ghosts = {
        oddity["system"]
        for oddity in report["oddities"]
        if any(GHOST in value for value in oddity["values"])
    }
    assert ghosts == set(Settings().systems) - {"google_analytics"}  # Its events name no table.
