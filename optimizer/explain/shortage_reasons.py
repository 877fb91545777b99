"""Reasons of shortages: priced rows in the way of the cheapest supply chain to the demand.

Dual prices tell the cost of one more tonne at each place. The chain to a demand is the one with
the least sum of reduced costs (Knuth's generalisation of Dijkstra's algorithm, for flows that
need several inputs). Rows on the chain with a price are the reasons. Where no chain exists, the
reasons are what is missing.
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
    inflow_cells_by_balance,
    names_of,
)
from optimizer.explain.row_sentences import requirement_sentence
from optimizer.explain.unreachable import UnreachablePlaces
from optimizer.model import family_named
from optimizer.network.network_data import DemandLine, Network
from optimizer.result import result_layouts
from optimizer.result.number_text import figure
from optimizer.result.result_layouts import Table, table
from optimizer.solver import Answer, Program

MAX_SHORTAGE_REASONS = 6
"""Maximum reasons of one shortage, so that the table stays readable."""

MIN_REASON_SHARE = 0.001
"""Share of the penalty above which a reason is listed; chosen."""

CHAIN_STEP_COST = 1e-9
"""Cost of a step of a chain, relative to the largest price: prefers the shorter of equal chains."""

LIMIT_PRICE_WEIGHT = 1e-3
"""Weight of prices of limits beside reduced costs: prefers the freer of equal chains."""

ShortageReasonRow = tuple[str, str, str, str, float, str, str, str, float]


BrokenTraits = dict[tuple[str, str], set[int]]
"""Bit masks of traits that lots at a site break, by site and material."""
ColumnEntries = dict[int, list[tuple[int, float]]]
"""Rows and values of columns."""


class ShortageReason(Struct, frozen=True):
    """A sentence, its cell, and the saving per tonne of demand without it."""

    sheet: str
    cell: str
    sentence: str
    worth: float
    """Money of that period per tonne short; 0 where there is no price."""


def shortage_reasons(network: Network, program: Program, answer: Answer, shortages: Table) -> Table:
    """Reasons of every shortage, largest worth first."""
    if not len(shortages):
        return table(result_layouts.SHORTAGE_REASONS_LAYOUT, [])
    locator = CellLocator(network)
    chains = None
    if answer.prices is not None and answer.reduced_costs is not None:
        chains = _SupplyChains(network, program, answer, locator)
    unreachable = UnreachablePlaces(network, locator)
    broken: BrokenTraits = defaultdict(set)
    for node in network.nodes:
        if not node.target:
            broken[node.site, node.material].add(node.broken)
    index_of = {(ln.name, ln.customer, ln.material): k for k, ln in enumerate(network.lines)}
    rows: list[ShortageReasonRow] = []
    for line, customer, material, period, short in zip(
        *(shortages[name] for name in ("line", "customer", "material", "period", "short")),
        strict=True,
    ):
        index, t = index_of[line, customer, material], network.calendar.labels.index(period)
        for reason in _reasons(network, locator, chains, unreachable, broken, index, t):
            cells = (reason.sentence, reason.sheet, reason.cell, reason.worth)
            rows.append((line, customer, material, period, short, *cells))
    return table(result_layouts.SHORTAGE_REASONS_LAYOUT, rows)


def _reasons(
    network: Network,
    locator: CellLocator,
    chains: _SupplyChains | None,
    unreachable: UnreachablePlaces,
    broken: BrokenTraits,
    index: int,
    t: int,
) -> list[ShortageReason]:
    line = network.lines[index]
    reasons = [] if chains is None else list(chains.reasons(line, t))
    if not reasons:
        causes = unreachable.causes((line.customer, line.material), t)
        reasons = [
            ShortageReason(c.cell.sheet, locator.letter(c.cell), c.sentence, 0.0) for c in causes
        ]
    return [
        *reasons[:MAX_SHORTAGE_REASONS],
        *_barring_rules(network, locator, broken, index, t, alone=not reasons),
    ]


def _barring_rules(
    network: Network, locator: CellLocator, broken: BrokenTraits, index: int, t: int, *, alone: bool
) -> Iterator[ShortageReason]:
    """Rules without tolerance that bar reachable lots from a line."""
    line = network.lines[index]
    classes_there = broken.get((line.customer, line.material), set())
    any_rule = False
    for phase in network.phases:
        if phase.share or not phase.trait or not phase.lines.get(index, 0) >> t & 1:
            continue
        if any(mask & phase.trait for mask in classes_there):
            cell = WorkbookCell("Rules", phase.row, "rule")
            what = "everything else" if not alone else "everything"
            sentence = f"{locator.address(cell)}: {phase.rule} bars {what} that could arrive"
            any_rule = True
            yield ShortageReason("Rules", locator.letter(cell), sentence, 0.0)
    if alone and not any_rule:
        cell = WorkbookCell("Demand", line.rows[0], "line")
        sentence = f"{locator.address(cell)}: no chain of flows serves it; see the warnings in Run"
        yield ShortageReason("Demand", locator.letter(cell), sentence, 0.0)


class _SupplyChains:
    """Cheapest supply chains over balance rows and columns, by reduced cost."""

    def __init__(
        self, network: Network, program: Program, answer: Answer, locator: CellLocator
    ) -> None:
        assert answer.prices is not None
        assert answer.reduced_costs is not None
        self.network, self.program, self.locator = network, program, locator
        self.prices = answer.prices * program.sign
        self.reduced = np.maximum(answer.reduced_costs * program.sign, 0.0).tolist()
        self.discount = network.calendar.discount(network.case.settings.discount_rate)
        self.inflows = inflow_cells_by_balance(network)
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
        self._weights = self._chain_weights()
        self.best: dict[int, int] = {}
        self.distance = self._search()

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
        weights: list[float] = (np.array(self.reduced) + LIMIT_PRICE_WEIGHT * rent).tolist()
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

    def _entries(self, column: int) -> list[tuple[int, float]]:
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
        heap: list[tuple[float, int, int]] = [(last, row, -1) for row in self.stranded]
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
        """Reasons against one more tonne for a line; none if no chain exists."""
        name = (line.name, line.customer, line.material, self.network.calendar.labels[t])
        start = self._chain_start(self.demand[name])
        if start is None:
            return
        steps = list(self._walk(start))
        prices_paid: dict[int, float] = defaultdict(float)
        paid = 0.0
        for column, tonnes in steps:
            if column < 0:
                continue
            paid += self.program.cost[column] * tonnes
            for row, value in self._entries(column):
                if not self.balance[row] and row != self.demand[name]:
                    prices_paid[row] -= self.prices[row] * value * tonnes
        worth = line.penalty[t] * self.discount[t]
        ranked = sorted(prices_paid.items(), key=lambda item: -item[1])
        reasons: dict[tuple[str, str, str], ShortageReason] = {}
        for row, price in ranked:
            if price > MIN_REASON_SHARE * max(worth, 1e-9):
                reason = self._bound_reason(row, price / self.discount[t])
                reasons.setdefault((reason.sheet, reason.cell, reason.sentence), reason)
        yield from reasons.values()
        yield from self._stock_reasons(steps, start, worth, t)
        if paid > worth and worth > 0:
            yield self._penalty_reason(line, paid / self.discount[t], t)

    def _chain_start(self, demand: int) -> tuple[int, int] | None:
        """Delivery column and balance row where the cheapest chain ends."""
        entries_of_row = slice(self.program.starts[demand], self.program.starts[demand + 1])
        best, start = float("inf"), None
        for column in self.program.columns[entries_of_row].tolist():
            for row, value in self._entries(column):
                if self.balance[row] and value < 0 and row in self.distance:
                    cost = self.distance[row] + self.reduced[column]
                    if cost < best:
                        best, start = cost, (column, row)
        return start

    def _walk(self, start: tuple[int, int]) -> Iterator[tuple[int, float]]:
        """Columns of the chain with their amount per tonne; fixed inflows as ``-1 - row``."""
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
            made = next(value for entry_row, value in entries if entry_row == row)
            yield column, tonnes / made
            for entry_row, value in entries:
                if self.balance[entry_row] and value < 0:
                    if entry_row not in need:
                        order.append(entry_row)
                        need[entry_row] = 0.0
                    need[entry_row] -= value * tonnes / made

    def _stock_reasons(
        self, steps: list[tuple[int, float]], start: tuple[int, int], worth: float, t: int
    ) -> Iterator[ShortageReason]:
        """Opening stocks and orders at the start of the chain, which are limited."""
        for step, tonnes in steps:
            if step >= 0:
                continue
            row = -1 - step
            price = self.prices[row] * tonnes
            cells = self.inflows[self.stranded[row]]
            names = self.stranded[row]
            if price > MIN_REASON_SHARE * worth:
                address = " and ".join(self.locator.address(cell) for cell in cells[:2])
                sentence = f"{address}: there is no more of {names[1]} at {names[0]}"
                letter = self.locator.letter(cells[0])
                yield ShortageReason(
                    cells[0].sheet, letter, sentence, float(price / self.discount[t])
                )

    def _bound_reason(self, row: int, worth: float) -> ShortageReason:
        constraint = self.program.constraints[row]
        family, names = family_of(constraint), names_of(constraint)
        side = LOW if self.prices[row] > 0 else HIGH
        cells = self.locator.cells(family, names, side)
        sheet = family_named(family).sheet or "Run"
        if family in ("running", "running_own"):
            cells = self.locator.cells("capacity", names, HIGH)
            address = self.locator.address(cells[0]) if cells else sheet
            sentence = f"{address}: {names[1]} at {names[0]} does not run in {names[-1]}"
        elif family == "lane" and self._lane_is_closed(row):
            address = self.locator.address(cells[0]) if cells else sheet
            sentence = f"{address}: {names[0]} is not used for {names[1]} in {names[-1]}"
        elif family == "built_reach":
            sheet, sentence = "Options", f"Options: {names[3]} at {names[2]} is not built"
        else:
            shown = cells or (WorkbookCell(sheet, 0, ""),)
            sentence = requirement_sentence(self.locator, family, names, side, shown, names[-1:])
        currency = self.network.case.settings.currency
        sentence = f"{sentence}, which costs {figure(worth)} {currency} per tonne short"
        letter = self.locator.letter(cells[0]) if cells else ""
        return ShortageReason(sheet, letter, sentence, float(worth))

    def _lane_is_closed(self, row: int) -> bool:
        """True if a yes/no decision closes the lane of a row."""
        program, values = self.program, self._values_of
        row_columns = program.columns[program.starts[row] : program.starts[row + 1]]
        decided = row_columns[program.integer[row_columns]]
        return values is not None and bool(decided.size) and not np.rint(values[decided]).any()

    def _penalty_reason(self, line: DemandLine, paid: float, t: int) -> ShortageReason:
        """Reason that the chain costs more than the penalty, even without its priced limits."""
        cell = WorkbookCell("Demand", line.rows[0], "shortage penalty")
        currency = self.network.case.settings.currency
        sentence = (
            f"{self.locator.address(cell)}: one tonne more would cost {figure(paid)} {currency} at "
            f"least, against a penalty of {figure(line.penalty[t])}"
        )
        return ShortageReason("Demand", self.locator.letter(cell), sentence, 0.0)
