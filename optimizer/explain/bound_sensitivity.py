"""Rows of the programme that move together when one bound of the workbook moves.

Most bounds stand in one row. Some stand in several: wanted tonnes are the right-hand side of
``demand``, a share of them that of ``least_delivery``, and they bound lanes that lead to them
alone; a capacity bounds a unit, and again wherever a yes/no decision switches it. By the chain
rule one more of such a bound is worth the sum over its rows of price times movement. Moving all
rows at once says how far that holds.

Yes/no decisions are fixed at their values in the plan, so that a coefficient of one is a bound.
"""

from __future__ import annotations

from typing import Any

from optimizer.explain.bound_move import BoundMove, MoveCollector, MovingRows, PlanRows
from optimizer.explain.capacity_moves import CapacityMoves
from optimizer.explain.cell_locator import HIGH, LOW
from optimizer.explain.demand_moves import DemandMoves
from optimizer.model.storage import COVER_FAMILY, STORAGE_FAMILY
from optimizer.model.supply import CONTRACT_FAMILY, OFFER_FAMILY, TAKE_OR_PAY_FAMILY
from optimizer.model.tiers import TIER_FAMILY, TIER_FULL_FAMILY
from optimizer.network.network_data import Network
from optimizer.solver import Answer, Program
from optimizer.tables.schema import INFINITY


def bound_moves(network: Network, m: Any, program: Program, answer: Answer) -> dict[int, BoundMove]:
    """Bounds that are more than the right-hand side of one row, by the row that stands for them.

    Empty without a plan.
    """
    if answer.values is None:
        return {}
    rows = PlanRows(network, m, program, answer.values)
    return {
        row: move
        for collector in (DemandMoves(rows), CapacityMoves(rows), _SupplyMoves(rows))
        for row, move in collector.collect().items()
    }


class _SupplyMoves(MoveCollector):
    """Moves of the bounds of offers, contracts and stores."""

    def collect(self) -> dict[int, BoundMove]:
        """Moves by row."""
        self._tiers()
        self._stores()
        self._contracts()
        return self.moves

    def _tiers(self) -> None:
        """Maximum of an offer that comes before or after another one."""
        offers, full = self.network.offers, self.columns.full
        for offer, decided in zip(offers, full, strict=True):
            for t, period in enumerate(self.labels):
                name = (offer.name, offer.site, offer.material)
                row = self.row(OFFER_FAMILY, *name, period)
                if row is None or offer.maximum[t] == INFINITY:
                    continue
                rows: MovingRows = {row: 1.0}
                if t in decided:
                    rows[self.row(TIER_FULL_FAMILY, *name, period)] = self.integer_value(decided[t])
                for first, periods in offer.after.items():
                    if periods >> t & 1:
                        own = self.row(TIER_FAMILY, *name, offers[first].name, period)
                        rows[own] = self.integer_value(full[first][t])
                if len(rows) > 1:
                    self.add_move(row, rows, side=HIGH)

    def _stores(self) -> None:
        """Least stock: at the end the closing target counts as far as it is above the minimum."""
        last = self.network.calendar.count - 1
        for store in self.network.stores:
            row = self.row(STORAGE_FAMILY, store.site, store.material, self.labels[last])
            spare = store.closing_target - store.minimum[last]
            if row is not None and store.minimum[last] and spare > 0:
                self.add_move(row, {row: 1.0}, allowable_decrease=spare, side=LOW)
        for store in self.network.stores:
            for period in self.labels:
                row = self.row(COVER_FAMILY, store.site, store.material, period)
                if row is not None:
                    self.add_move(row, {row: 1.0}, bound=self._negative(row))

    def _negative(self, row: int) -> float:
        """Value in the plan of the sum that a row demands: its terms below zero."""
        program = self.program
        own = slice(program.starts[row], program.starts[row + 1])
        pairs = zip(program.values[own], program.columns[own].tolist(), strict=True)
        return float(sum(-v * self.values[c] for v, c in pairs if v < 0))

    def _contracts(self) -> None:
        """Contract quantity, of which a share is paid for in any case."""
        for contract in self.network.contracts:
            offer = self.network.offers[contract.offer]
            name = (offer.name, offer.site, offer.material, f"row {contract.row}")
            row, least = self.row(CONTRACT_FAMILY, *name), self.row(TAKE_OR_PAY_FAMILY, *name)
            if row is not None and least is not None and contract.quantity:
                self.add_move(row, {row: 1.0, least: contract.minimum_paid / contract.quantity})
