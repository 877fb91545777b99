"""Progress of the solver on a terminal."""

from __future__ import annotations

import sys

from optimizer.cli.arguments import escaped


class ProgressLine:
    """One line on standard error that the solver's progress overwrites."""

    def __init__(self) -> None:
        self._is_terminal = sys.stderr is not None and sys.stderr.isatty()

    def __call__(self, seconds: float, line: str) -> None:
        """Show a line of the solver and the seconds since the start."""
        if sys.stderr is None:
            return
        text = f"solving … {seconds:,.0f} s  {escaped(line.strip())}"[:100]
        sys.stderr.write(f"\r{text:<100}" if self._is_terminal else text + "\n")
        sys.stderr.flush()
