"""Whatever happens to the raw files, no row of them is lost without a trace."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from builds import PROJECT
from dirt import NASTY, Contract, RawTable, find_name, read_tables, write_csv
from proof.company.settings import SOURCE_MAPPING, Settings
from proof.company.simulate import simulate
from proof.connectors.files import write_raw
from sales_kpis.dbt_runner import DbtSession, DbtSetup

pytestmark = pytest.mark.slow

# Texts that people, spreadsheets and connectors leave in a cell.
JUNK = (
    *("", " ", "\t", "n/a", "NULL", "nan", "inf", "-", "0", "1", "-1", "1e400", "1e-9", "1,5"),
    *("9" * 25, "12.50 €", "2025-02-30", "03/04/2025", "31/12/2024 9:05", "2025-13-01T00:00:00Z"),
    *("2025-03-30T02:30:00", "0001-01-01", "9999-12-31", "1741945834123", "TRUE", "Yes", "[", "{}"),
    *('[{"key": 5}]', "[1,2]", '"', "''", "; drop table deal", "\u202e", "\ufeff", "\\", "%", "💥"),
    *NASTY,
)
KINDS = (
    *("empty cells", "junk in cells", "drop rows", "repeat rows", "shuffle rows", "repeat keys"),
    *("drop a column", "rename a column", "rename the table", "drop the table", "empty the table"),
)


@dataclass
class Damaged:
    """The tables of one system after the damage."""

    tables: dict[str, RawTable]
    file_names: dict[str, str]
    no_bytes: set[str] = field(default_factory=set)
    done: list[str] = field(default_factory=list)

    def write(self, folder: Path) -> None:
        """Writes the files, and nothing else, into a folder."""
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        for name, table in self.tables.items():
            path = folder / f"{self.file_names[name]}.csv"
            if name in self.no_bytes:
                path.write_bytes(b"")
            else:
                write_csv(path, table.header, table.rows)

    def rows(self, table: str) -> int:
        """How many rows were delivered of a table."""
        return len(self.tables[table].rows) if table in self.tables else 0

    def lacks(self) -> list[str]:
        """Tables and columns that are required, or mapped, and not there."""
        missing = []
        for table in CONTRACTS_OF[next(iter(self.tables.values())).contract.system]:
            contract = table.contract
            delivered = self.tables.get(contract.table)
            partner = contract.required_with in self.tables if contract.required_with else False
            if delivered is None:
                missing += [contract.table] if contract.is_required or partner else []
            elif contract.table not in self.no_bytes:
                missing += [
                    f"{contract.table}.{column.name}"
                    for column in contract.columns
                    if find_name(delivered.header, column.names) is None
                    and ((column.is_required and is_core(contract)) or column.names[0] in MAPPED)
                ]
        return missing

    def is_read(self, name: str) -> bool:
        """Whether a table has all that it needs; check-sources names one that is not read."""
        contract, header = self.tables[name].contract, self.tables[name].header
        required = [column for column in contract.columns if column.is_required]
        return name in self.no_bytes or all(
            find_name(header, column.names) is not None for column in required
        )


def is_core(contract: Contract) -> bool:
    """Whether nothing is built without the table: required, required by one, or requiring one."""
    others = [table.contract for table in CONTRACTS_OF[contract.system]]
    is_partner = contract.table in [other.required_with for other in others]
    return contract.is_required or contract.required_with is not None or is_partner


CONTRACTS_OF: dict[str, list[RawTable]] = {}
MAPPED = {
    raw
    for tables in SOURCE_MAPPING.values()
    for mapping in tables.values()
    for raw in mapping["columns"].values()
}


def damage(tables: list[RawTable], draw: Callable[..., Any]) -> Damaged:
    """Damages a system's tables in up to a dozen ways."""
    found = {table.contract.table: deepcopy(table) for table in tables}
    damaged = Damaged(found, {name: name for name in found})
    for _ in range(draw(st.integers(4, 12))):
        name = draw(st.sampled_from(sorted(found)))
        kind = draw(st.sampled_from(KINDS))
        table, random = found[name], draw(st.randoms(use_true_random=False))
        column = random.choice(table.header)
        damaged.done.append(f"{kind} of {name}.{column}")
        some = random.sample(table.rows, len(table.rows) // 3)
        if kind == "empty cells":
            for row in some:
                row[column] = ""
        elif kind == "junk in cells":
            for row in some:
                row[random.choice(table.header)] = random.choice(JUNK)
        elif kind == "drop rows":
            table.rows = [row for row in table.rows if not any(row is other for other in some)]
        elif kind == "repeat rows":
            table.rows += [dict(row) for row in some]
        elif kind == "repeat keys":
            table.rows += [{**row, column: random.choice(JUNK)} for row in some]
        elif kind == "shuffle rows":
            random.shuffle(table.rows)
        elif kind == "empty the table":
            table.rows = []
            damaged.no_bytes |= {name} if random.random() < 0.5 else set()
        elif kind == "drop the table" and len(found) > 1:
            del found[name]
        elif kind == "rename the table":
            damaged.file_names[name] = _respelt(name, random.random())
        elif kind == "drop a column" and len(table.header) > 1:
            table.header.remove(column)
        elif kind == "rename a column":
            _rename(table, column, _respelt(column, random.random()))
    return damaged


def _respelt(name: str, chance: float) -> str:
    return name.upper() if chance < 0.5 else name.title()


def _rename(table: RawTable, old: str, new: str) -> None:
    table.header[table.header.index(old)] = new
    for row in table.rows:
        row[new] = row.pop(old)


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DbtSession]:
    """One dbt process that has read the project; the raw files of the company are in CSV."""
    folder = tmp_path_factory.mktemp("damage")
    write_raw(simulate(seed=7, scale=0.1), folder / "whole")
    for table in read_tables(folder / "whole", SOURCE_MAPPING):
        CONTRACTS_OF.setdefault(table.contract.system, []).append(table)
    setup = DbtSetup(
        project_folder=PROJECT,
        database=folder / "build.duckdb",
        target_folder=folder / "target",
        variables={**Settings().as_vars(), "raw_path": str(folder / "raw")},
    )
    with DbtSession(setup) as dbt:
        outcome = dbt.invoke("parse")
        assert outcome.exit_code == 0, outcome.errors
        yield dbt


