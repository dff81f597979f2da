"""Writes a whole demo company: raw tables, seeds, settings and planted answers."""

import json
from pathlib import Path
from typing import Literal

import yaml

from proof.answers.planted import planted_kpis
from proof.answers.reconciliation import planted_reconciliation, write_reconciliation
from proof.answers.rollup import write_kpi_rows
from proof.company.believable.simulate import simulate_believable
from proof.company.records import Company
from proof.company.seed_files import write_seeds
from proof.company.settings import Settings
from proof.company.simulate import simulate
from proof.connectors.files import RawSpelling, write_raw

# A company with every edge case, at any scale; or one that a sales leader believes, of one size.
DemoKind = Literal["edge-cases", "believable"]


def simulate_demo(kind: DemoKind, seed: int, scale: float = 1.0) -> Company:
    """The demo company of a kind and a seed; `scale` is that of the edge cases."""
    return simulate_believable(seed) if kind == "believable" else simulate(seed, scale)


def write_demo(
    out: Path,
    seed: int = 1,
    scale: float = 1.0,
    spelling: RawSpelling = "fivetran",
    kind: DemoKind = "edge-cases",
) -> None:
    """Writes the demo company of a seed into a folder.

    The folder gets `raw/<system>/<table>.csv`, Google Analytics as Parquet files;
    `seeds/planning/*.csv` and `seeds/mapping/*.csv`; `settings.yml`, the dbt vars;
    `planted_answers.csv`, the true value of every KPI; and `planted_reconciliation.csv`, what
    becomes of the raw rows; `demo.json` says how to make it again. Files of these names are
    replaced, others left alone.
    """
    company = simulate_demo(kind, seed, scale)
    settings = Settings()
    write_raw(company, out / "raw", spelling)
    write_seeds(company, out / "seeds")
    dbt_vars = {"raw_path": str((out / "raw").resolve()), **settings.as_vars()}
    (out / "settings.yml").write_text(
        yaml.safe_dump(dbt_vars, sort_keys=False, allow_unicode=True), encoding="utf-8"
    )
    made = {"company": kind, "seed": seed, "scale": scale, "spelling": spelling}
    (out / "demo.json").write_text(json.dumps(made) + "\n", encoding="utf-8")
    write_kpi_rows(planted_kpis(company, settings), out / "planted_answers.csv")
    write_reconciliation(planted_reconciliation(company), out / "planted_reconciliation.csv")
