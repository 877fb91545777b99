"""Wall time and peak memory of the steps of a process, printed as one line of JSON.

Imports nothing but the standard library, because the floor may not either.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

BEGAN = "BENCHMARK_BEGAN"
"""Environment variable with the time at which the process was started."""


class Clock:
    """Adds up the time of each step; the peak is that of the process so far, in MiB."""

    def __init__(self) -> None:
        self.steps: dict[str, float] = {}
        self.peaks: dict[str, float] = {}

    def since_start(self, name: str) -> None:
        """Count the time since the start of the process as a step."""
        self._put(name, time.time() - float(os.environ.get(BEGAN, time.time())))

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Time the body of a ``with`` statement under a name."""
        begin = time.perf_counter()
        try:
            yield
        finally:
            self._put(name, time.perf_counter() - begin)

    def _put(self, name: str, seconds: float) -> None:
        self.steps[name] = self.steps.get(name, 0.0) + seconds
        self.mark_peak(name)

    def mark_peak(self, name: str) -> None:
        """Keep the peak of the process so far as that of a step that ends now."""
        self.peaks[name] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

    def tell(self, **more: Any) -> None:
        """Print the result and exit at once, as the command of the product does."""
        sys.stdout.write(json.dumps({"steps": self.steps, "peaks": self.peaks, **more}) + "\n")
        sys.stdout.flush()
        os._exit(0)
