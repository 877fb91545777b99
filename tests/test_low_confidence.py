"""Alerts on rows of low confidence: the sentence and its cell."""

from __future__ import annotations

import re
from datetime import date

import pytest

from optimizer.explain.low_confidence import USES_BY_SHEET
from optimizer.tables import SHEETS
from tests.conftest import SITES, china, lane, need, no_china, offer, plan, process, recipe

OLD = "mined: Canada"
LOW = {"confidence": "low"}
WHOLE = {
    "Sites": [SITES[2], SITES[3], SITES[0]],
    "Materials": [{"material": name} for name in ("oxide", "clay", "acid", "waste")],
    "Supply": [offer("clay", "Plant", "clay"), offer("acid", "Plant", "acid")],
    "Assays": [{"feed": "clay", "oxide": "Nd", "share": 0.5}],
    "Recoveries": [{"recipe": "separate", "oxide": "Nd", "product": "oxide", "recovery": 1}],
    "Recipes": recipe("separate", acid=-0.5),
    "Processes": [process("separate", feed="clay", unit="kiln")],
    "Units": [{"site": "Plant", "unit": "kiln", "capacity": 2}],
    "Options": [
        {"option": "line", "site": "Plant", "unit": "kiln", "added capacity": 50, "capital cost": 1}
    ],
    "Lanes": [lane("Plant", "Buyer", "oxide")],
    "Tariffs": [
        {"origin country": "*", "destination country": "USA", "material": "oxide", "specific": 1}
    ],
    "Stocks": [{"site": "Plant", "material": "oxide", "opening": 1, "history": OLD}],
    "Pipeline": [
        {
            "order": "first",
            "to site": "Plant",
            "material": "oxide",
            "arrival": date(2027, 2, 1),
            "quantity": 1,
            "history": OLD,
        }
    ],
    "Demand": [need(6, material="oxide", segment="d")],
    "Rules": [no_china(segments="d")],
    "Rule_scope": [china()],
    "Limits": [{"limit": "much", "measure": "bought", "material": "clay", "maximum": 99}],
    "Blends": [{"site": "Plant", "recipe": "separate", "oxide": "Nd", "maximum": 0.9}],
}
"""4 of 6 t of oxide are made of 8 t of clay; every sheet has a row that the plan uses."""


def confidence_alerts(**sheets):
    """Alerts on rows of low confidence, with sheet and cell."""
    return [
        (f"{alert.sheet}!{alert.cell}", str(alert))
        for alert in plan(**sheets).alerts
        if "confidence" in alert
    ]


def test_every_sheet_is_reported():
    assert {*USES_BY_SHEET, "Supply", "Scenarios", "Countries"} == set(SHEETS)


def test_a_plan_without_rows_of_low_confidence_has_no_alert():
    assert confidence_alerts(**WHOLE) == []
    assert (
        confidence_alerts(**WHOLE | {"Lanes": [{**WHOLE["Lanes"][0], "confidence": "medium"}]})
        == []
    )


@pytest.mark.parametrize(
    ("sheet", "name"),
    [
        ("Sites", "Plant"),
        ("Materials", "oxide"),
        ("Assays", "clay"),
        ("Recoveries", "separate"),
        ("Recipes", "separate"),
        ("Processes", "separate of clay at Plant"),
        ("Units", "kiln at Plant"),
        ("Options", "line"),
        ("Lanes", "Plant to Buyer"),
        ("Tariffs", "oxide into United States"),
        ("Stocks", "oxide at Plant"),
        ("Pipeline", "first"),
        ("Demand", "need"),
        ("Rules", "no China"),
        ("Rule_scope", "no China"),
        ("Limits", "much"),
        ("Blends", "Nd in separate at Plant"),
    ],
)
def test_a_row_that_the_plan_uses_is_told_with_its_cell(sheet, name):
    first, *others = WHOLE[sheet]
    rows = [{**first, "confidence": "assumption"}, *others]
    ((place, text),) = confidence_alerts(**{**WHOLE, sheet: rows})
    columns = list(dict.fromkeys(column for row in rows for column in row))
    assert place == f"{sheet.replace('_', ' ')}!{chr(65 + columns.index('confidence'))}2"
    spelled = sheet.replace("_", " ")
    assert re.fullmatch(
        rf"Of the data that the plan uses, 1 of (1 row|[2-9] rows) of {spelled} rests on figures "
        rf"of low confidence or on assumptions: {re.escape(name)}\.",
        text,
    )


def test_rows_that_the_plan_does_not_use_are_not_told():
    # Kaz sells at 1 and has room for all: the lane from China is idle, the option not built.
    lanes = [lane("Kaz", "Buyer"), {**lane("China", "Buyer"), **LOW}]
    supply = [offer("kaz"), {**offer("china", "China", price=9), **LOW}]
    unused = {"option": "yard", "site": "Plant", "unit": "yard", "added capacity": 1, **LOW}
    units = [{"site": "Plant", "unit": "yard", "capacity": 5, **LOW}]
    sheets = {"Lanes": lanes, "Supply": supply, "Units": units, "Demand": [need(10)]}
    assert confidence_alerts(**sheets, Options=[{**unused, "capital cost": 7}]) == []


def test_of_dated_rows_those_count_that_hold_when_the_plan_uses_them():
    # 5 t a half-year; in the second one the price, of low confidence, is 3: 15 USD.
    halves = {"period length": "half-year", "periods": 2}
    first, second = {"to": date(2027, 6, 30)}, {"from": date(2027, 7, 1), **LOW}
    supply = [{**offer("kaz"), **first}, {**offer("kaz", price=3), **second}]
    ((place, text),) = confidence_alerts(Settings=halves, Supply=supply, Demand=[need(10)])
    assert (place, text) == (
        "Supply!G3",
        "Purchases of 15 USD (5 t) rest on figures of low confidence or on assumptions: kaz.",
    )


def test_several_sheets_are_told_in_one_sentence_that_leads_to_the_one_with_most():
    # Six sheets, two rows of Lanes: those are told first, the one with more tonnes is the cell.
    lanes = [{**lane("China", "Buyer"), **LOW}, {**lane("Kaz", "Buyer"), **LOW}]
    soft = {
        name: [{**row, **LOW} for row in rows]
        for name, rows in {
            "Demand": [need(10, segment="d")],
            "Rules": [no_china(maximum_share=0.25)],
            "Rule_scope": [china()],
            "Limits": [{"limit": "much", "measure": "bought", "maximum": 99}],
            "Materials": [{"material": "ore", "stage": "mined"}],
        }.items()
    }
    supply = [offer("kaz", price=5), offer("china", "China")]
    found = confidence_alerts(**soft, Lanes=lanes, Supply=supply)
    # A quarter of 10 t comes from China.
    (one,) = found
    assert one == (
        "Lanes!E3",
        "Of the data that the plan uses, 7 of 7 rows in 6 sheets rest on figures of low "
        "confidence or on assumptions: Lanes (2), Materials (1), Demand (1) and 3 more.",
    )
