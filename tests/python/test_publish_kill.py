"""A run may be killed anywhere: readers see one whole version, and the next run heals by itself."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest


def test_a_run_killed_at_any_step_leaves_one_whole_version_and_heals(tmp_path: Path) -> None:
    script = Path(__file__).with_name("kill_at_every_step.py")
    result = subprocess.run(
        [sys.executable, str(script), str(tmp_path)], capture_output=True, text=True, check=False
    )

    assert result.returncode == 0, result.stdout + result.stderr
    killed_at = result.stdout.splitlines()
    # The steps at which a reader could notice something are among them.
    assert [step.split()[0] for step in killed_at].count("copying") == 3
    assert "os.rename .current.new current" in killed_at
    assert "os.rename sales_kpis.duckdb sales_kpis.duckdb" in killed_at
    assert any(step.startswith("os.rename .partial-") for step in killed_at)
    assert any(step.startswith("os.rename .ledger-partial-") for step in killed_at)
    assert any(step.startswith("shutil.rmtree .partial-") for step in killed_at)


@pytest.mark.slow
def test_commands_killed_at_random_moments_leave_one_whole_version() -> None:
    script = Path(__file__).with_name("kill_at_random.py")
    result = subprocess.run(
        [sys.executable, str(script), "--seed", "7", "--count", "12"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    assert "12 kills" in result.stdout
