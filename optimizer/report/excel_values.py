"""Contents of cells: clean text, finite numbers, serial dates, addresses, parts of formulas.

Nothing here depends on XlsxWriter; formulas are plain text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from math import isfinite
from typing import Any

from optimizer.tables.dates import EXCEL_DAY_ZERO

CellContent = str | float | None
"""What a cell of a result table holds: clean text, a finite number, or nothing."""

MAX_EXCEL_CELL_CHARACTERS = 32_767
"""Maximum characters (as UTF-16 counts them) that a cell of Excel can hold."""
TRUNCATION_MARK = " … (cut)"

MAX_LITERAL_CHARACTERS = 250
"""Longest text in a formula; Excel takes 255 characters in one piece, quotes included."""
MAX_TITLE_CHARACTERS = 255
"""Maximum characters (as UTF-16 counts them) of the title of a column of an Excel table."""
_ESCAPED_IN_REFERENCES = frozenset("'[]#@\"")
"""Characters that a reference by title must escape; Excel and LibreOffice disagree on how."""
_MAX_CRITERION_CHARACTERS = 240
"""Longest name in a criterion: Excel takes 255 characters in one piece of text, and the equals
sign, quotes and a wildcard need room."""
_WILDCARD = re.compile(r"([~*?])")
_INVALID_CHARACTERS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_CHARACTER_CODE = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
"""Underscore of what Excel reads as the code of a character, such as ``_x0041_``."""


def clean(value: object) -> str:
    """Text that a cell can hold: no control characters, no more than Excel allows.

    >>> clean("Lynas\\x00 Kuantan")
    'Lynas\\ufffd Kuantan'
    """
    if type(value) is str and value.isprintable() and 2 * len(value) <= MAX_EXCEL_CELL_CHARACTERS:
        return value
    if value is None:
        return ""
    text = ("yes" if value else "no") if isinstance(value, bool) else str(value)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = _INVALID_CHARACTERS.sub("\ufffd", text)
    if 2 * len(text) > MAX_EXCEL_CELL_CHARACTERS:
        units = text.encode("utf-16-le")
        if len(units) > 2 * MAX_EXCEL_CELL_CHARACTERS:
            text = (
                units[: 2 * (MAX_EXCEL_CELL_CHARACTERS - len(TRUNCATION_MARK))].decode(
                    "utf-16-le", "ignore"
                )
                + TRUNCATION_MARK
            )
    return text


def escape_character_codes(text: str) -> str:
    """Text as it stands in the file, so that Excel reads no part of it as the code of a character.

    >>> escape_character_codes("Pr_x0041_")
    'Pr_x005F_x0041_'
    """
    return _CHARACTER_CODE.sub("_x005F_", text)


def one_line(value: object) -> str:
    """Clean text without line breaks, for titles and margins."""
    return " ".join(clean(value).split())


def all_finite_floats(values: Sequence[Any]) -> bool:
    """True if all values are finite floats, which cells can hold as they are.

    >>> all_finite_floats([1.0, 2.0]), all_finite_floats([1.0, None])
    (True, False)
    """
    return set(map(type, values)) <= {float} and all(map(isfinite, values))


def finite(value: Any) -> float | None:
    """Number that a cell can hold; None for a blank, NaN, an infinity or text."""
    if type(value) is float:
        return value if isfinite(value) else None
    if value is None or isinstance(value, (bool, str)):
        return None
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return number if isfinite(number) else None


def excel_serial(value: Any) -> float | None:
    """Date as Excel counts it, in days; None if it is not a date that Excel knows.

    >>> excel_serial(date(2027, 1, 1))
    46388.0
    """
    if not isinstance(value, date) or value != value:
        return None
    day = value.date() if isinstance(value, datetime) else value
    days = float((day - EXCEL_DAY_ZERO).days)
    if isinstance(value, datetime):
        days += (value.hour * 3600 + value.minute * 60 + value.second) / 86_400
    return days if days > 60 else None


def column_name(column: int) -> str:
    """Letters of a column counted from 0: 0 is A, 26 is AA."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def address(row: int, column: int, fixed: str = "") -> str:
    """Address of a cell counted from 0; ``fixed`` names what gets a dollar sign: r, c or rc."""
    dollar_column = "$" if "c" in fixed else ""
    dollar_row = "$" if "r" in fixed else ""
    return f"{dollar_column}{column_name(column)}{dollar_row}{row + 1}"


