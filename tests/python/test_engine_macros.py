"""Each macro of macros/engine, and what is read with them, gives the same on DuckDB and on Spark.

One query evaluates all cases on an engine; the expected values are written by hand. Spark takes
part in `make test-spark`.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import NamedTuple

import pytest

from builds import run_dbt, shown_rows
from spark_dbt import SparkDbt

# An instant as a column of a raw table has it: the one type whose name the engines do not share.
INSTANT = {
    "duckdb": "timestamptz '2025-03-01 10:00:00.5+01:00'",
    "spark": "timestamp '2025-03-01 10:00:00.5+01:00'",
}


class Case(NamedTuple):
    """A macro call, or SQL around one, and the text of what it gives (None: null)."""

    expression: str
    expected: str | None


def call(macro: str, *arguments: object) -> str:
    """A macro call with these arguments: text, numbers, none."""
    texts = ["none" if a is None else json.dumps(a, ensure_ascii=False) for a in arguments]
    return f"{{{{ {macro}({', '.join(texts)}) }}}}"


def text(value: str) -> str:
    """A text of SQL, without what engines escape in different ways."""
    assert not set("'\\") & set(value)
    return f"'{value}'"


def moment(value: str) -> str:
    return f"timestamp '{value}'"


def day(value: str) -> str:
    return f"date '{value}'"


def cases_of_text() -> dict[str, Case]:
    """Patterns, constants and blanks."""
    constants = {
        "an apostrophe": "it's",
        "a backslash": "a\\b\\'c\\\\d",
        "what Spark takes for a setting": "${spark.sql.session.timeZone}",
        "letters of any language": "Zürich ☃ 😀",
        "a line break": "one\ntwo",
        "an empty text": "",
        "a percent sign and braces": "100 % {x}",
    }
    return {
        "matches: anywhere": Case(call("matches", "'abc'", "b"), "true"),
        "matches: from the start only": Case(call("matches", "'abc'", "^b"), "false"),
        "matches: a literal point": Case(call("matches", "'abc'", "a[.]c"), "false"),
        "matches: null": Case(call("matches", "cast(null as string)", "b"), None),
        "matches: inside a condition": Case(
            f"not {call('matches', text('abc'), '^[a-z]+$')} or false", "false"
        ),
        "replace_matches: all": Case(call("replace_matches", "'a1b22'", "[0-9]", ""), "ab"),
        "replace_matches: groups": Case(
            call("replace_matches", "'12ab'", "([0-9])([a-z])", "\\2-\\1"), "1a-2b"
        ),
        "replace_matches: null": Case(
            call("replace_matches", "cast(null as string)", "x", ""), None
        ),
        "extract_match: first group": Case(call("extract_match", "'a1b2'", "([a-z])([0-9])"), "a"),
        "extract_match: second group": Case(
            call("extract_match", "'a1b2'", "([a-z])([0-9])", 2), "1"
        ),
        "extract_match: no match": Case(call("extract_match", "'abc'", "([0-9])"), ""),
        "extract_match: null": Case(call("extract_match", "cast(null as string)", "(a)"), None),
        **{
            f"text_literal: {name}": Case(call("text_literal", value), value)
            for name, value in constants.items()
        },
        **{
            f"quoted_name: {name}": Case(
                f"(select named.{call('quoted_name', value)}"
                f" from (select 'v' as {call('quoted_name', value)}) as named)",
                "v",
            )
            for name, value in {
                **constants,
                "an empty text": "x",
                "quotation marks": 'a" as x, 1 as "b',
                "Spark's quotation marks": "a` as x, 1 as `b",
            }.items()
        },
        **{
            f"field_of_json: a name with {name}": Case(
                call("field_of_json", text(f'{{"{value}": 5}}'), value), "5"
            )
            for name, value in {"a blank": "a b", "a semicolon": "a; --", "a star": "a*"}.items()
        },
        "trimmed: all kinds of blanks": Case(call("trimmed", text(" \t a b\r\n")), "a b"),
        "trimmed: only blanks": Case(call("trimmed", text(" \t\r\n ")), ""),
        "number_of_hash: the first eight digits": Case(
            call("number_of_hash", text("x")), "2647975009"
        ),
        "number_of_hash: letters beyond ASCII": Case(
            call("number_of_hash", text("ä")), "2216277788"
        ),
        "number_of_hash: null": Case(call("number_of_hash", "cast(null as string)"), None),
        "as_text: a decimal keeps its places": Case(
            call("as_text", "cast(1.5 as decimal(20, 6))"), "1.500000"
        ),
        "as_text: a day": Case(call("as_text", day("2025-03-01")), "2025-03-01"),
        "as_text: a moment": Case(
            call("as_text", moment("2025-03-01 09:05:00.25")), "2025-03-01 09:05:00.25"
        ),
        "in_order_of: the sum is the same": Case(
            "(select cast(sum(x {{ in_order_of('x') }}) as {{ dbt.type_string() }})"
            " from (select 1 as x union all select 2) as numbers)",
            "3",
        ),
        "formatted_number: thousands": Case(
            call("formatted_number", "1234567.891", 1), "1,234,567.9"
        ),
        "formatted_number: none": Case(call("formatted_number", "0.4", 0), "0"),
        "formatted_number: below 0": Case(call("formatted_number", "-12.345", 2), "-12.35"),
        "formatted_number: a whole number": Case(call("formatted_number", "12", 2), "12.00"),
        "as_text: a truth": Case(call("as_text", "1 = 1"), "true"),
    }


def cases_of_time() -> dict[str, Case]:
    """Zones, calendars and the ends of months and years."""
    clocks = {
        "winter": ("2025-01-15 12:00:00", "2025-01-15 11:00:00"),
        "summer": ("2025-07-15 12:00:00", "2025-07-15 10:00:00"),
        "the last second of winter": ("2025-03-30 01:59:59", "2025-03-30 00:59:59"),
        "an hour that is left out": ("2025-03-30 02:30:00", "2025-03-30 01:30:00"),
        "the first second of summer": ("2025-03-30 03:00:00", "2025-03-30 01:00:00"),
        "before the hour that comes twice": ("2025-10-26 01:59:59", "2025-10-25 23:59:59"),
        "an hour that comes twice": ("2025-10-26 02:30:00", "2025-10-26 01:30:00"),
        "after the hour that comes twice": ("2025-10-26 03:00:00", "2025-10-26 02:00:00"),
        "parts of a second": ("2025-07-15 12:00:00.123456", "2025-07-15 10:00:00.123456"),
    }
    local_days = {
        "the last moment of a winter day": ("2025-01-31 22:59:59.999999", "2025-01-31"),
        "midnight in winter": ("2025-01-31 23:00:00", "2025-02-01"),
        "the last moment of a summer day": ("2025-06-30 21:59:59.999999", "2025-06-30"),
        "midnight in summer": ("2025-06-30 22:00:00", "2025-07-01"),
        "the day that is 23 hours long": ("2025-03-30 21:59:59", "2025-03-30"),
        "after the day that is 23 hours long": ("2025-03-30 22:00:00", "2025-03-31"),
    }
    zoned = {
        "Z": ("2025-03-01T09:05:00Z", "2025-03-01 09:05:00"),
        "thousandths": ("2025-03-01T09:05:00.125+0000", "2025-03-01 09:05:00.125"),
        "UTC": ("2025-03-01 09:05:00 UTC", "2025-03-01 09:05:00"),
        "+01": ("2025-03-01 09:05:00+01", "2025-03-01 08:05:00"),
        "-0930": ("2025-03-01 09:05:00-0930", "2025-03-01 18:35:00"),
        "+05:45": ("2025-03-01 01:05:00+05:45", "2025-02-28 19:20:00"),
        "no seconds": ("2025-03-01T09:05Z", "2025-03-01 09:05:00"),
        "no seconds, an offset": ("2025-03-01T9:05+01:00", "2025-03-01 08:05:00"),
        "a day that is not": ("2025-02-30T09:05:00Z", None),
    }
    months = {
        "a month's last day": ("2025-01-31", 1, "2025-02-28"),
        "to 29 February": ("2024-01-31", 1, "2024-02-29"),
        "from 29 February": ("2024-02-29", 12, "2025-02-28"),
        "back from 29 February": ("2024-02-29", -12, "2023-02-28"),
        "a last day stays its number": ("2025-02-28", 1, "2025-03-28"),
        "back over a year": ("2025-01-15", -1, "2024-12-15"),
        "none": ("2025-03-31", 0, "2025-03-31"),
    }
    starts = {
        ("week", "2025-03-02"): "2025-02-24",
        ("week", "2025-03-03"): "2025-03-03",
        ("week", "2025-01-01"): "2024-12-30",
        ("month", "2024-02-29"): "2024-02-01",
        ("quarter", "2025-06-30"): "2025-04-01",
        ("year", "2025-12-31"): "2025-01-01",
    }
    weeks = {"2021-01-03": 53, "2021-01-04": 1, "2024-12-30": 1, "2025-12-28": 52, "2026-12-31": 53}
    days = call("days_from_to", "first_date", "last_date", "days_of_case")
    bounds = (
        "(select date '2024-02-27' as first_date, date '2024-03-02' as last_date) as days_of_case"
    )
    days = days.replace('"days_of_case"', json.dumps(bounds))
    return {
        **{
            f"to_utc: {name}": Case(call("to_utc", moment(local), "Europe/Amsterdam"), utc)
            for name, (local, utc) in clocks.items()
        },
        "to_utc: from UTC": Case(
            call("to_utc", moment("2025-10-26 02:30:00"), "UTC"), "2025-10-26 02:30:00"
        ),
        "to_utc: another zone's hour that comes twice": Case(
            call("to_utc", moment("2025-11-02 01:30:00"), "America/New_York"), "2025-11-02 06:30:00"
        ),
        "to_utc: null": Case(call("to_utc", "cast(null as timestamp)", "Europe/Amsterdam"), None),
        **{
            f"local_date: {name}": Case(call("local_date", moment(utc), "Europe/Amsterdam"), local)
            for name, (utc, local) in local_days.items()
        },
        "local_date: west of Greenwich": Case(
            call("local_date", moment("2025-07-01 03:59:59"), "America/New_York"), "2025-06-30"
        ),
        **{
            f"read_zoned_moment: {name}": Case(call("read_zoned_moment", text(given)), utc)
            for name, (given, utc) in zoned.items()
        },
        "days_between: over 29 February": Case(
            call("days_between", day("2024-02-28"), day("2024-03-01")), "2"
        ),
        "days_between: backwards": Case(
            call("days_between", day("2025-01-01"), day("2024-12-31")), "-1"
        ),
        "hours_between: over midnight": Case(
            call("hours_between", moment("2025-01-01 23:00:00"), moment("2025-01-02 00:59:24"))
            + " = 1.99",
            "true",
        ),
        "hours_between: backwards": Case(
            call("hours_between", moment("2025-01-01 01:00:00"), moment("2025-01-01 00:30:00"))
            + " = -0.5",
            "true",
        ),
        "hours_between: null": Case(
            call("hours_between", "cast(null as timestamp)", moment("2025-01-01 00:30:00")), None
        ),
        "days_between: null": Case(
            call("days_between", "cast(null as date)", day("2025-01-01")), None
        ),
        "add_days: into the next year": Case(call("add_days", day("2024-12-31"), 1), "2025-01-01"),
        "add_days: back over 29 February": Case(
            call("add_days", day("2024-03-01"), -1), "2024-02-29"
        ),
        **{
            f"add_months_to: {name}": Case(call("add_months_to", day(given), count), expected)
            for name, (given, count, expected) in months.items()
        },
        **{
            f"start_of: {grain} of {given}": Case(call("start_of", grain, day(given)), expected)
            for (grain, given), expected in starts.items()
        },
        **{
            f"iso_week: {given}": Case(call("iso_week", day(given)), str(number))
            for given, number in weeks.items()
        },
        "iso_weekday: Monday": Case(call("iso_weekday", day("2025-03-03")), "1"),
        "iso_weekday: Sunday": Case(call("iso_weekday", day("2025-03-02")), "7"),
        "days_from_to: both ends, 29 February": Case(
            f"(select concat_ws(' ', count(*), min(date_day), max(date_day)) from ({days}) as d)",
            "5 2024-02-27 2024-03-02",
        ),
        "period_start: fiscal year, its last day": Case(
            call("period_start", "fiscal_year", day("2025-03-31")), "2024-04-01"
        ),
        "period_start: fiscal year, its first day": Case(
            call("period_start", "fiscal_year", day("2025-04-01")), "2025-04-01"
        ),
        "period_start: fiscal quarter": Case(
            call("period_start", "fiscal_quarter", day("2025-01-31")), "2025-01-01"
        ),
        "period_end: February of a leap year": Case(
            call("period_end", "month", day("2024-02-01")), "2024-02-29"
        ),
        "period_end: week": Case(call("period_end", "week", day("2024-12-30")), "2025-01-05"),
        "as_of_date": Case(call("as_of_date"), "2025-09-17"),
        "moment_of_milliseconds": Case(
            call("moment_of_milliseconds", 1743459300125), "2025-03-31 22:15:00.125"
        ),
        "moment_of_milliseconds: before 1970": Case(
            call("moment_of_milliseconds", -1000), "1969-12-31 23:59:59"
        ),
    }


def cases_of_json() -> dict[str, Case]:
    """Fields and items of JSON texts, and of what is none."""
    missing = "cast(null as string)"
    objects = text('{"id": "7", "sentBy": {"id": 5, "no": null}, "canonical-vid": true}')
    lists = {
        "texts": ('["12", "34"]', "12 34"),
        "numbers": ("[1, 2.5]", "1 2.5"),
        "none": ("[]", ""),
        "an object": ('{"a": 1}', ""),
        "no JSON": ("[1, 2", ""),
        "an empty text": ("", ""),
    }
    fields = {
        "id": "7",
        "sentBy.id": "5",
        "sentBy.no": None,
        "other": None,
        "canonical-vid": "true",
    }

    def items(given: str, path: str | None = None) -> str:
        item = call("text_of_item", "item", path)
        return (
            f"(select concat_ws(' ', min({item}), case when count(*) > 1 then max({item}) end)"
            f" from (select {call('items_of_json', 'value')} as item"
            f" from (select {given} as value) as given_values) as items)"
        )

    def numbers(*conditions: str) -> str:
        """The numbers of the conditions that hold for a value of 2, in their order."""
        numbered = call("row_for_each", list(conditions))
        return (
            "(select concat_ws(' ', count(*), min(number), max(number))"
            f" from (select {numbered} as number from (select 2 as value) as given_values)"
            " as numbers)"
        )

    parts = call("parts_of", "value")
    return {
        **{
            f"field_of_json: {path}": Case(call("field_of_json", objects, path), expected)
            for path, expected in fields.items()
        },
        "field_of_json: of no JSON": Case(call("field_of_json", text("{x"), "id"), None),
        "field_of_json: null": Case(call("field_of_json", missing, "id"), None),
        "as_json: a list": Case(call("as_json", text("[1]")), "[1]"),
        "as_json: no JSON": Case(call("as_json", text("[1")), None),
        "as_json: null": Case(call("as_json", missing), None),
        "as_json: a nested value": Case(call("as_json", "split('a,b', ',')", "other"), '["a","b"]'),
        **{
            f"items_of_json: {name}": Case(items(text(given)), expected)
            for name, (given, expected) in lists.items()
        },
        "items_of_json: null": Case(items(missing), ""),
        "text_of_item: a field": Case(
            items(text('[{"id": 1, "m": {"closed": "true"}}]'), "m.closed"), "true"
        ),
        "parts_of": Case(
            f"(select concat_ws(' ', count(*), min(part), max(part)) from (select {parts} as part"
            " from (select 'a;b;c' as value) as given_values) as parts)",
            "3 a c",
        ),
        "row_for_each: of three two hold": Case(
            numbers("value = 1", "value = 2", "value > 1"), "2 2 3"
        ),
        "row_for_each: none holds": Case(numbers("value = 1", "value is null"), "0"),
        "row_for_each: one is unknown": Case(numbers("value > 1", "value > null"), "1 1 1"),
    }


def cases_of_numbers() -> dict[str, Case]:
    """Ratios and rounding."""
    return {
        "safe_ratio: a third": Case(call("safe_ratio", "1", "3"), "0.3333333333333333"),
        "safe_ratio: of decimals": Case(
            call("safe_ratio", "cast(1.25 as decimal(28, 8))", "cast(5 as decimal(28, 8))"), "0.25"
        ),
        "safe_ratio: by zero": Case(call("safe_ratio", "1", "0"), None),
        "safe_ratio: nothing by zero": Case(call("safe_ratio", "0", "0"), None),
        "safe_ratio: by null": Case(call("safe_ratio", "1", "null"), None),
        "as_measure: half of the last place, up": Case(
            call("as_measure", "cast(2.000000005 as decimal(38, 12))"), "2.00000001"
        ),
        "as_measure: half of the last place, down below zero": Case(
            call("as_measure", "cast(-2.000000005 as decimal(38, 12))"), "-2.00000001"
        ),
        "as_measure: an amount by a rate": Case(
            call(
                "as_measure",
                "cast(1234567890.123456 as decimal(20, 6)) * cast(1.17654321 as decimal(18, 8))",
            ),
            "1452522468.40877822",
        ),
        "as_measure: an amount in small units, by a rate of the project's type": Case(
            f"round({by_rate('cast(30000000000 as decimal(20, 6))', '0.0000333333333333')}, 4)",
            "1000000.0000",
        ),
        "as_measure: a measure by a rate keeps eight places": Case(
            by_rate("cast(3.00000001 as decimal(28, 8))", "1"), "3.00000001"
        ),
    }


def by_rate(amount: str, rate: str) -> str:
    """An amount in the reporting currency, at a rate of the project's type."""
    return f"{{{{ as_measure('{amount} * cast({rate} as ' ~ sql_type('rate') ~ ')') }}}}"


