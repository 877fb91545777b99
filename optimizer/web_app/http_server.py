"""HTTP on the loopback: authorisation of requests, and the answer at each address.

Only 127.0.0.1 listens. An address begins with the secret of the session, the header Host
must name this server (another name that leads here is refused), and a request that changes
something must come from this page (Origin). Files are found by number and word, never by a path.
"""

from __future__ import annotations

import json
import logging
import os
import secrets
import sys
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from shutil import copyfileobj
from socketserver import TCPServer
from typing import Any
from urllib.parse import parse_qs, quote, unquote

from optimizer.errors import OptimizerError
from optimizer.web_app.bounded_server import BoundedServer
from optimizer.web_app.page_files import CONTENT_TYPES, PAGE_FILES
from optimizer.web_app.security_policies import (
    DENY_ALL_POLICY,
    PAGE_POLICY,
    RUN_PAGE_POLICY,
    SECURITY_HEADERS,
)
from optimizer.web_app.session import Session
from optimizer.web_app.workbook_view import MAX_WORKBOOK_BYTES, size_error

logger = logging.getLogger(__name__)

REQUEST_TIMEOUT = 10.0
"""Seconds of silence after which a connection without an authorised request is closed; chosen so
that a busy computer has time to send one."""
BODY_TIMEOUT = 60.0
"""Seconds of silence after which an authorised request is closed; chosen so that a browser may read
a large file from a slow disk."""
MAX_OPTION_BYTES = 200_000
"""Size of the longest request that is no workbook: a cell may hold 32,767 characters."""
COPY_BUFFER = 1 << 16
"""Bytes that are copied at once."""
WRONG_ADDRESS = "The address is not that of this session: take the one that the terminal shows."


class RequestRefused(Exception):
    """The request is not answered: status and a sentence."""

    def __init__(self, status: HTTPStatus, message: str) -> None:
        super().__init__(message)
        self.status = status

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.status, *self.args), self.__dict__


