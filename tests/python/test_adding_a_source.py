"""A system more, by docs/add_a_source.md: the YAML of floor 1 says what it must deliver."""

from __future__ import annotations

import shutil
from decimal import Decimal
from pathlib import Path

import pytest

from builds import PROJECT, Build, run_dbt

pytestmark = pytest.mark.slow

CONTRACT = """
sources:
  - name: pipedrive
    description: Products of Pipedrive.
    schema: raw_pipedrive
    config:
      enabled: "{{ 'pipedrive' in var('systems') }}"
      meta: {time_zone: utc}
    tables:
      - name: product
        description: One row per product.
        config: {meta: {primary_key: [id]}}
        columns:
          - {name: id, data_type: text, description: Its id., config: {meta: {required: true}}}
          - {name: name, data_type: text, description: Its name.}
          - {name: price, data_type: decimal, description: List price of one unit.}
"""

STAGED = """
with

product_rows as (

    {{ contract_rows('pipedrive', 'product') }}

),

products as (

    select
        'pipedrive' as system,
        {{ system_key('pipedrive', 'id') }} as product_id,
        name as product_name,
        cast(null as {{ dbt.type_string() }}) as product_line,
        price as list_price,
        cast(null as date) as launched_on
    from product_rows

)

select * from products
"""


def build_of(folder: Path, staged: str) -> Build:
    """The new system's products and what unites them, in a project of nothing else."""
    project = folder / "project"
    for name in ("macros", "seeds", "vendor", "models/intermediate/1_united/products"):
        shutil.copytree(PROJECT / name, project / name)
    for name in ("dbt_project.yml", "profiles.yml"):
        shutil.copyfile(PROJECT / name, project / name)
    (project / "build").mkdir()
    systems = project / "macros/staging/union_systems.sql"
    macro = systems.read_text(encoding="utf-8")
    assert macro.count("return({\n") == 1
    systems.write_text(
        macro.replace("return({\n", "return({\n        'pipedrive': ['products'],\n"),
        encoding="utf-8",
    )
    staging = project / "models/staging/pipedrive"
    staging.mkdir(parents=True)
    (staging / "_pipedrive__sources.yml").write_text(CONTRACT, encoding="utf-8")
    (staging / "stg_pipedrive__products.sql").write_text(staged, encoding="utf-8")
    raw = folder / "raw/pipedrive"
    raw.mkdir(parents=True)
    (raw / "product.csv").write_text("id,name,price\n7,Lamp,12.50\n8,Desk,\n", encoding="utf-8")
    return run_dbt(
        ["run", "--select", "+int_products__united"],
        folder / "run",
        {"systems": ["pipedrive"], "raw_path": str(folder / "raw")},
        project=project,
        artifacts=True,
    )


def test_what_the_yaml_asks_for_is_all_that_a_system_must_deliver(tmp_path: Path) -> None:
    build = build_of(tmp_path, STAGED)
    assert build.exit_code == 0, build.output
    assert build.rows(
        "select system, product_id, product_name, product_line, list_price, launched_on,"
        " system_order from intermediate.int_products__united order by product_id"
    ) == [
        ("pipedrive", "pipedrive:7", "Lamp", None, Decimal("12.5"), None, 1),
        ("pipedrive", "pipedrive:8", "Desk", None, None, None, 1),
    ]


def test_a_build_stops_where_a_system_lacks_a_column_of_the_contract(tmp_path: Path) -> None:
    build = build_of(tmp_path, STAGED.replace("        price as list_price,\n", ""))
    assert build.exit_code != 0
    said = [result["message"] for result in build.artifact("run_results.json")["results"]]
    assert "int_products__united" in said[-1]
    assert 'column "list_price" not found' in said[-1]
