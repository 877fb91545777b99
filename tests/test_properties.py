"""What holds for every case: more never costs more, clean stays clean, units do not matter.

Cases are drawn by the reference's generator (tests/oracle), a handful of features each; the
same ones in every run.
"""

from __future__ import annotations

import copy
import random
from collections import defaultdict
from functools import cache
from math import inf

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

import optimizer
from optimizer import solver
from optimizer.tables.schema import SHEETS
from optimizer.tables.settings import SETTINGS
from tests.conftest import (
    china,
    lane,
    need,
    no_china,
    offer,
    plan,
    process,
    read_tables,
    recipe,
    sample,
)
from tests.oracle.random_case import ALL, CORE, WHOLE, draw

SEEDS = st.integers(0, 40)
PLANTS = CORE | WHOLE
few = settings(
    max_examples=8,
    suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow],
)


@cache
def accepted(seed: int, features: frozenset[str]) -> dict[str, list[dict]] | None:
    """Tables of a random case, None if the checks refuse it."""
    tables = draw(seed, features)
    try:
        read_tables(tables)
    except optimizer.WorkbookError:
        return None
    return tables


def drawn(seed: int, features=CORE) -> dict[str, list[dict]]:
    """Tables of a random case that the checks accept."""
    tables = accepted(seed, features)
    assume(tables is not None)
    return tables


@cache
def base(seed: int, features=CORE) -> float:
    """Least cost of a random case as it is drawn."""
    return cost(accepted(seed, features))


def cost(tables) -> float:
    """Least cost; infinite where there is no plan, minus infinite without a bound."""
    _, answer = solver.solve(optimizer.build_model(read_tables(tables)), gap=0)
    assert answer.status in ("optimal", "infeasible", "unbounded")
    if answer.status == "optimal":
        return answer.objective
    return inf if answer.status == "infeasible" else -inf


def same(one: float, other: float) -> bool:
    return one == other or one == pytest.approx(other, rel=1e-6, abs=1e-5)


def no_more(one: float, other: float) -> bool:
    return one <= other or same(one, other)


def changed(tables, sheet, change):
    """Tables with every row of a sheet changed."""
    rows = copy.deepcopy(tables.get(sheet, []))
    for row in rows:
        change(row)
    return {**tables, sheet: rows} if rows else tables


def times(factor, *columns):
    def change(row):
        for column in columns:
            if row.get(column) is not None:
                row[column] *= factor

    return change


# More never costs more ------------------------------------------------------------------------


@few
@given(SEEDS)
def test_more_supply_never_costs_more(seed):
    tables = drawn(seed)
    assert no_more(cost(changed(tables, "Supply", times(1.5, "maximum"))), base(seed))


@few
@given(SEEDS)
def test_more_capacity_never_costs_more(seed):
    # A minimum load is a share of the capacity: such units are left as they are.
    tables = drawn(seed, PLANTS)

    def grow(row):
        if not row.get("minimum load"):
            row["capacity"] *= 1.5

    more = changed(tables, "Units", grow)
    for sheet in ("Processes", "Lanes", "Stocks"):
        more = changed(more, sheet, times(1.5, "maximum"))
    assert no_more(cost(more), base(seed, PLANTS))


@few
@given(SEEDS)
def test_lower_prices_never_cost_more(seed):
    tables = drawn(seed)

    def cheaper(row):
        row["price"] -= 1

    assert no_more(cost(changed(tables, "Supply", cheaper)), base(seed))


@few
@given(SEEDS)
def test_another_offer_never_costs_more(seed):
    tables = drawn(seed)
    first = tables["Supply"][0]
    more = {
        "offer": "another",
        "site": first["site"],
        "material": first["material"],
        "price": first["price"] + 1,
        "maximum": 50,
    }
    assert no_more(cost({**tables, "Supply": [*tables["Supply"], more]}), base(seed))


@few
@given(SEEDS, st.sampled_from([0, 0.3]), st.sampled_from(["delivery", "processing"]))
def test_another_rule_never_costs_less(seed, share, dated_by):
    tables = drawn(seed)
    rule = {"rule": "added", "segments": "*", "maximum share": share, "dated by": dated_by}
    bound = {
        **tables,
        "Rules": [*tables.get("Rules", []), rule],
        "Rule scope": [*tables.get("Rule scope", []), {"rule": "added", "country": "China"}],
    }
    assert no_more(base(seed), cost(bound))


@few
@given(SEEDS)
def test_a_limit_never_costs_less(seed):
    tables = drawn(seed)
    offers = tables["Supply"][0]["offer"]
    limit = {"limit": "added", "measure": "bought", "offer": offers, "maximum": 10}
    assert no_more(base(seed), cost({**tables, "Limits": [limit]}))


