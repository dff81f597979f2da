"""One `kpis run` whose stages are measured; a process of its own, so that its peaks are its own."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from pathlib import Path

from bench.measure import CostsOfStages
from sales_kpis.project import find_project
from sales_kpis.run import DbtBuilder, RunRequest, run
from sales_kpis.settings import load_settings


def main() -> None:
    """Run everything and write the cost of each stage and the counts of the run as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("settings", "seeds", "published", "result"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    arguments = parser.parse_args()
    project = find_project(arguments.published)
    settings = load_settings(
        project.default_vars(),
        project_folder=project.root,
        known_systems=project.systems(),
        settings_file=arguments.settings,
    )
    reporter = CostsOfStages()
    run(RunRequest(project, settings, seeds=arguments.seeds), reporter, DbtBuilder)
    stages = {name: asdict(cost) for name, cost in reporter.costs.items()}
    arguments.result.write_text(json.dumps(stages), encoding="utf-8")


if __name__ == "__main__":
    main()
