"""What the pictures show: sums over the result tables, cut to what fits a page."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from optimizer.report.excel_values import clean, finite
from optimizer.report.page.period_bins import PeriodBins
from optimizer.result.result_layouts import Table

MAX_SHIPMENT_SUMS = 12_000
"""Sums of shipments that the page holds."""
MAX_PLACE_SUMS = 4_000
"""Sums of purchases, and of deliveries, that the page holds."""
MAX_CHARTED_UNITS = 120
MAX_CHARTED_STOCKS = 24
MAX_THINGS_PER_KIND = 40
"""Things of one kind in the lists of what is scarce and of what is nearly used."""

SumKey = tuple[Any, ...]


class TextIndex:
    """Distinct texts, each with its place."""

    def __init__(self) -> None:
        self.places: dict[Any, int] = {}

    def __call__(self, word: Any) -> int:
        """Place of a text, a new one for a new text."""
        return self.places.setdefault(word, len(self.places))


def sums_by_key(table: Table | None, headers: Sequence[str], value: str) -> dict[SumKey, float]:
    """Sum of a column for each combination of others."""
    found: dict[SumKey, float] = {}
    if table is None:
        return found
    numbers = table[value]
    keys = zip(*(table[header] for header in headers), strict=True)
    for key, number in zip(keys, numbers, strict=True):
        found[key] = found.get(key, 0.0) + (finite(number) or 0.0)
    return found


class LotSums:
    """Sums of lots: by place, material, bin and class (rules broken, rules not followed)."""

    def __init__(self, bins: PeriodBins) -> None:
        self.bins = bins
        self.materials, self.classes = TextIndex(), TextIndex()

    def add(
        self, table: Table | None, places: Sequence[str], most: int
    ) -> tuple[dict[str, Any], dict[str, float]]:
        """Columns of sums for the places with most tonnes, and what is left out."""
        found: dict[SumKey, float] = {}
        if table is not None and len(table):
            of, materials, classes = self.bins.of, self.materials, self.classes
            columns = (*(table[place] for place in places), table["material"], table["period"])
            lots = zip(table["breaks"], table["not followed"], strict=True)
            keys = zip(*columns, strict=True)
            for key, lot, tonnes in zip(keys, lots, table["tonnes"], strict=True):
                whole = (key[:-2], materials(key[-2]), of[key[-1]], classes(lot))
                found[whole] = found.get(whole, 0.0) + (finite(tonnes) or 0.0)
        kept, left = _largest_places(found, most)
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

    def words(self) -> dict[str, Any]:
        """Materials, and classes as the rules that they break and that are not followed."""
        return {
            "materials": [clean(material) for material in self.materials.places],
            "classes": [[_rule_names(word) for word in lot] for lot in self.classes.places],
        }


def _rule_names(word: object) -> list[str]:
    return [part for part in clean(word).split("; ") if part]


def _largest_places(
    found: dict[SumKey, float], most: int
) -> tuple[dict[SumKey, float], dict[str, float]]:
    """Whole places, the largest first, while their sums fit."""
    if len(found) <= most:
        return found, {"places": 0, "tonnes": 0.0}
    tonnes: dict[Any, float] = {}
    count: dict[Any, int] = {}
    for key, value in found.items():
        tonnes[key[0]] = tonnes.get(key[0], 0.0) + value
        count[key[0]] = count.get(key[0], 0) + 1
    kept: set[Any] = set()
    room = most
    for place in sorted(tonnes, key=tonnes.__getitem__, reverse=True):
        if count[place] > room:
            break
        room -= count[place]
        kept.add(place)
    left = {
        "places": len(tonnes) - len(kept),
        "tonnes": sum(tonnes[p] for p in tonnes.keys() - kept),
    }
    return {key: value for key, value in found.items() if key[0] in kept}, left


def sums_by_bin(
    table: Table | None,
    headers: Sequence[str],
    values: Sequence[str],
    bins: PeriodBins,
    *,
    levels: bool = False,
) -> dict[SumKey, list[list[float | None]]]:
    """Columns by bin for each combination of others; a level is that of the bin's last period."""
    found: dict[SumKey, list[list[float | None]]] = {}
    if table is None:
        return found
    last = bins.last
    keys, figures = (zip(*(table[h] for h in names), strict=True) for names in (headers, values))
    rows = zip(keys, table["period"], figures, strict=True)
    for key, period, numbers in rows:
        bin_ = bins.of[period]
        if levels and period not in last:
            continue
        lists = found.get(key)
        if lists is None:
            lists = found[key] = [[None] * len(bins.labels) for _ in values]
        for column, number in zip(lists, numbers, strict=True):
            column[bin_] = (column[bin_] or 0.0) + (finite(number) or 0.0)
    return found


