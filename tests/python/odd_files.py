"""A company whose files are of every form that landing takes, with faults in them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb

MAPPING: dict[str, Any] = {
    "tabular": {
        "deal": {"table": "Pipeline Export", "columns": {"deal_id": "Opportunity No"}},
        "deal_stage": {
            "rows": [
                {"stage": "Won", "stage_order": 2, "is_closed": True, "is_won": True},
                {"stage": "Talk", "stage_order": 1, "is_closed": False, "is_won": False},
                {"stage": "It's gone", "stage_order": 3, "is_closed": "yes", "is_won": "no"},
            ]
        },
        "subscription": {"date_order": "month_first"},
    }
}


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode())


def write_odd_files(folder: Path) -> dict[str, Any]:
    """Files of every form that landing takes, with faults in them; returns the settings."""
    raw = folder / "raw" / "tabular"
    write(
        raw / "Pipeline Export.csv",
        "\ufeffOpportunity No;Account_ID;STAGE;CreatedAt;Close Date;Amount;Currency;Is Deleted;"
        "Updated At\n"
        '1;10;Won;2025-01-05 23:30:00;25/02/2025;"1234.50";EUR;no;2025-02-01 00:00:00\n'
        "1;10;Won;2025-01-05 23:30:00;25/02/2025;999;EUR;no;2025-01-01 00:00:00\n"
        "2;10;It's gone;2025-01-05T23:30:00Z;03/04/2025;1.234,50;EUR;;\n"
        "3;;Talk;2025-01-05 23:30:00+0500;;;;TRUE;\n"
        '" 4 ";;"Won";2025-06-31 10:00:00;01/05/2025;-0.5;;;\n'
        ";;Won;;;;;;\n"
        "5;11;   ;;;;;;\n"
        '6;"a;b\n""c""";Won;;04/05/2025;=1+1;;;\n',
    )
    (raw / "account").mkdir()
    for part, values in (
        (
            "part-1",
            "10 as account_id, 12.0::double as employee_count, date '2024-03-01' as created_at",
        ),
        ("part-2", "11 as account_id, 'NaN'::double as employee_count, null::date as created_at"),
    ):
        duckdb.execute(f"copy (select {values}) to '{raw / 'account' / part}.parquet'")
    write(
        raw / "leads.json",
        '[{"lead_id": 7, "created_at": "2025-03-30T00:59:59Z", "email": "A@B.example",'
        ' "is_deleted": false},'
        ' {"lead_id": 8, "created_at": "yesterday", "email": "secret@b.example",'
        ' "is_deleted": true}]',
    )
    write(raw / "product.csv", "")
    write(raw / "rep.csv", "rep_id,rep_name\n")
    write(
        raw / "subscription.csv",
        "subscription_id\taccount_id\tstarted_on\tmonthly_amount\n"
        "1\t10\t03/04/2025\t10\n"
        "2\t10\t2025/04/03\t1e2\n",
    )
    write(
        raw / "lifecycle_event.csv",
        "event_id,event_type,occurred_at\n"
        "1,registered,03/04/2025 10:00:00\n"
        "2,registered,2025-10-26 02:30:00\n",
    )
    return {
        "systems": ["tabular"],
        "raw_path": str(folder / "raw"),
        "source_mapping": MAPPING,
        "as_of_date": "2025-12-31",
    }
