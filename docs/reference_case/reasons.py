"""Why a system does not move the plan: its dates, its capacity, its price, from the data."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from math import ceil
from typing import Any

import optimizer
from docs.reference_case.runs import READY_SHEETS, ROUTE
from docs.reference_case.systems import not_commodities, produced_materials
from docs.reference_case.words import NOTHING, money, percent, tonnes
from optimizer.studies.disruptions import horizon_of, months_later
from optimizer.tables import SHEETS, STAGES
from optimizer.tables.case_rows import tables_of

Figures = dict[str, Any]
TIE = 0.005
"""Part of a price by which a thing that is not used costs as much as what is used."""
USED_UP = 0.9
"""Part of what is on offer of a feed from which on it counts as used up.

It is below one, because what is bought in the last periods arrives too late to be of use.
"""
LEAST_TONNES = 0.05
"""Tonnes that show on the page; below that a thing is not used."""
LEAST_PRICE = 0.5
"""Money a tonne that shows on the page."""
LEAST = 0.01
"""Part of a capital cost below which no percentage is given."""


def reason(case: optimizer.Case, figures: Figures, run: dict[str, Any]) -> str:
    """Why a run costs the plan nothing, in words that the data gives."""
    if run["kind"] == "route":
        return _of_route(case, run["name"])
    if run["kind"] == "site":
        return _of_site(case, figures["base"], run["name"])
    return "used, but replaced at no cost"


def too_late(case: optimizer.Case, begins: Iterable[date | None], what: str) -> str:
    """Words for things of which the first begins after the plan's end; empty if it does not."""
    dates = [*begins]
    if not dates or None in dates:
        return ""
    first = min(day for day in dates if day)
    end = horizon_of(case).end
    return f"{what} {first}, and the plan ends on {end}" if first > end else ""


def _of_site(case: optimizer.Case, base: Figures, site: str) -> str:
    staged = {row.material for row in case.materials if row.stage in STAGES and row.traced}
    offers = [row for row in case.supply if row.site == site and row.material in staged]
    late = too_late(case, (row.start for row in offers), "what it sells is on offer from")
    units = [row for row in case.units if row.site == site]
    late = late or too_late(case, (row.start for row in units), "it has capacity from")
    if late:
        return late
    sold = sum(
        sum(each["tonnes"].values())
        for each in base["purchases"]
        if each["site"] == site and each["offer"] in {row.offer for row in offers}
    )
    if sold > LEAST_TONNES:
        return f"{tonnes(sold)} t are bought, but replaced at no cost"
    if any(
        sum(used.values()) > LEAST_TONNES for name, _, used, _ in base["plants"] if name == site
    ):
        return "used, but replaced at no cost"
    sent = base["sent"].get(site, 0.0)
    if sent > LEAST_TONNES:
        return f"{tonnes(sent)} t go through it, but other ways cost no more"
    return _not_bought(base, offers) or _idle_plant(case, base, site) or _no_way(base, site)


def _not_bought(base: Figures, offers: Sequence[Any]) -> str:
    """What keeps the plan from buying at a site: its price, or that and the freight from it.

    Empty if nothing there has a figure.
    """
    nearest = _nearest(base, [f"offer: {row.offer}, {row.site}" for row in offers])
    if nearest:
        return _too_dear("it", nearest[0], nearest[1], "its price")
    sold = {row.material for row in offers}
    lanes = [key for row in offers for key in _lanes_from(base, row.site)]
    nearest = _nearest(base, [key for key in lanes if base["cheaper by"][key][2] in sold])
    if not nearest:
        return ""
    price = min(row.price for row in offers if row.material == nearest[2]) + nearest[1]
    return _too_dear("delivered, it", nearest[0], price, "its price and freight")


def _too_dear(what: str, cheaper: float, price: float, whole: str) -> str:
    if cheaper <= TIE * price:
        return "not bought: it costs as much as what the plan buys"
    if cheaper > price:
        return "not bought: even as a gift it would cost more than what the plan buys"
    part = percent(cheaper / price)
    return (
        f"not bought: {what} would have to be {money(cheaper)} a tonne cheaper ({part} of {whole})"
    )


def _idle_plant(case: optimizer.Case, base: Figures, site: str) -> str:
    """Why a plant stands idle: the cost of its cheapest process, or what it would run.

    Where even work for nothing would not do, its feeds are worth more elsewhere. Empty if no
    process has a figure.
    """
    nearest = _nearest(base, [f"process: {site}"])
    if not nearest:
        return ""
    cheaper, cost, _ = nearest
    if cheaper <= TIE * cost:
        return "not used: it costs as much as what the plan uses"
    if cheaper <= cost:
        part = percent(cheaper / cost)
        return (
            f"not used: its cheapest process would have to be {money(cheaper)} a tonne cheaper "
            f"({part} of its cost)"
        )
    states: dict[str, list[str]] = {}
    for feed in _feeds(case, site):
        states.setdefault(_state_of_feed(case, base, feed), []).append(feed)
    names = [name for own in states.values() for name in own]
    if not names:
        return "not used: what it needs is worth more elsewhere"
    if len(names) == 1:
        (state,) = states
        return f"not used: its only feed in the workbook is {names[0]}, which is {state}"
    parts = [f"{state.replace('its', 'their')} ({', '.join(own)})" for state, own in states.items()]
    return f"not used: the feeds that it may run are {' or '.join(parts)}"


