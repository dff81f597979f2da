"""`kpis export --to postgres` on a real server, which the tests start and end themselves."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kpis_project import write_marts
from postgres_server import postgres_server, programs
from sales_kpis.project import Project
from sales_kpis.publish import publish
from test_exports import FACTS, KPI_KEY, STATEMENTS, export

psycopg = pytest.importorskip("psycopg")


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    place = programs()
    if place is None:
        pytest.skip("there is no PostgreSQL server here")
    with postgres_server(place) as address:
        yield address


@pytest.fixture
def address(server: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """An empty database with the role `reader`."""
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute("drop database if exists shop with (force)")
        connection.execute("create database shop")
        if not connection.execute("select 1 from pg_roles where rolname = 'reader'").fetchall():
            connection.execute("create role reader login")
    address = server.replace("dbname=postgres", "dbname=shop")
    monkeypatch.setenv("SALES_KPIS_POSTGRES_URL", address)
    return address


@pytest.fixture
def project(kpis_project: Project) -> Project:
    published(kpis_project, "run-1", (100, 200, 50))
    return kpis_project


def published(project: Project, run_id: str, revenue: tuple[int, ...]) -> None:
    build = write_marts(project.warehouse, revenue, statements=STATEMENTS)
    publish(build, project.published, run_id, FACTS)
    build.unlink()


def rows(address: str, query: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(address) as connection:
        return list(connection.execute(query).fetchall())


def test_the_schema_has_rows_types_keys_and_comments(project: Project, address: str) -> None:
    result = export("--to", "postgres")
    assert result.exit_code == 0, result.output
    assert "The schema sales_kpis has 13 tables with 66 rows of version run-1." in result.stdout
    notes = rows(address, "select note_id, note, amount, is_won, written_at::text"
                 " from sales_kpis.notes order by note_id")  # fmt: skip
    assert notes == [
        (1, "=1+1", -5.25, True, "2025-08-01 10:00:00"),
        (2, 'a,"b"\r\nc', 0.1, False, None),
        (3, "-5", None, None, None),
    ]
    types = rows(address, "select column_name, data_type from information_schema.columns"
                 " where table_name in ('kpi_total_revenue', 'notes') order by 1")  # fmt: skip
    assert dict(types) == {
        "amount": "double precision",
        "denominator": "double precision",
        "dimension": "text",
        "dimension_label": "text",
        "dimension_value": "text",
        "is_period_complete": "boolean",
        "is_won": "boolean",
        "note": "text",
        "note_id": "bigint",
        "numerator": "double precision",
        "period_end_date": "date",
        "period_grain": "text",
        "period_label": "text",
        "period_start_date": "date",
        "value": "double precision",
        "written_at": "timestamp without time zone",
    }
    key = rows(
        address,
        """
        select attname from pg_index
        join pg_attribute on attrelid = indrelid and attnum = any(indkey)
        where indisprimary and indrelid = 'sales_kpis.kpi_total_revenue'::regclass
        order by array_position(indkey::int[], attnum::int)
        """,
    )
    assert [name for (name,) in key] == KPI_KEY
    assert rows(
        address,
        "select obj_description('sales_kpis.notes'::regclass),"
        " col_description('sales_kpis.notes'::regclass, 2),"
        " obj_description('sales_kpis'::regnamespace)",
    ) == [("One row per note.", "Words of the CRM.", "Written by kpis export: version run-1")]


def test_a_reader_may_read_and_nothing_more(project: Project, address: str) -> None:
    assert export("--to", "postgres", "--reader", "reader", "--schema", "s").exit_code == 0
    as_reader = address.replace("user=owner", "user=reader")
    assert rows(as_reader, "select count(*) from s.notes") == [(3,)]
    for change in ("delete from s.notes", "create table s.mine (a int)", "drop table s.notes"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            rows(as_reader, change)


def test_the_next_export_takes_the_place_of_the_one_before(project: Project, address: str) -> None:
    assert export("--to", "postgres").exit_code == 0
    published(project, "run-2", (100, 250, 50))
    assert export("--to", "postgres", "--kpi", "total_revenue").exit_code == 0
    revenue = rows(address, "select value from sales_kpis.kpi_total_revenue order by 1")
    assert revenue == [(50,), (100,), (250,)]
    schemas = "select nspname from pg_namespace where nspname like 'sales%'"
    assert rows(address, schemas) == [("sales_kpis",)]
    assert rows(address, "select to_regclass('sales_kpis.notes')") == [(None,)]


@pytest.mark.parametrize(
    ("statement", "arguments", "said"),
    [
        (
            "create view public.report as select * from sales_kpis.notes",
            (),
            "cannot drop table sales_kpis.notes because other objects depend on it",
        ),
        ("select 1", ("--reader", "nobody_here"), 'role "nobody_here" does not exist'),
        (
            "create function sales_kpis.mine() returns int language sql as 'select 1'",
            (),
            "cannot drop schema sales_kpis because other objects depend on it",
        ),
    ],
    ids=["a view of somebody else", "no such role", "something else in the schema"],
)
def test_what_the_server_refuses_changes_nothing(
    project: Project, address: str, statement: str, arguments: tuple[str, ...], said: str
) -> None:
    assert export("--to", "postgres").exit_code == 0
    with psycopg.connect(address) as connection:
        connection.execute(statement)
    published(project, "run-2", (1, 2, 3))
    refused = export("--to", "postgres", *arguments)
    assert refused.exit_code == 1
    assert said in refused.stderr
    assert "schema sales_kpis stays as it was" in refused.stderr
    revenue = rows(address, "select value from sales_kpis.kpi_total_revenue order by 1")
    assert revenue == [(50,), (100,), (200,)]
    assert rows(address, "select to_regnamespace('sales_kpis_new')") == [(None,)]


def test_a_schema_of_somebody_else_is_never_replaced(project: Project, address: str) -> None:
    with psycopg.connect(address) as connection:
        connection.execute("create schema sales_kpis; create table sales_kpis.plan (a int)")
    refused = export("--to", "postgres")
    assert refused.exit_code == 2
    assert "The schema sales_kpis is there, and no export of kpis" in refused.stderr
    assert rows(address, "select to_regclass('sales_kpis.plan')") != [(None,)]


def test_a_server_that_is_not_there_is_one_sentence(
    project: Project, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SALES_KPIS_POSTGRES_URL", f"host={tmp_path} password=hidden")
    refused = export("--to", "postgres")
    assert refused.exit_code == 2
    assert "PostgreSQL cannot be reached" in refused.stderr
    assert "hidden" not in refused.stderr
    assert "Traceback" not in refused.stderr
