"""A model that its caller has changed: every change is named, and nothing is proven falsely."""

from __future__ import annotations

import json
import pickle

import openpyxl
import pytest
from pyomo.environ import (
    Any,
    Binary,
    Block,
    Constraint,
    ConstraintList,
    NonNegativeReals,
    Objective,
    Param,
    RangeSet,
    Reference,
    Set,
    SOSConstraint,
    Var,
    maximize,
)

import optimizer
from optimizer.cli.plan_messages import plan_record
from tests.conftest import CASES, china, make, need, no_china, offer

CHINA = ("china", "China", "ore", "2027")
KAZ = ("kaz", "Kaz", "ore", "2027")
CASE = {
    "Supply": [offer("kaz", price=5, maximum=8), offer("china", "China", price=1)],
    "Lanes": [
        {"from site": site, "to site": "Buyer", "material": "ore", "cost": 0}
        for site in ("Kaz", "China")
    ],
    "Demand": [need(10)],
}
"""10 t at 1 from China, or up to 8 t at 5 from Kaz."""


def built(**case):
    return optimizer.build_model(make(**{**CASE, **case}))


def own_row(m):
    m.cap = Constraint([2027], rule=lambda m, year: m.buy[CHINA] <= 4)


def own_rows_in_a_block(m):
    m.mine = Block()
    m.mine.demand = ConstraintList()
    m.mine.demand.add(m.buy[CHINA] <= 4)


def own_variable(m):
    m.years = Set(initialize=[2027])
    m.extra = Var(m.years, domain=NonNegativeReals)


def other_objective(m):
    m.total_cost.deactivate()
    m.most = Objective(expr=sum(m.buy.values()), sense=maximize)
    m.top = Constraint(expr=sum(m.buy.values()) <= 10)


def deleted_objective(m):
    m.del_component(m.total_cost)
    m.kazakh = Objective(expr=-m.buy[KAZ])


def dearer(m):
    m.total_cost.expr = m.total_cost.expr + 2 * m.buy[KAZ]


CHANGES = {
    "own row": (own_row, ["your row 'cap[2027]'"]),
    "rows in a block": (own_rows_in_a_block, ["your row 'mine.demand[1]'"]),
    "own variable": (own_variable, ["your variable 'extra[2027]'"]),
    "upper bound": (
        lambda m: m.buy[CHINA].setub(3),
        ["variable 'buy[china, China, ore, 2027]': upper bound changed from none to 3"],
    ),
    "lower bound": (
        lambda m: m.buy[KAZ].setlb(2),
        ["variable 'buy[kaz, Kaz, ore, 2027]': lower bound changed from 0 to 2"],
    ),
    "fixed": (
        lambda m: m.buy[KAZ].fix(2),
        ["variable 'buy[kaz, Kaz, ore, 2027]' is fixed at 2"],
    ),
    "domain": (
        lambda m: setattr(m.buy[KAZ], "domain", Binary),
        ["variable 'buy[kaz, Kaz, ore, 2027]': upper bound changed from none to 1; is now a "
         "whole number"],
    ),
    "row inactive": (
        lambda m: m.offer[KAZ].deactivate(),
        ["row 'offer[kaz, Kaz, ore, 2027]' is not active"],
    ),
    "family inactive": (
        lambda m: m.offer.deactivate(),
        ["row 'offer[kaz, Kaz, ore, 2027]' is not active"],
    ),
    "row deleted": (
        lambda m: m.del_component(m.offer),
        ["row 'offer[kaz, Kaz, ore, 2027]' is deleted"],
    ),
    "row changed": (
        lambda m: m.offer[KAZ].set_value((0, m.buy[KAZ], 5)),
        ["row 'offer[kaz, Kaz, ore, 2027]': upper bound changed from 8 to 5"],
    ),
    "coefficients": (
        lambda m: m.offer[KAZ].set_value((0, 2 * m.buy[KAZ], 8)),
        ["row 'offer[kaz, Kaz, ore, 2027]': coefficients changed"],
    ),
    "other objective": (
        other_objective,
        ["your row 'top'", "objective total_cost is not active", "your objective 'most'"],
    ),
    "objective deleted": (
        deleted_objective,
        ["objective total_cost is deleted", "your objective 'kazakh'"],
    ),
    "cost": (
        dearer,
        ["objective total_cost: 'buy[kaz, Kaz, ore, 2027]': cost changed from 5 to 7"],
    ),
}  # fmt: skip


