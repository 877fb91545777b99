"""Long columns: XlsxWriter writes their first row, and the others are put into the file."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Sequence
from io import BytesIO
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook

from optimizer.report import long_columns
from optimizer.report.long_columns import LongColumn, fill
from optimizer.report.results_workbook import workbook_options
from optimizer.report.worksheet import add_excel_table, long_table_worksheet

NUMBERS = [1.0, 0.1 + 0.2, None, 5e-324, 1.7976931348623157e308, -0.0]
TEXTS = ["a", "_x0041_", " two\nlines ", "<r>a & b</r>", "=1+1", ""]
HEADER_ROW = 1


def written(
    columns: Sequence[Sequence[Any]] = (NUMBERS, TEXTS),
    before: Callable[[Any], object] = lambda sheet: None,
    after: Callable[[Any], object] = lambda sheet: None,
) -> BytesIO:
    """Workbook with a table whose header is in row 2; ``before`` and ``after`` write more."""
    file = BytesIO()
    workbook = xlsxwriter.Workbook(file, workbook_options())
    sheet = workbook.add_worksheet("A & B", long_table_worksheet())
    before(sheet)
    form = workbook.add_format({"num_format": "0.00", "italic": True})
    for number, values in enumerate(columns):
        sheet.write_column(HEADER_ROW + 1, number, values, form)
    titles = [
        {"header": f"title {number}", "header_format": form} for number in range(len(columns))
    ]
    last = (HEADER_ROW + len(columns[0]), len(columns) - 1)
    add_excel_table(sheet, (HEADER_ROW, 0), last, {"name": "table", "columns": titles})
    after(sheet)
    workbook.close()
    return fill(file, {"A & B": sheet.long_columns})


def part(file: BytesIO, name: str) -> str:
    return zipfile.ZipFile(file).read(name).decode()


@pytest.mark.parametrize("rows_at_once", [2, 100])
def test_numbers_texts_and_blanks_come_back_as_they_are(monkeypatch, rows_at_once):
    monkeypatch.setattr(long_columns, "ROWS_AT_ONCE", rows_at_once)
    file = written()
    cells = openpyxl.load_workbook(file)["A & B"]["A3:B8"]
    assert [repr(row[0].value) for row in cells] == list(map(repr, NUMBERS))
    assert [row[1].value for row in cells] == [*TEXTS[:5], None]
    assert [row[1].data_type for row in cells] == ["s"] * 5 + ["n"]
    file.seek(0)
    grid = CalamineWorkbook.from_filelike(file).get_sheet_by_index(0).to_python()
    assert [row[0] for row in grid[1:]] == ["" if number is None else number for number in NUMBERS]
    assert [row[1] for row in grid[1:]] == TEXTS


def test_every_cell_has_the_style_of_the_first_row():
    cells = openpyxl.load_workbook(written())["A & B"]["A3:B8"]
    assert {(cell.number_format, cell.font.i) for row in cells for cell in row} == {("0.00", True)}


def test_the_table_its_filter_and_the_dimension_reach_the_last_row():
    file = written()
    table = openpyxl.load_workbook(file)["A & B"].tables["table"]
    assert (table.ref, table.autoFilter.ref) == ("A2:B8", "A2:B8")
    assert '<dimension ref="A2:B8"/>' in part(file, "xl/worksheets/sheet1.xml")


def test_cells_beside_and_below_and_the_heights_of_rows_stay():
    def more(sheet: Any) -> None:
        sheet.set_row(3, 39)
        sheet.write_number(4, 3, 7.5)
        sheet.write_formula(5, 30, "=1+1", None, 2)
        sheet.write_string(9, 0, "note")

    file = written(after=more)
    sheet = openpyxl.load_workbook(file)["A & B"]
    assert sheet.row_dimensions[4].height == 39
    assert (sheet["D5"].value, sheet["AE6"].value, sheet["A10"].value) == (7.5, "=1+1", "note")
    xml = part(file, "xl/worksheets/sheet1.xml")
    assert re.findall(r'<row r="(\d+)"', xml) == ["2", "3", "4", "5", "6", "7", "8", "10"]
    assert '<dimension ref="A2:AE10"/>' in xml
    # Cells of a row stand in order, as the standard wants it.
    assert re.findall(r'<c r="([A-Z]+)5"', xml) == ["A", "B", "D"]


def test_a_value_takes_the_place_of_the_text_of_a_link():
    def link(sheet: Any) -> None:
        sheet.write_url(3, 1, "https://example.org", None, "link", "tip")

    sheet = openpyxl.load_workbook(written(before=link))["A & B"]
    assert sheet["B4"].value == TEXTS[1]
    assert sheet["B4"].hyperlink.target == "https://example.org"


def test_each_text_is_in_the_file_once_and_the_cells_with_texts_are_counted():
    file = written([["a", "b", "a", "", "title 0"], [1.0, "b", "c", None, 2.0]])
    strings, sheet = part(file, "xl/sharedStrings.xml"), part(file, "xl/worksheets/sheet1.xml")
    # Two titles; a, b, a, title 0; b, c.
    assert 'count="8" uniqueCount="5"' in strings
    assert sheet.count('t="s"') == 8
    assert sorted(re.findall("<t>(.*?)</t>", strings)) == ["a", "b", "c", "title 0", "title 1"]


def test_a_table_of_one_row_is_written_by_xlsxwriter_alone():
    file = written([[1.0], ["a"]])
    sheet = openpyxl.load_workbook(file)["A & B"]
    assert (sheet["A3"].value, sheet["B3"].value, sheet.tables["table"].ref) == (1.0, "a", "A2:B3")


@pytest.mark.parametrize("column", [LongColumn(50, 0, [1.0, 2.0]), LongColumn(2, 9, [1.0, 2.0])])
def test_a_first_row_that_is_not_in_the_file_is_an_error(column):
    with pytest.raises(ValueError, match=r"row (51|3)"):
        fill(written(), {"A & B": [column]})
