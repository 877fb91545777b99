"""Tiers of a volume discount: the cheaper offer only after the dearer one is bought in full."""

from datetime import date

import pytest

import optimizer
from optimizer.audit import audit
from tests.conftest import LANES, china, make, need, no_china, offer, plan
from tests.test_audit import failed

FIRST, SECOND = offer("A", price=50, maximum=100), offer("A tier 2", price=40, maximum=500)
NEXT = {**SECOND, "after": "A"}
OTHER = offer("B", "China", price=45)
START, MIDDLE, END = date(2027, 1, 1), date(2027, 7, 1), date(2027, 12, 31)


def bought(result) -> dict[tuple[str, str], float]:
    table = result.tables["Purchases"]
    return {(row[0], row[4]): pytest.approx(row[6]) for row in table.rows()}


def findings(severity: str, *offers, **sheets) -> list[str]:
    given = {"Lanes": LANES, "Demand": [need(10, shortage_penalty=99)], **sheets}
    try:
        found = make(Supply=list(offers), **given).warnings
    except optimizer.WorkbookError as error:
        found = error.findings
    return [str(one) for one in found if one.severity == severity and one.sheet == "Supply"]


# What is bought


def test_the_cheap_tier_is_bought_only_after_the_dear_one_is_full():
    # 100 x 50 + 50 x 40; the cheap tier alone would be 150 x 40 = 6,000.
    result = plan(Supply=[FIRST, NEXT], Demand=[need(150, shortage_penalty=99)])
    assert result.objective == pytest.approx(7_000)
    assert bought(result) == {("A", "2027"): 100, ("A tier 2", "2027"): 50}
    assert result.audit.passed


@pytest.mark.parametrize(
    ("tonnes", "cost", "names"),
    [
        # To get below 45 on average takes 200 t: 100 x 50 + 100 x 40 = 200 x 45.
        (150, 150 * 45, {"B"}),
        (300, 100 * 50 + 200 * 40, {"A", "A tier 2"}),
        # 600 from A at 25,000, the rest from B.
        (650, 100 * 50 + 500 * 40 + 50 * 45, {"A", "A tier 2", "B"}),
    ],
)
def test_a_discount_is_weighed_as_a_whole_against_another_source(tonnes, cost, names):
    result = plan(Supply=[FIRST, NEXT, OTHER], Demand=[need(tonnes, shortage_penalty=99)])
    assert result.objective == pytest.approx(cost)
    assert {name for name, _ in bought(result)} == names


def test_more_than_is_needed_is_bought_where_that_opens_the_next_tier():
    cheap = {**NEXT, "price": -60, "maximum": 10}
    waste = {"Materials": [{"material": "ore", "stage": "mined", "disposal cost": 0}]}
    result = plan(Supply=[FIRST, cheap], Demand=[need(90, shortage_penalty=99)], **waste)
    # 90 t: 4,500. Full: 100 x 50 - 10 x 60 = 4,400, and 20 t are thrown away.
    assert result.objective == pytest.approx(4_400)


def test_each_tier_waits_for_the_one_before():
    third = offer("A tier 3", price=30, maximum=100, after="A tier 2")
    second = {**NEXT, "maximum": 20}
    result = plan(Supply=[FIRST, second, third], Demand=[need(130, shortage_penalty=99)])
    # 100 x 50 + 20 x 40 + 10 x 30.
    assert result.objective == pytest.approx(6_100)


def test_the_threshold_is_that_of_each_period():
    # 100 t a year are 50 in half a year: the first half buys 40 of A, the second 50 and 10.
    demand = {"line": "need", "customer": "Buyer", "material": "ore", "2027-H1": 40, "2027-H2": 60}
    result = plan(
        Settings={"period length": "half-year", "periods": 2},
        Supply=[FIRST, NEXT],
        Demand=[{**demand, "shortage penalty": 99}],
    )
    assert bought(result) == {
        ("A", "2027-H1"): 40,
        ("A", "2027-H2"): 50,
        ("A tier 2", "2027-H2"): 10,
    }


