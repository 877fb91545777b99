"""Reasons of shortages: priced rows in the way of the cheapest supply chain to the demand.

The rows with a price on the cheapest chain
(:mod:`optimizer.explain.cheapest_supply_chains`) are the reasons. Where no chain exists, the
reasons are what is missing.
"""

from __future__ import annotations

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
from optimizer.explain.cheapest_supply_chains import CheapestSupplyChains
from optimizer.explain.row_sentences import requirement_sentence
from optimizer.explain.unreachable import UnreachablePlaces
from optimizer.model import family_named
from optimizer.model.capacity import CAPACITY_FAMILY, RUNNING_FAMILY, RUNNING_OWN_FAMILY
from optimizer.model.investment import BUILT_LANE_FAMILY
from optimizer.model.shipping import LANE_FAMILY
from optimizer.model.supply import OFFER_FAMILY
from optimizer.model.tiers import TIER_FAMILY
from optimizer.network.network_data import DemandLine, Network
from optimizer.result import result_layouts
from optimizer.result.number_text import figure
from optimizer.result.result_layouts import Table, table
from optimizer.solver import Answer, Program

MAX_SHORTAGE_REASONS = 6
"""Maximum reasons of one shortage, so that the table stays readable."""

MIN_REASON_SHARE = 0.001
"""Share of the penalty above which a reason is listed; chosen."""

NEGLIGIBLE_PENALTY = 1e-9
"""Money per tonne that a penalty of zero counts as, so that rounding of prices gives no reason."""

_VERBS = {
    "Supply": "bought",
    "Lanes": "shipped",
    "Stocks": "kept in stock",
    "Demand": "kept in stock",
}
"""What would have to be done in an earlier period, by the sheet of the bound; else it is made."""

ShortageReasonRow = tuple[str, str, str, str, float, str, str, str, float]


BrokenTraits = dict[tuple[str, str], set[int]]
"""Bit masks of traits that lots at a site break, by site and material."""


class ShortageReason(Struct, frozen=True):
    """A sentence, its cell, and the saving per tonne of demand without it."""

    sheet: str
    cell: str
    sentence: str
    worth: float
    """Money of that period that one more tonne would save without the bound; 0 without a price."""


def shortage_reasons(network: Network, program: Program, answer: Answer, shortages: Table) -> Table:
    """Reasons of every shortage, largest worth first."""
    if not len(shortages):
        return table(result_layouts.SHORTAGE_REASONS_LAYOUT, [])
    locator = CellLocator(network)
    chain_reasons = None
    if answer.prices is not None and answer.reduced_costs is not None:
        chain_reasons = _ChainReasons(network, program, answer, locator)
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
        for reason in _reasons(network, locator, chain_reasons, unreachable, broken, index, t):
            cells = (reason.sentence, reason.sheet, reason.cell, reason.worth)
            rows.append((line, customer, material, period, short, *cells))
    return table(result_layouts.SHORTAGE_REASONS_LAYOUT, rows)


def _reasons(
    network: Network,
    locator: CellLocator,
    chain_reasons: _ChainReasons | None,
    unreachable: UnreachablePlaces,
    broken: BrokenTraits,
    index: int,
    t: int,
) -> list[ShortageReason]:
    line = network.lines[index]
    reasons = [] if chain_reasons is None else list(chain_reasons.reasons(line, t))
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
            what = "all supply" if alone else "all other supply"
            sentence = (
                f"{locator.address(cell)}: rule {phase.rule} excludes {what} that could arrive"
            )
            any_rule = True
            yield ShortageReason("Rules", locator.letter(cell), sentence, 0.0)
    if alone and not any_rule:
        cell = WorkbookCell("Demand", line.rows[0], "line")
        sentence = (
            f"{locator.address(cell)}: no supply chain reaches it; see the warnings in the sheet "
            "Run"
        )
        yield ShortageReason("Demand", locator.letter(cell), sentence, 0.0)


