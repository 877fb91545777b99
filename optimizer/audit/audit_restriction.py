"""A bound of the workbook that may have a price, and its cells."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from msgspec import Struct

from optimizer.audit.audit_calendar import Floats
from optimizer.audit.audit_workbook import AuditWorkbook

MINIMUM_SIDE, MAXIMUM_SIDE = -1, 1
"""Side of a bound: minimum or maximum."""
NO_BOUND: Floats = np.zeros(0)


class Restriction(Struct, frozen=True, eq=False):
    """One bound by period or window: arrays have an entry for each label."""

    kind: str
    names: tuple[str, ...]
    labels: Sequence[str]
    """Periods; one blank where it holds over a window that is no period."""
    value: Floats
    """Value of the bounded quantity in the plan."""
    size: Floats
    """Size of the quantities compared, for the relative tolerance."""
    unit: str
    sheet: str
    headers: tuple[str, str]
    """Column of the minimum, column of the maximum."""
    rows: Sequence[Any]
    low: Floats = NO_BOUND
    high: Floats = NO_BOUND
    binds_to: Floats = NO_BOUND
    """Value up to which a minimum may bind, where it is not the minimum itself."""
    dated: bool = True
    """True if only rows that touch a period count in it."""

    @property
    def thing(self) -> str:
        """Its name in the results."""
        return ", ".join(name for name in self.names if name)

    def bound(self, i: int, side: int) -> float:
        """Minimum or maximum; not a number where there is none."""
        bounds = self.low if side == MINIMUM_SIDE else self.high
        return float(bounds[i]) if bounds.size and np.isfinite(bounds[i]) else np.nan

    def room(self, i: int, side: int) -> float:
        """Distance to the bound; a bound with room has no price."""
        if self.kind == "demand":
            return 0.0
        if side == MINIMUM_SIDE:
            least = self.binds_to if self.binds_to.size else self.low
            return max(float(self.value[i] - least[i]), 0.0)
        room = max(float(self.high[i] - self.value[i]), 0.0)
        if self.kind == "contract" and self.binds_to.size:
            # The row of a contract also states a minimum: the share that is paid for in any case.
            return min(room, max(float(self.value[i] - self.binds_to[i]), 0.0))
        return room


def bound_cells(
    workbook: AuditWorkbook, restriction: Restriction, i: int, side: int
) -> list[tuple[Any, str]]:
    """Rows and columns that a bound comes from, of dated rows those that touch the period.

    The contract: "A rule or limit binds a period that it touches at all"; demand has "one column
    per period headed with its label, which wins where it is filled"; closing is the "least stock
    at the end".
    """
    header, rows, calendar = (
        restriction.headers[0 if side == MINIMUM_SIDE else 1],
        restriction.rows,
        workbook.calendar,
    )
    if restriction.dated:
        rows = [row for row in rows if calendar.touches(row.start, row.end)[i]]
    if restriction.kind == "demand":
        label = restriction.labels[i]
        return [(row, label if label in dict(row.by_period) else header) for row in rows]
    if restriction.kind == "stock bound" and side == MINIMUM_SIDE:
        return _least_stock_cells(workbook, rows, i)
    if restriction.sheet == "Stocks" and rows:
        # If several rows apply, the strictest one binds.
        maximum = restriction.kind == "stock bound"
        values = [row.maximum if maximum else row.days_of_cover for row in rows]
        strictest = min(values) if maximum else max(values)
        rows = [row for row, value in zip(rows, values, strict=True) if value == strictest]
    return [(row, header) for row in rows]


def _least_stock_cells(
    workbook: AuditWorkbook, rows: Sequence[Any], i: int
) -> list[tuple[Any, str]]:
    """Minimum, and in the last period the closing target of the row that covers the end."""
    cells: list[tuple[Any, str]] = []
    last = workbook.calendar.last_days[-1]
    for row in rows:
        covers_end = i == workbook.calendar.count - 1 and (row.end is None or row.end >= last)
        closing = row.closing if covers_end else 0.0
        if row.minimum or row.minimum >= closing:
            cells.append((row, "minimum"))
        if closing and closing >= row.minimum:
            cells.insert(0, (row, "closing"))
    return cells


def bound_addresses(
    workbook: AuditWorkbook, restriction: Restriction, i: int, side: int
) -> list[str]:
    """The cells of a bound as a planner types them, such as ``Supply!F9 (maximum)``."""
    cells = bound_cells(workbook, restriction, i, side)
    return [
        f"{workbook.case.cell(restriction.sheet, row.row, header)} ({header})"
        for row, header in cells
    ]
