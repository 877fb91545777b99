"""The programme of a model as it was built: what a caller changes later is told by it."""

from __future__ import annotations

from typing import Any

import numpy as np
from msgspec import Struct, structs
from pyomo.core import ConcreteModel

from optimizer.errors import UsageError
from optimizer.solver.transfer import Program, active_objective, transfer
from optimizer.solver.warm_start import ComponentKey, component_keys


class AsBuilt(Struct, frozen=True):
    """Columns, rows and objective of a model, by the names of their Pyomo components."""

    columns: list[ComponentKey]
    rows: list[ComponentKey]
    program: Program
    """Without Pyomo components, so that a copy of the model has it too."""
    objective: str
    network: Any
    """The network that the model was built from: its plan is audited against it."""
    variables: Any
    """``m.columns``: the variables by flow and period."""

    def cost(self, program: Program, values: np.ndarray) -> float:
        """Cost as built of a plan of a programme; columns that were not built cost nothing."""
        position = {key: number for number, key in enumerate(self.columns)}
        places = [position.get(key, -1) for key in component_keys(program.variables)]
        costs = np.append(self.program.cost, 0.0)[places]
        return float(costs @ values) + self.program.offset


def record_as_built(m: ConcreteModel) -> None:
    """Note in ``m.as_built`` what the model is now."""
    program = transfer(m)
    m.as_built = AsBuilt(
        component_keys(program.variables),
        component_keys(program.constraints),
        structs.replace(program, variables=[], constraints=[]),
        active_objective(m).name,
        m.network,
        m.columns,
    )


def as_built(m: Any) -> AsBuilt:
    """What a model was when ``build_model`` made it.

    Raises UsageError for anything else than such a model.
    """
    if not isinstance(m, ConcreteModel):
        raise UsageError(
            f"only a model that build_model made can be solved, not {type(m).__name__}; "
            "build_model takes a case, and solve solves one at once"
        )
    record = getattr(m, "as_built", None)
    if (
        not isinstance(record, AsBuilt)
        or getattr(m, "network", None) is not record.network
        or getattr(m, "columns", None) is not record.variables
    ):
        raise UsageError(
            "the Pyomo model was not made by build_model, or lacks its own network, columns or "
            "record as_built; add your rows to a model of build_model"
        )
    return record