def periods(row) -> list:
    """Headers of the period columns of a row of Demand."""
    return [header for header in row if str(header).startswith("20")]


# Units, order and names do not matter ---------------------------------------------------------


def scaled(tables, factor, matters):
    """Tables in which every number whose unit matters is multiplied."""
    found = copy.deepcopy(tables)
    for row in found["Settings"]:
        column = next(each for each in SETTINGS.values() if each.header == row["setting"])
        if column.kind == "number" and matters(column.unit or ""):
            row["value"] *= factor
    for name, rows in found.items():
        columns = {} if name == "Settings" else SHEETS[name].columns
        for column in columns.values():
            if column.kind == "number" and matters(column.unit or ""):
                for row in rows:
                    times(factor, column.header)(row)
        if name == "Demand" and matters("t per year"):
            for row in rows:
                times(factor, *periods(row))(row)
    return found


def is_money(unit: str) -> bool:
    return "{currency}" in unit


def is_amount(unit: str) -> bool:
    """Tonnes, capacity, activity, and money that is not per tonne."""
    per_tonne = unit in ("t/t", "t per unit of activity") or unit.startswith("{currency}/t")
    each = unit in ("{currency} per unit of activity", "capacity per unit of activity")
    return not per_tonne and not each and unit.startswith(("t", "use", "activity", "{currency}"))


@few
@given(SEEDS)
def test_in_another_currency_the_plan_costs_as_many_times_more(seed):
    tables, money = drawn(seed, PLANTS), base(seed, PLANTS)
    assert same(cost(scaled(tables, 7.5, is_money)), money * 7.5 if abs(money) < inf else money)


@few
@given(SEEDS)
def test_a_market_three_times_as_large_costs_three_times_as_much(seed):
    tables, money = drawn(seed), base(seed)
    assert same(cost(scaled(tables, 3, is_amount)), money * 3 if abs(money) < inf else money)


@pytest.mark.slow
@few
@given(SEEDS, st.integers(0, 9))
def test_the_order_of_sheets_columns_and_rows_does_not_matter(seed, order):
    tables = drawn(seed, ALL)
    dice = random.Random(order)

    def shuffled(things):
        things = list(things)
        dice.shuffle(things)
        return things

    mixed = {
        sheet: [
            {column: row[column] for column in shuffled(row)} for row in shuffled(tables[sheet])
        ]
        for sheet in shuffled(tables)
    }
    assert same(cost(mixed), base(seed, ALL))


@few
@given(SEEDS)
def test_case_and_spacing_of_names_do_not_matter(seed):
    tables = drawn(seed)
    loud = {
        "Sites" if sheet == "Sites" else sheet.upper(): [
            {
                f" {str(column).upper()} ": value.upper()
                if column in ("site", "from site", "to site", "customer", "material")
                and isinstance(value, str)
                and sheet not in ("Sites", "Materials")
                else value
                for column, value in row.items()
            }
            for row in rows
        ]
        for sheet, rows in tables.items()
    }
    assert same(cost(loud), base(seed))


@few
@given(SEEDS, st.sampled_from([0.1, 0.5, 0.9]))
def test_splitting_an_offer_in_two_tiers_of_one_price_changes_nothing(seed, part):
    tables = drawn(seed)
    rows = []
    for row in tables["Supply"]:
        for number, share in ((1, part), (2, 1 - part)):
            tier = {**row, "offer": f"{row['offer']} tier {number}"}
            times(share, "minimum", "maximum", "contract quantity")(tier)
            rows.append(tier)
    assert same(cost({**tables, "Supply": rows}), base(seed))


@few
@given(SEEDS)
def test_splitting_a_line_of_demand_in_two_changes_nothing(seed):
    # What is delivered to a line, and what of it breaks a rule, can be halved as well.
    tables = drawn(seed)
    rows = []
    for row in tables["Demand"]:
        for half in ("a", "b"):
            line = {**row, "line": f"{row['line']} {half}"}
            times(0.5, "quantity", *periods(row))(line)
            rows.append(line)
    assert same(cost({**tables, "Demand": rows}), base(seed))


# Mass -----------------------------------------------------------------------------------------


