"""HubSpot's raw tables as dlt's verified source makes them: plural names, child tables.

It delivers no line items, engagements, e-mails or forms, and of the history only when a deal last
entered each stage. Associations stand at companies and contacts.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from proof.company.records import Company, Rep
from proof.company.world import HUBSPOT_QUEUE
from proof.connectors.hubspot.history import deal_history
from proof.connectors.hubspot.properties import (
    COMPANY_PROPERTIES,
    CONTACT_PROPERTIES,
    DEAL_PLACE,
    DEAL_PROPERTIES,
    PRODUCT_PROPERTIES,
)
from proof.connectors.hubspot.records import (
    PIPELINE_LABELS,
    SYSTEM,
    HubspotRecord,
    Portal,
    latest,
    read_portal,
    stage_texts,
    texts_of,
)
from proof.connectors.hubspot.tables import (
    FIRST_DAY,
    name_parts,
    team_ids,
    user_id,
)
from proof.connectors.tables import RawTable, Tables, Texts, raw_table, records_of, uuid_of

META = ("_dlt_load_id", "_dlt_id")
CHILD_META = ("_dlt_parent_id", "_dlt_list_idx", "_dlt_id")


def moment(value: datetime) -> str:
    """A timestamp with its zone."""
    return f"{value.astimezone(UTC):%Y-%m-%d %H:%M:%S}+00:00"


def dlt_tables(company: Company) -> Tables:
    """All tables by name."""
    portal = read_portal(company, moment)
    return {
        "companies": _objects("companies", portal.companies, COMPANY_PROPERTIES),
        "contacts": _objects("contacts", portal.contacts, CONTACT_PROPERTIES),
        "deals": _objects("deals", portal.deals, {**DEAL_PROPERTIES, **DEAL_PLACE}),
        "products": _objects("products", portal.products, PRODUCT_PROPERTIES),
        **_association_tables(portal),
        **_pipeline_tables(portal),
        "stages_timing_deals": _stage_times(company),
        **_owner_tables(company),
    }


def _meta(table: str, object_id: str, at: datetime) -> Texts:
    return {
        "_dlt_load_id": f"{at.timestamp():.6f}",
        "_dlt_id": _row_id(table, object_id, moment(at)),
    }


def _row_id(*parts: str) -> str:
    return uuid_of("dlt", *parts).replace("-", "")[:14]


def _objects(
    table: str, records: Iterable[HubspotRecord], properties: Mapping[str, str]
) -> RawTable:
    return raw_table(
        ("id", *properties, "is_deleted", *META),
        (
            {
                "id": record.id,
                **record.properties(properties),
                "is_deleted": record.texts.get("is_deleted", "false"),
                **_meta(table, record.id, record.modified_at),
            }
            for record in records
        ),
    )


def _children(
    parent: str, child: str, parents: Iterable[HubspotRecord], links: Iterable[tuple[str, str]]
) -> RawTable:
    """The associations of each parent, in the form that dlt gives lists."""
    row_ids = {
        record.id: _row_id(parent, record.id, moment(record.modified_at))
        for record in latest(parents).values()
    }
    counts: dict[str, int] = {}
    rows = []
    for parent_id, child_id in links:
        if parent_id not in row_ids:
            continue
        index = counts[parent_id] = counts.get(parent_id, -1) + 1
        rows.append(
            {
                "value": parent_id,
                f"{child}_id": child_id,
                "_dlt_parent_id": row_ids[parent_id],
                "_dlt_list_idx": str(index),
                "_dlt_id": _row_id(parent, child, parent_id, child_id),
            }
        )
    return raw_table(("value", f"{child}_id", *CHILD_META), rows)


def _association_tables(portal: Portal) -> Tables:
    of_company = [(account, deal) for deal, account, _ in portal.deal_companies]
    of_contact = [(contact, deal) for deal, contact in portal.deal_contacts]
    employed = [
        (account, contact.id)
        for contact in latest(portal.contacts).values()
        if (account := contact.texts.get("account"))
    ]
    return {
        "companies__deals": _children("companies", "deals", portal.companies, of_company),
        "companies__contacts": _children("companies", "contacts", portal.companies, employed),
        "contacts__deals": _children("contacts", "deals", portal.contacts, of_contact),
    }


def _pipeline_tables(portal: Portal) -> Tables:
    known = {"archived": "false", "created_at": moment(FIRST_DAY), "updated_at": moment(FIRST_DAY)}
    metas = {
        pipeline: _meta("pipelines_deals", pipeline, FIRST_DAY) for pipeline in portal.pipelines
    }
    return {
        "pipelines_deals": raw_table(
            ("id", "label", "display_order", "archived", "created_at", "updated_at", *META),
            (
                {
                    "id": pipeline,
                    "label": PIPELINE_LABELS.get(pipeline, f"Pipeline {pipeline}"),
                    "display_order": str(number),
                    **known,
                    **metas[pipeline],
                }
                for number, pipeline in enumerate(portal.pipelines)
            ),
        ),
        "pipelines_deals__stages": raw_table(
            (
                *("id", "label", "display_order", "metadata__is_closed"),
                *("metadata__probability", "archived", "created_at", "updated_at", *CHILD_META),
            ),
            (
                {
                    "id": texts["key"],
                    "label": texts["label"],
                    "display_order": texts["order"],
                    "metadata__is_closed": texts["is_closed"],
                    "metadata__probability": texts["share"],
                    **known,
                    "_dlt_parent_id": metas[texts["pipeline_id"]]["_dlt_id"],
                    "_dlt_list_idx": texts["order"],
                    "_dlt_id": _row_id("stages", texts["pipeline_id"], texts["key"]),
                }
                for texts in stage_texts(portal, moment)
            ),
        ),
    }


def _stage_times(company: Company) -> RawTable:
    """One row per deal and stage: the last time it entered it."""
    entered: dict[tuple[str, str], datetime] = {}
    synced: dict[tuple[str, str], datetime] = {}
    for entry in deal_history(company):
        if entry.name == "dealstage":
            key = (entry.object_id, entry.value)
            entered[key] = max(entry.at, entered.get(key, entry.at))
            synced[key] = max(entry.synced_at, synced.get(key, entry.synced_at))
    return raw_table(
        ("id", "hs_date_enteredx", "stage", *META),
        (
            {
                "id": deal,
                # dlt writes the `_` at the end of HubSpot's `hs_date_entered_` as `x`.
                "hs_date_enteredx": moment(at),
                "stage": stage,
                **_meta("stages_timing_deals", f"{deal}.{stage}", synced[deal, stage]),
            }
            for (deal, stage), at in entered.items()
        ),
    )


def _owner_tables(company: Company) -> Tables:
    teams = team_ids(company)
    owners, of_teams = [], []
    for rep in records_of(company, Rep, SYSTEM):
        texts = texts_of(rep, moment)
        first, last = name_parts(texts["name"])
        meta = _meta("owners", texts["key"], rep.modified_at)
        owners.append(
            {
                "id": texts["key"],
                "email": texts["email"],
                "first_name": first,
                "last_name": last,
                "user_id": user_id(texts["key"]),
                "created_at": moment(FIRST_DAY),
                "updated_at": moment(rep.modified_at),
                "archived": "false" if rep.left_on is None else "true",
                **meta,
            }
        )
        if rep.team:
            of_teams.append(
                {
                    "id": teams[rep.team],
                    "name": rep.team,
                    "primary": "true",
                    "_dlt_parent_id": meta["_dlt_id"],
                    "_dlt_list_idx": "0",
                    "_dlt_id": _row_id("owners__teams", texts["key"]),
                }
            )
    owners.append(
        {
            **{
                "id": HUBSPOT_QUEUE,
                "first_name": "Inbound",
                "last_name": "Queue",
                "archived": "false",
            },
            **{"created_at": moment(FIRST_DAY), "updated_at": moment(FIRST_DAY)},
            **_meta("owners", HUBSPOT_QUEUE, FIRST_DAY),
        }
    )
    return {
        "owners": raw_table(
            (
                *("id", "email", "first_name", "last_name", "user_id", "created_at"),
                *("updated_at", "archived", *META),
            ),
            owners,
        ),
        "owners__teams": raw_table(("id", "name", "primary", *CHILD_META), of_teams),
    }
