"""Solving with HiGHS: the programme equals the model, and the answer is reported unchanged."""

from __future__ import annotations

import itertools
import os
import pickle
import subprocess
import sys
import threading
from importlib import import_module
from types import SimpleNamespace

import numpy as np
import pytest
from msgspec import structs
from pyomo.core import (
    Binary,
    ConcreteModel,
    Constraint,
    ConstraintList,
    Expression,
    NonNegativeReals,
    Objective,
    Var,
    maximize,
    minimize,
)
from pyomo.repn import generate_standard_repn

import optimizer
from optimizer import solver
from optimizer.solver.iterative_refinement import largest_violation, refine_basic_solution
from tests.conftest import (
    CASES,
    ROOT,
    china,
    cost,
    lane,
    make,
    need,
    no_china,
    offer,
    plan,
    process,
    recipe,
)

highs = import_module("optimizer.solver.highs")
highs_thread = import_module("optimizer.solver.highs_thread")
refine_answer = import_module("optimizer.solver.refine_answer")
resolve = import_module("optimizer.solver.resolve")
solve_program = import_module("optimizer.solver.solve_program")
running = import_module("optimizer.solver.search_progress")
strategies = import_module("optimizer.solver.solve_strategy")

KAZ, CHINA = offer("kaz", price=5), offer("china", "China", price=1)
TWO_OFFERS = {"Supply": [KAZ, CHINA], "Demand": [need(10)]}
KAZ_INDEX, CHINA_INDEX = ("kaz", "Kaz", "ore", "2027"), ("china", "China", "ore", "2027")
WASTE = {
    "Materials": [
        {"material": "ore", "stage": "mined", "disposal cost": 0.5},
        {"material": "metal", "stage": "melted"},
    ],
    "Supply": [offer("waste", price=-1)],
    "Demand": [need(10, material="metal")],
}
KILN = {
    "Recipes": recipe("smelt", ore=-1, metal=1),
    "Processes": [process("smelt", unit="kiln")],
    "Units": [{"site": "Plant", "unit": "kiln", "capacity": 1}],
    "Options": [{"option": "line", "site": "Plant", "unit": "kiln", "added capacity": 40}],
}


# Answers ------------------------------------------------------------------------------------------


def test_an_infeasible_case_has_no_tables():
    # Half of 10 t must be delivered, and nothing is sold.
    found = plan(Supply=[], Demand=[need(10, minimum=0.5)])
    assert (found.status, found.objective, found.audit) == ("infeasible", None, None)
    assert (found.tables, found.costs, found.shortage) == ({}, {}, 0)
    with pytest.raises(optimizer.NoPlanError, match="no plan meets every hard limit"):
        found.raise_for_status()


def test_an_infeasible_case_with_whole_numbers_is_reported_as_infeasible():
    found = plan(Supply=[offer("kaz")], Demand=[need(100, material="metal", minimum=1)], **KILN)
    assert (found.status, found.objective) == ("infeasible", None)


def test_cost_without_a_lower_bound_is_reported_as_unbounded():
    # Waste brings 1 a tonne and costs 0.5 to discard, without any limit.
    found = plan(**WASTE)
    assert (found.status, found.objective, found.tables) == ("unbounded", None, {})
    with pytest.raises(optimizer.NoPlanError, match="no lower bound"):
        found.raise_for_status()


def test_an_unbounded_case_with_whole_numbers_is_reported_as_unbounded():
    found = plan(**WASTE, **KILN)
    assert (found.status, found.objective, found.tables) == ("unbounded", None, {})


def test_a_case_without_demand_costs_nothing():
    assert cost(Supply=[], Demand=[]) == 0


def test_a_time_limit_of_zero_is_reported_as_reached():
    for file in ("nochina_random_30.xlsx", "orlib_cap41.xlsx"):
        found = optimizer.solve(optimizer.read(CASES / file), time_limit=0)
        assert (found.status, found.objective) == ("time limit", None)
        with pytest.raises(optimizer.StoppedError, match="time limit"):
            found.raise_for_status()


def test_the_time_limit_of_settings_holds_unless_another_is_given(monkeypatch):
    case = make(Settings={"time limit": 7}, **TWO_OFFERS)
    asked = []
    ask = solver.solve_with_highs
    monkeypatch.setattr(
        solver,
        "solve_with_highs",
        lambda *of, **by: asked.append(by["time_limit"]) or ask(*of, **by),
    )
    optimizer.solve(case)
    optimizer.solve(case, time_limit=60)
    assert asked == [7, 60]


def test_a_linear_optimum_has_no_gap():
    assert plan(**TWO_OFFERS).gap == 0


def test_a_plan_with_whole_numbers_is_within_the_requested_gap():
    found = optimizer.solve(optimizer.read(CASES / "gurobi_facility.xlsx"))
    assert found.gap <= found.case.settings.mip_gap


