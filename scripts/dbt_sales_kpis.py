"""A dbt plugin: lets `kpi_values` be built after every KPI table without a list of them.

dbt knows a model's parents only from the `ref()` calls that it sees while parsing, and a model
that unites "all tables of a folder" has none to show. This plugin (dbt loads every installed
module whose name begins with `dbt_`) adds one node without a table, `kpi_tables`, whose parents
are the files `models/marts/kpis/<family>/kpi_<id>.sql`. A model that says `-- depends_on: {{
ref('kpi_tables') }}` is built after all of them, with partial parsing and with any number of
threads.
"""

from pathlib import Path

from dbt.flags import get_flags
from dbt.plugins.manager import dbt_hook, dbtPlugin
from dbt.plugins.manifest import ModelNodeArgs, PluginNodes

PROJECT = "sales_kpis"
KPI_FOLDER = Path("models", "marts", "kpis")


def kpi_model_ids(project_root: Path) -> list[str]:
    """dbt's ids of all KPI models of the project, in alphabetical order."""
    files = (project_root / KPI_FOLDER).rglob("kpi_*.sql")
    return [f"model.{PROJECT}.{name}" for name in sorted(file.stem for file in files)]


class KpiTables(dbtPlugin):
    """Adds the node `kpi_tables` to this project's graph, and nothing to another project's."""

    @dbt_hook
    def get_nodes(self) -> PluginNodes:
        """The node `kpi_tables`, or no node in a project of another name."""
        nodes = PluginNodes()
        if self.project_name == PROJECT:
            nodes.add_model(
                ModelNodeArgs(
                    name="kpi_tables",
                    package_name=PROJECT,
                    identifier="kpi_tables",
                    schema="kpis",
                    depends_on_nodes=kpi_model_ids(Path(get_flags().PROJECT_DIR)),
                )
            )
        return nodes


plugins = [KpiTables]
