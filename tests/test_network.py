"""The network of a case: lanes, recipes, contracts, units, pruning and warnings."""

from __future__ import annotations

import sys
from datetime import date

import pytest
from pyomo.core import Constraint, Objective, Var, maximize

import optimizer
from optimizer import solver
from optimizer.network.calendar import members
from optimizer.network.offers_and_demand import windows
from tests.conftest import cost, lane, make, need, offer, plan, process, read_tables, recipe, site
from tests.oracle.random_case import draw

KAZ_TO_BUYER = [lane("Kaz", "Buyer")]
HALVES = [(None, date(2027, 6, 30)), (date(2027, 7, 1), None)]


def network(**sheets):
    return optimizer.build_network(make(**sheets))


def arcs(**sheets):
    return {(arc.from_site, arc.to_site, arc.material): arc for arc in network(**sheets).arcs}


# Lanes ----------------------------------------------------------------------------------------


def test_a_star_lane_carries_what_something_at_its_end_can_take():
    # The Buyer wants metal; the Plant uses ore, and metal may pass through it to the Buyer.
    # Nobody can take slag.
    found = arcs(
        Supply=[offer("kaz"), offer("slag", material="slag")],
        Recipes=recipe("smelt", ore=-1, metal=1),
        Processes=[process("smelt")],
        Lanes=[lane("Kaz", "Plant"), lane("Plant", "Buyer")],
        Demand=[need(10, material="metal")],
    )
    assert {key for key in found if key[0] == "Plant"} == {("Plant", "Buyer", "metal")}
    assert {key[2] for key in found if key[0] == "Kaz"} == {"ore", "metal"}


def test_a_star_lane_takes_what_a_store_or_a_named_lane_at_its_end_takes():
    # A Stocks row at the Plant takes oxide; the lane for metal that leaves the Plant takes metal.
    found = arcs(
        Supply=[offer("a", material="oxide"), offer("b", material="metal")],
        Stocks=[{"site": "Plant", "material": "oxide"}],
        Lanes=[lane("Kaz", "Plant"), lane("Plant", "Buyer", "metal")],
        Demand=[need(10, material="metal")],
    )
    assert {key[2] for key in found if key[:2] == ("Kaz", "Plant")} == {"oxide", "metal"}


def test_star_lanes_in_a_row_pass_on_what_the_last_end_takes():
    found = arcs(
        Sites=[site("Kaz", "Kazakhstan"), site("Port", "Georgia"), site("Buyer", "USA")],
        Supply=[offer("kaz")],
        Lanes=[lane("Kaz", "Port"), lane("Port", "Buyer")],
        Demand=[need(10)],
    )
    assert set(found) == {("Kaz", "Port", "ore"), ("Port", "Buyer", "ore")}


def test_a_lane_that_names_a_material_takes_it_out_of_the_star_lane():
    # Ore has its own row at 7, though the * row at 1 would be cheaper: 10 x (2 + 7) = 90.
    lanes = [lane("Kaz", "Buyer", cost=1), lane("Kaz", "Buyer", "ore", cost=7)]
    assert arcs(Supply=[offer("kaz")], Lanes=lanes, Demand=[need(10)])[
        "Kaz", "Buyer", "ore"
    ].cost == [7]
    assert cost(Supply=[offer("kaz", price=2)], Lanes=lanes, Demand=[need(10)]) == 90


def test_a_lane_of_another_mode_does_not_take_a_material_out_of_the_star_lane():
    lanes = [lane("Kaz", "Buyer", cost=1), lane("Kaz", "Buyer", "ore", cost=7, mode="air")]
    assert cost(Supply=[offer("kaz", price=2)], Lanes=lanes, Demand=[need(10)]) == 30


def test_a_named_lane_rules_the_periods_that_it_touches_and_the_star_lane_the_others():
    # 2027: the named row from July touches the whole year, so 10 t at 7; 2028: 10 t at 1.
    lanes = [
        lane("Kaz", "Buyer", cost=1),
        lane("Kaz", "Buyer", "ore", cost=7, from_=date(2027, 7, 1), to=date(2027, 12, 31)),
    ]
    case = {"Supply": [offer("kaz", price=0)], "Lanes": lanes, "Demand": [need(10)]}
    assert cost(Settings={"periods": 2}, **case) == 10 * 7 + 10 * 1


