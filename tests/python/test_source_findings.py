"""The words of check_sources: one right sentence for each kind of fact, and the thresholds."""

from __future__ import annotations

import re
from typing import Any

import pytest

from builds import PROJECT
from sales_kpis.source_findings import WORDS, Oddity, told

SETTINGS = {
    "max_unreadable_share": 0.1,
    "raw_path": "data/raw",
    "reporting_currency": "EUR",
    "subscription_end": "auto",
}
DEAL = {"system": "tabular", "table": "deal"}


def words(kind: str, settings: dict[str, Any] | None = None, **fact: Any) -> str | Oddity | None:
    """The error or oddity that one fact of the table `deal` becomes."""
    content = {**DEAL, "kind": kind, **fact}
    errors, oddities = told({"findings": [content], "settings": {**SETTINGS, **(settings or {})}})
    found: list[str | Oddity] = [*errors, *oddities]
    assert len(found) <= 1
    return found[0] if found else None


def odd(kind: str, next_step: str, **others: Any) -> Oddity:
    """An oddity in the table `deal`, with nothing more than what is given."""
    place = {**DEAL, "column": None, "values": (), "rows": None}
    return Oddity(**{**place, "kind": kind, "next_step": next_step, **others})


def test_every_fact_of_the_macros_has_its_words() -> None:
    made = set()
    for file in (PROJECT / "macros").rglob("*.sql"):
        text = file.read_text(encoding="utf-8")
        made.update(re.findall(r"kpis\.finding\(\s*'(\w+)'", text))
        if file.name in ("check_sources.sql", "currencies.sql"):
            made.update(re.findall(r"\bkind(?:': |=)'(\w+)'", text))
    assert made == set(WORDS)


def test_errors_and_oddities_keep_the_order_of_the_facts() -> None:
    errors, oddities = told(
        {
            "findings": [
                {"kind": "error", "sentence": "One: do this."},
                {**DEAL, "kind": "blank", "column": "amount", "rows": 2},
                {"kind": "error", "sentence": "Two: do that."},
                {**DEAL, "kind": "blank", "column": "close_date", "rows": 1},
            ]
        }
    )
    assert errors == ("One: do this.", "Two: do that.")
    assert [(o.column, o.rows) for o in oddities] == [("amount", 2), ("close_date", 1)]
    assert told({}) == ((), ())


def test_an_oddity_for_machines_has_a_list_of_values() -> None:
    assert odd("blank", "They count.", values=("a",)).as_content() == {
        **DEAL,
        "column": None,
        "kind": "blank",
        "values": ["a"],
        "rows": None,
        "next_step": "They count.",
    }


def test_a_mapping_of_no_table() -> None:
    assert words("unknown_table_in_mapping", table="deals", known=["deal", "rep"]) == (
        "source_mapping names the table tabular.deals, which the contract does not have: use one"
        " of deal, rep."
    )


@pytest.mark.parametrize("raw_path", ["data/raw", "", None])
def test_a_system_without_tables(raw_path: str | None) -> None:
    fact: dict[str, Any] = {
        "system": "hubspot",
        "schemas": ["raw_a", "raw_b"],
        "tables": ["deal", "contact"],
    }
    assert words("system_without_tables", {"raw_path": raw_path}, **fact) == (
        "System hubspot is in use and none of its tables was delivered: schema raw_a, raw_b needs"
        f" one of deal, contact, as files {raw_path or '<raw_path>'}/hubspot/<table>.csv, .parquet"
        " or .json; or take the system out of `systems`."
    )


@pytest.mark.parametrize(
    ("name", "shown"),
    [("notes", "notes"), ("a\x1b[2J\nb", "a?[2J?b"), ("x" * 400, "x" * 300)],
    ids=["plain", "control characters", "long"],
)
def test_a_table_that_no_contract_reads(name: str, shown: str) -> None:
    assert words("unread_table", table=name) == odd(
        "table that no contract reads",
        "If it holds data of a table above, name it in source_mapping (tabular: {<table>: {table:"
        f" {shown}}}}}).",
        table=name,
    )


