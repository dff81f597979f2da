"""Airflow with Cosmos: `dbt build` by a Cosmos operator, then `kpis publish`.

It is one task and not one for each model: DuckDB lets one process write to a file, and each start
of dbt takes seconds. SALES_KPIS_PROJECT names a clone; its tables are events of Airflow (assets).
"""

import os
import shutil
from datetime import datetime
from pathlib import Path

from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG
from cosmos import ProfileConfig
from cosmos.operators.local import DbtBuildLocalOperator

FOLDER = Path(os.environ.get("SALES_KPIS_PROJECT", "."))
BIN = FOLDER / ".venv" / "bin"


def keep_artifacts(project_dir: str, **_: object) -> None:
    """Cosmos builds in a copy of the project; `kpis publish` reads in target/ how it went."""
    shutil.copytree(Path(project_dir, "target"), FOLDER / "target", dirs_exist_ok=True)


with DAG(
    dag_id="sales_kpis_by_cosmos",
    schedule="30 5 * * *",
    start_date=datetime(2025, 1, 1),
    catchup=False,
    max_active_runs=1,
) as dag:
    build = DbtBuildLocalOperator(
        task_id="build",
        project_dir=str(FOLDER),
        dbt_executable_path=str(BIN / "dbt"),
        profile_config=ProfileConfig(
            profile_name="sales_kpis",
            target_name="duckdb",
            profiles_yml_filepath=FOLDER / "profiles.yml",
        ),
        # The build is in `build/` of the clone, where `kpis publish` looks for it.
        env={"SALES_KPIS_DATABASE": str(FOLDER / "build" / "sales_kpis.duckdb")},
        append_env=True,
        vars={"as_of_date": "{{ macros.ds_add(ds, -1) }}"},
        dbt_cmd_flags=["--exclude-resource-type", "unit_test"],
        callback=keep_artifacts,
    )
    publish = BashOperator(
        task_id="publish",
        bash_command=f"{BIN / 'kpis'} publish",
        cwd=str(FOLDER),
    )
    build >> publish
