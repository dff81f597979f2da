"""The seeds of a company: its own files, and of the project what it has none for."""

from __future__ import annotations

from pathlib import Path

import pytest

from sales_kpis.errors import WrongUse
from sales_kpis.seeds import require_known_names, write_neutral_seeds


def write(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def project_seeds(tmp_path: Path) -> Path:
    return write(
        tmp_path / "seeds",
        {
            "planning/quotas.csv": "rep_id,quota\nr1,100\n",
            "planning/kpi_targets.csv": "kpi,target\nwin_rate,0.5\n",
            "mapping/countries.csv": "value,country\nNL,Netherlands\n",
        },
    )


def test_seeds_that_a_company_lacks_are_words_of_the_project_and_plans_without_rows(
    project_seeds: Path, tmp_path: Path
) -> None:
    own = write(tmp_path / "own", {"planning/quotas.csv": "rep_id,quota\nx,7\n"})
    assert write_neutral_seeds(project_seeds, own) == [
        "mapping/countries.csv",
        "planning/kpi_targets.csv",
    ]
    found = {file.name: file.read_text("utf-8") for file in own.rglob("*.csv")}
    assert found == {
        "quotas.csv": "rep_id,quota\nx,7\n",
        "kpi_targets.csv": "kpi,target\n",
        "countries.csv": "value,country\nNL,Netherlands\n",
    }


def test_a_file_that_is_called_nearly_as_a_seed_is_refused(
    project_seeds: Path, tmp_path: Path
) -> None:
    own = write(tmp_path / "own", {"planning/quota.csv": "rep_id,quota\nx,7\n"})
    with pytest.raises(WrongUse) as error:
        require_known_names(own, project_seeds)
    assert error.value.next_step == "Did you mean planning/quotas.csv?"
    write(own, {"planning/quotas.csv": "rep_id,quota\nx,7\n", "planning/our_list.csv": "a\n"})
    require_known_names(own, project_seeds)
