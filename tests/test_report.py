"""The results workbook: its sheets, cells, pivots and the file."""

from __future__ import annotations

import math
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
import xlsxwriter

from optimizer.atomic_write import check_target
from optimizer.errors import FileError
from optimizer.report import write
from optimizer.report.excel_values import MAX_EXCEL_CELL_CHARACTERS, address, clean, criterion
from optimizer.report.formats import number_format
from optimizer.report.results_page import RESULTS_PAGE_PATH, results_page
from optimizer.report.table_sheet import EMPTY_TABLE_NOTE, FIRST_DATA_ROW, HEADER_ROW, TOTALS_ROW
from optimizer.report.worksheet import exact_worksheet
from optimizer.result import LAYOUTS_ON_REQUEST, RULE_COSTS_LAYOUT
from optimizer.result import result_layouts as t
from tests.report_plan import OFFERS, QUARTERS, find, plan

pytestmark = pytest.mark.filterwarnings("ignore:.*extension is not supported")


# Sheets and tables


def test_the_summary_comes_first_the_run_last_and_the_tables_in_their_order(book):
    assert book.sheetnames == ["Summary", "Alerts", "Figures", "Heat map", *t.RESULT_LAYOUTS]
    assert book.sheetnames[-1] == "Run"
    assert book.active.title == "Summary"


def test_a_table_that_has_no_layout_yet_stands_before_the_run(tmp_path):
    summary, tables = plan(QUARTERS[:1])
    layout = t.Layout("Map", "Where it comes from.", t.SCARCITY_LAYOUT.fields[:2])
    tables["Map"] = t.table(layout, [("mined", "Australia")])
    write(tmp_path / "plan.xlsx", summary, tables)
    names = openpyxl.load_workbook(tmp_path / "plan.xlsx").sheetnames
    assert names[-2:] == ["Map", "Run"]


@pytest.mark.parametrize("name", t.RESULT_LAYOUTS)
def test_every_sheet_is_a_named_table_with_a_frozen_header(formulas, written, name):
    sheet, rows = formulas[name], max(len(written[1][name]), 1)
    assert [*sheet.tables] == ["tbl_" + name.replace(" ", "_").replace("-", "_")]
    last = address(HEADER_ROW + rows, len(t.RESULT_LAYOUTS[name].fields) - 1)
    assert next(iter(sheet.tables.values())).ref == f"A{HEADER_ROW + 1}:{last}"
    assert sheet.freeze_panes == f"A{FIRST_DATA_ROW + 1}"
    assert sheet["A1"].value == name
    assert sheet["A2"].value == t.RESULT_LAYOUTS[name].meaning
    notes = [
        sheet.cell(HEADER_ROW + 1, c + 1).comment for c in range(len(t.RESULT_LAYOUTS[name].fields))
    ]
    assert all(notes)


@pytest.mark.parametrize("name", t.RESULT_LAYOUTS)
def test_every_value_comes_back_with_all_its_digits(book, written, name):
    for n, row in enumerate(written[1][name].rows(), FIRST_DATA_ROW + 1):
        for column, value in enumerate(row, 1):
            found = book[name].cell(n, column).value
            if isinstance(found, datetime):
                found = found.date()
            assert found == (value if value != "" else None)


def test_pandas_reads_a_sheet_by_its_header_in_row_five(written):
    frame = pd.read_excel(written[2], sheet_name="Purchases", header=HEADER_ROW, engine="calamine")
    assert frame["tonnes"].sum() == pytest.approx(sum(written[1]["Purchases"]["tonnes"]))


def test_a_table_without_rows_says_that_there_is_nothing(book):
    sheet = book["Take or pay"]
    assert sheet.cell(TOTALS_ROW + 1, 1).value == EMPTY_TABLE_NOTE
    assert sheet.cell(HEADER_ROW + 1, 1).value == "offer"
    assert sheet.cell(FIRST_DATA_ROW + 1, 1).value is None


