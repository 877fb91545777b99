"""The audit of yes/no decisions: options, units that may idle, lanes used or not."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from optimizer.audit import audit
from tests.test_audit import Rows, changed, failed, make_case, make_tables, sheets

# A plant over four half-years: metal from the kiln, some of it pressed into sheet. The kiln must
# run, the press may idle; more of both can be built; both leave by one lane.
WORKS = sheets("""
Settings: setting | value
start         | 2027-01-01
periods       | 4
period length | half-year

Sites: site | country
Plant | Canada
Shop  | USA
Buyer | Canada

Materials: material | disposal cost
ore   |
metal | 1
sheet |

Supply: offer | site | material | price
ore | Plant | ore | 1

Recipes: recipe | material | direction | quantity
melt  | ore   | in  | 1
melt  | metal | out | 1
press | metal | in  | 1
press | sheet | out | 1

Processes: site | recipe | unit
Plant | melt  | kiln
Plant | press | press

Units: site | unit | capacity | availability | minimum load | may idle | fixed cost
Plant | kiln  | 100 | 0.9 | 0.2 | no  | 50
Plant | press | 80  |     | 0.5 | yes | 200

Options: option | site | unit | added capacity | kind | most | capital cost | fixed cost | life | earliest | build months | needs | one of
line  | Plant | kiln  | 120 | whole number | 2  | 1000 | 60 | 5 | 2027-02-01 | 3 |      |
line  | Plant | press | 20  | whole number | 2  | 300  |    |   | 2027-02-01 | 9 |      |
line  | Shop  | shed  | 5   | whole number | 2  | 50   |    |   | 2027-02-01 | 0 |      |
extra | Plant | kiln  | 30  | yes/no       | 1  | 90   |    |   |            | 0 | line | size
trim  | Plant | press | 4   | any amount   | 10 | 7    |    |   |            | 0 |      | size

Lanes: from site | to site | material | cost | maximum | fixed cost | minimum when used | from | to
Plant | Buyer | * | 2 | 400 | 70  | 20 |            | 2028-03-31
Plant | Buyer | * | 2 | 400 | 130 | 20 | 2028-04-01 |

Demand: line | customer | material | quantity | price | shortage penalty
metal | Buyer | metal | 400 | 10 | 0
sheet | Buyer | sheet | 400 | 30 | 0
""")  # noqa: E501

# Two lines are decided on 2027-02-01: the kiln's run from May, the press's from November, the
# sheds at once. Kiln: 45 own + 2/12 of 240 x 0.9 = 81 in 2027-H1, then 45 + 108 + 13.5 of the
# extra = 166.5; at least 9. Press: 40 own + 2/12 of 40 = 46 2/3 in 2027-H2; at least 20 if it
# runs. Of the kilns' 60 months of life 40 lie beyond 2028: 2/3 of 2000 is credited. The lane's
# fixed cost in 2028-H1 is half of 70 and half of 130.
PLAN = sheets("""
Purchases: offer | site | material | period | tonnes | cost
ore | Plant | ore | 2027-H1 | 81  | 81
ore | Plant | ore | 2027-H2 | 100 | 100
ore | Plant | ore | 2028-H1 | 30  | 30
ore | Plant | ore | 2028-H2 | 9   | 9

Production: site | recipe | period | activity
Plant | melt  | 2027-H1 | 81
Plant | melt  | 2027-H2 | 100
Plant | press | 2027-H2 | 46
Plant | melt  | 2028-H1 | 30
Plant | press | 2028-H1 | 20
Plant | melt  | 2028-H2 | 9

Shipments: from site | to site | material | period | tonnes | arrives | freight
Plant | Buyer | metal | 2027-H1 | 81 | 81 | 162
Plant | Buyer | metal | 2027-H2 | 54 | 54 | 108
Plant | Buyer | sheet | 2027-H2 | 46 | 46 | 92
Plant | Buyer | metal | 2028-H1 | 10 | 10 | 20
Plant | Buyer | sheet | 2028-H1 | 20 | 20 | 40

Deliveries: line | customer | material | period | tonnes | revenue
metal | Buyer | metal | 2027-H1 | 81 | 810
metal | Buyer | metal | 2027-H2 | 54 | 540
sheet | Buyer | sheet | 2027-H2 | 46 | 1380
metal | Buyer | metal | 2028-H1 | 10 | 100
sheet | Buyer | sheet | 2028-H1 | 20 | 600