@few
@given(SEEDS)
def test_mass_in_is_mass_out_and_the_tables_say_the_same(seed):
    """Each column of the balance is the sum of the table that it comes from."""
    result = optimizer.solve(read_tables(drawn(seed, PLANTS)))
    assume(result.objective is not None)
    tables = result.tables
    balance = tables["Balance"]
    sums: dict[str, dict[tuple, float]] = defaultdict(lambda: defaultdict(float))
    for column, name, place in (
        ("bought", "Purchases", "site"),
        ("shipped", "Shipments", "from site"),
        ("delivered", "Deliveries", "customer"),
        ("discarded", "Disposal", "site"),
        ("closing", "Stock", "site"),
    ):
        table = tables[name]
        keys = zip(table[place], table["material"], table["period"], strict=True)
        for key, tonnes in zip(keys, table["tonnes"], strict=True):
            sums[column][key] += tonnes
    size = max(1, *map(max, (balance[c] or (0,) for c in ("bought", "arrived", "made"))))
    for row in balance.rows():
        told = dict(zip(balance.layout.headers, row, strict=True))
        assert told["difference"] == pytest.approx(0, abs=1e-7 * size)
        for column, found in sums.items():
            assert told[column] == pytest.approx(found[row[:3]], abs=1e-7 * size)


AMOUNTS = st.lists(st.integers(0, 20), min_size=3, max_size=3)


@settings(max_examples=sample(10, 25))
@given(kaz=AMOUNTS, china_sells=AMOUNTS, defence=AMOUNTS, civil=AMOUNTS, opening=st.integers(0, 9))
def test_clean_stays_clean(kaz, china_sells, defence, civil, opening):
    """What the defence line gets was made from ore that Kaz had sold by then.

    A tonne of metal takes 2 t of ore; ore and metal may be stored, Chinese ore is cheaper.
    """
    quarters = ("2027-Q1", "2027-Q2", "2027-Q3")
    days = (("2027-01-01", "2027-03-31"), ("2027-04-01", "2027-06-30"), ("2027-07-01", None))

    def sold(name, site, price, tonnes):
        return [
            offer(name, site, price=price, maximum=4 * most, from_=start, to=end)
            for most, (start, end) in zip(tonnes, days, strict=True)
        ]

    def wanted(line, tonnes):
        by_period = dict(zip(quarters, tonnes, strict=True))
        return need(None, line, "metal", segment=line, **by_period)

    found = plan(
        Settings={"period length": "quarter", "periods": 3},
        Supply=[*sold("kaz", "Kaz", 5, kaz), *sold("china", "China", 1, china_sells)],
        Recipes=recipe("smelt", ore=-2, metal=1),
        Processes=[process("smelt")],
        Lanes=[lane("Kaz", "Plant"), lane("China", "Plant"), lane("Plant", "Buyer")],
        Stocks=[
            {
                "site": "Plant",
                "material": "ore",
                "opening": opening,
                "history": "mined: Kazakhstan",
            },
            {"site": "Plant", "material": "metal"},
        ],
        Demand=[wanted("defence", defence), wanted("civil", civil)],
        Rules=[no_china(segments="defence")],
        Rule_scope=[china()],
    )
    clean, served, everything, all_served = float(opening), 0.0, float(opening), 0.0
    for period in quarters:
        for row in found.tables["Purchases"].rows():
            if row[4] == period:
                everything += row[6]
                clean += row[6] if row[0] == "kaz" else 0
        for row in found.tables["Deliveries"].rows():
            if row[4] == period:
                all_served += row[5]
                served += row[5] if row[0] == "defence" else 0
        assert 2 * served <= clean + 1e-6
        assert 2 * all_served <= everything + 1e-6
    # And nothing is short that could have been made: all Kazakh ore serves where it must.
    if sum(kaz) + opening == 0:
        assert served == 0


NUMBERS = (
    ("Supply", "price"),
    ("Supply", "maximum"),
    ("Processes", "cost"),
    ("Units", "capacity"),
    ("Lanes", "cost"),
    ("Demand", "quantity"),
    ("Demand", "shortage penalty"),
)


@pytest.mark.slow
@given(SEEDS, st.integers(0, 5), st.sets(st.sampled_from(NUMBERS), min_size=1))
@settings(few, max_examples=sample(8, 25))
def test_other_numbers_cost_the_same_from_the_plan_before_as_from_nothing(seed, by, columns):
    tables, chance = copy.deepcopy(drawn(seed)), random.Random(by)
    before = optimizer.solve(read_tables(tables), remember=True)
    assume(before.start is not None)
    for sheet, column in sorted(columns):
        for row in tables.get(sheet, []):
            if isinstance(row.get(column), int | float):
                row[column] *= chance.uniform(0.5, 1.5)
    try:
        case = read_tables(tables)
    except optimizer.WorkbookError:
        assume(False)
    cold, warm = optimizer.solve(case), optimizer.solve(case, start=before.start)
    assert warm.status == cold.status
    if cold.objective is not None:
        assert same(warm.objective, cold.objective)
        assert warm.audit.passed
