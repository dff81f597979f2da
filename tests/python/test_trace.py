"""`kpis trace` tells the way of a record: what each layer has, what counts it, and why not."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
from rich.console import Console
from typer.testing import CliRunner

from builds import EDGE_CASES, PROJECT, golden_demo
from sales_kpis import cli
from sales_kpis.contracts import personal_columns
from sales_kpis.dbt_runner import facts_of_kpis, queries_of_kpis
from sales_kpis.errors import KpisError, WrongUse
from sales_kpis.marts import opened
from sales_kpis.status import LayersInUse
from sales_kpis.trace import Trace, render_trace, trace
from sales_kpis.values import read_catalog

PERSONAL = personal_columns(PROJECT)


@pytest.fixture(scope="module")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with opened(golden_demo().database) as connection:
        yield connection


@pytest.fixture(scope="module")
def manifest() -> dict[str, Any]:
    found: dict[str, Any] = golden_demo().artifact("manifest.json")
    return found


def traced(
    connection: duckdb.DuckDBPyConnection, manifest: dict[str, Any], record_id: str
) -> Trace:
    """The only record that has an id."""
    queries, facts_of = queries_of_kpis(manifest), facts_of_kpis(manifest)
    [found] = trace(
        connection,
        record_id,
        read_catalog(connection),
        queries,
        facts_of,
        personal=PERSONAL,
        instances={},
    )
    return found


def an_id(connection: duckdb.DuckDBPyConnection, query: str) -> str:
    """The first id that a query gives."""
    row = connection.execute(f"{query} order by 1 limit 1").fetchone()
    assert row is not None, query
    return str(row[0])


def test_a_won_deal_is_followed_from_its_raw_rows_to_the_kpis_that_count_it(
    connection: duckdb.DuckDBPyConnection, manifest: dict[str, Any]
) -> None:
    deal_id = an_id(
        connection,
        """
        select deal_id from core.fct_deals
        where is_won and amount > 0 and system = 'salesforce' and lead_source is not null
        """,
    )
    found = traced(connection, manifest, deal_id.removeprefix("salesforce:"))
    assert (found.entity, found.key) == ("deal", deal_id)
    [raw] = [step for step in found.raw if step.table == "raw_salesforce.opportunity"]
    with (PROJECT / EDGE_CASES / "raw/salesforce/opportunity.csv").open(newline="") as file:
        ids = [row["id"] for row in csv.DictReader(file)]
    deal = deal_id.removeprefix("salesforce:")
    assert raw.row_numbers == tuple(n for n, each in enumerate(ids, start=1) if each == deal)
    steps = {step.table: step for step in found.steps}
    assert steps["staging.stg_salesforce__deals"].rows == 1
    assert steps["core.fct_deals"].rows == 1
    counted = {one.kpi: one for one in found.counted}
    amount = connection.execute(
        "select amount from core.fct_deals where deal_id = ?", [deal_id]
    ).fetchone()
    assert amount is not None
    assert counted["total_revenue"].numerator == amount[0]
    assert counted["win_rate"].numerator == counted["win_rate"].denominator == 1
    assert {"competitive_loss_share", "deals_lost_to_competition"} <= set(found.not_counted)
    assert not set(found.not_counted) & set(counted)
    assert found.reasons[-1].startswith("it is won on as_of_date")


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        (
            "select deal_id from intermediate.int_deals__delivered where is_deleted",
            "it is deleted in the source",
        ),
        (
            """
            select deal_id from intermediate.int_deals__delivered
            where surviving_deal_id <> deal_id and not is_deleted
            """,
            "which counts instead",
        ),
        (
            """
            select deal_id from intermediate.int_deals__delivered
            where is_closed and close_date is null and not is_deleted
                and surviving_deal_id = deal_id
            """,
            "it is closed and has no close date that can be read",
        ),
        (
            """
            select deal_id from intermediate.int_deals__delivered
            where created_at >= '2025-09-18' and not is_deleted and surviving_deal_id = deal_id
            """,
            "it was created after as_of_date",
        ),
        (
            "select deal_id from core.fct_deals where is_won and amount_in_currency is null",
            "it has no amount",
        ),
        ("select deal_id from core.fct_deals where not is_closed", "it is open on as_of_date"),
        ("select deal_id from core.fct_deals where is_lost", "it is lost on as_of_date"),
    ],
    ids=["deleted", "merged", "undated", "later", "without amount", "open", "lost"],
)
def test_a_deal_that_does_not_count_says_why(
    connection: duckdb.DuckDBPyConnection, manifest: dict[str, Any], query: str, reason: str
) -> None:
    found = traced(connection, manifest, an_id(connection, query))
    assert any(reason in told for told in found.reasons), found.reasons
    counted = {one.kpi for one in found.counted}
    if reason.startswith("it has no amount"):
        assert "total_revenue" in counted
        assert "median_deal_size" in found.not_counted
    else:
        assert "total_revenue" in found.not_counted


def test_leads_accounts_and_reps_have_their_ways(
    connection: duckdb.DuckDBPyConnection, manifest: dict[str, Any]
) -> None:
    lead = traced(connection, manifest, an_id(connection, "select lead_id from core.fct_leads"))
    assert lead.entity == "lead"
    assert "lead_volume" in {one.kpi for one in lead.counted}
    account = traced(
        connection,
        manifest,
        an_id(
            connection,
            """
            select identities.account_record_id
            from intermediate.int_accounts__identities as identities
            inner join core.dim_accounts as accounts using (account_id)
            where accounts.is_customer and identities.account_record_id <> account_id
                and identities.account_record_id in (
                    select account_record_id from staging.stg_tabular__accounts
                )
            """,
        ),
    )
    assert account.entity == "account"
    assert {step.table: step.rows for step in account.steps}["core.dim_accounts"] == 1
    assert "active_customers" in {one.kpi for one in account.counted}
    rep = traced(
        connection, manifest, an_id(connection, "select rep_id from core.dim_reps where is_active")
    )
    assert rep.entity == "rep"
    assert {step.table: step.rows for step in rep.steps}["core.dim_reps"] == 1


def test_nobody_is_named(connection: duckdb.DuckDBPyConnection, manifest: dict[str, Any]) -> None:
    row = connection.execute(
        """
        select lead_id, full_name, email from staging.stg_salesforce__leads
        where full_name is not null and email like '%@%' order by 1 limit 1
        """
    ).fetchone()
    assert row is not None
    lead_id, name, email = row
    told = json.dumps(traced(connection, manifest, lead_id).as_json(), default=str)
    assert name not in told
    assert email not in told


def test_no_column_is_shown_that_a_contract_or_model_calls_personal(
    connection: duckdb.DuckDBPyConnection, manifest: dict[str, Any]
) -> None:
    tagged = {
        column["name"]
        for node in (*manifest["nodes"].values(), *manifest["sources"].values())
        for column in node["columns"].values()
        if column["config"]["meta"].get("pii")
    }
    assert {"email", "full_name", "phone", "recipient_email"} <= tagged <= PERSONAL
    lead_id = an_id(connection, "select lead_id from core.fct_leads where has_valid_email")
    found = traced(connection, manifest, lead_id)
    assert not PERSONAL & {name for step in found.steps for row in step.shown for name in row}


def test_what_is_personal_is_read_from_the_yaml(tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    yaml = tmp_path / "models" / "some.yml"
    yaml.write_text("models: [{name: stg_x__leads, columns: [{name: nick}]}]")
    with pytest.raises(KpisError, match="No column"):
        personal_columns(tmp_path)
    yaml.write_text(
        "models: [{name: m, columns: [{name: nick, config: {meta: {pii: true}}}, {name: team}]}]\n"
        "sources: [{name: s, tables: [{name: t, columns: [{name: pet, meta: {pii: true}}]}]}]"
    )
    assert personal_columns(tmp_path) >= {"nick", "pet", "web_user_id"}
    assert not {"team", "email"} & personal_columns(tmp_path)


@pytest.fixture
def two_instances() -> duckdb.DuckDBPyConnection:
    """Two orgs with the same ids, one in a schema of another name, and a landed file."""
    connection = duckdb.connect()
    for statement in (
        "create schema raw_salesforce_emea; create schema crm_of_apac; create schema other",
        "create table raw_salesforce_emea.opportunity as select unnest(['005', '006']) as id",
        "comment on table raw_salesforce_emea.opportunity is 'landed file'",
        "create table crm_of_apac.opportunity as select '006' as id",
        "create table other.opportunity as select '006' as id",
        "create schema staging; create schema monitoring",
        "create table staging.stg_salesforce__deals as"
        " select unnest(['salesforce:emea.006', 'salesforce:apac.006']) as deal_id",
        "create table monitoring.rejected_rows as select '' as row_key where false",
    ):
        connection.execute(statement)
    return connection


@pytest.mark.parametrize(
    ("record_id", "raw_of"),
    [
        ("006", {"emea": "raw_salesforce_emea", "apac": "crm_of_apac"}),
        ("salesforce:emea.006", {"emea": "raw_salesforce_emea"}),
        ("apac.006", {"apac": "crm_of_apac"}),
    ],
)
def test_a_record_of_an_instance_has_the_raw_rows_of_its_own_schema(
    two_instances: duckdb.DuckDBPyConnection, record_id: str, raw_of: dict[str, str]
) -> None:
    found = trace(
        two_instances,
        record_id,
        [],
        {},
        {},
        personal=PERSONAL,
        instances={"salesforce": {"emea": "raw_salesforce_emea", "apac": "crm_of_apac"}},
    )
    assert {
        one.key.removeprefix("salesforce:").partition(".")[0]: [step.table for step in one.raw]
        for one in found
    } == {instance: [f"{schema}.opportunity"] for instance, schema in raw_of.items()}


def test_a_row_of_a_landed_file_has_its_number_and_that_of_a_connector_has_none(
    two_instances: duckdb.DuckDBPyConnection,
) -> None:
    instances = {"salesforce": {"emea": "raw_salesforce_emea", "apac": "crm_of_apac"}}
    found = trace(two_instances, "006", [], {}, {}, personal=PERSONAL, instances=instances)
    assert {step.table: step.row_numbers for one in found for step in one.raw} == {
        "raw_salesforce_emea.opportunity": (2,),
        "crm_of_apac.opportunity": (),
    }
    console = Console(file=io.StringIO(), width=120)
    for one in found:
        console.print(render_trace(one))
    printed = console.file.getvalue()  # type: ignore[attr-defined]
    assert "raw_salesforce_emea.opportunity: 1 row by id; row 2 of its file" in printed
    assert "crm_of_apac.opportunity: 1 row by id\n" in re.sub(" +\n", "\n", printed)


def test_a_rejected_row_tells_its_fault(
    connection: duckdb.DuckDBPyConnection, manifest: dict[str, Any]
) -> None:
    row_key = an_id(
        connection,
        """
        select row_key from monitoring.rejected_rows
        where source_table = 'lead' and system = 'salesforce' and is_row_rejected
            and row_key <> '(missing)'
            and 'salesforce:' || row_key not in (select lead_id from staging.stg_salesforce__leads)
        """,
    )
    found = traced(connection, manifest, row_key)
    assert any("the row is rejected" in reason for reason in found.reasons)


def test_an_id_that_no_row_has_is_said_to_be_none(
    connection: duckdb.DuckDBPyConnection, manifest: dict[str, Any]
) -> None:
    with pytest.raises(WrongUse, match="No raw row has the id nothing"):
        traced(connection, manifest, "nothing")


def test_the_command_prints_it_and_gives_it_as_json(
    connection: duckdb.DuckDBPyConnection,
    manifest: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    layers = LayersInUse(
        golden_demo().database, None, queries_of_kpis(manifest), facts_of_kpis(manifest)
    )
    monkeypatch.setattr(cli, "layers_in_use", lambda project: layers)
    monkeypatch.setenv("SALES_KPIS_PROJECT", str(PROJECT))
    deal_id = an_id(connection, "select deal_id from core.fct_deals where is_won")
    result = CliRunner().invoke(cli.app, ["trace", deal_id, "--json"])
    assert result.exit_code == 0, result.output
    [record] = json.loads(result.stdout)["records"]
    assert record["key"] == deal_id
    assert "total_revenue" in {one["kpi"] for one in record["counted_in"]}
    printed = CliRunner().invoke(cli.app, ["trace", deal_id])
    assert f"Deal {deal_id}" in printed.stdout
    assert "win_rate: 1 of 1, " in printed.stdout
    assert "it is won on as_of_date" in printed.stdout
    assert CliRunner().invoke(cli.app, ["trace", "nothing"]).exit_code == 2
