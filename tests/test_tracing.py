"""Shares of origin: toy plans worked by hand, and invariants of all plans."""

from __future__ import annotations

import json
from collections import defaultdict
from functools import cache
from importlib import import_module

import numpy as np
import openpyxl
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import optimizer
from optimizer.audit import audit
from optimizer.result.result_layouts import table as make_table
from optimizer.tracing import proportional_mixing
from tests.conftest import (
    CASES,
    LANES,
    ROOT,
    china,
    lane,
    make,
    need,
    no_china,
    offer,
    plan,
    process,
    read_tables,
    recipe,
    sample,
    site,
)
from tests.oracle.countries import Countries
from tests.oracle.random_case import ALL, draw

NONE = "not stated"


def shares(result, stage, input_="all", by="country", line="need", period=None):
    """Shares by name of one line, stage, input and by (and period, of several)."""
    table = result.tables["Provenance"]
    wanted = {"line": line, "stage": stage, "input": input_, "by": by}
    if period:
        wanted["period"] = period
    found = {}
    for row in table.rows():
        told = dict(zip(table.layout.headers, row, strict=True))
        if all(told[header] == value for header, value in wanted.items()):
            assert told["name"] not in found
            found[told["name"]] = told["share"]
    return found


def about(**expected):
    return {name.replace("_", " "): pytest.approx(share) for name, share in expected.items()}


# Toy plans ------------------------------------------------------------------------------------

FEEDS = {
    "Materials": [
        {"material": "clay", "stage": "mined"},
        {"material": "rock", "stage": "mined"},
        {"material": "NdPr oxide", "stage": "separated"},
        {"material": "Dy oxide", "stage": "separated"},
        {"material": "magnet", "stage": "produced"},
    ],
    "Supply": [offer("clay", "Kaz", "clay"), offer("rock", "China", "rock", maximum=30)],
    "Assays": [
        {"feed": "clay", "oxide": "NdPr", "share": 0.1},
        {"feed": "rock", "oxide": "NdPr", "share": 0.1},
        {"feed": "rock", "oxide": "Dy", "share": 0.02},
    ],
    "Recoveries": [
        {"recipe": "separate", "oxide": "NdPr", "product": "NdPr oxide", "recovery": 0.9},
        {"recipe": "separate", "oxide": "Dy", "product": "Dy oxide", "recovery": 0.5},
    ],
    "Recipes": recipe("sinter", **{"NdPr oxide": -0.9, "Dy oxide": -0.03, "magnet": 1}),
    "Processes": [
        process("separate", feed="*", stage="separated"),
        process("sinter", stage="melted, produced"),
    ],
}
"""10 t of magnets take 9 t NdPr oxide and 0.3 t Dy oxide. Only rock has Dy: 0.3 t need
0.3 / (0.02 x 0.5) = 30 t of rock, which gives 30 x 0.1 x 0.9 = 2.7 t NdPr oxide; the other
6.3 t come from 70 t of clay. So 70 % and 30 %, of NdPr oxide too."""


def test_two_mines_in_one_separator_have_their_shares_and_dysprosium_the_one_that_holds_it():
    found = plan(**FEEDS, Demand=[need(10, material="magnet")])
    assert shares(found, "mined", "NdPr") == about(Kazakhstan=0.7, China=0.3)
    assert shares(found, "mined", "Dy") == about(China=1)
    # All: (0.7 x 9 of 9.3 t) from Kazakhstan, 0.3 x 9 + 0.3 = 3 t of 9.3 t from China.
    assert shares(found, "mined") == about(Kazakhstan=6.3 / 9.3, China=3 / 9.3)
    assert shares(found, "separated", "Dy", "site") == about(Plant=1)
    assert shares(found, "refined") == about(**{NONE: 1})
    assert shares(found, "mined", "NdPr", "site") == about(Kaz=0.7, China=0.3)


