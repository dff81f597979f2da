"""Stand-ins for what dbt and the project's macros put into a model: sqlfluff needs no database.

sqlfluff's jinja templater loads this package (`library_path` in .sqlfluff) and offers each of its
names to the models.

* A macro of the project needs no entry here. One that writes an expression becomes a call of its
  name, `{{ local_date('created_at') }}` → `local_date(created_at)`; one that writes a query becomes
  `select * from` what it is given; one that writes CTEs becomes CTEs of the same names, each of
  which reads the one before it. Which of the three it is, its text in macros/ tells.
* A macro that returns something else than text, such as a list, needs a function in `SPECIAL`.
* A name that neither dbt nor the project knows is reported by sqlfluff as undefined.
"""

import re as _re
from collections.abc import Callable as _Callable
from pathlib import Path as _Path
from types import SimpleNamespace as _SimpleNamespace
from typing import Any as _Any

import yaml as _yaml

_ROOT = _Path(__file__).resolve().parents[3]

# A parameter of one of these names is what a query macro reads from.
_READ_FROM = ("relation", "facts", "relations")

_MACRO = _re.compile(
    r"\{%-?\s*macro\s+(?P<name>\w+)\s*\((?P<parameters>.*?)\)\s*-?%\}(?P<body>.*?)\{%-?\s*endmacro\s*-?%\}",
    _re.DOTALL,
)
_CTE = _re.compile(r"^(\w+) as \($", _re.MULTILINE)
_JINJA = _re.compile(r"\{#.*?#\}|\{%.*?%\}", _re.DOTALL)


class _CallsOf:
    """`dbt.date_trunc('month', 'close_date')` → `date_trunc(month, close_date)`."""

    def __getattr__(self, name: str) -> _Callable[..., str]:
        if name.startswith("__"):
            raise AttributeError(name)
        if name.startswith("type_"):
            return lambda: name.removeprefix("type_").replace("string", "text")
        return _expression(name)


def _expression(name: str) -> _Callable[..., str]:
    def stand_in(*args: _Any, **kwargs: _Any) -> str:
        values = [str(value) for value in (*args, *kwargs.values()) if _is_sql(value)]
        return f"{name}({', '.join(values)})"

    return stand_in


def _query(name: str, parameters: list[str]) -> _Callable[..., str]:
    def stand_in(*args: _Any, **kwargs: _Any) -> str:
        given = dict(zip(parameters, args, strict=False)) | kwargs
        read = next((given[key] for key in _READ_FROM if given.get(key)), None)
        if read is None:
            words = [str(value) for value in given.values() if isinstance(value, str)]
            read = "_".join([name, *(_re.sub(r"\W+", "_", word) for word in words)])
        names = read if isinstance(read, list | tuple) else [read]
        return "\nunion all\n".join(f"select * from {one}" for one in names)

    return stand_in


def _ctes(names: list[str], parameters: list[str]) -> _Callable[..., str]:
    def stand_in(*args: _Any, **kwargs: _Any) -> str:
        given = dict(zip(parameters, args, strict=False)) | kwargs
        read = [given.get("facts") or "facts", *names]
        return ",\n\n".join(
            f"{name} as (\n\n    select * from {before}\n\n)"
            for before, name in zip(read, names, strict=False)
        )

    return stand_in


def _is_sql(value: object) -> bool:
    """Whether an argument can stand in an expression: a name, a number, SQL; no list or pattern."""
    return isinstance(value, int | float) or bool(_re.fullmatch(r"[\w.()+*/ ,'|-]+", str(value)))


def _writes_ctes(body: str) -> bool:
    return bool(_re.match(r"\s*\w+ as \(\n", _JINJA.sub("", body)))


def _writes_query(body: str) -> bool:
    return bool(_re.match(r"\s*(select|with)\b", _JINJA.sub("", body)))


def _macros_of_project() -> dict[str, _Callable[..., _Any]]:
    """Macro name → stand-in, for every macro in macros/ (of a dispatched one, DuckDB's counts)."""
    bodies: dict[str, tuple[list[str], str]] = {}
    for path in sorted((_ROOT / "macros").rglob("*.sql")):
        for macro in _MACRO.finditer(path.read_text(encoding="utf-8")):
            parameters = [
                parameter.split("=")[0].strip()
                for parameter in macro["parameters"].split(",")
                if _re.match(r"\s*\w+", parameter)
            ]
            bodies[macro["name"]] = (parameters, macro["body"])
    stand_ins: dict[str, _Callable[..., _Any]] = {}
    for name, (parameters, own_body) in bodies.items():
        _, body = bodies.get(f"duckdb__{name}") or bodies.get(f"default__{name}") or ([], own_body)
        if _writes_ctes(body):
            stand_ins[name] = _ctes(_CTE.findall(body), parameters)
        else:
            stand_ins[name] = _query(name, parameters) if _writes_query(body) else _expression(name)
    return stand_ins | SPECIAL


