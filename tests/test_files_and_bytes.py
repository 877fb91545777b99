"""Workbooks as paths, bytes and open files, and results written to them."""

from __future__ import annotations

import io
from datetime import date

import openpyxl
import pytest

import optimizer
from tests.conftest import make, need, offer, save

SHEETS = {"Supply": [offer("kaz", price=5)], "Demand": [need(10)]}


@pytest.fixture
def path(tmp_path):
    return save(tmp_path / "case.xlsx", **SHEETS)


def test_a_workbook_is_read_from_a_path_bytes_and_an_open_file(path):
    content = path.read_bytes()
    case = optimizer.read(path)
    with path.open("rb") as file:
        opened = optimizer.read(file)
    assert opened == optimizer.read(str(path)) == case
    assert (opened.path, opened.sha256) == (str(path), case.sha256)
    for source in (content, bytearray(content), memoryview(content), io.BytesIO(content)):
        found = optimizer.read(source)
        assert (found.path, found.sha256) == ("", case.sha256)
        assert found.settings.case == ""
        assert found.supply == case.supply
        assert optimizer.check(content) == optimizer.check(path)


def test_bytes_that_are_no_workbook_are_not_printed():
    secret = b"name,price\nsecret,12345\n"
    for source in (secret, io.BytesIO(secret)):
        with pytest.raises(optimizer.FileError, match=r"is text \(CSV\?\)") as caught:
            optimizer.read(source)
        assert "secret" not in str(caught.value)
        with pytest.raises(optimizer.FileError):
            optimizer.check(b"")


@pytest.mark.parametrize("source", [None, 3, ["case.xlsx"], io.StringIO("x"), object()])
def test_another_source_is_refused_in_a_sentence(source):
    for function in (optimizer.read, optimizer.check):
        with pytest.raises(optimizer.UsageError, match=r"workbook is (read from|open as text)"):
            function(source)


def test_a_file_of_another_name_is_not_taken_for_the_path(path, tmp_path):
    file = io.BytesIO(path.read_bytes())
    file.name = str(path)
    assert optimizer.read(file).path == ""


def test_results_are_written_to_open_files_as_to_paths(tmp_path):
    result = optimizer.solve(make(**SHEETS))
    for name, write, thing in (
        ("plan.xlsx", optimizer.write, result),
        ("page.html", optimizer.write_page, result),
        ("case.xlsx", optimizer.write_case, result.case),
    ):
        file = io.BytesIO()
        write(thing, file)
        write(thing, tmp_path / name)
        assert len(file.getvalue()) == (tmp_path / name).stat().st_size
        assert not file.closed
        with (tmp_path / f"opened {name}").open("wb") as opened:
            write(thing, opened)
        assert (tmp_path / f"opened {name}").stat().st_size == len(file.getvalue())


def test_studies_are_written_to_open_files():
    study = optimizer.alternatives(make(**SHEETS), 0.05)
    for write, begin in ((optimizer.write_study, b"PK"), (optimizer.write_study_page, b"<!")):
        file = io.BytesIO()
        write(study, file)
        assert file.getvalue()[:2] == begin


def test_other_targets_and_things_are_refused_in_a_sentence(tmp_path):
    result = optimizer.solve(make(**SHEETS))
    for target in (None, 3, io.StringIO(), b"plan.xlsx"):
        for write in (optimizer.write, optimizer.write_page):
            with pytest.raises(optimizer.UsageError, match="written to a"):
                write(result, target)
        with pytest.raises(optimizer.UsageError, match="written to a"):
            optimizer.write_case(result.case, target)
    for write in (optimizer.write, optimizer.write_page):
        with pytest.raises(optimizer.UsageError, match="a Result is written here, and a Case"):
            write(result.case, tmp_path / "plan.xlsx")
    for write in (optimizer.write_study, optimizer.write_study_page):
        with pytest.raises(optimizer.UsageError, match="a Study is written here, and a Result"):
            write(result, tmp_path / "study.xlsx")
    with pytest.raises(optimizer.UsageError, match="a Case is written here"):
        optimizer.write_case(result, tmp_path / "case.xlsx")
    assert not [*tmp_path.iterdir()]


def test_a_blank_workbook_and_a_marked_copy_go_to_open_files(path, tmp_path):
    blank = io.BytesIO()
    assert optimizer.write_template(blank) is None
    assert optimizer.check(blank.getvalue()) == optimizer.check(
        optimizer.write_template(tmp_path / "blank.xlsx")
    )
    findings = [optimizer.Finding("error", "Supply", "A2", "offer", "is wrong")]
    for source in (path, path.read_bytes(), io.BytesIO(path.read_bytes())):
        copy = io.BytesIO()
        assert optimizer.write_marked_copy(source, findings, copy) is None
        sheets = openpyxl.load_workbook(io.BytesIO(copy.getvalue())).sheetnames
        assert sheets[1:] == openpyxl.load_workbook(path).sheetnames
        if source is not path:
            target = tmp_path / f"{type(source).__name__}.xlsx"
            assert optimizer.write_marked_copy(path.read_bytes(), findings, target) == target


def test_plans_and_inputs_are_compared_and_followed_as_bytes_and_open_files(path, tmp_path):
    case = optimizer.read(path)
    result, file = optimizer.solve(case), io.BytesIO()
    optimizer.write(result, file)
    for plan in (file.getvalue(), io.BytesIO(file.getvalue())):
        assert "Nothing moved." in optimizer.compare(result, plan).lines()
    for plan in (file.getvalue(), io.BytesIO(file.getvalue())):
        again = optimizer.replan(case, plan, date(2028, 1, 1))
        assert again.result.objective == pytest.approx(result.objective)
    same = ["Nothing that matters to the plan differs."]
    assert optimizer.compare(path.read_bytes(), io.BytesIO(path.read_bytes())).lines() == same
    with pytest.raises(optimizer.UsageError, match="a plan and an input"):
        optimizer.compare(file.getvalue(), path.read_bytes())
    with pytest.raises(optimizer.FileError):
        optimizer.compare(b"nothing", b"nothing")
