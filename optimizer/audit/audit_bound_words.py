"""What a bound says in the reasons of shortages, and whether a sentence says it."""

from __future__ import annotations

from typing import Any

from optimizer.audit.audit_entitlements import Entitlements
from optimizer.audit.audit_restriction import HIGH, LOW, Restriction, addresses, cells
from optimizer.tables.schema import INFINITY, SHEETS

KINDS = {
    "Supply": ("offer", "contract"),
    "Units": ("capacity", "minimum load"),
    "Processes": ("process limit",),
    "Lanes": ("lane", "least shipment"),
    "Stocks": ("stock bound", "days of cover"),
    "Demand": ("demand", "least delivery"),
    "Rules": ("rule share",),
    "Limits": ("limit",),
    "Blends": ("blend",),
    "Options": ("option",),
}
_SAID = {
    ("offer", LOW): "at least {value} of {0} must be bought",
    ("offer", HIGH): "{0} sells at most {value}",
    ("contract", HIGH): "the contract of {0} is for at most {value}",
    ("capacity", HIGH): "{1} at {0} has a capacity of {value}",
    ("process limit", LOW): "{0} must be run, at least {value}",
    ("process limit", HIGH): "{0} is run at most {value}",
    ("lane", HIGH): "{0}, where it is used, carries at most {value}",
    ("least shipment", LOW): "{0}, where it is used, carries at least {value}",
    ("stock bound", LOW): "{0} must hold at least {value} of {1}",
    ("stock bound", HIGH): "{0} can hold at most {value} of {1}",
    ("days of cover", LOW): "{1} at {0} must cover {value}",
    ("least delivery", LOW): "{0} must get at least {value} of its {2}",
    ("demand", HIGH): "{0} takes at most {value} of {2}",
    ("rule share", HIGH): "rule {0}: at most {value} of the deliveries to {2} may be non-compliant",
    ("limit", LOW): "{0} ({1}) must be at least {value}",
    ("limit", HIGH): "{0} ({1}) may be at most {value}",
    ("blend", LOW): "{1} at {0} takes in at least {value} of {2}",
    ("blend", HIGH): "{1} at {0} takes in at most {value} of {2}",
    ("option", HIGH): "{0} is built at most {value} times",
}
"""What a bound says, by kind and side."""
_LOADS = (
    "{1} at {0} must run at no less than {value} of its capacity",
    "{1} at {0}, where it runs, runs at no less than {value} of capacity",
)
"""What a minimum load says: of rows that may not idle, and of those that may."""


def sentences(given: Entitlements, own: Restriction, i: int, side: int) -> list[str]:
    """Ways to say a bound with its cells; of a minimum load there are two."""
    patterns = _LOADS if own.kind == "minimum load" else (_SAID.get((own.kind, side), ""),)
    at = " and ".join(addresses(given, own, i, side)[:2]) or own.sheet
    found = [
        _value(given, own.sheet, row, header) for row, header in cells(given, own, i, side)[:2]
    ]
    value = " and ".join(dict.fromkeys(found)) or "0 (no row covers it)"
    window = own.labels[i] or own.names[-1]
    when = f" in {window}" if window[:4].isdigit() else ""
    return [f"{at}: {pattern.format(*own.names, value=value)}{when}" for pattern in patterns]


def _value(given: Entitlements, sheet: str, row: Any, header: str) -> str:
    """A cell with its unit; a share in per cent."""
    currency = given.case.settings.currency
    if sheet == "Demand" and header in dict(row.by_period):
        return f"{dict(row.by_period)[header]:,.6g} t"
    column = next(
        (name, own) for name, own in SHEETS[sheet].columns.items() if own.header == header
    )
    value, unit = getattr(row, column[0]), column[1].unit.replace("{currency}", currency)
    if sheet == "Limits":
        unit = "share" if row.as_ == "share" else _measured(row, currency)
    if unit == "share":
        return f"{value * 100:.6g} %"
    if unit == "t/t":
        return f"{value:.4g} t/t"
    return f"{'no limit' if value == INFINITY else f'{value:,.6g}'} {unit}".strip()


def _measured(row: Any, currency: str) -> str:
    unit = {"made": "activity", "built": "", "spent": currency}.get(row.measure, "t")
    return unit if row.window == "horizon" else f"{unit} per {row.window}".strip()
