"""source_mapping says what is lacking: constants, other words, keys, several files, a query."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from builds import Build, run_dbt, source_report

STAGES = [
    {"stage": "Open", "stage_order": 1, "is_closed": False, "is_won": False},
    {"stage": "Won", "stage_order": 2, "is_closed": True, "is_won": True},
]
FILES = {
    "account": "account_id\nX\n",
    "calls": "id,when,who\n1,2025-03-01 10:00:00,Ann\n2,2025-03-02 11:00:00,Bob\n",
    "deals_2024": "Deal,Phase,Value,Client,Paid on,Lost on\n"
    "Alpha,Gewonnen,100,X,,2024-05-01\nAlpha,Gewonnen,100,X, ,2024-05-01\n",
    "deals_2025": "deal,phase,value,client,paid on,lost on\n"
    "Alpha,Won,200,Y,2025-02-01,2025-03-01\nBeta,Offen,300,, ,\n",
    "Billing Lines": "customer,month,price\nX,2025-01-01,10\nX,2025-02-01,10\n",
}


def write_files(folder: Path, files: Mapping[str, str]) -> Path:
    """The landing files of the system `tabular`; the folder that raw_path names."""
    (folder / "tabular").mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / "tabular" / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder


def settings(raw: Path, mapping: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "systems": ["tabular"],
        "raw_path": str(raw),
        "reporting_currency": "EUR",
        "reporting_time_zone": "UTC",
        "source_mapping": {"tabular": dict(mapping)},
    }


MAPPING: dict[str, Any] = {
    "activity": {
        "table": "calls",
        "columns": {
            "activity_id": "id",
            "activity_type": {"value": "call"},
            "occurred_at": "when",
            "rep_id": {"column": "Who", "values": {"Ann": "ann@acme.example"}},
            "is_automated": {"value": False},
        },
    },
    "deal": {
        "table": ["deals_2024", "Deals 2025"],
        "columns": {
            "deal_id": {"row": "all"},
            "deal_name": "Deal",
            "account_id": "Client",
            "stage": {"column": "Phase", "values": {"Gewonnen": "Won", "Offen": "Open"}},
            "amount": "Value",
            "close_date": {"first_of": ["Paid on", "Lost on"]},
        },
    },
    "deal_stage": {"rows": STAGES},
    "subscription": {
        "query": """
            -- Consecutive months are one period; a comment may hold a semicolon;
            select customer as account_id, customer || ';' as subscription_id,
                min(month) as started_on, max(price) as monthly_amount
            from "billing lines"
            group by customer -- the end
        """
    },
}


@pytest.fixture(scope="module")
def mapped(tmp_path_factory: pytest.TempPathFactory) -> Build:
    """The staging models of files that need each of the forms."""
    folder = tmp_path_factory.mktemp("mapped")
    models = [f"stg_tabular__{name}" for name in ("activities", "deals", "deal_stages")]
    build = run_dbt(
        ["run", "--select", *models, "stg_tabular__subscriptions"],
        folder,
        variables=settings(write_files(folder / "raw", FILES), MAPPING),
    )
    assert build.exit_code == 0, build.output
    return build


def test_a_constant_is_the_value_of_each_row(mapped: Build) -> None:
    found = mapped.rows(
        "select activity_type, is_automated from staging.stg_tabular__activities order by all"
    )
    assert found == [("call", False)] * 2


def test_a_value_that_the_map_does_not_have_keeps_its_own_name(mapped: Build) -> None:
    found = mapped.rows("select rep_id from staging.stg_tabular__activities order by activity_id")
    assert found == [("tabular:ann@acme.example",), ("tabular:Bob",)]


def test_several_files_are_one_table_whose_columns_have_names_of_another_case(
    mapped: Build,
) -> None:
    found = mapped.rows(
        "select deal_name, stage, is_won, amount, account_record_id"
        " from staging.stg_tabular__deals order by amount"
    )
    assert found == [
        ("Alpha", "Won", True, 100, "tabular:X"),
        ("Alpha", "Won", True, 100, "tabular:X"),
        ("Alpha", "Won", True, 200, "tabular:Y"),
        ("Beta", "Open", False, 300, None),
    ]


def test_the_first_of_several_columns_that_is_not_blank_is_the_value(mapped: Build) -> None:
    found = mapped.rows(
        "select cast(close_date as varchar) from staging.stg_tabular__deals order by amount"
    )
    assert found == [("2024-05-01",), ("2024-05-01",), ("2025-02-01",), (None,)]


def test_a_key_of_the_row_is_another_for_rows_that_are_alike(mapped: Build) -> None:
    keys = [key for (key,) in mapped.rows("select deal_id from staging.stg_tabular__deals")]
    assert len(set(keys)) == 4
    # The second of two that are alike carries its number.
    assert sum(key.endswith("-2") for key in keys) == 1


def test_a_key_of_some_columns_stays_when_others_change(tmp_path: Path) -> None:
    keys = []
    for amount in ("1", "2"):
        text = f"Deal,Client,Stage,Amount\nAlpha,X,Open,{amount}\nAlpha,Y,Won,5\n"
        columns = {"deal_id": {"row": ["Deal", "client"]}}
        build = run_dbt(
            ["run", "--select", "stg_tabular__deals", "stg_tabular__deal_stages"],
            tmp_path / amount,
            variables=settings(
                write_files(tmp_path / amount / "raw", {"deal": text}),
                {"deal": {"columns": columns}, "deal_stage": {"rows": STAGES}},
            ),
        )
        keys.append(build.rows("select deal_id from staging.stg_tabular__deals order by all"))
    assert keys[0] == keys[1]
    assert len(set(keys[0])) == 2


def test_a_query_reads_raw_tables_by_their_names_alone(mapped: Build) -> None:
    found = mapped.rows(
        "select subscription_id, account_record_id, cast(started_on as varchar), monthly_amount"
        " from staging.stg_tabular__subscriptions"
    )
    assert found == [("tabular:X;", "tabular:X", "2025-01-01", 10)]


def errors_of(folder: Path, files: Mapping[str, str], mapping: Mapping[str, Any]) -> list[str]:
    """The errors that the sources are told to have."""
    raw = write_files(folder / "raw", files)
    build = run_dbt(["run-operation", "check_sources"], folder, variables=settings(raw, mapping))
    errors: list[str] = source_report(build)["errors"]
    return errors


@pytest.mark.parametrize(
    ("entry", "sentence"),
    [
        pytest.param(
            {"query": "drop table calls"},
            "source_mapping has a query of tabular.activity that is no single select statement:"
            " begin it with select or with, and write no semicolon.",
            id="no select",
        ),
        pytest.param(
            {"query": "select 1) as x; drop table calls; select * from (select 1"},
            "source_mapping has a query of tabular.activity that is no single select statement:"
            " begin it with select or with, and write no semicolon.",
            id="two statements",
        ),
        pytest.param(
            {"query": "select 1", "table": "calls"},
            "source_mapping says table and query of tabular.activity: keep one of them.",
            id="a table and a query",
        ),
        pytest.param(
            {"table": "calls", "columns": {"activity_type": {"constant": "call"}}},
            "source_mapping cannot read what it says of tabular.activity.activity_type: write the"
            " name of a column, null, {value: <constant>}, {column: <its name>, values:"
            " {<raw value>: <value>}}, {first_of: [<columns>]}, {row: all} or {row: [<columns>]}.",
            id="an unknown word",
        ),
        pytest.param(
            {
                "table": "calls",
                "columns": {
                    "activity_id": "id",
                    "occurred_at": "when",
                    "activity_type": {"column": "Kind", "values": {"a": "b"}},
                },
            },
            "source_mapping maps tabular.activity.activity_type to 'Kind', but raw table"
            " raw_tabular.calls has no such column: use one of id, when, who.",
            id="a map of a column that is not there",
        ),
        pytest.param(
            {"table": ["calls", "mails"]},
            "source_mapping names the table 'mails' for tabular.activity, but schema raw_tabular"
            " has none of that name: correct the name or deliver the table.",
            id="one of several files is not there",
        ),
    ],
)
def test_an_entry_that_cannot_be_meant_is_one_sentence(
    tmp_path: Path, entry: Mapping[str, Any], sentence: str
) -> None:
    assert errors_of(tmp_path, FILES, {"activity": entry}) == [sentence]


def test_deals_that_tell_their_outcome_need_no_table_of_stages(tmp_path: Path) -> None:
    deals = "deal_id,stage,status\n1,Talk,won\n2,Talk,open\n"
    assert errors_of(tmp_path / "told", {"deal": deals}, {}) == []
    half = "deal_id,stage,is_closed\n1,Talk,true\n"
    [error] = errors_of(tmp_path / "untold", {"deal": half}, {})
    assert error.startswith("Table tabular.deal_stage is required")


@pytest.mark.parametrize(
    "stage",
    [
        "Status",
        "status",
        {"column": "Status", "values": {"Gewonnen": "won"}},
        {"first_of": ["Status", "Phase"]},
    ],
    ids=["by name", "in another case", "a map of values", "the first of several"],
)
def test_a_status_that_is_the_stage_does_not_tell_the_outcome(
    tmp_path: Path, stage: str | Mapping[str, Any]
) -> None:
    deals = "deal_id,Status,Phase\n1,won,a\n2,open,b\n"
    [error] = errors_of(tmp_path, {"deal": deals}, {"deal": {"columns": {"stage": stage}}})
    assert error.startswith("Table tabular.deal_stage is required")
