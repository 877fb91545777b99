"""A name that nothing declares and a sheet that is missing are one finding each."""

from __future__ import annotations

import json

import openpyxl
import pytest

import optimizer
from optimizer import WorkbookError
from optimizer.cli import main
from optimizer.tables.check_report import REPORT_HEADER_ROW, REPORT_TITLE, SEVERITY_COLOURS
from tests.conftest import ROOT, SITES, lane, make, need, offer, process, recipe, save

BUYER = {"customer": "Buyer", "material": "metal"}
WORKS = {
    "Supply": [offer("kaz")],
    "Recipes": recipe("smelt", ore=-1, metal=1),
    "Processes": [process("smelt", unit="furnace", use=1)],
    "Units": [{"site": "Plant", "unit": "furnace", "capacity": 100}],
    "Stocks": [{"site": "Plant", "material": "ore", "opening": 0}],
    "Lanes": [lane("Kaz", "Plant"), lane("Plant", "Buyer", "metal")],
    "Demand": [need(5, "metal", "metal")],
}
"""Ore from Kaz is smelted in the furnace of Plant for Buyer."""


def findings_of(**sheets):
    try:
        case = make(**WORKS | sheets)
    except WorkbookError as error:
        return error.findings
    from optimizer import network

    return (*case.warnings, *network.warnings(network.build(case)))


def errors_of(**sheets):
    return [each for each in findings_of(**sheets) if each.severity == "error"]


def renamed(old, new):
    """The sites of a case with one of another name."""
    return [row | {"site": new} if row["site"] == old else row for row in SITES]


# One name


def test_a_misspelt_site_that_others_name_rightly_is_one_error_at_all_cells():
    (found,) = errors_of(Sites=renamed("Plant", "Plent"))
    assert str(found) == (
        "Processes!A2 (site): 'Plant' is not in Sites: this cell and 4 more cells in 4 sheets name "
        "it; the nearest in Sites is 'Plent' (Sites!A4), which nothing names: correct it there"
    )
    assert found.cells == (
        "Processes!A2",
        "Units!A2",
        "Lanes!B2",
        "Lanes!A3",
        "Stocks!A2",
        "Sites!A4",
    )
    assert findings_of(Sites=renamed("Plant", "Plent")) == (found,)


def test_a_name_that_one_cell_has_is_reported_as_before():
    (found,) = errors_of(Stocks=[WORKS["Stocks"][0] | {"site": "Plent"}])
    assert str(found) == "Stocks!A2 (site): 'Plent' is not in Sites; did you mean 'Plant'?"
    assert found.cells == ()


def test_the_nearest_name_that_others_use_is_only_proposed():
    lanes = [lane("Kaz", "Plent"), lane("Plent", "Buyer", "metal")]
    (found,) = errors_of(Lanes=lanes)
    assert found.message == "'Plent' is not in Sites: this cell and 1 more cell name it"
    assert found.hint == "did you mean 'Plant'?"
    assert found.cells == ("Lanes!B2", "Lanes!A3")


def test_each_missing_name_is_a_finding_of_its_own():
    lanes = [lane("Kaz", "Nowhere"), lane("Nowhere", "Elsewhere"), lane("Elsewhere", "Buyer")]
    found = errors_of(Lanes=lanes)
    assert [each.message.partition(" is")[0] for each in found] == ["'Nowhere'", "'Elsewhere'"]
    assert all(len(each.cells) == 2 for each in found)


def test_inactive_rows_count_where_active_ones_name_it_and_are_a_warning_alone():
    lanes = [{"active": None, **row} for row in WORKS["Lanes"]]
    away = {"active": "no", **lane("Kaz", "Nowhere", mode="rail")}
    twice = [*lanes, away, away | {"mode": "road"}]
    (warned,) = [each for each in findings_of(Lanes=twice) if "Nowhere" in each.message]
    assert (warned.severity, warned.cells) == ("warning", ("Lanes!C4", "Lanes!C5"))
    assert warned.message.endswith("this cell and 1 more cell name it (the rows are inactive)")
    (found,) = errors_of(Lanes=[*twice, {"active": None, **lane("Kaz", "Nowhere")}])
    assert (found.cell, len(found.cells)) == ("C6", 3)


def test_a_country_that_is_none_is_one_error():
    sites = [row | {"country": "Kazakstahn Republik"} for row in SITES]
    (found,) = errors_of(Sites=sites)
    assert "is not a country: this cell and" in found.message
    assert len(found.cells) == len(SITES)


def test_a_unit_that_its_site_does_not_have_is_one_error():
    rows = [process("smelt", unit="furnise", use=1), process("cast", unit="furnise", use=1)]
    recipes = [*recipe("smelt", ore=-1, metal=1), *recipe("cast", ore=-1, metal=1)]
    (found,) = errors_of(Processes=rows, Recipes=recipes)
    assert found.message == (
        "'furnise' is not in Units or Options at 'Plant': this cell and 1 more cell name it"
    )
    assert found.hint == "did you mean 'furnace'?"


