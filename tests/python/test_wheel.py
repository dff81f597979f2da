"""The wheel in an environment of its own: a company installs, connects, publishes and upgrades."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import duckdb
import pytest

from builds import PROJECT
from guards.tracked_files import tracked_files
from sales_kpis.files import sha256, walk

pytestmark = pytest.mark.slow

# Two of four deals are won, both in March.
DEALS = """\
Deal ID,Company,Stage,Amount,Currency,Created,Closed,Owner
1,Acme,Won,1000,EUR,2025-01-10,2025-03-01,Ann Example
2,Acme,Lost,500,EUR,2025-01-12,2025-03-11,Ann Example
3,Beta,Won,250.50,EUR,2025-02-10,2025-03-21,Bob Example
4,Beta,Open,99,EUR,2025-02-10,,Bob Example
"""
# Python of the environment may open nothing of the clone but the packages that are locked.
WATCH = """\
import sys
def _watch(event, arguments):
    path = arguments[0] if event == "open" else None
    if isinstance(path, str) and path.startswith({clone!r}) and not path.startswith({locked!r}):
        raise PermissionError(f"{{path}} is of the clone")
sys.addaudithook(_watch)
"""


def sh(*command: str | Path, cwd: Path, is_refused: bool = False) -> str:
    """The output of a command that has no variable of this project."""
    kept = {name: value for name, value in os.environ.items() if "SALES_KPIS" not in name}
    kept.pop("PYTHONPATH", None)
    result = subprocess.run(
        [str(word) for word in command],
        cwd=cwd,
        env=kept | {"COLUMNS": "160"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (result.returncode != 0) == is_refused, result.stdout + result.stderr
    return result.stdout + result.stderr


def make_dist(clone: Path) -> Path:
    """The wheel that `make dist` builds of a copy of the repository."""
    environment = Path(sys.prefix)
    # The environment is there, whatever the times of the copied files say.
    made = f"{environment}/installed"
    sh("make", f"--old-file={made}", "dist", f"VENV={environment}", cwd=clone)
    [wheel] = clone.glob("dist/*.whl")
    return wheel


def install(wheel: Path, environment: Path) -> None:
    """Install a wheel, and nothing else."""
    options = ("--no-deps", "--no-index", "--force-reinstall", "--disable-pip-version-check", "-q")
    pip = (sys.executable, "-m", "pip", "--python", environment / "bin" / "python", "install")
    sh(*pip, *options, wheel, cwd=environment)


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the files of the repository."""
    copied = tmp_path_factory.mktemp("clone")
    for name in tracked_files(PROJECT):
        if (PROJECT / name).is_file():
            (copied / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(PROJECT / name, copied / name)
    return copied


@pytest.fixture(scope="module")
def environment(clone: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new environment with the wheel alone, which sees the locked packages of this one."""
    folder = tmp_path_factory.mktemp("environment")
    sh(sys.executable, "-m", "venv", "--without-pip", folder, cwd=folder)
    [packages] = folder.glob("lib/python*/site-packages")
    locked = sysconfig.get_paths()["purelib"]
    watch = WATCH.format(clone=f"{PROJECT}/", locked=f"{locked}/")
    (packages / "watch_the_clone.py").write_text(watch)
    (packages / "locked.pth").write_text(f"{locked}\nimport watch_the_clone\n")
    install(make_dist(clone), folder)
    return folder


@pytest.fixture(scope="module")
def company(environment: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a company that has published its deals."""
    beside = tmp_path_factory.mktemp("beside")
    sh(environment / "bin" / "sales-kpis", "init", "my_company", cwd=beside)
    folder = beside / "my_company"
    (folder / "exports" / "deals.csv").write_text(DEALS)
    sh(environment / "bin" / "kpis", "connect", "exports", "--yes", cwd=folder)
    make("run", folder, environment)
    return folder


def make(target: str, company: Path, environment: Path) -> str:
    """The output of a target of the company's Makefile, in the environment that is there."""
    binaries = f"BIN={environment / 'bin'}"
    return sh("make", "--old-file=.venv/installed", target, binaries, cwd=company)


def installed_files(environment: Path) -> dict[str, str]:
    [package] = environment.glob("lib/python*/site-packages/sales_kpis")
    return {str(path): sha256(path) for path in walk(package) if path.suffix != ".pyc"}


def test_the_published_file_has_the_revenue_of_the_won_deals(company: Path) -> None:
    with duckdb.connect(company / "published" / "current" / "sales_kpis.duckdb", True) as marts:
        rows = marts.execute(
            """
            select period_label, value from kpis.kpi_total_revenue
            where period_grain = 'month' and dimension = 'total'
            """
        ).fetchall()
    assert rows == [("2025-03", 1250.5)]


def test_a_run_writes_nothing_into_the_package(company: Path, environment: Path) -> None:
    before = installed_files(environment)
    make("check-sources", company, environment)
    assert installed_files(environment) == before
    assert any("/dbt/models/" in path for path in before)
    assert not any("unit_tests" in path for path in before)


def test_the_environment_cannot_read_the_clone(environment: Path, tmp_path: Path) -> None:
    python = environment / "bin" / "python"
    said = sh(python, "-c", f"open({str(PROJECT / 'README.md')!r})", cwd=tmp_path, is_refused=True)
    assert "is of the clone" in said


@pytest.fixture(scope="module")
def newer_wheel(clone: Path, environment: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel of the version 99.1, in which one setting has another default and one is new."""
    newer = tmp_path_factory.mktemp("newer") / "clone"
    shutil.copytree(clone, newer)
    for name, before, after in (
        ("pyproject.toml", 'version = "0.1.0"', 'version = "99.1"'),
        ("dbt_project.yml", "  min_sample_size: 10", "  min_sample_size: 12\n  of_the_future: 1"),
        ("CHANGELOG.md", "# Changelog\n", "# Changelog\n\n## 99.1\n\n* Smaller samples go.\n"),
    ):
        text = (newer / name).read_text()
        assert before in text
        (newer / name).write_text(text.replace(before, after, 1))
    return make_dist(newer)


def upgrade(company: Path, version: str, wheels: Path, *, is_refused: bool = False) -> str:
    """The output of `make upgrade`, which finds no index, and the locked packages in place."""
    locked = sysconfig.get_paths()["purelib"]
    python = company / "python"
    python.write_text(
        "#!/bin/sh -e\n"
        f'"{sys.executable}" -m venv --without-pip "$3"\n'
        f'echo "{locked}" > "$(echo "$3"/lib/python*/site-packages)/locked.pth"\n'
    )
    python.chmod(0o755)
    pip = f"{sys.executable} -m pip --python .venv/bin/python --disable-pip-version-check"
    return sh(
        *("make", "upgrade", f"VERSION={version}", f"PYTHON={python}"),
        f"PIP={pip} install -qq --no-deps --no-index --find-links={wheels}",
        cwd=company,
        is_refused=is_refused,
    )


def test_an_upgrade_installs_the_version_and_says_what_it_changes(
    company: Path, newer_wheel: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "company"
    shutil.copytree(company, folder, symlinks=True)
    said = upgrade(folder, "99.1", newer_wheel.parent)
    assert (folder / "requirements.txt").read_text() == "sales-kpis==99.1\n"
    assert sh(folder / ".venv" / "bin" / "kpis", "--version", cwd=folder) == "kpis 99.1\n"
    lines = said.splitlines()
    assert "changelog: Smaller samples go." in lines
    assert [line for line in lines if line.startswith("differs: ")] == [
        "differs: The published version was made by sales_kpis 0.1.0, which is older than this one"
        " (99.1).",
        "differs: The setting of_the_future is new, with the default 1. docs/settings.md has all"
        " settings.",
        "differs: The setting min_sample_size was 10 in the published version and is now 12, the"
        " default.",
    ]
    assert lines[-1] == "Nothing needs your hand."


def test_an_upgrade_to_a_version_that_is_nowhere_leaves_the_pin(
    company: Path, newer_wheel: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "company"
    shutil.copytree(company, folder, symlinks=True)
    before = (folder / "requirements.txt").read_text()
    assert "99.2" in upgrade(folder, "99.2", newer_wheel.parent, is_refused=True)
    assert (folder / "requirements.txt").read_text() == before
    assert "Which version?" in upgrade(folder, "newest", newer_wheel.parent, is_refused=True)
