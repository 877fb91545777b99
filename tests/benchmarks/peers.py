"""The same linear programme through three modelling libraries, as an expert would.

Each takes the arrays of the floor, builds its own model of variables and rows, hands it to
HiGHS in memory with the same method, and writes the floor's plain workbook. None reads a
workbook or knows what a row means. PyOptInterface adds to HiGHS as it builds, so that it has
no transfer of its own; linopy builds rows in bulk by grouping their terms.

``python -m tests.benchmarks.peers NAME ARRAYS METHOD OUTPUT [--no-run]``
"""

from __future__ import annotations

import sys
from typing import Any

from tests.benchmarks.clock import Clock

Solved = tuple[float, Any, Any]
"""Objective, values, reduced costs."""


def pyoptinterface(clock: Clock, path: str, method: str, *, run: bool) -> Solved:
    import numpy as np
    import pyoptinterface as poi
    from pyoptinterface import highs

    clock.since_start("import")
    with clock.step("build"):
        arrays = _load(path)
        model = highs.Model()
        for name, setting in (("output_flag", False), ("threads", 1), ("solver", method)):
            model.set_raw_parameter(name, setting)
        bounds = zip(arrays["lower"].tolist(), arrays["upper"].tolist(), strict=True)
        variables = [model.add_variable(lb=low, ub=high) for low, high in bounds]
        function = poi.ScalarAffineFunction.from_numpy
        starts, columns, values = arrays["starts"].tolist(), arrays["columns"], arrays["values"]
        lows, highs_ = arrays["row_lower"].tolist(), arrays["row_upper"].tolist()
        for row, (low, high) in enumerate(zip(lows, highs_, strict=True)):
            begin, end = starts[row], starts[row + 1]
            terms = function(values[begin:end], columns[begin:end])
            if low == high:
                model.add_linear_constraint(terms, poi.Eq, low)
            elif low == -np.inf:
                model.add_linear_constraint(terms, poi.Leq, high)
            elif high == np.inf:
                model.add_linear_constraint(terms, poi.Geq, low)
            else:
                model.add_linear_constraint(terms, (low, high))
        used = np.flatnonzero(arrays["cost"]).astype(np.int32)
        cost = function(arrays["cost"][used], used, float(arrays["offset"]))
        model.set_objective(cost, poi.ObjectiveSense.Minimize)
    with clock.step("transfer"):
        pass
    if not run:
        clock.tell()
    with clock.step("solve"):
        model.optimize()
    with clock.step("extract"):
        found = np.array([model.get_value(variable) for variable in variables])
        prices = np.array([model.get_variable_dual(variable) for variable in variables])
    return model.get_obj_value(), found, prices


def pulp(clock: Clock, path: str, method: str, *, run: bool) -> Solved:
    import numpy as np
    import pulp as library

    clock.since_start("import")
    with clock.step("build"):
        arrays = _load(path)
        problem = library.LpProblem("plan", library.LpMinimize)
        bounds = zip(arrays["lower"].tolist(), arrays["upper"].tolist(), strict=True)
        variables = [
            library.LpVariable(f"x{column}", low, None if high == np.inf else high)
            for column, (low, high) in enumerate(bounds)
        ]
        cost = arrays["cost"].tolist()
        problem.setObjective(
            library.LpAffineExpression(
                [(variables[column], cost[column]) for column in np.flatnonzero(cost).tolist()],
                constant=float(arrays["offset"]),
            )
        )
        starts = arrays["starts"].tolist()
        columns, values = arrays["columns"].tolist(), arrays["values"].tolist()
        lows, highs = arrays["row_lower"].tolist(), arrays["row_upper"].tolist()
        for row, (low, high) in enumerate(zip(lows, highs, strict=True)):
            begin, end = starts[row], starts[row + 1]
            terms = [(variables[columns[place]], values[place]) for place in range(begin, end)]
            for sense, bound in _one_sided(library, low, high):
                problem.addConstraint(
                    library.LpConstraint(library.LpAffineExpression(terms), sense, rhs=bound)
                )
    solver = library.HiGHS(msg=False, threads=1, solver=method)
    with clock.step("transfer"):
        solver.createAndConfigureSolver(problem)
        solver.buildSolverModel(problem)
    if not run:
        clock.tell()
    with clock.step("solve"):
        solver.callSolver(problem)
    with clock.step("extract"):
        solver.findSolutionValues(problem)
        found = np.array([variable.varValue or 0.0 for variable in variables])
        prices = np.array([variable.dj or 0.0 for variable in variables])
    return problem.solverModel.getObjectiveValue() + float(arrays["offset"]), found, prices