class AppServer(BoundedServer):
    """Listens on the loopback for one session."""

    allow_reuse_address = sys.platform != "win32"

    def __init__(self, session: Session, port: int) -> None:
        self.session = session
        super().__init__(("127.0.0.1", port), AppRequestHandler)

    def server_bind(self) -> None:
        """Bind without looking up the name of this computer in the network."""
        TCPServer.server_bind(self)

    @property
    def hosts(self) -> tuple[str, str]:
        """Values that the header Host may have."""
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
    timeout = REQUEST_TIMEOUT
    server: AppServer

    def do_GET(self) -> None:
        """Answer with something to show."""
        self._answer(self._get)

    def do_POST(self) -> None:
        """Do what the page asks for."""
        self._answer(self._post)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Answer malformed requests and other methods as any other refusal."""
        self.close_connection = True
        status = HTTPStatus(code)
        self._json({"message": f"{message or status.phrase}."}, status)

    def log_message(self, format: str, *args: Any) -> None:
        """Log no request: its address holds the secret."""

    @property
    def session(self) -> Session:
        """The session that is served."""
        return self.server.session

    def _answer(self, answer: Callable[[list[str], dict[str, str]], None]) -> None:
        self.close_connection = True
        try:
            authorised = self._authorise()
            self.server.authorise(self.connection)
            self.connection.settimeout(BODY_TIMEOUT)
            if authorised is not None:
                answer(*authorised)
        except RequestRefused as refused:
            self._json({"message": str(refused)}, refused.status)
        except OptimizerError as error:
            self._json({"message": str(error)}, HTTPStatus.CONFLICT)
        except (ConnectionError, TimeoutError):
            self.close_connection = True
        except Exception as error:
            logger.exception("A request of the page failed")
            message = f"internal error ({type(error).__name__}); please report it"
            self._json({"message": message}, HTTPStatus.INTERNAL_SERVER_ERROR)

    def _authorise(self) -> tuple[list[str], dict[str, str]] | None:
        """Parts of the address after the secret, and its query; None if a ticket was redeemed.

        Raises RequestRefused.
        """
        host = self.headers.get_all("Host") or []
        if len(host) != 1 or host[0].lower() not in self.server.hosts:
            raise RequestRefused(
                HTTPStatus.FORBIDDEN, "This server answers to its own address only."
            )
        path, _, query = self.path.partition("?")
        parts = [unquote(part) for part in path.split("/")]
        if len(parts) < 3 or parts[0]:
            raise RequestRefused(HTTPStatus.FORBIDDEN, WRONG_ADDRESS)
        if self.command == "GET" and parts[2:] == [""] and self.session.redeem_ticket(parts[1]):
            self._send(HTTPStatus.SEE_OTHER, {"Location": f"/{self.session.token}/"}, b"")
            return None
        if not secrets.compare_digest(parts[1].encode(), self.session.token.encode()):
            raise RequestRefused(HTTPStatus.FORBIDDEN, WRONG_ADDRESS)
        if self.command != "GET" and self.headers.get("Origin") != f"http://{host[0]}":
            raise RequestRefused(HTTPStatus.FORBIDDEN, "Only this page may ask for that.")
        return parts[2:], {key: values[0] for key, values in parse_qs(query, True).items()}

    def _get(self, parts: list[str], query: dict[str, str]) -> None:
        match parts:
            case [name] if name in PAGE_FILES:
                self._page_file(PAGE_FILES[name])
            case ["state"]:
                self._json(self.session.to_dict())
            case ["cells"]:
                self._cells(query)
            case ["runs", number, "cells"] if number.isascii() and number.isdigit():
                self._plan_cells(int(number[:6]), query)
            case ["marked"]:
                self._marked_copy()
            case ["template"]:
                headers = {"Content-Disposition": attachment("my_case.xlsx")}
                self._stream(self.session.blank_workbook(), headers)
            case ["runs", number, kind] if number.isascii() and number.isdigit():
                self._run_file(int(number[:6]), kind, save="save" in query)
            case _:
                raise RequestRefused(HTTPStatus.NOT_FOUND, "There is nothing at this address.")

    def _post(self, parts: list[str], query: dict[str, str]) -> None:
        session = self.session
        match parts:
            case ["workbook"]:
                self._upload(query.get("name", ""))
            case ["reload"]:
                workbook = session.workbook
                if workbook is None or workbook.origin is None:
                    raise RequestRefused(HTTPStatus.CONFLICT, "Choose the workbook again.")
                session.read_file(workbook.origin)
            case ["start", kind]:
                session.start_workbook(kind)
            case ["correct"]:
                self._correct(self._options())
            case ["save"]:
                session.save_copy(whole_number(self._options(), "workbook"))
            case ["solve"]:
                session.runs.solve(session.workbook, self._options())
            case ["study", command]:
                session.runs.study(session.workbook, command, self._options())
            case ["go-on"]:
                session.runs.go_on(whole_number(self._options(), "run"))
            case ["compare"]:
                given = self._options()
                session.runs.compare(*(whole_number(given, each) for each in ("first", "second")))
            case ["stop"]:
                session.runs.stop()
            case ["close"]:
                self._json(session.to_dict())
                return self.server.shut_down_later()
            case _:
                raise RequestRefused(HTTPStatus.NOT_FOUND, "There is nothing at this address.")
        return self._json(session.to_dict())

    def _upload(self, name: str) -> None:
        """Take a workbook: the body of the request is the file."""
        length = self.headers.get("Content-Length", "")
        if not (length.isascii() and length.isdigit()) or "Transfer-Encoding" in self.headers:
            raise RequestRefused(HTTPStatus.LENGTH_REQUIRED, "The size of the file is missing.")
        left, workbook = int(length[:18]), self.session.new_workbook(name)
        if left > MAX_WORKBOOK_BYTES:
            message = size_error(workbook.name, left)
            raise RequestRefused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, message)
        with workbook.path.open("wb") as file:
            while left:
                block = self.rfile.read(min(left, COPY_BUFFER))
                if not block:
                    raise ConnectionResetError
                file.write(block)
                left -= len(block)
        self.session.check_and_show(workbook)

    def _options(self) -> dict[str, Any]:
        """The body of a request: a JSON object, or nothing.

        Raises RequestRefused for anything else.
        """
        length = self.headers.get("Content-Length", "0")
        if not (length.isascii() and length.isdigit()) or "Transfer-Encoding" in self.headers:
            raise RequestRefused(HTTPStatus.LENGTH_REQUIRED, "The size of the request is missing.")
        if int(length[:18]) > MAX_OPTION_BYTES:
            raise RequestRefused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "The request is too long.")
        body = self.rfile.read(int(length))
        try:
            given = json.loads(body) if body else {}
        except ValueError:
            given = None
        if not isinstance(given, dict):
            raise RequestRefused(HTTPStatus.BAD_REQUEST, "The request cannot be read.")
        return given

    def _correct(self, given: dict[str, Any]) -> None:
        """Correct a cell, or take a correction back."""
        text = given.get("text")
        if text is not None and not isinstance(text, str):
            raise RequestRefused(HTTPStatus.BAD_REQUEST, "The request cannot be read.")
        cell = tuple(whole_number(given, name) for name in ("sheet", "row", "column"))
        try:
            self.session.correct(whole_number(given, "workbook"), (cell[0], cell[1], cell[2]), text)
        except IndexError:
            raise RequestRefused(HTTPStatus.NOT_FOUND, "There is no such cell.") from None

    def _plan_cells(self, number: int, query: dict[str, str]) -> None:
        try:
            cells = self.session.runs.cells(number, int(query["sheet"]), int(query["first"]))
        except (KeyError, ValueError, IndexError):
            raise RequestRefused(HTTPStatus.NOT_FOUND, "There are no such cells.") from None
        self._json(cells)

    def _cells(self, query: dict[str, str]) -> None:
        workbook = self.session.workbook
        try:
            number, sheet, first = (int(query[key]) for key in ("workbook", "sheet", "first"))
            if workbook is None or workbook.number != number:
                raise RequestRefused(HTTPStatus.CONFLICT, "Another workbook has been opened since.")
            self._json(workbook.cells(sheet, first))
        except (KeyError, ValueError, IndexError):
            raise RequestRefused(HTTPStatus.NOT_FOUND, "There are no such cells.") from None

    def _marked_copy(self) -> None:
        workbook = self.session.workbook
        if workbook is None or not workbook.findings:
            raise RequestRefused(HTTPStatus.NOT_FOUND, "There is nothing to mark.")
        copy = workbook.marked_copy()
        self._stream(copy, {"Content-Disposition": attachment(copy.name)})

    def _run_file(self, number: int, kind: str, *, save: bool) -> None:
        path = self.session.runs.file(number, kind)
        if path is None:
            raise RequestRefused(HTTPStatus.NOT_FOUND, "This run has no such file.")
        headers = {}
        if kind == "page":
            headers["Content-Security-Policy"] = RUN_PAGE_POLICY
        if kind != "page" or save:
            run = self.session.runs[number - 1]
            stem = Path(run.name).stem if run.kind == "plan" and run.folder != path.parent else ""
            headers["Content-Disposition"] = attachment(f"{stem or path.parent.name} {path.name}")
        self._stream(path, headers)

    def _page_file(self, path: Path) -> None:
        headers = {"Content-Type": CONTENT_TYPES[path.suffix], "X-Frame-Options": "DENY"}
        headers["Content-Security-Policy"] = PAGE_POLICY
        self._send(HTTPStatus.OK, headers, path.read_bytes())

    def _json(self, data: dict[str, Any], status: HTTPStatus = HTTPStatus.OK) -> None:
        body = json.dumps(data, ensure_ascii=True).encode()
        self._send(status, {"Content-Type": CONTENT_TYPES[".json"]}, body)

    def _stream(self, path: Path, headers: dict[str, str]) -> None:
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            self._send_head(
                HTTPStatus.OK, {"Content-Type": CONTENT_TYPES[path.suffix], **headers}, size
            )
            copyfileobj(file, self.wfile, COPY_BUFFER)

    def _send(self, status: HTTPStatus, headers: dict[str, str], body: bytes) -> None:
        self._send_head(status, headers, len(body))
        if self.command != "HEAD":
            self.wfile.write(body)

    def _send_head(self, status: HTTPStatus, headers: dict[str, str], size: int) -> None:
        self.send_response(status)
        policy = {"Content-Security-Policy": DENY_ALL_POLICY}
        for name, value in (SECURITY_HEADERS | policy | headers).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(size))
        self.send_header("Connection", "close")
        self.end_headers()


def whole_number(given: dict[str, Any], name: str) -> int:
    """A whole number of a request; RequestRefused if it is missing or something else."""
    value = given.get(name)
    if not isinstance(value, int) or isinstance(value, bool):
        raise RequestRefused(HTTPStatus.BAD_REQUEST, f"The request has no {name}.")
    return value


def attachment(name: str) -> str:
    """Value of Content-Disposition that lets a browser save a file under a name."""
    plain = "".join(
        sign if sign.isascii() and (sign.isalnum() or sign in " -_.") else "_" for sign in name
    )
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
