"""Duties by origin, destination and material, averaged over each period from Tariffs."""

from __future__ import annotations

from itertools import chain

import numpy as np

from optimizer.audit.audit_calendar import Floats
from optimizer.audit.audit_countries import CountryLists
from optimizer.audit.audit_workbook import AuditWorkbook
from optimizer.tables import sheets
from optimizer.tables.schema import group_rows


class AuditDuties:
    """Duty per tonne by origin, country of entry, material and period."""

    def __init__(self, workbook: AuditWorkbook) -> None:
        self.calendar = workbook.calendar
        self.values = {row.material: row.value for row in workbook.case.materials}
        self.lists = CountryLists(workbook.case)
        self.rows = workbook.case.tariffs
        self._rates: dict[tuple[str, str, str], Floats] = {}

    def rate(self, origin: str, destination: str, material: str) -> Floats:
        """Duty per tonne in each period; free where the origin is the destination."""
        key = (origin, destination, material)
        if key not in self._rates:
            rate = np.zeros(self.calendar.count)
            if origin != destination:
                for rows in self._measures(key).values():
                    rate += self._average(rows, self.values.get(material, 0.0))
            self._rates[key] = rate
        return self._rates[key]

    def _measures(self, key: tuple[str, str, str]) -> dict[str, list[sheets.Tariff]]:
        """Rows that match, by measure, the least specific first."""
        origin, destination, material = key
        matching: list[tuple[int, int, sheets.Tariff]] = []
        for row in self.rows:
            destinations, origins = row.destination_country, row.origin_country
            if row.material not in ("*", material):
                continue
            if self.lists.contains(origins, origin) and self.lists.contains(
                destinations, destination
            ):
                columns_named = 3 - (origins, destinations, row.material).count("*")
                breadths = [
                    self.lists.breadth(words) for words in (origins, destinations) if words != "*"
                ]
                matching.append((columns_named, -int(np.prod(breadths)), row))
        in_order = [row for _, _, row in sorted(matching, key=lambda item: item[:2])]
        return group_rows(in_order, lambda row: row.measure)

    def _average(self, rows: list[sheets.Tariff], value: float) -> Floats:
        """Average duty of one measure: the most specific row in force applies at each moment."""
        calendar = self.calendar
        spans = [calendar.span(row.start, row.end) for row in rows]
        moments = np.array(sorted({*calendar.edges.tolist(), *chain.from_iterable(spans)}))
        moments = moments[(moments >= calendar.edges[0]) & (moments <= calendar.edges[-1])]
        middle, length = (moments[1:] + moments[:-1]) / 2, np.diff(moments)
        duty = np.zeros(middle.size)
        for row, (low, high) in zip(rows, spans, strict=True):
            base = value if row.customs_value is None else row.customs_value
            duty[(low < middle) & (middle < high)] = row.ad_valorem * base + row.specific
        period = np.searchsorted(calendar.edges, middle) - 1
        return np.bincount(period, duty * length, calendar.count) / calendar.months
