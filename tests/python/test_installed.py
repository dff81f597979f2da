"""`kpis` with the dbt project of its wheel: all outputs lie in the company's folder."""

from __future__ import annotations

from importlib import metadata
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from kpis_project import FakeBuilder, published_revenue, write_project
from sales_kpis import cli, project
from sales_kpis.files import sha256, walk


def kpis(*arguments: str) -> Result:
    return CliRunner().invoke(cli.app, list(arguments), env={"COLUMNS": "160"})


def content(folder: Path) -> dict[str, str]:
    return {path.relative_to(folder).as_posix(): sha256(path) for path in walk(folder)}


@pytest.fixture
def builder() -> type[FakeBuilder]:
    """It builds in dbt's place, and knows how it was set up."""
    return FakeBuilder.of()


@pytest.fixture
def wheel(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    no_waiting_for_the_disk: None,
    builder: type[FakeBuilder],
) -> Path:
    """A dbt project as a wheel carries it, and two folders of companies beside it."""
    shipped = write_project(tmp_path / "site-packages" / "sales_kpis" / "dbt")
    (shipped / "seeds" / "planning").mkdir(parents=True)
    (shipped / "seeds" / "planning" / "quotas.csv").write_text("rep,quota\nann,100\n")
    with (shipped / "dbt_project.yml").open("a") as variables:
        variables.write('  seed_path: ""\n')
    monkeypatch.setattr(project, "SHIPPED", shipped)
    monkeypatch.setattr(project, "FILES", shipped)
    monkeypatch.setattr(cli, "FILES", shipped)
    monkeypatch.setattr(cli, "DbtBuilder", builder)
    for name in ("SALES_KPIS_PROJECT", "SALES_KPIS_DATABASE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SALES_KPIS_PSEUDONYM_SALT", "a long text of a test")
    for name in ("company", "other"):
        folder = tmp_path / name
        (folder / "raw" / "tabular").mkdir(parents=True)
        (folder / "settings.yml").write_text("raw_path: raw\nsystems: [tabular]\n")
    monkeypatch.chdir(tmp_path / "company")
    return shipped


def test_outputs_lie_in_the_folder_of_the_company_and_none_in_the_wheel(
    wheel: Path, builder: type[FakeBuilder]
) -> None:
    before = content(wheel)
    result = kpis("run")
    assert result.exit_code == 0, result.output
    company = Path.cwd()
    [setup] = builder.setups
    assert published_revenue(company / "published" / "current" / "sales_kpis.duckdb")
    assert (company / "build" / "runs.jsonl").is_file()
    assert setup.variables["raw_path"] == str(company / "raw")
    assert content(wheel) == before


def test_dbt_works_beside_links_to_the_wheel_and_reads_the_seeds_there(
    wheel: Path, builder: type[FakeBuilder]
) -> None:
    assert kpis("run").exit_code == 0
    [setup] = builder.setups
    folder = setup.project_folder
    assert folder == Path.cwd() / "build" / "project"
    assert (folder / "dbt_project.yml").resolve() == wheel / "dbt_project.yml"
    assert setup.seeds is not None
    assert (folder / setup.seeds / "planning" / "quotas.csv").read_text() == "rep,quota\n"


def test_after_an_upgrade_the_links_show_what_the_new_wheel_has(
    wheel: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (wheel / "gone").mkdir()
    assert kpis("run").exit_code == 0
    newer = wheel.with_name("newer")
    wheel.rename(newer)
    (newer / "gone").rmdir()
    (newer / "added").mkdir()
    monkeypatch.setattr(project, "SHIPPED", newer)
    monkeypatch.setattr(project, "FILES", newer)
    assert kpis("run").exit_code == 0
    folder = Path.cwd() / "build" / "project"
    links = {path.name: path.readlink() for path in folder.iterdir() if path.is_symlink()}
    assert links == {path.name: path for path in newer.iterdir()}


def test_another_folder_is_named_by_the_variable(
    wheel: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Path.cwd().with_name("other")
    monkeypatch.setenv("SALES_KPIS_PROJECT", str(other))
    assert kpis("run").exit_code == 0
    assert (other / "published" / "current").is_symlink()
    assert not (Path.cwd() / "published").exists()
    monkeypatch.setenv("SALES_KPIS_PROJECT", str(other / "missing"))
    result = kpis("run")
    assert result.exit_code == 2
    assert "missing is not there" in result.stderr


def test_a_folder_without_settings_is_told_how_to_get_them(wheel: Path) -> None:
    Path("settings.yml").unlink()
    result = kpis("run")
    assert result.exit_code == 2
    assert "has no settings.yml" in result.stderr
    assert "kpis init" in result.stderr
    assert not Path("build").exists()


def test_the_list_of_models_is_not_written_into_the_wheel(wheel: Path) -> None:
    (wheel / "models" / "marts" / "kpis" / "revenue").mkdir(parents=True)
    (wheel / "models" / "marts" / "kpis" / "revenue" / "kpi_new.sql").write_text("select 1")
    before = content(wheel)
    result = kpis("references")
    assert result.exit_code == 2
    assert "installed package" in result.stderr
    assert kpis("run").exit_code == 0
    assert content(wheel) == before


def test_init_makes_a_folder_that_waits_for_its_answers(wheel: Path, tmp_path: Path) -> None:
    result = kpis("init", "made")
    assert result.exit_code == 0, result.output
    made = Path("made")
    assert {path.relative_to(made).as_posix() for path in walk(made)} == {
        *(".github/workflows/kpis.yml", ".gitignore", "Makefile", "README.md", "crontab"),
        *("requirements.txt", "salt.txt", "settings.yml", "seeds/planning/quotas.csv"),
    }
    assert (
        made / "requirements.txt"
    ).read_text() == f"sales-kpis=={metadata.version('sales-kpis')}\n"
    assert (made / "seeds" / "planning" / "quotas.csv").read_text() == "rep,quota\n"
    assert (made / "salt.txt").stat().st_mode & 0o777 == 0o600
    assert f"cd {made.resolve()} && make" in (made / "crontab").read_text()
    assert "[salesforce, tabular]" in (made / "settings.yml").read_text()
    refused = kpis("run", "--settings", "made/settings.yml")
    assert refused.exit_code == 2
    assert "waits for 2 answers: systems, reporting_currency" in refused.stderr


@pytest.mark.parametrize("is_file", [False, True])
def test_init_writes_into_no_folder_that_has_something(wheel: Path, is_file: bool) -> None:
    taken = Path("settings.yml") if is_file else Path.cwd()
    before = content(Path.cwd())
    result = kpis("init", str(taken))
    assert result.exit_code == 2
    assert ("is a file" if is_file else "is not empty") in result.stderr
    assert content(Path.cwd()) == before
