"""Why a system does not move the plan: its dates, its capacity, its price, from the data."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from math import ceil
from typing import Any

import optimizer
from docs.reference_case.runs import READY_SHEETS, ROUTE
from docs.reference_case.words import money, percent, tonnes
from optimizer.studies.disruptions import horizon_of, months_later
from optimizer.tables import SHEETS, STAGES
from optimizer.tables.case_rows import tables_of

Figures = dict[str, Any]
TIE = 0.005
"""Part of a price by which a thing that is not used costs as much as what is used."""
LEAST = 0.01
"""Part of a capital cost below which no percentage is given."""


def reason(case: optimizer.Case, figures: Figures, run: dict[str, Any]) -> str:
    """Why a run costs the plan nothing, in words that the data gives."""
    if run["kind"] == "route":
        return _of_route(case, run["name"])
    if run["kind"] == "site":
        return _of_site(case, figures["base"], run["name"])
    return "used, and something else does as well"


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
    if sold > 0.05:
        return f"{tonnes(sold)} t are bought, and something else does as well"
    if any(sum(used.values()) > 0.05 for name, _, used, _ in base["plants"] if name == site):
        return "used, and something else does as well"
    for what, keys in (
        ("not bought: its price", [f"offer: {row.offer}, {site}" for row in offers]),
        ("not used: the cost of its cheapest process", [f"process: {site}"]),
        ("not used: the freight from it", _lanes_from(base, site)),
    ):
        missing = _missing(base, keys)
        if missing:
            return f"{what} {missing}"
    return "nothing that the plan needs goes through it"


def _lanes_from(base: Figures, site: str) -> list[str]:
    return [key for key in base["cheaper by"] if key.startswith(f"lane: {site} to ")]


def _missing(base: Figures, keys: Iterable[str]) -> str:
    """By how much the nearest of some things must be cheaper; empty if none has a figure."""
    found = [base["cheaper by"][key] for key in keys if key in base["cheaper by"]]
    if not found:
        return ""
    cheaper, price = min(found)
    if cheaper <= TIE * abs(price):
        return "is as low as what the plan uses"
    part = f" ({percent(cheaper / price)})" if 0 < cheaper <= price else ", more than all of it"
    return f"must be lower by {money(cheaper)} a tonne{part}, all else as it is"


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
    return (
        "; ".join(part for part in (*notes[:1], late) if part)
        or "goes with a plant of another route that is off"
    )


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
    cheaper, capital = found
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
