"""Nobody is found in what is published: not by an address, a name or a number, not by the salt."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import shutil
import stat
import string
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest
from typer.testing import CliRunner, Result

from attack import (
    DigestFinder,
    Finder,
    People,
    page_texts,
    parquet_texts,
    people_of,
    text_columns,
)
from builds import DEMO, EDGE_CASES, PROJECT, golden_demo, pseudonym, run_dbt, shown_rows
from kpis_project import FakeBuilder, write_marts
from proof.company.simulate import simulate
from proof.connectors.files import SPELLINGS, write_raw
from sales_kpis import cli, demo_files
from sales_kpis.demo_files import KNOWN, digests, is_demo
from sales_kpis.errors import WrongUse
from sales_kpis.project import Project
from sales_kpis.pseudonyms import salt_of_marts
from sales_kpis.publish import PublishedVersion, RunFacts, all_versions, publish
from sales_kpis.salt import BUILT_IN, ENVIRONMENT, FILE, Salt, read_salt

FIXTURE = PROJECT / EDGE_CASES / "raw"
BELIEVABLE = PROJECT / DEMO
OWN = "a-long-text-of-our-own-0123456789"
LEAD = "lead_id,full_name,email\n1,Ann Real,ann@real-company.com\n"

# Text columns that may hold what the raw files have as a name, and why.
EXCEPTIONS = {
    "core.dim_reps.rep_name": "staff",
    "monitoring.kpi_values.dimension_label": "staff, as the label of a rep",
    "monitoring.kpi_scorecard.dimension_label": "staff, as the label of a rep",
    "monitoring.kpi_breaches.dimension_label": "staff, as the label of a rep",
    "monitoring.kpi_alerts.sentence": "staff, as the label of a rep",
}
# Words of the project itself, which an odd row of the raw files has for a name.
OWN_WORDS = {"id", "lead", "name"}


@dataclass(frozen=True)
class Published:
    version: PublishedVersion
    people: People


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Published]:
    folder = tmp_path_factory.mktemp("published")
    version = publish(golden_demo().database, folder, "run-1", RunFacts(as_of_date="2025-09-17"))
    yield Published(version, people_of(FIXTURE))
    shutil.rmtree(folder)


# --- What is published ----------------------------------------------------------------------------


def test_the_attack_knows_whom_to_look_for() -> None:
    people = people_of(FIXTURE)
    assert (len(people.names), len(people.addresses), len(people.phones)) > (1000, 2000, 1000)
    finder = DigestFinder(["Ann.Lee@x.example", "+31 6 1234 5678"])
    for known in (
        "mailchimp:c1:78e5a8ba8ae14ce4ac3bf6e4f5cb4ed9",
        "ann.lee@x.example",
    ):
        assert finder.found(known.encode()) == set()
    address = b"ann.lee@x.example"
    md5 = hashlib.md5(address, usedforsecurity=False)
    for text in (
        f"mailchimp:c1:{md5.hexdigest()}",
        f"id-{hashlib.sha1(address, usedforsecurity=False).hexdigest().upper()}",
        base64.b64encode(hashlib.sha256(address).digest()).decode(),
        f"x{hashlib.sha512(b'31612345678').hexdigest()}",
    ):
        assert finder.found(text.encode()), text


@pytest.mark.slow
def test_no_digest_of_an_address_name_or_number_is_published(demo: Published) -> None:
    """As one who has a list of addresses would look: in every byte, and in every text."""
    finder = DigestFinder(demo.people.texts)
    found = {}
    for file in demo.version.folder.rglob("*"):
        if file.is_file():
            found[file.name] = finder.found(file.read_bytes())
    texts = [*text_columns(demo.version.database)]
    texts += parquet_texts(demo.version.folder / "parquet")
    texts += [("dashboard.html", page_texts(demo.version.folder))]
    for place, values in texts:
        found[place] = finder.found("\n".join(values).encode())
    assert {place: said for place, said in found.items() if said} == {}


@pytest.mark.slow
def test_no_name_address_or_number_of_a_person_is_published(demo: Published) -> None:
    finder = Finder(demo.people)
    found = {
        column: finder.found(values) - OWN_WORDS
        for column, values in text_columns(demo.version.database)
    }
    with duckdb.connect(str(demo.version.database), read_only=True) as connection:
        staff = {
            name for (name,) in connection.execute("select rep_name from core.dim_reps").fetchall()
        }
    # The tables of KPIs name their slices; a person among them is a rep.
    labels = {
        column
        for column, people in found.items()
        if column.startswith("kpis.") and column.endswith(".dimension_label") and people <= staff
    }
    assert {column for column, people in found.items() if people} <= {*EXCEPTIONS, *labels}
    lines = (demo.version.folder / "manifest.json").read_text("utf-8").splitlines()
    assert finder.found(lines) == set()
    assert finder.found(page_texts(demo.version.folder)) - OWN_WORDS <= staff


# --- Ids and words that vendors make of people ----------------------------------------------------

MD5 = "0123456789abcdef0123456789abcdef"
HASHED = (
    "ann@x.example",
    "lead-ann@x.example-7",
    "ann%40x.example",
    MD5,
    MD5.upper(),
    f"c1:{MD5}",
    f"2024-{MD5}",
    "0123456789abcdef0123456789abcdef01234567",
    MD5 * 2,
    MD5 * 4,
    "AbCdEfGhIjKlMnOpQrStUg==",
    "01234567-89ab-3def-8123-456789abcdef",
    "01234567-89ab-4def-0123-456789abcdef",
    "+31612345678",
    "+31 (0)6 1234 5678",
    "0612345678",
    "212-555-0123",
    "020 7946 0958",
)
# A connector's own ids stay, so that a record is found in its system.
KEPT = (
    "00Q000000000667AAA",
    "30000173",
    "7d9f3a1c-8e2b-4c5d-9a6e-1f2b3c4d5e6f",
    "D-5121",
    "2024-000123",
    "LIFE-0030",
    "4d580302199dcefb",
)
CHOSEN_BY_PEOPLE = ("31612345678", "Ann Lee", "ann.lee", "Lee, Ann")


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, bool], str]:
    """The fate of each id, of a system's own and of one that people have chosen."""
    queries = [
        f"select '{native_id}' as native_id, {is_chosen} as is_chosen,"
        f" {{{{ key_without_person('tabular', \"'tabular:{native_id}'\", {is_chosen}) }}}} as found"
        for native_id in (*HASHED, *KEPT, *CHOSEN_BY_PEOPLE)
        for is_chosen in (True, False)
    ]
    build = run_dbt(
        [
            *("show", "--quiet", "--inline", "\nunion all\n".join(queries)),
            *("--limit", "-1", "--output", "json"),
        ],
        tmp_path_factory.mktemp("keys"),
        variables={"raw_path": ""},
    )
    return {(row["native_id"], row["is_chosen"]): row["found"] for row in shown_rows(build)}


