"""How a workbook is read: files, sheets, headers, cells, names."""

import json
import os
import zipfile
from contextlib import suppress
from datetime import date, datetime, time
from time import process_time

import numpy as np
import openpyxl
import pandas as pd
import pytest
import xlsxwriter

from optimizer import Case, FileError, UsageError, WorkbookError, check, read, read_frames
from optimizer.tables import SHEETS
from optimizer.tables.sheets import Event
from tests.conftest import CASES, SETTINGS, TUTORIAL

SITES = [["site", "country"], ["Kaz", "Kazakhstan"], ["Buyer", "USA"]]
MATERIALS = [["material"], ["ore"]]
SUPPLY = [["offer", "site", "material", "price"], ["Kaz ore", "Kaz", "ore", 5]]
LANES = [["from site", "to site", "material", "cost"], ["Kaz", "Buyer", "ore", 1]]
DEMAND = [["line", "customer", "material", "quantity"], ["need", "Buyer", "ore", 10]]
BASE = {
    "Settings": [["setting", "value"], *([name, value] for name, value in SETTINGS.items())],
    "Sites": SITES,
    "Materials": MATERIALS,
    "Supply": SUPPLY,
    "Lanes": LANES,
    "Demand": DEMAND,
}


def frames(**sheets):
    """Rows by sheet as data frames; a sheet that is None is left out."""
    tables = BASE | {name.replace("_", " "): rows for name, rows in sheets.items()}
    return {
        name: pd.DataFrame(rows[1:], columns=pd.Index(rows[0], dtype=object), dtype=object)
        for name, rows in tables.items()
        if rows is not None
    }


def case(**sheets):
    return read_frames(frames(**sheets))


def messages_of(**sheets):
    """Printed findings of a workbook with these rows by sheet."""
    try:
        return [str(finding) for finding in case(**sheets).warnings]
    except WorkbookError as error:
        return [str(finding) for finding in error.findings]


def book(path, edit=lambda workbook: None, **sheets):
    """An Excel file of rows by sheet."""
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.active)
    for name, rows in (BASE | sheets).items():
        if rows is not None:
            sheet = workbook.create_sheet(name)
            for row in rows:
                sheet.append(row)
    edit(workbook)
    workbook.save(path)
    return path


def cell(value, column="price"):
    """What is said of a value in a cell of Supply."""
    columns = ["offer", "site", "material", "price", *([column] if column != "price" else [])]
    row = ["Kaz ore", "Kaz", "ore", 5, value] if column != "price" else ["a", "Kaz", "ore", value]
    return messages_of(Supply=[columns, row])


def value(raw, column="price"):
    """The value of a cell of Supply."""
    columns = list(dict.fromkeys(["offer", "site", "material", "price", column]))
    row = ["Kaz ore", "Kaz", "ore", 5][: len(columns) - (column != "price")]
    row = [*row, raw] if column != "price" else [*row[:3], raw]
    (offer,) = case(Supply=[columns, row]).supply
    return getattr(offer, {"from": "start", "to": "end"}.get(column, column.replace(" ", "_")))


# Files


@pytest.mark.parametrize("path", sorted(CASES.glob("*.xlsx")), ids=lambda path: path.stem)
def test_every_case_with_a_known_answer_is_read_without_an_error(path):
    found = read(path)
    assert isinstance(found, Case)
    assert found.settings.periods >= 1
    assert len(found.sha256) == 64


def test_every_case_that_is_listed_is_there():
    listed = json.loads((CASES / "cases.json").read_text())["cases"]
    assert {each["file"] for each in listed} <= {path.name for path in CASES.glob("*.xlsx")}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty (0 bytes); save the workbook again"),
        (
            b"site,country\nKaz,Kazakhstan\n",
            "is text (CSV?), not an Excel workbook; open it in Excel and save it as .xlsx",
        ),
        (b"%PDF-1.7 ...", "is a PDF, not an Excel workbook; save it as .xlsx"),
        (b"<html></html>", "is HTML or XML, not an Excel workbook; save it as .xlsx"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
            "is an old Excel file (.xls) or another Office document; save it as .xlsx",
        ),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
            "is protected by a password; save it without one",
        ),
        (b"\x89PNG\r\n\x1a\n\0\0\0", "is not an Excel workbook; save it as .xlsx"),
        (
            b"PK\x03\x04 and no more",
            "is damaged (File is not a zip file); open it in Excel and save it again",
        ),
    ],
)
def test_a_file_that_is_no_workbook_is_named_for_what_it_is(tmp_path, content, message):
    path = tmp_path / "case.xlsx"
    path.write_bytes(content)
    with pytest.raises(FileError) as error:
        read(path)
    assert str(error.value) == f"{path}: {message}"


def test_a_missing_file_is_an_error_of_use(tmp_path):
    with pytest.raises(UsageError, match="no such file"):
        read(tmp_path / "none.xlsx")


def test_a_folder_is_no_workbook(tmp_path):
    with pytest.raises(FileError, match="is a folder, not a workbook"):
        read(tmp_path)


def test_a_workbook_open_elsewhere_may_not_be_readable(tmp_path, monkeypatch):
    path = book(tmp_path / "case.xlsx")

    def locked(*_args, **_more):
        raise PermissionError(13, "locked")

    monkeypatch.setattr("builtins.open", locked)
    with pytest.raises(FileError, match="may not be read; close it in Excel"):
        read(path)


