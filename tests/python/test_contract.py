"""Deliveries of any form are read as the contract says, and nothing is lost."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from builds import Build, run_dbt, source_report
from odd_files import MAPPING, write, write_odd_files


@pytest.fixture(scope="module")
def odd_files(tmp_path_factory: pytest.TempPathFactory) -> Build:
    """A company whose files are of every form that landing takes."""
    folder = tmp_path_factory.mktemp("odd")
    read = ["path:models/staging/tabular", "+rejected_rows", "+source_reconciliation"]
    command = ["build", "--exclude-resource-type", "unit_test", "--select", *read]
    build = run_dbt(command, folder, variables=write_odd_files(folder))
    assert build.exit_code == 0, build.output
    return build


def test_a_file_is_found_and_read_under_other_names_delimiters_and_types(odd_files: Build) -> None:
    assert odd_files.rows(
        "select deal_id, account_record_id, stage, close_date, amount, is_won, is_closed,"
        " is_deleted from staging.stg_tabular__deals order by deal_id"
    ) == [
        ("tabular:1", "tabular:10", "Won", date(2025, 2, 25), Decimal("1234.5"), True, True, False),
        ("tabular:2", "tabular:10", "It's gone", date(2025, 4, 3), None, False, True, False),
        ("tabular:3", None, "Talk", None, None, False, False, True),
        ("tabular:4", None, "Won", date(2025, 5, 1), Decimal("-0.5"), True, True, False),
        ("tabular:6", 'tabular:a;b\n"c"', "Won", date(2025, 5, 4), None, True, True, False),
    ]
    # Without a zone a tabular time is read off a clock in the reporting zone (Amsterdam, UTC+1).
    assert odd_files.rows(
        "select deal_id, created_at from staging.stg_tabular__deals order by deal_id"
    ) == [
        ("tabular:1", datetime(2025, 1, 5, 22, 30)),
        ("tabular:2", datetime(2025, 1, 5, 23, 30)),
        ("tabular:3", datetime(2025, 1, 5, 18, 30)),
        ("tabular:4", None),
        ("tabular:6", None),
    ]


def test_ids_that_came_as_numbers_are_text_without_a_point(odd_files: Build) -> None:
    assert odd_files.rows(
        "select account_record_id, employee_count, created_at"
        " from staging.stg_tabular__accounts order by 1"
    ) == [
        ("tabular:10", 12, datetime(2024, 2, 29, 23, 0)),
        ("tabular:11", None, None),
    ]


def test_json_is_read(odd_files: Build) -> None:
    assert odd_files.rows("select lead_id, created_at, email from staging.stg_tabular__leads") == [
        ("tabular:7", datetime(2025, 3, 30, 0, 59, 59), "A@B.example")
    ]


def test_an_empty_file_and_a_file_of_a_header_are_tables_without_rows(odd_files: Build) -> None:
    assert odd_files.rows(
        "select (select count(*) from staging.stg_tabular__products),"
        " (select count(*) from staging.stg_tabular__reps)"
    ) == [(0, 0)]


def test_a_day_whose_order_cannot_be_told_is_unreadable_unless_the_mapping_tells_it(
    odd_files: Build,
) -> None:
    assert odd_files.rows(
        "select subscription_id, started_on, monthly_amount"
        " from staging.stg_tabular__subscriptions order by 1"
    ) == [
        ("tabular:1", date(2025, 3, 4), Decimal(10)),
        ("tabular:2", date(2025, 4, 3), Decimal(100)),
    ]
    # The hour that the clock shows twice when summer time ends is the later one.
    assert odd_files.rows(
        "select event_id, occurred_at from staging.stg_tabular__lifecycle_events"
    ) == [("tabular:2", datetime(2025, 10, 26, 1, 30))]


def test_every_fault_is_recorded_with_its_place_and_personal_data_is_not_repeated(
    odd_files: Build,
) -> None:
    assert odd_files.rows(
        "select source_table, row_key, column_name, rule, raw_value, is_row_rejected"
        " from monitoring.rejected_rows order by all"
    ) == [
        ("account", "11", "employee_count", "unreadable int", "nan", False),
        ("deal", "(missing)", "deal_id", "missing", None, True),
        ("deal", "2", "amount", "unreadable decimal", "1.234,50", False),
        ("deal", "4", "created_at", "unreadable timestamp", "2025-06-31 10:00:00", False),
        ("deal", "5", "stage", "missing", None, True),
        ("deal", "6", "amount", "unreadable decimal", "=1+1", False),
        ("lead", "8", "created_at", "unreadable timestamp", "yesterday", True),
        (
            "lifecycle_event",
            "1",
            "occurred_at",
            "unreadable timestamp",
            "03/04/2025 10:00:00",
            True,
        ),
    ]


def test_raw_is_staged_plus_duplicates_plus_rejected(odd_files: Build) -> None:
    assert odd_files.rows(
        "select source_table, raw_rows, staged_rows, duplicate_rows, rejected_rows"
        " from monitoring.source_reconciliation where raw_rows > 0 order by 1"
    ) == [
        ("account", 2, 2, 0, 0),
        ("deal", 8, 5, 1, 2),
        ("deal_stage", 3, 3, 0, 0),
        ("lead", 2, 1, 0, 1),
        ("lifecycle_event", 2, 1, 0, 1),
        ("subscription", 2, 2, 0, 0),
    ]


def check(folder: Path, **variables: Any) -> dict[str, Any]:
    """The report of check_sources on the files in `folder/raw`."""
    build = run_dbt(
        ["run-operation", "check_sources"],
        folder,
        variables={"systems": ["tabular"], "raw_path": str(folder / "raw"), **variables},
    )
    return source_report(build)


def test_what_is_required_and_absent_is_one_sentence_that_says_what_to_do(tmp_path: Path) -> None:
    write(tmp_path / "raw/tabular/deal.csv", "deal_id,value\n1,2\n")
    write(tmp_path / "raw/tabular/notes.csv", "x\n1\n")
    write(tmp_path / "raw/tabular/product.csv", "product_id,name\n1,2\n")
    answer = check(
        tmp_path,
        source_mapping={
            "tabular": {
                "deal": {"columns": {"amount": "worth", "size": "value"}},
                "bills": {},
                "lead": {"table": "prospects"},
            }
        },
    )
    assert answer["errors"] == [
        "source_mapping names the table tabular.bills, which the contract does not have: use"
        " one of account, person, lead, deal, deal_stage, deal_history, deal_line_item, product,"
        " rep, activity, email_message, email_event, web_session, web_event, lifecycle_event,"
        " subscription, survey_response.",
        "source_mapping names the table 'prospects' for tabular.lead, but schema raw_tabular"
        " has none of that name: correct the name or deliver the table.",
        "source_mapping maps the column 'size' of tabular.deal, which the contract does not"
        " declare: use one of deal_id, account_id, deal_name, stage, status, is_won,"
        " is_closed, created_at, close_date, amount, currency, owner_rep_id, deal_type,"
        " lead_source, campaign, competitor, loss_reason, primary_person_id, expected_close_date,"
        " contract_term_months, is_deleted, lead_id, merged_into_deal_id, updated_at.",
        "source_mapping maps tabular.deal.amount to 'worth', but raw table raw_tabular.deal has"
        " no such column: use one of deal_id, value.",
        "Column tabular.deal.stage is required and raw table raw_tabular.deal has no column of"
        " that name: map it in source_mapping (tabular: {deal: {columns: {stage: <its name>}}});"
        " the table has deal_id, value.",
        "Table tabular.deal_stage is required and schema raw_tabular has none of the names"
        " deal_stage: deliver it, or name it in source_mapping (tabular: {deal_stage: {table:"
        " <its name>}}).",
    ]
    assert [(each["table"], each["kind"]) for each in answer["oddities"]] == [
        ("product", "table that is not read"),
        ("notes", "table that no contract reads"),
    ]
    assert answer["oddities"][0]["next_step"] == (
        "Its KPIs are empty, because product_name is required and raw table raw_tabular.product"
        " has no column of that name: map it in source_mapping (tabular: {product: {columns:"
        " {product_name: <its name>}}}); the table has product_id, name. Or leave the table out:"
        " tabular: {product: false}."
    )


def test_an_unknown_id_is_told_with_the_one_that_it_looks_like(tmp_path: Path) -> None:
    raw = tmp_path / "raw/tabular"
    write(raw / "deal.csv", "deal_id,stage\n1,Closed-Won\n2,closed_won\n3,Lost\n4,Talk\n5,Talk\n")
    stages = "closed won,1,true,true\nlost,2,true,false\n,3,false,false\n"
    write(raw / "deal_stage.csv", f"stage,stage_order,is_closed,is_won\n{stages}")
    [found] = [each for each in check(tmp_path)["oddities"] if each["kind"].startswith("not in")]
    assert found == {
        "system": "tabular",
        "table": "deal",
        "column": "stage",
        "kind": "not in deal_stage",
        "values": ["Talk", "Closed-Won", "closed_won"],
        "rows": 4,
        "next_step": "'Closed-Won' looks like 'closed won', 'closed_won' looks like 'closed won'."
        " Such deals are taken for open: add the stage to deal_stage.",
    }


def test_a_build_stops_with_that_sentence(tmp_path: Path) -> None:
    write(tmp_path / "raw/tabular/deal.csv", "deal_id,amount\n1,2\n")
    build = run_dbt(
        ["run", "--select", "stg_tabular__deals"],
        tmp_path,
        variables={"systems": ["tabular"], "raw_path": str(tmp_path / "raw")},
    )
    assert build.exit_code == 1
    sentence = (
        "Column tabular.deal.stage is required"
        " and raw table raw_tabular.deal has no column of that name"
    )
    assert sentence in build.output


def test_settings_that_cannot_be_right_stop_a_run_with_a_sentence_on_each(tmp_path: Path) -> None:
    build = run_dbt(
        ["run", "--select", "stg_tabular__deals"],
        tmp_path,
        variables={
            "systems": ["tabular"],
            "as_of_date": "17.9.2025",
            "fiscal_year_start_month": 13,
            "zero_fill_days": "many",
            "google_analytics_events": {"leads": ["a"], "sign_up": ["a"], "activation": "b"},
        },
    )
    assert build.exit_code != 0
    for sentence in (
        "The variable as_of_date is a day such as 2025-09-17, not '17.9.2025'.",
        "The variable fiscal_year_start_month is a month from 1 to 12, not '13'.",
        "The variable zero_fill_days is a whole number of 0 or more, not 'many'.",
        "The variable google_analytics_events knows lead_created, sign_up and activation, not"
        " 'leads'.",
        "The variable google_analytics_events gives a list of event names for activation, such as"
        " [generate_lead], not 'b'.",
        "The variable google_analytics_events has the event 'a' twice: it can mean one thing.",
    ):
        assert sentence in build.output


def test_an_unknown_system_is_named_with_those_that_are_known(tmp_path: Path) -> None:
    build = run_dbt(["parse"], tmp_path, variables={"systems": ["tabular", "sap"]})
    assert build.exit_code != 0
    sentence = "The variable systems names 'sap', which the project does not know: use salesforce,"
    assert sentence in build.output


def test_landing_never_replaces_a_table_that_it_did_not_make(tmp_path: Path) -> None:
    write(tmp_path / "raw/tabular/deal.csv", "deal_id,stage\n1,Won\n")
    with duckdb.connect(str(tmp_path / "build.duckdb")) as connection:
        connection.execute("create schema raw_tabular")
        connection.execute("create table raw_tabular.deal as select 1 as mine")
    build = run_dbt(
        ["run", "--select", "stg_tabular__deals"],
        tmp_path,
        variables={"systems": ["tabular"], "raw_path": str(tmp_path / "raw")},
    )
    assert build.exit_code != 0
    sentence = "Table raw_tabular.deal is in the warehouse already and is not a landed file"
    assert sentence in build.output
    assert build.rows("select * from raw_tabular.deal") == [(1,)]


def test_a_landed_file_that_is_gone_is_gone_from_the_next_build(tmp_path: Path) -> None:
    variables = {
        "systems": ["tabular"],
        "raw_path": str(tmp_path / "raw"),
        "source_mapping": {"tabular": {"deal_stage": MAPPING["tabular"]["deal_stage"]}},
    }
    write(tmp_path / "raw/tabular/deal.csv", "deal_id,stage\n1,Won\n")
    write(tmp_path / "raw/tabular/rep.csv", "rep_id,rep_name\n1,Ann\n")
    models = [f"stg_tabular__{name}" for name in ("deals", "deal_stages", "reps")]
    command = ["run", "--select", *models]
    first = run_dbt(command, tmp_path, variables=variables)
    assert first.rows("select rep_name from staging.stg_tabular__reps") == [("Ann",)]
    (tmp_path / "raw/tabular/rep.csv").unlink()
    write(tmp_path / "raw/tabular/deal.csv", "deal_id,stage\n2,Talk\n")
    again = run_dbt(command, tmp_path, variables=variables)
    assert again.rows("select deal_id from staging.stg_tabular__deals") == [("tabular:2",)]
    assert again.rows("select * from staging.stg_tabular__reps") == []


def test_a_history_without_values_is_told(tmp_path: Path) -> None:
    of_deals = tmp_path / "raw/salesforce"
    write(
        of_deals / "opportunity_field_history.csv",
        "id,opportunity_id,created_date,field,old_value,new_value\n"
        "1,0061,2025-01-01T00:00:00Z,StageName,,\n"
        "2,0061,2025-01-02T00:00:00Z,stage_name,,\n"
        "3,0061,2025-01-02T00:00:00Z,Amount,,5\n"
        "4,0061,2025-01-03T00:00:00Z,Amount,,\n"
        "5,0061,2025-01-03T00:00:00Z,created,,\n",
    )
    write(
        tmp_path / "raw/hubspot/deal_property_history.csv",
        "deal_id,name,timestamp\n1,dealstage,2025-01-01T00:00:00Z\n1,dealname,2025-01-01T00:00:00Z\n",
    )
    write(
        tmp_path / "raw/tabular/deal_history.csv",
        "deal_id,changed_at,field,old_value,new_value\n"
        "1,2025-01-01,Close_Date,,\n1,2025-01-02,stage,A,\n",
    )
    answer = check(tmp_path, systems=["salesforce", "hubspot", "tabular"])
    assert [
        (each["system"], each["values"], each["rows"])
        for each in answer["oddities"]
        if each["kind"] == "history without values"
    ] == [
        ("salesforce", ["amount", "stagename"], 3),
        ("hubspot", ["dealstage"], 1),
        ("tabular", ["closedate"], 1),
    ]
