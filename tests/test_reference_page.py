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
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest

import optimizer
from docs.reference_case import page as made
from docs.reference_case.base_plan import base_figures
from docs.reference_case.odds import chance_text, odds, odds_by_seller
from docs.reference_case.origin_tables import (
    CHINA,
    china_table,
    most_in_china,
    origins_table,
    reagents_text,
)
from docs.reference_case.plan_tables import bottlenecks_table, must_run, phase_shares
from docs.reference_case.ramps import ramps_text
from docs.reference_case.reasons import reason
from docs.reference_case.run_figures import LEAST_NAMED, MOST_NAMED, run_figures
from docs.reference_case.run_tables import (
    carries_table,
    countries_table,
    decisions_text,
    merged,
    penalties_table,
)
from docs.reference_case.runs import PENALTY_PARTS, Run, change, runs, whole_countries
from docs.reference_case.scenario_sentences import dysprosium_values, probabilities_text
from docs.reference_case.solving import (
    WORKBOOK,
    BasePlan,
    fingerprint,
    made_with,
    solve_base,
    solve_run,
)
from docs.reference_case.systems import commodity_offers
from docs.reference_case.values import sentence_values
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
def base_plan(case: optimizer.Case) -> BasePlan:
    return solve_base(case)


@pytest.fixture(scope="module")
def base(base_plan: BasePlan) -> optimizer.Result:
    return base_plan.result


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
    case: optimizer.Case, figures: dict[str, Any], base_plan: BasePlan
) -> None:
    told, base = figures["base"], base_plan.result
    gap = told["gap"] + base.gap
    assert base.objective == pytest.approx(told["objective"], abs=gap * abs(told["objective"]))
    if figures["made with"] != made_with():
        pytest.skip("another solver or machine may choose among equally cheap plans")
    assert differences(told, base_figures(case, *base_plan)) == [], AGAIN


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
    cells = [row.split(" | ")[4] for row in options.splitlines() if "running from" in row]
    assert cells
    for cell in cells:
        decisions = cell.partition(": ")[2].split("; ")
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
    case: optimizer.Case, base_plan: BasePlan
) -> None:
    told = {penalty for penalty, _, _ in base_figures(case, *base_plan)["penalties"]}
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


def test_all_that_comes_from_china_leaves_nothing_with_a_chinese_history(
    case: optimizer.Case, base: optimizer.Result
) -> None:
    """But magnets that are recycled, and what lies in store at the start."""
    (run,) = (run for run in runs(case, base) if run.name == whole_countries()[CHINA])
    assert run.kind == "country"
    without = apply_changes(case, run.changes)
    assert CHINA not in {site.country for site in without.sites}

    def chinese(history: Any) -> bool:
        return any(event.country == CHINA for event in history or ())

    left = {row.material for row in without.supply if chinese(row.history)}
    assert left == {"end-of-life magnets"}
    assert not [row.order for row in without.pipeline if chinese(row.history)]
    gone = {row.offer for row in case.supply} - {row.offer for row in without.supply}
    assert {"Japanese magnet H", "Japanese magnet SH"} <= gone
    assert "Japanese magnet N48" not in gone


def test_the_tonnes_of_inputs_in_deliveries_are_those_of_the_plan(
    case: optimizer.Case, base_plan: BasePlan
) -> None:
    """Shares of all inputs are weighted by the magnets; single inputs add up over places."""
    base, delivered = base_plan
    figures = base_figures(case, base, delivered)
    tonnes = sum(sum(entry["delivered"].values()) for entry in figures["demand"].values())
    whole = figures["origins"]["all"]["produced"]
    assert sum(sum(years.values()) for years in whole.values()) == pytest.approx(tonnes)
    assert set(figures["stages"]) >= set(figures["origins"]["Dy"])
    lines = {row.line for row in case.demand if row.segment in figures["demand"]}
    wanted = sum(each["Dy"] for (line, _), each in delivered.items() if line in lines)
    for countries in figures["origins"]["Dy"].values():
        assert sum(sum(years.values()) for years in countries.values()) == pytest.approx(wanted)
    assert "calcium metal" not in figures["origins"], "a reagent is in no magnet"


