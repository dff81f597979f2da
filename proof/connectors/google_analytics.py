"""Google Analytics 4's export to BigQuery, copied to files: one row per event, nested values.

`event/delivery-1.parquet` holds what was delivered of some days at first, `delivery-2.parquet` the
days as they stand. `_loaded_at` is the copy's own column: the export overwrites a day's rows for
three days, so the newest copy of an event counts. The variant in JSON holds the same in one file.
"""

import json
import shutil
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

import duckdb

from proof.company.records import Company, Record, WebEvent, WebSession
from proof.connectors.tables import records_of

Json = dict[str, object]

SYSTEM = "google_analytics"
ZONE = ZoneInfo("Europe/Amsterdam")  # The property's; days of the export are its days.
HOST = "www.nordlys.example"
EVENT_NAMES = {
    "lead_created": "generate_lead",
    "sign_up": "sign_up",
    "activation": "tutorial_complete",
}
NO_SOURCE = ("(direct)", "(not set)")

_CAMPAIGN = (
    "struct(campaign_id varchar, campaign_name varchar, source varchar, medium varchar,"
    " term varchar, content varchar, source_platform varchar, creative_format varchar,"
    " marketing_tactic varchar)"
)
_ADS = (
    "struct(customer_id varchar, account_name varchar, campaign_id varchar, campaign_name varchar,"
    " ad_group_id varchar, ad_group_name varchar)"
)
# The columns of the table `events_<day>`, and `_loaded_at`.
COLUMNS: Mapping[str, str] = {
    "event_date": "varchar",
    "event_timestamp": "bigint",
    "event_name": "varchar",
    "event_params": (
        "struct(key varchar, value struct(string_value varchar, int_value bigint,"
        " float_value double, double_value double))[]"
    ),
    "event_bundle_sequence_id": "bigint",
    "user_id": "varchar",
    "user_pseudo_id": "varchar",
    "user_first_touch_timestamp": "bigint",
    "device": (
        "struct(category varchar, operating_system varchar, language varchar,"
        " web_info struct(browser varchar, hostname varchar))"
    ),
    "geo": (
        "struct(city varchar, country varchar, continent varchar, region varchar,"
        " sub_continent varchar, metro varchar)"
    ),
    "traffic_source": "struct(name varchar, medium varchar, source varchar)",
    "stream_id": "varchar",
    "platform": "varchar",
    "items": "struct(item_id varchar, item_name varchar, price double, quantity bigint)[]",
    "collected_traffic_source": (
        "struct(manual_campaign_id varchar, manual_campaign_name varchar, manual_source varchar,"
        " manual_medium varchar, manual_term varchar, manual_content varchar,"
        " manual_source_platform varchar, manual_creative_format varchar,"
        " manual_marketing_tactic varchar, gclid varchar, dclid varchar, srsltid varchar)"
    ),
    "is_active_user": "boolean",
    "batch_event_index": "bigint",
    "batch_page_id": "bigint",
    "batch_ordering_id": "bigint",
    "session_traffic_source_last_click": (
        f"struct(manual_campaign {_CAMPAIGN}, google_ads_campaign {_ADS})"
    ),
    "_loaded_at": "timestamptz",
}


def write_google_analytics(company: Company, folder: Path) -> None:
    """Writes `<folder>/event/delivery-<n>.parquet`; the same company gives the same bytes."""
    _clear(folder)
    older = set(map(id, company.older_versions))
    found = event_rows(company)
    deliveries = (
        [row for record, row in found if id(record) in older],
        [row for record, row in found if id(record) not in older],
    )
    for number, rows in enumerate(deliveries, start=1):
        if rows or number == len(deliveries):
            _write_parquet(folder / "event" / f"delivery-{number}.parquet", rows, company.seed)


def write_google_analytics_json(company: Company, folder: Path) -> None:
    """Writes `<folder>/event.json`, a row a line, as BigQuery exports a table to JSON.

    Numbers of 64 bits are text, and what is missing is left out.
    """
    _clear(folder)
    folder.mkdir(parents=True, exist_ok=True)
    rows = [row for _, row in event_rows(company)]
    lines = [json.dumps(_as_bigquery(row), ensure_ascii=False) for row in rows]
    (folder / "event.json").write_text(
        "".join(f"{line}\n" for line in _arrived(lines, company.seed)), encoding="utf-8"
    )


def event_rows(company: Company) -> list[tuple[Record, Json]]:
    """The rows of the table `event`, each with the session or event that it comes from.

    A session has a row `session_start` and, where it was engaged, `user_engagement`.
    """
    return _Export(company).rows()


