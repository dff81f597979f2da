"""Linked raw data at any scale: copies of a small company with ids and addresses of their own.

The company is that of the tests, `tests/edge_cases`, which has every table and every fault. E-mail,
visits and activities, of which a company has many a deal, are repeated within each copy: other
messages to the same people, a day earlier with each repetition. Reps, products, stages and
campaigns are there once.
DuckDB does it all, so that 25 million rows take a minute or two.
"""

from __future__ import annotations

import argparse
import csv
import shutil
from collections.abc import Callable
from fnmatch import fnmatch
from pathlib import Path

import duckdb
import yaml

from sales_kpis.project import Project
from sales_kpis.settings import NEUTRAL

PROJECT = Path(__file__).resolve().parents[1]
COMPANY = PROJECT / "tests" / "edge_cases" / "raw"
# They fit all copies.
SEEDS = PROJECT / "tests" / "edge_cases" / "seeds"

# Copies of the company at scale 1: 102,000 deals.
COPIES = 67
# So often is each row repeated within a copy; at scale 1: 5.1 M HubSpot e-mail events, 5.0 M rows
# of what Mailchimp sent and what came of it, 4.9 M GA4 events, 470,000 engagements and tasks.
REPEATS = {
    "hubspot.email_event*": 20,
    "mailchimp.campaign": 41,
    "mailchimp.campaign_recipient*": 41,
    "google_analytics.event": 11,
    "hubspot.engagement*": 5,
    "salesforce.task": 5,
    "salesforce.event": 5,
}
# The company has these once, however large it is.
ONCE = [
    "hubspot.deal_pipeline*", "hubspot.email_campaign", "hubspot.form", "hubspot.owner*",
    "hubspot.product", "hubspot.team", "hubspot.users",
    "mailchimp.list",
    "salesforce.campaign", "salesforce.currency_type", "salesforce.dated_conversion_rate",
    "salesforce.opportunity_stage", "salesforce.product_2", "salesforce.user*",
    "tabular.deal_stage", "tabular.product", "tabular.rep",
]  # fmt: skip
# Copied by repetition alone: each Mailchimp campaign goes to the people of all copies.
ONCE_A_REPETITION = ["mailchimp.campaign"]

# The columns that change, by system: ids of what is copied, and of what is repeated within a copy.
IDS = {
    "salesforce": [
        "id", "account_id", "parent_id", "master_record_id", "who_id", "what_id", "lead_id",
        "contact_id", "opportunity_id", "converted_*_id",
    ],
    "hubspot": [
        "id", "contact_id", "company_id", "deal_id", "engagement_id", "line_item_id", "entity_id",
        "conversion_id", "canonical_vid", "vid_to_merge", "merged_deal_id", "sent_by_id",
        "caused_by_id", "obsoleted_by_id", "property_hs_object_id",
        "property_hs_merged_object_ids", "property_hs_parent_company_id",
        "property_associatedcompanyid",
    ],
    "mailchimp": ["id", "member_id", "campaign_id", "unique_email_id"],
    "tabular": [
        "account_id", "parent_account_id", "activity_id", "person_id", "primary_person_id",
        "lead_id", "deal_id", "line_item_id", "event_id", "message_id", "session_id",
        "subscription_id", "response_id", "converted_*_id", "merged_into_*_id",
    ],
    "google_analytics": ["user_pseudo_id", "user_id"],
}  # fmt: skip
REPEATED_IDS = {
    "hubspot": ["id", "engagement_id", "sent_by_id", "caused_by_id", "obsoleted_by_id"],
    "salesforce": ["id"],
    "google_analytics": ["user_pseudo_id"],
}
MAILCHIMP_CAMPAIGN = ["campaign.id", "campaign_recipient*.campaign_id", "unsubscribe.campaign_id"]
ADDRESSES = ["email", "property_email", "recipient", "recipient_email", "email_address"]
SITES = ["website", "domain", "property_domain"]
BROWSERS = ["web_user_id", "web_user_id_c", "property_web_user_id"]
TIMES = [
    "created", "sent_by_created", "timestamp", "send_time", "create_time", "created_date",
    "completed_date_time", "start_date_time", "end_date_time", "property_hs_timestamp",
    "property_hs_createdate", "property_hs_meeting_start_time",
]  # fmt: skip


def copies_of(scale: float) -> int:
    """How many copies of the company a scale has; at least one.

    Raises:
        ValueError: the scale is not above 0, or so large that ids would no longer differ.
    """
    if not 0 < scale <= 100:
        raise ValueError(f"The scale is {scale}: take one above 0 and up to 100.")
    return max(1, round(COPIES * scale))


def rows_asked(table: str, own_rows: int, copies: int) -> int:
    """The rows of a table (`system.table`), from those of the company."""
    repeats = repeats_of(table)
    if _is_one_of(table, ONCE):
        return own_rows
    return own_rows * repeats * (1 if _is_one_of(table, ONCE_A_REPETITION) else copies)


def write_raw(folder: Path, scale: float, company: Path = COMPANY) -> dict[str, int]:
    """Write `<folder>/<system>/<table>.parquet`, which `raw_path` takes.

    Args:
        folder: made anew.
        scale: 1 is about 100,000 deals and 25 million raw rows.
        company: the raw files that are copied.

    Returns:
        The rows of each table, by `system.table`.
    """
    copies = copies_of(scale)
    shutil.rmtree(folder, ignore_errors=True)
    rows = {}
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        for system in sorted(path for path in company.iterdir() if path.is_dir()):
            (folder / system.name).mkdir(parents=True)
            for path in sorted(system.iterdir()):
                table = f"{system.name}.{path.stem}"
                target = folder / system.name / f"{path.stem}.parquet"
                query = copied_sql(connection, table, _reading(path), copies)
                connection.execute(f"copy ({query}) to '{target}' (format parquet)")
                counted = connection.execute(f"select count(*) from '{target}'").fetchall()
                rows[table] = int(counted[0][0])
    return rows


