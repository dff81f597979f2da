"""Dagster: every mart is an asset with its lineage, and one run builds and publishes all of them.

    dagster dev -f dagster_kpis.py

SALES_KPIS_PROJECT names the folder of `kpis init`, or a clone. The assets come from the manifest
that `kpis run` leaves there, so let it run there once before.
"""

import json
import os
import subprocess
from graphlib import TopologicalSorter
from pathlib import Path

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, build_dbt_asset_specs

FOLDER = Path(os.environ.get("SALES_KPIS_PROJECT", "."))
MANIFEST = Path(os.environ.get("SALES_KPIS_MANIFEST", FOLDER / "build" / "dbt" / "manifest.json"))
KPIS = os.environ.get("SALES_KPIS_COMMAND", str(FOLDER / ".venv" / "bin" / "kpis"))
SPECS = build_dbt_asset_specs(
    manifest=json.loads(MANIFEST.read_text(encoding="utf-8")),
    dagster_dbt_translator=DagsterDbtTranslator(),
    select="fqn:sales_kpis.marts.*,resource_type:model",
)
# Dagster wants to hear of an asset after those that it is made from.
READ_BY = {spec.key: [dependency.asset_key for dependency in spec.deps] for spec in SPECS}
IN_ORDER = [key for key in TopologicalSorter(READ_BY).static_order() if key in READ_BY]


# One step, because readers get all tables of a run or none.
@dg.multi_asset(specs=SPECS, can_subset=False)
def marts(context: dg.AssetExecutionContext):
    """`kpis run`: what was published before stays where it fails, and its message is the error."""
    run = subprocess.run(
        [KPIS, "run", "--as-of", "yesterday", "--json"],
        cwd=FOLDER,
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    result = json.loads(run.stdout)
    if run.returncode:
        raise dg.Failure(f"{result['message']} {result['next_step']}", metadata=result)
    for warning in result["warnings"]:
        context.log.warning(warning)
    for key in IN_ORDER:
        yield dg.MaterializeResult(
            asset_key=key,
            data_version=dg.DataVersion(result["run_id"]),
            metadata={"run": result["run_id"], "as_of_date": result["as_of_date"]},
        )


every_day = dg.ScheduleDefinition(
    name="every_day",
    target=dg.AssetSelection.assets(marts),
    cron_schedule="30 5 * * *",
    execution_timezone="UTC",
)
defs = dg.Definitions(assets=[marts], schedules=[every_day])
