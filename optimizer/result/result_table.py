"""Result tables: a layout of columns with units and meanings, and the values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from msgspec import Struct

if TYPE_CHECKING:
    import pandas as pd


ADDITIVE_KINDS = ("tonnes", "amount", "money")
"""Kinds of column whose rows add up, unless the column says otherwise."""


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

    @property
    def adds_up(self) -> bool:
        """True if a sum over rows has a meaning."""
        return (self.aggregation or ("sum" if self.kind in ADDITIVE_KINDS else "")) == "sum"


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


class Table(Struct, frozen=True, eq=False):
    """A result table: one sequence per field, all of the same length."""

    layout: Layout
    columns: tuple[Sequence[Any], ...]

    def __len__(self) -> int:
        return len(self.columns[0]) if self.columns else 0

    def __getitem__(self, header: str) -> Sequence[Any]:
        """Values of one column."""
        return self.columns[self.layout.headers.index(header)]

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """Row by row, in the order of the fields."""
        return zip(*self.columns, strict=True)

    def frame(self) -> pd.DataFrame:
        """The table as a DataFrame with its headers as columns."""
        import pandas as pd

        return pd.DataFrame(dict(zip(self.layout.headers, self.columns, strict=True)))


def table(layout: Layout, rows: Sequence[Sequence[Any]]) -> Table:
    """Table of a layout from rows in the order of its fields."""
    columns = tuple(zip(*rows, strict=True)) if rows else tuple(() for _ in layout.fields)
    return Table(layout, columns)


Tables = Mapping[str, Table]
"""Result tables by name."""
