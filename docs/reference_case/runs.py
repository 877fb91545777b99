"""What is solved for the page: the case with one thing changed, by means of scenario changes."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import optimizer
from docs.reference_case.words import percent
from optimizer.tables import SHEETS, Change, changes_of
from optimizer.tables import scenarios as scenarios_of

GROUPS = Path(__file__).parent / "groups.csv"
"""Systems of several rows that no site, owner or country names.

A group with a ``country`` is all that comes from there, on whatever way.
"""
SMALL_PURCHASE = 0.002
"""Share of all money for purchases below which an offer is no system of its own."""
READY_SHEETS = {
    "Rules": "rule",
    "Processes": "recipe",
    "Limits": "limit",
    "Demand": "line",
    "Tariffs": "measure",
}
"""Sheets of which rows that are switched off stand ready, and the column that names them."""
PENALTY_PARTS = (0.5, 0.8)
"""Parts of the workbook's penalties for a shortage at which the case is solved again."""
ROUTE = re.compile(r"\[([^\]]+)\]")
"""Notes of the rows of a route begin with its name in brackets."""


class Run(NamedTuple):
    """One change of the case under a kind and a name."""

    kind: str
    """site, owner, country, group, offer, option, penalty, rule, ready, route or scenario."""
    name: str
    changes: tuple[Change, ...]

    @property
    def key(self) -> str:
        """Kind and name in one text."""
        return f"{self.kind}: {self.name}"


def runs(case: optimizer.Case, base: optimizer.Result) -> list[Run]:
    """Every run of the page but the case itself, in the order of kinds."""
    return [
        *_sites(case),
        *_owners(case),
        *_countries(case),
        *_groups(),
        *_offers(case, base),
        *_options(base),
        *_penalties(case),
        *_rules(case),
        *_ready(case),
        *_routes(case),
        *(Run("scenario", name, changes_of(case, name)) for name in scenarios_of(case)),
    ]


def change(sheet: str, where: str, value: str, column: str = "active", kind: str = "set") -> Change:
    """A change of the rows that ``where`` picks; by default one that switches them on or off."""
    return Change(
        row=0,
        active=True,
        notes="",
        source="",
        confidence="",
        scenario="reference case",
        sheet=sheet,
        where=where,
        column=column,
        change=kind,
        value=value,
    )


def switched(sheet: str, rows: Iterable[Any], value: str) -> tuple[Change, ...]:
    """Changes that switch rows on or off by their numbers: names may hold any sign."""
    return tuple(change(sheet, f"row = {row.row}", value) for row in rows)


def working_sites(case: optimizer.Case) -> list[Any]:
    """Sites that sell, run or send something, without customers and what belongs to their owner.

    The buyer's own depot and works are no system that a plan could lean on or not.
    """
    buyers = {site.owner for site in case.sites if site.kind == "customer"} - {""}
    busy = {row.site for row in (*case.supply, *case.processes)}
    busy |= {row.from_site for row in case.lanes}
    return [
        site
        for site in case.sites
        if site.site in busy and site.kind != "customer" and site.owner not in buyers
    ]


def _sites(case: optimizer.Case) -> Iterator[Run]:
    for site in working_sites(case):
        yield Run("site", site.site, switched("Sites", [site], "no"))


def _together(kind: str, sites: Iterable[tuple[str, Any]], least: int) -> Iterator[Run]:
    """A run for each name that at least so many sites share."""
    shared: dict[str, list[Any]] = {}
    for name, site in sites:
        shared.setdefault(name, []).append(site)
    for name, members in shared.items():
        if name and len(members) >= least:
            yield Run(kind, name, switched("Sites", members, "no"))


def _owners(case: optimizer.Case) -> Iterator[Run]:
    """An owner of one site is that site."""
    return _together("owner", [(site.owner, site) for site in working_sites(case)], 2)


def _countries(case: optimizer.Case) -> Iterator[Run]:
    return _together("country", [(site.country, site) for site in working_sites(case)], 1)


def _groups() -> Iterator[Run]:
    rows, whole = _group_rows(), whole_countries()
    for name in dict.fromkeys(row["group"] for row in rows):
        mine = [row for row in rows if row["group"] == name]
        kind = "country" if name in whole.values() else "group"
        yield Run(kind, name, tuple(change(row["sheet"], row["where"], "no") for row in mine))


def _group_rows() -> list[dict[str, str]]:
    with GROUPS.open(encoding="utf-8", newline="") as file:
        return [*csv.DictReader(file)]


def whole_countries() -> dict[str, str]:
    """By country: the group of all that comes from there, of its sites and of others."""
    return {row["country"]: row["group"] for row in _group_rows() if row["country"]}


