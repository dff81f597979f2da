"""The `kpis` command: runs the dbt project, audits what it built and publishes it in one step."""