def test_totals_above_the_header_count_the_rows_shown(book, formulas, written):
    tonnes, cost = (sum(written[1]["Purchases"][header]) for header in ("tonnes", "cost"))
    assert formulas["Purchases"]["G3"].value == "=SUBTOTAL(109,tbl_Purchases[tonnes])"
    assert book["Purchases"]["G3"].value == pytest.approx(tonnes)
    assert book["Purchases"]["H3"].value == pytest.approx(cost / tonnes)  # average price
    assert book["Stock"]["D3"].value is None  # a level: no sum over periods
    assert book["Scarcity"]["A3"].value is None


def test_a_column_has_a_total_only_where_its_rows_add_up():
    totals = {
        layout.name: [field.header for field in layout.fields if field.has_total]
        for layout in (*t.RESULT_LAYOUTS.values(), *LAYOUTS_ON_REQUEST.values())
    }
    # Stock, terms and prices are levels; premiums, gaps and costs of whole plans are no parts.
    flows = {"bought", "arrived", "made", "used", "shipped", "delivered", "discarded"}
    assert set(totals["Balance"]) == {*flows, "difference"}
    assert totals["Take or pay"] == ["cost"]
    assert totals["Stock"] == ["holding", "carrying"]
    for name in (
        "Scarcity",
        "Provenance",
        "Certificates",
        "Rule costs",
        "Rule dates",
        "Rule moves",
    ):
        assert totals[name] == [], name
    assert totals["Costs"] == ["amount", "discounted"]


def test_a_header_is_a_title_of_the_trade_with_its_unit_and_the_frame_keeps_its_name(tmp_path):
    summary, tables = plan(QUARTERS[:1])
    costs = t.table(RULE_COSTS_LAYOUT, [("DFARS", "optimal", 9.0, 4.0, *[5.0] * 6, "")])
    write(tmp_path / "plan.xlsx", summary, {**tables, "Rule costs": costs})
    sheet = openpyxl.load_workbook(tmp_path / "plan.xlsx")["Rule costs"]
    units = dict(zip(*([cell.value for cell in sheet[row]] for row in (5, 4)), strict=True))
    assert units["premium per kilogram"] == "USD/kg"
    assert units["premium per year"] == "USD/year"
    assert units["delivered under the rule"] == "kg"
    assert not [title for title in units if "_" in str(title)]
    assert "premium_per_kg" in costs.frame().columns


def test_decimals_suit_what_a_column_holds():
    assert number_format("money", 5e6) == "#,##0"
    assert number_format("tonnes", 0.04) == "[>=0.0005]#,##0.000;[<=-0.0005]-#,##0.000;0"
    assert number_format("tonnes", 4000, dash=True) == '[>=0.05]#,##0.0;[<=-0.05]-#,##0.0;"–"'


def test_numbers_keep_all_their_digits(tmp_path):
    numbers = [0.1 + 0.2, 1 / 3, 5e-324, 1.7976931348623157e308, -123456789.12345679, 46388.0, 7]
    with xlsxwriter.Workbook(str(tmp_path / "numbers.xlsx")) as workbook:
        sheet = workbook.add_worksheet("numbers", exact_worksheet())
        for row, number in enumerate(numbers):
            sheet.write_number(row, 0, number)
        for number in (float("nan"), float("inf"), -float("inf")):
            with pytest.raises(TypeError):
                sheet.write_number(9, 0, number)
    book = openpyxl.load_workbook(tmp_path / "numbers.xlsx")
    assert [row[0] for row in book["numbers"].values] == numbers


def test_a_name_that_looks_like_a_new_function_stays_in_a_formula(tmp_path):
    with xlsxwriter.Workbook(str(tmp_path / "formula.xlsx")) as workbook:
        sheet = workbook.add_worksheet("formula", exact_worksheet())
        sheet.write_formula(0, 0, '=COUNTIF(B:B,"=MAP(Lumut)")', None, 2)
    book = openpyxl.load_workbook(tmp_path / "formula.xlsx")
    # XlsxWriter makes it an array formula of one cell, which gives the same value.
    assert book["formula"]["A1"].value.text == '=COUNTIF(B:B,"=MAP(Lumut)")'