def _feeds(case: optimizer.Case, site: str) -> list[str]:
    """What a plant may run and does not make itself, without commodities."""
    made = not_commodities(case)
    rows = [row for row in case.processes if row.site == site]
    recipes = {row.recipe for row in rows}
    lines = [row for row in case.recipes if row.recipe in recipes]
    taken = [row.feed for row in rows if row.feed]
    taken += [row.material for row in lines if row.direction == "in" and row.material in made]
    own = {row.material for row in lines if row.direction == "out"}
    own |= {row.product for row in case.recoveries if row.recipe in recipes}
    return [feed for feed in dict.fromkeys(taken) if feed not in own]


def _state_of_feed(case: optimizer.Case, base: Figures, feed: str) -> str:
    """Where a feed goes, if it does not go to a plant that stands idle."""
    most, bought = base["offered"].get(feed, (None, 0.0))
    if bought > LEAST_TONNES:
        used_up = most is not None and bought >= USED_UP * most
        return "used up elsewhere" if used_up else "not worth its cost there"
    if feed in produced_materials(case):
        return "worth more elsewhere"
    return "not on offer before the plan ends" if most == 0 else "not bought"


def _no_way(base: Figures, site: str) -> str:
    """By how much the freight through a site is too dear.

    A way through needs a lane to the site and one from it, so that at least the larger of the
    two figures is lacking.
    """
    to = [
        key for key in base["cheaper by"] if f" to {site} by " in key and key.startswith("lane: ")
    ]
    lacking = [
        nearest[0] for keys in (to, _lanes_from(base, site)) if (nearest := _nearest(base, keys))
    ]
    if not lacking or max(lacking) < LEAST_PRICE:
        return "nothing that the plan needs goes through it"
    amount = money(max(lacking))
    return f"not used: the way through it would have to be at least {amount} a tonne cheaper"


def _lanes_from(base: Figures, site: str) -> list[str]:
    return [key for key in base["cheaper by"] if key.startswith(f"lane: {site} to ")]


def _nearest(base: Figures, keys: Iterable[str]) -> list[Any]:
    """Amount, price and material of the thing that must get least cheaper; empty without one."""
    return min((base["cheaper by"][key] for key in keys if key in base["cheaper by"]), default=[])


def _of_route(case: optimizer.Case, route: str) -> str:
    """What the workbook's notes say, and the date from which the route sells."""
    tables = tables_of(case)
    notes, begins = [], []
    for sheet in SHEETS:
        table = tables[sheet]
        for position, note in enumerate(table.values.get("notes", [])):
            found = ROUTE.match(note or "")
            if found and found[1] == route:
                text = note[found.end() :].strip()
                if text and position in table.inactive and text not in notes:
                    notes.append(text)
                if sheet == "Supply":
                    begins.append(table.values["start"][position])
    late = too_late(case, begins, "on offer from")
    return "; ".join(part for part in (*notes[:1], late) if part) or NOTHING


def option_reason(case: optimizer.Case, base: Figures, option: str) -> str:
    """Why an option is not built: it is ready too late, or its capital is too dear."""
    rows = [row for row in case.options if row.option == option]
    start = case.settings.start
    ready = [months_later(row.earliest or start, ceil(row.build_months)) for row in rows]
    late = too_late(case, ready, "ready at the earliest on")
    if late:
        return late
    found = base["cheaper by"].get(f"option: {option}")
    if found is None:
        return "no figure: it needs another option, or cannot be decided in time"
    cheaper, capital, _ = found
    if capital <= 0:
        return "costs no capital, and is of no use"
    if cheaper >= capital:
        return "not even for nothing: what it lacks is not capital"
    part = cheaper / capital
    return f"its capital must be lower by {percent(part) if part >= LEAST else 'less than 1 %'}"


def ready_text(case: optimizer.Case, name: str) -> str:
    """What the workbook says of something that stands ready: its description, else its notes."""
    first = name.partition(" and ")[0]
    for sheet, header in READY_SHEETS.items():
        for row in case.switched_off.get(sheet, ()):
            if str(getattr(row, header)) in (name, first):
                return getattr(row, "description", "") or row.notes or "no note"
    return "no note"
