"""The process of one command: ``optimizer``, or ``python -m optimizer``."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from types import ModuleType

UNREAD = ("numpy._core._add_newdocs", "numpy._core._add_newdocs_scalars")
"""What gives numpy's functions the texts of ``help``: nobody asks a command for them."""


ROOM = 50_000_000
"""Bytes of a disk, or of a file, below which Python is not asked to keep what it compiles."""


def entry() -> None:
    """What the console script calls; leaves at once, without tearing down the libraries."""
    if _short_of_room():
        # Python keeps compiled modules that a full disk has cut, and fails at the next start.
        sys.dont_write_bytecode = True
    from optimizer.garbage_collection import paused

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


def _short_of_room() -> bool:
    """True where the disk of the program is full, or files may not grow (``ulimit -f``)."""
    with suppress(ImportError, OSError, AttributeError):  # Windows
        import resource

        most = resource.getrlimit(resource.RLIMIT_FSIZE)[0]
        disk = os.statvfs(os.path.dirname(__file__))
        limited = most != resource.RLIM_INFINITY and most < ROOM
        return limited or disk.f_bavail * disk.f_frsize < ROOM
    return False


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
