"""Floor 1: what the contract of each entity says holds for what the systems deliver."""

import re
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
import yaml

from builds import PROJECT, golden_demo
from guards.built_columns import built_columns
from guards.project import Node, Project, read_project


@pytest.fixture(scope="module")
def project() -> Project:
    """The project as the golden build has parsed it."""
    return read_project(PROJECT, golden_demo().artifact("manifest.json"))


def united_models(project: Project) -> list[Node]:
    """The model of each entity."""
    return [
        model
        for model in project.models
        if model.layer == "intermediate" and model.name.endswith("__united")
    ]


def table(node: Node) -> str:
    """Where a model is built."""
    return f'"{node.schema}"."{node.alias}"'


@pytest.fixture(scope="module")
def warehouse() -> Iterator[duckdb.DuckDBPyConnection]:
    """The golden build, read as dbt reads it: a view makes its pseudonyms with the salt."""
    with duckdb.connect(str(golden_demo().database), read_only=True) as connection:
        connection.execute("set variable sales_kpis_pseudonym_salt = 'salt'")
        yield connection


def test_every_table_has_the_columns_of_its_yaml_and_every_system_those_of_the_contract(
    project: Project,
) -> None:
    database: Path = golden_demo().database
    assert [str(finding) for finding in built_columns(project, database)] == []


def test_a_united_table_has_every_row_of_every_system_under_its_place(project: Project) -> None:
    settings = yaml.safe_load((PROJECT / "dbt_project.yml").read_text(encoding="utf-8"))["vars"]
    systems = settings["systems"]
    for model in united_models(project):
        delivered = [project.nodes[parent] for parent in model.parents]
        counts = {
            systems.index(staged.folders[-1]) + 1: golden_demo().rows(
                f"select count(*) from {table(staged)}"
            )[0][0]
            for staged in delivered
        }
        places = golden_demo().rows(
            f"select system_order, count(*) from {table(model)} group by system_order"
        )
        assert dict(places) == {place: rows for place, rows in counts.items() if rows}, model.name


def test_what_a_contract_calls_never_null_is_never_null(
    project: Project, warehouse: duckdb.DuckDBPyConnection
) -> None:
    for model in united_models(project):
        required = [
            column.name
            for column in model.columns
            if re.search(r"\bnever null\b", column.description)
        ]
        assert required, f"{model.name} has no column that is never null, so no key"
        nulls = ", ".join(f"count(*) - count({name})" for name in required)
        found = warehouse.execute(f"select {nulls} from {table(model)}").fetchone()
        assert found
        assert dict(zip(required, found, strict=True)) == dict.fromkeys(required, 0), model.name


def test_an_id_made_of_an_address_leaves_staging_as_a_pseudonym(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    digests = warehouse.execute(
        "select count(*) from staging.stg_mailchimp__email_messages"
        " where regexp_matches(message_id, ':[0-9a-f]{32}$')"
    ).fetchone()
    united = warehouse.execute(
        "select count(*), count(case when starts_with(message_id, 'mailchimp:k_') then 1 end)"
        " from intermediate.int_email_messages__united where system = 'mailchimp'"
    ).fetchone()
    assert digests
    assert digests[0] > 0
    assert united == (digests[0], digests[0])
