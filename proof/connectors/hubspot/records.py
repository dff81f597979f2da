"""The content of a HubSpot portal: its CRM records as text, their associations and merges.

A record merged into another is gone: only the survivor tells of it.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import TypeVar
from zoneinfo import ZoneInfo

from proof.company.records import (
    Account,
    Company,
    Deal,
    DealAccount,
    DealPerson,
    Lead,
    LineItem,
    Person,
    Product,
    Record,
    Stage,
)
from proof.connectors.tables import Texts, native_id, record_texts, records_of

R = TypeVar("R", bound=Record)
Moment = Callable[[datetime], str]

SYSTEM = "hubspot"
ZONE = ZoneInfo("Europe/Amsterdam")  # The portal's, which is the company's.
DEFAULT_PIPELINE = "default"
PIPELINE_LABELS = {DEFAULT_PIPELINE: "Sales Pipeline"}


@dataclass(frozen=True)
class HubspotRecord:
    """A record as delivered once: its fields as text, and when it last changed."""

    texts: Texts
    modified_at: datetime

    @property
    def id(self) -> str:
        """The object id."""
        return self.texts["key"]

    def properties(self, names: Mapping[str, str]) -> Texts:
        """Its properties by HubSpot's names."""
        return {name: self.texts.get(source, "") for name, source in names.items()}


@dataclass(frozen=True)
class Merge:
    """A record that went up in another, as it happened."""

    survivor: str
    loser: str
    at: datetime


@dataclass(frozen=True)
class Portal:
    """All CRM objects of the portal; associations are pairs of object ids."""

    companies: tuple[HubspotRecord, ...]
    contacts: tuple[HubspotRecord, ...]
    deals: tuple[HubspotRecord, ...]
    lines: tuple[HubspotRecord, ...]
    products: tuple[HubspotRecord, ...]
    stages: tuple[Stage, ...]
    pipelines: tuple[str, ...]
    deal_companies: tuple[tuple[str, str, bool], ...]
    deal_contacts: tuple[tuple[str, str], ...]
    deal_merges: tuple[Merge, ...]
    contact_merges: tuple[Merge, ...]


def read_portal(company: Company, moment: Moment) -> Portal:
    """The portal's content, with moments as text as `moment` writes them."""
    accounts, deals = records_of(company, Account, SYSTEM), records_of(company, Deal, SYSTEM)
    contacts = _contacts(company, moment)
    ids = stage_ids(company)
    deal_records = _records(deals, moment, lambda deal: _deal_texts(deal, ids, moment))
    stages = tuple(records_of(company, Stage, SYSTEM))
    return Portal(
        companies=_records(accounts, moment),
        contacts=contacts,
        deals=deal_records,
        lines=_records(records_of(company, LineItem, SYSTEM), moment, _line_texts),
        products=_records(records_of(company, Product, SYSTEM), moment),
        stages=stages,
        pipelines=tuple(sorted({native_id(s.pipeline) or DEFAULT_PIPELINE for s in stages})),
        deal_companies=_deal_companies(company, deal_records),
        deal_contacts=_deal_contacts(company, deal_records),
        deal_merges=_merges(deals),
        contact_merges=_merges(
            [*records_of(company, Person, SYSTEM), *records_of(company, Lead, SYSTEM)]
        ),
    )


def latest(records: Iterable[HubspotRecord]) -> dict[str, HubspotRecord]:
    """The newest version of each record that has an id."""
    in_order = sorted(records, key=lambda record: record.modified_at)
    return {record.id: record for record in in_order if record.id}


def close_moment(deal: str, day: date) -> datetime:
    """When on its local day a deal closes: a deal's own habit, at times near midnight."""
    hour = (time(0, 15), time(23, 30), time(12))[sum(deal.encode()) % 3]
    return datetime.combine(day, hour, ZONE).astimezone(UTC)


def epoch_ms(moment: datetime) -> str:
    """Milliseconds since 1970, as HubSpot's older interfaces tell time."""
    return str(round(moment.timestamp() * 1000))


def texts_of(record: Record, moment: Moment, more: Mapping[str, str] | None = None) -> Texts:
    """The record's fields as text, as HubSpot would have them, with what is written otherwise."""
    plain = record_texts(record, moment)
    return {**plain, **(more or {}), **record.as_written}


