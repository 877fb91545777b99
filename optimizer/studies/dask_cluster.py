"""Runs on a Dask cluster that is there: checked first, and given up in time when it is lost.

Every machine of the cluster must have the same code as this one, or else a study would be made
of answers to different questions. The scheduler needs it too, since it reads what it passes on.
"""

from __future__ import annotations

import hashlib
import logging
import socket
import threading
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from pydoc import locate
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any

import optimizer
from optimizer.errors import UsageError
from optimizer.studies.executors import DIED, Done, Solve
from optimizer.studies.run_outcome import RunOutcome

if TYPE_CHECKING:
    from optimizer.solver import WarmStart
    from optimizer.studies.runner import RunOptions, RunSettings, StudyRun

ANSWER = 15.0
"""Seconds in which a scheduler must answer and have a worker; with the start of a command, 20."""
GOODBYE = 3.0
"""Seconds in which a cluster is left in order; one that is lost would take minutes."""
LOOK = 1.0
"""Seconds without a finished run after which the cluster is looked at."""
ROUNDS = 3
"""Times that Dask is asked for what was lost with its workers."""
NAMED = 5
"""Machines that are named in a sentence."""
VERSION = "optimizer.__version__"


class ClusterLostError(Exception):
    """The cluster cannot go on: the message says why, for a planner."""


class OtherCodeError(Exception):
    """A worker that came later has other code: the message says which."""


@cache
def fingerprint() -> str:
    """Hash of the code of this package, the same for the same files on any system."""
    folder = Path(optimizer.__file__).parent
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*.py"), key=lambda path: path.relative_to(folder).as_posix()):
        digest.update(path.relative_to(folder).as_posix().encode())
        digest.update(path.read_bytes().replace(b"\r\n", b"\n"))
    return digest.hexdigest()


def check_cluster(address: str) -> None:
    """Make sure that a cluster can do runs, before time is spent on anything else.

    Raises UsageError if the scheduler does not answer, has no worker, or a machine has not the
    code of this package.
    """
    with _connected(address):
        pass


def over_dask(
    todo: Mapping[str, StudyRun], way: RunSettings, start: WarmStart | None, solve: Solve
) -> Done:
    """Do runs on a cluster; runs that are lost with their worker are sent again.

    Raises UsageError as ``check_cluster`` does, ClusterLostError if the cluster is lost later.
    """
    left = dict(todo)
    with _connected(way.scheduler) as client:
        for _ in range(ROUNDS):
            for key, outcome in _round(client, left, way.options, start, solve):
                del left[key]
                yield key, outcome
            if not left:
                return
        for key in left:
            yield key, DIED


# The machines ---------------------------------------------------------------------------------


@contextmanager
def _connected(address: str) -> Generator[Any, None, None]:
    client = _connect(address)
    with _silent_log():
        try:
            yield client
        finally:
            _in_time(client.close, GOODBYE)


@contextmanager
def _silent_log() -> Generator[None, None, None]:
    """Keep Dask from writing on standard error what the errors of this module say too."""
    names = ("distributed", "distributed.client")
    handlers = [handler for name in names for handler in logging.getLogger(name).handlers]
    for handler in handlers:
        handler.addFilter(_is_nothing)
    try:
        yield
    finally:
        for handler in handlers:
            handler.removeFilter(_is_nothing)


def _is_nothing(record: logging.LogRecord) -> bool:
    return False


def _connect(address: str) -> Any:
    """A client of a scheduler that answers, with workers that all have this code."""
    try:
        from distributed import Client
    except ImportError:
        raise UsageError(
            "a Dask scheduler needs the package distributed: install this package with [dask]"
        ) from None
    begin = time.monotonic()
    client, fault = _in_time(
        lambda: Client(address, timeout=ANSWER, set_as_default=False), ANSWER, _close
    )
    if client is None:
        raise UsageError(
            f"no Dask scheduler answers at {address} ({_reason(fault)}); "
            "check the address, or start one with: dask scheduler"
        ) from fault
    left = max(begin + ANSWER - time.monotonic(), LOOK)
    machines, fault = _in_time(lambda: _machines(client, left), left + LOOK)
    try:
        if machines is None:
            raise UsageError(
                f"the Dask cluster at {address} does not answer ({_reason(fault)}); "
                "start scheduler and workers again"
            ) from fault
        _check_machines(address, machines)
    except UsageError:
        _in_time(client.close, GOODBYE)
        raise
    return client


def _close(client: Any) -> None:
    client.close()


def _in_time(task: Any, seconds: float, late: Any = None) -> tuple[Any, Exception | None]:
    """What a task gives, or why it gives nothing; it is not waited for any longer.

    Dask has timeouts of its own, but some of them are multiplied, and a peer that says nothing,
    or that speaks another protocol, is beyond them. ``late`` gets what comes too late.
    """
    answers: SimpleQueue[tuple[Any, Exception | None]] = SimpleQueue()
    waiting = threading.Lock()
    waiting.acquire()

    def do() -> None:
        try:
            answer = task(), None
        except Exception as error:  # MemoryError for a peer that speaks HTTP, and others
            answers.put((None, error))
            return
        answers.put(answer)
        if late is not None:
            # The lock is free when the answer is taken, or is not waited for any more.
            with waiting, suppress(Empty):
                late(answers.get_nowait()[0])

    threading.Thread(target=do, daemon=True).start()
    try:
        return answers.get(timeout=seconds)
    except Empty:
        return None, TimeoutError(f"nothing came in {seconds:.0f} s")
    finally:
        waiting.release()