# What may stand in a cell


def test_text_that_looks_like_a_formula_stays_text(tmp_path):
    names = ("=1+1", "{=1+1}", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", '=HYPERLINK("x")')
    offers = [(name, name, name, name, 1.0) for name in names]
    lines = [(name, name, name, name, 8.0, 9.0) for name in names]
    summary, tables = plan(QUARTERS[:2], lines, offers, case="=1+1", alerts=names, audit="=1+1")
    write(tmp_path / "plan.xlsx", summary, tables)
    book = openpyxl.load_workbook(tmp_path / "plan.xlsx")
    for n, name in enumerate(names):
        cell = book["Purchases"].cell(FIRST_DATA_ROW + 1 + n, 1)
        assert (cell.data_type, cell.value) == ("s", name)
    assert (book["Summary"]["B1"].data_type, book["Summary"]["B1"].value) == ("s", "=1+1")
    alert = book["Alerts"]["C5"]
    assert (alert.data_type, alert.value) == ("s", "=1+1")


def test_values_that_are_not_finite_stay_blank_and_control_characters_are_replaced(tmp_path):
    text = ("a\x00b", "\ud800", "x\r\ny", "_x0041_", "2027")
    rows = [(*text, None, math.nan, math.inf, -math.inf, True, "é" * 40_000, None, "")]
    table = t.table(t.PURCHASES_LAYOUT, rows)
    write(tmp_path / "plan.xlsx", plan(("2027",))[0], {"Purchases": table})
    values = [cell.value for cell in openpyxl.load_workbook(tmp_path / "plan.xlsx")["Purchases"][6]]
    assert values[:5] == ["a\ufffdb", "\ufffd", "x\ny", "_x0041_", "2027"]
    assert values[5:9] == [None] * 4
    assert values[9] == "yes"
    assert len(values[10]) == MAX_EXCEL_CELL_CHARACTERS
    assert values[10].endswith("(cut)")


def test_long_text_is_cut_by_the_characters_that_excel_counts():
    assert len(clean("🧲" * 20_000).encode("utf-16-le")) // 2 <= MAX_EXCEL_CELL_CHARACTERS


def test_a_criterion_means_exactly_one_name():
    assert criterion("") == '"="'
    assert criterion(">5") == '"=>5"'
    assert criterion('2" x 50%*?~') == '"=2"" x 50%~*~?~~"'
    assert len(criterion("*" * 5000)) < 255


# Pivots


def test_a_pivot_by_period_stands_beside_the_table(book, formulas, written):
    # 13 columns and a gap: the pivot of Purchases begins in O; 12 periods end in AC.
    sheet, table = book["Purchases"], written[1]["Purchases"]
    assert sheet["O5"].value == "offer"
    assert [sheet.cell(5, c).value for c in (18, 29, 30)] == ["2027-Q1", "2029-Q4", "total"]
    assert sheet["O6"].value == "Mountain Pass tier 1"
    assert sheet["R6"].value == 40.0
    of = [
        x for name, x in zip(table["offer"], table["tonnes"], strict=True) if name == "Mt Weld spot"
    ]
    assert sheet["AD7"].value == pytest.approx(sum(of))
    assert sheet["AD3"].value == pytest.approx(sum(table["tonnes"]))
    assert formulas["Purchases"]["R6"].value == (
        '=SUMIFS(tbl_Purchases[tonnes],tbl_Purchases[offer],"="&$O6,tbl_Purchases[site],"="&$P6,'
        'tbl_Purchases[material],"="&$Q6,tbl_Purchases[period],"="&R$5)'
    )


def test_the_pivot_of_utilisation_divides_used_by_capacity(book, written):
    # Kuantan separation: 137.5 of 250 in the first quarter.
    sheet = book["Utilisation"]
    row, column = 6, 8
    assert [sheet.cell(row, column).value, sheet.cell(row, column + 2).value] == ["Kuantan", 0.55]
    shares = [sheet.cell(row, column + 2 + n).value for n in range(12)]
    assert sheet.cell(5, column + 14).value == "average"
    assert sheet.cell(row, column + 14).value == pytest.approx(sum(shares) / 12)


def test_the_pivot_of_stock_averages_over_the_periods(book, written):
    sheet, table = book["Stock"], written[1]["Stock"]
    head = find(sheet, "average")
    of = [x for site, x in zip(table["site"], table["tonnes"], strict=True) if site == "Kuantan"]
    assert sheet.cell(6, head[1]).value == pytest.approx(sum(of) / 12)


def test_a_pivot_that_is_too_large_holds_values_and_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr("optimizer.report.pivot.MAX_LIVE_PIVOT_CELLS", len(OFFERS) * 2 - 1)
    write(tmp_path / "plan.xlsx", *plan(QUARTERS[:2]))
    sheet = openpyxl.load_workbook(tmp_path / "plan.xlsx")["Purchases"]
    assert sheet["R6"].value == 40.0
    assert sheet["O4"].value.startswith("values as of the run")


# Files


def test_the_same_plan_gives_the_same_file(tmp_path):
    for name in ("a.xlsx", "b.xlsx"):
        write(tmp_path / name, *plan(QUARTERS[:1]))
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_folders_are_made_and_nothing_else_is_left(tmp_path):
    write(tmp_path / "new" / "folder" / "plan.xlsx", *plan(QUARTERS[:1]))
    assert [path.name for path in (tmp_path / "new" / "folder").iterdir()] == ["plan.xlsx"]


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), ValueError("a bug")])
def test_a_write_that_fails_leaves_the_old_file_alone(tmp_path, monkeypatch, error):
    path = tmp_path / "plan.xlsx"
    path.write_text("the old plan")

    def fail(*_):
        raise error

    monkeypatch.setattr(sys.modules["optimizer.report.results_workbook"], "write_summary", fail)
    with pytest.raises(FileError if isinstance(error, OSError) else ValueError):
        write(path, *plan(QUARTERS[:1]))
    assert path.read_text() == "the old plan"
    assert [*tmp_path.iterdir()] == [path]


