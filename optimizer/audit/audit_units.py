"""Check of units: capacity, minimum load and fixed cost."""

from __future__ import annotations

import numpy as np

from optimizer.audit.audit_calendar import Bools, Floats
from optimizer.audit.audit_costs import PeriodCost
from optimizer.audit.audit_flows import TableFlows, matrix
from optimizer.audit.audit_investment import InvestmentAudit
from optimizer.audit.audit_terms import SiteMaterialKey
from optimizer.audit.audit_workbook import AuditWorkbook
from optimizer.audit.verdict import MIN_USE, Tally
from optimizer.tables import sheets


class UnitAudit:
    """The units of one plan, with their load in each period.

    A unit that may idle runs in a period if it has any load.
    """

    def __init__(
        self, workbook: AuditWorkbook, flows: TableFlows, investment: InvestmentAudit
    ) -> None:
        self.workbook = workbook
        self.calendar = workbook.calendar
        loads, added = _loads_by_unit(workbook, flows), investment.capacity()
        nothing = np.zeros(self.calendar.count)
        self.names = list({**workbook.units, **added, **loads})
        self.load = matrix(self.calendar, [loads.get(name, nothing) for name in self.names])
        self.added = matrix(self.calendar, [added.get(name, nothing) for name in self.names])
        self.runs: Bools = self.load > MIN_USE

    def tally(self) -> Tally:
        """The load is at most capacity x availability, and at least the minimum load.

        The minimum load is a share of a unit's own available capacity.

        The contract: capacity is "per year, in units of `use`"; "may idle: no: it runs in
        every period that its rows cover, at no less than its minimum load; yes: minimum
        load and fixed cost only in periods in which it runs".
        """
        tally, units, place = Tally("units"), self.workbook.units, self.calendar.place(self.names)
        most, least = self.capacity(), np.zeros_like(self.load)
        for i, name in enumerate(self.names):
            if name in units:
                always, when_running = self.least_loads(name)
                least[i] = always + np.where(self.runs[i], when_running, 0.0)
        tally.at_most(self.load, most, place)
        tally.at_least(self.load, least, place)
        return tally

    def least_loads(self, name: SiteMaterialKey) -> tuple[Floats, Floats]:
        """Minimum load of a unit by period: of rows that may not idle, and of rows that may."""
        rows = self.workbook.units[name]
        return rows.total(_minimum_load_always), rows.total(_minimum_load_when_running)

    def capacity(self) -> Floats:
        """Available capacity of each unit by period: of its rows and of built options."""
        capacity = self.added.copy()
        for i, name in enumerate(self.names):
            if name in self.workbook.units:
                capacity[i] += self.workbook.units[name].total(_available_capacity)
        return capacity

    def fixed_cost(self) -> list[PeriodCost]:
        """Fixed cost of the rows of Units by period."""
        costs: list[PeriodCost] = []
        for i, name in enumerate(self.names):
            rows = self.workbook.units.get(name)
            if rows is not None:
                always, when_running = (
                    rows.total(_fixed_cost_always),
                    rows.total(_fixed_cost_when_running),
                )
                amounts = always + np.where(self.runs[i], when_running, 0.0)
                costs.append(("fixed cost", (*name, ""), amounts))
        return costs


def _loads_by_unit(workbook: AuditWorkbook, flows: TableFlows) -> dict[SiteMaterialKey, Floats]:
    """Capacity used of each unit by period."""
    loads: dict[SiteMaterialKey, Floats] = {}
    flow = flows["Production"]
    for step, activity in zip(flow.keys, flow.matrix(), strict=True):
        for unit, use in workbook.process_needs(step).uses.items():
            if unit:
                loads[step[0], unit] = loads.get((step[0], unit), 0.0) + use * activity
    return loads


def _available_capacity(row: sheets.Unit) -> float:
    return row.capacity * row.availability


def _minimum_load_always(row: sheets.Unit) -> float:
    return 0.0 if row.may_idle else _available_capacity(row) * row.minimum_load


def _minimum_load_when_running(row: sheets.Unit) -> float:
    return _available_capacity(row) * row.minimum_load if row.may_idle else 0.0


def _fixed_cost_always(row: sheets.Unit) -> float:
    return 0.0 if row.may_idle else row.fixed_cost


def _fixed_cost_when_running(row: sheets.Unit) -> float:
    return row.fixed_cost if row.may_idle else 0.0
