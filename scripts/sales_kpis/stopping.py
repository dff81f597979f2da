"""Being told to stop: SIGINT (Ctrl-C) and SIGTERM end a command with a sentence and a code.

A signal raises `Stop` wherever the command happens to be, so that everything is closed on the way
out. Some code turns that into an exception of its own (DuckDB says that a query was interrupted),
hence `received` and not the exception says whether the command was told to stop.

Python runs a handler between two of its own steps, so not while DuckDB's threads are at work on a
long query. A thread therefore hears of the signal at once and interrupts the query.
"""

from __future__ import annotations

import contextlib
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import FrameType
from typing import Any

SIGNALS = (signal.SIGINT, signal.SIGTERM)
_NAMES = {signal.SIGINT: "SIGINT (Ctrl-C)", signal.SIGTERM: "SIGTERM"}


class Stop(BaseException):
    """A signal has told this process to stop; no KeyboardInterrupt, which libraries catch."""


@dataclass(frozen=True)
class StateLeft:
    """A stopped command's last words: one sentence, the next step, and the same for machines."""

    sentence: str = "nothing was changed"
    next_step: str = "Run the same command again."
    data: dict[str, Any] = field(default_factory=dict)


@dataclass
class _Listener:
    is_listening: bool = False
    received: signal.Signals | None = None
    is_deferred: bool = False
    is_over: bool = False
    describe: Callable[[], StateLeft] = StateLeft
    interrupts: list[Callable[[], None]] = field(default_factory=list)


_listener = _Listener()


@contextmanager
def listening() -> Iterator[None]:
    """Let the signals raise `Stop` in the body; within another one nothing changes."""
    if _listener.is_listening:
        yield
        return
    earlier: dict[signal.Signals, Any] = {}
    _listener.is_listening, _listener.received = True, None
    try:
        if threading.current_thread() is not threading.main_thread():
            yield  # The signals are not this thread's.
            return
        with _interrupting():
            for number in SIGNALS:
                earlier[number] = signal.signal(number, _handle)
            yield
    finally:
        _listener.is_listening = _listener.is_deferred = False
        _listener.describe = StateLeft
        for number, handler in earlier.items():
            signal.signal(number, signal.SIG_IGN if _listener.is_over else handler)


@contextmanager
def deferred() -> Iterator[None]:
    """Let a signal wait until the body has ended: a few short steps that belong together."""
    is_inner, _listener.is_deferred = _listener.is_deferred, True
    before = _listener.received
    try:
        yield
    finally:
        _listener.is_deferred = is_inner
    if not is_inner and _listener.received is not before:
        raise Stop


@contextmanager
def interruptible(interrupt: Callable[[], None]) -> Iterator[None]:
    """Let a signal call `interrupt`, from another thread, while the body waits for foreign code."""
    _listener.interrupts.append(interrupt)
    try:
        yield
    finally:
        _listener.interrupts.remove(interrupt)


def received() -> signal.Signals | None:
    """The signal that has told this command to stop, if one has."""
    return _listener.received


def exit_code() -> int:
    """The exit code of a command that a signal has ended, as shells have it: 130 or 143."""
    return 128 + (_listener.received or 0)


def describe_by(describe: Callable[[], StateLeft]) -> None:
    """Say how to find out what the command leaves if it is stopped from here on."""
    _listener.describe = describe


def state_left() -> tuple[str, str, dict[str, Any]]:
    """The message of the stopped command, its next step and its data; signals no longer count."""
    _listener.is_deferred = True
    name = _NAMES.get(_listener.received or signal.SIGINT, "a signal")
    left = _listener.describe()
    return f"Stopped by {name}: {left.sentence}.", left.next_step, left.data


def ignore_from_here_on() -> None:
    """The command has ended, its exit code stands, and only Python itself has still to close."""
    _listener.is_over = True
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)


@contextmanager
def _interrupting() -> Iterator[None]:
    """A thread that is told of each signal by the system, whatever the main thread waits for."""
    told, tell = socket.socketpair()
    tell.setblocking(False)
    earlier = signal.set_wakeup_fd(tell.fileno(), warn_on_full_buffer=False)
    threading.Thread(target=_interrupt_when_told, args=(told,), daemon=True).start()
    try:
        yield
    finally:
        signal.set_wakeup_fd(earlier)
        tell.close()


def _interrupt_when_told(told: socket.socket) -> None:
    with told:
        while numbers := told.recv(1):
            # Again and again: the query may only be about to begin. Once, also if Python has dealt
            # with the signal: DuckDB lets it do so between two tasks of a query and then waits for
            # those that are at work, which only an interrupt ends.
            while numbers[0] in SIGNALS and _listener.is_listening:
                if not _listener.is_deferred:
                    _interrupt_all()
                if _listener.received:
                    break
                threading.Event().wait(0.05)


def _interrupt_all() -> None:
    """A function of its own, so that the thread keeps nothing of a connection alive."""
    for interrupt in tuple(_listener.interrupts):
        with contextlib.suppress(Exception):
            interrupt()


def _handle(number: int, frame: FrameType | None) -> None:
    _listener.received = _listener.received or signal.Signals(number)
    if not _listener.is_deferred:
        raise Stop
