"""The result tables that a page holds: whole, or their largest rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from heapq import nlargest
from math import fsum
from typing import Any

from optimizer.report.excel_values import all_finite_floats, clean, finite
from optimizer.result.result_layouts import Table, Tables

MAX_EMBEDDED_ROWS = 5_000
"""Maximum rows of one table in a page; the workbook has all of them."""
MAX_EMBEDDED_CELLS = 220_000
"""Maximum cells of all tables in a page; chosen so that a page stays below 5 MB."""
_MIN_EMBEDDED_ROWS = 50
"""Rows of a table that the page holds even if the other tables leave no cells."""
LONG_TEXT_LETTERS = 24
"""Letters beyond which a text counts as several cells."""
LONG_TEXT_SAMPLE = 100
"""Rows of a table by which the length of its texts is estimated."""


def embedded_tables(tables: Tables, currency: str) -> list[dict[str, Any]]:
    """JSON of every table in order, with sums over all its rows."""
    limits = _row_limits(tables)
    return [_embedded_table(table, limits[name], currency) for name, table in tables.items()]


def _row_limits(tables: Tables) -> dict[str, int]:
    """Rows of each table that the page holds: small tables whole, the others as cells are left."""
    cells_left = MAX_EMBEDDED_CELLS
    limits = {}
    widths = {name: _cells_per_row(table) for name, table in tables.items()}
    for name in sorted(tables, key=lambda name: len(tables[name]) * widths[name]):
        rows = max(cells_left // widths[name], _MIN_EMBEDDED_ROWS)
        limits[name] = min(len(tables[name]), MAX_EMBEDDED_ROWS, rows)
        cells_left -= limits[name] * widths[name]
    return limits


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


def _embedded_table(table: Table, shown: int, currency: str) -> dict[str, Any]:
    layout = table.layout
    by, rows = _largest_rows(table, shown)
    return {
        "name": layout.name,
        "meaning": layout.meaning,
        "fields": [
            {
                "header": field.header,
                "kind": field.kind,
                "meaning": field.meaning,
                **({"title": field.title} if field.title else {}),
                **({"unit": field.unit_in(currency)} if field.unit else {}),
            }
            for field in layout.fields
        ],
        "total": len(table),
        "shown": shown,
        "by": by,
        "sums": {
            field.header: fsum(_numbers(table[field.header]))
            for field in layout.fields
            if field.has_total
        },
        "columns": [
            _column(field.kind, column if rows is None else [column[row] for row in rows])
            for field, column in zip(layout.fields, table.columns, strict=True)
        ],
    }


def _largest_rows(table: Table, shown: int) -> tuple[str, list[int] | None]:
    """Column by which the largest rows are chosen, and the rows in table order; None for all."""
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
    """JSON of a column: numbers as they are, text by index of its distinct values if shorter."""
    if kind not in ("text", "period", "date"):
        if all_finite_floats(values):
            return list(values)
        return [finite(value) if not isinstance(value, str) else clean(value) for value in values]
    texts = {
        value: value.isoformat() if isinstance(value, date) else clean(value)
        for value in dict.fromkeys(values)
    }
    places = {text: number for number, text in enumerate(dict.fromkeys(texts.values()))}
    if 2 * len(places) > len(values):
        return [texts[value] for value in values]
    return {"words": list(places), "at": [places[texts[value]] for value in values]}
