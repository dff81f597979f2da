"""Marts: contract, key, descriptions, and the one shape of a KPI table."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from guards.findings import Finding
from guards.project import Node, Project

# The shape of every KPI table: columns and types, in order (design.md, "The shape of a KPI table").
KPI_COLUMNS = (
    ("period_grain", "text"),
    ("period_start_date", "date"),
    ("dimension", "text"),
    ("dimension_value", "text"),
    ("period_end_date", "date"),
    ("is_period_complete", "boolean"),
    ("numerator", "decimal(28,8)"),
    ("denominator", "decimal(28,8)"),
    ("value", "double"),
)

KPI_KEY = tuple(name for name, _ in KPI_COLUMNS[:4])

_SAME_TYPE = {
    "string": "text",
    "varchar": "text",
    "bool": "boolean",
    "numeric(28,8)": "decimal(28,8)",
}


@dataclass(frozen=True)
class _Field:
    """A field of `config.meta.kpi`: what it must be, in words and as a check."""

    words: str
    holds: Callable[[Any], bool]


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _one_of(*values: str) -> _Field:
    return _Field(f"one of {', '.join(values)}", lambda value: value in values)


_TEXT = _Field("a text", _is_text)

KPI_FIELDS: Mapping[str, _Field] = {
    "title": _TEXT,
    "question": _Field(
        "a text that ends in a question mark", lambda value: _is_text(value) and value[-1] == "?"
    ),
    "formula": _TEXT,
    "unit": _TEXT,
    "direction": _Field("higher or lower", lambda value: value in ("higher", "lower")),
    "owner": _TEXT,
    "dimensions": _Field(
        "a list of names",
        lambda value: isinstance(value, list) and all(_is_text(name) for name in value),
    ),
    "is_additive": _Field("true or false", lambda value: isinstance(value, bool)),
    "source": _TEXT,
}


# Fields that a KPI may have. `sample`: the expression over the KPI's columns that counts its
# cases; `sample_of`: the KPI that counts them, where the denominator is money; `inputs`: what it is
# made of, see macros/kpis/kpi_inputs.sql; `is_proven`: proof/ has the answers to it; how it
# is measured, see macros/kpis/kpi_rollup.sql; `accrues`: whether it grows in the course of a
# period, see macros/kpis/running_periods.sql; `slices_of`: the KPI whose total it divides;
# `synonyms`: other names by which people ask for it; `board_place`: its place among the numbers
# that the board sees;
# `no_metric`: see guards/semantics.py.
KPI_OPTIONAL_FIELDS: Mapping[str, _Field] = {
    "sample": _TEXT,
    "sample_of": _Field("kpi, sample and period", lambda value: isinstance(value, dict)),
    "inputs": _Field(
        "a list of names",
        lambda value: isinstance(value, list) and all(_is_text(name) for name in value),
    ),
    "is_proven": _Field("true or false", lambda value: isinstance(value, bool)),
    "aggregate": _Field(
        "ratio, sum, ratio_to_mean, accuracy, median or a percentile such as p90",
        lambda value: (
            re.fullmatch("ratio|sum|ratio_to_mean|accuracy|median|p[0-9][1-9]|p[1-9]0", str(value))
            is not None
        ),
    ),
    "compare_with": _one_of("previous", "year_ago"),
    "complete_after_days": _Field(
        "a number of days or the name of a variable", lambda value: isinstance(value, int | str)
    ),
    "is_as_of": _Field("true or false", lambda value: isinstance(value, bool)),
    "finest_grain": _one_of("day", "week", "month", "quarter"),
    "accrues": _Field("true or false", lambda value: isinstance(value, bool)),
    "slices_of": _Field("the id of another KPI, such as total_revenue", _is_text),
    "synonyms": _Field(
        "a list of other names, without |",
        lambda value: isinstance(value, list) and all(_is_text(n) and "|" not in n for n in value),
    ),
    "board_place": _Field(
        "a whole number from 1",
        lambda value: isinstance(value, int) and not isinstance(value, bool) and value > 0,
    ),
    "no_metric": _Field("the reason why MetricFlow cannot express the KPI", _is_text),
}


def mart_contracts(project: Project) -> Iterator[Finding]:
    """A mart enforces its contract: every column has a type, and no other column can appear."""
    for mart in project.marts:
        if not mart.is_contract_enforced:
            yield project.at(
                mart,
                "contract",
                f"mart {mart.name} enforces no contract",
                "set `config: {contract: {enforced: true}}`",
            )
        for column in mart.columns:
            if not column.data_type:
                yield project.at(
                    mart,
                    "contract",
                    f"column {mart.name}.{column.name} has no data_type",
                    "give it one",
                    column.name,
                )


def mart_keys(project: Project) -> Iterator[Finding]:
    """A mart declares its key: a primary_key or unique constraint of a column or of the table."""
    for mart in project.marts:
        types = {kind for kind, _ in mart.table_constraints}.union(
            *(column.constraints for column in mart.columns)
        )
        if not types & {"primary_key", "unique"}:
            yield project.at(
                mart,
                "key",
                f"mart {mart.name} has no key",
                "add a primary_key constraint over the columns that its grain names"
                " (unique, if one of them may be null)",
            )


def mart_descriptions(project: Project) -> Iterator[Finding]:
    """A mart's description starts with its grain, and all its columns are described."""
    for mart in project.marts:
        if not re.match(r"One row per \w", mart.description):
            yield project.at(
                mart,
                "description",
                f"the description of mart {mart.name} does not start with its grain",
                "begin it with `One row per …`",
            )
        if not mart.columns:
            yield project.at(
                mart,
                "description",
                f"mart {mart.name} has no columns in its YAML",
                "list and describe all",
            )
        for column in mart.columns:
            if not column.description.strip():
                yield project.at(
                    mart,
                    "description",
                    f"column {mart.name}.{column.name} has no description",
                    "describe it, with a docs block where it recurs",
                    column.name,
                )


