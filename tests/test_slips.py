"""No slip in a workbook makes its plan cheaper and leaves it lawful."""

from __future__ import annotations

import os
import random
from datetime import date
from functools import cache

import pytest

from tests import slips
from tests.conftest import CASES, ROOT, lane, offer, process, recipe, sample
from tests.oracle.read import tables_of
from tests.oracle.solve import solve as reference

MAX_TESTED_SLIPS = int(os.environ.get("SLIPS", sample(5, 12)))
"""Slips tried of each kind in each workbook; the environment variable raises it."""

HISTORY_PATTERN = "mined: {}; refined: none; separated: none; melted: {}"


def trade() -> slips.SlipTables:
    """Mines in Kazakhstan and China, a dealer, a smelter, stock, an order, a ban and a share."""
    metal = {"material": "metal"}
    here = {"measure": "Section 301", "destination country": "USA", "material": "*"}
    sites = (
        ("Pit", "mine", "Kazakhstan", None, None),
        ("Bayan-Obo", "mine", "China", None, None),
        ("Dealer", "trader", "Germany", "People's Trading", "China"),
        ("Sept-Îles", "plant", "Canada", None, None),
        ("Buyer", "customer", "USA", None, None),
    )
    columns = ("site", "kind", "country", "owner", "owner country")
    return {
        "Settings": [
            {"setting": "start", "value": date(2027, 1, 1)},
            {"setting": "periods", "value": 2},
            {"setting": "period length", "value": "half-year"},
            {"setting": "shortage penalty", "value": 200},
            {"setting": "mip gap", "value": 0},
        ],
        "Sites": [dict(zip(columns, row, strict=True)) for row in sites],
        "Materials": [
            {"material": "ore", "stage": "mined", "value": 10},
            {"material": "metal", "stage": "melted", "value": 40},
        ],
        "Supply": [
            offer("pit", "Pit", "ore", 12, maximum=30),
            offer("bayan", "Bayan-Obo", "ore", 3),
            offer(
                "dealer", "Dealer", "metal", 60, history=HISTORY_PATTERN.format("Brazil", "Germany")
            ),
            offer(
                "cheap", "Dealer", "metal", 25, history=HISTORY_PATTERN.format("Brazil", "China")
            ),
        ],
        "Recipes": recipe("smelt", ore=-2, metal=1),
        "Processes": [
            process("smelt", "Sept-Îles", unit="furnace", cost=5)
            | {"stage": "refined: none, separated: none, melted"}
        ],
        "Units": [{"site": "Sept-Îles", "unit": "furnace", "capacity": 25}],
        "Lanes": [
            lane("Pit", "Sept-Îles", "ore", 2),
            lane("Bayan-Obo", "Sept-Îles", "ore", 1),
            lane("Sept-Îles", "Buyer", "metal", 1),
            lane("Dealer", "Buyer", "metal", 4, maximum=20),
        ],
        "Tariffs": [
            {**here, "origin country": "*", "ad valorem": 0.05},
            {**here, "origin country": "China", "ad valorem": 0.5},
        ],
        "Stocks": [
            {
                "site": "Buyer",
                **metal,
                "opening": 2,
                "history": HISTORY_PATTERN.format("China", "Canada"),
            },
            {"site": "Sept-Îles", **metal, "opening": 1}
            | {"history": HISTORY_PATTERN.format("Kazakhstan", "Canada"), "holding cost": 1},
        ],
        "Pipeline": [
            {"order": "PO 1", "to site": "Buyer", **metal, "arrival": date(2027, 8, 1)}
            | {"quantity": 3, "history": HISTORY_PATTERN.format("Canada", "China")}
        ],
        "Demand": [
            {"line": line, "customer": "Buyer", **metal, "segment": line, "quantity": 20}
            for line in ("defence", "civil")
        ],
        "Rules": [
            {"rule": "no China", "segments": "defence"},
            {"rule": "a third", "segments": "civil", "maximum share": 0.5},
        ],
        "Rule scope": [
            {"rule": "no China", "line": 1, "country": "China", "stage": "mined"},
            {"rule": "no China", "line": 2, "country": "China", "stage": "melted"},
            {"rule": "no China", "line": 3, "site": "Bayan-Obo"},
            {"rule": "no China", "line": 4, "owner": "People's Trading"},
            {"rule": "a third", "line": 1, "country": "covered", "stage": "mined"},
        ],
        "Limits": [
            {"limit": "cap", "measure": "bought", "country": "China", "maximum": 8},
        ],
    }


SLIP_WORKBOOKS = {
    "trade": trade,
    "tutorial": lambda: workbook(ROOT / "inputs" / "tutorial.xlsx"),
    "separation": lambda: workbook(CASES / "nochina_iia_separation_from_date.xlsx"),
}


def workbook(path) -> slips.SlipTables:
    """Tables of a file, without the guide and the scenarios."""
    return {
        sheet: rows
        for sheet, rows in tables_of(path).items()
        if sheet not in ("Read me", "Scenarios")
    }


@cache
def tables_and_outcome(book: str) -> tuple[slips.SlipTables, slips.Outcome]:
    tables = SLIP_WORKBOOKS[book]()
    return tables, slips.outcome(tables)


each_workbook = pytest.mark.parametrize("book", SLIP_WORKBOOKS)


@each_workbook
def test_the_right_workbook_is_lawful_and_its_rules_cost_something(book):
    """Otherwise no slip could make the plan cheaper."""
    tables, right = tables_and_outcome(book)
    assert right.lawful == "yes"
    assert right.cost == pytest.approx(reference(tables))
    free = {sheet: rows for sheet, rows in tables.items() if sheet not in ("Rules", "Rule scope")}
    assert slips.outcome(free).cost < right.cost * 0.999


@pytest.mark.slow
@each_workbook
@pytest.mark.parametrize("kind", slips.EXPECTED_OUTCOMES, ids=lambda kind: kind.__name__)
def test_no_slip_makes_a_plan_cheaper_and_lawful(book, kind):
    """A sample of each kind, the same in every run; `python -m tests.slips` draws others."""
    tables, right = tables_and_outcome(book)
    failed, tried = slips.failures(
        tables, right, kind, MAX_TESTED_SLIPS, random.Random(f"{book} {kind.__name__}")
    )
    assert tried
    assert not failed, "\n".join(failed)


def test_a_header_whose_letters_changed_places_is_refused():
    tables, right = tables_and_outcome("separation")
    slip = slips.renamed_header(tables, "Processes", "unit", "uint")
    assert slips.is_refused(right, slips.outcome(slip.tables))
