"""Writes the raw tables of each system, as a connector or an export would deliver them.

A field's text is its plain truth, unless the record's `as_written` says otherwise.
"""

from pathlib import Path

from sales_kpis.demo.company import Company
from sales_kpis.demo.raw_salesforce import SalesforceSpelling, write_salesforce
from sales_kpis.demo.raw_tabular import write_tabular


def write_raw(company: Company, folder: Path, spelling: SalesforceSpelling = "fivetran") -> None:
    """Writes `<folder>/<system>/<table>.csv`; `spelling` is that of the Salesforce tables."""
    write_salesforce(company, folder / "salesforce", spelling)
    write_tabular(company, folder / "tabular")
