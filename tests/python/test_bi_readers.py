"""The published file as tools open it that speak SQLAlchemy, such as notebooks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from sales_kpis.publish import PublishedVersion
from test_published_file import published_demo

sqlalchemy = pytest.importorskip("sqlalchemy")
pytest.importorskip("duckdb_engine")

pytestmark = pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")


@pytest.fixture(scope="module")
def version() -> PublishedVersion:
    return published_demo()


@pytest.fixture(scope="module")
def engine(version: PublishedVersion) -> Iterator[Any]:
    made = sqlalchemy.create_engine(
        f"duckdb:///{version.database}", connect_args={"read_only": True}
    )
    yield made
    made.dispose()


def test_sqlalchemy_lists_tables_columns_and_comments(engine: Any) -> None:
    inspector = sqlalchemy.inspect(engine)
    names = inspector.get_table_names(schema="kpis")
    assert {"kpi_win_rate", "kpis_wide_pipeline"} <= set(names)
    columns = {
        column["name"]: column for column in inspector.get_columns("kpi_sales_volume", "kpis")
    }
    assert str(columns["value"]["type"]) == "BIGINT"
    assert columns["period_label"]["comment"].startswith("The period in words")
    comment = inspector.get_table_comment("kpi_win_rate", schema="kpis")["text"]
    assert comment.endswith("Key: period_grain, period_start_date, dimension, dimension_value.")


def test_sqlalchemy_reads_the_same_numbers_long_and_wide(engine: Any) -> None:
    where = "where period_grain = 'month' and dimension = 'total'"
    with engine.connect() as connection:
        [(long, months)] = connection.execute(
            sqlalchemy.text(f"select sum(value), count(*) from kpis.kpi_total_revenue {where}")
        ).fetchall()
        [(wide,)] = connection.execute(
            sqlalchemy.text(f"select sum(total_revenue) from kpis.kpis_wide_revenue {where}")
        ).fetchall()
    assert months > 12
    assert wide == pytest.approx(long, rel=1e-12)
