"""Solve the cases of a study, in processes, on a Dask cluster or one by one.

The base case is solved first, and the other runs start from its basis. Each finished run is
stored at once, so that a stopped study can be resumed.
"""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from contextlib import closing

from optimizer import plan
from optimizer.errors import StoppedError, UsageError
from optimizer.interrupts import stopped_by
from optimizer.solver import WarmStart
from optimizer.studies.dask_cluster import ClusterLostError, check_cluster
from optimizer.studies.executors import solve_runs
from optimizer.studies.renamed_keywords import renamed_keywords
from optimizer.studies.run_outcome import RunOutcome, outcome_of
from optimizer.studies.run_store import RunStore, run_key
from optimizer.studies.study_run import ProgressCallback, RunOptions, RunSettings, StudyRun
from optimizer.tables import Case

MIN_PARALLEL_SECONDS = 4.0
"""Estimated seconds of work below which runs are solved in this process.

Chosen so that processes, each of which imports the package first, save more than they cost.
"""
MIN_MEASURED_RUNS = 2
"""Runs that are measured before the time left is told: the length of one may be chance."""


def solve_run(run: StudyRun, options: RunOptions, start: WarmStart | None) -> RunOutcome:
    """Outcome of one run; an error of the program is an outcome too."""
    try:
        result = plan.solve_with_options(run.case, _solve_options(run, options, start))
        if start is not None and result.status.startswith("error"):
            result = plan.solve_with_options(run.case, _solve_options(run, options, None))
        return outcome_of(result)
    except Exception as error:  # one run that fails must not end the others
        return RunOutcome(status=f"error: {type(error).__name__}: {error}")


def _solve_options(
    run: StudyRun, options: RunOptions, start: WarmStart | None, remember: bool = False
) -> plan.SolveOptions:
    return plan.SolveOptions(
        time_limit=options.time_limit,
        gap=0.0 if run.terms is not None and run.terms.minimised_measure else options.gap,
        start=start,
        study_terms=run.terms,
        full=False,
        diagnose=options.diagnose,
        remember=remember,
    )


class Runner:
    """Runs of one study: the base case first, then any runs, in any number of calls."""

    @renamed_keywords(way="settings")
    def __init__(self, base: Case, settings: RunSettings) -> None:
        self.settings = settings
        self._base = StudyRun("base", base)
        self._store = RunStore(settings.folder) if settings.folder is not None else None
        self._outcomes: dict[str, RunOutcome] = {}
        self._base_is_known = False
        self._start: WarmStart | None = None
        self._base_seconds = 0.0

    def base(self) -> RunOutcome:
        """Outcome of the base case."""
        return self.find(self._base) or self._solve_base()

    def begin(self, result: plan.Result) -> RunOutcome:
        """Take a plan of the base case as known: other runs start from it, if it remembers.

        Raises UsageError for a plan of a changed model.
        """
        if result.changed:
            raise UsageError(
                f"the plan is of a changed model ({result.changed[0]}); runs are compared with the "
                "plan of the base case"
            )
        self._base_is_known = True
        self._base_seconds = sum(result.seconds.values())
        self._start = result.start
        outcome = outcome_of(result)
        self._keep(run_key(self._base, self.settings.options), "base", outcome)
        return outcome

    def find(self, run: StudyRun) -> RunOutcome | None:
        """Outcome of a run that is finished, here or in the folder of runs; else None."""
        return self._find(run_key(run, self.settings.options))

    def _solve_base(self) -> RunOutcome:
        if self.settings.scheduler:
            check_cluster(self.settings.scheduler)  # before the base, which may take long
        options = _solve_options(self._base, self.settings.options, None, remember=True)
        with stopped_by(self.settings.stop):
            result = plan.solve_with_options(self._base.case, options)
        if result.status == "interrupted":
            raise _stopped(0, 1, self.settings)
        return self.begin(result)

    def outcomes(self, runs: Sequence[StudyRun], *, last: bool = True) -> list[RunOutcome]:
        """Outcome of each run, in their order; equal runs are solved once.

        ``last`` is False where the study may ask for more runs afterwards: the time left is then
        not known. Raises StoppedError at Ctrl-C, at the stop signal of the settings, or if a Dask
        cluster is lost; finished runs are kept.
        """
        keys = [run_key(run, self.settings.options) for run in runs]
        distinct: dict[str, StudyRun] = {}
        for key, run in zip(keys, runs, strict=True):
            distinct.setdefault(key, run)
        unsolved = {key: run for key, run in distinct.items() if self._find(key) is None}
        if unsolved and not self._base_is_known:
            self._solve_base()
            unsolved = {key: run for key, run in unsolved.items() if self._find(key) is None}
        # Keys are hashes: in their order the runs that have finished are a fair sample of all,
        # from which the time left can be told.
        unsolved = dict(sorted(unsolved.items()))
        workers = self._workers(len(unsolved))
        progress = _StudyProgress(
            len(distinct), len(distinct) - len(unsolved), self.settings.progress
        )
        progress.first_estimate = max(MIN_MEASURED_RUNS, workers) if last else None
        finished = solve_runs(unsolved, self.settings, workers, self._start, solve_run)
        try:
            with stopped_by(self.settings.stop), closing(finished):
                for key, outcome in finished:
                    self._keep(key, unsolved[key].name, outcome)
                    progress.advance(unsolved[key].name)
        except KeyboardInterrupt:
            raise _stopped(progress.done, len(distinct), self.settings) from None
        except ClusterLostError as error:
            why = f"stopped, {error}"
            raise _stopped(progress.done, len(distinct), self.settings, why) from error
        return [self._outcomes[key] for key in keys]

    def _workers(self, runs: int) -> int:
        if self.settings.workers is not None:
            return max(1, min(self.settings.workers, runs))
        if self._base_seconds * runs < MIN_PARALLEL_SECONDS:
            return 1
        return max(1, min(_cores(), runs))

    def _find(self, key: str) -> RunOutcome | None:
        if key not in self._outcomes and self._store is not None:
            stored = self._store.load(key)
            if stored is not None:
                self._outcomes[key] = stored
        return self._outcomes.get(key)

    def _keep(self, key: str, name: str, outcome: RunOutcome) -> None:
        self._outcomes[key] = outcome
        if self._store is not None:
            self._store.save(key, name, outcome)


def _cores() -> int:
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on Windows and macOS
        return os.cpu_count() or 1


class _StudyProgress:
    """Progress of a study; the time left is estimated from the pace so far.

    ``first_estimate`` is the number of runs that must be measured before there is an estimate:
    each worker has then finished one. None: there is none.
    """

    first_estimate: int | None = None

    def __init__(self, total: int, done: int, callback: ProgressCallback | None) -> None:
        self.done = done
        self._total, self._before, self._callback = total, done, callback
        self._begin = time.perf_counter()

    def advance(self, name: str) -> None:
        """Count one more run and report it."""
        self.done += 1
        if self._callback is not None:
            self._callback(self.done, self._total, self._left(), name)

    def _left(self) -> float | None:
        measured = self.done - self._before
        if self.first_estimate is None or measured < self.first_estimate:
            return None
        pace = (time.perf_counter() - self._begin) / measured
        return pace * (self._total - self.done)


def _stopped(done: int, total: int, settings: RunSettings, why: str = "stopped") -> StoppedError:
    kept = ""
    if settings.folder is not None:
        folder = os.fspath(settings.folder)
        kept = f"; they are kept in {folder}: the same command continues from there"
    return StoppedError(f"{why}: {done} of {total} runs are done{kept}")
