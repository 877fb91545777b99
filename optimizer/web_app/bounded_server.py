"""A server with a bound on its threads, which strangers cannot keep busy.

A connection is for one request: on the loopback a new one costs a tenth of a millisecond, and one
that idles would keep a thread. When all threads are busy, new connections wait in the queue of
the system, and connections that have sent no authorised request yet are closed.
"""

from __future__ import annotations

import socket
import threading
import time
from contextlib import suppress
from http.server import ThreadingHTTPServer
from typing import Any

MAX_SERVER_THREADS = 32
"""Requests that are answered at once; chosen so that one page never waits: browsers open six
connections or so to a server."""
CONNECTION_BACKLOG = 1024
"""Connections that wait for a thread; the system may allow fewer."""
UNAUTHORISED_TIMEOUT = 2.0
"""Seconds after which a connection without an authorised request is closed, if others wait;
chosen so that no browser on this computer needs as long to send its request."""
BUSY_POLL_INTERVAL = 0.1
"""Seconds between two looks for such connections while all threads are busy."""


class BoundedServer(ThreadingHTTPServer):
    """Answers at most ``MAX_SERVER_THREADS`` connections at once, each in a thread."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = CONNECTION_BACKLOG

    def __init__(self, *arguments: Any) -> None:
        self._unauthorised: dict[Any, float] = {}
        """Time at which each connection without an authorised request began."""
        self._free = threading.Semaphore(MAX_SERVER_THREADS)
        self._stopping = False
        super().__init__(*arguments)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Answer a connection in a thread of its own, as soon as one is free."""
        while not self._free.acquire(timeout=BUSY_POLL_INTERVAL):
            if self._stopping:
                raise ConnectionAbortedError
            self.close_unauthorised()
        self._unauthorised[request] = time.monotonic()
        try:
            super().process_request(request, client_address)
        except BaseException:
            self._release(request)
            raise

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Answer a connection, and free the thread."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._release(request)

    def _release(self, request: Any) -> None:
        self._unauthorised.pop(request, None)
        self._free.release()

    def authorise(self, request: Any) -> None:
        """Mark a connection as one that may keep its thread."""
        self._unauthorised.pop(request, None)

    def close_unauthorised(self) -> None:
        """Close the connections that keep a thread without an authorised request."""
        now = time.monotonic()
        for request, begin in self._unauthorised.copy().items():
            if now - begin > UNAUTHORISED_TIMEOUT:
                with suppress(OSError):
                    request.shutdown(socket.SHUT_RDWR)

    def shutdown(self) -> None:
        """Stop serving, even while all threads are busy."""
        self._stopping = True
        super().shutdown()

    def shut_down_later(self) -> None:
        """Stop serving; a thread that answers a request may call this."""
        threading.Thread(target=self.shutdown, daemon=True).start()
