"""Sentences that reasons of shortages use for each bound."""

from __future__ import annotations

from typing import Any

from optimizer.audit.audit_restriction import (
    MAXIMUM_SIDE,
    MINIMUM_SIDE,
    Restriction,
    bound_addresses,
    bound_cells,
)
from optimizer.audit.audit_workbook import AuditWorkbook
from optimizer.tables.schema import INFINITY, SHEETS

BOUND_KINDS_BY_SHEET = {
    "Supply": ("offer", "contract"),
    "Units": ("capacity", "minimum load"),
    "Processes": ("process limit",),
    "Lanes": ("lane", "minimum shipment"),
    "Stocks": ("stock bound", "days of cover"),
    "Demand": ("demand", "minimum delivery"),
    "Rules": ("rule share",),
    "Limits": ("limit",),
    "Blends": ("blend",),
    "Options": ("option",),
}
_BOUND_SENTENCES = {
    ("offer", MINIMUM_SIDE): "at least {value} of {0} must be bought",
    ("offer", MAXIMUM_SIDE): "{0} sells at most {value}",
    ("contract", MAXIMUM_SIDE): "the contract of {0} is for at most {value}",
    ("capacity", MAXIMUM_SIDE): "{1} at {0} has a capacity of {value}",
    ("process limit", MINIMUM_SIDE): "the activity of {0} must be at least {value}",
    ("process limit", MAXIMUM_SIDE): "the activity of {0} may be at most {value}",
    ("lane", MAXIMUM_SIDE): "lane {0}, when used, carries at most {value}",
    ("minimum shipment", MINIMUM_SIDE): "lane {0}, when used, must carry at least {value}",
    ("stock bound", MINIMUM_SIDE): "{0} must hold at least {value} of {1}",
    ("stock bound", MAXIMUM_SIDE): "{0} can hold at most {value} of {1}",
    ("days of cover", MINIMUM_SIDE): "the stock of {1} at {0} must cover {value}",
    (
        "minimum delivery",
        MINIMUM_SIDE,
    ): "at least {value} of the demand of {0} for {2} must be delivered",
    ("demand", MAXIMUM_SIDE): "the demand of {0} for {2} is at most {value}",
    (
        "rule share",
        MAXIMUM_SIDE,
    ): "rule {0}: at most {value} of the deliveries to {2} may be non-compliant",
    ("limit", MINIMUM_SIDE): "{0} ({1}) must be at least {value}",
    ("limit", MAXIMUM_SIDE): "{0} ({1}) may be at most {value}",
    ("blend", MINIMUM_SIDE): "{1} at {0} takes in at least {value} of {2}",
    ("blend", MAXIMUM_SIDE): "{1} at {0} takes in at most {value} of {2}",
    ("option", MAXIMUM_SIDE): "{0} is built at most {value} times",
}
"""Sentence of a bound, by kind and side."""
_MINIMUM_LOAD_SENTENCES = (
    "{1} at {0} must run at {value} of its capacity or more",
    "{1} at {0}, when it runs, must run at {value} of its capacity or more",
)
"""Sentence of a minimum load: of rows that may not idle, and of rows that may."""

_UNITS_IN_SENTENCES = {
    "use per year": "per year",
    "activity per year": "units of activity per year",
}
"""Units of columns that read otherwise in a sentence."""


def bound_sentences(
    workbook: AuditWorkbook, restriction: Restriction, i: int, side: int
) -> list[str]:
    """Possible sentences for a bound with its cells; a minimum load has two."""
    patterns = (
        _MINIMUM_LOAD_SENTENCES
        if restriction.kind == "minimum load"
        else (_BOUND_SENTENCES.get((restriction.kind, side), ""),)
    )
    places = " and ".join(bound_addresses(workbook, restriction, i, side)[:2]) or restriction.sheet
    values = [
        _value_text(workbook, restriction.sheet, row, header)
        for row, header in bound_cells(workbook, restriction, i, side)[:2]
    ]
    value = " and ".join(dict.fromkeys(values)) or "0 (no row covers it)"
    window = restriction.labels[i] or restriction.names[-1]
    when = f" in {window}" if window[:4].isdigit() else ""
    return [
        f"{places}: {pattern.format(*restriction.names, value=value)}{when}" for pattern in patterns
    ]


def _value_text(workbook: AuditWorkbook, sheet: str, row: Any, header: str) -> str:
    """A cell with its unit; a share in per cent."""
    currency = workbook.case.settings.currency
    if sheet == "Demand" and header in dict(row.by_period):
        return f"{dict(row.by_period)[header]:,.6g} t"
    column = next(
        (name, declared)
        for name, declared in SHEETS[sheet].columns.items()
        if declared.header == header
    )
    value, unit = getattr(row, column[0]), column[1].unit_in(currency)
    unit = _UNITS_IN_SENTENCES.get(unit, unit)
    if sheet == "Limits":
        unit = "share" if row.as_ == "share" else _measure_unit(row, currency)
    if unit == "share":
        return f"{value * 100:.6g} %"
    if unit == "t/t":
        return f"{value:.4g} t/t"
    return f"{'no limit' if value == INFINITY else f'{value:,.6g}'} {unit}".strip()


def _measure_unit(row: Any, currency: str) -> str:
    unit = {"made": "units of activity", "built": "", "spent": currency}.get(row.measure, "t")
    return unit if row.window == "horizon" else f"{unit} per {row.window}".strip()
