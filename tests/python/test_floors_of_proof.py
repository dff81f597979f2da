"""The proof stands outside of what it proves, on three floors."""

import ast
from collections.abc import Iterator
from pathlib import Path

from builds import PROJECT

FLOORS = ("company", "connectors", "answers")


def read_by(file: Path) -> Iterator[str]:
    """The modules that a file imports, by their whole names."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = "proof" if node.level else node.module or ""
            yield from (f"{module}.{name.name}" for name in node.names)


def test_the_proof_imports_nothing_of_the_project() -> None:
    files = sorted((PROJECT / "proof").rglob("*.py"))
    foreign = {
        f"{file.relative_to(PROJECT)} imports {module}"
        for file in files
        for module in read_by(file)
        if module.startswith(("sales_kpis", "dbt", "duckdb_salt", "builds"))
    }
    assert len(files) > 60
    assert foreign == set()


def test_a_floor_of_the_proof_reads_only_itself_and_those_before_it() -> None:
    upwards = {
        f"{file.relative_to(PROJECT)} imports {module}"
        for number, floor in enumerate(FLOORS)
        for file in (PROJECT / "proof" / floor).rglob("*.py")
        for module in read_by(file)
        if module.startswith("proof") and module.split(".")[1] not in FLOORS[: number + 1]
    }
    assert upwards == set()
