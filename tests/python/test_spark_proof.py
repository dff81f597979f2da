"""The hash of what Spark builds sees every change of it and no other; a proof is of whole runs."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from textwrap import dedent
from typing import Literal

import pytest

import spark_proof
import spark_recording
from builds import PROJECT
from spark_content import COMPARISON, content_of, deciding_versions, plain_python, plain_sql
from spark_proof import PROVEN, Compared, Proof, Run, read_proof, write_proof

# The tables that three builds compared before one whole build and two parts: the rows of
# the marts of the demo, of odd files and of another company.
ROWS_OF_THREE_BUILDS = 1_332_983 + 35 + 1_071_193

FILES = {
    "models/staging/stg_deals.sql": """\
        -- depends_on: {{ ref('kpi_tables') }}
        -- Deals that nobody has won are no deals.
        select
            deal_id, -- its key
            'a -- b' as dashes,
            {# Of the contract. #}
            {{ read_value('amount', "it's") }} as amount
        from {{ source('tabular', 'deal') }}
        where is_won
        """,
    "models/staging/_staging__models.yml": """\
        anchors:
          - &amount
            name: amount
            data_type: decimal(28, 8)
            description: What it is worth.
        models:
          # The only one.
          - name: stg_deals
            description: One row per deal.
            constraints: [{type: primary_key, columns: [deal_id]}]
            config: {materialized: view, meta: {owner: sales}}
            data_tests: [has_rows]
            columns:
              - name: deal_id
                data_type: string
                data_tests: [not_null]
              - *amount
        unit_tests:
          - name: a_deal_is_a_deal
            model: stg_deals
        """,
    "models/marts/kpis/_kpis__models.yml": """\
        models:
          - name: kpi_revenue
            description: What was sold.
            config: {meta: {kpi: {title: Revenue}}}
        """,
    "models/staging/_staging__sources.yml": """\
        sources:
          - name: tabular
            tables:
              - name: deal
                config: {meta: {aliases: [deals]}}
        """,
    "macros/engine/text.sql": """\
        {# Text as Spark reads it. #}
        {% macro spark__trimmed(text) %}trim({{ text }}){% endmacro %}
        """,
    "tests/edge_cases/seeds/mapping/countries.csv": "raw_value,country\nNL,Netherlands\n",
    "vendor/google_analytics/channels.csv": "source,channel\ngoogle,Search\n",
    "tests/edge_cases/raw/tabular/deal.csv": "deal_id,is_won\n1,true\n",
    "dbt_project.yml": """\
        vars:
          # Days.
          zero_fill_days: 400
        data_tests: {sales_kpis: {store_failures: false}}
        """,
    "profiles.yml": """\
        sales_kpis:
          outputs:
            duckdb: {type: duckdb}
            spark: {type: spark, threads: 2}
            cluster: {type: spark, host: a}
        """,
    "requirements.lock": "".join(
        f"{name}=={number}\n"
        for name, number in (*deciding_versions().items(), ("ruff", "0.17.6"))
        if "spark" not in name
    ),
    "requirements-spark.lock": "# For Spark.\ndbt-spark==1.11.0\n",
    **{
        pattern.replace("*", "one").replace("oneone/", "sub/"): "TOLERANCE = 1\n"
        for pattern in COMPARISON
    },
    "tests/python/spark/engines.py": '''\
        """The comparison."""

        def same(a: float) -> bool:
            """Whether it is."""
            return a < 1e-9  # near enough
        ''',
}


def write_small_project(folder: Path) -> Path:
    for name, content in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(dedent(content), encoding="utf-8")
    return folder


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return write_small_project(tmp_path / "project")


def edit(project: Path, file: str, old: str, new: str) -> None:
    text = (project / file).read_text(encoding="utf-8")
    assert old in text
    (project / file).write_text(text.replace(old, new), encoding="utf-8")


STAGING = "models/staging/stg_deals.sql"
CONTRACT = "models/staging/_staging__models.yml"
CHANGES = {
    "a rule of a model": (STAGING, "where is_won", "where not is_won", "models"),
    "blanks within a text": (STAGING, "'a -- b'", "'a --  b'", "models"),
    "what follows dashes within a text": (STAGING, "a -- b", "a -- c", "models"),
    "a text of jinja": (STAGING, "it's", "its", "models"),
    "what a model says it comes after": (STAGING, "kpi_tables", "mart_tables", "models"),
    "an engine macro": ("macros/engine/text.sql", "trim({{", "ltrim({{", "macros"),
    "a type of a contract": (CONTRACT, "data_type: string", "data_type: bigint", "contracts"),
    "a type behind an anchor": (CONTRACT, "decimal(28, 8)", "double", "contracts"),
    "a key of a contract": (CONTRACT, "[deal_id]", "[amount]", "contracts"),
    "how a model is built": (CONTRACT, "materialized: view", "materialized: table", "contracts"),
    "an alias of a raw table": (
        "models/staging/_staging__sources.yml",
        "[deals]",
        "[deals, opportunities]",
        "contracts",
    ),
    "what a KPI means, a row of the catalog": (
        "models/marts/kpis/_kpis__models.yml",
        "What was sold",
        "What was paid",
        "contracts",
    ),
    "a cell of a seed": (
        "tests/edge_cases/seeds/mapping/countries.csv",
        "Netherlands",
        "Holland",
        "seeds",
    ),
    "a cell of a vendor's list": (
        "vendor/google_analytics/channels.csv",
        "Search",
        "Ads",
        "seeds",
    ),
    "a cell of a raw file": (
        "tests/edge_cases/raw/tabular/deal.csv",
        "1,true",
        "1,false",
        "raw files",
    ),
    "a default": ("dbt_project.yml", "400", "401", "settings"),
    "a setting of Spark": ("profiles.yml", "threads: 2", "threads: 4", "connections"),
    "a version of dbt": (
        "requirements.lock",
        f"dbt-core=={deciding_versions()['dbt-core']}",
        "dbt-core==1.0.0",
        "versions",
    ),
    "a version of Spark's adapter": ("requirements-spark.lock", "1.11.0", "1.12.0", "versions"),
    "the tolerance": ("tests/python/spark/engines.py", "1e-9", "1e-2", "comparison"),
}
NO_CHANGES = {
    "a comment on a line": (STAGING, "nobody has won", "are still open"),
    "a comment behind code": (STAGING, "its key", "the key"),
    "a comment of jinja": (STAGING, "Of the contract", "As it came"),
    "blanks and lines": (STAGING, "select\n    deal_id,", "select   deal_id,\n\n"),
    "a comment of a macro": ("macros/engine/text.sql", "as Spark reads it", "without blanks"),
    "a description of a model": (CONTRACT, "One row per deal", "A deal"),
    "a description behind an anchor": (CONTRACT, "What it is worth", "Its worth"),
    "a comment of YAML": (CONTRACT, "# The only one", "# There is no other"),
    "a data test of a model": (CONTRACT, "[has_rows]", "[has_many_rows]"),
    "a data test of a column": (CONTRACT, "[not_null]", "[not_null, unique]"),
    "a unit test": (CONTRACT, "a_deal_is_a_deal", "a_deal_is_no_deal"),
    "a comment of the settings": ("dbt_project.yml", "# Days", "# So many days"),
    "how data tests are stored": ("dbt_project.yml", "store_failures: false", "severity: warn"),
    "another output": ("profiles.yml", "host: a", "host: b"),
    "a package that makes no table": ("requirements.lock", "ruff==0.17.6", "ruff==0.18.0"),
    "a comment of a lock": ("requirements-spark.lock", "# For Spark", "# What Spark needs"),
    "a docstring": ("tests/python/spark/engines.py", "Whether it is", "True if it is"),
    "a comment of Python": ("tests/python/spark/engines.py", "near enough", "as near as can be"),
}


@pytest.mark.parametrize(("file", "old", "new", "part"), CHANGES.values(), ids=CHANGES)
def test_what_changes_a_table_changes_the_hash(
    file: str, old: str, new: str, part: str, project: Path
) -> None:
    before = content_of(project)
    edit(project, file, old, new)
    after = content_of(project)
    assert after.changed_parts(before) == [part]
    assert after.hash != before.hash


@pytest.mark.parametrize(("file", "old", "new"), NO_CHANGES.values(), ids=NO_CHANGES)
def test_what_changes_no_table_leaves_the_hash(
    file: str, old: str, new: str, project: Path
) -> None:
    before = content_of(project)
    edit(project, file, old, new)
    assert content_of(project) == before


def test_files_that_come_go_or_are_renamed_change_the_hash(project: Path) -> None:
    hashes = [content_of(project).hash]
    deal = project / "tests/edge_cases/raw/tabular/deal.csv"
    (deal.parent / "notes.txt").write_text("Landing does not read this.")
    assert content_of(project).hash == hashes[0]
    lead = deal.with_name("lead.csv")
    lead.write_text("lead_id\n1\n")
    hashes.append(content_of(project).hash)
    deal.unlink()
    hashes.append(content_of(project).hash)
    lead.rename(lead.with_name("leads.csv"))
    hashes.append(content_of(project).hash)
    assert len(set(hashes)) == 4


def test_a_part_without_files_is_an_error_and_no_hash(project: Path) -> None:
    (project / "tests/python/spark_dbt.py").unlink()
    with pytest.raises(FileNotFoundError, match=r"spark_dbt\.py names no file"):
        content_of(project)


def test_the_folder_of_the_project_does_not_count(tmp_path: Path) -> None:
    one, other = (write_small_project(tmp_path / name) for name in ("one", "a/deeper one"))
    assert content_of(one) == content_of(other)


def test_the_hash_is_the_same_on_every_machine(project: Path) -> None:
    """Written down: another Python, platform or order of files would give another."""
    assert content_of(project).parts["models"] == (
        "e1515bc526c23e9474a76881e74a471eade04e5a7353b8f8a403da6e824c611e"
    )
    assert plain_python((project / "tests/python/spark/engines.py").read_text()) == (
        "def same(a: float) -> bool:\n    return a < 1e-9"
    )


def test_plain_sql_is_its_words_and_signs() -> None:
    sql = "select a.b, 'it''s' -- c\nfrom {{ ref('x') }} /* d */\n-- e {{ ref('y') }}\n"
    assert plain_sql(sql).splitlines() == [
        *("select", "a", ".", "b", ",", "'it''s'", "from"),
        *("{", "{", "ref", "(", "'x'", ")", "}", "}"),
        "-- e {{ ref('y') }}",
    ]


CONTENT = content_of()
COMPARED = Compared(tables=3, marts=2, rows=10, rows_of_marts=6)


@pytest.fixture
def proof(project: Path) -> Proof:
    return Proof(content_of(project), {"demo": COMPARED, "other": COMPARED}, {"duckdb": "2.0.0"})


def test_a_proof_is_read_as_it_was_written(proof: Proof, tmp_path: Path) -> None:
    file = tmp_path / "proven.json"
    assert read_proof(file) is None
    write_proof(proof, file)
    assert read_proof(file) == proof
    assert str(proof).endswith(", proven (2 marts, 20 rows)")


def test_a_proof_that_was_edited_is_none(proof: Proof, tmp_path: Path) -> None:
    file = tmp_path / "proven.json"
    for old, new in ((proof.content.hash, "0" * 64), ('"companies"', '"company"')):
        write_proof(proof, file)
        file.write_text(file.read_text().replace(old, new))
        with pytest.raises(ValueError, match=r"proven\.json"):
            read_proof(file)


def test_the_proof_of_the_repository_is_one_of_all_marts_and_no_fewer_rows_than_before() -> None:
    """Whether it is of this content is what `make parity-spark` says: a change is no failure."""
    read = json.loads((PROJECT / PROVEN).read_text())
    proof = read_proof()
    assert proof is not None
    assert sorted(read) == ["companies", "hash", "parts", "versions"]
    assert set(proof.companies) == {"demo", "another company", "odd files"}
    for company in proof.companies.values():
        assert 0 < company.marts < company.tables
        assert 0 < company.rows_of_marts < company.rows
    assert set(proof.content.parts) == set(CONTENT.parts)
    assert set(proof.versions) == set(deciding_versions())
    assert proof.rows >= ROWS_OF_THREE_BUILDS


@pytest.fixture
def run(project: Path) -> Run:
    """A run of which nothing is missing."""
    return Run(
        content_of(project),
        {"pytest": pytest.__version__},
        {"test_one", "test_two"},
        {"test_one", "test_two", "test_of_macros"},
        {"demo": COMPARED},
    )


def test_a_run_of_all_tests_is_a_proof(run: Run) -> None:
    assert run.missing(run.content) == ""
    assert run.proof == Proof(run.content, {"demo": COMPARED}, {"pytest": pytest.__version__})


def test_a_run_that_lacks_something_is_no_proof(run: Run, project: Path) -> None:
    """A test that failed, or was not run, no comparison, other packages, a change meanwhile."""
    assert "test_two" in replace(run, passed={"test_one"}).missing(run.content)
    assert replace(run, companies={}).missing(run.content) == "nothing was compared"
    of_other_packages = replace(run, versions={"pytest": "1.0", "no-such": "1"})
    assert of_other_packages.missing(run.content) == (
        f"pytest is {pytest.__version__}, and 1.0 in the lock;"
        " no-such is missing, and 1 in the lock"
    )
    edit(project, STAGING, "where is_won", "where true")
    assert run.missing(content_of(project)) == "models changed during the run"


def test_a_session_that_passes_writes_its_proof_and_any_other_none(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[Proof] = []
    monkeypatch.setattr(spark_recording, "content_of", lambda: content_of(project))
    monkeypatch.setattr(spark_recording, "write_proof", written.append)
    versions = {"pytest": pytest.__version__}
    monkeypatch.setattr(spark_recording, "deciding_versions", lambda: versions)

    def end_of_session(outcome: Literal["passed", "failed"], exit_code: int) -> None:
        recording = spark_recording.Recording(["test_one", spark_recording.OPTIONAL])
        recording.add("demo", {"core.a": 6, "staging.b": 4}, ["core.a"])
        report = pytest.TestReport(
            "test_parity.py::test_one", ("test_parity.py", 1, "test_one"), {}, outcome, None, "call"
        )
        recording.pytest_runtest_logreport(report)
        recording.pytest_sessionfinish(exit_code)

    end_of_session("failed", 1)
    end_of_session("passed", 1)  # a golden test has failed
    assert written == []
    end_of_session("passed", 0)
    demo = Compared(tables=2, marts=1, rows=10, rows_of_marts=6)
    assert written == [Proof(content_of(project), {"demo": demo}, versions)]


def test_what_runs_is_decided_by_the_proof(
    proof: Proof,
    project: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(spark_proof, "content_of", lambda: content_of(project))
    monkeypatch.setattr(spark_proof, "read_proof", lambda: known)
    known: Proof | None = None
    short = proof.content.hash[:12]
    assert spark_proof.main() == 1
    known = proof
    assert spark_proof.main() == 0
    edit(project, STAGING, "where is_won", "where true")
    edit(project, "tests/edge_cases/seeds/mapping/countries.csv", "NL", "BE")
    assert spark_proof.main() == 1
    assert capsys.readouterr().out.splitlines() == [
        "Spark: nothing is proven yet; the parity builds run.",
        f"Spark: unchanged since {short}, proven (2 marts, 20 rows).",
        f"Spark: {content_of(project).hash[:12]} is not proven: models, seeds changed since"
        f" {short}; the parity builds run.",
    ]