def test_progress_is_reported_on_request_and_the_log_always(monkeypatch, capfd):
    said = []
    monkeypatch.setattr(running, "PROGRESS_SECONDS", 0)
    case = optimizer.read(CASES / "orlib_cap41.xlsx")
    found = optimizer.solve(case, progress=lambda seconds, line: said.append((seconds, line)))
    assert all(seconds >= 0 and isinstance(line, str) for seconds, line in said)
    quiet = optimizer.solve(case)
    for result in (found, quiet):
        assert any("MIP" in line for line in result.log)
        assert [row[1] for row in result.tables["Run"].rows() if row[0] == "solver log"]
    assert capfd.readouterr() == ("", "")


def test_every_step_is_timed():
    found = plan(**TWO_OFFERS)
    assert {"network", "build", "solve", "extract", "audit"} <= set(found.seconds)
    assert all(seconds >= 0 for seconds in found.seconds.values())


# Stopping -----------------------------------------------------------------------------------------


def dense(size: int) -> solver.Program:
    """A dense programme that takes HiGHS about a second, bounded and feasible."""
    dice = np.random.default_rng(1)
    return solver.Program(
        variables=[],
        constraints=[],
        cost=-dice.random(size),
        offset=0.0,
        lower=np.zeros(size),
        upper=np.full(size, np.inf),
        row_lower=np.full(size, -np.inf),
        row_upper=np.full(size, 100.0),
        starts=np.arange(0, size * size + 1, size, dtype=np.int32),
        columns=np.tile(np.arange(size, dtype=np.int32), size),
        values=dice.random(size * size),
        integer=np.zeros(size, dtype=np.int32),
        sign=1.0,
    )


class PressedEvent(threading.Event):
    """An event for which the first waits are interrupted by Ctrl-C."""

    presses_left = 0

    def wait(self, timeout=None):
        super().wait(0.02)
        if PressedEvent.presses_left:
            PressedEvent.presses_left -= 1
            raise KeyboardInterrupt


@pytest.fixture
def press(monkeypatch):
    """Press Ctrl-C so many times while HiGHS runs."""

    def call(times: int) -> None:
        pressed = SimpleNamespace(Thread=threading.Thread, Event=PressedEvent)
        monkeypatch.setattr(highs_thread, "threading", pressed)
        monkeypatch.setattr(PressedEvent, "presses_left", times)

    return call


def test_ctrl_c_stops_the_solver(press):
    press(1)
    answer = solver.solve_with_highs(dense(700))
    assert (answer.status, answer.objective, answer.values) == ("interrupted", None, None)


def test_a_second_ctrl_c_is_raised_at_once(press):
    press(2)
    with pytest.raises(KeyboardInterrupt):
        solver.solve_with_highs(dense(300))


def test_ctrl_c_after_the_optimum_was_found_loses_nothing(press):
    program = solver.transfer(optimizer.build_model(make(**TWO_OFFERS)))
    press(1)
    answer = solver.solve_with_highs(program)
    assert (answer.status, answer.objective) == ("optimal", pytest.approx(10))


def test_ctrl_c_ends_a_run_beside_the_search_before_it_is_raised(press):
    one = highs.new_instance(dense(700), {"solver": "simplex"}, float("inf"), 0.0)
    press(1)
    before = set(threading.enumerate())
    with pytest.raises(KeyboardInterrupt):
        highs_thread.run_in_thread(one)
    assert not set(threading.enumerate()) - before
    assert highs.status_of(one) == "interrupted"


HOST = """
import highspy, optimizer
from tests.conftest import make, need, offer, lane
def host(threads):
    highs = highspy.Highs()
    highs.setOptionValue("output_flag", False)
    highs.setOptionValue("threads", threads)
    x = highs.addVariable(lb=0, ub=3, obj=-1)
    assert highs.run() == highspy.HighsStatus.kOk
    assert highs.getObjectiveValue() == -3
def ours():
    case = make(Supply=[offer("kaz", price=5), offer("china", "China", price=1)], Demand=[need(10)])
    result = optimizer.solve(case, explain=True, remember=True)
    assert abs(result.objective - 10) < 1e-9
    assert abs(optimizer.solve(case, start=result.start).objective - 10) < 1e-9
    none = optimizer.solve(make(Supply=[], Demand=[need(10, minimum=0.5)]))
    assert none.conflict and none.repairs
"""


@pytest.mark.parametrize("calls", ["ours(); host(2)", "host(2); ours(); host(2)"])
def test_a_host_may_use_highs_with_any_number_of_threads(calls):
    """As a process: a thread that has run HiGHS has its number of threads for good."""
    run = subprocess.run(
        [sys.executable, "-c", HOST + calls], cwd=ROOT, capture_output=True, text=True, timeout=120
    )
    assert run.returncode == 0, run.stderr


