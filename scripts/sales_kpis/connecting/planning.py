"""A folder of exports laid beside the contract: which file is which table, and which column what.

Whatever a header, a value or the vendor's description settles is decided here, with its reason;
what it cannot settle is a question. Nothing is built, and no file is written.
"""

from __future__ import annotations

from collections.abc import Mapping

from sales_kpis.connecting.columns import choose_columns
from sales_kpis.connecting.currency import find_currency
from sales_kpis.connecting.exports import Folder
from sales_kpis.connecting.forms import settle_forms
from sales_kpis.connecting.last_day import find_last_day
from sales_kpis.connecting.outcomes import find_stages, told_stages
from sales_kpis.connecting.plan import Ask, Column, Plan, Table
from sales_kpis.connecting.tables import group_files


def make_plan(
    folder: Folder, contract: Mapping[str, Mapping[str, Column]], keys: Mapping[str, str], ask: Ask
) -> Plan:
    """Settle what can be settled, and ask for the rest.

    Args:
        keys: the key of each table of the contract.
        ask: answers a question, or leaves it open.
    """
    grouped, unread = group_files(folder, contract)
    notes: list[str] = []
    tables: dict[str, Table] = {}
    for name, columns in contract.items():
        if name in grouped:
            tables[name] = grouped[name]
            choose_columns(tables[name], columns, keys[name], tables, keys, notes, ask)
    for table in tables.values():
        settle_forms(table, contract[table.name], ask)
    if "deal_stage" in tables:
        stages = told_stages(tables["deal_stage"])
    else:
        stages = find_stages(tables["deal"], ask) if "deal" in tables else ()
    currency = find_currency(tables, notes, ask)
    as_of = find_last_day(tables, stages, ask)
    return Plan(
        tuple(tables.values()),
        stages,
        as_of,
        currency,
        (*folder.unread, *unread),
        tuple(notes),
    )
