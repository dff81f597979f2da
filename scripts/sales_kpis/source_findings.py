"""The words for what the macro `check_sources` finds: each fact is an error, an oddity or nothing.

The macro counts, and says where; here stands what a count means, from which share on it is an
error, and what to do. A sentence that stops a plain `dbt build`, too, comes from the macros as it
is (kind `error`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from sales_kpis.formats import plural

# Rows of one key that differ: beyond this share of a table its key is probably none.
MAX_CONFLICTING_SHARE = 0.01
# Values that say only that the row is no deleted one, and not which is newer.
_NOT_NEWER = ("not is_deleted",)
_IN_ONE_LINE = re.compile("[\x00-\x1f\x7f-\x9f]+")
_LONGEST_NAME = 300


@dataclass(frozen=True)
class Oddity:
    """Values that can be read but are probably not meant so: unmapped, orphaned, out of range."""

    system: str
    table: str
    column: str | None
    kind: str
    values: tuple[str, ...]
    rows: int | None
    next_step: str

    def as_content(self) -> dict[str, Any]:
        """The oddity in `--json`."""
        return {**asdict(self), "values": list(self.values)}


@dataclass(frozen=True)
class ReadSettings:
    """The settings that decide what a count means."""

    max_unreadable_share: float = 0.1
    raw_path: str = ""
    reporting_currency: str = ""
    subscription_end: str = "auto"

    @classmethod
    def of(cls, content: Mapping[str, Any]) -> ReadSettings:
        """The settings as the macro gives them."""
        return cls(**{name: content[name] for name in cls.__dataclass_fields__ if name in content})


@dataclass(frozen=True)
class Fact:
    """One finding of the macro: its kind, where it is, and by name what its words need."""

    content: Mapping[str, Any]
    settings: ReadSettings

    def __getitem__(self, name: str) -> Any:
        return self.content[name]

    @property
    def system(self) -> str:
        """The system, or one of its instances: `salesforce.emea`."""
        return str(self.content["system"])

    @property
    def table(self) -> str:
        """The table of the contract, or what was delivered and is none."""
        return str(self.content["table"])

    @property
    def label(self) -> str:
        """System and table."""
        return f"{self.system}.{self.table}"

    def mapping(self, what: str) -> str:
        """An entry of the table in source_mapping: `tabular: {deal: {columns: …}}`."""
        return f"{self.system}: {{{self.table}: {what}}}"

    def oddity(self, kind: str, next_step: str, values: Iterable[str] = ()) -> Oddity:
        """An oddity where the fact is."""
        return Oddity(
            system=self.system,
            table=self.table,
            column=self.content.get("column"),
            kind=kind,
            values=tuple(values),
            rows=self.content.get("rows"),
            next_step=next_step,
        )


Told = str | Oddity | None


def told(content: Mapping[str, Any]) -> tuple[tuple[str, ...], tuple[Oddity, ...]]:
    """The errors and oddities in the macro's JSON, each in the order of its `findings`."""
    settings = ReadSettings.of(content.get("settings") or {})
    facts = [Fact(finding, settings) for finding in content.get("findings") or ()]
    words = [WORDS[fact["kind"]](fact) for fact in facts]
    errors = tuple(said for said in words if isinstance(said, str))
    return errors, tuple(said for said in words if isinstance(said, Oddity))


def _error(fact: Fact) -> Told:
    return str(fact["sentence"])


def _unknown_table_in_mapping(fact: Fact) -> Told:
    return (
        f"source_mapping names the table {fact.label}, which the contract does not have:"
        f" use one of {', '.join(fact['known'])}."
    )


def _system_without_tables(fact: Fact) -> Told:
    folder = f"{fact.settings.raw_path or '<raw_path>'}/{fact.system}"
    return (
        f"System {fact.system} is in use and none of its tables was delivered: schema"
        f" {', '.join(fact['schemas'])} needs one of {', '.join(fact['tables'])}, as files"
        f" {folder}/<table>.csv, .parquet or .json; or take the system out of `systems`."
    )


def _unread_table(fact: Fact) -> Told:
    mapped = f"{fact.system}: {{<table>: {{table: {_shown(fact.table)}}}}}"
    return fact.oddity(
        "table that no contract reads",
        f"If it holds data of a table above, name it in source_mapping ({mapped}).",
    )


def _unread_file(fact: Fact) -> Told:
    stem, _, extension = fact.table.rpartition(".")
    kind = extension.lower()
    if kind in ("tsv", "tab", "txt"):
        step = f"Rename it to {stem}.csv: its delimiter is found by itself."
    elif kind in ("jsonl", "ndjson"):
        step = f"Rename it to {stem}.json."
    elif kind in ("gz", "zip", "bz2", "xz", "zst", "7z", "rar", "tar", "tgz"):
        step = "Unpack it: files end in .csv, .parquet or .json."
    elif kind in ("xlsx", "xls", "xlsm", "xlsb", "ods", "numbers"):
        step = f"Save each of its sheets as CSV, {stem}.csv."
    else:
        step = "If it holds a table, save it as CSV, Parquet or JSON; else take it away."
    return unread_file(fact.system, fact.table, step)


