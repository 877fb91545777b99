"""Result tables: a layout of columns with units and meanings, and the values."""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from msgspec import Struct, structs

from optimizer.errors import UnknownNameError
from optimizer.html_cards import table_html
from optimizer.result.field_units import unit_label
from optimizer.result.number_text import figure

if TYPE_CHECKING:
    import pandas as pd


ADDITIVE_KINDS = ("tonnes", "amount", "money")
"""Kinds of column whose rows add up, unless the column says otherwise."""
MAX_NOTEBOOK_ROWS = 20
"""Rows of a table that a notebook shows."""
MAX_NAMED_COLUMNS = 6
"""Columns of a table that its one line names."""


class Field(Struct, frozen=True, eq=False):
    """One column of a result table.

    ``kind`` is one of ``text``, ``period``, ``date``, ``tonnes``, ``amount`` (units of
    activity or capacity), ``money``, ``price`` (money per tonne), ``share``, ``number``.
    """

    header: str
    kind: str
    meaning: str
    aggregation: str = ""
    """How several rows become one: ``sum``, ``ratio`` (of the sums of two other columns) or
    ``level`` (a state or a term that several rows repeat, never a sum). Blank: ``sum`` where the
    kind is tonnes, amount or money, and no aggregation elsewhere."""
    title: str = ""
    """Header that is shown, where the name for programs is no word of the trade."""
    unit: str = ""
    """Unit, where the kind does not tell it; ``{currency}`` stands for the case's currency."""

    @property
    def shown(self) -> str:
        """Header in the workbook and on the page."""
        return self.title or self.header

    def unit_in(self, currency: str, table: str = "") -> str:
        """Unit in a table: its own, or else that of its kind."""
        if self.unit:
            return self.unit.replace("{currency}", currency)
        return unit_label(self.kind, currency, table)

    @property
    def has_total(self) -> bool:
        """True if workbook and page show its sum: amounts whose sum over all rows has a meaning."""
        return self.adds_up and self.kind in ADDITIVE_KINDS

    @property
    def adds_up(self) -> bool:
        """True if a sum over rows has a meaning."""
        return (self.aggregation or ("sum" if self.kind in ADDITIVE_KINDS else "")) == "sum"


def levels(*fields: Field) -> tuple[Field, ...]:
    """Columns of a table whose rows are whole plans or measures: none of them is added up."""
    return tuple(
        structs.replace(field, aggregation="level") if field.adds_up else field for field in fields
    )


PERIOD_FIELD = Field("period", "period", "label of the period")
SITE_FIELD = Field("site", "text", "site")
MATERIAL_FIELD = Field("material", "text", "material")


class Layout(Struct, frozen=True, eq=False):
    """Name, meaning and columns of a table."""

    name: str
    meaning: str
    fields: tuple[Field, ...]
    pivot: tuple[tuple[str, ...], str] | None = None
    """Row headers and value header of the pivot by period that stands beside it."""

    @property
    def headers(self) -> tuple[str, ...]:
        """Headers in order."""
        return tuple(field.header for field in self.fields)

    @property
    def titles(self) -> tuple[str, ...]:
        """Headers as they are shown, in order."""
        return tuple(field.shown for field in self.fields)


class Table(Struct, frozen=True, eq=False):
    """A result table: one sequence per field, all of the same length."""

    layout: Layout
    columns: tuple[Sequence[Any], ...]

    def __repr__(self) -> str:
        headers = self.layout.headers
        more = "…" if len(headers) > MAX_NAMED_COLUMNS else ""
        named = ", ".join((*headers[:MAX_NAMED_COLUMNS], *filter(None, [more])))
        return f"<Table {self.layout.name}: {len(self):,} rows of {named}>"

    def _repr_html_(self) -> str:
        """The first rows for a notebook, with units; numbers are rounded."""
        layout, count = self.layout, min(len(self), MAX_NOTEBOOK_ROWS)
        shown = f"The first {count} of {len(self):,} rows" if count < len(self) else ""
        rows = ([_cell_text(column[row]) for column in self.columns] for row in range(count))
        return table_html(
            f"{layout.name}: {layout.meaning}",
            [(field.shown, field.unit_in("money", layout.name)) for field in layout.fields],
            rows,
            [field.kind not in ("text", "period", "date") for field in layout.fields],
            f"{shown or 'All rows'}; numbers are rounded here, frame() has every digit.",
        )

    def __len__(self) -> int:
        return len(self.columns[0]) if self.columns else 0

    def __getitem__(self, header: str) -> Sequence[Any]:
        """Values of one column. Raises UnknownNameError, a UsageError, if there is no such one."""
        headers = self.layout.headers
        if header not in headers:
            raise UnknownNameError(unknown_name("column", header, headers, self.layout.name))
        return self.columns[headers.index(header)]

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """Row by row, in the order of the fields."""
        return zip(*self.columns, strict=True)

    def records(self) -> Iterator[dict[str, Any]]:
        """Row by row, as a dictionary of the cells by header."""
        headers = self.layout.headers
        return (dict(zip(headers, cells, strict=True)) for cells in self.rows())

    def frame(self) -> pd.DataFrame:
        """The table as a DataFrame with its headers as columns."""
        import pandas as pd

        return pd.DataFrame(dict(zip(self.layout.headers, self.columns, strict=True)))


def _cell_text(value: Any) -> str:
    """Text of a cell; blank for nothing and for what is not a number."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return "" if value is None else str(value)
    if math.isnan(value):
        return ""
    return figure(value) if math.isfinite(value) else "no limit"


def table(layout: Layout, rows: Sequence[Sequence[Any]]) -> Table:
    """Table of a layout from rows in the order of its fields."""
    columns = tuple(zip(*rows, strict=True)) if rows else tuple(() for _ in layout.fields)
    return Table(layout, columns)


def frame_of(tables: Mapping[str, Table], name: str) -> pd.DataFrame:
    """One of some tables as a DataFrame.

    Raises UnknownNameError, a UsageError, if there is none of that name.
    """
    if name not in tables:
        raise UnknownNameError(unknown_name("table", name, tuple(tables), "the result"))
    return tables[name].frame()


def unknown_name(kind: str, name: object, known: Sequence[str], where: str) -> str:
    """Sentence on a name that is not among those known, with the nearest."""
    near = difflib.get_close_matches(str(name), known, n=2)
    hint = f"did you mean {' or '.join(near)}?" if near else f"there are {', '.join(known)}"
    return f"there is no {kind} {name!r} in {where}; {hint if known else f'it has no {kind}s'}"


Tables = Mapping[str, Table]
"""Result tables by name."""
