"""The verdict whether a plan is lawful: its conditions, and where it is shown."""

from __future__ import annotations

import json
from datetime import date

import openpyxl
import pytest

import optimizer
from optimizer.cli import main
from optimizer.report.page.page_data import page_data
from tests.conftest import (
    china,
    lane,
    make,
    need,
    no_china,
    offer,
    plan,
    process,
    recipe,
    save,
    site,
)

KAZ, CHINA = offer("kaz", "Kaz", price=5), offer("china", "China", price=1)
RULE = {"Rules": [no_china()], "Rule_scope": [china()]}
ORE = {"Supply": [KAZ, CHINA], "Demand": [need(10, segment="defence")]}
OXIDE = {
    "Supply": [offer("open", "Plant", "oxide", 1, history="mined: Brazil; separated: Canada")],
    "Demand": [need(10, material="oxide")],
}
"""10 t of oxide of which nobody says where it was refined."""


def word(**sheets) -> str:
    return plan(**sheets).lawful


# The word ---------------------------------------------------------------------------------------


def test_a_plan_is_lawful_where_every_rule_is_kept_and_every_origin_is_stated():
    found = plan(**ORE, **RULE)
    assert found.lawful == "yes"
    assert found.lawful_notes == (
        "Every rule is kept, and every origin that a rule checks is stated.",
    )
    assert set(found.tables["Compliance"]["verdict"]) == {"kept"}


def test_a_stage_that_no_history_states_makes_it_lawful_only_as_far_as_stated():
    found = plan(**OXIDE, **RULE)
    assert found.lawful == "as far as stated"
    assert found.lawful_notes[0] == (
        "Rules are kept as far as stated. Under no China, 10 t have a stage that is not stated "
        "(refined)."
    )
    assert found.alerts[0] == found.lawful_notes[0]
    (row,) = found.tables["Compliance"].rows()
    told = dict(zip(found.tables["Compliance"].layout.headers, row, strict=True))
    assert (told["verdict"], told["unknown"], told["not stated"]) == (
        "kept as far as stated",
        0,
        10,
    )
    assert told["rests on"] == "refined not stated"
    (certificate,) = found.tables["Certificates"]["verdict"]
    assert certificate == "kept as far as stated; not stated: 10 t, refined"


def test_a_stage_that_does_not_apply_is_stated():
    given = "mined: Brazil; refined: none; separated: Canada"
    supply = [{**OXIDE["Supply"][0], "history": given}]
    assert word(**{**OXIDE, "Supply": supply}, **RULE) == "yes"


def test_a_stage_at_which_no_line_of_the_rule_looks_need_not_be_stated():
    rule = {"Rules": [no_china()], "Rule_scope": [china(stage="mined"), china(stage="separated")]}
    assert word(**OXIDE, **rule) == "yes"


REAGENT = {"Rules": [no_china()], "Rule_scope": [china(stage="reagent")]}
"""A rule on a stage that has no place among the others."""


@pytest.mark.parametrize(
    ("history", "lawful"),
    [
        ("mined: Brazil; refined: Brazil; separated: Canada", "as far as stated"),
        ("mined: Brazil; separated: Canada; reagent: unknown", None),
        ("mined: Brazil; separated: Canada; reagent: none", "yes"),
        ("mined: Brazil; separated: Canada; reagent: India", "yes"),
    ],
)
def test_a_stage_of_the_planners_own_must_be_stated_or_said_not_to_apply(history, lawful):
    known = "mined: Brazil; separated: Canada; reagent: India"
    supply = [offer("open", "Plant", "oxide", 1, history=history)]
    supply += [offer("dear", "Plant", "oxide", 200, history=known)]
    found = plan(Supply=supply, Demand=[need(10, material="oxide")], **REAGENT)
    if lawful is None:  # what is unknown breaks the rule, so nothing can be delivered
        assert found.shortage == pytest.approx(10)
        return
    assert (found.lawful, found.shortage) == (lawful, 0)
    assert found.audit.passed
    unstated = found.tables["Compliance"]["not stated"]
    assert list(unstated) == [10 if lawful == "as far as stated" else 0]


