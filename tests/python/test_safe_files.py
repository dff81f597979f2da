"""The files that `kpis` writes for itself: no link is followed, nothing of another is changed."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from sales_kpis import files
from sales_kpis.errors import NotOurFile
from sales_kpis.lock import RunLock, read_holder

TREASURE = "what somebody else has written\n" * 20


def lock(path: Path) -> None:
    with RunLock(path, "mine"):
        pass


def append(path: Path) -> None:
    files.append_line(path, "{}")


@pytest.mark.parametrize("write", [lock, append])
@pytest.mark.parametrize("kind", ["link", "dangling link", "folder", "pipe"])
def test_what_is_no_plain_file_is_refused_and_left_as_it_is(
    tmp_path: Path, write: Callable[[Path], None], kind: str
) -> None:
    treasure = tmp_path / "treasure"
    treasure.write_text(TREASURE)
    path = tmp_path / "work" / "run.lock"
    path.parent.mkdir()
    if kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    else:
        path.symlink_to(treasure if kind == "link" else tmp_path / "nowhere")

    with pytest.raises(NotOurFile, match=r"run\.lock is ") as caught:
        write(path)

    assert caught.value.exit_code == 2
    assert treasure.read_text() == TREASURE
    assert not (tmp_path / "nowhere").exists()


def test_a_file_that_is_no_lock_is_not_written_over(tmp_path: Path) -> None:
    path = tmp_path / "run.lock"
    path.write_text(TREASURE)
    with pytest.raises(NotOurFile, match="something else than a lock"):
        lock(path)
    assert path.read_text() == TREASURE


@pytest.mark.parametrize(
    "content", [b"", b"{}", b'{"pid": 1, "run_id": "older"}', b"\0" * 50], ids=repr
)
def test_a_lock_file_that_kpis_has_left_is_taken(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "run.lock"
    path.write_bytes(content)
    with RunLock(path, "mine"):
        assert read_holder(path)["run_id"] == "mine"
    assert read_holder(path) == {}


def write(path: Path) -> None:
    files.write_text(path, "new")


def point(path: Path) -> None:
    files.point_symlink(path, "versions/one")


@pytest.mark.parametrize("make", [write, point])
def test_a_link_in_the_place_of_a_half_written_file_is_not_followed(
    tmp_path: Path, make: Callable[[Path], None]
) -> None:
    treasure = tmp_path / "treasure"
    treasure.write_text(TREASURE)
    (tmp_path / ".page.html.new").symlink_to(treasure)
    (tmp_path / "page.html").symlink_to(treasure)

    make(tmp_path / "page.html")

    assert treasure.read_text() == TREASURE
    assert {path.name for path in tmp_path.iterdir()} == {"treasure", "page.html"}


@pytest.mark.parametrize("make", [write, point])
def test_a_folder_in_the_place_of_a_file_leaves_nothing_half_done(
    tmp_path: Path, make: Callable[[Path], None]
) -> None:
    (tmp_path / "current" / "inside").mkdir(parents=True)
    with pytest.raises(OSError):
        make(tmp_path / "current")
    assert [path.name for path in tmp_path.iterdir()] == ["current"]
    assert (tmp_path / "current" / "inside").is_dir()
