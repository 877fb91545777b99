"""Why the plan is what it is, what each thing is worth, and what to do where there is no plan."""

from optimizer.explain.alert_kinds import (
    ALERT_KINDS,
    CHANGED_MODEL,
    COMPLIANCE,
    INPUT,
    RISK_KINDS,
    SOLUTION,
)
from optimizer.explain.alerts import alerts
from optimizer.explain.bound_sensitivity import bound_moves
from optimizer.explain.cell_edits import Edit
from optimizer.explain.conflict import NO_CONFLICT, Conflict, ConflictingRequirement, conflict
from optimizer.explain.price_tables import PriceTables, pricing
from optimizer.explain.repair import Repair, repairs, unbounded_purchases
from optimizer.explain.risks import Alert
from optimizer.tracing.lawfulness_verdict import NO_RULES, YES

__all__ = [
    "ALERT_KINDS",
    "CHANGED_MODEL",
    "COMPLIANCE",
    "INPUT",
    "NO_CONFLICT",
    "NO_RULES",
    "RISK_KINDS",
    "SOLUTION",
    "YES",
    "Alert",
    "Conflict",
    "ConflictingRequirement",
    "Edit",
    "PriceTables",
    "Repair",
    "alerts",
    "bound_moves",
    "conflict",
    "pricing",
    "repairs",
    "unbounded_purchases",
]
