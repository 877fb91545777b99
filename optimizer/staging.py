"""The hidden folder in which files are made ready, and what becomes of it after a kill."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

fcntl: ModuleType | None
try:
    import fcntl
except ImportError:  # on Windows a file that is open cannot be removed, which does as well
    fcntl = None

LOCK, ORDER, OLD = "lock", "order.json", "old "
"""In a staging folder: what is locked, what goes where, and the files that made room."""

_LEFT = re.compile(r"\.(?:.+\.)?[0-9a-f]{8}\.part")
"""Names of staging folders; earlier versions had files of such names."""


class Staging:
    """A hidden folder inside another one; its files take their places there together.

    Raises OSError where something cannot be written.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ready: dict[Path, Path] = {}
        """Files that are complete, by their targets."""
        self._count = 0
        with _locked(folder):
            self.path = folder / f".{os.urandom(4).hex()}.part"
            self.path.mkdir()
            self._lock = (self.path / LOCK).open("wb")
            _lock(self._lock)

    def part(self, target: Path) -> Path:
        """Where a file for a target is made ready."""
        self._count += 1
        return self.path / f"{self._count}{target.suffix}"

    def complete(self, part: Path, target: Path) -> None:
        """A file is ready: it is on the disk."""
        with part.open("r+b") as file:
            os.fsync(file.fileno())
        self.ready[target] = part

    def show(self, stale: Iterable[Path] = ()) -> None:
        """Let every file that is ready take its place, and stale ones go.

        The old files go first and the new ones come then: a kill in between leaves a part of
        one run, never of two, and :func:`sweep` ends what was begun.
        """
        gone = [each for each in stale if each not in self.ready and os.path.lexists(each)]
        if len(self.ready) == 1 and not gone:
            ((target, part),) = self.ready.items()
            part.replace(target)
            return
        order = self.path / ORDER
        undo: list[tuple[Path, Path]] = []
        with _locked(self.folder):
            _write_order(order, self.folder, self.ready, gone)
            try:
                for number, target in enumerate((*self.ready, *gone)):
                    if os.path.lexists(target):
                        _move(target, self.path / f"{OLD}{number}", undo)
                for target, part in self.ready.items():
                    _move(part, target, undo)
            except OSError:
                for before, after in reversed(undo):
                    with contextlib.suppress(OSError):
                        after.replace(before)
                raise
            finally:
                order.unlink(missing_ok=True)

    def close(self) -> None:
        """Remove the folder with what is in it."""
        self._lock.close()
        shutil.rmtree(self.path, ignore_errors=True)


def sweep(folder: Path) -> None:
    """Remove what killed programs left, or end what they had begun to show."""
    with _locked(folder):
        for entry in list(os.scandir(folder)):
            if not _LEFT.fullmatch(entry.name):
                continue
            path = Path(entry.path)
            if not entry.is_dir(follow_symlinks=False):
                path.unlink(missing_ok=True)
            elif _dead(path / LOCK):
                _finish(path)
                shutil.rmtree(path, ignore_errors=True)


def _move(path: Path, target: Path, undo: list[tuple[Path, Path]]) -> None:
    path.replace(target)
    undo.append((path, target))


def _write_order(order: Path, folder: Path, files: dict[Path, Path], gone: list[Path]) -> None:
    """Write down what is about to move, so that it can be ended by another program."""
    data = {
        "files": [[part.name, os.path.relpath(target, folder)] for target, part in files.items()],
        "gone": [os.path.relpath(each, folder) for each in gone],
    }
    half = order.with_suffix(".half")
    half.write_text(json.dumps(data), "ascii")
    half.replace(order)


def _finish(folder: Path) -> None:
    """End what had begun: old files go, new ones take their places."""
    try:
        data = json.loads((folder / ORDER).read_text("ascii"))
    except (OSError, ValueError):
        return
    waiting = [(folder / part, folder.parent / target) for part, target in data["files"]]
    if not any(part.exists() for part, _ in waiting):
        return  # all is done, and what stands there now may be somebody's own
    for number, (part, target) in enumerate(waiting):
        if part.exists() and os.path.lexists(target):
            target.replace(folder / f"{OLD}{number} again")
    for each in data["gone"]:
        (folder.parent / each).unlink(missing_ok=True)
    for part, target in waiting:
        if part.exists():
            part.replace(target)


def _dead(lock: Path) -> bool:
    """True if nobody holds the lock of a staging folder, or it has none."""
    try:
        with lock.open("r+b") as file:
            if fcntl is None:
                file.close()
                lock.unlink()
            else:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return True
    except OSError:
        return False
    return True


@contextlib.contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Alone in a folder, where the system knows how to."""
    held: int | None = None
    if fcntl is not None:
        with contextlib.suppress(OSError):
            held = os.open(folder, os.O_RDONLY)
            fcntl.flock(held, fcntl.LOCK_EX)
    try:
        yield
    finally:
        if held is not None:
            os.close(held)


def _lock(file: Any) -> None:
    if fcntl is not None:
        with contextlib.suppress(OSError):
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
