"""The lock, the package and the Makefile belong together."""

from __future__ import annotations

import contextlib
import re
import subprocess
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from typer.testing import CliRunner

from release_notes import release_notes
from sales_kpis import cli
from sales_kpis.changelog import sections

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


def needed_by_a_run() -> set[str]:
    """The locked packages that the dependencies of the project lead to, on any platform."""
    waiting = [Requirement(text) for text in PYPROJECT["project"]["dependencies"]]
    found: set[str] = set()
    seen: set[tuple[str, str]] = set()
    while waiting:
        requirement = waiting.pop()
        name = normalized(requirement.name)
        if name not in locked_names():
            continue
        found.add(name)
        for extra in {"", *requirement.extras} - {e for n, e in seen if n == name}:
            seen.add((name, extra))
            with contextlib.suppress(metadata.PackageNotFoundError):  # It is for another platform.
                stated = map(Requirement, metadata.requires(name) or [])
                waiting += [each for each in stated if is_wanted(each, extra)]
    return found


def is_wanted(requirement: Requirement, extra: str) -> bool:
    """Whether a requirement of a package counts, which is asked for with this extra or none."""
    extras = re.findall(r"extra == ['\"]([^'\"]+)", str(requirement.marker or ""))
    return normalized(extra) in map(normalized, extras) if extras else not extra


def test_the_lock_of_a_run_is_the_part_of_the_lock_that_the_dependencies_lead_to() -> None:
    lines = [
        line for line in (ROOT / "requirements-run.lock").read_text().splitlines() if "==" in line
    ]
    assert set(lines) <= set(LOCK)
    assert {normalized(line.split("==")[0]) for line in lines} == needed_by_a_run()


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
        "dist",
        "release",
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
            words = [word for word in re.sub(r"\$\{\{.*?}}", "", run).split() if "=" not in word]
            assert words[0] == "make"
            assert set(words[1:]) <= targets, run


def test_all_files_and_the_newest_section_of_the_changelog_state_one_version() -> None:
    stated = {
        "pyproject.toml": PYPROJECT["project"]["version"],
        "dbt_project.yml": yaml.safe_load((ROOT / "dbt_project.yml").read_text())["version"],
        "CITATION.cff": yaml.safe_load((ROOT / "CITATION.cff").read_text())["version"],
        "CHANGELOG.md": str(next(sections((ROOT / "CHANGELOG.md").read_text("utf-8")))[0]),
    }
    assert len(set(stated.values())) == 1, stated


def test_the_notes_of_a_release_are_the_section_of_its_version(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[project]\nversion = "0.2.0"\n')
    changelog = tmp_path / "CHANGELOG.md"
    changelog.write_text("# Changelog\n\n## 0.2.0\n\n* b\n* c\n\n## 0.1.0\n\n* a\n")
    assert release_notes(tmp_path, "v0.2.0") == "* b\n* c"
    with pytest.raises(ValueError, match=r"The tag is 'v0\.1\.0'"):
        release_notes(tmp_path, "v0.1.0")
    changelog.write_text("# Changelog\n\n## Unreleased\n\n* b\n\n## 0.1.0\n\n* a\n")
    with pytest.raises(ValueError, match=r"says nothing of 0\.2\.0"):
        release_notes(tmp_path, "v0.2.0")
