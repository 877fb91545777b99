"""Transfer of a Pyomo model to HiGHS, its solve, and what else HiGHS tells of the optimum."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pyomo.core import ConcreteModel

from optimizer.solver.answer import Answer
from optimizer.solver.as_built import AsBuilt, as_built, record_as_built
from optimizer.solver.basis_ranging import BasisRanges, basis_ranges
from optimizer.solver.elastic_relaxation import Violation, extend_program, least_violation
from optimizer.solver.entry_prices import EntryPrices, find_entry_prices
from optimizer.solver.highs_options import check_highs_options
from optimizer.solver.irreducible_infeasible_set import InfeasibleCore, find_infeasible_core
from optimizer.solver.model_changes import NO_CHANGES, ChangedColumn, ModelChanges, model_changes
from optimizer.solver.parametric_ranging import BoundDirection, joint_ranges
from optimizer.solver.price_decomposition import decompose_prices
from optimizer.solver.pyomo_solver import solve_with_pyomo
from optimizer.solver.reduced_cost import usage_slopes
from optimizer.solver.search_progress import Progress
from optimizer.solver.solve_program import solve_with_highs
from optimizer.solver.tight_tolerances import solve_with_tight_tolerances
from optimizer.solver.transfer import Program, transfer
from optimizer.solver.warm_start import WarmStart, component_keys

__all__ = [
    "NO_CHANGES",
    "Answer",
    "AsBuilt",
    "BasisRanges",
    "BoundDirection",
    "ChangedColumn",
    "EntryPrices",
    "InfeasibleCore",
    "ModelChanges",
    "Program",
    "Progress",
    "Violation",
    "WarmStart",
    "as_built",
    "basis_ranges",
    "check_highs_options",
    "component_keys",
    "decompose_prices",
    "extend_program",
    "find_entry_prices",
    "find_infeasible_core",
    "joint_ranges",
    "least_violation",
    "load_values",
    "model_changes",
    "record_as_built",
    "solve",
    "solve_with_highs",
    "solve_with_pyomo",
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
    highs_options: Mapping[str, Any] | None = None,
) -> tuple[Program, Answer]:
    """Solve a Pyomo model as it is now and put the values on its variables.

    ``time_limit`` is in seconds, ``gap`` the relative gap at which a plan with integer columns
    counts as optimal. Raises OptimizerError if the model is not linear.
    """
    program = transfer(m)
    answer = solve_with_highs(
        program, time_limit=time_limit, gap=gap, progress=progress, highs_options=highs_options
    )
    load_values(program, answer)
    return program, answer


def load_values(program: Program, answer: Answer) -> None:
    """Put the values of an answer on the Pyomo variables."""
    if answer.values is not None:
        for variable, number in zip(program.variables, answer.values.tolist(), strict=True):
            variable.set_value(number, skip_validation=True)