def kpi_entries(project: Project) -> Iterator[Finding]:
    """A KPI's `config.meta.kpi` is there and whole; kpi_catalog is made of these entries."""
    for kpi in _kpis(project):
        entry = kpi.meta.get("kpi")
        if not isinstance(entry, dict):
            yield project.at(
                kpi,
                "kpi-entry",
                f"{kpi.name} has no `config.meta.kpi`, so the catalog lacks it",
                f"write {', '.join(KPI_FIELDS)} there",
            )
            continue
        for field, must in {**KPI_FIELDS, **KPI_OPTIONAL_FIELDS}.items():
            if field not in entry and field in KPI_OPTIONAL_FIELDS:
                continue
            if field not in entry:
                yield project.at(
                    kpi,
                    "kpi-entry",
                    f"`config.meta.kpi` of {kpi.name} lacks {field}",
                    "write it there",
                )
            elif not must.holds(entry[field]):
                yield project.at(
                    kpi,
                    "kpi-entry",
                    f"{field} of {kpi.name} is {entry[field]!r}",
                    f"make it {must.words}",
                )
        for field in sorted(set(entry) - KPI_FIELDS.keys() - KPI_OPTIONAL_FIELDS.keys()):
            yield project.at(
                kpi,
                "kpi-entry",
                f"`config.meta.kpi` of {kpi.name} has the unknown field {field}",
                "correct the spelling, or add the field to KPI_FIELDS in guards/marts.py",
            )


def kpi_slicings(project: Project) -> Iterator[Finding]:
    """A KPI that slices a total names the KPI that shows it, which is no slicing itself."""
    totals = {
        kpi.name.removeprefix("kpi_")
        for kpi in _kpis(project)
        if not (kpi.meta.get("kpi") or {}).get("slices_of")
    }
    for kpi in _kpis(project):
        total = (kpi.meta.get("kpi") or {}).get("slices_of")
        if total and total not in totals:
            yield project.at(
                kpi,
                "kpi-entry",
                f"slices_of of {kpi.name} is {total!r}, which is no KPI that shows its total",
                "name the KPI that has the same total and no slices_of",
            )


def kpi_board_places(project: Project) -> Iterator[Finding]:
    """No two KPIs have the same place on the board, and none there shows another one's total."""
    holders: dict[int, str] = {}
    for kpi in _kpis(project):
        entry = kpi.meta.get("kpi") or {}
        place = entry.get("board_place")
        if place is None:
            continue
        if entry.get("slices_of"):
            yield project.at(
                kpi,
                "kpi-entry",
                f"{kpi.name} has a board_place, and its total is that of {entry['slices_of']}",
                "give the place to that KPI, so that no number is on two cards",
            )
        if place in holders:
            yield project.at(
                kpi,
                "kpi-entry",
                f"board_place {place} of {kpi.name} is that of {holders[place]}, too",
                "give it a place of its own",
            )
        holders.setdefault(place, kpi.name)


def kpi_columns(project: Project) -> Iterator[Finding]:
    """A KPI table has the shared shape: nine columns in order, with their types and key."""
    for kpi in _kpis(project):
        found = tuple((column.name, _plain_type(column.data_type)) for column in kpi.columns)
        if found != KPI_COLUMNS:
            position = next(
                (i for i, pair in enumerate(KPI_COLUMNS) if found[i : i + 1] != (pair,)),
                len(KPI_COLUMNS),
            )
            has = " ".join(found[position]) if position < len(found) else "nothing"
            wants = " ".join(KPI_COLUMNS[position]) if position < len(KPI_COLUMNS) else "nothing"
            yield project.at(
                kpi,
                "kpi-columns",
                f"column {position + 1} of {kpi.name} is {has}, not {wants}",
                "take the columns that all share: `columns: \"{{ var('kpi_table').columns }}\"`",
            )
        if ("primary_key", KPI_KEY) not in kpi.table_constraints and (
            "unique",
            KPI_KEY,
        ) not in kpi.table_constraints:
            yield project.at(
                kpi,
                "kpi-columns",
                f"the key of {kpi.name} is not {', '.join(KPI_KEY)}",
                "declare it as one constraint of the table",
            )


def kpi_files(project: Project) -> Iterator[Finding]:
    """Every SQL file among the KPIs is built: none is left out of the catalog by being disabled."""
    known = {kpi.file for kpi in _kpis(project)}
    for path in sorted((project.root / "models" / "marts" / "kpis").rglob("*.sql")):
        file = path.relative_to(project.root).as_posix()
        if file not in known:
            yield Finding(
                file,
                1,
                "kpi-files",
                "dbt does not build this file, so the catalog lacks it",
                "enable it",
            )


def _kpis(project: Project) -> Iterator[Node]:
    return (mart for mart in project.marts if mart.layer == "kpis")


def _plain_type(data_type: str | None) -> str:
    plain = re.sub(r"\s+", "", data_type or "no type").lower()
    return _SAME_TYPE.get(plain, plain)
