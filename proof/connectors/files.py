"""Writes the raw tables of each system, as a connector or an export would deliver them.

A field's text is its plain truth, unless the record's `as_written` says otherwise.
"""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

import duckdb

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


def write_raw_as_parquet(company: Company, folder: Path) -> None:
    """Writes `<folder>/<system>/<table>.parquet`, of text columns; no file for an empty table.

    The rows are ordered, so that the files are small: what a connector appends is alike, too. The
    same company gives the same bytes.
    """
    with TemporaryDirectory() as scratch:
        write_raw(company, Path(scratch))
        for table in sorted(Path(scratch).rglob("*.csv")):
            target = (folder / table.relative_to(scratch)).with_suffix(".parquet")
            target.unlink(missing_ok=True)
            if table.read_bytes().count(b"\n") > 1:
                rows = f"select * from read_csv({_quoted(table)}, all_varchar = true)"
                _copy(f"{rows} order by all", target)
        for delivery in sorted(Path(scratch).rglob("*.parquet")):
            target = folder / delivery.relative_to(scratch)
            target.unlink(missing_ok=True)
            rows = f"select * from read_parquet({_quoted(delivery)})"
            _copy(f"{rows} order by event_timestamp, user_pseudo_id, event_name", target)


def _copy(query: str, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect() as connection:
        # One thread, so that rows keep their order.
        connection.execute("set threads = 1")
        connection.execute("set timezone = 'UTC'")
        connection.execute(
            f"copy ({query}) to {_quoted(target)}"
            " (format parquet, compression zstd, compression_level 19)"
        )


def _quoted(path: Path) -> str:
    return "'" + path.as_posix().replace("'", "''") + "'"
