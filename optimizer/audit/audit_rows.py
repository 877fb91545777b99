"""What rows show beside their quantities: labels and figures that the workbook gives.

Each check looks a thing up by the key of the row, in the way of the audit, and compares it with
what stands in the row. A column that a table does not have is not looked at.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from optimizer.audit.audit_calendar import Floats
from optimizer.audit.audit_entitlements import Entitlements
from optimizer.audit.verdict import Tally
from optimizer.result.result_layouts import Tables


class RowAudit:
    """The labels and looked-up figures of the tables of one plan."""

    def __init__(self, given: Entitlements, tables: Tables) -> None:
        self.given, self.tables = given, tables
        self.calendar = given.calendar
        self.labels, self.figures = Tally("labels of each row"), Tally("looked-up figures", 1.0)
        self._labels: list[tuple[Any, Any, Any]] = []
        self._figures: list[tuple[Any, Any, Any]] = []

    def tallies(self) -> list[Tally]:
        """All of them, in the order in which they are shown."""
        self.purchases()
        self.shipments()
        self.production()
        self.demand()
        self.origins()
        return self._flush()

    def _rows(self, name: str, key: Sequence[str], *more: str) -> Iterator[tuple[int, Any, Any]]:
        """Period, key and further cells of each row of a known period; None where none is there."""
        table = self.tables.get(name)
        if table is None or not len(table):
            return
        there = set(table.layout.headers)
        blank = (None,) * len(table)
        keys = zip(*(table[header] for header in key), strict=True)
        cells = zip(*(table[own] if own in there else blank for own in more), strict=True)
        for period, own, others in zip(table["period"], keys, cells, strict=True):
            t = self.calendar.index.get(str(period))
            if t is not None:
                yield t, own, others

    def _compare(
        self, name: str, t: int, key: Sequence[str], shown: Sequence[Any], wanted: Sequence[Any]
    ) -> None:
        """Labels letter for letter, figures within the tolerance."""
        for own, other in zip(shown, wanted, strict=True):
            if own is None:
                continue
            where = (name, (*key, self.calendar.labels[t]))
            if isinstance(other, float):
                self._figures.append((own, other, where))
            else:
                self._labels.append((own, other, where))

    def _flush(self) -> list[Tally]:
        for tally, found in ((self.labels, self._labels), (self.figures, self._figures)):
            shown, wanted, where = ([one[i] for one in found] for i in range(3))

            def place(i: int, where: Sequence[Any] = where) -> str:
                name, key = where[i]
                return f"{name}: {', '.join(part for part in key if part)}"

            if tally is self.labels:
                tally.alike(shown, wanted, place)
            else:
                tally.equal(np.array(shown, dtype=float), np.array(wanted, dtype=float), place)
        return [self.labels, self.figures]

    def purchases(self) -> None:
        """Country of the site, first day of the period, price of the period, whether it is firm.

        The contract: "prices are averaged by the time that each covers"; "a non-binding offtake
        is `no`".
        """
        key = ("offer", "site", "material")
        prices: dict[Any, Floats] = {}
        for t, own, cells in self._rows("Purchases", key, "country", "order by", "price", "firm"):
            rows = self.given.offers.get(own)
            if rows is None:
                continue
            if own not in prices:
                prices[own] = rows.average(lambda row: row.price)
            firm = "yes" if all(row.firm for row in rows.rows) else "no"
            day = self.calendar.first_days[t]
            wanted = (self._country(own[1]), day, float(prices[own][t]), firm)
            self._compare("Purchases", t, own, cells, wanted)

    def _country(self, site: str) -> str:
        row = self.given.sites.get(site)
        return row.country if row else ""

    def shipments(self) -> None:
        """Days under way, averaged as a price is where dated rows share a period."""
        key = ("from site", "to site", "material", "mode")
        for t, own, cells in self._rows("Shipments", key, "lead days"):
            days = float(self.given.carriage(own).lead_days[t])
            self._compare("Shipments", t, own, cells, (days,))

    def production(self) -> None:
        """Country of the site."""
        for t, own, cells in self._rows("Production", ("site", "recipe", "feed"), "country"):
            self._compare("Production", t, own, cells, (self._country(own[0]),))

    def demand(self) -> None:
        """Segment of a line, what it wants, and the share of it that is short.

        The contract: "quantity: per year, or one column per period headed with its label, which
        wins where it is filled".
        """
        key = ("line", "customer", "material")
        for t, own, cells in self._rows("Deliveries", key, "segment"):
            self._compare("Deliveries", t, own, cells, (self.given.segment(own, t),))
        headers = ("segment", "wanted", "share short", "short")
        for t, own, (*cells, short) in self._rows("Shortages", key, *headers):
            want = self.given.wants.get(own)
            right = float(want.quantity[t]) if want else 0.0
            share = short / right if right else 0.0
            self._compare("Shortages", t, own, cells, (self.given.segment(own, t), right, share))

    def origins(self) -> None:
        """At one place every lot of a material has its customs origin shown, or none has."""
        found: dict[Any, dict[bool, str]] = {}
        for name, site in _PLACES.items():
            for t, (*place,), (origin,) in self._rows(name, (site, "material"), "customs origin"):
                words = f"{name} in {self.calendar.labels[t]}"
                found.setdefault(tuple(place), {}).setdefault(bool(origin), words)
        for (site, material), own in found.items():
            self.labels.tested += 1
            if len(own) > 1:
                here = f"customs origin of {material} at {site}"
                self.labels.flaw(f"{here} is shown in {own[True]}, not in {own[False]}")


_PLACES = {
    "Purchases": "site",
    "Shipments": "from site",
    "Stock": "site",
    "Deliveries": "customer",
    "Disposal": "site",
}
"""Tables of lots with their customs origin, and the column of the site."""
