"""Example cases that come with the package: the workbooks of ``inputs/``.

>>> from optimizer import examples
>>> examples.tutorial().settings.currency
'USD'
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from optimizer.tables import Case

FOLDER = Path(__file__).parent


def north_america() -> Case:
    """The reference case: magnets for North American buyers, with public figures and sources.

    What each row rests on stands in its columns ``source`` and ``confidence``.
    """
    return _read("north_america.xlsx")


def tutorial() -> Case:
    """The small case of ``docs/tutorial.md``: one mine, one separator, one magnet maker."""
    return _read("tutorial.xlsx")


def workbook(name: str) -> Path:
    """Path of an example's workbook, to copy and to edit: ``north_america`` or ``tutorial``.

    Raises UsageError for another name.
    """
    path = FOLDER / f"{name}.xlsx"
    if path.parent != FOLDER or not path.is_file():
        from optimizer.errors import UsageError

        names = " or ".join(sorted(found.stem for found in FOLDER.glob("*.xlsx")))
        raise UsageError(f"there is no example {name!r}; it is {names}")
    return path


def _read(name: str) -> Case:
    from optimizer.tables import read

    return read(FOLDER / name)
