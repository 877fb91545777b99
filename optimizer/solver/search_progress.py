"""Running HiGHS: progress, its log, Ctrl-C, and the best plan so far."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import highspy
import numpy as np
from msgspec import Struct, field

from optimizer import interrupts

PROGRESS_SECONDS = 2.0
"""Seconds between two progress lines, and before the first."""

Progress = Callable[[float, str], None]
"""Called with seconds and the last line of the solver's log."""


class SearchState(Struct):
    """What a run shows while it works: its log, how far it is, the best plan so far."""

    log: list[str] = field(default_factory=list)
    stand: str = ""
    values: np.ndarray | None = None
    gap: float = float("inf")

    def improve(self, event: Any) -> None:
        """Keep a better plan: HiGHS may forget it when it is interrupted."""
        self.values = np.array(event.data_out.mip_solution)
        self.gap = float(event.data_out.mip_gap)

    def look(self, event: Any, scale: float) -> None:
        """Note best plan, bound and gap of a search."""
        self.stand = _so_far(event.data_out, scale)
        self.gap = float(event.data_out.mip_gap)


def run(highs: Any, scale: float, search: SearchState, progress: Progress | None) -> bool:
    """Run in a thread of its own, so that Ctrl-C reaches us; True if it was stopped."""
    begin = shown = time.perf_counter()
    highs.cbMipImprovingSolution.subscribe(search.improve)
    highs.cbLogging.subscribe(lambda event: search.log.append(event.message.rstrip()))
    highs.cbMipLogging.subscribe(lambda event: search.look(event, scale))
    done = threading.Event()
    stopped = False
    worker = threading.Thread(target=_work, args=(highs, done), daemon=True)
    worker.start()
    while not done.is_set():
        try:
            done.wait(0.05)
        except KeyboardInterrupt:
            if stopped:
                raise
            stopped = True
            _cancel(highs)
        if not stopped and interrupts.unanswered():
            stopped = True
            _cancel(highs)
        now = time.perf_counter()
        if progress and now - shown >= PROGRESS_SECONDS:
            shown = now
            progress(now - begin, search.stand or "".join(search.log[-1:]))
    worker.join()
    if stopped and highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        interrupts.answer()
    return stopped


def _cancel(highs: Any) -> None:
    # Only now: HiGHS would ask Python in every inner step whether to stop.
    highs.HandleUserInterrupt = True
    highs.cancelSolve()


def _work(highs: Any, done: threading.Event) -> None:
    """Run, and say when it is over: a ``join`` that Ctrl-C breaks takes the thread for ended."""
    try:
        highs.run()
    finally:
        done.set()


def _so_far(data: Any, scale: float) -> str:
    """Best plan, bound and gap of a search, in words."""
    bound = f"none can cost less than {data.mip_dual_bound / scale:,.0f}"
    if data.mip_primal_bound >= highspy.kHighsInf:
        return f"no plan yet, {bound}"
    return f"best plan {data.mip_primal_bound / scale:,.0f}, {bound}, gap {data.mip_gap:.2%}"
