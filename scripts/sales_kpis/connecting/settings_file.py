"""The files that `kpis connect` writes: settings with a reason on each line, and raw tables."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from sales_kpis.connecting.plan import Choice, Plan, Stage, Table
from sales_kpis.formats import plural
from sales_kpis.settings import UNANSWERED

RAW = "raw"
SEEDS = "seeds"
# Written out where nobody has answered; the settings say so in the line.
_FILL_IN = "FILL IN"
_FIRST_WORDS = "# Written by `kpis connect"


def is_written_here(settings_file: Path) -> bool:
    """Whether a file of settings is one that `kpis connect` has written."""
    with settings_file.open(encoding="utf-8", errors="replace") as stream:
        return stream.readline().startswith(_FIRST_WORDS)


def write_raw(plan: Plan, folder: Path) -> None:
    """The tables of all exports that are read, as landing files below a folder of raw tables."""
    landing = folder / RAW / "tabular"
    shutil.rmtree(landing, ignore_errors=True)
    landing.mkdir(parents=True)
    for export in {e.name: e for table in plan.tables for e in table.exports}.values():
        export.write(landing)


def settings_text(plan: Plan, folder_name: str) -> str:
    """The settings as YAML: what a run needs, each line with its reason."""
    lines = [
        f"{_FIRST_WORDS} {folder_name}`. Each line says why it is so; those with",
        f"# CONFIRM hold a guess, and a run stops at those with {_FILL_IN}.",
        "systems: [tabular]",
        f"raw_path: {RAW}  # what was read of the files; paths are relative to this file",
        f"seed_path: {SEEDS}  # quotas, targets, costs and rates have headers only: add your rows",
        _line("as_of_date", plan.as_of_date[0], f"newest day of {plan.as_of_date[1]}"),
        _line("reporting_currency", plan.currency[0], plan.currency[1]),
        "reporting_time_zone: UTC  # CONFIRM: the zone in which days are counted",
        "fiscal_year_start_month: 1  # CONFIRM: January",
        "source_mapping:",
        "  tabular:",
    ]
    for table in plan.tables:
        lines += [f"    {line}" for line in _table_lines(table)]
        if table.name == "deal" and "deal_stage" not in [each.name for each in plan.tables]:
            lines += [f"    {line}" for line in _stage_lines(plan.stages)]
    for file, reason in plan.unread:
        lines.append(f"    # not read: {file} {reason}")
    return "\n".join(lines) + "\n"


def _table_lines(table: Table) -> Iterator[str]:
    files = ", ".join(f"{e.file} ({plural(len(e.rows), 'row')})" for e in table.exports)
    source = f"; {table.preset.source}" if table.preset.source else ""
    yield f"# {files}: {table.preset.title}, known by its header{source}"
    yield f"{table.name}:"
    names = [export.name for export in table.exports]
    if table.query:
        yield "  query: |"
        yield from (f"    {line}" for line in table.query.strip().splitlines())
    else:
        yield f"  table: {names[0] if len(names) == 1 else _yaml(names)}"
    yield "  columns:"
    for choice in table.choices.values():
        yield f"    {_choice_line(choice)}"
    if table.unused and not table.query:
        yield f"  # not used: {', '.join(table.unused)}"
    for setting in ("number_format", "date_order"):
        said = {
            what.split()[1]: each
            for what, each in table.formats.items()
            if what.startswith(setting)
        }
        if said:
            yield f"  {setting}:"
            for column, (form, why) in said.items():
                yield f"    {_line(column, form, why)}"


def _choice_line(choice: Choice) -> str:
    why = choice.why
    if choice.samples:
        why += f": {' | '.join(choice.samples)}"
    if choice.others:
        why += f"; else {', '.join(choice.others)}"
    return _line(choice.column, choice.said, why)


def _stage_lines(stages: tuple[Stage, ...]) -> Iterator[str]:
    if not stages:
        return
    yield "# CONFIRM the order of the stages, and which of them are closed and won."
    yield "deal_stage:"
    yield "  rows:"
    for stage in stages:
        flags = {
            flag: UNANSWERED if said is None else said
            for flag, said in (("is_closed", stage.is_closed), ("is_won", stage.is_won))
        }
        row = {"stage": stage.name, "stage_order": stage.order, **flags}
        note = _FILL_IN if stage.is_won is None else stage.why
        yield f"    - {_yaml(row)}  # {plural(stage.deals, 'deal')}; {note}"


def _line(name: str, said: Any, why: str) -> str:
    note = f"{_FILL_IN}: {why}" if said == UNANSWERED else why
    return f"{name}: {_yaml(said)}  # {' '.join(note.split())}"


def _yaml(said: Any) -> str:
    """A value in one line of YAML, which JSON is, too; plain words without quotes."""
    if isinstance(said, Mapping):
        return "{" + ", ".join(f"{_yaml(str(k))}: {_yaml(v)}" for k, v in said.items()) + "}"
    if isinstance(said, list | tuple):
        return "[" + ", ".join(_yaml(each) for each in said) + "]"
    if isinstance(said, str):
        return said if _is_plain(said) else json.dumps(said, ensure_ascii=False)
    return json.dumps(said)


def _is_plain(text: str) -> bool:
    """Whether YAML takes a text for itself without quotes, in a list, too."""
    words = text.replace("_", "").replace(" ", "").replace("-", "")
    is_word = words.isalpha() and words.isascii() and text[:1].isalpha()
    return is_word and text.lower() not in (
        "null",
        "true",
        "false",
        "yes",
        "no",
        "on",
        "off",
        "y",
        "n",
    )
