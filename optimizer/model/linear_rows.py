"""Rows of the model: linear expressions from terms, and families of constraints."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pyomo.core import ConcreteModel, Constraint
from pyomo.core.expr.numeric_expr import LinearExpression

from optimizer.tables.schema import INFINITY

Terms = list[tuple[float, Any]]
"""Coefficients and variables."""

Row = tuple[tuple[str, ...], float, Terms, float]
"""Index, least, terms, most."""


def linear(terms: Terms, constant: float = 0.0) -> LinearExpression:
    """Sum of coefficient times variable, and a constant."""
    return LinearExpression(
        constant=constant,
        linear_coefs=[coefficient for coefficient, _ in terms],
        linear_vars=[variable for _, variable in terms],
    )


def family(
    m: ConcreteModel,
    name: str,
    doc: str,
    rows: Iterable[Row],
) -> Constraint:
    """Put one family of rows (index, least, terms, most) on the model.

    A row without terms is kept only where its bounds cannot be met, so that an
    impossible wish makes the model infeasible rather than vanish.
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
    rule = bounded.__getitem__
    constraint = Constraint(list(bounded), rule=lambda _, *index: rule(index), doc=doc)
    m.add_component(name, constraint)
    return constraint