def test_a_mixed_product_holds_an_input_only_from_the_feed_that_has_it():
    """Both oxides end in one product: 100 t of clay give 9 t, 100 t of rock 9 + 1 t."""
    mixed = [{**row, "product": "NdPr oxide"} for row in FEEDS["Recoveries"]]
    sheets = {
        **FEEDS,
        "Recoveries": mixed,
        "Supply": [
            offer("clay", "Kaz", "clay", maximum=100),
            offer("rock", "China", "rock", maximum=100),
        ],
        "Recipes": recipe("sinter", **{"NdPr oxide": -1, "magnet": 1}),
    }
    found = plan(**sheets, Demand=[need(19, material="magnet")])
    assert shares(found, "mined", "Dy") == about(China=1)
    assert shares(found, "mined", "NdPr") == about(Kazakhstan=0.5, China=0.5)
    assert shares(found, "mined") == about(Kazakhstan=9 / 19, China=10 / 19)


ALLOYS = {
    "Materials": [
        {"material": "iron", "stage": "refined"},
        {"material": "NdPr metal", "stage": "separated"},
        {"material": "Tb metal", "stage": "separated"},
        {"material": "alloy", "stage": "melted"},
        {"material": "magnet", "stage": "produced"},
    ],
    "Supply": [
        offer("iron", "Kaz", "iron", history="mined: Sweden; refined: here"),
        offer("NdPr", "Kaz", "NdPr metal", history="mined: Brazil; separated: here"),
        offer("Tb", "China", "Tb metal", maximum=0, history="mined: Myanmar; separated: here"),
    ],
    "Recipes": [
        *recipe("cast", **{"NdPr metal": -0.3, "iron": -0.7, "alloy": 1}),
        *recipe("sinter", alloy=-1, magnet=1),
        *recipe("diffuse", **{"alloy": -0.99, "Tb metal": -0.01, "magnet": 1}),
    ],
    "Processes": [
        process("cast", stage="melted"),
        process("sinter", stage="produced"),
        process("diffuse", stage="produced"),
    ],
}
"""A magnet is made of alloy with terbium at its grain boundaries, or of alloy alone."""


def test_a_magnet_made_without_terbium_shows_none_though_another_recipe_of_it_takes_some():
    """Nothing is known of the terbium in it, since there is none: not where iron was mined."""
    found = plan(**ALLOYS, Demand=[need(10, material="magnet")])
    assert shares(found, "mined") == about(Brazil=0.3, Sweden=0.7)
    assert shares(found, "mined", "NdPr metal") == about(Brazil=1)
    assert "Tb metal" not in found.tables["Provenance"]["input"]


def test_terbium_of_magnets_of_both_kinds_is_that_of_the_diffused_ones():
    """0.05 t of terbium diffuse 5 t of the 10 t of magnets that the two lines get."""
    supply = [*ALLOYS["Supply"][:2], {**ALLOYS["Supply"][2], "minimum": 0.05, "maximum": 0.05}]
    found = plan(**{**ALLOYS, "Supply": supply}, Demand=[need(10, material="magnet")])
    assert shares(found, "mined", "Tb metal") == about(Myanmar=1)
    # All: 0.05 t of 10 t are terbium; the other 9.95 t are alloy, 0.3 of it NdPr and 0.7 iron.
    assert shares(found, "mined") == about(Myanmar=0.005, Brazil=0.2985, Sweden=0.6965)


SCRAP = {
    **ALLOYS,
    "Materials": [
        *ALLOYS["Materials"][:2],
        {"material": "alloy", "stage": "melted"},
        {"material": "scrap", "stage": "produced"},
        {"material": "Tb oxide", "stage": "separated"},
    ],
    "Supply": ALLOYS["Supply"][:2],
    "Assays": [{"feed": "scrap", "oxide": "Tb", "share": 0.01}],
    "Recoveries": [
        {"recipe": "recycle", "oxide": "Tb", "product": "Tb oxide", "recovery": 1},
    ],
    "Recipes": [*ALLOYS["Recipes"][:3], *recipe("grind", alloy=-1, scrap=1)],
    "Processes": [
        process("cast", stage="melted"),
        process("grind", stage="produced"),
        process("recycle", feed="scrap", stage="separated"),
    ],
}
"""Scrap is ground from alloy of iron and NdPr metal, and its assay says that it holds terbium."""