@settings(
    max_examples=6,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(data=st.data())
def test_the_books_balance_after_any_damage(session: DbtSession, data: st.DataObject) -> None:
    system = data.draw(st.sampled_from(sorted(CONTRACTS_OF)))
    damaged = damage(CONTRACTS_OF[system], data.draw)
    raw = Path(session.setup.variables["raw_path"])
    shutil.rmtree(raw, ignore_errors=True)
    damaged.write(raw / system)
    models = (f"+stg_{system}__source_counts", f"+stg_{system}__rejected_rows")
    outcome = session.invoke("run", "--select", *models)
    if lacks := damaged.lacks():
        assert outcome.exit_code == 1, (lacks, damaged.done)
        # One sentence on each, in whichever model comes first.
        unclear = [error for error in outcome.errors if not is_clear(error)]
        assert unclear == [], (lacks, damaged.done)
        return
    assert outcome.exit_code == 0, (damaged.done, outcome.errors)
    found = counts_of(session, system)
    assert {table: raw for table, (raw, *_) in found.items() if raw} == {
        table: damaged.rows(table)
        for table in damaged.tables
        if damaged.rows(table) and damaged.is_read(table)
    }
    unbalanced = {table: counts for table, counts in found.items() if counts[0] != sum(counts[1:])}
    assert unbalanced == {}


def is_clear(error: str) -> bool:
    """Whether an error says what is missing and what to do about it."""
    return (
        "is required" in error and ("map it in source_mapping" in error or "deliver it" in error)
    ) or ("source_mapping maps" in error and "has no such column: use one of" in error)


def counts_of(session: DbtSession, system: str) -> dict[str, list[int]]:
    """Raw, staged, duplicate and rejected rows of each table, read by dbt, which has the lock."""
    query = (
        "select source_table, raw_rows, staged_rows, duplicate_rows, rejected_rows,"
        # Views are only now worked out.
        f" (select count(*) from staging.stg_{system}__rejected_rows)"
        f" from staging.stg_{system}__source_counts"
    )
    inline = (
        '{% if execute %}{% for row in run_query("' + query + '") %}'
        "{% do log('COUNTS ' ~ tojson(row.values() | map('string') | list), info=true) %}"
        "{% endfor %}{% endif %}select 1 as one"
    )
    outcome = session.invoke("compile", "--inline", inline)
    assert outcome.exit_code == 0, outcome.errors
    rows = [
        json.loads(message.removeprefix("COUNTS "))
        for message in outcome.messages
        if message.startswith("COUNTS ")
    ]
    return {table: [int(count) for count in counts[:4]] for table, *counts in rows}
