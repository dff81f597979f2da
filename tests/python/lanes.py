"""The two lanes of tests: `make test` runs the fast one, `make check` both (tests/README.md)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest


def spellings(names: Iterable[str]) -> list[Any]:
    """Parameters for one thing in several spellings: the first is fast, the others are slow."""
    return [
        pytest.param(name, marks=[pytest.mark.slow] if number else [])
        for number, name in enumerate(names)
    ]
