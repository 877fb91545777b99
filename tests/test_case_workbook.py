"""A case out and in again: as data frames and as a workbook, whatever its rows say."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date

import pytest

import optimizer
from optimizer import tables
from tests.conftest import ROOT, make, need, offer, sample, site
from tests.oracle import random_case

CASES = sorted((ROOT / "tests" / "cases").glob("*.xlsx"))
INPUTS = sorted((ROOT / "inputs").glob("*.xlsx"))
SEEDS = range(sample(12, 40))


def written(case: optimizer.Case) -> optimizer.Case:
    """The case that is read from the workbook of a case."""
    file = io.BytesIO()
    optimizer.write_case(case, file)
    return optimizer.read(file.getvalue())


def drawn(seed: int, path) -> optimizer.Case:
    random_case.write(random_case.draw(seed, random_case.ALL), path)
    return optimizer.read(path)


@pytest.mark.parametrize("path", [*CASES, *INPUTS], ids=lambda path: path.stem)
def test_a_case_comes_back_from_its_frames_with_each_scenario(path):
    case = optimizer.read(path)
    assert case == optimizer.read(path)
    for each in (case, *(tables.apply(case, name) for name in tables.scenarios(case))):
        assert optimizer.read_frames(each.frames()) == each


@pytest.mark.slow
@pytest.mark.parametrize("path", [*CASES[:: sample(8, 4)], *INPUTS], ids=lambda path: path.stem)
def test_a_case_comes_back_from_its_workbook_with_each_scenario(path):
    case = optimizer.read(path)
    for each in (case, *(tables.apply(case, name) for name in tables.scenarios(case))):
        assert written(each) == each


@pytest.mark.slow
def test_drawn_cases_come_back_with_the_rows_that_are_off(tmp_path):
    off = 0
    for seed in SEEDS:
        case = drawn(seed, tmp_path / "drawn.xlsx")
        off += sum(map(len, case.switched_off.values()))
        assert optimizer.read_frames(case.frames()) == case
        if seed % 4 == 0:
            assert written(case) == case
    assert off > 0


def test_rows_that_dates_of_a_change_split_come_back(tmp_path):
    case = make(Supply=[offer("kaz", price=5)], Demand=[need(10)])
    halved = tables.Change(
        scenario="x",
        sheet="Supply",
        column="price",
        change="×",
        value="0.5",
        start=date(2027, 4, 1),
        end=date(2027, 6, 30),
    )
    split = tables.apply_changes(case, [halved])
    assert [row.price for row in split.supply] == [2.5, 5, 5]
    assert optimizer.read_frames(split.frames()) == split
    assert written(split) == split


@pytest.mark.parametrize("name", ["hand_two_rules", "hand_trader", "hand_one_of_two_sizes"])
def test_the_plan_of_the_written_case_costs_the_same(name):
    case = optimizer.read(ROOT / "tests" / "cases" / f"{name}.xlsx")
    cost = optimizer.solve(case).objective
    assert cost is not None
    assert optimizer.solve(written(case)).objective == cost
    assert optimizer.solve(optimizer.read_frames(case.frames())).objective == cost


def test_a_case_with_another_figure_is_another_case():
    case = make(Supply=[offer("kaz", price=5)], Demand=[need(10)])
    dearer = replace(case, supply=(replace(case.supply[0], price=6),))
    assert dearer != case
    assert replace(case, path="elsewhere.xlsx", warnings=()) == case


def test_the_frames_say_what_the_workbook_says():
    history = "mined: Kazakhstan [Kaz]; separated: China"
    case = make(
        Sites=[site("Kaz", "Kazakhstan"), site("Buyer", "USA"), site("Old", "Chile", active="no")],
        Lanes=[{"from site": "Kaz", "to site": "Buyer", "material": "*", "cost": 0}],
        Supply=[offer("kaz", price=5, maximum=None, history=history, to=date(2027, 6, 30))],
        Demand=[{**need(None), "2027": 10}],
        Limits=[{"limit": "both", "measure": "delivered", "line": "need", "maximum": 100}],
    )
    frames = case.frames()
    row = frames["Supply"].iloc[0]
    assert row["maximum"] != row["maximum"]
    assert row["history"] == history
    assert row["from"] is None
    assert row["to"] == date(2027, 6, 30)
    assert row["firm"] == "yes"
    assert frames["Sites"]["active"].tolist() == ["yes", "yes", "no"]
    assert frames["Demand"]["2027"].tolist() == [10]
    settings = dict(frames["Settings"].itertuples(index=False, name=None))
    assert settings["period length"] == "year"
    assert settings["time limit"] is None
    assert optimizer.read_frames(frames) == case


def test_all_digits_and_unusual_texts_come_back():
    case = make(Supply=[offer("kaz", price=0.1 + 0.2)], Demand=[need(10)])
    for text in ("=A1", "_x0041_", "two\nlines", "0012", "é😀", "http://a.b", "{=1}", "1,5"):
        told = replace(case, sites=(replace(case.sites[0], notes=text), *case.sites[1:]))
        again = written(told)
        assert again == told, text
        assert again.supply[0].price == 0.1 + 0.2


@pytest.mark.parametrize("text", ["a\x0bb", "a\rb", "x" * 32_768, "\ud800", "<r>x</r>"])
def test_a_text_that_no_cell_holds_is_named_by_its_place(text):
    case = make(Supply=[offer("kaz", price=5)], Demand=[need(10)])
    told = replace(case, sites=(replace(case.sites[0], notes=text), *case.sites[1:]))
    file = io.BytesIO()
    with pytest.raises(optimizer.FileError, match=r"^Sites row 2 \(notes\): "):
        optimizer.write_case(told, file)
    assert file.getvalue() == b""


def test_a_workbook_is_not_written_over_unless_asked(tmp_path):
    path = tmp_path / "case.xlsx"
    written = optimizer.write_case(make(Supply=[offer("kaz", price=5)], Demand=[need(10)]), path)
    assert written == path
    before = path.read_bytes()
    case = optimizer.read(path)
    with pytest.raises(optimizer.UsageError, match="the case was read from this file"):
        optimizer.write_case(case, tmp_path / "." / "case.xlsx")
    other = tmp_path / "other.xlsx"
    other.write_bytes(b"mine")
    with pytest.raises(optimizer.UsageError, match="exists already"):
        optimizer.write_case(case, other)
    with pytest.raises(optimizer.UsageError, match=r"an \.xlsx file"):
        optimizer.write_case(case, tmp_path / "case.xls")
    assert (path.read_bytes(), other.read_bytes()) == (before, b"mine")
    optimizer.write_case(replace(case, supply=()), path, overwrite=True)
    assert optimizer.read_frames(case.frames()) == case
    assert path.read_bytes() != before
    assert {*tmp_path.iterdir()} == {path, other}


def test_the_workbook_looks_like_a_blank_one(tmp_path):
    import openpyxl

    case = optimizer.read(INPUTS[-1])
    optimizer.write_case(case, tmp_path / "case.xlsx")
    optimizer.write_template(tmp_path / "blank.xlsx")
    full, blank = (openpyxl.load_workbook(tmp_path / f"{name}.xlsx") for name in ("case", "blank"))
    assert full.sheetnames == blank.sheetnames
    for name in ("Sites", "Supply", "Rules"):
        assert [cell.value for cell in full[name][1]] == [cell.value for cell in blank[name][1]]
        assert full[name]["A1"].comment.text == blank[name]["A1"].comment.text
        assert full[name]["A1"].fill.fgColor.rgb == blank[name]["A1"].fill.fgColor.rgb
        rules = [book[name].data_validations.dataValidation for book in (full, blank)]
        lists = [{(str(rule.sqref), rule.formula1) for rule in own} for own in rules]
        assert lists[0] == lists[1]
        assert lists[0]