def write_settings(file: Path, raw_path: Path) -> None:
    """Write the settings file of a run: those of `dbt_project.yml`, for other raw files."""
    project = Project(PROJECT, PROJECT / "build" / "sales_kpis.duckdb", PROJECT / "published")
    stated = project.default_vars()
    settings = {"raw_path": str(raw_path.resolve()), **{name: stated[name] for name in NEUTRAL}}
    file.write_text(yaml.safe_dump(settings, sort_keys=False), encoding="utf-8")


def copied_sql(connection: duckdb.DuckDBPyConnection, table: str, source: str, copies: int) -> str:
    """The query of a table's rows, in which `c` counts copies and `r` repetitions."""
    if _is_one_of(table, ONCE):
        return f"select * from {source}"
    columns = [row[0] for row in connection.execute(f"describe select * from {source}").fetchall()]
    shared = _is_one_of(table, ONCE_A_REPETITION)
    changed = [
        f'{sql} as "{column}"' for column in columns if (sql := _changed(table, column, copies))
    ]
    replaced = f"replace ({', '.join(changed)})" if changed else ""
    return (
        f"select * exclude (c, r) {replaced} from {source}"
        f", range({1 if shared else copies}) copies(c), range({repeats_of(table)}) repetitions(r)"
    )


def repeats_of(table: str) -> int:
    """How often a table's rows are repeated within each copy."""
    return next((count for name, count in REPEATS.items() if fnmatch(table, name)), 1)


def _changed(table: str, column: str, copies: int) -> str | None:
    """The column as it is in a copy; None where it is the same in all."""
    system, name = table.split(".", 1)
    is_repeated = repeats_of(table) > 1
    if is_repeated and column in TIMES:
        return _earlier(column)
    if system == "google_analytics" and column == "event_timestamp":
        return "event_timestamp - r * 86400000000"
    if system == "google_analytics" and column == "event_date":
        return "strftime(strptime(event_date, '%Y%m%d') - to_days(cast(r as integer)), '%Y%m%d')"
    if system == "mailchimp" and _is_one_of(f"{name}.{column}", MAILCHIMP_CAMPAIGN):
        return _NUMBERED[system](column, "r")
    if column in ADDRESSES:
        return _address(column)
    if column in SITES:
        return f"regexp_replace({column}, '^(https?://)?(www[.])?', '\\0c' || c || '-', 'i')"
    if column in BROWSERS:
        return f"{column} || c"
    if _is_one_of(column, IDS[system]):
        is_own = is_repeated and _is_one_of(column, REPEATED_IDS.get(system, []))
        # The first repetition has the ids that the other tables of its copy know.
        return _NUMBERED[system](column, f"(c + {copies} * r)" if is_own else "c")
    return None


def _salesforce_id(column: str, number: str) -> str:
    # The company's ids have zeros there.
    return f"left({column}, 6) || to_base({number}, 36, 3) || substr({column}, 10)"


def _hubspot_id(column: str, number: str) -> str:
    # A column may be a list of ids.
    return (
        f"regexp_replace({column}, '[0-9a-f]+', '\\0' || lpad(cast({number} as text), 5, '0'), 'g')"
    )


def _mailchimp_id(column: str, number: str) -> str:
    return f"md5({column} || '-' || {number})"


def _tabular_id(column: str, number: str) -> str:
    return f"{column} || '-' || {number}"


def _browser(column: str, number: str) -> str:
    return f"{column} || {number}"


_NUMBERED: dict[str, Callable[[str, str], str]] = {
    "salesforce": _salesforce_id,
    "hubspot": _hubspot_id,
    "mailchimp": _mailchimp_id,
    "tabular": _tabular_id,
    "google_analytics": _browser,
}


def _address(column: str) -> str:
    """An address of the copy: its domain, the account's, differs, or at a free host the name."""
    with (SEEDS / "mapping" / "free_mail_domains.csv").open(encoding="utf-8") as file:
        domains = ", ".join(f"'{row['domain']}'" for row in csv.DictReader(file))
    domain = f"trim(lower(split_part({column}, '@', 2)))"
    return (
        f"case when {domain} in ({domains}) then replace({column}, '@', '.' || c || '@')"
        f" else replace({column}, '@', '@c' || c || '-') end"
    )


def _earlier(column: str) -> str:
    """A moment as many days earlier as there were repetitions, spelled as it was."""
    moment = f"try_cast(left({column}, 19) as timestamp) - to_days(cast(r as integer))"
    return f"coalesce(strftime({moment}, '%Y-%m-%dT%H:%M:%S') || substr({column}, 20), {column})"


def _reading(path: Path) -> str:
    if path.is_dir():
        return f"read_parquet('{path}/*.parquet')"
    return f"read_csv('{path}', all_varchar = true)"


def _is_one_of(name: str, patterns: list[str]) -> bool:
    return any(fnmatch(name, pattern) for pattern in patterns)


def main() -> None:
    """Write the raw tables of a scale and its settings, and say how many rows there are."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", type=float, default=0.1)
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    rows = write_raw(arguments.out / "raw", arguments.scale)
    write_settings(arguments.out / "settings.yml", arguments.out / "raw")
    print(f"{sum(rows.values()):,} rows in {len(rows)} tables: {arguments.out / 'raw'}")


if __name__ == "__main__":
    main()
