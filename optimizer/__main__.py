"""The process of one command: ``optimizer``, or ``python -m optimizer``."""

from __future__ import annotations

import os
import sys
from types import ModuleType

from optimizer.collector import paused

UNREAD = ("numpy._core._add_newdocs", "numpy._core._add_newdocs_scalars")
"""What gives numpy's functions the texts of ``help``: nobody asks a command for them."""


def entry() -> None:
    """What the console script calls; leaves at once, without tearing down the libraries."""
    # numpy's BLAS would start a thread for each core, and nothing here is large enough for them.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    for name in UNREAD:
        sys.modules.setdefault(name, ModuleType(name))
    with paused():
        try:
            from optimizer.cli import main

            code = main()
        except KeyboardInterrupt:  # while it loads
            code = 4
        os._exit(_flushed(code))


def _flushed(code: int) -> int:
    """The exit code, once all is said; another one if standard output cannot take it."""
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None:
                stream.flush()
        except BrokenPipeError:
            pass
        except OSError as error:
            if stream is sys.stdout and not code and sys.stderr is not None:
                code = 1
                why = (error.strerror or str(error)).lower()
                sys.stderr.write(f"error: standard output cannot be written ({why})\n")
    return code


if __name__ == "__main__":
    entry()
