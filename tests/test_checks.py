"""The messages of the checks of a workbook, word by word."""

from datetime import date

import pytest

from optimizer import WorkbookError
from tests.conftest import SITES, china, lane, make, need, no_china, offer, process, recipe, site

SMELTING = recipe("smelt", ore=-1, metal=1)
METAL_DEMAND = need(5, "metal", "metal")
ORE_ASSAY = [{"feed": "ore", "oxide": "Nd", "share": 0.5}]
OXIDE_RECOVERY = [{"recipe": "sx", "oxide": "Nd", "product": "oxide", "recovery": 0.9}]


def messages(severity="error", **sheets):
    """Findings of a severity about a case, as printed; ``sheets`` replace those of a sound case."""
    sheets = {"Supply": [offer("kaz")], "Demand": [need(10), METAL_DEMAND]} | sheets
    if "Processes" not in sheets:
        sheets |= {"Processes": [process("smelt")], "Recipes": SMELTING}
    try:
        found = make(**sheets).warnings
    except WorkbookError as error:
        found = error.findings
    return [str(finding) for finding in found if finding.severity == severity]


def warnings_of(**sheets):
    """Warnings of a case that has no error."""
    assert messages(**sheets) == []
    return messages("warning", **sheets)


def test_a_sound_case_has_no_finding():
    assert warnings_of() == []


# References


def test_a_reference_to_nothing_names_the_nearest():
    assert messages(Recipes=SMELTING, Processes=[process("smlet")]) == [
        "Processes!B2 (recipe): 'smlet' is not in Recipes or Recoveries; did you mean 'smelt'?"
    ]
    assert messages(Lanes=[lane("Kazz", "Plant")]) == [
        "Lanes!A2 (from site): 'Kazz' is not in Sites; did you mean 'Kaz'?"
    ]
    assert messages(
        Limits=[{"limit": "L", "measure": "bought", "offer": "kaz, tin", "maximum": 1}]
    ) == ["Limits!C2 (offer): 'tin' is not in Supply"]


def test_a_unit_stands_in_units_or_options_of_its_site():
    plant = {"Recipes": SMELTING, "Processes": [process("smelt", unit="furnace")]}
    unit = {"site": "Plant", "unit": "furnce", "capacity": 1}
    assert messages(**plant, Units=[unit]) == [
        "Processes!C2 (unit): 'furnace' is not in Units or Options at 'Plant'; "
        "did you mean 'furnce'?"
    ]
    assert messages(**plant, Units=[unit | {"site": "Kaz", "unit": "Furnace"}]) == [
        "Processes!C2 (unit): 'furnace' is not in Units or Options at 'Plant'; it is at 'Kaz'"
    ]
    option = {"option": "build", "site": "Plant", "unit": "Furnace", "added capacity": 5}
    assert warnings_of(**plant, Options=[option]) == []


# Keys, dates, bounds


def test_two_rows_of_one_key_are_an_error_where_they_overlap_in_time():
    first, second = date(2027, 1, 1), date(2027, 7, 1)
    message = (
        "Supply!A3 (offer): offer 'kaz', site 'Kaz', material 'ore' also appears in row 2, and the "
        "rows overlap in time; delete one, or give them dates that do not overlap; tiers have a "
        "name each, and falling ones name the one before under after"
    )
    assert messages(Supply=[offer("kaz"), offer("KAZ ")]) == [message]
    assert messages(Supply=[offer("kaz", from_=first, to=second), offer("kaz", from_=second)]) == [
        message
    ]
    half = [offer("kaz", from_=first, to=date(2027, 6, 30)), offer("kaz", from_=second)]
    assert warnings_of(Supply=half) == []
    assert warnings_of(Supply=[offer("kaz"), offer("kaz", active="no")]) == []


def test_rows_without_dates_have_a_key_of_their_own():
    assert messages(Recipes=[*SMELTING, SMELTING[0]], Processes=[process("smelt")]) == [
        "Recipes!A4 (recipe): recipe 'smelt', material 'ore', direction 'in' also appears in row "
        "2; "
        "delete one of the rows"
    ]


def test_lines_of_a_scope_need_no_name_but_share_none():
    rules = {"Rules": [no_china()]}
    assert warnings_of(**rules, Rule_scope=[china(), china(stage="mined")]) == []
    assert messages(**rules, Rule_scope=[china(line="a"), china(line="A")]) == [
        "Rule scope!A3 (rule): rule 'no China', line 'a' also appears in row 2; "
        "delete one of the rows"
    ]


