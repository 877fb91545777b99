"""Find the header row of a sheet and match its headers to the declared columns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from msgspec import Struct, field

from optimizer.tables.cell_grids import CellGrid
from optimizer.tables.cell_values import (
    FREE_TEXT_HEADERS,
    MergedCell,
    SharedCell,
    UnreadableCell,
    cell_text,
    is_blank,
)
from optimizer.tables.dates import Horizon, guess_label, label, parse_label
from optimizer.tables.findings import FindingPlace, Findings
from optimizer.tables.iso_countries import country_name
from optimizer.tables.schema import COMMON, Column, Sheet
from optimizer.tables.sheets import PERIOD_MONTHS
from optimizer.tables.synonyms import guess_header
from optimizer.tables.text_matching import clean_text, fold, joined, letter, number_of, quoted

_MAX_ROWS_BEFORE_HEADER = 20
"""Rows below the first filled one that are searched; titles and remarks take fewer rows."""
OWN_COLUMN_PREFIX = "x-"
"""Prefix of the planner's own sheets and headers, which are not read."""


class HeaderColumns(Struct):
    """Positions (from 0) of the columns of a sheet."""

    row: int = -1
    """Row of the headers, counted from 0; -1 if the sheet is empty."""
    places: dict[str, int] = field(default_factory=dict)
    """Position of each declared column by attribute."""
    periods: dict[str, int] = field(default_factory=dict)
    """Position of each period column by the label of its period."""
    outside_horizon: dict[str, int] = field(default_factory=dict)
    """Position of each column of a period outside the horizon, by the label of the period."""
    other_lengths: dict[str, tuple[int, str, str]] = field(default_factory=dict)
    """Position, message and cure of each column of a period of another length."""

    def data_columns(self) -> list[int]:
        """Positions of the columns with data; a row without any is only a comment."""
        common = [place for name, place in self.places.items() if name not in COMMON]
        return sorted([*common, *self.periods.values(), *self.outside_horizon.values()])


def find_headers(
    grid: CellGrid, sheet: Sheet, horizon: Horizon | None, findings: Findings
) -> HeaderColumns:
    """Find the header row and the columns of a sheet; report unknown and repeated headers.

    ``horizon`` is None if Settings does not give one; period columns are then skipped.
    """
    headers = HeaderColumns(_header_row(grid, sheet))
    if headers.row < 0:
        return headers
    by_fold = {fold(column.header): attribute for attribute, column in sheet.columns.items()}
    unknown, nameless = [], []
    width = max(map(len, grid.rows[headers.row :]))
    row = grid.rows[headers.row]
    for place, raw in enumerate([*row, *[""] * (width - len(row))]):
        if is_blank(raw) or isinstance(raw, UnreadableCell):
            nameless.append(place)
            continue
        attribute = by_fold.get(fold(cell_text(raw)))
        if attribute is None:
            if not (
                sheet.name == "Demand"
                and _add_period_column(raw, place, headers, horizon, findings)
            ):
                unknown.append((place, raw))
        elif attribute in headers.places:
            earlier = letter(headers.places[attribute])
            findings.error(
                sheet.name,
                f"the column appears twice, in {earlier} and {letter(place)}",
                row=headers.row + 1,
                letter=letter(place),
                column=sheet.header(attribute),
                hint="delete or rename one",
            )
        else:
            headers.places[attribute] = place
    for place in nameless:
        _check_missing_header(grid, sheet, headers, place, findings)
    for place, raw in unknown:
        if not fold(cell_text(raw)).startswith(OWN_COLUMN_PREFIX):
            _report_unknown_header(grid, place, raw, sheet, headers, horizon, findings)
    return headers


def report_missing_columns(sheet: Sheet, headers: HeaderColumns, findings: Findings) -> None:
    """Report required columns that a sheet with rows does not have."""
    for name, column in sheet.columns.items():
        if column.required and name not in headers.places:
            findings.error(sheet.name, "the column is missing", column=column.header)