def test_no_solver_thread_remains_after_ctrl_c():
    """As a process, since a thread that is still in HiGHS aborts it at its end."""
    program = (
        "import os, signal, threading, optimizer\n"
        "from optimizer import solver\n"
        "from tests.test_solver import dense\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()\n"
        "print(solver.solve_with_highs(dense(900)).status)\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert (run.returncode, run.stdout.split()) == (0, ["interrupted"]), run.stderr


# Exactness ----------------------------------------------------------------------------------------


def test_an_optimum_that_misses_a_row_is_computed_again_from_its_basis():
    m = optimizer.build_model(make(**TWO_OFFERS))
    program = solver.transfer(m)
    right = solver.solve_with_highs(program)
    off = structs.replace(right, values=right.values * (1 + 1e-4), objective=right.objective * 1.01)
    mended = refine_answer.make_exact(program, off)
    np.testing.assert_allclose(mended.values, right.values, atol=1e-9)
    assert mended.objective == pytest.approx(right.objective)
    assert refine_answer.make_exact(program, right) is right


def test_rounding_errors_of_a_basic_solution_are_refined():
    m = optimizer.build_model(make(**TWO_OFFERS))
    program = solver.transfer(m)
    right = solver.solve_with_highs(program)
    one = highs.new_instance(
        program, {"solver": "simplex", "presolve": "off"}, 9.0, 0.0, right.basis
    )
    one.run()
    basic = np.array(one.getBasicVariables()[1])
    columns = basic[basic >= 0]
    values, prices = right.values.copy(), right.prices * program.sign + 1e-3
    values[columns] += 1e-3 * np.arange(1, len(columns) + 1)
    assert largest_violation(program, values) > 1e-4
    found, worth, lacks = refine_basic_solution(one, program, values, prices)
    np.testing.assert_allclose(found, right.values, atol=1e-12)
    np.testing.assert_allclose(worth, right.prices * program.sign, atol=1e-12)
    np.testing.assert_allclose(lacks, right.reduced_costs * program.sign, atol=1e-12)
    assert largest_violation(program, found) < 1e-12


def test_a_value_beyond_its_bound_is_a_violation():
    program = solver.transfer(optimizer.build_model(make(**TWO_OFFERS)))
    assert largest_violation(program, np.full(len(program.cost), -3.0)) >= 3.0


@pytest.mark.parametrize("failures", [0, 1, 2, 3])
def test_tiny_values_of_an_interior_solution_are_all_removed_or_all_kept(monkeypatch, failures):
    program = solver.transfer(optimizer.build_model(make(**TWO_OFFERS)))
    right = solver.solve_with_highs(program)
    dusty = structs.replace(right, values=right.values + 5e-7, basis=None)
    told = iter(["error: Solve error"] * failures)
    real = refine_answer.status_of
    monkeypatch.setattr(
        refine_answer, "status_of", lambda *own, **more: next(told, real(*own, **more))
    )
    found = refine_answer.solve_on_support(program, dusty, float("inf"))
    if failures == len(refine_answer.SUPPORT_THRESHOLDS):
        assert found is dusty
    else:
        np.testing.assert_allclose(found.values, right.values, atol=1e-9)


# Changed models -----------------------------------------------------------------------------------


def changed(change, **case) -> optimizer.Result:
    """Result of a model that a user has changed."""
    m = optimizer.build_model(make(**{**TWO_OFFERS, **case}))
    change(m)
    return optimizer.solve_model(m)


def test_a_fixed_variable_stays_where_it_is():
    # 4 t of Chinese ore at 1, the rest from Kaz at 5.
    found = changed(lambda m: m.buy[CHINA_INDEX].fix(4))
    assert found.objective == pytest.approx(4 + 30)
    assert found.audit.passed


def test_an_added_bound_binds():
    assert changed(lambda m: m.buy[CHINA_INDEX].setub(4)).objective == pytest.approx(34)
    assert changed(lambda m: m.buy[KAZ_INDEX].setlb(7)).objective == pytest.approx(35 + 3)


def test_an_added_row_binds():
    def at_most_half(m):
        m.own = Constraint(expr=m.buy[CHINA_INDEX] <= m.buy[KAZ_INDEX])

    assert changed(at_most_half).objective == pytest.approx(5 + 25)


def test_an_added_row_may_use_expressions_and_new_variables():
    # What is bought in China above 4 t costs 2 more: still less than Kaz, 10 + 6 x 2.
    def dearer(m):
        m.chinese = Expression(expr=sum(m.buy[index] for index in m.buy if index[1] == "China"))
        m.above = Var(domain=NonNegativeReals)
        m.own = Constraint(expr=m.above >= m.chinese - 4)
        m.total_cost.deactivate()
        m.dearer = Objective(expr=m.total_cost.expr + 2 * m.above, sense=minimize)

    m = optimizer.build_model(make(**TWO_OFFERS))
    dearer(m)
    _, answer = solver.solve(m)
    assert answer.objective == pytest.approx(10 + 6 * 2)
    assert m.above.value == pytest.approx(6)


def test_a_deactivated_row_does_not_bind():
    case = {"Supply": [KAZ, {**CHINA, "maximum": 4}]}
    assert changed(lambda m: None, **case).objective == pytest.approx(34)
    m = optimizer.build_model(make(**{**TWO_OFFERS, **case}))
    m.offer[CHINA_INDEX].deactivate()
    assert solver.solve(m)[1].objective == pytest.approx(10)
    m = optimizer.build_model(make(**{**TWO_OFFERS, **case}))
    m.offer.deactivate()
    assert solver.solve(m)[1].objective == pytest.approx(10)


def test_a_model_may_maximise():
    # The most that can be delivered of 10 t wanted when Kaz has 6 t. One more tonne is worth one.
    m = optimizer.build_model(make(Supply=[{**KAZ, "maximum": 6}], Demand=[need(10)]))
    m.total_cost.deactivate()
    m.most = Objective(expr=sum(m.deliver.values()), sense=maximize)
    program, answer = solver.solve(m)
    assert answer.objective == pytest.approx(6)
    names = [row.name for row in program.constraints]
    assert answer.prices[names.index("offer[kaz,Kaz,ore,'2027']")] == pytest.approx(1)


def test_a_constant_in_the_objective_counts():
    m = optimizer.build_model(make(**TWO_OFFERS))
    m.total_cost.expr = m.total_cost.expr + 7
    assert solver.solve(m)[1].objective == pytest.approx(17)


@pytest.mark.parametrize(
    ("add", "said"),
    [
        (lambda m: m.own.add(m.buy[KAZ_INDEX] * m.buy[CHINA_INDEX] <= 1), "own.* is not linear"),
        (lambda m: m.own.add(m.buy[KAZ_INDEX] ** 2 <= 1), "own.* is not linear"),
        (
            lambda m: setattr(m.total_cost, "expr", m.buy[KAZ_INDEX] ** 2),
            "total_cost is not linear",
        ),
        (lambda m: m.total_cost.deactivate(), "0 active objectives"),
        (lambda m: m.add_component("more", Objective(expr=1)), "2 active objectives"),
        (lambda m: m.own.add(m.buy[KAZ_INDEX] <= stranger()), "not an active part of the model"),
    ],
)
def test_a_nonlinear_model_is_refused_in_words(add, said):
    m = optimizer.build_model(make(**TWO_OFFERS))
    m.own = ConstraintList()
    add(m)
    with pytest.raises(optimizer.OptimizerError, match=said):
        optimizer.solve_model(m)


def stranger() -> Var:
    other = ConcreteModel()
    other.elsewhere = Var()
    other.elsewhere.home = other  # models hold their variables weakly
    return other.elsewhere


def test_a_row_with_the_same_variable_twice_adds_it_up():
    # Kaz + Kaz <= 8: 4 t of Kazakh ore at most, if China is barred.
    def twice(m):
        m.buy[CHINA_INDEX].fix(0)
        m.own = Constraint(expr=m.buy[KAZ_INDEX] + m.buy[KAZ_INDEX] <= 8)

    assert changed(twice).objective == pytest.approx(20 + 600)


def test_solving_again_after_a_change_gives_the_changed_plan():
    m = optimizer.build_model(make(**TWO_OFFERS))
    assert optimizer.solve_model(m).objective == pytest.approx(10)
    m.buy[CHINA_INDEX].fix(0)
    assert optimizer.solve_model(m).objective == pytest.approx(50)
    m.buy[CHINA_INDEX].unfix()
    assert optimizer.solve_model(m).objective == pytest.approx(10)


# Reproducibility ----------------------------------------------------------------------------------


def everything(result: optimizer.Result) -> dict:
    tables = {name: list(table.rows()) for name, table in result.tables.items() if name != "Run"}
    return {"objective": result.objective, **tables}


@pytest.mark.parametrize("file", ["nochina_random_30.xlsx", "orlib_cap41.xlsx"])
def test_two_solves_give_the_same_tables_to_the_last_digit(file):
    first, second = (optimizer.solve(optimizer.read(CASES / file)) for _ in range(2))
    assert everything(first) == everything(second)


def test_the_plan_does_not_depend_on_the_order_of_python_sets():
    program = (
        "import optimizer, sys\n"
        "result = optimizer.solve(optimizer.read(sys.argv[1]))\n"
        "tables = [(name, list(t.rows())) for name, t in result.tables.items() if name != 'Run']\n"
        "print(repr((result.objective, tables)))\n"
    )
    call = [sys.executable, "-c", program, str(CASES / "nochina_random_30.xlsx")]
    runs = [
        subprocess.Popen(
            call,
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed},
            stdout=subprocess.PIPE,
            text=True,
        )
        for seed in ("1", "2")
    ]
    first, second = (run.communicate(timeout=60)[0] for run in runs)
    assert len(first) > 1000
    assert first == second


