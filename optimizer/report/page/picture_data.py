"""Data of the pictures: sums over the result tables, limited to what fits a page."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from collections.abc import Set as AbstractSet
from functools import cache
from typing import Any

from optimizer.report.excel_values import clean, finite
from optimizer.report.page.period_bins import PeriodBins
from optimizer.result.result_layouts import Table
from optimizer.result.scarcity_ranking import ONE_LESS, scarcest_of, thing_in_short

MAX_SHIPMENT_SUMS = 12_000
"""Maximum sums of shipments in a page; chosen so that a page stays below 5 MB."""
MAX_PLACE_SUMS = 4_000
"""Maximum sums of purchases, and of deliveries, in a page; see MAX_SHIPMENT_SUMS."""
MAX_CHARTED_UNITS = 120
"""Units in the picture of utilisation; chosen so that it can be scrolled through."""
MAX_CHARTED_STOCKS = 24
"""Stocks in the picture of stock; chosen so that each has room for its curve."""
MAX_THINGS_PER_KIND = 40
"""Things of one kind in the lists of scarcity and break-even; chosen so that they can be read."""

SumKey = tuple[Any, ...]

RulesInForce = Callable[[tuple[Any, ...], str, str], AbstractSet[str]]
"""Names of the rules that count for a lot, by its places, its material and its period."""


class TextIndex:
    """Numbers distinct values in the order of their first appearance."""

    def __init__(self) -> None:
        self.numbers: dict[Any, int] = {}

    def __call__(self, value: Any) -> int:
        """Number of a value; a new value gets the next one."""
        return self.numbers.setdefault(value, len(self.numbers))


def sums_by_key(table: Table | None, headers: Sequence[str], value: str) -> dict[SumKey, float]:
    """Sum of a column for each combination of values of others; empty without a table."""
    sums: dict[SumKey, float] = {}
    if table is None:
        return sums
    keys = zip(*(table[header] for header in headers), strict=True)
    for key, number in zip(keys, table[value], strict=True):
        sums[key] = sums.get(key, 0.0) + (finite(number) or 0.0)
    return sums


class LotSums:
    """Sums of lots by place, material, bin and class.

    A class is what a lot is booked as: rules broken, rules not followed, and which of both are in
    force for the lot.
    """

    def __init__(self, bins: PeriodBins) -> None:
        self.bins = bins
        self.materials, self.classes = TextIndex(), TextIndex()

    def add(
        self,
        table: Table | None,
        places: Sequence[str],
        limit: int,
        rules_in_force: RulesInForce,
    ) -> tuple[dict[str, Any], dict[str, float]]:
        """Sums of the places with most tonnes, column by column; number and tonnes of the others.

        At most ``limit`` sums are given, those of a place all or none.
        """
        sums: dict[SumKey, float] = {}
        if table is not None and len(table):
            bin_of, materials, classes = self.bins.bin_of, self.materials, self.classes
            columns = (*(table[place] for place in places), table["material"], table["period"])
            lots = zip(table["breaks"], table["not followed"], strict=True)
            keys = zip(*columns, strict=True)
            names_of = cache(lambda lot: tuple(map(_rule_names, lot)))
            for key, lot, tonnes in zip(keys, lots, table["tonnes"], strict=True):
                names = names_of(lot)
                in_force = rules_in_force(key[:-2], *key[-2:]) if any(names) else frozenset()
                counted = tuple(name for part in names for name in part if name in in_force)
                lot_class = classes((*names, counted))
                sum_key = (key[:-2], materials(key[-2]), bin_of[key[-1]], lot_class)
                sums[sum_key] = sums.get(sum_key, 0.0) + (finite(tonnes) or 0.0)
        kept, left = _largest_places(sums, limit)
        return (
            {
                **{header: [clean(key[0][n]) for key in kept] for n, header in enumerate(places)},
                "material": [key[1] for key in kept],
                "bin": [key[2] for key in kept],
                "class": [key[3] for key in kept],
                "tonnes": list(kept.values()),
            },
            left,
        )

    def names(self) -> dict[str, Any]:
        """Names of the materials; of each class the rules broken, not followed and in force."""
        return {
            "materials": [clean(material) for material in self.materials.numbers],
            "classes": [[list(names) for names in lot] for lot in self.classes.numbers],
        }


def _rule_names(text: object) -> tuple[str, ...]:
    return tuple(part for part in clean(text).split("; ") if part)


def _largest_places(
    sums: dict[SumKey, float], limit: int
) -> tuple[dict[SumKey, float], dict[str, float]]:
    """Sums of the largest places within a limit; number and tonnes of the other places."""
    if len(sums) <= limit:
        return sums, {"places": 0, "tonnes": 0.0}
    tonnes: dict[Any, float] = {}
    count: dict[Any, int] = {}
    for key, value in sums.items():
        tonnes[key[0]] = tonnes.get(key[0], 0.0) + value
        count[key[0]] = count.get(key[0], 0) + 1
    kept: set[Any] = set()
    room = limit
    for place in sorted(tonnes, key=tonnes.__getitem__, reverse=True):
        if count[place] > room:
            break
        room -= count[place]
        kept.add(place)
    left = {
        "places": len(tonnes) - len(kept),
        "tonnes": sum(tonnes[place] for place in tonnes.keys() - kept),
    }
    return {key: value for key, value in sums.items() if key[0] in kept}, left


def sums_by_bin(
    table: Table | None,
    headers: Sequence[str],
    values: Sequence[str],
    bins: PeriodBins,
    *,
    levels: bool = False,
) -> dict[SumKey, list[list[float | None]]]:
    """Sums by bin of some columns for each combination of values of others.

    A level is that of the last period of a bin.
    """
    columns_by_key: dict[SumKey, list[list[float | None]]] = {}
    if table is None:
        return columns_by_key
    last = bins.last
    keys, figures = (zip(*(table[h] for h in names), strict=True) for names in (headers, values))
    rows = zip(keys, table["period"], figures, strict=True)
    for key, period, numbers in rows:
        number_of_bin = bins.bin_of[period]
        if levels and period not in last:
            continue
        columns = columns_by_key.get(key)
        if columns is None:
            columns = columns_by_key[key] = [[None] * len(bins.labels) for _ in values]
        for column, number in zip(columns, numbers, strict=True):
            column[number_of_bin] = (column[number_of_bin] or 0.0) + (finite(number) or 0.0)
    return columns_by_key


def largest(
    items: Iterable[Any], limit: int, size: Callable[[Any], float]
) -> tuple[list[Any], int]:
    """Largest items, in descending order, and how many are left out."""
    ordered = sorted(items, key=size, reverse=True)
    return ordered[:limit], max(0, len(ordered) - limit)


def utilisation(table: Table | None, bins: PeriodBins) -> dict[str, Any]:
    """Use and capacity of the busiest units by bin."""
    units = sums_by_bin(table, ("site", "unit"), ("used", "capacity"), bins)

    def utilisation_of(item: tuple[SumKey, list[list[float | None]]]) -> float:
        used, capacity = (sum(value or 0.0 for value in column) for column in item[1])
        return used / capacity if capacity else 0.0

    kept, left = largest(units.items(), MAX_CHARTED_UNITS, utilisation_of)
    return {
        "rows": [
            {"site": clean(key[0]), "unit": clean(key[1]), "used": used, "capacity": capacity}
            for key, (used, capacity) in kept
        ],
        "left": left,
    }


def stock(table: Table | None, bins: PeriodBins) -> dict[str, Any]:
    """Closing stock of the largest stocks by bin; classes are added up."""
    stocks = sums_by_bin(table, ("site", "material"), ("tonnes",), bins, levels=True)
    kept, left = largest(
        stocks.items(), MAX_CHARTED_STOCKS, lambda item: max(value or 0.0 for value in item[1][0])
    )
    return {
        "rows": [
            {"site": clean(key[0]), "material": clean(key[1]), "tonnes": levels}
            for key, (levels,) in kept
        ],
        "left": left,
    }


def scarcity(table: Table | None, bins: PeriodBins) -> dict[str, Any]:
    """Bounds with a price: bound and worth in each period where it binds, scarcest first.

    ``saving`` is what 1 % more would save, in the one ranking of :func:`scarcest_of`; minimums and
    demand have none, and follow by their largest worth.
    """
    savings = {(each.kind, each.thing): each.saving for each in scarcest_of(table)}
    things: dict[SumKey, list[list[Any]]] = {}
    headers = ("kind", "thing", "unit", "per", "period", "bound", "worth")
    rows = zip(*(table[h] for h in headers), strict=True) if table is not None else ()
    for kind, thing, unit, per, period, bound, worth in rows:
        periods = things.setdefault((kind, thing, unit, per), [])
        periods.append([bins.bin_of.get(period), clean(period), finite(bound), finite(worth)])

    def saving(key: SumKey) -> float | None:
        return None if key[3] == ONE_LESS else savings.get(key[:2])

    def size(item: tuple[SumKey, list[list[Any]]]) -> tuple[float, float]:
        return saving(item[0]) or 0.0, max(abs(row[3] or 0.0) for row in item[1])

    return _largest_of_each_kind(
        things,
        size,
        lambda key, rows: {
            "kind": clean(key[0]),
            "thing": clean(thing_in_short(key[1])),
            "unit": clean(key[2]),
            "per": clean(key[3]),
            "saving": saving(key),
            "at": rows,
        },
    )


def break_even(table: Table | None) -> dict[str, Any]:
    """Unused things nearest to their break-even price, of each kind: their best period."""
    things: dict[SumKey, list[Any]] = {}
    headers = ("kind", "thing", "material", "period", "price", "cheaper by", "break-even")
    rows = zip(*(table[h] for h in headers), strict=True) if table is not None else ()
    for kind, thing, material, period, *money in rows:
        price, reduction, break_even_price = (finite(value) for value in money)
        key = (kind, thing, material)
        if reduction is None:
            continue
        nearest = things.get(key)
        if nearest is None or reduction < nearest[2]:
            things[key] = [clean(period), price, reduction, break_even_price]
    return _largest_of_each_kind(
        things,
        lambda item: -item[1][2] / (abs(item[1][1] or 0.0) or 1.0),
        lambda key, row: {
            "kind": clean(key[0]),
            "thing": clean(thing_in_short(key[1])),
            "material": clean(key[2]),
            "period": row[0],
            "price": row[1],
            "less": row[2],
            "even": row[3],
        },
    )


def _largest_of_each_kind(
    things: dict[SumKey, Any],
    size: Callable[[Any], Any],
    row: Callable[[SumKey, Any], dict[str, Any]],
) -> dict[str, Any]:
    kinds: dict[Any, list[Any]] = {}
    for item in things.items():
        kinds.setdefault(item[0][0], []).append(item)
    rows, left = [], 0
    for items in kinds.values():
        kept, more = largest(items, MAX_THINGS_PER_KIND, size)
        rows += [row(*item) for item in kept]
        left += more
    return {"rows": rows, "left": left}
