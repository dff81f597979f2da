"""Words that no KPI knows are told before the build, and count once a seed says what they mean."""

from __future__ import annotations

from pathlib import Path

import pytest

from builds import PROJECT, Build, run_dbt, source_report

RAW = {
    "activity": (
        "activity_id,activity_type,occurred_at,rep_id,direction,outcome\n"
        "1,Genesys,2025-03-03 10:00:00,r,outgoing,talked\n"
        "2,genesys,2025-03-03 11:00:00,r,outbound,no_answer\n"
        "3,Call,2025-03-03 12:00:00,r,Outbound,Connected\n"
        "4,Fax,2025-03-03 12:00:00,r,outbound,\n"
    ),
    "survey_response": (
        "response_id,responded_at,survey_type,score,person_id\n"
        "1,2025-03-03 10:00:00,Relationship NPS,10,p\n"
    ),
    "lifecycle_event": (
        "event_id,event_type,occurred_at,person_id,account_id\n1,quit,2025-03-03 10:00:00,p,a\n"
    ),
    "deal": "deal_id,stage,created_at\n",
    "deal_stage": "stage,stage_order,probability,is_closed,is_won\n",
}
SEEDS = {
    "activity_types": ["tabular,Genesys,call"],
    # The row of the system goes before that of all.
    "activity_directions": [",outgoing,inbound", "tabular,Outgoing,outbound"],
    "activity_outcomes": [",talked,connected"],
    "survey_types": ["tabular,relationship nps,nps"],
    "lifecycle_event_types": ["hubspot,quit,registered", ",Quit,cancelled"],
}
SETTINGS = {
    "systems": ["tabular"],
    "source_mapping": {},
    "as_of_date": "2025-03-31",
    "reporting_time_zone": "UTC",
}


def delivered(folder: Path, *, is_mapped: bool) -> tuple[Path, Path]:
    """The raw files and the seeds."""
    landing = folder / "raw" / "tabular"
    landing.mkdir(parents=True)
    for table, text in RAW.items():
        (landing / f"{table}.csv").write_text(text, encoding="utf-8")
    for seed in (PROJECT / "seeds").rglob("*.csv"):
        target = folder / "seeds" / seed.relative_to(PROJECT / "seeds")
        target.parent.mkdir(parents=True, exist_ok=True)
        header = seed.read_text(encoding="utf-8").splitlines()[0]
        rows = SEEDS.get(seed.stem, []) if is_mapped else []
        target.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return folder / "raw", folder / "seeds"


def run(folder: Path, *command: str, is_mapped: bool) -> Build:
    raw, seeds = delivered(folder, is_mapped=is_mapped)
    variables = {**SETTINGS, "raw_path": str(raw)}
    build = run_dbt(list(command), folder / "build", variables=variables, seeds=seeds)
    assert build.exit_code == 0, build.output
    return build


@pytest.mark.parametrize("is_mapped", [False, True])
def test_check_sources_names_the_words_that_nothing_knows(tmp_path: Path, is_mapped: bool) -> None:
    build = run(tmp_path, "run-operation", "check_sources", is_mapped=is_mapped)
    oddities = source_report(build)["oddities"]
    found = {
        (o["table"], o["column"]): ([value.lower() for value in o["values"]], o["rows"])
        for o in oddities
        if o["kind"] == "unmapped"
    }
    if is_mapped:
        assert found == {("activity", "activity_type"): (["fax"], 1)}
        return
    assert sorted(set(found["activity", "activity_type"][0])) == ["fax", "genesys"]
    assert found["activity", "activity_type"][1] == 3
    assert found["activity", "direction"] == (["outgoing"], 1)
    assert found["activity", "outcome"] == (["talked"], 1)
    assert found["survey_response", "survey_type"] == (["relationship nps"], 1)
    assert found["lifecycle_event", "event_type"] == (["quit"], 1)


def test_a_word_that_a_seed_maps_counts_as_what_it_means(tmp_path: Path) -> None:
    names = ("activities", "survey_responses", "lifecycle_events")
    models = [f"+stg_tabular__{name}" for name in names]
    build = run(tmp_path, "run", "--select", *models, is_mapped=True)
    assert build.rows(
        "select activity_id, activity_type, direction, outcome"
        " from staging.stg_tabular__activities order by activity_id"
    ) == [
        ("tabular:1", "call", "outbound", "connected"),
        ("tabular:2", "call", "outbound", "no_answer"),
        ("tabular:3", "call", "outbound", "connected"),
        ("tabular:4", "fax", "outbound", None),
    ]
    assert build.rows("select survey_type from staging.stg_tabular__survey_responses") == [("nps",)]
    assert build.rows("select event_type from staging.stg_tabular__lifecycle_events") == [
        ("cancelled",)
    ]


MAIL = {
    "hubspot": (
        "email_event.csv",
        "id,type,created,sent_by_id\n1,SENT,2025-03-03 10:00:00,\n"
        "2,Viewed,2025-03-03 11:00:00,1\n3,spamreport,2025-03-03 11:00:00,1\n",
        "stg_hubspot__email_events",
        ["open", "sent", "spam"],
    ),
    "mailchimp": (
        "campaign_recipient_activity.csv",
        "campaign_id,member_id,action,timestamp\n1,m,click,2025-03-03 10:00:00\n"
        "1,m,viewed,2025-03-03 11:00:00\n",
        "stg_mailchimp__recipient_activity",
        ["click", "open"],
    ),
}


@pytest.mark.parametrize("system", MAIL)
def test_a_mail_systems_own_word_is_told_and_mapped(tmp_path: Path, system: str) -> None:
    file, text, model, event_types = MAIL[system]
    landing = tmp_path / "raw" / system
    landing.mkdir(parents=True)
    (landing / file).write_text(text, encoding="utf-8")
    _, seeds = delivered(tmp_path / "seeds_of", is_mapped=False)
    settings = {**SETTINGS, "systems": [system], "raw_path": str(tmp_path / "raw")}
    told = run_dbt(
        ["run-operation", "check_sources"], tmp_path / "told", variables=settings, seeds=seeds
    )
    oddities = source_report(told)["oddities"]
    assert [o["values"] for o in oddities if o["kind"] == "unmapped"] in (
        [["Viewed"]],
        [["viewed"]],
    )
    seed = seeds / "mapping" / "email_event_types.csv"
    seed.write_text(seed.read_text(encoding="utf-8") + f"{system},viewed,open\n", encoding="utf-8")
    build = run_dbt(
        ["run", "--select", f"+{model}"], tmp_path / "mapped", variables=settings, seeds=seeds
    )
    assert build.rows(f"select event_type from staging.{model} order by 1") == [
        (event_type,) for event_type in event_types
    ]
