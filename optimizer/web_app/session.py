"""A session: the workbook on the page, the solves so far, and the secrets of its address."""

from __future__ import annotations

import secrets
import shutil
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

from optimizer.errors import FileError, UsageError
from optimizer.version import __version__
from optimizer.web_app.plan_process import RUN_FILES, PlanProcess
from optimizer.web_app.session_folder import SessionFolder
from optimizer.web_app.workbook_view import MAX_WORKBOOK_BYTES, WorkbookView, size_error

SOLVE_STOP_TIMEOUT = 5.0
"""Seconds that a solve has to stop when the session is closed, before it is killed; chosen so that
it can write the best plan so far."""


class Session:
    """Workbook, runs and secrets; everything that the page shows comes from here.

    ``token`` is the secret without which the server answers nothing. Workbooks that are only
    checked lie in a temporary folder; each run has a folder of its own in ``output``, which
    stays. Raises FileError if no temporary folder can be made.
    """

    def __init__(self, output: Path) -> None:
        self.output = output
        self.token = secrets.token_urlsafe(32)
        self.workbook: WorkbookView | None = None
        self.runs: list[PlanProcess] = []
        self.reading = False
        """True while the workbook of the command line is read."""
        self.folder = SessionFolder()
        self._ticket: str | None = None
        self._ticket_file: Path | None = None
        self._workbook_count = 0
        self._lock = threading.Lock()

    def issue_ticket(self) -> str:
        """A secret that opens the page once."""
        self._ticket = secrets.token_urlsafe(32)
        return self._ticket

    def write_ticket_file(self, text: str) -> Path:
        """Path of a file that only the planner can read; it goes when the ticket is redeemed."""
        self._ticket_file = self.folder.write_private("open.html", text)
        return self._ticket_file

    def redeem_ticket(self, ticket: str) -> bool:
        """True for the ticket, which is worth nothing afterwards."""
        with self._lock:
            valid = self._ticket is not None and secrets.compare_digest(
                ticket.encode(), self._ticket.encode()
            )
            if valid:
                self._ticket = None
                if self._ticket_file is not None:
                    with suppress(OSError):
                        self._ticket_file.unlink(missing_ok=True)
            return valid

    def new_workbook(self, name: str, origin: Path | None = None) -> WorkbookView:
        """A workbook still to be written to its path, in a folder of its own."""
        with self._lock:
            self._workbook_count += 1
            folder = self.folder.path / str(self._workbook_count)
            folder.mkdir()
            return WorkbookView(self._workbook_count, name, folder, origin)

    def check_and_show(self, workbook: WorkbookView) -> None:
        """Check a workbook that is written, and show it in place of the one before."""
        workbook.check()
        self._show(workbook)

    def _show(self, workbook: WorkbookView) -> None:
        """Show a workbook, unless a later one is shown already; remove the other."""
        with self._lock:
            old, new = self.workbook, workbook
            if old is not None and old.number > new.number:
                old, new = new, old
            self.workbook = new
            if old is not None:
                shutil.rmtree(old.path.parent, ignore_errors=True)

    def read_file(self, origin: Path) -> None:
        """Copy the planner's file as it is now, check and show it."""
        workbook = self.new_workbook(origin.name, origin)
        try:
            size = origin.stat().st_size
            if size > MAX_WORKBOOK_BYTES:
                workbook.read_error = size_error(workbook.name, size)
            else:
                shutil.copyfile(origin, workbook.path)
        except OSError as error:
            workbook.read_error = f"{workbook.name}: cannot be read ({error.strerror})"
        if workbook.read_error:
            self._show(workbook)
        else:
            self.check_and_show(workbook)

    def solve(self) -> PlanProcess:
        """Start to solve the workbook on the page, in a new folder.

        Raises UsageError if there is none, it has errors, or a solve is running.
        """
        with self._lock:
            workbook = self.workbook
            if workbook is None or not workbook.solvable:
                raise UsageError("there is no workbook without errors to solve")
            if any(not run.ended.is_set() for run in self.runs):
                raise UsageError("a plan is being made: wait for it, or stop it")
            folder = self._new_output_folder(workbook.path.stem)
            run = PlanProcess(len(self.runs) + 1, workbook, folder)
            self.runs.append(run)
            return run

    def _new_output_folder(self, stem: str) -> Path:
        """A folder that did not exist: ``outputs/NAME``, ``outputs/NAME-2`` and so on."""
        number = 1
        while True:
            folder = self.output / (stem if number == 1 else f"{stem}-{number}")
            try:
                self.output.mkdir(parents=True, exist_ok=True)
                folder.mkdir()
                return folder
            except FileExistsError:
                number += 1
                if not self.output.is_dir():
                    raise FileError(f"{self.output} is not a folder") from None
            except OSError as error:
                raise FileError(f"{folder} cannot be made ({error.strerror})") from error

    def blank_workbook(self) -> Path:
        """Path of a blank workbook."""
        from optimizer.tables.template import write_template

        path = self.folder.path / "blank.xlsx"
        with self._lock:
            if not path.exists():
                write_template(path)
        return path

    def run_file(self, number: int, kind: str) -> Path | None:
        """A file of a run by its kind (see RUN_FILES), None if there is none.

        Links are not followed.
        """
        if not 1 <= number <= len(self.runs) or kind not in RUN_FILES:
            return None
        folder = self.runs[number - 1].folder.resolve()
        path = folder / RUN_FILES[kind]
        return path if path.is_file() and path.resolve() == path else None

    def to_dict(self) -> dict[str, Any]:
        """JSON of everything that the page shows, but for cells."""
        with self._lock:
            workbook, runs = self.workbook, list(self.runs)
        return {
            "version": __version__,
            "max_bytes": MAX_WORKBOOK_BYTES,
            "output": str(self.output),
            "reading": self.reading,
            "workbook": workbook and workbook.to_dict(),
            "runs": [run.to_dict() for run in runs],
        }

    def close(self) -> None:
        """Stop the solves and remove the temporary folder; folders of runs stay."""
        for run in self.runs:
            run.stop()
        for run in self.runs:
            if not run.ended.wait(SOLVE_STOP_TIMEOUT):
                run.stop()
                run.ended.wait(SOLVE_STOP_TIMEOUT)
        self.folder.remove()
