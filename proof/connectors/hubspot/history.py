"""The history that HubSpot keeps of its records: each value that a property had, and when."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise

from proof.company.records import Company, Deal, DealChange
from proof.connectors.hubspot.records import (
    SYSTEM,
    HubspotRecord,
    close_moment,
    epoch_ms,
    stage_id,
    stage_ids,
)
from proof.connectors.tables import native_id, records_of

HISTORY_NAMES = {
    "stage": "dealstage",
    "amount": "amount",
    "close_date": "closedate",
    "owner": "hubspot_owner_id",
}


@dataclass(frozen=True)
class HistoryEntry:
    """A property's value from a moment on; money and dates as HubSpot's history spells them."""

    object_id: str
    name: str
    value: str
    at: datetime
    synced_at: datetime


def contact_history(
    company: Company, contacts: Iterable[HubspotRecord]
) -> tuple[HistoryEntry, ...]:
    """The lifecycle stages of the contacts that are leads, in the order they were reached."""
    known = {contact.id for contact in contacts}
    found = []
    for lead in company.leads:
        if lead.system != SYSTEM or lead.native_id not in known or not lead.status:
            continue
        reached = [(lead.created_at, "lead")]
        reached += [(at, "marketingqualifiedlead") for at in [lead.mql_at] if at]
        reached += [(at, "salesqualifiedlead") for at in [lead.sql_at] if at]
        reached += [(at, "opportunity") for at in [lead.converted_at] if at]
        reached.sort()
        if reached[-1][1] != lead.status:
            reached.append((max(lead.modified_at, reached[-1][0]), lead.status))
        found += [
            HistoryEntry(lead.native_id, "lifecyclestage", stage, at, lead.modified_at)
            for at, stage in reached
        ]
    return tuple(found)


def deal_history(company: Company) -> tuple[HistoryEntry, ...]:
    """Each property's value at the deal's creation, then each change."""
    ids = stage_ids(company)
    by_key = {deal.key: deal for deal in company.deals if deal.system == SYSTEM}
    changes: dict[tuple[str, str], list[DealChange]] = defaultdict(list)
    for change in records_of(company, DealChange, SYSTEM):
        changes[change.deal, change.changed_field].append(change)

    def spelled(deal: Deal | None, key: str, name: str, value: str | None) -> str:
        if value is None:
            return ""
        if name == "stage":
            return stage_id(deal, value, ids)
        if name == "close_date":
            return epoch_ms(close_moment(native_id(key), date.fromisoformat(value)))
        return native_id(value) if name == "owner" else value

    found = []
    for key, deal in by_key.items():
        if deal.merged_into or deal.created_at is None:
            continue
        for name in HISTORY_NAMES:
            at_first = sorted(changes.get((key, name), ()), key=lambda c: (c.changed_at, c.key))
            if not at_first:
                day = deal.close_date if deal.is_closed or deal.is_won else deal.expected_close_date
                now = {"close_date": day.isoformat() if day else None, "stage": deal.stage}
                now |= {"amount": None if deal.amount is None else f"{deal.amount:f}"}
                value = spelled(deal, key, name, {**now, "owner": deal.owner}[name])
            else:
                value = at_first[0].as_written.get(
                    "old_value", spelled(deal, key, name, at_first[0].old_value)
                )
            if value:
                found.append(
                    HistoryEntry(
                        deal.native_id, HISTORY_NAMES[name], value, deal.created_at, deal.created_at
                    )
                )
    for (key, name), of_property in changes.items():
        deal_now = by_key.get(key)
        if deal_now and deal_now.merged_into:
            continue
        for change in of_property:
            value = spelled(deal_now, key, name, change.new_value)
            found.append(
                HistoryEntry(
                    change.as_written.get("deal", native_id(key)),
                    HISTORY_NAMES.get(name, name),
                    change.as_written.get("new_value", value),
                    change.changed_at,
                    change.modified_at,
                )
            )
    return tuple(found)


def stage_visits(history: Iterable[HistoryEntry]) -> list[tuple[HistoryEntry, datetime | None]]:
    """Each stage that a deal entered, and when it left it; the last it has not left."""
    by_deal: dict[str, list[HistoryEntry]] = defaultdict(list)
    for entry in history:
        if entry.name == "dealstage":
            by_deal[entry.object_id].append(entry)
    found: list[tuple[HistoryEntry, datetime | None]] = []
    for entries in by_deal.values():
        ordered = sorted(entries, key=lambda entry: (entry.at, entry.value))
        found += [(before, after.at) for before, after in pairwise(ordered)]
        found.append((ordered[-1], None))
    return found
