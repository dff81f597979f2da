"""A PostgreSQL server of a test's own, on a socket in a folder of its own."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def programs() -> Path | None:
    """The folder of initdb, pg_ctl and postgres; None where there is no server."""
    on_path = shutil.which("initdb")
    places = [Path(on_path).resolve().parent] if on_path else []
    places += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    wanted = ("initdb", "pg_ctl", "postgres")
    return next(
        (place for place in places if all((place / name).is_file() for name in wanted)), None
    )


def _other_user() -> str | None:
    """The account to run the server, which refuses root; None for whoever runs the test."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


@contextmanager
def postgres_server(place: Path) -> Iterator[str]:
    """The address of a server that runs as long as the body, for its superuser `owner`."""
    user = _other_user()
    # Not in pytest's folder: another user may not look into it, and a socket's path is short.
    folder = Path(tempfile.mkdtemp(prefix="kpis-pg-"))
    data = folder / "data"
    if user:
        shutil.chown(folder, user)

    def run(*command: str) -> None:
        done = subprocess.run(
            [str(place / command[0]), *command[1:]],
            cwd=folder,
            user=user,
            # The server would hold a pipe open; its log has what it says.
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=False,
        )
        log = folder / "log"
        assert done.returncode == 0, log.read_text() if log.exists() else command

    try:
        run("initdb", "-D", str(data), "-U", "owner", "-A", "trust", "-E", "UTF8", "--no-sync")
        options = f"-c listen_addresses= -c unix_socket_directories={folder} -c fsync=off"
        run("pg_ctl", "-D", str(data), "-w", "-l", str(folder / "log"), "-o", options, "start")
        try:
            yield f"host={folder} user=owner dbname=postgres"
        finally:
            run("pg_ctl", "-D", str(data), "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