@pytest.fixture(params=CHANGES, ids=str)
def change(request):
    return CHANGES[request.param]


def test_every_kind_of_change_is_named(change):
    apply, words = change
    m = built()
    apply(m)
    assert list(optimizer.solve_model(m).changed) == words


def test_a_plan_of_a_changed_model_claims_no_proof_anywhere(change, tmp_path):
    apply, words = change
    m = built(Rules=[no_china(**{"maximum share": 1})], Rule_scope=[china()])
    apply(m)
    result = optimizer.solve_model(m)
    assert result.objective is not None
    assert not result.proven
    for word in words:
        assert word in result.alerts[0]
    optimizer.write(result, tmp_path / "plan.xlsx")
    optimizer.write_page(result, tmp_path / "plan.html")
    book = openpyxl.load_workbook(tmp_path / "plan.xlsx")
    cells = [
        str(cell)
        for sheet in (book["Summary"], book["Run"])
        for row in sheet.iter_rows(values_only=True)
        for cell in row
        if cell is not None
    ]
    data = (tmp_path / "plan.html").read_text("utf-8").partition('"verdict":')[2][:4000]
    record = json.dumps(plan_record(result, {}, {}))
    card = result._repr_html_()
    texts = ("\n".join(cells), data, record, result.sentence, "\n".join(result.alerts), card)
    for text in (*texts, repr(result)):
        assert "proven optimal" not in text.lower()
        assert "least-cost" not in text.lower()
        assert "changed" in text
    assert {"Scarcity", "Bottlenecks", "Break-even", "Shortage reasons"}.isdisjoint(result.tables)
    assert [value for item, value in result.tables["Run"].rows() if item == "changed"] == words
    assert optimizer.Result.from_json(result.to_json()).changed == result.changed


@pytest.mark.parametrize("number", range(3))
def test_a_model_that_nobody_changed_is_solved_as_its_case_is(number):
    file = sorted(CASES.glob("hand_*.xlsx"))[number]
    case = optimizer.read(file)
    m = optimizer.build_model(case)
    m.same = Reference(m.buy)  # it names what is there, and adds nothing
    same, direct = optimizer.solve_model(m), optimizer.solve(case)
    assert same.changed == ()
    assert same.sentence == direct.sentence
    assert same.alerts == direct.alerts
    for name, table in direct.tables.items():
        if name != "Run":
            assert list(same.tables[name].rows()) == list(table.rows()), name
    assert same.audit.verdict == direct.audit.verdict


def test_a_change_that_is_taken_back_is_none():
    m = built()
    row = m.offer[KAZ]
    m.buy[KAZ].fix(3)
    m.buy[KAZ].unfix()
    row.deactivate()
    row.activate()
    row.set_value((0, 1.0 * m.buy[KAZ], 8))
    assert optimizer.solve_model(m).changed == ()


def test_a_copy_of_a_model_knows_what_it_was():
    m = built().clone()
    assert optimizer.solve_model(m).changed == ()
    own_row(m)
    assert optimizer.solve_model(m).changed == ("your row 'cap[2027]'",)


def test_many_changes_of_one_kind_are_counted():
    m = built()
    m.many = Constraint(range(100), rule=lambda m, n: m.buy[KAZ] <= 1000 + n)
    words = optimizer.solve_model(m).changed
    assert len(words) == 4
    assert words[-1] == "your row 'many': 97 more like these"


def test_the_cost_of_a_plan_is_that_of_the_workbook_whatever_is_made_least():
    # Every tonne from Kaz that is to be had, 8 t at 5, and 2 t of China's at 1.
    m = built()
    deleted_objective(m)
    result = optimizer.solve_model(m)
    assert result.objective == pytest.approx(8 * 5 + 2)
    assert result.audit.passed


def test_the_word_lawful_is_not_said_of_figures_that_are_not_sound():
    m = built(Rules=[no_china()], Rule_scope=[china()], Demand=[need(10, segment="defence")])
    m.balance.deactivate()
    result = optimizer.solve_model(m)
    assert not result.audit.passed
    assert result.lawful is None
    assert "not known" in result.lawful_notes[0]


