"""Numbers that stand as coefficients: each is named where it conflicts, and may give.

A unit that may idle, a plant that does not segregate, an option, a lane with a fixed cost:
their capacity goes with a yes/no decision. 10 t of metal are asked for without fail and 6 can
be made, unless a comment says otherwise.
"""

import re
from dataclasses import dataclass, field
from datetime import date

import pytest
from msgspec import structs

import optimizer
from optimizer.explain.cell_edits import apply
from tests.conftest import LANES, SITES, china, lane, make, need, no_china, offer, process, recipe
from tests.oracle.requirements import fault, feasible

MILL = {
    "Supply": [offer("kaz")],
    "Recipes": recipe("smelt", ore=-1, metal=1),
    "Processes": [process("smelt", unit="kiln", stage="melted")],
    "Demand": [need(10, material="metal", minimum=1)],
}
MIXING = [row | ({"segregates": "no"} if row["site"] == "Plant" else {}) for row in SITES]
FREE = {"Processes": [process("smelt", stage="melted")]}
"""The mill without its kiln."""

BANNED = {
    "Sites": MIXING,
    "Supply": [offer("kaz", price=5), offer("cn", "China", price=1)],
    "Demand": [need(10, material="metal", minimum=1, segment="defence")],
    "Rules": [no_china()],
    "Rule_scope": [china()],
}
YEARS = {"periods": 2}


def kiln(capacity, **more):
    return {"site": "Plant", "unit": "kiln", "capacity": capacity, **more}


def order(tonnes, arrival):
    row = {"order": f"PO {arrival.year}", "to site": "Buyer", "material": "ore"}
    return row | {"arrival": arrival, "quantity": tonnes, "history": "mined: Kazakhstan"}


def bigger(added, **more):
    return {"option": "bigger", "site": "Plant", "unit": "kiln", "added capacity": added, **more}


@dataclass(frozen=True)
class Kind:
    """A case, the cell that must be named, and what to write into it."""

    sheets: dict
    cell: tuple[str, int, str]
    new: float
    less: bool = False
    settings: dict = field(default_factory=dict)

    def case(self):
        return make(Settings=self.settings, **MILL | self.sheets)


