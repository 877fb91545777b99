"""Signals that end a session: Ctrl-C, a request to terminate, a closed terminal."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from optimizer.interrupts import TERMINATION_SIGNALS

SignalHandler = Callable[[int, FrameType | None], None] | int


@contextmanager
def interrupted_by_signals() -> Iterator[None]:
    """Raise KeyboardInterrupt inside at the first of these signals; ignore the later ones.

    A terminal that closes sends two or three at once. Outside the main thread nothing changes,
    since only that thread may set handlers.
    """
    received: list[int] = []

    def interrupt(number: int, frame: FrameType | None) -> None:
        received.append(number)
        if len(received) == 1:
            raise KeyboardInterrupt

    # A signal that is ignored at the start stays ignored: ``nohup`` ignores SIGHUP on purpose.
    # Only SIGINT is handled all the same: a shell ignores it in every background program of a
    # script, where it can only be sent to this process on purpose.
    handled = [
        each for each in TERMINATION_SIGNALS if each == signal.SIGINT or not _is_ignored(each)
    ]
    with _handled(handled, interrupt):
        yield


@contextmanager
def signals_ignored() -> Iterator[None]:
    """Ignore these signals inside; for cleaning up, which takes seconds at most."""
    with _handled(TERMINATION_SIGNALS, signal.SIG_IGN):
        yield


def _is_ignored(number: int) -> bool:
    return signal.getsignal(number) == signal.SIG_IGN


@contextmanager
def _handled(numbers: tuple[int, ...] | list[int], handler: SignalHandler) -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, handler) for number in numbers}
    try:
        yield
    finally:
        for number, old in before.items():
            signal.signal(number, signal.SIG_DFL if old is None else old)