def _header_row(grid: CellGrid, sheet: Sheet) -> int:
    """Position of the first row that names columns, or else of the first filled row; -1 if none.

    A title may stand above the headers, and a title may equal one header by chance. A row below
    the first filled one must therefore name two columns.
    """
    declared = {fold(column.header) for column in sheet.columns.values()}
    first = -1
    for number, row in enumerate(grid.rows):
        filled = [fold(cell_text(raw)) for raw in row if not is_blank(raw) and isinstance(raw, str)]
        if not filled and all(is_blank(raw) for raw in row):
            continue
        if first < 0:
            first = number
        matches = len(declared.intersection(filled))
        if matches and (number == first or matches > 1):
            return number
        if number - first > _MAX_ROWS_BEFORE_HEADER:
            break
    return first


def _report_unknown_header(
    grid: CellGrid,
    place: int,
    raw: Any,
    sheet: Sheet,
    headers: HeaderColumns,
    horizon: Horizon | None,
    findings: Findings,
) -> None:
    """Report a header that the sheet does not declare, unless nothing below it gets lost."""
    diagnosis = _diagnose_unknown_header(grid, place, raw, sheet, headers, horizon)
    if diagnosis:
        header = clean_text(cell_text(raw))[:60]
        location: FindingPlace = {
            "row": headers.row + 1,
            "letter": letter(place),
            "column": header,
        }
        severity, message, hint = diagnosis
        findings.add(severity, sheet.name, message, hint, **location)


def _diagnose_unknown_header(
    grid: CellGrid,
    place: int,
    raw: Any,
    sheet: Sheet,
    headers: HeaderColumns,
    horizon: Horizon | None,
) -> tuple[str, str, str] | None:
    """Severity, message and cure of a header that the sheet does not declare.

    In this order: a misspelt header, a period in an unknown form, values that an absent column
    could hold, and any other filled column. None if the column is empty and no misspelling.
    """
    absent = {
        column.header: column
        for name, column in sheet.columns.items()
        if name not in headers.places
    }
    filled = _filled_cell_count(grid, headers, place)
    own_column_hint = f"{OWN_COLUMN_PREFIX} before it marks a column of your own"
    name = guess_header(cell_text(raw), absent)
    if name:
        unit = absent[name].unit_in("currency")
        unit_text = f" (in {unit})" if unit and unit != "share" else ""
        hint = f"did you mean '{name}'{unit_text}? {own_column_hint}"
        return "error", "is not a column of this sheet", hint
    if not filled:
        return None
    if sheet.name == "Demand" and horizon is not None and _may_be_period(raw):
        guess = guess_label(raw, horizon.months)
        known = guess in horizon.labels()
        example = f"write {guess}" if known else f"write labels such as {horizon.label(0)}"
        message = (
            f"may be a period, but is not a period label; "
            f"{number_of(filled, 'filled cell')} would be ignored"
        )
        return "error", message, f"{example}; {own_column_hint}"
    cells = f"{number_of(filled, 'filled cell')} {'is' if filled == 1 else 'are'}"
    message = f"is not a column of this sheet: its {cells} not read"
    candidates = list(_columns_that_fit(grid, headers, place, absent.values()))
    if candidates:
        columns = joined([column.header for column in candidates], 5)
        which = columns if len(candidates) == 1 else f"one of {columns}"
        cure = f"if it is {which}, write that header; {own_column_hint}"
        values = _KIND_PLURALS[candidates[0].kind]
        return "error", f"{message}, and could be {values} of one", cure
    return "warning", message, own_column_hint


_KIND_PLURALS = {"number": "figures", "whole": "figures", "date": "dates", "yes/no": "yes and no"}
_KIND_PLURALS |= {"history": "histories", "text": "countries", "names": "countries"}