class _Export:
    """The sessions and events, and what their rows need to know of each other."""

    def __init__(self, company: Company) -> None:
        self.sessions = records_of(company, WebSession, SYSTEM)
        self.events = records_of(company, WebEvent, SYSTEM)
        older = set(map(id, company.older_versions))
        current = [session for session in self.sessions if id(session) not in older]
        self.session_of = {session.key: session for session in current}
        self.first_of: dict[str, WebSession] = {}
        self.number_of: dict[str, int] = {}
        counts: dict[str, int] = defaultdict(int)
        for session in sorted(current, key=lambda s: (s.started_at, s.key)):
            browser = session.web_user or ""
            self.first_of.setdefault(browser, session)
            counts[browser] += 1
            self.number_of[session.key] = counts[browser]

    def rows(self) -> list[tuple[Record, Json]]:
        found: list[tuple[Record, Json]] = []
        for session in self.sessions:
            start = self._row(session, session, "session_start", session.started_at, 1)
            found.append((session, start))
            if session.is_engaged:
                at = session.started_at + timedelta(seconds=11)
                row = self._row(session, session, "user_engagement", at, 2)
                found.append((session, row))
        for event in self.events:
            name = EVENT_NAMES.get(event.event_name, event.event_name)
            about = self.session_of.get(event.session or "")
            found.append((event, self._row(event, about, name, event.occurred_at, 3)))
        return found

    def _row(
        self,
        record: WebSession | WebEvent,
        session: WebSession | None,
        name: str,
        at: datetime,
        index: int,
    ) -> Json:
        written = record.as_written
        browser = written.get("web_user", record.web_user)
        # Whoever signs in does so after the session has begun.
        user = None if name == "session_start" and _has_more(session) else record.user
        first = self.first_of.get(record.web_user or "")
        moment = written.get("started_at", written.get("occurred_at", "at"))
        is_ordered = isinstance(record, WebEvent)
        tail = record.native_id.rpartition(".")[2]
        return {
            "event_date": f"{at.astimezone(ZONE):%Y%m%d}",
            "event_timestamp": _microseconds(at) if moment == "at" else None,
            "event_name": written.get("event_name", name) or None,
            "event_params": self._params(record, session, name),
            "event_bundle_sequence_id": round(at.timestamp()) % 1_000_000_007,
            "user_id": written.get("user", user) or None,
            "user_pseudo_id": browser or None,
            "user_first_touch_timestamp": _microseconds(first.started_at) if first else None,
            "device": {
                "category": ("desktop", "mobile", "tablet")[sum(record.key.encode()) % 3],
                "operating_system": None,
                "language": "en-gb",
                "web_info": {"browser": None, "hostname": HOST},
            },
            "geo": _nothing("city country continent region sub_continent metro")
            | {"country": written.get("country", session.country if session else None) or None},
            "traffic_source": {
                "name": first.campaign if first else None,
                "medium": first.medium if first else None,
                "source": first.source if first else None,
            },
            "stream_id": "5512345678",
            "platform": "WEB",
            "items": [],
            "collected_traffic_source": _collected(session),
            "is_active_user": True,
            "batch_event_index": int(tail) + 2 if is_ordered and tail.isdigit() else index,
            "batch_page_id": _microseconds(session.started_at) // 1000 if session else None,
            "batch_ordering_id": 1,
            "session_traffic_source_last_click": _last_click(session),
            "_loaded_at": f"{record.modified_at.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}+00:00",
        }

    def _params(
        self, record: WebSession | WebEvent, session: WebSession | None, name: str
    ) -> list[Json]:
        found: list[Json] = []
        if session:
            number = session.as_written.get("key", session.native_id).rpartition(".")[2]
            if number.isdigit():
                found.append(_param("ga_session_id", int(number)))
            found.append(_param("ga_session_number", self.number_of.get(session.key, 1)))
        page = record.landing_page if isinstance(record, WebSession) else record.content
        page = record.as_written.get("landing_page", record.as_written.get("content", page))
        if page:
            address = f"https://{HOST}{page}" if page[0] == "/" else page
            if record is session and _is_told_by_address(session):
                name_of_id = ("gclid", "gbraid", "wbraid")[sum(session.key.encode()) % 5 % 3]
                address += f"?utm_id=7&{name_of_id}=Cj0{len(session.key)}#top"
            found.append(_param("page_location", address))
        if session:
            found += _engagement(session, name)
            if _told_by(session) == "params" and name != "user_engagement":
                said = {"source": session.source, "medium": _medium(session)}
                said["campaign"] = session.campaign
                found += [_param(key, value) for key, value in said.items() if value]
        return found