@pytest.mark.parametrize("file", ["nochina_random_30.xlsx", "nochina_i_any_stage.xlsx"])
def test_the_interior_point_method_finds_the_same_cost_and_prices_a_plan(file, monkeypatch):
    case = optimizer.read(CASES / file)
    simplex = optimizer.solve(case)
    monkeypatch.setattr(strategies, "INTERIOR_POINT_FROM", 0)
    inside = optimizer.solve(case)
    assert "ipx" in dict(inside.tables["Run"].rows())["solver"]
    assert "simplex" in dict(simplex.tables["Run"].rows())["solver"]
    assert inside.objective == pytest.approx(simplex.objective, rel=1e-9)
    assert inside.audit.passed
    assert len(inside.tables["Scarcity"]) > 0


# Prices -------------------------------------------------------------------------------------------

SMELTED = {
    "Supply": [offer("kaz", "Plant")],
    "Recipes": recipe("smelt", ore=-1, metal=1),
    "Lanes": [lane("Plant", "Buyer")],
    "Demand": [need(60, material="metal")],
}


def units(capacity=200.0):
    return [{"site": "Plant", "unit": "kiln", "capacity": capacity}]


PRICED = {
    # kind of row: the case as a function of the bound, the bound, what one more is worth.
    # An activity takes 2 of the kiln: half a tonne more saves (100 - 1 - 3) / 2.
    "capacity": (
        lambda x: {
            **SMELTED,
            "Processes": [process("smelt", unit="kiln", use=2, cost=3)],
            "Units": units(x),
        },
        100,
        48,
    ),
    "process limit": (
        lambda x: {**SMELTED, "Processes": [process("smelt", maximum=x)]},
        50,
        99,
    ),
    "offer": (lambda x: {"Supply": [{**KAZ, "maximum": x}], "Demand": [need(10)]}, 6, 95),
    "contract": (
        lambda x: {"Supply": [{**KAZ, "contract quantity": x}], "Demand": [need(10)]},
        6,
        95,
    ),
    # What must be paid for and is not wanted costs 5 a tonne.
    "take or pay": (
        lambda x: {
            "Supply": [{**KAZ, "contract quantity": x, "take or pay": 1}],
            "Demand": [need(10)],
        },
        16,
        -5,
    ),
    "lane": (
        lambda x: {
            "Supply": [KAZ],
            "Lanes": [lane("Kaz", "Buyer", cost=2, maximum=x)],
            "Demand": [need(10)],
        },
        6,
        93,
    ),
    # A tonne more of stock is bought at 5 in 2027 rather than at 9 in 2028.
    "stock bound": (
        lambda x: {
            "Settings": {"periods": 2},
            "Supply": [
                offer("early", price=5, to="2027-12-31"),
                offer("late", price=9, from_="2028-01-01"),
            ],
            "Stocks": [{"site": "Kaz", "material": "ore", "maximum": x}],
            "Demand": [need(10)],
        },
        4,
        4,
    ),
    "demand": (lambda x: {"Supply": [KAZ], "Demand": [need(x)]}, 10, -5),
    # A tonne that must be delivered at 500 saves a penalty of 100: 400 for each of 10 t x share.
    "minimum delivery": (
        lambda x: {"Supply": [{**KAZ, "price": 500}], "Demand": [need(10, minimum=x / 10)]},
        4,
        -400,
    ),
    # China may sell a tonne more of what Kaz sells at 4 more.
    "limit": (
        lambda x: {
            **TWO_OFFERS,
            "Limits": [{"limit": "cap", "measure": "bought", "site": "China", "maximum": x}],
        },
        3,
        4,
    ),
}


