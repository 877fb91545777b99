"""Which row of Tariffs applies: within a measure, on each day, the most specific one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from math import prod

from optimizer.tables.country_groups import CountrySets
from optimizer.tables.sheets import Tariff

DateSpan = tuple[date, date]
"""First and last day."""


def applicable_tariffs(
    rows: Sequence[Tariff],
    origin: str,
    destination: str,
    material: str,
    countries: CountrySets,
) -> list[Tariff]:
    """Tariffs on a material from one country into another, the most specific first."""
    matching = (
        row
        for row in rows
        if countries.contains(row.origin_country, origin)
        and countries.contains(row.destination_country, destination)
        and row.material in ("*", material)
    )
    return sorted(matching, key=lambda row: _specificity(row, countries))


def tariffs_by_date(
    measure_rows: Sequence[Tariff],
    goods: tuple[str, str, str],
    countries: CountrySets,
    within: DateSpan,
) -> Iterator[tuple[Tariff, DateSpan]]:
    """Rows of one measure that apply to goods on some days, with these days.

    ``goods`` are origin, destination and material. A row that a more specific one replaces on
    every day is left out. Goods brought into their own country are free: no row applies.
    """
    if goods[0] == goods[1]:
        return
    uncovered = [within]
    for row in applicable_tariffs(measure_rows, *goods, countries):
        span = (row.start or date.min, row.end or date.max)
        remaining = []
        for begin, end in uncovered:
            low, high = max(begin, span[0]), min(end, span[1])
            if low > high:
                remaining.append((begin, end))
                continue
            yield row, (low, high)
            if begin < low:
                remaining.append((begin, low - timedelta(days=1)))
            if high < end:
                remaining.append((high + timedelta(days=1), end))
        uncovered = remaining


def _specificity(row: Tariff, countries: CountrySets) -> tuple[int, int]:
    """Sort key, lowest for the most specific row: number of ``*``, then countries it covers.

    A row that lies within another is the more specific. The checks of the workbook refuse rows
    that overlap otherwise.
    """
    names = (row.origin_country, row.destination_country, row.material)
    lists = [countries.size(name) for name in names[:2] if name != "*"]
    return names.count("*"), prod(lists)
