"""A dbt plugin: lets a model or test come after every table of a folder without a list of them.

dbt knows a model's parents only from the `ref()` calls that it sees while parsing, and a model
that unites "all tables of a folder" has none to show. This plugin (dbt loads every installed
module whose name begins with `dbt_`) adds nodes without a table: `kpi_tables`, whose parents are
the files `models/marts/kpis/<family>/kpi_<id>.sql`, and `mart_tables` with those of all other
marts. A model that says `-- depends_on: {{ ref('kpi_tables') }}` comes after all of them,
with partial parsing and with any number of threads.
"""

from collections.abc import Iterable
from pathlib import Path

from dbt.flags import get_flags
from dbt.plugins.manager import dbt_hook, dbtPlugin
from dbt.plugins.manifest import ModelNodeArgs, PluginNodes

PROJECT = "sales_kpis"
MARTS = Path("models", "marts")
KPI_FOLDER = MARTS / "kpis"


def kpi_model_ids(project_root: Path) -> list[str]:
    """dbt's ids of all KPI models of the project, in alphabetical order."""
    return _model_ids((project_root / KPI_FOLDER).rglob("kpi_*.sql"))


def mart_model_ids(project_root: Path) -> list[str]:
    """dbt's ids of all marts of the project but the KPI tables, in alphabetical order."""
    kpis = project_root / KPI_FOLDER
    files = (project_root / MARTS).rglob("*.sql")
    return _model_ids(path for path in files if not path.is_relative_to(kpis))


def _model_ids(files: Iterable[Path]) -> list[str]:
    return [f"model.{PROJECT}.{name}" for name in sorted(file.stem for file in files)]


class TablesOfFolders(dbtPlugin):
    """Adds `kpi_tables` and `mart_tables` to this project's graph, nothing to another's."""

    @dbt_hook
    def get_nodes(self) -> PluginNodes:
        """The two nodes, or none in a project of another name."""
        nodes = PluginNodes()
        if self.project_name == PROJECT:
            root = Path(get_flags().PROJECT_DIR)
            nodes.add_model(_node("kpi_tables", "kpis", kpi_model_ids(root)))
            nodes.add_model(_node("mart_tables", "core", mart_model_ids(root)))
        return nodes


def _node(name: str, schema: str, parents: list[str]) -> ModelNodeArgs:
    return ModelNodeArgs(
        name=name,
        package_name=PROJECT,
        identifier=name,
        schema=schema,
        depends_on_nodes=parents,
    )


plugins = [TablesOfFolders]
