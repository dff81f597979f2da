"""How the SQL looks, by sqlfluff: rules in .sqlfluff, stand-ins of macros in sqlfluff_libs/."""

import json
import subprocess
import sys
from pathlib import Path

from guards.findings import Finding

_FOLDERS = ("models", "snapshots", "analyses", "tests/singular")


def sql_style(root: Path, folders: tuple[str, ...] = _FOLDERS) -> tuple[Finding, ...]:
    """The findings of sqlfluff in the models and singular tests of a project; needs no database.

    Args:
        root: folder of .sqlfluff.

    Raises:
        RuntimeError: sqlfluff itself failed; the message holds what it said.
    """
    paths = [folder for folder in folders if any((root / folder).rglob("*.sql"))]
    if not paths:
        return ()
    command = [
        sys.executable,
        "-W",
        "ignore",
        "-m",
        "sqlfluff",
        "lint",
        "--format",
        "json",
        "--disable-progress-bar",
        *paths,
    ]
    run = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    try:
        files = json.loads(run.stdout)
    except json.JSONDecodeError:
        raise RuntimeError(f"sqlfluff failed: {run.stderr.strip() or run.stdout.strip()}") from None
    return tuple(
        sorted(
            Finding(
                Path(file["filepath"]).as_posix(),
                violation["start_line_no"],
                f"sql-{violation['code']}",
                violation["description"].rstrip("."),
                _advice(violation["code"]),
            )
            for file in files
            for violation in file["violations"]
        )
    )


def _advice(code: str) -> str:
    if code == "TMP":
        return "call a macro that exists; if it does, see sqlfluff_libs/"
    if code == "PRS":
        return "correct the SQL; if it is right, the stand-in of a macro in sqlfluff_libs/ is not"
    return f"`sqlfluff fix <file>` can do most of it; `sqlfluff rules` explains {code}"
