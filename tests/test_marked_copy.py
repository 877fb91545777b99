"""The marked copy: what is wrong stands out, everything else stays."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.chart import BarChart, Reference
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill

from optimizer.errors import FileError, Finding, UsageError
from optimizer.tables.check_report import (
    DARK_SEVERITY_COLOURS,
    REPORT_HEADER_ROW,
    REPORT_TITLE,
    SEVERITY_COLOURS,
)
from optimizer.tables.marked_copy import write_marked_copy
from optimizer.tables.read import check
from optimizer.tables.template import write_template

RED, AMBER = SEVERITY_COLOURS["error"], SEVERITY_COLOURS["warning"]


def error(
    sheet: str, cell: str, message: str = "is wrong", column: str = "", hint: str = ""
) -> Finding:
    return Finding("error", sheet, cell, column, message, hint)


def warning(sheet: str, cell: str, message: str = "is odd", column: str = "") -> Finding:
    return Finding("warning", sheet, cell, column, message)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A small workbook: Supply with two rows, and a sheet of the planner's own."""
    book = openpyxl.Workbook()
    supply = book.active
    supply.title = "Supply"
    supply.append(["offer", "site", "price"])
    supply.append(["K1", "Kokbulak", 40])
    supply.append(["K2", "Kokbulak", "=C2*2"])
    supply["C2"].number_format = "#,##0.00"
    own = book.create_sheet("My figures")
    own["A1"] = "figures"
    path = tmp_path / "case.xlsx"
    book.save(path)
    return path


def marked(source: Path, *findings: Finding) -> Any:
    target = source.with_name(f"{source.stem} checked{source.suffix}")
    assert write_marked_copy(source, findings, target) == target
    return openpyxl.load_workbook(target, rich_text=True)


def colour(cell: Any) -> str | None:
    return str(cell.fill.fgColor.rgb) if cell.fill.fill_type == "solid" else None


def report_rows(book: Any) -> list[tuple[Any, ...]]:
    rows = book[REPORT_TITLE].iter_rows(min_row=REPORT_HEADER_ROW + 1, max_col=5, values_only=True)
    return [row for row in rows if any(row)]


def test_errors_are_red_and_warnings_amber(source: Path) -> None:
    book = marked(source, error("Supply", "C2"), warning("Supply", "A3"))
    assert colour(book["Supply"]["C2"]) == RED
    assert colour(book["Supply"]["A3"]) == AMBER
    assert colour(book["Supply"]["A2"]) is None


def test_several_findings_of_a_cell_share_its_note_and_the_worst_colours_it(source: Path) -> None:
    book = marked(
        source,
        warning("Supply", "C2", "is low"),
        error("Supply", "C2", "40 is below 50", hint="write 50"),
    )
    cell = book["Supply"]["C2"]
    assert colour(cell) == RED
    assert cell.comment.text == "Check report:\nWarning: is low\nError: 40 is below 50; write 50"


def test_a_note_spells_out_a_few_findings_and_counts_the_rest(source: Path) -> None:
    book = marked(source, *(error("Supply", "C2", f"fault {n}") for n in range(20)))
    lines = book["Supply"]["C2"].comment.text.splitlines()
    assert lines[-1] == "… and 12 more, see Check report"
    assert len(lines) == 1 + 8 + 1


def test_the_report_stands_first_and_links_to_the_cells(source: Path) -> None:
    book = marked(
        source, error("Supply", "C2", "is wrong", "price", "try 5"), warning("Supply", "")
    )
    assert book.sheetnames == [REPORT_TITLE, "Supply", "My figures"]
    assert book.active.title == REPORT_TITLE
    assert report_rows(book) == [
        ("Supply!C2", "error", "price", "is wrong", "try 5"),
        ("Supply", "warning", None, "is odd", None),
    ]
    assert book[REPORT_TITLE].cell(REPORT_HEADER_ROW + 1, 1).hyperlink.location == "'Supply'!C2"
    assert book[REPORT_TITLE]["A2"].value == "case.xlsx: 1 error, 1 warning"
    selected = [sheet.title for sheet in book if sheet.sheet_view.tabSelected]
    assert selected == [REPORT_TITLE]


def test_values_formulas_formats_and_other_sheets_stay(source: Path) -> None:
    book = marked(source, error("Supply", "C2"), error("Supply", "C3"))
    supply = book["Supply"]
    assert [cell.value for cell in supply[2]] == ["K1", "Kokbulak", 40]
    assert supply["C3"].value == "=C2*2"
    assert supply["C2"].number_format == "#,##0.00"
    assert book["My figures"]["A1"].value == "figures"


