"""Figures that stand in sentences of the page, by the names that the template gives them."""

from __future__ import annotations

from typing import Any

import optimizer
from docs.reference_case.odds import chance_text
from docs.reference_case.origin_tables import CHINA, most_in_china, reagents_text
from docs.reference_case.plan_tables import must_run
from docs.reference_case.ramps import ramps_text
from docs.reference_case.run_figures import LEAST_NAMED, MOST_NAMED
from docs.reference_case.run_tables import dearer_for_short, merged
from docs.reference_case.runs import whole_countries
from docs.reference_case.scenario_sentences import dysprosium_values, probabilities_text
from docs.reference_case.systems import of_kind, systems
from docs.reference_case.words import dearer, listed, million, money, moves, percent, tonnes

Figures = dict[str, Any]
MOST_LISTED = 5
"""Systems that the first sentence of "What carries it" names."""


def sentence_values(case: optimizer.Case, figures: Figures) -> dict[str, str]:
    """Every figure of a sentence, as text."""
    return (
        _plan_values(figures)
        | _shortage_values(case, figures)
        | _china_values(figures)
        | _run_values(case, figures)
        | {
            "must run": must_run(case),
            "ramps": ramps_text(case),
            "probabilities": probabilities_text(case),
            "chance": chance_text(case, figures),
            "reagents": reagents_text(case, figures),
            "bottlenecks": str(len(figures["base"]["bottlenecks"])),
        }
        | dysprosium_values()
    )


def _plan_values(figures: Figures) -> dict[str, str]:
    base = figures["base"]
    delivered = sum(sum(entry["delivered"].values()) for entry in base["demand"].values())
    paid = sum(
        sum(years.values()) for category, years in base["costs"].items() if category != "shortage"
    )
    built = [option for option, *_ in base["built"]]
    return {
        "case": base["case"],
        "currency": base["currency"],
        "first year": base["years"][0],
        "last year": base["years"][-1],
        "start": base["start"],
        "end": base["end"],
        "discount rate": percent(base["discount rate"]),
        "fingerprint": figures["fingerprint"],
        "gap of settings": percent(base["gap of settings"], 2),
        "worst gap": percent(max(_gaps(figures)), 2),
        "gap in money": million(2 * base["gap of settings"] * base["objective"]),
        "present value": million(base["objective"]),
        "per tonne": money(paid / delivered),
        "delivered": tonnes(delivered),
        "lawful": base["lawful"],
        "audit": base["audit"],
        "built": listed(list(dict.fromkeys(built))) if built else "nothing",
        "runs": str(len(figures["runs"]) + 1),
        "not firm": _not_firm(base),
        "low confidence": _low_confidence(base),
    }


def _shortage_values(case: optimizer.Case, figures: Figures) -> dict[str, str]:
    """What is short, what it is charged, and how much of the cost of removals that is."""
    base = figures["base"]
    charged = base["present value"].get("shortage", 0.0)
    moving = [run for run in systems(case, figures) if "cost" in run and moves(run)]
    half = [run for run in moving if dearer_for_short(figures, run) > run["dearer"] / 2]
    return {
        "short": f"{tonnes(base['short'])} t, at {million(charged)} million of that"
        if base["short"] >= 0.05
        else "nothing",
        "penalties": _penalties(base),
        "short half": str(len(half)),
        "most named": str(MOST_NAMED),
        "named from": percent(LEAST_NAMED),
    }


def _penalties(base: Figures) -> str:
    """What a tonne short is charged, by amount: the segments, and lines of one period alone.

    A line of the last period alone is what a customer wants in store at the end.
    """
    amounts: dict[float, dict[str, list[str]]] = {}
    for penalty, segment, period in base["penalties"]:
        amounts.setdefault(penalty, {}).setdefault(period, []).append(segment or "no segment")
    parts = []
    for penalty, periods in amounts.items():
        names = []
        for period, segments in sorted(periods.items()):
            who = listed(segments)
            want = "wants" if len(segments) == 1 else "want"
            if not period:
                names.append(f"for {who}")
            elif period == base["last period"]:
                names.append(f"for what {who} {want} in store at the end")
            else:
                names.append(f"for what {who} {want} in {period} alone")
        parts.append(f"**{penalty:,.0f} {base['currency']}** {', and '.join(names)}")
    return "; ".join(parts) or "nothing"


def _gaps(figures: Figures) -> list[float]:
    """Gaps of every plan behind the page."""
    return [figures["base"]["gap"], *(run["gap"] for run in figures["runs"] if "gap" in run)]


def _not_firm(base: Figures) -> str:
    total = sum(entry["cost"] for entry in base["purchases"])
    loose = sum(entry["cost"] for entry in base["purchases"] if entry["firm"] == "no")
    return percent(loose / total) if total else "none"


def _low_confidence(base: Figures) -> str:
    found = base["confidence"]["money"]
    total = sum(found.values())
    return percent((total - found["high"] - found["medium"]) / total) if total else "none"


def _china_values(figures: Figures) -> dict[str, str]:
    last = figures["base"]["years"][-1]
    whole = whole_countries().get(CHINA, CHINA)
    runs = {run["name"]: run for run in of_kind(figures, "country")}
    china = runs.get(whole, runs.get(CHINA))
    return {
        "china most": most_in_china(figures),
        "china last": most_in_china(figures, last),
        "china whole": whole,
        "china removed": _dearer_words(china) if china else "nothing, for it sells nothing here",
    }


def _dearer_words(run: dict[str, Any]) -> str:
    """What a run costs more, with its unit, and what it leaves short."""
    text = dearer(run)
    if not moves(run) or "cost" not in run:
        return text
    short = f", and leaves {tonnes(run['short'])} t short" if run["short"] >= 0.05 else ""
    return f"{text} million{short}"


def _run_values(case: optimizer.Case, figures: Figures) -> dict[str, str]:
    every = systems(case, figures)
    moving = [run for run in every if "cost" in run and moves(run)]
    ranked = merged(sorted(moving, key=lambda run: (-run["dearer"], run["name"])))
    top = [f"{run['name']} ({million(run['dearer'])} million)" for run in ranked[:MOST_LISTED]]
    free = [run for run in of_kind(figures, "rule") if run["name"] == "all rules"]
    rule = free[0] if free else None
    return {
        "dearest": listed(top),
        "systems": str(len(every)),
        "moving": str(len(moving)),
        "rules cost": "nothing"
        if rule is None or "cost" not in rule
        else f"{million(-rule['dearer'])} million, {percent(-rule['dearer'] / rule['cost'], 1)}",
        "scenarios": str(len(of_kind(figures, "scenario"))),
        "ready": str(len(of_kind(figures, "ready"))),
        "carriers": str(len(ranked)),
    }
