"""From what rows must give to what to write into which cell, in the cell's own unit."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from msgspec import Struct

from optimizer.network.calendar import DAYS_PER_MONTH
from optimizer.solution.places import HIGH, LOW, Cell, Places, family_of, given, names_of
from optimizer.solver import Program, Violation
from optimizer.tables.case import Case
from optimizer.tables.schema import SHEETS

DIGITS = 6
"""Significant digits of a new value; it is rounded to the side that gives more."""

SAME = 1e-9
"""Relative difference that is the solver's."""

PROPORTIONAL = (
    "offer",
    "contract",
    "capacity",
    "minimum_load",
    "idle_minimum",
    "process",
    "lane",
    "least_delivery",
)
"""Families of which a bound moves with one cell in proportion, in all periods at once."""

SHARES = ("share", "t/t")


class Edit(Struct, frozen=True):
    """A new value for a cell; ``row`` is the row of the sheet, ``cell`` its address there."""

    sheet: str
    row: int
    header: str
    cell: str
    old: float
    new: float


def apply(case: Case, edits: Iterable[Edit]) -> Case:
    """The case with the new values in their cells."""
    by_sheet: dict[str, list[Edit]] = {}
    for edit in edits:
        by_sheet.setdefault(edit.sheet, []).append(edit)
    changed: dict[str, Any] = {}
    for sheet, own in by_sheet.items():
        attribute_of = {column.header: name for name, column in SHEETS[sheet].columns.items()}
        news: dict[int, dict[str, float]] = {}
        for edit in own:
            news.setdefault(edit.row, {})[attribute_of[edit.header]] = edit.new
        changed[SHEETS[sheet].attribute] = tuple(
            replace(record, **news[record.row]) if record.row in news else record
            for record in case.rows(sheet)
        )
    return replace(case, **changed)