def cell_range(first: tuple[int, int], last: tuple[int, int], sheet: str = "") -> str:
    """Fixed range between two cells, with its sheet if one is given."""
    cells = f"{address(*first, 'rc')}:{address(*last, 'rc')}"
    return f"{quoted_sheet(sheet)}!{cells}" if sheet else cells


def quoted_sheet(sheet: str) -> str:
    """Name of a sheet as it stands in formulas."""
    return "'" + sheet.replace("'", "''") + "'"


def table_name(layout_name: str) -> str:
    """Name of the Excel table of a result table: ``Break-even`` is ``tbl_Break_even``."""
    return "tbl_" + re.sub(r"\W", "_", layout_name)


def column_ref(layout_name: str, header: str) -> str:
    """Structured reference to a column of a result table: ``tbl_Costs[amount]``."""
    return f"{table_name(layout_name)}[{header}]"


def column_titles(headers: Iterable[object]) -> list[str]:
    """Headers as an Excel table takes them: one line each, not too long, distinct, not empty.

    >>> column_titles(["tonnes", "Tonnes", "", "two\\nlines"])
    ['tonnes', 'Tonnes (2)', 'column', 'two lines']
    """
    taken: set[str] = set()
    titles = []
    for header in headers:
        text, number = one_line(header) or "column", 1
        title = truncated(text, MAX_TITLE_CHARACTERS)
        while title.casefold() in taken:
            number += 1
            suffix = f" ({number})"
            title = truncated(text, MAX_TITLE_CHARACTERS - len(suffix)) + suffix
        taken.add(title.casefold())
        titles.append(title)
    return titles


def truncated(text: str, length: int) -> str:
    """Text of at most a number of characters, as UTF-16 counts them; an ellipsis ends what is cut.

    >>> truncated("Kazakhstan", 10), truncated("Kazakhstan", 6)
    ('Kazakhstan', 'Kazak…')
    """
    units = text.encode("utf-16-le", "replace")
    if len(units) <= 2 * length:
        return text
    return units[: 2 * (length - 1)].decode("utf-16-le", "ignore").rstrip() + "…"


def column_range(layout_name: str, title: str, first: tuple[int, int], last: int) -> str:
    """Reference to a column of a table by its title, or by its cells if that needs escapes.

    >>> column_range("Costs", "2027", (5, 1), 9), column_range("Costs", "Plan #2", (5, 1), 9)
    ('tbl_Costs[2027]', '$B$6:$B$10')
    """
    if _ESCAPED_IN_REFERENCES.isdisjoint(title):
        return column_ref(layout_name, title)
    return cell_range(first, (last, first[1]))


def has_wildcards(names: Iterable[str]) -> bool:
    """True if a name has a character that Excel reads as a wildcard."""
    return any(_WILDCARD.search(name) for name in names)


def criterion(name: str) -> str:
    """Criterion of SUMIFS that matches exactly this name, as text inside a formula.

    The equals sign keeps ``>5`` a name and lets "" mean blank; the tilde keeps * and ?
    from matching other names.

    >>> criterion("NdPr oxide")
    '"=NdPr oxide"'
    >>> criterion("2 x 50%*")
    '"=2 x 50%~*"'
    """
    characters = [_WILDCARD.sub(r"~\1", character).replace('"', '""') for character in name]
    text = "".join(characters)
    if len(text) > _MAX_CRITERION_CHARACTERS:
        text = "".join(characters[: _MAX_CRITERION_CHARACTERS // 2]) + "*"
    return f'"={text}"'


def text_literal(text: str) -> str:
    """Text as it stands in a formula that compares exactly; see MAX_LITERAL_CHARACTERS.

    >>> text_literal('2" pipe')
    '"2"" pipe"'
    """
    return '"' + text.replace('"', '""') + '"'


def criteria(names: Sequence[str]) -> str:
    """Criterion that matches any of several names: an array, whose matches SUMPRODUCT adds up."""
    if len(names) == 1:
        return criterion(names[0])
    return "{" + ",".join(criterion(name) for name in names) + "}"


def cell_criterion(reference: str, escape: bool) -> str:
    """Criterion that matches exactly the text of a cell; ``escape`` if it may have wildcards."""
    if escape:
        for character in "~*?":
            reference = f'SUBSTITUTE({reference},"{character}","~{character}")'
    return f'"="&{reference}'
