"""The conventions: every rule over the parsed project, in one list.

Plain functions over dbt's manifest.json rather than dbt-bouncer: its checks cover names,
descriptions and contracts, but not what matters most here (directions between layers and systems,
the KPI shape and its catalog entry, tests whose names are sentences, documented = built columns,
clock, engine words, personal data), so its configuration and its custom checks would be as long as
these rules.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

import yaml

from guards import (
    data_tests,
    documentation,
    english,
    layers,
    links,
    macros,
    marts,
    privacy,
    semantics,
    sql_words,
    tracked_files,
    united,
)
from guards.findings import Finding
from guards.project import Project
from guards.yaml_lines import line_of_keys

Rule = Callable[[Project], Iterator[Finding]]

RULES: tuple[Rule, ...] = (
    layers.model_places,
    layers.reading_directions,
    macros.rooms_of_contract,
    macros.lengths_of_macros,
    macros.qualified_calls,
    united.entities_are_united_once,
    united.staged_entities_are_united,
    united.contracts_of_entities,
    marts.mart_contracts,
    marts.mart_keys,
    marts.mart_descriptions,
    marts.kpi_entries,
    marts.kpi_slicings,
    marts.kpi_columns,
    marts.kpi_files,
    semantics.metrics_of_kpis,
    semantics.titles_of_metrics,
    semantics.places_of_metrics,
    semantics.dimensions_of_metrics,
    semantics.owners_of_kpis,
    documentation.model_descriptions,
    documentation.source_columns,
    documentation.seed_columns,
    data_tests.test_names,
    data_tests.test_descriptions,
    data_tests.singular_messages,
    sql_words.no_clock,
    sql_words.engine_words,
    sql_words.cte_names,
    privacy.no_personal_columns,
    privacy.no_personal_names_in_sql,
    tracked_files.no_machine_details,
    english.subject_first,
    links.page_links,
)


# Offenders that may stay, from the project's root.
EXCEPTIONS = "tests/guards/exceptions.yml"

Exceptions = Mapping[str, Mapping[str, str]]


def conventions(project: Project) -> tuple[Finding, ...]:
    """Everything that the rules find and no exception allows, each once, by file and line."""
    path = project.root / EXCEPTIONS
    exceptions = yaml.safe_load(path.read_text(encoding="utf-8")) if path.is_file() else None
    findings = {finding for rule in RULES for finding in rule(project)}
    return without_exceptions(project.root, findings, exceptions or {})


def without_exceptions(
    root: Path, findings: Iterable[Finding], exceptions: Exceptions
) -> tuple[Finding, ...]:
    """The findings that no exception allows, and the exceptions without need or without a reason.

    Args:
        root: the project's folder.
        findings: what the rules found.
        exceptions: rule → name of the offender → reason why it may stay.
    """
    allowed = {
        (rule, about): reason for rule, each in exceptions.items() for about, reason in each.items()
    }
    findings = tuple(findings)
    needed = {(finding.rule, finding.about) for finding in findings}
    kept = [each for each in findings if (each.rule, each.about) not in allowed]
    for (rule, about), reason in allowed.items():
        line = line_of_keys(root / EXCEPTIONS, (rule, about))
        if (rule, about) not in needed:
            problem = f"{about} does not offend against {rule}"
            kept.append(Finding(EXCEPTIONS, line, "exceptions", problem, "remove the exception"))
        elif not str(reason or "").strip():
            problem = f"{about} is excepted from {rule} without a reason"
            kept.append(Finding(EXCEPTIONS, line, "exceptions", problem, "write the reason"))
    return tuple(sorted(kept))
