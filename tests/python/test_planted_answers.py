"""Every KPI table equals the answers that the simulation gives without any SQL.

The simulator (proof/) writes raw files and, from its own objects, the true rows of
every KPI: all grains, dimensions and slices, zero-filled ones included. A KPI table must hold
exactly these rows.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from builds import (
    BELIEVABLE_SEED,
    PROJECT,
    Build,
    believable_demo,
    build_models,
    golden_demo,
    run_dbt,
)
from planted_fact_tables import compare_facts
from proof.answers.alerts import (
    Alert,
    Breach,
    Goal,
    Watch,
    planted_alerts,
    planted_breaches,
    planted_goals,
    watch,
)
from proof.answers.books.as_of import Books
from proof.answers.drivers import Driver, planted_drivers
from proof.answers.forecasts import planted_forecasts
from proof.answers.planted import KPIS, planted_kpis
from proof.answers.rollup import KpiRow, write_kpi_rows
from proof.answers.scorecard import LOWER_IS_BETTER, Line, planted_scorecard
from proof.company.believable.simulate import simulate_believable
from proof.company.identity import with_humans
from proof.company.records import Company, Lead, Person, WebEvent, WebSession
from proof.company.seed_files import write_seeds
from proof.company.settings import Settings
from proof.company.simulate import simulate
from proof.connectors.files import RawSpelling, write_raw
from sales_kpis.dbt_runner import queries_of_kpis
from sales_kpis.publish import RunFacts, publish
from sales_kpis.values import read_catalog, read_values
from sales_kpis.why import read_facts


@dataclass(frozen=True)
class Case:
    """A simulated company and the settings under which it is looked at."""

    seed: int
    scale: float
    spelling: RawSpelling = "fivetran"
    settings: dict[str, Any] = field(default_factory=dict)
    is_believable: bool = False


CASES = {
    "the committed demo": Case(seed=1, scale=1.0),
    "another company": Case(seed=2, scale=0.4),
    "a third company, in the vendor's spelling": Case(seed=3, scale=0.4, spelling="vendor"),
    "the demo on an earlier day, with other settings": Case(
        seed=1,
        scale=1.0,
        settings={
            "as_of_date": date(2024, 2, 29),
            "fiscal_year_start_month": 1,
            "conversion_window_days": 30,
            "new_product_months": 6,
            "stalled_after_days": 14,
            "zero_fill_days": 45,
        },
    ),
    "the believable company": Case(seed=BELIEVABLE_SEED, scale=1.0, is_believable=True),
}


@dataclass(frozen=True)
class Built:
    """A build of a company as of its settings, and its answers, as a file and by KPI."""

    build: Build
    answers: Path
    rows: dict[str, list[KpiRow]]
    company: Company
    settings: Settings
    # HubSpot's own mark, which not every connector delivers.
    tells_the_primary_account: bool = True


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(case, id=name, marks=[pytest.mark.slow] if number else [])
        for number, (name, case) in enumerate(CASES.items())
    ],
)
def built(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Built:
    """A build of the case's company, and its planted answers."""
    case: Case = request.param
    folder = tmp_path_factory.mktemp("planted")
    company = (
        simulate_believable(case.seed) if case.is_believable else simulate(case.seed, case.scale)
    )
    settings = replace(Settings(), **case.settings)
    answers = folder / "planted_answers.csv"
    rows = list(planted_kpis(company, settings))
    write_kpi_rows(rows, answers)
    rows_of = rows_by_kpi(rows)
    variables = settings.as_vars()
    if case == CASES["the committed demo"]:
        return Built(golden_demo(), answers, rows_of, company, settings)
    if case.is_believable:
        return Built(believable_demo(), answers, rows_of, company, settings)
    write_raw(company, folder / "raw", case.spelling)
    write_seeds(company, folder / "seeds")
    variables["raw_path"] = str(folder / "raw")
    build = build_models(folder, variables=variables, seeds=folder / "seeds")
    return Built(build, answers, rows_of, company, settings, case.spelling == "fivetran")


