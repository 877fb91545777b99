"""Print areas of result tables: the columns that can be read, the first rows, and the pivot."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

from optimizer.report.excel_values import cell_range, column_name
from optimizer.report.sheet_positions import PivotPosition

MAX_PRINTED_ROWS = 400
"""Rows of a long table that its printout has: about ten pages. The foot of the page says which."""
_MAX_PIVOT_WIDTH_RATIO = 1.35
"""Pivot width by table width up to which the pivot is printed although it exceeds the page;
chosen so that the pivot does not shrink the table, which is scaled with it."""
_COMFORTABLE_PAGE_WIDTH = 190
"""Characters that read well in the width of a page; a pivot up to this width is printed."""
_MAX_PAGE_WIDTH = 300
"""Maximum characters in the width of a page that can still be read."""


def print_area(
    sheet: str, first: int, last: int, widths: Sequence[float], pivot: PivotPosition | None
) -> str:
    """Ranges of a sheet that are printed; ``first`` and ``last`` are the table's data rows.

    The pivot comes first, unless it is so wide that it would shrink the table.
    """
    bottom = first + MAX_PRINTED_ROWS - 1
    table = cell_range((0, 0), (min(last, bottom), printed_columns(widths) - 1), sheet)
    limit = max(_MAX_PIVOT_WIDTH_RATIO * sum(widths), _COMFORTABLE_PAGE_WIDTH)
    if pivot is None or pivot.width > limit:
        return table
    return f"{cell_range((0, pivot.keys), (min(pivot.last, bottom), pivot.total), sheet)},{table}"


def printed_columns(widths: Sequence[float]) -> int:
    """Number of columns that stay readable when they are printed one page wide."""
    return max(1, sum(width <= _MAX_PAGE_WIDTH for width in accumulate(widths)))


def print_note(rows: int, widths: Sequence[float]) -> str:
    """Text in the footer if not all of a table is printed, otherwise empty."""
    columns, parts = printed_columns(widths), []
    if rows > MAX_PRINTED_ROWS:
        parts.append(f"the first {MAX_PRINTED_ROWS:,} of {rows:,} rows")
    if columns < len(widths):
        parts.append(f"columns A to {column_name(columns - 1)} of {column_name(len(widths) - 1)}")
    return f"Printout: {', '.join(parts)}" if parts else ""
