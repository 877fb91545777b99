"""Open bounds of zero: a row in the programme for every zero in the workbook that could give.

The network leaves out what cannot flow: an offer of which nothing can be bought, capacity that
an option does not add, a delivery that a rule without tolerance forbids. So the programme is
built with tiny placeholders instead of these zeros, which are then set back to zero.
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

PLACEHOLDER = 2.0**-100
"""Stands for zero while the programme is built: a power of two that nobody types."""

LARGEST_PLACEHOLDER = 2.0**-60
"""A smaller number in the programme comes from a placeholder, times a coefficient below 2**40."""

OpenedRow = TypeVar("OpenedRow")


def open_zero_bounds(
    meaning: Network, program: Program, *, rules: bool
) -> tuple[ConcreteModel | None, Network, Program]:
    """Model, network and programme with rows for bounds of zero; unchanged if there are none.

    ``rules``: open rules without tolerance too. Keep the model as long as the programme: a Pyomo
    row knows its family only while its model lives.
    """
    case = meaning.case
    placeholders = _with_placeholders(case, rules=rules)
    if placeholders == case:
        return None, meaning, program
    meaning = networks.build(placeholders)
    m = model.build(meaning)
    program = solver.transfer(m)
    program = structs.replace(
        program,
        values=_without_placeholders(program.values),
        row_lower=_without_placeholders(program.row_lower),
        row_upper=_without_placeholders(program.row_upper),
        upper=_without_placeholders(program.upper),
    )
    return m, structs.replace(meaning, case=case), program


def _with_placeholders(case: Case, *, rules: bool) -> Case:
    extendable = {(row.site, row.unit) for row in case.options}

    def unavailable(row: Any) -> bool:
        return (row.site, row.unit) in extendable and not row.availability

    return replace(
        case,
        supply=_each(case.supply, lambda row: not row.maximum, maximum=PLACEHOLDER),
        options=_each(case.options, lambda row: not row.added_capacity, added_capacity=PLACEHOLDER),
        units=_each(case.units, unavailable, availability=PLACEHOLDER),
        rules=_each(
            case.rules, lambda row: rules and not row.maximum_share, maximum_share=PLACEHOLDER
        ),
    )


def _each(
    rows: tuple[OpenedRow, ...], which: Callable[[OpenedRow], bool], **more: float
) -> tuple[OpenedRow, ...]:
    return tuple(replace(row, **more) if which(row) else row for row in rows)  # type: ignore[type-var]


def _without_placeholders(numbers: np.ndarray) -> np.ndarray:
    return np.where(np.abs(numbers) < LARGEST_PLACEHOLDER, 0.0, numbers)
