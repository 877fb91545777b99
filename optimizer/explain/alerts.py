"""Alerts of a plan: sentences for the first sheet."""

from __future__ import annotations

import math
from collections.abc import Iterator

from optimizer.explain.alert_kinds import (
    END_OF_HORIZON,
    NOT_FIRM,
    SHORTAGE,
    SOLUTION,
)
from optimizer.explain.cell_locator import CellLocator, WorkbookCell
from optimizer.explain.low_confidence import low_confidence_alerts
from optimizer.explain.risks import Alert, risk_alerts
from optimizer.network.network_data import Network
from optimizer.result.number_text import figure, listed, percent
from optimizer.result.result_layouts import Tables
from optimizer.solver import Answer

MIN_CREDIT_SHARE = 0.005
"""Share of the plan's cost above which the credit at the end gets an alert; chosen."""


def alerts(
    network: Network, tables: Tables, answer: Answer, *, changed: bool = False
) -> tuple[Alert, ...]:
    """Alerts on optimality, shortages, supply that is not firm, the horizon, risks and confidence.

    For a model that a caller has ``changed`` only alerts that say what the plan does hold.
    """
    return (
        *_optimality(answer, changed),
        *_shortages(network, tables),
        *_not_firm(network, tables),
        *_horizon(network, tables),
        *risk_alerts(network, tables, changed=changed),
        *low_confidence_alerts(network, tables),
    )


def _optimality(answer: Answer, changed: bool) -> Iterator[Alert]:
    if answer.status != "optimal":
        less = "less, by an unknown amount"
        if math.isfinite(answer.gap):
            less = f"up to {percent(answer.gap)} less"
        yield Alert(
            f"Not proven optimal for the changed model ({answer.status})."
            if changed
            else f"Not proven optimal ({answer.status}): a plan may exist that costs {less}.",
            kind=SOLUTION,
        )
    elif answer.gap > 0 and not changed:
        yield Alert(
            f"Optimal within {percent(answer.gap)}: no plan is cheaper by more.", kind=SOLUTION
        )
    if answer.method == "branch and bound" and answer.prices is not None:
        yield Alert(
            "Prices in Scarcity and Break-even are valid for the yes/no decisions of this plan.",
            kind=SOLUTION,
        )


def _shortages(network: Network, tables: Tables) -> Iterator[Alert]:
    table = tables["Shortages"]
    if len(table):
        first = min(table["period"], key=network.calendar.labels.index)
        tonnes = sum(table["short"])
        yield Alert(
            f"{figure(tonnes)} t of demand are not met, first in {first}: {listed(table['line'])}.",
            kind=SHORTAGE,
        )


def _not_firm(network: Network, tables: Tables) -> Iterator[Alert]:
    """Purchases that are not firm; the cell is that of the offer with most tonnes of them."""
    table = tables["Purchases"]
    not_firm: dict[tuple[str, str, str], float] = {}
    headers = ("offer", "site", "material", "tonnes", "firm")
    for *key, tonnes, firm in zip(*(table[header] for header in headers), strict=True):
        if firm == "no":
            offer = (key[0], key[1], key[2])
            not_firm[offer] = not_firm.get(offer, 0.0) + tonnes
    if not not_firm:
        return
    ranked = sorted(not_firm, key=lambda offer: -not_firm[offer])
    rows = {(offer.name, offer.site, offer.material): offer.rows for offer in network.offers}
    cell = WorkbookCell("Supply", rows[ranked[0]][0], "firm")
    yield Alert(
        f"{figure(sum(not_firm.values()))} t of the plan's purchases are not firm: "
        f"{listed(name for name, *_ in ranked)}.",
        "Supply",
        CellLocator(network).letter(cell),
        NOT_FIRM,
    )


def _horizon(network: Network, tables: Tables) -> Iterator[Alert]:
    """Credit for stock and options that outlive the horizon."""
    costs = tables["Costs"]
    paid = sum(money for money in costs["discounted"] if money > 0)
    credit = {"stock": 0.0, "options": 0.0}
    for category, item, money in zip(
        costs["category"], costs["item"], costs["discounted"], strict=True
    ):
        if category == "closing value":
            credit["stock" if item == "stock" else "options"] -= money
    total = sum(credit.values())
    if paid and abs(total) > MIN_CREDIT_SHARE * paid:
        currency = network.case.settings.currency
        yield Alert(
            f"{total:,.0f} {currency} ({percent(total / paid, 1)} of all costs) are credited at "
            f"the end of the plan: {credit['stock']:,.0f} for stock, "
            f"{credit['options']:,.0f} for options that outlive the horizon.",
            kind=END_OF_HORIZON,
        )
