"""Atomic writing: a file appears complete or not at all, and the files of a run together.

A file is written in a hidden folder beside its target (``.1a2b3c4d.part``) and replaces the target
when it is complete. The files of a run appear when all of them are. A program that writes holds a
lock on the hidden folder; one without a lock was left by a killed program, and is removed when
something is next written there.
"""

from __future__ import annotations

import contextlib
import errno
import io
import os
from collections.abc import Iterable, Iterator
from contextvars import ContextVar
from pathlib import Path
from typing import BinaryIO, TypeAlias

from optimizer.errors import FileError, UsageError
from optimizer.staging import Staging, remove_abandoned_staging

RESULTS_WORKBOOK = "results workbook"
"""What a file is called in messages, unless the caller says otherwise."""

FileTarget: TypeAlias = str | os.PathLike[str] | BinaryIO
"""Where a file is written: a path, or an open binary file."""

_RUN_STAGING: ContextVar[Staging | None] = ContextVar("run", default=None)
"""The staging folder of the run whose files are being written."""

_CURES_BY_ERRNO = {
    errno.ENOSPC: "make room on the disk, or choose a folder on another disk",
    errno.EDQUOT: "make room on the disk, or choose a folder on another disk",
    errno.EFBIG: "files are limited in size here: raise the limit (ulimit -f)",
    errno.ENAMETOOLONG: "give a shorter name",
}


@contextlib.contextmanager
def replace_when_complete(
    path: str | os.PathLike[str], what: str = RESULTS_WORKBOOK
) -> Iterator[Path]:
    """Path of a new file, which replaces the target when it is complete.

    Inside :func:`replace_together` it does so when the run is complete. What killed programs left
    in the folder is removed. ``what`` names the file in messages. Raises FileError if either cannot
    be written; nothing half-written stays.
    """
    target, run = Path(path), _RUN_STAGING.get()
    _check_writable(target, what)
    if run is None:
        with contextlib.suppress(OSError):
            remove_abandoned_staging(target.parent)
    staging = run
    try:
        staging = staging or Staging(target.parent)
        part = staging.part(target)
        yield part
        staging.complete(part, target)
        if run is None:
            staging.show()
    except OSError as error:
        raise _file_error(target, error, what) from error
    finally:
        if run is None and staging is not None:
            staging.close()


@contextlib.contextmanager
def write_when_complete(target: FileTarget, what: str = RESULTS_WORKBOOK) -> Iterator[io.BytesIO]:
    """A buffer whose content is written to a target when the block ends without an error.

    A path is written as by :func:`replace_when_complete`. An open file is written from its
    position on and stays open. Raises UsageError for any other target, and for a file that is
    open for text.
    """
    # In memory first: on a full disk, closing a ZipFile raises a second error.
    buffer = io.BytesIO()
    if isinstance(target, (str, os.PathLike)):
        with replace_when_complete(target, what) as part:
            yield buffer
            part.write_bytes(buffer.getbuffer())
        return
    if isinstance(target, io.TextIOBase):
        raise UsageError(f"the {what} is written to a file that is open for text; open it as 'wb'")
    if not hasattr(target, "write"):
        kind = type(target).__name__
        raise UsageError(f"the {what} is written to a path or an open binary file, not to {kind}")
    yield buffer
    _write_all(target, buffer.getvalue(), what)


def _write_all(file: BinaryIO, content: bytes, what: str) -> None:
    """Write to an open file, which may take a part at a time.

    Raises UsageError for an object that takes no bytes, FileError if it fails or takes no more.
    """
    written = 0
    while written < len(content):
        try:
            count = file.write(content[written:] if written else content)
        except TypeError as error:
            raise UsageError(f"the {what} cannot be written to this object: {error}") from error
        except Exception as error:  # a caller's file raises errors of any type
            why = str(error) or type(error).__name__
            raise FileError(f"the {what} cannot be written to the open file: {why}") from error
        if count is None and not isinstance(file, io.RawIOBase):
            return  # an object that is like a file and does not count
        if not count:
            raise FileError(f"the {what} cannot be written to the open file: it takes no more")
        written += count