def test_every_cell_is_marked_and_restored_by_the_next_check(tmp_path):
    path = save(tmp_path / "case.xlsx", **WORKS, Sites=renamed("Plant", "Plent"))
    found = optimizer.check(path)
    copy = optimizer.write_marked_copy(path, found, tmp_path / "copy.xlsx")
    book = openpyxl.load_workbook(copy)

    def red():
        return {
            f"{sheet.title}!{cell.coordinate}"
            for sheet in book.worksheets
            if sheet.title != REPORT_TITLE
            for row in sheet.iter_rows()
            for cell in row
            if cell.fill.fgColor.rgb == SEVERITY_COLOURS["error"]
        }

    assert red() == set(found[0].cells)
    report = book[REPORT_TITLE]
    assert report["A2"].value == "case.xlsx: 1 error, 0 warnings"
    places = [row[0].value for row in report.iter_rows(min_row=REPORT_HEADER_ROW + 1)]
    assert sorted(places) == sorted(found[0].cells)
    assert "see Processes!A2: 'Plant' is not in Sites" in book["Sites"]["A4"].comment.text
    again = optimizer.write_marked_copy(copy, (), tmp_path / "again.xlsx")
    book = openpyxl.load_workbook(again)
    assert red() == set()


def test_json_lists_the_cells_of_a_finding(tmp_path, capsys):
    path = save(tmp_path / "case.xlsx", **WORKS, Sites=renamed("Plant", "Plent"))
    assert main(["check", str(path), "--json"]) == 1
    (found,) = json.loads(capsys.readouterr().out)["errors"]
    assert found["place"] == "Processes!A2"
    assert found["cells"][-1] == "Sites!A4"


# One sheet

OPTION = {"option": "mill", "site": "Plant", "unit": "mill", "added capacity": 1}
CHANGE = {"scenario": "dear", "column": "notes", "change": "set", "value": "x"}
MISSING = "the sheet is missing or has no rows, and "


@pytest.mark.parametrize(
    ("sheet", "more", "severity", "told"),
    [
        ("Materials", {}, "error", "6 cells in Supply, Recipes, Lanes, Stocks, Demand need it"),
        ("Sites", {}, "error", "such as Supply!B2 ('Kaz')"),
        ("Recipes", {}, "error", "Processes!B2 ('smelt') needs it"),
        ("Processes", {}, "warning", "need it, such as Units!B2 ('furnace')"),
        ("Lanes", {}, "warning", "Demand!B2 ('Buyer') needs it"),
        ("Supply", {}, "warning", "Materials!A2 ('ore') needs it"),
        (
            "Units",
            {
                "Processes": [
                    process("smelt", unit="furnace", use=1),
                    process("smelt", unit="casting bay", use=1),
                ],
                "Options": [OPTION],
            },
            "error",
            "2 cells in Processes need it, such as Processes!C2 ('furnace')",
        ),
        (
            "Tariffs",
            {"Scenarios": [CHANGE | {"sheet": "Tariffs"}]},
            "error",
            "Scenarios!E2 ('dear')",
        ),
        (
            "Lanes",
            {"Scenarios": [CHANGE | {"sheet": "lanes"}] * 2},
            "error",
            "3 cells in Demand, Scenarios need it, such as Scenarios!E2 ('dear')",
        ),
    ],
)
def test_a_sheet_that_cells_need_and_that_has_no_rows_is_one_finding(sheet, more, severity, told):
    found = [each for each in findings_of(**{**more, sheet: []}) if each.sheet != "Options"]
    (only,) = [each for each in found if MISSING in each.message]
    assert (only.sheet, only.cell, only.severity) == (sheet, "", severity)
    assert told in only.message
    assert [str(each) for each in found if each != only] == []


def test_one_unknown_name_does_not_make_a_sheet_missing():
    (found,) = errors_of(
        Units=[], Options=[OPTION], Processes=[process("smelt", unit="mil", use=1)]
    )
    assert found.hint == "did you mean 'mill'?"
    idle = [process(name, unit="furnace", use=1) | {"active": "no"} for name in ("roast", "leach")]
    rows = [{"active": None, **WORKS["Processes"][0]}, *idle]
    assert [each.severity for each in findings_of(Processes=rows)] == ["warning"] * 2
    (found,) = errors_of(Processes=[process("smlet", unit="furnace", use=1)])
    assert found.message == "'smlet' is not in Recipes or Recoveries"


def test_names_that_two_sheets_may_declare_are_sought_in_the_one_without_rows():
    rows = [process(name, unit="furnace", use=1) for name in ("roast", "leach", "smelt")]
    (found,) = errors_of(Processes=rows)
    assert str(found) == (
        "Recoveries: the sheet is missing or has no rows, and 2 cells in Processes need it, such "
        "as Processes!B2 ('roast'); add the sheet, or rename the one that holds these rows; or add "
        "the names to Recipes"
    )


def test_a_sheet_that_nothing_needs_may_be_missing():
    assert findings_of() == ()
    assert findings_of(Stocks=[]) == ()
    home = [offer("home", "Buyer", "metal")]
    trade = dict.fromkeys(("Recipes", "Processes", "Units", "Stocks", "Lanes"), ())
    materials = [{"material": "metal"}]
    assert findings_of(**trade, Supply=home, Materials=materials) == ()


@pytest.mark.parametrize("path", sorted(ROOT.glob("inputs/*.xlsx")), ids=lambda path: path.stem)
def test_published_workbooks_miss_no_sheet_and_no_name(path):
    assert not [each for each in optimizer.check(path) if MISSING in each.message or each.cells]
