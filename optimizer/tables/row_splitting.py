"""A dated row cut at the dates of a change: the part that is changed, and what stays."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from optimizer.tables.dates import Horizon
from optimizer.tables.sheet_table import SheetTable

DAY = timedelta(days=1)
ONCE = {
    "Supply": ("contract_quantity", "a contract quantity over all its dates"),
}
"""Columns that hold for all the dates of a row together: such a row cannot be cut."""


def piece(
    table: SheetTable,
    at: int,
    start: date | None,
    end: date | None,
    horizon: Horizon,
    refusal: Callable[[str, str, str], Exception],
) -> bool:
    """Cut a row so that it holds only from ``start`` to ``end``; False if it does not then.

    What stays before and after goes into new rows behind the last of the sheet; dates
    outside the horizon cut nothing. Raises ``refusal`` where a row is one whole.
    """
    values = table.values
    own = (values["start"][at] or date.min, values["end"][at] or date.max)
    first = max(own[0], start or date.min)
    last = min(own[1], end or date.max)
    if first > last or first > horizon.end or last < horizon.start:
        return False
    before = own[0] < first and horizon.start < first
    after = own[1] > last and horizon.end > last
    if not (before or after):
        return True
    attribute = "start" if before else "end"
    if reason := _whole(table, at, horizon):
        raise refusal(
            attribute,
            f"{table.sheet.name} row {table.rows[at]} has {reason}, which dates cannot cut",
            "leave from and to blank, or write rows with dates of their own",
        )
    if figure := _cut_figure(
        table, at, first if before else None, last if after else None, horizon
    ):
        raise refusal(
            attribute,
            f"it cuts the period {figure}, for which {table.sheet.name} row {table.rows[at]} has "
            "a figure",
            "begin and end with a period",
        )
    if before:
        _add(table, at, own[0], first - DAY, horizon)
        values["start"][at] = first
        if table.sheet.name == "Stocks":
            values["opening"][at], values["history"][at] = 0.0, None
    if after:
        _add(table, at, last + DAY, own[1], horizon)
        values["end"][at] = last
        if table.sheet.name == "Stocks":
            values["closing"][at] = values["closing_value"][at] = 0.0
    _own_figures(table, at, horizon)
    return True


def _whole(table: SheetTable, at: int, horizon: Horizon) -> str:
    """What makes a row one whole; empty if it may be cut."""
    sheet, values = table.sheet.name, table.values
    if sheet in ONCE and values[ONCE[sheet][0]][at]:
        return ONCE[sheet][1]
    if sheet == "Limits" and values["window"][at] != "period":
        return f"a bound for each {values['window'][at]}"
    return ""


def _cut_figure(
    table: SheetTable, at: int, first: date | None, last: date | None, horizon: Horizon
) -> str:
    """Label of a period with a figure of its own that a cut would go through."""
    if table.sheet.name != "Demand":
        return ""
    figures = dict(table.values["by_period"][at])
    edges = {horizon.first(period) for period in range(horizon.count + 1)}
    for cut in (first, last + DAY if last else None):
        if cut and cut not in edges:
            label = horizon.label(horizon.touched(cut, cut).start)
            if label in figures:
                return label
    return ""


def _add(table: SheetTable, at: int, start: date, end: date, horizon: Horizon) -> None:
    """A copy of a row behind the last, with dates of its own."""
    table.rows.append(max(table.rows) + 1)
    for column in table.values.values():
        column.append(column[at])
    new = len(table.rows) - 1
    table.values["start"][new] = None if start == date.min else start
    table.values["end"][new] = None if end == date.max else end
    if table.sheet.name == "Stocks":
        if start > horizon.start:
            table.values["opening"][new], table.values["history"][new] = 0.0, None
        if end < horizon.end:
            table.values["closing"][new] = table.values["closing_value"][new] = 0.0
    _own_figures(table, new, horizon)


def _own_figures(table: SheetTable, at: int, horizon: Horizon) -> None:
    """Leave a row the figures of the periods that it touches."""
    if table.sheet.name != "Demand":
        return
    values, labels = table.values, list(horizon.labels())
    touched = horizon.touched(values["start"][at], values["end"][at])
    kept = set(labels[touched.start : touched.stop])
    values["by_period"][at] = tuple(each for each in values["by_period"][at] if each[0] in kept)
