"""From a Pyomo model to the arrays that HiGHS takes.

Rows written as :class:`LinearExpression`, as all rows of this package are, are read term by term;
anything else that a user has added goes through Pyomo's own standard form.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from msgspec import Struct, structs
from pyomo.core import (
    Block,
    BuildAction,
    BuildCheck,
    ConcreteModel,
    Constraint,
    Expression,
    Objective,
    Param,
    RangeSet,
    Set,
    Suffix,
    Var,
    maximize,
    value,
)
from pyomo.core.expr.numeric_expr import LinearExpression, MonomialTermExpression

from optimizer.errors import OptimizerError
from optimizer.tables.schema import INFINITY

KNOWN_COMPONENTS = frozenset(
    {
        *(Block, BuildAction, BuildCheck, Constraint, Expression),
        *(Objective, Param, RangeSet, Set, Suffix, Var),
    }
)
"""Kinds of Pyomo component that are transferred, or that bind nothing by themselves."""


class Program(Struct):
    """A linear programme by rows, with the Pyomo components of its columns and rows."""

    variables: list[Any]
    constraints: list[Any]
    cost: np.ndarray
    offset: float
    lower: np.ndarray
    upper: np.ndarray
    row_lower: np.ndarray
    row_upper: np.ndarray
    starts: np.ndarray
    columns: np.ndarray
    values: np.ndarray
    integer: np.ndarray
    """1 where a column must be integer."""
    sign: float
    """-1 where the model maximises."""

    @property
    def row_of(self) -> np.ndarray:
        """Row of each entry of the matrix."""
        return np.repeat(np.arange(len(self.row_lower)), np.diff(self.starts))

    def activity(self, values: np.ndarray) -> np.ndarray:
        """Left side of each row."""
        terms = self.values * values[self.columns]
        return np.bincount(self.row_of, terms, minlength=len(self.row_lower))

    def flow(self, values: np.ndarray) -> np.ndarray:
        """Flow through each row, in either direction."""
        terms = np.abs(self.values) * values[self.columns]
        return np.bincount(self.row_of, terms, minlength=len(self.row_lower))

    def reduced_costs(self, prices: np.ndarray) -> np.ndarray:
        """Cost of each column less what its entries are worth at prices of rows."""
        worth = self.values * prices[self.row_of]
        return self.cost - np.bincount(self.columns, worth, minlength=len(self.cost))

    def relaxed(self) -> Program:
        """The linear programme in which no column must be integer."""
        return structs.replace(self, integer=np.zeros_like(self.integer))

    def held(self, values: np.ndarray) -> Program:
        """The linear programme in which integer columns are fixed at their rounded values."""
        columns = np.flatnonzero(self.integer)
        lower, upper = self.lower.copy(), self.upper.copy()
        lower[columns] = upper[columns] = np.rint(values[columns])
        return structs.replace(self, lower=lower, upper=upper, integer=np.zeros_like(self.integer))


def transfer(m: ConcreteModel) -> Program:
    """Arrays of a model, with all that a user has added, fixed or deactivated.

    Raises OptimizerError if something is not linear, has no finite value, is of a kind that is
    not transferred, or if there is no single objective.
    """
    _check_components(m)
    variables = [
        variable
        for component in m.component_objects(Var, active=True)
        if not component.is_reference()  # what it refers to has its own place
        for variable in component.values()
    ]
    column_of = {id(variable): column for column, variable in enumerate(variables)}
    rows = _CompressedRows(column_of)
    constraints = []
    for component in m.component_objects(Constraint, active=True):
        if component.is_reference():
            continue
        for constraint in component.values():
            if constraint.active:
                rows.add(constraint)
                constraints.append(constraint)
    sign, cost, offset = _objective(m, rows, len(variables))
    lower, upper, integer = _bounds(variables)
    program = Program(
        variables=variables,
        constraints=constraints,
        cost=cost,
        offset=offset,
        lower=lower,
        upper=upper,
        row_lower=np.array(rows.lower, dtype=float),
        row_upper=np.array(rows.upper, dtype=float),
        starts=np.array(rows.starts, dtype=np.int32),
        columns=np.array(rows.columns, dtype=np.int32),
        values=np.array(rows.values, dtype=float),
        integer=integer,
        sign=sign,
    )
    _check_numbers(program, active_objective(m))
    return program


class _CompressedRows:
    """Rows in compressed form, in the order in which they are added."""

    def __init__(self, column_of: dict[int, int]) -> None:
        self.column_of = column_of
        self.lower: list[float] = []
        self.upper: list[float] = []
        self.starts: list[int] = [0]
        self.columns: list[int] = []
        self.values: list[float] = []

    def add(self, constraint: Any) -> None:
        try:
            low, body, high = constraint.to_bounded_expression(evaluate_bounds=True)
            coefficients, columns, constant = linear_terms(body, self.column_of, constraint)
        except Exception as error:  # Pyomo raises errors of any type where a value is missing
            raise _without_value(constraint, error) from error
        self.values += coefficients
        self.columns += columns
        self.starts.append(len(self.columns))
        self.lower.append(-INFINITY if low is None else low - constant)
        self.upper.append(INFINITY if high is None else high - constant)


def linear_terms(
    body: Any, column_of: dict[int, int], owner: Any
) -> tuple[list[float], list[int], float]:
    """Coefficients, columns and constant of the linear expression of a row or objective."""
    if body.__class__ is LinearExpression:
        coefficients, columns, constant = [], [], 0.0
        for term in body.args:
            if term.__class__ is float:
                constant += term
                continue
            if term.__class__ is not MonomialTermExpression:
                break
            coefficient, variable = term.args
            if coefficient.__class__ is not float:
                break
            column = column_of.get(id(variable))
            if column is None:
                break
            coefficients.append(coefficient)
            columns.append(column)
        else:
            if len(set(columns)) == len(columns):
                return coefficients, columns, constant
    return _standard_form(body, column_of, owner)


def _standard_form(
    body: Any, column_of: dict[int, int], owner: Any
) -> tuple[list[float], list[int], float]:
    from pyomo.repn import generate_standard_repn

    form = generate_standard_repn(body, compute_values=True)
    if not form.is_linear():
        raise OptimizerError(f"{owner.name} is not linear: only linear rows can be solved")
    missing = [variable.name for variable in form.linear_vars if id(variable) not in column_of]
    if missing:
        message = f"{owner.name} uses {missing[0]}, which is not an active part of the model"
        raise OptimizerError(message)
    columns = [column_of[id(variable)] for variable in form.linear_vars]
    return [float(value(c)) for c in form.linear_coefs], columns, float(value(form.constant))


def active_objective(m: ConcreteModel) -> Any:
    """The objective of a model. Raises OptimizerError unless exactly one is active."""
    objectives = [
        objective
        for component in m.component_objects(Objective, active=True)
        if not component.is_reference()
        for objective in component.values()
        if objective.active
    ]
    if len(objectives) != 1:
        raise OptimizerError(f"the model has {len(objectives)} active objectives; it needs one")
    return objectives[0]


def _check_components(m: ConcreteModel) -> None:
    """Raise OptimizerError for an active part of the model that would be ignored."""
    for block in m.block_data_objects(active=True):
        for component in block.component_map(active=True).values():
            if component.ctype not in KNOWN_COMPONENTS:
                raise OptimizerError(
                    f"{component.name} is a {component.ctype.__name__}, which cannot be solved "
                    "here: write it as linear rows, or deactivate it"
                )


def _objective(
    m: ConcreteModel, rows: _CompressedRows, count: int
) -> tuple[float, np.ndarray, float]:
    objective = active_objective(m)
    try:
        coefficients, columns, constant = linear_terms(objective.expr, rows.column_of, objective)
    except Exception as error:  # as in rows
        raise _without_value(objective, error) from error
    cost = np.zeros(count)
    np.add.at(cost, np.array(columns, dtype=np.int64), np.array(coefficients, dtype=float))
    sign = -1.0 if objective.sense == maximize else 1.0
    return sign, sign * cost, sign * constant


def _bounds(variables: list[Any]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    lower = np.zeros(len(variables))
    upper = np.full(len(variables), INFINITY)
    integer = np.zeros(len(variables), dtype=np.int32)
    for column, variable in enumerate(variables):
        try:
            if variable.fixed:
                lower[column] = upper[column] = value(variable)
                continue
            low, high = variable.bounds
        except Exception as error:  # as in rows
            raise _without_value(variable, error) from error
        lower[column] = -INFINITY if low is None else low
        if high is not None:
            upper[column] = high
        if not variable.is_continuous():
            _check_whole(variable)
            integer[column] = 1
    return lower, upper, integer


def _check_whole(variable: Any) -> None:
    """Raise OptimizerError for a domain with gaps, of which HiGHS would see the ends alone."""
    if not variable.is_integer() and not variable.is_binary():
        raise OptimizerError(
            f"the domain {variable.domain.name} of {variable.name} is neither all numbers nor all "
            "whole numbers between two bounds: write it as rows with yes/no variables"
        )


def _without_value(owner: Any, error: Exception) -> OptimizerError:
    """An error of ours as it is; another as a sentence on the row, objective or variable."""
    if isinstance(error, OptimizerError):
        return error
    why = " ".join(str(error).split()) or type(error).__name__
    return OptimizerError(f"{owner.name} has no value to solve with: {why}")


def _check_numbers(program: Program, objective: Any) -> None:
    """Raise OptimizerError for a number that is none, or not finite: HiGHS would leave it out."""
    owners = (
        (~np.isfinite(program.values), program.row_of, program.constraints, "coefficient"),
        (_no_bounds(program.row_lower, program.row_upper), None, program.constraints, "bound"),
        (_no_bounds(program.lower, program.upper), None, program.variables, "bound or value"),
        (~np.isfinite(program.cost), None, program.variables, f"cost in {objective.name}"),
    )
    for wrong, place, things, what in owners:
        if wrong.any():
            first = int(np.argmax(wrong))
            thing = things[first if place is None else int(place[first])]
            raise OptimizerError(f"{thing.name} has a {what} that is not a finite number")
    if not np.isfinite(program.offset):
        raise OptimizerError(f"the constant of {objective.name} is not a finite number")


def _no_bounds(lower: np.ndarray, upper: np.ndarray) -> np.ndarray:
    """True where a bound is no number, or infinite on the wrong side."""
    wrong: np.ndarray = ~((lower < INFINITY) & (upper > -INFINITY))
    return wrong
