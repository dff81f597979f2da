"""Spark gets the machine's Java when that is new enough, else one from a wheel."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from sales_kpis.java_for_spark import has_java, major_version, write_wrapper


@pytest.mark.parametrize(
    ("printed", "version"),
    [
        ('openjdk version "17.0.15" 2025-04-15\nOpenJDK Runtime Environment', 17),
        ('java version "1.8.0_392"', 8),
        ('openjdk version "25" 2025-09-16', 25),
        ("command not found", None),
    ],
)
def test_the_version_is_what_java_prints(printed: str, version: int | None) -> None:
    assert major_version(printed) == version


def write_java(folder: Path, version: str) -> Path:
    java = folder / "bin" / "java"
    java.parent.mkdir(parents=True)
    java.write_text(f"#!/bin/sh\necho 'openjdk version \"{version}\"' >&2\n")
    java.chmod(0o755)
    return folder


@pytest.mark.parametrize(("version", "is_enough"), [("17.0.1", True), ("11.0.2", False)])
def test_a_java_is_enough_from_17_on(version: str, is_enough: bool, tmp_path: Path) -> None:
    home = write_java(tmp_path / "java", version)
    assert has_java({"JAVA_HOME": str(home), "PATH": ""}) is is_enough
    assert has_java({"PATH": str(home / "bin")}) is is_enough


def test_no_java_is_none(tmp_path: Path) -> None:
    assert not has_java({"PATH": str(tmp_path)})
    assert not has_java({"JAVA_HOME": str(tmp_path), "PATH": str(tmp_path)})


def test_the_wrapper_leaves_out_the_module_that_the_wheel_lacks(tmp_path: Path) -> None:
    echo = tmp_path / "its java" / "java"
    echo.parent.mkdir()
    echo.write_text('#!/bin/sh\nprintf "%s|" "$@"\n')
    echo.chmod(0o755)
    home = write_wrapper(tmp_path / "home", echo)
    process = subprocess.run(
        [home / "bin" / "java", "--add-modules=jdk.incubator.vector", "-cp", "a b", "Main"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert process.stdout == "-cp|a b|Main|"
