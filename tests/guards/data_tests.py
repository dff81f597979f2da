"""Data tests: their names are sentences, they are described, a singular one says what it found."""

import re
from collections.abc import Iterator

from guards.findings import Finding
from guards.project import DataTest, Project
from guards.sql_text import only_names
from guards.yaml_lines import line_of_name

_RULE = "data-tests"


def test_names(project: Project) -> Iterator[Finding]:
    """A data test's own name is a sentence: snake case, three words or more."""
    for test in project.tests:
        if _is_unnamed(test):
            problem = (
                f"the {test.generic} test of {test.tested or 'a node'} has no name ({test.name})"
            )
            advice = "give it `name:`, a sentence such as won_deals_have_a_close_date"
            yield _at(project, test, problem, advice)
            continue
        words = test.name.split("_")
        if not re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)+", test.name) or len(words) < 3:
            problem = f"{test.name} is no sentence of three words or more in snake case"
            yield _at(
                project, test, problem, "name what is true, such as won_deals_have_a_close_date"
            )


def test_descriptions(project: Project) -> Iterator[Finding]:
    """A data test has a description: it is what is printed when it fails."""
    for test in project.tests:
        if not test.description.strip():
            yield _at(
                project,
                test,
                f"{test.name} has no description",
                "say why it must hold and where to look",
            )


def singular_messages(project: Project) -> Iterator[Finding]:
    """A singular test selects a column `message`: what was expected and what was found."""
    for test in project.tests:
        if not test.generic and not re.search(r"\bmessage\b", only_names(test.sql), re.IGNORECASE):
            problem = f"{test.name} selects no column `message`"
            advice = "add one that says what was expected and what was found"
            yield _at(project, test, problem, advice)


def _is_unnamed(test: DataTest) -> bool:
    """Whether a generic test has the name that dbt makes up: `<test>_<model>_<arguments>`."""
    made_up = (f"{test.generic}_{test.tested}", f"source_{test.generic}_")
    return bool(test.generic and test.tested) and test.name.startswith(made_up)


def _at(project: Project, test: DataTest, problem: str, advice: str) -> Finding:
    """A finding where a test is written: its SQL, or its entry in the YAML of what it tests."""
    names = [] if not test.generic else [test.tested] if _is_unnamed(test) else [test.name]
    line = line_of_name(project.root / test.file, *filter(None, names)) if test.generic else 1
    return Finding(test.file, line, _RULE, problem, advice, test.name)
