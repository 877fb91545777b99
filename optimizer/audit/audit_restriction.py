"""A bound of the workbook that may have a price, and the cells that it comes from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from msgspec import Struct

from optimizer.audit.audit_calendar import Floats
from optimizer.audit.audit_entitlements import Entitlements

LOW, HIGH = -1, 1
"""A minimum and a maximum."""
NONE: Floats = np.zeros(0)


class Restriction(Struct, frozen=True, eq=False):
    """One bound by period or window: arrays have a place for each of its labels."""

    kind: str
    names: tuple[str, ...]
    labels: Sequence[str]
    """Periods; one blank where it holds over a window that is no period."""
    value: Floats
    """What the plan makes of it."""
    size: Floats
    """Quantities that are compared, where they are not those of the bound."""
    unit: str
    sheet: str
    headers: tuple[str, str]
    """Column of the minimum, column of the maximum."""
    rows: Sequence[Any]
    low: Floats = NONE
    high: Floats = NONE
    binds_to: Floats = NONE
    """Value up to which a minimum may bind, where it is not the minimum itself."""
    dated: bool = True
    """True if only rows that touch a period count in it."""

    @property
    def thing(self) -> str:
        """Its name in the results."""
        return ", ".join(name for name in self.names if name)

    def bound(self, i: int, side: int) -> float:
        """Minimum or maximum; not a number where there is none."""
        own = self.low if side == LOW else self.high
        return float(own[i]) if own.size and np.isfinite(own[i]) else np.nan

    def room(self, i: int, side: int) -> float:
        """What is left to the bound: what has room has no price."""
        if self.kind == "demand":
            return 0.0
        if side == LOW:
            least = self.binds_to if self.binds_to.size else self.low
            return max(float(self.value[i] - least[i]), 0.0)
        room = max(float(self.high[i] - self.value[i]), 0.0)
        if self.kind == "contract" and self.binds_to.size:
            # A contract quantity is told with the share of it that is paid for in any case.
            return min(room, max(float(self.value[i] - self.binds_to[i]), 0.0))
        return room


def cells(given: Entitlements, own: Restriction, i: int, side: int) -> list[tuple[Any, str]]:
    """Rows and columns that a bound comes from, of dated rows those that touch the period.

    The contract: "A rule or limit binds a period that it touches at all"; demand has "one column
    per period headed with its label, which wins where it is filled"; closing is the "least stock
    at the end".
    """
    header, rows, calendar = own.headers[0 if side == LOW else 1], own.rows, given.calendar
    if own.dated:
        rows = [row for row in rows if calendar.touches(row.start, row.end)[i]]
    if own.kind == "demand":
        label = own.labels[i]
        return [(row, label if label in dict(row.by_period) else header) for row in rows]
    if own.kind == "stock bound" and side == LOW:
        return _least_stock(given, rows, i)
    if own.sheet == "Stocks" and rows:
        # Of rows that all bind the strictest does.
        maximum = own.kind == "stock bound"
        values = [row.maximum if maximum else row.days_of_cover for row in rows]
        strictest = min(values) if maximum else max(values)
        rows = [row for row, value in zip(rows, values, strict=True) if value == strictest]
    return [(row, header) for row in rows]


def _least_stock(given: Entitlements, rows: Sequence[Any], i: int) -> list[tuple[Any, str]]:
    """Minimum, and in the last period the closing target of the row that covers the end."""
    found: list[tuple[Any, str]] = []
    last = given.calendar.last_days[-1]
    for row in rows:
        ends = i == given.calendar.count - 1 and (row.end is None or row.end >= last)
        closing = row.closing if ends else 0.0
        if row.minimum or row.minimum >= closing:
            found.append((row, "minimum"))
        if closing and closing >= row.minimum:
            found.insert(0, (row, "closing"))
    return found


def addresses(given: Entitlements, own: Restriction, i: int, side: int) -> list[str]:
    """The cells of a bound as a planner types them, such as ``Supply!F9 (maximum)``."""
    found = cells(given, own, i, side)
    return [f"{given.case.cell(own.sheet, row.row, header)} ({header})" for row, header in found]
