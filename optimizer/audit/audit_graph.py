"""The flows of a plan as a graph of lots.

A vertex is a material of one class at a site in a period, or a run of a process in a period.
Outflow of a vertex has the average composition of its inflow, by tonnes. Arrivals, uses and
outputs follow from the workbook. The bookings of the plan tell which lots they are; sums of
bookings must equal the result tables.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from optimizer.audit.audit_calendar import Floats
from optimizer.audit.audit_flows import TableFlows
from optimizer.audit.audit_histories import AuditEvent, AuditProvenance
from optimizer.audit.audit_workbook import AuditWorkbook
from optimizer.audit.verdict import Tally
from optimizer.tables import sheets

SourceRow = tuple[str, int, str]
"""Sheet, row and name of the source of a lot."""
LEAD_ROUNDING = 1e-9
"""Part of a period that counts as float rounding of a lead time."""


class AuditGraph:
    """Vertices and edges of one plan."""

    def __init__(
        self, workbook: AuditWorkbook, flows: TableFlows, provenance: AuditProvenance, bookings: Any
    ) -> None:
        self.workbook, self.flows, self.provenance, self.bookings = (
            workbook,
            flows,
            provenance,
            bookings,
        )
        self.count = workbook.calendar.count
        self.entries: list[tuple[int, float, SourceRow]] = []
        """Vertex, tonnes and source of each inflow from outside."""
        self.events: dict[SourceRow, list[AuditEvent]] = {}
        """History of each row."""
        self.period = [run[3] for run in bookings.run]
        """Period of each vertex; runs come first."""
        self.runs = len(self.period)
        self.traced = [True for _ in bookings.run]
        """By vertex: False for a material that carries no provenance."""
        self.material = ["" for _ in bookings.run]
        """By vertex; empty for a run."""
        self.recipes = [(run[0][1], run[0][2]) for run in bookings.run]
        """Recipe and feed of each run."""
        self._vertices: dict[int, int] = {}
        self._edges: list[tuple[int, int, float, float]] = []
        self._add_entries()
        self._add_moves()
        self._add_runs()
        self.delivered = [
            (key, t, self.vertex(node, t), tonnes) for key, node, t, tonnes in bookings.delivered
        ]
        self.size = len(self.period)
        edges = np.array(self._edges, dtype=float).reshape(-1, 4)
        self.source, self.target = edges[:, 0].astype(np.int64), edges[:, 1].astype(np.int64)
        self.tonnes: Floats = edges[:, 2]
        self.counted_tonnes: Floats = edges[:, 3]
        """Tonnes of each edge that count for the origin of its target."""
        self.entry_vertices = np.array([entry[0] for entry in self.entries], dtype=np.int64)
        self.entry_tonnes = np.array([entry[1] for entry in self.entries], dtype=float)
        """Tonnes of each inflow from outside."""

    def vertex(self, node: int, t: int) -> int:
        """Vertex of a numbered place in a period."""
        number = len(self.period)
        vertex = self._vertices.setdefault(node * self.count + t, number)
        if vertex == number:
            self.period.append(t)
            material = self.bookings.places[node][1]
            self.traced.append(self.workbook.materials[material].traced)
            self.material.append(material)
        return vertex

    def _add_entries(self) -> None:
        """Add purchases, split by the time that dated rows cover, opening stock and open orders."""
        workbook, bookings = self.workbook, self.bookings
        for key, node, t, tonnes in bookings.bought:
            rows = workbook.offers[key]
            for row, years in zip(rows.rows, rows.years, strict=True):
                if years[t] > 0:
                    part = tonnes * float(years[t] / rows.covered[t])
                    self._add_entry(self.vertex(node, t), part, "Supply", row, row.offer, row.site)
        orders = {order.order: order for order in workbook.case.pipeline}
        for name, node, t, tonnes in bookings.inflows:
            site, material = bookings.places[node]
            if name:
                self._add_entry(self.vertex(node, t), tonnes, "Pipeline", orders[name], name, site)
            else:
                row = workbook.storage[site, material].first
                words = f"opening stock of {material} at {site}"
                self._add_entry(self.vertex(node, t), tonnes, "Stocks", row, words, site)

    def _add_entry(
        self, vertex: int, tonnes: float, sheet: str, row: Any, name: str, site: str
    ) -> None:
        key = (sheet, int(row.row), name)
        if key not in self.events:
            carries_none = row.history is None and not self.workbook.materials[row.material].traced
            history = self.provenance.history(site, row.material, row.history)
            self.events[key] = [] if carries_none else history
        self.entries.append((vertex, tonnes, key))

    def _add_moves(self) -> None:
        """Add shipments at arrival, stock carried over, and lots booked to another class."""
        count, calendar = self.count, self.workbook.calendar
        for lane, node, to_node, t, tonnes in self.bookings.shipped:
            terms = self.workbook.lane_terms(lane)
            lead = float(calendar.periods(terms.lead_days[t : t + 1])[0])
            whole = int(lead + LEAD_ROUNDING)
            part = lead - whole if lead - whole > LEAD_ROUNDING else 0.0
            for later, share in ((whole, 1 - part), (whole + 1, part)):
                if share > 0 and t + later < count:
                    arriving = tonnes * share * float(terms.arrives[t])
                    self._add_edge(self.vertex(node, t), self.vertex(to_node, t + later), arriving)
        for _, node, t, tonnes in self.bookings.stored:
            if t + 1 < count:
                self._add_edge(self.vertex(node, t), self.vertex(node, t + 1), tonnes)
        for node, to_node, t, tonnes in self.bookings.downgraded:
            self._add_edge(self.vertex(node, t), self.vertex(to_node, t), tonnes)

    def _add_edge(
        self, source: int, target: int, tonnes: float, counted: float | None = None
    ) -> None:
        if tonnes > 0:
            self._edges.append((source, target, tonnes, tonnes if counted is None else counted))

    def _add_runs(self) -> None:
        """Add inputs and outputs of runs; only inputs that become products count for the origin."""
        places = self.bookings.places
        for i, (step, used, made, t, activity) in enumerate(self.bookings.run):
            recipe = self.workbook.recipe(step[1], step[2])
            taken = self.workbook.product_inputs(step[1], step[2])
            for node in used:
                material = places[node][1]
                tonnes = recipe.inputs[material] * activity
                counted = tonnes if material in taken else 0.0
                self._add_edge(self.vertex(node, t), i, tonnes, counted)
            for node in made:
                tonnes = recipe.outputs[places[node][1]] * activity
                self._add_edge(i, self.vertex(node, t), tonnes)

    def run_events(self) -> list[list[AuditEvent]]:
        """Events that each run adds to the history of its outputs."""
        events_by_run: dict[tuple[Any, int], list[AuditEvent]] = {}
        events = []
        for step, _, _, t, _ in self.bookings.run:
            if (step, t) not in events_by_run:
                stages: dict[str, None] = {}
                for row, applies in self.workbook.process_needs(step).rows:
                    if applies[t]:
                        stages |= dict.fromkeys(row.stages)
                events_by_run[step, t] = [
                    self.provenance.event_at(step[0], stage) for stage in stages
                ]
            events.append(events_by_run[step, t])
        return events

    def tally(self) -> Tally:
        """Bookings add up to the result tables by key and period.

        The contract: "Purchases, Shipments, Production, Stock, Deliveries" of the results
        are the plan that is followed.
        """
        tally = Tally("bookings are the flows")
        kinds = {
            "Purchases": self.bookings.bought,
            "Shipments": self.bookings.shipped,
            "Stock": self.bookings.stored,
            "Deliveries": self.bookings.delivered,
            "Production": self.bookings.run,
        }
        for name, rows in kinds.items():
            flow = self.flows[name]
            number = {key: i for i, key in enumerate(flow.keys)}
            for row in rows:
                if row[0] not in number:
                    number[row[0]] = len(number)
            cell = np.array([number[row[0]] * self.count + row[-2] for row in rows], dtype=np.int64)
            tonnes = np.array([row[-1] for row in rows], dtype=float)
            size = len(number) * self.count
            booked = np.bincount(cell, tonnes, size).astype(float)
            shown = np.bincount(flow.cell, flow.tonnes, size).astype(float)
            tally.equal(
                shown, booked, self.workbook.calendar.place([(name, *key) for key in number])
            )
        return tally


def stages_up_to(stage: str) -> tuple[str, ...]:
    """Stages that a material of a stage has passed."""
    if not stage:
        return ("",)
    known = sheets.STAGES
    return known[: known.index(stage) + 1] if stage in known else (*known, stage)