def _records(
    records: Iterable[R], moment: Moment, more: Callable[[R], Texts] | None = None
) -> tuple[HubspotRecord, ...]:
    """Rows of all records but those that were merged into another."""
    kept = list(records)
    merged = _merged_ids(kept)
    lost = {record.key for record in kept if getattr(record, "merged_into", None)}
    return tuple(
        HubspotRecord(
            texts_of(
                record,
                moment,
                {
                    "merged_ids": ";".join(merged.get(record.key, ())),
                    **(more(record) if more else {}),
                },
            ),
            record.modified_at,
        )
        for record in kept
        if record.key not in lost
    )


def _merged_ids(records: Iterable[Record]) -> dict[str, list[str]]:
    """Each survivor at a chain's end, with the native ids of all that went up in it."""
    into = {r.key: key for r in records if (key := getattr(r, "merged_into", None))}
    found: dict[str, set[str]] = defaultdict(set)
    for loser in into:
        survivor, seen = loser, {loser}
        while survivor in into and into[survivor] not in seen:
            survivor = into[survivor]
            seen.add(survivor)
        found[survivor].add(native_id(loser))
    return {survivor: sorted(losers) for survivor, losers in found.items()}


def _merges(records: Iterable[Deal | Person | Lead]) -> tuple[Merge, ...]:
    found = {
        (native_id(r.merged_into), r.native_id): Merge(
            native_id(r.merged_into), r.native_id, r.modified_at
        )
        for r in records
        if r.merged_into
    }
    return tuple(found.values())


def stage_texts(portal: Portal, moment: Moment) -> list[Texts]:
    """The stages with their pipeline's id and their probability as a share of 1."""
    return [
        texts_of(
            stage,
            moment,
            {
                "pipeline_id": native_id(stage.pipeline) or DEFAULT_PIPELINE,
                "share": f"{stage.probability / 100}",
            },
        )
        for stage in portal.stages
    ]


# --- contacts -------------------------------------------------------------------------------------


def _contacts(company: Company, moment: Moment) -> tuple[HubspotRecord, ...]:
    """One row for the person and the lead of a key, in each of its versions."""
    people, leads = records_of(company, Person, SYSTEM), records_of(company, Lead, SYSTEM)
    contacts: tuple[Person | Lead, ...] = (*people, *leads)
    merged = _merged_ids(contacts)
    lost = {record.key for record in contacts if record.merged_into}
    now_people = {p.key: p for p in company.people}
    now_leads = {lead.key: lead for lead in company.leads}
    deals = {deal.key: deal for deal in company.deals}
    older, stray = set(map(id, company.older_versions)), set(map(id, company.stray_rows))

    rows: dict[tuple[str, str], tuple[Person | None, Lead | None]] = {}
    for number, record in enumerate(contacts):
        if record.key in lost:
            continue
        version = "now"
        person, lead = now_people.get(record.key), now_leads.get(record.key)
        if id(record) in stray:
            version, person, lead = f"stray {number}", None, None
        elif id(record) in older:
            version = f"{record.modified_at:%Y-%m-%dT%H:%M:%S.%f}"
            person, lead = rows.get((record.key, version), (person, lead))
        if isinstance(record, Person):
            person = record
        else:
            lead = record
        rows[record.key, version] = (person, lead)
    return tuple(
        HubspotRecord(
            {
                **_contact_texts(person, lead, deals, moment),
                "merged_ids": ";".join(merged.get(key, ())),
            },
            _row_time(person, lead, version),
        )
        for (key, version), (person, lead) in rows.items()
    )


def _row_time(person: Person | None, lead: Lead | None, version: str) -> datetime:
    times = [record.modified_at for record in (person, lead) if record]
    return max(times) if version == "now" or version.startswith("stray") else min(times)


