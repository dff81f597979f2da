"""`kpis trace` tells the way of a record: what each layer has, what counts it, and why not."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import duckdb
import pytest
from typer.testing import CliRunner

from builds import PROJECT, golden_demo
from sales_kpis import cli
from sales_kpis.dbt_runner import facts_of_kpis, queries_of_kpis
from sales_kpis.errors import WrongUse
from sales_kpis.marts import opened
from sales_kpis.status import LayersInUse
from sales_kpis.trace import Trace, trace
from sales_kpis.values import read_catalog


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
    [found] = trace(connection, record_id, read_catalog(connection), queries, facts_of)
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
    assert "raw_salesforce.opportunity" in {step.table for step in found.raw}
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
