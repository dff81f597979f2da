"""HubSpot's raw tables: as Fivetran delivers them, as Airbyte does, or as dlt does.

Fivetran: `deal.csv`, `property_dealname`, `_fivetran_deleted`. Airbyte: `deals.csv`,
`properties_dealname`, `archived`, associations and stages as JSON text. dlt: `deals.csv`,
`dealname`, `is_deleted`, child tables. All hold the same, but for what a connector leaves out.
"""

from pathlib import Path
from typing import Literal

from proof.company.records import Company
from proof.connectors.hubspot.airbyte import airbyte_tables
from proof.connectors.hubspot.dlt import dlt_tables
from proof.connectors.hubspot.fivetran import fivetran_tables
from proof.connectors.tables import Tables, write_tables

HubspotSpelling = Literal["fivetran", "airbyte", "dlt"]

SPELLINGS = {"fivetran": fivetran_tables, "airbyte": airbyte_tables, "dlt": dlt_tables}


def write_hubspot(company: Company, folder: Path, spelling: HubspotSpelling = "fivetran") -> None:
    """Writes `<folder>/<table>.csv` for each table, and takes away those of other spellings."""
    write_tables(company, folder, SPELLINGS, spelling)


def hubspot_tables(company: Company, spelling: HubspotSpelling = "fivetran") -> Tables:
    """The tables of a spelling with their rows, by name; a table without rows is there too."""
    return SPELLINGS[spelling](company)