def largest(found: Iterable[Any], most: int, size: Callable[[Any], float]) -> tuple[list[Any], int]:
    """The largest, largest first, and how many are left out."""
    ordered = sorted(found, key=size, reverse=True)
    return ordered[:most], max(0, len(ordered) - most)


def utilisation(table: Table | None, bins: PeriodBins) -> dict[str, Any]:
    """Units with use and capacity by bin, the busiest kept."""
    found = sums_by_bin(table, ("site", "unit"), ("used", "capacity"), bins)

    def busy(item: tuple[SumKey, list[list[float | None]]]) -> float:
        used, capacity = (sum(value or 0.0 for value in column) for column in item[1])
        return used / capacity if capacity else 0.0

    kept, left = largest(found.items(), MAX_CHARTED_UNITS, busy)
    return {
        "rows": [
            {"site": clean(key[0]), "unit": clean(key[1]), "used": used, "capacity": capacity}
            for key, (used, capacity) in kept
        ],
        "left": left,
    }


def stock(table: Table | None, bins: PeriodBins) -> dict[str, Any]:
    """Closing stock by bin, the largest kept; classes are added up."""
    found = sums_by_bin(table, ("site", "material"), ("tonnes",), bins, levels=True)
    kept, left = largest(
        found.items(), MAX_CHARTED_STOCKS, lambda item: max(value or 0.0 for value in item[1][0])
    )
    return {
        "rows": [
            {"site": clean(key[0]), "material": clean(key[1]), "tonnes": levels}
            for key, (levels,) in kept
        ],
        "left": left,
    }


def scarcity(table: Table | None, bins: PeriodBins) -> dict[str, Any]:
    """What binds, the dearest of each kind: bound and worth in each period where it binds."""
    things: dict[SumKey, list[list[Any]]] = {}
    headers = ("kind", "thing", "unit", "per", "period", "bound", "worth")
    rows = zip(*(table[h] for h in headers), strict=True) if table is not None else ()
    for kind, thing, unit, per, period, bound, worth in rows:
        places = things.setdefault((kind, thing, unit, per), [])
        places.append([bins.of.get(period), clean(period), finite(bound), finite(worth)])
    return _largest_of_each_kind(
        things,
        lambda item: max(abs(row[3] or 0.0) for row in item[1]),
        lambda key, rows: {
            "kind": clean(key[0]),
            "thing": clean(key[1]),
            "unit": clean(key[2]),
            "per": clean(key[3]),
            "at": rows,
        },
    )


def break_even(table: Table | None) -> dict[str, Any]:
    """What is not used, the nearest of each kind to being used: its best period."""
    things: dict[SumKey, list[Any]] = {}
    headers = ("kind", "thing", "material", "period", "price", "cheaper by", "break-even")
    rows = zip(*(table[h] for h in headers), strict=True) if table is not None else ()
    for kind, thing, material, period, *money in rows:
        price, less, even = (finite(value) for value in money)
        key = (kind, thing, material)
        if less is None:
            continue
        nearest = things.get(key)
        if nearest is None or less < nearest[2]:
            things[key] = [clean(period), price, less, even]
    return _largest_of_each_kind(
        things,
        lambda item: -item[1][2] / (abs(item[1][1] or 0.0) or 1.0),
        lambda key, row: {
            "kind": clean(key[0]),
            "thing": clean(key[1]),
            "material": clean(key[2]),
            "period": row[0],
            "price": row[1],
            "less": row[2],
            "even": row[3],
        },
    )


def _largest_of_each_kind(
    things: dict[SumKey, Any],
    size: Callable[[Any], float],
    row: Callable[[SumKey, Any], dict[str, Any]],
) -> dict[str, Any]:
    kinds: dict[Any, list[Any]] = {}
    for item in things.items():
        kinds.setdefault(item[0][0], []).append(item)
    shown, left = [], 0
    for items in kinds.values():
        kept, more = largest(items, MAX_THINGS_PER_KIND, size)
        shown += [row(*item) for item in kept]
        left += more
    return {"rows": shown, "left": left}
