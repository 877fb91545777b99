"""Options of HiGHS by name, and other solvers through Pyomo, whose word is taken for what it is."""

from __future__ import annotations

import openpyxl
import pytest
from pyomo.environ import Constraint, SolverFactory
from pyomo.opt import TerminationCondition

import optimizer
from optimizer.solver.highs_options import BREAKING_OPTIONS, SET_ELSEWHERE, option_names
from tests.conftest import CASES, lane, make, need, offer

CASE = {
    "Supply": [offer("kaz", price=5, maximum=8), offer("china", "China", price=1, maximum=6)],
    "Lanes": [lane("Kaz", "Buyer"), lane("China", "Buyer")],
    "Demand": [need(10)],
}
"""6 t at 1 and 4 t at 5."""
YES_OR_NO = {
    **CASE,
    "Lanes": [lane("Kaz", "Buyer"), lane("China", "Buyer", maximum=20, **{"fixed cost": 7})],
}
"""A fixed cost of 7 for the Chinese lane: 7 + 6 + 20."""
INSTALLED = [
    pytest.param(
        name,
        marks=pytest.mark.skipif(
            not SolverFactory(name).available(exception_flag=False), reason="not installed"
        ),
    )
    for name in ("glpk", "cbc", "highs", "appsi_highs", "scip_direct")
]


# HiGHS ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "options",
    [
        {"presolve": "off"},
        {"solver": "simplex", "simplex_strategy": 4},
        {"threads": 2, "parallel": "on"},
        {"random_seed": 7, "mip_heuristic_effort": 1},
        {"solver": "ipm"},
    ],
    ids=str,
)
def test_options_of_highs_reach_it_and_the_optimum_stays(options):
    for case in (make(**CASE), make(**YES_OR_NO)):
        plain, told = optimizer.solve(case), optimizer.solve(case, highs_options=options)
        assert told.objective == pytest.approx(plain.objective)
        assert told.status == "optimal"
        m = optimizer.build_model(case)
        assert optimizer.solve_model(m, highs_options=options).audit.passed


def test_an_option_changes_what_highs_does():
    off = optimizer.solve(make(**CASE), highs_options={"presolve": "off"})
    assert any("without presolve" in line for line in off.log), off.log


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"presolv": "off"}, "no option 'presolv'; did you mean presolve"),
        ({"threads": "two"}, "threads of HiGHS is a whole number, not 'two'"),
        ({"threads": True}, "threads of HiGHS is a whole number, not True"),
        ({"presolve": 1}, "presolve of HiGHS is a text, not 1"),
        ({"mip_detect_symmetry": 1}, "is True or False, not 1"),
        ({"presolve": "perhaps"}, "cannot be 'perhaps'"),
        ({"threads": -3}, "cannot be -3"),
        ({"threads": 2**31 - 1}, "at most 256 here"),
        ({"solver": "pdlp"}, "option solver of HiGHS is one of choose"),
        ({"time_limit": 3}, "cannot be set here: give time_limit to the solve"),
        ({"mip_feasibility_tolerance": 0.1}, "part of a yes would count as a no"),
        ({"write_model_file": "m.lp"}, "read or write files"),
        ({"highs_debug_level": 1}, "print on standard output"),
        ({"highs_analysis_level": 1}, "crashes"),
        ([("threads", 2)], "a mapping of names to values"),
        ({3: 4}, "no option 3"),
    ],
)
def test_an_option_that_is_wrong_or_breaks_the_proof_is_refused(options, said):
    with pytest.raises(optimizer.UsageError, match=said):
        optimizer.solve(make(**CASE), highs_options=options)


def test_the_options_that_are_refused_are_options_of_highs():
    of_other_versions = {
        "user_cost_scale",
        "complementarity_tolerance",
        "mip_improving_solution_save",
    }
    assert {*BREAKING_OPTIONS, *SET_ELSEWHERE} - of_other_versions <= set(option_names())


# Others ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("solver", INSTALLED)
@pytest.mark.parametrize("case", [CASE, YES_OR_NO], ids=["linear", "yes or no"])
def test_another_solver_gives_an_audited_result_that_says_what_is_missing(solver, case, tmp_path):
    own = optimizer.solve(make(**case))
    for result in (
        optimizer.solve(make(**case), solver=solver),
        optimizer.solve_model(optimizer.build_model(make(**case)), solver=solver),
        optimizer.solve(make(**case), solver=SolverFactory(solver)),
    ):
        assert result.status == "optimal"
        assert result.objective == pytest.approx(own.objective)
        assert result.audit.passed
        assert result.solver.lower().startswith((solver, solver.removeprefix("appsi_")))
        assert result.changed == ()
        assert f"Solved by {result.solver}" in result.alerts[0]
        assert "no prices" in result.alerts[0]
        assert f"optimal as {result.solver} reports" in result.sentence
        assert {"Scarcity", "Bottlenecks", "Break-even"}.isdisjoint(result.tables)
        optimizer.write(result, tmp_path / "plan.xlsx")
        optimizer.write_page(result, tmp_path / "plan.html")
        summary = openpyxl.load_workbook(tmp_path / "plan.xlsx")["Summary"]
        cells = [str(cell) for row in summary.iter_rows(values_only=True) for cell in row]
        assert any(f"optimal as {result.solver} reports" in cell for cell in cells)
        assert not any("proven optimal" in cell for cell in cells)


