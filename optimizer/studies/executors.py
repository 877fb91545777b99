"""Where runs are done: here, in processes of this machine, or on a Dask cluster.

A worker that dies takes nothing with it: what it was at is done again elsewhere, at last
by a worker of its own, so that a run that kills its worker is told from its neighbours.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections import Counter, deque
from collections.abc import Callable, Generator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from typing import TYPE_CHECKING, Any

from optimizer.studies.run_outcome import RunOutcome

if TYPE_CHECKING:
    from optimizer.solver import WarmStart
    from optimizer.studies.runner import RunOptions, RunSettings, StudyRun

TOGETHER = 2
"""Deaths of a worker beside others after which a run gets a worker of its own."""
ALONE = 2
"""Deaths of a worker of its own after which a run is given up."""

Solve = Callable[["Run", "Options", "Start | None"], RunOutcome]
Done = Generator[tuple[str, RunOutcome], None, None]
"""Key and outcome of each run, as they are finished."""

DIED = RunOutcome(
    status="error: the worker died each time, perhaps for lack of memory; take fewer workers"
)


def spread(
    todo: Mapping[str, StudyRun],
    way: RunSettings,
    workers: int,
    start: WarmStart | None,
    solve: Solve,
) -> Done:
    """Do every run, and give each as it is finished.

    Raises KeyboardInterrupt at Ctrl-C, UsageError if there is no cluster that can do the runs,
    ClusterLostError if it is lost on the way.
    """
    if way.scheduler:
        from optimizer.studies.dask_cluster import over_dask

        yield from over_dask(todo, way, start, solve)
    elif workers <= 1:
        yield from _here(todo, way, start, solve)
    else:
        yield from _Processes(todo, way, workers, start, solve).done()


def _here(
    todo: Mapping[str, StudyRun], way: RunSettings, start: WarmStart | None, solve: Solve
) -> Done:
    for key, run in todo.items():
        outcome = solve(run, way.options, start)
        if outcome.status == "interrupted":
            raise KeyboardInterrupt
        yield key, outcome


class _Processes:
    """Runs spread over processes of this machine."""

    def __init__(
        self,
        todo: Mapping[str, StudyRun],
        way: RunSettings,
        workers: int,
        start: WarmStart | None,
        solve: Solve,
    ) -> None:
        self.todo, self.workers, self.solve = todo, workers, solve
        self.given = (way.options, start)
        self.waiting = deque(todo)
        self.alone: deque[str] = deque()
        self.deaths: Counter[str] = Counter()

    def done(self) -> Done:
        """Key and outcome of each run, as they are finished."""
        while self.waiting or self.alone:
            count, queue = (self.workers, self.waiting) if self.waiting else (1, self.alone)
            yield from self._pool(min(count, len(queue)), queue)
            for key in [key for key in self.alone if self.deaths[key] >= TOGETHER + ALONE]:
                self.alone.remove(key)
                yield key, DIED

    def _pool(self, count: int, queue: deque[str]) -> Done:
        """Work through a queue with one pool, until it is empty or a worker dies."""
        before = set(multiprocessing.active_children())
        pool = ProcessPoolExecutor(
            count,
            mp_context=multiprocessing.get_context("spawn"),
            initializer=_prepare,
            initargs=(self.solve, *self.given),
        )
        running: dict[Future[RunOutcome], str] = {}
        finished = False
        try:
            while queue or running:
                while queue and len(running) < count:
                    key = queue.popleft()
                    running[pool.submit(_solve, self.todo[key])] = key
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    outcome = future.result()
                    yield running.pop(future), outcome
            finished = True
        except BrokenProcessPool:
            for future, key in running.items():
                if future.done() and not future.cancelled() and future.exception() is None:
                    yield key, future.result()
                else:
                    self._again(key)
        finally:
            pool.shutdown(wait=finished, cancel_futures=True)
            if not finished:
                for child in set(multiprocessing.active_children()) - before:
                    child.terminate()

    def _again(self, key: str) -> None:
        self.deaths[key] += 1
        if self.deaths[key] < TOGETHER:
            self.waiting.append(key)
        else:
            self.alone.append(key)


_GIVEN: list[Any] = []
"""In a worker: what solves a run, options, start."""


def _prepare(solve: Solve, options: RunOptions, start: WarmStart | None) -> None:
    """Make a worker ready: Ctrl-C is its parent's affair, and it ends with its parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    _GIVEN[:] = [solve, options, start]


def _end_with(parent: Any) -> None:
    parent.join()
    os._exit(1)


def _solve(run: StudyRun) -> RunOutcome:
    solve, options, start = _GIVEN
    return solve(run, options, start)  # type: ignore[no-any-return]