@pytest.mark.parametrize("native_id", HASHED)
def test_an_id_that_tells_who_it_is_becomes_a_pseudonym(
    native_id: str, keys: dict[tuple[str, bool], str]
) -> None:
    for is_chosen in (True, False):
        assert keys[native_id, is_chosen] == f"tabular:{pseudonym('k', native_id)}"


@pytest.mark.parametrize("native_id", KEPT)
def test_an_id_that_tells_nothing_stays(native_id: str, keys: dict[tuple[str, bool], str]) -> None:
    for is_chosen in (True, False):
        assert keys[native_id, is_chosen] == f"tabular:{native_id}"


@pytest.mark.parametrize("native_id", CHOSEN_BY_PEOPLE)
def test_of_an_export_a_name_or_number_is_no_id_of_a_person(
    native_id: str, keys: dict[tuple[str, bool], str]
) -> None:
    assert keys[native_id, True] == f"tabular:{pseudonym('k', native_id)}"
    assert keys[native_id, False] == f"tabular:{native_id}"


# --- The salt -------------------------------------------------------------------------------------


def test_the_salt_is_that_of_the_environment_a_file_or_the_settings(tmp_path: Path) -> None:
    file = tmp_path / "salt"
    file.write_text(f"{OWN}\n")
    assert read_salt({}).is_built_in
    assert read_salt({ENVIRONMENT: ""}, BUILT_IN).is_built_in
    assert read_salt({ENVIRONMENT: BUILT_IN}).is_built_in
    assert read_salt({ENVIRONMENT: OWN}, "another").value == OWN
    assert read_salt({FILE: str(file), ENVIRONMENT: ""}).value == OWN
    assert read_salt({}, OWN).value == OWN


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({ENVIRONMENT: OWN, FILE: "x"}, "Both"),
        ({FILE: "/nowhere/salt"}, "cannot be read"),
        ({ENVIRONMENT: "   "}, "blank"),
        *(({ENVIRONMENT: f"salt{sign}salt"}, "a quote") for sign in "'\"\\$`\n"),
    ],
)
def test_a_salt_that_cannot_be_taken_is_refused(environment: dict[str, str], said: str) -> None:
    with pytest.raises(WrongUse, match=said) as refused:
        read_salt(environment)
    assert OWN not in str(refused.value)


