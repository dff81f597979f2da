"""Files as they come from people are read where it is plain what is meant, else named."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pytest

from builds import run_dbt, source_report

STAGES = {
    "rows": [
        {"stage": "Won", "stage_order": 2, "is_closed": True, "is_won": True},
        {"stage": "Talk", "stage_order": 1, "is_closed": False, "is_won": False},
    ]
}


def check(folder: Path, files: dict[str, str | bytes], **mapping: Any) -> dict[str, Any] | str:
    """The report of check_sources on the files; a text where it stopped."""
    raw = folder / "raw" / "tabular"
    raw.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (raw / name).write_bytes(content.encode() if isinstance(content, str) else content)
    build = run_dbt(
        ["run-operation", "check_sources"],
        folder,
        variables={
            "systems": ["tabular"],
            "raw_path": str(folder / "raw"),
            "source_mapping": {"tabular": {"deal_stage": STAGES, **mapping}},
        },
    )
    return build.output if build.exit_code else source_report(build)


def rows_of(report: dict[str, Any] | str, table: str) -> int:
    assert isinstance(report, dict), report
    assert report["errors"] == []
    [rows] = [each["rows"] for each in report["tables"] if each["table"] == table]
    return int(rows)


@pytest.mark.parametrize(
    ("content", "rows"),
    [
        pytest.param("rep_id,rep_name\n1,Ann\n2,Bo\n", 2, id="plain"),
        pytest.param("sep=;\r\nrep_id;rep_name\r\n1;Ann\r\n", 1, id="Excel's delimiter line"),
        pytest.param("\n\nrep_id,rep_name\n1,Ann\n", 1, id="blank lines first"),
        pytest.param("All reps\n\nrep_id,rep_name\n1,Ann\n", 1, id="a title and a blank line"),
        pytest.param("\ufeffrep_id,rep_name\n1,Ann\n", 1, id="a byte-order mark"),
        pytest.param('rep_id,"rep_name"\n1,"Ann, of\nOslo"\n', 1, id="a line break within quotes"),
        pytest.param(
            "rep_id|rep_name|a;b;c\n1|Ann|x\n", 1, id="two delimiters alike in the header"
        ),
        pytest.param("rep_id,rep_name,note\n1,Ann\n", 1, id="a row shorter than the header"),
        pytest.param('rep_id,rep_name,"a ""b"" c\'s",x,x,\n1,Ann,2,3,4,5\n', 1, id="odd headers"),
    ],
)
def test_a_file_is_read_from_its_header_on(tmp_path: Path, content: str, rows: int) -> None:
    assert rows_of(check(tmp_path, {"rep.csv": content}), "rep") == rows


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        pytest.param(
            "rep_id,rep_name\n1,Ann\n2,Bo,3\n4,Cy,5,6\n",
            "rep.csv has rows with more values than its header (line 3, and 1 more): quote the"
            " values that hold the delimiter.",
            id="rows longer than the header",
        ),
        pytest.param(
            "rep_id,rep_name\n1,Zoé\n".encode("cp1252"),
            "rep.csv is not in UTF-8 (line 2): save it in that encoding, for example with"
            " `iconv -f cp1252 -t utf-8`.",
            id="another encoding",
        ),
        pytest.param(
            "rep_id,rep_name\n1,Zoé\n".encode("utf-16"),
            "rep.csv is not in UTF-8 but, as it seems, in UTF-16: save it in that encoding",
            id="UTF-16",
        ),
        pytest.param(
            'rep_id,"rep\nname"\n1,Ann\n',
            "The header of a CSV file breaks its line within quotes",
            id="a header of two lines",
        ),
    ],
)
def test_a_file_that_cannot_be_read_stops_with_a_sentence(
    tmp_path: Path, content: str | bytes, sentence: str
) -> None:
    said = check(tmp_path, {"rep.csv": content})
    assert isinstance(said, str)
    assert sentence in " ".join(said.split())


def test_files_that_are_not_read_are_named_with_what_to_do(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "rep.csv": "rep_id,rep_name\n1,Ann\n",
        "deals.tsv": "deal_id\tstage\n",
        "deal_history.txt": "x\n",
        "account.xlsx": b"PK",
        "lead.csv.gz": b"",
        "person.jsonl": "{}",
        "notes": "x",
        ".hidden": "x",
    }
    report = check(tmp_path, files)
    assert isinstance(report, dict)
    assert {odd["table"]: odd["next_step"].split(":")[0] for odd in report["oddities"]} == {
        "account.xlsx": "Save each of its sheets as CSV, account.csv.",
        "deal_history.txt": "Rename it to deal_history.csv",
        "deals.tsv": "Rename it to deals.csv",
        "lead.csv.gz": "Unpack it",
        "notes": "If it holds a table, save it as CSV, Parquet or JSON; else take it away.",
        "person.jsonl": "Rename it to person.json.",
    }
    assert {odd["kind"] for odd in report["oddities"]} == {"file that is not read"}


def test_a_system_without_any_table_is_an_error(tmp_path: Path) -> None:
    report = check(tmp_path, {"deals.tsv": "deal_id\tstage\n1\tWon\n"}, deal_stage=False)
    assert isinstance(report, dict)
    [error] = report["errors"]
    assert error.startswith("System tabular is in use and none of its tables was delivered")


ALPHAS = (
    "Deal Name,Client,Status,Value\n"
    "Alpha,C1,Won,100\nAlpha,C2,Won,900\nAlpha,C3,Talk,50\nBeta,C1,Won,10\n"
)
COLUMNS = {"deal_id": "Deal Name", "account_id": "Client", "stage": "Status", "amount": "Value"}


def test_rows_that_share_a_key_and_differ_are_an_error_unless_one_is_newer(tmp_path: Path) -> None:
    deal = {"columns": COLUMNS}
    report = check(tmp_path, {"deal.csv": ALPHAS}, deal=deal)
    assert isinstance(report, dict)
    assert report["errors"] == [
        "2 rows of tabular.deal share a key (deal_id) with another row and differ from it in"
        " account_id, stage, amount: is 'Deal Name' the key of the table? Map the column that is"
        " in source_mapping (tabular: {deal: {columns: {deal_id: <its name>}}}), or deliver"
        " updated_at, which says what is newer."
    ]
    lines = ALPHAS.splitlines()
    dated = "\n".join([f"{lines[0]},updated_at", *(f"{line},2025-01-01" for line in lines[1:])])
    report = check(tmp_path, {"deal.csv": dated}, deal=deal)
    assert isinstance(report, dict)
    assert report["errors"] == []
    copies = "\n".join([lines[0], lines[1], lines[1], lines[1]])
    report = check(tmp_path, {"deal.csv": copies}, deal=deal)
    assert isinstance(report, dict)
    assert report["errors"] == []


def test_a_few_conflicting_keys_are_told_and_counted_in_the_books(tmp_path: Path) -> None:
    others = "".join(f"Deal {number},C1,Won,10\n" for number in range(300))
    report = check(tmp_path, {"deal.csv": ALPHAS + others}, deal={"columns": COLUMNS})
    assert isinstance(report, dict)
    assert report["errors"] == []
    [oddity] = report["oddities"]
    assert (oddity["kind"], oddity["rows"]) == ("keys of different rows", 2)
    build = run_dbt(
        ["run", "--select", "path:models/staging/tabular", "source_reconciliation"],
        tmp_path,
        variables={
            "systems": ["tabular"],
            "raw_path": str(tmp_path / "raw"),
            "source_mapping": {"tabular": {"deal_stage": STAGES, "deal": {"columns": COLUMNS}}},
        },
    )
    assert build.exit_code == 0, build.output
    assert build.rows(
        "select raw_rows, staged_rows, duplicate_rows, rejected_rows, is_balanced,"
        " conflicting_rows from monitoring.source_reconciliation where source_table = 'deal'"
    ) == [(304, 302, 2, 0, True, 2)]


HOSTILE_TABLE = 'it\'s; "drop" [1]* {{ 1 - 0 }}'
HOSTILE_COLUMN = 'a" as rep_id, (select 1) as "b\'; --'


def test_names_of_files_and_columns_are_data(tmp_path: Path) -> None:
    header = HOSTILE_COLUMN.replace('"', '""')
    files: dict[str, str | bytes] = {
        f"{HOSTILE_TABLE}.csv": f'"{header}",rep_name,"{{{{ x }}}}",]\n1,Ann,2,3\n',
        "it's another [1]*.csv": "a\n1\n",
        "rep*.csv": "a\n1\n",
    }
    mapping = {"table": HOSTILE_TABLE, "columns": {"rep_id": HOSTILE_COLUMN}}
    report = check(tmp_path, files, rep=mapping)
    assert rows_of(report, "rep") == 1
    assert isinstance(report, dict)
    [rep] = [each for each in report["tables"] if each["table"] == "rep"]
    assert rep["found_as"] == HOSTILE_TABLE
    assert rep["columns"][0]["found_as"] == HOSTILE_COLUMN
    unread = [odd["table"] for odd in report["oddities"] if odd["table"] != "deal_stage"]
    assert sorted(unread) == ["it's another [1]*", "rep*"]


def test_names_that_differ_in_case_alone_are_one_table_twice(tmp_path: Path) -> None:
    said = check(tmp_path, {"rep.csv": "rep_id\n1\n", "Rep.csv": "rep_id\n2\n"})
    assert isinstance(said, str)
    assert "has more than one file for table 'rep'" in said


def test_columns_of_one_name_keep_their_values(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {"rep.csv": "rep_id,rep_name,a,A,a_1,,\n1,Ann,2,3,4,5,6\n"}
    assert rows_of(check(tmp_path, files), "rep") == 1


@pytest.mark.parametrize("delimiter", list("]^-\\'"))
def test_a_delimiter_is_data(tmp_path: Path, delimiter: str) -> None:
    lines = (f"sep={delimiter}", f"rep_id{delimiter}rep_name", f"1{delimiter}Ann")
    assert rows_of(check(tmp_path, {"rep.csv": "\n".join(lines)}), "rep") == 1


@pytest.mark.slow
def test_a_column_of_a_day_of_google_analytics_stays_between_its_quotes(tmp_path: Path) -> None:
    raw = tmp_path / "raw" / "google_analytics"
    raw.mkdir(parents=True)
    for day, name in (("20250101", HOSTILE_COLUMN), ("20250102", 'x"')):
        column = name.replace('"', '""')
        duckdb.execute(
            f"copy (select '{day}' as event_date, 1741945834123000::bigint as event_timestamp,"
            f" 'page_view' as event_name, 'u1' as user_pseudo_id, 1 as \"{column}\","
            f" {{'a\"b': 1, 'c''d': 2}} as geo) to '{raw}/events_{day}.parquet' (format parquet)"
        )
    build = run_dbt(
        ["run-operation", "check_sources"],
        tmp_path,
        variables={"systems": ["google_analytics"], "raw_path": str(raw.parent)},
    )
    report = source_report(build)
    assert report["errors"] == []
    assert 2 in [table["rows"] for table in report["tables"]]
