"""Correcting cells on the page, saving a copy, first workbooks, results workbooks."""

from __future__ import annotations

import io
import shutil
import threading
from pathlib import Path

import openpyxl
import pytest

from optimizer.cli import main
from optimizer.tables.read import read
from optimizer.tables.starter_cases import STARTS
from optimizer.web_app import WebApp, input_copy
from optimizer.web_app.cell_entry import column_kind, entry_value
from optimizer.web_app.input_copy import save_as_new
from tests.conftest import TUTORIAL, need, offer, save
from tests.web_visitor import Visitor

REPLACED = b"a file of somebody else"


def place(shown, sheet):
    """Number of a sheet."""
    return next(number for number, one in enumerate(shown["sheets"]) if one["name"] == sheet)


def correct(visitor, shown, sheet, row, column, text):
    """The workbook on the page after a correction; row and column from 0."""
    cell = {"sheet": place(shown, sheet), "row": row, "column": column}
    return visitor.send("correct", workbook=shown["number"], **cell, text=text)["workbook"]


def test_a_corrected_cell_is_checked_at_once_and_solved(visitor, tmp_path):
    path = save(tmp_path / "case.xlsx", Supply=[offer("kaz", "Kaaz", price=5)], Demand=[need(10)])
    before = path.read_bytes()
    shown = visitor.upload(path)
    assert shown["errors"] == 1
    shown = correct(visitor, shown, "Supply", 1, 1, "Kaz")
    assert (shown["errors"], shown["name"]) == (0, "case.xlsx")
    shown = correct(visitor, shown, "Supply", 1, 3, "7")
    assert [(one["place"], one["before"], one["after"]) for one in shown["corrections"]] == [
        ("Supply!B2", "Kaaz", "Kaz"),
        ("Supply!D2", 5, 7.0),
    ]
    run = visitor.solve()
    assert run["objective"] == pytest.approx(70)  # 10 t at the corrected price
    solved = openpyxl.load_workbook(Path(run["folder"]) / "case.xlsx")["Supply"]
    assert (solved["B2"].value, solved["D2"].value) == ("Kaz", 7)
    assert path.read_bytes() == before


def test_a_correction_is_taken_back_alone(visitor, tmp_path):
    shown = visitor.upload(save(tmp_path / "a.xlsx", Supply=[offer("kaz")], Demand=[need(10)]))
    shown = correct(visitor, shown, "Supply", 1, 3, "7")
    shown = correct(visitor, shown, "Supply", 1, 1, "Kaaz")
    shown = correct(visitor, shown, "Supply", 1, 3, None)
    assert [one["place"] for one in shown["corrections"]] == ["Supply!B2"]
    shown = correct(visitor, shown, "Supply", 1, 1, "Kaz")  # what was there before
    assert (shown["corrections"], shown["errors"]) == ([], 0)


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ({"sheet": 99, "row": 0, "column": 0, "text": "x"}, (404, "There is no such cell.")),
        ({"sheet": 0, "row": -1, "column": 0, "text": "x"}, (404, "There is no such cell.")),
        ({"sheet": 0, "row": True, "column": 0, "text": "x"}, (400, "The request has no row.")),
        ({"sheet": 0, "row": 0, "text": "x"}, (400, "The request has no column.")),
        ({"sheet": 0, "row": 0, "column": 0, "text": 5}, (400, "The request cannot be read.")),
        ({"sheet": 0, "row": 2_000_000, "column": 0, "text": "x"}, (404, "There is no such cell.")),
    ],
)
def test_a_cell_that_is_none_is_refused(visitor, cell, said):
    shown = visitor.upload(TUTORIAL)
    assert visitor.refusal("correct", workbook=shown["number"], **cell) == said
    assert visitor.state()["workbook"]["corrections"] == []


def test_a_correction_of_a_workbook_that_has_gone_is_refused(visitor):
    shown = visitor.upload(TUTORIAL)
    visitor.upload(TUTORIAL, "other.xlsx")
    status, said = visitor.refusal(
        "correct", workbook=shown["number"], sheet=0, row=1, column=1, text="x"
    )
    assert (status, said) == (409, "another workbook has been opened since")


