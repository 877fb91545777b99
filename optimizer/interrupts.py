"""Ctrl-C and the signals that end a program: at once, or when the plan that was found is safe.

They raise KeyboardInterrupt, except while something is kept: then they are noted, and
whoever is at work asks whether one came. Signals within a second count as one: a terminal
that closes, and ``timeout``, send theirs twice.
"""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

ENDING = tuple(
    getattr(signal, name)
    for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")
    if hasattr(signal, name)
)
"""Signals that end a program."""

ONE = 1.0
"""Seconds within which several signals count as one."""


class _Signals:
    """What has come since somebody listens."""

    def __init__(self) -> None:
        self.keeping = 0
        self.listening = False
        self.count = 0
        self.pending: set[int] = set()
        self.ending = False
        self.last = float("-inf")

    def take(self, number: int, _: Any) -> None:
        """Note a signal, or raise KeyboardInterrupt: where nothing is kept, or for the second."""
        now = time.monotonic()
        if now - self.last < ONE:
            return
        self.last = now
        self.count += 1
        if self.keeping and not self.pending:
            self.pending.add(number)
            return
        raise KeyboardInterrupt

    def forget(self) -> None:
        """Begin anew."""
        self.keeping, self.count, self.last = 0, 0, float("-inf")
        self.pending.clear()
        self.ending = False


_SIGNALS = _Signals()


@contextmanager
def listening() -> Iterator[None]:
    """Every signal that ends a program raises KeyboardInterrupt inside, unless it is ignored.

    Whoever started the program with a signal ignored (as ``nohup`` does) is obeyed. In another
    thread than the main one nothing changes.
    """
    if threading.current_thread() is not threading.main_thread() or _SIGNALS.listening:
        yield
        return
    _SIGNALS.forget()
    _SIGNALS.listening = True
    before = {
        number: signal.getsignal(number)
        for number in ENDING
        if signal.getsignal(number) not in (signal.SIG_IGN, None)
    }
    for number in before:
        signal.signal(number, _SIGNALS.take)
    try:
        yield
    finally:
        _SIGNALS.listening = False
        for number, handler in before.items():
            signal.signal(number, handler)
        _SIGNALS.forget()


def obey(number: int) -> None:
    """Let a signal count even if the program was started with it ignored."""
    signal.signal(number, _SIGNALS.take)


@contextmanager
def keeping() -> Iterator[None]:
    """Signals are noted inside and raise nothing: something was found that must not be lost.

    A second one that comes after the first was noted and not yet answered raises
    KeyboardInterrupt all the same. Without :func:`listening` this holds for Ctrl-C alone, in
    the main thread.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    usual = signal.getsignal(signal.SIGINT)
    own = not _SIGNALS.listening and usual is signal.default_int_handler
    if own:
        _SIGNALS.forget()
        signal.signal(signal.SIGINT, _SIGNALS.take)
    _SIGNALS.keeping += 1
    try:
        yield
    finally:
        _SIGNALS.keeping -= 1
        if own:
            signal.signal(signal.SIGINT, usual)
            _SIGNALS.forget()


@contextmanager
def raising() -> Iterator[None]:
    """Signals raise KeyboardInterrupt inside, whatever is kept outside."""
    depth, _SIGNALS.keeping = _SIGNALS.keeping, 0
    try:
        yield
    finally:
        _SIGNALS.keeping = depth


def unanswered() -> bool:
    """True in the main thread if a signal was noted that nobody has answered."""
    return bool(_SIGNALS.pending) and threading.current_thread() is threading.main_thread()


def pending() -> bool:
    """True if what is left to do must be short: a signal waits, or the system wants an end."""
    return bool(_SIGNALS.pending) or _SIGNALS.ending


def count() -> int:
    """Signals that have come so far."""
    return _SIGNALS.count


def answer() -> None:
    """Take the signals as answered: what they were to stop is stopped.

    After Ctrl-C the rest may take its time; after a signal of the system it must be short.
    """
    _SIGNALS.ending = _SIGNALS.ending or bool(_SIGNALS.pending - {signal.SIGINT})
    _SIGNALS.pending.clear()
