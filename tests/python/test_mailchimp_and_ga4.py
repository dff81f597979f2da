"""Mailchimp and Google Analytics 4 are read as their connectors deliver them, in each spelling."""

from __future__ import annotations

import csv
import hashlib
import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from builds import Build, pseudonym, run_dbt

pytestmark = pytest.mark.slow

Row = dict[str, Any]

START = datetime(2025, 3, 1, 10, 0)
VALUE_FIELDS = ("string_value", "int_value", "float_value", "double_value")
# The types of the export: what DuckDB calls them.
COLUMNS = {
    "event_date": "varchar",
    "event_timestamp": "bigint",
    "event_name": "varchar",
    "event_params": "struct(key varchar, value struct(string_value varchar, int_value bigint,"
    " float_value double, double_value double))[]",
    "event_bundle_sequence_id": "bigint",
    "user_pseudo_id": "varchar",
    "user_id": "varchar",
    "geo": "struct(country varchar, city varchar)",
    "collected_traffic_source": "struct(manual_source varchar, manual_medium varchar,"
    " gclid varchar)",
    "session_traffic_source_last_click": "struct(manual_campaign struct(source varchar,"
    " medium varchar, campaign_name varchar))",
    "_fivetran_synced": "timestamptz",
}


def microseconds(seconds: int) -> int:
    return int((START + timedelta(seconds=seconds) - datetime(1970, 1, 1)).total_seconds()) * 10**6


def value_of(value: str | int | float) -> Row:
    """A parameter's value, in the field of its type."""
    field = {str: "string_value", int: "int_value", float: "double_value"}[type(value)]
    return {name: value if name == field else None for name in VALUE_FIELDS}


def event(user: str | None, session: int | None, seconds: int, name: str, **parts: Any) -> Row:
    """One event of the BigQuery export; `params` are its parameters, other parts its columns."""
    params: Row = dict(parts.pop("params", {}))
    if session is not None:
        params["ga_session_id"] = session
    return {
        "event_date": "20250301",
        "event_timestamp": microseconds(seconds),
        "event_name": name,
        "event_params": [{"key": key, "value": value_of(v)} for key, v in params.items()],
        "event_bundle_sequence_id": 1,
        "user_pseudo_id": user,
        "user_id": None,
        "geo": None,
        "collected_traffic_source": None,
        "session_traffic_source_last_click": None,
        "_fivetran_synced": datetime(2025, 3, 2),
        **parts,
    }


def page(path: str) -> Row:
    return {"page_location": f"https://www.x.example{path}"}


def events() -> list[Row]:
    """Four visits, an event without a visit, and two events that were delivered again."""
    click = {"source": "news", "medium": "email", "campaign_name": "spring"}
    return [
        event("u1", 1, 0, "session_start", params=page("/a?x=1"), geo={"country": "Norway"}),
        event("u1", 1, 0, "page_view", params=page("/a?x=1")),
        event(
            "u1",
            1,
            5,
            "generate_lead",
            params={**page("/a"), "session_engaged": "1", "content_id": "guide"},
            user_id="customer 7",
        ),
        # The day's rows came again: with the campaign, which the first delivery had not.
        event(
            "u1",
            1,
            5,
            "generate_lead",
            params={**page("/a"), "session_engaged": "1", "content_id": "guide"},
            user_id="customer 7",
            session_traffic_source_last_click={"manual_campaign": click},
            _fivetran_synced=datetime(2025, 3, 4),
        ),
        event(
            "u1",
            2,
            100,
            "page_view",
            params={**page("/"), "engagement_time_msec": 9000},
            collected_traffic_source={"manual_source": "google", "manual_medium": "organic"},
        ),
        event("u2", 1, 200, "page_view", params=page("/pricing#top")),
        event("u2", 1, 260, "user_engagement", params={"engagement_time_msec": 12000}),
        event(
            "u3",
            1,
            300,
            "sign_up",
            params={"source": "linkedin.com", "medium": "cpc"},
            event_bundle_sequence_id=2,
        ),
        event(None, None, 400, "page_view", params=page("/b")),
        # The same, delivered again without any change.
        event(None, None, 400, "page_view", params=page("/b")),
    ]


