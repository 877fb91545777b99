"""The least relative changes of cells that make a programme feasible.

Each cell is one column, whose cost counts once however many rows it stands in: to double the
cell, or to do without it, costs one. What a share is worth in tonnes depends on the plan. Its
rows give tonnes first; then the share follows from that plan, and the programme is solved again
with the share as the column, until the cost falls no further.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
from msgspec import Struct, structs

from optimizer.explain.bound_coefficients import bound_coefficient, share_base
from optimizer.explain.cell_edits import SHARE_UNITS
from optimizer.explain.cell_locator import HIGH, LOW, CellLocator
from optimizer.explain.relaxable_rows import RelaxableBound, RelaxableProgram, RequirementKey
from optimizer.explain.row_sentences import unit_of
from optimizer.model import REQUIREMENTS_BY_NAME
from optimizer.model.capacity import (
    CAPACITY_FAMILY,
    MINIMUM_LOAD_FAMILY,
    MINIMUM_WHEN_RUNNING_FAMILY,
)
from optimizer.model.investment import BUILT_MAXIMUM_FAMILY
from optimizer.network.network_data import Network
from optimizer.solver import Program, extend_program, solve_with_tight_tolerances
from optimizer.tables.schema import INFINITY

NEGLIGIBLE_CELL_CHANGE = 1e-7
"""Tonnes, and part of a cost, that count as zero: HiGHS keeps rows to 1e-7."""

SMALLEST_PRICED_SHARE = 0.01
"""A smaller share costs as much as this one: relative to zero every change would be infinite."""

MAX_SHARE_ROUNDS = 8
"""Maximum solves in which a share follows from the plan before; each must lower the cost."""

ChangesOfKind = Callable[[RequirementKey], bool]
"""True for a requirement that a kind of repair may change."""

BoundsByRequirement = dict[RequirementKey, list[RelaxableBound]]
"""Bounds that give when the cells of a requirement change."""


class RequirementChange(Struct, frozen=True):
    """By how much the cells of a requirement must change, and the rows that ask for it."""

    key: RequirementKey
    amount: float
    """In the cells' unit; not negative."""
    bounds: tuple[RelaxableBound, ...]
    """Rows that could not be met without the change."""
    tonnes: float
    """By how much these rows give, all together."""


class LeastChangePlan(Struct, frozen=True):
    """A way to a plan: changes, what they cost, and the values of the programme's columns."""

    changes: tuple[RequirementChange, ...]
    cost: float
    values: np.ndarray