@pytest.mark.parametrize("kind", PRICED)
def test_a_price_is_the_saving_from_one_more_unit_of_a_bound(kind):
    case, bound, worth = PRICED[kind]
    found = plan(**case(bound))
    rows = [row for row in found.frame("Scarcity").to_dict("records") if row["kind"] == kind]
    assert len(rows) == 1
    step = 0.25
    saved = (found.objective - cost(**case(bound + step))) / step
    assert saved == pytest.approx(worth)
    assert rows[0]["bound"] == pytest.approx(bound)
    assert abs(rows[0]["worth today"]) == pytest.approx(abs(worth))
    assert rows[0]["worth"] == pytest.approx(rows[0]["worth today"])


def test_a_price_is_in_the_money_of_its_period():
    # 95 in the middle of 2027 is worth 95 / 1.21 ** 0.5 today.
    found = plan(
        Settings={"discount rate": 0.21}, Supply=[{**KAZ, "maximum": 6}], Demand=[need(10)]
    )
    (row,) = [r for r in found.frame("Scarcity").to_dict("records") if r["kind"] == "offer"]
    assert row["worth"] == pytest.approx(95)
    assert row["worth today"] == pytest.approx(95 / 1.1)


def test_a_share_rule_has_a_price():
    # At most a quarter may be Chinese: 7.5 x 5 + 2.5 x 1. One tonne of slack in the row lets a
    # tonne of Kazakh ore be Chinese: 4.
    m = optimizer.build_model(
        make(**TWO_OFFERS, Rules=[no_china(maximum_share=0.25)], Rule_scope=[china()])
    )
    program, answer = solver.solve(m)
    assert answer.objective == pytest.approx(40)
    names = [row.name for row in program.constraints]
    at = next(i for i, name in enumerate(names) if name.startswith("rule_share"))
    assert answer.prices[at] == pytest.approx(-4)
    program.row_upper[at] += 0.5
    assert solver.solve_with_highs(program).objective == pytest.approx(40 - 2)


