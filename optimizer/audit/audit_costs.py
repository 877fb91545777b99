"""Costs: every category recomputed from the input tables and the flows.

Money is as paid in a period; discounted, everything falls at mid-period.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from msgspec import Struct

from optimizer.audit.audit_calendar import AVERAGE_YEAR_DAYS, Floats, Ints
from optimizer.audit.audit_column_codes import sum_by_index
from optimizer.audit.audit_cost_places import AuditCostPlace, cost_place
from optimizer.audit.audit_duty import AuditDuties
from optimizer.audit.audit_flows import TableFlow, TableFlows, matrix
from optimizer.audit.audit_lots import LotLedger
from optimizer.audit.audit_terms import LaneKey
from optimizer.audit.audit_workbook import AuditWorkbook
from optimizer.audit.verdict import Check, Tally
from optimizer.result.result_layouts import COST_CATEGORIES, Table

PeriodCost = tuple[str, AuditCostPlace, Floats]
"""A category of cost, its place, and amounts by period."""
MIN_TURNOVER_SHARE = 1e-3
"""Smallest size of a category in a period, as a share of turnover, that it is compared by.

Chosen so that solver rounding in a category of little money passes; rows are compared one by one.
"""


class CostEntry(Struct, frozen=True):
    """Costs of one category, row by row; income is negative."""

    category: str
    flow: TableFlow | None
    column: str
    """Column of the flow's table that shows the amounts; empty if none does."""
    period: Ints
    amount: Floats
    sign: int = 1
    """-1 where the table shows income as positive."""
    places: Sequence[AuditCostPlace] = ()
    """Place by key of the flow; of an entry without one its only place."""