def test_a_lot_within_the_plan_carries_what_its_feed_does_not_state():
    sheets = {
        "Supply": [
            offer("ore", "Kaz", price=1, history="mined: Kazakhstan; reagent: none"),
            offer("acid", "Plant", "acid", 1, history="mined: none; reagent: India"),
        ],
        "Materials": [
            {"material": "ore", "stage": "mined"},
            {"material": "acid", "stage": "reagent"},
            {"material": "oxide", "stage": "separated"},
        ],
        "Recipes": recipe("separate", ore=-1, acid=-1, oxide=1),
        "Processes": [process("separate", stage="refined, separated")],
        "Demand": [need(10, material="oxide")],
    }
    assert word(**sheets, **REAGENT) == "yes"
    sheets["Supply"][0]["history"] = "mined: Kazakhstan"
    assert word(**sheets, **REAGENT) == "as far as stated"


def test_unknown_tonnes_within_a_share_are_told_with_their_cells():
    # 30 % of 10 t may break the rule: 3 t of unknown origin at 1 beside 7 t at 5.
    supply = [KAZ, {**CHINA, "history": "mined: unknown"}]
    rule = {"Rules": [no_china(maximum_share=0.3)], "Rule_scope": [china()]}
    found = plan(Supply=supply, Demand=[need(10)], **rule)
    assert found.lawful == "as far as stated"
    assert found.lawful_notes == (
        "Rules are kept as far as stated. Under no China, 3 t are of unknown origin (Supply!E3).",
        "3 t of 10 t delivered under no China break it, within the share that it allows (3 t).",
    )
    (verdict,) = found.tables["Certificates"]["verdict"]
    assert verdict == ("kept as far as stated: 30.0% over 2027; unknown: 3 t, Supply!E3")


def test_a_share_that_is_used_stands_beside_a_lawful_plan():
    rule = {"Rules": [no_china(maximum_share=0.3)], "Rule_scope": [china()]}
    found = plan(Supply=[KAZ, CHINA], Demand=[need(10)], **rule)
    assert found.lawful == "yes"
    assert found.lawful_notes[1] == (
        "3 t of 10 t delivered under no China break it, within the share that it allows (3 t)."
    )
    assert found.lawful_notes[1] in found.alerts


def test_a_material_without_a_stage_or_a_trace_says_nothing():
    for material in ({"material": "ore"}, {"material": "ore", "stage": "mined", "traced": "no"}):
        assert word(Materials=[material], **ORE, **RULE) == "as far as stated"


def test_a_process_that_names_no_stage_leaves_it_unstated():
    # Metal's own stage is melted: without it, and without refined and separated, nothing says
    # who did it. One process may do all three.
    def smelted(stage):
        return word(
            Supply=[KAZ],
            Recipes=recipe("smelt", ore=-1, metal=1),
            Processes=[process("smelt", **({"stage": stage} if stage else {}))],
            Demand=[need(10, material="metal")],
            **RULE,
        )

    assert smelted("") == "as far as stated"
    assert smelted("melted") == "as far as stated"
    assert smelted("refined, separated, melted") == "yes"
    assert smelted("refined: none, separated: None, melted") == "yes"


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        (no_china(from_=date(2037, 1, 1)), "no rule binds"),
        (no_china(to=date(2026, 12, 31)), "no rule binds"),
        (no_china(dated_by="processing", from_=date(2037, 1, 1)), "no rule binds"),
        (no_china(dated_by="processing", to=date(2026, 12, 31)), "yes"),  # bars what lay there
        (no_china(active="no"), "no rules"),
    ],
)
def test_a_rule_that_is_not_in_force_binds_nothing(rule, told):
    scope = [china(active=rule.get("active"))]
    assert word(**ORE, Rules=[rule], Rule_scope=scope) == told


def test_a_rule_that_is_not_in_force_is_told_beside_the_word():
    rules = [no_china(), no_china("old", to=date(2026, 12, 31))]
    found = plan(**ORE, Rules=rules, Rule_scope=[china(), china("old")])
    assert found.lawful == "yes"
    assert found.lawful_notes[1] == "old is not in force in this horizon (open..2026-12-31)."