def _project() -> dict[str, _Any]:
    path = _ROOT / "dbt_project.yml"
    if not path.exists():
        return {}
    # sqlfluff loads this package anew for each file, so the fast loader counts.
    loader = getattr(_yaml, "CSafeLoader", _yaml.SafeLoader)
    return dict(_yaml.load(path.read_text(encoding="utf-8"), Loader=loader) or {})


_PROJECT = _project()


def _var(name: str, default: _Any = None) -> _Any:
    """The setting's value in dbt_project.yml, so that a loop over a list runs as it does in dbt."""
    return _PROJECT.get("vars", {}).get(name, default)


def _select_from(name: str) -> str:
    return f"select * from {name}"


def _kpi_rollup(
    facts: str, facts_by_dimension: dict[str, str] | None = None, **settings: _Any
) -> str:
    """The rollup continues the model's CTEs and ends in its last line, as the real one does."""
    read = dict.fromkeys([facts, *(facts_by_dimension or {}).values()])
    rows = " union all ".join(_select_from(name) for name in read)
    return f",\n\nkpi_rows as (\n\n    {rows}\n\n)\n\nselect * from kpi_rows"


def _largest_accounts(dimensions: list[str]) -> str:
    names = ["revenue_of_accounts", *(f"revenue_of_accounts_by_{one}" for one in dimensions[1:])]
    rows = "select * from periods union all select * from won_deals"
    return ",\n\n".join(f"{name} as (\n\n    {rows}\n\n)" for name in names)


def _kpi(name: str) -> dict[str, _Any]:
    words = ("title", "question", "formula", "unit", "direction", "owner", "source", "description")
    table = {"id": name, "family": "family", "relation": f"kpi_{name}", "dimensions": ["rep"]}
    return table | {word: word for word in words} | {"is_additive": True, "sample": "denominator"}


# Macros that write a query or return a list; two KPIs and two grains stand for all.
SPECIAL: dict[str, _Callable[..., _Any]] = {
    "contract_rows": lambda system, table, materialized=None: _select_from(f"{system}_{table}"),
    "rejected_rows_of": lambda system: _select_from(f"{system}_rejected_rows"),
    "source_counts_of": lambda system, staging_models: _select_from(f"{system}_source_counts"),
    "union_systems": lambda entity: _select_from(f"united_{entity}"),
    "mapping_of_systems": lambda seed, columns: _select_from(seed),
    "stated_merges": lambda records, key, merged_into, merges: (
        f"{_select_from(records)} union all {_select_from(merges)}"
    ),
    "merge_steps": lambda records, key, merged_into: _select_from(records),
    "kpi_rollup": _kpi_rollup,
    "largest_accounts": _largest_accounts,
    "union_of_kpis": lambda: _select_from("kpi_tables"),
    "kpis_of_project": lambda: [_kpi("one"), _kpi("two")],
    "kpi_tables": dict,
    "marts_with_key": lambda *of: [
        {"name": "a", "relation": "a", "key": ["first_key", "second_key"]}
    ],
    "kpi_grains": lambda finest: ["day", "month"],
    "period_grains": lambda: ["day", "month"],
    "forecast_grains": lambda: ["quarter", "fiscal_quarter"],
    "deal_fields": lambda: {
        "stage": {"column": "stage_id", "type": "text"},
        "close_date": {"column": "expected_close_date", "type": "date"},
    },
    "attribution_models": lambda: ["first_touch", "last_touch", "linear", "position_based"],
    "outreach_types": lambda: ["call", "email", "meeting"],
    "systems_in_use": lambda: ["salesforce", "tabular"],
}

var = _var
dbt = _CallsOf()
execute = False
graph = _SimpleNamespace(nodes={}, sources={})
target = _SimpleNamespace(name="duckdb", type="duckdb", schema="main", database="sales_kpis")
model = _SimpleNamespace(name="model", config=_SimpleNamespace(meta={}))
exceptions = _SimpleNamespace(raise_compiler_error=lambda message: "", warn=lambda message: "")
_MACROS = _macros_of_project()
globals().update(_MACROS)
# `sales_kpis.local_date(…)`, as a macro of the project may be called, too.
globals()[_PROJECT.get("name", "project")] = _SimpleNamespace(**_MACROS)
