"""Ctrl-C and the signals that end a program: at once, or when the plan that was found is safe.

They raise KeyboardInterrupt, except inside :func:`signals_deferred`. There they are noted, and the
code
that runs asks whether one has come. Signals within a second count as one: a terminal that closes,
and ``timeout``, send theirs twice.
"""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

TERMINATION_SIGNALS = tuple(
    getattr(signal, name)
    for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")
    if hasattr(signal, name)
)
"""Signals that end a program."""

SIGNAL_INTERVAL = 1.0
"""Seconds within which several signals count as one: nobody presses Ctrl-C twice so quickly
and means two things."""


class _Signals:
    """Signals received since ``signals_raise_interrupt`` or ``signals_deferred`` was entered."""

    def __init__(self) -> None:
        self.keeping_depth = 0
        self.listening = False
        self.count = 0
        self.pending: set[int] = set()
        self.must_end = False
        self.last_time = float("-inf")

    def handle(self, number: int, _: Any) -> None:
        """Note the first signal inside ``signals_deferred``; else raise KeyboardInterrupt."""
        now = time.monotonic()
        if now - self.last_time < SIGNAL_INTERVAL:
            return
        self.last_time = now
        self.count += 1
        if self.keeping_depth and not self.pending:
            self.pending.add(number)
            return
        raise KeyboardInterrupt

    def reset(self) -> None:
        """Forget all signals."""
        self.keeping_depth, self.count, self.last_time = 0, 0, float("-inf")
        self.pending.clear()
        self.must_end = False


_SIGNALS = _Signals()


@contextmanager
def signals_raise_interrupt() -> Iterator[None]:
    """Every signal that ends a program raises KeyboardInterrupt inside, unless it is ignored.

    A signal that was ignored when the program started (as by ``nohup``) stays ignored. In another
    thread than the main one nothing changes.
    """
    if threading.current_thread() is not threading.main_thread() or _SIGNALS.listening:
        yield
        return
    _SIGNALS.reset()
    _SIGNALS.listening = True
    handlers = {
        number: signal.getsignal(number)
        for number in TERMINATION_SIGNALS
        if signal.getsignal(number) not in (signal.SIG_IGN, None)
    }
    for number in handlers:
        signal.signal(number, _SIGNALS.handle)
    try:
        yield
    finally:
        _SIGNALS.listening = False
        for number, handler in handlers.items():
            signal.signal(number, handler)
        _SIGNALS.reset()


def handle_signal(number: int) -> None:
    """Handle a signal even if the program was started with it ignored."""
    signal.signal(number, _SIGNALS.handle)


@contextmanager
def signals_deferred() -> Iterator[None]:
    """The first signal inside is noted and raises nothing, so that a plan is not lost.

    A second one, while the first is not answered, raises KeyboardInterrupt all the same. Without
    :func:`signals_raise_interrupt` this holds for Ctrl-C alone, in the main thread.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    handler = signal.getsignal(signal.SIGINT)
    replaces = not _SIGNALS.listening and handler is signal.default_int_handler
    if replaces:
        _SIGNALS.reset()
        signal.signal(signal.SIGINT, _SIGNALS.handle)
    _SIGNALS.keeping_depth += 1
    try:
        yield
    finally:
        _SIGNALS.keeping_depth -= 1
        if replaces:
            signal.signal(signal.SIGINT, handler)
            _SIGNALS.reset()


@contextmanager
def signals_raise_again() -> Iterator[None]:
    """Signals raise KeyboardInterrupt inside, even within :func:`signals_deferred`."""
    depth, _SIGNALS.keeping_depth = _SIGNALS.keeping_depth, 0
    try:
        yield
    finally:
        _SIGNALS.keeping_depth = depth


def has_unanswered_signal() -> bool:
    """True in the main thread if a noted signal has not been answered."""
    return bool(_SIGNALS.pending) and threading.current_thread() is threading.main_thread()


def must_finish_soon() -> bool:
    """True if the rest must be short: a signal is not answered, or the system wants an end."""
    return bool(_SIGNALS.pending) or _SIGNALS.must_end


def signal_count() -> int:
    """Signals that have come so far."""
    return _SIGNALS.count


def mark_answered() -> None:
    """Mark the signals as answered: what they were to stop has stopped.

    After Ctrl-C the rest may take its time; after a signal of the system it must be short.
    """
    _SIGNALS.must_end = _SIGNALS.must_end or bool(_SIGNALS.pending - {signal.SIGINT})
    _SIGNALS.pending.clear()
