"""Units of the columns of result tables."""

from __future__ import annotations


def unit_label(kind: str, currency: str, table: str = "") -> str:
    """Unit that stands above a column; empty for text and shares."""
    per = {"Scarcity": "unit", "Break-even": "t or unit"}.get(table, "t")
    units = {"tonnes": "t", "amount": "units", "money": currency, "price": f"{currency}/{per}"}
    return units.get(kind, "")
