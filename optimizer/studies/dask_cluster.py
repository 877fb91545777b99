"""Connection to a Dask cluster: checked at the start, and every call to it has a timeout.

Every machine of the cluster must have the same code as this one, or else the runs of a study
would be solved by different programs. The scheduler needs the code too, since it unpickles what it
passes on.
"""

from __future__ import annotations

import hashlib
import logging
import threading
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from pydoc import locate
from queue import Empty, SimpleQueue
from typing import Any

import optimizer
from optimizer.errors import UsageError

SCHEDULER_TIMEOUT = 15.0
"""Seconds in which a scheduler must answer and have a worker; the documentation promises them."""
DISCONNECT_TIMEOUT = 3.0
"""Seconds for leaving a cluster in order; without a limit a lost cluster would take minutes."""
CLUSTER_POLL_INTERVAL = 1.0
"""Seconds without a finished run after which the cluster is asked whether it has workers.

Chosen so that a lost cluster is noticed soon; an idle second costs the cluster one request.
"""
MAX_LISTED_MACHINES = 5
"""Machines that a message names; more would make it unreadable."""
MAX_REASON_LENGTH = 200
"""Characters of the reason in a message, so that it stays one sentence."""
VERSION_ATTRIBUTE = "optimizer.__version__"
"""Python name of the version, which a machine without this package can look up too."""


class ClusterLostError(Exception):
    """The cluster cannot go on: the message says why, for a planner."""


class OtherCodeError(Exception):
    """A worker that joined later has other code: the message says which."""


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
    """Check that a cluster can solve runs, before time is spent on anything else.

    Raises UsageError if the scheduler does not answer, has no worker, or if a machine has other
    code than this one.
    """
    with connection(address):
        pass


@contextmanager
def connection(address: str) -> Generator[Any, None, None]:
    """A Dask client of a checked cluster; raises UsageError as ``check_cluster`` does."""
    client = _connect(address)
    with _silent_log():
        try:
            yield client
        finally:
            call_with_timeout(client.close, DISCONNECT_TIMEOUT)


@contextmanager
def _silent_log() -> Generator[None, None, None]:
    """Keep Dask from logging what the errors of this module say too."""
    names = ("distributed", "distributed.client")
    handlers = [handler for name in names for handler in logging.getLogger(name).handlers]
    for handler in handlers:
        handler.addFilter(_reject)
    try:
        yield
    finally:
        for handler in handlers:
            handler.removeFilter(_reject)


def _reject(record: logging.LogRecord) -> bool:
    return False


def _connect(address: str) -> Any:
    """A client of a scheduler that answers and whose machines all have this code."""
    try:
        from distributed import Client
    except ImportError:
        raise UsageError(
            "a Dask scheduler needs the package distributed: install this package with [dask]"
        ) from None
    begin = time.monotonic()
    client, error = call_with_timeout(
        lambda: Client(address, timeout=SCHEDULER_TIMEOUT, set_as_default=False),
        SCHEDULER_TIMEOUT,
        _close,
    )
    if client is None:
        raise UsageError(
            f"no Dask scheduler answers at {address} ({first_line(error)}); "
            "check the address, or start one with: dask scheduler"
        ) from error
    left = max(begin + SCHEDULER_TIMEOUT - time.monotonic(), CLUSTER_POLL_INTERVAL)
    machines, error = call_with_timeout(
        lambda: _machines(client, left), left + CLUSTER_POLL_INTERVAL
    )
    try:
        if machines is None:
            raise UsageError(
                f"the Dask cluster at {address} does not answer ({first_line(error)}); "
                "start scheduler and workers again"
            ) from error
        _check_machines(address, machines)
    except UsageError:
        call_with_timeout(client.close, DISCONNECT_TIMEOUT)
        raise
    return client


def _close(client: Any) -> None:
    client.close()


