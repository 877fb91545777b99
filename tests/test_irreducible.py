"""Random workbooks without a plan: what is named conflicts, each of it is needed, repairs do."""

from functools import cache
from itertools import count, islice

import pytest
from msgspec import structs

import optimizer
from optimizer.explain.cell_edits import apply
from optimizer.plan import SolveOptions, solve_with_options
from tests.conftest import read_tables, sample
from tests.oracle.random_case import ALL, draw
from tests.oracle.requirements import fault, feasible

CASES = range(sample(8, 24))
"""The first random workbooks that have no plan."""

QUICK = SolveOptions(full=False, diagnose=False)

PART = 0.01
"""Part of a change that must matter."""


def without_a_plan():
    """Random workbooks that can be read and have no plan, one after the other."""
    for seed in count():
        try:
            case = read_tables(draw(seed, ALL))
        except optimizer.WorkbookError:
            continue
        if solve_with_options(case, QUICK).status == "infeasible":
            yield case


@cache
def refused():
    return [optimizer.solve(case) for case in islice(without_a_plan(), len(CASES))]


@pytest.mark.slow
@pytest.mark.parametrize("number", CASES)
def test_what_is_named_conflicts_and_none_of_it_can_be_left_out(number):
    result = refused()[number]
    assert fault(result.case, result.conflict) == ""


@pytest.mark.slow
@pytest.mark.parametrize("number", CASES)
def test_the_values_of_a_repair_give_a_plan_and_a_little_less_of_any_does_not(number):
    result = refused()[number]
    for repair in result.repairs:
        assert repair.checked
        assert feasible(repair.apply(result.case))
        for edit in repair.edits:
            part = 1.0 if edit.header == "most" else PART * abs(edit.new - edit.old)
            nearer = structs.replace(edit, new=edit.new - part * (1 if edit.new > edit.old else -1))
            others = [own for own in repair.edits if own is not edit]
            assert not feasible(apply(result.case, [*others, nearer])), edit
