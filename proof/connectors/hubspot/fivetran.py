"""HubSpot's raw tables in Fivetran's spelling: `deal`, `property_…`, `_fivetran_deleted`."""

from collections.abc import Iterable, Mapping
from datetime import timedelta

from proof.company.records import Company, Rep
from proof.company.world import HUBSPOT_QUEUE
from proof.connectors.hubspot.fivetran_events import (
    DELETED,
    NOT_DELETED,
    SYNCED,
    engagement_tables,
    form_tables,
    mail_tables,
    moment,
)
from proof.connectors.hubspot.history import contact_history, deal_history, stage_visits
from proof.connectors.hubspot.properties import (
    COMPANY_PROPERTIES,
    CONTACT_PROPERTIES,
    DEAL_PROPERTIES,
    LINE_PROPERTIES,
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
    PORTAL_ID,
    name_parts,
    team_ids,
    user_id,
)
from proof.connectors.tables import RawTable, Tables, Texts, raw_table, records_of

PRIMARY_COMPANY, ANY_COMPANY, ANY_CONTACT, DEAL_OF_LINE = "5", "341", "3", "20"
FOR_EVER = "9999-12-31T23:59:59.999Z"


def fivetran_tables(company: Company) -> Tables:
    """All tables by name."""
    portal = read_portal(company, moment)
    return {
        **_object_tables(portal),
        **_association_tables(portal),
        **_pipeline_tables(portal),
        **_history_tables(company, portal),
        **_owner_tables(company),
        **engagement_tables(company),
        **mail_tables(company),
        **form_tables(company),
    }


def _object_tables(portal: Portal) -> Tables:
    company_row = {"id": "key", "is_deleted": "is_deleted", DELETED: "is_deleted"}
    deal_row = {
        "deal_id": "key",
        "deal_pipeline_id": "pipeline",
        "deal_pipeline_stage_id": "stage",
        "owner_id": "owner",
        "is_deleted": "is_deleted",
        DELETED: "is_deleted",
    }
    plain = {"id": "key", DELETED: "is_deleted"}
    deals = _objects(portal.deals, deal_row, DEAL_PROPERTIES)
    return {
        "company": _objects(portal.companies, company_row, COMPANY_PROPERTIES),
        "contact": _objects(portal.contacts, plain, CONTACT_PROPERTIES),
        "deal": raw_table(
            (*deals.columns, "portal_id"), ({**row, "portal_id": PORTAL_ID} for row in deals.rows)
        ),
        "line_item": _objects(portal.lines, plain, LINE_PROPERTIES),
        "product": _objects(portal.products, plain, PRODUCT_PROPERTIES),
    }


def _objects(
    records: Iterable[HubspotRecord], own: Mapping[str, str], properties: Mapping[str, str]
) -> RawTable:
    named = {**own, **{f"property_{name}": source for name, source in properties.items()}}
    return raw_table(
        (*named, SYNCED),
        (
            {
                **{column: record.texts.get(source, "") for column, source in named.items()},
                DELETED: record.texts.get("is_deleted", "false"),
                SYNCED: moment(record.modified_at),
            }
            for record in records
        ),
    )


def _association_tables(portal: Portal) -> Tables:
    synced = {deal.id: moment(deal.modified_at) for deal in latest(portal.deals).values()}
    defined = {"category": "HUBSPOT_DEFINED"}
    return {
        # HubSpot tells a primary company twice: as primary, and as one of all.
        "deal_company": raw_table(
            ("deal_id", "company_id", "type_id", "category", SYNCED),
            (
                {
                    "deal_id": deal,
                    "company_id": account,
                    "type_id": type_id,
                    **defined,
                    SYNCED: synced[deal],
                }
                for deal, account, is_primary in portal.deal_companies
                for type_id in ((PRIMARY_COMPANY, ANY_COMPANY) if is_primary else (ANY_COMPANY,))
            ),
        ),
        "deal_contact": raw_table(
            ("deal_id", "contact_id", "type_id", "category", SYNCED),
            (
                {
                    "deal_id": deal,
                    "contact_id": contact,
                    "type_id": ANY_CONTACT,
                    **defined,
                    SYNCED: synced[deal],
                }
                for deal, contact in portal.deal_contacts
            ),
        ),
        "line_item_deal": raw_table(
            ("line_item_id", "deal_id", "type_id", "category", SYNCED),
            (
                {
                    "line_item_id": line.id,
                    "deal_id": line.texts["deal"],
                    "type_id": DEAL_OF_LINE,
                    **defined,
                    SYNCED: moment(line.modified_at),
                }
                for line in latest(portal.lines).values()
                if line.texts["deal"]
            ),
        ),
        "merged_deal": raw_table(
            ("deal_id", "merged_deal_id", SYNCED),
            (
                {"deal_id": m.survivor, "merged_deal_id": m.loser, SYNCED: moment(m.at)}
                for m in portal.deal_merges
            ),
        ),
        "contact_merge_audit": raw_table(
            (
                *("canonical_vid", "vid_to_merge", "contact_id", "entity_id", "first_name"),
                *("last_name", "num_properties_moved", "timestamp", "user_id", SYNCED),
            ),
            (
                {
                    "canonical_vid": m.survivor,
                    "vid_to_merge": m.loser,
                    "contact_id": m.survivor,
                    "num_properties_moved": "4",
                    "timestamp": moment(m.at),
                    SYNCED: moment(m.at),
                }
                for m in portal.contact_merges
            ),
        ),
    }


