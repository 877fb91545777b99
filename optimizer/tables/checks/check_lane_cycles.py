"""Lanes: no circle of lanes earns money."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from optimizer.tables.checks.recipe_flows import carried
from optimizer.tables.text_matching import quoted
from optimizer.tables.workbook_draft import WorkbookDraft

SMALLEST = 1e-9
"""Money a tonne, relative to the costs of a circle, below which it earns nothing."""


def check_lane_cycles(draft: WorkbookDraft) -> None:
    """No material can be shipped in a circle, without loss, at a cost below zero."""
    if all(lane.cost >= 0 for lane in draft.sound("Lanes")):
        return
    cheapest: dict[str, dict[tuple[str, str], Any]] = defaultdict(dict)
    for lane, materials in carried(draft):
        if lane.arrives < 1:
            continue
        pair = (lane.from_site, lane.to_site)
        for material in materials:
            known = cheapest[material].get(pair)
            if known is None or lane.cost < known.cost:
                cheapest[material][pair] = lane
    told: set[frozenset[int]] = set()
    for material, lanes in cheapest.items():
        if any(lane.cost < 0 for lane in lanes.values()):
            circle = negative_circle(list(lanes.values()))
            rows = frozenset(lane.row for lane in circle)
            if circle and rows not in told and _together(circle):
                told.add(rows)
                _warn(draft, material, circle)


def _warn(draft: WorkbookDraft, material: str, circle: list[Any]) -> None:
    first = min(range(len(circle)), key=lambda at: circle[at].cost)
    circle = [*circle[first:], *circle[:first]]
    way = " to ".join(quoted(lane.from_site) for lane in (*circle, circle[0]))
    costs = " + ".join(f"{lane.cost:g}" for lane in circle).replace("+ -", "- ")
    total = sum(lane.cost for lane in circle)
    places = ", ".join(f"row {lane.row}" for lane in circle[1:])
    also = f" (with {places})" if places else ""
    draft.warning(
        circle[0],
        "cost",
        f"{circle[0].cost:g} makes a circle that earns money{also}: {quoted(material)} from {way} "
        f"costs {costs} = {total:g} per tonne, and a plan would ship it round and round",
        "correct the sign of a cost, or take a lane out of the circle",
    )


def negative_circle(lanes: list[Any]) -> list[Any]:
    """Lanes of a circle whose costs add up to less than nothing, empty if there is none.

    Bellman and Ford, from a start that reaches every site at no cost. The lanes by which sites
    were reached most cheaply form a circle only where it earns money; this is looked at after
    each round, so that a circle of a few lanes takes a few rounds.
    """
    best = dict.fromkeys((site for lane in lanes for site in (lane.from_site, lane.to_site)), 0.0)
    came: dict[str, Any] = {}
    least = SMALLEST * max(abs(lane.cost) for lane in lanes)
    fell = True
    while fell:
        fell = False
        for lane in lanes:
            cost = best[lane.from_site] + lane.cost
            if cost < best[lane.to_site] - least:
                best[lane.to_site], came[lane.to_site], fell = cost, lane, True
        circle = _circle(came)
        if circle:
            return circle
    return []


def _circle(came: dict[str, Any]) -> list[Any]:
    """A circle among lanes of which one at most leads to each site."""
    seen: dict[str, str] = {}
    for start in came:
        site = start
        while site in came and site not in seen:
            seen[site] = start
            site = came[site].from_site
        if seen.get(site) == start and site in came:
            circle = [came[site]]
            while circle[-1].from_site != site:
                circle.append(came[circle[-1].from_site])
            return circle[::-1]
    return []


def _together(lanes: Iterable[Any]) -> bool:
    """True if the dates of all lanes share a day."""
    starts = [lane.start for lane in lanes if lane.start]
    ends = [lane.end for lane in lanes if lane.end]
    return not starts or not ends or max(starts) <= min(ends)
