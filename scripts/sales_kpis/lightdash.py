"""The catalog as models of Lightdash, which reads the KPI tables of a warehouse.

Source: Lightdash's schema model-as-code-1.0.json, https://docs.lightdash.com/guides/lightdash-yaml.
"""

from __future__ import annotations

from typing import Any

import yaml

from sales_kpis.formats import PERCENT_UNITS
from sales_kpis.values import Kpi

# Columns of every KPI table by which a query can be divided, with their types in Lightdash.
_DIMENSIONS = {
    "period_start_date": "date",
    "period_end_date": "date",
    "period_grain": "string",
    "dimension": "string",
    "dimension_value": "string",
    "is_period_complete": "boolean",
}
_KEY = ("period_grain", "period_start_date", "dimension", "dimension_value")


def lightdash_file(kpi: Kpi) -> str:
    """The model of one KPI, as the content of a YAML file."""
    text: str = yaml.safe_dump(lightdash_model(kpi), sort_keys=False, allow_unicode=True, width=100)
    return text


def lightdash_model(kpi: Kpi) -> dict[str, Any]:
    """A model over `kpis.kpi_<id>` with the KPI and its two parts as metrics.

    A row of a KPI table is the value of a period and slice already, so nothing is added up. A query
    shows the total by month; the filters of grain and dimension can be changed, not taken away.
    """
    return {
        "type": "model",
        "name": f"kpi_{kpi.kpi}",
        "sql_from": f"kpis.kpi_{kpi.kpi}",
        "label": kpi.title,
        "description": f"{kpi.question} {' '.join(kpi.description.split())}",
        "groups": [kpi.family],
        "primary_key": list(_KEY),
        "default_filters": [
            {"period_grain": _first_grain(kpi), "required": True},
            {"dimension": "total", "required": True},
        ],
        "metrics": {
            kpi.kpi: {
                "type": "max",
                "label": kpi.title,
                "description": kpi.formula,
                "sql": "${TABLE}.value",
                **_format(kpi.unit),
            },
            **{
                part: {"type": "max", "sql": f"${{TABLE}}.{part}"}
                for part in ("numerator", "denominator")
            },
        },
        "dimensions": [
            {
                "name": name,
                "type": kind,
                "sql": f"${{TABLE}}.{name}",
                # The table has the periods of each grain; another cut of its dates has none.
                **({"time_intervals": "OFF"} if kind == "date" else {}),
            }
            for name, kind in _DIMENSIONS.items()
        ],
    }


def _first_grain(kpi: Kpi) -> str:
    return "month" if "month" in kpi.grains else kpi.grains[0]


def _format(unit: str) -> dict[str, Any]:
    if unit in PERCENT_UNITS:
        return {"format": "0.0%"}
    return {"format": "#,##0" if unit in ("count", "currency") else "#,##0.0"}
