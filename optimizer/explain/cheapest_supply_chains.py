"""The cheapest supply chain to a demand, by reduced cost.

Dual prices tell the cost of one more tonne at each place. The chain to a demand is the one with
the least sum of reduced costs (Knuth's generalisation of Dijkstra's algorithm, for flows that
need several inputs).
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Collection, Iterator

import numpy as np

from optimizer.explain.cell_locator import family_of, names_of
from optimizer.model.balance import BALANCE_FAMILY
from optimizer.model.demand import DEMAND_FAMILY
from optimizer.solver import Answer, Program

CHAIN_STEP_COST = 1e-9
"""Cost of a step of a chain, relative to the largest price: prefers the shorter of equal chains."""

LIMIT_PRICE_WEIGHT = 1e-3
"""Weight of prices of limits beside reduced costs: prefers the freer of equal chains."""

ColumnEntries = dict[int, list[tuple[int, float]]]
"""Rows and values of columns."""


class CheapestSupplyChains:
    """Cheapest supply chains over balance rows and columns.

    ``fixed_inflows`` are the indices of the balances that tonnes enter without a decision.
    """

    def __init__(
        self, program: Program, answer: Answer, fixed_inflows: Collection[tuple[str, ...]]
    ) -> None:
        assert answer.prices is not None
        assert answer.reduced_costs is not None
        self.program = program
        self.prices = answer.prices * program.sign
        self._reduced_costs = np.maximum(answer.reduced_costs * program.sign, 0.0).tolist()
        self.balance = np.zeros(len(program.constraints), dtype=bool)
        """True for the rows that are balances."""
        self.demand: dict[tuple[str, ...], int] = {}
        """Row of each demand by its index."""
        self.fixed_inflows: dict[int, tuple[str, ...]] = {}
        """Index of each balance with a fixed inflow, by row."""
        for row, constraint in enumerate(program.constraints):
            family = family_of(constraint)
            if family == BALANCE_FAMILY.name:
                self.balance[row] = True
                if constraint.index() in fixed_inflows:
                    self.fixed_inflows[row] = constraint.index()
            elif family == DEMAND_FAMILY.name:
                self.demand[names_of(constraint)] = row
        self._transpose()
        self._weights = self._chain_weights()
        self._best: dict[int, int] = {}
        self._distance = self._search()

    def _transpose(self) -> None:
        """Store the matrix by columns."""
        program = self.program
        order = np.argsort(program.columns, kind="stable")
        self._columns = program.columns[order]
        self._rows = program.row_of[order]
        self._values = program.values[order]
        self._starts = np.zeros(len(program.cost) + 1, dtype=np.int64)
        np.cumsum(np.bincount(program.columns, minlength=len(program.cost)), out=self._starts[1:])
        self._usable = program.upper > 0

    def _chain_weights(self) -> list[float]:
        """Reduced cost of each column, plus a small share of the prices of its limits."""
        paid = np.maximum(-self.prices[self._rows] * self._values, 0.0)
        paid[self.balance[self._rows]] = 0.0
        rent = np.bincount(self._columns, paid, minlength=len(self.program.cost))
        weights: list[float] = (np.array(self._reduced_costs) + LIMIT_PRICE_WEIGHT * rent).tolist()
        return weights

    def _balances(self) -> tuple[ColumnEntries, ColumnEntries]:
        """Positive and negative entries of each column in balance rows: makes and uses."""
        makes: ColumnEntries = {}
        uses: ColumnEntries = {}
        in_balance = self.balance[self._rows] & self._usable[self._columns]
        parts = (self._columns[in_balance], self._rows[in_balance], self._values[in_balance])
        for column, row, value in zip(*(part.tolist() for part in parts), strict=True):
            if value > 0:
                makes.setdefault(column, []).append((row, value))
            else:
                uses.setdefault(column, []).append((row, -value))
        return makes, uses

    def entries(self, column: int) -> list[tuple[int, float]]:
        """Rows and values of a column."""
        positions = slice(self._starts[column], self._starts[column + 1])
        return list(
            zip(self._rows[positions].tolist(), self._values[positions].tolist(), strict=True)
        )

    def _search(self) -> dict[int, float]:
        """Least sum of reduced costs for one more tonne at each balance."""
        step = CHAIN_STEP_COST * max(1.0, float(np.abs(self.prices).max(initial=0.0)))
        makes, uses = self._balances()
        waiting_for: dict[int, list[int]] = defaultdict(list)
        # A fixed inflow is a last resort: there can be no more of it.
        last = 10.0 * step / CHAIN_STEP_COST
        heap: list[tuple[float, int, int]] = [(last, row, -1) for row in self.fixed_inflows]
        for column, made in makes.items():
            for row, _ in uses.get(column, ()):
                waiting_for[row].append(column)
            if column not in uses:
                for row, value in made:
                    heap.append(((self._weights[column] + step) / value, row, column))
        heapq.heapify(heap)
        lacking = {column: len(inputs) for column, inputs in uses.items()}
        distance: dict[int, float] = {}
        while heap:
            cost, row, column = heapq.heappop(heap)
            if row in distance:
                continue
            distance[row] = cost
            self._best[row] = column
            for user in waiting_for[row]:
                lacking[user] -= 1
                if not lacking[user]:
                    total = self._weights[user] + step
                    total += sum(value * distance[used] for used, value in uses[user])
                    for target, value in makes[user]:
                        if target not in distance:
                            heapq.heappush(heap, (total / value, target, user))
        return distance

    def start(self, demand: int) -> tuple[int, int] | None:
        """Delivery column and balance row where the cheapest chain ends."""
        entries_of_row = slice(self.program.starts[demand], self.program.starts[demand + 1])
        best, start = float("inf"), None
        for column in self.program.columns[entries_of_row].tolist():
            for row, value in self.entries(column):
                if self.balance[row] and value < 0 and row in self._distance:
                    cost = self._distance[row] + self._reduced_costs[column]
                    if cost < best:
                        best, start = cost, (column, row)
        return start

    def walk(self, start: tuple[int, int]) -> Iterator[tuple[int, float]]:
        """Columns of the chain with their amount per tonne; fixed inflows as ``-1 - row``."""
        column, row = start
        yield column, 1.0
        need: dict[int, float] = {row: 1.0}
        order = [row]
        while order:
            row = order.pop(0)
            tonnes = need.pop(row)
            column = self._best[row]
            if column < 0:
                yield -1 - row, tonnes
                continue
            entries = self.entries(column)
            made = next(value for entry_row, value in entries if entry_row == row)
            yield column, tonnes / made
            for entry_row, value in entries:
                if self.balance[entry_row] and value < 0:
                    if entry_row not in need:
                        order.append(entry_row)
                        need[entry_row] = 0.0
                    need[entry_row] -= value * tonnes / made
