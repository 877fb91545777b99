"""The page of the reference case holds the figures of fresh solves, and none that was typed.

The page is compared with ``figures.json``, letter by letter; ``figures.json`` with the workbook's
fingerprint, with a fresh plan of the case itself and with a few of its other runs.
``REFERENCE_RUNS=1000 pytest tests/test_reference_page.py`` solves them all, which takes minutes.
"""

from __future__ import annotations

import os
import re
from dataclasses import replace
from typing import Any

import pytest

import optimizer
from docs.reference_case import page as made
from docs.reference_case.base_plan import base_figures
from docs.reference_case.run_tables import merged
from docs.reference_case.runs import Run, change, runs
from docs.reference_case.solving import (
    WORKBOOK,
    fingerprint,
    made_with,
    run_figures,
    solve_base,
    solve_run,
)
from docs.reference_case.words import moves
from optimizer.studies.run_outcome import outcome_of

MAX_TESTED_RUNS = int(os.environ.get("REFERENCE_RUNS", 4))
"""Runs that are solved again; the environment variable raises it."""
TOLERANCE = 1e-6
"""Relative difference of figures that count as equal: that of a plan written and read."""
AGAIN = "run python -m docs.reference_case"


@pytest.fixture(scope="module")
def case() -> optimizer.Case:
    return optimizer.read(WORKBOOK)


@pytest.fixture(scope="module")
def figures() -> dict[str, Any]:
    return made.read_figures()


@pytest.fixture(scope="module")
def base(case: optimizer.Case) -> optimizer.Result:
    return solve_base(case)


def differences(told: Any, found: Any, place: str = "") -> list[str]:
    """Places at which two trees of plain data differ by more than rounding."""
    if isinstance(told, dict) and isinstance(found, dict):
        if told.keys() != found.keys():
            return [f"{place}: {sorted(map(str, told.keys() ^ found.keys()))}"]
        return [d for key in told for d in differences(told[key], found[key], f"{place}/{key}")]
    if isinstance(told, list) and isinstance(found, list):
        if len(told) != len(found):
            return [f"{place}: {len(told)} and {len(found)} entries"]
        pairs = enumerate(zip(told, found, strict=True))
        return [d for at, pair in pairs for d in differences(*pair, f"{place}/{at}")]
    if isinstance(told, float) and isinstance(found, (int, float)):
        return [] if found == pytest.approx(told, TOLERANCE, 1e-6) else [f"{place}: {told} {found}"]
    return [] if told == found else [f"{place}: {told!r} and {found!r}"]


def test_the_page_is_the_template_with_the_figures(
    case: optimizer.Case, figures: dict[str, Any]
) -> None:
    assert made.PAGE.read_text("utf-8") == made.page(case, figures), (
        "run python -m docs.reference_case --text"
    )


def test_the_figures_are_those_of_the_workbook(
    case: optimizer.Case, figures: dict[str, Any]
) -> None:
    assert figures["fingerprint"] == fingerprint(case), AGAIN


def test_the_figures_of_the_plan_are_those_of_a_solve(
    case: optimizer.Case, figures: dict[str, Any], base: optimizer.Result
) -> None:
    told = figures["base"]
    gap = told["gap"] + base.gap
    assert base.objective == pytest.approx(told["objective"], abs=gap * abs(told["objective"]))
    if figures["made with"] != made_with():
        pytest.skip("another solver or machine may choose among equally cheap plans")
    assert differences(told, base_figures(case, base)) == [], AGAIN


def test_every_run_is_on_the_page(
    case: optimizer.Case, figures: dict[str, Any], base: optimizer.Result
) -> None:
    told = [(run["kind"], run["name"]) for run in figures["runs"]]
    assert told == [(run.kind, run.name) for run in runs(case, base)], AGAIN


