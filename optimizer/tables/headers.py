"""Headers: which column of a sheet of the workbook is which column of the contract."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from msgspec import Struct, field

from optimizer.tables.cell_grids import CellGrid
from optimizer.tables.cell_values import (
    FREE_TEXT,
    MergedCell,
    SharedCell,
    UnreadableCell,
    blank,
    text_of,
)
from optimizer.tables.dates import Horizon, guess_label, label, parse_label
from optimizer.tables.findings import FindingPlace, Findings
from optimizer.tables.iso_countries import country_name
from optimizer.tables.schema import COMMON, Column, Sheet
from optimizer.tables.sheets import PERIOD_MONTHS
from optimizer.tables.synonyms import meant_header
from optimizer.tables.text_matching import clean, fold, letter, listed, quoted

_SEARCHED = 20
OWN_MARK = "x-"
"""Sheets and headers that begin with it are the planner's own."""


class HeaderColumns(Struct):
    """Where the columns of a sheet stand (from 0)."""

    row: int = -1
    """Row of the headers, counted from 0; -1 if the sheet is empty."""
    places: dict[str, int] = field(default_factory=dict)
    """Place of each column by attribute."""
    periods: dict[str, int] = field(default_factory=dict)
    """Place of each period column by the label of its period."""
    outside: dict[str, int] = field(default_factory=dict)
    """Place of each column of a period outside the horizon."""
    foreign: dict[str, tuple[int, str, str]] = field(default_factory=dict)
    """Place, complaint and cure of each column headed with no period of the calendar."""

    def own(self) -> list[int]:
        """Places of the columns that make a row more than a comment."""
        common = [place for name, place in self.places.items() if name not in COMMON]
        return sorted([*common, *self.periods.values(), *self.outside.values()])


def find_headers(
    grid: CellGrid, sheet: Sheet, horizon: Horizon | None, found: Findings
) -> HeaderColumns:
    """Find the header row and the columns of a sheet; complain of what is not known."""
    headers = HeaderColumns(_header_row(grid, sheet))
    if headers.row < 0:
        return headers
    by_fold = {fold(column.header): name for name, column in sheet.columns.items()}
    unknown, nameless = [], []
    width = max(map(len, grid.rows[headers.row :]))
    row = grid.rows[headers.row]
    for place, raw in enumerate([*row, *[""] * (width - len(row))]):
        if blank(raw) or isinstance(raw, UnreadableCell):
            nameless.append(place)
            continue
        name = by_fold.get(fold(text_of(raw)))
        if name is None:
            if not (sheet.name == "Demand" and _period(raw, place, headers, horizon, found)):
                unknown.append((place, raw))
        elif name in headers.places:
            found.error(
                sheet.name,
                f"the column stands twice, in {letter(headers.places[name])} and {letter(place)}",
                row=headers.row + 1,
                letter=letter(place),
                column=sheet.header(name),
                hint="delete or rename one",
            )
        else:
            headers.places[name] = place
    for place in nameless:
        _check_nameless(grid, sheet, headers, place, found)
    for place, raw in unknown:
        if not fold(text_of(raw)).startswith(OWN_MARK):
            _complain(grid, place, raw, sheet, headers, horizon, found)
    return headers


def missing_columns(sheet: Sheet, headers: HeaderColumns, found: Findings) -> None:
    """Complain of required columns that a sheet with rows does not have."""
    for name, column in sheet.columns.items():
        if column.required and name not in headers.places:
            found.error(sheet.name, "the column is missing", column=column.header)


def _header_row(grid: CellGrid, sheet: Sheet) -> int:
    """The first row that names columns; a title may stand above it."""
    known = {fold(column.header) for column in sheet.columns.values()}
    first = -1
    for number, row in enumerate(grid.rows):
        filled = [fold(text_of(raw)) for raw in row if not blank(raw) and isinstance(raw, str)]
        if not filled and all(blank(raw) for raw in row):
            continue
        if first < 0:
            first = number
        hits = len(known.intersection(filled))
        if hits and (number == first or hits > 1):
            return number
        if number - first > _SEARCHED:
            break
    return first


def _complain(
    grid: CellGrid,
    place: int,
    raw: Any,
    sheet: Sheet,
    headers: HeaderColumns,
    horizon: Horizon | None,
    found: Findings,
) -> None:
    """Complain of a header that the sheet does not know."""
    where: FindingPlace = {
        "row": headers.row + 1,
        "letter": letter(place),
        "column": clean(text_of(raw))[:60],
    }
    absent = {
        column.header: column
        for name, column in sheet.columns.items()
        if name not in headers.places
    }
    filled = _filled(grid, headers, place)
    own = f"{OWN_MARK} before it marks a column of your own"
    name = meant_header(text_of(raw), absent)
    if name:
        unit = absent[name].unit.replace("{currency}", "currency")
        told = f" (in {unit})" if unit and unit != "share" else ""
        hint = f"did you mean '{name}'{told}? {OWN_MARK} before it marks a column of your own"
        found.error(sheet.name, "is not a column of this sheet", hint, **where)
        return
    if not filled:
        return
    if sheet.name == "Demand" and horizon is not None and _may_be_period(raw):
        guess = guess_label(raw, horizon.months)
        known = guess in horizon.labels()
        example = f"write {guess}" if known else f"write labels such as {horizon.label(0)}"
        found.error(
            sheet.name,
            f"may be a period, and is no label of one; {filled:,} filled cells would not count",
            f"{example}; {own}",
            **where,
        )
        return
    cells = "1 filled cell is" if filled == 1 else f"{filled:,} filled cells are"
    fitting = list(_fitting(grid, headers, place, absent.values()))
    if fitting:
        columns = listed([column.header for column in fitting], 5)
        cure = f"if it is one of {columns}, write that header; {own}"
        message = (
            f"is not a column of this sheet: its {cells} not read, and could be figures of one"
        )
        found.error(sheet.name, message.replace("figures", _KINDS[fitting[0].kind]), cure, **where)
        return
    found.warning(sheet.name, f"is not a column of this sheet: its {cells} not read", own, **where)


