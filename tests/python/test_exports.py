"""`kpis export`: what other tools get of the published file, and what it never does to them."""

from __future__ import annotations

import csv
import json
import re
import sys
import zipfile
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import duckdb
import pytest
from typer.testing import CliRunner, Result

from kpis_project import write_marts
from sales_kpis import cli
from sales_kpis.exports import csv_field
from sales_kpis.project import Project
from sales_kpis.publish import RunFacts, publish

KPI_KEY = ["period_grain", "period_start_date", "dimension", "dimension_value"]
FACTS = RunFacts(
    as_of_date="2025-09-17",
    settings={"reporting_currency": "EUR", "published_access": "owner"},
    described={
        "core.notes": {
            "description": "One row per note.",
            "key": ["note_id"],
            "columns": {"note": "Words of the CRM."},
        },
        "kpis.kpi_total_revenue": {"description": "One row per period.", "key": KPI_KEY},
        "kpis.kpi_sales_volume": {"description": "One row per period.", "key": KPI_KEY},
        "monitoring.kpi_catalog": {"description": "One row per KPI.", "key": ["kpi"]},
    },
)
# Hostile words, and numbers that must stay numbers; `sales_volume` is a second family's KPI.
STATEMENTS = (
    """
    create table core.notes as
    select * from (values
        (1, '=1+1', cast(-5.25 as decimal(28, 8)), true, timestamp '2025-08-01 10:00:00'),
        (2, 'a,"b"' || chr(13) || chr(10) || 'c', 0.1, false, null),
        (3, '-5', null, null, null)
    ) as _ (note_id, note, amount, is_won, written_at)
    """,
    "alter table monitoring.kpi_catalog add column display_unit varchar",
    "alter table monitoring.kpi_catalog add column not_connected varchar",
    "update monitoring.kpi_catalog set display_unit = 'EUR'",
    """
    insert into monitoring.kpi_catalog by name
    select * replace (
        'sales_volume' as kpi, 'pipeline' as family, 'Sales volume' as title, 'count' as unit,
        'Won deals' as formula
    )
    from monitoring.kpi_catalog
    """,
    """
    create table kpis.kpi_sales_volume as
    select * replace (1 as numerator, 1 as value) from kpis.kpi_total_revenue
    """,
    """
    insert into monitoring.kpi_values by name
    select 'sales_volume' as kpi, 'pipeline' as family, *, '=cmd' as dimension_label
    from kpis.kpi_sales_volume
    """,
)


@pytest.fixture
def project(kpis_project: Project) -> Project:
    """Version run-1 of two KPIs; the build is gone, so nothing can be read from it."""
    build = write_marts(kpis_project.warehouse, statements=STATEMENTS)
    publish(build, kpis_project.published, "run-1", FACTS)
    build.unlink()
    return kpis_project


def export(*arguments: str) -> Result:
    return CliRunner().invoke(cli.app, ["export", *arguments], env={"COLUMNS": "160"})


