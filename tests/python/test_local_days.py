"""A value without a time of day is a local day, whatever clock the connector goes by."""

from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from builds import run_dbt

# A lead's creation as written, and the moment in UTC that it means in New York (UTC-5
# before the 9th of March).
MOMENTS = {
    "2025-03-01": datetime(2025, 3, 1, 5),
    "2025/03/01": datetime(2025, 3, 1, 5),
    "2025-03-01T00:00:00.000Z": datetime(2025, 3, 1),
    "2025-03-01 00:00:00": datetime(2025, 3, 1),
    "2025-03-01 09:05": datetime(2025, 3, 1, 9, 5),
    "2025-07-01": datetime(2025, 7, 1, 4),
}


def leads(folder: Path, rows: str) -> dict[str, datetime | None]:
    """When each lead was created, of a Parquet file that holds what the query `rows` says."""
    raw = folder / "raw" / "salesforce"
    raw.mkdir(parents=True)
    with duckdb.connect() as connection:
        connection.execute(
            "copy (select id, false as is_deleted, 'Doe' as last_name, 'New' as status,"
            f" false as is_converted, created_date from ({rows})"
            f") to '{raw / 'lead.parquet'}' (format parquet)"
        )
    variables = {
        "systems": ["salesforce"],
        "raw_path": str(folder / "raw"),
        "reporting_currency": "EUR",
        "reporting_time_zone": "America/New_York",
        "source_mapping": {},
    }
    build = run_dbt(
        ["run", "--select", "stg_salesforce__leads"], folder / "build", variables=variables
    )
    assert build.exit_code == 0, build.output
    return dict(build.rows("select lead_id, created_at from staging.stg_salesforce__leads"))


def test_a_text_without_a_time_of_day_is_a_local_day(tmp_path: Path) -> None:
    rows = ", ".join(f"('{text}', '{text}')" for text in MOMENTS)
    found = leads(tmp_path, f"select * from (values {rows}) as rows (id, created_date)")
    assert found == {f"salesforce:{text}": moment for text, moment in MOMENTS.items()}


@pytest.mark.parametrize(
    ("value", "moment"),
    [
        ("date '2025-03-01'", datetime(2025, 3, 1, 5)),
        ("timestamp '2025-03-01 00:00:00'", datetime(2025, 3, 1)),
        ("timestamptz '2025-03-01 00:00:00+00'", datetime(2025, 3, 1)),
    ],
)
def test_a_date_is_a_local_day_and_a_timestamp_at_midnight_is_a_moment(
    tmp_path: Path, value: str, moment: datetime
) -> None:
    found = leads(tmp_path, f"select '1' as id, {value} as created_date")
    assert found == {"salesforce:1": moment}
