"""A progress bar for solves and studies, in a terminal and in a notebook (tqdm)."""

from __future__ import annotations

from types import TracebackType
from typing import Any

from optimizer.errors import UsageError


class ProgressBar:
    """A bar that solves and studies move: give it as their ``progress``; it may be used again.

    >>> with progress_bar() as bar:                                    # doctest: +SKIP
    ...     optimizer.solve(case, progress=bar, step=bar.step)
    """

    def __init__(self, bar: Any) -> None:
        self._bar = bar

    def __call__(self, *told: Any) -> None:
        """Show seconds and a line of a solve; or runs done, runs in all, seconds left, a name."""
        if len(told) == 4:
            done, total, _, name = told
            self._bar.total = total
            self._bar.set_postfix_str(name, refresh=False)
            self._bar.update(done - self._bar.n)
        else:
            _, line = told
            self._bar.set_postfix_str(str(line).strip(), refresh=False)
        self._bar.refresh()

    def step(self, name: str) -> None:
        """Show the step of a solve that begins: give it as ``step``."""
        self._bar.set_description(name)

    def close(self) -> None:
        """End the bar; it stays where it is."""
        self._bar.close()

    def __enter__(self) -> ProgressBar:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


def progress_bar(**options: Any) -> ProgressBar:
    """A progress bar, of the notebook if one runs, else of the terminal.

    ``options`` are those of ``tqdm``. Raises UsageError if tqdm is not installed or refuses one.
    """
    try:
        from tqdm.auto import tqdm
    except ImportError:
        cure = "pip install 'magnet-sourcing-optimizer[progress]'"
        raise UsageError(f"a progress bar needs tqdm, which is not installed: {cure}") from None
    settings = {"desc": "solve", "unit": "plan", **options}
    try:
        return ProgressBar(tqdm(**settings))
    except Exception as error:  # tqdm raises errors of its own types
        raise UsageError(f"tqdm refuses the options of the bar: {error}") from None
