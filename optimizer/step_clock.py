"""Wall time of the steps of a solve, by name."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class StepClock:
    """Seconds of each step; each is logged at level INFO.

    ``on_step`` is called with the name of each step as it begins.
    """

    def __init__(
        self, logger: logging.Logger, on_step: Callable[[str], None] | None = None
    ) -> None:
        self.seconds: dict[str, float] = {}
        self._logger = logger
        self._on_step = on_step

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Add the time inside to the step of this name."""
        if self._on_step:
            self._on_step(name)
        begin = time.perf_counter()
        try:
            yield
        finally:
            elapsed = time.perf_counter() - begin
            self.seconds[name] = self.seconds.get(name, 0.0) + elapsed
            self._logger.info("%s: %.3f s", name, elapsed)
