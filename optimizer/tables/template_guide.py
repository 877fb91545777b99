"""The guide, first sheet of a blank workbook: how to fill in, check and solve it."""

from __future__ import annotations

from typing import Any, Final

from optimizer.tables import settings
from optimizer.tables.schema import SHEETS

GUIDE_SHEET: Final = "Read me"

SHEET_GROUPS: Final[dict[str, tuple[str, tuple[str, ...]]]] = {
    "The case": ("1F3864", ("Settings", "Sites", "Materials")),
    "Buying and selling": ("548235", ("Supply", "Demand")),
    "Making": ("BF8F00", ("Recipes", "Assays", "Recoveries", "Processes", "Units", "Options")),
    "Moving and storing": ("2E75B6", ("Lanes", "Tariffs", "Stocks", "Pipeline")),
    "Rules and bounds": ("C55A11", ("Rules", "Rule scope", "Countries", "Limits", "Blends")),
    "What if": ("7030A0", ("Scenarios",)),
}
"""Groups of sheets in the order of their tabs, each with the colour of its tabs."""

GUIDE_INTRODUCTION: Final = (
    "Write down what you can buy, make, move, store and sell, and the provenance rules that "
    "apply to your customers. The optimizer finds the least-cost plan that meets them all."
)
USAGE_STEPS: Final = (
    (
        "1  Fill in",
        "Begin with Settings, Sites and Materials, then Supply and Demand, then Lanes, "
        "and the sheets on production if you do more than trade. Leave a sheet empty if you do "
        "not need it. Point at the header of a column to read what belongs there.",
    ),
    (
        "2  Check:   optimizer check FILE",
        "Lists everything that is wrong or unclear at once, and writes a copy of the workbook with "
        "those cells in red (errors) and amber (warnings). Your own file is never changed.",
    ),
    (
        "3  Solve:   optimizer solve FILE",
        "Writes the plan as a workbook of its own: what to buy, ship, make and deliver in each "
        "period, what it costs, how each rule is kept, and what would make it cheaper.",
    ),
)
HEADER_COLOURS: Final = (
    ("required", "must be filled in every row: blank is an error"),
    ("optional", "may be left blank: the note on the header says what a blank cell means"),
    ("common", "on every sheet; only 'active' changes the plan, the others are kept and shown"),
)
COMMON_CONVENTIONS: Final = (
    ("Blank is never zero", "A blank cell means the default; for zero, write 0."),
    (
        "Rows and columns",
        "One header row, then one record a row. The order of sheets, columns and rows is free, and "
        "blank rows are skipped. Do not rename sheets or headers.",
    ),
    (
        "Names",
        "Spelling matters, capitals and spacing do not. Where several names may stand in one "
        "cell, separate them by commas: SRC, Kokbulak.",
    ),
    ("Wildcard *", "* matches anything, in the columns whose note allows it."),
    (
        "Quantities",
        "Tonnes. Rates are per year, whatever the length of a period. In Demand, a column headed "
        "with a period ({periods}) holds tonnes in that period and overrides 'quantity'; when you "
        "change the periods in Settings, rename these columns or delete them.",
    ),
    (
        "Money",
        "In {currency}, per tonne unless the column says otherwise. Prices and costs may be "
        "negative, such as a fee that you are paid for taking something.",
    ),
    ("Shares", "Write 0.25 or 25 %. A share of 25 is reported, not guessed."),
    (
        "Dates",
        "Such as 2027-04-01. 'from' and 'to' are both included, and blank is open. Rows of the "
        "same name must not overlap in time.",
    ),
    (
        "Histories",
        "Where something comes from, as stage: country [site or owner], separated by semicolons "
        "and with the brackets typed: mined: China [Baotou]; separated: Malaysia.",
    ),
    ("Inactive rows", "active = no leaves a row out of the plan and keeps it in the sheet."),
)


