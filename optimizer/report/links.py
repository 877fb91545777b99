"""Links from each certificate to the rows behind it, beside the table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.report.cells import address, quoted
from optimizer.report.formats import Formats
from optimizer.report.rows import write_text
from optimizer.report.sheet import FIRST, HEADER
from optimizer.solution.tables import CERTIFICATES, Tables

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

MOST = 65_000
"""Links on a sheet: Excel allows 65,530."""
BEHIND = {
    "Provenance": ("line", "customer", "material", "period"),
    "Deliveries": ("line", "customer", "material", "period"),
    "Compliance": ("line", "rule"),
}
"""Tables that a certificate links to, and the columns that it finds its row by."""


def write_links(sheet: Worksheet, tables: Tables, forms: Formats) -> None:
    """Right of the certificates: a link to the first row behind each, by table."""
    given = tables[CERTIFICATES.name]
    shown = [name for name in BEHIND if len(given) and name in tables and len(tables[name])]
    left = 0
    for column, name in enumerate(shown, len(CERTIFICATES.fields) + 1):
        headers = BEHIND[name]
        first: dict[tuple[object, ...], int] = {}
        for row, key in enumerate(zip(*(tables[name][h] for h in headers), strict=True), FIRST):
            first.setdefault(key, row)
        write_text(sheet, HEADER, column, f"see {name}", forms("column"))
        sheet.set_column(column, column, 16)
        for row, key in enumerate(zip(*(given[h] for h in headers), strict=True), FIRST):
            if key in first and left < MOST:
                link = f"internal:{quoted(name)}!{address(first[key], 0)}"
                text = f"{name} row {first[key] + 1}"
                sheet.write_url(row, column, link, forms("link"), text, f"Go to {name}")
                left += 1
