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
from optimizer.result.result_layouts import CERTIFICATES_LAYOUT, Tables
from optimizer.tables import SHEETS

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

    from optimizer.result.result_layouts import Table

MAX_LINKS = 65_000
"""Maximum links on a sheet; Excel takes 65,530."""
CERTIFICATE_SOURCES = {
    "Provenance": ("line", "customer", "material", "period"),
    "Deliveries": ("line", "customer", "material", "period"),
    "Compliance": ("line", "rule"),
}
"""Tables that a certificate links to, and the columns that identify its first row there."""
ROW_NUMBER_COLUMNS = {("Take or pay", "row"): "Supply", ("Compliance", "row"): "Rules"}
"""Columns with row numbers of a sheet of the input, by table and header."""
INPUT_REFERENCE_COLUMNS = {"cell": "", "rests on": "", "value": "Run"}
"""Columns of text that name cells or rows of the input, and the only table where they do (blank:
any table). The link leads to the first that a text names."""
_SHEET_NAMES = "|".join(sorted(map(re.escape, ("Settings", *SHEETS)), key=len, reverse=True))
_INPUT_REFERENCE = re.compile(rf"\b({_SHEET_NAMES})(?:!([A-Z]{{1,3}})(\d+)?| row (\d+)|(?=:))")
_UNDECODED_BYTE = re.compile("[\udc80-\udcff]")
"""Surrogate with which Python represents a byte of a path that it cannot decode."""
_MAX_PATH_CHARACTERS = 2000
"""Longest path of a link; Excel takes 2,079 characters."""


class RowFinder:
    """Finds the row behind a figure: in the pivot if it has the columns, or else in the table."""

    def __init__(self, tables: Tables, positions: Mapping[str, TablePosition]) -> None:
        self._tables, self._positions = tables, positions
        self._cells_by_key: dict[tuple[str, tuple[str, ...]], dict[tuple[str, ...], str]] = {}

    def link(self, target: LinkTarget | None) -> str:
        """Link to the rows behind a figure; empty if there is no target or no sheet for it."""
        if target is None or target.table not in self._positions:
            return ""
        if not target.key_values:
            return f"internal:{quoted_sheet(target.table)}!A1"
        headers = tuple(header for header, _ in target.key_values)
        key = (target.table, headers)
        if key not in self._cells_by_key:
            self._cells_by_key[key] = self._first_cells(target.table, headers)
        cell = self._cells_by_key[key].get(tuple(value for _, value in target.key_values), "A1")
        return f"internal:{quoted_sheet(target.table)}!{cell}"

    def _first_cells(self, name: str, headers: Sequence[str]) -> dict[tuple[str, ...], str]:
        """Address of the first cell for each combination of values of some columns."""
        table, position = self._tables[name], self._positions[name]
        keys = table.layout.pivot[0] if table.layout.pivot and position.pivot else ()
        cells: dict[tuple[str, ...], str] = {}
        if position.pivot and set(headers) <= set(keys):
            columns = [keys.index(header) for header in headers]
            for row, labels in enumerate(position.pivot.rows, position.pivot.first):
                key = tuple(labels[column] for column in columns)
                cells.setdefault(key, address(row, position.pivot.keys))
            return cells
        rows = _first_rows(table, headers, position.first)
        return {key: address(row, 0) for key, row in rows.items()}


def _first_rows(table: Table, headers: Sequence[str], top: int) -> dict[tuple[str, ...], int]:
    """First row of the sheet for each combination of values; ``top`` is the first data row."""
    rows: dict[tuple[str, ...], int] = {}
    for row, key in enumerate(zip(*(table[header] for header in headers), strict=True), top):
        rows.setdefault(key, row)
    return {tuple(map(clean, key)): row for key, row in reversed(rows.items())}


def relative_path(source: str, target: str | os.PathLike[str]) -> str:
    """Path of the input relative to the results; absolute if they share no root."""
    try:
        return os.path.relpath(source, Path(target).parent)
    except ValueError:
        return os.path.abspath(source)


def input_link(path: str, sheet: str, cell: str = "A1") -> str:
    """Link to a cell of the input workbook; empty if the path is unknown or too long.

    >>> input_link("../my case.xlsx", "Supply", "F12")
    "external:../my%20case.xlsx#'Supply'!F12"
    """
    escaped = path.replace("%", "%25").replace("#", "%23").replace(" ", "%20")
    escaped = _UNDECODED_BYTE.sub(lambda match: f"%{ord(match[0]) - 0xDC00:02X}", escaped)
    if not path or not sheet or len(escaped) > _MAX_PATH_CHARACTERS:
        return ""
    return f"external:{escaped}#{quoted_sheet(sheet)}!{cell or 'A1'}"


def input_reference(text: str) -> tuple[str, str]:
    """Sheet and cell of the input that a text names first; two empty strings if it names none.

    >>> input_reference("Supply!H (firm): 'Kokbulak' is not firm")
    ('Supply', 'H1')
    >>> input_reference("Pipeline row 7 (PO-2026-090) 1.6%")
    ('Pipeline', 'A7')
    >>> input_reference("Units: 7 rows are off")
    ('Units', 'A1')
    """
    match = _INPUT_REFERENCE.search(text)
    if not match:
        return "", ""
    sheet, column, row, row_only = match.groups()
    return sheet, f"{column or 'A'}{row or row_only or 1}"


def alert_link(path: str, alert: str) -> str:
    """Link to the cell of the input that an alert is about.

    It uses the ``sheet`` and ``cell`` of the alert, or else the first cell that its text names.
    """
    sheet, cell = getattr(alert, "sheet", ""), getattr(alert, "cell", "")
    return _cell_link(path, sheet, cell) if sheet else input_link(path, *input_reference(alert))


def _cell_link(path: str, sheet: str, cell: str) -> str:
    """Link to a cell of the input, to the top of a column, or to a sheet."""
    if not cell[:1].isalpha():
        cell = f"A{cell}"
    return input_link(path, sheet, cell if cell[-1:].isdigit() else f"{cell}1")


def input_links(table: Table, header: str, path: str) -> list[str]:
    """Links of a column to the input, one a row; empty if no row has one or they are too many."""
    sheet = ROW_NUMBER_COLUMNS.get((table.layout.name, header))
    values: Sequence[Any] = table[header]
    has_references = INPUT_REFERENCE_COLUMNS.get(header) in ("", table.layout.name)
    if not path or not (sheet or has_references):
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
    sheet: Worksheet, tables: Tables, positions: Mapping[str, TablePosition], forms: Formats
) -> None:
    """Write beside each certificate a link to the first row behind it in each source table."""
    certificates, position = tables[CERTIFICATES_LAYOUT.name], positions[CERTIFICATES_LAYOUT.name]
    sources = [
        name
        for name in CERTIFICATE_SOURCES
        if len(certificates) and name in tables and len(tables[name])
    ]
    links_left = MAX_LINKS - position.links
    for column, name in enumerate(sources, len(CERTIFICATES_LAYOUT.fields) + 1):
        headers = CERTIFICATE_SOURCES[name]
        first = _first_rows(tables[name], headers, positions[name].first)
        write_text(sheet, position.first - 1, column, f"see {name}", forms("column"))
        sheet.set_column(column, column, 16)
        keys = zip(*(map(clean, certificates[header]) for header in headers), strict=True)
        for row, key in enumerate(keys, position.first):
            if key in first and links_left > 0:
                link = f"internal:{quoted_sheet(name)}!{address(first[key], 0)}"
                text = f"{name} row {first[key] + 1}"
                sheet.write_url(row, column, link, forms("link"), text, f"Go to {name}")
                links_left -= 1
