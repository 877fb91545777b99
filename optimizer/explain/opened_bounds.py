"""A case in which what is zero may be more: a row of its own for every number that could give.

The network leaves out what cannot flow: an offer of which nothing can be bought, capacity that
an option does not add, a delivery that a rule without tolerance forbids. So the programme is
built with traces in their places, and the traces are taken out of it again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

import numpy as np
from msgspec import structs
from pyomo.core import ConcreteModel

from optimizer import model, solver
from optimizer import network as networks
from optimizer.network.network_data import Network
from optimizer.solver import Program
from optimizer.tables.case import Case

TRACE = 2.0**-100
"""What stands for zero while the programme is built; nobody types it."""

DUST = 2.0**-60
"""Below this a number of the programme is a trace."""

R = TypeVar("R")


def opened(
    meaning: Network, program: Program, *, rules: bool
) -> tuple[ConcreteModel | None, Network, Program]:
    """Model, network and programme with rows for what is zero; the same ones if nothing is.

    ``rules`` are those without tolerance. The model must live as long as the programme: a
    Pyomo row knows its family only while it does.
    """
    case = meaning.case
    traced = _traced(case, rules=rules)
    if traced == case:
        return None, meaning, program
    meaning = networks.build(traced)
    m = model.build(meaning)
    program = solver.transfer(m)
    program = structs.replace(
        program,
        values=_without(program.values),
        row_lower=_without(program.row_lower),
        row_upper=_without(program.row_upper),
        upper=_without(program.upper),
    )
    return m, structs.replace(meaning, case=case), program


def _traced(case: Case, *, rules: bool) -> Case:
    built = {(row.site, row.unit) for row in case.options}

    def scarce(row: Any) -> bool:
        return (row.site, row.unit) in built and not row.availability

    return replace(
        case,
        supply=_each(case.supply, lambda row: not row.maximum, maximum=TRACE),
        options=_each(case.options, lambda row: not row.added_capacity, added_capacity=TRACE),
        units=_each(case.units, scarce, availability=TRACE),
        rules=_each(case.rules, lambda row: rules and not row.maximum_share, maximum_share=TRACE),
    )


def _each(rows: tuple[R, ...], which: Callable[[R], bool], **more: float) -> tuple[R, ...]:
    return tuple(replace(row, **more) if which(row) else row for row in rows)  # type: ignore[type-var]


def _without(numbers: np.ndarray) -> np.ndarray:
    return np.where(np.abs(numbers) < DUST, 0.0, numbers)
