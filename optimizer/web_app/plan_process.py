"""A plan in the making: ``optimizer solve`` in a process of its own, watched and stopped."""

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

KEPT = 200
"""Lines of the solver that are kept."""
SHOWN = 8
FILES = {"plan": "plan.xlsx", "page": "report.html", "record": "run.json"}
"""What a run leaves in its folder, by the word for it in addresses."""


class PlanProcess:
    """One solve of a workbook: its folder, how far it is, and what came of it.

    ``state`` is ``running``, ``stopping``, ``done``, ``stopped`` (by the planner, without
    a plan) or ``failed``; ``record`` is what ``optimizer solve --json`` says.
    """

    def __init__(self, number: int, book: WorkbookView, folder: Path) -> None:
        self.number = number
        self.name = book.name
        self.folder = folder
        self.state = "running"
        self.message = ""
        self.step = ""
        self.lines: list[str] = []
        self.record: dict[str, Any] = {}
        self.seconds = 0.0
        self.ended = threading.Event()
        # A workbook that has the name of a result must not be replaced by it.
        own = book.path.name.casefold() in FILES.values()
        self._workbook = folder / (f"input {book.path.name}" if own else book.path.name)
        self._begin = time.monotonic()
        self._said: list[str] = []
        self._process = self._started(book)
        threading.Thread(target=self._follow, daemon=True).start()

    def _started(self, book: WorkbookView) -> subprocess.Popen[str]:
        """The process; in a group of its own, so that Ctrl-C reaches only the server."""
        roots = [str(Path(optimizer.__file__).parents[1]), os.environ.get("PYTHONPATH", "")]
        own = {"PYTHONPATH": os.pathsep.join(filter(None, roots)), "PYTHONUTF8": "1"}
        words = ["solve", str(self._workbook), "--output", str(self.folder), "--json", "--attended"]
        group = 0x200 if sys.platform == "win32" else 0  # CREATE_NEW_PROCESS_GROUP
        answer = book.path.parents[1] / f"answer {self.number}.json"
        try:
            shutil.copyfile(book.path, self._workbook)
            with answer.open("wb") as out:
                process = subprocess.Popen(
                    [sys.executable, "-P", "-m", "optimizer", *words],
                    stdin=subprocess.PIPE,
                    stdout=out,
                    stderr=subprocess.PIPE,
                    text=True,
                    encoding="utf-8",
                    errors="replace",
                    env=os.environ | own,
                    start_new_session=sys.platform != "win32",
                    creationflags=group,
                )
        except OSError as error:
            raise FileError(f"{self.folder}: the solve cannot start ({error.strerror})") from error
        self._answer = answer
        return process

    def stop(self) -> None:
        """Stop the search; the best plan so far is written. Asked again, kill the process."""
        if self.ended.is_set():
            return
        if self.state == "stopping":
            self._process.kill()
            return
        self.state = "stopping"
        with suppress(OSError):
            assert self._process.stdin is not None
            self._process.stdin.close()

    def shown(self) -> dict[str, Any]:
        """What the page knows of it."""
        known = (
            *("status", "objective", "currency", "gap", "shortage", "audit", "repairs"),
            *("lawful", "lawful_notes", "rules"),
        )
        lasted = self.seconds if self.ended.is_set() else time.monotonic() - self._begin
        return {
            "number": self.number,
            "name": self.name,
            "folder": str(self.folder),
            "state": self.state,
            "message": self.message,
            "step": self.step,
            "lines": self.lines[-SHOWN:],
            "seconds": lasted,
            **{key: self.record.get(key) for key in known},
            "files": [word for word, name in FILES.items() if (self.folder / name).is_file()],
        }

    def _follow(self) -> None:
        assert self._process.stderr is not None
        for line in self._process.stderr:
            self._hear(line.strip())
        code = self._process.wait()
        try:
            self._end(code)
        finally:
            self.seconds = time.monotonic() - self._begin
            self.ended.set()

    def _hear(self, line: str) -> None:
        with suppress(ValueError):
            event = json.loads(line)
            if isinstance(event, dict) and "step" in event:
                self.step = str(event["step"])
                return
            if isinstance(event, dict) and "line" in event:
                line = str(event["line"])
                if line and line not in self.lines[-1:]:
                    self.lines = [*self.lines, line][-KEPT:]
                return
        self._said = [*self._said, line][-KEPT:]

    def _end(self, code: int) -> None:
        """Read what the solve says of itself; where it says nothing, say so."""
        said: Any = {}
        with suppress(OSError, ValueError):
            said = json.loads(self._answer.read_text(encoding="utf-8"))
        asked = self.state == "stopping"
        if isinstance(said, dict) and "objective" in said:
            self.record = said
            planless = said["objective"] is None
            self.state = "stopped" if planless and said["status"] == "interrupted" else "done"
            self.message = "Stopped before there was a plan." if self.state == "stopped" else ""
        elif asked:
            self.state, self.message = "stopped", "Stopped before there was a plan."
        else:
            self.state, self.message = "failed", self._why(said, code)

    def _why(self, said: Any, code: int) -> str:
        if isinstance(said, dict) and said.get("message"):
            text = str(said["message"])
        elif isinstance(said, dict) and said.get("errors"):
            text = f"the workbook has {len(said['errors'])} errors"
        else:
            last = next((line for line in reversed(self._said) if line.startswith("error:")), "")
            text = last.removeprefix("error:").strip() or (
                f"the solve ended without an answer (exit code {code}); this machine may have "
                "too little memory for the case"
            )
        return f"{text[0].upper()}{text[1:]}."
