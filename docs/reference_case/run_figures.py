"""What the page needs of one run: its cost beside the plan's, and what it builds and buys."""

from __future__ import annotations

from typing import Any

import optimizer
from docs.reference_case.runs import Run
from docs.reference_case.systems import commodity_offers
from optimizer.studies.run_outcome import RunOutcome
from optimizer.studies.study import amounts, built_numbers
from optimizer.tables import apply_changes

MOST_NAMED = 3
"""Offers that a row names as bought otherwise, so that its cell stays readable."""
LEAST_NAMED = 0.01
"""Part of the plan's money for purchases that a change must be worth to be named."""
ROUNDING = 1e-6
"""Part of a cost by which two plans that are proven cheapest may differ: rounding in the solver."""


def run_figures(
    case: optimizer.Case, run: Run, outcome: RunOutcome, base: RunOutcome
) -> dict[str, Any]:
    """What the page needs of one run."""
    figures: dict[str, Any] = {"kind": run.kind, "name": run.name, "status": outcome.status}
    if outcome.objective is None or base.objective is None:
        return figures
    return (
        figures
        | {
            "cost": outcome.objective,
            "dearer": outcome.objective - base.objective,
            "gap": outcome.gap,
            "blur": (outcome.gap + ROUNDING) * abs(outcome.objective)
            + base.gap * abs(base.objective),
            "short": outcome.short,
            "short cost": short_cost(outcome),
            "lawful": outcome.lawful,
            "built": built(outcome),
            "purchases": _purchases(case, run, outcome, base),
        }
        | ({"not firm": not_firm(case, outcome)} if run.kind == "penalty" else {})
    )


def built(outcome: RunOutcome) -> dict[str, float]:
    """What a plan builds: number by option."""
    return {option: number for (option, _), number in built_numbers(outcome).items()}


def short_cost(outcome: RunOutcome) -> float:
    """Present value of what a plan is charged for tonnes short."""
    return amounts(outcome, "Costs", ("category",), "discounted").get(("shortage",), 0.0)


def _purchases(
    case: optimizer.Case, run: Run, outcome: RunOutcome, base: RunOutcome
) -> list[list[Any]]:
    """The offers of which a run buys otherwise than the plan, with the tonnes more or less.

    What is bought less is named as well as what is bought more: a feed that nobody wants any
    longer tells as much of what hangs together as the one that takes its place. They are ranked
    by what the change in tonnes costs, at the price of the plan that buys more: tonnes of ore, of
    oxide and of magnets do not compare, and the price of an offer may change without its tonnes.
    Below ``LEAST_NAMED`` a change of purchases says nothing of the cost of a run. What the run
    itself takes off the market is no news. Commodities follow what is made.
    """
    spent = sum(amounts(base, "Purchases", ("offer",), "cost").values())
    before, then = (_bought(each) for each in (base, outcome))
    unnamed = commodity_offers(case) | _withdrawn(case, run)
    worths = []
    for offer in dict.fromkeys((*before, *then)):
        pairs = before.get(offer, (0.0, 0.0)), then.get(offer, (0.0, 0.0))
        change = pairs[1][0] - pairs[0][0]
        tonnes, cost = max(pairs)
        worth = abs(change) * cost / tonnes if tonnes else 0.0
        if offer not in unnamed and worth >= LEAST_NAMED * spent:
            worths.append((-worth, offer, change))
    return [[offer, change] for _, offer, change in sorted(worths)[:MOST_NAMED]]


def _bought(outcome: RunOutcome) -> dict[str, tuple[float, float]]:
    """Tonnes and money by offer."""
    tonnes, cost = (
        amounts(outcome, "Purchases", ("offer",), value) for value in ("tonnes", "cost")
    )
    return {offer: (tonnes[offer,], cost[offer,]) for (offer,) in tonnes}


def _withdrawn(case: optimizer.Case, run: Run) -> set[str]:
    """Offers that a run takes off the market, itself or with their site."""
    changed = apply_changes(case, run.changes)
    return {row.offer for row in case.supply} - {row.offer for row in changed.supply}


def not_firm(case: optimizer.Case, outcome: RunOutcome) -> dict[str, float]:
    """Tonnes bought of each offer that is not firm, without commodities."""
    common = commodity_offers(case)
    return {
        offer: tonnes
        for (offer, firm), tonnes in amounts(
            outcome, "Purchases", ("offer", "firm"), "tonnes"
        ).items()
        if firm == "no" and offer not in common
    }
