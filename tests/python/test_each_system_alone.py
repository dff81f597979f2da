"""Each system is enough: without the others everything is built, and it is read as with them."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest

from builds import run_dbt
from proof.answers.reconciliation import planted_reconciliation
from proof.company.records import Company
from proof.company.seed_files import write_seeds
from proof.company.settings import Settings
from proof.company.simulate import simulate
from proof.connectors.files import write_raw

SYSTEMS = Settings().systems
WITHOUT_DEALS = ("mailchimp", "google_analytics")


pytestmark = pytest.mark.slow


class Delivered(NamedTuple):
    """A company with all systems, and the folder of its raw files and seeds."""

    company: Company
    folder: Path


@pytest.fixture(scope="module")
def delivered(tmp_path_factory: pytest.TempPathFactory) -> Delivered:
    company = simulate(seed=8, scale=0.2)
    folder = tmp_path_factory.mktemp("delivered")
    write_raw(company, folder / "raw")
    write_seeds(company, folder / "seeds")
    return Delivered(company, folder)


@pytest.mark.parametrize("system", SYSTEMS)
def test_a_system_alone_gives_every_mart(tmp_path: Path, delivered: Delivered, system: str) -> None:
    company, folder = delivered
    variables = {**Settings().as_vars(), "systems": [system], "raw_path": str(folder / "raw")}
    command = ["build", "--exclude-resource-type", "unit_test", "--exclude-resource-type", "test"]
    build = run_dbt(command, tmp_path, variables=variables, seeds=folder / "seeds")
    assert build.exit_code == 0, build.output
    found = build.rows(
        "select system, source_table, raw_rows, staged_rows, duplicate_rows, rejected_rows"
        " from monitoring.source_reconciliation where raw_rows > 0"
    )
    planted = [tuple(row) for row in planted_reconciliation(company) if row.raw_rows]
    names = {table for _, table, *_ in found}
    # Tables of a system that no contract reads have no books.
    assert sorted(found) == sorted(row for row in planted if row[0] == system and row[1] in names)
    systems_of_deals = {
        name for (name,) in build.rows("select distinct system from core.fct_deals")
    }
    assert systems_of_deals == (set() if system in WITHOUT_DEALS else {system})
    revenue = build.rows("select count(*) from kpis.kpi_total_revenue where value > 0")
    assert (revenue[0][0] > 0) == (system not in WITHOUT_DEALS)
