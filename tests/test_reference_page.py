"""The page of the reference case holds the figures of fresh solves, and none that was typed.

The page is compared with ``figures.json``, letter by letter; ``figures.json`` with the workbook's
fingerprint, with a fresh plan of the case itself and with a few of its other runs.
``REFERENCE_RUNS=1000 pytest tests/test_reference_page.py`` solves them all, which takes minutes.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

import optimizer
from docs.reference_case import page as made
from docs.reference_case.base_plan import base_figures
from docs.reference_case.reasons import reason
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
    assert not re.search(r"(?:lower by|cheaper) [^|]*\((?:\d,)?\d{3} %", text), (
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


# Figures made up by hand ----------------------------------------------------------------------


def small_case(**sheets: Sequence[Any]) -> Any:
    """A case of rows that hold only what reasons look at."""
    names = ("materials", "supply", "units", "processes", "recipes", "recoveries", "assays")
    return SimpleNamespace(**{name: sheets.get(name, ()) for name in names})


def why(case: Any, site: str, **base: Any) -> str:
    """Why the loss of a site costs nothing, in a plan that does not use it."""
    unused: dict[str, Any] = {"purchases": [], "plants": [], "sent": {}, "offered": {}}
    run = {"kind": "site", "name": site}
    return reason(case, {"base": unused | {"cheaper by": {}} | base}, run)


def test_an_offer_that_is_not_bought_says_how_much_cheaper_it_would_have_to_be() -> None:
    """The carbonate costs 900 and its freight 100: 250 of 1,000 is a quarter."""
    case = small_case(
        materials=[SimpleNamespace(material="carbonate", stage="mined", traced=True)],
        supply=[
            SimpleNamespace(site="Mine", offer="ore", material="carbonate", price=900.0, start=None)
        ],
    )
    lane = "lane: Mine to Port by rail"
    assert why(case, "Mine", **{"cheaper by": {lane: [250.0, 100.0, "carbonate"]}}) == (
        "not bought: delivered, it would have to be 250 a tonne cheaper "
        "(25 % of its price and freight)"
    )
    assert why(case, "Mine", **{"cheaper by": {lane: [1250.0, 100.0, "carbonate"]}}) == (
        "not bought: even as a gift it would cost more than what the plan buys"
    )
    offer = {"offer: ore, Mine": [90.0, 900.0, "carbonate"]}
    assert why(case, "Mine", **{"cheaper by": offer}) == (
        "not bought: it would have to be 90 a tonne cheaper (10 % of its price)"
    )


def test_a_plant_without_feed_says_where_its_feed_goes() -> None:
    """Work for nothing would not help: it costs 6,000 and 40,000 are lacking."""
    process = SimpleNamespace(site="Plant", recipe="carbonate to oxide", feed="carbonate")
    acid = SimpleNamespace(recipe="carbonate to oxide", direction="in", material="acid")
    assay = SimpleNamespace(feed="carbonate")
    case = small_case(processes=[process], recipes=[acid], assays=[assay])
    lacking = {"process: Plant": [40_000.0, 6_000.0, "carbonate to oxide"]}

    def state(offered: dict[str, list[float | None]]) -> str:
        return why(case, "Plant", offered=offered, **{"cheaper by": lacking})

    only = "not used: its only feed in the workbook is carbonate, which is "
    assert state({"carbonate": [100.0, 95.0]}) == f"{only}used up elsewhere"
    assert state({"carbonate": [100.0, 50.0]}) == f"{only}worth more elsewhere"
    assert state({"carbonate": [0.0, 0.0]}) == f"{only}not on offer before the plan ends"
    assert state({"carbonate": [None, 0.0]}) == f"{only}not bought"
    other = SimpleNamespace(site="Plant", recipe="carbonate to oxide", feed="sand")
    case.processes = [process, other]
    case.assays = [assay, SimpleNamespace(feed="sand")]
    assert state({"carbonate": [100.0, 95.0], "sand": [9.0, 0.0]}) == (
        "not used: the feeds that it may run are used up elsewhere (carbonate) or not bought (sand)"
    )


def test_a_plant_or_port_that_is_too_dear_says_by_how_much() -> None:
    case = small_case()
    plant = {"process: Plant": [300.0, 6_000.0, "carbonate to oxide"]}
    assert why(case, "Plant", **{"cheaper by": plant}) == (
        "not used: its cheapest process would have to be 300 a tonne cheaper (5 % of its cost)"
    )
    ways = {
        "lane: Mine to Port by rail": [20.0, 200.0, "ore"],
        "lane: Port to Plant by sea": [84.0, 90.0, "ore"],
        "lane: Port to Works by sea": [90.0, 90.0, "ore"],
    }
    assert why(case, "Port", **{"cheaper by": ways}) == (
        "not used: the way through it would have to be at least 84 a tonne cheaper"
    )
    assert why(case, "Port") == "nothing that the plan needs goes through it"
    assert why(case, "Port", sent={"Port": 120.0}) == (
        "120 t go through it, but other ways cost no more"
    )
