"""A caller stops a solve or a study from any thread, follows it, and its errors come out."""

from __future__ import annotations

import threading
import time
from datetime import date
from importlib import import_module
from math import inf as INF
from types import SimpleNamespace

import numpy as np
import pytest
from msgspec import structs

import optimizer
from optimizer.solver import Program, highs_thread, search_progress, solve_with_highs
from optimizer.studies import StudyRun
from optimizer.studies.runner import Runner
from tests.conftest import china, lane, make, need, no_china, offer

LONG = 60.0
"""Seconds that no test takes unless a stop signal is ignored."""
CASE = {"Supply": [offer("kaz", price=5)], "Demand": [need(10)]}
DEAR = {
    "scenario": "dear",
    "sheet": "Supply",
    "where": "offer = kaz",
    "column": "price",
    "change": "×",
    "value": 3,
}
INFEASIBLE = {"Supply": [offer("kaz", price=5, maximum=1)], "Demand": [need(10, minimum=1)]}


@pytest.fixture
def slow(monkeypatch):
    """Every run of HiGHS in a solve waits until it is stopped; the list of those that were."""
    stopped = []

    def run(highs, requested):
        begin = time.monotonic()
        while not requested():
            assert time.monotonic() - begin < LONG, "the stop signal was ignored"
            time.sleep(0.005)
        stopped.append(highs)
        return True

    monkeypatch.setattr(search_progress, "run_until_stopped", run)
    return stopped


def soon(event: threading.Event) -> threading.Event:
    threading.Timer(0.1, event.set).start()
    return event


CALLS = {
    "solve": lambda case, stop: optimizer.solve(case, stop=stop),
    "solve_model": lambda case, stop: optimizer.solve_model(optimizer.build_model(case), stop=stop),
    "replan": lambda case, stop: (
        optimizer.replan(case, optimizer.solve(case), date(2028, 1, 1), stop=stop).result
    ),
}
STUDIES = {
    "alternatives": lambda case, settings: optimizer.alternatives(case, 0.05, settings),
    "frontier": lambda case, settings: optimizer.frontier(case, "country = China", 3, settings),
    "stress": lambda case, settings: optimizer.stress(case, None, settings),
    "scenarios": lambda case, settings: optimizer.scenarios(case, ["dear"], settings),
}


@pytest.mark.parametrize("kind", [threading.Event, lambda: None], ids=["event", "function"])
@pytest.mark.parametrize("call", ["solve", "solve_model"])
def test_a_stop_signal_ends_the_search(slow, call, kind):
    event = soon(threading.Event())
    stop = event if kind is threading.Event else event.is_set
    result = CALLS[call](make(**CASE), stop)
    assert (result.status, result.objective) == ("interrupted", None)
    assert slow
    with pytest.raises(optimizer.StoppedError):
        result.raise_for_status()