def _pipeline_tables(portal: Portal) -> Tables:
    synced = {"active": "true", **NOT_DELETED, SYNCED: moment(FIRST_DAY)}
    return {
        "deal_pipeline": raw_table(
            ("pipeline_id", "label", "display_order", "active", DELETED, SYNCED),
            (
                {
                    "pipeline_id": pipeline,
                    "label": PIPELINE_LABELS.get(pipeline, f"Pipeline {pipeline}"),
                    "display_order": str(number),
                    **synced,
                }
                for number, pipeline in enumerate(portal.pipelines)
            ),
        ),
        "deal_pipeline_stage": raw_table(
            (
                *("stage_id", "pipeline_id", "label", "display_order", "probability"),
                *("closed_won", "is_closed", "active", DELETED, SYNCED),
            ),
            (
                {
                    "stage_id": texts["key"],
                    "pipeline_id": texts["pipeline_id"],
                    "label": texts["label"],
                    "display_order": texts["order"],
                    "probability": texts["share"],
                    "closed_won": texts["is_won"],
                    "is_closed": texts["is_closed"],
                    **synced,
                }
                for texts in stage_texts(portal, moment)
            ),
        ),
    }


def _history_tables(company: Company, portal: Portal) -> Tables:
    def rows(entries: Iterable[Texts]) -> Iterable[Texts]:
        return ({**entry, "source": "CRM_UI", "source_id": "userId:1"} for entry in entries)

    of_deals = deal_history(company)
    said = ("name", "timestamp", "value", "source", "source_id", SYNCED)
    return {
        "deal_property_history": raw_table(
            ("deal_id", *said),
            rows(
                {
                    "deal_id": entry.object_id,
                    "name": entry.name,
                    "timestamp": moment(entry.at),
                    "value": entry.value,
                    SYNCED: moment(entry.synced_at),
                }
                for entry in of_deals
            ),
        ),
        "contact_property_history": raw_table(
            ("contact_id", *said),
            rows(
                {
                    "contact_id": entry.object_id,
                    "name": entry.name,
                    "timestamp": moment(entry.at),
                    "value": entry.value,
                    SYNCED: moment(entry.synced_at),
                }
                for entry in contact_history(company, portal.contacts)
            ),
        ),
        "deal_stage": raw_table(
            (
                *("deal_id", "value", "date_entered", "source", "source_id"),
                *("_fivetran_active", "_fivetran_start", "_fivetran_end", SYNCED),
            ),
            rows(
                {
                    "deal_id": entry.object_id,
                    "value": entry.value,
                    "date_entered": moment(entry.at),
                    "_fivetran_active": "true" if left_at is None else "false",
                    "_fivetran_start": moment(entry.at),
                    "_fivetran_end": FOR_EVER
                    if left_at is None
                    else moment(left_at - timedelta(milliseconds=1)),
                    SYNCED: moment(entry.synced_at),
                }
                for entry, left_at in stage_visits(of_deals)
            ),
        ),
    }


def _owner_tables(company: Company) -> Tables:
    teams = team_ids(company)
    owners, users, of_teams = [], [], []
    for rep in records_of(company, Rep, SYSTEM):
        texts = texts_of(rep, moment)
        first, last = name_parts(texts["name"])
        person = {"email": texts["email"], "first_name": first, "last_name": last}
        synced = {SYNCED: moment(rep.modified_at)}
        team = teams.get(rep.team or "", "")
        owners.append(
            {
                **person,
                "owner_id": texts["key"],
                "active_user_id": user_id(texts["key"]) if rep.left_on is None else "",
                "type": "PERSON",
                "is_active": "true" if rep.left_on is None else "false",
                "portal_id": PORTAL_ID,
                "created_at": moment(FIRST_DAY),
                "updated_at": texts["modified_at"],
                **synced,
            }
        )
        user = {"id": user_id(texts["key"]), "primary_team_id": team}
        users.append({**person, **user, DELETED: "false", **synced})
        if team:
            link = {"owner_id": texts["key"], "team_id": team, "is_team_primary": "true"}
            of_teams.append({**link, **NOT_DELETED, **synced})
    owners.append(
        {
            **{
                "owner_id": HUBSPOT_QUEUE,
                "type": "QUEUE",
                "first_name": "Inbound",
                "last_name": "Queue",
            },
            **{"is_active": "true", "portal_id": PORTAL_ID, "created_at": moment(FIRST_DAY)},
            **{"updated_at": moment(FIRST_DAY), SYNCED: moment(FIRST_DAY)},
        }
    )
    return {
        "owner": raw_table(
            (
                *("owner_id", "active_user_id", "email", "first_name", "last_name", "type"),
                *("is_active", "portal_id", "created_at", "updated_at", SYNCED),
            ),
            owners,
        ),
        "users": raw_table(
            (
                *("id", "email", "first_name", "last_name", "primary_team_id", "role_id"),
                *(DELETED, SYNCED),
            ),
            users,
        ),
        "team": raw_table(
            ("id", "name", DELETED, SYNCED),
            (
                {"id": team, "name": name, **NOT_DELETED, SYNCED: moment(FIRST_DAY)}
                for name, team in teams.items()
            ),
        ),
        "owner_team": raw_table(
            ("owner_id", "team_id", "is_team_primary", DELETED, SYNCED), of_teams
        ),
    }