def test_a_salt_shows_itself_to_nobody() -> None:
    salt = Salt(OWN, ENVIRONMENT)
    assert OWN not in repr(salt)
    assert salt.described() == {"salt": "own", "salt_fingerprint": salt.fingerprint()}
    assert salt.fingerprint() != Salt(OWN + "1", ENVIRONMENT).fingerprint()
    assert set(salt.fingerprint()) <= set(string.hexdigits)


def kpis(*arguments: str) -> Result:
    return CliRunner().invoke(cli.app, list(arguments), env={"COLUMNS": "400"})


@pytest.fixture
def company(kpis_project: Project, monkeypatch: pytest.MonkeyPatch) -> Iterator[Project]:
    """A project with pseudonyms and the raw files of people who exist."""
    monkeypatch.delenv(ENVIRONMENT, raising=False)
    monkeypatch.delenv(FILE, raising=False)
    with (kpis_project.root / "dbt_project.yml").open("a") as stream:
        stream.write(f"  pseudonym_salt: {BUILT_IN}\n  published_access: everybody\n")
    (kpis_project.root / "data/demo/tabular/lead.csv").write_text(LEAD)
    monkeypatch.setattr(cli, "DbtBuilder", FakeBuilder.of())
    yield kpis_project


def people_with(salt: str) -> tuple[str, ...]:
    """Statements that build a person of a salt."""
    digest = hashlib.md5(f"{salt}lead/tabular:1".encode(), usedforsecurity=False).hexdigest()
    return (
        f"create table core.bridge_identities as select 'person' as identity_type,"
        f" 'lead' as record_type, 'tabular:1' as record_id, 'p_{digest}' as identity_id,"
        " 'own' as link_reason",
    )


def test_people_who_exist_are_not_published_with_the_built_in_salt(company: Project) -> None:
    result = kpis("run")
    assert result.exit_code == 2
    assert "built-in" in result.output and ENVIRONMENT in result.output
    assert not company.warehouse.exists(), "it is told before the build"
    assert kpis("run", "--no-publish").exit_code == 0


