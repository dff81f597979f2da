"""The guards find what they are there for, and let pass what is right.

Every rule has a case that it must catch (`CATCHES`), and finds nothing in the fixture project
fixtures/guards/clean_project, which keeps them all; `PASSES` has what comes close to being wrong.
"""

import importlib.util
import re
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb
import pytest
from dbt.jsonschemas import jsonschemas
from typer.testing import CliRunner

from guards import (
    __main__ as command,
)
from guards import (
    conventions,
    data_tests,
    documentation,
    english,
    layers,
    links,
    macros,
    marts,
    privacy,
    semantics,
    sql_words,
    strict_yaml,
    tracked_files,
    united,
)
from guards.built_columns import built_columns
from guards.findings import Finding
from guards.project import Column, Metric, Node, Project, read_project
from guards.sql_style import sql_style

REPOSITORY = Path(__file__).parents[2]
CLEAN = Path(__file__).parent / "fixtures" / "guards" / "clean_project"

STAGING = "models/staging/tabular/stg_tabular__deals.sql"
INT = "int_deals__in_reporting_currency"
FLOOR = ("intermediate", "4_meaning")
INTERMEDIATE = "models/intermediate/4_meaning/deals/int_deals__in_reporting_currency.sql"
UNITED = "models/intermediate/1_united/deals/int_deals__united.sql"
FACTS = "models/marts/core/fct_deals.sql"
KPI = "models/marts/kpis/revenue/kpi_total_revenue.sql"
FINAL = "with\n\nfinal as (\n\n    select 1 as one\n\n)\n\nselect * from final\n"
CORE_YAML = "models/marts/core/_core__models.yml"


def copy_of_clean_project(folder: Path) -> Path:
    """A fresh copy of the clean project, with this repository's SQL style."""
    shutil.copytree(CLEAN, folder, dirs_exist_ok=True)
    for name in (".sqlfluff", ".sqlfluffignore"):
        shutil.copy(REPOSITORY / name, folder)
    ignore = shutil.ignore_patterns("__pycache__")
    stand_ins = "tests/guards/sqlfluff_libs"
    shutil.copytree(REPOSITORY / stand_ins, folder / stand_ins, ignore=ignore)
    return folder


def edit(root: Path, file: str, old: str, new: str) -> None:
    """Replace the first `old` in a file, which must hold it."""
    text = (root / file).read_text(encoding="utf-8")
    assert old in text, f"{file} does not hold {old!r}"
    (root / file).write_text(text.replace(old, new, 1), encoding="utf-8")


