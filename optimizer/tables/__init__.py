"""What the workbook says: sheets, reading, checks, template. Knows Excel, no mathematics."""

from optimizer.tables.case import Case
from optimizer.tables.dates import Horizon, label
from optimizer.tables.read import check, read, read_frames
from optimizer.tables.scenario_changes import (
    apply,
    apply_changes,
    changes_of,
    describe_changes,
    scenarios,
)
from optimizer.tables.schema import SHEETS, Column, Sheet
from optimizer.tables.sheets import SETTINGS, STAGES, Change, Event

__all__ = [
    "SETTINGS",
    "SHEETS",
    "STAGES",
    "Case",
    "Change",
    "Column",
    "Event",
    "Horizon",
    "Sheet",
    "apply",
    "apply_changes",
    "changes_of",
    "check",
    "describe_changes",
    "label",
    "read",
    "read_frames",
    "scenarios",
]
