"""Ways: each lane for each material that it can carry, with limits that they share."""

from __future__ import annotations

from optimizer.network.calendar import DAYS_PER_MONTH, Calendar, members
from optimizer.network.dated_rows import average, covered, grouped, total
from optimizer.network.network_data import Arc, ArcBound, NetworkProcess
from optimizer.tables import sheets
from optimizer.tables.case import Case
from optimizer.tables.schema import INFINITY

Key = tuple[str, str, str, str]
"""From site, to site, material (or ``*``), mode."""


def arcs(
    case: Case, calendar: Calendar, processes: tuple[NetworkProcess, ...]
) -> tuple[tuple[Arc, ...], tuple[ArcBound, ...]]:
    """Every way, and the limits of the lanes that they stand for.

    A lane that names a material takes it out of the ``*`` lane of the same sites and
    mode, in the periods that it touches.
    """
    keys = grouped(
        case.lanes, lambda lane: (lane.from_site, lane.to_site, lane.material, lane.mode)
    )
    takes = _takes(case, processes)
    parts: dict[Key, list[tuple[Key, int]]] = {}
    for key, rows in keys.items():
        periods = covered(rows, calendar)
        start, end, material, mode = key
        if material != "*":
            parts.setdefault(key, []).append((key, periods))
            continue
        for taken in takes.get(end, ()):
            left = periods & ~covered(keys.get((start, end, taken, mode), []), calendar)
            if left:
                parts.setdefault((start, end, taken, mode), []).append((key, left))
    found = tuple(_way(key, own, keys, calendar) for key, own in parts.items())
    return found, _bounds(keys, parts, calendar)


def _way(
    key: Key, parts: list[tuple[Key, int]], keys: dict[Key, list[sheets.Lane]], calendar: Calendar
) -> Arc:
    start, end, material, mode = key
    cost, days, arrives = ([0.0] * calendar.count for _ in range(3))
    every = 0
    rows: list[int] = []
    for lane, periods in parts:
        every |= periods
        own = keys[lane]
        rows += [row.row for row in own]
        averages = (
            average(own, lambda row: row.cost, calendar),
            average(own, lambda row: row.lead_days, calendar),
            average(own, lambda row: row.arrives, calendar),
        )
        for t in members(periods):
            cost[t], days[t], arrives[t] = (values[t] for values in averages)
    lead = [value / DAYS_PER_MONTH / calendar.months for value in days]
    return Arc(start, end, material, mode, every, cost, lead, days, arrives, tuple(rows))


def _bounds(
    keys: dict[Key, list[sheets.Lane]],
    parts: dict[Key, list[tuple[Key, int]]],
    calendar: Calendar,
) -> tuple[ArcBound, ...]:
    arcs_of: dict[Key, dict[int, int]] = {}
    for index, own in enumerate(parts.values()):
        for lane, periods in own:
            arcs_of.setdefault(lane, {})[index] = periods
    bounds = []
    for key, rows in keys.items():
        decided = any(row.fixed_cost or row.minimum_when_used for row in rows)
        if not decided and all(row.maximum == INFINITY for row in rows):
            continue
        start, end, material, mode = key
        on = [1.0 if covered(rows, calendar) >> t & 1 else 0.0 for t in range(calendar.count)]
        fixed = average(rows, lambda row: row.fixed_cost, calendar)
        least = average(rows, lambda row: row.minimum_when_used, calendar)
        bounds.append(
            ArcBound(
                name=f"{start} to {end}" + (f" by {mode}" if mode else ""),
                material=material,
                arcs=arcs_of.get(key, {}),
                maximum=total(rows, lambda row: row.maximum, calendar),
                fixed_cost=[cost * there for cost, there in zip(fixed, on, strict=True)],
                minimum_when_used=[tonnes * there for tonnes, there in zip(least, on, strict=True)],
                rows=tuple(row.row for row in rows),
            )
        )
    return tuple(bounds)


def _takes(case: Case, processes: tuple[NetworkProcess, ...]) -> dict[str, dict[str, None]]:
    """Materials that something at a site can take, in a fixed order.

    That is: a process uses it, a demand wants it, a Stocks row stands for it, a lane leaves
    with it (a ``*`` lane if its own end can take it), or it may be discarded, there as anywhere.
    """
    discarded = dict.fromkeys(
        row.material for row in case.materials if row.disposal_cost is not None
    )
    takes: dict[str, dict[str, None]] = {site.site: dict(discarded) for site in case.sites}
    for process in processes:
        takes.setdefault(process.site, {}).update(dict.fromkeys(process.inputs))
    for line in case.demand:
        takes.setdefault(line.customer, {})[line.material] = None
    for stock in case.stocks:
        takes.setdefault(stock.site, {})[stock.material] = None
    stars = []
    for lane in case.lanes:
        if lane.material == "*":
            stars.append((lane.from_site, lane.to_site))
        else:
            takes.setdefault(lane.from_site, {})[lane.material] = None
    stars = list(dict.fromkeys(stars))
    grows = True
    while grows:
        grows = False
        for start, end in stars:
            here = takes.setdefault(start, {})
            before = len(here)
            here.update(takes.get(end, {}))
            grows = grows or len(here) > before
    return takes
