"""Transfer of a Pyomo model to HiGHS, its solve, and what else HiGHS tells of the optimum."""

from __future__ import annotations

from pyomo.core import ConcreteModel

from optimizer.solver.answer import Answer
from optimizer.solver.basis_ranging import BasisRanges, ranges
from optimizer.solver.elastic_relaxation import Violation, extended, least_violation
from optimizer.solver.entry_prices import EntryPrices, margins
from optimizer.solver.irreducible_infeasible_set import InfeasibleCore, conflict
from optimizer.solver.parametric_ranging import BoundDirection, reaches
from optimizer.solver.price_decomposition import attribute
from optimizer.solver.reduced_cost import slopes
from optimizer.solver.search_progress import Progress
from optimizer.solver.solve_program import ask
from optimizer.solver.tight_tolerances import strict
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
    "ask",
    "attribute",
    "conflict",
    "extended",
    "least_violation",
    "load",
    "margins",
    "ranges",
    "reaches",
    "slopes",
    "solve",
    "strict",
    "transfer",
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
    answer = ask(program, time_limit=time_limit, gap=gap, progress=progress)
    load(program, answer)
    return program, answer


def load(program: Program, answer: Answer) -> None:
    """Put the values of an answer on the Pyomo variables."""
    if answer.values is not None:
        for variable, number in zip(program.variables, answer.values.tolist(), strict=True):
            variable.set_value(number, skip_validation=True)
