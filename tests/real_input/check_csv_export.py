"""Runs the project on a real CRM export and compares it with numbers that were counted without it.

Usage: python tests/real_input/check_csv_export.py FOLDER

FOLDER holds the four files of a public CRM export (accounts, products, sales_pipeline,
sales_teams). They are connected by examples/csv_export alone, as docs/connect_a_csv_export.md
tells. The expected numbers come from the raw file, by awk: rows by stage, the sum of close_value
of the won ones, and the mean of close_date minus engage_date.
"""

import json
import os
import secrets
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb

PROJECT = Path(__file__).resolve().parents[2]
FOLDER = PROJECT / "build" / "real_input"
SETTINGS = [
    *("--settings", str(PROJECT / "examples/csv_export/settings.yml")),
    *("--seeds", str(PROJECT / "examples/csv_export/seeds")),
    *("--raw-path", str(FOLDER / "raw")),
]
YEAR = "period_grain = 'year' and period_start_date = date '2017-01-01'"

EXPECTED: dict[str, list[tuple[Any, ...]]] = {
    """
        select count(*), count(*) filter (where is_won), count(*) filter (where is_lost)
        from core.fct_deals
    """: [(8800, 4238, 2473)],
    f"select value from kpis.kpi_total_revenue where {YEAR} and dimension = 'total'": [
        (10005534.0,)
    ],
    f"""
        select cast(numerator as int), cast(denominator as int) from kpis.kpi_win_rate
        where {YEAR} and dimension = 'total'
    """: [(4238, 6711)],
    f"""
        select round(value, 2) from kpis.kpi_sales_cycle_days
        where {YEAR} and dimension = 'total'
    """: [(51.78,)],
    f"""
        select dimension_value, value from kpis.kpi_revenue_by_territory
        where {YEAR} and dimension = 'territory' order by dimension_value
    """: [("Central", 3346293.0), ("East", 3090594.0), ("West", 3568647.0)],
    """
        select count(*), count(distinct product_id), bool_or(is_unallocated)
        from core.fct_deal_line_items
    """: [(8800, 7, False)],
    f"""
        select dimension_value, value from kpis.kpi_revenue_by_product
        where {YEAR} and dimension_value in ('tabular:GTX Pro', 'tabular:GTXPro')
    """: [("tabular:GTX Pro", 3510578.0)],
    """
        select bool_and(is_balanced), cast(sum(rejected_rows) as int)
        from monitoring.source_reconciliation
    """: [(True, 0)],
}
# Column and kind of what the export has odd in it, and how often.
ODDITIES = {
    ("deal", "account_id", "blank"): 1425,
    ("deal", "created_at", "blank"): 500,
    ("deal", "close_date", "blank"): 2089,
    ("deal", "amount", "blank"): 2089,
    ("account", "country", "unmapped"): 85,
    ("data_dictionary", None, "table that no contract reads"): None,
}


def kpis(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Runs the `kpis` command of this environment in the project."""
    command = Path(sys.executable).with_name("kpis")
    # Without a salt of one's own nobody but the demo is published.
    environment = {**os.environ, "SALES_KPIS_PSEUDONYM_SALT": secrets.token_hex(32)}
    return subprocess.run(
        [str(command), *arguments],
        cwd=PROJECT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def differences(source: Path) -> list[str]:
    """One sentence for each number that is not as expected; none when all are."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    (FOLDER / "raw").mkdir(parents=True)
    (FOLDER / "published").mkdir()
    shutil.copytree(source, FOLDER / "raw" / "tabular")

    run = kpis("run", *SETTINGS, "--published", str(FOLDER / "published"))
    if run.returncode != 0:
        return [f"kpis run ended with {run.returncode}:\n{run.stdout}{run.stderr}"]
    found = []
    with duckdb.connect(
        str(FOLDER / "published/current/sales_kpis.duckdb"), read_only=True
    ) as marts:
        for query, expected in EXPECTED.items():
            rows = marts.execute(query).fetchall()
            if rows != expected:
                found.append(f"expected {expected}, found {rows}: {query}")

    checked = json.loads(kpis("check-sources", *SETTINGS, "--json").stdout)
    oddities = {
        (odd["table"], odd["column"], odd["kind"]): odd["rows"] for odd in checked["oddities"]
    }
    if oddities != ODDITIES:
        found.append(f"expected the oddities {ODDITIES}, found {oddities}")

    # Without its mapping the misspelt product is an oddity, with the product that it looks like.
    demo_seeds = [*SETTINGS[:2], *SETTINGS[4:]]
    unmapped = json.loads(kpis("check-sources", *demo_seeds, "--json").stdout)
    hints = [odd["next_step"] for odd in unmapped["oddities"] if odd["column"] == "product_id"]
    if not any("'GTXPro' looks like 'GTX Pro'" in hint for hint in hints):
        found.append(f"expected a hint that GTXPro looks like GTX Pro, found {hints}")
    return found


if __name__ == "__main__":
    problems = differences(Path(sys.argv[1]))
    print("\n".join(problems) or "The real CRM export gives the expected numbers.")
    print(f"{len(EXPECTED) + 2 - len(problems)} passed, {len(problems)} failed")
    sys.exit(1 if problems else 0)