def files_of(folder: Path) -> dict[str, bytes]:
    """Path and content of each file in a folder."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


# Strict YAML ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def clean_parse(tmp_path_factory: pytest.TempPathFactory) -> strict_yaml.Parse:
    """The clean project, parsed while another program holds the name of its warehouse file."""
    root = copy_of_clean_project(tmp_path_factory.mktemp("clean"))
    warehouse = root / "build" / "guards_fixture.duckdb"
    warehouse.parent.mkdir()
    warehouse.write_text("no database: whoever opens it fails")
    before = files_of(root)
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("SALES_KPIS_DATABASE", raising=False)
        parse = strict_yaml.strict_parse(root)
    assert files_of(root) == before, "a strict parse writes nothing into the project"
    return parse


@pytest.fixture
def clean(clean_parse: strict_yaml.Parse, tmp_path: Path) -> Project:
    """The parsed clean project, with a folder of its own that a test may change."""
    assert clean_parse.project is not None
    return replace(clean_parse.project, root=copy_of_clean_project(tmp_path / "project"))


def test_a_clean_project_passes_strict_yaml(clean_parse: strict_yaml.Parse) -> None:
    assert clean_parse.findings == ()
    assert clean_parse.project is not None
    assert {model.name for model in clean_parse.project.models} == {
        "stg_tabular__deals",
        "int_deals__united",
        "int_deals__in_reporting_currency",
        "fct_deals",
        "kpi_total_revenue",
        "kpi_values",
    }


def test_the_schema_check_is_off_again_after_a_parse(clean_parse: strict_yaml.Parse) -> None:
    adapters = getattr(jsonschemas, strict_yaml.PRIVATE_NAME)
    assert "duckdb" not in adapters
    with strict_yaml.strict_schema():
        assert "duckdb" in adapters
    assert "duckdb" not in adapters


def test_a_dbt_without_the_private_list_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(jsonschemas, strict_yaml.PRIVATE_NAME)
    with pytest.raises(RuntimeError, match=r"change strict_yaml\.py"), strict_yaml.strict_schema():
        pass


@dataclass(frozen=True)
class Typo:
    """A fault in YAML that dbt alone lets pass, and what the guard says of it.

    Attributes:
        at: the line that is named, by a part of it that is in the file once.
    """

    file: str
    old: str
    new: str
    at: str
    says: str


TYPOS = {
    "materialised in a config": Typo(
        CORE_YAML,
        "      materialized: table",
        "      materialized: table\n      materialised: view",
        "materialised: view",
        "dbt knows no key `materialised` in this config",
    ),
    "materialised in dbt_project.yml": Typo(
        "dbt_project.yml",
        "+materialized: view",
        "+materialised: view",
        "+materialised: view",
        "dbt knows no key `+materialised` in this config",
    ),
    "materialised in the config of a SQL file": Typo(
        FACTS,
        "with\n",
        "{{ config(materialised='view') }}\n\nwith\n",
        "materialised",
        "dbt knows no key `materialised` in this config",
    ),
    "meta beside config": Typo(
        "models/marts/monitoring/_monitoring__models.yml",
        "    constraints:",
        "    meta: {team: sales}\n    constraints:",
        "meta: {team: sales}",
        "`meta:` stands beside `config:`",
    ),
    "meta of a source column beside config": Typo(
        "models/staging/tabular/_tabular__sources.yml",
        "          - name: amount\n",
        "          - name: amount\n            meta: {required: true}\n",
        "meta: {required: true}",
        "`meta:` stands beside `config:`",
    ),
    "unknown key of a column": Typo(
        "models/intermediate/4_meaning/deals/_deals__models.yml",
        '        description: "Key of the deal."',
        '        descripton: "Key of the deal."',
        "descripton",
        "dbt knows no key `descripton` here",
    ),
    "unknown key at the top": Typo(
        "models/marts/monitoring/_monitoring__models.yml",
        "models:",
        "modles: []\nmodels:",
        "modles",
        "dbt knows no key `modles` at the top of a file",
    ),
    "old key tests": Typo(
        "models/intermediate/4_meaning/deals/_deals__models.yml",
        '        description: "Day the deal was closed."',
        '        description: "Day the deal was closed."\n        tests: [not_null]',
        "tests: [not_null]",
        "`tests:` is the old word",
    ),
    "old arguments of a test": Typo(
        "models/staging/tabular/_tabular__models.yml",
        '        description: "Day the deal was closed."',
        '        description: "Day the deal was closed."\n        data_tests:\n'
        "          - accepted_values: {values: [1]}",
        "- name: stg_tabular__deals",
        "should be nested under the `arguments` property",
    ),
    "unknown key in a test's config": Typo(
        CORE_YAML,
        "              name: every_deal_has_one_row",
        "              config: {severty: warn}\n              name: every_deal_has_one_row",
        "config: {severty: warn}",
        "unknown key `severty` in the config of data test every_deal_has_one_row",
    ),
    "description of nothing": Typo(
        "seeds/planning/_planning__seeds.yml",
        "seeds:\n",
        "seeds:\n  - name: exchange_rate\n",
        "- name: exchange_rate\n",
        "Did not find matching node for patch with name 'exchange_rate'",
    ),
}


@pytest.fixture(scope="module")
def parse_with_typos(
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[Path, strict_yaml.Parse]:
    """One project with all the typos, parsed: each is found beside the others."""
    root = copy_of_clean_project(tmp_path_factory.mktemp("typos"))
    for typo in TYPOS.values():
        edit(root, typo.file, typo.old, typo.new)
    return root, strict_yaml.strict_parse(root)


@pytest.mark.parametrize("typo", TYPOS.values(), ids=TYPOS.keys())
def test_strict_yaml_finds(parse_with_typos: tuple[Path, strict_yaml.Parse], typo: Typo) -> None:
    root, parse = parse_with_typos
    found = [f for f in parse.findings if f.file == typo.file and typo.says in f.problem]
    assert len(found) == 1, [str(finding) for finding in parse.findings]
    if not typo.file.endswith(".sql"):
        text = (root / typo.file).read_text(encoding="utf-8")
        assert text.count(typo.at) == 1
        assert found[0].line == text[: text.index(typo.at)].count("\n") + 1


def test_strict_yaml_finds_nothing_else(
    parse_with_typos: tuple[Path, strict_yaml.Parse],
) -> None:
    assert len(parse_with_typos[1].findings) == len(TYPOS)


def test_yaml_that_only_dbt_can_read_is_found(tmp_path: Path) -> None:
    root = copy_of_clean_project(tmp_path / "project")
    assert list(strict_yaml.unreadable_yaml(root)) == []
    (root / CORE_YAML).write_text(
        "models:\n  - {name: fct_deals, description: What is it?, config: {}}\n", encoding="utf-8"
    )
    [finding] = strict_yaml.unreadable_yaml(root)
    assert (finding.file, finding.line) == (CORE_YAML, 2)
    assert "put the text in quotes" in str(finding)


def test_a_project_that_dbt_refuses_is_one_finding(tmp_path: Path) -> None:
    root = copy_of_clean_project(tmp_path / "project")
    edit(root, KPI, "ref('fct_deals')", "ref('fct_dealz')")
    parse = strict_yaml.strict_parse(root)
    assert parse.project is None
    assert [(finding.file, finding.rule) for finding in parse.findings] == [(KPI, "strict-yaml")]
    assert "fct_dealz" in parse.findings[0].problem


# Conventions ---------------------------------------------------------------------------------

Change = Callable[[Project], Project]


def node(name: str, /, **changes: Any) -> Change:
    """Change fields of a model, seed or source table."""

    def change(project: Project) -> Project:
        old = next(each for each in project.nodes.values() if each.name == name)
        new: Node = replace(old, **changes)
        return replace(project, nodes={**project.nodes, old.unique_id: new})

    return change


def column(of: str, name: str, /, **changes: Any) -> Change:
    """Change fields of one column."""

    def change(project: Project) -> Project:
        old = next(each for each in project.nodes.values() if each.name == of)
        columns: list[Column] = [
            replace(each, **changes) if each.name == name else each for each in old.columns
        ]
        return node(of, columns=tuple(columns))(project)

    return change


def data_test(name: str, /, **changes: Any) -> Change:
    """Change fields of a data test."""

    def change(project: Project) -> Project:
        tests = [replace(each, **changes) if each.name == name else each for each in project.tests]
        return replace(project, tests=tuple(tests))

    return change


def meta(**changes: object) -> Change:
    """Change fields of the KPI's catalog entry; None takes the field away."""

    def change(project: Project) -> Project:
        kpi = next(each for each in project.models if each.name == "kpi_total_revenue")
        entry = {**kpi.meta["kpi"], **changes}
        entry = {key: value for key, value in entry.items() if value is not None}
        return node("kpi_total_revenue", meta={"kpi": entry})(project)

    return change


def metric(name: str, kpi: Change | None = None, /, **changes: Any) -> Change:
    """Add a metric, by default one as it should be for kpi_total_revenue, and change its KPI."""

    def change(project: Project) -> Project:
        right = Metric(name, "simple", "Total revenue", CORE_YAML, {})
        wrong: Metric = replace(right, **changes)
        changed = (kpi or (lambda same: same))(project)
        return replace(changed, metrics={name: wrong})

    return change


def owned(group: str, owners: dict[str, str]) -> Change:
    """The KPI in a dbt group, of those with these owners."""
    return lambda project: replace(node("kpi_total_revenue", group=group)(project), owners=owners)


def text(file: str, content: str) -> Change:
    """Write a file; a model's SQL changes with it."""

    def change(project: Project) -> Project:
        path = project.root / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
        of = next((each for each in project.models if each.file == file), None)
        return project if of is None else node(of.name, sql=content)(project)

    return change


def entities(systems: str) -> Change:
    """Let the macro list these entities of each system."""
    macro = "{% macro entities_of_systems() %}{{ return(" + systems + ") }}{% endmacro %}"
    return text(united.MACRO_FILE, macro)


def reads(name: str, *parents: str) -> Change:
    """Let a model read the named nodes, too."""

    def change(project: Project) -> Project:
        ids = [each.unique_id for each in project.nodes.values() if each.name in parents]
        ids += [parent for parent in parents if "." in parent]
        old = next(each for each in project.models if each.name == name)
        return node(name, parents=(*old.parents, *ids))(project)

    return change


def moved(name: str, *folders: str, new_name: str = "") -> Change:
    """Put a model into another folder."""
    return node(name, folders=folders, name=new_name or name)