def _machines(client: Any, seconds: float) -> dict[str, Any]:
    """What stands for the code of each machine: its version, None without one, or a fault.

    A machine without the package can be asked only for what Python itself has.
    """
    with suppress(TimeoutError):  # adaptive clusters start workers when they are asked for
        client.wait_for_workers(1, timeout=seconds)
    found = client.run(locate, VERSION, on_error="return")
    if found:
        try:
            found["scheduler"] = client.run_on_scheduler(locate, VERSION)
        except Exception as error:
            found["scheduler"] = error
    same = [each for each, version in found.items() if version == optimizer.__version__]
    for place, print_ in _fingerprints(client, same).items():
        if print_ != fingerprint():
            found[place] = f"other files of {optimizer.__version__}"
    return dict(found)


def _fingerprints(client: Any, places: list[str]) -> dict[str, Any]:
    """Fingerprint of each machine that has this version, or an error in its place."""
    workers = [place for place in places if place != "scheduler"]
    found = dict(client.run(fingerprint, workers=workers, on_error="return")) if workers else {}
    if "scheduler" in places:
        try:
            found["scheduler"] = client.run_on_scheduler(fingerprint)
        except Exception as error:
            found["scheduler"] = error
    return found


def _check_machines(address: str, machines: Mapping[str, Any]) -> None:
    """Raise UsageError if there is no worker, or if a machine has other code than this one."""
    if not machines:
        raise UsageError(
            f"the Dask scheduler at {address} has no worker; start some, where this package is "
            f"installed, with: dask worker {address}"
        )
    wrong = [
        f"{'the scheduler' if place == 'scheduler' else f'worker {place}'} has {_has(version)}"
        for place, version in machines.items()
        if version != optimizer.__version__
    ]
    if wrong:
        more = [f"{len(wrong) - NAMED} more are like that"] if len(wrong) > NAMED else []
        raise UsageError(
            f"not every machine of the Dask cluster at {address} has version "
            f"{optimizer.__version__} of this package: {', '.join(wrong[:NAMED] + more)}; "
            "install the same there and start it again, or take it away"
        )


def _has(version: Any) -> str:
    if version is None:
        return "none"
    if isinstance(version, Exception):
        return f"one that does not load ({_reason(version)})"
    return str(version)


def _reason(fault: Exception | None) -> str:
    """What an exception says on its first line, else its name."""
    if isinstance(fault, MemoryError):  # the first bytes are taken for the length of a message
        return "what answers does not speak as Dask does"
    lines = str(fault).splitlines()
    return lines[0][:200] if lines else type(fault).__name__


# The runs -------------------------------------------------------------------------------------


def solve_on_worker(
    solve: Solve, code: str, run: StudyRun, options: RunOptions, start: WarmStart | None
) -> RunOutcome:
    """Outcome of a run, on a worker; raises OtherCodeError if its code is not the one asked for."""
    if fingerprint() != code:
        raise OtherCodeError(
            f"a worker on {socket.gethostname()} came later and has another version of this "
            f"package ({optimizer.__version__}, other files)"
        )
    return solve(run, options, start)


def _round(
    client: Any,
    runs: Mapping[str, StudyRun],
    options: RunOptions,
    start: WarmStart | None,
    solve: Solve,
) -> Done:
    """Send all runs, and give each that comes back; those lost with a worker do not."""
    finished: SimpleQueue[Any] = SimpleQueue()
    futures: dict[Any, str] = {}
    try:
        shared = client.scatter(start, broadcast=True, hash=False, timeout=ANSWER)
        for key, run in runs.items():
            given = (solve, fingerprint(), run, options, shared)
            futures[client.submit(solve_on_worker, *given, pure=False, retries=1)] = key
        for future in futures:
            future.add_done_callback(finished.put)
        for _ in range(len(futures)):
            future = _next(client, finished)
            outcome = _outcome(future)
            if outcome is not None:
                yield futures[future], outcome
    except ClusterLostError:
        raise
    except Exception as error:
        raise ClusterLostError(f"the Dask cluster has failed ({_reason(error)})") from error
    finally:
        open_ = [future for future in futures if not future.done()]
        if open_:
            _in_time(lambda: client.cancel(open_), GOODBYE)


def _next(client: Any, finished: SimpleQueue[Any]) -> Any:
    """The next future that is finished, in whatever way; ClusterLostError if none can be."""
    since = 0.0
    while True:
        with suppress(Empty):
            return finished.get(timeout=LOOK)
        workers, fault = _in_time(client.nthreads, ANSWER)
        if workers:
            since = 0.0
            continue
        since = since or time.monotonic()
        if time.monotonic() - since < ANSWER:
            continue  # a network may come back, and workers may be started again
        if fault is not None:
            raise ClusterLostError(f"the Dask scheduler is gone ({_reason(fault)})") from fault
        raise ClusterLostError("all workers of the Dask cluster are gone")


def _outcome(future: Any) -> RunOutcome | None:
    """The outcome of a finished future; None if it was lost with its worker."""
    from distributed import CancelledError, KilledWorker

    try:
        return future.result(timeout=ANSWER)  # type: ignore[no-any-return]
    except (KilledWorker, CancelledError, TimeoutError):
        return None
    except OtherCodeError as error:
        raise ClusterLostError(str(error)) from error
    except Exception as error:
        raise ClusterLostError(
            f"a worker cannot do the runs ({type(error).__name__}: {_reason(error)})"
        ) from error
