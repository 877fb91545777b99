"""Duties: which tariff applies, when, on what value, and the customs origin of a lot.

10 t of ore at 1 a tonne are wanted in the USA, so a plan with a duty of x a tonne costs
10 + 10 x. Ore is worth 50 a tonne; a tonne short costs 100.
"""

from __future__ import annotations

from datetime import date

import pytest

import optimizer
from tests.conftest import cost, lane, make, need, offer, plan, process, recipe, site

ORE = [{"material": "ore", "stage": "mined", "value": 50}]


def tariff(origin="*", destination="*", material="*", specific=0, **more):
    return {
        "origin country": origin,
        "destination country": destination,
        "material": material,
        "specific": specific,
        **more,
    }


def duty(*rows, **sheets):
    """Duty of 10 t of Kazakh ore brought to the USA in 2027, by the tonne."""
    case = {
        "Materials": ORE,
        "Supply": [offer("kaz")],
        "Lanes": [lane("Kaz", "Buyer")],
        "Demand": [need(10)],
        "Tariffs": list(rows),
        **sheets,
    }
    return (cost(**case) - 10) / 10


def test_without_a_row_there_is_no_duty():
    assert duty() == 0
    assert duty(tariff("China", specific=7)) == 0


def test_a_duty_is_a_share_of_the_value_plus_money_per_tonne():
    # 10 % of 50 and 2: 7 a tonne.
    row = {**tariff("Kazakhstan", "USA", "ore", specific=2), "ad valorem": 0.1}
    assert duty(row) == pytest.approx(7)


def test_a_customs_value_of_the_row_stands_for_the_value_of_the_material():
    # 10 % of the 30 that is paid for Kazakh ore, not of 50; 0 is a value, blank is none.
    row = {**tariff("Kazakhstan"), "ad valorem": 0.1}
    assert duty({**row, "customs value": 30}) == pytest.approx(3)
    assert duty({**row, "customs value": 0}) == pytest.approx(0)
    assert duty({**row, "customs value": None}) == pytest.approx(5)


def test_each_measure_and_origin_has_its_own_customs_value():
    # Kazakh ore: 10 % of 30 by the more specific row and 20 % of 50 by the other measure.
    rows = [
        {**tariff("Kazakhstan", measure="MFN"), "ad valorem": 0.1, "customs value": 30},
        {**tariff(measure="MFN"), "ad valorem": 0.1},
        {**tariff(measure="Section 232"), "ad valorem": 0.2},
    ]
    assert duty(*rows) == pytest.approx(13)


def test_a_duty_may_be_more_than_the_value():
    # 120 % of 50 is 60 a tonne, which is still less than 100 for a tonne short.
    assert duty({**tariff(), "ad valorem": 1.2}) == pytest.approx(60)


def test_rows_of_different_measures_add_up():
    rows = [tariff(specific=2, measure="MFN"), tariff(specific=3, measure="Section 301")]
    assert duty(*rows) == pytest.approx(5)


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        # The more of origin, destination and material are named, the more specific.
        ([tariff(specific=1), tariff("Kazakhstan", specific=2)], 2),
        ([tariff("Kazakhstan", specific=2), tariff("Kazakhstan", "USA", specific=3)], 3),
        ([tariff("*", "USA", "ore", 3), tariff("Kazakhstan", "USA", "ore", 4)], 4),
        ([tariff("*", "USA", "ore", 3), tariff("Kazakhstan", specific=9)], 3),
        # A row of 0 exempts.
        ([tariff(specific=8), tariff("Kazakhstan", specific=0)], 0),
    ],
)
def test_within_a_measure_the_most_specific_row_applies(rows, found):
    assert duty(*rows) == pytest.approx(found)
    assert duty(*reversed(rows)) == pytest.approx(found)


def test_a_duty_is_averaged_over_the_period_and_time_without_a_row_is_free():
    # 8 a tonne from October on: a quarter of the year.
    assert duty(tariff(specific=8, from_=date(2027, 10, 1))) == pytest.approx(2)


def test_where_a_specific_row_does_not_hold_the_general_one_does():
    # 3 in general, 7 from Kazakhstan in the second half-year: 1.5 + 3.5.
    rows = [tariff(specific=3), tariff("Kazakhstan", specific=7, **{"from": date(2027, 7, 1)})]
    assert duty(*rows) == pytest.approx(5)


def test_a_specific_row_may_interrupt_the_general_one():
    # 4 in general but for April to September, when goods from Kazakhstan are exempt.
    row = tariff("Kazakhstan", **{"from": date(2027, 4, 1), "to": date(2027, 9, 30)})
    assert duty(tariff(specific=4), row) == pytest.approx(2)


def test_each_period_has_its_own_average():
    # Half-years of 5 t: nothing in the first, 6 a tonne in the second.
    found = plan(
        Settings={"period length": "half-year", "periods": 2},
        Materials=ORE,
        Supply=[offer("kaz")],
        Lanes=[lane("Kaz", "Buyer")],
        Demand=[need(10)],
        Tariffs=[tariff(specific=6, from_=date(2027, 7, 1))],
    )
    assert list(found.tables["Shipments"]["duty"]) == pytest.approx([0, 30])


