"""The hidden folder in which files are staged, and its recovery after a kill."""

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
except ImportError:  # on Windows an open file cannot be removed, which serves as a lock
    fcntl = None

LOCK_FILE, JOURNAL_FILE, REPLACED_PREFIX = "lock", "order.json", "old "
"""In a staging folder: the file that is locked, the moves to make, names of replaced files."""

_STAGING_NAME = re.compile(r"\.(?:.+\.)?[0-9a-f]{8}\.part")
"""Names of staging folders; earlier versions had files of such names."""


class Staging:
    """A hidden folder inside another one, whose files move there together.

    Raises OSError where something cannot be written.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ready: dict[Path, Path] = {}
        """Complete files by their targets."""
        self._count = 0
        with _locked(folder):
            self.path = folder / f".{os.urandom(4).hex()}.part"
            self.path.mkdir()
            self._lock = (self.path / LOCK_FILE).open("wb")
            _lock_file(self._lock)

    def part(self, target: Path) -> Path:
        """Path at which the file for a target is to be written."""
        self._count += 1
        return self.path / f"{self._count}{target.suffix}"

    def complete(self, part: Path, target: Path) -> None:
        """Mark a file as complete, once it is on the disk."""
        with part.open("r+b") as file:
            os.fsync(file.fileno())
        self.ready[target] = part

    def show(self, stale: Iterable[Path] = ()) -> None:
        """Move every complete file to its target, and remove stale ones.

        The old files are moved away before the new ones come: a kill in between leaves a part of
        one run, never of two, and :func:`remove_abandoned_staging` finishes the move.
        """
        removed = [each for each in stale if each not in self.ready and os.path.lexists(each)]
        if len(self.ready) == 1 and not removed:
            ((target, part),) = self.ready.items()
            part.replace(target)
            return
        journal = self.path / JOURNAL_FILE
        undo: list[tuple[Path, Path]] = []
        with _locked(self.folder):
            _write_journal(journal, self.folder, self.ready, removed)
            try:
                for number, target in enumerate((*self.ready, *removed)):
                    if os.path.lexists(target):
                        _move(target, self.path / f"{REPLACED_PREFIX}{number}", undo)
                for target, part in self.ready.items():
                    _move(part, target, undo)
            except OSError:
                for before, after in reversed(undo):
                    with contextlib.suppress(OSError):
                        after.replace(before)
                raise
            finally:
                journal.unlink(missing_ok=True)

    def close(self) -> None:
        """Remove the folder and its content."""
        self._lock.close()
        shutil.rmtree(self.path, ignore_errors=True)


def remove_abandoned_staging(folder: Path) -> None:
    """Remove staging folders of killed programs, or finish the moves that they had begun."""
    with _locked(folder):
        for entry in list(os.scandir(folder)):
            if not _STAGING_NAME.fullmatch(entry.name):
                continue
            path = Path(entry.path)
            if not entry.is_dir(follow_symlinks=False):
                path.unlink(missing_ok=True)
            elif _is_abandoned(path / LOCK_FILE):
                _finish_moves(path)
                shutil.rmtree(path, ignore_errors=True)


def _move(path: Path, target: Path, undo: list[tuple[Path, Path]]) -> None:
    path.replace(target)
    undo.append((path, target))


def _write_journal(
    journal: Path, folder: Path, files: dict[Path, Path], removed: list[Path]
) -> None:
    """Write the moves to make, so that another program can finish them."""
    data = {
        "files": [[part.name, os.path.relpath(target, folder)] for target, part in files.items()],
        "gone": [os.path.relpath(each, folder) for each in removed],
    }
    part = journal.with_suffix(".half")
    part.write_text(json.dumps(data), "ascii")
    part.replace(journal)


def _finish_moves(folder: Path) -> None:
    """Finish the moves of a killed program: old files away, new ones to their targets."""
    try:
        data = json.loads((folder / JOURNAL_FILE).read_text("ascii"))
    except (OSError, ValueError):
        return
    waiting = [(folder / part, folder.parent / target) for part, target in data["files"]]
    if not any(part.exists() for part, _ in waiting):
        return  # all moves are made, and a file there now may be a later one
    for number, (part, target) in enumerate(waiting):
        if part.exists() and os.path.lexists(target):
            target.replace(folder / f"{REPLACED_PREFIX}{number} again")
    for each in data["gone"]:
        (folder.parent / each).unlink(missing_ok=True)
    for part, target in waiting:
        if part.exists():
            part.replace(target)


def _is_abandoned(lock: Path) -> bool:
    """True if no program holds the lock of a staging folder, or it has none."""
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
    """Exclusive lock on a folder, where the system has such locks."""
    descriptor: int | None = None
    if fcntl is not None:
        with contextlib.suppress(OSError):
            descriptor = os.open(folder, os.O_RDONLY)
            fcntl.flock(descriptor, fcntl.LOCK_EX)
    try:
        yield
    finally:
        if descriptor is not None:
            os.close(descriptor)


def _lock_file(file: Any) -> None:
    if fcntl is not None:
        with contextlib.suppress(OSError):
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
