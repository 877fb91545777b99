"""How far the solver is, for people."""

from __future__ import annotations

import sys

from optimizer.cli.arguments import escaped


class ProgressLine:
    """One line on standard error that is written over while the solver works."""

    def __init__(self) -> None:
        self._live = sys.stderr is not None and sys.stderr.isatty()

    def __call__(self, seconds: float, line: str) -> None:
        """Show the solver's line after so many seconds."""
        if sys.stderr is None:
            return
        text = f"solving … {seconds:,.0f} s  {escaped(line.strip())}"[:100]
        sys.stderr.write(f"\r{text:<100}" if self._live else text + "\n")
        sys.stderr.flush()
