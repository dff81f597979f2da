"""The lock, the package and the Makefile belong together."""

from __future__ import annotations

import re
import subprocess
import tomllib
from importlib import metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LOCK = (ROOT / "requirements.lock").read_text().splitlines()
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())


def normalized(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def locked_names() -> set[str]:
    return {normalized(line.split("==")[0]) for line in LOCK if "==" in line}


def test_the_lock_pins_everything_and_ends_with_this_project() -> None:
    lines = [line for line in LOCK if line and not line.startswith("#")]
    assert lines[-1] == "--editable ."
    assert all(re.fullmatch(r"[a-z0-9.-]+==[^ ;]+( ; .+)?", line) for line in lines[:-1])


def test_the_lock_names_no_registry() -> None:
    assert not [line for line in LOCK if "://" in line]


def test_the_lock_has_every_dependency_of_the_project() -> None:
    project = PYPROJECT["project"]
    stated = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    names = {normalized(re.split(r"[<>=!~; \[]", requirement)[0]) for requirement in stated}
    assert names <= locked_names()


def test_the_lock_lacks_what_cannot_be_installed() -> None:
    excluded = PYPROJECT["tool"]["uv"]["exclude-dependencies"]
    assert excluded == ["dbt-core-experimental-parser"]
    assert not set(excluded) & locked_names()


def test_the_locked_versions_are_the_installed_ones() -> None:
    pinned = dict(line.split("==") for line in LOCK if "==" in line and " ; " not in line)
    assert {name: metadata.version(name) for name in pinned} == pinned


def test_the_shell_finds_kpis() -> None:
    [script] = metadata.entry_points(group="console_scripts", name="kpis")
    assert script.value == "sales_kpis.__main__:main"


@pytest.mark.parametrize(
    "target",
    [
        "build",
        "test",
        "lint",
        "check",
        "docs",
        "lock",
        "clean",
        "build-spark",
        "run-spark",
        "test-spark",
        "parity-spark",
    ],
)
def test_the_makefile_has_the_target(target: str) -> None:
    result = subprocess.run(
        ["make", "--dry-run", target], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr


def test_make_says_which_python_it_needs(tmp_path: Path) -> None:
    for name in ("Makefile", "spark.mk", "requirements.lock", "pyproject.toml"):
        (tmp_path / name).write_text((ROOT / name).read_text())
    result = subprocess.run(
        ["make", "build", "PYTHON="], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert result.returncode == 2
    assert "Python 3.11 or newer" in result.stderr
