"""Units of the columns of result tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from optimizer.result.result_table import Field


def unit_label(kind: str, currency: str, table: str = "") -> str:
    """Unit that stands above a column; empty for text and shares."""
    per = {"Scarcity": "unit", "Break-even": "t or unit"}.get(table, "t")
    units = {"tonnes": "t", "amount": "units", "money": currency, "price": f"{currency}/{per}"}
    return units.get(kind, "")


def field_unit(field: Field, currency: str, table: str = "") -> str:
    """Unit of a column of a table: its own, or else that of its kind."""
    if field.unit:
        return field.unit.replace("{currency}", currency)
    return unit_label(field.kind, currency, table)
