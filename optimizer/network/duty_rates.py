"""Duties: by measure the most specific row that holds, day by day, averaged by period."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import prod

from optimizer.network.calendar import Calendar
from optimizer.network.dated_rows import grouped
from optimizer.tables import sheets
from optimizer.tables.case import Case
from optimizer.tables.country_groups import CountrySets

Span = tuple[float, float]
"""From and to, in months from the start."""


class DutyRates:
    """Duty per tonne on a material of an origin brought into a country."""

    def __init__(self, case: Case, calendar: Calendar) -> None:
        self._calendar = calendar
        self._values = {material.material: material.value for material in case.materials}
        self._measures = grouped(case.tariffs, lambda row: row.measure)
        self._countries = CountrySets(case.countries)
        self._known: dict[tuple[str, str, str], tuple[float, ...]] = {}
        self._pairs: dict[tuple[str, str], bool] = {}

    def per_tonne(self, origin: str, destination: str, material: str) -> tuple[float, ...]:
        """Duty per tonne in each period; goods that come home are free."""
        key = (origin, destination, material)
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = tuple(self._compute(*key))
        return known

    def apply(self, destination: str, material: str) -> bool:
        """True where some row could burden the material on its way into the country."""
        key = (destination, material)
        known = self._pairs.get(key)
        if known is None:
            known = self._pairs[key] = any(
                self._countries.holds(row.destination_country, destination)
                and row.material in ("*", material)
                for rows in self._measures.values()
                for row in rows
            )
        return known

    def _compute(self, origin: str, destination: str, material: str) -> list[float]:
        result = [0.0] * self._calendar.count
        if origin == destination:
            return result
        horizon = (0.0, float(self._calendar.count * self._calendar.months))
        for rows in self._measures.values():
            left: list[Span] = [horizon]
            for row in fitting(rows, origin, destination, material, self._countries):
                rate = row.ad_valorem * self._values[material] + row.specific
                span = self._calendar.span(row.start, row.end)
                for begin, end in _inside(left, span):
                    for t, years in enumerate(self._calendar.overlap(begin, end)):
                        result[t] += rate * years / self._calendar.year_fraction
                left = list(_outside(left, span))
        return result


def fitting(
    rows: Sequence[sheets.Tariff],
    origin: str,
    destination: str,
    material: str,
    countries: CountrySets,
) -> list[sheets.Tariff]:
    """Rows that are for goods, the most specific first."""
    matching = (
        row
        for row in rows
        if countries.holds(row.origin_country, origin)
        and countries.holds(row.destination_country, destination)
        and row.material in ("*", material)
    )
    return sorted(matching, key=lambda row: _breadth(row, countries))


def _breadth(row: sheets.Tariff, countries: CountrySets) -> tuple[int, int]:
    """Least for the most specific row: columns with ``*``, then countries that its lists hold.

    A row that lies within another is the narrower of the two; others that meet are errors.
    """
    names = (row.origin_country, row.destination_country, row.material)
    lists = [countries.size(name) for name in names[:2] if name != "*"]
    return names.count("*"), prod(lists)


def _inside(spans: Sequence[Span], span: Span) -> Iterator[Span]:
    for begin, end in spans:
        low, high = max(begin, span[0]), min(end, span[1])
        if low < high:
            yield low, high


def _outside(spans: Sequence[Span], span: Span) -> Iterator[Span]:
    for begin, end in spans:
        if begin < min(end, span[0]):
            yield begin, min(end, span[0])
        if max(begin, span[1]) < end:
            yield max(begin, span[1]), end
