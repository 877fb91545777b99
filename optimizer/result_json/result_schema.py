"""``docs/result.schema.json``: the JSON of a result as JSON Schema, from the declarations."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import msgspec

from optimizer.result import LAYOUTS_ON_REQUEST, RESULT_LAYOUTS
from optimizer.result.result_table import Field, Layout
from optimizer.result_json.result_document import RESULT_FORMAT, RESULT_FORMAT_VERSION
from optimizer.tables.case_json import EVENT_SCHEMA, case_schema, rows_schemas

RESULT_SCHEMA_PATH: Final = Path(__file__).resolve().parents[2] / "docs" / "result.schema.json"
_TEXT: Final = {"type": "string"}
_TEXT_LIST: Final = {"type": "array", "items": _TEXT}
_NUMBER: Final = {"type": ["number", "null"]}


def result_schema() -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of ``Result.to_json``."""
    properties = {
        "format": {"const": RESULT_FORMAT},
        "version": {"const": RESULT_FORMAT_VERSION},
        "optimizer": {"description": "version of the optimizer", **_TEXT},
        "status": _TEXT,
        "objective": {"description": "total discounted cost; null without a plan", **_NUMBER},
        "currency": _TEXT,
        "gap": {"description": "relative gap to the best possible plan", "type": "number"},
        "measured": {"description": "measure of the limit of a study", **_NUMBER},
        "lawful": {"description": "null without a plan", "type": ["string", "null"]},
        "lawful_notes": _TEXT_LIST,
        "alerts": {
            "description": "key alerts, with their kind and the cell that they come from",
            "type": "array",
            "items": _object(dict.fromkeys(("sentence", "kind", "sheet", "cell"), _TEXT)),
        },
        "run": {"description": "name of the run", **_TEXT},
        "log": _TEXT_LIST,
        "changed": {"description": "what a caller changed in the model", **_TEXT_LIST},
        "solver": {"description": "name and version of the solver", **_TEXT},
        "seconds": {
            "description": "wall time of each step",
            "type": "object",
            "additionalProperties": {"type": "number"},
        },
        "audit": {"anyOf": [{"type": "null"}, {"$ref": "#/$defs/audit"}]},
        "warnings": {"type": "array", "items": {"$ref": "#/$defs/finding"}},
        "conflict": {"$ref": "#/$defs/conflict"},
        "repairs": {"type": "array", "items": {"$ref": "#/$defs/repair"}},
        "tables": _tables_schema(),
        "case": {"$ref": "#/$defs/case"},
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A sourcing plan",
        "description": "Result.to_json. Money is in `currency`, quantities are tonnes.",
        **_object(properties),
        "$defs": {**_definitions(), "case": case_schema(), "event": EVENT_SCHEMA, **rows_schemas()},
    }


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    """An object that has all these properties and no others."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _definitions() -> dict[str, Any]:
    finding: dict[str, Any] = dict.fromkeys(
        ("severity", "sheet", "cell", "column", "message", "hint"), _TEXT
    )
    finding["cells"] = {"description": "all cells of a finding about several", **_TEXT_LIST}
    check = {
        "name": _TEXT,
        "passed": {"type": "boolean"},
        "worst": {"description": "largest violation; null if it has no bound", **_NUMBER},
        "where": _TEXT,
        "tested": {"type": "integer"},
    }
    audit = {
        "passed": {"type": "boolean"},
        "verdict": _TEXT,
        **dict.fromkeys(("cost", "cost_difference", "tolerance"), _NUMBER),
        "checks": {"type": "array", "items": _object(check)},
    }
    clash = {
        "type": "array",
        "items": _object(dict.fromkeys(("sheet", "cell", "sentence"), _TEXT)),
    }
    edit = {
        **dict.fromkeys(("sheet", "header", "cell"), _TEXT),
        "row": {"type": "integer"},
        **{name: {"description": "null is no limit", **_NUMBER} for name in ("old", "new")},
    }
    repair = {
        "title": _TEXT,
        "changes": _TEXT_LIST,
        "edits": {"type": "array", "items": _object(edit)},
        "checked": {"type": "boolean"},
    }
    field = dict.fromkeys(("header", "kind", "meaning", "aggregation", "title", "unit"), _TEXT)
    unlimited = {
        "description": "rows, from 0, of numbers that are null because they have no limit",
        "type": "object",
        "additionalProperties": {"type": "array", "items": {"type": "integer"}},
    }
    conflict = {"clashes": clash, "gaps": clash, "irreducible": {"type": "boolean"}}
    return {
        "finding": _object(finding),
        "audit": _object(audit),
        "conflict": _object(conflict),
        "repair": _object(repair),
        "fields": {"type": "array", "items": _object(field)},
        "unlimited": unlimited,
        "pivot": {"description": "row headers and value header", "type": ["array", "null"]},
    }


def _tables_schema() -> dict[str, Any]:
    """Tables by name: the columns of those that are declared, and any columns of others."""
    declared = {
        name: _table_schema(layout)
        for name, layout in (RESULT_LAYOUTS | LAYOUTS_ON_REQUEST).items()
    }
    other = {"type": "object", "additionalProperties": {"type": "array"}}
    return {
        "description": "result tables by name, each with its columns; empty without a plan",
        "type": "object",
        "properties": declared,
        "additionalProperties": _table("", other),
    }


def _table_schema(layout: Layout) -> dict[str, Any]:
    return _table(
        layout.meaning, _object({own.header: _column_schema(own) for own in layout.fields})
    )


def _table(meaning: str, columns: dict[str, Any]) -> dict[str, Any]:
    properties = {
        "meaning": _TEXT,
        "fields": {"$ref": "#/$defs/fields"},
        "pivot": {"$ref": "#/$defs/pivot"},
        "columns": columns,
        "unlimited": {"$ref": "#/$defs/unlimited"},
    }
    return {"description": meaning, **_object(properties)}


def _column_schema(field: Field) -> dict[str, Any]:
    types = ["string"] if field.kind in ("text", "period") else ["number", "null"]
    if field.kind == "date":
        types = ["string", "null"]
    return {"description": field.meaning, "type": "array", "items": {"type": types}}


def schema_text() -> str:
    """The text of the published file."""
    return msgspec.json.format(msgspec.json.encode(result_schema()), indent=2).decode() + "\n"


def main() -> None:
    """Write ``docs/result.schema.json`` of this checkout."""
    RESULT_SCHEMA_PATH.write_text(schema_text(), encoding="utf-8")


if __name__ == "__main__":
    main()
