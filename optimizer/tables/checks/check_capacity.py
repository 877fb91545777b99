"""Demand beside all that could be bought and made of its material in a year."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from optimizer.tables.checks.recipe_flows import RecipeFlow, flows
from optimizer.tables.text_matching import quoted
from optimizer.tables.workbook_draft import WorkbookDraft, grouped

TOO_MUCH = 100.0
"""A demand that is so many times all that can be had of its material is a slip of unit.

Kilograms for tonnes are a factor of 1,000. A plan that serves less than a hundredth of a line is
hardly what someone wants to know, and rarely worth a false alarm.
"""
ROUNDS = 20
"""Steps of a chain that are looked at; each round leaves a bound that holds."""
INFINITY = float("inf")
SOURCES = ("Supply", "Assays", "Recipes", "Recoveries", "Processes", "Units", "Options")
"""Sheets that say what can be had; stocks and orders only add to it."""


def check_capacity(draft: WorkbookDraft) -> None:
    """No line wants a hundred times what all sources of its material could supply.

    Optional sales are left out: their quantity is only the most that is taken.
    """
    most = most_a_year(draft)
    default = draft.given.values.get("shortage_penalty") or 0.0
    for row in draft.sound("Demand") if most else ():
        penalty = default if row.shortage_penalty is None else row.shortage_penalty
        wanted, column = yearly(draft, row)
        there = most.get(row.material, 0.0)
        if (penalty or row.minimum) and there > 0 and wanted >= TOO_MUCH * there:
            draft.found.warning(
                "Demand",
                f"{wanted:,.6g} t a year of {quoted(row.material)} are {wanted / there:,.4g} times "
                f"what all its sources together can supply, {there:,.6g} t a year",
                "quantities are tonnes: kilograms are a thousandth of it",
                row=row.row,
                letter=draft.tables["Demand"].letters.get(column, ""),
                column=column,
            )


def yearly(draft: WorkbookDraft, row: Any) -> tuple[float, str]:
    """Most tonnes a year that a row of Demand wants, and the header of the column that says so."""
    scale = 12 / draft.horizon.months if draft.horizon else 1.0
    found = [(tonnes * scale, label) for label, tonnes in row.by_period]
    return max([(row.quantity or 0.0, "quantity"), *found])


def most_a_year(draft: WorkbookDraft, without: frozenset[str] = frozenset()) -> dict[str, float]:
    """Bound on the tonnes of each material that can be had in a year, without some offers.

    Empty while a sheet that it rests on has cells that cannot be read.
    """
    key = ("most a year", without)
    if key not in draft.shared:
        sound = not any(draft.bad[name] for name in SOURCES) and draft.horizon is not None
        draft.shared[key] = _most(draft, without) if sound else {}
    found: dict[str, float] = draft.shared[key]
    return found


def _most(draft: WorkbookDraft, without: frozenset[str]) -> dict[str, float]:
    """The bound, found from above.

    It starts with what no capacity limits and comes down round by round, as inputs are bounded.
    """
    bought = _bought(draft, without)
    runs = _activities(draft)
    makes = [(flow, runs[key]) for key, flow in flows(draft).items() if runs.get(key, 0.0) > 0]
    most: dict[str, float] = {}
    for _ in range(ROUNDS):
        made: dict[str, float] = defaultdict(float)
        for flow, rate in makes:
            activity = min([rate, *_by_input(flow, most)])
            for material, tonnes in flow.made.items():
                if tonnes:
                    made[material] += tonnes * activity
        found = {name: bought.get(name, 0.0) + made.get(name, 0.0) for name in (*bought, *made)}
        if found == most:
            break
        most = found
    return most


def _by_input(flow: RecipeFlow, most: dict[str, float]) -> list[float]:
    """Activity that each input allows; before the first round nothing is known of any."""
    if not most:
        return []
    return [most.get(name, 0.0) / tonnes for name, tonnes in flow.taken.items() if tonnes]


def _bought(draft: WorkbookDraft, without: frozenset[str]) -> dict[str, float]:
    """Tonnes a year of each material from offers, opening stock and orders under way."""
    assert draft.horizon is not None
    years = draft.horizon.count * draft.horizon.months / 12
    found: dict[str, float] = defaultdict(float)
    offers = grouped(draft.rows("Supply"), lambda row: (row.offer, row.site, row.material))
    for (name, _, material), rows in offers.items():
        most = max(row.maximum for row in rows)
        if most == INFINITY and all(row.contract_quantity is not None for row in rows):
            most = sum(row.contract_quantity for row in rows) / min(years, 1.0)
        if name not in without:
            found[material] += most
    for row in draft.sound("Stocks"):
        if row.opening:
            found[row.material] += row.opening / min(years, 1.0)
    for row in draft.sound("Pipeline"):
        found[row.material] += row.quantity / min(years, 1.0)
    return found


def _activities(draft: WorkbookDraft) -> dict[tuple[str, str], float]:
    """Most activity a year of each recipe and feed, all sites together."""
    units = _units(draft)
    found: dict[tuple[str, str], float] = defaultdict(float)
    feeds: dict[str, list[str]] = defaultdict(list)
    for recipe, feed in flows(draft):
        feeds[recipe].append(feed)
    groups = grouped(draft.rows("Processes"), lambda row: (row.site, row.recipe, row.feed))
    for (site, recipe, feed), rows in groups.items():
        own = grouped(rows, lambda row: row.unit)
        rate = min(max(_rate(units, site, row) for row in same) for same in own.values())
        for each in feeds[recipe] if feed == "*" else [feed]:
            found[recipe, each] += rate
    return found


def _rate(units: dict[tuple[str, str], float], site: str, row: Any) -> float:
    """Activity a year that one row of Processes allows."""
    rate: float = row.maximum
    if row.unit and row.use:
        rate = min(rate, units.get((site, row.unit), INFINITY) / row.use)
    return rate


def _units(draft: WorkbookDraft) -> dict[tuple[str, str], float]:
    """Most capacity a year of each unit, with every option built."""
    found: dict[tuple[str, str], float] = defaultdict(float)
    for key, rows in grouped(draft.rows("Units"), lambda row: (row.site, row.unit)).items():
        found[key] = max(row.capacity * row.availability for row in rows)
    for row in draft.rows("Options"):
        found[row.site, row.unit] += row.added_capacity * row.most
    return dict(found)