class LeastChange:
    """Search for the least changes of one kind, such as of what is demanded.

    ``capacity_gives`` is True if the kind has changes of capacity.
    """

    def __init__(
        self,
        network: Network,
        relaxed: RelaxableProgram,
        places: CellLocator,
        changes_of_kind: ChangesOfKind,
        *,
        capacity_gives: bool,
    ) -> None:
        self.network, self.places, self.changes_of_kind = network, places, changes_of_kind
        self.large_flow = relaxed.large_flow
        self.bounds: BoundsByRequirement = {}
        for bound in relaxed.bounds:
            if not bound.implied and self._may_relieve(bound.key):
                self.bounds.setdefault(bound.key, []).append(bound)
        self.program = relaxed.program
        if capacity_gives:  # a row that follows from it must not stand in the way
            upper = relaxed.program.row_upper.copy()
            upper[[bound.row for bound in relaxed.bounds if bound.implied]] = INFINITY
            self.program = structs.replace(relaxed.program, row_upper=upper)
        loads = (MINIMUM_LOAD_FAMILY.name, MINIMUM_WHEN_RUNNING_FAMILY.name)
        self.loads = {
            (bound.key[0], bound.names): bound.row
            for bound in relaxed.bounds
            if bound.key[0] in loads
        }

    def _may_relieve(self, key: RequirementKey) -> bool:
        """True if another number in the cells could help, for the kind of change sought."""
        name, side, cells = key
        requirement = REQUIREMENTS_BY_NAME.get(name)  # None of what a caller added: it stays
        if requirement is None or requirement.relieved_by != "number":
            return False
        if not self.changes_of_kind(key):
            return False
        if not cells[0].row or not requirement.relieves(self.places.record(cells[0])):
            return False
        return side == HIGH or bool(self.places.value(cells[0])[0])

    def find(self, seconds: float) -> LeastChangePlan | None:
        """The least changes that give a plan; None if there are none, or not in time."""
        until = time.perf_counter() + seconds
        best = self._solved(self.program, self.bounds, {}, seconds) if self.bounds else None
        if best is None:
            return None
        for _ in range(MAX_SHARE_ROUNDS):
            changed = {change.key: self.bounds[change.key] for change in best.changes}
            bases = {
                bound.row: self._base(bound, best.values)
                for bounds in changed.values()
                for bound in bounds
                if not bound.coefficient
            }
            left = until - time.perf_counter()
            if not bases or left <= 0:
                break
            better = self._solved(self.program.held(best.values), changed, bases, left)
            if better is None or better.cost >= best.cost * (1.0 - NEGLIGIBLE_CELL_CHANGE):
                break
            best = better
        return best

    def _solved(
        self, program: Program, bounds: BoundsByRequirement, bases: dict[int, float], seconds: float
    ) -> LeastChangePlan | None:
        """The least changes of these requirements; ``bases``: the base of a share, by row."""
        form = _ChangeProgram(self, program)
        for key, rows in bounds.items():
            form.add(key, rows, bases)
        _, values = solve_with_tight_tolerances(form.build_program(), seconds)
        if values is None:
            return None
        plan = values[: len(program.cost)]
        missed = self._violations(plan)
        changes = []
        for key, rows in bounds.items():
            amount = self._amount(key, rows, plan, form.amount(key, values))
            if amount > 0:
                violated = tuple(bound for bound in rows if missed[bound] > NEGLIGIBLE_CELL_CHANGE)
                tonnes = sum(missed[bound] for bound in violated)
                changes.append(RequirementChange(key, amount, violated, tonnes))
        cost = sum(self.weight(change.key) * change.amount for change in changes)
        return LeastChangePlan(tuple(changes), cost, plan)

    def _violations(self, plan: np.ndarray) -> dict[RelaxableBound, float]:
        """Violation of each bound that gives."""
        activity, program = self.program.activity(plan), self.program
        return {
            bound: float(
                program.row_lower[bound.row] - activity[bound.row]
                if bound.side == LOW
                else activity[bound.row] - program.row_upper[bound.row]
            )
            for bounds in self.bounds.values()
            for bound in bounds
        }

    def _amount(
        self,
        key: RequirementKey,
        bounds: list[RelaxableBound],
        plan: np.ndarray,
        amount: float | None,
    ) -> float:
        """Change of a cell: the value of its column, or of a share what the plan makes of it."""
        if amount is not None:
            most = max(bound.coefficient for bound in bounds)
            return amount if amount * most > NEGLIGIBLE_CELL_CHANGE else 0.0
        missed, largest = self._violations(plan), 0.0
        for bound in bounds:
            if missed[bound] > NEGLIGIBLE_CELL_CHANGE:
                base = self._base(bound, plan)
                largest = max(
                    largest, missed[bound] / base if base > NEGLIGIBLE_CELL_CHANGE else INFINITY
                )
        return largest

    def _base(self, bound: RelaxableBound, plan: np.ndarray) -> float:
        family, _, cells = bound.key
        value = float(self.places.value(cells[0])[0])
        return share_base(self.network, self.program, bound.row, family, bound.names, value, plan)

    def weight(self, key: RequirementKey) -> float:
        """Cost of one unit of change of a cell."""
        _, side, cells = key
        value, unit = self.places.value(cells[0])
        if side == LOW and value:
            return 1.0 / float(value)
        return 1.0 / max(float(value), SMALLEST_PRICED_SHARE if unit in SHARE_UNITS else 1.0)

    def largest_change(self, key: RequirementKey) -> float:
        """Largest change of a cell."""
        name, side, cells = key
        value = float(self.places.value(cells[0])[0])
        if REQUIREMENTS_BY_NAME[name].demands(side):
            return value if value > 0 else INFINITY
        if unit_of(self.places, cells[0]) in SHARE_UNITS:
            return 1.0 - value
        yes_no = name == BUILT_MAXIMUM_FAMILY.name and self.places.record(cells[0]).kind == "yes/no"
        return 1.0 - value if yes_no else INFINITY


