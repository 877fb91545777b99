"""Re-planning, rolling runs and comparing, on cases worked by hand."""

from __future__ import annotations

import warnings
from dataclasses import replace
from datetime import date

import openpyxl
import pytest
from openpyxl.cell import MergedCell
from pyomo.environ import Constraint

import optimizer
from optimizer.studies.previous_plan import read_plan
from tests.conftest import CASES, lane, make, need, offer, plan, save

QUARTERS = {"period length": "quarter", "periods": 4}
YEAR = {
    "Settings": QUARTERS,
    "Supply": [offer("kaz", price=5), offer("china", "China", price=7)],
    "Demand": [need(40)],
}
"""10 t a quarter; the offer at 5 serves all of it: 200."""

SUMMER = date(2027, 7, 1)


def bought(result: optimizer.Result) -> dict[tuple[str, str], float]:
    tonnes_bought: dict[tuple[str, str], float] = {}
    table = result.tables["Purchases"]
    for name, period, tonnes in zip(table["offer"], table["period"], table["tonnes"], strict=True):
        tonnes_bought[name, period] = tonnes_bought.get((name, period), 0.0) + tonnes
    return tonnes_bought


def cheaper(price: float = 3) -> optimizer.Case:
    return make(**YEAR | {"Supply": [YEAR["Supply"][0], offer("china", "China", price=price)]})


def test_what_was_committed_before_the_date_is_kept():
    # The other offer falls to 3: two quarters are kept at 5, two are bought at 3.
    replanned = optimizer.replan(cheaper(), plan(**YEAR), SUMMER)
    assert replanned.result.objective == pytest.approx(2 * 50 + 2 * 30)
    assert replanned.result.audit.passed
    assert bought(replanned.result) == pytest.approx(
        {
            ("kaz", "2027-Q1"): 10,
            ("kaz", "2027-Q2"): 10,
            ("china", "2027-Q3"): 10,
            ("china", "2027-Q4"): 10,
        }
    )
    assert not replanned.released
    states = {row[:3]: row[6] for row in replanned.tables["Commitments"].rows()}
    assert states["purchases", "kaz, Kaz, ore", "2027-Q2"] == "kept"
    assert states["purchases", "china, China, ore", "2027-Q3"] == "free"


def test_the_workbook_of_the_last_plan_does_as_well(tmp_path):
    last = plan(**YEAR)
    optimizer.write(last, tmp_path / "plan.xlsx")
    replanned = optimizer.replan(cheaper(), tmp_path / "plan.xlsx", SUMMER)
    assert replanned.result.objective == pytest.approx(160)


def test_a_charge_for_change_outweighs_a_small_gain():
    # Changing a quarter saves 20. It moves 10 t out and 10 t in, and as much on the lanes: 40 t.
    # At 0.4 a tonne that is 16, at 0.6 it is 24.
    moved = optimizer.replan(cheaper(), plan(**YEAR), SUMMER, change_cost=0.4)
    assert moved.result.objective == pytest.approx(160)
    assert moved.moved == pytest.approx(80)
    assert moved.charge == pytest.approx(32)
    assert moved.result.audit.passed  # the charge is no cost of the plan
    stays = optimizer.replan(cheaper(), plan(**YEAR), SUMMER, change_cost=0.6)
    assert stays.result.objective == pytest.approx(200)
    assert stays.charge == pytest.approx(0)
    only = optimizer.replan(cheaper(), plan(**YEAR), SUMMER, kinds=["purchases"], change_cost=0.6)
    assert only.charge == pytest.approx(2 * 20 * 0.6)


def test_a_charge_is_paid_at_its_present_value():
    # A quarter's middle is 0.625 and 0.875 years away: 20 t of purchases in each at 0.5.
    settings = {"Settings": QUARTERS | {"discount rate": 0.1}}
    case = make(**YEAR | settings | {"Supply": cheaper_rows()})
    replanned = optimizer.replan(
        case, plan(**YEAR | settings), SUMMER, kinds=["purchases"], change_cost=0.5
    )
    assert replanned.charge == pytest.approx(10 * 1.1**-0.625 + 10 * 1.1**-0.875)