def test_charts_and_text_in_two_fonts_stay(source: Path) -> None:
    book = openpyxl.load_workbook(source)
    chart = BarChart()
    chart.add_data(Reference(book["Supply"], min_col=3, min_row=1, max_row=3))
    book["My figures"].add_chart(chart, "C3")
    book["My figures"]["A2"] = CellRichText("a ", TextBlock(InlineFont(b=True), "bold"), " word")
    book.save(source)
    copy = marked(source, error("Supply", "C2"))
    assert len(copy["My figures"]._charts) == 1
    assert isinstance(copy["My figures"]["A2"].value, CellRichText)


def test_the_source_is_never_written_to(source: Path) -> None:
    before = source.read_bytes()
    marked(source, error("Supply", "C2"))
    assert source.read_bytes() == before
    with pytest.raises(UsageError, match="must not replace"):
        write_marked_copy(source, [], source)
    link = source.with_name("link.xlsx")
    link.hardlink_to(source)
    with pytest.raises(UsageError, match="must not replace"):
        write_marked_copy(source, [], link)
    assert source.read_bytes() == before


def test_an_existing_note_is_kept_and_extended(source: Path) -> None:
    book = openpyxl.load_workbook(source)
    book["Supply"]["C2"].comment = Comment("ask Aigul", "planner")
    book.save(source)
    note = marked(source, error("Supply", "C2", "is low"))["Supply"]["C2"].comment
    assert note.text == "ask Aigul\n\nCheck report:\nError: is low"
    assert note.author == "planner"


def test_findings_of_a_column_or_a_sheet_go_to_the_header(source: Path) -> None:
    book = marked(
        source,
        error("Supply", "B", "every site is unknown", "site"),
        error("Supply", "", "and 7 more", "Price"),
        error("Supply", "", "the column is missing", "material"),
        error("Supply", "3", "a row without a name", "offer"),
    )["Supply"]
    assert [bool(cell.comment) for cell in book[1]] == [True, True, True]
    assert "material" not in book["A1"].comment.text  # the report names the column
    assert "the column is missing" in book["A1"].comment.text
    assert "and 7 more" in book["C1"].comment.text
    assert "a row without a name" in book["A3"].comment.text


def test_the_header_is_found_below_a_title(source: Path) -> None:
    book = openpyxl.load_workbook(source)
    book["Supply"].insert_rows(1, 2)
    book["Supply"]["A1"] = "What we buy"
    book["Supply"].merge_cells("A1:C1")
    book.save(source)
    copy = marked(source, error("Supply", "B"), error("Supply", "", column="price"))["Supply"]
    assert copy["B3"].comment
    assert copy["C3"].comment


def test_sheets_are_found_whatever_their_case_and_spacing(source: Path) -> None:
    book = openpyxl.load_workbook(source)
    book["Supply"].title = "SUPPLY "
    book.save(source)
    assert colour(marked(source, error("Supply", "C2"))["SUPPLY "]["C2"]) == RED


def test_findings_of_a_sheet_that_is_not_there_go_to_the_report_alone(source: Path) -> None:
    book = marked(source, error("Settings", "", "the sheet is missing"), error("Supply", "XFE9"))
    assert report_rows(book)[0][0] == "Settings"
    assert book[REPORT_TITLE].cell(REPORT_HEADER_ROW + 1, 1).hyperlink is None
    assert colour(book["Supply"]["A1"]) == RED  # a cell beyond the last column of Excel


def test_a_merged_cell_is_marked_at_its_first_cell(source: Path) -> None:
    book = openpyxl.load_workbook(source)
    book["Supply"].merge_cells("B2:B3")
    book.save(source)
    copy = marked(source, error("Supply", "B3", "is merged"))["Supply"]
    assert colour(copy["B2"]) == RED
    assert "is merged" in copy["B2"].comment.text


@pytest.mark.parametrize("text", ["=1+1", "+49 30", "-5 %", "@SUM(A1)", "#N/A", "bell \x07"])
def test_text_stays_text_in_the_report(source: Path, text: str) -> None:
    book = marked(source, error("Supply", "C2", text, column=text, hint=text))
    for cell in book[REPORT_TITLE][REPORT_HEADER_ROW + 1][2:5]:
        assert cell.data_type == "s"
        assert cell.value == text.replace("\x07", "�")
        assert cell.quotePrefix == text.startswith(("=", "+", "-", "@"))


