"""Arcs: each lane for each material that it can carry, with the limits that arcs share."""

from __future__ import annotations

from optimizer.network.calendar import DAYS_PER_MONTH, Calendar, members
from optimizer.network.dated_rows import average, covered, total
from optimizer.network.network_data import Arc, ArcBound, NetworkProcess
from optimizer.tables import sheets
from optimizer.tables.case import Case
from optimizer.tables.schema import INFINITY, group_rows

ArcKey = tuple[str, str, str, str]
"""From site, to site, material (or ``*``), mode."""


def lane_arcs(
    case: Case, calendar: Calendar, processes: tuple[NetworkProcess, ...]
) -> tuple[tuple[Arc, ...], tuple[ArcBound, ...]]:
    """All arcs, and the limits of the lanes that they stand for.

    A lane that names a material takes it out of the ``*`` lane of the same sites and
    mode, in the periods that it touches.
    """
    lane_rows = group_rows(
        case.lanes, lambda lane: (lane.from_site, lane.to_site, lane.material, lane.mode)
    )
    accepted = _accepted_materials(case, processes)
    lanes_of: dict[ArcKey, list[tuple[ArcKey, int]]] = {}
    for key, rows in lane_rows.items():
        periods = covered(rows, calendar)
        start, end, material, mode = key
        if material != "*":
            lanes_of.setdefault(key, []).append((key, periods))
            continue
        for carried in accepted.get(end, ()):
            remaining = periods & ~covered(lane_rows.get((start, end, carried, mode), []), calendar)
            if remaining:
                lanes_of.setdefault((start, end, carried, mode), []).append((key, remaining))
    arcs = tuple(_arc(key, lanes, lane_rows, calendar) for key, lanes in lanes_of.items())
    return arcs, _bounds(lane_rows, lanes_of, calendar)


def _arc(
    key: ArcKey,
    lanes: list[tuple[ArcKey, int]],
    lane_rows: dict[ArcKey, list[sheets.Lane]],
    calendar: Calendar,
) -> Arc:
    start, end, material, mode = key
    cost, days, arrives = ([0.0] * calendar.count for _ in range(3))
    periods = 0
    rows: list[int] = []
    for lane, lane_periods in lanes:
        periods |= lane_periods
        dated = lane_rows[lane]
        rows += [row.row for row in dated]
        averages = (
            average(dated, lambda row: row.cost, calendar),
            average(dated, lambda row: row.lead_days, calendar),
            average(dated, lambda row: row.arrives, calendar),
        )
        for t in members(lane_periods):
            cost[t], days[t], arrives[t] = (values[t] for values in averages)
    lead = [value / DAYS_PER_MONTH / calendar.months for value in days]
    return Arc(start, end, material, mode, periods, cost, lead, days, arrives, tuple(rows))


def _bounds(
    lane_rows: dict[ArcKey, list[sheets.Lane]],
    lanes_of: dict[ArcKey, list[tuple[ArcKey, int]]],
    calendar: Calendar,
) -> tuple[ArcBound, ...]:
    arcs_of: dict[ArcKey, dict[int, int]] = {}
    for index, lanes in enumerate(lanes_of.values()):
        for lane, periods in lanes:
            arcs_of.setdefault(lane, {})[index] = periods
    bounds = []
    for key, rows in lane_rows.items():
        decided = any(row.fixed_cost or row.minimum_when_used for row in rows)
        if not decided and all(row.maximum == INFINITY for row in rows):
            continue
        start, end, material, mode = key
        in_force = covered(rows, calendar)
        on = [1.0 if in_force >> t & 1 else 0.0 for t in range(calendar.count)]
        fixed = average(rows, lambda row: row.fixed_cost, calendar)
        minimum = average(rows, lambda row: row.minimum_when_used, calendar)
        bounds.append(
            ArcBound(
                name=f"{start} to {end}" + (f" by {mode}" if mode else ""),
                material=material,
                arcs=arcs_of.get(key, {}),
                maximum=total(rows, lambda row: row.maximum, calendar),
                fixed_cost=[cost * active for cost, active in zip(fixed, on, strict=True)],
                minimum_when_used=[
                    tonnes * active for tonnes, active in zip(minimum, on, strict=True)
                ],
                rows=tuple(row.row for row in rows),
            )
        )
    return tuple(bounds)


def _accepted_materials(
    case: Case, processes: tuple[NetworkProcess, ...]
) -> dict[str, dict[str, None]]:
    """Materials that each site can take, in a fixed order.

    A site can take a material if a process there uses it, a demand line wants it, it has a
    Stocks row, a lane leaves with it (a ``*`` lane if the lane's end can take it), or it may be
    discarded (at every site).
    """
    discarded = dict.fromkeys(
        row.material for row in case.materials if row.disposal_cost is not None
    )
    accepted: dict[str, dict[str, None]] = {site.site: dict(discarded) for site in case.sites}
    for process in processes:
        accepted.setdefault(process.site, {}).update(dict.fromkeys(process.inputs))
    for line in case.demand:
        accepted.setdefault(line.customer, {})[line.material] = None
    for stock in case.stocks:
        accepted.setdefault(stock.site, {})[stock.material] = None
    wildcard_lanes = []
    for lane in case.lanes:
        if lane.material == "*":
            wildcard_lanes.append((lane.from_site, lane.to_site))
        else:
            accepted.setdefault(lane.from_site, {})[lane.material] = None
    wildcard_lanes = list(dict.fromkeys(wildcard_lanes))
    grows = True
    while grows:
        grows = False
        for start, end in wildcard_lanes:
            here = accepted.setdefault(start, {})
            before = len(here)
            here.update(accepted.get(end, {}))
            grows = grows or len(here) > before
    return accepted
