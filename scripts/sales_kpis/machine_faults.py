"""Faults of the machine in our words: a full disk, a read error, a file that is locked.

DuckDB, dbt and the system say it in many ways, somewhere in a list of other lines; each of them is
found by what it says and becomes one sentence with the file, the reason, the space that is needed
and the next step.
"""

from __future__ import annotations

import errno
import os
import re
import shutil
from collections.abc import Iterable
from pathlib import Path

import duckdb

from sales_kpis.errors import BuildFailed, KpisError, WrongUse
from sales_kpis.plain_text import shown
from sales_kpis.project import Project

# For a first run, where no build tells: some 300 tables need 330 MB before their rows do, and
# the demo's 7 MB of Parquet make a build of 620 MB and a version of 182 MB.
_FIRST_BUILD = 330 * 2**20
_BUILD_PER_RAW_BYTE = 42

# The defaults of profiles.yml.
DEFAULT_LIMITS = {"SALES_KPIS_MEMORY_LIMIT": "80%", "SALES_KPIS_THREADS": "2"}

_FULL = re.compile(r"No space left on device|Disk quota exceeded|File too large|max_temp_directory")
_LOCKED = re.compile(
    r"Could not set lock on file \"(?P<file>[^\"]+)\": Conflicting lock is held in"
    r" (?P<program>.+?) \(PID (?P<pid>\d+)\)"
)
_DAMAGED = re.compile(
    r"(?:Input/output error|Stale file handle|Could not read (?:enough bytes )?from file"
    r"|exists, but it is not a valid DuckDB|Corrupt database file|[Cc]hecksum .* does not match)"
)
_DENIED = re.compile(r"Permission denied|Read-only file system|Operation not permitted")
_FILE = re.compile(r"(?:file|File|database) \\*\"([^\"\\]+)|: '([^']+)'")
_FULL_NUMBERS = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_DAMAGED_NUMBERS = (errno.EIO, errno.ESTALE)
_DENIED_NUMBERS = (errno.EACCES, errno.EPERM, errno.EROFS)


def in_our_words(said: Exception, project: Project | None = None) -> KpisError | None:
    """The fault of the machine behind an error; None where it is another kind of error.

    Args:
        said: an error of the system or of DuckDB, or one of ours with the lines of another program
            among its details.
        project: says where builds and versions are, and how large the last ones were.
    """
    if isinstance(said, KpisError) and not isinstance(said, BuildFailed):
        return None  # Its lines may be values of the data.
    text = "\n".join([str(said), *(said.details if isinstance(said, KpisError) else ())])
    number = said.errno if isinstance(said, OSError) else None
    file = _file_of(said, text)
    locked = _LOCKED.search(text)
    if locked:
        program = Path(locked["program"]).name
        return KpisError(
            f"{shown(locked['file'])} is open for writing in another program"
            f" ({shown(program)}, process {locked['pid']}).",
            "Close it there, or wait until it has ended, and run again.",
        )
    if number in _FULL_NUMBERS or (number is None and _FULL.search(text)):
        return KpisError(
            f"The disk is full{_at(file)}. {space_needed(project, file)}",
            "Make room, or keep fewer versions (--keep), and run again; what was published stays.",
        )
    if number in _DAMAGED_NUMBERS or (number is None and _DAMAGED.search(text)):
        return KpisError(
            f"{shown(file) if file else 'A file'} cannot be read: its disk gives an error, or the"
            " file is damaged or cut off.",
            "Copy or build it anew (kpis run), and look at the disk if it happens again.",
        )
    if number in _DENIED_NUMBERS or (number is None and _DENIED.search(text)):
        return KpisError(
            f"{shown(file) if file else 'A file'} may not be read or written by this user.",
            "Give the user of the run the right to, or name another folder.",
        )
    return None


def space_needed(
    project: Project | None, file: Path | None = None, raw_path: Path | None = None
) -> str:
    """How much room a run needs and how much there is, in a sentence."""
    if project is None:
        return f"{_free(file or Path.cwd())} are free there."
    build, version = sizes(project, raw_path)
    return (
        f"A run needs about {_megabytes(build)} in {project.build_folder} and"
        f" {_megabytes(version)} in {project.published}; {_free(project.build_folder)} and"
        f" {_free(project.published)} are free there."
    )


def has_room(project: Project, raw_path: Path | None = None) -> bool:
    """Whether what a run needs is free, also where its build and version share one disk."""
    build, version = sizes(project, raw_path)
    places = (_nearest(project.build_folder), _nearest(project.published))
    if places[0].stat().st_dev == places[1].stat().st_dev:
        return free_bytes(places[0]) >= build + version
    return free_bytes(places[0]) >= build and free_bytes(places[1]) >= version


def limits_in_words() -> str:
    """The memory and cores that a build takes, by profiles.yml and the environment, in a sentence.

    Raises:
        WrongUse: a limit of the environment cannot be read.
    """
    memory, threads = (os.environ.get(name) or limit for name, limit in DEFAULT_LIMITS.items())
    try:
        with duckdb.connect(config={"memory_limit": memory}) as connection:
            [(taken,)] = connection.execute("select current_setting('memory_limit')").fetchall()
    except duckdb.Error:
        raise WrongUse(
            f"SALES_KPIS_MEMORY_LIMIT is {memory}, which DuckDB cannot read.",
            "Write such as 2GB or 80%.",
        ) from None
    if not threads.isdecimal() or not int(threads):
        raise WrongUse(
            f"SALES_KPIS_THREADS is {threads}, which is no whole number from 1.", "Write such as 2."
        )
    return f"DuckDB takes at most {taken} of memory, and dbt builds {threads} models at once."


def sizes(project: Project, raw_path: Path | None = None) -> tuple[int, int]:
    """Bytes that a run needs for its build and for its version, from the last ones or the raw.

    Args:
        project: says where the last ones are.
        raw_path: the folder of the raw files; by default that of the project's own settings.
    """
    build = _bytes_below([project.warehouse])
    if not build:
        raw = raw_path or Path(str(project.default_vars().get("raw_path") or ""))
        build = _FIRST_BUILD + _BUILD_PER_RAW_BYTE * _bytes_below([project.root / raw])
    current = project.published / "current"
    return build, _bytes_below([current]) or build // 3


def _bytes_below(paths: Iterable[Path]) -> int:
    total = 0
    for path in paths:
        files = path.rglob("*") if path.is_dir() else [path]
        total += sum(file.stat().st_size for file in files if file.is_file())
    return total


def free_bytes(path: Path) -> int:
    """Bytes that are free where a file or folder is, or would be."""
    return shutil.disk_usage(_nearest(path)).free


def _nearest(path: Path) -> Path:
    """The path, or the nearest folder above it that is there."""
    while not path.exists() and path != path.parent:
        path = path.parent
    return path


def _free(path: Path) -> str:
    return _megabytes(free_bytes(path))


def _megabytes(count: int) -> str:
    return f"{count / 2**20:,.0f} MB"


def _at(file: Path | None) -> str:
    return f" at {shown(file)}" if file else ""


def _file_of(said: Exception, text: str) -> Path | None:
    if isinstance(said, OSError) and said.filename:
        name = said.filename
        return Path(name.decode() if isinstance(name, bytes) else str(name))
    found = _FILE.search(text)
    return Path(found.group(1) or found.group(2)) if found else None