@pytest.mark.parametrize(
    "file", ["nochina_random_01.xlsx", "hand_days_of_cover.xlsx", "ampl_multi.xlsx"]
)
def test_moving_a_bound_saves_no_more_than_its_price(file):
    """Moving any bound either way never costs less than its price says."""
    m = optimizer.build_model(optimizer.read(CASES / file))
    program, answer = solver.solve(m)
    lower, upper = program.row_lower.copy(), program.row_upper.copy()
    priced = np.flatnonzero(np.abs(answer.prices) > 1e-7)
    assert priced.size
    for row in priced[:60]:
        for step in (-0.01, 0.01):
            program.row_lower[row], program.row_upper[row] = lower[row] + step, upper[row] + step
            moved = solver.solve_with_highs(program).objective
            if moved is not None:
                promised = answer.objective + answer.prices[row] * step
                assert moved >= promised - 1e-6 * max(1, abs(promised)), names_of(program, row)
        program.row_lower[row], program.row_upper[row] = lower[row], upper[row]


def names_of(program: solver.Program, row: int) -> str:
    return program.constraints[row].name


def test_break_even_of_an_unused_offer_is_the_price_cut_that_it_needs():
    # Kaz at 5 enters when it gets cheaper than China at 1, by 4.
    found = plan(**TWO_OFFERS)
    rows = [row for row in found.tables["Break-even"].rows() if row[:2] == ("offer", "kaz, Kaz")]
    assert [row[4:7] for row in rows] == [pytest.approx((5, 4, 1))]
    for price, tonnes in ((1.01, 0), (0.99, 10)):
        other = plan(Supply=[{**KAZ, "price": price}, CHINA], Demand=[need(10)])
        bought = sum(row[6] for row in other.tables["Purchases"].rows() if row[0] == "kaz")
        assert bought == pytest.approx(tonnes)


@pytest.mark.parametrize("thing", ["offer", "lane", "process"])
def test_each_link_of_an_unused_chain_has_the_cut_that_the_whole_chain_needs(thing):
    # Metal by way of Kaz costs 5 + 2 + 3, metal from China 4: one link must be 6 cheaper.
    found = plan(
        Supply=[KAZ, offer("metal", "China", "metal", 4)],
        Recipes=recipe("smelt", ore=-1, metal=1),
        Processes=[process("smelt", cost=3)],
        Lanes=[
            lane("Kaz", "Plant", "ore", 2),
            lane("Plant", "Buyer", "metal"),
            lane("China", "Buyer", "metal"),
        ],
        Demand=[need(10, material="metal")],
    )
    rows = [row for row in found.tables["Break-even"].rows() if row[0] == thing]
    prices = {"offer": 5, "lane": 2, "process": 3}
    told = [row for row in rows if row[4] == prices[thing]]
    assert [row[5] for row in told] == [pytest.approx(6)]


def test_prices_of_a_plan_with_whole_numbers_hold_its_decisions_fixed():
    # The line is built for 40 t; the 9 t that are short beyond 41 t would need more capacity.
    found = plan(
        **{
            **KILN,
            "Supply": [offer("kaz", "Plant")],
            "Demand": [need(50, material="metal")],
        }
    )
    (row,) = [r for r in found.frame("Scarcity").to_dict("records") if r["kind"] == "capacity"]
    assert row["worth"] == pytest.approx(99)


def test_a_lane_without_shipments_is_not_paid_for():
    # Within its gap a search may leave a lane open (5 a period) over which nothing goes; the other,
    # over which 4 t go, stays open.
    from optimizer.solver.solve_program import _without_idle_integers

    m = ConcreteModel()
    m.shipped = Var([1, 2], bounds=(0, None))
    m.used = Var([1, 2], domain=Binary)
    m.most = Constraint([1, 2], rule=lambda m, lane: m.shipped[lane] <= 10 * m.used[lane])
    m.cost = Objective(expr=sum(5 * m.used[lane] + m.shipped[lane] for lane in (1, 2)))
    program = solver.transfer(m)
    assert _without_idle_integers(program, np.array([0.0, 4.0, 1.0, 1.0])).tolist() == [0, 4, 0, 1]


# Strategies and warm starts -----------------------------------------------------------------------


