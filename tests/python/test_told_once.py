"""A rule that many need is a table that all join once: no model tells it again."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from builds import PROJECT


def files_with(pattern: str) -> set[str]:
    """The models and singular tests whose SQL has a pattern in it."""
    return {
        path.stem
        for folder in ("models", "tests/singular")
        for path in (PROJECT / folder).rglob("*.sql")
        if re.search(pattern, without_comments(path))
    }


def without_comments(path: Path) -> str:
    return re.sub(r"--.*", "", path.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("pattern", "told_in"),
    [
        # The owner's team and territory on a day is that of int_reps__placements; the others ask
        # who is a rep, and which territories there are.
        (
            r"ref\('int_reps__assignments'\)",
            {"int_reps__placements", "int_reps__resolved", "dim_territories"},
        ),
        (r"\breps\.(team|territory)\b", {"int_reps__placements", "int_reps__resolved"}),
        # An account's territory on a day is that of int_accounts__placements.
        (r"ref\('dim_account_territories'\)", set()),
        # The reporting currency is one of the rates; a Salesforce org's rates are against its own.
        (
            r"var\('reporting_currency'\)",
            {"int_currencies__rates", "stg_salesforce__exchange_rates", "kpi_catalog"},
        ),
        # The key of a product is that of the macro product_key.
        (r"product_mapping\.product_id (is null|~)|matches\('product_mapping", set()),
        # A deal's history has the types of its fields.
        (r"\btold_value\b", {"int_deals__history"}),
    ],
)
def test_a_rule_is_told_in_one_place(pattern: str, told_in: set[str]) -> None:
    assert files_with(pattern) == told_in