def rows_by_kpi(rows: list[KpiRow]) -> dict[str, list[KpiRow]]:
    """The planted rows of every KPI."""
    found: dict[str, list[KpiRow]] = {kpi.name: [] for kpi in KPIS}
    for row in rows:
        found[row.kpi].append(row)
    return found


# Growth compares two sums.
WITHOUT_SUMS = {"yoy_growth", "lead_growth"}
# A median or percentile is picked out of its facts.
PICKED = {"median_deal_size", "p90_sales_cycle_days"}


def kpi_models() -> list[str]:
    """The tables of all KPIs, also of those that the proof does not list."""
    return sorted(file.stem for file in (PROJECT / "models/marts/kpis").rglob("kpi_*.sql"))


DIFFERENCES = """
with planted as (
    select
        kpi,
        period_grain,
        cast(period_start_date as date) as period_start_date,
        dimension,
        dimension_value,
        cast(period_end_date as date) as period_end_date,
        cast(is_period_complete as boolean) as is_period_complete,
        cast(nullif(numerator, '') as double) as numerator,
        cast(nullif(denominator, '') as double) as denominator,
        cast(nullif(value, '') as double) as value
    from read_csv(
        '{answers}',
        all_varchar = true, header = true, delim = ',', quote = '"', escape = '"', parallel = false
    )
),
compared as (
    select
        kpi,
        period_grain,
        period_start_date,
        dimension,
        dimension_value,
        case
            when planted.period_end_date is null then 'the row should not be there'
            when built.period_end_date is null then 'the table lacks the row'
            when planted.period_end_date <> built.period_end_date then 'another period end'
            when planted.is_period_complete <> built.is_period_complete then 'another completeness'
            when {numerator} then 'another numerator'
            when {denominator} then 'another denominator'
            when {value} then 'another value'
        end as difference,
        planted.numerator as expected_numerator,
        built.numerator as found_numerator,
        planted.denominator as expected_denominator,
        built.denominator as found_denominator
    from planted
    full outer join built using (kpi, period_grain, period_start_date, dimension, dimension_value)
)
select * from compared where difference is not null order by all limit 20
"""


def differs(column: str) -> str:
    """SQL that tells whether a measure differs by more than a millionth."""
    planted, found = f"planted.{column}", f"cast(built.{column} as double)"
    return (
        f"(({planted} is null) <> ({found} is null)"
        f" or abs({planted} - {found}) > 1e-6 * greatest(1, abs({planted})))"
    )


def test_every_kpi_table_holds_exactly_the_planted_rows(built: Built) -> None:
    build, answers = built.build, built.answers
    assert build.exit_code == 0, build.output
    with duckdb.connect() as connection:
        connection.execute(f"attach '{build.database}' as project (read_only)")
        union = " union all by name ".join(
            f"select '{kpi.name}' as kpi, * from project.kpis.kpi_{kpi.name}" for kpi in KPIS
        )
        connection.execute(f"create table built as {union}")
        query = DIFFERENCES.format(
            answers=answers,
            numerator=differs("numerator"),
            denominator=differs("denominator"),
            value=differs("value"),
        )
        differences = connection.execute(query).fetchall()
        count = connection.execute("select count(*) from built").fetchone()
    assert count is not None and count[0] > 10_000
    assert differences == []


def test_every_fact_and_bridge_holds_what_happened(built: Built) -> None:
    with duckdb.connect(str(built.build.database), read_only=True) as connection:
        differences = [
            found
            for found in compare_facts(connection, built.company, built.settings)
            if built.tells_the_primary_account or found.mart != "bridge_deal_accounts"
        ]
    assert not differences, "\n".join(map(str, differences))


