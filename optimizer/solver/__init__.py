"""Transfer of a Pyomo model to HiGHS, its solve, and what else HiGHS tells of the optimum."""

from __future__ import annotations

from pyomo.core import ConcreteModel

from optimizer.solver.answer import Answer
from optimizer.solver.basis_ranging import BasisRanges, basis_ranges
from optimizer.solver.elastic_relaxation import Violation, extend_program, least_violation
from optimizer.solver.entry_prices import EntryPrices, find_entry_prices
from optimizer.solver.irreducible_infeasible_set import InfeasibleCore, find_infeasible_core
from optimizer.solver.parametric_ranging import BoundDirection, joint_ranges
from optimizer.solver.price_decomposition import decompose_prices
from optimizer.solver.reduced_cost import usage_slopes
from optimizer.solver.search_progress import Progress
from optimizer.solver.solve_program import solve_with_highs
from optimizer.solver.tight_tolerances import solve_with_tight_tolerances
from optimizer.solver.transfer import Program, transfer
from optimizer.solver.warm_start import WarmStart

__all__ = [
    "Answer",
    "BasisRanges",
    "BoundDirection",
    "EntryPrices",
    "InfeasibleCore",
    "Program",
    "Progress",
    "Violation",
    "WarmStart",
    "basis_ranges",
    "decompose_prices",
    "extend_program",
    "find_entry_prices",
    "find_infeasible_core",
    "joint_ranges",
    "least_violation",
    "load_values",
    "solve",
    "solve_with_highs",
    "solve_with_tight_tolerances",
    "transfer",
    "usage_slopes",
]


def solve(
    m: ConcreteModel,
    *,
    time_limit: float = float("inf"),
    gap: float = 1e-4,
    progress: Progress | None = None,
) -> tuple[Program, Answer]:
    """Solve a Pyomo model as it is now and put the values on its variables.

    ``time_limit`` is in seconds, ``gap`` the relative gap at which a plan with integer columns
    counts as optimal. Raises OptimizerError if the model is not linear.
    """
    program = transfer(m)
    answer = solve_with_highs(program, time_limit=time_limit, gap=gap, progress=progress)
    load_values(program, answer)
    return program, answer


def load_values(program: Program, answer: Answer) -> None:
    """Put the values of an answer on the Pyomo variables."""
    if answer.values is not None:
        for variable, number in zip(program.variables, answer.values.tolist(), strict=True):
            variable.set_value(number, skip_validation=True)
