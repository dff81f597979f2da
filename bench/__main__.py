"""`make bench`: generate raw data, build, publish and query it by scale, and write RESULTS.md."""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from bench.floor import read_floor
from bench.generate import PROJECT, SEEDS, write_raw, write_settings
from bench.measure import CommandFailed, Cost, cost_of
from bench.queries import time_queries
from bench.report import Machine, Measured, results_page

# Nobody in the raw data exists, and `kpis` publishes none but the demo with its salt.
_SALT = "the salt of the benchmark, in which nobody exists"
_MEBIBYTE = 1 << 20


def measure_scale(scale: float, folder: Path) -> Measured:
    """Generate a scale and measure everything; the folder is made anew."""
    shutil.rmtree(folder, ignore_errors=True)
    published = folder / "published"
    published.mkdir(parents=True)
    (folder / "floor").mkdir()
    raw, settings = folder / "raw", folder / "settings.yml"
    database = folder / "sales_kpis.duckdb"
    raw_rows = write_raw(raw, scale)
    write_settings(settings, raw)
    environment = {
        **os.environ,
        "SALES_KPIS_PSEUDONYM_SALT": _SALT,
        "SALES_KPIS_DATABASE": str(database),
        "SALES_KPIS_PROJECT": str(PROJECT),
        "PYTHONPATH": str(PROJECT),
    }

    def run_once(name: str) -> tuple[Cost, dict[str, Cost]]:
        result = folder / f"{name}.json"
        command = [
            sys.executable, "-m", "bench.full_run", "--settings", str(settings),
            "--seeds", str(SEEDS), "--published", str(published), "--result", str(result),
        ]  # fmt: skip
        cost = cost_of(command, folder, environment)
        stages = json.loads(result.read_text(encoding="utf-8"))
        return cost, {stage: Cost(**said) for stage, said in stages.items()}

    def kpis(*arguments: str) -> Cost:
        return cost_of(
            [sys.executable, "-m", "sales_kpis", *arguments, "--published", str(published)],
            folder,
            environment,
        )

    run, stages = run_once("first")
    rows = _rows_by_schema(database)
    build_mib = database.stat().st_size / _MEBIBYTE
    floor = cost_of(
        [
            sys.executable, "-m", "bench.floor", "--built", str(database),
            "--manifest", str(folder / "dbt" / "manifest.json"), "--raw", str(raw),
            "--database", str(folder / "floor" / database.name),
            "--result", str(folder / "floor.json"),
        ],
        folder,
        environment,
    )  # fmt: skip
    shutil.rmtree(folder / "floor")
    again, _ = run_once("again")
    publish = kpis("publish")
    dashboard = kpis("dashboard", "--out", str(folder / "dashboard.html"))
    current = published / "current"
    return Measured(
        scale=scale,
        raw_rows=raw_rows,
        rows=rows,
        costs={
            "full run": run,
            **{f"· {stage.lower()}": cost for stage, cost in stages.items()},
            "floor: its SQL without dbt": floor,
            "run again, nothing new": again,
            "kpis publish": publish,
            "kpis dashboard": dashboard,
        },
        floor=read_floor(folder / "floor.json"),
        queries_ms=time_queries(current / "sales_kpis.duckdb"),
        disk_mib={
            "raw Parquet": _size_mib(raw),
            "build file": build_mib,
            "published DuckDB file": _size_mib(current / "sales_kpis.duckdb"),
            "published Parquet files": _size_mib(current / "parquet"),
        },
    )


def _rows_by_schema(database: Path) -> dict[str, int]:
    with duckdb.connect(str(database), read_only=True) as connection:
        tables = connection.execute(
            "select schema_name, table_name from duckdb_tables()"
            " where schema_name in ('staging', 'intermediate', 'core', 'kpis', 'monitoring')"
        ).fetchall()
        rows: dict[str, int] = {}
        for schema, table in sorted(tables):
            counted = connection.execute(f'select count(*) from "{schema}"."{table}"').fetchall()
            rows[schema] = rows.get(schema, 0) + int(counted[0][0])
    return rows


def _size_mib(path: Path) -> float:
    files = [path.resolve()] if path.is_file() else [each for each in path.rglob("*")]
    return sum(each.stat().st_size for each in files if each.is_file()) / _MEBIBYTE


def main() -> int:
    """Measure the scales one after another and write the page anew after each."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("scales", type=float, nargs="+", help="1 is 100,000 deals, 25 M raw rows")
    parser.add_argument("--folder", type=Path, default=PROJECT / "build" / "bench")
    parser.add_argument("--page", type=Path, default=PROJECT / "bench" / "RESULTS.md")
    arguments = parser.parse_args()
    machine = Machine(
        cores=os.cpu_count() or 0,
        memory_gib=os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30,
        system=f"{platform.system()}, Python {platform.python_version()}",
        duckdb=duckdb.__version__,
        memory_limit=os.environ.get("SALES_KPIS_MEMORY_LIMIT"),
        threads=os.environ.get("SALES_KPIS_THREADS"),
    )
    measured = []
    for scale in sorted(arguments.scales):
        folder = arguments.folder / f"{scale:g}"
        print(f"Scale {scale:g} in {folder} …", flush=True)
        try:
            measured.append(measure_scale(scale, folder))
        except CommandFailed as error:
            print(error, file=sys.stderr)
            return 1
        (folder / "measured.json").write_text(json.dumps(asdict(measured[-1])), encoding="utf-8")
        page = results_page(measured, machine, datetime.now(UTC).date())
        arguments.page.write_text(page, encoding="utf-8")
    print(f"The results are in {arguments.page}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