def test_no_row_ends_before_it_starts_and_no_minimum_is_above_its_maximum():
    assert messages(Supply=[offer("kaz", from_=date(2027, 5, 1), to=date(2027, 4, 1))]) == [
        "Supply!F2 (to): 2027-04-01 is before 2027-05-01, the row's from"
    ]
    assert messages(Supply=[offer("kaz", minimum=5, maximum=4)]) == [
        "Supply!E2 (minimum): 5 is above the maximum, 4"
    ]


# Supply, lanes, stocks, pipeline


def test_take_or_pay_needs_a_contract_quantity():
    assert messages(Supply=[offer("kaz", take_or_pay=0.5)]) == [
        "Supply!E2 (take or pay): 0.5 is a share of the contract quantity, which is blank; "
        "fill it in"
    ]


def test_supply_that_is_not_firm_is_named():
    offers = [offer("a", firm="no", probability=0.5), offer("b", firm="no", probability=1)]
    assert warnings_of(Supply=offers) == [
        "Supply!E (firm): 'a' and 'b' are not firm; the plan treats them as certain"
    ]
    assert warnings_of(Supply=[offer("a", probability=0.4)]) == [
        "Supply!E2 (probability): 0.4 has no effect on firm supply; write no under firm"
    ]


def test_a_lane_with_a_cost_of_being_used_needs_a_maximum():
    ways = [lane("Kaz", "Plant", fixed_cost=5), lane("Plant", "Buyer", minimum_when_used=5)]
    assert messages(Lanes=ways) == [
        "Lanes!A2 (maximum): the cell is blank, but a lane with a fixed cost needs a maximum; "
        "write the most that can be shipped per year",
        "Lanes!A3 (maximum): the cell is blank, but a lane with a minimum when used needs a "
        "maximum; write the most that can be shipped per year",
    ]
    # 500 t a period, and 1200 t a year are 300 t a quarter
    big = [lane("Kaz", "Plant", minimum_when_used=500, maximum=1200), lane("Plant", "Buyer")]
    assert warnings_of(Lanes=big, Settings={"period length": "quarter"}) == [
        "Lanes!E2 (minimum when used): 500 t per period is above the maximum of a period, 300 t: "
        "the lane can never be used"
    ]


def test_a_lane_that_sheds_material_more_cheaply_than_disposal_is_named():
    # 2 USD for each of 10 t shipped lose 1 t: 20 USD
    ways = [lane("Kaz", "Plant", "ore", 2, arrives=0.9), lane("Plant", "Buyer")]
    materials = [{"material": "ore", "disposal cost": 50}, {"material": "metal"}]
    assert warnings_of(Lanes=ways, Materials=materials) == [
        "Lanes!E2 (arrives): the lane loses 'ore' for 20 per tonne, less than disposal; "
        "the plan may ship it only to avoid disposal"
    ]
    assert warnings_of(Lanes=ways) == []
    assert warnings_of(Lanes=[*ways, lane("Plant", "Kaz", "ore")]) == [
        "Lanes!E2 (arrives): shipping there and back loses 'ore', for which disposal is not "
        "allowed; "
        "the plan may ship it only to avoid disposal"
    ]


def test_opening_and_closing_stock_stand_in_the_rows_of_start_and_end():
    stock = {"site": "Plant", "material": "ore", "opening": 5, "closing": 4, "closing value": 2}
    middle = {"from": date(2027, 2, 1), "to": date(2027, 6, 1)}
    assert messages(Stocks=[stock | middle]) == [
        "Stocks!C2 (opening): 5 t of opening stock is in a row that does not cover 2027-01-01; "
        "move it to the row that covers the start"
    ]
    assert warnings_of(Stocks=[stock | middle | {"opening": 0}]) == [
        "Stocks!D2 (closing): 4 has no effect: the row does not cover 2027-12-31, the end",
        "Stocks!E2 (closing value): 2 has no effect: the row does not cover 2027-12-31, the end",
    ]
    assert messages(Stocks=[stock | {"maximum": 3}]) == [
        "Stocks!D2 (closing): 4 is above the maximum, 3"
    ]


