"""A result as one JSON document: the plan, its audit, and the case that it is of.

The model, the solver's programme and the start of like cases are left out; the network is made
of the case again. Numbers that are not finite are null; beside the columns of a table stand the
rows in which they are infinite.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from datetime import date
from math import inf, nan
from typing import Any, Final

import msgspec
from msgspec import structs

from optimizer import network
from optimizer.audit import Audit, Check
from optimizer.errors import FileError, UsageError
from optimizer.explain import Alert, Conflict, Repair
from optimizer.explain.cell_edits import Edit
from optimizer.explain.conflict import ConflictingRequirement
from optimizer.result import LAYOUTS_ON_REQUEST, RESULT_LAYOUTS, Table
from optimizer.result.result_table import Field, Layout
from optimizer.tables.case_json import case_data, case_of_data, finding_of_data
from optimizer.version import __version__

RESULT_FORMAT: Final = "magnet-sourcing-optimizer result"
RESULT_FORMAT_VERSION: Final = 1
"""Goes up when a reader of the former version would misread the document."""
_PLAIN: Final = ("status", "objective", "gap", "measured", "lawful", "run", "solver")
_TEXTS: Final = ("lawful_notes", "log", "changed")


def encode_result(result: Mapping[str, Any]) -> str:
    """The JSON text of the fields of a result."""
    currency = result["case"].settings.currency
    data = {
        "format": RESULT_FORMAT,
        "version": RESULT_FORMAT_VERSION,
        "optimizer": __version__,
        **{name: result[name] for name in (*_PLAIN, *_TEXTS)},
        "alerts": [_alert_data(alert) for alert in result["alerts"]],
        "currency": currency,
        "seconds": dict(result["seconds"]),
        "audit": _audit_data(result["audit"]),
        "warnings": [dataclasses.asdict(finding) for finding in result["warnings"]],
        "conflict": structs.asdict(result["conflict"]),
        "repairs": [structs.asdict(repair) for repair in result["repairs"]],
        "tables": {name: _table_data(own, currency) for name, own in result["tables"].items()},
        "case": case_data(result["case"]),
    }
    return msgspec.json.encode(data, enc_hook=_plain).decode()


def _plain(value: Any) -> Any:
    """A text or a number of another type, such as numpy's, as Python's own."""
    return str.__str__(value) if isinstance(value, str) else float(value)


def decode_result(text: str | bytes) -> dict[str, Any]:
    """The fields of the result that a text of :func:`encode_result` is of.

    Raises UsageError for anything else than text, FileError for text that is no such document
    or that a later version of the optimizer wrote.
    """
    if not isinstance(text, (str, bytes)):
        raise UsageError(f"a result is read from JSON text, not from {type(text).__name__}")
    try:
        data = msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeError) as error:
        raise FileError(f"the text is not JSON: {error}") from None
    if not isinstance(data, dict) or data.get("format") != RESULT_FORMAT:
        raise FileError("the JSON is not a result that Result.to_json made")
    if data.get("version") != RESULT_FORMAT_VERSION:
        raise FileError(
            f"the JSON is a result of version {data.get('version')}, and this is version "
            f"{RESULT_FORMAT_VERSION}; write it again with this optimizer, or read it with the one "
            "that wrote it"
        )
    try:
        return _fields(data)
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise FileError(f"the JSON of the result is not complete: {error!r}") from None


def _fields(data: dict[str, Any]) -> dict[str, Any]:
    case = case_of_data(data["case"])
    return {
        **{name: data[name] for name in _PLAIN},
        **{name: tuple(data[name]) for name in _TEXTS},
        "alerts": tuple(map(_alert, data["alerts"])),
        "seconds": data["seconds"],
        "audit": _audit(data["audit"]),
        "warnings": tuple(map(finding_of_data, data["warnings"])),
        "conflict": _conflict(data["conflict"]),
        "repairs": tuple(map(_repair, data["repairs"])),
        "tables": {name: _table(name, own) for name, own in data["tables"].items()},
        "case": case,
        "network": network.build(case),
    }


def _alert_data(alert: str) -> dict[str, str]:
    """A sentence with its kind and its cell, where it has them."""
    more = {name: getattr(alert, name, "") for name in ("kind", "sheet", "cell")}
    return {"sentence": str(alert), **more}


def _alert(data: dict[str, str]) -> Alert:
    return Alert(data["sentence"], data["sheet"], data["cell"], data.get("kind", ""))


def _audit_data(audit: Audit | None) -> dict[str, Any] | None:
    if audit is None:
        return None
    return {
        "passed": audit.passed,
        "verdict": audit.verdict,
        "cost": audit.cost,
        "cost_difference": audit.cost_difference,
        "tolerance": audit.tolerance,
        "checks": [structs.asdict(check) for check in audit.checks],
    }


def _audit(data: dict[str, Any] | None) -> Audit | None:
    """The audit; what is null was not a number, or a violation without bound."""
    if data is None:
        return None
    checks = (
        Check(**{**check, "worst": inf if check["worst"] is None else check["worst"]})
        for check in data["checks"]
    )
    cost, difference = (
        nan if data[name] is None else data[name] for name in ("cost", "cost_difference")
    )
    return Audit(tuple(checks), cost, difference, data["tolerance"])


def _conflict(data: dict[str, Any]) -> Conflict:
    clashes, gaps = (
        tuple(ConflictingRequirement(**each) for each in data[name]) for name in ("clashes", "gaps")
    )
    return Conflict(clashes, gaps, data["irreducible"])


def _repair(data: dict[str, Any]) -> Repair:
    """A repair; a value that is null is no limit."""
    edits = tuple(
        Edit(**{**edit, **{name: _limit(edit[name]) for name in ("old", "new")}})
        for edit in data["edits"]
    )
    return Repair(data["title"], tuple(data["changes"]), edits, data["checked"])


def _limit(value: float | None) -> float:
    return inf if value is None else value


def _table_data(table: Table, currency: str) -> dict[str, Any]:
    layout = table.layout
    return {
        "meaning": layout.meaning,
        "fields": [
            {**structs.asdict(field), "unit": field.unit_in(currency, layout.name)}
            for field in layout.fields
        ],
        "pivot": layout.pivot,
        "columns": dict(zip(layout.headers, table.columns, strict=True)),
        "unlimited": {
            header: rows
            for header, values in zip(layout.headers, table.columns, strict=True)
            if (rows := [row for row, value in enumerate(values) if value == inf])
        },
    }


def _table(name: str, data: dict[str, Any]) -> Table:
    layout = RESULT_LAYOUTS.get(name) or LAYOUTS_ON_REQUEST.get(name)
    headers = tuple(field["header"] for field in data["fields"])
    if layout is None or layout.headers != headers:
        layout = _layout(name, data)
    columns = (
        _values(field, data["columns"][field.header], data["unlimited"].get(field.header, ()))
        for field in layout.fields
    )
    return Table(layout, tuple(columns))


def _values(field: Field, values: list[Any], unlimited: Sequence[int]) -> tuple[Any, ...]:
    """Values of a column: of numbers null is NaN, but infinite in the rows that are unlimited."""
    if field.kind in ("text", "period"):
        return tuple(values)
    if field.kind == "date":
        return tuple(map(_day, values))
    numbers = [nan if value is None else value for value in values]
    for row in unlimited:
        numbers[row] = inf
    return tuple(numbers)


def _layout(name: str, data: dict[str, Any]) -> Layout:
    """Layout of a table that is not among those declared."""
    names = ("header", "kind", "meaning", "aggregation")
    fields = (
        Field(**{each: field[each] for each in names}, title=field.get("title", ""))
        for field in data["fields"]
    )
    pivot = data["pivot"] and (tuple(data["pivot"][0]), data["pivot"][1])
    return Layout(name, data["meaning"], tuple(fields), pivot)


def _day(value: Any) -> Any:
    """A date of its text; a word that stands in place of one stays."""
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        return value
