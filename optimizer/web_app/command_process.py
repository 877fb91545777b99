"""One command of the program in a process of its own: its progress, its end, how it is stopped."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import MappingProxyType
from typing import Any

import optimizer
from optimizer.errors import FileError
from optimizer.studies.time_left import TimeLeft

MAX_LOG_LINES = 200
"""Lines of the solver and of standard error that are kept: a long solve must not fill memory."""
SHOWN_LOG_LINES = 8
"""Lines of the solver that the page shows."""
STOPPED_WITHOUT_RESULT = "Stopped before there was a result."


class CommandProcess:
    """A command that is followed and can be stopped.

    ``state`` is ``running``, ``stopping``, ``done``, ``stopped`` (by the planner, without a
    result) or ``failed``; ``record`` is what the command prints with ``--json``. Files are found
    by their word in ``file_names``. Raises FileError if the process cannot start.
    """

    kind = ""
    """What the page shows it as: ``plan``, ``study`` or ``comparison``."""
    label = ""
    """Name on the page, such as ``Plan 2``."""
    file_names: Mapping[str, str] = MappingProxyType({})
    """Files that it writes to its folder, by the word for each in addresses."""
    stopped_message = STOPPED_WITHOUT_RESULT

    def __init__(self, number: int, folder: Path, output: Path) -> None:
        self.number = number
        self.name = ""
        """Name of the workbook."""
        self.folder = folder
        self.state = "running"
        self.message = ""
        self.step = ""
        self.lines: list[str] = []
        self.runs: dict[str, Any] = {}
        """Last report on the runs of a study: ``done``, ``total``, ``left``, ``name``."""
        self._time_left = TimeLeft()
        self.record: dict[str, Any] = {}
        self.seconds = 0.0
        self.ended = threading.Event()
        self._begin = time.monotonic()
        self._runs_at = self._begin
        self._messages: list[str] = []
        self._output = output
        """File that standard output goes to."""

    def start(self, words: Sequence[str]) -> None:
        """Start the command, in a group of its own so that Ctrl-C reaches only the server."""
        roots = [str(Path(optimizer.__file__).parents[1]), os.environ.get("PYTHONPATH", "")]
        environment = {"PYTHONPATH": os.pathsep.join(filter(None, roots)), "PYTHONUTF8": "1"}
        command = [sys.executable, "-P", "-m", "optimizer", *words, "--json", "--supervised"]
        try:
            with self._output.open("wb") as output:
                self._process = subprocess.Popen(
                    command,
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
            raise FileError(f"{self.folder}: it cannot start ({error.strerror})") from error
        threading.Thread(target=self._follow, daemon=True).start()

    def stop(self) -> None:
        """Let the command end and keep what it has; the second call kills the process."""
        if self.ended.is_set():
            return
        if self.state == "stopping":
            self._process.kill()
            return
        self.state = "stopping"
        with suppress(OSError):
            assert self._process.stdin is not None
            self._process.stdin.close()

    def file(self, word: str) -> Path | None:
        """A file that it has written, by its word; None if there is none. Links do not count."""
        if word not in self.file_names:
            return None
        path = self.folder.resolve() / self.file_names[word]
        return path if path.is_file() and path.resolve() == path else None

    def to_dict(self) -> dict[str, Any]:
        """JSON of the command, as the page shows it."""
        elapsed = self.seconds if self.ended.is_set() else time.monotonic() - self._begin
        return {
            "number": self.number,
            "kind": self.kind,
            "label": self.label,
            "name": self.name,
            "folder": str(self.folder),
            "state": self.state,
            "message": self.message,
            "step": self.step,
            "lines": self.lines[-SHOWN_LOG_LINES:],
            "runs": self._runs_now(),
            "seconds": elapsed,
            "files": [word for word in self.file_names if self.file(word)],
        }

    def _runs_now(self) -> dict[str, Any] | None:
        """The last report on runs, with the range of the time left as of now.

        The time left is None where too little is measured or the study may ask for more runs, and
        once more time has passed than was left: what takes longer than measured is not known.
        """
        if not self.runs:
            return None
        done, total = self.runs["done"], self.runs["total"]
        seconds = None if self.runs["left"] is None else self._time_left.seconds(total - done)
        if seconds is not None:
            passed = time.monotonic() - self._runs_at
            low, high = (each - passed for each in seconds)
            seconds = (max(0.0, low), high) if high > 0 else None
        return self.runs | {"left": seconds}

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
        """Take a line of standard error: an event of SupervisedCommand, or a message."""
        event: Any = None
        with suppress(ValueError):
            event = json.loads(line)
        if not isinstance(event, dict):
            self._messages = [*self._messages, line][-MAX_LOG_LINES:]
        elif "step" in event:
            self.step = str(event["step"])
        elif "runs" in event:
            self._take_runs(event["runs"])
        elif event.get("line") and event["line"] not in self.lines[-1:]:
            self.lines = [*self.lines, str(event["line"])][-MAX_LOG_LINES:]

    def _take_runs(self, runs: dict[str, Any]) -> None:
        """Take a report on runs; another total is that of other runs, which are timed anew."""
        self._runs_at = time.monotonic()
        if runs["total"] != self.runs.get("total"):
            self._time_left = TimeLeft()
        self._time_left.finished(self._runs_at)
        self.runs = runs

    def _finish(self, code: int) -> None:
        """Set state and message from the output of the process, or from its exit code."""
        record: Any = {}
        with suppress(OSError, ValueError):
            record = json.loads(self._output.read_text(encoding="utf-8"))
        if isinstance(record, dict) and self._is_result(record):
            self.record = record
            self.state = "stopped" if self._is_empty(record) else "done"
            self.message = self.stopped_message if self.state == "stopped" else ""
        elif self.state == "stopping":
            self.state, self.message = "stopped", self._stop_message(record)
        else:
            self.state, self.message = "failed", self._failure_message(record, code)

    def _is_result(self, record: dict[str, Any]) -> bool:
        """True for a record of a result; one of an error has ``exit_code``."""
        return "files" in record

    def _is_empty(self, record: dict[str, Any]) -> bool:
        """True if the command was stopped before it found anything."""
        return False

    def _stop_message(self, record: Any) -> str:
        return self.stopped_message

    def _failure_message(self, record: Any, code: int) -> str:
        if isinstance(record, dict) and record.get("message"):
            text = str(record["message"])
        elif isinstance(record, dict) and record.get("errors"):
            text = f"the workbook has {len(record['errors'])} errors"
        else:
            errors = (line for line in reversed(self._messages) if "error:" in line)
            text = next(errors, "").partition("error:")[2].strip() or (
                f"the command ended without an answer (exit code {code}); this computer may have "
                "too little memory for the case"
            )
        return f"{text[0].upper()}{text[1:].removesuffix('.')}."