@pytest.mark.parametrize(
    ("name", "next_step"),
    [
        ("a.b.TSV", "Rename it to a.b.csv: its delimiter is found by itself."),
        ("deal.ndjson", "Rename it to deal.json."),
        ("deal.csv.gz", "Unpack it: files end in .csv, .parquet or .json."),
        ("deal.xlsx", "Save each of its sheets as CSV, deal.csv."),
        ("README", "If it holds a table, save it as CSV, Parquet or JSON; else take it away."),
    ],
)
def test_a_file_that_is_not_read(name: str, next_step: str) -> None:
    assert words("unread_file", table=name) == odd("file that is not read", next_step, table=name)


def test_a_table_that_lacks_a_column() -> None:
    assert words("lacking_column", column="created_at", has="raw table x has none: map it.") == odd(
        "table that is not read",
        "Its KPIs are empty, because created_at is required and raw table x has none: map it. Or"
        " leave the table out: tabular: {deal: false}.",
        column="created_at",
    )


def test_numbers_that_can_be_read_in_two_ways() -> None:
    assert words("undecided_number", column="amount", rows=2, examples=["1.200", "9.000"]) == (
        "Column tabular.deal.amount has 2 numbers that can be read in two ways (such as '1.200'"
        " and '9.000'), and no value proves which: write number_format: decimal_comma or"
        " decimal_point in source_mapping (tabular: {deal: {number_format: decimal_comma}})."
    )


@pytest.mark.parametrize(
    ("data_type", "hint"),
    [
        (
            "decimal",
            "write its form in source_mapping (tabular: {deal: {number_format: decimal_comma}}, or"
            " decimal_point; a currency at a number must be the row's own, else EUR)",
        ),
        (
            "timestamp",
            "write which comes first in source_mapping (tabular: {deal: {date_order: day_first}},"
            " or month_first; date_format is another name for it)",
        ),
        (
            "boolean",
            "map the column that is meant in source_mapping (tabular: {deal: {columns: {x: <its"
            " name>}}})",
        ),
    ],
)
def test_a_column_that_cannot_be_read(data_type: str, hint: str) -> None:
    fact: dict[str, Any] = {
        "column": "x",
        "type": data_type,
        "rows": 2,
        "values": 10,
        "examples": ["n/a"],
    }
    assert words("unreadable_column", **fact) == (
        f"Column tabular.deal.x cannot be read as {data_type} in 2 of 10 values (such as 'n/a'):"
        f" {hint}, correct the values, or leave the column out (tabular: {{deal: {{columns: {{x:"
        " null}}})."
    )
    said = words("unreadable_column", **{**fact, "examples": []})
    # The values of a person are no examples.
    assert isinstance(said, str) and "in 2 of 10 values: " in said


@pytest.mark.parametrize(
    ("rows", "share", "is_error"), [(10, 0.1, False), (11, 0.1, True), (1, 0.0, True)]
)
def test_the_share_that_may_be_unreadable(rows: int, share: float, is_error: bool) -> None:
    fact: dict[str, Any] = {"rows": rows, "values": 100, "examples": ["n/a"], "name": "amount"}
    settings = {"max_unreadable_share": share}
    column = words("unreadable_column", settings, **fact, column="x", type="int")
    history = words("unreadable_history", settings, **fact, column="new_value")
    assert column is not None if is_error else column is None
    assert isinstance(history, str if is_error else Oddity)


KEYS: dict[str, Any] = {
    "column": "deal_id",
    "rows": 2,
    "table_rows": 200,
    "key": ["deal_id", "line"],
    "raw_key": ["Id\n", "line"],
    "differing": ["amount", "stage"],
    "newest_by": ["updated_at", "loaded_at"],
}
CONFLICT = (
    "2 rows of tabular.deal share a key (deal_id, line) with another row and differ from it in"
    " amount, stage: is 'Id?', 'line' the key of the table? Map the column that is in"
    " source_mapping (tabular: {deal: {columns: {deal_id: <its name>}}}), or deliver updated_at,"
    " which says what is newer."
)


