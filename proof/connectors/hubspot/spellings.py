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
from proof.connectors.hubspot.tables import Tables
from proof.connectors.tables import write_table

HubspotSpelling = Literal["fivetran", "airbyte", "dlt"]

SPELLINGS = {"fivetran": fivetran_tables, "airbyte": airbyte_tables, "dlt": dlt_tables}


def write_hubspot(company: Company, folder: Path, spelling: HubspotSpelling = "fivetran") -> None:
    """Writes `<folder>/<table>.csv` for each table, and takes away those of other spellings."""
    nobody = Company()
    for tables in SPELLINGS.values():
        for name in tables(nobody):
            (folder / f"{name}.csv").unlink(missing_ok=True)
    for name, table in hubspot_tables(company, spelling).items():
        columns = {column: column for column in table.columns}
        write_table(folder / f"{name}.csv", columns, table.rows, company.seed)


def hubspot_tables(company: Company, spelling: HubspotSpelling = "fivetran") -> Tables:
    """The tables of a spelling with their rows, by name; a table without rows is there too."""
    return SPELLINGS[spelling](company)
