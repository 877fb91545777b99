"""Which units grow in steps, and what that means for what may be built."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from math import ceil
from typing import Any

import optimizer
from docs.reference_case.words import listed
from optimizer.studies.disruptions import horizon_of, months_later


def growing_units(case: optimizer.Case) -> dict[str, list[str]]:
    """By site: units of which a later row of Units gives more than an earlier one.

    Rows count whose time lies in the plan, with their capacity times availability.
    """
    found: dict[str, list[str]] = {}
    for (site, unit), rows in _by_unit(case).items():
        sizes = [row.capacity * row.availability for row in rows]
        if any(later > earlier for earlier, later in pairwise(sizes)):
            found.setdefault(site, []).append(unit)
    return found


def options_with_ramp(case: optimizer.Case) -> list[str]:
    """Options with a unit of which the availability still changes after the earliest opening."""
    units = _by_unit(case)
    found = []
    for option in case.options:
        rows = units.get((option.site, option.unit), [])
        opening = months_later(option.earliest or case.settings.start, ceil(option.build_months))
        shares = {row.availability for row in rows if row.end is None or row.end >= opening}
        if len(shares) > 1:
            found.append(option.option)
    return list(dict.fromkeys(found))


def _by_unit(case: optimizer.Case) -> dict[tuple[str, str], list[Any]]:
    horizon = horizon_of(case)
    found: dict[tuple[str, str], list[Any]] = {}
    for row in sorted(case.units, key=lambda row: row.start or date.min):
        begins = row.start is None or row.start <= horizon.end
        if begins and (row.end is None or row.end >= case.settings.start):
            found.setdefault((row.site, row.unit), []).append(row)
    return found


def ramps_text(case: optimizer.Case) -> str:
    """Where units grow in steps, and which options run at full rate from their first day."""
    sites = list(growing_units(case))
    grow = listed(sites) if sites else "no site"
    slow = options_with_ramp(case)
    options = list(dict.fromkeys(row.option for row in case.options))
    full = [option for option in options if option not in slow]
    text = f"Some or all units grow in dated steps at {grow}; the others have one rate throughout."
    if slow:
        text += (
            f" The steps of {listed(slow)} go by the calendar, whenever it is built."
            if len(slow) == 1
            else f" The steps of {listed(slow)} go by the calendar, whenever these are built."
        )
    if full:
        runs = "runs" if len(full) == 1 else "run"
        text += f" {listed(full)} {runs} at the full rate from the day of opening."
    return text
