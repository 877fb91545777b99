"""Capacity of units: what they may carry, must carry while they run, and cost to run."""

from __future__ import annotations

import numpy as np

from optimizer.audit.audit_calendar import Bools, Floats
from optimizer.audit.audit_costs import Paid
from optimizer.audit.audit_entitlements import Entitlements, Pair
from optimizer.audit.audit_flows import TableFlows, matrix
from optimizer.audit.audit_investment import InvestmentAudit
from optimizer.audit.verdict import USED, Tally
from optimizer.tables import sheets


class UnitAudit:
    """The units of one plan, with what is used of them in each period.

    A unit that may idle runs in a period if anything of it is used then.
    """

    def __init__(self, given: Entitlements, flows: TableFlows, investment: InvestmentAudit) -> None:
        self.given = given
        self.calendar = given.calendar
        loads, added = _loads(given, flows), investment.capacity()
        nothing = np.zeros(self.calendar.count)
        self.names = list({**given.units, **added, **loads})
        self.load = matrix(self.calendar, [loads.get(name, nothing) for name in self.names])
        self.added = matrix(self.calendar, [added.get(name, nothing) for name in self.names])
        self.runs: Bools = self.load > USED

    def tally(self) -> Tally:
        """Units run at no more than capacity x availability, and no less than their least load.

        The least load is taken of the hours that a unit's own capacity is available.

        The contract: capacity is "per year, in units of `use`"; "may idle: no: it runs in
        every period that its rows cover, at no less than its minimum load; yes: minimum
        load and fixed cost only in periods in which it runs".
        """
        tally, units, place = Tally("units"), self.given.units, self.calendar.place(self.names)
        most, least = self.capacity(), np.zeros_like(self.load)
        for i, name in enumerate(self.names):
            if name in units:
                must, may = self.least_loads(name)
                least[i] = must + np.where(self.runs[i], may, 0.0)
        tally.at_most(self.load, most, place)
        tally.at_least(self.load, least, place)
        return tally

    def least_loads(self, name: Pair) -> tuple[Floats, Floats]:
        """Least load of a unit by period: of rows that may not idle, and of those that may."""
        rows = self.given.units[name]
        return rows.total(_must_load), rows.total(_may_load)

    def capacity(self) -> Floats:
        """Capacity of each unit by period: its own rows' and what is built, as far as available."""
        found = self.added.copy()
        for i, name in enumerate(self.names):
            if name in self.given.units:
                found[i] += self.given.units[name].total(_ready)
        return found

    def fixed_cost(self) -> list[Paid]:
        """Fixed cost of the rows of Units by period."""
        found: list[Paid] = []
        for i, name in enumerate(self.names):
            rows = self.given.units.get(name)
            if rows is not None:
                must, may = rows.total(_must_cost), rows.total(_may_cost)
                paid = must + np.where(self.runs[i], may, 0.0)
                found.append(("fixed cost", (*name, ""), paid))
        return found


def _loads(given: Entitlements, flows: TableFlows) -> dict[Pair, Floats]:
    """Capacity used of each unit by period."""
    loads: dict[Pair, Floats] = {}
    flow = flows["Production"]
    for step, activity in zip(flow.keys, flow.matrix(), strict=True):
        for unit, use in given.running(step).uses.items():
            if unit:
                loads[step[0], unit] = loads.get((step[0], unit), 0.0) + use * activity
    return loads


def _ready(row: sheets.Unit) -> float:
    return row.capacity * row.availability


def _must_load(row: sheets.Unit) -> float:
    return 0.0 if row.may_idle else _ready(row) * row.minimum_load


def _may_load(row: sheets.Unit) -> float:
    return _ready(row) * row.minimum_load if row.may_idle else 0.0


def _must_cost(row: sheets.Unit) -> float:
    return 0.0 if row.may_idle else row.fixed_cost


def _may_cost(row: sheets.Unit) -> float:
    return row.fixed_cost if row.may_idle else 0.0