class CostAudit:
    """Costs of one plan, and the checks that compare them with the tables."""

    def __init__(
        self,
        workbook: AuditWorkbook,
        flows: TableFlows,
        ledger: LotLedger,
        tables: Mapping[str, Table],
        paid: Iterable[PeriodCost],
    ) -> None:
        self.workbook = workbook
        self.flows = flows
        self.ledger = ledger
        self.tables = tables
        self.calendar = workbook.calendar
        self.duties = AuditDuties(workbook)
        settings = workbook.case.settings
        self.carrying_rate = settings.carrying_cost_rate
        self.duty, self.duty_spread = self._duty_per_tonne()
        self.entries = [
            *self._material_costs(),
            *self._shipping_costs(),
            *self._stock_costs(),
            *self._demand_costs(),
            *(
                CostEntry(category, None, "", np.arange(self.calendar.count), amount, 1, (place,))
                for category, place, amount in paid
            ),
        ]
        shape = (len(COST_CATEGORIES), self.calendar.count)
        self.amounts, self.gross = np.zeros(shape), np.zeros(shape)
        for entry in self.entries:
            i = COST_CATEGORIES.index(entry.category)
            self.amounts[i] += sum_by_index(entry.period, entry.amount, shape[1])
            self.gross[i] += sum_by_index(entry.period, np.abs(entry.amount), shape[1])
        self.cost = float((self.amounts * self.calendar.discount).sum())
        self.turnover = float((self.gross * self.calendar.discount).sum())

    def tallies(self) -> list[Tally]:
        """Comparisons of shown figures with recomputed ones."""
        return [self.origins(), *self.rows(), self.categories()]

    def objective(self, objective: float) -> Check:
        """The present value of all costs against the objective.

        The contract: discount rate: "everything falls at mid-period".
        """
        tally = Tally("objective")
        size = np.array([self.turnover])
        tally.equal(np.array([self.cost]), np.array([objective]), lambda _: "total", size)
        return tally.check()

    def _entry(
        self, category: str, name: str, column: str, rate: Floats, sign: int = 1
    ) -> CostEntry:
        """Costs of a table's rows at a rate by key and period."""
        flow = self.flows[name]
        amount = flow.tonnes * rate.ravel()[flow.cell] if flow.keys else np.zeros(0)
        places = [cost_place(name, key) for key in flow.keys]
        return CostEntry(category, flow, column, flow.period, amount, sign, places)

    def _rates(self, name: str, rate: Callable[[Any], Floats]) -> Floats:
        """A rate by key and period of a table; ``rate`` gives it for a key."""
        return matrix(self.calendar, [rate(key) for key in self.flows[name].keys])

    def _material_costs(self) -> list[CostEntry]:
        """Purchases, take or pay, conversion, disposal."""
        workbook, nothing = self.workbook, np.zeros(self.calendar.count)
        prices = {key: rows.average(lambda row: row.price) for key, rows in workbook.offers.items()}
        disposal = {
            row.material: nothing + (row.disposal_cost or 0.0) for row in workbook.case.materials
        }
        pay = self.flows["Take or pay"]
        price = {row.row: row.price for row in workbook.case.supply}
        paid = np.array([price.get(row, 0.0) for row in pay.shown["row"]], dtype=float)
        offers = self._rates("Purchases", lambda key: prices.get(key, nothing))
        runs = self._rates("Production", lambda key: workbook.process_needs(key).cost)
        thrown = self._rates("Disposal", lambda key: disposal.get(key[1], nothing))
        return [
            self._entry("purchases", "Purchases", "cost", offers),
            CostEntry(
                "take or pay",
                pay,
                "cost",
                pay.period,
                pay.tonnes * paid,
                places=[cost_place("Take or pay", key) for key in pay.keys],
            ),
            self._entry("conversion", "Production", "cost", runs),
            self._entry("disposal", "Disposal", "cost", thrown),
        ]

    def _shipping_costs(self) -> list[CostEntry]:
        """Freight, duty and the carrying cost in transit, all due at departure."""
        flow = self.flows["Shipments"]
        terms = [self.workbook.lane_terms(key) for key in flow.keys]
        value = [self._value(key[2]) * self.carrying_rate / AVERAGE_YEAR_DAYS for key in flow.keys]
        freight = matrix(self.calendar, [term.cost for term in terms])
        carrying = matrix(
            self.calendar, [v * term.lead_days for v, term in zip(value, terms, strict=True)]
        )
        return [
            self._entry("freight", "Shipments", "freight", freight),
            CostEntry(
                "duty",
                flow,
                "duty",
                flow.period,
                self.duty * flow.tonnes,
                places=[cost_place("Shipments", key) for key in flow.keys],
            ),
            self._entry("carrying", "Shipments", "carrying", carrying),
        ]

    def _duty_per_tonne(self) -> tuple[Floats, Floats]:
        """Duty per tonne of each shipment, and by how much it differs among its origins."""
        flow, count = self.flows["Shipments"], self.calendar.count
        codes, row = np.unique(
            flow.key * max(len(self.flows.labels), 1) + flow.label, return_inverse=True
        )
        numbers: dict[tuple[tuple[str, ...], str, str], int] = {}
        number = np.zeros(codes.size, dtype=np.int64)
        for i, code in enumerate(codes.tolist()):
            key, label = divmod(code, len(self.flows.labels))
            number[i] = numbers.setdefault(self._customs_entry(flow.keys[key], label), len(numbers))
        rates = [
            [self.duties.rate(origin, country, material) for origin in origins] or [np.zeros(count)]
            for origins, country, material in numbers
        ]
        cell = number[row] * count + flow.period
        highest = matrix(self.calendar, [np.max(rate, axis=0) for rate in rates]).ravel()
        spread = matrix(self.calendar, [np.ptp(rate, axis=0) for rate in rates]).ravel()
        return highest[cell], spread[cell]

    def _customs_entry(self, lane: LaneKey, label: int) -> tuple[tuple[str, ...], str, str]:
        """Possible origins (none if no border is crossed), country of entry, material."""
        start, end, material, _ = lane
        sites = self.workbook.sites
        if start not in sites or end not in sites or sites[start].country == sites[end].country:
            return (), "", ""
        origins = self.ledger.origins[label] or sorted(
            self.ledger.provenance.origins_at.get((start, material), ())
        )
        return tuple(origins), sites[end].country, material

    def _value(self, material: str) -> float:
        row = self.workbook.materials.get(material)
        return row.value if row else 0.0

    def _stock_costs(self) -> list[CostEntry]:
        """Holding and carrying cost of closing stock, and its closing value."""
        workbook, calendar, nothing = self.workbook, self.calendar, np.zeros(self.calendar.count)
        storage = workbook.storage
        year = calendar.year_fraction
        holding = self._rates(
            "Stock", lambda key: storage[key].holding_cost * year if key in storage else nothing
        )
        carrying = self._rates(
            "Stock", lambda key: nothing + self._value(key[1]) * self.carrying_rate * year
        )
        at_end = nothing.copy()
        at_end[-1] = -1.0
        credit = {
            key: term.last.closing_value if term.last else 0.0 for key, term in storage.items()
        }
        closing = self._rates("Stock", lambda key: at_end * credit.get(key, 0.0))
        return [
            self._entry("holding", "Stock", "holding", holding),
            self._entry("carrying", "Stock", "carrying", carrying),
            self._entry("closing value", "Stock", "", closing),
        ]

    def _demand_costs(self) -> list[CostEntry]:
        """Revenue and shortage penalties."""
        wants = self.workbook.demand_terms
        nothing = np.zeros(self.calendar.count)
        price = self._rates(
            "Deliveries", lambda key: -wants[key].price if key in wants else nothing
        )
        penalty = self._rates(
            "Shortages", lambda key: wants[key].penalty if key in wants else nothing
        )
        return [
            self._entry("revenue", "Deliveries", "revenue", price, -1),
            self._entry("shortage", "Shortages", "penalty", penalty),
        ]

    def origins(self) -> Tally:
        """All customs origins that a shipment may have pay the same duty.

        The contract: origin is the "country of the process that last made it, or of the
        latest event of the history that it was bought or held with"; "goods whose origin is
        the destination are free".
        """
        tally, flow = Tally("one duty for each customs origin"), self.flows["Shipments"]
        uneven = self.duty_spread * flow.tonnes
        tally.equal(uneven, np.zeros(uneven.size), self._place(flow), self.duty * flow.tonnes)
        return tally

    def rows(self) -> list[Tally]:
        """Duty, and every other figure that a row shows, against the recomputed one.

        The contract: "costs, duty and carrying cost fall due at departure on tonnes
        shipped"; holding cost is "per tonne and year on closing stock".
        """
        duty, other = Tally("duty of each shipment"), Tally("figures of each row")
        for entry in self.entries:
            if entry.flow is not None and entry.column:
                tally = duty if entry.column == "duty" else other
                shown = entry.flow.shown[entry.column] * entry.sign
                tally.equal(shown, entry.amount, self._place(entry.flow))
        flow = self.flows["Shipments"]
        if flow.keys:
            terms = [self.workbook.lane_terms(key) for key in flow.keys]
            share = np.concatenate([term.arrives for term in terms])[flow.cell]
            other.equal(flow.shown["arrives"], flow.tonnes * share, self._place(flow))
        return [duty, other]

    def _place(self, flow: TableFlow) -> Callable[[int], str]:
        def words(i: int) -> str:
            key = ", ".join(part for part in flow.keys[int(flow.key[i])] if part)
            return f"{flow.name}: {key} in {self.calendar.labels[int(flow.period[i])]}"

        return words

    def categories(self) -> Tally:
        """The Costs table against the recomputed sums, by category and period.

        The contract: "everything falls at mid-period"; "rates are per year and are scaled
        to the calendar".
        """
        tally, shape = Tally("costs by category and period"), self.amounts.shape
        paid, discounted = np.zeros(shape), np.zeros(shape)
        for category, t, amount, present in self.shown(tally, "amount", "discounted"):
            paid[COST_CATEGORIES.index(category), t] += amount
            discounted[COST_CATEGORIES.index(category), t] += present
        place = self._category_place
        size = np.maximum(self.gross, MIN_TURNOVER_SHARE * self.turnover)
        tally.equal(paid, self.amounts, place, size)
        tally.equal(discounted, self.amounts * self.calendar.discount, place, size)
        return tally

    def shown(self, tally: Tally, *headers: str) -> Iterator[tuple[Any, ...]]:
        """Category, number of the period and cells of each row of Costs."""
        table = self.tables.get("Costs")
        if table is None or not len(table):
            return
        columns = (table[header] for header in ("category", "period", *headers))
        for category, period, *cells in zip(*columns, strict=True):
            t = self.calendar.index.get(str(period))
            if category not in COST_CATEGORIES or t is None:
                tally.fail(f"Costs: no category {category!r} in {period!r}")
            else:
                yield category, t, *cells

    def _category_place(self, i: int) -> str:
        category, t = divmod(i, self.calendar.count)
        return f"{COST_CATEGORIES[category]} in {self.calendar.labels[t]}"