class _ChangeProgram:
    """A programme with a column for each cell that may change."""

    def __init__(self, search: LeastChange, program: Program) -> None:
        self.search, self.base = search, program
        self.cost: list[float] = []
        self.columns: list[tuple[float, float, int]] = []
        self.rows: list[tuple[float, float]] = []
        self.entries: list[tuple[int, int, float]] = []
        self.column_of: dict[RequirementKey, int] = {}

    def add(
        self, key: RequirementKey, bounds: list[RelaxableBound], bases: dict[int, float]
    ) -> None:
        """Add a column for a requirement, or for each of its rows if no coefficient is known."""
        known = all(bound.coefficient for bound in bounds) or all(
            bound.row in bases for bound in bounds
        )
        search, sign = self.search, 1.0 if key[1] == LOW else -1.0
        if not known:
            for bound in bounds:
                self.entries.append((bound.row, self._column(1.0, INFINITY, whole=False), sign))
            return
        whole = key[0] == BUILT_MAXIMUM_FAMILY.name
        if whole:
            whole = bool(search.places.record(key[2][0]).kind != "any amount")
        column = self._column(search.weight(key), search.largest_change(key), whole=whole)
        if not bases or all(bound.coefficient for bound in bounds):
            self.column_of[key] = column
        for bound in bounds:
            by = bound.coefficient or bases[bound.row]
            self.entries.append((bound.row, column, sign * by))
            if key[0] == CAPACITY_FAMILY.name:
                self._load(bound, column)

    def _column(self, weight: float, most: float, *, whole: bool) -> int:
        self.cost.append(weight)
        self.columns.append((0.0, most, int(whole)))
        return len(self.base.cost) + len(self.columns) - 1

    def _load(self, bound: RelaxableBound, column: int) -> None:
        """Let the minimum load grow with the capacity that it is a share of."""
        search, names = self.search, bound.names
        cell, t = bound.key[2][0], search.places.period(names)
        share = float(search.places.record(cell).minimum_load)
        for family in (MINIMUM_LOAD_FAMILY.name, MINIMUM_WHEN_RUNNING_FAMILY.name):
            row = search.loads.get((family, names))
            more = (
                share * bound_coefficient(search.places, family, names, cell, t)
                if row is not None
                else 0.0
            )
            if row is None or not more:
                continue
            more /= float(search.places.value(cell)[0])
            if family == MINIMUM_LOAD_FAMILY.name:
                self.entries.append((row, column, -more))
            else:
                self._idle_load(row, column, more)

    def _idle_load(self, row: int, column: int, more: float) -> None:
        """The same where the unit runs: a row that holds trivially where it does not."""
        entries = slice(self.base.starts[row], self.base.starts[row + 1])
        columns, values = self.base.columns[entries].tolist(), self.base.values[entries].tolist()
        terms = dict(zip(columns, values, strict=True))
        decision = next(number for number, value in terms.items() if value < 0)
        large = self.search.large_flow * max(1.0, *(abs(value) for value in terms.values()))
        low = float(self.base.row_lower[row]) - terms[decision] - large
        at = len(self.base.row_lower) + len(self.rows)
        self.rows.append((low, INFINITY))
        terms |= {decision: -large, column: -more}
        self.entries += [(at, number, value) for number, value in terms.items()]

    def amount(self, key: RequirementKey, values: np.ndarray) -> float | None:
        """Value of a requirement's column; None where it follows from the plan."""
        column = self.column_of.get(key)
        return None if column is None else float(values[column])

    def build_program(self) -> Program:
        """The programme; nothing but changes costs anything."""
        program = extend_program(self.base, self.columns, self.rows, self.entries)
        cost = np.concatenate((np.zeros(len(self.base.cost)), np.array(self.cost)))
        return structs.replace(program, cost=cost, offset=0.0, sign=1.0)