def files_of(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_csv_is_rfc_4180_and_no_text_is_a_formula(project: Project) -> None:
    result = export("--to", "csv", "--out", "out")
    assert result.exit_code == 0, result.output
    assert "out has 13 tables with 66 rows of version run-1." in result.stdout
    assert Path("out/core/notes.csv").read_bytes() == (
        b"note_id,note,amount,is_won,written_at\r\n"
        b"1,'=1+1,-5.25,true,2025-08-01 10:00:00\r\n"
        b'2,"a,""b""\r\nc",0.1,false,\r\n'
        b"3,-5,,,\r\n"
    )
    with Path("out/kpis/kpis_wide_pipeline.csv").open(newline="", encoding="utf-8") as stream:
        assert [row["dimension_label"] for row in csv.DictReader(stream)] == ["'=cmd"] * 3
    record = json.loads(Path("out/export.json").read_text())
    assert (record["version"], record["as_of_date"]) == ("run-1", "2025-09-17")
    assert record["rows"]["core.notes"] == 3
    assert {path.stat().st_mode & 0o777 for path in Path("out").rglob("*.csv")} == {0o600}


@pytest.mark.parametrize(
    ("value", "field"),
    [
        *((f"{sign}1+1", f"'{sign}1+1") for sign in "=+-@\t\r"),
        *(("-5", "-5"), ("+5.25", "+5.25"), ("-5-5", "'-5-5"), ("a=1", "a=1"), ("", "")),
        *((-5, "-5"), (-0.25, "-0.25"), (1e21, "1e+21"), (True, "true"), (None, "")),
    ],
    ids=repr,
)
def test_a_field_of_csv(value: Any, field: str) -> None:
    assert csv_field(value) == field


def test_parquet_has_the_published_types_and_rows(project: Project) -> None:
    result = export("--to", "parquet", "--out", "out", "--json")
    content = json.loads(result.stdout)
    assert content["rows"]["kpis.kpi_total_revenue"] == 3
    assert (content["status"], content["version"]) == ("done", "run-1")
    with duckdb.connect() as connection:
        found = connection.execute(
            "select typeof(note_id), typeof(amount), typeof(written_at), note_id, amount"
            " from 'out/core/notes.parquet'"
        ).fetchone()
    assert found == ("BIGINT", "DOUBLE", "TIMESTAMP", 1, -5.25)


@pytest.mark.parametrize(
    ("arguments", "tables"),
    [
        (("--family", "revenue"), ["kpis/kpi_total_revenue.csv", "kpis/kpis_wide_revenue.csv"]),
        (("--kpi", "sales_volume"), ["kpis/kpi_sales_volume.csv"]),
        (
            ("--family", "revenue", "--kpi", "sales_volume"),
            *(["kpis/kpi_sales_volume.csv", "kpis/kpi_total_revenue.csv"],),
        ),
    ],
    ids=["family", "kpi", "both"],
)
def test_a_selection_has_its_kpis_and_what_explains_them(
    project: Project, arguments: tuple[str, ...], tables: list[str]
) -> None:
    result = export("--to", "csv", "--out", "out", *arguments)
    assert result.exit_code == 0, result.output
    found = files_of(Path("out"))
    always = ["core/dim_periods.csv", "export.json"]
    monitoring = [f"monitoring/{name}.csv" for name in ("kpi_catalog", "kpi_values", "publication")]
    assert set(tables) | {*always, *monitoring} <= set(found)
    extra = set(found) - set(tables) - {*always, *monitoring}
    assert extra == ({"kpis/kpis_wide_revenue.csv"} if len(arguments) == 4 else set())
    with Path("out/monitoring/kpi_values.csv").open(newline="", encoding="utf-8") as stream:
        kpis = {f"kpis/kpi_{row['kpi']}.csv" for row in csv.DictReader(stream)}
    assert kpis == {table for table in tables if "wide" not in table}


def test_an_export_takes_the_place_of_the_one_before_and_of_nothing_else(project: Project) -> None:
    assert export("--to", "csv", "--out", "out").exit_code == 0
    assert export("--to", "parquet", "--out", "out", "--kpi", "sales_volume").exit_code == 0
    assert not list(Path("out").rglob("*.csv"))
    assert sorted(path.name for path in Path().glob(".out*")) == []

    Path("mine").mkdir()
    Path("mine/plan.csv").write_text("1")
    refused = export("--to", "csv", "--out", "mine")
    assert refused.exit_code == 2
    assert "mine has files that are no export of kpis" in refused.stderr
    assert files_of(Path("mine")) == ["plan.csv"]


def test_a_failed_export_leaves_the_one_before(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert export("--to", "csv", "--out", "out").exit_code == 0
    before = files_of(Path("out"))

    def full(*arguments: Any) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("sales_kpis.exports._write_csv", full)
    assert export("--to", "csv", "--out", "out").exit_code == 1
    assert files_of(Path("out")) == before
    assert list(Path().glob(".out*")) == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--kpi", "sales_volum"), "There is no KPI sales_volum.\n→ Did you mean sales_volume?"),
        (("--family", "money"), "There is no family money.\n→ There is: pipeline, revenue."),
    ],
    ids=["kpi", "family"],
)
def test_a_wrong_selection_is_named(
    project: Project, arguments: tuple[str, ...], said: str
) -> None:
    result = export("--to", "csv", *arguments)
    assert result.exit_code == 2
    assert said in result.stderr
    assert not Path("export").exists()


