"""Alerts of a plan: sentences for the first sheet."""

from __future__ import annotations

import math
from collections.abc import Iterator

from optimizer.explain.low_confidence import low_confidence_alerts
from optimizer.explain.risks import risk_alerts
from optimizer.network.network_data import Network
from optimizer.result.number_text import figure, listed
from optimizer.result.result_layouts import Tables
from optimizer.solver import Answer

MIN_CREDIT_SHARE = 0.005
"""Share of the plan's cost above which the credit at the end gets an alert; chosen."""


def alerts(
    network: Network, tables: Tables, answer: Answer, *, changed: bool = False
) -> tuple[str, ...]:
    """Alerts on optimality, shortages, supply that is not firm, the horizon, risks and confidence.

    For a model that a caller has ``changed`` only alerts that say what the plan does hold.

    An alert about a cell is an :class:`optimizer.explain.risks.Alert`, which carries the cell.
    """
    return (
        *_optimality(answer, changed),
        *_shortages(network, tables),
        *_not_firm(tables),
        *_horizon(network, tables),
        *risk_alerts(network, tables, changed=changed),
        *low_confidence_alerts(network, tables),
    )


def _optimality(answer: Answer, changed: bool) -> Iterator[str]:
    if answer.status != "optimal":
        less = "less, by an unknown amount"
        if math.isfinite(answer.gap):
            less = f"up to {answer.gap:.2%} less"
        yield (
            f"Not proven optimal for the changed model ({answer.status})."
            if changed
            else f"Not proven optimal ({answer.status}): a better plan could cost {less}."
        )
    elif answer.gap > 0 and not changed:
        yield f"Optimal within {answer.gap:.2%}."
    if answer.method == "branch and bound" and answer.prices is not None:
        yield "Prices in Scarcity and Break-even are valid for the yes/no decisions of this plan."


def _shortages(network: Network, tables: Tables) -> Iterator[str]:
    table = tables["Shortages"]
    if len(table):
        first = min(table["period"], key=network.calendar.labels.index)
        tonnes = sum(table["short"])
        yield (
            f"{figure(tonnes)} t of demand are not met, first in {first}: {listed(table['line'])}."
        )


def _not_firm(tables: Tables) -> Iterator[str]:
    table = tables["Purchases"]
    not_firm = [
        (offer, tonnes)
        for offer, tonnes, firm in zip(table["offer"], table["tonnes"], table["firm"], strict=True)
        if firm == "no"
    ]
    if not_firm:
        total = sum(tonnes for _, tonnes in not_firm)
        yield (
            f"{figure(total)} t of the plan's purchases are not firm: "
            f"{listed(offer for offer, _ in not_firm)}."
        )


def _horizon(network: Network, tables: Tables) -> Iterator[str]:
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
        yield (
            f"{total:,.0f} {currency} ({total / paid:.1%} of all costs) are credited at the "
            f"end of the plan: {credit['stock']:,.0f} for stock, {credit['options']:,.0f} for "
            "options that outlive the horizon."
        )