def test_the_note_that_excel_leaves_beside_an_open_workbook_is_not_read(tmp_path):
    path = tmp_path / "~$case.xlsx"
    path.write_bytes(b"\x05Somebody")
    with pytest.raises(FileError, match="Excel's note that the workbook is open"):
        read(path)


def test_a_truncated_workbook_is_damaged(tmp_path):
    path = tmp_path / "case.xlsx"
    path.write_bytes(TUTORIAL.read_bytes()[:-200])
    with pytest.raises(FileError, match="is damaged"):
        read(path)


def test_a_zip_of_other_things_and_an_open_document_are_no_workbooks(tmp_path):
    for inside, message in (
        ("notes.txt", "is a zip file without an Excel workbook in it"),
        ("content.xml", "is an OpenDocument file"),
        ("xl/workbook.bin", "is a binary workbook"),
    ):
        path = tmp_path / "case.xlsx"
        with zipfile.ZipFile(path, "w") as package:
            package.writestr(inside, "x")
        with pytest.raises(FileError, match=message):
            read(path)


def test_a_compressed_bomb_is_refused_before_it_is_unpacked(tmp_path):
    path = tmp_path / "case.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        with zipfile.ZipFile(TUTORIAL) as source:
            for name in source.namelist():
                package.writestr(name, source.read(name))
        with package.open("xl/media/image.bin", "w") as part:
            for _ in range(150):
                part.write(bytes(1_000_000))
    with pytest.raises(FileError, match="unpacks to 150 MB: too much for a workbook"):
        read(path)


def test_a_cell_in_the_last_row_and_column_is_named_before_it_fills_the_memory(tmp_path):
    def far(workbook):
        workbook["Supply"]["XFD1048576"] = "x"

    path = book(tmp_path / "case.xlsx", far)
    with pytest.raises(FileError, match="sheet 'Supply' reaches to cell XFD1048576"):
        read(path)


def test_cells_that_are_formatted_but_empty_do_not_count(tmp_path):
    def far(workbook):
        workbook["Supply"]["XFD1048576"].number_format = "0.00"

    assert len(read(book(tmp_path / "case.xlsx", far)).supply) == 1


def test_an_empty_workbook_is_said_to_be_empty(tmp_path):
    path = tmp_path / "case.xlsx"
    openpyxl.Workbook().save(path)
    with pytest.raises(FileError, match="is an empty workbook"):
        read(path)


def test_a_workbook_with_macros_is_read_alike(tmp_path):
    path = tmp_path / "case.xlsm"
    path.write_bytes(TUTORIAL.read_bytes())
    found, expected = read(path).supply, read(TUTORIAL).supply
    assert [vars(row) for row in found] == [vars(row) for row in expected]


def test_the_planners_file_stays_as_it_is(tmp_path):
    path = book(tmp_path / "case.xlsx")
    before = (path.read_bytes(), os.stat(path).st_mtime_ns)
    read(path)
    check(path)
    assert (path.read_bytes(), os.stat(path).st_mtime_ns) == before


def test_a_case_remembers_file_hash_and_columns(tmp_path):
    path = book(tmp_path / "north.xlsx")
    found = read(path)
    assert found.path == str(path)
    assert found.settings.case == "north"
    assert found.columns["Supply"] == {"offer": "A", "site": "B", "material": "C", "price": "D"}
    assert found.cell("Supply", found.supply[0].row, "price") == "Supply!D2"


def test_check_lists_findings_without_raising(tmp_path):
    path = book(tmp_path / "case.xlsx", Supply=[SUPPLY[0], ["a", "Kaz", "ore", "x"]])
    assert [str(each) for each in check(path)] == [
        "Supply!D2 (price): 'x' is not a number; write a number in USD/t"
    ]


# Sheets and headers


def test_order_case_and_spacing_of_sheets_and_headers_do_not_matter():
    found = read_frames(
        {
            " SUPPLY ": pd.DataFrame(
                [[5, "ore", "Kaz", "a"]], columns=["Price ", "MATERIAL", "site", " Offer"]
            ),
            **{name.upper(): frame for name, frame in frames(Supply=None).items()},
        }
    )
    assert found.supply[0].price == 5


def test_blank_rows_and_rows_of_notes_are_skipped_and_rows_keep_their_number():
    rows = [[*SUPPLY[0], "notes"], [None] * 5, [*[None] * 4, "a comment"], [*SUPPLY[1], "n"]]
    (offer,) = case(Supply=rows).supply
    assert (offer.row, offer.notes) == (4, "n")


def test_a_table_may_start_anywhere_in_the_sheet(tmp_path):
    def move(workbook):
        workbook["Supply"].move_range("A1:D2", rows=3, cols=2)
        workbook["Supply"]["C2"] = "Prices of March"

    path = book(tmp_path / "case.xlsx", move, Supply=[SUPPLY[0], ["a", "Kaz", "ore", -5]])
    found = read(path)
    assert found.supply[0].row == 5
    assert found.cell("Supply", 5, "price") == "Supply!F5"


def test_hidden_rows_and_hidden_sheets_count(tmp_path):
    def hide(workbook):
        workbook["Supply"].sheet_state = "veryHidden"
        workbook["Demand"].row_dimensions[2].hidden = True

    found = read(book(tmp_path / "case.xlsx", hide))
    assert (len(found.supply), len(found.demand)) == (1, 1)


