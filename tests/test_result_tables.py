"""Every result table, of plans that are worked by hand."""

from __future__ import annotations

import inspect
import json
from datetime import date
from functools import cache

import pytest

import optimizer
from optimizer.model import cost
from optimizer.result.result_layouts import COST_CATEGORIES, RESULT_LAYOUTS
from tests.conftest import CASES, china, lane, need, no_china, offer, plan, process, recipe

KINDS = ("text", "period", "date", "tonnes", "amount", "money", "price", "share", "number")
FIRST, SECOND = 1.21**-0.25, 1.21**-0.75
"""Discount at 21 % a year in the middle of two half-years."""


@cache
def smelter() -> optimizer.Result:
    """Two half-years alike: 12.5 t of clean metal for 10 t of defence, 10 t of any for 8 t civil.

    A tonne of metal takes 2 t of ore and leaves 0.5 t of slag; a fifth is lost on the way to the
    Buyer. A tonne for the line "extra" would cost more than its penalty of 2.
    """
    return plan(
        Settings={"period length": "half-year", "periods": 2, "discount rate": 0.21},
        Materials=[
            {"material": "ore", "stage": "mined"},
            {"material": "metal", "stage": "melted"},
            {"material": "slag", "traced": "no", "disposal cost": 4},
        ],
        Supply=[
            offer("kaz", price=5),
            offer("china", "China", price=1, firm="no", probability=0.5),
        ],
        Recipes=recipe("smelt", ore=-2, metal=1, slag=0.5),
        Processes=[process("smelt", unit="kiln", cost=3, stage="melted")],
        Units=[{"site": "Plant", "unit": "kiln", "capacity": 60, "fixed cost": 20}],
        Lanes=[
            lane("Kaz", "Plant", "ore", 1),
            lane("China", "Plant", "ore", 1),
            lane("Plant", "Buyer", "metal", 2, mode="sea", arrives=0.8),
        ],
        Tariffs=[
            {
                "origin country": "*",
                "destination country": "USA",
                "material": "metal",
                "specific": 1,
            }
        ],
        Demand=[
            need(20, "defence", "metal", segment="defence"),
            need(16, "civil", "metal", segment="civil", price=30),
            need(4, "extra", "metal", shortage_penalty=2),
        ],
        Rules=[no_china(segments="defence")],
        Rule_scope=[china()],
    )


def rows(name: str, period: str = "2027-H1") -> list[tuple]:
    """Rows of a period, sorted."""
    table = smelter().tables[name]
    at = table.layout.headers.index("period")
    return sorted(row for row in table.rows() if row[at] == period)


def same(found: list[tuple], wanted: list[tuple]) -> bool:
    """True if rows are the same, numbers to 1e-9."""
    assert [len(row) for row in found] == [len(row) for row in wanted]
    for one, other in zip(found, wanted, strict=True):
        for mine, theirs in zip(one, other, strict=True):
            if isinstance(theirs, (int, float)):
                assert mine == pytest.approx(theirs, rel=1e-9, abs=1e-9)
            else:
                assert mine == theirs
    return True


def test_purchases_are_an_order_plan():
    # 2 t of ore for each of 10 t of any metal and 12.5 t of clean metal.
    day = date(2027, 1, 1)
    assert same(
        rows("Purchases"),
        [
            ("china", "China", "China", "ore", "2027-H1", day, 20, 1, 20, "no", "no China", "", ""),
            ("kaz", "Kaz", "Kazakhstan", "ore", "2027-H1", day, 25, 5, 125, "yes", "", "", ""),
        ],
    )
    assert {row[5] for row in rows("Purchases", "2027-H2")} == {date(2027, 7, 1)}


