"""A server with a bound on its threads, which strangers cannot keep busy.

A connection is for one request: on the loopback a new one costs a tenth of a millisecond, and one
that idles would keep a thread. Who comes when all threads are busy waits in the queue of the
system. Then connections that have asked for nothing yet make room.
"""

from __future__ import annotations

import socket
import threading
import time
from contextlib import suppress
from http.server import ThreadingHTTPServer
from typing import Any

THREADS = 32
"""Requests that are answered at once."""
QUEUE = 1024
"""Connections that wait for a thread; the system may allow fewer."""
PATIENCE = 2.0
"""Seconds after which a connection that has asked for nothing makes room, if others wait."""
LOOK = 0.1
"""Seconds between two looks for such connections while all threads are busy."""


class BoundedServer(ThreadingHTTPServer):
    """Answers at most ``THREADS`` connections at once, each in a thread."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = QUEUE

    def __init__(self, *given: Any) -> None:
        self._unknown: dict[Any, float] = {}
        self._free = threading.Semaphore(THREADS)
        self._ending = False
        super().__init__(*given)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Answer a connection in a thread of its own, as soon as one is free."""
        while not self._free.acquire(timeout=LOOK):
            if self._ending:
                raise ConnectionAbortedError
            self.make_room()
        self._unknown[request] = time.monotonic()
        try:
            super().process_request(request, client_address)
        except BaseException:
            self._give_back(request)
            raise

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Answer a connection, and give the thread back."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._give_back(request)

    def _give_back(self, request: Any) -> None:
        self._unknown.pop(request, None)
        self._free.release()

    def know(self, request: Any) -> None:
        """Say that a connection has asked for something that it may have: it need make no room."""
        self._unknown.pop(request, None)

    def make_room(self) -> None:
        """End the connections that have kept a thread for a while and have asked for nothing."""
        now = time.monotonic()
        for request, begin in self._unknown.copy().items():
            if now - begin > PATIENCE:
                with suppress(OSError):
                    request.shutdown(socket.SHUT_RDWR)

    def shutdown(self) -> None:
        """Come to an end, even while all threads are busy."""
        self._ending = True
        super().shutdown()