def test_a_sheet_with_a_name_much_like_a_missing_one_is_an_error():
    found = messages_of(Lanes=None, Lane=LANES)
    assert (
        "Lane: the sheet has the columns of Lanes, but is not read under this name; rename it to "
        "'Lanes', or begin its name with x- if it is your own" in found
    )


def test_other_sheets_are_named_once_in_a_warning():
    sheets = {"Prices": [["x"], [1]], "Notes": [["x"], [1]], "x-mine": LANES}
    assert messages_of(**sheets, Read_me=[["x"], [1]], Blank=[[None]]) == [
        "Prices: sheets 'Prices' and 'Notes' are not recognised, and are not read; "
        "begin the name with x- to keep notes of your own without this warning"
    ]


def test_a_misspelt_header_is_an_error_and_a_foreign_one_a_warning():
    assert messages_of(Supply=[["offer", "site", "material", "pricee"], SUPPLY[1]]) == [
        "Supply (price): the column is missing",
        "Supply!D1 (pricee): is not a column of this sheet; did you mean 'price' (in currency/t)? "
        "x- before it marks a column of your own",
    ]
    assert messages_of(Supply=[[*SUPPLY[0], "colour"], [*SUPPLY[1], "red"]]) == [
        "Supply!E1 (colour): is not a column of this sheet: its 1 filled cell is not read; x- "
        "before it marks a column of your own"
    ]
    assert messages_of(Supply=[[*SUPPLY[0], "colour"], [*SUPPLY[1], None]]) == []
    assert messages_of(Supply=[[*SUPPLY[0], "x-max"], [*SUPPLY[1], 5]]) == []


@pytest.mark.parametrize(
    ("header", "meant"),
    [
        ("max", "maximum"),
        ("Max. quantity", "maximum"),
        ("maximum t/yr", "maximum"),
        ("MAXIMUM (t/yr)", "maximum"),
        ("maximum [kg]", "maximum"),
        ("Cap", "maximum"),
        ("maximun", "maximum"),
        ("最大", "maximum"),
        ("Höchstmenge", "maximum"),
        ("min", "minimum"),
        ("origin", "history"),
        ("Provenance", "history"),
        ("take-or-pay", "take or pay"),
        ("Contract volume", "contract quantity"),
        ("valid from", "from"),
        ("until", "to"),
    ],
)
def test_a_header_in_other_words_is_an_error_that_names_the_column(header, meant):
    (found,) = messages_of(Supply=[[*SUPPLY[0], header], [*SUPPLY[1], 5]])
    assert found.startswith(f"Supply!E1 ({header}): is not a column of this sheet; did you mean")
    assert f"'{meant}'" in found


@pytest.mark.parametrize(
    ("header", "label"),
    [
        ("Jan-27", "2027"),
        (46388, "2027"),
        ("FY27", "2027"),
        ("FY2027", "2027"),
        ("2027/28", "2027"),
        ("'27", "2027"),
        ("CY 2027", "2027"),
        ("2027E", "2027"),
    ],
)
def test_a_filled_column_of_demand_that_may_be_a_period_is_an_error(header, label):
    (found,) = messages_of(Demand=[[*DEMAND[0], header], [*DEMAND[1], 5]])
    assert found.startswith("Demand!E1 (")
    assert "may be a period, but is not a period label; 1 filled cell would be ignored" in found
    assert f"write {label}" in found or f"write labels such as {label}" in found


@pytest.mark.parametrize(
    ("header", "label"),
    [
        ("Q1 27", "2027-Q1"),
        ("1Q27", "2027-Q1"),
        ("Q2/2027", "2027-Q2"),
        ("2027 3Q", "2027-Q3"),
        ("Q4'27", "2027-Q4"),
        (46388, "2027-Q1"),
    ],
)
def test_the_cure_is_the_label_to_write(header, label):
    quarters = {**SETTINGS, "periods": 4, "period length": "quarter"}
    rows = [["setting", "value"], *([name, value] for name, value in quarters.items())]
    (found,) = messages_of(Settings=rows, Demand=[[*DEMAND[0], header], [*DEMAND[1], 5]])
    assert f"write {label}; x-" in found


@pytest.mark.parametrize("name", ["Transport", "Notes", "Lists", "Tabelle1", "Lanes old"])
def test_a_sheet_with_the_columns_of_another_is_an_error_whatever_its_name(name):
    found = messages_of(Lanes=None, **{name.replace(" ", "_"): LANES})
    assert any(f"{name}: the sheet has the columns of Lanes" in each for each in found)


def test_a_copy_of_a_sheet_is_an_error_too():
    (found,) = messages_of(Lanes_2=LANES)
    assert found == (
        "Lanes 2: the sheet has the columns of Lanes, but is not read under this name; move its "
        "rows "
        "to 'Lanes', or begin its name with x-"
    )


def test_a_results_workbook_is_told_in_one_sentence():
    sheets = {name: [["x"], [1]] for name in ("Summary", "Run", "Balance")}
    purchases = [["offer", "site", "material", "period", "tonnes"], ["a", "b", "c", "2027", 1]]
    none = dict.fromkeys(("Settings", "Sites", "Materials", "Supply", "Lanes", "Demand"))
    assert messages_of(**none, **sheets, Purchases=purchases) == [
        "Summary: this is a results workbook, not an input workbook; open the input workbook of "
        "this plan; the sheet Run names it under input"
    ]


