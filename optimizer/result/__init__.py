"""Result tables of a plan: the decisions and costs of the solved model."""

from optimizer.result.class_bookings import bookings
from optimizer.result.cost_table import by_category
from optimizer.result.price_layouts import (
    ALL_RULES,
    LAYOUTS_ON_REQUEST,
    RULE_COSTS_LAYOUT,
    RULE_DATES_LAYOUT,
    RULE_MOVES_LAYOUT,
)
from optimizer.result.result_layouts import (
    RESULT_LAYOUTS,
    Table,
    Tables,
    in_order,
    table,
)

__all__ = [
    "ALL_RULES",
    "LAYOUTS_ON_REQUEST",
    "RESULT_LAYOUTS",
    "RULE_COSTS_LAYOUT",
    "RULE_DATES_LAYOUT",
    "RULE_MOVES_LAYOUT",
    "Table",
    "Tables",
    "bookings",
    "by_category",
    "in_order",
    "table",
]