def session_id(browser: str, number: int) -> str:
    return f"google_analytics:{pseudonym('w', browser)}.{number}"


SESSIONS = [
    # session, started, user, signed in, channel, source, medium, campaign, page, country, engaged
    (
        session_id("u1", 1),
        START,
        "u1",
        "customer 7",
        "Email",
        "news",
        "email",
        "spring",
        "/a",
        "Norway",
        True,
    ),
    (
        session_id("u1", 2),
        START + timedelta(seconds=100),
        "u1",
        None,
        "Organic Search",
        "google",
        "organic",
        None,
        "/",
        None,
        False,
    ),
    (
        session_id("u2", 1),
        START + timedelta(seconds=200),
        "u2",
        None,
        "Direct",
        "(direct)",
        "(none)",
        None,
        "/pricing",
        None,
        True,
    ),
    (
        session_id("u3", 1),
        START + timedelta(seconds=300),
        "u3",
        None,
        "Paid Social",
        "linkedin.com",
        "cpc",
        None,
        None,
        None,
        True,
    ),
]


def write_parquet(folder: Path) -> None:
    """The export as it lies in a bucket: one file per day."""
    days = folder / "events"
    days.mkdir()
    lines = folder.parent / "lines.json"
    rows = events()
    for number, part in enumerate((rows[:4], rows[4:])):
        lines.write_text("\n".join(json.dumps(row, default=str) for row in part))
        duckdb.execute(
            f"copy (from read_json('{lines}', format = 'newline_delimited', columns = {COLUMNS}))"
            f" to '{days}/events_2025030{number + 1}.parquet'"
        )


def write_daily_tables(folder: Path) -> None:
    """The export's own tables, one per day; the first has a column that the second lacks."""
    write_parquet(folder)
    first, second = sorted((folder / "events").iterdir())
    duckdb.execute(f"copy (select *, 1 as more from '{first}') to '{folder}/{first.name}'")
    second.rename(folder / second.name)
    first.unlink()
    first.parent.rmdir()


def as_json(row: Row) -> Row:
    """An event as BigQuery writes it to JSON: whole numbers in quotes, no empty fields."""
    value: Row = json.loads(json.dumps(row, default=lambda moment: moment.isoformat() + "Z"))

    def written(part: Any) -> Any:
        if isinstance(part, dict):
            return {key: written(v) for key, v in part.items() if v is not None}
        if isinstance(part, list):
            return [written(v) for v in part]
        return str(part) if isinstance(part, int) and not isinstance(part, bool) else part

    result: Row = written(value)
    return result


def write_json(folder: Path) -> None:
    lines = [json.dumps(as_json(row)) for row in events()]
    (folder / "events.json").write_text("\n".join(lines) + "\n")


def write_csv(folder: Path) -> None:
    """A table in CSV whose nested columns are the text of their JSON."""
    rows = [
        {
            key: json.dumps(value) if isinstance(value, dict | list) else value
            for key, value in row.items()
        }
        for row in events()
    ]
    write_table(folder / "event.csv", rows)


