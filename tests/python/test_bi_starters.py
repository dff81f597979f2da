"""The starters in bi/: all their SQL runs on the published file, and names what it gives."""

from __future__ import annotations

import re
from collections.abc import Iterator
from os.path import normpath
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from builds import PROJECT
from sales_kpis.marts import text_literal
from test_published_file import published_demo

EVIDENCE = PROJECT / "bi" / "evidence"
RILL = PROJECT / "bi" / "rill"
SOURCES = sorted((EVIDENCE / "sources" / "sales_kpis").glob("*.sql"))
PAGES = sorted((EVIDENCE / "pages").rglob("*.md"))
METRICS = sorted((RILL / "metrics").glob("*.yaml"))
QUERY = re.compile(r"```sql (\w+)\n(.*?)```", re.DOTALL)
COMPONENT = re.compile(r"<(\w+) data=\{(\w+)\}(.*?)(?:/>|</\1>|>\n(.*?)</\1>)", re.DOTALL)
# Attributes of a component that name columns of its data.
NAMING = r"(?:value|column|x|y|link|groupBy|comparison)"


def names(path: Path) -> str:
    return path.stem


def read(file: Path) -> Any:
    return yaml.safe_load(file.read_text(encoding="utf-8"))


def is_current(file: Path) -> bool:
    """Whether a path leads to the published file, wherever the current version is."""
    return Path(normpath(file)) == PROJECT / "published" / "current" / "sales_kpis.duckdb"


def columns_named(attributes: str) -> set[str]:
    """The columns that a component's attributes and its `Column`s name."""
    single = re.findall(rf"\b{NAMING}=(\w+)", attributes)
    several = re.findall(rf"\b{NAMING}=\{{\[(.*?)\]\}}", attributes)
    ids = re.findall(r"<Column id=(\w+)", attributes)
    return {*single, *ids, *re.findall(r"'(\w+)'", " ".join(several))}


@pytest.fixture(scope="module")
def evidence() -> Iterator[duckdb.DuckDBPyConnection]:
    """Evidence's own database: a table for each source query, and nothing else."""
    with duckdb.connect() as connection:
        database = text_literal(str(published_demo().database))
        connection.execute(f"attach {database} as of_source (read_only)")
        connection.execute("create schema memory.sales_kpis; use of_source")
        for file in SOURCES:
            sql = file.read_text(encoding="utf-8")
            connection.execute(f"create table memory.sales_kpis.{file.stem} as {sql}")
        connection.execute("use memory; detach of_source")
        yield connection


def test_evidence_reads_the_published_file_and_its_sources_have_rows(
    evidence: duckdb.DuckDBPyConnection,
) -> None:
    connection = read(EVIDENCE / "sources" / "sales_kpis" / "connection.yaml")
    folder = EVIDENCE / "sources" / "sales_kpis"
    assert is_current(folder / connection["options"]["filename"])
    for source in SOURCES:
        [(count,)] = evidence.execute(f"select count(*) from sales_kpis.{source.stem}").fetchall()
        assert count, source.name


@pytest.mark.parametrize("page", PAGES, ids=names)
def test_every_query_of_an_evidence_page_has_rows_with_the_columns_that_it_shows(
    evidence: duckdb.DuckDBPyConnection, page: Path
) -> None:
    text = page.read_text(encoding="utf-8")
    columns = {}
    for name, sql in QUERY.findall(text):
        result = evidence.execute(sql.replace("${params.kpi}", "total_revenue"))
        columns[name] = {column[0] for column in result.description}
        assert result.fetchall(), name
    shown = COMPONENT.findall(text)
    assert {data for _, data, *_ in shown} == columns.keys()
    for component, data, *attributes in shown:
        named = columns_named(" ".join(attributes))
        assert named, (component, data)
        assert named <= columns[data], (component, data)


def test_the_page_of_every_kpi_is_there_and_has_its_meaning(
    evidence: duckdb.DuckDBPyConnection,
) -> None:
    [sql] = [
        sql
        for name, sql in QUERY.findall((EVIDENCE / "pages" / "kpis" / "[kpi].md").read_text())
        if name == "meaning"
    ]
    [links] = [
        sql
        for name, sql in QUERY.findall((EVIDENCE / "pages" / "index.md").read_text())
        if name == "kpis"
    ]
    kpis = [
        link.removeprefix("/kpis/")
        for (link,) in evidence.execute(f"select link from ({links})").fetchall()
    ]
    assert len(kpis) == len(set(kpis)) == 95
    for kpi in kpis:
        assert len(evidence.execute(sql.replace("${params.kpi}", kpi)).fetchall()) == 1


@pytest.fixture(scope="module")
def rill() -> Iterator[duckdb.DuckDBPyConnection]:
    """Rill's own database: the published file as its connector attaches it, and the models."""
    said = read(RILL / "connectors" / "duckdb.yaml")["init_sql"]
    [path] = re.findall(r"'(.*?)'", said)
    assert is_current(RILL / path)
    with duckdb.connect() as connection:
        connection.execute(said.replace(path, str(published_demo().database)))
        for model in sorted((RILL / "models").glob("*.yaml")):
            connection.execute(f"create table {model.stem} as {read(model)['sql']}")
        yield connection


@pytest.mark.parametrize("file", METRICS, ids=names)
def test_a_measure_of_rill_is_the_kpi_of_its_name_by_month_and_by_each_slice(
    rill: duckdb.DuckDBPyConnection, file: Path
) -> None:
    view = read(file)
    month = f"cast(date_trunc('month', {view['timeseries']}) as date)"
    compared = 0
    for measure in view["measures"]:
        kpi = f"published.kpis.kpi_{measure['name']}"
        dimensions = {
            row[0] for row in rill.execute(f"select distinct dimension from {kpi}").fetchall()
        }
        slices = [each for each in view["dimensions"] if each["name"] in dimensions]
        for each in [{"name": "total", "column": None}, *slices]:
            label = f"coalesce({each['column']}, '(none)')" if each["column"] else "'(total)'"
            different = rill.execute(
                f"""
                with measured as (
                    select {month} as start, {label} as slice, {measure["expression"]} as value
                    from {view["model"]} group by all
                ), told as (
                    select period_start_date as start, value,
                        if(dimension = 'total', '(total)', dimension_label) as slice
                    from {kpi}
                    where period_grain = 'month' and dimension = '{each["name"]}'
                )
                select * from told full join measured using (start, slice)
                where abs(coalesce(told.value, 0) - coalesce(measured.value, 0)) > 1e-6
                """
            ).fetchall()
            assert different == [], (measure["name"], each["name"])
            compared += 1
    assert compared > len(view["measures"])


def test_the_files_of_rill_name_each_other() -> None:
    models = {file.stem for file in (RILL / "models").glob("*.yaml")}
    views = {file.stem: read(file) for file in METRICS}
    assert {view["model"] for view in views.values()} == models
    dashboards = [read(file) for file in (RILL / "dashboards").glob("*.yaml")]
    assert {dashboard["metrics_view"] for dashboard in dashboards} == views.keys()


@pytest.mark.parametrize("file", METRICS, ids=names)
def test_every_dimension_of_rill_is_a_column_of_its_model(
    rill: duckdb.DuckDBPyConnection, file: Path
) -> None:
    view = read(file)
    described = rill.execute(f"describe {view['model']}").fetchall()
    columns = {row[0]: row[1] for row in described}
    assert {each["column"] for each in view["dimensions"]} <= columns.keys()
    assert columns[view["timeseries"]] == "TIMESTAMP"