def test_what_an_assay_finds_that_no_input_brings_is_not_stated():
    """Neither iron nor NdPr metal is terbium, so no history of them is the history of it.

    1 t of Tb oxide takes 100 t of scrap: 30 t of NdPr metal and 70 t of iron.
    """
    found = plan(**SCRAP, Demand=[need(1, material="Tb oxide", shortage_penalty=1000)])
    assert shares(found, "mined", "Tb") == about(**{NONE: 1})
    assert shares(found, "separated", "Tb") == about(Canada=1)
    assert shares(found, "mined") == about(Brazil=0.3, Sweden=0.7)


def test_what_an_assay_finds_in_alloy_that_was_bought_and_alloy_that_was_cast():
    """25 t of the alloy are bought, with one history for all that is in them; 75 t are cast."""
    bought = offer("alloy", "China", "alloy", minimum=25, maximum=25, history="here")
    sheets = {**SCRAP, "Supply": [*SCRAP["Supply"], bought]}
    found = plan(**sheets, Demand=[need(1, material="Tb oxide", shortage_penalty=1000)])
    assert shares(found, "mined", "Tb") == about(China=0.25, **{NONE: 0.75})
    assert shares(found, "mined") == about(China=0.25, Brazil=0.225, Sweden=0.525)


def test_an_oxide_of_a_concentrate_has_the_history_of_the_ore_that_it_was_made_of():
    """Ore has no assay; the concentrate of it has. 60 t of the ore are Kazakh, 40 t Chinese.

    A third of all concentrate is bought: 50 of 150 t, of which 15 t of oxide come.
    """
    sheets = {
        "Materials": [
            {"material": "ore", "stage": "mined"},
            {"material": "concentrate", "stage": "mined"},
            {"material": "Nd oxide", "stage": "separated"},
        ],
        "Supply": [
            offer("kaz", "Kaz", "ore", minimum=60, maximum=60),
            offer("china", "China", "ore", minimum=40, maximum=40),
            offer("bought", "Plant", "concentrate", maximum=50, history="mined: Brazil"),
        ],
        "Assays": [{"feed": "concentrate", "oxide": "Nd", "share": 0.1}],
        "Recoveries": [
            {"recipe": "separate", "oxide": "Nd", "product": "Nd oxide", "recovery": 1},
        ],
        "Recipes": recipe("mill", ore=-1, concentrate=1),
        "Processes": [process("mill"), process("separate", feed="*", stage="separated")],
    }
    found = plan(**sheets, Demand=[need(15, material="Nd oxide")])
    expected = about(Kazakhstan=60 / 150, China=40 / 150, Brazil=50 / 150)
    assert shares(found, "mined", "Nd") == expected


def test_opening_stock_has_its_history_for_as_long_as_it_lasts():
    """20 t lie there, 10 t and 10 t are bought; a period delivers 20 t, 10 t stay over.

    First 20 of 30 t are the stock (2/3). The 10 t that stay hold 2/3 of it, too: of the
    second period's 20 t that is 20/3 / 20 = 1/3.
    """
    found = plan(
        Settings={"periods": 2},
        Supply=[offer("kaz", site="Plant", minimum=10, maximum=10, history="mined: Kazakhstan")],
        Stocks=[
            {
                "site": "Plant",
                "material": "ore",
                "opening": 20,
                "history": "mined: China [Baotou]",
            }
        ],
        Lanes=LANES,
        Demand=[need(20)],
    )
    assert shares(found, "mined", period="2027") == about(China=2 / 3, Kazakhstan=1 / 3)
    assert shares(found, "mined", period="2028") == about(China=1 / 3, Kazakhstan=2 / 3)
    assert shares(found, "mined", by="owner", period="2028") == about(Baotou=1 / 3, **{NONE: 2 / 3})
    rests = dict(
        zip(
            found.tables["Certificates"]["period"],
            found.tables["Certificates"]["rests on"],
            strict=True,
        )
    )
    assert "Stocks row 2" in rests["2027"]
    assert "66.7%, 13.3333 t" in rests["2027"]
    assert "Supply row 2 (kaz) 66.7%, 13.3333 t" in rests["2028"]


