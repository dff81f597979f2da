"""The unit tests of dbt: every rule that decides a number, at its edges.

They stand beside the models (`models/**/_<folder>__unit_tests.yml`); what several of them look at
is in `tests/fixtures/`.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from builds import Build, run_dbt

# As many as there were when this was written: fewer means that dbt has not found them all.
AT_LEAST = 300


def artifact(folder: Path, name: str) -> dict[str, Any]:
    """What dbt's last command wrote into its target folder."""
    contents: dict[str, Any] = json.loads((folder / "target" / name).read_text(encoding="utf-8"))
    return contents


def build_empty_relations(folder: Path) -> Build:
    """All seeds, tables and views without rows: a fixture takes its columns from them."""
    return run_dbt(["build", "--empty", "--exclude-resource-type", "test", "unit_test"], folder)


def test_every_dbt_unit_test_passes(tmp_path: Path) -> None:
    relations = build_empty_relations(tmp_path)
    assert relations.exit_code == 0, relations.output

    tested = run_dbt(["test", "--select", "test_type:unit"], tmp_path)
    assert tested.exit_code == 0, tested.output

    manifest = artifact(tmp_path, "manifest.json")
    written = set(manifest["unit_tests"])
    switched_off = [name for name in manifest["disabled"] if name.startswith("unit_test.")]
    status = {
        result["unique_id"]: result["status"]
        for result in artifact(tmp_path, "run_results.json")["results"]
        if result["unique_id"].startswith("unit_test.")
    }
    assert switched_off == []
    assert written - set(status) == set(), "unit tests that did not run"
    assert {name for name, each in status.items() if each != "pass"} == set(), tested.output
    assert len(status) >= AT_LEAST