def test_an_order_under_way_arrives_within_the_horizon_and_brings_its_history():
    order = {"order": "PO", "to site": "Plant", "material": "ore", "quantity": 3}
    early = order | {"arrival": date(2026, 12, 1), "history": None}
    assert messages(Pipeline=[early]) == [
        "Pipeline!E2 (arrival): 2026-12-01 is before 2027-01-01, the start; "
        "count it in the opening stock of Stocks",
        "Pipeline!F2 (history): the cell is blank, but 'ore' is traced; "
        "write stage: country [site or owner]; stage: country",
    ]
    late = order | {"arrival": date(2028, 1, 1), "history": "mined: China"}
    assert warnings_of(Pipeline=[late]) == [
        "Pipeline!E2 (arrival): 2028-01-01 is after 2027-12-31, the end: it never arrives"
    ]


# Demand


def test_a_demand_has_a_penalty_of_its_own_or_that_of_settings():
    assert messages(Settings={"shortage penalty": None}, Demand=[need(10)]) == [
        "Demand!A2 (shortage penalty): the cell is blank, and Settings has no shortage penalty; "
        "fill in one of them; an outlet has penalty 0"
    ]


def test_a_demand_has_a_figure_for_every_period_that_it_touches():
    quarters = {"periods": 4, "period length": "quarter"}
    wanted = need(None) | {"2027-Q1": 5, "2027-Q2": 0}
    assert messages(Settings=quarters, Demand=[wanted, METAL_DEMAND]) == [
        "Demand!D2 (quantity): neither quantity nor 2027-Q3 (and 1 more) is filled; "
        "blank is not zero"
    ]
    assert (
        warnings_of(Settings=quarters, Demand=[wanted | {"to": date(2027, 5, 1)}, METAL_DEMAND])
        == []
    )


def test_a_figure_outside_the_dates_of_its_row_is_warned_of():
    quarters = {"periods": 2, "period length": "quarter"}
    wanted = need(8, from_=date(2027, 4, 1)) | {"2027-Q1": 5}
    assert warnings_of(Settings=quarters, Demand=[wanted, METAL_DEMAND]) == [
        "Demand!F2 (2027-Q1): 5 t has no effect: the dates of 'need' leave out this period"
    ]


def test_a_workbook_that_wants_nothing_is_worth_a_warning():
    assert "Demand: the sheet has no rows, so there is no demand" in warnings_of(Demand=[])


# Tariffs


def duty(origin, destination, material="ore", **more):
    return {
        "origin country": origin,
        "destination country": destination,
        "material": material,
        "ad valorem": 0.1,
        **more,
    }


DUTIABLE = [
    {"material": "ore", "stage": "mined", "value": 10},
    {"material": "metal", "stage": "melted", "value": 10},
]


def test_rows_of_one_measure_that_meet_and_are_equally_specific_are_an_error():
    message = (
        "Tariffs!A3 (origin country): row 2 applies to 'ore' from 'China' to 'United States' too, "
        "and neither is more specific; add a row for exactly these goods, or use different measures"
    )
    pair = [duty("China", "*"), duty("*", "USA")]
    assert messages(Tariffs=pair) == [message]
    assert warnings_of(Materials=DUTIABLE, Tariffs=[*pair, duty("China", "USA")]) == []
    assert (
        warnings_of(
            Materials=DUTIABLE, Tariffs=[duty("China", "*", measure="301"), duty("*", "USA")]
        )
        == []
    )
    assert warnings_of(Materials=DUTIABLE, Tariffs=[duty("USA", "*"), duty("*", "USA")]) == []


def test_rows_that_meet_are_looked_at_by_their_dates():
    pair = [duty("China", "*", from_=None), duty("*", "USA", from_=date(2027, 3, 1))]
    later = duty("China", "USA", from_=date(2027, 4, 1))
    assert len(messages(Tariffs=[*pair, later])) == 1
    assert (
        warnings_of(Materials=DUTIABLE, Tariffs=[*pair, later | {"from_": date(2027, 2, 1)}]) == []
    )
    apart = [duty("China", "*", to=date(2027, 2, 1)), duty("*", "USA", from_=date(2027, 3, 1))]
    assert warnings_of(Materials=DUTIABLE, Tariffs=[{"from": None, **row} for row in apart]) == []


def test_a_tariff_names_countries_and_groups():
    (found,) = messages(Tariffs=[duty("Atlantis", "USA")])
    assert found.startswith(
        "Tariffs!A2 (origin country): 'Atlantis' is neither a country nor a group"
    )
    assert (
        warnings_of(
            Materials=DUTIABLE,
            Tariffs=[duty("covered", "not China"), duty("EU, not Germany", "USA")],
        )
        == []
    )