def call_with_timeout(
    task: Callable[[], Any], seconds: float, on_late_result: Callable[[Any], None] | None = None
) -> tuple[Any, Exception | None]:
    """Result of a task, or None and the exception, a TimeoutError if it takes too long.

    Dask's own timeouts do not suffice: some of them are multiplied, and they do not cover a peer
    that sends nothing or speaks another protocol. ``on_late_result`` gets a result that comes
    after the timeout.
    """
    answers: SimpleQueue[tuple[Any, Exception | None]] = SimpleQueue()
    waiting = threading.Lock()
    waiting.acquire()

    def run_task() -> None:
        try:
            answer = task(), None
        except Exception as error:  # MemoryError for a peer that speaks HTTP, and others
            answers.put((None, error))
            return
        answers.put(answer)
        if on_late_result is not None:
            # The lock is released once the answer is taken or no longer waited for.
            with waiting, suppress(Empty):
                on_late_result(answers.get_nowait()[0])

    threading.Thread(target=run_task, daemon=True).start()
    try:
        return answers.get(timeout=seconds)
    except Empty:
        return None, TimeoutError(f"nothing came in {seconds:.0f} s")
    finally:
        waiting.release()


def _machines(client: Any, seconds: float) -> dict[str, Any]:
    """Version of each machine's code, None without the package, or the exception it raises.

    ``locate`` is part of Python, so a machine without the package can run it too.
    """
    with suppress(TimeoutError):  # adaptive clusters start workers on demand
        client.wait_for_workers(1, timeout=seconds)
    versions = client.run(locate, VERSION_ATTRIBUTE, on_error="return")
    if versions:
        try:
            versions["scheduler"] = client.run_on_scheduler(locate, VERSION_ATTRIBUTE)
        except Exception as error:
            versions["scheduler"] = error
    same = [each for each, version in versions.items() if version == optimizer.__version__]
    for machine, code in _fingerprints(client, same).items():
        if code != fingerprint():
            versions[machine] = f"other files of {optimizer.__version__}"
    return dict(versions)


def _fingerprints(client: Any, machines: list[str]) -> dict[str, Any]:
    """Fingerprint of the code of each machine, or the exception it raises."""
    workers = [machine for machine in machines if machine != "scheduler"]
    codes = dict(client.run(fingerprint, workers=workers, on_error="return")) if workers else {}
    if "scheduler" in machines:
        try:
            codes["scheduler"] = client.run_on_scheduler(fingerprint)
        except Exception as error:
            codes["scheduler"] = error
    return codes


def _check_machines(address: str, machines: Mapping[str, Any]) -> None:
    """Raise UsageError if there is no worker, or if a machine has other code than this one."""
    if not machines:
        raise UsageError(
            f"the Dask scheduler at {address} has no worker; start some, where this package is "
            f"installed, with: dask worker {address}"
        )
    wrong = [
        f"{_machine_text(machine)} has {_code_text(version)}"
        for machine, version in machines.items()
        if version != optimizer.__version__
    ]
    if wrong:
        unlisted = len(wrong) - MAX_LISTED_MACHINES
        more = [f"{unlisted} more are like that"] if unlisted > 0 else []
        raise UsageError(
            f"not every machine of the Dask cluster at {address} has version "
            f"{optimizer.__version__} of this package: "
            f"{', '.join(wrong[:MAX_LISTED_MACHINES] + more)}; "
            "install the same version there and restart it, or remove it"
        )


def _machine_text(machine: str) -> str:
    return "the scheduler" if machine == "scheduler" else f"worker {machine}"


def _code_text(version: Any) -> str:
    if version is None:
        return "none"
    if isinstance(version, Exception):
        return f"one that does not load ({first_line(version)})"
    return str(version)


def first_line(error: Exception | None) -> str:
    """First line of an exception's message, or its name if it has none."""
    if isinstance(error, MemoryError):  # the first bytes are taken for the length of a message
        return "what answers does not speak as Dask does"
    lines = str(error).splitlines()
    return lines[0][:MAX_REASON_LENGTH] if lines else type(error).__name__