def write_guide(book: Any, page: Any, *, currency: str, periods: tuple[str, ...]) -> None:
    """Write the guide on ``page``, an empty sheet of the xlsxwriter workbook ``book``."""
    formats = _formats(book)
    page.hide_gridlines(2)
    page.set_column(0, 0, 2)
    page.set_column(1, 1, 32)
    page.set_column(2, 2, 100)
    page.merge_range(0, 1, 0, 2, "Sourcing plan for rare-earth magnets", formats["title"])
    page.set_row(0, 30)
    page.merge_range(1, 1, 1, 2, GUIDE_INTRODUCTION, formats["introduction"])
    page.set_row(1, 34)
    row = _write_list(page, 3, "Three steps", USAGE_STEPS, formats)
    row = _write_sheet_list(book, page, row, formats)
    row = _write_colours(book, page, row, formats)
    fields = {"currency": currency, "periods": f"{periods[0]}, {periods[1]}, …"}
    conventions = tuple((title, words.format(**fields)) for title, words in COMMON_CONVENTIONS)
    row = _write_list(page, row, "Common to all sheets", conventions, formats)
    page.print_area(0, 0, row - 2, 2)
    page.set_portrait()
    page.set_paper(9)
    page.fit_to_pages(1, 1)


def header_formats(book: Any) -> dict[str, Any]:
    """Formats of header cells: ``required``, ``optional`` and ``common``."""
    shared = {
        "bold": True,
        "text_wrap": True,
        "valign": "top",
        "border": 1,
        "border_color": "BFBFBF",
    }
    return {
        "required": book.add_format({**shared, "bg_color": "1F4E78", "font_color": "FFFFFF"}),
        "optional": book.add_format({**shared, "bg_color": "BDD7EE", "font_color": "1F3864"}),
        "common": book.add_format({**shared, "bg_color": "E7E6E6", "font_color": "404040"}),
    }


def meaning_of(name: str) -> str:
    """The declared purpose of a sheet, in one sentence."""
    return SHEETS[name].meaning if name in SHEETS else settings.SETTINGS_SHEET.meaning


def _formats(book: Any) -> dict[str, Any]:
    top = {"valign": "top", "text_wrap": True}
    indented = {**top, "indent": 1}
    return {
        "title": book.add_format({"bold": True, "font_size": 18, "font_color": "1F3864"}),
        "section": book.add_format(
            {"bold": True, "font_size": 13, "font_color": "1F3864", "bottom": 2}
        ),
        "name": book.add_format({**top, "bold": True}),
        "introduction": book.add_format(top),
        "words": book.add_format(indented),
        "link": book.add_format({**indented, "font_color": "0563C1", "underline": 1}),
    }


def _write_section(page: Any, row: int, title: str, formats: dict[str, Any]) -> int:
    """Write the title of a section; returns the next row, as the other writers do."""
    page.write_string(row, 1, title, formats["section"])
    page.write_blank(row, 2, None, formats["section"])
    page.set_row(row, 22)
    return row + 1


def _write_list(
    page: Any, row: int, title: str, items: tuple[tuple[str, str], ...], formats: dict[str, Any]
) -> int:
    row = _write_section(page, row, title, formats)
    for name, words in items:
        page.write_string(row, 1, name, formats["name"])
        page.write_string(row, 2, words, formats["words"])
        page.set_row(row, 15.75 * (1 + len(words) // 110))
        row += 1
    return row + 1


def _write_sheet_list(book: Any, page: Any, row: int, formats: dict[str, Any]) -> int:
    row = _write_section(page, row, "The sheets", formats)
    for group, (colour, names) in SHEET_GROUPS.items():
        bar = book.add_format({"bold": True, "bg_color": colour, "font_color": "FFFFFF"})
        page.write_string(row, 1, group, bar)
        page.write_blank(row, 2, None, bar)
        row += 1
        for name in names:
            page.write_url(row, 1, f"internal:'{name}'!A1", formats["link"], name)
            page.write_string(row, 2, meaning_of(name), formats["words"])
            row += 1
    return row + 1


def _write_colours(book: Any, page: Any, row: int, formats: dict[str, Any]) -> int:
    row = _write_section(page, row, "The colours of headers", formats)
    headers = header_formats(book)
    for name, words in HEADER_COLOURS:
        page.write_string(row, 1, name, headers[name])
        page.write_string(row, 2, words, formats["words"])
        row += 1
    return row + 1
