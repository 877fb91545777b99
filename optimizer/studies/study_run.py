"""What the runs of a study are made of: one run, the settings of all, and how one is solved."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator
from dataclasses import dataclass, field

from optimizer.model import StudyTerms
from optimizer.solver import WarmStart
from optimizer.studies.run_outcome import RunOutcome
from optimizer.tables import Case

ProgressCallback = Callable[[int, int, float, str], None]
"""Progress: runs done, runs in all, estimated seconds left, name of the last run."""


@dataclass(frozen=True, slots=True)
class StudyRun:
    """One case to solve under a name, and what is added to its model."""

    name: str
    case: Case = field(repr=False)
    terms: StudyTerms | None = None


@dataclass(frozen=True, slots=True)
class RunOptions:
    """What holds for every run of a study; None where Settings decide."""

    time_limit: float | None = None
    gap: float | None = None
    diagnose: bool = True
    """False does not say why where there is no plan."""


@dataclass(frozen=True, slots=True)
class RunSettings:
    """Where and how the runs of a study are solved."""

    workers: int | None = None
    """Processes; None: as many as there are cores, if it is worth starting them."""
    scheduler: str = ""
    """Address of a Dask scheduler, whose workers then solve the runs."""
    folder: str | os.PathLike[str] | None = None
    """Where finished runs are kept; None: in memory alone."""
    progress: ProgressCallback | None = None
    options: RunOptions = RunOptions()


SolveRun = Callable[[StudyRun, RunOptions, WarmStart | None], RunOutcome]
"""Solves one run, from the start of the base case if there is one."""

FinishedRuns = Generator[tuple[str, RunOutcome], None, None]
"""Key and outcome of each run, in the order in which they finish."""

WORKER_DIED = RunOutcome(
    status="error: the worker died each time, perhaps for lack of memory; take fewer workers"
)
"""Outcome of a run whose worker died as often as it was tried."""
