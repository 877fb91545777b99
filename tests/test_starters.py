"""First workbooks that solve as they are, and the examples in a blank one."""

from __future__ import annotations

from dataclasses import replace

import openpyxl
import pytest

import optimizer
from optimizer.cli import main
from optimizer.errors import UsageError
from optimizer.tables.checks.check_examples import INACTIVE_EXAMPLE
from optimizer.tables.read import read
from optimizer.tables.schema import SHEETS
from optimizer.tables.starter_cases import EXAMPLE_NOTE, EXAMPLE_ROWS, STARTS
from optimizer.tables.starter_workbook import write_starter
from optimizer.tables.template import write_template
from optimizer.workbook_check import check


@pytest.fixture(scope="module")
def starters(tmp_path_factory):
    folder = tmp_path_factory.mktemp("starters")
    return {start: write_starter(folder / f"{start}.xlsx", start) for start in STARTS}


@pytest.mark.parametrize("start", STARTS)
def test_a_first_workbook_has_no_finding_and_a_lawful_plan_that_is_not_short(starters, start):
    assert check(starters[start]) == ()
    result = optimizer.solve(read(starters[start]))
    assert (result.status, result.lawful) == ("optimal", "yes")
    assert result.shortage == 0
    assert result.audit.passed


# Costs worked by hand from the rows in starter_cases.py. buy: the stock of 40 t serves defence; all
# 120 t for civil motors are Ningbo's at 50,000, with 450 of freight and a duty of a quarter of
# 55,000. make: 60 t for defence take 8 t of Green concentrate for two magnets, 120 t the Red.
# sell: 120 t of own oxide to defence, the other 120 t where it earns most after freight.
@pytest.mark.parametrize(
    ("start", "category", "amount"),
    [
        ("buy", "purchases", 120 * 50_000),
        ("buy", "freight", 120 * 450),
        ("buy", "duty", 120 * 55_000 / 4),
        ("make", "purchases", 240 * 6_000 + 480 * 4_000 + 126 * 1_000),
        ("make", "freight", 240 * 100 + 480 * 150 + 90 * 900 + 180 * 150),
        ("make", "disposal", 270 * 100),
        ("sell", "revenue", -(120 * 82_000 + 90 * 70_000 + 150 * 63_500)),
        ("sell", "purchases", 240 * 48_000 + 120 * 61_000),
    ],
)
def test_the_plan_of_a_first_workbook_is_the_one_worked_by_hand(starters, start, category, amount):
    result = optimizer.solve(read(starters[start]))
    assert result.costs[category] == pytest.approx(amount)


@pytest.mark.parametrize("start", STARTS)
def test_the_rule_of_a_first_workbook_and_its_scenario_matter(starters, start):
    case = read(starters[start])
    plan = optimizer.solve(case).objective
    unruled = optimizer.solve(replace(case, rules=(), rule_scope=())).objective
    assert unruled <= plan
    study = optimizer.scenarios(case)
    (other,) = (each for name, each in study.outcomes.items() if name != "base")
    assert other.objective > plan + 1


def test_the_command_writes_a_first_workbook_and_replaces_none(tmp_path, capsys):
    path = tmp_path / "mine.xlsx"
    assert main(["template", str(path), "--start", "make"]) == 0
    assert read(path).settings.case == "first make case"
    before = path.read_bytes()
    assert main(["template", str(path), "--start", "buy"]) == 2
    assert "exists already" in capsys.readouterr().err
    assert path.read_bytes() == before
    with pytest.raises(UsageError, match="buy, make, sell"):
        write_starter(tmp_path / "other.xlsx", "lend")


# The blank workbook


@pytest.fixture(scope="module")
def blank(tmp_path_factory):
    return write_template(tmp_path_factory.mktemp("blank") / "blank.xlsx")


def test_each_sheet_of_a_blank_workbook_has_an_inactive_example(blank):
    book = openpyxl.load_workbook(blank)
    for name in SHEETS:
        headers = [cell.value for cell in book[name][1]]
        rows = list(book[name].iter_rows(min_row=2, values_only=True))
        filled = [dict(zip(headers, row, strict=True)) for row in rows if any(row)]
        assert len(filled) == len(EXAMPLE_ROWS[name])
        assert {row["active"] for row in filled} == {"no"}
        assert {row["notes"] for row in filled} == {EXAMPLE_NOTE}


def test_the_examples_of_a_blank_workbook_change_nothing_and_raise_nothing(blank):
    assert [finding.message for finding in check(blank)] == [
        "the sheet has no rows, so there is no demand"
    ]
    case = read(blank)
    assert all(not case.rows(name) for name in SHEETS)


def test_a_row_written_over_an_example_and_left_inactive_is_named(blank, tmp_path):
    book = openpyxl.load_workbook(blank)
    headers = [cell.value for cell in book["Supply"][1]]
    book["Supply"].cell(2, headers.index("price") + 1).value = 76000
    book["Sites"].cell(3, 4).value = "Baltic plc"
    book["Rules"].cell(2, 1).value = "no Russia"
    book["Rules"].cell(2, [cell.value for cell in book["Rules"][1]].index("notes") + 1).value = None
    path = tmp_path / "over.xlsx"
    book.save(path)
    named = [each.place for each in check(path) if each.message == INACTIVE_EXAMPLE]
    assert [place.partition("!")[0] for place in named] == ["Sites", "Supply"]


def test_every_cell_of_an_example_can_be_read_when_it_is_made_active(blank, tmp_path):
    book = openpyxl.load_workbook(blank)
    for name in SHEETS:
        headers = [cell.value for cell in book[name][1]]
        for row in range(2, 2 + len(EXAMPLE_ROWS[name])):
            book[name].cell(row, headers.index("active") + 1).value = None
    path = tmp_path / "active.xlsx"
    book.save(path)
    # One row of a recipe and one site that makes nothing are no chain: that is all that is said.
    errors = [finding for finding in check(path) if finding.severity == "error"]
    assert {(finding.sheet, finding.column) for finding in errors} <= {
        ("Recipes", "recipe"),
        ("Recipes", "direction"),
        ("Countries", "groups"),
    }
