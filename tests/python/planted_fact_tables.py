"""Compares the built facts and bridges with what the simulator says happened."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import duckdb

from builds import pseudonym
from proof.answers.facts import PlantedFacts, planted_facts
from proof.company.records import Account, Company, Lead, Person
from proof.company.settings import Settings

Row = Mapping[str, Any]


@dataclass(frozen=True)
class FactTable:
    """A mart, the planted rows of it, its key, and the columns of both that are compared."""

    mart: str
    planted: str
    key: tuple[str, ...]
    columns: tuple[str, ...]
    condition: str = "true"
    is_compared: Callable[[Row], bool] = lambda row: True


# A planted `human` is compared with the pseudonym `person_id` through the identities.
TABLES = (
    FactTable("bridge_deal_accounts", "deal_accounts", ("deal_id", "account_id"), ("is_primary",)),
    FactTable("bridge_deal_people", "deal_people", ("deal_id", "human"), ("is_primary",)),
    FactTable(
        "fct_activities", "activities", ("activity_id",),
        ("activity_type", "occurred_at", "activity_date", "rep_id", "team", "direction",
         "is_automated", "is_outreach", "is_connected", "is_held"),
    ),
    FactTable(
        "fct_deal_outreach", "deal_outreach", ("deal_id", "activity_id"),
        ("activity_type", "activity_date"),
    ),
    FactTable(
        "fct_leads", "leads", ("lead_id",),
        ("human", "first_outreach_at", "mql_date", "sql_date", "disqualified_date", "deal_id",
         "won_date", "is_self_generated"),
    ),
    FactTable(
        "fct_email_messages", "messages", ("message_id",),
        ("email_campaign_id", "email_type", "rep_id", "human", "sent_date",
         "is_delivered", "is_opened", "is_machine_opened", "is_clicked", "is_replied", "is_bounced",
         "is_unsubscribed", "is_spam_reported", "first_opened_at", "first_clicked_at",
         "first_replied_at", "unsubscribed_at", "count_opens", "count_clicks"),
    ),
    FactTable(
        "fct_web_sessions", "sessions", ("session_id",),
        ("started_at", "session_date", "human", "channel", "campaign", "source_medium",
         "landing_page", "market", "is_engaged", "is_lead_created"),
    ),
    FactTable(
        "fct_web_conversions", "conversions", ("conversion_type", "session_id", "occurred_at"),
        ( "conversion_date", "human"),
    ),
    # Only open stages are left, and only what began on a known day can be told.
    FactTable(
        "fct_deal_stage_visits", "visits", ("deal_id", "stage", "entered_at"),
        ("is_first_visit", "entered_date", "left_date", "rep_id", "went_on"),
        "not (is_won_stage or is_lost_stage) and entered_at is not null",
        lambda row: not (row["is_won_stage"] or row["is_lost_stage"]) and row["entered_at"],
    ),
    FactTable(
        "fct_pipeline_snapshots", "snapshots", ("snapshot_date", "deal_id"),
        ("stage", "probability", "rep_id", "team", "territory", "amount", "expected_close_date"),
    ),
    FactTable(
        "fct_customer_stretches", "stretches", ("account_id", "valid_from"),
        ("valid_to", "monthly_recurring_revenue", "cover"),
    ),
    FactTable(
        "fct_customer_months", "customer_months", ("account_id", "month_start_date"),
        ("is_active_at_start", "is_active_at_end", "mrr_at_start", "mrr_at_end", "is_new",
         "is_churned", "is_returned", "churned_on"),
    ),
    FactTable(
        "fct_survey_responses", "surveys", ("response_id",),
        ("survey_type", "response_date", "score", "score_ratio"),
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Differences:
    """How a mart differs from the planted rows; empty when it does not."""

    mart: str
    missing: Sequence[tuple[Any, ...]]
    unexpected: Sequence[tuple[Any, ...]]
    different: Sequence[tuple[tuple[Any, ...], str, Any, Any]]

    def __bool__(self) -> bool:
        return bool(self.missing or self.unexpected or self.different)

    def __str__(self) -> str:
        columns: dict[str, int] = defaultdict(int)
        for _, column, _, _ in self.different:
            columns[column] += 1
        lines = [
            f"core.{self.mart}: {len(self.missing)} rows missing, {len(self.unexpected)}"
            f" unexpected, {len(self.different)} values different {dict(columns)}"
        ]
        lines += [f"  missing {key}" for key in self.missing[:5]]
        lines += [f"  unexpected {key}" for key in self.unexpected[:5]]
        lines += [
            f"  {key} {column}: planted {planted!r}, built {built!r}"
            for key, column, planted, built in self.different[:12]
        ]
        return "\n".join(lines)


def compare_facts(
    connection: duckdb.DuckDBPyConnection, company: Company, settings: Settings
) -> list[Differences]:
    """All differences between the marts of a build and the planted facts."""
    planted = planted_facts(company, settings)
    identities, people = _compare_identities(connection, planted, company, settings)
    found = [identities]
    deals = {row[0] for row in connection.execute("select deal_id from core.fct_deals").fetchall()}
    for table in TABLES:
        rows = [row._asdict() for row in getattr(planted, table.planted)]
        if table.planted == "deal_people":
            rows += _people_of_converted_leads(planted, rows)
        # A deal that closed on no readable day is in no mart.
        rows = [row for row in rows if not row.get("deal_id") or row["deal_id"] in deals]
        found.append(_compare(connection, table, filter(table.is_compared, rows), people))
    return [differences for differences in found if differences]


def _people_of_converted_leads(planted: PlantedFacts, known: Sequence[Row]) -> list[Row]:
    """A person that a deal's leads became takes part in it too."""
    there = {(row["deal_id"], row["human"]) for row in known}
    found = {(lead.deal_id, lead.human) for lead in planted.leads if lead.deal_id and lead.human}
    return [{"deal_id": deal, "human": human, "is_primary": False} for deal, human in found - there]


