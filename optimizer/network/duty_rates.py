"""Duty rates: for each measure the most specific tariff of each day, averaged by period."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from optimizer.network.calendar import Calendar
from optimizer.tables.case import Case
from optimizer.tables.country_groups import CountrySets
from optimizer.tables.schema import group_rows
from optimizer.tables.tariff_choice import applicable_tariffs

MonthSpan = tuple[float, float]
"""Begin and end, in months from the start."""


class DutyRates:
    """Duty per tonne of a material, by customs origin and country of destination."""

    def __init__(self, case: Case, calendar: Calendar) -> None:
        self._calendar = calendar
        self._values = {material.material: material.value for material in case.materials}
        self._measures = group_rows(case.tariffs, lambda row: row.measure)
        self._countries = CountrySets(case.countries)
        self._duties: dict[tuple[str, str, str], tuple[float, ...]] = {}
        self._burdened: dict[tuple[str, str], bool] = {}

    def per_tonne(self, origin: str, destination: str, material: str) -> tuple[float, ...]:
        """Duty per tonne in each period; goods brought into their own country are free."""
        key = (origin, destination, material)
        cached = self._duties.get(key)
        if cached is None:
            cached = self._duties[key] = tuple(self._duty_by_period(*key))
        return cached

    def may_apply(self, destination: str, material: str) -> bool:
        """True if a tariff may apply to the material when it enters the country."""
        key = (destination, material)
        cached = self._burdened.get(key)
        if cached is None:
            cached = self._burdened[key] = any(
                self._countries.contains(row.destination_country, destination)
                and row.material in ("*", material)
                for rows in self._measures.values()
                for row in rows
            )
        return cached

    def _duty_by_period(self, origin: str, destination: str, material: str) -> list[float]:
        result = [0.0] * self._calendar.count
        if origin == destination:
            return result
        horizon = (0.0, float(self._calendar.count * self._calendar.months))
        for rows in self._measures.values():
            uncovered: list[MonthSpan] = [horizon]
            for row in applicable_tariffs(rows, origin, destination, material, self._countries):
                rate = row.per_tonne(self._values[material])
                span = self._calendar.span(row.start, row.end)
                for begin, end in _intersections(uncovered, span):
                    for t, years in enumerate(self._calendar.overlap(begin, end)):
                        result[t] += rate * years / self._calendar.year_fraction
                uncovered = list(_remainders(uncovered, span))
        return result


def _intersections(spans: Sequence[MonthSpan], span: MonthSpan) -> Iterator[MonthSpan]:
    """Parts of the spans inside a span."""
    for begin, end in spans:
        low, high = max(begin, span[0]), min(end, span[1])
        if low < high:
            yield low, high


def _remainders(spans: Sequence[MonthSpan], span: MonthSpan) -> Iterator[MonthSpan]:
    """Parts of the spans outside a span."""
    for begin, end in spans:
        if begin < min(end, span[0]):
            yield begin, min(end, span[0])
        if max(begin, span[1]) < end:
            yield max(begin, span[1]), end
