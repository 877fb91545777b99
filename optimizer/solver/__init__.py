"""Asking HiGHS: transfer of a Pyomo model, and its answer."""

from __future__ import annotations

from pyomo.core import ConcreteModel

from optimizer.collector import paused
from optimizer.solver.attribute import attribute
from optimizer.solver.conflict import Core, conflict
from optimizer.solver.elastic import Violation, least_violation, tied_violation
from optimizer.solver.highs import Answer, ask
from optimizer.solver.margins import Margins, margins
from optimizer.solver.parametric import Move, reaches
from optimizer.solver.probe import slopes
from optimizer.solver.ranges import Ranges, ranges
from optimizer.solver.running import Progress
from optimizer.solver.start import Start
from optimizer.solver.transfer import Program, transfer

__all__ = [
    "Answer",
    "Core",
    "Margins",
    "Move",
    "Program",
    "Progress",
    "Ranges",
    "Start",
    "Violation",
    "ask",
    "attribute",
    "conflict",
    "least_violation",
    "load",
    "margins",
    "ranges",
    "reaches",
    "slopes",
    "solve",
    "tied_violation",
    "transfer",
]


def solve(
    m: ConcreteModel,
    *,
    time_limit: float = float("inf"),
    gap: float = 1e-4,
    progress: Progress | None = None,
) -> tuple[Program, Answer]:
    """Solve a Pyomo model as it stands now and put the values on its variables."""
    with paused():
        program = transfer(m)
    answer = ask(program, time_limit=time_limit, gap=gap, progress=progress)
    load(program, answer)
    return program, answer


def load(program: Program, answer: Answer) -> None:
    """Put the values of an answer on the Pyomo variables."""
    if answer.values is not None:
        for variable, number in zip(program.variables, answer.values.tolist(), strict=True):
            variable.set_value(number, skip_validation=True)