def test_keys_of_different_rows_are_an_error_above_a_hundredth() -> None:
    assert words("conflicting_keys", **KEYS) == odd(
        "keys of different rows", CONFLICT, column="deal_id", rows=2
    )
    assert words("conflicting_keys", **{**KEYS, "table_rows": 199}) == CONFLICT
    nothing_newer = words("conflicting_keys", **{**KEYS, "newest_by": [], "differing": []})
    assert isinstance(nothing_newer, Oddity)
    assert "differ from it: is" in nothing_newer.next_step
    assert nothing_newer.next_step.endswith("{deal_id: <its name>}}}).")


def test_blanks() -> None:
    assert words("blank", column="amount", rows=3) == odd(
        "blank",
        "They count under '(none)', or not at all where a KPI needs the value.",
        column="amount",
        rows=3,
    )


@pytest.mark.parametrize(
    ("mapped_by", "references", "kind", "next_step"),
    [
        (
            "deal_types", None, "unmapped",
            "Such deals count by their history alone (cross_sell or repeat) until"
            " seeds/mapping/deal_types.csv maps them.",
        ),
        (
            "products", "product", "not in product",
            "Each counts as a product of its own until seeds/mapping/products.csv maps it.",
        ),
        (
            "activity_types", None, "unmapped",
            "No KPI knows these words, and such rows count in none that asks for one, until"
            " seeds/mapping/activity_types.csv says what each means.",
        ),
        (
            "countries", None, "unmapped",
            "Each keeps its own name until seeds/mapping/countries.csv maps it.",
        ),
        (
            None, "deal_stage", "not in deal_stage",
            "Such deals are taken for open: add the stage to deal_stage.",
        ),
        (
            None, "rep", "not in rep",
            "Each counts under its own id, with unknown attributes, until rep has it.",
        ),
    ],
)  # fmt: skip
def test_values_that_nothing_knows(
    mapped_by: str | None, references: str | None, kind: str, next_step: str
) -> None:
    fact: dict[str, Any] = {
        "column": "x",
        "rows": 12,
        "examples": ["a-b", "c"],
        "references": references,
        "mapped_by": mapped_by,
        "is_vocabulary": mapped_by == "activity_types",
        "look_alikes": [],
    }
    expected = odd(kind, next_step, column="x", values=("a-b", "c"), rows=12)
    assert words("unknown_values", **fact) == expected
    alike = words("unknown_values", **{**fact, "look_alikes": [["a-b", "A B"], ["c", "C"]]})
    assert isinstance(alike, Oddity)
    assert alike.next_step == f"'a-b' looks like 'A B', 'c' looks like 'C'. {next_step}"


SHARED = (
    "in 2 of 3 pairs the next period of the same customer and product begins on the day on which"
    " the one before ends: "
)
LAST_DAY = (
    "days with two prices",
    f"{SHARED}that day counts both prices, because the end is read as the last day. If it is the"
    " day after, set subscription_end: exclusive.",
)
DAY_AFTER = (
    "end read as the day after",
    f"{SHARED}so the end of every period is read as the day after its last. Set subscription_end:"
    " exclusive if that is right, inclusive if not.",
)


@pytest.mark.parametrize(
    ("setting", "is_exclusive", "expected"),
    [
        ("auto", True, DAY_AFTER),
        ("auto", False, LAST_DAY),
        ("inclusive", False, LAST_DAY),
        ("exclusive", True, None),
    ],
)
def test_ends_of_periods(
    setting: str, is_exclusive: bool, expected: tuple[str, str] | None
) -> None:
    fact: dict[str, Any] = {
        "column": "ended_on",
        "rows": 2,
        "pairs": 3,
        "is_exclusive": is_exclusive,
    }
    said = words("ends_of_periods", {"subscription_end": setting}, **fact)
    assert said == (expected and odd(*expected, column="ended_on", rows=2))


def fields(*counts: tuple[str, int, int]) -> list[dict[str, Any]]:
    return [{"field": name, "rows": rows, "silent_rows": silent} for name, rows, silent in counts]