def _one_sided(library: Any, low: float, high: float) -> list[tuple[int, float]]:
    """Splits rows with two sides for libraries that allow one; a minimum of zero stays."""
    if low == high:
        return [(library.LpConstraintEQ, low)]
    found = []
    if low > -float("inf"):
        found.append((library.LpConstraintGE, low))
    if high < float("inf"):
        found.append((library.LpConstraintLE, high))
    return found


def linopy(clock: Clock, path: str, method: str, *, run: bool) -> Solved:
    import linopy as library
    import numpy as np
    import pandas as pd
    import xarray as xr

    clock.since_start("import")
    with clock.step("build"):
        library.options["semantics"] = "v1"
        arrays = _load(path)
        model = library.Model(sparse=True)
        names = pd.RangeIndex(len(arrays["cost"]), name="column")
        x = model.add_variables(arrays["lower"], arrays["upper"], coords=[names], name="x")
        lows, highs, starts = arrays["row_lower"], arrays["row_upper"], arrays["starts"]
        row_of = np.repeat(np.arange(len(lows)), np.diff(starts))
        sides = (
            ("equal", lows == highs, "=", lows),
            ("least", (lows != highs) & (lows > -np.inf), ">=", lows),
            ("most", (lows != highs) & (highs < np.inf), "<=", highs),
        )
        for name, chosen, sign, bound in sides:
            terms = np.flatnonzero(chosen[row_of])
            if not len(terms):
                continue
            place = xr.DataArray(arrays["columns"][terms], dims="term")
            factor = xr.DataArray(arrays["values"][terms], dims="term")
            group = xr.DataArray(row_of[terms], dims="term", name="row")
            rows = (x.isel(column=place) * factor).groupby(group).sum()
            right = xr.DataArray(bound[chosen], dims="row", coords={"row": np.flatnonzero(chosen)})
            model.add_constraints(rows, sign, right, name=name)
        cost = xr.DataArray(arrays["cost"], dims="column", coords={"column": names})
        model.add_objective((x * cost).sum())
    options = {"solver": method, "threads": 1, "output_flag": False}
    with clock.step("transfer"):
        highs = library.io.to_highspy(model, set_names=False)
        for name, setting in options.items():
            highs.setOptionValue(name, setting)
    if not run:
        clock.tell()
    with clock.step("solve"):
        highs.run()
    with clock.step("extract"):
        solution = highs.getSolution()
        found, prices = np.array(solution.col_value), np.array(solution.col_dual)
    return highs.getObjectiveValue() + float(arrays["offset"]), found, prices


PEERS = {"PyOptInterface": pyoptinterface, "linopy": linopy, "PuLP": pulp}


def _load(path: str) -> dict[str, Any]:
    from numpy import load

    with load(path) as arrays:
        return {name: arrays[name] for name in arrays.files}


def main(name: str, path: str, method: str, output: str, *, run: bool) -> None:
    """The whole process of one library."""
    clock = Clock()
    objective, values, prices = PEERS[name](clock, path, method, run=run)
    with clock.step("write"):
        from tests.benchmarks.floor import write

        write(output, values, prices)
    clock.tell(objective=objective)


if __name__ == "__main__":
    main(*sys.argv[1:5], run="--no-run" not in sys.argv)