def cheaper_rows():
    return [YEAR["Supply"][0], offer("china", "China", price=3)]


def test_what_the_new_data_make_impossible_is_released_and_named():
    # The offer has 24 t a year left, 6 t a quarter: the 10 t of two quarters cannot be kept,
    # nor their shipments; released, the plan is 4 x (6 x 5 + 4 x 7) = 232.
    case = make(**YEAR | {"Supply": [offer("kaz", price=5, maximum=24), YEAR["Supply"][1]]})
    replanned = optimizer.replan(case, plan(**YEAR), SUMMER)
    names = {(key.kind, key.name[0], key.period) for key in replanned.released}
    assert {("purchases", "kaz", "2027-Q1"), ("purchases", "kaz", "2027-Q2")} <= names
    assert replanned.result.status == "optimal"
    assert replanned.result.audit.passed
    (alert_text,) = [alert for alert in replanned.result.alerts if "released" in alert]
    assert "purchases kaz, Kaz, ore in 2027-Q1 (10.0 planned, 6.0 now)" in alert_text


def test_an_offer_that_is_gone_is_released_and_the_rest_is_kept():
    case = make(**YEAR | {"Supply": [YEAR["Supply"][1]]})
    replanned = optimizer.replan(case, plan(**YEAR), SUMMER, kinds=["purchases"])
    assert [(key.name[0], key.period) for key in replanned.released if key.name[0] == "kaz"] == [
        ("kaz", "2027-Q1"),
        ("kaz", "2027-Q2"),
    ]
    # The other offer had no purchases to keep: short for two quarters, or bought? Kept at 0.
    assert replanned.result.shortage == pytest.approx(20)
    assert replanned.result.objective == pytest.approx(2000 + 2 * 70)


def test_options_are_kept_as_they_were_decided():
    # A kiln for 30 pays at a price of 7 for metal. When metal falls to 2 it stands already.
    def mill(price: float) -> dict:
        return {
            "Settings": {"period length": "half-year", "periods": 2},
            "Supply": [offer("ore", "Plant", "ore", 1), offer("metal", "Plant", "metal", price)],
            "Recipes": [
                {"recipe": "smelt", "material": "ore", "direction": "in", "quantity": 1},
                {"recipe": "smelt", "material": "metal", "direction": "out", "quantity": 1},
            ],
            "Processes": [{"site": "Plant", "recipe": "smelt", "unit": "kiln"}],
            "Options": [
                {
                    "option": "kiln",
                    "site": "Plant",
                    "unit": "kiln",
                    "added capacity": 10,
                    "capital cost": 30,
                }
            ],
            "Lanes": [lane("Plant", "Buyer")],
            "Demand": [need(10, material="metal")],
        }

    last = plan(**mill(7))
    assert last.objective == pytest.approx(40)
    replanned = optimizer.replan(make(**mill(2)), last, SUMMER, kinds=["options"])
    assert replanned.result.objective == pytest.approx(40)
    assert optimizer.solve(make(**mill(2))).objective == pytest.approx(20)


def test_a_case_without_a_plan_says_why_whatever_is_kept():
    case = make(**YEAR | {"Supply": [], "Demand": [need(40, minimum=1)]})
    replanned = optimizer.replan(case, plan(**YEAR), SUMMER)
    assert replanned.result.status == "infeasible"
    assert replanned.result.repairs


def test_a_plan_of_other_periods_is_refused():
    case = make(**YEAR | {"Settings": {"period length": "month", "periods": 12}})
    with pytest.raises(optimizer.UsageError, match="none of this workbook's"):
        optimizer.replan(case, plan(**YEAR), SUMMER)


def test_what_cannot_be_kept_or_is_no_plan_is_refused(tmp_path):
    with pytest.raises(optimizer.UsageError, match="'stock' is not a kind of commitment"):
        optimizer.replan(make(**YEAR), plan(**YEAR), SUMMER, kinds=["stock"])
    with pytest.raises(optimizer.UsageError, match="0 or more"):
        optimizer.replan(make(**YEAR), plan(**YEAR), SUMMER, change_cost=-1)
    with pytest.raises(optimizer.UsageError, match="not the workbook of a plan"):
        optimizer.replan(make(**YEAR), save(tmp_path / "input.xlsx", **YEAR), SUMMER)


