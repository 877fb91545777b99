"""What else goes with a site or a country that is lost, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from optimizer.studies.loss_window import LossWindow, applies_within

MAX_NAMED_CONSEQUENCES = 3
"""Things that are named one by one; of more their number is told."""


def consequences(
    rows: Mapping[str, Sequence[Any]], window: LossWindow, *, fixed_cost: bool = True
) -> str:
    """What goes with the rows of a loss in a window, and what is still paid.

    ``rows`` are those of Supply, Processes, Units and Pipeline that are lost. ``fixed_cost`` says
    whether fixed cost of units is still paid.
    """
    offers, processes, units = (
        [row for row in rows.get(sheet, ()) if applies_within(row, window)]
        for sheet in ("Supply", "Processes", "Units")
    )
    told = [
        _named("least purchase of", [row.offer for row in offers if row.minimum]),
        _named("contract of", [row.offer for row in offers if row.contract_quantity]),
        _named("minimum activity of", [row.recipe for row in processes if row.minimum]),
        _named("minimum load of", [row.unit for row in units if row.minimum_load]),
        _orders(rows.get("Pipeline", ())),
    ]
    paid = list(dict.fromkeys(row.unit for row in units if row.fixed_cost and not row.may_idle))
    if paid:
        ends = "still paid" if fixed_cost else "saved"
        told.append(f"fixed cost of {_listed(paid)} {ends}")
    return "; ".join(filter(None, told))


def _named(what: str, names: list[str]) -> str:
    return f"{what} {_listed(list(dict.fromkeys(names)))}" if names else ""


def _listed(names: list[str]) -> str:
    more = len(names) - MAX_NAMED_CONSEQUENCES
    return ", ".join(names[:MAX_NAMED_CONSEQUENCES]) + (f" and {more} more" if more > 0 else "")


def _orders(orders: Sequence[Any]) -> str:
    if not orders:
        return ""
    tonnes = sum(row.quantity for row in orders)
    word = "order" if len(orders) == 1 else "orders"
    return f"{len(orders)} {word} under way, {tonnes:,.6g} t"
