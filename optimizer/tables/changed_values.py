"""The value that a cell holds after one change of a scenario."""

from __future__ import annotations

from typing import Any

from optimizer.tables.cell_values import InvalidCell, cell_parser, check_range
from optimizer.tables.schema import INFINITY, Column
from optimizer.tables.sheets import Change
from optimizer.tables.text_matching import as_text, quoted

CHANGE_OPERAND = Column("number", "factor or addend")


class RefusedChange(Exception):
    """A change that cannot be made: attribute of the cell at fault in Scenarios, message, hint."""

    def __init__(self, attribute: str, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.attribute, self.message, self.hint = attribute, message, hint

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.attribute, self.message, self.hint), self.__dict__


def changed_value(change: Change, column: Column, old: Any, place: str, currency: str) -> Any:
    """What a cell holds after a change; ``place`` names the cell in messages.

    Raises RefusedChange if the change has no meaning there or its result may not stand there.
    """
    try:
        if change.change == "set":
            return _new_value(change, column, currency)
        if column.kind not in ("number", "whole"):
            raise RefusedChange("change", f"{quoted(column.header)} is not a column of numbers")
        if not change.value:
            raise InvalidCell("the cell is blank", "write the factor or addend")
        if old is None:
            raise InvalidCell(f"{place} is blank: there is nothing to change", "write set")
        operand = float(cell_parser(CHANGE_OPERAND)(change.value))
    except InvalidCell as complaint:
        raise RefusedChange("value", complaint.message, complaint.hint) from None
    return _calculated(change, column, old, operand, place, currency)


def _new_value(change: Change, column: Column, currency: str) -> Any:
    if change.value:
        return cell_parser(column, currency)(change.value)
    if column.required:
        raise InvalidCell(f"required cell is empty: {quoted(column.header)} needs a value")
    return column.default


def _calculated(
    change: Change, column: Column, old: Any, operand: float, place: str, currency: str
) -> Any:
    new = old * operand if change.change == "×" else old + operand
    if new != new:  # unlimited × 0
        raise RefusedChange(
            "value", f"{place} is unlimited: it cannot be multiplied by {as_text(operand)}"
        )
    if new == INFINITY and old == INFINITY:
        return old
    if column.kind == "whole":
        if not float(new).is_integer():
            raise RefusedChange("value", f"{place} would be {as_text(new)}, not a whole number")
        new = int(new)
    try:
        check_range(float(new), column, column.unit_in(currency))
    except InvalidCell as complaint:
        raise RefusedChange("value", f"{place}: {complaint.message}") from None
    return new