def read(column_type: str, value: str, family: str, **settings: object) -> str:
    """The result of `read_value` for one raw value."""
    delivery = {
        "columns": {"value": {"family": family}},
        "forms": {"value": settings["form"]} if "form" in settings else {},
        "currency": "'EUR'",
        "zone": settings.get("zone", "Europe/Amsterdam"),
        "epoch": settings.get("epoch"),
    }
    column = {"name": "value", "type": column_type, "epoch": settings.get("epoch")}
    query = call("read_value", column, delivery)
    return f"(select {query} from (select {value} as value) as raw_rows)"


def form(**said: object) -> dict[str, object]:
    """The form of a column that people have written, as `forms_of` gives it."""
    plain = {"number": "point", "has_signs": True, "is_day_number": False, "date_order": None}
    return {"is_written": True, **plain, **said}


def cases_of_written_values() -> dict[str, Case]:
    """Numbers and days as people write them, by the form of their column."""
    decimals = {
        "point": {
            "1,267,941.00": "1267941.000000",
            "12,34,567.5": "1234567.500000",
            "1\u2019200.50": "1200.500000",
            "1 200": "1200.000000",
            "1\u00a0200.5": "1200.500000",
            "(1,200)": "-1200.000000",
            "\u22125": "-5.000000",
            "25 %": "25.000000",
            "€ 1,200.50": "1200.500000",
            "1,200 EUR": "1200.000000",
            "1e3": "1000.000000",
            "1,200.50-": "-1200.500000",
            "1,200- EUR": "-1200.000000",
            "€(1,200)": "-1200.000000",
            "1,200.-": "1200.000000",
            "1\u2019200.\u2013": "1200.000000",
            "eur 5": "5.000000",
            "1200--": None,
            "$5": None,
            "1.200,5": None,
            "1200 pieces": None,
            "nan": None,
        },
        "comma": {
            "1.267.941,00": "1267941.000000",
            "-1 200,50 €": "-1200.500000",
            "12.500": "12500.000000",
            "0,5": "0.500000",
            "1.200,-": "1200.000000",
            "€ 1.200,-": "1200.000000",
            "1.200,00-": "-1200.000000",
            "1.5": None,
            "1,234.5": None,
        },
        "undecided": {"12.500": None, "12,500": None, "12.5": "12.500000", "900": "900.000000"},
    }
    moments: dict[str | None, dict[str, str | None]] = {
        None: {
            "2025-03-01 9:05 PM": "2025-03-01 20:05:00",
            "31-Dec-2025 9:05": "2025-12-31 08:05:00",
            "Dec 31, 2025 12:00 AM": "2025-12-30 23:00:00",
            "20251231": "2025-12-30 23:00:00",
            "3/4/2025": None,
        },
        "month_first": {"3/4/25 9:05": "2025-03-04 08:05:00", "13/4/2025": None},
        "day_first": {"3.4.99": "1999-04-02 22:00:00", "3/4/2025 9:05:00Z": "2025-04-03 09:05:00"},
    }
    days = {"45658": "2025-01-01", "45658.75": "2025-01-01", "2025-03-01": "2025-03-01", "99": None}
    return {
        **{
            f"read decimal, {name}: {given!r}": Case(
                read("decimal", text(given), "text", form=form(number=name)), expected
            )
            for name, values in decimals.items()
            for given, expected in values.items()
        },
        **{
            f"read timestamp, {order}: {given!r}": Case(
                read("timestamp", text(given), "text", form=form(date_order=order)), expected
            )
            for order, values in moments.items()
            for given, expected in values.items()
        },
        **{
            f"read date, Excel's count: {given!r}": Case(
                read("date", text(given), "text", form=form(is_day_number=True)), expected
            )
            for given, expected in days.items()
        },
        "read timestamp, Excel's count": Case(
            read("timestamp", text("45658.5"), "text", form=form(is_day_number=True)),
            "2025-01-01 11:00:00",
        ),
    }


