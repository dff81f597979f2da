"""SQL as text, for rules that look for words: without comments, with every line where it was."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

_TOKENS = re.compile(
    r"""
    (?P<comment>\{\#.*?\#\} | /\*.*?\*/ | --[^\n]*)
    | (?P<text>'(?:[^'\n]|'')*')
    | (?P<quoted>"[^"\n]*")
    | (?P<jinja>\{\{.*?\}\} | \{%.*?%\})
    """,
    re.DOTALL | re.VERBOSE,
)


def without_comments(sql: str) -> str:
    """The SQL with blanks for its comments (SQL's and jinja's)."""
    return _TOKENS.sub(lambda token: _blank(token[0]) if token["comment"] else token[0], sql)


def only_names(sql: str) -> str:
    """The SQL's keywords and names: with blanks for comments, text constants and jinja.

    A text that jinja gives to a macro stays, for it is a name: `{{ domain_of('website') }}`.
    """

    def keep_names(token: re.Match[str]) -> str:
        if token["quoted"]:
            return token[0]
        return _blank(token[0]) if not token["jinja"] else _only_texts(token[0])

    return _TOKENS.sub(keep_names, sql)


def _only_texts(jinja: str) -> str:
    parts = re.split(r"('[^'\n]*'|\"[^\"\n]*\")", jinja)
    return "".join(
        f" {part[1:-1]} " if part[:1] in ("'", '"') and part else _blank(part) for part in parts
    )


def _blank(text: str) -> str:
    return re.sub(r"[^\n]", " ", text)


def sql_files(root: Path, folders: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Path (from the root) and text of each SQL file in the folders, by path."""
    for folder in folders:
        for path in sorted((root / folder).rglob("*.sql")):
            yield path.relative_to(root).as_posix(), path.read_text(encoding="utf-8")


def line_at(text: str, position: int) -> int:
    """Number of the line at a position, from 1."""
    return text.count("\n", 0, position) + 1