Disposal: site | material | period | tonnes | cost
Plant | metal | 2028-H2 | 9 | 9

Investment: option | site | unit | period | number | added capacity | runs from | capital | fixed cost | credit
line  | Plant | kiln  | 2027-H1 | 2 | 240 | 2027-05-01 | 2000 | 120 | 1333.3333333333333
line  | Plant | press | 2027-H1 | 2 | 40  | 2027-11-01 | 600  |     |
line  | Shop  | shed  | 2027-H1 | 2 | 10  | 2027-02-01 | 100  |     |
extra | Plant | kiln  | 2027-H2 | 1 | 30  | 2027-07-01 | 90   |     |

Costs: category | period | amount
purchases     | 2027-H1 | 81
freight       | 2027-H1 | 232
fixed cost    | 2027-H1 | 45
capital       | 2027-H1 | 2700
revenue       | 2027-H1 | -810
purchases     | 2027-H2 | 100
freight       | 2027-H2 | 270
fixed cost    | 2027-H2 | 185
capital       | 2027-H2 | 90
revenue       | 2027-H2 | -1920
purchases     | 2028-H1 | 30
freight       | 2028-H1 | 160
fixed cost    | 2028-H1 | 185
revenue       | 2028-H1 | -700
purchases     | 2028-H2 | 9
fixed cost    | 2028-H2 | 85
disposal      | 2028-H2 | 9
closing value | 2028-H2 | -1333.3333333333333
""")  # noqa: E501
for paid in PLAN["Costs"]:
    paid["discounted"] = paid["amount"]
OBJECTIVE = sum(paid["amount"] for paid in PLAN["Costs"])
MONEY = {"costs by category and period", "objective"}


def test_a_plan_with_decisions_passes() -> None:
    result = audit(make_case(WORKS), make_tables(PLAN), OBJECTIVE)
    assert failed(result) == set(), result.verdict
    assert result.cost == pytest.approx(OBJECTIVE)
    tested = {check.name: check.tested for check in result.checks}
    assert all(tested[name] for name in ("units", "lanes", "options")), tested


def test_later_money_is_worth_less() -> None:
    rate = {"setting": "discount rate", "value": 0.1}
    case = make_case({**WORKS, "Settings": [*WORKS["Settings"], rate]})
    years = {"2027-H1": 0.25, "2027-H2": 0.75, "2028-H1": 1.25, "2028-H2": 1.75}
    worth = [
        {**paid, "discounted": paid["amount"] * 1.1 ** -years[paid["period"]]}
        for paid in PLAN["Costs"]
    ]
    today = sum(paid["discounted"] for paid in worth)
    assert failed(audit(case, make_tables({**PLAN, "Costs": worth}), today)) == set()


def with_number(number: float, rows: tuple[int, ...]) -> dict[str, Rows]:
    """The plan with other numbers and their amounts in some rows of Investment."""
    plan = PLAN
    for i in rows:
        old = PLAN["Investment"][i]
        for column in ("added capacity", "capital", "fixed cost", "credit"):
            amount = (old[column] or 0.0) * number / old["number"]
            plan = changed(plan, "Investment", i, column, amount)
        plan = changed(plan, "Investment", i, "number", number)
    return plan


LINE = (0, 1, 2)


@pytest.mark.parametrize(
    ("number", "rows", "place"),
    [
        (3, LINE, "line (most): 3 above 2"),
        (1.5, LINE, "line in 2027-H1: 1.5 instead of 2"),
        (2.00001, LINE, "line in 2027-H1: 2.00001 instead of 2"),
        (1, (1,), "line in 2027-H1: 1 instead of 2"),
        (0, (2,), "line in 2027-H1: 0 instead of 2"),
        (0.999, (3,), "extra in 2027-H2: 0.999 instead of 1"),
        (-1, LINE, "line, which extra needs, so far: -1 below 1"),
        (0, LINE, "line, which extra needs, so far: 0 below 1"),
    ],
)
def test_numbers_that_cannot_be_built_fail(
    number: float, rows: tuple[int, ...], place: str
) -> None:
    result = audit(make_case(WORKS), make_tables(with_number(number, rows)), OBJECTIVE)
    found = {check.name: check.where for check in result.checks if not check.passed}
    assert found["options"] == place


def test_a_number_within_the_tolerance_of_a_whole_one_passes() -> None:
    result = audit(make_case(WORKS), make_tables(with_number(2.0000005, LINE)), OBJECTIVE)
    assert failed(result) == set(), result.verdict


# Sheet, row, column, value instead, checks that fail then.
TAMPERED: list[tuple[str, int, str, Any, set[str]]] = [
    ("Production", 0, "activity", 82, {"units", "mass balance"}),
    ("Production", 2, "activity", 47, {"units", "mass balance"}),
    ("Production", 4, "activity", 19, {"units", "mass balance"}),
    ("Production", 5, "activity", 8, {"units", "mass balance"}),
    ("Shipments", 3, "tonnes", 400, {"lanes"}),
    ("Shipments", 4, "tonnes", 9, {"lanes"}),
    ("Investment", 0, "option", "kiln", {"nothing without a row", "units", "options"}),
    ("Investment", 0, "number", float("nan"), {"nothing negative", "options"}),
    ("Investment", 3, "number", -1, {"nothing negative", "options"}),
    ("Investment", 3, "period", "2029-H1", {"names that the workbook knows"}),
    ("Investment", 0, "added capacity", 120, {"options"}),
    ("Investment", 0, "capital", 1000, {"options"}),
    ("Investment", 0, "fixed cost", 60, {"options"}),
    ("Investment", 0, "credit", 2000, {"options"}),
    ("Investment", 0, "runs from", date(2027, 2, 1), {"options"}),
    ("Investment", 0, "runs from", date(2027, 5, 3), {"options"}),
    ("Investment", 0, "runs from", date(2027, 5, 2), {"options"}),
    *(
        ("Costs", i, column, 1, {"costs by category and period"})
        for i in range(len(PLAN["Costs"]))
        for column in ("amount", "discounted")
    ),
]


@pytest.mark.parametrize(("table", "row", "column", "value", "checks"), TAMPERED)
def test_a_tampered_decision_fails_the_check_that_looks_there(
    table: str, row: int, column: str, value: object, checks: set[str]
) -> None:
    plan = changed(PLAN, table, row, column, value)
    result = audit(make_case(WORKS), make_tables(plan), OBJECTIVE)
    assert checks <= failed(result), result.verdict
    assert bool(failed(result)) == bool(checks), result.verdict


OTHER_WORKBOOKS: list[tuple[str, int, str, Any, set[str]]] = [
    ("Options", 0, "added capacity", 119, {"units", "options"}),
    ("Options", 0, "build months", 4, {"units", "options", *MONEY}),
    ("Options", 1, "build months", 10, {"units", "options"}),
    ("Options", 0, "life", 4, {"options", *MONEY}),
    ("Options", 0, "life", None, {"options", *MONEY}),
    ("Options", 0, "capital cost", 1001, {"options", *MONEY}),
    ("Options", 0, "fixed cost", 61, {"options", *MONEY}),
    ("Options", 3, "needs", None, set()),
    ("Options", 3, "needs", "trim", {"options"}),
    ("Options", 3, "earliest", date(2027, 12, 31), {"options"}),
    ("Options", 3, "earliest", date(2028, 1, 1), {"options"}),
    ("Options", 3, "kind", "any amount", set()),
    ("Units", 0, "availability", 0.89, {"units"}),
    ("Units", 0, "minimum load", 0.21, {"units"}),
    ("Units", 1, "minimum load", 0.51, {"units"}),
    ("Units", 1, "may idle", "no", {"units", *MONEY}),
    ("Units", 1, "fixed cost", 201, MONEY),
    ("Units", 0, "may idle", "yes", set()),
    ("Lanes", 0, "minimum when used", 81.5, {"lanes"}),
    ("Lanes", 0, "minimum when used", 41, {"lanes"}),
    ("Lanes", 0, "minimum when used", 39, set()),
    ("Lanes", 1, "minimum when used", 39, set()),
    ("Lanes", 0, "fixed cost", 71, MONEY),
    ("Lanes", 1, "fixed cost", 131, MONEY),
    ("Lanes", 1, "to", date(2028, 4, 30), MONEY),
]


@pytest.mark.parametrize(("sheet", "row", "column", "value", "checks"), OTHER_WORKBOOKS)
def test_decisions_fail_the_workbook_that_they_were_not_made_for(
    sheet: str, row: int, column: str, value: object, checks: set[str]
) -> None:
    case = make_case(changed(WORKS, sheet, row, column, value))
    result = audit(case, make_tables(PLAN), OBJECTIVE)
    assert checks <= failed(result), result.verdict
    assert bool(failed(result)) == bool(checks), result.verdict


def test_what_an_option_needs_is_built_no_later() -> None:
    early = changed(PLAN, "Investment", 3, "period", "2027-H1")
    early = changed(early, "Investment", 3, "runs from", date(2027, 1, 1))
    assert "options" not in failed(audit(make_case(WORKS), make_tables(early), 0.0))
    late = early
    for i, day in enumerate((date(2027, 10, 1), date(2028, 4, 1), date(2027, 7, 1))):
        late = changed(late, "Investment", i, "period", "2027-H2")
        late = changed(late, "Investment", i, "runs from", day)
    result = audit(make_case(WORKS), make_tables(late), 0.0)
    found = {check.name: check.where for check in result.checks if not check.passed}
    assert found["options"] == "line, which extra needs, so far: 0 below 1"


def test_an_option_of_less_than_one_is_needed_in_full() -> None:
    case = changed(WORKS, "Options", 3, "needs", "trim")
    case = changed(case, "Options", 3, "one of", None)
    case = make_case(changed(case, "Options", 4, "most", 0.5))
    trim = {"option": "trim", "site": "Plant", "unit": "press", "period": "2027-H1"}
    for number, checks in ((0.5, set()), (0.4, {"options"})):
        row = {**trim, "number": number, "added capacity": 4 * number, "capital": 7 * number}
        row["runs from"] = date(2027, 1, 1)
        tables = make_tables({**PLAN, "Investment": [*PLAN["Investment"], row]})
        assert failed(audit(case, tables, OBJECTIVE)) - MONEY == checks


def test_of_the_options_that_share_a_word_one_is_built() -> None:
    trim = {"option": "trim", "site": "Plant", "unit": "press", "period": "2028-H2"}
    row = {**trim, "number": 0.1, "added capacity": 0.4, "capital": 0.7}
    row["runs from"] = date(2028, 7, 1)
    tables = make_tables({**PLAN, "Investment": [*PLAN["Investment"], row]})
    result = audit(make_case(WORKS), tables, OBJECTIVE)
    found = {check.name: check.where for check in result.checks if not check.passed}
    assert found["options"] == "options built of size: 2 above 1"
    case = make_case(changed(WORKS, "Options", 3, "one of", "other"))
    assert failed(audit(case, tables, OBJECTIVE)) == {*MONEY}


def test_all_of_an_investment_is_credited_that_runs_after_the_horizon() -> None:
    case = changed(WORKS, "Options", 2, "build months", 30)
    case = make_case(changed(case, "Options", 2, "life", 1))
    plan = changed(PLAN, "Investment", 2, "runs from", date(2029, 8, 1))
    plan = changed(plan, "Investment", 2, "credit", 100)
    plan = changed(plan, "Costs", 17, "amount", PLAN["Costs"][17]["amount"] - 100)
    plan = changed(plan, "Costs", 17, "discounted", PLAN["Costs"][17]["amount"] - 100)
    assert failed(audit(case, make_tables(plan), OBJECTIVE - 100)) == set()


def test_a_unit_that_only_an_option_adds_has_no_capacity_before() -> None:
    case = make_case({**WORKS, "Units": WORKS["Units"][:1]})
    result = audit(case, make_tables(PLAN), OBJECTIVE)
    found = {check.name: check.where for check in result.checks if not check.passed}
    assert found["units"] == "Plant, press in 2027-H2: 46 above 6.66667"
    assert set(found) >= MONEY


def test_a_use_too_small_to_matter_is_none() -> None:
    plan = changed(PLAN, "Production", 4, "activity", 1e-6)
    result = audit(make_case(WORKS), make_tables(plan), OBJECTIVE)
    assert "units" not in failed(result)
    assert result.cost == pytest.approx(OBJECTIVE - 100)
