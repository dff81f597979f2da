"""One hash of all that decides the tables of Spark, and what they are compared with.

Read from the project's files without dbt, Spark or Java. Text that changes no table is left out:
the comments and blanks of SQL and Python, data tests, unit tests, and descriptions other than those
of KPIs, which are rows of `kpi_catalog`. In doubt a file counts: a change that is none costs a
build, one that is missed a proof.
"""

from __future__ import annotations

import ast
import hashlib
import io
import json
import re
import tokenize
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from builds import PROJECT

# Code that makes the companies, builds and publishes on both engines, and compares.
COMPARISON = (
    "scripts/sales_kpis/dbt_child.py",
    "proof/**/*.py",
    "scripts/sales_kpis/java_for_spark.py",
    "scripts/sales_kpis/marts.py",
    "scripts/sales_kpis/publish.py",
    "scripts/sales_kpis/spark_marts.py",
    "scripts/sales_kpis/spark_target.py",
    "tests/python/builds.py",
    "tests/python/dbt_in_process.py",
    "tests/python/odd_files.py",
    "tests/python/spark/*.py",
    "tests/python/spark_dbt.py",
)
# Lines of requirements.lock; all of requirements-spark.lock count.
DECIDING_PACKAGES = frozenset(
    ("agate", "dbt-adapters", "dbt-common", "dbt-core", "dbt-duckdb", "duckdb", "jinja2")
)
# Landing takes files of these kinds and no others; seeds are CSV.
DATA = frozenset((".csv", ".json", ".parquet"))

_SQL_TOKENS = re.compile(
    r"""
    (?P<comment>\{\#.*?\#\} | /\*.*?\*/ | --[^\n]*)
    | (?P<blanks>\s+)
    | '(?:[^'\n]|'')*' | "[^"\n]*" | \w+ | .
    """,
    re.DOTALL | re.VERBOSE,
)


@dataclass(frozen=True)
class Content:
    """The hash of each part of the content, by its name."""

    parts: Mapping[str, str]

    @property
    def hash(self) -> str:
        """The hash of all parts."""
        return _digest(f"{name} {digest}".encode() for name, digest in sorted(self.parts.items()))

    def changed_parts(self, other: Content) -> list[str]:
        """Names of the parts that differ in `other` or that only one of them has."""
        names = sorted({*self.parts, *other.parts})
        return [name for name in names if self.parts.get(name) != other.parts.get(name)]


def content_of(project: Path = PROJECT) -> Content:
    """The content of a project folder.

    Raises:
        FileNotFoundError: a part has no file, so that its hash would say nothing.
    """
    versions = json.dumps(deciding_versions(project), sort_keys=True)
    return Content(
        {
            "models": _hash_of_texts(project, ["models/**/*.sql"], plain_sql),
            "macros": _hash_of_texts(project, ["macros/**/*.sql"], plain_sql),
            "contracts": _hash_of_texts(project, ["models/**/*.y*ml"], plain_properties),
            "settings": _hash_of_texts(project, ["dbt_project.yml"], _plain_settings),
            "connections": _hash_of_texts(project, ["profiles.yml"], _plain_connections),
            "seeds": _hash_of_data(project, ["tests/edge_cases/seeds/**/*", "vendor/**/*"]),
            "raw files": _hash_of_data(project, ["tests/edge_cases/raw/**/*"]),
            "versions": _digest([versions.encode()]),
            "comparison": _hash_of_texts(project, COMPARISON, plain_python),
        }
    )


def deciding_versions(project: Path = PROJECT) -> dict[str, str]:
    """The version of each package that can change a table, as the locks have it."""
    locked = dict(_locked(project / "requirements.lock"))
    return {
        **{name: locked[name] for name in sorted(DECIDING_PACKAGES)},
        **dict(_locked(project / "requirements-spark.lock")),
    }


def plain_sql(text: str) -> str:
    """The words and signs of SQL and jinja, one a line, without comments and blanks.

    A comment with jinja stays, because dbt reads the `ref()` in it.
    """
    return "\n".join(
        token[0]
        for token in _SQL_TOKENS.finditer(text)
        if not token["blanks"] and (not token["comment"] or _runs_in_a_comment(token[0]))
    )


