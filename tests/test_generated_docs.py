"""Generated pages are current, and show everything that is declared."""

from __future__ import annotations

import re

import pytest

from optimizer.tables.columns_page import COLUMNS_PAGE_PATH, columns_page
from optimizer.tables.schema import COMMON, SHEETS
from optimizer.tables.sheets import SETTINGS


def test_the_page_of_columns_is_current() -> None:
    assert COLUMNS_PAGE_PATH.read_text(encoding="utf-8") == columns_page(), (
        "run python -m optimizer.tables.columns_page"
    )


def test_the_page_has_a_row_for_every_column() -> None:
    rows = [line for line in columns_page().splitlines() if line.startswith("| ")]
    own = sum(
        len([name for name in sheet.columns if name not in COMMON]) for sheet in SHEETS.values()
    )
    tables = len(SHEETS) + 2  # with Settings, and the columns of every sheet
    assert len(rows) == own + len(SETTINGS) + len(COMMON) + 2 * tables


def test_every_row_of_the_page_has_seven_cells() -> None:
    for line in columns_page().splitlines():
        if line.startswith("|"):
            assert len(re.findall(r"(?<!\\)\|", line)) == 8, line


@pytest.mark.parametrize("name", SHEETS)
def test_every_column_has_a_meaning_and_every_figure_a_unit(name: str) -> None:
    for column in SHEETS[name].columns.values():
        assert column.meaning
        if column.kind == "number" and column.header not in ("most",):
            assert column.unit, column.header
