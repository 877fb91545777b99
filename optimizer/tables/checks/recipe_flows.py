"""What recipes take in and give out, and what lanes carry, for the checks that ask for it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from msgspec import Struct, field

from optimizer.tables.workbook_draft import WorkbookDraft, grouped


class RecipeFlow(Struct):
    """What a unit of activity of a recipe takes in and gives out, in tonnes."""

    taken: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    made: dict[str, float] = field(default_factory=lambda: defaultdict(float))


def flows(draft: WorkbookDraft) -> dict[tuple[str, str], RecipeFlow]:
    """Flows of each recipe and feed that some process runs; feed '*' is all its feeds."""
    if "flows" not in draft.shared:
        draft.shared["flows"] = _flows(draft)
    found: dict[tuple[str, str], RecipeFlow] = draft.shared["flows"]
    return found


def _flows(draft: WorkbookDraft) -> dict[tuple[str, str], RecipeFlow]:
    lines = grouped(draft.sound("Recipes"), lambda row: row.recipe)
    recoveries = grouped(draft.sound("Recoveries"), lambda row: row.recipe)
    assays: dict[str, dict[str, float]] = defaultdict(dict)
    for row in draft.sound("Assays"):
        assays[row.feed][row.oxide] = row.share
    found = {}
    for recipe, feed in dict.fromkeys((row.recipe, row.feed) for row in draft.rows("Processes")):
        for each in list(assays) if feed == "*" else [feed]:
            if (recipe, each) not in found:
                found[recipe, each] = _flow(
                    lines.get(recipe, ()), recoveries.get(recipe, ()), each, assays.get(each, {})
                )
    return found


def _flow(
    lines: Iterable[Any], rows: Iterable[Any], feed: str, assay: dict[str, float]
) -> RecipeFlow:
    flow = RecipeFlow()
    for line in lines:
        side = flow.taken if line.direction == "in" else flow.made
        side[line.material] += line.quantity
    if feed:
        flow.taken[feed] += 1.0
    for row in rows:
        flow.made[row.product] += row.recovery * assay.get(row.oxide, 0.0)
    return flow


def carried(draft: WorkbookDraft) -> list[tuple[Any, tuple[str, ...]]]:
    """Each lane with the materials that it can carry.

    A ``*`` lane carries what something at its end can take, without what a lane of the same
    sites and mode names.
    """
    if "carried" not in draft.shared:
        draft.shared["carried"] = _carried(draft)
    found: list[tuple[Any, tuple[str, ...]]] = draft.shared["carried"]
    return found


def _carried(draft: WorkbookDraft) -> list[tuple[Any, tuple[str, ...]]]:
    lanes = draft.sound("Lanes")
    if all(lane.material != "*" for lane in lanes):
        return [(lane, (lane.material,)) for lane in lanes]
    takes = _takes(draft, lanes)
    named: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    for lane in lanes:
        named[lane.from_site, lane.to_site, lane.mode].add(lane.material)
    found = []
    for lane in lanes:
        materials: Iterable[str] = (lane.material,)
        if lane.material == "*":
            own = named[lane.from_site, lane.to_site, lane.mode]
            materials = (name for name in takes.get(lane.to_site, {}) if name not in own)
        found.append((lane, tuple(materials)))
    return found


def _takes(draft: WorkbookDraft, lanes: list[Any]) -> dict[str, dict[str, None]]:
    """Materials that something at each site can take, in a fixed order."""
    takes: dict[str, dict[str, None]] = defaultdict(dict)
    inputs: dict[tuple[str, str], dict[str, None]] = defaultdict(dict)
    for (recipe, feed), flow in flows(draft).items():
        for key in {(recipe, feed), (recipe, "*")}:
            inputs[key].update(dict.fromkeys(flow.taken))
    for site, recipe, feed in dict.fromkeys(
        (row.site, row.recipe, row.feed) for row in draft.rows("Processes")
    ):
        takes[site].update(inputs[recipe, feed])
    for sheet, place in (("Demand", "customer"), ("Stocks", "site")):
        for row in draft.rows(sheet):
            takes[getattr(row, place)][row.material] = None
    stars = {(lane.from_site, lane.to_site): None for lane in lanes if lane.material == "*"}
    for lane in lanes:
        if lane.material != "*":
            takes[lane.from_site][lane.material] = None
    grows = True
    while grows:
        before = sum(map(len, takes.values()))
        for start, end in stars:
            takes[start].update(takes[end])
        grows = sum(map(len, takes.values())) > before
    return takes
