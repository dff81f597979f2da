"""The contracts of the raw tables, as far as the command reads them from the project's YAML."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from sales_kpis.errors import KpisError

# The comment that landing leaves on a table made of a file (macros/engine/landing.sql).
LANDED_FILE = "landed file"
# Not tagged, and not shown either: names of companies and deals, which may be a person's (a person
# account, a deal called by its buyer), and the web user, whom marts have as a pseudonym under the
# same name.
_MAY_NAME_A_PERSON = frozenset(("account_name", "company", "deal_name", "domain", "web_user_id"))


class Instance(NamedTuple):
    """One of several instances of a system (`system_instances`)."""

    system: str
    instance: str


def instance_of(key: str, instances: Mapping[str, Mapping[str, str]]) -> Instance | None:
    """The instance that a key names, `salesforce:emea.0061x`; None for a system there once."""
    system, _, rest = key.partition(":")
    instance = rest.partition(".")[0]
    return Instance(system, instance) if instance in instances.get(system, {}) else None


def personal_columns(root: Path) -> frozenset[str]:
    """The columns that a contract or a model tags `pii`, and names that may be a person's.

    Args:
        root: the project's folder.

    Raises:
        KpisError: no column is tagged, so nothing tells which values may be shown.
    """
    found = frozenset(
        str(column["name"])
        for file in sorted((root / "models").rglob("*.yml"))
        for column in _columns(yaml.load(file.read_text(encoding="utf-8"), _LOADER))
        if _meta(column).get("pii")
    )
    if not found:
        raise KpisError(
            f"No column of the YAML below {root / 'models'} is tagged `pii`.",
            "Restore the contracts: without them nothing tells which values may be shown.",
        )
    return found | _MAY_NAME_A_PERSON


def personal_columns_of_tables(root: Path) -> dict[tuple[str, str], frozenset[str]]:
    """The columns that the contract of a raw table tags `pii`, by system and table.

    Args:
        root: the project's folder.
    """
    found = {}
    for file in sorted((root / "models" / "staging").rglob("*.yml")):
        content = yaml.load(file.read_text(encoding="utf-8"), _LOADER)
        for source in (content or {}).get("sources") or ():
            for table in source.get("tables") or ():
                found[str(source["name"]), str(table["name"])] = frozenset(
                    str(column["name"])
                    for column in table.get("columns") or ()
                    if _meta(column).get("pii")
                )
    return found


def _columns(content: Any) -> Iterator[Mapping[str, Any]]:
    """The columns of all models and source tables of a YAML file."""
    content = content if isinstance(content, dict) else {}
    tables = [
        *(content.get("models") or ()),
        *(table for source in content.get("sources") or () for table in source.get("tables") or ()),
    ]
    for table in tables:
        columns = table.get("columns")
        # The columns that all KPI tables have are a variable there, and tell of no person.
        yield from columns if isinstance(columns, list) else ()


def _meta(column: Mapping[str, Any]) -> Mapping[str, Any]:
    config = column.get("config") or {}
    meta: Mapping[str, Any] = config.get("meta") or column.get("meta") or {}
    return meta


# A tenth of the time of the loader in Python; PyYAML has it wherever it has libyaml.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
