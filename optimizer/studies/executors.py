"""Where runs are solved: in this process, in processes of this machine, or on a Dask cluster.

If a worker dies, its runs are solved again by other workers, and in the end each by a worker
of its own. So a run that kills its worker does not take others with it.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import threading
from collections import Counter, deque
from collections.abc import Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from typing import Any

from optimizer.interrupts import stop_requested
from optimizer.solver import WarmStart
from optimizer.studies.dask_runs import solve_on_cluster
from optimizer.studies.run_outcome import RunOutcome
from optimizer.studies.study_run import (
    WORKER_DIED,
    FinishedRuns,
    RunOptions,
    RunSettings,
    SolveRun,
    StudyRun,
)

MAX_DEATHS_IN_SHARED_POOL = 2
"""Worker deaths after which a run gets a worker of its own.

The first may be due to another run of the pool, so the run is tried once more among others.
"""
MAX_DEATHS_ALONE = 2
"""Deaths of a worker of its own after which a run is given up; one may be chance."""

WORKER_COLLECTION_THRESHOLD = 100_000
"""New objects after which Python collects garbage in a worker, whose models stay until its end."""

STOP_POLL_SECONDS = 0.1
"""Seconds between two looks at the caller's stop signal: not noticeable, and nearly no work."""


def solve_runs(
    runs: Mapping[str, StudyRun],
    settings: RunSettings,
    workers: int,
    start: WarmStart | None,
    solve: SolveRun,
) -> FinishedRuns:
    """Solve every run, and yield each as it finishes.

    Raises KeyboardInterrupt at Ctrl-C and when the caller's stop signal comes, UsageError if there
    is no cluster that can solve the runs, ClusterLostError if it is lost later.
    """
    if settings.scheduler:
        yield from solve_on_cluster(runs, settings, start, solve)
    elif workers <= 1:
        yield from _solve_in_this_process(runs, settings.options, start, solve)
    else:
        yield from _ProcessPool(runs, settings.options, workers, start, solve).finished()


def _solve_in_this_process(
    runs: Mapping[str, StudyRun], options: RunOptions, start: WarmStart | None, solve: SolveRun
) -> FinishedRuns:
    for key, run in runs.items():
        if stop_requested():
            raise KeyboardInterrupt
        outcome = solve(run, options, start)
        if outcome.status == "interrupted":
            raise KeyboardInterrupt
        yield key, outcome


class _ProcessPool:
    """Runs spread over processes of this machine."""

    def __init__(
        self,
        runs: Mapping[str, StudyRun],
        options: RunOptions,
        workers: int,
        start: WarmStart | None,
        solve: SolveRun,
    ) -> None:
        self.runs, self.workers = runs, workers
        self.worker_state = (solve, options, start)
        self.shared_queue = deque(runs)
        self.alone_queue: deque[str] = deque()
        self.deaths: Counter[str] = Counter()

    def finished(self) -> FinishedRuns:
        """Key and outcome of each run, as it finishes."""
        while self.shared_queue or self.alone_queue:
            if self.shared_queue:
                yield from self._solve_queue(self.shared_queue, self.workers)
            else:
                yield from self._solve_queue(self.alone_queue, 1)
            most = MAX_DEATHS_IN_SHARED_POOL + MAX_DEATHS_ALONE
            for key in [key for key in self.alone_queue if self.deaths[key] >= most]:
                self.alone_queue.remove(key)
                yield key, WORKER_DIED

    def _solve_queue(self, queue: deque[str], workers: int) -> FinishedRuns:
        """Solve the runs of a queue with one pool, until it is empty or a worker dies."""
        workers = min(workers, len(queue))
        before = set(multiprocessing.active_children())
        pool = ProcessPoolExecutor(
            workers,
            mp_context=multiprocessing.get_context("spawn"),
            initializer=_prepare_worker,
            initargs=self.worker_state,
        )
        running: dict[Future[RunOutcome], str] = {}
        complete = False
        try:
            while queue or running:
                while queue and len(running) < workers:
                    key = queue.popleft()
                    running[pool.submit(_solve_in_worker, self.runs[key])] = key
                if stop_requested():
                    raise KeyboardInterrupt
                done = wait(running, STOP_POLL_SECONDS, return_when=FIRST_COMPLETED).done
                for future in done:
                    outcome = future.result()
                    yield running.pop(future), outcome
            complete = True
        except BrokenProcessPool:
            for future, key in running.items():
                if future.done() and not future.cancelled() and future.exception() is None:
                    yield key, future.result()
                else:
                    self._count_death(key)
        finally:
            pool.shutdown(wait=complete, cancel_futures=True)
            if not complete:
                for child in set(multiprocessing.active_children()) - before:
                    child.terminate()

    def _count_death(self, key: str) -> None:
        """Queue a run again whose worker has died."""
        self.deaths[key] += 1
        if self.deaths[key] < MAX_DEATHS_IN_SHARED_POOL:
            self.shared_queue.append(key)
        else:
            self.alone_queue.append(key)


_WORKER_STATE: list[Any] = []
"""In a worker: the function that solves a run, its options and its start."""


def _prepare_worker(solve: SolveRun, options: RunOptions, start: WarmStart | None) -> None:
    """Prepare a worker: its parent handles Ctrl-C, and the worker ends when its parent does."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.set_threshold(WORKER_COLLECTION_THRESHOLD)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_exit_with, args=(parent,), daemon=True).start()
    _WORKER_STATE[:] = [solve, options, start]


def _exit_with(parent: Any) -> None:
    parent.join()
    os._exit(1)


def _solve_in_worker(run: StudyRun) -> RunOutcome:
    solve, options, start = _WORKER_STATE
    return solve(run, options, start)  # type: ignore[no-any-return]
