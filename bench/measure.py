"""The cost of a process from Linux's own books: wall, CPU, peak memory and bytes read."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sales_kpis.dbt_runner import OnProgress

_TICKS = os.sysconf("SC_CLK_TCK")
_MEBIBYTE = 1 << 20


@dataclass(frozen=True)
class Cost:
    """Wall and CPU in seconds, the rest in MiB.

    `read_mib` is what was asked of files, from the disk or from the cache of the system.
    """

    wall: float
    cpu: float
    peak_mib: float
    read_mib: float


class CommandFailed(Exception):
    """A measured command ended with an error; the message has its last words."""


def cost_of(command: Sequence[str], folder: Path, environment: Mapping[str, str]) -> Cost:
    """Run a command to its end; its children count, and the peak is that of the largest process.

    Raises:
        CommandFailed: its exit code is not 0.
    """
    started = time.monotonic()
    output = folder / "output.txt"
    with output.open("w", encoding="utf-8") as file:
        process = subprocess.Popen(
            command, env=dict(environment), stdout=file, stderr=subprocess.STDOUT
        )
        # Ended but not yet collected, its books can still be read.
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        read = _bytes_read(process.pid)
        _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        words = output.read_text(encoding="utf-8")[-2000:]
        raise CommandFailed(f"{' '.join(command)} ended with {process.returncode}:\n{words}")
    return Cost(
        wall=time.monotonic() - started,
        cpu=used.ru_utime + used.ru_stime,
        peak_mib=used.ru_maxrss / 1024,
        read_mib=read / _MEBIBYTE,
    )


@dataclass
class CostsOfStages:
    """A reporter of `kpis run` (sales_kpis.run.Reporter) that keeps what each stage costs.

    The processes below this one count; the peak is the sum of their peaks within the stage.
    """

    costs: dict[str, Cost] = field(default_factory=dict)

    @contextmanager
    def stage(self, text: str) -> Iterator[OnProgress]:
        """Measures the stage."""
        before, started = _tree(), time.monotonic()
        cpu, read = sum(map(_cpu, before)), _bytes_read_by(before)
        for process in before:
            # The peak begins anew (man 5 proc).
            Path(f"/proc/{process}/clear_refs").write_text("5", encoding="utf-8")
        yield lambda done, total, node: None
        after = _tree()
        self.costs[text] = Cost(
            wall=time.monotonic() - started,
            cpu=sum(map(_cpu, after)) - cpu,
            peak_mib=sum(map(_peak_mib, after)),
            read_mib=(_bytes_read_by(after) - read) / _MEBIBYTE,
        )

    def note(self, text: str) -> None:
        """Nothing."""


def _tree() -> list[int]:
    """This process and those below it."""
    found = [os.getpid()]
    for parent in found:
        for thread in Path(f"/proc/{parent}/task").iterdir():
            found += map(int, (thread / "children").read_text(encoding="utf-8").split())
    return found


def _cpu(process: int) -> float:
    """CPU seconds of a process and of its children that have ended."""
    # The name, in brackets, may have blanks.
    fields = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / _TICKS


def _peak_mib(process: int) -> float:
    lines = Path(f"/proc/{process}/status").read_text(encoding="utf-8").splitlines()
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM")), 0)


def _bytes_read_by(processes: Sequence[int]) -> int:
    return sum(map(_bytes_read, processes))


def _bytes_read(process: int) -> int:
    return int(Path(f"/proc/{process}/io").read_text(encoding="utf-8").split()[1])