def test_a_lead_time_splits_a_shipment_over_two_periods():
    """45 days on a monthly calendar: (45 / 30.4375 = 1.4784 months) 0.5216 a month later,
    0.4784 two months later. Each month China sends 12 t, Kazakhstan 6 t at once to a store
    that is emptied: in the third month 12 x 1 t have come of the shipments of two months,
    in the second 12 x 0.5216 = 6.2587 t beside 6 t.
    """
    late = 45 / (365.25 / 12) - 1
    found = plan(
        Settings={"periods": 3, "period length": "month"},
        Supply=[
            offer("china", "China", minimum=144, maximum=144),
            offer("kaz", "Kaz", minimum=72, maximum=72),
        ],
        Lanes=[lane("China", "Buyer", lead_days=45), lane("Kaz", "Buyer")],
        Demand=[need(1200)],
    )
    for period, china_ in (("2027-02", 12 * (1 - late)), ("2027-03", 12.0)):
        whole = china_ + 6
        assert shares(found, "mined", period=period) == about(
            China=china_ / whole, Kazakhstan=6 / whole
        )
    assert shares(found, "mined", period="2027-01") == about(Kazakhstan=1)


LOOP = {
    "Materials": [
        {"material": "alloy", "stage": "melted"},
        {"material": "magnet", "stage": "produced"},
        {"material": "swarf", "stage": "produced"},
    ],
    "Supply": [
        offer("alloy", "Kaz", "alloy", maximum=90, history="mined: Kazakhstan; melted: Kazakhstan")
    ],
    "Recipes": [
        *recipe("sinter", alloy=-1, magnet=0.9, swarf=0.1),
        *recipe("remelt", swarf=-1, alloy=1),
    ],
    "Processes": [process("sinter", stage="produced"), process("remelt", stage="melted")],
    "Demand": [need(90, material="magnet")],
}
"""Of 100 t of alloy sintered 10 t come back as swarf, are melted at the Plant and sintered
again: 90 t are bought. Lots that were never remelted are 90 %, once 9 %, twice 0.9 % …:
0.9 (1 + 0.1 + 0.01 + …) = 1, so 1 - 0.9 = 10 % were last melted at the Plant."""


def test_a_loop_of_swarf_has_the_shares_of_the_geometric_series():
    found = plan(**LOOP)
    assert shares(found, "melted") == about(Kazakhstan=0.9, Canada=0.1)
    assert shares(found, "mined") == about(Kazakhstan=1)
    assert shares(found, "produced", by="site") == about(Plant=1)
    (touched,) = found.tables["Certificates"]["sites touched"]
    assert "melted: Kazakhstan (site not stated), Plant (Canada)" in touched


def test_a_loop_with_a_second_source_has_the_shares_of_the_geometric_series():
    """45 t of alloy are bought and 45 t cast from Chinese metal: of what is new one half each.

    Each pass keeps 10 %: x = 0.9 (1/2, 1/2) + 0.1 x, so one half each of what was mined, and
    of what was last melted 0.45 in Kazakhstan, 0.45 (cast) + 0.1 at the Plant.
    """
    sheets = dict(LOOP)
    sheets["Materials"] = [*LOOP["Materials"], {"material": "metal", "stage": "separated"}]
    sheets["Supply"] = [
        {**LOOP["Supply"][0], "maximum": 45},
        offer("metal", "China", "metal", maximum=45, history="here"),
    ]
    sheets["Recipes"] = [*LOOP["Recipes"], *recipe("cast", metal=-1, alloy=1)]
    sheets["Processes"] = [*LOOP["Processes"], process("cast", stage="melted")]
    found = plan(**sheets)
    assert shares(found, "mined") == about(Kazakhstan=0.5, China=0.5)
    assert shares(found, "melted") == about(Kazakhstan=0.45, Canada=0.55)
    assert shares(found, "separated") == about(China=0.5, **{NONE: 0.5})


