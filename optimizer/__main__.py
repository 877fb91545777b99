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
        from optimizer.cli import main

        code = main()
        try:
            sys.stdout.flush()
            sys.stderr.flush()
        except BrokenPipeError:
            pass
        os._exit(code)


if __name__ == "__main__":
    entry()
