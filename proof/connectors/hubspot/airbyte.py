"""HubSpot's raw tables as Airbyte's streams: plural names, `properties_…`, `archived`, JSON text.

A deleted deal stands in `deals_archived` only; other deleted records are `archived` in their
stream. Associations have no types, so that a primary company cannot be told.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from proof.company.records import Company, Rep
from proof.company.world import HUBSPOT_QUEUE
from proof.connectors.hubspot.airbyte_events import (
    META,
    TOP,
    as_json,
    engagement_streams,
    form_streams,
    id_list,
    mail_streams,
    meta,
)
from proof.connectors.hubspot.history import HistoryEntry, contact_history, deal_history
from proof.connectors.hubspot.properties import (
    COMPANY_PROPERTIES,
    CONTACT_PROPERTIES,
    DEAL_PLACE,
    DEAL_PROPERTIES,
    LINE_PROPERTIES,
    PRODUCT_PROPERTIES,
)
from proof.connectors.hubspot.records import (
    PIPELINE_LABELS,
    SYSTEM,
    HubspotRecord,
    Portal,
    epoch_ms,
    latest,
    read_portal,
    stage_texts,
    texts_of,
)
from proof.connectors.hubspot.tables import (
    FIRST_DAY,
    iso,
    name_parts,
    team_ids,
    user_id,
)
from proof.connectors.tables import RawTable, Tables, raw_table, records_of


def airbyte_tables(company: Company) -> Tables:
    """All streams by name."""
    portal = read_portal(company, iso)
    return {
        **_crm_streams(portal),
        **_pipeline_stream(portal),
        **_history_streams(company, portal),
        "owners": _owners(company),
        **engagement_streams(company),
        **mail_streams(company),
        **form_streams(company),
    }


def _crm_streams(portal: Portal) -> Tables:
    links: dict[str, dict[str, dict[str, list[str]]]] = defaultdict(
        lambda: defaultdict(lambda: defaultdict(list))
    )
    for deal, account, _ in portal.deal_companies:
        links["deals"][deal]["companies"].append(account)
    for deal, contact in portal.deal_contacts:
        links["deals"][deal]["contacts"].append(contact)
    for line in latest(portal.lines).values():
        links["deals"][line.texts["deal"]]["line_items"].append(line.id)
    for person in latest(portal.contacts).values():
        if account := person.texts.get("account", ""):
            links["contacts"][person.id]["companies"].append(account)
            links["companies"][account]["contacts"].append(person.id)

    deal_properties = {**DEAL_PROPERTIES, **DEAL_PLACE}
    deals = [deal for deal in portal.deals if deal.texts["is_deleted"] != "true"]
    archived = [deal for deal in portal.deals if deal.texts["is_deleted"] == "true"]

    def stream(
        name: str,
        records: Iterable[HubspotRecord],
        properties: Mapping[str, str],
        others: tuple[str, ...] = (),
    ) -> RawTable:
        return raw_table(
            (*TOP, *others, *(f"properties_{p}" for p in properties), *META),
            (
                {
                    "id": record.id,
                    "createdAt": record.texts.get("created_at", ""),
                    "updatedAt": iso(record.modified_at),
                    "archived": record.texts.get("is_deleted", "false"),
                    "archivedAt": iso(record.modified_at),
                    **{other: id_list(links[name][record.id][other]) for other in others},
                    **{f"properties_{p}": v for p, v in record.properties(properties).items()},
                    **meta(name, record.id, record.modified_at),
                }
                for record in records
            ),
        )

    deals_archived = stream("deals_archived", archived, deal_properties)
    return {
        "companies": stream("companies", portal.companies, COMPANY_PROPERTIES, ("contacts",)),
        "contacts": stream(
            "contacts", portal.contacts, CONTACT_PROPERTIES, ("companies", "contacts")
        ),
        "deals": stream("deals", deals, deal_properties, ("companies", "contacts", "line_items")),
        "deals_archived": raw_table(("archivedAt", *deals_archived.columns), deals_archived.rows),
        "line_items": stream("line_items", portal.lines, LINE_PROPERTIES),
        "products": stream("products", portal.products, PRODUCT_PROPERTIES),
        "contacts_merged_audit": raw_table(
            ("canonical_vid", "vid_to_merge", "timestamp", "entity_id", *META),
            (
                {
                    "canonical_vid": m.survivor,
                    "vid_to_merge": m.loser,
                    "timestamp": epoch_ms(m.at),
                    **meta("contacts_merged_audit", m.loser, m.at),
                }
                for m in portal.contact_merges
            ),
        ),
    }


def _pipeline_stream(portal: Portal) -> Tables:
    of_pipeline: dict[str, list[object]] = defaultdict(list)
    for texts in stage_texts(portal, iso):
        of_pipeline[texts["pipeline_id"]].append(
            {
                "stageId": texts["key"],
                "label": texts["label"],
                "displayOrder": int(texts["order"]),
                "metadata": {
                    "isClosed": texts["is_closed"],
                    # A won stage is a closed one that is certain.
                    "probability": texts["share"],
                },
                "active": True,
            }
        )
    return {
        "deal_pipelines": raw_table(
            (
                *("pipelineId", "label", "displayOrder", "active", "objectType", "createdAt"),
                *("updatedAt", "stages", *META),
            ),
            (
                {
                    "pipelineId": pipeline,
                    "label": PIPELINE_LABELS.get(pipeline, f"Pipeline {pipeline}"),
                    "displayOrder": str(number),
                    "active": "true",
                    "objectType": "DEAL",
                    "createdAt": epoch_ms(FIRST_DAY),
                    "updatedAt": epoch_ms(FIRST_DAY),
                    "stages": as_json(of_pipeline[pipeline]),
                    **meta("deal_pipelines", pipeline, FIRST_DAY),
                }
                for number, pipeline in enumerate(portal.pipelines)
            ),
        )
    }


def _history_streams(company: Company, portal: Portal) -> Tables:
    def stream(name: str, own_id: str, entries: Iterable[HistoryEntry]) -> RawTable:
        return raw_table(
            (
                *(own_id, "property", "value", "timestamp", "sourceType", "sourceId"),
                *("updatedByUserId", *META),
            ),
            (
                {
                    own_id: entry.object_id,
                    "property": entry.name,
                    "value": entry.value,
                    "timestamp": iso(entry.at),
                    "sourceType": "CRM_UI",
                    "sourceId": "userId:1",
                    **meta(
                        name, f"{entry.object_id}.{entry.name}.{iso(entry.at)}", entry.synced_at
                    ),
                }
                for entry in entries
            ),
        )

    of_deals, of_contacts = deal_history(company), contact_history(company, portal.contacts)
    return {
        "deals_property_history": stream("deals_property_history", "dealId", of_deals),
        "contacts_property_history": stream("contacts_property_history", "vid", of_contacts),
    }


def _owners(company: Company) -> RawTable:
    teams = team_ids(company)
    rows = []
    for rep in records_of(company, Rep, SYSTEM):
        texts = texts_of(rep, iso)
        first, last = name_parts(texts["name"])
        team = [{"id": teams[rep.team], "name": rep.team, "primary": True}] if rep.team else []
        rows.append(
            {
                "id": texts["key"],
                "email": texts["email"],
                "firstName": first,
                "lastName": last,
                "userId": user_id(texts["key"]),
                "createdAt": iso(FIRST_DAY),
                "updatedAt": iso(rep.modified_at),
                "archived": "false" if rep.left_on is None else "true",
                "teams": as_json(team),
                **meta("owners", texts["key"], rep.modified_at),
            }
        )
    rows.append(
        {
            **{
                "id": HUBSPOT_QUEUE,
                "firstName": "Inbound",
                "lastName": "Queue",
                "archived": "false",
            },
            **{"createdAt": iso(FIRST_DAY), "updatedAt": iso(FIRST_DAY), "teams": as_json([])},
            **meta("owners", HUBSPOT_QUEUE, FIRST_DAY),
        }
    )
    return raw_table(
        (
            *("id", "email", "firstName", "lastName", "userId", "createdAt", "updatedAt"),
            *("archived", "teams", *META),
        ),
        rows,
    )