def test_the_facts_behind_each_value_add_up_to_it(built: Built) -> None:
    """The facts of `kpis show --why`: growth compares sums, and rates of rates have none."""
    queries = queries_of_kpis(built.build.artifact("manifest.json"))
    with duckdb.connect(str(built.build.database), read_only=True) as connection:
        catalog = read_catalog(connection)
        for kpi in catalog:
            rows = read_values(connection, kpi=kpi.kpi, grain="quarter")
            complete = [row for row in rows if row.value][-1:]
            facts = read_facts(connection, kpi, queries[kpi.kpi], complete) if complete else []
            assert facts or not complete, kpi.kpi
            if kpi.kpi in PICKED:
                assert len(facts) == complete[0].denominator, kpi.kpi
            elif kpi.kpi not in WITHOUT_SUMS:
                total = sum((fact.numerator or Decimal(0) for fact in facts), Decimal(0))
                expected = sum(Decimal(str(row.numerator)) for row in complete)
                assert abs(total - expected) < Decimal("0.01"), kpi.kpi


def test_the_kpis_that_the_catalog_calls_proven_are_those_with_planted_answers(
    built: Built,
) -> None:
    planted = duckdb.execute(
        f"select distinct kpi from read_csv('{built.answers}', all_varchar = true, quote = '\"')"
        " order by all"
    ).fetchall()
    called = built.build.rows("select kpi from monitoring.kpi_catalog where is_proven order by all")
    assert called == planted == [(name,) for name in sorted(kpi.name for kpi in KPIS)]


def test_kpi_values_has_each_row_of_each_kpi_once(built: Built) -> None:
    build = built.build
    tables = " union all ".join(f"select count(*) as n from kpis.{model}" for model in kpi_models())
    assert build.rows(f"select sum(n) from ({tables})") == build.rows(
        "select count(*) from monitoring.kpi_values"
    )


def are_different(expected: float | None, found: float | None) -> bool:
    """By more than a millionth, or one of them is unknown."""
    if expected is None or found is None:
        return expected is not found
    return abs(expected - found) > 1e-6 * max(1, abs(expected))


def compare_planted(
    build: Build,
    mart: str,
    planted: Sequence[Driver | Line | Breach | Alert | Goal],
    key: int,
    at_least: int,
) -> None:
    """The planted rows are those of a mart; the first `key` columns name a row."""
    columns = planted[0]._fields
    query = f"select {', '.join(columns)} from monitoring.{mart} where kpi is not null"
    found = {row[:key]: row[key:] for row in build.rows(query)}
    expected = {row[:key]: row[key:] for row in planted}
    assert len(expected) >= at_least
    assert expected.keys() - found.keys() == set()
    assert found.keys() - expected.keys() == set()
    differences = [
        (place, columns[key + number], one, other)
        for place, values in expected.items()
        for number, (one, other) in enumerate(zip(values, found[place], strict=True))
        if (are_different(one, other) if isinstance(one, float) else one != other)
    ]
    assert not differences, "\n".join(map(str, differences[:20]))


def test_every_slice_has_its_planted_part_in_a_change(built: Built) -> None:
    planted = [found for kpi in KPIS for found in planted_drivers(kpi, built.rows[kpi.name])]
    compare_planted(built.build, "kpi_drivers", planted, key=6, at_least=10_000)


def test_every_slice_has_its_planted_line_on_the_scorecard(built: Built) -> None:
    planted = [
        line
        for kpi in KPIS
        for line in planted_scorecard(
            kpi, built.rows[kpi.name], built.company.targets, built.settings
        )
    ]
    compare_planted(built.build, "kpi_scorecard", planted, key=5, at_least=10_000)


def watched(built: Built) -> Watch:
    """The planted values; how many cases they rest on is taken from the build."""
    small = "kpi, period_grain, dimension, dimension_value, period_start_date"
    found = built.build.rows(f"select {small} from monitoring.kpi_values where is_small_sample")
    units = built.build.rows("select kpi, unit from monitoring.kpi_catalog")
    return watch(
        [row for rows in built.rows.values() for row in rows],
        built.company.targets,
        [(tuple(place), start) for *place, start in found],
        dict(units),
        built.settings,
    )


