"""Links: from figures to the rows behind them, from rows to the cells of the input workbook."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from optimizer.report.excel_rows import write_text
from optimizer.report.excel_values import address, clean, quoted_sheet
from optimizer.report.formats import Formats
from optimizer.report.sheet_positions import LinkTarget, TablePosition
from optimizer.result.result_layouts import CERTIFICATES, Tables
from optimizer.tables import SHEETS

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

    from optimizer.result.result_layouts import Table

MAX_LINKS = 65_000
"""Links on a sheet: Excel allows 65,530."""
CERTIFICATE_SOURCES = {
    "Provenance": ("line", "customer", "material", "period"),
    "Deliveries": ("line", "customer", "material", "period"),
    "Compliance": ("line", "rule"),
}
"""Tables that a certificate links to, and the columns that it finds its row by."""
ROW_NUMBER_COLUMNS = {("Take or pay", "row"): "Supply", ("Compliance", "row"): "Rules"}
"""Columns that hold the row of a sheet of the input."""
INPUT_REFERENCE_COLUMNS = {"cell": "", "rests on": "", "value": "Run"}
"""Columns of text that name cells or rows of the input, and the one table where they do (any
if empty); the first place that is named is linked."""
_SHEET_NAMES = "|".join(sorted(map(re.escape, ("Settings", *SHEETS)), key=len, reverse=True))
_INPUT_REFERENCE = re.compile(rf"\b({_SHEET_NAMES})(?:!([A-Z]{{1,3}})(\d+)?| row (\d+)|(?=:))")
_UNDECODED_BYTE = re.compile("[\udc80-\udcff]")
"""What Python makes of a byte of a path that is no letter in the system's encoding."""
_MAX_PATH_CHARACTERS = 2000
"""Characters of a path; Excel takes 2,079."""


class RowFinder:
    """Where the rows behind a figure stand: in the pivot, or the first one in the table."""

    def __init__(self, tables: Tables, places: Mapping[str, TablePosition]) -> None:
        self._tables, self._places = tables, places
        self._known: dict[tuple[str, tuple[str, ...]], dict[tuple[str, ...], str]] = {}

    def link(self, target: LinkTarget | None) -> str:
        """Link to the rows behind a figure; empty where there are none."""
        if target is None or target.table not in self._places:
            return ""
        if not target.where:
            return f"internal:{quoted_sheet(target.table)}!A1"
        headers = tuple(header for header, _ in target.where)
        key = (target.table, headers)
        if key not in self._known:
            self._known[key] = self._cells(target.table, headers)
        cell = self._known[key].get(tuple(value for _, value in target.where), "A1")
        return f"internal:{quoted_sheet(target.table)}!{cell}"

    def _cells(self, name: str, headers: Sequence[str]) -> dict[tuple[str, ...], str]:
        """First cell for each combination of values of some columns."""
        table, place = self._tables[name], self._places[name]
        keys = table.layout.pivot[0] if table.layout.pivot and place.pivot else ()
        found: dict[tuple[str, ...], str] = {}
        if place.pivot and set(headers) <= set(keys):
            columns = [keys.index(header) for header in headers]
            for row, labels in enumerate(place.pivot.rows, place.pivot.first):
                key = tuple(labels[column] for column in columns)
                found.setdefault(key, address(row, place.pivot.keys))
            return found
        rows = _first_rows(table, headers, place.first)
        return {key: address(row, 0) for key, row in rows.items()}


def _first_rows(table: Table, headers: Sequence[str], top: int) -> dict[tuple[str, ...], int]:
    """First row of the sheet for each combination of values of some columns."""
    found: dict[tuple[str, ...], int] = {}
    for row, key in enumerate(zip(*(table[header] for header in headers), strict=True), top):
        found.setdefault(key, row)
    return {tuple(map(clean, key)): row for key, row in reversed(found.items())}


def relative_path(source: str, target: str | os.PathLike[str]) -> str:
    """Path of the input as seen from the results; absolute where they share no root."""
    try:
        return os.path.relpath(source, Path(target).parent)
    except ValueError:
        return os.path.abspath(source)