def _sample(figures: dict[str, Any], most: int) -> list[int]:
    """Places of runs to solve again: from the dearest to the cheapest in even steps."""
    order = sorted(
        range(len(figures["runs"])), key=lambda at: -figures["runs"][at].get("dearer", 0.0)
    )
    if len(order) <= most:
        return order
    return [order[round(step * (len(order) - 1) / (most - 1))] for step in range(most)]


@pytest.mark.slow
def test_the_figures_of_the_runs_are_those_of_solves(
    case: optimizer.Case, figures: dict[str, Any], base: optimizer.Result
) -> None:
    every = runs(case, base)
    same = figures["made with"] == made_with()
    wrong = []
    for place in _sample(figures, MAX_TESTED_RUNS):
        told = figures["runs"][place]
        found = run_figures(case, every[place], solve_run(case, every[place]), outcome_of(base))
        if same:
            wrong += differences(told, found, told["name"])
        elif abs(told["cost"] - found["cost"]) > told["blur"] + found["blur"]:
            wrong.append(f"{told['name']}: {told['cost']} and {found['cost']}")
    assert wrong == [], AGAIN


def test_reasons_and_decisions_read_as_they_are_meant(
    case: optimizer.Case, figures: dict[str, Any]
) -> None:
    text = made.page(case, figures)
    assert not re.search(r"lower by [^|]*\((?:\d,)?\d{3} %\)", text), (
        "a price falls by 100 % at most"
    )
    assert "lower by 0 %" not in text
    options = text.split("## What may be built")[1].split("\n## ")[0]
    cells = [row.split(" | ")[4] for row in options.splitlines() if ", decided in " in row]
    assert cells
    for cell in cells:
        decisions = cell.split("; ")
        assert len(set(decisions)) == len(decisions), "an option with two units is decided once"


def test_no_figure_is_typed_into_the_words_of_the_page() -> None:
    words = made.PLACEHOLDER.sub("", made.TEMPLATE.read_text("utf-8"))
    words = re.sub(r"^```.*?^```|`[^`]*`|\]\([^)]*\)", "", words, flags=re.M | re.S)
    found = [line for line in words.splitlines() if re.search(r"\d", line)]
    allowed = re.compile(r"Section \d{3}|Announcement \d{2}")  # names of laws
    assert [line for line in found if re.search(r"\d", allowed.sub("", line))] == []


def test_a_changed_figure_changes_the_page(case: optimizer.Case, figures: dict[str, Any]) -> None:
    dearer = dict(figures["base"], objective=figures["base"]["objective"] * 1.01)
    assert made.page(case, figures | {"base": dearer}) != made.page(case, figures)


def test_a_changed_cell_changes_the_fingerprint(case: optimizer.Case) -> None:
    first = case.supply[0]
    dearer = replace(case, supply=(replace(first, price=first.price + 1), *case.supply[1:]))
    words = f"{first.notes}; as before"  # after the route in brackets, if there is one
    noted = replace(case, supply=(replace(first, notes=words), *case.supply[1:]))
    late = replace(case, settings=replace(case.settings, periods=case.settings.periods - 1))
    assert len({fingerprint(each) for each in (case, dearer, late)}) == 3
    assert fingerprint(noted) == fingerprint(case)


def test_a_removal_that_cannot_be_says_why(case: optimizer.Case) -> None:
    found = solve_run(case, Run("site", "Nowhere", (change("Sites", "site = Nowhere", "no"),)))
    assert found.status.startswith("refused: ")
    assert "Nowhere" in found.status


def test_equal_runs_are_one_row() -> None:
    mine = {"name": "Mine", "cost": 10.2, "short": 1.0}
    rows = merged([mine, mine | {"name": "its offer"}, mine | {"name": "other", "short": 2.0}])
    assert [row["name"] for row in rows] == ["Mine = its offer", "other"]


def test_a_difference_within_the_gaps_moves_nothing() -> None:
    run = {"cost": 100.0, "dearer": 0.5, "blur": 0.6}
    assert not moves(run)
    assert moves(run | {"dearer": -0.7})
    assert moves({"status": "infeasible"})