def test_every_breach_alert_and_objective_is_planted(built: Built) -> None:
    seen = watched(built)
    breaches = list(planted_breaches(built.company.alert_rules, seen))
    compare_planted(built.build, "kpi_breaches", breaches, key=6, at_least=5)
    alerts = list(planted_alerts(breaches, seen))
    compare_planted(built.build, "kpi_alerts", alerts, key=6, at_least=3)
    goals = list(planted_goals(built.company.objectives, seen))
    compare_planted(built.build, "objectives", goals, key=5, at_least=5)


def test_the_proof_knows_of_which_kpis_less_is_better(built: Built) -> None:
    lower = "select kpi from monitoring.kpi_catalog where direction = 'lower' and is_proven"
    assert {kpi for (kpi,) in built.build.rows(lower)} == LOWER_IS_BETTER


def test_the_forecasts_are_those_of_the_planted_deals_and_draws(built: Built) -> None:
    books = Books(with_humans(built.company, built.settings.as_of_date), built.settings)
    planted = list(planted_forecasts(books))
    found = built.build.rows(
        f"select {', '.join(planted[0]._fields)} from monitoring.kpi_forecasts order by 1 desc, 2"
    )
    assert len(planted) == len(found)
    for forecast, row in zip(planted, found, strict=True):
        for name, expected, value in zip(forecast._fields, forecast, row, strict=True):
            if isinstance(expected, Decimal) and value is not None:
                assert float(value) == pytest.approx(float(expected), rel=1e-6, abs=1e-4), name
            else:
                assert value == expected, name


def test_the_books_of_every_source_table_balance(built: Built) -> None:
    build = built.build
    assert build.rows("select * from monitoring.source_reconciliation where not is_balanced") == []
    raw_rows = build.rows("select sum(raw_rows) from monitoring.source_reconciliation")[0][0]
    assert raw_rows > 1000


MODELS_BEFORE_THE_KPIS = ["resource_type:seed", "path:models/staging", "+path:models/marts/core"]
MODELS_OF_THE_KPIS = ["path:models/marts/kpis", "path:models/marts/monitoring"]


@pytest.mark.slow
def test_both_spellings_of_salesforce_give_the_same_marts(tmp_path: Path) -> None:
    """Equal tables before the KPIs and equal SQL of the KPIs make equal KPIs."""
    company = simulate(seed=4, scale=0.2)
    write_seeds(company, tmp_path / "seeds")
    settings = replace(Settings(), systems=("salesforce", "tabular"))
    spellings: tuple[RawSpelling, ...] = ("fivetran", "vendor")
    builds: dict[str, Build] = {}
    queries: dict[str, dict[str, str]] = {}
    for spelling in spellings:
        folder = tmp_path / spelling
        write_raw(company, folder / "raw", spelling)
        given: dict[str, Any] = {
            "variables": {**settings.as_vars(), "raw_path": str(folder / "raw")},
            "seeds": tmp_path / "seeds",
        }
        data_only = ["--exclude-resource-type", "test", "--exclude-resource-type", "unit_test"]
        built = run_dbt(["build", *data_only, "--select", *MODELS_BEFORE_THE_KPIS], folder, **given)
        compiled = run_dbt(
            ["compile", "--select", *MODELS_OF_THE_KPIS], folder, artifacts=True, **given
        )
        assert (built.exit_code, compiled.exit_code) == (0, 0), built.output + compiled.output
        builds[spelling] = built
        queries[spelling] = {
            name: node["compiled_code"]
            for name, node in compiled.artifact("manifest.json")["nodes"].items()
            if node["resource_type"] == "model" and node.get("compiled_code")
        }
    assert len(queries["fivetran"]) > 80
    assert queries["fivetran"] == queries["vendor"]
    tables = builds["fivetran"].rows(
        "select table_schema || '.' || table_name from information_schema.tables"
        " where table_schema in ('planning', 'mapping', 'intermediate', 'core') order by 1"
    )
    assert len(tables) > 100
    with duckdb.connect() as connection:
        for name, build in builds.items():
            connection.execute(f"attach '{build.database}' as {name} (read_only)")
        for (table,) in tables:
            one_way = f"select * from fivetran.{table} except all select * from vendor.{table}"
            other_way = f"select * from vendor.{table} except all select * from fivetran.{table}"
            assert connection.execute(one_way).fetchmany(3) == [], table
            assert connection.execute(other_way).fetchmany(3) == [], table


