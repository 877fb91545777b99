"""Columns of result tables as data files hold them: with units, and days beside period labels."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from optimizer.result import Table
from optimizer.result.result_layouts import Field, in_order
from optimizer.tables import SHEETS
from optimizer.tables.dates import days_of_label

if TYPE_CHECKING:
    from optimizer.plan import Result
    from optimizer.studies import Study

SITES_TABLE = "Sites"
SITE_COLUMNS = (
    "site",
    "kind",
    "country",
    "owner",
    "owner_country",
    "latitude",
    "longitude",
)
"""Attributes of a site that its file holds."""
ColumnValues = Sequence[Any]


class DataColumn(Struct, frozen=True):
    """A column of a data file; ``kind`` is ``text``, ``number`` or ``date``."""

    name: str
    kind: str
    unit: str
    meaning: str


class DataTable(Struct, frozen=True):
    """A table as its file holds it: columns, and the values of each."""

    name: str
    meaning: str
    columns: tuple[DataColumn, ...]
    values: tuple[ColumnValues, ...]


def data_columns(fields: Iterable[Field], currency: str, table: str) -> Iterator[DataColumn]:
    """Columns of the fields of a table; behind a period stand its first and its last day."""
    kinds = {"text": "text", "period": "text", "date": "date"}
    for field in fields:
        kind = kinds.get(field.kind, "number")
        measure = field.unit_in(currency, table)
        yield DataColumn(field.header, kind, measure, field.meaning)
        if field.kind == "period":
            yield DataColumn(f"{field.header} start", "date", "", "first day of the period")
            yield DataColumn(f"{field.header} end", "date", "", "last day of the period")


def data_values(
    fields: Iterable[Field], values: Mapping[str, ColumnValues]
) -> Iterator[ColumnValues]:
    """Values of the columns of :func:`data_columns`; what is no date is None in a date column."""
    for field in fields:
        own = values[field.header]
        if field.kind == "date":
            own = [each if isinstance(each, date) else None for each in own]
        yield own
        if field.kind == "period":
            labels = dict.fromkeys(own)
            days = {label: days_of_label(str(label)) or (None, None) for label in labels}
            yield [days[label][0] for label in own]
            yield [days[label][1] for label in own]


def data_table(table: Table, currency: str) -> DataTable:
    """A result table as its file holds it."""
    layout = table.layout
    values = dict(zip(layout.headers, table.columns, strict=True))
    return DataTable(
        layout.name,
        layout.meaning,
        tuple(data_columns(layout.fields, currency, layout.name)),
        tuple(data_values(layout.fields, values)),
    )


def data_tables(thing: Result | Study) -> dict[str, DataTable]:
    """Every table of a result or a study by name; of a result its sites too."""
    case = getattr(thing, "case", None)
    settings = getattr(case, "settings", None)
    currency = thing.currency if settings is None else settings.currency  # type: ignore[union-attr]
    found = {name: data_table(own, currency) for name, own in in_order(thing.tables).items()}
    return found if settings is None else found | {SITES_TABLE: _sites(case)}


def _sites(case: Any) -> DataTable:
    """The active sites of a case; a site without coordinates has none here."""
    declared = SHEETS[SITES_TABLE].columns
    columns = (
        DataColumn(
            declared[name].header,
            "number" if declared[name].kind == "number" else "text",
            declared[name].unit,
            declared[name].meaning,
        )
        for name in SITE_COLUMNS
    )
    values = ([getattr(site, name) for site in case.sites] for name in SITE_COLUMNS)
    return DataTable(SITES_TABLE, SHEETS[SITES_TABLE].meaning, tuple(columns), tuple(values))
