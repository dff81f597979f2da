"""The page RESULTS.md: tables, a plot, and the growth from one scale to the next."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from bench.floor import Floor
from bench.measure import Cost

_DEAREST = 20
_SCANNED = 12


@dataclass(frozen=True)
class Machine:
    """Where it was measured, and the settings that bound it."""

    cores: int
    memory_gib: float
    system: str
    duckdb: str
    memory_limit: str | None
    threads: str | None


@dataclass(frozen=True)
class Measured:
    """Everything about one scale.

    `raw_rows` by `system.table`, `rows` of what was built by schema, `costs` by step in the order
    of the page, `queries_ms` the milliseconds of each query, `disk_mib` the size of files.
    """

    scale: float
    raw_rows: Mapping[str, int]
    rows: Mapping[str, int]
    costs: Mapping[str, Cost]
    floor: Floor
    queries_ms: Mapping[str, float]
    disk_mib: Mapping[str, float]

    @property
    def all_raw_rows(self) -> int:
        """The raw rows of all tables."""
        return sum(self.raw_rows.values())


def results_page(measured: Sequence[Measured], machine: Machine, day: date) -> str:
    """The whole page.

    Args:
        measured: one or more scales, ascending.
        machine: where they were measured.
        day: when.
    """
    limit = machine.memory_limit or "none"
    threads = machine.threads or "2"
    parts = [
        "# Results of the benchmark",
        f"Written by `make bench` on {day:%-d %B %Y}: {machine.cores} cores,"
        f" {machine.memory_gib:.0f} GB, {machine.system}, DuckDB {machine.duckdb}; memory limit"
        f" {limit}, {threads} models at once. [README.md](README.md) says how each is measured."
        " CPU seconds count; wall seconds are those of a machine that may be shared.",
        "## Growth",
        _plot(measured),
        growth_table(measured),
        *(part for each in measured for part in _scale(each)),
    ]
    return "\n\n".join(parts) + "\n"


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table; all columns but the first are numbers."""
    lines = [header, ["---", *["--:"] * (len(header) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def growth_table(measured: Sequence[Measured]) -> str:
    """Each figure by scale and, of two or more, the exponent of its growth with the raw rows.

    An exponent of 1: twice the rows cost twice as much. A figure with a fixed part is below that.
    """
    figures: dict[str, list[float]] = {
        "CPU s, full run": [each.costs["full run"].cpu for each in measured],
        "CPU s, floor": [each.floor.cpu for each in measured],
        "peak MiB, building": [each.costs["· building and testing"].peak_mib for each in measured],
        "peak MiB, floor": [each.costs["floor: its SQL without dbt"].peak_mib for each in measured],
        "MiB, build file": [each.disk_mib["build file"] for each in measured],
        "MiB, published DuckDB file": [each.disk_mib["published DuckDB file"] for each in measured],
        "rows of marts": [
            sum(each.rows.get(schema, 0) for schema in ("core", "kpis", "monitoring"))
            for each in measured
        ],
    }
    header = ["", *(f"scale {each.scale:g}" for each in measured)]
    rows = [["raw rows", *(f"{each.all_raw_rows:,}" for each in measured)]]
    rows += [[name, *map(_number, values)] for name, values in figures.items()]
    if len(measured) > 1:
        header.append("exponent")
        sizes = [each.all_raw_rows for each in measured]
        rows[0].append("")
        for row, values in zip(rows[1:], figures.values(), strict=True):
            row.append(f"{exponent(sizes, values):.2f}")
    return table(header, rows)


def exponent(sizes: Sequence[float], values: Sequence[float]) -> float:
    """The x in value ~ size^x, from the first to the last; nan where that says nothing."""
    if sizes[0] == sizes[-1] or min(values[0], values[-1]) <= 0:
        return math.nan
    return math.log(values[-1] / values[0]) / math.log(sizes[-1] / sizes[0])


def _plot(measured: Sequence[Measured]) -> str:
    """CPU seconds by raw rows: a full run above its floor."""
    runs = [each.costs["full run"].cpu for each in measured]
    floors = [each.floor.cpu for each in measured]
    names = ", ".join(f'"{each.all_raw_rows / 1e6:.2f} M"' for each in measured)
    return "\n".join(
        [
            "```mermaid",
            "xychart-beta",
            '    title "CPU seconds by raw rows: full run (bars) and floor (line)"',
            f"    x-axis [{names}]",
            f'    y-axis "CPU seconds" 0 --> {math.ceil(max(runs) * 1.1)}',
            f"    bar [{', '.join(f'{value:.1f}' for value in runs)}]",
            f"    line [{', '.join(f'{value:.1f}' for value in floors)}]",
            "```",
        ]
    )


def _scale(measured: Measured) -> list[str]:
    floor = measured.floor
    models = sorted(floor.models, key=lambda model: -model.cpu)[:_DEAREST]
    scans = floor.scans
    counted = sum(scans.values())
    dearest = [
        [f"`{model.name}`", f"{model.cpu:.2f}", "" if model.rows is None else f"{model.rows:,}"]
        for model in models
    ]
    return [
        f"## Scale {measured.scale:g}",
        f"{measured.all_raw_rows:,} raw rows in {len(measured.raw_rows)} tables; built: "
        + ", ".join(f"{schema} {rows:,}" for schema, rows in measured.rows.items())
        + " rows.",
        table(
            ["step", "wall s", "CPU s", "peak MiB", "read MiB"],
            [
                [name, _number(cost.wall), _number(cost.cpu), *_whole(cost.peak_mib, cost.read_mib)]
                for name, cost in measured.costs.items()
            ],
        ),
        table(
            ["disk", "MiB", "of the raw Parquet"],
            [
                [name, _number(size), f"{size / measured.disk_mib['raw Parquet']:.1f} ×"]
                for name, size in measured.disk_mib.items()
            ],
        ),
        table(
            ["query of the published file", "median ms"],
            [[name, f"{took:.1f}"] for name, took in measured.queries_ms.items()],
        ),
        f"Scans of raw tables, from `explain`: {counted} of {len(scans)} tables,"
        f" {counted / max(1, len(scans)):.1f} each; landing, which reads each file once, is not"
        " among them. The tables with most rows:",
        table(
            ["raw table", "rows", "scans"],
            [
                [name, f"{rows:,}", str(scans.get(f"raw_{name}", 0))]
                for name, rows in sorted(measured.raw_rows.items(), key=lambda row: -row[1])
            ][:_SCANNED],
        ),
        f"The dearest models of the floor's {floor.cpu:.1f} CPU seconds, of which landing takes"
        f" {floor.landing_cpu:.1f}:",
        table(["model", "CPU s", "rows"], dearest),
    ]


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}"


def _whole(*values: float) -> list[str]:
    return [f"{value:,.0f}" for value in values]
