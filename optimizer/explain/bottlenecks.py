"""Bottlenecks in sentences: what binds when, what one unit is worth and how far that holds."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from optimizer.explain.cell_locator import BOUND_PARTS, HIGH, CellLocator
from optimizer.explain.duals import NOT_KNOWN, PricedRow, range_of_saving
from optimizer.explain.scarcity import bound_address
from optimizer.model import family_named
from optimizer.model.family import Family
from optimizer.model.limits import LIMIT_FAMILY
from optimizer.network.network_data import Network
from optimizer.result.number_text import figure
from optimizer.result.price_layouts import BOTTLENECKS_LAYOUT
from optimizer.result.result_table import Table, table
from optimizer.result.scarcity_ranking import ONE_LESS, scarcest
from optimizer.solver import BasisRanges
from optimizer.tables.schema import group_rows

MAX_BOTTLENECK_ROWS = 2_000
"""Maximum rows with a price, dearest first, that become sentences: a sheet that can be read."""

MAX_LISTED_CELLS = 3
"""Maximum cells that are listed; of more only the first and the last."""

RANGE_UNITS = {"t": "t", "use": "units of capacity", "activity": "units of activity"}
"""Unit of a range in a sentence, by the unit of the family; others have none."""

MIN_SHOWN_RANGE = 0.001
"""Smaller ranges are shown as less than this: no planner changes a bound by so little."""


def bottlenecks(network: Network, rows: list[PricedRow], ranges: BasisRanges | None) -> Table:
    """One row for each thing that binds in consecutive periods.

    Maximums come first, in the one order of :func:`scarcest`, then minimums, then demand.
    """
    places = CellLocator(network)
    currency = network.case.settings.currency
    place, savings = _places(rows)
    bottleneck_rows = []
    for group in _groups(network, rows[:MAX_BOTTLENECK_ROWS]):
        first = group[0]
        reaches = [range_of_saving(row, ranges) for row in group]
        saving = sum(map(_saving, group, reaches))
        known = [more for more in reaches if more == more]
        holds = min(known) if len(known) == len(group) else NOT_KNOWN
        worth = [row.worth for row in group]
        note = "range not computed" if ranges is None else "not unique" if holds != holds else ""
        cells = list(dict.fromkeys(filter(None, (bound_address(places, row) for row in group))))
        cell = "; ".join(cells) if len(cells) <= MAX_LISTED_CELLS else f"{cells[0]} to {cells[-1]}"
        sentence = _sentence(group, holds, note, currency)
        kind, where = family_named(first.family).kind, place(first)
        together = savings[kind, first.thing] if where[0] == 0 else NOT_KNOWN
        span = (first.period, group[-1].period, together, min(worth), max(worth))
        row = (kind, first.thing, *span, holds, saving, note, sentence, cell)
        bottleneck_rows.append((where, -abs(saving), row))
    bottleneck_rows.sort(key=lambda item: item[:2])
    return table(
        BOTTLENECKS_LAYOUT, [(rank, *row) for rank, (*_, row) in enumerate(bottleneck_rows, 1)]
    )


def _places(
    rows: list[PricedRow],
) -> tuple[Callable[[PricedRow], tuple[int, int]], dict[tuple[str, str], float]]:
    """Place of a row (0 and its rank for a maximum, 1 for a minimum, 2 for demand), and savings.

    The savings of 1 % are by kind and thing.
    """
    ranking = scarcest(
        (family_named(row.family).kind, row.thing, row.change, row.bound, row.present_value)
        for row in rows
    )
    ranks = {(each.kind, each.thing): rank for rank, each in enumerate(ranking)}

    def place(row: PricedRow) -> tuple[int, int]:
        family = family_named(row.family)
        if family.price == "cost":
            return 2, 0
        return (1, 0) if row.change == ONE_LESS else (0, ranks[family.kind, row.thing])

    return place, {(each.kind, each.thing): each.saving for each in ranking}


def _groups(network: Network, rows: list[PricedRow]) -> Iterator[list[PricedRow]]:
    """Rows of one thing that bind on one side in consecutive periods."""
    order = {label: t for t, label in enumerate(network.calendar.labels)}
    things = group_rows(rows, lambda row: (row.family, row.names, row.side, row.change))
    for same in things.values():
        same.sort(key=lambda row: order.get(row.period, 0))
        group = same[:1]
        for row in same[1:]:
            follows = order[row.period] == order[group[-1].period] + 1
            if follows and (row.worth > 0) == (group[-1].worth > 0):
                group.append(row)
            else:
                yield group
                group = [row]
        yield group


def _saving(row: PricedRow, more: float) -> float:
    """Present value of relaxing a bound as far as its worth holds, or by one unit if unknown."""
    return row.present_value * (more if more == more and more != float("inf") else 1.0)


def _sentence(group: list[PricedRow], holds: float, note: str, currency: str) -> str:
    first = group[0]
    worth = sorted(abs(row.worth) for row in group)
    money = f"{figure(worth[0])} {currency}"
    if figure(worth[0]) != figure(worth[-1]):
        money = f"{figure(worth[0])} to {figure(worth[-1])} {currency}"
    when = _when(group)
    family = family_named(first.family)
    unit = _range_unit(family, first, currency)
    if family.price == "cost":
        least = first.worth > 0
        verb = "costs" if least else "earns"
        names = f"{first.names[0]} at {first.names[1]}"
        return (
            f"One more tonne of demand from {names}{when} {verb} "
            f"{money}{_range(holds, note, unit, least)}."
        )
    pattern = family.bound(first.side).binding
    head = pattern.format(*first.names) if pattern else _bound(first)
    what = family.one_less if first.change == ONE_LESS else family.one_more
    each = " in a period" if len(group) > 1 else ""
    return f"{head}{when}: {what}{each} is worth {money}{_range(holds, note, unit)}."


def _bound(row: PricedRow) -> str:
    kind = family_named(row.family).kind
    which = "maximum" if row.side == HIGH else "minimum"
    names = [name for name in row.names if name not in BOUND_PARTS]
    return f"The {which} of {kind} {', '.join(filter(None, names))} binds"


def _when(group: list[PricedRow]) -> str:
    first, last = group[0].period, group[-1].period
    if not first:
        return ""
    return f" in {first}" if first == last else f" in {first} to {last}"


def _range_unit(family: Family, row: PricedRow, currency: str) -> str:
    """Unit of the range of a price, in words."""
    if family.name == LIMIT_FAMILY.name:
        return {"made": "units of activity", "built": "", "spent": currency}.get(row.names[1], "t")
    return RANGE_UNITS.get(family.unit, "")


def _range(holds: float, note: str, unit: str, least: bool = False) -> str:
    """How far a price holds; cost is convex, so that a unit beyond it is worth less."""
    if note == "range not computed":
        return ""
    if note:
        return f" at {'least' if least else 'most'} (the price is not unique)"
    if holds == float("inf"):
        return ", for any quantity"
    if holds < MIN_SHOWN_RANGE:
        return f", for less than {MIN_SHOWN_RANGE:g} {unit}".rstrip()
    return f", for up to {figure(holds)} {unit}".rstrip()
