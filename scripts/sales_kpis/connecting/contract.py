"""The tables and columns of the tabular contract, to which exports are connected."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from sales_kpis.connecting.plan import Column

CONTRACT = Path("models", "staging", "tabular", "_tabular__sources.yml")
# Names of persons and companies, and ids that may be such names.
_PERSONAL = re.compile(
    r"(?<!product_)name|email|phone|company|domain|rep_id|account_id|person_id|lead_id|^team$"
)


def read_contract(root: Path) -> dict[str, dict[str, Column]]:
    """The tables and columns of the tabular contract, in its order."""
    content = yaml.safe_load((root / CONTRACT).read_text(encoding="utf-8"))
    return {
        table["name"]: {column["name"]: _column(column) for column in table["columns"]}
        for table in content["sources"][0]["tables"]
    }


def read_keys(root: Path) -> dict[str, str]:
    """The first column of each table's key."""
    content = yaml.safe_load((root / CONTRACT).read_text(encoding="utf-8"))
    return {
        table["name"]: table["config"]["meta"]["primary_key"][0]
        for table in content["sources"][0]["tables"]
    }


def _column(declared: Mapping[str, Any]) -> Column:
    meta = (declared.get("config") or {}).get("meta") or {}
    name = str(declared["name"])
    return Column(
        name,
        str(declared["data_type"]),
        bool(meta.get("required")),
        bool(meta.get("pii")) or bool(_PERSONAL.search(name)),
        meta.get("references"),
    )
