"""`kpis catalog --lightdash` makes models of the YAML as Lightdash's schema wants them."""

from __future__ import annotations

from pathlib import Path

import duckdb
import yaml
from typer.testing import CliRunner

from builds import golden_demo
from kpis_project import write_marts
from sales_kpis import cli
from sales_kpis.lightdash import lightdash_model
from sales_kpis.project import Project
from test_catalog_page import kpis_of_yaml

# Source: https://schemas.lightdash.com/lightdash/model-as-code.json, version 1.0.
REQUIRED = {"type", "name", "dimensions", "sql_from"}
REQUIRED_OF_A_DIMENSION = {"name", "type", "sql"}
DIMENSION_TYPES = {"string", "number", "timestamp", "date", "boolean"}


def test_a_model_has_what_the_schema_of_lightdash_asks_for() -> None:
    for kpi in kpis_of_yaml():
        model = lightdash_model(kpi)
        assert model.keys() >= REQUIRED
        assert model["type"] == "model"
        for dimension in model["dimensions"]:
            assert dimension.keys() >= REQUIRED_OF_A_DIMENSION
            assert dimension["type"] in DIMENSION_TYPES
        assert all(metric["type"] == "max" for metric in model["metrics"].values())
        names = {dimension["name"] for dimension in model["dimensions"]}
        assert set(model["primary_key"]) <= names
        filtered = {next(iter(condition)) for condition in model["default_filters"]}
        assert filtered <= names


def test_the_query_that_a_model_begins_with_gives_the_values_of_the_kpi() -> None:
    built = golden_demo()
    with duckdb.connect(str(built.database), read_only=True) as connection:
        for kpi in kpis_of_yaml():
            model = lightdash_model(kpi)
            conditions = " and ".join(
                f"{name} = '{value}'"
                for name, value in (next(iter(each.items())) for each in model["default_filters"])
            )
            value = model["metrics"][kpi.kpi]["sql"].replace("${TABLE}", "kpi")
            asked = connection.execute(
                f"select period_start_date, {model['metrics'][kpi.kpi]['type']}({value}), count(*)"
                f" from {model['sql_from']} as kpi where {conditions} group by 1 order by 1"
            ).fetchall()
            assert asked, kpi.kpi
            assert all(count == 1 for _, _, count in asked)


def test_the_command_writes_a_file_for_each_kpi(kpis_project: Project, tmp_path: Path) -> None:
    write_marts(kpis_project.warehouse)
    said = CliRunner().invoke(cli.app, ["catalog", "--lightdash", str(tmp_path)])
    assert said.exit_code == 0, said.output
    files = sorted(path for path in tmp_path.glob("kpi_*.yml"))
    assert f"has {len(files)} model" in said.output
    models = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in files]
    assert [model["name"] for model in models] == [path.stem for path in files]
    assert all(model["sql_from"] == f"kpis.{model['name']}" for model in models)


def test_the_command_wants_a_folder_that_is_there(kpis_project: Project) -> None:
    write_marts(kpis_project.warehouse)
    said = CliRunner().invoke(cli.app, ["catalog", "--lightdash", "nowhere"])
    assert said.exit_code == 2
    assert "--lightdash: the folder nowhere is not there" in " ".join(said.output.split())
