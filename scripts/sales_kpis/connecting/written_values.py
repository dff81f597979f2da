"""The forms of numbers and days in a column of text, by the rules of the contract.

The contract's own (macros/contract/read/forms.sql) decide when the tables are read; these tell
beforehand what they will find, and what a person has to say because no value proves it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation

_AROUND = re.compile(r"^[^\d.,+(\u2212-]*|[^\d.,)%]*$")
_BLANKS = re.compile(r"(?<=\d)[\s\u00a0\u202f'’](?=\d{3}(\D|$))")
_CODE = re.compile(r"(?<![A-Za-z])([A-Z]{3})(?![A-Za-z])")
_SYMBOLS = {"€": "EUR", "£": "GBP", "¥": "JPY", "₹": "INR", "zł": "PLN", "₽": "RUB", "R$": "BRL"}
_EXCEL_FIRST = date(1899, 12, 30)
# Days that Excel counts: of the years 1927 to 2119.
_EXCEL = re.compile(r"[1-7]\d{4}(\.\d+)?")
_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")
_YEAR_LAST = re.compile(r"(\d{1,2})([-/. ])(\d{1,2})\2(\d{4}|\d{2})(?!\d)")
_WITH_MONTH = ("%d-%b-%Y", "%d %b %Y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y", "%d-%b-%y", "%Y%m%d")

# The words of flags, and those for no value in a column of numbers, days or flags, in lower case:
# the models' own (macros words_of_flags and without_blanks).
YES = ("true", "t", "yes", "y", "1", "1.0", "on", "ja", "oui", "si", "sí", "sim", "wahr", "vrai",
       "verdadero", "verdadeiro", "vero")  # fmt: skip
NO = ("false", "f", "no", "n", "0", "0.0", "off", "nein", "nee", "non", "não", "falsch", "faux",
      "falso")  # fmt: skip
NO_VALUE = ("", "-", "--", "\u2013", "\u2014", "n/a", "#n/a", "na", "null", "(null)", "(blank)",
            "none", "nil", "nan", "nat", "0000-00-00", "0000-00-00 00:00:00", "\\n")  # fmt: skip


@dataclass(frozen=True)
class NumberForm:
    """How a column writes numbers: `point` or `comma` before fractions, or None where none tells.

    `ambiguous` are values such as 12.500 that can be read in two ways; `numbers` counts values that
    are numbers at all, of `values`.
    """

    sign: str | None
    ambiguous: tuple[str, ...]
    numbers: int
    values: int

    @property
    def is_undecided(self) -> bool:
        """Whether somebody has to say it."""
        return self.sign is None and bool(self.ambiguous)

    @property
    def share(self) -> float:
        """The part of the values that are numbers."""
        return self.numbers / self.values if self.values else 0.0


def number_form(values: Iterable[str]) -> NumberForm:
    """The form that the values of a column prove."""
    proofs = {"point": 0, "comma": 0}
    ambiguous: list[str] = []
    numbers = count = 0
    for value in values:
        if value.strip().lower() in NO_VALUE:
            continue
        count += 1
        body = _body(value)
        if body is None:
            continue
        numbers += 1
        proof = _proof(body)
        if proof == "both":
            if value not in ambiguous:
                ambiguous.append(value)
        elif proof:
            proofs[proof] += 1
    sign = max(proofs, key=lambda each: proofs[each]) if any(proofs.values()) else None
    return NumberForm(sign, tuple(ambiguous), numbers, count)


def _body(value: str) -> str | None:
    """Digits, points and commas of a number; None of what is none."""
    text = _AROUND.sub("", _BLANKS.sub("", value.strip()))
    text = text.strip("()%+-\u2212 ")
    return text if re.fullmatch(r"(?=.*\d)[\d.,]+", text) else None


def _proof(body: str) -> str | None:
    """The sign of fractions that a number proves; `both` where it can be read in two ways."""
    points, commas = body.count("."), body.count(",")
    if points and commas:
        return "point" if body.rfind(".") > body.rfind(",") else "comma"
    if not points and not commas:
        return None
    sign, other, own = (".", "comma", "point") if points else (",", "point", "comma")
    if body.count(sign) > 1:
        return other
    before, after = body.split(sign)
    return "both" if len(after) == 3 and 1 <= len(before) <= 3 and before[0] != "0" else own


def read_number(value: str, sign: str | None) -> Decimal | None:
    """A number in the form of its column; None where it is none."""
    body = _body(value)
    if body is None:
        return None
    plain = body.replace(".", "").replace(",", ".") if sign == "comma" else body.replace(",", "")
    try:
        number = Decimal(plain)
    except InvalidOperation:
        return None
    is_negative = re.search(r"[-\u2212]\s*\D?\d|^\(.*\)$", value.strip()) is not None
    return -number if is_negative else number


def currencies_in(values: Iterable[str]) -> list[str]:
    """The ISO code of each value that has a code or sign of a currency; `$` is nobody's alone."""
    found = []
    for value in values:
        code = _CODE.search(value)
        sign = next((iso for mark, iso in _SYMBOLS.items() if mark in value), None)
        if code or sign:
            found.append(code.group(1) if code else str(sign))
    return found


@dataclass(frozen=True)
class DayForm:
    """How a column writes days: `day_first`, `month_first`, or None where none tells.

    `ambiguous` are days such as 03/04/2025; `days` counts values that are days, of `values`.
    """

    order: str | None
    ambiguous: tuple[str, ...]
    days: int
    values: int

    @property
    def is_undecided(self) -> bool:
        """Whether somebody has to say it."""
        return self.order is None and bool(self.ambiguous)

    @property
    def share(self) -> float:
        """The part of the values that are days."""
        return self.days / self.values if self.values else 0.0


def day_form(values: Iterable[str]) -> DayForm:
    """The order that the values of a column prove; points mean that the day is first."""
    orders: set[str] = set()
    ambiguous: list[str] = []
    days = count = with_points = 0
    for value in values:
        if value.strip().lower() in NO_VALUE:
            continue
        count += 1
        found = _YEAR_LAST.match(value)
        if found is None:
            days += read_day(value, None) is not None
            continue
        days += 1
        first, second = int(found.group(1)), int(found.group(3))
        with_points += found.group(2) == "."
        if first > 12 or second > 12:
            orders.add("day_first" if first > 12 else "month_first")
        elif first != second and value not in ambiguous:
            ambiguous.append(value)
    if not orders and ambiguous and with_points:
        orders.add("day_first")
    return DayForm(next(iter(orders)) if len(orders) == 1 else None, tuple(ambiguous), days, count)


def read_day(value: str, order: str | None) -> date | None:
    """The day of a value; None where it has none that can be told."""
    text = value.strip()
    try:
        if found := _ISO.match(text):
            return date(int(found.group(1)), int(found.group(2)), int(found.group(3)))
        if found := _YEAR_LAST.match(text):
            first, second, year = (int(found.group(part)) for part in (1, 3, 4))
            year += 2000 if year < 70 else 1900 if year < 100 else 0
            day_first = order == "day_first" or (order is None and first == second)
            if not day_first and order != "month_first":
                return None
            return date(year, second, first) if day_first else date(year, first, second)
        if _EXCEL.fullmatch(text):
            return _EXCEL_FIRST + timedelta(days=int(float(text)))
    except ValueError:
        return None
    for form in _WITH_MONTH:
        try:
            return datetime.strptime(text, form).date()
        except ValueError:
            continue
    return None