def _offers(case: optimizer.Case, base: optimizer.Result) -> Iterator[Run]:
    """Offers that the plan pays for, beside others of their site.

    Without an offer that it does not buy the plan stays optimal. The only offer of a site that runs
    nothing is the site.
    """
    paid: dict[str, float] = {}
    for offer, cost in zip(*(base.tables["Purchases"][c] for c in ("offer", "cost")), strict=True):
        paid[offer] = paid.get(offer, 0.0) + cost
    least = SMALL_PURCHASE * sum(paid.values())
    running = {row.site for row in case.processes}
    offers: dict[str, set[str]] = {}
    for row in case.supply:
        offers.setdefault(row.site, set()).add(row.offer)
    for offer in dict.fromkeys(row.offer for row in case.supply):
        rows = [row for row in case.supply if row.offer == offer]
        alone = all(len(offers[row.site]) == 1 and row.site not in running for row in rows)
        if paid.get(offer, 0.0) >= least and not alone:
            yield Run("offer", offer, switched("Supply", rows, "no"))


def _options(base: optimizer.Result) -> Iterator[Run]:
    """Options that the plan builds; without one that it does not build it stays optimal."""
    for option in dict.fromkeys(base.tables["Investment"]["option"]):
        rows = [row for row in base.case.options if row.option == option]
        yield Run("option", option, switched("Options", rows, "no"))


def _penalties(case: optimizer.Case) -> Iterator[Run]:
    """Every penalty for a shortage, in Demand and in Settings, at a part of the workbook's."""
    for part in PENALTY_PARTS:
        changes = []
        if any(row.shortage_penalty for row in case.demand):
            changes.append(
                change("Demand", "shortage penalty > 0", f"{part:g}", "shortage penalty", "×")
            )
        if case.settings.shortage_penalty:
            changes.append(change("Settings", "", f"{part:g}", "shortage penalty", "×"))
        if changes:
            yield Run("penalty", percent(part), tuple(changes))


def _rules(case: optimizer.Case) -> Iterator[Run]:
    """All rules that are on, and each alone."""
    if case.rules:
        yield Run("rule", "all rules", switched("Rules", case.rules, "no"))
    for name in dict.fromkeys(row.rule for row in case.rules):
        rows = [row for row in case.rules if row.rule == name]
        yield Run("rule", name, switched("Rules", rows, "no"))


def _ready(case: optimizer.Case) -> Iterator[Run]:
    """What stands in the workbook switched off and is no route, by name: rules, limits, …"""
    for sheet, header in READY_SHEETS.items():
        on = {_ready_name(row, header) for row in case.rows(sheet)}
        off = [row for row in case.switched_off.get(sheet, ()) if not route_of(row)]
        for name in dict.fromkeys(_ready_name(row, header) for row in off):
            if name in on:
                continue
            rows = [row for row in off if _ready_name(row, header) == name]
            changes = switched(sheet, rows, "yes")
            if sheet == "Rules":
                scope = case.switched_off.get("Rule scope", ())
                mine = [row for row in scope if row.rule == name]
                changes += switched("Rule scope", mine, "yes")
            yield Run("ready", _shown_name(rows, header), changes)


def _shown_name(rows: list[Any], header: str) -> str:
    """The name of the first row, and how many stand beside it under other names."""
    names = list(dict.fromkeys(str(getattr(row, header)) for row in rows))
    return names[0] if len(names) == 1 else f"{names[0]} and {len(names) - 1} like it"


def _ready_name(row: Any, header: str) -> str:
    """Name of what a row belongs to: limits with the same notes are one set of rows."""
    return str(getattr(row, header)) if header != "limit" or not row.notes else row.notes


def route_of(row: Any) -> str:
    """The route that the notes of a row begin with, in brackets; empty if they do not."""
    found = ROUTE.match(row.notes or "")
    return found[1] if found else ""


def _routes(case: optimizer.Case) -> Iterator[Run]:
    """Each route that stands in the workbook switched off, with all its rows on.

    A route of which only those rows are off that belong to sites and materials of other routes is
    on itself: switching these rows on would change nothing.
    """
    off = [(sheet, row) for sheet in SHEETS for row in case.switched_off.get(sheet, ())]
    names = dict.fromkeys(route_of(row) for _, row in off)
    for name in names:
        rows = [(sheet, row) for sheet, row in off if route_of(row) == name]
        if name and not all(_follows(case, row) for _, row in rows):
            parts = [part for sheet, row in rows for part in switched(sheet, [row], "yes")]
            yield Run("route", name, tuple(parts))


def _follows(case: optimizer.Case, row: Any) -> bool:
    """True if a row names a site or material that another route has switched off."""
    named = {getattr(row, field, "") for field in ("site", "from_site", "to_site", "material")}
    return any(
        route_of(other) not in ("", route_of(row)) and getattr(other, header) in named
        for sheet, header in (("Sites", "site"), ("Materials", "material"))
        for other in case.switched_off.get(sheet, ())
    )