def test_changes_of_a_history_without_values() -> None:
    of_two: dict[str, Any] = {"column": "new_value", "value_columns": ["old_value", "new_value"]}
    found = fields(("amount", 5, 2), ("closedate", 4, 0), ("stage", 1, 1))
    assert words("history", **of_two, fields=found) == odd(
        "history without values",
        "These rows tell nothing: another history of the field stands in, else a deal has always"
        " had its present value. Deliver old_value and new_value with the history.",
        column="new_value",
        values=("amount", "stage"),
        rows=3,
    )
    assert words("history", **of_two, fields=fields(("amount", 5, 0))) is None


def test_one_value_that_is_none_may_have_been_cleared() -> None:
    of_one: dict[str, Any] = {"column": "value", "value_columns": ["value"]}
    assert words("history", **of_one, fields=fields(("amount", 5, 4))) is None
    said = words("history", **of_one, fields=fields(("amount", 5, 4), ("stage", 2, 2)))
    assert isinstance(said, Oddity)
    assert (said.values, said.rows) == (("stage",), 2)
    assert said.next_step.endswith("Deliver value with the history.")


@pytest.mark.parametrize(
    ("name", "form", "plain_name"),
    [
        ("amount", "number_format: decimal_comma", "amount"),
        ("close_date", "date_order: day_first", "close date"),
    ],
)
def test_values_of_a_history_that_cannot_be_read(name: str, form: str, plain_name: str) -> None:
    fact: dict[str, Any] = {
        "column": "new_value",
        "name": name,
        "values": 10,
        "examples": ["a", "b"],
    }
    assert words("unreadable_history", **fact, rows=2) == (
        f"History tabular.deal has 2 of 10 values of {name} that cannot be read (such as 'a' and"
        f" 'b'): write their form in source_mapping (tabular: {{deal: {{{form}}}}}), or correct"
        " them."
    )
    assert words("unreadable_history", **fact, rows=1) == odd(
        f"{name} that cannot be read",
        f"From such a change on the deal has no {plain_name}, until its next one: correct the"
        " values.",
        column="new_value",
        values=("a", "b"),
        rows=1,
    )


RATE: dict[str, Any] = {
    "currency": "USD",
    "rows": 1200,
    "days": 1,
    "first_day": "2025-01-02",
    "last_day": "2025-01-02",
    "first_rate_day": None,
    "places": [["tabular.deal", 1199], ["quotas", 1]],
    "is_only": False,
    "is_of_seeds": False,
}


def test_a_currency_without_a_rate() -> None:
    assert words("currency_without_rate", **RATE) == (
        "Currency USD has no exchange rate to EUR, and 1,200 rows of 1 day need one, 2025-01-02"
        " (tabular.deal 1,199, quotas 1): add its rates to seeds/planning/exchange_rates.csv, from"
        " USD,2025-01-02,<what 1 USD is worth in EUR> on."
    )
    late = {"rows": 1, "days": 2, "last_day": "2025-01-09", "first_rate_day": "2025-02-01"}
    assert words("currency_without_rate", **{**RATE, **late, "is_only": True}) == (
        "Currency USD has no exchange rate to EUR before 2025-02-01, and 1 row of 2 days need one,"
        " 2025-01-02 to 2025-01-09 (tabular.deal 1,199, quotas 1): add its rates to"
        " seeds/planning/exchange_rates.csv, from USD,2025-01-02,<what 1 USD is worth in EUR> on,"
        " or set reporting_currency: USD if all is in it."
    )


def test_a_currency_of_the_seeds_alone_is_no_error() -> None:
    assert words("currency_without_rate", **{**RATE, "is_of_seeds": True}) == Oddity(
        system="seeds",
        table="exchange_rates",
        column="currency",
        kind="currency without a rate",
        values=("USD",),
        rows=1200,
        next_step=str(words("currency_without_rate", **RATE)),
    )


def test_one_other_currency_than_the_reporting_one_is_asked_about() -> None:
    assert words("currencies", column="currency", named={"USD": 7}) == odd(
        "only currency is not reporting_currency",
        "Every row that names a currency names USD, and reporting_currency is EUR: is that meant?"
        " If not, set reporting_currency: USD.",
        column="currency",
        values=("USD",),
        rows=7,
    )
    for named in ({"EUR": 7}, {"USD": 7, "GBP": 1}, {"USD": 7, "EUR": 1}):
        assert words("currencies", column="currency", named=named) is None
