"""Another team's project has this one as a package, with a KPI, a system and seeds of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from builds import PROJECT, Build

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Build:
    """`dbt deps` and `dbt build` in a copy of integration_tests/."""
    folder = tmp_path_factory.mktemp("package") / "acme"
    shutil.copytree(
        PROJECT / "integration_tests",
        folder,
        ignore=shutil.ignore_patterns("target", "dbt_packages", "logs", "*.duckdb"),
    )
    packages = folder / "packages.yml"
    stated = packages.read_text("utf-8")
    packages.write_text(stated.replace("local: ..", f"local: {PROJECT}"), "utf-8")
    assert packages.read_text("utf-8") != stated
    salt = folder / "salt.txt"
    salt.write_text("the salt of a test\n", "utf-8")
    environment = os.environ | {
        "ACME_RAW": str(folder / "raw"),
        "SALES_KPIS_PSEUDONYM_SALT_FILE": str(salt),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    }
    environment.pop("SALES_KPIS_PSEUDONYM_SALT", None)
    # Without the working directory or a path of the project among Python's: dbt alone is there.
    dbt = [str(Path(sys.executable).parent / "dbt")]
    output = ""
    for command in (["deps"], ["build", "--exclude-resource-type", "unit_test"]):
        run = subprocess.run(
            dbt + command,
            cwd=folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        output += run.stdout
        assert run.returncode == 0, run.stdout
    return Build(folder / "acme.duckdb", 0, output)


def test_its_schemas_begin_with_that_of_its_target(built: Build) -> None:
    schemas = {
        schema
        for (schema,) in built.rows("select distinct table_schema from information_schema.tables")
    }
    assert {"dev_ann_core", "dev_ann_kpis", "dev_ann_monitoring", "dev_ann_staging"} <= schemas
    assert not schemas & {"core", "kpis", "monitoring", "staging", "intermediate", "planning"}


def test_a_kpi_of_its_own_stands_among_ours(built: Build) -> None:
    values = built.rows(
        "select kpi, numerator, denominator, target_value from dev_ann_monitoring.kpi_values"
        " where kpi in ('lost_deals', 'win_rate') and period_grain = 'month'"
        " and period_start_date = date '2025-07-01' and dimension = 'total' order by kpi"
    )
    assert values == [("lost_deals", 1, None, 1.0), ("win_rate", 1, 2, None)]
    titles = "select title, is_proven from dev_ann_monitoring.kpi_catalog where kpi = 'lost_deals'"
    assert built.rows(titles) == [("Lost deals", False)]


def test_a_family_that_is_switched_off_is_nowhere(built: Build) -> None:
    families = built.rows("select distinct family from dev_ann_monitoring.kpi_catalog order by 1")
    assert families == [("customers",), ("leads",), ("pipeline",), ("reps",), ("revenue",)]
    assert built.rows(
        "select count(*) from information_schema.tables where table_name = 'kpi_email_bounce_rate'"
    ) == [(0,)]


def test_a_system_of_its_own_is_united_and_counted_with_ours(built: Build) -> None:
    assert built.rows(
        "select system, product_id from dev_ann_intermediate.int_products__united order by all"
    ) == [("pipedrive", "pipedrive:7"), ("pipedrive", "pipedrive:8")]
    assert built.rows(
        "select raw_rows, staged_rows, is_balanced from dev_ann_monitoring.source_reconciliation"
        " where system = 'pipedrive'"
    ) == [(2, 2, True)]