# Written in pieces, for the guard reads this file, too.
HOME = "/ho" + "me/ann/data"
SECRET = "pass" + "word: 'hunter2-hunter2'"
INDEX = "https://py" + "pi.org/simple"


@dataclass(frozen=True)
class Catch:
    """Something wrong, the rule that must find it, and a part of its line."""

    rule: conventions.Rule
    change: Change
    says: str


CATCHES = {
    # Layers.
    "staging model in a folder of another system": Catch(
        layers.model_places,
        moved("stg_tabular__deals", "staging", "salesforce"),
        "staging/salesforce/stg_tabular__deals is no place of a model; make it staging/<system>/",
    ),
    "intermediate model without what it has done": Catch(
        layers.model_places,
        moved(INT, *FLOOR, "deals", new_name="int_deals"),
        "make it intermediate/<floor>/<entity>s/int_<entity>s__<done>",
    ),
    "intermediate model on no floor": Catch(
        layers.model_places,
        moved(INT, "intermediate", "deals"),
        "make it intermediate/<floor>/<entity>s/int_<entity>s__<done>",
    ),
    "intermediate model among those of another entity": Catch(
        layers.model_places, moved(INT, *FLOOR, "leads"), "is no place of a model"
    ),
    "united on a later floor": Catch(
        layers.model_places,
        moved(INT, *FLOOR, "deals", new_name="int_deals__united"),
        "__united on floor 1 only",
    ),
    "a floor reads a later one": Catch(
        layers.reading_directions,
        moved("fct_deals", "intermediate", "1_united", "deals", new_name="int_deals__closed"),
        "of the later floor 4_meaning; a floor reads only those before it",
    ),
    "an entity is united a second time": Catch(
        united.entities_are_united_once,
        reads(INT, "stg_tabular__deals"),
        f"{INT} reads stg_tabular__deals past floor 1; read int_deals__united",
    ),
    "a united model takes in another entity": Catch(
        united.entities_are_united_once,
        node("int_deals__united", name="int_leads__united"),
        "int_leads__united reads stg_tabular__deals past floor 1",
    ),
    "an entity that no model unites": Catch(
        united.entities_are_united_once,
        entities("{'tabular': ['deals', 'leads']}"),
        f"{united.MACRO_FILE}:1 united: no model unites the entity leads; add models/",
    ),
    "a united model of no system's entity": Catch(
        united.entities_are_united_once,
        entities("{'tabular': []}"),
        "int_deals__united unites what entities_of_systems names nowhere; add deals",
    ),
    "a staged entity that its system does not list": Catch(
        united.staged_entities_are_united,
        entities("{'tabular': [], 'salesforce': ['deals']}"),
        "stg_tabular__deals is in no int_deals__united; add deals to tabular in macros/staging/",
    ),
    "a united model that does more than unite": Catch(
        united.contracts_of_entities,
        text(UNITED, "select * from {{ ref('stg_tabular__deals') }}"),
        "int_deals__united does not call union_systems('deals')",
    ),
    "an entity without a contract": Catch(
        united.contracts_of_entities,
        node("int_deals__united", columns=()),
        "int_deals__united has no columns; say what stg_<system>__deals delivers",
    ),
    "a column of a contract without its type": Catch(
        united.contracts_of_entities,
        column("int_deals__united", "amount", data_type=None),
        "column int_deals__united.amount lacks its type or what it means",
    ),
    "fact among the KPIs": Catch(
        layers.model_places,
        moved("fct_deals", "marts", "kpis", "revenue"),
        "make it marts/kpis/<family>/kpi_<id>",
    ),
    "KPI without a family": Catch(
        layers.model_places,
        moved("kpi_total_revenue", "marts", "kpis"),
        "make it marts/kpis/<family>/kpi_<id>",
    ),
    "dimension in monitoring": Catch(
        layers.model_places,
        moved("kpi_values", "marts", "monitoring", new_name="dim_values"),
        "make it marts/monitoring/",
    ),
    "model outside of every layer": Catch(
        layers.model_places, moved("fct_deals", "reports"), "reports/fct_deals is no place"
    ),
    "intermediate reads a source": Catch(
        layers.reading_directions,
        reads("int_deals__in_reporting_currency", "deal"),
        "reads source tabular.deal; only staging reads sources; read the staging model of deal",
    ),
    "monitoring reads a source": Catch(
        layers.reading_directions, reads("kpi_values", "deal"), "only staging reads sources"
    ),
    "staging reads another system's source": Catch(
        layers.reading_directions,
        moved("stg_tabular__deals", "staging", "salesforce"),
        "reads source tabular.deal of another system; unite the two systems in intermediate/",
    ),
    "staging reads a later layer": Catch(
        layers.reading_directions,
        reads("stg_tabular__deals", "fct_deals"),
        "staging model stg_tabular__deals reads core fct_deals",
    ),
    "intermediate reads a later layer": Catch(
        layers.reading_directions,
        reads("int_deals__in_reporting_currency", "kpi_values"),
        "reads monitoring kpi_values",
    ),
    "core skips intermediate": Catch(
        layers.reading_directions,
        reads("fct_deals", "stg_tabular__deals"),
        "reads staging stg_tabular__deals",
    ),
    "core reads a KPI": Catch(
        layers.reading_directions, reads("fct_deals", "kpi_total_revenue"), "reads kpis kpi_total"
    ),
    "KPI reads intermediate": Catch(
        layers.reading_directions,
        reads("kpi_total_revenue", "int_deals__in_reporting_currency"),
        "kpis reads only core",
    ),
    "KPI reads a seed": Catch(
        layers.reading_directions,
        reads("kpi_total_revenue", "exchange_rates"),
        "reads seed exchange_rates",
    ),
    # Marts.
    "mart without contract": Catch(
        marts.mart_contracts,
        node("fct_deals", is_contract_enforced=False),
        f"{CORE_YAML}:2 contract: mart fct_deals enforces no contract",
    ),
    "mart column without type": Catch(
        marts.mart_contracts,
        column("fct_deals", "amount", data_type=None),
        "column fct_deals.amount has no data_type",
    ),
    "mart without key": Catch(
        marts.mart_keys,
        column("fct_deals", "deal_id", constraints=frozenset({"not_null"})),
        "mart fct_deals has no key",
    ),
    "description that does not start with the grain": Catch(
        marts.mart_descriptions,
        node("fct_deals", description="Deals. One row per deal."),
        "does not start with its grain",
    ),
    "mart column without description": Catch(
        marts.mart_descriptions,
        column("fct_deals", "amount", description=" "),
        "column fct_deals.amount has no description",
    ),
    "mart that is in no YAML": Catch(
        marts.mart_descriptions,
        node("fct_deals", columns=(), yaml_file=""),
        f"{FACTS}:1 description: mart fct_deals has no columns in its YAML",
    ),
    # KPIs.
    "KPI without catalog entry": Catch(
        marts.kpi_entries,
        node("kpi_total_revenue", meta={}),
        "has no `config.meta.kpi`, so the catalog lacks it",
    ),
    "KPI without a question": Catch(marts.kpi_entries, meta(question=None), "lacks question"),
    "KPI whose question asks nothing": Catch(
        marts.kpi_entries,
        meta(question="How much"),
        "question of kpi_total_revenue is 'How much'; make it a text that ends in a question mark",
    ),
    "KPI with an unknown direction": Catch(
        marts.kpi_entries, meta(direction="up"), "'up'; make it higher or lower"
    ),
    "KPI with dimensions in one text": Catch(
        marts.kpi_entries, meta(dimensions="team, rep"), "make it a list of names"
    ),
    "KPI that is additive in words": Catch(
        marts.kpi_entries, meta(is_additive="yes"), "make it true or false"
    ),
    "KPI with an unknown field": Catch(
        marts.kpi_entries, meta(tilte="Revenue"), "has the unknown field tilte"
    ),
    "KPI with an unknown way to aggregate": Catch(
        marts.kpi_entries, meta(aggregate="mean"), "'mean'; make it ratio, sum, ratio_to_mean"
    ),
    "KPI that slices a KPI that is not there": Catch(
        marts.kpi_slicings, meta(slices_of="revenue"), "is 'revenue', which is no KPI that shows"
    ),
    "KPI that slices itself": Catch(
        marts.kpi_slicings, meta(slices_of="total_revenue"), "is 'total_revenue', which is no KPI"
    ),
    "proven KPI without a metric": Catch(
        semantics.metrics_of_kpis,
        meta(is_proven=True),
        "kpi_total_revenue is in no metric of the semantic layer, and does not say why; name a"
        " metric total_revenue",
    ),
    "KPI that has a metric and says that it cannot": Catch(
        semantics.metrics_of_kpis,
        metric("total_revenue", meta(no_metric="it is too hard")),
        "kpi_total_revenue has no_metric, and there is a metric total_revenue",
    ),
    "metric without a label": Catch(
        semantics.titles_of_metrics, metric("deals", label="deals"), "metric deals has no label"
    ),
    "metric with another title than its KPI": Catch(
        semantics.titles_of_metrics,
        metric("total_revenue", label="Sales"),
        "metric total_revenue is labelled 'Sales', and its KPI 'Total revenue'",
    ),
    "ratio on a model": Catch(
        semantics.places_of_metrics,
        metric("win_rate", kind="ratio"),
        "metric win_rate is ratio, in this file; write it in models/marts/kpis/<family>/",
    ),
    "metric that tells of a dimension that its KPI has not": Catch(
        semantics.dimensions_of_metrics,
        metric("total_revenue", meta={"not_as_in_kpi": {"team": "of today"}}),
        "tells of team in `not_as_in_kpi`",
    ),
    "KPI in the group of another owner": Catch(
        semantics.owners_of_kpis,
        owned("sales", {"sales": "Sales", "operations": "sales operations"}),
        "is owned by sales operations and in the group sales; write `group: operations`",
    ),
    "KPI of an owner without a group": Catch(
        semantics.owners_of_kpis,
        owned("", {"sales": "Sales"}),
        "and in the group (none); correct the owner, or add a group of sales operations",
    ),
    "KPI column of another type": Catch(
        marts.kpi_columns,
        column("kpi_total_revenue", "numerator", data_type="double"),
        "column 7 of kpi_total_revenue is numerator double, not numerator decimal(28,8)",
    ),
    "KPI column that is missing": Catch(
        marts.kpi_columns,
        lambda project: node(
            "kpi_total_revenue",
            columns=next(m for m in project.models if m.name == "kpi_total_revenue").columns[:-1],
        )(project),
        "column 9 of kpi_total_revenue is nothing, not value double",
    ),
    "KPI column too many": Catch(
        marts.kpi_columns,
        lambda project: node(
            "kpi_total_revenue",
            columns=(
                *next(m for m in project.models if m.name == "kpi_total_revenue").columns,
                Column("share", "A share.", "double", frozenset(), is_pii=False),
            ),
        )(project),
        "column 10 of kpi_total_revenue is share double, not nothing",
    ),
    "KPI with a shorter key": Catch(
        marts.kpi_columns,
        node("kpi_total_revenue", table_constraints=(("primary_key", ("period_grain",)),)),
        "the key of kpi_total_revenue is not period_grain, period_start_date, dimension,",
    ),
    "KPI file that is not built": Catch(
        marts.kpi_files,
        text("models/marts/kpis/leads/kpi_lead_volume.sql", "select 1 as one\n"),
        "models/marts/kpis/leads/kpi_lead_volume.sql:1 kpi-files: dbt does not build this file",
    ),
    # Documentation.
    "model without description": Catch(
        documentation.model_descriptions,
        node("stg_tabular__deals", description=""),
        "model stg_tabular__deals has no description",
    ),
    "source table without columns": Catch(
        documentation.source_columns,
        node("deal", columns=()),
        "source table tabular.deal lists no columns",
    ),
    "source column without type": Catch(
        documentation.source_columns,
        column("deal", "amount", data_type=None),
        "_tabular__sources.yml:17 documentation: column tabular.deal.amount has no data_type",
    ),
    "seed column that is not described": Catch(
        documentation.seed_columns,
        column("exchange_rates", "currency", description=""),
        "column exchange_rates.currency has no description",
    ),
    "seed column that is not documented": Catch(
        documentation.seed_columns,
        text("seeds/planning/exchange_rates.csv", "currency,valid_from,rate_to_reporting,note\n"),
        "its file has currency, valid_from, rate_to_reporting, note",
    ),
    # Data tests.
    "generic test without a name": Catch(
        data_tests.test_names,
        data_test("every_deal_has_one_row", name="unique_fct_deals_deal_id"),
        f"{CORE_YAML}:2 data-tests: the unique test of fct_deals has no name",
    ),
    "test name of two words": Catch(
        data_tests.test_names,
        data_test("deals_have_a_close_date", name="close_dates"),
        "close_dates is no sentence of three words or more in snake case",
    ),
    "test name in camel case": Catch(
        data_tests.test_names,
        data_test("deals_have_a_close_date", name="dealsHave_a_close_date"),
        "is no sentence",
    ),
    "test without description": Catch(
        data_tests.test_descriptions,
        data_test("every_deal_has_one_row", description=""),
        f"{CORE_YAML}:17 data-tests: every_deal_has_one_row has no description",
    ),
    "singular test without message": Catch(
        data_tests.singular_messages,
        data_test("deals_have_a_close_date", sql="select deal_id -- as message\nfrom deals"),
        "deals_have_a_close_date selects no column `message`",
    ),
    # Words in SQL.
    "clock in a model": Catch(
        sql_words.no_clock,
        text(FACTS, "select\n    1 as one,\n    current_date as today\n"),
        f"{FACTS}:3 no-clock: `current_date` reads the clock; use the as-of date",
    ),
    "clock in a macro": Catch(
        sql_words.no_clock,
        text("macros/engine/x.sql", "{% macro x() %}{{ run_started_at }}{% endmacro %}\n"),
        "macros/engine/x.sql:1 no-clock: `run_started_at`",
    ),
    "clock by dbt's macro": Catch(
        sql_words.no_clock, text(FACTS, "select {{ dbt.current_timestamp() }} as x\n"), "no-clock"
    ),
    "clock by now": Catch(sql_words.no_clock, text(FACTS, "select Now() as x\n"), "`Now`"),
    "step named final": Catch(
        sql_words.cte_names,
        text(FACTS, FINAL),
        f"{FACTS}:3 cte-names: the name of step `final`",
    ),
    "step named joined2": Catch(
        sql_words.cte_names,
        text(FACTS, "with\n\na_b as (select 1 as one),\n\njoined2 as (select 2 as two)\n"),
        "`joined2`",
    ),
    # Personal data.
    "tagged column in a mart": Catch(
        privacy.no_personal_columns,
        column("fct_deals", "amount", name="Contact_Email"),
        "mart fct_deals exposes personal data in column Contact_Email",
    ),
    "untagged phone in a mart": Catch(
        privacy.no_personal_columns, column("fct_deals", "amount", name="phone"), "column phone"
    ),
    "mart that reads a tagged column": Catch(
        privacy.no_personal_names_in_sql,
        text(FACTS, "select\n    contact_email is not null as has_contact\nfrom deals\n"),
        f"{FACTS}:2 pii: mart fct_deals reads personal data, contact_email",
    ),
    "mart that gives a tagged column to a macro": Catch(
        privacy.no_personal_names_in_sql,
        text(FACTS, "select\n    {{ is_valid('deals.contact_email') }} as is_valid\nfrom deals\n"),
        f"{FACTS}:2 pii:",
    ),
    # Tracked files.
    # Links.
    "link to a file that is not there": Catch(
        links.page_links,
        text("docs/page.md", "# A\n\nSee [b](b.md).\n"),
        "docs/page.md:3 links: the link b.md leads to no file",
    ),
    "link to a heading that is not there": Catch(
        links.page_links,
        text("docs/page.md", "# The one, two\n\n[a](#the-one-two) [b](page.md#three)\n"),
        "docs/page.md:3 links: the link page.md#three leads to no heading of page.md",
    ),
    # English.
    "comment that begins with a clause for its subject": Catch(
        english.subject_first,
        text("models/marts/core/fct_deals.sql", "select 1\n\n-- What the record says today.\n"),
        "fct_deals.sql:3 english: a sentence begins with What, `What the record says today.`",
    ),
    "second line of a comment in which a sentence begins so": Catch(
        english.subject_first,
        text("macros/a.sql", "{#\n    Two rows are one.\n    Who left stays. #}\n"),
        "macros/a.sql:1 english: a sentence begins with Who",
    ),
    "description that begins so": Catch(
        english.subject_first,
        text(
            "models/a.yml", "models:\n  - name: m\n    description: >-\n      Of two rows, one.\n"
        ),
        "models/a.yml:3 english: a sentence begins with Of",
    ),
    "comment of Python that begins so": Catch(
        english.subject_first,
        text("scripts/a.py", "X = 1\n# Rows.\n# Of them one.\n"),
        "scripts/a.py:2 english: a sentence begins with Of",
    ),
    "docstring that begins so": Catch(
        english.subject_first,
        text("scripts/a.py", 'def f():\n    """What it gives."""\n'),
        "scripts/a.py:2 english: a sentence begins with What",
    ),
    "page that begins so": Catch(
        english.subject_first,
        text("docs/page.md", "# Page\n\nRows are read.\n\n* One.\n* **Two.** Who reads, waits.\n"),
        "docs/page.md:5 english: a sentence begins with Who",
    ),
    "customer who is a man": Catch(
        english.subject_first,
        text("docs/page.md", "A customer has his first deal.\n"),
        "`his` in `A customer has his first deal.`; a record is it or they",
    ),
    "path of one machine": Catch(
        tracked_files.no_machine_details,
        text("docs/page.md", f"Look into `{HOME}`.\n"),
        "docs/page.md:1 tracked-files: it holds a path of one machine",
    ),
    "conflict of a merge": Catch(
        tracked_files.no_machine_details,
        text("docs/page.md", f"One.\n{'<' * 7} HEAD\nTwo.\n{'>' * 7} main\n"),
        "docs/page.md:2 tracked-files: it holds a conflict of a merge",
    ),
    "secret": Catch(
        tracked_files.no_machine_details,
        text("profiles.yml", f"dev:\n  {SECRET}\n"),
        "profiles.yml:2 tracked-files: it holds a secret; take it from the environment",
    ),
    "package index": Catch(
        tracked_files.no_machine_details,
        text("Makefile", f"install:\n\tpip install -i {INDEX} dbt-core\n"),
        "Makefile:2 tracked-files: it holds the address of a package index",
    ),
}