def test_shipments_say_what_arrives_and_what_they_cost():
    # Freight of 2 and duty of 1 on 12.5 t and 10 t, of which 80 % arrive. Origin: made in Canada.
    dirty, clean = ("no China", "", ""), ("", "", "")
    origin = "Canada"
    assert same(
        rows("Shipments"),
        [
            ("China", "Plant", "ore", "", "2027-H1", 20, 20, 0, 20, 0, 0, *dirty),
            ("Kaz", "Plant", "ore", "", "2027-H1", 25, 25, 0, 25, 0, 0, *clean),
            (
                *("Plant", "Buyer", "metal", "sea", "2027-H1"),
                *(10, 8, 0, 20, 10, 0, "no China", "", origin),
            ),
            (
                *("Plant", "Buyer", "metal", "sea", "2027-H1"),
                *(12.5, 10, 0, 25, 12.5, 0, "", "", origin),
            ),
        ],
    )


def test_production_is_told_apart_by_what_it_breaks():
    assert same(
        rows("Production"),
        [
            ("Plant", "Canada", "smelt", "", "2027-H1", 10, 30, "no China", "", "no China"),
            ("Plant", "Canada", "smelt", "", "2027-H1", 12.5, 37.5, "", "", ""),
        ],
    )


def test_utilisation_is_what_is_used_of_what_there_is():
    # 22.5 of 30 in half a year.
    assert same(rows("Utilisation"), [("Plant", "kiln", "2027-H1", 22.5, 30, 0.75)])


def test_deliveries_are_told_apart_by_line_and_class():
    head = ("Buyer", "metal")
    assert same(
        rows("Deliveries"),
        [
            ("civil", *head, "civil", "2027-H1", 8, 240, "no China", "", ""),
            ("defence", *head, "defence", "2027-H1", 10, 0, "", "", ""),
        ],
    )


def test_shortages_name_what_is_wanted_and_not_met():
    assert same(
        rows("Shortages"),
        [("extra", "Buyer", "metal", "", "2027-H1", 2, 2, 1, 4)],
    )
    assert smelter().shortage == pytest.approx(4)


def test_what_is_thrown_away_is_paid_for():
    # 0.5 t of slag for each of 22.5 t of metal at 4.
    assert same(rows("Disposal"), [("Plant", "slag", "2027-H1", 11.25, 45, "", "", "")])


def test_costs_are_every_cent_by_category_place_and_thing():
    def cost(category, site, item, material, money):
        return (category, site, item, material, "2027-H1", "2027", money, money * FIRST)

    assert same(
        rows("Costs"),
        [
            cost("conversion", "Plant", "smelt", "", 67.5),
            cost("disposal", "Plant", "disposal", "slag", 45),
            cost("duty", "Plant", "Plant to Buyer by sea", "metal", 22.5),
            cost("fixed cost", "Plant", "kiln", "", 10),
            cost("freight", "China", "China to Plant", "ore", 20),
            cost("freight", "Kaz", "Kaz to Plant", "ore", 25),
            cost("freight", "Plant", "Plant to Buyer by sea", "metal", 45),
            cost("purchases", "China", "china", "ore", 20),
            cost("purchases", "Kaz", "kaz", "ore", 125),
            cost("revenue", "Buyer", "civil", "metal", -240),
            cost("shortage", "Buyer", "extra", "metal", 4),
        ],
    )


def test_costs_by_category_sum_to_the_objective():
    # 145 + 90 + 22.5 + 67.5 + 10 + 45 + 4 less 240, in either half-year.
    both = FIRST + SECOND
    found = smelter()
    assert found.costs == pytest.approx(
        dict.fromkeys(COST_CATEGORIES, 0.0)
        | {
            "purchases": 145 * both,
            "freight": 90 * both,
            "duty": 22.5 * both,
            "conversion": 67.5 * both,
            "fixed cost": 10 * both,
            "disposal": 45 * both,
            "shortage": 4 * both,
            "revenue": -240 * both,
        }
    )
    assert found.objective == pytest.approx(144 * both, rel=1e-12)
    assert sum(found.costs.values()) == pytest.approx(found.objective, rel=1e-12)
    assert list(found.costs) == list(COST_CATEGORIES)


