"""Every change that `kpis` makes to the file system, each step safe against being killed."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
import shutil
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from sales_kpis.errors import NotOurFile

# Modes of the files and folders of what is published, by who may read them; only the owner writes.
ACCESS = {
    "everybody": (0o644, 0o755),
    "group": (0o640, 0o750),
    "owner": (0o600, 0o700),
}


def open_to(access: str, folder: Path) -> None:
    """Give a folder and all that is in it the modes of ACCESS, whatever the umask."""
    for_files, _ = ACCESS[access]
    for entry in [folder, *folder.rglob("*")]:
        if entry.is_dir():
            open_folder_to(access, entry)
        elif not entry.is_symlink():
            entry.chmod(for_files)


def open_folder_to(access: str, folder: Path) -> None:
    """Give one folder its mode of ACCESS; the bit that hands its group down stays.

    The folder of somebody else keeps the mode that its owner has chosen.
    """
    _, mode = ACCESS[access]
    state = folder.stat()
    if state.st_uid == os.geteuid():
        folder.chmod(mode | (state.st_mode & stat.S_ISGID))


def make_folder(folder: Path) -> Path:
    """The folder, made with its parents if it is not there."""
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def remove(path: Path) -> None:
    """Remove a file, a symlink or a whole folder; nothing happens when it is not there."""
    if path.is_symlink() or path.is_file():
        path.unlink(missing_ok=True)
    elif path.exists():
        shutil.rmtree(path)


def replace(source: Path, target: Path) -> None:
    """Put `source` in the place of `target` by one rename that survives a crash."""
    os.replace(source, target)
    sync_folder(target.parent)


def point_symlink(link: Path, target: str) -> None:
    """Make `link` point to `target` (relative to the link's folder) by one rename.

    A reader finds the old target or the new one, never neither.
    """
    new_link = link.with_name(f".{link.name}.new")
    remove(new_link)
    new_link.symlink_to(target)
    _replace_or_remove(new_link, link)


def copy(source: Path, target: Path) -> None:
    """Copy one file, with its times."""
    shutil.copy2(source, target)


def copy_tree(source: Path, target: Path) -> None:
    """Copy a whole folder to where nothing is yet."""
    make_folder(target.parent)
    shutil.copytree(source, target)


def write_text(path: Path, text: str, mode: int = 0o666) -> None:
    """Write a whole file so that a reader sees the old text or the new one.

    It may be read by whom `mode` says and the umask leaves.
    """
    new_file = path.with_name(f".{path.name}.new")
    remove(new_file)
    with open_without_following(new_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode) as descriptor:
        _write_all(descriptor, text.encode("utf-8"))
        os.fsync(descriptor)
    _replace_or_remove(new_file, path)


def write_json(path: Path, content: Mapping[str, Any], mode: int = 0o666) -> None:
    """Write a JSON document, readable, with a stable order of keys."""
    write_text(path, json.dumps(content, indent=2, ensure_ascii=False, default=str) + "\n", mode)


def read_json(path: Path) -> dict[str, Any] | None:
    """The JSON object in a file; None when the file is absent, torn or holds something else."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return content if isinstance(content, dict) else None


def append_line(path: Path, line: str) -> None:
    """Append one line in one write; a torn line that a killed process left is closed off first.

    Raises:
        NotOurFile: the path is a link, or no plain file.
    """
    flags = os.O_RDWR | os.O_CREAT | os.O_APPEND
    with open_without_following(path, flags) as descriptor:
        size = os.fstat(descriptor).st_size
        is_torn = size > 0 and os.pread(descriptor, 1, size - 1) != b"\n"
        _write_all(descriptor, (b"\n" if is_torn else b"") + line.encode("utf-8") + b"\n")
        os.fsync(descriptor)


@contextlib.contextmanager
def open_without_following(path: Path, flags: int, mode: int = 0o666) -> Iterator[int]:
    """The descriptor of a file of `kpis` itself, opened for writing with these flags.

    Every file that `kpis` writes is opened here: whoever can put a link in its place would else
    choose which file is written to. Nothing is truncated.

    Raises:
        NotOurFile: the path is a link, or no plain file.
    """
    descriptor = open_plain_file(path, flags, mode)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def open_plain_file(path: Path, flags: int, mode: int = 0o666) -> int:
    """The same, for a descriptor that stays open; the caller closes it."""
    # Without O_NONBLOCK the opening of a named pipe would wait for its other end.
    safe = flags | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
    try:
        descriptor = os.open(path, safe, mode)
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.EISDIR, errno.ENXIO):
            raise _not_ours(path) from None
        raise
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise _not_ours(path)
    return descriptor


def _not_ours(path: Path) -> NotOurFile:
    if path.is_symlink():
        what = f"a symbolic link to {os.readlink(path)}"
    else:
        what = "a folder" if path.is_dir() else "no plain file"
    return NotOurFile(
        f"{path} is {what}; kpis writes a file of its own there and follows no link.",
        "Take it away and run again; nothing was written through it.",
    )


def _replace_or_remove(new: Path, target: Path) -> None:
    """Put what has just been made in its place; where that fails, leave nothing of it."""
    try:
        replace(new, target)
    except BaseException:
        remove(new)
        raise


def _write_all(descriptor: int, content: bytes) -> None:
    written = 0
    while written < len(content):
        written += os.write(descriptor, content[written:])


def sync_file(path: Path) -> None:
    """Wait until the file's bytes are on the disk."""
    with path.open("rb") as stream:
        os.fsync(stream.fileno())


def sync_folder(folder: Path) -> None:
    """Wait until the folder's names are on the disk (where the system lets a folder be opened)."""
    with contextlib.suppress(PermissionError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def sync_tree(folder: Path) -> None:
    """Wait until everything below the folder is on the disk."""
    for path in walk(folder):
        sync_file(path)
    for path in [folder, *(entry for entry in folder.rglob("*") if entry.is_dir())]:
        sync_folder(path)


def walk(folder: Path) -> Iterator[Path]:
    """All files below the folder, in a stable order."""
    return iter(sorted(path for path in folder.rglob("*") if path.is_file()))


def sha256(path: Path) -> str:
    """The file's SHA-256 as hexadecimal digits."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
