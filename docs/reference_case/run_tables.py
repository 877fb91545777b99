"""Tables of the runs: what each removal, rule, option, route and scenario costs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import optimizer
from docs.reference_case.origin_tables import CHINA
from docs.reference_case.reasons import option_reason, ready_text, reason
from docs.reference_case.runs import whole_countries
from docs.reference_case.scenario_sentences import probabilities
from docs.reference_case.systems import commodities, of_kind, systems
from docs.reference_case.words import (
    NOTHING,
    consequences,
    dearer,
    million,
    moves,
    percent,
    table,
    tonnes,
)

Figures = dict[str, Any]
WHOLE = 0.995
"""Number of an option from which on it shows as built whole."""
NUMBERS = {2: "two", 3: "three", 4: "four", 5: "five", 6: "six"}
"""Numbers in words."""


def countries_table(figures: Figures) -> str:
    """What the loss of each country's sites costs: all of China, its sites, then the dearest."""
    whole = whole_countries()
    first = [name for name in (whole.get(CHINA), CHINA) if name]
    runs = of_kind(figures, "country")
    shown = [run for name in first for run in runs if run["name"] == name]
    others = [run for run in runs if run["name"] not in first and moves(run)]
    alone = {country: f"{country} (its sellers alone)" for country in whole}
    named = [
        run | {"name": alone.get(run["name"], run["name"])}
        for run in (*shown, *sorted(others, key=_rank))
    ]
    return _run_table(figures, "without", named)


def carries_table(case: optimizer.Case, figures: Figures) -> str:
    """Every system whose removal moves the plan, the dearest first; equal ones in one row."""
    runs = [run for run in systems(case, figures) if moves(run)]
    return _run_table(figures, "without", merged(sorted(runs, key=_rank)))


def commodities_table(case: optimizer.Case, figures: Figures) -> str:
    """Commodities whose one source in the workbook moves the plan, the dearest first."""
    runs = [run for run in commodities(case, figures) if moves(run)]
    return _run_table(figures, "without", merged(sorted(runs, key=_rank)))


def _rank(run: dict[str, Any]) -> tuple[bool, float, str]:
    """Order by cost; what has no plan stands on top."""
    return "cost" in run, -run.get("dearer", 0.0), run["name"]