def input_link(path: str, sheet: str, cell: str = "A1") -> str:
    """Link to a cell of the input workbook; empty where it is not known how it is reached.

    >>> input_link("../my case.xlsx", "Supply", "F12")
    "external:../my%20case.xlsx#'Supply'!F12"
    """
    escaped = path.replace("%", "%25").replace("#", "%23").replace(" ", "%20")
    escaped = _UNDECODED_BYTE.sub(lambda found: f"%{ord(found[0]) - 0xDC00:02X}", escaped)
    if not path or not sheet or len(escaped) > _MAX_PATH_CHARACTERS:
        return ""
    return f"external:{escaped}#{quoted_sheet(sheet)}!{cell or 'A1'}"


def input_reference(text: str) -> tuple[str, str]:
    """Sheet and cell of the input that a text names first; two empty texts if it names none.

    >>> place_in("Supply!H (firm): 'Kokbulak' is not firm")
    ('Supply', 'H1')
    >>> place_in("Pipeline row 7 (PO-2026-090) 1.6%"), place_in("Units: 7 rows are off")
    (('Pipeline', 'A7'), ('Units', 'A1'))
    """
    found = _INPUT_REFERENCE.search(text)
    if not found:
        return "", ""
    sheet, column, row, alone = found.groups()
    return sheet, f"{column or 'A'}{row or alone or 1}"


def alert_link(path: str, alert: str) -> str:
    """Link to the cell of the input that an alert stems from.

    An alert that knows its ``sheet`` and ``cell`` is believed, otherwise its words are read.
    """
    sheet, cell = getattr(alert, "sheet", ""), getattr(alert, "cell", "")
    return _cell_link(path, sheet, cell) if sheet else input_link(path, *input_reference(alert))


def _cell_link(path: str, sheet: str, cell: str) -> str:
    """Link to a cell of the input, to the top of a column, or to a sheet."""
    if not cell[:1].isalpha():
        cell = f"A{cell}"
    return input_link(path, sheet, cell if cell[-1:].isdigit() else f"{cell}1")


def input_links(table: Table, header: str, path: str) -> list[str]:
    """Links of the rows of a column to the input; empty if it has none."""
    sheet = ROW_NUMBER_COLUMNS.get((table.layout.name, header))
    values: Sequence[Any] = table[header]
    named = INPUT_REFERENCE_COLUMNS.get(header) in ("", table.layout.name)
    if not path or not (sheet or named):
        return []
    if sheet:
        links = [input_link(path, sheet, f"A{int(value)}") if value else "" for value in values]
    elif header == "cell" and "sheet" in table.layout.headers:
        pairs = zip(table["sheet"], values, strict=True)
        links = [_cell_link(path, *map(clean, pair)) for pair in pairs]
    else:
        links = [input_link(path, *input_reference(clean(value))) for value in values]
    return links if any(links) and sum(map(bool, links)) <= MAX_LINKS else []


def write_certificate_links(
    sheet: Worksheet, tables: Tables, places: Mapping[str, TablePosition], forms: Formats
) -> None:
    """Right of the certificates: a link to the first row behind each, by table."""
    given, place = tables[CERTIFICATES.name], places[CERTIFICATES.name]
    shown = [
        name for name in CERTIFICATE_SOURCES if len(given) and name in tables and len(tables[name])
    ]
    left = MAX_LINKS - place.links
    for column, name in enumerate(shown, len(CERTIFICATES.fields) + 1):
        headers = CERTIFICATE_SOURCES[name]
        first = _first_rows(tables[name], headers, places[name].first)
        write_text(sheet, place.first - 1, column, f"see {name}", forms("column"))
        sheet.set_column(column, column, 16)
        keys = zip(*(map(clean, given[h]) for h in headers), strict=True)
        for row, key in enumerate(keys, place.first):
            if key in first and left > 0:
                link = f"internal:{quoted_sheet(name)}!{address(first[key], 0)}"
                text = f"{name} row {first[key] + 1}"
                sheet.write_url(row, column, link, forms("link"), text, f"Go to {name}")
                left -= 1
