"""Which columns of the result tables are added up, and which are ratios or levels."""

from __future__ import annotations

from optimizer.report.formats import SUMMED_KINDS
from optimizer.result.result_layouts import Field

RATIO_COLUMNS = {
    ("Purchases", "price"): ("cost", "tonnes"),
    ("Utilisation", "utilisation"): ("used", "capacity"),
    ("Shortages", "share short"): ("short", "wanted"),
}
"""Columns whose total is the total of one column divided by that of another."""
LEVEL_COLUMNS = {("Stock", "tonnes")}
"""Columns of levels: over periods they are averaged, not added."""
_TABLES_WITHOUT_TOTALS = frozenset(
    (
        "Scenarios",
        "Stress",
        "Frontier",
        "Alternatives",
        "By scenario",
        "Value",
        "Here and now",
        "Cost changes",
    )
)
"""Tables whose rows are whole plans or measures: no column of theirs is added up."""
_NEVER_ADDED = LEVEL_COLUMNS | {
    ("Scarcity", "bound"),
    *(
        (table, header)
        for table in ("Volume changes", "Changes by period")
        for header in ("before", "after", "change")
    ),
}
"""Columns whose sum says nothing, on the page and in the workbook."""
_NO_WORKBOOK_TOTAL = _NEVER_ADDED | {("Provenance", "tonnes"), ("Certificates", "tonnes")}
"""Columns without a total in the workbook: also where the same tonnes stand in several rows."""
_NO_PAGE_SUM = _NEVER_ADDED | {
    ("Balance", "opening"),
    ("Balance", "closing"),
    ("Take or pay", "least"),
    ("Take or pay", "taken"),
    ("Take or pay", "not taken"),
}
"""Columns without a sum on the page: also levels of stock, and terms of one contract."""


def has_workbook_total(table: str, field: Field) -> bool:
    """True if the workbook shows the sum of a column above it."""
    return _is_summed_kind(table, field) and (table, field.header) not in _NO_WORKBOOK_TOTAL


def has_page_sum(table: str, field: Field) -> bool:
    """True if the page holds the sum of a column over all rows."""
    return _is_summed_kind(table, field) and (table, field.header) not in _NO_PAGE_SUM


def _is_summed_kind(table: str, field: Field) -> bool:
    return field.kind in SUMMED_KINDS and table not in _TABLES_WITHOUT_TOTALS