ENGINE_WORDS = (
    "select * exclude (a) from b",
    "select a->>'b' as c from d",
    "select arg_max(a, b) as c from d",
    "select a from b asof join c on b.d >= c.d",
    "select strptime(a, '%Y') as b from c",
    "select date_trunc('month', a) as b from c",
    "select list_filter(a, b) as c from d",
    "select unnest(a) as b from c",
    "select {{ 1 if target.type == 'duckdb' else 2 }} as a",
    "select date_diff('day', a, b) as c from d",
    "select cast(a as varchar) as b from c",
)
CATCHES |= {
    f"engine word: {sql}": Catch(
        sql_words.engine_words, text(FACTS, f"{sql}\n"), f"{FACTS}:1 engine-words: "
    )
    for sql in ENGINE_WORDS
}


FOUND = "{% macro found() %}{{ return(sales_kpis.counted()) }}{% endmacro %}\n"
COUNTED = "{% macro counted() %}{# sales_kpis.nobody() #}1{% endmacro %}\n"


def macro_files(*files: tuple[str, str]) -> Change:
    """Files of macros, by path below macros/."""
    return lambda project: [text(f"macros/{name}", sql)(project) for name, sql in files][-1]


CATCHES |= {
    "a macro that finds calls one that counts": Catch(
        macros.rooms_of_contract,
        macro_files(("contract/find/a.sql", FOUND), ("contract/books/b.sql", COUNTED)),
        "macros/contract/find/a.sql:1 rooms: found (find) calls counted (books); calls go to the",
    ),
    "a macro that reads calls one that writes rows, without the project's name": Catch(
        macros.rooms_of_contract,
        macro_files(
            ("contract/read/a.sql", FOUND.replace("sales_kpis.", "")),
            ("contract/rows/b.sql", COUNTED),
        ),
        "found (read) calls counted (rows); ",
    ),
    "a macro that finds counts by way of a macro of another folder": Catch(
        macros.rooms_of_contract,
        macro_files(
            ("contract/read/a.sql", FOUND.replace("counted", "between")),
            ("staging/b.sql", FOUND.replace("found", "between").replace("counted", "any_engine")),
            (
                "engine/c.sql",
                "{% macro any_engine() %}\n{{ adapter.dispatch('count', 'sales_kpis')() }}\n"
                "{% endmacro %}\n" + FOUND.replace("found", "spark__count"),
            ),
            ("contract/rows/d.sql", COUNTED),
        ),
        "found (read) calls counted (rows) by way of between, any_engine, spark__count; ",
    ),
    "a macro of the contract in no room": Catch(
        macros.rooms_of_contract,
        macro_files(("contract/a.sql", COUNTED)),
        "macro counted stands in no room; put its file into macros/contract/find/,",
    ),
    "a macro longer than a screen": Catch(
        macros.lengths_of_macros,
        macro_files(("marts/a.sql", "\n" + COUNTED.replace("1{", "1" + "\n" * 60 + "{"))),
        "macros/marts/a.sql:2 macro-length: macro counted has 61 lines, more than 60;",
    ),
    "a macro that is called by its bare name": Catch(
        macros.qualified_calls,
        macro_files(
            ("marts/a.sql", FOUND), ("marts/b.sql", "{% macro b() %}{{ found() }}{% endmacro %}\n")
        ),
        "macros/marts/b.sql:1 qualified-calls: found is called by its bare name; write sales",
    ),
}