def unread_file(folder: str, name: str, next_step: str) -> Oddity:
    """A file or folder that lies among the landing files and that no engine reads."""
    return Oddity(folder, name, None, "file that is not read", (), None, next_step)


def _lacking_column(fact: Fact) -> Told:
    return fact.oddity(
        "table that is not read",
        f"Its KPIs are empty, because {fact['column']} is required and {fact['has']}"
        f" Or leave the table out: {fact.mapping('false')}.",
    )


def _undecided_number(fact: Fact) -> Told:
    return (
        f"Column {fact.label}.{fact['column']} has {fact['rows']} numbers that can be read in two"
        f" ways{_such_as(fact)}, and no value proves which: write number_format: decimal_comma or"
        f" decimal_point in source_mapping ({fact.mapping('{number_format: decimal_comma}')})."
    )


def _unreadable_column(fact: Fact) -> Told:
    """An error where it is much: the column would count as nothing, or as another."""
    if not _is_much(fact):
        return None
    column = fact["column"]
    if fact["type"] in ("int", "decimal"):
        form = fact.mapping("{number_format: decimal_comma}")
        hint = (
            f"write its form in source_mapping ({form}, or decimal_point; a currency at a number"
            f" must be the row's own, else {fact.settings.reporting_currency})"
        )
    elif fact["type"] in ("date", "timestamp"):
        form = fact.mapping("{date_order: day_first}")
        hint = (
            f"write which comes first in source_mapping ({form}, or month_first; date_format is"
            " another name for it)"
        )
    else:
        meant = fact.mapping(f"{{columns: {{{column}: <its name>}}}}")
        hint = f"map the column that is meant in source_mapping ({meant})"
    return (
        f"Column {fact.label}.{column} cannot be read as {fact['type']} in {fact['rows']} of"
        f" {fact['values']} values{_such_as(fact)}: {hint}, correct the values, or leave the"
        f" column out ({fact.mapping(f'{{columns: {{{column}: null}}}}')})."
    )


def _conflicting_keys(fact: Fact) -> Told:
    """Rows that share a key and differ, while nothing says which is newer."""
    raw_key = ", ".join(f"'{_shown(name)}'" for name in fact["raw_key"])
    mapped = fact.mapping(f"{{columns: {{{fact['key'][0]}: <its name>}}}}")
    differing = f" in {', '.join(fact['differing'])}" if fact["differing"] else ""
    newest = [name for name in fact["newest_by"] if name not in _NOT_NEWER]
    deliver = f", or deliver {newest[0]}, which says what is newer" if newest else ""
    sentence = (
        f"{fact['rows']} rows of {fact.label} share a key ({', '.join(fact['key'])}) with another"
        f" row and differ from it{differing}: is {raw_key} the key of the table? Map the column"
        f" that is in source_mapping ({mapped}){deliver}."
    )
    if fact["rows"] > MAX_CONFLICTING_SHARE * fact["table_rows"]:
        return sentence
    return fact.oddity("keys of different rows", sentence)


def _blank(fact: Fact) -> Told:
    return fact.oddity(
        "blank", "They count under '(none)', or not at all where a KPI needs the value."
    )


def _unknown_values(fact: Fact) -> Told:
    """Ids that the table they name does not have, or words that no mapping seed knows."""
    alike = [f"'{example}' looks like '{known}'" for example, known in fact["look_alikes"]]
    return fact.oddity(
        f"not in {fact['references']}" if fact["references"] else "unmapped",
        (f"{', '.join(alike)}. " if alike else "") + _meaning_of_unknown(fact),
        fact["examples"],
    )


def _meaning_of_unknown(fact: Fact) -> str:
    """The meaning for the numbers of a value that nothing knows, and what to do."""
    seed = f"seeds/mapping/{fact['mapped_by']}.csv"
    if fact["mapped_by"] == "deal_types":
        return (
            "Such deals count by their history alone (cross_sell or repeat) until"
            f" {seed} maps them."
        )
    if fact["mapped_by"] == "products":
        return f"Each counts as a product of its own until {seed} maps it."
    if fact["is_vocabulary"]:
        return (
            "No KPI knows these words, and such rows count in none that asks for one, until"
            f" {seed} says what each means."
        )
    if fact["mapped_by"]:
        return f"Each keeps its own name until {seed} maps it."
    if fact["references"] in ("deal_stage", "opportunity_stage"):
        return f"Such deals are taken for open: add the stage to {fact['references']}."
    return (
        f"Each counts under its own id, with unknown attributes, until {fact['references']} has it."
    )


def _ends_of_periods(fact: Fact) -> Told:
    """The reading of a source's ends, where it is not the setting that decides."""
    shared = (
        f"in {fact['rows']} of {fact['pairs']} pairs the next period of the same customer and"
        " product begins on the day on which the one before ends: "
    )
    if not fact["is_exclusive"]:
        return fact.oddity(
            "days with two prices",
            f"{shared}that day counts both prices, because the end is read as the last day."
            " If it is the day after, set subscription_end: exclusive.",
        )
    if fact.settings.subscription_end == "auto":
        return fact.oddity(
            "end read as the day after",
            f"{shared}so the end of every period is read as the day after its last."
            " Set subscription_end: exclusive if that is right, inclusive if not.",
        )
    return None


