"""Write a case as the workbook that a planner would have filled in."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, BinaryIO, Final, overload

from optimizer.argument_kinds import FLAG, check_arguments
from optimizer.atomic_write import FileTarget, same_file, write_when_complete
from optimizer.errors import FileError, UsageError
from optimizer.tables.case import Case
from optimizer.tables.case_rows import written_sheets
from optimizer.tables.dates import Horizon
from optimizer.tables.schema import SHEETS
from optimizer.tables.sheets import PERIOD_MONTHS, SETTINGS
from optimizer.tables.template import write_cell, write_input_workbook
from optimizer.tables.validation import LAST_VALIDATED_ROW

MAX_INPUT_CELL_CHARACTERS: Final = 32_767
"""Characters that a cell of Excel holds, as UTF-16 counts them."""
_UNWRITABLE: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
"""Characters that a workbook does not hold, or gives back as others."""


@overload
def write_case(case: Case, path: BinaryIO, *, overwrite: bool = False) -> None: ...


@overload
def write_case(case: Case, path: str | os.PathLike[str], *, overwrite: bool = False) -> Path: ...


@check_arguments(overwrite=FLAG)
def write_case(case: Case, path: FileTarget, *, overwrite: bool = False) -> Path | None:
    """Write a case as an input workbook (.xlsx) to a path, which is returned, or to an open file.

    ``read`` of it is an equal case.

    It looks like a blank workbook of ``write_template``, filled in: notes on the headers,
    drop-down lists, number formats. Inactive rows are in it. A case without a name takes that of
    the file when it is read. An open file is a binary one. Raises UsageError if the file exists
    and ``overwrite`` is false, or if it is no .xlsx, and FileError if it cannot be written.
    """
    if not isinstance(case, Case):
        raise UsageError(f"a Case is written here, not an object of type {type(case).__name__}")
    if isinstance(path, (str, os.PathLike)):
        _check_path(case, os.fsdecode(path), overwrite)
    with write_when_complete(path, "workbook of the case") as file:
        _write(case, file)
    return Path(path) if isinstance(path, (str, os.PathLike)) else None


def _check_path(case: Case, path: str, overwrite: bool) -> None:
    if os.path.splitext(path)[1].lower() != ".xlsx":
        raise UsageError(f"{path}: the workbook of a case is an .xlsx file")
    if overwrite or not os.path.lexists(path):
        return
    if case.path and same_file(case.path, path):
        raise UsageError(f"{path}: the case was read from this file; choose another name")
    raise UsageError(f"{path} exists already; choose another name or allow overwriting")


def _write(case: Case, file: Any) -> None:
    import xlsxwriter

    sheets = written_sheets(case)

    def fill(name: str, sheet: Any, formats: Sequence[Any]) -> None:
        written = sheets[name]
        headers = list(written.columns)
        for number, row in enumerate(written.rows, start=1):
            for place, value in enumerate(row):
                if value is not None:
                    _check_text(value, name, number + 1, headers[place])
                    write_cell(sheet, number, place, value, formats[place])
        if len(written.rows) >= LAST_VALIDATED_ROW:
            sheet.autofilter(0, 0, len(written.rows), len(headers) - 1)

    settings = case.settings
    horizon = Horizon(settings.start, PERIOD_MONTHS[settings.period_length], settings.periods)
    _check_text(settings.case, "Settings", 0, "case")
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        write_input_workbook(
            book,
            columns={name: sheets[name].columns for name in SHEETS},
            settings_values={name: getattr(settings, name) for name in SETTINGS},
            currency=settings.currency,
            periods=(horizon.label(0), horizon.label(1)),
            fill=fill,
        )


def _check_text(value: Any, sheet: str, row: int, header: str) -> None:
    """Raises FileError for text that a cell cannot hold."""
    if not isinstance(value, str):
        return
    place = f"{sheet} row {row} ({header})" if row else f"{sheet} ({header})"
    if found := _UNWRITABLE.search(value):
        raise FileError(
            f"{place}: the character U+{ord(found[0]):04X} is not allowed in a workbook"
        )
    if value.startswith("<r>") and value.endswith("</r>"):  # XlsxWriter takes it for its own XML
        raise FileError(f"{place}: a text between <r> and </r> is not allowed in a workbook")
    if (
        2 * len(value) > MAX_INPUT_CELL_CHARACTERS
        and len(value.encode("utf-16-le")) > 2 * MAX_INPUT_CELL_CHARACTERS
    ):
        raise FileError(
            f"{place}: the text is longer than the {MAX_INPUT_CELL_CHARACTERS:,} of a cell"
        )