KINDS = {
    "capacity of a unit that may idle": Kind(
        {"Units": [kiln(6, may_idle="yes", fixed_cost=20)]}, ("Units", 2, "capacity"), 10
    ),
    "capacity of zero": Kind(
        {"Units": [kiln(0, may_idle="yes", fixed_cost=20)]}, ("Units", 2, "capacity"), 10
    ),
    "capacity of a plant that does not segregate": Kind(
        BANNED | {"Units": [kiln(6)]}, ("Units", 2, "capacity"), 10
    ),
    "maximum of a process in a plant that does not segregate": Kind(
        BANNED | {"Processes": [process("smelt", maximum=6, stage="melted")]},
        ("Processes", 2, "maximum"),
        10,
    ),
    # 10 / 0.3 = 33.33333, rounded up.
    "capacity that is available in part": Kind(
        {"Units": [kiln(20, availability=0.3)]}, ("Units", 2, "capacity"), 33.3334
    ),
    "availability of a capacity that would do": Kind(
        {"Units": [kiln(20, availability=0)]}, ("Units", 2, "availability"), 0.5
    ),
    "size of an option": Kind(
        {"Options": [bigger(6, capital_cost=5)]}, ("Options", 2, "added capacity"), 10
    ),
    "size of an option of zero": Kind(
        {"Options": [bigger(0, capital_cost=5)]}, ("Options", 2, "added capacity"), 10
    ),
    # 2 x 2.5 = 5 t; four of it make 10.
    "most of an option": Kind(
        {"Options": [bigger(2.5, kind="whole number", most=2)]}, ("Options", 2, "most"), 4
    ),
    "maximum of a lane with a fixed cost": Kind(
        FREE | {"Lanes": [*LANES[:-1], lane("Plant", "Buyer", maximum=6, fixed_cost=5)]},
        ("Lanes", 6, "maximum"),
        10,
    ),
    "maximum of zero of an offer": Kind(
        FREE | {"Supply": [offer("kaz", maximum=0)]}, ("Supply", 2, "maximum"), 10
    ),
    # Full, the kiln makes 10 t; run at all it makes 8. The buyer takes 5, and needs 5.
    "minimum load of a unit that may idle": Kind(
        {
            "Units": [kiln(10, may_idle="yes", minimum_load=0.8)],
            "Demand": [need(5, material="metal", minimum=1)],
        },
        ("Units", 2, "minimum load"),
        0.5,
        less=True,
    ),
    # The lane carries 8 t or nothing. The buyer takes 5, and needs 5.
    "minimum shipment of a lane": Kind(
        FREE
        | {
            "Lanes": [*LANES[:-1], lane("Plant", "Buyer", minimum_when_used=8, maximum=20)],
            "Demand": [need(5, material="metal", minimum=1)],
        },
        ("Lanes", 6, "minimum when used"),
        5,
        less=True,
    ),
    # More capacity is more least load: 0.9 x 10 = 9 t at least, and 10 are asked for.
    "capacity with a least load": Kind(
        {"Units": [kiln(6, may_idle="yes", minimum_load=0.9)]}, ("Units", 2, "capacity"), 10
    ),
    # 12 t in two years, 10 asked for in each: 6 in each are the least change, 10 and 2 are not.
    "least amount of two windows": Kind(
        FREE
        | {
            "Supply": [offer("kaz", contract_quantity=12)],
            "Demand": [need(100, shortage_penalty=0)],
            "Limits": [{"limit": "own", "measure": "bought", "minimum": 10}],
        },
        ("Limits", 2, "minimum"),
        6,
        less=True,
        settings=YEARS,
    ),
    # 10 t and 14 t are asked for, 8 may be made a year: what the second year needs is enough.
    "largest amount of two windows": Kind(
        FREE
        | {
            "Demand": [need(None, material="metal", minimum=1, **{"2027": 10, "2028": 14})],
            "Limits": [{"limit": "own", "measure": "made", "maximum": 8}],
        },
        ("Limits", 2, "maximum"),
        14,
        settings=YEARS,
    ),
    # Orders of 5 t and 4 t are clean, 10 t a year are asked for: 50 % and 60 % are not.
    "share of two windows": Kind(
        FREE
        | {
            "Supply": [offer("cn", "China")],
            "Demand": [need(10, minimum=1)],
            "Pipeline": [order(5, date(2027, 3, 1)), order(4, date(2028, 3, 1))],
            "Rules": [no_china(maximum_share=0.25, window="period")],
            "Rule_scope": [china()],
        },
        ("Rules", 2, "maximum share"),
        0.6,
        settings=YEARS,
    ),
}
FIGURE = re.compile(r": ([\d,.]+) .*?(less|more)\b.*; write ([\d.]+)$")


def solved(kind):
    result = optimizer.solve(kind.case())
    assert result.status == "infeasible"
    return result


@pytest.mark.parametrize("name", KINDS)
def test_the_cell_is_named_and_none_of_the_conflict_can_be_left_out(name):
    result = solved(KINDS[name])
    place = result.case.cell(*KINDS[name].cell)
    assert place in [f"{clash.sheet}!{clash.cell}" for clash in result.conflict.clashes]
    assert fault(result.case, result.conflict) == ""


@pytest.mark.parametrize("name", KINDS)
def test_the_value_to_write_gives_a_plan_and_a_little_less_does_not(name):
    kind = KINDS[name]
    result = solved(kind)
    titles = [repair.title for repair in result.repairs]
    title = "Reduce a requirement" if kind.less else "Add supply or capacity"
    if kind.cell[0] == "Rules":
        rule = next(row.rule for row in result.case.rules if row.row == kind.cell[1])
        title = f"Relax the rule {rule}, if it is yours to change"
    repair = result.repairs[titles.index(title)]
    assert repair.checked
    assert [(edit.sheet, edit.row, edit.header) for edit in repair.edits] == [kind.cell]
    (edit,) = repair.edits
    assert edit.new == pytest.approx(kind.new, rel=1e-5)
    assert optimizer.solve(repair.apply(result.case)).status == "optimal"
    part = 1.0 if edit.header == "most" else 1e-3 * abs(edit.new - edit.old)
    nearer = structs.replace(edit, new=edit.new + (part if kind.less else -part))
    assert not feasible(apply(result.case, [nearer]))


@pytest.mark.parametrize("name", KINDS)
def test_what_is_told_is_the_old_value_less_the_new_one(name):
    result = solved(KINDS[name])
    for repair in result.repairs:
        for sentence, edit in zip(repair.changes, repair.edits, strict=True):
            size, word, new = FIGURE.search(sentence).groups()
            assert float(new) == edit.new
            assert word == ("less" if edit.new < edit.old else "more")
            assert float(size.replace(",", "")) == pytest.approx(abs(edit.new - edit.old))
