"""Materials: where they come from, where they go, and mass from nothing."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from msgspec import Struct, field

from optimizer.tables.checks.recipe_flows import flows
from optimizer.tables.text_matching import listed, quoted
from optimizer.tables.workbook_draft import WorkbookDraft, grouped

FLOWS = (
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
"""Sheets that say where a material goes: while a row cannot be read, nothing is concluded."""
GAIN = 1.001
"""Tonnes out per tonne in from which a recipe makes mass from nothing."""


class ProcessSides(Struct):
    """Materials that a process takes in and gives out."""

    taken: set[str] = field(default_factory=set)
    made: set[str] = field(default_factory=set)


def _sides(draft: WorkbookDraft) -> dict[tuple[str, str], ProcessSides]:
    """By recipe and feed as Processes writes them, '*' for all feeds together."""
    sides: dict[tuple[str, str], ProcessSides] = defaultdict(ProcessSides)
    for (recipe, feed), flow in flows(draft).items():
        for key in {(recipe, feed), (recipe, "*")}:
            sides[key].taken |= {name for name, tonnes in flow.taken.items() if tonnes}
            sides[key].made |= {name for name, tonnes in flow.made.items() if tonnes}
    return sides


def check_outlets(draft: WorkbookDraft) -> None:
    """Each product of a process goes somewhere from the site where it is made."""
    if any(draft.bad[name] for name in FLOWS):
        return
    sides = _sides(draft)
    free = {row.material for row in draft.rows("Materials") if row.disposal_cost is not None}
    takes: dict[str, set[str]] = defaultdict(set)
    for sheet, place in (("Demand", "customer"), ("Stocks", "site"), ("Lanes", "from_site")):
        for row in draft.rows(sheet):
            takes[getattr(row, place)].add(row.material)
    groups = grouped(draft.sound("Processes"), lambda row: (row.site, (row.recipe, row.feed)))
    for site, run in groups:
        takes[site] |= sides[run].taken
    for (site, run), rows in groups.items():
        if "*" in takes[site]:
            continue
        for material in sorted(sides[run].made - takes[site] - free):
            draft.warning(
                rows[0],
                "recipe",
                f"{quoted(run[0])} can never run at {quoted(site)}: its {quoted(material)} has "
                "neither use, demand, stock, lane nor disposal cost there",
                "add a lane or stock, or a disposal cost in Materials",
            )


def check_sources(draft: WorkbookDraft) -> None:
    """Each material comes from somewhere and is of some use."""
    if any(draft.bad[name] for name in FLOWS):
        return
    sides = _sides(draft).values()
    made = {name for side in sides for name in side.made}
    used = {name for side in sides for name in side.taken}
    made |= {row.material for sheet in ("Supply", "Pipeline") for row in draft.rows(sheet)}
    made |= {row.material for row in draft.rows("Stocks") if row.opening}
    used |= {row.material for row in draft.rows("Demand")}
    used |= {row.material for row in draft.rows("Stocks") if row.closing or row.closing_value}
    for row in draft.named("Materials", "material"):
        name, wasted = row.material, row.disposal_cost is not None
        if name not in made and name not in used:
            draft.warning(row, "material", f"nothing makes, sells or uses {quoted(name)}")
        elif name not in made:
            draft.warning(row, "material", f"nothing makes, sells, stocks or brings {quoted(name)}")
        elif name not in used and not wasted:
            draft.warning(row, "material", f"nothing uses or wants {quoted(name)}")


def check_mass(draft: WorkbookDraft) -> None:
    """No recipe gives out more tonnes than it takes in."""
    place = {row.recipe: row for row in reversed(draft.rows("Recoveries"))}
    place |= {row.recipe: row for row in reversed(draft.rows("Recipes"))}
    told = set()
    for (recipe, feed), flow in flows(draft).items():
        taken, made = sum(flow.taken.values()), sum(flow.made.values())
        if made > GAIN * taken and recipe in place and recipe not in told:
            told.add(recipe)
            of = f" of {quoted(feed)}" if feed else ""
            draft.warning(
                place[recipe],
                "recipe",
                f"{quoted(recipe)} makes mass from nothing: {made:.6g} t out of {taken:.6g} t{of}",
                "check its quantities",
            )


def check_leaks(draft: WorkbookDraft) -> None:
    """No lane loses a material more cheaply than it may be thrown away.

    A lane that loses a share sheds a tonne for ``cost / lost``. Where a material may not
    be discarded, only lanes that lose everything and round trips are worth a warning.
    """
    lanes = draft.sound("Lanes")
    if all(lane.arrives >= 1 for lane in lanes):
        return
    disposal = {row.material: row.disposal_cost for row in draft.sound("Materials")}
    ways: dict[tuple[str, str], set[str]] = defaultdict(set)
    for lane in lanes:
        ways[lane.from_site, lane.to_site].add(lane.material)
    for lane in lanes:
        if lane.arrives < 1:
            back = ways.get((lane.to_site, lane.from_site), set())
            _check_leak(draft, lane, disposal, back)


def _check_leak(
    draft: WorkbookDraft, lane: Any, disposal: dict[str, float | None], back: set[str]
) -> None:
    """Warn of one lane; ``back`` is what may be shipped the other way."""
    carried = disposal if lane.material == "*" else {lane.material: disposal.get(lane.material)}
    price = lane.cost / (1 - lane.arrives)
    cheap = [name for name, cost in carried.items() if cost is not None and price < cost]
    cure = "a plan may ship it only to lose it"
    if cheap:
        message = f"the lane loses {listed(cheap)} for {price:.6g} per tonne, less than disposal"
        draft.warning(lane, "arrives", message, cure)
        return
    kept = [name for name, cost in carried.items() if cost is None]
    lost = [name for name in kept if lane.arrives == 0 or name in back or "*" in back]
    if lost:
        way = "the lane" if lane.arrives == 0 else "shipping there and back"
        message = f"{way} loses {listed(lost)}, which may not be discarded"
        draft.warning(lane, "arrives", message, cure)
