"""Check of the prices in Compliance: where one must be, and that Scarcity shows the same."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from optimizer.audit.audit_scarcity import PricedRestriction
from optimizer.audit.verdict import AUDIT_TOLERANCE, MIN_COMPARED_SIZE, Tally, fixed_place
from optimizer.result.result_layouts import Table

AUDIT_NO_DUALS_NOTE = "no price: the plan has no dual values"
AUDIT_NO_LOT_NOTE = (
    "no price: no lot that breaks the rule can be delivered; cost of rules solves without the rule"
)
AUDIT_NEVER_BROKEN_NOTE = "no lot of this case can break the rule"
AUDIT_FIRST_TONNE_NOTE = "price of one tonne only; other dates need a new solve"
_RULE_PRICE_KEY = (
    "rule",
    "phase",
    "line",
    "window",
    "share allowed",
    "slack",
    "delivered",
    "breaking",
)


def rule_price_tally(priced: Sequence[PricedRestriction], table: Table) -> Tally:
    """Price and note of each row; the price of a share equals that of its bound in Scarcity.

    The contract: "Compliance (each rule: what it binds, share found, evidence)". The results: the
    price is the "present value of one tonne more that may break it; without
    tolerance the difference between clean and other lots at the customer", and the note says
    "what the price says, or why there is none". A share that is not used up has no price.
    """
    tally = Tally("prices of rules")
    shown: dict[tuple[str, ...], float] = {}
    for priced_row in priced:
        if priced_row.restriction.kind == "rule share":
            rule, phase, line, *rest = priced_row.restriction.names
            window = priced_row.restriction.labels[priced_row.i] or rest[-1]
            key = (rule, phase, line, window, rest[0], rest[1])
            shown[key] = abs(priced_row.row["worth today"])
    tally.tested += len(table)
    prices, notes = table["price"], table["price note"]
    if AUDIT_NO_DUALS_NOTE in notes and priced:
        tally.fail(f"Compliance: {AUDIT_NO_DUALS_NOTE!r}, though Scarcity shows prices")
    for i, cells in enumerate(zip(*(table[header] for header in _RULE_PRICE_KEY), strict=True)):
        rule, phase, line, window, share, slack, delivered, breaking = cells
        words = f"Compliance: {rule}, {phase}, {line}, {window} (price)"
        price, note = prices[i], notes[i]
        if note not in (
            AUDIT_NO_DUALS_NOTE,
            AUDIT_NO_LOT_NOTE,
            AUDIT_NEVER_BROKEN_NOTE,
            AUDIT_FIRST_TONNE_NOTE,
        ) or (note == AUDIT_NO_LOT_NOTE and share > 0):
            tally.fail(f"{words}: {note!r}")
        if (price != price) != (note in (AUDIT_NO_DUALS_NOTE, AUDIT_NO_LOT_NOTE)) or price < 0:
            tally.fail(f"{words}: {price} with the note {note!r}")
        if note == AUDIT_NEVER_BROKEN_NOTE and (
            price or breaking > AUDIT_TOLERANCE * MIN_COMPARED_SIZE
        ):
            tally.fail(f"{words}: {price}, {breaking} t break what nothing can break")
        if share > 0 and note == AUDIT_FIRST_TONNE_NOTE:
            room = max(min(slack, (1.0 - share) * delivered), 0.0)
            if price and room > AUDIT_TOLERANCE * max(delivered, MIN_COMPARED_SIZE):
                tally.fail(f"{words}: {price}, though {room:,.6g} t more may break it")
            _compare_with_nearest(
                tally, [price for key, price in shown.items() if key[:4] == cells[:4]], price, words
            )
    return tally


def _compare_with_nearest(
    tally: Tally, candidates: Sequence[float], price: float, words: str
) -> None:
    """Compare with the nearest price of its name: lines of one name have a row each."""
    if not candidates:
        return
    nearest = min(candidates, key=lambda candidate: abs(candidate - price))
    tally.equal_prices(np.array([price]), np.array([nearest]), fixed_place(words))
