"""Check shortage penalties against a lower bound on the cost of a delivered tonne."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from optimizer.tables.checks.check_capacity import annual_supply_bounds
from optimizer.tables.checks.recipe_flows import RecipeFlow, recipe_flows
from optimizer.tables.schema import INFINITY, group_rows
from optimizer.tables.text_matching import as_text, quoted
from optimizer.tables.workbook_draft import WorkbookDraft

MAX_COST_BOUND_ROUNDS = 60
"""Maximum rounds of lowering costs, one per step of a chain of recipes.

Chosen longer than any chain of processing; costs that still fall afterwards have no bound.
"""
COST_COMPARISON_TOLERANCE = 1e-9
"""Relative difference below which two costs are equal; chosen above the rounding of floats."""
COST_BOUND_SHEETS = (
    "Supply",
    "Assays",
    "Recipes",
    "Recoveries",
    "Processes",
    "Lanes",
    "Tariffs",
    "Limits",
)
"""Sheets that a bound on costs depends on: no bound is known while one has unreadable cells."""


def check_penalties(draft: WorkbookDraft) -> None:
    """Warn of a line that is cheaper to leave short than to serve.

    Its penalty plus price is compared with the lower bound on the cost of a delivered tonne, with
    the price of an offer that the demand cannot do without, and with the material's value.
    Outlets have no penalty and are left out.
    """
    bounds = _marginal_cost_bounds(draft)
    freight = _last_lane_freight(draft) if bounds else {}
    values = {row.material: row.value for row in draft.rows_readable_in("Materials", "value")}
    offers = group_rows(draft.readable_rows("Supply"), lambda row: row.material)
    default = draft.settings.values.get("shortage_penalty") or 0.0
    for row in draft.readable_rows("Demand"):
        penalty = default if row.shortage_penalty is None else row.shortage_penalty
        if not penalty or row.minimum >= 1:
            continue
        gain = penalty + row.price
        cost = bounds.get(row.material, -INFINITY)
        cost += freight.get((row.customer, row.material), 0.0)
        value = values.get(row.material, 0.0)
        if gain < cost * (1 - COST_COMPARISON_TOLERANCE) and cost < INFINITY:
            bound = f"{cost:,.6g}, the lowest cost of one more tonne of {quoted(row.material)}"
            _warn(draft, row, penalty, f"{bound} there: it is cheaper to leave this demand short")
        elif bound := _price_of_needed_offer(draft, row, gain, offers.get(row.material, ())):
            _warn(draft, row, penalty, bound)
        elif gain < value * (1 - COST_COMPARISON_TOLERANCE):
            bound = f"the value of {quoted(row.material)}, {as_text(value)}"
            _warn(draft, row, penalty, f"{bound}: a plan may leave this demand short to save money")


def _price_of_needed_offer(
    draft: WorkbookDraft, row: Any, gain: float, offers: Sequence[Any]
) -> str:
    """The price, in words, of an offer that a line needs and that costs more than ``gain``.

    Empty if there is none. Only lines with one annual quantity are checked, against offers that
    cost more in all their rows.
    """
    limit = gain * (1 + COST_COMPARISON_TOLERANCE)
    dear = [offer for offer in offers if offer.price > limit]
    if not dear or row.by_period or row.start or row.end:
        return ""
    used = {one.offer for one in offers if one.price <= limit or one.minimum or one.take_or_pay}
    names = frozenset(offer.offer for offer in dear) - used
    if not names:
        return ""
    supply = annual_supply_bounds(draft, names).get(row.material, 0.0)
    wanted = row.quantity or 0.0
    if not annual_supply_bounds(draft) or supply >= wanted * (1 - COST_COMPARISON_TOLERANCE):
        return ""
    cheapest = min((one for one in dear if one.offer in names), key=lambda one: one.price)
    return (
        f"{as_text(cheapest.price)}, the price of {quoted(cheapest.offer)}, and all other sources "
        f"of {quoted(row.material)} supply at most {supply:,.6g} t a year of the {wanted:,.6g} t "
        "demanded: the plan leaves the rest short"
    )


def _warn(draft: WorkbookDraft, row: Any, penalty: float, bound: str) -> None:
    what = as_text(penalty)
    if row.shortage_penalty is None:
        what = f"the shortage penalty of Settings, {what},"
    if row.price:
        what += f" with the price {as_text(row.price)}"
    hint = "write more than the highest cost per tonne that you would still pay"
    draft.warning(row, "shortage_penalty", f"{what} is below {bound}", hint)


def _marginal_cost_bounds(draft: WorkbookDraft) -> dict[str, float]:
    """Lower bound on the cost of one tonne more of each material, without freight and duty.

    Minus infinity where no bound is known: a by-product may pay for the material, or something
    must be bought or made in any case. Empty where negative costs or minimum limits make every
    bound invalid. Stock and orders cost nothing but are soon used up, so they are left out.
    """
    if any(draft.unreadable[name] for name in COST_BOUND_SHEETS) or _any_bound_invalid(draft):
        return {}
    cost: dict[str, float] = {}
    for row in draft.rows("Supply"):
        bound = -INFINITY if row.minimum or row.take_or_pay else row.price
        cost[row.material] = min(cost.get(row.material, INFINITY), bound)
    running_costs = _running_costs(draft)
    producers = [
        (flow, running_costs.get(key, -INFINITY)) for key, flow in recipe_flows(draft).items()
    ]
    credit = _credits(draft, [flow for flow, _ in producers])
    for _ in range(MAX_COST_BOUND_ROUNDS):
        lowered = False
        for flow, running in producers:
            for material in flow.produced:
                bound = _production_cost(flow, running, material, cost, credit)
                if bound < cost.get(material, INFINITY):
                    cost[material] = bound
                    lowered = True
        if not lowered:
            return cost
    return {}


def _any_bound_invalid(draft: WorkbookDraft) -> bool:
    """True if a negative cost or a minimum may pay for purchases whatever they cost."""
    return (
        any(row.cost < 0 for row in draft.rows("Lanes"))
        or any(row.specific < 0 for row in draft.rows("Tariffs"))
        or any(row.minimum for row in draft.rows("Limits"))
    )


def _production_cost(
    flow: RecipeFlow,
    running: float,
    material: str,
    cost: dict[str, float],
    credit: dict[str, float],
) -> float:
    """Lower bound on the cost of a tonne of a product: inputs less credits for by-products."""
    total = running
    for name, tonnes in flow.consumed.items():
        if tonnes:
            total += tonnes * cost.get(name, INFINITY)
    if total == INFINITY or not flow.produced[material]:
        return INFINITY
    for name, tonnes in flow.produced.items():
        if name != material and tonnes:
            total -= tonnes * credit.get(name, 0.0)
    return total / flow.produced[material] if total == total else -INFINITY  # NaN: inf - inf


def _running_costs(draft: WorkbookDraft) -> dict[tuple[str, str], float]:
    """Lower bound on the cost per unit of activity of each recipe and feed.

    Minus infinity where a process must run in any case, since running it then costs nothing more.
    """
    forced = {(row.site, row.unit) for row in draft.rows("Units") if row.minimum_load}
    bounds: dict[tuple[str, str], float] = {}
    groups = group_rows(draft.rows("Processes"), lambda row: (row.site, row.recipe, row.feed))
    assays = dict.fromkeys(row.feed for row in draft.rows("Assays"))
    for (site, recipe, feed), rows in groups.items():
        costs = [row.cost for row in rows]
        cheapest = sum(costs)
        if any(row.start or row.end for row in rows):
            cheapest = min(min(costs), sum(cost for cost in costs if cost < 0))
        if any(row.minimum or (site, row.unit) in forced for row in rows):
            cheapest = -INFINITY
        for each in assays if feed == "*" else (feed,):
            bounds[recipe, each] = min(bounds.get((recipe, each), INFINITY), cheapest)
    return bounds


def _credits(draft: WorkbookDraft, flows: list[RecipeFlow]) -> dict[str, float]:
    """Upper bound on the worth of a tonne of a by-product; infinite where a recipe uses it."""
    default = draft.settings.values.get("shortage_penalty") or 0.0
    credit: dict[str, float] = defaultdict(float)
    for row in draft.rows("Demand"):
        penalty = default if row.shortage_penalty is None else row.shortage_penalty
        credit[row.material] = max(credit[row.material], penalty + row.price)
    for row in draft.rows("Stocks"):
        credit[row.material] = max(credit[row.material], row.closing_value, -row.holding_cost)
    for row in draft.rows("Materials"):
        if row.disposal_cost is not None:
            credit[row.material] = max(credit[row.material], -row.disposal_cost)
    for flow in flows:
        credit.update((name, INFINITY) for name, tonnes in flow.consumed.items() if tonnes)
    return credit


def _last_lane_freight(draft: WorkbookDraft) -> dict[tuple[str, str], float]:
    """Lowest cost of a lane to each customer by customer and material; 0 for local material."""
    sheets = (("Supply", "site"), ("Stocks", "site"), ("Pipeline", "to_site"))
    stocked = {
        (getattr(row, column), row.material) for name, column in sheets for row in draft.rows(name)
    }
    available = stocked | {(row.to_site, row.material) for row in draft.rows("Lanes")}
    plants = {row.site for row in draft.rows("Processes")}

    def is_available(site: str, material: str) -> bool:
        return site in plants or (site, material) in available or (site, "*") in available

    lanes_to = group_rows(draft.rows("Lanes"), lambda row: row.to_site)
    freight: dict[tuple[str, str], float] = {}
    for customer, material in dict.fromkeys(
        (row.customer, row.material) for row in draft.rows("Demand")
    ):
        costs = [
            lane.cost
            for lane in lanes_to.get(customer, ())
            if lane.material in ("*", material) and is_available(lane.from_site, material)
        ]
        local = customer in plants or (customer, material) in stocked
        freight[customer, material] = 0.0 if local else min(costs, default=0.0)
    return freight
