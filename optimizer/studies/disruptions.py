"""Disruptions as variants of a case: lost sites, countries, lanes and offers, and named events.

During a loss nothing is bought from, run or shipped by what is lost; its stock stays. A lost site
or country also loses its minimum purchases, minimum loads and minimum activities, for nothing can
meet them, and the orders under way that would arrive. The fixed cost of its units is still paid,
unless told otherwise, for a plant that stands still is still owned.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import partial
from typing import Any

from optimizer.studies.loss_consequences import consequences
from optimizer.studies.loss_window import LossWindow, applies_within
from optimizer.studies.run_outcome import RunOutcome
from optimizer.tables import SHEETS, Case, Change, Horizon, apply_changes
from optimizer.tables.sheets import PERIOD_MONTHS, Limit

DISRUPTION_KINDS = ("site", "country", "lane", "offer", "named")
DY_OR_TB_PATTERN = re.compile(r"(?i)(?<![a-z])(dy|tb|dysprosium|terbium)(?![a-z])|dy2o3|tb4o7")
"""Matches names of oxides and materials that are dysprosium or terbium."""
EXPORT_STOP_COUNTRY = "China"
"""Country of the named event in which exports stop."""
LATE_START_MONTHS = 6
"""Months of the named event in which a plant starts late."""


@dataclass(frozen=True, slots=True)
class Disruption:
    """One loss: its kind, its name, and the case with it (None: it changes nothing)."""

    kind: str
    name: str
    case: Case | None
    consequences: str = ""
    """What else is lost with it, and what is still paid, in words."""


def horizon_of(case: Case) -> Horizon:
    """The periods of a case."""
    settings = case.settings
    return Horizon(settings.start, PERIOD_MONTHS[settings.period_length], settings.periods)


def disruptions(
    case: Case,
    window: LossWindow,
    base: RunOutcome,
    kinds: tuple[str, ...],
    *,
    fixed_cost: bool = True,
) -> Iterator[Disruption]:
    """Every disruption of the given kinds; ``fixed_cost`` False saves that of lost units.

    An offer or lane that the base plan does not use in the window, and that costs nothing
    unused, needs no run: the base plan stays optimal.
    """
    finders: dict[str, Callable[[Case, LossWindow, RunOutcome], CaseVariants]] = {
        "site": partial(_sites, fixed_cost=fixed_cost),
        "country": partial(_countries, fixed_cost=fixed_cost),
        "lane": _lanes,
        "offer": _offers,
        "named": _named,
    }
    for kind in kinds:
        for name, variant, consequence in finders[kind](case, window, base):
            yield Disruption(kind, name, variant, consequence)


CaseVariants = Iterator[tuple[str, Case | None, str]]
"""Name of what is lost, the case without it, and what else is lost."""


def _sites(case: Case, window: LossWindow, base: RunOutcome, *, fixed_cost: bool) -> CaseVariants:
    for site in case.sites:
        if site.site in _working(case):
            yield (
                site.site,
                *_without_sites(case, {site.site}, window, into=True, fixed_cost=fixed_cost),
            )


def _countries(
    case: Case, window: LossWindow, base: RunOutcome, *, fixed_cost: bool
) -> CaseVariants:
    for country in dict.fromkeys(site.country for site in case.sites):
        sites = {site.site for site in case.sites if site.country == country}
        if sites & _working(case):
            yield country, *_without_sites(case, sites, window, into=False, fixed_cost=fixed_cost)


def _working(case: Case) -> set[str]:
    """Sites that sell, run or send something."""
    return (
        {row.site for row in case.supply}
        | {row.site for row in case.processes}
        | {row.from_site for row in case.lanes}
    )


def _lanes(case: Case, window: LossWindow, base: RunOutcome) -> CaseVariants:
    used = _used(base, "Shipments", ("from site", "to site", "mode"), window)
    for key in dict.fromkeys((row.from_site, row.to_site, row.mode) for row in case.lanes):
        name = f"{key[0]} to {key[1]}" + (f" by {key[2]}" if key[2] else "")
        rows = [row for row in case.lanes if (row.from_site, row.to_site, row.mode) == key]
        yield name, _without_rows(case, {"Lanes": rows}, window) if key in used else None, ""


def _offers(case: Case, window: LossWindow, base: RunOutcome) -> CaseVariants:
    used = _used(base, "Purchases", ("offer", "site", "material"), window)
    keys = [(row.offer, row.site, row.material) for row in case.supply]
    names = [key[0] for key in dict.fromkeys(keys)]
    for key in dict.fromkeys(keys):
        rows = [row for row, offer_key in zip(case.supply, keys, strict=True) if offer_key == key]
        name = key[0] if names.count(key[0]) == 1 else ", ".join(key)
        owed = any(row.minimum or row.take_or_pay for row in rows)
        consequence = consequences({"Supply": rows}, window)
        yield (
            name,
            _without_rows(case, {"Supply": rows}, window) if owed or key in used else None,
            consequence,
        )


def _named(case: Case, window: LossWindow, base: RunOutcome) -> CaseVariants:
    not_firm = [row for row in case.supply if not row.firm]
    if not_firm:
        consequence = consequences({"Supply": not_firm}, window)
        yield (
            "offtakes that are not firm fail",
            _without_rows(case, {"Supply": not_firm}, window),
            consequence,
        )
    without_exports = _export_stop(case, window)
    if without_exports is not None:
        yield f"{EXPORT_STOP_COUNTRY} stops exports of Dy and Tb", without_exports, ""
    start = case.settings.start
    for site in dict.fromkeys(row.site for row in case.units if row.start and row.start > start):
        yield f"{site} starts {LATE_START_MONTHS} months late", _with_late_start(case, site), ""


def _used(
    base: RunOutcome, name: str, keys: tuple[str, ...], window: LossWindow
) -> set[tuple[Any, ...]]:
    source = base.tables[name]
    then = set(base.periods[window.first : window.last + 1])
    rows = zip(*(source[key] for key in keys), strict=True)
    return {
        key
        for key, period, tonnes in zip(rows, source["period"], source["tonnes"], strict=True)
        if period in then and tonnes > 0
    }


def _without_sites(
    case: Case, sites: set[str], window: LossWindow, *, into: bool, fixed_cost: bool
) -> tuple[Case, str]:
    """The case without what is bought, run and shipped at some sites, and what else is lost.

    ``into`` False still allows shipments and orders under way to customers at these sites.
    """
    customers = {site.site for site in case.sites if site.kind == "customer"}
    closed = sites if into else sites - customers
    rows: dict[str, list[Any]] = {
        name: [row for row in case.rows(name) if row.site in sites]
        for name in ("Supply", "Processes", "Units")
    }
    rows["Lanes"] = [
        row for row in case.lanes if row.from_site in sites or (into and row.to_site in sites)
    ]
    rows["Pipeline"] = [
        row
        for row in case.pipeline
        if row.to_site in closed and window.start <= row.arrival <= window.end
    ]
    consequence = consequences(rows, window, fixed_cost=fixed_cost)
    idle = rows.pop("Units") if fixed_cost else []
    return _without_rows(_with_idle_units(case, idle, window), rows, window), consequence


def _with_idle_units(case: Case, units: list[Any], window: LossWindow) -> Case:
    """The case with units without capacity and minimum load in a window; fixed cost is paid."""
    edits = [("Units", row.row, "capacity", "0") for row in units]
    edits += [("Units", row.row, "minimum load", "0") for row in units if row.minimum_load]
    return _with_edits(case, edits, window)


def _without_rows(case: Case, rows: dict[str, list[Any]], window: LossWindow) -> Case:
    """The case without some rows in a window.

    A contract that the window covers in part stays, for its other dates must be met in full; a
    limit forbids purchases under it in the window.
    """
    edits, partly_lost = [], []
    for sheet, lost in rows.items():
        for row in lost:
            if sheet == "Supply" and row.contract_quantity and not _covers(window, case, row):
                partly_lost.append(row)
            else:
                edits.append((sheet, row.row, "active", "no"))
    edited = _with_edits(case, edits, window)
    return with_limits(edited, [_no_purchase(row, window) for row in partly_lost])


def _covers(window: LossWindow, case: Case, row: Any) -> bool:
    """True if a window covers all days of a row within the horizon."""
    horizon = horizon_of(case)
    first = max(row.start or horizon.start, horizon.start)
    last = min(row.end or horizon.end, horizon.end)
    return window.start <= first and last <= window.end


def _with_edits(case: Case, edits: list[tuple[str, int, str, str]], window: LossWindow) -> Case:
    """The case with new values in cells (sheet, row, column, value) on the days of a window."""
    changes = []
    for sheet, row, column, value in dict.fromkeys(edits):
        dated = SHEETS[sheet].dated
        record = next(each for each in case.rows(sheet) if each.row == row)
        if dated and not applies_within(record, window):
            continue
        changes.append(
            Change(
                row=0,
                active=True,
                notes="",
                source="",
                confidence="",
                start=window.start if dated else None,
                end=window.end if dated else None,
                scenario="loss",
                line="",
                based_on=(),
                sheet=sheet,
                where=f"row = {row}",
                column=column,
                change="set",
                value=value,
                probability=1.0,
            )
        )
    return apply_changes(case, changes) if changes else case


def with_limits(case: Case, limits: list[Limit]) -> Case:
    """The case with more rows of Limits."""
    last = max((row.row for row in case.limits), default=1)
    added = [replace(row, row=last + number) for number, row in enumerate(limits, 1)]
    return replace(case, limits=(*case.limits, *added)) if added else case


def limit_row(limit: str, measure: str, **values: Any) -> Limit:
    """A row of Limits; columns that are not given have their defaults."""
    columns = SHEETS["Limits"].columns
    defaults: dict[str, Any] = {
        attribute: () if column.required else column.default
        for attribute, column in columns.items()
    }
    return Limit(row=0, **(defaults | {"limit": limit, "measure": measure} | values))


def prohibition(measure: str, name: str, window: LossWindow, **filters: tuple[str, ...]) -> Limit:
    """A row of Limits with a maximum of 0 in a window."""
    bounds: dict[str, Any] = {"maximum": 0.0, "window": "period"}
    return limit_row(name, measure, start=window.start, end=window.end, **bounds, **filters)


def _no_purchase(row: Any, window: LossWindow) -> Limit:
    name = f"loss of {row.offer}"
    return prohibition(
        "bought", name, window, offer=(row.offer,), site=(row.site,), material=(row.material,)
    )


def _export_stop(case: Case, window: LossWindow) -> Case | None:
    """The case without exports of materials that contain Dy or Tb; None if there are none."""
    inside = tuple(site.site for site in case.sites if site.country == EXPORT_STOP_COUNTRY)
    outside = tuple(site.site for site in case.sites if site.country != EXPORT_STOP_COUNTRY)
    contain = _contain_dy_or_tb(case)
    materials = tuple(row.material for row in case.materials if row.material in contain)
    if not (inside and outside and materials):
        return None
    limit = prohibition(
        "shipped",
        f"{EXPORT_STOP_COUNTRY} stops exports of Dy and Tb",
        window,
        country=(EXPORT_STOP_COUNTRY,),
        to_site=outside,
        material=materials,
    )
    return with_limits(case, [limit])


def _contain_dy_or_tb(case: Case) -> set[str]:
    """Materials with Dy or Tb by assay, name or recovery, and all that is made of them."""
    materials = {
        row.feed for row in case.assays if row.share > 0 and DY_OR_TB_PATTERN.search(row.oxide)
    }
    materials |= {row.material for row in case.materials if DY_OR_TB_PATTERN.search(row.material)}
    materials |= {
        row.product
        for row in case.recoveries
        if row.recovery > 0 and DY_OR_TB_PATTERN.search(row.oxide)
    }
    while True:
        recipes = {
            row.recipe
            for row in case.recipes
            if row.direction == "in" and row.material in materials
        }
        products = {
            row.material
            for row in case.recipes
            if row.direction == "out" and row.recipe in recipes and row.quantity > 0
        } - materials
        if not products:
            return materials
        materials |= products


def _with_late_start(case: Case, site: str) -> Case:
    """The case in which a site's units that start within the plan start later, step by step."""
    start = case.settings.start
    late = {
        (row.site, row.unit)
        for row in case.units
        if row.site == site and row.start and row.start > start
    }
    units = []
    for row in case.units:
        key = (row.site, row.unit)
        if key not in late:
            units.append(row)
            continue
        begins = row.start if row.start is None or row.start <= start else months_later(row.start)
        ends = row.end and months_later(row.end)
        units.append(replace(row, start=begins, end=ends))
    return replace(case, units=tuple(units))


def months_later(day: date, months: int = LATE_START_MONTHS) -> date:
    """The day some months later (earlier if below 0); a last day of a month stays one.

    >>> months_later(date(2027, 6, 30)), months_later(date(2027, 4, 1))
    (datetime.date(2027, 12, 31), datetime.date(2027, 10, 1))
    """

    def first(shift: int) -> date:
        years, month = divmod(day.month - 1 + shift, 12)
        return date(day.year + years, month + 1, 1)

    last = first(months + 1) - timedelta(days=1)
    if (day + timedelta(days=1)).day == 1:
        return last
    return min(first(months) + timedelta(days=day.day - 1), last)
