"""What rules cost: plans without them, worked by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from math import isnan

import openpyxl
import pytest

import optimizer
from optimizer import cli, plan
from optimizer.studies import rule_costs as study
from tests.conftest import china, lane, make, need, no_china, offer, read_tables, sample, save
from tests.oracle.random_case import CORE, WHOLE, draw

KAZ = offer("kaz", price=5)
CHINA = offer("china", "China", price=1)
BOUND = {
    "Supply": [KAZ, CHINA],
    "Demand": [need(10)],
    "Rules": [no_china()],
    "Rule_scope": [china()],
}


def costs(found: optimizer.RuleCosts) -> dict[str, dict]:
    return {row["rule"]: row for row in found.frame("Rule costs").to_dict("records")}


def test_a_rule_costs_what_the_plan_without_it_saves():
    # Ten tonnes at 5 instead of 1: 40, in one year, for 10,000 kg.
    study_result = optimizer.cost_of_rules(make(**BOUND))
    (row,) = costs(study_result).values()
    assert (row["cost_with"], row["cost_without"], row["premium"]) == pytest.approx((50, 10, 40))
    assert row["premium_per_year"] == pytest.approx(40)
    assert row["premium_per_kg"] == pytest.approx(0.004)
    assert study_result.sentences == (
        "Rule no China costs 40 USD: 40 USD a year, 0.004 USD per kg delivered under this rule.",
    )
    moves = [row for row in study_result.tables["Rule moves"].rows() if row[1] == "offer"]
    assert [row[:5] + row[7:] for row in moves] == [
        ("no China", "offer", "Kaz", "kaz", "ore", pytest.approx(-10)),
        ("no China", "offer", "China", "china", "ore", pytest.approx(10)),
    ]


def test_a_premium_is_by_year_and_by_what_is_delivered_under_the_rule():
    # Two years, no discount: defence takes 5 t a year at 5 instead of 1, civil is not bound.
    study_result = optimizer.cost_of_rules(
        make(
            **{
                **BOUND,
                "Settings": {"periods": 2},
                "Demand": [need(5, "defence", segment="d"), need(10, "civil", segment="c")],
                "Rules": [no_china(segments="d")],
            }
        )
    )
    (row,) = costs(study_result).values()
    assert row["premium"] == pytest.approx(40)
    assert row["premium_per_year"] == pytest.approx(20)
    assert row["delivered_kg"] == pytest.approx(10_000)
    assert row["premium_per_kg"] == pytest.approx(0.004)


def test_rules_that_bar_the_same_thing_cost_something_only_together():
    # Either alone keeps China out: leaving out one saves nothing, leaving out both 40.
    study_result = optimizer.cost_of_rules(
        make(
            **{
                **BOUND,
                "Rules": [no_china(), no_china("no mines")],
                "Rule_scope": [china(), china("no mines", "China", stage="mined")],
            }
        )
    )
    by_rule = costs(study_result)
    assert [by_rule[name]["premium"] for name in ("no China", "no mines")] == [0, 0]
    assert by_rule["all rules"]["premium"] == pytest.approx(40)
    assert by_rule["no China"]["sentence"].endswith("the plan without it is no cheaper.")


def test_a_share_has_a_marginal_price_beside_its_premium():
    # A quarter may be Chinese: 7.5 t cost 4 more each, 30; the next tonne saves 4.
    study_result = optimizer.cost_of_rules(
        make(**{**BOUND, "Rules": [no_china(maximum_share=0.25)]})
    )
    (row,) = costs(study_result).values()
    assert (row["premium"], row["marginal_price"]) == pytest.approx((30, 4))


def test_a_rule_without_tolerance_has_no_marginal_price():
    (row,) = costs(optimizer.cost_of_rules(make(**BOUND))).values()
    assert isnan(row["marginal_price"])


def test_where_the_rules_leave_no_plan_the_one_in_the_way_is_named():
    # Kaz sells 4 t, 10 must be delivered: only without the rule is there a plan, at 10.
    study_result = optimizer.cost_of_rules(
        make(
            **{
                **BOUND,
                "Supply": [{**KAZ, "maximum": 4}, CHINA],
                "Demand": [need(10, minimum=1)],
            }
        )
    )
    (row,) = costs(study_result).values()
    assert isnan(row["premium"])
    assert row["cost_without"] == pytest.approx(10)
    assert study_result.sentences[0].startswith("Rule no China: no plan meets it")


def test_a_premium_that_a_gap_could_explain_is_not_told(monkeypatch):
    # The lane's yes/no makes a gap possible: at a gap of 90 % of 57 and of 17 a premium of 40 is
    # within 66.6; at 10 % it is told, ± 7 (solver gap).4.
    lanes = [
        lane("Kaz", "Buyer", "ore", fixed_cost=7, maximum=20),
        lane("China", "Buyer", "ore", fixed_cost=7, maximum=20),
    ]
    real = plan.solve_with_options

    def loose(gap):
        return lambda *given: replace(real(*given), gap=gap)

    monkeypatch.setattr(plan, "solve_with_options", loose(0.9))
    (row,) = costs(optimizer.cost_of_rules(make(**BOUND, Lanes=lanes))).values()
    assert isnan(row["premium"])
    assert "within the gap of 67 USD" in row["sentence"]
    monkeypatch.setattr(plan, "solve_with_options", loose(0.1))
    (row,) = costs(optimizer.cost_of_rules(make(**BOUND, Lanes=lanes))).values()
    assert row["premium"] == pytest.approx(40)
    assert "± 7 (solver gap)" in row["sentence"]


def test_a_rule_that_is_not_there_is_refused():
    with pytest.raises(optimizer.UsageError, match="there is no rule 'no Chine'"):
        optimizer.cost_of_rules(make(**BOUND), rules=["no Chine"])


@pytest.mark.parametrize("seed", range(sample(8, 20)))
def test_leaving_a_rule_out_never_costs_more_and_all_at_least_as_much_as_one(seed):
    try:
        case = read_tables(draw(seed, CORE | WHOLE))
    except optimizer.WorkbookError:
        pytest.skip("refused")
    study_result = optimizer.cost_of_rules(case)
    if study_result.plan.status != "optimal":
        pytest.skip("no plan")
    by_rule = costs(study_result)
    assert set(by_rule) >= {rule.rule for rule in case.rules}
    for name, row in by_rule.items():
        # A plan from scratch, without a start, costs the same.
        alone = optimizer.solve(
            study.without_rules(
                case, [name] if name != study.ALL_RULES else [r.rule for r in case.rules]
            )
        )
        assert row["cost_without"] == pytest.approx(alone.objective, rel=1e-6, abs=1e-5)
        assert row["premium"] >= 0
        if study.ALL_RULES in by_rule:
            assert row["premium"] <= by_rule[study.ALL_RULES]["premium"] + 1e-5 * abs(
                row["cost_with"]
            )


def test_the_command_adds_sheets_sentences_and_a_record(tmp_path, capsys):
    book = save(tmp_path / "case.xlsx", **BOUND)
    folder = tmp_path / "out"
    arguments = ["solve", str(book), "--output", str(folder), "--cost-of-rules", "--explain"]
    assert cli.main(arguments) == 0
    assert "Rule no China costs 40 USD" in capsys.readouterr().out
    sheets = openpyxl.load_workbook(folder / "plan.xlsx", read_only=True).sheetnames
    assert {"Rule costs", "Rule moves", "Price headroom", "Marginal costs"} <= set(sheets)
    assert '"premium": 40' in (folder / "run.json").read_text(encoding="utf-8")


def test_dates_that_move_by_a_period_are_priced():
    # Four quarters of 2.5 t, bound from July: each quarter more costs 2.5 t at 5 instead of 1.
    case = make(
        Settings={"period length": "quarter", "periods": 4},
        **BOUND | {"Rules": [no_china(from_=date(2027, 7, 1))]},
    )
    study_result = optimizer.cost_of_rules(case)
    later, earlier = study_result.frame("Rule dates").to_dict("records")
    assert (later["moved"], earlier["moved"]) == (
        "from 2027-10-01 instead of 2027-07-01, one quarter later",
        "from 2027-04-01 instead of 2027-07-01, one quarter earlier",
    )
    assert (later["cost"], later["change"]) == pytest.approx((20, -10))
    assert (earlier["cost"], earlier["change"]) == pytest.approx((40, 10))
    assert later["more_short"] == earlier["more_short"] == pytest.approx(0)
    assert study_result.sentences[1:] == (
        "Rule no China, from 2027-10-01 instead of 2027-07-01, one quarter later: the plan costs "
        "10 USD less.",
        "Rule no China, from 2027-04-01 instead of 2027-07-01, one quarter earlier: the plan costs "
        "10 USD more.",
    )


def test_a_date_that_moves_may_leave_demand_short_or_change_nothing():
    # Nothing but Chinese goods: each quarter that the rule binds leaves 2.5 t short at 100.
    case = make(
        Settings={"period length": "quarter", "periods": 4},
        **BOUND | {"Supply": [CHINA], "Rules": [no_china(from_=date(2027, 10, 1))]},
    )
    later, earlier = optimizer.cost_of_rules(case).frame("Rule dates").to_dict("records")
    assert (later["more_short"], earlier["more_short"]) == pytest.approx((-2.5, 2.5))
    assert earlier["change"] == pytest.approx(2.5 * (100 - 1))
    never = make(**BOUND | {"Rules": [no_china(from_=date(2026, 1, 1))]})
    assert not len(optimizer.cost_of_rules(never).tables["Rule dates"])


def date_changes(**sheets) -> dict[str, float]:
    """Change of cost by what moves, of four quarters in which 2.5 t each are wanted."""
    case = make(**{"Settings": {"period length": "quarter", "periods": 4}, **BOUND, **sheets})
    dates = optimizer.cost_of_rules(case).tables["Rule dates"]
    return {
        moved.split(" instead")[0]: round(change, 6)
        for moved, change in zip(dates["moved"], dates["change"], strict=True)
    }


@pytest.mark.parametrize(
    ("dates", "expected"),
    [
        # Each quarter that is bound costs 2.5 t at 5 instead of 1: 10.
        ({"from": date(2027, 4, 1)}, {"from 2027-07-01": -10, "from 2027-01-01": 10}),
        ({"to": date(2027, 6, 30)}, {"to 2027-09-30": 10, "to 2027-03-31": -10}),
        (
            {"from": date(2027, 4, 1), "to": date(2027, 9, 30)},
            {
                "from 2027-07-01": -10,
                "from 2027-01-01": 10,
                "to 2027-12-31": 10,
                "to 2027-06-30": -10,
            },
        ),
        # A rule of one quarter is gone where either date moves into it.
        (
            {"from": date(2027, 4, 1), "to": date(2027, 6, 30)},
            {
                "from 2027-07-01": -10,
                "from 2027-01-01": 10,
                "to 2027-09-30": 10,
                "to 2027-03-31": -10,
            },
        ),
        # A date at or beyond an end of the horizon stays; the other end moves alone.
        (
            {"from": date(2027, 10, 1), "to": date(2027, 12, 31)},
            {"from 2028-01-01": -10, "from 2027-07-01": 10},
        ),
        (
            {"from": date(2027, 10, 1), "to": date(2028, 6, 30)},
            {"from 2028-01-01": -10, "from 2027-07-01": 10},
        ),
        (
            {"from": date(2027, 1, 1), "to": date(2027, 3, 31)},
            {"to 2027-06-30": 10, "to 2026-12-31": -10},
        ),
        (
            {"from": date(2026, 1, 1), "to": date(2027, 3, 31)},
            {"to 2027-06-30": 10, "to 2026-12-31": -10},
        ),
        ({"from": date(2027, 1, 1), "to": date(2027, 12, 31)}, {}),
        ({"from": date(2026, 1, 1), "to": date(2028, 12, 31)}, {}),
        ({}, {}),
    ],
)
def test_one_date_of_a_rule_moves_at_a_time(dates, expected):
    assert date_changes(Rules=[no_china(**dates)]) == expected


def test_where_a_phase_follows_another_their_common_date_moves_as_one():
    # Half may be Chinese until June, then nothing: a quarter of the first phase costs 5, of the
    # second 10. Each quarter by which the change comes later saves 5.
    first = no_china(maximum_share=0.5, window="period", to=date(2027, 6, 30))
    second = no_china(maximum_share=0, window="period", from_=date(2027, 7, 1))
    phases = [
        {"from": None, "to": None} | {k.rstrip("_"): v for k, v in row.items()}
        for row in (first, second)
    ]
    assert date_changes(Rules=phases) == {"from 2027-10-01": -5, "from 2027-04-01": 5}


def test_a_date_does_not_move_beyond_the_next_one_of_its_rule():
    # In force for May alone, so in the second quarter: its last day comes no further than its
    # first, and its first no further than its last; then nothing is bound.
    case = make(
        Settings={"period length": "quarter", "periods": 4},
        **BOUND | {"Rules": [no_china(from_=date(2027, 5, 1), to=date(2027, 5, 31))]},
    )
    dates = optimizer.cost_of_rules(case).tables["Rule dates"]
    assert list(dates["moved"]) == [
        "from 2027-06-01 instead of 2027-05-01, later, to its next date",
        "from 2027-02-01 instead of 2027-05-01, one quarter earlier",
        "to 2027-08-31 instead of 2027-05-31, one quarter later",
        "to 2027-04-30 instead of 2027-05-31, earlier, to its next date",
    ]
    assert list(dates["change"]) == pytest.approx([-10, 10, 10, -10])


def test_each_date_of_a_rule_dated_by_processing_moves_alone():
    # Ore bought in the second and third quarter must not be Chinese; nothing is stored.
    rule = no_china(dated_by="processing", from_=date(2027, 4, 1), to=date(2027, 9, 30))
    assert date_changes(Rules=[rule]) == {
        "from 2027-07-01": -10,
        "from 2027-01-01": 10,
        "to 2027-12-31": 10,
        "to 2027-06-30": -10,
    }


TWO_DATES = {
    "Settings": {"period length": "quarter", "periods": 4},
    **BOUND,
    "Rules": [no_china(from_=date(2027, 7, 1)), no_china("no mines", from_=date(2027, 10, 1))],
    "Rule_scope": [china(), china("no mines", "China", stage="mined")],
}
"""Seven plans: without either rule and without both, and either a quarter later or earlier."""


@pytest.mark.slow
def test_processes_find_the_same_tables_and_tell_how_far_they_are():
    progress_lines = []
    case = make(**TWO_DATES)
    alone = optimizer.cost_of_rules(case, workers=1)
    study_result = optimizer.cost_of_rules(
        case, workers=2, progress=lambda s, line: progress_lines.append(line)
    )
    # Either rule binds Q4, one of them Q3: 2.5 t a quarter at 5 instead of 1.
    assert list(study_result.tables["Rule costs"]["premium"]) == pytest.approx([10, 0, 20])
    assert list(study_result.tables["Rule dates"]["change"]) == pytest.approx([-10, 10, 0, 0])
    for name, own in study_result.tables.items():
        assert str([*own.rows()]) == str([*alone.tables[name].rows()])
    assert [line.split(" plans")[0] for line in progress_lines if "plans" in line] == [
        f"{done} of 7" for done in range(1, 8)
    ]


def test_ctrl_c_keeps_what_is_finished(monkeypatch):
    real, done = plan.solve_with_options, []

    def solve(case, asked, *more):
        done.append(case)
        if len(done) == 3:
            return replace(real(case, asked), status="interrupted", objective=None)
        assert len(done) < 3, "nothing is solved after Ctrl-C"
        return real(case, asked, *more)

    monkeypatch.setattr(plan, "solve_with_options", solve)
    study_result = optimizer.cost_of_rules(make(**TWO_DATES), workers=1)
    assert study_result.plan.objective == pytest.approx(30)
    states = [row["status"] for row in costs(study_result).values()]
    states += study_result.tables["Rule dates"]["status"]
    assert sorted(states) == ["interrupted"] * 6 + ["optimal"]
    for name, row in costs(study_result).items():
        if row["status"] == "interrupted" and name != study.ALL_RULES:
            sentence = f"Rule {name}: not known: no plan without it was found (interrupted)."
            assert row["sentence"] == sentence


def test_all_rules_together_have_a_cost_without_being_asked_for():
    case = make(**BOUND)
    result = optimizer.solve(case)
    found = study.cost_of_all_rules(result)
    costs = optimizer.cost_of_rules(case, plan=result).tables["Rule costs"]
    (row,) = found.tables["Rule costs"].rows()
    assert row == list(costs.rows())[-1]
    assert list(found.tables)[-1] == "Run"


def test_a_plan_that_took_long_is_not_solved_again_without_rules():
    result = optimizer.solve(make(**BOUND))
    slow = replace(result, seconds={**result.seconds, "solve": 11.0})
    assert study.cost_of_all_rules(slow) is slow
    none = optimizer.solve(make(**{**BOUND, "Rules": [], "Rule_scope": []}))
    assert study.cost_of_all_rules(none) is none