def _has_more(session: WebSession | None) -> bool:
    return session is not None and session.is_engaged


def _engagement(session: WebSession, name: str) -> list[Json]:
    """GA4 leaves `session_engaged` out of some sessions; then the seconds tell of engagement."""
    is_silent = session.is_engaged and sum(session.key.encode()) % 7 == 0
    found = []
    if name == "user_engagement":
        found.append(_param("engagement_time_msec", 10_400 if is_silent else 4_200))
    if not is_silent:
        says = "1" if session.is_engaged and name != "session_start" else "0"
        found.append(_param("session_engaged", int(says) if name == "session_start" else says))
    return found


def _told_by(session: WebSession) -> str:
    """Which columns tell the session's source; only the newest one tells that there is none."""
    if session.source is None or session.source in NO_SOURCE:
        return "last_click"
    return ("last_click", "collected", "params")[sum(session.key.encode()) % 3]


def _collected(session: WebSession | None) -> Json | None:
    if session is None or session.source in (None, *NO_SOURCE) or _told_by(session) == "params":
        return None
    found = _nothing(
        "manual_campaign_id manual_campaign_name manual_source manual_medium manual_term"
        " manual_content manual_source_platform manual_creative_format manual_marketing_tactic"
        " gclid dclid srsltid"
    )
    found |= {"manual_campaign_name": session.campaign, "manual_source": session.source}
    return found | {"manual_medium": _medium(session)}


def _is_told_by_address(session: WebSession) -> bool:
    """Whether only the address says that the visit began with a click on an ad of Google Ads."""
    is_ad = (session.source, session.medium) == ("google", "cpc")
    is_plain = bool(session.landing_page) and "landing_page" not in session.as_written
    return is_ad and is_plain and _told_by(session) != "last_click"


def _medium(session: WebSession) -> str | None:
    """Google tells of the clicks on ads that are not linked to the property as organic ones."""
    return "organic" if _is_told_by_address(session) else session.medium


def _last_click(session: WebSession | None) -> Json | None:
    if session is None or session.source is None or _told_by(session) != "last_click":
        return None
    campaign = _nothing(
        "campaign_id campaign_name source medium term content source_platform creative_format"
        " marketing_tactic"
    )
    campaign |= {"campaign_name": session.campaign, "source": session.source}
    return {"manual_campaign": campaign | {"medium": session.medium}, "google_ads_campaign": None}


def _nothing(names: str) -> Json:
    return dict.fromkeys(names.split())


def _param(key: str, value: int | str) -> Json:
    plain = _nothing("string_value int_value float_value double_value")
    return {
        "key": key,
        "value": plain | {f"{'int' if isinstance(value, int) else 'string'}_value": value},
    }


def _microseconds(moment: datetime) -> int:
    return round(moment.timestamp()) * 1_000_000 + moment.microsecond


# --- files ----------------------------------------------------------------------------------------


def _clear(folder: Path) -> None:
    """Takes away what either variant wrote before: a table may come in one form only."""
    shutil.rmtree(folder / "event", ignore_errors=True)
    for name in ("event.json", "event.parquet"):
        (folder / name).unlink(missing_ok=True)


def _arrived(lines: Sequence[str], seed: int) -> list[str]:
    """An order of arrival that says nothing."""
    ordered = sorted(lines)
    Random(f"{seed} {SYSTEM} {len(ordered)}").shuffle(ordered)
    return ordered


def _write_parquet(path: Path, rows: Sequence[Json], seed: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = _arrived([json.dumps(row, ensure_ascii=False) for row in rows], seed)
    with TemporaryDirectory() as scratch, duckdb.connect() as connection:
        source = Path(scratch) / "event.json"
        source.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        # One thread, so that rows keep their order.
        connection.execute("set threads = 1")
        connection.execute("set timezone = 'UTC'")
        columns = ", ".join(f"'{name}': '{kind}'" for name, kind in COLUMNS.items())
        connection.execute(
            f"copy (select * from read_json({_quoted(source)}, format = 'newline_delimited',"
            f" columns = {{{columns}}})) to {_quoted(path)} (format parquet, compression zstd)"
        )


def _quoted(path: Path) -> str:
    return "'" + path.as_posix().replace("'", "''") + "'"


def _as_bigquery(value: object) -> object:
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int):
        return str(value)
    if isinstance(value, Mapping):
        return {key: _as_bigquery(v) for key, v in value.items() if v is not None}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_as_bigquery(item) for item in value]
    return value
