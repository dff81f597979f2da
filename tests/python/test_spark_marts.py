"""Spark's Parquet files become the tables of a DuckDB file, in the types of their contracts."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from sales_kpis.errors import WrongUse
from sales_kpis.spark_marts import export_spark_marts_to_duckdb, marts_of_manifest

COLUMNS = {
    "deal_id": "string",
    "close_date": "date",
    "created_at": "timestamp",
    "amount": "decimal(28, 8)",
    "is_won": "boolean",
    "ratio": "double",
    "days": "bigint",
}


def node(name: str, schema: str, folder: str, **settings: Any) -> dict[str, Any]:
    return {
        "resource_type": "model",
        "schema": schema,
        "alias": name,
        "fqn": ["sales_kpis", folder, schema, name],
        "columns": {column: {"name": column, "data_type": t} for column, t in COLUMNS.items()},
        "constraints": [{"type": "primary_key", "columns": ["deal_id"]}],
        **settings,
    }


MANIFEST = {
    "nodes": {
        "model.sales_kpis.fct_deals": node("fct_deals", "core", "marts"),
        "model.sales_kpis.stg_deals": node("stg_deals", "staging", "staging"),
        "model.sales_kpis.kpi_tables": node("kpi_tables", "kpis", "marts", fqn=["sales_kpis"]),
        "seed.sales_kpis.quotas": node("quotas", "planning", "marts", resource_type="seed"),
    }
}
ROW = (
    "'a:1' as deal_id, date '2025-03-01' as close_date,"
    " timestamptz '2025-03-01 10:00:00+02' as created_at, 1.5::decimal(28, 8) as amount,"
    " true as is_won, 0.25::double as ratio, 7::bigint as days"
)


def write_parquet(path: Path, query: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    duckdb.execute(f"copy ({query}) to '{path}' (format parquet)")


def rows(database: Path, query: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(database), read_only=True) as connection:
        return connection.execute(query).fetchall()


def test_only_models_of_the_folder_marts_are_marts() -> None:
    (mart,) = marts_of_manifest(MANIFEST)
    assert (str(mart), mart.key, dict(mart.columns)) == ("core.fct_deals", ("deal_id",), COLUMNS)


@pytest.mark.parametrize("schema", ["core.db", "core"], ids=["a warehouse", "written files"])
def test_a_mart_has_its_rows_in_the_types_of_its_contract(schema: str, tmp_path: Path) -> None:
    table = tmp_path / "spark" / schema / "fct_deals"
    write_parquet(table / "part-0.snappy.parquet", f"select {ROW}")
    write_parquet(table / "part-1.snappy.parquet", f"select {ROW} where false")
    write_parquet(table / "_temporary" / "0" / "part-0.parquet", f"select {ROW}")
    database = tmp_path / "marts.duckdb"
    for _ in range(2):
        counted = export_spark_marts_to_duckdb(MANIFEST, tmp_path / "spark", database)
        assert counted == {"core.fct_deals": 1}
    assert rows(database, "select * from core.fct_deals") == [
        (
            "a:1",
            date(2025, 3, 1),
            datetime(2025, 3, 1, 8, tzinfo=UTC).replace(tzinfo=None),
            Decimal("1.50000000"),
            True,
            0.25,
            7,
        )
    ]
    assert [row[1] for row in rows(database, "describe core.fct_deals")] == [
        "VARCHAR",
        "DATE",
        "TIMESTAMP",
        "DECIMAL(28,8)",
        "BOOLEAN",
        "DOUBLE",
        "BIGINT",
    ]


def test_a_mart_without_files_is_an_empty_table(tmp_path: Path) -> None:
    (tmp_path / "core.db" / "fct_deals").mkdir(parents=True)
    database = tmp_path / "marts.duckdb"
    assert export_spark_marts_to_duckdb(MANIFEST, tmp_path, database) == {"core.fct_deals": 0}
    assert len(rows(database, "describe core.fct_deals")) == len(COLUMNS)


def test_a_mart_in_partitions_has_their_column_too(tmp_path: Path) -> None:
    for day in ("2025-03-01", "2025-03-02"):
        write_parquet(
            tmp_path / "core.db" / "fct_deals" / f"close_date={day}" / "part-0.parquet",
            f"select * exclude close_date from (select {ROW})",
        )
    database = tmp_path / "marts.duckdb"
    assert export_spark_marts_to_duckdb(MANIFEST, tmp_path, database) == {"core.fct_deals": 2}
    assert rows(database, "select close_date, amount from core.fct_deals order by all") == [
        (date(2025, 3, day), Decimal("1.50000000")) for day in (1, 2)
    ]


def test_a_mart_that_is_not_there_is_an_error_and_the_database_stays_as_it_was(
    tmp_path: Path,
) -> None:
    database = tmp_path / "marts.duckdb"
    with duckdb.connect(str(database)) as connection:
        connection.execute("create table before as select 1 as x")
    with pytest.raises(WrongUse, match=r"core\.fct_deals is not in") as error:
        export_spark_marts_to_duckdb(MANIFEST, tmp_path / "empty", database)
    assert "write_marts_as_parquet" in error.value.next_step
    assert rows(database, "select table_name from information_schema.tables") == [("before",)]


def test_files_of_an_older_contract_are_an_error(tmp_path: Path) -> None:
    write_parquet(tmp_path / "core.db" / "fct_deals" / "part-0.parquet", "select 'a' as deal_id")
    with pytest.raises(WrongUse, match="has the columns deal_id where its contract has deal_id, c"):
        export_spark_marts_to_duckdb(MANIFEST, tmp_path, tmp_path / "marts.duckdb")
