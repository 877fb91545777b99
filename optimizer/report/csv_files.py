"""The tables of a result or a study as CSV files."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from optimizer.atomic_write import replace_when_complete
from optimizer.report.argument_checks import check_folder, check_tables
from optimizer.report.data_columns import data_tables

if TYPE_CHECKING:
    from optimizer.plan import Result
    from optimizer.studies import Study

COLUMNS_FILE = "Columns.csv"
"""File that gives type, unit and meaning of each column of the others."""


def write_csv(result: Result | Study, folder: str | os.PathLike[str]) -> tuple[Path, ...]:
    """Write a CSV file for each table, and ``Columns.csv`` with their units; returns their paths.

    Text is in UTF-8 and as it stands in the tables, also where a spreadsheet would take it for a
    formula. Dates are written as 2027-01-31, blanks and what is not a number as nothing. An
    existing file is replaced atomically. Raises FileError if a file cannot be written, UsageError
    for anything but a result or a study.
    """
    check_tables(result)
    check_folder(folder)
    tables = data_tables(result)
    paths = [Path(folder) / f"{name}.csv" for name in tables]
    for path, table in zip(paths, tables.values(), strict=True):
        names = [column.name for column in table.columns]
        _write(path, names, zip(*table.values, strict=True))
    columns = [
        (table.name, column.name, column.kind, column.unit, column.meaning)
        for table in tables.values()
        for column in table.columns
    ]
    paths.append(Path(folder) / COLUMNS_FILE)
    _write(paths[-1], ("table", "column", "type", "unit", "meaning"), columns)
    return tuple(paths)


def _write(path: Path, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows([_cell(value) for value in row] for row in rows)
    with replace_when_complete(path, "CSV file") as part:
        part.write_text(text.getvalue(), encoding="utf-8", newline="")


def _cell(value: Any) -> Any:
    """A number with all its digits; an empty text for what is not a number."""
    if isinstance(value, float):
        return "" if value != value else repr(float(value))
    return value
