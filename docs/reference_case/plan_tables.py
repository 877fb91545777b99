"""Tables of the plan itself: who is served, from where, by which plants, at what cost."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import optimizer
from docs.reference_case.odds import odds
from docs.reference_case.runs import SMALL_PURCHASE
from docs.reference_case.words import NOTHING, listed, million, money, percent, table, tonnes

Figures = dict[str, Any]


def demand_table(case: optimizer.Case, figures: Figures) -> str:
    """Who is served: by segment what is delivered in each year, and the rules that bind it."""
    years = figures["base"]["years"]
    rows = []
    for segment, entry in figures["base"]["demand"].items():
        binding = [rule.rule for rule in case.rules if {segment, "*"} & set(rule.segments)]
        in_force = [name for name in dict.fromkeys(binding) if name in figures["base"]["rules"]]
        rows.append(
            (
                segment or "no segment",
                ", ".join(entry["materials"]),
                *(tonnes(entry["delivered"].get(year, 0.0)) for year in years),
                tonnes(entry["short"]),
                ", ".join(in_force) or NOTHING,
            )
        )
    return table(
        ("segment", "delivers", *(f"t in {year}" for year in years), "t short", "rules"), rows
    )


def rules_table(case: optimizer.Case, figures: Figures) -> str:
    """Rules in force: what they ask, phase by phase."""
    rows = []
    for name, entry in figures["base"]["rules"].items():
        phases = [row for row in case.rules if row.rule == name]
        description = next((row.description for row in phases if row.description), "")
        rows.append(
            (
                name,
                ", ".join(dict.fromkeys(each for row in phases for each in row.segments)),
                f"{phases[0].start or 'open'} to {phases[-1].end or 'open'}",
                phase_shares(phases),
                tonnes(entry["delivered"]),
                tonnes(entry["breaking"]),
                ", ".join(entry["verdicts"]),
                description,
            )
        )
    header = (
        *("rule", "binds", "in force", "share that may break it"),
        *("t delivered", "t that break it", "verdict", "what it asks"),
    )
    return table(header, rows)


def phase_shares(phases: Sequence[Any]) -> str:
    """The share that may break a rule, with the time of each where it changes."""
    merged: list[list[Any]] = []
    for row in sorted(phases, key=lambda row: row.start or date.min):
        if merged and merged[-1][2] == row.maximum_share and _follows(merged[-1][1], row.start):
            merged[-1][1] = row.end
        else:
            merged.append([row.start, row.end, row.maximum_share])
    if len(merged) == 1:
        return percent(merged[0][2])
    return ", ".join(f"{percent(share)} {_span(start, end)}" for start, end, share in merged)


def _follows(end: date | None, start: date | None) -> bool:
    return end is not None and start == end + timedelta(days=1)


def _span(start: date | None, end: date | None) -> str:
    """Words for a time: whole years by their numbers."""
    if start and end and start == date(start.year, 1, 1) and end == date(start.year, 12, 31):
        return f"in {start.year}"
    first = str(start.year if start and (start.month, start.day) == (1, 1) else start)
    last = str(end.year if end and (end.month, end.day) == (12, 31) else end)
    if end is None:
        return f"from {first}"
    return f"from {first} to {last}" if start else f"to {last}"


def costs_table(figures: Figures) -> str:
    """Money as paid by category and year, and present value."""
    base = figures["base"]
    years = base["years"]
    rows: list[Sequence[str]] = []
    totals = [0.0] * len(years)
    for category, value in base["present value"].items():
        paid = base["costs"].get(category, {})
        if not value and not any(paid.values()):
            continue
        amounts = [paid.get(year, 0.0) for year in years]
        totals = [total + amount for total, amount in zip(totals, amounts, strict=True)]
        rows.append((category, *map(million, amounts), million(value)))
    rows.append(
        ("**total**", *(f"**{million(t)}**" for t in totals), f"**{million(base['objective'])}**")
    )
    return table((f"million {base['currency']}", *years, "present value"), rows)


def purchases_table(case: optimizer.Case, figures: Figures) -> str:
    """What is bought from whom, with the odds of what is not firm; small offers at the end."""
    base = figures["base"]
    years = base["years"]
    total = sum(entry["cost"] for entry in base["purchases"])
    named = [
        entry
        for entry in base["purchases"]
        if entry["staged"] and entry["cost"] >= SMALL_PURCHASE * total
    ]
    chances = odds(case)
    rows = [
        (
            entry["offer"],
            f"{entry['site']}, {entry['country']}",
            *(tonnes(entry["tonnes"].get(year, 0.0)) for year in years),
            million(entry["cost"]),
            entry["firm"],
            percent(chances[entry["offer"]]) if entry["offer"] in chances else NOTHING,
            entry["confidence"] or NOTHING,
        )
        for entry in named
    ]
    rest = [entry for entry in base["purchases"] if entry not in named]
    rows.append(
        (
            f"{len(rest)} other offers, reagents among them",
            *[""] * (1 + len(years)),
            million(sum(entry["cost"] for entry in rest)),
            "",
            "",
            "",
        )
    )
    header = ("offer", "seller", *(f"t in {year}" for year in years), "million", "firm")
    return table((*header, "odds", "confidence"), rows)


def plants_table(figures: Figures) -> str:
    """How full each unit is that runs, by year."""
    years = figures["base"]["years"]
    rows = []
    for site, unit, used, capacity in figures["base"]["plants"]:
        if sum(used.values()) < 0.05:
            continue
        shares = [
            percent(used.get(year, 0.0) / capacity[year]) if capacity.get(year) else NOTHING
            for year in years
        ]
        rows.append((site, unit, *shares))
    return table(("site", "unit", *years), rows)


def idle_units(figures: Figures) -> str:
    """Units that have capacity and never run, in a sentence."""
    idle = [
        f"{unit} at {site}"
        for site, unit, used, capacity in figures["base"]["plants"]
        if sum(used.values()) < 0.05 <= sum(capacity.values())
    ]
    return listed(idle)


def must_run(case: optimizer.Case) -> str:
    """Which units must run, by their minimum load, and which only if they run at all."""
    loaded = [row for row in case.units if row.minimum_load > 0]
    forced, free = (
        list(dict.fromkeys(f"{row.unit} at {row.site}" for row in loaded if row.may_idle is idle))
        for idle in (False, True)
    )
    text = f"No plant must run but {listed(forced)}" if forced else "No plant must run"
    if free:
        text += f"; the minimum load of {listed(free)} counts in a quarter in which it runs"
    return f"{text}."


def bottlenecks_table(figures: Figures) -> str:
    """What binds, with what a little more of it saves, the most first."""
    found = figures["base"]["bottlenecks"]
    rows = [(sentence, money(saving)) for *_, saving, sentence in found]
    return table(("what binds", f"1 % more of it saves, {figures['base']['currency']}"), rows)


def confidence_table(figures: Figures) -> str:
    """How far the figures can be trusted: rows by sheet, money for purchases."""
    found = figures["base"]["confidence"]
    words = list(found["money"])
    header = ["", *(word or "not said" for word in words)]
    rows = [
        [f"rows of {sheet}", *map(str, counts.values())] for sheet, counts in found["rows"].items()
    ]
    total = sum(found["money"].values())
    shares = [percent(amount / total) if total else NOTHING for amount in found["money"].values()]
    return table(header, [*rows, ["money for purchases", *shares]])
