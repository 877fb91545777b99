"""Runs on a Dask cluster: checked at the start, given up in time, and nothing finished is lost."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

import optimizer
from optimizer.cli import main
from optimizer.errors import StoppedError, UsageError
from optimizer.studies import dask_cluster, dask_runs, executors, runner
from optimizer.studies.study_run import RunOptions, RunSettings
from tests.conftest import ROOT, TUTORIAL
from tests.test_runner import case, cost, keyed, objectives, some

POSIX = pytest.mark.skipif(os.name == "nt", reason="processes are killed as on POSIX")


@pytest.fixture
def distributed():
    return pytest.importorskip("distributed", reason="the extra [dask] is not installed")


@pytest.fixture
def impatient(monkeypatch):
    """What never comes is waited for a second."""
    monkeypatch.setattr(dask_cluster, "SCHEDULER_TIMEOUT", 1.0)
    monkeypatch.setattr(dask_cluster, "CLUSTER_POLL_INTERVAL", 0.2)


@pytest.fixture
def cluster(distributed) -> Iterator[Cluster]:
    with ExitStack() as stack:
        yield Cluster(distributed, stack)


class Cluster:
    """A scheduler in a process of its own, and workers with any code."""

    def __init__(self, distributed, stack) -> None:
        self._stack = stack
        self.scheduler = self._start("dask_scheduler", "--host", "127.0.0.1", "--port", "0")
        said = iter(self.scheduler.stderr.readline, "")
        line = next(line for line in said if "Scheduler at:" in line)
        self.address = line.split()[-1]
        threading.Thread(target=self.scheduler.stderr.read, daemon=True).start()
        self._client = distributed.Client(self.address, set_as_default=False)
        stack.callback(self._client.close, timeout=1)
        self.workers = []

    def _start(self, what, *words, code=ROOT) -> subprocess.Popen:
        process = subprocess.Popen(
            [sys.executable, "-m", f"distributed.cli.{what}", *words, "--no-dashboard"],
            cwd=code,
            env=os.environ | {"PYTHONPATH": f"{code}{os.pathsep}{ROOT}"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE if what == "dask_scheduler" else subprocess.DEVNULL,
            text=True,
        )
        self._stack.callback(process.wait, 60)
        self._stack.callback(process.kill)
        return process

    def add(self, code=ROOT) -> subprocess.Popen:
        """A worker that finds its code in a folder, as soon as the scheduler knows it."""
        before = len(self._client.nthreads())
        words = (self.address, "--no-nanny", "--nthreads", "1")
        worker = self._start("dask_worker", *words, code=code)
        self._client.wait_for_workers(before + 1, timeout=120)
        return worker


def code_of_version(folder: Path, text: str) -> Path:
    """A folder with a package of this name that has only a version, or that does not load."""
    (folder / "optimizer").mkdir(parents=True)
    (folder / "optimizer" / "__init__.py").write_text(text)
    return folder


NONE = "raise ModuleNotFoundError('No module named optimizer', name='optimizer')"
OLD = "__version__ = '0.0.1'"
BROKEN = "import a_module_that_nobody_has"


def changed_code(folder: Path) -> Path:
    """A copy of the package with the same version and one line more."""
    shutil.copytree(ROOT / "optimizer", folder / "optimizer")
    with (folder / "optimizer" / "plan.py").open("a") as file:
        file.write("# changed")
    return folder


# Without Dask ---------------------------------------------------------------------------------


def test_dask_where_it_is_absent_is_a_wrong_call(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    settings = RunSettings(scheduler="tcp://127.0.0.1:1")
    with pytest.raises(UsageError, match=r"\[dask\]"):
        runner.Runner(case(), settings).outcomes(some(2))


def test_every_machine_with_other_code_is_named_at_once():
    here = optimizer.__version__
    machines = {"a": here, "b": "0.0.1", "c": None, "d": ImportError("no x\nmore")}
    with pytest.raises(UsageError) as raised:
        dask_cluster._check_machines("tcp://s:1", machines | {"scheduler": "0.0.2"})
    message = str(raised.value)
    assert "worker a" not in message
    for each in ("worker b has 0.0.1", "worker c has none", "one that does not load (no x)"):
        assert each in message
    assert "the scheduler has 0.0.2" in message
    assert here in message
    assert "\n" not in message
    dask_cluster._check_machines("tcp://s:1", {"a": here, "scheduler": here})


def test_a_hundred_machines_with_other_code_are_a_short_sentence():
    with pytest.raises(UsageError, match="95 more are like that"):
        dask_cluster._check_machines("tcp://s:1", {f"w{n}": None for n in range(100)})


def test_what_never_comes_is_not_waited_for_and_what_comes_late_is_closed():
    go_on, closed = threading.Event(), threading.Event()

    def task():
        go_on.wait()
        return closed

    found, fault = dask_cluster.call_with_timeout(task, 0.01, lambda late: late.set())
    assert found is None
    assert isinstance(fault, TimeoutError)
    assert not closed.is_set()
    go_on.set()
    assert closed.wait(60)


def test_what_comes_in_time_is_not_closed():
    def close(late):
        raise AssertionError

    assert dask_cluster.call_with_timeout(lambda: 7, 60, close) == (7, None)


def test_the_fingerprint_is_that_of_the_files(tmp_path, monkeypatch):
    def of(folder):
        monkeypatch.setattr(optimizer, "__file__", str(folder / "optimizer" / "__init__.py"))
        return dask_cluster.fingerprint.__wrapped__()

    shutil.copytree(ROOT / "optimizer", tmp_path / "same" / "optimizer")
    for path in (tmp_path / "same").rglob("*.py"):
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))  # as Git does on Windows
    assert of(tmp_path / "same") == of(ROOT)
    assert of(changed_code(tmp_path / "changed")) != of(ROOT)


# At the start ---------------------------------------------------------------------------------


def silent(link):
    """A peer that takes a connection and says nothing."""


def of_the_web(link):
    """A peer that answers as a web server does."""
    link.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n" + b"x" * 200)


@pytest.fixture
def peer() -> Iterator:
    """Starts a listener that does something with each connection; gives its address."""
    listeners, links = [], []

    def start(act):
        listener = socket.create_server(("127.0.0.1", 0))
        listeners.append(listener)

        def listen():
            while True:
                try:
                    link, _ = listener.accept()
                    links.append(link)
                    act(link)
                except OSError:
                    return

        threading.Thread(target=listen, daemon=True).start()
        return f"tcp://127.0.0.1:{listener.getsockname()[1]}"

    yield start
    for each in (*listeners, *links):
        each.close()


@pytest.fixture
def unsolved(monkeypatch):
    """Nothing may be solved: the cluster is looked at first."""

    def fail(*given):
        raise AssertionError("a case is solved")

    monkeypatch.setattr(runner.plan, "solve_with_options", fail)


@pytest.mark.parametrize("act", [silent, of_the_web])
def test_an_address_where_no_scheduler_answers_is_told_in_time(
    distributed, impatient, unsolved, peer, act
):
    address = peer(act)
    with pytest.raises(UsageError, match=f"no Dask scheduler answers at {address}") as raised:
        runner.Runner(case(), RunSettings(scheduler=address)).outcomes(some(2))
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("address", ["nonsense", "foo://127.0.0.1:1", "tcp://127.0.0.1:1"])
def test_an_address_that_is_none_is_wrong_use(distributed, impatient, tmp_path, capsys, address):
    words = ["--scheduler", address, "--output", str(tmp_path)]
    assert main(["stress", str(TUTORIAL), *words]) == 2
    message = capsys.readouterr().err
    assert f"no Dask scheduler answers at {address}" in message
    assert "internal" not in message


@POSIX
def test_a_scheduler_without_workers_is_told(cluster, impatient, unsolved):
    with pytest.raises(UsageError, match="has no worker; start some"):
        runner.Runner(case(), RunSettings(scheduler=cluster.address)).outcomes(some(2))


@POSIX
def test_workers_with_other_code_are_named_beside_good_ones(cluster, unsolved, tmp_path):
    cluster.add()
    for name, text in (("none", NONE), ("old", OLD), ("broken", BROKEN)):
        cluster.add(code_of_version(tmp_path / name, text))
    cluster.add(changed_code(tmp_path / "changed"))
    with pytest.raises(UsageError) as raised:
        runner.Runner(case(), RunSettings(scheduler=cluster.address)).outcomes(some(2))
    message = str(raised.value)
    for each in (
        "none",
        "0.0.1",
        "one that does not load",
        f"other files of {optimizer.__version__}",
    ):
        assert message.count(f" has {each}") == 1, message
    assert message.count("worker tcp://") == 4
    assert "\n" not in message


# On the way -----------------------------------------------------------------------------------


@POSIX
def test_a_cluster_does_what_one_machine_does(cluster):
    cluster.add()
    found = runner.Runner(case(), RunSettings(scheduler=cluster.address)).outcomes(some(5))
    assert objectives(found) == pytest.approx([cost(price) for price in range(1, 6)])


def test_over_dask_a_killed_worker_loses_nothing(distributed):
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
    ) as local:
        killed = []

        def told(done, total, left, name):
            if done == 2:
                worker = next(iter(local.workers.values()))
                os.kill(worker.pid, signal.SIGKILL)
                killed.append(worker.pid)

        settings = RunSettings(scheduler=local.scheduler_address, progress=told)
        found = runner.Runner(case(), settings).outcomes(some(20))
        assert killed
    assert objectives(found) == pytest.approx([cost(price) for price in range(1, 21)])


@POSIX
@pytest.mark.parametrize("lost", ["scheduler", "worker"])
def test_a_study_whose_cluster_is_lost_stops_and_goes_on_later(
    cluster, monkeypatch, tmp_path, lost
):
    worker = cluster.add()
    killed = worker if lost == "worker" else cluster.scheduler

    def told(done, total, left, name):
        if done == 3:
            killed.kill()
            killed.wait(60)
            monkeypatch.setattr(dask_cluster, "SCHEDULER_TIMEOUT", 1.0)

    settings = RunSettings(scheduler=cluster.address, folder=tmp_path, progress=told)
    with pytest.raises(
        StoppedError, match=r"Dask.*: .* of 40 runs are done; they are kept"
    ) as raised:
        runner.Runner(case(), settings).outcomes(some(40))
    assert raised.value.exit_code == 4
    kept = len(list(tmp_path.glob("*.json")))
    assert f" {kept} of 40 runs" in str(raised.value)
    assert 3 <= kept < 40
    todo = []
    here = replace(settings, scheduler="", workers=1, progress=lambda *each: todo.append(each))
    found = runner.Runner(case(), here).outcomes(some(40))
    assert objectives(found) == pytest.approx([cost(price) for price in range(1, 41)])
    assert len(todo) == 40 - kept


def solve_with_old_code(run, options, start):
    raise dask_cluster.OtherCodeError("a worker has another version")


def solve_badly(run, options, start):
    raise AttributeError("no such thing")


@POSIX
@pytest.mark.parametrize(
    ("solve", "message"),
    [
        (solve_with_old_code, "a worker has another version"),
        (solve_badly, "a worker cannot do the runs .AttributeError: no such thing"),
    ],
)
def test_a_worker_that_came_later_with_other_code_ends_the_study(cluster, solve, message):
    cluster.add()
    settings = RunSettings(scheduler=cluster.address)
    with pytest.raises(dask_cluster.ClusterLostError, match=message):
        list(executors.solve_runs(keyed(some(3)), settings, 1, None, solve))


def test_a_worker_compares_its_code_with_that_of_the_study():
    (run,) = some(1)
    given = (run, RunOptions(), None)
    good = dask_runs.solve_on_worker(runner.solve_run, dask_cluster.fingerprint(), *given)
    assert good.objective == pytest.approx(cost(1))
    with pytest.raises(dask_cluster.OtherCodeError, match="came later and has another version"):
        dask_runs.solve_on_worker(runner.solve_run, "other", *given)
