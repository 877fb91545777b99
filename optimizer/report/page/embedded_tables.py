"""The result tables as the page holds them: whole, or their largest rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from heapq import nlargest
from math import fsum
from typing import Any

from optimizer.report.excel_values import all_finite_floats, clean, finite
from optimizer.report.formats import TABLES_WITHOUT_TOTALS
from optimizer.result.result_layouts import Layout, Table, Tables

MAX_EMBEDDED_ROWS = 5_000
"""Rows of one table that the page holds."""
MAX_EMBEDDED_CELLS = 220_000
"""Cells of all tables that the page holds."""
LONG_TEXT_LETTERS = 24
"""Letters from which a text counts as several cells."""
LONG_TEXT_SAMPLE = 100
"""Rows that are looked at for long texts."""
_EMBEDDED_SUMS = ("tonnes", "money", "amount")
"""Kinds that are added up."""
_COLUMNS_WITHOUT_SUM = {
    "Stock": ("tonnes",),
    "Balance": ("opening", "closing"),
    "Scarcity": ("bound",),
    "Volume changes": ("before", "after", "change"),
    "Changes by period": ("before", "after", "change"),
    "Take or pay": ("least", "taken", "not taken"),
}
"""Columns of such a kind whose sum means nothing: levels, and terms of one contract."""


def embedded_tables(tables: Tables) -> list[dict[str, Any]]:
    """Every table as it comes, with the sums over all its rows."""
    shown = _row_limits(tables)
    return [_embedded_table(table, shown[name]) for name, table in tables.items()]


def _row_limits(tables: Tables) -> dict[str, int]:
    """Rows of each table that the page holds: small tables whole, then what is left."""
    left = MAX_EMBEDDED_CELLS
    found = {}
    widths = {name: _cells_per_row(table) for name, table in tables.items()}
    for name in sorted(tables, key=lambda name: len(tables[name]) * widths[name]):
        found[name] = min(len(tables[name]), MAX_EMBEDDED_ROWS, max(left // widths[name], 50))
        left -= found[name] * widths[name]
    return found


def _cells_per_row(table: Table) -> int:
    """Cells of a row; a long text counts as several."""
    rows = range(0, len(table), max(1, len(table) // LONG_TEXT_SAMPLE))
    letters = [
        len(column[row]) for column in table.columns for row in rows if _is_long(column[row])
    ]
    return max(1, len(table.layout.fields)) + sum(letters) // (
        LONG_TEXT_LETTERS * max(1, len(rows))
    )


def _is_long(value: Any) -> bool:
    return isinstance(value, str) and len(value) > LONG_TEXT_LETTERS


def _embedded_table(table: Table, shown: int) -> dict[str, Any]:
    layout = table.layout
    added = _summed_headers(layout)
    by, rows = _largest_rows(table, shown)
    return {
        "name": layout.name,
        "meaning": layout.meaning,
        "fields": [
            {"header": field.header, "kind": field.kind, "meaning": field.meaning}
            for field in layout.fields
        ],
        "total": len(table),
        "shown": shown,
        "by": by,
        "sums": {header: fsum(_numbers(table[header])) for header in added},
        "columns": [
            _column(field.kind, column if rows is None else [column[row] for row in rows])
            for field, column in zip(layout.fields, table.columns, strict=True)
        ],
    }


def _summed_headers(layout: Layout) -> list[str]:
    never = _COLUMNS_WITHOUT_SUM.get(layout.name, ())
    if layout.name in TABLES_WITHOUT_TOTALS:
        return []
    return [
        field.header
        for field in layout.fields
        if field.kind in _EMBEDDED_SUMS and field.header not in never
    ]


def _largest_rows(table: Table, shown: int) -> tuple[str, list[int] | None]:
    """Column by which rows are chosen, and the rows, in the table's order; None for all."""
    if shown >= len(table):
        return "", None
    numbers = [
        field.header
        for kinds in (("tonnes",), ("money",), ("share", "amount", "price", "number"))
        for field in table.layout.fields
        if field.kind in kinds
    ]
    if not numbers:
        return "", list(range(shown))
    by = table.layout.pivot[1] if table.layout.pivot else numbers[0]
    size = [abs(finite(value) or 0.0) for value in table[by]]
    return by, sorted(nlargest(shown, range(len(table)), size.__getitem__))


def _numbers(values: Sequence[Any]) -> Iterable[float]:
    return values if all_finite_floats(values) else filter(None, map(finite, values))


def _column(kind: str, values: Sequence[Any]) -> Any:
    """Numbers as they are, text by an index into its distinct values where that is shorter."""
    if kind not in ("text", "period", "date"):
        if all_finite_floats(values):
            return list(values)
        return [finite(value) if not isinstance(value, str) else clean(value) for value in values]
    said = {
        value: value.isoformat() if isinstance(value, date) else clean(value)
        for value in dict.fromkeys(values)
    }
    place = {word: n for n, word in enumerate(dict.fromkeys(said.values()))}
    if 2 * len(place) > len(values):
        return [said[value] for value in values]
    return {"words": list(place), "at": [place[said[value]] for value in values]}
