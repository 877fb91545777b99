"""A study or a comparison of the page: a command of the register of studies in a process."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

from optimizer.studies.study_register import RegisteredStudy
from optimizer.web_app.command_process import CommandProcess

RUNS_FOLDER = "runs"
"""Folder in which a study keeps its finished runs."""
MAX_SHOWN_ROWS = 200
"""Rows of a table of a comparison that the page shows; the workbook has all."""


class StudyProcess(CommandProcess):
    """A study of a workbook. One that was stopped goes on from its finished runs.

    ``options`` are arguments of its command, ``note`` says in words what was chosen.
    """

    kind = "study"
    stopped_message = "Stopped before the first run was finished."
    input: Path

    def __init__(
        self,
        number: int,
        folder: Path,
        output: Path,
        study: RegisteredStudy,
        options: Sequence[str] = (),
        note: str = "",
    ) -> None:
        super().__init__(number, folder, output)
        self.study, self.options, self.note = study, tuple(options), note
        self.file_names = {"plan": f"{study.command}.xlsx", "page": f"{study.command}.html"}
        self.went_on = False
        """True once another run has taken up its work."""

    def begin(self, workbook: Path, name: str) -> None:
        """Start the study of the workbook at a path in its folder."""
        self.input, self.name = workbook, name
        output = ["--output", str(self.folder)]
        self.start([self.study.command, str(workbook), *output, *self.options])

    @property
    def can_go_on(self) -> bool:
        """True if it was stopped, and the same command goes on from finished runs."""
        finished = self.folder / RUNS_FOLDER
        return self.state == "stopped" and not self.went_on and any(finished.glob("*.json"))

    def to_dict(self) -> dict[str, Any]:
        """JSON of the study, as the page shows it."""
        return super().to_dict() | {
            "command": self.study.command,
            "title": self.study.title,
            "note": self.note,
            "status": self.record.get("status"),
            "notes": self.record.get("notes", []),
            "can_go_on": self.can_go_on,
        }

    def _stop_message(self, record: Any) -> str:
        text = str(record.get("message", "")) if isinstance(record, dict) else ""
        sentence = text.partition(";")[0].removesuffix(".")
        return f"{sentence[:1].upper()}{sentence[1:]}." if sentence else self.stopped_message


class ComparisonProcess(CommandProcess):
    """Two plans side by side: ``optimizer compare`` of their workbooks and, if known, their inputs.

    ``plans`` are the numbers of both plans, the former first.
    """

    kind = "comparison"
    file_names = MappingProxyType({"plan": "comparison.xlsx", "page": "comparison.html"})
    stopped_message = "Stopped before the plans were compared."
    inputs_known = False

    def __init__(self, number: int, folder: Path, output: Path, plans: tuple[int, int]) -> None:
        super().__init__(number, folder, output)
        self.plans = plans

    def begin(self, plans: Sequence[Path], inputs: Sequence[Path]) -> None:
        """Start to compare two results workbooks, and their inputs if there are two."""
        self.inputs_known = bool(inputs)
        words = ["compare", *map(str, plans), "--output", str(self.folder / "comparison.xlsx")]
        self.start([*words, *(["--inputs", *map(str, inputs)] if inputs else [])])

    def to_dict(self) -> dict[str, Any]:
        """JSON of the comparison, as the page shows it: the first rows of each table."""
        tables = self.record.get("tables", {})
        return super().to_dict() | {
            "plans": self.plans,
            "inputs_known": self.inputs_known,
            "lines": [],
            "tables": {name: rows[:MAX_SHOWN_ROWS] for name, rows in tables.items()},
            "row_counts": {name: len(rows) for name, rows in tables.items()},
            "words": self.record.get("words", []),
        }
