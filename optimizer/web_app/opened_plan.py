"""A results workbook that was dropped on the page, shown as the plan that it holds."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterable
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
        items = [(str(item), value) for item, value in self._rows("Run", "item", "value") or ()]
        self._run = dict(items)
        self._notes = [str(value) for item, value in items if item == "lawful: note"]
        self._costs = self._sums("Costs", "category", "discounted")
        self._short = self._sums("Shortages", "line", "short")
        self._rules = self._sums("Compliance", "rule", "delivered")
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
            "objective": None if self._costs is None else sum(self._costs.values()),
            "costs": self._costs or {},
            "currency": str(self._run.get("currency", "")),
            "gap": _number(self._run.get("gap")),
            "shortage": None if self._short is None else sum(self._short.values()),
            "audit": {"passed": audit.startswith("Audit passed"), "verdict": audit},
            "repairs": [],
            "lawful": str(self._run.get("lawful", "")) or None,
            "lawful_notes": self._notes,
            "rules": self._rules or {},
        }

    def _sums(self, name: str, key: str, value: str) -> dict[str, float] | None:
        """Sums of a column of a sheet by another one.

        None if the sheet does not have them, or a cell is no number: then no sum is known.
        """
        sums: dict[str, float] = {}
        rows = self._rows(name, key, value)
        for thing, amount in rows or ():
            number = _number(amount)
            if number is None:
                return None
            sums[str(thing)] = sums.get(str(thing), 0.0) + number
        return None if rows is None else sums

    def _rows(self, name: str, *headers: str) -> list[tuple[Any, ...]] | None:
        """Cells of some columns of a sheet, down to the first blank row; None without the columns.

        What stands to the right, behind a blank header, is another table.
        """
        grid = self._grids.get(name)
        start = _header_row(grid, headers) if grid else None
        if grid is None or start is None:
            return None
        names = [str(each) for each in grid.rows[start]]
        width = names.index("") if "" in names else len(names)
        places = [names.index(header) for header in headers]
        rows: list[tuple[Any, ...]] = []
        for row in grid.rows[start + 1 :]:
            cells = tuple(row[place] if place < len(row) else "" for place in places)
            if all(cell in ("", None) for cell in row[:width]):
                break
            rows.append(cells)
        return rows

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


def _number(value: Any) -> float | None:
    try:
        return float(value)
    except (TypeError, ValueError):
        return None
