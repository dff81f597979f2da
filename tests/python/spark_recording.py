"""A pytest run of all parity tests that passes writes down what it has proven: `spark_proof`."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Mapping

import pytest

from spark_content import content_of, deciding_versions
from spark_proof import PROVEN, Compared, Run, shown, write_proof

# Part of `make test-spark` alone; it compares nothing.
OPTIONAL = "test_the_demo_passes_its_tests_on_spark_without_a_warning"


class Recording:
    """A pytest plugin: notes what is compared and what passes, and writes the proof at the end."""

    def __init__(self, tests: Iterable[str]) -> None:
        self._run = Run(content_of(), deciding_versions(), frozenset(tests) - {OPTIONAL})
        self._ending = ""

    def add(self, company: str, rows: Mapping[str, int], marts: Iterable[str]) -> None:
        """Take note of what has been compared of a company: the rows of each table."""
        of_marts = [rows[mart] for mart in marts]
        self._run.companies[company] = Compared(
            tables=len(rows),
            marts=len(of_marts),
            rows=sum(rows.values()),
            rows_of_marts=sum(of_marts),
        )

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note a test that has passed."""
        if report.when == "call" and report.passed:
            self._run.passed.add(report.location[2])

    def pytest_sessionfinish(self, exitstatus: int) -> None:
        """Write the proof if nothing is missing."""
        missing = self._run.missing(content_of()) or ("a test has failed" if exitstatus else "")
        if missing:
            content = shown(self._run.content)
            self._ending = f"Spark: {content} is not proven by this run: {missing}."
            return
        write_proof(self._run.proof)
        self._ending = f"Spark: {self._run.proof}. Commit {PROVEN.as_posix()} with the change."

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Say what has come of it."""
        terminalreporter.write_line(self._ending)


def parity_tests(items: Iterable[pytest.Item]) -> set[str]:
    """The tests of the files of `tests/python/spark/` that have some among the items.

    All that these files have, not those that a selection has left of them.
    """
    modules = {
        item.module
        for item in items
        if isinstance(item, pytest.Function) and item.path.parent.name == "spark"
    }
    return {
        name
        for module in modules
        for name, _ in inspect.getmembers(module, inspect.isfunction)
        if name.startswith("test_")
    }
