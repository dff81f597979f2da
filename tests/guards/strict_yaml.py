"""Strict YAML: a deprecation or warning of dbt while it reads the project is an error here.

dbt holds the YAML against its JSON schema, but only for the adapters of four cloud warehouses; on
DuckDB a typo such as `materialised:`, an unknown key or a top-level `meta:` passes without a word
(dbt-core 1.12.6). Adding `duckdb` to that private list turns the check on. This file is the only
one that knows the private name, and test_guards.py proves that a typo is found; if dbt renames or
drops it, `strict_schema` says so.

dbt runs in this process, unlike everywhere else in the project, because only so can the list be
changed. It parses and does nothing more: its target and log folders are temporary, and the
warehouse file is not opened (the tests prove it).
"""

import os
import re
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, fields
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from dbt.artifacts.resources.v1.config import TestConfig
from dbt.cli.main import dbtRunner
from dbt.jsonschemas import jsonschemas

from guards.findings import Finding
from guards.project import Project, load_manifest, read_project
from guards.yaml_lines import line_of_keys, line_of_name, parse_key_path

PRIVATE_NAME = "_JSONSCHEMA_SUPPORTED_ADAPTERS"

# Events that sum up or announce, and name no place in the project.
_NO_FINDING = {"DeprecationsSummary"}

# dbt's words for the file, which differ from event to event.
_FILE_KEYS = ("file", "file_path", "original_file_path")

# Keys of dbt_project.yml that dbt leaves out when it names a place below them.
_PROJECT_KEYS = (("models",), ("seeds",), ("snapshots",), ("data_tests",), ("sources",))

# The sentence instead of dbt's own, longer one.
_PROBLEM = {
    "CustomKeyInConfigDeprecation": "dbt knows no key `{key}` in this config",
    "CustomKeyInObjectDeprecation": "dbt knows no key `{key}` here",
    "CustomTopLevelKeyDeprecation": "dbt knows no key `{key}` at the top of a file",
    "PropertyMovedToConfigDeprecation": "`{key}:` stands beside `config:`",
}

_SPELLING = "correct the spelling, or put a key of our own under `config: {meta: …}`"
_ARGUMENTS = "put the test's arguments under `arguments:`"

_ADVICE = {
    "CustomKeyInConfigDeprecation": _SPELLING,
    "CustomKeyInObjectDeprecation": _SPELLING,
    "CustomTopLevelKeyDeprecation": "correct the spelling; shared YAML goes under `anchors:`",
    "PropertyMovedToConfigDeprecation": "move it into `config:`",
    "MissingArgumentsPropertyInGenericTestDeprecation": _ARGUMENTS,
    "NoNodeForYamlKey": "describe something that exists, or remove the entry",
    "UnusedResourceConfigPath": "remove the path from dbt_project.yml, or name an existing folder",
}


@dataclass(frozen=True)
class Parse:
    """The result of a strict parse.

    Attributes:
        findings: everything dbt warned of or refused, and what it lets pass in silence.
        project: the parsed project; None if dbt could not parse it (a finding says why).
    """

    findings: tuple[Finding, ...]
    project: Project | None


def strict_parse(root: Path) -> Parse:
    """Parse the dbt project in a folder and list everything that is not current, known dbt YAML.

    Args:
        root: folder of dbt_project.yml and profiles.yml. Nothing is written there.
    """
    root = root.resolve()
    warnings: list[Finding] = []

    def collect(event: Any) -> None:
        if event.info.level == "warn" and event.info.name not in _NO_FINDING:
            warnings.append(_finding(root, event.info.name, event.info.msg, event.data))

    with tempfile.TemporaryDirectory(prefix="guards_") as folder, strict_schema(), _inside(root):
        result = dbtRunner(callbacks=[collect]).invoke(
            [
                *("--quiet", "--no-use-colors", "--show-all-deprecations"),
                *("--log-level", "none", "--log-level-file", "none", "--log-path", folder),
                *("parse", "--no-partial-parse", "--target-path", folder),
                *("--project-dir", str(root), "--profiles-dir", str(root)),
            ]
        )
        manifest_file = Path(folder) / "manifest.json"
        project = (
            read_project(root, load_manifest(manifest_file))
            if result.success and manifest_file.exists()
            else None
        )
    if project is None:
        warnings.append(_refusal(root, str(result.exception or "dbt gave no reason")))
    else:
        warnings += unknown_test_settings(project)
    return Parse(tuple(sorted({*warnings, *unreadable_yaml(root), *old_test_keys(root)})), project)


@contextmanager
def strict_schema() -> Iterator[None]:
    """dbt checks the YAML of a DuckDB project against its schema while this lasts.

    Raises:
        RuntimeError: dbt has no such list any more; this file must follow dbt's change.
    """
    adapters = getattr(jsonschemas, PRIVATE_NAME, None)
    if not isinstance(adapters, set):
        raise RuntimeError(
            f"dbt.jsonschemas.jsonschemas.{PRIVATE_NAME} is no set any more:"
            " see how this version of dbt decides whether to check YAML against its schema,"
            " and change strict_yaml.py"
        )
    added = {"duckdb", "spark"} - adapters
    adapters |= added
    try:
        yield
    finally:
        adapters -= added


@contextmanager
def _inside(folder: Path) -> Iterator[None]:
    """The working directory is a folder: dbt resolves paths of profiles and plugins from there."""
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