class _ChainReasons:
    """Reasons along the cheapest supply chains: rows with a price, and stocks that are limited."""

    def __init__(
        self, network: Network, program: Program, answer: Answer, locator: CellLocator
    ) -> None:
        self.network, self.program, self.locator = network, program, locator
        self.discount = network.calendar.discount(network.case.settings.discount_rate)
        self.inflows = inflow_cells_by_balance(network)
        self.chains = CheapestSupplyChains(program, answer, self.inflows)
        self.prices = self.chains.prices
        self._values = answer.values

    def reasons(self, line: DemandLine, t: int) -> Iterator[ShortageReason]:
        """Reasons against one more tonne for a line; none if no chain exists."""
        name = (line.name, line.customer, line.material, self.network.calendar.labels[t])
        chains, demand = self.chains, self.chains.demand[name]
        start = chains.start(demand)
        if start is None:
            return
        steps = list(chains.walk(start))
        prices_paid: dict[int, float] = defaultdict(float)
        paid = 0.0
        for column, tonnes in steps:
            if column < 0:
                continue
            paid += self.program.cost[column] * tonnes
            for row, value in chains.entries(column):
                if not chains.balance[row] and row != demand:
                    prices_paid[row] -= self.prices[row] * value * tonnes
        worth = line.penalty[t] * self.discount[t]
        ranked = sorted(prices_paid.items(), key=lambda item: -item[1])
        reasons: dict[tuple[str, str, str], ShortageReason] = {}
        for row, price in ranked:
            if price > MIN_REASON_SHARE * max(worth, NEGLIGIBLE_PENALTY):
                reason = self._bound_reason(row, price / self.discount[t], line.penalty[t], t)
                reasons.setdefault((reason.sheet, reason.cell, reason.sentence), reason)
        yield from reasons.values()
        yield from self._stock_reasons(steps, worth, t)
        if paid > worth and worth > 0:
            yield self._penalty_reason(line, paid / self.discount[t], t)

    def _stock_reasons(
        self, steps: list[tuple[int, float]], worth: float, t: int
    ) -> Iterator[ShortageReason]:
        """Opening stocks and orders at the start of the chain, which are limited."""
        for step, tonnes in steps:
            if step >= 0:
                continue
            row = -1 - step
            price = self.prices[row] * tonnes
            names = self.chains.fixed_inflows[row]
            cells = self.inflows[names]
            if price > MIN_REASON_SHARE * worth:
                address = " and ".join(self.locator.address(cell) for cell in cells[:2])
                sentence = f"{address}: no more {names[1]} is available at {names[0]}"
                letter = self.locator.letter(cells[0])
                yield ShortageReason(
                    cells[0].sheet, letter, sentence, float(price / self.discount[t])
                )

    def _bound_reason(self, row: int, worth: float, penalty: float, t: int) -> ShortageReason:
        constraint = self.program.constraints[row]
        family, names = family_of(constraint), names_of(constraint)
        side = LOW if self.prices[row] > 0 else HIGH
        if family == TIER_FAMILY.name and not self._is_closed(row):  # its own maximum binds here
            family, names = OFFER_FAMILY.name, (*names[:3], names[-1])
        cells = self.locator.cells(family, names, side)
        sheet = family_named(family).sheet or "Run"
        if family in (RUNNING_FAMILY.name, RUNNING_OWN_FAMILY.name):
            cells = self.locator.cells(CAPACITY_FAMILY.name, names, HIGH)
            address = self.locator.address(cells[0]) if cells else sheet
            sentence = f"{address}: {names[1]} at {names[0]} does not run in {names[-1]}"
        elif family == LANE_FAMILY.name and self._is_closed(row):
            address = self.locator.address(cells[0]) if cells else sheet
            sentence = f"{address}: {names[0]} is not used for {names[1]} in {names[-1]}"
        elif family == BUILT_LANE_FAMILY.name:
            sheet, sentence = "Options", f"Options: {names[3]} at {names[2]} is not built"
        else:
            shown = cells or (WorkbookCell(sheet, 0, ""),)
            sentence = requirement_sentence(self.locator, family, names, side, shown, names[-1:])
        period = self.locator.period(names)
        if period is not None and period < t:
            verb = _VERBS.get(sheet, "made")
            sentence = f"{sentence}, when material for this delivery would have to be {verb}"
        currency = self.network.case.settings.currency
        sentence = (
            f"{sentence}; without this limit one more tonne would save {figure(worth)} {currency} "
            f"(the penalty is {figure(penalty)} {currency} per tonne)"
        )
        letter = self.locator.letter(cells[0]) if cells else ""
        return ShortageReason(sheet, letter, sentence, float(worth))

    def _is_closed(self, row: int) -> bool:
        """True if a yes/no decision closes the lane or the tier of a row."""
        program, values = self.program, self._values
        row_columns = program.columns[program.starts[row] : program.starts[row + 1]]
        decided = row_columns[program.integer[row_columns] == 1]
        return values is not None and bool(decided.size) and not np.rint(values[decided]).any()

    def _penalty_reason(self, line: DemandLine, paid: float, t: int) -> ShortageReason:
        """Reason that the chain costs more than the penalty, even without its priced limits."""
        cell = WorkbookCell("Demand", line.rows[0], "shortage penalty")
        currency = self.network.case.settings.currency
        sentence = (
            f"{self.locator.address(cell)}: one more tonne would cost at least {figure(paid)} "
            f"{currency}, "
            f"against a penalty of {figure(line.penalty[t])}"
        )
        return ShortageReason("Demand", self.locator.letter(cell), sentence, 0.0)
