"""The temporary folder of a session: only its owner can read it, and it is not left behind.

The session holds a lock in its folder. The system frees the lock when the process ends, however
it ends. A folder whose lock is free thus belongs to a killed session, and the next session removes
it.
"""

from __future__ import annotations

import os
import shutil
import stat
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import IO

from optimizer.errors import FileError

SESSION_FOLDER_PREFIX = "optimizer-open-"
LOCK_FILE = "lock"
MAX_LOCK_ATTEMPTS = 3
"""Folders that are made before a session goes on without a lock; another session takes one only if
it starts at the same moment."""


class SessionFolder:
    """A new folder that nobody else can read; folders of killed sessions are removed first.

    Raises FileError if no folder can be made.
    """

    def __init__(self) -> None:
        remove_dead_folders()
        self._lock_file: IO[bytes] | None = None
        for _ in range(MAX_LOCK_ATTEMPTS):
            self.path = _new_folder()
            self._lock_file = _open_locked(self.path, "xb")
            if self._lock_file is not None:
                return
            # Another session took the new folder for a dead one, or the system has no locks here.
            shutil.rmtree(self.path, ignore_errors=True)
        self.path = _new_folder()
        (self.path / "no lock").touch()  # a folder with files but without a lock is never removed

    def write_private(self, name: str, text: str) -> Path:
        """Path of a new file that only its owner can read, whatever the folder allows."""
        path = self.path / name
        path.unlink(missing_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def remove(self) -> None:
        """Remove the folder and its files."""
        if sys.platform == "win32" and self._lock_file is not None:
            self._lock_file.close()  # Windows deletes no open file
        shutil.rmtree(self.path, ignore_errors=True)
        if self._lock_file is not None:
            self._lock_file.close()


def remove_dead_folders() -> None:
    """Remove the folders of killed sessions; those of other users and of living sessions stay."""
    with suppress(OSError), os.scandir(tempfile.gettempdir()) as entries:
        for entry in entries:
            if entry.name.startswith(SESSION_FOLDER_PREFIX) and _is_users_folder(entry):
                _remove_if_dead(Path(entry.path))


def _is_users_folder(entry: os.DirEntry[str]) -> bool:
    try:
        status = entry.stat(follow_symlinks=False)
    except OSError:
        return False
    owned = sys.platform == "win32" or status.st_uid == os.getuid()
    return owned and stat.S_ISDIR(status.st_mode)


def _remove_if_dead(folder: Path) -> None:
    if not (folder / LOCK_FILE).exists():
        # A session that starts at this moment makes another folder; an empty one is no loss.
        with suppress(OSError):
            folder.rmdir()
        return
    lock = _open_locked(folder, "r+b")
    if lock is None:
        return
    with lock:
        if sys.platform != "win32":
            shutil.rmtree(folder, ignore_errors=True)
    if sys.platform == "win32":
        shutil.rmtree(folder, ignore_errors=True)


def _new_folder() -> Path:
    try:
        return Path(tempfile.mkdtemp(prefix=SESSION_FOLDER_PREFIX))
    except OSError as error:
        why = error.strerror or str(error)
        raise FileError(
            f"no temporary folder can be made ({why.lower()}); make room, or set TMPDIR to a "
            "folder that you may write to"
        ) from error


def _open_locked(folder: Path, mode: str) -> IO[bytes] | None:
    """The lock file of a folder, open and locked; None if another process holds it."""
    path = folder / LOCK_FILE
    try:
        file: IO[bytes] = open(path, mode)  # noqa: SIM115
    except OSError:
        return None
    try:
        _lock_descriptor(file.fileno())
        # Another session may have locked and removed the file since it was opened.
        if os.path.samestat(os.fstat(file.fileno()), path.stat()):
            return file
    except OSError:
        pass
    file.close()
    return None


def _lock_descriptor(descriptor: int) -> None:
    """Lock an open file, or raise OSError at once."""
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