def test_a_rule_that_begins_only_after_the_end_may_be_a_mistyped_year():
    rules = [no_china("old"), no_china(from_=date(2037, 1, 1))]
    found = plan(**ORE, Rules=rules, Rule_scope=[china("old", "Chile"), china()])
    assert found.objective == 10
    assert found.lawful == "as far as stated"
    assert found.lawful_notes == (
        "Rules are kept as far as stated. no China begins only after the plan's end: correct the "
        "date, or write no under active.",
        "no China is not in force in this horizon (2037-01-01..open).",
    )


@pytest.mark.parametrize(
    ("second", "paused"),
    [
        (date(2028, 1, 1), None),
        (date(2029, 1, 1), "2028-01-01 to 2028-12-31"),
        (date(2038, 1, 1), "2028-01-01 to 2037-12-31"),
    ],
)
def test_a_rule_that_pauses_between_its_rows_may_be_a_mistyped_year(second, paused):
    # In 2027 a share of 30 % may break the rule; its next row is meant to follow at once.
    rules = [
        no_china(maximum_share=0.3, to=date(2027, 12, 31)),
        no_china(from_=second),
    ]
    found = plan(
        Settings={"periods": 3},
        Supply=[KAZ, CHINA],
        Demand=[need(10, segment="defence")],
        Rules=rules,
        Rule_scope=[china()],
    )
    assert found.lawful == ("as far as stated" if paused else "yes")
    assert found.lawful_notes[0].endswith(
        f"no China pauses from {paused}, between two of its rows: correct the dates, or write a "
        "row with maximum share 1."
        if paused
        else "every origin that a rule checks is stated."
    )


@pytest.mark.parametrize(
    ("history", "destination", "word", "duty"),
    [
        ("mined: Kazakhstan; separated: unknown", "USA", "as far as stated", 0),
        ("mined: Kazakhstan; separated: China", "USA", "yes", 25),
        ("mined: Kazakhstan; separated: unknown", "Japan", "yes", 0),
    ],
)
def test_duty_by_an_origin_that_is_presumed_is_only_as_far_as_stated(
    history, destination, word, duty
):
    # The rule looks at defence alone. A tariff of 2.5 a tonne falls on Chinese oxide in the
    # United States: who separated it is unknown, so its origin is taken from the mine.
    found = plan(
        Sites=[site("Port", "Germany"), site("Kaz", "Kazakhstan"), site("Buyer", "USA")],
        Materials=[{"material": "oxide", "stage": "separated", "value": 10}],
        Supply=[
            offer("open", "Port", "oxide", 1, history=history),
            offer("clean", "Buyer", "oxide", 9, history="mined: USA; refined: USA; separated: USA"),
        ],
        Lanes=[lane("Port", "Buyer", material="oxide")],
        Tariffs=[
            {
                "measure": "duty",
                "origin country": "China",
                "destination country": destination,
                "material": "oxide",
                "ad valorem": 0.25,
            }
        ],
        Demand=[
            need(10, "open", site="Buyer", material="oxide", segment="magnets"),
            need(10, "clean", site="Buyer", material="oxide", segment="defence"),
        ],
        Rules=[no_china(segments="defence")],
        Rule_scope=[china()],
    )
    assert (found.lawful, found.costs["duty"]) == (word, duty)
    if word != "yes":
        assert found.lawful_notes[0].endswith(
            "Who made it is unknown in Supply!E2, and its customs origin, on which duty depends, "
            "is taken from an earlier event."
        )


def test_a_rule_in_force_that_binds_no_delivery_is_told():
    # Its segment wants something in 2028 only, and the rule ends with 2027.
    demand = [
        need(10, "a", segment="defence"),
        need(10, "b", segment="medical", from_=date(2028, 1, 1)),
    ]
    rules = [
        no_china(segments="defence"),
        no_china("care", segments="medical", to=date(2027, 12, 31)),
    ]
    found = plan(
        Settings={"periods": 2},
        Supply=[KAZ, CHINA],
        Demand=demand,
        Rules=rules,
        Rule_scope=[china(), china("care")],
    )
    assert found.lawful == "as far as stated"
    assert "care is in force and binds no delivery." in found.lawful_notes


def test_without_rules_there_is_a_word_too():
    found = plan(**ORE)
    assert found.lawful == "no rules"
    assert not any("rule" in alert for alert in found.alerts)


