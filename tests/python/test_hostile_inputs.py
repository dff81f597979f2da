"""Hostile inputs: each is refused with a sentence, or built with books that balance."""

from __future__ import annotations

import os
import re
import shutil
from collections import Counter
from pathlib import Path

import pytest

from builds import run_dbt, source_report
from hostile_inputs import KINDS, make_input
from sales_kpis.landing_files import look_at_landing

pytestmark = pytest.mark.slow

# Each takes seconds of dbt: so many every time, more when landing is changed.
COUNT = int(os.environ.get("SALES_KPIS_HOSTILE_INPUTS", "60"))
# Words that only an engine, dbt or Python would say.
NOT_OURS = re.compile(
    r"Possible fixes|strict_mode|ignore_errors|null_padding|Traceback|Binder Error|Parser Error"
    r"|Catalog Error|Invalid Input Error|INTERNAL|Conversion Error|IO Error|syntax error|candidate"
)


def outcome_of(place: Path, number: int) -> str:
    """The fate of one input: refused, built or named; any other word is a fault."""
    shutil.rmtree(place / "raw", ignore_errors=True)
    folder = place / "raw" / "tabular"
    folder.mkdir(parents=True)
    made = make_input(number, folder)
    variables = {"systems": ["tabular"], "raw_path": str(place / "raw"), "source_mapping": {}}
    refused = look_at_landing(variables).errors
    if refused and not all(is_sentence(said) for said in refused):
        return f"refused, but not in a sentence: {refused}"
    # Plain dbt says the same, which is the work of its plugin: asked of some.
    if refused and number % 10:
        return "refused"
    # Each command takes a copy of the project as it was parsed once.
    checked = run_dbt(["compile", "--inline", READ], place, variables=variables)
    if refused and checked.exit_code == 0:
        return f"refused by kpis and not by dbt: {refused}"
    if checked.exit_code:
        is_ours = any(is_sentence(line.strip()) for line in checked.output.splitlines())
        return "refused" if is_ours and not NOT_OURS.search(checked.output) else checked.output
    report = source_report(checked)
    [rep] = [table for table in report["tables"] if table["table"] == "rep"]
    if report["errors"]:
        return "refused" if all(is_sentence(said) for said in report["errors"]) else str(report)
    if rep["found_as"] is None:
        return "named" if is_named(report, folder) else "passed over in silence"
    staged = int(checked.output.partition("STAGED ")[2].split()[0])
    counts = [int(rep["rows"]), staged, rep["duplicate_rows"], rep["rejected_rows"]]
    if made.rows not in (None, counts[0]) or counts[0] != sum(counts[1:]):
        return f"the books do not balance: {counts} of {made.rows}"
    return "built"


# The table that `kpis check-sources` reads, and the query of the staging model over it.
READ = """
{% if execute %}
    {% do sales_kpis.check_sources() %}
    {% set contract = sales_kpis.contract_of('tabular', 'rep') %}
    {% set delivery = sales_kpis.delivery_of(contract) %}
    {% if delivery.relation is not none and not delivery.errors %}
        {% set query = sales_kpis.newest_rows_sql(contract, delivery) %}
        {% set rows = run_query('select count(*) from (' ~ query ~ ') as staged') %}
        {% do log('STAGED ' ~ rows[0][0], info=true) %}
    {% endif %}
{% endif %}
select 1 as one
"""


def is_sentence(said: str) -> bool:
    is_one_line = "\n" not in said and len(said) < 3000 and re.search(r"[.)]$", said)
    return (
        bool(is_one_line) and re.search(": |[.] ", said) is not None and not NOT_OURS.search(said)
    )


def is_named(report: dict[str, list[dict[str, str]]], folder: Path) -> bool:
    """Whether all that lies in the folder is told of: as a table, or as what is not read."""
    unread = look_at_landing({"raw_path": str(folder.parent), "systems": ["tabular"]}).unread
    told = {odd["table"] for odd in report["oddities"]} | {odd.name for odd in unread}
    return all(
        {entry.name, entry.name.rpartition(".")[0], entry.stem} & told
        or any(name.startswith(f"{entry.name}/") for name in told)
        for entry in folder.iterdir()
    )


def test_every_hostile_input_is_refused_with_a_sentence_or_built(tmp_path: Path) -> None:
    outcomes: Counter[tuple[str, str]] = Counter()
    faults = {}
    for number in range(COUNT):
        outcome = outcome_of(tmp_path, number)
        outcomes[KINDS[number % len(KINDS)][0], outcome.split(",")[0].split(":")[0]] += 1
        if outcome not in ("refused", "built", "named"):
            faults[number] = outcome
            print(f"{number} ({KINDS[number % len(KINDS)][0]}): {outcome}", flush=True)
    for (kind, outcome), count in sorted(outcomes.items()):
        print(f"{kind}: {outcome} {count}")
    assert faults == {}
    assert {outcome for _, outcome in outcomes} == {"refused", "built", "named"}
