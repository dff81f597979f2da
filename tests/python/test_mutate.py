"""`make mutate`: what it draws, and that a change is noticed or said to have survived."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

import mutate
from builds import PROJECT
from mutants import KINDS, Mutant, places, sample

MODEL = """\
-- A comment with true and 'word'.
select deal_id, coalesce(amount, 0) as amount
from deals
where is_won
    and amount > 5
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project of one model, one macro and one contract."""
    for name, text in {
        "models/staging/tabular/stg_tabular__deals.sql": MODEL,
        "macros/kpis/limit.sql": "{% macro limit() %}where amount >= 7{% endmacro %}\n"
        "{% macro spark__other() %}where amount >= 8{% endmacro %}\n",
        "models/staging/tabular/_tabular__sources.yml": "data_type: decimal\n"
        "config: {meta: {required: true, aliases: [id, key]}}\n"
        "description: required: true\n",
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def changes(kind: str, project: Path) -> set[tuple[str, str, str]]:
    return {(each.operator, each.before.strip(), each.after) for each in places(kind, project)}


def test_a_rule_is_changed_at_each_place_and_a_comment_at_none(project: Path) -> None:
    assert changes("models", project) == {
        ("default", "coalesce(amount, 0)", "amount"),
        ("number", "0", "1"),
        ("number", "5", "6"),
        ("condition", "and amount > 5", ""),
        ("and, or", "and", "or"),
        ("comparison", ">", ">="),
        ("filter", "is_won", "true"),
    }


def test_what_belongs_to_spark_alone_is_left_as_it_is(project: Path) -> None:
    assert {each.before for each in places("macros", project)} == {">=", "7"}


def test_a_contract_loses_names_requirements_and_types(project: Path) -> None:
    assert changes("contracts", project) == {
        ("alias", "[id, key]", "[id]"),
        ("required", "required: true", "required: false"),
        ("type", "decimal", "text"),
    }


def test_a_seed_draws_the_same_changes_again(project: Path) -> None:
    first = sample("models", project, seed=1, count=4)
    assert first == sample("models", project, seed=1, count=4)
    assert len({(each.operator, each.start) for each in first}) == 4
    drawn = {tuple(sample("models", project, seed, 4)) for seed in range(9)}
    assert len(drawn) > 1
    assert len(sample("models", project, seed=1, count=99)) == 7


def test_a_change_is_written_while_it_is_tried_and_taken_back(project: Path) -> None:
    (mutant,) = (each for each in places("models", project) if each.operator == "comparison")
    assert mutant.described(MODEL) == (
        "models/staging/tabular/stg_tabular__deals.sql:5 (comparison):"
        " and amount > 5 → and amount >= 5"
    )
    file = project / mutant.file
    with mutate.written(mutant, project):
        assert "amount >= 5" in file.read_text("utf-8")
    assert file.read_text("utf-8") == MODEL


def test_the_manifest_is_changed_where_the_change_stands(project: Path) -> None:
    model = SimpleNamespace(
        resource_type="model",
        original_file_path="models/staging/tabular/stg_tabular__deals.sql",
        raw_code=MODEL.strip(),
        name="stg_tabular__deals",
    )
    user = SimpleNamespace(
        resource_type="model", original_file_path="x.sql", raw_code="{{ limit() }}", name="user"
    )
    text = (project / "macros/kpis/limit.sql").read_text("utf-8")
    macro = SimpleNamespace(
        package_name="sales_kpis",
        original_file_path="macros/kpis/limit.sql",
        macro_sql=text.split("\n")[0],
        name="limit",
    )
    manifest = SimpleNamespace(nodes={"m": model, "u": user}, macros={"l": macro})
    (of_model,) = (each for each in places("models", project) if each.operator == "comparison")
    (of_macro,) = (each for each in places("macros", project) if each.operator == "comparison")
    assert mutate.put_into(manifest, of_model, MODEL) == ["stg_tabular__deals"]
    assert "amount >= 5" in model.raw_code
    assert mutate.put_into(manifest, of_macro, text) == ["user"]
    assert macro.macro_sql == "{% macro limit() %}where amount > 7{% endmacro %}"


@pytest.mark.parametrize("proof", ["pytest: test_it.py::test_that_it_is_so", None])
def test_a_fork_tells_what_noticed_the_change(
    project: Path, proof: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    (mutant,) = (each for each in places("models", project) if each.operator == "comparison")
    seen = project / "seen.txt"

    def first_proof(mutant: Mutant, project: Path, session: Path, text: str) -> str | None:
        seen.write_text((project / mutant.file).read_text("utf-8"), encoding="utf-8")
        return proof

    monkeypatch.setattr(mutate, "first_proof", first_proof)
    monkeypatch.setattr(mutate, "SECONDS_AT_MOST", 0)
    (project / "session").mkdir()
    told = mutate.in_a_fork(mutant, project, project / "session", project / "log.txt")
    assert told == proof
    assert "amount >= 5" in seen.read_text("utf-8")
    assert (project / mutant.file).read_text("utf-8") == MODEL


def test_there_is_something_to_change_in_every_kind() -> None:
    for kind in KINDS:
        assert next(places(kind, PROJECT), None), kind