def personal_texts(company: Company) -> set[str]:
    """Names, addresses, phones, browsers and sign-ins of all but the staff, in lower case."""
    staff = {text for rep in company.reps for text in (rep.name, rep.email) if text}
    people: tuple[Person | Lead, ...] = (*company.people, *company.leads)
    visits: tuple[WebSession | WebEvent, ...] = (*company.web_sessions, *company.web_events)
    texts = {message.recipient_email for message in company.email_messages}
    texts |= {response.email for response in company.survey_responses if response.email}
    for person in people:
        # An address may be written otherwise than it is meant.
        written = [person.as_written.get(field, "") for field in ("name", "email", "phone")]
        texts |= {*written, *filter(None, (person.name, person.email, person.phone))}
    for visit in visits:
        texts |= {visit.user or "", visit.web_user or ""}
    plain = {text.strip().lower() for text in texts} - {text.lower() for text in staff}
    return {text for text in plain if len(text) >= BEGINNING and not re.fullmatch("[0-9-]+", text)}


# No text that is looked for is shorter, and a look at each place for one of many beginnings is one
# look in a set, where a look for each of many texts is one through all places.
BEGINNING = 9


def parts_of_texts(sought: set[str], texts: set[str]) -> list[str]:
    """Those that stand anywhere in a text."""
    searched = "\n".join(texts)
    beginnings = {each[:BEGINNING] for each in sought}
    there = beginnings.intersection(
        searched[place : place + BEGINNING] for place in range(len(searched))
    )
    return sorted(each for each in sought if each[:BEGINNING] in there and each in searched)


def test_a_part_of_a_text_is_found_wherever_it_stands() -> None:
    sought = {"ann@lee.example", "ann leeds", "+31612345", "g-1234567", "bob orr jr", "bob orr sr"}
    texts = {"to:ann@lee.example!", "mrs ann leeds", "call +316123456", "xg-12345678", "bob orr jr"}
    found = ["+31612345", "ann leeds", "ann@lee.example", "bob orr jr", "g-1234567"]
    assert parts_of_texts(sought, texts) == found


def test_nothing_that_is_published_tells_of_a_person(built: Built, tmp_path: Path) -> None:
    build = built.build
    facts = RunFacts(
        as_of_date=built.settings.as_of_date.isoformat(),
        settings=built.settings.as_vars(),
        queries=queries_of_kpis(build.artifact("manifest.json")),
    )
    version = publish(build.database, tmp_path / "published", "a-run", facts)
    # The tables are searched by their values, because files hold them compressed; of the files as
    # they are, each address that stands in their bytes.
    texts: set[str] = set()
    for path in version.folder.rglob("*"):
        if path.suffix in (".html", ".json", ".sql"):
            texts.add(path.read_text("utf-8").lower())
        elif path.is_file():
            addresses = re.findall(rb"[\w.+-]{1,64}@[\w.-]{1,64}", path.read_bytes())
            texts |= {address.decode("utf-8", errors="ignore").lower() for address in addresses}
    parquet = [path for path in version.folder.rglob("*.parquet")]
    with duckdb.connect(str(version.database), read_only=True) as connection:
        tables = connection.execute(
            "select schema_name || '.' || table_name from duckdb_tables() order by all"
        ).fetchall()
        for table in [name for (name,) in tables] + [f"read_parquet('{path}')" for path in parquet]:
            columns = connection.execute(f"describe from {table}").fetchall()
            for column in [name for name, kind, *_ in columns if kind == "VARCHAR"]:
                values = connection.execute(f'select distinct lower("{column}") from {table}')
                texts |= {value for (value,) in values.fetchall() if value}
    personal = personal_texts(built.company)
    assert len(tables) == len(parquet) > 30
    assert len(version.queries) == len(kpi_models())
    assert len(personal) > 500
    assert parts_of_texts(personal, texts) == []
