"""Many cases to their outcomes: over processes, over Dask, or one by one; nothing is lost.

The base case is solved first, and the others start from its basis. What is finished is
written down at once, so that a study that was stopped goes on where it was.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field

from optimizer import plan
from optimizer.errors import StoppedError
from optimizer.model import StudyTerms
from optimizer.solver import WarmStart
from optimizer.studies.run_outcome import RunOutcome, outcome_of
from optimizer.studies.run_store import RunStore, key_of
from optimizer.tables import Case

WORTH_SPREADING = 4.0
"""Seconds of work below which starting processes costs more than it saves."""

Told = Callable[[int, int, float, str], None]
"""Progress: runs done, runs in all, seconds left (about), name of the last one."""


@dataclass(frozen=True, slots=True)
class StudyRun:
    """One case to solve under a name, and what is added to its model."""

    name: str
    case: Case = field(repr=False)
    twist: StudyTerms | None = None


@dataclass(frozen=True, slots=True)
class RunOptions:
    """What holds for every run of a study; None where Settings decide."""

    time_limit: float | None = None
    gap: float | None = None
    diagnose: bool = True
    """False does not say why where there is no plan."""


@dataclass(frozen=True, slots=True)
class RunSettings:
    """How the runs of a study are done."""

    workers: int | None = None
    """Processes; None: as many as there are cores, if it is worth starting them."""
    scheduler: str = ""
    """Address of a Dask scheduler, which then does the runs."""
    folder: str | os.PathLike[str] | None = None
    """Where finished runs are kept; None: in memory alone."""
    progress: Told | None = None
    options: RunOptions = RunOptions()


def solve_run(run: StudyRun, options: RunOptions, start: WarmStart | None) -> RunOutcome:
    """Outcome of one run; an error of the program is an outcome too."""
    try:
        result = plan.solve_as_asked(run.case, _asked(run, options, start))
        if start is not None and result.status.startswith("error"):
            result = plan.solve_as_asked(run.case, _asked(run, options, None))
        return outcome_of(result)
    except Exception as error:  # one run that fails must not end the others
        return RunOutcome(status=f"error: {type(error).__name__}: {error}")


def _asked(
    run: StudyRun, options: RunOptions, start: WarmStart | None, keep: bool = False
) -> plan.SolveOptions:
    return plan.SolveOptions(
        time_limit=options.time_limit,
        gap=0.0 if run.twist is not None and run.twist.least else options.gap,
        start=start,
        twist=run.twist,
        full=False,
        diagnose=options.diagnose,
        remember=keep,
    )


class Runner:
    """Runs of one study: the base first, then as many as are asked for, in any number of calls."""

    def __init__(self, base: Case, way: RunSettings) -> None:
        self.way = way
        self._base = StudyRun("base", base)
        self._store = RunStore(way.folder) if way.folder is not None else None
        self._known: dict[str, RunOutcome] = {}
        self._begun = False
        self._start: WarmStart | None = None
        self._base_seconds = 0.0

    def base(self) -> RunOutcome:
        """Outcome of the base case."""
        found = self.found(self._base)
        return found if found is not None else self._solve_base()

    def begin(self, result: plan.Result) -> RunOutcome:
        """Take a plan of the base case as known: other runs start from it, if it remembers."""
        self._begun = True
        self._base_seconds = sum(result.seconds.values())
        self._start = result.start
        outcome = outcome_of(result)
        self._keep(key_of(self._base, self.way.options), "base", outcome)
        return outcome

    def found(self, run: StudyRun) -> RunOutcome | None:
        """Outcome of a run that is finished, here or in the folder of runs; None of others."""
        return self._find(key_of(run, self.way.options))

    def _solve_base(self) -> RunOutcome:
        if self.way.scheduler:
            from optimizer.studies.dask_cluster import check_cluster

            check_cluster(self.way.scheduler)  # before the base, which may take long
        asked = _asked(self._base, self.way.options, None, keep=True)
        result = plan.solve_as_asked(self._base.case, asked)
        if result.status == "interrupted":
            raise _stopped(0, 1, self.way)
        return self.begin(result)

    def outcomes(self, runs: Sequence[StudyRun]) -> list[RunOutcome]:
        """Outcome of each run, in their order; equal runs are solved once.

        Raises StoppedError at Ctrl-C or if a Dask cluster is lost; what is finished is kept.
        """
        from optimizer.studies.dask_cluster import ClusterLostError
        from optimizer.studies.executors import spread

        keys = [key_of(run, self.way.options) for run in runs]
        todo: dict[str, StudyRun] = {}
        for key, run in zip(keys, runs, strict=True):
            if self._find(key) is None:
                todo.setdefault(key, run)
        if todo:
            if not self._begun:
                self._solve_base()
            todo = {key: run for key, run in todo.items() if self._find(key) is None}
        tell = _StudyProgress(len(set(keys)), len(set(keys)) - len(todo), self.way.progress)
        count = 0
        workers = self._workers(len(todo))
        try:
            with closing(spread(todo, self.way, workers, self._start, solve_run)) as finished:
                for key, outcome in finished:
                    self._keep(key, todo[key].name, outcome)
                    count += 1
                    tell(todo[key].name)
        except KeyboardInterrupt:
            raise _stopped(len(set(keys)) - len(todo) + count, len(set(keys)), self.way) from None
        except ClusterLostError as error:
            done = len(set(keys)) - len(todo) + count
            raise _stopped(done, len(set(keys)), self.way, f"stopped, {error}") from error
        return [self._known[key] for key in keys]

    def _workers(self, runs: int) -> int:
        if self.way.workers is not None:
            return max(1, min(self.way.workers, runs))
        if self._base_seconds * runs < WORTH_SPREADING:
            return 1
        return max(1, min(_cores(), runs))

    def _find(self, key: str) -> RunOutcome | None:
        if key not in self._known and self._store is not None:
            found = self._store.load(key)
            if found is not None:
                self._known[key] = found
        return self._known.get(key)

    def _keep(self, key: str, name: str, outcome: RunOutcome) -> None:
        self._known[key] = outcome
        if self._store is not None:
            self._store.save(key, name, outcome)


def _cores() -> int:
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on Windows and macOS
        return os.cpu_count() or 1


class _StudyProgress:
    """Progress of a study, with the time that is left by the pace so far."""

    def __init__(self, total: int, before: int, told: Told | None) -> None:
        self._total, self._before, self._told = total, before, told
        self._done, self._begin = 0, time.perf_counter()

    def __call__(self, name: str) -> None:
        self._done += 1
        left = self._total - self._before - self._done
        seconds = (time.perf_counter() - self._begin) / self._done * left
        if self._told is not None:
            self._told(self._before + self._done, self._total, seconds, name)


def _stopped(done: int, total: int, way: RunSettings, why: str = "stopped") -> StoppedError:
    kept = ""
    if way.folder is not None:
        kept = f"; they are kept in {os.fspath(way.folder)}: the same command goes on from there"
    return StoppedError(f"{why}: {done} of {total} runs are done{kept}")
