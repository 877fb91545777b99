"""A run of HiGHS with progress lines, its log, Ctrl-C and the best solution so far."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Any

import highspy
import numpy as np
from msgspec import Struct, field

from optimizer import interrupts
from optimizer.solver.highs_thread import run_until_stopped

PROGRESS_SECONDS = 2.0
"""Seconds between two progress lines, and before the first: a quick solve shows none."""

Progress = Callable[[float, str], None]
"""Called with seconds and the last line of the solver's log."""


class SearchState(Struct):
    """What a run reports while it works: log, state of the search, best solution so far."""

    log: list[str] = field(default_factory=list)
    summary: str = ""
    values: np.ndarray | None = None
    gap: float = float("inf")

    def keep_solution(self, event: Any) -> None:
        """Keep a better solution: HiGHS may forget it when it is interrupted."""
        self.values = np.array(event.data_out.mip_solution)
        self.gap = float(event.data_out.mip_gap)

    def update(self, event: Any, scale: float) -> None:
        """Note best solution, bound and gap of a search."""
        self.summary = _search_summary(event.data_out, scale)
        self.gap = float(event.data_out.mip_gap)


def run_with_progress(
    highs: Any, scale: float, search: SearchState, progress: Progress | None
) -> bool:
    """Run HiGHS in a thread of its own; True if it was stopped."""
    begin = shown = time.perf_counter()
    highs.cbMipImprovingSolution.subscribe(search.keep_solution)
    highs.cbLogging.subscribe(lambda event: search.log.append(event.message.rstrip()))
    highs.cbMipLogging.subscribe(lambda event: search.update(event, scale))

    def stop_requested() -> bool:
        nonlocal shown
        now = time.perf_counter()
        if progress and now - shown >= PROGRESS_SECONDS:
            shown = now
            progress(now - begin, search.summary or "".join(search.log[-1:]))
        return interrupts.has_unanswered_signal()

    stopped = run_until_stopped(highs, stop_requested)
    if stopped and highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        interrupts.mark_answered()
    return stopped


def _search_summary(data: Any, scale: float) -> str:
    """Best plan, bound and gap of a search, in words.

    A bound that says nothing is left out: one that is not finite, or that is not above zero while
    the best plan is, or while there is none.
    """
    best, bound = data.mip_primal_bound / scale, data.mip_dual_bound / scale
    found = data.mip_primal_bound < highspy.kHighsInf
    parts = [f"best plan {best:,.0f}" if found else "no plan yet"]
    if math.isfinite(bound) and (bound > 0 or (found and best <= 0)):
        parts.append(f"no plan can cost less than {bound:,.0f}")
        if found and math.isfinite(data.mip_gap):
            parts.append(f"gap {data.mip_gap:.2%}")
    return ", ".join(parts)