class Editor:
    """New values of cells that make up for what rows must give."""

    def __init__(self, places: Places, program: Program) -> None:
        self.places = places
        self.network = places.network
        self.program = program
        self.new: dict[Cell, float] = {}
        self.of_row: dict[int, tuple[Cell, ...]] = {}
        self._inflows = given(self.network)
        self._runs: dict[tuple[str, ...], int] = {}

    def add(self, violation: Violation) -> None:
        """Change cells so that every row can give what it must."""
        for row, amount in violation.amounts.items():
            constraint = self.program.constraints[row]
            family, names = family_of(constraint), names_of(constraint)
            side = LOW if amount < 0 else HIGH
            if family == "balance":
                cells = tuple(self._inflows.get(names, ()))
                self.of_row[row] = cells
                self._take(cells, dict.fromkeys(cells, 1.0), -abs(amount))
                continue
            cells = self.places.cells(family, names, side)
            self.of_row[row] = cells
            if family == "storage" and side == LOW:
                least = float(self.program.row_lower[row]) + amount
                for cell in cells:
                    if least < self._now(cell):
                        self._set(cell, least)
                continue
            factors = self._factors(row, family, names, side, cells, violation.values)
            if family in ("built_most",):
                for cell in cells:
                    self._set(cell, self._now(cell) + math.ceil(amount - 1e-6))
            else:
                self._take(cells, factors, amount)

    def edits(self) -> tuple[Edit, ...]:
        """Cells with their old and new values, in the order in which they were changed."""
        found = []
        for cell, new in self.new.items():
            old, unit = self.places.value(cell)
            new = _rounded(new, float(old), unit)
            letter = self.places.letter(cell)
            found.append(Edit(cell.sheet, cell.row, cell.header, letter, float(old), new))
        return tuple(found)

    def _now(self, cell: Cell) -> float:
        return self.new.get(cell, float(self.places.value(cell)[0]))

    def _set(self, cell: Cell, value: float) -> None:
        self.new[cell] = max(value, 0.0)

    def _take(self, cells: Sequence[Cell], factors: dict[Cell, float], amount: float) -> None:
        """Change cells, the one that counts most first, until the bound has given an amount."""
        left = amount
        for cell in cells:
            left -= factors[cell] * (self._now(cell) - float(self.places.value(cell)[0]))
        for cell in sorted(cells, key=lambda own: -factors[own]):
            if (left >= 0) == (amount < 0) or not factors[cell]:
                continue
            before = self._now(cell)
            self._set(cell, before + left / factors[cell])
            left -= factors[cell] * (self._now(cell) - before)

    def _factors(
        self,
        row: int,
        family: str,
        names: Sequence[str],
        side: int,
        cells: Sequence[Cell],
        values: np.ndarray,
    ) -> dict[Cell, float]:
        """How much the bound of a row moves when a cell moves by one."""
        t = self.places.period(names)
        if family in ("rule_share", "cover", "blend") or (family == "limit" and "sum" not in names):
            base = self._base(row, family, names, side, cells, values)
            return dict.fromkeys(cells, base)
        return {cell: self.factor(family, cell, t) for cell in cells}

    def factor(self, family: str, cell: Cell, t: int | None) -> float:
        """How much a bound moves when a cell moves by one."""
        calendar, record = self.network.calendar, self.places.record(cell)
        if family == "contract":
            begin, end = calendar.span(record.start, record.end)
            horizon = float(calendar.count * calendar.months)
            return (min(end, horizon) - max(begin, 0.0)) / (end - begin)
        if t is None or family in ("storage", "limit"):
            return 1.0
        years = calendar.cover(record.start, record.end)[t]
        if family == "capacity":
            return float(years * record.availability)
        if family in ("minimum_load", "idle_minimum"):
            return float(years * record.availability * record.capacity)
        if family == "least_delivery":
            wanted = dict(record.by_period).get(calendar.labels[t])
            return float((record.quantity or 0.0) * years if wanted is None else wanted)
        return 1.0 if family == "lane_minimum" else float(years)

    def _base(
        self,
        row: int,
        family: str,
        names: Sequence[str],
        side: int,
        cells: Sequence[Cell],
        values: np.ndarray,
    ) -> float:
        """What the share of a row is a share of, tonnes, in the plan in which rows give."""
        program = self.program
        own = slice(program.starts[row], program.starts[row + 1])
        columns, coefficients = program.columns[own], program.values[own]
        amounts = values[columns]
        if family == "rule_share":
            return float(amounts.sum())
        if family == "blend":
            inputs = [self._taken(program.variables[column].index()) for column in columns.tolist()]
            return float(np.array(inputs) @ amounts)
        share = float(self.places.value(cells[0])[0]) if cells else 0.0
        if family == "cover":
            taken = -float((coefficients * amounts)[coefficients < 0].sum())
            periods = share / DAYS_PER_MONTH / self.network.calendar.months
            return taken / periods / DAYS_PER_MONTH / self.network.calendar.months
        counted = np.where(coefficients > 0, 1.0 - share, -share)
        with np.errstate(divide="ignore", invalid="ignore"):
            base = np.where(counted != 0, coefficients * amounts / counted, 0.0)
        return float(base.sum())

    def _taken(self, index: tuple[str, ...]) -> float:
        """Tonnes that a run takes in per unit of activity."""
        network = self.network
        if not self._runs:
            for number, run in enumerate(network.flows.runs):
                process = network.processes[run.process]
                self._runs[process.site, process.recipe, process.feed, run.name] = number
        process = network.processes[network.flows.runs[self._runs[index[:4]]].process]
        return sum(process.inputs.values())


def _rounded(new: float, old: float, unit: str) -> float:
    """Rounded away from the old value; a share stays one."""
    if not new or not math.isfinite(new):
        return new
    near = float(f"{new:.{DIGITS}g}")
    if abs(near - new) <= SAME * abs(new):
        return near
    step = 10.0 ** (math.floor(math.log10(abs(new))) - DIGITS + 1)
    new = math.floor(new / step) * step if new < old else math.ceil(new / step) * step
    new = float(f"{new:.{DIGITS}g}")
    return min(new, 1.0) if unit in SHARES else new
