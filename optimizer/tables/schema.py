"""How a sheet and its columns are declared: once, as the fields of a record.

Each column of the workbook is one field of a record in
:mod:`optimizer.tables.sheets`. The helpers below attach a :class:`Column` to the
field; the reader, the checks, the template and ``docs/columns.md`` are all made
from it, so no column is described twice.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final, TypeVar, dataclass_transform

from msgspec import Struct, structs


class _Required:
    """Marks a column that has no default: a blank cell is an error."""

    def __repr__(self) -> str:
        return "required"


REQUIRED: Final = _Required()
INFINITY: Final = float("inf")
R = TypeVar("R")
GroupKey = TypeVar("GroupKey")
GroupedRow = TypeVar("GroupedRow")


class Column(Struct, frozen=True):
    """What one column holds.

    ``kind`` is one of ``text``, ``names`` (several, separated by commas or
    semicolons), ``number``, ``whole`` (number), ``date``, ``yes/no``, ``choice``
    and ``history``.
    """

    kind: str
    meaning: str
    header: str = ""
    unit: str = ""
    default: Any = REQUIRED
    default_text: str = ""
    """How the default is said in words, where its value does not say it."""
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    """Sheets and columns in which the name must stand: ``("Sites.site",)``."""
    wildcard: bool = False
    """``*`` is allowed and matches anything."""
    key: bool = False
    vocabulary: str = ""
    """A free vocabulary (``country``, ``segment`` …): spelled alike everywhere."""

    @property
    def required(self) -> bool:
        """True where a blank cell is an error."""
        return self.default is REQUIRED

    def unit_in(self, money: str) -> str:
        """Unit of the column, with a currency or another word for money in it."""
        return self.unit.replace("{currency}", money)


def text(meaning: str, **more: Any) -> Any:
    """A column of one name or free text."""
    return _field("text", meaning, **more)


def names(meaning: str, **more: Any) -> Any:
    """A column of names separated by commas or semicolons."""
    return _field("names", meaning, **more)


def number(meaning: str, **more: Any) -> Any:
    """A column of decimal numbers."""
    return _field("number", meaning, **more)


def whole(meaning: str, **more: Any) -> Any:
    """A column of whole numbers."""
    return _field("whole", meaning, **more)


def share(meaning: str, **more: Any) -> Any:
    """A column of shares: 0.25 or 25 %."""
    return _field("number", meaning, **{"unit": "share", "minimum": 0.0, "maximum": 1.0, **more})


def day(meaning: str, **more: Any) -> Any:
    """A column of dates."""
    return _field("date", meaning, **more)


def flag(meaning: str, **more: Any) -> Any:
    """A column of yes or no."""
    return _field("yes/no", meaning, **more)


def choice(meaning: str, choices: tuple[str, ...], **more: Any) -> Any:
    """A column of one word out of a few."""
    return _field("choice", meaning, choices=choices, **more)


def history(meaning: str, **more: Any) -> Any:
    """A column of histories: ``mined: China [Baotou]; separated: Malaysia``."""
    return _field("history", meaning, **more)


def _field(kind: str, meaning: str, **more: Any) -> Any:
    column = Column(kind, meaning, **more)
    default = {} if column.required else {"default": column.default}
    return dataclasses.field(metadata={"column": column}, **default)


@dataclass_transform(
    kw_only_default=True,
    frozen_default=True,
    field_specifiers=(text, names, number, whole, share, day, flag, choice, history),
)
class Declared:
    """Base of the records: each class derived from it is a frozen dataclass of named arguments."""

    def __init_subclass__(cls) -> None:
        dataclasses.dataclass(frozen=True, kw_only=True)(cls)


class Sheet(Struct, frozen=True):
    """A sheet of the contract: its name, its record and its columns."""

    name: str
    meaning: str
    record: type
    attribute: str
    """Name of the tuple of records in a case."""
    columns: dict[str, Column]
    """By attribute of the record, in the order of the sheet."""

    @property
    def key(self) -> tuple[str, ...]:
        """Attributes that name a record; dated rows may repeat a key."""
        return tuple(name for name, column in self.columns.items() if column.key)

    @property
    def dated(self) -> bool:
        """True where rows carry ``from`` and ``to``."""
        return "start" in self.columns and "end" in self.columns

    def header(self, attribute: str) -> str:
        """Header of the column that an attribute stands for."""
        return self.columns[attribute].header


SHEETS: dict[str, Sheet] = {}
"""Every sheet by name, in the order of the contract."""


def columns_of(record: type) -> dict[str, Column]:
    """Columns of a record by attribute, in the order of the sheet."""
    return dict(_columns(record))


def sheet(name: str, meaning: str, attribute: str) -> Callable[[type[R]], type[R]]:
    """Class decorator: the record below is a row of the sheet ``name``."""

    def register(record: type[R]) -> type[R]:
        SHEETS[name] = Sheet(name, meaning, record, attribute, columns_of(record))
        return record

    return register


def _columns(record: type) -> Iterator[tuple[str, Column]]:
    """Columns of a record: its own, then its dates, then those that every sheet has."""
    fields = [field for field in dataclasses.fields(record) if "column" in field.metadata]
    dated = {field.name for field in fields} >= set(DATES)
    last = (*DATES, *COMMON) if dated else COMMON
    for field in sorted(
        fields, key=lambda field: field.name in last and last.index(field.name) + 1
    ):
        column: Column = field.metadata["column"]
        header = column.header or field.name.replace("_", " ")
        yield field.name, structs.replace(column, header=header)


DATES: Final = ("start", "end")
COMMON: Final = ("active", "notes", "source", "confidence")
"""Columns that every sheet has; they stand behind its own."""


def group_rows(
    rows: Iterable[GroupedRow], key: Callable[[GroupedRow], GroupKey]
) -> dict[GroupKey, list[GroupedRow]]:
    """Rows by their key, in the order in which the keys first appear."""
    groups: dict[GroupKey, list[GroupedRow]] = {}
    for row in rows:
        groups.setdefault(key(row), []).append(row)
    return groups
