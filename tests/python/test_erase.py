"""`kpis erase`: a person is nowhere any more, counts stay, and nobody returns."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import duckdb
import pytest
from typer.testing import CliRunner, Result

from builds import PROJECT
from kpis_project import REPORT, SECONDS_OF_A_HANG, FakeBuilder
from sales_kpis import cli
from sales_kpis.erasing import erased_list
from sales_kpis.erasing.person import Person, Sought, normalised
from sales_kpis.erasing.raw_files import changes_below, rewrite_below
from sales_kpis.erasing.search import places_of
from sales_kpis.erasing.tables import PeopleTable, RowEraser
from sales_kpis.errors import WrongUse
from sales_kpis.lock import RunLock
from sales_kpis.project import Project
from sales_kpis.publish import all_versions
from sales_kpis.salt import ENVIRONMENT

PEOPLE = """\
person_id,full_name,email,phone,merged_into_person_id,mobile,job_title
P-1,Ann Lee,ann@lee.example,+31 6 1234 5678,,0611111111,Buyer
P-2,"Lee, Ann",ANN.LEE@old.example,,P-1,,Buyer
P-3,Bob Ray,joann@lee.example,,,0622222222,Chief
"""
LEADS = "lead_id,full_name,email\nP-1,Cat Orr,cat@orr.example\n"
MAILS = (
    "message_id,recipient_email,url\r\n"
    "M-1,ann@lee.example,https://x.example/?to=ann%40lee.example&n=1\r\n"
    "M-2,joann@lee.example,\r\n"
)
ACCOUNTS = "account_id,account_name\nA-1,Ann Lee\nA-2,Ann Leeds\n"
BOTH = ("ann.lee@old.example", "ann@lee.example")
# The tables in which the models of the real project tell of these people.
IDENTITIES = (
    "create schema intermediate",
    """
    create table intermediate.int_people__identities as
    select * from (values
        ('person/tabular:P-1', 'person', 'tabular:P-1', 'ann@lee.example', 1),
        ('person/tabular:P-2', 'person', 'tabular:P-2', null, 1),
        ('person/tabular:P-3', 'person', 'tabular:P-3', 'joann@lee.example', 3)
    ) as _ (record_key, record_type, record_id, email, identity_key),
    lateral (select 'p_' || identity_key as person_id)
    """,
    """
    create table intermediate.int_people__records as
    select
        record_key,
        case when record_id = 'tabular:P-2' then 'ann.lee@old.example' else email end as email
    from intermediate.int_people__identities
    """,
    """
    create table intermediate.int_people__united as
    select 'tabular:P-1' as person_record_id, 'Ann Lee' as full_name
    """,
    "create table intermediate.int_leads__united as select 'x' as lead_id, 'X Y' as full_name",
)
WITHOUT = tuple(
    statement.replace("ann@lee.example'", "gone@erased.invalid'")
    .replace("joann@", "bob@")
    .replace("jogone@erased.invalid", "joann@lee.example")
    .replace("ann.lee@old.example", "old@erased.invalid")
    for statement in IDENTITIES
)


def column(name: str) -> dict[str, Any]:
    return {
        "name": name,
        "found_as": name,
        "is_required": False,
        "data_type": "text",
        "is_mapped": False,
        "missing_values": 0,
        "unreadable_values": 0,
        "examples": [],
    }


def delivered(table: str, *columns: str) -> dict[str, Any]:
    [example] = REPORT["tables"]
    said = {"table": table, "found_as": table, "columns": [column(name) for name in columns]}
    return {**example, **said}


DELIVERY = {
    "tables": [
        delivered(
            "person",
            "person_id",
            "full_name",
            "email",
            "phone",
            "merged_into_person_id",
            "job_title",
        ),
        delivered("lead", "lead_id", "full_name", "email"),
        delivered("email_message", "message_id", "recipient_email"),
    ],
    "findings": [],
}
CONTRACT = """\
sources:
  - name: tabular
    tables:
      - name: person
        columns:
          - {name: full_name, config: {meta: {pii: true}}}
          - {name: email, config: {meta: {pii: true}}}
          - {name: phone, config: {meta: {pii: true}}}
      - name: lead
        columns:
          - {name: full_name, config: {meta: {pii: true}}}
          - {name: email, config: {meta: {pii: true}}}
      - name: email_message
        columns:
          - {name: recipient_email, config: {meta: {pii: true}}}
