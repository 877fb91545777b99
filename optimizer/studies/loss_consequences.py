"""What else is lost with a site or a country, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from optimizer.studies.loss_window import LossWindow, applies_within
from optimizer.tables.text_matching import number_of

MAX_NAMED_CONSEQUENCES = 3
"""Names that a list has before it only counts the rest, so that a cell stays readable."""


def consequences(
    rows: Mapping[str, Sequence[Any]], window: LossWindow, *, fixed_cost: bool = True
) -> str:
    """What else is lost with rows in a window, and what is still paid; blank if nothing.

    ``rows`` are the lost rows of Supply, Processes, Units and Pipeline. ``fixed_cost`` is True if
    the fixed cost of lost units is still paid.
    """
    offers, processes, units = (
        [row for row in rows.get(sheet, ()) if applies_within(row, window)]
        for sheet in ("Supply", "Processes", "Units")
    )
    phrases = [
        _phrase("minimum purchase of", [row.offer for row in offers if row.minimum]),
        _phrase("contract of", [row.offer for row in offers if row.contract_quantity]),
        _phrase("minimum activity of", [row.recipe for row in processes if row.minimum]),
        _phrase("minimum load of", [row.unit for row in units if row.minimum_load]),
        _orders(rows.get("Pipeline", ())),
    ]
    paid = list(dict.fromkeys(row.unit for row in units if row.fixed_cost and not row.may_idle))
    if paid:
        verb = "still paid" if fixed_cost else "saved"
        phrases.append(f"fixed cost of {_listed(paid)} {verb}")
    return "; ".join(filter(None, phrases))


def _phrase(start: str, names: list[str]) -> str:
    return f"{start} {_listed(list(dict.fromkeys(names)))}" if names else ""


def _listed(names: list[str]) -> str:
    more = len(names) - MAX_NAMED_CONSEQUENCES
    return ", ".join(names[:MAX_NAMED_CONSEQUENCES]) + (f" and {more} more" if more > 0 else "")


def _orders(orders: Sequence[Any]) -> str:
    if not orders:
        return ""
    tonnes = sum(row.quantity for row in orders)
    return f"{number_of(len(orders), 'order')} in transit, {tonnes:,.6g} t"