_KINDS = {"number": "figures", "whole": "figures", "date": "dates", "yes/no": "yes and no"}
_KINDS |= {"history": "histories", "text": "countries", "names": "countries"}


def _fitting(
    grid: CellGrid, headers: HeaderColumns, place: int, absent: Iterable[Column]
) -> Iterator[Column]:
    """Columns that a sheet lacks and that all filled cells under a header could be of.

    Words fit none but yes and no, countries and histories: a column of words may be a remark.
    """
    rows = (row[place] for row in grid.rows[headers.row + 1 :] if place < len(row))
    cells = [
        raw for raw in rows if not blank(raw) and not isinstance(raw, (UnreadableCell, SharedCell))
    ]
    if not cells:
        return
    numbers = all(isinstance(raw, (int, float)) and not isinstance(raw, bool) for raw in cells)
    days = all(isinstance(raw, date) for raw in cells)
    texts = [fold(raw) for raw in cells if type(raw) is str]
    words = len(texts) == len(cells)
    flags = words and set(texts) <= {"yes", "no", "true", "false", "y", "n"}
    histories = words and all(":" in text for text in texts)
    places = words and not flags and all(country_name(text) for text in set(texts))
    for column in absent:
        if column.header in FREE_TEXT or column.header == "confidence":
            continue
        fits = {"number": numbers, "whole": numbers, "date": days, "yes/no": flags}
        fits |= {"history": histories or places}
        if fits.get(column.kind) or (places and column.words in ("country", "countries")):
            yield column


def _filled(grid: CellGrid, headers: HeaderColumns, place: int) -> int:
    """Filled cells below the header of a column."""
    rows = (row[place] for row in grid.rows[headers.row + 1 :] if place < len(row))
    return sum(not (blank(raw) or isinstance(raw, MergedCell)) for raw in rows)


def _may_be_period(raw: Any) -> bool:
    """True for a header of Demand that may name a period: a date, a number, a word with digits."""
    return not isinstance(raw, str) or any(map(str.isdigit, raw)) or bool(guess_label(raw, 1))


def _check_nameless(
    grid: CellGrid, sheet: Sheet, headers: HeaderColumns, place: int, found: Findings
) -> None:
    """Complain of filled cells below no header; one remark beside the table is a warning."""
    filled = _filled(grid, headers, place)
    if not filled:
        return
    row = grid.rows[headers.row]
    last = max((at for at, raw in enumerate(row) if not blank(raw)), default=-1)
    remark = filled == 1 and place > last + 1
    cells = "1 filled cell is" if filled == 1 else f"{filled:,} filled cells are"
    found.add(
        "warning" if remark else "error",
        sheet.name,
        f"the column has no header: its {cells} not read",
        f"write the header; {OWN_MARK} marks a column of your own",
        row=headers.row + 1,
        letter=letter(place),
    )


def _period(
    raw: Any, place: int, headers: HeaderColumns, horizon: Horizon | None, found: Findings
) -> bool:
    """Take a header that names a period; False if it names none."""
    parsed = parse_label(raw, horizon.months if horizon else 12)
    if parsed is None:
        return False
    if horizon is None:  # Settings has errors of its own
        return True
    name, months = parsed
    where: FindingPlace = {"row": headers.row + 1, "letter": letter(place), "column": name}
    if months != horizon.months:
        length = next(word for word, count in PERIOD_MONTHS.items() if count == horizon.months)
        example = label(horizon.start, horizon.months)
        if months:
            message = f"is a {_word(months)}, but the period length is {length}"
        else:
            message = "is not the first day of a period"
        hint = f"head the columns with labels such as {example}"
        headers.foreign[name] = (place, message, hint)
    elif name in headers.periods or name in headers.outside:
        message = f"the period {quoted(name)} stands twice"
        found.error("Demand", message, **where, hint="delete one")
    elif name in horizon.labels():
        headers.periods[name] = place
    else:
        headers.outside[name] = place
    return True


def _word(months: int) -> str:
    return next(word for word, count in PERIOD_MONTHS.items() if count == months)


def header_columns(headers: HeaderColumns, sheet: Sheet) -> dict[str, str]:
    """Letter of each column by its header, period columns by their label."""
    columns = {sheet.columns[name].header: letter(at) for name, at in headers.places.items()}
    return columns | {name: letter(at) for name, at in headers.periods.items()}
