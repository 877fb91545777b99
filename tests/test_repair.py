"""Where no plan is feasible: what would have to give, with the cell that says it."""

from datetime import date

import optimizer
from tests.conftest import china, make, need, no_china, offer, process, recipe

SMELTER = {
    "Materials": [{"material": "ore", "stage": "mined"}, {"material": "metal", "stage": "melted"}],
    "Recipes": recipe("smelt", ore=-1, metal=1),
}


def told(**sheets):
    """Title and changes of each repair of a case that has no plan."""
    result = optimizer.solve(make(**sheets))
    assert result.status == "infeasible"
    return {repair.title: list(repair.changes) for repair in result.repairs}


def only(changes):
    assert len(changes) == 1
    return changes[0]


def test_a_least_delivery_beyond_supply_is_asked_less_or_supplied_more():
    # 10 t wanted, all of it without fail; 6 t can be bought.
    found = told(Supply=[offer("kaz", maximum=6)], Demand=[need(10, minimum=1)])
    assert only(found["Reduce a requirement"]).startswith("Demand!")
    assert "(minimum): minimum delivery of need, Buyer, ore" in only(found["Reduce a requirement"])
    assert "0.4 (4 t) less in 2027; write 0.6" in only(found["Reduce a requirement"])
    assert only(found["Add supply or capacity"]).startswith("Supply!")
    assert "(maximum): offer of kaz" in only(found["Add supply or capacity"])
    assert "4 t per year more in 2027; write 10" in only(found["Add supply or capacity"])


def test_capacity_that_lacks_names_its_unit():
    # 10 t of metal must come out of a kiln of 7.
    found = told(
        **SMELTER,
        Supply=[offer("kaz")],
        Processes=[process("smelt", unit="kiln")],
        Units=[{"site": "Plant", "unit": "kiln", "capacity": 7}],
        Demand=[need(10, material="metal", minimum=1)],
    )
    change = only(found["Add supply or capacity"])
    assert change.startswith("Units!")
    assert "capacity of Plant, kiln: 3 per year more in 2027; write 10" in change


def test_a_closing_stock_that_cannot_be_reached_is_said():
    # 5 t can be bought, 8 must lie there at the end.
    found = told(
        Supply=[offer("kaz", maximum=5)],
        Stocks=[{"site": "Buyer", "material": "ore", "closing": 8}],
        Demand=[need(1, shortage_penalty=0)],
    )
    assert "3 t less in 2027" in only(found["Reduce a requirement"])
    assert only(found["Reduce a requirement"]).startswith("Stocks!")


def test_an_order_that_finds_no_use_is_named():
    # 4 t arrive, 1 is wanted, nothing can be kept.
    found = told(
        Pipeline=[
            {
                "order": "PO 1",
                "to site": "Buyer",
                "material": "ore",
                "arrival": date(2027, 5, 1),
                "quantity": 4,
                "history": "mined: Kazakhstan",
            }
        ],
        Demand=[need(1)],
    )
    change = only(found["Correct an opening stock or an order"])
    assert change.startswith("Pipeline!")
    assert "3 t of ore at Buyer have no use in 2027" in change


def test_a_purchase_that_must_be_made_and_has_no_use_is_asked_less():
    found = told(Supply=[offer("kaz", minimum=9, maximum=20)], Demand=[need(5)])
    change = only(found["Reduce a requirement"])
    assert change.startswith("Supply!")
    assert "offer of kaz, Kaz, ore: 4 t per year less in 2027" in change


def test_the_row_that_holds_in_the_period_is_named():
    # The second row of the offer lacks 4 t in 2028.
    rows = [
        offer("kaz", maximum=10, to=date(2027, 12, 31)),
        offer("kaz", maximum=6, from_=date(2028, 1, 1)),
    ]
    case = make(Settings={"periods": 2}, Supply=rows, Demand=[need(10, minimum=1)])
    result = optimizer.solve(case)
    change = only(result.repairs[1].changes)
    assert change.startswith(case.cell("Supply", 3, "maximum"))
    assert "4 t per year more in 2028" in change


def test_a_share_rule_that_clashes_with_a_least_delivery_may_give():
    # 10 t must be delivered, at most a quarter Chinese; 5 t are not: 5 - 2.5 t too many.
    found = told(
        Supply=[offer("kaz", price=5, maximum=5), offer("china", "China", price=1)],
        Demand=[need(10, minimum=1, segment="defence")],
        Rules=[{"rule": "no China", "segments": "defence", "maximum share": 0.25}],
        Rule_scope=[{"rule": "no China", "line": 1, "country": "China"}],
    )
    assert only(found["Relax the rule no China, if it is yours to change"]) == (
        "Rules!C2 (maximum share): share that may break the rule no China, for need: "
        "0.25 (2.5 t) more in 2027; write 0.5"
    )
    assert only(found["Add supply or capacity"]).startswith("Supply!")
    assert "Reduce a requirement" in found


def test_a_rule_without_tolerance_may_give_before_what_is_there():
    # 8 t of Chinese ore lie at the Buyer, 5 t fit there at the end of the year, 10 t are wanted.
    # The rule must let 3 t through, or the yard hold them. The ore that is there is no repair.
    stock = {"site": "Buyer", "material": "ore", "opening": 8, "maximum": 5}
    case = make(
        Supply=[offer("kaz")],
        Stocks=[{**stock, "history": "mined: China"}],
        Demand=[need(10)],
        Rules=[no_china(), no_china("no Brazil")],
        Rule_scope=[china(), china("no Brazil", "Brazil")],
    )
    rule, more = optimizer.solve(case).repairs
    assert rule.title == "Relax the rule no China, if it is yours to change"
    assert "(3 t) more in 2027; write 0.300" in only(rule.changes)
    assert 0.3 <= only(rule.edits).new <= 0.3005
    assert more.title == "Add supply or capacity"
    assert only(more.changes).startswith("Stocks!")


def test_what_is_bought_without_end_is_named():
    # Waste that is taken for 1 a tonne and thrown away for 0.5.
    result = optimizer.solve(
        make(
            Supply=[offer("waste", price=-1), offer("kaz", price=5)],
            Materials=[{"material": "ore", "stage": "mined", "disposal cost": 0.5}],
            Demand=[need(1)],
        )
    )
    assert result.status == "unbounded"
    assert "offer of waste, Kaz, ore" in only(only(result.repairs).changes)
