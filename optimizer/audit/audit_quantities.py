"""Checks of quantities: mass balances, permissions and bounds of the input rows.

Units, lanes and options, which need yes/no decisions, have files of their own, and so have
the planner's Limits and Blends.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from optimizer.audit.audit_calendar import Bools, DatedSpread, Floats
from optimizer.audit.audit_flows import TableFlow, TableFlows, matrix
from optimizer.audit.audit_sums import INFLOW_KINDS, movements
from optimizer.audit.audit_workbook import AuditWorkbook
from optimizer.audit.verdict import Tally, fixed_place
from optimizer.tables import sheets


class QuantityAudit:
    """The checks of one plan that compare quantities alone."""

    def __init__(self, workbook: AuditWorkbook, flows: TableFlows) -> None:
        self.workbook = workbook
        self.flows = flows
        self.calendar = workbook.calendar

    def tallies(self) -> list[Tally]:
        """All of them, in the order in which they are shown."""
        return [
            self.balance(),
            self.signs(),
            self.permissions(),
            self.offers(),
            self.contracts(),
            self.processes(),
            self.stock(),
            self.demand(),
        ]

    def flow_matrix(self, name: str, keys: Sequence[tuple[str, ...]]) -> Floats:
        """Tonnes of a table by the keys of the input rows; zero where nothing flows."""
        flow = self.flows[name]
        tonnes = flow.matrix()
        number = {key: i for i, key in enumerate(flow.keys)}
        nothing = np.zeros(self.calendar.count)
        rows = [tonnes[number[key]] if key in number else nothing for key in keys]
        return matrix(self.calendar, rows)

    def balance(self) -> Tally:
        """Opening + bought + arrived + made = used + shipped + delivered + discarded + closing.

        Differences are compared by weight, place by place, and by their total worth: a microgram
        that is missing may be worth more than everything else in the plan.

        The contract: "Balance (by site and material: in, out, stock, to zero)"; tonnes used
        and made are "per unit of activity", "arrives = share that arrives".
        """
        tally, flows = Tally("mass balance"), self.flows
        kinds = movements(self.workbook, flows)
        coming_in, going_out = np.zeros((2, flows.nodes))
        for kind, tonnes in kinds.items():
            if kind in INFLOW_KINDS:
                coming_in += tonnes
            else:
                going_out += tonnes
        size = np.abs(coming_in) + np.abs(going_out)
        tally.equal(coming_in, going_out, flows.place, size)
        prices = np.repeat(self._prices(), self.calendar.count)
        missed = float(np.abs(coming_in - going_out) @ prices)
        turnover = np.array([float(size @ prices)])
        place = fixed_place("worth of all that balances miss")
        tally.equal(np.array([missed]), np.zeros(1), place, turnover)
        return tally

    def _prices(self) -> Floats:
        """Highest price or value per tonne of the material of each place."""
        case = self.workbook.case
        dearest = {row.material: abs(row.value) for row in case.materials}
        for row in case.supply:
            dearest[row.material] = max(dearest.get(row.material, 0.0), abs(row.price))
        return np.array([dearest.get(material, 0.0) for _, material in self.flows.pairs])

    def signs(self) -> Tally:
        """No quantity is below zero.

        The contract: "prices and costs may be negative, quantities, leads and penalties
        not".
        """
        tally = Tally("nothing negative")
        for name, flow in self.flows.by_name.items():
            tally.at_least(flow.tonnes, np.zeros(flow.tonnes.size), self._row(name, flow))
        return tally

    def _row(self, name: str, flow: TableFlow) -> Callable[[int], str]:
        def words(i: int) -> str:
            key = ", ".join(part for part in flow.keys[int(flow.key[i])] if part)
            return f"{name}: {key} in {self.calendar.labels[int(flow.period[i])]}"

        return words

    def permissions(self) -> Tally:
        """Nothing flows where no row of the workbook allows it.

        The contract: "a rule or limit binds a period that it touches at all"; Stocks: "no
        row: nothing is carried from a period to the next"; disposal cost: "blank = may not
        be discarded".
        """
        tally, workbook, count = Tally("nothing without a row"), self.workbook, self.calendar.count
        all_periods = np.arange(count) >= 0
        no_period = ~all_periods

        def touched(rows: DatedSpread | None) -> Bools:
            return no_period if rows is None else rows.touched

        storage, materials = workbook.storage, workbook.materials
        allowed: dict[str, Callable[[Any], Bools]] = {
            "Purchases": lambda k: touched(workbook.offers.get(k)),
            "Shipments": lambda k: workbook.lane_terms(k).allowed,
            "Production": lambda k: workbook.process_needs(k).allowed,
            "Stock": lambda k: storage[k].allowed if k in storage else no_period,
            "Deliveries": lambda k: touched(workbook.demand.get(k)),
            "Shortages": lambda k: touched(workbook.demand.get(k)),
            "Take or pay": lambda k: all_periods if k in workbook.offers else no_period,
            "Investment": lambda k: all_periods if k in workbook.options else no_period,
            "Disposal": lambda k: (
                all_periods
                if k[1] in materials and materials[k[1]].disposal_cost is not None
                else no_period
            ),
        }
        for name, terms in allowed.items():
            flow = self.flows[name]
            forbidden = np.concatenate([~terms(key) for key in flow.keys] or [no_period])
            tally.forbid(flow.tonnes, forbidden[flow.cell], self._row(name, flow))
        return tally

    def offers(self) -> Tally:
        """Purchases of each offer lie between its minimum and maximum in each period.

        The contract: Supply: minimum and maximum "per year"; "limits add up pro rata".
        """
        tally, offers = Tally("offers"), self.workbook.offers
        bought = self.flow_matrix("Purchases", list(offers))
        least = [rows.total(lambda row: row.minimum) for rows in offers.values()]
        most = [rows.total(lambda row: row.maximum) for rows in offers.values()]
        place = self.calendar.place(list(offers))
        tally.at_most(bought, matrix(self.calendar, most), place)
        tally.at_least(bought, matrix(self.calendar, least), place)
        return tally

    def contracts(self) -> Tally:
        """Contract quantities over their dates, and tonnes paid for but not taken.

        The contract: "the most over the row's dates, pro rata where they reach beyond the
        horizon; the share of it that is paid for even if not taken, at the row's price in
        its last period".
        """
        tally, calendar, pay = Tally("contracts"), self.calendar, self.flows["Take or pay"]
        paid = {row: i for i, row in enumerate(pay.shown["row"])}
        if len(paid) < pay.tonnes.size:
            tally.fail("Take or pay: a row of Supply appears twice")
        bought = self.flow_matrix("Purchases", list(self.workbook.offers))
        for (key, rows), tonnes in zip(self.workbook.offers.items(), bought, strict=True):
            for row, years in zip(rows.rows, rows.years, strict=True):
                i = paid.pop(row.row, None)
                if row.contract_quantity is None or not years.any():
                    self._check_unpaid(tally, i)
                    continue
                most, taken = self._contract_amounts(rows, row, years, tonnes)
                place = fixed_place(f"{key[0]} (Supply row {row.row})")
                tally.at_most(np.array([taken]), np.array([most]), place)
                short = max(row.take_or_pay * most - taken, 0.0)
                paid_for = 0.0 if i is None else float(pay.tonnes[i])
                size = np.array([max(most, taken)])
                tally.equal(np.array([paid_for]), np.array([short]), place, size)
                if i is not None:
                    shown = np.array([pay.shown["least"][i], pay.shown["taken"][i]])
                    wanted = np.array([row.take_or_pay * most, taken])
                    tally.equal(shown, wanted, place, np.full(2, max(most, taken)))
                    if pay.keys[int(pay.key[i])] != key:
                        tally.fail(f"{place(0)}: shown as {', '.join(pay.keys[int(pay.key[i])])}")
                if i is not None and pay.period[i] != np.flatnonzero(years)[-1]:
                    tally.fail(f"{place(0)}: paid in {calendar.labels[int(pay.period[i])]}")
        for i in paid.values():
            self._check_unpaid(tally, i)
        return tally

    def _check_unpaid(self, tally: Tally, i: int | None) -> None:
        if i is not None:
            pay = self.flows["Take or pay"]
            paid_for = pay.tonnes[i : i + 1]
            tally.equal(paid_for, np.zeros(1), fixed_place("Take or pay without a contract"))

    def contract_rows(self) -> Iterator[tuple[tuple[str, ...], sheets.Offer, float, float]]:
        """Name, row, maximum and tonnes taken of each row of Supply with a contract quantity."""
        bought = self.flow_matrix("Purchases", list(self.workbook.offers))
        for (key, rows), tonnes in zip(self.workbook.offers.items(), bought, strict=True):
            for row, years in zip(rows.rows, rows.years, strict=True):
                if row.contract_quantity is not None and years.any():
                    most, taken = self._contract_amounts(rows, row, years, tonnes)
                    yield (*key, f"row {row.row}"), row, most, taken

    def _contract_amounts(
        self, rows: DatedSpread, row: sheets.Offer, years: Floats, tonnes: Floats
    ) -> tuple[float, float]:
        """Contract quantity within the horizon, and tonnes purchased under the row."""
        low, high = self.calendar.span(row.start, row.end)
        most = (row.contract_quantity or 0.0) * float(years.sum()) * 12 / (high - low)
        return most, float(tonnes @ (years / np.where(rows.touched, rows.covered, 1.0)))

    def processes(self) -> Tally:
        """Activity lies between the minimum and maximum of each row; '*' feeds count together.

        The contract: Processes: minimum and maximum are "activity per year"; "rows of
        further units of the same site, recipe and feed are one process (costs add, each
        row's limits bind)".
        """
        tally, calendar = Tally("processes"), self.calendar
        names, values, least, most = [], [], [], []
        for name, rows, activity in self.activities():
            names.append(name)
            values.append(activity)
            least.append(rows.total(lambda row: row.minimum))
            most.append(rows.total(lambda row: row.maximum))
        place = self.calendar.place(names)
        activities = matrix(calendar, values)
        tally.at_most(activities, matrix(calendar, most), place)
        tally.at_least(activities, matrix(calendar, least), place)
        return tally

    def activities(self) -> Iterator[tuple[tuple[str, str, str, str], DatedSpread, Floats]]:
        """Name and rows of each process, and the activity that their limits are for."""
        workbook = self.workbook
        runs: dict[tuple[str, ...], Floats] = dict(
            zip(self.flows["Production"].keys, self.flows["Production"].matrix(), strict=True)
        )
        nothing = np.zeros(self.calendar.count)
        for (site, recipe, feed), units in workbook.processes.items():
            for unit, rows in units.items():
                value = runs.get((site, recipe, feed), nothing)
                if feed == "*":
                    value = nothing.copy()
                    for assayed_feed in workbook.assays:
                        named = workbook.processes.get((site, recipe, assayed_feed), {}).get(unit)
                        unnamed = nothing == 0 if named is None else ~named.touched
                        value += np.where(
                            unnamed, runs.get((site, recipe, assayed_feed), nothing), 0.0
                        )
                yield (site, recipe, feed, unit), rows, np.where(rows.touched, value, 0.0)

    def stocks(self) -> tuple[Floats, Floats]:
        """Closing stock of each place in Stocks by period, and outflow in the next period."""
        calendar, flows = self.calendar, self.flows
        pairs = [flows.pairs[pair] for pair in self.workbook.storage]
        outflow = flows.sums(flows.process_moves("inputs"))
        for name in ("Shipments", "Deliveries"):
            outflow = outflow + flows.sums(flows.moves_of(name))
        outflow = outflow.reshape(-1, calendar.count)[pairs]
        following = np.hstack([outflow[:, 1:], outflow[:, -1:]])
        return flows.sums(flows.moves_of("Stock")).reshape(-1, calendar.count)[pairs], following

    def stock(self) -> Tally:
        """Closing stock: minimum, maximum, days of cover, closing target.

        The contract: "cover of what is used, shipped and delivered there in the next
        period; in the last period its own stands for the next"; closing is the "least stock
        at the end".
        """
        tally, calendar, storage = Tally("stock"), self.calendar, self.workbook.storage
        if not storage:
            return tally
        closing, following = self.stocks()
        terms, place = list(storage.values()), self.calendar.place(list(storage))
        tally.at_most(closing, matrix(calendar, [term.maximum for term in terms]), place)
        tally.at_least(closing, matrix(calendar, [term.minimum for term in terms]), place)
        cover = matrix(calendar, [term.cover_periods for term in terms])
        tally.at_least(closing, cover * following, place)
        target = np.array([term.last.closing if term.last else 0.0 for term in terms])
        tally.at_least(
            closing[:, -1], target, lambda i: f"{place((i + 1) * calendar.count - 1)} (closing)"
        )
        return tally

    def demand(self) -> Tally:
        """Delivered + short = quantity; lines without penalty may take less.

        The contract: the quantity "is also the most that is delivered"; minimum is the
        "minimum share to deliver, at any cost".
        """
        tally, calendar, wants = Tally("demand"), self.calendar, self.workbook.demand_terms
        delivered = self.flow_matrix("Deliveries", list(wants))
        short = self.flow_matrix("Shortages", list(wants))
        wanted = matrix(calendar, [want.quantity for want in wants.values()])
        least = matrix(calendar, [want.minimum for want in wants.values()])
        due = matrix(calendar, [want.penalty for want in wants.values()]) > 0
        due |= least > 0
        place = self.calendar.place(list(wants))
        tally.equal(np.where(due, delivered + short, wanted), wanted, place, wanted)
        tally.at_most(delivered + short, wanted, place)
        tally.at_least(delivered, least, place)
        return tally