@pytest.mark.parametrize("catch", CATCHES.values(), ids=CATCHES.keys())
def test_the_rule_catches(clean: Project, catch: Catch) -> None:
    found = [str(finding) for finding in catch.rule(catch.change(clean))]
    assert any(catch.says in line for line in found), found


def test_every_rule_has_a_case_that_it_must_catch() -> None:
    assert {catch.rule for catch in CATCHES.values()} == set(conventions.RULES)


@pytest.mark.parametrize("rule", conventions.RULES, ids=lambda rule: rule.__name__)
def test_the_rule_lets_the_clean_project_pass(clean: Project, rule: conventions.Rule) -> None:
    assert list(rule(clean)) == []


PASSES: dict[str, Change] = {
    "comments may speak of the clock and of engine words": text(
        FACTS,
        "-- never current_date, nor unnest(x)\n/* now() */\n{# target.type #}\nselect 1 as one\n",
    ),
    "words that only look like the clock": text(
        FACTS, "select current_dates, known(a) as b, as_of_date as c from d\n"
    ),
    "dbt's own functions, and engine words inside macros/engine": lambda project: text(
        FACTS, "select try_cast({{ dbt.date_trunc('month', 'a') }} as date) as b from c\n"
    )(text("macros/engine/days.sql", "{% macro x() %}unnest(a)->>'b'{% endmacro %}\n")(project)),
    "a macro that counts calls one that finds, and a comment calls none": macro_files(
        ("contract/books/a.sql", FOUND),
        ("contract/find/b.sql", COUNTED.replace("nobody", "found")),
    ),
    "monitoring reads every layer": reads(
        "kpi_values", "stg_tabular__deals", "int_deals__in_reporting_currency", "fct_deals"
    ),
    "staging reads its own system's staging, and seeds": reads(
        "stg_tabular__deals", "exchange_rates", "stg_tabular__deals"
    ),
    "a key that may have null parts": node(
        "fct_deals", table_constraints=(("unique", ("deal_id",)),)
    ),
    "KPI types in another spelling": column(
        "kpi_total_revenue", "numerator", data_type="DECIMAL(28,8)"
    ),
    "a KPI that says what its cases are": meta(sample="denominator"),
    "names of staff": column("fct_deals", "amount", name="rep_name"),
    "personal words as values, and in comments": text(
        KPI, "select 'contact_email' as contact_field -- phone\nfrom leads\n"
    ),
    "a test named like the generic test it is not": data_test(
        "every_deal_has_one_row", name="unique_deals_have_one_row"
    ),
    "paths from the root of a site, or of the project": text(
        "docs/page.md", "See https://example.com/home/page, scripts/home/x and ~/work/y.\n"
    ),
    "questions, headings, tables and code": text(
        "docs/page.md",
        "# What it is\n\nWho leaves? Rows of it stay.\n\n| a | b |\n|---|---|\n| x | Of it. |\n"
        "\n```\n-- What he said.\n```\n",
    ),
    "a name, a code and a constant that look like such words": text(
        "models/a.sql", "select 'he' as what, whoever from her_table -- The rows of it.\n"
    ),
    "a secret from the environment": text(
        "profiles.yml", "dev:\n  password: \"{{ env_var('DATABASE_PASSWORD') }}\"\n"
    ),
}