def cases_of_raw_values(instant: str) -> dict[str, Case]:
    """Raw values of every type, readable and not."""
    numbers = {
        "12": "12.000000",
        "-0.5": "-0.500000",
        "+3.": "3.000000",
        ".25": "0.250000",
        "1e3": "1000.000000",
        "2.5E-1": "0.250000",
        "1.0000005": "1.000001",
        "-1.0000005": "-1.000001",
        "0.00000049": "0.000000",
        "99999999999999.999999": "99999999999999.999999",
        "100000000000000": None,
        "1e400": None,
        "1,5": None,
        "1 000": None,
        "€5": None,
        "NaN": None,
        "inf": None,
        "-": None,
        "0x10": None,
    }
    whole_numbers = {"12": "12", "12.0": "12", "12.7": None, "-3": "-3", "1e2": "100", "x": None}
    truths = {
        **dict.fromkeys(["true", "T", "Yes", "y", "1", "TRUE", "1.0", "on"], "true"),
        **dict.fromkeys(["Ja", "wahr", "oui", "vrai", "S\u00ed", "si", "Sim"], "true"),
        **dict.fromkeys(["false", "F", "No", "n", "0", "0.0", "OFF"], "false"),
        **dict.fromkeys(["Nein", "falsch", "non", "N\u00e3o", "FALSO"], "false"),
        **dict.fromkeys(["2", "won", "x", "1.5"], None),
    }
    days = {
        "2025-03-01": "2025-03-01",
        "2025/03/01": "2025-03-01",
        "2025-03-01T23:59:59Z": "2025-03-01",
        "2025-03-01 late": "2025-03-01",
        "2024-02-29": "2024-02-29",
        "2025-02-29": None,
        "2025-13-01": None,
        "1899-12-31": None,
        "1900-01-01": "1900-01-01",
        "2199-12-31": "2199-12-31",
        "2200-01-01": None,
        "2025-3-1": None,
        "20250301": None,
        "03/04/2025": None,
        "2025-03-01x": None,
    }
    moments = {
        "2025-03-01 09:05:00": "2025-03-01 08:05:00",
        "2025-03-01T09:05:00": "2025-03-01 08:05:00",
        "2025-03-01 9:05": "2025-03-01 08:05:00",
        "2025-07-01 09:05:00.1234567": "2025-07-01 07:05:00.123456",
        "2025-03-01": "2025-02-28 23:00:00",
        "2025/03/01 09:05:00": "2025-03-01 08:05:00",
        "2025-03-01T09:05:00Z": "2025-03-01 09:05:00",
        "2025-03-01T09:05:00.123Z": "2025-03-01 09:05:00.123",
        "2025-03-01T09:05:00.123456Z": "2025-03-01 09:05:00.123456",
        "2025-07-01T23:59:59+00:00": "2025-07-01 23:59:59",
        "2025-03-01T9:05:00Z": "2025-03-01 09:05:00",
        "2025-02-30T09:05:00Z": None,
        "2025-03-01T24:00:00Z": None,
        "2025-03-01T09:05:00ZZ": None,
        "1899-12-31T23:00:00Z": None,
        "2025-03-01T09:05Z": "2025-03-01 09:05:00",
        "2025-03-01T09:05:00.000+0000": "2025-03-01 09:05:00",
        "2025-03-01 09:05:00+05:30": "2025-03-01 03:35:00",
        "2025-03-01 09:05:00 UTC": "2025-03-01 09:05:00",
        "2025-03-01 09:05:00 +0530": "2025-03-01 03:35:00",
        "2025-03-01 09:05:00 -05:00": "2025-03-01 14:05:00",
        "2025-03-30 02:30:00": "2025-03-30 01:30:00",
        "2025-10-26 02:30:00": "2025-10-26 01:30:00",
        "2025-03-01 09:05 PM": None,
        "2025-03-01 9:05:00 AM": None,
        "2025-03-01 24:00:00": None,
        "2025-03-01 09:60:00": None,
        "2025-03-01 09:05:60": None,
        "2025-03-01  09:05:00": None,
        "2025-03-01T": None,
        "2025-03-01 09": None,
        "2025-03-01 09:05:00 Europe/Berlin": None,
        "2025-03-01 09:05:00z": None,
        "2025-03-01 09:05:00+15:00": None,
        "2025-03-01 09:05:00+01:60": None,
        "2025-02-30 09:05:00": None,
        "1899-12-31 23:00:00": None,
        "yesterday": None,
    }
    texts = {
        "date": days,
        "timestamp": moments,
        "decimal": numbers,
        "int": whole_numbers,
        "bool": truths,
    }
    missing = "cast(null as string)"
    return {
        **{
            f"read {column_type}: {given!r}": Case(read(column_type, text(given), "text"), expected)
            for column_type, values in texts.items()
            for given, expected in values.items()
        },
        **{
            f"read {column_type}: a missing text": Case(read(column_type, missing, "text"), None)
            for column_type in (*texts, "text")
        },
        "read date: the month first": Case(
            read("date", text("3/14/2025 9:05 PM"), "text", form=form(date_order="month_first")),
            "2025-03-14",
        ),
        "read date: the day first": Case(
            read("date", text("4.3.2025"), "text", form=form(date_order="day_first")), "2025-03-04"
        ),
        "read date: a month that is not": Case(
            read("date", text("14/3/2025"), "text", form=form(date_order="month_first")), None
        ),
        "read timestamp: the month first": Case(
            read("timestamp", text("3/4/2025 9:05"), "text", form=form(date_order="month_first")),
            "2025-03-04 08:05:00",
        ),
        "read timestamp: the day first, with a zone": Case(
            read("timestamp", text("3/4/2025 9:05:00Z"), "text", form=form(date_order="day_first")),
            "2025-04-03 09:05:00",
        ),
        "read timestamp: without a zone, from a connector": Case(
            read("timestamp", text("2025-03-01 09:05:00"), "text", zone="UTC"),
            "2025-03-01 09:05:00",
        ),
        "read timestamp: an instant": Case(
            read("timestamp", instant, "instant"), "2025-03-01 09:00:00.5"
        ),
        "read timestamp: a timestamp without a zone": Case(
            read("timestamp", moment("2025-03-01 09:05:00"), "timestamp"), "2025-03-01 08:05:00"
        ),
        "read timestamp: a day": Case(
            read("timestamp", day("2025-03-01"), "date"), "2025-02-28 23:00:00"
        ),
        "read timestamp: a number": Case(read("timestamp", "1", "int"), None),
        **{
            f"read timestamp: microseconds {given}": Case(
                read("timestamp", text(given), "text", epoch="microseconds"), expected
            )
            for given, expected in {
                "1740819900000001": "2025-03-01 09:05:00.000001",
                "1740819900": None,
                "2025-03-01T09:05:00Z": "2025-03-01 09:05:00",
            }.items()
        },
        "read timestamp: microseconds as a number": Case(
            read("timestamp", "1740819900000001", "int", epoch="microseconds"),
            "2025-03-01 09:05:00.000001",
        ),
        "read timestamp: microseconds that are seconds": Case(
            read("timestamp", "1740819900", "int", epoch="microseconds"), None
        ),
        **{
            f"read timestamp: milliseconds, {name}": Case(
                read("timestamp", value, family, epoch="milliseconds"), expected
            )
            for name, value, family, expected in (
                ("a text", text("1743459300125"), "text", "2025-03-31 22:15:00.125"),
                ("a whole number", "1743459300125", "int", "2025-03-31 22:15:00.125"),
                ("a float", "cast(1743459300000 as double)", "float", "2025-03-31 22:15:00"),
                ("zero", "0", "int", "1970-01-01 00:00:00"),
                ("out of range", "7258118400000", "int", None),
                ("a text out of range", text("999999999999999"), "text", None),
                ("a longer text", text("1743459300125000"), "text", None),
                (
                    "ISO text all the same",
                    text("2025-03-01T09:05:00Z"),
                    "text",
                    "2025-03-01 09:05:00",
                ),
            )
        },
        "read json: a list": Case(read("json", text("[1]"), "text"), "[1]"),
        "read json: no JSON": Case(read("json", text("[1"), "text"), None),
        "read date: a moment": Case(
            read("date", moment("2025-03-01 23:59:59"), "timestamp"), "2025-03-01"
        ),
        "read text: a whole float": Case(read("text", "cast(12 as double)", "float"), "12"),
        "read text: a float": Case(read("text", "cast(12.5 as double)", "float"), "12.5"),
        **{
            f"read text: {given}": Case(
                read("text", f"cast('{given}' as double)", "float"), expected
            )
            for given, expected in {"NaN": "nan", "Infinity": "inf", "-Infinity": "-inf"}.items()
        },
        "read text: a number": Case(read("text", "7", "int"), "7"),
        "read int: a float": Case(read("int", "cast(12 as double)", "float"), "12"),
        "read int: no whole float": Case(read("int", "cast(12.5 as double)", "float"), None),
        "read decimal: a float as it is written": Case(
            read("decimal", "cast('1.0000005' as double)", "float"), "1.000001"
        ),
        "read decimal: a large float": Case(
            read("decimal", "cast('12345678.5' as double)", "float"), "12345678.500000"
        ),
        "read decimal: a float that is none": Case(
            read("decimal", "cast('NaN' as double)", "float"), None
        ),
        "read decimal: an infinite float": Case(
            read("decimal", "cast('Infinity' as double)", "float"), None
        ),
        "read decimal: a whole number": Case(read("decimal", "7", "int"), "7.000000"),
        "read bool: a number": Case(read("bool", "1", "int"), "true"),
        "read bool: a float": Case(read("bool", "cast(0 as double)", "float"), "false"),
    }


