"""Tables of the plan itself: who is served, from where, by which plants, at what cost."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import optimizer
from docs.reference_case.runs import SMALL_PURCHASE
from docs.reference_case.words import NOTHING, listed, million, percent, table, tonnes

Figures = dict[str, Any]
CHINA = "China"


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
        shares = ", ".join(percent(row.maximum_share) for row in phases)
        description = next((row.description for row in phases if row.description), "")
        rows.append(
            (
                name,
                ", ".join(dict.fromkeys(each for row in phases for each in row.segments)),
                f"{phases[0].start or 'open'} to {phases[-1].end or 'open'}",
                shares,
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


def purchases_table(figures: Figures) -> str:
    """What is bought from whom; small offers together in the last row."""
    base = figures["base"]
    years = base["years"]
    total = sum(entry["cost"] for entry in base["purchases"])
    named = [
        entry
        for entry in base["purchases"]
        if entry["staged"] and entry["cost"] >= SMALL_PURCHASE * total
    ]
    rows = [
        (
            entry["offer"],
            f"{entry['site']}, {entry['country']}",
            *(tonnes(entry["tonnes"].get(year, 0.0)) for year in years),
            million(entry["cost"]),
            entry["firm"],
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
        )
    )
    header = ("offer", "seller", *(f"t in {year}" for year in years), "million", "firm")
    return table((*header, "confidence"), rows)


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


def origins_table(figures: Figures) -> str:
    """Country shares of each stage of what is delivered, the largest first, over the horizon."""
    stages = figures["base"]["origins"].get("", {})
    rows = []
    for stage, countries in stages.items():
        sums = {name: sum(years.values()) for name, years in countries.items()}
        total = sum(sums.values())
        ranked = sorted(sums.items(), key=lambda item: (-item[1], item[0]))
        shares = [f"{name} {percent(amount / total)}" for name, amount in ranked if amount > 0]
        large = [text for text in shares if not text.endswith(" 0 %")]
        rows.append((stage, ", ".join(large)))
    return table(("stage", "where it was done, by tonnes delivered"), rows)


def china_share(stages: dict[str, Any], stage: str, year: str = "") -> float | None:
    """Share of delivered tonnes with a stage in China; None where nothing has the stage."""
    countries = stages.get(stage, {})

    def total(years: dict[str, float]) -> float:
        return years.get(year, 0.0) if year else sum(years.values())

    everything = sum(map(total, countries.values()))
    if not everything:
        return None
    return total(countries.get(CHINA, {})) / everything


def origins_total(stages: dict[str, Any]) -> float:
    """Tonnes of which the origin is told: those of the stage of which most is."""
    sums = [sum(sum(years.values()) for years in own.values()) for own in stages.values()]
    return max(sums, default=0.0)


def china_table(figures: Figures) -> str:
    """Share of what is delivered that went through each stage in China: all, then by segment."""
    base = figures["base"]
    stages = list(base["origins"].get("", {}))
    everything = base["origins"].get("", {})
    rows = [
        (f"all, {year}", *(_share(china_share(everything, stage, year)) for stage in stages))
        for year in base["years"]
    ]
    rows += [
        (segment, *(_share(china_share(own, stage)) for stage in stages))
        for segment, own in base["origins by segment"].items()
    ]
    return table(("delivered", *stages), rows)


def _share(share: float | None) -> str:
    return NOTHING if share is None else percent(share, 1)


def bottlenecks_table(figures: Figures) -> str:
    """What binds, with what relaxing it saves."""
    rows = [(sentence, million(saving)) for *_, saving, sentence in figures["base"]["bottlenecks"]]
    return table(("what binds", "relaxing it as far as that holds saves, million"), rows)


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
