"""Check that no cycle of lanes has a negative cost."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from optimizer.tables.checks.recipe_flows import lane_materials
from optimizer.tables.text_matching import quoted
from optimizer.tables.workbook_draft import WorkbookDraft

CYCLE_COST_TOLERANCE = 1e-9
"""Cost below which a cycle counts as free, relative to its largest lane cost.

Chosen above the rounding of a sum of floats.
"""


def check_lane_cycles(draft: WorkbookDraft) -> None:
    """Warn of lanes on which a material can be shipped in a cycle, without loss, at negative cost.

    A plan would ship it round without limit.
    """
    if all(lane.cost >= 0 for lane in draft.readable_rows("Lanes")):
        return
    cheapest: dict[str, dict[tuple[str, str], Any]] = defaultdict(dict)
    for lane, materials in lane_materials(draft):
        if lane.arrives < 1:
            continue
        pair = (lane.from_site, lane.to_site)
        for material in materials:
            known = cheapest[material].get(pair)
            if known is None or lane.cost < known.cost:
                cheapest[material][pair] = lane
    reported: set[frozenset[int]] = set()
    for material, lanes in cheapest.items():
        if any(lane.cost < 0 for lane in lanes.values()):
            cycle = negative_cycle(list(lanes.values()))
            rows = frozenset(lane.row for lane in cycle)
            if cycle and rows not in reported and _share_a_day(cycle):
                reported.add(rows)
                _warn(draft, material, cycle)


def _warn(draft: WorkbookDraft, material: str, cycle: list[Any]) -> None:
    first = min(range(len(cycle)), key=lambda at: cycle[at].cost)
    cycle = [*cycle[first:], *cycle[:first]]
    route = " to ".join(quoted(lane.from_site) for lane in (*cycle, cycle[0]))
    costs = " + ".join(f"{lane.cost:g}" for lane in cycle).replace("+ -", "- ")
    total = sum(lane.cost for lane in cycle)
    places = ", ".join(f"row {lane.row}" for lane in cycle[1:])
    also = f" (with {places})" if places else ""
    draft.warning(
        cycle[0],
        "cost",
        f"{cycle[0].cost:g} closes a loop that earns money{also}: {quoted(material)} from {route} "
        f"costs {costs} = {total:g} per tonne, and the plan would ship it in this loop without end",
        "correct the sign of a cost, or make a lane of the loop inactive",
    )


def negative_cycle(lanes: list[Any]) -> list[Any]:
    """Lanes of a cycle with a negative total cost, empty if there is none.

    Bellman-Ford from a virtual source that reaches every site at no cost. The predecessor graph
    has a cycle only if that cycle is negative; it is searched after each round, so that a cycle of
    a few lanes takes a few rounds.
    """
    sites = (site for lane in lanes for site in (lane.from_site, lane.to_site))
    distance = dict.fromkeys(sites, 0.0)
    predecessor: dict[str, Any] = {}
    tolerance = CYCLE_COST_TOLERANCE * max(abs(lane.cost) for lane in lanes)
    relaxed = True
    while relaxed:
        relaxed = False
        for lane in lanes:
            cost = distance[lane.from_site] + lane.cost
            if cost < distance[lane.to_site] - tolerance:
                distance[lane.to_site], predecessor[lane.to_site] = cost, lane
                relaxed = True
        cycle = _predecessor_cycle(predecessor)
        if cycle:
            return cycle
    return []


def _predecessor_cycle(predecessor: dict[str, Any]) -> list[Any]:
    """A cycle of the graph in which at most one lane leads to each site, empty if none."""
    first_visit: dict[str, str] = {}
    for start in predecessor:
        site = start
        while site in predecessor and site not in first_visit:
            first_visit[site] = start
            site = predecessor[site].from_site
        if first_visit.get(site) == start and site in predecessor:
            cycle = [predecessor[site]]
            while cycle[-1].from_site != site:
                cycle.append(predecessor[cycle[-1].from_site])
            return cycle[::-1]
    return []


def _share_a_day(lanes: Iterable[Any]) -> bool:
    """True if there is a day on which all lanes are open."""
    starts = [lane.start for lane in lanes if lane.start]
    ends = [lane.end for lane in lanes if lane.end]
    return not starts or not ends or max(starts) <= min(ends)
