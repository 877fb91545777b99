"""A session: the workbook on the page, the solves so far, and the secrets of its address."""

from __future__ import annotations

import secrets
import shutil
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

from optimizer.errors import UsageError
from optimizer.tables.starter_cases import STARTS
from optimizer.version import __version__
from optimizer.web_app.input_copy import save_as_new
from optimizer.web_app.request_options import KEEPABLE_KINDS, columns_with_choices, study_forms
from optimizer.web_app.run_list import RunList
from optimizer.web_app.session_folder import SessionFolder
from optimizer.web_app.workbook_view import (
    MAX_WORKBOOK_BYTES,
    ShownCell,
    WorkbookView,
    size_error,
)


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
        self.reading = False
        """True while the workbook of the command line is read."""
        self.folder = SessionFolder()
        self.runs = RunList(output, self.folder.path)
        self._ticket: str | None = None
        self._ticket_file: Path | None = None
        self._workbook_count = 0
        self._lock = threading.Lock()
        self._correction_lock = threading.Lock()

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
        """Check a workbook that is written, and show it in place of the one before.

        The results workbook of a plan joins the plans instead.
        """
        workbook.check()
        if workbook.is_plan:
            self.runs.open_plan(workbook)
        else:
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

    def shown_workbook(self, number: int) -> WorkbookView:
        """The workbook on the page; UsageError if it is another than the one with a number."""
        workbook = self.workbook
        if workbook is None or workbook.number != number:
            raise UsageError("another workbook has been opened since")
        return workbook

    def correct(self, number: int, cell: ShownCell, text: str | None) -> None:
        """Correct a cell of the workbook on the page; None takes its correction back.

        The planner's own file stays as it is. Raises IndexError if there is no such sheet,
        UsageError if the cell cannot be changed here.
        """
        with self._correction_lock:
            workbook = self.shown_workbook(number)
            corrected = self.new_workbook(workbook.name, workbook.origin)
            try:
                workbook.corrected(corrected, cell, text)
            except Exception:
                shutil.rmtree(corrected.path.parent, ignore_errors=True)
                raise
            self.check_and_show(corrected)

    def save_copy(self, number: int) -> Path:
        """Save the workbook on the page as a new file, beside the planner's own if it is known.

        No file is replaced. Raises FileError if it cannot be written.
        """
        with self._correction_lock:
            workbook = self.shown_workbook(number)
            folder = workbook.origin.parent if workbook.origin else self.output
            path = save_as_new(workbook.path, folder, f"{workbook.path.stem} corrected")
            workbook.saved = str(path)
            return path

    def blank_workbook(self) -> Path:
        """Path of a blank workbook."""
        from optimizer.tables.template import write_template

        path = self.folder.path / "blank.xlsx"
        with self._lock:
            if not path.exists():
                write_template(path)
        return path

    def start_workbook(self, kind: str) -> None:
        """Show a first workbook for somebody who buys, makes or sells.

        Raises UsageError if there is no such start.
        """
        from optimizer.tables.starter_workbook import write_starter

        workbook = self.new_workbook(f"first {kind} case.xlsx")
        write_starter(workbook.path, kind)
        self.check_and_show(workbook)

    def to_dict(self) -> dict[str, Any]:
        """JSON of everything that the page shows, but for cells."""
        with self._lock:
            workbook = self.workbook
        return {
            "version": __version__,
            "max_bytes": MAX_WORKBOOK_BYTES,
            "output": str(self.output),
            "reading": self.reading,
            "workbook": workbook and workbook.to_dict() | {"choices": _choices(workbook)},
            "runs": [run.to_dict() for run in self.runs],
            "studies": study_forms(),
            "starts": list(STARTS),
            "kept_kinds": list(KEEPABLE_KINDS),
        }

    def close(self) -> None:
        """Stop the solves and remove the temporary folder; folders of runs stay."""
        self.runs.close()
        self.folder.remove()


def _choices(workbook: WorkbookView) -> dict[str, list[str]]:
    """Names in the workbook that the forms of the studies offer, by sheet and column."""
    return {
        f"{sheet}.{column}": workbook.names_in(sheet, column)
        for sheet, column in columns_with_choices()
    }
