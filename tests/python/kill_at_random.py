"""Kills `kpis run` and `kpis publish` at random moments, and looks at what a reader finds.

`kill_at_random.py --seed 1 --count 200` works on the small project, whose build is no dbt but all
else is the command's own. After each kill the published version must be whole and one of those
that were published, and the next command must heal what is left. It prints the outcomes.
"""

from __future__ import annotations

import argparse
import collections
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

SIGNALS = ("SIGKILL", "SIGTERM", "SIGINT")
CODES = {"SIGKILL": -9, "SIGTERM": 143, "SIGINT": 130}


def command(arguments: list[str]) -> None:
    """This process as `kpis`, with a build of the revenue that the environment names."""
    from sales_kpis import __main__ as main

    load = main._app

    def app_with_small_build() -> Callable[..., None]:
        app = load()
        from kpis_project import FakeBuilder
        from sales_kpis import cli

        revenue = [int(os.environ["REVENUE"])] * 3
        setattr(cli, "DbtBuilder", FakeBuilder.of(revenue=revenue))  # noqa: B010
        return app

    main._app = app_with_small_build
    sys.argv = ["kpis", *arguments]
    main.main()


def start(root: Path, revenue: int, *arguments: str) -> subprocess.Popen[str]:
    environment = {**os.environ, "SALES_KPIS_PROJECT": str(root), "REVENUE": str(revenue)}
    environment.pop("SALES_KPIS_DATABASE", None)
    return subprocess.Popen(
        [sys.executable, __file__, "--command", *arguments],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def check(root: Path, known: set[float]) -> str:
    """The name of the version that a reader finds, whole."""
    from kpis_project import published_revenue
    from sales_kpis.publish import current_version, verify

    version = current_version(root / "published")
    assert version is not None
    verify(version)
    values = set(published_revenue(version.database))
    assert len(values) == 1 and values <= known, values
    assert set(published_revenue(root / "build" / "sales_kpis.duckdb")) <= known
    return version.run_id


def outcome_of(name: str, process: subprocess.Popen[str], stderr: str, is_new: bool) -> str:
    """The fate of the command, or an assertion that fails."""
    code = process.returncode
    if code == 0:
        return "ended before the signal, published"
    if "Stopped by" in stderr:
        assert code == CODES[name], (code, stderr)
        assert "Traceback" not in stderr, stderr
        said = "was published before and is whole" in stderr
        assert said == is_new, stderr
        return (
            "said it stopped, new version seen" if is_new else "said it stopped, old version seen"
        )
    if name == "SIGKILL":
        assert code == -9, (code, stderr)
        return "new version seen" if is_new else "old version seen"
    # The interpreter itself was starting: no line of kpis had run.
    assert not is_new, (name, code, stderr)
    # Python makes SIGINT an exception of its own, which ends it with the code of the shell.
    assert code in (-signal.Signals[name], 130, 1), (code, stderr)
    return "before Python had started, old version seen"


def main(seed: int, count: int, folder: Path) -> int:
    from kpis_project import write_project

    chance = random.Random(seed)
    root = write_project(folder / "project")
    seconds: dict[str, float] = {}
    for arguments in (["run"], ["publish"]):
        started = time.monotonic()
        process = start(root, 1, *arguments)
        _, stderr = process.communicate()
        assert process.returncode == 0, stderr
        seconds[arguments[0]] = time.monotonic() - started
    known = {1.0}
    outcomes: collections.Counter[str] = collections.Counter()
    before = check(root, known)
    for number in range(count):
        name = SIGNALS[number % len(SIGNALS)]
        what = chance.choice(["run", "publish"])
        known.add(float(number + 2))
        process = start(root, number + 2, what, "--keep", "2", "--grace", "0")
        time.sleep(chance.uniform(0, seconds[what] * 1.05))
        process.send_signal(signal.Signals[name])
        _, stderr = process.communicate()
        now = check(root, known)
        found = outcome_of(name, process, stderr, now != before)
        outcomes[f"{what:7} {name:7} {found}"] += 1
        print(f"{number + 1}. {what} {name}: {found}", flush=True)
        before = now
    process = start(root, 1, "run", "--keep", "2", "--grace", "0")
    _, stderr = process.communicate()
    assert process.returncode == 0, stderr
    check(root, {1.0})
    left = sorted(path.name for path in (root / "published").rglob(".*"))
    assert left == [".lock"], left
    assert not (root / "build" / "candidate").exists()
    for line, times in sorted(outcomes.items()):
        print(f"{times:4} {line}")
    print(
        f"{count} kills, seed {seed}: each time one whole version; the run after left nothing over"
    )
    return 0


if __name__ == "__main__":
    if sys.argv[1:2] == ["--command"]:
        command(sys.argv[2:])
    else:
        parser = argparse.ArgumentParser(description=__doc__)
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--count", type=int, default=200)
        options = parser.parse_args()
        with tempfile.TemporaryDirectory() as temporary:
            sys.exit(main(options.seed, options.count, Path(temporary)))
