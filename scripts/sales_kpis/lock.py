"""One run at a time in a folder: a lock that ends with the process that holds it."""

from __future__ import annotations

import fcntl
import json
import os
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from sales_kpis import files
from sales_kpis.errors import LockHeld, NotOurFile

# dbt inherits the lock and outlives a killed `kpis` by a moment (dbt_child.py); so long it is
# waited for.
ORPHAN_SECONDS = 10.0
# The length of the record in a lock file, whoever holds it.
_RECORD_BYTES = 200


class RunLock:
    """Holds `path` as a lock file with the holder's process and run id inside.

    The lock is the file's `flock`, not its existence: a file left by a killed run locks nothing.
    It passes to child processes that inherit `descriptor`, so a dbt process that still writes keeps
    it.

    Raises:
        LockHeld: another living process holds it; the message says who.
        NotOurFile: the path is a link, or a file that is no lock; it stays as it is.
    """

    def __init__(self, path: Path, run_id: str) -> None:
        self.path = path
        self.run_id = run_id
        self.descriptor = -1

    def __enter__(self) -> Self:
        files.make_folder(self.path.parent)
        self.descriptor = files.open_plain_file(self.path, os.O_RDWR | os.O_CREAT)
        if not _is_record(os.pread(self.descriptor, _RECORD_BYTES + 1, 0)):
            os.close(self.descriptor)
            raise NotOurFile(
                f"{self.path} holds something else than a lock of kpis.",
                "Move that file elsewhere and run again; nothing in it was changed.",
            )
        give_up_at = time.monotonic() + ORPHAN_SECONDS
        while not self._try_lock():
            holder = read_holder(self.path)
            if _is_alive(holder.get("pid")) or time.monotonic() > give_up_at:
                os.close(self.descriptor)
                raise _held(self.path, holder)
            time.sleep(0.05)
        self._write({"pid": os.getpid(), "run_id": self.run_id})
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._write({})
        os.close(self.descriptor)

    def _write(self, holder: dict[str, Any]) -> None:
        """Write the record over the one before, which is as long: nothing is ever truncated."""
        os.pwrite(self.descriptor, json.dumps(holder).encode().ljust(_RECORD_BYTES), 0)

    def _try_lock(self) -> bool:
        try:
            fcntl.flock(self.descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


def read_holder(path: Path) -> dict[str, Any]:
    """The holder as the lock file names it: `pid` and `run_id`; empty where it says nothing."""
    return files.read_json(path) or {}


def _is_record(content: bytes) -> bool:
    """Whether a lock file's content is what this module has written, or nothing."""
    text = content.strip(b" \n\0")
    if not text:
        return True
    try:
        record = json.loads(text)
    except ValueError:
        return False
    return isinstance(record, dict) and record.keys() <= {"pid", "run_id"}


def _is_alive(pid: object) -> bool:
    if not isinstance(pid, int):
        return True  # The holder has the lock but has not written its name yet.
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _held(path: Path, holder: dict[str, Any]) -> LockHeld:
    who = (
        f"run {holder['run_id']} (process {holder['pid']})"
        if {"pid", "run_id"} <= holder.keys()
        else "a process that has not said its name"
    )
    return LockHeld(
        f"Another run holds the lock of {path.parent}: {who}.",
        "Wait until it has ended, or stop that process; the lock ends with it.",
        data={"holder": holder},
    )
