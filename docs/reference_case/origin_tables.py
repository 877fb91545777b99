"""Tables and sentences on where what is delivered is from: China first, then every country."""

from __future__ import annotations

from typing import Any

import optimizer
from docs.reference_case.origins import MAGNET_STAGES, Origins, reagents
from docs.reference_case.words import NOTHING, listed, percent, table, tonnes
from optimizer.tracing.composition import ALL_INPUTS
from optimizer.tracing.provenance_table import STAGE_DOES_NOT_APPLY

Figures = dict[str, Any]
CHINA = "China"
INPUT_NAMES = {
    "NdPr": "neodymium and praseodymium",
    "Dy": "dysprosium",
    "Tb": "terbium",
    "Sm": "samarium",
}
"""Names of inputs in words; others are called as in the workbook."""
LEAST_TONNES = 0.05
"""Tonnes of an input over the horizon that show on the page."""
MOST_BY_SEGMENT = 2
"""Inputs that are shown by segment."""


def input_name(name: str) -> str:
    """What an input is called on the page."""
    return INPUT_NAMES.get(name, name)


def stage_tonnes(countries: dict[str, dict[str, float]], year: str = "") -> float:
    """Tonnes of an input of which a stage is told, in a year or in all."""
    return sum(_in(years, year) for years in countries.values())


def input_tonnes(stages: dict[str, Any], year: str = "") -> float:
    """Tonnes of an input in what is delivered: those of the stage of which most is told."""
    return max((stage_tonnes(countries, year) for countries in stages.values()), default=0.0)


def china_share(countries: dict[str, dict[str, float]], year: str = "") -> float | None:
    """Share of an input with a stage in China; None where most of it has no such stage."""
    total = stage_tonnes(countries, year)
    if not total or stage_tonnes(_without_stage(countries), year) > total / 2:
        return None
    return _in(countries.get(CHINA, {}), year) / total


def _without_stage(countries: dict[str, dict[str, float]]) -> dict[str, dict[str, float]]:
    return {name: years for name, years in countries.items() if name == STAGE_DOES_NOT_APPLY}


def _in(years: dict[str, float], year: str) -> float:
    return years.get(year, 0.0) if year else sum(years.values())


def single_inputs(figures: Figures) -> Origins:
    """Every input with tonnes that show, without all of them together."""
    return {
        name: stages
        for name, stages in figures["base"]["origins"].items()
        if name != ALL_INPUTS and input_tonnes(stages) >= LEAST_TONNES
    }


def _stages(figures: Figures) -> list[str]:
    return list(figures["base"]["stages"])


def _shares(stages: dict[str, Any], names: list[str], year: str = "") -> list[str]:
    shares = [china_share(stages.get(stage, {}), year) for stage in names]
    return [NOTHING if share is None else percent(share, 1) for share in shares]


def dependent_inputs(case: optimizer.Case, figures: Figures) -> list[str]:
    """Inputs that a separation recovers and of which some has gone through a stage in China."""
    oxides = {row.oxide for row in case.recoveries}
    return [
        name
        for name, stages in single_inputs(figures).items()
        if name in oxides and any(china_share(own) for own in stages.values())
    ]


def china_table(case: optimizer.Case, figures: Figures) -> str:
    """Share of each input that went through each stage in China: over the horizon, then by year."""
    names, inputs = _stages(figures), single_inputs(figures)
    rows = [
        (input_name(name), "all years", tonnes(input_tonnes(own)), *_shares(own, names))
        for name, own in inputs.items()
    ]
    for name in dependent_inputs(case, figures):
        rows += [
            (
                input_name(name),
                year,
                tonnes(input_tonnes(inputs[name], year)),
                *_shares(inputs[name], names, year),
            )
            for year in figures["base"]["years"]
        ]
    return table(("input", "year", "t that went in", *names), rows)


def china_by_segment(case: optimizer.Case, figures: Figures) -> str:
    """The same by segment, for the first inputs that depend on China."""
    names = _stages(figures)
    rows = []
    for name in dependent_inputs(case, figures)[:MOST_BY_SEGMENT]:
        for segment, inputs in figures["base"]["origins by segment"].items():
            own = inputs.get(name, {})
            if input_tonnes(own) >= LEAST_TONNES:
                weight = tonnes(input_tonnes(own))
                rows.append((input_name(name), segment, weight, *_shares(own, names)))
    return table(("input", "segment", "t that went in", *names), rows)


def most_in_china(figures: Figures, year: str = "") -> str:
    """The largest share of an input with a stage in China, in words."""
    found = [
        (share, name, stage)
        for name, stages in single_inputs(figures).items()
        for stage, countries in stages.items()
        if (share := china_share(countries, year))
    ]
    if not found:
        return f"nothing has gone through {CHINA}"
    share, name, stage = max(found)
    was = "were" if " and " in input_name(name) else "was"
    return f"{percent(share, 1)} of the {input_name(name)} {was} {stage} there"


def origins_table(figures: Figures) -> str:
    """Country shares of each input by stage, the largest first, over the horizon; then magnets."""
    inputs = single_inputs(figures)
    rows = [
        (input_name(name), stage, _countries(countries))
        for name, stages in inputs.items()
        for stage, countries in stages.items()
        if stage not in MAGNET_STAGES and china_share(countries) is not None
    ]
    whole = figures["base"]["origins"].get(ALL_INPUTS, {})
    rows += [
        ("magnets", stage, _countries(whole[stage])) for stage in MAGNET_STAGES if stage in whole
    ]
    return table(("input", "stage", "where it was done"), rows)


def _countries(countries: dict[str, dict[str, float]]) -> str:
    sums = {name: sum(years.values()) for name, years in countries.items()}
    total = sum(sums.values())
    ranked = sorted(sums.items(), key=lambda item: (-item[1], item[0]))
    shares = [f"{name} {percent(amount / total)}" for name, amount in ranked if amount > 0]
    return ", ".join(text for text in shares if not text.endswith(" 0 %"))


def reagents_text(case: optimizer.Case, figures: Figures) -> str:
    """Which reagents from covered countries are bought, and whether a rule in force looks at them.

    A country is covered if a rule in force names it.
    """
    rules = {row.rule for row in case.rules}
    scope = [row for row in case.rule_scope if row.rule in rules]
    covered = {country for row in scope for country in row.country}
    used = reagents(case)
    stages = {row.stage for row in case.materials if row.material in used}
    offers: dict[str, str] = {}
    for row in case.supply:
        countries = {event.country for event in row.history or ()} & covered
        if row.material in used and countries:
            offers[row.offer] = listed(sorted(countries))
    parts, places = [], []
    for entry in figures["base"]["purchases"]:
        amount = sum(entry["tonnes"].values())
        if entry["offer"] in offers and amount >= LEAST_TONNES:
            last = max(year for year, bought in entry["tonnes"].items() if bought >= LEAST_TONNES)
            parts.append(f"{tonnes(amount)} t of {entry['material']} (the last in {last})")
            places.append(offers[entry["offer"]])
    looking = dict.fromkeys(row.rule for row in scope if not row.stage or stages & set(row.stage))
    rule = "No rule in force looks at reagents."
    if looking:
        rule = f"Of the rules in force these look at reagents: {listed(list(looking))}."
    if not parts:
        return f"It buys no reagent made in a covered country. {rule}"
    made = listed(list(dict.fromkeys(places)))
    return f"It buys reagents made in {made}: {listed(parts)}. {rule}"