def test_a_dated_row_without_after_is_sold_alone():
    # In the first half 30 of 50 t do not open the tier; from July on it needs no opening.
    rows = [{**NEXT, "to": date(2027, 6, 30)}, {**SECOND, "from": MIDDLE}]
    result = plan(
        Settings={"period length": "half-year", "periods": 2},
        Supply=[FIRST, *rows],
        Demand=[need(60, shortage_penalty=99)],
    )
    assert bought(result) == {("A", "2027-H1"): 30, ("A tier 2", "2027-H2"): 30}


def test_a_dearer_tier_waits_too_where_a_rule_would_buy_it_alone():
    # Only the second tier is free of China; the first must be bought first, and is thrown away.
    tainted = {**FIRST, "history": "mined: China", "price": 1, "maximum": 5}
    clean = {**NEXT, "price": 2, "history": "here"}
    result = plan(
        Materials=[{"material": "ore", "stage": "mined", "disposal cost": 3}],
        Supply=[tainted, clean],
        Demand=[need(10, shortage_penalty=99)],
        Rules=[no_china()],
        Rule_scope=[china()],
    )
    assert bought(result) == {("A", "2027"): 5, ("A tier 2", "2027"): 10}
    assert result.objective == pytest.approx(5 * 1 + 5 * 3 + 10 * 2)


def test_a_tier_is_not_sold_once_the_offer_before_it_is_lost():
    case = make(Supply=[FIRST, NEXT, OTHER], Demand=[need(300, shortage_penalty=99)])
    lost = optimizer.stress(case).tables["Stress"]
    cost = dict(zip(lost["loss"], lost["cost"], strict=True))
    assert cost["A"] == pytest.approx(300 * 45)


# What is said


def test_a_shortage_names_the_tier_that_is_closed():
    # 90 t at 50 are worth 45 each, so nothing is bought: the next tier would be.
    result = plan(Supply=[FIRST, NEXT], Demand=[need(20, shortage_penalty=45)])
    (reason,) = result.tables["Shortage reasons"]["reason"]
    assert "A tier 2 is sold only after A is bought up to its maximum in 2027" in reason
    assert list(result.tables["Shortage reasons"]["cell"]) == ["F3"]
    assert result.audit.passed


def test_a_tier_that_must_be_bought_and_cannot_be_is_a_conflict():
    forced = {**NEXT, "minimum": 10}
    case = make(Supply=[FIRST, forced], Demand=[need(50, shortage_penalty=99)])
    result = optimizer.solve(case)
    assert result.status == "infeasible"
    told = [str(one) for one in result.conflict.clashes]
    assert any("A tier 2 is sold only after A is bought up to its maximum" in one for one in told)


def test_the_price_of_a_maximum_is_what_one_tonne_more_saves():
    # One tonne more of the second tier replaces one of B: 45 - 40.
    result = plan(
        Supply=[FIRST, {**NEXT, "maximum": 100}, {**OTHER, "price": 46}],
        Demand=[need(300, shortage_penalty=99)],
    )
    rows = [row for row in result.tables["Scarcity"].rows() if row[0] == "offer"]
    # The first tier at 50 is dearer than B: more of it would only raise the threshold.
    assert [(row[1], row[6]) for row in rows] == [("A tier 2, Kaz, ore", pytest.approx(6))]


# The audit


@pytest.mark.parametrize(
    ("first", "second"), [(99, 51), (0, 150)], ids=["almost full", "nothing of the first"]
)
def test_the_audit_finds_a_tier_bought_before_the_one_that_comes_first(first, second):
    result = plan(Supply=[FIRST, SECOND, OTHER], Demand=[need(150, shortage_penalty=99)])
    tables, case = dict(result.tables), make(Supply=[FIRST, NEXT, OTHER], Demand=[need(150)])
    assert bought(result) == {("A tier 2", "2027"): 150}
    assert "tiers" in failed(audit(case, tables, result.objective))
    assert "tiers" not in failed(audit(make(Supply=[FIRST, SECOND, OTHER]), tables, 6_000))


