"""Scarcity again: each row is a bound of the workbook that binds, told for what it is.

The prices are dual values and are not worked out again. What can be seen without them is: a bound
with room has none, its sign follows from its sense, and money of a period is discounted.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from msgspec import Struct

from optimizer.audit.audit_entitlements import Entitlements
from optimizer.audit.audit_restriction import HIGH, LOW, Restriction, addresses
from optimizer.audit.audit_restrictions import Restrictions
from optimizer.audit.verdict import SMALLEST, Tally
from optimizer.result.result_layouts import Table

NOT_UNIQUE, NOT_COMPUTED = "not unique", "range not computed"
TWO_SIDED = ("contract", "capacity")
"""Maxima that are told as one less, too: a share of them is a minimum."""


class Priced(Struct, frozen=True):
    """A row of Scarcity and the bound that it is about."""

    own: Restriction
    i: int
    """Place in its arrays."""
    side: int
    t: int | None
    """Period; None where it holds over a window."""
    row: dict[str, Any]

    @property
    def relief(self) -> float:
        """Units of the change of the bound that have the worth; not a number if not known."""
        return float(self.row["more" if self.row["per"] == "one more" else "less"])


class Scarcity:
    """The table Scarcity of one plan, row by row."""

    def __init__(self, given: Entitlements, restrictions: Restrictions, table: Table) -> None:
        self.given, self.restrictions, self.table = given, restrictions, table
        self.calendar = given.calendar
        self.tally = Tally("Scarcity")
        self.priced: list[Priced] = []
        """Rows whose bound was found, in their order."""
        for cells in table.rows():
            row = dict(zip(table.layout.headers, cells, strict=True))
            found = self._found(row)
            if found is None:
                self.tally.flaw(f"Scarcity: no such bound: {_words(row)}")
            else:
                self.priced.append(found)

    def _found(self, row: dict[str, Any]) -> Priced | None:
        """The bound of a row: by kind, name, period and side, and of several the nearest."""
        kind, period = row["kind"], row["period"]
        sides = {"one more": [HIGH], "one less": [LOW]}.get(row["per"], [])
        if row["per"] == "one less" and kind in TWO_SIDED:
            sides = [HIGH]
        found = [
            (abs(own.bound(i, side) - row["bound"]), n, i, side)
            for n, own in enumerate(self.restrictions.of(kind).get(row["thing"], ()))
            for i, label in enumerate(own.labels)
            if label == period
            for side in sides
            if not np.isnan(own.bound(i, side))
        ]
        if not found:
            return None
        _, n, i, side = min(found)
        own = self.restrictions.of(kind)[row["thing"]][n]
        return Priced(own, i, side, self.calendar.index.get(period), row)

    def tallies(self) -> list[Tally]:
        """Scarcity, and complementary slackness."""
        self._rows()
        self._figures()
        self._order()
        return [self.tally, self._slackness()]

    def _rows(self) -> None:
        """Labels of each row, none twice; what is not known of a range is said.

        The results: "not unique: on a side that is blank another price may hold, or there is no
        plan; range not computed: large cases"; cells are those "that the bound comes from".
        """
        shown, wanted, seen = [], [], set[tuple[int, int]]()
        ranged = any(one.row["note"] != NOT_COMPUTED for one in self.priced)
        for one in self.priced:
            row, known = one.row, [one.row[h] == one.row[h] for h in ("more", "less")]
            note = NOT_COMPUTED if not ranged else "" if all(known) else NOT_UNIQUE
            cells = "; ".join(addresses(self.given, one.own, one.i, one.side))
            shown.append((row["unit"], row["cell"], row["note"]))
            wanted.append((one.own.unit, cells, note))
            if (not ranged and any(known)) or min(_known(row), default=1.0) <= 0.0:
                self.tally.flaw(f"Scarcity: {_words(row)}: holds for {row['more']}, {row['less']}")
            key = (id(one.own), one.i)
            if key in seen:
                self.tally.flaw(f"Scarcity: {_words(row)} stands twice")
            seen.add(key)
        self.tally.alike(shown, wanted, self._place)

    def _place(self, i: int) -> str:
        return f"Scarcity: {_words(self.priced[i].row)}"

    def _figures(self) -> None:
        """Bounds, present values, signs, and ranges that end where the other bound begins.

        The results: worth is "in money of that period, not discounted", worth today "the same as
        present value"; it is a "saving by that change", so that only demand may have any sign; a
        minimum ends at the maximum of the same row.
        """
        discount = self.calendar.discount
        rates = [1.0 if one.t is None else float(discount[one.t]) for one in self.priced]
        rows = [one.row for one in self.priced]
        bounds = np.array([one.own.bound(one.i, one.side) for one in self.priced])
        self.tally.equal(np.array([row["bound"] for row in rows]), bounds, self._place)
        worth, today = (np.array([row[h] for row in rows]) for h in ("worth", "worth today"))
        size = np.maximum(np.abs(today), 1e-12)
        scale = SMALLEST / size  # a price of any size is compared by its own digits
        self.tally.equal(today * scale, worth * np.array(rates) * scale, self._place)
        for one in self.priced:
            row = one.row
            if one.own.kind != "demand" and not (row["worth"] > 0 and row["worth today"] > 0):
                self.tally.flaw(f"Scarcity: {_words(row)}: a saving of {row['worth']}")
            other = one.own.bound(one.i, -one.side)
            room = abs(other - one.own.bound(one.i, one.side))
            inward = row["more" if one.side == LOW else "less"]
            if room > 0 and inward > room * (1 + 1e-6):
                self.tally.flaw(f"Scarcity: {_words(row)}: {inward} is beyond its other bound")

    def _order(self) -> None:
        """Dearest first."""
        today = np.abs([one.row["worth today"] for one in self.priced])
        for i in np.flatnonzero(np.diff(today) > 0)[:1]:
            self.tally.flaw(f"{self._place(int(i) + 1)} is dearer than the row above it")

    def _slackness(self) -> Tally:
        """Complementary slackness: what has a price has no room.

        The contract: "Scarcity (shadow prices in words, with their range)". The results: a price
        is "what relaxing each bound by one unit would save"; one that is not reached saves nothing.
        """
        tally = Tally("prices only of what binds")
        room = np.array([one.own.room(one.i, one.side) for one in self.priced])
        size = [
            max(float(one.own.size[one.i]), abs(one.own.bound(one.i, one.side)))
            for one in self.priced
        ]
        tally.within(room, np.zeros(room.size), np.array(size), self._place)
        return tally


def _known(row: dict[str, Any]) -> list[float]:
    return [row[header] for header in ("more", "less") if row[header] == row[header]]


def _words(row: dict[str, Any]) -> str:
    when = f" in {row['period']}" if row["period"] else ""
    return f"{row['kind']} {row['thing']}{when}"
