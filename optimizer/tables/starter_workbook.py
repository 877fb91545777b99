"""Write a first workbook: a small worked chain that solves as it is."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

from optimizer.atomic_write import replace_when_complete
from optimizer.errors import UsageError
from optimizer.tables.schema import SHEETS
from optimizer.tables.sheets import settings_in_order
from optimizer.tables.starter_cases import STARTER_CASES, CaseRow
from optimizer.tables.template import (
    EXAMPLE_PERIODS,
    EXAMPLE_SETTINGS,
    columns_of_sheet,
    write_cell,
    write_input_workbook,
)


def write_starter(path: str | Path, start: str, *, overwrite: bool = False) -> Path:
    """Write the first workbook for ``buy``, ``make`` or ``sell`` (.xlsx) and return its path.

    It looks like a blank workbook with a made-up case filled in. Raises UsageError if there is no
    such start, the file exists and ``overwrite`` is false, or it is no .xlsx, and FileError if it
    cannot be written.
    """
    import xlsxwriter

    target = Path(path)
    if start not in STARTER_CASES:
        raise UsageError(f"a first workbook is for {', '.join(STARTER_CASES)}, not for {start!r}")
    if target.suffix.lower() != ".xlsx":
        raise UsageError(f"{target}: a first workbook is an .xlsx file")
    if os.path.lexists(target) and not overwrite:
        raise UsageError(f"{target} exists already; choose another name")
    with replace_when_complete(target, "first workbook") as part:
        file = BytesIO()
        with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
            _write_case_rows(book, f"first {start} case", STARTER_CASES[start])
        part.write_bytes(file.getbuffer())
    return target


def _write_case_rows(book: Any, name: str, rows: Mapping[str, Sequence[CaseRow]]) -> None:
    values = {attribute: column.default for attribute, column in settings_in_order().items()}
    columns = {sheet: columns_of_sheet(sheet) for sheet in SHEETS}

    def fill(sheet: str, page: Any, formats: Sequence[Any]) -> None:
        headers = [column.header for column in columns[sheet].values()]
        for number, row in enumerate(rows.get(sheet, ()), start=1):
            for header, value in (row | {"source": "made up", "confidence": "assumption"}).items():
                place = headers.index(header)
                write_cell(page, number, place, value, formats[place])

    write_input_workbook(
        book,
        columns=columns,
        settings_values=values | EXAMPLE_SETTINGS | {"case": name, "currency": "USD"},
        currency="USD",
        periods=EXAMPLE_PERIODS,
        fill=fill,
    )
