"""The catalog of all KPIs as a Markdown page: their questions, then each with examples."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from textwrap import fill

from sales_kpis.formats import NOTHING, format_value
from sales_kpis.plain_text import escaped_in_markdown
from sales_kpis.values import Kpi, KpiValue

WIDTH = 120
# How every description of a KPI table begins; on the page it says nothing.
_SHAPE = "One row per period, dimension and dimension value. "
PROOFS = {
    True: "each row is compared with planted answers (proof/)",
    False: "no planted answers; its own tests only",
}
_INTRODUCTION = (
    "Each KPI with its definition, as its YAML has it (`models/marts/kpis/<family>/`), and a few"
    " rows of the demo company: its newest complete month, the total and its largest slices."
    " The shape of the tables, the terms and the readings that decide numbers are in"
    " [kpis.md](kpis.md). This page is written by `make docs`."
)


def catalog_page(
    catalog: Sequence[Kpi], examples: Mapping[str, Sequence[KpiValue]], currency: str = ""
) -> str:
    """The page: a section per family, in it one per KPI with its definition and examples.

    Args:
        catalog: the KPIs, by family.
        examples: rows of each KPI; one without has no table.
        currency: code shown behind amounts.
    """
    lines = ["# KPI catalog", "", fill(_INTRODUCTION, WIDTH), "", *_questions(catalog)]
    for family, kpis in _by_family(catalog):
        lines += ["", f"## {family.capitalize()}"]
        for kpi in kpis:
            lines += ["", *_definition(kpi)]
            if examples.get(kpi.kpi):
                lines += ["", *_examples(kpi, examples[kpi.kpi], currency)]
    return "\n".join(lines) + "\n"


def choose_examples(catalog: Iterable[Kpi], rows: Iterable[KpiValue]) -> dict[str, list[KpiValue]]:
    """Each KPI's total and two largest named slices of its first dimension that has any.

    Args:
        catalog: the KPIs.
        rows: the KPIs' rows of one period each, the largest first.
    """
    by_slice: dict[tuple[str, str], list[KpiValue]] = {}
    for row in rows:
        by_slice.setdefault((row.kpi, row.dimension), []).append(row)
    chosen = {}
    for kpi in catalog:
        slices = (
            [row for row in by_slice.get((kpi.kpi, dimension), []) if _is_telling(row)]
            for dimension in kpi.dimensions
        )
        largest = next((of_dimension for of_dimension in slices if of_dimension), [])
        chosen[kpi.kpi] = [*by_slice.get((kpi.kpi, "total"), []), *largest[:2]]
    return chosen


def _questions(catalog: Iterable[Kpi]) -> list[str]:
    lines = ["| KPI | question it answers |", "|---|---|"]
    for family, kpis in _by_family(catalog):
        lines.append(f"| **{family.capitalize()}** | |")
        lines += [
            f"| [{kpi.kpi}](#{kpi.kpi}) {_cell(kpi.title)} | {_cell(kpi.question)} |"
            for kpi in kpis
        ]
    return lines


def _definition(kpi: Kpi) -> list[str]:
    additive = f"slices {'' if kpi.is_additive else 'do not '}add up to the total"
    if kpi.slices_of:
        additive += f", which is that of {kpi.slices_of}"
    better = {"higher": ", higher is better", "lower": ", lower is better"}.get(kpi.direction, "")
    reading = " ".join(kpi.description.removeprefix(_SHAPE).split())
    facts = [
        *([f"Also called: {', '.join(kpi.synonyms)}"] if kpi.synonyms else []),
        f"Formula: {kpi.formula}",
        f"Unit: {kpi.unit}{better}; {additive}",
        f"Owner: {kpi.owner}",
        f"Dimensions: {', '.join(kpi.dimensions) or 'total only'}",
        f"Grains: {', '.join(kpi.grains)}",
        f"Source: {kpi.source}",
        f"Proof: {PROOFS[kpi.is_proven]}",
        f"Reading: {reading}",
    ]
    return [
        f"### {kpi.kpi}",
        "",
        f"**{kpi.title}**: {kpi.question}",
        "",
        *(_wrapped(f"* {fact}") for fact in facts),
    ]


def _wrapped(item: str) -> str:
    return fill(item, WIDTH, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)


def _examples(kpi: Kpi, rows: Sequence[KpiValue], currency: str) -> list[str]:
    names = ["period", "dimension", "dimension value", "numerator", "denominator", "value"]
    table = [f"| {' | '.join(names)} |", "|---|---|---|--:|--:|--:|"]
    for row in rows:
        cells = [
            row.period,
            row.dimension,
            escaped_in_markdown(row.dimension_label or row.dimension_value),
            _measure(row.numerator),
            _measure(row.denominator),
            format_value(row.value, kpi.unit, currency),
        ]
        table.append(f"| {' | '.join(cells)} |")
    return table


def _by_family(catalog: Iterable[Kpi]) -> list[tuple[str, list[Kpi]]]:
    return [(family, list(kpis)) for family, kpis in groupby(catalog, lambda kpi: kpi.family)]


def _is_telling(row: KpiValue) -> bool:
    return bool(row.value) and row.is_named


def _measure(value: float | None) -> str:
    return NOTHING if value is None else f"{value:,.2f}".removesuffix(".00")


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())