def test_a_file_open_in_excel_is_an_error_with_its_cure(tmp_path, monkeypatch):
    # So Windows answers when Excel has the file open.
    def locked(*_, **__):
        raise PermissionError(13, "Permission denied")

    path = tmp_path / "plan.xlsx"
    write(path, *plan(QUARTERS[:1]))
    monkeypatch.setattr(Path, "open", locked)
    with pytest.raises(FileError, match=r"plan\.xlsx: .*close it in Excel, or give another name"):
        check_target(path)


def test_a_target_that_cannot_be_written_is_an_error_before_the_solve(tmp_path):
    with pytest.raises(FileError, match="it is a folder; give the name of a file"):
        check_target(tmp_path)
    (tmp_path / "file").write_text("")
    with pytest.raises(FileError, match="a part of its folder is a file") as caught:
        check_target(tmp_path / "file" / "plan.xlsx")
    assert "\n" not in str(caught.value)


def test_a_table_longer_than_a_sheet_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("optimizer.report.table_sheet.MAX_SHEET_ROWS", 3)
    with pytest.raises(FileError, match="Purchases has 5 rows and a sheet holds 3"):
        write(tmp_path / "plan.xlsx", *plan(QUARTERS[:1]))
    assert not [*tmp_path.iterdir()]


def test_importing_the_package_does_not_load_xlsxwriter():
    code = "import sys, optimizer.report; sys.exit('xlsxwriter' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_page_of_results_is_current():
    assert RESULTS_PAGE_PATH.read_text(encoding="utf-8") == results_page(), (
        "run python -m optimizer.report.results_page"
    )
