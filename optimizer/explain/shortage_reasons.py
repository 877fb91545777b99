"""Why demand is short: what stands in the way of the cheapest chain that would serve it.

Prices of the plan say what one more tonne costs at each place. From the demand upstream
the flow with the least reduced cost is followed, in sum over the whole chain (Knuth's
generalisation of Dijkstra's algorithm, for flows that need several inputs); the rows in
its way with a price are the reasons. Where no chain exists, what is missing is said.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Iterator

import numpy as np
from msgspec import Struct

from optimizer.explain.cell_locator import (
    HIGH,
    LOW,
    CellLocator,
    WorkbookCell,
    family_of,
    given,
    names_of,
)
from optimizer.explain.row_sentences import said
from optimizer.explain.unreachable import UnreachablePlaces
from optimizer.model import family_named
from optimizer.network.network_data import DemandLine, Network
from optimizer.result import result_layouts
from optimizer.result.number_text import figure
from optimizer.result.result_layouts import Table, table
from optimizer.solver import Answer, Program

MOST = 6
"""Reasons that are told of one shortage."""

WORTH = 0.001
"""Part of the penalty below which a reason is not worth a line."""

STEP = 1e-9
"""What a step of a chain counts, relative to the largest price: of equal chains the shortest."""

RENT = 1e-3
"""What limits in the way count beside reduced costs: of equal chains the one that is free."""

Row = tuple[str, str, str, str, float, str, str, str, float]


Broken = dict[tuple[str, str], set[int]]
Entries = dict[int, list[tuple[int, float]]]
"""Traits of the lots that can be at a place."""


class ShortageReason(Struct, frozen=True):
    """A sentence, its cell, and what a tonne of the demand would save without it."""

    sheet: str
    cell: str
    sentence: str
    worth: float
    """Money of that period per tonne short; 0 where there is no price."""


def shortage_reasons(network: Network, program: Program, answer: Answer, shortages: Table) -> Table:
    """Reasons of every shortage, the weightiest first."""
    if not len(shortages):
        return table(result_layouts.SHORTAGE_REASONS, [])
    places = CellLocator(network)
    chains = None
    if answer.prices is not None and answer.reduced_costs is not None:
        chains = _SupplyChains(network, program, answer, places)
    missing = UnreachablePlaces(network, places)
    broken: Broken = defaultdict(set)
    for node in network.nodes:
        if not node.target:
            broken[node.site, node.material].add(node.broken)
    index_of = {(ln.name, ln.customer, ln.material): k for k, ln in enumerate(network.lines)}
    rows: list[Row] = []
    for line, customer, material, period, short in zip(
        *(shortages[name] for name in ("line", "customer", "material", "period", "short")),
        strict=True,
    ):
        index, t = index_of[line, customer, material], network.calendar.labels.index(period)
        for reason in _reasons(network, places, chains, missing, broken, index, t):
            told = (reason.sentence, reason.sheet, reason.cell, reason.worth)
            rows.append((line, customer, material, period, short, *told))
    return table(result_layouts.SHORTAGE_REASONS, rows)


def _reasons(
    network: Network,
    places: CellLocator,
    chains: _SupplyChains | None,
    missing: UnreachablePlaces,
    broken: Broken,
    index: int,
    t: int,
) -> list[ShortageReason]:
    line = network.lines[index]
    found = [] if chains is None else list(chains.reasons(line, t))
    if not found:
        causes = missing.causes((line.customer, line.material), t)
        found = [
            ShortageReason(c.cell.sheet, places.letter(c.cell), c.sentence, 0.0) for c in causes
        ]
    return [*found[:MOST], *_barred(network, places, broken, index, t, alone=not found)]


def _barred(
    network: Network, places: CellLocator, broken: Broken, index: int, t: int, *, alone: bool
) -> Iterator[ShortageReason]:
    """Rules without tolerance that keep what could arrive from a line."""
    line = network.lines[index]
    here = broken.get((line.customer, line.material), set())
    told = False
    for phase in network.phases:
        if phase.share or not phase.trait or not phase.lines.get(index, 0) >> t & 1:
            continue
        if any(mask & phase.trait for mask in here):
            cell = WorkbookCell("Rules", phase.row, "rule")
            what = "everything else" if not alone else "everything"
            sentence = f"{places.address(cell)}: {phase.rule} bars {what} that could arrive"
            told = True
            yield ShortageReason("Rules", places.letter(cell), sentence, 0.0)
    if alone and not told:
        cell = WorkbookCell("Demand", line.rows[0], "line")
        sentence = f"{places.address(cell)}: no chain of flows serves it; see the warnings in Run"
        yield ShortageReason("Demand", places.letter(cell), sentence, 0.0)


class _SupplyChains:
    """Balances and what enters them, with prices."""

    def __init__(
        self, network: Network, program: Program, answer: Answer, places: CellLocator
    ) -> None:
        assert answer.prices is not None
        assert answer.reduced_costs is not None
        self.network, self.program, self.places = network, program, places
        self.prices = answer.prices * program.sign
        self.reduced = np.maximum(answer.reduced_costs * program.sign, 0.0).tolist()
        self.discount = network.calendar.discount(network.case.settings.discount_rate)
        self.inflows = given(network)
        self.balance = np.zeros(len(program.constraints), dtype=bool)
        self.demand: dict[tuple[str, ...], int] = {}
        self.stranded: dict[int, tuple[str, ...]] = {}
        for row, constraint in enumerate(program.constraints):
            family = family_of(constraint)
            if family == "balance":
                self.balance[row] = True
                if constraint.index() in self.inflows:
                    self.stranded[row] = constraint.index()
            elif family == "demand":
                self.demand[names_of(constraint)] = row
        self._values_of = answer.values
        self._transpose()
        self._weights = self._weighed()
        self.best: dict[int, int] = {}
        self.distance = self._search()

    def _transpose(self) -> None:
        """Entries of each column in balances and in other rows."""
        program = self.program
        order = np.argsort(program.columns, kind="stable")
        self._columns = program.columns[order]
        self._rows = program.row_of[order]
        self._values = program.values[order]
        self._starts = np.zeros(len(program.cost) + 1, dtype=np.int64)
        np.cumsum(np.bincount(program.columns, minlength=len(program.cost)), out=self._starts[1:])
        self._usable = program.upper > 0

    def _weighed(self) -> list[float]:
        """Reduced cost of each column, and a little for what is paid for limits in its way."""
        paid = np.maximum(-self.prices[self._rows] * self._values, 0.0)
        paid[self.balance[self._rows]] = 0.0
        rent = np.bincount(self._columns, paid, minlength=len(self.program.cost))
        weights: list[float] = (np.array(self.reduced) + RENT * rent).tolist()
        return weights

    def _balances(self) -> tuple[Entries, Entries]:
        """What each column makes, and what it uses, by balance."""
        makes: Entries = {}
        uses: Entries = {}
        own = self.balance[self._rows] & self._usable[self._columns]
        parts = (self._columns[own], self._rows[own], self._values[own])
        for column, row, value in zip(*(part.tolist() for part in parts), strict=True):
            if value > 0:
                makes.setdefault(column, []).append((row, value))
            else:
                uses.setdefault(column, []).append((row, -value))
        return makes, uses

    def _entries(self, column: int) -> list[tuple[int, float]]:
        own = slice(self._starts[column], self._starts[column + 1])
        return list(zip(self._rows[own].tolist(), self._values[own].tolist(), strict=True))

    def _search(self) -> dict[int, float]:
        """Least sum of reduced costs with which a tonne more can be at each balance."""
        step = STEP * max(1.0, float(np.abs(self.prices).max(initial=0.0)))
        makes, uses = self._balances()
        waiting_for: dict[int, list[int]] = defaultdict(list)
        # What is given is told only where no other chain serves: there can be no more of it.
        last = 10.0 * step / STEP
        heap: list[tuple[float, int, int]] = [(last, row, -1) for row in self.stranded]
        for column, made in makes.items():
            for row, _ in uses.get(column, ()):
                waiting_for[row].append(column)
            if column not in uses:
                for row, value in made:
                    heap.append(((self._weights[column] + step) / value, row, column))
        heapq.heapify(heap)
        lacking = {column: len(own) for column, own in uses.items()}
        distance: dict[int, float] = {}
        while heap:
            cost, row, column = heapq.heappop(heap)
            if row in distance:
                continue
            distance[row] = cost
            self.best[row] = column
            for user in waiting_for[row]:
                lacking[user] -= 1
                if not lacking[user]:
                    total = self._weights[user] + step
                    total += sum(value * distance[used] for used, value in uses[user])
                    for target, value in makes[user]:
                        if target not in distance:
                            heapq.heappush(heap, (total / value, target, user))
        return distance

    def reasons(self, line: DemandLine, t: int) -> Iterator[ShortageReason]:
        """What stands in the way of one tonne more for a line; nothing if no chain exists."""
        name = (line.name, line.customer, line.material, self.network.calendar.labels[t])
        start = self._first(self.demand[name])
        if start is None:
            return
        steps = list(self._walk(start))
        found: dict[int, float] = defaultdict(float)
        paid = 0.0
        for column, tonnes in steps:
            if column < 0:
                continue
            paid += self.program.cost[column] * tonnes
            for row, value in self._entries(column):
                if not self.balance[row] and row != self.demand[name]:
                    found[row] -= self.prices[row] * value * tonnes
        worth = line.penalty[t] * self.discount[t]
        ranked = sorted(found.items(), key=lambda item: -item[1])
        told: dict[tuple[str, str, str], ShortageReason] = {}
        for row, price in ranked:
            if price > WORTH * max(worth, 1e-9):
                reason = self._said(row, price / self.discount[t])
                told.setdefault((reason.sheet, reason.cell, reason.sentence), reason)
        yield from told.values()
        yield from self._given(steps, start, worth, t)
        if paid > worth and worth > 0:
            yield self._dear(line, paid / self.discount[t], t)

    def _first(self, demand: int) -> tuple[int, int] | None:
        """Delivery and balance at the end of the cheapest chain."""
        own = slice(self.program.starts[demand], self.program.starts[demand + 1])
        best, found = float("inf"), None
        for column in self.program.columns[own].tolist():
            for row, value in self._entries(column):
                if self.balance[row] and value < 0 and row in self.distance:
                    cost = self.distance[row] + self.reduced[column]
                    if cost < best:
                        best, found = cost, (column, row)
        return found

    def _walk(self, start: tuple[int, int]) -> Iterator[tuple[int, float]]:
        """Columns of the chain with how much of each a tonne needs; rows given as ``-1 - row``."""
        column, row = start
        yield column, 1.0
        need: dict[int, float] = {row: 1.0}
        order = [row]
        while order:
            row = order.pop(0)
            tonnes = need.pop(row)
            column = self.best[row]
            if column < 0:
                yield -1 - row, tonnes
                continue
            entries = self._entries(column)
            made = next(value for own, value in entries if own == row)
            yield column, tonnes / made
            for own, value in entries:
                if self.balance[own] and value < 0:
                    if own not in need:
                        order.append(own)
                        need[own] = 0.0
                    need[own] -= value * tonnes / made

    def _given(
        self, steps: list[tuple[int, float]], start: tuple[int, int], worth: float, t: int
    ) -> Iterator[ShortageReason]:
        """Opening stocks and orders at the head of the chain: there is no more of them."""
        for step, tonnes in steps:
            if step >= 0:
                continue
            row = -1 - step
            price = self.prices[row] * tonnes
            cells = self.inflows[self.stranded[row]]
            names = self.stranded[row]
            if price > WORTH * worth:
                address = " and ".join(self.places.address(cell) for cell in cells[:2])
                sentence = f"{address}: there is no more of {names[1]} at {names[0]}"
                letter = self.places.letter(cells[0])
                yield ShortageReason(
                    cells[0].sheet, letter, sentence, float(price / self.discount[t])
                )

    def _said(self, row: int, worth: float) -> ShortageReason:
        constraint = self.program.constraints[row]
        family, names = family_of(constraint), names_of(constraint)
        side = LOW if self.prices[row] > 0 else HIGH
        cells = self.places.cells(family, names, side)
        sheet = family_named(family).sheet or "Run"
        if family in ("running", "running_own"):
            cells = self.places.cells("capacity", names, HIGH)
            address = self.places.address(cells[0]) if cells else sheet
            sentence = f"{address}: {names[1]} at {names[0]} does not run in {names[-1]}"
        elif family == "lane" and self._unused(row):
            address = self.places.address(cells[0]) if cells else sheet
            sentence = f"{address}: {names[0]} is not used for {names[1]} in {names[-1]}"
        elif family == "built_reach":
            sheet, sentence = "Options", f"Options: {names[3]} at {names[2]} is not built"
        else:
            shown = cells or (WorkbookCell(sheet, 0, ""),)
            sentence = said(self.places, family, names, side, shown, names[-1:])
        currency = self.network.case.settings.currency
        sentence = f"{sentence}, which costs {figure(worth)} {currency} per tonne short"
        letter = self.places.letter(cells[0]) if cells else ""
        return ShortageReason(sheet, letter, sentence, float(worth))

    def _unused(self, row: int) -> bool:
        """True if a row of a lane is one that the yes/no decision on the lane closes."""
        program, values = self.program, self._values_of
        own = program.columns[program.starts[row] : program.starts[row + 1]]
        decided = own[program.integer[own]]
        return values is not None and bool(decided.size) and not np.rint(values[decided]).any()

    def _dear(self, line: DemandLine, paid: float, t: int) -> ShortageReason:
        """The chain costs more than the penalty, even without what stands in its way."""
        cell = WorkbookCell("Demand", line.rows[0], "shortage penalty")
        currency = self.network.case.settings.currency
        sentence = (
            f"{self.places.address(cell)}: one tonne more would cost {figure(paid)} {currency} at "
            f"least, against a penalty of {figure(line.penalty[t])}"
        )
        return ShortageReason("Demand", self.places.letter(cell), sentence, 0.0)
