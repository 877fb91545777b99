"""The prices in Compliance: where there is one, and where another table shows the same."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from optimizer.audit.audit_scarcity import Priced
from optimizer.audit.verdict import SMALLEST, TOLERANCE, Tally
from optimizer.result.result_layouts import Table

NO_DUALS = "no price: the plan has no dual values"
NO_LOT = "no price: no lot that breaks it can be there; cost of rules solves without it"
NEVER = "nothing in the case can break it"
MOVED = "price of one tonne; what other dates would do beyond it takes a solve with them"
_KEY = ("rule", "phase", "line", "window", "share allowed", "slack", "delivered", "breaking")


def rule_prices(priced: Sequence[Priced], table: Table) -> Tally:
    """Price and note of each row; that of a share is what Scarcity shows for its bound.

    The contract: "Compliance (each rule: what it binds, share found, evidence)". The results: the
    price is the "present value of one tonne more that may break it; without
    tolerance the difference between clean and other lots at the customer", and the note says
    "what the price says, or why there is none". A share that is not used up has no price.
    """
    tally = Tally("prices of rules")
    shown: dict[tuple[str, ...], float] = {}
    for one in priced:
        if one.own.kind == "rule share":
            rule, phase, line, *rest = one.own.names
            window = one.own.labels[one.i] or rest[-1]
            key = (rule, phase, line, window, rest[0], rest[1])
            shown[key] = abs(one.row["worth today"])
    tally.tested += len(table)
    prices, notes = table["price"], table["price note"]
    if NO_DUALS in notes and priced:
        tally.flaw(f"Compliance: {NO_DUALS!r}, though Scarcity shows prices")
    for i, cells in enumerate(zip(*(table[header] for header in _KEY), strict=True)):
        rule, phase, line, window, share, slack, delivered, breaking = cells
        words = f"Compliance: {rule}, {phase}, {line}, {window} (price)"
        price, note = prices[i], notes[i]
        if note not in (NO_DUALS, NO_LOT, NEVER, MOVED) or (note == NO_LOT and share > 0):
            tally.flaw(f"{words}: {note!r}")
        if (price != price) != (note in (NO_DUALS, NO_LOT)) or price < 0:
            tally.flaw(f"{words}: {price} with the note {note!r}")
        if note == NEVER and (price or breaking > TOLERANCE * SMALLEST):
            tally.flaw(f"{words}: {price}, {breaking} t break what nothing can break")
        if share > 0 and note == MOVED:
            room = max(min(slack, (1.0 - share) * delivered), 0.0)
            if price and room > TOLERANCE * max(delivered, SMALLEST):
                tally.flaw(f"{words}: {price}, though {room:,.6g} t more may break it")
            _same(
                tally, [price for key, price in shown.items() if key[:4] == cells[:4]], price, words
            )
    return tally


def _same(tally: Tally, found: Sequence[float], price: float, words: str) -> None:
    """A price is that of one of the bounds of its name: lines of one name have a row each."""
    if not found:
        return
    nearest = min(found, key=lambda own: abs(own - price))
    scale = SMALLEST / max(abs(nearest), 1e-12)
    tally.equal(np.array([price * scale]), np.array([nearest * scale]), lambda _: words)