# The checks


def test_both_offers_need_a_maximum():
    blank = "the cell is blank, but an offer that {} needs a maximum; write the most that can be "
    blank += "bought per year"
    assert findings("error", offer("A", price=50), NEXT) == [
        f"Supply!E2 (maximum): {blank.format('another one comes after')}"
    ]
    assert findings("error", FIRST, offer("A tier 2", price=40, after="A")) == [
        f"Supply!E3 (maximum): {blank.format('comes after another one')}"
    ]


def test_after_names_an_offer_of_the_same_site_and_material():
    assert findings("error", offer("A", "China", maximum=5), NEXT) == [
        "Supply!F3 (after): 'A' is no offer of 'ore' at 'Kaz'; tiers are offers of one site and "
        "material"
    ]
    (unknown,) = findings("error", FIRST, {**NEXT, "after": "C"})
    assert unknown.startswith("Supply!F3 (after): 'C' is not in Supply")


def test_no_offer_comes_after_itself():
    hint = "leave it blank for the offer that is bought first"
    assert findings("error", {**FIRST, "after": "A"}) == [
        f"Supply!F2 (after): 'A' comes after itself; {hint}"
    ]
    third = offer("C", maximum=5, after="A tier 2")
    assert findings("error", {**FIRST, "after": "C"}, NEXT, third) == [
        f"Supply!F2 (after): 'A' comes after itself, by way of 'C' and 'A tier 2'; {hint}"
    ]


def test_the_offer_before_is_on_sale_as_long_as_the_one_after():
    rows = {**FIRST, "to": END}, {**NEXT, "from": START}
    (told,) = findings("error", *rows, Settings={"periods": 3})
    assert "'A' is not sold in 2 periods from 2028 on, so" in told
    assert findings("error", *rows) == []
    (nothing,) = findings("error", {**FIRST, "maximum": 0}, NEXT)
    assert "'A' is not sold in 2027" in nothing


def test_an_offer_is_off_where_the_one_before_it_is():
    told = findings("warning", {**FIRST, "active": "no"}, NEXT, OTHER)
    assert told == ["Supply: 1 row is inactive because offer 'A' is inactive"]


def test_look_alike_tiers_are_named_with_the_cure():
    assert findings("warning", FIRST, SECOND) == [
        "Supply!A3 (after): 'A tier 2' costs 40, less than 'A' in row 2 at 50; the cell is blank, "
        "so that the plan may buy the cheaper one alone; if it is sold only once 'A' is bought up "
        "to its maximum, write 'A' under after"
    ]
    assert findings("warning", FIRST, NEXT) == []


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("Kaz ore 0-100 t", "Kaz ore > 100 t", True),
        ("Kaz tier 1", "Kaz tier 2", True),
        ("Kaz", "Kaz next 500 t", True),
        ("Kaz 2027", "Kaz 2028", False),
        ("Kaz spot", "Kaz contract", False),
        ("Kaz tier 2", "Kaz tier 1", False),
    ],
)
def test_tiers_are_known_by_the_numbers_in_their_names(one, other, alike):
    rows = {**FIRST, "offer": one}, {**SECOND, "offer": other}
    assert len(findings("warning", *rows)) == alike


def test_rising_prices_other_dates_and_places_are_no_discount():
    assert findings("warning", FIRST, {**SECOND, "price": 60}) == []
    assert findings("warning", FIRST, {**SECOND, "site": "China"}) == []
    assert findings("warning", offer("A", price=50), SECOND) == []
    rows = {**FIRST, "to": date(2027, 6, 30)}, {**SECOND, "from": MIDDLE}
    assert findings("warning", *rows) == []
