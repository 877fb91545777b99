"""Cells changed in a copy of a workbook: nothing else differs, and what Excel alone can do is
refused."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.errors import FileError, UsageError
from optimizer.tables.edited_copy import CellEdit, write_edited_copy
from optimizer.tables.sheet_patch import SheetPatch
from optimizer.tables.workbook_files import read_workbook_file
from tests.conftest import ROOT, need, offer, save

REFERENCE = ROOT / "inputs" / "north_america.xlsx"


def parts(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def workbook(path: Path, cells: dict[str, object], **more: object) -> Path:
    """A workbook with one sheet ``Supply``, cells by address."""
    book = openpyxl.Workbook()
    book.active.title = "Supply"
    for address, value in cells.items():
        book.active[address] = value
    for name, others in more.items():
        page = book.create_sheet(name)
        for address, value in others.items():
            page[address] = value
    book.save(path)
    return path


def sheet(path: Path, name: str = "Supply") -> openpyxl.worksheet.worksheet.Worksheet:
    return openpyxl.load_workbook(path)[name]


def test_only_the_sheet_of_the_cell_differs_from_the_workbook_and_that_is_as_it_was(tmp_path):
    before = REFERENCE.read_bytes()
    copy = write_edited_copy(REFERENCE, [CellEdit("Supply", 2, 4, 600.0)], tmp_path / "copy.xlsx")
    old, new = parts(REFERENCE), parts(copy)
    assert list(old) == list(new)
    assert len([name for name in old if old[name] != new[name]]) == 1
    assert REFERENCE.read_bytes() == before
    assert sheet(copy)["D2"].value == 600
    assert sheet(copy)["D2"].number_format == sheet(REFERENCE)["D2"].number_format
    assert sheet(copy)["D3"].value == sheet(REFERENCE)["D3"].value


def test_text_numbers_dates_and_empty_cells_are_what_was_given(tmp_path):
    source = workbook(
        tmp_path / "a.xlsx", {"A1": "offer", "B1": "from", "B2": datetime(2027, 1, 1), "C2": "x"}
    )
    strange = 'Grün <mine> & "co"\nnext \r line  '
    edits = [
        CellEdit("Supply", 1, 1, strange),
        CellEdit("Supply", 2, 1, 1e-9),
        CellEdit("Supply", 2, 2, date(2028, 2, 29)),
        CellEdit("Supply", 2, 3, None),
        CellEdit("Supply", 2, 4, date(2028, 2, 29)),
        CellEdit("Supply", 7, 3, "below"),
        CellEdit("Supply", 5, 2, 12345678.25),
    ]
    page = sheet(write_edited_copy(source, edits, tmp_path / "b.xlsx"))
    assert page["A1"].value == strange
    assert page["A2"].value == 1e-9
    assert page["B2"].value == datetime(2028, 2, 29)  # the cell shows dates
    assert page["C2"].value is None
    assert page["D2"].value == "2028-02-29"  # this one does not, and the reader takes a text
    assert (page["C7"].value, page["B5"].value) == ("below", 12345678.25)


@settings(max_examples=40)
@given(
    st.dictionaries(
        st.tuples(st.integers(1, 12), st.integers(1, 30)),
        st.one_of(
            st.none(),
            st.floats(-1e12, 1e12),
            st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cn"])),
        ),
        max_size=12,
    )
)
def test_whatever_is_written_is_read_again_and_the_rest_stays(tmp_path_factory, wanted):
    folder = tmp_path_factory.mktemp("edited")
    source = workbook(folder / "a.xlsx", {"A1": "offer", "C3": 5, "B3": "kaz", "AD12": 7})
    wanted = {
        place: value
        for place, value in wanted.items()
        if not (isinstance(value, str) and (value.startswith("=") or not value.strip()))
    }
    edits = [CellEdit("Supply", *place, value) for place, value in wanted.items()]
    page = sheet(write_edited_copy(source, edits, folder / "b.xlsx"))
    old = sheet(source)
    for row in range(1, 13):
        for column in range(1, 31):
            expected = wanted.get((row, column), old.cell(row, column).value)
            assert page.cell(row, column).value == expected


@pytest.mark.parametrize(
    ("row", "column", "said"),
    [
        (2, 3, "Supply!C2: the cell has a formula"),
        (2, 1, "Supply!A2: the formula in Supply!C2 may depend on it"),
        (5, 2, "Supply!B5: the formula in Lanes!A1 may depend on it"),
        (9, 7, "Supply!G9: the formula in Lanes!A2 may depend on it"),
    ],
)
def test_a_cell_that_a_formula_uses_is_left_to_excel(tmp_path, row, column, said):
    source = workbook(
        tmp_path / "a.xlsx",
        {"A1": "offer", "A2": 4, "C2": "=A2*2", "D2": 1},
        Lanes={"A1": "=SUM(Supply!$B$4:B6)", "A2": "=MAX('Supply'!G:G)", "A3": "=B4+1"},
    )
    with pytest.raises(UsageError, match="correct it in Excel") as caught:
        write_edited_copy(source, [CellEdit("Supply", row, column, 1.0)], tmp_path / "b.xlsx")
    assert str(caught.value).startswith(said)
    assert not (tmp_path / "b.xlsx").exists()


@pytest.mark.parametrize(
    "formula",
    ["=total", "=INDIRECT(A9)", "=Table1[price]", "=[1]Other!A1", "=SUM(A1:INDEX(B:B,3))"],
)
def test_a_formula_whose_cells_are_not_plain_may_use_any(tmp_path, formula):
    source = workbook(tmp_path / "a.xlsx", {"A1": "offer", "A2": 4}, Lanes={"A1": formula})
    with pytest.raises(UsageError, match="the formula in Lanes!A1 may depend"):
        write_edited_copy(source, [CellEdit("Supply", 2, 1, 1.0)], tmp_path / "b.xlsx")


def test_a_cell_that_no_formula_uses_is_changed_and_the_formula_keeps_its_result(tmp_path):
    # Excel has saved the result 8 of the formula; nothing calculates it here.
    source = workbook(tmp_path / "a.xlsx", {"A1": "offer", "A2": 4, "C2": "=A2*2", "E2": 1})
    content = parts(source)
    name = next(each for each in content if "sheet1" in each)
    content[name] = content[name].replace(b"<v></v>", b"<v>8</v>").replace(b"<v />", b"<v>8</v>")
    book = io.BytesIO()
    with zipfile.ZipFile(book, "w") as archive:
        for each, data in content.items():
            archive.writestr(each, data)
    source.write_bytes(book.getvalue())
    copy = write_edited_copy(source, [CellEdit("Supply", 2, 5, 9.0)], tmp_path / "b.xlsx")
    assert read_workbook_file(copy).grids[0].rows[1] == [4.0, "", 8.0, "", 9.0]


def test_headers_of_excel_tables_and_the_inside_of_merged_cells_are_left_to_excel(tmp_path):
    from openpyxl.worksheet.table import Table

    source = workbook(tmp_path / "a.xlsx", {"A1": "offer", "B1": "site", "A2": "kaz", "D1": "m"})
    book = openpyxl.load_workbook(source)
    book.active.add_table(Table(displayName="Offers", ref="A1:B2"))
    book.active.merge_cells("D1:E2")
    book.save(source)
    for row, column, said in ((1, 2, "header of an Excel table"), (2, 5, "part of a merged range")):
        with pytest.raises(UsageError, match=said):
            write_edited_copy(source, [CellEdit("Supply", row, column, "x")], tmp_path / "b.xlsx")
    copy = write_edited_copy(source, [CellEdit("Supply", 2, 1, "other")], tmp_path / "b.xlsx")
    assert sheet(copy)["A2"].value == "other"
    assert "Offers" in sheet(copy).tables


@pytest.mark.parametrize(
    ("value", "said"),
    [("=1+1", "formulas are not calculated"), ("a\0b", "control"), ("x" * 40_000, "32,767")],
)
def test_what_a_cell_cannot_hold_is_refused(tmp_path, value, said):
    source = workbook(tmp_path / "a.xlsx", {"A1": "offer"})
    with pytest.raises(UsageError, match=said):
        write_edited_copy(source, [CellEdit("Supply", 1, 1, value)], tmp_path / "b.xlsx")


def test_the_workbook_itself_is_never_replaced(tmp_path):
    source = save(tmp_path / "a.xlsx", Supply=[offer("kaz")], Demand=[need(10)])
    link = tmp_path / "link.xlsx"
    link.symlink_to(source)
    for target in (source, link):
        with pytest.raises(UsageError, match="must not replace"):
            write_edited_copy(source, [], target)
    with pytest.raises(UsageError, match="no sheet 'Nothing'"):
        write_edited_copy(source, [CellEdit("Nothing", 1, 1, "x")], tmp_path / "b.xlsx")


def test_a_failure_leaves_no_half_written_copy(tmp_path, monkeypatch):
    source = workbook(tmp_path / "a.xlsx", {"A1": "offer"})
    monkeypatch.setattr(SheetPatch, "xml", lambda self: self._xml)  # the change gets lost
    with pytest.raises(FileError, match="Supply!A1: the copy does not hold what it should"):
        write_edited_copy(source, [CellEdit("Supply", 1, 1, "other")], tmp_path / "b.xlsx")
    assert [each.name for each in tmp_path.iterdir()] == ["a.xlsx"]


def patched(inside: str, position: tuple[int, int], value: str | float, prefix: str = "") -> str:
    colon = f"{prefix}:" if prefix else ""
    name = f"xmlns:{prefix}" if prefix else "xmlns"
    xml = f'<{colon}worksheet {name}="urn:x">{inside}</{colon}worksheet>'
    patch = SheetPatch(xml.encode())
    assert not patch.trouble
    patch.set(position, value)
    return patch.xml().decode()


def test_cells_stand_in_the_order_of_their_columns_and_rows():
    rows = '<sheetData><row r="2" spans="2:2"><c r="B2"><v>1</v></c></row></sheetData>'
    first = '<row r="2"><c r="A2"><v>5</v></c><c r="B2"><v>1</v></c></row>'
    assert first in patched(rows, (2, 1), 5.0)
    assert '</c><c r="C2"><v>5</v></c></row>' in patched(rows, (2, 3), 5.0)
    assert '<sheetData><row r="1"><c r="A1"><v>5</v></c></row><row r="2"' in patched(
        rows, (1, 1), 5.0
    )
    assert '</row><row r="9"><c r="A9"><v>5</v></c></row></sheetData>' in patched(rows, (9, 1), 5.0)


def test_empty_elements_are_filled_and_prefixes_are_kept():
    assert '<sheetData><row r="1"><c r="A1"><v>5</v></c></row></sheetData>' in patched(
        "<sheetData/>", (1, 1), 5.0
    )
    assert '<row r="3" ht="9"><c r="A3"><v>5</v></c></row>' in patched(
        '<sheetData><row r="3" ht="9" spans="1:4" /></sheetData>', (3, 1), 5.0
    )
    assert '<x:row r="1"><x:c r="A1"><x:v>5</x:v></x:c></x:row>' in patched(
        "<x:sheetData/>", (1, 1), 5.0, "x"
    )


def test_places_are_counted_where_they_are_not_written():
    rows = (
        "<sheetData><row><c><v>1</v></c><c><v>2</v></c></row><row><c><v>3</v></c></row></sheetData>"
    )
    assert '<c><v>1</v></c><c r="B1"><v>5</v></c>' in patched(rows, (1, 2), 5.0)
    assert '<row><c r="A2"><v>5</v></c></row>' in patched(rows, (2, 1), 5.0)


def test_a_new_cell_has_the_format_of_its_column():
    rows = '<cols><col min="2" max="3" style="4"/></cols><sheetData/>'
    assert '<c r="C1" s="4"><v>5</v></c>' in patched(rows, (1, 3), 5.0)