def test_the_maximum_of_a_star_lane_is_for_all_its_materials_together():
    # 15 t of ore and metal together fit; 5 t of the 20 wanted are short at 100.
    found = plan(
        Supply=[offer("a"), offer("b", material="metal")],
        Lanes=[lane("Kaz", "Buyer", maximum=15)],
        Demand=[need(10), need(10, "more", "metal")],
    )
    assert found.objective == pytest.approx(15 * 1 + 5 * 100)


def test_the_maximum_of_a_star_lane_leaves_out_a_material_that_is_named():
    # 10 t of metal fit under the * row's 10, ore has a row of its own without a maximum.
    lanes = [lane("Kaz", "Buyer", maximum=10), lane("Kaz", "Buyer", "ore")]
    supply = [offer("a"), offer("b", material="metal")]
    demand = [need(10), need(10, "more", "metal")]
    assert cost(Supply=supply, Lanes=lanes, Demand=demand) == pytest.approx(20)


def test_dated_rows_of_a_lane_average_their_cost_and_add_up_their_maximum():
    # Half a year at 2 and at most 20 t a year, half a year at 4 and 60: cost 3, maximum 40.
    lanes = [
        lane("Kaz", "Buyer", cost=money, maximum=most, from_=start, to=end)
        for money, most, (start, end) in zip((2, 4), (20, 60), HALVES, strict=True)
    ]
    found = network(Supply=[offer("kaz")], Lanes=lanes, Demand=[need(10)])
    assert found.arcs[0].cost == [3]
    assert found.arc_bounds[0].maximum == [40]


def test_what_is_lost_on_the_way_is_paid_for():
    # 10 t arrive of 12.5 t shipped at 80 %: 12.5 x (1 + 2) = 37.5.
    lanes = [lane("Kaz", "Buyer", cost=2, arrives=0.8)]
    assert cost(Supply=[offer("kaz")], Lanes=lanes, Demand=[need(10)]) == pytest.approx(37.5)


# Recipes --------------------------------------------------------------------------------------

SEPARATION = {
    "Assays": [
        {"feed": "ore", "oxide": "Nd", "share": 0.2},
        {"feed": "ore", "oxide": "Pr", "share": 0.05},
        {"feed": "ore", "oxide": "Th", "share": 0.01},
        {"feed": "clay", "oxide": "Nd", "share": 0.1},
    ],
    "Recoveries": [
        {"recipe": "separate", "oxide": "Nd", "product": "NdPr", "recovery": 0.9},
        {"recipe": "separate", "oxide": "Pr", "product": "NdPr", "recovery": 0.8},
    ],
}


def processes(**sheets):
    found = network(Supply=[offer("kaz"), offer("clay", material="clay")], Demand=[], **sheets)
    return {(each.recipe, each.feed): each for each in found.processes}


def test_a_separation_gives_share_times_recovery_of_each_oxide_summed_by_product():
    # A tonne of ore: 0.2 x 0.9 + 0.05 x 0.8 = 0.22 t of NdPr; thorium is recovered by nothing.
    found = processes(Processes=[process("separate", feed="ore")], **SEPARATION)
    assert found["separate", "ore"].inputs == {"ore": 1}
    assert found["separate", "ore"].outputs == pytest.approx({"NdPr": 0.22})


def test_a_star_feed_is_every_feed_with_an_assay():
    found = processes(Processes=[process("separate", feed="*")], **SEPARATION)
    assert set(found) == {("separate", "ore"), ("separate", "clay")}
    assert found["separate", "clay"].outputs == pytest.approx({"NdPr": 0.09})


def test_a_row_that_names_a_feed_takes_it_out_of_the_star_row():
    rows = [process("separate", feed="*", cost=1), process("separate", feed="ore", cost=5)]
    found = processes(Processes=rows, **SEPARATION)
    assert found["separate", "ore"].cost == [5]
    assert found["separate", "clay"].cost == [1]


