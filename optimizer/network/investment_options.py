"""Investment options: capacity and cost of one unit built, for each period of decision.

The decision falls on a period's first day, or on ``earliest`` if that lies inside the period.
Capacity and fixed cost begin ``build_months`` later.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import date

from optimizer.network.calendar import Calendar, mask, members
from optimizer.network.network_data import CapacityAddition, NetworkOption, NetworkUnit, OptionPart
from optimizer.tables import sheets
from optimizer.tables.case import Case
from optimizer.tables.schema import group_rows

MONTH_ROUNDING = 1e-9
"""Months that are float rounding of a whole number of months."""

DecisionDays = dict[int, float]
"""Months from the start, by period of decision."""


def options(
    case: Case, calendar: Calendar, units: tuple[NetworkUnit, ...]
) -> tuple[NetworkOption, ...]:
    """All investment options of the case."""
    groups = group_rows(case.options, lambda row: row.option)
    number = {name: index for index, name in enumerate(groups)}
    place = {(unit.site, unit.unit): index for index, unit in enumerate(units)}
    result = []
    for name, rows in groups.items():
        first = rows[0]
        decided = _decision_days(rows, calendar)
        parts = tuple(_option_part(row, decided, calendar) for row in rows)
        needs = dict.fromkeys(other for row in rows for other in row.needs)
        result.append(
            NetworkOption(
                name=name,
                kind=first.kind,
                maximum_number=min(first.most, 1.0) if first.kind == "yes/no" else first.most,
                needs=tuple(number[other] for other in needs),
                groups=tuple(dict.fromkeys(word for row in rows for word in row.one_of)),
                sites=tuple(dict.fromkeys(row.site for row in rows)),
                rows=tuple(row.row for row in rows),
                periods=mask(decided),
                additions=tuple(_additions(rows, decided, place, units, calendar)),
                capital=sum(part.capital for part in parts),
                fixed_cost=_fixed_cost(rows, decided, calendar),
                credit={t: sum(part.credit[t] for part in parts) for t in decided},
                parts=parts,
            )
        )
    return tuple(result)


def _decision_days(rows: list[sheets.Option], calendar: Calendar) -> DecisionDays:
    """Day of decision for each period that allows one."""
    earliest = max((calendar.position(row.earliest) for row in rows if row.earliest), default=0.0)
    return {
        t: max(float(t * calendar.months), earliest)
        for t in members(calendar.all)
        if earliest < (t + 1) * calendar.months
    }


def _years(row: sheets.Option, day: float, calendar: Calendar) -> list[float]:
    """Years of each period in which capacity decided on a day is in operation."""
    end = float(calendar.count * calendar.months)
    return calendar.overlap(day + row.build_months, end)


def _additions(
    rows: list[sheets.Option],
    decided: DecisionDays,
    place: dict[tuple[str, str], int],
    units: tuple[NetworkUnit, ...],
    calendar: Calendar,
) -> list[CapacityAddition]:
    """Capacity that the rows add to units that are used or exist already."""
    additions = []
    for row in rows:
        index = place.get((row.site, row.unit))
        if index is None or not row.added_capacity:
            continue
        available = units[index].availability
        capacity = {
            t: [
                row.added_capacity * years * share
                for years, share in zip(_years(row, day, calendar), available, strict=True)
            ]
            for t, day in decided.items()
        }
        additions.append(CapacityAddition(index, capacity))
    return additions


def _fixed_cost(
    rows: list[sheets.Option], decided: DecisionDays, calendar: Calendar
) -> dict[int, list[float]]:
    return {
        t: [
            sum(row.fixed_cost * years for row, years in zip(rows, years_of_rows, strict=True))
            for years_of_rows in zip(*(_years(row, day, calendar) for row in rows), strict=True)
        ]
        for t, day in decided.items()
    }


def _option_part(row: sheets.Option, decided: DecisionDays, calendar: Calendar) -> OptionPart:
    end = calendar.count * calendar.months
    credit = dict.fromkeys(decided, 0.0)
    if row.life:
        for t, day in decided.items():
            life_left = row.life - max(end - day - row.build_months, 0.0) / 12
            credit[t] = row.capital_cost * min(max(life_left / row.life, 0.0), 1.0)
    return OptionPart(
        site=row.site,
        unit=row.unit,
        added_capacity=row.added_capacity,
        capital=row.capital_cost,
        fixed_cost=row.fixed_cost,
        credit=credit,
        runs_from={t: _day(day + row.build_months, calendar) for t, day in decided.items()},
    )


def _day(months: float, calendar: Calendar) -> date:
    """Date a number of months after the start."""
    whole = int(months + MONTH_ROUNDING)
    count = calendar.start.year * 12 + calendar.start.month - 1 + whole
    year, month = count // 12, count % 12 + 1
    days = round((months - whole) * monthrange(year, month)[1])
    return date(year, month, 1 + min(max(days, 0), monthrange(year, month)[1] - 1))
