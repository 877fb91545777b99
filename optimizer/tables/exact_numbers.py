"""A worksheet of XlsxWriter that writes all the digits of a number."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet


class ExactNumbers:
    """What a worksheet of XlsxWriter makes of numbers; where it lacks the method, 16 digits."""

    fh: Any

    def _xml_number_element(self, number: float, attributes: Any = ()) -> None:
        """All the digits of a number; XlsxWriter writes 16, which is not always it."""
        text = "".join(f' {key}="{value}"' for key, value in attributes)
        self.fh.write(f"<c{text}><v>{float(number)!r}</v></c>")


@cache
def input_worksheet() -> type[Worksheet]:
    """The class of the sheets of an input workbook, for ``Workbook.add_worksheet``."""
    from xlsxwriter.worksheet import Worksheet

    class InputWorksheet(ExactNumbers, Worksheet):  # type: ignore[misc]
        """Sheet of an input workbook."""

    return InputWorksheet
