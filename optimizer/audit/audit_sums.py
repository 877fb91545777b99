"""Checks of Balance and Utilisation, which are sums over the flows.

The contract of the results: "Balance (by site and material: in, out, stock, to zero)", and
"utilisation" is what is used of the capacity that is there.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from optimizer.audit.audit_calendar import Floats, Ints
from optimizer.audit.audit_flows import TableFlows
from optimizer.audit.audit_terms import SiteMaterialKey
from optimizer.audit.audit_units import UnitAudit
from optimizer.audit.audit_workbook import AuditWorkbook
from optimizer.audit.verdict import AUDIT_TOLERANCE, MIN_COMPARED_SIZE, Tally
from optimizer.result.result_layouts import Tables

MIN_LISTED_AMOUNT = AUDIT_TOLERANCE * MIN_COMPARED_SIZE
"""Tonnes, or units of use, above which a row must exist: what passes as zero needs none."""
INFLOW_KINDS = ("opening", "bought", "arrived", "made")


def movements(workbook: AuditWorkbook, flows: TableFlows) -> dict[str, Floats]:
    """Tonnes by node for each column of Balance."""
    count = workbook.calendar.count
    closing = flows.sums(flows.moves_of("Stock"))
    opening = np.concatenate([np.zeros(1), closing[:-1]]) if closing.size else closing.copy()
    opening[::count] = 0.0
    arrived = flows.sums(flows.arrivals())
    for pair, storage in workbook.storage.items():
        opening[flows.pairs[pair] * count] += storage.first.opening if storage.first else 0.0
    for order in workbook.case.pipeline:
        here = np.flatnonzero(workbook.calendar.touches(order.arrival, order.arrival))
        arrived[flows.pairs[order.to_site, order.material] * count + here] += order.quantity
    leaving = {"shipped": "Shipments", "delivered": "Deliveries", "discarded": "Disposal"}
    return {
        "opening": opening,
        "bought": flows.sums(flows.moves_of("Purchases")),
        "arrived": arrived,
        "made": flows.sums(flows.process_moves("outputs")),
        "used": flows.sums(flows.process_moves("inputs")),
        **{kind: flows.sums(flows.moves_of(name)) for kind, name in leaving.items()},
        "closing": closing,
    }


class BalanceAudit:
    """The checks of Balance and Utilisation."""

    def __init__(
        self, workbook: AuditWorkbook, flows: TableFlows, units: UnitAudit, tables: Tables
    ) -> None:
        self.workbook, self.flows, self.units, self.tables = workbook, flows, units, tables
        self.calendar = workbook.calendar

    def tallies(self) -> list[Tally]:
        """Balance, then Utilisation; none for a missing table."""
        tallies = []
        if "Balance" in self.tables:
            tallies.append(self.balance())
        if "Utilisation" in self.tables:
            tallies.append(self.utilisation())
        return tallies

    def balance(self) -> Tally:
        """Every figure of Balance is the sum of the flows, and every node with flows has a row.

        The contract: "Balance (by site and material: in, out, stock, to zero)".
        """
        tally, flows = Tally("Balance"), self.flows
        kinds = movements(self.workbook, flows)
        size: Floats = sum((np.abs(tonnes) for tonnes in kinds.values()), np.zeros(flows.nodes))
        table = self.tables["Balance"]
        cell = self._row_positions(tally, "Balance", ("site", "material"), flows.pairs)
        self._check_complete(tally, "Balance", cell, size, flows.place)
        kept = np.flatnonzero(cell >= 0)
        node = cell[kept]
        difference = np.zeros(flows.nodes)
        for kind, tonnes in kinds.items():
            difference += tonnes if kind in INFLOW_KINDS else -tonnes
        for kind, tonnes in {**kinds, "difference": difference}.items():
            shown = np.asarray(table[kind], dtype=float)[kept]
            place = self._balance_place(kind, node)
            tally.equal(shown, tonnes[node], place, size[node])
        return tally

    def _balance_place(self, kind: str, node: Ints) -> Callable[[int], str]:
        return lambda i: f"Balance: {self.flows.place(int(node[i]))} ({kind})"

    def utilisation(self) -> Tally:
        """Use and capacity of every unit and period, and their quotient.

        The contract: capacity is "per year"; "availability holds for added capacity too".
        """
        tally, units = Tally("Utilisation"), self.units
        capacity, load = units.capacity().ravel(), units.load.ravel()
        number: dict[SiteMaterialKey, int] = {name: i for i, name in enumerate(units.names)}
        table = self.tables["Utilisation"]
        cell = self._row_positions(tally, "Utilisation", ("site", "unit"), number)
        place = self.calendar.place(units.names)
        self._check_complete(tally, "Utilisation", cell, np.maximum(capacity, load), place)
        kept = np.flatnonzero(cell >= 0)
        here = cell[kept]

        def words(i: int) -> str:
            return f"Utilisation: {place(int(here[i]))}"

        some = capacity[here] > 0
        share = np.where(some, load[here] / np.where(some, capacity[here], 1.0), 0.0)
        for header, wanted in (("used", load[here]), ("capacity", capacity[here])):
            tally.equal(np.asarray(table[header], dtype=float)[kept], wanted, words)
        shown = np.asarray(table["utilisation"], dtype=float)[kept]
        tally.equal(shown * MIN_COMPARED_SIZE, share * MIN_COMPARED_SIZE, words)
        return tally

    def _row_positions(
        self, tally: Tally, name: str, headers: tuple[str, str], number: dict[Any, int]
    ) -> Ints:
        """Position of each row in a table of keys by periods; -1 for an unknown row."""
        table, index = self.tables[name], self.calendar.index
        positions = []
        for first, second, period in zip(*(table[h] for h in (*headers, "period")), strict=True):
            key, t = number.get((first, second)), index.get(str(period))
            if key is None or t is None:
                tally.fail(f"{name}: no {second!r} at {first!r} in {period!r}")
            positions.append(-1 if key is None or t is None else key * self.calendar.count + t)
        return np.array(positions, dtype=np.int64)

    def _check_complete(
        self, tally: Tally, name: str, cell: Ints, size: Floats, place: Callable[[int], str]
    ) -> None:
        """Every position with a quantity has exactly one row."""
        times = np.bincount(cell[cell >= 0], minlength=size.size)
        missing = np.flatnonzero((times == 0) & (size > MIN_LISTED_AMOUNT))
        for i in (*missing[:1], *np.flatnonzero(times > 1)[:1]):
            word = "no row" if times[i] == 0 else f"{times[i]} rows"
            tally.fail(f"{name}: {word} for {place(int(i))}")
        tally.tested += size.size
