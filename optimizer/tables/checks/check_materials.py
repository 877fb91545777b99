"""Check that materials have sources and outlets, and that no recipe or lane breaks the balance."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from msgspec import Struct, field

from optimizer.tables.checks.recipe_flows import recipe_flows
from optimizer.tables.schema import group_rows
from optimizer.tables.text_matching import joined, quoted
from optimizer.tables.workbook_draft import WorkbookDraft

MATERIAL_FLOW_SHEETS = (
    "Materials",
    "Supply",
    "Assays",
    "Recipes",
    "Recoveries",
    "Processes",
    "Lanes",
    "Stocks",
    "Pipeline",
    "Demand",
)
"""Sheets on which sources and outlets depend: neither is checked if one has unreadable cells."""
MASS_GAIN_TOLERANCE = 1.001
"""Tonnes out per tonne in above which a recipe makes mass from nothing.

Chosen so that quantities rounded to three digits raise no warning.
"""


class ProcessSides(Struct):
    """Materials that a process takes in and gives out."""

    consumed: set[str] = field(default_factory=set)
    produced: set[str] = field(default_factory=set)


def _sides(draft: WorkbookDraft) -> dict[tuple[str, str], ProcessSides]:
    """By recipe and feed as Processes writes them, '*' for all feeds together."""
    sides: dict[tuple[str, str], ProcessSides] = defaultdict(ProcessSides)
    for (recipe, feed), flow in recipe_flows(draft).items():
        for key in {(recipe, feed), (recipe, "*")}:
            sides[key].consumed |= {name for name, tonnes in flow.consumed.items() if tonnes}
            sides[key].produced |= {name for name, tonnes in flow.produced.items() if tonnes}
    return sides


def check_outlets(draft: WorkbookDraft) -> None:
    """Warn of a product that cannot leave the site where it is made: its process never runs."""
    if any(draft.unreadable[name] for name in MATERIAL_FLOW_SHEETS):
        return
    if not draft.tables["Lanes"].rows and _need_lanes(draft):
        return
    sides = _sides(draft)
    free = {row.material for row in draft.rows("Materials") if row.disposal_cost is not None}
    takes: dict[str, set[str]] = defaultdict(set)
    for sheet, place in (("Demand", "customer"), ("Stocks", "site"), ("Lanes", "from_site")):
        for row in draft.rows(sheet):
            takes[getattr(row, place)].add(row.material)
    groups = group_rows(
        draft.readable_rows("Processes"), lambda row: (row.site, (row.recipe, row.feed))
    )
    for site, run in groups:
        takes[site] |= sides[run].consumed
    for (site, run), rows in groups.items():
        if "*" in takes[site]:
            continue
        for material in sorted(sides[run].produced - takes[site] - free):
            draft.warning(
                rows[0],
                "recipe",
                f"{quoted(run[0])} cannot run at {quoted(site)}: its output {quoted(material)} has "
                "no use, demand, stock, lane or disposal cost there",
                "add a lane or stock, or a disposal cost in Materials",
            )


def _need_lanes(draft: WorkbookDraft) -> bool:
    """Report the customers that nothing can reach without lanes; True if there are any."""
    sources = {row.site for sheet in ("Supply", "Stocks", "Processes") for row in draft.rows(sheet)}
    sources |= {row.to_site for row in draft.rows("Pipeline")}
    remote = [row for row in draft.rows("Demand") if row.customer not in sources]
    for row in remote:
        draft.need("Lanes", row, "customer", row.customer, severity="warning")
    return bool(remote)


def check_sources(draft: WorkbookDraft) -> None:
    """Warn of materials without a source, or without a use."""
    if any(draft.unreadable[name] for name in MATERIAL_FLOW_SHEETS):
        return
    sides = _sides(draft).values()
    made = {name for side in sides for name in side.produced}
    used = {name for side in sides for name in side.consumed}
    made |= {row.material for sheet in ("Supply", "Pipeline") for row in draft.rows(sheet)}
    made |= {row.material for row in draft.rows("Stocks") if row.opening}
    used |= {row.material for row in draft.rows("Demand")}
    used |= {row.material for row in draft.rows("Stocks") if row.closing or row.closing_value}
    empty = {sheet for sheet, table in draft.tables.items() if not table.rows}
    plants = "Processes" in empty and not empty >= {"Recipes", "Recoveries"}
    for row in draft.rows_readable_in("Materials", "material"):
        name, wasted = row.material, row.disposal_cost is not None
        if name in made and (name in used or wasted):
            continue
        needed = "Processes" if plants else "Demand" if name in made else "Supply"
        if name not in made and name not in used and not plants:
            needed = ""
        if needed == "Demand" and needed in empty:
            continue  # check_demand warns of it
        if needed in empty:
            draft.need(needed, row, "material", name, severity="warning")
        elif name not in made and name not in used:
            draft.warning(row, "material", f"no row makes, sells or uses {quoted(name)}")
        elif name not in made:
            draft.warning(row, "material", f"no row makes, sells, stocks or ships {quoted(name)}")
        else:
            draft.warning(row, "material", f"no row uses or demands {quoted(name)}")


def check_mass(draft: WorkbookDraft) -> None:
    """Warn of recipes that give out more tonnes than they take in."""
    place = {row.recipe: row for row in reversed(draft.rows("Recoveries"))}
    place |= {row.recipe: row for row in reversed(draft.rows("Recipes"))}
    reported = set()
    for (recipe, feed), flow in recipe_flows(draft).items():
        taken, made = sum(flow.consumed.values()), sum(flow.produced.values())
        if made > MASS_GAIN_TOLERANCE * taken and recipe in place and recipe not in reported:
            reported.add(recipe)
            of = f" of {quoted(feed)}" if feed else ""
            draft.warning(
                place[recipe],
                "recipe",
                f"{quoted(recipe)} gives out more than it takes in: {made:.6g} t from "
                f"{taken:.6g} t{of}",
                "check its quantities",
            )


def check_lane_losses(draft: WorkbookDraft) -> None:
    """Warn of lanes on which losing a material is cheaper than its disposal.

    Losing a tonne costs ``cost / (1 - arrives)``. For a material that may not be discarded,
    only lanes that lose everything and round trips get a warning.
    """
    lanes = draft.readable_rows("Lanes")
    if all(lane.arrives >= 1 for lane in lanes):
        return
    disposal = {row.material: row.disposal_cost for row in draft.readable_rows("Materials")}
    materials: dict[tuple[str, str], set[str]] = defaultdict(set)
    for lane in lanes:
        materials[lane.from_site, lane.to_site].add(lane.material)
    for lane in lanes:
        if lane.arrives < 1:
            returned = materials.get((lane.to_site, lane.from_site), set())
            _check_lane_loss(draft, lane, disposal, returned)


def _check_lane_loss(
    draft: WorkbookDraft, lane: Any, disposal: dict[str, float | None], returned: set[str]
) -> None:
    """Check one lane; ``returned`` are the materials with a lane in the opposite direction."""
    carried = disposal if lane.material == "*" else {lane.material: disposal.get(lane.material)}
    loss_cost = lane.cost / (1 - lane.arrives)
    cheap = [name for name, cost in carried.items() if cost is not None and loss_cost < cost]
    hint = "the plan may ship it only to avoid disposal"
    if cheap:
        message = (
            f"the lane loses {joined(cheap)} for {loss_cost:.6g} per tonne, less than disposal"
        )
        draft.warning(lane, "arrives", message, hint)
        return
    protected = [name for name, cost in carried.items() if cost is None]
    if lane.arrives > 0 and "*" not in returned:
        protected = [name for name in protected if name in returned]
    if protected:
        what = "the lane" if lane.arrives == 0 else "shipping there and back"
        message = f"{what} loses {joined(protected)}, for which disposal is not allowed"
        draft.warning(lane, "arrives", message, hint)
