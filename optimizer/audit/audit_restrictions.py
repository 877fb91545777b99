"""Every bound of the workbook that may have a price, with its value in the plan.

Nothing of the model is used: bounds come from :mod:`~optimizer.audit.audit_workbook`, values
from the sums that the checks of quantities compare. Bounds over windows are in
:mod:`~optimizer.audit.audit_window_restrictions`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from optimizer.audit.audit_calendar import Floats
from optimizer.audit.audit_cost_places import lane_name
from optimizer.audit.audit_lanes import LaneAudit
from optimizer.audit.audit_quantities import QuantityAudit
from optimizer.audit.audit_restriction import NO_BOUND, Restriction
from optimizer.audit.audit_units import UnitAudit
from optimizer.audit.audit_window_restrictions import AuditWindowRestrictions, RestrictionIterator
from optimizer.audit.audit_workbook import AuditWorkbook
from optimizer.tables.schema import group_rows


class AuditRestrictions:
    """The bounds of one plan by kind and name; a kind is computed on first use."""

    def __init__(
        self,
        workbook: AuditWorkbook,
        quantities: QuantityAudit,
        units: UnitAudit,
        lanes: LaneAudit,
        windowed: AuditWindowRestrictions,
    ) -> None:
        self.workbook, self.quantities, self.units, self.lanes = workbook, quantities, units, lanes
        self.calendar = workbook.calendar
        self._kinds: dict[str, dict[str, list[Restriction]]] = {}
        self._makers: dict[str, Callable[[], RestrictionIterator]] = {
            "offer": self._offers,
            "capacity": self._capacities,
            "minimum load": self._minimum_loads,
            "process limit": self._processes,
            "lane": self._lanes,
            "minimum shipment": self._least_shipments,
            "stock bound": self._stocks,
            "days of cover": self._covers,
            "demand": self._demand,
            "minimum delivery": self._least_deliveries,
            **windowed.makers(),
        }

    def of(self, kind: str) -> dict[str, list[Restriction]]:
        """Bounds of a kind by name; empty for an unknown kind."""
        if kind not in self._kinds:
            made = self._makers[kind]() if kind in self._makers else ()
            self._kinds[kind] = group_rows(made, lambda restriction: restriction.thing)
        return self._kinds[kind]

    def _offers(self) -> RestrictionIterator:
        """The contract: Supply: minimum, maximum "(0, unlimited) per year"."""
        offers = self.workbook.offers
        bought = self.quantities.flow_matrix("Purchases", list(offers))
        for (key, rows), tonnes in zip(offers.items(), bought, strict=True):
            yield self._restriction_by_period(
                "offer",
                key,
                tonnes,
                ("Supply", "minimum", "maximum"),
                rows.rows,
                low=rows.total(lambda row: row.minimum),
                high=rows.total(lambda row: row.maximum),
            )

    def _restriction_by_period(
        self,
        kind: str,
        names: tuple[str, ...],
        value: Floats,
        place: tuple[str, str, str],
        rows: Sequence[Any],
        *,
        unit: str = "t",
        size: Floats = NO_BOUND,
        low: Floats = NO_BOUND,
        high: Floats = NO_BOUND,
        binds_to: Floats = NO_BOUND,
    ) -> Restriction:
        return Restriction(
            kind,
            names,
            self.calendar.labels,
            value,
            size if size.size else np.abs(value),
            unit,
            place[0],
            place[1:],
            rows,
            low,
            high,
            binds_to,
        )

    def _capacities(self) -> RestrictionIterator:
        """Capacity of the rows of Units; added capacity is subtracted from the load."""
        own_capacity = self.units.capacity() - self.units.added
        for i, name in enumerate(self.units.names):
            rows = self.workbook.units[name].rows if name in self.workbook.units else ()
            load, place = self.units.load[i], ("Units", "", "capacity")
            used, size = load - self.units.added[i], np.maximum(load, self.units.added[i])
            yield self._restriction_by_period(
                "capacity", name, used, place, rows, unit="use", size=size, high=own_capacity[i]
            )

    def _minimum_loads(self) -> RestrictionIterator:
        """The contract: "minimum load is a share of the rows' own" capacity."""
        place = ("Units", "minimum load", "")
        for i, name in enumerate(self.units.names):
            if name not in self.workbook.units:
                continue
            rows, load = self.workbook.units[name], self.units.load[i]
            always, when_running = self.units.least_loads(name)
            both = always + when_running
            for low in (always, when_running):
                if low.any():
                    yield self._restriction_by_period(
                        "minimum load",
                        name,
                        load,
                        place,
                        rows.rows,
                        unit="use",
                        low=low,
                        binds_to=both,
                    )

    def _processes(self) -> RestrictionIterator:
        for (site, recipe, feed, _), rows, activity in self.quantities.activities():
            name = f"{recipe} of {feed} at {site}" if feed else f"{recipe} at {site}"
            yield self._restriction_by_period(
                "process limit",
                (name, str(rows.rows[0].row)),
                activity,
                ("Processes", "minimum", "maximum"),
                rows.rows,
                unit="activity",
                low=rows.total(lambda row: row.minimum),
                high=rows.total(lambda row: row.maximum),
            )

    def _each_lane(self) -> Iterator[tuple[tuple[str, str, str], Any, Floats]]:
        for (key, rows), tonnes in zip(
            self.workbook.lanes.items(), self.lanes.shipped, strict=True
        ):
            start, end, material, mode = key
            yield (lane_name(start, end, mode), material, str(rows.rows[0].row)), rows, tonnes

    def _lanes(self) -> RestrictionIterator:
        for names, rows, tonnes in self._each_lane():
            most = rows.total(lambda row: row.maximum)
            yield self._restriction_by_period(
                "lane", names, tonnes, ("Lanes", "", "maximum"), rows.rows, high=most
            )

    def _least_shipments(self) -> RestrictionIterator:
        """The contract: "minimum when used" is "per period in which the lane is used"."""
        for names, rows, tonnes in self._each_lane():
            least = rows.average(lambda row: row.minimum_when_used)
            place = ("Lanes", "minimum when used", "")
            yield self._restriction_by_period(
                "minimum shipment", names, tonnes, place, rows.rows, low=least
            )

    def _stocks(self) -> RestrictionIterator:
        """The contract: closing is the "minimum stock at the end"."""
        closing, _ = self.quantities.stocks()
        for (pair, terms), tonnes in zip(self.workbook.storage.items(), closing, strict=True):
            least = terms.minimum.copy()
            if terms.last:
                least[-1] = max(least[-1], terms.last.closing)
            rows = [row for row in self.workbook.case.stocks if (row.site, row.material) == pair]
            place = ("Stocks", "minimum", "maximum")
            yield self._restriction_by_period(
                "stock bound", pair, tonnes, place, rows, low=least, high=terms.maximum
            )

    def _covers(self) -> RestrictionIterator:
        closing, following = self.quantities.stocks()
        for i, (pair, terms) in enumerate(self.workbook.storage.items()):
            rows = [row for row in self.workbook.case.stocks if (row.site, row.material) == pair]
            least, place = terms.cover_periods * following[i], ("Stocks", "days of cover", "")
            yield self._restriction_by_period(
                "days of cover", pair, closing[i], place, rows, low=least
            )

    def _demand(self) -> RestrictionIterator:
        for key, want in self.workbook.demand_terms.items():
            rows, place = self.workbook.demand[key].rows, ("Demand", "", "quantity")
            yield self._restriction_by_period(
                "demand", key, want.quantity, place, rows, high=want.quantity
            )

    def _least_deliveries(self) -> RestrictionIterator:
        wants = self.workbook.demand_terms
        delivered = self.quantities.flow_matrix("Deliveries", list(wants))
        for (key, want), tonnes in zip(wants.items(), delivered, strict=True):
            rows, place = self.workbook.demand[key].rows, ("Demand", "minimum", "")
            yield self._restriction_by_period(
                "minimum delivery", key, tonnes, place, rows, low=want.minimum
            )