def test_a_missing_sheet_is_reported_once():
    (found,) = messages_of(Materials=None)
    assert found == (
        "Materials: the sheet is missing or has no rows, and 3 cells in Supply, Lanes, "
        "Demand need it, such as Supply!C2 ('ore'); add the sheet, or rename the one that holds "
        "these rows"
    )


@pytest.mark.parametrize("word", ["Total", "TOTAL:", "Sum", "Subtotal", "Grand total", "合計"])
def test_a_row_of_totals_is_an_error(word):
    found = messages_of(Supply=[*SUPPLY, [word, None, None, 6]])
    assert (
        f"Supply!A3 (offer): '{word}' looks like a row of totals, which would be read as one more "
        "record; delete it, or write no under active" in found
    )
    rows = [[*SUPPLY[0], "active"], [*SUPPLY[1], None], [word, None, None, 6, "no"]]
    assert not any("looks like a row of totals" in each for each in messages_of(Supply=rows))


def test_hidden_rows_count_and_are_named(tmp_path):
    rows = [*SUPPLY, ["b", "Kaz", "ore", 6], ["c", "Kaz", "ore", 7]]

    def hide(workbook):
        workbook["Supply"].row_dimensions[3].hidden = True

    path = book(tmp_path / "a.xlsx", hide, Supply=rows)
    assert len(read(path).supply) == 3
    assert [str(each) for each in check(path)] == [
        "Supply!A3 (offer): the row is hidden, but active; show it, or write no under active to "
        "leave it out"
    ]


def test_a_sheet_of_rows_under_foreign_headers_is_not_an_empty_sheet():
    assert messages_of(Lanes=[["von", "nach"], ["Kaz", "Buyer"]])[:4] == [
        "Lanes (from site): the column is missing",
        "Lanes (to site): the column is missing",
        "Lanes (material): the column is missing",
        "Lanes (cost): the column is missing",
    ]


def test_a_column_that_stands_twice_is_an_error():
    assert messages_of(Supply=[[*SUPPLY[0], "Price"], [*SUPPLY[1], 6]]) == [
        "Supply!E1 (price): the column appears twice, in D and E; delete or rename one"
    ]


def test_figures_under_a_blank_header_are_named():
    rows = [[*SUPPLY[0], None], [*SUPPLY[1], 6]]
    assert messages_of(Supply=rows) == [
        "Supply!E1: the column has no header: its 1 filled cell is not read; write the header; x- "
        "marks a column of your own"
    ]


def test_one_remark_beside_a_table_is_only_a_warning():
    rows = [[*SUPPLY[0], None, None], [*SUPPLY[1], None, "ask Bob"]]
    (found,) = messages_of(Supply=rows)
    assert found.startswith("Supply!F1: the column has no header")
    assert read_frames(frames(Supply=rows)).supply


def test_a_sheet_without_rows_needs_no_columns():
    assert messages_of(Options=[["option"]]) == []


# Settings


def settings(*rows, **changes):
    kept = {**SETTINGS, **{name.replace("_", " "): each for name, each in changes.items()}}
    lines = [[name, each] for name, each in kept.items() if each is not ...]
    return messages_of(Settings=[["setting", "value"], *lines, *rows])


def test_settings_may_be_a_mapping_of_settings():
    tables = frames(Settings=None)
    found = read_frames(
        {
            "Settings": {
                "start": date(2027, 1, 1),
                "Periods": np.int64(2),
                "period length": "month",
                "shortage penalty": 9.5,
            },
            **tables,
        }
    )
    assert (found.settings.periods, found.settings.shortage_penalty) == (2, 9.5)


def test_what_is_wrong_with_settings_is_said_at_the_setting():
    assert messages_of(Settings=None)[0] == "Settings: the sheet is missing; add a sheet Settings"
    assert settings(periods=...) == ["Settings (periods): the setting is missing; add it as a row"]
    assert settings(periods=None) == ["Settings!B3 (periods): required cell is empty"]
    assert settings(periods=2.5) == ["Settings!B3 (periods): 2.5 is not a whole number"]
    assert settings(periods=0) == ["Settings!B3 (periods): 0 is below 1"]
    assert settings(start=date(2027, 1, 2)) == [
        "Settings!B2 (start): 2027-01-02 is not the first of a month; write 2027-01-01"
    ]
    assert settings(start=date(2027, 3, 1), period_length="quarter") == [
        "Settings!B2 (start): 2027-03-01 is not the first month of a quarter; write 2027-01-01"
    ]
    assert settings(period_length="weekly") == [
        "Settings!B4 (period length): 'weekly' is not one of month, quarter, half-year, year"
    ]
    assert settings(["discont rate", 0.1]) == [
        "Settings!A7 (setting): 'discont rate' is not a setting; did you mean 'discount rate'?"
    ]
    assert settings(["Start", date(2027, 1, 1)]) == [
        "Settings!A7 (setting): 'start' is given twice, in rows 2 and 7; delete one"
    ]
    assert settings([None, 7]) == ["Settings!A7 (setting): a value ('7') without a setting"]


