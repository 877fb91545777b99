"""Columns of the result tables whose total is a ratio of two other totals."""

from __future__ import annotations

RATIO_COLUMNS = {
    ("Purchases", "price"): ("cost", "tonnes"),
    ("Utilisation", "utilisation"): ("used", "capacity"),
    ("Shortages", "share short"): ("short", "wanted"),
}
"""Columns whose total is the total of one column divided by that of another."""
