"""Writes the raw tables of each system, as a connector or an export would deliver them.

A field's text is its plain truth, unless the record's `as_written` says otherwise.
"""

from pathlib import Path
from typing import Literal

from proof.company.records import Company
from proof.connectors.google_analytics import write_google_analytics
from proof.connectors.hubspot.spellings import HubspotSpelling, write_hubspot
from proof.connectors.mailchimp.spellings import MailchimpSpelling, write_mailchimp
from proof.connectors.salesforce import SalesforceSpelling, write_salesforce
from proof.connectors.tabular import write_tabular

RawSpelling = Literal["fivetran", "vendor", "airbyte", "dlt"]

# How each system is spelled. Airbyte delivers Salesforce by the vendor's names; what it delivers of
# Mailchimp is less than there is, so that only `airbyte` takes it.
SPELLINGS: dict[RawSpelling, tuple[SalesforceSpelling, HubspotSpelling, MailchimpSpelling]] = {
    "fivetran": ("fivetran", "fivetran", "fivetran"),
    "vendor": ("vendor", "airbyte", "fivetran"),
    "airbyte": ("vendor", "airbyte", "airbyte"),
    "dlt": ("fivetran", "dlt", "fivetran"),
}


def write_raw(company: Company, folder: Path, spelling: RawSpelling = "fivetran") -> None:
    """Writes `<folder>/<system>/<table>.csv`, Google Analytics as Parquet files.

    `spelling` is that of the systems which several connectors deliver.
    """
    salesforce, hubspot, mailchimp = SPELLINGS[spelling]
    write_salesforce(company, folder / "salesforce", salesforce)
    write_hubspot(company, folder / "hubspot", hubspot)
    write_tabular(company, folder / "tabular")
    write_mailchimp(company, folder / "mailchimp", mailchimp)
    write_google_analytics(company, folder / "google_analytics")