def shared_plant(**more):
    """10 t of metal for a line without China and 10 t for one with none of its rules."""
    return plan(
        Sites=[
            site("Kaz", "Kazakhstan", kind="mine"),
            site("China", "China", kind="mine"),
            site("Plant", "Canada", owner="Maple", **more),
            site("Buyer", "USA"),
        ],
        Supply=[offer("kaz", "Kaz", price=5, maximum=12), offer("china", "China", maximum=12)],
        Recipes=recipe("smelt", ore=-1, metal=1),
        Processes=[process("smelt", stage="refined, separated, melted", maximum=100)],
        Demand=[
            need(10, "clean", "metal", segment="defence", shortage_penalty=1000),
            need(10, "any", "metal", segment="civil"),
        ],
        Rules=[no_china(segments="defence")],
        Rule_scope=[china()],
    )


def test_a_shared_plant_that_segregates_shows_nothing_banned_to_the_clean_customer():
    """China is cheaper: 10 t of it for the other line, 10 t from Kazakhstan for the clean one."""
    found = shared_plant()
    assert shares(found, "mined", line="clean") == about(Kazakhstan=1)
    assert shares(found, "mined", line="any") == about(China=1)
    assert shares(found, "melted", by="owner", line="clean") == about(Maple=1)
    table = found.tables["Certificates"]
    told = [dict(zip(table.layout.headers, row, strict=True)) for row in table.rows()]
    clean = next(row for row in told if row["line"] == "clean")
    assert clean["rule"] == "no China"
    assert clean["bans"] == "country China"
    assert clean["verdict"] == "kept: no event in it breaks the rule"
    assert "China" not in clean["sites touched"]
    assert clean["melted"] == "Plant (Canada; owner Maple) 100.0%"
    assert next(row for row in told if row["line"] == "any")["verdict"] == "no rule binds it"


def test_a_plant_that_does_not_segregate_uses_one_origin_or_serves_no_clean_customer():
    """A single lot of China would taint all: 12 t from Kazakhstan serve both lines."""
    found = shared_plant(segregates="no")
    assert shares(found, "mined", line="clean") == about(Kazakhstan=1)
    assert shares(found, "mined", line="any") == about(Kazakhstan=1)
    delivered = dict(
        zip(found.tables["Deliveries"]["line"], found.tables["Deliveries"]["tonnes"], strict=True)
    )
    assert delivered == about(clean=10, any=2)


def test_a_mixed_lot_at_a_plant_that_does_not_segregate_has_the_shares_of_what_went_in():
    """No rule binds: 12 t of China and 8 t of Kazakhstan, 60 % and 40 % for both lines."""
    found = plan(
        Sites=[
            site("Kaz", "Kazakhstan"),
            site("China", "China"),
            site("Plant", "Canada", segregates="no"),
            site("Buyer", "USA"),
        ],
        Supply=[offer("kaz", "Kaz", price=5, maximum=12), offer("china", "China", maximum=12)],
        Recipes=recipe("smelt", ore=-1, metal=1),
        Processes=[process("smelt", stage="melted", maximum=100)],
        Demand=[need(10, "one", "metal"), need(10, "two", "metal")],
    )
    for line in ("one", "two"):
        assert shares(found, "mined", line=line) == about(China=0.6, Kazakhstan=0.4)


def test_a_cleared_lot_shows_its_past_and_the_certificate_says_why_it_is_kept():
    found = plan(
        Supply=[offer("old", "China", "ore")],
        Recipes=recipe("recycle", ore=-1, metal=1),
        Processes=[process("recycle", stage="melted", clears="no China")],
        Demand=[need(10, material="metal")],
        Rules=[no_china()],
        Rule_scope=[china()],
    )
    assert shares(found, "mined") == about(China=1)
    (verdict,) = found.tables["Certificates"]["verdict"]
    assert verdict.startswith("kept")
    assert "cleared" in verdict


def test_what_passes_through_a_material_that_is_not_traced_is_not_stated():
    found = plan(
        Materials=[
            {"material": "ore", "stage": "mined"},
            {"material": "slurry", "traced": "no"},
            {"material": "metal", "stage": "melted"},
        ],
        Supply=[offer("china", "China")],
        Recipes=[*recipe("grind", ore=-1, slurry=1), *recipe("smelt", slurry=-1, metal=1)],
        Processes=[process("grind"), process("smelt", stage="melted")],
        Demand=[need(10, material="metal")],
    )
    assert shares(found, "mined") == about(**{NONE: 1})
    assert shares(found, "melted") == about(Canada=1)