# Plants


def test_a_tonne_of_feed_holds_a_tonne_of_oxides_at_most():
    more = [*ORE_ASSAY, {"feed": "ore", "oxide": "Pr", "share": 0.6}]
    assert messages(Assays=more) == [
        "Assays!C3 (share): the oxides of 'ore' add up to 1.1 t per tonne of feed; at most 1"
    ]


def test_of_a_tonne_of_an_oxide_a_tonne_is_recovered_at_most():
    more = [*OXIDE_RECOVERY, OXIDE_RECOVERY[0] | {"product": "metal", "recovery": 0.2}]
    assert messages(Assays=ORE_ASSAY, Recoveries=more, Processes=[process("sx", feed="ore")]) == [
        "Recoveries!D3 (recovery): 'sx' recovers 1.1 t of a tonne of 'Nd'; "
        "at most 1 over all products"
    ]


def test_a_recipe_of_recoveries_has_a_feed_and_another_has_none():
    plant = {"Assays": ORE_ASSAY, "Recoveries": OXIDE_RECOVERY, "Recipes": SMELTING}
    assert messages(
        **plant, Processes=[process("sx", feed=None), process("smelt", feed="ore")]
    ) == [
        "Processes!C2 (feed): the cell is blank, but 'sx' is a recipe of Recoveries; "
        "write a feed of Assays, or * for every feed",
        "Processes!C3 (feed): 'ore' is the feed of 'smelt', which is not in Recoveries; "
        "clear the cell, or add the recipe to Recoveries",
    ]
    assert messages(Recoveries=OXIDE_RECOVERY, Processes=[process("sx", feed="*")]) == [
        "Assays: the sheet is missing or has no rows, and Processes!C2 needs it; add the sheet, or "
        "rename the one that holds these rows"
    ]


def test_a_recipe_that_does_nothing_is_an_error():
    nothing = [{"recipe": "wait", "material": "ore", "direction": "in", "quantity": 0}]
    assert messages(Recipes=nothing, Processes=[process("wait")]) == [
        "Processes!B2 (recipe): 'wait' has no inputs and no outputs; "
        "fill in its quantities in Recipes"
    ]


def test_units_and_recipes_that_nobody_uses_are_named():
    unit = {"site": "Plant", "unit": "furnace", "capacity": 1}
    press = recipe("press", metal=-1, magnet=1)
    assert warnings_of(Units=[unit], Recipes=[*SMELTING, *press], Processes=[process("smelt")]) == [
        "Materials!A4 (material): no row makes, sells or uses 'magnet'",
        "Recipes!A4 (recipe): no process runs 'press'",
        "Units!B2 (unit): no process at 'Plant' uses 'furnace'",
    ]


def test_each_process_of_a_site_that_does_not_segregate_is_bounded():
    places = [SITES[0], site("Plant", "Canada", segregates="no"), SITES[3], SITES[1]]
    assert messages(Sites=[{"segregates": None} | row for row in places]) == [
        "Processes!A2 (maximum): 'smelt' has neither a unit nor a maximum, and 'Plant' does not "
        "segregate; write the most that it can run per year"
    ]
    bounded = [process("smelt", maximum=5)]
    places = [{"segregates": None} | row for row in places]
    assert warnings_of(Sites=places, Recipes=SMELTING, Processes=bounded) == []


def option(name, **more):
    return {"option": name, "site": "Plant", "unit": "furnace", "added capacity": 5, **more}


FURNACE_PROCESS = {"Recipes": SMELTING, "Processes": [process("smelt", unit="furnace")]}


def test_rows_of_one_option_are_one_decision():
    rows = [option("A", kind="any amount", most=1), option("A", most=2) | {"unit": "mill"}]
    assert messages(**FURNACE_PROCESS, Options=[rows[0], rows[1] | {"kind": "any amount"}]) == [
        "Options!F3 (most): 2 here, but 1 in row 2; rows of 'A' are one decision: write the same "
        "value "
        "in each"
    ]
    assert messages(**FURNACE_PROCESS, Options=[option("A", most=3)]) == [
        "Options!E2 (most): 3 is above 1, but the option is yes or no; write 'whole number' "
        "under kind, "
        "or 1 under most"
    ]


