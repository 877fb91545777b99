"""Check of lanes: shipments and fixed cost of each row of Lanes."""

from __future__ import annotations

import numpy as np

from optimizer.audit.audit_calendar import Bools, Floats
from optimizer.audit.audit_cost_places import lane_name
from optimizer.audit.audit_costs import PeriodCost
from optimizer.audit.audit_flows import TableFlows, matrix
from optimizer.audit.audit_workbook import AuditWorkbook
from optimizer.audit.verdict import MIN_USE, Tally


class LaneAudit:
    """Shipments on each lane of a plan; all materials of a '*' row together."""

    def __init__(self, workbook: AuditWorkbook, flows: TableFlows) -> None:
        self.workbook = workbook
        self.calendar = workbook.calendar
        flow, nothing = flows["Shipments"], np.zeros(workbook.calendar.count)
        shipped: dict[tuple[str, ...], Floats] = {}
        for key, tonnes in zip(flow.keys, flow.matrix(), strict=True):
            starred = workbook.lane_terms(key).starred
            by_name = np.where(starred, 0.0, tonnes)
            for name, part in ((key, by_name), ((key[0], key[1], "*", key[3]), tonnes - by_name)):
                shipped[name] = shipped.get(name, nothing) + part
        self.names = list(workbook.lanes)
        self.shipped = matrix(self.calendar, [shipped.get(key, nothing) for key in self.names])
        self.used: Bools = self.shipped > MIN_USE

    def tally(self) -> Tally:
        """Shipments keep each lane's maximum, and its minimum in each period in which it is used.

        The contract: maximum is "per year"; "minimum when used" is "per period in which the
        lane is used, as written"; "limits of a `*` row are for all that it matches
        together".
        """
        tally, place = Tally("lanes"), self.calendar.place(self.names)
        rows = self.workbook.lanes.values()
        most = [lane.total(lambda row: row.maximum) for lane in rows]
        least = [lane.average(lambda row: row.minimum_when_used) for lane in rows]
        tally.at_most(self.shipped, matrix(self.calendar, most), place)
        minimum = np.where(self.used, matrix(self.calendar, least), 0.0)
        tally.at_least(self.shipped, minimum, place)
        return tally

    def fixed_cost(self) -> list[PeriodCost]:
        """Fixed cost of the lanes that are used, by period."""
        costs: list[PeriodCost] = []
        for i, ((start, end, material, mode), rows) in enumerate(self.workbook.lanes.items()):
            fixed = np.where(self.used[i], rows.average(lambda row: row.fixed_cost), 0.0)
            place = (start, lane_name(start, end, mode), "" if material == "*" else material)
            costs.append(("freight", place, fixed))
        return costs