def write_flat(folder: Path) -> None:
    """As Fivetran delivers it: a column per parameter and per field of a record."""
    rows = []
    for number, row in enumerate(events()):
        params = {
            p["key"]: next(v for v in p["value"].values() if v is not None)
            for p in row["event_params"]
        }
        click = (row["session_traffic_source_last_click"] or {}).get("manual_campaign", {})
        collected = row["collected_traffic_source"] or {}
        rows.append(
            {
                "_fivetran_id": str(number),
                "_fivetran_synced": row["_fivetran_synced"],
                "timestamp": START
                + timedelta(microseconds=row["event_timestamp"] - microseconds(0)),
                "name": row["event_name"],
                "bundle_sequence_id": row["event_bundle_sequence_id"],
                "user_pseudo_id": row["user_pseudo_id"],
                "user_id": row["user_id"],
                "geo_country": (row["geo"] or {}).get("country"),
                "collected_traffic_source_manual_source": collected.get("manual_source"),
                "collected_traffic_source_manual_medium": collected.get("manual_medium"),
                **{
                    f"session_traffic_source_last_click_manual_campaign_{name}": click.get(name)
                    for name in ("source", "medium", "campaign_name")
                },
                **{
                    f"param_{name}": params.get(name)
                    for name in (
                        "ga_session_id",
                        "session_engaged",
                        "engagement_time_msec",
                        "page_location",
                        "content_id",
                        "source",
                        "medium",
                    )
                },
            }
        )
    write_table(folder / "event.csv", rows)


def write_table(path: Path, rows: list[Row]) -> None:
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def build_staging(folder: Path, system: str, *also: str) -> Build:
    """The staging models of a system over the files in `folder/raw`, and what they need."""
    build = run_dbt(
        [
            *("build", "--exclude-resource-type", "unit_test"),
            *("--select", f"path:models/staging/{system}", *also),
        ],
        folder,
        variables={"systems": [system], "raw_path": str(folder / "raw")},
    )
    assert build.exit_code == 0, build.output
    return build


WRITERS = {
    "Parquet with nested columns": write_parquet,
    "a table per day": write_daily_tables,
    "newline-delimited JSON": write_json,
    "JSON in the columns of a CSV file": write_csv,
    "flat columns": write_flat,
}