def test_an_option_that_can_never_be_built_is_named():
    rows = [option("A", earliest=date(2029, 1, 1), needs="B", one_of="x"), option("B", one_of="X")]
    assert warnings_of(**FURNACE_PROCESS, Options=rows) == [
        "Options!E2 (earliest): 2029-01-01 is after 2027-12-31, the end: it is never built",
        "Options!F2 (needs): 'A' needs 'B', but at most one of them can be built; it is never "
        "built",
    ]


# Materials


def test_a_product_that_goes_nowhere_stops_its_plant():
    slag = recipe("smelt", ore=-1, metal=0.8, slag=0.2)
    plant = {"Recipes": slag, "Processes": [process("smelt")]}
    ways = [lane("Kaz", "Plant"), lane("Plant", "Buyer", "metal"), lane("Kaz", "Buyer")]
    stuck = (
        "Processes!B2 (recipe): 'smelt' cannot run at 'Plant': its output 'slag' has no use, "
        "demand, stock, lane or disposal cost there; add a lane or stock, or a disposal cost in "
        "Materials"
    )
    assert warnings_of(**plant, Lanes=ways) == [
        "Materials!A4 (material): no row uses or demands 'slag'",
        stuck,
    ]
    free = [{"material": "ore"}, {"material": "metal"}, {"material": "slag", "disposal cost": 0}]
    assert warnings_of(**plant, Lanes=ways, Materials=free) == []
    assert stuck not in warnings_of(**plant, Lanes=[*ways, lane("Plant", "Kaz", "slag")])
    assert stuck not in warnings_of(
        **plant, Lanes=ways, Stocks=[{"site": "Plant", "material": "slag"}]
    )


def test_materials_that_nothing_makes_or_nothing_uses_are_named():
    materials = [{"material": name} for name in ("ore", "metal", "oxide", "acid")]
    wanted = [need(10), METAL_DEMAND, need(5, "oxide", "oxide")]
    assert warnings_of(Materials=materials, Demand=wanted) == [
        "Materials!A4 (material): no row makes, sells, stocks or ships 'oxide'",
        "Materials!A5 (material): no row makes, sells or uses 'acid'",
    ]


def test_a_recipe_that_makes_mass_from_nothing_is_named():
    more = recipe("smelt", ore=-1, metal=1.5)
    assert warnings_of(Recipes=more, Processes=[process("smelt")]) == [
        "Recipes!A2 (recipe): 'smelt' gives out more than it takes in: 1.5 t from 1 t; "
        "check its quantities"
    ]
    # out of 1 t of ore: 0.5 t Nd x 0.9 + 0.6 t of gangue
    lines = recipe("sx", gangue=0.6)
    plant = {"Assays": ORE_ASSAY, "Recoveries": OXIDE_RECOVERY, "Recipes": lines}
    wanted = [need(1, name, name) for name in ("oxide", "gangue", "ore")]
    assert warnings_of(**plant, Processes=[process("sx", feed="*")], Demand=wanted) == [
        "Recipes!A2 (recipe): 'sx' gives out more than it takes in: 1.05 t from 1 t of 'ore'; "
        "check its quantities"
    ]


# Provenance


DEFENCE_RULE = {"Rules": [no_china(segments="defence")], "Rule_scope": [china()]}


def test_a_rule_that_nothing_breaks_is_an_error():
    assert messages(Rules=[no_china(), no_china("other")], Rule_scope=[china()]) == [
        "Rules!A3 (rule): 'other': no row of Rule scope, so that nothing breaks it; write what it "
        "bans into Rule scope, or write no under active"
    ]
    off = [china(), china("other", active="no")]
    assert messages(Rules=[no_china(), no_china("other")], Rule_scope=off) == [
        "Rules!A3 (rule): 'other': all its rows in Rule scope are inactive, so that nothing breaks "
        "it; write what it bans into Rule scope, or write no under active"
    ]
    assert messages(Rules=[no_china(), no_china("other", active="no")], Rule_scope=[china()]) == []


def test_rules_without_their_scope_and_scope_without_its_rules_are_one_error_each():
    assert messages(Rules=[no_china(), no_china("other")]) == [
        "Rule scope: the sheet is missing or has no rows, so nothing breaks any rule; write "
        "for each rule what it bans: a country, an owner, a site, a stage"
    ]
    (found,) = messages(Rule_scope=[china(), china()])
    assert found.startswith("Rules: the sheet is missing or has no rows, and 2 cells in Rule scope")


