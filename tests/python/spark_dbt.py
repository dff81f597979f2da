"""dbt on a local Spark: one process, and so one Java, for all the commands of a test run."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

import yaml

from builds import EDGE_CASES, PROJECT, Build
from dbt_in_process import plain_environment
from kpis_project import SECONDS_OF_A_HANG


class SparkDbt:
    """The dbt process of `kpis` with the target spark; metastore and warehouse are in `folder`.

    It parses a project when its first command comes, and again only for other systems: the other
    variables, raw files and rows of seeds are read by the commands themselves.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        # One path for the seeds of every company: dbt's process reads it when it begins.
        self._seeds = PROJECT / "build" / "seeds" / f"spark-{os.getpid()}"
        self._parsed: tuple[Path, Any] | None = None

    def __enter__(self) -> Self:
        self.folder.mkdir(parents=True, exist_ok=True)
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "sales_kpis.dbt_child"],
            cwd=PROJECT,
            env={
                **plain_environment(),
                "SALES_KPIS_SPARK_FOLDER": str(self.folder / "spark"),
                "SALES_KPIS_SEEDS": str(self._seeds.relative_to(PROJECT)),
            },
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        return self

    def __exit__(self, *error: object) -> None:
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait(timeout=SECONDS_OF_A_HANG)
        shutil.rmtree(self._seeds, ignore_errors=True)

    @property
    def warehouse(self) -> Path:
        """The folder of Spark's tables."""
        return self.folder / "spark" / "warehouse"

    def manifest(self) -> Mapping[str, Any]:
        """The manifest of the last command."""
        return self._artifact("manifest.json")

    def run_results(self) -> Mapping[str, Any]:
        """The results of the last build."""
        return self._artifact("run_results.json")

    def run(
        self,
        command: list[str],
        variables: Mapping[str, Any] | None = None,
        seeds: Path | None = None,
        project: Path = PROJECT,
    ) -> Build:
        """Runs one dbt command; raw files and seeds are the fixture's unless given.

        The artifacts of another project are in that project's folder.
        """
        shutil.rmtree(self._seeds, ignore_errors=True)
        shutil.copytree(seeds or PROJECT / EDGE_CASES / "seeds", self._seeds)
        given = dict(variables or {})
        if project == PROJECT:
            given.setdefault("raw_path", EDGE_CASES.joinpath("raw").as_posix())
        parsed = (project, given.get("systems") or _systems_of(project))
        if parsed != self._parsed:
            self._parsed = None
            build = self._run(["parse"], given, project)
            if build.exit_code != 0:
                return build
            self._parsed = parsed
        return self._run(command, given, project)

    def _run(self, command: list[str], variables: Mapping[str, Any], project: Path) -> Build:
        home = self.folder if project == PROJECT else project
        arguments = [
            *command,
            *("--no-use-colors", "--target", "spark"),
            *("--project-dir", str(project), "--profiles-dir", str(project)),
            *("--target-path", str(home / "target"), "--log-path", str(home / "logs")),
            *("--vars", json.dumps(variables)),
        ]
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(json.dumps(arguments) + "\n")
        self._process.stdin.flush()
        lines: list[str] = []
        for line in self._process.stdout:
            if line.startswith('{"command_ended"'):
                ended = json.loads(line)["command_ended"]
                output = "".join([*lines, ended["error"]])
                return Build(self.folder / "none.duckdb", ended["exit_code"], output)
            lines.append(line)
        raise AssertionError("dbt's process has died:\n" + "".join(lines))

    def _artifact(self, name: str) -> Mapping[str, Any]:
        content: Mapping[str, Any] = json.loads((self.folder / "target" / name).read_text())
        return content


def _systems_of(project: Path) -> Any:
    """The systems that a project has by itself; None where it knows no systems."""
    settings = yaml.safe_load((project / "dbt_project.yml").read_text("utf-8"))
    return settings["vars"].get("systems")