def _history(fact: Fact) -> Told:
    """Changes with neither the old nor the new value."""
    names = fact["value_columns"]
    # One value that is none may mean that the field was cleared; a field that never has one
    # tells nothing.
    silent = [
        field
        for field in fact["fields"]
        if field["silent_rows"] and (len(names) > 1 or field["silent_rows"] == field["rows"])
    ]
    if not silent:
        return None
    return Oddity(
        system=fact.system,
        table=fact.table,
        column=fact["column"],
        kind="history without values",
        values=tuple(field["field"] for field in silent),
        rows=sum(field["silent_rows"] for field in silent),
        next_step="These rows tell nothing: another history of the field stands in, else a deal"
        f" has always had its present value. Deliver {' and '.join(names)} with the history.",
    )


def _unreadable_history(fact: Fact) -> Told:
    name = fact["name"]
    if _is_much(fact):
        form = "number_format: decimal_comma" if name == "amount" else "date_order: day_first"
        return (
            f"History {fact.label} has {fact['rows']} of {fact['values']} values of {name} that"
            f" cannot be read{_such_as(fact)}: write their form in source_mapping"
            f" ({fact.mapping(f'{{{form}}}')}), or correct them."
        )
    return fact.oddity(
        f"{name} that cannot be read",
        f"From such a change on the deal has no {name.replace('_', ' ')}, until its next one:"
        " correct the values.",
        fact["examples"],
    )


def _currency_without_rate(fact: Fact) -> Told:
    """A currency's missing rates, with the line to add."""
    currency, reporting = fact["currency"], fact.settings.reporting_currency
    before = f" before {fact['first_rate_day']}" if fact["first_rate_day"] else ""
    days = [fact["first_day"], fact["last_day"]]
    places = ", ".join(f"{place} {rows:,}" for place, rows in fact["places"])
    or_set = f", or set reporting_currency: {currency} if all is in it" if fact["is_only"] else ""
    sentence = (
        f"Currency {currency} has no exchange rate to {reporting}{before}, and"
        f" {plural(fact['rows'], 'row')} of {plural(fact['days'], 'day')} need one,"
        f" {' to '.join(dict.fromkeys(days))} ({places}): add its rates to"
        f" seeds/planning/exchange_rates.csv, from {currency},{fact['first_day']},<what 1"
        f" {currency} is worth in {reporting}> on{or_set}."
    )
    if not fact["is_of_seeds"]:
        return sentence
    # The seeds may still be those of the demo while a company looks at its own files: that is
    # told, and its build stops.
    return Oddity(
        system="seeds",
        table="exchange_rates",
        column="currency",
        kind="currency without a rate",
        values=(currency,),
        rows=fact["rows"],
        next_step=sentence,
    )


def _currencies(fact: Fact) -> Told:
    """The question whether `reporting_currency` is meant, where all rows name another one."""
    reporting = fact.settings.reporting_currency
    if len(fact["named"]) != 1 or reporting in fact["named"]:
        return None
    [(currency, rows)] = fact["named"].items()
    return Oddity(
        system=fact.system,
        table=fact.table,
        column=fact["column"],
        kind="only currency is not reporting_currency",
        values=(currency,),
        rows=rows,
        next_step=f"Every row that names a currency names {currency}, and reporting_currency is"
        f" {reporting}: is that meant? If not, set reporting_currency: {currency}.",
    )


def _is_much(fact: Fact) -> bool:
    """Whether more than `max_unreadable_share` of the values cannot be read."""
    return bool(fact["rows"] > fact.settings.max_unreadable_share * fact["values"])


def _such_as(fact: Fact) -> str:
    quoted = " and ".join(f"'{example}'" for example in fact["examples"])
    return f" (such as {quoted})" if quoted else ""


def _shown(name: str) -> str:
    """A name from outside in a sentence: in one line, a long one cut."""
    return _IN_ONE_LINE.sub("?", name)[:_LONGEST_NAME]


WORDS: Mapping[str, Callable[[Fact], Told]] = {
    "blank": _blank,
    "conflicting_keys": _conflicting_keys,
    "currencies": _currencies,
    "currency_without_rate": _currency_without_rate,
    "ends_of_periods": _ends_of_periods,
    "error": _error,
    "history": _history,
    "lacking_column": _lacking_column,
    "system_without_tables": _system_without_tables,
    "undecided_number": _undecided_number,
    "unknown_table_in_mapping": _unknown_table_in_mapping,
    "unknown_values": _unknown_values,
    "unreadable_column": _unreadable_column,
    "unreadable_history": _unreadable_history,
    "unread_file": _unread_file,
    "unread_table": _unread_table,
}
"""The words for each kind of finding."""
