"""Numbers and days as people write them are read where their form is proven, else told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from builds import run_dbt, source_report

STAGES = {
    "deal_stage": {
        "rows": [
            {"stage": "Won", "stage_order": 2, "is_closed": True, "is_won": True},
            {"stage": "Talk", "stage_order": 1, "is_closed": False, "is_won": False},
        ]
    }
}
Rows = Sequence[Sequence[str]]
# Each takes a build of its own.
SLOW = pytest.mark.slow


def write_table(raw: Path, table: str, header: str, rows: Rows) -> None:
    """A file with semicolons, so that commas need no quotes."""
    folder = raw / "tabular"
    folder.mkdir(parents=True, exist_ok=True)
    lines = [header, *(";".join(row) for row in rows)]
    (folder / f"{table}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


def settings(raw: Path, mapping: Mapping[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    return {
        "systems": ["tabular"],
        "raw_path": str(raw),
        "reporting_currency": "EUR",
        "reporting_time_zone": "Europe/Amsterdam",
        "source_mapping": {"tabular": {**STAGES, **(mapping or {})}},
        **more,
    }


# A cell, and what it means in a column that 1,234.56 (point) or 1.234,56 (comma) proves.
NUMBERS = {
    "point": {
        "1,267,941.00": "1267941",
        "1,000": "1000",
        "12.500": "12.5",
        "1'200.50": "1200.5",
        "1 200.50": "1200.5",
        "1\u00a0200": "1200",
        "12,34,567.50": "1234567.5",
        "(1,200)": "-1200",
        "-1,200.50": "-1200.5",
        "\u22125": "-5",
        "25%": "25",
        ".5": "0.5",
        "1e3": "1000",
        "1,200.50-": "-1200.5",
        "€(1,200)": "-1200",
        "1,200.-": "1200",
        "eur 5": "5",
        "300": "300",
        "1.234,56": None,
        "1,2": None,
        "12,50,": None,
        "1200 pieces": None,
    },
    "comma": {
        "1.267.941,00": "1267941",
        "1.000": "1000",
        "12,500": "12.5",
        "1 200,50": "1200.5",
        "1\u202f200": "1200",
        "-1.200,50": "-1200.5",
        "(1.200)": "-1200",
        "0,5": "0.5",
        "1.200,00-": "-1200",
        "1.200,\u2013": "1200",
        "300": "300",
        "1,234.56": None,
        "1.2": None,
        "1.23": None,
    },
}
PROOF = {"point": "1,234.56", "comma": "1.234,56"}


@pytest.fixture(scope="module")
def numbers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Decimal | None]]:
    """For each form the cells, as they were read."""
    read = {}
    for form, cells in NUMBERS.items():
        folder = tmp_path_factory.mktemp(form)
        # So many proofs that the cells of the other form are too few to cast a doubt.
        proofs = [[f"proof {number}", "p", PROOF[form]] for number in range(60)]
        rows = [[f"cell {number}", "p", cell] for number, cell in enumerate(cells)]
        write_table(
            folder / "raw", "product", "product_id;product_name;list_price", [*proofs, *rows]
        )
        build = run_dbt(
            ["run", "--select", "stg_tabular__products"], folder, variables=settings(folder / "raw")
        )
        found = dict(build.rows("select product_id, list_price from staging.stg_tabular__products"))
        read[form] = {cell: found[f"tabular:cell {number}"] for number, cell in enumerate(cells)}
    return read


@pytest.mark.parametrize("form", NUMBERS)
def test_a_number_is_read_in_the_form_that_its_column_proves(
    numbers: dict[str, dict[str, Decimal | None]], form: str
) -> None:
    expected = {cell: None if n is None else Decimal(n) for cell, n in NUMBERS[form].items()}
    assert numbers[form] == expected


DAYS = {
    # Month first is proven by 12/31, day first by points or 31/12.
    "month": {
        "12/31/2025 2:05 PM": datetime(2025, 12, 31, 13, 5),
        "1/2/2025 12:00 am": datetime(2025, 1, 1, 23, 0),
        "1/2/25 9:05": datetime(2025, 1, 2, 8, 5),
        "Dec 31, 2025 13:00": datetime(2025, 12, 31, 12, 0),
        "31-Dec-2025 13:00": datetime(2025, 12, 31, 12, 0),
        "2025-12-31 13:00": datetime(2025, 12, 31, 12, 0),
        "2025-12-31T13:00:00Z": datetime(2025, 12, 31, 13, 0),
        "20251231 13:00": datetime(2025, 12, 31, 12, 0),
        "12/31/2025 25:00": None,
    },
    "day": {
        "31/12/2025 13:00": datetime(2025, 12, 31, 12, 0),
        "2.1.2025 13:00": datetime(2025, 1, 2, 12, 0),
        "2/1/99 13:00": datetime(1999, 1, 2, 12, 0),
        "2 January 2025 13:00": datetime(2025, 1, 2, 12, 0),
        "tomorrow": None,
    },
}


@pytest.mark.parametrize("order", DAYS)
def test_a_moment_is_read_in_the_order_that_its_column_proves(tmp_path: Path, order: str) -> None:
    cells = DAYS[order]
    rows = [[str(number), "x@y.example", cell] for number, cell in enumerate(cells)]
    write_table(tmp_path / "raw", "person", "person_id;email;created_at", rows)
    build = run_dbt(
        ["run", "--select", "stg_tabular__people"], tmp_path, variables=settings(tmp_path / "raw")
    )
    found = dict(build.rows("select person_record_id, created_at from staging.stg_tabular__people"))
    assert {cell: found[f"tabular:{number}"] for number, cell in enumerate(cells)} == cells


def test_points_and_the_tables_other_columns_prove_the_order_of_a_day(tmp_path: Path) -> None:
    rows = [
        ["1", "Won", "02.01.2025", "03/04/2025", "1"],
        ["2", "Won", "05.01.2025", "13/02/2025", "1"],
    ]
    header = "deal_id;stage;created_at;close_date;amount"
    write_table(tmp_path / "raw", "deal", header, rows)
    build = run_dbt(
        ["run", "--select", "stg_tabular__deals", "stg_tabular__deal_stages"],
        tmp_path,
        variables=settings(tmp_path / "raw"),
    )
    assert build.rows(
        "select created_at, close_date from staging.stg_tabular__deals order by deal_id"
    ) == [
        (datetime(2025, 1, 1, 23), date(2025, 4, 3)),
        (datetime(2025, 1, 4, 23), date(2025, 2, 13)),
    ]


def test_days_that_excel_counts_are_days(tmp_path: Path) -> None:
    rows = [["1", "a", "45658", "10"], ["2", "a", "45689.5", "10"]]
    header = "subscription_id;account_id;started_on;monthly_amount"
    write_table(tmp_path / "raw", "subscription", header, rows)
    write_table(tmp_path / "raw", "person", "person_id;created_at", [["1", "45658.5"]])
    build = run_dbt(
        ["run", "--select", "stg_tabular__subscriptions", "stg_tabular__people"],
        tmp_path,
        variables=settings(tmp_path / "raw"),
    )
    assert build.rows("select started_on from staging.stg_tabular__subscriptions order by 1") == [
        (date(2025, 1, 1),),
        (date(2025, 2, 1),),
    ]
    assert build.rows("select created_at from staging.stg_tabular__people") == [
        (datetime(2025, 1, 1, 11, 0),)
    ]


@pytest.mark.parametrize(
    ("amount", "currency", "read"),
    [
        pytest.param("$1,200.50", "USD", "1200.5", id="a sign of the row's currency"),
        pytest.param(
            "1.200,50 EUR", "", "1200.5", id="a code, and no currency but the reporting", marks=SLOW
        ),
        pytest.param("1.200,50 €", "EUR", "1200.5", id="a sign behind a blank", marks=SLOW),
        pytest.param("CA$ 5.25", "cad", "5.25", id="a dollar of a country", marks=SLOW),
        pytest.param("2.500,50 kr", "NOK", "2500.5", id="a sign of several currencies", marks=SLOW),
        pytest.param("$1,200.50", "", None, id="not the reporting currency", marks=SLOW),
        pytest.param("USD 1,200.50", "EUR", None, id="not the row's currency", marks=SLOW),
    ],
)
def test_a_sign_at_a_number_is_that_of_its_currency(
    tmp_path: Path, amount: str, currency: str, read: str | None
) -> None:
    header = "deal_id;stage;amount;currency"
    write_table(tmp_path / "raw", "deal", header, [["1", "Won", amount, currency]])
    build = run_dbt(
        ["run", "--select", "stg_tabular__deals", "stg_tabular__deal_stages"],
        tmp_path,
        variables=settings(tmp_path / "raw"),
    )
    expected = None if read is None else Decimal(read)
    assert build.rows("select amount from staging.stg_tabular__deals") == [(expected,)]


def check(folder: Path, **given: Any) -> dict[str, Any]:
    """The report of check_sources on the files in `folder/raw`."""
    build = run_dbt(
        ["run-operation", "check_sources"], folder, variables=settings(folder / "raw", **given)
    )
    return source_report(build)


DEALS = "deal_id;stage;amount;close_date"


def test_a_number_that_can_be_read_in_two_ways_is_an_error_that_asks(tmp_path: Path) -> None:
    write_table(
        tmp_path / "raw", "deal", DEALS, [["1", "Won", "12.500", ""], ["2", "Won", "9", ""]]
    )
    assert check(tmp_path)["errors"] == [
        "Column tabular.deal.amount has 1 numbers that can be read in two ways (such as '12.500'),"
        " and no value proves which: write number_format: decimal_comma or decimal_point in"
        " source_mapping (tabular: {deal: {number_format: decimal_comma}})."
    ]
    answered = check(tmp_path, mapping={"deal": {"number_format": {"amount": "decimal_comma"}}})
    assert answered["errors"] == []
    wrong = check(tmp_path, mapping={"deal": {"number_format": "german"}})
    assert wrong["errors"] == [
        "source_mapping says number_format: german of tabular.deal: use decimal_point or"
        " decimal_comma."
    ]


def test_a_column_that_cannot_be_read_to_a_large_part_is_an_error(tmp_path: Path) -> None:
    days = ["2025-01-02"] * 9
    rows = [[str(number), "Won", "1", day] for number, day in enumerate([*days, "soon"])]
    write_table(tmp_path / "raw", "deal", DEALS, rows)
    assert check(tmp_path)["errors"] == []  # One in ten is not more than a tenth.
    write_table(tmp_path / "raw", "deal", DEALS, [*rows[1:], ["11", "Won", "1", "later"]])
    assert check(tmp_path)["errors"] == [
        "Column tabular.deal.close_date cannot be read as date in 2 of 10 values (such as 'later'"
        " and 'soon'): write which comes first in source_mapping (tabular: {deal: {date_order:"
        " day_first}}, or month_first; date_format is another name for it), correct the values,"
        " or leave the column out (tabular: {deal: {columns: {close_date: null}}})."
    ]
    assert check(tmp_path, max_unreadable_share=0.2)["errors"] == []
    left_out = check(tmp_path, mapping={"deal": {"columns": {"close_date": None}}})
    assert left_out["errors"] == []


NO_VALUES = [
    *("-", "--", "\u2013", "n/a", "N/A", "#N/A", "NA", "NULL", "(null)", "(blank)"),
    *("None", "nil", "NaN", "NaT", "\\N", " - "),
]


def test_a_word_for_no_value_is_a_blank_of_a_number_a_day_or_a_flag(tmp_path: Path) -> None:
    header = "deal_id;stage;competitor;amount;close_date;created_at;is_deleted"
    rows = [[str(at), "Won", *[cell] * 5] for at, cell in enumerate(NO_VALUES)]
    rows += [["zeros", "Won", "", "1", "0000-00-00", "0000-00-00 00:00:00", "no"]]
    write_table(tmp_path / "raw", "deal", header, rows)
    report = check(tmp_path, max_unreadable_share=0)
    assert report["errors"] == []
    build = run_dbt(
        ["run", "--select", "stg_tabular__deals", "stg_tabular__deal_stages"],
        tmp_path,
        variables=settings(tmp_path / "raw"),
    )
    found = build.rows(
        "select competitor, amount, close_date, created_at, is_deleted"
        " from staging.stg_tabular__deals where deal_id <> 'tabular:zeros'"
    )
    assert {row[1:] for row in found} == {(None, None, None, False)}
    # A text says what it says.
    assert sorted(row[0] for row in found) == sorted(cell.strip() for cell in NO_VALUES)
    assert build.rows(
        "select close_date, created_at from staging.stg_tabular__deals"
        " where deal_id = 'tabular:zeros'"
    ) == [(None, None)]


def test_a_table_may_be_left_out_and_an_optional_one_lacks_its_column(tmp_path: Path) -> None:
    write_table(tmp_path / "raw", "deal", DEALS, [["1", "Won", "1", "2025-01-02"]])
    write_table(tmp_path / "raw", "leads", "lead_id;name", [["1", "x"]])
    report = check(tmp_path)
    assert report["errors"] == []
    [oddity] = report["oddities"]
    assert (oddity["table"], oddity["column"], oddity["kind"]) == (
        ("lead", "created_at", "table that is not read")
    )
    ways: list[Any] = [False, {"table": None}, {"rows": []}, {"rows": False}]
    for left_out in ways:
        report = check(tmp_path, mapping={"lead": left_out})
        assert (report["errors"], report["oddities"]) == ([], []), left_out
    [error] = check(tmp_path, mapping={"deal_stage": False})["errors"]
    assert "leaves out the table tabular.deal_stage, which is required" in error