def test_a_named_feed_rules_only_the_periods_that_it_touches():
    # The row for ore touches 2028 alone: cost 1 in 2027, 5 in 2028.
    rows = [
        process("separate", feed="*", cost=1),
        process("separate", feed="ore", cost=5, from_=date(2028, 12, 31)),
    ]
    found = processes(Settings={"periods": 2}, Processes=rows, **SEPARATION)
    assert found["separate", "ore"].cost == [1, 5]


def test_a_separation_may_need_reagents_from_recipes():
    rows = recipe("separate", acid=-0.5, residue=0.7)
    found = processes(
        Recipes=rows,
        Processes=[process("separate", feed="ore")],
        **SEPARATION,
    )
    assert found["separate", "ore"].inputs == {"acid": 0.5, "ore": 1}
    assert found["separate", "ore"].outputs == pytest.approx({"residue": 0.7, "NdPr": 0.22})


def test_rows_of_two_units_are_one_process_whose_costs_add_up():
    # A tonne through both units costs 2 + 3; each unit counts its own use of 1 and 4.
    found = network(
        Supply=[offer("kaz", site="Plant")],
        Recipes=recipe("smelt", ore=-1, metal=1),
        Processes=[
            process("smelt", unit="kiln", cost=2),
            process("smelt", unit="caster", use=4, cost=3),
        ],
        Units=[
            {"site": "Plant", "unit": "kiln", "capacity": 100},
            {"site": "Plant", "unit": "caster", "capacity": 200},
        ],
        Demand=[need(10, material="metal")],
    )
    assert [each.cost for each in found.processes] == [[5]]
    assert [(unit.unit, unit.uses) for unit in found.units] == [
        ("kiln", {0: [1]}),
        ("caster", {0: [4]}),
    ]


def test_the_tighter_of_two_units_binds():
    # 200 of the caster at 4 a tonne allow 50 t, the kiln 100: 50 t at 1 and 10 t short at 100.
    found = plan(
        Supply=[offer("kaz", site="Plant")],
        Recipes=recipe("smelt", ore=-1, metal=1),
        Processes=[process("smelt", unit="kiln"), process("smelt", unit="caster", use=4)],
        Units=[
            {"site": "Plant", "unit": "kiln", "capacity": 100},
            {"site": "Plant", "unit": "caster", "capacity": 200},
        ],
        Demand=[need(60, material="metal")],
    )
    assert found.objective == pytest.approx(50 + 10 * 100)


def test_a_unit_has_no_capacity_where_no_row_covers():
    # A ramp: 100 a year for the first quarter of 2027, 80 % of 200 from 2028-07-01.
    found = network(
        Settings={"periods": 2},
        Supply=[offer("kaz", site="Plant")],
        Recipes=recipe("smelt", ore=-1, metal=1),
        Processes=[process("smelt", unit="kiln")],
        Units=[
            {"site": "Plant", "unit": "kiln", "capacity": 100, "to": date(2027, 3, 31)},
            {
                "site": "Plant",
                "unit": "kiln",
                "capacity": 200,
                "availability": 0.8,
                "from": date(2028, 7, 1),
            },
        ],
        Demand=[need(10, material="metal")],
    )
    assert found.units[0].capacity == pytest.approx([25, 80])


def test_limits_of_a_process_are_per_year_and_only_while_its_row_holds():
    # At most 100 a year from July: 50 in 2027.
    found = network(
        Supply=[offer("kaz", site="Plant")],
        Recipes=recipe("smelt", ore=-1, metal=1),
        Processes=[process("smelt", maximum=100, from_=date(2027, 7, 1))],
        Demand=[need(10, material="metal")],
    )
    assert found.process_bounds[0].maximum == pytest.approx([50])


# Contracts ------------------------------------------------------------------------------------


def contracts(*rows, **settings):
    return network(Settings=settings, Supply=list(rows), Demand=[need(10)]).contracts