@pytest.mark.parametrize("change", PASSES.values(), ids=PASSES.keys())
def test_the_rules_let_pass(clean: Project, change: Change) -> None:
    assert [str(finding) for finding in conventions.conventions(change(clean))] == []


def test_a_node_without_a_file_is_no_model_of_the_project() -> None:
    external = {
        "unique_id": "model.x.kpi_tables",
        "resource_type": "model",
        "package_name": "x",
        "name": "kpi_tables",
        "original_file_path": "",
    }
    manifest = {
        "metadata": {"project_name": "x"},
        "nodes": {"model.x.kpi_tables": external},
        "sources": {},
    }
    assert read_project(Path(), manifest).models == ()


@pytest.mark.parametrize(
    ("exceptions", "problems"),
    [
        ("", [f"{FACTS}:3 cte-names: the name of step `final` does not say what it does"]),
        ("cte-names:\n  fct_deals: known by this name\n", []),
        (
            "cte-names:\n  fct_deals:\n",
            ["exceptions.yml:2 exceptions: fct_deals is excepted from cte-names without"],
        ),
        (
            "cte-names:\n  fct_deals: known\n  kpi_values: unknown\n",
            ["exceptions.yml:3 exceptions: kpi_values does not offend against cte-names"],
        ),
    ],
    ids=["no exception", "an exception with a reason", "without a reason", "without need"],
)
def test_an_offender_may_be_excepted_with_a_reason(
    clean: Project, exceptions: str, problems: list[str]
) -> None:
    project = text(conventions.EXCEPTIONS, exceptions)(text(FACTS, FINAL)(clean))
    found = [str(finding) for finding in conventions.conventions(project)]
    assert len(found) == len(problems)
    for line, problem in zip(found, problems, strict=True):
        assert problem in line


