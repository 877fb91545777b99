"""The process of one command: ``optimizer``, or ``python -m optimizer``."""

from __future__ import annotations

import gc
import os
import sys
import warnings
from contextlib import suppress
from typing import TextIO

MIN_DISK_SPACE = 50_000_000
"""Bytes that must be free, or that a file may have, before Python may keep compiled modules.

The compiled modules of this package and its libraries take about as much.
"""

COLLECTION_THRESHOLD = 100_000
"""New objects after which Python collects garbage in the process of a command."""


def entry() -> None:
    """Console script: run the command and exit at once, without tearing down the libraries."""
    os._exit(run_command())


def run_command() -> int:
    """Run the command of ``sys.argv`` and flush its output; returns the exit code."""
    if _disk_nearly_full():
        # Python keeps compiled modules that a full disk has cut, and fails at the next start.
        sys.dont_write_bytecode = True
    # The objects of a model all stay until the end, so that frequent collections find nothing.
    gc.set_threshold(COLLECTION_THRESHOLD)
    # numpy's BLAS would start a thread for each core, and no matrix here is large enough for them.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # openpyxl warns of what a marked copy leaves out, which the copy itself says.
    warnings.filterwarnings("ignore", module="openpyxl")
    try:
        from optimizer.cli import main

        code = main()
    except KeyboardInterrupt:  # during the import
        code = 4
    return _flush_output(code)


def _disk_nearly_full() -> bool:
    """True if the disk of the program is full, or files may not grow (``ulimit -f``)."""
    with suppress(ImportError, OSError, AttributeError):  # Windows
        import resource

        max_file_size = resource.getrlimit(resource.RLIMIT_FSIZE)[0]
        disk = os.statvfs(os.path.dirname(__file__))
        limited = max_file_size != resource.RLIM_INFINITY and max_file_size < MIN_DISK_SPACE
        return limited or disk.f_bavail * disk.f_frsize < MIN_DISK_SPACE
    return False


def _flush_output(code: int) -> int:
    """The exit code after the flush; 1 instead of 0 if standard output cannot be written."""
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None:
                stream.flush()
        except OSError as error:
            _discard(stream)
            unwritten = stream is sys.stdout and not isinstance(error, BrokenPipeError)
            if unwritten and not code and sys.stderr is not None:
                code = 1
                why = (error.strerror or str(error)).lower()
                sys.stderr.write(f"error: standard output cannot be written ({why})\n")
    return code


def _discard(stream: TextIO) -> None:
    """Let what a stream still holds go nowhere: Python flushes it once more at its end."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


if __name__ == "__main__":
    sys.exit(run_command())
