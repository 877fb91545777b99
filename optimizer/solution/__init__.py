"""What was decided: result tables, prices, compliance and the independent audit."""

from optimizer.solution.alerts import alerts
from optimizer.solution.audit import Audit, Auditor, audit
from optimizer.solution.bookings import bookings
from optimizer.solution.conflict import NO_CONFLICT, Clash, Conflict, conflict
from optimizer.solution.edits import Edit
from optimizer.solution.lawfulness import Lawfulness, lawfulness
from optimizer.solution.money import by_category
from optimizer.solution.price_tables import RULE_COSTS, RULE_DATES, RULE_MOVES
from optimizer.solution.pricing import Pricing, pricing
from optimizer.solution.record import run_record, tables_of
from optimizer.solution.repair import Repair, endless, repairs
from optimizer.solution.sensitivity import moves
from optimizer.solution.tables import LAYOUTS, REQUESTED, Table, Tables, in_order, table
from optimizer.solution.weak import Alert

__all__ = [
    "LAYOUTS",
    "NO_CONFLICT",
    "REQUESTED",
    "RULE_COSTS",
    "RULE_DATES",
    "RULE_MOVES",
    "Alert",
    "Audit",
    "Auditor",
    "Clash",
    "Conflict",
    "Edit",
    "Lawfulness",
    "Pricing",
    "Repair",
    "Table",
    "Tables",
    "alerts",
    "audit",
    "bookings",
    "by_category",
    "conflict",
    "endless",
    "in_order",
    "lawfulness",
    "moves",
    "pricing",
    "repairs",
    "run_record",
    "table",
    "tables_of",
]
