"""Odds of supply that is not firm: of each offer, and that all of it comes."""

from __future__ import annotations

from math import prod
from typing import Any

import optimizer
from docs.reference_case.scenario_sentences import as_written
from docs.reference_case.words import percent

Figures = dict[str, Any]
LEAST_TONNES = 0.05
"""Tonnes that show on the page; of what is bought less the plan does not depend."""
LEAST_PERCENT = 0.01
"""Chance below which it reads better as one in so many."""


def odds(case: optimizer.Case) -> dict[str, float]:
    """Probability by offer that is not firm, the lowest where its rows differ."""
    found: dict[str, float] = {}
    for row in case.supply:
        if not row.firm:
            found[row.offer] = min(found.get(row.offer, 1.0), row.probability)
    return found


def odds_by_seller(case: optimizer.Case, figures: Figures) -> dict[str, float]:
    """The lowest odds at each site from which the plan buys feed that is not firm.

    Offers of one site count once: they come or fail together.
    """
    bought = figures["base"]["not firm"]
    chances = odds(case)
    found: dict[str, float] = {}
    for row in case.supply:
        if row.offer in chances and bought.get(row.offer, 0.0) >= LEAST_TONNES:
            found[row.site] = min(found.get(row.site, 1.0), chances[row.offer])
    return found


def chance_text(case: optimizer.Case, figures: Figures) -> str:
    """The chance that all feed comes that is bought and not firm, beside the odds of delays."""
    sellers = odds_by_seller(case, figures)
    if not sellers:
        return "All feed that the plan buys is firm."
    chance = prod(sellers.values())
    left = as_written(case)
    text = (
        f"The plan takes every offer as delivered: if its {len(sellers)} sellers of feed that is "
        "not firm come or fail independently, all of them come with a chance of "
        f"{chance_words(chance)}"
    )
    if left < 1:
        less = "far less than" if chance < left / 2 else "beside"
        text += (
            f", {less} the {percent(left)} that the odds on the plants' delays leave for the plan "
            "as written"
        )
    return f"{text}."


def chance_words(chance: float) -> str:
    """A chance in percent; if it is small, one in so many.

    >>> chance_words(0.125), chance_words(0.00035)
    ('12 %', 'about 1 in 2,900')
    """
    if chance >= LEAST_PERCENT:
        return percent(chance)
    if chance <= 0:
        return "nil"
    parts = round(1 / chance)
    return f"about 1 in {round(parts, 2 - len(str(parts))):,}"
