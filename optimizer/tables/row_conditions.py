"""The column ``where`` of Scenarios: ``offer = Kokbulak*; from >= 2028-01-01``."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from datetime import date
from typing import Any

from msgspec import Struct, structs

from optimizer.tables.cell_values import CellComplaint, parser
from optimizer.tables.country_groups import parts_of
from optimizer.tables.country_names import CountryNames
from optimizer.tables.schema import Column
from optimizer.tables.text_matching import fold, quoted

CONDITION = re.compile(
    r"\s*(?P<column>[^<>=!]+?)\s*(?P<sign><=|>=|<>|!=|=|<|>)\s*(?P<value>.*?)\s*"
)
_ORDERS: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
}
_OPEN = {"start": date.min, "end": date.max}
"""What an open date counts as."""


class RowCondition(Struct, frozen=True):
    """One condition on a row: a column (by attribute), a sign and the value as written."""

    attribute: str
    column: Column
    sign: str
    value: str

    def test(self, currency: str) -> Callable[[Any], bool]:
        """A function that says whether a cell's value fulfils the condition.

        Raises Complaint where the value cannot stand in the column, or cannot be ordered.
        """
        kind = self.column.kind
        if kind == "history":
            raise CellComplaint("rows cannot be picked by their history", "name another column")
        if not self.value:
            found: Callable[[Any], bool] = lambda cell: cell in ("", (), None)  # noqa: E731
        elif kind in ("text", "names", "choice"):
            found = self._named()
        else:
            found = self._measured(currency)
        if self.sign in ("<>", "!="):
            return lambda cell: not found(cell)
        return found

    def _named(self) -> Callable[[Any], bool]:
        """Text, where ``*`` stands for anything; one of several names is enough."""
        if self.sign in _ORDERS:
            raise CellComplaint(
                f"{quoted(self.column.header)} holds words: {self.sign} orders numbers"
            )
        parts = (re.escape(part) for part in fold(self.value).split("*"))
        pattern = re.compile(".*".join(parts))
        return lambda cell: any(pattern.fullmatch(fold(word)) for word in _words(cell))

    def spelled(self, names: CountryNames) -> RowCondition:
        """The condition with countries in their one spelling; raises Complaint for others.

        Patterns with ``*`` stay: they are of letters, not of a country.
        """
        if self.column.words not in ("country", "countries") or "*" in self.value:
            return self
        if not self.value:
            return self
        if self.column.words == "country":
            name, fault = names.one(self.value)
        else:
            parts, fault = names.several(parts_of(self.value))
            name = ", ".join(parts)
        if fault:
            message, cure = fault
            raise CellComplaint(message, cure if isinstance(cure, str) else cure())
        return structs.replace(self, value=name)

    def _measured(self, currency: str) -> Callable[[Any], bool]:
        """Numbers, dates, yes and no; a blank cell fulfils nothing, an open date is far away."""
        free = structs.replace(self.column, least=None, most=None)
        value = parser(free, currency)(self.value)
        order: Callable[[Any, Any], bool] = _ORDERS.get(self.sign, operator.eq)
        far = _OPEN.get(self.attribute)
        return lambda cell: bool(
            order(cell, value) if cell is not None else far is not None and order(far, value)
        )


def _words(cell: Any) -> tuple[str, ...]:
    """What a condition may name: a word, each of several, and all of them as they are written."""
    if not isinstance(cell, tuple):
        return (str(cell),)
    return (*cell, ", ".join(cell)) if len(cell) > 1 else cell


def conditions(where: str, columns: dict[str, tuple[str, Column]]) -> list[RowCondition]:
    """Conditions of a cell; ``columns`` gives attribute and column by fold of the header.

    Raises Complaint for what is no condition or names no column.
    """
    found = []
    for part in filter(str.strip, where.split(";")):
        match = CONDITION.fullmatch(part)
        if not match:
            raise CellComplaint(
                f"{quoted(part)} is not a condition", "write column = name; column >= value"
            )
        named = columns.get(fold(match["column"]))
        if named is None:
            raise CellComplaint(f"{quoted(match['column'])} is not a column of the sheet")
        found.append(RowCondition(*named, match["sign"], match["value"]))
    return found