def test_a_route_that_only_follows_another_is_none(
    case: optimizer.Case, base: optimizer.Result
) -> None:
    """Recycling and reagents are on: only the rows of plants of other routes are off."""
    routes = {run.name for run in runs(case, base) if run.kind == "route"}
    assert {"Round Top", "Blacksburg", "Mountain Pass concentrate to SRC"} <= routes
    assert not {"Recycling", "Reagents"} & routes


def test_the_odds_are_the_lowest_of_each_offer_that_is_not_firm(case: optimizer.Case) -> None:
    found = odds(case)
    assert found.keys() == {row.offer for row in case.supply if not row.firm}
    for offer, chance in found.items():
        rows = [row for row in case.supply if row.offer == offer and not row.firm]
        assert chance == min(row.probability for row in rows)


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
    assert state({"carbonate": [100.0, 50.0]}) == f"{only}not worth its cost there"
    assert state({"carbonate": [0.0, 0.0]}) == f"{only}not on offer before the plan ends"
    assert state({"carbonate": [None, 0.0]}) == f"{only}not bought"
    other = SimpleNamespace(site="Plant", recipe="carbonate to oxide", feed="sand")
    case.processes = [process, other]
    case.assays = [assay, SimpleNamespace(feed="sand")]
    assert state({"carbonate": [100.0, 95.0], "sand": [9.0, 0.0]}) == (
        "not used: the feeds that it may run are used up elsewhere (carbonate) or not bought (sand)"
    )
    assert state({"carbonate": [100.0, 95.0], "sand": [9.0, 5.0]}).endswith(
        "are used up elsewhere (carbonate) or not worth their cost there (sand)"
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


def test_a_feed_comes_or_fails_with_its_seller() -> None:
    """Mine A sells two feeds at 0.5 and 0.2: 0.2; mine B one at 0.5: both come at 0.1."""

    def offer(name: str, site: str, chance: float, firm: bool = False) -> Any:
        return SimpleNamespace(offer=name, site=site, probability=chance, firm=firm)

    offers = [offer("a", "A", 0.5), offer("a2", "A", 0.2), offer("b", "B", 0.5)]
    offers += [offer("c", "C", 0.1), offer("d", "D", 1.0, firm=True)]
    late = SimpleNamespace(scenario="late", probability=0.6)
    case: Any = SimpleNamespace(supply=offers, scenarios=[late])
    figures = {"base": {"not firm": {"a": 10.0, "a2": 1.0, "b": 5.0, "c": 0.0, "d": 9.0}}}
    assert odds_by_seller(case, figures) == {"A": 0.2, "B": 0.5}
    assert chance_text(case, figures) == (
        "The plan takes every offer as delivered: if its 2 sellers of feed that is not firm come "
        "or fail independently, all of them come with a chance of 10 %, far less than the 40 % "
        "that the odds on the plants' delays leave for the plan as written."
    )


def origin_figures() -> dict[str, Any]:
    """Ten tonnes of Dy and a hundred of iron: 6 and 5 of them Chinese."""
    dy = {"mined": {"China": {"2027": 3.0, "2028": 3.0}, "Australia": {"2028": 4.0}}}
    iron = {"mined": {"China": {"2027": 5.0}, "Sweden": {"2028": 95.0}}}
    iron["separated"] = {"does not apply": {"2027": 5.0, "2028": 94.0}, "China": {"2028": 1.0}}
    whole = {"melted": {"Japan": {"2027": 30.0, "2028": 90.0}, "China": {"2028": 80.0}}}
    trace = {"mined": {"China": {"2027": 0.01}}}
    return {
        "base": {
            "years": ["2027", "2028"],
            "stages": ["mined", "separated", "melted"],
            "origins": {"Dy": dy, "iron": iron, "Tb": trace, "all": whole},
        }
    }


def test_shares_in_china_are_those_of_each_input() -> None:
    """All together 11 of 110 tonnes are Chinese, and 60 % of the dysprosium."""
    case: Any = SimpleNamespace(recoveries=[SimpleNamespace(oxide=name) for name in ("Dy", "Tb")])
    lines = china_table(case, origin_figures()).splitlines()[2:]
    assert [line.strip("| ").split(" | ") for line in lines] == [
        ["dysprosium", "all years", "10", "60.0 %", "–", "–"],
        ["iron", "all years", "100", "5.0 %", "–", "–"],
        ["dysprosium", "2027", "3.0", "100.0 %", "–", "–"],
        ["dysprosium", "2028", "7.0", "42.9 %", "–", "–"],
    ]
    assert most_in_china(origin_figures()) == "60.0 % of the dysprosium was mined there"
    assert most_in_china(origin_figures(), "2028") == "42.9 % of the dysprosium was mined there"


def test_magnets_are_melted_as_a_whole_and_inputs_mined_one_by_one() -> None:
    lines = origins_table(origin_figures()).splitlines()[2:]
    assert [line.strip("| ").split(" | ") for line in lines] == [
        ["dysprosium", "mined", "China 60 %, Australia 40 %"],
        ["iron", "mined", "Sweden 95 %, China 5 %"],
        ["magnets", "melted", "Japan 60 %, China 40 %"],
    ]


def test_reagents_of_covered_countries_are_told_with_their_tonnes() -> None:
    def supply(offer: str, material: str, country: str) -> Any:
        history = [SimpleNamespace(country=country, stage="reagent")]
        return SimpleNamespace(offer=offer, material=material, history=history)

    def bought(offer: str, material: str) -> dict[str, Any]:
        return {"offer": offer, "material": material, "tonnes": {"2027": 100.0, "2028": 20.0}}

    scope = SimpleNamespace(rule="law", country=("China", "Iran"), stage=("mined",))
    case: Any = SimpleNamespace(
        rules=[SimpleNamespace(rule="law")],
        rule_scope=[scope],
        materials=[
            SimpleNamespace(material="acid", stage="reagent"),
            SimpleNamespace(material="ore", stage="mined"),
        ],
        supply=[
            supply("Chinese acid", "acid", "China"),
            supply("Spanish acid", "acid", "Spain"),
            supply("Chinese ore", "ore", "China"),
        ],
    )
    purchases = [bought("Chinese acid", "acid"), bought("Spanish acid", "acid")]
    figures = {"base": {"purchases": [*purchases, bought("Chinese ore", "ore")]}}
    assert reagents_text(case, figures) == (
        "It buys reagents made in China: 120 t of acid (the last in 2028). "
        "No rule in force looks at reagents."
    )
    scope.stage = ("mined", "reagent")
    assert reagents_text(case, {"base": {"purchases": []}}) == (
        "It buys no reagent made in a covered country. "
        "Of the rules in force these look at reagents: law."
    )


def test_all_that_comes_from_china_stands_before_its_sellers_and_the_rest() -> None:
    def run(name: str, dearer: float) -> dict[str, Any]:
        figures = {"kind": "country", "name": name, "status": "optimal", "cost": 100e6 + dearer}
        figures |= {"dearer": dearer, "blur": 1e5, "short": 0.0, "short cost": 0.0, "built": {}}
        return figures | {"purchases": []}

    every = [run("Japan", 50e6), run("China", 1e6), run(whole_countries()[CHINA], 9e6)]
    plan = {"objective": 100e6, "present value": {}, "built": []}
    lines = countries_table({"base": plan, "runs": [*every, run("Georgia", 0.0)]}).splitlines()
    assert [line.strip("| ").split(" | ")[0] for line in lines[2:]] == [
        whole_countries()[CHINA],
        "China (its sellers alone)",
        "Japan",
    ]


def test_the_share_of_a_rule_stands_with_its_time() -> None:
    def phase(start: date | None, end: date | None, share: float) -> Any:
        return SimpleNamespace(start=start, end=end, maximum_share=share)

    phases = [
        phase(date(2027, 1, 1), date(2027, 12, 31), 0.45),
        phase(date(2028, 1, 1), date(2028, 12, 31), 0.2),
        phase(date(2029, 1, 1), date(2029, 12, 31), 0.0),
        phase(date(2030, 1, 1), None, 0.0),
    ]
    assert phase_shares(phases) == "45 % in 2027, 20 % in 2028, 0 % from 2029"
    assert phase_shares(phases[:1]) == "45 %"
    half = [phase(None, date(2027, 6, 30), 0.5), phase(date(2027, 7, 1), date(2028, 12, 31), 0.0)]
    assert phase_shares(half) == "50 % to 2027-06-30, 0 % from 2027-07-01 to 2028"


def test_parts_of_an_option_add_up_to_a_share_of_the_slice() -> None:
    assert decisions_text({}) == "no"
    assert decisions_text({"2027-Q1": (1.11, "2029-01-01")}) == (
        "1.11, decided in 2027-Q1, running from 2029-01-01"
    )
    assert decisions_text({"2026-Q4": (0.2, "2028-01-01"), "2027-Q1": (0.05, "2028-04-01")}) == (
        "25 % of the buyer's slice, in two decisions: 20 % in 2026-Q4, running from 2028-01-01; "
        "5 % in 2027-Q1, running from 2028-04-01"
    )


def test_bottlenecks_stand_in_the_order_of_the_figure_that_they_show(
    case: optimizer.Case, base_plan: BasePlan
) -> None:
    text = bottlenecks_table({"base": base_figures(case, *base_plan)})
    shown = [line.strip("| ").split(" | ")[1].replace(",", "") for line in text.splitlines()[2:]]
    assert [float(saving) for saving in shown] == sorted(map(float, shown), reverse=True)


def test_a_penalty_of_the_last_period_is_for_what_stands_in_store(
    case: optimizer.Case, figures: dict[str, Any]
) -> None:
    penalties = [[9e5, "defence", ""], [9e5, "wind", "2030-Q4"], [3e5, "wind", ""]]
    base = figures["base"] | {"penalties": penalties, "last period": "2030-Q4", "bottlenecks": []}
    base |= {"origins": {}}
    assert sentence_values(case, figures | {"base": base})["penalties"] == (
        "**900,000 USD** for defence, and for what wind wants in store at the end; "
        "**300,000 USD** for wind"
    )


def test_units_that_grow_and_options_with_a_ramp_are_told_from_the_dates() -> None:
    """The line opens in January 2029 at the earliest and has its last step in October."""

    def unit(name: str, share: float, start: date | None, end: date | None) -> Any:
        return SimpleNamespace(
            site="Works", unit=name, capacity=100.0, availability=share, start=start, end=end
        )

    def option(name: str, unit_name: str) -> Any:
        return SimpleNamespace(
            option=name, site="Works", unit=unit_name, earliest=date(2027, 1, 1), build_months=24.0
        )

    settings = SimpleNamespace(start=date(2026, 10, 1), period_length="quarter", periods=17)
    case: Any = SimpleNamespace(
        settings=settings,
        units=[
            unit("line", 0.4, None, date(2029, 9, 30)),
            unit("line", 0.85, date(2029, 10, 1), None),
            unit("mill", 0.4, None, date(2028, 12, 31)),
            unit("mill", 0.85, date(2029, 1, 1), None),
        ],
        options=[option("new line", "line"), option("new mill", "mill")],
    )
    assert ramps_text(case) == (
        "Some or all units grow in dated steps at Works; the others have one rate throughout. "
        "The steps of new line go by the calendar, whenever it is built. "
        "new mill runs at the full rate from the day of opening."
    )
