"""Split a dated row at the dates of a change, into the changed part and the unchanged rest."""

from __future__ import annotations

from datetime import date, timedelta

from optimizer.tables.changed_values import RefusedChange
from optimizer.tables.dates import Horizon
from optimizer.tables.sheet_table import SheetTable

ONE_DAY = timedelta(days=1)
WHOLE_ROW_COLUMNS = {
    "Supply": ("contract_quantity", "a contract quantity over all its dates"),
}
"""Columns that hold for all the dates of a row together: such a row cannot be split."""


def restrict_to_dates(
    table: SheetTable, position: int, start: date | None, end: date | None, horizon: Horizon
) -> bool:
    """Split a row so that it holds only from ``start`` to ``end``; False if it does not hold then.

    The unchanged parts before and after become new rows below the last row of the sheet. Dates
    outside the horizon split nothing. Raises RefusedChange where a row cannot be split.
    """
    values = table.values
    row_start = values["start"][position] or date.min
    row_end = values["end"][position] or date.max
    first = max(row_start, start or date.min)
    last = min(row_end, end or date.max)
    if first > last or first > horizon.end or last < horizon.start:
        return False
    before = row_start < first and horizon.start < first
    after = row_end > last and horizon.end > last
    if not (before or after):
        return True
    _check_splittable(table, position, first if before else None, last if after else None, horizon)
    if before:
        _add_copy(table, position, row_start, first - ONE_DAY, horizon)
        values["start"][position] = first
        if table.sheet.name == "Stocks":
            _clear_opening(table, position)
    if after:
        _add_copy(table, position, last + ONE_DAY, row_end, horizon)
        values["end"][position] = last
        if table.sheet.name == "Stocks":
            _clear_closing(table, position)
    _drop_untouched_periods(table, position, horizon)
    return True


def _check_splittable(
    table: SheetTable, position: int, first: date | None, last: date | None, horizon: Horizon
) -> None:
    """Refuse a row that cannot be split before ``first`` or after ``last`` (None: no split)."""
    attribute = "start" if first else "end"
    row = f"{table.sheet.name} row {table.rows[position]}"
    if reason := _reason_against_split(table, position):
        raise RefusedChange(
            attribute,
            f"{row} has {reason}, which dates cannot split",
            "leave from and to blank, or write rows with dates of their own",
        )
    if label := _split_period(table, position, first, last, horizon):
        raise RefusedChange(
            attribute,
            f"it splits the period {label}, for which {row} has a figure",
            "use dates at which a period begins or ends",
        )


def _reason_against_split(table: SheetTable, position: int) -> str:
    """The figure that holds for a row as a whole; empty if the row may be split."""
    sheet, values = table.sheet.name, table.values
    if sheet in WHOLE_ROW_COLUMNS and values[WHOLE_ROW_COLUMNS[sheet][0]][position]:
        return WHOLE_ROW_COLUMNS[sheet][1]
    if sheet == "Limits" and values["window"][position] != "period":
        return f"a bound for each {values['window'][position]}"
    return ""


def _split_period(
    table: SheetTable, position: int, first: date | None, last: date | None, horizon: Horizon
) -> str:
    """Label of a period that the split would divide and that has its own figure; else empty."""
    if table.sheet.name != "Demand":
        return ""
    figures = dict(table.values["by_period"][position])
    period_starts = {horizon.first(period) for period in range(horizon.count + 1)}
    for day in (first, last + ONE_DAY if last else None):
        if day and day not in period_starts:
            label = horizon.label(horizon.touched(day, day).start)
            if label in figures:
                return label
    return ""


def _add_copy(table: SheetTable, position: int, start: date, end: date, horizon: Horizon) -> None:
    """Append a copy of a row that holds from ``start`` to ``end``."""
    table.rows.append(max(table.rows) + 1)
    for column in table.values.values():
        column.append(column[position])
    new = len(table.rows) - 1
    table.values["start"][new] = None if start == date.min else start
    table.values["end"][new] = None if end == date.max else end
    if table.sheet.name == "Stocks":
        if start > horizon.start:
            _clear_opening(table, new)
        if end < horizon.end:
            _clear_closing(table, new)
    _drop_untouched_periods(table, new, horizon)


def _clear_opening(table: SheetTable, position: int) -> None:
    table.values["opening"][position], table.values["history"][position] = 0.0, None


def _clear_closing(table: SheetTable, position: int) -> None:
    table.values["closing"][position] = table.values["closing_value"][position] = 0.0


def _drop_untouched_periods(table: SheetTable, position: int, horizon: Horizon) -> None:
    """Keep only the figures of the periods that the row's dates touch."""
    if table.sheet.name != "Demand":
        return
    values, labels = table.values, list(horizon.labels())
    touched = horizon.touched(values["start"][position], values["end"][position])
    touched_labels = set(labels[touched.start : touched.stop])
    values["by_period"][position] = tuple(
        (label, tonnes)
        for label, tonnes in values["by_period"][position]
        if label in touched_labels
    )