def cases_of_fields() -> dict[str, Case]:
    """Keys, domains, addresses and phone numbers."""
    domains = {
        "https://www.Example.COM/path?x=1": "example.com",
        "http://shop.example.com:8080": "shop.example.com",
        "www.example.com": "example.com",
        "someone@Mail.example.com": "mail.example.com",
        "example.com#top": "example.com",
        "https://user@example.com/a@b": "example.com",
        "https://": None,
    }
    addresses = {
        **dict.fromkeys(["a@b.example", "A.B+c@sub.b-c.example", "ü@b.example"], "true"),
        **dict.fromkeys(
            ["a@b", "a@@b.example", "@b.example", "a b@b.example", "a@b.", "a@.example", "a", ""],
            "false",
        ),
    }
    phones = {
        **dict.fromkeys(["+49 (30) 123-45", "1234567"], "true"),
        **dict.fromkeys(["123456", "call me", ""], "false"),
    }
    missing = "cast(null as string)"
    return {
        "system_key": Case(call("system_key", "tabular", text("7")), "tabular:7"),
        "system_key: no id": Case(call("system_key", "tabular", missing), None),
        **{
            f"domain_of: {given}": Case(call("domain_of", text(given)), expected)
            for given, expected in domains.items()
        },
        "domain_of: nothing": Case(call("domain_of", missing), None),
        **{
            f"is_valid_email: {given!r}": Case(call("is_valid_email", text(given)), expected)
            for given, expected in addresses.items()
        },
        "is_valid_email: nothing": Case(call("is_valid_email", missing), "false"),
        **{
            f"is_valid_phone: {given!r}": Case(call("is_valid_phone", text(given)), expected)
            for given, expected in phones.items()
        },
        "is_valid_phone: nothing": Case(call("is_valid_phone", missing), "false"),
    }


