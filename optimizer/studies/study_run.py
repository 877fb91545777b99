"""What the runs of a study are made of: one run, the settings of all, and how one is solved."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator
from dataclasses import dataclass, field

from optimizer.argument_kinds import PATH, check_values, instance_of, optional
from optimizer.errors import UsageError
from optimizer.interrupts import StopSignal, stop_test
from optimizer.model import StudyTerms
from optimizer.solve_options import SolveLimits, check_callable
from optimizer.solver import WarmStart
from optimizer.studies.run_outcome import RunOutcome
from optimizer.tables import Case

ProgressCallback = Callable[[int, int, float | None, str], None]
"""Progress: runs done, runs in all, seconds left at the pace so far (None where that is not known),
name of the last run."""


@dataclass(frozen=True, slots=True)
class StudyRun:
    """One case to solve under a name, and what is added to its model."""

    name: str
    case: Case = field(repr=False)
    terms: StudyTerms | None = None


class RunOptions(SolveLimits, frozen=True):
    """What holds for every run of a study; None where Settings decide."""

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
    options: RunOptions = field(default_factory=RunOptions)
    stop: StopSignal | None = None
    """A ``threading.Event``, or a function that says True, and ends the study from any thread."""

    def __post_init__(self) -> None:
        """Raises UsageError for a value that a setting does not take."""
        workers = self.workers
        if workers is not None and (type(workers) is not int or workers < 1):
            raise UsageError(f"workers are a number of processes, 1 or more, not {workers!r}")
        if not isinstance(self.options, RunOptions):
            raise UsageError(f"options are RunOptions, not {type(self.options).__name__}")
        check_callable(self.progress, "progress", "runs done, runs in all, seconds left and a name")
        stop_test(self.stop)
        check_values(type(self).__name__, {"folder": self.folder}, {"folder": optional(PATH)})


CASE = instance_of(Case, "a Case, which read makes of a workbook and read_frames of data frames")
RUN_SETTINGS = optional(instance_of(RunSettings, "RunSettings"))
"""Kinds of argument of a study."""

SolveRun = Callable[[StudyRun, RunOptions, WarmStart | None], RunOutcome]
"""Solves one run, from the start of the base case if there is one."""

FinishedRuns = Generator[tuple[str, RunOutcome], None, None]
"""Key and outcome of each run, in the order in which they finish."""

WORKER_DIED = RunOutcome(
    status="error: the worker died each time, perhaps for lack of memory; use fewer workers"
)
"""Outcome of a run whose worker died as often as it was tried."""
