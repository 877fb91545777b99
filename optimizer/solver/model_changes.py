"""What a caller changed in a model since it was built, in words and by row and column.

Every column and row that is not as it was built counts as the caller's own: the workbook does not
say it, so no cell can be named for it and no price of it is a price of the workbook.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
from msgspec import Struct
from pyomo.core import ConcreteModel, Objective

from optimizer.errors import OptimizerError
from optimizer.solver.as_built import AsBuilt
from optimizer.solver.transfer import Program, active_objective
from optimizer.solver.warm_start import ComponentKey, component_keys
from optimizer.tables.schema import INFINITY, group_rows

MAX_NAMED_CHANGES = 3
"""Changes of one kind in one component that are named; the others are counted."""


class ChangedColumn(Struct, frozen=True):
    """A variable with bounds of the caller's, and those as built: of their own variable none."""

    column: int
    words: str
    lower: float
    upper: float


class ModelChanges(Struct, frozen=True):
    """What is not as it was built; empty for a model that nobody changed."""

    words: tuple[str, ...] = ()
    rows: dict[int, str] = {}
    """The caller's rows, new or changed, in words, by their place in the programme."""
    columns: tuple[ChangedColumn, ...] = ()
    objective: bool = False
    """True if the caller minimises another objective than that of the library."""

    def __bool__(self) -> bool:
        return bool(self.words)


NO_CHANGES = ModelChanges()
"""A model is as it was built."""


def readable_key(key: ComponentKey) -> str:
    """Name of a variable or row, such as ``cap[2027]`` or ``buy[A, Mine A, ore, 2027]``."""
    name, index = key
    if index is None:
        return name
    parts = index if isinstance(index, tuple) else (index,)
    return f"{name}[{', '.join(map(str, parts))}]"


def model_changes(m: ConcreteModel, built: AsBuilt, program: Program) -> ModelChanges:
    """Changes of a model, whose programme this is, since it was built.

    Raises OptimizerError if a variable of the model was removed.
    """
    found = _Comparison(m, built, program)
    words = (
        *found.own_columns(),
        *found.own_rows(),
        *found.missing_rows(),
        *found.changed_rows(),
        *found.column_bounds(),
        *found.objective(),
    )
    return ModelChanges(
        words,
        found.rows,
        tuple(found.columns),
        found.other_objective,
    )