NESTED = {
    "duckdb": (
        'STRUCT(country VARCHAR, "inner" STRUCT(n INTEGER, "is" BOOLEAN, "none" VARCHAR),'
        ' "Last" VARCHAR)',
        "STRUCT(key VARCHAR, value STRUCT(string_value VARCHAR, int_value BIGINT))[]",
        "[{'key': 'a', 'value': {'string_value': null, 'int_value': 12}},"
        " {'key': 'b', 'value': {'string_value': 'x', 'int_value': null}},"
        " {'key': 'a', 'value': {'string_value': 'second', 'int_value': null}}]",
        "{'country': 'Norway', 'inner': {'n': 3, 'is': true, 'none': null}, 'Last': 'z'}",
    ),
    "spark": (
        "struct<country:string,inner:struct<n:int,is:boolean,none:string>,Last:string>",
        "array<struct<key:string,value:struct<string_value:string,int_value:bigint>>>",
        "array(named_struct('key', 'a', 'value',"
        " named_struct('string_value', cast(null as string), 'int_value', 12L)),"
        " named_struct('key', 'b', 'value',"
        " named_struct('string_value', 'x', 'int_value', cast(null as bigint))),"
        " named_struct('key', 'a', 'value',"
        " named_struct('string_value', 'second', 'int_value', cast(null as bigint))))",
        "named_struct('country', 'Norway', 'inner',"
        " named_struct('n', 3, 'is', true, 'none', cast(null as string)), 'Last', 'z')",
    ),
}