def test_a_contract_that_reaches_beyond_the_horizon_counts_in_part():
    # 100 t over 2027 and 2028, one year planned: 50 t; 80 % of them are paid for.
    (found,) = contracts(
        offer("kaz", contract_quantity=100, take_or_pay=0.8, to=date(2028, 12, 31))
    )
    assert (found.quantity, found.minimum_paid) == pytest.approx((50, 40))


def test_a_contract_that_began_before_the_horizon_counts_in_part():
    # July 2026 to December 2027 are 18 months, 12 of them planned: two thirds of 90 t.
    (found,) = contracts(
        offer("kaz", contract_quantity=90, from_=date(2026, 7, 1), to=date(2027, 12, 31))
    )
    assert found.quantity == pytest.approx(60)


def test_a_contract_with_open_dates_is_the_horizons():
    (found,) = contracts(offer("kaz", contract_quantity=90), periods=3)
    assert found.quantity == 90
    assert found.last_period == 2


def test_a_period_that_two_rows_share_counts_to_each_contract_by_its_time():
    # To March and from April: a purchase in 2027 is a quarter under the first, the rest second.
    found = contracts(
        offer("kaz", contract_quantity=10, to=date(2027, 3, 31)),
        offer("kaz", contract_quantity=20, from_=date(2027, 4, 1)),
    )
    assert [each.weights for each in found] == [
        pytest.approx({0: 0.25}),
        pytest.approx({0: 0.75}),
    ]


def test_a_contract_after_the_horizon_is_none():
    assert contracts(offer("kaz", contract_quantity=10, from_=date(2029, 1, 1))) == ()


def test_what_a_contract_leaves_untaken_is_paid_for_in_its_last_period():
    # 40 of 50 t are paid for at 3; 10 t are wanted: 30 t not taken cost 90 in 2028.
    found = plan(
        Settings={"periods": 2, "discount rate": 0.1},
        Supply=[offer("kaz", price=3, contract_quantity=50, take_or_pay=0.8)],
        Lanes=KAZ_TO_BUYER,
        Demand=[need(5)],
    )
    first, second = 1.1**-0.5, 1.1**-1.5
    assert found.costs["purchases"] == pytest.approx(15 * first + 15 * second)
    assert found.costs["take or pay"] == pytest.approx(90 * second)


# Stocks and orders under way ------------------------------------------------------------------


def test_opening_stock_and_orders_enter_in_their_period():
    found = network(
        Settings={"period length": "quarter", "periods": 2},
        Supply=[],
        Stocks=[{"site": "Buyer", "material": "ore", "opening": 7}],
        Pipeline=[
            {
                "order": "ship",
                "to site": "Buyer",
                "material": "ore",
                "arrival": date(2027, 4, 1),
                "quantity": 5,
                "history": "mined: Kazakhstan",
            }
        ],
        Demand=[need(10)],
    )
    assert [(each.period, each.tonnes, each.opening) for each in found.inflows] == [
        (0, 7, True),
        (1, 5, False),
    ]


def test_an_order_that_comes_after_the_end_never_arrives():
    found = network(
        Supply=[offer("kaz")],
        Pipeline=[
            {
                "order": "ship",
                "to site": "Buyer",
                "material": "ore",
                "arrival": date(2028, 1, 1),
                "quantity": 5,
                "history": "mined: Kazakhstan",
            }
        ],
        Demand=[need(10)],
    )
    assert found.inflows == ()


def test_every_row_of_a_store_binds_a_period_that_it_touches():
    # The second row begins on 31 December 2027: 2027 has both maximums, and the smaller binds.
    found = network(
        Settings={"periods": 2},
        Supply=[offer("kaz")],
        Stocks=[
            {"site": "Kaz", "material": "ore", "maximum": 5, "to": date(2027, 12, 30)},
            {"site": "Kaz", "material": "ore", "maximum": 8, "from": date(2027, 12, 31)},
        ],
        Demand=[need(10)],
    )
    assert found.stores[0].maximum == [5, 8]