# Numbers


@pytest.mark.parametrize(
    ("raw", "number"),
    [
        (5, 5),
        ("5", 5),
        (" -5.25\u00a0", -5.25),
        ("1 200", 1200),
        ("1\u202f200,5", 1200.5),
        ("1,200.5", 1200.5),
        ("1.200,50", 1200.5),
        ("1'200", 1200),
        ("1,200,300", 1200300),
        ("0,125", 0.125),
        ("1,5", 1.5),
        ("−40", -40),
        ("1e3", 1000),
        (np.float64(2.5), 2.5),
        (np.int32(3), 3),
    ],
)
def test_numbers_are_read_as_people_write_them(raw, number):
    assert value(raw) == number


@pytest.mark.parametrize(
    ("raw", "complaint"),
    [
        ("1,200", "'1,200' is text and may mean 1200 or 1.2; write it as a number"),
        ("1.200", "'1.200' is text and may mean 1200 or 1.2; write it as a number"),
        (
            "$5",
            "'$5' contains a currency sign; write the number only; the currency is set in Settings",
        ),
        (
            "5 USD",
            "'5 USD' contains a currency sign; write the number only; the currency is set in "
            "Settings",
        ),
        ("(40)", "'(40)' is not a number; write a negative number with -"),
        ("25 %", "'25 %' is a percentage; write a number in USD/t"),
        ("abc", "'abc' is not a number; write a number in USD/t"),
        ("nan", "'nan' is not a number; write a number in USD/t"),
        ("inf", "'inf' is not a number; write a number in USD/t"),
        ("unlimited", "'unlimited' is not a number; write a number in USD/t"),
        ("1 2", "'1 2' is not a number; write a number in USD/t"),
        (True, "TRUE is not a number; write a number in USD/t"),
        (
            date(2027, 1, 1),
            "2027-01-01 is a date or time, not a number; set the cell's format to Number",
        ),
        (time(3, 0), "03:00:00 is a date or time, not a number; set the cell's format to Number"),
        (1e308, "1e+308 is beyond 1e15"),
        ("1e400", "'1e400' is beyond 1e15"),
        (None, "required cell is empty; write a number in USD/t"),
        (float("nan"), "required cell is empty; write a number in USD/t"),
        (" ", "required cell is empty; write a number in USD/t"),
    ],
)
def test_what_is_no_number_is_said_to_be_none(raw, complaint):
    assert cell(raw) == [f"Supply!D2 (price): {complaint}"]


def test_shares_are_a_part_of_one_or_per_cent_and_never_guessed():
    assert value("25 %", "probability") == 0.25
    assert value(0.25, "probability") == 0.25
    assert cell(25, "probability") == [
        "Supply!E2 (probability): 25 is above 1; for 25 % write 25 % or 0.25"
    ]
    assert cell(-0.1, "probability") == ["Supply!E2 (probability): -0.1 is below 0"]


def test_a_maximum_may_be_unlimited_in_words():
    assert value("unlimited", "maximum") == float("inf")
    assert value("∞", "maximum") == float("inf")
    assert value(None, "maximum") == float("inf")
    assert cell(1e20, "maximum") == [
        "Supply!E2 (maximum): 1e+20 is beyond 1e15; for no limit leave the cell blank"
    ]
    assert cell("1e400", "maximum") == [
        "Supply!E2 (maximum): '1e400' is beyond 1e15; for no limit leave the cell blank"
    ]


def test_blank_is_not_zero():
    offer = case().supply[0]
    assert (offer.minimum, offer.contract_quantity) == (0.0, None)


# Dates


@pytest.mark.parametrize(
    "raw",
    [
        date(2027, 12, 31),
        datetime(2027, 12, 31),
        pd.Timestamp("2027-12-31"),
        np.datetime64("2027-12-31"),
        "2027-12-31",
        "2027/12/31",
        "2027-12-31T00:00:00",
        "2027-12-31T00:00:00.000Z",
        "31.12.2027",
        "31/12/2027",
        "12/31/2027",
        "31 December 2027",
        "31. Dec 2027",
        "Dec 31, 2027",
    ],
)
def test_dates_are_read_as_people_write_them(raw):
    assert value(raw, "to") == date(2027, 12, 31)


@pytest.mark.parametrize(
    ("raw", "complaint"),
    [
        (
            "01/02/2027",
            "'01/02/2027' may be 2027-02-01 or 2027-01-02; "
            "write YYYY-MM-DD or format the cell as a date",
        ),
        ("2027-01", "'2027-01' is not a date; write YYYY-MM-DD or format the cell as a date"),
        (
            "2027-02-30",
            "'2027-02-30' is not a day of the calendar; "
            "write YYYY-MM-DD or format the cell as a date",
        ),
        (
            46388.0,
            "46388 is not a date; formatted as a date it would be 2027-01-01; "
            "format the cell or write YYYY-MM-DD",
        ),
        (2027.0, "2027 is not a date; write YYYY-MM-DD or format the cell as a date"),
        (True, "TRUE is not a date; write YYYY-MM-DD or format the cell as a date"),
        ("soon", "'soon' is not a date; write YYYY-MM-DD or format the cell as a date"),
    ],
)
def test_what_is_no_date_or_may_be_two_is_an_error(raw, complaint):
    assert cell(raw, "from") == [f"Supply!E2 (from): {complaint}"]


