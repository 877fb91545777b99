"""The column ``where`` of Scenarios: ``offer = Kokbulak*; from >= 2028-01-01``."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from datetime import date
from typing import Any

from msgspec import Struct, structs

from optimizer.tables.cell_values import InvalidCell, cell_parser
from optimizer.tables.country_groups import country_list_entries
from optimizer.tables.country_names import CountryNames
from optimizer.tables.schema import Column
from optimizer.tables.synonyms import header_hint
from optimizer.tables.text_matching import fold, quoted

CONDITION_PATTERN = re.compile(
    r"\s*(?P<column>[^<>=!]+?)\s*(?P<sign><=|>=|<>|!=|=|<|>)\s*(?P<value>.*?)\s*"
)
_ORDERINGS: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
}
_OPEN_DATES = {"start": date.min, "end": date.max}
"""The date that a blank ``from`` or ``to`` is compared as."""


class RowCondition(Struct, frozen=True):
    """One condition on a row: a column (by attribute), a sign and the value as written."""

    attribute: str
    column: Column
    operator: str
    value: str

    def predicate(self, currency: str) -> Callable[[Any], bool]:
        """A function that tells whether a cell's value fulfils the condition.

        Raises CellComplaint where the condition's value cannot stand in the column, or where
        its values have no order.
        """
        kind = self.column.kind
        if kind == "history":
            raise InvalidCell("rows cannot be selected by their history", "name another column")
        if not self.value:
            fulfils: Callable[[Any], bool] = lambda cell: cell in ("", (), None)  # noqa: E731
        elif kind in ("text", "names", "choice"):
            fulfils = self._text_predicate()
        else:
            fulfils = self._ordered_predicate(currency)
        if self.operator in ("<>", "!="):
            return lambda cell: not fulfils(cell)
        return fulfils

    def _text_predicate(self) -> Callable[[Any], bool]:
        """For text: ``*`` stands for any letters; one matching name of a list is enough."""
        if self.operator in _ORDERINGS:
            raise InvalidCell(
                f"{quoted(self.column.header)} is a column of text: {self.operator} compares "
                "numbers"
            )
        parts = (re.escape(part) for part in fold(self.value).split("*"))
        pattern = re.compile(".*".join(parts))
        return lambda cell: any(pattern.fullmatch(fold(word)) for word in _words(cell))

    def with_canonical_countries(self, names: CountryNames) -> RowCondition:
        """The condition with countries in their canonical spelling.

        Patterns with ``*`` stay as they are, since they match letters and not a country. Raises
        CellComplaint where a name is no country.
        """
        if self.column.vocabulary not in ("country", "countries"):
            return self
        if not self.value or "*" in self.value:
            return self
        if self.column.vocabulary == "country":
            name, fault = names.one(self.value)
        else:
            parts, fault = names.several(country_list_entries(self.value))
            name = ", ".join(parts)
        if fault:
            message, hint = fault
            raise InvalidCell(message, hint if isinstance(hint, str) else hint())
        return structs.replace(self, value=name)

    def _ordered_predicate(self, currency: str) -> Callable[[Any], bool]:
        """For numbers, dates, yes and no: a blank cell fulfils nothing unless it is an open date.

        The column's range does not apply: a condition may compare with any number.
        """
        unbounded = structs.replace(self.column, minimum=None, maximum=None)
        value = cell_parser(unbounded, currency)(self.value)
        compare: Callable[[Any, Any], bool] = _ORDERINGS.get(self.operator, operator.eq)
        blank = _OPEN_DATES.get(self.attribute)

        def fulfils(cell: Any) -> bool:
            cell = blank if cell is None else cell
            return cell is not None and compare(cell, value)

        return fulfils


def _words(cell: Any) -> tuple[str, ...]:
    """Texts that a condition may match: each name of a cell, and the whole list as written."""
    if not isinstance(cell, tuple):
        return (str(cell),)
    return (*cell, ", ".join(cell)) if len(cell) > 1 else cell


def parse_conditions(where: str, columns: dict[str, tuple[str, Column]]) -> list[RowCondition]:
    """Conditions of a ``where`` cell; ``columns`` gives attribute and column by folded header.

    Raises CellComplaint for a part that is no condition or names no column.
    """
    parsed = []
    for part in filter(str.strip, where.split(";")):
        match = CONDITION_PATTERN.fullmatch(part)
        if not match:
            raise InvalidCell(
                f"{quoted(part)} is not a condition", "write column = name; column >= value"
            )
        named = columns.get(fold(match["column"]))
        if named is None:
            headers = [column.header for _, column in columns.values()]
            raise InvalidCell(
                f"{quoted(match['column'])} is not a column of the sheet",
                header_hint(match["column"], headers),
            )
        parsed.append(RowCondition(*named, match["sign"], match["value"]))
    return parsed
