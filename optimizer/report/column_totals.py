"""Which columns of the result tables have a sum in the workbook and on the page.

The layouts say how a column aggregates; the exceptions stand here.
"""

from __future__ import annotations

from collections.abc import Set

from optimizer.result.result_table import ADDITIVE_KINDS, Field

RATIO_COLUMNS = {
    ("Purchases", "price"): ("cost", "tonnes"),
    ("Utilisation", "utilisation"): ("used", "capacity"),
    ("Shortages", "share short"): ("short", "wanted"),
}
"""Columns whose total is the total of one column divided by that of another."""
TABLES_WITHOUT_TOTALS = frozenset(
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
_UNDECLARED_LEVELS = {
    ("Scarcity", "bound"),
    *(
        (table, header)
        for table in ("Volume changes", "Changes by period")
        for header in ("before", "after", "change")
    ),
}
"""Columns that are not added up although their layout does not say so."""
_WORKBOOK_TOTALS_OF_LEVELS = {
    ("Balance", "opening"),
    ("Balance", "closing"),
    ("Take or pay", "least"),
    ("Take or pay", "taken"),
    ("Take or pay", "not taken"),
}
"""Levels of which the workbook shows a total nevertheless."""
_PAGE_SUMS_OF_LEVELS = {("Provenance", "tonnes"), ("Certificates", "tonnes")}
"""Levels of which the page holds a sum nevertheless."""


def has_workbook_total(table: str, field: Field) -> bool:
    """True if the workbook shows the sum of a column above it."""
    return _has_sum(table, field, _WORKBOOK_TOTALS_OF_LEVELS)


def has_page_sum(table: str, field: Field) -> bool:
    """True if the page holds the sum of a column over all rows."""
    return _has_sum(table, field, _PAGE_SUMS_OF_LEVELS)


def _has_sum(table: str, field: Field, levels: Set[tuple[str, str]]) -> bool:
    """True if a column adds up as its layout says, or is one of some levels."""
    column = (table, field.header)
    if table in TABLES_WITHOUT_TOTALS or field.kind not in ADDITIVE_KINDS:
        return False
    return column in levels or (field.adds_up and column not in _UNDECLARED_LEVELS)