@pytest.mark.parametrize("solver", INSTALLED)
@pytest.mark.parametrize("file", ["hand_gate_fee.xlsx", "gurobi_facility.xlsx", "gams_mexss.xlsx"])
def test_another_solver_finds_the_same_optimum(solver, file):
    path = CASES / file
    case = optimizer.read(path)
    own, other = optimizer.solve(case, gap=0), optimizer.solve(case, gap=0, solver=solver)
    assert other.objective == pytest.approx(own.objective, rel=1e-6)
    assert other.audit.passed


@pytest.mark.parametrize("solver", INSTALLED)
def test_another_solver_without_a_plan_gets_the_reasons_all_the_same(solver):
    case = make(**{**CASE, "Demand": [need(100, minimum=1)]})
    result = optimizer.solve(case, solver=solver)
    assert (result.status, result.objective) == ("infeasible", None)
    assert result.conflict.clashes
    assert optimizer.solve(make(**CASE), solver=solver, time_limit=0).status == "time limit"


@pytest.mark.parametrize("solver", INSTALLED)
def test_a_changed_model_is_announced_with_another_solver_too(solver):
    m = optimizer.build_model(make(**CASE))
    m.cap = Constraint(expr=sum(m.buy.values()) <= 5)
    result = optimizer.solve_model(m, solver=solver)
    assert result.changed == ("your row 'cap'",)
    assert "changed model" in result.sentence


class Answering:
    """A solver that answers as it is told."""

    name = "oracle"

    def __init__(self, condition, lower=None, change=lambda name, value: value):
        self.condition, self.lower, self.change = condition, lower, change

    def solve(self, m, **_):
        results = SolverFactory("appsi_highs").solve(m, load_solutions=False)
        results.solver.termination_condition = self.condition
        results.problem.lower_bound = self.lower
        for name, value in results.solution(0).variable.items():
            value["Value"] = self.change(name, value["Value"])
        return results


def told(case=YES_OR_NO, **answers):
    answers = {"condition": TerminationCondition.optimal, **answers}
    return optimizer.solve(make(**case), solver=Answering(**answers))


def test_a_proof_is_said_only_if_the_bound_is_within_the_gap():
    assert told(lower=33.0).status == "optimal"
    assert told(lower=20.0).status == "not proven"
    assert told(lower=20.0).gap == pytest.approx(13 / 33)
    assert told(lower=None).status == "not proven"
    assert told(condition=TerminationCondition.feasible, lower=33.0).status == "not proven"
    assert told(CASE, condition=TerminationCondition.locallyOptimal).status == "not proven"
    unproven = told(lower=None)
    assert unproven.sentence == "the solver gave a plan without a proof that it is optimal"
    assert "Not proven optimal" in "".join(unproven.alerts)
    with pytest.raises(optimizer.StoppedError):
        unproven.raise_for_status()


def test_values_that_break_a_row_are_no_plan():
    result = told(CASE, change=lambda name, value: value + name.startswith("deliver"))
    assert result.objective is None
    assert "break row" in result.status


def test_values_that_are_no_whole_numbers_are_no_plan():
    result = told(lower=33.0, change=lambda name, value: 0.5 if "used" in name else value)
    assert result.objective is None
    assert result.status.startswith("error: the solver's value")


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"solver": "glkp"}, "no solver 'glkp'; did you mean glpk"),
        ({"solver": "baron"}, "not installed"),
        ({"solver": 3}, "a name in Pyomo's SolverFactory"),
        ({"solver": "appsi_highs", "highs_options": {"threads": 1}}, "highs_options are of HiGHS"),
        ({"solver": "appsi_highs", "progress": print}, "progress is of HiGHS"),
    ],
)
def test_what_is_no_solver_is_refused(more, said):
    with pytest.raises(optimizer.UsageError, match=said):
        optimizer.solve(make(**CASE), **more)


def test_a_solver_that_fails_is_an_error_of_ours():
    class Failing:
        def solve(self, *_, **__):
            raise RuntimeError("no licence\nmore")

    with pytest.raises(optimizer.OptimizerError, match=r"Failing failed: no licence$"):
        optimizer.solve(make(**CASE), solver=Failing())