def _compare_identities(
    connection: duckdb.DuckDBPyConnection,
    planted: PlantedFacts,
    company: Company,
    settings: Settings,
) -> tuple[Differences, dict[str, str]]:
    """Whether the same records are one person or account; and the person_id of each human."""
    cursor = connection.execute(
        "select record_type, record_id, identity_id from core.bridge_identities"
    )
    built = {(kind, record): identity for kind, record, identity in cursor.fetchall()}
    # Marts know a browser or web user by a pseudonym, so of those only the number is compared.
    stated = {
        (row.record_type, row.record_id): row.identity
        for row in planted.identities
        if row.record_type != "web_user"
    }
    standing = _standing(company, settings)
    stated = {record: identity for record, identity in stated.items() if record in standing}
    built_of: dict[str, set[str]] = defaultdict(set)
    stated_of: dict[str, set[str]] = defaultdict(set)
    for record, identity in stated.items():
        if record in built:
            built_of[identity].add(built[record])
            stated_of[built[record]].add(identity)
    different = [
        (("one person in truth",), identity, 1, sorted(ids))
        for identity, ids in built_of.items()
        if len(ids) > 1
    ] + [
        (("several persons in truth",), built_id, sorted(ids), 1)
        for built_id, ids in stated_of.items()
        if len(ids) > 1
    ]
    people = {identity: min(ids) for identity, ids in built_of.items()}
    differences = Differences(
        "bridge_identities",
        sorted(set(stated) - set(built)),
        [],
        different,
    )
    return differences, people


def _compare(
    connection: duckdb.DuckDBPyConnection,
    table: FactTable,
    planted: Iterable[Row],
    people: Mapping[str, str],
) -> Differences:
    names = {"human": "person_id"}
    wanted = [*table.key, *table.columns]
    select_list = ", ".join(names.get(name, name) for name in wanted)
    cursor = connection.execute(
        f"select {select_list} from core.{table.mart} where {table.condition}"
    )
    built = {row[: len(table.key)]: row[len(table.key) :] for row in map(_plain, cursor.fetchall())}
    # A deleted person is in no mart, but what happened to that person is.
    unknown = set()
    stated = {}
    for row in planted:
        if row.get("human") not in people:
            unknown.add(row.get("human"))
        values = _plain(_as_built(name, row[name], people) for name in wanted)
        stated[values[: len(table.key)]] = values[len(table.key) :]
    different = [
        (key, column, values[index], built[key][index])
        for key, values in stated.items()
        if key in built
        for index, column in enumerate(table.columns)
        if not (column == "human" and values[index] in unknown)
        if not _same(values[index], built[key][index])
    ]
    return Differences(
        table.mart,
        sorted(set(stated) - set(built), key=str),
        sorted(set(built) - set(stated), key=str),
        different,
    )


def _as_built(name: str, value: Any, people: Mapping[str, str]) -> Any:
    """A planted value as the marts have it, which know people and browsers by pseudonyms."""
    if name == "human":
        return people.get(value, value)
    if name == "session_id" and value and value.startswith("google_analytics:"):
        browser, number = value.removeprefix("google_analytics:").rsplit(".", 1)
        return f"google_analytics:{pseudonym('w', browser)}.{number}"
    return value


def _plain(values: Iterable[Any]) -> tuple[Any, ...]:
    """Values as both sides have them: `(none)` is missing, moments are UTC without a zone."""
    return tuple(
        None
        if value == "(none)"
        else value.replace(tzinfo=None)
        if hasattr(value, "tzinfo") and value.tzinfo is not None
        else value
        for value in values
    )


def _standing(company: Company, settings: Settings) -> set[tuple[str, str]]:
    """The records that are somebody: not deleted, merged, or of a later day.

    A lead that is converted later is not yet its contact.
    """

    def is_past(moment: datetime | None) -> bool:
        return moment is None or _local_day(moment, settings) <= settings.as_of_date

    kinds: tuple[tuple[str, Sequence[Person | Lead | Account]], ...] = (
        ("person", company.people),
        ("lead", company.leads),
        ("account", company.accounts),
    )
    return {
        (kind, record.key)
        for kind, records in kinds
        for record in records
        if not record.is_deleted
        and not record.merged_into
        and is_past(record.created_at)
        and is_past(record.converted_at if isinstance(record, Lead) else None)
    }


def _local_day(moment: datetime, settings: Settings) -> date:
    return moment.astimezone(settings.zone).date()


def _same(planted: Any, built: Any) -> bool:
    numbers = (int, float, Decimal)
    # A truth value is a number too, but is not compared as one.
    is_truth_value = isinstance(planted, bool) or isinstance(built, bool)
    if isinstance(planted, numbers) and isinstance(built, numbers) and not is_truth_value:
        difference = abs(Decimal(str(planted)) - Decimal(str(built)))
        return difference <= Decimal("0.000001") * max(Decimal(1), abs(Decimal(str(planted))))
    return bool(planted == built)