def test_what_a_cell_cannot_hold_is_said_and_the_workbook_stays(visitor):
    shown = visitor.upload(TUTORIAL)
    where = {"sheet": place(shown, "Supply"), "row": 1, "column": 0}
    status, said = visitor.refusal("correct", workbook=shown["number"], **where, text="=1+1")
    assert (status, "formulas are not calculated here" in said) == (409, True)
    assert visitor.state()["workbook"]["number"] == shown["number"]
    assert len(list(visitor.app.session.folder.path.glob("[0-9]*"))) == 1


def test_the_body_of_a_request_is_short_and_json(visitor):
    for body, status in ((b"x" * 300_000, 413), (b"[1]", 400), (b"{", 400), (b"\xff", 400)):
        assert visitor.ask("correct", "POST", body).status == status
    headers = {"Content-Length": "x"}
    assert visitor.ask("correct", "POST", None, headers=headers).status == 411


def test_what_is_typed_is_the_value_that_its_column_holds():
    assert column_kind("supply", "price", []) == "number"
    assert column_kind("Settings", "value", ["periods"]) == "whole"
    assert column_kind("Settings", "value", ["Currency"]) == "text"
    assert column_kind("Supply", "x-mine", []) is None
    assert entry_value("1_000", "number") == "1_000"
    assert entry_value("١٢", "number") == "١٢"
    assert entry_value("nan", "number") == "nan"
    assert entry_value("25 %", "number") == "25 %"  # the reader knows what it means
    assert entry_value("5", "text") == "5"
    assert entry_value("5", None) == 5.0
    assert entry_value("2027-02-30", "date") == "2027-02-30"
    assert entry_value("   ", "text") is None


# The copy -------------------------------------------------------------------------------------


def test_a_copy_is_saved_beside_the_planners_file_and_replaces_nothing(tmp_path):
    path = save(tmp_path / "mine.xlsx", Supply=[offer("kaz")], Demand=[need(10)])
    taken = tmp_path / "mine corrected.xlsx"
    taken.write_bytes(REPLACED)
    before = path.read_bytes()
    with WebApp(tmp_path / "outputs", workbook=path) as app:
        thread = threading.Thread(target=app.serve)
        thread.start()
        visitor = Visitor(app)
        while visitor.state()["reading"]:
            pass
        shown = correct(visitor, visitor.state()["workbook"], "Supply", 1, 3, "7")
        shown = visitor.send("save", workbook=shown["number"])["workbook"]
        app.shut_down()
        thread.join(20)
    copy = tmp_path / "mine corrected 2.xlsx"
    assert shown["saved"] == str(copy)
    assert openpyxl.load_workbook(copy)["Supply"]["D2"].value == 7
    assert (path.read_bytes(), taken.read_bytes()) == (before, REPLACED)


def test_an_upload_is_saved_among_the_outputs(visitor, tmp_path):
    shown = visitor.upload(TUTORIAL, "hand trader.xlsx")
    saved = visitor.send("save", workbook=shown["number"])["workbook"]["saved"]
    assert saved == str(tmp_path / "outputs" / "hand trader corrected.xlsx")
    assert Path(saved).read_bytes() == TUTORIAL.read_bytes()


def test_a_copy_that_cannot_be_written_leaves_nothing(tmp_path, monkeypatch):
    def fail(*paths):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(input_copy.shutil, "copyfile", fail)
    with pytest.raises(Exception, match="cannot be written"):
        save_as_new(TUTORIAL, tmp_path, "copy")
    assert list(tmp_path.iterdir()) == []


# First workbooks ------------------------------------------------------------------------------


@pytest.mark.parametrize("start", STARTS)
def test_a_first_workbook_is_on_the_page_without_errors(visitor, start):
    assert start in visitor.state()["starts"]
    shown = visitor.send(f"start/{start}")["workbook"]
    assert (shown["name"], shown["errors"], shown["warnings"]) == (f"first {start} case.xlsx", 0, 0)


