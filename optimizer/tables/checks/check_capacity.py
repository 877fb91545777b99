"""Check demand against the most that can be bought and made of its material in a year."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from optimizer.tables.checks.recipe_flows import RecipeFlow, recipe_flows
from optimizer.tables.schema import INFINITY, group_rows
from optimizer.tables.text_matching import quoted
from optimizer.tables.workbook_draft import WorkbookDraft

IMPLAUSIBLE_DEMAND_RATIO = 100.0
"""Demand divided by possible supply from which the demand is taken for a mistake of unit.

Kilograms for tonnes are a factor of 1,000. Chosen as 100 because a plan that serves less than a
hundredth of a line is hardly meant, so that false alarms are rare.
"""
MAX_CAPACITY_BOUND_ROUNDS = 20
"""Maximum rounds of tightening, one per step of a chain of recipes.

Every round leaves valid bounds, so that stopping early only leaves them looser.
"""
SUPPLY_BOUND_SHEETS = ("Supply", "Assays", "Recipes", "Recoveries", "Processes", "Units", "Options")
"""Sheets without which no bound is valid; unreadable stocks and orders are left out of it."""


def check_capacity(draft: WorkbookDraft) -> None:
    """Warn of a line that wants a hundred times what all sources of its material could supply.

    Optional sales are left out, since their quantity is only an upper bound.
    """
    bounds = annual_supply_bounds(draft)
    default = draft.settings.values.get("shortage_penalty") or 0.0
    for row in draft.readable_rows("Demand") if bounds else ():
        penalty = default if row.shortage_penalty is None else row.shortage_penalty
        wanted, column = peak_annual_demand(draft, row)
        supply = bounds.get(row.material, 0.0)
        if (penalty or row.minimum) and supply > 0 and wanted >= IMPLAUSIBLE_DEMAND_RATIO * supply:
            draft.findings.warning(
                "Demand",
                f"{wanted:,.6g} t a year of demand for {quoted(row.material)} is "
                f"{wanted / supply:,.4g} "
                f"times the total supply of all its sources, {supply:,.6g} t a year",
                "quantities are in tonnes, not in kilograms",
                row=row.row,
                letter=draft.tables["Demand"].letters.get(column, ""),
                column=column,
            )


def peak_annual_demand(draft: WorkbookDraft, row: Any) -> tuple[float, str]:
    """Largest annual rate that a row of Demand wants (t/yr), and the header of its column."""
    periods_per_year = 12 / draft.horizon.months if draft.horizon else 1.0
    rates = [(tonnes * periods_per_year, label) for label, tonnes in row.by_period]
    return max([(row.quantity or 0.0, "quantity"), *rates])


def annual_supply_bounds(
    draft: WorkbookDraft, without: frozenset[str] = frozenset()
) -> dict[str, float]:
    """Upper bound on the supply of each material (t/yr), without the offers in ``without``.

    Empty while a sheet that it depends on has unreadable cells, or the horizon is unknown.
    """
    key = ("annual supply bounds", without)
    if key not in draft.shared:
        unreadable = any(draft.unreadable[name] for name in SUPPLY_BOUND_SHEETS)
        known = draft.horizon is not None and not unreadable
        draft.shared[key] = _supply_bounds(draft, without) if known else {}
    bounds: dict[str, float] = draft.shared[key]
    return bounds


def _supply_bounds(draft: WorkbookDraft, without: frozenset[str]) -> dict[str, float]:
    """Supply bounds, tightened from above.

    The first round bounds production by capacity only. Each further round also bounds it by
    the supply of its inputs.
    """
    bought = _purchases(draft, without)
    rates = _activities(draft)
    producers = [
        (flow, rates[key]) for key, flow in recipe_flows(draft).items() if rates.get(key, 0.0) > 0
    ]
    bounds: dict[str, float] = {}
    for _ in range(MAX_CAPACITY_BOUND_ROUNDS):
        made: dict[str, float] = defaultdict(float)
        for flow, rate in producers:
            activity = min([rate, *_input_limits(flow, bounds)])
            for material, tonnes in flow.produced.items():
                if tonnes:
                    made[material] += tonnes * activity
        tighter = {name: bought.get(name, 0.0) + made.get(name, 0.0) for name in (*bought, *made)}
        if tighter == bounds:
            break
        bounds = tighter
    return bounds


def _input_limits(flow: RecipeFlow, bounds: dict[str, float]) -> list[float]:
    """Activity that each input allows; empty before the first round, when no bound is known."""
    if not bounds:
        return []
    return [bounds.get(name, 0.0) / tonnes for name, tonnes in flow.consumed.items() if tonnes]


def _purchases(draft: WorkbookDraft, without: frozenset[str]) -> dict[str, float]:
    """Each material's supply (t/yr) from offers, opening stock and orders under way."""
    assert draft.horizon is not None
    years = draft.horizon.count * draft.horizon.months / 12
    supply: dict[str, float] = defaultdict(float)
    offers = group_rows(draft.rows("Supply"), lambda row: (row.offer, row.site, row.material))
    for (name, _, material), rows in offers.items():
        maximum = max(row.maximum for row in rows)
        if maximum == INFINITY and all(row.contract_quantity is not None for row in rows):
            maximum = sum(row.contract_quantity for row in rows) / min(years, 1.0)
        if name not in without:
            supply[material] += maximum
    for row in draft.readable_rows("Stocks"):
        if row.opening:
            supply[row.material] += row.opening / min(years, 1.0)
    for row in draft.readable_rows("Pipeline"):
        supply[row.material] += row.quantity / min(years, 1.0)
    return supply


def _activities(draft: WorkbookDraft) -> dict[tuple[str, str], float]:
    """Maximum activity per year of each recipe and feed, summed over sites."""
    units = _unit_capacities(draft)
    activities: dict[tuple[str, str], float] = defaultdict(float)
    feeds: dict[str, list[str]] = defaultdict(list)
    for recipe, feed in recipe_flows(draft):
        feeds[recipe].append(feed)
    groups = group_rows(draft.rows("Processes"), lambda row: (row.site, row.recipe, row.feed))
    for (site, recipe, feed), rows in groups.items():
        by_unit = group_rows(rows, lambda row: row.unit).values()
        rate = min(max(_activity_rate(units, site, row) for row in dated) for dated in by_unit)
        for each in feeds[recipe] if feed == "*" else [feed]:
            activities[recipe, each] += rate
    return activities


def _activity_rate(units: dict[tuple[str, str], float], site: str, row: Any) -> float:
    """Activity per year that one row of Processes allows."""
    rate: float = row.maximum
    if row.unit and row.use:
        rate = min(rate, units.get((site, row.unit), INFINITY) / row.use)
    return rate


def _unit_capacities(draft: WorkbookDraft) -> dict[tuple[str, str], float]:
    """Maximum capacity per year of each unit by site and name, with every option built."""
    capacities: dict[tuple[str, str], float] = defaultdict(float)
    for key, rows in group_rows(draft.rows("Units"), lambda row: (row.site, row.unit)).items():
        capacities[key] = max(row.capacity * row.availability for row in rows)
    for row in draft.rows("Options"):
        capacities[row.site, row.unit] += row.added_capacity * row.most
    return dict(capacities)
