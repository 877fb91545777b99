"""A results workbook that was dropped on the page, shown as the plan that it holds."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from optimizer.web_app.plan_process import PLAN_FILES
from optimizer.web_app.workbook_view import WorkbookView

if TYPE_CHECKING:
    from optimizer.tables.cell_grids import CellGrid

HEADER_ROWS = 20
"""First rows of a sheet of results in which its headers are sought."""
MAX_SEARCHED_RUNS = 1000
"""Folders of runs that are searched for the page and the input of a plan."""


class OpenedPlan:
    """A plan from its results workbook as it is now: edited rows count.

    Page and input are known if the folder of its run is among the ``output`` folders and the
    workbook has not been changed since; the input also if a workbook of ``inputs`` has its hash.
    """

    kind = "plan"
    label = ""
    state = "done"
    message = ""

    def __init__(
        self, number: int, workbook: WorkbookView, output: Path, inputs: Iterable[Path]
    ) -> None:
        self.number = number
        self.name = workbook.name
        self.workbook = workbook
        self.folder = workbook.path.parent
        self.ended = threading.Event()
        self.ended.set()
        self._grids = {grid.name: grid for grid in workbook.grids}
        self._run = {str(row["item"]): row["value"] for row in self._rows("Run", ("item", "value"))}
        self.input: Path | None = None
        self._run_folder = self._find_run_folder(output)
        if self._run_folder is not None:
            inputs = (*self._run_folder.glob("*.xls[xm]"), *inputs)
        sha256 = self._run.get("input sha256")
        self.input = next((each for each in inputs if hash_of(each) == sha256), None)

    @property
    def plan(self) -> Path:
        """Path of the results workbook."""
        return self.workbook.path

    def stop(self) -> None:
        """Nothing runs."""

    def file(self, word: str) -> Path | None:
        """The results workbook, or a file of its run's folder, by its word."""
        if word == "plan":
            return self.plan
        if self._run_folder is None or word not in PLAN_FILES:
            return None
        path = self._run_folder.resolve() / PLAN_FILES[word]
        return path if path.is_file() and path.resolve() == path else None

    def to_dict(self) -> dict[str, Any]:
        """JSON of the plan, as the page shows it."""
        costs: dict[str, float] = {}
        for row in self._rows("Costs", ("category", "discounted")):
            costs[row["category"]] = costs.get(row["category"], 0.0) + _number(row["discounted"])
        rules: dict[str, float] = {}
        for row in self._rows("Compliance", ("rule", "delivered")):
            rules[row["rule"]] = rules.get(row["rule"], 0.0) + _number(row["delivered"])
        notes = [value for item, value in self._run.items() if item == "lawful: note"]
        audit = str(self._run.get("audit", ""))
        return {
            "number": self.number,
            "kind": self.kind,
            "label": self.label,
            "opened": True,
            "verified": self._run_folder is not None,
            "follows": False,
            "name": self.name,
            "note": "opened from its results workbook",
            "folder": str(self._run_folder or ""),
            "state": self.state,
            "message": "",
            "step": "",
            "lines": [],
            "runs": None,
            "seconds": 0.0,
            "files": [word for word in PLAN_FILES if self.file(word)],
            "sheets": [{"name": grid.name, "rows": len(grid.rows)} for grid in self.workbook.grids],
            "status": str(self._run.get("status", "")),
            "objective": sum(costs.values()),
            "costs": costs,
            "currency": str(self._run.get("currency", "")),
            "gap": _number(self._run.get("gap")),
            "shortage": sum(_number(row["short"]) for row in self._rows("Shortages", ("short",))),
            "audit": {"passed": audit.startswith("Audit passed"), "verdict": audit},
            "repairs": [],
            "lawful": str(self._run.get("lawful", "")) or None,
            "lawful_notes": notes,
            "rules": rules,
        }

    def _rows(self, name: str, headers: tuple[str, ...]) -> Iterator[dict[str, Any]]:
        """Rows of a sheet below its headers, up to the first blank one."""
        grid = self._grids.get(name)
        start = _header_row(grid, headers) if grid else None
        if grid is None or start is None:
            return
        places = [list(grid.rows[start]).index(header) for header in headers]
        for row in grid.rows[start + 1 :]:
            cells = [row[place] if place < len(row) else "" for place in places]
            if cells[0] in ("", None):
                return
            yield dict(zip(headers, cells, strict=True))

    def _find_run_folder(self, output: Path) -> Path | None:
        """Folder in which this very workbook was written, if it is among the outputs."""
        run, sha256 = self._run.get("run"), hash_of(self.plan)
        records = sorted(output.glob(f"*/{PLAN_FILES['record']}"))[:MAX_SEARCHED_RUNS]
        for path in records if run else ():
            with suppress(OSError, ValueError, KeyError, TypeError):
                record = json.loads(path.read_text(encoding="utf-8"))
                if record["run"] == run and record["plan_sha256"] == sha256:
                    return path.parent
        return None


def hash_of(path: Path) -> str:
    """SHA-256 of a file; empty if it cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""


def _header_row(grid: CellGrid, headers: tuple[str, ...]) -> int | None:
    """First row that holds all headers."""
    rows = enumerate(grid.rows[:HEADER_ROWS])
    return next((number for number, row in rows if set(headers) <= set(map(str, row))), None)


def _number(value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        return 0.0
