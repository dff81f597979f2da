"""The lock, the package and the Makefile belong together."""

from __future__ import annotations

import re
import subprocess
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from sales_kpis import cli

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


@pytest.mark.parametrize("option", ["--version", "-h", "--help"])
def test_the_command_says_its_version_and_how_it_is_used(option: str) -> None:
    result = CliRunner().invoke(cli.app, [option])
    assert result.exit_code == 0, result.output
    version = f"kpis {metadata.version('sales_kpis')}"
    assert ("Usage: " in result.output) if "h" in option else (result.output.strip() == version)


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


def test_workflows_call_make_targets_that_people_call_too() -> None:
    targets = set(re.findall(r"^([a-z-]+)(?=[ a-z-]*:)", (ROOT / "Makefile").read_text(), re.M))
    targets |= set(re.findall(r"^([a-z-]+):", (ROOT / "spark.mk").read_text(), re.M)) | {"test-all"}
    files = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
    assert len(files) >= 2
    for file in files:
        jobs = yaml.safe_load(file.read_text())["jobs"]
        runs = [step["run"] for job in jobs.values() for step in job["steps"] if "run" in step]
        assert runs
        for run in runs:
            words = [word for word in run.split() if "=" not in word and "{{" not in word]
            assert words[0] == "make"
            assert set(words[1:]) - {"github.run_number", "}}"} <= targets, run