def test_a_stop_signal_works_in_a_thread_of_a_pool(slow):
    event, found = threading.Event(), []
    case = make(**CASE)
    threads = [
        threading.Thread(target=lambda: found.append(optimizer.solve(case, stop=event)))
        for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    soon(event)
    for thread in threads:
        thread.join(LONG)
    assert [result.status for result in found] == ["interrupted"] * 3


def test_one_solve_is_stopped_and_the_other_is_not():
    event, case = threading.Event(), make(**CASE)
    event.set()
    assert optimizer.solve(case, stop=event).status == "interrupted"
    assert optimizer.solve(case, stop=threading.Event()).status == "optimal"
    assert optimizer.solve(case).status == "optimal"


@pytest.mark.parametrize("step", ["extract", "audit", "prices"])
def test_a_stop_after_the_search_keeps_the_plan(step):
    event = threading.Event()

    def begins(name):
        if name == step:
            event.set()

    result = optimizer.solve(make(**CASE), stop=event, step=begins)
    assert (result.status, result.objective) == ("interrupted", pytest.approx(50))
    assert result.audit.passed
    assert "Break-even" in result.alerts[0]
    assert "Scarcity" not in result.tables


def test_a_stop_ends_the_search_for_reasons_too():
    event = threading.Event()
    result = optimizer.solve(
        make(**INFEASIBLE), stop=event, step=lambda name: name == "diagnose" and event.set()
    )
    assert result.status == "infeasible"
    assert result.conflict.clashes == ()


@pytest.mark.parametrize("study", STUDIES)
def test_a_stop_signal_ends_a_study(study):
    event = threading.Event()
    event.set()
    settings = optimizer.RunSettings(workers=1, stop=event)
    with pytest.raises(optimizer.StoppedError):
        STUDIES[study](make(**CASE, Scenarios=[DEAR]), settings)


def test_a_study_in_processes_is_stopped_from_a_thread():
    event, done = threading.Event(), []

    def progress(*told):
        done.append(told)
        event.set()

    case = make(**CASE)
    runs = [
        StudyRun(str(price), make(Supply=[offer("kaz", price=price)], Demand=[need(10)]))
        for price in range(1, 40)
    ]
    settings = optimizer.RunSettings(workers=2, progress=progress, stop=event)
    with pytest.raises(optimizer.StoppedError, match=r"of 39 runs are done"):
        Runner(case, settings).outcomes(runs)
    assert len(done) < 39


@pytest.mark.parametrize(
    "call",
    [
        lambda case, stop: optimizer.rolling(case, stop=stop),
        lambda case, stop: optimizer.stochastic(case, [("a", 1.0, case)], stop=stop),
    ],
    ids=["rolling", "stochastic"],
)
def test_a_stop_signal_ends_plans_in_a_row(call):
    event = threading.Event()
    event.set()
    with pytest.raises(optimizer.StoppedError):
        call(make(**CASE), event)


def test_a_stop_leaves_the_costs_of_rules_that_are_known():
    event = threading.Event()
    case = make(**CASE)
    plan = optimizer.solve(case)
    event.set()
    assert optimizer.cost_of_rules(case, plan=plan, stop=event).tables is not None
    assert optimizer.replan(case, plan, date(2028, 1, 1), stop=event).result.status == "interrupted"


def test_a_stop_while_a_search_is_priced_is_not_lost(monkeypatch):
    """The search has its plan; the linear programme that prices it is stopped."""
    solve_program = import_module("optimizer.solver.solve_program")
    solve, answers = solve_program._solve, []

    def second_is_stopped(*arguments):
        answer = solve(*arguments)
        answers.append(answer)
        return structs.replace(answer, status="interrupted") if len(answers) == 2 else answer

    monkeypatch.setattr(solve_program, "_solve", second_is_stopped)
    dear = [lane("Kaz", "Buyer", maximum=20, **{"fixed cost": 7})]
    result = optimizer.solve(make(**CASE, Lanes=dear))
    assert len(answers) == 2
    assert (result.status, result.objective) == ("interrupted", pytest.approx(57))
    assert result.audit.passed


def test_ctrl_c_while_an_optimum_is_made_exact_keeps_it(monkeypatch):
    solve_program = import_module("optimizer.solver.solve_program")
    make_exact, calls = solve_program.make_exact, []

    def cut_once(*arguments):
        calls.append(arguments)
        if len(calls) == 1:
            raise KeyboardInterrupt
        return make_exact(*arguments)

    monkeypatch.setattr(solve_program, "make_exact", cut_once)
    result = optimizer.solve(make(**CASE))
    assert (result.status, result.objective) == ("interrupted", pytest.approx(50))
    assert result.audit.passed


def test_rules_are_costed_without_the_prices_of_the_plan():
    """A plan that was stopped has no Scarcity; nor has one of another solver."""
    rule = no_china(**{"maximum share": 0.5})
    sellers = [offer("kaz", price=5), offer("china", "China", price=1)]
    case = make(Supply=sellers, Demand=[need(10)], Rules=[rule], Rule_scope=[china()])
    costs = optimizer.cost_of_rules(case, stop=lambda: True)
    assert "not known" in costs.sentences[0]
    plan = optimizer.solve(case, solver="appsi_highs")
    known = optimizer.cost_of_rules(case, plan=plan, workers=1).tables["Rule costs"]
    usual = optimizer.cost_of_rules(case, workers=1).tables["Rule costs"]
    assert list(known["premium"]) == pytest.approx(list(usual["premium"]))


def hard_program() -> Program:
    """A market split problem, which takes branch and bound hours: 5 equations, 40 binaries."""
    random = np.random.default_rng(1)
    rows, columns = 5, 40
    values = random.integers(0, 100, (rows, columns)).astype(float)
    half = np.floor(values.sum(axis=1) / 2)
    return Program(
        variables=[None] * columns,
        constraints=[None] * rows,
        cost=random.random(columns),
        offset=0.0,
        lower=np.zeros(columns),
        upper=np.ones(columns),
        row_lower=half,
        row_upper=half,
        starts=np.arange(0, rows * columns + 1, columns, dtype=np.int32),
        columns=np.tile(np.arange(columns, dtype=np.int32), rows),
        values=values.ravel(),
        integer=np.ones(columns, dtype=np.int32),
        sign=1.0,
    )


# Errors of the caller --------------------------------------------------------------------------


class Own(BaseException):
    """An error of the caller's, which is no Exception either."""


@pytest.mark.parametrize("error", [ZeroDivisionError, SystemExit, Own])
def test_an_error_in_progress_stops_highs_and_comes_out(monkeypatch, error):
    monkeypatch.setattr(search_progress, "PROGRESS_SECONDS", 0.0)
    monkeypatch.setattr(highs_thread, "POLL_SECONDS", 0.001)
    ended, work = [], highs_thread._work

    def observed(highs, done):
        work(highs, done)
        ended.append(highs)

    monkeypatch.setattr(highs_thread, "_work", observed)

    def progress(seconds, line):
        raise error

    begin = time.monotonic()
    with pytest.raises(error):
        solve_with_highs(hard_program(), progress=progress, time_limit=LONG)
    assert len(ended) == 1, "HiGHS still runs"
    assert time.monotonic() - begin < LONG / 2


def test_an_error_in_step_comes_out():
    def step(name):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        optimizer.solve(make(**CASE), step=step)


def test_an_error_in_the_progress_of_a_study_comes_out():
    def progress(*_):
        raise ZeroDivisionError

    case = make(**CASE)
    other = make(Supply=[offer("kaz", price=6)], Demand=[need(10)])
    nothing = make(Supply=[], Demand=[need(1)])
    for workers in (1, 2):
        runner = Runner(case, optimizer.RunSettings(workers=workers, progress=progress))
        with pytest.raises(ZeroDivisionError):
            runner.outcomes([StudyRun("a", other), StudyRun("b", nothing)])


@pytest.mark.parametrize(
    ("best", "bound", "gap", "words"),
    [
        (INF, -INF, INF, "no plan yet"),
        (INF, -296e6, INF, "no plan yet"),
        (INF, 200.0, INF, "no plan yet, no plan can cost less than 100"),
        (640.0, -INF, INF, "best plan 320"),
        (640.0, -20.0, 1.03, "best plan 320"),
        (640.0, 0.0, 1.0, "best plan 320"),
        (640.0, 600.0, 0.0625, "best plan 320, no plan can cost less than 300, gap 6.25%"),
        (-640.0, -INF, INF, "best plan -320"),
        (-640.0, -660.0, 0.03125, "best plan -320, no plan can cost less than -330, gap 3.12%"),
    ],
)
def test_progress_leaves_out_a_bound_that_says_nothing(best, bound, gap, words):
    search = search_progress.SearchState()
    numbers = SimpleNamespace(mip_primal_bound=best, mip_dual_bound=bound, mip_gap=gap)
    search.update(SimpleNamespace(data_out=numbers), 2.0)
    assert search.summary == words


# A bar ----------------------------------------------------------------------------------------


def test_a_bar_shows_a_solve_and_a_study(monkeypatch, capsys):
    pytest.importorskip("tqdm")
    monkeypatch.setattr(search_progress, "PROGRESS_SECONDS", 0.0)
    with optimizer.progress_bar(ascii=True) as bar:
        optimizer.solve(make(**CASE), progress=bar, step=bar.step)
        bar(1.5, "best plan 71,250")
    assert "best plan 71,250" in capsys.readouterr().err
    with optimizer.progress_bar(desc="study", ascii=True) as bar:
        bar(3, 7, 2.0, "dear A")
    shown = capsys.readouterr().err
    assert "3/7" in shown
    assert "dear A" in shown
    with pytest.raises(optimizer.UsageError, match="tqdm refuses"):
        optimizer.progress_bar(nonsense=1)


@pytest.mark.parametrize("stop", [3, "yes", object()])
def test_what_is_no_stop_signal_is_refused(stop):
    with pytest.raises(optimizer.UsageError, match="stop is a threading"):
        optimizer.solve(make(**CASE), stop=stop)
    with pytest.raises(optimizer.UsageError, match="stop is a threading"):
        optimizer.RunSettings(stop=stop)