def _started(file, change):
    """Answers to a changed model: from nothing, and from the optimum of the model as it was."""
    case = optimizer.read(CASES / file)
    m = optimizer.build_model(case)
    program = solver.transfer(m)
    start = pickle.loads(
        pickle.dumps(solver.WarmStart.of(program, solver.solve_with_highs(program)))
    )
    m = optimizer.build_model(case)
    change(m)
    program = solver.transfer(m)
    return solver.solve_with_highs(program), solver.solve_with_highs(program, start=start)


def _close_dearest(m):
    for variable in m.buy.values():
        variable.setub(0.1)


def _add_a_row(m):
    m.most_bought = Constraint(expr=sum(m.buy.values()) <= 1_000.0)
    m.idle = Var(bounds=(0, 1))


def _drop_rows(m):
    m.del_component(m.capacity)


def _change_everything(m):
    """Costs, bounds and right-hand sides, each by its own factor within a third."""
    factor = itertools.cycle((0.9, 1.3, 0.7, 1.1, 1.2))
    for variable in m.buy.values():
        if variable.ub is not None:
            variable.setub(variable.ub * next(factor))
    for row in m.capacity.values():
        row.set_value((row.lower, row.body, row.upper * next(factor)))
    cost = generate_standard_repn(m.total_cost.expr)
    m.total_cost.deactivate()
    m.other_cost = Objective(
        expr=sum(
            each * next(factor) * variable
            for each, variable in zip(cost.linear_coefs, cost.linear_vars, strict=True)
        )
    )


@pytest.mark.parametrize("change", [_close_dearest, _add_a_row, _drop_rows, _change_everything])
@pytest.mark.parametrize("file", ["nochina_random_30.xlsx", "nochina_i_any_stage.xlsx"])
def test_a_warm_start_does_not_change_the_answer(file, change):
    cold, warm = _started(file, change)
    assert warm.status == cold.status == "optimal"
    assert warm.objective == pytest.approx(cold.objective, rel=1e-9, abs=1e-9)


def test_the_same_programme_needs_no_iteration_from_its_own_optimum():
    cold, warm = _started("nochina_random_30.xlsx", lambda m: None)
    assert cold.iterations > 0
    assert warm.iterations == 0
    assert warm.values == pytest.approx(cold.values)


def test_a_warm_start_with_too_many_iterations_is_abandoned(monkeypatch):
    monkeypatch.setattr(resolve, "MIN_ITERATION_LIMIT", 0)
    monkeypatch.setattr(resolve, "PRIMAL_ITERATIONS_PER_ROW", 0.0)
    monkeypatch.setattr(resolve, "DUAL_ITERATIONS_PER_ROW", 0.0)
    cold, warm = _started("nochina_random_30.xlsx", _change_everything)
    assert warm.status == cold.status == "optimal"
    assert warm.method == cold.method
    assert warm.objective == pytest.approx(cold.objective)


KEPT = []
"""Keeps the models of the programmes below alive: a variable holds no reference to its model."""


def small(cost, upper, row_lower, row_upper, matrix=((1.0, 1.0), (1.0, -1.0))):
    """Two columns, two rows; named, so that one is a start for another."""
    m = ConcreteModel()
    m.x = Var([1, 2])
    m.row = Constraint([1, 2], rule=lambda m, i: m.x[1] + i * m.x[2] <= 1)
    KEPT.append(m)
    return solver.Program(
        variables=list(m.x.values()),
        constraints=list(m.row.values()),
        cost=np.array(cost, dtype=float),
        offset=0.0,
        lower=np.zeros(2),
        upper=np.array(upper, dtype=float),
        row_lower=np.array(row_lower, dtype=float),
        row_upper=np.array(row_upper, dtype=float),
        starts=np.array([0, 2, 4], dtype=np.int32),
        columns=np.array([0, 1, 0, 1], dtype=np.int32),
        values=np.array(matrix, dtype=float).ravel(),
        integer=np.zeros(2, dtype=np.int32),
        sign=1.0,
    )


FREE = float("inf")
NEEDED = {"cost": (1, 2), "upper": (10, 10), "row_lower": (4, -FREE), "row_upper": (FREE, 3)}
"""Least x + 2 y with x + y >= 4 and x - y <= 3: x = 3.5, y = 0.5, cost 4.5."""


@pytest.mark.parametrize(
    ("change", "status", "objective"),
    [
        ({}, "optimal", 4.5),
        # y is now cheaper: y = 4.
        ({"cost": (3, 2)}, "optimal", 8.0),
        # x at most 1: y = 3, cost 7. The former plan, 3.5 and 0.5, is not feasible.
        ({"upper": (1, 10)}, "optimal", 7.0),
        ({"cost": (3, 2), "upper": (10, 1)}, "optimal", 11.0),
        ({"cost": (3, 2), "row_lower": (6, -FREE)}, "optimal", 12.0),
        # x - y / 2 <= 3: x = 10/3, y = 2/3.
        ({"matrix": ((1.0, 1.0), (1.0, -0.5))}, "optimal", 14 / 3),
        ({"upper": (1, 1)}, "infeasible", None),
        ({"cost": (3, 2), "upper": (1, 1)}, "infeasible", None),
        ({"cost": (1, -1), "upper": (10, FREE)}, "unbounded", None),
    ],
)
def test_a_warm_start_solves_a_changed_programme(change, status, objective):
    before = small(**NEEDED)
    start = solver.WarmStart.of(before, solver.solve_with_highs(before))
    answer = solver.solve_with_highs(small(**(NEEDED | change)), start=start)
    assert answer.status == status
    assert answer.objective == (None if objective is None else pytest.approx(objective))


