"""Solve runs on a Dask cluster; the study stops when the cluster is lost, and does not hang."""

from __future__ import annotations

import socket
import time
from collections.abc import Mapping
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import Any

import optimizer
from optimizer.interrupts import stop_requested
from optimizer.solver import WarmStart
from optimizer.studies import dask_cluster
from optimizer.studies.dask_cluster import ClusterLostError, OtherCodeError, fingerprint
from optimizer.studies.run_outcome import RunOutcome
from optimizer.studies.study_run import (
    WORKER_DIED,
    FinishedRuns,
    RunOptions,
    RunSettings,
    SolveRun,
    StudyRun,
)

MAX_DASK_SUBMISSIONS = 3
"""How often a run is submitted, chosen so that one that kills its workers is given up soon."""


def solve_on_cluster(
    runs: Mapping[str, StudyRun], settings: RunSettings, start: WarmStart | None, solve: SolveRun
) -> FinishedRuns:
    """Solve runs on a cluster; runs that are lost with their worker are submitted again.

    Raises UsageError as ``check_cluster`` does, ClusterLostError if the cluster is lost later.
    """
    unfinished = dict(runs)
    with dask_cluster.connection(settings.scheduler) as client:
        for _ in range(MAX_DASK_SUBMISSIONS):
            for key, outcome in _submit(client, unfinished, settings.options, start, solve):
                del unfinished[key]
                yield key, outcome
            if not unfinished:
                return
        for key in unfinished:
            yield key, WORKER_DIED


def solve_on_worker(
    solve: SolveRun, code: str, run: StudyRun, options: RunOptions, start: WarmStart | None
) -> RunOutcome:
    """Outcome of a run, on a worker; raises OtherCodeError unless ``code`` is its fingerprint."""
    if fingerprint() != code:
        raise OtherCodeError(
            f"a worker on {socket.gethostname()} came later and has another version of this "
            f"package ({optimizer.__version__}, other files)"
        )
    return solve(run, options, start)


def _submit(
    client: Any,
    runs: Mapping[str, StudyRun],
    options: RunOptions,
    start: WarmStart | None,
    solve: SolveRun,
) -> FinishedRuns:
    """Submit all runs, and yield each that finishes; runs lost with a worker are not yielded."""
    finished: SimpleQueue[Any] = SimpleQueue()
    futures: dict[Any, str] = {}
    timeout = dask_cluster.SCHEDULER_TIMEOUT
    try:
        shared = client.scatter(start, broadcast=True, hash=False, timeout=timeout)
        for key, run in runs.items():
            arguments = (solve, fingerprint(), run, options, shared)
            futures[client.submit(solve_on_worker, *arguments, pure=False, retries=1)] = key
        for future in futures:
            future.add_done_callback(finished.put)
        for _ in range(len(futures)):
            future = _next_finished(client, finished)
            outcome = _outcome(future)
            if outcome is not None:
                yield futures[future], outcome
    except ClusterLostError:
        raise
    except Exception as error:
        why = dask_cluster.first_line(error)
        raise ClusterLostError(f"the Dask cluster has failed ({why})") from error
    finally:
        pending = [future for future in futures if not future.done()]
        if pending:
            cancel = dask_cluster.DISCONNECT_TIMEOUT
            dask_cluster.call_with_timeout(lambda: client.cancel(pending), cancel)


def _next_finished(client: Any, finished: SimpleQueue[Any]) -> Any:
    """The next future that is done, failed or cancelled; ClusterLostError if none can be."""
    without_workers_since = 0.0
    while True:
        if stop_requested():
            raise KeyboardInterrupt
        with suppress(Empty):
            return finished.get(timeout=dask_cluster.CLUSTER_POLL_INTERVAL)
        timeout = dask_cluster.SCHEDULER_TIMEOUT
        workers, error = dask_cluster.call_with_timeout(client.nthreads, timeout)
        if workers:
            without_workers_since = 0.0
            continue
        without_workers_since = without_workers_since or time.monotonic()
        if time.monotonic() - without_workers_since < timeout:
            continue  # a network may come back, and workers may be started again
        if error is not None:
            why = dask_cluster.first_line(error)
            raise ClusterLostError(f"the Dask scheduler is gone ({why})") from error
        raise ClusterLostError("all workers of the Dask cluster are gone")


def _outcome(future: Any) -> RunOutcome | None:
    """The outcome of a finished future; None if it was lost with its worker."""
    from distributed import CancelledError, KilledWorker

    try:
        timeout = dask_cluster.SCHEDULER_TIMEOUT
        return future.result(timeout=timeout)  # type: ignore[no-any-return]
    except (KilledWorker, CancelledError, TimeoutError):
        return None
    except OtherCodeError as error:
        raise ClusterLostError(str(error)) from error
    except Exception as error:
        why = dask_cluster.first_line(error)
        raise ClusterLostError(
            f"a worker cannot do the runs ({type(error).__name__}: {why})"
        ) from error