def test_nothing_is_kept_where_no_row_covers_the_periods_last_day():
    # 2027 is covered to September only: what is bought then cannot serve 2028.
    stocks = [{"site": "Kaz", "material": "ore", "to": date(2027, 9, 30)}]
    supply = [offer("kaz", to=date(2027, 12, 31))]
    case = {"Settings": {"periods": 2}, "Supply": supply, "Demand": [need(10)]}
    assert cost(Stocks=stocks, **case) == 10 * 1 + 10 * 100
    assert cost(Stocks=[{"site": "Kaz", "material": "ore"}], **case) == 20 * 1


# Demand ---------------------------------------------------------------------------------------


def test_a_figure_for_a_period_wins_where_it_is_filled():
    # 3 t in 2027, which is no rate and not zero in 2028: 10 t there.
    found = plan(
        Settings={"periods": 2},
        Supply=[offer("kaz")],
        Demand=[need(10, **{"2027": 3, "2028": None})],
    )
    assert found.objective == pytest.approx(13)


def test_a_figure_for_a_period_is_not_scaled_to_the_dates_of_its_row():
    # The row holds from October: 6 t in 2027 as written, a rate of 8 t a year in 2028.
    found = plan(
        Settings={"periods": 2},
        Supply=[offer("kaz")],
        Demand=[need(8, from_=date(2027, 10, 1), **{"2027": 6})],
    )
    assert found.objective == pytest.approx(14)


def test_a_figure_for_a_period_counts_only_while_its_row_holds():
    # The row begins in 2028; the checks say that the 5 t of 2027 are without effect.
    found = plan(
        Settings={"periods": 2},
        Supply=[offer("kaz")],
        Demand=[need(10, from_=date(2028, 1, 1), **{"2027": 5})],
    )
    assert any("t has no effect" in str(finding) for finding in found.warnings)
    assert found.objective == pytest.approx(10)


def test_rows_of_a_line_that_share_a_period_add_up_and_average_their_price():
    # Half a year at 10 t a year and 20 a tonne, half at 30 t and 40: 20 t at 30.
    line = network(
        Supply=[offer("kaz")],
        Demand=[
            need(quantity, price=price, from_=start, to=end)
            for quantity, price, (start, end) in zip((10, 30), (20, 40), HALVES, strict=True)
        ],
    ).lines[0]
    assert (line.quantity, line.price) == ([20], [30])


def test_a_minimum_is_a_share_of_what_each_row_wants():
    # Half of 5 t and all of 15 t.
    line = network(
        Supply=[offer("kaz")],
        Demand=[
            need(quantity, minimum=share, from_=start, to=end)
            for quantity, share, (start, end) in zip((10, 30), (0.5, 1), HALVES, strict=True)
        ],
    ).lines[0]
    assert line.minimum == [17.5]


# Pruning --------------------------------------------------------------------------------------


def variables(m):
    return {variable.name: variable for variable in m.component_data_objects(Var)}


def flows(m):
    return {name for name in variables(m) if not name.startswith(("short", "nothing"))}


def unpruned(case, monkeypatch):
    """Model of a case without pruning."""
    module = sys.modules["optimizer.network.build_network"]
    prune = module.prune
    with monkeypatch.context() as patch:
        patch.setattr(module, "prune", lambda every, *rest: (every, prune(every, *rest)[1]))
        return optimizer.build_model(case)


def test_what_leads_nowhere_and_what_comes_from_nowhere_is_pruned():
    # Metal that nobody wants is neither bought nor shipped; the China lanes carry nothing, since
    # nobody sells ore there; from the Plant nothing can come back.
    m = optimizer.build_model(
        make(
            Supply=[offer("kaz"), offer("metal", material="metal")],
            Lanes=[lane("Kaz", "Buyer"), lane("China", "Buyer"), lane("Kaz", "Plant", "metal")],
            Demand=[need(10)],
        )
    )
    assert flows(m) == {
        "buy[kaz,Kaz,ore,'2027']",
        "ship[Kaz,Buyer,ore,,any,'2027']",
        "deliver[need,Buyer,ore,any,'2027']",
    }