def _columns_that_fit(
    grid: CellGrid, headers: HeaderColumns, place: int, absent: Iterable[Column]
) -> Iterator[Column]:
    """Absent columns that could hold all filled cells below a header.

    Text fits only yes and no, countries and histories: other text may be a remark.
    """
    rows = (row[place] for row in grid.rows[headers.row + 1 :] if place < len(row))
    cells = [
        raw
        for raw in rows
        if not is_blank(raw) and not isinstance(raw, (UnreadableCell, SharedCell))
    ]
    if not cells:
        return
    numbers = all(isinstance(raw, (int, float)) and not isinstance(raw, bool) for raw in cells)
    days = all(isinstance(raw, date) for raw in cells)
    texts = [fold(raw) for raw in cells if type(raw) is str]
    all_text = len(texts) == len(cells)
    flags = all_text and set(texts) <= {"yes", "no", "true", "false", "y", "n"}
    histories = all_text and all(":" in text for text in texts)
    countries = all_text and not flags and all(country_name(text) for text in set(texts))
    for column in absent:
        if column.header in FREE_TEXT_HEADERS or column.header == "confidence":
            continue
        fits = {"number": numbers, "whole": numbers, "date": days, "yes/no": flags}
        fits |= {"history": histories or countries}
        if fits.get(column.kind) or (countries and column.vocabulary in ("country", "countries")):
            yield column


def _filled_cell_count(grid: CellGrid, headers: HeaderColumns, place: int) -> int:
    """Filled cells below the header of a column."""
    rows = (row[place] for row in grid.rows[headers.row + 1 :] if place < len(row))
    return sum(not (is_blank(raw) or isinstance(raw, MergedCell)) for raw in rows)


def _may_be_period(raw: Any) -> bool:
    """True for a header of Demand that may name a period: a date, a number, text with digits."""
    return not isinstance(raw, str) or any(map(str.isdigit, raw)) or bool(guess_label(raw, 1))


def _check_missing_header(
    grid: CellGrid, sheet: Sheet, headers: HeaderColumns, place: int, findings: Findings
) -> None:
    """Report filled cells without a header; a single remark beside the table is a warning."""
    filled = _filled_cell_count(grid, headers, place)
    if not filled:
        return
    row = grid.rows[headers.row]
    last = max((position for position, raw in enumerate(row) if not is_blank(raw)), default=-1)
    remark = filled == 1 and place > last + 1
    cells = f"{number_of(filled, 'filled cell')} {'is' if filled == 1 else 'are'}"
    findings.add(
        "warning" if remark else "error",
        sheet.name,
        f"the column has no header: its {cells} not read",
        f"write the header; {OWN_COLUMN_PREFIX} marks a column of your own",
        row=headers.row + 1,
        letter=letter(place),
    )


def _add_period_column(
    raw: Any, place: int, headers: HeaderColumns, horizon: Horizon | None, findings: Findings
) -> bool:
    """Add the column of a header that names a period; False if it names none."""
    parsed = parse_label(raw, horizon.months if horizon else 12)
    if parsed is None:
        return False
    if horizon is None:  # Settings has errors, which are reported there
        return True
    period, months = parsed
    location: FindingPlace = {"row": headers.row + 1, "letter": letter(place), "column": period}
    if months != horizon.months:
        example = label(horizon.start, horizon.months)
        if months:
            length = _period_length(horizon.months)
            message = f"is a {_period_length(months)}, but the period length is {length}"
        else:
            message = "is not the first day of a period"
        hint = f"use period labels as headers, such as {example}"
        headers.other_lengths[period] = (place, message, hint)
    elif period in headers.periods or period in headers.outside_horizon:
        message = f"the period {quoted(period)} appears twice"
        findings.error("Demand", message, **location, hint="delete one")
    elif period in horizon.labels():
        headers.periods[period] = place
    else:
        headers.outside_horizon[period] = place
    return True


def _period_length(months: int) -> str:
    return next(word for word, count in PERIOD_MONTHS.items() if count == months)


def header_columns(headers: HeaderColumns, sheet: Sheet) -> dict[str, str]:
    """Letter of each column by its header, and of each period column by its label."""
    columns = {
        sheet.columns[name].header: letter(position) for name, position in headers.places.items()
    }
    return columns | {name: letter(position) for name, position in headers.periods.items()}
