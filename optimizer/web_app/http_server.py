"""HTTP on the loopback: who is let in, and which address answers what.

Only 127.0.0.1 listens. An address begins with the secret of the session, the header Host
must name this server (another name that leads here is refused), and what changes something
must come from this page (Origin). Files are found by number and word, never by a path.
"""

from __future__ import annotations

import json
import os
import secrets
import sys
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from shutil import copyfileobj
from socketserver import TCPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, quote, unquote

import optimizer
from optimizer.errors import OptimizerError
from optimizer.web_app.bounded_server import BoundedServer
from optimizer.web_app.workbook_view import MOST_BYTES, too_big

if TYPE_CHECKING:
    from optimizer.web_app.app import WebApp

PACKAGE = Path(optimizer.__file__).parent
KINDS = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json; charset=utf-8",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".xlsm": "application/vnd.ms-excel.sheet.macroEnabled.12",
}
PARTS = {
    "": PACKAGE / "seat" / "page" / "seat.html",
    "page.css": PACKAGE / "report" / "page" / "page.css",
    **{
        name: PACKAGE / "seat" / "page" / name
        for name in ("seat.css", "seat.js", "parts.js", "sheet.js", "plans.js")
    },
}
"""The page itself; it looks like the page of a run."""
OWN = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
REPORT = (
    "sandbox allow-scripts allow-modals; default-src 'none'; script-src 'unsafe-inline'; "
    "style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)
"""The page of a run is alone: it may draw itself, and ask nothing of this server."""
NOTHING = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
"""For all that is no page: data, files and errors."""
HEADERS = {
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
HEAD = 10.0
"""Seconds that a connection has to say something before its request is known."""
QUIET = 60.0
"""Seconds after which a request that says nothing more is closed."""
BLOCK = 1 << 16


WRONG = "The address is not that of this session: take the one that the terminal shows."


class RequestRefused(Exception):
    """The request is not answered: status and a sentence."""

    def __init__(self, status: HTTPStatus, message: str) -> None:
        super().__init__(message)
        self.status = status


class AppServer(BoundedServer):
    """Listens on the loopback for one seat."""

    allow_reuse_address = sys.platform != "win32"

    def __init__(self, seat: WebApp, port: int) -> None:
        self.seat = seat
        super().__init__(("127.0.0.1", port), AppRequestHandler)

    def server_bind(self) -> None:
        """Bind without looking up the name of this computer in the network."""
        TCPServer.server_bind(self)

    @property
    def hosts(self) -> tuple[str, str]:
        """What the header Host may be."""
        port = self.server_address[1]
        return f"127.0.0.1:{port}", f"localhost:{port}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A browser that has gone away is no error."""


class AppRequestHandler(BaseHTTPRequestHandler):
    """Answers one connection."""

    protocol_version = "HTTP/1.1"
    default_request_version = "HTTP/1.1"  # an answer to HTTP/0.9 would have no headers
    server_version = "optimizer"
    sys_version = ""
    timeout = HEAD
    server: AppServer

    def do_GET(self) -> None:
        """What the page shows."""
        self._answer(self._get)

    def do_POST(self) -> None:
        """What the page asks to be done."""
        self._answer(self._post)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Answer what is no request of HTTP, or has another method, as any other refusal."""
        self.close_connection = True
        status = HTTPStatus(code)
        self._json({"message": f"{message or status.phrase}."}, status)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing is logged."""

    @property
    def seat(self) -> WebApp:
        """The session that is served."""
        return self.server.seat

    def _answer(self, answer: Callable[[list[str], dict[str, str]], None]) -> None:
        self.close_connection = True
        try:
            let_in = self._let_in()
            self.server.know(self.connection)
            self.connection.settimeout(QUIET)
            if let_in is not None:
                answer(*let_in)
        except RequestRefused as refused:
            self._json({"message": str(refused)}, refused.status)
        except OptimizerError as error:
            self._json({"message": str(error)}, HTTPStatus.CONFLICT)
        except (ConnectionError, TimeoutError):
            self.close_connection = True
        except Exception as error:
            told = f"internal error ({type(error).__name__}); please report it"
            self._json({"message": told}, HTTPStatus.INTERNAL_SERVER_ERROR)

    def _let_in(self) -> tuple[list[str], dict[str, str]] | None:
        """Parts of the address behind the secret, and its query; None if a ticket was taken.

        Raises Refused.
        """
        host = self.headers.get_all("Host") or []
        if len(host) != 1 or host[0].lower() not in self.server.hosts:
            raise RequestRefused(
                HTTPStatus.FORBIDDEN, "This server answers to its own address only."
            )
        path, _, query = self.path.partition("?")
        parts = [unquote(part) for part in path.split("/")]
        if len(parts) < 3 or parts[0]:
            raise RequestRefused(HTTPStatus.FORBIDDEN, WRONG)
        if self.command == "GET" and parts[2:] == [""] and self.seat.redeem(parts[1]):
            self._send(HTTPStatus.SEE_OTHER, {"Location": f"/{self.seat.token}/"}, b"")
            return None
        if not secrets.compare_digest(parts[1].encode(), self.seat.token.encode()):
            raise RequestRefused(HTTPStatus.FORBIDDEN, WRONG)
        if self.command != "GET" and self.headers.get("Origin") != f"http://{host[0]}":
            raise RequestRefused(HTTPStatus.FORBIDDEN, "Only this page may ask for that.")
        return parts[2:], {key: values[0] for key, values in parse_qs(query, True).items()}

    def _get(self, parts: list[str], query: dict[str, str]) -> None:
        match parts:
            case [name] if name in PARTS:
                self._part(PARTS[name])
            case ["state"]:
                self._json(self.seat.shown())
            case ["cells"]:
                self._cells(query)
            case ["marked"]:
                self._marked()
            case ["template"]:
                self._stream(
                    self.seat.template(), {"Content-Disposition": attached("my_case.xlsx")}
                )
            case ["runs", number, word] if number.isascii() and number.isdigit():
                self._file(int(number[:6]), word, save="save" in query)
            case _:
                raise RequestRefused(HTTPStatus.NOT_FOUND, "There is nothing at this address.")

    def _post(self, parts: list[str], query: dict[str, str]) -> None:
        match parts:
            case ["book"]:
                self._upload(query.get("name", ""))
            case ["again"]:
                book = self.seat.book
                if book is None or book.origin is None:
                    raise RequestRefused(HTTPStatus.CONFLICT, "Choose the workbook again.")
                self.seat.read_again(book.origin)
            case ["solve"]:
                self.seat.solve()
            case ["stop"]:
                for run in self.seat.runs:
                    run.stop()
            case ["close"]:
                self._json(self.seat.shown())
                return self.seat.end()
            case _:
                raise RequestRefused(HTTPStatus.NOT_FOUND, "There is nothing at this address.")
        return self._json(self.seat.shown())

    def _upload(self, name: str) -> None:
        """Take a workbook: the body of the request is the file."""
        length = self.headers.get("Content-Length", "")
        if not (length.isascii() and length.isdigit()) or "Transfer-Encoding" in self.headers:
            raise RequestRefused(HTTPStatus.LENGTH_REQUIRED, "The size of the file is missing.")
        left, book = int(length[:18]), self.seat.new_book(name)
        if left > MOST_BYTES:
            raise RequestRefused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, too_big(book.name, left))
        with book.path.open("wb") as file:
            while left:
                block = self.rfile.read(min(left, BLOCK))
                if not block:
                    raise ConnectionResetError
                file.write(block)
                left -= len(block)
        self.seat.take(book)

    def _cells(self, query: dict[str, str]) -> None:
        book = self.seat.book
        try:
            number, sheet, first = (int(query[key]) for key in ("book", "sheet", "first"))
            if book is None or book.number != number:
                raise RequestRefused(HTTPStatus.CONFLICT, "Another workbook has been opened since.")
            self._json(book.cells(sheet, first))
        except (KeyError, ValueError, IndexError):
            raise RequestRefused(HTTPStatus.NOT_FOUND, "There are no such cells.") from None

    def _marked(self) -> None:
        book = self.seat.book
        if book is None or not book.findings:
            raise RequestRefused(HTTPStatus.NOT_FOUND, "There is nothing to mark.")
        copy = book.marked_copy()
        self._stream(copy, {"Content-Disposition": attached(copy.name)})

    def _file(self, number: int, word: str, *, save: bool) -> None:
        path = self.seat.file_of(number, word)
        if path is None:
            raise RequestRefused(HTTPStatus.NOT_FOUND, "This run has no such file.")
        headers = {}
        if word == "page":
            headers["Content-Security-Policy"] = REPORT
        if word != "page" or save:
            headers["Content-Disposition"] = attached(f"{path.parent.name} {path.name}")
        self._stream(path, headers)

    def _part(self, path: Path) -> None:
        headers = {"Content-Type": KINDS[path.suffix], "X-Frame-Options": "DENY"}
        headers["Content-Security-Policy"] = OWN
        self._send(HTTPStatus.OK, headers, path.read_bytes())

    def _json(self, data: dict[str, Any], status: HTTPStatus = HTTPStatus.OK) -> None:
        body = json.dumps(data, ensure_ascii=True).encode()
        self._send(status, {"Content-Type": KINDS[".json"]}, body)

    def _stream(self, path: Path, headers: dict[str, str]) -> None:
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            self._head(HTTPStatus.OK, {"Content-Type": KINDS[path.suffix], **headers}, size)
            copyfileobj(file, self.wfile, BLOCK)

    def _send(self, status: HTTPStatus, headers: dict[str, str], body: bytes) -> None:
        self._head(status, headers, len(body))
        if self.command != "HEAD":
            self.wfile.write(body)

    def _head(self, status: HTTPStatus, headers: dict[str, str], size: int) -> None:
        self.send_response(status)
        for name, value in (HEADERS | {"Content-Security-Policy": NOTHING} | headers).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(size))
        self.send_header("Connection", "close")
        self.end_headers()


def attached(name: str) -> str:
    """The header that lets a browser save a file under a name."""
    plain = "".join(
        sign if sign.isascii() and (sign.isalnum() or sign in " -_.") else "_" for sign in name
    )
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
