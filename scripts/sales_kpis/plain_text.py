"""Text from outside as a terminal or a page may show it: no control characters."""

from __future__ import annotations

import re

# All that moves a cursor, changes colours or turns the direction of writing: C0 and C1 but for tab
# and line feed, DEL, and the marks of bidirectional text.
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_IN_ONE_LINE = re.compile("[\t\n\u2028\u2029\ud800-\udfff]|" + _CONTROLS.pattern)


def without_controls(text: str) -> str:
    """The text without the characters that a terminal would obey."""
    return _CONTROLS.sub("", text)


def shown(name: object) -> str:
    """A name in a sentence: one line, what cannot be seen is written out (`\\x1b`)."""
    return _IN_ONE_LINE.sub(lambda found: ascii(found.group())[1:-1], str(name))


def escaped_in_json(text: str) -> str:
    """JSON in which the control characters that JSON itself lets pass are written out."""
    return re.sub(
        "[\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]",
        lambda found: f"\\u{ord(found.group()):04x}",
        text,
    )