def _contact_texts(
    person: Person | None, lead: Lead | None, deals: Mapping[str, Deal], moment: Moment
) -> Texts:
    found: Texts = {"status": "subscriber"}
    for record in (person, lead):
        if record is None:
            continue
        texts = texts_of(record, moment)
        first, _, last = texts.get("name", "").partition(" ")
        names = {"first_name": first, "last_name": last} if texts.get("name") else {}
        found |= {k: v for k, v in {**names, **texts}.items() if v or k in record.as_written}
    modified = max(record.modified_at for record in (person, lead) if record)
    found |= {"modified_at": moment(modified), "is_deleted": _is_deleted(person, lead)}
    if person and (person.created_at and not lead):
        found.setdefault("subscriber_at", moment(person.created_at))
    if lead:
        found["status"] = lead.as_written.get("status", lead.status or "")
        found.setdefault("account", native_id(lead.converted_account))
        found.setdefault("lead_status", "UNQUALIFIED" if lead.disqualified_at else "")
        if lead.status:
            found.setdefault("lead_at", moment(lead.created_at))
        if lead.converted_at:
            found.setdefault("opportunity_at", moment(lead.converted_at))
        deal = deals.get(lead.converted_deal or "")
        if deal and deal.is_won and deal.close_date and lead.status in ("customer", "evangelist"):
            found.setdefault("customer_at", moment(close_moment(deal.native_id, deal.close_date)))
    return found


def _is_deleted(person: Person | None, lead: Lead | None) -> str:
    for record in (lead, person):
        if record and "is_deleted" in record.as_written:
            return record.as_written["is_deleted"]
    return "true" if any(record.is_deleted for record in (person, lead) if record) else "false"


# --- deals ----------------------------------------------------------------------------------------


def stage_ids(company: Company) -> dict[tuple[str | None, str], str]:
    """The id of each stage by pipeline and label, and by its label alone where that is enough."""
    stages = [stage for stage in company.stages if stage.system == SYSTEM]
    by_label: dict[tuple[str | None, str], str] = {(None, s.label): s.native_id for s in stages}
    return by_label | {(stage.pipeline, stage.label): stage.native_id for stage in stages}


def stage_id(deal: Deal | None, label: str, ids: Mapping[tuple[str | None, str], str]) -> str:
    """The id of a stage of the deal's pipeline; a label that no stage has stays as it is."""
    pipeline = deal.pipeline if deal else None
    return ids.get((pipeline, label), ids.get((None, label), label))


def _deal_texts(deal: Deal, ids: Mapping[tuple[str | None, str], str], moment: Moment) -> Texts:
    day = deal.close_date if deal.is_closed or deal.is_won else deal.expected_close_date
    return {
        "stage": stage_id(deal, deal.stage, ids),
        "pipeline": native_id(deal.pipeline) or DEFAULT_PIPELINE,
        "close_date": moment(close_moment(deal.native_id, day)) if day else "",
    }


def _line_texts(line: LineItem) -> Texts:
    """A line's price is before its discount; both are of one unit."""
    price = line.unit_price if line.list_price is None else line.list_price
    is_discounted = price is not None and line.unit_price is not None and line.unit_price < price
    return {
        "list_price": "" if price is None else f"{price:f}",
        "discount": f"{price - line.unit_price:f}"
        if is_discounted and price is not None and line.unit_price is not None
        else "",
    }


def _deal_companies(
    company: Company, deals: Iterable[HubspotRecord]
) -> tuple[tuple[str, str, bool], ...]:
    """The associations as they are; a deal that has none of its own has its account as primary."""
    known = latest(deals)
    found: dict[tuple[str, str], bool] = {}
    for link in records_of(company, DealAccount, SYSTEM):
        pair = (native_id(link.deal), native_id(link.account))
        if pair[0] in known:
            found[pair] = found.get(pair, False) or link.is_primary
    associated = {deal_id for deal_id, _ in found}
    for deal_id, deal in known.items():
        if deal_id not in associated and deal.texts["account"]:
            found[deal_id, deal.texts["account"]] = True
    return tuple((deal_id, account, primary) for (deal_id, account), primary in found.items())


def _deal_contacts(company: Company, deals: Iterable[HubspotRecord]) -> tuple[tuple[str, str], ...]:
    known = latest(deals)
    found = dict.fromkeys(
        (deal_id, deal.texts["primary_person"])
        for deal_id, deal in known.items()
        if deal.texts["primary_person"]
    )
    found |= dict.fromkeys(
        (native_id(link.deal), native_id(link.person))
        for link in records_of(company, DealPerson, SYSTEM)
    )
    return tuple(pair for pair in found if pair[0] in known)