def test_the_balance_says_where_every_tonne_went():
    # opening, bought, arrived, made; used, shipped, delivered, discarded, closing; difference
    assert same(
        rows("Balance"),
        [
            ("Buyer", "metal", "2027-H1", 0, 0, 18, 0, 0, 0, 18, 0, 0, 0),
            ("China", "ore", "2027-H1", 0, 20, 0, 0, 0, 20, 0, 0, 0, 0),
            ("Kaz", "ore", "2027-H1", 0, 25, 0, 0, 0, 25, 0, 0, 0, 0),
            ("Plant", "metal", "2027-H1", 0, 0, 0, 22.5, 0, 22.5, 0, 0, 0, 0),
            ("Plant", "ore", "2027-H1", 0, 0, 45, 0, 45, 0, 0, 0, 0, 0),
            ("Plant", "slag", "2027-H1", 0, 0, 0, 11.25, 0, 0, 0, 11.25, 0, 0),
        ],
    )


def test_compliance_shows_for_each_rule_what_was_found():
    (row,) = smelter().tables["Compliance"].rows()
    assert row[:12] == (
        *("no China", "open..open", 2, "defence", "defence", "2027-H1 to 2027-H2"),
        *(pytest.approx(20), 0, 0, 0, "clean 20 t", "kept as far as stated"),
    )


def test_compliance_counts_for_each_rule_what_breaks_that_rule():
    # At most half from China at 1, at most 80 % from Kaz at 5: 5 t of either.
    found = plan(
        Supply=[offer("kaz", price=5), offer("china", "China")],
        Demand=[need(10)],
        Rules=[no_china(maximum_share=0.5), no_china("no Kaz", maximum_share=0.8)],
        Rule_scope=[china(), china("no Kaz", "Kazakhstan")],
    )
    told = [(row[0], row[6], row[7], row[8]) for row in found.tables["Compliance"].rows()]
    assert told == [
        ("no China", *map(pytest.approx, (10, 5, 0.5))),
        ("no Kaz", *map(pytest.approx, (10, 5, 0.5))),
    ]


def test_every_table_is_the_same_in_the_second_half():
    for name in ("Purchases", "Shipments", "Production", "Balance", "Deliveries"):
        first, second = rows(name), rows(name, "2027-H2")
        assert [row[-4:] for row in first] == [row[-4:] for row in second]


def test_the_run_is_on_record():
    found = optimizer.solve(optimizer.read(CASES / "hand_trader.xlsx"))
    run = dict(found.tables["Run"].rows())
    assert run["case"] == "trader"
    assert run["input"].endswith("hand_trader.xlsx")
    assert run["input sha256"] == found.case.sha256
    assert len(run["input sha256"]) == 64
    assert run["status"] == "optimal"
    assert run["solver"].startswith("HiGHS 1.")
    assert run["audit"] == found.audit.verdict
    assert sum(name.startswith("audit: ") for name in run) == len(found.audit.checks)


def test_warnings_come_with_the_result():
    # Supply that is not firm is planned as firm, and said so.
    said = [str(finding) for finding in smelter().warnings]
    assert any("'china' is not firm; the plan treats it as certain" in text for text in said)
    assert [row[1] for row in smelter().tables["Run"].rows() if row[0] == "warning"] == said


# Tables that need a case of their own ---------------------------------------------------------


def stored() -> optimizer.Result:
    """3 t lie there; 10 t are bought at 5 in the first half, nothing can be in the second.

    10 t are wanted, 5 in each half: 8 t are kept once, 3 t twice.
    """
    return plan(
        Settings={"period length": "half-year", "periods": 2, "carrying cost rate": 0.1},
        Materials=[{"material": "ore", "stage": "mined", "value": 20}],
        Supply=[offer("kaz", "Buyer", price=5, minimum=20, to=date(2027, 6, 30))],
        Lanes=[],
        Stocks=[
            {
                "site": "Buyer",
                "material": "ore",
                "opening": 3,
                "history": "mined: Kazakhstan",
                "holding cost": 2,
                "closing value": 4,
            }
        ],
        Demand=[need(10)],
    )


