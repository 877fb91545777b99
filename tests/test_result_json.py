"""A result as JSON: whole, free of what JSON does not have, and as its schema says."""

from __future__ import annotations

import io
import json
import math
from functools import cache

import pytest

import optimizer
from optimizer.result_json import result_schema
from tests.conftest import ROOT, china, make, need, no_china, offer

CASES = sorted((ROOT / "tests" / "cases").glob("*.xlsx"))[::8]


@cache
def solved(path) -> optimizer.Result:
    return optimizer.solve(optimizer.read(path), explain=True)


def again(result: optimizer.Result) -> optimizer.Result:
    return optimizer.Result.from_json(result.to_json())


def refused(word: str) -> None:
    raise AssertionError(f"{word} is not JSON")


def infeasible() -> optimizer.Result:
    """20 t are wanted in any case and 10 t are for sale."""
    supply = [offer("kaz", price=5, maximum=10)]
    return optimizer.solve(make(Supply=supply, Demand=[{**need(20), "minimum": 1}]))


def written(write, result: optimizer.Result) -> bytes:
    file = io.BytesIO()
    write(result, file)
    return file.getvalue()


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_a_result_comes_back_with_its_case_and_every_cell(path):
    result = solved(path)
    same = again(result)
    assert same.case == result.case
    assert (same.case.path, same.case.columns) == (result.case.path, result.case.columns)
    for name in ("status", "objective", "audit", "warnings", "alerts", "gap", "lawful", "seconds"):
        assert getattr(same, name) == getattr(result, name), name
    assert list(same.tables) == list(result.tables)
    for name, table in result.tables.items():
        assert same.tables[name].layout is table.layout
        for one, other in zip(same.tables[name].columns, table.columns, strict=True):
            assert len(one) == len(other)
            for left, right in zip(one, other, strict=True):
                assert left == right or (math.isnan(left) and math.isnan(right)), name


def test_some_of_these_plans_have_numbers_that_are_not_finite():
    values = [
        value
        for path in CASES
        for table in solved(path).tables.values()
        for column in table.columns
        for value in column
        if isinstance(value, float)
    ]
    assert any(map(math.isnan, values))
    assert any(map(math.isinf, values))


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_the_text_is_plain_json(path):
    data = json.loads(solved(path).to_json(), parse_constant=refused)
    assert (data["format"], data["version"]) == ("magnet-sourcing-optimizer result", 1)


def test_what_came_back_is_written_shown_and_compared_as_the_result_is():
    result = solved(ROOT / "inputs" / "tutorial.xlsx")
    same = again(result)
    for write in (optimizer.write, optimizer.write_page):
        assert written(write, same) == written(write, result)
    assert optimizer.compare(result, same).lines() == optimizer.compare(result, result).lines()
    assert same.frame("Purchases").equals(result.frame("Purchases"))
    assert same.raise_for_status() is same
    assert same.to_json() == result.to_json()


def test_why_there_is_no_plan_comes_back_with_repairs_that_apply():
    result = infeasible()
    same = again(result)
    assert (same.status, same.objective, same.audit) == ("infeasible", None, None)
    assert same.conflict == result.conflict
    assert same.conflict.clashes
    assert same.repairs == result.repairs
    assert optimizer.solve(same.repairs[0].apply(same.case)).status == "optimal"
    assert written(optimizer.write_page, same) == written(optimizer.write_page, result)


def test_inactive_rows_and_lists_come_back():
    case = make(
        Supply=[offer("kaz", price=5), offer("two", price=6, active="no")],
        Demand=[need(10)],
        Limits=[{"limit": "both", "measure": "bought", "offer": "kaz, two", "maximum": 100}],
        Rules=[no_china()],
        Rule_scope=[china()],
    )
    same = again(optimizer.solve(case)).case
    assert (same, same.lists_as_written) == (case, case.lists_as_written)
    assert case.lists_as_written["Limits"]


def test_the_former_name_of_the_lists_of_a_case_works_and_warns():
    case = make(Supply=[offer("kaz", price=5)], Demand=[need(10)])
    with pytest.warns(DeprecationWarning, match="whole is now Case.lists_as_written"):
        assert case.whole == case.lists_as_written


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "not JSON"),
        ("[]", "not a result"),
        ('{"format": "magnet-sourcing-optimizer result", "version": 2}', "of version 2"),
        ('{"format": "magnet-sourcing-optimizer result", "version": 1}', "not complete"),
    ],
)
def test_another_text_is_refused(text, said):
    with pytest.raises(optimizer.FileError, match=said):
        optimizer.Result.from_json(text)


def test_what_is_no_text_is_refused():
    with pytest.raises(optimizer.UsageError, match="JSON text, not from dict"):
        optimizer.Result.from_json({})


def test_the_published_schema_is_current():
    published = result_schema.RESULT_SCHEMA_PATH.read_text("utf-8")
    assert published == result_schema.schema_text(), (
        "run python -m optimizer.result_json.result_schema"
    )


@pytest.mark.parametrize("path", [*CASES, ROOT / "inputs" / "tutorial.xlsx"], ids=lambda p: p.stem)
def test_results_are_as_the_schema_says(path):
    validator = schema_validator()
    assert not [*validator.iter_errors(json.loads(solved(path).to_json()))]


def test_no_plan_is_as_the_schema_says_and_another_document_is_not():
    validator = schema_validator()
    data = json.loads(infeasible().to_json())
    assert not [*validator.iter_errors(data)]
    for change in ({"status": 1}, {"version": 2}, {"more": 1}, {"audit": {}}):
        assert [*validator.iter_errors(data | change)], change


def schema_validator():
    jsonschema = pytest.importorskip("jsonschema")
    schema = json.loads(result_schema.RESULT_SCHEMA_PATH.read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)