"""


def table(name: str = "person", **options: Any) -> PeopleTable:
    columns = {"full_name": "full_name", "email": "email", "phone": "phone"}
    content: dict[str, Any] = {
        "folder": "tabular",
        "name": name,
        "key": "person_id",
        "keys": frozenset({"P-1", "P-2"}),
        "personal": columns,
        "read": frozenset({"person_id", "merged_into_person_id", "job_title", *columns}),
    }
    return PeopleTable(**content | options)


@pytest.fixture
def ann() -> Person:
    records = (("person", "tabular:P-1"), ("person", "tabular:P-2"))
    return Person(BOTH, records, ("ann lee",), "salt")


@pytest.fixture
def raw(kpis_project: Project) -> Path:
    folder = kpis_project.root / "data" / "demo" / "tabular"
    for name, text in (
        ("person", PEOPLE),
        ("lead", LEADS),
        ("email_message", MAILS),
        ("account", ACCOUNTS),
    ):
        (folder / f"{name}.csv").write_bytes(text.encode())
    contract = kpis_project.root / "models" / "staging" / "tabular" / "_sources.yml"
    contract.write_text(CONTRACT)
    return folder


def kpis(*arguments: str) -> Result:
    return CliRunner().invoke(cli.app, list(arguments), env={"COLUMNS": "160"})


def build_with(monkeypatch: pytest.MonkeyPatch, statements: tuple[str, ...], **more: Any) -> None:
    builder = FakeBuilder.of(statements=statements, report=DELIVERY, **more)
    monkeypatch.setattr(cli, "DbtBuilder", builder)


# --- The texts ------------------------------------------------------------------------------------


def test_an_address_is_replaced_as_a_whole_in_every_spelling() -> None:
    sought = Sought.of(["ann@lee.example"])
    tombstone = sought.tombstones["ann@lee.example"]
    for text, wanted in (
        ("Ann@Lee.example", tombstone),
        ("mail <ann@lee.example>.", f"mail <{tombstone}>."),
        ("?to%3Dann%40lee.example&", f"?to%3D{tombstone.replace('@', '%40')}&"),
        ("joann@lee.example", "joann@lee.example"),
        ("ann@lee.example.org", "ann@lee.example.org"),
        ("ann@lee.example-shop", "ann@lee.example-shop"),
    ):
        assert sought.replaced(text) == wanted
    digest = hashlib.md5(b"ann@lee.example").hexdigest()
    assert sought.replaced(digest.upper()) == hashlib.md5(tombstone.encode()).hexdigest()


def test_what_is_no_address_is_refused() -> None:
    assert normalised(" Ann@Lee.example ") == "ann@lee.example"
    with pytest.raises(WrongUse, match="no e-mail address"):
        normalised("Ann Lee")


# --- Raw files ------------------------------------------------------------------------------------


def test_rows_and_ids_stay_and_only_what_is_the_persons_changes(raw: Path, ann: Person) -> None:
    changes = rewrite_below(raw.parent, ann, [table()])

    assert {change.path.name: (change.rows, change.columns) for change in changes} == {
        "account.csv": (1, ("account_name",)),
        "email_message.csv": (1, ("recipient_email", "url")),
        "person.csv": (2, ("full_name", "email", "phone", "mobile")),
    }
    first, second = (ann.sought.tombstones[address] for address in reversed(BOTH))
    name = ann.full_name
    assert (raw / "person.csv").read_text() == (
        "person_id,full_name,email,phone,merged_into_person_id,mobile,job_title\n"
        f"P-1,{name},{first},+00 0 0000 0000,,,Buyer\n"
        f'P-2,"{name}",{second},,P-1,,Buyer\n'
        "P-3,Bob Ray,joann@lee.example,,,0622222222,Chief\n"
    )
    assert (raw / "email_message.csv").read_bytes().decode() == (
        "message_id,recipient_email,url\r\n"
        f"M-1,{first},https://x.example/?to={first.replace('@', '%40')}&n=1\r\n"
        "M-2,joann@lee.example,\r\n"
    )
    assert (raw / "account.csv").read_text() == (
        f"account_id,account_name\nA-1,{name}\nA-2,Ann Leeds\n"
    )
    assert (raw / "lead.csv").read_text() == LEADS, "the lead P-1 is another record"
    assert changes_below(raw.parent, ann, [table()]) == [], "a second time changes nothing"


def test_a_csv_file_keeps_its_title_delimiter_and_line_breaks_in_values(
    tmp_path: Path, ann: Person
) -> None:
    file = tmp_path / "tabular" / "person.csv"
    file.parent.mkdir()
    file.write_bytes(
        b"Export\r\nperson_id;email;full_name;phone;note\r\n"
        b'"P-1";a@b.example;"Ann ""A""\nLee";;x\r\n'
    )
    rewrite_below(tmp_path, ann, [table()])
    assert file.read_bytes().decode() == (
        "Export\r\nperson_id;email;full_name;phone;note\r\n"
        f'"P-1";erased@erased.invalid;"{ann.full_name}";;\r\n'
    )


@pytest.mark.parametrize("is_array", [True, False])
def test_a_json_file_changes_in_the_persons_records_only(
    tmp_path: Path, ann: Person, is_array: bool
) -> None:
    other = '{"id": 9, "properties": {"email": "joann@lee.example"}, "amount": 1.10}'
    own = (
        '{"id": 7, "properties": {"email": "x@y.example", "phone": "06-1"},'
        ' "tags": ["ann@lee.example"]}'
    )
    file = tmp_path / "hubspot" / "contact.json"
    file.parent.mkdir()
    file.write_text(f"[{other},\n {own}]" if is_array else f"{other}\n{own}\n")
    contacts = table(
        "contact",
        folder="hubspot",
        key="id",
        keys=frozenset({"7"}),
        personal={"properties.email": "email", "properties.phone": "phone"},
        read=frozenset({"id", "properties.email", "properties.phone"}),
    )
    rewrite_below(tmp_path, ann, [contacts])
    text = file.read_text()
    assert other in text
    [_, found] = json.loads(text) if is_array else [json.loads(line) for line in text.splitlines()]
    assert found == {
        "id": 7,
        "properties": {"email": "erased@erased.invalid", "phone": "00-0"},
        "tags": None,
    }


def test_a_parquet_file_keeps_its_types_and_order(tmp_path: Path, ann: Person) -> None:
    file = tmp_path / "tabular" / "person.parquet"
    file.parent.mkdir()
    duckdb.execute(
        f"""
        copy (
            select i as person_id, 'Ann' as full_name, 'x@y.example' as email,
                null::varchar as phone, date '2025-01-01' as born, 1.5::decimal(9, 2) as amount
            from range(3) as _ (i)
        ) to '{file}' (format parquet)
        """
    )
    own = table(keys=frozenset({"1"}), read=frozenset({"person_id", "amount"}))
    rewrite_below(tmp_path, ann, [own])
    columns = duckdb.execute(f"describe from '{file}'").fetchall()
    assert [row[1] for row in columns] == [
        "BIGINT", "VARCHAR", "VARCHAR", "VARCHAR", "DATE", "DECIMAL(9,2)"
    ]  # fmt: skip
    rows = duckdb.execute(
        f"select person_id, full_name, email, born::varchar from '{file}'"
    ).fetchall()
    assert rows == [
        (0, "Ann", "x@y.example", "2025-01-01"),
        (1, ann.full_name, "erased@erased.invalid", None),
        (2, "Ann", "x@y.example", "2025-01-01"),
    ]


def test_a_nested_column_of_parquet_is_refused_before_anything_is_written(
    raw: Path, ann: Person
) -> None:
    file = raw / "note.parquet"
    duckdb.execute(f"copy (select ['ann@lee.example'] as to_whom) to '{file}' (format parquet)")
    with pytest.raises(WrongUse, match=r"note.parquet holds the person in column to_whom"):
        rewrite_below(raw.parent, ann, [table()])
    assert (raw / "person.csv").read_text() == PEOPLE


def test_an_id_that_staging_hashes_is_found_by_its_pseudonym(ann: Person) -> None:
    hashed = "k_" + hashlib.md5(b"salt0612345678").hexdigest()
    eraser = RowEraser(ann, table(keys=frozenset({hashed})))
    assert eraser.changes({"person_id": "0612345678", "phone": "06"}) == {"phone": "00"}
    assert eraser.changes({"person_id": "0612345679", "phone": "06"}) == {}


# --- The search -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "is_found"),
    [
        (b"x,ann@lee.example,y", True),
        (b"ANN@LEE.EXAMPLE", True),
        (b"to%3dann%40lee.example", True),
        ("ann@lee.example".encode("utf-16-le"), True),
        ("Ann@lee.example".encode("utf-16-be"), True),
        (hashlib.sha256(b"ann@lee.example").hexdigest().encode(), True),
        (b"x" * (16 * 1024 * 1024 - 5) + b" ann@lee.example", True),
        (b"joann@lee.example", False),
        (b"ann@lee.example.org", False),
    ],
)
def test_a_search_finds_an_address_in_bytes(tmp_path: Path, content: bytes, is_found: bool) -> None:
    (tmp_path / "file.log").write_bytes(content)
    found = places_of(Sought.of(["ann@lee.example"]), [tmp_path])
    assert found == ([str(tmp_path / "file.log")] if is_found else [])


@pytest.mark.parametrize("suffix", ["duckdb", "parquet"])
def test_a_search_finds_an_address_in_a_compressed_column(tmp_path: Path, suffix: str) -> None:
    file = tmp_path / f"file.{suffix}"
    values = (
        "select 'ann@lee.example' as a, ['x', 'Ann@lee.example'] as b, 'joann@lee.example' as c"
    )
    if suffix == "duckdb":
        with duckdb.connect(str(file)) as connection:
            connection.execute(f"create table t as {values}")
    else:
        duckdb.execute(f"copy ({values}) to '{file}' (format parquet, compression zstd)")
    table_name = "main.t." if suffix == "duckdb" else ""
    sought = Sought.of(["ann@lee.example"])
    assert places_of(sought, [tmp_path]) == [f"{file}: {table_name}a", f"{file}: {table_name}b"]


def test_a_longer_address_in_a_database_is_no_trace_of_a_shorter_one(tmp_path: Path) -> None:
    file = tmp_path / "file.duckdb"
    with duckdb.connect(str(file)) as connection:
        connection.execute("create table t as select 'joann@lee.example' as a")
    assert places_of(Sought.of(["ann@lee.example"]), [tmp_path]) == []


# --- The command ----------------------------------------------------------------------------------


def test_a_dry_run_shows_files_columns_and_tables_and_changes_nothing(
    raw: Path, kpis_project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    build_with(monkeypatch, IDENTITIES)
    assert kpis("run").exit_code == 0

    result = kpis("erase", "--email", "Ann.Lee@old.example", "--dry-run")

    assert result.exit_code == 0, result.output
    for expected in (
        "tabular:P-1",
        "tabular:P-2",
        "data/demo/tabular/person.csv",
        "full_name, email, phone, mobile",
        "intermediate.int_people__identities.email",
        all_versions(kpis_project.published)[0].run_id,
    ):
        assert expected in result.stdout
    assert "P-3" not in result.stdout
    assert "@" not in result.stdout, "the plan shows no address"
    assert (raw / "person.csv").read_text() == PEOPLE
    assert not erased_list.file_of(kpis_project).exists()
    said = json.loads(kpis("erase", "--person", "p_1", "--dry-run", "--json").stdout)
    assert said["addresses"] == 2
    assert {Path(each["file"]).name: each["rows"] for each in said["raw_files"]} == {
        "account.csv": 1,
        "email_message.csv": 1,
        "person.csv": 2,
    }


def test_erasing_rewrites_publishes_anew_and_leaves_one_version_without_the_person(
    raw: Path, kpis_project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    build_with(monkeypatch, IDENTITIES)
    assert kpis("run").exit_code == kpis("run").exit_code == 0
    logs = kpis_project.root / "logs"
    logs.mkdir()
    (logs / "dbt.log").write_text("Rejected: ann@lee.example\n")
    (logs / "other.log").write_text("Rejected: joann@lee.example\n")
    ledger = kpis_project.published / "ledger" / "run-of-old"
    ledger.mkdir()
    duckdb.execute(f"copy (select 'ann@lee.example' as id) to '{ledger / 'facts.parquet'}'")
    build_with(monkeypatch, WITHOUT)

    # The build of before still tells who it is.
    result = kpis("erase", "--email", "ann@lee.example", "--yes")

    assert result.exit_code == 0, result.output
    [version] = all_versions(kpis_project.published)
    assert f"Version {version.run_id} is published" in result.stdout
    assert [path.name for path in logs.iterdir()] == ["other.log"]
    assert places_of(Sought.of(BOTH), [kpis_project.root]) == []
    assert len((raw / "person.csv").read_text().splitlines()) == len(PEOPLE.splitlines())
    assert '"status": "erased"' in kpis_project.ledger.read_text()


def test_what_is_still_found_is_told_with_its_place_and_exit_code_1(
    raw: Path, kpis_project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    build_with(monkeypatch, IDENTITIES)
    assert kpis("run").exit_code == 0
    (raw / "notes.txt").write_text("Call ann@lee.example")

    # This builder builds the person in again.
    result = kpis("erase", "--email", "ann@lee.example", "--yes")

    assert result.exit_code == 1
    assert "An address of the person is still in" in result.stderr
    assert "int_people__identities.email" in result.stderr
    assert "notes.txt" in result.stderr


def test_a_person_who_was_erased_does_not_return(
    raw: Path, kpis_project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    build_with(monkeypatch, IDENTITIES)
    assert kpis("run").exit_code == 0
    build_with(monkeypatch, WITHOUT)
    assert kpis("erase", "--email", "ann@lee.example", "--yes").exit_code == 0
    assert kpis("run").exit_code == 0
    listed = erased_list.file_of(kpis_project)
    assert listed.stat().st_mode & 0o777 == 0o600
    assert "ann" not in listed.read_text()
    [_, before] = all_versions(kpis_project.published)

    # The next delivery has the other address of the person, in a link of a mail.
    (raw / "email_message.csv").write_text(
        "message_id,url\nM-1,\nM-9,https://x.example/?to=Ann.Lee%40old.example&n=1\n"
    )
    result = kpis("run")

    assert result.exit_code == 2
    assert "1 place of the raw tables brings back a person who was erased" in result.stderr
    assert "email_message.csv: line 3" in result.stderr
    assert "kpis erase" in result.stderr
    assert all_versions(kpis_project.published)[-1].run_id == before.run_id

    assert kpis("erase", "--email", "ann.lee@old.example", "--yes").exit_code == 0
    assert kpis("run").exit_code == 0


@pytest.mark.parametrize("form", ["parquet", "json"])
def test_the_block_holds_in_files_of_every_form(
    raw: Path, kpis_project: Project, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    build_with(monkeypatch, WITHOUT)
    erased_list.add(kpis_project, ["ann@lee.example"])
    for file in raw.iterdir():
        file.unlink()
    file = raw / f"survey_response.{form}"
    duckdb.execute(f"copy (select 'Ann@lee.example' as email) to '{file}'")
    result = kpis("run")
    assert result.exit_code == 2
    assert f"survey_response.{form}: {'email' if form == 'parquet' else 'line 1'}" in result.stderr
    duckdb.execute(f"copy (select 'joann@lee.example' as email) to '{file}'")
    assert kpis("run").exit_code == 0


def test_raw_tables_in_a_warehouse_are_named_and_left_alone(
    kpis_project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    kpis_project.warehouse.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(kpis_project.warehouse)) as connection:
        connection.execute("create schema raw_tabular")
        connection.execute("create table raw_tabular.person as select 'ann@lee.example' as email")
    build_with(monkeypatch, IDENTITIES)
    ran = kpis("run", "--vars", "{raw_path: ''}")
    assert ran.exit_code == 0, ran.output
    before = kpis_project.warehouse.read_bytes()

    options = ("--email", "ann@lee.example", "--yes", "--vars", "{raw_path: ''}")
    result = kpis("erase", *options)

    assert result.exit_code == 2
    assert "raw_tabular.person.email" in result.stderr
    assert "records of the person: person tabular:P-2" in result.stderr
    assert kpis_project.warehouse.read_bytes() == before


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "Give either --email ADDRESS or --person KEY"),
        (("--email", "a@b.example", "--person", "p_1"), "Give either --email ADDRESS"),
        (("--email", "Ann Lee"), "is no e-mail address"),
        (("--email", "nobody@lee.example"), "No raw file, build or published version holds"),
        (("--person", "p_9"), "Nobody has this key"),
        (("--email", "ann@lee.example"), "There is nobody to ask; nothing was changed"),
    ],
)
def test_wrong_use_changes_nothing(
    raw: Path,
    kpis_project: Project,
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[str, ...],
    words: str,
) -> None:
    build_with(monkeypatch, IDENTITIES)
    assert kpis("run").exit_code == 0
    result = kpis("erase", *arguments)
    assert result.exit_code == 2, result.output
    assert words in result.stderr
    assert (raw / "person.csv").read_text() == PEOPLE


def test_erasing_waits_for_no_other_run(
    raw: Path, kpis_project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    build_with(monkeypatch, IDENTITIES)
    assert kpis("run").exit_code == 0
    with RunLock(kpis_project.lock, "other"):
        result = kpis("erase", "--email", "ann@lee.example", "--yes")
    assert result.exit_code == 3
    assert (raw / "person.csv").read_text() == PEOPLE


# --- With dbt -------------------------------------------------------------------------------------

COMPANY = {
    "person": """
        person_id,account_id,full_name,email,phone,created_at,merged_into_person_id
        P-1,A-1,Zenobia Quark,ann@lee.example,+31 6 9753 8642,2025-01-10,
        P-2,A-1,Zenobia Quirk,Ann.Lee@old.example,,2025-01-12,P-1
        P-3,A-2,Bob Ray,joann@lee.example,,2025-01-13,
        """,
    "lead": """
        lead_id,created_at,full_name,email,phone,status,converted_person_id,converted_deal_id
        L-1,2025-01-05,Zenobia Quark,ann@lee.example,06 9753 8642,Converted,P-1,D-1
        L-2,2025-01-06,Cat Orr,cat@orr.example,,New,,
        """,
    "account": """
        account_id,account_name,created_at
        A-1,Zenobia Quark,2025-01-01
        A-2,Ray Ltd,2025-01-01
        """,
    "deal": """
        deal_id,account_id,stage,created_at,close_date,amount,currency,primary_person_id
        D-1,A-1,Won,2025-01-10,2025-02-10,1000,EUR,P-2
        D-2,A-2,Open,2025-01-11,,500,EUR,P-3
        """,
    "deal_stage": """
        stage,stage_order,probability,is_closed,is_won
        Open,1,50,false,false
        Won,2,100,true,true
        """,
    "email_message": """
        message_id,sent_at,recipient_email,email_campaign,email_type
        M-1,2025-01-20,ANN@lee.example,Letter,marketing
        M-2,2025-01-20,ann.lee@old.example,Letter,marketing
        M-3,2025-01-20,joann@lee.example,Letter,marketing
        """,
    "survey_response": """
        response_id,responded_at,survey_type,score,scale_min,scale_max,email
        S-1,2025-02-20,nps,9,0,10,ann@lee.example
        """,
}
SETTINGS = "{systems: [tabular], raw_path: raw, as_of_date: 2025-03-31, reporting_currency: EUR}"


@pytest.mark.slow
def test_two_merged_records_and_a_lead_go_and_every_published_row_stays(tmp_path: Path) -> None:
    raw = tmp_path / "raw" / "tabular"
    raw.mkdir(parents=True)
    for name, text in COMPANY.items():
        (raw / f"{name}.csv").write_text(textwrap.dedent(text).lstrip())
    (tmp_path / "settings.yml").write_text(SETTINGS)
    published = tmp_path / "published"
    published.mkdir()
    environment = {
        "SALES_KPIS_PROJECT": str(PROJECT),
        "SALES_KPIS_DATABASE": str(tmp_path / "build" / "sales_kpis.duckdb"),
        ENVIRONMENT: "own" * 8,
    }

    def run_kpis(*arguments: str) -> dict[str, Any]:
        options = ["--settings", str(tmp_path / "settings.yml"), "--published", str(published)]
        done = subprocess.run(
            [sys.executable, "-m", "sales_kpis", *arguments, *options, "--json"],
            env=os.environ | environment,
            capture_output=True,
            text=True,
            timeout=SECONDS_OF_A_HANG,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        content = json.loads(done.stdout)
        assert isinstance(content, dict)
        return content

    before = run_kpis("run")
    copy = shutil.copytree(before["version"], tmp_path / "before")

    erased = run_kpis("erase", "--email", "Ann.Lee@old.example", "--yes")

    assert erased["records"] == ["lead tabular:L-1", "person tabular:P-1", "person tabular:P-2"]
    assert {Path(each["file"]).stem: each["rows"] for each in erased["raw_files"]} == {
        "account": 1,
        "email_message": 2,
        "lead": 1,
        "person": 2,
        "survey_response": 1,
    }
    for folder in ("raw", "build", "published"):
        assert places_of(Sought.of(BOTH), [tmp_path / folder]) == []
        names = Sought({name: "" for name in ("zenobia quark", "zenobia quirk", "9753 8642")})
        assert places_of(names, [tmp_path / folder]) == []
    [version] = [path.name for path in (published / "versions").iterdir()]
    assert version == erased["version"]
    with duckdb.connect() as connection:
        connection.execute(f"attach '{copy / 'sales_kpis.duckdb'}' as a (read_only)")
        connection.execute(
            f"attach '{published / 'current' / 'sales_kpis.duckdb'}' as b (read_only)"
        )
        tables = connection.execute(
            "select schema_name || '.' || table_name from duckdb_tables()"
            " where database_name = 'a' and table_name <> 'publication'"
        ).fetchall()
        assert len(tables) > 100
        for (name,) in tables:
            difference = connection.execute(
                f"(from a.{name} except all from b.{name})"
                f" union all (from b.{name} except all from a.{name})"
            ).fetchall()
            assert difference == [], name
