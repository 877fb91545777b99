"""A command that another program supervises: progress as JSON lines, and a pipe that stops it."""

from __future__ import annotations

import _thread
import json
import os
import signal
import sys
import threading
from collections.abc import Callable
from typing import Any

from optimizer import interrupts

STDIN_DESCRIPTOR = 0


class SupervisedCommand:
    """Progress for the program that runs this one: one JSON object a line.

    A byte on standard input, or its end, stops the command as Ctrl-C does: the best plan so far
    and finished runs are kept, and the command does not outlive the program that started it.
    """

    def __init__(self, write_line: Callable[[str], None]) -> None:
        self._write_line = write_line
        # A program that starts others in the background has them ignore Ctrl-C.
        interrupts.handle_signal(signal.SIGINT)
        threading.Thread(target=self._wait_for_stop, daemon=True).start()

    def __call__(self, seconds: float, line: str) -> None:
        """Pass on a line of the solver and the seconds since the start."""
        self._write({"seconds": seconds, "line": line.strip()[:300]})

    def step(self, name: str) -> None:
        """Report that a step begins."""
        self._write({"step": name})

    def runs(self, done: int, total: int, left: float | None, name: str) -> None:
        """Report that a run of a study has finished; ``left`` is None where it is not known."""
        self._write({"runs": {"done": done, "total": total, "left": left, "name": name[:300]}})

    def _write(self, event: dict[str, Any]) -> None:
        self._write_line(json.dumps(event))

    @staticmethod
    def _wait_for_stop() -> None:
        os.read(STDIN_DESCRIPTOR, 1)
        main_thread = threading.main_thread().ident
        if sys.platform == "win32" or main_thread is None:
            _thread.interrupt_main()
        else:  # a real signal also wakes a thread that waits for its workers
            signal.pthread_kill(main_thread, signal.SIGINT)
