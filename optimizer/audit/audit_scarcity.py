"""Check of Scarcity: each row is a binding bound of the workbook with the right labels.

Prices are dual values, which the audit does not recompute. It checks what must hold for them: a
bound with room has no price, the sign follows from the side, and present values are discounted.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from msgspec import Struct

from optimizer.audit.audit_restriction import (
    MAXIMUM_SIDE,
    MINIMUM_SIDE,
    Restriction,
    bound_addresses,
)
from optimizer.audit.audit_restrictions import AuditRestrictions
from optimizer.audit.audit_workbook import AuditWorkbook
from optimizer.audit.verdict import AUDIT_TOLERANCE, Tally
from optimizer.result.result_layouts import Table

NOT_UNIQUE, NOT_COMPUTED = "not unique", "range not computed"
TWO_SIDED_KINDS = ("contract", "capacity")
"""Kinds whose maximum may also be priced per one less, because a share of it is a minimum."""


class PricedRestriction(Struct, frozen=True):
    """A row of Scarcity and the bound that it is about."""

    restriction: Restriction
    i: int
    """Position in its arrays."""
    side: int
    t: int | None
    """Period; None where it holds over a window."""
    row: dict[str, Any]

    @property
    def range_of_worth(self) -> float:
        """Change of the bound for which the worth holds; NaN if not known."""
        return float(self.row["more" if self.row["per"] == "one more" else "less"])


class ScarcityAudit:
    """The table Scarcity of one plan, row by row."""

    def __init__(
        self, workbook: AuditWorkbook, restrictions: AuditRestrictions, table: Table
    ) -> None:
        self.workbook, self.restrictions, self.table = workbook, restrictions, table
        self.calendar = workbook.calendar
        self.tally = Tally("Scarcity")
        self.priced: list[PricedRestriction] = []
        """Rows with a known bound, in order."""
        for row in table.records():
            priced = self._priced_restriction(row)
            if priced is None:
                self.tally.fail(f"Scarcity: no such bound: {_scarcity_row_text(row)}")
            else:
                self.priced.append(priced)

    def _priced_restriction(self, row: dict[str, Any]) -> PricedRestriction | None:
        """The bound of a row by kind, name, period and side; of several the nearest."""
        kind, period = row["kind"], row["period"]
        sides = {"one more": [MAXIMUM_SIDE], "one less": [MINIMUM_SIDE]}.get(row["per"], [])
        if row["per"] == "one less" and kind in TWO_SIDED_KINDS:
            sides = [MAXIMUM_SIDE]
        candidates = [
            (abs(restriction.bound(i, side) - row["bound"]), n, i, side)
            for n, restriction in enumerate(self.restrictions.of(kind).get(row["thing"], ()))
            for i, label in enumerate(restriction.labels)
            if label == period
            for side in sides
            if not np.isnan(restriction.bound(i, side))
        ]
        if not candidates:
            return None
        _, n, i, side = min(candidates)
        restriction = self.restrictions.of(kind)[row["thing"]][n]
        return PricedRestriction(restriction, i, side, self.calendar.index.get(period), row)

    def tallies(self) -> list[Tally]:
        """Scarcity, and complementary slackness."""
        self._check_labels()
        self._check_figures()
        self._check_order()
        return [self.tally, self._slackness()]

    def _check_labels(self) -> None:
        """Labels of each row, no bound twice, and the note where a range is not known.

        The results: "not unique: on a side that is blank another price may hold, or there is no
        plan; range not computed: large cases"; cells are those "that the bound comes from".
        """
        shown, wanted, seen = [], [], set[tuple[int, int]]()
        ranged = any(priced.row["note"] != NOT_COMPUTED for priced in self.priced)
        for priced in self.priced:
            row, known = priced.row, [priced.row[h] == priced.row[h] for h in ("more", "less")]
            note = NOT_COMPUTED if not ranged else "" if all(known) else NOT_UNIQUE
            cells = "; ".join(
                bound_addresses(self.workbook, priced.restriction, priced.i, priced.side)
            )
            shown.append((row["unit"], row["cell"], row["note"]))
            wanted.append((priced.restriction.unit, cells, note))
            if (not ranged and any(known)) or min(_known_ranges(row), default=1.0) <= 0.0:
                self.tally.fail(
                    f"Scarcity: {_scarcity_row_text(row)}: holds for {row['more']}, {row['less']}"
                )
            key = (id(priced.restriction), priced.i)
            if key in seen:
                self.tally.fail(f"Scarcity: {_scarcity_row_text(row)} appears twice")
            seen.add(key)
        self.tally.equal_labels(shown, wanted, self._place)

    def _place(self, i: int) -> str:
        return f"Scarcity: {_scarcity_row_text(self.priced[i].row)}"

    def _check_figures(self) -> None:
        """Bounds, present values, signs, and ranges that end at the other bound.

        The results: worth is "in money of that period, not discounted", worth today "the same as
        present value"; it is a "saving by that change", so that only demand may have any sign; a
        minimum ends at the maximum of the same row.
        """
        discount = self.calendar.discount
        rates = [1.0 if priced.t is None else float(discount[priced.t]) for priced in self.priced]
        rows = [priced.row for priced in self.priced]
        bounds = np.array(
            [priced.restriction.bound(priced.i, priced.side) for priced in self.priced]
        )
        self.tally.equal(np.array([row["bound"] for row in rows]), bounds, self._place)
        worth, today = (np.array([row[h] for row in rows]) for h in ("worth", "worth today"))
        self.tally.equal_prices(today, worth * np.array(rates), self._place, np.abs(today))
        for priced in self.priced:
            row = priced.row
            if priced.restriction.kind != "demand" and not (
                row["worth"] > 0 and row["worth today"] > 0
            ):
                self.tally.fail(f"Scarcity: {_scarcity_row_text(row)}: a saving of {row['worth']}")
            other = priced.restriction.bound(priced.i, -priced.side)
            room = abs(other - priced.restriction.bound(priced.i, priced.side))
            inward = row["more" if priced.side == MINIMUM_SIDE else "less"]
            if room > 0 and inward > room * (1 + AUDIT_TOLERANCE):
                self.tally.fail(
                    f"Scarcity: {_scarcity_row_text(row)}: {inward} is beyond its other bound"
                )

    def _check_order(self) -> None:
        """Rows are sorted by present value, highest first."""
        today = np.abs([priced.row["worth today"] for priced in self.priced])
        for i in np.flatnonzero(np.diff(today) > 0)[:1]:
            self.tally.fail(f"{self._place(int(i) + 1)} costs more than the row above it")

    def _slackness(self) -> Tally:
        """Complementary slackness: a bound with a price has no room.

        The contract: "Scarcity (shadow prices in words, with their range)". The results: a price
        is "what relaxing each bound by one unit would save"; one that is not reached saves nothing.
        """
        tally = Tally("prices only of what binds")
        room = np.array([priced.restriction.room(priced.i, priced.side) for priced in self.priced])
        size = [
            max(
                float(priced.restriction.size[priced.i]),
                abs(priced.restriction.bound(priced.i, priced.side)),
            )
            for priced in self.priced
        ]
        tally.within(room, np.zeros(room.size), np.array(size), self._place)
        return tally


def _known_ranges(row: dict[str, Any]) -> list[float]:
    return [row[header] for header in ("more", "less") if row[header] == row[header]]


def _scarcity_row_text(row: dict[str, Any]) -> str:
    when = f" in {row['period']}" if row["period"] else ""
    return f"{row['kind']} {row['thing']}{when}"
