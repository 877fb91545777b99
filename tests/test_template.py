"""The blank workbook: its sheets, notes, lists and formats, and that it reads back."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from optimizer.errors import FileError, UsageError
from optimizer.tables import template
from optimizer.tables.read import check, read
from optimizer.tables.schema import COMMON, SHEETS
from optimizer.tables.sheets import SETTINGS
from optimizer.tables.template import EXAMPLE_PERIODS, write_template
from optimizer.tables.template_guide import SHEET_GROUPS

PLANNER_ENTRIES = {
    "Sites": [
        {"site": "Kokbulak", "kind": "mine", "country": "Kazakhstan"},
        {"site": "Magnet plant", "kind": "customer", "country": "Germany"},
    ],
    "Materials": [{"material": "concentrate", "stage": "mined"}],
    "Supply": [
        {"offer": "K1", "site": "kokbulak", "material": "Concentrate", "price": 6500, "maximum": 90}
    ],
    "Lanes": [
        {
            "from site": "Kokbulak",
            "to site": "Magnet plant",
            "material": "*",
            "mode": "",
            "cost": 80,
        }
    ],
    "Demand": [
        {
            "line": "D1",
            "customer": "Magnet plant",
            "material": "concentrate",
            "quantity": 40,
            "2027-Q2": 12.5,
            "shortage penalty": 9000,
            "from": date(2027, 1, 1),
        }
    ],
}


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_template(tmp_path_factory.mktemp("template") / "blank.xlsx", currency="EUR")


@pytest.fixture(scope="module")
def book(path: Path) -> Any:
    return openpyxl.load_workbook(path)


def headers(sheet: Any) -> dict[str, Any]:
    """Header cells by their text."""
    return {cell.value: cell for cell in sheet[1]}


def rule(sheet: Any, header: str) -> Any:
    """The validation of the first cell below a header."""
    address = f"{headers(sheet)[header].column_letter}2"
    found = [each for each in sheet.data_validations.dataValidation if address in each.sqref]
    assert len(found) < 2
    return found[0] if found else None


def fill(book: Any, rows: dict[str, list[dict[str, Any]]]) -> None:
    """Write rows over the examples, which are deleted first, as a planner would."""
    for sheet in book.worksheets:
        if sheet.title in SHEETS:
            for line in sheet.iter_rows(min_row=2, max_row=4):
                for cell in line:
                    cell.value = None
    for name, records in rows.items():
        places = headers(book[name])
        for number, record in enumerate(records, start=2):
            for header, value in record.items():
                book[name].cell(number, places[header].column).value = value


def test_it_opens_with_a_guide_and_holds_every_sheet(book: Any) -> None:
    assert book.sheetnames[0] == "Read me"
    assert book.active.title == "Read me"
    assert sorted(book.sheetnames[1:]) == sorted(["Settings", *SHEETS])


def test_every_sheet_stands_in_one_group() -> None:
    grouped = [name for _, names in SHEET_GROUPS.values() for name in names]
    assert sorted(grouped) == sorted(["Settings", *SHEETS])


def test_the_guide_links_to_every_sheet(book: Any) -> None:
    links = [cell.hyperlink for row in book["Read me"] for cell in row if cell.hyperlink]
    assert [link.location for link in links] == [f"'{name}'!A1" for name in book.sheetnames[1:]]


def test_the_guide_says_how_to_check_and_solve_and_in_what_money(book: Any) -> None:
    said = " ".join(str(cell.value) for row in book["Read me"] for cell in row if cell.value)
    for words in ("optimizer check FILE", "optimizer solve FILE", "Blank is never zero", "In EUR,"):
        assert words in said


@pytest.mark.parametrize("name", SHEETS)
def test_headers_are_the_declared_columns(book: Any, name: str) -> None:
    declared = [column.header for column in SHEETS[name].columns.values()]
    found = [header for header in headers(book[name]) if header not in EXAMPLE_PERIODS]
    assert found == declared


@pytest.mark.parametrize("name", SHEETS)
def test_each_header_has_a_note_with_meaning_unit_and_default(book: Any, name: str) -> None:
    cells = headers(book[name])
    for column in SHEETS[name].columns.values():
        words = cells[column.header].comment.text
        assert words.startswith(column.meaning)
        assert column.unit.replace("{currency}", "EUR") in words
        assert "If blank:" in words
        assert "{" not in words


@pytest.mark.parametrize("name", SHEETS)
def test_required_optional_and_common_headers_differ_in_colour(book: Any, name: str) -> None:
    colours: dict[str, set[str]] = {}
    cells = headers(book[name])
    for attribute, column in SHEETS[name].columns.items():
        group = "required" if column.required else "optional"
        group = "common" if attribute in COMMON else group
        colours.setdefault(group, set()).add(cells[column.header].fill.fgColor.rgb)
        assert cells[column.header].font.bold
    assert all(len(found) == 1 for found in colours.values())
    assert len(set.union(*colours.values())) == len(colours)


@pytest.mark.parametrize("name", ["Settings", *SHEETS])
def test_sheets_are_frozen_filtered_and_set_up_for_print(book: Any, name: str) -> None:
    sheet = book[name]
    assert sheet.freeze_panes == "B2"
    assert sheet.auto_filter.ref.startswith("A1:")
    assert sheet.print_title_rows == "$1:$1"
    assert sheet.page_setup.orientation == "landscape"
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert sheet.page_setup.fitToHeight == 0
    assert sheet.sheet_properties.tabColor is not None


def test_settings_are_all_there_with_values_to_start_from(book: Any) -> None:
    rows = {row[0]: row for row in book["Settings"].iter_rows(min_row=2, values_only=True)}
    assert set(rows) == {column.header for column in SETTINGS.values()}
    assert rows["start"][1] == datetime(2027, 1, 1)
    assert rows["periods"][1] == 4
    assert rows["period length"][1] == "quarter"
    assert rows["currency"][1] == "EUR"
    assert rows["shortage penalty"][1] is None
    assert rows["shortage penalty"][2].endswith("(EUR/t). Allowed: 0 or more. If blank: none.")


def test_names_are_picked_from_the_sheet_that_declares_them(book: Any) -> None:
    found = rule(book["Lanes"], "to site")
    assert (found.type, found.errorStyle) == ("list", "warning")
    assert found.formula1.startswith("'Sites'!$A$2:INDEX('Sites'!$A$2:$A$5000,")


def test_a_name_out_of_two_sheets_is_looked_up_in_both(book: Any) -> None:
    found = rule(book["Processes"], "recipe")
    assert (found.type, found.errorStyle) == ("custom", "warning")
    assert found.formula1 == (
        "COUNTIF('Recipes'!$A$2:$A$5000,B2)+COUNTIF('Recoveries'!$A$2:$A$5000,B2)>0"
    )


def test_a_star_is_allowed_in_words(book: Any) -> None:
    assert "* is allowed" in rule(book["Lanes"], "material").error
    assert "*" not in rule(book["Supply"], "material").error


def test_several_names_in_a_cell_raise_no_alarm(book: Any) -> None:
    found = rule(book["Limits"], "offer")
    assert found.type == "list"
    assert not found.showErrorMessage


def test_choices_numbers_and_dates_are_checked_on_entry(book: Any) -> None:
    assert rule(book["Sites"], "kind").formula1 == '"mine,trader,plant,port,stockpile,customer"'
    assert rule(book["Units"], "may idle").formula1 == '"yes,no"'
    share = rule(book["Lanes"], "arrives")
    assert (share.type, float(share.formula1), float(share.formula2)) == ("decimal", 0.0, 1.0)
    cost = rule(book["Lanes"], "cost")
    assert float(cost.formula1) < -1e9  # gate fees are negative
    assert rule(book["Lanes"], "from").type == "date"
    assert rule(book["Supply"], "history") is None


def test_entry_rules_keep_to_the_lengths_that_excel_allows(book: Any) -> None:
    for sheet in book.worksheets:
        for found in sheet.data_validations.dataValidation:
            assert len(found.formula1) <= 255
            assert len(found.error or "") <= 255
            assert len(found.errorTitle or "") <= 32


def test_number_formats_fit_the_kind_of_column(book: Any) -> None:
    def shown(name: str, header: str) -> str:
        letter = headers(book[name])[header].column_letter
        return str(book[name].column_dimensions[letter].number_format)

    assert shown("Supply", "price") == "#,##0.00"
    assert shown("Supply", "from") == "yyyy-mm-dd"
    assert shown("Lanes", "arrives") == "0.0#####"
    assert shown("Recipes", "quantity") == "#,##0.00####"
    assert shown("Lanes", "lead days") == "General"


def test_a_blank_template_has_no_faulty_cell(path: Path) -> None:
    assert not [finding for finding in check(path) if finding.cell]


def test_a_filled_template_reads_back(path: Path, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(path)
    fill(book, PLANNER_ENTRIES)
    book.save(tmp_path / "filled.xlsx")
    case = read(tmp_path / "filled.xlsx")
    assert case.settings.currency == "EUR"
    assert [site.site for site in case.sites] == ["Kokbulak", "Magnet plant"]
    assert case.supply[0].price == 6500
    assert case.demand[0].by_period == (("2027-Q2", 12.5),)
    assert case.demand[0].start == date(2027, 1, 1)


def test_a_filled_template_keeps_its_notes_and_lists(path: Path, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(path)
    fill(book, PLANNER_ENTRIES)
    book.save(tmp_path / "filled.xlsx")
    again = openpyxl.load_workbook(tmp_path / "filled.xlsx")
    assert headers(again["Supply"])["price"].comment.text.startswith("price")
    assert rule(again["Supply"], "site").formula1 == rule(book["Supply"], "site").formula1


def test_an_existing_file_is_not_overwritten_unasked(tmp_path: Path) -> None:
    target = tmp_path / "plan.xlsx"
    target.write_text("mine")
    with pytest.raises(UsageError, match="exists already"):
        write_template(target)
    assert target.read_text() == "mine"
    write_template(str(target), overwrite=True)
    assert "Supply" in openpyxl.load_workbook(target).sheetnames
    assert list(tmp_path.iterdir()) == [target]


def test_a_failure_leaves_the_old_file_and_no_draft(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise ZeroDivisionError

    target = tmp_path / "plan.xlsx"
    target.write_text("mine")
    monkeypatch.setattr(template, "_write_workbook", fail)
    with pytest.raises(ZeroDivisionError):
        write_template(target, overwrite=True)
    assert target.read_text() == "mine"
    assert list(tmp_path.iterdir()) == [target]


def test_a_missing_folder_is_made(tmp_path: Path) -> None:
    assert write_template(tmp_path / "new" / "plan.xlsx").is_file()


def test_a_folder_that_is_a_file_is_said_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("mine")
    with pytest.raises(FileError, match="the blank workbook cannot be written") as caught:
        write_template(tmp_path / "taken" / "plan.xlsx")
    assert "\n" not in str(caught.value)


def test_only_xlsx_can_be_written(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"is an \.xlsx file"):
        write_template(tmp_path / "plan.xls")