def unreadable_yaml(root: Path) -> Iterator[Finding]:
    """YAML that dbt's reader takes and others do not: editors and the guards here could not see it.

    dbt reads by libyaml, which lets a `?` in a flow mapping pass; PyYAML's own loader keeps to the
    specification.
    """
    for path in _yaml_files(root):
        try:
            _content(path.read_text(encoding="utf-8"))
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            yield Finding(
                path.relative_to(root).as_posix(),
                mark.line + 1 if mark else 1,
                "strict-yaml",
                f"no YAML for PyYAML's own loader: {error.problem}",
                "put the text in quotes",
            )


def old_test_keys(root: Path) -> Iterator[Finding]:
    """The key `tests:` where dbt's word is `data_tests:`; dbt accepts both in silence."""
    for path in _yaml_files(root):
        try:
            content = _content(path.read_text(encoding="utf-8"))
        except yaml.YAMLError:
            continue  # unreadable_yaml says so
        for keys in _places_of(content, "tests"):
            if keys[:1] != ("anchors",) and "meta" not in keys:
                yield Finding(
                    path.relative_to(root).as_posix(),
                    line_of_keys(path, keys),
                    "strict-yaml",
                    "`tests:` is the old word",
                    "write `data_tests:`",
                )


def unknown_test_settings(project: Project) -> Iterator[Finding]:
    """An unknown key in a data test's `config:`, such as `severty`; dbt accepts it in silence."""
    known = {name.replace("_", "-") for name in _test_config_keys()}
    for test in project.tests:
        for key in test.settings:
            if key.replace("_", "-") not in known:
                yield Finding(
                    test.file,
                    line_of_name(project.root / test.file, test.name),
                    "strict-yaml",
                    f"unknown key `{key}` in the config of data test {test.name}",
                    "correct the spelling, or put a key of our own under `meta:`",
                )


def _test_config_keys() -> set[str]:
    """Keys of a data test's config, in Python's and in YAML's spelling."""
    keys = {field.name for field in fields(TestConfig)} - {"_extra"}
    aliases = {field.metadata.get("alias") for field in fields(TestConfig)}
    return keys | {alias for alias in aliases if alias} | {"schema"}


@lru_cache(maxsize=256)
def _content(text: str) -> object:
    """The content of a file, read by PyYAML's own loader, which takes its time: once."""
    content: object = yaml.safe_load(text)
    return content


def _yaml_files(root: Path) -> Iterator[Path]:
    yield root / "dbt_project.yml"
    for folder in (
        "models",
        "seeds",
        "snapshots",
        "analyses",
        "macros",
        "tests/singular",
        "tests/generic",
    ):
        yield from sorted(
            path for path in (root / folder).rglob("*.y*ml") if path.suffix in (".yml", ".yaml")
        )


def _places_of(
    content: object, key: str, above: tuple[str | int, ...] = ()
) -> Iterator[tuple[str | int, ...]]:
    """Every place of a key in YAML content, as keys from the top."""
    if isinstance(content, dict):
        for name, value in content.items():
            if name == key:
                yield (*above, name)
            yield from _places_of(value, key, (*above, name))
    if isinstance(content, list):
        for index, value in enumerate(content):
            yield from _places_of(value, key, (*above, index))


def _finding(root: Path, event: str, message: str, data: Any) -> Finding:
    """The finding of one dbt event; its file and line are as exact as the event allows."""
    details: Mapping[str, str] = {field.name: str(value) for field, value in data.ListFields()}
    text = " ".join(message.split())
    for noise in (f"[WARNING][{event}]:", "[WARNING]:", "Deprecated functionality"):
        text = text.replace(noise, "").strip()
    named = next((details[key] for key in _FILE_KEYS if details.get(key)), "")
    file = _file_in(root, named) or _file_in(root, text) or "dbt_project.yml"
    key = details.get("key") or text.partition("Unexpected top-level key ")[2].partition(" ")[0]
    if key and not file.endswith(".sql"):
        keys = parse_key_path(details.get("key_path", ""))
        keys = keys if keys[-1:] == (key,) else (*keys, key)
        above = _PROJECT_KEYS if file == "dbt_project.yml" else ()
        line = max(line_of_keys(root / file, (*first, *keys)) for first in ((), *above))
    else:
        line = max(
            (line_of_name(root / file, name) for name in re.findall(r"'([^']+)'", text)), default=1
        )
    problem = _PROBLEM.get(event, "{text}").format(key=key, text=text.rstrip("."))
    return Finding(
        file, line, "strict-yaml", problem, _ADVICE.get(event, "see dbt's documentation of it")
    )


def _refusal(root: Path, message: str) -> Finding:
    """The finding of a project that dbt cannot parse."""
    text = " ".join(message.split())
    problem = f"dbt cannot parse the project: {text}"
    return Finding(
        _file_in(root, text) or "dbt_project.yml", 1, "strict-yaml", problem, "correct it"
    )


def _file_in(root: Path, text: str) -> str:
    """The first file of the project that a message of dbt names, from the root; empty for none."""
    words = re.findall(r"[\w./\\:-]+\.(?:yml|yaml|sql|csv)\b", text)
    paths = (root / word for word in words)
    return next((path.relative_to(root).as_posix() for path in paths if path.is_file()), "")