def plain_properties(text: str) -> str:
    """A YAML file's words on models, seeds and sources, without tests and descriptions."""
    content = _loaded(text) or {}
    kept = {key: value for key, value in content.items() if key not in ("anchors", "unit_tests")}
    return _as_json({key: _without_tests_and_descriptions(value) for key, value in kept.items()})


def plain_python(text: str) -> str:
    """The lines of Python code without comments, docstrings and blank lines."""
    lines = text.splitlines()
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            row, column = token.start
            lines[row - 1] = lines[row - 1][:column]
    for node in ast.walk(ast.parse(text)):
        documented = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
        if isinstance(node, documented) and ast.get_docstring(node) is not None:
            docstring = node.body[0]
            for row in range(docstring.lineno, (docstring.end_lineno or docstring.lineno) + 1):
                lines[row - 1] = ""
    return "\n".join(line.rstrip() for line in lines if line.strip())


def _runs_in_a_comment(comment: str) -> bool:
    return not comment.startswith("{#") and ("{{" in comment or "{%" in comment)


def _without_tests_and_descriptions(value: Any) -> Any:
    """The value without them, but with what KPIs are said to mean; a `config` stays whole."""
    if isinstance(value, list):
        return [_without_tests_and_descriptions(item) for item in value]
    if not isinstance(value, dict):
        return value
    is_kpi = "kpi" in ((value.get("config") or {}).get("meta") or {})
    left_out = {"data_tests", "tests"} if is_kpi else {"data_tests", "tests", "description"}
    return {
        key: item if key == "config" else _without_tests_and_descriptions(item)
        for key, item in value.items()
        if key not in left_out
    }


def _plain_settings(text: str) -> str:
    content = _loaded(text)
    return _as_json({key: value for key, value in content.items() if key != "data_tests"})


def _plain_connections(text: str) -> str:
    """Those of the two engines that are compared, whatever others there are."""
    outputs = _loaded(text)["sales_kpis"]["outputs"]
    return _as_json({name: outputs[name] for name in ("duckdb", "spark")})


def _locked(file: Path) -> Iterator[tuple[str, str]]:
    for line in file.read_text(encoding="utf-8").splitlines():
        if match := re.match(r"([\w.-]+)==([^\s;]+)", line):
            yield match[1], match[2]


def _loaded(text: str) -> Any:
    # dbt's own loader; that in Python alone is ten times slower and stops at what this one reads.
    return yaml.load(text, Loader=yaml.CSafeLoader)


def _as_json(content: Any) -> str:
    """In the order of the file, for that is the order of columns and systems."""
    return json.dumps(content, ensure_ascii=False, default=str)


def _hash_of_texts(project: Path, patterns: Iterable[str], plain: Callable[[str], str]) -> str:
    return _hash_of_files(
        project,
        _files(project, patterns),
        lambda file: plain(file.read_text(encoding="utf-8")).encode(),
    )


def _hash_of_data(project: Path, patterns: Iterable[str]) -> str:
    files = [file for file in _files(project, patterns) if file.suffix.lower() in DATA]
    return _hash_of_files(project, files, Path.read_bytes)


def _files(project: Path, patterns: Iterable[str]) -> list[Path]:
    """The files of the patterns, each of which has some.

    Hidden ones and Python's caches are no part of the project.
    """
    files: set[Path] = set()
    for pattern in patterns:
        found = [file for file in project.glob(pattern) if file.is_file()]
        files.update(file for file in found if not file.name.startswith("."))
        if not found:
            raise FileNotFoundError(f"{project / pattern} names no file")
    return sorted(files, key=lambda file: file.relative_to(project).as_posix())


def _hash_of_files(project: Path, files: Iterable[Path], content: Callable[[Path], bytes]) -> str:
    return _digest(
        part
        for file in files
        for part in (file.relative_to(project).as_posix().encode(), content(file))
    )


def _digest(parts: Iterable[bytes]) -> str:
    """One hash of several parts; where one ends counts."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(hashlib.sha256(part).digest())
    return digest.hexdigest()
