"""Sentences on the scenarios of the workbook: their probabilities, and the prices behind them."""

from __future__ import annotations

import csv

import optimizer
from docs.reference_case.solving import WORKBOOK
from docs.reference_case.words import listed, percent

PRICES = WORKBOOK.parent / "reference" / "data" / "prices.csv"
REPEATED = "as above"
"""Source of a row that repeats that of the row before it."""


def probabilities(case: optimizer.Case) -> dict[str, float]:
    """Probability by scenario; 1 where the workbook gives none."""
    found: dict[str, float] = {}
    for row in case.scenarios:
        found[row.scenario] = min(found.get(row.scenario, 1.0), row.probability)
    return found


def as_written(case: optimizer.Case) -> float:
    """The share that the probabilities of the scenarios leave for the plan as written."""
    return 1 - sum(share for share in probabilities(case).values() if share < 1)


def probabilities_text(case: optimizer.Case) -> str:
    """Which scenarios have a probability, where it is from, and what is left for the plan."""
    given = {name: share for name, share in probabilities(case).items() if share < 1}
    if not given:
        return "No scenario has a probability, because no source gives one."
    sources = dict.fromkeys(
        row.source
        for row in case.scenarios
        if row.probability < 1 and row.source and row.source != REPEATED
    )
    named = listed([f"*{name}* ({percent(share)})" for name, share in given.items()])
    return (
        f"A probability stands beside {named}. It rests on this: {'; '.join(sources)}. "
        f"These scenarios exclude one another, and {percent(as_written(case))} is left for "
        "the plan as written. The others have none, because no source gives one."
    )


def quoted_price(item: str, basis: str) -> dict[str, str]:
    """The row of the published prices for an item on a basis; ValueError unless there is one."""
    with PRICES.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if (row["item"], row["basis"]) == (item, basis)]
    if len(rows) != 1:
        raise ValueError(f"{PRICES.name}: {len(rows)} rows for {item}, {basis}")
    return rows[0]


def dysprosium_values() -> dict[str, str]:
    """The range of quotes by which the base prices dysprosium, and its average by tonnage."""
    asked = quoted_price("Dy_oxide", "Europe")
    traded = quoted_price("Dy_oxide", "world, by tonnage (conflict)")
    low, high, average = (
        f"{float(text):,.0f}" for text in (asked["low"], asked["high"], traded["value"])
    )
    return {
        "dysprosium as quoted": f"{low} to {high} {asked['unit']}",
        "dysprosium by tonnage": f"{average} {traded['unit']}",
    }
