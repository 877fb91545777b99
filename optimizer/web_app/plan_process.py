"""A plan of the page: ``optimizer solve`` of a workbook, alone or after an earlier plan."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from optimizer.web_app.command_process import CommandProcess
from optimizer.web_app.input_copy import copy_input
from optimizer.web_app.workbook_view import WorkbookView

PLAN_FILES = {"plan": "plan.xlsx", "page": "report.html", "record": "run.json"}
"""Files that a plan writes to its folder, by the word for each in addresses."""
RECORD_FIELDS = (
    *("status", "objective", "currency", "gap", "shortage", "audit", "repairs"),
    *("lawful", "lawful_notes", "rules", "costs"),
)
"""Fields of the record that the page shows."""
STOPPED_WITHOUT_PLAN = "Stopped before there was a plan."


class PlanProcess(CommandProcess):
    """One solve of a workbook: its folder, its progress and its plan.

    ``note`` says in words what was asked for.
    """

    kind = "plan"
    file_names = PLAN_FILES
    stopped_message = STOPPED_WITHOUT_PLAN
    input: Path | None = None

    def __init__(self, number: int, folder: Path, output: Path, note: str = "") -> None:
        super().__init__(number, folder, output)
        self.note = note
        self.follows = False
        """True if it keeps decisions of another plan."""
        self.prices_rules = False
        """True if it also solves without each rule."""

    def begin(self, workbook: WorkbookView, options: Sequence[str] = ()) -> None:
        """Start to solve a copy of a workbook; ``options`` are further arguments."""
        self.name = workbook.name
        self.input = copy_input(workbook, self.folder, PLAN_FILES.values())
        self.start(["solve", str(self.input), "--output", str(self.folder), *options])

    @property
    def plan(self) -> Path | None:
        """Path of the results workbook, if there is one."""
        return self.file("plan")

    def to_dict(self) -> dict[str, Any]:
        """JSON of the plan, as the page shows it."""
        shown = {field: self.record.get(field) for field in RECORD_FIELDS}
        asked = {"follows": self.follows, "prices_rules": self.prices_rules}
        known = {"note": self.note, "opened": False, "verified": True}
        return super().to_dict() | shown | asked | known

    def _is_result(self, record: dict[str, Any]) -> bool:
        return "objective" in record

    def _is_empty(self, record: dict[str, Any]) -> bool:
        return record["objective"] is None and record["status"] == "interrupted"
