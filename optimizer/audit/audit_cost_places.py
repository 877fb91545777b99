"""Site, item and material of each row of Costs."""

from __future__ import annotations

from typing import Any

AuditCostPlace = tuple[str, str, str]
"""Site, item and material of a cost, as the table Costs shows them."""


def cost_place(name: str, key: Any) -> AuditCostPlace:
    """Place of the costs of a row of a result table, by the row's key."""
    if name in ("Purchases", "Take or pay"):
        offer, site, material = key
        return site, offer, material
    if name in ("Deliveries", "Shortages"):
        line, customer, material = key
        return customer, line, material
    if name == "Shipments":
        start, end, material, mode = key
        return start, lane_name(start, end, mode), material
    if name == "Production":
        site, recipe, feed = key
        return site, f"{recipe} of {feed}" if feed else recipe, ""
    return key[0], {"Stock": "stock", "Disposal": "disposal"}[name], key[1]


def lane_name(start: str, end: str, mode: str) -> str:
    """Name of a lane in the table Costs."""
    return f"{start} to {end}" + (f" by {mode}" if mode else "")
