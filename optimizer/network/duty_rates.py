"""Duty rates: for each measure the most specific tariff of each day, averaged by period."""

from __future__ import annotations

from optimizer.network.calendar import Calendar
from optimizer.tables.case import Case
from optimizer.tables.country_groups import CountrySets
from optimizer.tables.dates import Horizon
from optimizer.tables.schema import group_rows
from optimizer.tables.sheets import PERIOD_MONTHS
from optimizer.tables.tariff_choice import tariffs_by_date


class DutyRates:
    """Duty per tonne of a material, by customs origin and country of destination."""

    def __init__(self, case: Case, calendar: Calendar) -> None:
        self._calendar = calendar
        settings = case.settings
        months = PERIOD_MONTHS[settings.period_length]
        horizon = Horizon(settings.start, months, settings.periods)
        self._days = (horizon.start, horizon.end)
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
        goods = (origin, destination, material)
        for rows in self._measures.values():
            for row, days in tariffs_by_date(rows, goods, self._countries, self._days):
                rate = row.per_tonne(self._values[material])
                for t, years in enumerate(self._calendar.cover(*days)):
                    result[t] += rate * years / self._calendar.year_fraction
        return result
