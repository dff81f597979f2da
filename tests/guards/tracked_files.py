"""Tracked files: nothing of one machine, no secret, no package index."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from guards.findings import Finding
from guards.project import Project
from guards.sql_text import line_at

_RULE = "tracked-files"

_LARGEST = 1_000_000  # bytes; a larger file is data
_DATA = frozenset((".csv", ".parquet", ".duckdb", ".png", ".svg", ".jpg", ".ico", ".woff2"))


class _Pattern(NamedTuple):
    """Text that no tracked file holds, in words and as a pattern."""

    words: str
    pattern: re.Pattern[str]
    advice: str


_PATTERNS = (
    _Pattern(
        "a path of one machine",
        re.compile(
            r"(?<![\w.~/}>-])(?:/(?:home|root|Users|work|tmp|mnt)(?:/|\b(?![\w-]))|[A-Z]:\\Users\\)[^\s'\"`)]*"
        ),
        "write it from the project's root, or take it from a setting",
    ),
    _Pattern(
        "a secret",
        re.compile(
            r"\bAKIA[0-9A-Z]{16}\b|-----BEGIN [A-Z ]*PRIVATE KEY-----"
            r"|\bgh[pousr]_\w{30,}|\bxox[abprs]-[\w-]{10,}|\bsk-[A-Za-z0-9_-]{20,}|://[^\s/:@{}$<]+:[^\s/@{}$<]+@"
            r"|(?i:\b\w*(?:password|passwd|secret|api_?key|auth_?token|salt)\b['\"]?\s*[:=]\s*['\"][^'\"{}$<>\s]{8,}['\"])"
        ),
        "take it from the environment, and change it, for it is known now",
    ),
    _Pattern(
        "a conflict of a merge",
        re.compile(r"^(?:<{7}|>{7}) .*", re.MULTILINE),
        "decide which of both lines stay",
    ),
    _Pattern(
        "the address of a package index",
        re.compile(
            r"--(?:extra-)?index-url\b|\bindex-url\s*=|https?://[^\s'\"]*"
            r"(?:pypi\.|pythonhosted|/simple\b|artifactory|nexus|jfrog|registry\.npmjs|conda\.anaconda)[^\s'\"]*",
            re.IGNORECASE,
        ),
        "leave the index to the machine's own configuration",
    ),
)


def no_machine_details(project: Project) -> Iterator[Finding]:
    """No tracked file holds an absolute path, what looks like a secret, or a package index."""
    for file in tracked_files(project.root):
        path = project.root / file
        if Path(file).suffix in _DATA or not path.is_file() or path.stat().st_size > _LARGEST:
            continue
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        for words, pattern, advice in _PATTERNS:
            for found in pattern.finditer(text):
                shown = words if words == "a secret" else f"{words}, `{found[0]}`"
                line = line_at(text, found.start())
                yield Finding(file, line, _RULE, f"it holds {shown}", advice, file)


def tracked_files(root: Path) -> tuple[str, ...]:
    """Files that git tracks or would add; outside a repository, all that are not hidden."""
    git = ["git", "-C", str(root), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(git, capture_output=True, text=True, check=False)
    if listed.returncode == 0:
        return tuple(sorted(filter(None, listed.stdout.split("\0"))))
    files = (path.relative_to(root) for path in sorted(root.rglob("*")) if path.is_file())
    return tuple(
        file.as_posix() for file in files if not any(part.startswith(".") for part in file.parts)
    )
