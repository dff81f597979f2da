"""The dbt process that `dbt_runner` starts: runs the dbt commands it is given, one after another.

One process for several commands, because importing dbt and parsing the project take as long as
building it when it is small.

Commands come as JSON lists of arguments, one a line, on standard input. dbt's console output goes
to standard output, and after each command one line with `command_ended`: its exit code and error.
With `--log-level none` there is no console output; instead each event that a person would be told
is one line of JSON. (`--log-format json` would also spell out the thousands of debug events, only
to drop them: a tenth of the time of a build.)

When standard input ends while a command runs, the parent has died: this process then ends at once,
so that no orphan goes on writing into a database that the next run takes over.
"""

from __future__ import annotations

import gc
import importlib
import itertools
import json
import os
import queue
import sys
import threading
from pathlib import Path
from typing import Any

Command = list[str]

# How often Python looks for garbage (`gc.set_threshold`). The graph of a project is none, and by
# default a tenth of a build goes into finding that out.
FEW_LOOKS_FOR_GARBAGE = (100_000, 50, 100)

_WRITING = threading.Lock()


def main() -> None:
    """Run commands until standard input ends."""
    gc.set_threshold(*FEW_LOOKS_FOR_GARBAGE)
    commands: queue.Queue[Command | None] = queue.Queue()
    is_busy = threading.Event()
    threading.Thread(target=_read_commands, args=(commands, is_busy), daemon=True).start()

    # Takes seconds; the thread above already listens.
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.cli.main import dbtRunner
    from dbt.contracts.graph.manifest import Manifest

    _make_no_debug_events()
    if warehouse := os.environ.get("SALES_KPIS_RAW_DATABASE"):
        _attach_read_only(warehouse)

    manifest = None
    while (command := commands.get()) is not None:
        is_parse = command[0] == "parse"
        result = dbtRunner(
            manifest=None if is_parse else manifest,
            callbacks=[_tell_event] if _is_quiet(command) else [],
        ).invoke(command)
        if isinstance(result.result, Manifest):
            manifest = result.result  # From `dbt parse`: later commands need not parse again.
            gc.freeze()  # It stays until the end: looking through it for garbage takes seconds.
        exit_code = 0 if result.success else 1 if result.exception is None else 2
        error = "" if result.exception is None else str(result.exception)
        ended = {"command_ended": {"exit_code": exit_code, "error": error}}
        is_busy.clear()  # Before the parent hears of the end: its next command sets it again.
        # dbt's own last line may lack its end, hence the leading one.
        sys.stdout.write(f"\n{json.dumps(ended)}\n")
        sys.stdout.flush()

    # The rest of Python's own ending, with dbt loaded, takes a second or two and changes nothing.
    DuckDBConnectionManager.close_all_connections()
    if "pyspark" in sys.modules:
        # So that Spark's metastore is free for the next process.
        session = importlib.import_module("pyspark.sql").SparkSession.getActiveSession()
        if session is not None:
            session.stop()
    os._exit(0)


def _attach_read_only(warehouse: str) -> None:
    """Let dbt's database see the file with the raw tables, whatever the target says of itself."""
    from dbt.adapters.duckdb.credentials import Attachment, DuckDBCredentials
    from dbt.adapters.duckdb.environments import Environment

    initialize = Environment.initialize_db
    raw = Attachment(path=warehouse, alias=Path(warehouse).stem, read_only=True)

    def with_raw_tables(credentials: DuckDBCredentials, *arguments: Any) -> Any:
        others = [each for each in credentials.attach or [] if each.alias != raw.alias]
        credentials.attach = [*others, raw]
        return initialize(credentials, *arguments)

    # dbt-duckdb takes attachments from the target alone, which here need not know of this file.
    setattr(Environment, "initialize_db", staticmethod(with_raw_tables))  # noqa: B010


def _make_no_debug_events() -> None:
    """Let dbt spare itself the thousands of events that neither the log nor the parent is told."""
    from dbt_common.events.base_types import BaseEvent, EventLevel
    from dbt_common.events.event_manager import EventManager
    from dbt_common.events.event_manager_client import ctx_set_event_manager

    class ManagerFromInfoOn(EventManager):
        def fire_event(
            self, e: BaseEvent, level: EventLevel | None = None, *others: Any, **named: Any
        ) -> None:
            if (level or e.level_tag()) not in (EventLevel.DEBUG, EventLevel.TEST):
                super().fire_event(e, level, *others, **named)

    ctx_set_event_manager(ManagerFromInfoOn())


def _is_quiet(command: Command) -> bool:
    return ("--log-level", "none") in itertools.pairwise(command)


def _tell_event(event: Any) -> None:
    """Write an event of level info or higher (dbt's EventMsg) as one line of JSON."""
    if event.info.level not in ("info", "warn", "error"):
        return
    # Here, because the thread that listens must not wait for dbt.
    from dbt_common.events.functions import env_scrubber, msg_to_dict

    line = f"\n{env_scrubber(json.dumps(msg_to_dict(event)))}\n"
    with _WRITING:  # Each thread of dbt tells of its own nodes.
        sys.stdout.write(line)
        sys.stdout.flush()


def _read_commands(commands: queue.Queue[Command | None], is_busy: threading.Event) -> None:
    for line in sys.stdin:
        is_busy.set()
        commands.put(json.loads(line))
    if is_busy.is_set():
        os._exit(1)
    commands.put(None)


if __name__ == "__main__":
    main()
