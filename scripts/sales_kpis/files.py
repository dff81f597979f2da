"""Every change that `kpis` makes to the file system, each step safe against being killed."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

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
    replace(new_link, link)


def copy(source: Path, target: Path) -> None:
    """Copy one file, with its times."""
    shutil.copy2(source, target)


def copy_tree(source: Path, target: Path) -> None:
    """Copy a whole folder to where nothing is yet."""
    make_folder(target.parent)
    shutil.copytree(source, target)


def write_text(path: Path, text: str) -> None:
    """Write a whole file so that a reader sees the old text or the new one."""
    new_file = path.with_name(f".{path.name}.new")
    new_file.write_text(text, encoding="utf-8")
    sync_file(new_file)
    replace(new_file, path)


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Write a JSON document, readable, with a stable order of keys."""
    write_text(path, json.dumps(content, indent=2, ensure_ascii=False, default=str) + "\n")


def read_json(path: Path) -> dict[str, Any] | None:
    """The JSON object in a file; None when the file is absent, torn or holds something else."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return content if isinstance(content, dict) else None


def append_line(path: Path, line: str) -> None:
    """Append one line in one write; a torn line that a killed process left is closed off first."""
    with path.open("ab+") as stream:
        size = stream.seek(0, os.SEEK_END)
        is_torn = False
        if size:
            stream.seek(size - 1)
            is_torn = stream.read(1) != b"\n"
        stream.write((b"\n" if is_torn else b"") + line.encode("utf-8") + b"\n")
        stream.flush()
        os.fsync(stream.fileno())


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
