"""Files that are written: in one go, or not at all."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from optimizer.errors import FileError

WORKBOOK = "results workbook"


@contextlib.contextmanager
def replacing(path: str | os.PathLike[str], what: str = WORKBOOK) -> Iterator[Path]:
    """A new file beside a target, which takes its place when it is complete.

    Raises FileError if either cannot be written; nothing half-written stays.
    """
    target = Path(path)
    check_target(target, what)
    part = target.with_name(f".{target.name}.{os.urandom(4).hex()}.part")
    try:
        yield part
        part.replace(target)
    except OSError as error:
        raise _cannot(target, error, what) from error
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)


def check_target(path: str | os.PathLike[str], what: str = WORKBOOK) -> None:
    """Make sure that a result can be written to a path, and make its folder.

    Worth a call before a long solve. Raises FileError if the file is open in another
    program, is write-protected or is a folder.
    """
    target = Path(path)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.exists():
            with target.open("r+b"):
                pass
        elif not os.access(target.parent, os.W_OK):
            raise PermissionError(13, "the folder is write-protected")
    except OSError as error:
        raise _cannot(target, error, what) from error


def _cannot(target: Path, error: OSError, what: str) -> FileError:
    """One line: what cannot be written, why, and the cure."""
    why = error.strerror or str(error)
    if isinstance(error, IsADirectoryError) or target.is_dir():
        cure = "it is a folder; give the name of a file"
    elif isinstance(error, PermissionError) and target.exists():
        where = "in Excel" if target.suffix.lower() == ".xlsx" else "where it is open"
        cure = f"close it {where}, or give another name"
    elif isinstance(error, (FileExistsError, NotADirectoryError)):
        cure = "a part of its folder is a file; give another folder"
    else:
        cure = "give a name in a folder that you may write to and that has room"
    return FileError(f"{target}: the {what} cannot be written ({why.lower()}); {cure}")