def test_duty_falls_due_at_departure_on_what_is_shipped():
    # 10 t arrive of 12.5 t shipped in 2027, a year before; duty 4 rises to 9 in 2028.
    found = plan(
        Settings={"periods": 2},
        Materials=ORE,
        Supply=[offer("kaz", price=0)],
        Lanes=[lane("Kaz", "Buyer", lead_days=365.25, arrives=0.8)],
        Demand=[need(None, **{"2027": 0, "2028": 10})],
        Tariffs=[
            tariff(specific=4, to=date(2027, 12, 31)),
            tariff(specific=9, **{"from": date(2028, 1, 1)}),
        ],
    )
    assert found.objective == pytest.approx(12.5 * 4)


def test_there_is_no_duty_inside_a_country():
    # Kaz belongs to the USA now; the Plant next door too.
    sites = [site("Kaz", "USA"), site("Buyer", "USA")]
    assert duty(tariff(specific=5), Sites=sites) == 0


def test_goods_that_are_in_a_country_move_on_without_duty():
    # Kazakh ore pays 5 on its way into a port of the USA and nothing from there to the Buyer,
    # though what goes on to Mexico pays again: 20 t once, 10 t twice.
    found = plan(
        Sites=[
            site("Kaz", "Kazakhstan"),
            site("Port", "USA"),
            site("Buyer", "USA"),
            site("Mill", "Mexico"),
        ],
        Supply=[offer("kaz", price=0)],
        Lanes=[lane("Kaz", "Port"), lane("Port", "Buyer"), lane("Port", "Mill")],
        Demand=[need(10), {**need(10, "mill"), "customer": "Mill"}],
        Tariffs=[tariff(specific=5)],
    )
    assert found.objective == pytest.approx(20 * 5 + 10 * 5)


# Origin ---------------------------------------------------------------------------------------

PORT = [site("Kaz", "Kazakhstan"), site("Port", "Georgia"), site("Buyer", "USA")]
OVER_PORT = [lane("Kaz", "Port"), lane("Port", "Buyer")]


def test_a_detour_over_a_third_country_does_not_change_the_origin():
    # Kazakh ore shipped from Georgia pays the Kazakh duty of 6, not the Georgian one of 1.
    rows = [tariff("Kazakhstan", "USA", specific=6), tariff("Georgia", "USA", specific=1)]
    assert duty(*rows, Sites=PORT, Lanes=OVER_PORT) == pytest.approx(6)


def test_each_border_has_its_duty():
    rows = [tariff("Kazakhstan", "USA", specific=6), tariff("*", "Georgia", specific=2)]
    assert duty(*rows, Sites=PORT, Lanes=OVER_PORT) == pytest.approx(8)


def test_stock_keeps_its_origin():
    # Ore of either country is stored at the Port: what is kept is told apart, and only the
    # Georgian one, 3 t, goes free.
    rows = [tariff("Kazakhstan", "USA", specific=6)]
    supply = [offer("kaz"), offer("port", "Port", maximum=3)]
    store = [{"site": "Port", "material": "ore"}]
    found = duty(*rows, Sites=PORT, Lanes=OVER_PORT, Supply=supply, Stocks=store)
    assert found == pytest.approx(7 * 6 / 10)


def test_the_origin_is_where_a_lot_was_last_made():
    # Smelted in Canada, Kazakh ore is Canadian metal.
    found = cost(
        Supply=[offer("kaz")],
        Recipes=recipe("smelt", ore=-1, metal=1),
        Processes=[process("smelt")],
        Lanes=[lane("Kaz", "Plant"), lane("Plant", "Buyer")],
        Demand=[need(10, material="metal")],
        Tariffs=[tariff("Kazakhstan", "USA", specific=6), tariff("Canada", "USA", specific=2)],
    )
    assert found == pytest.approx(10 + 20)


def test_a_process_makes_its_country_the_origin_whether_it_has_a_stage_or_not():
    for stage in (None, "melted"):
        found = plan(
            Supply=[offer("kaz")],
            Recipes=recipe("smelt", ore=-1, metal=1),
            Processes=[process("smelt", stage=stage)],
            Lanes=[lane("Kaz", "Plant"), lane("Plant", "Buyer")],
            Demand=[need(10, material="metal")],
            Tariffs=[tariff("Canada", "USA", specific=2)],
        )
        assert found.costs["duty"] == pytest.approx(20)


def test_a_traders_goods_come_from_the_latest_event_of_their_history():
    # Mined in China, separated in Malaysia, sold in Georgia: Malaysian, in whatever order the
    # events are written.
    rows = [
        tariff("Malaysia", specific=4),
        tariff("China", specific=7),
        tariff("Georgia", specific=9),
    ]
    for history in (
        "mined: China; separated: Malaysia",
        "separated: Malaysia; mined: China",
    ):
        supply = [offer("trader", "Port", history=history)]
        assert duty(*rows, Sites=PORT, Lanes=OVER_PORT, Supply=supply) == pytest.approx(4)