@pytest.mark.parametrize("file", sorted(CASES.glob("hand_*.xlsx")), ids=lambda path: path.stem)
def test_without_any_one_family_of_rows_there_is_an_announced_answer_and_no_other_error(file):
    case = optimizer.read(file)
    names = [c.name for c in optimizer.build_model(case).component_objects(Constraint) if len(c)]
    for name in names:
        m = optimizer.build_model(case)
        m.component(name).deactivate()
        result = optimizer.solve_model(m, diagnose=False)
        assert any(word.startswith(f"row '{name}") for word in result.changed), name


# What cannot be solved ------------------------------------------------------------------------


def test_what_the_solver_would_not_see_is_refused():
    m = built()
    m.either = SOSConstraint(var=m.buy, sos=1)
    with pytest.raises(optimizer.OptimizerError, match="either is a SOSConstraint"):
        optimizer.solve_model(m)
    m.either.deactivate()
    assert optimizer.solve_model(m).changed == ()


NOT_FINITE = {
    "coefficient": lambda m: m.own.set_value(float("nan") * m.buy[KAZ] <= 1),
    "infinite coefficient": lambda m: m.own.set_value(float("inf") * m.buy[KAZ] <= 1),
    "bound": lambda m: m.own.set_value(m.buy[KAZ] <= float("-inf")),
    "parameter without a value": lambda m: m.own.set_value(m.share * m.buy[KAZ] <= 1),
    "fixed at no number": lambda m: m.buy[KAZ].fix(float("nan"), skip_validation=True),
    "fixed at nothing": lambda m: m.buy[KAZ].fix(),
    "variable's bound": lambda m: m.buy[KAZ].setub(m.share),
    "cost": lambda m: m.total_cost.set_value(float("nan") * m.buy[KAZ]),
    "constant": lambda m: m.total_cost.set_value(m.buy[KAZ] + float("inf")),
    "cost without a value": lambda m: m.total_cost.set_value(m.share * m.buy[KAZ]),
}


@pytest.mark.parametrize("change", NOT_FINITE.values(), ids=NOT_FINITE)
def test_what_has_no_finite_value_is_refused_and_not_left_out(change):
    m = built()
    m.share = Param(mutable=True)
    m.own = Constraint(expr=m.buy[KAZ] <= 5)
    change(m)
    with pytest.raises(optimizer.OptimizerError, match=r"finite|no value to solve with"):
        optimizer.solve_model(m)


@pytest.mark.parametrize("domain", [RangeSet(0, 100, 5), Set(initialize=[0, 3, 10]), Any], ids=str)
def test_a_domain_with_gaps_is_refused(domain):
    m = built()
    m.lots = Var(domain=domain)
    m.link = Constraint(expr=m.lots == 4)
    with pytest.raises(optimizer.OptimizerError, match="lots is neither all numbers nor all whole"):
        optimizer.solve_model(m)


def test_a_model_is_audited_against_the_case_that_it_was_built_from_alone():
    m = built()
    m.network = optimizer.build_network(make(**{**CASE, "Supply": [offer("kaz", price=1)]}))
    with pytest.raises(optimizer.UsageError, match="its own network"):
        optimizer.solve_model(m)


def test_a_model_survives_pickle_with_what_it_was_built_as():
    m = pickle.loads(pickle.dumps(built()))
    assert optimizer.solve_model(m).proven
    m.cap = Constraint(expr=m.buy[CHINA] <= 4)
    assert optimizer.solve_model(m).changed == ("your row 'cap'",)


def test_a_variable_that_was_removed_is_named():
    m = built()
    m.del_component(m.short)
    for row in [row for row in m.component_objects(Constraint) if row.name != "offer"]:
        m.del_component(row)
    m.total_cost.expr = m.buy[KAZ]
    with pytest.raises(optimizer.OptimizerError, match=r"lacks its variable short\["):
        optimizer.solve_model(m)


# No plan --------------------------------------------------------------------------------------


def clashes(m) -> tuple[optimizer.Result, list[str]]:
    result = optimizer.solve_model(m)
    assert result.status == "infeasible"
    return result, [clash.sentence for clash in result.conflict.clashes]


