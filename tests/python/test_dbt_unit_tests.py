"""The unit tests of dbt: every rule that decides a number, at its edges.

They stand beside the models (`models/**/_<folder>__unit_tests.yml`); what several of them look at
is in `tests/fixtures/`.
"""

from __future__ import annotations

from pathlib import Path

from builds import golden_demo, run_dbt

# As many as there were when this was written: fewer means that dbt has not found them all.
AT_LEAST = 300


def test_every_dbt_unit_test_passes(tmp_path: Path) -> None:
    # A fixture takes its columns from the relations of a build.
    folder = golden_demo().copy(tmp_path / "build").folder
    tested = run_dbt(["test", "--select", "test_type:unit"], folder, artifacts=True)
    assert tested.exit_code == 0, tested.output

    manifest = tested.artifact("manifest.json")
    written = set(manifest["unit_tests"])
    switched_off = [name for name in manifest["disabled"] if name.startswith("unit_test.")]
    status = {
        result["unique_id"]: result["status"]
        for result in tested.artifact("run_results.json")["results"]
        if result["unique_id"].startswith("unit_test.")
    }
    assert switched_off == []
    assert written - set(status) == set(), "unit tests that did not run"
    assert {name for name, each in status.items() if each != "pass"} == set(), tested.output
    assert len(status) >= AT_LEAST
