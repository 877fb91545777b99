"""Which cell styles of a workbook show dates."""

from __future__ import annotations

import re
from typing import Final
from xml.etree import ElementTree

from optimizer.tables.excel_package import ExcelPackage

DATE_FORMAT_NUMBERS: Final = frozenset(
    (*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59))
)
"""Built-in number formats that show a date or a time (ECMA-376 part 1, 18.8.30)."""
_LITERAL: Final = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.')
"""Parts of a number format that stand for themselves, colours and conditions."""


def date_styles(package: ExcelPackage) -> frozenset[int]:
    """Numbers of the cell styles that show dates, of a workbook that counts days from 1900.

    Empty for a workbook that counts from 1904, or has no styles.
    """
    xml = package.styles
    if xml is None or package.counts_from_1904:
        return frozenset()
    root = ElementTree.fromstring(xml)
    custom = {
        each.attrib.get("numFmtId"): each.attrib.get("formatCode", "")
        for each in root.iterfind("{*}numFmts/{*}numFmt")
    }
    styles = set()
    for number, style in enumerate(root.iterfind("{*}cellXfs/{*}xf")):
        id_ = style.attrib.get("numFmtId", "0")
        if id_ in custom:
            shows = re.search("[yd]", _LITERAL.sub("", custom[id_]), re.IGNORECASE) is not None
        else:
            shows = id_.isdigit() and int(id_) in DATE_FORMAT_NUMBERS
        if shows:
            styles.add(number)
    return frozenset(styles)
