"""Signals that end a session: Ctrl-C, a request to end, a terminal that was closed."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

ENDING = tuple(
    getattr(signal, name)
    for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")
    if hasattr(signal, name)
)

Handler = Callable[[int, FrameType | None], None] | int


@contextmanager
def interrupted_by_signals() -> Iterator[None]:
    """Let each of these signals raise KeyboardInterrupt, the first time that one comes.

    A terminal that is closed sends two or three at once. Outside the main thread nothing changes,
    since only that thread may say what signals do.
    """
    heard: list[int] = []

    def interrupt(number: int, frame: FrameType | None) -> None:
        heard.append(number)
        if len(heard) == 1:
            raise KeyboardInterrupt

    # ``nohup`` has SIGHUP ignored, and that is meant. Ctrl-C is ignored in what a script starts
    # in the background; there it comes from someone who looks for this process.
    meant = [each for each in ENDING if each == signal.SIGINT or not _is_ignored(each)]
    with _handled(meant, interrupt):
        yield


@contextmanager
def signals_ignored() -> Iterator[None]:
    """Let none of these signals break off what is done: tidying up, which takes seconds at most."""
    with _handled(ENDING, signal.SIG_IGN):
        yield


def _is_ignored(number: int) -> bool:
    return signal.getsignal(number) == signal.SIG_IGN


@contextmanager
def _handled(numbers: tuple[int, ...] | list[int], handler: Handler) -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, handler) for number in numbers}
    try:
        yield
    finally:
        for number, old in before.items():
            signal.signal(number, signal.SIG_DFL if old is None else old)
