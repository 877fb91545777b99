"""Numbers that XlsxWriter writes with all their digits, and a worksheet that makes them."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet


class ExactNumber(float):
    """A float whose text has all its digits.

    XlsxWriter formats numbers with 16 significant digits; a double needs up to 17.

    >>> f"{0.1 + 0.2:.16G}", f"{ExactNumber(0.1 + 0.2):.16G}"
    ('0.3', '0.30000000000000004')
    """

    __slots__ = ()

    def __format__(self, specification: str) -> str:
        return float.__repr__(self)


@cache
def input_worksheet() -> type[Worksheet]:
    """The class of the sheets of an input workbook, for ``Workbook.add_worksheet``."""
    from xlsxwriter.worksheet import Worksheet

    class InputWorksheet(Worksheet):  # type: ignore[misc]
        """Worksheet that keeps all the digits of a number."""

        def write_number(self, row: int, col: int, number: float, cell_format: Any = None) -> Any:
            """Write a finite number to a cell; raises TypeError for NaN and infinity."""
            return super().write_number(row, col, ExactNumber(number), cell_format)

    return InputWorksheet
