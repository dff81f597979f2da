"""The documented ways of reading: never two versions in one answer, however often is published."""

from __future__ import annotations

import os
import re
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import duckdb
import pytest

from kpis_project import write_marts
from sales_kpis.publish import RunFacts, publish

pytestmark = pytest.mark.usefixtures("no_waiting_for_the_disk")

PAGE = Path(__file__).resolve().parents[2] / "docs" / "read_what_is_published.md"
Table = list[tuple[Any, ...]]
# One reader's findings in the two tables, which every version fills with its own number.
Answer = tuple[set[float], set[float]]


def documented(language: str) -> str:
    """The page's example in that language."""
    [example] = re.findall(rf"```\w+ {language}\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    assert isinstance(example, str)
    return example


def rows_of(path: str | os.PathLike[str]) -> Table:
    with duckdb.connect() as connection:
        return connection.execute(f"from read_parquet('{path}')").fetchall()


class SparkOfTests:
    """So much of a Spark session as the example needs; Spark itself reads the same files."""

    @property
    def read(self) -> SimpleNamespace:
        return SimpleNamespace(
            text=lambda path, wholetext: SimpleNamespace(
                collect=lambda: [(Path(path).read_text("utf-8"),)]
            ),
            parquet=rows_of,
        )


def number_of(table: Table) -> set[float]:
    return {float(value) for row in table for value in row if isinstance(value, float)}


def read_by_python(language: str) -> Answer:
    names: dict[str, Any] = {"spark": SparkOfTests()}
    exec(compile(documented(language), f"{PAGE.name}, {language}", "exec"), names)
    return number_of(names["revenue"]), number_of(names["catalog"])


def read_by_duckdb() -> Answer:
    with duckdb.connect() as connection:
        *statements, query = documented("duckdb").strip().rstrip(";").split(";\n\n")
        for statement in statements:
            connection.execute(statement)
        rows = connection.execute(query.replace("catalog.title", "catalog.version")).fetchall()
    return {row[0] for row in rows}, {row[1] for row in rows}


def read_the_file() -> Answer:
    with duckdb.connect() as connection:
        connection.execute(documented_attach())
        revenue = connection.execute("select value from marts.kpis.kpi_total_revenue").fetchall()
        catalog = connection.execute("select version from marts.monitoring.kpi_catalog").fetchall()
    return {row[0] for row in revenue}, {row[0] for row in catalog}


def documented_attach() -> str:
    [statement] = re.findall(r"attach '.*?;", PAGE.read_text("utf-8"))
    assert isinstance(statement, str)
    return statement


READERS: dict[str, Callable[[], Answer]] = {
    "the file": read_the_file,
    "duckdb": read_by_duckdb,
    "pandas": lambda: read_by_python("pandas"),
    "spark": lambda: read_by_python("spark"),
}


@pytest.fixture
def builds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[int, float], None]]:
    """Publishes the version of a number into `published/` of the current folder."""
    monkeypatch.chdir(tmp_path)
    pandas = ModuleType("pandas")
    pandas.read_parquet = rows_of  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "pandas", pandas)
    made = [
        write_marts(
            tmp_path / str(number) / "sales_kpis.duckdb",
            revenue=[number] * 3,
            statements=[
                "alter table monitoring.kpi_catalog add column version double",
                f"update monitoring.kpi_catalog set version = {number}",
            ],
        )
        for number in range(2)
    ]

    def publish_version(number: int, grace_minutes: float) -> None:
        publish(
            made[number % 2],
            Path("published").absolute(),
            f"run-{number:04d}",
            RunFacts(),
            keep=1,
            grace_minutes=grace_minutes,
        )

    yield publish_version


@pytest.mark.parametrize("reader", READERS)
def test_the_documented_example_reads_the_current_version(
    builds: Callable[[int, float], None], reader: str
) -> None:
    for number in (0, 1):
        builds(number, 1)
        assert READERS[reader]() == ({float(number)}, {float(number)})


def test_a_version_that_comes_between_two_files_is_not_in_the_answer(
    builds: Callable[[int, float], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each file that the example opens is followed by a publication with `keep: 1`."""
    count = 0
    builds(0, 1)

    def rows_then_publish(path: str | os.PathLike[str]) -> Table:
        nonlocal count
        rows = rows_of(path)
        count += 1
        builds(count, 1)
        return rows

    monkeypatch.setattr(sys.modules["pandas"], "read_parquet", rows_then_publish)
    assert read_by_python("pandas") == ({0.0}, {0.0})
    assert count == 2
    # A reader that does not resolve `current` once gets two versions: the promise is the pattern's.
    tables = [f"published/current/parquet/{name}.parquet" for name in (
        "kpis/kpi_total_revenue", "monitoring/kpi_catalog"
    )]  # fmt: skip
    first, second = (number_of(rows_then_publish(table)) for table in tables)
    assert first != second


@pytest.mark.parametrize(
    "publications", [6, pytest.param(40, marks=pytest.mark.slow)], ids=lambda count: f"{count}"
)
def test_readers_of_every_kind_get_one_version_while_versions_are_published(
    builds: Callable[[int, float], None], publications: int
) -> None:
    builds(0, 1)
    is_over = threading.Event()
    answers: list[Answer] = []
    errors: list[Exception] = []

    def read(names: list[str]) -> None:
        while not is_over.is_set():
            for name in names:
                try:
                    answers.append(READERS[name]())
                except (OSError, duckdb.Error) as error:
                    errors.append(error)

    threads = [
        threading.Thread(target=read, args=(names,))
        for names in (["the file", "duckdb"], ["pandas", "spark"])
    ]
    for thread in threads:
        thread.start()
    started = time.monotonic()
    for number in range(1, publications + 1):
        builds(number, 10)
    is_over.set()
    for thread in threads:
        thread.join()

    print(
        f"{publications} publications in {time.monotonic() - started:.0f} s, {len(answers)}"
        f" answers, {len(errors)} errors, {sum(a != b for a, b in answers)} of two versions"
    )
    assert errors == []
    assert {frozenset(revenue | catalog) for revenue, catalog in answers} == {
        frozenset({0.0}),
        frozenset({1.0}),
    }