# Documented = built columns ------------------------------------------------------------------


def build(project: Project, database: Path, statements: Iterable[str] = ()) -> None:
    """A database with a table for each model and seed, with the documented columns."""
    with duckdb.connect(str(database)) as connection:
        for each in project.nodes.values():
            if each.kind in ("model", "seed"):
                columns = ", ".join(f'"{column.name}" text' for column in each.columns)
                connection.execute(f"create schema if not exists {each.schema}")
                connection.execute(f"create table {each.schema}.{each.alias} ({columns})")
        for statement in statements:
            connection.execute(statement)


BUILT: dict[str, tuple[str, list[str]]] = {
    "nothing else": ("select 1", []),
    "a column more in a mart": (
        "alter table main_core.fct_deals add column note text",
        ["fct_deals documents not all that is built (lacks note)"],
    ),
    "a column less in a mart": (
        "alter table main_core.fct_deals drop column amount",
        ["fct_deals documents what is not built (amount)"],
    ),
    "another order in a mart": (
        "create or replace table main_core.fct_deals (deal_id text, amount text, close_date text)",
        [
            "fct_deals documents its columns in another order than built"
            " (deal_id, amount, close_date)"
        ],
    ),
    "a column more in staging, which need not be documented": (
        "alter table main_staging.stg_tabular__deals add column note text",
        [],
    ),
    "a column less in staging": (
        "alter table main_staging.stg_tabular__deals drop column amount",
        [
            "stg_tabular__deals documents a column that is not built, amount",
            "stg_tabular__deals lacks amount, which int_deals__united asks of every system",
        ],
    ),
    "a model that is not built": (
        "drop table main_kpis.kpi_total_revenue",
        ["main_kpis.kpi_total_revenue is not in the database"],
    ),
}


@pytest.mark.parametrize(("statement", "problems"), BUILT.values(), ids=BUILT.keys())
def test_built_columns(clean: Project, tmp_path: Path, statement: str, problems: list[str]) -> None:
    database = tmp_path / "built.duckdb"
    build(clean, database, [statement])
    assert [finding.problem for finding in built_columns(clean, database)] == problems


@pytest.mark.parametrize(
    ("kpis", "problems"),
    [
        (["total_revenue"], []),
        ([], ["kpi_catalog lacks total_revenue"]),
        (
            ["total_revenue", "old_kpi"],
            ["kpi_catalog lists old_kpi, which is no KPI of the project"],
        ),
    ],
    ids=["complete", "a KPI is missing", "a KPI too many"],
)
def test_the_built_catalog_has_every_kpi(
    clean: Project, tmp_path: Path, kpis: list[str], problems: list[str]
) -> None:
    kpi = Column("kpi", "Which KPI.", "text", frozenset({"primary_key"}), is_pii=False)
    project = node("kpi_values", name="kpi_catalog", alias="kpi_catalog", columns=(kpi,))(clean)
    database = tmp_path / "built.duckdb"
    rows = [f"insert into main_monitoring.kpi_catalog values ('{name}')" for name in kpis]
    build(project, database, rows)
    assert [finding.problem for finding in built_columns(project, database)] == problems


def test_a_file_that_is_no_database_is_an_error_in_words(clean: Project, tmp_path: Path) -> None:
    (tmp_path / "built.duckdb").write_text("nothing of the kind, and long enough to be read")
    with pytest.raises(RuntimeError, match="cannot read"):
        built_columns(clean, tmp_path / "built.duckdb")


# SQL style -----------------------------------------------------------------------------------

BAD_MODEL = """\
WITH
final as (
  select deals.deal_id, Reps.name, deals.amount::int amt
  , deals.region from {{ ref('fct_deals') }} deals
  join {{ ref('dim_reps') }} as Reps on deals.rep_id = Reps.rep_id
  left join (select x from {{ ref('dim_x') }}) as q on deals.x = q.x
  group by 1, 2, 3, 4
)
select deal_id, name from final
"""

INCREMENTAL_MODEL = """\
with

deals as (

    select
        deal_id,
        close_date
    from {{ ref('fct_deals') }}
    {% if is_incremental() %}
    WHERE close_date > cast('2025-01-01' as date)
    {% else %}
    WHERE close_date > cast('2020-01-01' as date)
    {% endif %}

)

select * from deals
"""

GOOD_MODEL = """\
with

deals as (

    select
        deal_id,
        close_date,
        amount
    from {{ ref('fct_deals') }}
    {% if is_incremental() %}
    where close_date > cast('{{ var("as_of_date") }}' as date)
    {% endif %}

),

months as (

    {% for grain in ['month', 'year'] -%}
    select distinct
        '{{ grain }}' as period_grain,
        cast({{ dbt.date_trunc(grain, 'close_date') }} as date) as period_start_date
    from deals
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

deals_with_month as (

    select
        deals.deal_id,
        deals.close_date,
        months.period_start_date,
        row_number() over (
            partition by months.period_start_date order by deals.close_date, deals.deal_id
        ) as deal_number,
        cast(deals.amount as decimal(28, 8)) as amount
    from deals
    inner join months
        on
            deals.close_date = months.period_start_date
            and months.period_grain = 'month'

)

select * from deals_with_month
"""