def test_without_a_publication_there_is_nothing_to_export(kpis_project: Project) -> None:
    write_marts(kpis_project.warehouse)
    result = export("--to", "csv")
    assert result.exit_code == 2
    assert "Nothing is published" in result.stderr
    assert "→ Publish it: kpis run" in result.stderr


def test_without_psycopg_it_says_what_to_install(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, "sales_kpis.export_postgres", raising=False)
    monkeypatch.setitem(sys.modules, "psycopg", None)
    result = export("--to", "postgres")
    assert result.exit_code == 2
    assert "pip install 'psycopg[binary]>=3.3,<4'" in result.stderr


def workbook(path: Path) -> dict[str, dict[str, tuple[str, str, str]]]:
    """Each sheet's cells: type (t), value and number format by their place, and its panes."""
    with zipfile.ZipFile(path) as archive:
        parts = {
            name: re.sub(r' xmlns="[^"]+"', "", archive.read(name).decode(), count=1)
            for name in archive.namelist()
        }
    styles = ElementTree.fromstring(parts["xl/styles.xml"])
    formats = {one.get("numFmtId"): one.get("formatCode") for one in styles.iter("numFmt")}
    used = [one.get("numFmtId") for one in styles.findall("cellXfs/xf")]
    names = [
        one.get("name") for one in ElementTree.fromstring(parts["xl/workbook.xml"]).iter("sheet")
    ]
    sheets: dict[str, dict[str, tuple[str, str, str]]] = {}
    for number, name in enumerate(names, start=1):
        root = ElementTree.fromstring(parts[f"xl/worksheets/sheet{number}.xml"])
        assert root.find(".//f") is None, "a formula"
        cells = {}
        for cell in root.iter("c"):
            code = used[int(cell.get("s") or 0)]
            cells[str(cell.get("r"))] = (
                cell.get("t") or "n",
                "".join(cell.itertext()),
                str(formats.get(code, code)),
            )
        pane = root.find(".//pane")
        assert pane is not None
        cells["frozen"] = (str(pane.get("state")), str(pane.get("topLeftCell")), "")
        sheets[str(name)] = cells
    return sheets


def test_a_workbook_has_a_sheet_a_family_with_definitions_and_formats(project: Project) -> None:
    result = export("--to", "xlsx", "--out", "out")
    assert result.exit_code == 0, result.output
    sheets = workbook(Path("out/sales_kpis.xlsx"))
    assert list(sheets) == ["pipeline", "revenue", "definitions", "publication"]
    revenue = sheets["revenue"]
    assert revenue["frozen"] == ("frozen", "E3", "")
    assert revenue["J1"][1] == "Total revenue (EUR): Amount of won deals"
    assert (revenue["B2"][1], revenue["J2"][1]) == ("period_start_date", "total_revenue")
    # Days since 1899-12-30, as Excel counts them: 2025-07-01 is 45839.
    assert revenue["B3"] == ("n", "45839", "yyyy-mm-dd")
    assert revenue["D3"] == ("inlineStr", "(total)", "@")
    assert [revenue[f"J{row}"] for row in (3, 4, 5)] == [
        ("n", value, "#,##0.00") for value in ("100", "200", "50")
    ]
    assert sheets["pipeline"]["G3"][:2] == ("inlineStr", "=cmd")
    assert sheets["definitions"]["A3"][1] == "total_revenue"
    assert ("as_of_date", "45917") in [
        (sheets["publication"][f"A{row}"][1], sheets["publication"].get(f"B{row}", ("", ""))[1])
        for row in range(2, 15)
    ]


def test_a_sheet_that_excel_could_not_open_is_refused(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sales_kpis.export_workbook.MAX_ROWS", 4)
    result = export("--to", "xlsx", "--out", "out")
    assert result.exit_code == 2
    assert "would have more than 4 rows" in result.stderr
    assert not Path("out").exists()