def test_dated_rows_of_an_offer_share_a_period_by_the_time_that_each_covers():
    """Three months of the year from China, nine from Kazakhstan: 25 % and 75 %."""
    trader = {"site": "Kaz", "material": "ore"}
    found = plan(
        Supply=[
            offer("t", **trader, maximum=10, history="mined: China", to="2027-03-31"),
            offer("t", **trader, maximum=10, history="mined: Kazakhstan", from_="2027-04-01"),
        ],
        Demand=[need(10)],
    )
    assert shares(found, "mined") == about(China=0.25, Kazakhstan=0.75)


# What the audit finds -------------------------------------------------------------------------


def judged(result, change):
    """Names of the audit's checks that fail when rows of Provenance are changed."""
    table = result.tables["Provenance"]
    rows = [dict(zip(table.layout.headers, row, strict=True)) for row in table.rows()]
    change(rows)
    wrong = make_table(table.layout, [tuple(row.values()) for row in rows])
    verdict = audit(result.case, {**result.tables, "Provenance": wrong}, result.objective)
    return {check.name for check in verdict.checks if not check.passed}


def row_of(rows, **wanted):
    return next(row for row in rows if all(row[key] == value for key, value in wanted.items()))


CLEAN = {"line": "clean", "stage": "mined", "input": "all"}


def test_the_audit_finds_a_share_that_is_missing():
    def change(rows):
        row_of(rows, by="country", **CLEAN).update(share=0.9)

    assert judged(shared_plant(), change) == {"shares of origin add up"}


def test_the_audit_finds_tonnes_that_were_not_delivered():
    def change(rows):
        row_of(rows, by="site", **CLEAN).update(tonnes=11.0)

    assert judged(shared_plant(), change) == {"tonnes by origin are delivered"}


def test_the_audit_finds_a_delivery_of_which_nothing_is_told():
    def change(rows):
        rows[:] = [row for row in rows if row["line"] != "any"]

    assert judged(shared_plant(), change) == {"tonnes by origin are delivered"}


@pytest.mark.parametrize(("by", "name"), [("country", "China"), ("site", "China")])
def test_the_audit_finds_a_banned_place_on_a_clean_delivery(by, name):
    def change(rows):
        row_of(rows, by=by, **CLEAN).update(name=name, country="China")

    assert judged(shared_plant(), change) == {"no banned origin is shown"}


@pytest.mark.parametrize("by", ["country", "site", "owner"])
def test_the_audit_finds_an_unknown_place_on_a_delivery_under_a_rule(by):
    def change(rows):
        row_of(rows, by=by, **CLEAN).update(name="unknown", country="")

    found = judged(shared_plant(), change)
    assert "no banned origin is shown" in found


def test_unknown_not_stated_and_does_not_apply_are_told_apart():
    """10 t of oxide: 5 of unknown mine, 5 whose mine does not apply; nobody says who refined."""
    found = plan(
        Supply=[
            offer("a", "Plant", "oxide", history="separated: Canada", maximum=5),
            offer("b", "Plant", "oxide", history="mined: none; separated: here", maximum=5),
        ],
        Demand=[need(10, material="oxide")],
    )
    assert shares(found, "mined") == about(unknown=0.5, **{"does not apply": 0.5})
    assert shares(found, "refined") == about(**{NONE: 1})
    assert shares(found, "separated") == about(Canada=1)
    (certificate,) = found.tables["Certificates"]["mined"]
    assert certificate == "unknown 50.0%; does not apply 50.0%"


def test_the_audit_finds_a_place_that_nothing_in_the_plan_comes_from():
    def change(rows):
        row_of(rows, by="country", **CLEAN).update(name="Peru", country="Peru")

    assert judged(shared_plant(), change) == {"origins stem from the plan"}


