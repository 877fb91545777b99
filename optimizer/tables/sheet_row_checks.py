"""Checks of the rows and columns of one sheet while it is read: totals, hidden rows, periods."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from optimizer.tables.cell_grids import CellGrid
from optimizer.tables.cell_values import is_blank
from optimizer.tables.findings import Findings
from optimizer.tables.headers import HeaderColumns
from optimizer.tables.sheet_table import SheetTable
from optimizer.tables.text_matching import fold, letter, quoted

TOTALS_PATTERN = re.compile(
    r"(?:grand |sub[ -]?)?(?:totals?|sum|summe|gesamt|zwischensumme|somme|suma|somma|totale?s?"
    r"|итого|всего|合计|合計|总计|總計|小计|小計|計)(?: of .*| t| \(t\))?"
)


@lru_cache(maxsize=65536)
def _is_total(text: str) -> bool:
    return TOTALS_PATTERN.fullmatch(fold(text).strip(" :=.-_")) is not None


def check_totals(
    table: SheetTable, headers: HeaderColumns, cells: Sequence[Sequence[Any]], findings: Findings
) -> None:
    """Add an error for each row of totals, which would count as one more row."""
    keys = {
        place: name for name in table.sheet.key if (place := headers.places.get(name)) is not None
    }
    for position, row in enumerate(cells):
        if position in table.inactive:
            continue
        first = next((at for at, raw in enumerate(row) if not is_blank(raw)), 0)
        for place in dict.fromkeys((first, *keys)):
            raw = row[place] if place < len(row) else ""
            if type(raw) is str and _is_total(raw):
                table.unreadable.setdefault(position, set()).add(
                    keys.get(place, table.sheet.key[0])
                )
                findings.error(
                    table.sheet.name,
                    f"{quoted(raw)} looks like a row of totals, which would be read as one more "
                    "record",
                    "delete it, or write no under active",
                    row=table.rows[position],
                    letter=letter(place),
                    column=table.sheet.header(keys.get(place, table.sheet.key[0])),
                )
                break


def check_hidden_rows(table: SheetTable, grid: CellGrid, findings: Findings) -> None:
    """Warn of active rows that are hidden in Excel."""
    for position, number in enumerate(table.rows):
        if number in grid.hidden and position not in table.inactive:
            header = table.sheet.header(table.sheet.key[0])
            findings.warning(
                table.sheet.name,
                "the row is hidden, but active",
                "show it, or write no under active to leave it out",
                row=number,
                letter=table.letters.get(header, ""),
                column=header,
            )


def check_other_periods(
    table: SheetTable, headers: HeaderColumns, cells: Sequence[Sequence[Any]], findings: Findings
) -> None:
    """Warn of periods outside the horizon; filled columns of other period lengths are errors."""
    for label, place in headers.outside_horizon.items():
        if any(place < len(row) and not is_blank(row[place]) for row in cells):
            findings.warning(
                table.sheet.name,
                "the period is outside the horizon: ignored",
                row=headers.row + 1,
                letter=letter(place),
                column=label,
            )
    for label, (place, message, hint) in headers.other_lengths.items():
        filled = any(place < len(row) and not is_blank(row[place]) for row in cells)
        findings.add(
            "error" if filled else "warning",
            table.sheet.name,
            message if filled else f"{message}; empty, and ignored",
            hint,
            row=headers.row + 1,
            letter=letter(place),
            column=label,
        )