@pytest.mark.parametrize("word", ["defense", "Defnce", "de fence", "defenec", "defence."])
def test_a_misspelt_segment_is_an_error_on_either_side(word):
    demand = [need(10, segment="defence"), METAL_DEMAND]
    (found,) = messages(Demand=demand, Rules=[no_china(segments=word)], Rule_scope=[china()])
    assert found.startswith(f"Rules!B2 (segments): no row of Demand has the segment '{word}': ")
    assert "did you mean 'defence'?" in found
    demand = [need(10, "a", segment="defence"), need(10, "b", segment=word), METAL_DEMAND]
    (found,) = messages(Demand=demand, **DEFENCE_RULE)
    assert "resembles 'defence', which 'no China' binds; the rule does not bind this line" in found


def test_a_rule_whose_segments_no_demand_has_is_an_error():
    demand = [need(10, segment="civil"), METAL_DEMAND]
    (found,) = messages(Demand=demand, **DEFENCE_RULE)
    assert found == (
        "Rules!B2 (segments): no row of Demand has the segment 'defence': the rule binds no "
        "delivery; write one of 'civil'"
    )
    # One segment of several may be for a later year; that of a line that is off is known.
    rules = [no_china(segments="civil, medical")]
    assert messages(Demand=demand, Rules=rules, Rule_scope=[china()]) == []
    off = [need(10, segment="civil"), need(5, "b", segment="defence", active="no"), METAL_DEMAND]
    assert messages(Demand=off, **DEFENCE_RULE) == []


def test_a_stage_that_nothing_does_is_an_error_in_a_scope():
    (found,) = messages(Rules=[no_china()], Rule_scope=[china(stage="seperated")])
    assert found == (
        "Rule scope!C2 (stage): 'seperated' is not a stage of this workbook: nothing can break 'no "
        "China' there; did you mean 'separated'?"
    )


def test_a_country_in_a_scope_need_not_occur_anywhere_else():
    lines = [china(), {"rule": "no China", "country": "Iran"}]
    assert warnings_of(Rules=[no_china()], Rule_scope=lines) == []


def test_an_owner_or_site_that_occurs_nowhere_is_a_warning_and_a_misspelt_one_an_error():
    def found(**scope):
        sites = [*SITES, {"site": "Joint", "country": "Malaysia", "owner": "Lynas Rare Earths"}]
        sheets = {
            "Sites": sites,
            "Rules": [no_china()],
            "Rule_scope": [{"rule": "no China", **scope}],
        }
        return [*messages(**sheets), *messages("warning", **sheets)]

    assert found(owner="Norinco") == [
        "Rule scope!B2 (owner): 'Norinco' occurs neither in Sites nor in a history: nothing in "
        "this workbook breaks this line"
    ]
    assert found(owner="Lynas Rare Earth")[:1] == [
        "Rule scope!B2 (owner): 'Lynas Rare Earth' occurs neither in Sites nor in a history, and "
        "resembles 'Lynas Rare Earths'; spell a name the same way everywhere"
    ]
    assert found(site="Jiont")[0].endswith(
        "resembles 'Joint'; spell a name the same way everywhere"
    )


def test_a_rule_outside_the_horizon_is_named():
    for dates in ({"from": date(2037, 1, 1)}, {"to": date(2026, 12, 31)}):
        (found,) = warnings_of(Rules=[no_china(**dates)], Rule_scope=[china()])
        assert "'no China' is not in force: its dates lie outside the horizon" in found
    later = no_china(dated_by="processing", to=date(2026, 12, 31))  # bars what lay there before
    assert warnings_of(Rules=[later], Rule_scope=[china()]) == []


def test_a_scope_line_that_matches_everything_is_named():
    assert warnings_of(Rules=[no_china()], Rule_scope=[china(country="*")]) == [
        "Rule scope!A2 (rule): only the rule is filled in: every history breaks 'no China'"
    ]


def test_a_process_without_a_stage_where_a_rule_looks_is_named():
    assert warnings_of(Rules=[no_china()], Rule_scope=[china(country="Canada")]) == [
        "Processes!A2 (stage): the cell is blank: 'smelt' at 'Plant' breaks no rule, but a rule "
        "names 'Canada'; write the stage of the process"
    ]
    melted = [process("smelt", stage="melted")]
    scope = [china(country="Canada")]
    assert (
        warnings_of(Rules=[no_china()], Rule_scope=scope, Recipes=SMELTING, Processes=melted) == []
    )