@pytest.mark.parametrize("name", ["hand_whole_number_and_any_amount", "gams_whouse", "ampl_steelT"])
def test_a_plan_is_read_back_from_its_workbook_to_the_last_digit(tmp_path, name):
    result = optimizer.solve(optimizer.read(CASES / f"{name}.xlsx"))
    optimizer.write(result, tmp_path / "plan.xlsx")
    again = read_plan(tmp_path / "plan.xlsx")
    assert set(again) == set(result.tables)
    for table in again:
        # Of prices a blank says "without end" or "not known": they are not read back.
        if table not in ("Run", "Bottlenecks", "Scarcity", "Break-even", "Compliance"):
            assert list(again[table].rows()) == list(result.tables[table].rows()), table


@pytest.mark.parametrize(
    "name",
    [
        "gams_whouse",
        "ampl_steelT",
        "hand_holding_against_discount",
        "hand_lead_of_one_and_a_half_months",
    ],
)
def test_a_plan_followed_to_its_end_is_the_plan(name):
    case = optimizer.read(CASES / f"{name}.xlsx")
    last = optimizer.solve(case)
    end = last.network.calendar.last[-1]
    replanned = optimizer.replan(case, last, end, change_cost=3.0)
    assert not replanned.released
    assert replanned.result.objective == pytest.approx(last.objective, rel=1e-9)


# Rolling runs ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    ["gams_whouse", "ampl_steelT", "hand_holding_against_discount", "hand_limit_of_one_year"],
)
def test_a_rolling_run_costs_what_the_plan_costs_where_nothing_changes(name):
    case = optimizer.read(CASES / f"{name}.xlsx")
    alone = optimizer.solve(case)
    rolled = optimizer.rolling(case)
    assert rolled.cost == pytest.approx(alone.objective, rel=1e-9)
    assert rolled.result.audit.passed
    steps = rolled.tables["Steps"]
    assert len(steps) == alone.network.calendar.count
    assert sum(steps["carried out"]) == pytest.approx(alone.objective, rel=1e-9)
    assert not any(steps["released"])


def test_what_is_learnt_on_the_way_changes_only_what_is_still_to_be_done():
    # In July the other offer falls to 3. Until then 50 a quarter, from then 30.
    rolled = optimizer.rolling(
        make(**YEAR), lambda today: cheaper() if today >= SUMMER else make(**YEAR)
    )
    steps = rolled.tables["Steps"]
    assert steps["expected"] == pytest.approx((200, 200, 160, 160))
    assert steps["carried out"] == pytest.approx((50, 50, 30, 30))
    assert rolled.cost == pytest.approx(160)
    half = optimizer.rolling(
        make(**YEAR), lambda today: cheaper() if today >= SUMMER else make(**YEAR), step=2
    )
    assert half.tables["Steps"]["carried out"] == pytest.approx((100, 60))


def test_steps_must_keep_the_calendar():
    with pytest.raises(optimizer.UsageError, match="1 period or more"):
        optimizer.rolling(make(**YEAR), step=0)
    longer = make(**YEAR | {"Settings": QUARTERS | {"periods": 5}})
    with pytest.raises(optimizer.UsageError, match="other periods"):
        optimizer.rolling(make(**YEAR), lambda today: longer if today >= SUMMER else make(**YEAR))


# Comparing -------------------------------------------------------------------------------------


