"""The product by steps: what ``optimizer solve`` does, each step timed.

``python -m tests.benchmarks.product WORKBOOK OUTPUT``; with ``--arrays`` it only writes
the arrays of the programme for the other processes.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from optimizer import audit, explain, model, network, result_tables, solver
from optimizer.plan import solve
from optimizer.report.write_result import write
from optimizer.tables import Case, checks, read
from tests.benchmarks.clock import Clock

FIELDS = (
    "cost",
    "lower",
    "upper",
    "row_lower",
    "row_upper",
    "starts",
    "columns",
    "values",
    "integer",
    "offset",
)
ROOMS = (
    (checks, "run", "check"),
    (network, "build", "network"),
    (model, "build", "build"),
    (solver, "transfer", "transfer"),
    (solver, "solve_with_highs", "solve"),
    (solver, "load_values", "extract"),
    (result_tables, "tables_of", "extract"),
    (audit, "audit", "audit"),
    (explain.PriceTables, "tables", "prices"),
)
"""Module and name of the function of each step."""


def keep(case: Case, path: str | Path) -> None:
    """Write the arrays of a case's programme."""
    import numpy as np

    program = solver.transfer(model.build(network.build(case)))
    np.savez(path, **{name: getattr(program, name) for name in FIELDS})


def main(clock: Clock, workbook: str, output: str) -> None:
    """The whole process."""
    programs: list[Any] = []
    for room, name, step in ROOMS:
        setattr(room, name, _timed(clock, getattr(room, name), step, programs))
    with clock.step("read"):
        case = read(workbook)
    clock.steps["read"] -= clock.steps["check"]
    result = solve(case)
    with clock.step("write"):
        write(result, output)
    audit = result.audit
    clock.tell(
        objective=result.objective,
        status=result.status,
        audit=audit.verdict if audit else "",
        passed=bool(audit and audit.passed),
        columns=len(programs[0].cost),
        rows=len(programs[0].row_lower),
        nonzeros=len(programs[0].values),
        kept=result.network.pruning.kept,
    )


def _timed(
    clock: Clock, function: Callable[..., Any], step: str, programs: list[Any]
) -> Callable[..., Any]:
    def timed(*arguments: Any, **options: Any) -> Any:
        with clock.step(step):
            found = function(*arguments, **options)
        if step == "transfer":
            programs.append(found)
        return found

    return timed


if __name__ == "__main__":
    CLOCK = Clock()
    CLOCK.since_start("import")
    if "--arrays" in sys.argv:
        keep(read(sys.argv[1]), sys.argv[2])
    else:
        main(CLOCK, *sys.argv[1:3])
