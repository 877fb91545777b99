"""Shares of single inputs in the audit: worked by hand, and faults that keep all sums.

A fault is made alike by country and by site, with the tonnes that belong to it. So the shares still
add up, the tonnes are still what is delivered, and every place is one of the plan.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module

import numpy as np
import pytest

import optimizer
from optimizer import audit as audit_room
from optimizer.audit import audit
from optimizer.audit.audit_contents import AuditContents
from optimizer.audit.audit_flows import TableFlows
from optimizer.audit.audit_graph import AuditGraph
from optimizer.audit.audit_lots import LotLedger
from optimizer.audit.audit_origins import OriginShareAudit
from optimizer.audit.audit_workbook import AuditWorkbook
from optimizer.audit.verdict import Tally
from optimizer.network import build_network
from optimizer.result.result_layouts import Table
from optimizer.tracing.composition import Composition
from tests.conftest import make, need, offer, process, recipe

# 10 t of magnets take 9 t of NdPr oxide and 0.3 t of Dy oxide. Only rock has Dy: 0.3 t need
# 0.3 / (0.02 x 0.5) = 30 t of rock from China, which give 30 x 0.1 x 0.9 = 2.7 t of NdPr oxide. The
# other 6.3 t come from 70 t of clay from Kazakhstan. Iron is bought from both: 2 t and 3 t.
MAGNETS = {
    "Materials": [
        {"material": "clay", "stage": "mined"},
        {"material": "rock", "stage": "mined"},
        {"material": "iron", "stage": "mined"},
        {"material": "NdPr oxide", "stage": "separated"},
        {"material": "Dy oxide", "stage": "separated"},
        {"material": "magnet", "stage": "produced"},
    ],
    "Supply": [
        offer("clay", "Kaz", "clay"),
        offer("rock", "China", "rock", maximum=30),
        offer("iron K", "Kaz", "iron", maximum=2),
        offer("iron C", "China", "iron", price=2),
    ],
    "Assays": [
        {"feed": "clay", "oxide": "NdPr", "share": 0.1},
        {"feed": "rock", "oxide": "NdPr", "share": 0.1},
        {"feed": "rock", "oxide": "Dy", "share": 0.02},
    ],
    "Recoveries": [
        {"recipe": "separate", "oxide": "NdPr", "product": "NdPr oxide", "recovery": 0.9},
        {"recipe": "separate", "oxide": "Dy", "product": "Dy oxide", "recovery": 0.5},
    ],
    "Recipes": recipe(
        "sinter", **{"NdPr oxide": -0.9, "Dy oxide": -0.03, "iron": -0.5, "magnet": 1}
    ),
    "Processes": [
        process("separate", feed="*", stage="separated"),
        process("sinter", stage="melted, produced"),
    ],
    "Demand": [need(10, material="magnet")],
}
SHARES = {"NdPr": (0.7, 0.3), "iron": (0.4, 0.6), "Dy": (0.0, 1.0), "all": (8.3 / 14.3, 6 / 14.3)}
"""Of Kazakhstan and of China. All: 6.3 + 2 t and 2.7 + 0.3 + 3 t of 14.3 t."""


@cache
def solved():
    """Case, tables, objective and bookings of the plan, as the audit gets them."""
    arguments = []

    class Listening(audit_room.Auditor):
        def __init__(self, *received):
            arguments.append(received)
            super().__init__(*received)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(audit_room, "Auditor", Listening)
        result = optimizer.solve(make(**MAGNETS))
    assert result.audit.passed, result.audit.verdict
    return arguments[0]


def failed(change):
    """Names of the checks that fail when the rows of Provenance are changed."""
    case, tables, objective, bookings = solved()
    table = tables["Provenance"]
    rows = [dict(zip(table.layout.headers, row, strict=True)) for row in table.rows()]
    change(rows)
    wrong = Table(table.layout, tuple(zip(*(row.values() for row in rows), strict=True)))
    verdict = audit(case, {**tables, "Provenance": wrong}, objective, bookings)
    return {check.name for check in verdict.checks if not check.passed}


def graph():
    """The graph of the plan in the audit."""
    case, tables, _, bookings = solved()
    known = Tally("names")
    workbook = AuditWorkbook(case)
    flows = TableFlows(workbook, tables, known)
    return AuditGraph(workbook, flows, LotLedger(workbook, flows, known).provenance, bookings)


def pairs(rows, one):
    """Rows of Kazakhstan and of China of an input that was mined: by country and by site."""
    for by in ("country", "site"):
        own = [row for row in rows if (row["input"], row["stage"]) == (one, "mined")]
        yield sorted((row for row in own if row["by"] == by), key=lambda row: -len(row["country"]))


def test_each_input_has_the_shares_of_where_it_came_from():
    origins = OriginShareAudit(graph(), single=True)
    number = {place.country: i for place, i in origins.every_place["mined"].items()}
    for one, wanted in SHARES.items():
        own = origins.shares["mined"][0, origins.inputs.names.index(one)]
        found = [own[number[country]] for country in ("Kazakhstan", "China")]
        assert found == pytest.approx(wanted), one
    # A tonne of magnet holds 0.9 t of NdPr, 0.03 t of Dy, 0.5 t of iron.
    held = dict(zip(origins.inputs.names, origins.contents[0].tolist(), strict=True))
    assert held == pytest.approx({"all": 1, "NdPr": 0.9, "Dy": 0.03, "iron": 0.5})


@pytest.mark.parametrize("one", ["NdPr", "iron"])
def test_a_share_that_moves_from_one_country_to_another_is_found(one):
    def change(rows):
        for here, there in pairs(rows, one):
            here.update(share=here["share"] - 0.05, tonnes=here["tonnes"] - 0.5)
            there.update(share=there["share"] + 0.05, tonnes=there["tonnes"] + 0.5)

    assert failed(change) == {"shares of origin traced again"}


@pytest.mark.parametrize("one", ["NdPr", "iron"])
def test_two_countries_that_are_swapped_are_found(one):
    def change(rows):
        for here, there in pairs(rows, one):
            names = [{key: row[key] for key in ("name", "country")} for row in (here, there)]
            here.update(names[1])
            there.update(names[0])

    assert failed(change) == {"shares of origin traced again"}


def test_shares_of_two_inputs_that_are_swapped_are_found():
    def change(rows):
        for own, other in zip(pairs(rows, "NdPr"), pairs(rows, "iron"), strict=True):
            for row, twin in zip(own, other, strict=True):
                figures = [{key: each[key] for key in ("share", "tonnes")} for each in (row, twin)]
                row.update(figures[1])
                twin.update(figures[0])

    assert failed(change) == {"shares of origin traced again"}


@pytest.mark.parametrize("stage", ["mined", "produced"])
def test_all_rows_of_an_input_at_a_stage_that_are_left_out_are_found(stage):
    def change(rows):
        rows[:] = [row for row in rows if (row["input"], row["stage"]) != ("Dy", stage)]

    assert failed(change) == {"shares of origin traced again"}


def test_an_input_that_a_delivery_does_not_hold_is_found():
    def change(rows):
        rows += [{**row, "input": "water"} for row in rows if row["input"] == "Dy"]

    assert failed(change) == {"shares of origin traced again"}


def test_what_is_right_passes():
    assert failed(lambda rows: rows.reverse()) == set()


def contents(**sheets):
    """Tonnes of each input in a tonne, by material."""
    input_contents = AuditContents(AuditWorkbook(make(**sheets)))
    return {
        material: {
            name: q for name, q in zip(input_contents.names, tonnes.tolist(), strict=True) if q
        }
        for material, tonnes in input_contents.of.items()
    }


def test_contents_of_what_is_separated_and_sintered():
    # A tonne of clay gives 0.09 t of NdPr oxide, all of it NdPr; rock gives 0.01 t of Dy oxide.
    found = contents(**MAGNETS)
    assert found["rock"] == {"NdPr": 0.1, "Dy": 0.02}
    assert found["iron"] == {"iron": 1}
    assert found["NdPr oxide"] == pytest.approx({"NdPr": 1})
    assert found["Dy oxide"] == pytest.approx({"Dy": 1})
    assert found["magnet"] == pytest.approx({"NdPr": 0.9, "Dy": 0.03, "iron": 0.5})


def test_a_recipe_that_only_closes_a_loop_does_not_count_for_contents():
    # Half of what is pressed is magnet and half swarf, each of 1 t of alloy a tonne. Swarf is
    # remelted to alloy; of the two recipes for alloy only casting takes something known at first.
    found = contents(
        Materials=[
            {"material": "metal", "stage": "separated"},
            {"material": "alloy", "stage": "melted"},
            {"material": "magnet", "stage": "produced"},
            {"material": "swarf", "stage": "produced"},
        ],
        Supply=[offer("metal", "Kaz", "metal", history="here")],
        Recipes=[
            *recipe("remelt", swarf=-2, alloy=1),
            *recipe("cast", metal=-0.8, alloy=1),
            *recipe("press", alloy=-1, magnet=0.5, swarf=0.5),
        ],
        Processes=[process("remelt"), process("cast"), process("press")],
        Demand=[need(10, material="magnet")],
    )
    assert {name: own["metal"] for name, own in found.items()} == pytest.approx(
        {"metal": 1, "alloy": 0.8, "magnet": 0.8, "swarf": 0.8}
    )


def test_contents_wait_for_every_recipe_that_makes_a_material():
    # Scrap becomes a magnet in one step, metal and iron in two: a magnet holds all three.
    sheets = {
        "Materials": [
            {"material": "metal", "stage": "separated"},
            {"material": "iron", "stage": "refined"},
            {"material": "scrap", "stage": "produced"},
            {"material": "alloy", "stage": "melted"},
            {"material": "magnet", "stage": "produced"},
        ],
        "Supply": [
            offer("metal", "Kaz", "metal", history="here"),
            offer("iron", "Kaz", "iron", history="here"),
            offer("scrap", "Kaz", "scrap", history="mined: Japan; produced: Japan"),
        ],
        "Recipes": [
            *recipe("recycle", scrap=-1.1, magnet=1),
            *recipe("cast", metal=-0.3, iron=-0.7, alloy=1),
            *recipe("press", alloy=-1, magnet=1),
        ],
        "Processes": [process("recycle"), process("cast"), process("press")],
        "Demand": [need(10, material="magnet")],
    }
    magnet = pytest.approx({"metal": 0.3, "iron": 0.7, "scrap": 1.1})
    assert contents(**sheets)["magnet"] == magnet
    assert Composition(build_network.build(make(**sheets))).contents["magnet"] == magnet


def test_inputs_that_do_not_fit_at_once_are_followed_one_after_the_other(monkeypatch):
    whole = OriginShareAudit(graph(), single=True).shares
    monkeypatch.setattr(
        import_module("optimizer.audit.audit_origins"), "MAX_SIMULTANEOUS_VALUES", 1
    )
    parts = OriginShareAudit(graph(), single=True).shares
    assert all(np.allclose(whole[stage], parts[stage], atol=1e-12) for stage in whole)


def test_a_plan_in_which_nothing_moves_is_followed_too():
    # Nothing is sold, so the shares of nothing are told.
    result = optimizer.solve(make(Supply=[], Demand=[need(10)]))
    assert len(result.tables["Provenance"]) == 0
    assert result.audit.passed


def test_a_plan_without_a_shipment_is_followed_too():
    # Ore lies where it is wanted, 4 t of it from Chile: there is no edge between two vertices.
    stock = {"site": "Buyer", "material": "ore", "opening": 4, "history": "mined: Chile"}
    result = optimizer.solve(make(Supply=[], Stocks=[stock], Demand=[need(10)]))
    assert set(result.tables["Provenance"]["name"]) >= {"Chile"}
    assert result.audit.passed