def cases_of_nested(engine: str) -> dict[str, Case]:
    """Records and lists of pairs, typed and as the text of their JSON."""
    record_type, pairs_type, pairs, record = NESTED[engine]
    in_json = text(
        '[{"key": "a", "value": {"int_value": "12"}}, {"key": "b", "value": {"double_value": 2.5}},'
        ' {"key": "c"}, {"key": "d", "value": {"string_value": "x", "other": [1]}}]'
    )

    def value(pairs: str, data_type: str, name: str) -> str:
        names = call("pair_names", pairs, data_type)
        values = call("pair_values", pairs, data_type)
        found = call("value_of_pair", "pairs.names_of_case", "pairs.values_of_case", name)
        return (
            f"(select {found} from (select {names} as names_of_case, {values} as values_of_case)"
            " as pairs)"
        )

    def field(record: str, data_type: str, path: str) -> str:
        record_text = call("nested_as_text", record, data_type)
        found = call("field_of_json", "records.record_of_case", path)
        return f"(select {found} from (select {record_text} as record_of_case) as records)"

    def straight(path: str, data_type: str = record_type) -> str:
        found = call(
            "field_of_record", "records.record_of_case", data_type, "records.json_of_case", path
        )
        json = call("nested_as_text", record, data_type)
        return (
            f"(select {found} from (select {record} as record_of_case, {json} as json_of_case)"
            " as records)"
        )

    return {
        "field_of_record: a text": Case(straight("country"), "Norway"),
        "field_of_record: a text after a record": Case(straight("Last"), "z"),
        "field_of_record: a name in other letters": Case(straight("last"), None),
        "field_of_record: a number": Case(straight("inner.n"), "3"),
        "field_of_record: a truth": Case(straight("inner.is"), "true"),
        "field_of_record: a missing text": Case(straight("inner.none"), None),
        "field_of_record: no such field": Case(straight("none"), None),
        "field_of_record: no such field within": Case(straight("country.n"), None),
        "field_of_record: of an unknown type": Case(straight("country", "struct"), "Norway"),
        "field_of_record: a name with a comma in quotes": Case(
            straight("a", 'STRUCT("b VARCHAR, a" VARCHAR)'), None
        ),
        "value_of_pair: the first of two": Case(value(pairs, pairs_type, "a"), "12"),
        "value_of_pair: a text": Case(value(pairs, pairs_type, "b"), "x"),
        "value_of_pair: no such name": Case(value(pairs, pairs_type, "c"), None),
        "value_of_pair: no list": Case(value("cast(null as string)", "string", "a"), None),
        "value_of_pair: JSON, a number in quotes": Case(value(in_json, "string", "a"), "12"),
        "value_of_pair: JSON, a number": Case(value(in_json, "string", "b"), "2.5"),
        "value_of_pair: JSON, no value": Case(value(in_json, "string", "c"), None),
        "value_of_pair: JSON, with other fields": Case(value(in_json, "string", "d"), "x"),
        "value_of_pair: an empty list": Case(value(text("[]"), "string", "a"), None),
        "value_of_pair: a record": Case(value(text('{"a": 1}'), "string", "a"), None),
        "value_of_pair: no JSON": Case(value(text("[{"), "string", "a"), None),
        "field_of_json: a text": Case(field(record, "struct", "country"), "Norway"),
        "field_of_json: of a record within": Case(field(record, "struct", "inner.n"), "3"),
        "field_of_json: a truth": Case(field(record, "struct", "inner.is"), "true"),
        "field_of_json: null": Case(field(record, "struct", "inner.none"), None),
        "field_of_json: no such field": Case(field(record, "struct", "inner.x.y"), None),
        "field_of_json: of a text": Case(
            field(text('{"a": {"b": "it is"}}'), "string", "a.b"), "it is"
        ),
        "field_of_json: no JSON": Case(field(text("{a"), "string", "a"), None),
        "moment_of_microseconds": Case(
            call("moment_of_microseconds", "1740819900000001"), "2025-03-01 09:05:00.000001"
        ),
        **{
            f"path_of: {given}": Case(call("path_of", text(given)), expected)
            for given, expected in {
                "https://www.x.example/a/b?q=1#c": "/a/b",
                "https://x.example": "/",
                "HTTPS://x.example?q=/a": "/",
                "/pricing#top": "/pricing",
            }.items()
        },
        "path_of: nothing": Case(call("path_of", "cast(null as string)"), None),
    }


