"""Check of labels and figures that result rows repeat from the workbook.

Each check looks a value up by the key of the row and compares it with the cell. A column that a
table lacks is skipped.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from optimizer.audit.audit_calendar import Floats
from optimizer.audit.audit_workbook import AuditWorkbook
from optimizer.audit.verdict import Tally
from optimizer.result.result_layouts import Tables


class RepeatedFigureAudit:
    """The labels and looked-up figures of the tables of one plan."""

    def __init__(self, workbook: AuditWorkbook, tables: Tables) -> None:
        self.workbook, self.tables = workbook, tables
        self.calendar = workbook.calendar
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
        return self._compared()

    def _rows(self, name: str, key: Sequence[str], *more: str) -> Iterator[tuple[int, Any, Any]]:
        """Period, key and further cells of rows of a known period; None for a missing column."""
        table = self.tables.get(name)
        if table is None or not len(table):
            return
        headers = set(table.layout.headers)
        blank = (None,) * len(table)
        keys = zip(*(table[header] for header in key), strict=True)
        cells = zip(
            *(table[header] if header in headers else blank for header in more), strict=True
        )
        for period, header, further_cells in zip(table["period"], keys, cells, strict=True):
            t = self.calendar.index.get(str(period))
            if t is not None:
                yield t, header, further_cells

    def _compare(
        self, name: str, t: int, key: Sequence[str], shown: Sequence[Any], wanted: Sequence[Any]
    ) -> None:
        """Labels letter for letter, figures within the tolerance."""
        for label, right in zip(shown, wanted, strict=True):
            if label is None:
                continue
            where = (name, (*key, self.calendar.labels[t]))
            if isinstance(right, float):
                self._figures.append((label, right, where))
            else:
                self._labels.append((label, right, where))

    def _compared(self) -> list[Tally]:
        for tally, comparisons in ((self.labels, self._labels), (self.figures, self._figures)):
            shown, wanted, where = ([comparison[i] for comparison in comparisons] for i in range(3))

            def place(i: int, where: Sequence[Any] = where) -> str:
                name, key = where[i]
                return f"{name}: {', '.join(part for part in key if part)}"

            if tally is self.labels:
                tally.equal_labels(shown, wanted, place)
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
        for t, key_of_row, cells in self._rows(
            "Purchases", key, "country", "order by", "price", "firm"
        ):
            rows = self.workbook.offers.get(key_of_row)
            if rows is None:
                continue
            if key_of_row not in prices:
                prices[key_of_row] = rows.average(lambda row: row.price)
            firm = "yes" if all(row.firm for row in rows.rows) else "no"
            day = self.calendar.first_days[t]
            wanted = (self._country(key_of_row[1]), day, float(prices[key_of_row][t]), firm)
            self._compare("Purchases", t, key_of_row, cells, wanted)

    def _country(self, site: str) -> str:
        row = self.workbook.sites.get(site)
        return row.country if row else ""

    def shipments(self) -> None:
        """Days under way, averaged as a price is where dated rows share a period."""
        key = ("from site", "to site", "material", "mode")
        for t, key_of_row, cells in self._rows("Shipments", key, "lead days"):
            days = float(self.workbook.lane_terms(key_of_row).lead_days[t])
            self._compare("Shipments", t, key_of_row, cells, (days,))

    def production(self) -> None:
        """Country of the site."""
        for t, key_of_row, cells in self._rows("Production", ("site", "recipe", "feed"), "country"):
            self._compare("Production", t, key_of_row, cells, (self._country(key_of_row[0]),))

    def demand(self) -> None:
        """Segment of a line, its quantity, and the share of it that is short.

        The contract: "quantity: per year, or one column per period headed with its label, which
        wins where it is filled".
        """
        key = ("line", "customer", "material")
        for t, key_of_row, cells in self._rows("Deliveries", key, "segment"):
            self._compare(
                "Deliveries", t, key_of_row, cells, (self.workbook.segment(key_of_row, t),)
            )
        headers = ("segment", "wanted", "share short", "short")
        for t, key_of_row, (*cells, short) in self._rows("Shortages", key, *headers):
            want = self.workbook.demand_terms.get(key_of_row)
            right = float(want.quantity[t]) if want else 0.0
            share = short / right if right else 0.0
            self._compare(
                "Shortages",
                t,
                key_of_row,
                cells,
                (self.workbook.segment(key_of_row, t), right, share),
            )

    def origins(self) -> None:
        """At one place all lots of a material show their customs origin, or none does."""
        tables_by_place: dict[Any, dict[bool, str]] = {}
        for name, site in _SITE_COLUMNS.items():
            for t, (*place,), (origin,) in self._rows(name, (site, "material"), "customs origin"):
                words = f"{name} in {self.calendar.labels[t]}"
                tables_by_place.setdefault(tuple(place), {}).setdefault(bool(origin), words)
        for (site, material), tables in tables_by_place.items():
            self.labels.tested += 1
            if len(tables) > 1:
                here = f"customs origin of {material} at {site}"
                self.labels.fail(f"{here} is shown in {tables[True]}, not in {tables[False]}")


_SITE_COLUMNS = {
    "Purchases": "site",
    "Shipments": "from site",
    "Stock": "site",
    "Deliveries": "customer",
    "Disposal": "site",
}
"""Column of the site in each table that shows customs origins of lots."""