def test_a_white_header_gets_a_dark_mark(tmp_path: Path) -> None:
    source = write_template(tmp_path / "blank.xlsx")
    book = marked(source, error("Supply", "A1"), warning("Supply", "E"))
    assert colour(book["Supply"]["A1"]) == DARK_SEVERITY_COLOURS["error"]
    assert colour(book["Supply"]["E1"]) == AMBER


def test_checking_a_marked_copy_again_takes_the_old_marks_off(source: Path) -> None:
    book = openpyxl.load_workbook(source)
    book["Supply"]["A2"].fill = PatternFill("solid", fgColor="FF00B050")
    book["Supply"]["A2"].comment = Comment("ask Aigul", "planner")
    book.save(source)
    found = [error("Supply", "A2"), error("Supply", "C2"), error("Supply", "C3", "is high")]
    write_marked_copy(source, found, source.with_name("once.xlsx"))
    copy = marked(source.with_name("once.xlsx"), error("Supply", "C3", "is still high"))
    assert copy.sheetnames == [REPORT_TITLE, "Supply", "My figures"]
    assert colour(copy["Supply"]["A2"]) == "FF00B050"
    assert copy["Supply"]["A2"].comment.text == "ask Aigul"
    assert colour(copy["Supply"]["C2"]) is None
    assert copy["Supply"]["C2"].comment is None
    assert copy["Supply"]["C3"].comment.text == "Check report:\nError: is still high"
    assert len(report_rows(copy)) == 1


def test_a_sheet_of_the_planners_of_the_same_name_stays(source: Path) -> None:
    book = openpyxl.load_workbook(source)
    book.create_sheet("check report")["A1"] = "mine"
    book.save(source)
    copy = marked(source, error("Supply", "C2"))
    assert copy.sheetnames == ["Check report 2", "Supply", "My figures", "check report"]
    assert copy["check report"]["A1"].value == "mine"


def test_without_findings_the_report_says_so(source: Path) -> None:
    assert marked(source)[REPORT_TITLE]["A2"].value == "case.xlsx: no errors, no warnings"


def test_an_earlier_copy_is_replaced_and_nothing_else_is_left(source: Path) -> None:
    marked(source, error("Supply", "C2"))
    marked(source, error("Supply", "A2"))
    names = sorted(path.name for path in source.parent.iterdir())
    assert names == ["case checked.xlsx", "case.xlsx"]


def test_macros_stay_in_a_workbook_with_macros(tmp_path: Path) -> None:
    (tmp_path / "vba.bin").write_bytes(b"macros")
    source = tmp_path / "case.xlsm"
    with xlsxwriter.Workbook(str(source)) as book:
        book.add_vba_project(str(tmp_path / "vba.bin"))
        sheet = book.add_worksheet("Supply")
        sheet.write_row(0, 0, ["offer", "price"])
        sheet.write_comment(0, 1, "in dollars")
    copy = marked(source, error("Supply", "A1"))
    assert {"in dollars"} < {cell.comment.text for cell in copy["Supply"][1]}
    with zipfile.ZipFile(tmp_path / "case checked.xlsm") as archive:
        assert archive.read("xl/vbaProject.bin") == b"macros"
    with pytest.raises(UsageError, match=r"ends in \.xlsm"):
        write_marked_copy(source, [], tmp_path / "copy.ods")


def test_what_cannot_be_opened_is_said_in_one_line(tmp_path: Path) -> None:
    broken = tmp_path / "case.xlsx"
    broken.write_bytes(b"no workbook")
    with pytest.raises(FileError, match="cannot be opened for marking") as caught:
        write_marked_copy(broken, [], tmp_path / "copy.xlsx")
    assert "\n" not in str(caught.value)
    with pytest.raises(UsageError, match="no such file"):
        write_marked_copy(tmp_path / "nothing.xlsx", [], tmp_path / "copy.xlsx")
    with pytest.raises(FileError, match="the marked copy cannot be written"):
        write_marked_copy(write_template(tmp_path / "blank.xlsx"), [], broken / "copy.xlsx")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["blank.xlsx", "case.xlsx"]


def test_a_template_filled_wrongly_is_marked_where_the_reader_says(tmp_path: Path) -> None:
    source = write_template(tmp_path / "plan.xlsx")
    book = openpyxl.load_workbook(source)
    # Below the two examples, which are inactive.
    book["Sites"]["A4"], book["Sites"]["B4"], book["Sites"]["C4"] = "Kokbulak", "mien", "Kazakhstan"
    book.save(source)
    copy = marked(source, *check(source))
    assert colour(copy["Sites"]["B4"]) == RED
    assert "'mien' is not one of" in copy["Sites"]["B4"].comment.text
    assert "did you mean 'mine'?" in copy["Sites"]["B4"].comment.text