def test_two_plans_are_compared_by_money_and_by_volume(tmp_path):
    # 40 t of kaz at 5 become 40 t of china at 3: 200 less, 120 more, and the lanes change.
    before, after = plan(**YEAR), optimizer.solve(cheaper())
    comparison = optimizer.compare(before, after)
    assert comparison.what == "plans"
    costs = {row[0]: row[1:] for row in comparison.tables["Cost changes"].rows()}
    assert costs["total"] == pytest.approx((200, 120, -80))
    volumes = {row[:2]: row[2:] for row in comparison.tables["Volume changes"].rows()}
    assert volumes["bought", "kaz, Kaz, ore"] == pytest.approx((40, 0, -40, -200))
    assert volumes["bought", "china, China, ore"] == pytest.approx((0, 40, 40, 120))
    assert volumes["shipped", "Kaz to Buyer, ore"] == pytest.approx((40, 0, -40, 0))
    assert set(volumes) >= {("shipped", "China to Buyer, ore")}
    assert len(comparison.tables["Changes by period"]) == 4 * len(volumes)
    lines = comparison.lines()
    assert lines[0] == "Cost 200.00 before, 120.00 after: 80.00 USD less (40.00 %)."
    assert "bought kaz, Kaz, ore: 40 to 0 t (-40 t, -200.00 USD)." in lines
    optimizer.write(before, tmp_path / "a.xlsx")
    optimizer.write(after, tmp_path / "b.xlsx")
    again = optimizer.compare(tmp_path / "a.xlsx", tmp_path / "b.xlsx")
    assert again.lines() == lines
    assert optimizer.compare(before, tmp_path / "a.xlsx").lines()[-1] == "No volume changed."


def test_changes_are_sorted_by_what_is_asked_for():
    before, after = plan(**YEAR), optimizer.solve(cheaper())
    money = optimizer.compare(before, after).tables["Volume changes"]
    assert money["thing"][0] == "kaz, Kaz, ore"
    tonnes = optimizer.compare(before, after, by="tonnes").tables["Volume changes"]
    sizes = [abs(change) for change in tonnes["change"]]
    assert sizes == sorted(sizes, reverse=True)
    with pytest.raises(optimizer.UsageError, match="money or tonnes"):
        optimizer.compare(before, after, by="colour")


def test_two_workbooks_are_compared_cell_by_cell(tmp_path):
    first = save(tmp_path / "a.xlsx", **YEAR)
    second = save(
        tmp_path / "b.xlsx",
        Settings=QUARTERS | {"shortage penalty": 150},
        Supply=[
            offer("new", "China", price=6, maximum=12),
            offer("kaz", price=5.5, notes="dearer"),
        ],
        Demand=[need(40) | {"2027-Q3": 12}],
    )
    comparison = optimizer.compare(first, second)
    assert comparison.what == "inputs"
    assert comparison.lines() == [
        "Settings shortage penalty, value: 100 is now 150 (+50.0 %).",
        "Supply!D3 kaz, Kaz, ore, price: 5 is now 5.5 (+10.0 %).",
        "Supply!3 china, China, ore: removed (price 7).",
        "Supply!2 new, China, ore: added (price 6; maximum 12).",
        "Demand!E2 need, Buyer, ore, 2027-Q3: blank is now 12.",
    ]
    rows = list(comparison.tables["Input changes"].rows())
    assert rows[1][7:] == pytest.approx((0.5, 0.1))


def test_a_row_that_is_switched_off_or_dated_anew_is_the_same_row(tmp_path):
    first = save(tmp_path / "a.xlsx", **YEAR | {"Supply": [offer("kaz", to="2027-06-30")]})
    second = save(
        tmp_path / "b.xlsx",
        **YEAR | {"Supply": [offer("kaz", to="2027-09-30", active="no")]},
    )
    lines = optimizer.compare(first, second).lines()
    assert "Supply!F2 kaz, Kaz, ore, active: yes is now no." in lines
    assert "Supply!E2 kaz, Kaz, ore, to: 2027-06-30 is now 2027-09-30." in lines


def test_equal_inputs_differ_in_nothing_and_an_input_is_no_plan():
    case = make(**YEAR)
    noted = replace(case, supply=tuple(replace(row, notes="seen") for row in case.supply))
    assert optimizer.compare(case, noted).lines() == ["No difference that affects the plan."]
    with pytest.raises(optimizer.UsageError, match="cannot be compared"):
        optimizer.compare(case, plan(**YEAR))


