"""A case as plain data for JSON, and back: settings, rows by sheet, where they stand.

A record is an object of its attributes without those that have their default, as a blank cell
has; so no number is infinite. Rows keep their numbers, because messages name cells by them.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, Final

import msgspec

from optimizer.errors import Finding
from optimizer.tables.case import Case
from optimizer.tables.schema import SHEETS, Column
from optimizer.tables.sheets import Settings, settings_in_order

_TYPES: Final[dict[str, Any]] = {
    "text": {"type": "string"},
    "choice": {"type": "string"},
    "number": {"type": "number"},
    "whole": {"type": "integer"},
    "yes/no": {"type": "boolean"},
    "date": {"type": "string", "format": "date"},
    "names": {"type": "array", "items": {"type": "string"}},
    "history": {"type": "array", "items": {"$ref": "#/$defs/event"}},
}
EVENT_SCHEMA: Final = {
    "description": "One stage of a lot's history",
    "type": "object",
    "properties": {name: {"type": "string"} for name in ("stage", "country", "name")},
    "required": ["stage", "country", "name"],
}


def case_data(case: Case) -> dict[str, Any]:
    """A case as objects, lists, texts, numbers and dates."""
    return {
        "path": case.path,
        "sha256": case.sha256,
        "settings": _record(case.settings),
        "sheets": {name: list(map(_record, case.rows(name))) for name in SHEETS if case.rows(name)},
        "inactive": {name: list(map(_record, rows)) for name, rows in case.switched_off.items()},
        "complete_lists": {
            name: {str(row): dict(lists) for row, lists in rows.items()}
            for name, rows in case.lists_as_written.items()
        },
        "columns": {name: dict(letters) for name, letters in case.columns.items()},
        "warnings": [dataclasses.asdict(finding) for finding in case.warnings],
    }


def case_of_data(data: Mapping[str, Any]) -> Case:
    """The case of :func:`case_data` after it has been JSON.

    Raises msgspec.ValidationError or KeyError for other data.
    """
    return Case(
        settings=msgspec.convert(data["settings"], Settings),
        **{
            sheet.attribute: _rows(name, data["sheets"].get(name, ()))
            for name, sheet in SHEETS.items()
        },
        switched_off={name: _rows(name, rows) for name, rows in data["inactive"].items()},
        lists_as_written={
            name: {
                int(row): {attribute: tuple(names) for attribute, names in lists.items()}
                for row, lists in rows.items()
            }
            for name, rows in data["complete_lists"].items()
        },
        columns=data["columns"],
        warnings=tuple(map(finding_of_data, data["warnings"])),
        path=data["path"],
        sha256=data["sha256"],
    )


def _record(record: Any) -> dict[str, Any]:
    return {
        field.name: value
        for field in dataclasses.fields(record)
        if (value := getattr(record, field.name)) != field.default
    }


def _rows(name: str, rows: Any) -> tuple[Any, ...]:
    record = SHEETS[name].record
    return tuple(msgspec.convert(row, record) for row in rows)


def case_schema() -> dict[str, Any]:
    """JSON Schema of :func:`case_data`; it refers to :func:`rows_schemas`."""
    rows = {name: {"$ref": f"#/$defs/{sheet.attribute}"} for name, sheet in SHEETS.items()}
    sheets = {"type": "object", "properties": rows, "additionalProperties": False}
    lists = {"type": "object", "additionalProperties": _TYPES["names"]}
    properties = {
        "path": {"type": "string"},
        "sha256": {"description": "hash of the workbook, empty without one", "type": "string"},
        "settings": _record_schema(settings_in_order()),
        "sheets": {"description": "rows that count, by sheet", **sheets},
        "inactive": {"description": "rows that do not count, by sheet", **sheets},
        "complete_lists": {
            "description": "lists from which an inactive name was left out, by sheet and row",
            "type": "object",
            "additionalProperties": {"type": "object", "additionalProperties": lists},
        },
        "columns": {
            "description": "letter of each column of the workbook, by sheet and header",
            "type": "object",
            "additionalProperties": {"type": "object", "additionalProperties": {"type": "string"}},
        },
        "warnings": {"type": "array", "items": {"$ref": "#/$defs/finding"}},
    }
    return {"type": "object", "properties": properties, "required": list(properties)}


def finding_of_data(data: dict[str, Any]) -> Finding:
    """The finding that ``data`` is of; documents of former versions have no ``cells``."""
    return Finding(**data | {"cells": tuple(data.get("cells", ()))})


def rows_schemas() -> dict[str, dict[str, Any]]:
    """JSON Schemas of the rows of each sheet by attribute of a case, from their declarations."""
    schemas = {sheet.attribute: _rows_schema(sheet.columns) for sheet in SHEETS.values()}
    period = {"type": "array", "prefixItems": [{"type": "string"}, {"type": "number"}]}
    schemas["demand"]["items"]["properties"]["by_period"] = {
        "description": "labels of periods, and the demand in them in tonnes",
        "type": "array",
        "items": period,
    }
    return schemas


def _rows_schema(columns: Mapping[str, Column]) -> dict[str, Any]:
    record = _record_schema(columns)
    number = {"description": "row of the sheet; 0 if it was never in one", "type": "integer"}
    record["properties"] = {"row": number, **record["properties"]}
    return {"type": "array", "items": record}


def _record_schema(columns: Mapping[str, Column]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {name: _column_schema(column) for name, column in columns.items()},
        "required": [name for name, column in columns.items() if column.required],
        "additionalProperties": False,
    }


def _column_schema(column: Column) -> dict[str, Any]:
    unit = f" [{column.unit_in('money')}]" if column.unit else ""
    return {"description": f"{column.meaning}{unit}", **_TYPES[column.kind]}