def test_certificates_link_to_the_rows_behind_them(tmp_path):
    """Row 6 is the first of each table; the second certificate's shares stand further down."""
    found = shared_plant()
    optimizer.write(found, tmp_path / "plan.xlsx")
    book = openpyxl.load_workbook(tmp_path / "plan.xlsx")
    sheet = book["Certificates"]
    told = found.tables["Certificates"]
    links = {cell.coordinate: cell.hyperlink for row in sheet.iter_rows() for cell in row}
    spots = [link.location for link in links.values() if link]
    assert sum(spot.startswith("'Provenance'") for spot in spots) == len(told) == 2
    for number, line in enumerate(told["line"], 6):
        target = next(
            link.location
            for cell, link in links.items()
            if link and cell.endswith(str(number)) and "Provenance" in link.location
        )
        row = int(target.split("!A")[1])
        assert book["Provenance"].cell(row, 2).value == line
        assert row == 6 or book["Provenance"].cell(row - 1, 2).value != line


# The solve ------------------------------------------------------------------------------------


def test_what_goes_round_in_a_loop():
    """x0 = 1/2 + x1/2, x1 = x0/2: x0 = 2/3, x1 = 1/3; what follows takes x1 whole."""
    graph = proportional_mixing.Mixing(3, np.array([1, 0, 1]), np.array([0, 1, 2]))
    base = np.zeros((3, 1, 1))
    base[0] = 0.5
    weight = np.array([[0.5], [0.5], [1.0]])
    found = graph.solve(weight, base, [(slice(0, 1), None)])
    assert found[:, 0, 0] == pytest.approx([2 / 3, 1 / 3, 1 / 3], abs=1e-11)


@given(st.integers(0, 2**32 - 1), st.integers(2, 12), st.integers(1, 40))
def test_any_graph_is_solved_as_its_linear_equations_say(seed, size, edges):
    dice = np.random.default_rng(seed)
    source, target = dice.integers(size, size=(2, edges))
    weight = dice.random((edges, 2))
    entering = np.zeros((size, 2))
    np.add.at(entering, target, weight)
    # At most nine tenths of what is at a vertex came from others: the equations have one answer.
    weight *= 0.9 / np.maximum(entering[target], 1e-9)
    base = dice.random((size, 2, 5))
    keep = dice.integers(2, size=size).astype(float)
    blocks = [(slice(0, 2), None), (slice(2, 4), keep), (slice(4, 5), None)]
    found = proportional_mixing.Mixing(size, source, target).solve(weight, base.copy(), blocks)
    for tracer in range(2):
        matrix = np.zeros((size, size))
        np.add.at(matrix, (target, source), weight[:, tracer])
        for columns, factor in blocks:
            own = matrix if factor is None else matrix * factor[:, None]
            right = np.linalg.solve(np.eye(size) - own, base[:, tracer, columns])
            np.testing.assert_allclose(found[:, tracer, columns], right, rtol=1e-9)


def test_a_loop_that_nothing_enters_has_an_answer():
    graph = proportional_mixing.Mixing(2, np.array([0, 1]), np.array([1, 0]))
    found = graph.solve(np.ones((2, 1)), np.zeros((2, 1, 1)), [(slice(0, 1), None)])
    assert np.array_equal(found, np.zeros((2, 1, 1)))


def test_inputs_that_do_not_fit_at_once_are_solved_one_after_the_other(monkeypatch):
    case = make(**FEEDS, Demand=[need(10, material="magnet")])
    whole = list(optimizer.solve(case).tables["Provenance"].rows())
    monkeypatch.setattr("optimizer.tracing.origin_shares._MAX_TRACED_VALUES", 1)
    assert list(optimizer.solve(case).tables["Provenance"].rows()) == whole


# Any plan -------------------------------------------------------------------------------------


