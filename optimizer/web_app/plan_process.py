"""One solve of the page: ``optimizer solve`` in a process of its own, watched and stopped."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import optimizer
from optimizer.errors import FileError
from optimizer.web_app.workbook_view import WorkbookView

MAX_LOG_LINES = 200
"""Lines of the solver and of standard error that are kept: a long solve must not fill memory."""
SHOWN_LOG_LINES = 8
"""Lines of the solver that the page shows."""
RUN_FILES = {"plan": "plan.xlsx", "page": "report.html", "record": "run.json"}
"""Files that a run writes to its folder, by the word for each in addresses."""
RECORD_FIELDS = (
    *("status", "objective", "currency", "gap", "shortage", "audit", "repairs"),
    *("lawful", "lawful_notes", "rules"),
)
"""Fields of the record that the page shows."""
STOPPED_WITHOUT_PLAN = "Stopped before there was a plan."


class PlanProcess:
    """One solve of a workbook: its folder, its progress and its result.

    ``state`` is ``running``, ``stopping``, ``done``, ``stopped`` (by the planner, without
    a plan) or ``failed``; ``record`` is the output of ``optimizer solve --json``.
    """

    def __init__(self, number: int, workbook: WorkbookView, folder: Path) -> None:
        self.number = number
        self.name = workbook.name
        self.folder = folder
        self.state = "running"
        self.message = ""
        self.step = ""
        self.lines: list[str] = []
        self.record: dict[str, Any] = {}
        self.seconds = 0.0
        self.ended = threading.Event()
        # A result must not replace an input workbook that has its name.
        name = workbook.path.name
        self._input = folder / (f"input {name}" if name.casefold() in RUN_FILES.values() else name)
        self._begin = time.monotonic()
        self._messages: list[str] = []
        self._output = workbook.path.parents[1] / f"answer {number}.json"
        self._process = self._start(workbook)
        threading.Thread(target=self._follow, daemon=True).start()

    def _start(self, workbook: WorkbookView) -> subprocess.Popen[str]:
        """Start the process in a group of its own, so that Ctrl-C reaches only the server."""
        roots = [str(Path(optimizer.__file__).parents[1]), os.environ.get("PYTHONPATH", "")]
        environment = {"PYTHONPATH": os.pathsep.join(filter(None, roots)), "PYTHONUTF8": "1"}
        command = [sys.executable, "-P", "-m", "optimizer", "solve", str(self._input)]
        options = ["--output", str(self.folder), "--json", "--supervised"]
        try:
            shutil.copyfile(workbook.path, self._input)
            with self._output.open("wb") as output:
                return subprocess.Popen(
                    command + options,
                    stdin=subprocess.PIPE,
                    stdout=output,
                    stderr=subprocess.PIPE,
                    text=True,
                    encoding="utf-8",
                    errors="replace",
                    env=os.environ | environment,
                    start_new_session=sys.platform != "win32",
                    creationflags=0x200 if sys.platform == "win32" else 0,  # a new process group
                )
        except OSError as error:
            raise FileError(f"{self.folder}: the solve cannot start ({error.strerror})") from error

    def stop(self) -> None:
        """Stop the search and write the best plan so far; the second call kills the process."""
        if self.ended.is_set():
            return
        if self.state == "stopping":
            self._process.kill()
            return
        self.state = "stopping"
        with suppress(OSError):
            assert self._process.stdin is not None
            self._process.stdin.close()

    def to_dict(self) -> dict[str, Any]:
        """JSON of the run, as the page shows it."""
        elapsed = self.seconds if self.ended.is_set() else time.monotonic() - self._begin
        return {
            "number": self.number,
            "name": self.name,
            "folder": str(self.folder),
            "state": self.state,
            "message": self.message,
            "step": self.step,
            "lines": self.lines[-SHOWN_LOG_LINES:],
            "seconds": elapsed,
            **{field: self.record.get(field) for field in RECORD_FIELDS},
            "files": [kind for kind, name in RUN_FILES.items() if (self.folder / name).is_file()],
        }

    def _follow(self) -> None:
        """Read progress until the process ends; runs in a thread."""
        assert self._process.stderr is not None
        for line in self._process.stderr:
            self._take_line(line.strip())
        code = self._process.wait()
        try:
            self._finish(code)
        finally:
            self.seconds = time.monotonic() - self._begin
            self.ended.set()

    def _take_line(self, line: str) -> None:
        """Take a line of standard error: an event of SupervisedSolve, or a message."""
        with suppress(ValueError):
            event = json.loads(line)
            if isinstance(event, dict) and "step" in event:
                self.step = str(event["step"])
                return
            if isinstance(event, dict) and "line" in event:
                line = str(event["line"])
                if line and line not in self.lines[-1:]:
                    self.lines = [*self.lines, line][-MAX_LOG_LINES:]
                return
        self._messages = [*self._messages, line][-MAX_LOG_LINES:]

    def _finish(self, code: int) -> None:
        """Set state and message from the output of the process, or from its exit code."""
        record: Any = {}
        with suppress(OSError, ValueError):
            record = json.loads(self._output.read_text(encoding="utf-8"))
        if isinstance(record, dict) and "objective" in record:
            self.record = record
            without_plan = record["objective"] is None and record["status"] == "interrupted"
            self.state = "stopped" if without_plan else "done"
            self.message = STOPPED_WITHOUT_PLAN if without_plan else ""
        elif self.state == "stopping":
            self.state, self.message = "stopped", STOPPED_WITHOUT_PLAN
        else:
            self.state, self.message = "failed", self._failure_message(record, code)

    def _failure_message(self, record: Any, code: int) -> str:
        if isinstance(record, dict) and record.get("message"):
            text = str(record["message"])
        elif isinstance(record, dict) and record.get("errors"):
            text = f"the workbook has {len(record['errors'])} errors"
        else:
            errors = (line for line in reversed(self._messages) if line.startswith("error:"))
            text = next(errors, "").removeprefix("error:").strip() or (
                f"the solve ended without an answer (exit code {code}); this machine may have "
                "too little memory for the case"
            )
        return f"{text[0].upper()}{text[1:]}."
