"""Text from outside as a terminal or a page may show it: no control characters."""

from __future__ import annotations

import re

# Characters that turn the direction of writing, that a name in another encoding leaves, and all
# that moves a cursor or changes colours: C0 and C1 but for tab and line feed, and DEL.
_BEYOND_ASCII = "\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff"
_CONTROLS = re.compile(f"[\x00-\x08\x0b-\x1f{_BEYOND_ASCII}]")
_IN_ONE_LINE = re.compile(f"[\x00-\x1f\u2028\u2029{_BEYOND_ASCII}]")
_IN_JSON = re.compile(f"[{_BEYOND_ASCII}]")
_IN_MARKDOWN = re.compile(r"[\\\[\]<>|`]")


def without_controls(text: str) -> str:
    """The text without the characters that a terminal would obey."""
    return _CONTROLS.sub("", text)


def shown(name: object) -> str:
    """A name in a sentence: one line, what cannot be seen is written out (`\\x1b`)."""
    return _IN_ONE_LINE.sub(lambda found: ascii(found.group())[1:-1], str(name))


def escaped_in_json(text: str) -> str:
    """JSON in which the control characters that JSON itself lets pass are written out."""
    return _IN_JSON.sub(lambda found: f"\\u{ord(found.group()):04x}", text)


def escaped_in_markdown(text: str) -> str:
    """A value in a cell of a Markdown table: no link, no HTML, no cell of its own."""
    one_line = " ".join(without_controls(text).split())
    return _IN_MARKDOWN.sub(lambda found: f"\\{found.group()}", one_line)
