"""Airflow: `kpis run` each day, then whatever reads what is published.

SALES_KPIS_PROJECT names the folder of `kpis init`, or a clone. A run that fails leaves what was
published before; its message is in the log of the task.
"""

import os
from datetime import datetime, timedelta

from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG, Asset

FOLDER = os.environ.get("SALES_KPIS_PROJECT", ".")
KPIS = os.environ.get("SALES_KPIS_COMMAND", ".venv/bin/kpis")

with DAG(
    dag_id="sales_kpis",
    schedule="30 5 * * *",
    start_date=datetime(2025, 1, 1),
    catchup=False,
    # The lock of `kpis` refuses a second run, too.
    max_active_runs=1,
) as dag:
    check = BashOperator(
        task_id="check_sources",
        bash_command=f"{KPIS} check-sources",
        cwd=FOLDER,
    )
    # A DAG with this asset as its schedule starts when a version is published.
    run = BashOperator(
        task_id="run",
        bash_command=f"{KPIS} run --as-of yesterday",
        cwd=FOLDER,
        outlets=[Asset("sales_kpis_published")],
        retries=1,
        retry_delay=timedelta(minutes=10),
    )
    check >> run
