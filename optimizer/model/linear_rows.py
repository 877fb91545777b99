"""Linear expressions, and the constraints of a family, from coefficients and variables."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pyomo.core import ConcreteModel, Constraint
from pyomo.core.expr.numeric_expr import LinearExpression

from optimizer.model.family import Family
from optimizer.tables.schema import INFINITY

LinearTerms = list[tuple[float, Any]]
"""Coefficients and variables."""

LinearRow = tuple[tuple[str, ...], float, LinearTerms, float]
"""Index, lower bound, terms and upper bound of a constraint."""


def linear(terms: LinearTerms, constant: float = 0.0) -> LinearExpression:
    """Sum of coefficient times variable, and a constant."""
    return LinearExpression(
        constant=constant,
        linear_coefs=[coefficient for coefficient, _ in terms],
        linear_vars=[variable for _, variable in terms],
    )


def add_rows(m: ConcreteModel, family: Family, rows: Iterable[LinearRow]) -> None:
    """Add the constraints of a family to the model.

    A row without terms is added only where zero is not within its bounds, so that a demand
    that nothing can meet makes the model infeasible rather than vanish.
    """
    bounded: dict[tuple[str, ...], tuple[Any, Any, Any]] = {}
    for index, least, terms, most in rows:
        if not terms:
            if least <= 0.0 <= most:
                continue
            terms = [(1.0, m.nothing)]
        low = None if least == -INFINITY else least
        high = None if most == INFINITY else most
        if low is None and high is None:
            continue
        bounded[index] = (low, linear(terms), high)
    constraint = Constraint(list(bounded), rule=bounded, doc=family.meaning)
    m.add_component(family.name, constraint)