def test_stock_is_what_is_kept_at_the_end_of_a_period():
    # Holding 2 and carrying 10 % of 20, both for half a year: 1 + 1 a tonne.
    assert same(
        sorted(stored().tables["Stock"].rows()),
        [
            ("Buyer", "ore", "2027-H1", 8, 8, 8, "", "", ""),
            ("Buyer", "ore", "2027-H2", 3, 3, 3, "", "", ""),
        ],
    )


def test_what_is_left_at_the_end_is_credited():
    found = stored()
    assert found.costs["closing value"] == pytest.approx(-12)
    assert found.objective == pytest.approx(50 + 11 + 11 - 12)


def test_the_balance_shows_opening_and_closing_stock():
    assert same(
        sorted(stored().tables["Balance"].rows()),
        [
            ("Buyer", "ore", "2027-H1", 3, 10, 0, 0, 0, 0, 5, 0, 8, 0),
            ("Buyer", "ore", "2027-H2", 8, 0, 0, 0, 0, 0, 5, 0, 3, 0),
        ],
    )


def test_take_or_pay_shows_what_was_paid_for_and_not_taken():
    # 80 % of 50 t at 3 are paid for, 10 t are wanted: 30 t, in the row's last period.
    found = plan(
        Settings={"period length": "half-year", "periods": 2},
        Supply=[offer("kaz", price=3, contract_quantity=50, take_or_pay=0.8)],
        Demand=[need(10)],
    )
    assert same(
        list(found.tables["Take or pay"].rows()),
        [("kaz", "Kaz", "ore", 2, 40, 10, 30, "2027-H2", 90)],
    )


def test_carrying_cost_falls_on_what_is_under_way():
    # 10 % a year of 20 over 73.05 days, a fifth of a year: 0.4 a tonne.
    found = plan(
        Settings={"carrying cost rate": 0.1, "periods": 2},
        Materials=[{"material": "ore", "stage": "mined", "value": 20}],
        Supply=[offer("kaz", minimum=10)],
        Lanes=[lane("Kaz", "Buyer", lead_days=73.05)],
        Stocks=[{"site": "Buyer", "material": "ore"}],
        Demand=[need(10)],
    )
    shipments = found.tables["Shipments"]
    assert list(shipments["carrying"]) == pytest.approx([0.4 * t for t in shipments["tonnes"]])
    assert found.costs["carrying"] >= sum(shipments["carrying"])


def test_an_outlet_that_is_not_filled_is_no_shortage():
    found = plan(Supply=[offer("kaz", price=9)], Demand=[need(10, price=5, shortage_penalty=0)])
    assert found.shortage == 0
    assert len(found.tables["Shortages"]) == 0


def test_an_outlet_takes_at_most_what_it_asks_for():
    # 10 t are sold at a gain of 4.
    found = plan(Supply=[offer("kaz", price=1)], Demand=[need(10, price=5, shortage_penalty=0)])
    assert found.objective == pytest.approx(-40)


def test_rules_that_are_not_followed_somewhere_are_named_there():
    # The civil line's ore is not bound by the rule: whether it breaks it is not followed.
    found = plan(
        Supply=[offer("china", "China")],
        Lanes=[lane("China", "Buyer", "ore"), lane("China", "Plant", "ore")],
        Demand=[
            {**need(10, "civil", segment="civil"), "customer": "Plant"},
            need(10, "defence", segment="defence"),
        ],
        Rules=[no_china(segments="defence", maximum_share=0.5)],
        Rule_scope=[china()],
    )
    (row,) = [r for r in found.frame("Deliveries").to_dict("records") if r["line"] == "civil"]
    assert (row["breaks"], row["not followed"]) == ("", "no China")