@pytest.mark.parametrize("how", ["environment", "file", "settings", "--vars"])
def test_a_salt_of_ones_own_is_in_no_file_that_a_run_writes(
    how: str, company: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "secret").mkdir()
    arguments: list[str] = []
    if how == "environment":
        monkeypatch.setenv(ENVIRONMENT, OWN)
    elif how == "file":
        (tmp_path / "secret" / "salt").write_text(OWN + "\n")
        monkeypatch.setenv(FILE, str(tmp_path / "secret" / "salt"))
    elif how == "settings":
        (tmp_path / "secret" / "settings.yml").write_text(f"pseudonym_salt: {OWN}\n")
        arguments = ["--settings", str(tmp_path / "secret" / "settings.yml")]
    else:
        arguments = ["--vars", f"{{pseudonym_salt: {OWN}}}"]
    builder = FakeBuilder.of()
    monkeypatch.setattr(cli, "DbtBuilder", builder)

    result = kpis("run", *arguments)

    assert result.exit_code == 0, result.output
    assert OWN not in result.output
    for file in company.root.rglob("*"):
        assert not file.is_file() or OWN.encode() not in file.read_bytes(), file
    [version] = all_versions(company.published)
    assert version.manifest["pseudonyms"] == {
        **Salt(OWN, "").described(),
        "is_demo": False,
    }
    assert "pseudonym_salt" not in version.manifest["settings"]
    # dbt hears of it by its environment alone.
    [setup] = builder.setups
    assert setup.environment[ENVIRONMENT] == OWN
    assert OWN not in json.dumps(dict(setup.variables))