def test_without_a_history_goods_come_from_the_site_that_sells_them():
    supply = [offer("port", "Port")]
    rows = [tariff("Georgia", specific=9)]
    assert duty(*rows, Sites=PORT, Lanes=OVER_PORT, Supply=supply) == pytest.approx(9)


def test_a_stage_of_the_workbooks_own_is_later_than_the_known_ones():
    supply = [offer("trader", "Port", history="coated: Japan; produced: China")]
    rows = [tariff("Japan", specific=4), tariff("China", specific=7)]
    assert duty(*rows, Sites=PORT, Lanes=OVER_PORT, Supply=supply) == pytest.approx(4)


def test_goods_that_come_home_are_free():
    # American ore sold by a trader in Georgia.
    supply = [offer("trader", "Port", history="mined: USA")]
    assert duty(tariff(specific=9), Sites=PORT, Lanes=OVER_PORT, Supply=supply) == 0


def test_opening_stock_has_the_origin_that_it_was_held_with():
    case = {"Sites": PORT, "Lanes": OVER_PORT, "Supply": [], "Materials": ORE, "Demand": [need(10)]}
    rows = [tariff("China", specific=7), tariff("Georgia", specific=9)]
    for history, found in (("mined: China", 70), (None, 90)):
        store = {"site": "Port", "material": "ore", "opening": 10, "history": history}
        assert cost(**case, Tariffs=rows, Stocks=[store]) == pytest.approx(found)


def test_an_order_has_the_origin_of_its_history():
    order = {
        "order": "ship",
        "to site": "Port",
        "material": "ore",
        "arrival": date(2027, 3, 1),
        "quantity": 10,
        "history": "mined: China",
    }
    found = cost(
        Sites=PORT,
        Lanes=OVER_PORT,
        Supply=[],
        Pipeline=[order],
        Demand=[need(10)],
        Tariffs=[tariff("China", "USA", specific=7)],
    )
    assert found == pytest.approx(70)


def test_rows_of_an_offer_have_their_own_origins():
    # Chinese ore at a duty of 10 in 2027, Kazakh ore without one in 2028: 10 x 11 + 10 x 1.
    rows = [
        offer("trader", "Port", history="mined: China", to=date(2027, 12, 31)),
        offer("trader", "Port", history="mined: Kazakhstan", from_=date(2028, 1, 1)),
    ]
    found = cost(
        Settings={"periods": 2},
        Sites=PORT,
        Lanes=OVER_PORT,
        Supply=rows,
        Demand=[need(10)],
        Tariffs=[tariff("China", "USA", specific=10)],
    )
    assert found == pytest.approx(120)


def test_an_untraced_material_has_an_origin_all_the_same():
    materials = [{"material": "ore", "stage": "mined", "traced": "no", "value": 50}]
    rows = [tariff("Kazakhstan", "USA", specific=6), tariff("Georgia", "USA", specific=1)]
    found = duty(*rows, Sites=PORT, Lanes=OVER_PORT, Materials=materials)
    assert found == pytest.approx(6)


# Where origins are told apart ------------------------------------------------------------------


def origins(*rows) -> set[str]:
    """Origins that are distinguished at the Port, where Kazakh, Chinese and Georgian ore meet."""
    network = optimizer.build_network(
        make(
            Sites=[*PORT, site("China", "China")],
            Supply=[offer("kaz"), offer("china", "China"), offer("port", "Port")],
            Lanes=[*OVER_PORT, lane("China", "Port")],
            Demand=[need(10)],
            Tariffs=list(rows),
        )
    )
    return {node.origin for node in network.nodes if node.site == "Port"}


def test_origins_that_no_duty_tells_apart_cost_nothing():
    assert origins() == {""}
    assert origins(tariff("*", "Canada", specific=3)) == {""}


def test_origins_with_the_same_duty_ahead_are_one():
    assert origins(tariff("China", "USA", specific=3)) == {"China", "Georgia or Kazakhstan"}


def test_origins_are_forgotten_once_no_duty_lies_ahead():
    # Only the way into Georgia is dear for Chinese ore: at the Port it is over.
    assert origins(tariff("China", "Georgia", specific=3)) == {""}


def test_a_process_takes_lots_of_any_origin():
    # 4 t of free Georgian metal and 6 t at a duty of 3 are melted into one magnet of Canada.
    found = plan(
        Sites=[*PORT, site("Plant", "Canada")],
        Supply=[offer("kaz", material="metal"), offer("port", "Port", "metal", maximum=4)],
        Recipes=recipe("press", metal=-1, magnet=1),
        Processes=[process("press")],
        Lanes=[lane("Kaz", "Port"), lane("Port", "Plant"), lane("Plant", "Buyer")],
        Demand=[need(10, material="magnet")],
        Tariffs=[tariff("Kazakhstan", "Canada", specific=3)],
    )
    assert found.objective == pytest.approx(10 + 6 * 3)
    assert found.shortage == 0
