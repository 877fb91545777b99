"""The solve's side of a run: progress as lines of JSON, and a pipe that stops it."""

from __future__ import annotations

import _thread
import json
import os
import signal
import threading
from collections.abc import Callable
from typing import Any

from optimizer import interrupts

STANDARD_INPUT = 0


class SupervisedSolve:
    """Progress for the program that runs this one: one JSON object a line.

    A byte on standard input, or its end, stops the solve as Ctrl-C does: the best plan so
    far is kept, and nothing goes on when the program that asked for it is gone.
    """

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell
        # Whoever starts programs in the background has them ignore Ctrl-C.
        interrupts.obey(signal.SIGINT)
        threading.Thread(target=self._listen, daemon=True).start()

    def __call__(self, seconds: float, line: str) -> None:
        """Pass on what the solver says after so many seconds."""
        self._say({"seconds": seconds, "line": line.strip()[:300]})

    def step(self, name: str) -> None:
        """Say that a step begins."""
        self._say({"step": name})

    def _say(self, event: dict[str, Any]) -> None:
        self._tell(json.dumps(event))

    @staticmethod
    def _listen() -> None:
        os.read(STANDARD_INPUT, 1)
        _thread.interrupt_main()