def test_a_conflict_names_the_callers_row():
    m = built(Demand=[need(10, minimum=1)])
    m.cap = Constraint([2027], rule=lambda m, year: sum(m.buy.values()) <= 4)
    m.idle = Constraint(expr=m.buy[KAZ] <= 1e6)
    result, said = clashes(m)
    assert said[1] == "your row 'cap[2027]': at most 4"
    assert said[0].startswith("Demand!E2 (minimum)")
    assert len(said) == 2
    assert result.conflict.irreducible
    assert result.changed[:2] == ("your row 'cap[2027]'", "your row 'idle'")
    assert "changed" in result.sentence
    assert result.alerts[0].startswith("The model was changed")
    assert plan_record(result, {}, {})["changed"] == list(result.changed)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda m: m.buy[CHINA].fix(1), "variable 'buy[china, China, ore, 2027]': at most 1"),
        (lambda m: m.buy[CHINA].setub(1), "variable 'buy[china, China, ore, 2027]': at most 1"),
        (lambda m: m.offer[KAZ].set_value(m.buy[KAZ] + m.buy[CHINA] <= 1),
         "your change of row 'offer[kaz, Kaz, ore, 2027]': at most 1"),
        (lambda m: m.offer[KAZ].set_value((11, m.buy[KAZ] + m.buy[CHINA], 12)),
         "your change of row 'offer[kaz, Kaz, ore, 2027]': at least 11"),
    ],
)  # fmt: skip
def test_a_conflict_names_whatever_the_caller_changed(change, said):
    maximum = {"Supply": [offer("kaz", price=5, maximum=8), offer("china", "China", price=1)]}
    m = built(**maximum, Demand=[need(10, minimum=1)])
    change(m)
    result, sentences = clashes(m)
    assert any(said in sentence for sentence in sentences), sentences
    assert result.conflict.irreducible


def test_bounds_that_cross_are_named():
    m = built()
    m.buy[KAZ].setlb(3)
    m.buy[KAZ].setub(2)
    _, said = clashes(m)
    assert said == ["your bounds of variable 'buy[kaz, Kaz, ore, 2027]': at least 3 and at most 2"]


def test_bounds_of_the_callers_own_variable_are_named():
    m = built()
    m.lots = Var(bounds=(0, 1))
    m.link = Constraint(expr=2 * m.lots == m.buy[KAZ])
    m.least = Constraint(expr=m.buy[KAZ] >= 5)
    _, said = clashes(m)
    assert {"your variable 'lots': at most 1", "your row 'least': at least 5"} <= set(said)
    assert any(sentence.startswith("your row 'link'") for sentence in said)


def test_rows_of_the_caller_that_conflict_with_each_other_alone_are_all_that_is_named():
    m = built()
    m.low = Constraint(expr=m.buy[KAZ] <= 1)
    m.high = Constraint(expr=-m.buy[KAZ] <= -2)
    _, said = clashes(m)
    assert sorted(said) == ["your row 'high': at most -2", "your row 'low': at most 1"]


def test_without_any_one_requirement_of_a_conflict_the_others_can_be_met():
    """Each own row that is named is needed: without it the model has a plan."""

    def model(without=""):
        m = built(Demand=[need(10, minimum=1)])
        rows = {
            "kaz": m.buy[KAZ] <= 3,
            "both": m.buy[KAZ] + m.buy[CHINA] <= 50,
            "share": m.buy[CHINA] <= 2 * m.buy[KAZ],
        }
        for name, row in rows.items():
            if name != without:
                m.add_component(name, Constraint(expr=row))
        return m

    result, said = clashes(model())
    named = {sentence.split("'")[1] for sentence in said if sentence.startswith("your row")}
    assert named == {"kaz", "share"}
    assert result.conflict.irreducible
    for name in named:
        assert optimizer.solve_model(model(without=name)).status == "optimal"
    assert optimizer.solve_model(model(without="both")).status == "infeasible"


# Where a changed plan goes --------------------------------------------------------------------


def test_rules_are_not_costed_against_the_plan_of_a_changed_model():
    m = built(Rules=[no_china(**{"maximum share": 1})], Rule_scope=[china()])
    own_row(m)
    result = optimizer.solve_model(m)
    with pytest.raises(optimizer.UsageError, match="changed model"):
        optimizer.cost_of_rules(result.case, plan=result)


def test_a_comparison_says_which_plan_is_of_a_changed_model(tmp_path):
    m = built()
    own_row(m)
    changed, plan = optimizer.solve_model(m), optimizer.solve(m.network.case)
    said = "The second plan is of a changed model: your row 'cap[2027]'."
    assert said in optimizer.compare(plan, changed).lines()
    optimizer.write(changed, tmp_path / "changed.xlsx")
    optimizer.write(plan, tmp_path / "plan.xlsx")
    assert said in optimizer.compare(tmp_path / "plan.xlsx", tmp_path / "changed.xlsx").lines()