def merged(runs: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Runs with one outcome joined: a mine and its only offer are one system."""
    joined: dict[Any, dict[str, Any]] = {}
    for run in runs:
        key = (round(run["cost"]), round(run["short"], 3)) if "cost" in run else run["name"]
        if key in joined:
            known = joined[key]
            if run["name"] not in known["name"].split(" = "):
                joined[key] = known | {"name": f"{known['name']} = {run['name']}"}
        else:
            joined[key] = run
    return list(joined.values())


def _run_table(figures: Figures, what: str, runs: Sequence[dict[str, Any]]) -> str:
    base = figures["base"]
    built = {option: number for option, _, number, *_ in base["built"]}
    rows = [
        (
            run["name"],
            dearer(run),
            million(dearer_for_short(figures, run)) if moves(run) and "cost" in run else "",
            percent(run["dearer"] / base["objective"], 1) if moves(run) and "cost" in run else "",
            tonnes(run["short"]) if "cost" in run else NOTHING,
            consequences(run, built) if moves(run) else "",
        )
        for run in runs
    ]
    header = (what, "dearer by, million", "of which for tonnes short, million", "of the plan")
    return table((*header, "t short", "what changes"), rows)


def dearer_for_short(figures: Figures, run: dict[str, Any]) -> float:
    """What a run is charged for tonnes short, less what the plan is charged."""
    return run["short cost"] - figures["base"]["present value"].get("shortage", 0.0)


def penalties_table(figures: Figures) -> str:
    """The plan beside those at lower penalties: cost, shortage, and offers that are not firm."""
    base = figures["base"]
    runs = of_kind(figures, "penalty")
    plan = {
        "cost": base["objective"],
        "short": base["short"],
        "short cost": base["present value"].get("shortage", 0.0),
        "not firm": base["not firm"],
    }
    plans = [*runs, plan]
    rows = [
        (what, *(text(each[key]) if "cost" in each else each["status"] for each in plans))
        for what, key, text in (
            ("present value, million", "cost", million),
            ("of which for tonnes short, million", "short cost", million),
            ("t short", "short", tonnes),
        )
    ]
    offers = dict.fromkeys(name for each in reversed(plans) for name in each.get("not firm", ()))
    rows += [
        (
            f"t of {offer}",
            *(
                tonnes(each["not firm"].get(offer, 0.0)) if "cost" in each else NOTHING
                for each in plans
            ),
        )
        for offer in offers
    ]
    return table(("penalties", *(run["name"] for run in runs), "as in the workbook"), rows)


def still_table(case: optimizer.Case, figures: Figures) -> str:
    """Systems that do not move the plan, and why they cannot, from the data."""
    runs = [run for run in of_kind(figures, "site") if not moves(run)]
    return table(
        ("without", "costs nothing because"),
        [(run["name"], reason(case, figures, run)) for run in runs],
    )


def routes_table(case: optimizer.Case, figures: Figures) -> str:
    """Routes that stand in the workbook switched off, and what switching one on changes."""
    rows = [
        (run["name"], dearer(run), reason(case, figures, run)) for run in of_kind(figures, "route")
    ]
    return table(("switched on", "the plan is dearer by, million", "in the workbook"), rows)


def options_table(case: optimizer.Case, figures: Figures) -> str:
    """What may be built: size, capital, what the plan builds, what the others lack."""
    base = figures["base"]
    built: dict[str, dict[str, tuple[float, str]]] = {}
    for option, period, number, runs_from, _capital in base["built"]:
        built.setdefault(option, {})[period] = (number, runs_from)  # the same for each unit
    removed = {run["name"]: run for run in of_kind(figures, "option")}
    rows = []
    for option in dict.fromkeys(row.option for row in case.options):
        own = [row for row in case.options if row.option == option]
        sizes = [f"{row.unit} {row.added_capacity:,g}" for row in own]
        rows.append(
            (
                option,
                ", ".join(dict.fromkeys(row.site for row in own)),
                ", ".join(sizes),
                million(sum(row.capital_cost for row in own)),
                decisions_text(built.get(option, {})),
                f"without it {dearer(removed[option])}"
                if option in removed
                else option_reason(case, base, option),
            )
        )
    header = ("option", "site", "adds a year", "capital of one, million", "built")
    return table((*header, "what it is worth, or lacks"), rows)


def decisions_text(decisions: dict[str, tuple[float, str]]) -> str:
    """How many of an option are built, when each is decided and from when on it runs.

    Numbers are of the buyer's slice: one is the whole of it.
    """
    if not decisions:
        return "no"
    total = sum(number for number, _ in decisions.values())
    amount = f"{percent(total)} of the buyer's slice" if total < WHOLE else f"{total:.3g}"
    if len(decisions) == 1:
        ((period, (_, runs_from)),) = decisions.items()
        return f"{amount}, decided in {period}, running from {runs_from}"
    parts = [
        f"{percent(number) if total < WHOLE else f'{number:.3g}'} in {period}, "
        f"running from {runs_from}"
        for period, (number, runs_from) in decisions.items()
    ]
    count = NUMBERS.get(len(parts), str(len(parts)))
    return f"{amount}, in {count} decisions: {'; '.join(parts)}"


def rule_costs_table(figures: Figures) -> str:
    """What the plan saves without each rule, and without any."""
    rows = [
        (
            run["name"],
            million(run["cost"]) if "cost" in run else run["status"],
            million(-run["dearer"]) if moves(run) and "cost" in run else dearer(run),
            percent(-run["dearer"] / run["cost"], 1) if moves(run) and "cost" in run else "",
            run.get("lawful", ""),
        )
        for run in of_kind(figures, "rule")
    ]
    header = ("without", "present value, million", "the rule costs, million", "on top of that")
    return table((*header, "lawful then"), rows)


def ready_table(case: optimizer.Case, figures: Figures) -> str:
    """Rules, limits, lines and processes that stand ready, and what switching one on costs."""
    rows = [
        (
            run["name"],
            ready_text(case, run["name"]),
            dearer(run),
            tonnes(run["short"]) if "cost" in run else NOTHING,
        )
        for run in of_kind(figures, "ready")
    ]
    header = ("switched on", "in the workbook", "the plan is dearer by, million", "t short")
    return table(header, rows)


def scenarios_table(case: optimizer.Case, figures: Figures) -> str:
    """The scenarios of the workbook beside the plan."""
    base = figures["base"]
    built = {option: number for option, _, number, *_ in base["built"]}
    shares = probabilities(case)
    rows = [
        (
            run["name"],
            percent(shares[run["name"]]) if shares[run["name"]] < 1 else NOTHING,
            million(run["cost"]) if "cost" in run else NOTHING,
            dearer(run),
            tonnes(run["short"]) if "cost" in run else NOTHING,
            run.get("lawful") or NOTHING,
            consequences(run, built),
        )
        for run in of_kind(figures, "scenario")
    ]
    header = ("scenario", "probability", "present value, million", "dearer by, million")
    return table((*header, "t short", "lawful", "what changes"), rows)
