"""Ctrl-C and the signals that end a program: at once, or when the plan that was found is safe.

In a command they raise KeyboardInterrupt, except inside :func:`signals_deferred`. There they are
noted, and the code that runs asks whether one has come. In a library call the handlers of the
process stay as they are. Signals within a second count as one: a terminal that closes,
and ``timeout``, send theirs twice.
"""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeAlias, TypeVar

from optimizer.errors import StoppedError, UsageError

TERMINATION_SIGNALS = tuple(
    getattr(signal, name)
    for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")
    if hasattr(signal, name)
)
"""Signals that end a program."""

SIGNAL_INTERVAL = 1.0
"""Seconds within which several signals count as one: nobody presses Ctrl-C twice so quickly
and means two things."""


StopSignal: TypeAlias = threading.Event | Callable[[], bool]
"""What a caller stops a call with, from any thread: an event, or a function that says True."""


Made = TypeVar("Made")


class StopRequested(Exception):
    """The caller's stop signal came while something was worked out that a plan can do without."""


class _Stop:
    """The stop signal of one call; ``answered`` when the search has ended because of it."""

    def __init__(self, requested: Callable[[], bool]) -> None:
        self.requested = requested
        self.answered = False
        self.raises = False


_STOP: ContextVar[_Stop | None] = ContextVar("stop", default=None)
"""The stop signal of the call that runs: each thread and task has its own."""


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

    A second one, while the first is not answered, raises KeyboardInterrupt all the same. This
    needs the handlers of :func:`signals_raise_interrupt`, which a command has. A library call
    leaves those of the process alone: see :func:`made_again_after_interrupt`.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    _SIGNALS.keeping_depth += 1
    try:
        yield
    finally:
        _SIGNALS.keeping_depth -= 1


def signals_are_handled() -> bool:
    """True if signals are noted by this module; False where Ctrl-C is Python's or the caller's."""
    return signal.getsignal(signal.SIGINT) == _SIGNALS.handle


def made_again_after_interrupt(work: Callable[[], Made]) -> tuple[Made, bool]:
    """What a short piece of work gives that a plan needs, and whether Ctrl-C came meanwhile.

    The work is then made again from its beginning, so that the plan is not lost. A second Ctrl-C
    raises KeyboardInterrupt, and so does the first where signals are handled by this module.
    """
    try:
        return work(), False
    except KeyboardInterrupt:
        if signals_are_handled():
            raise
    return work(), True


@contextmanager
def signals_raise_again() -> Iterator[None]:
    """Signals raise KeyboardInterrupt inside, even within :func:`signals_deferred`."""
    depth, _SIGNALS.keeping_depth = _SIGNALS.keeping_depth, 0
    try:
        yield
    finally:
        _SIGNALS.keeping_depth = depth


def has_unanswered_signal() -> bool:
    """True if the caller wants a stop, or in the main thread if a signal is not answered.

    Raises StopRequested inside :func:`stop_raises` if the caller wants a stop.
    """
    raise_if_stopped()
    stop = _STOP.get()
    if stop is not None and not stop.answered and stop.requested():
        return True
    return bool(_SIGNALS.pending) and threading.current_thread() is threading.main_thread()


def raise_if_stopped() -> bool:
    """False; raises StopRequested inside :func:`stop_raises` if the caller wants a stop."""
    stop = _STOP.get()
    if stop is not None and stop.raises and stop.requested():
        raise StopRequested
    return False


def stop_requested() -> bool:
    """True if the caller of the call that runs wants a stop."""
    stop = _STOP.get()
    return stop is not None and stop.requested()


def end_if_stopped() -> None:
    """Raises StoppedError if the caller of the call that runs wants a stop."""
    if stop_requested():
        raise StoppedError("stopped by the caller before all was done")


def must_finish_soon() -> bool:
    """True if the rest must be short: a signal is not answered, or the caller wants an end.

    Signals are those of the main thread: a solve in another one is stopped by its caller alone.
    """
    return stop_requested() or bool(_SIGNALS.pending) or _SIGNALS.must_end


def stop_test(stop: StopSignal | None) -> Callable[[], bool] | None:
    """The function that says whether a stop signal has come; None without a signal.

    Raises UsageError for anything that is no stop signal.
    """
    test = getattr(stop, "is_set", stop)
    if test is not None and not callable(test):
        raise UsageError(
            "stop is a threading.Event or a function that says True when the call must end, not "
            f"{type(stop).__name__}"
        )
    return test


@contextmanager
def stopped_by(stop: StopSignal | None) -> Iterator[None]:
    """Solves inside end when the stop signal comes; without one, when that of the caller does."""
    test, outer = stop_test(stop), _STOP.get()
    if test is None and outer is not None:
        test = outer.requested
    if test is None:
        yield
        return
    token = _STOP.set(_Stop(test))
    try:
        yield
    finally:
        _STOP.reset(token)


@contextmanager
def stop_raises() -> Iterator[None]:
    """Solves inside raise StopRequested when the stop signal comes: a plan can do without them."""
    stop = _STOP.get()
    if stop is None:
        yield
        return
    before, stop.raises = stop.raises, True
    try:
        yield
    finally:
        stop.raises = before


def signal_count() -> int:
    """Signals that have come so far."""
    return _SIGNALS.count


def mark_answered() -> None:
    """Mark the signals as answered: what they were to stop has stopped.

    After Ctrl-C the rest may take its time; after a signal of the system it must be short.
    """
    stop = _STOP.get()
    if stop is not None and stop.requested():
        stop.answered = True
        return
    _SIGNALS.must_end = _SIGNALS.must_end or bool(_SIGNALS.pending - {signal.SIGINT})
    _SIGNALS.pending.clear()