def test_a_fixed_cost_of_a_year_is_spread_over_its_periods():
    half = {"period length": "half-year", "periods": 2}
    found = plan(
        Settings=half,
        Supply=[offer("kaz", "Plant")],
        Recipes=recipe("smelt", ore=-1, metal=1),
        Processes=[process("smelt", unit="kiln")],
        Units=[
            {"site": "Plant", "unit": "kiln", "capacity": 60, "fixed cost": 20, "to": "2027-09-30"}
        ],
        Demand=[need(10, material="metal")],
    )
    table = found.frame("Costs")
    table = table[table["category"] == "fixed cost"]
    assert list(table["amount"]) == pytest.approx([10, 5])


# Promises -------------------------------------------------------------------------------------


def test_every_result_table_is_there_and_in_the_order_of_its_page():
    assert list(RESULT_LAYOUTS) == [layout.name for layout in RESULT_LAYOUTS.values()]
    assert set(smelter().tables) == set(RESULT_LAYOUTS)
    for name, table in smelter().tables.items():
        assert table.layout is RESULT_LAYOUTS[name]


@pytest.mark.parametrize("layout", RESULT_LAYOUTS.values(), ids=lambda layout: layout.name)
def test_every_result_column_has_a_unit_and_a_meaning(layout):
    assert layout.meaning.endswith(".")
    assert len(set(layout.headers)) == len(layout.headers)
    for field in layout.fields:
        assert field.kind in KINDS, field.header
        assert field.meaning, field.header
    if layout.pivot:
        by, value = layout.pivot
        assert {*by, value} <= set(layout.headers)


def known(row: tuple) -> tuple:
    """A row in which NaN equals itself."""
    return tuple(None if value != value else value for value in row)


def test_frames_hold_what_the_tables_hold():
    found = smelter()
    for name, table in found.tables.items():
        frame = found.frame(name)
        assert list(frame.columns) == list(table.layout.headers)
        shown = [tuple(row) for row in frame.itertuples(index=False)]
        assert [known(row) for row in shown] == [known(row) for row in table.rows()]


def test_the_columns_of_a_table_are_of_their_kind():
    for table in (*smelter().tables.values(), *stored().tables.values()):
        for field in table.layout.fields:
            for value in table[field.header]:
                if field.kind in ("text", "period"):
                    assert isinstance(value, str), field.header
                elif field.kind == "date":
                    assert isinstance(value, date), field.header
                else:
                    assert isinstance(value, (int, float)), field.header


def test_every_category_of_cost_is_charged_somewhere():
    source = inspect.getsource(cost)
    assert [category for category in COST_CATEGORIES if f'"{category}"' not in source] == []


def test_results_are_plain_enough_for_json():
    found = smelter()
    said = json.dumps(
        {name: list(table.rows()) for name, table in found.tables.items()}, default=str
    )
    assert json.loads(said)["Utilisation"][0][2] == "2027-H1"


def test_no_result_names_a_period_that_a_rule_or_a_limit_does_not_bind():
    # The rule and the limit hold from 2028: half of what is delivered then may come from China,
    # and 8 t can be bought in Kazakhstan.
    later = {"from": date(2028, 1, 1), "window": "horizon"}
    found = plan(
        Settings={"period length": "half-year", "periods": 4},
        Supply=[offer("kaz", price=5), offer("china", "China")],
        Demand=[need(10)],
        Rules=[no_china(maximum_share=0.5, **later)],
        Rule_scope=[china()],
        Limits=[{"limit": "Kaz", "measure": "bought", "site": "Kaz", "maximum": 8, **later}],
    )
    assert set(found.tables["Compliance"]["window"]) == {"2028-H1 to 2028-H2"}
    scarce = found.tables["Scarcity"].records()
    assert "rule share" in {row["kind"] for row in scarce}
    texts = [str(value) for table in found.tables.values() for row in table.rows() for value in row]
    assert any("over 2028-H1 to 2028-H2" in text for text in texts)
    told = [text for text in (*texts, *found.alerts) if "of demand from" not in text]
    assert not [text for text in told if "2027-H1 to 2028-H2" in text]
