"""Tables that are sums over the flows: Balance and Utilisation, each with every row that it needs.

The contract of the results: "Balance (by site and material: in, out, stock, to zero)", and
"utilisation" is what is used of the capacity that is there.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from optimizer.audit.audit_calendar import Floats, Ints
from optimizer.audit.audit_entitlements import Entitlements, Pair
from optimizer.audit.audit_flows import TableFlows
from optimizer.audit.audit_units import UnitAudit
from optimizer.audit.verdict import SMALLEST, TOLERANCE, Tally
from optimizer.result.result_layouts import Tables

LEAST = TOLERANCE * SMALLEST
"""Tonnes, or units of use, from which a row must be there."""
COMES_IN = ("opening", "bought", "arrived", "made")


def movements(given: Entitlements, flows: TableFlows) -> dict[str, Floats]:
    """Tonnes of each kind by node, as Balance shows them."""
    count = given.calendar.count
    closing = flows.sums(flows.leaves("Stock"))
    opening = np.concatenate([np.zeros(1), closing[:-1]]) if closing.size else closing.copy()
    opening[::count] = 0.0
    arrived = flows.sums(flows.arrivals())
    for pair, storage in given.storage.items():
        opening[flows.pairs[pair] * count] += storage.first.opening if storage.first else 0.0
    for order in given.case.pipeline:
        here = np.flatnonzero(given.calendar.touches(order.arrival, order.arrival))
        arrived[flows.pairs[order.to_site, order.material] * count + here] += order.quantity
    leaving = {"shipped": "Shipments", "delivered": "Deliveries", "discarded": "Disposal"}
    return {
        "opening": opening,
        "bought": flows.sums(flows.leaves("Purchases")),
        "arrived": arrived,
        "made": flows.sums(flows.worked("outputs")),
        "used": flows.sums(flows.worked("inputs")),
        **{kind: flows.sums(flows.leaves(name)) for kind, name in leaving.items()},
        "closing": closing,
    }


class BalanceAudit:
    """The checks of Balance and Utilisation."""

    def __init__(
        self, given: Entitlements, flows: TableFlows, units: UnitAudit, tables: Tables
    ) -> None:
        self.given, self.flows, self.units, self.tables = given, flows, units, tables
        self.calendar = given.calendar

    def tallies(self) -> list[Tally]:
        """Balance, then Utilisation; none of a table that is not there."""
        found = []
        if "Balance" in self.tables:
            found.append(self.balance())
        if "Utilisation" in self.tables:
            found.append(self.utilisation())
        return found

    def balance(self) -> Tally:
        """Every figure of Balance is the sum of the flows, at every place where something moves.

        The contract: "Balance (by site and material: in, out, stock, to zero)".
        """
        tally, flows = Tally("Balance"), self.flows
        kinds = movements(self.given, flows)
        size: Floats = sum((np.abs(own) for own in kinds.values()), np.zeros(flows.nodes))
        table = self.tables["Balance"]
        cell = self._cells(tally, "Balance", ("site", "material"), flows.pairs)
        self._complete(tally, "Balance", cell, size, flows.place)
        kept = np.flatnonzero(cell >= 0)
        node = cell[kept]
        difference = np.zeros(flows.nodes)
        for kind, own in kinds.items():
            difference += own if kind in COMES_IN else -own
        for kind, own in {**kinds, "difference": difference}.items():
            shown = np.asarray(table[kind], dtype=float)[kept]
            place = self._at(kind, node)
            tally.equal(shown, own[node], place, size[node])
        return tally

    def _at(self, kind: str, node: Ints) -> Callable[[int], str]:
        return lambda i: f"Balance: {self.flows.place(int(node[i]))} ({kind})"

    def utilisation(self) -> Tally:
        """Use and capacity of every unit and period, and their quotient.

        The contract: capacity is "per year"; "availability holds for added capacity too".
        """
        tally, units = Tally("Utilisation"), self.units
        capacity, load = units.capacity().ravel(), units.load.ravel()
        number: dict[Pair, int] = {name: i for i, name in enumerate(units.names)}
        table = self.tables["Utilisation"]
        cell = self._cells(tally, "Utilisation", ("site", "unit"), number)
        place = self.calendar.place(units.names)
        self._complete(tally, "Utilisation", cell, np.maximum(capacity, load), place)
        kept = np.flatnonzero(cell >= 0)
        here = cell[kept]

        def words(i: int) -> str:
            return f"Utilisation: {place(int(here[i]))}"

        some = capacity[here] > 0
        share = np.where(some, load[here] / np.where(some, capacity[here], 1.0), 0.0)
        for header, own in (("used", load[here]), ("capacity", capacity[here])):
            tally.equal(np.asarray(table[header], dtype=float)[kept], own, words)
        shown = np.asarray(table["utilisation"], dtype=float)[kept]
        tally.equal(shown * SMALLEST, share * SMALLEST, words)
        return tally

    def _cells(
        self, tally: Tally, name: str, headers: tuple[str, str], number: dict[Any, int]
    ) -> Ints:
        """Place of each row in a table of keys by periods; -1 for what is not in the plan."""
        table, index = self.tables[name], self.calendar.index
        found = []
        for first, second, period in zip(*(table[h] for h in (*headers, "period")), strict=True):
            key, t = number.get((first, second)), index.get(str(period))
            if key is None or t is None:
                tally.flaw(f"{name}: no {second!r} at {first!r} in {period!r}")
            found.append(-1 if key is None or t is None else key * self.calendar.count + t)
        return np.array(found, dtype=np.int64)

    def _complete(
        self, tally: Tally, name: str, cell: Ints, size: Floats, place: Callable[[int], str]
    ) -> None:
        """A row for each place where there is something, and no more than one."""
        times = np.bincount(cell[cell >= 0], minlength=size.size)
        missing = np.flatnonzero((times == 0) & (size > LEAST))
        for i in (*missing[:1], *np.flatnonzero(times > 1)[:1]):
            word = "no row" if times[i] == 0 else f"{times[i]} rows"
            tally.flaw(f"{name}: {word} for {place(int(i))}")
        tally.tested += size.size