def test_only_the_periods_that_matter_are_kept():
    # Three quarters with a lead time of one: supply from the second on reaches demand in the
    # third only, and what leaves in the third arrives after the end, which is no delivery.
    m = optimizer.build_model(
        make(
            Settings={"period length": "quarter", "periods": 3},
            Supply=[offer("kaz", from_=date(2027, 4, 1))],
            Lanes=[lane("Kaz", "Buyer", lead_days=91.3125)],
            Demand=[need(10)],
        )
    )
    assert flows(m) == {
        "buy[kaz,Kaz,ore,2027-Q2]",
        "buy[kaz,Kaz,ore,2027-Q3]",
        "ship[Kaz,Buyer,ore,,any,2027-Q2]",
        "ship[Kaz,Buyer,ore,,any,2027-Q3]",
        "deliver[need,Buyer,ore,any,2027-Q3]",
    }


def test_no_plan_could_use_what_is_pruned(monkeypatch):
    # In the model with every flow the balances alone force what pruning removes to zero.
    pruned = 0
    for case in random_cases():
        kept = flows(optimizer.build_model(case))
        m = unpruned(case, monkeypatch)
        gone = flows(m) - kept
        removed = [each for name, each in variables(m).items() if name in gone]
        pruned += len(removed)
        m.total_cost.deactivate()
        for family in m.component_objects(Constraint):
            if family.local_name != "balance":
                family.deactivate()
        m.bounded = Constraint(expr=sum(removed, m.nothing) <= 1)
        m.most = Objective(expr=sum(removed, m.nothing), sense=maximize)
        _, answer = solver.solve(m)
        assert answer.status == "infeasible" or answer.objective == pytest.approx(0, abs=1e-7)
    assert pruned > 50


def test_pruning_changes_no_optimum(monkeypatch):
    for case in random_cases():
        _, answer = solver.solve(unpruned(case, monkeypatch))
        found = optimizer.solve(case)
        assert found.status == answer.status
        if answer.objective is not None:
            assert found.objective == pytest.approx(answer.objective, rel=1e-9, abs=1e-7)


def random_cases():
    """Workbooks with many features each; those that the checks refuse are left out."""
    for seed in range(12):
        try:
            yield read_tables(draw(seed))
        except optimizer.WorkbookError:
            continue


def test_a_loop_inside_a_period_survives():
    # Solvent is made only from spent solvent, which only the extraction makes: 10 t of oxide
    # take 10 t of ore at 1 and 10 x 0.5 t of solvent, regenerated at 2 a tonne.
    found = plan(
        Supply=[offer("kaz", site="Plant")],
        Recipes=[
            *recipe("extract", ore=-1, solvent=-0.5, oxide=1, spent=0.5),
            *recipe("regenerate", spent=-1, solvent=1),
        ],
        Processes=[process("extract"), process("regenerate", cost=2)],
        Demand=[need(10, material="oxide")],
    )
    assert found.objective == pytest.approx(10 * 1 + 5 * 2)
    assert found.shortage == 0


def test_what_arrives_after_the_end_is_a_way_out():
    # The offer's 10 t must be bought and nobody wants them: they leave, to arrive in 2028.
    found = plan(
        Supply=[offer("kaz", price=3, minimum=10)],
        Lanes=[lane("Kaz", "Buyer", "ore", cost=2, lead_days=365.25)],
        Demand=[need(1)],
    )
    assert found.objective == pytest.approx(10 * (3 + 2) + 100)


def test_a_flow_through_closing_stock_is_a_way_out():
    found = plan(
        Supply=[offer("kaz", price=3, minimum=10)],
        Lanes=KAZ_TO_BUYER,
        Stocks=[{"site": "Kaz", "material": "ore"}],
        Demand=[need(1)],
    )
    assert found.objective == pytest.approx(30)
    assert list(found.tables["Stock"]["tonnes"]) == pytest.approx([9])


# Warnings -------------------------------------------------------------------------------------