def test_stages_that_no_rule_knows_are_named():
    crushed = [offer("kaz", history="crushed: Kazakhstan; mined: Kazakhstan")]
    assert warnings_of(
        Rules=[no_china()], Rule_scope=[china(stage="separated")], Supply=crushed
    ) == ["Supply!E2 (history): no rule uses the stage 'crushed'"]
    assert warnings_of(Rules=[no_china()], Rule_scope=[china()], Supply=crushed) == []


# Names


def test_free_words_that_differ_by_a_letter_are_named():
    owners = [
        site("Second", "Canada", owner="Kazatomprom"),
        site("Third", "Canada", owner="Kazatomprm"),
    ]
    assert warnings_of(Sites=[*SITES, *owners]) == [
        "Sites!D7 (owner): 'Kazatomprm' appears only once, and resembles 'Kazatomprom'; "
        "spell a name the same way everywhere"
    ]


@pytest.mark.parametrize(
    "pair", [("AU", "AT"), ("Iran", "Iraq"), ("line A", "line B"), ("Q1", "Q2")]
)
def test_short_words_may_differ_by_a_letter(pair):
    owners = [site(f"Site {at}", "Canada", owner=name) for at, name in enumerate(pair)]
    assert warnings_of(Sites=[*SITES, *owners]) == []


def test_names_with_a_comma_cannot_stand_in_a_list():
    assert warnings_of(Sites=[*SITES, site("Arafura, Nolans", "Canada")]) == [
        "Sites!A (site): 'Arafura, Nolans' has a comma or semicolon, which separate names in a "
        "list; it cannot be used in a list of names, such as in Limits"
    ]


# Limits, scenarios


def test_a_limit_looks_at_columns_that_its_measure_has():
    limit = {"limit": "L", "measure": "bought", "line": "need", "maximum": 4}
    assert messages(Limits=[limit]) == [
        "Limits!C2 (line): the column does not apply to 'bought'; the columns that apply are "
        "site, country, owner, "
        "material, offer; clear the cell or change the measure"
    ]
    assert warnings_of(Limits=[{"limit": "L", "measure": "bought", "maximum": None}]) == [
        "Limits!C2 (maximum): neither minimum nor maximum is filled: the limit has no effect"
    ]
    share = {"limit": "L", "measure": "bought", "as": "share", "country": "China", "maximum": 40}
    assert messages(Limits=[share]) == [
        "Limits!E2 (maximum): 40 is above 1, and the limit is a share; for 40 % write 0.4"
    ]


def test_a_scenario_changes_what_is_there_into_what_may_be_there():
    change = {"scenario": "dear", "sheet": "Suply", "where": None, "column": "price"}
    change |= {"change": "×", "value": 2}
    assert warnings_of(Scenarios=[change | {"sheet": "supply", "column": "PRICE"}]) == []
    changes = [
        change,
        change | {"sheet": "Supply", "column": "prise"},
        change | {"sheet": "Supply", "where": "offer kaz"},
        change | {"sheet": "Supply", "where": "ofer = kaz"},
        change | {"sheet": "Supply", "column": "site"},
        change | {"sheet": "Supply", "value": "dear"},
        change | {"sheet": "Supply", "change": "set", "value": "dear"},
    ]
    assert messages(Scenarios=changes) == [
        "Scenarios!B2 (sheet): 'Suply' is not a sheet that a scenario can change; "
        "did you mean 'Supply'?",
        "Scenarios!D3 (column): 'prise' is not a column of Supply; did you mean 'price'?",
        "Scenarios!C4 (where): 'offer kaz' is not a condition; "
        "write column = name; column >= value",
        "Scenarios!C5 (where): 'ofer' is not a column of Supply; did you mean 'offer'?",
        "Scenarios!E6 (change): '×' needs a column of numbers, not 'site'; write set",
        "Scenarios!F7 (value): 'dear' is not a number; write a number",
        "Scenarios!F8 (value): 'dear' is not a number; write a number in USD/t",
    ]


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"sheet": "Tariffs", "column": "dutiable value"}, "did you mean 'customs value'?"),
        ({"sheet": "Tariffs", "column": "value"}, "did you mean 'customs value'?"),
        ({"sheet": "Tariffs", "column": "ad valorem", "where": "origin = China"}, "origin country"),
        ({"sheet": "Lanes", "column": "freight"}, "did you mean 'cost'?"),
        ({"sheet": "Duties", "column": "specific"}, "did you mean 'Tariffs'?"),
    ],
)
def test_a_scenario_is_told_the_header_that_its_word_stands_for(changed, told):
    row = {"scenario": "dear", "where": None, "change": "×", "value": 2} | changed
    tariff = {"origin country": "China", "destination country": "USA", "material": "ore"}
    (found,) = messages(Scenarios=[row], Tariffs=[tariff])
    assert told in found


