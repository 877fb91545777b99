"""The page of the reference case holds the figures of fresh solves, and none that was typed.

The page is compared with ``figures.json``, letter by letter; ``figures.json`` with the workbook's
fingerprint, with a fresh plan of the case itself and with a few of its other runs.
``REFERENCE_RUNS=1000 pytest tests/test_reference_page.py`` solves them all, which takes minutes.
Tests from "Figures made up by hand" on need neither.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

import optimizer
from docs.reference_case import page as made
from docs.reference_case.base_plan import base_figures
from docs.reference_case.plan_tables import must_run
from docs.reference_case.reasons import reason
from docs.reference_case.run_figures import LEAST_NAMED, MOST_NAMED, run_figures
from docs.reference_case.run_tables import carries_table, merged, penalties_table
from docs.reference_case.runs import PENALTY_PARTS, Run, change, runs
from docs.reference_case.scenario_sentences import dysprosium_values, probabilities_text
from docs.reference_case.solving import WORKBOOK, fingerprint, made_with, solve_base, solve_run
from docs.reference_case.systems import commodity_offers
from docs.reference_case.words import consequences, moves, percent
from optimizer.result import Table
from optimizer.studies.run_outcome import OUTCOME_LAYOUTS, RunOutcome, outcome_of
from optimizer.tables import apply_changes, scenarios

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


# The workbook and the words of the template ---------------------------------------------------


def test_the_penalties_on_the_page_are_those_of_the_demand(
    case: optimizer.Case, base: optimizer.Result
) -> None:
    told = {penalty for penalty, _, _ in base_figures(case, base)["penalties"]}
    default = case.settings.shortage_penalty or 0.0
    each = [row.shortage_penalty for row in case.demand]
    assert told == {default if penalty is None else penalty for penalty in each} - {0.0}


def test_a_run_of_penalties_changes_every_penalty_and_nothing_else(
    case: optimizer.Case, base: optimizer.Result
) -> None:
    found = [run for run in runs(case, base) if run.kind == "penalty"]
    assert [run.name for run in found] == [percent(part) for part in PENALTY_PARTS]
    for part, run in zip(PENALTY_PARTS, found, strict=True):
        lower = apply_changes(case, run.changes)
        for old, new in zip(case.demand, lower.demand, strict=True):
            penalty = old.shortage_penalty
            wanted = penalty if penalty is None else pytest.approx(penalty * part)
            assert new.shortage_penalty == wanted
            assert new.quantity == old.quantity
        assert lower.settings.shortage_penalty == pytest.approx(
            (case.settings.shortage_penalty or 0.0) * part
        )
        assert lower.supply == case.supply


def test_the_words_on_penalties_and_scenarios_hold_for_the_workbook(case: optimizer.Case) -> None:
    """The template calls the penalties assumptions, and tells of scenarios by their names."""
    charged = [row for row in case.demand if row.shortage_penalty]
    assert {row.confidence for row in charged} == {"assumption"}
    words = made.TEMPLATE.read_text("utf-8").split("\n## Scenarios")[1].split("\n## ")[0]
    named = set(re.findall(r"\*([A-Z][^*]+)\*", words))
    assert {"Heavies cheap", "The wider rule is put off"} <= named <= set(scenarios(case))


def test_the_probabilities_on_the_page_are_those_of_the_workbook(case: optimizer.Case) -> None:
    shares = {row.scenario: row.probability for row in case.scenarios if row.probability < 1}
    text = probabilities_text(case)
    assert shares
    for name, share in shares.items():
        assert f"*{name}* ({percent(share)})" in text
    assert f"{percent(1 - sum(shares.values()))} is left for the plan as written" in text
    assert next(row.source for row in case.scenarios if row.probability < 1) in text
    assert "as above" not in text
    certain = tuple(row for row in case.scenarios if row.probability == 1)
    assert probabilities_text(replace(case, scenarios=certain)).startswith("No scenario has")


def test_the_prices_of_dysprosium_are_read_from_the_data() -> None:
    told = dysprosium_values()
    assert re.fullmatch(r"[\d,]+ to [\d,]+ US\$/kg", told["dysprosium as quoted"])
    assert re.fullmatch(r"[\d,]+ US\$/kg", told["dysprosium by tonnage"])


# Figures made up by hand ----------------------------------------------------------------------

Bought = Mapping[str, tuple[float, float]]
"""Tonnes and money by offer."""


def outcome(
    costs: Mapping[str, float], bought: Bought | None = None, built: Sequence[str] = ()
) -> RunOutcome:
    """A plan with these present values in millions, purchases and options built."""
    rows: dict[str, list[tuple[Any, ...]]] = {name: [] for name in OUTCOME_LAYOUTS}
    rows["Costs"] = [(category, value * 1e6) for category, value in costs.items()]
    rows["Purchases"] = [
        (offer, "there", "Nowhere", "ore", "no", "2027-Q1", *amounts)
        for offer, amounts in (bought or {}).items()
    ]
    rows["Investment"] = [(option, "there", "2027-Q1", 1.0, 5.0) for option in built]
    tables = {
        name: Table(layout, tuple(zip(*rows[name], strict=True)) or ((),) * len(layout.headers))
        for name, layout in OUTCOME_LAYOUTS.items()
    }
    return RunOutcome("optimal", sum(costs.values()) * 1e6, tables=tables)


def purchases(
    case: optimizer.Case, before: Bought, then: Bought, run: Run | None = None
) -> list[list[Any]]:
    """What the page names as bought otherwise."""
    run = run or Run("site", "Mine", ())
    figures = run_figures(case, run, outcome({"purchases": 2.0}, then), outcome({}, before))
    return figures["purchases"]


def test_what_a_removal_costs_is_the_penalty_for_tonnes_short_and_the_rest(
    case: optimizer.Case,
) -> None:
    """Purchases fall from 100 to 80 million and the penalty rises from 10 to 90: 60 dearer."""
    base = outcome({"purchases": 100.0, "shortage": 10.0})
    without = outcome({"purchases": 80.0, "shortage": 90.0})
    run = run_figures(case, Run("site", "Mine", ()), without, base)
    plan = {"objective": 110e6, "present value": {"purchases": 100e6, "shortage": 10e6}}
    text = carries_table(case, {"base": plan | {"built": []}, "runs": [run]})
    header, _, row = text.splitlines()
    cells = dict(zip(header.split(" | "), row.split(" | "), strict=True))
    assert cells["dearer by, million"] == "60.0"
    assert cells["of which for tonnes short, million"] == "80.0"
    other = 80.0 - 100.0
    assert float(cells["dearer by, million"]) == 80.0 + other
    assert run["dearer"] - (run["short cost"] - 10e6) == pytest.approx(other * 1e6)


def test_a_removal_without_a_plan_shows_its_status_and_no_penalty(case: optimizer.Case) -> None:
    run = run_figures(case, Run("site", "Mine", ()), RunOutcome("infeasible"), outcome({}))
    plan = {"objective": 1.0, "present value": {}, "built": []}
    row = carries_table(case, {"base": plan, "runs": [run]}).splitlines()[2]
    assert row.replace(" ", "") == "|Mine|infeasible|||–|–|"


def test_purchases_that_change_are_named_by_their_worth(case: optimizer.Case) -> None:
    """Of 1,000 million the least change that is named is worth 10 million."""
    assert LEAST_NAMED == 0.01
    before = {"much": (100.0, 900e6), "ore": (10.0, 50e6), "dear": (1.0, 50e6)}
    then = {"much": (98.9, 891.1e6), "ore": (50.0, 250e6), "oxide": (2.0, 20e6), "tin": (9.0, 9e6)}
    # much −1.1 t at 9 million a tonne is 9.9 and too little, tin 9 as well; ore +40 t at 5 is 200,
    # dear −1 t at 50 is 50, oxide +2 t at 10 is 20
    assert purchases(case, before, then) == [["ore", 40.0], ["dear", -1.0], ["oxide", 2.0]]


def test_a_price_that_changes_alone_is_no_change_of_purchases(case: optimizer.Case) -> None:
    assert purchases(case, {"ore": (10.0, 50e6)}, {"ore": (10.0, 90e6)}) == []


def test_no_more_than_three_offers_are_named(case: optimizer.Case) -> None:
    then = dict.fromkeys("abcde", (1.0, 1e6))
    named = purchases(case, {"a": (2.0, 2e6)}, then)
    assert [name for name, _ in named] == ["a", "b", "c"]
    assert len(named) == MOST_NAMED


def test_commodities_are_never_named(case: optimizer.Case) -> None:
    common = commodity_offers(case)
    assert any(row.offer in common and row.material == "oxalic acid" for row in case.supply)
    assert not {row.offer for row in case.supply if row.material.startswith("magnet")} & common
    then = dict.fromkeys(common, (1e6, 1e9))
    assert purchases(case, {"ore": (1.0, 1e6)}, then | {"ore": (1.0, 1e6)}) == []


def test_what_a_run_takes_off_the_market_is_not_named(case: optimizer.Case) -> None:
    common = commodity_offers(case)
    feeds = dict.fromkeys(row.offer for row in case.supply if row.offer not in common)
    gone, kept, *_ = feeds
    run = Run("offer", gone, (change("Supply", f"offer = {gone}", "no"),))
    before = {gone: (5.0, 5e6), kept: (5.0, 5e6)}
    assert purchases(case, before, {}, run) == [[kept, -5.0]]
    assert [name for name, _ in purchases(case, before, {})] == sorted([gone, kept])


def test_consequences_tell_what_is_built_or_not_and_what_is_bought() -> None:
    run = {
        "cost": 1.0,
        "built": {"line": 1.0, "ovens": 3.0},
        "purchases": [["ore", 1338.2], ["oxide", -4.0]],
    }
    text = consequences(run, {"line": 2.0, "plant": 1.0})
    assert text == "plant not built; ovens built; ore +1,338 t; oxide −4.0 t"
    assert consequences({"cost": 1.0, "built": {}, "purchases": []}, {}) == "–"
    assert consequences({"status": "infeasible"}, {"line": 1.0}) == "–"


def test_the_table_of_penalties_shows_the_plan_last_and_each_offer_that_is_not_firm() -> None:
    half = {"kind": "penalty", "name": "50 %", "status": "optimal", "cost": 80e6, "short": 90.0}
    half |= {"short cost": 20e6, "not firm": {"scrap": 7.0}}
    none = {"kind": "penalty", "name": "80 %", "status": "infeasible"}
    plan = {"objective": 100e6, "short": 10.0, "present value": {"shortage": 5e6}}
    plan |= {"not firm": {"Kokbulak": 400.0}}
    lines = penalties_table({"base": plan, "runs": [half, none]}).splitlines()
    assert [line.strip("| ").split(" | ") for line in lines[:1] + lines[2:]] == [
        ["penalties", "50 %", "80 %", "as in the workbook"],
        ["present value, million", "80.0", "infeasible", "100.0"],
        ["of which for tonnes short, million", "20.0", "infeasible", "5.0"],
        ["t short", "90", "infeasible", "10"],
        ["t of Kokbulak", "–", "–", "400"],
        ["t of scrap", "7.0", "–", "–"],
    ]


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


def test_only_a_unit_with_a_minimum_load_that_may_not_idle_must_run() -> None:
    def case(**loads: tuple[float, bool]) -> Any:
        return small_case(
            units=[
                SimpleNamespace(site="Plant", unit=unit, minimum_load=load, may_idle=idle)
                for unit, (load, idle) in loads.items()
            ]
        )

    assert must_run(case(kiln=(0.0, False))) == "No plant must run."
    assert must_run(case(kiln=(0.3, False))) == "No plant must run but kiln at Plant."
    assert must_run(case(mill=(0.3, True))) == (
        "No plant must run; the minimum load of mill at Plant counts in a quarter in which it runs."
    )
