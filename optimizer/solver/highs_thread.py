"""Running HiGHS in a thread of its own.

HiGHS has a scheduler for each thread that calls it. The first run in a thread fixes how many
threads the scheduler has, and a later run there with another number fails. A run in a thread of
its own leaves the caller's scheduler as it was, so a program that calls this package may use
highspy with any number of threads, before, after and meanwhile. It also lets Ctrl-C reach the
main thread, which Python serves only between two of its own instructions.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from optimizer import interrupts

POLL_SECONDS = 0.05
"""Seconds between two looks at signals and progress: not noticeable, and nearly no work."""


def run_in_thread(highs: Any) -> None:
    """Run HiGHS; Ctrl-C stops the run and raises KeyboardInterrupt.

    Raises StopRequested if the caller's stop signal comes and nothing is lost by it.
    """
    if run_until_stopped(highs, interrupts.raise_if_stopped):
        raise KeyboardInterrupt


def run_until_stopped(highs: Any, stop_requested: Callable[[], bool]) -> bool:
    """Run HiGHS; True if Ctrl-C or ``stop_requested`` has stopped the run.

    ``stop_requested`` is called every ``POLL_SECONDS``; an error that it raises stops the run too,
    and is raised when the run has ended. A second Ctrl-C raises KeyboardInterrupt, and does not
    wait for the run, which is told to end.
    """
    done, stopped = threading.Event(), False
    worker = threading.Thread(target=_work, args=(highs, done), daemon=True)
    worker.start()
    try:
        while not done.is_set():
            stop = False
            try:
                done.wait(POLL_SECONDS)
                stop = not stopped and stop_requested()
            except KeyboardInterrupt:
                if stopped:
                    raise
                stop = True
            if stop:
                stopped = True
                _cancel(highs)
    except KeyboardInterrupt:
        _cancel(highs)
        raise
    except BaseException:
        _cancel(highs)
        worker.join()
        raise
    worker.join()
    return stopped


def _cancel(highs: Any) -> None:
    # Only now: HiGHS would call Python in every inner step to ask whether to stop.
    highs.HandleUserInterrupt = True
    highs.cancelSolve()


def _work(highs: Any, done: threading.Event) -> None:
    """Run, and set ``done``: a ``join`` that Ctrl-C breaks takes the thread for ended."""
    try:
        highs.run()
    finally:
        done.set()
