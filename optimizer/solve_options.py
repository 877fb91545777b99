"""Options of a solve, checked when they are given: nothing wrong is ignored in silence."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from msgspec import Struct

from optimizer.errors import UsageError
from optimizer.interrupts import StopSignal, stop_test
from optimizer.model import StudyTerms
from optimizer.solver import Progress, WarmStart, check_highs_options
from optimizer.tables.sheets import Settings


class SolveLimits(Struct, frozen=True):
    """When a solve ends; None leaves a limit to the sheet Settings.

    Raises UsageError for a limit that is no number, not a number (NaN) or negative, and for a
    gap of 1 or more.
    """

    time_limit: float | None = None
    """Seconds; 0 or more, and infinity for no limit."""
    gap: float | None = None
    """Relative gap at which a plan with yes/no decisions counts as optimal: 0 to less than 1."""

    def __post_init__(self) -> None:
        """Check the limits."""
        _check_number(self.time_limit, "time_limit", "seconds, 0 or more", math.inf)
        _check_number(self.gap, "gap", "a share from 0 to less than 1", 1.0)
        if self.gap is not None and self.gap >= 1.0:
            raise UsageError(f"gap is a share from 0 to less than 1, not {self.gap!r}")

    def limits(self, settings: Settings) -> dict[str, float]:
        """Time limit and gap as keywords of the solver; Settings decide what is open."""
        return {
            "time_limit": settings.time_limit if self.time_limit is None else self.time_limit,
            "gap": settings.mip_gap if self.gap is None else self.gap,
        }


class SolveOptions(SolveLimits, frozen=True):
    """Options of a solve. Raises UsageError for a value that an option does not take."""

    progress: Progress | None = None
    stop: StopSignal | None = None
    """A ``threading.Event``, or a function that says True when the solve must end."""
    highs_options: Mapping[str, Any] = {}
    """Options of HiGHS by name."""
    solver: Any = None
    """Another solver than HiGHS: its name in Pyomo's SolverFactory, or a solver of Pyomo."""
    own: bool = True
    """False for a model that a study has added rows to."""
    explain: bool = False
    remember: bool = False
    start: WarmStart | None = None
    study_terms: StudyTerms | None = None
    """Rows and objective that a study adds to the model."""
    full: bool = True
    """False leaves out prices, provenance, reasons and conflicts, which no study compares."""
    diagnose: bool = True
    """False leaves out why there is no plan."""

    def __post_init__(self) -> None:
        """Check what a caller may have given."""
        SolveLimits.__post_init__(self)
        check_callable(self.progress, "progress", "seconds and a line")
        stop_test(self.stop)
        check_highs_options(self.highs_options)
        if self.highs_options and self.solver is not None:
            raise UsageError(
                "highs_options are of HiGHS; set the options of another solver on that solver"
            )
        if self.progress is not None and self.solver is not None:
            raise UsageError("progress is of HiGHS; another solver has its own log")

    def search(self, settings: Settings) -> dict[str, Any]:
        """Keywords of the solver: limits, progress and options of HiGHS."""
        return {
            **self.limits(settings),
            "progress": self.progress,
            "highs_options": self.highs_options,
        }


def check_callable(thing: Callable[..., Any] | None, name: str, given: str) -> None:
    """Raises UsageError unless a thing can be called, or is None."""
    if thing is not None and not callable(thing):
        raise UsageError(
            f"{name} is a function that is called with {given}, not {type(thing).__name__}"
        )


def _check_number(number: Any, name: str, what: str, most: float) -> None:
    if number is None:
        return
    if not isinstance(number, (int, float, np.integer, np.floating)) or isinstance(number, bool):
        raise UsageError(f"{name} is {what}, not {type(number).__name__}")
    if math.isnan(number) or not 0 <= number <= most:
        raise UsageError(f"{name} is {what}, not {number!r}")