@pytest.mark.parametrize(
    ("raw", "shown", "likely"),
    [
        # a day at midnight in China, moved to the time of London
        (datetime(2027, 6, 30, 16), "2027-06-30 16:00", "2027-07-01"),
        # a day at midnight in New York, moved likewise
        (datetime(2027, 7, 1, 4), "2027-07-01 04:00", "2027-07-01"),
        (datetime(2027, 6, 30, 23, 59, 59), "2027-06-30 23:59:59", "2027-06-30"),
        ("2027-06-30T16:00:00.000Z", "'2027-06-30T16:00:00.000Z'", "2027-07-01"),
        ("2027-07-01T00:00:00+08:00", "'2027-07-01T00:00:00+08:00'", "2027-07-01"),
        ("2027-06-30 16:00", "'2027-06-30 16:00'", "2027-07-01"),
    ],
)
@pytest.mark.parametrize("column", ["from", "to"])
def test_a_day_with_a_time_of_day_is_an_error_with_the_likely_day(raw, shown, likely, column):
    (found,) = cell(raw, column)
    assert found.startswith(f"Supply!E2 ({column}): {shown} has a time of day")
    assert found.endswith(f"if the day is {likely}, write {likely} alone")


def test_a_day_with_a_time_of_day_heads_no_period():
    heads = [*DEMAND[0], datetime(2027, 1, 1, 4)]
    found = messages_of(Demand=[heads, [*DEMAND[1], 5]])[0]
    assert "is not the first day of a period" in found


def test_what_rounding_leaves_of_a_day_is_no_time_of_day():
    assert value(datetime(2027, 7, 1, 0, 0, 0, 300_000), "from") == date(2027, 7, 1)


@pytest.mark.parametrize("raw", ["n/a", "N/A", "-", "–", "none", "TBD"])
@pytest.mark.parametrize("column", ["maximum", "from", "firm", "history", "confidence"])
def test_a_word_for_no_value_is_answered_with_a_blank_cell(raw, column):
    (found,) = cell(raw, column)
    assert found.startswith(f"Supply!E2 ({column}): ")
    assert found.endswith("; leave the cell blank")


@pytest.mark.parametrize("raw", ["n/a", "-", "–"])
def test_a_word_for_no_value_is_no_name(raw):
    lanes = [[*LANES[0], "mode"], [*LANES[1], raw]]
    assert messages_of(Lanes=lanes) == [
        f"Lanes!E2 (mode): '{raw}' is not a name; leave the cell blank"
    ]


@pytest.mark.parametrize("raw", [date(2027, 3, 1), datetime(2027, 3, 1), time(1, 30)])
@pytest.mark.parametrize("place", [0, 1])
def test_a_name_that_excel_turned_into_a_date_is_an_error(raw, place):
    row = [raw if at == place else cell for at, cell in enumerate(SUPPLY[1])]
    found = messages_of(Supply=[SUPPLY[0], row])[0]
    assert "is a date or time, but this column has names; Excel turns a name such as" in found


@pytest.mark.parametrize(
    ("start", "length", "cure"),
    [
        (date(2027, 4, 1), "year", "keep 2027-04-01 and write quarter under period length"),
        (date(2027, 4, 1), "half-year", "keep 2027-04-01 and write quarter under period length"),
        (date(2027, 2, 1), "year", "keep 2027-02-01 and write month under period length"),
    ],
)
def test_a_fiscal_year_is_planned_in_shorter_periods(start, length, cure):
    given = SETTINGS | {"start": start, "period length": length}
    (found,) = messages_of(Settings=[["setting", "value"], *map(list, given.items())])
    assert found.startswith(f"Settings!B2 (start): {start} is not the first month of a {length}; ")
    assert found.endswith(f"write 2027-01-01, or for a fiscal year {cure}")


def test_the_last_day_of_the_calendar_is_an_open_end():
    assert value(date(9999, 12, 31), "to") is None


def test_dates_are_right_in_workbooks_that_count_from_1904(tmp_path):
    def from_1904(workbook):
        workbook.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904

    assert read(book(tmp_path / "case.xlsx", from_1904)).settings.start == date(2027, 1, 1)


# Other cells


def test_yes_and_no_are_words_numbers_or_booleans():
    for raw in ("yes", "Y", "TRUE", True, 1, 1.0, "1"):
        assert value(raw, "firm") is True
    for raw in ("No", "n", "false", False, 0, 0.0):
        assert value(raw, "firm") is False
    assert cell("maybe", "firm") == ["Supply!E2 (firm): 'maybe' is neither yes nor no"]


def test_numbers_may_be_names_and_words_of_choice_are_folded():
    found = case(
        Sites=[["site", "country", "kind"], ["Kaz", "Kazakhstan", " MINE"], ["Buyer", "USA", ""]],
        Supply=[SUPPLY[0], [1.0, "Kaz", "ore", 5]],
    )
    assert found.supply[0].offer == "1"
    assert found.sites[0].kind == "mine"
    assert messages_of(
        Sites=[["site", "country", "kind"], ["Kaz", "KZ", "mines"], ["Buyer", "USA", ""]]
    ) == [
        "Sites!C2 (kind): 'mines' is not one of mine, trader, plant, port, stockpile, customer; "
        "did you mean 'mine'?"
    ]


