"""Origins in the audit: averages over a graph, and loops through untraced materials."""

from __future__ import annotations

import numpy as np
import pytest

from optimizer.audit.audit_elimination import Elimination
from optimizer.audit.audit_texts import consists_of, same_text
from tests.conftest import SITES, lane, need, offer, plan, process, recipe


@pytest.mark.parametrize("seed", range(8))
def test_elimination_solves_what_a_dense_system_solves(seed):
    # Twelve vertices, each an average of what comes in and of its own; loops everywhere. Three
    # columns have two kinds of weights.
    draw = np.random.default_rng(seed)
    target, source = (draw.random((12, 12)) < 0.3).nonzero()
    weights = draw.random((source.size, 2)) * 0.9 / 12
    own = draw.random((12, 3))
    values = own.copy()
    which = np.array([0, 1, 0])
    Elimination([0] * 12, source, target).solve(values, weights, which)
    for column, kind in enumerate(which.tolist()):
        matrix = np.zeros((12, 12))
        matrix[target, source] = weights[:, kind]
        wanted = np.linalg.solve(np.eye(12) - matrix, own[:, column])
        assert values[:, column] == pytest.approx(wanted, rel=1e-9)


def test_what_flows_into_a_vertex_that_has_its_own_value_does_not_count():
    # 0 feeds 1, 1 feeds 2; in the first column 1 is an event of its own.
    values = np.array([[1.0, 1.0], [5.0, 5.0], [0.0, 0.0]])
    counts = np.array([[True, True], [False, True], [True, True]])
    edges = Elimination([0, 0, 0], np.array([0, 1]), np.array([1, 2]))
    edges.solve(values, np.array([[1.0], [0.5]]), np.array([0, 0]), counts)
    assert values == pytest.approx(np.array([[1.0, 1.0], [5.0, 6.0], [2.5, 3.0]]))


def test_a_later_period_takes_from_an_earlier_one():
    values = np.array([[1.0], [0.0]])
    edges = Elimination([0, 1], np.array([0]), np.array([1]))
    edges.solve(values, np.array([[1.0]]), np.array([0]))
    assert values.tolist() == [[1.0], [1.0]]


@pytest.mark.parametrize(
    ("shown", "wanted", "same"),
    [
        ("kept: 33.3% over 2027", "kept: 33.4% over 2027", True),
        ("kept: 33.3% over 2027", "kept: 34.3% over 2027", False),
        ("kept: 33.3% over 2027", "kept: 33.3% over 2028", False),
        ("unknown: 1,234.56 t", "unknown: 1,234.57 t", True),
        ("unknown: 12 t", "unknown: 13 t", False),
        ("kept", "broken", False),
    ],
)
def test_sentences_are_alike_but_for_rounding(shown, wanted, same):
    assert same_text(shown, wanted) is same


def test_a_text_is_made_of_its_parts_in_any_order_and_of_nothing_else():
    assert consists_of("melted: B; mined: A", ["mined: A", "melted: B"])
    assert not consists_of("mined: A", ["mined: A", "melted: B"])
    assert not consists_of("mined: A; cast: C", ["mined: A"])


def test_events_before_what_is_not_traced_are_not_touched_round_a_loop_either():
    # Slag is untraced and goes back into the kiln as oxide: its remelting is nobody's history.
    result = plan(
        Sites=SITES,
        Materials=[
            {"material": "ore", "stage": "mined"},
            {"material": "oxide", "stage": "separated", "traced": "no"},
            {"material": "slag", "traced": "no", "disposal cost": 1},
            {"material": "magnet", "stage": "produced"},
        ],
        Supply=[offer("kaz", "Kaz")],
        Lanes=[lane("Kaz", "Plant", "ore"), lane("Plant", "Buyer", "magnet")],
        Recipes=[
            *recipe("separate", ore=-1, oxide=1),
            *recipe("press", oxide=-1, magnet=0.5, slag=0.5),
            *recipe("return", slag=-1, oxide=1),
        ],
        Processes=[
            process("separate", stage="separated"),
            process("press", stage="produced"),
            process("return", stage="melted"),
        ],
        Demand=[need(10, material="magnet")],
    )
    assert sum(result.tables["Production"]["activity"]) > 0
    assert "return" in result.tables["Production"]["recipe"]
    (touched,) = set(result.tables["Certificates"]["sites touched"])
    assert touched == "produced: Plant (Canada)"