@contextlib.contextmanager
def replace_together(
    folder: str | os.PathLike[str], stale: Iterable[str | os.PathLike[str]] = ()
) -> Iterator[None]:
    """Files that are written inside appear together, when all of them are complete.

    ``stale`` are files that an earlier run may have left; those that this one does not write
    are removed in the same moment. At no time are files of two runs in the folder. Raises
    FileError if that cannot be done; everything is then as it was.
    """
    directory = Path(folder)
    try:
        directory.mkdir(parents=True, exist_ok=True)
        staging = Staging(directory)
    except OSError as error:
        raise _file_error(directory / "*", error, "files of the run") from error
    token = _RUN_STAGING.set(staging)
    try:
        yield
        staging.show(Path(each) for each in stale)
    except OSError as error:
        named = [Path(each) for each in (error.filename, error.filename2) if each]
        targets = [each for each in named if each.parent != staging.path]
        raise _file_error(
            targets[0] if targets else directory / "*", error, "files of the run"
        ) from error
    finally:
        _RUN_STAGING.reset(token)
        staging.close()


def staged_path(path: str | os.PathLike[str]) -> Path:
    """Path of a file of the run that is complete and has not appeared yet.

    Raises KeyError if there is none.
    """
    run = _RUN_STAGING.get()
    if run is None:
        raise KeyError(path)
    return run.ready[Path(path)]


def check_target(
    path: str | os.PathLike[str],
    what: str = RESULTS_WORKBOOK,
    inputs: Iterable[str | os.PathLike[str]] = (),
) -> None:
    """Make sure that a result can be written to a path, and make its folder.

    Call it before a long solve. What killed programs left in the folder is removed.
    Raises UsageError if the target is one of the ``inputs``, by whatever name or link, and
    FileError if the file is open in another program, is write-protected or is a folder.
    """
    target = Path(path)
    refuse_inputs([target], what, inputs)
    _check_writable(target, what)
    with contextlib.suppress(OSError):
        remove_abandoned_staging(target.parent)


def refuse_inputs(
    targets: Iterable[str | os.PathLike[str]],
    what: str,
    inputs: Iterable[str | os.PathLike[str]],
) -> None:
    """Raises UsageError if a target is one of the inputs: the same file, or a link to it."""
    input_paths = list(inputs)
    for target in targets:
        for path in input_paths:
            if same_file(target, path):
                named = "" if Path(target).name == Path(path).name else f", {path},"
                raise UsageError(
                    f"{target}: the {what} would replace your own file{named} which is read; "
                    "give another folder or name with --output"
                )


def same_file(one: str | os.PathLike[str], other: str | os.PathLike[str]) -> bool:
    """True if two paths lead to one file, by links or by names that the system treats as one."""
    try:
        return os.path.samefile(one, other)
    except (OSError, ValueError):
        return os.path.realpath(one) == os.path.realpath(other)


def _check_writable(target: Path, what: str) -> None:
    if "\0" in str(target):
        raise UsageError(f"{str(target)!r}: the {what} cannot have this name")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.exists():
            with target.open("r+b"):
                pass
        elif not os.access(target.parent, os.W_OK):
            raise PermissionError(13, "the folder is write-protected")
    except OSError as error:
        raise _file_error(target, error, what) from error


def _file_error(target: Path, error: OSError, what: str) -> FileError:
    """An error of one line: what cannot be written, why, and the cure."""
    why = error.strerror or str(error)
    if error.errno in _CURES_BY_ERRNO:
        cure = _CURES_BY_ERRNO[error.errno]
    elif isinstance(error, IsADirectoryError) or target.is_dir():
        cure = "it is a folder; give the name of a file"
    elif isinstance(error, PermissionError) and target.exists():
        where = "in Excel" if target.suffix.lower() == ".xlsx" else "where it is open"
        cure = f"close it {where}, or give another name"
    elif isinstance(error, (FileExistsError, NotADirectoryError)):
        cure = "a part of its folder is a file; give another folder"
    else:
        cure = "give a name in a folder that you may write to and that has room"
    return FileError(f"{target}: the {what} cannot be written ({why.lower()}); {cure}")