LINTED = {
    "models/marts/core/fct_bad.sql": BAD_MODEL,
    "models/marts/core/fct_incremental.sql": INCREMENTAL_MODEL,
    "models/marts/core/fct_good.sql": GOOD_MODEL,
    "models/marts/core/fct_unknown_macro.sql": "select {{ no_macro('a') }} as b from c\n",
    "models/marts/core/fct_long.sql": f"select {'a' * 100} as b from c\n",
    "models/marts/core/fct_unused.sql": (
        "with\n\na_b as (\n\n    select 1 as one\n\n)\n\nselect * from {{ ref('fct_deals') }}\n"
    ),
}


@pytest.fixture(scope="module")
def linted(tmp_path_factory: pytest.TempPathFactory) -> tuple[Finding, ...]:
    """The findings of sqlfluff in the clean project with the models of LINTED added."""
    root = copy_of_clean_project(tmp_path_factory.mktemp("linted") / "project")
    for file, sql in LINTED.items():
        (root / file).write_text(sql, encoding="utf-8")
    before = files_of(root)
    findings = sql_style(root)
    after = {file: content for file, content in files_of(root).items() if ".pyc" not in file}
    assert after == before, "linting writes nothing, and needs no database"
    return findings


@pytest.mark.parametrize(
    "code",
    [
        pytest.param("CP01", id="keywords in lower case"),
        pytest.param("CP02", id="names in lower case"),
        pytest.param("LT02", id="four spaces"),
        pytest.param("LT04", id="trailing commas"),
        pytest.param("LT09", id="one column a line"),
        pytest.param("AL01", id="explicit alias of a table"),
        pytest.param("AL02", id="explicit alias of a column"),
        pytest.param("AM05", id="explicit type of join"),
        pytest.param("AM06", id="group by names"),
        pytest.param("CV11", id="cast in words"),
        pytest.param("CV13", id="select * from the last step"),
        pytest.param("ST05", id="no subqueries"),
    ],
)
def test_sqlfluff_catches_in_a_badly_written_model(linted: tuple[Finding, ...], code: str) -> None:
    found = {f.rule for f in linted if f.file == "models/marts/core/fct_bad.sql"}
    assert f"sql-{code}" in found


def test_sqlfluff_reads_both_branches_of_is_incremental(linted: tuple[Finding, ...]) -> None:
    file = "models/marts/core/fct_incremental.sql"
    assert [(f.line, f.rule) for f in linted if f.file == file] == [
        (10, "sql-CP01"),
        (12, "sql-CP01"),
    ]


@pytest.mark.parametrize(
    ("file", "rule"),
    [
        ("models/marts/core/fct_unknown_macro.sql", "sql-TMP"),
        ("models/marts/core/fct_long.sql", "sql-LT05"),
        ("models/marts/core/fct_unused.sql", "sql-ST03"),
    ],
    ids=["a macro that does not exist", "a line of more than 100 columns", "a step nobody reads"],
)
def test_sqlfluff_catches(linted: tuple[Finding, ...], file: str, rule: str) -> None:
    assert rule in {finding.rule for finding in linted if finding.file == file}


def test_sqlfluff_lets_well_written_models_pass(linted: tuple[Finding, ...]) -> None:
    bad = set(LINTED) - {"models/marts/core/fct_good.sql"}
    assert [str(finding) for finding in linted if finding.file not in bad] == []


def test_every_stand_in_is_for_a_macro_of_the_project() -> None:
    file = REPOSITORY / "tests/guards/sqlfluff_libs/__init__.py"
    spec = importlib.util.spec_from_file_location("stand_ins", file)
    assert spec is not None and spec.loader is not None
    stand_ins = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(stand_ins)
    macros = "\n".join(
        path.read_text(encoding="utf-8") for path in (REPOSITORY / "macros").rglob("*.sql")
    )
    assert set(stand_ins.SPECIAL) <= set(re.findall(r"\bmacro (\w+)\(", macros))


def test_a_macro_that_writes_ctes_is_stood_in_for_by_ctes_of_the_same_names() -> None:
    file = REPOSITORY / "tests/guards/sqlfluff_libs/__init__.py"
    spec = importlib.util.spec_from_file_location("stand_ins", file)
    assert spec is not None and spec.loader is not None
    stand_ins = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(stand_ins)
    closed = stand_ins.closed_deals(numerator="1", denominator="1")
    assert " ".join(closed.split()) == (
        "closed_deals as ( select * from facts ), "
        "closed_deals_by_product_line as ( select * from closed_deals )"
    )
    assert stand_ins.facts_per_rep("won_deals").startswith(
        "facts_of_periods as (\n\n    select * from won_deals\n\n)"
    )
    assert stand_ins.local_date("created_at") == "local_date(created_at)"


# The command ---------------------------------------------------------------------------------


def test_the_command_prints_one_line_a_finding_and_exits_1(tmp_path: Path) -> None:
    root = copy_of_clean_project(tmp_path / "project")
    edit(root, FACTS, "select * from deals", "select current_date as today from deals")
    result = CliRunner().invoke(command.app, ["conventions", "--project-dir", str(root)])
    assert result.exit_code == 1
    assert result.stdout.splitlines() == [
        f"{FACTS}:13 no-clock: `current_date` reads the clock;"
        " use the as-of date, var('as_of_date')"
    ]


def test_the_command_exits_0_when_nothing_is_found(tmp_path: Path) -> None:
    root = copy_of_clean_project(tmp_path / "project")
    result = CliRunner().invoke(command.app, ["all", "--project-dir", str(root)])
    assert (result.exit_code, result.stdout) == (0, "")


def test_long_models_are_named_and_stop_nothing(tmp_path: Path) -> None:
    root = copy_of_clean_project(tmp_path / "project")
    edit(root, FACTS, "with\n", "with\n" + "\n" * 80)
    result = CliRunner().invoke(command.app, ["conventions", "--project-dir", str(root)])
    assert (result.exit_code, result.stdout) == (0, "")
    assert "1 longer than 80 lines, above all fct_deals (9" in result.output


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["yaml", "--project-dir", "nowhere"], "nowhere has no dbt_project.yml"),
        (["all", "--project-dir", str(CLEAN), "--database", "no.duckdb"], "there is no database"),
    ],
    ids=["no project", "no database"],
)
def test_wrong_use_exits_2_with_what_to_do(arguments: list[str], says: str) -> None:
    result = CliRunner().invoke(command.app, arguments)
    assert result.exit_code == 2
    assert says in result.output


def test_a_finding_is_one_line() -> None:
    finding = Finding("models/x.sql", 3, "rule", "a\nproblem", "do  this")
    assert re.fullmatch(r"models/x\.sql:3 rule: a problem; do this", str(finding))