def test_a_scenario_cannot_be_based_on_an_inactive_one():
    change = {"sheet": "Supply", "column": "price", "change": "×", "value": 2}
    rows = [
        {"scenario": "low", "based on": None, "active": "no", **change},
        {"scenario": "lower", "based on": "low", "active": None, **change},
    ]
    assert messages(Scenarios=rows) == [
        "Scenarios!B3 (based on): 'low' is inactive: none of its changes would be made; write yes "
        "under active in its rows"
    ]


# Switched off


def test_rows_that_refer_to_something_switched_off_are_off_too():
    places = [{"active": None} | row for row in SITES]
    places[1]["active"] = "no"
    assert warnings_of(Sites=places) == [
        "Lanes: 2 rows are inactive because site 'China' is inactive"
    ]
    found = make(Sites=places, Supply=[offer("kaz")], Demand=[need(10)])
    assert [row.to_site for row in found.switched_off["Lanes"]] == ["Buyer", "Plant"]
    assert len(found.lanes) == 3
    assert [row.site for row in found.switched_off["Sites"]] == ["China"]


def test_a_thing_is_off_only_if_all_its_rows_are():
    half = date(2027, 7, 1)
    offers = [
        offer("kaz", active="no", from_=half),
        offer("kaz", active=None, to=date(2027, 6, 30)),
    ]
    limit = {"limit": "L", "measure": "bought", "offer": "kaz", "maximum": 4}
    assert warnings_of(Supply=offers, Limits=[limit]) == []


def test_a_recipe_without_one_of_its_materials_is_another_recipe():
    slag = recipe("smelt", ore=-1, metal=0.8, slag=0.2)
    materials = [{"material": name, "active": None} for name in ("ore", "metal")]
    materials.append({"material": "slag", "active": "no"})
    plant = {"Recipes": slag, "Materials": materials}
    assert messages(**plant, Processes=[process("smelt")]) == [
        "Recipes!B4 (material): 'slag' is inactive, but 'smelt' is run (Processes row 2); "
        "write no under active for this row or for the processes"
    ]
    stopped = [process("smelt", active="no")]
    assert "Recipes: 3 rows are inactive because material 'slag' is inactive" in warnings_of(
        **plant, Processes=stopped
    )


def test_names_of_things_switched_off_are_dropped_from_limits_and_clears():
    offers = [offer("kaz", active=None), offer("old", active="no")]
    limits = [
        {"limit": "both", "measure": "bought", "offer": "kaz, old", "maximum": 4},
        {"limit": "one", "measure": "bought", "offer": "old", "maximum": 4},
    ]
    assert warnings_of(Supply=offers, Limits=limits) == [
        "Limits: 1 row is inactive because offer 'old' is inactive",
        "Limits: inactive names are left out of lists in 1 row, because offer 'old' is inactive",
    ]
    found = make(Supply=offers, Limits=limits, Demand=[need(10)])
    assert [(row.limit, row.offer) for row in found.limits] == [("both", ("kaz",))]


def test_a_process_stops_with_one_of_its_units_and_an_option_with_what_it_needs():
    run = [process("smelt", unit=name, cost=1) for name in ("furnace", "mill")]
    units = [
        {"site": "Plant", "unit": "furnace", "capacity": 5, "active": None},
        {"site": "Plant", "unit": "mill", "capacity": 5, "active": "no"},
    ]
    assert (
        "Processes: 2 rows are inactive because unit 'mill' at 'Plant' is inactive"
        in warnings_of(Recipes=SMELTING, Processes=run, Units=units)
    )
    rows = [option("A", needs="B", active=None), option("B", active="no")]
    assert "Options: 1 row is inactive because option 'B' is inactive" in warnings_of(
        **FURNACE_PROCESS, Units=units[:1], Options=rows
    )


def test_what_is_wrong_in_a_row_that_is_off_is_a_warning():
    assert warnings_of(
        Supply=[offer("kaz", active=None), offer("old", price="?", active="no")]
    ) == ["Supply!D3 (price): '?' is not a number (the row is inactive); write a number in USD/t"]