def alerts(sheet="Demand", **sheets):
    return [str(finding) for finding in plan(**sheets).warnings if finding.sheet == sheet]


def test_a_demand_without_a_lane_is_named():
    (said,) = alerts(Supply=[offer("kaz")], Lanes=[lane("Kaz", "Plant", "ore")], Demand=[need(10)])
    assert "no compliant supply of ore reaches need in any period" in said
    assert "no lane ends at Buyer with it" in said


def test_a_demand_that_a_rule_cuts_off_says_which_rule():
    (said,) = alerts(
        Supply=[offer("china", site="China")],
        Demand=[need(10)],
        Rules=[{"rule": "no China", "segments": "*"}],
        Rule_scope=[{"rule": "no China", "country": "China"}],
    )
    assert "all supply that could arrive breaks no China" in said


def test_a_demand_that_nothing_reaches_in_time_says_when():
    # The first quarter's demand cannot be met: a lead time of a quarter, and no stock.
    (said,) = alerts(
        Settings={"period length": "quarter", "periods": 2},
        Supply=[offer("kaz")],
        Lanes=[lane("Kaz", "Buyer", lead_days=91.3125)],
        Demand=[need(10)],
    )
    assert "in 2027-Q1: no supply or production can arrive in time" in said


def test_an_outlet_that_nothing_reaches_is_no_reason_to_worry():
    assert alerts(Supply=[], Demand=[need(10, shortage_penalty=0)]) == []


def test_a_plant_that_can_never_run_says_which_input_or_product_stops_it():
    sheets = {
        "Supply": [offer("kaz", site="Plant")],
        "Lanes": [lane("Plant", "Buyer", "metal")],
        "Demand": [need(10, material="metal")],
    }
    smelt = {"Processes": [process("smelt")]}
    acid = recipe("smelt", ore=-1, acid=-1, metal=1)
    assert any(
        "cannot run" in said and "acid" in said
        for said in alerts("Processes", Recipes=acid, **smelt, **sheets)
    )
    slag = recipe("smelt", ore=-1, metal=1, slag=1)
    assert any(
        "cannot run" in said and "slag" in said
        for said in alerts("Processes", Recipes=slag, **smelt, **sheets)
    )


def test_an_order_that_comes_where_nothing_can_be_kept_is_worth_a_warning():
    order = {
        "order": "ship",
        "to site": "Buyer",
        "material": "ore",
        "arrival": date(2027, 4, 1),
        "quantity": 5,
        "history": "mined: Kazakhstan",
    }
    sheets = {"Supply": [offer("kaz")], "Demand": [need(10)], "Pipeline": [order]}
    (said,) = alerts("Pipeline", **sheets)
    assert "which has no Stocks row for it" in said
    assert alerts("Pipeline", **sheets, Stocks=[{"site": "Buyer", "material": "ore"}]) == []


@pytest.mark.parametrize(
    ("kind", "start", "end", "labels"),
    [
        ("horizon", None, None, ["2027-H2 to 2029-H1"]),
        ("horizon", date(2028, 3, 1), None, ["2028-H1 to 2029-H1"]),
        ("horizon", date(2020, 1, 1), date(2027, 12, 31), ["2027-H2"]),
        ("horizon", date(2030, 1, 1), None, []),
        ("year", None, None, ["2027", "2028", "2029"]),
        ("year", date(2028, 7, 1), None, ["2028-H2", "2029"]),
        ("period", date(2028, 7, 1), date(2029, 6, 30), ["2028-H2", "2029-H1"]),
    ],
)
def test_a_window_is_named_after_the_periods_that_its_row_binds(kind, start, end, labels):
    settings = {"start": date(2027, 7, 1), "period length": "half-year", "periods": 4}
    calendar = network(Settings=settings, Supply=[offer("kaz")], Demand=[need(1)]).calendar
    found = windows(kind, calendar, calendar.touched(start, end))
    assert [label for label, _ in found] == labels
    bound = [calendar.labels[t] for _, periods in found for t in members(periods)]
    assert bound == [calendar.labels[t] for t in members(calendar.touched(start, end))]