def test_without_a_plan_there_is_no_word():
    found = plan(Supply=[{**KAZ, "maximum": 1}], Demand=[need(10, minimum=1)], **RULE)
    assert (found.status, found.lawful, found.lawful_notes) == ("infeasible", None, ())


# Channels ---------------------------------------------------------------------------------------

CASES = {
    "yes": {**ORE, **RULE},
    "as far as stated": {**OXIDE, **RULE},
    "no rule binds": {**ORE, "Rules": [no_china(from_=date(2037, 1, 1))], "Rule_scope": [china()]},
    "no rules": ORE,
}
GREEN = "FFE6F1EB"


@pytest.mark.parametrize("told", CASES)
def test_every_channel_shows_the_word_and_green_is_for_yes_alone(told, tmp_path, capsys):
    path = save(tmp_path / "case.xlsx", **CASES[told])
    assert main(["solve", str(path), "--output", str(tmp_path / "plan"), "--json"]) == 0
    printed = capsys.readouterr()
    record = json.loads(printed.out)
    assert record["lawful"] == told
    assert record == json.loads((tmp_path / "plan" / "run.json").read_text("utf-8"))
    assert f"\nLawful: {told}." in printed.err

    book = openpyxl.load_workbook(tmp_path / "plan" / "plan.xlsx")
    sheet = book["Summary"]
    assert sheet["B2"].value.endswith(f"lawful: {told}")
    assert (sheet["B2"].fill.fgColor.rgb == GREEN) == (told == "yes")
    assert told in [cell.value for cell in sheet[6]]
    run = {row[0].value: row[1].value for row in book["Run"].iter_rows(min_row=6, max_col=2)}
    assert run["lawful"] == told

    data = page_data(optimizer.solve(optimizer.read(path)))
    assert data["lawful"] == told
    assert data["lawful_notes"]


# Two plans --------------------------------------------------------------------------------------


def test_a_plan_that_is_cheaper_because_a_rule_no_longer_binds_says_so():
    bound = plan(**ORE, **RULE)
    for other, after in (
        (
            {**ORE, "Rules": [no_china(from_=date(2037, 1, 1))], "Rule_scope": [china()]},
            "no rule binds",
        ),
        (ORE, "no rules"),
    ):
        lines = optimizer.compare(bound, plan(**other)).lines()
        assert lines[1:4] == [
            "The second plan is cheaper by 40.00, but its rules are less strict:",
            f"Lawful: yes before, {after} after.",
            "no China bound 10 t before and nothing after.",
        ]
    assert not any("Lawful" in line for line in optimizer.compare(bound, bound).lines())


def test_a_plan_that_is_cheaper_for_another_reason_says_nothing_of_the_kind():
    dear = plan(Supply=[{**KAZ, "price": 9}, CHINA], Demand=ORE["Demand"], **RULE)
    lines = optimizer.compare(dear, plan(**ORE, **RULE)).lines()
    assert not any("held to less" in line for line in lines)


def test_the_word_is_read_from_a_results_workbook(tmp_path):
    for name, case in (("one", CASES["yes"]), ("two", CASES["no rules"])):
        optimizer.write(plan(**case), tmp_path / f"{name}.xlsx")
    found = optimizer.compare(tmp_path / "one.xlsx", tmp_path / "two.xlsx")
    assert "Lawful: yes before, no rules after." in found.lawful


def test_scenarios_show_the_word_of_each():
    rows = [
        {
            "scenario": "no rule",
            "sheet": "Rules",
            "where": "rule = no China",
            "column": "active",
            "change": "set",
            "value": "no",
        }
    ]
    study = optimizer.scenarios(make(**ORE, **RULE, Scenarios=rows))
    assert list(study.tables["Scenarios"]["lawful"]) == ["yes", "no rules"]


def test_a_traders_offer_without_a_history_is_not_delivered_under_the_rule():
    sites = [site("Kaz", "Kazakhstan"), site("Trader", "Germany"), site("Buyer", "USA")]
    found = plan(
        Sites=sites,
        Supply=[KAZ, offer("trader", "Trader", price=0.5)],
        Lanes=[lane("Kaz", "Buyer"), lane("Trader", "Buyer")],
        Demand=[need(10, segment="defence")],
        **RULE,
    )
    assert (found.lawful, found.objective) == ("yes", 50)
