"""The errors of the command, each with the exit code of `kpis` and the next step for the user."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any


class KpisError(Exception):
    """A failure that the user can understand and act on; shown without a traceback.

    Args:
        message: what happened and where, in one sentence.
        next_step: what the user can do about it.
        details: further lines, shown below the message.
        data: the same for machines (`--json`).
    """

    exit_code = 1
    kind = "failed"

    def __init__(
        self,
        message: str,
        next_step: str = "",
        *,
        details: Sequence[str] = (),
        data: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.next_step = next_step
        self.details = tuple(details)
        self.data = dict(data or {})

    def as_json(self) -> dict[str, Any]:
        """The error as `--json` prints it."""
        return {
            "status": self.kind,
            "exit_code": self.exit_code,
            "message": self.message,
            "next_step": self.next_step,
            "details": list(self.details),
            **self.data,
        }


class WrongUse(KpisError):
    """A wrong option, setting or input file."""

    exit_code = 2
    kind = "wrong_use"


class NotOurFile(WrongUse):
    """Where `kpis` writes a file of its own lies a link, or something that is no file."""


class SourcesBroken(WrongUse):
    """A required raw table or column is missing, or a mapping names something that is not there."""

    kind = "failed_sources"


class SourcesStale(KpisError):
    """A whole system delivers nothing new (`stale_system_days`)."""

    kind = "stale_sources"


class BuildFailed(KpisError):
    """A model, seed or hook could not be built."""

    kind = "failed_build"


class TestsFailed(KpisError):
    """Data tests found offending rows."""

    __test__ = False  # pytest collects classes named Test*
    kind = "failed_tests"


class AuditFailed(KpisError):
    """The built tables break a rule that every published set must keep."""

    kind = "failed_audit"


class BrokenPublication(KpisError):
    """The published folder is not what `kpis` left there."""

    kind = "broken_publication"


class LockHeld(KpisError):
    """Another run works in the same folder."""

    exit_code = 3
    kind = "locked"


class Stopped(KpisError):
    """A signal has ended the command."""

    kind = "interrupted"

    def __init__(
        self, message: str, next_step: str, data: Mapping[str, Any], *, exit_code: int
    ) -> None:
        super().__init__(message, next_step, data=data)
        self.exit_code = exit_code


def nearest(name: str, known: Iterable[str]) -> list[str]:
    """Up to three known names that look like `name`, the nearest first."""
    by_lower = {candidate.lower(): candidate for candidate in known}
    matches = difflib.get_close_matches(name.lower(), by_lower, n=3, cutoff=0.6)
    parts = [key for key in by_lower if name.lower() in key and key not in matches]
    return [by_lower[key] for key in [*matches, *parts][:3]]


def suggestion(name: str, known: Iterable[str]) -> str:
    """A sentence that names what `name` may have been meant to be, or all there is."""
    names = list(known)
    close = nearest(name, names)
    return f"Did you mean {' or '.join(close)}?" if close else f"There is: {', '.join(names)}."
