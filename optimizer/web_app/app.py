"""The seat: what one session holds, and the server that shows it."""

from __future__ import annotations

import secrets
import shutil
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from optimizer.errors import FileError, UsageError
from optimizer.version import __version__
from optimizer.web_app.file_names import ENDINGS
from optimizer.web_app.http_server import AppServer
from optimizer.web_app.plan_process import FILES, PlanProcess
from optimizer.web_app.session_folder import SessionFolder
from optimizer.web_app.termination_signals import signals_ignored
from optimizer.web_app.workbook_view import MOST_BYTES, WorkbookView, too_big

LAST_WORDS = 5.0
"""Seconds that a solve has to stop when the seat is closed."""
HANDOVER = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy"
  content="default-src 'none'; base-uri 'none'; form-action 'none'">
<meta name="referrer" content="no-referrer">
<meta http-equiv="refresh" content="0; url={address}">
<title>optimizer</title>
<p>The page opens. If it does not: <a href="{address}">open it</a>.
</html>
"""
"""What the browser is started with; it leads to the page."""


class WebApp:
    """A session: the workbook on the page, the runs so far, and their server.

    ``address`` holds the secret without which nothing is answered. Workbooks that are only
    checked lie in a temporary folder; each run has a folder of its own in ``output``, which
    stays. Raises UsageError if the port is taken or there is no such workbook, FileError if
    there is no room for the temporary folder.
    """

    def __init__(self, output: Path, port: int = 0, workbook: Path | None = None) -> None:
        if workbook is not None and not workbook.is_file():
            raise UsageError(f"{str(workbook)!r}: no such file")
        self.output = output
        self.token = secrets.token_urlsafe(32)
        self._ticket: str | None = None
        self.book: WorkbookView | None = None
        self.runs: list[PlanProcess] = []
        self._count = 0
        self._reading = False
        self._lock = threading.Lock()
        self._first = workbook
        try:
            self._server = AppServer(self, port)
        except OverflowError as error:
            raise UsageError(f"port {port} is not from 0 to 65535") from error
        except OSError as error:
            raise UsageError(f"port {port} cannot be used ({error.strerror})") from error
        try:
            self._session = SessionFolder()
        except FileError:
            self._server.server_close()
            raise
        self._folder = self._session.path
        self._handover: Path | None = None

    def __enter__(self) -> WebApp:
        return self

    def __exit__(self, *raised: object) -> None:
        self.close()

    @property
    def port(self) -> int:
        """The port that is served."""
        return int(self._server.server_address[1])

    @property
    def address(self) -> str:
        """Address of the page, with the secret."""
        return f"http://127.0.0.1:{self.port}/{self.token}/"

    def show(self, missing: Callable[[], None]) -> None:
        """Open the page in the planner's browser, beside the server; ``missing`` if there is none.

        Other users of the computer may see what a program is started with, so the browser gets
        the path of a file that only the planner can read. The file leads to a ticket that opens
        the page once. A browser may keep its thread until it ends, as those of a terminal do.
        """
        self._ticket = secrets.token_urlsafe(32)
        address = f"http://127.0.0.1:{self.port}/{self._ticket}/"
        text = HANDOVER.format(address=address)
        self._handover = self._session.write_private("open.html", text)
        arguments = (self._handover.as_uri(), missing)
        threading.Thread(target=self._browse, args=arguments, daemon=True).start()

    @staticmethod
    def _browse(address: str, missing: Callable[[], None]) -> None:
        import webbrowser

        try:
            found = webbrowser.open(address)
        except (OSError, webbrowser.Error):
            found = False
        if not found:
            missing()

    def redeem(self, ticket: str) -> bool:
        """True for the ticket, which is worth nothing afterwards."""
        with self._lock:
            good = self._ticket is not None and secrets.compare_digest(
                ticket.encode(), self._ticket.encode()
            )
            if good:
                self._ticket = None
                if self._handover is not None:
                    with suppress(OSError):
                        self._handover.unlink(missing_ok=True)
            return good

    def serve(self) -> None:
        """Answer until KeyboardInterrupt or until the page asks to close."""
        if self._first is not None:
            self._reading = True
            threading.Thread(target=self._read_first, daemon=True).start()
        with suppress(KeyboardInterrupt):
            self._server.serve_forever(poll_interval=0.2)

    def _read_first(self) -> None:
        assert self._first is not None
        try:
            self.read_again(self._first)
        finally:
            self._reading = False

    def end(self) -> None:
        """Let ``serve`` come to its end; for a thread that answers."""
        threading.Thread(target=self._server.shutdown, daemon=True).start()

    def close(self) -> None:
        """Stop what runs and tidy up; folders of runs stay."""
        with signals_ignored():
            self._server.server_close()
            for run in self.runs:
                run.stop()
            for run in self.runs:
                if not run.ended.wait(LAST_WORDS):
                    run.stop()
                    run.ended.wait(LAST_WORDS)
            self._session.remove()

    def new_book(self, name: str, origin: Path | None = None) -> WorkbookView:
        """A workbook still to be written to its path, in a folder of its own."""
        with self._lock:
            self._count += 1
            folder = self._folder / str(self._count)
            folder.mkdir()
            return WorkbookView(self._count, name, folder, origin)

    def take(self, book: WorkbookView) -> None:
        """Check a workbook that is written, and show it in place of the one before."""
        book.check()
        self._put(book)

    def _put(self, book: WorkbookView) -> None:
        """Show a workbook, unless one that came later is shown; the one before goes."""
        with self._lock:
            old, new = (self.book, book)
            if old is not None and old.number > new.number:
                old, new = new, old
            self.book = new
            if old is not None:
                shutil.rmtree(old.path.parent, ignore_errors=True)

    def read_again(self, origin: Path) -> None:
        """Copy the planner's file as it stands now, check and show it."""
        book = self.new_book(origin.name, origin)
        try:
            size = origin.stat().st_size
            if size > MOST_BYTES:
                book.trouble = too_big(book.name, size)
            else:
                shutil.copyfile(origin, book.path)
        except OSError as error:
            book.trouble = f"{book.name}: cannot be read ({error.strerror})"
        if book.trouble:
            self._put(book)
        else:
            self.take(book)

    def solve(self) -> PlanProcess:
        """Begin to solve the workbook on the page, in a new folder.

        Raises UsageError if there is none, it has errors, or a solve is running.
        """
        with self._lock:
            if self.book is None or not self.book.sound:
                raise UsageError("there is no workbook without errors to solve")
            if any(not run.ended.is_set() for run in self.runs):
                raise UsageError("a plan is being made: wait for it, or stop it")
            run = PlanProcess(len(self.runs) + 1, self.book, self._new_folder(self.book.path.stem))
            self.runs.append(run)
            return run

    def _new_folder(self, stem: str) -> Path:
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

    def template(self) -> Path:
        """A blank workbook."""
        from optimizer.tables.template import write_template

        path = self._folder / "blank.xlsx"
        with self._lock:
            if not path.exists():
                write_template(path)
        return path

    def file_of(self, number: int, word: str) -> Path | None:
        """A file of a run by its word, None if there is none; links are not followed."""
        if not 1 <= number <= len(self.runs) or word not in FILES:
            return None
        folder = self.runs[number - 1].folder.resolve()
        path = folder / FILES[word]
        return path if path.is_file() and path.resolve() == path else None

    def shown(self) -> dict[str, Any]:
        """Everything that the page shows, but for cells."""
        with self._lock:
            book, runs = self.book, list(self.runs)
        return {
            "version": __version__,
            "most": MOST_BYTES,
            "endings": list(ENDINGS),
            "output": str(self.output),
            "reading": self._reading,
            "book": book and book.shown(),
            "runs": [run.shown() for run in runs],
        }