def test_a_history_is_stages_countries_and_names_in_brackets():
    assert value("Mined: China [Baotou]; crushed: Malaysia;", "history") == (
        Event("mined", "China", "Baotou"),
        Event("crushed", "Malaysia", ""),
    )
    assert value(None, "history") is None


@pytest.mark.parametrize(
    ("raw", "complaint"),
    [
        (
            "China",
            "'China' is not an event of a history; "
            "the stage is missing: write stage: country [site or owner]; stage: country",
        ),
        (
            "mined: China, separated: Malaysia",
            "'mined: China, separated: Malaysia' is not an event of a history; "
            "separate events by semicolons",
        ),
        (
            "mined: [Baotou]",
            "'mined: [Baotou]' is not an event of a history; "
            "write stage: country [site or owner]; stage: country",
        ),
        (";", "';' contains no event; write stage: country [site or owner]; stage: country"),
    ],
)
def test_a_malformed_history_is_an_error(raw, complaint):
    assert cell(raw, "history") == [f"Supply!E2 (history): {complaint}"]


def test_several_names_stand_in_one_cell_and_star_is_any():
    scope = [["rule", "country", "site"], ["No China", "China; Iran, CHINA", "*"]]
    rules = [["rule", "segments"], ["No China", "*"]]
    found = case(Rules=rules, Rule_scope=scope)
    assert found.rules[0].segments == ("*",)
    assert found.rule_scope[0].country == ("China", "Iran")
    assert found.rule_scope[0].site == ()


def test_star_is_an_error_where_it_matches_nothing():
    assert cell("*", "site")[0].startswith("Supply!")
    assert messages_of(Sites=[*SITES, ["*", "USA"]]) == [
        "Sites!A4 (site): '*' is not allowed in this column; write the name"
    ]


def test_excel_errors_and_formulas_without_a_result_are_errors(tmp_path):
    path = tmp_path / "case.xlsx"
    workbook = xlsxwriter.Workbook(path)
    for name, rows in BASE.items():
        sheet = workbook.add_worksheet(name)
        for number, row in enumerate(rows):
            for place, raw in enumerate(row):
                if isinstance(raw, date):
                    raw = raw.isoformat()
                sheet.write(number, place, raw)
    sheet = workbook.get_worksheet_by_name("Supply")
    sheet.write_row(0, 4, ["minimum", "maximum", "notes"])
    sheet.write_formula(1, 3, "=2+3", None, 5)
    sheet.write_formula(1, 4, "=NA()", None, "#N/A")
    sheet.write_formula(1, 5, "=2+3")
    sheet.write_formula(1, 6, '=""', None, "")
    workbook.close()
    assert [str(each) for each in check(path)] == [
        "Supply!E2 (minimum): #N/A is in the cell; fix its formula or clear it",
        "Supply!F2 (maximum): the formula has no saved result; "
        "open the workbook in Excel and save it",
    ]


def test_a_merged_name_counts_for_each_of_its_rows_and_a_merged_figure_for_none(tmp_path):
    rows = [[*SUPPLY[0], "maximum"], ["a", "Kaz", "ore", 5, 9], ["b", None, "ore", 6, None]]

    def merge(workbook):
        workbook["Supply"].merge_cells("B2:B3")

    assert [offer.site for offer in read(book(tmp_path / "a.xlsx", merge, Supply=rows)).supply] == [
        "Kaz",
        "Kaz",
    ]

    def merge_figures(workbook):
        merge(workbook)
        workbook["Supply"].merge_cells("E2:E3")

    found = check(book(tmp_path / "b.xlsx", merge_figures, Supply=rows))
    assert [str(each) for each in found] == [
        "Supply!E3 (maximum): the cell is merged with the one above, which holds 9: this may be "
        "a figure for each row or a total; unmerge the cells and write the figure of each row",
        "Supply!B3 (site): the cell is merged with the one above, and read as 'Kaz'; unmerge the "
        "cells and write the value of each row",
    ]


# Names


def test_references_take_the_spelling_of_the_sheet_that_defines_them():
    found = case(
        Supply=[SUPPLY[0], ["Kaz ore", " KAZ ", "Ore", 5]],
        Demand=[DEMAND[0], ["need", "BUYER", "ORE", 10]],
        Limits=[["limit", "measure", "offer", "maximum"], ["L", "bought", "kaz  ORE", 5]],
    )
    assert (found.supply[0].site, found.supply[0].material) == ("Kaz", "ore")
    assert (found.demand[0].customer, found.demand[0].material) == ("Buyer", "ore")
    assert found.limits[0].offer == ("Kaz ore",)


def test_free_words_take_the_spelling_of_their_first_appearance():
    found = case(
        Sites=[
            ["site", "country", "owner"],
            ["Kaz", "Kazakhstan", "Kaz Co"],
            ["Buyer", "KAZAKHSTAN", ""],
        ],
        Materials=[["material", "stage"], ["ore", "MINED"]],
        Supply=[
            [*SUPPLY[0], "history"],
            [*SUPPLY[1], "Crushed: kazakhstan [kaz]; crushed: Kazakhstan [KAZ CO]"],
        ],
        Rules=[["rule", "segments"], ["r", "*"]],
        Rule_scope=[["rule", "owner", "site", "stage"], ["R", "kaz co", "KAZ", "crushed"]],
    )
    assert found.sites[1].country == "Kazakhstan"
    assert found.materials[0].stage == "mined"
    assert found.supply[0].history == (
        Event("Crushed", "Kazakhstan", "Kaz"),
        Event("Crushed", "Kazakhstan", "Kaz Co"),
    )
    line = found.rule_scope[0]
    assert (line.rule, line.owner, line.site, line.stage) == (
        "r",
        ("Kaz Co",),
        ("Kaz",),
        ("Crushed",),
    )


