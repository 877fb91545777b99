"""Shortage penalties beside what a delivered tonne costs at least."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from optimizer.tables.checks.check_capacity import most_a_year
from optimizer.tables.checks.recipe_flows import RecipeFlow, flows
from optimizer.tables.text_matching import quoted, written
from optimizer.tables.workbook_draft import WorkbookDraft, grouped

ROUNDS = 60
"""Steps of a chain that are looked at; costs that still fall after them are not known."""
SAME = 1e-9
"""Relative difference below which two costs are the same."""
INFINITY = float("inf")
CHAIN = ("Supply", "Assays", "Recipes", "Recoveries", "Processes", "Lanes", "Tariffs", "Limits")
"""Sheets that a bound on costs rests on: while a row cannot be read, nothing is concluded."""


def check_penalties(draft: WorkbookDraft) -> None:
    """No line is cheaper left short than served.

    Its penalty, with its price, is compared with a bound on the cost of a delivered tonne, with
    the offers of its material that it takes all others to do without, and with the material's
    value. Outlets have no penalty and are left out.
    """
    least = _least_cost(draft)
    freight = _freight(draft) if least else {}
    values = {row.material: row.value for row in draft.named("Materials", "value")}
    offers = grouped(draft.sound("Supply"), lambda row: row.material)
    default = draft.given.values.get("shortage_penalty") or 0.0
    for row in draft.sound("Demand"):
        own = row.shortage_penalty is not None
        penalty = row.shortage_penalty if own else default
        if not penalty or row.minimum >= 1:
            continue
        gain = penalty + row.price
        cost = least.get(row.material, -INFINITY) + freight.get((row.customer, row.material), 0.0)
        value = values.get(row.material, 0.0)
        if gain < cost * (1 - SAME) and cost < INFINITY:
            beside = f"{cost:,.6g}, the least that a tonne more of {quoted(row.material)} costs"
            _warn(draft, row, penalty, f"{beside} there: it is cheaper to leave this demand short")
        elif beside := _needed(draft, row, gain, offers.get(row.material, ())):
            _warn(draft, row, penalty, beside)
        elif gain < value * (1 - SAME):
            beside = f"the value of {quoted(row.material)}, {written(value)}"
            _warn(
                draft, row, penalty, f"{beside}: a plan may leave this demand short to save money"
            )


def _needed(draft: WorkbookDraft, row: Any, gain: float, offers: Sequence[Any]) -> str:
    """What a penalty is below where a line needs an offer that costs more, empty if it does not.

    Only lines of one yearly quantity are looked at, and offers that cost more in all their rows.
    """
    dear = [offer for offer in offers if offer.price > gain * (1 + SAME)]
    if not dear or row.by_period or row.start or row.end:
        return ""
    free = {one.offer for one in offers if one not in dear or one.minimum or one.take_or_pay}
    names = frozenset(offer.offer for offer in dear) - free
    if not names:
        return ""
    left = most_a_year(draft, names).get(row.material, 0.0)
    wanted = row.quantity or 0.0
    if not most_a_year(draft) or left >= wanted * (1 - SAME):
        return ""
    first = min((one for one in dear if one.offer in names), key=lambda one: one.price)
    return (
        f"{written(first.price)}, the price of {quoted(first.offer)}, and all other sources of "
        f"{quoted(row.material)} give at most {left:,.6g} t a year of the {wanted:,.6g} t wanted: "
        "a plan leaves the rest short"
    )


def _warn(draft: WorkbookDraft, row: Any, penalty: float, beside: str) -> None:
    what = written(penalty)
    if row.shortage_penalty is None:
        what = f"the shortage penalty of Settings, {what},"
    if row.price:
        what += f" with the price {written(row.price)}"
    cure = "write more than the dearest tonne that you would still buy"
    draft.warning(row, "shortage_penalty", f"{what} is below {beside}", cure)


def _least_cost(draft: WorkbookDraft) -> dict[str, float]:
    """Bound on what a tonne more of each material costs, freight and duty left out.

    Minus infinity where no bound is known: where a by-product may pay for the material, or
    something must be bought or made in any case. Empty where costs or limits may turn a bound
    round. What lies in stock or is under way costs nothing, and is soon used up.
    """
    if any(draft.bad[name] for name in CHAIN) or _turned(draft):
        return {}
    cost: dict[str, float] = {}
    for row in draft.rows("Supply"):
        bound = -INFINITY if row.minimum or row.take_or_pay else row.price
        cost[row.material] = min(cost.get(row.material, INFINITY), bound)
    runs = _running(draft)
    edges = [(flow, runs.get(key, -INFINITY)) for key, flow in flows(draft).items()]
    credit = _credits(draft, [flow for flow, _ in edges])
    for _ in range(ROUNDS):
        fell = set()
        for flow, running in edges:
            for material in flow.made:
                bound = _made_cost(flow, running, material, cost, credit)
                if bound < cost.get(material, INFINITY):
                    cost[material] = bound
                    fell.add(material)
        if not fell:
            return cost
    return {}


def _turned(draft: WorkbookDraft) -> bool:
    """True if something may pay for what is bought, moved or made whatever it costs."""
    return (
        any(row.cost < 0 for row in draft.rows("Lanes"))
        or any(row.specific < 0 for row in draft.rows("Tariffs"))
        or any(row.minimum for row in draft.rows("Limits"))
    )


def _made_cost(
    flow: RecipeFlow,
    running: float,
    material: str,
    cost: dict[str, float],
    credit: dict[str, float],
) -> float:
    """Bound on the cost of a tonne of a product: all that goes in less what else comes out."""
    total = running
    for name, tonnes in flow.taken.items():
        if tonnes:
            total += tonnes * cost.get(name, INFINITY)
    if total == INFINITY or not flow.made[material]:
        return INFINITY
    for name, tonnes in flow.made.items():
        if name != material and tonnes:
            total -= tonnes * credit.get(name, 0.0)
    return total / flow.made[material] if total == total else -INFINITY


def _running(draft: WorkbookDraft) -> dict[tuple[str, str], float]:
    """Least cost of a unit of activity of each recipe and feed; it may have to run anyway."""
    forced = {(row.site, row.unit) for row in draft.rows("Units") if row.minimum_load}
    found: dict[tuple[str, str], float] = {}
    groups = grouped(draft.rows("Processes"), lambda row: (row.site, row.recipe, row.feed))
    assays = dict.fromkeys(row.feed for row in draft.rows("Assays"))
    for (site, recipe, feed), rows in groups.items():
        costs = [row.cost for row in rows]
        cheapest = sum(costs)
        if any(row.start or row.end for row in rows):
            cheapest = min(min(costs), sum(cost for cost in costs if cost < 0))
        if any(row.minimum or (site, row.unit) in forced for row in rows):
            cheapest = -INFINITY
        for each in assays if feed == "*" else (feed,):
            found[recipe, each] = min(found.get((recipe, each), INFINITY), cheapest)
    return found


def _credits(draft: WorkbookDraft, made: list[RecipeFlow]) -> dict[str, float]:
    """Most that a tonne of a by-product may bring; infinite where a recipe takes it in."""
    default = draft.given.values.get("shortage_penalty") or 0.0
    found: dict[str, float] = defaultdict(float)
    for row in draft.rows("Demand"):
        penalty = default if row.shortage_penalty is None else row.shortage_penalty
        found[row.material] = max(found[row.material], penalty + row.price)
    for row in draft.rows("Stocks"):
        found[row.material] = max(found[row.material], row.closing_value, -row.holding_cost)
    for row in draft.rows("Materials"):
        if row.disposal_cost is not None:
            found[row.material] = max(found[row.material], -row.disposal_cost)
    for flow in made:
        found.update((name, INFINITY) for name, tonnes in flow.taken.items() if tonnes)
    return found


def _freight(draft: WorkbookDraft) -> dict[tuple[str, str], float]:
    """Least freight of the last lane to each customer; none where the material is at hand."""
    sheets = (("Supply", "site"), ("Stocks", "site"), ("Pipeline", "to_site"))
    own = {
        (getattr(row, place), row.material) for name, place in sheets for row in draft.rows(name)
    }
    there = own | {(row.to_site, row.material) for row in draft.rows("Lanes")}
    makes = {row.site for row in draft.rows("Processes")}

    def at_hand(site: str, material: str) -> bool:
        return site in makes or (site, material) in there or (site, "*") in there

    ends = grouped(draft.rows("Lanes"), lambda row: row.to_site)
    found: dict[tuple[str, str], float] = {}
    for customer, material in dict.fromkeys(
        (row.customer, row.material) for row in draft.rows("Demand")
    ):
        costs = [
            lane.cost
            for lane in ends.get(customer, ())
            if lane.material in ("*", material) and at_hand(lane.from_site, material)
        ]
        local = customer in makes or (customer, material) in own
        found[customer, material] = 0.0 if local else min(costs, default=0.0)
    return found
