"""The web app: a session and the server that shows it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from optimizer.errors import UsageError
from optimizer.web_app.http_server import AppServer
from optimizer.web_app.session import Session
from optimizer.web_app.termination_signals import signals_ignored

REDIRECT_PAGE = """<!doctype html>
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
"""File that the browser is started with; it leads to the page."""

SHUTDOWN_POLL_SECONDS = 0.2
"""How often the server looks whether it shall end: at most that long does closing take more."""


class WebApp:
    """A session and its server.

    ``port`` 0 takes a free one. ``workbook`` is the file to begin with. Raises UsageError if the
    port is taken or there is no such workbook, FileError if no temporary folder can be made.
    """

    def __init__(self, output: Path, port: int = 0, workbook: Path | None = None) -> None:
        if workbook is not None and not workbook.is_file():
            raise UsageError(f"{str(workbook)!r}: no such file")
        self._initial_workbook = workbook
        self.session = Session(output)
        try:
            self._server = AppServer(self.session, port)
        except (OverflowError, OSError) as error:
            self.session.close()
            if isinstance(error, OverflowError):
                raise UsageError(f"port {port} is not from 0 to 65535") from error
            raise UsageError(f"port {port} cannot be used ({error.strerror})") from error

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
        return f"http://127.0.0.1:{self.port}/{self.session.token}/"

    def open_browser(self, not_found: Callable[[], None]) -> None:
        """Open the page in the planner's browser; call ``not_found`` if there is none.

        Other users of the computer may see the arguments of a program, so the browser gets the
        path of a file that only the planner can read. The file leads to a ticket that opens the
        page once. A browser of the terminal blocks its caller until it ends, so it is started in
        a thread.
        """
        address = f"http://127.0.0.1:{self.port}/{self.session.issue_ticket()}/"
        file = self.session.write_ticket_file(REDIRECT_PAGE.format(address=address))
        arguments = (file.as_uri(), not_found)
        threading.Thread(target=_browse, args=arguments, daemon=True).start()

    def serve(self) -> None:
        """Answer until KeyboardInterrupt or until the page asks to close."""
        if self._initial_workbook is not None:
            self.session.reading = True
            arguments = (self._initial_workbook,)
            threading.Thread(target=self._read_initial, args=arguments, daemon=True).start()
        with suppress(KeyboardInterrupt):
            self._server.serve_forever(poll_interval=SHUTDOWN_POLL_SECONDS)

    def _read_initial(self, workbook: Path) -> None:
        try:
            self.session.read_file(workbook)
        finally:
            self.session.reading = False

    def shut_down(self) -> None:
        """Let ``serve`` return; any thread may call this."""
        self._server.shut_down_later()

    def close(self) -> None:
        """Stop the server and the solves, and remove what is temporary; folders of runs stay."""
        with signals_ignored():
            self._server.server_close()
            self.session.close()


def _browse(address: str, not_found: Callable[[], None]) -> None:
    import webbrowser

    try:
        opened = webbrowser.open(address)
    except (OSError, webbrowser.Error):
        opened = False
    if not opened:
        not_found()
