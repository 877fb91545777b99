"""Inputs and outputs of recipes and materials of lanes, shared by several checks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from msgspec import Struct, field

from optimizer.tables.schema import group_rows
from optimizer.tables.workbook_draft import WorkbookDraft


class RecipeFlow(Struct):
    """Inputs and outputs of one unit of activity of a recipe, in tonnes by material."""

    consumed: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    produced: dict[str, float] = field(default_factory=lambda: defaultdict(float))


def recipe_flows(draft: WorkbookDraft) -> dict[tuple[str, str], RecipeFlow]:
    """Flows of each recipe and feed that some process runs; '*' is resolved into all feeds."""
    if "flows" not in draft.shared:
        draft.shared["flows"] = _flows(draft)
    flows: dict[tuple[str, str], RecipeFlow] = draft.shared["flows"]
    return flows


def _flows(draft: WorkbookDraft) -> dict[tuple[str, str], RecipeFlow]:
    lines = group_rows(draft.readable_rows("Recipes"), lambda row: row.recipe)
    recoveries = group_rows(draft.readable_rows("Recoveries"), lambda row: row.recipe)
    assays: dict[str, dict[str, float]] = defaultdict(dict)
    for row in draft.readable_rows("Assays"):
        assays[row.feed][row.oxide] = row.share
    flows = {}
    for recipe, feed in dict.fromkeys((row.recipe, row.feed) for row in draft.rows("Processes")):
        for each in list(assays) if feed == "*" else [feed]:
            if (recipe, each) not in flows:
                flows[recipe, each] = _flow(
                    lines.get(recipe, ()), recoveries.get(recipe, ()), each, assays.get(each, {})
                )
    return flows


def _flow(
    lines: Iterable[Any], rows: Iterable[Any], feed: str, assay: dict[str, float]
) -> RecipeFlow:
    flow = RecipeFlow()
    for line in lines:
        side = flow.consumed if line.direction == "in" else flow.produced
        side[line.material] += line.quantity
    if feed:
        flow.consumed[feed] += 1.0
    for row in rows:
        flow.produced[row.product] += row.recovery * assay.get(row.oxide, 0.0)
    return flow


def lane_materials(draft: WorkbookDraft) -> list[tuple[Any, tuple[str, ...]]]:
    """Each readable lane with the materials that it can carry.

    A ``*`` lane carries what its destination can use or ship on, except materials that another
    lane of the same sites and mode names.
    """
    if "carried" not in draft.shared:
        draft.shared["carried"] = _carried(draft)
    materials: list[tuple[Any, tuple[str, ...]]] = draft.shared["carried"]
    return materials


def _carried(draft: WorkbookDraft) -> list[tuple[Any, tuple[str, ...]]]:
    lanes = draft.readable_rows("Lanes")
    if all(lane.material != "*" for lane in lanes):
        return [(lane, (lane.material,)) for lane in lanes]
    usable = _usable_materials(draft, lanes)
    named: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    for lane in lanes:
        named[lane.from_site, lane.to_site, lane.mode].add(lane.material)
    carried = []
    for lane in lanes:
        materials: Iterable[str] = (lane.material,)
        if lane.material == "*":
            excluded = named[lane.from_site, lane.to_site, lane.mode]
            materials = (name for name in usable.get(lane.to_site, {}) if name not in excluded)
        carried.append((lane, tuple(materials)))
    return carried


def _usable_materials(draft: WorkbookDraft, lanes: list[Any]) -> dict[str, dict[str, None]]:
    """Materials that each site can use or ship on; a dict keeps their order fixed."""
    usable: dict[str, dict[str, None]] = defaultdict(dict)
    inputs: dict[tuple[str, str], dict[str, None]] = defaultdict(dict)
    for (recipe, feed), flow in recipe_flows(draft).items():
        for key in {(recipe, feed), (recipe, "*")}:
            inputs[key].update(dict.fromkeys(flow.consumed))
    for site, recipe, feed in dict.fromkeys(
        (row.site, row.recipe, row.feed) for row in draft.rows("Processes")
    ):
        usable[site].update(inputs[recipe, feed])
    for sheet, place in (("Demand", "customer"), ("Stocks", "site")):
        for row in draft.rows(sheet):
            usable[getattr(row, place)][row.material] = None
    stars = {(lane.from_site, lane.to_site): None for lane in lanes if lane.material == "*"}
    for lane in lanes:
        if lane.material != "*":
            usable[lane.from_site][lane.material] = None
    grows = True
    while grows:
        before = sum(map(len, usable.values()))
        for start, end in stars:
            usable[start].update(usable[end])
        grows = sum(map(len, usable.values())) > before
    return usable
