"""Result tables of a plan: the decisions and costs of the solved model."""

from optimizer.result.class_bookings import bookings
from optimizer.result.cost_table import by_category
from optimizer.result.price_layouts import RULE_COSTS, RULE_DATES, RULE_MOVES
from optimizer.result.result_layouts import LAYOUTS, REQUESTED, Table, Tables, in_order, table

__all__ = [
    "LAYOUTS",
    "REQUESTED",
    "RULE_COSTS",
    "RULE_DATES",
    "RULE_MOVES",
    "Table",
    "Tables",
    "bookings",
    "by_category",
    "in_order",
    "table",
]