def test_a_first_workbook_is_solved_and_its_scenarios_are_offered(visitor):
    shown = visitor.send("start/make")["workbook"]
    assert shown["choices"] == {"Scenarios.scenario": ["Green Mine halves"]}
    assert visitor.solve()["lawful"] == "yes"
    assert visitor.refusal("start/lend")[0] == 409


# Results workbooks ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def solved(tmp_path_factory):
    """The folder of a plan: 10 t at 5."""
    folder = tmp_path_factory.mktemp("solved")
    shutil.copy(TUTORIAL, folder / "hand trader.xlsx")
    out = folder / "outputs" / "hand trader"
    assert main(["solve", str(folder / "hand trader.xlsx"), "--output", str(out), "--quiet"]) == 0
    return out


def test_a_results_workbook_opens_as_a_plan_and_the_workbook_stays(visitor, solved):
    visitor.upload(TUTORIAL)
    state = visitor.post("workbook?name=plan.xlsx", (solved / "plan.xlsx").read_bytes())
    assert state["workbook"]["name"] == "case.xlsx"
    (run,) = state["runs"]
    assert (run["kind"], run["label"], run["opened"]) == ("plan", "Plan 1", True)
    assert (run["objective"], run["currency"]) == (pytest.approx(50), "USD")
    assert (run["shortage"], run["lawful"], run["status"]) == (0, "yes", "optimal")
    assert run["audit"]["passed"] is True
    # Its folder is not among the outputs of this session: the page is not known.
    assert (run["files"], run["verified"]) == (["plan"], False)
    assert visitor.ask("runs/1/plan").body == (solved / "plan.xlsx").read_bytes()
    sheets = [one["name"] for one in run["sheets"]]
    cells = visitor.ask(f"runs/1/cells?sheet={sheets.index('Purchases')}&first=0")
    assert b"order by" in cells.body


def test_the_figures_of_a_results_workbook_are_those_that_stand_in_it(visitor, solved):
    book = openpyxl.load_workbook(solved / "plan.xlsx")
    rows = {cell.value: cell.column for cell in book["Costs"][5]}
    book["Costs"].cell(6, rows["discounted"]).value = 60
    content = io.BytesIO()
    book.save(content)
    (run,) = visitor.post("workbook?name=changed.xlsx", content.getvalue())["runs"]
    assert run["objective"] == pytest.approx(60)
    assert run["verified"] is False
    book["Costs"].cell(6, rows["discounted"]).value = None
    content = io.BytesIO()
    book.save(content)
    run = visitor.post("workbook?name=blank.xlsx", content.getvalue())["runs"][-1]
    assert run["objective"] is None  # a blank amount is not zero


def test_the_page_of_a_plan_is_found_while_its_workbook_is_as_it_was_written(tmp_path, solved):
    with WebApp(solved.parent) as app:
        threading.Thread(target=app.serve, daemon=True).start()
        visitor = Visitor(app)
        content = (solved / "plan.xlsx").read_bytes()
        (run,) = visitor.post("workbook?name=plan.xlsx", content)["runs"]
        assert (run["verified"], run["folder"]) == (True, str(solved))
        assert set(run["files"]) == {"plan", "page", "record"}
        assert visitor.ask("runs/1/page").body == (solved / "report.html").read_bytes()
        app.shut_down()


@pytest.mark.parametrize("query", ["", "sheet=99&first=0", "sheet=-1&first=0", "sheet=0&first=x"])
def test_cells_that_a_plan_does_not_have_are_refused(visitor, solved, query):
    assert visitor.ask("runs/1/cells?sheet=0&first=0").status == 404
    visitor.post("workbook?name=plan.xlsx", (solved / "plan.xlsx").read_bytes())
    assert visitor.ask(f"runs/1/cells?{query}").status == 404
    assert visitor.ask("runs/0/cells?sheet=0&first=0").status == 404


def test_a_saved_first_workbook_is_read_as_it_is_shown(visitor):
    shown = visitor.send("start/sell")["workbook"]
    saved = visitor.send("save", workbook=shown["number"])["workbook"]["saved"]
    assert read(saved).settings.case == "first sell case"