@pytest.fixture(scope="module", params=list(WRITERS))
def web(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Build:
    """The same events in each of the forms in which they are delivered."""
    folder = tmp_path_factory.mktemp("web")
    raw = folder / "raw" / "google_analytics"
    raw.mkdir(parents=True)
    WRITERS[request.param](raw)
    return build_staging(folder, "google_analytics", "ga4_source_categories")


def test_sessions_are_the_same_in_every_form_of_the_export(web: Build) -> None:
    assert (
        web.rows(
            "select session_id, started_at, web_user_id, signed_in_user_id, channel, source,"
            " medium, campaign, landing_page, country, is_engaged"
            " from staging.stg_google_analytics__web_sessions order by web_user_id, started_at"
        )
        == SESSIONS
    )


def test_events_have_the_marts_names_and_their_content(web: Build) -> None:
    rows = web.rows(
        "select event_name, session_id, web_user_id, signed_in_user_id, content"
        " from staging.stg_google_analytics__web_events order by occurred_at, event_name"
    )
    assert rows == [
        ("page_view", session_id("u1", 1), "u1", None, "/a"),
        ("session_start", session_id("u1", 1), "u1", None, "/a"),
        ("lead_created", session_id("u1", 1), "u1", "customer 7", "guide"),
        ("page_view", session_id("u1", 2), "u1", None, "/"),
        ("page_view", session_id("u2", 1), "u2", None, "/pricing"),
        ("user_engagement", session_id("u2", 1), "u2", None, None),
        ("sign_up", session_id("u3", 1), "u3", None, None),
        ("page_view", None, None, None, "/b"),
    ]
    ids = web.rows("select distinct event_id from staging.stg_google_analytics__web_events")
    assert len(ids) == len(rows)


def test_an_event_that_was_delivered_again_counts_once_and_the_books_balance(web: Build) -> None:
    assert web.rows(
        "select source_table, raw_rows, staged_rows, duplicate_rows, rejected_rows"
        " from staging.stg_google_analytics__source_counts"
    ) == [("event", 10, 8, 2, 0)]
    assert web.rows("select * from staging.stg_google_analytics__rejected_rows") == []


def test_faults_of_events_are_recorded_and_their_rows_kept_where_they_can_be(
    tmp_path: Path,
) -> None:
    raw = tmp_path / "raw" / "google_analytics"
    raw.mkdir(parents=True)
    good = event("u1", 1, 0, "page_view", params=page("/a"))
    rows = [
        good,
        {**good, "event_timestamp": "yesterday"},
        {**good, "event_name": ""},
        {**good, "user_pseudo_id": "u2", "event_params": "[{"},
        event("u3", 1, 0, "page_view", params={"engagement_time_msec": "long"}),
    ]
    for row in rows:
        if isinstance(row["event_params"], list):
            row["event_params"] = json.dumps(row["event_params"])
    write_table(raw / "event.csv", rows)
    build = build_staging(tmp_path, "google_analytics", "ga4_source_categories")
    assert build.rows(
        "select column_name, rule, raw_value, is_row_rejected"
        " from staging.stg_google_analytics__rejected_rows order by all"
    ) == [
        ("engagement_time_msec", "unreadable int", "long", False),
        ("event_name", "missing", None, True),
        ("event_params", "unreadable json", "[{", False),
        ("event_timestamp", "unreadable timestamp", "yesterday", True),
    ]
    assert build.rows(
        "select web_user_id, session_id from staging.stg_google_analytics__web_events order by 1"
    ) == [("u1", session_id("u1", 1)), ("u2", None), ("u3", session_id("u3", 1))]


def member_id(address: str) -> str:
    return hashlib.md5(address.lower().encode(), usedforsecurity=False).hexdigest()


ADDRESSES = {name: f"{name.title()}@x.example" for name in ("ann", "bo", "cy")}
IDS = {name: member_id(address) for name, address in ADDRESSES.items()}
ACTIONS = [
    # campaign, who, action, hours after, kind of bounce, link
    ("c1", "ann", "open", 1, "", ""),
    ("c1", "ann", "open", 2, "", ""),
    ("c1", "ann", "click", 2, "", "https://x.example/a"),
    ("c1", "cy", "bounce", 0, "soft", ""),
]


def hours_later(hours: int) -> str:
    return (START + timedelta(hours=hours)).isoformat()


def write_fivetran(folder: Path) -> None:
    tables: dict[str, list[Row]] = {
        "campaign": [
            {
                "id": "c1",
                "title": "Spring",
                "subject_line": "Hello",
                "list_id": "l1",
                "type": "regular",
                "send_time": hours_later(0),
            },
        ],
        "campaign_recipient": [
            {"campaign_id": "c1", "member_id": IDS[name], "list_id": "l1"} for name in IDS
        ],
        "campaign_recipient_activity": [
            {
                "campaign_id": campaign,
                "member_id": IDS[name],
                "list_id": "l1",
                "action": action,
                "timestamp": hours_later(hours),
                "bounce_type": bounce,
                "url": url,
            }
            for campaign, name, action, hours, bounce, url in ACTIONS
        ],
        "unsubscribe": [
            {
                "campaign_id": "c1",
                "member_id": IDS["bo"],
                "list_id": "l1",
                "timestamp": hours_later(3),
            },
        ],
        "list": [{"id": "l1", "name": "News"}],
        "member": [
            {
                "id": IDS[name],
                "list_id": "l1",
                "email_address": address,
                "status": "subscribed",
                "timestamp_opt": hours_later(-9),
            }
            for name, address in ADDRESSES.items()
        ],
    }
    for name, rows in tables.items():
        write_table(folder / f"{name}.csv", rows)


def write_airbyte(folder: Path) -> None:
    """Airbyte has no recipients; that the report counts the audience's members stands for them."""
    meta = {"_airbyte_extracted_at": hours_later(99) + "Z", "_airbyte_raw_id": "r"}
    tables: dict[str, list[Row]] = {
        "campaigns": [
            {
                "id": "c1",
                "type": "regular",
                "send_time": hours_later(0) + "+00:00",
                "settings": {"title": "Spring", "subject_line": "Hello"},
                "recipients": {"list_id": "l1", "recipient_count": 3},
            },
        ],
        "email_activity": [
            {
                "campaign_id": campaign,
                "email_id": IDS[name],
                "list_id": "l1",
                "email_address": ADDRESSES[name],
                "action": action,
                "timestamp": hours_later(hours) + "+00:00",
                "type": bounce or None,
                "url": url or None,
            }
            for campaign, name, action, hours, bounce, url in ACTIONS
        ],
        "unsubscribes": [
            {
                "campaign_id": "c1",
                "email_id": IDS["bo"],
                "email_address": ADDRESSES["bo"],
                "list_id": "l1",
                "timestamp": hours_later(3) + "+00:00",
            },
        ],
        "lists": [{"id": "l1", "name": "News"}],
        "list_members": [
            {
                "id": IDS[name],
                "list_id": "l1",
                "email_address": address,
                "status": "subscribed",
                "timestamp_opt": hours_later(-9) + "+00:00",
            }
            for name, address in ADDRESSES.items()
        ],
        "reports": [{"id": "c1", "emails_sent": 3}],
    }
    for name, rows in tables.items():
        lines = [json.dumps({**row, **meta}) for row in rows]
        (folder / f"{name}.json").write_text("\n".join(lines) + "\n")


@pytest.fixture(scope="module", params=["Fivetran", "Airbyte"])
def mail(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Build:
    """The same mailing as each connector delivers it."""
    folder = tmp_path_factory.mktemp("mail")
    raw = folder / "raw" / "mailchimp"
    raw.mkdir(parents=True)
    {"Fivetran": write_fivetran, "Airbyte": write_airbyte}[request.param](raw)
    return build_staging(folder, "mailchimp")


def test_a_message_per_campaign_and_recipient(mail: Build) -> None:
    assert mail.rows(
        "select message_id, sent_at, recipient_email, email_campaign_id, email_type, content"
        " from staging.stg_mailchimp__email_messages order by recipient_email"
    ) == [
        (f"mailchimp:c1:{IDS[name]}", START, address, "mailchimp:c1", "marketing", "Hello")
        for name, address in ADDRESSES.items()
    ]


def test_events_of_messages_and_the_deliveries_that_follow_from_them(mail: Build) -> None:
    names = {f"mailchimp:c1:{IDS[name]}": name for name in IDS}
    rows = mail.rows(
        "select message_id, event_type, occurred_at, url, is_machine"
        " from staging.stg_mailchimp__email_events order by occurred_at, message_id, event_type"
    )
    assert sorted((names[row[0]], *row[1:4]) for row in rows if row[1] != "delivered") == sorted(
        [
            (name, action, START + timedelta(hours=hours), url or None)
            for _, name, action, hours, _, url in ACTIONS
        ]
        + [("bo", "unsubscribe", START + timedelta(hours=3), None)],
        key=str,
    )
    assert {names[row[0]] for row in rows if row[1] == "delivered"} == {"ann", "bo"}
    assert not any(row[4] for row in rows)
    ids = mail.rows("select distinct event_id from staging.stg_mailchimp__email_events")
    assert len(ids) == len(rows)


def test_the_books_of_mailchimp_balance(mail: Build) -> None:
    rows = mail.rows(
        "select source_table, raw_rows, staged_rows + duplicate_rows + rejected_rows"
        " from staging.stg_mailchimp__source_counts where raw_rows > 0 order by 1"
    )
    assert rows and all(raw == accounted for _, raw, accounted in rows), rows


def test_the_campaign_is_named(mail: Build) -> None:
    assert mail.rows(
        "select email_campaign_id, email_campaign_name, email_type, content"
        " from staging.stg_mailchimp__email_campaigns"
    ) == [("mailchimp:c1", "Spring", "marketing", "Hello")]