def test_units_are_spelled_alike_within_their_site():
    found = case(
        Recipes=[["recipe", "material", "direction", "quantity"], ["dry", "ore", "in", 1]],
        Processes=[["site", "recipe", "unit"], ["Kaz", "DRY", "OVEN"], ["Buyer", "dry", "Oven"]],
        Units=[["site", "unit", "capacity"], ["Kaz", "oven", 5], ["Buyer", "OVEN", 5]],
    )
    assert [process.unit for process in found.processes] == ["oven", "OVEN"]
    assert [process.recipe for process in found.processes] == ["dry", "dry"]


def test_after_fifty_findings_of_a_column_the_rest_is_counted():
    rows = [[f"offer {n}", f"Kazz {n}", "ore", 5] for n in range(1000)]
    found = messages_of(Supply=[SUPPLY[0], *rows])
    assert len(found) == 51
    assert found[0] == "Supply!B2 (site): 'Kazz 0' is not in Sites; did you mean 'Kaz'?"
    assert found[-1] == "Supply (site): and 950 more"


# Periods of demand


def demand(header, *figures, months="quarter", periods=4, **dates):
    rows = [["line", "customer", "material", *header, *dates]]
    rows.append(["need", "Buyer", "ore", *figures, *dates.values()])
    lines = {**SETTINGS, "periods": periods, "period length": months}
    return {"Settings": [["setting", "value"], *map(list, lines.items())], "Demand": rows}


def test_period_columns_are_read_under_the_label_of_their_period():
    for months, header, label in (
        ("year", 2027, "2027"),
        ("year", 2027.0, "2027"),
        ("half-year", "2027-h1", "2027-H1"),
        ("quarter", "Q1 2027", "2027-Q1"),
        ("quarter", "2027q1", "2027-Q1"),
        ("quarter", datetime(2027, 1, 1), "2027-Q1"),
        ("month", "2027-01", "2027-01"),
        ("month", "January 2027", "2027-01"),
    ):
        (row,) = case(**demand([header], 7, months=months, periods=1)).demand
        assert row.by_period == ((label, 7.0),)
    assert case(**demand(["2027-Q1"], 7, periods=1)).columns["Demand"]["2027-Q1"] == "D"


def test_period_columns_fit_the_calendar():
    assert messages_of(**demand(["quantity", "2027"], 5, 7)) == [
        "Demand!E1 (2027): is a year, but the period length is quarter; "
        "use period labels as headers, such as 2027-Q1"
    ]
    assert messages_of(**demand(["quantity", "2029-Q1"], 5, 7)) == [
        "Demand!E1 (2029-Q1): the period is outside the horizon: ignored"
    ]
    assert messages_of(**demand(["quantity", "2027-Q1", "Q1 2027"], 5, 7, 7)) == [
        "Demand!F1 (2027-Q1): the period '2027-Q1' appears twice; delete one"
    ]
    assert messages_of(**demand(["quantity", "2027-Q1"], 5, "x")) == [
        "Demand!E2 (2027-Q1): 'x' is not a number; write a number in t"
    ]


# Robustness


def test_every_sheet_of_the_contract_can_be_read_from_its_own_headers():
    rows = {name: [[c.header for c in sheet.columns.values()]] for name, sheet in SHEETS.items()}
    assert messages_of(**{name.replace(" ", "_"): each for name, each in rows.items()}) == [
        "Demand: the sheet has no rows, so there is no demand"
    ]


ODD = [None, "", " ", "*", "x" * 40_000, "\x00\x01", "\ud800", -0.0, 1e308, float("inf"), 10**400]
ODD += [True, time(3), datetime(1900, 1, 1), ";", "[", "mined:", np.float64("nan"), pd.NaT, pd.NA]


@pytest.mark.parametrize("odd", ODD, ids=lambda odd: repr(odd)[:12])
def test_no_cell_whatever_it_holds_brings_a_traceback(odd):
    for name, rows in BASE.items():
        for number, row in enumerate(rows):
            for place in range(len(row)):
                changed = [list(each) for each in rows]
                changed[number][place] = odd
                with suppress(WorkbookError):
                    case(**{name: changed})


def test_read_frames_takes_data_frames_only():
    with pytest.raises(UsageError, match="sheet 'Supply' is a list, not a data frame"):
        read_frames({"Supply": []})
    with pytest.raises(UsageError, match="takes a mapping of data frames by sheet name"):
        read_frames([])


def test_ten_thousand_rows_are_read_and_checked_in_a_few_seconds(tmp_path):
    rows = [[f"offer {n}", "Kaz", "ore", n / 7] for n in range(10_000)]
    path = book(tmp_path / "case.xlsx", Supply=[SUPPLY[0], *rows])
    begun = process_time()
    assert len(read(path).supply) == 10_000
    assert process_time() - begun < 5
