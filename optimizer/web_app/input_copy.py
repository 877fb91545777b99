"""Copies of workbooks: the input in the folder of a run, and the copy that a planner saves."""

from __future__ import annotations

import shutil
from collections.abc import Collection
from pathlib import Path

from optimizer.atomic_write import replace_when_complete
from optimizer.errors import FileError
from optimizer.web_app.workbook_view import WorkbookView


def copy_input(workbook: WorkbookView, folder: Path, results: Collection[str]) -> Path:
    """Path of the copy; a result must not replace an input workbook that has its name.

    Raises FileError if it cannot be written.
    """
    name = workbook.path.name
    path = folder / (f"input {name}" if name.casefold() in results else name)
    try:
        if not path.exists():
            shutil.copyfile(workbook.path, path)
    except OSError as error:
        raise FileError(f"{path}: the workbook cannot be copied ({error.strerror})") from error
    return path


def save_as_new(workbook: Path, folder: Path, stem: str) -> Path:
    """Copy a workbook to a file that did not exist: ``STEM.xlsx``, ``STEM 2.xlsx`` and so on.

    The file appears complete or not at all. Raises FileError if it cannot be written.
    """
    number = 1
    while True:
        path = folder / f"{stem if number == 1 else f'{stem} {number}'}{workbook.suffix}"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with path.open("xb"):  # the name is taken, so that no other file is replaced
                pass
        except FileExistsError:
            number += 1
            continue
        except OSError as error:
            why = (error.strerror or str(error)).lower()
            raise FileError(f"{path}: the copy cannot be written ({why})") from error
        try:
            with replace_when_complete(path, "copy of the workbook") as part:
                shutil.copyfile(workbook, part)
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        return path
