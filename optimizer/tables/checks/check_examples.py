"""Rows that a planner wrote over an example of the blank workbook and left inactive."""

from __future__ import annotations

from typing import Any, Final

from optimizer.tables.cell_values import cell_parser
from optimizer.tables.schema import COMMON, SHEETS
from optimizer.tables.starter_cases import EXAMPLE_NOTE, EXAMPLE_ROWS, CaseRow
from optimizer.tables.workbook_draft import WorkbookDraft

INACTIVE_EXAMPLE: Final = "the row was written over an example and is still inactive"


def check_examples(draft: WorkbookDraft) -> None:
    """A row with the note of an example, but other cells, is probably meant to count."""
    for name, examples in EXAMPLE_ROWS.items():
        for row in draft.inactive[name]:
            if row.notes == EXAMPLE_NOTE and not any(
                _is_example(row, name, each) for each in examples
            ):
                hint = "clear 'active' so that it counts, or 'notes' if it is not meant to"
                draft.warning(row, "active", INACTIVE_EXAMPLE, hint)


def _is_example(row: Any, name: str, example: CaseRow) -> bool:
    columns = SHEETS[name].columns
    own = {attribute: column for attribute, column in columns.items() if attribute not in COMMON}
    return not getattr(row, "by_period", ()) and all(
        getattr(row, attribute)
        == (
            cell_parser(column)(example[column.header])
            if column.header in example
            else column.default
        )
        for attribute, column in own.items()
    )