def test_a_plan_with_whole_numbers_is_a_warm_start_for_the_fixed_programme():
    """x = 3, y = 1, where 3.5 and 0.5 would do: its basis is optimal with both held."""
    program = structs.replace(small(**NEEDED), integer=np.ones(2, dtype=np.int32))
    answer = solver.solve_with_highs(program, gap=0.0)
    again = solver.solve_with_highs(
        program.held(answer.values), start=solver.WarmStart.of(program, answer)
    )
    assert (answer.objective, again.objective) == (pytest.approx(5), pytest.approx(5))
    assert again.iterations == 0


def test_a_search_that_fails_with_its_start_is_made_without_it(monkeypatch):
    """HiGHS may end in an error where the plan that it is given is feasible only nearly."""
    program = structs.replace(small(**NEEDED), integer=np.ones(2, dtype=np.int32))
    start = solver.WarmStart.of(program, solver.solve_with_highs(program, gap=0.0))
    given, status_of = [], solve_program.status_of

    def set_solution(self, *solution):
        given.append(self)

    def fail_with_start(highs, **keywords):
        return "error: Solve error" if highs in given else status_of(highs, **keywords)

    monkeypatch.setattr("highspy.Highs.setSolution", set_solution)
    monkeypatch.setattr(solve_program, "status_of", fail_with_start)
    answer = solver.solve_with_highs(program, gap=0.0, start=start)
    assert len(given) == 1
    assert (answer.status, answer.objective) == ("optimal", pytest.approx(5))


def test_an_unbounded_first_step_is_not_an_answer():
    """Least -x - y: unbounded within the old bounds, -5 within the new ones."""
    before = small(**NEEDED | {"upper": (FREE, FREE)})
    start = solver.WarmStart.of(before, solver.solve_with_highs(before))
    answer = solver.solve_with_highs(
        small(**NEEDED | {"cost": (-1, -1), "upper": (2, 3)}), start=start
    )
    assert answer.objective == pytest.approx(-5.0)


def test_slack_columns_stabilise_the_interior_point_method_and_are_zero_at_the_end(monkeypatch):
    monkeypatch.setattr(strategies, "INTERIOR_POINT_FROM", 0)
    case = optimizer.read(CASES / "nochina_random_30.xlsx")
    program = solver.transfer(optimizer.build_model(case))
    plain = solver.solve_with_highs(program)
    monkeypatch.setattr(strategies, "INTERIOR_POINT", strategies.INTERIOR_POINT[1:])
    stabilised = solver.solve_with_highs(program)
    assert stabilised.status == "optimal"
    assert stabilised.objective == pytest.approx(plain.objective, rel=1e-7)
    assert len(stabilised.values) == len(plain.values)
    activity = np.zeros(len(program.row_lower))
    row = np.repeat(np.arange(len(activity)), np.diff(program.starts))
    np.add.at(activity, row, program.values * stabilised.values[program.columns])
    assert (activity >= program.row_lower - 1e-5).all()
    assert (activity <= program.row_upper + 1e-5).all()


def test_an_optimum_that_uses_a_slack_column_is_rejected(monkeypatch):
    monkeypatch.setattr(strategies, "INTERIOR_POINT_FROM", 0)
    monkeypatch.setattr(strategies, "INTERIOR_POINT", (strategies.INTERIOR_POINT[1],))
    impossible = structs.replace(dense(3), row_lower=np.full(3, 500.0), row_upper=np.full(3, 500.0))
    impossible = structs.replace(impossible, cost=np.ones(3), upper=np.ones(3))
    assert solver.solve_with_highs(impossible).status == "unclear"


def test_an_interior_optimum_uses_no_column_with_a_reduced_cost(monkeypatch):
    monkeypatch.setattr(strategies, "INTERIOR_POINT_FROM", 0)
    case = optimizer.read(CASES / "nochina_random_30.xlsx")
    program = solver.transfer(optimizer.build_model(case))
    plain = solver.solve_with_highs(program)
    monkeypatch.setattr(strategies, "INTERIOR_POINT", strategies.INTERIOR_POINT[1:2])
    within = solver.solve_with_highs(program)
    dear = plain.reduced_costs > 1e-3
    assert dear.any()
    assert within.values[dear] == pytest.approx(program.lower[dear], abs=1e-9)
    assert within.objective == pytest.approx(plain.objective, rel=1e-7)
    assert within.prices is not None
