"""The record of what HiGHS answers to one programme."""

from __future__ import annotations

from typing import Any

import numpy as np
from msgspec import Struct, structs

Status = str
"""optimal, infeasible, unbounded, unclear, time limit, interrupted, not proven, or error: …"""


class Answer(Struct, frozen=True):
    """Status and solution: values by column, prices by row, reduced costs by column.

    Prices and reduced costs are None where there are none: without an optimum, or while
    columns must be integer.
    """

    status: Status
    objective: float | None
    values: np.ndarray | None
    prices: np.ndarray | None
    reduced_costs: np.ndarray | None
    gap: float
    """Relative gap that is proven; 0 for a linear optimum, infinity where nothing is."""
    iterations: int
    seconds: float
    method: str
    version: str
    log: tuple[str, ...]
    basis: Any = None
    """HiGHS's basis at a linear optimum, to start other programmes from."""
    solver: str = "HiGHS"

    @property
    def solver_name(self) -> str:
        """Name and version of the solver."""
        return f"{self.solver} {self.version}".rstrip()

    def without_prices(self) -> Answer:
        """The same plan, of whose prices nothing is said."""
        return structs.replace(self, prices=None, reduced_costs=None, basis=None)
