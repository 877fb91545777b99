"""The collector pauses while rows are built, and is afterwards as it was."""

from __future__ import annotations

import gc
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

import optimizer
from optimizer.garbage_collection import garbage_collection_paused
from optimizer.solver import highs_thread
from tests.conftest import make, need, offer


@pytest.fixture(params=[True, False])
def enabled(request):
    """The collector on, and off."""
    (gc.enable if request.param else gc.disable)()
    yield request.param
    gc.enable()


def test_the_collector_is_as_it_was_even_after_an_error(enabled):
    with pytest.raises(ZeroDivisionError), garbage_collection_paused():
        1 / gc.isenabled()
    assert gc.isenabled() is enabled


def test_pauses_may_be_nested(enabled):
    with garbage_collection_paused():
        with garbage_collection_paused():
            pass
        assert not gc.isenabled()
    assert gc.isenabled() is enabled


def test_a_pause_ends_with_the_last_of_those_that_overlap(enabled):
    first_entered, first_may_end = threading.Event(), threading.Event()

    def first():
        with garbage_collection_paused():
            first_entered.set()
            first_may_end.wait(30)

    thread = threading.Thread(target=first)
    thread.start()
    first_entered.wait(30)
    with garbage_collection_paused():
        first_may_end.set()
        thread.join(30)
        assert not gc.isenabled()
    assert gc.isenabled() is enabled


def test_many_threads_leave_it_as_it_was(enabled):
    def pauses(number):
        for step in range(300):
            with garbage_collection_paused():
                time.sleep(0 if (step + number) % 3 else 1e-5)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(pauses, range(8)))
    assert gc.isenabled() is enabled


def test_it_is_never_off_while_highs_runs(monkeypatch):
    during_runs = []
    run = highs_thread.run_until_stopped

    def observed(*arguments):
        during_runs.append(gc.isenabled())
        return run(*arguments)

    monkeypatch.setattr(highs_thread, "run_until_stopped", observed)
    monkeypatch.setattr("optimizer.solver.search_progress.run_until_stopped", observed)
    case = make(Supply=[offer("kaz", price=5)], Demand=[need(10)])
    optimizer.solve(case, explain=True).raise_for_status()
    assert len(during_runs) > 1
    assert all(during_runs)
