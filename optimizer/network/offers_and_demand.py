"""Offers with their contracts, stores, lines of demand and rules, by period."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from optimizer.network.calendar import DAYS_PER_MONTH, Calendar, mask, members
from optimizer.network.dated_rows import average, covered, total
from optimizer.network.network_data import (
    DemandLine,
    NetworkOffer,
    RulePhase,
    StoragePlace,
    SupplyContract,
)
from optimizer.network.offer_tiers import offer_tiers
from optimizer.network.provenance import dates_of, label_name
from optimizer.tables import sheets
from optimizer.tables.case import Case
from optimizer.tables.schema import group_rows

OfferRows = list[list[sheets.Offer]]
"""Rows of each offer, in the order of the offers."""


def offers(case: Case, calendar: Calendar) -> tuple[tuple[NetworkOffer, ...], OfferRows]:
    """All offers, and the rows of each."""
    groups = group_rows(case.supply, lambda row: (row.offer, row.site, row.material))
    tiers = offer_tiers(groups, calendar)
    result = tuple(
        NetworkOffer(
            name=name,
            site=site,
            material=material,
            firm=all(row.firm for row in rows),
            probability=min(row.probability for row in rows),
            rows=tuple(row.row for row in rows),
            periods=covered(rows, calendar) & ~tiers[name, site, material].never,
            price=average(rows, lambda row: row.price, calendar),
            minimum=total(rows, lambda row: row.minimum, calendar),
            maximum=total(rows, lambda row: row.maximum, calendar),
            after=tiers[name, site, material].after,
        )
        for (name, site, material), rows in groups.items()
    )
    return result, list(groups.values())


def contracts(rows_of: OfferRows, calendar: Calendar) -> tuple[SupplyContract, ...]:
    """Contract terms of every row that has them.

    A purchase in a period that several rows of an offer share counts to each row in proportion
    to the time that it covers.
    """
    result = []
    horizon = float(calendar.count * calendar.months)
    for index, rows in enumerate(rows_of):
        covers = [calendar.cover(row.start, row.end) for row in rows]
        shared = [sum(years) for years in zip(*covers, strict=True)]
        for row, cover in zip(rows, covers, strict=True):
            if row.contract_quantity is None or not any(cover):
                continue
            begin, end = calendar.span(row.start, row.end)
            part = (min(end, horizon) - max(begin, 0.0)) / (end - begin)
            quantity = row.contract_quantity * part
            weights = {t: years / shared[t] for t, years in enumerate(cover) if years > 0}
            result.append(
                SupplyContract(
                    offer=index,
                    row=row.row,
                    quantity=quantity,
                    minimum_paid=quantity * row.take_or_pay,
                    price=row.price,
                    weights=weights,
                    last_period=max(weights),
                )
            )
    return tuple(result)


def stores(
    case: Case, calendar: Calendar
) -> tuple[tuple[StoragePlace, ...], list[sheets.Stock | None]]:
    """All stores, and for each the row with its opening stock.

    Stock is carried over the end of a period if a row covers the period's last day. Then every
    row that covers part of the period binds, and holding cost is averaged like a price.
    """
    result, openings = [], []
    for (site, material), rows in group_rows(
        case.stocks, lambda row: (row.site, row.material)
    ).items():
        last_day_rows = [_row_in_force(rows, day) for day in calendar.last]
        first, final = _row_in_force(rows, calendar.start), last_day_rows[-1]
        carried = mask(t for t, row in enumerate(last_day_rows) if row)
        days = _strictest(rows, lambda row: row.days_of_cover, max, carried, calendar)
        cost = average(rows, lambda row: row.holding_cost, calendar)
        result.append(
            StoragePlace(
                site=site,
                material=material,
                opening=first.opening if first else 0.0,
                periods=carried,
                minimum=_strictest(rows, lambda row: row.minimum, max, carried, calendar),
                maximum=_strictest(rows, lambda row: row.maximum, min, carried, calendar),
                cover_periods=[each / DAYS_PER_MONTH / calendar.months for each in days],
                holding_cost=[each * calendar.year_fraction for each in cost],
                closing_target=final.closing if final else 0.0,
                closing_value=final.closing_value if final else 0.0,
                rows=tuple(row.row for row in rows),
            )
        )
        openings.append(first)
    return tuple(result), openings


def _strictest(
    rows: list[sheets.Stock],
    value: Callable[[sheets.Stock], float],
    strictest: Callable[[list[float]], float],
    carried: int,
    calendar: Calendar,
) -> list[float]:
    """The strictest limit of the rows of each period; 0 where nothing is carried over its end."""
    touched = [(value(row), calendar.touched(row.start, row.end)) for row in rows]
    return [
        strictest([limit for limit, periods in touched if periods >> t & 1])
        if carried >> t & 1
        else 0.0
        for t in range(calendar.count)
    ]


def _row_in_force(rows: list[sheets.Stock], day: date) -> sheets.Stock | None:
    for row in rows:
        if (row.start is None or row.start <= day) and (row.end is None or day <= row.end):
            return row
    return None


def lines(case: Case, calendar: Calendar) -> tuple[DemandLine, ...]:
    """All lines of demand."""
    default = case.settings.shortage_penalty or 0.0
    result = []
    for (name, customer, material), rows in group_rows(
        case.demand, lambda row: (row.line, row.customer, row.material)
    ).items():
        wanted = [_wanted(row, calendar) for row in rows]
        segments: dict[str, int] = {}
        for row, tonnes in zip(rows, wanted, strict=True):
            periods = mask(t for t, value in enumerate(tonnes) if value)
            segments[row.segment] = segments.get(row.segment, 0) | periods
        result.append(
            DemandLine(
                name=name,
                customer=customer,
                material=material,
                segments=segments,
                rows=tuple(row.row for row in rows),
                quantity=[sum(tonnes) for tonnes in zip(*wanted, strict=True)],
                minimum=[
                    sum(row.minimum * tonnes[t] for row, tonnes in zip(rows, wanted, strict=True))
                    for t in range(calendar.count)
                ],
                price=average(rows, lambda row: row.price, calendar),
                penalty=average(
                    rows,
                    lambda row: default if row.shortage_penalty is None else row.shortage_penalty,
                    calendar,
                ),
            )
        )
    return tuple(result)


def _wanted(row: sheets.Demand, calendar: Calendar) -> list[float]:
    """Tonnes wanted in each period; a figure in the period's own column takes precedence.

    Outside its dates a row demands nothing.
    """
    by_period = dict(row.by_period)
    rate = row.quantity or 0.0
    cover = calendar.cover(row.start, row.end)
    return [
        by_period.get(name, rate * years) if years > 0 else 0.0
        for name, years in zip(calendar.labels, cover, strict=True)
    ]


def phases(
    case: Case, calendar: Calendar, lines: tuple[DemandLine, ...], bit_of: dict[str, int]
) -> tuple[RulePhase, ...]:
    """Every row of Rules with the lines and periods that it binds.

    A rule dated by delivery binds deliveries within its dates. A rule dated by processing
    binds deliveries of every date, but counts only events within its dates.
    """
    result = []
    for row in case.rules:
        binds = calendar.all
        if row.dated_by == "delivery":
            binds = calendar.touched(row.start, row.end)
        bound: dict[int, int] = {}
        for index, line in enumerate(lines):
            periods = 0
            for segment, when in line.segments.items():
                if "*" in row.segments or (segment and segment in row.segments):
                    periods |= when & binds
            if periods:
                bound[index] = periods
        result.append(
            RulePhase(
                rule=row.rule,
                row=row.row,
                dates=dates_of(row),
                trait=bit_of.get(label_name(row), 0),
                share=row.maximum_share,
                lines=bound,
                windows=windows(row.window, calendar, binds),
            )
        )
    return tuple(result)


def windows(kind: str, calendar: Calendar, binds: int) -> tuple[tuple[str, int], ...]:
    """Label and periods of each window (period, calendar year or horizon) that a row binds.

    Only periods of ``binds`` count. Where they are not the whole window, the label says which.
    """
    whole: dict[str, int] = {}
    for t, day in enumerate(calendar.first):
        name = {"period": calendar.labels[t], "year": str(day.year), "horizon": ""}[kind]
        whole[name] = whole.get(name, 0) | 1 << t
    result = []
    for name, periods in whole.items():
        if bound := periods & binds:
            in_full = name and bound == periods
            result.append((name if in_full else _first_to_last(bound, calendar), bound))
    return tuple(result)


def _first_to_last(periods: int, calendar: Calendar) -> str:
    """Label of periods in a row: that of the one period, or of the first and the last."""
    bound = list(members(periods))
    first, last = calendar.labels[bound[0]], calendar.labels[bound[-1]]
    return first if len(bound) == 1 else f"{first} to {last}"