def all_cases(engine: str) -> dict[str, Case]:
    """Every case of an engine, by name."""
    return {
        **cases_of_text(),
        **cases_of_time(),
        **cases_of_numbers(),
        **cases_of_json(),
        **cases_of_raw_values(INSTANT[engine]),
        **cases_of_written_values(),
        **cases_of_fields(),
        **cases_of_nested(engine),
    }


ENGINES = ["duckdb", "spark"] if "SALES_KPIS_TEST_SPARK" in os.environ else ["duckdb"]


@pytest.fixture(scope="module", params=ENGINES)
def engine(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def values(
    engine: str, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, str | None]:
    """The value of each case on the engine, from one query."""
    cases = list(all_cases(engine).values())
    query = "\nunion all\n".join(
        f"select {number} as case_number, cast({case.expression} as string) as value_of_case"
        for number, case in enumerate(cases)
    )
    show = ["show", "--quiet", "--inline", query, "--limit", "-1", "--output", "json"]
    without_files = {"raw_path": ""}
    if engine == "spark":
        spark: SparkDbt = request.getfixturevalue("spark")
        build = spark.run(show, without_files)
    else:
        build = run_dbt(show, tmp_path_factory.mktemp(engine), variables=without_files)
    rows = shown_rows(build)
    names = list(all_cases(engine))
    return {names[row["case_number"]]: row["value_of_case"] for row in rows}


@pytest.mark.parametrize("name", all_cases("duckdb"))
def test_a_macro_gives_what_is_written_here(
    name: str, engine: str, values: dict[str, str | None]
) -> None:
    assert values[name] == all_cases(engine)[name].expected


def test_every_macro_of_the_engine_folder_that_gives_sql_has_a_case() -> None:
    """New macros come with a case; those that run queries are tested by what they build."""
    folder = Path(__file__).resolve().parents[2] / "macros" / "engine"
    dispatched = {
        line.split("macro ")[1].split("(")[0]
        for name in ("nested.sql", "text.sql", "time.sql", "json.sql")
        for line in (folder / name).read_text().splitlines()
        if "adapter.dispatch" in line
    }
    tested = " ".join(case.expression for case in all_cases("duckdb").values())
    indirect = {
        "instant_to_utc",  # by "read timestamp: an instant"
        "float_as_text",  # by "read text: a float"
        "quick_moment",  # by "read timestamp: '2025-03-01T09:05:00.123Z'"
        "json_path",  # by "field_of_json: a name with …"
    }
    assert {name for name in dispatched - indirect if f"{name}(" not in tested} == set()