class _Comparison:
    """Places of columns and rows in the programme as built and in that of now."""

    def __init__(self, m: ConcreteModel, built: AsBuilt, program: Program) -> None:
        self.m, self.built, self.program = m, built, program
        self.column_keys = component_keys(program.variables)
        self.row_keys = component_keys(program.constraints)
        self.old_column = _places(built.columns, self.column_keys)
        self.old_row = _places(built.rows, self.row_keys)
        self.rows: dict[int, str] = {}
        self.columns: list[ChangedColumn] = []
        self.other_objective = active_objective(m).name != built.objective
        gone = set(built.columns).difference(self.column_keys)
        if gone:
            name = readable_key(next(key for key in built.columns if key in gone))
            raise OptimizerError(
                f"the model lacks its variable {name}: rows may be deleted or deactivated, a "
                "variable may only be fixed"
            )

    def own_columns(self) -> Iterator[str]:
        """The caller's own variables."""
        places = np.flatnonzero(self.old_column < 0).tolist()
        for place in places:
            words = f"your variable '{readable_key(self.column_keys[place])}'"
            self.columns.append(ChangedColumn(place, words, -INFINITY, INFINITY))
        yield from _grouped("your variable", ((self.column_keys[place], "") for place in places))

    def own_rows(self) -> Iterator[str]:
        """The caller's own rows."""
        places = np.flatnonzero(self.old_row < 0).tolist()
        for place in places:
            self.rows[place] = f"your row '{readable_key(self.row_keys[place])}'"
        yield from _grouped("your row", ((self.row_keys[place], "") for place in places))

    def missing_rows(self) -> Iterator[str]:
        """Rows that were deactivated or deleted."""
        gone = set(self.built.rows).difference(self.row_keys)
        keys = [key for key in self.built.rows if key in gone]
        yield from _grouped("row", ((key, self._state(key)) for key in keys))

    def _state(self, key: ComponentKey) -> str:
        component = self.m.find_component(key[0])
        return "is deleted" if component is None or key[1] not in component else "is not active"

    def changed_rows(self) -> Iterator[str]:
        """Rows of the library with other bounds or other coefficients."""
        changes: list[tuple[ComponentKey, str]] = []
        for place, what in self._row_differences():
            key = self.row_keys[place]
            self.rows[place] = f"your change of row '{readable_key(key)}'"
            changes.append((key, what))
        yield from _grouped("row", changes)

    def _row_differences(self) -> Iterator[tuple[int, str]]:
        old, new = self.built.program, self.program
        places = np.flatnonzero(self.old_row >= 0)
        before = self.old_row[places]
        bounds = (
            ("lower bound", old.row_lower[before], new.row_lower[places]),
            ("upper bound", old.row_upper[before], new.row_upper[places]),
        )
        different = self._entries_differ(places, before)
        for _, was, now in bounds:
            different |= was != now
        for each in np.flatnonzero(different).tolist():
            moves = [_move(name, was[each], now[each]) for name, was, now in bounds]
            if self._terms_differ(int(places[each]), int(before[each])):
                moves.append("coefficients changed")
            said = "; ".join(filter(None, moves))
            if said:
                yield int(places[each]), said

    def _entries_differ(self, places: np.ndarray, before: np.ndarray) -> np.ndarray:
        """True for rows whose entries are not the same one by one: they may be in other order."""
        old, new = self.built.program, self.program
        counts, lengths = np.diff(old.starts)[before], np.diff(new.starts)[places]
        result: np.ndarray = counts != lengths
        same = np.flatnonzero(~result)
        length = lengths[same].astype(np.int64)
        within = np.arange(length.sum()) - np.repeat(np.cumsum(length) - length, length)
        then = np.repeat(old.starts[before[same]], length) + within
        now = np.repeat(new.starts[places[same]], length) + within
        unequal = (old.values[then] != new.values[now]) | (
            old.columns[then] != self.old_column[new.columns[now]]
        )
        result[np.repeat(same, length)[unequal]] = True
        return result

    def _terms_differ(self, place: int, before: int) -> bool:
        old = _terms(self.built.program, before, range(len(self.built.columns)))
        return old != _terms(self.program, place, self.old_column)

    def column_bounds(self) -> Iterator[str]:
        """Variables of the library that are fixed, or have other bounds or another domain."""
        old, new = self.built.program, self.program
        places = np.flatnonzero(self.old_column >= 0)
        before = self.old_column[places]
        bounds = (
            ("lower bound", old.lower[before], new.lower[places]),
            ("upper bound", old.upper[before], new.upper[places]),
        )
        whole, now_whole = old.integer[before], new.integer[places]
        fixed = np.array([self.program.variables[place].fixed for place in places], dtype=bool)
        different = fixed | (whole != now_whole)
        for _, was, now in bounds:
            different |= was != now
        changes: list[tuple[ComponentKey, str]] = []
        for each in np.flatnonzero(different).tolist():
            place, row = int(places[each]), int(before[each])
            moves = [_move(name, was[each], now[each]) for name, was, now in bounds]
            if fixed[each]:
                moves = [f"is fixed at {_amount(float(new.lower[place]))}"]
            elif whole[each] != now_whole[each]:
                moves.append(f"is {'now' if now_whole[each] else 'no longer'} a whole number")
            key = self.column_keys[place]
            changes.append((key, "; ".join(filter(None, moves))))
            words = f"your bounds of variable '{readable_key(key)}'"
            self.columns.append(
                ChangedColumn(place, words, float(old.lower[row]), float(old.upper[row]))
            )
        yield from _grouped("variable", changes)

    def objective(self) -> Iterator[str]:
        """An objective of the caller's, or other coefficients in that of the library."""
        old, name = self.built.program, active_objective(self.m).name
        places = np.flatnonzero(self.old_column >= 0)
        cost = np.zeros(len(old.cost))
        cost[self.old_column[places]] = self.program.cost[places]
        own_cost = self.program.cost[self.old_column < 0]
        unequal = np.flatnonzero(cost != old.cost).tolist()
        offset, sign = self.program.offset != old.offset, self.program.sign != old.sign
        if not (unequal or own_cost.any() or offset or sign):
            return
        if name != self.built.objective:
            former = self.m.find_component(self.built.objective)
            gone = former is None or former.ctype is not Objective
            yield f"objective {self.built.objective} is {'deleted' if gone else 'not active'}"
            yield f"your objective '{name}'"
            return
        sense = "is maximised" if sign else ""
        constant = _move("constant", old.offset, self.program.offset) if offset else ""
        own = "has costs of your variables" if own_cost.any() else ""
        for what in filter(None, (sense, constant, own)):
            yield f"objective {name}: {what}"
        moves = (
            (self.built.columns[column], _move("cost", old.cost[column], cost[column]))
            for column in unequal
        )
        if not sign:
            yield from _grouped(f"objective {name}:", moves)


def _places(old: list[ComponentKey], new: list[ComponentKey]) -> np.ndarray:
    """Place of each new name among the old ones; -1 where it is not there."""
    if old == new:
        return np.arange(len(new), dtype=np.int64)
    known = {key: place for place, key in enumerate(old)}
    return np.array([known.get(key, -1) for key in new], dtype=np.int64)


def _terms(program: Program, row: int, place: Any) -> dict[int, float]:
    """Coefficients of a row by column; terms of the caller's columns stand apart."""
    terms: dict[int, float] = {}
    for entry in range(program.starts[row], program.starts[row + 1]):
        column = int(program.columns[entry])
        key = int(place[column])
        key = key if key >= 0 else -1 - column
        terms[key] = terms.get(key, 0.0) + float(program.values[entry])
    return {key: value for key, value in terms.items() if value}


def _move(name: str, before: float, after: float) -> str:
    if before == after:
        return ""
    return f"{name} changed from {_amount(before)} to {_amount(after)}"


def _amount(value: float) -> str:
    # A solver's value may be -0.
    return "none" if abs(value) >= INFINITY else f"{value + 0.0:,.10g}"


def _grouped(kind: str, changes: Iterable[tuple[ComponentKey, str]]) -> Iterator[str]:
    """Sentences; of many changes in one component the first are named and the rest counted."""
    for component, group in group_rows(changes, lambda change: change[0][0]).items():
        for key, what in group[:MAX_NAMED_CHANGES]:
            name = f"{kind} '{readable_key(key)}'"
            yield f"{name}{'' if what[:3] in ('', 'is ') else ':'} {what}".rstrip()
        if len(group) > MAX_NAMED_CHANGES:
            rest = len(group) - MAX_NAMED_CHANGES
            yield f"{kind} '{component}': {rest:,} more like these"