def saved_again(path, change):
    """A results workbook as another program saves it, each cell below the headers changed."""
    with warnings.catch_warnings(action="ignore"):  # openpyxl drops some formats
        book = openpyxl.load_workbook(path)
    for sheet in book.worksheets:
        for row in sheet.iter_rows(min_row=6):
            for cell in row:
                if cell.value is not None and not isinstance(cell, MergedCell):
                    cell.value = change(cell.value)
    book.save(path.with_name("again.xlsx"))
    return path.with_name("again.xlsx")


@pytest.mark.parametrize(
    "change",
    [
        lambda raw: raw,
        lambda raw: str(raw) if isinstance(raw, (int, float)) else raw,
        lambda raw: f"{raw:%Y-%m-%dT%H:%M:%S.000Z}" if isinstance(raw, date) else raw,
    ],
    ids=["as it is", "numbers as text", "days as text"],
)
def test_a_plan_that_another_program_saved_again_is_the_same_plan(tmp_path, change):
    optimizer.write(plan(**YEAR), tmp_path / "plan.xlsx")
    again = saved_again(tmp_path / "plan.xlsx", change)
    expected = read_plan(tmp_path / "plan.xlsx")
    tables = read_plan(again)
    for name in ("Purchases", "Shipments", "Deliveries", "Costs", "Run"):
        for row, other in zip(tables[name].rows(), expected[name].rows(), strict=True):
            assert row == tuple(
                pytest.approx(cell) if isinstance(cell, float) else cell for cell in other
            )
    # kept at 5 for two quarters, bought at 3 for two
    assert optimizer.replan(cheaper(), again, SUMMER).result.objective == pytest.approx(160)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [(float, "ten", "'ten' is not a number"), (date, "soon", "'soon' is not a date")],
)
def test_what_cannot_be_read_in_an_earlier_plan_is_an_error_at_its_row(tmp_path, old, new, told):
    optimizer.write(plan(**YEAR), tmp_path / "plan.xlsx")
    kinds = (int, float) if old is float else old
    again = saved_again(tmp_path / "plan.xlsx", lambda raw: new if isinstance(raw, kinds) else raw)
    with pytest.raises(optimizer.UsageError, match=rf"Purchases row 6, .*: {told}"):
        read_plan(again)


def other_spelling(**sheets: list[dict[str, object]]) -> dict[str, object]:
    """The year with names that read the same and are written otherwise."""
    case: dict[str, object] = {
        "Supply": [offer("KAZ", "Kaz ", price=5), offer("Chi\u00adna", "china", price=3)],
        "Demand": [need(40, line="Need\u200b")],
    }
    return YEAR | case | sheets


def test_what_was_committed_is_kept_under_names_that_read_the_same():
    # As above: two quarters are kept at 5, two are bought at 3.
    replanned = optimizer.replan(make(**other_spelling()), plan(**YEAR), SUMMER)
    assert replanned.result.objective == pytest.approx(2 * 50 + 2 * 30)
    assert not replanned.released


def test_names_that_read_the_same_are_no_change():
    same = [offer("KAZ", "kaz", price=5), offer("CHINA", "China", price=7)]
    case = make(**other_spelling(Supply=same))
    assert optimizer.compare(make(**YEAR), case).lines() == ["No difference that affects the plan."]
    assert (
        optimizer.compare(plan(**YEAR), optimizer.solve(case)).lines()[-1] == "No volume changed."
    )


def test_following_the_plan_of_a_changed_model_says_so_first(tmp_path):
    case = make(**YEAR)
    m = optimizer.build_model(case)
    m.cap = Constraint(expr=sum(m.buy.values()) <= 20)
    last = optimizer.solve_model(m)
    optimizer.write(last, tmp_path / "plan.xlsx")
    for previous in (last, last.tables, tmp_path / "plan.xlsx"):
        alerts = optimizer.replan(case, previous, SUMMER).result.alerts
        assert alerts[0] == "The last plan is of a changed model: your row 'cap'."
    assert "changed" not in optimizer.replan(case, plan(**YEAR), SUMMER).result.alerts[0]