def test_the_manifest_names_no_place_of_the_machine(
    company: Project, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(ENVIRONMENT, OWN)
    elsewhere = tmp_path / "elsewhere" / "deliveries"
    (elsewhere / "tabular").mkdir(parents=True)
    (elsewhere / "tabular" / "lead.csv").write_text(LEAD)
    for arguments, said in (((), "data/demo"), (("--raw-path", str(elsewhere)), "deliveries")):
        assert kpis("run", *arguments).exit_code == 0
        version = all_versions(company.published)[-1]
        assert version.manifest["settings"]["raw_path"] == said
        assert str(tmp_path) not in (version.folder / "manifest.json").read_text("utf-8")
        assert not [text for text in page_texts(version.folder) if str(tmp_path) in text]


def test_a_build_with_the_built_in_salt_is_not_published_later_either(
    company: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cli, "DbtBuilder", FakeBuilder.of(statements=people_with(BUILT_IN)))
    assert kpis("run", "--no-publish").exit_code == 0
    assert salt_of_marts(company.warehouse, [OWN, BUILT_IN]) == BUILT_IN
    # Another salt now says nothing of what was built before.
    monkeypatch.setenv(ENVIRONMENT, OWN)
    result = kpis("publish")
    assert result.exit_code == 2 and "built-in" in result.output
    assert not all_versions(company.published)
    monkeypatch.setattr(cli, "DbtBuilder", FakeBuilder.of(statements=people_with(OWN)))
    assert kpis("run", "--no-publish").exit_code == 0
    assert kpis("publish").exit_code == 0
    said = all_versions(company.published)[-1].manifest["pseudonyms"]
    assert said == {**Salt(OWN, "").described(), "is_demo": False}


def test_dbt_refuses_a_salt_among_its_variables(tmp_path: Path) -> None:
    """They stand in run_results.json, manifest.json and the log."""
    build = run_dbt(
        ["run-operation", "check_settings"],
        tmp_path,
        variables={"raw_path": "", "pseudonym_salt": OWN},
    )
    assert build.exit_code != 0
    assert "SALES_KPIS_PSEUDONYM_SALT" in build.output


@pytest.mark.slow
def test_dbt_writes_the_name_of_the_salt_and_not_the_salt(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In nothing that it compiles, runs, remembers or logs; and the pseudonyms are of that salt."""
    monkeypatch.setattr(
        "dbt_in_process.plain_environment", lambda: {**os.environ, ENVIRONMENT: OWN, FILE: ""}
    )
    built = golden_demo().copy(tmp_path)
    build = run_dbt(["run", "--select", "int_people__identities"], built.folder)
    assert build.exit_code == 0, build.output
    compiled = list(built.folder.rglob("int_people__identities.sql"))
    assert compiled and "getvariable" in compiled[0].read_text()
    for file in built.folder.rglob("*"):
        assert not file.is_file() or OWN.encode() not in file.read_bytes(), file
    [(key, person)] = build.rows(
        "select identity_key, person_id from intermediate.int_people__identities"
        " where person_id is not null limit 1"
    )
    digest = hashlib.md5(f"{OWN}{key}".encode(), usedforsecurity=False).hexdigest()
    assert person == f"p_{digest}"


# --- The demo -------------------------------------------------------------------------------------


def test_the_demo_is_known_by_its_content(tmp_path: Path) -> None:
    assert is_demo(BELIEVABLE)
    copied = shutil.copytree(FIXTURE, tmp_path / "anywhere")
    assert is_demo(copied)
    shutil.rmtree(copied / "hubspot")
    assert is_demo(copied), "a part of it"
    with (copied / "tabular" / "lead.csv").open("a") as stream:
        stream.write("9,2025-01-01,Ann Real,ann@real-company.com\n")
    assert not is_demo(copied), "one more row"
    assert not is_demo(tmp_path / "nothing")


def test_another_demo_company_is_made_again_to_see_that_it_is_one(tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    write_raw(simulate(5, 0.02), raw, "dlt")
    said: dict[str, Any] = {"seed": 5, "scale": 0.02, "spelling": "dlt"}
    assert not is_demo(raw)
    (tmp_path / "demo.json").write_text(json.dumps(said))
    assert is_demo(raw)
    for other in ({"seed": 6}, {"spelling": "vendor"}, {"seed": "5"}, {"scale": None}):
        (tmp_path / "demo.json").write_text(json.dumps(said | other))
        assert not is_demo(raw), other
    (tmp_path / "demo.json").write_text(json.dumps(said))
    (raw / "tabular" / "more.csv").write_text(LEAD)
    assert not is_demo(raw), "a claim does not make a demo of other files"


@pytest.mark.slow
def test_the_known_digests_are_those_of_the_demo_in_every_spelling(tmp_path: Path) -> None:
    company = simulate(1, 1.0)
    made = digests(BELIEVABLE)
    for spelling in SPELLINGS:
        write_raw(company, tmp_path / spelling, spelling)
        made |= digests(tmp_path / spelling)
    assert made == set(KNOWN.read_text().split())


# --- Who may read ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("access", "file_mode", "folder_mode"),
    [
        (None, 0o644, 0o755),
        ("everybody", 0o644, 0o755),
        ("group", 0o640, 0o750),
        ("owner", 0o600, 0o700),
    ],
)
@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
def test_who_may_read_is_a_setting_whatever_the_umask(
    access: str | None, file_mode: int, folder_mode: int, umask: int, tmp_path: Path
) -> None:
    before = os.umask(umask)
    try:
        build = write_marts(tmp_path / "sales_kpis.duckdb")
        facts = RunFacts(settings={"published_access": access} if access else {})
        version = publish(build, tmp_path / "published", "run-1", facts)
    finally:
        os.umask(before)
    for entry in [tmp_path / "published", version.folder.parent, *version.folder.rglob("*")]:
        wanted = folder_mode if entry.is_dir() else file_mode
        assert stat.S_IMODE(entry.stat().st_mode) == wanted, entry


def test_an_access_that_nobody_knows_is_refused(company: Project) -> None:
    result = kpis("run", "--vars", "{published_access: world}")
    assert result.exit_code == 2
    assert "published_access is everybody, group or owner, not 'world'" in result.output


def test_files_that_claim_nothing_are_no_demo_also_where_the_proof_is_not_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(demo_files, "PROJECT", tmp_path)
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "deal.csv").write_text("deal_id\n1\n", encoding="utf-8")
    assert not is_demo(tmp_path / "raw")