def holds(result):
    """Sums, reconciliation and bans, from the tables alone; audit of the same in its words."""
    tables, case = result.tables, result.case
    table = tables["Provenance"]
    traced = {row.material for row in case.materials if row.traced}
    delivered = defaultdict(float)
    where = ("period", "line", "customer", "material")
    out = tables["Deliveries"]
    for *key, tonnes in zip(*(out[h] for h in (*where, "tonnes")), strict=True):
        if key[3] in traced:
            delivered[tuple(key)] += tonnes
    one, weight = defaultdict(float), defaultdict(float)
    headers = table.layout.headers
    for row in table.rows():
        told = dict(zip(headers, row, strict=True))
        assert 0 < told["share"] <= 1 + 1e-12
        key = tuple(told[h] for h in (*where, "stage", "input", "by"))
        one[key] += told["share"]
        weight[key] += told["tonnes"]
    for key, share in one.items():
        assert share == pytest.approx(1, abs=1e-9)
        assert weight[key] == pytest.approx(delivered[key[:4]], rel=1e-9, abs=1e-9)
    told_of = {key[:4] for key in one}
    assert all(key in told_of for key, tonnes in delivered.items() if tonnes > 1e-6)
    certified = tables["Certificates"]
    assert {tuple(row) for row in zip(*(certified[h] for h in where), strict=True)} == told_of
    assert result.audit.passed, result.audit.verdict


KNOWN = json.loads((CASES / "cases.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", KNOWN["cases"], ids=lambda case: case["case"])
def test_shares_of_every_case_add_up_to_what_is_delivered(case):
    result = optimizer.solve(optimizer.read(CASES / case["file"]))
    if result.objective is not None:
        holds(result)


@cache
def random_plan(seed):
    try:
        case = read_tables(draw(seed, ALL))
    except optimizer.WorkbookError:
        return None
    result = optimizer.solve(case)
    return result if result.objective is not None else None


@pytest.mark.slow
@settings(max_examples=sample(10, 40))
@given(st.integers(0, 2000))
def test_shares_of_a_random_plan_add_up_to_what_is_delivered(seed):
    result = random_plan(seed)
    assume(result is not None)
    holds(result)


@settings(max_examples=sample(10, 40))
@given(st.integers(0, 2000))
def test_a_clean_delivery_of_a_random_plan_shows_nothing_that_its_rule_bans(seed):
    """Rules on countries alone, that no process clears and that are dated by delivery."""
    result = random_plan(seed)
    assume(result is not None)
    case, table = result.case, result.tables["Provenance"]
    cleared = {rule for row in case.processes for rule in row.clears}
    strict = {
        row.rule
        for row in case.rules
        if row.dated_by == "delivery" and row.maximum_share == 0 and row.rule not in cleared
    }
    shared = {row.rule for row in case.rules if row.maximum_share > 0}
    declared = [{"country": row.country, "groups": ", ".join(row.groups)} for row in case.countries]
    countries = Countries(declared)
    bans = [
        (line.rule, countries.places({"country": ", ".join(line.country)}, "country"), line.stage)
        for line in case.rule_scope
        if line.rule in strict - shared
        and line.country
        and not (line.owner or line.owner_country or line.site)
    ]
    columns = (table[h] for h in ("rule", "stage", "by", "name"))
    for rules, stage, by, name in zip(*columns, strict=True):
        for rule, banned, stages in bans:
            if rule in rules.split("; ") and by == "country" and (not stages or stage in stages):
                assert name != "unknown", rule
                stated = name not in ("not stated", "does not apply")
                assert not (stated and countries.country(name) in banned), rule


def test_a_table_that_nobody_could_read_tells_countries_and_then_all_inputs_together(monkeypatch):
    module = import_module("optimizer.tracing.provenance_table")
    case = optimizer.read(ROOT / "inputs" / "tutorial.xlsx")
    whole = optimizer.solve(case).tables["Provenance"]
    kept = [row for row in whole.rows() if row[whole.layout.headers.index("by")] == "country"]
    monkeypatch.setattr(module, "MAX_PROVENANCE_ROWS", len(kept))
    result = optimizer.solve(case)
    assert list(result.tables["Provenance"].rows()) == kept
    assert result.audit.passed
    monkeypatch.setattr(module, "MAX_PROVENANCE_ROWS", len(kept) - 1)
    result = optimizer.solve(case)
    fewer = [row for row in kept if row[whole.layout.headers.index("input")] == "all"]
    assert 0 < len(fewer) < len(kept)
    assert list(result.tables["Provenance"].rows()) == fewer
    assert result.audit.passed
